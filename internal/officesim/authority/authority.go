// Package authority is a pretend time-stamping authority (RFC 3161) on the loopback interface, with a key and a root of its own, which can be made
// to answer wrongly in each way in which a token may be wrong. It shares nothing with the client that it is a counterpart of.
//
//	a, err := authority.Start(ctx, authority.Config{})
//	defer a.Close()
//	a.Behave(authority.WrongNonce)
//
// It refuses to listen on anything but loopback. Its keys are made anew at each start, and what it stamps is worth nothing.
package authority

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Behaviour is how the authority treats what is asked from now on.
type Behaviour string

// The behaviours. All but the first two answer what must not be accepted, or nothing.
const (
	Well                 Behaviour = "well"
	Slow                 Behaviour = "slow"     // answers well after Config.Delay
	Away                 Behaviour = "away"     // cuts every connection
	WrongNonce           Behaviour = "nonce"    // another's nonce
	NoNonce              Behaviour = "no-nonce" // none
	WrongImprint         Behaviour = "imprint"  // another document's digest
	Expired              Behaviour = "expired"  // by a certificate that is over
	SHA1                 Behaviour = "sha1"     // signed with SHA-1
	OtherKey             Behaviour = "key"      // signed by another key than the certificate's
	OtherRoot            Behaviour = "root"     // by a certificate of another root
	Rejects              Behaviour = "rejects"  // the status says no
	NoSigningCertificate Behaviour = "unnamed"  // the certificate is not named in what is signed
	NamedBySHA1          Behaviour = "named-v1" // only as RFC 2634 had it
	NamesAnother         Behaviour = "named-other"
	NoCertificate        Behaviour = "bare"    // the certificate does not come along
	WrongPurpose         Behaviour = "purpose" // the certificate is also for something else
	LaxPurpose           Behaviour = "purpose-lax"
	WrongPolicy          Behaviour = "policy"
	WrongTime            Behaviour = "time" // an hour ahead
	Garbage              Behaviour = "garbage"
	Half                 Behaviour = "half"      // the connection ends in the middle of the answer
	Truncated            Behaviour = "truncated" // half an answer that says that it is whole
)

// Behaviours lists them all.
func Behaviours() []Behaviour {
	return []Behaviour{Well, Slow, Away, WrongNonce, NoNonce, WrongImprint, Expired, SHA1, OtherKey, OtherRoot, Rejects, NoSigningCertificate, NamedBySHA1, NamesAnother, NoCertificate,
		WrongPurpose, LaxPurpose, WrongPolicy, WrongTime, Garbage, Half, Truncated}
}

// Policy is the policy under which it stamps.
const Policy = "1.3.6.1.4.1.99999.1.1"

// Config says how it is set up. Its zero value is an authority on a free port.
type Config struct {
	Addr string // host:port on loopback; empty means 127.0.0.1 and a free port
	// Delay is how slow Slow is; default 30 s.
	Delay time.Duration
	// Now and Sleep are its clock; nil means the real one.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// identity is a certificate with its key.
type identity struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Authority is a running one. Its methods are safe for concurrent use.
type Authority struct {
	cfg      Config
	listener net.Listener
	server   *http.Server
	served   chan struct{}

	root, stranger identity
	signers        map[Behaviour]identity // Well's is everybody's who has none

	mu        sync.Mutex
	behaviour Behaviour
	serial    int64
	asked     int
}

// Start opens the authority until ctx ends or it is closed.
func Start(ctx context.Context, cfg Config) (*Authority, error) {
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	if cfg.Delay == 0 {
		cfg.Delay = 30 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	host, _, err := net.SplitHostPort(cfg.Addr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("pretend authority: %q is no loopback address", cfg.Addr)
	}
	a := &Authority{cfg: cfg, behaviour: Well, served: make(chan struct{}), signers: map[Behaviour]identity{}}
	if err := a.makeIdentities(); err != nil {
		return nil, fmt.Errorf("pretend authority: %w", err)
	}
	if a.listener, err = net.Listen("tcp", cfg.Addr); err != nil {
		return nil, fmt.Errorf("pretend authority: %w", err)
	}
	a.server = &http.Server{Handler: http.HandlerFunc(a.serve), ReadTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() { defer close(a.served); a.server.Serve(a.listener) }()
	return a, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends it and waits for it.
func (a *Authority) Close() error {
	err := a.server.Close()
	<-a.served
	return err
}

// URL is where requests go.
func (a *Authority) URL() string { return "http://" + a.listener.Addr().String() + "/tsa" }

// Root is the certificate, in PEM, that has to be trusted.
func (a *Authority) Root() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.cert.Raw})
}

// Signer is the certificate with which it signs while it behaves well.
func (a *Authority) Signer() *x509.Certificate { return a.signers[Well].cert }

// Behave changes how it answers.
func (a *Authority) Behave(b Behaviour) error {
	if !slices.Contains(Behaviours(), b) {
		return fmt.Errorf("pretend authority: no behaviour is %q", b)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.behaviour = b
	return nil
}

// State returns how it behaves and how often it was asked.
func (a *Authority) State() (Behaviour, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.behaviour, a.asked
}

// serve answers one request (RFC 3161, 3.4).
func (a *Authority) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked++
	a.serial++
	behaviour, serial := a.behaviour, a.serial
	a.mu.Unlock()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16<<10))
	if err != nil {
		http.Error(w, "request", http.StatusBadRequest)
		return
	}
	if behaviour == Away {
		panic(http.ErrAbortHandler)
	}
	if behaviour == Slow {
		if err := a.cfg.Sleep(r.Context(), a.cfg.Delay); err != nil {
			return
		}
	}
	answer, err := a.answer(body, behaviour, serial)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	switch behaviour {
	case Half:
		w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
		w.Write(answer[:len(answer)/2])
		panic(http.ErrAbortHandler)
	case Truncated:
		answer = answer[:len(answer)/2]
	case Garbage:
		answer = []byte("<html><body>Manutenzione in corso</body></html>")
	}
	w.Write(answer) // a client that went away hears nothing
}

