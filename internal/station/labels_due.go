package station

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"segnatura/internal/protocollo"
)

// A letter that waited for its number has nobody at its side when the number comes. Its label is then queued by the station, as any label
// that waits for a printer: it comes out when somebody who holds the letter asks for it (R18.4), or by itself where the policy says so. A label
// that may have come out after the backup that was restored is of unknown outcome,
// and whoever has the letter is asked (R17.4).

const (
	// labelsReady bounds how many labels of an AOO the station keeps in the queue: they come out one by one, and the next are due then.
	labelsReady = 20
	// labelsSince is how far back a number is looked for: what was left without label for longer is of the end of the day's lists.
	labelsSince = 7 * 24 * time.Hour
	// labelsPause is the longest time between two looks.
	labelsPause = time.Minute
)

// hasWaited reports whether the number came when nobody waited for it at the desk any more: by a later attempt, or after the time that a desk
// waits.
func (s *Station) hasWaited(rec Record) bool {
	if len(rec.Attempts) == 0 {
		return false
	}
	last := rec.Attempts[len(rec.Attempts)-1]
	return last.Ordinal > 1 || last.SettledAt.Sub(rec.Intake.SavedAt) > s.cfg.RegisterTimeout
}

// queueLabels queues labels as they fall due: soon after a number came, and at the start those that a stopped station left. told are the causes that were
// logged already.
func (s *Station) queueLabels(ctx context.Context, told map[string]bool) error {
	if s.cfg.LabelPrinter == nil {
		return nil
	}
	printer, ok := s.cfg.LabelPrinter()
	if !ok {
		return nil
	}
	setup, err := s.cfg.Setup.Setup(ctx)
	if errors.Is(err, protocollo.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	var failed []error
	faults := labelFaults{}
	defer func() { faults.logNew(ctx, s.log, told) }()
	for _, aoo := range setup.AOOs {
		if err := s.queueLabelsOf(ctx, aoo.Code, printer, faults); err != nil {
			failed = append(failed, fmt.Errorf("queue labels of %s: %w", aoo.Code, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Station) queueLabelsOf(ctx context.Context, aoo protocollo.AOOCode, printer Printer, failed labelFaults) error {
	policies, err := s.cfg.Policies.Policies(ctx, aoo)
	if err != nil {
		return err
	}
	ready, err := s.cfg.Prints.Prints(ctx, aoo, protocollo.PrintQueued)
	if err != nil {
		return err
	}
	ask := LabelsDue{Since: s.now().Add(-labelsSince), Waited: s.cfg.RegisterTimeout}
	for ask.Limit = labelsReady - len(ready); ask.Limit > 0; {
		due, err := s.cfg.Prints.LabelsDue(ctx, aoo, ask)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, l := range due {
			ask.After = l.RegistrationID
			queued, rec, err := s.queueDue(ctx, aoo, l, printer, policies)
			if overtaken(err) {
				continue
			}
			if err != nil { // it keeps no later one back
				failed.add(l.RegistrationID, err)
				continue
			}
			ask.Limit--
			if l.Restored || !policies.Temporary.PrintByItself {
				continue
			}
			for _, p := range queued {
				if p, err = s.send(ctx, p, printer, rec.Intake); err != nil || p.State != protocollo.PrintPrinted {
					return err // what the printer does not take now, a person prints
				}
			}
		}
	}
	return nil
}

// overtaken reports whether a label was not queued because somebody printed it, or annulled its letter, since it was listed.
func overtaken(err error) bool {
	e := (*protocollo.Error)(nil)
	return errors.As(err, &e) && slices.Contains([]string{"print-under-way", "reprint-reason", "annulled"}, e.Code)
}

// queueDue queues the label of a letter, and its minuta's where it leaves one.
func (s *Station) queueDue(ctx context.Context, aoo protocollo.AOOCode, l LabelDue, printer Printer, policies Policies) ([]protocollo.Print, Record, error) {
	p, rec, err := s.queueNew(ctx, self(aoo), l.RegistrationID, printer, newLabel{doubtful: l.Restored})
	if err != nil || !hasMinuta(rec.Intake.Draft) || policies.Label.NoMinuta {
		return []protocollo.Print{p}, rec, err
	}
	minuta, _, err := s.queueNew(ctx, self(aoo), l.RegistrationID, printer, newLabel{of: protocollo.LabelMinuta, doubtful: l.Restored})
	return []protocollo.Print{p, minuta}, rec, err
}

// labelFaults are the labels that could not be queued in a round, by the code of what failed.
type labelFaults map[string]*labelFault

type labelFault struct {
	registration int64 // the first one
	labels       int
	err          error
}

func (f labelFaults) add(registrationID int64, err error) {
	code := string(protocollo.ClassOf(err))
	if e := (*protocollo.Error)(nil); errors.As(err, &e) {
		code = e.Code
	}
	if f[code] == nil {
		f[code] = &labelFault{registration: registrationID, err: err}
	}
	f[code].labels++
}

// logNew logs each cause once, until a round has nothing of it: a label that fits no roll is tried again every minute. told are the causes of the rounds
// before.
func (f labelFaults) logNew(ctx context.Context, log *slog.Logger, told map[string]bool) {
	for code, x := range f {
		if !told[code] {
			log.LogAttrs(ctx, slog.LevelError, "labels were not queued", slog.String("cause", code), slog.Int("labels", x.labels), slog.Int64("reg", x.registration), slog.Any("err", x.err))
		}
	}
	clear(told)
	for code := range f {
		told[code] = true
	}
}
