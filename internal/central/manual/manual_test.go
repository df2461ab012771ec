package manual_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/manual"
	"segnatura/internal/protocollo"
)

// book is what was keyed in, in memory, read as a test says.
type book struct {
	mu        sync.Mutex
	behaviour centraltest.Behaviour
	keyed     map[string]protocollo.Receipt
}

func (b *book) KeyedNumber(ctx context.Context, key string) (protocollo.Receipt, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, found := b.keyed[key]
	switch b.behaviour {
	case centraltest.Away:
		return r, false, protocollo.Errorf(protocollo.Unavailable, "book", "not opened")
	case centraltest.Loses:
		return r, false, errors.New("disk I/O error")
	case centraltest.Slow:
		<-ctx.Done()
		return r, false, ctx.Err()
	case centraltest.Babbles:
		r.Number = "12"
	case centraltest.WrongYear:
		r.Year--
	}
	return r, found, nil
}

// clerk keys a number in before the station asks for it, unless the other screen is dark.
type clerk struct {
	*connector
	book *book
}

type connector = manual.Register

func (c clerk) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if ctx.Err() == nil {
		c.book.key(r.Key)
	}
	return c.connector.Register(ctx, r)
}

func (b *book) key(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, have := b.keyed[key]; have || b.behaviour == centraltest.Away {
		return
	}
	n, err := protocollo.NumberFrom(int64(len(b.keyed) + 1))
	if err != nil {
		return
	}
	b.keyed[key] = protocollo.Receipt{Register: "PG", Year: 2026, Number: n, Day: "2026-03-02", At: time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC), Ref: key}
}

func TestConnector(t *testing.T) {
	centraltest.Run(t, func(t *testing.T) *centraltest.Harness {
		b := &book{behaviour: centraltest.Well, keyed: map[string]protocollo.Receipt{}}
		const byHand, noCall = "documents are attached by hand on the other side", "nobody is called"
		return &centraltest.Harness{
			Registrar: clerk{manual.New(b), b},
			Body:      protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Comune di Prova"},
			AOO:       protocollo.AOO{Code: "AOO1", Name: "Unica", RegisterCode: "PG"},
			Behave:    func(how centraltest.Behaviour) { b.mu.Lock(); defer b.mu.Unlock(); b.behaviour = how },
			Numbers: func(_ *testing.T, key string) int {
				b.mu.Lock()
				defer b.mu.Unlock()
				if _, have := b.keyed[key]; have {
					return 1
				}
				return 0
			},
			Absences: centraltest.Uncorrected(map[string]string{
				"rejected":         "nobody is asked, so nobody says no",
				"timed-out-before": noCall, "half-an-answer": noCall, "session-expired": noCall,
				"attach": byHand, "attach-parts": byHand, "attach-again": byHand, "attach-replaces": byHand, "attach-away": byHand,
				"attach-lost": byHand, "attach-other-bytes": byHand, "attach-refused": byHand,
			}, byHand),
		}
	})
}

// TestAwaitsKeying: until a person keyed the number in, nothing has happened, and the intake waits.
func TestAwaitsKeying(t *testing.T) {
	b := &book{keyed: map[string]protocollo.Receipt{}}
	g := manual.New(b)
	_, err := g.Register(t.Context(), protocollo.RegisterRequest{Key: "k"})
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Class != protocollo.Unavailable || e.Code != "awaits-keying" {
		t.Fatalf("Register = %v", err)
	}
	b.key("k")
	if r, err := g.Register(t.Context(), protocollo.RegisterRequest{Key: "k"}); err != nil || r.Ref != "k" {
		t.Fatalf("Register = %+v, %v", r, err)
	}
}
