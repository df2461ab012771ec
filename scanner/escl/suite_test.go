package escl_test

import (
	"testing"

	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/scannertest"
)

func TestSuite(t *testing.T) {
	scannertest.Run(t, scannertest.Family{New: func(t *testing.T, s scannertest.Scenario) scannertest.Harness {
		f := newFeeder(jpegPage(1), jpegPage(2), jpegPage(3), jpegPage(4))
		h := scannertest.Harness{Request: feederRequest(), Pages: f.pages, Asked: f.given}
		url := "http://scanner.test/eSCL"
		last := len(f.pages)
		abort := func(adf string) {
			f.next = func(n int) (answer, bool) { return answer{raw: http11(200, "", nil)}, n > last }
			f.status = func() []byte { return statusXML("Idle", adf, "Aborted", last) }
		}
		switch s {
		case scannertest.Duplex:
			h.Request.Duplex = true
		case scannertest.Jam:
			abort("ScannerAdfJam")
		case scannertest.CoverOpen:
			abort("ScannerAdfDoorOpen")
		case scannertest.Truncated:
			whole := http11(200, "", f.pages[last-1])
			f.next = func(n int) (answer, bool) { return answer{raw: whole[:len(whole)/2]}, n == last }
		case scannertest.Stall:
			whole := http11(200, "", f.pages[last-1])
			f.next = func(n int) (answer, bool) { return answer{raw: whole[:len(whole)/2], hold: true}, n == last }
		case scannertest.Silent:
			f.next = func(n int) (answer, bool) { return answer{hold: true}, n == last }
		case scannertest.Empty:
			f.pages = nil
			f.status = func() []byte { return statusXML("Idle", "ScannerAdfEmpty", "Aborted", 0) }
			f.jobs = func(int) answer { return answer{raw: http11(409, "", nil)} }
		case scannertest.Busy:
			f.jobs = func(int) answer { return answer{raw: http11(503, "", nil)} }
		case scannertest.Offline:
			src, err := escl.New(escl.Config{URL: "http://127.0.0.1:1/eSCL"}) // nobody listens on port 1
			if err != nil {
				t.Fatal(err)
			}
			h.Source = src
			return h
		}
		h.Source = f.source(t, func(c *escl.Config) { c.URL, c.BusyTimeout = url, noRetry })
		return h
	}})
}

var _ scanner.Source = (*escl.Source)(nil)
