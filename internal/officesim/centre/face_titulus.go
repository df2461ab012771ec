package centre

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"segnatura/internal/protocollo"
)

// Titulus is the face of Titulus 4: SOAP 1.1 rpc/encoded, Basic, and a session in a cookie that setWSUser opens. Files are taken, found and shown; a
// search goes by words, as its full-text engine does, so that it may find more than was asked for. What the contract does not say, it does as the
// Axis 1.x service under it would: a refusal by an operation that returns no XML is a fault of the kind that a failure half-way is too. To a session
// that is over it answers 401, which the contract does not say either.
func Titulus(c *Centre) http.Handler {
	t := &titulus{centre: c, sessions: map[string]bool{}}
	return http.HandlerFunc(t.serve)
}

type titulus struct {
	centre *Centre

	mu       sync.Mutex
	sessions map[string]bool // by cookie
}

// titulusCall is a request of whatever operation: each has some of these parts.
type titulusCall struct {
	XMLName  xml.Name
	Style    string `xml:"http://schemas.xmlsoap.org/soap/envelope/ encodingStyle,attr"`
	User     string `xml:"user"`
	Document string `xml:"document"`
	ID       string `xml:"id"`
	Reason   string `xml:"reason"`
	Query    string `xml:"query"`
	Page     int    `xml:"params>titlePageSize"`
	Files    []struct {
		Content     string `xml:"content"`
		Description string `xml:"description"`
		Name        string `xml:"fileName"`
	} `xml:"attachmentBeans>item"`
}

// titulusDoc is what the face keeps of a doc element.
type titulusDoc struct {
	Type    string `xml:"tipo,attr"`
	Draft   string `xml:"bozza,attr"`
	AmmAOO  string `xml:"cod_amm_aoo,attr"`
	Key     string `xml:"applicativo_produttore_docid,attr"`
	Subject string `xml:"oggetto"`
	Note    string `xml:"note"`
	Privacy struct {
		Code string `xml:"cod,attr"`
	} `xml:"visibilita"`
	Right   []string `xml:"rif_interni>rif_interno"`
	Outside []string `xml:"rif_esterni>rif_esterno>nome"`
}

const titulusNS = "http://ws.titulus.kion.it"

func (t *titulus) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
	if err != nil {
		return
	}
	if user, _, basic := r.BasicAuth(); !basic || user == "" {
		t.centre.Say(w, Answer{Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {`Basic realm="Titulus"`}}})
		return
	}
	var envelope struct {
		Body struct {
			Calls []titulusCall `xml:",any"`
		}
	}
	if err := xml.Unmarshal(body, &envelope); err != nil || len(envelope.Body.Calls) != 1 {
		t.centre.Say(w, titulusFault("Client", "no envelope with one operation"))
		return
	}
	call := envelope.Body.Calls[0]
	if call.XMLName.Space != titulusNS || call.Style == "" {
		t.centre.Say(w, titulusFault("Client", "no such operation '"+call.XMLName.Local+"'"))
		return
	}
	if call.XMLName.Local == "setWSUser" {
		t.login(w, call)
		return
	}
	if !t.known(r) {
		t.centre.Say(w, Answer{Status: http.StatusUnauthorized})
		return
	}
	t.operate(w, r, call)
}

// login opens a session.
func (t *titulus) login(w http.ResponseWriter, call titulusCall) {
	if call.User == "" {
		t.centre.Say(w, call.returns(titulusError("utente non indicato")))
		return
	}
	t.mu.Lock()
	cookie := fmt.Sprintf("S%d", len(t.sessions)+1)
	t.sessions[cookie] = true
	t.mu.Unlock()
	answer := call.returns(`<response result="ok"/>`)
	answer.Header.Set("Set-Cookie", "JSESSIONID="+cookie+"; Path=/")
	t.centre.Say(w, answer)
}

// known says whether the request's session is one, and ends it where the centre is told so.
func (t *titulus) known(r *http.Request) bool {
	cookie, err := r.Cookie("JSESSIONID")
	if err != nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.sessions[cookie.Value] {
		return false
	}
	if t.centre.Expired() {
		t.sessions[cookie.Value] = false
		return false
	}
	return true
}

