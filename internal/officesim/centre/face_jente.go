package centre

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"segnatura/internal/protocollo"
)

// The paths of JEnte's two services.
const (
	JentePath       = "/jprotocollo/JProtocolloServices"
	JenteTablesPath = "/jprotocollo/JProtocolloGenServices"
)

// Users, offices and codes that the pretend JEnte knows.
const (
	JenteUser = "stazione"

	jenteNamespace = "http://webservices.jprotocollo.jente.infor.arezzo.it/"
	jenteGen       = "http://infor.arezzo.it/jente/jprotocollo/webservices/gen"
)

// jenteTables are what gestioneTabelle lists.
func jenteTables() map[string][]string {
	return map[string][]string{
		"CORRISPONDENTI": {"PROT", "UTC", "ANAG"},
		"TITOLARIO":      {"01.01", "06.03"},
		"TRAMITE":        {"POSTA", "RACC"},
		"TIPIDOCUMENTO":  {"LETT"},
	}
}

// Jente is the face of JEnte (JProtocolloServices and JProtocolloGenServices): SOAP 1.1, document/literal, no session.
func Jente(c *Centre) http.Handler {
	j := &jente{centre: c}
	operations := map[string]func(http.ResponseWriter, *http.Request, []byte){
		"inserisciArrivo": j.register("A"), "inserisciPartenza": j.register("P"), "inserisciInterno": j.register("I"),
		"allegaDocumento": j.attach, "leggiProtocollo": j.read, "leggiAllegato": j.readDocument, "gestioneTabelle": j.table,
	}
	serve := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // its caller has gone
		}
		name, err := jenteOperation(body)
		operation, known := operations[name.Local]
		space := jenteNamespace
		if r.URL.Path == JenteTablesPath {
			space = jenteGen
		}
		if err != nil || !known || name.Space != space || r.Method != http.MethodPost {
			c.Say(w, jenteFault("Client", "operazione sconosciuta: "+name.Local))
			return
		}
		operation(w, r, body)
	}
	mux := http.NewServeMux()
	mux.HandleFunc(JentePath, serve)
	mux.HandleFunc(JenteTablesPath, serve)
	return mux
}

type jente struct{ centre *Centre }

// jenteOperation is the name of the body's first element.
func jenteOperation(body []byte) (xml.Name, error) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for inside := false; ; {
		token, err := decoder.Token()
		if err != nil {
			return xml.Name{}, errors.New("no operation")
		}
		start, ok := token.(xml.StartElement)
		switch {
		case ok && inside:
			return start.Name, nil
		case ok:
			inside = start.Name.Local == "Body"
		}
	}
}

type jenteReference struct {
	Register string `xml:"registro>codice"`
	Year     string `xml:"anno"`
	Number   string `xml:"numero"`
}

type jenteDocument struct {
	Title string `xml:"titolo"`
	Name  string `xml:"nomeFile"`
	File  string `xml:"file"`
}

type jentePerson struct {
	Name string `xml:"denominazione"`
}

// jenteMessage is any request: the operations share their parts.
type jenteMessage struct {
	Operation struct {
		Message struct {
			Username string `xml:"username"`
			Letter   struct {
				XMLName  xml.Name
				Register string        `xml:"registro>codice"`
				Subject  string        `xml:"oggetto"`
				People   []jentePerson `xml:"soggetti>soggetto"`
				Offices  []string      `xml:"smistamenti>smistamento>corrispondente>codice"`
				Note     string        `xml:"altriDati>note"`
				Visible  string        `xml:"altriDati>visibilita"`
			} `xml:",any"`
			Reference jenteReference `xml:"riferimento"`
			Document  jenteDocument  `xml:"documento"`
			Documents bool           `xml:"allegati"`
			Ordinal   string         `xml:"progressivo"`
			Table     string         `xml:"nomeTabella"`
			// What follows is named only so that it is not taken for the letter.
			Confirm bool     `xml:"confermaSegnatura"`
			Action  string   `xml:"operazione"`
			Search  struct{} `xml:"datiRicerca"`
		} `xml:",any"`
	} `xml:",any"`
}

func jenteRead(body []byte) (m jenteMessage, err error) {
	var envelope struct {
		Body jenteMessage `xml:"Body"`
	}
	err = xml.Unmarshal(body, &envelope)
	return envelope.Body, err
}

func jenteFault(code, words string) Answer {
	a := jenteSay("", `<S:Fault><faultcode>S:`+code+`</faultcode><faultstring>`+jenteText(words)+`</faultstring></S:Fault>`)
	a.Status = http.StatusInternalServerError
	return a
}

