package escl_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/scannertest"
)

// The example of RFC 7616, 3.9.1: the same request by both algorithms, and the older one of RFC 2617, 3.5.
func TestDigestOfTheRFC(t *testing.T) {
	const rest = `realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
	const cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	for name, c := range map[string]struct {
		challenges []string
		response   string
	}{
		"MD5":     {[]string{"Digest " + rest + ", algorithm=MD5"}, "8ca523f5e9506fed4657c9700eebdbec"},
		"SHA-256": {[]string{"Digest " + rest + ", algorithm=SHA-256"}, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
		"the stronger of three": {[]string{`Basic realm="a, b=\"c\"", Digest ` + rest + ", algorithm=MD5", "Digest " + rest + ", algorithm=SHA-256"},
			"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
	} {
		got := escl.Answer("Mufasa", "Circle of Life", cnonce, c.challenges, "GET", "http://www.example.org/dir/index.html")
		if !strings.Contains(got, `response="`+c.response+`"`) || !strings.Contains(got, "qop=auth, nc=00000001") || !strings.Contains(got, `opaque="FQhe`) {
			t.Errorf("%s: %s", name, got)
		}
	}
	for challenge, want := range map[string]string{
		`Basic realm="x"`: "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl",
		// What we cannot answer, or must not: a digest over the body, an algorithm that nobody knows, another scheme.
		`Digest realm="x", nonce="n", qop="auth-int"`: "", `Digest realm="x", nonce="n", algorithm=SHA-1`: "", `Bearer realm="x"`: "", `Digest realm="x"`: "", "": "",
	} {
		if got := escl.Answer("Mufasa", "Circle of Life", cnonce, []string{challenge}, "GET", "http://d/"); got != want {
			t.Errorf("%s: %q, want %q", challenge, got, want)
		}
	}
}

// guarded is a device that asks who is there.
type guarded struct {
	*feeder
	challenge func(n int) string
	right     string // what Authorization must contain
	refused   int
	sent      []string
}

func guard(f *feeder, right string, challenge func(n int) string) *guarded {
	g := &guarded{feeder: f, challenge: challenge, right: right}
	serve := f.wire.answer
	f.wire.answer = func(r *http.Request, body []byte) answer {
		f.state.Lock()
		defer f.state.Unlock()
		authorization := r.Header.Get("Authorization")
		g.sent = append(g.sent, r.Method+" "+authorization)
		if authorization == "" || !strings.Contains(authorization, g.right) {
			g.refused++
			return answer{raw: http11(401, "WWW-Authenticate: "+challenge(g.refused)+"\r\n", nil)}
		}
		f.state.Unlock()
		defer f.state.Lock()
		return serve(r, body)
	}
	return g
}

func TestADeviceThatAsksForAPassword(t *testing.T) {
	digest := func(n int) string { return `Digest realm="scanner", qop="auth", nonce="n` + string(rune('0'+n)) + `"` }
	t.Run("by digest, for every request of a run", func(t *testing.T) {
		f := newFeeder(jpegPage(1), jpegPage(2))
		g := guard(f, `username="anna"`, digest)
		doc := scan(t, f.source(t, func(c *escl.Config) { c.User, c.Password = "anna", "segreta" }), feederRequest())
		take(t, doc)
		take(t, doc)
		if _, err := doc.Next(t.Context()); err != io.EOF {
			t.Fatal(err)
		}
		if g.refused != 1 {
			t.Errorf("it had to ask %d times", g.refused)
		}
		for _, sent := range g.sent {
			if strings.Contains(sent, "segreta") || strings.Contains(sent, "Basic") {
				t.Errorf("the password was shown: %s", sent)
			}
		}
		if last := g.sent[len(g.sent)-1]; !strings.Contains(last, "nc=0000000") || strings.Contains(last, "nc=00000001") {
			t.Errorf("the count does not rise: %s", last)
		}
		if n := f.count("POST /eSCL/ScanJobs"); n != 1 {
			t.Errorf("%d jobs were posted", n)
		}
	})
	t.Run("whose nonce is old", func(t *testing.T) {
		f := newFeeder(jpegPage(1))
		g := guard(f, `nonce="n1"`, digest)
		src := f.source(t, func(c *escl.Config) { c.User, c.Password = "anna", "segreta" })
		if _, err := src.Capabilities(t.Context()); err != nil {
			t.Fatal(err)
		}
		g.right = `nonce="n2"`
		if _, err := src.Capabilities(t.Context()); err != nil {
			t.Errorf("after the nonce had changed: %v", err)
		}
	})
	for name, change := range map[string]func(*escl.Config){
		"of somebody who has none":       nil,
		"of somebody with a wrong one":   func(c *escl.Config) { c.User, c.Password = "bruno", "sbagliata" },
		"of somebody with an empty name": func(c *escl.Config) { c.Password = "segreta" },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFeeder(jpegPage(1))
			guard(f, `username="anna"`, digest)
			src := f.source(t, change)
			_, err := src.Capabilities(t.Context())
			if scannertest.Kind(err) != scanner.FaultForbidden {
				t.Errorf("capabilities: %v", err)
			}
			if n := len(f.requests()); n > 2 {
				t.Errorf("%d tries: devices lock accounts", n)
			}
			if st := src.Status(t.Context()); st.State != scanner.StateStopped || st.Fault != scanner.FaultForbidden {
				t.Errorf("status %+v", st)
			}
			var f2 *scanner.Fault
			if _, err := src.Scan(t.Context(), feederRequest()); !errors.As(err, &f2) || f2.Kind != scanner.FaultForbidden {
				t.Errorf("scan: %v", err)
			}
		})
	}
}

// A device that has nothing but PDF sends a feeder's sheets in one file: its own count of images is then no count of files, and which page
// is whose back is for whoever takes the file apart.
func TestADeviceThatOnlySendsPDF(t *testing.T) {
	pdf := []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
	f := newFeeder(pdf)
	serve := f.wire.answer
	f.wire.answer = func(r *http.Request, body []byte) answer {
		a := serve(r, body)
		if strings.HasSuffix(r.URL.Path, "ScannerCapabilities") {
			a.raw = http11(200, "", []byte(strings.Replace(capsXML, "<DocumentFormat>image/jpeg</DocumentFormat>", "", 1)))
		}
		return a
	}
	f.status = func() []byte { return statusXML("Idle", "ScannerAdfEmpty", "Completed", 10) }
	for _, mode := range []scanner.ColorMode{scanner.ColorGrey, scanner.ColorRGB, scanner.ColorBinary} {
		f.state.Lock()
		f.state.given = 0
		f.state.Unlock()
		r := feederRequest()
		r.ColorMode, r.Duplex = mode, true
		doc := scan(t, f.source(t, nil), r)
		if !strings.Contains(f.post(), "<pwg:DocumentFormat>application/pdf</pwg:DocumentFormat>") {
			t.Errorf("%s: %s", mode, f.post())
		}
		p, b := take(t, doc)
		if p.Format != "application/pdf" || string(b) != string(pdf) || p.Sheet != 0 || p.Back {
			t.Errorf("%s: %+v", mode, p)
		}
		if _, err := doc.Next(t.Context()); err != io.EOF {
			t.Errorf("%s: ten images in one file end with %v", mode, err)
		}
	}
}
