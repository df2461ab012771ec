package station

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// SupersedeSource is what stands for a scanner in the run that an act begins.
func SupersedeSource(k SupersedeKind) string { return supersedeSources[k] }

var supersedeSources = map[SupersedeKind]string{SupersededExchange: "scambio", SupersededObscuration: "oscuramento"}

// ofAnAct reports whether a run is an act's: its pages came from elsewhere in the station.
func ofAnAct(source string) bool {
	return source == supersedeSources[SupersededExchange] || source == supersedeSources[SupersededObscuration]
}

// SupersedeRequest is what an act of the Responsabile needs in every case.
type SupersedeRequest struct {
	Key       string // minted when the form opened
	Reason    string
	ActNumber string         // of a written measure, or ""
	ActDay    protocollo.Day // with ActNumber
}

func (r *SupersedeRequest) validate(actor protocollo.Actor) error {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	r.Reason, r.ActNumber = strings.TrimSpace(r.Reason), strings.TrimSpace(r.ActNumber)
	switch {
	case r.Key == "":
		return protocollo.Errorf(protocollo.Invalid, "key", "an act without key")
	case r.Reason == "":
		return protocollo.Errorf(protocollo.Invalid, "reason", "an act without reason")
	case (r.ActNumber == "") != (r.ActDay == ""):
		return protocollo.Errorf(protocollo.Invalid, "actDay", "a measure has number and day")
	}
	if r.ActDay == "" {
		return nil
	}
	if _, err := protocollo.ParseDay(string(r.ActDay)); err != nil {
		return protocollo.Errorf(protocollo.Invalid, "actDay", "the measure's day %q", r.ActDay)
	}
	return nil
}

func (r SupersedeRequest) act(k SupersedeKind) SupersedeAct {
	return SupersedeAct{Key: r.Key, Kind: k, Reason: r.Reason, ActNumber: r.ActNumber, ActDay: r.ActDay}
}

// ExchangeLabels says that the labels of two registrations were on each other's letter (R18.6): what was scanned under each belongs to
// the other, attachments too. Both associations end in one act, and documents of the other registration take the pages over: those under
// way at once, those in the archive as soon as the archive's loop comes to it, from the archived images. Where only one was scanned, its
// registration is expected again. Quality is confirmed anew; the page rule judges anew, except what it had decided.
//
// The act holds as a whole or not at all, and may be repeated under its key. Errors: Forbidden for all but the Responsabile; Invalid
// "key", "reason", "actDay", "registrationID"; those of [SupersedeStore].
func (s *Station) ExchangeLabels(ctx context.Context, actor protocollo.Actor, r SupersedeRequest, first, second int64) error {
	if err := r.validate(actor); err != nil {
		return err
	}
	act := r.act(SupersededExchange)
	act.First, act.Second = first, second
	var touched []Record
	for _, id := range []int64{first, second} {
		rec, err := s.numbered(ctx, actor, id)
		if err != nil {
			return err
		}
		touched = append(touched, rec)
		for _, d := range rec.Documents {
			if !d.Superseded && d.State != protocollo.DocumentDiscarded {
				act.Held = append(act.Held, d.ID)
			}
		}
	}
	return s.supersede(ctx, actor, act, touched)
}

