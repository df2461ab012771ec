package pdf

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"segnatura/pdfa"
	"segnatura/stamp"
)

// PostReturnList writes a «Distinta di restituzione alle Poste» (R1.11): a row for each envelope, how many there are, and a place for who takes them. The
// files of equal lists are equal.
//
// Errors: of a list without a row, or the writer's.
func PostReturnList(w io.Writer, l stamp.PostReturnList) (pdfa.Result, error) {
	if len(l.Items) == 0 {
		return pdfa.Result{}, fmt.Errorf("write list of what goes back to the post: no envelope")
	}
	title := "Distinta di restituzione alle Poste del " + l.Day
	t := &table{sizePt: postingSizePt, spaceMM: 2, columns: []column{{"N.", 10}, {"Ricezione n.", 28}, {"Arrivata il", 24}, {"Indirizzata a", 70}, {"Indirizzo", 60},
		{"Mezzo", 34}, {"Codice raccomandata", 38}, {"Ripresa alle", 22}}}
	for n, i := range l.Items {
		t.rows = append(t.rows, tableRow{minMM: postingRowMM, cells: []string{strconv.Itoa(n + 1), i.Intake, i.Arrived, i.To, i.Address, i.Means, i.Raccomandata, i.Returned}})
	}
	foot := fmt.Sprintf("%s, AOO %s – %s", l.Body, l.AOOCode, title)
	result, err := writeSheets(w, sheets{landscape: true, banner: l.Banner, foot: foot,
		heading: []Paragraph{{Text: title, Bold: true, SizePt: 15}, {Text: fmt.Sprintf("%s, AOO %s", l.Body, l.AOOCode), SizePt: 10, SpaceMM: 1}},
		pieces: []piece{
			{Paragraph: Paragraph{Text: fmt.Sprintf("Pervenute per errore, indirizzate ad altri, non aperte: %d", len(l.Items)), Bold: true, SizePt: 12, SpaceMM: 5}, keepMM: 30},
			{table: t},
			{Paragraph: Paragraph{SizePt: 10, SpaceMM: 10, Text: "Ripresi in consegna il ____/____/________ alle ore ____:____ da (nome e firma leggibile) ______________________________________"}, keepMM: 20},
		}}, pdfa.Metadata{Title: title, Author: l.Body, CreatorTool: "segnatura", CreatedAt: l.MadeAt,
		DocumentID: fmt.Sprintf("post return list %s %s %s", l.AOOCode, l.Day, l.MadeAt.Format(time.RFC3339Nano))})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write list of what goes back to the post: %w", err)
	}
	return result, nil
}
