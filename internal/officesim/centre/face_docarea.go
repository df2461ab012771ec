package centre

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"segnatura/internal/protocollo"
)

// DOCAREA is the face of a system that speaks DOCAREA in one maker's dialect: "finmatica", "tinn", "halley", "datagraph" or "datagraph-base64". Log in,
// insert the main document, ask for the number; files are added later, read and searched as far as the dialect's contract can. What inserts is no deed:
// a file that no number names is nothing. To whom has no session it says -2, which only Finmatica's own source attests. Face of an unknown dialect: nil.
func DOCAREA(dialect string) Face {
	spelling, known := docareaSpellings[dialect]
	if !known {
		return nil
	}
	return func(c *Centre) http.Handler {
		d := &docarea{centre: c, spelling: spelling, sessions: map[string]bool{}, files: map[int64][]byte{}}
		return http.HandlerFunc(d.serve)
	}
}

// docareaSpelling is how a dialect calls what the face needs to tell.
type docareaSpelling struct {
	login, insert, number, attach, read, search string // operations; empty: it has none
	token, file, segnatura                      string // parameters; file and segnatura empty: beside the envelope, in DIME
	coded                                       bool   // the Segnatura is in base64
	lng, day                                    string // how the answers begin to spell numbers, and the day
	apart                                       bool   // the answer's values stand beside the element that points to them
}

var docareaSpellings = map[string]docareaSpelling{
	"finmatica": {login: "login", insert: "inserimento", number: "protocollazione", attach: "aggiungiAllegato", read: "getProtocollo", search: "getProtocolli",
		token: "strDST", file: "strAttachment", segnatura: "strAttachment", coded: true, lng: "lng", day: "strDataPG"},
	"tinn": {login: "Login", insert: "Inserimento", number: "Protocollazione",
		token: "DSTLogin", file: "FileBinario", segnatura: "FileXML", coded: true, lng: "Ing", day: "StrDataPG", apart: true},
	"halley": {login: "Login", insert: "Inserimento", number: "Protocollazione",
		token: "strDST", file: "objDocument", segnatura: "strDocumentInfo", lng: "lng", day: "strDataPG"},
	"datagraph": {login: "Login", insert: "Inserimento", number: "Protocollazione", attach: "AggiungiDocumento2", read: "GetRegistrazione2",
		search: "CercaRegistrazioni", token: "strDST", lng: "lng", day: "strDataPG"},
	"datagraph-base64": {login: "Login", insert: "InserimentoBase64", number: "ProtocollazioneBase64", attach: "AggiungiDocumentoBase64",
		read: "GetRegistrazione2", search: "CercaRegistrazioni", token: "strDST", file: "AttachmentBase64", segnatura: "segnaturaXMLbase64", coded: true,
		lng: "lng", day: "strDataPG"},
}

type docarea struct {
	centre   *Centre
	spelling docareaSpelling

	mu       sync.Mutex
	sessions map[string]bool  // by token
	files    map[int64][]byte // inserted, by docID
}

// docareaCall is a request: its operation, the texts of its parameters by local name, and the file beside it.
type docareaCall struct {
	operation string
	values    map[string]string
	beside    []byte
}

// docareaSegnatura is what the face keeps of a Segnatura, and how Datagraph shows one.
type docareaSegnatura struct {
	XMLName  xml.Name        `xml:"Segnatura"`
	Subject  string          `xml:"Intestazione>Oggetto"`
	Number   string          `xml:"Intestazione>Identificatore>NumeroRegistrazione"`
	Date     string          `xml:"Intestazione>Identificatore>DataRegistrazione"`
	Flow     string          `xml:"Intestazione>Identificatore>Flusso"`
	Given    int64           `xml:"Intestazione>Identificatore>NumeroProtocollo,omitempty"` // of a registration that there is
	Year     int             `xml:"Intestazione>Identificatore>AnnoProtocollo,omitempty"`
	Senders  []docareaPerson `xml:"Intestazione>Mittente>Persona"`
	Others   []docareaPerson `xml:"Intestazione>Destinatario>Persona"`
	Main     *docareaFile    `xml:"Descrizione>Documento"`
	Attached []docareaFile   `xml:"Descrizione>Allegati>Documento"`
}

