package tsa

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// The messages as the standards write them: RFC 3161 (requests, answers, TSTInfo), RFC 5652 (SignedData), RFC 5035 (ESSCertIDv2). They are DER,
// and encoding/asn1 takes nothing else.

var (
	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}

	oidSignedData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // id-aa-signingCertificateV2
	oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
)

type messageImprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

type timeStampReq struct {
	Version int
	Imprint messageImprint
	Policy  asn1.ObjectIdentifier `asn1:"optional"`
	Nonce   *big.Int              `asn1:"optional"`
	CertReq bool                  `asn1:"optional"`
}

func encodeRequest(digest [32]byte, nonce *big.Int, policy asn1.ObjectIdentifier) ([]byte, error) {
	return asn1.Marshal(timeStampReq{Version: 1, Imprint: messageImprint{pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}, digest[:]},
		Policy: policy, Nonce: nonce, CertReq: true})
}

type pkiStatusInfo struct {
	Status   int
	Text     []string       `asn1:"optional"`
	FailInfo asn1.BitString `asn1:"optional"`
}

type timeStampResp struct {
	Status pkiStatusInfo
	Token  asn1.RawValue `asn1:"optional"`
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

type encapContentInfo struct {
	Type    asn1.ObjectIdentifier
	Content []byte `asn1:"explicit,optional,tag:0"`
}

type signedData struct {
	Version          int
	DigestAlgorithms []pkix.AlgorithmIdentifier `asn1:"set"`
	Encap            encapContentInfo
	Certificates     asn1.RawValue `asn1:"optional,tag:0"`
	CRLs             asn1.RawValue `asn1:"optional,tag:1"`
	Signers          []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version            int
	Signer             asn1.RawValue // IssuerAndSerialNumber, or [0] SubjectKeyIdentifier
	DigestAlgorithm    pkix.AlgorithmIdentifier
	SignedAttributes   asn1.RawValue `asn1:"optional,tag:0"`
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          []byte
	Unsigned           asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

type tstInfo struct {
	Version    int
	Policy     asn1.ObjectIdentifier
	Imprint    messageImprint
	Serial     *big.Int
	Time       time.Time        `asn1:"generalized"`
	Accuracy   accuracy         `asn1:"optional"`
	Ordering   bool             `asn1:"optional"`
	Nonce      *big.Int         `asn1:"optional"`
	Authority  asn1.RawValue    `asn1:"optional,tag:0"`
	Extensions []pkix.Extension `asn1:"optional,tag:1"`
}

type accuracy struct {
	Seconds int `asn1:"optional"`
	Millis  int `asn1:"optional,tag:0"`
	Micros  int `asn1:"optional,tag:1"`
}

func (a accuracy) duration() time.Duration {
	return time.Duration(a.Seconds)*time.Second + time.Duration(a.Millis)*time.Millisecond + time.Duration(a.Micros)*time.Microsecond
}

// sane reports whether the parts are within what RFC 3161 allows, and no more than a day.
func (a accuracy) sane() bool {
	part := func(n int) bool { return n >= 0 && n < 1000 }
	return a.Seconds >= 0 && a.Seconds <= 86400 && part(a.Millis) && part(a.Micros)
}

type signingCertificateV2 struct {
	Certs    []essCertIDv2
	Policies asn1.RawValue `asn1:"optional"`
}

type essCertIDv2 struct {
	Algorithm    pkix.AlgorithmIdentifier `asn1:"optional"` // SHA-256 where it does not say
	Digest       []byte
	IssuerSerial essIssuerSerial `asn1:"optional"`
}

type essIssuerSerial struct {
	Issuer []asn1.RawValue // GeneralNames
	Serial *big.Int
}

// whole decodes what must be one value and nothing after it.
func whole(der []byte, into any) error {
	rest, err := asn1.Unmarshal(der, into)
	if err == nil && len(rest) > 0 {
		err = errors.New("something follows it")
	}
	return err
}

// token is a decoded TimeStampToken, of which nothing has been believed yet.
type token struct {
	raw     []byte // the ContentInfo
	content []byte // the TSTInfo as it was signed
	info    tstInfo
	signer  signerInfo
	attrs   []attribute
	certs   []*x509.Certificate
}

// maxCertificates bounds the chain that an authority sends along.
const maxCertificates = 16

func decodeToken(raw []byte) (*token, error) {
	var ci contentInfo
	if err := whole(raw, &ci); err != nil {
		return nil, fmt.Errorf("ContentInfo: %w", err)
	}
	if !ci.Type.Equal(oidSignedData) {
		return nil, fmt.Errorf("content of type %v is not signed data", ci.Type)
	}
	var sd signedData
	if err := whole(ci.Content.Bytes, &sd); err != nil {
		return nil, fmt.Errorf("SignedData: %w", err)
	}
	if !sd.Encap.Type.Equal(oidTSTInfo) {
		return nil, fmt.Errorf("signed content of type %v is not a TSTInfo", sd.Encap.Type)
	}
	if len(sd.Signers) != 1 { // RFC 3161, 2.4.2
		return nil, fmt.Errorf("%d signatures", len(sd.Signers))
	}
	t := &token{raw: raw, content: sd.Encap.Content, signer: sd.Signers[0]}
	if err := whole(t.content, &t.info); err != nil {
		return nil, fmt.Errorf("TSTInfo: %w", err)
	}
	if t.info.Version != 1 || t.info.Serial == nil || !t.info.Accuracy.sane() {
		return nil, fmt.Errorf("TSTInfo of version %d, accuracy %+v", t.info.Version, t.info.Accuracy)
	}
	var err error
	if t.attrs, err = t.signer.attributes(); err != nil {
		return nil, fmt.Errorf("signed attributes: %w", err)
	}
	if t.certs, err = certificates(sd.Certificates.Bytes); err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	return t, nil
}

// signedBytes is what is signed: the attributes as a SET instead of [0] (RFC 5652, 5.4).
func (s signerInfo) signedBytes() []byte {
	der := append([]byte(nil), s.SignedAttributes.FullBytes...)
	der[0] = asn1.TagSet | 0x20
	return der
}

func (s signerInfo) attributes() ([]attribute, error) {
	if len(s.SignedAttributes.FullBytes) == 0 {
		return nil, errors.New("there are none")
	}
	var list []attribute
	rest, err := asn1.UnmarshalWithParams(s.signedBytes(), &list, "set")
	if err == nil && len(rest) > 0 {
		err = errors.New("something follows them")
	}
	return list, err
}

// attribute returns the one value of an attribute that may be there once only.
func (t *token) attribute(oid asn1.ObjectIdentifier) ([]byte, bool) {
	var value []byte
	found := 0
	for _, a := range t.attrs {
		if a.Type.Equal(oid) {
			found++
			if len(a.Values) == 1 {
				value = a.Values[0].FullBytes
			}
		}
	}
	return value, found == 1 && value != nil
}

// certificates decodes a SET OF CertificateChoices; what is no X.509 certificate is passed over.
func certificates(der []byte) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for len(der) > 0 {
		var one asn1.RawValue
		rest, err := asn1.Unmarshal(der, &one)
		if err != nil {
			return nil, err
		}
		der = rest
		if one.Class != asn1.ClassUniversal || one.Tag != asn1.TagSequence {
			continue
		}
		c, err := x509.ParseCertificate(one.FullBytes)
		if err != nil {
			return nil, err
		}
		if list = append(list, c); len(list) > maxCertificates {
			return nil, fmt.Errorf("more than %d", maxCertificates)
		}
	}
	return list, nil
}
