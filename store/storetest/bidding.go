package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Freeze presses the key, on a locked screen.
func (f *Fixture) Freeze(key string) protocollo.Handover {
	f.Helper()
	h, err := f.FreezeHandover(context.Background(), Pressed(key))
	f.ok(err)
	return h
}

// Pressed is a press of the key at desk d1.
func Pressed(key string) station.FreezeCommand {
	return station.FreezeCommand{Key: key, AOO: AOO().Code, Desk: "d1", Proof: protocollo.ClockProof{State: protocollo.ClockUnverified}}
}

// TenderTerms are those of a sale whose deadline is an hour after the suite's start, and its session two hours later.
func TenderTerms() protocollo.TenderTerms {
	deadline := Start().Add(time.Hour)
	return protocollo.TenderTerms{Subject: "Vendita di un terreno", Place: "Sala giunta", Deadline: deadline, SessionAt: deadline.Add(2 * time.Hour), Basis: "alienazione"}
}

// Enter enters a gara.
func (f *Fixture) Enter(key string) protocollo.Tender {
	f.Helper()
	t, err := f.SaveTender(context.Background(), Chief(), key, TenderTerms())
	f.ok(err)
	return t
}

// Receive freezes an instant and declares n plichi of a gara, or of none.
func (f *Fixture) Receive(key string, n int, tender int64) []protocollo.Bid {
	f.Helper()
	ctx := context.Background()
	list, err := f.DeclareHandover(ctx, Clerk(), f.Freeze(key).ID, n, "")
	f.ok(err)
	for _, b := range list {
		f.ok(f.DescribeBid(ctx, Clerk(), b.ID, 0, Envelope(tender), ""))
	}
	list, err = f.Bids(ctx, AOO().Code, station.BidQuery{HandoverID: list[0].Handover.ID})
	f.ok(err)
	return list
}

// Envelope is what is seen on one.
func Envelope(tender int64) protocollo.BidDescription {
	return protocollo.BidDescription{TenderID: tender, Sender: "Ditta Rossi", Means: protocollo.MeansHand, Seal: protocollo.SealWhole, Marks: "NON APRIRE"}
}

// BidDraft is the letter that a plico becomes.
func BidDraft(b protocollo.Bid) protocollo.Draft {
	d := Draft("Plico di gara", "Ditta Rossi")
	d.BidID, d.Envelope = b.ID, protocollo.EnvelopeClosed
	return d
}

// HandOver records a «Distinta di consegna» of a gara's plichi, all of them whole.
func (f *Fixture) HandOver(key string, tender int64, from, to string, list ...protocollo.Bid) protocollo.BidTransfer {
	f.Helper()
	n := station.NewTransfer{Key: key, TenderID: tender, From: from, To: to, Place: "Ufficio gare"}
	for _, b := range list {
		n.Items = append(n.Items, protocollo.BidTransferItem{BidID: b.ID, Seal: protocollo.SealWhole})
	}
	t, err := f.RecordTransfer(context.Background(), Clerk(), n)
	f.ok(err)
	return t
}

