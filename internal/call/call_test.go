package call_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/pinned"
	"segnatura/internal/protocollo"
)

func client(t *testing.T, cfg call.Config) *call.Client {
	t.Helper()
	c, err := call.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wire serves each connection with a function that holds it, and counts the requests that came.
func wire(t *testing.T, serve func(conn net.Conn, request *http.Request)) (address string, requests *atomic.Int32) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	requests = new(atomic.Int32)
	var all sync.WaitGroup
	t.Cleanup(all.Wait) // after the connections are closed
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			all.Go(func() {
				defer conn.Close()
				for reader := bufio.NewReader(conn); ; {
					r, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					requests.Add(1)
					serve(conn, r)
				}
			})
		}
	})
	t.Cleanup(func() { ln.Close() })
	return "http://" + ln.Addr().String(), requests
}

func refusedAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return "http://" + ln.Addr().String()
}

// TestWhatAFailureProves: only what failed before there was a connection is Unavailable, unless a repeat is harmless.
func TestWhatAFailureProves(t *testing.T) {
	closes, _ := wire(t, func(conn net.Conn, _ *http.Request) { conn.Close() })
	half, _ := wire(t, func(conn net.Conn, _ *http.Request) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		conn.Close()
	})
	babble, _ := wire(t, func(conn net.Conn, _ *http.Request) {
		_, _ = io.WriteString(conn, "nonsense\r\n\r\n")
		conn.Close()
	})
	long, _ := wire(t, func(conn net.Conn, _ *http.Request) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901")
	})
	released := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-released
	}))
	t.Cleanup(func() { close(released); silent.Close() })
	mute, err := net.Listen("tcp", "127.0.0.1:0") // the kernel connects, and nobody says hello
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mute.Close() })
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = nil
	t.Cleanup(untrusted.Close)

	const unavailable, unknown = protocollo.Unavailable, protocollo.OutcomeUnknown
	for _, c := range []struct {
		name    string
		url     string
		timeout time.Duration
		want    protocollo.Class
		code    string
	}{
		{"no such name", "http://no..name", 0, unavailable, "not-sent"},
		{"refused", refusedAddress(t), 0, unavailable, "not-sent"},
		{"nobody vouches for it", untrusted.URL, 0, unavailable, "not-sent"},
		{"TLS asked of one that has none", strings.Replace(silent.URL, "http:", "https:", 1), 0, unavailable, "not-sent"},
		{"TLS that never begins", "https://" + mute.Addr().String(), 50 * time.Millisecond, unavailable, "not-sent"},
		{"closed without an answer", closes, 0, unknown, "no-answer"},
		{"half an answer", half, 0, unknown, "no-answer"},
		{"no HTTP", babble, 0, unknown, "no-answer"},
		{"more than it may", long, 0, unknown, "no-answer"},
		{"no answer in time", silent.URL, 50 * time.Millisecond, unknown, "no-answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := client(t, call.Config{URL: c.url, Timeout: c.timeout, MaxAnswer: 10})
			for _, idempotent := range []bool{false, true} {
				_, err := client.Do(t.Context(), call.Request{Method: http.MethodPost, Body: []byte("<x/>"), Idempotent: idempotent})
				want := c.want
				if idempotent {
					want = unavailable
				}
				var e *protocollo.Error
				if !errors.As(err, &e) || e.Class != want || e.Code != c.code {
					t.Errorf("idempotent %t: %v, want %s (%s)", idempotent, err, want, c.code)
				}
			}
		})
	}
}

func TestCancelledBefore(t *testing.T) {
	address, requests := wire(t, func(net.Conn, *http.Request) {})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client(t, call.Config{URL: address}).Do(ctx, call.Request{Method: http.MethodPost})
	if !errors.Is(err, protocollo.Unavailable) || !errors.Is(err, context.Canceled) || requests.Load() != 0 {
		t.Fatalf("%v, %d requests", err, requests.Load())
	}
}