type docareaPerson struct {
	Name string `xml:"Cognome"`
}

type docareaFile struct {
	ID    int64  `xml:"id,attr"`
	Name  string `xml:"nome,attr"`
	Title string `xml:"DescrizioneDocumento"`
}

func (d *docarea) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
	if err != nil {
		return
	}
	call, err := readDocareaCall(r.Header.Get("Content-Type"), body)
	if err != nil {
		d.centre.Say(w, docareaFault(err.Error()))
		return
	}
	if call.operation == d.spelling.login {
		d.login(w, call)
		return
	}
	if open := call.operation == "getProtocollo" || call.operation == "getProtocolli"; !open && !d.known(call.values[d.spelling.token]) {
		d.centre.Say(w, d.ends(call, -2, "DST non valido. Il token DST non è corretto o potrebbe essere scaduto"))
		return
	}
	switch call.operation {
	case d.spelling.insert:
		d.insert(w, call)
	case d.spelling.number:
		d.number(w, r, call)
	case d.spelling.attach:
		d.attach(w, r, call)
	case d.spelling.read:
		d.read(w, call)
	case d.spelling.search:
		d.search(w, call)
	default:
		d.centre.Say(w, docareaFault("unknown operation "+call.operation))
	}
}

// login opens a session for whoever has a password.
func (d *docarea) login(w http.ResponseWriter, call docareaCall) {
	if call.values["strPassword"]+call.values["UserPassword"] == "" {
		d.centre.Say(w, d.ends(call, -8, "Errore in fase di Login: username o password invalidi."))
		return
	}
	d.mu.Lock()
	token := fmt.Sprintf("DST-%d", len(d.sessions)+1)
	d.sessions[token] = true
	d.mu.Unlock()
	d.centre.Say(w, d.answers(call, "<strDST>"+token+"</strDST>", 0, ""))
}

// known says whether the token is an open session's, and ends it where the centre is told so.
func (d *docarea) known(token string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sessions[token] {
		d.sessions[token] = !d.centre.Expired()
	}
	return d.sessions[token]
}

func (d *docarea) insert(w http.ResponseWriter, call docareaCall) {
	file, err := d.file(call, d.spelling.file)
	if err != nil || len(file) == 0 {
		d.centre.Say(w, d.ends(call, -52, "Errore in fase di importazione del documento: allegato mancante."))
		return
	}
	d.centre.Say(w, d.answers(call, d.numeric("DocID", d.keep(file)), 0, ""))
}

func (d *docarea) keep(file []byte) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := int64(10001 + len(d.files))
	d.files[id] = file
	return id
}

func (d *docarea) kept(id int64) ([]byte, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	file, found := d.files[id]
	return file, found
}

// file returns the bytes of a parameter in base64, or those beside the envelope where the dialect has no such parameter.
func (d *docarea) file(call docareaCall, parameter string) ([]byte, error) {
	if parameter == "" {
		return call.beside, nil
	}
	return base64.StdEncoding.DecodeString(call.values[parameter])
}

// segnatura reads what a call is asked with.
func (d *docarea) segnatura(call docareaCall) (s docareaSegnatura, err error) {
	written := []byte(call.values[d.spelling.segnatura])
	if d.spelling.coded || d.spelling.segnatura == "" {
		if written, err = d.file(call, d.spelling.segnatura); err != nil {
			return s, err
		}
	}
	return s, xml.Unmarshal(written, &s)
}

