// Package pinned is TLS to a device or a service that is known by its very certificate, as printers, scanners and old servers are that made
// theirs themselves.
//
// A pin is stricter than an authority: one certificate and no other, whoever vouches for it and whatever name it has. Without a pin the system's
// authorities decide, and what they refuse is told so that a person can compare it with the device's own panel and pin it. Nothing is
// pinned by itself.
package pinned

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// CertificateError says that a certificate is not taken: it is not the pinned one, or nobody vouches for it. Until somebody has compared it,
// nothing is sent.
type CertificateError struct {
	SHA256 string // of the certificate that was shown (DER), lower-case hex
	Pinned bool   // another one is pinned
	Err    error  // why it is not taken without a pin
}

// Error tells the digest, for the person who compares.
func (e *CertificateError) Error() string {
	if e.Pinned {
		return "the certificate is not the pinned one: its SHA-256 is " + e.SHA256
	}
	return fmt.Sprintf("nobody vouches for the certificate, whose SHA-256 is %s: %v", e.SHA256, e.Err)
}

// Unwrap returns why it is not taken without a pin.
func (e *CertificateError) Unwrap() error { return e.Err }

// Take has t take the certificate with this SHA-256 (64 hex digits, colons between them or not) and no other. It fails for what is no digest.
func Take(t *tls.Config, sha256Hex string) error {
	want := strings.ToLower(strings.ReplaceAll(sha256Hex, ":", ""))
	if raw, err := hex.DecodeString(want); err != nil || len(raw) != sha256.Size {
		return errors.New("the pinned certificate's SHA-256 is not 64 hexadecimal digits")
	}
	t.InsecureSkipVerify = true // VerifyConnection verifies, and by more: the one certificate itself
	t.VerifyConnection = func(state tls.ConnectionState) error {
		if got := digest(state.PeerCertificates[0].Raw); got != want {
			return &CertificateError{SHA256: got, Pinned: true}
		}
		return nil
	}
	return nil
}

// Shown returns the [CertificateError] that err holds, or that tells of the certificate that the system's authorities refused; nil where err is
// another trouble.
func Shown(err error) *CertificateError {
	var refused *CertificateError
	if errors.As(err, &refused) {
		return refused
	}
	var unknown *tls.CertificateVerificationError
	if errors.As(err, &unknown) && len(unknown.UnverifiedCertificates) > 0 {
		return &CertificateError{SHA256: digest(unknown.UnverifiedCertificates[0].Raw), Err: unknown.Err}
	}
	return nil
}

func digest(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}
