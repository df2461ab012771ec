package storetest

import (
	"context"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

func testEdits(t *testing.T, f *Fixture) {
	ctx := context.Background()
	d, p := f.Scan("one", "two", "three")
	other, strange := f.Scan("x")
	edit := func(layouts ...station.Layout) ([]protocollo.Document, error) {
		return f.Rearrange(ctx, station.Rearrangement{Actor: Clerk(), Layouts: layouts})
	}
	all := []int64{p[0].ID, p[1].ID, p[2].ID}
	for name, layouts := range map[string][]station.Layout{
		"a page is lost":        {{DocumentID: d.ID, Pages: all[:2]}},
		"a page is there twice": {{DocumentID: d.ID, Pages: all}, {Pages: all[2:]}},
		"a page of another":     {{DocumentID: d.ID, Pages: append([]int64{strange[0].ID}, all...)}},
	} {
		if _, err := edit(layouts...); protocollo.ClassOf(err) != protocollo.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := edit(station.Layout{DocumentID: d.ID, Pages: all}, station.Layout{DocumentID: other.ID})
	Fails(t, err, protocollo.Invalid, "page-list") // nobody said why it is thrown away
	foreign := Clerk()
	foreign.AOO = OtherAOO().Code
	_, err = f.Rearrange(ctx, station.Rearrangement{Actor: foreign, Layouts: []station.Layout{{DocumentID: d.ID, Pages: all}}})
	Fails(t, err, protocollo.NotFound, "document")

	ask := func(kind protocollo.ExceptionKind, why string, page int64) protocollo.Exception {
		e, err := f.OpenException(ctx, protocollo.Exception{AOO: AOO().Code, Kind: kind, DocumentID: d.ID, PageID: page, Detail: protocollo.ExceptionDetail{Why: why}})
		f.ok(err)
		return e
	}
	raised, jam := ask(protocollo.ExceptionCodeInside, "captured", all[1]), ask(protocollo.ExceptionCount, "jam", all[2])
	_, err = f.SolveException(ctx, Clerk(), raised.ID, raised.Version, protocollo.ChoiceEdited, "")
	Fails(t, err, protocollo.Invalid, "choice") // it is the station's own word
	docs, err := edit(station.Layout{Pages: all[1:]}, station.Layout{DocumentID: d.ID, Pages: all[:1]})
	f.ok(err)
	if docs[0].Pages != 2 || docs[0].BatchID != d.BatchID || docs[0].State != protocollo.DocumentReceiving || docs[1].Pages != 1 {
		t.Fatalf("split: %+v", docs)
	}
	if raised, err = f.Exception(ctx, raised.ID); err != nil || raised.Choice != protocollo.ChoiceEdited || raised.SolvedBy == "anna" {
		t.Errorf("what the pages raised: %+v, %v", raised, err)
	}
	if jam, err = f.Exception(ctx, jam.ID); err != nil || !jam.SolvedAt.IsZero() || jam.DocumentID != docs[0].ID {
		t.Errorf("what cut the run short: %+v, %v", jam, err)
	}
	if s, err := f.Settled(ctx, d.ID); err != nil || len(s.Solved) != 0 {
		t.Errorf("the station's answer settles %+v, %v", s, err)
	}

	turned, err := f.TurnPage(ctx, Clerk(), all[0], 270)
	f.ok(err)
	if turned, err = f.TurnPage(ctx, Clerk(), all[0], 180); err != nil || turned.Turn != 90 {
		t.Errorf("turned: %+v, %v", turned, err)
	}
	_, err = f.TurnPage(ctx, Clerk(), all[0], 360)
	Fails(t, err, protocollo.Invalid, "degrees")
	_, err = f.TurnPage(ctx, foreign, all[0], 90)
	Fails(t, err, protocollo.NotFound, "page")

	// Discarded, the last page is erased with its document; and what was confirmed is nobody's to edit, even while its archive fails.
	docs, err = edit(station.Layout{DocumentID: docs[0].ID, Pages: all[2:]}, station.Layout{Pages: all[1:2], Discard: "macchiata"})
	f.ok(err)
	if page, err := f.Page(ctx, all[1]); err != nil || !page.Erased || docs[1].State != protocollo.DocumentDiscarded {
		t.Errorf("discarded: %+v, %+v, %v", page, docs[1], err)
	}
	c := f.Capture(f.Register(Draft("Richiesta", "Mario")), "a")
	f.ok(f.SetDocumentState(ctx, c.ID, protocollo.DocumentWaiting))
	_, mine, err := f.Document(ctx, c.ID)
	f.ok(err)
	_, err = edit(station.Layout{DocumentID: c.ID, Pages: []int64{mine[0].ID}})
	Fails(t, err, protocollo.Conflict, "document-closed")
	_, err = f.TurnPage(ctx, Clerk(), mine[0].ID, 90)
	Fails(t, err, protocollo.Conflict, "document-closed")
}
