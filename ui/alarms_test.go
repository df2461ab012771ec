package ui_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/ui"
)

// alarm lets a letter wait for an hour, and returns its alarm.
func (o *office) alarm() ui.AlarmView {
	o.t.Helper()
	o.uncertain()
	o.clock.add(time.Hour)
	if err := o.station.TendAlarms(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	var list ui.Alarms
	o.as("carla").get("/api/alarms").want(200, "").decode(&list)
	if len(list.Alarms) == 0 {
		o.t.Fatal("no alarm after an hour")
	}
	return list.Alarms[0]
}

// raised is an alarm for which no time has to go by: an hour would lock the screens.
func (o *office) raised() int64 {
	o.t.Helper()
	if _, err := o.db.RaiseAlarm(o.t.Context(), protocollo.DueAlarm{Alarm: protocollo.Alarm{AOO: aoo, Kind: protocollo.AlarmProposal, Hours: 1, Since: o.clock.Now()}}); err != nil {
		o.t.Fatal(err)
	}
	list, err := o.station.Alarms(o.t.Context(), actor(o.t, "carla"), true)
	if err != nil || len(list) == 0 {
		o.t.Fatalf("alarms %+v, %v", list, err)
	}
	return list[0].ID
}

func alarmOperations() []operation {
	return []operation{
		{id: "alarms", may: deciders, request: func(o *office) call { o.raised(); return get("/api/alarms?tutti=true") }},
		{id: "acknowledgeAlarm", may: deciders, request: func(o *office) call {
			return post(object{"note": "telefonato"}, "/api/alarms/%d/acknowledgement", o.raised())
		}},
	}
}

// The Responsabile sees what waits and whose it is, says «Ho visto» once or twice, and the bell is silent; the clerk's bar says nothing of it.
func TestAlarmThroughTheBrowser(t *testing.T) {
	o := newOffice(t)
	a := o.alarm()
	if a.Kind != "waiting" || a.Hours != 1 || a.Waiting != 1 || a.Letter == nil || a.Letter.Attempt != "unknown" || a.Letter.From == "" || a.Letter.IntakeCode == "" {
		t.Fatalf("alarm %+v of %+v", a, a.Letter)
	}
	anna, carla := o.as("anna"), o.as("carla")
	bell := func(b *browser) int {
		var st ui.Status
		b.get("/api/status").want(200, "").decode(&st)
		return st.Alarms
	}
	if n, clerk := bell(carla), bell(anna); n != 1 || clerk != 0 {
		t.Fatalf("the bell says %d, the clerk's %d", n, clerk)
	}
	path := fmt.Sprintf("/api/alarms/%d/acknowledgement", a.ID)
	anna.post(path, object{}).want(http.StatusForbidden, "decide")
	for _, note := range []string{"telefonato", "di nuovo"} {
		var seen ui.AlarmView
		carla.post(path, object{"note": note}).want(200, "").decode(&seen)
		if seen.Seen == nil || seen.Seen.Note != "telefonato" || seen.Seen.By != "carla" {
			t.Fatalf("seen %+v", seen.Seen)
		}
	}
	if n := bell(carla); n != 0 {
		t.Fatalf("the bell still says %d", n)
	}
	carla.post("/api/alarms/999/acknowledgement", object{}).want(http.StatusNotFound, "alarm")
	gino := o.as("gino") // the Responsabile of another AOO
	var list ui.Alarms
	gino.get("/api/alarms?tutti=true").want(200, "").decode(&list)
	if len(list.Alarms) != 0 {
		t.Fatalf("another AOO's Responsabile sees %+v", list.Alarms)
	}
	gino.post(path, object{}).want(http.StatusNotFound, "alarm")
}
