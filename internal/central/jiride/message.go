package jiride

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// The messages are those of wsProtocolloDm.wsdl, in the order of its schema; the spellings in the tags are the vendor's. Of the schema's optional
// elements those stand here that are sent.

type insert struct {
	XMLName xml.Name
	Draft   protoIn `xml:"t:ProtoIn"`
	*database
}

// database says which of the archives of one installation is meant.
type database struct {
	Administration string `xml:"t:CodiceAmministrazione"`
	AOO            string `xml:"t:CodiceAOO"`
}

type protoIn struct {
	Day          string          `xml:"t:Data"`
	Classif      string          `xml:"t:Classifica,omitempty"`
	Kind         string          `xml:"t:TipoDocumento"`
	Subject      string          `xml:"t:Oggetto"`
	Direction    string          `xml:"t:Origine"`
	Sender       string          `xml:"t:MittenteInterno,omitempty"`
	People       []correspondent `xml:"t:MittentiDestinatari>t:item"`
	UpdatePeople string          `xml:"t:AggiornaAnagrafiche"`
	InCharge     string          `xml:"t:InCaricoA,omitempty"`
	Attached     int             `xml:"t:NumeroAllegati,omitempty"`
	User         string          `xml:"t:Utente"`
	Role         string          `xml:"t:Ruolo"`
}

type correspondent struct {
	TaxCode  string   `xml:"t:CodiceFiscale,omitempty"`
	Name     string   `xml:"t:CognomeNome"`
	Address  string   `xml:"t:Indirizzo,omitempty"`
	Day      string   `xml:"t:DataInvio_DataProt,omitempty"` // of the sender's own protocol, where the document comes in
	Number   string   `xml:"t:Spese_NProt,omitempty"`        // likewise
	Means    string   `xml:"t:Mezzo,omitempty"`
	Received string   `xml:"t:DataRicevimento,omitempty"`
	Kind     string   `xml:"t:TipoPersona,omitempty"`
	Contact  *contact `xml:"t:Recapiti>t:item"`
}

type contact struct {
	Kind  string `xml:"t:TipoRecapito"`
	Value string `xml:"t:ValoreRecapito"`
}

type read struct {
	XMLName xml.Name
	Year    int    `xml:"t:AnnoProtocollo"`
	Number  int64  `xml:"t:NumeroProtocollo"`
	User    string `xml:"t:Utente"`
	Role    string `xml:"t:Ruolo"`
	*database
}

// addFiles is AggiungiAllegati2, which unlike AggiungiAllegati says in types what it did; its archive's codes may be empty.
type addFiles struct {
	XMLName xml.Name `xml:"t:AggiungiAllegati2"`
	New     newFiles `xml:"t:NuoviAllegati"`
	database
}

type newFiles struct {
	ID     int64     `xml:"t:idDoc"`
	Year   int       `xml:"t:annoProt"`
	Number int64     `xml:"t:numProt"`
	User   string    `xml:"t:utente"`
	Role   string    `xml:"t:ruolo"`
	Files  []newFile `xml:"t:Allegati>t:item"`
}

type newFile struct {
	Extension string `xml:"t:TipoFile"`
	MediaType string `xml:"t:ContentType"`
	Content   string `xml:"t:Image"`
	Comment   string `xml:"t:Commento"`
	Name      string `xml:"t:NomeAllegato"`
}

type annul struct {
	XMLName xml.Name `xml:"t:AnnullaDocumento"`
	Request string   `xml:"t:AnnullaDocumentoIn"`
	database
}

// said is what every result has.
type said struct {
	Message string `xml:"Messaggio"`
	Failure string `xml:"Errore"`
}

type protoOut struct {
	said
	ID     int64  `xml:"IdDocumento"`
	Year   int    `xml:"AnnoProtocollo"`
	Number int64  `xml:"NumeroProtocollo"`
	At     string `xml:"DataProtocollo"`
}

type documentOut struct {
	protoOut
	Subject string    `xml:"Oggetto"`
	Files   []fileOut `xml:"Allegati>item"`
}

type fileOut struct {
	Serial  int64  `xml:"Serial"`
	Comment string `xml:"Commento"`
}

type addedOut struct {
	said
	ID    int64     `xml:"IdDocumento"`
	Files []fileOut `xml:"Allegati>item"`
}

// taxCodes tell a person (FI) from a company (GI) by the form of the fiscal code; other codes are none.
var taxCodes = []struct {
	form *regexp.Regexp
	kind string
}{
	{regexp.MustCompile(`^[A-Za-z]{6}[0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{3}[A-Za-z]$`), "FI"},
	{regexp.MustCompile(`^[0-9]{11}$`), "GI"},
}

