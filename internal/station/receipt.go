package station

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// Receipt returns what the receipt for hand delivery says (L. 241/1990 art. 18-bis; R7.1). Without a number it says so and
// shows the «Ricezione n.»: the centre need not be there (R7.2).
//
// Errors: Forbidden; NotFound; Conflict "not-incoming", and "not-registrable" for what gets no number: «Gli addetti al protocollo non possono
// rilasciare ricevute per i documenti che non sono soggetti a protocollazione» (002 art. 24.1; R7.3).
func (s *Station) Receipt(ctx context.Context, actor protocollo.Actor, intakeID int64) (stamp.ReceiptData, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return stamp.ReceiptData{}, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return stamp.ReceiptData{}, fmt.Errorf("read intake: %w", err)
	}
	setup, aoo, err := s.office(ctx, rec.Intake.AOO)
	if err != nil {
		return stamp.ReceiptData{}, err
	}
	policies, err := s.cfg.Policies.Policies(ctx, aoo.Code)
	if err != nil {
		return stamp.ReceiptData{}, fmt.Errorf("read policies: %w", err)
	}
	if u := rec.Unnumbered; u != nil {
		return stamp.ReceiptData{}, protocollo.Errorf(protocollo.Conflict, "not-registrable", "intake %d is not registered: %s", intakeID, u.Grounds)
	}
	d := rec.Intake.Draft
	if d.Direction != protocollo.Incoming {
		return stamp.ReceiptData{}, protocollo.Errorf(protocollo.Conflict, "not-incoming", "intake %d did not come in", intakeID)
	}
	out := stamp.ReceiptData{
		Body: setup.Body.Name, AOOCode: string(aoo.Code), PresentedAt: rec.Intake.ArrivedAt, Subject: d.Subject,
		Sender: senderWords(d), Attachments: len(d.Attachments), IntakeID: rec.Intake.Code(),
		Term: termOf(policies, d.Procedure), Operator: cmp.Or(actor.Name, actor.User), IssuedAt: s.now(),
	}
	if rec.Registration != nil {
		out.Reference = rec.Registration.Citation()
	}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	return out, nil
}

// PrintReceipt prints the receipt on a label and journals what is known of it. It needs no number and asks nobody: the centre may be away (R7.2). It is
// no print of the segnatura and nothing hangs on it, so that one that did not come out is simply printed again, or taken on A4.
//
// Subject and sender are cut where the label has no room for them; nothing else of L-17 is. Errors as of [Station.Receipt]; Invalid "receipt-size" for
// labels on which it does not fit even so.
func (s *Station) PrintReceipt(ctx context.Context, actor protocollo.Actor, intakeID int64, printer Printer) (TemporaryPrint, error) {
	data, err := s.Receipt(ctx, actor, intakeID)
	if err != nil {
		return TemporaryPrint{}, err
	}
	return s.printSlip(ctx, actor, SlipLabel{Kind: SlipReceipt, IntakeID: intakeID}, s.layout(stamp.KindReceipt, printer.ID(), printer.LabelSize()), receiptLabels(data, printer.LabelSize()), printer)
}

// printSlip prints the longest of labels that fits, and journals what is known of it. Nothing queues it and nothing hangs on it.
func (s *Station) printSlip(ctx context.Context, actor protocollo.Actor, of SlipLabel, layout stamp.Layout, labels []stamp.Label, printer Printer) (TemporaryPrint, error) {
	bitmap, err := composeLongest(s.cfg.Composer, layout, labels, printer.Resolution())
	if err != nil {
		return TemporaryPrint{}, err
	}
	out, err := s.sendUnqueued(ctx, printer, bitmap)
	if err != nil {
		return out, err
	}
	of.Printer, of.State = printer.ID(), out.State
	if err := s.cfg.Prints.RecordSlipLabel(context.WithoutCancel(ctx), actor, of); err != nil {
		return out, fmt.Errorf("journal the label: %w", err)
	}
	return out, nil
}

func receiptLabels(data stamp.ReceiptData, size stamp.Size) []stamp.Label {
	return data.Labels(size, protocollo.DayOf(data.PresentedAt).Italian(), clockTime(data.PresentedAt))
}

// composeLongest composes the first label that fits. A layout whose looks leave no room gives way to the program's own rule before a word is lost. Invalid
// "receipt-size" when none does.
func composeLongest(c Composer, layout stamp.Layout, labels []stamp.Label, res stamp.Resolution) (*stamp.Bitmap, error) {
	var refusal error
	for _, label := range labels {
		for _, l := range []stamp.Layout{layout, {}} {
			bitmap, err := c.Compose(l.Arrange(label), res)
			if err == nil {
				return bitmap, nil
			}
			refusal = err
		}
	}
	return nil, protocollo.Errorf(protocollo.Invalid, "receipt-size", "compose receipt: %w", refusal)
}

// SampleReceipt composes a receipt of nothing, «PROVA – SENZA VALORE», to look at a layout. Invalid "receipt-size".
func SampleReceipt(c Composer, layout stamp.Layout, size stamp.Size, res stamp.Resolution, at time.Time) (*stamp.Bitmap, error) {
	return composeLongest(c, layout, receiptLabels(stamp.ReceiptData{
		Body: "Ente di prova", AOOCode: "PROVA", PresentedAt: at, Subject: "Ricevuta di prova: è già così, perché no? Città, più, «»", Sender: "Mittente di prova",
		Reference: "Prot. n. 0000000 del " + protocollo.DayOf(at).Italian(), Operator: "Operatore di prova", Banner: rules.TrialBanner,
	}, size), res)
}

func senderWords(d protocollo.Draft) string {
	if d.Anonymous {
		return "anonimo"
	}
	var names []string
	for _, c := range d.Senders {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// termOf looks the procedure up in the table (R21.5). "" lets the receipt say that the body publishes it.
func termOf(p Policies, procedure string) string {
	for _, t := range p.Terms {
		if procedure != "" && strings.EqualFold(strings.TrimSpace(t.Procedure), procedure) {
			return t.Text
		}
	}
	return ""
}
