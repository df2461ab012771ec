package pdf

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"segnatura/pdfa"
	"segnatura/stamp"
)

const (
	postingSizePt = 9.0
	postingRowMM  = 8.0
)

// PostingList writes a «Distinta di spedizione», or of one letter the list of its recipients (R16.7; Comune, art. 58): a table for each means, with
// how many envelopes it has, and a place for who takes them. The files of equal lists are equal.
//
// Errors: of a list without a row, or the writer's.
func PostingList(w io.Writer, l stamp.PostingList) (pdfa.Result, error) {
	result, err := postingList(w, l)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write posting list: %w", err)
	}
	return result, nil
}

func postingList(w io.Writer, l stamp.PostingList) (pdfa.Result, error) {
	title := "Distinta di spedizione del " + l.Day
	all := sheets{landscape: true, banner: l.Banner, foot: fmt.Sprintf("%s, AOO %s – %s", l.Body, l.AOOCode, title)}
	if l.Letter != "" {
		title = "Elenco dei destinatari – " + l.Letter
		all.foot = title
	}
	all.heading = []Paragraph{{Text: title, Bold: true, SizePt: 15}, {Text: fmt.Sprintf("%s, AOO %s", l.Body, l.AOOCode), SizePt: 10, SpaceMM: 1}}
	if l.Subject != "" {
		all.heading = append(all.heading, Paragraph{Text: "Oggetto: " + shortened(l.Subject), SizePt: 10, SpaceMM: 1})
	}
	for _, g := range l.Groups {
		if len(g.Items) == 0 {
			return pdfa.Result{}, fmt.Errorf("nothing leaves by %q", g.Means)
		}
		all.pieces = append(all.pieces, piece{Paragraph: Paragraph{Text: fmt.Sprintf("%s: %d", g.Means, len(g.Items)), Bold: true, SizePt: 12, SpaceMM: 5}, keepMM: 30},
			piece{table: postingTable(g, l.Letter == "")})
	}
	if len(l.Groups) == 0 {
		return pdfa.Result{}, fmt.Errorf("no envelope")
	}
	if l.Letter == "" {
		all.pieces = append(all.pieces, piece{Paragraph: Paragraph{SizePt: 10, SpaceMM: 10, Text: "Presi in consegna il ____/____/________ alle ore ____:____ da (nome e firma leggibile) ______________________________________"}, keepMM: 20})
	}
	return writeSheets(w, all, pdfa.Metadata{Title: title, Author: l.Body, CreatorTool: "segnatura", CreatedAt: l.MadeAt,
		DocumentID: fmt.Sprintf("posting list %s %s %s %s", l.AOOCode, l.Day, l.Letter, l.MadeAt.Format(time.RFC3339Nano))})
}

// shortened keeps a heading, which every sheet repeats, to a few lines.
func shortened(subject string) string {
	const most = 300
	if runes := []rune(subject); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return subject
}

// postingTable has a row for each envelope; numbers stand where the list is of several letters, variable fields where it is of one.
func postingTable(g stamp.PostingGroup, several bool) *table {
	t := &table{sizePt: postingSizePt, spaceMM: 2}
	columns := []struct {
		on    bool
		title string
		share float64
		cell  func(n int, i stamp.PostingItem) string
	}{
		{true, "N.", 10, func(n int, _ stamp.PostingItem) string { return strconv.Itoa(n) }},
		{several, "Prot. n.", 34, func(_ int, i stamp.PostingItem) string { return i.Number }},
		{several, "Data", 22, func(_ int, i stamp.PostingItem) string { return i.Day }},
		{true, "Destinatario", 70, func(_ int, i stamp.PostingItem) string {
			if i.ForKnowledge {
				return i.To + " (per conoscenza)"
			}
			return i.To
		}},
		{true, "Indirizzo", 70, func(_ int, i stamp.PostingItem) string { return i.Address }},
		{true, "Codice raccomandata", 40, func(_ int, i stamp.PostingItem) string { return i.Raccomandata }},
		{!several, "Campi variabili", 60, func(_ int, i stamp.PostingItem) string { return i.Variable }},
	}
	for _, c := range columns {
		if c.on {
			t.columns = append(t.columns, column{c.title, c.share})
		}
	}
	for n, i := range g.Items {
		row := tableRow{minMM: postingRowMM}
		for _, c := range columns {
			if c.on {
				row.cells = append(row.cells, c.cell(n+1, i))
			}
		}
		t.rows = append(t.rows, row)
	}
	return t
}
