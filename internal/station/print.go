package station

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// PrintLabel queues a registration's label with its bitmap and sends it (R18.4). The first label needs no reason; a further one
// does, unless the last one failed or still waits, which is then sent instead: a retry is no reprint.
//
// A printer that takes nothing now (no labels, cover open, off) is no error: the print comes back queued with the condition,
// the label waits in «Etichette da stampare», and registration goes on. NotFound where the record is not the actor's to see;
// Conflict "annulled"; Invalid "reprint-reason"; Invalid "label-size".
func (s *Station) PrintLabel(ctx context.Context, actor protocollo.Actor, registrationID int64, printer Printer,
	reason protocollo.ReprintReason,
) (protocollo.Print, error) {
	return s.printLabel(ctx, actor, registrationID, printer, reason, protocollo.LabelOriginal)
}

func (s *Station) printLabel(ctx context.Context, actor protocollo.Actor, registrationID int64, printer Printer, reason protocollo.ReprintReason,
	of protocollo.LabelFor,
) (protocollo.Print, error) {
	p, rec, err := s.queueLabel(ctx, actor, registrationID, printer, reason, of)
	if err != nil {
		return protocollo.Print{}, err
	}
	return s.send(ctx, p, printer, rec.Intake)
}

// newLabel says which label of a registration is queued, and why.
type newLabel struct {
	reason   protocollo.ReprintReason
	of       protocollo.LabelFor
	doubtful bool // it may have come out already: see [NewPrint]
}

// queueLabel composes a registration's label and queues it.
func (s *Station) queueLabel(ctx context.Context, actor protocollo.Actor, registrationID int64, printer Printer, reason protocollo.ReprintReason,
	of protocollo.LabelFor,
) (protocollo.Print, Record, error) {
	return s.queueNew(ctx, actor, registrationID, printer, newLabel{reason: reason, of: of})
}

func (s *Station) queueNew(ctx context.Context, actor protocollo.Actor, registrationID int64, printer Printer, l newLabel) (protocollo.Print, Record, error) {
	none := protocollo.Print{}
	rec, err := s.numbered(ctx, actor, registrationID)
	if err != nil {
		return none, rec, err
	}
	if rec.Facets.Annulled {
		return none, rec, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", registrationID)
	}
	if l.reason != protocollo.ReprintNone && !l.reason.Valid() {
		return none, rec, protocollo.Errorf(protocollo.Invalid, "reprint-reason", "reason %d", l.reason)
	}
	reg, err := s.worded(ctx, rec)
	if err != nil {
		return none, rec, err
	}
	switch {
	case l.of == protocollo.LabelSecond:
		if reg, err = secondOf(reg); err != nil {
			return none, rec, err
		}
	case l.of == protocollo.LabelMinuta && !hasMinuta(rec.Intake.Draft):
		return none, rec, protocollo.Errorf(protocollo.Conflict, "no-minuta", "registration %d leaves no minuta", registrationID)
	}
	layout := s.layout(stamp.KindSegnatura, printer.ID(), printer.LabelSize())
	bitmap, err := s.compose(ctx, actor.AOO, reg, s.waitedAs(rec), layout, printer.LabelSize(), printer.Resolution())
	if err != nil {
		return none, rec, err
	}
	p, err := s.cfg.Prints.QueuePrint(ctx, NewPrint{RegistrationID: registrationID, Actor: actor, Printer: printer.ID(),
		Reason: l.reason, Bitmap: bitmap, Layout: layout.Digest, For: l.of, Doubtful: l.doubtful})
	if err != nil {
		return none, rec, fmt.Errorf("queue label: %w", err)
	}
	s.publishIntake(EventPrint, p.ID, rec.Intake)
	return p, rec, nil
}

// waitedAs is what a letter that waited for its number was called meanwhile, or "": its label says it, so that it finds the letter whose receipt
// or temporary label does.
func (s *Station) waitedAs(rec Record) string {
	if s.hasWaited(rec) {
		return rec.Intake.Code()
	}
	return ""
}

// RetryPrint sends a label that waits or that certainly did not come out.
func (s *Station) RetryPrint(ctx context.Context, actor protocollo.Actor, printID int64, printer Printer) (protocollo.Print, error) {
	p, rec, err := s.waitingPrint(ctx, actor, printID)
	if err != nil {
		return protocollo.Print{}, err
	}
	return s.send(ctx, p, printer, rec.Intake)
}

// send claims a print, sends it and records what is known of it. The claim is durable before a byte is on the wire, and once
// it is, the caller's context cancels nothing.
func (s *Station) send(ctx context.Context, p protocollo.Print, printer Printer, in protocollo.Intake) (protocollo.Print, error) {
	unlock, err := s.keys.lock(ctx, "printer/"+printer.ID())
	if err != nil {
		return p, fmt.Errorf("wait for printer: %w", err)
	}
	defer unlock()
	bitmap, err := s.cfg.Prints.PrintBitmap(ctx, p.ID)
	if err != nil {
		return p, fmt.Errorf("read label %d: %w", p.ID, err)
	}
	if bitmap.Resolution != printer.Resolution() {
		return p, protocollo.Errorf(protocollo.Conflict, "printer-resolution", "label %d is for %d dpi, printer %s has %d", p.ID,
			bitmap.Resolution.DPI, printer.ID(), printer.Resolution().DPI)
	}
	ctx = context.WithoutCancel(ctx)
	p, err = s.cfg.Prints.BeginPrint(ctx, p.ID, printer.ID())
	if err != nil {
		return p, fmt.Errorf("claim label: %w", err)
	}
	call, cancel := context.WithTimeout(ctx, s.cfg.PrintTimeout)
	res, err := printer.Print(call, bitmap)
	cancel()
	if err != nil {
		s.log.Warn("label not printed", "job", p.ID, "device", printer.ID(), "err", err)
	}
	state, condition := printOutcome(res)
	if err := s.cfg.Prints.RecordPrint(ctx, p.ID, state, string(condition)); err != nil {
		return p, fmt.Errorf("record label %d as %s: %w", p.ID, state, err)
	}
	p.State, p.Condition = state, string(condition)
	s.publishIntake(EventPrint, p.ID, in)
	s.publishIntake(EventRegistration, p.RegistrationID, in)
	return p, nil
}

