package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Unregistered is what the list leaves out, or what is for somebody else, as its grounds say.
func (f *Fixture) Unregistered(g protocollo.Grounds) station.RecordedIntake {
	f.Helper()
	d := Draft("Materiali", protocollo.NoSender)
	u := &protocollo.Unnumbered{Grounds: g, Words: "materiali pubblicitari"}
	if g.Listed() {
		u.Entry = &protocollo.CitedEntry{Code: "pubblicita", Words: "materiali pubblicitari", Source: "art. 53", Manual: "DPR 445/2000", Version: 3}
	} else {
		d.Envelope, d.Recipients, u.Words = protocollo.EnvelopeClosed, []protocollo.Correspondent{{Name: "Altri"}}, "Altri"
	}
	in := f.NewIntake(d)
	in.Unnumbered = u
	rec, err := f.RecordIntake(context.Background(), in)
	f.ok(err)
	return rec
}

// testUnregistered: what is left out of the register keeps the entry that says so, and none is left out without (R1.14).
func testUnregistered(t *testing.T, f *Fixture) {
	ctx := context.Background()
	e := f.Unregistered(protocollo.GroundsExcluded)
	r, err := f.IntakeRecord(ctx, Clerk(), e.Intake.ID)
	f.ok(err)
	if u := r.Unnumbered; u == nil || u.Entry == nil || *u.Entry != (protocollo.CitedEntry{Code: "pubblicita", Words: "materiali pubblicitari", Source: "art. 53", Manual: "DPR 445/2000", Version: 3}) {
		t.Fatalf("reads %+v", u)
	}
	in := f.NewIntake(Draft("Materiali", protocollo.NoSender))
	in.Unnumbered = &protocollo.Unnumbered{Grounds: protocollo.GroundsElsewhere, Words: "x"}
	if _, err := f.RecordIntake(ctx, in); err == nil {
		t.Fatal("left out without its entry")
	}
	f.Clock.Move(30 * time.Hour)
	f.Unregistered(protocollo.GroundsElsewhere)
	for day, want := range map[protocollo.Day]string{protocollo.DayOf(Start()): "escluso", protocollo.DayOf(f.Clock.Now()): "particolare"} {
		list, err := f.EndOfDay(ctx, Clerk(), day)
		f.ok(err)
		if u := list.Unregistered; u.Total != 1 || u.Items[0].Kind != want || u.Items[0].Reason != "materiali pubblicitari (art. 53)" || list.Unnumbered.Total != 0 {
			t.Errorf("%s lists %+v", day, u)
		}
	}
}

// goingBack is what a day lists as on its way to the post, as «kind addressee».
func (f *Fixture) goingBack(day protocollo.Day) (list []string) {
	f.Helper()
	e, err := f.EndOfDay(context.Background(), Clerk(), day)
	f.ok(err)
	for _, i := range e.GoingBack.Items {
		list = append(list, i.Kind+" "+i.Reason)
	}
	all, err := f.GoingBack(context.Background(), Clerk(), day)
	f.ok(err)
	if len(all) != len(list) {
		f.Fatalf("the list of %s has %d, the end of the day %q", day, len(all), list)
	}
	return list
}

