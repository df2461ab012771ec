package compose

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/testenv"
	"segnatura/stamp"
	"segnatura/stamp/layout"
)

// slips are what somebody takes away from the counter on a label: as long as the label has room for, and what has to be read on each.
func slips(size stamp.Size) map[string]slip {
	at := time.Date(2026, 11, 21, 10, 59, 50, 0, time.UTC)
	day, hour := func(time.Time) string { return "21/11/2026" }, func(time.Time) string { return "11:59" }
	plichi := func(reference string, n int) stamp.BidReceipt {
		r := stamp.BidReceipt{Body: "Comune di Esempio", AOOCode: "AE99901", Handover: "12/2026", ReceivedAt: at, Operator: "Anna Esempio"}
		for i := range n {
			r.Plichi = append(r.Plichi, stamp.BidReceiptItem{Code: fmt.Sprintf("%d/2026", 41+i), Sender: "Costruzioni Generali dell’Appennino e Figli S.r.l.",
				Tender: "Affidamento in concessione del bar della stazione con annesso parcheggio", Reference: reference})
		}
		return r
	}
	known := plichi("Prot. n. 0001234 del 21/11/2026", 1)
	doubtful := plichi("", 2)
	doubtful.Contested, doubtful.Manual = true, "foglio n. 3/2026, riga 2, senza secondi"
	body := []string{"Comune di Esempio", "21/11/2026"}
	return map[string]slip{
		"lettera": {stamp.ReceiptData{Body: "Comune di Esempio", AOOCode: "AE99901", Subject: "Domanda di residenza", Sender: "Lucia Bianchi", Attachments: 2,
			Reference: "Prot. n. 0001234 del 21/11/2026", Operator: "Anna Esempio"}.Labels(size, "21/11/2026", "11:59"), true,
			append(body, "RICEVUTA", "11:59", "Domanda di residenza", "Lucia Bianchi", "0001234", "procedimento", "Anna Esempio")},
		"un plico": {known.Labels(size, "21/11/2026", "11:59:50"), true,
			append(body, "RICEVUTA", "11:59:50", "n. 1 plico chiuso, non aperto", "41/2026", "0001234", "Consegna n. 12/2026, ore 11:59:50", "procedimento", "Anna Esempio")},
		"plichi in dubbio": {doubtful.Labels(size, "21/11/2026", "11:59:50"), true, append(body, "11:59:50", "n. 2 plichi chiusi", "41/2026", "42/2026", "contestata", "riga 2", "in corso")},
		"quindici plichi":  {plichi("", 15).Labels(size, "21/11/2026", "11:59:50"), true, append(body, "11:59:50", "n. 15 plichi chiusi, non aperti", "41/2026", "55/2026", "in corso", "Anna Esempio")},
		"timbro": {stamp.CopyStamp{Body: "Comune di Esempio", AOOCode: "AE99901", Intake: "R 12/2026", ArrivedAt: at, Operator: "anna"}.Labels(size, "21/11/2026", "11:59"), false,
			append(body, "11:59", "anna", "non soggetto a protocollazione", "alcun valore giuridico")},
		"copia": {stamp.FirstPageCopy{Body: "Comune di Esempio", AOOCode: "AE99901", Reference: "Prot. n. 0001234 del 21/11/2026", Segnatura: "c_a000-AE99901-PROT-0001234-21/11/2026",
			PresentedAt: at, IssuedAt: at, Operator: "anna"}.Labels(size, day, hour), false, append(body, "COPIA", "0001234", "PROT", "Copia semplice", "anna")},
	}
}

// slip is every length that it may have, whether a layout of receipts lays it out, and what has to be read.
type slip struct {
	labels []stamp.Label
	laid   bool
	wants  []string
}

// TestEverySlipIsRead: on each size of label there is a length that fits at both coarse resolutions: nothing overlaps or leaves the label, no line of it is cut, it
// bears no code, and what came out is read back by a program that knows nothing of it.
func TestEverySlipIsRead(t *testing.T) {
	set, err := layout.Defaults(fits)
	if err != nil {
		t.Fatal(err)
	}
	tesseract := testenv.Program(t, "tesseract")
	receipts := 0
	for _, l := range set.All() {
		if l.Kind != stamp.KindReceipt {
			continue
		}
		receipts++
		for what, s := range slips(l.Size) {
			for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
				t.Run(fmt.Sprintf("%s-%s-%d", what, l.Name, res.DPI), func(t *testing.T) {
					arranged, d := longest(t, l, s, res)
					b := d.draw()
					check(t, d, b)
					if d.qr != nil || d.bars != nil {
						t.Error("it bears a code")
					}
					for i, line := range arranged.Lines {
						if textOf(d, i) != line.Text {
							t.Errorf("line %q stands as %q", line.Text, textOf(d, i))
						}
					}
					if res == stamp.DPI300 || what == "lettera" {
						read := readText(t, tesseract, enlarged(b, 600/res.DPI+1))
						for _, want := range s.wants {
							if !strings.Contains(read, want) && (what == "lettera" || !strings.Contains(alike.Replace(read), alike.Replace(want))) {
								t.Errorf("%q is not read in %q", want, read)
							}
						}
					}
				})
			}
		}
	}
	if receipts < 7 {
		t.Errorf("%d layouts of receipts", receipts)
	}
}

// alike are the digits that the reader takes for one another in type of 2 mm, whose 0 is slashed; which one stands there the drawing itself says.
var alike = strings.NewReplacer("9", "0", "8", "0")

// longest finds the longest label that fits, as the station does: by its layout, else by the program's own rule.
func longest(t *testing.T, l stamp.Layout, s slip, res stamp.Resolution) (stamp.Label, *drawing) {
	t.Helper()
	layouts := []stamp.Layout{{}}
	if s.laid {
		layouts = []stamp.Layout{l, {}}
	}
	var refusal error
	for _, label := range s.labels {
		for _, l := range layouts {
			arranged := l.Arrange(label)
			d, err := plan(arranged, res)
			if err == nil {
				return arranged, d
			}
			refusal = err
		}
	}
	t.Fatal(refusal)
	return stamp.Label{}, nil
}

// readText has tesseract read a label.
func readText(t *testing.T, tesseract string, b *stamp.Bitmap) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "slip.png")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := EncodePNG(f, b); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tesseract, file, "stdout", "-l", "ita", "--psm", "6", "--dpi", "600")
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	read, err := cmd.Output()
	if err != nil {
		t.Fatalf("tesseract: %v", err)
	}
	return strings.Join(strings.Fields(string(read)), " ")
}

// enlarged draws every dot as a square: a reader of text wants more dots than a label's smallest type has.
func enlarged(b *stamp.Bitmap, by int) *stamp.Bitmap {
	out := stamp.NewBitmap(b.Width*by, b.Height*by, b.Resolution)
	for y := range out.Height {
		for x := range out.Width {
			if b.Black(x/by, y/by) {
				out.SetBlack(x, y)
			}
		}
	}
	return out
}
