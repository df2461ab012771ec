package station

import (
	"context"
	"fmt"
	"io"
	"strings"

	"segnatura/internal/protocollo"
)

// OpenSignedAct opens a signed act as it came back, also one that was replaced; the caller closes it. What it reads has its digest. The register that is
// signed bears every letter, so that it is for who may read them all.
//
// Errors: Forbidden "read-all"; NotFound "signature"; Internal "blob-damaged".
func (s *Station) OpenSignedAct(ctx context.Context, actor protocollo.Actor, id int64) (io.ReadSeekCloser, protocollo.EmergencySignature, error) {
	none := protocollo.EmergencySignature{}
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return nil, none, err
	}
	g, err := s.cfg.Emergency.EmergencySignature(ctx, actor.AOO, id)
	if err != nil {
		return nil, none, fmt.Errorf("find the signed act: %w", err)
	}
	f, err := s.openWhole(ctx, g.SHA256)
	return f, g, err
}

// ReplaceSignedAct puts another file in the place of a signed act, on the Responsabile's word and with the reason; the one before stays and says so. Repeated
// with the same file it is no error.
//
// Errors: Forbidden "decide"; NotFound "signature"; Invalid "reason" and as [Station.AttachSignedAct]; Conflict "signature-replaced", "signature-same".
func (s *Station) ReplaceSignedAct(ctx context.Context, actor protocollo.Actor, id int64, a SignedAct, reason string) (protocollo.EmergencySignature, error) {
	none := protocollo.EmergencySignature{}
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return none, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return none, protocollo.Errorf(protocollo.Invalid, "reason", "replacing a signed act needs its reason")
	}
	content, err := signedContent(a.MediaType, a.Content)
	if err != nil {
		return none, err
	}
	if _, err := s.cfg.Emergency.EmergencySignature(ctx, actor.AOO, id); err != nil {
		return none, fmt.Errorf("find the signed act: %w", err)
	}
	kept, err := s.keepSigned(ctx, a, content)
	if err != nil {
		return none, err
	}
	g, err := s.cfg.Emergency.ReplaceSignedAct(context.WithoutCancel(ctx), actor, id, kept, reason)
	if err != nil {
		return none, fmt.Errorf("replace the signed act: %w", err)
	}
	s.publish(EventEmergency, 0, actor.AOO)
	return g, nil
}
