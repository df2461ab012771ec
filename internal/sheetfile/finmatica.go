package sheetfile

import (
	"cmp"
	"encoding/xml"
	"io"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// finmaticaBatch is what Finmatica's importaProtocolliEmergenza reads: one outage and the letters that were registered in it. The names
// are the contract's. It refuses the whole batch where one row is there already, and its answer holds no ordinary numbers: they come back in a
// spreadsheet, or a person keys them in.
type finmaticaBatch struct {
	XMLName xml.Name         `xml:"radice"`
	Outage  finmaticaOutage  `xml:"emergenza"`
	Rows    []finmaticaEntry `xml:"protocolli>protocollo"`
}

type finmaticaOutage struct {
	From    string `xml:"dataInizio"`
	Until   string `xml:"dataFine"`
	Cause   string `xml:"causa"`
	Act     string `xml:"provvedimento"`
	Subject string `xml:"oggetto"`
	finmaticaOffice
}

// finmaticaOffice is who registers, by the centre's own codes.
type finmaticaOffice struct {
	Unit        string `xml:"unita"`
	View        string `xml:"ottica"`
	User        string `xml:"utente"`
	Type        string `xml:"codiceTipoDocumento"`
	Class       string `xml:"codiceClassificazione"`
	FileYear    string `xml:"fascicoloAnno"`
	FileNumber  string `xml:"fascicoloNumero"`
	Means       string `xml:"codiceModRic"`
	RoutingUnit string `xml:"codiceUnitaSmistamento"`
	RoutingUser string `xml:"soggettoUtenteAssegnatario"`
}

type finmaticaEntry struct {
	Year         int    `xml:"anno"`
	Number       int64  `xml:"numero"`
	Register     string `xml:"codiceRegistro"`
	At           string `xml:"data"`
	Direction    string `xml:"tipoMovimento"`
	Subject      string `xml:"oggetto"`
	SenderDay    string `xml:"dataDocEsterno"`
	SenderNumber string `xml:"numDocEsterno"`
	finmaticaOffice
	Arrived string `xml:"dataArrivoSpedizione"`
	Routing string `xml:"tipoSmistamento"`
	Clerk   string `xml:"codiceUtenteAssegnatario"`
	Kind    string `xml:"mittDest"`
	Name    string `xml:"cognomeCodAmm"`
	Given   string `xml:"nomeCodAoo"`
}

// finmaticaCodes are the centre's own codes, the same in each row.
type finmaticaCodes struct {
	office            finmaticaOffice
	register, routing string
}

// set takes the codes from a map of columns, which gives them as constants titled by their element.
func (c *finmaticaCodes) set(columns []stamp.EmergencyColumn) error {
	elements := map[string]*string{
		"unita": &c.office.Unit, "ottica": &c.office.View, "utente": &c.office.User, "codiceTipoDocumento": &c.office.Type,
		"codiceModRic": &c.office.Means, "codiceUnitaSmistamento": &c.office.RoutingUnit, "soggettoUtenteAssegnatario": &c.office.RoutingUser,
		"codiceRegistro": &c.register, "tipoSmistamento": &c.routing,
	}
	for _, column := range columns {
		at := elements[column.Title]
		switch {
		case column.Field != "": // of a spreadsheet
		case at == nil:
			return protocollo.Errorf(protocollo.Invalid, "columns", "no code of the batch is called %q", column.Title)
		default:
			*at = column.Constant
		}
	}
	return nil
}

var finmaticaDirections = map[string]string{"A": "Arrivo", "P": "Partenza", "I": "Interno"}

// person is mittDest of a correspondent that the centre is to take by name, and not by an administration's code.
const finmaticaPerson = "P"

// writeFinmatica writes a closed register as the batch. Annulled rows, and rows that have their ordinary number, are left out: the centre gives a
// number to each row that it finds. Errors: Conflict "emergency-open", "sheet-by-call" for a register whose numbers are asked for otherwise; Invalid "columns" for a title that is no element of the contract's codes.
func writeFinmatica(w io.Writer, r stamp.EmergencyRegister, columns []stamp.EmergencyColumn) error {
	if r.RestoredAt.IsZero() {
		return protocollo.Errorf(protocollo.Conflict, "emergency-open", "the batch names the end of the outage, and register %s is open", r.Name)
	}
	if r.Notice != "" {
		return protocollo.Errorf(protocollo.Conflict, "sheet-by-call", "the numbers of register %s are asked for by call: %s", r.Name, r.Notice)
	}
	codes := finmaticaCodes{office: finmaticaOffice{User: r.UserCode}, routing: "COMPETENZA"}
	if err := codes.set(columns); err != nil {
		return err
	}
	b := finmaticaBatch{Outage: finmaticaOutage{From: finmaticaInstant(r.InterruptedAt), Until: finmaticaInstant(r.RestoredAt), Cause: line(r.Cause),
		Act: line(r.Authorised), Subject: "Registro di emergenza " + r.Name, finmaticaOffice: codes.office}}
	for _, row := range r.Rows {
		if row.Annulled || row.OrdinaryNumber != "" {
			continue
		}
		b.Rows = append(b.Rows, finmaticaRow(row, codes))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(b); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func finmaticaRow(row stamp.EmergencyRow, codes finmaticaCodes) finmaticaEntry {
	e := finmaticaEntry{Year: row.Given.Year, Number: row.Given.Number, Register: row.Given.Register, At: finmaticaInstant(row.At),
		Direction: finmaticaDirections[row.Direction], Subject: line(row.Subject), finmaticaOffice: codes.office,
		Routing: codes.routing, Kind: finmaticaPerson, Name: line(row.Sender)}
	number, day, _ := strings.Cut(line(row.SenderProtocol), " del ")
	e.SenderNumber = number
	if at, err := time.Parse("02/01/2006", day); err == nil {
		e.SenderDay = at.Format(finmaticaLayout)
	}
	class, file, _ := strings.Cut(row.Classifica, "/")
	e.Class = class
	if year, number, ok := strings.Cut(file, "-"); ok {
		e.FileYear, e.FileNumber = year, number
	}
	e.Register = cmp.Or(codes.register, e.Register)
	e.Unit, e.RoutingUnit = cmp.Or(e.Unit, row.UOR), cmp.Or(e.RoutingUnit, row.UOR)
	if row.Direction == "A" {
		e.Arrived = e.At
	} else {
		e.Name = line(row.Recipients)
	}
	return e
}

const finmaticaLayout = "2006-01-02 15:04:05"

// finmaticaInstant is an instant as the batch spells it, on the wall clock in Italy; "" where there is none.
func finmaticaInstant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(protocollo.Rome()).Format(finmaticaLayout)
}
