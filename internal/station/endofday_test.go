package station_test

import (
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

func (o *office) endOfDay(day protocollo.Day) station.EndOfDay {
	o.t.Helper()
	e, err := o.s.EndOfDay(o.t.Context(), clerk, day)
	if err != nil {
		o.t.Fatal(err)
	}
	return e
}

// profile chooses a page profile.
func (o *office) profile(name string) {
	o.t.Helper()
	p, err := o.s.Policies(o.t.Context(), boss)
	if err != nil {
		o.t.Fatal(err)
	}
	p.PageProfile = name
	if _, err := o.s.SavePolicies(o.t.Context(), boss, p); err != nil {
		o.t.Fatal(err)
	}
}

// TestPostponedScan: with a reason, until the scan comes; never where the manual has everything scanned at once (R3.5, C15).
func TestPostponedScan(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("progetto"))
	wantClass(t, o.s.PostponeScan(t.Context(), guest, r.Registration.ID, "x"), protocollo.Forbidden, "register")
	wantClass(t, o.s.PostponeScan(t.Context(), clerk, r.Registration.ID, "  "), protocollo.Invalid, "reason")
	o.profile(rules.ProfileUniversity)
	wantClass(t, o.s.PostponeScan(t.Context(), clerk, r.Registration.ID, "x"), protocollo.Conflict, "not-deferrable")
	o.profile(rules.ProfileTown)
	if err := o.s.PostponeScan(t.Context(), clerk, r.Registration.ID, " occorre lo scanner A3 "); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		t.Helper()
		c, err := o.s.Counts(t.Context(), clerk)
		if err != nil {
			t.Fatal(err)
		}
		return c.Postponed
	}
	if p := o.record(r.Intake.ID).Postponed; p == nil || p.Reason != "occorre lo scanner A3" || p.By != clerk.User || count() != 1 {
		t.Fatalf("postponed %+v, count %d", p, count())
	}
	if e := o.endOfDay(""); e.Postponed.Total != 1 || e.Unscanned.Total != 0 || !e.Clear {
		t.Errorf("what is put off keeps nobody at the desk: %+v", e)
	}
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	if o.record(r.Intake.ID).Postponed != nil || count() != 0 || o.endOfDay("").Postponed.Total != 0 {
		t.Error("it did not end with the scan")
	}
	wantClass(t, o.s.PostponeScan(t.Context(), clerk, r.Registration.ID, "x"), protocollo.Conflict, "already-captured")
}

// TestEndOfDay: what is open is listed until it is not, on whatever day; an intake of yesterday without number is an alert (R1.17, R19.7).
func TestEndOfDay(t *testing.T) {
	o := newOffice(t)
	_, err := o.s.EndOfDay(t.Context(), guest, "")
	wantClass(t, err, protocollo.Forbidden, "register")
	for _, day := range []protocollo.Day{"2026-03-03", "ieri", "2026-02-30"} { // to come, none, none
		_, err := o.s.EndOfDay(t.Context(), clerk, day)
		wantClass(t, err, protocollo.Invalid, "day")
	}
	if e := o.endOfDay(""); !e.Clear || e.Day != "2026-03-02" || e.Duty != rules.DutyDeferrable {
		t.Errorf("an empty day: %+v", e)
	}
	r := o.labelled("key-0001", letter("da scansionare"))
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "x", "away")
	o.register("key-0002", letter("senza numero"))
	o.registrar.always = nil
	if e := o.endOfDay(""); e.Clear || e.Unscanned.Total != 1 || e.Unnumbered.Total != 1 || e.Unnumbered.Items[0].Overdue || e.Registered != 1 {
		t.Errorf("today: %+v", e)
	}
	o.clock.add(24 * time.Hour)
	if e := o.endOfDay(""); e.Unscanned.Total != 1 || !e.Unnumbered.Items[0].Overdue || e.Registered != 0 {
		t.Errorf("tomorrow: %+v", e)
	}
	o.profile(rules.ProfileSchools)
	if e := o.endOfDay(""); e.Unscanned.Total != 1 || e.Duty != rules.DutyOptional {
		t.Errorf("where scanning is optional: %+v", e)
	}
	o.scan(&feeder{pages: plain("unread", 1)}, station.ScanCommand{})
	x := o.theException(protocollo.ExceptionNoCode, "")
	if e := o.endOfDay(""); e.Unjoined.Total != 1 || e.Unjoined.Items[0].ExceptionID != x.ID {
		t.Errorf("of no registration: %+v", e.Unjoined)
	}
	o.mustSolve(clerk, x, station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: r.Registration.ID})
	e := o.endOfDay("")
	if e.Unjoined.Total != 0 || e.Unscanned.Total != 0 || e.ByHand.Total != 1 || e.ByHand.Items[0].By != clerk.User || e.ToConfirm.Total != 1 {
		t.Errorf("joined by hand: %+v", e)
	}
	o.archive(e.ToConfirm.Items[0].DocumentID)
	if e := o.endOfDay(""); e.ToConfirm.Total != 0 || e.Clear { // the intake without number is still there
		t.Errorf("archived: %+v", e)
	}
}

