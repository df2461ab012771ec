// Package sheetfile writes tables for a spreadsheet program and reads them back, as XLSX (ISO/IEC 29500) and as CSV: the emergency register
// on its way to whoever recovers it and back (R9.14), the daily register beside its PDF.
//
// A cell has a kind: a day is a date that a spreadsheet can sort, a protocol number is text, whose zeros count. Text is never a formula: in
// XLSX it is stored as text, in CSV it is quoted so that a spreadsheet shows it and [ReadCSV] gives it back unchanged. What was written
// is read back equal.
//
// A file that comes back has been through other hands. Columns are found by their titles, in any order. It refuses a file that is no
// table of these columns, or larger than a register can be; what is wrong in single cells it lists as [Fault], row by row, in words for
// the clerk, and guesses nothing: such a row is left to a person. A formula is no value.
package sheetfile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// Kind says what the cells of a column are.
type Kind string

const (
	Text    Kind = "text"    // also numbers whose leading zeros count; lines in it end in LF
	Day     Kind = "day"     // YYYY-MM-DD here, a date there
	Instant Kind = "instant" // RFC 3339 here, to the second; there the date and time in Rome, without its offset: it is for people, and the hour that comes twice in October is not told apart
	Integer Kind = "integer"
	Flag    Kind = "flag" // "sì" or ""
)

// Column is one column.
type Column struct {
	Field string // what the program calls it
	Title string
	Kind  Kind
	// Optional columns may be missing from a file that comes back; their cells are then "".
	Optional bool
	// Constant fills every cell of a column that the register has no field for, as a foreign template asks.
	Constant string
}

// Table is what a sheet holds. Cells are in their canonical form: see [Kind]; "" is an empty cell of any kind.
type Table struct {
	Name    string
	Columns []Column
	Rows    [][]string
	// Lines are, after reading, where each row stands in its file, from 1.
	Lines []int
}

// Fault is something in a file that a person has to look at.
type Fault = stamp.SheetFault

// Bounds of a file that is read.
const (
	maxBytes   = 32 << 20
	maxRows    = 20_000
	maxColumns = 128
	maxCell    = 32_767 // characters, as XLSX has it
)

// ErrNoTable is returned for a file that is no table of the columns asked for.
var ErrNoTable = errors.New("no such table")

// valid reports whether a cell is in its column's canonical form.
func (k Kind) valid(cell string) bool {
	if cell == "" {
		return true
	}
	var err error
	switch k {
	case Day:
		_, err = protocollo.ParseDay(cell)
	case Instant:
		_, err = time.Parse(time.RFC3339, cell)
	case Integer:
		_, err = strconv.ParseInt(cell, 10, 64)
	case Flag:
		return cell == "sì"
	}
	return err == nil
}

// check holds a table against its own columns before it is written.
func (t Table) check() error {
	if len(t.Columns) == 0 {
		return errors.New("a table without columns")
	}
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("row %d has %d cells under %d columns", i+1, len(row), len(t.Columns))
		}
		for n, cell := range row {
			if c := t.Columns[n]; !c.Kind.valid(cell) {
				return fmt.Errorf("row %d: %q is no %s of column %q", i+1, cell, c.Kind, c.Title)
			}
			if len([]rune(cell)) > maxCell {
				return fmt.Errorf("row %d: the cell of column %q has more than %d characters", i+1, t.Columns[n].Title, maxCell)
			}
		}
	}
	return nil
}

// typed makes the canonical form of what a person may have typed. ok is false where it is no value of the kind.
func (k Kind) typed(text string) (cell string, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", true
	}
	switch k {
	case Day:
		for _, layout := range []string{"02/01/2006", "2/1/2006", "02-01-2006", "02.01.2006", time.DateOnly} {
			if at, err := time.Parse(layout, text); err == nil {
				return at.Format(time.DateOnly), true
			}
		}
		return "", false
	case Instant:
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return canonicalInstant(at), true
		}
		for _, layout := range []string{"02/01/2006 15:04:05", "02/01/2006 15:04", "2006-01-02 15:04:05"} {
			if at, err := time.ParseInLocation(layout, text, protocollo.Rome()); err == nil {
				return canonicalInstant(at), true
			}
		}
		return "", false
	case Integer:
		n, err := strconv.ParseInt(text, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	case Flag:
		switch strings.ToLower(text) {
		case "sì", "si", "x", "vero", "true", "1":
			return "sì", true
		case "no", "falso", "false", "0":
			return "", true
		}
		return "", false
	}
	return text, true
}

