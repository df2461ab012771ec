package escl_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"segnatura/scanner"
	"segnatura/scanner/escl"
)

// answer is what a pretended device sends: raw bytes, and then it hangs up, unless hold keeps the line open without a word.
type answer struct {
	raw  []byte
	hold bool
}

// wire is a device on net.Pipe: what it answers is bytes, so that recorded and broken exchanges are replayed as they are, and
// its time is the test's bubble's.
type wire struct {
	answer func(*http.Request, []byte) answer

	mu    sync.Mutex
	log   []string
	conns sync.WaitGroup
}

// dial is escl.Config.Dial.
func (w *wire) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	w.conns.Go(func() {
		defer far.Close()
		req, err := http.ReadRequest(bufio.NewReader(far))
		if err != nil {
			return // the client went away
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		w.mu.Lock()
		w.log = append(w.log, req.Method+" "+req.URL.Path)
		w.mu.Unlock()
		a := w.answer(req, body)
		_, err = far.Write(a.raw)
		if err == nil && a.hold {
			_, _ = io.Copy(io.Discard, far) // until the client hangs up
		}
	})
	return near, nil
}

// requests returns what was asked so far, in order.
func (w *wire) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.log...)
}

func (w *wire) count(suffix string) int {
	n := 0
	for _, r := range w.requests() {
		if strings.HasSuffix(r, suffix) {
			n++
		}
	}
	return n
}

// source makes a client of the device. edit, where not nil, changes its configuration.
func (w *wire) source(t *testing.T, edit func(*escl.Config)) *escl.Source {
	t.Helper()
	cfg := escl.Config{URL: "http://scanner.test/eSCL", Dial: w.dial}
	if edit != nil {
		edit(&cfg)
	}
	src, err := escl.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// http11 writes a response with its length.
func http11(code int, header string, body []byte) []byte {
	return append(fmt.Appendf(nil, "HTTP/1.1 %d %s\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n",
		code, http.StatusText(code), header, len(body)), body...)
}

func jpegPage(n int) []byte {
	return append(append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte{byte(n)}, 3000+n)...), 0xff, 0xd9)
}

func statusXML(state, adf, jobState string, completed int) []byte {
	return fmt.Appendf(nil, `<?xml version="1.0"?><s:ScannerStatus xmlns:s="urn:s" xmlns:p="urn:p"><p:State>%s</p:State><s:AdfState>%s</s:AdfState>`+
		`<s:Jobs><s:JobInfo><p:JobUri>/eSCL/ScanJobs/7</p:JobUri><p:JobState>%s</p:JobState><p:ImagesCompleted>%d</p:ImagesCompleted></s:JobInfo></s:Jobs>`+
		`</s:ScannerStatus>`, state, adf, jobState, completed)
}

const capsXML = `<?xml version="1.0" encoding="UTF-8"?><ScannerCapabilities xmlns="urn:any"><MakeAndModel>%s</MakeAndModel><UUID>u-1</UUID>
<Platen><PlatenInputCaps><MaxWidth>2550</MaxWidth><MaxHeight>3508</MaxHeight><SettingProfiles><SettingProfile name="a">
<ColorModes><ColorMode>BlackAndWhite1</ColorMode><ColorMode>Grayscale8</ColorMode><ColorMode>RGB24</ColorMode></ColorModes>
<SupportedResolutions><ResolutionRange><XResolution><Min>100</Min><Max>600</Max><Step>50</Step></XResolution>
<YResolution><Min>100</Min><Max>600</Max><Step>50</Step></YResolution></ResolutionRange></SupportedResolutions>
<DocumentFormats><DocumentFormat>image/jpeg</DocumentFormat><DocumentFormatExt>application/pdf</DocumentFormatExt></DocumentFormats>
</SettingProfile></SettingProfiles></PlatenInputCaps></Platen>
<Adf><AdfSimplexInputCaps><MaxWidth>2550</MaxWidth><MaxHeight>4200</MaxHeight><SettingProfiles><SettingProfile ref="a"/></SettingProfiles></AdfSimplexInputCaps>
<AdfOptions><AdfOption>Duplex</AdfOption></AdfOptions></Adf></ScannerCapabilities>`

// feeder is a well-behaved device, with the trouble that a scenario asks for.
type feeder struct {
	wire
	model string
	pages [][]byte
	// next, where not nil, answers NextDocument number n (from 1) instead of a page.
	next func(n int) (answer, bool)
	// jobs answers POST ScanJobs; nil creates job 7.
	jobs   func(n int) answer
	status func() []byte

	state struct {
		sync.Mutex
		asked, posted, given int
		lastPost             []byte
	}
}

func newFeeder(pages ...[]byte) *feeder {
	f := &feeder{model: "Prova 1", pages: pages}
	f.wire.answer = f.serve
	f.status = func() []byte {
		if f.given() < len(f.pages) {
			return statusXML("Processing", "ScannerAdfLoaded", "Processing", f.given())
		}
		return statusXML("Idle", "ScannerAdfEmpty", "Completed", f.given())
	}
	return f
}

func (f *feeder) given() int {
	f.state.Lock()
	defer f.state.Unlock()
	return f.state.given
}

func (f *feeder) asked() int {
	f.state.Lock()
	defer f.state.Unlock()
	return f.state.asked
}

func (f *feeder) serve(r *http.Request, body []byte) answer {
	switch r.Method + " " + r.URL.Path {
	case "GET /eSCL/ScannerCapabilities":
		return answer{raw: http11(200, "", fmt.Appendf(nil, capsXML, f.model))}
	case "GET /eSCL/ScannerStatus":
		if f.count("POST /eSCL/ScanJobs") == 0 {
			return answer{raw: http11(200, "", statusXML("Idle", "ScannerAdfLoaded", "", 0))}
		}
		return answer{raw: http11(200, "", f.status())}
	case "POST /eSCL/ScanJobs":
		f.state.Lock()
		f.state.posted++
		f.state.lastPost = body
		n := f.state.posted
		f.state.Unlock()
		if f.jobs != nil {
			return f.jobs(n)
		}
		return answer{raw: http11(201, "Location: http://evil.test:99/eSCL/ScanJobs/7\r\n", nil)}
	case "DELETE /eSCL/ScanJobs/7":
		return answer{raw: http11(200, "", nil)}
	case "GET /eSCL/ScanJobs/7/NextDocument":
		f.state.Lock()
		defer f.state.Unlock()
		f.state.asked++
		if f.next != nil {
			if a, ok := f.next(f.state.asked); ok {
				return a
			}
		}
		if f.state.given == len(f.pages) {
			return answer{raw: http11(404, "", nil)}
		}
		f.state.given++
		return answer{raw: http11(200, "Content-Type: image/jpeg\r\n", f.pages[f.state.given-1])}
	}
	return answer{raw: http11(500, "", nil)}
}

func (f *feeder) post() string {
	f.state.Lock()
	defer f.state.Unlock()
	return string(f.state.lastPost)
}

// take reads one page whole.
func take(t *testing.T, doc scanner.Document) (*scanner.Page, []byte) {
	t.Helper()
	p, err := doc.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(p.Data)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Data.Close(); err != nil {
		t.Fatal(err)
	}
	return p, b
}

func scan(t *testing.T, src *escl.Source, r scanner.Request) scanner.Document {
	t.Helper()
	doc, err := src.Scan(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = doc.Close() }) // tests that care close it themselves
	return doc
}

func feederRequest() scanner.Request {
	return scanner.Request{Input: scanner.InputFeeder, ColorMode: scanner.ColorGrey, ResolutionDPI: 300}
}

const noRetry = time.Nanosecond
