package convert_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/check"
	"segnatura/pdfa/convert"
)

func FuzzPDF(f *testing.F) { fuzz(f) }

// FuzzPDFImage changes an image's dictionary, its data and the content that shows it, inside a file that stays sound.
func FuzzPDFImage(f *testing.F) {
	f.Fuzz(func(t *testing.T, image, content string, data []byte) {
		file := pdfSheet{image: image, content: content, data: data, objects: []string{pdfStream("/Subtype /Form /BBox [0 0 9 9]", data)}}.bytes()
		var out bytes.Buffer
		if _, err := (convert.Engine{}).Convert(t.Context(), job(input("scan.pdf", file)), &out, nil); err != nil {
			if _, ok := errors.AsType[*pdfa.RefusedError](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		report, err := check.Check(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil || !report.Compliant {
			t.Fatalf("converted, and not compliant: %+v, %v", report, err)
		}
	})
}

// pdfSeeds are pages that together go through all of the image extractor.
func pdfSeeds(t *testing.T) map[string]pdfSheet {
	t.Helper()
	gray := "/ColorSpace /DeviceGray /BitsPerComponent 8 "
	one := "/ColorSpace /DeviceGray /BitsPerComponent 1 "
	bits, grey := noise((width+7)/8), noise(width)
	jpeg := jpegKinds()["4:2:0"]
	jpeg.width, jpeg.height = width, height
	return map[string]pdfSheet{
		"jpeg":       {image: "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode", data: buildJPEG(jpeg)},
		"fax":        {image: one + "/Filter /CCITTFaxDecode /DecodeParms <</K -1 /Columns 61>>", data: g4(t, bits)},
		"fax-1d":     {image: "/Width 16 /Height 33 " + one + "/Filter /CCITTFaxDecode /DecodeParms <</K 0 /Columns 16 /EncodedByteAlign true>>", data: fax(noise(2), "", true)},
		"fax-2d":     {image: "/Width 16 /Height 33 " + one + "/Filter /CCITTFaxDecode /DecodeParms <</K 4 /Columns 16>>", data: fax(noise(2), "0000000000011", false)},
		"flate":      {image: gray + "/Filter /FlateDecode /DecodeParms <</Predictor 15 /Columns 61>>", data: deflated(t, filtered(grey, width, 1))},
		"lzw":        {image: gray + "/Filter /LZWDecode /DecodeParms <</Predictor 2 /Columns 61>>", data: lzwed(differences(grey, 1))},
		"runs":       {image: gray + "/Filter [/ASCII85Decode /RunLengthDecode]", data: ascii85ed(runLength(grey))},
		"palette":    {image: "/ColorSpace [/Indexed /DeviceRGB 3 <000000ff0000ffffff0000ff>] /BitsPerComponent 2 /Decode [3 0]", data: noise((width + 3) / 4)},
		"stencil":    {image: "/ImageMask true /Decode [1 0]", data: bits, content: "q 0 0 61 33 re W n 0 g 61 0 0 33 0 0 cm /Im0 Do Q BT 3 Tr (x) Tj ET"},
		"calibrated": {image: "/ColorSpace [/CalRGB <</WhitePoint [1 1 1] /Gamma [2.2 2.2 2.2]>>] /BitsPerComponent 16", data: noise(6 * width)},
		"form":       {image: gray, data: []byte("61 0 0 33 0 0 cm /Im0 Do"), content: "1 g 0 0 61 33 re f /Fm0 Do", res: "/XObject <</Im0 5 0 R /Fm0 6 0 R>>", objects: []string{pdfStream("/Subtype /Form /BBox [0 0 61 33]", []byte("61 0 0 33 0 0 cm /Im0 Do"))}},
	}
}

// TestPDFFuzzSeeds holds that both targets have their drawn seeds, as TestFuzzSeeds does.
func TestPDFFuzzSeeds(t *testing.T) {
	for name, s := range pdfSeeds(t) {
		content := s.content
		if content == "" {
			content = "q 61 0 0 33 0 0 cm /Im0 Do Q"
		}
		for target, seed := range map[string][]byte{
			"FuzzPDF":      fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", s.bytes()),
			"FuzzPDFImage": fmt.Appendf(nil, "go test fuzz v1\nstring(%q)\nstring(%q)\n[]byte(%q)\n", s.image, content, s.data),
		} {
			path := filepath.Join("testdata", "fuzz", target, "drawn-"+name)
			if *updateSeeds {
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, seed, 0o666)); err != nil {
					t.Fatal(err)
				}
			}
			if seed, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(seed), "go test fuzz v1") {
				t.Errorf("%s: no seed (%v): go test ./pdfa/convert -run FuzzSeeds -update-seeds", path, err)
			}
		}
	}
}
