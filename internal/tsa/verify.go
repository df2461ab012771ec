package tsa

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes that hashOf names
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

const (
	// granularity is the second to which an authority may cut its time.
	granularity = time.Second
	// unprovenSlack is how far a clock of which nothing is proven may be from the authority's. The nonce already shows that the token is new; what
	// is further off than this is one clock that is plainly wrong, and a person has to look which.
	unprovenSlack = 5 * time.Minute
	// maxAccuracy: an authority that is less sure of its time says nothing that this machine's clock does not.
	maxAccuracy = time.Minute
	minRSABits  = 2048
)

// Expected is what an answer must be the answer to.
type Expected struct {
	Digest [32]byte
	Nonce  *big.Int
	Policy asn1.ObjectIdentifier // nil: any
	// SentAt and ReceivedAt are this machine's instants around the exchange, Clock is what was known of its clock.
	SentAt, ReceivedAt time.Time
	Clock              protocollo.ClockProof
}

// Verify decodes a TimeStampResp and returns its token if all of it holds. The error is a [*Refusal] with the first thing that does not.
func Verify(answer []byte, want Expected, trust Trust) (protocollo.Timestamp, error) {
	out, why := verify(answer, want, trust)
	if why != nil {
		return protocollo.Timestamp{}, refused(answer, why)
	}
	return out, nil
}

func verify(answer []byte, want Expected, trust Trust) (protocollo.Timestamp, *protocollo.Error) {
	none := protocollo.Timestamp{}
	var resp timeStampResp
	if err := whole(answer, &resp); err != nil {
		return none, refuse(codeMalformed, "decode the answer: %w", err)
	}
	// 0 granted, 1 granted with changes (of what is checked below): RFC 3161, 2.4.2.
	if s := resp.Status; s.Status != 0 && s.Status != 1 {
		return none, refuse(codeStatus, "status %d, failure %s, %q", s.Status, failure(s.FailInfo), strings.Join(s.Text, "; "))
	}
	if len(resp.Token.FullBytes) == 0 {
		return none, refuse(codeMalformed, "granted, and no token")
	}
	t, err := decodeToken(resp.Token.FullBytes)
	if err != nil {
		return none, refuse(codeMalformed, "decode the token: %w", err)
	}
	var chain []*x509.Certificate
	var signer *x509.Certificate
	for _, step := range []func() *protocollo.Error{
		func() *protocollo.Error { return t.answers(want) },
		func() (why *protocollo.Error) { signer, why = t.signedBy(); return why },
		func() *protocollo.Error { return t.namesSigner(signer) },
		func() *protocollo.Error { return purpose(signer) },
		func() (why *protocollo.Error) { chain, why = t.chain(signer, trust); return why },
		func() *protocollo.Error { return t.timely(want) },
	} {
		if why := step(); why != nil {
			return none, why
		}
	}
	return protocollo.Timestamp{Serial: fmt.Sprintf("%X", t.info.Serial), Time: t.info.Time.UTC(), Accuracy: t.info.Accuracy.duration(), Policy: t.info.Policy.String(),
		Authority: nameOf(signer), Qualified: slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return contains(trust.TrustedList, c) }), Token: t.raw, Chain: encodePEM(chain),
		SentAt: want.SentAt.UTC(), ReceivedAt: want.ReceivedAt.UTC(), Clock: want.Clock}, nil
}

// failures are the bits of PKIFailureInfo (RFC 3161, 2.4.2).
var failures = map[int]string{0: "badAlg", 2: "badRequest", 5: "badDataFormat", 14: "timeNotAvailable", 15: "unacceptedPolicy", 16: "unacceptedExtension",
	17: "addInfoNotAvailable", 25: "systemFailure"}

func failure(bits asn1.BitString) string {
	for bit := range bits.BitLength {
		if bits.At(bit) == 1 {
			if name, known := failures[bit]; known {
				return name
			}
			return fmt.Sprint(bit)
		}
	}
	return "unsaid"
}

// answers: the token is the answer to this request.
func (t *token) answers(want Expected) *protocollo.Error {
	info := t.info
	switch {
	case !info.Imprint.Algorithm.Algorithm.Equal(oidSHA256) || !bytes.Equal(info.Imprint.Digest, want.Digest[:]):
		return refuse(codeImprint, "the imprint is %x by %v, not %x", info.Imprint.Digest, info.Imprint.Algorithm.Algorithm, want.Digest)
	case info.Nonce == nil || info.Nonce.Cmp(want.Nonce) != 0:
		return refuse(codeNonce, "the nonce is %v, not %v", info.Nonce, want.Nonce)
	case want.Policy != nil && !info.Policy.Equal(want.Policy):
		return refuse(codePolicy, "the policy is %v, not %v", info.Policy, want.Policy)
	}
	for _, e := range info.Extensions {
		if e.Critical {
			return refuse(codeMalformed, "an extension %v that must be understood", e.Id)
		}
	}
	return nil
}

