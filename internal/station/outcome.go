package station

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// OutcomeChoice is a person's answer to «Esito da verificare sul protocollo».
type OutcomeChoice string

const (
	OutcomeLook      OutcomeChoice = "look"      // «Cerca di nuovo»: the register is asked for our key
	OutcomeCandidate OutcomeChoice = "candidate" // «È questo»
	OutcomeKeyed     OutcomeChoice = "keyed"     // «Ha questo numero»
	OutcomeAbsent    OutcomeChoice = "absent"    // «Non è arrivato: richiedi di nuovo»
)

// OutcomeWaits says what an attempt without a clear answer waits for.
type OutcomeWaits string

const (
	WaitsForAnswer OutcomeWaits = "answer" // the centre answers later by itself: «in attesa della risposta»
	WaitsForSearch OutcomeWaits = "search" // the station keeps looking for our key; it may be settled without anybody
	WaitsForPerson OutcomeWaits = "person" // nobody but a person can tell
)

// uncertainLimit bounds the list; [Counts] has their number.
const uncertainLimit = 200

// candidateDays is how many days after the attempt a number may still have been given for it.
const candidateDays = 7

// UncertainOutcome is one call for a number without a clear answer. The intake is safe and nothing of it is sent again until this is
// settled.
type UncertainOutcome struct {
	Intake  protocollo.Intake
	Attempt protocollo.Attempt // Words are the other side's
	Waits   OutcomeWaits
	// Choices are what the actor may answer now.
	Choices []OutcomeChoice
	// AbsentFrom is from when the Responsabile may say that it did not arrive: before it the call may still be running (R17.3).
	AbsentFrom time.Time
}

// UncertainOutcomes lists «Esito da verificare sul protocollo», oldest first, of what the actor sees.
func (s *Station) UncertainOutcomes(ctx context.Context, actor protocollo.Actor) ([]UncertainOutcome, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	list, err := s.cfg.Outcomes.UncertainAttempts(ctx, actor, uncertainLimit)
	if err != nil {
		return nil, fmt.Errorf("list uncertain outcomes: %w", err)
	}
	out := make([]UncertainOutcome, len(list))
	for i, p := range list {
		out[i] = s.uncertain(actor, p)
	}
	return out, nil
}

func (s *Station) uncertain(actor protocollo.Actor, p PendingAttempt) UncertainOutcome {
	u := UncertainOutcome{Intake: p.Intake, Attempt: p.Attempt, Waits: WaitsForPerson, AbsentFrom: p.Attempt.StartedAt.Add(s.cfg.AbsenceProof)}
	var caps protocollo.Capabilities // an attempt of another connector: nobody is left to ask
	if p.Attempt.Connector == s.cfg.Registrar.Name() {
		caps = s.cfg.Registrar.Capabilities()
	}
	switch {
	case caps.Deferred:
		u.Waits = WaitsForAnswer
	case caps.FindByKey:
		u.Waits = WaitsForSearch
	}
	if caps.FindByKey {
		u.Choices = append(u.Choices, OutcomeLook)
	}
	if _, finds := s.cfg.Registrar.(CandidateFinder); caps.Candidates && finds {
		u.Choices = append(u.Choices, OutcomeCandidate)
	}
	if actor.May(protocollo.ActDecide) {
		u.Choices = append(u.Choices, OutcomeKeyed)
		if !s.mayStillRun(p.Attempt) {
			u.Choices = append(u.Choices, OutcomeAbsent)
		}
	}
	return u
}

// uncertainIntake reads one of an intake that the actor sees. Conflict "outcome-settled" when its latest attempt is not unknown.
func (s *Station) uncertainIntake(ctx context.Context, actor protocollo.Actor, intakeID int64) (UncertainOutcome, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return UncertainOutcome{}, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return UncertainOutcome{}, fmt.Errorf("read intake: %w", err)
	}
	if n := len(rec.Attempts); n > 0 && rec.Registration.Awaits() && rec.Attempts[n-1].Outcome == protocollo.AttemptUnknown {
		return s.uncertain(actor, PendingAttempt{Attempt: rec.Attempts[n-1], Intake: rec.Intake}), nil
	}
	return UncertainOutcome{}, protocollo.Errorf(protocollo.Conflict, "outcome-settled", "intake %d has no uncertain outcome", intakeID)
}

