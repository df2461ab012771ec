package station

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// EventBid tells of a handover, a plico or a gara; its ID is the plico's, or 0.
const EventBid EventKind = "bid"

// maxPlichi bounds one handover: a carrier's trolley, not a slip of the keyboard.
const maxPlichi = 200

// maxUnassigned bounds the desk's list of plichi that are still to be described.
const maxUnassigned = 100

// Tenders lists the gare of the actor's AOO, open ones first.
func (s *Station) Tenders(ctx context.Context, actor protocollo.Actor) ([]protocollo.Tender, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.Bids.Tenders(ctx, actor.AOO, 0))("list gare")
}

// TenderView is a gara with all that happened.
type TenderView struct {
	protocollo.Tender
	Versions  []protocollo.TenderVersion
	Waiting   []WaitingCount
	Bids      []protocollo.Bid
	Transfers []protocollo.BidTransfer
	// Gaps is why each plico keeps the gara from being closed; those that do not are not in it.
	Gaps     map[int64]rules.CustodyGap
	Closings []protocollo.TenderClosing
	// MayBelong and Undeclared keep it from being closed too: plichi and instants that could be its. Empty where it is closed.
	MayBelong  []protocollo.Bid
	Undeclared []protocollo.Handover
}

// Tender returns a gara of the actor's AOO, or NotFound "tender".
func (s *Station) Tender(ctx context.Context, actor protocollo.Actor, id int64) (TenderView, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return TenderView{}, err
	}
	t, err := s.tender(ctx, actor.AOO, id)
	if err != nil {
		return TenderView{}, err
	}
	v := TenderView{Tender: t, Gaps: map[int64]rules.CustodyGap{}}
	if v.Versions, v.Waiting, err = s.cfg.Bids.TenderHistory(ctx, actor.AOO, id); err != nil {
		return v, fmt.Errorf("read gara %d: %w", id, err)
	}
	if v.Bids, err = s.cfg.Bids.Bids(ctx, actor.AOO, BidQuery{TenderID: id}); err != nil {
		return v, fmt.Errorf("read the plichi of gara %d: %w", id, err)
	}
	if v.Transfers, err = s.cfg.Bids.Transfers(ctx, actor.AOO, id, 0); err != nil {
		return v, fmt.Errorf("read the transfers of gara %d: %w", id, err)
	}
	for _, b := range v.Bids {
		if gap := rules.ClosingGap(b); gap != rules.GapNone {
			v.Gaps[b.ID] = gap
		}
	}
	if v.Closings, err = s.cfg.Bids.TenderClosings(ctx, actor.AOO, id); err != nil {
		return v, fmt.Errorf("read the ends of gara %d: %w", id, err)
	}
	if !t.ClosedAt.IsZero() {
		return v, nil
	}
	end := TenderEnd{Tender: t}
	if end.Unassigned, err = s.cfg.Bids.Bids(ctx, actor.AOO, BidQuery{Unassigned: true}); err != nil {
		return v, fmt.Errorf("list plichi of no gara: %w", err)
	}
	if end.Undeclared, err = s.cfg.Bids.Handovers(ctx, actor.AOO, HandoverQuery{Open: true}); err != nil {
		return v, fmt.Errorf("list open handovers: %w", err)
	}
	v.MayBelong, v.Undeclared = end.couldBelong()
	return v, nil
}

func (s *Station) tender(ctx context.Context, aoo protocollo.AOOCode, id int64) (protocollo.Tender, error) {
	list, err := s.cfg.Bids.Tenders(ctx, aoo, id)
	if err != nil {
		return protocollo.Tender{}, fmt.Errorf("read gara %d: %w", id, err)
	}
	if id == 0 || len(list) == 0 {
		return protocollo.Tender{}, protocollo.Errorf(protocollo.NotFound, "tender", "no such gara: %d", id)
	}
	return list[0], nil
}

// EnterTender enters a gara under a request key: Invalid with the field, also where it has no legal basis (R5.7).
func (s *Station) EnterTender(ctx context.Context, actor protocollo.Actor, key string, terms protocollo.TenderTerms) (protocollo.Tender, error) {
	terms = terms.Normalize()
	if err := s.mayEnter(ctx, actor, terms); err != nil {
		return protocollo.Tender{}, err
	}
	if err := mayKeyed(actor, protocollo.ActTender, key); err != nil {
		return protocollo.Tender{}, err
	}
	t, err := s.cfg.Bids.SaveTender(ctx, actor, key, terms)
	if err != nil {
		return t, fmt.Errorf("enter gara: %w", err)
	}
	s.publishBid(0, actor.AOO)
	return t, nil
}

