package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Run runs the whole suite.
func Run(t *testing.T, open Opener) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *Fixture)
	}{
		{"numbers restart on 1 January by Rome", testYearEnd},
		{"the same key is the same request", testRequestKey},
		{"attempts", testAttempts},
		{"a number is confirmed once", testConfirmNumber},
		{"a number is keyed in once", testKeyedNumber},
		{"a person's word on an uncertain outcome", testOutcomes},
		{"what waits is read by arrival", testQueue},
		{"alarms", testAlarms},
		{"an outage", testOutage},
		{"the emergency register", testEmergency},
		{"the periods of the emergency register", testEmergencyPeriods},
		{"sheets of the emergency register", testEmergencySheets},
		{"years of the emergency register", testEmergencyYears},
		{"annulments", testAnnulments},
		{"corrections", testCorrections},
		{"corrections and who sees them", testCorrectionsOfOffices},
		{"corrections wait", testCorrectionsWait},
		{"corrections by day", testCorrectionsByDay},
		{"refused letters are corrected", testRefusedCorrected},
		{"refused letters are closed", testRefusedClosed},
		{"envelopes stay closed without number", testEnvelopeWithoutNumber},
		{"envelopes are handed over", testEnvelopeHandedOver},
		{"envelopes are given back", testEnvelopeGivenBack},
		{"what is not registered cites its entry", testUnregistered},
		{"what is for others goes back to the post", testReturnedToPost},
		{"what is urgent stands first", testUrgent},
		{"what is for others leaves once", testOnward},
		{"what is taken away from the counter is in the journal", testSlips},
		{"instants are frozen", testFreeze},
		{"competitions and their applications", testCompetitions},
		{"an application stands in one note", testNotes},
		{"applications with numbers of their own", testOwnNumbers},
		{"handovers of plichi", testHandovers},
		{"lines of sheets", testBidSheets},
		{"data for a verbale", testTenderRecords},
		{"gare", testTenders},
		{"the end of a gara", testTenderEnds},
		{"custody of plichi", testCustody},
		{"custody order", testCustodyOrder},
		{"desk tokens", testDeskTokens},
		{"the book", testBook},
		{"a clock behind the last record stops", testClockBehind},
		{"a clock far ahead stops", testClockAhead},
		{"deliveries give their instant", testDeliveries},
		{"drafts", testDrafts},
		{"duplicates", testDuplicates},
		{"setup and policies", testSetup},
		{"completion", testCompletion},
		{"scan profiles", testScanProfiles},
		{"printers", testPrinters},
		{"titolario", testTitolario},
		{"prints", testPrints},
		{"batches and pages", testPages},
		{"documents", testDocuments},
		{"attachments", testAttachments},
		{"the main document is delivered before its attachments", testAttachmentsAreDeliveredInOrder},
		{"decisions erase", testDecisions},
		{"exclusions", testExclusions},
		{"what a pile follows", testLastJoined},
		{"the end of a day", testDays},
		{"the registers of days", testDailyRegisters},
		{"timestamps of digests", testTimestamps},
		{"exceptions", testExceptions}, {"edits", testEdits},
		{"archive and outbox", testArchive},
		{"an edition with text supersedes", testText},
		{"an archive without text says why", testNoText},
		{"scans are delivered in order", testScansAreDeliveredInOrder},
		{"labels are exchanged", testExchange},
		{"what has no scan is exchanged too", testExchangeOneWay},
		{"what the page rule decided goes with the paper", testExchangeDecided},
		{"an exchange is refused", testExchangeRefused},
		{"pages are obscured", testObscured},
		{"a superseded document is delivered by nobody", testSupersededDeliveries},
		{"what the centre refused or may have", testStoppedDeliveries},
		{"an older scan does not reach the centre after a later one", testLateDelivery},
		{"codes resolve", testResolve},
		{"what an actor may not see does not exist", testVisibility},
		{"search and counts", testSearch},
		{"everything is there after opening again", nil},
	} {
		if c.test == nil {
			t.Run(c.name, func(t *testing.T) { testReopen(t, open) })
			continue
		}
		t.Run(c.name, func(t *testing.T) { c.test(t, NewFixture(t, open)) })
	}
	t.Run("an unconfigured station does not number", func(t *testing.T) { testUnset(t, open) })
}

