package pdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

func roman(t *testing.T, s string) time.Time {
	t.Helper()
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, rome)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// emergency is a register over three days, of which the second has no row, extended once and closed.
func emergency(t *testing.T, rows int) stamp.EmergencyRegister {
	t.Helper()
	r := stamp.EmergencyRegister{
		Body: "Comune di Forlì", AOOCode: "AOO1", AOOName: "Protocollo generale", Name: "1/2026", Cause: "guasto dell’elaboratore centrale",
		InterruptedAt: roman(t, "2026-11-22 08:45"), OpenedAt: roman(t, "2026-11-22 09:30"), RestoredAt: roman(t, "2026-11-24 12:10"),
		ClosedAt: roman(t, "2026-11-24 12:30"), Authorised: "provvedimento n. 12 del 22/11/2026", Revoked: "provvedimento n. 15 del 24/11/2026",
		Officer: "dott.ssa Anna D’Alì", Form: stamp.EmergencyFormEleven, Signature: "Firma da acquisire",
		Closer: "Verdi Ugo", CloserTitle: "Vicario", ClosingSignature: "firmato il 25/11/2026", Banner: "PROVA – SENZA VALORE", MadeAt: roman(t, "2026-11-24 13:00"),
		Extensions: []stamp.EmergencyExtension{{From: roman(t, "2026-11-23 08:45"), Until: roman(t, "2026-11-30 08:45"), Cause: "allagamento della sala macchine", Act: "provvedimento n. 14 del 23/11/2026"}},
	}
	first := (rows + 1) / 2
	for i := range rows {
		at := roman(t, "2026-11-22 10:00").Add(time.Duration(i) * time.Minute)
		if i >= first {
			at = roman(t, "2026-11-24 08:00").Add(time.Duration(i) * time.Second)
		}
		r.Rows = append(r.Rows, stamp.EmergencyRow{
			Sequence: i + 1, Number: fmt.Sprintf("n. %d/2026 R.E. 1/2026", i+1), At: at, Direction: "A", Subject: fmt.Sprintf("Richiesta%d di accesso agli atti", i+1),
			Sender: "Niccolò Bianchi", Recipients: "Ufficio Tributi", Address: "via Roma 1, Forlì", InternalCode: "CED", Classifica: "0107", DocumentType: "LG", Means: "PT",
			UOR: "UFF1", UORName: "Tributi",
		})
	}
	r.Days = []stamp.EmergencyDay{{Day: "2026-11-22", Total: first}, {Day: "2026-11-23"}, {Day: "2026-11-24", Total: rows - first}}
	return r
}

func written(t *testing.T, write func(io.Writer) (pdfa.Result, error)) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := write(&out); err != nil {
		t.Fatal(err)
	}
	sound(t, out.Bytes())
	return out.Bytes()
}

