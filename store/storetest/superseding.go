package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// Exchange is the chief's act on two registrations, holding what they have.
func (f *Fixture) Exchange(key string, first, second protocollo.Registration) station.SupersedeAct {
	f.Helper()
	act := station.SupersedeAct{Key: key, Kind: station.SupersededExchange, Reason: "etichette scambiate", First: first.ID, Second: second.ID}
	for _, r := range []protocollo.Registration{first, second} {
		for _, d := range f.record(r).Documents {
			act.Held = append(act.Held, d.ID)
		}
	}
	return act
}

func (f *Fixture) record(r protocollo.Registration) station.Record {
	f.Helper()
	rec, err := f.Record2(r.ID)
	f.ok(err)
	return rec
}

// archived is a registration with an archived document.
func (f *Fixture) archived(subject, image string) (protocollo.Registration, protocollo.Document) {
	f.Helper()
	r := f.Register(Draft(subject, "Mario"))
	d := f.Capture(r, image)
	f.Archive(d, "%PDF "+image)
	return r, d
}

func testExchange(t *testing.T, f *Fixture) {
	ctx := context.Background()
	a, ofA := f.archived("Prima", "second")
	b := f.Register(Draft("Seconda", "Luigi"))
	ofB, pages := f.Scan("first", "first's back")
	_, err := f.Associate(ctx, station.Association{DocumentID: ofB.ID, RegistrationID: b.ID, Actor: Clerk()})
	f.ok(err)
	_, err = f.OpenException(ctx, protocollo.Exception{AOO: AOO().Code, DocumentID: ofB.ID, Kind: protocollo.ExceptionCount})
	f.ok(err)
	f.ok(f.SetDocumentState(ctx, ofB.ID, protocollo.DocumentWaiting))
	act := f.Exchange("act-1", a, b)
	act.ActNumber, act.ActDay = "7", "2026-03-10"
	f.ok(f.Supersede(ctx, Chief(), act))
	f.ok(f.Supersede(ctx, Chief(), act)) // the answer was lost
	Fails(t, f.Supersede(ctx, Chief(), station.SupersedeAct{Key: "act-1", Kind: station.SupersededObscuration, DocumentID: ofA.ID}), protocollo.Conflict, "key")

	recA, recB := f.record(a), f.record(b)
	if len(recA.Documents) != 2 || len(recB.Documents) != 2 {
		t.Fatalf("%d and %d documents", len(recA.Documents), len(recB.Documents))
	}
	newA, newB := recA.Documents[1], recB.Documents[1]
	for _, c := range []struct {
		old, successor station.DocumentView
		of             protocollo.Registration
	}{{recA.Documents[0], newB, b}, {recB.Documents[0], newA, a}} {
		w := c.old.Why
		if !c.old.Superseded || w == nil || w.Kind != station.SupersededExchange || w.By != "rosa" || w.Reason != "etichette scambiate" || w.ActNumber != "7" ||
			w.Successor != c.successor.ID || w.SuccessorRegistration != c.of.ID || len(w.Pages) != 0 || c.successor.Superseded || c.successor.Version != 2 {
			t.Errorf("%+v is superseded by %+v: %+v", c.old.Document, c.successor.Document, w)
		}
	}
	if recA.Documents[0].Archive.Current {
		t.Error("a superseded archive is current")
	}
	for _, rec := range []station.Record{recA, recB} {
		if !rec.Facets.Captured || rec.Facets.Archived || rec.Facets.Delivered {
			t.Errorf("facets %+v", rec.Facets)
		}
	}
	// What was under way has moved; what was asked about it is answered.
	if len(newA.PageList) != 2 || newA.PageList[0].ID != pages[0].ID || recB.Documents[0].State != protocollo.DocumentDiscarded || newA.State != protocollo.DocumentReceiving {
		t.Errorf("pages under way: %+v, left behind %+v", newA, recB.Documents[0])
	}
	if open, err := f.Exceptions(ctx, AOO().Code); err != nil || len(open) != 0 {
		t.Errorf("open: %+v, %v", open, err)
	}
	// What is in the archive is to be taken over from there; what was under way is to be looked at again.
	due, err := f.DueTakeovers(ctx)
	f.ok(err)
	if len(due) != 2 || due[1].SHA256 != "" || due[1].Document.ID != newA.ID || due[0].Document.ID != newB.ID || due[0].Source.ID != ofA.ID || due[0].SHA256 != recA.Documents[0].Archive.SHA256 || len(due[0].Result.Pages) != 1 || len(due[0].Leave) != 0 {
		t.Fatalf("takeovers: %+v", due)
	}
	f.ok(f.SetDocumentState(ctx, newB.ID, protocollo.DocumentReady))
	if due, err = f.DueTakeovers(ctx); err != nil || len(due) != 1 {
		t.Fatalf("takeovers afterwards: %+v, %v", due, err)
	}
	b2, err := f.Batch(ctx, newB.BatchID)
	f.ok(err)
	if b2.Source != "scambio" || b2.State != protocollo.BatchEnded || b2.Desk != Chief().Desk || newA.BatchID != newB.BatchID {
		t.Errorf("run %+v", b2)
	}
	// A page that was taken over is no page that came twice.
	if twins, err := f.PageTwins(ctx, AOO().Code, recA.Documents[0].PageList[0].SHA256, 1<<40); err != nil || len(twins) != 0 {
		t.Errorf("twins: %+v, %v", twins, err)
	}
	// Looking at it is journaled.
	before, err := f.History(ctx, Chief(), recA.Intake.ID)
	f.ok(err)
	f.ok(f.RecordSupersededView(ctx, Chief(), ofA.ID))
	f.ok(f.RecordSupersededView(ctx, Chief(), newA.ID))
	after, err := f.History(ctx, Chief(), recA.Intake.ID)
	f.ok(err)
	if len(after) != len(before)+1 || after[len(after)-1].Kind != "superseded.viewed" || after[len(after)-1].Actor != "rosa" {
		t.Errorf("journal: %+v", after[len(before):])
	}
}

