package pdf_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

// TestPostReturnListReadBack: each envelope once, whom it is for, and nothing of who wrote it.
func TestPostReturnListReadBack(t *testing.T) {
	l := stamp.PostReturnList{Body: "Comune di Forlì", AOOCode: "AOO1", Day: "22/11/2026", MadeAt: numbered, Banner: "PROVA – SENZA VALORE", Items: []stamp.PostReturnItem{
		{Intake: "R 7/2026", Arrived: "21/11/2026", To: "Condominio Città Nuova", Address: "Via Roma 1, Forlì", Means: "Raccomandate", Raccomandata: "RA000001IT"},
		{Intake: "R 9/2026", Arrived: "22/11/2026", To: "Verdi Ada", Means: "Posta ordinaria", Returned: "10:40"},
	}}
	write := func() []byte {
		var out bytes.Buffer
		if _, err := pdf.PostReturnList(&out, l); err != nil {
			t.Fatal(err)
		}
		sound(t, out.Bytes())
		return out.Bytes()
	}
	text := words(t, write())
	for _, want := range []string{"Distinta di restituzione alle Poste del 22/11/2026", "Pervenute per errore, indirizzate ad altri, non aperte: 2", "R 7/2026", "Condominio Città Nuova",
		"RA000001IT", "Verdi Ada", "10:40", "Ripresi in consegna il", "PROVA – SENZA VALORE"} {
		if strings.Count(text, want) < 1 {
			t.Errorf("does not say %q", want)
		}
	}
	if !bytes.Equal(write(), write()) {
		t.Error("equal lists have other files")
	}
	if _, err := pdf.PostReturnList(io.Discard, stamp.PostReturnList{}); err == nil {
		t.Error("an empty list is written")
	}
}
