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

// TemporaryAfter is how long a letter waits for its number before a temporary label is offered, where the Responsabile set nothing.
const TemporaryAfter = 15 * time.Minute

// TemporaryPolicy is the body's way with letters that wait for their number (R16.5).
type TemporaryPolicy struct {
	// AfterMinutes is the wait after which a temporary label may be printed; 0: [TemporaryAfter].
	AfterMinutes int `json:"afterMinutes,omitempty" minimum:"0" maximum:"1440" doc:"Minuti di attesa dopo i quali si può stampare un'etichetta provvisoria; 0: 15"`
	// PrintByItself sends the label as soon as the number is there; otherwise it waits in «Etichette da stampare», for whoever holds the letter.
	PrintByItself bool `json:"printByItself,omitempty" doc:"L'etichetta esce da sola quando arriva il numero"`
}

func (p TemporaryPolicy) after() time.Duration {
	if p.AfterMinutes > 0 {
		return time.Duration(p.AfterMinutes) * time.Minute
	}
	return TemporaryAfter
}

// TemporaryFrom returns from when on a letter may have a temporary label: once it, or the outage that it came in during, has lasted as long
// as the policy says. false for one that has its number or gets none, and for one that came as a file: there is nothing to put a label on.
func (s *Station) TemporaryFrom(ctx context.Context, rec Record) (time.Time, bool, error) {
	if rec.Registration != nil || rec.Unnumbered != nil || rec.Intake.Draft.Support == protocollo.SupportFile {
		return time.Time{}, false, nil
	}
	policies, err := s.cfg.Policies.Policies(ctx, rec.Intake.AOO)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read policies: %w", err)
	}
	since := rec.Intake.SavedAt
	if h := s.Health(); (h.State == HealthAway || h.State == HealthDoubtful) && h.Since.Before(since) {
		since = h.Since
	}
	return since.Add(policies.Temporary.after()), true, nil
}

// temporaryOnPaper is the size of a temporary label from an ordinary printer: the preview's own has no room to say where it must not go.
var temporaryOnPaper = stamp.Size{WidthMM: 100, HeightMM: 50}

// TemporaryLabel composes the temporary label of a letter that waits for its number, for the preview and for an ordinary printer. It bears the
// intake's own code and is no segnatura: a page with it alone joins nothing by itself, and R3.1 goes on asking for the segnatura.
//
// Errors: Forbidden; NotFound; Conflict "numbered" when the letter has its number, "temporary-file" when it came as a file, "temporary-early" before
// [Station.TemporaryFrom].
func (s *Station) TemporaryLabel(ctx context.Context, actor protocollo.Actor, intakeID int64) (*stamp.Bitmap, error) {
	rec, err := s.awaitingNumber(ctx, actor, intakeID)
	if err != nil {
		return nil, err
	}
	return s.composeTemporary(ctx, rec.Intake, temporaryOnPaper, s.cfg.PreviewResolution)
}

// TemporaryPrint says what became of a temporary label.
type TemporaryPrint struct {
	State protocollo.PrintState `json:"state" enum:"printed,unknown,failed"`
	// Condition is what the printer said that explains State, or "".
	Condition string `json:"condition,omitempty"`
}

// PrintTemporaryLabel prints it, and journals what is known of it. Nothing hangs on such a label, so that one that did not come out is simply
// printed again. Errors as of [Station.TemporaryLabel]; Invalid "label-size".
func (s *Station) PrintTemporaryLabel(ctx context.Context, actor protocollo.Actor, intakeID int64, printer Printer) (TemporaryPrint, error) {
	rec, err := s.awaitingNumber(ctx, actor, intakeID)
	if err != nil {
		return TemporaryPrint{}, err
	}
	bitmap, err := s.composeTemporary(ctx, rec.Intake, printer.LabelSize(), printer.Resolution())
	if err != nil {
		return TemporaryPrint{}, err
	}
	out, err := s.sendUnqueued(ctx, printer, bitmap)
	if err != nil {
		return out, err
	}
	ctx = context.WithoutCancel(ctx)
	state := out.State
	if err := s.cfg.Prints.RecordTemporaryLabel(ctx, actor, intakeID, printer.ID(), state); err != nil {
		return out, fmt.Errorf("journal the temporary label: %w", err)
	}
	s.publishIntake(EventIntake, intakeID, rec.Intake)
	return out, nil
}