func (d *docarea) number(w http.ResponseWriter, r *http.Request, call docareaCall) {
	s, err := d.segnatura(call)
	if err != nil || s.Subject == "" || s.Main == nil {
		d.centre.Say(w, d.ends(call, -110, "L'xml passato non è valido secondo lo schema definito."))
		return
	}
	sheet, found := d.kept(s.Main.ID)
	if !found {
		d.centre.Say(w, d.ends(call, -102, "Errore in fase di protocollazione: Documento inesistente"))
		return
	}
	persons := s.Senders
	if s.Flow == "U" {
		persons = s.Others
	}
	entry := Entry{Register: "PG", Direction: s.Flow, Subject: s.Subject, Documents: []Document{{Name: s.Main.Name, Title: s.Main.Title, Body: sheet}}}
	for _, p := range persons {
		entry.Names = append(entry.Names, p.Name)
	}
	d.centre.Act(w, r, Deed{Refuse: func(words string) Answer { return d.ends(call, -100, words) }, Do: func() Answer {
		e := d.centre.Register(entry)
		return d.answers(call, d.numeric("NumPG", e.Number)+d.numeric("AnnoPG", int64(d.centre.Year(e)))+
			fmt.Sprintf("<%[1]s>%[2]s</%[1]s>", d.spelling.day, e.At.In(protocollo.Rome()).Format("02/01/2006")), 0, "")
	}})
}

// attach files a document: one inserted before, which a Segnatura names, or the one that the call carries.
func (d *docarea) attach(w http.ResponseWriter, r *http.Request, call docareaCall) {
	var document Document
	var year int
	var number int64
	if d.spelling.read == "getProtocollo" {
		s, err := d.segnatura(call)
		if err != nil || len(s.Attached) != 1 {
			d.centre.Say(w, d.ends(call, -110, "L'xml passato non è valido secondo lo schema definito."))
			return
		}
		year, number, document.Name, document.Title = s.Year, s.Given, s.Attached[0].Name, s.Attached[0].Title
		if document.Body, _ = d.kept(s.Attached[0].ID); document.Body == nil {
			d.centre.Say(w, d.ends(call, -52, "Allegato mancante"))
			return
		}
	} else {
		year, number = call.integer("AnnoReg"), int64(call.integer("NumeroReg"))
		document.Name, document.Title = call.values["NomeFile"], call.values["Descrizione"]
		parameter := ""
		if d.spelling.file != "" {
			parameter = "AllegatoBase64"
		}
		var err error
		if document.Body, err = d.file(call, parameter); err != nil || len(document.Body) == 0 {
			d.centre.Say(w, d.ends(call, -52, "Allegato mancante"))
			return
		}
	}
	entry, found := d.entry(year, number)
	if !found {
		d.centre.Say(w, d.ends(call, -102, "Documento inesistente"))
		return
	}
	d.centre.Act(w, r, Deed{Attaches: true, Refuse: func(words string) Answer { return d.ends(call, -120, words) }, Do: func() Answer {
		filed, _ := d.centre.Attach(entry.ID, document)
		id, _ := strconv.ParseInt(filed.ID, 10, 64)
		return d.answers(call, d.numeric("DocID", id), 0, "")
	}})
}

func (d *docarea) entry(year int, number int64) (Entry, bool) {
	return d.centre.Find(func(e Entry) bool { return e.Year == year && e.Number == number })
}

// read shows a registration with its documents.
func (d *docarea) read(w http.ResponseWriter, call docareaCall) {
	if call.operation == "GetRegistrazione2" {
		e, found := d.entry(call.integer("Anno"), int64(call.integer("Numero")))
		if !found {
			d.centre.Say(w, d.ends(call, -102, "Registrazione inesistente"))
			return
		}
		d.centre.Say(w, d.answers(call, "<Registrazione>"+docareaInner(docareaShown(e))+"</Registrazione>", 0, ""))
		return
	}
	e, found := d.entry(call.integer("anno"), int64(call.integer("numero")))
	if !found {
		d.centre.Say(w, docareaString(call, "<PROTOCOLLO><ERROR>Protocollo non trovato</ERROR></PROTOCOLLO>"))
		return
	}
	d.centre.Say(w, docareaString(call, docareaProtocollo(e)))
}

