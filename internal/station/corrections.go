package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// CorrectionAsk is what a person asks on a record: «Chiedi rettifica o annullamento» (R16.10).
type CorrectionAsk struct {
	Key            string // minted when the form opened
	RegistrationID int64
	Kind           protocollo.CorrectionKind
	Cause          protocollo.CorrectionCause
	LinkedID       int64
	AnswersID      int64
	Wished         map[protocollo.Field]protocollo.FieldValue // with [protocollo.CorrectionFields]
	Reason         string
	// Authorise is the Responsabile's own word with the request, with the act where there is one.
	Authorise bool
	ActNumber string
	ActDay    protocollo.Day
}

// CorrectionAnswer is what a person may say to a request.
type CorrectionAnswer struct {
	Choice    CorrectionAnswerChoice
	Reason    string // why; with [AnswerDone] what was done there, or seen
	ActNumber string
	ActDay    protocollo.Day
}

// CorrectionAnswerChoice is one of the answers to a request.
type CorrectionAnswerChoice string

const (
	AnswerAuthorise CorrectionAnswerChoice = "authorise"
	AnswerRefuse    CorrectionAnswerChoice = "refuse"
	AnswerWithdraw  CorrectionAnswerChoice = "withdraw"
	AnswerAgain     CorrectionAnswerChoice = "again"   // ask the centre once more
	AnswerDone      CorrectionAnswerChoice = "done"    // it stands at the centre: done there by hand, or seen
	AnswerAbandon   CorrectionAnswerChoice = "abandon" // it will not be done
)

// CorrectionRoad is who has to make a correction.
type CorrectionRoad string

const (
	RoadHere   CorrectionRoad = "here"    // the station's own book, or an emergency row that no centre knows yet
	RoadCall   CorrectionRoad = "call"    // the centre, asked by its connector
	RoadByHand CorrectionRoad = "by-hand" // the centre, by a person at its own screen
)

// CorrectionView is a correction as people read it, with what the actor may answer now.
type CorrectionView struct {
	CorrectionEntry
	State   protocollo.CorrectionState
	Road    CorrectionRoad
	Choices []CorrectionAnswerChoice
}

// correctionsAtOnce bounds a list.
const correctionsAtOnce = 200

// correctionPause is how long the station waits before it asks again by itself for what a centre that answers did not do.
const correctionPause = 10 * time.Minute

// Corrections lists requests, newest first: all for who decides, for others their own and what waits for the desk; with an intake's id those of
// one letter, for all who see it. open leaves out what is over.
func (s *Station) Corrections(ctx context.Context, actor protocollo.Actor, intakeID int64, open bool, before int64) ([]CorrectionView, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	list, err := s.cfg.Corrections.Corrections(ctx, actor, CorrectionQuery{IntakeID: intakeID, Open: open, Before: before, Limit: correctionsAtOnce})
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", err)
	}
	out := make([]CorrectionView, len(list))
	for i, e := range list {
		out[i] = s.correctionView(actor, e)
	}
	return out, nil
}

