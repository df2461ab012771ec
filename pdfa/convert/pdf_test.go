package convert_test

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	xccitt "golang.org/x/image/ccitt"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
)

// pdfSheet is a one-page PDF to be built: an image of width x height on a page of 61 x 33 points, unless it says otherwise.
type pdfSheet struct {
	image   string // keys of the image's dictionary besides Type, Subtype, Width, Height and Length
	data    []byte
	content string   // "" the image over the whole page
	page    string   // keys of the page's dictionary besides Type, Parent, Contents, MediaBox
	box     string   // "" 0 0 61 33
	catalog string   // keys of the catalogue besides Type and Pages
	res     string   // more resources
	objects []string // from number 6 on
}

func (s pdfSheet) bytes() []byte {
	if s.content == "" {
		s.content = fmt.Sprintf("q %d 0 0 %d 0 0 cm /Im0 Do Q", width, height)
	}
	if s.box == "" {
		s.box = fmt.Sprintf("0 0 %d %d", width, height)
	}
	size := fmt.Sprintf("/Width %d /Height %d ", width, height)
	if strings.Contains(s.image, "/Width") {
		size = ""
	}
	return buildPDF(s.catalog, append([]string{
		fmt.Sprintf("<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [%s]>>", s.box),
		fmt.Sprintf("<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources <</XObject <</Im0 5 0 R>> %s>> %s>>", s.res, s.page),
		pdfStream("", []byte(s.content)),
		pdfStream("/Type /XObject /Subtype /Image "+size+s.image, s.data),
	}, s.objects...)...)
}

func pdfStream(keys string, data []byte) string {
	return fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", keys, len(data), data)
}

