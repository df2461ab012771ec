package station

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// SheetComparison is what a spreadsheet of the emergency register says beside the register itself. A spreadsheet changes no row that is
// there: what differs is a fault, for a person to look at.
type SheetComparison struct {
	Rows int `json:"rows"` // of the file that stand in the register as they are
	// New rows were written by hand while nothing worked (R9.8); Recorded counts those that were recorded now.
	New      []stamp.EmergencyLine `json:"new"`
	Recorded int                   `json:"recorded"`
	// Numbers are ordinary numbers that the file has and the register lacks.
	Numbers []SheetNumber `json:"numbers"`
	// NumbersRecorded counts those of Numbers that were recorded now.
	NumbersRecorded int `json:"numbersRecorded"`
	// Changed are rows that were corrected or annulled since the file went out: they are named, nothing of them is taken, and they hold up no other row.
	Changed []stamp.SheetFault `json:"changed"`
	Faults  []stamp.SheetFault `json:"faults"`
}

// SheetNumber is an ordinary number in a file.
type SheetNumber struct {
	Line   int               `json:"line"`
	Row    int               `json:"row"`
	Number protocollo.Number `json:"number"`
	Day    protocollo.Day    `json:"day"`
}

// ImportEmergencySheet compares a spreadsheet that came back with its register and, where apply is set and there is no fault, records the
// rows that the register lacks as «manuale», in their order, each with the key of its row, and the ordinary numbers that a closed register's rows lack:
// repeated, it goes on where it ended.
//
// Errors: Forbidden "read-all", "register", "decide" for numbers; NotFound "emergency"; Conflict "emergency-open" for numbers before the closing, "numbers-local" for numbers
// where this station itself numbers. What is wrong in the file is in the result.
func (s *Station) ImportEmergencySheet(ctx context.Context, actor protocollo.Actor, name string, lines []stamp.EmergencyLine, faults []stamp.SheetFault, apply bool,
) (SheetComparison, error) {
	paper, err := s.EmergencyPaper(ctx, actor, name, protocollo.ActOpening)
	if err != nil {
		return SheetComparison{}, err
	}
	c := compareSheet(paper, lines, faults)
	if !apply || len(c.Faults) > 0 {
		return c, nil
	}
	for _, l := range c.New {
		rec, err := s.Register(ctx, actor, RegisterCommand{Key: fmt.Sprintf("foglio-%s-%s-%d", actor.AOO, name, l.Sequence), Draft: sheetDraft(l)})
		switch class := protocollo.ClassOf(err); {
		case err != nil && rec.Intake.ID == 0 && (class == protocollo.Invalid || class == protocollo.Conflict):
			var e *protocollo.Error
			errors.As(err, &e)
			c.Faults = append(c.Faults, stamp.SheetFault{Line: l.Line, Words: "non si registra da sola (" + e.Code + "): va registrata a mano"})
			return c, nil
		case err != nil:
			return c, fmt.Errorf("record row %d: %w", l.Sequence, err)
		}
		c.Recorded++
	}
	return c, s.recordSheetNumbers(ctx, actor, name, &c)
}

// sheetDraft is a letter as a row of a sheet has it.
func sheetDraft(l stamp.EmergencyLine) protocollo.Draft {
	d := protocollo.Draft{Direction: protocollo.Direction(l.Direction), Subject: l.Subject, Classifica: l.Classifica, UOR: cmp.Or(l.UOR, l.InternalCode), Means: meansOf(l.Means), EmergencyGrounds: l.Authorised,
		EmergencySheet: &protocollo.EmergencySheetRow{Row: l.Sequence, At: l.At}}
	if l.SenderProtocol != "" {
		d.SenderRef.Protocol = l.SenderProtocol
	}
	if l.Attachments > 0 { // a sheet counts them and names none
		d.Note = fmt.Sprintf("Allegati: %d", l.Attachments)
	}
	if l.Sender != "" {
		d.Senders = []protocollo.Correspondent{{Name: l.Sender, Address: l.Address}}
	}
	if l.Recipients != "" {
		d.Recipients = []protocollo.Correspondent{{Name: l.Recipients}}
	}
	return d
}

func meansOf(code string) protocollo.Means {
	for means, c := range meansCodes {
		if strings.EqualFold(c, code) {
			return means
		}
	}
	if m := protocollo.Means(strings.ToLower(code)); m.Valid() {
		return m
	}
	return protocollo.MeansOther
}

