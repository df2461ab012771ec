package storetest

import (
	"context"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// attach joins a scan to a registration as an attachment: the next one, or a rescan of the one that part names.
func (f *Fixture) attach(d protocollo.Document, r protocollo.Registration, rescanOf int) (protocollo.Document, error) {
	return f.Associate(context.Background(), station.Association{DocumentID: d.ID, RegistrationID: r.ID, Actor: Clerk(),
		NextPart: rescanOf == 0, Part: rescanOf, NewVersion: rescanOf > 0})
}

// A registration has one main document and any number of attachments, each with its own versions (R18.5).
func testAttachments(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	early, _ := f.Scan("early")
	_, err := f.attach(early, r, 0)
	Fails(t, err, protocollo.Conflict, "first-the-main")
	main := f.Capture(r, "main")
	var docs []protocollo.Document
	for i, image := range []string{"one", "two", "three"} {
		d, _ := f.Scan(image)
		if d, err = f.attach(d, r, 0); err != nil || d.Part != i+1 || d.Version != 1 {
			t.Fatalf("attachment %d: %+v, %v", i+1, d, err)
		}
		if again, err := f.attach(d, r, 0); err != nil || again.Part != d.Part {
			t.Fatalf("joined again: %+v, %v", again, err)
		}
		docs = append(docs, d)
	}
	rescan, _ := f.Scan("one again")
	_, err = f.Associate(ctx, station.Association{DocumentID: rescan.ID, RegistrationID: r.ID, Actor: Clerk(), Part: 1})
	Fails(t, err, protocollo.Conflict, "already-captured")
	_, err = f.attach(rescan, r, 7)
	Fails(t, err, protocollo.NotFound, "part")
	if rescan, err = f.attach(rescan, r, 1); err != nil || rescan.Part != 1 || rescan.Version != 2 {
		t.Fatalf("a rescan of the first attachment: %+v, %v", rescan, err)
	}
	f.ok(f.Discard(ctx, Clerk(), docs[1].ID, "storta"))
	second, _ := f.Scan("two again")
	if second, err = f.attach(second, r, 0); err != nil || second.Part != 2 {
		t.Fatalf("what was discarded keeps its place: %+v, %v", second, err)
	}
	rec, err := f.Record2(r.ID)
	f.ok(err)
	var order []int64
	for _, d := range rec.Documents {
		order = append(order, d.ID)
	}
	want := []int64{main.ID, docs[0].ID, rescan.ID, docs[1].ID, second.ID, docs[2].ID}
	if len(order) != len(want) {
		t.Fatalf("documents %v, want %v", order, want)
	}
	for i := range want {
		if order[i] != want[i] {
			t.Fatalf("documents %v, want %v: the main one first, then by attachment", order, want)
		}
	}
	f.Archive(main, "%PDF main")
	if rec, err = f.Record2(r.ID); err != nil || !rec.Facets.Captured || rec.Facets.Archived {
		t.Fatalf("facets %+v, %v: the attachments are not archived", rec.Facets, err)
	}
}

// The centre has the main document first, then its attachments; what of them was archived first does not matter.
func testAttachmentsAreDeliveredInOrder(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	main, _ := f.Scan("main")
	_, err := f.Associate(ctx, station.Association{DocumentID: main.ID, RegistrationID: r.ID, Actor: Clerk()})
	f.ok(err)
	archive := func(d protocollo.Document, content string) {
		t.Helper()
		f.ok(f.SetDocumentState(ctx, d.ID, protocollo.DocumentReady))
		f.ok(f.ConfirmQuality(ctx, f.Confirmation(d.ID)))
		f.Archive(d, content)
	}
	due := func(doing string, wants ...string) []station.DueDelivery {
		t.Helper()
		list, err := f.DueDeliveries(ctx)
		f.ok(err)
		for i, d := range list {
			if i >= len(wants) || d.Request.FileName != wants[i] {
				t.Fatalf("%s: due %+v, want %v", doing, list, wants)
			}
		}
		if len(list) != len(wants) {
			t.Fatalf("%s: due %+v, want %v", doing, list, wants)
		}
		return list
	}
	deliver := func(d station.DueDelivery) {
		t.Helper()
		f.ok(f.ClaimDelivery(ctx, d.ID))
		f.ok(f.MarkDelivered(ctx, d.ID, protocollo.AttachReceipt{Ref: d.Request.FileName, At: Start()}))
	}
	var attached []protocollo.Document
	for _, content := range []string{"one", "two"} {
		d, _ := f.Scan(content)
		d, err := f.attach(d, r, 0)
		f.ok(err)
		attached = append(attached, d)
	}
	archive(attached[1], "%PDF two")
	due("the second attachment is archived, the main document is not")
	archive(main, "%PDF main")
	list := due("the main document is archived", "PG-2026-"+string(r.Number)+"-v1.pdf")
	if list[0].Request.Part != 0 {
		t.Fatalf("the main document is sent as %+v", list[0].Request)
	}
	deliver(list[0])
	list = due("the main document is there", "PG-2026-"+string(r.Number)+"-allegato-2-v1.pdf")
	if list[0].Request.Part != 2 {
		t.Fatalf("the second attachment is sent as %+v", list[0].Request)
	}
	archive(attached[0], "%PDF one")
	list = due("the first attachment is archived too", "PG-2026-"+string(r.Number)+"-allegato-1-v1.pdf")
	deliver(list[0])
	if rec, err := f.Record2(r.ID); err != nil || rec.Facets.Delivered || !rec.Facets.Archived {
		t.Fatalf("facets %+v, %v: the second attachment is not delivered", rec.Facets, err)
	}
	deliver(due("the first attachment is there", "PG-2026-"+string(r.Number)+"-allegato-2-v1.pdf")[0])
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if !rec.Facets.Delivered {
		t.Fatalf("facets %+v", rec.Facets)
	}
	for _, d := range rec.Documents {
		if d.Archive == nil || !d.Archive.Current {
			t.Errorf("part %d: %+v; each part has a current file", d.Part, d.Archive)
		}
	}
}
