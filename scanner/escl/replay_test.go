package escl_test

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"segnatura/internal/testenv"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/scannertest"
)

// The recorded exchanges are AirSane's (see the devices' README in the shared material). Each script below names the files
// that it replays; TestEveryRecordingIsReplayed holds the scripts against the folder.
type script struct {
	name    string
	files   []string // every file that the script uses
	request scanner.Request
	post    string   // the recorded POST that ours must mean the same as; "" compares nothing
	jobID   string   // put into the recorded Location
	next    []string // answers to NextDocument in turn, a recorded file or a bare status
	repeat  int      // how often the first of next is given
	status  []string // answers to ScannerStatus from the POST on, the last one stays
	pages   int
	end     scanner.FaultKind // "" is io.EOF
	detail  string            // what the end must say
	asks    []string          // requests that must be among ours, as recorded
}

func scripts() []script {
	feeder := scanner.Request{Input: scanner.InputFeeder, ColorMode: scanner.ColorRGB, ResolutionDPI: 150, WidthMM: 210, HeightMM: 297}
	platen := feeder
	platen.Input, platen.Format = scanner.InputPlaten, "image/png"
	const (
		caps    = "01-capabilities.response.http"
		idle    = "02-status-idle-adf-loaded.response.http"
		created = "03-scanjobs-post-adf.response-201.http"
		page    = "04b-nextdocument-platen-chunked-jpeg.response-200.http" // the body is a PNG, as its type says
		empty   = "11-nextdocument-jam-before-first-byte.response-200-empty.http"
		jam     = "12-status-after-jam.response.http"
		cover   = "13-status-after-cover-open.response.http"
		gone    = "15-nextdocument-after-abort.response-404.http"
		jobADF  = "19b3c346-b39e-56c7-b467-b0736a112a51"
		jobJam  = "0735cf35-400c-5baf-bf67-e5bc3639805c"
		jobOpen = "5293012a-9f76-5e38-98c7-9688dfd5cdf5"
		jobUser = "007e1aa7-f750-572c-9e1f-a60c180ab8d9"
		jobWait = "7ea253d2-9841-5dce-bb39-7d422719da5b"
	)
	return []script{{
		name: "a feeder of ten sheets ends with 409", request: feeder, jobID: jobADF, pages: 10, repeat: 10,
		post: "03-scanjobs-post-adf.request.http",
		next: []string{page, "05-nextdocument-adf-end.response-409.http"}, status: []string{"06-status-after-adf-empty.response.http"},
		asks:  []string{"01-capabilities.request.http", "04-nextdocument.request.http"},
		files: []string{caps, idle, created},
	}, {
		name: "of ten scanned sheets nine came", request: feeder, jobID: jobADF, pages: 9, repeat: 9,
		next: []string{page, "05-nextdocument-adf-end.response-409.http"}, status: []string{"06-status-after-adf-empty.response.http"},
		end: scanner.FaultDevice, detail: "scanned 10 pages and delivered 9",
	}, {
		name: "one page from the glass ends with 404", request: platen, jobID: jobADF, pages: 1, repeat: 1,
		post: "07-sane-airscan-scanjobs-post.request.http",
		next: []string{page, "08-nextdocument-platen-end.response-404.http"}, status: []string{"14-status-adf-empty-seen-by-sane-airscan.response.http"},
	}, {
		name: "cancelled at the device", request: feeder, jobID: jobUser, pages: 1, repeat: 1,
		next: []string{page, "08-nextdocument-platen-end.response-404.http"}, status: []string{"14-status-adf-empty-seen-by-sane-airscan.response.http"},
		end: scanner.FaultCancelled, detail: "JobCanceledByUser",
		asks: []string{"09-delete.request.http"}, files: []string{"09-delete.response-200.http"},
	}, {
		name: "not yet, as long as the job is pending", request: feeder, jobID: jobWait, pages: 1, repeat: 1,
		next: []string{"404", "503", "404", page, "409"}, status: []string{"10-status-job-pending.response.http"},
		end: scanner.FaultDevice, detail: "neither delivers nor ends",
	}, {
		name: "a jam is an empty body and never an empty page", request: feeder, jobID: jobJam, repeat: 1,
		next: []string{empty}, status: []string{jam}, end: scanner.FaultDevice, detail: "aborted by the device",
	}, {
		name: "an open cover likewise", request: feeder, jobID: jobOpen, repeat: 1,
		next: []string{empty}, status: []string{cover}, end: scanner.FaultDevice, detail: "ResourcesAreNotReady",
	}, {
		name: "404 after an abort is not the end", request: feeder, jobID: jobJam, pages: 1, repeat: 1,
		next: []string{page, gone}, status: []string{jam}, end: scanner.FaultDevice, detail: "aborted by the device",
	}, {
		name: "a transfer that was cut", request: feeder, jobID: jobADF, repeat: 1, pages: 0,
		next: []string{"16-nextdocument-truncated-transfer.response-200.http"}, status: []string{jam}, end: scanner.FaultTruncated,
	}}
}

