package station_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"segnatura/internal/outbox"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// What the people of a town do, and what must be true of their letters in the end.

// write puts a letter on the desk.
func (w *town) write() *townLetter {
	l := &townLetter{key: fmt.Sprintf("lettera-%03d", len(w.letters)+1)}
	w.letters = append(w.letters, l)
	return l
}

// advance does the next thing that the letter needs, as a clerk would who sees its record. It says whether there is nothing left to do.
func (w *town) advance(l *townLetter) bool {
	w.t.Helper()
	w.comeBack()
	if l.intake == 0 {
		w.register(l)
		return false
	}
	rec, err := w.o.s.IntakeRecord(w.t.Context(), boss, l.intake)
	if err != nil {
		if !w.gone() {
			w.t.Fatalf("%s: what was seen is gone: %v", l.key, err)
		}
		return false
	}
	w.shown(l, rec)
	switch {
	case rec.Facets.Annulled:
		return true
	case rec.Registration == nil:
		_ = w.request(func(ctx context.Context) error { _, err := w.o.s.RetryNumber(ctx, clerk, l.intake); return err })
		return w.lost(rec)
	case !rec.Facets.Labelled:
		w.label(l, rec)
	case !rec.Facets.Captured:
		w.scan(l)
	case !rec.Facets.Archived:
		w.confirm(rec)
	case rec.Registration.Awaits():
		w.askAgain(rec)
		w.responsabile("recover")
		return w.lost(rec)
	case !rec.Facets.Delivered:
		w.deliver()
	default:
		return true
	}
	return false
}

// lost says whether only a person can tell what became of the call for a letter's number.
func (w *town) lost(rec station.Record) bool {
	return !w.centre.findable && len(rec.Attempts) > 0 && rec.Attempts[len(rec.Attempts)-1].Outcome == protocollo.AttemptUnknown
}

// register registers a letter. What was written on a blank sheet meanwhile goes first, once its register is open.
func (w *town) register(l *townLetter) {
	if first := w.sheet(); first != nil {
		if l = first; !w.responsabile("open") {
			return
		}
	}
	draft := letter("Lettera " + l.key)
	draft.EmergencySheet = l.sheet
	_ = w.request(func(ctx context.Context) error {
		rec, err := w.o.s.Register(ctx, clerk, station.RegisterCommand{Key: l.key, Draft: draft, DuplicateChoice: protocollo.DuplicateNone})
		if err == nil {
			l.intake = rec.Intake.ID // the clerk saw it
			w.shown(l, rec)
		}
		return err
	})
}

// shown checks that a number that a person has seen is the letter's for ever.
func (w *town) shown(l *townLetter, rec station.Record) {
	w.t.Helper()
	was, is := l.shown, rec.Registration
	switch {
	case was == nil:
	case is == nil:
		w.t.Fatalf("%s has lost its number %s", l.key, was.Number)
	case is.Key != was.Key || is.Number != was.Number || is.Day != was.Day || !is.RegisteredAt.Equal(was.RegisteredAt):
		w.t.Fatalf("%s was %s of %s in %+v and is %s of %s in %+v", l.key, was.Number, was.RegisteredAt, was.Key, is.Number, is.RegisteredAt, is.Key)
	case was.Recovery != nil && (is.Recovery == nil || *is.Recovery != *was.Recovery):
		w.t.Fatalf("%s had the ordinary number %+v and has %+v", l.key, was.Recovery, is.Recovery)
	}
	if is != nil {
		l.shown = is
	}
}

func (w *town) label(l *townLetter, rec station.Record) {
	ctx := w.t.Context()
	if n := len(rec.Prints); n > 0 && rec.Prints[n-1].State == protocollo.PrintUnknown {
		_ = w.o.s.ResolvePrint(ctx, clerk, rec.Prints[n-1].ID, l.label != "")
		return
	}
	p, err := w.o.s.PrintLabel(ctx, clerk, rec.Registration.ID, w.printer, protocollo.ReprintNone)
	if err == nil && p.State == protocollo.PrintPrinted {
		l.label = codeOf(rec)
	}
}

// scan puts the letter into the feeder. What a cut left of earlier runs is discarded first: the paper is whole, and there.
func (w *town) scan(l *townLetter) {
	ctx := w.t.Context()
	if list, err := w.o.s.Exceptions(ctx, boss); err == nil {
		for _, e := range list {
			if slices.Contains(e.Choices, protocollo.ChoiceDiscard) {
				_ = w.o.s.SolveException(ctx, boss, e.ID, e.Version, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "si scansiona di nuovo"})
			}
		}
	}
	rec, err := w.o.s.IntakeRecord(ctx, boss, l.intake)
	if err != nil || rec.Facets.Captured {
		return
	}
	l.scanned++
	f := &feeder{pages: []string{sheetOf(fmt.Sprintf("%s, %d", l.key, l.scanned), withCodes(codeOf(rec)))}}
	b, err := w.o.s.StartScan(ctx, clerk, station.ScanCommand{Source: f, SourceID: "scanner-1"})
	if err != nil {
		return
	}
	w.o.events.await(w.t, "end of the run", func() bool {
		if w.gone() {
			return true
		}
		v, err := w.o.s.BatchView(ctx, boss, b.ID)
		return err == nil && v.State != protocollo.BatchRunning && w.o.s.ScannerUser("scanner-1") == ""
	})
}

