package pdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/stamp"
	"segnatura/stamp/compose"
	"segnatura/stamp/pdf"
)

const labelQR = "SGN1.N.C$A000.AOO1.PROT.2026.0001234.A.9K"

func label(t *testing.T, res stamp.Resolution) *stamp.Bitmap {
	t.Helper()
	b, err := compose.Compose(stamp.Label{
		Size:  stamp.Size{WidthMM: 62, HeightMM: 29},
		Lines: []stamp.Line{{Text: "N. 0001234 del 21/11/2026", Big: true, Bold: true, Shorten: stamp.ShortenNever}},
		QR:    labelQR, Code128: "20260001234",
	}, res)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func metadata() pdfa.Metadata {
	return pdfa.Metadata{Title: "Etichetta", CreatorTool: "segnatura", CreatedAt: time.Unix(1795255200, 0).UTC(), DocumentID: "label 1"}
}

// TestLabelIsDotForDot draws the page at the printer's resolution and holds every dot against the bitmap.
func TestLabelIsDotForDot(t *testing.T) {
	for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
		t.Run(fmt.Sprint(res.DPI), func(t *testing.T) {
			b := label(t, res)
			var out bytes.Buffer
			result, err := pdf.Label(&out, b, metadata())
			if err != nil {
				t.Fatal(err)
			}
			sound(t, out.Bytes())
			page := result.Pages[0]
			if len(result.Pages) != 1 || page.WidthMM != 62 || page.HeightMM != 29 {
				t.Errorf("pages %+v", result.Pages)
			}
			sameDots(t, out.Bytes(), b)
		})
	}
}

// sameDots holds the drawn page against the label.
func sameDots(t *testing.T, document []byte, b *stamp.Bitmap) {
	t.Helper()
	file := save(t, document)
	dpi := fmt.Sprint(b.Resolution.DotsPerMM * 25.4)
	run(t, "pdftoppm", "-r", dpi, "-gray", "-png", "-singlefile", file, strings.TrimSuffix(file, ".pdf"))
	raw, err := os.ReadFile(strings.TrimSuffix(file, ".pdf") + ".png")
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	ink := 0
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			grey, _, _, _ := m.At(x, y).RGBA()
			want := b.Black(x, y)
			if want {
				ink++
			}
			if (grey < 0x8000) != want {
				t.Fatalf("dot %d,%d is %#x, want black %t", x, y, grey, want)
			}
		}
	}
	if ink == 0 {
		t.Error("no ink at all")
	}
}

func TestLabelRefusals(t *testing.T) {
	b := label(t, stamp.DPI203)
	noResolution := *b
	noResolution.Resolution = stamp.Resolution{}
	for name, write := range map[string]func(io.Writer) (pdfa.Result, error){
		"no bitmap":     func(w io.Writer) (pdfa.Result, error) { return pdf.Label(w, nil, metadata()) },
		"no resolution": func(w io.Writer) (pdfa.Result, error) { return pdf.Label(w, &noResolution, metadata()) },
	} {
		var out bytes.Buffer
		if _, err := write(&out); err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes", name, err, out.Len())
		}
	}
}

// Presented at 09:05 in Rome; numbered half an hour past the Roman midnight, while UTC still has the day before.
var (
	presented = time.Date(2026, 11, 21, 8, 5, 59, 0, time.UTC)
	numbered  = time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)
)

func receipt() stamp.ReceiptData {
	return stamp.ReceiptData{
		Body: "Comune di Forlì", AOOCode: "AOO1", PresentedAt: presented,
		Subject: "Richiesta di accesso agli atti – «Città più vivibile»", Sender: "Niccolò D’Alì", Attachments: 2,
		Reference: "Prot. n. 0001234 del 22/11/2026", IntakeID: "57", Term: "30 giorni", Operator: "MR",
	}
}

func TestReceiptSaysL17(t *testing.T) {
	const head = "RICEVUTA (art. 18-bis L. 241/1990). Comune di Forlì, AOO AOO1. Si attesta che il 21/11/2026 alle ore 09:05 è stato presentato: "
	const what = "Richiesta di accesso agli atti – «Città più vivibile»; mittente Niccolò D’Alì; allegati 2. "
	tests := []struct {
		name string
		edit func(*stamp.ReceiptData)
		want string
	}{
		{"numbered", func(*stamp.ReceiptData) {},
			head + what + "Prot. n. 0001234 del 22/11/2026. Termine: 30 giorni. L’operatore MR"},
		{"number to come", func(r *stamp.ReceiptData) { r.Reference = "" },
			head + what + "Ricezione n. 57, protocollazione in corso. Termine: 30 giorni. L’operatore MR"},
		{"of the emergency register", func(r *stamp.ReceiptData) { r.Reference = "Registro di emergenza n. 1/2026 R.E. 1/2026 del 22/11/2026" },
			head + what + "Registro di emergenza n. 1/2026 R.E. 1/2026 del 22/11/2026. Termine: 30 giorni. L’operatore MR"},
		{"term unset", func(r *stamp.ReceiptData) { r.Term = "" },
			head + what + "Prot. n. 0001234 del 22/11/2026. Termine: quello pubblicato dall'Ente per il procedimento. L’operatore MR"},
		{"banner", func(r *stamp.ReceiptData) { r.Banner = "PROVA – SENZA VALORE" },
			head + what + "Prot. n. 0001234 del 22/11/2026. Termine: 30 giorni. L’operatore MR PROVA – SENZA VALORE"},
		{"letters that no font has, accents in two parts", func(r *stamp.ReceiptData) { r.Sender = "Niccolo\u0300\t漢 D’Ali\u0300" },
			head + strings.Replace(what, "Niccolò", "Niccolò □", 1) + "Prot. n. 0001234 del 22/11/2026. Termine: 30 giorni. L’operatore MR"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := receipt()
			test.edit(&r)
			document, result := write(t, r)
			if got := words(t, document); got != test.want {
				t.Errorf("reads\n%s\nwant\n%s", got, test.want)
			}
			if len(result.Pages) != 1 || result.Flavour != pdfa.Flavour2U {
				t.Errorf("result %+v", result)
			}
		})
	}
}

