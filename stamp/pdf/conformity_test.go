package pdf_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/stamp/pdf"
)

func attestation(copies int) pdfa.Attestation {
	a := pdfa.Attestation{
		Segnatura: pdfa.Segnatura{Text: "c_a000|AOO1|PG|0001234|2026-11-22", BodyName: "Comune di Forlì", AOOCode: "AOO1",
			Number: "0001234", Day: "2026-11-22"},
		Reference:  "Prot. n. 0001234 del 22/11/2026",
		Subject:    "Richiesta di accesso agli atti",
		Comparison: pdfa.Comparison{ComparedAt: numbered, Separate: true},
		Lots: []pdfa.ScanLot{{ID: "7", Place: "sportello 1", Device: "fujitsu", Operator: "mrossi", StartedAt: presented, EndedAt: presented.Add(time.Minute),
			Documents: 1, Pages: 3, Software: pdfa.Software{Name: "segnatura", Version: "1.0"}, Anomalies: []pdfa.Anomaly{{Code: "repeated", Answer: "accept", By: "mrossi", Reason: "due copie"}, {Code: "interrupted"}}}},
		Banner: "PROVA – SENZA VALORE",
	}
	for i := range copies {
		a.Comparison.Copies = append(a.Comparison.Copies, pdfa.CopyDigest{Name: fmt.Sprintf("2026-0001234-v1-e%d.pdf", i+1),
			SHA256: fmt.Sprintf("%064x", i+0xABC), Bytes: 1000 + int64(i), Pages: 3, Flavour: pdfa.Flavour2B})
	}
	return a
}

func writeAttestation(t *testing.T, a pdfa.Attestation) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := pdf.Attestation(&out, a); err != nil {
		t.Fatal(err)
	}
	sound(t, out.Bytes())
	return out.Bytes()
}

// TestAttestationListsEveryDigest reads the page list back.
func TestAttestationListsEveryDigest(t *testing.T) {
	const copies = 60 // on several pages
	text := words(t, writeAttestation(t, attestation(copies)))
	for i := range copies {
		if hex := fmt.Sprintf("(esadecimale): %064x", i+0xABC); strings.Count(text, hex) != 1 {
			t.Errorf("copy %d is not listed once by its digest", i+1)
		}
	}
	if n := len(regexp.MustCompile(`\(base64\): [A-Za-z0-9+/]{43}=`).FindAllString(text, -1)); n != copies {
		t.Errorf("%d digests in base64", n)
	}
	for _, want := range []string{"Copie per immagine: 60", "Prot. n. 0001234 del 22/11/2026", "Pagina 1 di "} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
}

func TestAttestationSaysOnWhatItRests(t *testing.T) {
	a := attestation(1)
	a.Comparison.Copies[0].Note = "Il documento è composto di n. 12 fogli"
	text := words(t, writeAttestation(t, a))
	for _, want := range []string{
		"Il funzionario delegato che sottoscrive, avendo raffrontato ciascuna copia con il documento analogico da cui è tratta, attesta",
		"Riferimento temporale: 22/11/2026 alle ore 00:30:00 (2026-11-22T00:30:00+01:00)",
		"La copia non è di tutto il documento. Nota: Il documento è composto di n. 12 fogli",
		"Acquisizione n. 7", "Luogo: sportello 1. Dispositivo: fujitsu. Operatore: mrossi. Inizio: 21/11/2026 09:05:59.",
		"Programma: segnatura 1.0.", "Anomalie: pagina uguale a una già acquisita, risposta «va bene così» di mrossi: due copie; acquisizione interrotta dall’arresto della stazione.",
		"Senza la firma digitale, elettronica qualificata o avanzata del funzionario delegato il presente documento non attesta nulla.",
		"PROVA – SENZA VALORE",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q in\n%s", want, text)
		}
	}
	a.Comparison.Officer, a.Comparison.Capacity, a.Comparison.Place, a.Lots[0].Anomalies = "Anna Verdi", "delega n. 3", "Forlì", nil
	text = words(t, writeAttestation(t, a))
	for _, want := range []string{"che sottoscrive, Anna Verdi (delega n. 3), avendo", "da cui è tratta, a Forlì, attesta", "Anomalie: nessuna."} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
}

func TestAttestationOfNothingIsRefused(t *testing.T) {
	for what, edit := range map[string]func(*pdfa.Attestation){
		"no copy":        func(a *pdfa.Attestation) { a.Comparison.Copies = nil },
		"no time":        func(a *pdfa.Attestation) { a.Comparison.ComparedAt = time.Time{} },
		"no segnatura":   func(a *pdfa.Attestation) { a.Segnatura.Text = "" },
		"no reference":   func(a *pdfa.Attestation) { a.Reference = "" },
		"half a digest":  func(a *pdfa.Attestation) { a.Comparison.Copies[0].SHA256 = "ab" },
		"no hexadecimal": func(a *pdfa.Attestation) { a.Comparison.Copies[0].SHA256 = strings.Repeat("z", 64) },
	} {
		a := attestation(1)
		edit(&a)
		var out bytes.Buffer
		if _, err := pdf.Attestation(&out, a); err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes", what, err, out.Len())
		}
	}
}
