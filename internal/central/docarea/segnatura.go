package docarea

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"segnatura/internal/protocollo"
)

// The Segnatura by which DOCAREA asks for a number. It is older than the segnatura between administrations, and another: it has Flusso and
// ApplicativoProtocollo, no namespace, and no element for the emergency register. Order and occurrence are those of the makers' schemas.
type (
	segnaturaXML struct {
		XMLName      xml.Name     `xml:"Segnatura"`
		Intestazione intestazione `xml:"Intestazione"`
		Descrizione  descrizione  `xml:"Descrizione"`
		Applicativo  applicativo  `xml:"ApplicativoProtocollo"`
	}
	intestazione struct {
		Oggetto        string         `xml:"Oggetto,omitempty"`
		Identificatore identificatore `xml:"Identificatore"`
		Mittente       []parties      `xml:"Mittente"`
		Destinatario   []parties      `xml:"Destinatario"`
		Classifica     *classifica    `xml:"Classifica"`
		Fascicolo      *fascicolo     `xml:"Fascicolo"`
	}
	identificatore struct {
		Amministrazione string `xml:"CodiceAmministrazione"`
		AOO             string `xml:"CodiceAOO"`
		// Before there is a number:
		Numero *string `xml:"NumeroRegistrazione"`
		Data   *string `xml:"DataRegistrazione"`
		Flusso string  `xml:"Flusso,omitempty"`
		// Of a number that there is (aggiungiAllegato):
		NumeroProtocollo string `xml:"NumeroProtocollo,omitempty"`
		AnnoProtocollo   string `xml:"AnnoProtocollo,omitempty"`
		Registro         string `xml:"TipoRegistroProtocollo,omitempty"`
	}
	// parties are one Mittente or Destinatario: persons, or an administration and its AOO, in the order that its dialect has.
	parties struct{ Items []any }
	persona struct {
		XMLName             xml.Name   `xml:"Persona"`
		ID                  string     `xml:"id,attr,omitempty"`
		Nome                string     `xml:"Nome"`
		Cognome             string     `xml:"Cognome"`
		CodiceFiscale       string     `xml:"CodiceFiscale,omitempty"`
		Denominazione       string     `xml:"Denominazione,omitempty"`
		IndirizzoTelematico *indirizzo `xml:"IndirizzoTelematico"`
	}
	indirizzo struct {
		Tipo  string `xml:"tipo,attr"`
		Value string `xml:",chardata"`
	}
	amministrazione struct {
		XMLName            xml.Name `xml:"Amministrazione"`
		Denominazione      string   `xml:"Denominazione"`
		Codice             string   `xml:"CodiceAmministrazione"`
		UnitaOrganizzativa *unita   `xml:"UnitaOrganizzativa"`
	}
	unita struct {
		ID string `xml:"id,attr"`
	}
	aoo struct {
		XMLName xml.Name `xml:"AOO"`
		Codice  string   `xml:"CodiceAOO"`
	}
	classifica struct {
		Amministrazione string `xml:"CodiceAmministrazione"`
		AOO             string `xml:"CodiceAOO"`
		Titolario       string `xml:"CodiceTitolario"`
	}
	fascicolo struct {
		Numero string `xml:"numero,attr"`
		Anno   string `xml:"anno,attr"`
	}
	descrizione struct {
		Documento *documento `xml:"Documento"`
		Allegati  *allegati  `xml:"Allegati"`
	}
	allegati struct {
		Documento documento `xml:"Documento"`
	}
	documento struct {
		ID          int64  `xml:"id,attr"`
		Nome        string `xml:"nome,attr"`
		Descrizione string `xml:"DescrizioneDocumento,omitempty"`
		Tipo        string `xml:"TipoDocumento,omitempty"`
	}
	applicativo struct {
		Nome      string      `xml:"nome,attr"`
		Parametri []parametro `xml:"Parametro"`
	}
	parametro struct {
		Nome   string `xml:"nome,attr"`
		Valore string `xml:"valore,attr"`
	}
)

// flussi are the directions.
var flussi = map[protocollo.Direction]string{protocollo.Incoming: "E", protocollo.Outgoing: "U", protocollo.Inside: "I"}

// folder is how a clerk writes a fascicolo that the contract can name: year and number. Others stay with the registration here.
var folder = regexp.MustCompile(`^([0-9]{4})/([0-9]{1,9})$`)

// taxCode is a codice fiscale or a partita IVA, by its length.
var taxCode = regexp.MustCompile(`^([A-Z0-9]{16}|[0-9]{11})$`)

// segnatura writes what Protocollazione is asked with: the registration's data, and the file that was inserted before.
func (c *Connector) segnatura(r protocollo.RegisterRequest, fileID int64) ([]byte, error) {
	d, body, office := r.Draft, r.Body.Code, string(r.AOO.Code)
	unnumbered := c.profile.segnatura.unnumbered
	s := segnaturaXML{
		Intestazione: intestazione{
			Oggetto: subject(r),
			Identificatore: identificatore{Amministrazione: body, AOO: office, Numero: &unnumbered, Data: &unnumbered,
				Flusso: flussi[d.Direction]},
		},
		Descrizione: descrizione{Documento: &documento{ID: fileID, Nome: sheetName(r.IntakeID), Descrizione: sheetTitle, Tipo: c.cfg.DocumentType}},
		Applicativo: applicativo{Nome: c.cfg.Application, Parametri: c.parametri(d)},
	}
	ours := c.ours(r)
	switch d.Direction {
	case protocollo.Incoming:
		senders := d.Senders
		if len(senders) == 0 {
			senders = []protocollo.Correspondent{{Name: protocollo.AnonymousSender}}
		}
		s.Intestazione.Mittente, s.Intestazione.Destinatario = c.persons(senders), []parties{ours}
	default:
		others := append(append([]protocollo.Correspondent{}, d.Recipients...), d.Copies...)
		s.Intestazione.Mittente, s.Intestazione.Destinatario = []parties{ours}, c.persons(others)
	}
	if code := c.classOf(d); code != "" {
		s.Intestazione.Classifica = &classifica{Amministrazione: body, AOO: office, Titolario: code}
	}
	if m := folder.FindStringSubmatch(d.Fascicolo); m != nil {
		s.Intestazione.Fascicolo = &fascicolo{Anno: m[1], Numero: m[2]}
	}
	return ascii(s)
}

