package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

const printColumns = `p.id, p.registration_id, p.ordinal, c.printer, c.state, p.reason, p.bitmap_sha256, p.at, p.by_user, c.settled_at, c.condition,
	coalesce(p.second, 0)`

const printFrom = ` FROM prints p JOIN print_current c ON c.print_id = p.id `

func scanPrint(s scannable) (protocollo.Print, error) {
	var p protocollo.Print
	var queued, settled int64
	var of protocollo.LabelFor
	err := s.Scan(&p.ID, &p.RegistrationID, &p.Ordinal, &p.Printer, &p.State, &p.ReprintReason, &p.BitmapSHA256, &queued, &p.QueuedBy, &settled, &p.Condition, &of)
	p.Second, p.Minuta = of == protocollo.LabelSecond, of == protocollo.LabelMinuta
	p.QueuedAt, p.SettledAt = instant(queued), instant(settled)
	return p, err
}

func printByID(ctx context.Context, q querier, id int64) (protocollo.Print, error) {
	return one(ctx, q, "print", scanPrint, `SELECT `+printColumns+printFrom+`WHERE p.id = ?`, id)
}

// QueuePrint records a label with its bitmap. The bitmap is a blob (a PBM file, so that people can look at it), durable before
// the row. Conflict "print-under-way" while the last one is being sent; Conflict "annulled" is left to the use case, since the
// label of an annulled record has its own text (R2.7).
func (db *DB) QueuePrint(ctx context.Context, n station.NewPrint) (protocollo.Print, error) {
	var p protocollo.Print
	var b bitmap
	if n.Bitmap != nil {
		var err error
		if b, err = db.putBitmap(n.Bitmap); err != nil {
			return p, fmt.Errorf("queue a print: %w", classify(err))
		}
	}
	err := db.transact(ctx, "queue a print", func(w *wtx) error {
		r, err := registrationByID(w.ctx, w, n.RegistrationID)
		if err != nil {
			return err
		}
		if n.Actor.AOO != r.Key.AOO {
			return protocollo.Errorf(protocollo.NotFound, "registration", "no such registration")
		}
		last, err := one(w.ctx, w, "print", scanPrint, `SELECT `+printColumns+printFrom+`WHERE p.registration_id = ? AND coalesce(p.second, 0) = ? ORDER BY p.id DESC LIMIT 1`, r.ID, int(n.For))
		first := errors.Is(err, protocollo.NotFound)
		switch {
		case first && n.Reason != protocollo.ReprintNone:
			return protocollo.Errorf(protocollo.Invalid, "reprint-reason", "the first label is no reprint")
		case first && n.Bitmap == nil:
			return protocollo.Errorf(protocollo.Invalid, "bitmap", "the first label has no bitmap")
		case first:
		case err != nil:
			return err
		case last.State == protocollo.PrintQueued, last.State == protocollo.PrintFailed:
			p = last
			return nil
		case last.State == protocollo.PrintSending:
			return protocollo.Errorf(protocollo.Conflict, "print-under-way", "print %d is being sent", last.ID)
		case !n.Reason.Valid():
			return protocollo.Errorf(protocollo.Invalid, "reprint-reason", "a reprint needs its reason")
		default:
			if b, err = firstBitmap(w.ctx, w, r.ID, n.For); err != nil { // byte-identical (R2.5)
				return err
			}
		}
		ordinal, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(ordinal), 0) + 1 FROM prints WHERE registration_id = ?`, r.ID))
		if err != nil {
			return err
		}
		var second any // NULL on the original's
		if n.For != protocollo.LabelOriginal {
			second = int(n.For)
		}
		id, err := w.insert("prints", row{"registration_id": r.ID, "ordinal": ordinal, "second": second, "aoo": string(r.Key.AOO), "printer": n.Printer,
			"reason": int(n.Reason), "by_user": n.Actor.User, "bitmap_sha256": b.sha256, "bitmap_bytes": b.bytes, "dots_per_mm": b.resolution.DotsPerMM,
			"dpi": b.resolution.DPI})
		if err != nil {
			return err
		}
		detail := map[string]any{"ordinal": ordinal, "reason": n.Reason}
		if n.For == protocollo.LabelMinuta {
			detail["minuta"] = true
		}
		if first && n.Layout != "" {
			detail["layout"] = n.Layout
		}
		if err := w.report(KindPrintQueued, n.Actor.User, r.Key.AOO, r.IntakeID, detail); err != nil {
			return err
		}
		if p, err = printByID(w.ctx, w, id); err != nil || !first || !n.Doubtful {
			return err
		}
		if err := w.doubtPrint(p, r); err != nil {
			return err
		}
		p, err = printByID(w.ctx, w, id)
		return err
	})
	return p, err
}

// doubtPrint says of a label that it may have come out after the backup that was restored (R17.4): a person is asked before it is printed, and a
// scan that reads it proves it.
func (w *wtx) doubtPrint(p protocollo.Print, r protocollo.Registration) error {
	return w.printOutcome(p, r, protocollo.PrintUnknown, p.Printer, protocollo.ConditionRestored, KindPrintSettled, stationUser())
}

// doubtPrints doubts, and counts, the labels that the copy knows as not printed.
func (w *wtx) doubtPrints() (int, error) {
	list, err := collect(w.ctx, w, scanPrint, `SELECT `+printColumns+printFrom+`WHERE c.state IN ('queued', 'sending', 'failed') AND c.state <> 'printed' ORDER BY p.id`)
	if err != nil {
		return 0, err
	}
	for _, p := range list {
		r, err := registrationByID(w.ctx, w, p.RegistrationID)
		if err != nil {
			return 0, err
		}
		if err := w.doubtPrint(p, r); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// printStep runs fn on a print and its registration in one transaction.
func (db *DB) printStep(ctx context.Context, doing string, id int64, fn func(*wtx, protocollo.Print, protocollo.Registration) error) error {
	return db.transact(ctx, doing, func(w *wtx) error {
		p, err := printByID(w.ctx, w, id)
		if err != nil {
			return err
		}
		r, err := registrationByID(w.ctx, w, p.RegistrationID)
		if err != nil {
			return err
		}
		return fn(w, p, r)
	})
}

func (w *wtx) printOutcome(p protocollo.Print, r protocollo.Registration, s protocollo.PrintState, printer, condition, kind, user string) error {
	_, err := w.insert("print_outcomes", row{"print_id": p.ID, "state": string(s), "printer": printer, "condition": condition, "by_user": user})
	if err != nil {
		return err
	}
	return w.report(kind, user, r.Key.AOO, r.IntakeID, map[string]any{"ordinal": p.Ordinal, "state": s, "printer": printer, "condition": condition})
}

// BeginPrint claims a queued or failed print. Conflict "print-under-way" or "print-settled" otherwise.
func (db *DB) BeginPrint(ctx context.Context, id int64, printer string) (protocollo.Print, error) {
	var p protocollo.Print
	err := db.printStep(ctx, "begin a print", id, func(w *wtx, was protocollo.Print, r protocollo.Registration) error {
		switch was.State {
		case protocollo.PrintQueued, protocollo.PrintFailed:
		case protocollo.PrintSending:
			return protocollo.Errorf(protocollo.Conflict, "print-under-way", "print %d is being sent", id)
		default:
			return protocollo.Errorf(protocollo.Conflict, "print-settled", "print %d is %s", id, was.State)
		}
		if err := w.printOutcome(was, r, protocollo.PrintSending, printer, "", KindPrintSending, stationUser()); err != nil {
			return err
		}
		var err error
		p, err = printByID(w.ctx, w, id)
		return err
	})
	return p, err
}

// RecordPrint settles a print that is being sent. The same state again is no error; Conflict "print-settled" otherwise.
func (db *DB) RecordPrint(ctx context.Context, id int64, s protocollo.PrintState, condition string) error {
	return db.printStep(ctx, "record a print", id, func(w *wtx, p protocollo.Print, r protocollo.Registration) error {
		switch {
		case s != protocollo.PrintPrinted && s != protocollo.PrintUnknown && s != protocollo.PrintFailed && s != protocollo.PrintQueued:
			return protocollo.Errorf(protocollo.Invalid, "state", "%q settles no print", s)
		case p.State == s:
			return nil
		case p.State != protocollo.PrintSending:
			return protocollo.Errorf(protocollo.Conflict, "print-settled", "print %d is %s", id, p.State)
		}
		return w.printOutcome(p, r, s, p.Printer, condition, KindPrintSettled, stationUser())
	})
}

// ResolvePrint records a person's word on an unknown print, or the station's that a scan has read it. Conflict "print-settled" when it is not unknown.
func (db *DB) ResolvePrint(ctx context.Context, a protocollo.Actor, id int64, s protocollo.PrintState) error {
	return db.printStep(ctx, "resolve a print", id, func(w *wtx, p protocollo.Print, r protocollo.Registration) error {
		switch {
		case r.Key.AOO != a.AOO:
			return protocollo.Errorf(protocollo.NotFound, "print", "no such print")
		case s != protocollo.PrintPrinted && s != protocollo.PrintFailed:
			return protocollo.Errorf(protocollo.Invalid, "state", "a person says printed or failed, not %q", s)
		case p.State != protocollo.PrintUnknown:
			return protocollo.Errorf(protocollo.Conflict, "print-settled", "print %d is %s", id, p.State)
		}
		if a.User == stationUser() {
			return w.printOutcome(p, r, s, p.Printer, protocollo.ConditionReadBack, KindPrintProven, a.User)
		}
		return w.printOutcome(p, r, s, p.Printer, p.Condition, KindPrintResolved, a.User)
	})
}

// Prints lists the prints of an AOO in these states, in the order in which they were queued.
func (db *DB) Prints(ctx context.Context, aoo protocollo.AOOCode, states ...protocollo.PrintState) ([]protocollo.Print, error) {
	args := []any{string(aoo)}
	for _, s := range states {
		args = append(args, string(s))
	}
	where := `p.aoo = ? AND c.state IN (` + strings.TrimSuffix(strings.Repeat("?, ", len(states)), ", ") + `)`
	if !slices.Contains(states, protocollo.PrintPrinted) {
		where += ` AND c.state <> 'printed'` // the index of what is not settled
	}
	list, err := collect(ctx, db.read, scanPrint, `SELECT `+printColumns+printFrom+`WHERE `+where+`
		ORDER BY (SELECT r.intake_id FROM registrations r WHERE r.id = p.registration_id) IN (SELECT intake_id FROM urgent) DESC, p.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("list prints: %w", err)
	}
	return list, nil
}

