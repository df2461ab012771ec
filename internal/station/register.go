package station

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// RegisterCommand is what the clerk sends with «Registra».
type RegisterCommand struct {
	Key   string           `json:"key" minLength:"8" maxLength:"80" doc:"Chiave della richiesta, creata quando si apre il modulo"`
	Draft protocollo.Draft `json:"draft"`
	// DuplicateChoice answers the possible duplicates that were shown (R1.6); DuplicateOf names the one that it is about, DuplicateIntake one that has no number
	// yet by its intake.
	DuplicateChoice protocollo.DuplicateChoice `json:"duplicateChoice,omitempty" enum:",diverso,originale-fax"`
	DuplicateOf     int64                      `json:"duplicateOf,omitempty"`
	DuplicateIntake int64                      `json:"duplicateIntake,omitempty"`
	// NotPersonal is the clerk's word that a closed envelope is no personal one although words of L-14 stand in what was typed (R16.6).
	NotPersonal bool `json:"notPersonal,omitempty"`
}

// Register takes a letter in and asks for its number.
//
// The intake is durable before anybody is asked (R1.1). Once it is, the caller's context no longer cancels anything, and a
// register that is away, says no or does not answer is no error: the Record comes back with Facets.Numbered unset, and its
// last attempt says why. The same key with the same content gives the same answer, however often it is sent (R16.9).
//
// Errors: Forbidden; Invalid with the field; Conflict "possible-duplicates" when [Station.CheckDuplicates] has something to
// show and no choice was made; Conflict "request-key" for the same key with other content; Conflict "envelope-personal" for a closed envelope with
// words of L-14, see [Station.KeepClosed]; Conflict "sent-on" for a second exit of the same letter for others; Stopped. An error with a Record that has an
// intake id came after the intake was safe.
func (s *Station) Register(ctx context.Context, actor protocollo.Actor, cmd RegisterCommand) (Record, error) {
	if cmd.Draft.BidID != 0 {
		return Record{}, protocollo.Errorf(protocollo.Invalid, "bidID", "a plico is registered as one")
	}
	if err := refusePersonal(cmd); err != nil {
		return Record{}, err
	}
	if err := s.givenBack(ctx, actor, cmd.Draft); err != nil {
		return Record{}, err
	}
	rec, err := s.register(ctx, actor, cmd, origin{})
	if err == nil {
		s.sentOn(ctx, actor, rec)
	}
	return rec, err
}

// origin is what a letter was before; zero for one that came in as itself.
type origin struct {
	plico             *protocollo.Bid
	note, application int64
}

// register is Register, of a letter that was something else before.
func (s *Station) register(ctx context.Context, actor protocollo.Actor, cmd RegisterCommand, was origin) (Record, error) {
	in, err := s.newIntake(ctx, actor, cmd)
	if err != nil {
		return Record{}, err
	}
	if was.plico != nil {
		in.Sign.Legends = append(in.Sign.Legends, rules.BidLegends(was.plico.Handover.Received())...)
	}
	in.NoteID, in.ApplicationID = was.note, was.application
	unlock, err := s.keys.lock(ctx, intakeKey(cmd.Key))
	if err != nil {
		return Record{}, fmt.Errorf("wait for the same request: %w", err)
	}
	defer unlock()
	if err := s.refuseDuplicates(ctx, actor, in); err != nil {
		return Record{}, err
	}
	saved, err := s.cfg.Intakes.RecordIntake(ctx, in)
	if err != nil {
		return Record{}, fmt.Errorf("record intake: %w", err)
	}
	ctx = context.WithoutCancel(ctx)
	if !saved.Existing {
		s.publishIntake(EventIntake, saved.Intake.ID, saved.Intake)
		if saved.Registration != nil { // the emergency register's number comes with the saving
			s.publishIntake(EventRegistration, saved.Registration.ID, saved.Intake)
		}
	}
	reg := saved.Registration
	if reg == nil && unsettled(saved.Attempt) {
		// An attempt found here is nobody's: whoever makes one holds the key's lock until it is settled.
		reg, err = s.settle(s.atTheDesk(ctx), PendingAttempt{Attempt: saved.Attempt, Intake: saved.Intake}, saved.Existing)
	}
	if err != nil {
		return Record{Intake: saved.Intake, Attempts: []protocollo.Attempt{saved.Attempt}}, err
	}
	return s.registered(ctx, actor, saved, reg), nil
}

