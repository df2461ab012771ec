package dropfolder

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// formatVersion is that of docs/dropfolder.md.
const formatVersion = "1"

// colKey is the column that every row and answer has.
const colKey = "chiave"

// message is what goes out beside a page file.
type message interface {
	setFile(file)
	// encode returns the metadata and the row.
	encode() (meta, row []byte, err error)
}

// file describes the page file.
type file struct {
	Name   string `xml:"nome,attr"`
	SHA256 string `xml:"sha256,attr"`
	Bytes  int64  `xml:"byte,attr"`
}

// request asks for a number.
type request struct {
	XMLName    xml.Name        `xml:"richiesta"`
	Version    string          `xml:"versione,attr"`
	Key        string          `xml:"chiave,attr"`
	Body       named           `xml:"amministrazione"`
	AOO        named           `xml:"aoo"`
	Register   string          `xml:"registro"`
	Direction  string          `xml:"direzione"`
	Subject    string          `xml:"oggetto"`
	Senders    []correspondent `xml:"mittente"`
	Anonymous  bool            `xml:"anonimo,omitempty"`
	Recipients []correspondent `xml:"destinatario"`
	Copies     []correspondent `xml:"conoscenza"`
	ArrivalDay string          `xml:"arrivo>data"`
	ArrivedAt  string          `xml:"arrivo>istante"`
	Intake     int64           `xml:"ricezione"`
	Operator   string          `xml:"operatore"`
	Classifica string          `xml:"classifica,omitempty"`
	Fascicolo  string          `xml:"fascicolo,omitempty"`
	UOR        string          `xml:"ufficio,omitempty"`
	RPA        string          `xml:"responsabile,omitempty"`
	Means      string          `xml:"mezzo,omitempty"`
	Support    string          `xml:"supporto,omitempty"`
	Code       string          `xml:"raccomandata,omitempty"`
	Reference  *reference      `xml:"protocolloMittente"`
	External   string          `xml:"riferimentoEsterno,omitempty"`
	Note       string          `xml:"nota,omitempty"`
	Attached   []attachment    `xml:"allegato"`
	Private    bool            `xml:"riservato"`
	Emergency  *emergency      `xml:"emergenza"`
	File       file            `xml:"scheda"`
}

func (m *request) setFile(f file) { m.File = f }

type named struct {
	Code string `xml:"codice,attr"`
	Name string `xml:",chardata"`
}

type correspondent struct {
	Code         string `xml:"codice,attr,omitempty"`
	Email        string `xml:"email,attr,omitempty"`
	Address      string `xml:"indirizzo,attr,omitempty"`
	Raccomandata string `xml:"raccomandata,attr,omitempty"`
	Name         string `xml:",chardata"`
}

type reference struct {
	Day    string `xml:"data,attr,omitempty"`
	Number string `xml:",chardata"`
}

type attachment struct {
	Pages int    `xml:"pagine,attr,omitempty"`
	Title string `xml:",chardata"`
}

type emergency struct {
	Register     string `xml:"registro,attr"`
	Year         int    `xml:"anno,attr"`
	Number       string `xml:"numero,attr"`
	Day          string `xml:"data,attr"`
	RegisteredAt string `xml:"istante,attr"`
	UserCode     string `xml:"utente,attr,omitempty"`
	Interrupted  string `xml:"inizioInterruzione,attr,omitempty"`
	Restored     string `xml:"ripristino,attr,omitempty"`
	Label        string `xml:"dicitura"`
	Cause        string `xml:"causa"`
}

func requestOf(r protocollo.RegisterRequest) *request {
	d := r.Draft
	m := &request{
		Version: formatVersion, Key: r.Key, Body: named{r.Body.Code, r.Body.Name}, AOO: named{string(r.AOO.Code), r.AOO.Name},
		Register: r.AOO.RegisterCode, Direction: string(d.Direction), Subject: d.Subject, Anonymous: d.Anonymous,
		Senders: correspondents(d.Senders), Recipients: correspondents(d.Recipients), Copies: correspondents(d.Copies),
		ArrivalDay: string(r.ArrivalDay), ArrivedAt: stamped(r.ArrivedAt), Intake: r.IntakeID, Operator: r.Operator, Classifica: d.Classifica,
		Fascicolo: d.Fascicolo, UOR: d.UOR, RPA: d.RPA, Means: string(d.Means), Support: string(d.Support), Code: d.RaccomandataCode,
		External: d.ExternalRef, Note: d.Note, Private: d.Confidential,
	}
	if d.SenderRef != (protocollo.SenderReference{}) {
		m.Reference = &reference{string(d.SenderRef.Day), d.SenderRef.Protocol}
	}
	for _, a := range d.Attachments {
		m.Attached = append(m.Attached, attachment{a.Pages, a.Description})
	}
	if e := r.Emergency; e != nil {
		m.Emergency = &emergency{Register: e.Register, Year: e.Year, Number: string(e.Number), Day: string(e.Day), RegisteredAt: stamped(e.RegisteredAt),
			UserCode: e.UserCode, Interrupted: stamped(e.InterruptedAt), Restored: stamped(e.RestoredAt), Label: e.Label, Cause: e.Cause}
	}
	return m
}