// mayKeyed checks who asks, and that he asks under a request key.
func mayKeyed(actor protocollo.Actor, act protocollo.Action, key string) error {
	if err := actor.Require(act); err != nil {
		return err
	}
	if key == "" {
		return protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	return nil
}

// mayEnter wants an office that is known, or none: the centre refuses the plichi of any other.
func (s *Station) mayEnter(ctx context.Context, actor protocollo.Actor, terms protocollo.TenderTerms) error {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return err
	}
	if err := rules.CheckTender(terms); err != nil || terms.UOR == "" {
		return err
	}
	names, err := s.officeNames(ctx, actor.AOO)
	if err != nil {
		return err
	}
	if _, known := names[terms.UOR]; !known {
		return protocollo.Errorf(protocollo.Invalid, "uor", "no office %q", terms.UOR)
	}
	return nil
}

// AmendTender changes a gara's terms, with the reason: what they were stays (R5.4). version is the one that was on the screen.
func (s *Station) AmendTender(ctx context.Context, actor protocollo.Actor, id int64, version int, terms protocollo.TenderTerms, reason string) (protocollo.Tender, error) {
	terms, reason = terms.Normalize(), strings.TrimSpace(reason)
	if err := s.mayEnter(ctx, actor, terms); err != nil {
		return protocollo.Tender{}, err
	}
	if reason == "" {
		return protocollo.Tender{}, protocollo.Errorf(protocollo.Invalid, "reason", "a change of a gara has its reason")
	}
	t, err := s.cfg.Bids.AmendTender(ctx, actor, id, version, terms, reason)
	if err != nil {
		return t, fmt.Errorf("amend gara %d: %w", id, err)
	}
	s.publishBid(0, actor.AOO)
	return t, nil
}

// CountWaiting records «Presenti in attesa alle ore del termine: n» (R20.1) under a request key: people are counted again, and may be as many.
func (s *Station) CountWaiting(ctx context.Context, actor protocollo.Actor, key string, id int64, count int, note string) error {
	if err := mayKeyed(actor, protocollo.ActTender, key); err != nil {
		return err
	}
	if count < 0 || count > 10000 {
		return protocollo.Errorf(protocollo.Invalid, "count", "%d people", count)
	}
	if err := s.cfg.Bids.CountWaiting(ctx, actor, key, id, count, strings.TrimSpace(note)); err != nil {
		return fmt.Errorf("count who waits for gara %d: %w", id, err)
	}
	s.publishBid(0, actor.AOO)
	return nil
}

// Reception is what waits at the desk: frozen instants that nobody declared, and plichi of no gara.
type Reception struct {
	Open       []protocollo.Handover // oldest first
	Recent     []protocollo.Handover // newest first
	Unassigned []protocollo.Bid      // of no gara, or not described; oldest first, at most maxUnassigned: the next follow when these are done
}

// Reception returns the desk's queue of handovers: a form may come much later than its instant.
func (s *Station) Reception(ctx context.Context, actor protocollo.Actor) (Reception, error) {
	var r Reception
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return r, err
	}
	var err error
	if r.Open, err = s.cfg.Bids.Handovers(ctx, actor.AOO, HandoverQuery{Open: true}); err != nil {
		return r, fmt.Errorf("list open handovers: %w", err)
	}
	if r.Recent, err = s.cfg.Bids.Handovers(ctx, actor.AOO, HandoverQuery{Limit: defaultLength}); err != nil {
		return r, fmt.Errorf("list handovers: %w", err)
	}
	if r.Unassigned, err = s.cfg.Bids.Bids(ctx, actor.AOO, BidQuery{Unassigned: true, Limit: maxUnassigned}); err != nil {
		return r, fmt.Errorf("list plichi of no gara: %w", err)
	}
	return r, nil
}

// DeclareHandover says how many plichi were handed over at a frozen instant, and thereby who received them; 0 is «Istante senza plico», with its reason.
func (s *Station) DeclareHandover(ctx context.Context, actor protocollo.Actor, id int64, count int, reason string) ([]protocollo.Bid, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case count < 0 || count > maxPlichi:
		return nil, protocollo.Errorf(protocollo.Invalid, "count", "%d plichi", count)
	case count == 0 && reason == "":
		return nil, protocollo.Errorf(protocollo.Invalid, "reason", "an instant without a plico has its reason")
	case count > 0:
		reason = ""
	}
	list, err := s.cfg.Bids.DeclareHandover(ctx, actor, id, count, reason)
	if err != nil {
		return nil, fmt.Errorf("declare handover %d: %w", id, err)
	}
	wake(s.stamping.due) // the sooner a plico's record has its token, the more it proves
	s.publishBid(0, actor.AOO)
	return list, nil
}

