package station

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// bidOnPaper is the size of a plico's label from an ordinary printer: it has room to sign.
var bidOnPaper = stamp.Size{WidthMM: 100, HeightMM: 50}

// BidDetails is what the desk may add for a plico's registration; empty fields are filled from its gara.
type BidDetails struct {
	Subject    string `json:"subject,omitempty" maxLength:"2000"`
	Classifica string `json:"classifica,omitempty" maxLength:"40"`
	Fascicolo  string `json:"fascicolo,omitempty" maxLength:"80"`
	UOR        string `json:"uor,omitempty" maxLength:"40"`
}

// RegisterBid makes the letter of a plico that was described, and asks for its number as for any other's: queue and emergency register hold.
// It arrived at the frozen instant, and stays closed: no scan of it is taken (R5.1). A plico that is a letter already comes back as
// it stands, so that it may be asked again. Conflict "not-described"; otherwise as [Station.Register].
func (s *Station) RegisterBid(ctx context.Context, actor protocollo.Actor, id int64, more BidDetails) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	b, err := s.oneBid(ctx, actor, BidQuery{ID: id})
	if err != nil {
		return Record{}, err
	}
	if b.IntakeID != 0 {
		return wrapped(s.cfg.Views.IntakeRecord(ctx, actor, b.IntakeID))("read the plico's letter")
	}
	if b.Description == nil {
		return Record{}, protocollo.Errorf(protocollo.Conflict, "not-described", "plico %s is not described", b.Code())
	}
	var t protocollo.Tender
	if b.Description.TenderID != 0 {
		if t, err = s.tender(ctx, actor.AOO, b.Description.TenderID); err != nil {
			return Record{}, err
		}
	}
	rec, err := s.register(ctx, actor, RegisterCommand{Key: b.RequestKey(), Draft: bidDraft(b, t, more)}, origin{plico: &b})
	if rec.Intake.ID != 0 {
		s.publishBid(id, actor.AOO)
	}
	return rec, err
}

// bidDraft words the letter. Who sent it is what stands on the envelope, or that nothing does.
func bidDraft(b protocollo.Bid, t protocollo.Tender, more BidDetails) protocollo.Draft {
	d := b.Description
	subject := "Plico di gara – gara da individuare – plico n. " + b.Code()
	if t.ID != 0 {
		subject = "Plico di gara – " + t.Terms.Subject
		if t.Terms.CIG != "" {
			subject += " – CIG " + t.Terms.CIG
		}
	}
	if more.Subject != "" {
		subject = more.Subject
	}
	uor := t.Terms.UOR
	if more.UOR != "" {
		uor = more.UOR
	}
	note := "Plico n. " + b.Code() + ", consegna n. " + b.Handover.Code()
	if d.Marks != "" {
		note += "; sulla busta: " + d.Marks
	}
	return protocollo.Draft{Direction: protocollo.Incoming, Senders: []protocollo.Correspondent{{Name: d.From(), Address: d.Address}}, Subject: subject, Means: d.Means,
		Support: protocollo.SupportPaper, Envelope: protocollo.EnvelopeClosed, Classifica: more.Classifica, Fascicolo: more.Fascicolo, UOR: uor, Note: note, BidID: b.ID}
}

