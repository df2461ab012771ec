package escl

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"segnatura/scanner"
)

var (
	errTimeout = errors.New("no answer within the deadline")
	errPin     = errors.New("the device's certificate is not the pinned one")
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
		pin, err := hex.DecodeString(strings.ReplaceAll(cfg.PinSHA256, ":", ""))
		if err != nil || len(pin) != sha256.Size || scheme != "https" {
			return nil, errors.New("escl: PinSHA256: want 64 hex digits and an https URL")
		}
		t.TLSClientConfig = &tls.Config{
			InsecureSkipVerify: true, // the pin below is stricter: one certificate and no other
			VerifyConnection: func(cs tls.ConnectionState) error {
				got := sha256.Sum256(cs.PeerCertificates[0].Raw)
				if !bytes.Equal(got[:], pin) {
					return fmt.Errorf("%w: its SHA-256 is %x", errPin, got)
				}
				return nil
			},
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

// do sends one request to the device. Errors are *scanner.Fault.
func (s *Source) do(c *call, method string, u *url.URL, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(c.ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &scanner.Fault{Kind: scanner.FaultDevice, Detail: "address", Err: err}
	}
	if body == nil {
		req.Body, req.GetBody = http.NoBody, nil
	} else {
		req.Header.Set("Content-Type", "text/xml")
	}
	if s.cfg.User != "" {
		req.SetBasicAuth(s.cfg.User, s.cfg.Password)
	}
	s.mu.Lock()
	dev := s.caps
	s.mu.Unlock()
	if dev != nil {
		req.Host = dev.quirks.host(method, s.base)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, c.fault(method+" "+u.Path, err)
	}
	return resp, nil
}

// fault classes an error of the transport.
func (c *call) fault(doing string, err error) *scanner.Fault {
	kind := scanner.FaultDevice // it answered, and not in HTTP
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	switch cause := context.Cause(c.ctx); {
	case errors.Is(cause, errTimeout):
		kind, err = scanner.FaultOffline, cause
	case cause != nil:
		kind, err = scanner.FaultCancelled, cause
	case errors.Is(err, errPin):
	case errors.As(err, &op), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe),
		errors.As(err, &timeout) && timeout.Timeout():
		kind = scanner.FaultOffline
	}
	return &scanner.Fault{Kind: kind, Detail: doing, Err: err}
}

// answers says what a status means that no caller understands better.
var answers = map[int]scanner.FaultKind{
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