func testUnset(t *testing.T, open Opener) {
	clock := NewClock()
	s := open(t, Options{Dir: t.TempDir(), Clock: clock.Now})
	f := &Fixture{TB: t, Store: s, Clock: clock}
	defer func() { f.ok(s.Close()) }()
	_, err := s.Setup(context.Background())
	Fails(t, err, protocollo.NotFound, "setup")
	_, err = s.RecordIntake(context.Background(), Intake("k", Draft("s", "m")))
	Fails(t, err, protocollo.Stopped, "numbering-unset")
	_, err = s.TakeNumber(context.Background(), "k", Body(), AOO())
	Fails(t, err, protocollo.Stopped, "numbering-unset")
	f.stops("numbering-unset")
}

// stops fails the test unless exactly these codes stand.
func (f *Fixture) stops(codes ...string) {
	f.Helper()
	list, err := f.Stops(context.Background())
	f.ok(err)
	var have []string
	for _, s := range list {
		have = append(have, s.Code)
	}
	if len(have) != len(codes) {
		f.Fatalf("stops are %v, want %v", have, codes)
	}
	for i := range have {
		if have[i] != codes[i] {
			f.Fatalf("stops are %v, want %v", have, codes)
		}
	}
}

func testReopen(t *testing.T, open Opener) {
	clock, dir := NewClock(), t.TempDir()
	f := &Fixture{TB: t, Store: open(t, Options{Dir: dir, Clock: clock.Now}), Clock: clock}
	f.ok(f.SaveSetup(context.Background(), Setup(), Accounts()))
	r := f.Register(Draft("Richiesta di accesso", "Mario Rossi"))
	pending := f.Record(Draft("Senza numero", "Mario Rossi"))
	f.Label(r)
	f.ok(f.Store.Close())
	f.Store = open(t, Options{Dir: dir, Clock: clock.Now})
	defer func() { f.ok(f.Store.Close()) }()
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if rec.Registration.Number != r.Number || !rec.Facets.Labelled || rec.Registration.Segnatura.Text() != r.Segnatura.Text() {
		t.Fatalf("after opening again: %+v", rec)
	}
	open2, err := f.UnsettledAttempts(context.Background(), 0, 100)
	f.ok(err)
	if len(open2) != 1 || open2[0].Intake.ID != pending.Intake.ID || open2[0].Attempt.Outcome != protocollo.AttemptUnderWay {
		t.Fatalf("unsettled attempts: %+v", open2)
	}
	if again := f.Register(Draft("Altra", "Mario Rossi")); again.Number != "0000002" {
		t.Fatalf("the next number is %s", again.Number)
	}
}

// Record2 is the port's Record for the Responsabile.
func (f *Fixture) Record2(registrationID int64) (station.Record, error) {
	return f.Store.Record(context.Background(), Chief(), registrationID)
}