// attachment writes what aggiungiAllegato is asked with: the number, and the file that was inserted before.
func (c *Connector) attachment(ref reference, fileID int64, name, title string) ([]byte, error) {
	return ascii(segnaturaXML{
		Intestazione: intestazione{Identificatore: identificatore{Amministrazione: ref.body, AOO: ref.aoo,
			NumeroProtocollo: strconv.FormatInt(ref.number, 10), AnnoProtocollo: strconv.Itoa(ref.year), Registro: ref.register}},
		Descrizione: descrizione{Allegati: &allegati{documento{ID: fileID, Nome: name, Descrizione: title}}},
		Applicativo: applicativo{Nome: c.cfg.Application, Parametri: []parametro{{"utente", c.cfg.User}}},
	})
}

// subject is the registration's, with what the contracts have neither element nor note for behind it: the emergency number (DPR 445/2000 art. 63(5);
// R9.12), the sender's own protocol (art. 53(1)(e)), that the letter is confidential or not signed (R1.10).
func subject(r protocollo.RegisterRequest) string {
	var marks []string
	if e := r.Emergency; e != nil {
		marks = append(marks, fmt.Sprintf("registro di emergenza: %s del %s", e.Label, e.Day.Italian()))
	}
	if ref := r.Draft.SenderRef; ref.Protocol != "" {
		mark := "prot. mittente " + ref.Protocol
		if ref.Day != "" {
			mark += " del " + ref.Day.Italian()
		}
		marks = append(marks, mark)
	}
	if r.Draft.Confidential {
		marks = append(marks, "riservato")
	}
	if r.Draft.Unsigned {
		marks = append(marks, "documento non sottoscritto")
	}
	if len(marks) == 0 {
		return r.Draft.Subject
	}
	return r.Draft.Subject + " (" + strings.Join(marks, "; ") + ")"
}

func (c *Connector) classOf(d protocollo.Draft) string {
	switch code, mapped := c.cfg.Classes[d.Classifica]; {
	case mapped:
		return code
	case d.Classifica == "":
		return c.cfg.DefaultClass
	}
	return d.Classifica
}

func (c *Connector) officeOf(uor string) string {
	if code, mapped := c.cfg.Offices[uor]; mapped {
		return code
	}
	return uor
}

// ours is the body that owns the register, and its office that the letter is for or comes from.
func (c *Connector) ours(r protocollo.RegisterRequest) parties {
	a := amministrazione{Denominazione: r.Body.Name, Codice: r.Body.Code}
	if office := c.officeOf(r.Draft.UOR); office != "" {
		a.UnitaOrganizzativa = &unita{ID: office}
	}
	o := aoo{Codice: string(r.AOO.Code)}
	if c.profile.segnatura.gathered && r.Draft.Direction == protocollo.Incoming {
		return parties{[]any{o, a}} // its Destinatario has them in this order, its Mittente in the other
	}
	return parties{[]any{a, o}}
}

// persons are correspondents. A name stands whole where the schema wants a surname: to part it would be a guess.
func (c *Connector) persons(list []protocollo.Correspondent) []parties {
	var each []parties
	for _, who := range list {
		p := persona{Cognome: who.Name, Denominazione: who.Name}
		if taxCode.MatchString(who.Code) { // it may be an administration's IPA code as well
			p.ID, p.CodiceFiscale = who.Code, who.Code
		}
		if who.Email != "" {
			p.IndirizzoTelematico = &indirizzo{Tipo: "smtp", Value: who.Email}
		}
		if c.profile.segnatura.gathered && len(each) > 0 {
			each[0].Items = append(each[0].Items, p)
			continue
		}
		each = append(each, parties{[]any{p}})
	}
	return each
}

// parametri are what the service's own application is told.
func (c *Connector) parametri(d protocollo.Draft) []parametro {
	list := []parametro{{"utente", c.cfg.User}}
	if c.cfg.Unit != "" {
		list = append(list, parametro{"uo", c.cfg.Unit})
	}
	if c.cfg.Routing != "" {
		list = append(list, parametro{"tipoSmistamento", c.cfg.Routing})
	}
	if d.SenderRef.Day != "" {
		list = append(list, parametro{"dataDocumento", d.SenderRef.Day.Italian()})
	}
	return list
}

// ascii writes XML in which every character beyond ASCII is a reference, because services read the same bytes as UTF-8 or as ISO 8859-1, by how
// the file came (Finmatica does both).
func ascii(v any) ([]byte, error) {
	written, err := xml.Marshal(v)
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Internal, "request", "write Segnatura: %w", err)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	for _, r := range string(written) {
		if r < 0x80 {
			b.WriteByte(byte(r))
		} else {
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.Bytes(), nil
}
