package ipp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/OpenPrinting/goipp"

	"segnatura/internal/pinned"
)

// maxAnswer bounds one answer. The longest seen, a CUPS queue with all its media, has some 100 KB.
const maxAnswer = 512 << 10

// StatusError is an IPP answer that says no (RFC 8011, appendix B). Its message is of the printer's making and may be in any language.
type StatusError struct {
	Operation goipp.Op
	Status    goipp.Status
	Message   string
}

func (e *StatusError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("the printer answers %s to %s", e.Status, e.Operation)
	}
	return fmt.Sprintf("the printer answers %s to %s: %q", e.Status, e.Operation, e.Message)
}

// HTTPError is an answer that never came to be IPP.
type HTTPError struct {
	Status int
}

func (e *HTTPError) Error() string {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Sprintf("the printer wants to know who prints, or does not let that user (HTTP %d)", e.Status)
	case http.StatusUpgradeRequired:
		return "the printer wants TLS: its address begins with ipps (HTTP 426)"
	case http.StatusNotFound:
		return "there is no printer or queue of that name (HTTP 404)"
	default:
		return fmt.Sprintf("the printer answers HTTP %d", e.Status)
	}
}

// lostError is a question of which it is not known whether it was heard: it went out, and no whole answer came.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// isLost reports whether the question may have had its effect although there is no answer.
func isLost(err error) bool { return errors.As(err, new(*lostError)) }

// newClient makes a client that talks to one printer: no proxy, no redirect, no compression, one connection for each question. Embedded
// servers drop idle connections, and a question that is lost on one might have had its effect.
func newClient(config Config, scheme string) (*http.Client, error) {
	dial := config.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	t := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, config.Timeouts.Dial)
			defer cancel()
			return dial(ctx, network, address)
		},
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
		TLSHandshakeTimeout:    config.Timeouts.Dial,
	}
	if config.PinSHA256 != "" {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		if err := pinned.Take(t.TLSClientConfig, config.PinSHA256); err != nil || scheme != "https" {
			return nil, errors.New("printer's pinned certificate: want 64 hex digits and an address that begins with ipps or https")
		}
	}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// session is one conversation: the questions of one print or one look.
type session struct {
	p       *Printer
	ctx     context.Context
	version goipp.Version
	asked   uint32 // request-id of the last question
	login   *login
}

func (p *Printer) session(ctx context.Context) *session {
	return &session{p: p, ctx: ctx, version: goipp.MakeVersion(2, 0), login: &login{user: p.config.User, password: p.config.Password, target: p.target}}
}

// request begins a question with the attributes that every one has, in the order that RFC 8011, 4.1.4 to 4.1.6 demand.
func (s *session) request(op goipp.Op) *goipp.Message {
	s.asked++
	m := goipp.NewRequest(s.version, op, s.asked)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(s.p.uri)))
	return m
}

// user names who asks; a printer that gives jobs to their owners only needs the same in each question.
func (s *session) user() goipp.Attribute {
	return goipp.MakeAttribute("requesting-user-name", goipp.TagName, goipp.String(cmp.Or(s.p.config.User, "segnatura")))
}

// ask puts a question and returns the answer where it says yes. An older printer is asked again in IPP 1.1, which it then is for the rest
// of the session. Errors: *StatusError and *HTTPError are a clear no; a lost answer isLost; anything else never reached the printer.
func (s *session) ask(m *goipp.Message, document []byte, limit time.Duration) (*goipp.Message, error) {
	answer, err := s.exchange(m, document, limit)
	no := (*StatusError)(nil)
	if errors.As(err, &no) && no.Status == goipp.StatusErrorVersionNotSupported && s.version.Major() > 1 {
		s.version = goipp.MakeVersion(1, 1)
		s.asked++
		m.Version, m.RequestID = s.version, s.asked
		answer, err = s.exchange(m, document, limit)
	}
	return answer, err
}

func (s *session) exchange(m *goipp.Message, document []byte, limit time.Duration) (*goipp.Message, error) {
	op := goipp.Op(m.Code)
	body, err := m.EncodeBytes()
	if err != nil {
		return nil, fmt.Errorf("put %s: %w", op, err)
	}
	ctx, cancel := context.WithTimeoutCause(s.ctx, limit, errSilent)
	defer cancel()
	body = append(body, document...)
	resp, err := s.post(ctx, body)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		resp, err = s.again(ctx, resp, body)
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", op, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		err := fmt.Errorf("ask %s: %w", op, &HTTPError{Status: resp.StatusCode})
		if resp.StatusCode >= 500 && resp.StatusCode != http.StatusServiceUnavailable {
			return nil, &lostError{err} // it failed at it, who knows how far on
		}
		return nil, err
	}
	answer, err := readAnswer(resp.Header.Get("Content-Type"), resp.Body, m.RequestID)
	if err != nil {
		return nil, &lostError{fmt.Errorf("answer to %s: %w", op, because(ctx, err))}
	}
	if status := goipp.Status(answer.Code); status >= goipp.StatusRedirectionOtherSite {
		return nil, &StatusError{Operation: op, Status: status, Message: text(answer.Operation, "status-message")}
	}
	return answer, nil
}

// post sends one question. An error isLost where it may have been heard.
func (s *session) post(ctx context.Context, body []byte) (*http.Response, error) {
	reached := false
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { reached = true }})
	req, err := http.NewRequestWithContext(traced, http.MethodPost, s.p.target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", goipp.ContentType)
	req.Header.Set("Accept", goipp.ContentType)
	told, err := s.login.header()
	if err != nil {
		return nil, err
	}
	if told != "" {
		req.Header.Set("Authorization", told)
	}
	resp, err := s.p.client.Do(req)
	if err != nil {
		err = because(ctx, certificate(err))
		if reached {
			return nil, &lostError{err}
		}
		return nil, err
	}
	return resp, nil
}

// again puts a question once more to a printer that wanted to know who asks and did nothing, where there is something to tell it.
func (s *session) again(ctx context.Context, refusal *http.Response, body []byte) (*http.Response, error) {
	worth, err := s.login.asked(refusal.Header)
	if err == nil && !worth {
		return refusal, nil
	}
	refusal.Body.Close()
	if err != nil {
		return nil, err
	}
	return s.post(ctx, body)
}

// readAnswer takes a whole answer to the question of that number, and nothing else.
func readAnswer(contentType string, r io.Reader, requestID uint32) (*goipp.Message, error) {
	if kind, _, err := mime.ParseMediaType(contentType); err != nil || kind != goipp.ContentType {
		return nil, fmt.Errorf("it is %.40q and not IPP", contentType)
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxAnswer {
		return nil, fmt.Errorf("it has more than %d bytes", maxAnswer)
	}
	answer := &goipp.Message{}
	if err := answer.DecodeBytesEx(raw, goipp.DecoderOptions{EnableWorkarounds: true}); err != nil {
		return nil, err
	}
	if answer.RequestID != requestID {
		return nil, fmt.Errorf("it is to question %d and not to %d", answer.RequestID, requestID)
	}
	return answer, nil
}

// errSilent is why a call ended that the printer did not answer.
var errSilent = errors.New("the printer does not answer")

// because names the end of a call's time where that is what broke it.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return errors.Join(cause, err)
	}
	return err
}

// certificate tells which certificate was shown where it is not taken.
func certificate(err error) error {
	if shown := pinned.Shown(err); shown != nil {
		return shown
	}
	return err
}
