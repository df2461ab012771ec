package titulus

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"

	"segnatura/internal/protocollo"
)

// document is the doc element that saveDocument takes. The order of its fields is the schema's; the spellings in its tags are the vendor's.
type document struct {
	XMLName   xml.Name   `xml:"doc"`
	Type      string     `xml:"tipo,attr"`
	Draft     string     `xml:"bozza,attr"`
	AmmAOO    string     `xml:"cod_amm_aoo,attr"`
	Key       string     `xml:"applicativo_produttore_docid,attr"`
	Privacy   *privacy   `xml:"visibilita"`
	Deferred  *deferred  `xml:"prot_differito"`
	Minute    *minute    `xml:"minuta"`
	Subject   string     `xml:"oggetto"`
	Means     *coded     `xml:"mezzo_trasmissione"`
	Classif   *coded     `xml:"classif"`
	Note      string     `xml:"note,omitempty"`
	Attached  []string   `xml:"allegato"`
	Internals []internal `xml:"rif_interni>rif_interno"`
	Externals *externals `xml:"rif_esterni"`
}

// reserved is the code of a confidential document.
const reserved = "R"

type privacy struct {
	Code string `xml:"cod,attr"`
	Kind string `xml:"tipo,attr"`
}

// deferred says when a document came that is registered on a later day.
type deferred struct {
	Arrived string `xml:"data_arrivo,attr"`
	Why     string `xml:",chardata"`
}

// minute is the office's own copy of what it sends. It carries the classification, and says who sends.
type minute struct {
	Classif coded  `xml:"classif"`
	Sender  person `xml:"mittente"`
}

type coded struct {
	Code  string `xml:"cod,attr"`
	Words string `xml:",chardata"`
}

type person struct {
	Office     string `xml:"nome_uff,attr"`
	Name       string `xml:"nome_persona,attr"`
	OfficeCode string `xml:"cod_uff,attr,omitempty"`
	NameCode   string `xml:"cod_persona,attr,omitempty"`
}

type internal struct {
	Right string `xml:"diritto,attr"`
	person
}

// externals is left out where nobody is in it: the schema has no empty list.
type externals struct {
	List []external `xml:"rif_esterno"`
}

type external struct {
	Number  string   `xml:"n_prot,attr,omitempty"`
	Day     string   `xml:"data_prot,attr,omitempty"`
	Copy    string   `xml:"copia_conoscenza,attr,omitempty"`
	TaxCode string   `xml:"codice_fiscale,attr,omitempty"`
	Name    string   `xml:"nome"`
	Address *address `xml:"indirizzo"`
}

type address struct {
	Email string `xml:"email,attr,omitempty"`
	Words string `xml:",chardata"`
}

// directions are the vendor's words for the way a document goes.
var directions = map[protocollo.Direction]string{
	protocollo.Incoming: "arrivo", protocollo.Outgoing: "partenza", protocollo.Inside: "interno",
}

// taxCode is a person's fiscal code, or a company's; a body's IPA code is none.
var taxCode = regexp.MustCompile(`^([A-Za-z0-9]{16}|[0-9]{11})$`)

// noAttachment is what the allegato element says where there is none.
const noAttachment = "0 - nessun allegato"

// document maps a request that is made on today. What the configuration's tables do not have is refused (Invalid) rather than guessed.
func (c *Connector) document(r protocollo.RegisterRequest, today protocollo.Day) (document, error) {
	d := r.Draft
	office, known := c.cfg.Offices[d.UOR]
	if !known {
		return document{}, protocollo.Errorf(protocollo.Invalid, "uor", "the connector's table of offices has no %q", d.UOR)
	}
	if d.RPA != "" {
		office.Person, office.PersonCode = d.RPA, ""
	}
	doc := document{Type: directions[d.Direction], Draft: "no", AmmAOO: c.cfg.AmmAOO, Key: r.Key, Deferred: deferral(r, today),
		Subject: d.Subject, Attached: attached(d.Attachments), Internals: []internal{{Right: "RPA", person: office.person()}}}
	if d.Confidential {
		doc.Privacy = &privacy{Code: reserved, Kind: "Riservato"}
	}
	if code := c.cfg.Means[d.Means]; code != "" {
		doc.Means = &coded{Code: code}
	}
	classif := c.classif(d.Classifica)
	inside := append(append([]protocollo.Correspondent{}, d.Recipients...), d.Copies...) // those who get it within the body
	switch d.Direction {
	case protocollo.Incoming:
		doc.Classif, doc.Externals = classif, &externals{c.senders(d)}
	case protocollo.Outgoing, protocollo.Inside:
		if classif == nil {
			return document{}, protocollo.Errorf(protocollo.Invalid, "classifica", "Titulus wants the classification of what the body writes")
		}
		doc.Minute = &minute{Classif: *classif, Sender: office.person()}
		if d.Direction == protocollo.Outgoing {
			doc.Externals = &externals{append(outsiders(d.Recipients, ""), outsiders(d.Copies, "si")...)}
			inside = nil
			break
		}
		// The office that writes answers for its own copy (RPAM), the first that it writes to for the document.
		if len(inside) == 0 || inside[0].Code == "" {
			return document{}, protocollo.Errorf(protocollo.Invalid, "recipients", "an internal document needs an office that it goes to")
		}
		to, known := c.cfg.Offices[inside[0].Code]
		if !known {
			return document{}, protocollo.Errorf(protocollo.Invalid, "recipients", "the connector's table of offices has no %q", inside[0].Code)
		}
		doc.Internals, inside = []internal{{Right: "RPAM", person: office.person()}, {Right: "RPA", person: to.person()}}, inside[1:]
	default:
		return document{}, protocollo.Errorf(protocollo.Invalid, "direction", "direction %q", d.Direction)
	}
	var strangers []string
	for _, who := range inside {
		if o, known := c.cfg.Offices[who.Code]; known && who.Code != "" {
			doc.Internals = append(doc.Internals, internal{Right: "CC", person: o.person()})
			continue
		}
		strangers = append(strangers, who.Name)
	}
	doc.Note = note(r, strangers)
	return doc, nil
}

