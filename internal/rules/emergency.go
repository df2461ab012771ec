package rules

import (
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// EmergencyProfile is one manual's way with the emergency register (R9.2; conflicts C1 to C6).
type EmergencyProfile struct {
	Name   string                     `json:"name"`
	Manual string                     `json:"manual"` // whose way it is, with what it says
	Policy protocollo.EmergencyPolicy `json:"policy"`
}

// DefaultEmergencyPolicy is the law's own way, where a manual says nothing else: any interruption, everything registered, a week at a
// time, recovery without delay (DPR 445/2000 art. 63).
func DefaultEmergencyPolicy() protocollo.EmergencyPolicy {
	return protocollo.EmergencyPolicy{Assessment: protocollo.AssessNothing, Scheme: protocollo.EmergencyPerOpening, Scope: protocollo.EmergencyAll,
		Medium: protocollo.EmergencyBoth, Fields: protocollo.EmergencyEleven, RecoveryHours: 24, LongestDays: 7, OfficeOpens: 8, OfficeCloses: 14}
}

// EmergencyProfiles lists the ways of known manuals; the first is the default. Where a manual allows longer periods than the law, the law's
// week stands (C2).
func EmergencyProfiles() []EmergencyProfile {
	profile := func(name, manual string, changes ...func(*protocollo.EmergencyPolicy)) EmergencyProfile {
		p := EmergencyProfile{Name: name, Manual: manual, Policy: DefaultEmergencyPolicy()}
		for _, change := range changes {
			change(&p.Policy)
		}
		return p
	}
	numbering := func(s protocollo.EmergencyScheme) func(*protocollo.EmergencyPolicy) {
		return func(p *protocollo.EmergencyPolicy) { p.Scheme = s }
	}
	on := func(m protocollo.EmergencyMedium) func(*protocollo.EmergencyPolicy) {
		return func(p *protocollo.EmergencyPolicy) { p.Medium = m }
	}
	weighed := func(a protocollo.EmergencyAssessment) func(*protocollo.EmergencyPolicy) {
		return func(p *protocollo.EmergencyPolicy) { p.Assessment = a }
	}
	after := func(hours int) func(*protocollo.EmergencyPolicy) {
		return func(p *protocollo.EmergencyPolicy) { p.ThresholdHours = hours }
	}
	writing := func(f protocollo.EmergencyFields) func(*protocollo.EmergencyPolicy) {
		return func(p *protocollo.EmergencyPolicy) { p.Fields = f }
	}
	authorised := func(p *protocollo.EmergencyPolicy) { p.Scope = protocollo.EmergencyAuthorised }
	return []EmergencyProfile{
		profile("predefinito", "DPR 445/2000, art. 63"),
		profile("allegato-7", "Allegato 7 di un Comune: oltre 24 ore, solo atti autorizzati, numerazione per apertura, su carta", after(24), authorised,
			numbering(protocollo.EmergencyPerOpening), on(protocollo.EmergencyPaper)),
		profile("clausola-1", "Proroghe settimanali, carta e foglio di calcolo, campi del protocollo ordinario", writing(protocollo.EmergencyOrdinary)),
		profile("clausola-2", "Ogni interruzione"),
		profile("clausola-3", "Solo se l'attesa pregiudica azioni o diritti, recupero senza ritardo", weighed(protocollo.AssessPrejudice), authorised),
		profile("clausola-4", "Valutata caso per caso", weighed(protocollo.AssessEach)),
		profile("clausola-5", "Su foglio di calcolo, con causa e durata del blocco", on(protocollo.EmergencySheet), writing(protocollo.EmergencyShort)),
		profile("clausola-7", "Numerazione per codice utente", numbering(protocollo.EmergencyPerUser)),
		profile("clausola-9", "Registro dell'anno, su carta", numbering(protocollo.EmergencyPerYear), on(protocollo.EmergencyPaper)),
		profile("clausola-10", "Registro dell'anno, su carta e in digitale", numbering(protocollo.EmergencyPerYear)),
		profile("comune", "Manuale del Comune, artt. 74-77: tutto si registra, campi del protocollo ordinario, il supporto si sceglie all'apertura",
			on(protocollo.EmergencyChooses), writing(protocollo.EmergencyOrdinary)),
		profile("usr", "Manuale dell'Ufficio scolastico: registro dell'anno", numbering(protocollo.EmergencyPerYear)),
	}
}

// CheckEmergencyPolicy refuses a policy that the law does not allow. Invalid "emergency-policy", with the field.
func CheckEmergencyPolicy(p protocollo.EmergencyPolicy) error {
	refuse := func(field, format string, args ...any) error {
		err := protocollo.Errorf(protocollo.Invalid, "emergency-policy", format, args...)
		err.Field = "emergency." + field
		return err
	}
	switch {
	case !p.Scheme.Valid():
		return refuse("scheme", "no numbering %q", p.Scheme)
	case p.ThresholdHours < 0:
		return refuse("thresholdHours", "a threshold of %d hours", p.ThresholdHours)
	case p.Assessment != protocollo.AssessNothing && p.Assessment != protocollo.AssessEach && p.Assessment != protocollo.AssessPrejudice:
		return refuse("assessment", "no assessment %q", p.Assessment)
	case p.Scope != protocollo.EmergencyAll && p.Scope != protocollo.EmergencyAuthorised:
		return refuse("scope", "no scope %q", p.Scope)
	case p.Medium != protocollo.EmergencyPaper && p.Medium != protocollo.EmergencySheet && p.Medium != protocollo.EmergencyBoth &&
		p.Medium != protocollo.EmergencyChooses:
		return refuse("medium", "no medium %q", p.Medium)
	case !p.Fields.Or().Valid():
		return refuse("fields", "no form %q", p.Fields)
	case !p.Road.Or().Valid():
		return refuse("road", "no way of the recovery %q", p.Road)
	case p.LongestDays < 1 || p.LongestDays > 7:
		return refuse("longestDays", "a period of %d days: the law allows a week (DPR 445/2000 art. 63(2))", p.LongestDays)
	case p.RecoveryHours < 1:
		return refuse("recoveryHours", "an alarm after %d hours", p.RecoveryHours)
	case p.OfficeOpens < 0 || p.OfficeCloses > 24 || p.OfficeOpens >= p.OfficeCloses:
		return refuse("officeOpens", "office hours from %d to %d", p.OfficeOpens, p.OfficeCloses)
	}
	_, err := protocollo.EmergencyCode(protocollo.EmergencyPerYear, 1, "", p.StationCode)
	return err
}

// MayOpenEmergency says whether an interruption allows the opening under a policy (C1). Invalid "cause" without one; Conflict
// "emergency-threshold" before the threshold; Invalid "assessment" where the policy wants the reason written down.
func MayOpenEmergency(p protocollo.EmergencyPolicy, cause, assessment string, interrupted, opened time.Time) error {
	switch {
	case strings.TrimSpace(cause) == "":
		return protocollo.Errorf(protocollo.Invalid, "cause", "an opening needs its cause (DPR 445/2000 art. 63(1))")
	case interrupted.IsZero() || interrupted.After(opened):
		return protocollo.Errorf(protocollo.Invalid, "interruptedAt", "the interruption begins after the opening")
	case opened.Sub(interrupted) < time.Duration(p.ThresholdHours)*time.Hour:
		return protocollo.Errorf(protocollo.Conflict, "emergency-threshold", "the manual opens after %d hours", p.ThresholdHours)
	case p.Assessment != protocollo.AssessNothing && strings.TrimSpace(assessment) == "":
		return protocollo.Errorf(protocollo.Invalid, "assessment", "the manual wants the assessment written down")
	}
	return nil
}

// The warnings of an emergency register, for the Responsabile (R9.3, R21.1, R21.4; C6).
const (
	EmergencyExpiresSoon     = "emergency-12h"         // within twelve hours
	EmergencyLastOfficeHour  = "emergency-last-hour"   // the last office hour before the expiry has begun
	EmergencyExpired         = "emergency-expired"     // letters only wait until there is another act
	EmergencyRecoveryLate    = "emergency-recovery"    // rows have no ordinary number long after the closing
	EmergencyNotRevoked      = "emergency-not-revoked" // closed, and the act of Allegato 2 is missing
	EmergencySignatureWanted = "emergency-signature"   // «Firma da acquisire»
)

// EmergencyWarning is one of them; At is the instant that it is about.
type EmergencyWarning struct {
	Code      string    `json:"code" enum:"emergency-12h,emergency-last-hour,emergency-expired,emergency-recovery,emergency-not-revoked,emergency-signature"`
	OpeningID int64     `json:"openingID"`
	Register  string    `json:"register"` // «1/2026»
	At        time.Time `json:"at"`
	Count     int       `json:"count,omitempty"` // rows, or signatures
}

// EmergencyWarnings says what about a register needs the Responsabile now.
func EmergencyWarnings(e protocollo.EmergencyRegister, now time.Time) []EmergencyWarning {
	var list []EmergencyWarning
	warn := func(code string, at time.Time, count int) {
		list = append(list, EmergencyWarning{Code: code, OpeningID: e.ID, Register: e.Title(), At: at, Count: count})
	}
	if c := e.Closing; c == nil {
		end := e.ValidUntil()
		switch {
		case !now.Before(end):
			warn(EmergencyExpired, end, 0)
		default:
			if !now.Before(end.Add(-12 * time.Hour)) {
				warn(EmergencyExpiresSoon, end, 0)
			}
			if !now.Before(LastOfficeHour(end, e.Policy)) {
				warn(EmergencyLastOfficeHour, end, 0)
			}
		}
	} else {
		left := e.Rows - e.Annulled - e.Recovered
		if due := c.ClosedAt.Add(time.Duration(e.Policy.RecoveryHours) * time.Hour); left > 0 && now.After(due) {
			warn(EmergencyRecoveryLate, due, left)
		}
		if e.Revocation == nil && !c.YearEnd {
			warn(EmergencyNotRevoked, c.ClosedAt, 0)
		}
	}
	if n := len(UnsignedActs(e)); n > 0 {
		warn(EmergencySignatureWanted, e.OpenedAt, n)
	}
	return list
}

// UnsignedAct is an act whose signed copy has not come back (R21.3).
type UnsignedAct struct {
	Kind  protocollo.EmergencyActKind `json:"kind" enum:"authorisation,opening,extension,closing,revocation"`
	ActID int64                       `json:"actID"`
}

// UnsignedActs lists the acts of a register that still say «Firma da acquisire». What the year's end did nobody signs.
func UnsignedActs(e protocollo.EmergencyRegister) []UnsignedAct {
	acts := []UnsignedAct{{protocollo.ActAuthorisation, e.Authorisation.ID}}
	if e.Continues == 0 {
		acts = append(acts, UnsignedAct{protocollo.ActOpening, e.ID})
		for _, x := range e.Extensions {
			acts = append(acts, UnsignedAct{protocollo.ActExtension, x.ID})
		}
	}
	if e.Closing != nil && !e.Closing.YearEnd {
		acts = append(acts, UnsignedAct{protocollo.ActClosing, e.ID})
	}
	if e.Revocation != nil {
		acts = append(acts, UnsignedAct{protocollo.ActRevocation, e.ID})
	}
	var missing []UnsignedAct
	for _, a := range acts {
		signed := false
		for _, s := range e.Signatures {
			signed = signed || s.Kind == a.Kind && s.ActID == a.ActID
		}
		if !signed {
			missing = append(missing, a)
		}
	}
	return missing
}

// LastOfficeHour is when the last hour begins in which somebody is in the office before an instant: at the latest an hour before it, on a
// working day (Monday to Friday) and within office hours.
func LastOfficeHour(end time.Time, p protocollo.EmergencyPolicy) time.Time {
	local := end.In(protocollo.Rome())
	for back := range 8 {
		day := local.AddDate(0, 0, -back)
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		at := func(hour int) time.Time {
			return time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, protocollo.Rome())
		}
		opens, closes := at(p.OfficeOpens), at(p.OfficeCloses)
		if closes.After(end) {
			closes = end
		}
		if !closes.After(opens) {
			continue
		}
		if hour := closes.Add(-time.Hour); hour.After(opens) {
			return hour
		}
		return opens
	}
	return end.Add(-time.Hour)
}
