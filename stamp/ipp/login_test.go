package ipp_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"segnatura/stamp"
	"segnatura/stamp/ipp"
	"segnatura/stamp/ipp/ipptest"
)

// guard lets in who answers its question, and counts what it is told.
type guard struct {
	inner    http.Handler
	ask      []string // WWW-Authenticate
	knows    func(*http.Request) bool
	told     int
	asked    int
	nonce    int
	password string
	mu       sync.Mutex
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		g.told++
	}
	if g.knows(r) {
		g.inner.ServeHTTP(w, r)
		return
	}
	g.asked++
	g.nonce++
	for _, a := range g.ask {
		w.Header().Add("WWW-Authenticate", strings.ReplaceAll(a, "NONCE", fmt.Sprint("n", g.nonce)))
	}
	w.WriteHeader(http.StatusUnauthorized)
}

// digested works RFC 7616, 3.4.1 out for itself. A nonce is good for three questions.
func (g *guard) digested(r *http.Request) bool {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	_, said, err := mime.ParseMediaType("x; " + strings.ReplaceAll(rest, ",", ";"))
	if err != nil || scheme != "Digest" {
		return false
	}
	h := func(parts ...string) string {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(parts, ":"))))
	}
	want := h(h("stampe", "etichette", g.password), said["nonce"], said["nc"], said["cnonce"], "auth", h(r.Method, said["uri"]))
	return said["response"] == want && said["uri"] == r.URL.Path && said["nonce"] == fmt.Sprint("n", g.nonce) && said["nc"] <= "00000003"
}

func (g *guard) basic(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	return ok && user == "stampe" && password == g.password
}

const digestQuestion = `Digest realm="etichette", nonce="NONCE", qop="auth", algorithm=SHA-256, stale=true`

// TestPrintersThatAskWhoPrints: Digest goes before Basic, and a password never where it could be read.
func TestPrintersThatAskWhoPrints(t *testing.T) {
	for name, c := range map[string]struct {
		ask      []string
		digest   bool
		user     string
		password string
		away     bool // the printer is not on this machine
		printed  bool
		told     bool
		says     string
	}{
		"Digest":                    {ask: []string{`Basic realm="etichette"`, digestQuestion}, digest: true, user: "stampe", password: "giusta", away: true, printed: true, told: true},
		"Basic on this machine":     {ask: []string{`Basic realm="etichette"`}, user: "stampe", password: "giusta", printed: true, told: true},
		"Basic over the network":    {ask: []string{`Basic realm="etichette"`}, user: "stampe", password: "giusta", away: true, says: "in the clear"},
		"the wrong password":        {ask: []string{strings.Replace(digestQuestion, "true", "false", 1)}, digest: true, user: "stampe", password: "sbagliata", told: true, says: "wants to know who prints"},
		"the wrong one, in Basic":   {ask: []string{`Basic realm="etichette"`}, user: "stampe", password: "sbagliata", told: true, says: "wants to know who prints"},
		"nobody named":              {ask: []string{digestQuestion}, digest: true, says: "wants to know who prints"},
		"a way that is none of our": {ask: []string{"Negotiate"}, user: "stampe", password: "giusta", says: "wants to know who prints"},
	} {
		t.Run(name, func(t *testing.T) {
			device := ipptest.NewPrinter()
			g := &guard{inner: device, ask: c.ask, password: "giusta"}
			g.knows = g.basic
			if c.digest {
				g.knows = g.digested
			}
			srv := httptest.NewServer(g)
			t.Cleanup(srv.Close)
			config := ipp.Config{URL: strings.Replace(srv.URL, "http:", "ipp:", 1) + "/ipp/print", User: c.user, Password: c.password, Resolution: stamp.DPI203,
				LabelSize: label100x50, Timeouts: ipp.Timeouts{Poll: time.Millisecond, Settle: time.Millisecond}}
			if c.away {
				config.URL, config.Dial = "ipp://printer.test:631/ipp/print", dialTo(srv.Listener.Addr().String())
			}
			p, err := ipp.New(config)
			if err != nil {
				t.Fatal(err)
			}
			result, err := p.Print(t.Context(), bitmap(800, 400, stamp.DPI203))
			g.mu.Lock()
			defer g.mu.Unlock()
			if c.printed != (result.Outcome == stamp.OutcomePrinted) || c.printed != (err == nil) || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v, %v", result, err)
			}
			if !c.printed && (result.Outcome != stamp.OutcomeFailed || result.Before.Conditions[0] != stamp.ConditionOther || g.asked > 2) {
				t.Errorf("%+v, asked %d times", result, g.asked)
			}
			if c.told != (g.told > 0) {
				t.Errorf("told %d times", g.told)
			}
		})
	}
}

func dialTo(address string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}