// canonicalInstant is an instant to the second, as Rome has it.
func canonicalInstant(at time.Time) string {
	return at.In(protocollo.Rome()).Truncate(time.Second).Format(time.RFC3339)
}

// kindWords say what a cell should have been.
var kindWords = map[Kind]string{
	Day: "non è una data (gg/mm/aaaa)", Instant: "non è una data con l’ora (gg/mm/aaaa hh:mm:ss)", Integer: "non è un numero intero", Flag: "non è «sì» né vuota",
}

// raw is a sheet as it was read: cells as their file has them.
type raw struct {
	rows  [][]rawCell
	lines []int
}

// rawCell is one cell. serial is its number where the file has one: of a date, days.
type rawCell struct {
	text    string
	serial  float64
	numeric bool
	formula bool
}

// believe finds the columns by their titles and makes canonical cells of the rest. Rows without any text are passed over.
func believe(r raw, columns []Column, serialDay func(float64) (time.Time, bool)) (Table, []Fault, error) {
	at, from, err := findTitles(r, columns)
	if err != nil {
		return Table{}, nil, err
	}
	out := Table{Columns: columns}
	var faults []Fault
	for i, row := range r.rows[from:] {
		if blank(row) {
			continue
		}
		if len(out.Rows) == maxRows {
			return Table{}, nil, fmt.Errorf("%w: more than %d rows", ErrNoTable, maxRows)
		}
		line := r.lines[from+i]
		cells := make([]string, len(columns))
		for n, c := range columns {
			if at[n] < 0 || at[n] >= len(row) {
				continue
			}
			cell, words := c.Kind.read(row[at[n]], serialDay)
			if words != "" {
				faults = append(faults, Fault{Line: line, Column: c.Title, Words: words})
			}
			cells[n] = cell
		}
		out.Rows, out.Lines = append(out.Rows, cells), append(out.Lines, line)
	}
	return out, faults, nil
}

func (k Kind) read(c rawCell, serialDay func(float64) (time.Time, bool)) (cell, words string) {
	if c.formula {
		return "", "contiene una formula: va scritto il valore"
	}
	if c.numeric && (k == Day || k == Instant) {
		at, ok := serialDay(c.serial)
		if !ok {
			return "", fmt.Sprintf("«%s» %s", c.text, kindWords[k])
		}
		if k == Day {
			return at.Format(time.DateOnly), ""
		}
		return canonicalInstant(time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, protocollo.Rome())), ""
	}
	if len([]rune(c.text)) > maxCell {
		return "", fmt.Sprintf("ha più di %d caratteri", maxCell)
	}
	if k == Text {
		return c.text, ""
	}
	cell, ok := k.typed(c.text)
	if !ok {
		return "", fmt.Sprintf("«%s» %s", c.text, kindWords[k])
	}
	return cell, ""
}

// titleRows is within how many rows the titles must stand: a template may have a heading of its own.
const titleRows = 20

// findTitles returns where each column stands, -1 for one that is missing and may, and the first row under the titles.
func findTitles(r raw, columns []Column) (at []int, from int, err error) {
	best := ""
	for i, row := range r.rows[:min(len(r.rows), titleRows)] {
		titles := map[string]int{}
		for n, c := range row {
			if t := folded(c.text); t != "" {
				if _, twice := titles[t]; !twice {
					titles[t] = n
				}
			}
		}
		at, missing := make([]int, len(columns)), []string{}
		found := 0
		for n, c := range columns {
			where, there := titles[folded(c.Title)]
			switch {
			case there:
				at[n] = where
				found++
			case c.Optional:
				at[n] = -1
			default:
				missing = append(missing, c.Title)
			}
		}
		if len(missing) == 0 && found > 0 {
			return at, i + 1, nil
		}
		if found > 0 && (best == "" || len(missing) < strings.Count(best, "«")) {
			best = "«" + strings.Join(missing, "», «") + "»"
		}
	}
	if best == "" {
		best = "«" + columns[0].Title + "»"
	}
	return nil, 0, fmt.Errorf("%w: there is no column %s", ErrNoTable, best)
}

func folded(title string) string {
	return strings.ToLower(strings.ReplaceAll(strings.Join(strings.Fields(title), " "), "’", "'"))
}

func blank(row []rawCell) bool {
	for _, c := range row {
		if strings.TrimSpace(c.text) != "" || c.formula {
			return false
		}
	}
	return true
}