// Candidates asks the centre for what may be an intake's letter. Those whose number another letter has here are left out. They prove
// nothing: the person compares (R17.3). Of what is confidential there, who may not see such letters is shown number and day alone (R11.2).
//
// Errors: Forbidden; NotFound; Conflict "outcome-settled", "no-candidates" where the contract has no such search; Unavailable,
// OutcomeUnknown and Rejected as the centre answered.
func (s *Station) Candidates(ctx context.Context, actor protocollo.Actor, intakeID int64) ([]protocollo.Candidate, error) {
	u, err := s.uncertainIntake(ctx, actor, intakeID)
	if err != nil {
		return nil, err
	}
	list, err := s.candidatesFor(ctx, u)
	for i, c := range list {
		if veiled(actor, c) {
			r := c.Receipt
			list[i] = protocollo.Candidate{Confidential: true, Receipt: protocollo.Receipt{Register: r.Register, Year: r.Year, Number: r.Number, Day: r.Day}}
		}
	}
	return list, err
}

// veiled reports whether a candidate is not the actor's to see. Whose letter it is at the centre is not known here.
func veiled(actor protocollo.Actor, c protocollo.Candidate) bool {
	return c.Confidential && !actor.May(protocollo.ActConfidential)
}

func (s *Station) candidatesFor(ctx context.Context, u UncertainOutcome) ([]protocollo.Candidate, error) {
	finder, finds := s.cfg.Registrar.(CandidateFinder)
	if !finds || !slices.Contains(u.Choices, OutcomeCandidate) {
		return nil, protocollo.Errorf(protocollo.Conflict, "no-candidates", "connector %s shows no candidates", u.Attempt.Connector)
	}
	setup, aoo, err := s.office(ctx, u.Intake.AOO)
	if err != nil {
		return nil, err
	}
	draft := u.Intake.Draft
	q := protocollo.CandidateQuery{Body: setup.Body, AOO: aoo, Subject: draft.Subject, Senders: counterparts(draft), From: protocollo.DayOf(u.Attempt.StartedAt),
		To: min(s.today(), protocollo.DayOf(u.Attempt.StartedAt.AddDate(0, 0, candidateDays))), ArrivedAt: u.Intake.ArrivedAt, AskedAt: u.Attempt.StartedAt}
	var found []protocollo.Candidate
	err = s.reach(as(ctx, callerPerson), s.cfg.RegisterTimeout, func(ctx context.Context) (err error) {
		found, err = finder.Candidates(ctx, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for candidates: %w", err)
	}
	var free []protocollo.Candidate
	for _, c := range found {
		if c.Receipt.Register == "" {
			c.Receipt.Register = aoo.RegisterCode
		}
		if c.Receipt.Validate() != nil || c.Receipt.Day < q.From {
			continue
		}
		taken, err := s.numberTaken(ctx, u.Intake.AOO, c.Receipt)
		if err != nil {
			return nil, err
		}
		if !taken {
			free = append(free, c)
		}
	}
	return free, nil
}

// counterparts are the names that a letter is looked for by.
func counterparts(d protocollo.Draft) []string {
	list := d.Senders
	if d.Direction != protocollo.Incoming {
		list = d.Recipients
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

// numberTaken reports whether a registration of ours has the receipt's number, as its own or by recovery, by whichever code its register went.
func (s *Station) numberTaken(ctx context.Context, aoo protocollo.AOOCode, r protocollo.Receipt) (bool, error) {
	list, err := s.cfg.Codes.ResolveHandCode(ctx, aoo, r.Year, r.Number)
	if err != nil && !errors.Is(err, protocollo.NotFound) {
		return false, fmt.Errorf("look number %s/%d up: %w", r.Number, r.Year, err)
	}
	return slices.ContainsFunc(list, func(f Resolved) bool {
		reg := f.Registration
		return !reg.Awaits() && ordinaryNumber(reg) == r.Number && ordinaryYear(reg) == r.Year
	}), nil
}

// OutcomeAnswer is what a person decides.
type OutcomeAnswer struct {
	Choice OutcomeChoice
	// Register (or "", the AOO's), Number and Day name the candidate, or what was keyed in; Again is the number keyed a second time.
	Register      string
	Number, Again string
	Day           protocollo.Day
	Reason        string // why the letter is asked for again; with the others optional
}

// DecideOutcome carries a person's answer out. A candidate is looked for again, so that what is recorded is the centre's word and not
// the browser's; a keyed number is what the person says, and the journal tells so; «Non è arrivato» takes the responsibility for asking
// a second time, and the number is asked for at once. It may be repeated.
//
// Errors: Forbidden for a choice that the actor may not make, "confidential" for a candidate that they may not see; Invalid "choice", "number", "again", "day", "reason"; Conflict
// "outcome-settled", "too-early", "candidate-gone", "number-taken", "no-candidates"; NotFound; what the centre answered.
func (s *Station) DecideOutcome(ctx context.Context, actor protocollo.Actor, intakeID int64, a OutcomeAnswer) (Record, error) {
	if a.Choice == OutcomeLook {
		return s.RetryNumber(ctx, actor, intakeID)
	}
	u, err := s.uncertainIntake(ctx, actor, intakeID)
	if errors.Is(err, protocollo.Conflict) {
		return s.decidedAlready(ctx, actor, intakeID, a, err)
	}
	if err != nil {
		return Record{}, err
	}
	unlock, err := s.keys.lock(ctx, intakeKey(u.Intake.Key))
	if err != nil {
		return Record{}, fmt.Errorf("wait for the intake: %w", err)
	}
	defer unlock()
	decision, err := s.outcomeDecision(ctx, actor, u, a)
	if err != nil {
		return Record{}, err
	}
	ctx = context.WithoutCancel(ctx)
	reg, err := s.cfg.Outcomes.DecideOutcome(ctx, actor, decision)
	if err != nil {
		return Record{}, fmt.Errorf("decide outcome: %w", err)
	}
	if reg != nil {
		s.publishIntake(EventRegistration, reg.ID, u.Intake)
	}
	s.publishIntake(EventIntake, u.Intake.ID, u.Intake)
	if a.Choice == OutcomeAbsent {
		if err := s.attempt(ctx, u.Intake); err != nil && !errors.Is(err, protocollo.Unavailable) && !errors.Is(err, protocollo.Stopped) { // it waits
			return Record{}, err
		}
	}
	return wrapped(s.cfg.Views.IntakeRecord(ctx, actor, intakeID))("read intake")
}

// decidedAlready answers a decision that was carried out before, its answer lost; otherwise it returns settled.
func (s *Station) decidedAlready(ctx context.Context, actor protocollo.Actor, intakeID int64, a OutcomeAnswer, settled error) (Record, error) {
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	n, _ := typedProtocol(a.Number)
	numbered := a.Choice != OutcomeAbsent && !rec.Registration.Awaits() && ordinaryNumber(*rec.Registration) == n
	askedAgain := a.Choice == OutcomeAbsent && slices.ContainsFunc(rec.Attempts, func(t protocollo.Attempt) bool { return t.Outcome == protocollo.AttemptAbsent })
	if numbered || askedAgain {
		return rec, nil
	}
	return Record{}, settled
}

// ordinaryNumber is the centre's, also of a letter that had an emergency number first.
func ordinaryNumber(r protocollo.Registration) protocollo.Number {
	if r.Recovery != nil {
		return r.Recovery.Number
	}
	return r.Number
}

// ordinaryYear is the centre's, as [ordinaryNumber].
func ordinaryYear(r protocollo.Registration) int {
	if r.Recovery != nil {
		return r.Recovery.Key.Year
	}
	return r.Key.Year
}

// outcomeDecision checks an answer and turns it into what is recorded.
func (s *Station) outcomeDecision(ctx context.Context, actor protocollo.Actor, u UncertainOutcome, a OutcomeAnswer) (OutcomeDecision, error) {
	d := OutcomeDecision{AttemptID: u.Attempt.ID, Choice: a.Choice, Reason: strings.TrimSpace(a.Reason)}
	var err error
	switch a.Choice {
	case OutcomeCandidate:
		d.Receipt, err = s.candidateChosen(ctx, actor, u, a)
	case OutcomeKeyed:
		if !slices.Contains(u.Choices, OutcomeKeyed) {
			return d, actor.Require(protocollo.ActDecide)
		}
		d.Receipt, err = s.keyedReceipt(u, a)
	case OutcomeAbsent:
		switch {
		case !actor.May(protocollo.ActDecide):
			return d, actor.Require(protocollo.ActDecide)
		case !slices.Contains(u.Choices, OutcomeAbsent):
			return d, protocollo.Errorf(protocollo.Conflict, "too-early", "the call may still be running until %s", u.AbsentFrom)
		case d.Reason == "":
			return d, protocollo.Errorf(protocollo.Invalid, "reason", "asking again needs its reason")
		}
		return d, nil
	default:
		return d, protocollo.Errorf(protocollo.Invalid, "choice", "choice %q", a.Choice)
	}
	if err != nil {
		return d, err
	}
	setup, aoo, err := s.office(ctx, u.Intake.AOO)
	if err != nil {
		return d, err
	}
	if d.Receipt.Register == "" {
		d.Receipt.Register = aoo.RegisterCode
	}
	d.Segnatura = segnaturaOf(setup, aoo, u.Intake, d.Receipt)
	return d, nil
}

// candidateChosen finds the candidate that was on the screen among what the centre shows now. Who was not shown it could not compare.
func (s *Station) candidateChosen(ctx context.Context, actor protocollo.Actor, u UncertainOutcome, a OutcomeAnswer) (protocollo.Receipt, error) {
	list, err := s.candidatesFor(ctx, u)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	at := slices.IndexFunc(list, func(c protocollo.Candidate) bool {
		return string(c.Receipt.Number) == a.Number && c.Receipt.Day == a.Day && (a.Register == "" || c.Receipt.Register == a.Register)
	})
	if at < 0 {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Conflict, "candidate-gone", "the centre does not show %s of %s any more", a.Number, a.Day)
	}
	if veiled(actor, list[at]) {
		return protocollo.Receipt{}, actor.Require(protocollo.ActConfidential)
	}
	return list[at].Receipt, nil
}

// keyedReceipt is what a person read elsewhere: a number typed twice and its day, without the centre's reference.
func (s *Station) keyedReceipt(u UncertainOutcome, a OutcomeAnswer) (protocollo.Receipt, error) {
	n, err := typedProtocol(a.Number)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	again, err := typedProtocol(a.Again)
	if err != nil || again != n {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Invalid, "again", "%q and %q are not the same number", a.Number, a.Again)
	}
	_, err = protocollo.ParseDay(string(a.Day))
	first := protocollo.DayOf(u.Attempt.StartedAt)
	if err != nil || a.Day > s.today() || a.Day < first {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Invalid, "day", "the day %q is not between %s and today", a.Day, first)
	}
	year, err := strconv.Atoi(string(a.Day[:4]))
	if err != nil {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Invalid, "day", "the day %q", a.Day)
	}
	return protocollo.Receipt{Register: a.Register, Year: year, Number: n, Day: a.Day, At: s.now()}, nil
}

// keyedNumber is digits alone: no blank inside, no year.
var keyedNumber = regexp.MustCompile(`^[0-9]{1,12}$`)

// typedProtocol reads a number as people write it, with or without its zeros.
func typedProtocol(text string) (protocollo.Number, error) {
	text = strings.TrimSpace(text)
	if !keyedNumber.MatchString(text) {
		return "", protocollo.Errorf(protocollo.Invalid, "number", "%q is no protocol number", text)
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return "", protocollo.Errorf(protocollo.Invalid, "number", "%q is no protocol number", text)
	}
	n, err := protocollo.NumberFrom(value)
	if err != nil {
		return "", protocollo.Errorf(protocollo.Invalid, "number", "%q is no protocol number", text)
	}
	return n, nil
}