// testFreeze: instants increase, one key is one instant, whatever the clock does; what stops numbering stops none.
func testFreeze(t *testing.T, f *Fixture) {
	ctx := context.Background()
	var last time.Time
	var seq int64
	next := func(key string, contested bool) protocollo.Handover {
		t.Helper()
		h := f.Freeze(key)
		if !h.At.After(last) || h.Seq != seq+1 || h.Contested != contested || h.Received() != h.At || h.Declared != nil {
			t.Fatalf("%s: %+v, after %s", key, h, last)
		}
		last, seq = h.At, h.Seq
		return h
	}
	first := next("a", false)
	if again := f.Freeze("a"); again.At != first.At || again.ID != first.ID {
		t.Fatalf("the key again: %+v, was %+v", again, first)
	}
	sheet := Pressed("a")
	sheet.Sheet = &protocollo.HandoverSheet{Row: 1, At: Start(), By: "Anna"}
	_, err := f.FreezeHandover(ctx, sheet)
	Fails(t, err, protocollo.Conflict, "request-key")
	next("b", false)
	f.Clock.Move(-500 * time.Millisecond) // within what a time server corrects: no doubt, but not the clock's own word either
	for i := range 3 {
		h := next(fmt.Sprintf("stepped %d", i), true)
		if !h.ClockAt.Before(h.At) {
			t.Fatalf("what the clock said is %s", h.ClockAt)
		}
	}
	f.Clock.Move(-time.Hour)
	before := last
	if h := next("an hour behind", true); h.At.Sub(before) > time.Second || before.Sub(h.ClockAt) < 59*time.Minute {
		t.Fatalf("%+v after %s", h, before)
	}
	next("while the clock is in doubt", true)
	_, err = f.RecordIntake(ctx, f.NewIntake(Draft("Si ferma", "Mario")))
	Fails(t, err, protocollo.Stopped, "clock")
	f.Clock.Move(2 * time.Hour)
	f.ok(f.ConfirmClock(ctx, Chief(), "rimessa a posto"))
	next("confirmed", false)
	odd := Pressed("odd")
	odd.AOO = "ALTRA"
	_, err = f.FreezeHandover(ctx, odd)
	Fails(t, err, protocollo.NotFound, "aoo")

	f.Sheets("sheets", 1)
	typed, err := f.FreezeHandover(ctx, sheet2())
	f.ok(err)
	if typed.Received() != Start() || !typed.At.After(last) {
		t.Fatalf("typed in: %+v", typed)
	}
	otherRow := sheet2()
	otherRow.Sheet.Row = 4
	_, err = f.FreezeHandover(ctx, otherRow)
	Fails(t, err, protocollo.Conflict, "request-key")
	again, err := f.FreezeHandover(ctx, sheet2())
	f.ok(err)
	if again.ID != typed.ID {
		t.Fatalf("typed in again: %+v", again)
	}
	open, err := f.Handovers(ctx, AOO().Code, station.HandoverQuery{Open: true})
	f.ok(err)
	if len(open) != 9 || !slices.IsSortedFunc(open, func(a, b protocollo.Handover) int { return a.At.Compare(b.At) }) {
		t.Fatalf("%d wait: %+v", len(open), open)
	}
	stranger := Clerk()
	stranger.AOO = OtherAOO().Code
	for _, x := range []struct {
		actor protocollo.Actor
		want  int
	}{{Clerk(), len(open)}, {Reader(""), 0}, {stranger, 0}} { // a desk of the AOO is told
		if c, err := f.Counts(ctx, x.actor); err != nil || c.Instants != x.want {
			t.Errorf("%+v sees %d instants, %v, want %d", x.actor, c.Instants, err, x.want)
		}
	}
	if other, err := f.Handovers(ctx, OtherAOO().Code, station.HandoverQuery{}); err != nil || len(other) != 0 {
		t.Fatalf("another AOO sees %+v, %v", other, err)
	}
}

func sheet2() station.FreezeCommand {
	c := Pressed("from paper")
	c.User, c.Sheet = Clerk().User, &protocollo.HandoverSheet{Sheet: "1/2026", Row: 3, At: Start(), By: "Anna"}
	return c
}