// The label was on the other's letter, whose own is not scanned yet: it is expected again, also where two versions were taken of the wrong one.
func testExchangeOneWay(t *testing.T, f *Fixture) {
	ctx := context.Background()
	a, _ := f.archived("Prima", "second")
	again, _ := f.Scan("second, straight")
	_, err := f.Associate(ctx, station.Association{DocumentID: again.ID, RegistrationID: a.ID, Actor: Clerk(), NewVersion: true})
	f.ok(err)
	attached, _ := f.Scan("second's attachment")
	_, err = f.Associate(ctx, station.Association{DocumentID: attached.ID, RegistrationID: a.ID, Actor: Clerk(), Part: 1})
	f.ok(err)
	for _, id := range []int64{again.ID, attached.ID} {
		f.ok(f.SetDocumentState(ctx, id, protocollo.DocumentReady))
	}
	b := f.Register(Draft("Seconda", "Luigi"))
	f.ok(f.Supersede(ctx, Chief(), f.Exchange("act-1", b, a)))
	recA, recB := f.record(a), f.record(b)
	if recA.Facets.Captured || !recB.Facets.Captured || len(recA.Documents) != 3 || len(recB.Documents) != 2 {
		t.Fatalf("facets %+v, %+v; %d and %d documents", recA.Facets, recB.Facets, len(recA.Documents), len(recB.Documents))
	}
	if recA.Documents[0].Why.Successor != 0 || recA.Documents[1].Why.Successor != recB.Documents[0].ID || recB.Documents[1].Part != 1 || recB.Documents[1].Pages != 1 {
		t.Errorf("successors: %+v", recB.Documents)
	}
	own, _ := f.Scan("first")
	if _, err := f.Associate(ctx, station.Association{DocumentID: own.ID, RegistrationID: a.ID, Actor: Clerk()}); err != nil {
		t.Fatalf("the letter that is expected again: %v", err)
	}
	if rec := f.record(a); !rec.Facets.Captured || rec.Documents[2].Version != 3 || rec.Documents[2].Superseded { // before the attachment
		t.Errorf("scanned: %+v", rec.Documents[2])
	}
}