// The acts say Allegato 1 and 2 word for word (L-20, L-21).
func TestEmergencyActsSayTheirLiterals(t *testing.T) {
	r := emergency(t, 2)
	r.Banner = ""
	const head = "Comune di Forlì AOO AOO1 – Protocollo generale "
	const cause = "Data interruzione 22/11/2026 Ora interruzione 08:45 Causa interruzione guasto dell’elaboratore centrale "
	const signed = "Il Responsabile della Gestione Documentale dott.ssa Anna D’Alì Firma da acquisire "
	const act = "AUTORIZZAZIONE ALLO SVOLGIMENTO DELLE OPERAZIONI DI REGISTRAZIONE DI PROTOCOLLO SUL REGISTRO DI EMERGENZA (art. 63 DPR 445/2000) Registro di emergenza 1/2026 " +
		"Ai sensi dell'art. 63 del DPR 28 dicembre 2000 n. 445: "
	for _, test := range []struct {
		name  string
		write func(io.Writer, stamp.EmergencyRegister) (pdfa.Result, error)
		want  string
	}{
		{"Allegato 1", pdf.EmergencyAuthorisation, head + "Allegato 1 " + act + "preso atto che, per le cause sotto riportate: " + cause +
			"Non è possibile utilizzare la normale procedura informatica; si autorizza lo svolgimento delle operazioni di registrazione di protocollo sul Registro di emergenza. " +
			signed + "Allegato 1 – foglio 1 di 1"},
		{"Allegato 2", pdf.EmergencyRevocation, head + "Allegato 2 REVOCA " + act + "ricordato che, per le cause sotto riportate: " + cause +
			"non essendo possibile utilizzare la normale procedura informatica, è stato autorizzato lo svolgimento delle operazioni di registrazione di protocollo sul Registro di emergenza; " +
			"preso atto che, dalla data ed ora sotto riportate: Data ripristino 24/11/2026 Ora ripristino 12:10 " +
			"- è stato ripristinato il normale funzionamento della procedura informatica; " +
			"- si revoca l'autorizzazione allo svolgimento delle operazioni di registrazione di protocollo sul Registro di emergenza; " +
			"- si dispone l'inserimento delle informazioni relative ai documenti protocollati in emergenza nel sistema informatico, con automatica attribuzione della numerazione " +
			"di protocollo ordinaria, mantenendo la correlazione con la numerazione utilizzata in emergenza. " + signed + "Allegato 2 – foglio 1 di 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			document := written(t, func(w io.Writer) (pdfa.Result, error) { return test.write(w, r) })
			if got := layoutWords(t, document); got != test.want {
				t.Errorf("reads\n%s\nwant\n%s", got, test.want)
			}
			again := written(t, func(w io.Writer) (pdfa.Result, error) { return test.write(w, r) })
			if !bytes.Equal(document, again) {
				t.Error("equal acts are unequal files")
			}
		})
	}
	r.RestoredAt = time.Time{}
	if _, err := pdf.EmergencyRevocation(io.Discard, r); missing(err) != "end of the interruption" {
		t.Errorf("a revocation while the outage lasts: %v", err)
	}
}

func missing(err error) string {
	if m := (*pdf.MissingFieldError)(nil); errors.As(err, &m) {
		return m.Field
	}
	return ""
}

// The register has its opening, every row once and in order, each day's total in its place, its extension with the act, its closing.
func TestEmergencyRegisterReadBack(t *testing.T) {
	const rows = 75
	r := emergency(t, rows)
	document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyRegister(w, r) })
	text := layoutWords(t, document)
	last := -1
	for _, want := range []string{
		"Apertura registro di emergenza 1/2026 - 22/11/2026 - 09:30", "Causa dell’interruzione: guasto dell’elaboratore centrale. Inizio dell’interruzione: 22/11/2026 ore 08:45",
		"Autorizzazione: provvedimento n. 12 del 22/11/2026", "Uso autorizzato dal 23/11/2026 ore 08:45 al 30/11/2026 ore 08:45, per cause di eccezionale gravità: allagamento della sala macchine",
		"provvedimento n. 14 del 23/11/2026", "Richiesta38 ", "Totale delle registrazioni del 22/11/2026: 38", "Totale delle registrazioni del 23/11/2026: 0", "Richiesta39 ",
		"Richiesta75 ", "Totale delle registrazioni del 24/11/2026: 37", "Chiusura registro di emergenza 1/2026 – 24/11/2026 – 12:30",
		"Numero delle registrazioni effettuate: 75.", "Data e ora di ripristino: 24/11/2026 ore 12:10.", "Revoca dell’autorizzazione: provvedimento n. 15 del 24/11/2026",
	} {
		at := strings.Index(text, want)
		if at <= last {
			t.Errorf("%q stands at %d, after %d:\n%s", want, at, last, text)
		}
		last = max(last, at)
	}
	opened, closed := strings.Index(text, "D’Alì: Firma da acquisire"), strings.Index(text, "Il Vicario Verdi Ugo: firmato il 25/11/2026")
	if closing := strings.Index(text, "Chiusura registro"); opened < 0 || opened > closing || closed < closing {
		t.Errorf("the opening is signed at %d, the closing at %d:\n%s", opened, closed, text)
	}
	for n := 1; n <= rows; n++ {
		if got := strings.Count(text, fmt.Sprintf("Richiesta%d ", n)); got != 1 {
			t.Errorf("row %d stands %d times", n, got)
		}
	}
	pages := pagesOf(t, document)
	for i, p := range pages {
		if !strings.Contains(p, fmt.Sprintf("foglio %d di %d", i+1, len(pages))) || !strings.Contains(p, "PROVA – SENZA VALORE") || !strings.Contains(p, "Comune di Forlì") {
			t.Errorf("sheet %d lacks its heading, its banner or its number:\n%s", i+1, p)
		}
	}
	if len(pages) < 3 {
		t.Errorf("%d sheets", len(pages))
	}
}

