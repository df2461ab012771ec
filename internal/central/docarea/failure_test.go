package docarea_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/central/docarea"
	"segnatura/internal/protocollo"
)

// TestWhatAFailureProves: before Protocollazione nothing is numbered, whatever happens; of its own answers only a clear no says so.
func TestWhatAFailureProves(t *testing.T) {
	const (
		fault  = `<s:Fault><faultcode>s:Server</faultcode><faultstring>java.lang.NullPointerException</faultstring></s:Fault>`
		denied = `<s:Fault><faultcode>s:Client</faultcode><faultstring>busta non valida</faultstring></s:Fault>`
	)
	fin, hal, tin := spelled[docarea.Finmatica], spelled[docarea.Halley], spelled[docarea.TINN]
	tests := map[string]struct {
		dialect   docarea.Dialect
		operation string
		answers   []string // instead of those that work
		want      protocollo.Class
		words     string
		asked     string // every call, in order
	}{
		"log-in refused": {docarea.Finmatica, fin.login, []string{fin.code(-8, "username o password invalidi")}, protocollo.Unavailable, "username o password invalidi", "login"},
		"log-in fails":   {docarea.Finmatica, fin.login, []string{fault}, protocollo.Unavailable, "java.lang.NullPointerException", "login"},
		"log-in denied":  {docarea.Finmatica, fin.login, []string{denied}, protocollo.Unavailable, "busta non valida", "login"},
		"no token":       {docarea.Finmatica, fin.login, []string{fin.loggedIn("")}, protocollo.Unavailable, "", "login"},
		"no code":        {docarea.Finmatica, fin.login, []string{"<r><strDST>x</strDST></r>"}, protocollo.Unavailable, "", "login"},
		"sheet refused": {docarea.Finmatica, fin.insert, []string{fin.code(-51, "Verifica della firma fallita")}, protocollo.Rejected, "Verifica della firma fallita",
			"login inserimento login inserimento"},
		"sheet fails": {docarea.Finmatica, fin.insert, []string{fault}, protocollo.Unavailable, "java.lang.NullPointerException", "login inserimento"},
		"sheet lost":  {docarea.Finmatica, fin.insert, []string{fin.inserted(0)}, protocollo.Unavailable, "", "login inserimento"},
		"session never good": {docarea.Finmatica, fin.insert, []string{fin.code(-2, "DST non valido")}, protocollo.Unavailable, "DST non valido",
			"login inserimento login inserimento"},
		"number refused":               {docarea.Finmatica, fin.number, []string{fin.code(-104, "Titolario inesistente")}, protocollo.Rejected, "Titolario inesistente", "login inserimento protocollazione"},
		"number refused without words": {docarea.Finmatica, fin.number, []string{fin.code(-104, "")}, protocollo.Rejected, "errore -104", "login inserimento protocollazione"},
		"session ends before the number": {docarea.Finmatica, fin.number, []string{fin.code(-2, "DST non valido")}, protocollo.Unavailable, "DST non valido",
			"login inserimento protocollazione login inserimento protocollazione"},
		"number fails":   {docarea.Finmatica, fin.number, []string{fault}, protocollo.OutcomeUnknown, "java.lang.NullPointerException", "login inserimento protocollazione"},
		"number denied":  {docarea.Finmatica, fin.number, []string{denied}, protocollo.Rejected, "busta non valida", "login inserimento protocollazione"},
		"no number":      {docarea.Finmatica, fin.number, []string{fin.numbered(0, 2026, "02/03/2026")}, protocollo.OutcomeUnknown, "", "login inserimento protocollazione"},
		"no day":         {docarea.Finmatica, fin.number, []string{fin.numbered(7, 2026, "")}, protocollo.OutcomeUnknown, "", "login inserimento protocollazione"},
		"another year":   {docarea.Finmatica, fin.number, []string{fin.numbered(7, 2025, "02/03/2026")}, protocollo.OutcomeUnknown, "", "login inserimento protocollazione"},
		"no such day":    {docarea.Finmatica, fin.number, []string{fin.numbered(7, 2026, "31/02/2026")}, protocollo.OutcomeUnknown, "", "login inserimento protocollazione"},
		"number twice":   {docarea.Finmatica, fin.number, []string{fin.numbered(7, 2026, "02/03/2026") + "<lngNumPG>8</lngNumPG>"}, protocollo.OutcomeUnknown, "", "login inserimento protocollazione"},
		"no code beside": {docarea.Finmatica, fin.number, []string{"<r><lngNumPG>7</lngNumPG></r>"}, protocollo.OutcomeUnknown, "", "login inserimento protocollazione"},
		"refused, and yet numbered": {docarea.Finmatica, fin.number, []string{"<lngNumPG>7</lngNumPG>" + fin.code(-100, "iter non avviato")}, protocollo.OutcomeUnknown, "iter non avviato",
			"login inserimento protocollazione"},
		"Halley's own no":         {docarea.Halley, hal.number, []string{hal.code(-555, "Codice Titolario non presente")}, protocollo.Rejected, "Codice Titolario non presente", "Login Inserimento Protocollazione"},
		"Halley's half number":    {docarea.Halley, hal.number, []string{hal.code(992, "collegamento fra documento e protocollo")}, protocollo.OutcomeUnknown, "collegamento fra documento e protocollo", "Login Inserimento Protocollazione"},
		"TINN's no":               {docarea.TINN, tin.number, []string{tin.code(5, "mittente")}, protocollo.Rejected, "mittente", "Login Inserimento Protocollazione"},
		"TINN spells it as it is": {docarea.TINN, tin.number, []string{fin.numbered(7, 2026, "02/03/2026")}, protocollo.OutcomeUnknown, "", "Login Inserimento Protocollazione"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			answers := spelled[test.dialect].working()
			answers[test.operation] = test.answers
			s := scripted(t, answers)
			_, err := connector(t, test.dialect, s.url).Register(t.Context(), request("k"))
			if !errors.Is(err, test.want) || protocollo.ClassOf(err) != test.want {
				t.Fatalf("%v, want %s", err, test.want)
			}
			var e *protocollo.Error
			if errors.As(err, &e); e.Words != test.words {
				t.Errorf("words %q, want %q", e.Words, test.words)
			}
			if asked := strings.Join(s.operations(), " "); asked != test.asked {
				t.Errorf("asked %q, want %q", asked, test.asked)
			}
		})
	}
}

