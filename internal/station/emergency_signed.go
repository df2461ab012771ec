package station

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
)

// longestSignedAct bounds a signed paper that comes back, in bytes.
const longestSignedAct = 20 << 20

// SignedAct is an act that came back with its signature.
type SignedAct struct {
	Kind      protocollo.EmergencyActKind
	ActID     int64
	FileName  string
	MediaType string
	Content   io.Reader
}

// AttachSignedAct keeps a signed act that came back; until then it says «Firma da acquisire» (R21.3). The file is what it says by its content;
// the signature itself is not verified: whoever reads the file does that. What is refused leaves no file behind; the file is durable before the row;
// the same file again is no error.
//
// Errors: Forbidden; NotFound "emergency"; Invalid "kind", "file", "mediaType", "signed-content", or "signed-unsigned" for the paper as the station
// printed it.
func (s *Station) AttachSignedAct(ctx context.Context, actor protocollo.Actor, a SignedAct) (protocollo.EmergencySignature, error) {
	none := protocollo.EmergencySignature{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	if !slices.Contains(protocollo.EmergencyActKinds(), a.Kind) {
		return none, protocollo.Errorf(protocollo.Invalid, "kind", "no act %q", a.Kind)
	}
	content, err := signedContent(a.MediaType, a.Content)
	if err != nil {
		return none, err
	}
	if err := s.cfg.Emergency.EmergencyActKnown(ctx, actor.AOO, a.Kind, a.ActID); err != nil {
		return none, fmt.Errorf("look for the act: %w", err)
	}
	sig, err := s.keepSigned(ctx, a, content)
	if err != nil {
		return none, err
	}
	sig.By, sig.At = actor.User, s.now()
	if err := s.cfg.Emergency.SignEmergencyAct(context.WithoutCancel(ctx), actor, sig); err != nil {
		return none, fmt.Errorf("record signed act: %w", err)
	}
	s.publish(EventEmergency, 0, actor.AOO)
	return sig, nil
}

// signedContent reads a signed paper within bounds and holds it to what it says it is. Errors: Invalid "file", and those of checkSignedFile.
func signedContent(media string, r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, longestSignedAct+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read signed paper: %w", err)
	case len(content) == 0:
		return nil, protocollo.Errorf(protocollo.Invalid, "file", "the file is empty")
	case len(content) > longestSignedAct:
		return nil, protocollo.Errorf(protocollo.Invalid, "file", "a signed paper of more than %d bytes", longestSignedAct)
	}
	return content, checkSignedFile(media, content)
}

// keepSigned makes the file durable.
func (s *Station) keepSigned(ctx context.Context, a SignedAct, content []byte) (protocollo.EmergencySignature, error) {
	sha, size, err := s.cfg.Archive.PutBlob(ctx, bytes.NewReader(content))
	if err != nil {
		return protocollo.EmergencySignature{}, fmt.Errorf("keep signed act: %w", err)
	}
	return protocollo.EmergencySignature{Kind: a.Kind, ActID: a.ActID, SHA256: sha, Bytes: size, FileName: fileWords(a.FileName), MediaType: a.MediaType}, nil
}

// fileWords is the name of a file that somebody chose, without its folders and fit to be shown.
func fileWords(name string) string { return printable(filepath.Base(strings.TrimSpace(name))) }
