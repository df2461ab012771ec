package centre

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"segnatura/internal/protocollo"
)

// Pitre is the face of P.I.Tre. (DocsPA): its REST services, version 1, from RestServicesPITRE.swagger2.yaml and the manual 01.02. A
// service is named by the path's end, or by the header ROUTED_ACTION at RouteRestRequest. Errors are words with status 200.
func Pitre(c *Centre) http.Handler {
	p := &pitre{centre: c, tokens: map[string]bool{}, main: map[string]string{}}
	p.services = map[string]pitreService{
		"POST GetToken": p.getToken, "GET GetRegistersOrRF": p.getRegisters, "PUT CreateDocument": p.createDocument,
		"POST GetDocument": p.getDocument, "POST EditDocument": p.editDocument, "PUT UploadFileToDocument": p.upload, "POST SearchDocuments": p.search,
	}
	return p
}

// pitreRegister is the one register of the pretend body.
const pitreRegister = "PG"

// pitreDate is how it writes dates.
const pitreDate = "02/01/2006 15:04:05"

type pitre struct {
	centre   *Centre
	services map[string]pitreService

	mu     sync.Mutex
	tokens map[string]bool
	main   map[string]string // by entry: the document that is the main one now
}

// pitreService answers a request whose body was read.
type pitreService func(w http.ResponseWriter, r *http.Request, body []byte)

func (p *pitre) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action := path.Base(r.URL.Path)
	if action == "RouteRestRequest" {
		action = r.Header.Get("ROUTED_ACTION")
		if r.Header.Get("CODE_ADM") == "" {
			p.centre.Say(w, Answer{Status: http.StatusForbidden})
			return
		}
	}
	service, found := p.services[r.Method+" "+action]
	if !found {
		p.centre.Say(w, Answer{Status: http.StatusNotFound})
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.centre.Say(w, Answer{Status: http.StatusBadRequest})
		return
	}
	if action != "GetToken" && (!p.known(r.Header.Get("AuthToken")) || p.centre.Expired()) {
		p.centre.Say(w, Answer{Status: http.StatusUnauthorized})
		return
	}
	service(w, r, body)
}

func (p *pitre) known(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tokens[token]
}

// says is an answer of the contract, without error.
func (p *pitre) says(fields map[string]any) Answer {
	fields["Code"] = 0
	b, err := json.Marshal(fields)
	if err != nil {
		return Answer{Status: http.StatusInternalServerError}
	}
	return Answer{Header: http.Header{"Content-Type": {"application/json"}}, Body: b}
}

// fails is an error of the contract.
func (p *pitre) fails(word string) Answer {
	a := p.says(map[string]any{"ErrorMessage": word})
	a.Body = []byte(strings.Replace(string(a.Body), `"Code":0`, `"Code":1`, 1))
	return a
}

func (p *pitre) getToken(w http.ResponseWriter, _ *http.Request, body []byte) {
	var in struct{ Username, CodeAdm, CodeApplication string }
	if json.Unmarshal(body, &in) != nil || in.Username == "" || in.CodeAdm == "" || in.CodeApplication == "" {
		p.centre.Say(w, p.fails("MISSING_PARAMETER"))
		return
	}
	p.mu.Lock()
	token := "SSO=" + in.Username + strconv.Itoa(len(p.tokens))
	p.tokens[token] = true
	p.mu.Unlock()
	p.centre.Say(w, p.says(map[string]any{"Token": token}))
}

func (p *pitre) getRegisters(w http.ResponseWriter, _ *http.Request, _ []byte) {
	p.centre.Say(w, p.says(map[string]any{"Registers": []map[string]any{{"Code": pitreRegister, "IsRF": false, "State": "Open"}}}))
}

// pitreParty is a correspondent.
type pitreParty struct{ Description, CorrespondentType string }

// pitreDocument is what the face reads of a document.
type pitreDocument struct {
	DocNumber, DocumentType, Object string
	Sender                          *pitreParty
	Recipients                      []pitreParty
	Note                            []struct{ Description string }
}

// refusal is the word for data that CreateDocument does not take, or "".
func (d pitreDocument) refusal(register string) string {
	switch {
	case !slices.Contains([]string{"A", "P", "I"}, d.DocumentType):
		return "MISSING_TYPE_DOCUMENT"
	case d.Object == "":
		return "MISSING_OBJECT"
	case register == "":
		return "REQUIRED_REGISTER"
	case register != pitreRegister:
		return "REGISTER_NOT_FOUND"
	case d.DocumentType != "P" && (d.Sender == nil || d.Sender.Description == ""):
		return "REQUIRED_SENDER"
	case d.DocumentType != "A" && len(d.Recipients) == 0:
		return "REQUIRED_RECIPIENT"
	}
	return ""
}