func testYearEnd(t *testing.T, f *Fixture) {
	// Rome is an hour ahead: at 22:59:59 UTC it is still the 31st there, a second later the year is new.
	f.Clock.Set(time.Date(2026, 3, 16, 8, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		at     time.Time
		number protocollo.Number
		day    protocollo.Day
		seq    int64
	}{
		{time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC), "0000001", "2026-03-16", 1},
		{time.Date(2026, 3, 16, 22, 59, 58, 0, time.UTC), "0000002", "2026-03-16", 2},
		{time.Date(2026, 3, 16, 23, 0, 1, 0, time.UTC), "0000003", "2026-03-17", 3},
	} {
		f.Clock.Set(c.at)
		if r := f.Register(Draft("Lettera", "Mario")); r.Number != c.number || r.Day != c.day {
			t.Fatalf("at %s: %s of %s, want %s of %s", c.at, r.Number, r.Day, c.number, c.day)
		}
	}
	for at := f.Clock.Now(); at.Before(time.Date(2026, 12, 30, 0, 0, 0, 0, time.UTC)); at = at.Add(6 * 24 * time.Hour) {
		f.Clock.Set(at) // the office works: something is recorded each week
		f.ok(f.SaveSubjectModel(context.Background(), Chief(), "Modello"))
	}
	f.Clock.Set(time.Date(2026, 12, 31, 22, 59, 59, 0, time.UTC))
	last := f.Record(Draft("L'ultima", "Mario"))
	f.Clock.Set(time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC))
	r, err := f.TakeNumber(context.Background(), last.Intake.Key, Body(), AOO())
	f.ok(err)
	if r.Number != "0000001" || r.Year != 2027 || r.Day != "2027-01-01" {
		t.Fatalf("the intake of the 31st got %s of %s (R17.7)", r.Number, r.Day)
	}
	if last.Intake.Year != 2026 || last.Intake.ArrivalDay != "2026-12-31" {
		t.Fatalf("the intake of the 31st is %+v", last.Intake)
	}
	next := f.Record(Draft("La prima", "Mario"))
	if next.Intake.Year != 2027 || next.Intake.Seq != 1 {
		t.Fatalf("the intake of the 1st is %s", next.Intake.Code())
	}
}

func testRequestKey(t *testing.T, f *Fixture) {
	ctx := context.Background()
	in := f.NewIntake(Draft("Richiesta", "Mario"))
	first, err := f.RecordIntake(ctx, in)
	f.ok(err)
	if first.Existing || first.Intake.Code() != "R 1/2026" || first.Attempt.Ordinal != 1 || first.Attempt.Outcome != protocollo.AttemptUnderWay {
		t.Fatalf("first: %+v", first)
	}
	again, err := f.RecordIntake(ctx, in)
	f.ok(err)
	if !again.Existing || again.Intake.ID != first.Intake.ID || again.Attempt.ID != first.Attempt.ID || again.Registration != nil {
		t.Fatalf("again: %+v", again)
	}
	other := in
	other.ContentDigest = "another"
	_, err = f.RecordIntake(ctx, other)
	Fails(t, err, protocollo.Conflict, "request-key")
	r, err := f.TakeNumber(ctx, in.Key, Body(), AOO())
	f.ok(err)
	reg, err := f.ConfirmNumber(ctx, first.Attempt.ID, r, Segnatura(r, in.Draft))
	f.ok(err)
	// A key that is there is answered whatever the clock says.
	f.Clock.Move(-time.Hour)
	again, err = f.RecordIntake(ctx, in)
	f.ok(err)
	if again.Registration == nil || again.Registration.ID != reg.ID || again.Attempt.Outcome != protocollo.AttemptNumbered {
		t.Fatalf("after the number: %+v", again)
	}
}

