package authority

import (
	"crypto"
	_ "crypto/sha1" // for what must be refused
	_ "crypto/sha256"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// The messages are built value by value with cryptobyte; the client decodes them with structs. Neither knows the other's code.

var (
	oidSHA1          = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSASHA1     = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}
	oidECDSASHA256   = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCertV1 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidPolicy        = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1, 1}
	oidOtherPolicy   = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1, 2}
)

// query is what is asked.
type query struct {
	digest []byte
	nonce  *big.Int // nil: none
}

func parseQuery(der []byte) (query, error) {
	var q query
	var seq, imprint, algorithm cryptobyte.String
	var version int
	var oid asn1.ObjectIdentifier
	in := cryptobyte.String(der)
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || !seq.ReadASN1Integer(&version) || version != 1 || !seq.ReadASN1(&imprint, casn1.SEQUENCE) ||
		!imprint.ReadASN1(&algorithm, casn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) || !oid.Equal(oidSHA256) ||
		!imprint.ReadASN1Bytes(&q.digest, casn1.OCTET_STRING) || len(q.digest) != 32 {
		return q, errRequest
	}
	if seq.PeekASN1Tag(casn1.OBJECT_IDENTIFIER) && !seq.SkipASN1(casn1.OBJECT_IDENTIFIER) {
		return q, errRequest
	}
	if seq.PeekASN1Tag(casn1.INTEGER) {
		if q.nonce = new(big.Int); !seq.ReadASN1Integer(q.nonce) {
			return q, errRequest
		}
	}
	return q, nil
}

// answer makes the TimeStampResp.
func (a *Authority) answer(request []byte, b Behaviour, serial int64) ([]byte, error) {
	q, err := parseQuery(request)
	if err != nil || b == Rejects {
		return rejection(), nil
	}
	token, err := a.token(q, b, serial)
	if err != nil {
		return nil, err
	}
	var out cryptobyte.Builder
	out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
		out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) { out.AddASN1Int64(0) })
		out.AddBytes(token)
	})
	return out.Bytes()
}

func rejection() []byte {
	var out cryptobyte.Builder
	out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
		out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
			out.AddASN1Int64(2)
			out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
				out.AddASN1(casn1.UTF8String, func(out *cryptobyte.Builder) { out.AddBytes([]byte("Richiesta non accettata")) })
			})
			out.AddASN1BitString([]byte{0x20}) // badRequest
		})
	})
	return out.BytesOrPanic()
}

func addAlgorithm(out *cryptobyte.Builder, oid asn1.ObjectIdentifier) {
	out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) { out.AddASN1ObjectIdentifier(oid) })
}

func (a *Authority) info(q query, b Behaviour, serial int64) []byte {
	digest, nonce, at, policy := slices.Clone(q.digest), q.nonce, a.cfg.Now().UTC(), oidPolicy
	switch b {
	case WrongImprint:
		digest[0] ^= 1
	case WrongNonce:
		nonce = big.NewInt(0x70726f7661)
	case NoNonce:
		nonce = nil
	case WrongTime:
		at = at.Add(time.Hour)
	case WrongPolicy:
		policy = oidOtherPolicy
	}
	var out cryptobyte.Builder
	out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
		out.AddASN1Int64(1)
		out.AddASN1ObjectIdentifier(policy)
		out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
			addAlgorithm(out, oidSHA256)
			out.AddASN1OctetString(digest)
		})
		out.AddASN1Int64(serial)
		out.AddASN1GeneralizedTime(at)
		out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) { out.AddASN1Int64(1) }) // accuracy of a second
		if nonce != nil {
			out.AddASN1BigInt(nonce)
		}
	})
	return out.BytesOrPanic()
}

// attributes are what is signed, as a SET.
func (a *Authority) attributes(info []byte, b Behaviour, by identity, hash crypto.Hash) ([]byte, error) {
	h := hash.New()
	h.Write(info)
	digest := h.Sum(nil)
	one := func(oid asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) []byte {
		var out cryptobyte.Builder
		out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
			out.AddASN1ObjectIdentifier(oid)
			out.AddASN1(casn1.SET, value)
		})
		return out.BytesOrPanic()
	}
	list := [][]byte{
		one(oidContentType, func(out *cryptobyte.Builder) { out.AddASN1ObjectIdentifier(oidTSTInfo) }),
		one(oidMessageDigest, func(out *cryptobyte.Builder) { out.AddASN1OctetString(digest) }),
	}
	name := func(cert []byte, hash crypto.Hash) func(*cryptobyte.Builder) { // SigningCertificate(V2) with one ESSCertID(v2)
		h := hash.New()
		h.Write(cert)
		return func(out *cryptobyte.Builder) {
			out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
				out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
					out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) { out.AddASN1OctetString(h.Sum(nil)) })
				})
			})
		}
	}
	switch b {
	case NoSigningCertificate:
	case NamedBySHA1:
		list = append(list, one(oidSigningCertV1, name(by.cert.Raw, crypto.SHA1)))
	case NamesAnother:
		list = append(list, one(oidSigningCertV2, name(a.root.cert.Raw, crypto.SHA256)))
	default:
		list = append(list, one(oidSigningCertV2, name(by.cert.Raw, crypto.SHA256)))
	}
	slices.SortFunc(list, slices.Compare) // DER's order of a SET OF
	var out cryptobyte.Builder
	out.AddASN1(casn1.SET, func(out *cryptobyte.Builder) {
		for _, one := range list {
			out.AddBytes(one)
		}
	})
	return out.Bytes()
}

// token makes the TimeStampToken: a SignedData over a TSTInfo.
func (a *Authority) token(q query, b Behaviour, serial int64) ([]byte, error) {
	by, hash, digestOID, signatureOID := a.signer(b), crypto.SHA256, oidSHA256, oidECDSASHA256
	if b == SHA1 {
		hash, digestOID, signatureOID = crypto.SHA1, oidSHA1, oidECDSASHA1
	}
	info := a.info(q, b, serial)
	attributes, err := a.attributes(info, b, by, hash)
	if err != nil {
		return nil, err
	}
	signature, err := a.sign(b, by, hash, attributes)
	if err != nil {
		return nil, err
	}
	implicit := slices.Clone(attributes)
	implicit[0] = 0xa0 // [0] in place of SET
	var out cryptobyte.Builder
	out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
		out.AddASN1ObjectIdentifier(oidSignedData)
		out.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(out *cryptobyte.Builder) {
			out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
				out.AddASN1Int64(3)
				out.AddASN1(casn1.SET, func(out *cryptobyte.Builder) { addAlgorithm(out, digestOID) })
				out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
					out.AddASN1ObjectIdentifier(oidTSTInfo)
					out.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(out *cryptobyte.Builder) { out.AddASN1OctetString(info) })
				})
				if b != NoCertificate {
					out.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(out *cryptobyte.Builder) { out.AddBytes(by.cert.Raw) })
				}
				out.AddASN1(casn1.SET, func(out *cryptobyte.Builder) {
					out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
						out.AddASN1Int64(1)
						out.AddASN1(casn1.SEQUENCE, func(out *cryptobyte.Builder) {
							out.AddBytes(by.cert.RawIssuer)
							out.AddASN1BigInt(by.cert.SerialNumber)
						})
						addAlgorithm(out, digestOID)
						out.AddBytes(implicit)
						addAlgorithm(out, signatureOID)
						out.AddASN1OctetString(signature)
					})
				})
			})
		})
	})
	return out.Bytes()
}