func (p *pitre) createDocument(w http.ResponseWriter, r *http.Request, body []byte) {
	e, word, ok := pitreEntry(body)
	switch {
	case !ok:
		p.centre.Say(w, Answer{Status: http.StatusBadRequest})
		return
	case word != "":
		p.centre.Say(w, p.fails(word))
		return
	}
	p.centre.Act(w, r, Deed{
		Do:     func() Answer { return p.says(map[string]any{"Document": p.document(p.centre.Register(e))}) },
		Refuse: func(string) Answer { return p.fails("REGISTER_NOT_FOUND") },
	})
}

// editDocument puts the whole document of the request in the place of the one that is there: what the request leaves out is lost.
func (p *pitre) editDocument(w http.ResponseWriter, r *http.Request, body []byte) {
	e, word, ok := pitreEntry(body)
	if !ok {
		p.centre.Say(w, Answer{Status: http.StatusBadRequest})
		return
	}
	have, found := p.centre.Find(func(x Entry) bool { return x.ID == e.ID })
	switch {
	case !found:
		word = "DOCUMENT_NOT_FOUND"
	case word == "" && have.Annulled != "":
		word = "APPLICATION_ERROR"
	}
	if word != "" {
		p.centre.Say(w, p.fails(word))
		return
	}
	p.centre.Act(w, r, Deed{
		Do: func() Answer {
			e, _ := p.centre.Correct(have.ID, e)
			return p.says(map[string]any{"Document": p.document(e)})
		},
		Refuse: func(string) Answer { return p.fails("REGISTER_NOT_FOUND") },
	})
}

// pitreEntry reads the request of CreateDocument and EditDocument; word is what the service answers to data that it does not take.
func pitreEntry(body []byte) (e Entry, word string, ok bool) {
	var in struct {
		CodeRegister string
		Document     pitreDocument
	}
	var whole struct{ Document json.RawMessage }
	if json.Unmarshal(body, &in) != nil || json.Unmarshal(body, &whole) != nil {
		return Entry{}, "", false
	}
	d := in.Document
	e = Entry{ID: d.DocNumber, Register: in.CodeRegister, Direction: d.DocumentType, Subject: d.Object,
		Fields: map[string]string{pitreWhole: string(whole.Document)}}
	if d.Sender != nil {
		e.Names = append(e.Names, d.Sender.Description)
	}
	for _, to := range d.Recipients {
		e.Names = append(e.Names, to.Description)
	}
	var notes []string
	for _, n := range d.Note {
		notes = append(notes, n.Description)
	}
	e.Note = strings.Join(notes, "\n")
	return e, d.refusal(in.CodeRegister), true
}

// pitreWhole is the field of an entry that has the document as it was sent.
const pitreWhole = "Document"

// document is an entry as the contract words it: what was sent, and what is the centre's to say.
func (p *pitre) document(e Entry) map[string]any {
	p.mu.Lock()
	current := p.main[e.ID]
	p.mu.Unlock()
	d := map[string]any{}
	_ = json.Unmarshal([]byte(e.Fields[pitreWhole]), &d) // it was read before
	for field, value := range map[string]any{"Id": e.ID, "DocNumber": e.ID, "DocumentType": e.Direction, "Object": e.Subject, "Annulled": e.Annulled != "",
		"ProtocolNumber": strconv.FormatInt(e.Number, 10), "ProtocolYear": strconv.Itoa(p.centre.Year(e)), "ProtocolDate": e.At.In(protocollo.Rome()).Format(pitreDate),
		"Signature": e.Register + "|" + e.At.In(protocollo.Rome()).Format("02/01/2006") + "|" + strconv.FormatInt(e.Number, 10),
		"Register":  map[string]any{"Code": e.Register}} {
		d[field] = value
	}
	delete(d, "MainDocument")
	attachments := []map[string]any{}
	for _, f := range e.Documents {
		file := map[string]any{"Id": f.ID, "Name": f.Name, "Description": f.Title}
		switch {
		case f.Replaced:
		case f.ID == current:
			d["MainDocument"] = file
		default:
			attachments = append(attachments, file)
		}
	}
	d["Attachments"] = attachments
	return d
}