func testAttempts(t *testing.T, f *Fixture) {
	ctx := context.Background()
	rec := f.Record(Draft("Richiesta", "Mario"))
	id := rec.Intake.ID
	_, err := f.BeginAttempt(ctx, id, "embedded")
	Fails(t, err, protocollo.Conflict, "under-way")
	f.ok(f.SettleAttempt(ctx, rec.Attempt.ID, protocollo.AttemptUnknown, "timeout"))
	_, err = f.BeginAttempt(ctx, id, "embedded")
	Fails(t, err, protocollo.Conflict, "unknown")
	Fails(t, f.SettleAttempt(ctx, rec.Attempt.ID, protocollo.AttemptUnavailable, ""), protocollo.Conflict, "attempt-settled")
	pending, err := f.UnsettledAttempts(ctx, 0, 100)
	f.ok(err)
	if len(pending) != 1 || pending[0].Attempt.Outcome != protocollo.AttemptUnknown || pending[0].Attempt.Words != "timeout" {
		t.Fatalf("unsettled: %+v", pending)
	}
	f.ok(f.SettleAttempt(ctx, rec.Attempt.ID, protocollo.AttemptAbsent, ""))
	waiting, err := f.WaitingIntakes(ctx, protocollo.Intake{}, 100)
	f.ok(err)
	if len(waiting) != 1 || waiting[0].ID != id {
		t.Fatalf("waiting: %+v", waiting)
	}
	second, err := f.BeginAttempt(ctx, id, "embedded")
	f.ok(err)
	if second.Attempt.Ordinal != 2 || second.Attempt.Key != rec.Intake.Key {
		t.Fatalf("second attempt: %+v", second)
	}
	f.ok(f.SettleAttempt(ctx, second.Attempt.ID, protocollo.AttemptUnavailable, "down"))
	f.ok(f.SettleAttempt(ctx, second.Attempt.ID, protocollo.AttemptUnavailable, "down"))
	third, err := f.BeginAttempt(ctx, id, "embedded")
	f.ok(err)
	f.ok(f.SettleAttempt(ctx, third.Attempt.ID, protocollo.AttemptRejected, "manca l'oggetto"))
	_, err = f.BeginAttempt(ctx, id, "embedded")
	Fails(t, err, protocollo.Conflict, "rejected")
	waiting, err = f.WaitingIntakes(ctx, protocollo.Intake{}, 100)
	f.ok(err)
	if len(waiting) != 0 {
		t.Fatalf("a rejected intake waits: %+v", waiting)
	}
	Fails(t, f.SettleAttempt(ctx, third.Attempt.ID, protocollo.AttemptNumbered, ""), protocollo.Invalid, "outcome")
	Fails(t, f.SettleAttempt(ctx, 999, protocollo.AttemptUnknown, ""), protocollo.NotFound, "attempt")
}

func testConfirmNumber(t *testing.T, f *Fixture) {
	ctx := context.Background()
	a, b := f.Record(Draft("Prima", "Mario")), f.Record(Draft("Seconda", "Mario"))
	r, err := f.TakeNumber(ctx, a.Intake.Key, Body(), AOO())
	f.ok(err)
	one, err := f.ConfirmNumber(ctx, a.Attempt.ID, r, Segnatura(r, a.Intake.Draft))
	f.ok(err)
	two, err := f.ConfirmNumber(ctx, a.Attempt.ID, r, Segnatura(r, a.Intake.Draft))
	f.ok(err)
	if one.ID != two.ID || one.Number != "0000001" || !one.RegisteredAt.Equal(r.At) {
		t.Fatalf("confirmed twice: %+v and %+v", one, two)
	}
	nonsense := r
	nonsense.Number = "7"
	_, err = f.ConfirmNumber(ctx, b.Attempt.ID, nonsense, Segnatura(nonsense, b.Intake.Draft))
	Fails(t, err, protocollo.OutcomeUnknown, "receipt")
	_, err = f.ConfirmNumber(ctx, b.Attempt.ID, r, Segnatura(r, b.Intake.Draft)) // the other's number
	Fails(t, err, protocollo.Stopped, "invariant")
	f.stops("invariant")
	_, err = f.RecordIntake(ctx, f.NewIntake(Draft("Terza", "Mario")))
	Fails(t, err, protocollo.Stopped, "invariant")
	// Law 1: a number that was given is kept even now, and an unknown one may turn out to be numbered.
	f.ok(f.SettleAttempt(ctx, b.Attempt.ID, protocollo.AttemptUnknown, ""))
	r.Number = "0000900"
	reg, err := f.ConfirmNumber(ctx, b.Attempt.ID, r, Segnatura(r, b.Intake.Draft))
	f.ok(err)
	if reg.IntakeID != b.Intake.ID {
		t.Fatalf("confirmed for intake %d", reg.IntakeID)
	}
}

