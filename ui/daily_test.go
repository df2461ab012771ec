package ui_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// yesterdayClosed is a day of which there is a register. The clock moves on once: a session does not outlive the day.
func (o *office) yesterdayClosed() protocollo.Day {
	o.t.Helper()
	list, err := o.station.DailyRegisters(o.t.Context(), actor(o.t, "carla"), "", 1)
	if err != nil {
		o.t.Fatal(err)
	}
	if len(list) > 0 {
		return list[0].Day
	}
	o.registered()
	day := protocollo.DayOf(o.clock.Now())
	o.clock.add(24 * time.Hour)
	if err := o.station.CloseDays(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	return day
}

func dailyOperations() []operation {
	return []operation{
		{id: "dailyRegisters", may: deciders, request: func(o *office) call { o.yesterdayClosed(); return get("/api/days?limit=5") }},
		{id: "dailyRegisterPDF", may: deciders, request: func(o *office) call { return get("/api/days/%s/register.pdf", o.yesterdayClosed()) }},
		{id: "dailyRegisterCSV", may: deciders, request: func(o *office) call { return get("/api/days/%s/register.csv", o.yesterdayClosed()) }},
		{id: "keepSignedDaily", may: deciders, request: func(o *office) call {
			return post(object{"fileName": "vidimato.pdf", "mediaType": "application/pdf", "content": o.signedPDF()}, "/api/days/%s/signed", o.yesterdayClosed())
		}},
		{id: "signedDaily", may: deciders, request: func(o *office) call { return get("/api/day-copies/%d/file", o.signedDay().ID) }},
		{id: "timeState", may: deciders, request: func(*office) call { return get("/api/time") }},
		{id: "askForMarks", may: deciders, request: func(*office) call { return post(nil, "/api/time/marks") }},
		{id: "dailyTimestamp", may: deciders, request: func(o *office) call { return get("/api/days/%s/timestamp.zip", o.yesterdayStamped()) }},
	}
}

// A day's register is for who may read the whole register, and is not there before the day is over.
func TestDailyRegisterForWhoReadsAll(t *testing.T) {
	o := newOffice(t)
	day := o.yesterdayClosed()
	o.as("carla").do(get("/api/days/%s/register.pdf", day)).want(200, "")
	o.as("carla").do(get("/api/days/%s/register.pdf", protocollo.DayOf(o.clock.Now()))).want(409, "day-open")
	o.as("carla").do(get("/api/days/%s/register.csv", "1999-01-01")).want(404, "daily-register")
	o.as("anna").do(get("/api/days/%s/register.csv", day)).want(403, "read-all")
}

// signedDay is a copy of yesterday's register that came back signed.
func (o *office) signedDay() station.DailyCopy {
	o.t.Helper()
	c, err := o.station.KeepSignedDaily(o.t.Context(), actor(o.t, "carla"), o.yesterdayClosed(), station.SignedDaily{FileName: "vidimato.pdf", MediaType: "application/pdf",
		Content: strings.NewReader("%PDF-1.7\nstartxref\n0\n%%EOF\n")})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// What an Area signed comes back beside the register of the day; the paper as the station printed it does not (R12.3).
func TestSignedDailyRegisterComesBack(t *testing.T) {
	o := newOffice(t)
	day := o.yesterdayClosed()
	carla := o.as("carla")
	printed := carla.do(get("/api/days/%s/register.pdf", day)).want(200, "").body
	send := func(content []byte) call {
		return post(object{"fileName": "vidimato.pdf", "mediaType": "application/pdf", "content": content}, "/api/days/%s/signed", day)
	}
	carla.do(send(printed)).want(422, "signed-unsigned")
	var kept station.DailyCopy
	signed := []byte("%PDF-1.7\nstartxref\n0\n%%EOF\n")
	carla.do(send(signed)).want(200, "").decode(&kept)
	var list []station.DailyRegister
	carla.do(get("/api/days")).want(200, "").decode(&list)
	if len(list) != 1 || len(list[0].Signed) != 1 || list[0].Signed[0] != kept || kept.Day != day {
		t.Errorf("the list has %+v, kept %+v", list, kept)
	}
	if r := carla.do(get("/api/day-copies/%d/file", kept.ID)).want(200, ""); !bytes.Equal(r.body, signed) {
		t.Error("not the file that came back")
	}
	o.as("gino").do(get("/api/day-copies/%d/file", kept.ID)).want(404, "signature")
	carla.do(post(object{"fileName": "x.pdf", "mediaType": "application/pdf", "content": signed}, "/api/days/1999-01-01/signed")).want(404, "daily-register")
}
