package station_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"segnatura/internal/central/embedded"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/internal/testenv"
)

// TestConfigure: «Chi attribuisce i numeri di protocollo?» and what is refused as an answer (R17.1, R17.6).
func TestConfigure(t *testing.T) {
	good := func() (station.Setup, []station.NewAccount) {
		return station.Setup{
			Body:      protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Prova"},
			AOOs:      []protocollo.AOO{{Code: "AOO1", Name: "Unica", RegisterCode: "PG"}},
			Connector: embedded.Name, StartingNumber: 5001, ActNumber: "12", ActDay: "2026-02-27",
		}, []station.NewAccount{{User: "resp", Name: "Rita", AOO: "AOO1", Roles: []protocollo.Role{protocollo.RoleResponsabile}, Password: "hash"}}
	}
	o := unconfigured(t)
	for name, c := range map[string]struct {
		change func(*station.Setup, *[]station.NewAccount)
		code   string
	}{
		"a code that breaks the barcode": {func(s *station.Setup, _ *[]station.NewAccount) { s.Body.Code = "c.a000" }, "body.code"},
		"no AOO":                         {func(s *station.Setup, _ *[]station.NewAccount) { s.AOOs = nil }, "aoos"},
		"one AOO twice": {func(s *station.Setup, _ *[]station.NewAccount) {
			s.AOOs = append(s.AOOs, protocollo.AOO{Code: "aoo1", Name: "x", RegisterCode: "PG"})
		}, "aoos"},
		"an unknown connector": {func(s *station.Setup, _ *[]station.NewAccount) { s.Connector = "titulus" }, "connector"},
		"no first number":      {func(s *station.Setup, _ *[]station.NewAccount) { s.StartingNumber = 0 }, "startingNumber"},
		"no act":               {func(s *station.Setup, _ *[]station.NewAccount) { s.ActNumber = " " }, "actNumber"},
		"an act of no day":     {func(s *station.Setup, _ *[]station.NewAccount) { s.ActDay = "ieri" }, "actDay"},
		"no Responsabile": {func(_ *station.Setup, a *[]station.NewAccount) {
			(*a)[0].Roles = []protocollo.Role{protocollo.RoleOperator}
		}, "accounts"},
		"an account of nowhere": {func(_ *station.Setup, a *[]station.NewAccount) { (*a)[0].AOO = "AOO9" }, "accounts"},
		"a role of nobody":      {func(_ *station.Setup, a *[]station.NewAccount) { (*a)[0].Roles = append((*a)[0].Roles, "re") }, "accounts"},
		// The journal could not tell what the person did from what the station did by itself.
		"a person named as the station":  {func(_ *station.Setup, a *[]station.NewAccount) { (*a)[0].User = "stazione" }, "accounts"},
		"a user name with capitals":      {func(_ *station.Setup, a *[]station.NewAccount) { (*a)[0].User = "Resp" }, "accounts"},
		"a user name of two letters":     {func(_ *station.Setup, a *[]station.NewAccount) { (*a)[0].User = "rs" }, "accounts"},
		"a user name with a second line": {func(_ *station.Setup, a *[]station.NewAccount) { (*a)[0].User = "resp\n" }, "accounts"},
		"one user twice":                 {func(_ *station.Setup, a *[]station.NewAccount) { *a = append(*a, (*a)[0]) }, "accounts"},
	} {
		t.Run(name, func(t *testing.T) {
			setup, accounts := good()
			c.change(&setup, &accounts)
			wantClass(t, o.s.Configure(t.Context(), setup, accounts), protocollo.Invalid, c.code)
			if _, err := o.s.Setup(t.Context()); !errors.Is(err, protocollo.NotFound) {
				t.Errorf("configured all the same: %v", err)
			}
		})
	}
	setup, accounts := good()
	if err := o.s.Configure(t.Context(), setup, accounts); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Configure(t.Context(), setup, accounts); !errors.Is(err, protocollo.Conflict) {
		t.Errorf("configured twice: %v", err)
	}
	got, err := o.s.Setup(t.Context())
	if err != nil || got.ResponsabileTitle != "Responsabile della gestione documentale" {
		t.Errorf("setup %+v, %v", got, err)
	}
	if rec := o.register("key-0001", letter("x")); rec.Registration.Number != "0005001" {
		t.Errorf("the first number is %s", rec.Registration.Number)
	}
}

