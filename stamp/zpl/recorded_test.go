package zpl

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"

	"segnatura/internal/testenv"
	"segnatura/stamp"
)

const (
	ready  = stamp.ConditionReady
	paused = stamp.ConditionPaused
	out    = stamp.ConditionMediaOut
	open   = stamp.ConditionHeadOpen
	ribbon = stamp.ConditionRibbonOut
	busy   = stamp.ConditionBusy
	low    = stamp.ConditionMediaLow
	silent = stamp.ConditionSilent
	gone   = stamp.ConditionOffline
)

// recordedStates is what each recorded answer means, by itself.
var recordedStates = map[string][]stamp.Condition{
	"hqes-media-low-warning.constructed.bin":            {ready, low},
	"hqes-media-out-head-open.constructed.bin":          {out, open},
	"hqes-ok.constructed.bin":                           {ready},
	"hqes-ok.oki-le840-manual-layout.bin":               {ready},
	"hqes-paused.constructed.bin":                       {paused},
	"hqes-ribbon-out.constructed.bin":                   {ribbon},
	"hs-batch-3-remaining.constructed.bin":              {busy},
	"hs-buffer-full.constructed.bin":                    {busy},
	"hs-over-temperature.constructed.bin":               {stamp.ConditionTooHot},
	"hs-paper-out-paused-head-up.constructed.bin":       {out, open, paused},
	"hs-paper-out.constructed.bin":                      {out},
	"hs-paused.constructed.bin":                         {paused},
	"hs-ready.constructed.bin":                          {ready},
	"hs-ready.quoted-browserprint-emulator.lf-only.bin": {ready},
	"hs-ready.quoted-open-msupply-pr3850.bin":           {ready},
	"hs-ribbon-out.constructed.bin":                     {ribbon, paused},
}

// recordedOthers are the files of the same folder that other tests read.
var recordedOthers = []string{
	"hi.constructed.bin",
	"lprint-generated-from-png.zpl",
	"lprint-generated.rendered.png",
	"lprint-status-query.bin",
	"segnatura-label.rendered.png",
	"segnatura-label.zpl",
}

func TestRecordedAnswers(t *testing.T) {
	for name, want := range recordedStates {
		t.Run(name, func(t *testing.T) {
			raw := recorded(t, name)
			state := parse(raw).state(raw)
			if !slices.Equal(state.Conditions, want) {
				t.Errorf("means %v, want %v", state.Conditions, want)
			}
			if state.Detail == "" || strings.ContainsAny(state.Detail, "\x02\x03\r\n") {
				t.Errorf("detail %q", state.Detail)
			}
			// Cut anywhere before its last ETX, no answer may pass for a whole one.
			for n := range bytes.LastIndexByte(raw, etx) {
				if got := parse(raw[:n]); got != (answers{}) {
					t.Fatalf("the first %d bytes alone mean %v", n, got.state(nil).Conditions)
				}
			}
		})
	}
}

func TestEveryRecordedFileIsRead(t *testing.T) {
	entries, err := os.ReadDir(testenv.Shared(t, "devices/zpl"))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 {
		t.Fatal("no recorded files")
	}
	for _, entry := range entries {
		if _, ok := recordedStates[entry.Name()]; !ok && !slices.Contains(recordedOthers, entry.Name()) {
			t.Errorf("%s is read by no test", entry.Name())
		}
	}
}