// testHandovers: one handover is one instant for n plichi in their order; none has its reason; a word beside it changes nothing.
func testHandovers(t *testing.T, f *Fixture) {
	ctx := context.Background()
	h := f.Freeze("three")
	list, err := f.DeclareHandover(ctx, Clerk(), h.ID, 3, "")
	f.ok(err)
	again, err := f.DeclareHandover(ctx, Clerk(), h.ID, 3, "")
	f.ok(err)
	if len(list) != 3 || len(again) != 3 || again[2].ID != list[2].ID {
		t.Fatalf("declared %+v, again %+v", list, again)
	}
	for i, b := range list {
		if b.Ordinal != i+1 || b.Of != 3 || b.Seq != int64(i+1) || b.Handover.At != h.At || b.Holder() != "Anna" {
			t.Errorf("plico %d: %+v", i, b)
		}
	}
	_, err = f.DeclareHandover(ctx, Clerk(), h.ID, 2, "")
	Fails(t, err, protocollo.Conflict, "handover-declared")
	_, err = f.DeclareHandover(ctx, Chief(), h.ID, 3, "")
	Fails(t, err, protocollo.Conflict, "handover-declared")
	none, err := f.DeclareHandover(ctx, Clerk(), f.Freeze("none").ID, 0, "tasto premuto per errore")
	f.ok(err)
	if len(none) != 0 {
		t.Fatalf("none: %+v", none)
	}
	for _, key := range []string{"note-1", "note-1", "note-2"} { // one request that came twice, and the same words said again
		f.ok(f.AnnotateHandover(ctx, Clerk(), key, h.ID, "orologio del municipio: 11.58"))
	}
	Fails(t, f.AnnotateHandover(ctx, Clerk(), "note-1", h.ID, "11.59"), protocollo.Conflict, "request-key")
	Fails(t, f.AnnotateHandover(ctx, Chief(), "note-1", h.ID, "orologio del municipio: 11.58"), protocollo.Conflict, "request-key")
	got, err := f.Handovers(ctx, AOO().Code, station.HandoverQuery{ID: h.ID})
	f.ok(err)
	if len(got) != 1 || len(got[0].Annotations) != 2 || got[0].At != h.At || got[0].Declared.Count != 3 {
		t.Fatalf("annotated: %+v", got)
	}
	stranger := Clerk()
	stranger.AOO = OtherAOO().Code
	_, err = f.DeclareHandover(ctx, stranger, h.ID, 3, "")
	Fails(t, err, protocollo.NotFound, "handover")

	d := Envelope(0)
	f.ok(f.DescribeBid(ctx, Clerk(), list[0].ID, 0, d, ""))
	f.ok(f.DescribeBid(ctx, Clerk(), list[0].ID, 0, d, ""))
	d.Sender = "Ditta Bianchi"
	Fails(t, f.DescribeBid(ctx, Clerk(), list[0].ID, 0, d, "letto male"), protocollo.Conflict, "bid-changed")
	f.ok(f.DescribeBid(ctx, Clerk(), list[0].ID, 1, d, "letto male"))
	f.ok(f.DescribeBid(ctx, Clerk(), list[0].ID, 1, d, "letto male"))
	Fails(t, f.DescribeBid(ctx, Clerk(), list[0].ID, 1, d, "altro motivo"), protocollo.Conflict, "bid-changed")
	f.ok(f.RecordBidLabel(ctx, Clerk(), list[0].ID, station.BidLabelPrint{Printer: "zebra", State: protocollo.PrintFailed, Condition: "jam", BitmapSHA256: "00"}))
	f.ok(f.RecordBidLabel(ctx, Clerk(), list[0].ID, station.BidLabelPrint{Printer: "zebra", State: protocollo.PrintPrinted, BitmapSHA256: "00", Reason: protocollo.ReprintJammed}))

	rec := f.Record(BidDraft(list[0]))
	if !rec.Intake.ArrivedAt.Equal(h.At) {
		t.Fatalf("the letter arrived at %s, the key was pressed at %s", rec.Intake.ArrivedAt, h.At)
	}
	_, err = f.RecordIntake(ctx, f.NewIntake(BidDraft(list[0])))
	Fails(t, err, protocollo.Conflict, "bid-registered")
	bids, err := f.Bids(ctx, AOO().Code, station.BidQuery{IntakeID: rec.Intake.ID})
	f.ok(err)
	if len(bids) != 1 || bids[0].Version != 2 || bids[0].Description.Sender != "Ditta Bianchi" || bids[0].Labels != 1 || bids[0].Lateness != "" {
		t.Fatalf("the letter's plico: %+v", bids)
	}
	if numbers, err := f.BidNumbers(ctx, Clerk(), []int64{rec.Intake.ID}); err != nil || len(numbers) != 0 {
		t.Fatalf("numbers before there are any: %+v, %v", numbers, err)
	}
	receipt, err := f.TakeNumber(ctx, rec.Intake.Key, Body(), AOO())
	f.ok(err)
	reg, err := f.ConfirmNumber(ctx, rec.Attempt.ID, receipt, Segnatura(receipt, rec.Intake.Draft))
	f.ok(err)
	for actor, want := range map[string]int{"clerk": 1, "stranger": 0} {
		a := map[string]protocollo.Actor{"clerk": Clerk(), "stranger": stranger}[actor]
		numbers, err := f.BidNumbers(ctx, a, []int64{rec.Intake.ID})
		f.ok(err)
		if len(numbers) != want || want == 1 && numbers[rec.Intake.ID] != (station.BidNumber{Number: reg.Number, Year: reg.Key.Year}) {
			t.Errorf("the %s sees %+v", actor, numbers)
		}
	}
	f.ok(f.RecordBidEvent(ctx, Clerk(), "gone", protocollo.BidEvent{BidID: list[2].ID, Kind: protocollo.BidWithdrawn, Person: "Luca Verdi", Signed: true}))
	unassigned, err := f.Bids(ctx, AOO().Code, station.BidQuery{Unassigned: true})
	f.ok(err)
	if len(unassigned) != 2 || unassigned[0].ID != list[0].ID {
		t.Fatalf("plichi of no gara: %+v", unassigned)
	}
}

