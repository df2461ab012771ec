package station

import (
	"context"
	"fmt"
	"strings"

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
		Term: termOf(policies, d.Procedure), Operator: rec.Intake.Operator, IssuedAt: s.now(),
	}
	if rec.Registration != nil {
		out.Reference = rec.Registration.Citation()
	}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	return out, nil
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