// buildPDF writes a file of the catalogue and of objects from number 2 on.
func buildPDF(catalog string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, o := range append([]string{"<</Type /Catalog /Pages 2 0 R " + catalog + ">>"}, objects...) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

// filtered puts a PNG filter byte before each row; the filters go round, so that all are undone.
func filtered(rows []byte, stride, bytesPerPixel int) []byte {
	var out []byte
	prev := make([]byte, stride)
	for y := range height {
		row := rows[y*stride : (y+1)*stride]
		kind := byte(y % 3) // None, Sub, Up
		out = append(out, kind)
		for i, v := range row {
			switch {
			case kind == 1 && i >= bytesPerPixel:
				v -= row[i-bytesPerPixel]
			case kind == 2:
				v -= prev[i]
			}
			out = append(out, v)
		}
		prev = row
	}
	return out
}

// runLength codes as RunLengthDecode wants it: like PackBits, ended by 128.
func runLength(data []byte) []byte {
	var out []byte
	for len(data) > 0 {
		n := min(len(data), 100)
		out = append(append(out, byte(n-1)), data[:n]...)
		data = data[n:]
	}
	return append(out, 128)
}

func ascii85ed(data []byte) []byte {
	var b bytes.Buffer
	w := ascii85.NewEncoder(&b)
	w.Write(data)
	w.Close()
	return append(b.Bytes(), "~>"...)
}

// The run lengths up to 16 of ITU-T T.4, tables 2 and 3: white, black.
var faxRuns = [2][]string{
	strings.Fields("00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 101010"),
	strings.Fields("0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000 0000010111"),
}

// fax codes rows of 16 pixels in one dimension, each behind prefix and filled up to a byte where align is set.
func fax(rows []byte, prefix string, align bool) []byte {
	var bits strings.Builder
	for y := range height {
		bits.WriteString(prefix)
		row := uint16(rows[2*y])<<8 | uint16(rows[2*y+1])
		for x, pen := 0, 0; x < 16; pen = 1 - pen {
			n := 0
			for ; x < 16 && int(row>>(15-x)&1) == pen; x++ {
				n++
			}
			bits.WriteString(faxRuns[pen][n])
		}
		for align && bits.Len()%8 != 0 {
			bits.WriteByte('0')
		}
	}
	s := bits.String() + "0000000"
	out := make([]byte, len(s)/8)
	for i := range out {
		fmt.Sscanf(s[8*i:8*i+8], "%b", &out[i])
	}
	return out
}

// Whatever holds an image in a PDF: the page's image is the same bit for bit, JPEG as the same bytes.
func TestPDFImagesAreTakenOutWithoutLoss(t *testing.T) {
	bits, grey, rgb, inks := noise((width+7)/8), noise(width), noise(3*width), noise(4*width)
	fours, twos, sixteens := noise((width+1)/2), noise((width+3)/4), noise(2*width)
	narrow := noise(2)
	jpegs := jpegKinds()
	jpeg := func(kind string) []byte {
		l := jpegs[kind]
		l.width, l.height = width, height
		return buildJPEG(l)
	}
	gray := "/ColorSpace /DeviceGray /BitsPerComponent 8 "
	one := "/ColorSpace /DeviceGray /BitsPerComponent 1 "
	parms := func(s string) string { return fmt.Sprintf("/DecodeParms <<%s /Columns %d>> ", s, width) }
	small := "/Width 16 /Height 33 "
	smallParms := func(s string) string { return "/DecodeParms <<" + s + " /Columns 16>> " }
	tests := map[string]struct {
		image  string
		data   []byte
		jpeg   []byte // the stream that is to stand in the result, or
		pixels []byte // the samples, or
		black  []byte // the bits, 1 black
		res    string
		more   []string
		w      int
	}{
		"grey JPEG":               {image: gray + "/Filter /DCTDecode", data: jpeg("grey"), jpeg: jpeg("grey")},
		"colour JPEG":             {image: "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter [/DCTDecode] /DecodeParms [null]", data: jpeg("4:2:0"), jpeg: jpeg("4:2:0")},
		"JPEG in hexadecimal":     {image: gray + "/Filter [/AHx /DCT]", data: []byte(hex.EncodeToString(jpeg("grey")) + ">"), jpeg: jpeg("grey")},
		"JPEG in Flate":           {image: gray + "/Filter [/FlateDecode /DCTDecode]", data: deflated(t, jpeg("grey")), jpeg: jpeg("grey")},
		"JPEG of inks":            {image: "/ColorSpace /DeviceCMYK /BitsPerComponent 8 /Decode [1 0 1 0 1 0 1 0] /Filter /DCTDecode", data: jpeg("CMYK, Adobe"), jpeg: jpeg("CMYK, Adobe")},
		"JPEG with a line end":    {image: gray + "/Filter /DCTDecode", data: append(jpeg("grey"), "\r\n"...), jpeg: jpeg("grey")},
		"plain grey":              {image: gray, data: grey, pixels: grey},
		"plain RGB":               {image: "/ColorSpace /DeviceRGB /BitsPerComponent 8", data: rgb, pixels: rgb},
		"inks":                    {image: "/ColorSpace /DeviceCMYK /BitsPerComponent 8", data: inks, pixels: inks},
		"Flate":                   {image: gray + "/Filter /FlateDecode", data: deflated(t, grey), pixels: grey},
		"Flate and a line end":    {image: gray + "/Filter /FlateDecode", data: append(deflated(t, grey), '\r'), pixels: grey},
		"Flate, more rows":        {image: gray + "/Filter /FlateDecode", data: deflated(t, append(bytes.Clone(grey), 1, 2, 3)), pixels: grey},
		"Flate, PNG predictor":    {image: gray + "/Filter /FlateDecode " + parms("/Predictor 15"), data: deflated(t, filtered(grey, width, 1)), pixels: grey},
		"Flate, RGB, PNG":         {image: "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode " + parms("/Predictor 12 /Colors 3"), data: deflated(t, filtered(rgb, 3*width, 3)), pixels: rgb},
		"Flate, TIFF predictor":   {image: "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode " + parms("/Predictor 2 /Colors 3"), data: deflated(t, differences(rgb, 3)), pixels: rgb},
		"LZW":                     {image: gray + "/Filter /LZWDecode", data: lzwed(grey), pixels: grey},
		"LZW, TIFF predictor":     {image: gray + "/Filter /LZWDecode " + parms("/Predictor 2"), data: lzwed(differences(grey, 1)), pixels: grey},
		"run lengths":             {image: gray + "/Filter /RunLengthDecode", data: runLength(grey), pixels: grey},
		"ASCII85 and Flate":       {image: gray + "/Filter [/ASCII85Decode /FlateDecode]", data: ascii85ed(deflated(t, grey)), pixels: grey},
		"16 bits":                 {image: "/ColorSpace /DeviceGray /BitsPerComponent 16", data: sixteens, pixels: sixteens},
		"4 bits":                  {image: "/ColorSpace /DeviceGray /BitsPerComponent 4", data: fours, pixels: fours},
		"2 bits":                  {image: "/ColorSpace /DeviceGray /BitsPerComponent 2", data: twos, pixels: twos},
		"negative":                {image: gray + "/Decode [1 0]", data: grey, pixels: inverted(grey)},
		"palette":                 {image: "/ColorSpace [/Indexed /DeviceRGB 255 6 0 R] /BitsPerComponent 8", data: grey, pixels: grey, more: []string{pdfStream("", noise(24)[:768])}},
		"palette of grey":         {image: "/ColorSpace [/Indexed /DeviceGray 3 <00ff8040>] /BitsPerComponent 2", data: twos, pixels: twos},
		"calibrated grey":         {image: "/ColorSpace [/CalGray <</WhitePoint [0.95 1 1.09] /Gamma 2.2>>] /BitsPerComponent 8", data: grey, pixels: grey},
		"calibrated RGB":          {image: "/ColorSpace /CS0 /BitsPerComponent 8", data: rgb, pixels: rgb, res: "/ColorSpace <</CS0 [/CalRGB <</WhitePoint [0.95 1 1.09] /Gamma [2.2 2.2 2.2]>>]>>"},
		"broken profile":          {image: "/ColorSpace [/ICCBased 6 0 R] /BitsPerComponent 8", data: rgb, pixels: rgb, more: []string{pdfStream("/N 3 /Alternate /DeviceRGB", []byte("no profile"))}},
		"bits":                    {image: one, data: bits, black: inverted(bits)},
		"negative bits":           {image: one + "/Decode [1 0]", data: bits, black: bits},
		"stencil":                 {image: "/ImageMask true", data: bits, black: inverted(bits)},
		"negative stencil":        {image: "/ImageMask true /Decode [1 0] /BitsPerComponent 1", data: bits, black: bits},
		"palette of bits":         {image: "/ColorSpace [/Indexed /DeviceGray 1 <ff00>] /BitsPerComponent 1", data: bits, black: bits},
		"palette of bits, other":  {image: "/ColorSpace [/Indexed /DeviceRGB 1 (\\000\\000\\000\\377\\377\\377)] /BitsPerComponent 1", data: bits, black: inverted(bits)},
		"fax, group 4":            {image: one + "/Filter /CCITTFaxDecode " + parms("/K -1"), data: g4(t, bits), black: bits},
		"fax, group 4, rows said": {image: one + "/Filter /CCF " + parms("/K -1 /Rows 33 /EndOfBlock false"), data: g4(t, bits), black: bits},
		"fax, black is 1":         {image: one + "/Filter /CCITTFaxDecode " + parms("/K -1 /BlackIs1 true"), data: g4(t, bits), black: inverted(bits)},
		"fax, black is 1, turned": {image: one + "/Decode [1 0] /Filter /CCITTFaxDecode " + parms("/K -1 /BlackIs1 true"), data: g4(t, bits), black: bits},
		"fax stencil":             {image: "/ImageMask true /Filter /CCITTFaxDecode " + parms("/K -1"), data: g4(t, bits), black: bits},
		"fax stencil, black is 1": {image: "/ImageMask true /Decode [1 0] /Filter /CCITTFaxDecode " + parms("/K -1 /BlackIs1 true"), data: g4(t, bits), black: bits},
		"fax in Flate":            {image: one + "/Filter [/FlateDecode /CCITTFaxDecode] /DecodeParms [null <</K -1 /Columns 61>>]", data: deflated(t, g4(t, bits)), black: bits},
		"fax, one dimension":      {image: small + one + "/Filter /CCITTFaxDecode " + smallParms("/K 0"), data: fax(narrow, "", false), black: narrow, w: 16},
		"fax, line ends":          {image: small + one + "/Filter /CCITTFaxDecode " + smallParms("/K 0 /EndOfLine true"), data: fax(narrow, "000000000001", false), black: narrow, w: 16},
		"fax, on bytes":           {image: small + one + "/Filter /CCITTFaxDecode " + smallParms("/EncodedByteAlign true"), data: fax(narrow, "", true), black: narrow, w: 16},
		"fax, line ends on bytes": {image: small + one + "/Filter /CCITTFaxDecode " + smallParms("/EndOfLine true /EncodedByteAlign true"), data: fax(narrow, "0000000000000001", true), black: narrow, w: 16},
		"fax, two dimensions":     {image: small + one + "/Filter /CCITTFaxDecode " + smallParms("/K 4"), data: fax(narrow, "0000000000011", false), black: narrow, w: 16},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pdf, result := run(t, job(input("scan.pdf", pdfSheet{image: test.image, data: test.data, res: test.res, objects: test.more}.bytes())))
			if result.Pages[0].Drawn != "" {
				t.Fatalf("drawn: %s", result.Pages[0].Drawn)
			}
			if test.w == 0 {
				test.w = width
			}
			switch {
			case test.jpeg != nil:
				if got := images(t, pdf, true)[0]; !bytes.Equal(got, test.jpeg) || result.Pages[0].Encoding != "jpeg passthrough" {
					t.Errorf("%s of %d bytes, want the JPEG of %d", result.Pages[0].Encoding, len(got), len(test.jpeg))
				}
			case test.pixels != nil:
				if got := images(t, pdf, false)[0]; !bytes.Equal(got, test.pixels) {
					t.Errorf("%d bytes of samples, want %d, or they differ", len(got), len(test.pixels))
				}
			default:
				wantBits(t, images(t, pdf, true)[0], test.w, test.black)
			}
		})
	}
}

