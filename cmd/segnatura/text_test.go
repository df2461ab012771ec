package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/internal/testenv"
	"segnatura/ui"
)

// readingDesk is a running station that recognises text with the real tesseract, and a pretend office beside it that survives it.
type readingDesk struct {
	t      *testing.T
	dir    string
	office *officesim.Office
	p      *process
	anna   *client
}

func openReadingDesk(t *testing.T) *readingDesk {
	t.Helper()
	testenv.Program(t, "tesseract")
	office, err := officesim.Start(t.Context(), officesim.Config{Seed: 7, AutoLetters: true, MaxSkewDegrees: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = office.Close() })
	d := &readingDesk{t: t, dir: t.TempDir(), office: office}
	writeSettings(t, d.dir, fmt.Sprintf("ocr = [\"ita\"]\n\n[[scanner]]\nid = \"scanner\"\nurl = %q\n\n[[printer]]\nid = \"zebra\"\naddress = %q\nlabel = \"62x29\"\n",
		office.ScannerURL(), office.PrinterAddr()))
	d.p = startProcess(t, d.dir)
	d.anna = configure(t, d.p, map[string]string{"anna": "operatore", "carla": "responsabile"})["anna"]
	return d
}

// archive registers, prints, scans and confirms so many letters, and returns their intakes.
func (d *readingDesk) archive(letters int) []int64 {
	d.t.Helper()
	var intakes []int64
	for n := range letters {
		var out ui.Registered
		d.anna.must(d.t, http.MethodPost, d.p.url+"api/registrations", object{"key": fmt.Sprintf("chiave-della-lettera-%d", n), "print": true,
			"draft": protocollo.Draft{Direction: protocollo.Incoming, Subject: subjectOf(n), Senders: []protocollo.Correspondent{{Name: "Lucia Bianchi"}}}}, &out)
		intakes = append(intakes, out.Record.IntakeID)
	}
	var b protocollo.Batch
	d.anna.must(d.t, http.MethodPost, d.p.url+"api/scans", object{"scanner": "scanner", "input": "feeder", "colorMode": "grey", "resolution": 200}, &b)
	var v station.BatchView
	eventually(d.t, "the scan ends", func() bool {
		d.anna.must(d.t, http.MethodGet, fmt.Sprintf("%sapi/batches/%d", d.p.url, b.ID), nil, &v)
		return v.State == protocollo.BatchEnded
	})
	if len(v.Documents) != letters {
		d.t.Fatalf("%d letters became %d documents", letters, len(v.Documents))
	}
	for _, doc := range v.Documents {
		d.confirm(doc)
	}
	return intakes
}

// confirm looks at each page of a document and confirms it.
func (d *readingDesk) confirm(doc station.DocumentView) {
	d.t.Helper()
	pages := []int64{}
	for _, p := range doc.PageList {
		pages = append(pages, p.ID)
	}
	d.anna.must(d.t, http.MethodPost, fmt.Sprintf("%sapi/documents/%d/confirm", d.p.url, doc.ID), object{"pages": pages}, nil)
}

func (d *readingDesk) document(intake int64) (ui.RecordView, *station.ArchiveView) {
	d.t.Helper()
	var rec ui.RecordView
	d.anna.must(d.t, http.MethodGet, fmt.Sprintf("%sapi/records/%d", d.p.url, intake), nil, &rec)
	return rec, rec.Documents[0].Archive
}

// delivered waits until a letter's text has an outcome and the centre has its file.
func (d *readingDesk) delivered(intake int64) (ui.RecordView, station.ArchiveView) {
	d.t.Helper()
	var rec ui.RecordView
	var a *station.ArchiveView
	deadline := time.Now().Add(3 * time.Minute) // the machine may be busy; eventually bounds each wait by 30 s
	for a == nil || !rec.Facets.Delivered {
		if time.Now().After(deadline) {
			d.t.Fatalf("intake %d is not delivered: %+v\n%s", intake, a, d.p.complaints())
		}
		wait := time.NewTimer(20 * time.Millisecond)
		<-wait.C
		rec, a = d.document(intake)
	}
	return rec, *a
}

func (d *readingDesk) clean() {
	d.t.Helper()
	d.p.stop()
	if out, complaint, code := segnatura(d.t, "check", "-data", d.dir); code != 0 || !strings.Contains(out, "text recognition: tesseract") {
		d.t.Errorf("check exits %d, %s\n%s", code, complaint, out)
	}
}