func jenteText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// jenteSay puts an answer into the element that its operation has for it.
func jenteSay(operation, inner string) Answer {
	body := inner
	if operation != "" {
		body = `<ns2:` + operation + `Response xmlns:ns2="` + jenteNamespace + `">` + inner + `</ns2:` + operation + `Response>`
	}
	return Answer{Header: http.Header{"Content-Type": {"text/xml;charset=UTF-8"}},
		Body: []byte(`<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>` + body + `</S:Body></S:Envelope>`)}
}

// jenteOutcome is the head of each answer.
func jenteOutcome(esito, words string) string {
	return `<ns2:esito>` + esito + `</ns2:esito><ns2:messaggio>` + jenteText(words) + `</ns2:messaggio>`
}

func (j *jente) register(direction string) func(http.ResponseWriter, *http.Request, []byte) {
	operation := map[string]string{"A": "inserisciArrivo", "P": "inserisciPartenza", "I": "inserisciInterno"}[direction]
	return func(w http.ResponseWriter, r *http.Request, body []byte) {
		refuse := func(words string) Answer {
			return jenteSay(operation, `<rispostaProtocolla>`+jenteOutcome("KO", words)+`</rispostaProtocolla>`)
		}
		parsed, err := jenteRead(body)
		message := parsed.Operation.Message
		letter := message.Letter
		unknown := slices.IndexFunc(letter.Offices, func(o string) bool { return !slices.Contains(jenteTables()["CORRISPONDENTI"], o) })
		switch {
		case err != nil:
			j.centre.Say(w, jenteFault("Client", err.Error()))
		case message.Username != JenteUser:
			j.centre.Say(w, refuse("Utente non abilitato: "+message.Username))
		case strings.TrimSpace(letter.Subject) == "":
			j.centre.Say(w, refuse("Oggetto obbligatorio"))
		case unknown >= 0:
			j.centre.Say(w, refuse("Corrispondente inesistente: "+letter.Offices[unknown]))
		default:
			j.centre.Act(w, r, Deed{Refuse: refuse, Do: func() Answer {
				e := Entry{Register: letter.Register, Direction: direction, Subject: letter.Subject, Note: letter.Note,
					Fields: map[string]string{"visibilita": letter.Visible}}
				if e.Register == "" {
					e.Register = "PG"
				}
				for _, p := range letter.People {
					e.Names = append(e.Names, p.Name)
				}
				return jenteSay(operation, `<rispostaProtocolla>`+jenteOutcome("OK", "")+j.segnatura(j.centre.Register(e))+`</rispostaProtocolla>`)
			}})
		}
	}
}

func (j *jente) segnatura(e Entry) string {
	at := e.At.In(protocollo.Rome())
	return fmt.Sprintf(`<ns2:segnatura><ns2:registro><ns2:codice>%s</ns2:codice></ns2:registro><ns2:sezione><ns2:codice>%s</ns2:codice></ns2:sezione>`+
		`<ns2:anno>%d</ns2:anno><ns2:numero>%d</ns2:numero><ns2:data>%s</ns2:data><ns2:ora>%s</ns2:ora>`+
		`<ns2:amministrazione><ns2:ente><ns2:codice>c_a000</ns2:codice></ns2:ente></ns2:amministrazione></ns2:segnatura>`,
		jenteText(e.Register), e.Direction, j.centre.Year(e), e.Number, at.Format("02/01/2006"), at.Format("15:04"))
}

// find looks a registration up as a riferimento names it.
func (j *jente) find(r jenteReference) (Entry, bool) {
	year, yearErr := strconv.Atoi(r.Year)
	number, numberErr := strconv.ParseInt(r.Number, 10, 64)
	if yearErr != nil || numberErr != nil {
		return Entry{}, false
	}
	return j.centre.Find(func(e Entry) bool {
		return e.Year == year && e.Number == number && (r.Register == "" || e.Register == r.Register)
	})
}

func (j *jente) attach(w http.ResponseWriter, r *http.Request, body []byte) {
	say := func(esito, words string) Answer {
		return jenteSay("allegaDocumento", `<rispostaAllegaDocumento>`+jenteOutcome(esito, words)+`</rispostaAllegaDocumento>`)
	}
	parsed, err := jenteRead(body)
	message := parsed.Operation.Message
	file, fileErr := base64.StdEncoding.DecodeString(message.Document.File)
	entry, found := j.find(message.Reference)
	switch {
	case err != nil || fileErr != nil:
		j.centre.Say(w, jenteFault("Client", "messaggio illeggibile"))
	case message.Username != JenteUser:
		j.centre.Say(w, say("KO", "Utente non abilitato: "+message.Username))
	case !found:
		j.centre.Say(w, say("KO", "Protocollo inesistente"))
	default:
		j.centre.Act(w, r, Deed{Attaches: true, Refuse: func(words string) Answer { return say("KO", words) }, Do: func() Answer {
			j.centre.Attach(entry.ID, Document{Name: message.Document.Name, Title: message.Document.Title, Body: file})
			return say("OK", "")
		}})
	}
}

