package convert_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

// part is one page that Separate gave.
type part struct {
	format string
	data   []byte
}

func separate(t *testing.T, e convert.Engine, name string, file []byte) ([]part, error) {
	t.Helper()
	var parts []part
	err := e.Separate(t.Context(), input(name, file), func(page int, format string, data io.Reader) error {
		if page != len(parts)+1 {
			t.Errorf("page %d comes after %d", page, len(parts))
		}
		b, err := io.ReadAll(data)
		parts = append(parts, part{format, b})
		return err
	})
	return parts, err
}

// A page comes as the image file that it is where that says the same, and the archive makes the same of the part as of the page.
func TestSeparatedPagesAreWhatTheyWere(t *testing.T) {
	jpeg := withSegments(buildJPEG(jpegLayout{width: width, height: height, sampling: []byte{0x11}, adobe: -1}),
		append([]byte("\xE0JFIF\x00\x01\x01\x01"), 0, 200, 0, 200, 0, 0))
	a4 := func(s pdfSheet, dpi float64) pdfSheet { // the image at dpi
		s.box = fmt.Sprintf("0 0 %g %g", width/dpi*72, height/dpi*72)
		s.content = fmt.Sprintf("%g 0 0 %g 0 0 cm /Im0 Do", width/dpi*72, height/dpi*72)
		return s
	}
	gray := "/ColorSpace /DeviceGray /BitsPerComponent 8 "
	for name, test := range map[string]struct {
		sheet  pdfSheet
		format string
		data   []byte // nil: any
	}{
		"JPEG":                   {a4(pdfSheet{image: gray + "/Filter /DCTDecode", data: jpeg}, 200), "image/jpeg", jpeg},
		"JPEG of other dpi":      {a4(pdfSheet{image: gray + "/Filter /DCTDecode", data: jpeg}, 100), "application/pdf", nil},
		"JPEG of a turned page":  {a4(pdfSheet{image: gray + "/Filter /DCTDecode", data: jpeg, page: "/Rotate 90"}, 200), "application/pdf", nil},
		"grey":                   {a4(pdfSheet{image: gray, data: noise(width)}, 150), "image/png", nil},
		"palette":                {a4(pdfSheet{image: "/ColorSpace [/Indexed /DeviceRGB 3 <000000ff0000ffffff0000ff>] /BitsPerComponent 2", data: noise((width + 3) / 4)}, 150), "image/png", nil},
		"16 bits of RGB":         {a4(pdfSheet{image: "/ColorSpace /DeviceRGB /BitsPerComponent 16", data: noise(6 * width)}, 150), "image/png", nil},
		"inks":                   {a4(pdfSheet{image: "/ColorSpace /DeviceCMYK /BitsPerComponent 8", data: noise(4 * width)}, 150), "application/pdf", nil},
		"black and white":        {a4(pdfSheet{image: "/ImageMask true", data: noise((width + 7) / 8)}, 300), "image/tiff", nil},
		"of doubtful resolution": {a4(pdfSheet{image: gray, data: noise(width)}, 72), "application/pdf", nil},
		"with margins":           {pdfSheet{image: gray, data: noise(width), box: "0 0 99 99"}, "application/pdf", nil},
	} {
		t.Run(name, func(t *testing.T) {
			parts, err := separate(t, convert.Engine{RefuseSignedOrActive: true}, "scan.pdf", test.sheet.bytes())
			if err != nil || len(parts) != 1 || parts[0].format != test.format {
				t.Fatalf("%d parts, %v", len(parts), err)
			}
			if test.data != nil && !bytes.Equal(parts[0].data, test.data) {
				t.Error("the data are others")
			}
			whole, before := run(t, job(input("scan.pdf", test.sheet.bytes())))
			single, after := run(t, job(input("part", parts[0].data)))
			a, b := before.Pages[0], after.Pages[0]
			raw := a.Encoding == "ccitt g4"
			if !bytes.Equal(images(t, whole, raw)[0], images(t, single, raw)[0]) {
				t.Error("the archived image of the part is another")
			}
			if a.Encoding != b.Encoding || a.WidthPx != b.WidthPx || math.Abs(a.WidthMM-b.WidthMM) > 0.01 || math.Abs(a.HeightMM-b.HeightMM) > 0.01 || b.DPIAssumed {
				t.Errorf("%+v, want %+v", b, a)
			}
		})
	}
}

// What scanner/sheet reads of a part has the size of the page.
func TestSeparatedImagesAreMeasuredAlike(t *testing.T) {
	s := pdfSheet{image: "/ImageMask true", data: noise((width + 7) / 8), box: "0 0 43.92 23.76", content: "43.92 0 0 23.76 0 0 cm /Im0 Do"} // 100 dpi
	for _, image := range []string{"/ImageMask true", "/ColorSpace /DeviceGray /BitsPerComponent 8"} {
		if s.image = image; image != "/ImageMask true" {
			s.data = noise(width)
		}
		parts, err := separate(t, convert.Engine{}, "scan.pdf", s.bytes())
		if err != nil {
			t.Fatal(err)
		}
		m, err := sheet.Read(bytes.NewReader(parts[0].data), scanner.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if f := m.Facts(); math.Abs(f.XDPI-100) > 0.01 || math.Abs(f.YDPI-100) > 0.01 || f.WidthPx != width || f.HeightPx != height || f.DPIAssumed {
			t.Errorf("%+v", f)
		}
	}
}

// One bad page refuses the file, by its number; and so does what is not taken at the desk.
func TestSeparationRefusesWholeFiles(t *testing.T) {
	page := func(content int) string {
		return fmt.Sprintf("<</Type /Page /Parent 2 0 R /MediaBox [0 0 61 33] /Contents %d 0 R /Resources <</XObject <</Im0 5 0 R>>>>>>", content)
	}
	two := func(second string) []byte {
		return buildPDF("", "<</Type /Pages /Kids [3 0 R 7 0 R] /Count 2>>", page(4), pdfStream("", []byte("61 0 0 33 0 0 cm /Im0 Do")),
			pdfStream("/Subtype /Image /Width 61 /Height 33 /ColorSpace /DeviceGray /BitsPerComponent 8", noise(width)),
			pdfStream("", []byte(second)), page(6))
	}
	if parts, err := separate(t, convert.Engine{}, "two.pdf", two("30 0 0 10 0 0 cm /Im0 Do")); err != nil || len(parts) != 2 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	for name, test := range map[string]struct {
		file []byte
		want pdfa.RefusedError
	}{
		"second page": {two("/Im9 Do"), pdfa.RefusedError{File: "f.pdf", Page: 2, Reason: pdfa.RefusedCorrupt}},
		"script":      {pdfSheet{image: "/ImageMask true", data: noise(8), catalog: "/OpenAction <</S /JavaScript /JS (x)>>"}.bytes(), pdfa.RefusedError{File: "f.pdf", Reason: pdfa.RefusedActive}},
		"no PDF":      {[]byte("%PDF-1.4 and no more"), pdfa.RefusedError{File: "f.pdf", Reason: pdfa.RefusedCorrupt}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := separate(t, convert.Engine{RefuseSignedOrActive: true}, "f.pdf", test.file)
			got, ok := errors.AsType[*pdfa.RefusedError](err)
			if !ok || got.File != test.want.File || got.Page != test.want.Page || got.Reason != test.want.Reason {
				t.Errorf("%v, want %+v", err, test.want)
			}
		})
	}
}