// testTenders: a deadline is a version; lateness follows the one in force; a gara is closed once, and only as it stands.
func testTenders(t *testing.T, f *Fixture) {
	ctx := context.Background()
	g := f.Enter("g1")
	if again := f.Enter("g1"); again.ID != g.ID {
		t.Fatalf("the same key: %+v", again)
	}
	other := TenderTerms()
	other.Subject = "Altra vendita"
	_, err := f.SaveTender(ctx, Chief(), "g1", other)
	Fails(t, err, protocollo.Conflict, "request-key")

	f.Clock.Set(TenderTerms().Deadline.Add(-2 * time.Second))
	early := f.Receive("early", 2, g.ID)
	f.Clock.Set(TenderTerms().Deadline.Add(2 * time.Second))
	late := f.Receive("late", 1, g.ID)
	for b, want := range map[*protocollo.Bid]protocollo.Lateness{&early[0]: protocollo.Within, &early[1]: protocollo.Within, &late[0]: protocollo.InMinute} {
		if b.Lateness != want {
			t.Errorf("%s: %s", b.Code(), b.Lateness)
		}
	}
	for _, key := range []string{"count-1", "count-1", "count-2"} {
		f.ok(f.CountWaiting(ctx, Clerk(), key, g.ID, 4, ""))
	}
	Fails(t, f.CountWaiting(ctx, Clerk(), "count-1", g.ID, 5, ""), protocollo.Conflict, "request-key")
	moved := g.Terms
	moved.Deadline = moved.Deadline.Add(time.Hour)
	amended, err := f.AmendTender(ctx, Chief(), g.ID, 1, moved, "proroga, det. 12")
	f.ok(err)
	_, err = f.AmendTender(ctx, Chief(), g.ID, 1, moved, "proroga, det. 12")
	f.ok(err)
	_, err = f.AmendTender(ctx, Chief(), g.ID, 1, moved, "proroga, det. 13")
	Fails(t, err, protocollo.Conflict, "tender-changed")
	_, err = f.AmendTender(ctx, Chief(), g.ID, 1, g.Terms, "ripensamento")
	Fails(t, err, protocollo.Conflict, "tender-changed")
	list, err := f.Bids(ctx, AOO().Code, station.BidQuery{TenderID: g.ID})
	f.ok(err)
	if amended.Version != 2 || len(list) != 3 || list[2].Lateness != protocollo.Within {
		t.Fatalf("with the new deadline: %+v, %+v", amended, list)
	}
	versions, waited, err := f.TenderHistory(ctx, AOO().Code, g.ID)
	f.ok(err)
	if len(versions) != 2 || !versions[0].Terms.Deadline.Equal(TenderTerms().Deadline) || versions[1].Reason == "" || len(waited) != 2 || waited[1].Count != 4 {
		t.Fatalf("history %+v, %+v", versions, waited)
	}
	stays := protocollo.Errorf(protocollo.Conflict, "custody-gap", "not yet")
	Fails(t, f.CloseTender(ctx, Chief(), g.ID, "", func(station.TenderEnd) error { return stays }), protocollo.Conflict, "custody-gap")
	asked := 0
	f.ok(f.CloseTender(ctx, Chief(), g.ID, "aggiudicata", func(e station.TenderEnd) error { asked = len(e.Bids); return nil }))
	f.ok(f.CloseTender(ctx, Chief(), g.ID, "aggiudicata", func(station.TenderEnd) error { return stays }))
	Fails(t, f.CloseTender(ctx, Chief(), g.ID, "deserta", func(station.TenderEnd) error { return nil }), protocollo.Conflict, "tender-closed")
	if asked != 3 {
		t.Fatalf("asked about %d plichi", asked)
	}
	_, err = f.AmendTender(ctx, Chief(), g.ID, 2, g.Terms, "dopo")
	Fails(t, err, protocollo.Conflict, "tender-closed")
	Fails(t, f.CountWaiting(ctx, Clerk(), "count-3", g.ID, 1, ""), protocollo.Conflict, "tender-closed")
	Fails(t, f.DescribeBid(ctx, Clerk(), late[0].ID, 1, Envelope(0), "altra gara"), protocollo.Conflict, "tender-closed")
	if all, err := f.Tenders(ctx, AOO().Code, 0); err != nil || len(all) != 1 || all[0].ClosedBy != "rosa" {
		t.Fatalf("%+v, %v", all, err)
	}
	if foreign, err := f.Tenders(ctx, OtherAOO().Code, g.ID); err != nil || len(foreign) != 0 {
		t.Fatalf("another AOO sees %+v, %v", foreign, err)
	}
}