func testAnnulments(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Da annullare", "Mario"))
	foreign := Chief()
	foreign.AOO = OtherAOO().Code
	_, err := f.RequestCorrection(ctx, foreign, annulling("foreign", r, "7"))
	Fails(t, err, protocollo.NotFound, "registration")
	for range 2 {
		_, err = f.RequestCorrection(ctx, Chief(), annulling("annul", r, "7"))
		f.ok(err)
	}
	_, err = f.RequestCorrection(ctx, Chief(), annulling("other act", r, "8"))
	Fails(t, err, protocollo.Conflict, "annulled")
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if !rec.Facets.Annulled || rec.Annulment == nil || rec.Annulment.ActNumber != "7" || rec.Annulment.By != "rosa" || rec.Intake.Draft.Subject != "Da annullare" {
		t.Fatalf("annulled record: %+v", rec)
	}
}

func testBook(t *testing.T, f *Fixture) {
	ctx := context.Background()
	one, err := f.TakeNumber(ctx, "a", Body(), AOO())
	f.ok(err)
	again, err := f.TakeNumber(ctx, "a", Body(), AOO())
	f.ok(err)
	if one != again || one.Number != "0000001" {
		t.Fatalf("the same key: %+v and %+v", one, again)
	}
	other, err := f.TakeNumber(ctx, "b", Body(), OtherAOO())
	f.ok(err)
	if other.Number != "0000001" {
		t.Fatalf("the other AOO's first number is %s", other.Number)
	}
	found, ok, err := f.FindNumber(ctx, "a")
	f.ok(err)
	if !ok || found != one {
		t.Fatalf("found %v %+v", ok, found)
	}
	if _, ok, err = f.FindNumber(ctx, "c"); err != nil || ok {
		t.Fatalf("found what was never taken: %v, %v", ok, err)
	}
	ann := protocollo.Annulment{Reason: "errore", ActNumber: "3", ActDay: "2026-03-10", By: "rosa"}
	f.ok(f.AnnulNumber(ctx, one.Ref, ann))
	f.ok(f.AnnulNumber(ctx, one.Ref, ann))
	ann.ActNumber = "4"
	Fails(t, f.AnnulNumber(ctx, one.Ref, ann), protocollo.Rejected, "annulled")
	Fails(t, f.AnnulNumber(ctx, "titulus:1", ann), protocollo.Rejected, "ref")
	Fails(t, f.AnnulNumber(ctx, "embedded:99", ann), protocollo.Rejected, "ref")
	req := protocollo.AttachRequest{Key: "a-v1", Ref: one.Ref, FileName: "a.pdf", MediaType: "application/pdf", SHA256: "aa", Bytes: 3}
	first, err := f.RecordAttachment(ctx, req)
	f.ok(err)
	second, err := f.RecordAttachment(ctx, req)
	f.ok(err)
	if first != second || first.Ref == "" {
		t.Fatalf("attached twice: %+v, %+v", first, second)
	}
	req.SHA256 = "bb"
	_, err = f.RecordAttachment(ctx, req)
	Fails(t, err, protocollo.Rejected, "attachment")
	if next, err := f.TakeNumber(ctx, "d", Body(), AOO()); err != nil || next.Number != "0000002" {
		t.Fatalf("an annulled number was given again, or a gap was left: %s, %v", next.Number, err)
	}
}