// wantBits unpacks G4 data by a decoder that is not ours.
func wantBits(t *testing.T, data []byte, w int, black []byte) {
	t.Helper()
	got, err := io.ReadAll(xccitt.NewReader(bytes.NewReader(data), xccitt.MSB, xccitt.Group4, w, height, &xccitt.Options{Invert: true}))
	if err != nil {
		t.Fatal(err)
	}
	stride := (w + 7) / 8
	for y := range height {
		for x := range w {
			if got[y*stride+x/8]>>(7-x%8)&1 != black[y*stride+x/8]>>(7-x%8)&1 {
				t.Fatalf("pixel %d, %d differs", x, y)
			}
		}
	}
}

// The page is as large as it was, turned as it was, and its image lies where it lay.
func TestPDFImagesKeepTheirPlace(t *testing.T) {
	data := noise(width)
	gray := "/ColorSpace /DeviceGray /BitsPerComponent 8"
	points := func(mm float64) float64 { return mm / 25.4 * 72 }
	tests := map[string]struct {
		sheet         pdfSheet
		width, height float64 // points, before rotation
		wants         []string
	}{
		"whole page":         {pdfSheet{}, 61, 33, []string{"q 61 0 0 33 0 0 cm"}},
		"A4":                 {pdfSheet{box: "0 0 595 842", content: "595 0 0 842 0 0 cm /Im0 Do"}, 595, 842, nil},
		"box off the origin": {pdfSheet{box: "-10 20 51 53", content: "61 0 0 33 -10 20 cm /Im0 Do"}, 61, 33, []string{"q 61 0 0 33 0 0 cm"}},
		"crop box":           {pdfSheet{page: "/CropBox [10 10 50 30]"}, 40, 20, []string{"q 61 0 0 33 -10 -10 cm"}},
		"margins":            {pdfSheet{box: "0 0 100 100", content: "61 0 0 33 20 30 cm /Im0 Do"}, 100, 100, []string{"q 61 0 0 33 20 30 cm"}},
		"turned":             {pdfSheet{page: "/Rotate 90"}, 61, 33, []string{"/Rotate 90"}},
		"turned backwards":   {pdfSheet{page: "/Rotate -90"}, 61, 33, []string{"/Rotate 270"}},
		"on its side":        {pdfSheet{box: "0 0 33 61", content: "0 -61 33 0 0 61 cm /Im0 Do"}, 33, 61, []string{"q 0 -61 33 0 0 61 cm"}},
		"upside down":        {pdfSheet{content: "-61 0 0 -33 61 33 cm /Im0 Do"}, 61, 33, []string{"q -61 0 0 -33 61 33 cm"}},
		"mirrored":           {pdfSheet{content: "-61 0 0 33 61 0 cm /Im0 Do"}, 61, 33, []string{"q -61 0 0 33 61 0 cm"}},
		"askew":              {pdfSheet{content: "60 2 -1 32 1 0 cm /Im0 Do"}, 61, 33, []string{"q 60 2 -1 32 1 0 cm"}},
		"other units":        {pdfSheet{page: "/UserUnit 2"}, 122, 66, []string{"q 122 0 0 66 0 0 cm"}},
		"in a form":          {pdfSheet{content: "2 0 0 1 0 0 cm /Fm Do", res: "/XObject <</Im0 5 0 R /Fm 6 0 R>>", objects: []string{pdfStream("/Subtype /Form /BBox [0 0 61 33] /Matrix [0.5 0 0 1 0 0] /Resources <</XObject <</X 5 0 R>>>>", []byte("61 0 0 33 0 0 cm /X Do"))}}, 61, 33, []string{"q 61 0 0 33 0 0 cm"}},
		"clipped to itself":  {pdfSheet{content: "0 0 m 61 0 l 61 33 l 0 33 l h W* n 61 0 0 33 0 0 cm /Im0 Do"}, 61, 33, nil},
		"on white":           {pdfSheet{content: "1 g 0 0 61 33 re f q 61 0 0 33 0 0 cm /Im0 Do Q"}, 61, 33, nil},
		"under unseen words": {pdfSheet{content: "q 61 0 0 33 0 0 cm /Im0 Do Q BT 3 Tr /F1 9 Tf 5 5 Td (words \\) and) Tj <feff> Tj [(a) -5 (b)] TJ ET"}, 61, 33, nil},
		"opaque state":       {pdfSheet{content: "/G gs q 61 0 0 33 0 0 cm /Im0 Do Q % comment", res: "/ExtGState <</G <</ca 1 /CA 1 /BM /Normal /SMask /None /SA true>>>>"}, 61, 33, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.sheet.image, test.sheet.data = gray, data
			pdf, result := run(t, job(input("scan.pdf", test.sheet.bytes())))
			p := result.Pages[0]
			if math.Abs(points(p.WidthMM)-test.width) > 0.01 || math.Abs(points(p.HeightMM)-test.height) > 0.01 || p.DPIAssumed || p.Drawn != "" {
				t.Errorf("%.2f x %.2f points, want %.2f x %.2f; %+v", points(p.WidthMM), points(p.HeightMM), test.width, test.height, p)
			}
			content := bytes.Join(streams(t, pdf), []byte("\n"))
			for _, want := range test.wants {
				if !bytes.Contains(pdf, []byte(want)) && !bytes.Contains(content, []byte(want)) {
					t.Errorf("no %q", want)
				}
			}
		})
	}
}

