package sheetfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"segnatura/internal/protocollo"
)

// The formats of cells, as ISO/IEC 29500 numbers and spells them.
const (
	textFormat    = 49 // "@"
	integerFormat = 1  // "0"
	dayFormat     = "dd/mm/yyyy"
	instantFormat = "dd/mm/yyyy hh:mm:ss"
)

const defaultSheet = "Foglio1"

// WriteXLSX writes a table as a workbook of one sheet: titles in the first row, which stays in sight, and below them cells of their kinds.
// madeAt goes into the file's properties.
func WriteXLSX(w io.Writer, t Table, madeAt time.Time) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write XLSX: %w", err)
		}
	}()
	if err := t.check(); err != nil {
		return err
	}
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	sheet := cmp.Or(t.Name, defaultSheet)
	if err := f.SetSheetName(f.GetSheetName(0), sheet); err != nil {
		return err
	}
	at := madeAt.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "segnatura", LastModifiedBy: "segnatura", Created: at, Modified: at, Title: t.Name}); err != nil {
		return err
	}
	if err := fill(f, sheet, t); err != nil {
		return err
	}
	if err := f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return f.Write(w)
}

// styles makes a style for each kind of cell.
func styles(f *excelize.File) (map[Kind]int, int, error) {
	out := map[Kind]int{}
	for kind, style := range map[Kind]*excelize.Style{
		Text: {NumFmt: textFormat}, Flag: {NumFmt: textFormat}, Integer: {NumFmt: integerFormat},
		Day: {CustomNumFmt: ptr(dayFormat)}, Instant: {CustomNumFmt: ptr(instantFormat)},
	} {
		id, err := f.NewStyle(style)
		if err != nil {
			return nil, 0, err
		}
		out[kind] = id
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: textFormat, Font: &excelize.Font{Bold: true}})
	return out, bold, err
}

func ptr(s string) *string { return &s }

// fill puts titles into the first row and the table's rows below it.
func fill(f *excelize.File, sheet string, t Table) error {
	byKind, bold, err := styles(f)
	if err != nil {
		return err
	}
	for i, c := range t.Columns {
		if err := setCell(f, sheet, i+1, 1, c.Title, bold); err != nil {
			return err
		}
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := f.SetColWidth(sheet, name, name, float64(min(max(len([]rune(c.Title))+2, 12), 40))); err != nil {
			return err
		}
	}
	for n, row := range t.Rows {
		for i, cell := range row {
			value, err := valueOf(t.Columns[i].Kind, cell)
			if err != nil {
				return err
			}
			if value == nil {
				continue
			}
			if err := setCell(f, sheet, i+1, 2+n, value, byKind[t.Columns[i].Kind]); err != nil {
				return err
			}
		}
	}
	return nil
}

func setCell(f *excelize.File, sheet string, column, row int, value any, style int) error {
	at, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return err
	}
	if text, ok := value.(string); ok {
		err = f.SetCellStr(sheet, at, literal(text))
	} else {
		err = f.SetCellValue(sheet, at, value)
	}
	if err != nil {
		return err
	}
	return f.SetCellStyle(sheet, at, at, style)
}