// hashOf names the digests that are believed; SHA-1 and MD5 are not among them.
func hashOf(oid asn1.ObjectIdentifier) (crypto.Hash, bool) {
	for _, h := range []struct {
		oid  asn1.ObjectIdentifier
		hash crypto.Hash
	}{{oidSHA256, crypto.SHA256}, {oidSHA384, crypto.SHA384}, {oidSHA512, crypto.SHA512}} {
		if oid.Equal(h.oid) {
			return h.hash, true
		}
	}
	return 0, false
}

// signatures are the algorithms that are believed, by their identifier and the digest's; rsaEncryption leaves the digest to the other field.
var signatures = map[string]map[crypto.Hash]x509.SignatureAlgorithm{
	"1.2.840.113549.1.1.1":  {crypto.SHA256: x509.SHA256WithRSA, crypto.SHA384: x509.SHA384WithRSA, crypto.SHA512: x509.SHA512WithRSA},
	"1.2.840.113549.1.1.11": {crypto.SHA256: x509.SHA256WithRSA},
	"1.2.840.113549.1.1.12": {crypto.SHA384: x509.SHA384WithRSA},
	"1.2.840.113549.1.1.13": {crypto.SHA512: x509.SHA512WithRSA},
	"1.2.840.10045.4.3.2":   {crypto.SHA256: x509.ECDSAWithSHA256},
	"1.2.840.10045.4.3.3":   {crypto.SHA384: x509.ECDSAWithSHA384},
	"1.2.840.10045.4.3.4":   {crypto.SHA512: x509.ECDSAWithSHA512},
}

// signedBy verifies the signature and returns the signer's certificate, which is among those that came along.
func (t *token) signedBy() (*x509.Certificate, *protocollo.Error) {
	s := t.signer
	hash, known := hashOf(s.DigestAlgorithm.Algorithm)
	if !known {
		return nil, refuse(codeAlgorithm, "the digest is made by %v", s.DigestAlgorithm.Algorithm)
	}
	algorithm, known := signatures[s.SignatureAlgorithm.Algorithm.String()][hash]
	if !known {
		return nil, refuse(codeAlgorithm, "the signature is made by %v with %v", s.SignatureAlgorithm.Algorithm, hash)
	}
	contentType, ok := t.attribute(oidContentType)
	var oid asn1.ObjectIdentifier
	if !ok || whole(contentType, &oid) != nil || !oid.Equal(oidTSTInfo) {
		return nil, refuse(codeSignature, "what is signed is not said to be a TSTInfo")
	}
	stated, ok := t.attribute(oidDigest)
	var digest []byte
	h := hash.New()
	h.Write(t.content)
	if !ok || whole(stated, &digest) != nil || !bytes.Equal(digest, h.Sum(nil)) {
		return nil, refuse(codeSignature, "what is signed is the digest of something else")
	}
	signer := t.certificate()
	if signer == nil {
		return nil, refuse(codeCertificate, "the signer's certificate did not come along")
	}
	if key, isRSA := signer.PublicKey.(*rsa.PublicKey); isRSA && key.N.BitLen() < minRSABits {
		return nil, refuse(codeAlgorithm, "the signer's key has %d bits", key.N.BitLen())
	}
	if key, isEC := signer.PublicKey.(*ecdsa.PublicKey); isEC && key.Curve.Params().BitSize < 256 {
		return nil, refuse(codeAlgorithm, "the signer's curve is %s", key.Curve.Params().Name)
	}
	if err := signer.CheckSignature(algorithm, s.signedBytes(), s.Signature); err != nil {
		return nil, refuse(codeSignature, "verify the signature: %w", err)
	}
	return signer, nil
}

