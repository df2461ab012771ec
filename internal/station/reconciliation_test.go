package station_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// altered is a register in which somebody changed letters, by our key; one without number is gone.
type altered struct {
	*registrar
	found map[string]protocollo.Receipt
	fails map[string]error
}

func (a altered) Find(ctx context.Context, aoo protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	if err := a.fails[key]; err != nil {
		return protocollo.Receipt{}, false, err
	}
	if r, ok := a.found[key]; ok {
		return r, r.Number != "", nil
	}
	return a.registrar.Find(ctx, aoo, key)
}

// TestReconciliationFindsWhatDiffers: what is not there, what is not here, another number, another day; and nothing of what is alike (R12.2).
func TestReconciliationFindsWhatDiffers(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	register := altered{registrar: o.registrar, found: map[string]protocollo.Receipt{
		"key-gone": {}, "key-number": {Number: "0000077", Day: "2026-03-02"}, "key-day": {Number: "0000004", Day: "2026-03-01"},
		"key-here": {Number: "0000088", Day: "2026-03-02"},
	}}
	o.start(func(c *station.Config) { c.Registrar = register })
	for _, key := range []string{"key-same", "key-gone", "key-number", "key-day"} {
		o.register(key, letter(key))
	}
	o.registrar.always = away
	o.register("key-here", letter("senza numero"))
	_, err := o.s.Reconcile(ctx, boss, "2026-03-02", 0)
	wantClass(t, err, protocollo.Conflict, "day-open")
	o.registrar.always = nil
	o.clock.add(24 * time.Hour)
	_, err = o.s.Reconcile(ctx, clerk, "2026-03-02", 0)
	wantClass(t, err, protocollo.Forbidden, "read-all")

	r, err := o.s.Reconcile(ctx, boss, "2026-03-02", 0)
	if err != nil || r.Compared != 5 || r.Next != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	var kinds []station.DifferenceKind
	for _, d := range r.Differences {
		kinds = append(kinds, d.Kind)
	}
	if !slices.Equal(kinds, []station.DifferenceKind{station.MissingThere, station.DifferentNumber, station.DifferentDay, station.MissingHere}) {
		t.Errorf("differences %+v", r.Differences)
	}
	if d := r.Differences[1]; d.Here.Number != "0000003" || d.There.Number != "0000077" {
		t.Errorf("number: %+v", d)
	}
	if r, err = o.s.Reconcile(ctx, boss, "2026-03-02", 4); err != nil || r.Compared != 1 {
		t.Errorf("from the fifth on: %+v, %v", r, err)
	}
	o.registrar.always = away
	if _, err = o.s.Reconcile(ctx, boss, "2026-03-02", 0); protocollo.ClassOf(err) != protocollo.Unavailable {
		t.Errorf("a register that is away: %v", err)
	}
	o.registrar.caps.FindByKey = false
	_, err = o.s.Reconcile(ctx, boss, "2026-03-02", 0)
	wantClass(t, err, protocollo.Conflict, "not-comparable")
}

// TestReconciliationReadsLettersAsTheyStandNow: a letter that got its number on a later day was «Là ha un numero, qui no» for ever, and every
// later day asked again for what earlier days had left without number.
func TestReconciliationReadsLettersAsTheyStandNow(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = away
	late := o.register("key-late", letter("numerata il giorno dopo"))
	o.clock.add(24 * time.Hour)
	o.registrar.always = nil
	if err := o.s.DrainWaiting(t.Context()); err != nil || o.record(late.Intake.ID).Registration == nil {
		t.Fatalf("no number: %v", err)
	}
	o.registrar.always = away
	o.register("key-waits", letter("ancora senza numero"))
	o.registrar.always = nil
	o.clock.add(2 * 24 * time.Hour)
	for day, want := range map[protocollo.Day]int{
		"2026-03-02": 1, // the late one
		"2026-03-03": 2, // which was numbered then, and the one that waits
		"2026-03-04": 0,
	} {
		r, err := o.s.Reconcile(t.Context(), boss, day, 0)
		if err != nil || r.Compared != want || len(r.Differences) != 0 {
			t.Errorf("%s: %+v, %v", day, r, err)
		}
	}
}

// TestReconciliationGoesOnAfterALetter: that a letter was refused there, or that its key could not be looked for, ended the comparison at it, each
// time. One that was refused has no number on either side.
func TestReconciliationGoesOnAfterALetter(t *testing.T) {
	o := newOffice(t)
	refused := protocollo.Errorf(protocollo.Rejected, "rejected", "the file is refused")
	o.start(func(c *station.Config) {
		c.Registrar = altered{registrar: o.registrar, fails: map[string]error{"key-refused": refused, "key-gone": refused,
			"key-unclear": protocollo.Errorf(protocollo.OutcomeUnknown, "find", "two documents bear the key")}}
	})
	for _, key := range []string{"key-gone", "key-unclear", "key-same"} {
		o.register(key, letter(key))
	}
	o.registrar.always = away
	o.register("key-refused", letter("respinta"))
	o.registrar.always = nil
	o.clock.add(24 * time.Hour)
	r, err := o.s.Reconcile(t.Context(), boss, "2026-03-02", 0)
	if err != nil || r.Compared != 4 || r.Next != 0 || len(r.Differences) != 2 || r.Differences[0].Kind != station.MissingThere ||
		r.Differences[1].Kind != station.Unsearched || r.Differences[1].Here.Number == "" {
		t.Errorf("%+v, %v", r, err)
	}
}
