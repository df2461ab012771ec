package station_test

import (
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// noon is the deadline of the tests' gara: 12:00 in Rome.
var noon = time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)

func (o *office) gara() protocollo.Tender {
	o.t.Helper()
	if err := o.s.SaveUOR(o.t.Context(), boss, protocollo.UOR{Code: "TRIB", Name: "Tributi"}); err != nil {
		o.t.Fatal(err)
	}
	g, err := o.s.EnterTender(o.t.Context(), boss, "gara-1", protocollo.TenderTerms{Subject: "Vendita di un terreno", Place: "Sala giunta", Deadline: noon,
		SessionAt: noon.Add(3 * time.Hour), Basis: "alienazione", UOR: "TRIB"})
	if err != nil {
		o.t.Fatal(err)
	}
	return g
}

func (o *office) freeze(key string) protocollo.Handover {
	o.t.Helper()
	h, err := o.s.Freeze(o.t.Context(), clerk.AOO, "d1", "", key)
	if err != nil {
		o.t.Fatal(err)
	}
	return h
}

// received freezes an instant and describes n plichi of a gara, or of none.
func (o *office) received(key string, n int, tender int64) []protocollo.Bid {
	o.t.Helper()
	list, err := o.s.DeclareHandover(o.t.Context(), clerk, o.freeze(key).ID, n, "")
	if err != nil {
		o.t.Fatal(err)
	}
	for i, b := range list {
		list[i], err = o.s.DescribeBid(o.t.Context(), clerk, b.ID, 0, protocollo.BidDescription{TenderID: tender, Sender: "Ditta Rossi", Marks: "NON APRIRE"}, "")
		if err != nil {
			o.t.Fatal(err)
		}
	}
	return list
}

// The form comes when it comes: number, label and register say the instant that the key froze, and nobody can look inside.
func TestBidArrivesWhenTheKeyWasPressed(t *testing.T) {
	o := newOffice(t)
	g := o.gara()
	o.clock.add(noon.Add(-10*time.Second + 300*time.Millisecond).Sub(o.clock.Now()))
	pressed := o.clock.Now()
	h := o.freeze("key-0001")
	o.clock.add(40 * time.Minute)
	list, err := o.s.DeclareHandover(t.Context(), clerk, h.ID, 2, "")
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	_, err = o.s.RegisterBid(t.Context(), clerk, list[1].ID, station.BidDetails{})
	wantClass(t, err, protocollo.Conflict, "not-described")
	b, err := o.s.DescribeBid(t.Context(), clerk, list[1].ID, 0, protocollo.BidDescription{TenderID: g.ID}, "")
	if err != nil || b.Lateness != protocollo.Within || b.Description.Seal != protocollo.SealWhole {
		t.Fatalf("%+v, %v", b, err)
	}

	p, err := o.s.PrintBidLabel(t.Context(), clerk, b.ID, o.printer, protocollo.ReprintNone)
	if err != nil || p.State != protocollo.PrintPrinted {
		t.Fatalf("%+v, %v", p, err)
	}
	l := o.lastLabel()
	want := "Comune di Prova – AOO AOO1\nPlico n. 2/2026\nPlico chiuso, ricevuto il 02/03/2026 alle ore 11:59 – non aperto – Firma leggibile ____\nOre 11:59:50\nConsegna n. 1/2026 – plico 2 di 2"
	if texts(l) != want {
		t.Errorf("before the number:\n%s", texts(l))
	}
	if l.QR != b.Barcode("c_a000").Payload() || !strings.HasPrefix(l.QR, "SGN1.B.") || l.Code128 != "G20260000002" {
		t.Errorf("codes %q, %q", l.QR, l.Code128)
	}

	rec, err := o.s.RegisterBid(t.Context(), clerk, b.ID, station.BidDetails{})
	if err != nil || rec.Registration == nil {
		t.Fatalf("%+v, %v", rec, err)
	}
	again, err := o.s.RegisterBid(t.Context(), clerk, b.ID, station.BidDetails{Subject: "altro"})
	if err != nil || again.Intake.ID != rec.Intake.ID {
		t.Fatalf("again: %+v, %v", again, err)
	}
	if i := rec.Intake; !i.ArrivedAt.Equal(pressed) || i.Draft.Senders[0].Name != protocollo.NoSender || i.Draft.UOR != "TRIB" {
		t.Errorf("the letter: %+v", i)
	}
	if _, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"\nProt. n. 0000001\n", "\nPlico chiuso, ricevuto il 02/03/2026 alle ore 11:59 – non aperto – Firma leggibile ____\nOre 11:59:50\nRegistrato alle ore 12:39"} {
		if got := texts(o.lastLabel()); !strings.Contains(got, line) {
			t.Errorf("the second label lacks %q:\n%s", line, got)
		}
	}
	_, err = o.s.StartScan(t.Context(), clerk, station.ScanCommand{Source: &feeder{}, Selected: rec.Registration.ID})
	wantClass(t, err, protocollo.Conflict, "envelope-closed")
	for _, code := range []string{b.Barcode("c_a000").Payload(), b.HandCode()} {
		if found, err := o.s.Open(t.Context(), clerk, code); err != nil || len(found) != 1 || found[0].Intake.ID != rec.Intake.ID {
			t.Errorf("%s opens %+v, %v", code, found, err)
		}
	}
	for _, code := range []string{list[0].Barcode("c_a000").Payload(), list[0].HandCode(), "1/2026"} {
		if found, err := o.s.FindBid(t.Context(), clerk, code); err != nil || found.ID != list[0].ID {
			t.Errorf("%s finds %+v, %v", code, found, err)
		}
	}
	_, err = o.s.Open(t.Context(), clerk, list[0].HandCode())
	wantClass(t, err, protocollo.NotFound, "code")
	_, err = o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "forged-1", Draft: rec.Intake.Draft})
	wantClass(t, err, protocollo.Invalid, "bidID")
}

