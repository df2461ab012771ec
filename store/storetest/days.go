package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// totals are the lists' counts, in the order in which they are shown.
func totals(e station.EndOfDay) []int {
	return []int{e.Unscanned.Total, e.Unjoined.Total, e.Unanswered.Total, e.Unnumbered.Total, e.ToConfirm.Total, e.Postponed.Total,
		e.Excluded.Total, e.ByHand.Total, e.Registered}
}

// testDays: each thing stands in its list and in no other; what is left over stays, what happened belongs to its day.
func testDays(t *testing.T, f *Fixture) {
	ctx := context.Background()
	day := protocollo.DayOf(f.Clock.Now())
	unscanned, later, excluded, captured := f.Register(Draft("Da scansionare", "Mario")), f.Register(Draft("Progetto", "Mario")),
		f.Register(Draft("Visita", "Mario")), f.Register(Draft("Lettera", "Mario"))
	file, secret := Draft("Un file", "Mario"), Draft("Segreta", "Mario")
	file.Support, file.FileDigest, secret.Confidential = protocollo.SupportFile, "00", true
	f.Register(file)
	f.Register(secret)
	f.Capture(captured, "front")
	f.Record(Draft("Senza numero", "Luigi"))
	Fails(t, f.Postpone(ctx, Clerk(), later.ID, ""), protocollo.Invalid, "reason")
	Fails(t, f.Postpone(ctx, Clerk(), captured.ID, "x"), protocollo.Conflict, "already-captured")
	for range 2 {
		f.ok(f.Postpone(ctx, Clerk(), later.ID, "occorre lo scanner A3"))
	}
	_, err := f.ExcludeUnscanned(ctx, station.ExclusionOrder{RegistrationID: excluded.ID, Decision: station.ScopeDecision{Actor: Clerk(),
		Choice: protocollo.ChoiceExclude, Exclusion: "certificato-medico", Reason: "words"}})
	f.ok(err)
	stray, strays := f.Scan("stray")
	x, err := f.OpenException(ctx, protocollo.Exception{AOO: AOO().Code, Kind: protocollo.ExceptionNoCode, DocumentID: stray.ID, PageID: strays[0].ID})
	f.ok(err)

	e, err := f.EndOfDay(ctx, Clerk(), day)
	f.ok(err)
	if want := []int{2, 1, 0, 1, 0, 1, 1, 0, 6}; !slices.Equal(totals(e), want) {
		t.Fatalf("lists %v, want %v", totals(e), want)
	}
	if i := e.Postponed.Items[0]; i.Record.Registration.ID != later.ID || i.Reason != "occorre lo scanner A3" || i.By != "anna" {
		t.Fatalf("postponed %+v", i)
	}
	if i := e.Excluded.Items[0]; i.Record.Registration.ID != excluded.ID || i.Kind != "certificato-medico" || i.Reason != "words" {
		t.Fatalf("excluded %+v", i)
	}
	if i := e.Unjoined.Items[0]; i.Record != nil || i.ExceptionID != x.ID || i.DocumentID != stray.ID || i.Kind != "no-code" {
		t.Fatalf("unjoined %+v", i)
	}
	if i := e.Unscanned.Items[0]; i.Record.Registration.ID != unscanned.ID {
		t.Fatalf("unscanned %+v", i)
	}
	if c, err := f.Counts(ctx, Clerk()); err != nil || c.Postponed != 1 {
		t.Fatalf("counts %+v, %v", c, err)
	}
	if res, err := f.Search(ctx, Clerk(), station.Query{Missing: "later"}); err != nil || len(res.Hits) != 1 || res.Hits[0].Registration.ID != later.ID {
		t.Fatalf("to be scanned later: %+v, %v", res, err)
	}
	if rec, err := f.Record2(later.ID); err != nil || rec.Postponed == nil || rec.Postponed.Reason != "occorre lo scanner A3" {
		t.Fatalf("record %+v, %v", rec.Postponed, err)
	}
	// Whom the records are hidden from, the lists say nothing; what belongs to no registration is everybody's who registers.
	if e, err = f.EndOfDay(ctx, Reader("ALTRO"), day); err != nil || !slices.Equal(totals(e), []int{0, 1, 0, 0, 0, 0, 0, 0, 0}) {
		t.Fatalf("a reader of another office sees %v, %v", totals(e), err)
	}
	foreign := Clerk()
	foreign.AOO = OtherAOO().Code
	if e, err = f.EndOfDay(ctx, foreign, day); err != nil || !slices.Equal(totals(e), make([]int, 9)) {
		t.Fatalf("another AOO sees %v, %v", totals(e), err)
	}

	f.Clock.Move(24 * time.Hour)
	_, err = f.Associate(ctx, station.Association{DocumentID: stray.ID, RegistrationID: later.ID, Actor: Clerk()})
	f.ok(err)
	_, err = f.SolveException(ctx, Clerk(), x.ID, x.Version, protocollo.ChoiceAssign, "")
	f.ok(err)
	f.ok(f.SetDocumentState(ctx, stray.ID, protocollo.DocumentReady))
	for d, want := range map[protocollo.Day][]int{
		day:                             {2, 0, 0, 1, 0, 0, 1, 0, 6}, // the exclusion was on that day; the scan put an end to what was put off
		protocollo.DayOf(f.Clock.Now()): {2, 0, 0, 1, 1, 0, 0, 1, 0}, // left over, joined by hand, to be confirmed
		protocollo.Day("2020-01-01"):    make([]int, 9),
	} {
		if e, err = f.EndOfDay(ctx, Clerk(), d); err != nil || !slices.Equal(totals(e), want) {
			t.Errorf("%s: lists %v, want %v, %v", d, totals(e), want, err)
		}
	}
	// What was put off came and was wrong: it is expected, until somebody puts it off again.
	now := protocollo.DayOf(f.Clock.Now())
	f.ok(f.Discard(ctx, Clerk(), stray.ID, "illeggibile"))
	for _, want := range [][]int{{3, 0, 0, 1, 0, 0, 0, 1, 0}, {2, 0, 0, 1, 0, 1, 0, 1, 0}} {
		if e, err = f.EndOfDay(ctx, Clerk(), now); err != nil || !slices.Equal(totals(e), want) {
			t.Errorf("discarded: lists %v, want %v, %v", totals(e), want, err)
		}
		if rec, err := f.Record2(later.ID); err != nil || (rec.Postponed != nil) != (want[5] == 1) {
			t.Errorf("discarded: put off %+v, %v", rec.Postponed, err)
		}
		f.ok(f.Postpone(ctx, Clerk(), later.ID, "occorre lo scanner A3"))
	}
	// Whom the centre refused stands there with its words: they say what is to be corrected.
	f.Refused(Draft("Rifiutata", "Luigi"))
	e, err = f.EndOfDay(ctx, Clerk(), now)
	f.ok(err)
	var reasons []string
	for _, i := range e.Unnumbered.Items {
		reasons = append(reasons, i.Kind+":"+i.Reason)
	}
	if !slices.Equal(reasons, []string{":", "rejected:classifica inesistente"}) {
		t.Errorf("without number: %q", reasons)
	}
	_, err = f.EndOfDay(ctx, Clerk(), "ieri")
	Fails(t, err, protocollo.Invalid, "day")

	paper, err := f.SortedPaper(ctx, Clerk(), day, "")
	f.ok(err)
	if len(paper) != 5 || paper[0].Registration.ID != unscanned.ID { // all but the file
		t.Fatalf("paper: %d", len(paper))
	}
	if paper, err = f.SortedPaper(ctx, Clerk(), day, "ALTRO"); err != nil || len(paper) != 0 {
		t.Fatalf("another office's paper: %d, %v", len(paper), err)
	}
	// In the register's order also where the numbers grow by a digit.
	for _, n := range []protocollo.Number{"9999999", "10000000"} {
		rec := f.Record(Draft("Molto avanti", "Mario"))
		receipt := protocollo.Receipt{Register: AOO().RegisterCode, Year: 2026, Number: n, Day: now, At: f.Clock.Now(), Ref: string(n)}
		_, err := f.ConfirmNumber(ctx, rec.Attempt.ID, receipt, Segnatura(receipt, rec.Intake.Draft))
		f.ok(err)
	}
	if paper, err = f.SortedPaper(ctx, Clerk(), now, ""); err != nil || len(paper) != 2 || paper[0].Registration.Number != "9999999" {
		t.Fatalf("paper by number: %+v, %v", paper, err)
	}
}