func (s script) used() []string {
	all := slices.Concat(s.files, s.next, s.status, s.asks, []string{s.post})
	return slices.DeleteFunc(all, func(name string) bool { return !strings.HasSuffix(name, ".http") })
}

func TestReplay(t *testing.T) {
	dir := testenv.Shared(t, "devices/escl")
	for _, s := range scripts() {
		t.Run(s.name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { s.run(t, dir) }) })
	}
}

func (s script) run(t *testing.T, dir string) {
	w := &wire{}
	asked, statuses := 0, 0
	var posted []byte
	hosts := map[string]bool{}
	w.answer = func(r *http.Request, body []byte) answer {
		hosts[r.Host] = true
		switch {
		case strings.HasSuffix(r.URL.Path, "/ScannerCapabilities"):
			return answer{raw: read(t, dir, "01-capabilities.response.http")}
		case strings.HasSuffix(r.URL.Path, "/ScannerStatus"):
			if posted == nil {
				return answer{raw: read(t, dir, "02-status-idle-adf-loaded.response.http")}
			}
			statuses++
			return answer{raw: read(t, dir, s.status[min(statuses, len(s.status))-1])}
		case r.Method == http.MethodPost:
			posted = body
			raw := read(t, dir, "03-scanjobs-post-adf.response-201.http")
			return answer{raw: regexp.MustCompile(`[0-9a-f-]{36}`).ReplaceAll(raw, []byte(s.jobID))}
		case r.Method == http.MethodDelete:
			return answer{raw: read(t, dir, "09-delete.response-200.http")}
		}
		asked++
		name := s.next[min(max(0, asked-s.repeat), len(s.next)-1)]
		if code, ok := map[string]int{"404": 404, "409": 409, "503": 503}[name]; ok {
			return answer{raw: http11(code, "", nil)}
		}
		return answer{raw: read(t, dir, name)}
	}
	src := w.source(t, nil)
	if st := src.Status(t.Context()); st.State != scanner.StateIdle || st.Feeder != scanner.FeederLoaded {
		t.Errorf("status before the run: %+v", st)
	}
	doc := scan(t, src, s.request)
	var first []byte
	for seq := 1; seq <= s.pages; seq++ {
		p, b := take(t, doc)
		if seq == 1 { // all pages are the one recorded
			if img, err := png.Decode(bytes.NewReader(b)); err != nil || img.Bounds().Dx() != 1240 {
				t.Fatalf("the recorded page: %v", err)
			}
			first = b
		}
		if !bytes.Equal(b, first) || p.Format != "image/png" || p.Seq != seq {
			t.Fatalf("page %d: seq %d, %s, %d bytes", seq, p.Seq, p.Format, len(b))
		}
		if p.Settings.ResolutionXDPI != 150 || p.Settings.Device != "Noname frontend-tester" || p.Settings.Input != s.request.Input {
			t.Errorf("settings %+v", p.Settings)
		}
	}
	p, err := doc.Next(t.Context())
	if err == nil {
		_, err = io.Copy(io.Discard, p.Data)
		_ = p.Data.Close() // the read's error counts
	}
	if s.end == "" && err != io.EOF || scannertest.Kind(err) != s.end || err == nil || !strings.Contains(err.Error(), s.detail) {
		t.Errorf("end: %v, want %q saying %q", err, s.end, s.detail)
	}
	if err := doc.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if deleted := w.count("DELETE /eSCL/ScanJobs/" + s.jobID); (deleted == 1) != (s.end != "") {
		t.Errorf("the job was deleted %d times after %v", deleted, err)
	}
	s.compareRequests(t, dir, w)
	if len(hosts) != 1 || !hosts["scanner.test"] {
		t.Errorf("hosts asked: %v", hosts)
	}
	if s.post != "" {
		sameMeaning(t, posted, read(t, dir, s.post))
	}
	w.conns.Wait()
}

