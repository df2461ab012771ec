package station

import (
	"context"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
)

// EmergencyAfter is what is said of a register after its opening, and of a year's before it.
type EmergencyAfter interface {
	// ChangeEmergencyRoad says how the ordinary numbers of a register come from now on; the road that holds is no error. Conflict "road-in-doubt" while a
	// row's number is asked for or may have been given. NotFound "emergency".
	ChangeEmergencyRoad(ctx context.Context, a protocollo.Actor, openingID int64, road protocollo.EmergencyRoad, reason string) (protocollo.EmergencyRegister, error)
	// EmergencyRoadDoubts lists the rows for which ChangeEmergencyRoad refuses.
	EmergencyRoadDoubts(ctx context.Context, openingID int64) ([]RoadDoubt, error)
	// EmergencySignature finds a signed act of the AOO, also a replaced one. NotFound "signature".
	EmergencySignature(ctx context.Context, aoo protocollo.AOOCode, id int64) (protocollo.EmergencySignature, error)
	// ReplaceSignedAct puts another file, which is a blob already, in the place of a signed act. The same again returns what is there. NotFound
	// "signature"; Conflict "signature-replaced" where another one has its place, "signature-same" for a file that is kept for the act already.
	ReplaceSignedAct(ctx context.Context, a protocollo.Actor, replacedID int64, s protocollo.EmergencySignature, reason string) (protocollo.EmergencySignature, error)
	// SetUpEmergencyYear records the register of a year; the same again returns it, the station's own after a person's too. With a reason it is
	// said anew. Conflict "year-set-up", "year-in-use"; Stopped.
	SetUpEmergencyYear(ctx context.Context, a protocollo.Actor, y protocollo.EmergencyYear) (protocollo.EmergencyYear, error)
	// EmergencyYear returns the register of a year as it was set up, or nil.
	EmergencyYear(ctx context.Context, aoo protocollo.AOOCode, year int) (*protocollo.EmergencyYear, error)
}

// RoadDoubt is a row whose ordinary number is being asked for (Outcome is empty), or may have been given (unknown).
type RoadDoubt struct {
	Row            int                       `json:"row"`
	RegistrationID int64                     `json:"registrationID"`
	IntakeID       int64                     `json:"intakeID"`
	Outcome        protocollo.AttemptOutcome `json:"outcome"`
}

// RoadState is the road of a register and what stands in the way of another one.
type RoadState struct {
	Road   protocollo.EmergencyRoad         `json:"road" enum:"chiamata,foglio"`
	Past   []protocollo.EmergencyRoadChange `json:"past"`
	Doubts []RoadDoubt                      `json:"doubts"`
	// Elsewhere says that numbers are given by a system that can be asked: without one there is one road only.
	Elsewhere bool `json:"elsewhere"`
}

// ChangeRoadCommand takes another road for the rows that have no ordinary number.
type ChangeRoadCommand struct {
	Road   protocollo.EmergencyRoad `json:"road" enum:"chiamata,foglio"`
	Reason string                   `json:"reason" minLength:"1" maxLength:"400"`
	// NothingTyped is a person's word that no row without ordinary number here was typed in at the centre: calls would give those a second one.
	NothingTyped bool `json:"nothingTyped,omitempty" doc:"Per tornare alla chiamata: nessuna riga senza numero è stata digitata sul protocollo centrale"`
}

// EmergencyRoad says how a register's ordinary numbers come. Errors: Forbidden "read-all"; NotFound "emergency".
func (s *Station) EmergencyRoad(ctx context.Context, actor protocollo.Actor, openingID int64) (RoadState, error) {
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return RoadState{}, err
	}
	e, err := s.emergency(ctx, actor, openingID)
	if err != nil {
		return RoadState{}, err
	}
	doubts, err := s.cfg.Emergency.EmergencyRoadDoubts(ctx, e.ID)
	if err != nil {
		return RoadState{}, fmt.Errorf("look for rows in doubt: %w", err)
	}
	return RoadState{Road: e.Policy.Road.Or(), Past: e.Roads, Doubts: doubts, Elsewhere: s.asksElsewhere()}, nil
}

// ChangeEmergencyRoad takes the other road for what has no ordinary number yet, with its reason: one transaction, in which no row's number may be on
// its way. Back from the sheet to the calls it needs a person's word that nothing of the sheet was typed in. The policy of the AOO stays.
//
// Errors: Forbidden "decide"; NotFound "emergency"; Invalid "road", "reason", "nothing-typed"; Conflict "road-here" where this station or a person at its screen
// gives the numbers, "recovery-under-way", "road-in-doubt".
func (s *Station) ChangeEmergencyRoad(ctx context.Context, actor protocollo.Actor, openingID int64, cmd ChangeRoadCommand) (protocollo.EmergencyRegister, error) {
	none := protocollo.EmergencyRegister{}
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return none, err
	}
	e, err := s.emergency(ctx, actor, openingID)
	if err != nil {
		return none, err
	}
	reason := strings.TrimSpace(cmd.Reason)
	switch {
	case !cmd.Road.Valid():
		return none, protocollo.Errorf(protocollo.Invalid, "road", "no way of the recovery %q", cmd.Road)
	case reason == "":
		return none, protocollo.Errorf(protocollo.Invalid, "reason", "another road needs its reason")
	case cmd.Road == e.Policy.Road.Or():
		return e, nil
	case !s.asksElsewhere():
		return none, protocollo.Errorf(protocollo.Conflict, "road-here", "no other system is asked for numbers")
	case cmd.Road == protocollo.EmergencyCalls && !cmd.NothingTyped:
		return none, protocollo.Errorf(protocollo.Invalid, "nothing-typed", "was any row of register %s typed in at the centre?", e.Title())
	}
	unlock, ok := s.keys.tryLock("recovery/" + string(e.AOO))
	if !ok {
		return none, protocollo.Errorf(protocollo.Conflict, "recovery-under-way", "a recovery of AOO %s is under way", e.AOO)
	}
	defer unlock()
	if e, err = s.cfg.Emergency.ChangeEmergencyRoad(context.WithoutCancel(ctx), actor, e.ID, cmd.Road, reason); err != nil {
		return none, fmt.Errorf("change the road: %w", err)
	}
	s.publish(EventEmergency, e.ID, e.AOO)
	return e, nil
}

// byCallWords stand on a sheet of a register whose numbers are asked for by call: who typed it in at the centre would give each letter a second one.
const byCallWords = "SOLO PER CONSULTAZIONE – i numeri si chiedono con la chiamata"

// asksElsewhere reports whether another system gives numbers on call.
func (s *Station) asksElsewhere() bool {
	caps := s.cfg.Registrar.Capabilities()
	return !caps.Local && !caps.Keyed
}

// sheetNotice is what the sheets of a register bear, or "" where nobody asks for its numbers by call, or all of them are there.
func (s *Station) sheetNotice(e protocollo.EmergencyRegister) string {
	if !s.asksElsewhere() || e.Policy.Road.Or() != protocollo.EmergencyCalls || e.Recovered+e.Annulled >= e.Rows {
		return ""
	}
	return byCallWords
}
