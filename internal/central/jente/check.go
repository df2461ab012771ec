package jente

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// Check reaches both services without changing anything, and says in one sentence what is wrong: a service that cannot be reached, or codes of
// the settings that JEnte does not have. Without Config.Tables it asks for a registration that need not exist: whatever JEnte says
// of it shows that it is there.
func (c *Connector) Check(ctx context.Context) error {
	year := fmt.Sprint(protocollo.YearOf(c.cfg.Clock()))
	request := leggiProtocollo{Username: c.cfg.Username, Reference: reference{Year: year, Number: "1"}.wire()}
	var answer read
	if err := c.services.Call(ctx, soap.Operation{Idempotent: true}, request, &answer); err != nil {
		return fmt.Errorf("JEnte does not answer: %w", err)
	}
	if o := answer.Answer.outcome; o.Esito != "OK" && o.Esito != "KO" {
		return fmt.Errorf("JEnte does not answer as its contract says: %w", o.judge(true))
	}
	if c.tables == nil {
		return nil
	}
	for _, t := range []struct {
		name, setting string
		codes         []string
	}{
		{"CORRISPONDENTI", "offices", append(slices.Collect(maps.Values(c.cfg.Offices)), c.cfg.DefaultOffice)},
		{"TITOLARIO", "classes", slices.Collect(maps.Values(c.cfg.Classes))},
		{"TRAMITE", "means", slices.Collect(maps.Values(c.cfg.Means))},
		{"TIPIDOCUMENTO", "document type", slices.DeleteFunc([]string{c.cfg.DocumentType}, func(s string) bool { return s == "" })},
	} {
		if err := c.checkTable(ctx, t.name, t.setting, t.codes); err != nil {
			return err
		}
	}
	return nil
}

// checkTable reads one of JEnte's tables, if the settings name codes of it.
func (c *Connector) checkTable(ctx context.Context, name, setting string, codes []string) error {
	if len(codes) == 0 {
		return nil
	}
	var answer table
	request := gestioneTabelle{Username: c.cfg.Username, Table: name, Operation: "SEARCH", ValidOnly: true}
	err := c.tables.Call(ctx, soap.Operation{Idempotent: true}, request, &answer)
	if err == nil {
		err = answer.Answer.judge(true)
	}
	if err != nil {
		return fmt.Errorf("read JEnte's table %s: %w", name, err)
	}
	missing := slices.DeleteFunc(codes, func(code string) bool { return slices.Contains(answer.Answer.Codes, code) })
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return protocollo.Errorf(protocollo.Invalid, "codes", "JEnte's table %s does not have these %s of the settings: %s", name, setting,
		strings.Join(slices.Compact(missing), ", "))
}
