package escl_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"segnatura/internal/pinned"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/scannertest"
)

func wantKind(t *testing.T, what string, err error, kind scanner.FaultKind, words ...string) {
	t.Helper()
	if scannertest.Kind(err) != kind || err == nil {
		t.Errorf("%s: %v, want %q", what, err, kind)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: %v does not say %q", what, err, w)
		}
	}
}

func TestConfigurationIsCheckedBeforeAnyCall(t *testing.T) {
	for _, cfg := range []escl.Config{
		{}, {URL: "scanner/eSCL"}, {URL: "ftp://scanner/eSCL"}, {URL: "http:///eSCL"}, {URL: "http://u:p@scanner/eSCL"},
		{URL: "http://scanner/eSCL?x=1"}, {URL: "http://scanner/eSCL#x"}, {URL: "http://scanner\x7f/"},
		{URL: "http://scanner/eSCL", PinSHA256: strings.Repeat("ab", 32)}, {URL: "https://scanner/eSCL", PinSHA256: "abcd"},
		{URL: "https://scanner/eSCL", PinSHA256: strings.Repeat("zz", 32)},
	} {
		if _, err := escl.New(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		} else if strings.Contains(err.Error(), "u:p") {
			t.Errorf("the password is in the error: %v", err)
		}
	}
}

func TestSettingsThatTheDeviceDoesNotListAreRefusedBeforePaperMoves(t *testing.T) {
	ok := feederRequest()
	for _, c := range []struct {
		name string
		edit func(*scanner.Request)
		want bool
	}{
		{"as it is", func(*scanner.Request) {}, true},
		{"both sides", func(r *scanner.Request) { r.Duplex = true }, true},
		{"a step inside the range", func(r *scanner.Request) { r.ResolutionDPI = 350 }, true},
		{"the device's own resolution", func(r *scanner.Request) { r.ResolutionDPI = 0 }, true},
		{"A4", func(r *scanner.Request) { r.WidthMM, r.HeightMM = 210, 297 }, true},
		{"between two steps", func(r *scanner.Request) { r.ResolutionDPI = 320 }, false},
		{"over the range", func(r *scanner.Request) { r.ResolutionDPI = 650 }, false},
		{"below zero", func(r *scanner.Request) { r.ResolutionDPI = -300 }, false},
		{"a format", func(r *scanner.Request) { r.Format = "image/tiff" }, false},
		{"the extended format", func(r *scanner.Request) { r.Format = "application/pdf" }, true},
		{"one bit as JPEG", func(r *scanner.Request) { r.ColorMode, r.Format = scanner.ColorBinary, "image/jpeg" }, false},
		{"one bit in whatever it has", func(r *scanner.Request) { r.ColorMode = scanner.ColorBinary }, true},
		{"one bit as PDF", func(r *scanner.Request) { r.ColorMode, r.Format = scanner.ColorBinary, "application/pdf" }, true},
		{"both sides of the glass", func(r *scanner.Request) { r.Input, r.Duplex = scanner.InputPlaten, true }, false},
		{"A3", func(r *scanner.Request) { r.WidthMM, r.HeightMM = 297, 420 }, false},
		{"half an area", func(r *scanner.Request) { r.WidthMM = 210 }, false},
		{"an input", func(r *scanner.Request) { r.Input = "film" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFeeder(jpegPage(1))
			r := ok
			c.edit(&r)
			doc, err := f.source(t, nil).Scan(t.Context(), r)
			if (err == nil) != c.want {
				t.Fatalf("Scan: %v, want it to work: %v", err, c.want)
			}
			if err != nil {
				wantKind(t, "Scan", err, scanner.FaultUnsupported)
				if f.post() != "" {
					t.Error("a job was created all the same")
				}
				return
			}
			if err := doc.Close(); err != nil {
				t.Error(err)
			}
			if f.count("DELETE /eSCL/ScanJobs/7") != 1 {
				t.Error("the unfinished job was not deleted")
			}
		})
	}
}

func TestTheInputThatNobodyChose(t *testing.T) {
	f := newFeeder(jpegPage(1))
	doc := scan(t, f.source(t, nil), scanner.Request{})
	p, _ := take(t, doc)
	if p.Settings.Input != scanner.InputFeeder || !strings.Contains(f.post(), ">Feeder<") || p.Sheet != 1 {
		t.Errorf("with paper in the feeder: %+v, posted %s", p, f.post())
	}
	if strings.Contains(f.post(), "Region") || strings.Contains(f.post(), "Resolution") || strings.Contains(f.post(), "ColorMode") {
		t.Errorf("what is the device's to choose was sent: %s", f.post())
	}
}

