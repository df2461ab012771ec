package jente

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"segnatura/internal/protocollo"
)

// request words a letter as the operation of its direction does. Invalid: JEnte would not take it as it is.
func (c *Connector) request(r protocollo.RegisterRequest) (any, error) {
	d := r.Draft
	subject, note, err := c.texts(r)
	if err != nil {
		return nil, err
	}
	register, section := codedOr(c.cfg.Registers[r.AOO.Code]), codedOr(c.cfg.Sections[r.AOO.Code])
	class, others := c.class(d), c.others(d, note)
	switch d.Direction {
	case protocollo.Incoming:
		letter := arrivo{Register: register, Section: section, Senders: people(senders(d), d.Copies), Offices: c.toOffice(d.UOR), Subject: subject,
			Class: class, ReceivedDay: r.ArrivalDay.Italian(), Others: others}
		if d.SenderRef != (protocollo.SenderReference{}) {
			letter.Extremes = &estremi{Day: d.SenderRef.Day.Italian(), Number: d.SenderRef.Protocol}
		}
		return inserisciArrivo{Username: c.cfg.Username, Letter: letter, Confirm: c.cfg.ConfirmSegnatura}, nil
	case protocollo.Outgoing:
		office := coded{c.office(d.UOR)}
		letter := partenza{Register: register, Section: section, Office: &office, Sender: mittenteInterno{office}, Recipients: people(d.Recipients, d.Copies),
			Subject: subject, Class: class, Others: others}
		return inserisciPartenza{Username: c.cfg.Username, Letter: letter, Confirm: c.cfg.ConfirmSegnatura}, nil
	case protocollo.Inside:
		office := coded{c.office(d.UOR)}
		letter := interno{Register: register, Section: section, Office: &office, Sender: mittenteInterno{office}, Offices: c.toOffices(d), Subject: subject,
			Class: class, Others: others}
		return inserisciInterno{Username: c.cfg.Username, Letter: letter, Confirm: c.cfg.ConfirmSegnatura}, nil
	}
	return nil, protocollo.Errorf(protocollo.Invalid, "direction", "JEnte has no operation for direction %q", d.Direction)
}

// texts returns subject and note. The emergency register's number stands in the subject, where the register's lists show it (R9.12), unless only
// the note has room for it.
func (c *Connector) texts(r protocollo.RegisterRequest) (subject, note string, err error) {
	d := r.Draft
	if c.cfg.MaxSubject > 0 && utf8.RuneCountInString(d.Subject) > c.cfg.MaxSubject {
		return "", "", &protocollo.Error{Class: protocollo.Invalid, Code: "subject", Field: "subject",
			Detail: fmt.Sprintf("the subject has %d characters, JEnte takes %d", utf8.RuneCountInString(d.Subject), c.cfg.MaxSubject)}
	}
	var notes []string
	for _, mark := range []struct {
		set  bool
		text string
	}{{d.Confidential, "Riservato"}, {d.Unsigned, "Documento non sottoscritto"}} { // R1.10
		if mark.set {
			notes = append(notes, mark.text)
		}
	}
	notes = append(notes, d.Note)
	for _, n := range []struct{ label, text string }{
		{"Raccomandata n.", d.RaccomandataCode}, {"Riferimento esterno:", d.ExternalRef}, {"Collegamento:", d.Link}, {"Responsabile del procedimento:", d.RPA},
	} {
		if n.text != "" {
			notes = append(notes, n.label+" "+n.text)
		}
	}
	if _, known := fascicoloOf(d.Fascicolo); d.Fascicolo != "" && (!known || d.Classifica == "") {
		notes = append(notes, "Fascicolo: "+d.Fascicolo)
	}
	subject = d.Subject
	if e := r.Emergency; e != nil {
		origin := fmt.Sprintf("(Registro di emergenza: %s del %s)", e.Label, e.Day.Italian())
		if longer := subject + " " + origin; c.cfg.MaxSubject == 0 || utf8.RuneCountInString(longer) <= c.cfg.MaxSubject {
			subject = longer
		} else {
			notes = append(notes, origin)
		}
	}
	return subject, joined("\n", notes...), nil
}

// joined puts a separator between the texts that are not empty.
func joined(separator string, texts ...string) string {
	var said []string
	for _, t := range texts {
		if t != "" {
			said = append(said, t)
		}
	}
	return strings.Join(said, separator)
}

// senders are the draft's; an anonymous letter has a sender who says so, because the contract has no mark for it (R1.10).
func senders(d protocollo.Draft) []protocollo.Correspondent {
	if d.Anonymous {
		return []protocollo.Correspondent{{Name: protocollo.AnonymousSender}}
	}
	return d.Senders
}

func people(main, copies []protocollo.Correspondent) (s soggetti) {
	for _, p := range main {
		s.Main = append(s.Main, person(p))
	}
	for _, p := range copies {
		s.Others = append(s.Others, altri{person(p)})
	}
	return s
}

// person words a correspondent; what the contract has no field for stands in its note.
func person(p protocollo.Correspondent) soggetto {
	note := p.Email
	if p.Code != "" {
		note = joined("; ", "Codice: "+p.Code, p.Email)
	}
	return soggetto{Name: p.Name, Address: p.Address, Note: note}
}

// office returns JEnte's code of a unit of ours.
func (c *Connector) office(uor string) string {
	if uor == "" {
		return c.cfg.DefaultOffice
	}
	return cmp.Or(c.cfg.Offices[uor], uor)
}

func (c *Connector) toOffice(uor string) smistamenti {
	return smistamenti{[]smistamento{{Office: coded{c.office(uor)}}}}
}

// toOffices sends an internal document to the units that its recipients are; one without code goes to the default office, by name.
func (c *Connector) toOffices(d protocollo.Draft) (s smistamenti) {
	for _, p := range append(append([]protocollo.Correspondent{}, d.Recipients...), d.Copies...) {
		to := smistamento{Office: coded{c.office(p.Code)}}
		if p.Code == "" {
			to.Note = p.Name
		}
		s.List = append(s.List, to)
	}
	return s
}

var fascicoloPattern = regexp.MustCompile(`^([0-9]{4})[/.-]([0-9]+)$`)

// fascicoloOf reads what the clerk typed, where it is a year and a number.
func fascicoloOf(s string) (*fascicolo, bool) {
	m := fascicoloPattern.FindStringSubmatch(s)
	if m == nil {
		return nil, false
	}
	return &fascicolo{Year: m[1], Number: m[2]}, true
}

func (c *Connector) class(d protocollo.Draft) *classificazione {
	if d.Classifica == "" {
		return nil
	}
	file, _ := fascicoloOf(d.Fascicolo)
	return &classificazione{Titolario: cmp.Or(c.cfg.Classes[d.Classifica], d.Classifica), Fascicolo: file}
}

func (c *Connector) others(d protocollo.Draft, note string) *altriDati {
	o := altriDati{Type: codedOr(c.cfg.DocumentType), Means: codedOr(c.cfg.Means[d.Means]), Note: note}
	if d.Confidential {
		o.Visibility = c.cfg.Confidential
	}
	if o == (altriDati{}) {
		return nil
	}
	return &o
}
