package protocollo_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"segnatura/internal/protocollo"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestDayAndYearAreRoman: R14.1 and R17.7, at the turn of the year and on both days when the clocks change.
func TestDayAndYearAreRoman(t *testing.T) {
	for instant, want := range map[string]struct {
		day  protocollo.Day
		year int
	}{
		"2026-12-31T22:59:59Z": {"2026-12-31", 2026}, // 23:59:59 CET
		"2026-12-31T23:00:00Z": {"2027-01-01", 2027},
		"2027-01-01T00:30:00Z": {"2027-01-01", 2027},
		"2026-06-30T21:59:59Z": {"2026-06-30", 2026}, // CEST
		"2026-06-30T22:00:00Z": {"2026-07-01", 2026},
		"2026-03-28T22:59:59Z": {"2026-03-28", 2026},
		"2026-03-28T23:00:00Z": {"2026-03-29", 2026}, // the day of 23 hours
		"2026-03-29T21:59:59Z": {"2026-03-29", 2026},
		"2026-03-29T22:00:00Z": {"2026-03-30", 2026},
		"2026-10-24T22:00:00Z": {"2026-10-25", 2026}, // the day of 25 hours
		"2026-10-25T22:59:59Z": {"2026-10-25", 2026},
		"2026-10-25T23:00:00Z": {"2026-10-26", 2026},
	} {
		if got := protocollo.DayOf(at(t, instant)); got != want.day {
			t.Errorf("%s is day %s, want %s", instant, got, want.day)
		}
		if got := protocollo.YearOf(at(t, instant)); got != want.year {
			t.Errorf("%s is year %d, want %d", instant, got, want.year)
		}
	}
}

// TestDaysOrderLikeInstants: a later instant never has an earlier day, and its year is the day's.
func TestDaysOrderLikeInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := time.Unix(rapid.Int64Range(631152000, 4102444800).Draw(t, "a"), 0)
		b := a.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "later")))
		da, db := protocollo.DayOf(a), protocollo.DayOf(b)
		if da > db {
			t.Fatalf("%s is %s, and %s, later, is %s", a, da, b, db)
		}
		if got := fmt.Sprintf("%04d", protocollo.YearOf(a)); got != string(da[:4]) {
			t.Fatalf("year %s of day %s", got, da)
		}
	})
}

