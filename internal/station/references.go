package station

import (
	"context"
	"fmt"
	"io"
	"strings"

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

// UORs lists the offices, also for who gives accounts theirs.
func (s *Station) UORs(ctx context.Context, actor protocollo.Actor) ([]protocollo.UOR, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil && !actor.May(protocollo.ActAccounts) {
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
