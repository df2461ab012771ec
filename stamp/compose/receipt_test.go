package compose

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/stamp"
	"segnatura/stamp/layout"
)

// TestEveryReceiptIsRead: on each receipt's layout the whole of L-17 stands at both coarse resolutions, and what came out is read back by a program that knows
// nothing of it.
func TestEveryReceiptIsRead(t *testing.T) {
	set, err := layout.Defaults(fits)
	if err != nil {
		t.Fatal(err)
	}
	tesseract := testenv.Program(t, "tesseract")
	data := stamp.ReceiptData{Body: "Comune di Esempio", AOOCode: "AE99901", Subject: "Domanda di residenza", Sender: "Lucia Bianchi", Attachments: 2,
		Reference: "Prot. n. 0001234 del 21/11/2026", Operator: "Anna Esempio"}
	receipts := 0
	for _, l := range set.All() {
		if l.Kind != stamp.KindReceipt {
			continue
		}
		receipts++
		for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
			t.Run(fmt.Sprintf("%s-%d", l.Name, res.DPI), func(t *testing.T) {
				arranged := l.Arrange(data.Label(l.Size, "21/11/2026", "11:59"))
				d, err := plan(arranged, res)
				if err != nil {
					t.Fatal(err)
				}
				b := d.draw()
				check(t, d, b)
				for i, line := range arranged.Lines {
					if textOf(d, i) != line.Text {
						t.Errorf("line %q stands as %q", line.Text, textOf(d, i))
					}
				}
				file := filepath.Join(t.TempDir(), "receipt.png")
				f, err := os.Create(file)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if err := EncodePNG(f, enlarged(b, 600/res.DPI+1)); err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(tesseract, file, "stdout", "-l", "ita", "--psm", "6", "--dpi", "600")
				cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
				read, err := cmd.Output()
				if err != nil {
					t.Fatalf("tesseract: %v", err)
				}
				words := strings.Join(strings.Fields(string(read)), " ")
				for _, want := range []string{"RICEVUTA", "Comune di Esempio", "21/11/2026", "11:59", "Domanda di residenza", "Lucia Bianchi", "0001234", "procedimento", "Anna Esempio"} {
					if !strings.Contains(words, want) {
						t.Errorf("%q is not read in %q", want, words)
					}
				}
			})
		}
	}
	if receipts < 7 {
		t.Errorf("%d layouts of receipts", receipts)
	}
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
