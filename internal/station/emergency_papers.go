package station

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// meansCodes are the «Codice tramite» of the manual's example; other means stand by their own word.
var meansCodes = map[protocollo.Means]string{protocollo.MeansPost: "PT"}

// letterCode is the «Codice tipo documento» of a letter.
const letterCode = "LG"

var signerWords = map[protocollo.EmergencySigner]string{
	protocollo.SignerResponsabile: "Responsabile della Gestione Documentale", protocollo.SignerVicario: "Vicario del Responsabile della Gestione Documentale",
}

// EmergencyPaper returns a register of emergency as its papers and spreadsheets show it: acts, register, lists. Of a confidential letter
// number and instants stand alone. name is the register's, as «1-2026»; kind is the act that the paper is, whose signer and signature it bears: by
// default the opening. The closing's own stand beside it.
//
// Its sheets say so where the numbers are asked for by call.
//
// Errors: Forbidden "read-all"; NotFound "emergency"; Internal "emergency-totals" when the days' totals are not the rows'.
func (s *Station) EmergencyPaper(ctx context.Context, actor protocollo.Actor, name string, kind protocollo.EmergencyActKind) (stamp.EmergencyRegister, error) {
	none := stamp.EmergencyRegister{}
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return none, err
	}
	e, err := s.emergencyNamed(ctx, actor, name)
	if err != nil {
		return none, err
	}
	rows, err := s.cfg.Emergency.EmergencyRows(ctx, e.ID)
	if err != nil {
		return none, fmt.Errorf("list rows: %w", err)
	}
	out, err := s.blankRegister(ctx, actor.AOO)
	if err != nil {
		return none, err
	}
	names, err := s.officeNames(ctx, actor.AOO)
	if err != nil {
		return none, err
	}
	out.Form = stamp.EmergencyForm(e.Policy.Fields.Or())
	out.Name, out.UserCode, out.Cause, out.InterruptedAt, out.OpenedAt, out.Reason = e.Title(), e.UserCode, e.Cause, e.InterruptedAt, e.OpenedAt, e.Assessment
	out.Authorised = actWords(e.Authorisation.WrittenAct)
	for _, x := range e.Extensions {
		out.Extensions = append(out.Extensions, stamp.EmergencyExtension{From: x.From, Until: x.Until, Cause: x.Grounds, Act: actWords(x.WrittenAct)})
	}
	if c := e.Closing; c != nil {
		out.ClosedAt, out.RestoredAt = c.ClosedAt, c.RestoredAt
		out.Closer, out.CloserTitle, out.ClosingSignature = c.Name, signerWords[c.Signer], signatureWords(e, protocollo.ActClosing)
	}
	if r := e.Revocation; r != nil {
		out.Revoked = actWords(r.WrittenAct)
	}
	for _, r := range rows {
		out.Rows = append(out.Rows, paperRow(e, r, names))
		out.Corrections = append(out.Corrections, paperCorrections(r)...)
	}
	out.Signature = signatureWords(e, kind)
	out.Notice = s.sheetNotice(e)
	signedBy(&out, e, kind)
	out.Days, err = s.emergencyTotals(e, rows)
	return out, err
}

// signedBy sets who signs a paper, and what its act states where that is not the register's. The revocation that is still to come names nobody.
func signedBy(out *stamp.EmergencyRegister, e protocollo.EmergencyRegister, kind protocollo.EmergencyActKind) {
	by := e.SignedBy
	switch a := e.Authorisation; {
	case kind == protocollo.ActAuthorisation:
		by, out.Cause, out.InterruptedAt = a.SignedBy, a.Cause, a.InterruptedAt
		if a.Planned() {
			out.InterruptedAt = a.PlannedFrom
		}
	case kind == protocollo.ActRevocation && e.Revocation == nil:
		by = protocollo.SignedBy{}
	case kind == protocollo.ActRevocation:
		by = e.Revocation.SignedBy
	}
	out.Officer, out.RoleTitle = by.Name, signerWords[by.Signer]
}

// emergencyNamed finds a register of the actor's AOO by its number and year, «1-2026».
func (s *Station) emergencyNamed(ctx context.Context, actor protocollo.Actor, name string) (protocollo.EmergencyRegister, error) {
	list, err := s.EmergencyRegisters(ctx, actor, 0)
	if err != nil {
		return protocollo.EmergencyRegister{}, err
	}
	for _, e := range list {
		if fmt.Sprintf("%d-%d", e.Ordinal, e.Year) == name {
			return e, nil
		}
	}
	return protocollo.EmergencyRegister{}, protocollo.Errorf(protocollo.NotFound, "emergency", "no emergency register %q", name)
}

// BlankEmergencyPaper returns what a blank register bears: the body and the AOO (R9.8). An empty form is the one that the policy says.
func (s *Station) BlankEmergencyPaper(ctx context.Context, actor protocollo.Actor, form stamp.EmergencyForm) (stamp.EmergencyRegister, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return stamp.EmergencyRegister{}, err
	}
	policy, err := s.emergencyPolicy(ctx, actor.AOO)
	if err != nil {
		return stamp.EmergencyRegister{}, err
	}
	out, err := s.blankRegister(ctx, actor.AOO)
	out.Form = cmp.Or(form, stamp.EmergencyForm(policy.Fields.Or()))
	return out, err
}