func (j *jente) read(w http.ResponseWriter, _ *http.Request, body []byte) {
	say := func(esito, words, more string) {
		j.centre.Say(w, jenteSay("leggiProtocollo", `<rispostaLeggiProtocollo>`+jenteOutcome(esito, words)+more+`</rispostaLeggiProtocollo>`))
	}
	parsed, err := jenteRead(body)
	message := parsed.Operation.Message
	entry, found := j.find(message.Reference)
	switch {
	case err != nil:
		j.centre.Say(w, jenteFault("Client", err.Error()))
		return
	case message.Username != JenteUser || !found:
		say("KO", "Protocollo inesistente", "")
		return
	}
	at := entry.At.In(protocollo.Rome())
	more := fmt.Sprintf(`<ns2:protocollo><ns2:registro><ns2:codice>%s</ns2:codice></ns2:registro><ns2:sezione><ns2:codice>%s</ns2:codice></ns2:sezione>`+
		`<ns2:anno>%d</ns2:anno><ns2:numero>%d</ns2:numero><ns2:dataRegistrazione>%s</ns2:dataRegistrazione><ns2:oraRegistrazione>%s</ns2:oraRegistrazione>`+
		`<ns2:tipo>%s</ns2:tipo><ns2:oggetto>%s</ns2:oggetto><ns2:altriDati/>`,
		jenteText(entry.Register), entry.Direction, entry.Year, entry.Number, at.Format("02/01/2006"), at.Format("15:04"), entry.Direction, jenteText(entry.Subject))
	if message.Documents && len(entry.Documents) > 0 {
		more += `<ns2:documenti>`
		for i, d := range entry.Documents {
			more += fmt.Sprintf(`<ns2:documento><ns2:titolo>%s</ns2:titolo><ns2:nomeFile>%s</ns2:nomeFile><ns2:progressivo>%d</ns2:progressivo></ns2:documento>`,
				jenteText(d.Title), jenteText(d.Name), i+1)
		}
		more += `</ns2:documenti>`
	}
	say("OK", "", more+`</ns2:protocollo>`)
}

func (j *jente) readDocument(w http.ResponseWriter, _ *http.Request, body []byte) {
	say := func(esito, words, more string) {
		j.centre.Say(w, jenteSay("leggiAllegato", `<rispostaLeggiAllegato>`+jenteOutcome(esito, words)+more+`</rispostaLeggiAllegato>`))
	}
	parsed, err := jenteRead(body)
	message := parsed.Operation.Message
	entry, found := j.find(message.Reference)
	ordinal, ordinalErr := strconv.Atoi(message.Ordinal)
	if err != nil || !found || ordinalErr != nil || ordinal < 1 || ordinal > len(entry.Documents) {
		say("KO", "Allegato inesistente", "")
		return
	}
	d := entry.Documents[ordinal-1]
	say("OK", "", fmt.Sprintf(`<ns2:documento><ns2:titolo>%s</ns2:titolo><ns2:nomeFile>%s</ns2:nomeFile><ns2:file>%s</ns2:file><ns2:progressivo>%d</ns2:progressivo></ns2:documento>`,
		jenteText(d.Title), jenteText(d.Name), base64.StdEncoding.EncodeToString(d.Body), ordinal))
}

func (j *jente) table(w http.ResponseWriter, _ *http.Request, body []byte) {
	parsed, err := jenteRead(body)
	message := parsed.Operation.Message
	codes, known := jenteTables()[message.Table]
	var b strings.Builder
	b.WriteString(`<g:gestioneTabelleResponse xmlns:g="` + jenteGen + `"><g:rispostaGestioneTabelle>`)
	if err != nil || !known || message.Username != JenteUser {
		b.WriteString(`<g:esito>KO</g:esito><g:messaggio>Tabella o utente sconosciuti</g:messaggio>`)
		codes = nil
	} else {
		b.WriteString(`<g:esito>OK</g:esito><g:messaggio/>`)
	}
	b.WriteString(`<g:nomeTabella>` + jenteText(message.Table) + `</g:nomeTabella>`)
	for _, code := range codes {
		b.WriteString(`<g:codifica><g:codice>` + code + `</g:codice></g:codifica>`)
	}
	b.WriteString(`</g:rispostaGestioneTabelle></g:gestioneTabelleResponse>`)
	j.centre.Say(w, jenteSay("", b.String()))
}
