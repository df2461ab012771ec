package sheetfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"segnatura/internal/protocollo"
)

// byteOrderMark tells a spreadsheet that the text is UTF-8.
const byteOrderMark = "\uFEFF"

// WriteCSV writes a table as an Italian office's spreadsheet expects it: UTF-8 with a byte-order mark, semicolons, CRLF (otherwise RFC
// 4180), days as gg/mm/aaaa. Equal tables give equal files.
func WriteCSV(w io.Writer, t Table) error {
	if err := t.check(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = plain(c.Title)
	}
	if err := out.Write(titles); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = shown(t.Columns[i].Kind, cell)
		}
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

func shown(k Kind, cell string) string {
	switch {
	case cell == "":
		return ""
	case k == Day:
		return protocollo.Day(cell).Italian()
	case k == Text:
		return plain(cell)
	}
	return cell // an instant keeps its offset, so that it comes back the same also in the hour that comes twice
}

// ReadCSV reads a table by its columns' titles; commas and tabs are understood too, and a file without a byte-order mark.
//
// Errors: [ErrNoTable]; what is wrong in cells is in the faults.
func ReadCSV(r io.Reader, columns []Column) (Table, []Fault, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return Table{}, nil, fmt.Errorf("read CSV: %w", err)
	}
	if len(b) > maxBytes {
		return Table{}, nil, fmt.Errorf("read CSV: %w: more than %d MiB", ErrNoTable, maxBytes>>20)
	}
	if !utf8.Valid(b) {
		return Table{}, nil, fmt.Errorf("read CSV: %w: the text is not UTF-8", ErrNoTable)
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte(byteOrderMark))))
	in.Comma, in.FieldsPerRecord, in.ReuseRecord = separatorOf(b), -1, true
	sheet := raw{}
	inside := 0 // line ends within cells: a spreadsheet counts none of them
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Table{}, nil, fmt.Errorf("read CSV: %w: %w", ErrNoTable, err)
		}
		if len(sheet.rows) > maxRows+titleRows || len(record) > maxColumns {
			return Table{}, nil, fmt.Errorf("read CSV: %w: more than %d rows or %d columns", ErrNoTable, maxRows, maxColumns)
		}
		row := make([]rawCell, len(record))
		for i, field := range record {
			row[i] = rawCell{text: unplain(field)}
		}
		line, _ := in.FieldPos(0)
		sheet.rows, sheet.lines = append(sheet.rows, row), append(sheet.lines, line-inside)
		for _, field := range record {
			inside += strings.Count(field, "\n")
		}
	}
	t, faults, err := believe(sheet, columns, func(float64) (time.Time, bool) { return time.Time{}, false })
	if err != nil {
		return Table{}, nil, fmt.Errorf("read CSV: %w", err)
	}
	return t, faults, nil
}

// separatorOf is the one that the first line has most of.
func separatorOf(b []byte) rune {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	best, most := ';', bytes.Count(first, []byte(";"))
	for _, c := range []rune{',', '\t'} {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// formulaStarts are what makes a spreadsheet take a cell for a formula, also behind what it drops.
const formulaStarts = "=+-@\t\r\n"

// plain puts an apostrophe before what a spreadsheet would take for a formula. A text that has apostrophes before such a beginning gets one
// more, so that [unplain] takes away exactly what was put there.
func plain(s string) string {
	if rest := strings.TrimLeft(s, "'"); rest != "" && strings.ContainsRune(formulaStarts, rune(rest[0])) {
		return "'" + s
	}
	return s
}

func unplain(s string) string {
	if rest := strings.TrimLeft(s, "'"); len(rest) < len(s) && rest != "" && strings.ContainsRune(formulaStarts, rune(rest[0])) {
		return s[1:]
	}
	return s
}
