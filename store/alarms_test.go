package store

import (
	"context"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/store/storetest"
)

// alarmed leaves an alarm that was seen and is over.
func (o *office) alarmed(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	_, err := o.RaiseAlarm(ctx, protocollo.DueAlarm{Alarm: protocollo.Alarm{AOO: storetest.AOO().Code, Kind: protocollo.AlarmProposal, Hours: 1, Since: o.Clock.Now()}})
	must(t, err)
	list, err := o.Alarms(ctx, storetest.AOO().Code, false, 1)
	must(t, err)
	_, err = o.AcknowledgeAlarm(ctx, storetest.Chief(), list[0].ID, "telefonato al CED")
	must(t, err)
	must(t, o.EndAlarm(ctx, list[0].ID, protocollo.EndAnswers))
}

// A clock that goes back makes no letter younger; one that is in doubt makes none older.
func TestAlarmFactsHaveTheRecordsInstant(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	o.Record(storetest.Draft("In attesa", "Mario"))
	facts := func() protocollo.AlarmFacts {
		t.Helper()
		f, err := o.db.AlarmFacts(ctx, storetest.AOO().Code)
		must(t, err)
		return f
	}
	before := facts().Now
	now := o.Clock.Now()
	o.Clock.Set(before.Add(-time.Hour))
	back := facts()
	if back.Now.Before(back.Waiting[0].Since) || back.ClockDoubt.IsZero() {
		t.Fatalf("an hour back: %+v", back)
	}
	o.Clock.Set(now.Add(30 * 24 * time.Hour))
	ahead := facts()
	if !ahead.Now.Equal(back.Now) || !ahead.ClockDoubt.Equal(back.ClockDoubt) {
		t.Fatalf("a month ahead without time servers: %+v", ahead)
	}
	if _, err := o.RaiseAlarm(ctx, protocollo.DueAlarm{Alarm: protocollo.Alarm{AOO: storetest.AOO().Code, Kind: protocollo.AlarmClock, Since: ahead.ClockDoubt}}); err != nil {
		t.Fatal(err)
	}
	if got := facts(); !got.ClockDoubt.Equal(ahead.ClockDoubt) {
		t.Fatalf("the stop that was recorded says %s, before it was %s", got.ClockDoubt, ahead.ClockDoubt)
	}
	o.clean(t)
}
