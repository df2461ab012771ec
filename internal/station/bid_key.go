package station

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
)

// deskTokenFor is how long a browser may freeze instants after somebody who registers was logged in there: the longest holiday of an office.
const deskTokenFor = 30 * 24 * time.Hour

// Freeze is the key: it fixes the instant of a handover, before any form and before anybody is asked who he is (R5.2, R20.1). The instant
// is the store's, taken within the transaction that keeps it; what the browser's clock says is of no interest. Once it returns, the
// instant is durable. A press that came twice (the same key) is one. Whoever goes away meanwhile cancels nothing.
//
// actor may have no user: the screen was locked or nobody was logged in. Who pressed is then said with the form.
func (s *Station) Freeze(ctx context.Context, aoo protocollo.AOOCode, desk, user, key string) (protocollo.Handover, error) {
	if key == "" {
		return protocollo.Handover{}, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	h, err := s.cfg.Bids.FreezeHandover(context.WithoutCancel(ctx), FreezeCommand{Key: key, AOO: aoo, Desk: desk, User: user, Proof: s.clockProof()})
	if err != nil {
		return h, fmt.Errorf("freeze an instant: %w", err)
	}
	s.publishBid(0, aoo)
	return h, nil
}

// NewDeskToken lets the actor's browser freeze instants for a while after he has gone, and nothing else. have is the token that the browser shows, or "". A
// living one goes on as it is, for whoever is logged in now: another at each log-in would leave those before it alive, and an answer that is lost would leave
// the browser with one that is dead. Only the token's digest is kept.
func (s *Station) NewDeskToken(ctx context.Context, actor protocollo.Actor, have string) (token string, until time.Time, err error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return "", time.Time{}, err
	}
	token = have
	if _, err := s.cfg.Bids.DeskToken(ctx, tokenDigest(have), s.now()); err != nil {
		if protocollo.ClassOf(err) != protocollo.NotFound {
			return "", time.Time{}, fmt.Errorf("look a desk up: %w", err)
		}
		var b [32]byte
		if _, err := rand.Read(b[:]); err != nil {
			return "", time.Time{}, fmt.Errorf("mint a token: %w", err)
		}
		token = base64.RawURLEncoding.EncodeToString(b[:])
	}
	until = s.now().Add(deskTokenFor)
	err = s.cfg.Bids.PutDeskToken(ctx, DeskToken{Digest: tokenDigest(token), AOO: actor.AOO, Desk: actor.Desk, User: actor.User, Until: until}, tokenDigest(have))
	if err != nil {
		return "", time.Time{}, fmt.Errorf("keep a desk's token: %w", err)
	}
	return token, until, nil
}

// DeskOf returns the desk that a token was given to. Forbidden "desk-token", also where whoever was logged in there may register no more.
func (s *Station) DeskOf(ctx context.Context, token string) (DeskToken, error) {
	t, err := s.cfg.Bids.DeskToken(ctx, tokenDigest(token), s.now())
	if err == nil && !(protocollo.Actor{Roles: t.Roles}).May(protocollo.ActRegister) || protocollo.ClassOf(err) == protocollo.NotFound {
		return t, protocollo.Errorf(protocollo.Forbidden, "desk-token", "this browser may freeze nothing")
	}
	if err != nil {
		return t, fmt.Errorf("look a desk up: %w", err)
	}
	return t, nil
}

func tokenDigest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
