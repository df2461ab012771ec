package station

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"segnatura/internal/protocollo"
)

// maxRecipients is how many a letter has at most.
const maxRecipients = 2000

// RecipientFault is what is wrong with a row of a list of recipients, or strange about it.
type RecipientFault struct {
	Row    int    `json:"row" doc:"La riga del foglio, con l'intestazione come prima; 0: tutto l'elenco"`
	Column string `json:"column,omitempty"`
	Why    string `json:"why" enum:"empty,too-long,fields,code-twice,code-known,twice,too-many"`
	Value  string `json:"value,omitempty"`
	// Warning marks what is shown and may be taken all the same.
	Warning bool `json:"warning,omitempty"`
	// Of is the letter that has the code already.
	Of *Record `json:"-"`
}

// RecipientList is a list of recipients as it was read. One that has a fault which is no warning is not taken.
type RecipientList struct {
	Recipients []protocollo.Correspondent `json:"recipients"`
	Faults     []RecipientFault           `json:"faults"`
}

var recipientColumns = []column{
	{names: []string{"destinatario", "denominazione", "nome", "name"}, required: true},
	{names: []string{"indirizzo", "address"}},
	{names: []string{"email", "e-mail", "pec"}},
	{names: []string{"codice", "codice fiscale", "code"}},
	{names: []string{"raccomandata", "codice raccomandata"}},
	{names: []string{"variabili", "campi variabili", "variable"}},
}

// ReadRecipients reads a CSV with a row for each recipient of a letter that goes out (Comune, art. 58), for a person to look at before it is
// taken: what is wrong is said row by row, and nothing is stored. Shown are also codes of registered post that another letter has and people who
// stand twice.
//
// Errors: Forbidden; Invalid "csv" for what is no such table at all.
func (s *Station) ReadRecipients(ctx context.Context, actor protocollo.Actor, r io.Reader) (RecipientList, error) {
	out := RecipientList{Recipients: []protocollo.Correspondent{}, Faults: []RecipientFault{}}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return out, err
	}
	t, err := openTable(r, recipientColumns)
	if err != nil {
		return out, err
	}
	seen := map[protocollo.Correspondent]bool{}
	codes := map[string]int{}
	for row := 2; ; row++ {
		fields, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, csv.ErrFieldCount) {
			out.Faults = append(out.Faults, RecipientFault{Row: row, Why: "fields"})
			continue
		}
		if err != nil {
			return out, err
		}
		c, faults := recipientOf(fields, row)
		if len(faults) > 0 {
			out.Faults = append(out.Faults, faults...)
			continue
		}
		if c.Raccomandata != "" {
			if codes[c.Raccomandata] != 0 {
				out.Faults = append(out.Faults, RecipientFault{Row: row, Column: "raccomandata", Why: "code-twice", Value: c.Raccomandata})
				continue
			}
			codes[c.Raccomandata] = row
		}
		person := protocollo.Correspondent{Name: c.Name, Address: c.Address}
		if seen[person] {
			out.Faults = append(out.Faults, RecipientFault{Row: row, Why: "twice", Value: c.Name, Warning: true})
		}
		seen[person] = true
		if out.Recipients = append(out.Recipients, c); len(out.Recipients) > maxRecipients {
			return RecipientList{Recipients: []protocollo.Correspondent{}, Faults: []RecipientFault{{Why: "too-many", Value: fmt.Sprint(maxRecipients)}}}, nil
		}
	}
	if len(out.Recipients) == 0 && len(out.Faults) == 0 {
		return out, protocollo.Errorf(protocollo.Invalid, "csv", "the list has no rows")
	}
	known, err := s.knownCodes(ctx, actor, codes)
	out.Faults = append(out.Faults, known...)
	slices.SortStableFunc(out.Faults, func(a, b RecipientFault) int { return a.Row - b.Row })
	return out, err
}

// recipientOf reads one row.
func recipientOf(fields []string, row int) (protocollo.Correspondent, []RecipientFault) {
	var faults []RecipientFault
	for i, c := range recipientColumns {
		switch n := utf8.RuneCountInString(fields[i]); {
		case c.required && n == 0:
			faults = append(faults, RecipientFault{Row: row, Column: c.names[0], Why: "empty"})
		case n > maxFieldRunes || c.names[0] == "raccomandata" && n > 40:
			faults = append(faults, RecipientFault{Row: row, Column: c.names[0], Why: "too-long", Value: string([]rune(fields[i])[:40])})
		}
	}
	return protocollo.Correspondent{Name: fields[0], Address: fields[1], Email: fields[2], Code: fields[3],
		Raccomandata: protocollo.TidyRaccomandata(fields[4]), Variable: fields[5]}, faults
}

// knownCodes says which codes another letter has. What the actor may not see does not exist (R11.2).
func (s *Station) knownCodes(ctx context.Context, actor protocollo.Actor, rows map[string]int) ([]RecipientFault, error) {
	var codes []string
	for c := range rows {
		codes = append(codes, c)
	}
	holders, err := s.cfg.Duplicates.RaccomandataHolders(ctx, actor.AOO, codes)
	if err != nil {
		return nil, fmt.Errorf("look for codes of registered post: %w", err)
	}
	var out []RecipientFault
	for _, h := range holders {
		rec, err := s.cfg.Views.IntakeRecord(ctx, actor, h.IntakeID)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read intake %d: %w", h.IntakeID, err)
		}
		out = append(out, RecipientFault{Row: rows[h.Code], Column: "raccomandata", Why: "code-known", Value: h.Code, Warning: true, Of: &rec})
	}
	return out, nil
}
