package pitre

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// The messages, by the names of RestServicesPITRE.swagger2.yaml. Fields that we neither send nor read are left out.

type authenticateRequest struct {
	Username        string
	CodeRole        string `json:",omitempty"`
	CodeApplication string
	CodeAdm         string
}

type authenticateResponse struct{ Token string }

type createDocumentRequest struct {
	CodeRegister string
	CodeRF       string `json:",omitempty"`
	Document     document
}

type createDocumentResponse struct{ Document *document }

type getDocumentRequest struct {
	IdDocument string
	GetFile    bool
}

type getDocumentResponse struct{ Document *document }

type uploadRequest struct {
	IdDocument       string
	File             file
	CreateAttachment bool
	Description      string
	AttachmentType   string `json:",omitempty"`
}

type searchRequest struct {
	Filters        []filter
	PageNumber     int
	ElementsInPage int
}

type filter struct{ Name, Value string }

type searchResponse struct{ Documents []document }

type getRegistersResponse struct{ Registers []register }

type register struct{ Code string }

type document struct {
	DocNumber          string          `json:",omitempty"`
	Id                 string          `json:",omitempty"`
	DocumentType       string          `json:",omitempty"`
	Object             string          `json:",omitempty"`
	PrivateDocument    bool            `json:",omitempty"`
	MeansOfSending     string          `json:",omitempty"`
	ProtocolSender     string          `json:",omitempty"`
	DataProtocolSender string          `json:",omitempty"`
	ArrivalDate        string          `json:",omitempty"`
	Sender             *correspondent  `json:",omitempty"`
	MultipleSenders    []correspondent `json:",omitempty"`
	Recipients         []correspondent `json:",omitempty"`
	RecipientsCC       []correspondent `json:",omitempty"`
	Note               []note          `json:",omitempty"`
	MainDocument       *file           `json:",omitempty"`
	Attachments        []file          `json:",omitempty"`
	ProtocolNumber     string          `json:",omitempty"`
	ProtocolYear       string          `json:",omitempty"`
	ProtocolDate       string          `json:",omitempty"`
	Signature          string          `json:",omitempty"`
	Annulled           bool            `json:",omitempty"`
	Register           *register       `json:",omitempty"`
}

type correspondent struct {
	Code                         string `json:",omitempty"`
	Description                  string
	CorrespondentType            string `json:",omitempty"`
	Type                         string `json:",omitempty"`
	Address                      string `json:",omitempty"`
	Email                        string `json:",omitempty"`
	NationalIdentificationNumber string `json:",omitempty"`
}

type note struct{ Description string }

type file struct {
	Id          string `json:",omitempty"`
	Description string `json:",omitempty"`
	Content     []byte `json:",omitempty"` // base64
	MimeType    string `json:",omitempty"`
	Name        string
}

// occasional is a correspondent who stands in no address book.
const occasional = "O"

// documentOf is a letter as the contract words it.
func (c *Connector) documentOf(r protocollo.RegisterRequest) document {
	d := r.Draft
	out := document{DocumentType: string(d.Direction), Object: d.Subject, PrivateDocument: d.Confidential, MeansOfSending: c.cfg.Means[d.Means],
		Recipients: correspondents(d.Recipients), RecipientsCC: correspondents(d.Copies), Note: notes(r)}
	senders := correspondents(d.Senders)
	if d.Anonymous {
		senders = []correspondent{{Description: protocollo.AnonymousSender, CorrespondentType: occasional}}
	}
	if len(senders) > 0 {
		out.Sender, out.MultipleSenders = &senders[0], senders[1:]
	}
	if d.Direction == protocollo.Incoming {
		out.ProtocolSender, out.ArrivalDate = d.SenderRef.Protocol, r.ArrivalDay.Italian()
		if d.SenderRef.Day != "" {
			out.DataProtocolSender = d.SenderRef.Day.Italian()
		}
	}
	return out
}

func correspondents(list []protocollo.Correspondent) []correspondent {
	var out []correspondent
	for _, c := range list {
		out = append(out, correspondent{Description: c.Name, CorrespondentType: occasional, Address: c.Address, Email: c.Email,
			NationalIdentificationNumber: c.Code})
	}
	return out
}

// notes are the clerk's, the emergency registration (art. 63(5): both numbers stay linked), and our key.
func notes(r protocollo.RegisterRequest) []note {
	var list []note
	if r.Draft.Note != "" {
		list = append(list, note{r.Draft.Note})
	}
	if e := r.Emergency; e != nil {
		list = append(list, note{fmt.Sprintf("Registro di emergenza: %s del %s", e.Label, e.Day.Italian())})
	}
	return append(list, note{"Richiesta " + r.Key})
}

// receipt reads a number. What is not wholly a number of a day is OutcomeUnknown.
func (c *Connector) receipt(d *document, aoo protocollo.AOO) (protocollo.Receipt, error) {
	unknown := func(format string, args ...any) (protocollo.Receipt, error) {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.OutcomeUnknown, "receipt", format, args...)
	}
	if d == nil {
		return unknown("the answer has no document")
	}
	value, err := strconv.ParseUint(strings.TrimSpace(d.ProtocolNumber), 10, 40)
	if err != nil || value == 0 {
		return unknown("the answer's number is %q", d.ProtocolNumber)
	}
	number, err := protocollo.NumberFrom(int64(value))
	if err != nil {
		return unknown("%w", err)
	}
	at, exact, err := parseDate(d.ProtocolDate)
	if err != nil {
		return unknown("%w", err)
	}
	day := protocollo.DayOf(at)
	year := at.In(protocollo.Rome()).Year()
	if d.ProtocolYear != "" {
		if year, err = strconv.Atoi(d.ProtocolYear); err != nil {
			return unknown("the answer's year is %q", d.ProtocolYear)
		}
	}
	if !exact {
		at = c.cfg.Clock()
	}
	ref := d.DocNumber
	if ref == "" {
		ref = d.Id
	}
	if ref == "" {
		return unknown("the answer names no document")
	}
	receipt := protocollo.Receipt{Register: aoo.RegisterCode, Year: year, Number: number, Day: day, At: at, Ref: ref}
	return receipt, receipt.Validate()
}

// dateLayouts are how dates come; the manual says nothing of their format. The second value says whether a layout has the time.
var dateLayouts = []struct {
	layout string
	exact  bool
}{
	{"02/01/2006 15:04:05", true}, {"02/01/2006 15.04.05", true}, {"02/01/2006 15:04", true}, {"02/01/2006", false},
	{"2006-01-02T15:04:05", true}, {time.RFC3339, true}, {"2006-01-02", false},
}

func parseDate(s string) (at time.Time, exact bool, err error) {
	s = strings.TrimSpace(s)
	for _, l := range dateLayouts {
		if at, err := time.ParseInLocation(l.layout, s, protocollo.Rome()); err == nil {
			return at, l.exact && at.In(protocollo.Rome()).Format("150405") != "000000", nil
		}
	}
	return time.Time{}, false, fmt.Errorf("the answer's day is %q", s)
}
