package tsa_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/officesim/authority"
	"segnatura/internal/protocollo"
	"segnatura/internal/tsa"
)

var document = []byte("Registro giornaliero di prova")

// desk is an authority and a client of it.
type desk struct {
	*authority.Authority
	roots  []*x509.Certificate
	config tsa.Config
}

func certs(t testing.TB, chain []byte) []*x509.Certificate {
	t.Helper()
	var list []*x509.Certificate
	for {
		block, rest := pem.Decode(chain)
		if block == nil {
			return list
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		list, chain = append(list, c), rest
	}
}

func open(t testing.TB) *desk {
	t.Helper()
	a, err := authority.Start(context.WithoutCancel(t.Context()), authority.Config{Delay: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{Authority: a, roots: certs(t, a.Root())}
	d.config = tsa.Config{Service: call.Config{URL: a.URL(), Timeout: 10 * time.Second}, Trust: tsa.Trust{Roots: d.roots}, Clock: time.Now, Proof: verified}
	return d
}

func verified() protocollo.ClockProof {
	return protocollo.ClockProof{State: protocollo.ClockVerified, Uncertainty: 10 * time.Millisecond, MeasuredAt: time.Now(), Servers: 2}
}

func (d *desk) stamp(t testing.TB) (protocollo.Timestamp, error) {
	t.Helper()
	client, err := tsa.New(d.config)
	if err != nil {
		t.Fatal(err)
	}
	return client.Stamp(t.Context(), sha256.Sum256(document))
}

func TestAGoodTokenIsAccepted(t *testing.T) {
	d := open(t)
	for _, policy := range []asn1.ObjectIdentifier{nil, {1, 3, 6, 1, 4, 1, 99999, 1, 1}} {
		d.config.Policy = policy
		got, err := d.stamp(t)
		if err != nil {
			t.Fatal(err)
		}
		if got.Authority != "TSA di prova" || got.Policy != authority.Policy || got.Serial == "" || got.Accuracy != time.Second || got.Qualified || len(got.Token) == 0 {
			t.Errorf("%+v", got)
		}
		if off := time.Since(got.Time); off < 0 || off > 30*time.Second {
			t.Errorf("its time is %v ago", off)
		}
		if chain := certs(t, []byte(got.Chain)); len(chain) != 2 || !chain[0].Equal(d.Signer()) || !chain[1].Equal(d.roots[0]) {
			t.Errorf("chain of %d", len(chain))
		}
		if got.Clock.Servers != 2 || got.ReceivedAt.Before(got.SentAt) {
			t.Errorf("%+v", got)
		}
	}
}

// Every fault: nothing is accepted, and where something was answered the reason is told.
func TestFaults(t *testing.T) {
	d := open(t)
	codes := map[authority.Behaviour]string{
		authority.WrongNonce: "tsa-nonce", authority.NoNonce: "tsa-nonce", authority.WrongImprint: "tsa-imprint", authority.Expired: "tsa-expired", authority.SHA1: "tsa-algorithm",
		authority.OtherKey: "tsa-signature", authority.OtherRoot: "tsa-chain", authority.Rejects: "tsa-status", authority.NoSigningCertificate: "tsa-certificate",
		authority.NamedBySHA1: "tsa-certificate", authority.NamesAnother: "tsa-certificate", authority.NoCertificate: "tsa-certificate", authority.WrongPurpose: "tsa-purpose",
		authority.LaxPurpose: "tsa-purpose", authority.WrongPolicy: "tsa-policy", authority.WrongTime: "tsa-time", authority.Garbage: "tsa-malformed", authority.Truncated: "tsa-malformed",
		authority.Slow: "tsa-slow", authority.Away: "no-answer", authority.Half: "no-answer",
	}
	silent := map[authority.Behaviour]bool{authority.Slow: true, authority.Away: true, authority.Half: true}
	d.config.Policy = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1, 1}
	for _, b := range authority.Behaviours() {
		if b == authority.Well {
			continue
		}
		code, listed := codes[b]
		if !listed {
			t.Errorf("%s: nobody says what comes of it", b)
			continue
		}
		t.Run(string(b), func(t *testing.T) {
			d := *d
			if b == authority.Slow {
				d.config.Service.Timeout = 50 * time.Millisecond
			}
			if err := d.Behave(b); err != nil {
				t.Fatal(err)
			}
			got, err := d.stamp(t)
			if err == nil || len(got.Token) != 0 {
				t.Fatalf("accepted: %+v", got)
			}
			var refusal *tsa.Refusal
			class := protocollo.Rejected
			if silent[b] {
				class = protocollo.Unavailable
			}
			answered := errors.As(err, &refusal)
			if !errors.Is(err, class) || codeOf(err) != code || answered == silent[b] || answered && len(refusal.AnswerSHA256()) != 64 {
				t.Errorf("got %v, want %s, %s", err, class, code)
			}
		})
	}
	if err := d.Behave(authority.Well); err != nil {
		t.Fatal(err)
	}
	if _, err := d.stamp(t); err != nil {
		t.Errorf("well again: %v", err)
	}
}

func codeOf(err error) string {
	var e *protocollo.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// The clock's proven offset moves the window; a clock of which nothing is proven gets some minutes.
func TestTheTimeIsWithinTheExchange(t *testing.T) {
	d := open(t)
	for _, c := range []struct {
		name  string
		ahead time.Duration // of our clock
		proof protocollo.ClockProof
		ok    bool
	}{
		{"proven and right", 0, verified(), true},
		{"said to be right, ten seconds ahead", 10 * time.Second, verified(), false},
		{"ten minutes ahead, and proven to be", 10 * time.Minute, protocollo.ClockProof{State: protocollo.ClockVerified, Offset: -10 * time.Minute}, true},
		{"unproven, a minute behind", -time.Minute, protocollo.ClockProof{State: protocollo.ClockUnverified}, true},
		{"unproven, ten minutes behind", -10 * time.Minute, protocollo.ClockProof{State: protocollo.ClockUnverified}, false},
		{"an old proof is none", 10 * time.Minute, protocollo.ClockProof{State: protocollo.ClockStale, Offset: -10 * time.Minute}, false},
	} {
		d.config.Clock = func() time.Time { return time.Now().Add(c.ahead) }
		d.config.Proof = func() protocollo.ClockProof { return c.proof }
		if _, err := d.stamp(t); (err == nil) != c.ok || err != nil && codeOf(err) != "tsa-time" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A mark is called qualified only where its authority stands in the extract of the trusted list.
func TestQualifiedOnlyByTheTrustedList(t *testing.T) {
	d := open(t)
	stranger := open(t)
	for name, c := range map[string]struct {
		list []*x509.Certificate
		want bool
	}{
		"no list": {nil, false}, "another's": {[]*x509.Certificate{stranger.Signer()}, false}, "the signer's": {[]*x509.Certificate{d.Signer()}, true}, "its issuer's": {d.roots, true},
	} {
		d.config.Trust.TrustedList = c.list
		got, err := d.stamp(t)
		if err != nil {
			t.Fatal(err)
		}
		page := string(exported(t, got)["LEGGIMI.txt"])
		if got.Qualified != c.want || strings.HasPrefix(page, "marca temporale qualificata") != c.want || !c.want && strings.Contains(page, "qualificata") {
			t.Errorf("%s: qualified %t:\n%s", name, got.Qualified, page)
		}
	}
}

// The system's own certificates are never believed, nor those that merely came along.
func TestNobodyElseIsTrusted(t *testing.T) {
	d := open(t)
	d.config.Trust.Roots = nil
	if _, err := tsa.New(d.config); err == nil {
		t.Error("without roots: taken")
	}
	d.config.Trust.Roots = open(t).roots
	if _, err := d.stamp(t); codeOf(err) != "tsa-chain" {
		t.Errorf("another's root: %v", err)
	}
}

// What the web server says before anybody is asked for a token is no answer of the authority's; nor is one without end.
func TestTheWebServerMayRefuse(t *testing.T) {
	d := open(t)
	d.config.Service.MaxAnswer = 100
	if _, err := d.stamp(t); !errors.Is(err, protocollo.Unavailable) {
		t.Errorf("an answer above the bound: %v", err)
	}
	d.config.Service.MaxAnswer = 0
	for status, code := range map[int]string{401: "credentials", 404: "address", 418: "tsa-http", 500: "no-answer"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, _, _ := r.BasicAuth(); user != "ente" || r.Header.Get("Content-Type") != "application/timestamp-query" {
				t.Errorf("asked by %q with %v", user, r.Header)
			}
			w.WriteHeader(status)
		}))
		d.config.Service.URL, d.config.Service.User = server.URL, "ente"
		_, err := d.stamp(t)
		server.Close()
		var refusal *tsa.Refusal
		if !errors.Is(err, protocollo.Unavailable) || codeOf(err) != code || errors.As(err, &refusal) {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	names, err := filepath.Glob("testdata/fuzz/FuzzVerify/*")
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		got, err := tsa.Verify(answer, tsa.Expected{Digest: sha256.Sum256(document), Nonce: nonceOfSeeds(), SentAt: seedTime(), ReceivedAt: seedTime()}, tsa.Trust{Roots: nobody(t)})
		var refusal *tsa.Refusal
		if err == nil || !errors.As(err, &refusal) || len(got.Token) != 0 {
			t.Errorf("accepted, or not refused with a reason: %v", err)
		}
	})
}

func write(t testing.TB, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func exported(t testing.TB, token protocollo.Timestamp) map[string][]byte {
	t.Helper()
	var b bytes.Buffer
	sum := sha256.Sum256(document)
	if err := tsa.Export(&b, hexOf(sum[:]), token, "documento.pdf", nil); err != nil {
		t.Fatal(err)
	}
	return unzip(t, b.Bytes())
}