// sendUnqueued prints what nothing hangs on: it is not kept, and one that the printer does not take now has failed. Once it is begun the caller's
// context cancels nothing.
func (s *Station) sendUnqueued(ctx context.Context, printer Printer, bitmap *stamp.Bitmap) (TemporaryPrint, error) {
	unlock, err := s.keys.lock(ctx, "printer/"+printer.ID())
	if err != nil {
		return TemporaryPrint{}, fmt.Errorf("wait for printer: %w", err)
	}
	defer unlock()
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.PrintTimeout)
	res, err := printer.Print(call, bitmap)
	cancel()
	if err != nil {
		s.log.Warn("unqueued label not printed", "device", printer.ID(), "err", err)
	}
	state, condition := printOutcome(res)
	if state == protocollo.PrintQueued { // nothing queues it
		state = protocollo.PrintFailed
	}
	return TemporaryPrint{State: state, Condition: string(condition)}, nil
}

// awaitingNumber returns a letter whose wait is long enough for a temporary label.
func (s *Station) awaitingNumber(ctx context.Context, actor protocollo.Actor, intakeID int64) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	from, waits, err := s.TemporaryFrom(ctx, rec)
	switch {
	case err != nil:
		return rec, err
	case rec.Unnumbered != nil:
		return rec, protocollo.Errorf(protocollo.Conflict, "unnumbered", "intake %d gets no number", intakeID)
	case !waits && rec.Registration == nil:
		return rec, protocollo.Errorf(protocollo.Conflict, "temporary-file", "intake %d came as a file", intakeID)
	case !waits:
		return rec, protocollo.Errorf(protocollo.Conflict, "numbered", "intake %d has its number", intakeID)
	case s.now().Before(from):
		return rec, protocollo.Errorf(protocollo.Conflict, "temporary-early", "intake %d may have a temporary label from %s on", intakeID, from)
	}
	return rec, nil
}

func (s *Station) composeTemporary(ctx context.Context, in protocollo.Intake, size stamp.Size, res stamp.Resolution) (*stamp.Bitmap, error) {
	setup, aoo, err := s.office(ctx, in.AOO)
	if err != nil {
		return nil, err
	}
	return composeFitting(s.cfg.Composer, stamp.Layout{}, temporaryLabelOf(setup, aoo, in, size), res)
}

// temporaryLabelOf words a temporary label. It says that it is none in its first line and at its foot, shows no number that could be taken for a
// protocol number, and says where it goes: the segnatura's place, the upper right of the first page, stays free (R16.5).
func temporaryLabelOf(setup Setup, aoo protocollo.AOO, in protocollo.Intake, size stamp.Size) stamp.Label {
	must := func(format string, args ...any) stamp.Line {
		return stamp.Line{Text: fmt.Sprintf(format, args...), Shorten: stamp.ShortenNever}
	}
	words, code := must("%s", protocollo.TemporaryWords), must("%s", in.Code())
	words.Bold, code.Big, code.Bold = true, true, true
	label := stamp.Label{
		Size: size,
		Lines: []stamp.Line{
			words, must("%s – AOO %s", setup.Body.ShortName, aoo.Code), must("Ricezione n."), code,
			must("del %s ore %s – %s", protocollo.DayOf(in.SavedAt).Italian(), clockTime(in.SavedAt), directionWords[in.Draft.Direction]),
			{Text: "Non va in alto a destra: lì va la segnatura", Shorten: stamp.ShortenDrop},
		},
		QR: in.Barcode(setup.Body.Code).Payload(), Code128: in.HandCode(), Code128Text: in.Code(),
		Banner: "PROVVISORIA",
	}
	if setup.Trial {
		label.Banner = rules.TrialBanner
	}
	return label
}

// withTemporary names the letter whose temporary label the page of a question bears: what may be answered is to wait for its number, and once that
// is there, to assign the page to it. One that the actor may not know of stays unnamed.
func (s *Station) withTemporary(ctx context.Context, actor protocollo.Actor, w *WaitingException) error {
	if w.Detail.Why != whyNotNumbered {
		return nil
	}
	code, err := protocollo.ParseBarcode(w.Detail.Code)
	if err != nil {
		return nil // nothing that could be named
	}
	year, seq, ok := code.IntakeNumber()
	if !ok {
		return nil
	}
	found, err := s.cfg.Codes.ResolveIntake(ctx, actor.AOO, year, seq)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("resolve temporary code: %w", err)
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, found.Intake.ID)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read intake %d: %w", found.Intake.ID, err)
	}
	w.Temporary = &rec
	if rec.Registration != nil && !slices.ContainsFunc(w.Candidates, func(c Record) bool { return c.Intake.ID == rec.Intake.ID }) {
		w.Candidates = append(w.Candidates, rec)
	}
	return nil
}