func (t *titulus) operate(w http.ResponseWriter, r *http.Request, call titulusCall) {
	c := t.centre
	refuse := func(words string) Answer { return call.returns(titulusError(words)) }
	switch call.XMLName.Local {
	case "getWsRelease":
		c.Say(w, call.returns("4.0 (PROVA – SENZA VALORE)"))
	case "loadDocument":
		c.Say(w, t.shown(call, call.ID))
	case "search":
		if c.Behaviour() == Rejects {
			c.Say(w, refuse("ricerca non consentita"))
			return
		}
		c.Say(w, call.returns(t.search(call)))
	case "saveDocument":
		var doc titulusDoc
		if err := xml.Unmarshal([]byte(call.Document), &doc); err != nil || doc.Subject == "" || doc.Draft != "no" || doc.AmmAOO == "" || len(doc.Right) == 0 {
			c.Say(w, refuse("documento non valido"))
			return
		}
		c.Act(w, r, Deed{Refuse: refuse, Do: func() Answer { return t.shown(call, t.save(doc).ID) }})
	case "cancelDocument":
		if _, found := t.find(call.ID); !found {
			c.Say(w, refuse("documento non trovato"))
			return
		}
		c.Act(w, r, Deed{Refuse: refuse, Do: func() Answer {
			c.Annul(entryOf(call.ID), call.Reason)
			return t.shown(call, call.ID)
		}})
	case "checkInContentFiles":
		c.Act(w, r, Deed{Attaches: true, Do: func() Answer { return t.attach(call) },
			Refuse: func(words string) Answer {
				return titulusFault("Server.userException", "it.kion.TitulusException: "+words)
			}})
	default:
		c.Say(w, titulusFault("Client", "no such operation '"+call.XMLName.Local+"'"))
	}
}

func (t *titulus) save(doc titulusDoc) Entry {
	return t.centre.Register(Entry{Register: doc.AmmAOO, Direction: doc.Type, Subject: doc.Subject, Note: doc.Note, Names: doc.Outside,
		Fields: map[string]string{"applicativo_produttore_docid": doc.Key, "visibilita": doc.Privacy.Code}})
}

func (t *titulus) attach(call titulusCall) Answer {
	for _, f := range call.Files {
		content, err := base64.StdEncoding.DecodeString(f.Content)
		if err != nil {
			return titulusFault("Server.userException", "org.xml.sax.SAXException: "+err.Error())
		}
		if _, found := t.centre.Attach(entryOf(call.ID), Document{Name: f.Name, Title: f.Description, Body: content}); !found {
			return titulusFault("Server.userException", "it.kion.TitulusException: documento non trovato")
		}
	}
	return call.answer(`<checkInContentFilesReturn soapenc:arrayType="ns2:AttachmentBean[0]" xsi:type="soapenc:Array"` +
		` xmlns:ns2="http://www.kion.it/titulus"/>`)
}

// entryOf takes the entry's ID out of an nrecord, or out of a physdoc, which is the ID itself.
func entryOf(id string) string {
	entry, _, _ := strings.Cut(id, "-")
	return entry
}

func (t *titulus) find(id string) (Entry, bool) {
	return t.centre.Find(func(e Entry) bool { return e.ID == entryOf(id) })
}

// shown is a document as loadDocument shows it.
func (t *titulus) shown(call titulusCall, id string) Answer {
	e, found := t.find(id)
	if !found {
		return call.returns(titulusError("documento " + id + " non trovato"))
	}
	return call.returns(fmt.Sprintf(`<Response><url/><Document physdoc="%s">%s</Document></Response>`, e.ID, t.record(e, true)))
}

// record writes an entry; whole is false on a search's page, which shows neither key nor files, and the names elsewhere.
func (t *titulus) record(e Entry, whole bool) string {
	var b strings.Builder
	cancelled := "no"
	if e.Annulled != "" {
		cancelled = "si"
	}
	fmt.Fprintf(&b, `<doc physdoc="%s" tipo="%s" anno="%d" data_prot="%s" num_prot="%d-%s-%07d" annullato="%s"`, e.ID, e.Direction, t.centre.Year(e),
		strings.ReplaceAll(string(protocollo.DayOf(e.At)), "-", ""), t.centre.Year(e), e.Register, e.Number, cancelled)
	name := "rif"
	if whole {
		name = "rif_esterno"
		fmt.Fprintf(&b, ` nrecord="%s-%s-00000000" applicativo_produttore_docid="%s" bozza="no"`, e.ID, e.Register, xmlText(e.Fields["applicativo_produttore_docid"]))
	}
	b.WriteByte('>')
	if code := e.Fields["visibilita"]; code != "" {
		fmt.Fprintf(&b, `<visibilita cod="%s"/>`, xmlText(code))
	}
	fmt.Fprintf(&b, `<oggetto>%s</oggetto><rif_esterni>`, xmlText(e.Subject))
	for _, n := range e.Names {
		fmt.Fprintf(&b, `<%s><nome>%s</nome></%s>`, name, xmlText(n), name)
	}
	b.WriteString(`</rif_esterni>`)
	if whole {
		b.WriteString(`<files xmlns:xw="http://www.kion.it/ns/xw">`)
		for _, d := range e.Documents {
			fmt.Fprintf(&b, `<xw:file name="%s_%s" title="%s"/><xw:file name="t%s.txt" title="%s" der_from="%s_%s"/>`, d.ID, xmlText(d.Name), xmlText(d.Title),
				d.ID, xmlText(d.Title), d.ID, xmlText(d.Name))
		}
		b.WriteString(`</files>`)
	}
	b.WriteString(`</doc>`)
	return b.String()
}

