package station

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// EventEmergency tells of a change to the emergency register; its ID is the opening's.
const EventEmergency EventKind = "emergency"

// EmergencyState is what the desk and the Responsabile see of the emergency register.
type EmergencyState struct {
	// Open is the register in which letters are numbered now; nil: the ordinary one.
	Open     *protocollo.EmergencyRegister `json:"open,omitempty"`
	Warnings []rules.EmergencyWarning      `json:"warnings"`
	// Unsigned acts say «Firma da acquisire».
	Unsigned []rules.UnsignedAct `json:"unsigned"`
	// Authorisations were given beforehand and not used yet.
	Authorisations []protocollo.EmergencyAuthorisation `json:"authorisations"`
	Policy         protocollo.EmergencyPolicy          `json:"policy"`
	// Restored says that the next opening must say its ordinal and first number: those since the backup are on paper only.
	Restored bool `json:"restored,omitempty" doc:"Dopo un ripristino la prima apertura dice a quale registro e numero sono le carte"`
	// Elsewhere says that another system gives numbers on call: a register that is also typed in there would get two for each letter.
	Elsewhere bool `json:"elsewhere,omitempty" doc:"I numeri li dà un altro sistema, a cui la stazione li chiede"`
	// Years are this year's register and the next one's, where the AOO numbers by the year.
	Years *EmergencyYears `json:"years,omitempty"`
	// Recovery is under way, or nil.
	Recovery *RecoveryProgress `json:"recovery,omitempty"`
}

// EmergencyState returns the state for the actor's AOO; clerks may see it, for they number by it.
func (s *Station) EmergencyState(ctx context.Context, actor protocollo.Actor) (EmergencyState, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return EmergencyState{}, err
	}
	policy, err := s.emergencyPolicy(ctx, actor.AOO)
	if err != nil {
		return EmergencyState{}, err
	}
	st := EmergencyState{Policy: policy, Recovery: s.recovery.of(actor.AOO), Elsewhere: s.asksElsewhere(), Warnings: []rules.EmergencyWarning{}, Unsigned: []rules.UnsignedAct{}}
	if st.Authorisations, err = s.cfg.Emergency.EmergencyAuthorisations(ctx, actor.AOO); err != nil {
		return EmergencyState{}, fmt.Errorf("list authorisations: %w", err)
	}
	if st.Restored, err = s.cfg.Emergency.EmergencyRestored(ctx, actor.AOO); err != nil {
		return EmergencyState{}, fmt.Errorf("look for a restore: %w", err)
	}
	if st.Years, err = s.emergencyYears(ctx, actor.AOO, policy); err != nil {
		return EmergencyState{}, err
	}
	list, err := s.cfg.Emergency.EmergencyRegisters(ctx, actor.AOO, 0)
	if err != nil {
		return EmergencyState{}, fmt.Errorf("list emergency registers: %w", err)
	}
	for i, e := range list {
		if e.Closing == nil {
			st.Open = &list[i]
		}
		if actor.May(protocollo.ActDecide) { // they are the Responsabile's (R21.4)
			st.Warnings = append(st.Warnings, rules.EmergencyWarnings(e, s.now())...)
		}
		st.Unsigned = append(st.Unsigned, rules.UnsignedActs(e)...)
	}
	return st, nil
}

// EmergencyRegisters lists the registers of a year (0: all), newest first.
func (s *Station) EmergencyRegisters(ctx context.Context, actor protocollo.Actor, year int) ([]protocollo.EmergencyRegister, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.Emergency.EmergencyRegisters(ctx, actor.AOO, year))("list emergency registers")
}