func testExchangeDecided(t *testing.T, f *Fixture) {
	ctx := context.Background()
	a, b := f.Register(Draft("Prima", "Mario")), f.Register(Draft("Seconda", "Luigi"))
	decide := func(r protocollo.Registration, c protocollo.Choice, note string) protocollo.Document {
		d, pages := f.Scan("one "+note, "two "+note)
		_, err := f.Associate(ctx, station.Association{DocumentID: d.ID, RegistrationID: r.ID, Actor: Clerk()})
		f.ok(err)
		s := station.ScopeDecision{DocumentID: d.ID, Actor: Clerk(), Choice: c, Profile: "p", Note: note, Sheets: 40, Erase: []int64{pages[1].ID}}
		if c == protocollo.ChoiceNote {
			s.Erase = append(s.Erase, pages[0].ID)
		}
		f.ok(f.Decide(ctx, s))
		return d
	}
	ofA := decide(a, protocollo.ChoiceNoteFirst, "primo")
	decide(b, protocollo.ChoiceNote, "solo nota")
	f.ok(f.SetDocumentState(ctx, ofA.ID, protocollo.DocumentReady))
	f.ok(f.Supersede(ctx, Chief(), f.Exchange("act-1", a, b)))
	newA, newB := f.record(a).Documents[1], f.record(b).Documents[1]
	if newA.State != protocollo.DocumentNoted || newA.Scope == nil || newA.Scope.Note != "solo nota" || newA.Pages != 0 {
		t.Errorf("the note: %+v, %+v", newA, newA.Scope)
	}
	if newB.Scope == nil || newB.Scope.Choice != protocollo.ChoiceNoteFirst || newB.Scope.Note != "primo" || newB.Pages != 1 || newB.State != protocollo.DocumentReceiving {
		t.Errorf("the first page: %+v, %+v", newB, newB.Scope)
	}
	if n, err := f.EraseDecided(ctx, nil); err != nil || n != 3 {
		t.Errorf("erased %d, %v", n, err)
	}
}

func testExchangeRefused(t *testing.T, f *Fixture) {
	ctx := context.Background()
	a, _ := f.archived("Prima", "second")
	b := f.Register(Draft("Seconda", "Luigi"))
	refused := func(doing, code string, class protocollo.Class, act station.SupersedeAct) {
		t.Helper()
		t.Log(doing)
		Fails(t, f.Supersede(ctx, Chief(), act), class, code)
	}
	refused("with itself", "registrationID", protocollo.Invalid, f.Exchange("k", a, a))
	other := f.Exchange("k", a, b)
	other.Held = nil
	refused("a document that came meanwhile", "changed", protocollo.Conflict, other)
	none := f.Register(Draft("Terza", "Luigi"))
	refused("nothing scanned", "nothing-scanned", protocollo.Conflict, f.Exchange("k", none, b))
	coming, _ := f.Scan("x")
	_, err := f.Associate(ctx, station.Association{DocumentID: coming.ID, RegistrationID: none.ID, Actor: Clerk()})
	f.ok(err)
	refused("still being scanned", "still-scanning", protocollo.Conflict, f.Exchange("k", a, none))
	f.ok(f.Decide(ctx, station.ScopeDecision{DocumentID: coming.ID, Actor: Chief(), Choice: protocollo.ChoiceExclude, Exclusion: "certificato-medico"}))
	ready := func(image string) protocollo.Document {
		d, _ := f.Scan(image)
		_, err := f.Associate(ctx, station.Association{DocumentID: d.ID, RegistrationID: b.ID, Actor: Clerk(), NewVersion: true})
		f.ok(err)
		f.ok(f.SetDocumentState(ctx, d.ID, protocollo.DocumentReady))
		return d
	}
	ofB, again := ready("first"), ready("first, straight")
	f.ok(f.ConfirmQuality(ctx, f.Confirmation(again.ID)))
	refused("an older scan that is not confirmed yet", "version-open", protocollo.Conflict, f.Exchange("k", a, b))
	f.Archive(again, "%PDF first")
	obscure := station.SupersedeAct{Key: "k", Kind: station.SupersededObscuration, Reason: "diagnosi", DocumentID: again.ID, Held: []int64{again.ID}}
	refused("an older scan of what is to be obscured", "version-open", protocollo.Conflict, obscure)
	f.ok(f.Discard(ctx, Clerk(), ofB.ID, "storta"))
	ready("first, once more")
	refused("a later scan of what is to be obscured", "version-open", protocollo.Conflict, obscure)
	refused("not to be scanned", "excluded", protocollo.Conflict, f.Exchange("k", a, none))
	f.Annul(b)
	refused("annulled", "annulled", protocollo.Conflict, f.Exchange("k", a, b))
	stranger := Chief()
	stranger.AOO = OtherAOO().Code
	Fails(t, f.Supersede(ctx, stranger, f.Exchange("k", a, none)), protocollo.NotFound, "registration")
	if rec := f.record(a); rec.Documents[0].Superseded || len(rec.Documents) != 1 {
		t.Errorf("a refused act left %+v", rec.Documents)
	}
}

