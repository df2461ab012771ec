package station

import (
	"context"
	"fmt"
	"slices"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// copyPx is the longest side of a copied page: an A4 at 200 dpi.
const copyPx = 2339

// FirstPageCopy returns a copy of a letter's first page, as it was scanned with its label on, for whoever brought it: «in alternativa» to the receipt (002 art.
// 24.4; R7.1). It is drawn anew from what is kept, which stays untouched. Only a scan whose quality somebody confirmed is handed out.
//
// Errors: Forbidden; NotFound; Conflict "not-numbered", "annulled", "not-incoming", "not-scanned" while no page of it is confirmed.
func (s *Station) FirstPageCopy(ctx context.Context, actor protocollo.Actor, registrationID int64) (stamp.FirstPageCopy, error) {
	none := stamp.FirstPageCopy{}
	rec, out, err := s.copyWords(ctx, actor, registrationID)
	if err != nil {
		return none, err
	}
	at := slices.IndexFunc(rec.Documents, func(d DocumentView) bool {
		return d.Part == 0 && !d.Superseded && (d.State == protocollo.DocumentConfirmed || d.State == protocollo.DocumentArchived)
	})
	if at < 0 {
		return none, protocollo.Errorf(protocollo.Conflict, "not-scanned", "no page of registration %d is confirmed", registrationID)
	}
	_, pages, err := s.document(ctx, actor, rec.Documents[at].ID)
	if err != nil {
		return none, err
	}
	if pages = kept(pages); len(pages) == 0 {
		return none, protocollo.Errorf(protocollo.Conflict, "not-scanned", "no page of registration %d is kept", registrationID)
	}
	out.JPEG, err = s.picture(ctx, actor, pages[0].ID, copyPx, true)
	return out, err
}

// copyWords are a copy's words, without its picture.
func (s *Station) copyWords(ctx context.Context, actor protocollo.Actor, registrationID int64) (Record, stamp.FirstPageCopy, error) {
	none := stamp.FirstPageCopy{}
	rec, err := s.numbered(ctx, actor, registrationID)
	switch {
	case err != nil:
		return rec, none, err
	case rec.Facets.Annulled:
		return rec, none, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", registrationID)
	case rec.Intake.Draft.Direction != protocollo.Incoming:
		return rec, none, protocollo.Errorf(protocollo.Conflict, "not-incoming", "registration %d did not come in", registrationID)
	}
	setup, aoo, err := s.office(ctx, rec.Intake.AOO)
	if err != nil {
		return rec, none, err
	}
	out := stamp.FirstPageCopy{Body: setup.Body.Name, AOOCode: string(aoo.Code), Reference: rec.Registration.Citation(), Segnatura: rec.Registration.Segnatura.Text(),
		PresentedAt: rec.Intake.ArrivedAt, IssuedAt: s.now(), Operator: actor.User}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	return rec, out, nil
}

// PrintCopyLabel prints what is stuck on the copy that whoever brought a letter takes away: of a registered one its segnatura in words, without a code, so that no
// scan takes the copy for the letter (002 art. 24.4); of one that is not registered the stamp with the manual's sentence (002 art. 24.2-3; R7.3).
//
// Errors: Forbidden; NotFound; Conflict "annulled", "not-incoming", or as of [Station.CopyStamp] for what has no number; Invalid "receipt-size".
func (s *Station) PrintCopyLabel(ctx context.Context, actor protocollo.Actor, intakeID int64, printer Printer) (TemporaryPrint, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return TemporaryPrint{}, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return TemporaryPrint{}, fmt.Errorf("read intake: %w", err)
	}
	var labels []stamp.Label
	if rec.Registration != nil {
		_, words, err := s.copyWords(ctx, actor, rec.Registration.ID)
		if err != nil {
			return TemporaryPrint{}, err
		}
		labels = words.Labels(printer.LabelSize(), func(t time.Time) string { return protocollo.DayOf(t).Italian() }, clockTime)
	} else {
		words, err := s.CopyStamp(ctx, actor, intakeID)
		if err != nil {
			return TemporaryPrint{}, err
		}
		labels = words.Labels(printer.LabelSize(), protocollo.DayOf(words.ArrivedAt).Italian(), clockTime(words.ArrivedAt))
	}
	return s.printSlip(ctx, actor, SlipLabel{Kind: SlipCopy, IntakeID: intakeID}, stamp.Layout{}, labels, printer)
}

// CopyStamp returns the stamp for the photocopy of a paper that is not registered, which has no receipt: «non ha alcun valore giuridico» (002 art. 24.1-3; R7.3).
//
// Errors: Forbidden; NotFound; Conflict "registrable" for what is registered or waits for its number, "not-opened" for what nobody opened.
func (s *Station) CopyStamp(ctx context.Context, actor protocollo.Actor, intakeID int64) (stamp.CopyStamp, error) {
	none := stamp.CopyStamp{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	switch {
	case err != nil:
		return none, fmt.Errorf("read intake: %w", err)
	case rec.Unnumbered == nil || rec.Unnumbered.RegisteredAs != 0:
		return none, protocollo.Errorf(protocollo.Conflict, "registrable", "intake %d is registered, or will be", intakeID)
	case rec.Intake.Draft.Envelope == protocollo.EnvelopeClosed:
		return none, protocollo.Errorf(protocollo.Conflict, "not-opened", "nobody opened intake %d", intakeID)
	}
	setup, aoo, err := s.office(ctx, rec.Intake.AOO)
	if err != nil {
		return none, err
	}
	out := stamp.CopyStamp{Body: setup.Body.Name, AOOCode: string(aoo.Code), Intake: rec.Intake.Code(), ArrivedAt: rec.Intake.ArrivedAt, Operator: actor.User}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	return out, nil
}

// PresentationSheet returns the blank sheet with which a removable medium is presented (002 art. 18.2; R1.16).
func (s *Station) PresentationSheet(ctx context.Context, actor protocollo.Actor) (stamp.PresentationSheet, error) {
	none := stamp.PresentationSheet{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return none, err
	}
	out := stamp.PresentationSheet{Body: setup.Body.Name, AOOCode: string(aoo.Code), AOOName: aoo.Name, MadeAt: s.now()}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	return out, nil
}