// A scanned letter becomes searchable after its archive, and the centre gets that edition only.
func TestAScannedLetterBecomesSearchable(t *testing.T) {
	d := openReadingDesk(t)
	intakes := d.archive(1)
	rec, a := d.delivered(intakes[0])
	if a.Text.State != station.TextPresent || a.Flavour != "2u" || len(a.Editions) != 2 || a.Text.Words < 10 || len(a.Text.Unread) != 0 {
		t.Fatalf("archive %+v\n%s", a, d.p.complaints())
	}
	document := rec.Documents[0].ID
	save := func(path string) string {
		status, text, err := d.anna.do(t.Context(), http.MethodGet, fmt.Sprintf("%sapi/documents/%d/%s", d.p.url, document, path), nil, nil)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %v", path, status, err)
		}
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	words := func(file string) string {
		out, err := exec.CommandContext(t.Context(), testenv.Program(t, "pdftotext"), file, "-").CombinedOutput()
		if err != nil {
			t.Fatalf("pdftotext: %v: %s", err, out)
		}
		return string(out)
	}
	if text := words(save("archive.pdf")); !strings.Contains(text, "PROVA") {
		t.Errorf("the current edition says %q", text)
	}
	if text := words(save("archive.pdf?edizione=1")); strings.TrimSpace(text) != "" {
		t.Errorf("the first edition says %q", text)
	}
	if len(a.Files) != 2 || a.Files[0].Edition != 1 || a.Files[1].Edition != 2 {
		t.Fatalf("beside the archive: %+v", a.Files)
	}
	for _, f := range a.Files {
		b, err := os.ReadFile(save(fmt.Sprintf("files/%d", f.ID)))
		if err != nil || !strings.Contains(string(b), "DocumentoAmministrativoInformatico") || !strings.Contains(string(b), rec.Segnatura) {
			t.Errorf("metadata file: %v\n%s", err, b)
		}
	}
	d.clean()
}

// A page that was written and not scanned is drawn: its source is kept beside the archive, and its own words make the edition with text.
func TestAWrittenPageKeepsItsSourceAndItsWords(t *testing.T) {
	d := openReadingDesk(t)
	var out ui.Registered
	d.anna.must(t, http.MethodPost, d.p.url+"api/registrations", object{"key": "chiave-della-lettera", "print": false,
		"draft": protocollo.Draft{Direction: protocollo.Incoming, Subject: subjectOf(1), Senders: []protocollo.Correspondent{{Name: "Lucia Bianchi"}}}}, &out)
	var b protocollo.Batch
	if status, text := uploadFiles(t, d.p, d.anna, [][]byte{letterPDF(t, pageWith(t, 0), "")}, &b); status != http.StatusOK {
		t.Fatalf("upload: %d %s", status, text)
	}
	var list ui.Exceptions
	d.anna.must(t, http.MethodGet, d.p.url+"api/exceptions", nil, &list)
	if len(list.Exceptions) != 1 {
		t.Fatalf("exceptions %+v", list.Exceptions)
	}
	e := list.Exceptions[0]
	d.anna.must(t, http.MethodPost, fmt.Sprintf("%sapi/exceptions/%d/solve", d.p.url, e.ID),
		object{"version": e.Version, "choice": protocollo.ChoiceAssign, "registrationID": out.Record.RegistrationID}, nil)
	var v station.BatchView
	d.anna.must(t, http.MethodGet, fmt.Sprintf("%sapi/batches/%d", d.p.url, b.ID), nil, &v)
	d.confirm(v.Documents[0])
	rec, a := d.delivered(out.Record.IntakeID)
	if a.Text.State != station.TextPresent || len(a.Files) != 3 {
		t.Fatalf("archive %+v\n%s", a, d.p.complaints())
	}
	source := a.Files[1]
	if source.Kind != station.KeptSource || source.Page != 2 || source.MediaType != "application/pdf" {
		t.Errorf("beside the archive: %+v", a.Files)
	}
	for _, path := range []string{fmt.Sprintf("files/%d", source.ID), "archive.pdf"} {
		status, pdf, err := d.anna.do(t.Context(), http.MethodGet, fmt.Sprintf("%sapi/documents/%d/%s", d.p.url, rec.Documents[0].ID, path), nil, nil)
		if err != nil || status != http.StatusOK || !strings.HasPrefix(string(pdf), "%PDF-") {
			t.Fatalf("%s: %d, %v", path, status, err)
		}
		name := filepath.Join(t.TempDir(), "file.pdf")
		if err := os.WriteFile(name, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
		words, err := exec.CommandContext(t.Context(), testenv.Program(t, "pdftotext"), name, "-").CombinedOutput()
		if err != nil || !strings.Contains(string(words), "Si trasmette in allegato") {
			t.Errorf("%s says %q, %v", path, words, err)
		}
	}
	d.clean()
}

// Killed again and again while it reads, the station has one outcome for each letter and brings each to the centre once.
func TestKilledWhileTextIsRead(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: kills the real program several times")
	}
	d := openReadingDesk(t)
	const letters = 4
	intakes := d.archive(letters)
	rng := rand.New(rand.NewPCG(3, 0))
	for range 6 {
		pause := time.NewTimer(time.Duration(100+rng.IntN(1500)) * time.Millisecond)
		<-pause.C
		d.p.kill()
		d.p = startProcess(t, d.dir)
	}
	searchable := 0
	for _, id := range intakes {
		_, a := d.delivered(id)
		switch a.Text.State {
		case station.TextPresent:
			searchable++
		case station.TextMissing: // each of its tries was killed
		default:
			t.Errorf("delivered before its text had an outcome: %+v", a.Text)
		}
	}
	if searchable == 0 {
		t.Error("no letter became searchable")
	}
	t.Logf("%d of %d letters searchable after 6 kills", searchable, letters)
	d.clean()
}
