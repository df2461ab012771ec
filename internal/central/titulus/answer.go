package titulus

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// outcome is the XML that each answer carries as a string: a refusal, one document with its record, or the records that a search found.
type outcome struct {
	Result  string   `xml:"result,attr"`
	Failure *failure `xml:"errore"`
	Saved   *record  `xml:"Document>doc"`
	Found   []record `xml:"doc"`
}

type failure struct {
	Code  string `xml:"cod,attr"`
	Words string `xml:"descrizione"`
}

// record is a document as Titulus has it. A search's page shows part of it.
type record struct {
	NRecord   string   `xml:"nrecord,attr"`
	PhysDoc   string   `xml:"physdoc,attr"`
	AmmAOO    string   `xml:"cod_amm_aoo,attr"`
	Number    string   `xml:"num_prot,attr"`
	Day       string   `xml:"data_prot,attr"`
	Draft     string   `xml:"bozza,attr"`
	Cancelled string   `xml:"annullato,attr"`
	Key       string   `xml:"applicativo_produttore_docid,attr"`
	Privacy   privacy  `xml:"visibilita"`
	Subject   string   `xml:"oggetto"`
	Shown     []string `xml:"rif_esterni>rif>nome"`         // on a search's page
	Externals []string `xml:"rif_esterni>rif_esterno>nome"` // in the document itself
	Parts     []part   `xml:",any"`
}

// part is a container of files: the contract's clients look for them below any element of the document.
type part struct {
	Files []file `xml:"file"`
}

type file struct {
	Name    string `xml:"name,attr"`
	Title   string `xml:"title,attr"`
	Derived string `xml:"der_from,attr"` // set on what Titulus made of another file
}

// parseOutcome reads the string of an answer.
func parseOutcome(s string) (outcome, error) {
	var o outcome
	decoder := xml.NewDecoder(strings.NewReader(s))
	decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // what it declares was undone with the envelope
	if err := decoder.Decode(&o); err != nil {
		return outcome{}, fmt.Errorf("read answer: %w", err)
	}
	return o, nil
}

// refusal returns the clear no of an answer, in its own words, or nil. Beside a number it is not clear.
func (o outcome) refusal() error {
	if o.Result != "error" && o.Failure == nil {
		return nil
	}
	words := o.Result
	if o.Failure != nil {
		words = strings.TrimSpace(o.Failure.Code + " " + o.Failure.Words)
	}
	if o.Saved != nil && o.Saved.Number != "" {
		return &protocollo.Error{Class: protocollo.OutcomeUnknown, Code: "nonsense", Detail: "Titulus names an error and a number", Words: words}
	}
	return rejected("refused", words)
}

func rejected(code, words string) error {
	return &protocollo.Error{Class: protocollo.Rejected, Code: code, Detail: "Titulus refused", Words: words}
}

// numberPattern is year, administration with AOO, and seven digits.
var numberPattern = regexp.MustCompile(`^([0-9]{4})-(.+)-([0-9]{7})$`)

// receipt reads the number out of a record. The contract gives a day and no instant, which is at; raw is the answer.
func (c *Connector) receipt(r record, at time.Time, raw string) (protocollo.Receipt, error) {
	if r.Number == "" && r.Draft == "si" {
		// A draft has no number, and gets none unless a person at the centre gives it one.
		return protocollo.Receipt{}, rejected("draft", "salvato come bozza, senza numero di protocollo (nrecord "+r.id()+")")
	}
	groups := numberPattern.FindStringSubmatch(r.Number)
	if groups == nil {
		return protocollo.Receipt{}, fmt.Errorf("its number is %q", r.Number)
	}
	if !strings.EqualFold(groups[2], c.cfg.AmmAOO) {
		return protocollo.Receipt{}, fmt.Errorf("its number %q is not of %s", r.Number, c.cfg.AmmAOO)
	}
	if r.id() == "" {
		return protocollo.Receipt{}, errors.New("it has no nrecord")
	}
	year, yearErr := strconv.Atoi(groups[1])
	value, valueErr := strconv.ParseInt(groups[3], 10, 64)
	day, dayErr := time.Parse("20060102", r.Day)
	if err := errors.Join(yearErr, valueErr, dayErr); err != nil {
		return protocollo.Receipt{}, err
	}
	number, err := protocollo.NumberFrom(value)
	if err != nil {
		return protocollo.Receipt{}, fmt.Errorf("its number is %q", r.Number)
	}
	receipt := protocollo.Receipt{Year: year, Number: number, Day: protocollo.Day(day.Format(time.DateOnly)), At: at, Ref: r.id(), Raw: bounded(raw)}
	return receipt, receipt.Validate()
}

// id is what the operations take: the record's name, or else its place.
func (r record) id() string {
	if r.NRecord != "" {
		return r.NRecord
	}
	return r.PhysDoc
}

// file finds what was attached under a mark.
func (r record) file(mark string) (file, bool) {
	for _, p := range r.Parts {
		for _, f := range p.Files {
			if f.Derived == "" && f.Name != "" && strings.HasSuffix(f.Title, mark) {
				return f, true
			}
		}
	}
	return file{}, false
}

// bounded cuts an answer to what is kept of it.
func bounded(raw string) string {
	const most = 16 << 10 // bytes
	if len(raw) > most {
		return strings.ToValidUTF8(raw[:most], "")
	}
	return raw
}