// testReturnedToPost: an envelope for others is at the desk until the post has it, once; a day that is over keeps what was at the desk on it (R1.11).
func testReturnedToPost(t *testing.T, f *Fixture) {
	ctx := context.Background()
	first := protocollo.DayOf(Start())
	e, other := f.Unregistered(protocollo.GroundsPost), f.Unregistered(protocollo.GroundsPost)
	is := func(day protocollo.Day, want ...string) {
		t.Helper()
		if got := f.goingBack(day); !slices.Equal(got, want) {
			t.Fatalf("%s lists %q, want %q", day, got, want)
		}
	}
	is(first, "desk Altri", "desk Altri")
	f.Clock.Move(30 * time.Hour)
	second := protocollo.DayOf(f.Clock.Now())
	for range 2 { // the answer was lost
		f.ok(f.ReturnToPost(ctx, Clerk(), "ritorno-1", []int64{e.Intake.ID}))
	}
	Fails(t, f.ReturnToPost(ctx, Clerk(), "ritorno-1", []int64{other.Intake.ID}), protocollo.Conflict, "request-key")
	Fails(t, f.ReturnToPost(ctx, Clerk(), "ritorno-2", []int64{other.Intake.ID, e.Intake.ID}), protocollo.Conflict, "returned-to-post")
	Fails(t, f.ReturnToPost(ctx, Clerk(), "ritorno-3", []int64{f.Envelope("Luca Neri").Intake.ID}), protocollo.Conflict, "not-for-the-post")
	foreign := Clerk()
	foreign.AOO = OtherAOO().Code
	Fails(t, f.ReturnToPost(ctx, foreign, "ritorno-4", []int64{other.Intake.ID}), protocollo.NotFound, "intake")
	is(first, "desk Altri", "desk Altri")
	is(second, "desk Altri", "returned Altri")
	r, err := f.IntakeRecord(ctx, Clerk(), e.Intake.ID)
	f.ok(err)
	if u := r.Unnumbered; u.Returned == nil || u.Returned.By != "anna" || u.Returned.At.IsZero() {
		t.Fatalf("reads %+v", u)
	}
	back := Draft("Ricorso", "Mario")
	back.EnvelopeID = e.Intake.ID
	_, err = f.RecordIntake(ctx, f.NewIntake(back))
	Fails(t, err, protocollo.Conflict, "returned-to-post")
	back.EnvelopeID = other.Intake.ID
	reg := f.Register(back)
	if r, err = f.IntakeRecord(ctx, Clerk(), reg.IntakeID); err != nil || !r.Intake.ArrivedAt.Equal(other.Intake.ArrivedAt) {
		t.Fatalf("registered after all: %+v, %v", r.Intake, err)
	}
	is(second, "returned Altri")
	f.Clock.Move(30 * time.Hour)
	is(protocollo.DayOf(f.Clock.Now()))
}

// testUrgent: what whoever decides calls urgent stands first in the lists of what is to be done; arrival, and the order of the queue, stay (R1.20).
func testUrgent(t *testing.T, f *Fixture) {
	ctx := context.Background()
	var letters []station.RecordedIntake
	for _, s := range []string{"Prima", "Seconda", "Terza"} {
		rec := f.Record(Draft(s, "Mario"))
		f.ok(f.SettleAttempt(ctx, rec.Attempt.ID, protocollo.AttemptUnavailable, ""))
		letters = append(letters, rec)
	}
	subjects := func(list []protocollo.Intake) (out []string) {
		for _, i := range list {
			out = append(out, i.Draft.Subject)
		}
		return out
	}
	is := func(want ...string) {
		t.Helper()
		day, err := f.EndOfDay(ctx, Clerk(), protocollo.DayOf(Start()))
		f.ok(err)
		var list []protocollo.Intake
		for _, i := range day.Unnumbered.Items {
			list = append(list, i.Record.Intake)
		}
		if got := subjects(list); !slices.Equal(got, want) {
			t.Fatalf("the work list is %q, want %q", got, want)
		}
		queue, err := f.WaitingIntakes(ctx, protocollo.Intake{}, 10)
		f.ok(err)
		if got := subjects(queue); !slices.Equal(got, []string{"Prima", "Seconda", "Terza"}) {
			t.Fatalf("the queue is %q", got)
		}
	}
	is("Prima", "Seconda", "Terza")
	third := protocollo.Urgency{IntakeID: letters[2].Intake.ID, Urgent: true, Reason: "scade oggi"}
	for range 2 {
		f.ok(f.SetUrgent(ctx, Chief(), third))
	}
	is("Terza", "Prima", "Seconda")
	f.ok(f.SetUrgent(ctx, Chief(), protocollo.Urgency{IntakeID: letters[1].Intake.ID, Urgent: true, Reason: "lo chiede l'ufficio"}))
	is("Seconda", "Terza", "Prima")
	r, err := f.IntakeRecord(ctx, Clerk(), third.IntakeID)
	f.ok(err)
	if r.Urgency == nil || r.Urgency.Reason != "scade oggi" || r.Urgency.By != "rosa" || !r.Intake.ArrivedAt.Equal(letters[2].Intake.ArrivedAt) {
		t.Fatalf("reads %+v", r.Urgency)
	}
	third.Urgent, third.Reason = false, "rinviata"
	f.ok(f.SetUrgent(ctx, Chief(), third))
	is("Seconda", "Prima", "Terza")
	if r, err = f.IntakeRecord(ctx, Clerk(), third.IntakeID); err != nil || r.Urgency != nil {
		t.Fatalf("reads %+v, %v", r.Urgency, err)
	}
	foreign := Chief()
	foreign.AOO = OtherAOO().Code
	Fails(t, f.SetUrgent(ctx, foreign, third), protocollo.NotFound, "intake")
}