// EmergencyRows lists a register's rows as far as the actor sees their letters: the others keep their place and number, and say nothing
// else (R11.2).
func (s *Station) EmergencyRows(ctx context.Context, actor protocollo.Actor, openingID int64) ([]protocollo.EmergencyRow, error) {
	if _, err := s.emergency(ctx, actor, openingID); err != nil {
		return nil, err
	}
	rows, err := s.cfg.Emergency.EmergencyRows(ctx, openingID)
	if err != nil {
		return nil, fmt.Errorf("list rows: %w", err)
	}
	for i, r := range rows {
		if in := r.Intake; !actor.Sees(in.AOO, in.Operator, in.Draft.UOR, in.Draft.Confidential) {
			blank := protocollo.EmergencyRow{Row: r.Row, Manual: r.Manual}
			blank.Registration.Number, blank.Registration.Day = r.Registration.Number, r.Registration.Day
			rows[i] = blank
		}
	}
	return rows, nil
}

// emergency finds a register of the actor's AOO.
func (s *Station) emergency(ctx context.Context, actor protocollo.Actor, openingID int64) (protocollo.EmergencyRegister, error) {
	list, err := s.EmergencyRegisters(ctx, actor, 0)
	if err != nil {
		return protocollo.EmergencyRegister{}, err
	}
	for _, e := range list {
		if e.ID == openingID {
			return e, nil
		}
	}
	return protocollo.EmergencyRegister{}, protocollo.Errorf(protocollo.NotFound, "emergency", "no such emergency register: %d", openingID)
}

// emergencyPolicy is the AOO's, or the law's own while the Responsabile has chosen none.
func (s *Station) emergencyPolicy(ctx context.Context, aoo protocollo.AOOCode) (protocollo.EmergencyPolicy, error) {
	p, err := s.cfg.Policies.Policies(ctx, aoo)
	if err != nil {
		return protocollo.EmergencyPolicy{}, fmt.Errorf("read policies: %w", err)
	}
	if p.Emergency == nil {
		return rules.DefaultEmergencyPolicy(), nil
	}
	return *p.Emergency, nil
}

// signs checks that whoever signs decides, in one of the two offices (DPR 445/2000 art. 63(1)).
func (by Signatory) signs() error {
	if err := by.Require(protocollo.ActDecide); err != nil {
		return err
	}
	if !by.Signer.Valid() {
		return protocollo.Errorf(protocollo.Invalid, "signer", "nobody signs as %q", by.Signer)
	}
	return nil
}

// AuthoriseCommand is the act of Allegato 1, for an interruption that is or for one that is planned.
type AuthoriseCommand struct {
	protocollo.WrittenAct
	Cause         string    `json:"cause" maxLength:"400"`
	InterruptedAt time.Time `json:"interruptedAt,omitzero"`
	PlannedFrom   time.Time `json:"plannedFrom,omitzero" doc:"Interruzione programmata (002 art. 74.1)"`
	PlannedUntil  time.Time `json:"plannedUntil,omitzero"`
}

func (c AuthoriseCommand) authorisation(now time.Time) (protocollo.EmergencyAuthorisation, error) {
	a := protocollo.EmergencyAuthorisation{WrittenAct: c.WrittenAct, Cause: strings.TrimSpace(c.Cause), InterruptedAt: c.InterruptedAt.UTC(),
		PlannedFrom: c.PlannedFrom.UTC(), PlannedUntil: c.PlannedUntil.UTC()}
	a.Number = strings.TrimSpace(a.Number)
	switch {
	case a.Cause == "":
		return a, protocollo.Errorf(protocollo.Invalid, "cause", "an authorisation needs its cause")
	case a.Planned() && (!c.InterruptedAt.IsZero() || !a.PlannedUntil.After(a.PlannedFrom) || !a.PlannedUntil.After(now)):
		return a, protocollo.Errorf(protocollo.Invalid, "plannedUntil", "a planned interruption ends after it begins, and after now")
	case !a.Planned() && (c.InterruptedAt.IsZero() || a.InterruptedAt.After(now)):
		return a, protocollo.Errorf(protocollo.Invalid, "interruptedAt", "when did the interruption begin?")
	}
	return a, checkAct(a.WrittenAct, false)
}

