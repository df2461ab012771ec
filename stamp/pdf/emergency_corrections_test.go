package pdf_test

import (
	"io"
	"strings"
	"testing"

	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

// Both values stay readable on the register's paper, with the act and the instant (DPR 445/2000 art. 54; LLGG 3.1.5).
func TestEmergencyRegisterShowsItsCorrections(t *testing.T) {
	r := emergency(t, 2)
	r.Corrections = []stamp.EmergencyCorrection{{Row: 1, Number: "n. 1/2026 R.E. 1/2026", At: roman(t, "2026-11-25 09:07"), By: "rosa", Reason: "letto male",
		Act: "provvedimento n. 7 del 25/11/2026", Field: "oggetto", Old: "Ricorso", New: "Ricorso gerarchico"}}
	write := func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyRegister(w, r) }
	text := words(t, written(t, write))
	for _, want := range []string{"Rettifiche", "Valore annullato", "25/11/2026 09:07", "rosa", "oggetto", "Ricorso gerarchico", "provvedimento n. 7 del 25/11/2026. letto", "male"} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper lacks %q: %s", want, text)
		}
	}
	r.Corrections = nil
	if text := words(t, written(t, write)); strings.Contains(text, "Rettifiche") {
		t.Errorf("nothing was corrected: %s", text)
	}
}
