package storetest

import (
	"context"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// testExclusions: nothing was scanned, and the registration counts as captured; lifted, it is expected again.
func testExclusions(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Visita medica", "Mario"))
	f.Label(r)
	order := station.ExclusionOrder{Key: "k-main", RegistrationID: r.ID, Decision: station.ScopeDecision{Actor: Clerk(), Choice: protocollo.ChoiceExclude,
		Profile: "predefinito", Exclusion: "riservatezza", Responsible: "Ada Neri", Reason: "words", Note: "n. 3 fogli", Sheets: 3}}
	attachment := order
	attachment.Key, attachment.Attachment = "k-disc", true
	_, err := f.ExcludeUnscanned(ctx, attachment)
	Fails(t, err, protocollo.Conflict, "first-the-main")
	foreign := order
	foreign.Decision.Actor.AOO = OtherAOO().Code
	_, err = f.ExcludeUnscanned(ctx, foreign)
	Fails(t, err, protocollo.NotFound, "registration")
	d, err := f.ExcludeUnscanned(ctx, order)
	f.ok(err)
	again, err := f.ExcludeUnscanned(ctx, order)
	f.ok(err)
	if d.State != protocollo.DocumentNoted || d.RegistrationID != r.ID || d.Version != 1 || d.Pages != 0 || again != d {
		t.Fatalf("document %+v, again %+v", d, again)
	}
	other := order
	other.Decision.Exclusion = "certificato-medico"
	_, err = f.ExcludeUnscanned(ctx, other)
	Fails(t, err, protocollo.Conflict, "key")
	other.Key = "k-other"
	_, err = f.ExcludeUnscanned(ctx, other)
	Fails(t, err, protocollo.Conflict, "already-captured")
	other = order
	other.Key = "k-again"
	if again, err = f.ExcludeUnscanned(ctx, other); err != nil || again != d {
		t.Fatalf("the same word from another form: %+v, %v", again, err)
	}
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if s := rec.Documents[0].Scope; !rec.Facets.Captured || !rec.Facets.Excluded || s.Exclusion != "riservatezza" || s.Responsible != "Ada Neri" || s.Note != "n. 3 fogli" {
		t.Fatalf("record %+v, scope %+v", rec.Facets, s)
	}
	if c, err := f.Counts(ctx, Chief()); err != nil || c.ToScan != 0 {
		t.Fatalf("counts %+v, %v", c, err)
	}
	disc, err := f.ExcludeUnscanned(ctx, attachment)
	f.ok(err)
	if disc.Part != 1 || disc.Version != 1 {
		t.Fatalf("attachment %+v", disc)
	}
	if again, err = f.ExcludeUnscanned(ctx, attachment); err != nil || again != disc { // the form was sent twice
		t.Fatalf("the same form again made %+v, %v", again, err)
	}
	main := attachment
	main.Attachment = false
	_, err = f.ExcludeUnscanned(ctx, main)
	Fails(t, err, protocollo.Conflict, "key")
	second := attachment
	second.Key = "k-second"
	if next, err := f.ExcludeUnscanned(ctx, second); err != nil || next.Part != 2 {
		t.Fatalf("another attachment %+v, %v", next, err)
	}
	if active, err := f.ActiveBatches(ctx, Clerk(), 10); err != nil || len(active) != 0 {
		t.Fatalf("an exclusion stands on the strip: %+v, %v", active, err)
	}
	Fails(t, f.LiftExclusion(ctx, Chief(), d.ID, ""), protocollo.Invalid, "reason")
	alien := Chief()
	alien.AOO = OtherAOO().Code
	Fails(t, f.LiftExclusion(ctx, alien, d.ID, "x"), protocollo.NotFound, "document")
	scanned, _ := f.Scan("one")
	Fails(t, f.LiftExclusion(ctx, Chief(), scanned.ID, "x"), protocollo.Conflict, "not-excluded")
	for range 2 {
		f.ok(f.LiftExclusion(ctx, Chief(), d.ID, "era una ricevuta"))
	}
	if rec, err = f.Record2(r.ID); err != nil || rec.Facets.Captured || rec.Facets.Excluded {
		t.Fatalf("lifted: %+v, %v", rec.Facets, err)
	}
	if c, err := f.Counts(ctx, Chief()); err != nil || c.ToScan != 1 {
		t.Fatalf("counts %+v, %v", c, err)
	}
}

// testLastJoined: neither an exclusion nor an act is a pile of paper; the next pile follows what was scanned before them.
func testLastJoined(t *testing.T, f *Fixture) {
	ctx := context.Background()
	a, _ := f.archived("Prima", "second")
	b, letter, visit := f.Register(Draft("Seconda", "Luigi")), f.Register(Draft("Lettera", "Mario")), f.Register(Draft("Visita medica", "Mario"))
	f.Capture(letter, "letter")
	_, err := f.ExcludeUnscanned(ctx, station.ExclusionOrder{RegistrationID: visit.ID, Decision: station.ScopeDecision{Actor: Clerk(),
		Choice: protocollo.ChoiceExclude, Exclusion: "certificato-medico", Reason: "words"}})
	f.ok(err)
	here := Chief()
	here.Desk = Clerk().Desk
	f.ok(f.Supersede(ctx, here, f.Exchange("act-1", a, b)))
	next, _ := f.Scan("next")
	if id, err := f.LastJoined(ctx, next.BatchID); err != nil || id != letter.ID {
		t.Fatalf("the pile follows registration %d, want %d, %v", id, letter.ID, err)
	}
}
