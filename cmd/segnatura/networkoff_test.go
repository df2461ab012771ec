package main

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
	"segnatura/scanner/sheet/barcode"
)

// offVariable names the program under test to the test in its own network.
const offVariable = "SEGNATURA_TEST_NETWORK_OFF"

// TestStartsWithTheNetworkOff: with no network but loopback, a central system and time servers in the settings, by address and by name, the
// station starts, shows the desk, takes a letter in, numbers the next one on the emergency register and prints its label.
//
// The test runs itself once more in a network namespace of its own, and everything that it starts is in there with it.
func TestStartsWithTheNetworkOff(t *testing.T) {
	ip := testenv.Program(t, "ip")
	testenv.Program(t, "go")
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	testenv.InNamespaces(t, 0, []string{offVariable + "=" + program}, func() { networkOff(t, ip) })
}

// networkOff is the morning, in a network of loopback alone. The addresses are documentation's (RFC 5737, RFC 6761).
func networkOff(t *testing.T, ip string) {
	if out, err := exec.CommandContext(t.Context(), ip, "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if interfaces, err := net.Interfaces(); err != nil || len(interfaces) != 1 {
		t.Fatalf("there is more than loopback: %v, %v", interfaces, err)
	}
	for name, test := range map[string]struct{ central, ntp string }{
		"by address": {"192.0.2.1", "192.0.2.2"},
		"by name":    {"protocollo.ente.invalid", "ntp.ente.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			if conn, err := net.DialTimeout("tcp", net.JoinHostPort(test.central, "80"), time.Second); err == nil {
				conn.Close()
				t.Fatal("the central system can be reached")
			}
			morningWithoutNetwork(t, test.central, test.ntp)
		})
	}
}

func morningWithoutNetwork(t *testing.T, central, ntp string) {
	office, err := officesim.Start(t.Context(), officesim.Config{AutoLetters: true, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = office.Close() })
	dir := filepath.Join(t.TempDir(), "data")
	writeSettings(t, dir, fmt.Sprintf(`ntp = [%q, %q]
[central]
connector = "jente"
url = "http://%s/jprotocollo/JProtocolloServices"
user = "stazione"
default_office = "PROT"
[[scanner]]
id = "sportello"
name = "Scanner"
url = %q
[[printer]]
id = "etichette"
name = "Etichettatrice"
address = %q
dpi = 203
label = "100x50"
`, ntp, "2."+ntp, central, office.ScannerURL(), office.PrinterAddr()))
	p := startProcess(t, dir)
	people := configureFor(t, p, "jente", map[string]string{"anna": "operatore", "carla": "responsabile"})
	anna := people["anna"]

	type record struct {
		IntakeID   int64
		IntakeCode string
		Number     string
	}
	register := func(key string) (r record, printed string) {
		t.Helper()
		var out struct {
			Record record
			Print  struct{ State string }
		}
		anna.must(t, http.MethodPost, p.url+"api/registrations", object{"key": key, "print": true, "draft": protocollo.Draft{
			Direction: protocollo.Incoming, Subject: "Lettera " + key, Senders: []protocollo.Correspondent{{Name: "Mittente"}}}}, &out)
		return out.Record, out.Print.State
	}
	interrupted := time.Now()
	waiting, _ := register("chiave-uno")
	if waiting.Number != "" || waiting.IntakeCode == "" {
		t.Fatalf("the letter without a network is %+v", waiting)
	}
	var desk struct {
		Status struct {
			Central struct{ Connector, State string }
			Counts  struct{ WithoutNumber int }
		}
	}
	anna.must(t, http.MethodGet, p.url+"api/desk", nil, &desk)
	if s := desk.Status; s.Central.Connector != "jente" || s.Central.State != "away" || s.Counts.WithoutNumber != 1 {
		t.Errorf("the desk says %+v", s)
	}
	status, page, err := anna.do(t.Context(), http.MethodGet, p.url, nil, nil)
	if unbuilt := bytes.Contains(page, []byte("make build")) && os.Getenv("CI") != "true"; err != nil || status != http.StatusOK && !unbuilt {
		t.Errorf("the desk's page: %d %s, %v", status, page, err)
	}

	// The Responsabile opens the emergency register at the clerk's screen, and the letter that waits goes with it.
	anna.must(t, http.MethodPost, p.url+"api/emergency/registers", object{"signer": "responsabile", "user": "carla", "password": ownPassword,
		"cause": "rete assente", "interruptedAt": interrupted, "move": []int64{waiting.IntakeID}}, nil)
	second, printed := register("chiave-due")
	if second.Number != "0000002" || printed != "printed" {
		t.Errorf("the next letter is %+v, its label %q", second, printed)
	}
	labels, err := office.WaitLabels(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	picture := labels[0].Image()
	grey := image.NewGray(picture.Bounds())
	draw.Draw(grey, grey.Rect, picture, image.Point{}, draw.Src)
	found, err := barcode.Find(t.Context(), grey, barcode.Options{})
	if err != nil || len(found.Codes) != 1 {
		t.Fatalf("the label has the codes %v, %v", found.Codes, err)
	}
	if code, err := protocollo.ParseBarcode(found.Codes[0].Text); err != nil || code.Kind != protocollo.BarcodeEmergency || code.Number != second.Number {
		t.Errorf("the label's code is %+v, %v", code, err)
	}
	p.stop()
}
