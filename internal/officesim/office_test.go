package officesim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"

	"segnatura/internal/officesim"
	"segnatura/stamp"
)

func start(t testing.TB, cfg officesim.Config) *officesim.Office {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }
	}
	o, err := officesim.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

// labelBitmap is a label of 100 x 50 mm at 203 dpi with a QR of three dots a module at the lower right.
func labelBitmap(t testing.TB, text string) *stamp.Bitmap {
	t.Helper()
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	bm := stamp.NewBitmap(800, 400, stamp.DPI203)
	for x := range 400 {
		bm.SetBlack(20+x, 20)
		bm.SetBlack(20+x, 21)
	}
	const module = 4
	for y := range code.Bounds().Dy() * module {
		for x := range code.Bounds().Dx() * module {
			if r, _, _, _ := code.At(x/module, y/module).RGBA(); r == 0 {
				bm.SetBlack(560+x, 120+y)
			}
		}
	}
	return bm
}

// zpl writes a bitmap as the plainest ZPL there is.
func zpl(bm *stamp.Bitmap, copies int) string {
	return fmt.Sprintf("^XA^PW%d^LL%d^PQ%d^FO0,0^GFA,%d,%d,%d,%X^FS^XZ", bm.Width, bm.Height, copies, len(bm.Bits), len(bm.Bits), bm.Stride, bm.Bits)
}

func sendZPL(t testing.TB, o *officesim.Office, data string) {
	t.Helper()
	conn, err := net.Dial("tcp", o.PrinterAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, data); err != nil {
		t.Fatal(err)
	}
}

// printLabel prints one label and waits until it is out.
func printLabel(t testing.TB, o *officesim.Office, text string) officesim.Label {
	t.Helper()
	n := len(o.Labels()) + 1
	sendZPL(t, o, zpl(labelBitmap(t, text), 1))
	return waitLabels(t, o, n)[n-1]
}

func waitLabels(t testing.TB, o *officesim.Office, n int) []officesim.Label {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	labels, err := o.WaitLabels(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return labels
}

// settings is a scan request.
type settings struct {
	input  string
	mode   string
	dpi    int
	duplex bool
	region [2]int // 1/300 inch; zero for none
	format string
}

func (s settings) body() string {
	region := ""
	if s.region[0] > 0 {
		region = fmt.Sprintf(`<pwg:ScanRegions><pwg:ScanRegion><pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>`+
			`<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset><pwg:Width>%d</pwg:Width><pwg:Height>%d</pwg:Height></pwg:ScanRegion></pwg:ScanRegions>`,
			s.region[0], s.region[1])
	}
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><scan:ScanSettings xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm" `+
		`xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03">%s<pwg:InputSource>%s</pwg:InputSource><scan:ColorMode>%s</scan:ColorMode>`+
		`<scan:XResolution>%d</scan:XResolution><scan:YResolution>%d</scan:YResolution><scan:Duplex>%t</scan:Duplex>`+
		`<pwg:DocumentFormat>%s</pwg:DocumentFormat></scan:ScanSettings>`, region, s.input, s.mode, s.dpi, s.dpi, s.duplex, s.format)
}

// postJob asks for a run and returns the answer's status and Location.
func postJob(t testing.TB, o *officesim.Office, s settings) (int, string) {
	t.Helper()
	resp, err := http.Post(o.ScannerURL()+"/ScanJobs", "text/xml", strings.NewReader(s.body()))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

// nextPage fetches one page: the status, the bytes that came, and what ended them.
func nextPage(t testing.TB, o *officesim.Office, location string) (int, []byte, error) {
	t.Helper()
	resp, err := http.Get(strings.TrimSuffix(o.ScannerURL(), "/eSCL") + location + "/NextDocument")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, data, err
}

var feeder = settings{input: "Feeder", mode: "RGB24", dpi: 150, format: "image/jpeg"}

// scan runs the feeder to its end.
func scan(t testing.TB, o *officesim.Office, s settings) [][]byte {
	t.Helper()
	status, location := postJob(t, o, s)
	if status != http.StatusCreated {
		t.Fatalf("a new job got status %d", status)
	}
	var pages [][]byte
	for {
		status, data, err := nextPage(t, o, location)
		if err != nil {
			t.Fatal(err)
		}
		if status == http.StatusNotFound {
			return pages
		}
		if status != http.StatusOK {
			t.Fatalf("page %d got status %d", len(pages)+1, status)
		}
		pages = append(pages, data)
	}
}

func decode(t testing.TB, data []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// codes reads every QR on the upper half of a page, where letters carry them, or on a whole label.
func codes(t testing.TB, img image.Image) []string {
	t.Helper()
	g := grey(img)
	if b := g.Rect; b.Dy() > b.Dx() {
		g = g.SubImage(image.Rect(b.Min.X, b.Min.Y, b.Max.X, b.Min.Y+b.Dy()/2)).(*image.Gray)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(g)
	if err != nil {
		t.Fatal(err)
	}
	results, err := qrcode.NewQRCodeMultiReader().DecodeMultiple(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	var none gozxing.NotFoundException
	if err != nil && !errors.As(err, &none) {
		t.Fatal(err)
	}
	var texts []string
	for _, r := range results {
		texts = append(texts, r.GetText())
	}
	return texts
}

// grey is a picture's brightness, without a copy where there is one already.
func grey(img image.Image) *image.Gray {
	switch img := img.(type) {
	case *image.Gray:
		return img
	case *image.YCbCr:
		return &image.Gray{Pix: img.Y, Stride: img.YStride, Rect: img.Rect}
	}
	g := image.NewGray(img.Bounds())
	draw.Draw(g, g.Rect, img, g.Rect.Min, draw.Src)
	return g
}

// darkShare is the share of pixels that are darker than half.
func darkShare(img image.Image) float64 {
	g, dark := grey(img), 0
	for y := range g.Rect.Dy() {
		for _, v := range g.Pix[y*g.Stride : y*g.Stride+g.Rect.Dx()] {
			if v < 128 {
				dark++
			}
		}
	}
	return float64(dark) / float64(g.Rect.Dx()*g.Rect.Dy())
}