// checkAct checks an act's extremes; number says whether it must have one.
func checkAct(a protocollo.WrittenAct, number bool) error {
	if number && strings.TrimSpace(a.Number) == "" {
		return protocollo.Errorf(protocollo.Invalid, "actNumber", "the act's number is written on the register (DPR 445/2000 art. 63(2))")
	}
	if a.Day == "" && !number {
		return nil
	}
	if _, err := protocollo.ParseDay(string(a.Day)); err != nil {
		return protocollo.Errorf(protocollo.Invalid, "actDay", "the act's day %q", a.Day)
	}
	return nil
}

// AuthoriseEmergency records an authorisation, also beforehand. It opens nothing.
func (s *Station) AuthoriseEmergency(ctx context.Context, by Signatory, cmd AuthoriseCommand) (protocollo.EmergencyAuthorisation, error) {
	if err := by.signs(); err != nil {
		return protocollo.EmergencyAuthorisation{}, err
	}
	a, err := cmd.authorisation(s.now())
	if err != nil {
		return a, err
	}
	if a, err = s.cfg.Emergency.AuthoriseEmergency(ctx, by, a); err != nil {
		return a, fmt.Errorf("record authorisation: %w", err)
	}
	s.publish(EventEmergency, 0, by.AOO)
	return a, nil
}

// OpenCommand opens the register.
type OpenCommand struct {
	// AuthorisationID is one that was given beforehand; 0: Authorisation comes with the opening.
	AuthorisationID int64           `json:"authorisationID,omitempty"`
	Act             WrittenActInput `json:"act,omitzero" doc:"Estremi dell'autorizzazione, se ne ha"`
	Cause           string          `json:"cause" maxLength:"400"`
	InterruptedAt   time.Time       `json:"interruptedAt"`
	// OpenedAt is set where the register was opened on paper, earlier (R9.8).
	OpenedAt   time.Time                  `json:"openedAt,omitzero"`
	Assessment string                     `json:"assessment,omitempty" maxLength:"800"`
	UserCode   string                     `json:"userCode,omitempty" maxLength:"6"`
	Medium     protocollo.EmergencyMedium `json:"medium,omitempty" enum:",carta,foglio,entrambi"`
	// Extension is the act for a further period where the first day is over already.
	Extension *ExtendCommand `json:"extension,omitempty"`
	// Move names waiting letters that get a number of the register at once (R21.2).
	Move []int64 `json:"move,omitempty" maxItems:"5000"`
	// Ordinal and First are said after a restore only, and must be then: what the papers have next.
	Ordinal int   `json:"ordinal,omitempty" minimum:"0"`
	First   int64 `json:"first,omitempty" minimum:"0"`
}

// WrittenActInput is an act that may be named or not.
type WrittenActInput = protocollo.WrittenAct

// OpenEmergency opens the register: from now on letters of the AOO are numbered in it, also when the centre answers, until it is closed
// (R21.2). Nothing opens it by itself. Letters named in Move that certainly were not sent get their number at once, in arrival order; what
// cannot be moved stays in the queue.
//
// Errors: Forbidden; Invalid naming signer, cause, interruptedAt, openedAt, assessment, userCode, medium, extension, or
// "emergency-restored" without Ordinal and First after a restore; Conflict "emergency-open", "emergency-threshold", "emergency-planned"; Stopped.
func (s *Station) OpenEmergency(ctx context.Context, by Signatory, cmd OpenCommand) (protocollo.EmergencyRegister, error) {
	o, err := s.opening(ctx, by, cmd)
	if err != nil {
		return protocollo.EmergencyRegister{}, err
	}
	ctx = context.WithoutCancel(ctx)
	e, err := s.cfg.Emergency.OpenEmergency(ctx, by, o)
	if err != nil {
		return e, fmt.Errorf("open: %w", err)
	}
	s.publish(EventEmergency, e.ID, e.AOO)
	s.publish(EventStatus, 0, e.AOO)
	if len(cmd.Move) > 0 {
		if _, err := s.MoveToEmergency(ctx, by.Actor, cmd.Move, ""); err != nil {
			return e, err
		}
	}
	return s.emergency(ctx, by.Actor, e.ID)
}