// RequestCorrection saves what a person asks. What needs nobody's word (optional fields, or the Responsabile's own request) is authorised with it and
// carried out; whether it stands already, or is only «richiesto», is in the answer. It may be repeated under its key, also after a crash: then it
// goes on where it stopped.
//
// Errors: Forbidden; NotFound; Invalid and Conflict "whole-only" as [protocollo.CorrectionRequest.Validate] and [protocollo.CorrectionDecision.Validate]; those of
// [CorrectionStore].
func (s *Station) RequestCorrection(ctx context.Context, actor protocollo.Actor, ask CorrectionAsk) (CorrectionView, error) {
	need := protocollo.ActRegister
	switch {
	case ask.Authorise:
		need = protocollo.ActDecide
	case ask.Kind == protocollo.CorrectionReturn:
		need = protocollo.ActSearch
	}
	if err := actor.Require(need); err != nil {
		return CorrectionView{}, err
	}
	ask.Reason, ask.ActNumber = strings.TrimSpace(ask.Reason), strings.TrimSpace(ask.ActNumber)
	if ask.Key == "" {
		return CorrectionView{}, protocollo.Errorf(protocollo.Invalid, "key", "a request without key")
	}
	rec, err := s.cfg.Views.Record(ctx, actor, ask.RegistrationID)
	if err != nil {
		return CorrectionView{}, fmt.Errorf("read registration %d: %w", ask.RegistrationID, err)
	}
	unlock, err := s.keys.lock(ctx, intakeKey(rec.Intake.Key))
	if err != nil {
		return CorrectionView{}, fmt.Errorf("wait for the intake: %w", err)
	}
	defer unlock()
	before, err := s.cfg.Corrections.Corrections(ctx, actor, CorrectionQuery{Key: ask.Key, Limit: 1})
	if err != nil {
		return CorrectionView{}, fmt.Errorf("look for the request: %w", err)
	}
	if len(before) > 0 {
		if !sameAsk(before[0], ask) {
			return CorrectionView{}, protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", ask.Key)
		}
		return s.carryOn(ctx, actor, before[0].ID)
	}
	if rec, err = s.cfg.Views.Record(ctx, actor, ask.RegistrationID); err != nil { // as it reads now that nobody else corrects it
		return CorrectionView{}, fmt.Errorf("read registration %d: %w", ask.RegistrationID, err)
	}
	n, err := s.newCorrection(ctx, actor, rec, ask)
	if err != nil {
		return CorrectionView{}, err
	}
	c, err := s.cfg.Corrections.RequestCorrection(ctx, actor, n)
	if err != nil {
		return CorrectionView{}, fmt.Errorf("save request: %w", err)
	}
	ctx = context.WithoutCancel(ctx) // whoever asked may go: it is saved
	s.publishIntake(EventRegistration, ask.RegistrationID, rec.Intake)
	return s.carryOn(ctx, actor, c.ID)
}

func sameAsk(e CorrectionEntry, ask CorrectionAsk) bool {
	return e.RegistrationID == ask.RegistrationID && e.Kind == ask.Kind && e.Cause == ask.Cause && e.Reason == ask.Reason && e.LinkedID == ask.LinkedID &&
		(e.Kind != protocollo.CorrectionFields || e.Wishes(e.Record.Intake.Draft, ask.Wished))
}

// newCorrection judges what is asked.
func (s *Station) newCorrection(ctx context.Context, actor protocollo.Actor, rec Record, ask CorrectionAsk) (NewCorrection, error) {
	n := NewCorrection{Request: protocollo.CorrectionRequest{Key: ask.Key, RegistrationID: ask.RegistrationID, Kind: ask.Kind, Cause: ask.Cause, LinkedID: ask.LinkedID,
		AnswersID: ask.AnswersID, Reason: ask.Reason, By: actor.User}}
	if rec.Facets.Annulled {
		return n, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", ask.RegistrationID)
	}
	policy, err := s.correctionPolicy(ctx, actor.AOO)
	if err != nil {
		return n, err
	}
	if n.Request.Changes, err = rec.Intake.Draft.Changes(ask.Wished); err != nil {
		return n, err
	}
	if err := n.Request.Validate(policy); err != nil {
		return n, err
	}
	if ask.Authorise || n.Request.Free() {
		n.Decision = &protocollo.CorrectionDecision{Choice: protocollo.CorrectionAuthorised, ActNumber: ask.ActNumber, ActDay: ask.ActDay}
		n.Here = s.road(rec, n.Request) == RoadHere
		return n, n.Decision.Validate(n.Request, policy)
	}
	return n, nil
}

func (s *Station) correctionPolicy(ctx context.Context, aoo protocollo.AOOCode) (protocollo.CorrectionPolicy, error) {
	p, err := s.cfg.Policies.Policies(ctx, aoo)
	if err != nil {
		return protocollo.CorrectionPolicy{}, fmt.Errorf("read policies: %w", err)
	}
	if p.Corrections == nil {
		return protocollo.CorrectionPolicy{}, nil
	}
	return *p.Corrections, nil
}

// road says who has to make a correction of a registration.
func (s *Station) road(rec Record, r protocollo.CorrectionRequest) CorrectionRoad {
	connector, _, reached := rec.Registration.Reach()
	caps := s.cfg.Registrar.Capabilities()
	switch {
	case !reached:
		return RoadHere
	case connector != s.cfg.Registrar.Name() || caps.Keyed:
		return RoadByHand
	case caps.Local:
		return RoadHere
	case r.Kind == protocollo.CorrectionAnnulment && caps.Annul:
		return RoadCall
	}
	corrector, is := s.cfg.Registrar.(Corrector)
	if r.Kind == protocollo.CorrectionFields && is && caps.Correct &&
		!slices.ContainsFunc(r.Changes, func(c protocollo.FieldChange) bool { return !corrector.Corrects(c.Field) }) {
		return RoadCall
	}
	return RoadByHand
}