// docareaProtocollo is an entry as Finmatica shows it.
func docareaProtocollo(e Entry) string {
	type rapporto struct {
		Name string `xml:"COGNOME_NOME"`
	}
	type allegato struct {
		ID   string `xml:"ID_DOCUMENTO"`
		Text string `xml:"DESCRIZIONE"`
		File string `xml:"FILE_ALLEGATI>FILE>FILENAME"`
	}
	p := struct {
		XMLName  xml.Name   `xml:"PROTOCOLLO"`
		Year     int        `xml:"DOC>ANNO"`
		Number   int64      `xml:"DOC>NUMERO"`
		At       string     `xml:"DOC>DATA"`
		Subject  string     `xml:"DOC>OGGETTO"`
		Attached []allegato `xml:"ALLEGATI>ALLEGATO"`
		Persons  []rapporto `xml:"RAPPORTI>RAPPORTO"`
	}{Year: e.Year, Number: e.Number, At: e.At.In(protocollo.Rome()).Format("02/01/2006 15:04:05"), Subject: e.Subject}
	for _, f := range e.Documents[1:] { // the first is the main document
		p.Attached = append(p.Attached, allegato{f.ID, f.Title, f.Name})
	}
	for _, name := range e.Names {
		p.Persons = append(p.Persons, rapporto{strings.ToUpper(name)})
	}
	return docareaWritten(p)
}

// search shows the registrations of those days: Datagraph those whose subject has the words asked for, Finmatica all, in rows.
func (d *docarea) search(w http.ResponseWriter, call docareaCall) {
	from, to := strings.SplitN(call.values["DaDataReg"], "T", 2)[0], strings.SplitN(call.values["ADataReg"], "T", 2)[0]
	var asked struct {
		From string `xml:"DAL"`
		To   string `xml:"AL"`
	}
	if call.operation == "getProtocolli" {
		if err := xml.Unmarshal([]byte(call.values["inputXml"]), &asked); err != nil {
			d.centre.Say(w, docareaString(call, "<PROTOCOLLI><ERROR>XML non valido</ERROR></PROTOCOLLI>"))
			return
		}
		from, to = docareaDay(asked.From), docareaDay(asked.To)
	}
	segnature, rows := "", ""
	for _, e := range d.centre.Search(func(e Entry) bool {
		day := e.At.In(protocollo.Rome()).Format(time.DateOnly)
		return day >= from && day <= to && strings.Contains(strings.ToLower(e.Subject), strings.ToLower(call.values["Oggetto"]))
	}) {
		segnature += docareaWritten(docareaShown(e))
		rows += fmt.Sprintf("<PROTOCOLLO><ANNO>%d</ANNO><NUMERO>%d</NUMERO><OGGETTO>%s</OGGETTO></PROTOCOLLO>", e.Year, e.Number, docareaEscaped(e.Subject))
	}
	if call.operation == "getProtocolli" {
		d.centre.Say(w, docareaString(call, "<PROTOCOLLI>"+rows+"</PROTOCOLLI>"))
		return
	}
	d.centre.Say(w, d.answers(call, "<List>"+segnature+"</List>", 0, ""))
}

// docareaDay turns gg/mm/aaaa round; what is none comes after all days.
func docareaDay(s string) string {
	t, err := time.Parse("02/01/2006", s)
	if err != nil {
		return "~"
	}
	return t.Format(time.DateOnly)
}

// docareaShown is an entry as Datagraph shows it.
func docareaShown(e Entry) docareaSegnatura {
	s := docareaSegnatura{Subject: e.Subject, Number: strconv.FormatInt(e.Number, 10), Date: e.At.In(protocollo.Rome()).Format("02/01/2006"), Flow: e.Direction}
	for _, name := range e.Names {
		s.Senders = append(s.Senders, docareaPerson{name})
	}
	for i, f := range e.Documents {
		id, _ := strconv.ParseInt(f.ID, 10, 64)
		if file := (docareaFile{ID: id, Name: f.Name, Title: f.Title}); i == 0 {
			s.Main = &file
		} else {
			s.Attached = append(s.Attached, file)
		}
	}
	return s
}

// ends answers with an error.
func (d *docarea) ends(call docareaCall, code int64, words string) Answer {
	return d.answers(call, "", code, words)
}

