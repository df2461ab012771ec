package sheetfile

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// emergencyField is one field of the register in a spreadsheet: out of a row, and back into one.
type emergencyField struct {
	Column
	get func(stamp.EmergencyRegister, stamp.EmergencyRow) string
	set func(*stamp.EmergencyRow, string) // nil: what the file says of it is not read
}

// emergencyFields are all that a spreadsheet of the register can have, in the order of our own: the eleven of F-1, then the ordinary
// number and day, the user code and the legal day (R9.14), then those of F-2, and what says which row it is.
func emergencyFields() []emergencyField {
	type reg = stamp.EmergencyRegister
	type row = stamp.EmergencyRow
	return []emergencyField{
		{Column{Field: "numero", Title: "Numero del protocollo di emergenza", Kind: Text}, func(_ reg, r row) string { return r.Number }, func(r *row, s string) { r.Number = s }},
		{Column{Field: "data", Title: "Data di attribuzione", Kind: Instant}, func(_ reg, r row) string { return instantCell(r.At) }, func(r *row, s string) { r.At = readInstant(s) }},
		{Column{Field: "verso", Title: "A/P", Kind: Text}, func(_ reg, r row) string { return r.Direction }, func(r *row, s string) { r.Direction = strings.ToUpper(strings.TrimSpace(s)) }},
		{Column{Field: "oggetto", Title: "Oggetto", Kind: Text}, func(_ reg, r row) string { return line(r.Subject) }, func(r *row, s string) { r.Subject = line(s) }},
		{Column{Field: "mittente", Title: "Mittente", Kind: Text}, func(_ reg, r row) string { return line(r.Sender) }, func(r *row, s string) { r.Sender = line(s) }},
		{Column{Field: "destinatari", Title: "Destinatario/i", Kind: Text}, func(_ reg, r row) string { return line(r.Recipients) }, func(r *row, s string) { r.Recipients = line(s) }},
		{Column{Field: "indirizzo", Title: "Indirizzo", Kind: Text, Optional: true}, func(_ reg, r row) string { return line(r.Address) }, func(r *row, s string) { r.Address = line(s) }},
		{Column{Field: "codice-interno", Title: "Codice corr. interno", Kind: Text, Optional: true}, func(_ reg, r row) string { return line(r.InternalCode) }, func(r *row, s string) { r.InternalCode = line(s) }},
		{Column{Field: "classifica", Title: "Classifica/Fascicolo", Kind: Text, Optional: true}, func(_ reg, r row) string { return line(r.Classifica) }, func(r *row, s string) { r.Classifica = line(s) }},
		{Column{Field: "tipo-documento", Title: "Codice tipo documento", Kind: Text, Optional: true}, func(_ reg, r row) string { return line(r.DocumentType) }, func(r *row, s string) { r.DocumentType = line(s) }},
		{Column{Field: "tramite", Title: "Codice tramite", Kind: Text, Optional: true}, func(_ reg, r row) string { return line(r.Means) }, func(r *row, s string) { r.Means = line(s) }},
		{Column{Field: "protocollo", Title: "Numero protocollo ordinario", Kind: Text, Optional: true}, func(_ reg, r row) string { return r.OrdinaryNumber }, func(r *row, s string) { r.OrdinaryNumber = strings.TrimSpace(s) }},
		{Column{Field: "data-protocollo", Title: "Data protocollo ordinario", Kind: Day, Optional: true}, func(_ reg, r row) string { return r.OrdinaryDay }, func(r *row, s string) { r.OrdinaryDay = s }},
		{Column{Field: "codice-utente", Title: "Codice utente", Kind: Text, Optional: true}, func(_ reg, r row) string { return r.UserCode }, func(r *row, s string) { r.UserCode = s }},
		{Column{Field: "data-legale", Title: "Data legale", Kind: Day, Optional: true}, func(_ reg, r row) string { return dayCell(r.At) }, nil},
		{Column{Field: "riga", Title: "Riga", Kind: Integer, Optional: true}, func(_ reg, r row) string { return strconv.Itoa(r.Sequence) }, func(r *row, s string) { r.Sequence = integer(s) }},
		{Column{Field: "registro", Title: "Registro di emergenza", Kind: Text, Optional: true}, func(e reg, _ row) string { return e.Name }, nil},
		{Column{Field: "ufficio", Title: "Ufficio", Kind: Text, Optional: true}, func(_ reg, r row) string { return r.UOR }, func(r *row, s string) { r.UOR = s }},
		{Column{Field: "manuale", Title: "Manuale", Kind: Flag, Optional: true}, func(_ reg, r row) string { return flagCell(r.Manual) }, func(r *row, s string) { r.Manual = s != "" }},
		{Column{Field: "annullato", Title: "Annullato", Kind: Flag, Optional: true}, func(_ reg, r row) string { return flagCell(r.Annulled) }, func(r *row, s string) { r.Annulled = s != "" }},
		{Column{Field: "aoo", Title: "AOO", Kind: Text, Optional: true}, func(e reg, _ row) string { return e.AOOCode }, nil},
		{Column{Field: "inizio-blocco", Title: "Causa e data/ora inizio del blocco", Kind: Text, Optional: true}, func(e reg, _ row) string { return outage(e.Cause, e.InterruptedAt) }, nil},
		{Column{Field: "fine-blocco", Title: "Causa e data/ora fine del blocco", Kind: Text, Optional: true}, func(e reg, _ row) string { return outage("", e.RestoredAt) }, nil},
		{Column{Field: "corrispondente", Title: "Mittente/destinatario", Kind: Text, Optional: true}, func(_ reg, r row) string { return line(cmp.Or(r.Sender, r.Recipients)) }, nil},
		{Column{Field: "repertorio", Title: "Nome repertorio", Kind: Text, Optional: true}, func(_ reg, r row) string { return r.Repertoire }, func(r *row, s string) { r.Repertoire = s }},
		{Column{Field: "rif-mittente", Title: "Protocollo del mittente", Kind: Text, Optional: true}, func(_ reg, r row) string { return line(r.SenderProtocol) }, func(r *row, s string) { r.SenderProtocol = line(s) }},
		{Column{Field: "allegati", Title: "Allegati", Kind: Integer, Optional: true}, func(_ reg, r row) string { return countCell(r.Attachments) }, func(r *row, s string) { r.Attachments = integer(s) }},
		{Column{Field: "autorizzato", Title: "Atto autorizzato", Kind: Text, Optional: true}, func(_ reg, r row) string { return line(r.Authorised) }, func(r *row, s string) { r.Authorised = line(s) }},
		// The instant with its offset, as text: the one cell that tells apart the hour which comes twice in October.
		{Column{Field: "istante", Title: "Istante", Kind: Text, Optional: true}, func(_ reg, r row) string { return instantCell(r.At) }, setInstant},
	}
}