// BidLabel composes the label of a plico's envelope, for the preview and for an ordinary printer. Conflict "annulled".
func (s *Station) BidLabel(ctx context.Context, actor protocollo.Actor, id int64) (*stamp.Bitmap, error) {
	b, rec, err := s.bidToLabel(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if rec.Registration == nil {
		return s.composeBid(ctx, b, bidOnPaper, s.cfg.PreviewResolution)
	}
	reg, err := s.worded(ctx, rec)
	if err != nil {
		return nil, err
	}
	return s.compose(ctx, actor.AOO, reg, s.waitedAs(rec), s.layout(stamp.KindSegnatura, "", bidOnPaper), bidOnPaper, s.cfg.PreviewResolution)
}

// PrintBidLabel prints it, and keeps what is known of it. A plico that has its number gets that number's label, as any letter does ([Station.PrintLabel]): it is
// labelled then, and no other follows by itself. The first of either kind needs no reason; a further one does, unless the last certainly did not come out.
// Conflict "annulled"; Invalid "reprint-reason"; Invalid "label-size".
func (s *Station) PrintBidLabel(ctx context.Context, actor protocollo.Actor, id int64, printer Printer, reason protocollo.ReprintReason) (BidPrint, error) {
	b, rec, err := s.bidToLabel(ctx, actor, id)
	if err != nil {
		return BidPrint{}, err
	}
	if rec.Registration != nil {
		p, err := s.PrintLabel(ctx, actor, rec.Registration.ID, printer, reason)
		s.publishBid(id, actor.AOO)
		return BidPrint{State: p.State, Condition: p.Condition}, err
	}
	if (b.Labels > 0) != (reason != protocollo.ReprintNone) || reason != protocollo.ReprintNone && !reason.Valid() {
		return BidPrint{}, protocollo.Errorf(protocollo.Invalid, "reprint-reason", "plico %s has %d labels, and the reason is %d", b.Code(), b.Labels, reason)
	}
	bitmap, err := s.composeBid(ctx, b, printer.LabelSize(), printer.Resolution())
	if err != nil {
		return BidPrint{}, err
	}
	out, err := s.printAtOnce(ctx, printer, bitmap)
	if err != nil {
		return BidPrint{}, err
	}
	sum := sha256.Sum256(bitmap.Bits)
	err = s.cfg.Bids.RecordBidLabel(context.WithoutCancel(ctx), actor, id, BidLabelPrint{Printer: printer.ID(), State: out.State, Condition: out.Condition,
		BitmapSHA256: hex.EncodeToString(sum[:]), Reason: reason})
	if err != nil {
		return BidPrint(out), fmt.Errorf("record the plico's label: %w", err)
	}
	s.publishBid(id, actor.AOO)
	return BidPrint(out), nil
}

// BidPrint is what became of a plico's label. Only one with a number waits in «Etichette da stampare», queued.
type BidPrint struct {
	State protocollo.PrintState `json:"state" enum:"queued,printed,unknown,failed"`
	// Condition is what the printer said that explains State, or "".
	Condition string `json:"condition,omitempty"`
}

// bidToLabel reads a plico with its letter; the letter is zero where there is none.
func (s *Station) bidToLabel(ctx context.Context, actor protocollo.Actor, id int64) (protocollo.Bid, Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return protocollo.Bid{}, Record{}, err
	}
	b, err := s.oneBid(ctx, actor, BidQuery{ID: id})
	if err != nil || b.IntakeID == 0 {
		return b, Record{}, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, self(actor.AOO), b.IntakeID)
	if err != nil {
		return b, rec, fmt.Errorf("read the plico's letter: %w", err)
	}
	if rec.Facets.Annulled {
		return b, rec, protocollo.Errorf(protocollo.Conflict, "annulled", "the letter of plico %s is annulled", b.Code())
	}
	return b, rec, nil
}

// worded is a record's registration as its label says it. A plico's says, beside the legends that were frozen with the number, what is to be known of the
// instant in them.
func (s *Station) worded(ctx context.Context, rec Record) (protocollo.Registration, error) {
	reg := *rec.Registration
	if rec.Intake.Draft.BidID == 0 {
		return reg, nil
	}
	list, err := s.cfg.Bids.Bids(ctx, rec.Intake.AOO, BidQuery{ID: rec.Intake.Draft.BidID})
	if err != nil {
		return reg, fmt.Errorf("read the plico of intake %d: %w", rec.Intake.ID, err)
	}
	reg.Segnatura.Legends = slices.Clone(reg.Segnatura.Legends)
	for _, b := range list {
		reg.Segnatura.Legends = append(reg.Segnatura.Legends, bidDoubts(b.Handover)...)
	}
	return reg, nil
}