// PrintsUnderWay lists prints in state sending, of every AOO.
func (db *DB) PrintsUnderWay(ctx context.Context) ([]protocollo.Print, error) {
	list, err := collect(ctx, db.read, scanPrint, `SELECT `+printColumns+printFrom+`WHERE c.state = 'sending' AND c.state <> 'printed' ORDER BY p.id`)
	if err != nil {
		return nil, fmt.Errorf("list prints under way: %w", err)
	}
	return list, nil
}

// bitmap names a stored bitmap.
type bitmap struct {
	sha256     string
	bytes      int64
	resolution stamp.Resolution
}

// putBitmap stores a bitmap as a PBM file: its rows are exactly PBM's, most significant bit first, 1 is black.
func (db *DB) putBitmap(b *stamp.Bitmap) (bitmap, error) {
	if b.Width < 1 || b.Height < 1 || b.Stride != (b.Width+7)/8 || len(b.Bits) != b.Stride*b.Height {
		return bitmap{}, protocollo.Errorf(protocollo.Invalid, "bitmap", "%dx%d dots, stride %d, %d bytes", b.Width, b.Height, b.Stride, len(b.Bits))
	}
	file := append(fmt.Appendf(nil, "P4\n%d %d\n", b.Width, b.Height), b.Bits...)
	sum := sha256.Sum256(file)
	sha := hex.EncodeToString(sum[:])
	err := db.putHashed(sha, bytes.NewReader(file))
	return bitmap{sha256: sha, bytes: int64(len(file)), resolution: b.Resolution}, err
}

