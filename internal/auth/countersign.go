package auth

import (
	"context"

	"segnatura/internal/protocollo"
)

// Countersign verifies the password of somebody who acts once at another person's screen, and returns who that is, at that screen's desk.
// No session begins and none ends (R21.3). Wrong passwords count as at any log-in. Forbidden "login" also where the person is of another
// AOO than the screen; Forbidden "must-change-password" for a first or an old password.
func (s *Service) Countersign(ctx context.Context, at Identity, user, password string) (protocollo.Actor, error) {
	a, err := s.verify(ctx, user, password)
	switch {
	case err != nil:
		return protocollo.Actor{}, err
	case a.AOO != at.AOO:
		return protocollo.Actor{}, refused()
	case s.mustChange(a):
		return protocollo.Actor{}, protocollo.Errorf(protocollo.Forbidden, "must-change-password", "the password of %s is to be changed first", user)
	}
	actor := a.Actor
	actor.Desk = at.Desk
	return actor, nil
}