// newIntake checks what came in.
func (s *Station) newIntake(ctx context.Context, actor protocollo.Actor, cmd RegisterCommand) (NewIntake, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return NewIntake{}, err
	}
	if cmd.Key == "" {
		return NewIntake{}, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	draft := cmd.Draft.Normalize()
	if err := draft.Validate(s.today()); err != nil {
		return NewIntake{}, err
	}
	switch cmd.DuplicateChoice {
	case protocollo.DuplicateNone:
	case protocollo.DuplicateDifferent, protocollo.DuplicateFaxFirst:
		if cmd.DuplicateOf == 0 && cmd.DuplicateIntake == 0 {
			return NewIntake{}, protocollo.Errorf(protocollo.Invalid, "duplicateOf", "the choice names no registration")
		}
		if cmd.DuplicateOf == 0 {
			like, err := s.cfg.Views.IntakeRecord(ctx, actor, cmd.DuplicateIntake)
			if errors.Is(err, protocollo.NotFound) {
				return NewIntake{}, protocollo.Errorf(protocollo.Invalid, "duplicateOf", "no intake %d", cmd.DuplicateIntake)
			}
			if err != nil {
				return NewIntake{}, fmt.Errorf("read intake %d: %w", cmd.DuplicateIntake, err)
			}
			if like.Registration != nil { // it gained its number meanwhile
				cmd.DuplicateOf = like.Registration.ID
			}
		}
	default:
		return NewIntake{}, protocollo.Errorf(protocollo.Invalid, "duplicateChoice", "choice %q", cmd.DuplicateChoice)
	}
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return NewIntake{}, stoppedUnlessSetUp(err)
	}
	if err := s.chosen(setup); err != nil {
		return NewIntake{}, err
	}
	digest, err := contentDigest(draft)
	if err != nil {
		return NewIntake{}, err
	}
	if draft, err = rules.RemovableMedia(draft); err != nil { // after the digest: what is sent again is what was typed
		return NewIntake{}, err
	}
	if draft, err = s.withCircumstance(ctx, actor, draft); err != nil {
		return NewIntake{}, err
	}
	if c := draft.Circumstance; c != nil && c.Of != 0 { // who names it has answered what else it might be
		cmd.DuplicateChoice, cmd.DuplicateOf, cmd.DuplicateIntake = protocollo.DuplicateDifferent, c.Of, 0
	}
	return NewIntake{Key: cmd.Key, ContentDigest: digest, Draft: draft, Actor: actor, Connector: s.cfg.Registrar.Name(),
		DuplicateChoice: cmd.DuplicateChoice, DuplicateOf: cmd.DuplicateOf, DuplicateIntake: cmd.DuplicateIntake, NotPersonal: cmd.NotPersonal,
		Sign: segnaturaOf(setup, aoo, protocollo.Intake{Draft: draft}, protocollo.Receipt{})}, nil
}

// stoppedUnlessSetUp turns «no setup» into the stop that it is (R17.1).
func stoppedUnlessSetUp(err error) error {
	var e *protocollo.Error
	if errors.As(err, &e) && e.Class == protocollo.NotFound && e.Code != "aoo" {
		return protocollo.Errorf(protocollo.Stopped, "numbering-unset", "nobody said yet who numbers: %w", err)
	}
	return err
}

// contentDigest is SHA-256 over the normalized draft as canonical JSON: encoding/json keeps the order of struct fields.
func contentDigest(d protocollo.Draft) (string, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("encode draft: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// CheckDuplicates lists earlier records that may be the same letter, for the clerk to see before the number (R1.6). What the
// clerk may not see does not exist here either (R11.2).
func (s *Station) CheckDuplicates(ctx context.Context, actor protocollo.Actor, d protocollo.Draft) ([]Duplicate, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	list, err := s.cfg.Duplicates.PossibleDuplicates(ctx, actor.AOO, d.Normalize())
	if err != nil {
		return nil, fmt.Errorf("look for duplicates: %w", err)
	}
	var shown []Duplicate
	for _, d := range list {
		_, err := s.cfg.Views.IntakeRecord(ctx, actor, d.IntakeID)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look at a possible duplicate: %w", err)
		}
		shown = append(shown, d)
	}
	return shown, nil
}

// refuseDuplicates asks for a choice between what the actor sees, unless what looks the same is this very request sent again.
func (s *Station) refuseDuplicates(ctx context.Context, actor protocollo.Actor, in NewIntake) error {
	if in.DuplicateChoice != protocollo.DuplicateNone {
		return nil
	}
	list, err := s.cfg.Duplicates.PossibleDuplicates(ctx, actor.AOO, in.Draft)
	if err != nil {
		return fmt.Errorf("look for duplicates: %w", err)
	}
	others := 0
	for _, d := range list {
		rec, err := s.cfg.Views.IntakeRecord(ctx, self(actor.AOO), d.IntakeID)
		if err != nil {
			return fmt.Errorf("look at a possible duplicate: %w", err)
		}
		if rec.Intake.Key == in.Key {
			return nil // sent again: RecordIntake answers
		}
		if i := rec.Intake; actor.Sees(i.AOO, i.Operator, i.Draft.UOR, i.Draft.Confidential) {
			others++
		}
	}
	if others > 0 {
		return protocollo.Errorf(protocollo.Conflict, "possible-duplicates", "%d earlier records may be the same letter", others)
	}
	return nil
}

// registered reads the record back; should that fail, what is known stands for it, so that the number is shown.
func (s *Station) registered(ctx context.Context, actor protocollo.Actor, saved RecordedIntake, reg *protocollo.Registration) Record {
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, saved.Intake.ID)
	if err == nil {
		return rec
	}
	s.log.Warn("record not read back", "intake", saved.Intake.ID, "err", err)
	return Record{Intake: saved.Intake, Registration: reg, Facets: protocollo.Facets{Numbered: reg != nil},
		Attempts: []protocollo.Attempt{saved.Attempt}}
}

func intakeKey(key string) string { return "intake/" + key }