// testTenderEnds: what is of no gara is shown to whoever judges the end; a closing is taken back once, and then the gara may end again.
func testTenderEnds(t *testing.T, f *Fixture) {
	ctx := context.Background()
	g := f.Enter("g1")
	f.Receive("of no gara", 1, 0)
	f.Freeze("not declared")
	ends := func(note string) {
		t.Helper()
		f.ok(f.CloseTender(ctx, Chief(), g.ID, note, func(e station.TenderEnd) error {
			if e.Tender.ID != g.ID || len(e.Unassigned) != 1 || len(e.Undeclared) != 1 || len(e.Bids) != 0 {
				t.Errorf("%s: judged by %+v", note, e)
			}
			return nil
		}))
	}
	closings := func() []protocollo.TenderClosing {
		t.Helper()
		list, err := f.TenderClosings(ctx, AOO().Code, g.ID)
		f.ok(err)
		return list
	}
	ends("deserta")
	first := closings()
	if len(first) != 1 || first[0].Note != "deserta" || first[0].By != Chief().User || first[0].ReopenedBy != "" {
		t.Fatalf("%+v", first)
	}
	again := func(id, closing int64, reason string) error { return f.ReopenTender(ctx, Chief(), id, closing, reason) }
	Fails(t, again(g.ID+1, first[0].ID, "un plico trovato"), protocollo.NotFound, "tender")
	Fails(t, again(g.ID, first[0].ID+1, "un plico trovato"), protocollo.NotFound, "tender")
	f.ok(again(g.ID, first[0].ID, "un plico trovato"))
	f.ok(again(g.ID, first[0].ID, "un plico trovato"))
	Fails(t, again(g.ID, first[0].ID, "altro"), protocollo.Conflict, "tender-open")
	if open, err := f.Tenders(ctx, AOO().Code, g.ID); err != nil || !open[0].ClosedAt.IsZero() || open[0].ClosedBy != "" {
		t.Fatalf("opened again: %+v, %v", open, err)
	}
	f.ok(f.CountWaiting(ctx, Clerk(), "waits-open", g.ID, 1, ""))
	ends("con il plico")
	all := closings()
	if len(all) != 2 || all[0].Reason != "un plico trovato" || !all[0].ReopenedAt.After(all[0].At) || all[1].Note != "con il plico" || all[1].ReopenedBy != "" {
		t.Fatalf("%+v", all)
	}
	if closed, err := f.Tenders(ctx, AOO().Code, 0); err != nil || len(closed) != 1 || !closed[0].ClosedAt.Equal(all[1].At) {
		t.Fatalf("closed again: %+v, %v", closed, err)
	}
}