// TestTurnOfTheYear: an intake of the 31st that is numbered on the 1st has the new year's number and shows its arrival (R17.7).
func TestTurnOfTheYear(t *testing.T) {
	o := newOffice(t)
	o.clock.now = time.Date(2026, 12, 31, 22, 50, 0, 0, time.UTC) // 23:50 in Rome
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "x", "away")
	rec := o.register("key-0001", letter("dell'ultimo giorno"))
	o.clock.add(20 * time.Minute)
	o.registrar.always = nil
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	reg := o.record(rec.Intake.ID).Registration
	if reg == nil || reg.Key.Year != 2027 || reg.Number != "0000001" || reg.Day != "2027-01-01" || reg.Segnatura.ArrivalDay != "2026-12-31" {
		t.Errorf("registration %+v", reg)
	}
}

// TestReceipt: with and without number, and with the term of the procedure (R7.1, R7.2, R21.5).
func TestReceipt(t *testing.T) {
	o := newOffice(t)
	p, err := o.s.Policies(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	p.Terms = []station.ProcedureTerm{{Procedure: "Accesso agli atti", Text: "30 giorni"}}
	if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
		t.Fatal(err)
	}
	d := letter("Richiesta di accesso")
	d.AtCounter, d.Procedure, d.Attachments = true, "accesso agli atti", []protocollo.Attachment{{Description: "delega"}, {Description: "copia documento"}}
	rec := o.register("key-0001", d)
	got, err := o.s.Receipt(t.Context(), clerk, rec.Intake.ID)
	if err != nil || got.Reference != "Prot. n. 0000001 del 02/03/2026" || got.Term != "30 giorni" || got.Attachments != 2 || got.Sender != "Bianchi Lucia" ||
		!got.PresentedAt.Equal(rec.Intake.ArrivedAt) || got.Body != "Comune di Prova" || got.Banner != "" {
		t.Errorf("receipt %+v, %v", got, err)
	}
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "x", "away")
	anonymous := letter("Segnalazione")
	anonymous.Senders, anonymous.Anonymous = nil, true
	waiting := o.register("key-0002", anonymous)
	got, err = o.s.Receipt(t.Context(), clerk, waiting.Intake.ID)
	if err != nil || got.Reference != "" || got.IntakeID != "R 2/2026" || got.Term != "" || got.Sender != "anonimo" {
		t.Errorf("receipt without number %+v, %v", got, err)
	}
	_, err = o.s.Receipt(t.Context(), guest, rec.Intake.ID)
	wantClass(t, err, protocollo.Forbidden, "register")
	outgoing := letter("x")
	outgoing.Direction, outgoing.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Regione"}}
	_, err = o.s.Receipt(t.Context(), clerk, o.register("key-0003", outgoing).Intake.ID)
	wantClass(t, err, protocollo.Conflict, "not-incoming")
}

// TestOpen is the hand reader and the typed number (R16.4, R18.2).
func TestOpen(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("x"))
	o.register("key-0002", letter("y"))
	for name, code := range map[string]string{
		"the QR's payload": codeOf(rec), "a keyboard without capitals": strings.ToLower(codeOf(rec)), "the Code 128": "20260000001",
		"typed": "1/2026", "typed with zeros and blanks": " 0000001 / 2026 ", "the intake's": "R 1/2026", "the intake's, small": "r1/2026",
		"copied from a paper": rec.Registration.Citation(), "typed as papers have it": "prot. n. 1 del 02/03/2026", "the segnatura in one line": rec.Registration.Segnatura.Text(),
	} {
		got, err := o.s.Open(t.Context(), clerk, code)
		if err != nil || len(got) != 1 || got[0].Intake.ID != rec.Intake.ID {
			t.Errorf("%s (%q): %d records, %v", name, code, len(got), err)
		}
	}
	for code, class := range map[string]protocollo.Class{
		"9/2026": protocollo.NotFound, "0/2026": protocollo.NotFound, "R 9/2026": protocollo.NotFound, "20250000001": protocollo.NotFound,
		"c_a000|AOO1|ALTRO|0000001|2026-03-02": protocollo.NotFound, "n. 1/2026 R.E. 1/2026": protocollo.NotFound,
		"": protocollo.Invalid, "ciao": protocollo.Invalid, "SGN1.X": protocollo.Invalid,
	} {
		_, err := o.s.Open(t.Context(), clerk, code)
		wantClass(t, err, class, "code")
	}
	_, err := o.s.Open(t.Context(), alien, codeOf(rec))
	wantClass(t, err, protocollo.NotFound, "code")
}

