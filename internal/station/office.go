package station

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// Setup returns who the station works for; NotFound until [Station.Configure] was called.
func (s *Station) Setup(ctx context.Context) (Setup, error) {
	return wrapped(s.cfg.Setup.Setup(ctx))("read setup")
}

// Configure is the first run: «Chi attribuisce i numeri di protocollo?» and the first accounts, in one transaction (R17.1).
// NewAccount.Password is what the wiring stores, i.e. already hashed. Conflict when it was done before.
func (s *Station) Configure(ctx context.Context, setup Setup, accounts []NewAccount) error {
	if err := s.validSetup(setup); err != nil {
		return err
	}
	if err := validAccounts(setup, accounts); err != nil {
		return err
	}
	setup.ConfiguredAt = s.now()
	if strings.TrimSpace(setup.ResponsabileTitle) == "" {
		setup.ResponsabileTitle = "Responsabile della gestione documentale"
	}
	if err := s.cfg.Setup.SaveSetup(ctx, setup, accounts); err != nil {
		return fmt.Errorf("save setup: %w", err)
	}
	s.publish(EventStatus, 0, "")
	return nil
}

func (s *Station) validSetup(setup Setup) error {
	if err := setup.Body.Validate(); err != nil {
		return err
	}
	if len(setup.AOOs) == 0 {
		return protocollo.Errorf(protocollo.Invalid, "aoos", "no AOO")
	}
	seen := map[string]bool{}
	for _, a := range setup.AOOs {
		if err := a.Validate(); err != nil {
			return err
		}
		if code := strings.ToUpper(string(a.Code)); seen[code] {
			return protocollo.Errorf(protocollo.Invalid, "aoos", "AOO %s comes twice", a.Code)
		} else {
			seen[code] = true
		}
	}
	switch {
	case setup.Connector != s.cfg.Registrar.Name():
		return protocollo.Errorf(protocollo.Invalid, "connector", "no connector %q", setup.Connector)
	case setup.StartingNumber < 1:
		return protocollo.Errorf(protocollo.Invalid, "startingNumber", "the first number is %d", setup.StartingNumber)
	case strings.TrimSpace(setup.ActNumber) == "":
		return protocollo.Errorf(protocollo.Invalid, "actNumber", "the choice needs its act's number")
	}
	if _, err := protocollo.ParseDay(string(setup.ActDay)); err != nil {
		return protocollo.Errorf(protocollo.Invalid, "actDay", "the act's day %q", setup.ActDay)
	}
	return nil
}

// userName is what a user name looks like. It stands in the journal and on paper, so that two that look alike are one.
var userName = regexp.MustCompile(`^[a-z0-9._-]{3,40}$`)

func validAccounts(setup Setup, accounts []NewAccount) error {
	responsabile := false
	seen := map[string]bool{}
	for _, a := range accounts {
		switch {
		case a.User == "" || strings.TrimSpace(a.Name) == "" || a.Password == "":
			return protocollo.Errorf(protocollo.Invalid, "accounts", "an account needs user, name and password")
		case !userName.MatchString(a.User):
			return protocollo.Errorf(protocollo.Invalid, "accounts", "%q is no user name", a.User)
		case a.User == protocollo.Station(a.AOO).User:
			return protocollo.Errorf(protocollo.Invalid, "accounts", "user %s is the station itself", a.User)
		case seen[a.User]:
			return protocollo.Errorf(protocollo.Invalid, "accounts", "user %s comes twice", a.User)
		case len(a.Roles) == 0:
			return protocollo.Errorf(protocollo.Invalid, "accounts", "user %s has no role", a.User)
		case !slices.ContainsFunc(setup.AOOs, func(o protocollo.AOO) bool { return o.Code == a.AOO }):
			return protocollo.Errorf(protocollo.Invalid, "accounts", "user %s is of no AOO of ours", a.User)
		}
		for _, r := range a.Roles {
			if !slices.Contains(protocollo.Roles(), r) {
				return protocollo.Errorf(protocollo.Invalid, "accounts", "user %s has role %q", a.User, r)
			}
		}
		seen[a.User] = true
		responsabile = responsabile || slices.Contains(a.Roles, protocollo.RoleResponsabile)
	}
	if !responsabile {
		return protocollo.Errorf(protocollo.Invalid, "accounts", "nobody is Responsabile")
	}
	return nil
}

// Policies returns the AOO's policies in force.
func (s *Station) Policies(ctx context.Context, actor protocollo.Actor) (Policies, error) {
	return wrapped(s.cfg.Policies.Policies(ctx, actor.AOO))("read policies")
}