// A register with a gap, out of order, or whose totals are not its rows' is none.
func TestEmergencyRegisterRefusals(t *testing.T) {
	for name, edit := range map[string]func(*stamp.EmergencyRegister){
		"gap":           func(r *stamp.EmergencyRegister) { r.Rows[1].Sequence = 3 },
		"out of order":  func(r *stamp.EmergencyRegister) { r.Rows[1].At = r.Rows[0].At.Add(-time.Minute) },
		"wrong total":   func(r *stamp.EmergencyRegister) { r.Days[0].Total++ },
		"day unlisted":  func(r *stamp.EmergencyRegister) { r.Days = r.Days[:1] },
		"unknown form":  func(r *stamp.EmergencyRegister) { r.Form = "F-9" },
		"no cause":      func(r *stamp.EmergencyRegister) { r.Cause = "" },
		"no opening":    func(r *stamp.EmergencyRegister) { r.OpenedAt = time.Time{} },
		"no name of it": func(r *stamp.EmergencyRegister) { r.Name = "" },
	} {
		r := emergency(t, 4)
		edit(&r)
		var out bytes.Buffer
		if _, err := pdf.EmergencyRegister(&out, r); err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes", name, err, out.Len())
		}
	}
}

// Rows typed in later from a paper sheet are of an earlier instant; the day's total waits for them.
func TestEmergencyTotalsWaitForTypedRows(t *testing.T) {
	r := emergency(t, 4)
	typed := r.Rows[0]
	typed.Sequence, typed.Number, typed.Manual, typed.Subject = 5, "n. 5/2026 R.E. 1/2026", true, "Scritta a mano"
	r.Rows = append(r.Rows, typed)
	r.Days[0].Total++
	text := layoutWords(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyRegister(w, r) }))
	if row, total := strings.Index(text, "Scritta a mano"), strings.Index(text, "Totale delle registrazioni del 22/11/2026: 3"); row < 0 || total < row {
		t.Errorf("row at %d, total at %d", row, total)
	}
}

// Whoever reads the register need not know the codes of its eleven fields (F-1); what no row has is not explained.
func TestEmergencyRegisterExplainsItsCodes(t *testing.T) {
	r := emergency(t, 2)
	read := func() string {
		return layoutWords(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyRegister(w, r) }))
	}
	if text := read(); !strings.Contains(text, "Codici: A = arrivo; LG = lettera; PT = posta.") {
		t.Errorf("reads %s", text)
	}
	for i := range r.Rows {
		r.Rows[i].Means = "a mano"
	}
	if text := read(); !strings.Contains(text, "Codici: A = arrivo; LG = lettera.") {
		t.Errorf("reads %s", text)
	}
}

// A subject that is longer than a sheet goes on over leaf and loses no word; nothing leaves its sheet.
func TestEmergencyRowLongerThanASheet(t *testing.T) {
	r := emergency(t, 3)
	var subject []string
	for i := range 400 {
		subject = append(subject, fmt.Sprintf("parola%dfine", i))
	}
	r.Rows[1].Subject = strings.Join(subject, " ")
	document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyRegister(w, r) })
	text := words(t, document)
	for _, w := range subject {
		if strings.Count(text, w) != 1 {
			t.Errorf("%s stands %d times", w, strings.Count(text, w))
		}
	}
	inside(t, document, 297, 210)
}

// inside holds every word within the sheet's margins and above the banner.
func inside(t *testing.T, document []byte, widthMM, heightMM float64) {
	t.Helper()
	const pt = 72 / 25.4
	n := 0
	for _, m := range regexp.MustCompile(`xMin="([0-9.]+)" yMin="([0-9.]+)" xMax="([0-9.]+)" yMax="([0-9.]+)">([^<]*)<`).FindAllStringSubmatch(run(t, "pdftotext", "-bbox", save(t, document), "-"), -1) {
		var box [4]float64
		for i := range box {
			if _, err := fmt.Sscan(m[i+1], &box[i]); err != nil {
				t.Fatal(err)
			}
		}
		n++
		if box[0] < 14*pt || box[2] > (widthMM-14)*pt || box[1] < 10*pt || box[3] > (heightMM-8)*pt {
			t.Errorf("outside the margins: %s", m[0])
		}
		if low := (heightMM - 32) * pt; box[3] > math.Max(low, 0) && box[1] < (heightMM-31)*pt {
			t.Errorf("over the banner: %s", m[0])
		}
	}
	if n < 20 {
		t.Errorf("%d words found", n)
	}
}

