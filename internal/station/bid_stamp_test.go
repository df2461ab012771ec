package station_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"segnatura/internal/officesim/authority"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/internal/testenv"
)

// A plico is received whatever the authority does; its token comes when it comes, and OpenSSL alone verifies it on the record that goes out with it.
func TestTokenOnAPlico(t *testing.T) {
	o, a := stampedOffice(t)
	ctx := t.Context()
	if err := a.Behave(authority.Away); err != nil {
		t.Fatal(err)
	}
	list := o.received("key-0001", 2, o.gara().ID)
	o.stampRound()
	stamps := func() map[int64]*station.Stamp {
		t.Helper()
		got, err := o.s.BidStamps(ctx, clerk, list)
		if err != nil || len(got) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		return got
	}
	var out bytes.Buffer
	if got := stamps(); got[list[1].ID].Token != nil {
		t.Fatalf("nobody answered, and yet %+v", got[list[1].ID])
	}
	wantClass(t, o.s.ExportBidTimestamp(ctx, boss, list[1].ID, &out), protocollo.NotFound, "timestamp")
	if err := a.Behave(authority.Well); err != nil {
		t.Fatal(err)
	}
	o.clock.add(2 * time.Hour)
	o.stampRound()
	got := stamps()
	if one, two := got[list[0].ID].Token, got[list[1].ID].Token; one == nil || two == nil || one.Serial == two.Serial || two.Qualified {
		t.Fatalf("tokens %+v, %+v", one, two)
	}
	// What is said of it later changes nothing that was stamped.
	if _, err := o.s.DescribeBid(ctx, clerk, list[1].ID, 1, protocollo.BidDescription{Sender: "Ditta Bianchi"}, "letto male"); err != nil {
		t.Fatal(err)
	}
	if err := o.s.ExportBidTimestamp(ctx, clerk, list[1].ID, &out); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openssl := func(data string) (string, error) {
		cmd := exec.CommandContext(ctx, testenv.Program(t, "openssl"), "ts", "-verify", "-in", "marca.tsr", "-data", data, "-CAfile", "radice.pem", "-untrusted", "catena.pem",
			"-attime", strconv.FormatInt(got[list[1].ID].Token.Time.Unix(), 10))
		cmd.Dir = dir
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	if said, err := openssl("plico-2-2026.json"); err != nil {
		t.Errorf("openssl: %v\n%s", err, said)
	}
	record, err := os.ReadFile(filepath.Join(dir, "plico-2-2026.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other.json"), bytes.Replace(record, []byte(`"ordinal": 2`), []byte(`"ordinal": 1`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := openssl("other.json"); err == nil {
		t.Errorf("openssl takes it for another plico's record: %s", said)
	}
}