func TestRecordedIdentity(t *testing.T) {
	got, err := parseIdentity(recorded(t, "hi.constructed.bin"))
	if want := (Identity{Model: "GK420d-200dpi", Firmware: "V61.17.17Z", DotsPerMM: 8, Memory: "2104KB"}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, bad := range []string{"", "\x02GK420d,V61,none,2104KB\x03", "\x02GK420d,V61,8,2104KB"} {
		if got, err := parseIdentity([]byte(bad)); err == nil {
			t.Errorf("%q gives %+v", bad, got)
		}
	}
}

// TestQuestionsAreLPrints holds our questions against the bytes that LPrint sends: what it relies on, printers answer.
func TestQuestionsAreLPrints(t *testing.T) {
	if theirs := string(recorded(t, "lprint-status-query.bin")); theirs != askErrors+askStatus {
		t.Errorf("LPrint asks %q, we ask %q", theirs, askErrors+askStatus)
	}
}

func TestUnknownTroubleBlocks(t *testing.T) {
	for name, text := range map[string]string{
		"unknown bit":     "PRINTER STATUS ERRORS: 1 00000000 00000100 WARNINGS: 0 00000000 00000000",
		"second group":    "PRINTER STATUS ERRORS: 1 00000001 00000000 WARNINGS: 0 00000000 00000000",
		"flag without it": "PRINTER STATUS ERRORS: 1 00000000 00000000 WARNINGS: 0 00000000 00000000",
		"nonsense":        "PRINTER STATUS ERRORS: x 0 0 WARNINGS: 0 0 0",
		"no warnings":     "PRINTER STATUS ERRORS: 0 00000000 00000000",
		"empty":           "",
	} {
		raw := []byte("\x02" + text + "\x03")
		if condition, blocks := parse(raw).state(raw).Blocks(); !blocks {
			t.Errorf("%s: does not block (%s)", name, condition)
		}
	}
}

// TestRecordedPicture decodes LPrint's own ~DG download by our reading of the compression, and reads both codes in it.
func TestRecordedPicture(t *testing.T) {
	text := string(recorded(t, "lprint-generated-from-png.zpl"))
	_, text, ok := strings.Cut(text, "~DGR:LPRINT.GRF,")
	if !ok {
		t.Fatal("no ~DG")
	}
	fields := strings.SplitN(text, ",", 3)
	total, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	stride, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	data, _, _ := strings.Cut(fields[2], "^XA")
	b := &stamp.Bitmap{Width: stride * 8, Height: total / stride, Stride: stride}
	b.Bits, err = decompress(data, stride)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Bits) != total {
		t.Fatalf("%d bytes, want %d", len(b.Bits), total)
	}
	m := asImage(b)
	if got := decode(t, m, qrcode.NewQRCodeReader()); got != "c_a000|AOO|0001234|2026-11-21" {
		t.Errorf("QR reads %q", got)
	}
	if got := decode(t, m, oned.NewCode128Reader()); got != "PG20260001234" {
		t.Errorf("Code 128 reads %q", got)
	}
}

// TestRecordedPicturesRenderAlike draws the recorded ZPL anew and holds it against the recorded pictures.
func TestRecordedPicturesRenderAlike(t *testing.T) {
	for source, picture := range map[string]string{
		"segnatura-label.zpl":           "segnatura-label.rendered.png",
		"lprint-generated-from-png.zpl": "lprint-generated.rendered.png",
	} {
		t.Run(source, func(t *testing.T) {
			want, err := png.Decode(bytes.NewReader(recorded(t, picture)))
			if err != nil {
				t.Fatal(err)
			}
			size := want.Bounds().Size()
			got := render(t, recorded(t, source), float64(size.X)/8, float64(size.Y)/8, stamp.DPI203)
			if got.Bounds() != want.Bounds() {
				t.Fatalf("renders as %v, want %v", got.Bounds(), want.Bounds())
			}
			for y := range size.Y {
				for x := range size.X {
					if isDark(got, x, y) != isDark(want, x, y) {
						t.Fatalf("dot %d,%d differs", x, y)
					}
				}
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x02030,0,0,0406,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,1,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"))
	f.Add([]byte("\x02\r\n PRINTER STATUS\r\n ERRORS: 1 00000000 00000005\r\n WARNINGS: 0 00000000 00000000\r\n\x03"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		state := parse(raw).state(raw)
		if len(state.Conditions) == 0 {
			t.Error("no condition at all")
		}
		if _, blocks := state.Blocks(); blocks && slices.Contains(state.Conditions, ready) {
			t.Errorf("ready and blocked: %v", state.Conditions)
		}
		parseIdentity(raw)
	})
}

func recorded(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testenv.Shared(t, "devices/zpl"), name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func asImage(b *stamp.Bitmap) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, b.Width, b.Height))
	for i := range m.Pix {
		if !b.Black(i%m.Stride, i/m.Stride) {
			m.Pix[i] = 0xff
		}
	}
	return m
}

func isDark(m image.Image, x, y int) bool {
	r, _, _, _ := m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y).RGBA()
	return r < 0x8000
}

func decode(t *testing.T, m image.Image, reader gozxing.Reader) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(m)
	if err != nil {
		t.Fatal(err)
	}
	result, err := reader.Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Errorf("read %T: %v", reader, err)
		return ""
	}
	return result.GetText()
}