func (p *pitre) getDocument(w http.ResponseWriter, _ *http.Request, body []byte) {
	var in struct{ IdDocument string }
	if json.Unmarshal(body, &in) != nil || in.IdDocument == "" {
		p.centre.Say(w, p.fails("REQUIRED_ID"))
		return
	}
	e, found := p.centre.Find(func(e Entry) bool { return e.ID == in.IdDocument })
	if !found {
		p.centre.Say(w, p.fails("DOCUMENT_NOT_FOUND"))
		return
	}
	p.centre.Say(w, p.says(map[string]any{"Document": p.document(e)}))
}

// pitreUpload is UploadFileToDocument's request.
type pitreUpload struct {
	IdDocument, Description, AttachmentType string
	CreateAttachment                        bool
	File                                    struct {
		Name    string
		Content []byte
	}
}

func (p *pitre) upload(w http.ResponseWriter, r *http.Request, body []byte) {
	var in pitreUpload
	if err := json.Unmarshal(body, &in); err != nil {
		p.centre.Say(w, Answer{Status: http.StatusBadRequest})
		return
	}
	e, found := p.centre.Find(func(e Entry) bool {
		return e.ID == in.IdDocument || slices.ContainsFunc(e.Documents, func(d Document) bool { return d.ID == in.IdDocument })
	})
	for _, c := range []struct {
		wrong bool
		word  string
	}{
		{in.IdDocument == "", "REQUIRED_ID"}, {len(in.File.Content) == 0 || path.Ext(in.File.Name) == "", "REQUIRED_FILE"},
		{in.Description == "", "REQUIRED_DESCRIPTION"}, {!found, "DOCUMENT_NOT_FOUND"},
	} {
		if c.wrong {
			p.centre.Say(w, p.fails(c.word))
			return
		}
	}
	p.centre.Act(w, r, Deed{
		Attaches: true,
		Do:       func() Answer { return p.file(e, in) },
		Refuse:   func(string) Answer { return p.fails("REQUIRED_FILE") },
	})
}

// file adds an attachment, or a version of the main document or of an attachment.
func (p *pitre) file(e Entry, in pitreUpload) Answer {
	d := Document{Name: in.File.Name, Title: in.Description, Body: in.File.Content}
	p.mu.Lock()
	defer p.mu.Unlock()
	found := true
	switch earlier := p.main[e.ID]; {
	case in.CreateAttachment:
		_, found = p.centre.Attach(e.ID, d)
	case in.IdDocument != e.ID:
		_, found = p.centre.Replace(e.ID, in.IdDocument, d)
	case earlier == "":
		d, found = p.centre.Attach(e.ID, d)
		p.main[e.ID] = d.ID
	default:
		d, found = p.centre.Replace(e.ID, earlier, d)
		p.main[e.ID] = d.ID
	}
	if !found {
		return p.fails("DOCUMENT_NOT_FOUND")
	}
	return p.says(map[string]any{"ResultMessage": "OK"})
}

func (p *pitre) search(w http.ResponseWriter, _ *http.Request, body []byte) {
	var in struct {
		Filters                    []struct{ Name, Value string }
		PageNumber, ElementsInPage int
	}
	if json.Unmarshal(body, &in) != nil || len(in.Filters) == 0 {
		p.centre.Say(w, p.fails("MISSING_PARAMETER"))
		return
	}
	day := func(s string) time.Time {
		t, err := time.ParseInLocation("02/01/2006", s, protocollo.Rome())
		if err != nil {
			return time.Time{}
		}
		return t
	}
	conditions := map[string]func(Entry, string) bool{
		"REGISTER":           func(e Entry, v string) bool { return e.Register == v },
		"PROTOCOL_DATE_FROM": func(e Entry, v string) bool { return !e.At.Before(day(v)) },
		"PROTOCOL_DATE_TO":   func(e Entry, v string) bool { return e.At.Before(day(v).AddDate(0, 0, 1)) },
		"OBJECT": func(e Entry, v string) bool {
			return strings.Contains(strings.ToLower(e.Subject), strings.ToLower(v))
		},
	}
	for _, f := range in.Filters {
		if conditions[f.Name] == nil {
			p.centre.Say(w, p.fails("APPLICATION_ERROR"))
			return
		}
	}
	found := p.centre.Search(func(e Entry) bool {
		for _, f := range in.Filters {
			if !conditions[f.Name](e, f.Value) {
				return false
			}
		}
		return true
	})
	documents := []map[string]any{}
	for _, e := range found[:min(len(found), max(in.ElementsInPage, 1))] {
		documents = append(documents, p.document(e))
	}
	p.centre.Say(w, p.says(map[string]any{"Documents": documents, "TotalDocumentsNumber": len(found)}))
}
