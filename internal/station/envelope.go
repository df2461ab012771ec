package station

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// EnvelopeCommand is «Resta chiusa, senza numero».
type EnvelopeCommand struct {
	Key   string           `json:"key" minLength:"8" maxLength:"64" doc:"Chiave della richiesta, creata quando si apre il modulo"`
	Draft protocollo.Draft `json:"draft"`
	// Formula is what stands on the envelope, as the clerk reads it there: a word of L-14 or an equivalent. Empty: the words of L-14 in what was typed.
	Formula string `json:"formula,omitempty" maxLength:"120" doc:"La scritta sulla busta; vuota: quella che sta nell'oggetto o nella nota"`
}

// KeepClosed takes in an envelope that stays closed: no number, no scan (002 arts. 67.1-2; R1.15, R16.6). What is not known of its sender stays
// unsaid; whom it is for must be known, because that is where it goes. The same key with the same content gives the same answer.
//
// Errors: Forbidden; Invalid "recipients", "formula" where no word of L-14 stands in what was typed and no other is named, or as [Station.Register];
// Conflict "raccomandata" for what is registered although it stays closed (002 art. 64), "request-key"; Stopped.
func (s *Station) KeepClosed(ctx context.Context, actor protocollo.Actor, cmd EnvelopeCommand) (Record, error) {
	d := cmd.Draft
	d.Envelope, d.Support, d.BidID, d.EnvelopeID = protocollo.EnvelopeClosed, protocollo.SupportPaper, 0, 0
	cmd.Formula = strings.Join(strings.Fields(cmd.Formula), " ")
	course, words := rules.CourseOf(d.Normalize(), cmd.Formula)
	switch {
	case course == rules.CourseRegistered:
		return Record{}, protocollo.Errorf(protocollo.Conflict, "raccomandata", "it came as %s", d.Means)
	case course != rules.CourseClosed:
		return Record{}, protocollo.Errorf(protocollo.Invalid, "formula", "nothing on the envelope says that it stays closed")
	case len(d.Normalize().Recipients) == 0:
		return Record{}, protocollo.Errorf(protocollo.Invalid, "recipients", "whom the envelope is for is not said")
	}
	seen := cmp.Or(cmd.Formula, strings.Join(words, ", "))
	d.Subject = cmp.Or(strings.TrimSpace(d.Subject), "Busta chiusa: "+seen)
	return s.takeWithoutNumber(ctx, actor, cmd.Key, d, protocollo.Unnumbered{Grounds: protocollo.GroundsPersonal, Words: seen})
}

// refusePersonal keeps a closed envelope with words of L-14 from being registered unseen: R16.6 gives it no number, unless somebody says that the words
// mean something else.
func refusePersonal(cmd RegisterCommand) error {
	if cmd.NotPersonal {
		return nil
	}
	course, words := rules.CourseOf(cmd.Draft.Normalize(), "")
	if course != rules.CourseClosed {
		return nil
	}
	return &protocollo.Error{Class: protocollo.Conflict, Code: "envelope-personal", Words: strings.Join(words, ", "), Detail: "a closed envelope with words of L-14"}
}

// givenBack refuses a letter that says to have come in an envelope which the actor does not see.
func (s *Station) givenBack(ctx context.Context, actor protocollo.Actor, d protocollo.Draft) error {
	if d.EnvelopeID == 0 {
		return nil
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, d.EnvelopeID)
	if err != nil {
		return fmt.Errorf("read envelope %d: %w", d.EnvelopeID, err)
	}
	if rec.Unnumbered == nil {
		return protocollo.Errorf(protocollo.Invalid, "envelopeID", "intake %d is no envelope without number", d.EnvelopeID)
	}
	return nil
}

// DeliverInside hands a paper to somebody in the house, with the receipt in two copies that [Station.InternalReceipt] writes: an envelope that stays closed
// (002 art. 67.2), or registered post where the Responsabile judges so, which the note then says (002 art. 68). It may be repeated under its key.
//
// Errors: Forbidden; NotFound; Invalid "person", "key", "note"; Conflict "not-incoming", "not-personal", "not-numbered" while a letter waits for its number, "annulled",
// "envelope-registered" once the envelope was given back, "delivered-inside" while it is in somebody's hands, "request-key".
func (s *Station) DeliverInside(ctx context.Context, actor protocollo.Actor, d protocollo.InternalDelivery) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	d = d.Normalize()
	if d.Key == "" {
		return Record{}, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	if err := d.Validate(); err != nil {
		return Record{}, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, d.IntakeID)
	if err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	if err := mayDeliverInside(rec, d); err != nil {
		return Record{}, err
	}
	if _, err := s.cfg.Envelopes.DeliverInside(ctx, actor, d); err != nil {
		return Record{}, fmt.Errorf("deliver intake %d inside: %w", d.IntakeID, err)
	}
	return s.afterInside(ctx, actor, rec.Intake)
}

