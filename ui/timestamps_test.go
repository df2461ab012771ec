package ui_test

import (
	"io"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// plainExport writes the token alone.
type plainExport struct{}

func (plainExport) WriteExport(w io.Writer, r station.TimestampRecord, _ string) error {
	_, err := w.Write(r.Token.Token)
	return err
}

// yesterdayStamped is a day of which there is a register with a token.
func (o *office) yesterdayStamped() protocollo.Day {
	o.t.Helper()
	day := o.yesterdayClosed()
	o.stamped()
	return day
}

// stamped gives a token to whatever waits for one.
func (o *office) stamped() {
	o.t.Helper()
	due, err := o.db.DueTimestamps(o.t.Context(), 1000)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, q := range due {
		if err := o.db.RecordTimestamp(o.t.Context(), q.ID, storetest.Token(o.clock.Now())); err != nil {
			o.t.Fatal(err)
		}
	}
}

// The clock and the marks are the Responsabile's to look at, and not the counter's (R21.4); a day says «in attesa» until its token is there.
func TestTimeOfTheStation(t *testing.T) {
	o := newOffice(t)
	day := o.yesterdayClosed()
	carla := o.as("carla")
	var time struct {
		State, Verdict string
		Stamping       bool
		Waiting        int
	}
	carla.do(get("/api/time")).want(200, "").decode(&time)
	if time.State != "unverified" || time.Verdict != "unproven" || time.Stamping || time.Waiting == 0 {
		t.Errorf("%+v", time)
	}
	carla.do(get("/api/days/%s/timestamp.zip", day)).want(404, "timestamp")
	type daily struct {
		Stamp *struct {
			Token *struct{ Serial, Authority string }
		}
	}
	var list []daily
	carla.do(get("/api/days")).want(200, "").decode(&list)
	if len(list) != 1 || list[0].Stamp == nil || list[0].Stamp.Token != nil {
		t.Errorf("before: %+v", list)
	}
	o.yesterdayStamped()
	list = nil
	carla.do(get("/api/days?limit=2")).want(200, "").decode(&list)
	if last := list[len(list)-1]; last.Stamp == nil || last.Stamp.Token == nil || last.Stamp.Token.Serial != "0A3F" {
		t.Errorf("after: %+v", list)
	}
	o.as("anna").do(get("/api/time")).want(403, "decide")
}
