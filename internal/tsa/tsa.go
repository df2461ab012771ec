// Package tsa asks a time-stamping authority for tokens (RFC 3161) and verifies them in full before it returns them.
//
//	client, err := tsa.New(tsa.Config{Service: call.Config{URL: "https://tsa.example.it"}, Trust: tsa.Trust{Roots: roots}, Clock: time.Now})
//	token, err := client.Stamp(ctx, sha256.Sum256(document))   // Unavailable: nobody answered; a *Refusal: what was answered is no good
//
// It refuses every token in which one thing does not hold: the status, the imprint, the nonce, the policy, the signature and its algorithms (SHA-1
// is none), the signer's purpose and nothing beside it, the chain up to a root of the settings at the token's time, the signer's certificate named in
// what is signed (RFC 5816; by SHA-1, as RFC 2634 had it, it is not named), and a time that lies outside the exchange. The system's own
// trusted certificates play no part. Whether a certificate was revoked is not asked: see docs/decisions/0045.
package tsa

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
)

const (
	defaultTimeout = 20 * time.Second
	// maxAnswer is far more than a token with its chain: those seen have 3 to 12 KiB.
	maxAnswer = 64 << 10
)

// Config says where the authority is, whom to believe and what time it is.
type Config struct {
	// Service is how it is reached; its limits have defaults that suit.
	Service call.Config
	Trust   Trust
	// Policy, where there is one, is asked for and demanded.
	Policy asn1.ObjectIdentifier
	// Clock is this machine's, Proof what is known of it (nil: nothing).
	Clock func() time.Time
	Proof func() protocollo.ClockProof
	// Rand makes nonces; nil is crypto/rand's.
	Rand io.Reader
}

// Trust is whom to believe.
type Trust struct {
	// Roots are the certificates at which a chain may end; one at least.
	Roots []*x509.Certificate
	// TrustedList are the certificates of the services that the EU's trusted list calls qualified time stamps, as somebody extracted them. A token
	// whose chain has one of them is qualified; without them none is.
	TrustedList []*x509.Certificate
}

// Client asks one authority. It is safe for concurrent use, and there is nothing to close.
type Client struct {
	cfg  Config
	http *call.Client
}

// New checks the configuration. It asks nobody.
func New(cfg Config) (*Client, error) {
	if len(cfg.Trust.Roots) == 0 {
		return nil, errors.New("time-stamping authority: no root is trusted")
	}
	if cfg.Service.Timeout == 0 {
		cfg.Service.Timeout = defaultTimeout
	}
	if cfg.Service.MaxAnswer == 0 {
		cfg.Service.MaxAnswer = maxAnswer
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Proof == nil {
		cfg.Proof = func() protocollo.ClockProof { return protocollo.ClockProof{State: protocollo.ClockUnverified} }
	}
	service, err := call.New(cfg.Service)
	if err != nil {
		return nil, fmt.Errorf("time-stamping authority: %w", err)
	}
	return &Client{cfg: cfg, http: service}, nil
}

// Host is the authority's host and port, for messages.
func (c *Client) Host() string { return c.http.Host() }

// Stamp asks for a token on a SHA-256 digest and returns it verified. Asking again does no harm: one more token is made.
func (c *Client) Stamp(ctx context.Context, digest [32]byte) (protocollo.Timestamp, error) {
	nonce, err := newNonce(c.cfg.Rand)
	if err != nil {
		return protocollo.Timestamp{}, fmt.Errorf("make a nonce: %w", err)
	}
	request, err := encodeRequest(digest, nonce, c.cfg.Policy)
	if err != nil {
		return protocollo.Timestamp{}, fmt.Errorf("encode the request: %w", err)
	}
	want := Expected{Digest: digest, Nonce: nonce, Policy: c.cfg.Policy, SentAt: c.cfg.Clock()}
	answer, err := c.http.Do(ctx, call.Request{Method: http.MethodPost, Idempotent: true, Body: request,
		Header: http.Header{"Content-Type": {"application/timestamp-query"}, "Accept": {"application/timestamp-reply"}}})
	want.ReceivedAt, want.Clock = c.cfg.Clock(), c.cfg.Proof()
	var why *protocollo.Error
	switch {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded) && errors.As(err, &why) && why.Code == "no-answer":
		return protocollo.Timestamp{}, protocollo.Errorf(protocollo.Unavailable, codeSlow, "ask for a timestamp: %w", err)
	default:
		return protocollo.Timestamp{}, fmt.Errorf("ask for a timestamp: %w", err)
	}
	if err := answer.Refused(); err != nil { // by the web server: the authority was not asked
		code := "tsa-http"
		if errors.As(err, &why) && why.Class == protocollo.Unavailable {
			code = why.Code
		}
		return protocollo.Timestamp{}, protocollo.Errorf(protocollo.Unavailable, code, "ask %s for a timestamp: %w", c.Host(), err)
	}
	return Verify(answer.Body, want, c.cfg.Trust)
}

// newNonce is a positive number of 63 bits at most: some authorities keep it in 64, with a sign.
func newNonce(random io.Reader) (*big.Int, error) {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return nil, err
	}
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b[:]), nil
}

// Refusal is the error for an answer that is not to be accepted, of class Rejected.
type Refusal struct {
	why    *protocollo.Error
	digest string
}

func (r *Refusal) Error() string { return r.why.Error() }
func (r *Refusal) Unwrap() error { return r.why }

// AnswerSHA256 is the digest of what was answered, lower-case hex.
func (r *Refusal) AnswerSHA256() string { return r.digest }

// codeSlow is the code of an answer that was not there in time.
const codeSlow = "tsa-slow"

// The codes of refusals.
const (
	codeMalformed   = "tsa-malformed"
	codeStatus      = "tsa-status"
	codeImprint     = "tsa-imprint"
	codeNonce       = "tsa-nonce"
	codePolicy      = "tsa-policy"
	codeAlgorithm   = "tsa-algorithm"
	codeSignature   = "tsa-signature"
	codeCertificate = "tsa-certificate" // the signer's is missing, or is not named in what is signed
	codePurpose     = "tsa-purpose"     // the signer's is for something else too
	codeChain       = "tsa-chain"
	codeExpired     = "tsa-expired" // a certificate of the chain was not valid at the token's time
	codeTime        = "tsa-time"
)

// refuse makes a fault of one code.
func refuse(code, format string, args ...any) *protocollo.Error {
	return protocollo.Errorf(protocollo.Rejected, code, format, args...)
}

func refused(answer []byte, why *protocollo.Error) error {
	sum := sha256.Sum256(answer)
	return &Refusal{why: why, digest: hex.EncodeToString(sum[:])}
}