func mayDeliverInside(rec Record, d protocollo.InternalDelivery) error {
	conflict := func(code string) error {
		return protocollo.Errorf(protocollo.Conflict, code, "intake %d is not delivered inside", rec.Intake.ID)
	}
	switch u := rec.Unnumbered; {
	case rec.Intake.Draft.Direction != protocollo.Incoming:
		return conflict("not-incoming")
	case u != nil && u.RegisteredAs != 0:
		return conflict("envelope-registered")
	case u != nil && u.Grounds != protocollo.GroundsPersonal:
		return conflict("not-personal")
	case u != nil:
		return nil
	case rec.Registration == nil:
		return conflict("not-numbered")
	case rec.Facets.Annulled:
		return conflict("annulled")
	case rec.Intake.Draft.Envelope != protocollo.EnvelopeClosed && d.Note == "":
		return protocollo.Errorf(protocollo.Invalid, "note", "post that is open goes with a receipt at the Responsabile's word")
	}
	return nil
}

// EndInternalDelivery says how one ended: the second copy came back signed, or nobody took the paper, which is then at the desk again.
//
// Errors: Forbidden; NotFound; Invalid "outcome", "person", "note"; Conflict "delivery-ended" where somebody said otherwise before.
func (s *Station) EndInternalDelivery(ctx context.Context, actor protocollo.Actor, id int64, e protocollo.InternalDeliveryEnd) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	e = e.Normalize()
	if err := e.Validate(); err != nil {
		return Record{}, err
	}
	d, err := s.cfg.Envelopes.InternalDelivery(ctx, actor, id)
	if err != nil {
		return Record{}, err
	}
	if _, err := s.cfg.Envelopes.EndInternalDelivery(ctx, actor, id, e); err != nil {
		return Record{}, fmt.Errorf("end internal delivery %d: %w", id, err)
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, d.IntakeID)
	if err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	return s.afterInside(ctx, actor, rec.Intake)
}

func (s *Station) afterInside(ctx context.Context, actor protocollo.Actor, in protocollo.Intake) (Record, error) {
	s.publishIntake(EventIntake, in.ID, in)
	return wrapped(s.cfg.Views.IntakeRecord(context.WithoutCancel(ctx), actor, in.ID))("read intake")
}

// InternalReceipt words the receipt of an internal delivery (002 art. 68; R7.4).
func (s *Station) InternalReceipt(ctx context.Context, actor protocollo.Actor, id int64) (stamp.InternalReceipt, error) {
	none := stamp.InternalReceipt{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	d, err := s.cfg.Envelopes.InternalDelivery(ctx, actor, id)
	if err != nil {
		return none, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, d.IntakeID)
	if err != nil {
		return none, fmt.Errorf("read intake: %w", err)
	}
	setup, aoo, err := s.office(ctx, rec.Intake.AOO)
	if err != nil {
		return none, err
	}
	out := stamp.InternalReceipt{
		Body: setup.Body.Name, AOOCode: string(aoo.Code), Person: d.Person, Office: d.UOR, Note: d.Note,
		ArrivedAt: rec.Intake.ArrivedAt, DeliveredAt: d.At, Operator: d.By,
		Sender: senderWords(rec.Intake.Draft), Closed: rec.Intake.Draft.Envelope == protocollo.EnvelopeClosed,
		Reference: "Ricezione n. " + rec.Intake.Code() + ", senza numero di protocollo",
	}
	uors, err := s.cfg.References.UORs(ctx, aoo.Code)
	if err != nil {
		return none, fmt.Errorf("read offices: %w", err)
	}
	for _, u := range uors {
		if u.Code == d.UOR && u.Name != "" {
			out.Office = u.Name
		}
	}
	switch {
	case rec.Registration != nil:
		out.Reference = rec.Registration.Citation()
	case rec.Unnumbered != nil:
		out.Words = rec.Unnumbered.Words
	}
	if !out.Closed {
		out.Subject = rec.Intake.Draft.Subject
	}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	return out, nil
}
