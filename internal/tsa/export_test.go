package tsa

import (
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"testing"
)

// Request is a request as the client makes it.
func Request(t testing.TB, digest [32]byte, policy asn1.ObjectIdentifier) ([]byte, *big.Int) {
	t.Helper()
	nonce, err := newNonce(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := encodeRequest(digest, nonce, policy)
	if err != nil {
		t.Fatal(err)
	}
	return der, nonce
}

// DecodeRequest tells what a request asks.
func DecodeRequest(t testing.TB, der []byte) (digest [32]byte, nonce *big.Int) {
	t.Helper()
	var q timeStampReq
	if err := whole(der, &q); err != nil {
		t.Fatal(err)
	}
	copy(digest[:], q.Imprint.Digest)
	return digest, q.Nonce
}
