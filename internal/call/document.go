package call

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"segnatura/internal/protocollo"
)

// Document reads a document for a contract whose message holds it whole. It is Rejected "digest" where its bytes are not those that the request announces,
// and Unavailable where they cannot be read: either way before anybody is called.
func Document(r protocollo.AttachRequest, body io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(body, r.Bytes+1))
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Unavailable, "document", "read document: %w", err)
	}
	if sum := sha256.Sum256(content); int64(len(content)) != r.Bytes || hex.EncodeToString(sum[:]) != r.SHA256 {
		return nil, protocollo.Errorf(protocollo.Rejected, "digest", "the document is not the one of %d bytes and digest %s that was announced",
			r.Bytes, r.SHA256)
	}
	return content, nil
}
