package convert_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/worker/draw"
)

// pdfFate is what is to become of a file, and why.
type pdfFate struct {
	refused pdfa.RefusalReason // "" converted
	page    int                // of the refusal
	drawn   pdfa.DrawnReason   // of the first page
	desk    pdfa.RefusalReason // where only the desk refuses
	because string
}

var badPDFs = map[string]pdfFate{
	"format-corpus__T02-02_007_page-tree-wrong-count.pdf":  {refused: pdfa.RefusedCorrupt, because: "it counts nine pages and has one: nobody knows which were lost"},
	"format-corpus__T04_005_EOF-followed-by-junk-data.pdf": {drawn: pdfa.DrawnBornDigital, because: "what stands behind the end is no part of it"},
	"format-corpus__veraPDFHiResChangedHeight.pdf":         {refused: pdfa.RefusedCorrupt, page: 1, because: "its JPEG has another height than it says"},
	"go-pdfium__embedded_attachments.pdf":                  {drawn: pdfa.DrawnActive, desk: pdfa.RefusedActive, because: "files are embedded; the page itself is sound"},
	"go-pdfium__js.pdf":                                    {refused: pdfa.RefusedCorrupt, because: "its trailer says no size"},
	"go-pdfium__launch_action.pdf":                         {drawn: pdfa.DrawnActive, desk: pdfa.RefusedActive, because: "opening it starts a program; the page is white"},
	"go-pdfium__simple_xfa.pdf":                            {drawn: pdfa.DrawnActive, desk: pdfa.RefusedActive, because: "a form in XFA; what is shown without it is empty fields"},
	"ocrmypdf__hugemono.pdf":                               {refused: pdfa.RefusedTooLarge, page: 1, because: "an image of 1225 million pixels"},
	"ocrmypdf__livecycle.pdf":                              {drawn: pdfa.DrawnActive, desk: pdfa.RefusedActive, because: "a form in XFA on an empty page"},
	"pdf__crash-121-1.pdf":                                 {refused: pdfa.RefusedCorrupt, because: "a stream has no length"},
	"pdfplumber__empty.pdf":                                {refused: pdfa.RefusedEmpty, because: "it has no bytes"},
	"pypdf__r2-owner-password.pdf":                         {drawn: pdfa.DrawnBornDigital, because: "anybody may read it; the password is for changing it"},
	"qpdf__bad1.pdf":                                       {refused: pdfa.RefusedUnsupported, because: "it does not begin as a PDF"},
	"qpdf__enc-XI-R6,V5,U=view,O=master.pdf":               {refused: pdfa.RefusedEncrypted, because: "it asks for a password"},
	"qpdf__fuzz-16214.pdf":                                 {refused: pdfa.RefusedUnsupported, because: "it does not begin as a PDF"},
	"qpdf__issue-141a.pdf":                                 {refused: pdfa.RefusedUnsupported, because: "it does not begin as a PDF"},
	"qpdf__issue-202.pdf":                                  {refused: pdfa.RefusedCorrupt, page: 1, because: "its page has no size"},
	"qpdf__pages-loop.pdf":                                 {refused: pdfa.RefusedCorrupt, because: "its pages run in a circle"},
	"test-pdf-files__corrupted.pdf":                        {refused: pdfa.RefusedCorrupt, because: "it has no page tree"},
}

