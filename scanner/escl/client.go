package escl

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"segnatura/internal/pinned"
	"segnatura/scanner"
)

var (
	errTimeout = errors.New("no answer within the deadline")
	errClosed  = errors.New("the run was closed")
)

// newClient makes a client that talks to one device: no proxy, no redirect, no compression, one connection per call (embedded
// servers drop idle ones, and a GET of NextDocument that net/http repeats on a fresh connection would lose a page).
func newClient(cfg Config, scheme string) (*http.Client, error) {
	t := &http.Transport{
		DialContext:            cfg.Dial,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
		TLSHandshakeTimeout:    cfg.CallTimeout,
	}
	if cfg.PinSHA256 != "" {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		if err := pinned.Take(t.TLSClientConfig, cfg.PinSHA256); err != nil || scheme != "https" {
			return nil, errors.New("escl: PinSHA256: want 64 hex digits and an https URL")
		}
	}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// call is one exchange with its deadline. The deadline is a timer and not a context's, because the body of a page has as long
// as it likes while it moves.
type call struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

func newCall(ctx context.Context, limit time.Duration) *call {
	c := &call{}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	c.timer = time.AfterFunc(limit, func() { c.cancel(errTimeout) })
	return c
}

func (c *call) end() {
	c.timer.Stop()
	c.cancel(nil)
}

// do sends one request to the device, and once more where it asks who we are: what it refused it did not begin. Errors are *scanner.Fault.
func (s *Source) do(c *call, method string, u *url.URL, body []byte) (*http.Response, error) {
	resp, answered, err := s.send(c, method, u, body)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || !s.login.learn(resp, answered) {
		return resp, err
	}
	_ = resp.Body.Close() // a refusal's words are for nobody
	resp, _, err = s.send(c, method, u, body)
	return resp, err
}

// send is one try of do; answered says whether it went with an answer to a challenge.
func (s *Source) send(c *call, method string, u *url.URL, body []byte) (resp *http.Response, answered bool, err error) {
	req, err := http.NewRequestWithContext(c.ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, false, &scanner.Fault{Kind: scanner.FaultDevice, Detail: "address", Err: err}
	}
	if body == nil {
		req.Body, req.GetBody = http.NoBody, nil
	} else {
		req.Header.Set("Content-Type", "text/xml")
	}
	s.login.sign(req)
	s.mu.Lock()
	dev := s.caps
	s.mu.Unlock()
	if dev != nil {
		req.Host = dev.quirks.host(method, s.base)
	}
	if resp, err = s.client.Do(req); err != nil {
		return nil, false, c.fault(method+" "+u.Path, err)
	}
	return resp, req.Header.Get("Authorization") != "", nil
}

// fault classes an error of the transport.
func (c *call) fault(doing string, err error) *scanner.Fault {
	kind := scanner.FaultDevice // it answered, and not in HTTP
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	shown := pinned.Shown(err)
	switch cause := context.Cause(c.ctx); {
	case errors.Is(cause, errTimeout):
		kind, err = scanner.FaultOffline, cause
	case cause != nil:
		kind, err = scanner.FaultCancelled, cause
	case shown != nil:
		kind, err = scanner.FaultUntrusted, shown
	case errors.As(err, &op), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe),
		errors.As(err, &timeout) && timeout.Timeout():
		kind = scanner.FaultOffline
	}
	return &scanner.Fault{Kind: kind, Detail: doing, Err: err}
}

// answers says what a status means that no caller understands better.
var answers = map[int]scanner.FaultKind{
	http.StatusUnauthorized:         scanner.FaultForbidden,
	http.StatusForbidden:            scanner.FaultForbidden,
	http.StatusServiceUnavailable:   scanner.FaultBusy,
	http.StatusTooManyRequests:      scanner.FaultBusy,
	http.StatusBadRequest:           scanner.FaultUnsupported,
	http.StatusUnsupportedMediaType: scanner.FaultUnsupported,
	http.StatusUnprocessableEntity:  scanner.FaultUnsupported,
	http.StatusNotImplemented:       scanner.FaultUnsupported,
}

func answerFault(doing string, code int) *scanner.Fault {
	kind, ok := answers[code]
	if !ok {
		kind = scanner.FaultDevice
	}
	return &scanner.Fault{Kind: kind, Detail: fmt.Sprintf("%s: the device answered %d", doing, code)}
}

// getXML reads one of the device's own pages.
func (s *Source) getXML(ctx context.Context, name string, into any) (http.Header, error) {
	c := newCall(ctx, s.cfg.CallTimeout)
	defer c.end()
	resp, err := s.do(c, http.MethodGet, s.base.JoinPath(name), nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, answerFault("GET "+name, resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxXMLBytes+1))
	if err != nil {
		return nil, c.fault("GET "+name, err)
	}
	if err := decodeXML(b, into); err != nil {
		return nil, &scanner.Fault{Kind: scanner.FaultBadData, Detail: name, Err: err}
	}
	return resp.Header, nil
}

// pause waits between two tries, or returns why it must not.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return &scanner.Fault{Kind: scanner.FaultCancelled, Detail: "while waiting for the device", Err: context.Cause(ctx)}
	}
}

// backoff is the wait before each further try: 250 ms doubling to 2 s, for as long as BusyTimeout allows.
type backoff struct {
	until time.Time
	next  time.Duration
}

func (s *Source) backoff() *backoff {
	return &backoff{until: time.Now().Add(s.cfg.BusyTimeout), next: 250 * time.Millisecond}
}

// wait pauses; it returns false when the time is used up.
func (b *backoff) wait(ctx context.Context) (bool, error) {
	if !time.Now().Add(b.next).Before(b.until) {
		return false, nil
	}
	err := pause(ctx, b.next)
	b.next = min(2*b.next, 2*time.Second)
	return true, err
}