// TestLongReceiptLosesNothing lets a subject run over pages and holds every word, in order.
func TestLongReceiptLosesNothing(t *testing.T) {
	var subject []string
	for i := range 1500 {
		subject = append(subject, fmt.Sprintf("perché%d", i))
	}
	r := receipt()
	r.Subject, r.Banner = strings.Join(subject, " "), "PROVA – SENZA VALORE"
	document, result := write(t, r)
	if len(result.Pages) < 2 {
		t.Fatalf("%d pages", len(result.Pages))
	}
	text := words(t, document)
	for i := range result.Pages {
		if number := fmt.Sprintf("Pagina %d di %d", i+1, len(result.Pages)); !strings.Contains(text, number) {
			t.Errorf("no %q", number)
		}
	}
	if n := strings.Count(text, r.Banner); n != len(result.Pages) {
		t.Errorf("the banner stands %d times on %d pages", n, len(result.Pages))
	}
	next := 0
	for word := range strings.FieldsSeq(text) {
		if next < len(subject) && strings.TrimSuffix(word, ";") == subject[next] {
			next++
		}
	}
	if next != len(subject) {
		t.Errorf("the text breaks off at %q", subject[next])
	}
	if !strings.Contains(text, "L’operatore MR") {
		t.Error("the end is missing")
	}
}

// TestEndlessWordIsBroken keeps a word that is wider than the page on it.
func TestEndlessWordIsBroken(t *testing.T) {
	r := receipt()
	r.Subject = strings.Repeat("W", 400)
	document, _ := write(t, r)
	file := save(t, document)
	text := run(t, "pdftotext", "-bbox", file, "-")
	if strings.Count(text, "<word") < 10 {
		t.Fatalf("no words in %s", text)
	}
	letters := 0
	for line := range strings.Lines(text) {
		var xMin, yMin, xMax, yMax float64
		if n, _ := fmt.Sscanf(strings.TrimSpace(line), `<word xMin="%f" yMin="%f" xMax="%f" yMax="%f">`, &xMin, &yMin, &xMax, &yMax); n != 4 {
			continue
		}
		if xMin < 56 || xMax > 595.3-56 || yMin < 56 || yMax > 841.9-56 {
			t.Errorf("outside the margins: %s", line)
		}
		letters += strings.Count(line, "W")
	}
	if letters != 400 {
		t.Errorf("%d letters of 400", letters)
	}
}

func TestReceiptNamesWhatIsMissing(t *testing.T) {
	for field, edit := range map[string]func(*stamp.ReceiptData){
		"body":                         func(r *stamp.ReceiptData) { r.Body = "" },
		"AOO code":                     func(r *stamp.ReceiptData) { r.AOOCode = "" },
		"instant of presentation":      func(r *stamp.ReceiptData) { r.PresentedAt = time.Time{} },
		"subject":                      func(r *stamp.ReceiptData) { r.Subject = "" },
		"sender":                       func(r *stamp.ReceiptData) { r.Sender = "" },
		"protocol or reception number": func(r *stamp.ReceiptData) { r.Reference, r.IntakeID = "", "" },
		"operator":                     func(r *stamp.ReceiptData) { r.Operator = "" },
	} {
		r := receipt()
		edit(&r)
		var out bytes.Buffer
		_, err := pdf.Receipt(&out, r)
		if missing := (*pdf.MissingFieldError)(nil); !errors.As(err, &missing) || missing.Field != field || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", field, err, out.Len())
		}
	}
	r := receipt()
	r.Attachments = -1
	if _, err := pdf.Receipt(io.Discard, r); err == nil {
		t.Error("minus one attachments")
	}
}

func TestEqualReceiptsAreEqualFiles(t *testing.T) {
	first, _ := write(t, receipt())
	second, _ := write(t, receipt())
	if !bytes.Equal(first, second) {
		t.Error("two receipts of the same data differ")
	}
}

func BenchmarkReceipt(b *testing.B) {
	for b.Loop() {
		if _, err := pdf.Receipt(io.Discard, receipt()); err != nil {
			b.Fatal(err)
		}
	}
}

func write(t *testing.T, r stamp.ReceiptData) ([]byte, pdfa.Result) {
	t.Helper()
	var out bytes.Buffer
	result, err := pdf.Receipt(&out, r)
	if err != nil {
		t.Fatal(err)
	}
	sound(t, out.Bytes())
	return out.Bytes(), result
}

// sound asks qpdf now, and keeps the file for veraPDF.
func sound(t *testing.T, document []byte) {
	t.Helper()
	checktest.QPDF(t, document)
	checktest.Keep(t, document)
}

// words is the text that pdftotext finds, with every run of space as one blank.
func words(t *testing.T, document []byte) string {
	t.Helper()
	return strings.Join(strings.Fields(run(t, "pdftotext", "-enc", "UTF-8", save(t, document), "-")), " ")
}

func save(t *testing.T, document []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(file, document, 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), testenv.Program(t, program), args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}
