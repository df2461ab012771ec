package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/embedded"
	"segnatura/internal/protocollo"
)

// book is a register in memory whose calls fail as a test says.
type book struct {
	mu        sync.Mutex
	behaviour centraltest.Behaviour
	numbers   map[string]protocollo.Receipt
	refs      map[string]bool
	annulled  map[string]string
	documents map[string]protocollo.AttachRequest
}

func newBook() *book {
	return &book{behaviour: centraltest.Well, numbers: map[string]protocollo.Receipt{}, refs: map[string]bool{},
		annulled: map[string]string{}, documents: map[string]protocollo.AttachRequest{}}
}

// fault is what goes wrong before the transaction, and lost what goes wrong after it.
func (b *book) fault() error {
	switch b.behaviour {
	case centraltest.Rejects:
		e := protocollo.Errorf(protocollo.Rejected, "book", "no")
		e.Words = "registro chiuso"
		return e
	case centraltest.Away:
		return protocollo.Errorf(protocollo.Unavailable, "book", "not opened")
	}
	return nil
}

func (b *book) lost(ctx context.Context) error {
	switch b.behaviour {
	case centraltest.Loses:
		return errors.New("disk I/O error after commit")
	case centraltest.Slow:
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (b *book) TakeNumber(ctx context.Context, key string, _ protocollo.Body, aoo protocollo.AOO) (protocollo.Receipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.fault(); err != nil {
		return protocollo.Receipt{}, err
	}
	if b.behaviour == centraltest.Hangs {
		<-ctx.Done()
		return protocollo.Receipt{}, ctx.Err()
	}
	r, have := b.numbers[key]
	if !have {
		n, err := protocollo.NumberFrom(int64(len(b.numbers) + 1))
		if err != nil {
			return r, err
		}
		at := time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)
		r = protocollo.Receipt{Register: aoo.RegisterCode, Year: 2026, Number: n, Day: protocollo.DayOf(at), At: at, Ref: "ref-" + string(n)}
		b.numbers[key], b.refs[r.Ref] = r, true
	}
	if err := b.lost(ctx); err != nil {
		return protocollo.Receipt{}, err
	}
	switch b.behaviour {
	case centraltest.Babbles:
		r.Number = "12"
	case centraltest.WrongYear:
		r.Year--
	}
	return r, nil
}

func (b *book) FindNumber(_ context.Context, key string) (protocollo.Receipt, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.fault(); err != nil {
		return protocollo.Receipt{}, false, err
	}
	r, ok := b.numbers[key]
	return r, ok, nil
}

func (b *book) AnnulNumber(_ context.Context, ref string, a protocollo.Annulment) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.fault(); err != nil {
		return err
	}
	if !b.refs[ref] {
		return protocollo.Errorf(protocollo.Rejected, "ref", "no number %q", ref)
	}
	if act, done := b.annulled[ref]; done && act != a.ActNumber {
		return protocollo.Errorf(protocollo.Rejected, "annulled", "by act %s", act)
	}
	b.annulled[ref] = a.ActNumber
	return nil
}

func (b *book) RecordAttachment(ctx context.Context, r protocollo.AttachRequest) (protocollo.AttachReceipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.fault(); err != nil {
		return protocollo.AttachReceipt{}, err
	}
	if b.behaviour == centraltest.RefusesAttach {
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Rejected, "book", "no documents today")
	}
	b.documents[r.Key] = r
	return protocollo.AttachReceipt{Ref: "att-" + r.Key, At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Replaced: r.Replaces.Key != ""}, b.lost(ctx)
}

func TestConnector(t *testing.T) {
	centraltest.Run(t, func(t *testing.T) *centraltest.Harness {
		b := newBook()
		g := embedded.New(b)
		count := func(have bool) int {
			if have {
				return 1
			}
			return 0
		}
		return &centraltest.Harness{
			Registrar: g, Sender: g,
			Body:   protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Comune di Prova"},
			AOO:    protocollo.AOO{Code: "AOO1", Name: "Unica", RegisterCode: "PG"},
			Behave: func(how centraltest.Behaviour) { b.mu.Lock(); defer b.mu.Unlock(); b.behaviour = how },
			Numbers: func(_ *testing.T, key string) int {
				b.mu.Lock()
				defer b.mu.Unlock()
				_, have := b.numbers[key]
				return count(have)
			},
			Documents: func(_ *testing.T, key string) int {
				b.mu.Lock()
				defer b.mu.Unlock()
				_, have := b.documents[key]
				return count(have)
			},
			Absences: centraltest.Uncorrected(map[string]string{
				"half-an-answer":  "the book is in this process: an answer is a value, and comes whole or not at all",
				"session-expired": "the book is in this process: there is no session",
			}, "the book is in this process: the desk corrects it in its own transaction"),
		}
	})
}

// TestWhatIsNotClearIsUnknown: an error without a class, or of one that a book does not give on purpose, may have come after the
// transaction.
func TestWhatIsNotClearIsUnknown(t *testing.T) {
	for _, c := range []struct {
		err  error
		want protocollo.Class
	}{
		{errors.New("database is locked"), protocollo.OutcomeUnknown},
		{context.DeadlineExceeded, protocollo.OutcomeUnknown},
		{protocollo.Errorf(protocollo.Internal, "x", "bug"), protocollo.OutcomeUnknown},
		{protocollo.Errorf(protocollo.Conflict, "x", "moved"), protocollo.OutcomeUnknown},
		{fmt.Errorf("wrapped: %w", protocollo.Errorf(protocollo.Stopped, "clock", "doubtful")), protocollo.Stopped},
		{protocollo.Errorf(protocollo.Unavailable, "x", "not opened"), protocollo.Unavailable},
	} {
		_, err := embedded.New(failing{c.err}).Register(t.Context(), protocollo.RegisterRequest{Key: "k"})
		if protocollo.ClassOf(err) != c.want {
			t.Errorf("%v becomes %v, want %s", c.err, err, c.want)
		}
		if !errors.Is(err, c.err) {
			t.Errorf("%v lost its cause %v", err, c.err)
		}
	}
}

type failing struct{ err error }

func (f failing) TakeNumber(context.Context, string, protocollo.Body, protocollo.AOO) (protocollo.Receipt, error) {
	return protocollo.Receipt{}, f.err
}

func (f failing) FindNumber(context.Context, string) (protocollo.Receipt, bool, error) {
	return protocollo.Receipt{}, false, f.err
}
func (f failing) AnnulNumber(context.Context, string, protocollo.Annulment) error { return f.err }
func (f failing) RecordAttachment(context.Context, protocollo.AttachRequest) (protocollo.AttachReceipt, error) {
	return protocollo.AttachReceipt{}, f.err
}