// threePages archives a document of three pages.
func (f *Fixture) threePages(r protocollo.Registration) protocollo.Document {
	f.Helper()
	d := f.Capture(r, "one", "two", "three")
	e := f.Edition(pdfa.Flavour2B, "%PDF three")
	for _, fill := range []string{"cd", "ef"} {
		e.Result.Pages = append(e.Result.Pages, pdfa.PageResult{Input: "pagina", PageInInput: 1, StreamSHA256: strings.Repeat(fill, 32)})
	}
	f.ok(f.AttachArchive(context.Background(), d.ID, e, false))
	return d
}

func testObscured(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Certificato", "Mario"))
	d := f.threePages(r)
	act := station.SupersedeAct{Key: "o1", Kind: station.SupersededObscuration, Reason: "diagnosi", DocumentID: d.ID, Pages: []int{2}, Held: []int64{d.ID},
		Exclusion: "certificato-medico", Profile: "p"}
	for _, bad := range [][]int{{0}, {4}, {2, 2}} {
		wrong := act
		wrong.Pages = bad
		Fails(t, f.Supersede(ctx, Chief(), wrong), protocollo.Invalid, "pages")
	}
	f.ok(f.Supersede(ctx, Chief(), act))
	f.ok(f.Supersede(ctx, Chief(), act))
	due, err := f.DueTakeovers(ctx)
	f.ok(err)
	rec := f.record(r)
	if len(due) != 1 || !slices.Equal(due[0].Leave, []int{2}) || due[0].Document.RegistrationID != r.ID || due[0].Document.Version != 2 || !rec.Facets.Captured {
		t.Fatalf("takeovers %+v, facets %+v", due, rec.Facets)
	}
	act.Key = "o2"
	Fails(t, f.Supersede(ctx, Chief(), act), protocollo.Conflict, "superseded")
	act.DocumentID, act.Held = rec.Documents[1].ID, []int64{rec.Documents[1].ID}
	Fails(t, f.Supersede(ctx, Chief(), act), protocollo.Conflict, "nothing-to-obscure")

	// All pages: nothing is kept, and no takeover is due.
	whole := f.Register(Draft("Altro certificato", "Mario"))
	old := f.threePages(whole)
	f.ok(f.Supersede(ctx, Chief(), station.SupersedeAct{Key: "o3", Kind: station.SupersededObscuration, Reason: "diagnosi", DocumentID: old.ID, Held: []int64{old.ID},
		Exclusion: "certificato-medico", Profile: "p"}))
	rec = f.record(whole)
	if !rec.Facets.Captured || !rec.Facets.Excluded || rec.Facets.Archived || rec.Documents[1].State != protocollo.DocumentNoted || !slices.Equal(rec.Documents[0].Why.Pages, []int{1, 2, 3}) {
		t.Errorf("all obscured: %+v, %+v", rec.Facets, rec.Documents)
	}
	if due, err := f.DueTakeovers(ctx); err != nil || len(due) != 1 {
		t.Errorf("takeovers %+v, %v", due, err)
	}
}