// protoIn maps a request that is made on today. What the configuration's tables do not have is refused (Invalid) rather than guessed. The contract has
// no field for a note, so what stands in one stays at the desk.
func (c *Connector) protoIn(r protocollo.RegisterRequest, today protocollo.Day) (protoIn, error) {
	d := r.Draft
	if !d.Direction.Valid() {
		return protoIn{}, protocollo.Errorf(protocollo.Invalid, "direction", "direction %q", d.Direction)
	}
	office, err := c.office("uor", d.UOR)
	if err != nil {
		return protoIn{}, err
	}
	in := protoIn{Day: today.Italian(), Classif: d.Classifica, Kind: c.cfg.Kinds[d.Direction], Subject: subject(r), Direction: string(d.Direction),
		UpdatePeople: "N", InCharge: office, Attached: len(d.Attachments), User: c.cfg.User, Role: c.cfg.Role}
	if c.cfg.UpdatePeople {
		in.UpdatePeople = "S"
	}
	switch d.Direction {
	case protocollo.Incoming:
		in.People = c.senders(r)
	case protocollo.Outgoing:
		in.Sender = office
		for _, who := range append(append([]protocollo.Correspondent{}, d.Recipients...), d.Copies...) { // the contract has no mark for a copy
			in.People = append(in.People, c.correspondent(who, d.Means))
		}
	case protocollo.Inside:
		in.Sender = office
		if len(d.Recipients) > 0 {
			if in.InCharge, err = c.office("recipients", d.Recipients[0].Code); err != nil {
				return protoIn{}, err
			}
		}
	}
	return in, nil
}

// office finds an office's code there; field is named where the table does not have it.
func (c *Connector) office(field, uor string) (string, error) {
	code, known := c.cfg.Offices[uor]
	if !known {
		return "", protocollo.Errorf(protocollo.Invalid, field, "the connector's table of offices has no %q", uor)
	}
	return code, nil
}

// senders lists who wrote; their own protocol stands with the first.
func (c *Connector) senders(r protocollo.RegisterRequest) []correspondent {
	d := r.Draft
	var list []correspondent
	for _, who := range d.Senders {
		list = append(list, c.correspondent(who, d.Means))
	}
	if d.Anonymous {
		list = []correspondent{{Name: protocollo.AnonymousSender, Means: c.cfg.Means[d.Means]}}
	}
	for i := range list {
		list[i].Received = r.ArrivalDay.Italian()
	}
	if len(list) > 0 {
		list[0].Day, list[0].Number = d.SenderRef.Day.Italian(), d.SenderRef.Protocol
	}
	return list
}

func (c *Connector) correspondent(who protocollo.Correspondent, means protocollo.Means) correspondent {
	out := correspondent{Name: who.Name, Address: who.Address, Means: c.cfg.Means[means]}
	for _, t := range taxCodes {
		if t.form.MatchString(who.Code) {
			out.TaxCode, out.Kind = strings.ToUpper(who.Code), t.kind
		}
	}
	if who.Email != "" {
		out.Contact = &contact{Kind: "EMAIL", Value: who.Email}
	}
	return out
}

// subject is the draft's; where the letter was on the emergency register it says so (DPR 445/2000 art. 63(5)), having nowhere else to.
func subject(r protocollo.RegisterRequest) string {
	if r.Emergency == nil {
		return r.Draft.Subject
	}
	return fmt.Sprintf("%s - Registro di emergenza: %s del %s", r.Draft.Subject, r.Emergency.Label, r.Emergency.Day.Italian())
}

// reference is what a receipt's Ref holds: the document's id there, year and number.
type reference struct {
	ID     int64
	Year   int
	Number int64
}

func (r reference) String() string { return fmt.Sprintf("%d/%d/%d", r.ID, r.Year, r.Number) }

func parseReference(s string) (reference, error) {
	var r reference
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return r, protocollo.Errorf(protocollo.Rejected, "ref", "%q is no reference of this connector", s)
	}
	var errs [3]error
	r.ID, errs[0] = strconv.ParseInt(parts[0], 10, 32)
	r.Year, errs[1] = strconv.Atoi(parts[1])
	r.Number, errs[2] = strconv.ParseInt(parts[2], 10, 32)
	for _, err := range errs {
		if err != nil {
			return r, protocollo.Errorf(protocollo.Rejected, "ref", "%q is no reference of this connector", s)
		}
	}
	return r, nil
}

// receipt reads a number out of a result. now is the instant of the answer: DataProtocollo is a dateTime, of which many installations fill the day only.
func (p protoOut) receipt(now time.Time) (protocollo.Receipt, error) {
	number, err := protocollo.NumberFrom(p.Number)
	if err != nil || p.ID <= 0 {
		return protocollo.Receipt{}, fmt.Errorf("its number is %d, of document %d", p.Number, p.ID)
	}
	at, err := parseInstant(p.At)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	r := protocollo.Receipt{Year: p.Year, Number: number, Day: protocollo.DayOf(at), At: at, Ref: reference{p.ID, p.Year, p.Number}.String()}
	if hour, minute, second := at.In(protocollo.Rome()).Clock(); hour+minute+second == 0 {
		r.At = now
	}
	return r, r.Validate()
}

// parseInstant reads an xsd:dateTime; without a zone it is Rome's.
func parseInstant(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, strings.TrimSpace(s)); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04:05", strings.TrimSpace(s), protocollo.Rome())
	if err != nil {
		return time.Time{}, fmt.Errorf("its instant: %w", err)
	}
	return t, nil
}
