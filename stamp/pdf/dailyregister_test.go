package pdf_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

func daily(t *testing.T, n int) stamp.DailyRegister {
	t.Helper()
	r := stamp.DailyRegister{Body: "Comune di Forlì", AOOCode: "AOO1", AOOName: "Area unica", RegisterCode: "PG", Day: "2026-11-22", EndedAt: roman(t, "2026-11-23 00:00"),
		JournalSeq: 812, JournalHash: strings.Repeat("ab", 32), PreviousDay: "2026-11-21", PreviousSHA256: strings.Repeat("cd", 32), TableSHA256: strings.Repeat("ef", 32),
		Banner:     "PROVA – SENZA VALORE",
		Annulments: []stamp.DailyAnnulment{{Number: "0000007", Day: "2026-11-20", At: "11:15", By: "rosa", Reason: "mittente errato", Act: "12", ActDay: "2026-11-22"}},
		Corrections: []stamp.DailyCorrection{{Number: "0000008", Day: "2026-11-20", At: "11:20", By: "rosa", Reason: "letto male", Act: "14", ActDay: "2026-11-22", Field: "oggetto",
			Old: "Oggetto letto male", New: "Oggetto giusto"}},
		Emergency: []stamp.DailyEmergency{{Name: "1/2026", Recorded: 4, ByHand: 1, Recovered: 2}},
		Late:      []stamp.DailyLate{{IntakeCode: "R 9/2026", ArrivalDay: "2026-11-22", Time: "16:40", From: "Verdi", Subject: "In attesa"}},
		Unregistered: []stamp.DailyUnregistered{{Code: "pubblicita", Words: "materiali pubblicitari", Source: "DPR 445/2000, art. 53 c. 5", Manual: "DPR 445/2000, art. 53 comma 5", Count: 12},
			{Code: "E-1", Words: "bozze di calendario", Source: "Disposizione n. 4/2026", Manual: "DPR 445/2000, art. 53 comma 5", Count: 3}}}
	for i := range n {
		r.Registrations = append(r.Registrations, stamp.DailyRegistration{Number: fmt.Sprintf("%07d", 100+i), Day: "2026-11-22", Time: "09:30", Direction: "A", From: "Niccolò Bianchi",
			To: "Ufficio Tributi", Subject: fmt.Sprintf("Richiesta%d di accesso", i), Classifica: "0107", UOR: "UFF1"})
	}
	return r
}

// The register of a day has every number once, its sections, and what ties it to the data and to the day before.
func TestDailyRegisterReadBack(t *testing.T) {
	r := daily(t, 60)
	r.Registrations[3].Day = "2026-11-21"
	document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.DailyRegister(w, r) })
	text := words(t, document)
	for i := range r.Registrations {
		if n := strings.Count(text, r.Registrations[i].Number); n != 1 {
			t.Errorf("%s stands %d times", r.Registrations[i].Number, n)
		}
	}
	for _, want := range []string{"Registro giornaliero di protocollo del 22/11/2026", "Registrazioni: 60. Annullamenti: 1. Dati rettificati: 1. Ricezioni senza numero a fine giornata: 1. Non soggette a registrazione: 15.", "materiali pubblicitari", "Disposizione n. 4/2026", "Oggetto letto male", "Oggetto giusto", "14 del 22/11/2026. letto male", "mittente errato",
		"12 del 22/11/2026", "R 9/2026", "scrittura n. 812", r.JournalHash, r.TableSHA256, "Registro precedente, del 21/11/2026: SHA-256 " + r.PreviousSHA256, "numerato il 21/11/2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
	inside(t, document, 297, 210)
	empty := stamp.DailyRegister{Body: r.Body, AOOCode: r.AOOCode, Day: r.Day, EndedAt: r.EndedAt, JournalSeq: 1, JournalHash: r.JournalHash, TableSHA256: r.TableSHA256}
	text = words(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.DailyRegister(w, empty) }))
	if !strings.Contains(text, "Nessuna registrazione.") || !strings.Contains(text, "Registro precedente: nessuno.") {
		t.Errorf("a day without anything:\n%s", text)
	}
	empty.JournalHash = "ab"
	if _, err := pdf.DailyRegister(io.Discard, empty); err == nil {
		t.Error("a digest that is none")
	}
}

// The register of the day before is signed «ogni mattino» by the Responsabile d'Area (002 arts. 34.2, 35 e; R12.3): each office that documents went to has
// its row with their number, and room to sign in.
func TestDailyRegisterIsSignedForEachOffice(t *testing.T) {
	r := daily(t, 7)
	r.Registrations[1].UOR, r.Registrations[2].UOR = "ANAG", "ANAG"
	r.Registrations[3].UOR = "" // confidential: it names none
	r.Registrations[4].Direction = "P"
	document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.DailyRegister(w, r) })
	text := words(t, document)
	_, signing, found := strings.Cut(text, "Vidimazione")
	if !found {
		t.Fatalf("nowhere to sign:\n%s", text)
	}
	signing = strings.Join(strings.Fields(signing), " ")
	for _, want := range []string{"Responsabile d’Area cui sottendono gli UU di riferimento, o suo delegato", "presa in carico e al prelievo fisico dei documenti di competenza",
		"eventuale rifiuto se non di competenza", "Firma", "ANAG 2", "UFF1 3", "non indicato 1"} {
		if !strings.Contains(signing, want) {
			t.Errorf("does not say %q:\n%s", want, signing)
		}
	}
	inside(t, document, 297, 210)
	r.Registrations = nil
	if text := words(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.DailyRegister(w, r) })); !strings.Contains(text, "Vidimazione") {
		t.Error("a day without registrations is signed too")
	}
}