// OptionalRoad says who has to change the optional fields of a registration, so that a form can say it before anything is asked.
func (s *Station) OptionalRoad(rec Record) CorrectionRoad {
	r := protocollo.CorrectionRequest{Kind: protocollo.CorrectionFields}
	for _, f := range protocollo.OptionalFields() {
		r.Changes = append(r.Changes, protocollo.FieldChange{Field: f})
	}
	return s.road(rec, r)
}

// AnswerCorrection is a person's word on a request: the Responsabile's who authorises or refuses, its author's who takes it back before, and after
// it how a correction that the centre did not confirm goes on. The same answer again is no error.
//
// Errors: Forbidden; NotFound "correction"; Invalid "reason", "actNumber", "actDay", "choice"; Conflict "correction-state" where the request is not one
// to which that is an answer; those of [CorrectionStore].
func (s *Station) AnswerCorrection(ctx context.Context, actor protocollo.Actor, id int64, a CorrectionAnswer) (CorrectionView, error) {
	e, err := s.correction(ctx, actor, id)
	if err != nil {
		return CorrectionView{}, err
	}
	unlock, err := s.keys.lock(ctx, intakeKey(e.Record.Intake.Key))
	if err != nil {
		return CorrectionView{}, fmt.Errorf("wait for the intake: %w", err)
	}
	defer unlock()
	lost := e.Outcome == protocollo.CorrectionAsked
	if e, err = s.heldCorrection(ctx, actor, id); err != nil {
		return CorrectionView{}, err
	}
	if lost && e.State() == protocollo.StateUnknown && a.Choice == AnswerAbandon {
		return CorrectionView{}, protocollo.Errorf(protocollo.Conflict, "correction-state", "request %d may have been done: what the centre shows comes first", id)
	}
	if err := mayAnswer(actor, e.Correction, a.Choice); err != nil {
		return CorrectionView{}, err
	}
	a.Reason, a.ActNumber = strings.TrimSpace(a.Reason), strings.TrimSpace(a.ActNumber)
	switch a.Choice {
	case AnswerAuthorise, AnswerRefuse, AnswerWithdraw:
		err = s.decideCorrection(ctx, actor, e, a)
	case AnswerAgain:
		if e.State() == protocollo.StateDone { // the answer to the first one was lost
			break
		}
		return s.carryOut(as(ctx, callerPerson), actor, e)
	default:
		err = s.settleByWord(ctx, actor, e, a)
	}
	if err != nil {
		return CorrectionView{}, err
	}
	ctx = context.WithoutCancel(ctx)
	s.publishIntake(EventRegistration, e.RegistrationID, e.Record.Intake)
	return s.carryOn(ctx, actor, id)
}

func (s *Station) decideCorrection(ctx context.Context, actor protocollo.Actor, e CorrectionEntry, a CorrectionAnswer) error {
	policy, err := s.correctionPolicy(ctx, actor.AOO)
	if err != nil {
		return err
	}
	choices := map[CorrectionAnswerChoice]protocollo.CorrectionChoice{AnswerAuthorise: protocollo.CorrectionAuthorised, AnswerRefuse: protocollo.CorrectionRefused,
		AnswerWithdraw: protocollo.CorrectionWithdrawn}
	d := protocollo.CorrectionDecision{Choice: choices[a.Choice], Reason: a.Reason, ActNumber: a.ActNumber, ActDay: a.ActDay}
	if err := d.Validate(e.CorrectionRequest, policy); err != nil {
		return err
	}
	here := d.Choice == protocollo.CorrectionAuthorised && s.road(e.Record, e.CorrectionRequest) == RoadHere
	if _, err := s.cfg.Corrections.DecideCorrection(ctx, actor, e.ID, d, here); err != nil {
		return fmt.Errorf("decide correction: %w", err)
	}
	return nil
}

// settleByWord records what a person did or saw at the centre, or that it will not be done. It stands as that person's word.
func (s *Station) settleByWord(ctx context.Context, actor protocollo.Actor, e CorrectionEntry, a CorrectionAnswer) error {
	outcome := protocollo.CorrectionDone
	if a.Choice == AnswerAbandon {
		outcome = protocollo.CorrectionAbandoned
	}
	if a.Reason == "" && e.State() != protocollo.StateByHand {
		return protocollo.Errorf(protocollo.Invalid, "reason", "a person's word needs what was seen or why")
	}
	if _, err := s.cfg.Corrections.SettleCorrection(ctx, actor, e.ID, outcome, a.Reason); err != nil {
		return fmt.Errorf("settle correction: %w", err)
	}
	return nil
}

