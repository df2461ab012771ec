package convert_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/writer/ccitt"
)

func TestTIFFPagesResolutionAndThumbnails(t *testing.T) {
	grey := noise(width)
	dpi := func(x, y uint32) []field {
		return []field{{282, 5, []uint32{x, 2}}, {283, 5, []uint32{y, 2}}, short(296, 3)} // halves per centimetre
	}
	file := buildTIFF(binary.BigEndian,
		page{layout(1, 8, 1, 1, dpi(200, 100)...), [][]byte{grey}},
		page{layout(1, 8, 1, 1, short(254, 1)), [][]byte{grey}}, // a thumbnail
		page{layout(1, 8, 1, 1, short(274, 6)), [][]byte{grey}},
	)
	var pages []int
	var out bytes.Buffer
	result, err := convert.Engine{}.Convert(t.Context(), job(input("scan.tif", file)), &out, func(p int) { pages = append(pages, p) })
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Pages) != 2 || fmt.Sprint(pages) != "[1 2]" || result.Pages[1].PageInInput != 2 {
		t.Fatalf("pages %+v, progress %v", result.Pages, pages)
	}
	p := result.Pages[0]
	if abs(p.WidthMM-width/100.0*10) > 0.01 || abs(p.HeightMM-height/50.0*10) > 0.01 || p.DPIAssumed {
		t.Errorf("at 100 x 50 dots per centimetre: %+v", p)
	}
	if !result.Pages[1].DPIAssumed || !bytes.Contains(out.Bytes(), []byte("/Rotate 90")) {
		t.Errorf("page without resolution, of orientation 6: %+v", result.Pages[1])
	}
}

// What a TIFF says of its resolution counts only when it can be true.
func TestTIFFOddResolutions(t *testing.T) {
	stated := func(unit uint32, x, y, by uint32) []byte {
		return oneStrip(binary.LittleEndian, noise(width), layout(1, 8, 1, 1, field{282, 5, []uint32{x, by}}, field{283, 5, []uint32{y, by}},
			short(296, unit)))
	}
	tests := map[string]struct {
		file    []byte
		xDPI    float64
		assumed bool
	}{
		"inches":               {stated(2, 200, 200, 1), 200, false},
		"thirds of a dot":      {stated(2, 599, 601, 3), 599.0 / 3, false},
		"centimetres":          {stated(3, 11811, 11811, 100), 299.9994, false},
		"no unit":              {stated(1, 200, 200, 1), 300, true},
		"a unit of its own":    {stated(9, 200, 200, 1), 300, true},
		"nothing to divide by": {stated(2, 200, 200, 0), 300, true},
		"a dot an inch":        {stated(2, 1, 1, 1), 300, true},
		"one side only":        {stated(2, 200, 0, 1), 300, true},
	}
	for name, test := range tests {
		_, result := run(t, job(input("scan.tif", test.file)))
		if p := result.Pages[0]; abs(p.WidthMM-width/test.xDPI*25.4) > 0.001 || p.DPIAssumed != test.assumed {
			t.Errorf("%s: %.3f mm, assumed %v, want %.1f dpi", name, p.WidthMM, p.DPIAssumed, test.xDPI)
		}
	}
}