func (s *Station) blankRegister(ctx context.Context, aoo protocollo.AOOCode) (stamp.EmergencyRegister, error) {
	setup, a, err := s.office(ctx, aoo)
	if err != nil {
		return stamp.EmergencyRegister{}, err
	}
	out := stamp.EmergencyRegister{Body: setup.Body.Name, AOOCode: string(a.Code), AOOName: a.Name, MadeAt: s.now().Truncate(time.Second)}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	return out, nil
}

// actWords are the extremes of a measure, "" where it has none yet.
func actWords(a protocollo.WrittenAct) string {
	switch {
	case a.Number == "" && a.Day == "":
		return ""
	case a.Number == "":
		return "provvedimento del " + a.Day.Italian()
	}
	return strings.TrimSuffix("provvedimento n. "+a.Number+" del "+a.Day.Italian(), " del ")
}

// signatureWords say of an act which file came back as signed, the latest where there are several; "" leaves a line to sign on (R21.3). The
// signature was not verified, and they claim none.
func signatureWords(e protocollo.EmergencyRegister, kind protocollo.EmergencyActKind) string {
	id := e.ID
	if kind == protocollo.ActAuthorisation {
		id = e.Authorisation.ID
	}
	words := ""
	for _, s := range e.Signatures {
		if s.Kind == kind && s.ActID == id && s.Replaced == nil {
			words = fmt.Sprintf("acquisito il %s, firma non verificata dalla stazione, SHA-256 %s", protocollo.DayOf(s.At).Italian(), s.SHA256)
		}
	}
	return words
}

// paperCorrections are the values of a row that were annulled, each with the one in its place (DPR 445/2000 art. 54; LLGG 3.1.5).
func paperCorrections(r protocollo.EmergencyRow) []stamp.EmergencyCorrection {
	var out []stamp.EmergencyCorrection
	for _, c := range r.Corrections {
		for _, x := range c.Changes {
			one := stamp.EmergencyCorrection{Row: r.Row, At: c.OutcomeAt, By: c.Decision.By, Reason: c.Reason, Field: correctionWords[x.Field], Old: x.Old.Words(), New: x.New.Words()}
			if sign := r.Registration.Segnatura.Emergency; sign != nil {
				one.Number = sign.Label
			}
			if c.Decision.ActNumber != "" {
				one.Act = actWords(protocollo.WrittenAct{Number: c.Decision.ActNumber, Day: c.Decision.ActDay})
			}
			if r.Intake.Draft.Confidential {
				one.Reason, one.Old, one.New = confidentialWords, confidentialWords, confidentialWords
			}
			out = append(out, one)
		}
	}
	return out
}

// paperRow words a row as it reads now, and as it read before each of its corrections.
func paperRow(e protocollo.EmergencyRegister, r protocollo.EmergencyRow, offices map[string]string) stamp.EmergencyRow {
	out := paperRowNow(e, r, offices)
	for i := len(r.Corrections) - 1; i >= 0; i-- {
		r.Intake.Draft = r.Intake.Draft.Before(r.Corrections[i].Changes)
		out.Before = append([]stamp.EmergencyRow{paperRowNow(e, r, offices)}, out.Before...)
	}
	return out
}

func paperRowNow(e protocollo.EmergencyRegister, r protocollo.EmergencyRow, offices map[string]string) stamp.EmergencyRow {
	d, reg := r.Intake.Draft, r.Registration
	out := stamp.EmergencyRow{
		Sequence: r.Row, At: reg.RegisteredAt.Truncate(time.Second), Direction: string(d.Direction), Subject: d.Subject, Sender: senderWords(d), Recipients: namesOf(d.Recipients),
		InternalCode: d.UOR, Classifica: d.Classifica, DocumentType: letterCode, Means: cmp.Or(meansCodes[d.Means], string(d.Means)), UserCode: e.UserCode,
		Manual: r.Manual, Annulled: r.Annulment != nil, UOR: d.UOR, UORName: offices[d.UOR],
		SenderProtocol: referenceWords(d.SenderRef), Attachments: len(d.Attachments), Authorised: r.Authorised,
	}
	if d.Fascicolo != "" {
		out.Classifica += "/" + d.Fascicolo
	}
	out.Given = stamp.EmergencyNumber{Register: reg.Key.Register, Year: reg.Key.Year}
	if n, err := reg.Number.Int(); err == nil {
		out.Given.Number = n
	}
	if sign := reg.Segnatura.Emergency; sign != nil {
		out.Number = sign.Label
	}
	for _, c := range append(append([]protocollo.Correspondent{}, d.Senders...), d.Recipients...) {
		if out.Address == "" {
			out.Address = c.Address
		}
	}
	if y := reg.Recovery; y != nil {
		out.OrdinaryNumber, out.OrdinaryDay = string(y.Number), string(y.Day)
	}
	if d.Confidential {
		out.Subject, out.Sender, out.Recipients = confidentialWords, confidentialWords, confidentialWords
		out.Address, out.InternalCode, out.Classifica, out.DocumentType, out.Means, out.UOR, out.UORName = "", "", "", "", "", "", ""
		out.SenderProtocol, out.Attachments, out.Authorised = "", 0, ""
	}
	return out
}