// sheetField is a field that a row of the file and of the register must share. always: an empty cell says that it is empty.
var sheetFields = []struct {
	name   string
	always bool
	of     func(stamp.EmergencyRow) string
}{
	{"Numero del protocollo di emergenza", true, func(r stamp.EmergencyRow) string { return r.Number }},
	{"Data di attribuzione", true, func(r stamp.EmergencyRow) string { return instantWords(r.At) }},
	{"A/P", true, func(r stamp.EmergencyRow) string { return r.Direction }},
	{"Oggetto", true, func(r stamp.EmergencyRow) string { return r.Subject }},
	{"Mittente", true, func(r stamp.EmergencyRow) string { return r.Sender }},
	{"Destinatario/i", true, func(r stamp.EmergencyRow) string { return r.Recipients }},
	{"Indirizzo", false, func(r stamp.EmergencyRow) string { return r.Address }},
	{"Codice corr. interno", false, func(r stamp.EmergencyRow) string { return r.InternalCode }},
	{"Classifica/Fascicolo", false, func(r stamp.EmergencyRow) string { return r.Classifica }},
	{"Codice tipo documento", false, func(r stamp.EmergencyRow) string { return r.DocumentType }},
	{"Codice tramite", false, func(r stamp.EmergencyRow) string { return r.Means }},
	{"Codice utente", false, func(r stamp.EmergencyRow) string { return r.UserCode }},
	{"Atto autorizzato", false, func(r stamp.EmergencyRow) string { return r.Authorised }},
}

func instantWords(at time.Time) string {
	return at.In(protocollo.Rome()).Format("02/01/2006 15:04:05")
}

// sheetCheck is one comparison under way.
type sheetCheck struct {
	SheetComparison
	register stamp.EmergencyRegister
	unread   map[int]bool // lines with a cell that could not be read
	seen     map[int]int  // line, by row
	numbers  map[sheetNumberKey]int
}

// sheetNumberKey is an ordinary number within its year: each year counts from 1 again, and a register may run over 31 December.
type sheetNumberKey struct {
	year   string
	number protocollo.Number
}

// compareSheet holds a file against its register, row by row.
func compareSheet(register stamp.EmergencyRegister, lines []stamp.EmergencyLine, faults []stamp.SheetFault) SheetComparison {
	c := &sheetCheck{register: register, unread: map[int]bool{}, seen: map[int]int{}, numbers: map[sheetNumberKey]int{}}
	c.New, c.Numbers, c.Changed, c.Faults = []stamp.EmergencyLine{}, []SheetNumber{}, []stamp.SheetFault{}, append([]stamp.SheetFault{}, faults...)
	for _, f := range faults {
		c.unread[f.Line] = true
	}
	for _, l := range lines {
		row := c.rowOf(l)
		if first, twice := c.seen[row]; twice {
			c.fault(l.Line, "", "è la stessa registrazione della riga %d del foglio", first)
			continue
		}
		c.seen[row] = l.Line
		if row > len(register.Rows) {
			c.added(l, row)
			continue
		}
		c.existing(l, register.Rows[row-1])
	}
	for _, r := range register.Rows {
		if _, there := c.seen[r.Sequence]; !there {
			c.Faults = append(c.Faults, stamp.SheetFault{Words: fmt.Sprintf("Nel foglio manca la registrazione %s: dal registro non si toglie nulla", r.Number)})
		}
	}
	return c.SheetComparison
}

func (c *sheetCheck) fault(line int, column, words string, args ...any) {
	c.Faults = append(c.Faults, stamp.SheetFault{Line: line, Column: column, Words: fmt.Sprintf(words, args...)})
}

// rowOf finds the row that a line is about: by its place, else by its number, else the next after all that are there.
func (c *sheetCheck) rowOf(l stamp.EmergencyLine) int {
	if l.Sequence > 0 {
		return l.Sequence
	}
	for _, r := range c.register.Rows {
		if l.Number != "" && strings.EqualFold(r.Number, l.Number) {
			return r.Sequence
		}
	}
	return len(c.register.Rows) + len(c.New) + 1
}

func (c *sheetCheck) existing(l stamp.EmergencyLine, r stamp.EmergencyRow) {
	if why := c.changedSince(l, r); why != "" {
		c.Changed = append(c.Changed, stamp.SheetFault{Line: l.Line, Words: fmt.Sprintf(why, r.Number)})
		return
	}
	before := len(c.Faults)
	for _, f := range c.differing(l, r) {
		c.fault(l.Line, f, "il foglio dice «%s», il registro «%s»: una registrazione non si cambia da un foglio", sheetCell(f, l.EmergencyRow), sheetCell(f, r))
	}
	if l.Annulled != r.Annulled && l.Annulled {
		c.fault(l.Line, "Annullato", "una registrazione si annulla dalla stazione, con il provvedimento, non da un foglio")
	}
	c.ordinary(l, r)
	if len(c.Faults) == before {
		c.Rows++
	}
}