// titulusClause is one condition of a query: [path]="words" or [path]={from|to}.
var titulusClause = regexp.MustCompile(`^\[([^]]+)\]=(?:"([^"]*)"|\{([^|}]*)\|([^|}]*)\})$`)

// search answers a query whose conditions are joined by AND.
func (t *titulus) search(call titulusCall) string {
	var wanted []func(Entry) bool
	for _, clause := range strings.Split(call.Query, " AND ") {
		groups := titulusClause.FindStringSubmatch(strings.TrimSpace(clause))
		if groups == nil {
			return titulusError("query non valida: " + clause)
		}
		switch path, words := groups[1], groups[2]; path {
		case "/doc/@applicativo_produttore_docid":
			wanted = append(wanted, func(e Entry) bool { return hasPhrase(e.Fields["applicativo_produttore_docid"], words) })
		case "XML,/doc/oggetto":
			wanted = append(wanted, func(e Entry) bool { return hasPhrase(e.Subject, words) })
		case "docdataprot":
			wanted = append(wanted, func(e Entry) bool {
				day := e.At.In(protocollo.Rome()).Format("20060102")
				return day >= groups[3] && day <= groups[4]
			})
		default:
			return titulusError("chiave sconosciuta: " + path)
		}
	}
	found := t.centre.Search(func(e Entry) bool {
		return !slices.ContainsFunc(wanted, func(w func(Entry) bool) bool { return !w(e) })
	})
	var b strings.Builder
	fmt.Fprintf(&b, `<Response seleSize="%d" pageIndex="1">`, len(found))
	for _, e := range found[:min(len(found), call.Page)] {
		b.WriteString(t.record(e, false))
	}
	b.WriteString(`</Response>`)
	return b.String()
}

// hasPhrase says whether words stand in a text one after another, whatever is between them and however they are written.
func hasPhrase(text, phrase string) bool {
	words := func(s string) string {
		return " " + strings.Join(regexp.MustCompile(`[\p{L}\p{N}]+`).FindAllString(strings.ToLower(s), -1), " ") + " "
	}
	return strings.Contains(words(text), words(phrase))
}

// titulusError is a refusal in the XML of an answer.
func titulusError(words string) string {
	return fmt.Sprintf(`<response result="error"><errore cod="E001"><descrizione>%s</descrizione></errore></response>`, xmlText(words))
}

// returns is the answer of an operation that returns a string.
func (call titulusCall) returns(text string) Answer {
	name := call.XMLName.Local + "Return"
	return call.answer(fmt.Sprintf(`<%s xsi:type="soapenc:string">%s</%s>`, name, xmlText(text), name))
}

func (call titulusCall) answer(content string) Answer {
	name := call.XMLName.Local + "Response"
	return titulusEnvelope(http.StatusOK, fmt.Sprintf(`<ns1:%s soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" xmlns:ns1="%s">%s</ns1:%s>`,
		name, titulusNS, content, name))
}

func titulusFault(code, words string) Answer {
	return titulusEnvelope(http.StatusInternalServerError, fmt.Sprintf(`<soapenv:Fault><faultcode>soapenv:%s</faultcode><faultstring>%s</faultstring><detail>`+
		`<ns2:hostname xmlns:ns2="http://xml.apache.org/axis/">prova</ns2:hostname></detail></soapenv:Fault>`, code, xmlText(words)))
}

func titulusEnvelope(status int, body string) Answer {
	return Answer{Status: status, Header: http.Header{"Content-Type": {"text/xml; charset=utf-8"}},
		Body: []byte(xml.Header + `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
			` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"><soapenv:Body>` +
			body + `</soapenv:Body></soapenv:Envelope>`)}
}

func xmlText(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