// literal writes each «_» that would begin an escape («_x0041_» is an A, ISO/IEC 29500-1, 22.4.2.4) as an escape itself: the library
// stores texts as they are given.
func literal(text string) string {
	var b strings.Builder
	for i, r := range text {
		if r == '_' && escapeStart.MatchString(text[i:]) {
			b.WriteString("_x005F_")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

var escapeStart = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_`)

// valueOf is the cell as a workbook has it; nil is empty. Instants are written as the clock in Rome showed them.
func valueOf(k Kind, cell string) (any, error) {
	if cell == "" {
		return nil, nil
	}
	switch k {
	case Day:
		return time.Parse(time.DateOnly, cell)
	case Instant:
		at, err := time.Parse(time.RFC3339, cell)
		if err != nil {
			return nil, err
		}
		at = at.In(protocollo.Rome())
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC), nil
	case Integer:
		return strconv.ParseInt(cell, 10, 64)
	}
	return cell, nil
}

// openWorkbook reads a file of somebody else within bounds: a zip may claim to be anything.
func openWorkbook(r io.Reader) (*excelize.File, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxBytes {
		return nil, fmt.Errorf("%w: more than %d MiB", ErrNoTable, maxBytes>>20)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: 8 * maxBytes, UnzipXMLSizeLimit: 2 * maxBytes})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoTable, err)
	}
	return f, nil
}

// ReadXLSX reads a table by its columns' titles, from the first sheet that has them.
//
// Errors: [ErrNoTable]; what is wrong in cells is in the faults.
func ReadXLSX(r io.Reader, columns []Column) (t Table, faults []Fault, err error) {
	defer func() {
		if p := recover(); p != nil { // the library was met with a file that it did not expect
			t, faults, err = Table{}, nil, fmt.Errorf("%w: %v", ErrNoTable, p)
		}
		if err != nil {
			err = fmt.Errorf("read XLSX: %w", err)
		}
	}()
	f, err := openWorkbook(r)
	if err != nil {
		return Table{}, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	props, err := f.GetWorkbookProps()
	if err != nil {
		return Table{}, nil, fmt.Errorf("%w: %w", ErrNoTable, err)
	}
	from1904 := props.Date1904 != nil && *props.Date1904
	serial := func(days float64) (time.Time, bool) {
		at, err := excelize.ExcelDateToTime(days, from1904)
		return at.Add(500 * time.Millisecond).Truncate(time.Second), err == nil && days > 0
	}
	err = fmt.Errorf("%w: the workbook has no sheet", ErrNoTable)
	for _, sheet := range f.GetSheetList() {
		cells, readErr := sheetCells(f, sheet)
		if readErr != nil {
			return Table{}, nil, readErr
		}
		if t, faults, err = believe(cells, columns, serial); err == nil {
			t.Name = sheet
			return t, faults, nil
		}
	}
	return Table{}, nil, err
}

func sheetCells(f *excelize.File, sheet string) (raw, error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return raw{}, fmt.Errorf("%w: %w", ErrNoTable, err)
	}
	out := raw{}
	for line := 1; rows.Next(); line++ {
		if line > maxRows+titleRows {
			return raw{}, errors.Join(fmt.Errorf("%w: more than %d rows", ErrNoTable, maxRows), rows.Close())
		}
		texts, err := rows.Columns()
		if err != nil {
			return raw{}, errors.Join(fmt.Errorf("%w: %w", ErrNoTable, err), rows.Close())
		}
		if len(texts) > maxColumns {
			return raw{}, errors.Join(fmt.Errorf("%w: more than %d columns", ErrNoTable, maxColumns), rows.Close())
		}
		row := make([]rawCell, len(texts))
		for i, text := range texts {
			if row[i], err = cellOf(f, sheet, i+1, line, text); err != nil {
				return raw{}, errors.Join(err, rows.Close())
			}
		}
		out.rows, out.lines = append(out.rows, row), append(out.lines, line)
	}
	return out, errors.Join(rows.Error(), rows.Close())
}

func cellOf(f *excelize.File, sheet string, column, line int, text string) (rawCell, error) {
	c := rawCell{text: text}
	at, err := excelize.CoordinatesToCellName(column, line)
	if err != nil {
		return c, err
	}
	formula, err := f.GetCellFormula(sheet, at)
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrNoTable, err)
	}
	c.formula = formula != ""
	kind, err := f.GetCellType(sheet, at)
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrNoTable, err)
	}
	if kind == excelize.CellTypeNumber || kind == excelize.CellTypeUnset || kind == excelize.CellTypeDate {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			c.serial, c.numeric = n, true
		}
	}
	return c, nil
}