// TestSearchNamesFirst: what was typed may begin the words of many letters; the one whose number it is comes first, once, and a code that was
// read into the search finds it too.
func TestSearchNamesFirst(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("La prima"))
	o.register("key-0002", letter("In risposta alla 1/2026"))
	for _, text := range []string{"1/2026", rec.Registration.Citation(), "20260000001", codeOf(rec)} {
		got, err := o.s.Search(t.Context(), clerk, station.Query{Text: text})
		if err != nil || len(got.Hits) == 0 || got.Hits[0].Intake.ID != rec.Intake.ID {
			t.Fatalf("%s: %+v, %v", text, got.Hits, err)
		}
		for _, h := range got.Hits[1:] {
			if h.Intake.ID == rec.Intake.ID {
				t.Errorf("%s names it twice", text)
			}
		}
	}
	if got, err := o.s.Search(t.Context(), clerk, station.Query{Text: "1/2026"}); err != nil || len(got.Hits) != 2 {
		t.Errorf("what cites it is lost: %+v, %v", got.Hits, err)
	}
	if got, err := o.s.Search(t.Context(), clerk, station.Query{Text: "1/2026", Missing: "archive"}); err != nil || len(got.Hits) != 0 {
		t.Errorf("another question is asked: %+v, %v", got.Hits, err)
	}
}

// TestConfidential: who is not named does not know that it exists, and each look is journaled (R11.2, R11.5).
func TestConfidential(t *testing.T) {
	o := newOffice(t)
	d := letter("Riservata")
	d.Confidential = true
	rec := o.labelled("key-0001", d)
	if _, err := o.s.ViewRecord(t.Context(), other, rec.Intake.ID); !errors.Is(err, protocollo.NotFound) {
		t.Errorf("another clerk: %v", err)
	}
	if _, err := o.s.LabelBitmap(t.Context(), other, rec.Registration.ID, 0); !errors.Is(err, protocollo.NotFound) {
		t.Errorf("another clerk's label: %v", err)
	}
	if _, err := o.s.ViewRecord(t.Context(), boss, rec.Intake.ID); err != nil {
		t.Fatal(err)
	}
	entries, err := o.s.History(t.Context(), boss, rec.Intake.ID)
	if err != nil || len(entries) == 0 || entries[len(entries)-1].Actor != boss.User {
		t.Errorf("the look is not in the journal: %+v, %v", entries, err)
	}
	for _, e := range o.events.all {
		if e.ID == rec.Registration.ID && e.Kind == station.EventRegistration && !e.Confidential {
			t.Error("an event of a confidential record goes to everybody")
		}
	}
	o.scan(&feeder{pages: []string{sheetOf("segreto", withCodes(codeOf(rec)))}}, station.ScanCommand{})
	page := o.record(rec.Intake.ID).Documents[0].PageList[0].ID
	if _, err := o.s.PagePicture(t.Context(), other, page, 320); !errors.Is(err, protocollo.NotFound) {
		t.Errorf("another clerk sees the page: %v", err)
	}
	if _, err := o.s.PagePicture(t.Context(), clerk, page, 320); err != nil {
		t.Errorf("who registered it does not: %v", err)
	}
}