// TestAnswersInPieces: rpc/encoded may put a value beside the element that points to it; what points nowhere, or is there twice, says nothing.
func TestAnswersInPieces(t *testing.T) {
	const first, code = `<ProtocollazioneResponse><return href="#id0"/></ProtocollazioneResponse>`, `<multiRef id="id1">0</multiRef>`
	for name, test := range map[string]struct {
		answer string
		number protocollo.Number // "": the outcome is unknown
	}{
		"whole":  {first + `<multiRef id="id0"><IngNumPG href="#id2"/><IngAnnoPG href="#id3"/><StrDataPG>02/03/2026</StrDataPG><IngErrNumber href="#id1"/></multiRef>` + code + `<multiRef id="id2">7</multiRef><multiRef id="id3">2026</multiRef>`, "0000007"},
		"part":   {first + `<multiRef id="id0"><IngNumPG>7</IngNumPG><IngAnnoPG>2026</IngAnnoPG><StrDataPG>02/03/2026</StrDataPG><IngErrNumber href="#id1"/></multiRef>` + code, "0000007"},
		"astray": {first + `<multiRef id="id0"><IngNumPG href="#id9"/><IngAnnoPG>2026</IngAnnoPG><StrDataPG>02/03/2026</StrDataPG><IngErrNumber href="#id1"/></multiRef>` + code, ""},
		"twice":  {first + `<multiRef id="id0"><IngNumPG>7</IngNumPG><IngNumPG href="#id1"/><IngAnnoPG>2026</IngAnnoPG><StrDataPG>02/03/2026</StrDataPG><IngErrNumber href="#id1"/></multiRef>` + code, ""},
	} {
		n := spelled[docarea.TINN]
		answers := n.working()
		answers[n.number] = []string{"raw:" + test.answer}
		r, err := connector(t, docarea.TINN, scripted(t, answers).url).Register(t.Context(), request("k"))
		if r.Number != test.number || test.number == "" && !errors.Is(err, protocollo.OutcomeUnknown) || test.number != "" && err != nil {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// TestSessionIsKept: one log-in serves many letters; a session that ended costs one more, also where the number was refused for it.
func TestSessionIsKept(t *testing.T) {
	fin := spelled[docarea.Finmatica]
	answers := fin.working()
	answers[fin.number] = []string{fin.numbered(1, 2026, "02/03/2026"), fin.code(-2, "DST non valido"), fin.numbered(2, 2026, "02/03/2026")}
	s := scripted(t, answers)
	c := connector(t, docarea.Finmatica, s.url)
	for i, want := range []protocollo.Number{"0000001", "0000002"} {
		if r, err := c.Register(t.Context(), request("k")); err != nil || r.Number != want {
			t.Fatalf("letter %d: %+v, %v", i, r, err)
		}
	}
	if got, want := strings.Join(s.operations(), " "), "login inserimento protocollazione inserimento protocollazione login inserimento protocollazione"; got != want {
		t.Fatalf("asked %q, want %q", got, want)
	}
	last := s.asked[len(s.asked)-1]
	last.has(t, ">DST-2<")
}

// TestNothingIsSentWithoutSheet: a letter without its intake sheet stays here.
func TestNothingIsSentWithoutSheet(t *testing.T) {
	s := scripted(t, nil)
	r := request("k")
	r.Sheet = nil
	if _, err := connector(t, docarea.Finmatica, s.url).Register(t.Context(), r); !errors.Is(err, protocollo.Unavailable) || len(s.operations()) != 0 {
		t.Fatalf("%v, asked %v", err, s.operations())
	}
}

// TestDays: the forms in which centres write a day.
func TestDays(t *testing.T) {
	fin := spelled[docarea.Finmatica]
	for written, want := range map[string]protocollo.Day{"02/03/2026": "2026-03-02", "2026-03-02": "2026-03-02", "02/03/2026 09:15:00": "2026-03-02",
		"2026-03-02T09:15:00+01:00": "2026-03-02", "02-03-2026": "2026-03-02", "3/2/2026 x": "", "20260302": ""} {
		answers := fin.working()
		answers[fin.number] = []string{fin.numbered(7, 2026, written)}
		r, err := connector(t, docarea.Finmatica, scripted(t, answers).url).Register(t.Context(), request("k"))
		if r.Day != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", written, r.Day, err)
		}
	}
}

// TestAttachSeesBeforeItAdds: what is there is not added again, and without having seen nothing is added.
func TestAttachSeesBeforeItAdds(t *testing.T) {
	for _, d := range []docarea.Dialect{docarea.Finmatica, docarea.Datagraph, docarea.DatagraphBase64} {
		n := spelled[d]
		there, unseen := `<GetRegistrazione2Result><Registrazione><Descrizione><Allegati><Documento id="9" nome="2026-0001234-v1.pdf"/></Allegati></Descrizione></Registrazione>`+
			`<lngErrNumber>0</lngErrNumber></GetRegistrazione2Result>`, `<GetRegistrazione2Result><lngErrNumber>-7</lngErrNumber><strErrString>no</strErrString></GetRegistrazione2Result>`
		if d == docarea.Finmatica {
			there = inString(n.read, "<PROTOCOLLO><DOC/><ALLEGATI><ALLEGATO><ID_DOCUMENTO>9</ID_DOCUMENTO>"+
				"<FILE_ALLEGATI><FILE><FILENAME>2026-0001234-v1.pdf</FILENAME></FILE></FILE_ALLEGATI></ALLEGATO></ALLEGATI></PROTOCOLLO>")
			unseen = inString(n.read, "<PROTOCOLLO><ERROR>Protocollo non trovato</ERROR></PROTOCOLLO>")
		}
		for read, want := range map[string]protocollo.Class{there: "", unseen: protocollo.Unavailable, "<x/>": protocollo.Unavailable} {
			answers := n.working()
			answers[n.read] = []string{read}
			s := scripted(t, answers)
			r, b := scan("c_x000/AOO1/PG/2026/1234/10001")
			receipt, err := connector(t, d, s.url).Attach(t.Context(), r, bytes.NewReader(b))
			if protocollo.ClassOf(err) != want || want == "" && receipt.Ref != "9" {
				t.Errorf("%s: %+v, %v, want class %q", d, receipt, err, want)
			}
			if asked := s.operations(); slices.Contains(asked, n.attach) || slices.Contains(asked, n.insert) {
				t.Errorf("%s: asked %v", d, asked)
			}
		}
	}
}

// TestAttachRefusesForeignReferences: what is no registration of this centre is not asked about.
func TestAttachRefusesForeignReferences(t *testing.T) {
	for _, ref := range []string{"", "12", "a/b/c/2026/x/1", "a/b/c/2026/1/1/1"} {
		s := scripted(t, nil)
		r, b := scan(ref)
		if _, err := connector(t, docarea.Datagraph, s.url).Attach(t.Context(), r, bytes.NewReader(b)); !errors.Is(err, protocollo.Rejected) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

// TestCandidates: of the search's answers those of the days, the likeliest first, with what they agree in.
func TestCandidates(t *testing.T) {
	s := scripted(t, spelled[docarea.Datagraph].working())
	list, err := connector(t, docarea.Datagraph, s.url).Candidates(t.Context(), protocollo.CandidateQuery{AOO: request("").AOO, Subject: "richiesta di Accesso",
		Senders: []string{"Bianchi Lucia"}, From: "2026-03-02", To: "2026-03-03"})
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	first := list[0]
	if first.Receipt.Number != "0000088" || first.Receipt.Year != 2026 || first.Receipt.Day != "2026-03-02" || first.Sender != "Bianchi Lucia" ||
		!slices.Equal(first.Why, []string{protocollo.WhyDay, protocollo.WhySubject, protocollo.WhySender}) || first.Receipt.Validate() != nil {
		t.Errorf("first %+v", first)
	}
	if list[1].Receipt.Number != "0000087" || !slices.Equal(list[1].Why, []string{protocollo.WhyDay}) {
		t.Errorf("second %+v", list[1])
	}
	if _, err := connector(t, docarea.Halley, s.url).Candidates(t.Context(), protocollo.CandidateQuery{}); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("Halley searches: %v", err)
	}
}

// TestCandidatesReadOneByOne: Finmatica's rows have neither day nor names, so those with the subject are read; one was given an emergency number.
func TestCandidatesReadOneByOne(t *testing.T) {
	answers := spelled[docarea.Finmatica].working()
	answers["getProtocolli"] = []string{inString("getProtocolli", "<PROTOCOLLI><PROTOCOLLO><ANNO>2026</ANNO><NUMERO>86</NUMERO><OGGETTO>altro</OGGETTO></PROTOCOLLO>"+
		"<PROTOCOLLO><ANNO>2026</ANNO><NUMERO>87</NUMERO><OGGETTO>RICHIESTA DI ACCESSO - n. 2/2026 R.E.</OGGETTO></PROTOCOLLO></PROTOCOLLI>")}
	answers["getProtocollo"] = []string{inString("getProtocollo", "<PROTOCOLLO><DOC><ANNO>2026</ANNO><NUMERO>87</NUMERO><DATA>02/03/2026 09:15:00</DATA>"+
		"<OGGETTO>RICHIESTA DI ACCESSO - n. 2/2026 R.E.</OGGETTO></DOC><RAPPORTI><RAPPORTO><COGNOME_NOME>BIANCHI LUCIA </COGNOME_NOME></RAPPORTO></RAPPORTI></PROTOCOLLO>")}
	s := scripted(t, answers)
	list, err := connector(t, docarea.Finmatica, s.url).Candidates(t.Context(), protocollo.CandidateQuery{Body: protocollo.Body{Code: "c_y111"}, AOO: request("").AOO, Subject: "richiesta di Accesso",
		Senders: []string{"Bianchi Lucia"}, From: "2026-03-02", To: "2026-03-03"})
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if c := list[0]; c.Receipt.Number != "0000087" || !c.Receipt.At.Equal(time.Date(2026, 3, 2, 8, 15, 0, 0, time.UTC)) || len(c.Why) != 3 ||
		c.Receipt.Ref != "c_y111/AOO1/PG/2026/87/0" { // the body's code, as Register has it, and not the entity that logs in
		t.Errorf("%+v", c)
	}
	if asked := s.operations(); !slices.Equal(asked, []string{"getProtocolli", "getProtocollo"}) {
		t.Errorf("asked %v", asked)
	}
	s.find("getProtocolli").has(t, "&lt;DAL&gt;02/03/2026&lt;/DAL&gt;", "&lt;TIPO_REGISTRO&gt;PG&lt;")
	refused := scripted(t, map[string][]string{"getProtocolli": {inString("getProtocolli", "<PROTOCOLLI><ERROR>Data Dal non valida</ERROR></PROTOCOLLI>")}})
	if _, err := connector(t, docarea.Finmatica, refused.url).Candidates(t.Context(), protocollo.CandidateQuery{From: "2026-03-02", To: "2026-03-03"}); !errors.Is(err, protocollo.Rejected) {
		t.Fatal(err)
	}
}

// TestRegistersOfTheCentre: what the centre calls its register goes out, what we call it comes back.
func TestRegistersOfTheCentre(t *testing.T) {
	s := scripted(t, spelled[docarea.Finmatica].working())
	client, err := call.New(call.Config{URL: s.url})
	if err != nil {
		t.Fatal(err)
	}
	cfg := docarea.Config{Client: client, Dialect: docarea.Finmatica, Clock: time.Now, Entity: "c_x000", User: "u", DefaultClass: "9",
		Registers: map[protocollo.AOOCode]string{"AOO1": "PROT"}}
	c, err := docarea.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := c.Register(t.Context(), request("k"))
	if err != nil || receipt.Register != "PG" {
		t.Fatalf("%+v, %v", receipt, err)
	}
	r, b := scan(receipt.Ref)
	if _, err := c.Attach(t.Context(), r, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	s.find("getProtocollo").has(t, ">PROT<")
	cfg.Registers = map[protocollo.AOOCode]string{"AOO1": "a/b"}
	if _, err := docarea.New(cfg); err == nil {
		t.Fatal("a code that would break references is taken")
	}
}

// TestSettingsAreChecked: what cannot work is refused before a letter comes.
func TestSettingsAreChecked(t *testing.T) {
	client, err := call.New(call.Config{URL: "http://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	good := docarea.Config{Client: client, Dialect: docarea.Finmatica, Clock: time.Now, Entity: "c_x000", User: "u", DefaultClass: "9"}
	if _, err := docarea.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*docarea.Config){
		"dialect": func(c *docarea.Config) { c.Dialect = "esperanto" }, "client": func(c *docarea.Config) { c.Client = nil }, "clock": func(c *docarea.Config) { c.Clock = nil },
		"entity": func(c *docarea.Config) { c.Entity = "" }, "user": func(c *docarea.Config) { c.User = "" }, "class": func(c *docarea.Config) { c.DefaultClass = "" },
	} {
		wrong := good
		change(&wrong)
		if _, err := docarea.New(wrong); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestCheck logs in, and no more.
func TestCheck(t *testing.T) {
	fin := spelled[docarea.Finmatica]
	s := scripted(t, fin.working())
	if err := connector(t, docarea.Finmatica, s.url).Check(t.Context()); err != nil || !slices.Equal(s.operations(), []string{"login"}) {
		t.Fatalf("%v, asked %v", err, s.operations())
	}
	refusing := scripted(t, map[string][]string{fin.login: {fin.code(-9, "Ente non esistente.")}})
	if err := connector(t, docarea.Finmatica, refusing.url).Check(t.Context()); !errors.Is(err, protocollo.Unavailable) || !strings.Contains(err.Error(), "Ente non esistente.") {
		t.Fatal(err)
	}
}