// answers words an answer: what it has to say, and the error's number, 0 for none.
func (d *docarea) answers(call docareaCall, content string, code int64, words string) Answer {
	content += d.numeric("ErrNumber", code) + "<strErrString>" + docareaEscaped(words) + "</strErrString>"
	result := strings.ToUpper(call.operation[:1]) + call.operation[1:]
	if d.spelling.apart {
		return docareaEnvelope(fmt.Sprintf(`<NS1:%[1]sResponse xmlns:NS1="http://tempuri.org/"><return href="#1"/></NS1:%[1]sResponse>`+
			`<NS2:TRisposta%[2]s id="1" xmlns:NS2="http://tempuri.org">%[3]s</NS2:TRisposta%[2]s>`, call.operation, result, content))
	}
	return docareaEnvelope(fmt.Sprintf(`<%[1]sResponse xmlns="http://tempuri.org/"><%[2]sResult>%[3]s</%[2]sResult></%[1]sResponse>`, call.operation, result, content))
}

func (d *docarea) numeric(name string, n int64) string {
	return fmt.Sprintf("<%[1]s%[2]s>%[3]d</%[1]s%[2]s>", d.spelling.lng, name, n)
}

func (c docareaCall) integer(parameter string) int {
	n, _ := strconv.Atoi(c.values[parameter])
	return n
}

func docareaEnvelope(body string) Answer {
	return Answer{Header: http.Header{"Content-Type": {"text/xml; charset=utf-8"}},
		Body: []byte(xml.Header + `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>` + body + `</soap:Body></soap:Envelope>`)}
}

// docareaString is an answer in XML within a string.
func docareaString(call docareaCall, said string) Answer {
	return docareaEnvelope(fmt.Sprintf(`<%[1]sResponse xmlns="http://protocolloUtility.ducd.affarigenerali.finmatica.it"><%[1]sReturn>%[2]s</%[1]sReturn></%[1]sResponse>`,
		call.operation, docareaEscaped(said)))
}

func docareaFault(words string) Answer {
	a := docareaEnvelope("<soap:Fault><faultcode>soap:Client</faultcode><faultstring>" + docareaEscaped(words) + "</faultstring></soap:Fault>")
	a.Status = http.StatusInternalServerError
	return a
}

func docareaEscaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

// docareaWritten is a value in XML; the face's own values can be written.
func docareaWritten(v any) string {
	b, err := xml.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// docareaInner is what stands between a value's own tags.
func docareaInner(v any) string {
	s := docareaWritten(v)
	return s[strings.Index(s, ">")+1 : strings.LastIndex(s, "<")]
}

// readDocareaCall reads an envelope with one operation, and the file beside it if it came in DIME.
func readDocareaCall(contentType string, body []byte) (docareaCall, error) {
	call := docareaCall{values: map[string]string{}}
	if contentType == "application/dime" {
		records, err := dimeRecords(body)
		if err != nil || len(records) != 2 {
			return call, fmt.Errorf("%d records, not an envelope and a file: %w", len(records), err)
		}
		body, call.beside = records[0], records[1]
	}
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var path []string
	var said strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && call.operation != "" {
			return call, nil
		}
		if err != nil {
			return call, fmt.Errorf("read envelope: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Local)
			if len(path) == 3 && path[1] == "Body" {
				call.operation = token.Name.Local
			}
			said.Reset()
		case xml.CharData:
			said.Write(token)
		case xml.EndElement:
			if path = path[:len(path)-1]; len(path) >= 3 && call.values[token.Name.Local] == "" {
				call.values[token.Name.Local] = said.String()
			}
			said.Reset()
		}
	}
}

// dimeRecords returns the data of a DIME message's records (draft-nielsen-dime-02): twelve bytes of head, then options, ID, type and data, each
// filled up to the fourth byte.
func dimeRecords(message []byte) (records [][]byte, err error) {
	for len(message) >= 12 {
		at := 12
		for _, n := range []int{int(binary.BigEndian.Uint16(message[2:])), int(binary.BigEndian.Uint16(message[4:])), int(binary.BigEndian.Uint16(message[6:]))} {
			at += (n + 3) / 4 * 4
		}
		n := int(binary.BigEndian.Uint32(message[8:]))
		if at+n > len(message) {
			return records, errors.New("a record is cut")
		}
		records = append(records, message[at:at+n])
		message = message[min(at+(n+3)/4*4, len(message)):]
	}
	return records, nil
}
