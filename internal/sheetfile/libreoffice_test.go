package sheetfile_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segnatura/internal/sheetfile"
	"segnatura/internal/testenv"
	"segnatura/stamp"
)

// office is a LibreOffice of the test's own: its profile lies in the test's folder, and nothing of the user's is read or left behind.
type office struct {
	t       *testing.T
	program string
	dir     string
}

func newOffice(t *testing.T) office {
	t.Helper()
	return office{t, testenv.Program(t, "soffice"), t.TempDir()}
}

// officeWithin bounds one conversion; the first makes the profile.
const officeWithin = 2 * time.Minute

// convert has LibreOffice open a file and save it as another kind; options are those of its --convert-to and --infilter.
func (o office) convert(name string, content []byte, ext string, options ...string) []byte {
	o.t.Helper()
	in, out := filepath.Join(o.dir, "in"), filepath.Join(o.dir, "out")
	for _, dir := range []string{in, out} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			o.t.Fatal(err)
		}
	}
	from := filepath.Join(in, name)
	if err := os.WriteFile(from, content, 0o600); err != nil {
		o.t.Fatal(err)
	}
	profile := url.URL{Scheme: "file", Path: filepath.Join(o.dir, "profile")}
	ctx, cancel := context.WithTimeout(o.t.Context(), officeWithin)
	defer cancel()
	args := append([]string{"-env:UserInstallation=" + profile.String(), "--headless", "--norestore", "--nolockcheck", "--nodefault"}, options...)
	cmd := exec.CommandContext(ctx, o.program, append(args, "--outdir", out, from)...)
	cmd.WaitDelay = 5 * time.Second
	said, err := cmd.CombinedOutput()
	if err != nil {
		o.t.Fatalf("soffice: %v: %s", err, said)
	}
	b, err := os.ReadFile(filepath.Join(out, strings.TrimSuffix(name, filepath.Ext(name))+"."+ext))
	if err != nil { // it exits 0 also where it did nothing
		o.t.Fatalf("soffice made no file: %v: %s", err, said)
	}
	return b
}

// asCSV writes cells as they are shown; what is text stands in quotes, and nothing else does.
const asCSV = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true,true,false"

// TestLibreOfficeOpensTheWorkbook: dates are dates there, and numbers keep their zeros (R9.14).
func TestLibreOfficeOpensTheWorkbook(t *testing.T) {
	o := newOffice(t)
	r := register(t, 20)
	text := string(o.convert("registro.xlsx", export(t, r, stamp.SheetXLSX, nil), "csv", "--convert-to", asCSV))
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for _, want := range []string{`"Numero del protocollo di emergenza"`, `"Data legale"`} {
		if !strings.Contains(lines[0], want) {
			t.Errorf("the first line lacks %s: %s", want, lines[0])
		}
	}
	// The profile is an English one, and shows a date as it does: what it shows so, is no text.
	for _, want := range []string{`;10/25/2026 02:30:00;"A";`, `;"0107";`, `;"0000041";10/26/2026;"007";10/25/2026;1;`} {
		if !strings.Contains(lines[1], want) {
			t.Errorf("the first row lacks %s: %s", want, lines[1])
		}
	}
}

// TestLibreOfficeSavesWhatWeRead: a register that somebody opened in LibreOffice and saved comes back as it was: the workbook as it is, the CSV where
// its columns are opened as text. Opened as «Standard» a CSV loses its zeros, in any spreadsheet: the workbook is the one to work in.
func TestLibreOfficeSavesWhatWeRead(t *testing.T) {
	o := newOffice(t)
	r := register(t, 40)
	var asText []string
	for n := range sheetfile.EmergencyFieldNames() {
		asText = append(asText, fmt.Sprintf("%d/2", n+1))
	}
	for format, saved := range map[stamp.SheetFormat][]byte{
		stamp.SheetXLSX: o.convert("registro.xlsx", export(t, r, stamp.SheetXLSX, nil), "xlsx", "--convert-to", "xlsx:Calc MS Excel 2007 XML"),
		stamp.SheetCSV: o.convert("tabella.csv", export(t, r, stamp.SheetCSV, nil), "csv",
			"--infilter=Text - txt - csv (StarCalc):59,34,76,1,"+strings.Join(asText, "/"), "--convert-to", asCSV),
	} {
		lines, faults, err := sheetfile.ReadEmergency(bytes.NewReader(saved), format, nil)
		if err != nil || len(faults) > 0 {
			t.Errorf("%s: %v, %v", format, err, faults)
			continue
		}
		var back []stamp.EmergencyRow
		for _, l := range lines {
			back = append(back, l.EmergencyRow)
		}
		if diff := cmp.Diff(r.Rows, back); diff != "" {
			t.Errorf("%s:\n%s", format, diff)
		}
	}
}
