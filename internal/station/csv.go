package station

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"segnatura/internal/protocollo"
)

// column is a column of an imported list by its possible names.
type column struct {
	names    []string
	required bool
}

// table is a CSV with a header, comma or semicolon separated, of which the wanted columns are read.
type table struct {
	rows *csv.Reader
	at   []int // where each wanted column stands; -1 where it does not
}

// openTable reads the header. Invalid "csv" for what is no such table.
func openTable(r io.Reader, want []column) (*table, error) {
	text, err := io.ReadAll(io.LimitReader(r, 32<<20))
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	if !utf8.Valid(text) {
		return nil, protocollo.Errorf(protocollo.Invalid, "csv", "the list is not UTF-8")
	}
	content := strings.TrimPrefix(string(text), "\ufeff")
	t := &table{rows: csv.NewReader(strings.NewReader(content)), at: make([]int, len(want))}
	header, _, _ := strings.Cut(content, "\n")
	if strings.Count(header, ";") > strings.Count(header, ",") {
		t.rows.Comma = ';'
	}
	names, err := t.rows.Read()
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Invalid, "csv", "read header: %w", err)
	}
	for i, w := range want {
		t.at[i] = slices.IndexFunc(names, func(n string) bool {
			return slices.Contains(w.names, strings.ToLower(strings.TrimSpace(n)))
		})
		if t.at[i] < 0 && w.required {
			return nil, protocollo.Errorf(protocollo.Invalid, "csv", "the header has no column %s", w.names[0])
		}
	}
	return t, nil
}

// next returns the wanted columns of the next row, trimmed: io.EOF after the last one, Invalid "csv" wrapping csv.ErrFieldCount where a row
// has too few or too many fields, after which the next one can be read.
func (t *table) next() ([]string, error) {
	fields, err := t.rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Invalid, "csv", "read row: %w", err)
	}
	row := make([]string, len(t.at))
	for i, from := range t.at {
		if from >= 0 {
			row[i] = strings.TrimSpace(fields[from])
		}
	}
	return row, nil
}

// readTable reads the wanted columns of a whole CSV; nothing of one with a bad row.
func readTable(r io.Reader, want []column) ([][]string, error) {
	t, err := openTable(r, want)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for {
		row, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = checkRow(row, want, len(rows)+2)
		}
		if err != nil {
			return nil, err
		}
		if rows = append(rows, row); len(rows) > maxImportRows {
			return nil, protocollo.Errorf(protocollo.Invalid, "csv", "more than %d rows", maxImportRows)
		}
	}
	if len(rows) == 0 {
		return nil, protocollo.Errorf(protocollo.Invalid, "csv", "the list has no rows")
	}
	return rows, nil
}

func checkRow(row []string, want []column, line int) error {
	for i, value := range row {
		if want[i].required && value == "" {
			return protocollo.Errorf(protocollo.Invalid, "csv", "row %d: %s is empty", line, want[i].names[0])
		}
		if utf8.RuneCountInString(value) > maxFieldRunes {
			return protocollo.Errorf(protocollo.Invalid, "csv", "row %d: %s is longer than %d", line, want[i].names[0], maxFieldRunes)
		}
	}
	return nil
}