// AnnotateHandover adds, under a request key, a signed word beside an instant, which nothing changes (R5.3).
func (s *Station) AnnotateHandover(ctx context.Context, actor protocollo.Actor, key string, id int64, note string) error {
	if err := mayKeyed(actor, protocollo.ActRegister, key); err != nil {
		return err
	}
	if note = strings.TrimSpace(note); note == "" {
		return protocollo.Errorf(protocollo.Invalid, "note", "an empty annotation")
	}
	if err := s.cfg.Bids.AnnotateHandover(ctx, actor, key, id, note); err != nil {
		return fmt.Errorf("annotate handover %d: %w", id, err)
	}
	s.publishBid(0, actor.AOO)
	return nil
}

// TypeHandover types in a line of a «Foglio ricezione plichi»: its instant is the hand's, and both stay (R20.4). Then it goes on as any other.
func (s *Station) TypeHandover(ctx context.Context, actor protocollo.Actor, key string, sheet protocollo.HandoverSheet) (protocollo.Handover, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return protocollo.Handover{}, err
	}
	sheet.By = strings.TrimSpace(sheet.By)
	switch {
	case key == "":
		return protocollo.Handover{}, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	case sheet.Row < 1:
		return protocollo.Handover{}, protocollo.Errorf(protocollo.Invalid, "row", "row %d", sheet.Row)
	case sheet.By == "":
		return protocollo.Handover{}, protocollo.Errorf(protocollo.Invalid, "by", "nobody signed the row")
	case sheet.At.IsZero() || sheet.At.After(s.now()):
		return protocollo.Handover{}, protocollo.Errorf(protocollo.Invalid, "at", "received at %s", sheet.At)
	}
	h, err := s.cfg.Bids.FreezeHandover(ctx, FreezeCommand{Key: key, AOO: actor.AOO, Desk: actor.Desk, User: actor.User, Proof: s.clockProof(), Sheet: &sheet})
	if err != nil {
		return h, fmt.Errorf("type a handover in: %w", err)
	}
	s.publishBid(0, actor.AOO)
	return h, nil
}

// Bid returns a plico of the actor's AOO, or NotFound "bid".
func (s *Station) Bid(ctx context.Context, actor protocollo.Actor, id int64) (protocollo.Bid, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return protocollo.Bid{}, err
	}
	return s.oneBid(ctx, actor, BidQuery{ID: id})
}

func (s *Station) oneBid(ctx context.Context, actor protocollo.Actor, q BidQuery) (protocollo.Bid, error) {
	list, err := s.cfg.Bids.Bids(ctx, actor.AOO, q)
	if err != nil {
		return protocollo.Bid{}, fmt.Errorf("read a plico: %w", err)
	}
	if len(list) == 0 || q == (BidQuery{}) {
		return protocollo.Bid{}, protocollo.Errorf(protocollo.NotFound, "bid", "no such plico")
	}
	return list[0], nil
}

// BidNumbers returns the protocol numbers of plichi, by the plico's id. A plico without number, or whose letter is not the actor's to see, has none.
func (s *Station) BidNumbers(ctx context.Context, actor protocollo.Actor, list []protocollo.Bid) (map[int64]BidNumber, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return nil, err
	}
	var intakes []int64
	for _, b := range list {
		if b.IntakeID != 0 {
			intakes = append(intakes, b.IntakeID)
		}
	}
	byIntake, err := s.cfg.Bids.BidNumbers(ctx, actor, intakes)
	if err != nil {
		return nil, fmt.Errorf("read the numbers of plichi: %w", err)
	}
	out := map[int64]BidNumber{}
	for _, b := range list {
		if n, ok := byIntake[b.IntakeID]; ok {
			out[b.ID] = n
		}
	}
	return out, nil
}