// A plico is received in an outage as at any other time; the number follows.
func TestBidWaitsForItsNumber(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
	b := o.received("key-0001", 1, 0)[0]
	if b.Lateness != "" {
		t.Errorf("of no gara, and %s", b.Lateness)
	}
	rec, err := o.s.RegisterBid(t.Context(), clerk, b.ID, station.BidDetails{})
	if err != nil || rec.Registration != nil {
		t.Fatalf("%+v, %v", rec, err)
	}
	o.restart()
	o.clock.add(time.Hour)
	o.numbersCome()
	again, err := o.s.RegisterBid(t.Context(), clerk, b.ID, station.BidDetails{})
	if err != nil || again.Registration == nil || again.Intake.ID != rec.Intake.ID {
		t.Fatalf("%+v, %v", again, err)
	}
	if !strings.Contains(again.Intake.Draft.Subject, "gara da individuare") || len(again.Registration.Segnatura.Legends) != 3 {
		t.Errorf("%q, %q", again.Intake.Draft.Subject, again.Registration.Segnatura.Legends)
	}
}

// A clock that nobody believes stops numbers, not envelopes: the stamp says so, and a person's word completes it.
func TestContestedInstant(t *testing.T) {
	o := newOffice(t)
	first := o.freeze("key-0001")
	o.clock.add(-2 * time.Hour)
	h := o.freeze("key-0002")
	if !h.Contested || !h.At.After(first.At) || !rules.NeedsAnnotation(h) {
		t.Fatalf("%+v after %+v", h, first)
	}
	list, err := o.s.DeclareHandover(t.Context(), clerk, h.ID, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.s.PrintBidLabel(t.Context(), clerk, list[0].ID, o.printer, protocollo.ReprintNone); err != nil {
		t.Fatal(err)
	}
	if got := texts(o.lastLabel()); !strings.Contains(got, "\nORA CONTESTATA – orologio 02/03/2026 07:15:00") {
		t.Errorf("label:\n%s", got)
	}
	wantClass(t, o.s.AnnotateHandover(t.Context(), clerk, "note-1", h.ID, " "), protocollo.Invalid, "note")
	if err := o.s.AnnotateHandover(t.Context(), clerk, "note-1", h.ID, "orologio del campanile: 9.15"); err != nil {
		t.Fatal(err)
	}
	r, err := o.s.Reception(t.Context(), clerk)
	if err != nil || len(r.Open) != 1 || r.Open[0].ID != first.ID || len(r.Unassigned) != 1 || rules.NeedsAnnotation(r.Recent[0]) {
		t.Fatalf("%+v, %v", r, err)
	}

	o.start(func(c *station.Config) {
		c.ClockProof = func() protocollo.ClockProof {
			return protocollo.ClockProof{State: protocollo.ClockVerified, Offset: 61 * time.Second, MeasuredAt: o.clock.Now(), Servers: 3}
		}
	})
	far := o.freeze("key-0003")
	if far.Proof.Offset != 61*time.Second || far.Proof.Servers != 3 || !rules.NeedsAnnotation(far) {
		t.Errorf("a minute off: %+v", far)
	}
}

// A gara is over when each plico in time was handed over and every passage has both words; the others go back then.
func TestCustodyBlocksTheEnd(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	g := o.gara()
	o.clock.add(noon.Add(-time.Minute).Sub(o.clock.Now()))
	list := o.received("key-0001", 2, g.ID)
	o.clock.add(noon.Add(time.Minute).Sub(o.clock.Now()))
	late := o.received("key-0002", 1, g.ID)[0]
	if late.Lateness != protocollo.Beyond {
		t.Fatalf("%s", late.Lateness)
	}
	closes := func(code string) {
		t.Helper()
		err := o.s.CloseTender(ctx, boss, g.ID, "")
		if code == "" {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		wantClass(t, err, protocollo.Conflict, code)
	}
	closes("custody-gap")
	cmd := station.TransferCommand{Key: "distinta-1", TenderID: g.ID, To: boss.Name, Place: "Ufficio gare", Plichi: []station.ScannedPlico{
		{Code: list[0].Barcode("c_a000").Payload(), Seal: protocollo.SealWhole}, {Code: list[1].HandCode(), Seal: protocollo.SealDamaged}, {Code: list[0].HandCode(), Seal: protocollo.SealWhole}}}
	passed, err := o.s.HandOver(ctx, clerk, cmd)
	if err != nil || len(passed.Items) != 2 || passed.From != clerk.Name {
		t.Fatalf("%+v, %v", passed, err)
	}
	if again, err := o.s.HandOver(ctx, clerk, cmd); err != nil || again.ID != passed.ID {
		t.Fatalf("again %+v, %v", again, err)
	}
	closes("custody-gap")
	_, err = o.s.ConfirmTransfer(ctx, clerk, passed.ID, false)
	wantClass(t, err, protocollo.Forbidden, "not-receiver")
	if passed, err = o.s.ConfirmTransfer(ctx, boss, passed.ID, false); err != nil || passed.Taken.OnPaper {
		t.Fatalf("%+v, %v", passed, err)
	}
	returned := protocollo.BidEvent{BidID: late.ID, Kind: protocollo.BidReturned, Person: "Luca Verdi", Signed: true}
	_, err = o.s.RecordBidEvent(ctx, clerk, "returned-1", returned)
	wantClass(t, err, protocollo.Conflict, "tender-open")
	v, err := o.s.Tender(ctx, boss, g.ID)
	if err != nil || len(v.Gaps) != 0 || len(v.Bids) != 3 {
		t.Fatalf("%+v, %v", v, err)
	}
	closes("")
	if b, err := o.s.RecordBidEvent(ctx, clerk, "returned-1", returned); err != nil || b.Gone() == nil {
		t.Fatalf("%+v, %v", b, err)
	}
	for _, e := range []struct {
		event protocollo.BidEvent
		code  string
	}{
		{protocollo.BidEvent{BidID: late.ID, Kind: "eaten"}, "kind"},
		{protocollo.BidEvent{BidID: late.ID, Kind: protocollo.BidWithdrawn, Signed: true}, "person"},
		{protocollo.BidEvent{BidID: late.ID, Kind: protocollo.BidWithdrawn, Person: "L"}, "signed"},
		{protocollo.BidEvent{BidID: late.ID, Kind: protocollo.BidOpened, Person: "L"}, "note"},
		{protocollo.BidEvent{BidID: late.ID, Kind: protocollo.BidReplaced, Person: "L", Signed: true}, "otherID"},
	} {
		_, err := o.s.RecordBidEvent(ctx, clerk, "event-1", e.event)
		wantClass(t, err, protocollo.Invalid, e.code)
	}
	_, err = o.s.RecordBidEvent(ctx, clerk, "event-2", protocollo.BidEvent{BidID: late.ID, Kind: protocollo.BidCustody, Note: "x"})
	wantClass(t, err, protocollo.Forbidden, "decide")
}

// A gara was closed by the desk with one click, and plichi that had come in time could become its no more.
func TestTheEndOfAGaraWaitsForPlichiThatMayBeIts(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	g := o.gara()
	o.clock.add(noon.Add(-time.Minute).Sub(o.clock.Now()))
	h := o.freeze("key-0001")
	closes := func(code string) {
		t.Helper()
		if err := o.s.CloseTender(ctx, boss, g.ID, "deserta"); code != "" {
			wantClass(t, err, protocollo.Conflict, code)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	mayBelong := func(bids, instants int) {
		t.Helper()
		v, err := o.s.Tender(ctx, boss, g.ID)
		if err != nil || len(v.MayBelong) != bids || len(v.Undeclared) != instants {
			t.Fatalf("%d plichi and %d instants could be its, %v", len(v.MayBelong), len(v.Undeclared), err)
		}
	}
	mayBelong(0, 1)
	closes("bids-unassigned")
	list, err := o.s.DeclareHandover(ctx, clerk, h.ID, 3, "")
	if err != nil {
		t.Fatal(err)
	}
	mayBelong(3, 0)
	closes("bids-unassigned")
	describe := func(b protocollo.Bid, version int, tender int64) error {
		_, err := o.s.DescribeBid(ctx, clerk, b.ID, version, protocollo.BidDescription{TenderID: tender, Sender: "Ditta Rossi"}, "dal frontespizio")
		return err
	}
	if err := describe(list[0], 0, 0); err != nil {
		t.Fatal(err)
	}
	for b, e := range map[int]protocollo.BidEvent{1: {Kind: protocollo.BidWithdrawn, Person: "Luca Verdi", Signed: true}, 2: {Kind: protocollo.BidCustody, Note: "è di un concorso"}} {
		e.BidID = list[b].ID
		if _, err := o.s.RecordBidEvent(ctx, boss, "event-"+string(e.Kind), e); err != nil {
			t.Fatal(err)
		}
	}
	mayBelong(1, 0)
	closes("bids-unassigned")
	o.clock.add(2 * time.Minute)
	o.received("late", 1, 0)
	o.freeze("late too")
	mayBelong(1, 0)
	other, err := o.s.EnterTender(ctx, boss, "gara-2", g.Terms)
	if err != nil {
		t.Fatal(err)
	}
	if err := describe(list[0], 1, other.ID); err != nil {
		t.Fatal(err)
	}

	wantClass(t, o.s.CloseTender(ctx, clerk, g.ID, ""), protocollo.Forbidden, "tender-close")
	closes("")
	mayBelong(0, 0)
	v, err := o.s.Tender(ctx, boss, g.ID)
	if err != nil || len(v.Closings) != 1 {
		t.Fatalf("%+v, %v", v.Closings, err)
	}
	wantClass(t, describe(list[0], 2, g.ID), protocollo.Conflict, "tender-closed")
	wantClass(t, o.s.ReopenTender(ctx, clerk, g.ID, v.Closings[0].ID, "trovato un plico"), protocollo.Forbidden, "decide")
	wantClass(t, o.s.ReopenTender(ctx, boss, g.ID, v.Closings[0].ID, " "), protocollo.Invalid, "reason")
	if err := o.s.ReopenTender(ctx, boss, g.ID, v.Closings[0].ID, "trovato un plico"); err != nil {
		t.Fatal(err)
	}
	if err := describe(list[0], 2, g.ID); err != nil {
		t.Errorf("of the gara that was opened again: %v", err)
	}
	closes("custody-gap")
}

// A gara's office was free text, and the centre refused its plichi one by one.
func TestAGaraIsOfAKnownOffice(t *testing.T) {
	o := newOffice(t)
	g := o.gara()
	unknown := g.Terms
	unknown.UOR = "Gar"
	_, err := o.s.EnterTender(t.Context(), boss, "gara-2", unknown)
	wantClass(t, err, protocollo.Invalid, "uor")
	_, err = o.s.AmendTender(t.Context(), boss, g.ID, 1, unknown, "altro ufficio")
	wantClass(t, err, protocollo.Invalid, "uor")
	unknown.UOR = ""
	if _, err = o.s.EnterTender(t.Context(), boss, "gara-2", unknown); err != nil {
		t.Error(err)
	}
}

// What decides stands on the label at the sizes that offices have, and can be read off it.
func TestBidLabelsFit(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 59, 50, 0, time.UTC)
	for _, size := range []stamp.Size{{WidthMM: 62, HeightMM: 29}, {WidthMM: 100, HeightMM: 50}, {WidthMM: 50, HeightMM: 30}} {
		for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
			for _, of := range []int{1, 3} {
				b := protocollo.Bid{AOO: "AOO1", Year: 2026, Seq: 41, Ordinal: of, Of: of, Handover: protocollo.Handover{At: at, Year: 2026, Seq: 12}}
				label := station.BidLabelOf(station.Setup{Body: protocollo.Body{Code: "c_a000", ShortName: "Comune di Prova"}, Trial: true}, protocollo.AOO{Code: "AOO1"}, b, size)
				if _, err := station.ComposeFitting(&composer{}, stamp.Layout{}, label, res); err != nil {
					t.Errorf("%s at %d dpi, %d plichi: %v", size, res.DPI, of, err)
				}
			}
		}
	}
}