// Blank sheets have their row numbers printed, without a gap, in both forms.
func TestEmergencyBlankSheets(t *testing.T) {
	for _, form := range []stamp.EmergencyForm{stamp.EmergencyFormEleven, stamp.EmergencyFormShort} {
		r := stamp.EmergencyRegister{Body: "Comune di Forlì", AOOCode: "AOO1", Form: form, MadeAt: presented, Banner: "PROVA – SENZA VALORE"}
		document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyBlank(w, r, 901, 960) })
		text := words(t, document)
		for n := 901; n <= 960; n++ {
			if got := strings.Count(text, fmt.Sprintf(" %d ", n)); got != 1 {
				t.Errorf("%s: row %d stands %d times", form, n, got)
			}
		}
		inside(t, document, 297, 210)
		for _, span := range [][2]int{{0, 5}, {5, 4}, {1, 2001}} {
			if _, err := pdf.EmergencyBlank(io.Discard, r, span[0], span[1]); err == nil {
				t.Errorf("rows %v are printed", span)
			}
		}
	}
}

// The form of spreadsheets names the outage on every row.
func TestEmergencyShortForm(t *testing.T) {
	r := emergency(t, 3)
	r.Form = stamp.EmergencyFormShort
	text := words(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyRegister(w, r) }))
	if strings.Count(text, "guasto") != 4 || strings.Contains(text, "ripristino,") || strings.Count(text, "24/11/2026 12:10") != 3 { // nobody said why it ended
		t.Errorf("reads\n%s", text)
	}
}

// The form of the ordinary protocol has its fields, and the grounds of an act that was registered because it was urgent.
func TestEmergencyOrdinaryForm(t *testing.T) {
	r := emergency(t, 3)
	r.Form = stamp.EmergencyFormOrdinary
	r.Rows[1].SenderProtocol, r.Rows[1].Attachments, r.Rows[1].Authorised = "77/B del 02/11/2026", 12, "ordinanza contingibile"
	for _, form := range []struct {
		form stamp.EmergencyForm
		ref  bool
	}{{stamp.EmergencyFormOrdinary, true}, {stamp.EmergencyFormEleven, false}} {
		r.Form = form.form
		text := words(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyRegister(w, r) }))
		if strings.Contains(text, "77/B del 02/11/2026") != form.ref || strings.Contains(text, "Allegati") != form.ref || !strings.Contains(text, "(atto autorizzato: ordinanza contingibile)") {
			t.Errorf("%s reads\n%s", form.form, text)
		}
	}
}

// Each office gets its own numbers; what has none yet is counted, not left out in silence.
func TestEmergencyNumbersByOffice(t *testing.T) {
	r := emergency(t, 5)
	for i := range 4 {
		r.Rows[i].OrdinaryNumber, r.Rows[i].OrdinaryDay = fmt.Sprintf("%07d", 4000+i), "2026-11-25"
	}
	r.Rows[2].UOR, r.Rows[2].UORName = "UFF0", "Anagrafe"
	text := layoutWords(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.EmergencyNumbers(w, r) }))
	for _, want := range []string{"Registrazioni ancora senza numero di protocollo: 1", "Ufficio UFF1 – Tributi", "0004003 25/11/2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q:\n%s", want, text)
		}
	}
	first, second := strings.Index(text, "Ufficio UFF0 – Anagrafe"), strings.Index(text, "Ufficio UFF1")
	if row := strings.Index(text, "0004002"); first < 0 || row < first || second < row {
		t.Errorf("0004002 at %d, UFF0 at %d, UFF1 at %d", row, first, second)
	}
	if _, err := pdf.EmergencyNumbers(io.Discard, emergency(t, 2)); err == nil {
		t.Error("a list of no number")
	}
}

func layoutWords(t *testing.T, document []byte) string {
	t.Helper()
	return strings.Join(strings.Fields(run(t, "pdftotext", "-layout", "-enc", "UTF-8", save(t, document), "-")), " ")
}

func pagesOf(t *testing.T, document []byte) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-layout", "-enc", "UTF-8", save(t, document), "-"), "\f"), "\f")
}