// printOutcome says what is known. A printer that blocked before anything was sent leaves the label waiting; a result without
// outcome proves nothing.
func printOutcome(r stamp.Result) (protocollo.PrintState, stamp.Condition) {
	before, blocked := r.Before.Blocks()
	after := r.After.Why()
	switch r.Outcome {
	case stamp.OutcomePrinted:
		return protocollo.PrintPrinted, ""
	case stamp.OutcomeFailed:
		if blocked {
			return protocollo.PrintQueued, before
		}
		return protocollo.PrintFailed, cmp.Or(after, r.Before.Why())
	default:
		return protocollo.PrintUnknown, after
	}
}

// ResolvePrint is the clerk's word on a label of which nothing proves that it came out.
func (s *Station) ResolvePrint(ctx context.Context, actor protocollo.Actor, printID int64, printed bool) error {
	p, rec, err := s.waitingPrint(ctx, actor, printID)
	if err != nil {
		return err
	}
	state := protocollo.PrintFailed
	if printed {
		state = protocollo.PrintPrinted
	}
	if err := s.cfg.Prints.ResolvePrint(ctx, actor, p.ID, state); err != nil {
		return fmt.Errorf("resolve label: %w", err)
	}
	s.publishIntake(EventPrint, p.ID, rec.Intake)
	return nil
}

// LabelToPrint is a label that waits for a printer or for a person, with whose it is.
type LabelToPrint struct {
	Print  protocollo.Print `json:"print"`
	Record Record           `json:"record"`
}

// LabelsToPrint lists «Etichette da stampare», failed ones and those of unknown outcome, in the order in which they were queued.
func (s *Station) LabelsToPrint(ctx context.Context, actor protocollo.Actor) ([]LabelToPrint, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	prints, err := s.cfg.Prints.Prints(ctx, actor.AOO, protocollo.PrintQueued, protocollo.PrintFailed, protocollo.PrintUnknown)
	if err != nil {
		return nil, fmt.Errorf("list labels: %w", err)
	}
	var out []LabelToPrint
	for _, p := range prints {
		rec, err := s.cfg.Views.Record(ctx, actor, p.RegistrationID)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue // not this actor's to see
		}
		if err != nil {
			return nil, fmt.Errorf("read registration %d: %w", p.RegistrationID, err)
		}
		out = append(out, LabelToPrint{Print: p, Record: rec})
	}
	return out, nil
}

func (s *Station) waitingPrint(ctx context.Context, actor protocollo.Actor, printID int64) (protocollo.Print, Record, error) {
	list, err := s.LabelsToPrint(ctx, actor)
	if err != nil {
		return protocollo.Print{}, Record{}, err
	}
	for _, l := range list {
		if l.Print.ID == printID {
			return l.Print, l.Record, nil
		}
	}
	return protocollo.Print{}, Record{}, protocollo.Errorf(protocollo.Conflict, "print", "print %d does not wait", printID)
}

// LabelBitmap returns the label as it was or would be printed, dot for dot: that of one of the letter's prints, or of its original for printID 0.
// NotFound "print" for another letter's.
func (s *Station) LabelBitmap(ctx context.Context, actor protocollo.Actor, registrationID, printID int64) (*stamp.Bitmap, error) {
	rec, err := s.numbered(ctx, actor, registrationID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(rec.Prints, func(p protocollo.Print) bool {
		return p.ID == printID || printID == 0 && !p.Second && !p.Minuta
	})
	if at < 0 && printID != 0 {
		return nil, protocollo.Errorf(protocollo.NotFound, "print", "registration %d has no print %d", registrationID, printID)
	}
	if at >= 0 {
		b, err := s.cfg.Prints.PrintBitmap(ctx, rec.Prints[at].ID)
		if err != nil {
			return nil, fmt.Errorf("read label: %w", err)
		}
		return b, nil
	}
	reg, err := s.worded(ctx, rec)
	if err != nil {
		return nil, err
	}
	return s.compose(ctx, actor.AOO, reg, s.waitedAs(rec), s.layout(stamp.KindSegnatura, "", s.cfg.PreviewSize), s.cfg.PreviewSize, s.cfg.PreviewResolution)
}

// numbered returns a registration that the actor sees and may work on.
func (s *Station) numbered(ctx context.Context, actor protocollo.Actor, registrationID int64) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	rec, err := s.cfg.Views.Record(ctx, actor, registrationID)
	if err != nil {
		return Record{}, fmt.Errorf("read registration %d: %w", registrationID, err)
	}
	if rec.Registration == nil {
		return Record{}, protocollo.Errorf(protocollo.Conflict, "not-numbered", "intake %d has no number", rec.Intake.ID)
	}
	return rec, nil
}
