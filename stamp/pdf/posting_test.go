package pdf_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

// TestPostingListReadBack: each envelope once, under its means, and nothing else of the letter; of one letter the list for its minuta.
func TestPostingListReadBack(t *testing.T) {
	l := stamp.PostingList{Body: "Comune di Forlì", AOOCode: "AOO1", Day: "22/11/2026", MadeAt: numbered, Banner: "PROVA – SENZA VALORE"}
	g := stamp.PostingGroup{Means: "Raccomandate"}
	for n := range 60 {
		g.Items = append(g.Items, stamp.PostingItem{Number: fmt.Sprintf("%07d", n+1), Day: "22/11/2026", To: "Città Nuova s.r.l.", Address: "Via Roma 1, Forlì",
			Raccomandata: fmt.Sprintf("RA%06dIT", n+1), Variable: "rata"})
	}
	l.Groups = []stamp.PostingGroup{g, {Means: "Posta ordinaria", Items: []stamp.PostingItem{{Number: "0000099", To: "Verdi Ada", ForKnowledge: true}}}}
	write := func() []byte {
		var out bytes.Buffer
		if _, err := pdf.PostingList(&out, l); err != nil {
			t.Fatal(err)
		}
		sound(t, out.Bytes())
		return out.Bytes()
	}
	text := words(t, write())
	for n := range 60 {
		if code := fmt.Sprintf("RA%06dIT", n+1); strings.Count(text, code) != 1 {
			t.Errorf("%s stands %d times", code, strings.Count(text, code))
		}
	}
	for _, want := range []string{"Distinta di spedizione del 22/11/2026", "Raccomandate: 60", "Posta ordinaria: 1", "0000099", "Verdi Ada (per conoscenza)", "Presi in consegna il", "PROVA – SENZA VALORE", "Codice raccomandata"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
	if strings.Contains(text, "rata ") {
		t.Error("the post reads what the letters say")
	}
	if !bytes.Equal(write(), write()) {
		t.Error("equal lists have other files")
	}
	l.Letter, l.Subject = "Prot. n. 0000001 del 22/11/2026", strings.Repeat("oggetto ", 200)
	text = words(t, write())
	for _, want := range []string{"Elenco dei destinatari – Prot. n. 0000001 del 22/11/2026", "Oggetto: oggetto", "Campi variabili", "RA000060IT"} {
		if !strings.Contains(text, want) {
			t.Errorf("of one letter: does not say %q", want)
		}
	}
	if strings.Contains(text, "Presi in consegna") {
		t.Error("the minuta's list is handed to nobody")
	}
	for name, bad := range map[string]stamp.PostingList{"no group": {}, "an empty group": {Groups: []stamp.PostingGroup{{Means: "Posta"}}}} {
		if _, err := pdf.PostingList(io.Discard, bad); err == nil {
			t.Errorf("%s is written", name)
		}
	}
}