func (a *Authority) makeIdentities() (err error) {
	now := a.cfg.Now()
	if a.root, err = makeIdentity("Radice di prova", nil, identity{}, now, now.AddDate(10, 0, 0)); err != nil {
		return err
	}
	if a.stranger, err = makeIdentity("Radice sconosciuta", nil, identity{}, now, now.AddDate(10, 0, 0)); err != nil {
		return err
	}
	alone := []pkix.Extension{purposes(true, oidTimeStamping)}
	for _, s := range []struct {
		behaviour Behaviour
		by        identity
		ext       []pkix.Extension
		until     time.Time
	}{
		{Well, a.root, alone, now.AddDate(1, 0, 0)},
		{Expired, a.root, alone, now.Add(-time.Hour)},
		{OtherRoot, a.stranger, alone, now.AddDate(1, 0, 0)},
		{WrongPurpose, a.root, []pkix.Extension{purposes(true, oidTimeStamping, oidServerAuth)}, now.AddDate(1, 0, 0)},
		{LaxPurpose, a.root, []pkix.Extension{purposes(false, oidTimeStamping)}, now.AddDate(1, 0, 0)},
	} {
		if a.signers[s.behaviour], err = makeIdentity("TSA di prova", s.ext, s.by, now, s.until); err != nil {
			return err
		}
	}
	return nil
}

var (
	oidTimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	oidServerAuth   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
)

func purposes(critical bool, list ...asn1.ObjectIdentifier) pkix.Extension {
	der, err := asn1.Marshal(list)
	if err != nil {
		panic("pretend authority: " + err.Error()) // three constant numbers
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: der}
}

// makeIdentity makes a certificate signed by another, or a root where by is empty.
func makeIdentity(name string, ext []pkix.Extension, by identity, now, until time.Time) (identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return identity{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return identity{}, err
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"PROVA – SENZA VALORE"}, Country: []string{"IT"}},
		NotBefore: now.AddDate(0, -1, 0), NotAfter: until, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: ext}
	if by.cert == nil {
		template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
		by = identity{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, key.Public(), by.key)
	if err != nil {
		return identity{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return identity{cert, key}, err
}

func (a *Authority) signer(b Behaviour) identity {
	if s, own := a.signers[b]; own {
		return s
	}
	return a.signers[Well]
}

// sign signs with the identity's key, or with another one's.
func (a *Authority) sign(b Behaviour, by identity, hash crypto.Hash, signed []byte) ([]byte, error) {
	if b == OtherKey {
		by = a.stranger
	}
	h := hash.New()
	h.Write(signed)
	return by.key.Sign(rand.Reader, h.Sum(nil), hash)
}

var errRequest = errors.New("pretend authority: not a request that it understands")