func TestBusyIsWaitedForAndNotForEver(t *testing.T) {
	for _, c := range []struct {
		name          string
		post503, n503 int
		ends          scanner.FaultKind
	}{
		{"a few times", 3, 5, ""},
		{"too long for a job", 1000, 0, scanner.FaultBusy},
		{"too long for a page", 0, 1000, scanner.FaultBusy},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFeeder(jpegPage(1), jpegPage(2))
				f.jobs = func(n int) answer {
					if n <= c.post503 {
						return answer{raw: http11(503, "", nil)}
					}
					return answer{raw: http11(201, "Location: /eSCL/ScanJobs/7\r\n", nil)}
				}
				f.next = func(n int) (answer, bool) { return answer{raw: http11(503, "", nil)}, n > 1 && n <= 1+c.n503 }
				begun := time.Now()
				doc, err := f.source(t, nil).Scan(t.Context(), feederRequest())
				if err == nil {
					defer doc.Close()
					take(t, doc)
					var p *scanner.Page
					if p, err = doc.Next(t.Context()); err == nil {
						err = p.Data.Close()
					}
				}
				if c.ends == "" && err != nil {
					t.Error(err)
				}
				if c.ends != "" {
					wantKind(t, "the run", err, c.ends)
					if waited := time.Since(begun); waited < 50*time.Second || waited > 61*time.Second {
						t.Errorf("it was believed for %v", waited)
					}
				}
			})
		})
	}
}

func TestAnEndWithoutTheJobsWordIsAskedAboutTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFeeder(jpegPage(1), jpegPage(2))
		f.next = func(n int) (answer, bool) { return answer{raw: http11(404, "", nil)}, n == 2 } // "empty" between two sheets
		f.status = func() []byte { return statusXML("Idle", "ScannerAdfEmpty", "Processing", 0) }
		doc := scan(t, f.source(t, nil), feederRequest())
		take(t, doc)
		if p, _ := take(t, doc); p.Seq != 2 {
			t.Errorf("page %d", p.Seq)
		}
		if _, err := doc.Next(t.Context()); err != io.EOF {
			t.Errorf("end: %v", err)
		}
		if f.asked() != 5 {
			t.Errorf("asked %d times", f.asked())
		}
	})
}