// A page that shows anything besides one whole image is no page of one image: without a drawer it is refused, never cut down.
func TestPDFPagesThatHaveToBeDrawn(t *testing.T) {
	image := "q 61 0 0 33 0 0 cm /Im0 Do Q "
	form := func(keys string) []string {
		return []string{pdfStream("/Subtype /Form /BBox [0 0 10 10] "+keys, []byte("0 0 9 9 re f"))}
	}
	for name, s := range map[string]pdfSheet{
		"nothing":              {content: " "},
		"text":                 {content: image + "BT /F1 9 Tf (seen) Tj ET"},
		"text shown again":     {content: image + "BT 3 Tr (unseen) Tj 0 Tr (seen) Tj ET"},
		"a line":               {content: image + "0 0 m 9 9 l S"},
		"black area":           {content: "0 0 9 9 re f " + image},
		"white over it":        {content: image + "1 g 0 0 9 9 re f"},
		"two images":           {content: image + "q 9 0 0 9 0 0 cm /Im0 Do Q"},
		"inline image":         {content: image + "BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"},
		"clipped":              {content: "0 0 30 33 re W n " + image},
		"clipped by a curve":   {content: "0 0 m 9 9 9 9 9 9 c h W n " + image},
		"outside":              {content: "1 0 0 1 100 100 cm " + image},
		"see-through":          {content: "/G gs " + image, res: "/ExtGState <</G <</ca 0.5>>>>"},
		"blended":              {content: "/G gs " + image, res: "/ExtGState <</G <</BM /Multiply>>>>"},
		"a layer":              {content: "/OC /L BDC " + image + "EMC"},
		"an unknown operator":  {content: image + "1 2 foo"},
		"soft mask":            {image: "/SMask 5 0 R"},
		"mask":                 {image: "/Mask [0 0]"},
		"stretched":            {image: "/Decode [0 0.5]"},
		"spot colour":          {image: "/ColorSpace [/Separation /Gold /DeviceRGB 5 0 R]"},
		"red stencil":          {content: "1 0 0 rg " + image, image: "/ImageMask true"},
		"filled field":         {page: "/Annots [<</Subtype /Widget /FT /Btn /Rect [0 0 9 9] /AP <</N 6 0 R>>>>]", objects: form("")},
		"stamp":                {page: "/Annots [7 0 R]", objects: append(form(""), "<</Subtype /Stamp /Rect [0 0 9 9] /AP <</N 6 0 R>>>>")},
		"note without a look":  {page: "/Annots [<</Subtype /FreeText /Rect [0 0 9 9] /Contents (x)>>]"},
		"field without a look": {page: "/Annots [<</Subtype /Widget /FT /Tx /V (x) /Rect [0 0 9 9]>>]"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(s.image, "ColorSpace") && !strings.Contains(s.image, "ImageMask") {
				s.image += " /ColorSpace /DeviceGray"
			}
			s.image, s.data = s.image+" /BitsPerComponent 8", noise(width)
			if strings.Contains(s.image, "ImageMask") {
				s.image = strings.Replace(s.image, "/BitsPerComponent 8", "", 1)
			}
			var out bytes.Buffer
			_, err := convert.Engine{}.Convert(t.Context(), job(input("page.pdf", s.bytes())), &out, nil)
			refused, ok := errors.AsType[*pdfa.RefusedError](err)
			if !ok || refused.Reason != pdfa.RefusedUnsupported || refused.Page != 1 || refused.File != "page.pdf" {
				t.Errorf("%v", err)
			}
		})
	}
}