func correspondents(list []protocollo.Correspondent) []correspondent {
	var out []correspondent
	for _, c := range list {
		out = append(out, correspondent{c.Code, c.Email, c.Address, c.Raccomandata, c.Name})
	}
	return out
}

// stamped is an instant as Rome reads it, with its offset (R14.1); "" for none.
func stamped(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(protocollo.Rome()).Format(time.RFC3339)
}

// cell is one column of a row.
type cell struct{ column, value string }

func (m *request) encode() ([]byte, []byte, error) {
	reference, origin := orNone(m.Reference), orNone(m.Emergency)
	return encoded(m, []cell{
		{"versione", m.Version}, {"tipo", "richiesta"}, {colKey, m.Key}, {"amministrazione", m.Body.Code}, {"aoo", m.AOO.Code},
		{"registro", m.Register}, {"direzione", m.Direction}, {"oggetto", m.Subject}, {"mittenti", names(m.Senders)},
		{"destinatari", names(m.Recipients)}, {"data_arrivo", m.ArrivalDay}, {"istante_arrivo", m.ArrivedAt},
		{"protocollo_mittente", reference.Number}, {"data_mittente", reference.Day}, {"classifica", m.Classifica}, {"fascicolo", m.Fascicolo},
		{"ufficio", m.UOR}, {"mezzo", m.Means}, {"riservato", yes(m.Private)}, {"ricezione", strconv.FormatInt(m.Intake, 10)},
		{"operatore", m.Operator}, {"emergenza_registro", origin.Register}, {"emergenza_anno", year(origin.Year)},
		{"emergenza_numero", origin.Number}, {"emergenza_data", origin.Day}, {"file", m.File.Name}, {"sha256", m.File.SHA256},
		{"byte", strconv.FormatInt(m.File.Bytes, 10)},
	})
}

// orNone is what p points to, or its zero value.
func orNone[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

func names(list []correspondent) string {
	var s []string
	for _, c := range list {
		s = append(s, c.Name)
	}
	return strings.Join(s, " | ")
}

func yes(b bool) string {
	if b {
		return "si"
	}
	return "no"
}

func year(y int) string {
	if y == 0 {
		return ""
	}
	return strconv.Itoa(y)
}

// document brings a scan to a number.
type document struct {
	XMLName   xml.Name `xml:"documento"`
	Version   string   `xml:"versione,attr"`
	Key       string   `xml:"chiave,attr"`
	Ref       string   `xml:"riferimento"`
	Part      int      `xml:"parte"`
	Title     string   `xml:"titolo"`
	MediaType string   `xml:"tipoFile"`
	Original  string   `xml:"nomeFile"`
	Instead   string   `xml:"alPostoDi,omitempty"`
	File      file     `xml:"file"`
}

func (m *document) setFile(f file) { m.File = f }

func documentOf(r protocollo.AttachRequest) *document {
	return &document{Version: formatVersion, Key: r.Key, Ref: r.Ref, Part: r.Part, Title: r.Title, MediaType: r.MediaType, Original: r.FileName,
		Instead: r.Replaces.Ref}
}

func (m *document) encode() ([]byte, []byte, error) {
	return encoded(m, []cell{
		{"versione", m.Version}, {"tipo", "documento"}, {colKey, m.Key}, {"riferimento", m.Ref}, {"parte", strconv.Itoa(m.Part)},
		{"titolo", m.Title}, {"tipo_file", m.MediaType}, {"al_posto_di", m.Instead}, {"file", m.File.Name}, {"sha256", m.File.SHA256},
		{"byte", strconv.FormatInt(m.File.Bytes, 10)},
	})
}

// encoded writes the metadata as XML, and the row below its header as CSV with semicolons and CR LF (RFC 4180), both in UTF-8.
func encoded(meta any, cells []cell) ([]byte, []byte, error) {
	x, err := xml.MarshalIndent(meta, "", "  ")
	if err != nil {
		return nil, nil, fmt.Errorf("encode metadata: %w", err)
	}
	x = append(append([]byte(xml.Header), x...), '\n')
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	columns, values := make([]string, len(cells)), make([]string, len(cells))
	for i, c := range cells {
		columns[i], values[i] = c.column, c.value
	}
	if err := w.WriteAll([][]string{columns, values}); err != nil {
		return nil, nil, fmt.Errorf("encode row: %w", err)
	}
	return x, b.Bytes(), nil
}

// parseRow reads a header and one row, by column. The file has to end with its line: one that is cut short never does.
func parseRow(b []byte) (map[string]string, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !bytes.HasSuffix(b, []byte("\n")) {
		return nil, errors.New("the last line has no end")
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma = ';'
	if first, _, _ := bytes.Cut(b, []byte("\n")); !bytes.ContainsRune(first, ';') {
		r.Comma = ','
	}
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	values, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("row: %w", err)
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one row")
	}
	row := map[string]string{}
	for i, column := range header {
		column = strings.ToLower(strings.TrimSpace(column))
		if _, twice := row[column]; twice {
			return nil, fmt.Errorf("column %q stands twice", column)
		}
		row[column] = strings.TrimSpace(values[i])
	}
	return row, nil
}