// TestNothingIsSentTwice: the server answers the first request of a connection and closes it at the second, as one does whose connections lie
// idle. On a kept connection net/http would send what it thinks harmless (a GET, or anything with an Idempotency-Key) once more by
// itself, and the rest would be lost.
func TestNothingIsSentTwice(t *testing.T) {
	for _, r := range []call.Request{
		{Method: http.MethodPost, Body: []byte("<x/>")},
		{Method: http.MethodPost, Header: http.Header{"Idempotency-Key": {"1"}}},
		{Method: http.MethodPut, Body: []byte("{}")},
		{Method: http.MethodGet},
	} {
		var seen sync.Map
		address, requests := wire(t, func(conn net.Conn, _ *http.Request) {
			if _, again := seen.LoadOrStore(conn, true); again {
				conn.Close()
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		})
		c := client(t, call.Config{URL: address})
		for range 2 {
			if _, err := c.Do(t.Context(), r); err != nil {
				t.Errorf("%s: %v", r.Method, err)
			}
		}
		if requests.Load() != 2 {
			t.Errorf("%s: two calls were %d requests", r.Method, requests.Load())
		}
	}
}

func TestRefused(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		if status == http.StatusUnprocessableEntity {
			_, _ = io.WriteString(w, "Oggetto\n mancante")
		}
	}))
	t.Cleanup(server.Close)
	c := client(t, call.Config{URL: server.URL})
	const unavailable, unknown, rejected = protocollo.Unavailable, protocollo.OutcomeUnknown, protocollo.Rejected
	for _, test := range []struct {
		status           int
		once, idempotent protocollo.Class
		code             string
	}{
		{200, "", "", ""}, {204, "", "", ""},
		{301, unavailable, unavailable, "address"}, {302, unknown, unavailable, "no-answer"}, {303, unknown, unavailable, "no-answer"},
		{307, unavailable, unavailable, "address"}, {400, rejected, rejected, "status"}, {401, unavailable, unavailable, "credentials"},
		{403, unavailable, unavailable, "credentials"}, {404, unavailable, unavailable, "address"}, {405, unavailable, unavailable, "address"},
		{408, unknown, unavailable, "no-answer"}, {409, rejected, rejected, "status"}, {422, rejected, rejected, "status"},
		{429, unknown, unavailable, "no-answer"}, {500, unknown, unavailable, "no-answer"}, {502, unknown, unavailable, "no-answer"},
		{503, unknown, unavailable, "no-answer"},
	} {
		status = test.status
		for want, idempotent := range map[*protocollo.Class]bool{&test.once: false, &test.idempotent: true} {
			answer, err := c.Do(t.Context(), call.Request{Method: http.MethodPost, Idempotent: idempotent})
			if err != nil || answer.Status != test.status {
				t.Fatalf("%d: %+v, %v", test.status, answer, err)
			}
			err = answer.Refused()
			var e *protocollo.Error
			if protocollo.ClassOf(err) != *want || errors.As(err, &e) && (e.Code != test.code || e.Words == "") {
				t.Errorf("%d, idempotent %t: %v, want %q (%s)", test.status, idempotent, err, *want, test.code)
			}
			if test.status == 422 && e.Words != "422 Unprocessable Entity: Oggetto mancante" {
				t.Errorf("words %q", e.Words)
			}
		}
	}
}

func TestWhatIsSent(t *testing.T) {
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1"})
	}))
	t.Cleanup(server.Close)
	c := client(t, call.Config{URL: server.URL + "/ws?tenant=c_a000", User: "stazione", Password: "segreta", Cookies: true})
	for _, cookie := range []string{"", "session=s1"} {
		_, err := c.Do(t.Context(), call.Request{Method: http.MethodPost, Path: "Documents/a%2Fb?x=1",
			Header: http.Header{"soapaction": {`""`}}, Body: []byte("x")})
		if err != nil {
			t.Fatal(err)
		}
		user, password, _ := got.BasicAuth()
		if got.URL.EscapedPath() != "/ws/Documents/a%2Fb" || got.URL.RawQuery != "tenant=c_a000&x=1" || user != "stazione" || password != "segreta" ||
			got.Header.Get("Soapaction") != `""` || got.UserAgent() != "segnatura" || got.Header.Get("Cookie") != cookie || !got.Close {
			t.Fatalf("%s %s", got.URL, got.Header)
		}
	}
	for _, path := range []string{"http://elsewhere.invalid/", "//elsewhere.invalid/x", "../admin", "x#y", "%zz"} {
		if _, err := c.Do(t.Context(), call.Request{Method: http.MethodGet, Path: path}); !errors.Is(err, protocollo.Internal) {
			t.Errorf("path %q: %v", path, err)
		}
	}
}

func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	certificate := server.Certificate()
	sum := sha256.Sum256(certificate.Raw)
	authorities := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authorities, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]call.Config{
		"authority": {CAFile: authorities},
		"pin":       {PinnedSHA256: strings.ToUpper(hex.EncodeToString(sum[:]))},
	} {
		cfg.URL = server.URL
		if _, err := client(t, cfg).Do(t.Context(), call.Request{Method: http.MethodPost}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := client(t, call.Config{URL: server.URL, PinnedSHA256: strings.Repeat("0", 64)}).Do(t.Context(), call.Request{Method: http.MethodPost})
	var other *pinned.CertificateError
	if !errors.Is(err, protocollo.Unavailable) || !errors.As(err, &other) || other.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("another certificate than the pinned: %v", err)
	}
}

// TestOurCertificateRefused: a service that wants another certificate says so before the request leaves.
func TestOurCertificateRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.StartTLS()
	server.Close()
	pair := server.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	ours := filepath.Join(t.TempDir(), "ours.pem")
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	if err := os.WriteFile(ours, both, 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(pair.Certificate[0])
	asks := strict(t)
	_, err = client(t, call.Config{URL: asks, ClientCert: ours, ClientKey: ours, PinnedSHA256: hex.EncodeToString(sum[:])}).
		Do(t.Context(), call.Request{Method: http.MethodPost})
	if !errors.Is(err, protocollo.Unavailable) {
		t.Fatalf("%v", err)
	}
}

// strict serves TLS 1.3 to those whose certificate somebody vouches for, who is nobody.
func strict(t *testing.T) (address string) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came through") }))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestConfigIsChecked(t *testing.T) {
	for name, cfg := range map[string]call.Config{
		"no address":      {},
		"another scheme":  {URL: "ftp://x"},
		"no host":         {URL: "http://"},
		"password inside": {URL: "http://u:p@x/"},
		"fragment":        {URL: "http://x/#y"},
		"no file":         {URL: "https://x", CAFile: "/nonexistent"},
		"half a pair":     {URL: "https://x", ClientCert: "/nonexistent"},
		"short pin":       {URL: "https://x", PinnedSHA256: "abcd"},
		"negative":        {URL: "https://x", Timeout: -1},
	} {
		if _, err := call.New(cfg); err == nil {
			t.Errorf("%s is taken", name)
		} else if strings.Contains(err.Error(), ":p@") {
			t.Errorf("%s: the error has the password: %v", name, err)
		}
	}
}