func testSupersededDeliveries(t *testing.T, f *Fixture) {
	ctx := context.Background()
	deliver := func(doing string, id int64) protocollo.AttachReceipt {
		t.Helper()
		list, err := f.DueDeliveries(ctx)
		f.ok(err)
		at := slices.IndexFunc(list, func(d station.DueDelivery) bool { return d.RegistrationID == id })
		if at < 0 {
			t.Fatalf("%s: nothing of %d is due in %+v", doing, id, list)
		}
		f.ok(f.ClaimDelivery(ctx, list[at].ID))
		receipt, err := f.RecordAttachment(ctx, list[at].Request)
		f.ok(err)
		f.ok(f.MarkDelivered(ctx, list[at].ID, receipt))
		return receipt
	}
	toDeliver := func() int {
		counts, err := f.Counts(ctx, Chief())
		f.ok(err)
		return counts.ToDeliver
	}
	// Due, and delivered: neither is at the centre any more, which is this very register.
	a, _ := f.archived("Prima", "second")
	b, _ := f.archived("Seconda", "first")
	deliver("before", b.ID)
	under, _ := f.archived("Terza", "third")
	list, err := f.DueDeliveries(ctx)
	f.ok(err)
	sending := list[1].ID
	f.ok(f.ClaimDelivery(ctx, sending))
	f.ok(f.Supersede(ctx, Chief(), f.Exchange("act-1", a, b)))
	none := f.Register(Draft("Quarta", "Mario"))
	f.ok(f.Supersede(ctx, Chief(), f.Exchange("act-2", under, none)))
	if list, err := f.DueDeliveries(ctx); err != nil || len(list) != 0 || toDeliver() != 1 {
		t.Fatalf("due: %+v, %v; %d to deliver", list, err, toDeliver())
	}
	f.ok(f.MarkUndelivered(ctx, sending, protocollo.Unavailable, "down")) // it was under way
	if list, err := f.DueDeliveries(ctx); err != nil || len(list) != 0 || toDeliver() != 0 {
		t.Fatalf("due after the attempt: %+v, %v; %d to deliver", list, err, toDeliver())
	}
	if c := f.record(b).Documents[0].Why.Centre; c != "" {
		t.Errorf("the register still has it: %q", c)
	}
	Fails(t, f.MarkUndelivered(ctx, sending, protocollo.Unavailable, "again"), protocollo.Conflict, "delivery")
	f.ok(f.ConfirmRemoval(ctx, Chief(), f.record(b).Documents[0].ID))

	// A rescan names what it replaces.
	r, _ := f.archived("Quinta", "fifth")
	deliver("the first", r.ID)
	second, _ := f.Scan("fifth, straight")
	_, err = f.Associate(ctx, station.Association{DocumentID: second.ID, RegistrationID: r.ID, Actor: Clerk(), NewVersion: true})
	f.ok(err)
	f.ok(f.SetDocumentState(ctx, second.ID, protocollo.DocumentReady))
	f.ok(f.ConfirmQuality(ctx, f.Confirmation(second.ID)))
	f.Archive(second, "%PDF straight")
	list, err = f.DueDeliveries(ctx)
	f.ok(err)
	if len(list) != 1 || !strings.HasSuffix(list[0].Request.Replaces.Key, "-v1") || list[0].Request.Replaces.Ref == "" {
		t.Fatalf("due: %+v", list)
	}
	unheard := list[0].Request
	unheard.Key, unheard.Replaces.Key = "other", "never"
	_, err = f.RecordAttachment(ctx, unheard)
	Fails(t, err, protocollo.Rejected, "replaces")
	if receipt := deliver("the second", r.ID); !receipt.Replaced {
		t.Errorf("receipt %+v", receipt)
	}
}

// A scan that waited for a person is made due again when the centre has a later one by now.
func testLateDelivery(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r, _ := f.archived("Prima", "one")
	list, err := f.DueDeliveries(ctx)
	f.ok(err)
	first := list[0].ID
	f.ok(f.ClaimDelivery(ctx, first))
	f.ok(f.MarkUndelivered(ctx, first, protocollo.Rejected, "no"))
	second, _ := f.Scan("two")
	_, err = f.Associate(ctx, station.Association{DocumentID: second.ID, RegistrationID: r.ID, Actor: Clerk(), NewVersion: true})
	f.ok(err)
	f.ok(f.SetDocumentState(ctx, second.ID, protocollo.DocumentReady))
	f.ok(f.ConfirmQuality(ctx, f.Confirmation(second.ID)))
	f.Archive(second, "%PDF two")
	list, err = f.DueDeliveries(ctx)
	f.ok(err)
	f.ok(f.ClaimDelivery(ctx, list[0].ID))
	f.ok(f.MarkDelivered(ctx, list[0].ID, protocollo.AttachReceipt{Ref: "doc-2", At: Start()}))
	f.ok(f.MarkUndelivered(ctx, first, protocollo.Unavailable, "a person said so"))
	if list, err = f.DueDeliveries(ctx); err != nil || len(list) != 0 {
		t.Fatalf("due: %+v, %v", list, err)
	}
	if counts, err := f.Counts(ctx, Chief()); err != nil || counts.ToDeliver != 0 {
		t.Errorf("counts %+v, %v", counts, err)
	}
}