// answers are what may be said to a request in a state, and who may say it. A return is answered by the desk.
var correctionAnswers = map[protocollo.CorrectionState]map[CorrectionAnswerChoice]protocollo.Action{
	protocollo.StateAsked:     {AnswerAuthorise: protocollo.ActDecide, AnswerRefuse: protocollo.ActDecide, AnswerWithdraw: protocollo.ActSearch},
	protocollo.StateRequested: {AnswerAgain: protocollo.ActRegister, AnswerAbandon: protocollo.ActDecide},
	protocollo.StateUnknown:   {AnswerAgain: protocollo.ActRegister, AnswerDone: protocollo.ActDecide, AnswerAbandon: protocollo.ActDecide},
	protocollo.StateRejected:  {AnswerAgain: protocollo.ActRegister, AnswerDone: protocollo.ActDecide, AnswerAbandon: protocollo.ActDecide},
	protocollo.StateByHand:    {AnswerDone: protocollo.ActRegister, AnswerAbandon: protocollo.ActDecide},
}

// settledBy are the answers that led to a state: they may come again after a crash.
var settledBy = map[protocollo.CorrectionState][]CorrectionAnswerChoice{
	protocollo.StateRefused: {AnswerRefuse}, protocollo.StateWithdrawn: {AnswerWithdraw}, protocollo.StateAbandoned: {AnswerAbandon},
	protocollo.StateDone: {AnswerAuthorise, AnswerAgain, AnswerDone}, protocollo.StateRequested: {AnswerAuthorise}, protocollo.StateUnknown: {AnswerAuthorise},
	protocollo.StateRejected: {AnswerAuthorise}, protocollo.StateByHand: {AnswerAuthorise, AnswerAgain},
}

// needs returns the action that an answer to a request needs; "" where it is no answer to it now.
func needs(c protocollo.Correction, choice CorrectionAnswerChoice) protocollo.Action {
	if c.Outcome == protocollo.CorrectionAsked && c.State() == protocollo.StateRequested {
		return "" // a call is under way, or its outcome was lost and becomes unknown
	}
	need := correctionAnswers[c.State()][choice]
	if c.Kind == protocollo.CorrectionReturn && c.State() == protocollo.StateAsked {
		switch choice {
		case AnswerAuthorise:
			return ""
		case AnswerRefuse:
			return protocollo.ActRegister
		}
	}
	return need
}

func mayAnswer(actor protocollo.Actor, c protocollo.Correction, choice CorrectionAnswerChoice) error {
	need := needs(c, choice)
	if need == "" {
		if slices.Contains(settledBy[c.State()], choice) {
			need = map[CorrectionAnswerChoice]protocollo.Action{AnswerAuthorise: protocollo.ActDecide, AnswerAbandon: protocollo.ActDecide, AnswerWithdraw: protocollo.ActSearch}[choice]
			if need == "" {
				need = protocollo.ActRegister
			}
		} else {
			return protocollo.Errorf(protocollo.Conflict, "correction-state", "request %d is %s", c.ID, c.State())
		}
	}
	if err := actor.Require(need); err != nil {
		return err
	}
	if choice == AnswerWithdraw && c.By != actor.User {
		return protocollo.Errorf(protocollo.Forbidden, "withdraw", "request %d is user %s's", c.ID, c.By)
	}
	return nil
}

func (s *Station) correction(ctx context.Context, actor protocollo.Actor, id int64) (CorrectionEntry, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return CorrectionEntry{}, err
	}
	list, err := s.cfg.Corrections.Corrections(ctx, actor, CorrectionQuery{ID: id, Limit: 1})
	if err != nil {
		return CorrectionEntry{}, fmt.Errorf("read correction: %w", err)
	}
	if len(list) == 0 {
		return CorrectionEntry{}, protocollo.Errorf(protocollo.NotFound, "correction", "no such request: %d", id)
	}
	return list[0], nil
}