// otherPDFs are those of the other folders that show something of their own; all of them are converted by the command's tests.
var otherPDFs = map[string]pdfFate{
	"scans/docspell__pdf13.pdf":                                                   {because: "one JPEG that fills the page"},
	"scans/docspell__pdfa14.pdf":                                                  {because: "one JPEG with a profile"},
	"scans/ocrmypdf__ccitt.pdf":                                                   {because: "one fax image"},
	"scans/pdfbox__ccitt4-cib-test.pdf":                                           {because: "one fax image with margins, in a palette"},
	"scans/ocrmypdf__rotated_skew.pdf":                                            {because: "one image under JBIG2, askew on its page"},
	"scans/ocrmypdf__aspect.pdf":                                                  {drawn: pdfa.DrawnDecoded, because: "one image with a soft mask"},
	"pdf-good/pdfbox__JPXTestCMYK.pdf":                                            {drawn: pdfa.DrawnBornDigital, because: "an image in a layer, on a larger page"},
	"pdf-good/pdfbox__PDFBOX-3835-input-acrobat-wrap.pdf":                         {drawn: pdfa.DrawnBornDigital, because: "a form with fields filled in"},
	"pdf-good/pdfbox__sign_me.pdf":                                                {drawn: pdfa.DrawnBornDigital, because: "a page with room for a signature"},
	"pdf-good/robotframework-doctestlibrary__pdf_digital_signature_timestamp.pdf": {drawn: pdfa.DrawnSigned, desk: pdfa.RefusedSigned, because: "it is signed"},
	"barcodes/docs__issue373.pdf":                                                 {because: "one fax image that reaches beyond the page"},
	"barcodes/document-barcodes__swiss_qr_bill_en_sample.pdf":                     {drawn: pdfa.DrawnDecoded, because: "one image with a soft mask, on a larger page"},
}

func TestFatesOfPDFs(t *testing.T) {
	dir := testenv.Shared(t, "corpus")
	entries, err := os.ReadDir(filepath.Join(dir, "pdf-bad"))
	if err != nil {
		t.Fatal(err)
	}
	fates := map[string]pdfFate{}
	for _, e := range entries {
		fate, known := badPDFs[e.Name()]
		if !known {
			t.Errorf("nobody decided on %s", e.Name())
		}
		fates["pdf-bad/"+e.Name()] = fate
	}
	if len(fates) != len(badPDFs) {
		t.Errorf("%d files, %d decisions", len(fates), len(badPDFs))
	}
	for name, fate := range otherPDFs {
		fates[name] = fate
	}
	for name, fate := range fates {
		t.Run(name, func(t *testing.T) { wantFate(t, filepath.Join(dir, name), fate) })
	}
}

func wantFate(t *testing.T, path string, fate pdfFate) {
	t.Helper()
	convertBy := func(e convert.Engine) ([]byte, pdfa.Result, *pdfa.RefusedError) {
		var out bytes.Buffer
		result, err := e.Convert(t.Context(), job(fileInput(path)), &out, nil)
		refused, ok := errors.AsType[*pdfa.RefusedError](err)
		if err != nil && !ok {
			t.Fatal(err)
		}
		return out.Bytes(), result, refused
	}
	pdf, result, refused := convertBy(convert.Engine{Drawer: draw.MuPDF{}})
	switch {
	case refused != nil:
		if refused.Reason != fate.refused || refused.Page != fate.page || refused.File != filepath.Base(path) {
			t.Errorf("%v; want %q on page %d, because %s", refused, fate.refused, fate.page, fate.because)
		}
		return
	case fate.refused != "":
		t.Fatalf("converted; to be refused because %s", fate.because)
	}
	checktest.Compliant(t, pdf, pdfa.Flavour2B)
	if got := result.Pages[0].Drawn; got != fate.drawn {
		t.Errorf("drawn %q, want %q: %s", got, fate.drawn, fate.because)
	}
	if fate.desk == "" {
		return
	}
	if _, _, refused := convertBy(convert.Engine{Drawer: draw.MuPDF{}, RefuseSignedOrActive: true}); refused == nil || refused.Reason != fate.desk {
		t.Errorf("the desk: %v, want %s", refused, fate.desk)
	}
}