// compareRequests looks for the recorded requests among ours.
func (s script) compareRequests(t *testing.T, dir string, w *wire) {
	t.Helper()
	for _, name := range s.asks {
		recorded, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(read(t, dir, name))))
		if err != nil {
			t.Fatal(err)
		}
		want := recorded.Method + " " + recorded.URL.Path
		if !slices.Contains(w.requests(), want) {
			t.Errorf("%s: we never asked %q; we asked %q", name, want, w.requests())
		}
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Error(err)
	}
	return b
}

// settings is ScanSettings as a device reads them.
type settings struct {
	XMLName xml.Name `xml:"ScanSettings"`
	Units   string   `xml:"ScanRegions>ScanRegion>ContentRegionUnits"`
	Width   int      `xml:"ScanRegions>ScanRegion>Width"`
	Height  int      `xml:"ScanRegions>ScanRegion>Height"`
	Input   string   `xml:"InputSource"`
	Color   string   `xml:"ColorMode"`
	X       int      `xml:"XResolution"`
	Y       int      `xml:"YResolution"`
	Format  string   `xml:"DocumentFormat"`
}

func sameMeaning(t *testing.T, ours, recorded []byte) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(recorded)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) { // a recorded length that is a few bytes off
		t.Fatal(err)
	}
	var got, want settings
	if err := errors.Join(xml.Unmarshal(ours, &got), xml.Unmarshal(body, &want)); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("our settings mean\n%+v, the recorded ones\n%+v", got, want)
	}
}

func TestEveryRecordingIsReplayed(t *testing.T) {
	entries, err := os.ReadDir(testenv.Shared(t, "devices/escl"))
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, s := range scripts() {
		for _, name := range s.used() {
			used[name] = true
		}
	}
	if len(entries) == 0 {
		t.Fatal("the folder is empty")
	}
	for _, e := range entries {
		if !used[e.Name()] {
			t.Errorf("%s is replayed by no test", e.Name())
		}
		delete(used, e.Name())
	}
	for name := range used {
		t.Errorf("%s is named by a test and not in the folder", name)
	}
}

func TestRecordedCapabilities(t *testing.T) {
	dir := testenv.Shared(t, "devices/escl")
	w := &wire{answer: func(*http.Request, []byte) answer {
		return answer{raw: read(t, dir, "01-capabilities.response.http")}
	}}
	got, err := w.source(t, func(c *escl.Config) { c.URL += "/" }).Capabilities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != "8ee2d9c0-6510-588d-bbcf-4bc1fd245dda" || got.MakeAndModel != "Noname frontend-tester" || len(got.Inputs) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, name := range []scanner.Input{scanner.InputFeeder, scanner.InputPlaten} {
		in, ok := got.Input(name)
		if !ok || in.Duplex || in.MaxWidthMM != 432 || in.MaxHeightMM != 432 ||
			!slices.Equal(in.ResolutionsDPI, []int{75, 150, 300, 600, 1200}) || // not the 1 dpi that it lists
			!slices.Equal(in.ColorModes, []scanner.ColorMode{scanner.ColorGrey, scanner.ColorRGB}) ||
			!slices.Equal(in.Formats, []string{"application/pdf", "image/jpeg", "image/png"}) {
			t.Errorf("%s: %+v", name, in)
		}
	}
}
