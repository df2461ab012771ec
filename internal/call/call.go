// Package call makes HTTP exchanges with other makers' services, where each failure says what it proves. A register that was asked for a
// number and did not answer may have given one, so between «nothing left this machine» and «it may have happened» no error may be
// in doubt:
//
//	client, err := call.New(call.Config{URL: "https://protocollo.example.it/services", Timeout: 30 * time.Second})
//	...
//	answer, err := client.Do(ctx, call.Request{Method: http.MethodPost, Body: body})   // Unavailable | OutcomeUnknown
//	if err == nil {
//		err = answer.Refused()                                                     // what the status proves
//	}
//
// It never sends a request twice, follows no redirect, keeps no connection (one that the other side closed while it lay idle would make an
// unknown outcome out of nothing), uses no proxy, reads nothing from the environment, and takes no answer above a bound. Whether to ask again is
// its caller's to say. See docs/decisions/0030.
package call

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"segnatura/internal/protocollo"
)

const (
	defaultTimeout   = time.Minute
	defaultMaxAnswer = 4 << 20
	defaultUserAgent = "segnatura"
)

// Config says where a service is and how it is reached. URL is required.
type Config struct {
	// URL is the service's address, http or https, without user, password or fragment; a query in it is sent with each request.
	URL string
	// CAFile holds the certificates, in PEM, of those who may vouch for the service, instead of the system's.
	CAFile string
	// ClientCert and ClientKey are PEM files, for a service that asks who we are.
	ClientCert, ClientKey string
	// PinnedSHA256 is the digest, in hex, of the one certificate that the service may show. Nobody need vouch for it then, and neither
	// name nor dates are looked at: a person compared it.
	PinnedSHA256 string
	// User and Password are sent with each request (Basic, RFC 7617) where User is not empty.
	User, Password string
	// Cookies keeps the service's cookies from one request to the next, for contracts with sessions.
	Cookies bool
	// Timeout bounds an exchange from the name's look-up to the answer's last byte; default one minute.
	Timeout time.Duration
	// MaxAnswer bounds an answer's body in bytes; default 4 MiB.
	MaxAnswer int64
	// UserAgent defaults to "segnatura".
	UserAgent string
}

// Client speaks to one service. It is safe for concurrent use, and there is nothing to close.
type Client struct {
	base      *url.URL
	http      *http.Client
	user      string
	password  string
	timeout   time.Duration
	maxAnswer int64
	agent     string
}

// New checks the configuration and reads its files. It calls nobody.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.URL)
	switch {
	case err != nil:
		return nil, errors.New("service address is no URL") // the cause would repeat it, with a password if there is one
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, fmt.Errorf("service address %q: neither http://host nor https://host", base.Redacted())
	case base.User != nil, base.Fragment != "":
		return nil, fmt.Errorf("service address %q: user, password and fragment do not belong there", base.Redacted())
	case cfg.Timeout < 0, cfg.MaxAnswer < 0:
		return nil, fmt.Errorf("service %s: negative limit", base.Host)
	}
	tlsConfig, err := cfg.tls()
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", base.Host, err)
	}
	c := &Client{base: base, user: cfg.User, password: cfg.Password, timeout: cfg.Timeout, maxAnswer: cfg.MaxAnswer, agent: cfg.UserAgent}
	if c.timeout == 0 {
		c.timeout = defaultTimeout
	}
	if c.maxAnswer == 0 {
		c.maxAnswer = defaultMaxAnswer
	}
	if c.agent == "" {
		c.agent = defaultUserAgent
	}
	var only1 http.Protocols
	only1.SetHTTP1(true) // HTTP/2 sends again what a server that is going away may have begun
	c.http = &http.Client{
		Transport: &http.Transport{
			DialContext:            new(net.Dialer).DialContext,
			TLSClientConfig:        tlsConfig,
			Protocols:              &only1,
			DisableKeepAlives:      true, // nothing is sent again on another connection, and no stale one is met
			DisableCompression:     true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if cfg.Cookies {
		if c.http.Jar, err = cookiejar.New(nil); err != nil {
			return nil, fmt.Errorf("service %s: %w", base.Host, err)
		}
	}
	return c, nil
}

// Host returns the service's host and port, for messages.
func (c *Client) Host() string { return c.base.Host }

// Request is one exchange.
type Request struct {
	Method string // GET, POST, ...
	// Path is added to the service's address, and may have a query; empty: the address itself. It cannot lead to another host.
	Path   string
	Header http.Header
	Body   []byte
	// Idempotent says that a repeat is harmless (a search, a log-in): every failure without an answer is Unavailable.
	Idempotent bool
}

// Answer is what came back, whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	idempotent bool
}

// Do makes one exchange. The error is Unavailable where nothing of the request can have left this machine, or a repeat is harmless; else
// OutcomeUnknown. An answer with whatever status is no error: see [Answer.Refused].
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	target, err := c.target(r.Path)
	if err != nil {
		return Answer{}, err
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, protocollo.Errorf(protocollo.Unavailable, "not-sent", "call %s: not begun: %w", c.base.Host, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	request, err := http.NewRequestWithContext(ctx, r.Method, target, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, protocollo.Errorf(protocollo.Internal, "request", "call %s: %w", c.base.Host, err)
	}
	request.GetBody = nil // without it net/http cannot send the body again
	for name, values := range r.Header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	request.Header.Set("User-Agent", c.agent)
	if c.user != "" {
		request.SetBasicAuth(c.user, c.password)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, c.failed("send", err, r.Idempotent || !connected.Load(), connected.Load())
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, c.maxAnswer+1))
	if err != nil {
		return Answer{}, c.failed("read answer of", err, r.Idempotent, true)
	}
	if int64(len(body)) > c.maxAnswer {
		return Answer{}, c.failed("read answer of", fmt.Errorf("more than %d bytes", c.maxAnswer), r.Idempotent, true)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body, idempotent: r.Idempotent}, nil
}

// failed classes an exchange that brought no answer. Before there was a connection, with its TLS, nothing of the request had a way out.
func (c *Client) failed(doing string, err error, harmless, connected bool) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err // it repeats the address, whose query is nobody's business
	}
	class, code := protocollo.OutcomeUnknown, "no-answer"
	if harmless {
		class = protocollo.Unavailable
	}
	if !connected {
		code = "not-sent"
	}
	return protocollo.Errorf(class, code, "%s %s: %w", doing, c.base.Host, err)
}

// target puts a request's path behind the service's address.
func (c *Client) target(path string) (string, error) {
	ref, err := url.Parse(path)
	if err != nil || ref.Scheme != "" || ref.Host != "" || ref.Fragment != "" || strings.Contains(ref.Path, "..") {
		return "", protocollo.Errorf(protocollo.Internal, "request", "path %q does not lead to a place of the service", path)
	}
	target := *c.base
	if ref.Path != "" {
		target = *c.base.JoinPath(ref.EscapedPath())
	}
	if ref.RawQuery != "" {
		target.RawQuery = strings.TrimPrefix(target.RawQuery+"&"+ref.RawQuery, "&")
	}
	return target.String(), nil
}