func TestParseDay(t *testing.T) {
	if d, err := protocollo.ParseDay("2028-02-29"); err != nil || d.Italian() != "29/02/2028" {
		t.Errorf("ParseDay = %s, %v", d.Italian(), err)
	}
	for _, bad := range []string{"", "2026-02-29", "2026-2-1", "01/02/2026", "2026-13-01", "2026-01-01T00:00:00Z"} {
		if d, err := protocollo.ParseDay(bad); !errors.Is(err, protocollo.Invalid) {
			t.Errorf("ParseDay(%q) = %q, %v", bad, d, err)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64]protocollo.Number{1: "0000001", 1234567: "1234567", 12345678: "12345678"} {
		got, err := protocollo.NumberFrom(n)
		if err != nil || got != want {
			t.Errorf("NumberFrom(%d) = %s, %v", n, got, err)
		}
		if back, err := got.Int(); err != nil || back != n {
			t.Errorf("%s.Int() = %d, %v", got, back, err)
		}
	}
	for _, n := range []int64{0, -1} {
		if got, err := protocollo.NumberFrom(n); err == nil {
			t.Errorf("NumberFrom(%d) = %s", n, got)
		}
	}
	for _, bad := range []protocollo.Number{"", "123456", "12345a7", " 1234567", "１２３４５６７", "-1234567"} {
		if bad.Valid() {
			t.Errorf("%q is valid", bad)
		}
	}
	if got := protocollo.Number("0001234").Short(); got != "1234" {
		t.Errorf("short %q", got)
	}
}

// TestDraftValidate is the table of the mandatory data (DPR 445/2000 art. 53(1); R1.2, R1.5, R1.10, R16.1).
func TestDraftValidate(t *testing.T) {
	const today = protocollo.Day("2026-03-02")
	incoming := func(change func(*protocollo.Draft)) protocollo.Draft {
		d := protocollo.Draft{Subject: "Richiesta", Senders: []protocollo.Correspondent{{Name: "Bianchi Lucia"}}}
		if change != nil {
			change(&d)
		}
		return d
	}
	outgoing := func(change func(*protocollo.Draft)) protocollo.Draft {
		d := protocollo.Draft{Direction: protocollo.Outgoing, Subject: "Risposta", Recipients: []protocollo.Correspondent{{Name: "Bianchi Lucia"}}}
		if change != nil {
			change(&d)
		}
		return d
	}
	type draft = protocollo.Draft
	for name, c := range map[string]struct {
		draft draft
		field string // "" = accepted
	}{
		"incoming":                       {incoming(nil), ""},
		"outgoing":                       {outgoing(nil), ""},
		"inside":                         {outgoing(func(d *draft) { d.Direction = protocollo.Inside }), ""},
		"anonymous":                      {incoming(func(d *draft) { d.Senders, d.Anonymous = nil, true }), ""},
		"an electronic document":         {incoming(func(d *draft) { d.Support, d.FileDigest = protocollo.SupportFile, "ab" }), ""},
		"arrived today":                  {incoming(func(d *draft) { d.ArrivalDay = today }), ""},
		"arrived earlier, with reason":   {incoming(func(d *draft) { d.ArrivalDay, d.ArrivalDayReason = "2026-02-27", "in cassetta" }), ""},
		"no subject":                     {incoming(func(d *draft) { d.Subject = " \t" }), "subject"},
		"no sender":                      {incoming(func(d *draft) { d.Senders = nil }), "senders"},
		"a sender of blanks":             {incoming(func(d *draft) { d.Senders[0].Name = "  " }), "senders"},
		"anonymous with a sender":        {incoming(func(d *draft) { d.Anonymous = true }), "senders"},
		"an anonymous outgoing one":      {outgoing(func(d *draft) { d.Anonymous = true }), "anonymous"},
		"no recipient":                   {outgoing(func(d *draft) { d.Recipients = nil }), "recipients"},
		"a copy for nobody":              {outgoing(func(d *draft) { d.Copies = []protocollo.Correspondent{{Address: "via Roma 1"}} }), "correspondent"},
		"unknown direction":              {incoming(func(d *draft) { d.Direction = "X" }), "direction"},
		"unknown means":                  {incoming(func(d *draft) { d.Means = "piccione" }), "means"},
		"unknown support":                {incoming(func(d *draft) { d.Support = "pergamena" }), "support"},
		"unknown envelope":               {incoming(func(d *draft) { d.Envelope = "trasparente" }), "envelope"},
		"a file without digest":          {incoming(func(d *draft) { d.Support = protocollo.SupportFile }), "fileDigest"},
		"arrived on no day":              {incoming(func(d *draft) { d.ArrivalDay, d.ArrivalDayReason = "ieri", "x" }), "arrivalDay"},
		"the sender's date is none":      {incoming(func(d *draft) { d.SenderRef.Day = "2026-02-30" }), "senderRef.day"},
		"arrived tomorrow":               {incoming(func(d *draft) { d.ArrivalDay = "2026-03-03" }), "arrivalDay"},
		"arrived earlier without reason": {incoming(func(d *draft) { d.ArrivalDay, d.ArrivalDayReason = "2026-02-27", " " }), "arrivalDayReason"},
	} {
		err := c.draft.Normalize().Validate(today)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var e *protocollo.Error
		if !errors.As(err, &e) || e.Class != protocollo.Invalid || e.Field != c.field {
			t.Errorf("%s: %v, want %s at fault", name, err, c.field)
		}
	}
}

func TestNormalizeIsIdempotentAndFillsDefaults(t *testing.T) {
	d := protocollo.Draft{Subject: "  Richiesta ", Senders: []protocollo.Correspondent{{Name: " Bianchi   Lucia "}, {}}}.Normalize()
	if d.Subject != "Richiesta" || len(d.Senders) != 1 || d.Senders[0].Name != "Bianchi Lucia" || d.Direction != protocollo.Incoming ||
		d.Means != protocollo.MeansPost || d.Support != protocollo.SupportPaper || d.Envelope != protocollo.EnvelopeOpened {
		t.Errorf("normalized %+v", d)
	}
	if again := d.Normalize(); fmt.Sprint(again) != fmt.Sprint(d) {
		t.Errorf("again %+v", again)
	}
}

// TestNormalizeLeavesNothingThatNoArchiveHolds: a subject pasted with a control character got a number, and could then never be
// archived, because the PDF/A's metadata are XML.
func TestNormalizeLeavesNothingThatNoArchiveHolds(t *testing.T) {
	given := protocollo.Draft{Subject: "Prima riga\vseconda\x00\uFFFE\n\tterza\x1b", Note: "\x01 nota",
		Senders:     []protocollo.Correspondent{{Name: "Bianchi\x02Lucia", Address: "via Roma\f1"}},
		Attachments: []protocollo.Attachment{{Description: "\x03tavola\u0085"}}}
	d := given.Normalize()
	for name, got := range map[string][2]string{
		"subject": {d.Subject, "Prima riga seconda  \n\tterza"}, "note": {d.Note, "nota"}, "name": {d.Senders[0].Name, "Bianchi Lucia"},
		"address": {d.Senders[0].Address, "via Roma 1"}, "attachment": {d.Attachments[0].Description, "tavola"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s is %q, want %q", name, got[0], got[1])
		}
	}
	if given.Attachments[0].Description != "\x03tavola\u0085" {
		t.Error("the caller's own list was changed")
	}
}

// TestPermissions is the matrix of R11.1, written out once more.
func TestPermissions(t *testing.T) {
	may := map[protocollo.Role][]protocollo.Action{
		protocollo.RoleAdministrator: {protocollo.ActAccounts, protocollo.ActDevices, protocollo.ActJournal},
		protocollo.RoleResponsabile: {protocollo.ActRegister, protocollo.ActSearch, protocollo.ActDecide, protocollo.ActPolicy, protocollo.ActAccounts,
			protocollo.ActDevices, protocollo.ActReadAll, protocollo.ActConfidential, protocollo.ActJournal, protocollo.ActTender, protocollo.ActTenderClose, protocollo.ActCompetition},
		protocollo.RoleOperator:    {protocollo.ActRegister, protocollo.ActSearch, protocollo.ActTender, protocollo.ActCompetition},
		protocollo.RoleReader:      {protocollo.ActSearch},
		protocollo.RoleTender:      {protocollo.ActSearch, protocollo.ActTender, protocollo.ActTenderClose},
		protocollo.RoleCompetition: {protocollo.ActSearch, protocollo.ActCompetition},
	}
	for _, role := range protocollo.Roles() {
		a := protocollo.Actor{User: "u", Roles: []protocollo.Role{role}}
		for _, act := range protocollo.Actions() {
			want := slices.Contains(may[role], act)
			if got := a.May(act); got != want {
				t.Errorf("%s may %s: %t, want %t", role, act, got, want)
			}
			if err := a.Require(act); (err == nil) != want || (err != nil && !errors.Is(err, protocollo.Forbidden)) {
				t.Errorf("%s requires %s: %v", role, act, err)
			}
		}
	}
	if len(protocollo.Roles()) != len(may) {
		t.Errorf("%d roles, the matrix has %d", len(protocollo.Roles()), len(may))
	}
	if protocollo.Station("AOO1").May(protocollo.ActDecide) {
		t.Error("the station decides by itself")
	}
}

// TestSees is the visibility of R11.2.
func TestSees(t *testing.T) {
	clerk := protocollo.Actor{User: "mrossi", AOO: "AOO1", Roles: []protocollo.Role{protocollo.RoleOperator}}
	boss := protocollo.Actor{User: "resp", AOO: "AOO1", Roles: []protocollo.Role{protocollo.RoleResponsabile}}
	reader := protocollo.Actor{User: "ufficio", AOO: "AOO1", UOR: "TRIB", Roles: []protocollo.Role{protocollo.RoleReader}}
	named := reader
	named.NamedForConfidential = true
	for name, c := range map[string]struct {
		a             protocollo.Actor
		aoo           protocollo.AOOCode
		operator, uor string
		confidential  bool
		want          bool
	}{
		"its own":                               {clerk, "AOO1", "mrossi", "", false, true},
		"its own, confidential":                 {clerk, "AOO1", "mrossi", "", true, true},
		"another's, as a clerk":                 {clerk, "AOO1", "lverdi", "", false, true},
		"another's, confidential":               {clerk, "AOO1", "lverdi", "", true, false},
		"of another AOO":                        {boss, "AOO2", "resp", "", false, false},
		"confidential, as Responsabile":         {boss, "AOO1", "lverdi", "", true, true},
		"its office's":                          {reader, "AOO1", "lverdi", "TRIB", false, true},
		"another office's":                      {reader, "AOO1", "lverdi", "ANAG", false, false},
		"of no office":                          {protocollo.Actor{User: "x", AOO: "AOO1"}, "AOO1", "lverdi", "", false, false},
		"its office's, confidential":            {reader, "AOO1", "lverdi", "TRIB", true, false},
		"its office's, confidential, and named": {named, "AOO1", "lverdi", "TRIB", true, true},
		"another office's, confidential, named": {named, "AOO1", "lverdi", "ANAG", true, false},
	} {
		if got := c.a.Sees(c.aoo, c.operator, c.uor, c.confidential); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

func TestReceiptValidate(t *testing.T) {
	good := protocollo.Receipt{Register: "PG", Year: 2026, Number: "0000001", Day: "2026-03-02", At: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*protocollo.Receipt){
		"no number":         func(r *protocollo.Receipt) { r.Number = "" },
		"a short number":    func(r *protocollo.Receipt) { r.Number = "123" },
		"no day":            func(r *protocollo.Receipt) { r.Day = "" },
		"half a day":        func(r *protocollo.Receipt) { r.Day = "202" },
		"the year before":   func(r *protocollo.Receipt) { r.Year = 2025 },
		"no year":           func(r *protocollo.Receipt) { r.Year = 0 },
		"no instant":        func(r *protocollo.Receipt) { r.At = time.Time{} },
		"a day of nonsense": func(r *protocollo.Receipt) { r.Day = "2026-99-99" },
	} {
		r := good
		change(&r)
		if err := r.Validate(); !errors.Is(err, protocollo.OutcomeUnknown) {
			t.Errorf("%s: %v, want OutcomeUnknown", name, err)
		}
	}
}

func TestErrorClasses(t *testing.T) {
	cause := io.ErrUnexpectedEOF
	err := fmt.Errorf("ask the centre: %w", protocollo.Errorf(protocollo.Unavailable, "centre", "read answer: %w", cause))
	if !errors.Is(err, protocollo.Unavailable) || errors.Is(err, protocollo.OutcomeUnknown) {
		t.Error("the class is not found through a wrap, or another one is")
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	for want, err := range map[protocollo.Class]error{
		"": nil, protocollo.Internal: errors.New("x"), protocollo.Unavailable: err, protocollo.Stopped: fmt.Errorf("x: %w", protocollo.Stopped),
	} {
		if got := protocollo.ClassOf(err); got != want {
			t.Errorf("class of %v is %q, want %q", err, got, want)
		}
	}
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Field != "centre" {
		t.Errorf("field %q", e.Field)
	}
}

// TestExceptionChoices: each kind can be answered, and only by the words that the screen has.
func TestExceptionChoices(t *testing.T) {
	for _, k := range []protocollo.ExceptionKind{protocollo.ExceptionNoCode, protocollo.ExceptionNotExpected, protocollo.ExceptionTwoCodes,
		protocollo.ExceptionCodeInside, protocollo.ExceptionStray, protocollo.ExceptionRepeated, protocollo.ExceptionScope, protocollo.ExceptionCount,
		protocollo.ExceptionArchive} {
		if len(k.Choices()) < 2 {
			t.Errorf("%s offers %v", k, k.Choices())
		}
	}
	if got := protocollo.ExceptionKind("x").Choices(); got != nil {
		t.Errorf("an unknown kind offers %v", got)
	}
}

// TestJournalHashCoversEverything: a change of any field changes the hash.
func TestJournalHashCoversEverything(t *testing.T) {
	base := protocollo.Entry{Seq: 1, At: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Actor: "mrossi", Kind: "intake.recorded", AOO: "AOO1", Intake: 7,
		Detail: []byte(`{"a":1}`), Rows: []protocollo.RowDigest{{Table: "intakes", ID: 7, Digest: "ab"}}, Prev: protocollo.GenesisHash}
	want, err := base.ComputeHash()
	if err != nil || len(want) != 64 {
		t.Fatalf("hash %q, %v", want, err)
	}
	for name, change := range map[string]func(*protocollo.Entry){
		"seq":    func(e *protocollo.Entry) { e.Seq++ },
		"at":     func(e *protocollo.Entry) { e.At = e.At.Add(time.Nanosecond) },
		"actor":  func(e *protocollo.Entry) { e.Actor += "x" },
		"kind":   func(e *protocollo.Entry) { e.Kind += "x" },
		"aoo":    func(e *protocollo.Entry) { e.AOO += "x" },
		"intake": func(e *protocollo.Entry) { e.Intake++ },
		"detail": func(e *protocollo.Entry) { e.Detail = []byte(`{"a":2}`) },
		"rows":   func(e *protocollo.Entry) { e.Rows = nil },
		"prev":   func(e *protocollo.Entry) { e.Prev = "1" + e.Prev[1:] },
	} {
		e := base
		change(&e)
		if got, err := e.ComputeHash(); err != nil || got == want {
			t.Errorf("%s is not covered: %v", name, err)
		}
	}
	zone := base
	zone.At = base.At.In(protocollo.Rome())
	if got, err := zone.ComputeHash(); err != nil || got != want {
		t.Errorf("the zone of an instant changes the hash: %v", err)
	}
}

func TestAnnulmentAndSetupValues(t *testing.T) {
	good := protocollo.Annulment{Reason: "x", ActNumber: "1", ActDay: "2026-03-02"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*protocollo.Annulment){
		"reason": func(a *protocollo.Annulment) { a.Reason = " " }, "actNumber": func(a *protocollo.Annulment) { a.ActNumber = "" },
		"actDay": func(a *protocollo.Annulment) { a.ActDay = "" },
	} {
		a := good
		change(&a)
		var e *protocollo.Error
		if err := a.Validate(); !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	nowhen := good
	nowhen.ActDay = "ieri"
	if err := nowhen.Validate(); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("an act of no day: %v", err)
	}
	for _, code := range []string{"", "c.a000", "c$a000", "c a000", "città", "0123456789abc"} {
		if protocollo.ValidCode(code) {
			t.Errorf("%q would break the barcode and is valid", code)
		}
	}
}