func TestTIFFRefusals(t *testing.T) {
	grey := noise(width)
	one := func(fields []field) []byte { return buildTIFF(binary.LittleEndian, page{fields, [][]byte{grey}}) }
	loop := one(layout(1, 8, 1, 1))
	copy(loop[len(loop)-4:], loop[4:8])
	tests := map[string]struct {
		file []byte
		want pdfa.RefusalReason
	}{
		"circle":              {loop, pdfa.RefusedCorrupt},
		"rows missing":        {one(layout(3, 8, 2, 1)), pdfa.RefusedTruncated},
		"inks not CMYK":       {one(layout(4, 8, 5, 1, short(332, 2))), pdfa.RefusedUnsupported},
		"L*a*b*":              {one(layout(3, 8, 8, 1)), pdfa.RefusedUnsupported},
		"YCbCr, no JPEG":      {one(layout(3, 8, 6, 1)), pdfa.RefusedUnsupported},
		"floating point":      {one(layout(1, 8, 1, 1, short(339, 3))), pdfa.RefusedUnsupported},
		"tiles of odd width":  {one(layout(1, 8, 1, 1, short(322, 60), short(323, 64))), pdfa.RefusedUnsupported},
		"tiles missing":       {one(layout(1, 8, 1, 1, short(322, 32), short(323, 32))), pdfa.RefusedTruncated},
		"planes missing":      {one(layout(3, 8, 2, 1, short(284, 2))), pdfa.RefusedTruncated},
		"planes of bits":      {one(layout(3, 1, 2, 1, short(284, 2))), pdfa.RefusedUnsupported},
		"old JPEG, no tables": {one(layout(1, 8, 1, 6)), pdfa.RefusedUnsupported},
		"G4 of grey":          {one(layout(1, 8, 1, 4)), pdfa.RefusedCorrupt},
		"corrupt Deflate":     {one(layout(1, 8, 1, 8)), pdfa.RefusedCorrupt},
		"short palette":       {one(layout(1, 8, 3, 1, field{320, 3, make([]uint32, 30)})), pdfa.RefusedCorrupt},
		"too many pixels":     {one(layout(1, 8, 1, 1, field{256, 4, []uint32{60000}}, field{257, 4, []uint32{60000}})), pdfa.RefusedTooLarge},
		"no page":             {buildTIFF(binary.LittleEndian, page{layout(1, 8, 1, 1, short(254, 1)), [][]byte{grey}}), pdfa.RefusedCorrupt},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { wantRefused(t, test.file, test.want) })
	}
}

func wantRefused(t *testing.T, file []byte, want pdfa.RefusalReason) {
	t.Helper()
	_, err := convert.Engine{}.Convert(t.Context(), job(input("scan", file)), io.Discard, nil)
	refused, ok := errors.AsType[*pdfa.RefusedError](err)
	if !ok || refused.Reason != want || refused.File != "scan" || refused.Detail == "" {
		t.Errorf("%v, want a refusal as %q", err, want)
	}
}

// Every PNG that image/png reads alike gives the picture that image/png reads, laid on white; 16 bits stay 16 bits.
func TestPNGFormats(t *testing.T) {
	palette := chunk("PLTE", []byte{0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255})
	tests := map[string]struct {
		file     []byte
		encoding string
	}{
		"grey 1":         {buildPNG(t, width, height, 1, 0, 0, plainRows((width+7)/8, false)), "ccitt g4"},
		"grey 2":         {buildPNG(t, width, height, 2, 0, 0, plainRows((width+3)/4, false)), "flate"},
		"grey 4":         {buildPNG(t, width, height, 4, 0, 0, plainRows((width+1)/2, false)), "flate"},
		"grey 8":         {buildPNG(t, width, height, 8, 0, 0, plainRows(width, false)), "flate"},
		"grey 16":        {buildPNG(t, width, height, 16, 0, 0, plainRows(2*width, false)), "flate"},
		"RGB 8":          {buildPNG(t, width, height, 8, 2, 0, plainRows(3*width, false)), "flate"},
		"RGB 16":         {buildPNG(t, width, height, 16, 2, 0, plainRows(6*width, false)), "flate"},
		"palette 8":      {buildPNG(t, width, height, 8, 3, 0, plainRows(width, true), palette), "flate"},
		"palette 2":      {buildPNG(t, width, height, 2, 3, 0, plainRows((width+3)/4, false), palette), "flate"},
		"palette, alpha": {buildPNG(t, width, height, 8, 3, 0, plainRows(width, true), palette, chunk("tRNS", []byte{0, 128})), "flate"},
		"black and white": {buildPNG(t, width, height, 1, 3, 0, plainRows((width+7)/8, false),
			chunk("PLTE", []byte{255, 255, 255, 0, 0, 0})), "ccitt g4"},
		"grey, alpha 8":  {buildPNG(t, width, height, 8, 4, 0, plainRows(2*width, false)), "flate"},
		"grey, alpha 16": {buildPNG(t, width, height, 16, 4, 0, plainRows(4*width, false)), "flate"},
		"RGB, alpha 8":   {buildPNG(t, width, height, 8, 6, 0, plainRows(4*width, false)), "flate"},
		"RGB, alpha 16":  {buildPNG(t, width, height, 16, 6, 0, plainRows(8*width, false)), "flate"},
		"grey, key":      {buildPNG(t, width, height, 8, 0, 0, plainRows(width, true), chunk("tRNS", []byte{0, 2})), "flate"},
		"interlaced 8":   {buildPNG(t, width, height, 8, 2, 1, interlacedRows(24)), "flate"},
		"interlaced 2":   {buildPNG(t, width, height, 2, 0, 1, interlacedRows(2)), "flate"},
		"interlaced 1":   {buildPNG(t, width, height, 1, 0, 1, interlacedRows(1)), "ccitt g4"},
		"filtered":       {filteredPNG(t), "flate"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want, err := png.Decode(bytes.NewReader(test.file))
			if err != nil {
				t.Fatal(err)
			}
			pdf, result := run(t, job(input("scan.png", test.file)))
			if result.Pages[0].Encoding != test.encoding {
				t.Errorf("stored as %s, want %s", result.Pages[0].Encoding, test.encoding)
			}
			if test.encoding == "flate" {
				comparePixels(t, pdf, images(t, pdf, false)[0], want)
				return
			}
			rows := make([]byte, (width+7)/8*height)
			for y := range height {
				for x := range width {
					if r, _, _, _ := want.At(x, y).RGBA(); r == 0 {
						rows[y*((width+7)/8)+x/8] |= 0x80 >> (x % 8)
					}
				}
			}
			if !bytes.Equal(images(t, pdf, true)[0], g4(t, rows)) {
				t.Error("other pixels")
			}
		})
	}
}