// opening checks what an opening records.
func (s *Station) opening(ctx context.Context, by Signatory, cmd OpenCommand) (EmergencyOpening, error) {
	if err := by.signs(); err != nil {
		return EmergencyOpening{}, err
	}
	policy, err := s.emergencyPolicy(ctx, by.AOO)
	if err != nil {
		return EmergencyOpening{}, err
	}
	opened := s.now()
	if !cmd.OpenedAt.IsZero() {
		opened = cmd.OpenedAt.UTC()
	}
	if policy.Scheme.Yearly() {
		year, err := s.cfg.Emergency.EmergencyYear(ctx, by.AOO, protocollo.YearOf(opened))
		if err != nil {
			return EmergencyOpening{}, fmt.Errorf("read the year's register: %w", err)
		}
		if year != nil { // the year's register is what it was set up as
			policy.Medium, policy.Fields = year.Medium, year.Fields
		}
	}
	if policy.Medium == protocollo.EmergencyChooses {
		if policy.Medium = cmd.Medium; cmd.Medium == "" || cmd.Medium == protocollo.EmergencyChooses {
			return EmergencyOpening{}, protocollo.Errorf(protocollo.Invalid, "medium", "the manual chooses at each opening")
		}
	}
	if !s.asksElsewhere() { // nobody types a register in here, or each number is keyed in anyhow
		policy.Road = ""
	}
	o := EmergencyOpening{AuthorisationID: cmd.AuthorisationID, Cause: strings.TrimSpace(cmd.Cause), InterruptedAt: cmd.InterruptedAt.UTC(),
		Assessment: strings.TrimSpace(cmd.Assessment), UserCode: strings.ToUpper(strings.TrimSpace(cmd.UserCode)), Policy: policy, Ordinal: cmd.Ordinal, First: cmd.First}
	if !cmd.OpenedAt.IsZero() {
		o.OpenedAt = opened
	}
	if err := rules.MayOpenEmergency(policy, o.Cause, o.Assessment, cmd.InterruptedAt, opened); err != nil {
		return o, err
	}
	if policy.Scheme != protocollo.EmergencyPerUser {
		o.UserCode = ""
	}
	if _, err := protocollo.EmergencyCode(policy.Scheme, 1, o.UserCode, policy.StationCode); err != nil {
		return o, err
	}
	if o.AuthorisationID == 0 {
		a, err := AuthoriseCommand{WrittenAct: cmd.Act, Cause: o.Cause, InterruptedAt: o.InterruptedAt}.authorisation(s.now())
		if err != nil {
			return o, err
		}
		o.Authorisation = &a
	}
	if cmd.Extension != nil {
		x, err := cmd.Extension.extension(0)
		if err != nil {
			return o, err
		}
		o.Extension = &x
	}
	return o, nil
}

// ExtendCommand is the act for a further period (DPR 445/2000 art. 63(2)).
type ExtendCommand struct {
	protocollo.WrittenAct
	// From is zero for the end of the period before, or now where that is over.
	From    time.Time `json:"from,omitzero"`
	Until   time.Time `json:"until"`
	Grounds string    `json:"grounds" maxLength:"800" doc:"Cause di eccezionale gravità"`
}

func (c ExtendCommand) extension(openingID int64) (protocollo.EmergencyExtension, error) {
	x := protocollo.EmergencyExtension{OpeningID: openingID, WrittenAct: c.WrittenAct, Until: c.Until.UTC(), Grounds: strings.TrimSpace(c.Grounds)}
	if !c.From.IsZero() {
		x.From = c.From.UTC()
	}
	x.Number = strings.TrimSpace(x.Number)
	if x.Grounds == "" {
		return x, protocollo.Errorf(protocollo.Invalid, "grounds", "the act states causes of exceptional gravity (R21.1)")
	}
	return x, checkAct(x.WrittenAct, true)
}