// TestFrontsThatAwaitTheirBacks: nobody is asked about them, and the day does not end with them.
func TestFrontsThatAwaitTheirBacks(t *testing.T) {
	o, a, b, fronts := twoLetters(t)
	e := o.endOfDay("")
	if e.Clear || e.Unfinished.Total != 2 || len(e.Unfinished.Items) != 2 || e.Unfinished.Items[0].Kind != "backs" {
		t.Fatalf("unfinished %+v", e.Unfinished)
	}
	for i, r := range []station.Record{a, b} {
		if of := e.Unfinished.Items[i].Record; of != nil && of.Registration.ID != r.Registration.ID {
			t.Errorf("item %d is of %+v", i, of.Registration)
		}
	}
	if err := o.s.FrontOnly(t.Context(), clerk, fronts.ID); err != nil {
		t.Fatal(err)
	}
	if e := o.endOfDay(""); e.Unfinished.Total != 0 {
		t.Errorf("without backs: %+v", e.Unfinished)
	}
}

// TestSortingList: by office, in the register's order; a file, a letter that goes out and an annulled one are on nobody's pile; of a confidential
// one only the number is said (R19.7; Comune, art. 35 d, e).
func TestSortingList(t *testing.T) {
	o := newOffice(t)
	_, err := o.s.SortingList(t.Context(), clerk, "", "")
	wantClass(t, err, protocollo.NotFound, "no-paper")
	_, err = o.s.SortingList(t.Context(), guest, "", "")
	wantClass(t, err, protocollo.Forbidden, "register")
	if err := o.s.SaveUOR(t.Context(), boss, protocollo.UOR{Code: "TRIB", Name: "Tributi"}); err != nil {
		t.Fatal(err)
	}
	n := 0
	add := func(change func(*protocollo.Draft)) station.Record {
		n++
		d := letter("lettera")
		if change != nil {
			change(&d)
		}
		return o.register("key-000"+string(rune('a'+n)), d)
	}
	add(func(d *protocollo.Draft) { d.UOR = "" })
	add(func(d *protocollo.Draft) {
		d.Attachments = []protocollo.Attachment{{Description: "a"}, {Description: "b"}}
	})
	add(func(d *protocollo.Draft) { d.Confidential, d.Subject = true, "diagnosi" })
	add(func(d *protocollo.Draft) { d.Senders, d.Anonymous = nil, true })
	add(func(d *protocollo.Draft) {
		d.Direction, d.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Regione"}}
	})
	add(func(d *protocollo.Draft) { d.Support, d.FileDigest = protocollo.SupportFile, strings.Repeat("0", 64) })
	wrong := add(nil)
	o.annul(wrong)
	l, err := o.s.SortingList(t.Context(), clerk, "2026-03-02", "")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, office := range l.Offices {
		got.WriteString(office.Code + "/" + office.Name + ":")
		for _, i := range office.Items {
			got.WriteString(" " + strings.TrimLeft(i.Number, "0") + " " + i.From + ", " + i.Subject + ";")
			if i.Attachments != map[bool]int{true: 2}[strings.HasSuffix(i.Number, "2")] || i.Day != "02/03/2026" {
				t.Errorf("item %+v", i)
			}
		}
		got.WriteString(" ")
	}
	want := "TRIB/Tributi: 2 Bianchi Lucia, lettera; 3 riservato, riservato; 4 anonimo, lettera; /: 1 Bianchi Lucia, lettera; "
	if got.String() != want || l.Day != "02/03/2026" || l.Body != "Comune di Prova" {
		t.Errorf("list %s of %s, want %s", got.String(), l.Day, want)
	}
	if l, err = o.s.SortingList(t.Context(), clerk, "", "TRIB"); err != nil || len(l.Offices) != 1 {
		t.Errorf("one office: %+v, %v", l.Offices, err)
	}
}