// EmergencyFieldNames lists the fields that a column map may name.
func EmergencyFieldNames() []string {
	var names []string
	for _, f := range emergencyFields() {
		names = append(names, f.Field)
	}
	return names
}

// emergencyColumns are the fields of a map in its order, or all with our own titles. The second result is each column's field, nil for a
// constant.
func emergencyColumns(columns []stamp.EmergencyColumn) ([]Column, []*emergencyField, error) {
	all := emergencyFields()
	if len(columns) == 0 {
		for _, f := range all {
			columns = append(columns, stamp.EmergencyColumn{Field: f.Field, Title: f.Title})
		}
	}
	var out []Column
	var fields []*emergencyField
	for i, c := range columns {
		if c.Field == "" {
			out, fields = append(out, Column{Title: c.Title, Kind: Text, Optional: true, Constant: c.Constant}), append(fields, nil)
			continue
		}
		at := slices.IndexFunc(all, func(f emergencyField) bool { return f.Field == c.Field })
		if at < 0 {
			return nil, nil, protocollo.Errorf(protocollo.Invalid, "columns", "column %d: no field %q; there are %s", i+1, c.Field, strings.Join(EmergencyFieldNames(), ", "))
		}
		column := all[at].Column
		column.Title = cmp.Or(c.Title, column.Title)
		out, fields = append(out, column), append(fields, &all[at])
	}
	return out, fields, nil
}