func testClockBehind(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Prima", "Mario"))
	f.Clock.Move(-500 * time.Millisecond) // within what time servers do
	slewed := f.Record(Draft("Dopo una correzione", "Mario"))
	if slewed.Intake.SavedAt.Before(r.RegisteredAt) {
		t.Fatalf("saved at %s, before %s", slewed.Intake.SavedAt, r.RegisteredAt)
	}
	f.Clock.Move(-time.Hour)
	f.stops("clock")
	_, err := f.RecordIntake(ctx, f.NewIntake(Draft("Ora dubbia", "Mario")))
	Fails(t, err, protocollo.Stopped, "clock")
	_, err = f.TakeNumber(ctx, slewed.Intake.Key, Body(), AOO())
	Fails(t, err, protocollo.Stopped, "clock")
	Fails(t, f.ConfirmClock(ctx, Chief(), "ora legale"), protocollo.Conflict, "clock-behind")
	// What must be written all the same never has an earlier instant than the last record.
	p := f.Label(r)
	prints, err := f.Prints(ctx, AOO().Code, protocollo.PrintPrinted)
	f.ok(err)
	if len(prints) != 1 || prints[0].ID != p.ID || prints[0].QueuedAt.Before(r.RegisteredAt) {
		t.Fatalf("prints: %+v", prints)
	}
	f.Clock.Move(2 * time.Hour)
	f.stops("clock") // the doubt stays until a person ends it
	Fails(t, f.ConfirmClock(ctx, Chief(), ""), protocollo.Invalid, "reason")
	f.ok(f.ConfirmClock(ctx, Chief(), "verificata"))
	f.stops()
	Fails(t, f.ConfirmClock(ctx, Chief(), "verificata"), protocollo.Conflict, "not-stopped")
	if next := f.Register(Draft("Dopo", "Mario")); !next.RegisteredAt.After(r.RegisteredAt) {
		t.Fatalf("registered at %s, not after %s", next.RegisteredAt, r.RegisteredAt)
	}
}

func testClockAhead(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Prima", "Mario"))
	f.Clock.Move(9 * 365 * 24 * time.Hour)
	f.stops("clock")
	_, err := f.RecordIntake(ctx, f.NewIntake(Draft("Ora dubbia", "Mario")))
	Fails(t, err, protocollo.Stopped, "clock")
	p := f.Label(r)
	if p.QueuedAt.Year() != 2026 {
		t.Fatalf("a doubtful clock wrote %s", p.QueuedAt)
	}
	f.Clock.Set(Start().Add(time.Hour)) // somebody set it right
	_, err = f.RecordIntake(ctx, f.NewIntake(Draft("Ora dubbia", "Mario")))
	Fails(t, err, protocollo.Stopped, "clock")
	f.ok(f.ConfirmClock(ctx, Chief(), "batteria tampone"))
	if next := f.Register(Draft("Dopo", "Mario")); next.Key.Year != 2026 || next.Number != "0000002" {
		t.Fatalf("after the clock was set right: %+v", next)
	}
}

func testDeliveries(t *testing.T, f *Fixture) {
	ctx := context.Background()
	_, err := f.CurrentDelivery(ctx, Clerk())
	Fails(t, err, protocollo.NotFound, "delivery")
	_, err = f.OpenDelivery(ctx, Clerk(), protocollo.Delivery{DeclaredDay: "2026-03-09"})
	Fails(t, err, protocollo.Invalid, "reason")
	_, err = f.OpenDelivery(ctx, Clerk(), protocollo.Delivery{DeclaredDay: "2026-03-11"})
	Fails(t, err, protocollo.Invalid, "declaredDay")
	d, err := f.OpenDelivery(ctx, Clerk(), protocollo.Delivery{Means: protocollo.MeansPost, DeclaredDay: "2026-03-09", Reason: "sciopero"})
	f.ok(err)
	_, err = f.OpenDelivery(ctx, Clerk(), protocollo.Delivery{})
	Fails(t, err, protocollo.Conflict, "delivery-open")
	f.Clock.Move(3 * time.Hour)
	draft := Draft("Lettera 80", "Mario")
	draft.DeliveryID = d.ID
	rec := f.Record(draft)
	if !rec.Intake.ArrivedAt.Equal(d.OpenedAt) || !rec.Intake.SavedAt.After(d.OpenedAt.Add(time.Hour)) || rec.Intake.ArrivalDay != "2026-03-09" {
		t.Fatalf("inherited: %+v (R16.1)", rec.Intake)
	}
	closed, err := f.CloseDelivery(ctx, Clerk(), d.ID)
	f.ok(err)
	again, err := f.CloseDelivery(ctx, Clerk(), d.ID)
	f.ok(err)
	if closed != again || closed.Intakes != 1 || closed.ClosedAt.IsZero() {
		t.Fatalf("closed twice: %+v, %+v", closed, again)
	}
	_, err = f.RecordIntake(ctx, f.NewIntake(draft))
	if !errors.Is(err, protocollo.NotFound) {
		t.Fatalf("an intake into a closed delivery: %v", err)
	}
}