func TestDeadlines(t *testing.T) {
	for _, c := range []struct {
		name string
		a    answer
		kind scanner.FaultKind
		wait time.Duration
	}{
		{"no first byte of a page", answer{hold: true}, scanner.FaultOffline, 90 * time.Second},
		{"headers and no page", answer{raw: []byte("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"), hold: true}, scanner.FaultTruncated, 90 * time.Second},
		{"a page that stands still", answer{raw: http11(200, "", jpegPage(1))[:500], hold: true}, scanner.FaultTruncated, 30 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFeeder()
				f.next = func(int) (answer, bool) { return c.a, true }
				doc := scan(t, f.source(t, nil), feederRequest())
				begun := time.Now()
				p, err := doc.Next(t.Context())
				if err == nil {
					if _, err := p.Data.Read(make([]byte, 1)); err != nil {
						t.Error(err)
					}
					time.Sleep(5 * time.Minute) // a slow consumer, on the bubble's clock, is not the device's fault
					begun = time.Now()
					_, err = io.ReadAll(p.Data)
					_ = p.Data.Close() // the read's error counts
				}
				wantKind(t, "the page", err, c.kind)
				if took := time.Since(begun); took != c.wait {
					t.Errorf("it took %v, want %v", took, c.wait)
				}
				_, again := doc.Next(t.Context())
				wantKind(t, "after it", again, c.kind)
				if err := doc.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestWhatIsNoPage(t *testing.T) {
	closing := []byte("HTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\n\r\n") // no length: the connection's end is the body's
	for _, c := range []struct {
		name string
		raw  []byte
		kind scanner.FaultKind
	}{
		{"an error page with 200", http11(200, "Content-Type: image/jpeg\r\n", []byte("<html>error</html>")), scanner.FaultBadData},
		{"more than the limit", http11(200, "", jpegPage(7000)), scanner.FaultBadData},
		{"cut, where only the format can tell", append(closing, jpegPage(1)[:2000]...), scanner.FaultTruncated},
		{"a redirect elsewhere", http11(302, "Location: http://evil.test/page.jpg\r\n", nil), scanner.FaultDevice},
		{"no HTTP", []byte("SSH-2.0-x\r\n\r\n"), scanner.FaultDevice},
		{"nothing", nil, scanner.FaultOffline},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFeeder()
			f.next = func(int) (answer, bool) { return answer{raw: c.raw}, true }
			doc := scan(t, f.source(t, func(cfg *escl.Config) { cfg.MaxPageBytes = 9000 }), feederRequest())
			p, err := doc.Next(t.Context())
			if err == nil {
				_, err = io.ReadAll(p.Data)
				_ = p.Data.Close() // the read's error counts
			}
			wantKind(t, "the page", err, c.kind)
			if f.count("/page.jpg") != 0 {
				t.Error("the redirect was followed")
			}
		})
	}
}

func TestAPageThatWasNotReadIsNotForgotten(t *testing.T) {
	f := newFeeder(jpegPage(1), jpegPage(2))
	doc := scan(t, f.source(t, nil), feederRequest())
	p, err := doc.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Data.Close(); err != nil {
		t.Error(err)
	}
	_, err = doc.Next(t.Context())
	wantKind(t, "Next", err, scanner.FaultTruncated, "page 1 was closed before its end")
}

func TestJobsAddress(t *testing.T) {
	for location, want := range map[string]string{
		"/eSCL/ScanJobs/7":                      "/eSCL/ScanJobs/7/NextDocument",
		"ScanJobs/7":                            "/eSCL/ScanJobs/7/NextDocument",
		"http://evil.test:81/eSCL/ScanJobs/7/":  "/eSCL/ScanJobs/7/NextDocument",
		"//evil.test/eSCL/ScanJobs/7":           "/eSCL/ScanJobs/7/NextDocument",
		"https://localhost/u-1/ScanJobs/a%2Fb":  "/u-1/ScanJobs/a/b/NextDocument",
		"":                                      "",
		"http://evil.test":                      "",
		"http://[::1":                           "",
		"/" + strings.Repeat("x", 3000) + "/7":  "",
		"javascript:alert(1)":                   "",
		"http://evil.test/../../eSCL/ScanJobs/": "/eSCL/ScanJobs/NextDocument",
	} {
		f := newFeeder(jpegPage(1))
		hosts := map[string]bool{}
		serve := f.answer
		f.answer = func(r *http.Request, b []byte) answer { hosts[r.Host] = true; return serve(r, b) }
		f.jobs = func(int) answer { return answer{raw: http11(201, "Location: "+location+"\r\n", nil)} }
		doc, err := f.source(t, nil).Scan(t.Context(), feederRequest())
		if want == "" {
			wantKind(t, location, err, scanner.FaultBadData)
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", location, err)
			continue
		}
		_, _ = doc.Next(t.Context()) // most of these have no page: the address is what counts
		_ = doc.Close()
		if !slices.Contains(f.requests(), "GET "+want) || len(hosts) != 1 || !hosts["scanner.test"] {
			t.Errorf("%q: asked %q of %v", location, f.requests(), hosts)
		}
	}
}

func TestAPinnedCertificate(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "u" || password != "p" {
			w.Header().Set("WWW-Authenticate", `Basic realm="scanner"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/eSCL/ScannerStatus" {
			_, _ = w.Write(statusXML("Idle", "ScannerAdfLoaded", "", 0))
			return
		}
		_, _ = fmt.Fprintf(w, capsXML, "Prova 1")
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what is tested
	srv.StartTLS()
	defer srv.Close()
	sum := sha256.Sum256(srv.Certificate().Raw)
	pin := hex.EncodeToString(sum[:])
	other := strings.Repeat("00", 32)
	for _, c := range []struct {
		name, pin, password string
		kind                scanner.FaultKind
		state               scanner.State
	}{
		{"the right one", pin, "p", "", scanner.StateIdle},
		{"with colons, in capitals", strings.ToUpper(pin[:2] + ":" + pin[2:]), "p", "", scanner.StateIdle},
		{"another device", other, "p", scanner.FaultUntrusted, scanner.StateStopped},
		{"no pin, nobody vouches", "", "p", scanner.FaultUntrusted, scanner.StateStopped},
		{"wrong password", pin, "q", scanner.FaultForbidden, scanner.StateStopped},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, err := escl.New(escl.Config{URL: srv.URL + "/eSCL", PinSHA256: c.pin, User: "u", Password: c.password})
			if err != nil {
				t.Fatal(err)
			}
			_, err = src.Capabilities(t.Context())
			if scannertest.Kind(err) != c.kind {
				t.Errorf("capabilities: %v, want %q", err, c.kind)
			}
			var met *pinned.CertificateError
			if untrusted := errors.As(err, &met); untrusted != (c.kind == scanner.FaultUntrusted) || untrusted && met.SHA256 != pin {
				t.Errorf("the error does not say which certificate was met: %v", err)
			}
			if st := src.Status(t.Context()); st.State != c.state || st.Fault != c.kind {
				t.Errorf("status: %+v", st)
			}
		})
	}
}

func TestHostileXML(t *testing.T) {
	for name, body := range map[string]string{
		"too deep":        strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40),
		"too deep inside": "<ScannerCapabilities>" + strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40) + "</ScannerCapabilities>",
		"too many":        "<ScannerCapabilities>" + strings.Repeat("<a/>", 60_000) + "</ScannerCapabilities>",
		"too long":        "<ScannerCapabilities>" + strings.Repeat(" ", 2<<20) + "</ScannerCapabilities>",
		"a document type": `<!DOCTYPE x [<!ENTITY a "b">]><ScannerCapabilities><UUID>&a;</UUID></ScannerCapabilities>`,
		"another root":    "<html/>",
		"no inputs":       "<ScannerCapabilities><UUID>u</UUID></ScannerCapabilities>",
		"cut":             "<ScannerCapabilities><UUID>u</UU",
		"nothing":         "",
	} {
		w := &wire{answer: func(*http.Request, []byte) answer { return answer{raw: http11(200, "", []byte(body))} }}
		_, err := w.source(t, nil).Capabilities(t.Context())
		wantKind(t, name, err, scanner.FaultBadData)
	}
}

func TestStatusOfADeviceThatAnswersOddly(t *testing.T) {
	for _, c := range []struct {
		a    answer
		want scanner.State
	}{
		{answer{raw: http11(503, "", nil)}, scanner.StateBusy},
		{answer{raw: http11(500, "", nil)}, scanner.StateStopped},
		{answer{raw: http11(200, "", []byte("<x/>"))}, scanner.StateStopped},
		{answer{raw: http11(200, "", statusXML("Napping", "", "", 0))}, scanner.StateStopped},
		{answer{raw: http11(200, "", statusXML("Testing", "", "", 0))}, scanner.StateBusy},
		{answer{}, scanner.StateOffline},
	} {
		w := &wire{answer: func(*http.Request, []byte) answer { return c.a }}
		if st := w.source(t, nil).Status(t.Context()); st.State != c.want {
			t.Errorf("%s: %+v", c.a.raw, st)
		}
	}
}

func TestQuirks(t *testing.T) {
	t.Run("Brother MFC-L2710DW is given time between pages", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := newFeeder(jpegPage(1), jpegPage(2), jpegPage(3))
			f.model = "Brother MFC-L2710DW series"
			doc := scan(t, f.source(t, nil), feederRequest())
			begun := time.Now()
			for range 3 {
				take(t, doc)
			}
			if took := time.Since(begun); took != 2*time.Second {
				t.Errorf("three pages took %v", took)
			}
		})
	})
	t.Run("Canon iR2625/2630 has 300 dpi", func(t *testing.T) {
		f := newFeeder(jpegPage(1))
		f.model = "Canon iR2625/2630"
		c, err := f.source(t, nil).Capabilities(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		in, _ := c.Input(scanner.InputFeeder)
		if slices.Max(in.ResolutionsDPI) != 300 {
			t.Errorf("%v", in.ResolutionsDPI)
		}
	})
	t.Run("Canon MF410 is not started on an empty feeder", func(t *testing.T) {
		f := newFeeder()
		f.model = "MF410 Series"
		serve := f.answer
		f.answer = func(r *http.Request, b []byte) answer {
			if strings.HasSuffix(r.URL.Path, "ScannerStatus") {
				return answer{raw: http11(200, "", statusXML("Idle", "ScannerAdfEmpty", "", 0))}
			}
			return serve(r, b)
		}
		_, err := f.source(t, nil).Scan(t.Context(), feederRequest())
		wantKind(t, "Scan", err, scanner.FaultEmpty)
		if f.post() != "" {
			t.Error("it was started")
		}
	})
	for model, want := range map[string]string{"HP LaserJet MFP M630": "localhost", "EPSON WF-1": "scanner.test:80", "Other": "scanner.test"} {
		t.Run("Host for "+model, func(t *testing.T) {
			f := newFeeder(jpegPage(1))
			f.model = model
			serve, got := f.answer, ""
			f.answer = func(r *http.Request, b []byte) answer {
				if r.Method == http.MethodPost {
					got = r.Host
				}
				return serve(r, b)
			}
			scan(t, f.source(t, nil), feederRequest())
			if got != want {
				t.Errorf("Host %q, want %q", got, want)
			}
		})
	}
}