// Obscure takes pages of an archived document out of view (R18.6): a diagnosis that was seen too late, for one. pages are places in the
// archived file, from 1; none are all. A document without them takes its place, in the archive and at the centre; where nothing is
// left, the registration counts as one whose document is not kept as an image. Nothing is erased: who may decide may look at it from the
// history, and that is journaled.
//
// Errors: Forbidden for all but the Responsabile; Invalid "key", "reason", "actDay", "pages"; those of [SupersedeStore].
func (s *Station) Obscure(ctx context.Context, actor protocollo.Actor, r SupersedeRequest, documentID int64, pages []int) error {
	if err := r.validate(actor); err != nil {
		return err
	}
	doc, _, err := s.document(ctx, actor, documentID)
	if err != nil {
		return err
	}
	if doc.RegistrationID == 0 {
		return protocollo.Errorf(protocollo.Conflict, "nothing-to-obscure", "document %d is not archived", documentID)
	}
	rec, err := s.numbered(ctx, actor, doc.RegistrationID)
	if err != nil {
		return err
	}
	rule, err := s.ruleFor(ctx, doc.AOO, doc.RegistrationID)
	if err != nil {
		return err
	}
	act := r.act(SupersededObscuration)
	act.DocumentID, act.Pages, act.Held = documentID, slices.Sorted(slices.Values(pages)), []int64{documentID}
	act.Exclusion, act.Profile = string(rules.ExclusionMedical), rule.profile.Name
	return s.supersede(ctx, actor, act, []Record{rec})
}

// supersede records an act while none of its documents changes, and has its consequences follow.
func (s *Station) supersede(ctx context.Context, actor protocollo.Actor, act SupersedeAct, touched []Record) error {
	held := slices.Compact(slices.Sorted(slices.Values(act.Held))) // always in this order: two acts do not wait for each other
	for _, id := range held {
		unlock, err := s.keys.lock(ctx, documentKey(id))
		if err != nil {
			return err
		}
		defer unlock()
	}
	if err := s.cfg.Supersedes.Supersede(ctx, actor, act); err != nil {
		return fmt.Errorf("supersede: %w", err)
	}
	for _, rec := range touched {
		for _, d := range rec.Documents {
			for _, p := range d.PageList {
				s.thumbs.drop(p.ID)
			}
			s.publish(EventDocument, d.ID, d.AOO)
		}
		s.publishIntake(EventRegistration, rec.Registration.ID, rec.Intake)
	}
	s.publish(EventStatus, 0, actor.AOO)
	wake(s.archiveDue)
	return nil
}

// ConfirmRemoval records that the Responsabile had a superseded document taken out of the centre by hand, where the centre's contract
// has no way for it. Errors: those of [SupersedeStore]; Forbidden.
func (s *Station) ConfirmRemoval(ctx context.Context, actor protocollo.Actor, documentID int64) error {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	doc, _, err := s.document(ctx, actor, documentID)
	if err != nil {
		return err
	}
	if err := s.cfg.Supersedes.ConfirmRemoval(ctx, actor, documentID); err != nil {
		return fmt.Errorf("confirm removal: %w", err)
	}
	s.publish(EventDocument, doc.ID, doc.AOO)
	s.publish(EventStatus, 0, doc.AOO)
	return nil
}

// mayOpen keeps superseded images from all but the Responsabile, whose look is journaled before it is shown.
func (s *Station) mayOpen(ctx context.Context, actor protocollo.Actor, doc protocollo.Document) error {
	if !doc.Superseded {
		return nil
	}
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	if err := s.cfg.Supersedes.RecordSupersededView(ctx, actor, doc.ID); err != nil {
		return fmt.Errorf("journal the view: %w", err)
	}
	return nil
}

// obscuredNote says in a document's metadata that pages of the version before it were taken out, or is "".
func obscuredNote(rec Record, doc protocollo.Document) string {
	for _, d := range rec.Documents {
		w := d.Why
		if w == nil || w.Kind != SupersededObscuration || w.Successor != doc.ID {
			continue
		}
		var pages []string
		for _, n := range w.Pages {
			pages = append(pages, fmt.Sprint(n))
		}
		return fmt.Sprintf("Pagine oscurate rispetto alla versione %d, il %s: %s.", d.Version, protocollo.DayOf(w.At).Italian(), strings.Join(pages, ", "))
	}
	return ""
}

// joinNotes puts notes one after the other.
func joinNotes(notes ...string) string {
	return strings.Join(slices.DeleteFunc(notes, func(n string) bool { return n == "" }), "; ")
}