// certificate finds the one that the signer names; nil where it is not there.
func (t *token) certificate() *x509.Certificate {
	var by issuerAndSerial
	byKey := t.signer.Signer.Class == asn1.ClassContextSpecific && t.signer.Signer.Tag == 0
	if !byKey && whole(t.signer.Signer.FullBytes, &by) != nil {
		return nil
	}
	for _, c := range t.certs {
		if byKey && len(c.SubjectKeyId) > 0 && bytes.Equal(c.SubjectKeyId, t.signer.Signer.Bytes) ||
			!byKey && c.SerialNumber.Cmp(by.Serial) == 0 && bytes.Equal(c.RawIssuer, by.Issuer.FullBytes) {
			return c
		}
	}
	return nil
}

// namesSigner: the certificate is named in what is signed, so that no other one with the same key can take its place (RFC 5816, 2.2.1).
func (t *token) namesSigner(signer *x509.Certificate) *protocollo.Error {
	value, ok := t.attribute(oidSigningCert)
	if !ok {
		return refuse(codeCertificate, "no signingCertificateV2 among what is signed")
	}
	var named signingCertificateV2
	if err := whole(value, &named); err != nil {
		return refuse(codeCertificate, "decode signingCertificateV2: %w", err)
	}
	if len(named.Certs) == 0 {
		return refuse(codeCertificate, "signingCertificateV2 names nobody")
	}
	first := named.Certs[0] // the signer's comes first (RFC 5035, 3)
	hash, known := crypto.SHA256, true
	if len(first.Algorithm.Algorithm) > 0 {
		hash, known = hashOf(first.Algorithm.Algorithm)
	}
	if !known {
		return refuse(codeAlgorithm, "the signer's certificate is named by %v", first.Algorithm.Algorithm)
	}
	h := hash.New()
	h.Write(signer.Raw)
	if !bytes.Equal(first.Digest, h.Sum(nil)) {
		return refuse(codeCertificate, "signingCertificateV2 names another certificate")
	}
	if s := first.IssuerSerial; s.Serial != nil && s.Serial.Cmp(signer.SerialNumber) != 0 {
		return refuse(codeCertificate, "signingCertificateV2 names another serial number")
	}
	return nil
}

// purpose: the certificate is for timestamps and for nothing else, and says so critically (RFC 3161, 2.3).
func purpose(c *x509.Certificate) *protocollo.Error {
	critical := slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidExtKeyUsage) && e.Critical })
	if !critical || len(c.UnknownExtKeyUsage) > 0 || len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping {
		return refuse(codePurpose, "the signer's certificate is not for timestamps alone")
	}
	if c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return refuse(codePurpose, "the signer's key is not for signatures")
	}
	return nil
}

// chain goes from the signer to a trusted root, all of it valid at the token's time; one with a certificate of the trusted list comes first.
func (t *token) chain(signer *x509.Certificate, trust Trust) ([]*x509.Certificate, *protocollo.Error) {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range trust.Roots {
		roots.AddCert(c)
	}
	for _, c := range t.certs {
		between.AddCert(c)
	}
	chains, err := signer.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: t.info.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	if err != nil {
		code := codeChain
		if invalid := (x509.CertificateInvalidError{}); errors.As(err, &invalid) && invalid.Reason == x509.Expired {
			code = codeExpired
		}
		return nil, refuse(code, "verify the signer's chain at %s: %w", t.info.Time.UTC().Format(time.RFC3339), err)
	}
	for _, chain := range chains {
		if slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return contains(trust.TrustedList, c) }) {
			return chain, nil
		}
	}
	return chains[0], nil
}

func contains(list []*x509.Certificate, c *x509.Certificate) bool {
	return slices.ContainsFunc(list, c.Equal)
}

// timely: the token was made during the exchange, as far as this machine's clock can tell.
func (t *token) timely(want Expected) *protocollo.Error {
	if t.info.Accuracy.duration() > maxAccuracy {
		return refuse(codeTime, "the authority's time is uncertain by %v", t.info.Accuracy.duration())
	}
	offset, uncertainty, known := want.Clock.Verified()
	if !known {
		offset, uncertainty = 0, unprovenSlack
	}
	slack := t.info.Accuracy.duration() + uncertainty + granularity
	from, to := want.SentAt.Add(offset-slack), want.ReceivedAt.Add(offset+slack)
	if t.info.Time.Before(from) || t.info.Time.After(to) {
		return refuse(codeTime, "the authority says %s, outside of %s to %s", t.info.Time.UTC().Format(time.RFC3339Nano), from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano))
	}
	return nil
}

// nameOf is how a certificate's holder is called.
func nameOf(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	return c.Subject.String()
}

func encodePEM(chain []*x509.Certificate) string {
	var b strings.Builder
	for _, c := range chain {
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return b.String()
}