// comparePixels reads samples by the image's own dictionary and compares them with want on white.
func comparePixels(t *testing.T, pdf, samples []byte, want image.Image) {
	t.Helper()
	dictionary := string(pdf[bytes.Index(pdf, []byte("<</Type /XObject")):])
	dictionary = dictionary[:strings.Index(dictionary, "stream")]
	bits, components := 8, 3
	for _, n := range []int{1, 2, 4, 16} {
		if strings.Contains(dictionary, fmt.Sprintf("/BitsPerComponent %d ", n)) {
			bits = n
		}
	}
	if strings.Contains(dictionary, "/Colors 1 ") {
		components = 1
	}
	var table []byte
	if _, hex, ok := strings.Cut(dictionary, "/Indexed /DeviceRGB 3 <"); ok {
		fmt.Sscanf(hex[:24], "%x", &table)
	}
	stride := (width*components*bits + 7) / 8
	at := func(x, y, c int) uint32 {
		i := (x*components + c) * bits
		row := samples[y*stride:]
		if bits == 16 {
			return uint32(row[i/8])<<8 | uint32(row[i/8+1])
		}
		v := uint32(row[i/8]) >> (8 - bits - i%8) & (1<<bits - 1)
		return v * (0xFFFF / (1<<bits - 1))
	}
	for y := range height {
		for x := range width {
			var got [3]uint32
			for c := range 3 {
				switch {
				case table != nil:
					index := at(x, y, 0) / (0xFFFF / (1<<bits - 1))
					got[c] = uint32(table[3*index+uint32(c)]) * 257
				default:
					got[c] = at(x, y, c%components)
				}
			}
			r, g, b, a := want.At(x, y).RGBA() // premultiplied; white shows through
			for c, v := range [3]uint32{r, g, b} {
				v += 0xFFFF - a
				if d := int(got[c]) - int(v); d > 257 || d < -257 || a == 0xFFFF && d != 0 {
					t.Fatalf("at %d, %d: component %d is %#x, want %#x", x, y, c, got[c], v)
				}
			}
		}
	}
}