func (w *town) confirm(rec station.Record) {
	ctx := w.t.Context()
	for _, d := range rec.Documents {
		if d.State == protocollo.DocumentReady {
			_ = w.request(func(ctx context.Context) error { return w.o.s.ConfirmQuality(ctx, clerk, d.ID, nil) })
		}
	}
	w.o.s.ArchiveDue(ctx)
	list, err := w.o.s.Exceptions(ctx, boss)
	if err != nil {
		return
	}
	for _, e := range list { // the archive that failed, and the run that was cut short after the only page
		for _, c := range []protocollo.Choice{protocollo.ChoiceRetry, protocollo.ChoiceAccept} {
			if slices.Contains(e.Choices, c) {
				_ = w.o.s.SolveException(ctx, boss, e.ID, e.Version, station.Answer{Choice: c})
			}
		}
	}
}

// deliver is a round of the outbox, and the person who looks at what it put aside.
func (w *town) deliver() {
	loop, err := outbox.New(outbox.Config{Desk: w.o.s, Rand: w.rng.Float64})
	if err != nil {
		w.t.Fatal(err)
	}
	_ = loop.Round(w.t.Context())
	stopped, err := w.o.s.StoppedDeliveries(w.t.Context(), boss)
	if err != nil {
		return
	}
	for _, d := range stopped {
		_, _ = w.o.s.RetryDelivery(w.t.Context(), boss, d.ID)
	}
}

// settle lets everything come to rest: no more faults, time enough for absence to be proof, everybody does what is left.
func (w *town) settle() {
	w.t.Helper()
	w.mu.Lock()
	w.next = nil
	w.mu.Unlock()
	w.comeBack()
	w.centre.away = false
	w.clock.add(time.Hour)
	w.restart()
	if stops, err := w.o.s.Stops(w.t.Context(), boss); err != nil || len(stops) > 0 { // the clock went back
		if err := w.o.s.ConfirmClock(w.t.Context(), boss, "orologio confrontato"); err != nil {
			w.t.Fatal(err)
		}
	}
	w.settleEmergency()
	for round := range 40 {
		w.clock.add(6 * time.Minute)
		done := true
		for _, l := range w.letters {
			done = w.advance(l) && done
		}
		if done {
			return
		}
		if round == 39 {
			w.t.Fatalf("it does not come to rest: %v\n%s", w.trail, w.standing())
		}
	}
}

// standing says how everything stands.
func (w *town) standing() string {
	var b strings.Builder
	stops, err := w.o.s.Stops(w.t.Context(), boss)
	fmt.Fprintf(&b, "stops %+v %v\n%s", stops, err, w.described())
	for _, l := range w.letters {
		rec, err := w.o.s.IntakeRecord(w.t.Context(), boss, l.intake)
		fmt.Fprintf(&b, "%+v %+v %v", *l, rec.Facets, err)
		for _, d := range rec.Documents {
			fmt.Fprintf(&b, " document %d %s", d.ID, d.State)
		}
		for _, p := range rec.Prints {
			fmt.Fprintf(&b, " print %d %s", p.ID, p.State)
		}
		b.WriteByte('\n')
	}
	list, err := w.o.s.Exceptions(w.t.Context(), boss)
	for _, e := range list {
		fmt.Fprintf(&b, "asked %s (%s) of document %d %s: %v\n", e.Kind, e.Detail.Why, e.DocumentID, e.Document.State, e.Choices)
	}
	if err != nil {
		fmt.Fprintf(&b, "%v", err)
	}
	return b.String()
}

// whole checks the state of everything: one number, one document, one attachment at the centre, nothing lost.
func (w *town) whole() {
	w.t.Helper()
	given := map[protocollo.Number]string{}
	for _, l := range w.letters {
		rec := w.o.record(l.intake)
		number, ref := ordinary(rec)
		due := w.centre.findable && !rec.Facets.Annulled
		if n := w.centre.asked[l.key]; n > 1 || n == 0 && due {
			w.t.Errorf("%s has %d numbers at the centre: %v", l.key, n, w.trail)
		}
		if reg := rec.Registration; reg != nil && reg.Emergency() {
			w.wholeRow(l, rec)
		}
		if number == "" {
			if due {
				w.t.Errorf("%s has no number: %v", l.key, w.trail)
			}
			continue
		}
		if at := w.centre.numbers[l.key]; at.Number != number || at.Ref != ref {
			w.t.Errorf("%s has %s, the centre says %s", l.key, number, at.Number)
		}
		if other := given[number]; other != "" {
			w.t.Errorf("%s and %s have number %s", other, l.key, number)
		}
		given[number] = l.key
		if !rec.Facets.Annulled {
			w.oneDocument(l, rec)
		}
	}
	w.wholeRegisters()
	w.o.cleanCheck()
}

func (w *town) oneDocument(l *townLetter, rec station.Record) {
	w.t.Helper()
	var archived []station.DocumentView
	for _, d := range rec.Documents {
		if d.Archive != nil {
			archived = append(archived, d)
		}
	}
	_, ref := ordinary(rec)
	sent := w.centre.documents[ref]
	if len(archived) != 1 || len(sent) != 1 || !rec.Facets.Delivered {
		w.t.Errorf("%s: %d archived, %d at the centre, facets %+v: %v", l.key, len(archived), len(sent), rec.Facets, w.trail)
		return
	}
	if words := w.o.wordsOf(archived[0].ID); len(words) != 1 || words[0][:len(l.key)] != l.key {
		w.t.Errorf("%s is joined to %v", l.key, words)
	}
	if sent[0].SHA256 != archived[0].Archive.SHA256 {
		w.t.Errorf("%s: the centre has another file", l.key)
	}
}