func (o Office) person() person {
	return person{Office: o.Name, OfficeCode: o.Code, Name: o.Person, NameCode: o.PersonCode}
}

func (c *Connector) classif(code string) *coded {
	if code == "" {
		return nil
	}
	words := c.cfg.Classes[code]
	if words == "" {
		words = code
	}
	return &coded{Code: code, Words: words}
}

// senders lists who wrote; their own protocol stands with the first.
func (c *Connector) senders(d protocollo.Draft) []external {
	if d.Anonymous {
		return []external{{Name: protocollo.AnonymousSender}}
	}
	list := outsiders(d.Senders, "")
	if len(list) > 0 {
		list[0].Number, list[0].Day = d.SenderRef.Protocol, compact(d.SenderRef.Day)
	}
	return list
}

func outsiders(correspondents []protocollo.Correspondent, inCopy string) []external {
	var list []external
	for _, who := range correspondents {
		e := external{Name: who.Name, Copy: inCopy}
		if taxCode.MatchString(who.Code) {
			e.TaxCode = who.Code
		}
		if who.Address != "" || who.Email != "" {
			e.Address = &address{Email: who.Email, Words: who.Address}
		}
		list = append(list, e)
	}
	return list
}

func attached(attachments []protocollo.Attachment) []string {
	if len(attachments) == 0 {
		return []string{noAttachment}
	}
	list := make([]string, len(attachments))
	for i, a := range attachments {
		list[i] = "1 - " + a.Description
	}
	return list
}

// deferral gives the day of arrival where it is not the day of registration: an earlier arrival, or what the emergency register took in.
func deferral(r protocollo.RegisterRequest, today protocollo.Day) *deferred {
	switch {
	case r.Emergency != nil:
		return &deferred{Arrived: compact(r.ArrivalDay), Why: emergencyWords(*r.Emergency)}
	case r.Draft.Direction == protocollo.Incoming && r.ArrivalDay < today:
		return &deferred{Arrived: compact(r.ArrivalDay), Why: r.Draft.ArrivalDayReason}
	}
	return nil
}

// emergencyWords name the emergency registration (DPR 445/2000 art. 63(5)): the contract has no field for it that saveDocument is known to take.
func emergencyWords(e protocollo.EmergencyOrigin) string {
	words := fmt.Sprintf("Registro di emergenza: %s del %s", e.Label, e.Day.Italian())
	if e.UserCode != "" {
		words += ", codice utente " + e.UserCode
	}
	return words
}

// note gathers what has no element of its own.
func note(r protocollo.RegisterRequest, strangers []string) string {
	var lines []string
	if r.Emergency != nil {
		lines = append(lines, emergencyWords(*r.Emergency))
	}
	for _, l := range []struct{ label, words string }{
		{"", r.Draft.Note},
		{"Raccomandata n. ", r.Draft.RaccomandataCode},
		{"Anche a: ", strings.Join(strangers, "; ")},
		{"Fascicolo: ", r.Draft.Fascicolo},
		{"Collegamento: ", r.Draft.Link},
		{"Luogo: ", r.Draft.Place},
		{"Codice su altro portale: ", r.Draft.ExternalRef},
	} {
		if l.words != "" {
			lines = append(lines, l.label+l.words)
		}
	}
	return strings.Join(lines, "\n")
}

// compact writes a day as the contract does; none is "".
func compact(d protocollo.Day) string { return strings.ReplaceAll(string(d), "-", "") }
