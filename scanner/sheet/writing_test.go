package sheet_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// sheetOf describes a written page that tests draw.
type written struct {
	dpi      float64
	degrees  float64 // clockwise
	points   float64 // of the letters; 0 is 11
	ink      uint8   // grey of the ink
	paper    uint8   // 0 is 244
	lines    int     // 0 is as many as there is room for
	marginMM float64 // at the left; 0 is 20
	label    bool    // our label stands at the top right
}

const prose = `Con la presente si trasmette la documentazione richiesta, relativa alla domanda di contributo per la manutenzione
straordinaria del tetto della scuola elementare di via Garibaldi. Si prega di voler comunicare, entro trenta giorni dal ricevimento,
l'esito dell'istruttoria e il nominativo del responsabile del procedimento. Il Consiglio ha deliberato che i lavori debbano avere
inizio prima della fine dell'anno, compatibilmente con le condizioni del tempo; ogni altra spesa resta a carico del Comune. Distinti saluti.`

// page draws an A4 page of writing with the camera's noise, the paper lying askew.
func (w written) page(tb testing.TB) *image.Gray {
	tb.Helper()
	mm := w.dpi / 25.4
	paper := w.paper
	if paper == 0 {
		paper = 244
	}
	points := w.points
	if points == 0 {
		points = 11
	}
	margin := w.marginMM
	if margin == 0 {
		margin = 20
	}
	m := image.NewGray(image.Rect(0, 0, int(210*mm), int(297*mm)))
	draw.Draw(m, m.Rect, image.NewUniform(color.Gray{paper}), image.Point{}, draw.Src)
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		tb.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: points, DPI: w.dpi})
	if err != nil {
		tb.Fatal(err)
	}
	d := font.Drawer{Dst: m, Src: image.NewUniform(color.Gray{w.ink}), Face: face}
	words := strings.Fields(prose)
	leading, right := points/72*25.4*1.35, 190*mm
	lines := 0
	for y, at := 45.0, 0; y < 265 && (w.lines == 0 || lines < w.lines); y, lines = y+leading, lines+1 {
		d.Dot = fixed.P(int(margin*mm), int(y*mm))
		for {
			word := words[at%len(words)] + " "
			if d.Dot.X+d.MeasureString(word) > fixed.I(int(right)) {
				break
			}
			d.DrawString(word)
			at++
		}
		if lines%7 == 6 { // a paragraph ends
			y += leading / 2
		}
	}
	if w.label {
		fill(m, image.Rect(int(140*mm), int(10*mm), int(196*mm), int(34*mm)), 250)
		r := rand.New(rand.NewPCG(7, 7))
		for v := range 25 {
			for u := range 25 {
				if r.IntN(2) == 0 {
					fill(m, image.Rect(int((142+0.6*float64(u))*mm), int((13+0.6*float64(v))*mm), int((142.6+0.6*float64(u))*mm), int((13.6+0.6*float64(v))*mm)), 20)
				}
			}
		}
	}
	if w.degrees != 0 {
		m = turned(m, w.degrees, paper)
	}
	noisy(m)
	return m
}

// turned is the page turned clockwise about its middle.
func turned(m *image.Gray, degrees float64, paper uint8) *image.Gray {
	out := image.NewGray(m.Rect)
	draw.Draw(out, out.Rect, image.NewUniform(color.Gray{paper}), image.Point{}, draw.Src)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(m.Rect.Dx())/2, float64(m.Rect.Dy())/2
	xdraw.BiLinear.Transform(out, f64.Aff3{cos, -sin, cx - cos*cx + sin*cy, sin, cos, cy - sin*cx - cos*cy}, m, m.Rect, xdraw.Src, nil)
	return out
}

func noisy(m *image.Gray) {
	r := rand.New(rand.NewPCG(5, 6))
	var noise [4099]int
	for i := range noise {
		noise[i] = int(r.NormFloat64() * 4)
	}
	for i, v := range m.Pix {
		m.Pix[i] = uint8(min(max(int(v)+noise[i%len(noise)], 0), 255))
	}
}

// quarters turns the page by 90 degrees clockwise, n times.
func quarters(m *image.Gray, n int) *image.Gray {
	for range n {
		w, h := m.Rect.Dx(), m.Rect.Dy()
		out := image.NewGray(image.Rect(0, 0, h, w))
		for y := range h {
			for x := range w {
				out.Pix[x*h+h-1-y] = m.Pix[y*w+x]
			}
		}
		m = out
	}
	return m
}

// bitonal is the page as a scanner makes it of one bit.
func bitonal(m *image.Gray) *image.Gray {
	out := image.NewGray(m.Rect)
	for i, v := range m.Pix {
		if v >= 150 {
			out.Pix[i] = 255
		}
	}
	return out
}

// blurred is the page out of focus: three averages over 2*radius+1 pixels each way.
func blurred(m *image.Gray, radius int) *image.Gray {
	for range 3 {
		m = quarters(averaged(quarters(averaged(m, radius), 1), radius), 3)
	}
	return m
}

func averaged(m *image.Gray, radius int) *image.Gray {
	out := image.NewGray(m.Rect)
	w := m.Rect.Dx()
	for y := range m.Rect.Dy() {
		row, sum := m.Pix[y*w:][:w], 0
		for x := -radius; x < w; x++ {
			if x+radius < w {
				sum += int(row[x+radius])
			}
			if x-radius-1 >= 0 {
				sum -= int(row[x-radius-1])
			}
			if x >= 0 {
				out.Pix[y*w+x] = uint8(sum / (min(x+radius, w-1) - max(x-radius, 0) + 1))
			}
		}
	}
	return out
}