// What shows nothing on the page does not keep its image from being taken out.
func TestPDFAnnotationsThatShowNothing(t *testing.T) {
	for name, annotation := range map[string]string{
		"link":           "/Subtype /Link /Border [0 0 1]",
		"pop-up":         "/Subtype /Popup",
		"hidden":         "/Subtype /Stamp /F 2",
		"not on screens": "/Subtype /Stamp /F 32",
		"empty field":    "/Subtype /Widget /FT /Tx",
		"unsigned field": "/Subtype /Widget /FT /Sig",
		"of no size":     "/Subtype /Text /Rect [5 5 5 5]",
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(annotation, "/Rect") {
				annotation += " /Rect [0 0 9 9]"
			}
			s := pdfSheet{image: "/ColorSpace /DeviceGray /BitsPerComponent 8", data: noise(width), page: "/Annots [<<" + annotation + ">>]"}
			if _, result := run(t, job(input("page.pdf", s.bytes()))); result.Pages[0].Drawn != "" {
				t.Errorf("%+v", result.Pages[0])
			}
		})
	}
}

// Damage is a refusal that names the file and the page, with the class that the screen tells apart.
func TestDamagedPDFsAreRefused(t *testing.T) {
	gray := "/ColorSpace /DeviceGray /BitsPerComponent 8 "
	grey := noise(width)
	jpeg := buildJPEG(jpegLayout{width: width, height: height, sampling: []byte{0x11}, adobe: -1})
	fine := pdfSheet{image: gray, data: grey}.bytes()
	packed := deflated(t, grey)
	wrongSum := bytes.Clone(packed)
	wrongSum[len(wrongSum)-1] ^= 1
	for name, test := range map[string]struct {
		file []byte
		want pdfa.RefusalReason
		page int
	}{
		"cut":                {fine[:len(fine)/2], pdfa.RefusedCorrupt, 0},
		"header only":        {[]byte("%PDF-1.4\n"), pdfa.RefusedCorrupt, 0},
		"JPEG cut":           {pdfSheet{image: gray + "/Filter /DCTDecode", data: jpeg[:len(jpeg)/2]}.bytes(), pdfa.RefusedTruncated, 1},
		"JPEG of other size": {pdfSheet{image: "/Width 60 /Height 33 " + gray + "/Filter /DCTDecode", data: jpeg}.bytes(), pdfa.RefusedCorrupt, 1},
		"no JPEG":            {pdfSheet{image: gray + "/Filter /DCTDecode", data: grey}.bytes(), pdfa.RefusedCorrupt, 1},
		"rows missing":       {pdfSheet{image: gray, data: grey[:len(grey)-1]}.bytes(), pdfa.RefusedTruncated, 1},
		"Flate cut":          {pdfSheet{image: gray + "/Filter /FlateDecode", data: packed[:len(packed)-9]}.bytes(), pdfa.RefusedTruncated, 1},
		"wrong checksum":     {pdfSheet{image: gray + "/Filter /FlateDecode", data: wrongSum}.bytes(), pdfa.RefusedCorrupt, 1},
		"fax cut":            {pdfSheet{image: "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms <</K -1 /Columns 61>>", data: g4(t, noise(8))[:20]}.bytes(), pdfa.RefusedCorrupt, 1},
		"fax of other width": {pdfSheet{image: "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms <</K -1>>", data: g4(t, noise(8))}.bytes(), pdfa.RefusedCorrupt, 1},
		"huge image":         {pdfSheet{image: "/Width 65000 /Height 65000 " + gray, data: grey}.bytes(), pdfa.RefusedTooLarge, 1},
		"huge page":          {pdfSheet{image: gray, data: grey, box: "0 0 20000 20000", content: "20000 0 0 20000 0 0 cm /Im0 Do"}.bytes(), pdfa.RefusedUnsupported, 1},
		"missing image":      {pdfSheet{image: gray, data: grey, content: "/Im1 Do"}.bytes(), pdfa.RefusedCorrupt, 1},
		"content cut":        {pdfSheet{image: gray, data: grey, content: "q (never closed"}.bytes(), pdfa.RefusedCorrupt, 1},
		"form in itself":     {pdfSheet{image: gray, data: grey, content: "/F Do", res: "/XObject <</F 6 0 R>>", objects: []string{pdfStream("/Subtype /Form", []byte("/F Do"))}}.bytes(), pdfa.RefusedCorrupt, 1},
		"stream too short":   {bytes.Replace(fine, []byte("/Length 2013"), []byte("/Length 1013"), 1), pdfa.RefusedCorrupt, 1},
		"no size":            {bytes.Replace(fine, []byte("/MediaBox"), []byte("/MediaBix"), 1), pdfa.RefusedCorrupt, 1},
		"pages missing":      {bytes.Replace(fine, []byte("/Count 1"), []byte("/Count 2"), 1), pdfa.RefusedCorrupt, 0},
		"pages in a circle":  {bytes.Replace(fine, []byte("/Kids [3 0 R]"), []byte("/Kids [2 0 R]"), 1), pdfa.RefusedCorrupt, 0},
		"palette too short":  {pdfSheet{image: "/ColorSpace [/Indexed /DeviceRGB 255 <00>] /BitsPerComponent 8", data: grey}.bytes(), pdfa.RefusedCorrupt, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			_, err := convert.Engine{}.Convert(t.Context(), job(input("broken.pdf", test.file)), &out, nil)
			refused, ok := errors.AsType[*pdfa.RefusedError](err)
			if !ok || refused.Reason != test.want || refused.Page != test.page || refused.File != "broken.pdf" {
				t.Errorf("%v, want %s on page %d", err, test.want, test.page)
			}
		})
	}
}