// changedSince says why a line that agrees with what the register said once is passed over, with a place for the row's number; or "".
func (c *sheetCheck) changedSince(l stamp.EmergencyLine, r stamp.EmergencyRow) string {
	switch {
	case r.Annulled && !l.Annulled && l.OrdinaryNumber != "" && l.OrdinaryNumber != r.OrdinaryNumber:
		return "la registrazione %s è stata annullata dopo l’esportazione: il suo numero non si prende; sul protocollo va annullato"
	case len(c.differing(l, r)) == 0:
		return ""
	}
	for _, was := range r.Before {
		if len(c.differing(l, was)) == 0 {
			return "la registrazione %s è stata rettificata dopo l’esportazione: si lascia com’è; sul protocollo va portata la rettifica, e il numero si riporta in un foglio esportato adesso"
		}
	}
	return ""
}

// differing names the fields in which a line is not the row.
func (c *sheetCheck) differing(l stamp.EmergencyLine, r stamp.EmergencyRow) []string {
	var names []string
	for _, f := range sheetFields {
		have, file := oneLine(f.of(r)), oneLine(f.of(l.EmergencyRow))
		if c.unread[l.Line] && file == "" || file == have || file == "" && !f.always || f.name == "Data di attribuzione" && l.At.IsZero() {
			continue
		}
		names = append(names, f.name)
	}
	return names
}

func sheetCell(name string, r stamp.EmergencyRow) string {
	for _, f := range sheetFields {
		if f.name == name {
			return oneLine(f.of(r))
		}
	}
	return ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// ordinary looks at the ordinary number of a line.
func (c *sheetCheck) ordinary(l stamp.EmergencyLine, r stamp.EmergencyRow) {
	const column = "Numero protocollo ordinario"
	if l.OrdinaryNumber == "" {
		return
	}
	n, err := strconv.ParseInt(l.OrdinaryNumber, 10, 64)
	number, bad := protocollo.NumberFrom(n)
	year, _, _ := strings.Cut(l.OrdinaryDay, "-")
	key := sheetNumberKey{year, number}
	first, twice := c.numbers[key]
	c.numbers[key] = l.Line
	switch {
	case err != nil || bad != nil:
		c.fault(l.Line, column, "«%s» non è un numero di protocollo", l.OrdinaryNumber)
	case twice:
		c.fault(l.Line, column, "il numero %s è già alla riga %d del foglio", number, first)
	case r.OrdinaryNumber != "" && r.OrdinaryNumber != string(number):
		c.fault(l.Line, column, "il foglio dice %s, il registro %s", number, r.OrdinaryNumber)
	case r.OrdinaryNumber != "":
		if l.OrdinaryDay != "" && l.OrdinaryDay != r.OrdinaryDay {
			c.fault(l.Line, "Data protocollo ordinario", "il foglio dice %s, il registro %s", protocollo.Day(l.OrdinaryDay).Italian(), protocollo.Day(r.OrdinaryDay).Italian())
		}
	case l.OrdinaryDay == "":
		if !c.unread[l.Line] {
			c.fault(l.Line, "Data protocollo ordinario", "manca la data del numero %s", number)
		}
	default:
		c.Numbers = append(c.Numbers, SheetNumber{Line: l.Line, Row: r.Sequence, Number: number, Day: protocollo.Day(l.OrdinaryDay)})
	}
}

// added looks at a line that the register lacks: it must be the next row, and have what the law asks (DPR 445/2000 art. 53(1)).
func (c *sheetCheck) added(l stamp.EmergencyLine, row int) {
	next := len(c.register.Rows) + len(c.New) + 1
	l.Sequence = row
	before := len(c.Faults)
	d := sheetDraft(l).Normalize()
	switch {
	case row != next:
		c.fault(l.Line, "Riga", "è la registrazione %d, e la prossima del registro è la %d", row, next)
	case c.unread[l.Line]:
		return // said already
	case l.At.IsZero():
		c.fault(l.Line, "Data di attribuzione", "manca la data con l’ora")
	case !d.Direction.Valid():
		c.fault(l.Line, "A/P", "«%s» non è A, P o I", l.Direction)
	case d.Subject == "":
		c.fault(l.Line, "Oggetto", "manca l’oggetto")
	case d.Direction == protocollo.Incoming && len(d.Senders) == 0:
		c.fault(l.Line, "Mittente", "manca il mittente")
	case d.Direction != protocollo.Incoming && len(d.Recipients) == 0:
		c.fault(l.Line, "Destinatario/i", "manca il destinatario")
	case !c.register.ClosedAt.IsZero():
		c.fault(l.Line, "", "il registro è chiuso: non si aggiungono registrazioni")
	}
	if len(c.Faults) == before {
		c.New = append(c.New, l)
	}
}