// testCustody: each passage with both words; what is gone goes no further; what is given back waits for the gara's end.
func testCustody(t *testing.T, f *Fixture) {
	ctx := context.Background()
	g, h := f.Enter("g1"), f.Enter("g2")
	list := f.Receive("two", 2, g.ID)
	elsewhere := f.Receive("elsewhere", 1, h.ID)
	passed := f.HandOver("d1", g.ID, "Anna", "Ugo", list...)
	if again := f.HandOver("d1", g.ID, "Anna", "Ugo", list...); again.ID != passed.ID || len(again.Items) != 2 || again.Given == nil || again.Taken != nil {
		t.Fatalf("again: %+v", again)
	}
	_, err := f.RecordTransfer(ctx, Clerk(), station.NewTransfer{Key: "d1", TenderID: g.ID, From: "Anna", To: "Ida", Place: "Ufficio gare"})
	Fails(t, err, protocollo.Conflict, "request-key")
	swapped := station.NewTransfer{Key: "d1", TenderID: g.ID, From: "Anna", To: "Ugo", Place: "Ufficio gare"}
	for _, b := range []protocollo.Bid{list[1], list[0]} {
		swapped.Items = append(swapped.Items, protocollo.BidTransferItem{BidID: b.ID, Seal: protocollo.SealWhole})
	}
	_, err = f.RecordTransfer(ctx, Clerk(), swapped)
	f.ok(err)
	swapped.Items[1].Seal = protocollo.SealDamaged
	_, err = f.RecordTransfer(ctx, Clerk(), swapped)
	Fails(t, err, protocollo.Conflict, "request-key")
	swapped.Items[1] = protocollo.BidTransferItem{BidID: elsewhere[0].ID, Seal: protocollo.SealWhole}
	_, err = f.RecordTransfer(ctx, Clerk(), swapped)
	Fails(t, err, protocollo.Conflict, "request-key")
	stranger := Clerk()
	stranger.AOO = OtherAOO().Code
	_, err = f.RecordTransfer(ctx, stranger, swapped)
	Fails(t, err, protocollo.Conflict, "request-key")
	item := func(b protocollo.Bid) []protocollo.BidTransferItem {
		return []protocollo.BidTransferItem{{BidID: b.ID, Seal: protocollo.SealWhole}}
	}
	_, err = f.RecordTransfer(ctx, Clerk(), station.NewTransfer{Key: "d2", TenderID: g.ID, From: "Anna", To: "Ugo", Place: "x", Items: item(elsewhere[0])})
	Fails(t, err, protocollo.Conflict, "bid-elsewhere")
	word := protocollo.TransferConfirm{Name: "Ugo", OnPaper: true}
	taken, err := f.ConfirmTransfer(ctx, Clerk(), passed.ID, word)
	f.ok(err)
	_, err = f.ConfirmTransfer(ctx, Clerk(), passed.ID, word)
	f.ok(err)
	_, err = f.ConfirmTransfer(ctx, Clerk(), passed.ID, protocollo.TransferConfirm{Name: "Ugo"})
	Fails(t, err, protocollo.Conflict, "transfer-confirmed")
	_, err = f.ConfirmTransfer(ctx, Chief(), passed.ID, protocollo.TransferConfirm{Name: "Rosa"})
	Fails(t, err, protocollo.Conflict, "transfer-confirmed")
	if taken.Taken == nil || !taken.Taken.OnPaper || taken.Taken.Name != "Ugo" {
		t.Fatalf("taken: %+v", taken)
	}
	said := 0
	event := func(b protocollo.Bid, kind protocollo.BidEventKind, other int64) error {
		said++
		return f.RecordBidEvent(ctx, Clerk(), fmt.Sprint("event-", said), protocollo.BidEvent{BidID: b.ID, Kind: kind, Person: "Luca Verdi", Signed: true, OtherID: other, Note: "a mano"})
	}
	f.ok(event(list[0], protocollo.BidOpened, 0))
	said-- // the same request again
	f.ok(event(list[0], protocollo.BidOpened, 0))
	said--
	Fails(t, event(list[1], protocollo.BidOpened, 0), protocollo.Conflict, "request-key")
	f.ok(event(list[0], protocollo.BidOpened, 0)) // and again on purpose
	Fails(t, event(list[0], protocollo.BidReturned, 0), protocollo.Conflict, "tender-open")
	Fails(t, event(list[0], protocollo.BidReplaced, elsewhere[0].ID), protocollo.Invalid, "otherID")
	later := f.Receive("later", 1, g.ID)
	f.ok(event(list[0], protocollo.BidReplaced, later[0].ID))
	Fails(t, event(list[0], protocollo.BidWithdrawn, 0), protocollo.Conflict, "bid-gone")
	_, err = f.RecordTransfer(ctx, Clerk(), station.NewTransfer{Key: "d3", TenderID: g.ID, From: "Ugo", To: "Ida", Place: "x", Items: item(list[0])})
	Fails(t, err, protocollo.Conflict, "bid-gone")
	f.ok(f.CloseTender(ctx, Chief(), g.ID, "", func(station.TenderEnd) error { return nil }))
	f.ok(event(later[0], protocollo.BidReturned, 0))
	got, err := f.Bids(ctx, AOO().Code, station.BidQuery{TenderID: g.ID})
	f.ok(err)
	if len(got) != 3 || len(got[0].Events) != 3 || got[0].Gone() == nil || len(got[1].Custody) != 1 || got[1].Holder() != "Ugo" || got[2].Gone().Kind != protocollo.BidReturned {
		t.Fatalf("%+v", got)
	}
	if only, err := f.Transfers(ctx, AOO().Code, g.ID, 0); err != nil || len(only) != 1 || len(only[0].Items) != 2 {
		t.Fatalf("%+v, %v", only, err)
	}
}