// SavePolicies adds a version. Conflict when p.Version is no longer the current one.
func (s *Station) SavePolicies(ctx context.Context, actor protocollo.Actor, p Policies) (Policies, error) {
	if err := actor.Require(protocollo.ActPolicy); err != nil {
		return Policies{}, err
	}
	p.AOO = actor.AOO
	if _, err := pageProfile(p); err != nil {
		return Policies{}, err
	}
	for _, t := range p.Terms {
		if strings.TrimSpace(t.Procedure) == "" || strings.TrimSpace(t.Text) == "" {
			return Policies{}, protocollo.Errorf(protocollo.Invalid, "terms", "a term needs its procedure and its text")
		}
	}
	if p.ProcessCertificate = strings.TrimSpace(p.ProcessCertificate); p.ProcessCertificate != printable(p.ProcessCertificate) {
		return Policies{}, protocollo.Errorf(protocollo.Invalid, "processCertificate", "the certification's name holds what cannot be printed")
	}
	for i, c := range p.EmergencyColumns {
		if p.EmergencyColumns[i].Title = strings.TrimSpace(c.Title); p.EmergencyColumns[i].Title == "" || c.Field != "" && c.Constant != "" {
			return Policies{}, protocollo.Errorf(protocollo.Invalid, "columns", "column %d has no title, or both a field and a constant", i+1)
		}
	}
	before, err := s.cfg.Policies.Policies(ctx, actor.AOO)
	if err != nil {
		return Policies{}, fmt.Errorf("read policies: %w", err)
	}
	// A form that knows nothing of a part leaves it as it is.
	if p.Corrections == nil {
		p.Corrections = before.Corrections
	}
	if p.Legends == nil {
		p.Legends = before.Legends
	} else if err := rules.CheckAdded(p.Legends); err != nil {
		return Policies{}, err
	}
	if p.Registration == nil {
		p.Registration = before.Registration
	} else if err := rules.CheckRegistration(*p.Registration); err != nil {
		return Policies{}, err
	}
	if p.Emergency == nil {
		p.Emergency = before.Emergency
	} else if err := rules.CheckEmergencyPolicy(*p.Emergency); err != nil {
		return Policies{}, err
	}
	saved, err := s.cfg.Policies.SavePolicies(ctx, actor, p)
	if err != nil {
		return Policies{}, fmt.Errorf("save policies: %w", err)
	}
	s.publish(EventStatus, 0, actor.AOO)
	return saved, nil
}

// Stops lists why no number is given now; everybody may know.
func (s *Station) Stops(ctx context.Context, _ protocollo.Actor) ([]Stop, error) {
	stops, err := s.cfg.Safety.Stops(ctx)
	if err != nil {
		return nil, fmt.Errorf("list stops: %w", err)
	}
	if err := s.mayAsk(ctx); errors.Is(err, protocollo.Stopped) {
		stops = append(stops, Stop{Code: "connector-changed", Since: s.now(), Detail: err.Error()})
	}
	return stops, nil
}

// ConfirmClock is the Responsabile's word that the clock is right (R17.5).
func (s *Station) ConfirmClock(ctx context.Context, actor protocollo.Actor, reason string) error {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return protocollo.Errorf(protocollo.Invalid, "reason", "no reason")
	}
	if err := s.cfg.Safety.ConfirmClock(ctx, actor, reason); err != nil {
		return fmt.Errorf("confirm clock: %w", err)
	}
	s.publish(EventStatus, 0, actor.AOO)
	return nil
}

// ConfirmRestore ends the stop after a restore with the last number known from labels or the daily register (R17.4).
func (s *Station) ConfirmRestore(ctx context.Context, actor protocollo.Actor, r RestoreConfirmation) error {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	if r.AOO == "" {
		r.AOO = actor.AOO
	}
	switch {
	case r.AOO != actor.AOO:
		return protocollo.Errorf(protocollo.NotFound, "aoo", "no AOO %q", r.AOO)
	case !r.LastNumber.Valid():
		return protocollo.Errorf(protocollo.Invalid, "lastNumber", "%q is no number", r.LastNumber)
	case r.EmergencyLast != "" && !r.EmergencyLast.Valid():
		return protocollo.Errorf(protocollo.Invalid, "emergencyLast", "%q is no number", r.EmergencyLast)
	case strings.TrimSpace(r.ActNumber) == "":
		return protocollo.Errorf(protocollo.Invalid, "actNumber", "no act")
	}
	if _, err := protocollo.ParseDay(string(r.ActDay)); err != nil {
		return protocollo.Errorf(protocollo.Invalid, "actDay", "the act's day %q", r.ActDay)
	}
	if err := s.cfg.Safety.ConfirmRestore(ctx, actor, r); err != nil {
		return fmt.Errorf("confirm restore: %w", err)
	}
	s.publish(EventStatus, 0, actor.AOO)
	return nil
}