// printAtOnce sends a label that nothing queues, and says what is known of it.
func (s *Station) printAtOnce(ctx context.Context, printer Printer, bitmap *stamp.Bitmap) (TemporaryPrint, error) {
	unlock, err := s.keys.lock(ctx, "printer/"+printer.ID())
	if err != nil {
		return TemporaryPrint{}, fmt.Errorf("wait for printer: %w", err)
	}
	defer unlock()
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.PrintTimeout)
	defer cancel()
	res, err := printer.Print(call, bitmap)
	if err != nil {
		s.log.Warn("label not printed", "device", printer.ID(), "err", err)
	}
	state, condition := printOutcome(res)
	if state == protocollo.PrintQueued { // nothing queues it
		state = protocollo.PrintFailed
	}
	return TemporaryPrint{State: state, Condition: string(condition)}, nil
}

func (s *Station) composeBid(ctx context.Context, b protocollo.Bid, size stamp.Size, res stamp.Resolution) (*stamp.Bitmap, error) {
	setup, aoo, err := s.office(ctx, b.AOO)
	if err != nil {
		return nil, err
	}
	return composeFitting(s.cfg.Composer, stamp.Layout{}, bidLabelOf(setup, aoo, b, size), res)
}

// bidLabelOf words the label of a plico that has no number yet: its own, L-16 with the seconds on a line of their own, and room to sign (R5.2, R20.5).
func bidLabelOf(setup Setup, aoo protocollo.AOO, b protocollo.Bid, size stamp.Size) stamp.Label {
	must := func(text string) stamp.Line {
		return stamp.Line{Text: text, Shorten: stamp.ShortenNever, Sign: rules.ToSign(text)}
	}
	number := must("Plico n. " + b.Code())
	number.Big, number.Bold = true, true
	lines := []stamp.Line{must(fmt.Sprintf("%s – AOO %s", setup.Body.ShortName, aoo.Code)), number}
	words := append(rules.BidLegends(b.Handover.Received()), bidDoubts(b.Handover)...)
	if b.Of > 1 {
		words = append(words, fmt.Sprintf("Consegna n. %s – plico %d di %d", b.Handover.Code(), b.Ordinal, b.Of))
	}
	for _, text := range words {
		lines = append(lines, must(text))
	}
	label := stamp.Label{Size: size, Lines: lines, QR: b.Barcode(setup.Body.Code).Payload(), Code128: b.HandCode(), Code128Text: "Plico " + b.Code()}
	if setup.Trial {
		label.Banner = rules.TrialBanner
	}
	return label
}

// bidDoubts are what an envelope says besides of the instant of its reception.
func bidDoubts(h protocollo.Handover) []string {
	var words []string
	if h.Contested {
		words = append(words, "ORA CONTESTATA – orologio "+h.ClockAt.In(protocollo.Rome()).Format("02/01/2006 15:04:05"))
	}
	if h.Sheet != nil {
		words = append(words, fmt.Sprintf("Dal foglio ricezione plichi, riga %d", h.Sheet.Row))
	}
	if rules.JudgeClock(h.Proof) == rules.ClockFar {
		words = append(words, "Ora di riferimento, a mano: ________ sigla ________") // R14.2
	}
	return words
}

// openBid opens the letter of the plico that a code names; one without a letter is found among the gare ([Station.FindBid]).
func (s *Station) openBid(ctx context.Context, actor protocollo.Actor, code string) ([]Record, bool, error) {
	_, _, hand := protocollo.ParseBidHandCode(code)
	parsed, err := protocollo.ParseBarcode(strings.ToUpper(code))
	if !hand && (err != nil || parsed.Kind != protocollo.BarcodeBid) {
		return nil, false, nil
	}
	b, err := s.FindBid(ctx, actor, code)
	if err != nil {
		return nil, true, err
	}
	if b.IntakeID == 0 {
		return nil, true, nothingOpens(code)
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, b.IntakeID)
	if err != nil {
		return nil, true, fmt.Errorf("read intake: %w", err)
	}
	return []Record{rec}, true, nil
}