// testCustodyOrder: while the clock stands still, the order in which a passage and a note were recorded still shows.
func testCustodyOrder(t *testing.T, f *Fixture) {
	ctx := context.Background()
	g := f.Enter("g1")
	b := f.Receive("one", 1, g.ID)[0]
	f.Clock.Move(-500 * time.Millisecond)
	var last time.Time
	for i := range 3 {
		passed := f.HandOver(fmt.Sprint("d", i), g.ID, fmt.Sprint("Anna", i), "Ugo", b)
		f.ok(f.RecordBidEvent(ctx, Chief(), fmt.Sprint("n", i), protocollo.BidEvent{BidID: b.ID, Kind: protocollo.BidCustody, Note: "visto"}))
		list, err := f.Bids(ctx, AOO().Code, station.BidQuery{ID: b.ID})
		f.ok(err)
		noted := list[0].Events[i].At
		if !passed.At.After(last) || !noted.After(passed.At) {
			t.Errorf("passage at %s and note at %s, after %s", passed.At, noted, last)
		}
		last = noted
	}
}

// testDeskTokens: a desk's token opens nothing once it is too old or its user may not come in.
func testDeskTokens(t *testing.T, f *Fixture) {
	ctx := context.Background()
	until := Start().Add(time.Hour)
	put := func(digest, replaces string) {
		t.Helper()
		f.ok(f.PutDeskToken(ctx, station.DeskToken{Digest: digest, AOO: AOO().Code, Desk: "d1", User: "anna", Until: until}, replaces))
	}
	put("aa", "")
	put("aa", "aa")
	got, err := f.DeskToken(ctx, "aa", until.Add(-time.Second))
	f.ok(err)
	if got.AOO != AOO().Code || got.Desk != "d1" || got.User != "anna" || !slices.Equal(got.Roles, Clerk().Roles) {
		t.Fatalf("%+v", got)
	}
	_, err = f.DeskToken(ctx, "aa", until)
	Fails(t, err, protocollo.NotFound, "desk-token")
	put("bb", "aa")
	_, err = f.DeskToken(ctx, "aa", Start())
	Fails(t, err, protocollo.NotFound, "desk-token")
	_, err = f.DeskToken(ctx, "bb", Start())
	f.ok(err)
}
