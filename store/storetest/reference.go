package storetest

import (
	"context"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

func testSetup(t *testing.T, f *Fixture) {
	ctx := context.Background()
	Fails(t, f.SaveSetup(ctx, Setup(), nil), protocollo.Conflict, "setup")
	s, err := f.Store.Setup(ctx)
	f.ok(err)
	if s.Body != Body() || len(s.AOOs) != 2 || s.AOOs[1] != OtherAOO() || s.Trial || s.ConfiguredAt.Before(Start()) || s.ActDay != "2026-01-02" {
		t.Fatalf("setup: %+v", s)
	}
	p, err := f.Policies(ctx, AOO().Code)
	f.ok(err)
	if p.Version != 0 || p.PageProfile != "predefinito" || p.Label != (station.LabelSwitches{Time: true}) {
		t.Fatalf("default policies: %+v", p)
	}
	p.PageProfile = "comune"
	p.Terms = []station.ProcedureTerm{{Procedure: "accesso", Text: "30 giorni"}}
	saved, err := f.SavePolicies(ctx, Chief(), p)
	f.ok(err)
	if saved.Version != 1 || saved.SetBy != "rosa" || saved.SetAt.IsZero() {
		t.Fatalf("saved: %+v", saved)
	}
	_, err = f.SavePolicies(ctx, Chief(), p)
	Fails(t, err, protocollo.Conflict, "policies")
	again, err := f.Policies(ctx, AOO().Code)
	f.ok(err)
	if again.PageProfile != "comune" || again.Terms[0].Text != "30 giorni" || again.Version != 1 {
		t.Fatalf("read again: %+v", again)
	}
	foreign := again
	foreign.AOO = OtherAOO().Code
	_, err = f.SavePolicies(ctx, Chief(), foreign)
	Fails(t, err, protocollo.NotFound, "aoo")
	if other, err := f.Policies(ctx, OtherAOO().Code); err != nil || other.Version != 0 {
		t.Fatalf("the other AOO's policies: %+v, %v", other, err)
	}
}

func testCompletion(t *testing.T, f *Fixture) {
	ctx := context.Background()
	added, err := f.ImportCorrespondents(ctx, Chief(), []protocollo.Correspondent{
		{Name: "Zeta Perù S.r.l.", Email: "zeta@example.it", Code: "01234567890"}, {Name: "Peruzzi Anna"}, {Name: "Peruzzi Anna", Address: "via Roma 1"}})
	f.ok(err)
	if added != 2 {
		t.Fatalf("added %d", added)
	}
	f.Record(Draft("Richiesta", "Perugini Carla"))
	secret := Draft("Sanzione disciplinare", "Peroni Ugo")
	secret.Confidential = true
	f.Record(secret)
	names := func(prefix string) (list []string) {
		t.Helper()
		found, err := f.Correspondents(ctx, AOO().Code, prefix, 10)
		f.ok(err)
		for _, c := range found {
			list = append(list, c.Name)
		}
		return list
	}
	if got := names("PERÙ"); len(got) != 3 || got[0] != "Perugini Carla" || got[2] != "Zeta Perù S.r.l." {
		t.Fatalf("completed: %q", got)
	}
	if got := names("pero"); len(got) != 0 {
		t.Fatalf("a confidential letter's sender is offered: %q", got)
	}
	f.ok(f.SaveSubjectModel(ctx, Chief(), "Richiesta di accesso agli atti"))
	subjects, err := f.Subjects(ctx, AOO().Code, "rich", 10)
	f.ok(err)
	if len(subjects) != 2 || subjects[0] != "Richiesta di accesso agli atti" {
		t.Fatalf("subjects: %q", subjects)
	}
	if subjects, err = f.Subjects(ctx, AOO().Code, "sanzione", 10); err != nil || len(subjects) != 0 {
		t.Fatalf("a confidential subject is offered: %q, %v", subjects, err)
	}
	if subjects, err = f.Subjects(ctx, OtherAOO().Code, "rich", 10); err != nil || len(subjects) != 0 {
		t.Fatalf("another AOO's subject is offered: %q, %v", subjects, err)
	}
	f.ok(f.SaveUOR(ctx, Chief(), protocollo.UOR{Code: "UT", Name: "Ufficio tecnico"}))
	f.ok(f.SaveUOR(ctx, Chief(), protocollo.UOR{Code: "UT", Name: "Area tecnica"}))
	uors, err := f.UORs(ctx, AOO().Code)
	f.ok(err)
	if len(uors) != 1 || uors[0].Name != "Area tecnica" {
		t.Fatalf("units: %+v", uors)
	}
}

func testTitolario(t *testing.T, f *Fixture) {
	ctx := context.Background()
	old := station.Titolario{Name: "Titolario 2020", ValidFrom: "2020-01-01", Classes: []station.Classifica{
		{Code: "I.1", Title: "Amministrazione generale", Name: "Legislazione"}, {Code: "I.10", Title: "Amministrazione generale", Name: "Università e città"}}}
	_, err := f.ImportTitolario(ctx, Chief(), station.Titolario{Name: "x", ValidFrom: "2020-13-01", Classes: old.Classes})
	Fails(t, err, protocollo.Invalid, "validFrom")
	if _, err = f.ImportTitolario(ctx, Chief(), old); err != nil {
		t.Fatal(err)
	}
	_, err = f.ImportTitolario(ctx, Chief(), old)
	Fails(t, err, protocollo.Conflict, "titolario")
	next := station.Titolario{Name: "Titolario 2026", ValidFrom: "2026-01-01", Classes: []station.Classifica{
		{Code: "I.1", Title: "Amministrazione", Name: "Statuto"}, {Code: "I.2", Title: "Amministrazione", Name: "Protocollo e archivio"}, {Code: "I.3", Title: "Amministrazione", Name: "Archivio"},
	}}
	if _, err = f.ImportTitolario(ctx, Chief(), next); err != nil {
		t.Fatal(err)
	}
	versions, err := f.Titolari(ctx, AOO().Code)
	f.ok(err)
	if len(versions) != 2 || versions[0].ValidTo != "2025-12-31" || versions[0].Count != 2 || versions[1].ValidTo != "" {
		t.Fatalf("versions: %+v", versions)
	}
	for _, c := range []struct {
		query string
		day   protocollo.Day
		want  []string
	}{
		{"i.1", "2025-12-31", []string{"Legislazione", "Università e città"}},
		{"citta univ", "2025-12-31", []string{"Università e città"}},
		{"", "2025-12-31", []string{"Legislazione", "Università e città"}},
		{"I.1", "2026-01-01", []string{"Statuto"}},
		{"archivio", "2026-01-01", []string{"Archivio", "Protocollo e archivio"}},
		{"I.1", "2019-12-31", nil},
		{"nulla", "2026-01-01", nil},
	} {
		found, err := f.FindClassifica(ctx, AOO().Code, c.query, c.day, 10)
		f.ok(err)
		var names []string
		for _, x := range found {
			names = append(names, x.Name)
		}
		if len(names) != len(c.want) {
			t.Fatalf("%q on %s: %q, want %q", c.query, c.day, names, c.want)
		}
		for i := range names {
			if names[i] != c.want[i] {
				t.Fatalf("%q on %s: %q, want %q", c.query, c.day, names, c.want)
			}
		}
	}
}

func testResolve(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	code, err := protocollo.ParseBarcode(r.Barcode(protocollo.Incoming).Payload()) // upper case, as it is read
	f.ok(err)
	got, err := f.ResolveBarcode(ctx, code)
	f.ok(err)
	if got.Registration.ID != r.ID || got.Intake.ID != r.IntakeID || !got.Facets.Numbered || got.Facets.Labelled {
		t.Fatalf("resolved: %+v", got)
	}
	for name, change := range map[string]func(*protocollo.Barcode){
		"another number":   func(b *protocollo.Barcode) { b.Number = "0000002" },
		"another year":     func(b *protocollo.Barcode) { b.Year = 2025 },
		"another AOO":      func(b *protocollo.Barcode) { b.AOO = OtherAOO().Code },
		"a foreign AOO":    func(b *protocollo.Barcode) { b.AOO = "X" },
		"another body":     func(b *protocollo.Barcode) { b.Amministrazione = "c_altro" },
		"another register": func(b *protocollo.Barcode) { b.Register = "RE" },
		"an emergency":     func(b *protocollo.Barcode) { b.Kind = protocollo.BarcodeEmergency },
	} {
		other := code
		change(&other)
		if _, err := f.ResolveBarcode(ctx, other); protocollo.ClassOf(err) != protocollo.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	year, number, ok := protocollo.ParseHandCode(protocollo.HandCode(r.Key.Year, r.Number))
	if !ok {
		t.Fatal("the hand code does not parse")
	}
	list, err := f.ResolveHandCode(ctx, AOO().Code, year, number)
	f.ok(err)
	if len(list) != 1 || list[0].Registration.ID != r.ID {
		t.Fatalf("hand code: %+v", list)
	}
	if list, err = f.ResolveHandCode(ctx, OtherAOO().Code, year, number); err != nil || len(list) != 0 {
		t.Fatalf("another AOO's hand code: %+v, %v", list, err)
	}
}

func testVisibility(t *testing.T, f *Fixture) {
	ctx := context.Background()
	plain := Draft("Lettera ordinaria", "Mario")
	plain.UOR = "UT"
	secret := Draft("Lettera riservata", "Mario")
	secret.UOR, secret.Confidential = "UT", true
	records := map[string]protocollo.Registration{"plain": f.Register(plain), "secret": f.Register(secret)}
	named := Reader("UT")
	named.NamedForConfidential = true
	colleague := Clerk()
	colleague.User = "bruno"
	foreign := Chief()
	foreign.AOO = OtherAOO().Code
	for _, c := range []struct {
		name          string
		actor         protocollo.Actor
		plain, secret bool
	}{
		{"who registered it", Clerk(), true, true},
		{"another clerk", colleague, true, false},
		{"the Responsabile", Chief(), true, true},
		{"a reader of the office", Reader("UT"), true, false},
		{"a reader who was named", named, true, true},
		{"a reader of another office", Reader("XX"), false, false},
		{"a reader without office", Reader(""), false, false},
		{"the other AOO's Responsabile", foreign, false, false},
	} {
		want := map[string]bool{"plain": c.plain, "secret": c.secret}
		seen := 0
		for kind, r := range records {
			in, err := f.Store.Record(ctx, c.actor, r.ID)
			if ok := err == nil; ok != want[kind] || (err != nil && protocollo.ClassOf(err) != protocollo.NotFound) {
				t.Errorf("%s: record %s: %v", c.name, kind, err)
			}
			if want[kind] {
				seen++
				if !c.actor.Sees(in.Intake.AOO, in.Intake.Operator, in.Intake.Draft.UOR, in.Intake.Draft.Confidential) {
					t.Errorf("%s: sees %s, and protocollo says no", c.name, kind)
				}
			}
			if h, err := f.History(ctx, c.actor, r.IntakeID); (err == nil && len(h) > 0) != want[kind] {
				t.Errorf("%s: history of %s: %d entries, %v", c.name, kind, len(h), err)
			}
			if err := f.RecordView(ctx, c.actor, r.IntakeID); (err == nil) != want[kind] {
				t.Errorf("%s: view of %s: %v", c.name, kind, err)
			}
		}
		res, err := f.Search(ctx, c.actor, station.Query{Text: "lettera"})
		f.ok(err)
		if len(res.Hits) != seen {
			t.Errorf("%s: finds %d, sees %d", c.name, len(res.Hits), seen)
		}
		counts, err := f.Counts(ctx, c.actor)
		f.ok(err)
		if counts.RegisteredToday != seen {
			t.Errorf("%s: counts %+v, sees %d", c.name, counts, seen)
		}
		entries, err := f.Journal(ctx, c.actor, 0, 0)
		f.ok(err)
		about := map[int64]bool{}
		for _, e := range entries {
			about[e.Intake] = true
		}
		for kind, r := range records {
			if about[r.IntakeID] != want[kind] {
				t.Errorf("%s: journal lists %s: %v", c.name, kind, about[r.IntakeID])
			}
		}
	}
	views := 0
	entries, err := f.Journal(ctx, Chief(), 0, 0)
	f.ok(err)
	for _, e := range entries {
		want := ""
		if e.Intake != 0 {
			rec, err := f.IntakeRecord(ctx, Chief(), e.Intake)
			f.ok(err)
			want = rec.Intake.Code()
			if rec.Registration != nil {
				want = string(rec.Registration.Number) + "/2026"
			}
		}
		if e.Letter != want {
			t.Errorf("an entry about intake %d names the letter %q, want %q", e.Intake, e.Letter, want)
		}
		if e.Kind == "confidential.viewed" {
			views++
			if e.Intake != records["secret"].IntakeID {
				t.Errorf("a view of intake %d is journaled", e.Intake)
			}
		}
	}
	if views != 3 {
		t.Errorf("%d views are journaled (R11.5)", views)
	}
}

func testSearch(t *testing.T, f *Fixture) {
	ctx := context.Background()
	first := Draft("Richiesta di agibilità, via Garibaldi", "Perù Giovanni")
	first.SenderRef.Protocol, first.ExternalRef = "AB/77", "SUE-991"
	a := f.Register(first)
	out := Draft("Risposta", "Comune")
	out.Direction = protocollo.Outgoing
	b := f.Register(out)
	c := f.Record(Draft("Senza numero", "Perù Giovanni"))
	d := f.Register(Draft("Quarta", "Luigi"))
	f.Label(a)
	find := func(q station.Query, want ...int64) {
		t.Helper()
		res, err := f.Search(ctx, Chief(), q)
		f.ok(err)
		var ids []int64
		for _, h := range res.Hits {
			ids = append(ids, h.Intake.ID)
		}
		if len(ids) != len(want) {
			t.Fatalf("%+v finds %v, want %v", q, ids, want)
		}
		for i := range ids {
			if ids[i] != want[i] {
				t.Fatalf("%+v finds %v, want %v", q, ids, want)
			}
		}
	}
	find(station.Query{Text: "agibilita GARIB"}, a.IntakeID)
	find(station.Query{Text: "peru"}, c.Intake.ID, a.IntakeID)
	find(station.Query{Text: "SUE-991"}, a.IntakeID)
	find(station.Query{Text: "ab/77"}, a.IntakeID)
	find(station.Query{Text: "0000002"}, b.IntakeID)
	find(station.Query{Text: `" OR subject:*`})
	find(station.Query{Text: "«»"})
	find(station.Query{Number: "3"}, d.IntakeID)
	find(station.Query{Number: "0000003", Year: 2026}, d.IntakeID)
	find(station.Query{Number: "abc"})
	find(station.Query{Year: 2025})
	find(station.Query{Direction: protocollo.Outgoing}, b.IntakeID)
	find(station.Query{From: "2026-03-10", To: "2026-03-10"}, d.IntakeID, b.IntakeID, a.IntakeID)
	find(station.Query{To: "2026-03-09"})
	find(station.Query{Missing: "number"}, c.Intake.ID)
	find(station.Query{Missing: "label"}, d.IntakeID, b.IntakeID)
	find(station.Query{Missing: "scan"}, a.IntakeID)
	find(station.Query{Missing: "archive"})
	find(station.Query{Missing: "file"}, d.IntakeID, b.IntakeID, a.IntakeID)
	_, err := f.Search(ctx, Chief(), station.Query{Missing: "sense"})
	Fails(t, err, protocollo.Invalid, "missing")
	page, err := f.Search(ctx, Chief(), station.Query{Limit: 3})
	f.ok(err)
	if len(page.Hits) != 3 || page.Next == 0 {
		t.Fatalf("first page: %d hits, next %d", len(page.Hits), page.Next)
	}
	page, err = f.Search(ctx, Chief(), station.Query{Limit: 3, Before: page.Next})
	f.ok(err)
	if len(page.Hits) != 1 || page.Next != 0 || page.Hits[0].Intake.ID != a.IntakeID {
		t.Fatalf("last page: %+v", page)
	}
	counts, err := f.Counts(ctx, Chief())
	f.ok(err)
	if want := (station.Counts{WithoutNumber: 1, ToScan: 3, RegisteredToday: 3}); counts != want {
		t.Fatalf("counts %+v, want %+v", counts, want)
	}
	for _, o := range []protocollo.AttemptOutcome{protocollo.AttemptUnavailable, protocollo.AttemptUnknown, protocollo.AttemptRejected} {
		f.ok(f.SettleAttempt(ctx, f.Record(Draft("Finita "+string(o), "Mario")).Attempt.ID, o, ""))
	}
	counts, err = f.Counts(ctx, Chief())
	f.ok(err)
	if counts.WithoutNumber != 2 || counts.OutcomesUnknown != 1 || counts.Refused != 1 {
		t.Fatalf("waiting, to look up and refused are %+v", counts)
	}
	before, err := f.Journal(ctx, Chief(), 5, 2)
	f.ok(err)
	if len(before) != 2 || before[0].Seq != 4 || before[1].Seq != 3 {
		t.Fatalf("journal before 5: %+v", before)
	}
}