// referenceWords are a sender's own protocol, «12/A del 01/02/2026».
func referenceWords(r protocollo.SenderReference) string {
	if r.Day == "" {
		return r.Protocol
	}
	return strings.TrimSpace(r.Protocol + " del " + r.Day.Italian())
}

// emergencyTotals counts the rows of each day from the opening to the closing or today, and holds them against the totals that were recorded
// (DPR 445/2000 art. 63(3); R9.7).
func (s *Station) emergencyTotals(e protocollo.EmergencyRegister, rows []protocollo.EmergencyRow) ([]stamp.EmergencyDay, error) {
	count := map[protocollo.Day]int{}
	for _, r := range rows {
		count[protocollo.DayOf(r.Registration.RegisteredAt)]++
	}
	for _, d := range e.Days {
		if count[d.Day] != d.Count {
			return nil, protocollo.Errorf(protocollo.Internal, "emergency-totals", "%d rows of %s, recorded total %d", count[d.Day], d.Day, d.Count)
		}
	}
	end := s.now()
	if e.Closing != nil {
		end = e.Closing.ClosedAt
	}
	var out []stamp.EmergencyDay
	last := protocollo.DayOf(end)
	for at := e.OpenedAt.In(protocollo.Rome()); ; at = at.AddDate(0, 0, 1) {
		day := protocollo.DayOf(at)
		if day > last {
			return out, nil
		}
		out = append(out, stamp.EmergencyDay{Day: string(day), Total: count[day]})
	}
}

// EmergencyMail returns what the offices are told of an opening or a closing (R9.11). Conflict "emergency-open" for the notice of a closing
// that was not made; otherwise as [Station.EmergencyPaper].
func (s *Station) EmergencyMail(ctx context.Context, actor protocollo.Actor, name string, closed bool) (stamp.EmergencyMail, error) {
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return stamp.EmergencyMail{}, err
	}
	e, err := s.emergencyNamed(ctx, actor, name)
	if err != nil {
		return stamp.EmergencyMail{}, err
	}
	setup, _, err := s.office(ctx, actor.AOO)
	if err != nil {
		return stamp.EmergencyMail{}, err
	}
	m := stamp.EmergencyMail{Closed: closed, At: e.OpenedAt, OnPaper: e.Policy.Medium == protocollo.EmergencyPaper, OnlyAuthorised: e.Policy.Scope == protocollo.EmergencyAuthorised,
		Prolonged: !e.Authorisation.Planned() && e.OpenedAt.Sub(e.InterruptedAt) >= protocollo.EmergencyFirstPeriod}
	if closed {
		if e.Closing == nil {
			return stamp.EmergencyMail{}, protocollo.Errorf(protocollo.Conflict, "emergency-open", "register %s is open", name)
		}
		m.At = e.Closing.ClosedAt
	}
	if setup.Trial {
		m.Banner = rules.TrialBanner
	}
	return m, nil
}

// AuthorisationPaper returns the act of Allegato 1 as its paper shows it, as soon as the authorisation is given: a planned interruption is
// authorised, and the act signed, before there is a register (002 art. 74.1; R21.1, R21.3). One that opened a register is that register's.
//
// Errors: Forbidden "read-all"; NotFound "emergency".
func (s *Station) AuthorisationPaper(ctx context.Context, actor protocollo.Actor, id int64) (stamp.EmergencyRegister, error) {
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return stamp.EmergencyRegister{}, err
	}
	given, err := s.cfg.Emergency.EmergencyAuthorisations(ctx, actor.AOO)
	if err != nil {
		return stamp.EmergencyRegister{}, fmt.Errorf("list authorisations: %w", err)
	}
	if at := slices.IndexFunc(given, func(a protocollo.EmergencyAuthorisation) bool { return a.ID == id }); at >= 0 {
		out, err := s.blankRegister(ctx, actor.AOO)
		out.Authorised = actWords(given[at].WrittenAct)
		signedBy(&out, protocollo.EmergencyRegister{Authorisation: given[at]}, protocollo.ActAuthorisation)
		return out, err
	}
	list, err := s.EmergencyRegisters(ctx, actor, 0)
	if err != nil {
		return stamp.EmergencyRegister{}, err
	}
	for _, e := range slices.Backward(list) { // the first that it opened: a yearly register's successor has it too
		if e.Authorisation.ID == id {
			return s.EmergencyPaper(ctx, actor, fmt.Sprintf("%d-%d", e.Ordinal, e.Year), protocollo.ActAuthorisation)
		}
	}
	return stamp.EmergencyRegister{}, protocollo.Errorf(protocollo.NotFound, "emergency", "no such authorisation: %d", id)
}