// FindBid returns the plico that a code names: its QR code, its Code 128, or «41/2026» typed. Invalid "code" for what is none of them.
func (s *Station) FindBid(ctx context.Context, actor protocollo.Actor, code string) (protocollo.Bid, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return protocollo.Bid{}, err
	}
	year, seq, ok := protocollo.ParseBidHandCode(strings.TrimSpace(code))
	if b, err := protocollo.ParseBarcode(strings.ToUpper(strings.TrimSpace(code))); err == nil {
		setup, _, err := s.office(ctx, actor.AOO)
		if err != nil {
			return protocollo.Bid{}, err
		}
		if !b.Belongs(setup.Body.Code, actor.AOO) {
			return protocollo.Bid{}, protocollo.Errorf(protocollo.NotFound, "bid", "no plico of ours")
		}
		year, seq, ok = b.BidNumber()
	}
	if m := typedNumber.FindStringSubmatch(strings.TrimSpace(code)); m != nil {
		_, err := fmt.Sscanf(m[1]+" "+m[2], "%d %d", &seq, &year)
		ok = err == nil
	}
	if !ok || seq == 0 {
		return protocollo.Bid{}, protocollo.Errorf(protocollo.Invalid, "code", "%q is no plico's code", code)
	}
	return s.oneBid(ctx, actor, BidQuery{Year: year, Seq: seq})
}

// DescribeBid says what is seen on the closed envelope; later again as a signed correction, with its reason (R5.3). The gara may be found later
// (R20.2). version is the one that was on the screen, 0 for none.
func (s *Station) DescribeBid(ctx context.Context, actor protocollo.Actor, id int64, version int, d protocollo.BidDescription, reason string) (protocollo.Bid, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return protocollo.Bid{}, err
	}
	d, reason = d.Normalize(), strings.TrimSpace(reason)
	if err := d.Validate(); err != nil {
		return protocollo.Bid{}, err
	}
	if version > 0 && reason == "" {
		return protocollo.Bid{}, protocollo.Errorf(protocollo.Invalid, "reason", "a correction has its reason")
	}
	if err := s.cfg.Bids.DescribeBid(ctx, actor, id, version, d, reason); err != nil {
		return protocollo.Bid{}, fmt.Errorf("describe plico %d: %w", id, err)
	}
	s.publishBid(id, actor.AOO)
	return s.oneBid(ctx, actor, BidQuery{ID: id})
}

// bidEventRules say what each event needs, and who may record it.
var bidEventRules = map[protocollo.BidEventKind]struct {
	act                  protocollo.Action
	person, signed, note bool
}{
	protocollo.BidWithdrawn: {act: protocollo.ActRegister, person: true, signed: true},
	protocollo.BidReplaced:  {act: protocollo.ActRegister, person: true, signed: true},
	protocollo.BidOpened:    {act: protocollo.ActRegister, person: true, note: true},
	protocollo.BidReturned:  {act: protocollo.ActTender, person: true, signed: true},
	protocollo.BidCustody:   {act: protocollo.ActDecide, note: true},
	protocollo.BidNote:      {act: protocollo.ActTender, note: true},
}

// RecordBidEvent records what befell a plico (R20.4): it was taken back or replaced, opened by mistake and sealed again, given back «a gara ultimata», or
// something is to be noted of it. Nothing that was recorded before changes; the same words under another request key are said again (R16.9).
func (s *Station) RecordBidEvent(ctx context.Context, actor protocollo.Actor, key string, e protocollo.BidEvent) (protocollo.Bid, error) {
	rule, ok := bidEventRules[e.Kind]
	if !ok {
		return protocollo.Bid{}, protocollo.Errorf(protocollo.Invalid, "kind", "no event %q", e.Kind)
	}
	if err := mayKeyed(actor, rule.act, key); err != nil {
		return protocollo.Bid{}, err
	}
	e.Person, e.Note = strings.TrimSpace(e.Person), strings.TrimSpace(e.Note)
	switch {
	case rule.person && e.Person == "":
		return protocollo.Bid{}, protocollo.Errorf(protocollo.Invalid, "person", "nobody is named")
	case rule.signed && !e.Signed:
		return protocollo.Bid{}, protocollo.Errorf(protocollo.Invalid, "signed", "a signature is wanted")
	case rule.note && e.Note == "":
		return protocollo.Bid{}, protocollo.Errorf(protocollo.Invalid, "note", "a note is wanted")
	case (e.Kind == protocollo.BidReplaced) != (e.OtherID != 0):
		return protocollo.Bid{}, protocollo.Errorf(protocollo.Invalid, "otherID", "the plico that takes the place")
	}
	if err := s.cfg.Bids.RecordBidEvent(ctx, actor, key, e); err != nil {
		return protocollo.Bid{}, fmt.Errorf("record %s of plico %d: %w", e.Kind, e.BidID, err)
	}
	s.publishBid(e.BidID, actor.AOO)
	return s.oneBid(ctx, actor, BidQuery{ID: e.BidID})
}