// heldCorrection reads a correction whose letter the caller has locked. Nobody can be calling the centre for it then: a call without outcome was
// lost before it was written, and is unknown (R17.2).
func (s *Station) heldCorrection(ctx context.Context, actor protocollo.Actor, id int64) (CorrectionEntry, error) {
	e, err := s.correction(ctx, actor, id)
	if err != nil || e.Outcome != protocollo.CorrectionAsked || e.State() != protocollo.StateRequested {
		return e, err
	}
	if _, err := s.cfg.Corrections.SettleCorrection(ctx, protocollo.Station(actor.AOO), id, protocollo.CorrectionUnknown, ""); err != nil {
		return e, fmt.Errorf("doubt correction %d: %w", id, err)
	}
	s.publishIntake(EventRegistration, e.RegistrationID, e.Record.Intake)
	return s.correction(ctx, actor, id)
}

func (s *Station) correctionView(actor protocollo.Actor, e CorrectionEntry) CorrectionView {
	v := CorrectionView{CorrectionEntry: e, State: e.State(), Road: s.road(e.Record, e.CorrectionRequest)}
	for _, choice := range []CorrectionAnswerChoice{AnswerAuthorise, AnswerRefuse, AnswerWithdraw, AnswerAgain, AnswerDone, AnswerAbandon} {
		if needs(e.Correction, choice) != "" && mayAnswer(actor, e.Correction, choice) == nil {
			v.Choices = append(v.Choices, choice)
		}
	}
	return v
}

// carryOn reads a correction, carries it out if that is due, and returns how it stands. The caller holds the intake's lock.
func (s *Station) carryOn(ctx context.Context, actor protocollo.Actor, id int64) (CorrectionView, error) {
	e, err := s.heldCorrection(ctx, actor, id)
	if err != nil {
		return CorrectionView{}, err
	}
	if e.State() == protocollo.StateRequested && e.Outcome == "" {
		return s.carryOut(ctx, actor, e)
	}
	return s.correctionView(actor, e), nil
}

// correctionOutcomes say what each class of error leaves behind; one that is not here may have left anything.
var correctionOutcomes = map[protocollo.Class]protocollo.CorrectionOutcome{
	"": protocollo.CorrectionDone, protocollo.Rejected: protocollo.CorrectionRejected, protocollo.Invalid: protocollo.CorrectionRejected,
	protocollo.Unavailable: protocollo.CorrectionUnavailable, protocollo.Stopped: protocollo.CorrectionUnavailable,
}

// carryOut makes an authorised correction where it has to be made, and mirrors it here after the centre's yes alone (R8.4). The caller holds the
// intake's lock. The call is durable before it goes out: a crash in between leaves «richiesto, esito da verificare», and both calls may be
// repeated, because a contract that has them takes the same again. It goes on to its own deadline where the browser leaves.
func (s *Station) carryOut(ctx context.Context, actor protocollo.Actor, e CorrectionEntry) (CorrectionView, error) {
	ctx = context.WithoutCancel(ctx)
	by := protocollo.Station(actor.AOO)
	settle := func(o protocollo.CorrectionOutcome, words string) error {
		if _, err := s.cfg.Corrections.SettleCorrection(ctx, by, e.ID, o, words); err != nil {
			return fmt.Errorf("settle correction %d: %w", e.ID, err)
		}
		return nil
	}
	var err error
	switch s.road(e.Record, e.CorrectionRequest) {
	case RoadHere:
		err = settle(protocollo.CorrectionDone, "")
	case RoadByHand:
		err = settle(protocollo.CorrectionByHand, "")
	default:
		on, _ := ctx.Value(errandKey{}).(errand)
		if s.line.isHeld() && on.caller == callerDesk {
			break // the centre is known to be away: it stays «richiesto», and is asked for when the centre is back
		}
		if err = settle(protocollo.CorrectionAsked, ""); err != nil {
			break
		}
		cause := s.reach(ctx, s.cfg.RegisterTimeout, func(ctx context.Context) error { return s.askCorrection(ctx, e) })
		outcome, known := correctionOutcomes[protocollo.ClassOf(cause)]
		if !known {
			outcome = protocollo.CorrectionUnknown
		}
		if cause != nil {
			s.log.Warn("correction not confirmed", "reg", e.RegistrationID, "outcome", string(outcome), "err", cause)
		}
		err = settle(outcome, wordsOf(cause))
	}
	if err != nil {
		return CorrectionView{}, err
	}
	s.publishIntake(EventRegistration, e.RegistrationID, e.Record.Intake)
	if e, err = s.correction(ctx, actor, e.ID); err != nil {
		return CorrectionView{}, err
	}
	return s.correctionView(actor, e), nil
}

