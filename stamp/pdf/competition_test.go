package pdf_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

func competitionNote(t *testing.T, n int) stamp.CompetitionNote {
	t.Helper()
	note := stamp.CompetitionNote{Body: "Università di Forlì", AOOCode: "AOO1", AOOName: "Amministrazione centrale", ID: "k", Code: "3", Day: "22/11/2026", ClosedAt: roman(t, "2026-11-22 17:30"),
		Kind: "Concorso", Notice: "Concorso pubblico per tre istruttori amministrativi, D.D. 41/2026", Office: "Ufficio Personale", Responsible: "Rita Sponsabile",
		Closes: "30/11/2026 ore 12:00", Postmark: true, Banner: "PROVA – SENZA VALORE"}
	for i := range n {
		item := stamp.CompetitionNoteItem{Code: fmt.Sprint(i + 1), Candidate: fmt.Sprintf("Candidato%d Niccolò", i+1), Arrived: "22/11/2026 ore 09:10", Initials: "AB", Means: "raccomandata n. 15432109876-5",
			Postmark: "20/11/2026"}
		if i%3 == 1 {
			item.Means, item.Postmark = "a mano", ""
		}
		note.Items = append(note.Items, item)
	}
	return note
}

// A note lists every application once, with its dates, and judges none.
func TestCompetitionNoteReadBack(t *testing.T) {
	note := competitionNote(t, 60)
	document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.CompetitionNote(w, note) })
	text := strings.Join(strings.Fields(words(t, document)), " ")
	for _, i := range note.Items {
		if n := strings.Count(text, i.Candidate+" "); n != 1 {
			t.Errorf("%s stands %d times", i.Candidate, n)
		}
	}
	for want, times := range map[string]int{"22/11/2026 ore 09:10": 60, "20/11/2026": 40, "Domande elencate: 60. Lista chiusa il 22/11/2026 alle ore 17:30.": 1, "Scadenza del bando 30/11/2026 ore 12:00": 1,
		"Il Responsabile del procedimento Rita Sponsabile": 1, "copia": 0, "termine": 0, "ammess": 0, "esclus": 0, "tardiv": 0} {
		if n := strings.Count(text, want); n != times {
			t.Errorf("%q stands %d times, not %d", want, n, times)
		}
	}
	inside(t, document, 210, 297)

	note.Number, note.Postmark = "Prot. n. 0000012 del 22/11/2026", false
	text = strings.Join(strings.Fields(words(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.CompetitionNote(w, note) }))), " ")
	if !strings.Contains(text, "Prot. n. 0000012 del 22/11/2026 – copia da allegare alla domanda") || strings.Contains(text, "Timbro postale") {
		t.Errorf("a copy, of a competition whose postmark does not decide:\n%s", text)
	}
}

func TestCompetitionNoteRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*stamp.CompetitionNote){
		"no application": func(n *stamp.CompetitionNote) { n.Items = nil }, "no arrival": func(n *stamp.CompetitionNote) { n.Items[0].Arrived = "" },
		"no initials": func(n *stamp.CompetitionNote) { n.Items[0].Initials = "" }, "nobody attests": func(n *stamp.CompetitionNote) { n.Responsible = "" },
	} {
		note := competitionNote(t, 1)
		spoil(&note)
		var missing *pdf.MissingFieldError
		if _, err := pdf.CompetitionNote(io.Discard, note); !errors.As(err, &missing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