// Signatures and what acts are refused where that is asked for, and otherwise said of each page.
func TestSignedAndActivePDFs(t *testing.T) {
	for name, test := range map[string]struct {
		catalog string
		page    string
		object  string
		want    pdfa.DrawnReason
	}{
		"signed":            {"/AcroForm <</Fields [6 0 R]>>", "", "<</FT /Sig /T (s) /V <</Type /Sig /ByteRange [0 1 2 3] /Contents <00>>>>>", pdfa.DrawnSigned},
		"script at opening": {"/OpenAction <</S /JavaScript /JS (app.alert\\(1\\))>>", "", "null", pdfa.DrawnActive},
		"script by name":    {"/Names <</JavaScript <</Names [(x) 6 0 R]>>>>", "", "<</S /JavaScript /JS (1)>>", pdfa.DrawnActive},
		"launch":            {"", "/Annots [<</Subtype /Link /Rect [0 0 1 1] /A <</S /Launch /F (cmd.exe)>>>>]", "null", pdfa.DrawnActive},
		"embedded file":     {"/Names <</EmbeddedFiles <</Names [(x) 6 0 R]>>>>", "", "<</Type /Filespec /F (x)>>", pdfa.DrawnActive},
		"XFA":               {"/AcroForm <</Fields [] /XFA 6 0 R>>", "", pdfStream("", []byte("<xdp/>")), pdfa.DrawnActive},
		"plain link":        {"", "/Annots [<</Subtype /Link /Rect [0 0 1 1] /A <</S /URI /URI (https://example.org)>>>>]", "null", ""},
		"field to sign":     {"/AcroForm <</Fields [6 0 R]>>", "", "<</FT /Sig /T (s)>>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := pdfSheet{image: "/ColorSpace /DeviceGray /BitsPerComponent 8", data: noise(width), catalog: test.catalog, page: test.page, objects: []string{test.object}}
			pdf, result := run(t, job(input("a.pdf", s.bytes())))
			if result.Pages[0].Drawn != test.want || !bytes.Equal(images(t, pdf, false)[0], s.data) {
				t.Errorf("%q, want %q; or the image is another", result.Pages[0].Drawn, test.want)
			}
			var out bytes.Buffer
			_, err := convert.Engine{RefuseSignedOrActive: true}.Convert(t.Context(), job(input("a.pdf", s.bytes())), &out, nil)
			if _, refused := errors.AsType[*pdfa.RefusedError](err); refused != (test.want != "") {
				t.Errorf("%v", err)
			}
		})
	}
}

// streams unpacks the streams of one of our own files that are packed whole.
func streams(t *testing.T, pdf []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for _, part := range bytes.Split(pdf, []byte("/Filter /FlateDecode /Length "))[1:] {
		start := bytes.Index(part, []byte("stream\n")) + len("stream\n")
		out = append(out, inflated(t, part[start:]))
	}
	return out
}

func inflated(t *testing.T, data []byte) []byte {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