func testDrafts(t *testing.T, f *Fixture) {
	ctx := context.Background()
	in := f.NewIntake(Draft("In corso", "Mario"))
	f.ok(f.SaveDraft(ctx, Clerk(), station.ParkedDraft{Key: in.Key, Draft: in.Draft}))
	f.ok(f.SaveDraft(ctx, Clerk(), station.ParkedDraft{Key: in.Key, Draft: in.Draft, Parked: true}))
	f.ok(f.SaveDraft(ctx, Clerk(), station.ParkedDraft{Key: "other", Draft: in.Draft}))
	list, err := f.Drafts(ctx, Clerk())
	f.ok(err)
	if len(list) != 2 || !list[0].Parked || list[0].Draft.Subject != "In corso" {
		t.Fatalf("drafts: %+v", list)
	}
	if list, err = f.Drafts(ctx, Chief()); err != nil || len(list) != 0 {
		t.Fatalf("another user's drafts: %+v, %v", list, err)
	}
	_, err = f.RecordIntake(ctx, in)
	f.ok(err)
	f.ok(f.DiscardDraft(ctx, Clerk(), "other"))
	if list, err = f.Drafts(ctx, Clerk()); err != nil || len(list) != 0 {
		t.Fatalf("drafts that became an intake or were discarded: %+v, %v", list, err)
	}
	Fails(t, f.SaveDraft(ctx, Clerk(), station.ParkedDraft{Key: in.Key, Draft: in.Draft}), protocollo.Conflict, "request-key")
}

func testDuplicates(t *testing.T, f *Fixture) {
	ctx := context.Background()
	first := Draft("Fattura", "Società  Elettrica S.p.A.")
	first.SenderRef = protocollo.SenderReference{Protocol: "ABC/12"}
	first.RaccomandataCode = "RR123"
	r := f.Register(first)
	check := func(d protocollo.Draft, want ...string) {
		t.Helper()
		found, err := f.PossibleDuplicates(ctx, AOO().Code, d)
		f.ok(err)
		var reasons []string
		for _, x := range found {
			if x.RegistrationID != r.ID {
				t.Fatalf("found %+v", x)
			}
			reasons = append(reasons, x.Reason)
		}
		if len(reasons) != len(want) || (len(want) > 0 && reasons[0] != want[0]) {
			t.Fatalf("reasons %v, want %v", reasons, want)
		}
	}
	same := Draft("Altro oggetto", "SOCIETA' ELETTRICA")
	same.SenderRef.Protocol = "abc/12"
	check(same) // another name
	same.Senders[0].Name = "societa elettrica s.p.a."
	check(same, "sender-reference")
	same = Draft("x", "y")
	same.RaccomandataCode = "rr123"
	check(same, "raccomandata")
	check(Draft("Fattura", "Società Elettrica S.p.A.")) // nothing to compare by
	if found, err := f.PossibleDuplicates(ctx, OtherAOO().Code, first); err != nil || len(found) != 0 {
		t.Fatalf("another AOO's: %+v, %v", found, err)
	}
}