func firstBitmap(ctx context.Context, q querier, registrationID int64, of protocollo.LabelFor) (bitmap, error) {
	return one(ctx, q, "print", scanBitmap, `SELECT bitmap_sha256, bitmap_bytes, dots_per_mm, dpi FROM prints WHERE registration_id = ?
		AND coalesce(second, 0) = ? ORDER BY id LIMIT 1`, registrationID, int(of))
}

func scanBitmap(s scannable) (bitmap, error) {
	var b bitmap
	err := s.Scan(&b.sha256, &b.bytes, &b.resolution.DotsPerMM, &b.resolution.DPI)
	return b, err
}

// PrintBitmap returns the bitmap as it was queued.
func (db *DB) PrintBitmap(ctx context.Context, id int64) (*stamp.Bitmap, error) {
	b, err := one(ctx, db.read, "print", scanBitmap, `SELECT bitmap_sha256, bitmap_bytes, dots_per_mm, dpi FROM prints WHERE id = ?`, id)
	if err != nil {
		return nil, fmt.Errorf("read the bitmap of print %d: %w", id, err)
	}
	f, _, err := db.OpenBlob(ctx, b.sha256)
	if err != nil {
		return nil, fmt.Errorf("read the bitmap of print %d: %w", id, err)
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, b.bytes))
	if err != nil {
		return nil, fmt.Errorf("read the bitmap of print %d: %w", id, err)
	}
	var width, height int
	if _, err := fmt.Sscanf(string(file[:min(len(file), 32)]), "P4\n%d %d\n", &width, &height); err != nil {
		return nil, fmt.Errorf("read the bitmap of print %d: %w", id, err)
	}
	sum := sha256.Sum256(file)
	if hex.EncodeToString(sum[:]) != b.sha256 || width < 1 || height < 1 || (width+7)/8*height > len(file) {
		return nil, protocollo.Errorf(protocollo.Internal, "bitmap", "the bitmap of print %d is not what was queued", id)
	}
	bm := stamp.NewBitmap(width, height, b.resolution)
	copy(bm.Bits, file[len(file)-len(bm.Bits):])
	return bm, nil
}