// The text of a page that is drawn comes with it in the flavour that has text, where it is shown.
func TestDrawnPagesKeepTheirText(t *testing.T) {
	path := filepath.Join(testenv.Shared(t, "corpus/pdf-good"), "sample-files__002-trivial-libre-office-writer.pdf")
	j := job(fileInput(path))
	j.Flavour = pdfa.Flavour2U
	var out bytes.Buffer
	result, err := convert.Engine{Drawer: draw.MuPDF{}}.Convert(t.Context(), j, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	checktest.Compliant(t, out.Bytes(), pdfa.Flavour2U)
	if result.Pages[0].Words == 0 {
		t.Fatal("no words")
	}
	theirs, ours := wordsOf(t, path, nil), wordsOf(t, "", out.Bytes())
	if len(theirs) == 0 || !slices.Equal(theirs, ours) {
		t.Errorf("%d words %.80q, the source has %d %.80q", len(ours), ours, len(theirs), theirs)
	}
	pages, err := convert.Engine{Drawer: draw.MuPDF{}}.Rasters(t.Context(), j.Inputs, func(r pdfa.Raster) error {
		t.Errorf("page %d is given to be read", r.Page)
		return nil
	}, nil)
	if err != nil || pages != 1 {
		t.Errorf("%d pages, %v", pages, err)
	}
}

// wordsOf asks pdftotext for the words of a file, or of bytes.
func wordsOf(t *testing.T, path string, pdf []byte) []string {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "words.pdf")
		if err := os.WriteFile(path, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := exec.Command(testenv.Program(t, "pdftotext"), path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// A JPEG that is broken would be drawn white: the page is refused, by its number.
func TestADrawnPageWithABrokenJPEGIsRefused(t *testing.T) {
	jpeg := buildJPEG(jpegLayout{width: width, height: height, sampling: []byte{0x11}, adobe: -1})
	s := pdfSheet{
		image:   "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode",
		content: "q 61 0 0 33 0 0 cm /Im0 Do Q 0 0 m 9 9 l S",
	}
	for name, test := range map[string]struct {
		data []byte
		want bool
	}{"sound": {jpeg, false}, "cut": {jpeg[:len(jpeg)/2], true}, "flipped": {flipped(jpeg, len(jpeg)-20), true}} {
		t.Run(name, func(t *testing.T) {
			s.data = test.data
			var out bytes.Buffer
			result, err := convert.Engine{Drawer: draw.MuPDF{}}.Convert(t.Context(), job(input("a.pdf", s.bytes())), &out, nil)
			refused, _ := errors.AsType[*pdfa.RefusedError](err)
			if test.want && (refused == nil || refused.Page != 1) || !test.want && (err != nil || result.Pages[0].Drawn != pdfa.DrawnBornDigital) {
				t.Errorf("%+v, %v", result, err)
			}
		})
	}
}

// Annotations and filled-in fields are on the drawing.
func TestAnnotationsAreDrawn(t *testing.T) {
	form := pdfStream("/Subtype /Form /BBox [0 0 1 1]", []byte("1 0 0 rg 0 0 1 1 re f"))
	for name, page := range map[string]string{
		"stamp": "/Annots [<</Subtype /Stamp /Rect [10 10 20 20] /AP <</N 6 0 R>>>>]",
		"field": "/Annots [<</Subtype /Widget /FT /Btn /AS /On /Rect [10 10 20 20] /AP <</N <</On 6 0 R /Off null>>>>>>]",
	} {
		t.Run(name, func(t *testing.T) {
			s := pdfSheet{image: "/ColorSpace /DeviceGray /BitsPerComponent 8", data: bytes.Repeat([]byte{255}, width*height), page: page, objects: []string{form}}
			var out bytes.Buffer
			result, err := convert.Engine{Drawer: draw.MuPDF{}}.Convert(t.Context(), job(input("a.pdf", s.bytes())), &out, nil)
			if err != nil || result.Pages[0].Encoding != "flate" {
				t.Fatalf("%+v, %v", result, err)
			}
			pixels, p := images(t, out.Bytes(), false)[0], result.Pages[0]
			at := func(x, y float64) []byte { // points from the lower left corner
				px, py := int(x/72*300), p.HeightPx-1-int(y/72*300)
				return pixels[3*(py*p.WidthPx+px) : 3*(py*p.WidthPx+px)+3]
			}
			if !bytes.Equal(at(15, 15), []byte{255, 0, 0}) || !bytes.Equal(at(5, 5), []byte{255, 255, 255}) || !bytes.Equal(at(25, 15), []byte{255, 255, 255}) {
				t.Errorf("inside %v, outside %v %v", at(15, 15), at(5, 5), at(25, 15))
			}
		})
	}
}