// TestTitolario imports the Comune's scheme and finds by code and words (R13.1).
func TestTitolario(t *testing.T) {
	o := newOffice(t)
	f, err := os.Open(testenv.Shared(t, "titolario-comuni.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	_, err = o.s.ImportTitolario(t.Context(), clerk, "Comuni", "2026-01-01", f)
	wantClass(t, err, protocollo.Forbidden, "policy")
	n, err := o.s.ImportTitolario(t.Context(), boss, "Comuni", "2026-01-01", f)
	if err != nil {
		t.Fatal(err)
	}
	versions, err := o.s.Titolari(t.Context(), clerk)
	if err != nil || len(versions) != 1 || versions[0].Count != n {
		t.Errorf("versions %+v, %v", versions, err)
	}
	found, err := o.s.FindClassifica(t.Context(), clerk, "I.3", 5)
	if err != nil || len(found) == 0 || found[0].Code != "I.3" || found[0].Name != "Statuto" {
		t.Errorf("I.3 is %+v, %v", found, err)
	}
	// R13.1: titles I to XIV with 17, 22, 15, 14, 3, 10, 15, 7, 4, 5, 4, 5, 4 and 0 classes.
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	classes, err := station.ParseTitolario(f)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, c := range classes {
		title, class, _ := strings.Cut(c.Code, ".")
		if class != "" {
			count[title]++
		} else {
			count[title] += 0
		}
	}
	want := map[string]int{"I": 17, "II": 22, "III": 15, "IV": 14, "V": 3, "VI": 10, "VII": 15, "VIII": 7, "IX": 4, "X": 5, "XI": 4, "XII": 5, "XIII": 4, "XIV": 0}
	for title, n := range want {
		if got, ok := count[title]; !ok || got != n {
			t.Errorf("title %s has %d classes, want %d", title, got, n)
		}
	}
	if len(count) != len(want) {
		t.Errorf("titles %v", count)
	}
}

func TestParseTitolarioRefuses(t *testing.T) {
	const header = "titolo,denominazione_titolo,classe,denominazione_classe\n"
	for name, text := range map[string]string{
		"empty":             "",
		"only a header":     header,
		"another list":      "nome,cognome\nA,B\n",
		"no title":          header + ",Amministrazione,1,Statuto\n",
		"a class unnamed":   header + "I,Amministrazione,1,\n",
		"a class twice":     header + "I,Amministrazione,1,Statuto\nI,Amministrazione,1,Statuto\n",
		"too few fields":    header + "I,Amministrazione\n",
		"another encoding":  header + "I,Amministrazione,1,Citt\xe0\n",
		"a name too long":   header + "I,Amministrazione,1," + strings.Repeat("x", 401) + "\n",
		"a quote left open": header + "I,Amministrazione,1,\"Statuto\n",
	} {
		if got, err := station.ParseTitolario(strings.NewReader(text)); !errors.Is(err, protocollo.Invalid) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	got, err := station.ParseTitolario(strings.NewReader("\ufefftitolo;denominazione_titolo;classe;denominazione_classe\r\nXIV;Oggetti diversi;;\r\n"))
	if err != nil || len(got) != 1 || got[0].Code != "XIV" || got[0].Title != "Oggetti diversi" {
		t.Errorf("semicolons, a mark and no class: %+v, %v", got, err)
	}
}

func TestImportCorrespondents(t *testing.T) {
	o := newOffice(t)
	n, err := o.s.ImportCorrespondents(t.Context(), boss, strings.NewReader("Denominazione;PEC;Codice\nRegione Umbria;regione@pec.example;r_umbria\nVerdi Ada;;\n"))
	if err != nil || n != 2 {
		t.Fatalf("imported %d, %v", n, err)
	}
	list, err := o.s.Correspondents(t.Context(), clerk, "regi", 5)
	if err != nil || len(list) != 1 || list[0].Code != "r_umbria" || list[0].Email != "regione@pec.example" {
		t.Errorf("completed %+v, %v", list, err)
	}
	_, err = o.s.ImportCorrespondents(t.Context(), boss, strings.NewReader("name,code\nA,1\n,2\n"))
	wantClass(t, err, protocollo.Invalid, "csv")
	_, err = o.s.ImportCorrespondents(t.Context(), clerk, strings.NewReader("name\nA\n"))
	wantClass(t, err, protocollo.Forbidden, "policy")
}

// TestDraftsSurviveARestart and are forgotten when they become an intake (R16.4).
func TestDraftsSurviveARestart(t *testing.T) {
	o := newOffice(t)
	if err := o.s.SaveDraft(t.Context(), clerk, station.ParkedDraft{Key: "key-0001", Draft: letter("a metà"), Parked: true}); err != nil {
		t.Fatal(err)
	}
	o.restart()
	list, err := o.s.Drafts(t.Context(), clerk)
	if err != nil || len(list) != 1 || list[0].Draft.Subject != "a metà" || !list[0].Parked {
		t.Fatalf("drafts %+v, %v", list, err)
	}
	if list, err := o.s.Drafts(t.Context(), other); err != nil || len(list) != 0 {
		t.Errorf("another's drafts %+v, %v", list, err)
	}
	o.register("key-0001", letter("a metà"))
	if list, err := o.s.Drafts(t.Context(), clerk); err != nil || len(list) != 0 {
		t.Errorf("still a draft: %+v, %v", list, err)
	}
	if err := o.s.SaveDraft(t.Context(), clerk, station.ParkedDraft{Key: "key-0001"}); !errors.Is(err, protocollo.Conflict) {
		t.Errorf("a draft of an intake: %v", err)
	}
}

func TestDeliveries(t *testing.T) {
	o := newOffice(t)
	if d, err := o.s.CurrentDelivery(t.Context(), clerk); d != nil || err != nil {
		t.Errorf("delivery %+v, %v", d, err)
	}
	for name, c := range map[string]struct {
		d    protocollo.Delivery
		code string
	}{
		"of tomorrow":               {protocollo.Delivery{DeclaredDay: "2026-03-03"}, "declaredDay"},
		"of no day":                 {protocollo.Delivery{DeclaredDay: "2026-02-3", Reason: "x"}, "declaredDay"},
		"of before, without reason": {protocollo.Delivery{DeclaredDay: "2026-03-01"}, "reason"},
		"by pigeon":                 {protocollo.Delivery{Means: "piccione"}, "means"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := o.s.OpenDelivery(t.Context(), clerk, c.d)
			wantClass(t, err, protocollo.Invalid, c.code)
		})
	}
	d, err := o.s.OpenDelivery(t.Context(), clerk, protocollo.Delivery{DeclaredDay: "2026-02-27", Reason: "ufficio chiuso"})
	if err != nil {
		t.Fatal(err)
	}
	if now, err := o.s.CurrentDelivery(t.Context(), clerk); err != nil || now == nil || now.ID != d.ID {
		t.Errorf("current %+v, %v", now, err)
	}
	for range 2 {
		if _, err := o.s.CloseDelivery(t.Context(), clerk, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if now, err := o.s.CurrentDelivery(t.Context(), clerk); now != nil || err != nil {
		t.Errorf("current %+v, %v", now, err)
	}
}

// TestClockThatGoesBack: a clock that goes back stops numbering until the Responsabile says that it is right (R17.5).
func TestClockThatGoesBack(t *testing.T) {
	o := newOffice(t)
	o.register("key-0001", letter("x"))
	o.clock.add(-3 * time.Hour)
	_, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0002", Draft: letter("y")})
	wantClass(t, err, protocollo.Stopped, "clock")
	stops, err := o.s.Stops(t.Context(), clerk)
	if err != nil || len(stops) == 0 || stops[0].Code != "clock" {
		t.Errorf("stops %+v, %v", stops, err)
	}
	wantClass(t, o.s.ConfirmClock(t.Context(), clerk, "è giusta"), protocollo.Forbidden, "decide")
	wantClass(t, o.s.ConfirmClock(t.Context(), boss, " "), protocollo.Invalid, "reason")
	o.clock.add(4 * time.Hour)
	if err := o.s.ConfirmClock(t.Context(), boss, "orologio rimesso"); err != nil {
		t.Fatal(err)
	}
	if rec := o.register("key-0002", letter("y")); rec.Registration.Number != "0000002" {
		t.Errorf("number %s", rec.Registration.Number)
	}
}

func TestConfirmRestoreIsChecked(t *testing.T) {
	o := newOffice(t)
	for code, r := range map[string]station.RestoreConfirmation{
		"lastNumber": {LastNumber: "12", ActNumber: "1", ActDay: "2026-03-02"},
		"actNumber":  {LastNumber: "0000012", ActDay: "2026-03-02"},
		"actDay":     {LastNumber: "0000012", ActNumber: "1"},
	} {
		wantClass(t, o.s.ConfirmRestore(t.Context(), boss, r), protocollo.Invalid, code)
	}
	wantClass(t, o.s.ConfirmRestore(t.Context(), clerk, station.RestoreConfirmation{}), protocollo.Forbidden, "decide")
}

// TestPolicies: a second Responsabile's page that is out of date changes nothing.
func TestPolicies(t *testing.T) {
	o := newOffice(t)
	p, err := o.s.Policies(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	stale := p
	p.PageProfile = "comune"
	if p, err = o.s.SavePolicies(t.Context(), boss, p); err != nil || p.SetBy != boss.User {
		t.Fatalf("policies %+v, %v", p, err)
	}
	if _, err := o.s.SavePolicies(t.Context(), boss, stale); !errors.Is(err, protocollo.Conflict) {
		t.Errorf("a stale version: %v", err)
	}
	p.PageProfile = "boh"
	_, err = o.s.SavePolicies(t.Context(), boss, p)
	wantClass(t, err, protocollo.Invalid, "pageProfile")
	p.PageProfile, p.Terms = "", []station.ProcedureTerm{{Procedure: "x"}}
	_, err = o.s.SavePolicies(t.Context(), boss, p)
	wantClass(t, err, protocollo.Invalid, "terms")
	_, err = o.s.SavePolicies(t.Context(), clerk, p)
	wantClass(t, err, protocollo.Forbidden, "policy")
}

// TestNewRefusesAHole: a port that was forgotten is named at the start, not when a clerk meets it.
func TestNewRefusesAHole(t *testing.T) {
	o := newOffice(t)
	for name, change := range map[string]func(*station.Config){
		"Intakes": func(c *station.Config) { c.Intakes = nil }, "Checker": func(c *station.Config) { c.Checker = nil },
		"Clock": func(c *station.Config) { c.Clock = nil }, "Scratch": func(c *station.Config) { c.Scratch = nil },
	} {
		cfg := o.cfg
		change(&cfg)
		if _, err := station.New(cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