// EmergencyTable is the register as a table: our own columns, or those of a map, which is somebody else's template in data. A notice stands before
// them, as title and in each row; who reads the file passes over it.
func EmergencyTable(r stamp.EmergencyRegister, columns []stamp.EmergencyColumn) (Table, error) {
	cols, fields, err := emergencyColumns(columns)
	if err != nil {
		return Table{}, err
	}
	t := Table{Name: "Registro " + strings.ReplaceAll(r.Name, "/", "-"), Columns: cols}
	for _, row := range r.Rows {
		cells := make([]string, len(cols))
		for i, f := range fields {
			if f == nil {
				cells[i] = cols[i].Constant
				continue
			}
			cells[i] = f.get(r, row)
		}
		t.Rows = append(t.Rows, cells)
	}
	if r.Notice != "" {
		t.Columns = slices.Insert(t.Columns, 0, Column{Title: r.Notice, Kind: Text, Optional: true})
		for i := range t.Rows {
			t.Rows[i] = slices.Insert(t.Rows[i], 0, r.Notice)
		}
	}
	return t, nil
}

// WriteEmergency writes the register as a spreadsheet.
func WriteEmergency(w io.Writer, r stamp.EmergencyRegister, format stamp.SheetFormat, columns []stamp.EmergencyColumn) error {
	if format == stamp.SheetFinmatica {
		return writeFinmatica(w, r, columns)
	}
	t, err := EmergencyTable(r, columns)
	if err != nil {
		return err
	}
	switch format {
	case stamp.SheetXLSX:
		return WriteXLSX(w, t, r.MadeAt)
	case stamp.SheetCSV:
		return WriteCSV(w, t)
	}
	return protocollo.Errorf(protocollo.Invalid, "format", "no format %q", format)
}

// ReadEmergency reads the rows of a register from a spreadsheet, in the file's order. A row in which a cell cannot be read is in the
// result, with that field empty, and in the faults.
//
// Errors: [ErrNoTable]; Invalid "columns", "format".
func ReadEmergency(r io.Reader, format stamp.SheetFormat, columns []stamp.EmergencyColumn) ([]stamp.EmergencyLine, []Fault, error) {
	cols, fields, err := emergencyColumns(columns)
	if err != nil {
		return nil, nil, err
	}
	read := map[stamp.SheetFormat]func(io.Reader, []Column) (Table, []Fault, error){stamp.SheetXLSX: ReadXLSX, stamp.SheetCSV: ReadCSV}[format]
	if read == nil {
		return nil, nil, protocollo.Errorf(protocollo.Invalid, "format", "no format %q", format)
	}
	t, faults, err := read(r, cols)
	if err != nil {
		return nil, nil, err
	}
	var lines []stamp.EmergencyLine
	for n, cells := range t.Rows {
		one := stamp.EmergencyLine{Line: t.Lines[n]}
		for i, f := range fields {
			if f == nil || f.set == nil || cells[i] == "" {
				continue
			}
			f.set(&one.EmergencyRow, cells[i])
		}
		lines = append(lines, one)
	}
	return lines, faults, nil
}

// line makes one line of a text, as the paper does.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

func instantCell(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return canonicalInstant(at)
}

func readInstant(cell string) time.Time {
	at, err := time.Parse(time.RFC3339, cell)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// setInstant lets the exact instant win only where it shows the same clock as the date that people see: who corrects the date has the last word.
func setInstant(r *stamp.EmergencyRow, cell string) {
	const clock = "2006-01-02 15:04:05"
	if exact := readInstant(cell); !exact.IsZero() && (r.At.IsZero() || exact.In(protocollo.Rome()).Format(clock) == r.At.In(protocollo.Rome()).Format(clock)) {
		r.At = exact
	}
}

func dayCell(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return string(protocollo.DayOf(at))
}

func integer(cell string) int {
	n, err := strconv.Atoi(cell)
	if err != nil {
		return 0
	}
	return n
}

// countCell leaves nothing where there is nothing to count.
func countCell(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func flagCell(b bool) string {
	if b {
		return "sì"
	}
	return ""
}

func outage(cause string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	if cause = line(cause); cause != "" {
		cause += ", "
	}
	return cause + at.In(protocollo.Rome()).Format("02/01/2006 15:04")
}