// ExtendEmergency records the act, and then numbers in their order the letters that came while the register had expired.
func (s *Station) ExtendEmergency(ctx context.Context, by Signatory, openingID int64, cmd ExtendCommand) (protocollo.EmergencyRegister, error) {
	if err := by.signs(); err != nil {
		return protocollo.EmergencyRegister{}, err
	}
	x, err := cmd.extension(openingID)
	if err != nil {
		return protocollo.EmergencyRegister{}, err
	}
	ctx = context.WithoutCancel(ctx)
	e, err := s.cfg.Emergency.ExtendEmergency(ctx, by, x)
	if err != nil {
		return e, fmt.Errorf("extend: %w", err)
	}
	s.publish(EventEmergency, e.ID, e.AOO)
	if err := s.numberHeld(ctx, e); err != nil {
		return e, err
	}
	return s.emergency(ctx, by.Actor, e.ID)
}

// CloseCommand closes the register.
type CloseCommand struct {
	RestoredAt time.Time `json:"restoredAt" doc:"Data e ora del ripristino"`
	ClosedAt   time.Time `json:"closedAt,omitzero" doc:"Se chiuso prima, su carta"`
}

// CloseEmergency closes the register for ever; the ordinary way is taken up again, and what waits is asked for by the queue.
func (s *Station) CloseEmergency(ctx context.Context, by Signatory, openingID int64, cmd CloseCommand) (protocollo.EmergencyRegister, error) {
	if err := by.signs(); err != nil {
		return protocollo.EmergencyRegister{}, err
	}
	c := protocollo.EmergencyClosing{OpeningID: openingID, RestoredAt: cmd.RestoredAt.UTC()}
	if !cmd.ClosedAt.IsZero() {
		c.ClosedAt = cmd.ClosedAt.UTC()
	}
	if cmd.RestoredAt.IsZero() {
		return protocollo.EmergencyRegister{}, protocollo.Errorf(protocollo.Invalid, "restoredAt", "when did the system work again?")
	}
	e, err := s.cfg.Emergency.CloseEmergency(ctx, by, c)
	if err != nil {
		return e, fmt.Errorf("close: %w", err)
	}
	s.publish(EventEmergency, e.ID, e.AOO)
	s.publish(EventStatus, 0, e.AOO)
	return e, nil
}

// RevokeEmergency records the act of Allegato 2. It also orders the recovery, which then goes on by itself.
func (s *Station) RevokeEmergency(ctx context.Context, by Signatory, openingID int64, act protocollo.WrittenAct) (protocollo.EmergencyRegister, error) {
	if err := by.signs(); err != nil {
		return protocollo.EmergencyRegister{}, err
	}
	act.Number = strings.TrimSpace(act.Number)
	if err := checkAct(act, false); err != nil {
		return protocollo.EmergencyRegister{}, err
	}
	e, err := s.cfg.Emergency.RevokeEmergency(ctx, by, protocollo.EmergencyRevocation{OpeningID: openingID, WrittenAct: act})
	if err != nil {
		return e, fmt.Errorf("revoke: %w", err)
	}
	s.publish(EventEmergency, e.ID, e.AOO)
	return e, nil
}

// SaveEmergencyPolicy changes the way of the actor's AOO; registers that are open keep theirs.
func (s *Station) SaveEmergencyPolicy(ctx context.Context, actor protocollo.Actor, p protocollo.EmergencyPolicy) (protocollo.EmergencyPolicy, error) {
	if err := actor.Require(protocollo.ActPolicy); err != nil {
		return p, err
	}
	p.StationCode = strings.ToUpper(strings.TrimSpace(p.StationCode))
	if err := rules.CheckEmergencyPolicy(p); err != nil {
		return p, err
	}
	for range 2 {
		all, err := s.cfg.Policies.Policies(ctx, actor.AOO)
		if err != nil {
			return p, fmt.Errorf("read policies: %w", err)
		}
		all.AOO, all.Emergency = actor.AOO, &p
		_, err = s.cfg.Policies.SavePolicies(ctx, actor, all)
		if err == nil {
			s.publish(EventEmergency, 0, actor.AOO)
			return p, nil
		}
		if !errors.Is(err, protocollo.Conflict) {
			return p, fmt.Errorf("save policies: %w", err)
		}
	}
	return p, protocollo.Errorf(protocollo.Conflict, "policies", "the policies were changed meanwhile")
}
