package pdf

import (
	"fmt"
	"io"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// CompetitionNote writes a nota riepilogativa: the list of a day's applications with the date of each, for the responsible of the procedure to sign
// (Università, art. 3.1.01). A copy of it that goes with an application has the protocol number at its head. It says of no application whether it came
// in time. Equal notes give equal files.
//
// Errors: [*MissingFieldError], also of a note without applications, or the writer's.
func CompetitionNote(w io.Writer, n stamp.CompetitionNote) (pdfa.Result, error) {
	if err := completeNote(n); err != nil {
		return pdfa.Result{}, err
	}
	title := fmt.Sprintf("Nota riepilogativa n. %s del %s", n.Code, n.Day)
	heading := []Paragraph{{Text: n.Body, Bold: true, SizePt: 13}, {Text: fmt.Sprintf("AOO %s – %s", n.AOOCode, n.AOOName), SizePt: 10}}
	if n.Number != "" {
		heading = append(heading, Paragraph{Text: n.Number + " – copia da allegare alla domanda", Bold: true, SpaceMM: 2})
	}
	pieces := []piece{
		{Paragraph: Paragraph{Text: title, Bold: true, SizePt: 14}},
		say("Domande pervenute ("+n.Kind+")", 1),
		noteFacts(n),
		{table: noteTable(n)},
		{Paragraph: Paragraph{Text: fmt.Sprintf("Domande elencate: %d. Lista chiusa il %s alle ore %s.", len(n.Items), day(n.ClosedAt), hour(n.ClosedAt)), SpaceMM: 4}, keepMM: 60},
		say("Si attesta che le domande elencate sono pervenute nel giorno e nell’ora indicati per ciascuna.", 2),
		{Paragraph: Paragraph{Text: "Il Responsabile del procedimento", Bold: true, SpaceMM: 10}},
		say(n.Responsible, 1), say(signHere, 8),
	}
	result, err := writeSheets(w, sheets{heading: heading, pieces: pieces, banner: n.Banner, foot: title + " – " + n.Notice}, pdfa.Metadata{
		Title: title + " – " + n.Notice, Author: n.Body, CreatorTool: "segnatura", CreatedAt: n.ClosedAt.In(protocollo.Rome()),
		DocumentID: fmt.Sprintf("competition note %s %s %s", n.AOOCode, n.ID, n.Number),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write competition note: %w", err)
	}
	return result, nil
}

func completeNote(n stamp.CompetitionNote) error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", n.Body == ""}, {"AOO code", n.AOOCode == ""}, {"note's number", n.Code == ""}, {"day", n.Day == ""}, {"instant of closing", n.ClosedAt.IsZero()},
		{"bando", n.Notice == ""}, {"responsible", n.Responsible == ""}, {"applications", len(n.Items) == 0},
	} {
		if field.missing {
			return &MissingFieldError{field.name}
		}
	}
	for _, i := range n.Items {
		if i.Candidate == "" || i.Arrived == "" || i.Initials == "" {
			return &MissingFieldError{"candidate, arrival or initials of application " + i.Code}
		}
	}
	return nil
}

func noteFacts(n stamp.CompetitionNote) piece {
	pairs := [][2]string{{"Bando", n.Notice}}
	if n.Office != "" {
		pairs = append(pairs, [2]string{"Ufficio", n.Office})
	}
	return facts(append(pairs, [2]string{"Scadenza del bando", n.Closes})...)
}

const noteSizePt = 9.0

func noteTable(n stamp.CompetitionNote) *table {
	t := &table{sizePt: noteSizePt, spaceMM: 4, columns: []column{{"N.", 11}, {"Candidato", 52}, {"Giorno e ora di arrivo", 36}, {"Sigla", 16}, {"Mezzo", 36}}}
	if n.Postmark {
		t.columns = append(t.columns, column{"Timbro postale o tagliando", 29})
	}
	for _, i := range n.Items {
		cells := []string{i.Code, i.Candidate, i.Arrived, i.Initials, i.Means}
		if n.Postmark {
			cells = append(cells, i.Postmark)
		}
		t.rows = append(t.rows, tableRow{cells: cells})
	}
	return t
}