// askCorrection makes the centre's call.
func (s *Station) askCorrection(ctx context.Context, e CorrectionEntry) error {
	_, ref, _ := e.Record.Registration.Reach()
	if e.Kind == protocollo.CorrectionAnnulment {
		return s.cfg.Registrar.Annul(ctx, ref, e.Annulment())
	}
	next, err := e.Record.Intake.Draft.With(e.Changes)
	if err != nil {
		return err
	}
	why := e.Reason
	if d := e.Decision; d.ActNumber != "" {
		why = strings.TrimSpace(fmt.Sprintf("%s (provvedimento n. %s del %s)", why, d.ActNumber, d.ActDay.Italian()))
	}
	return s.cfg.Registrar.(Corrector).Correct(ctx, protocollo.CorrectRequest{Ref: ref, Changes: e.Changes, Draft: next, Why: why})
}

// CarryCorrections asks for what was authorised and not asked for yet, or certainly not done. While the centre is known to be away nothing is
// asked: the queue finds out when it is back. A call whose outcome could not be written becomes unknown. What was sent on has its entry say so. It may be
// called at any time.
func (s *Station) CarryCorrections(ctx context.Context) error {
	doubted := s.eachCorrection(ctx, CorrectionQuery{UnderWay: true, Limit: correctionsAtOnce}, func(e CorrectionEntry) error {
		unlock, free := s.keys.tryLock(intakeKey(e.Record.Intake.Key))
		if !free {
			return nil // the call is under way
		}
		defer unlock()
		_, err := s.heldCorrection(ctx, self(e.Record.Intake.AOO), e.ID)
		return err
	})
	return errors.Join(doubted, s.sayUnsaid(ctx), s.carryDue(ctx))
}

func (s *Station) carryDue(ctx context.Context) error {
	return s.eachCorrection(ctx, CorrectionQuery{Due: true, Limit: correctionsAtOnce}, func(e CorrectionEntry) error {
		if s.line.isHeld() || e.Outcome != "" && s.now().Sub(e.OutcomeAt) < correctionPause {
			return nil
		}
		unlock, free := s.keys.tryLock(intakeKey(e.Record.Intake.Key))
		if !free {
			return nil // somebody has it
		}
		defer unlock()
		now, err := s.correction(ctx, self(e.Record.Intake.AOO), e.ID)
		if err != nil || now.Outcome != e.Outcome || now.State() != protocollo.StateRequested {
			return err
		}
		_, err = s.carryOut(as(ctx, callerQueue), self(e.Record.Intake.AOO), now)
		return err
	})
}

// recoverCorrections makes unknown what a stop left between the call and its outcome.
func (s *Station) recoverCorrections(ctx context.Context, _ []protocollo.AOO) error {
	return s.eachCorrection(ctx, CorrectionQuery{UnderWay: true, Limit: correctionsAtOnce}, func(e CorrectionEntry) error {
		_, err := s.cfg.Corrections.SettleCorrection(ctx, protocollo.Station(e.Record.Intake.AOO), e.ID, protocollo.CorrectionUnknown, "")
		return err
	})
}

// eachCorrection goes through those of all AOOs, oldest first; one that fails does not keep the others waiting.
func (s *Station) eachCorrection(ctx context.Context, q CorrectionQuery, do func(CorrectionEntry) error) error {
	setup, err := s.cfg.Setup.Setup(ctx)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	var failed []error
	for _, aoo := range setup.AOOs {
		list, err := s.cfg.Corrections.Corrections(ctx, self(aoo.Code), q)
		if err != nil {
			failed = append(failed, fmt.Errorf("list corrections of %s: %w", aoo.Code, err))
		}
		for _, e := range slices.Backward(list) {
			if ctx.Err() != nil {
				return errors.Join(append(failed, ctx.Err())...)
			}
			if err := do(e); err != nil {
				failed = append(failed, fmt.Errorf("correction %d: %w", e.ID, err))
			}
		}
	}
	return errors.Join(failed...)
}

// correctionWords are the fields as the registers of days name them.
var correctionWords = map[protocollo.Field]string{
	protocollo.FieldSubject: "oggetto", protocollo.FieldSenders: "mittente", protocollo.FieldRecipients: "destinatari", protocollo.FieldSenderRef: "protocollo del mittente",
	protocollo.FieldClassifica: "classifica", protocollo.FieldFascicolo: "fascicolo", protocollo.FieldUOR: "ufficio", protocollo.FieldRPA: "responsabile del procedimento",
	protocollo.FieldNote: "note",
}