func TestPNGRefusals(t *testing.T) {
	grey := plainRows(width, false)
	good := buildPNG(t, width, height, 8, 0, 0, grey)
	flip := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	tests := map[string]struct {
		file []byte
		want pdfa.RefusalReason
	}{
		"checksum":          {flip(60), pdfa.RefusedCorrupt},
		"too few rows":      {buildPNG(t, width, height, 8, 0, 0, grey[:500]), pdfa.RefusedTruncated},
		"too many rows":     {buildPNG(t, width, height, 8, 0, 0, append(bytes.Clone(grey), 0)), pdfa.RefusedCorrupt},
		"no such filter":    {buildPNG(t, width, height, 8, 0, 0, append([]byte{9}, grey[1:]...)), pdfa.RefusedCorrupt},
		"no such depth":     {buildPNG(t, width, height, 3, 0, 0, grey), pdfa.RefusedCorrupt},
		"no palette":        {buildPNG(t, width, height, 8, 3, 0, grey), pdfa.RefusedCorrupt},
		"unknown, critical": {buildPNG(t, width, height, 8, 0, 0, grey, chunk("ABCD", nil)), pdfa.RefusedUnsupported},
		"400 megapixels":    {buildPNG(t, 20000, 20000, 1, 0, 0, nil), pdfa.RefusedTooLarge},
		"large, interlaced": {buildPNG(t, 9000, 9000, 16, 6, 1, nil), pdfa.RefusedTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { wantRefused(t, test.file, test.want) })
	}
}

