package pdf_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

func internalReceipt() stamp.InternalReceipt {
	return stamp.InternalReceipt{
		Body: "Comune di Forlì", AOOCode: "AOO1", Reference: "Ricezione n. R 12/2026, senza numero di protocollo", ArrivedAt: presented, DeliveredAt: numbered,
		Sender: "Mittente non indicato", Closed: true, Words: "riservata", Person: "Niccolò D’Alì", Office: "Ufficio tecnico", Operator: "MR",
	}
}

// «In duplice copia» (002 art. 68; R7.4): two pages that show the same, dot for dot, and say what was handed over to whom.
func TestInternalReceiptIsTwoIdenticalPages(t *testing.T) {
	opened := internalReceipt()
	opened.Closed, opened.Words, opened.Subject, opened.Reference, opened.Note, opened.Banner = false, "", "Esposto", "Prot. n. 0000007 del 21/11/2026", "a giudizio del Responsabile", "PROVA – SENZA VALORE"
	for name, c := range map[string]struct {
		data stamp.InternalReceipt
		says []string
	}{
		"closed": {internalReceipt(), []string{"RICEVUTA DI CONSEGNA INTERNA in duplice copia", "Il 22/11/2026 alle ore 00:30 si consegna in busta chiusa a Niccolò D’Alì, Ufficio tecnico la corrispondenza pervenuta il 21/11/2026 alle ore 09:05: mittente Mittente non indicato; sulla busta: «RISERVATA»; la busta non è stata aperta.",
			"Ricezione n. R 12/2026, senza numero di protocollo.", "L’operatore MR", "Firma leggibile", "li trasmette all’ufficio protocollo"}},
		"opened": {opened, []string{"si consegna a Niccolò D’Alì", "mittente Mittente non indicato; oggetto: Esposto.", "Prot. n. 0000007 del 21/11/2026.", "Nota: a giudizio del Responsabile.", "PROVA – SENZA VALORE"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			result, err := pdf.InternalReceipt(&out, c.data)
			if err != nil {
				t.Fatal(err)
			}
			sound(t, out.Bytes())
			if len(result.Pages) != 2 {
				t.Fatalf("%d pages", len(result.Pages))
			}
			text := words(t, out.Bytes())
			for _, say := range c.says {
				if strings.Count(text, say) != 2 {
					t.Errorf("%q stands %d times in %q", say, strings.Count(text, say), text)
				}
			}
			if name == "opened" && strings.Contains(text, "busta") {
				t.Errorf("an opened letter's receipt speaks of an envelope: %q", text)
			}
			file := save(t, out.Bytes())
			first, second := run(t, "pdftotext", "-bbox", "-f", "1", "-l", "1", file, "-"), run(t, "pdftotext", "-bbox", "-f", "2", "-l", "2", file, "-")
			if first != second || !strings.Contains(first, "<word") {
				t.Error("the two pages differ")
			}
		})
	}
}

func TestInternalReceiptNamesWhatIsMissing(t *testing.T) {
	for field, edit := range map[string]func(*stamp.InternalReceipt){
		"body": func(r *stamp.InternalReceipt) { r.Body = "" }, "AOO code": func(r *stamp.InternalReceipt) { r.AOOCode = "" },
		"reference": func(r *stamp.InternalReceipt) { r.Reference = "" }, "person": func(r *stamp.InternalReceipt) { r.Person = "" },
		"sender": func(r *stamp.InternalReceipt) { r.Sender = "" }, "instant of arrival": func(r *stamp.InternalReceipt) { r.ArrivedAt = time.Time{} },
		"instant of delivery": func(r *stamp.InternalReceipt) { r.DeliveredAt = time.Time{} }, "operator": func(r *stamp.InternalReceipt) { r.Operator = "" },
	} {
		r := internalReceipt()
		edit(&r)
		_, err := pdf.InternalReceipt(io.Discard, r)
		if missing := (*pdf.MissingFieldError)(nil); !errors.As(err, &missing) || missing.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	long := internalReceipt()
	long.Closed, long.Subject = false, strings.Repeat("perché ", 3000)
	if _, err := pdf.InternalReceipt(io.Discard, long); err == nil {
		t.Error("a text of many pages was cut")
	}
}
