package pdf_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

// scanned is a page of a colour that no other part of a copy has.
func scanned(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func firstPage(t *testing.T, width, height int) stamp.FirstPageCopy {
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = 0x80
	}
	at := time.Date(2026, 3, 2, 8, 15, 0, 0, time.UTC)
	return stamp.FirstPageCopy{Body: "Comune di Esempio", AOOCode: "AOO1", Reference: "Prot. n. 0000012 del 02/03/2026", Segnatura: "C_X000|AOO1|PG|0000012|2026-03-02",
		PresentedAt: at, JPEG: scanned(t, m), IssuedAt: at.Add(time.Hour), Operator: "anna"}
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// R7.1: the page with the segnatura below it; whatever its shape and colours, it stays on the sheet and above the words.
func TestFirstPageCopy(t *testing.T) {
	colours := image.NewRGBA(image.Rect(0, 0, 200, 300))
	for y := range 300 {
		for x := range 200 {
			colours.Set(x, y, color.RGBA{200, 30, 30, 255})
		}
	}
	for name, c := range map[string]stamp.FirstPageCopy{
		"upright": firstPage(t, 1654, 2339), "lying": firstPage(t, 2339, 1654), "a slip": firstPage(t, 400, 2000),
		"in colours": func() stamp.FirstPageCopy { c := firstPage(t, 1, 1); c.JPEG = scanned(t, colours); return c }(),
		"a trial": func() stamp.FirstPageCopy {
			c := firstPage(t, 1654, 2339)
			c.Banner = "PROVA – SENZA VALORE"
			return c
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			file := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.FirstPageCopy(w, c) })
			sound(t, file)
			said := flat(words(t, file))
			for _, want := range []string{"COPIA DELLA PRIMA PAGINA – Prot. n. 0000012 del 02/03/2026", "Segnatura: C_X000|AOO1|PG|0000012|2026-03-02",
				"Presentato il 02/03/2026 alle ore 09:15. Copia semplice per chi lo ha consegnato, rilasciata il 02/03/2026 alle ore 10:15. L’operatore anna", c.Banner} {
				if !strings.Contains(said, want) {
					t.Errorf("no %q in %q", want, said)
				}
			}
			x, y, wide, high := grey(t, file)
			if x < 11 || y < 11 || x+wide > 199 || y+high > 297-12-34+1 || wide < 30 {
				t.Errorf("the page lies at %.0f,%.0f, %.0f x %.0f mm", x, y, wide, high)
			}
		})
	}
	c := firstPage(t, 10, 10)
	c.JPEG = []byte("no picture")
	if _, err := pdf.FirstPageCopy(io.Discard, c); err == nil {
		t.Error("what is no picture is placed")
	}
}

// grey is where the picture is seen, in millimetres.
func grey(t *testing.T, document []byte) (x, y, width, height float64) {
	t.Helper()
	file := save(t, document)
	base := filepath.Join(t.TempDir(), "page")
	run(t, "pdftoppm", "-r", "25.4", "-png", "-singlefile", file, base)
	raw, err := os.Open(base + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	m, _, err := image.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	seen := func(px, py int) bool {
		r, g, b, _ := m.At(px, py).RGBA()
		middle := r > 0x7000 && r < 0x9000 && g > 0x7000 && g < 0x9000 && b > 0x7000 && b < 0x9000
		return middle || r > 0xb000 && g < 0x4000
	}
	box := image.Rectangle{}
	for py := range m.Bounds().Dy() {
		for px := range m.Bounds().Dx() {
			inside := true // the edges of letters are grey as well, but no patch of them is
			for i := range 16 {
				inside = inside && seen(px+i%4, py+i/4)
			}
			if inside {
				box = box.Union(image.Rect(px, py, px+4, py+4))
			}
		}
	}
	return float64(box.Min.X), float64(box.Min.Y), float64(box.Dx()), float64(box.Dy())
}

// R7.3: the stamp has the body, the instant and whose initials they are, and says in the manual's words that it is worth nothing.
func TestCopyStampSaysWhatItIsWorth(t *testing.T) {
	c := stamp.CopyStamp{Body: "Comune di Esempio", AOOCode: "AOO1", Intake: "R 7/2026", ArrivedAt: time.Date(2026, 3, 2, 8, 15, 0, 0, time.UTC), Operator: "anna", Banner: "PROVA – SENZA VALORE"}
	file := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.CopyStamp(w, c) })
	sound(t, file)
	said := flat(words(t, file))
	for _, want := range []string{"Comune di Esempio, AOO AOO1", "Arrivato il 02/03/2026 alle ore 09:15 – sigla dell’operatore: anna", "Ricezione n. R 7/2026, che non è un numero di protocollo",
		"non ha alcun valore giuridico e non comporta alcuna responsabilità del personale dell’UOP in merito alla ricezione e all’assegnazione del documento.", "PROVA – SENZA VALORE"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
	c.ArrivedAt = time.Time{}
	if _, err := pdf.CopyStamp(io.Discard, c); err == nil {
		t.Error("without its instant it is stamped")
	}
}

// R1.16: one sheet to be filled in and signed by hand.
func TestPresentationSheetIsOneBlankPage(t *testing.T) {
	p := stamp.PresentationSheet{Body: "Comune di Esempio", AOOCode: "AOO1", AOOName: "Area unica", MadeAt: time.Date(2026, 3, 2, 8, 15, 0, 0, time.UTC), Banner: "PROVA – SENZA VALORE"}
	file := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.PresentationSheet(w, p) })
	sound(t, file)
	if n := len(pagesOf(t, file)); n != 1 {
		t.Errorf("%d pages", n)
	}
	said := flat(words(t, file))
	for _, want := range []string{"DOCUMENTO DI PRESENTAZIONE DI UN SUPPORTO RIMOVIBILE", "A: Comune di Esempio, AOO AOO1 Area unica", "Nome e cognome ___", "Oggetto ___", "[ ] chiavetta USB",
		"Firma autografa, leggibile ___"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
	if _, err := pdf.PresentationSheet(io.Discard, stamp.PresentationSheet{}); err == nil {
		t.Error("nobody's sheet is written")
	}
}