// What is too large is refused before anything of its size is allocated.
func TestBoundsComeBeforeAllocation(t *testing.T) {
	bomb := buildPNG(t, 65000, 65000, 16, 6, 0, nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	wantRefused(t, bomb, pdfa.RefusedTooLarge)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// A file that is cut anywhere is refused, unless only what stands behind the last pixel is gone.
func TestCutFilesAreRefused(t *testing.T) {
	for name, file := range samples(t) {
		for n := 0; n < len(file)-13; n += 1 + len(file)/50 {
			_, err := convert.Engine{}.Convert(t.Context(), job(input("scan", file[:n])), io.Discard, nil)
			if _, ok := errors.AsType[*pdfa.RefusedError](err); !ok {
				t.Errorf("%s cut after %d of %d bytes: %v", name, n, len(file), err)
			}
		}
	}
}

func TestJPEGThatEndsEarlyIsNoticed(t *testing.T) {
	file := samples(t)["JPEG"]
	cut := append(bytes.Clone(file[:len(file)-300]), 0xFF, 0xD9) // someone put an EOI behind half the data
	_, err := convert.Engine{}.Convert(t.Context(), job(input("scan", cut)), io.Discard, nil)
	if _, ok := errors.AsType[*pdfa.RefusedError](err); !ok {
		t.Errorf("half a JPEG with an EOI: %v", err)
	}
	padded := append(bytes.Clone(file), make([]byte, 100)...)
	pdf, _ := run(t, job(input("scan", padded)))
	if got := images(t, pdf, true)[0]; !bytes.Equal(got, file) {
		t.Errorf("padding behind EOI: %d bytes in the PDF, want the %d up to EOI", len(got), len(file))
	}
}

func TestJPEGMetadata(t *testing.T) {
	plain := samples(t)["JPEG"]
	jfif := func(unit byte, x, y byte) []byte {
		return []byte{0xE0, 'J', 'F', 'I', 'F', 0, 1, 1, unit, 0, x, 0, y, 0, 0}
	}
	exif := func(fields ...field) []byte {
		return append([]byte("\xE1Exif\x00\x00"), buildTIFF(binary.BigEndian, page{fields, nil})...)
	}
	inches := func(v uint32) []field {
		return []field{{282, 5, []uint32{v, 1}}, {283, 5, []uint32{v, 1}}, short(296, 2)}
	}
	tests := map[string]struct {
		file    []byte
		mm      float64 // of 64 pixels
		assumed bool
		rotate  string
	}{
		"JFIF, inches":             {withSegments(plain, jfif(1, 200, 200)), 64 / 200.0 * 25.4, false, ""},
		"JFIF, centimetres":        {withSegments(plain, jfif(2, 40, 40)), 64 / 40.0 * 10, false, ""},
		"JFIF, aspect only":        {withSegments(plain, jfif(0, 1, 1)), 64 / 300.0 * 25.4, true, ""},
		"JFIF, zero":               {withSegments(plain, jfif(1, 0, 0)), 64 / 300.0 * 25.4, true, ""},
		"EXIF":                     {withSegments(plain, exif(inches(150)...)), 64 / 150.0 * 25.4, false, ""},
		"EXIF, 72 means not known": {withSegments(plain, exif(inches(72)...)), 64 / 300.0 * 25.4, true, ""},
		"EXIF, turned":             {withSegments(plain, exif(short(274, 8))), 64 / 300.0 * 25.4, true, "/Rotate 270"},
		"EXIF, broken":             {withSegments(plain, []byte("\xE1Exif\x00\x00MM\x00*\xFF\xFF\xFF\xFF")), 64 / 300.0 * 25.4, true, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pdf, result := run(t, job(input("scan.jpg", test.file)))
			p := result.Pages[0]
			if abs(p.WidthMM-test.mm) > 0.01 || p.DPIAssumed != test.assumed {
				t.Errorf("%+v, want %.2f mm", p, test.mm)
			}
			if !bytes.Contains(pdf, []byte(test.rotate)) {
				t.Errorf("no %s", test.rotate)
			}
			if got := images(t, pdf, true)[0]; !bytes.Equal(got, test.file) {
				t.Error("the JPEG is not the file")
			}
		})
	}
}

// A CMYK JPEG that brings its own profile gets a colour space of its own; Adobe's are inverted.
func TestCMYKWithItsProfile(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(testenv.Shared(t, "corpus/images-bad"), "twelvemonkeys__cmyk-sample.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	// The header of a printer's profile with one tag: enough for the colour space, not for a colour; so it is not kept for veraPDF.
	profile := make([]byte, 132+12+16)
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	copy(profile[8:], "\x02\x10\x00\x00prtrCMYKLab ")
	copy(profile[36:], "acsp")
	binary.BigEndian.PutUint32(profile[128:], 1)
	copy(profile[132:], "cprt\x00\x00\x00\x90\x00\x00\x00\x10text")
	file = withSegments(file, append([]byte("\xE2ICC_PROFILE\x00\x01\x01"), profile...))
	var out bytes.Buffer
	if _, err := (convert.Engine{}).Convert(t.Context(), job(input("cmyk.jpg", file)), &out, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/N 4 /Alternate /DeviceCMYK", "/ICCBased", "/Decode [1 0 1 0 1 0 1 0]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	report, err := check.Check(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil || !report.Compliant {
		t.Errorf("%+v, %v", report, err)
	}
	if got := images(t, out.Bytes(), true)[0]; !bytes.Equal(got, file) {
		t.Error("the JPEG is not the file")
	}
}

// BenchmarkConvert9Pages converts what a desk scans: A4 at 300 dpi, three pages each of colour JPEG, grey PNG, bitonal TIFF.
func BenchmarkConvert9Pages(b *testing.B) {
	var inputs []pdfa.Input
	photo := image.NewRGBA(image.Rect(0, 0, 2480, 3508))
	grey := image.NewGray(photo.Rect)
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range photo.Pix {
		photo.Pix[i] = 240 + byte(rng.Uint32()&7)
	}
	for i := range grey.Pix {
		grey.Pix[i] = 240 + byte(rng.Uint32()&3)
	}
	var j bytes.Buffer
	if err := jpeg.Encode(&j, photo, nil); err != nil {
		b.Fatal(err)
	}
	p := encodePNG(b, grey)
	var fax bytes.Buffer
	e := ccitt.NewEncoder(&fax, 2480)
	row := make([]byte, 310)
	for range 3508 {
		row[rng.IntN(310)] ^= byte(rng.Uint32())
		if err := e.WriteRow(row); err != nil {
			b.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		b.Fatal(err)
	}
	t := buildTIFF(binary.LittleEndian, page{layout(1, 1, 0, 4, short(256, 2480), short(257, 3508), short(278, 3508)),
		[][]byte{fax.Bytes()}})
	for range 3 {
		inputs = append(inputs, input("a.jpg", j.Bytes()), input("b.png", p), input("c.tif", t))
	}
	for b.Loop() {
		if _, err := (convert.Engine{}).Convert(b.Context(), job(inputs...), io.Discard, nil); err != nil {
			b.Fatal(err)
		}
	}
}
