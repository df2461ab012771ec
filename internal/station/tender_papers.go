package station

import (
	"context"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// TransferPaper returns what a «Distinta di consegna» says, for both sides to sign (R20.4). NotFound "transfer".
func (s *Station) TransferPaper(ctx context.Context, actor protocollo.Actor, id int64) (stamp.TransferList, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return stamp.TransferList{}, err
	}
	t, err := s.transfer(ctx, actor.AOO, id)
	if err != nil {
		return stamp.TransferList{}, err
	}
	out, facts, err := s.listPaper(ctx, actor, t.TenderID)
	if err != nil {
		return out, err
	}
	out.Code, out.From, out.To, out.Place, out.At, out.Given, out.Taken = t.Code(), t.From, t.To, t.Place, t.At, confirmWords(t.Given), confirmWords(t.Taken)
	out.Items = transferItems(t, facts)
	return out, nil
}

// ReturnPaper returns the list by which late plichi go back to who sent them, «a gara ultimata» (R5.4, R20.4). Conflict "tender-open" before that; NotFound
// "late-bids" where none is left.
func (s *Station) ReturnPaper(ctx context.Context, actor protocollo.Actor, tenderID int64) (stamp.TransferList, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return stamp.TransferList{}, err
	}
	out, facts, err := s.listPaper(ctx, actor, tenderID)
	if err != nil {
		return out, err
	}
	if out.ClosedAt = facts.Tender.ClosedAt; out.ClosedAt.IsZero() {
		return out, protocollo.Errorf(protocollo.Conflict, "tender-open", "gara %d is not over", tenderID)
	}
	for _, b := range facts.Bids {
		if b.Gone() == nil && b.Lateness != protocollo.Within {
			out.Items = append(out.Items, transferItem(b, "", facts))
		}
	}
	if len(out.Items) == 0 {
		return out, protocollo.Errorf(protocollo.NotFound, "late-bids", "gara %d has no late plico to give back", tenderID)
	}
	return out, nil
}

// listPaper is what every list of a gara's plichi begins with.
func (s *Station) listPaper(ctx context.Context, actor protocollo.Actor, tenderID int64) (stamp.TransferList, TenderFacts, error) {
	f, err := s.cfg.Bids.TenderFacts(ctx, actor.AOO, tenderID)
	if err != nil {
		return stamp.TransferList{}, f, err
	}
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return stamp.TransferList{}, f, err
	}
	out := stamp.TransferList{Body: setup.Body.Name, AOOCode: string(aoo.Code), AOOName: aoo.Name, MadeAt: s.now().Truncate(time.Second), Tender: tenderCode(f.Tender), Subject: f.Tender.Terms.Subject,
		CIG: f.Tender.Terms.CIG, Deadline: f.Tender.Terms.Deadline}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	return out, f, nil
}

// BidReceipt returns what the receipt of a handover says, at once and whether or not the plichi have their numbers (R7.1, R7.2). NotFound "handover";
// Conflict "handover-open" before anybody said how many there are; Conflict "no-plico" of an instant without one.
func (s *Station) BidReceipt(ctx context.Context, actor protocollo.Actor, handoverID int64) (stamp.BidReceipt, error) {
	none := stamp.BidReceipt{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	h, err := s.handover(ctx, actor.AOO, handoverID)
	if err != nil {
		return none, err
	}
	switch {
	case h.Declared == nil:
		return none, protocollo.Errorf(protocollo.Conflict, "handover-open", "nobody said what handover %d was", handoverID)
	case h.Declared.Count == 0:
		return none, protocollo.Errorf(protocollo.Conflict, "no-plico", "handover %d is an instant without a plico", handoverID)
	}
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return none, err
	}
	list, err := s.cfg.Bids.Bids(ctx, actor.AOO, BidQuery{HandoverID: handoverID})
	if err != nil {
		return none, fmt.Errorf("read the plichi of handover %d: %w", handoverID, err)
	}
	tenders, err := s.cfg.Bids.Tenders(ctx, actor.AOO, 0)
	if err != nil {
		return none, fmt.Errorf("list gare: %w", err)
	}
	subjects := map[int64]string{}
	for _, t := range tenders {
		subjects[t.ID] = t.Terms.Subject
	}
	out := stamp.BidReceipt{Body: setup.Body.Name, AOOCode: string(aoo.Code), Handover: h.Code(), ReceivedAt: h.Received(), Contested: h.Contested && h.Sheet == nil, Manual: manualWords(h),
		Operator: h.Declared.Name, IssuedAt: s.now()}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	for _, b := range list {
		item := stamp.BidReceiptItem{Code: b.Code(), Sender: protocollo.NoSender}
		if d := b.Description; d != nil {
			item.Sender, item.Tender = d.From(), subjects[d.TenderID]
		}
		if b.IntakeID != 0 {
			rec, err := s.cfg.Views.IntakeRecord(ctx, self(actor.AOO), b.IntakeID)
			if err != nil {
				return none, fmt.Errorf("read the letter of plico %s: %w", b.Code(), err)
			}
			if rec.Registration != nil {
				item.Reference = rec.Registration.Citation()
			}
		}
		out.Plichi = append(out.Plichi, item)
	}
	return out, nil
}

// PrintBidReceipt prints it on a label, as [Station.PrintReceipt] does a letter's: with the instant to the second, and no word about the deadline (R5.4). Garas and
// senders are cut, or left out, where the label has no room for them.
//
// Errors as of [Station.BidReceipt]; Invalid "receipt-size".
func (s *Station) PrintBidReceipt(ctx context.Context, actor protocollo.Actor, handoverID int64, printer Printer) (TemporaryPrint, error) {
	data, err := s.BidReceipt(ctx, actor, handoverID)
	if err != nil {
		return TemporaryPrint{}, err
	}
	at := data.ReceivedAt.In(protocollo.Rome())
	labels := data.Labels(printer.LabelSize(), protocollo.DayOf(at).Italian(), at.Format("15:04:05"))
	return s.printSlip(ctx, actor, SlipLabel{Kind: SlipReceipt, HandoverID: handoverID}, s.layout(stamp.KindReceipt, printer.ID(), printer.LabelSize()), labels, printer)
}

func (s *Station) handover(ctx context.Context, aoo protocollo.AOOCode, id int64) (protocollo.Handover, error) {
	list, err := s.cfg.Bids.Handovers(ctx, aoo, HandoverQuery{ID: id})
	if err != nil {
		return protocollo.Handover{}, fmt.Errorf("read handover %d: %w", id, err)
	}
	if id == 0 || len(list) == 0 {
		return protocollo.Handover{}, protocollo.Errorf(protocollo.NotFound, "handover", "no such handover: %d", id)
	}
	return list[0], nil
}