// «Tutto a posto» was said while plichi waited for their gara, an emergency register was open and its acts were not signed.
func TestEndOfDayLooksElsewhere(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	says := func(want station.OpenElsewhere) {
		t.Helper()
		if e := o.endOfDay(""); e.Elsewhere != want || e.Clear != (want == station.OpenElsewhere{}) {
			t.Fatalf("%+v, clear %t; want %+v", e.Elsewhere, e.Clear, want)
		}
	}
	says(station.OpenElsewhere{})
	g := o.gara()
	h := o.freeze("key-0001")
	says(station.OpenElsewhere{Undeclared: 1})
	list, err := o.s.DeclareHandover(ctx, clerk, h.ID, 2, "")
	if err != nil {
		t.Fatal(err)
	}
	says(station.OpenElsewhere{Undescribed: 2})
	for i, tender := range []int64{0, g.ID} {
		if _, err := o.s.DescribeBid(ctx, clerk, list[i].ID, 0, protocollo.BidDescription{TenderID: tender}, ""); err != nil {
			t.Fatal(err)
		}
	}
	says(station.OpenElsewhere{Unassigned: 1})
	o.clock.add(24 * time.Hour)
	if e, err := o.s.EndOfDay(ctx, clerk, "2026-03-02"); err != nil || !e.Clear || e.Elsewhere.Unassigned != 0 {
		t.Fatalf("of yesterday: %+v, %v", e, err)
	}
	if _, err := o.s.RecordBidEvent(ctx, clerk, "event-1", protocollo.BidEvent{BidID: list[0].ID, Kind: protocollo.BidWithdrawn, Person: "Luca Verdi", Signed: true}); err != nil {
		t.Fatal(err)
	}
	says(station.OpenElsewhere{})
	register := o.openRegister(o.opening())
	says(station.OpenElsewhere{Emergency: 1, UnsignedActs: 2}) // Allegato 1 and the opening
	o.closeRegister(register)
	says(station.OpenElsewhere{UnsignedActs: 3})
}

// An annulment that the Responsabile authorised and the centre has not heard of is not done.
func TestEndOfDayWaitsForAnAnnulment(t *testing.T) {
	o, g := centralOffice(t)
	rec := o.register("key-0001", letter("Da annullare"))
	g.before = map[string]error{"Annul": protocollo.Errorf(protocollo.Unavailable, "not-sent", "connessione rifiutata")}
	v := o.asks(clerk, annulAsk("ask", rec))
	if n := o.endOfDay("").Elsewhere.Corrections; n != 0 {
		t.Fatalf("asked, and %d are to be done", n)
	}
	o.answers(boss, v, byAct, protocollo.StateRequested)
	if e := o.endOfDay(""); e.Elsewhere.Corrections != 1 || e.Clear {
		t.Errorf("authorised: %+v", e)
	}
}
