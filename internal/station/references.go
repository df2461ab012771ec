package station

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"segnatura/internal/protocollo"
)

// Bounds of an imported list.
const (
	maxImportRows = 100_000
	maxFieldRunes = 400
)

// Correspondents completes a name.
func (s *Station) Correspondents(ctx context.Context, actor protocollo.Actor, prefix string, limit int) ([]protocollo.Correspondent, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.References.Correspondents(ctx, actor.AOO, strings.TrimSpace(prefix), limit))("complete correspondent")
}

// ImportCorrespondents reads a CSV with a header and the columns name, address, email and code; only name is needed, in any order.
// Italian names of the columns (denominazione, indirizzo, codice) do too. Nothing is imported of a list with a bad row: Invalid "csv" names it.
func (s *Station) ImportCorrespondents(ctx context.Context, actor protocollo.Actor, r io.Reader) (int, error) {
	if err := actor.Require(protocollo.ActPolicy); err != nil {
		return 0, err
	}
	rows, err := readTable(r, []column{
		{names: []string{"name", "nome", "denominazione"}, required: true}, {names: []string{"address", "indirizzo"}},
		{names: []string{"email", "e-mail", "pec"}}, {names: []string{"code", "codice", "codice fiscale"}},
	})
	if err != nil {
		return 0, err
	}
	list := make([]protocollo.Correspondent, 0, len(rows))
	for _, f := range rows {
		list = append(list, protocollo.Correspondent{Name: f[0], Address: f[1], Email: f[2], Code: f[3]})
	}
	return wrapped(s.cfg.References.ImportCorrespondents(ctx, actor, list))("import correspondents")
}

// Subjects completes a subject.
func (s *Station) Subjects(ctx context.Context, actor protocollo.Actor, prefix string, limit int) ([]string, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.References.Subjects(ctx, actor.AOO, strings.TrimSpace(prefix), limit))("complete subject")
}

// SaveSubjectModel adds a model.
func (s *Station) SaveSubjectModel(ctx context.Context, actor protocollo.Actor, model string) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	if model = strings.TrimSpace(model); model == "" {
		return protocollo.Errorf(protocollo.Invalid, "subject", "the model is empty")
	}
	if err := s.cfg.References.SaveSubjectModel(ctx, actor, model); err != nil {
		return fmt.Errorf("save subject model: %w", err)
	}
	return nil
}

// UORs lists the offices.
func (s *Station) UORs(ctx context.Context, actor protocollo.Actor) ([]protocollo.UOR, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.References.UORs(ctx, actor.AOO))("list offices")
}

// SaveUOR adds or renames an office.
func (s *Station) SaveUOR(ctx context.Context, actor protocollo.Actor, u protocollo.UOR) error {
	if err := actor.Require(protocollo.ActPolicy); err != nil {
		return err
	}
	u.Code, u.Name = strings.TrimSpace(u.Code), strings.TrimSpace(u.Name)
	if u.Code == "" || u.Name == "" {
		return protocollo.Errorf(protocollo.Invalid, "uor", "an office needs its code and its name")
	}
	if err := s.cfg.References.SaveUOR(ctx, actor, u); err != nil {
		return fmt.Errorf("save office: %w", err)
	}
	return nil
}

// FindClassifica finds by code or words in the version valid today.
func (s *Station) FindClassifica(ctx context.Context, actor protocollo.Actor, query string, limit int) ([]Classifica, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.Titolari.FindClassifica(ctx, actor.AOO, strings.TrimSpace(query), s.today(), limit))("find classifica")
}

// Titolari lists the versions.
func (s *Station) Titolari(ctx context.Context, actor protocollo.Actor) ([]Titolario, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.Titolari.Titolari(ctx, actor.AOO))("list titolari")
}

// ImportTitolario reads a CSV with the columns titolo, denominazione_titolo, classe and denominazione_classe, and adds it as a
// version valid from a day (R13.1, R13.2). Codes are "I.6"; a titolo without classe is "XIV". It returns the number of classes.
func (s *Station) ImportTitolario(ctx context.Context, actor protocollo.Actor, name string, from protocollo.Day, r io.Reader) (int, error) {
	if err := actor.Require(protocollo.ActPolicy); err != nil {
		return 0, err
	}
	if name = strings.TrimSpace(name); name == "" {
		return 0, protocollo.Errorf(protocollo.Invalid, "name", "the titolario has no name")
	}
	if _, err := protocollo.ParseDay(string(from)); err != nil {
		return 0, protocollo.Errorf(protocollo.Invalid, "validFrom", "day %q", from)
	}
	classes, err := ParseTitolario(r)
	if err != nil {
		return 0, err
	}
	if _, err := s.cfg.Titolari.ImportTitolario(ctx, actor, Titolario{Name: name, ValidFrom: from, Classes: classes, Count: len(classes)}); err != nil {
		return 0, fmt.Errorf("import titolario: %w", err)
	}
	return len(classes), nil
}

// ParseTitolario reads the CSV of [Station.ImportTitolario]. Invalid "csv" names the row; a code that comes twice is one.
func ParseTitolario(r io.Reader) ([]Classifica, error) {
	rows, err := readTable(r, []column{
		{names: []string{"titolo"}, required: true}, {names: []string{"denominazione_titolo"}, required: true},
		{names: []string{"classe"}}, {names: []string{"denominazione_classe"}},
	})
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var out []Classifica
	for i, f := range rows {
		c := Classifica{Code: f[0], Title: f[1], Name: f[3]}
		if f[2] != "" {
			c.Code += "." + f[2]
		}
		if seen[c.Code] {
			return nil, protocollo.Errorf(protocollo.Invalid, "csv", "row %d: code %s comes twice", i+2, c.Code)
		}
		if f[2] != "" && c.Name == "" {
			return nil, protocollo.Errorf(protocollo.Invalid, "csv", "row %d: class %s has no name", i+2, c.Code)
		}
		seen[c.Code] = true
		out = append(out, c)
	}
	return out, nil
}

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

// wrapped names what was done when it failed.
func wrapped[T any](v T, err error) func(doing string) (T, error) {
	return func(doing string) (T, error) {
		if err != nil {
			return v, fmt.Errorf("%s: %w", doing, err)
		}
		return v, nil
	}
}