// TransferCommand is a «Distinta di consegna»: every plico by the code that was scanned on it (R20.4).
type TransferCommand struct {
	Key      string
	TenderID int64
	From     string // "": the actor
	To       string
	Place    string
	Plichi   []ScannedPlico
}

// ScannedPlico is one of them, as its seal was seen then.
type ScannedPlico struct {
	Code string                   `json:"code" maxLength:"120"`
	Seal protocollo.SealCondition `json:"seal" enum:"integro,danneggiato,aperto,non-sigillato,risigillato"`
}

// HandOver records a passage of custody; whoever records it has thereby given his own word (R5.5).
func (s *Station) HandOver(ctx context.Context, actor protocollo.Actor, cmd TransferCommand) (protocollo.BidTransfer, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return protocollo.BidTransfer{}, err
	}
	n := NewTransfer{Key: cmd.Key, TenderID: cmd.TenderID, From: strings.TrimSpace(cmd.From), To: strings.TrimSpace(cmd.To), Place: strings.TrimSpace(cmd.Place)}
	if n.From == "" {
		n.From = actor.Name
	}
	for _, f := range []struct {
		name    string
		missing bool
	}{{"key", n.Key == ""}, {"to", n.To == "" || n.To == n.From}, {"place", n.Place == ""}, {"plichi", len(cmd.Plichi) == 0}} {
		if f.missing {
			return protocollo.BidTransfer{}, protocollo.Errorf(protocollo.Invalid, f.name, "a transfer without it")
		}
	}
	for _, p := range cmd.Plichi {
		b, err := s.FindBid(ctx, actor, p.Code)
		if err != nil {
			return protocollo.BidTransfer{}, err
		}
		if !p.Seal.Valid() {
			return protocollo.BidTransfer{}, protocollo.Errorf(protocollo.Invalid, "seal", "seal %q", p.Seal)
		}
		if slices.ContainsFunc(n.Items, func(i protocollo.BidTransferItem) bool { return i.BidID == b.ID }) {
			continue // read twice
		}
		n.Items = append(n.Items, protocollo.BidTransferItem{BidID: b.ID, Seal: p.Seal})
	}
	t, err := s.cfg.Bids.RecordTransfer(ctx, actor, n)
	if err != nil {
		return t, fmt.Errorf("hand plichi over: %w", err)
	}
	s.publishBid(0, actor.AOO)
	return t, nil
}

// ConfirmTransfer is the receiving side's word: its own, from its own account, or, onPaper, its signature on the list, which the actor has before
// him. Forbidden "not-receiver" for anybody else's.
func (s *Station) ConfirmTransfer(ctx context.Context, actor protocollo.Actor, id int64, onPaper bool) (protocollo.BidTransfer, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return protocollo.BidTransfer{}, err
	}
	t, err := s.transfer(ctx, actor.AOO, id)
	if err != nil {
		return t, err
	}
	if !onPaper && (actor.Name != t.To || actor.User == t.By) {
		return t, protocollo.Errorf(protocollo.Forbidden, "not-receiver", "%s is to confirm transfer %d", t.To, id)
	}
	if t, err = s.cfg.Bids.ConfirmTransfer(ctx, actor, id, protocollo.TransferConfirm{Name: t.To, OnPaper: onPaper}); err != nil {
		return t, fmt.Errorf("confirm transfer %d: %w", id, err)
	}
	s.publishBid(0, actor.AOO)
	return t, nil
}

func (s *Station) transfer(ctx context.Context, aoo protocollo.AOOCode, id int64) (protocollo.BidTransfer, error) {
	list, err := s.cfg.Bids.Transfers(ctx, aoo, 0, id)
	if err != nil {
		return protocollo.BidTransfer{}, fmt.Errorf("read transfer %d: %w", id, err)
	}
	if id == 0 || len(list) == 0 {
		return protocollo.BidTransfer{}, protocollo.Errorf(protocollo.NotFound, "transfer", "no such transfer: %d", id)
	}
	return list[0], nil
}

func (s *Station) publishBid(id int64, aoo protocollo.AOOCode) {
	s.cfg.Publisher.Publish(Event{Kind: EventBid, ID: id, AOO: aoo, Act: protocollo.ActTender})
}
