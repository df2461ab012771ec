package check_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/font/gofont/goregular"

	"segnatura/pdfa"
	"segnatura/pdfa/check"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/writer"
)

// sample writes a file with everything in it that the writer can write.
func sample(tb testing.TB) []byte {
	tb.Helper()
	var out bytes.Buffer
	d, err := writer.NewDocument(&out, pdfa.Metadata{
		Title: "Registro", Author: "Comune", Subject: "Prova", Keywords: []string{"a", "b"}, CreatorTool: "test",
		CreatedAt: time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC), DocumentID: "x",
	}, pdfa.Flavour2U)
	must(tb, err)
	font, err := d.Font(goregular.TTF)
	must(tb, err)
	p, err := d.AddPage(210, 297, 90)
	must(tb, err)
	must(tb, p.Text(font, 12, 20, 20, "Perché"))
	must(tb, p.Line(10, 10, 20, 20, 1))
	must(tb, p.Rect(10, 30, 5, 5, 0.5))
	p, err = d.AddPage(210, 297, 0)
	must(tb, err)
	must(tb, p.Text(font, 12, 20, 20, "hé"))
	must(tb, p.Bitmap([]byte{0xF0, 0x0F}, 1, 8, 2, 10, 10, 8, 2))

	var photo bytes.Buffer
	must(tb, jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil))
	rows := func(n int) io.Reader { return bytes.NewReader(bytes.Repeat([]byte{0, 1, 2, 3, 1, 1}, n)) }
	for _, img := range []writer.Image{
		writer.JPEG(40, 30, bytes.NewReader(photo.Bytes()), int64(photo.Len()), writer.JPEGOptions{Components: 3}),
		writer.Raster(20, 10, writer.RasterFormat{Components: 3, Bits: 8}, rows(100)),
		writer.Raster(12, 10, writer.RasterFormat{Components: 1, Bits: 8, Palette: make([]byte, 12)}, rows(20)),
	} {
		_, err := d.AddImagePage(writer.ImagePage{Image: img, XDPI: 72, YDPI: 72, Orientation: 5})
		must(tb, err)
	}
	_, err = d.Close()
	must(tb, err)
	return out.Bytes()
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func TestSampleIsCompliant(t *testing.T) {
	pdf := sample(t)
	checktest.Compliant(t, pdf, pdfa.Flavour2U)
	report, err := check.Check(bytes.NewReader(pdf), int64(len(pdf)))
	must(t, err)
	if report.Pages != 5 || len(report.SHA256) != 64 || report.Checker == "" {
		t.Errorf("report %+v", report)
	}
	// The rebuilding that the mutations rest on must itself change nothing.
	if !bytes.Equal(parse(t, pdf).bytes(), pdf) {
		t.Error("a file taken apart and put together again differs")
	}
}

// file is a PDF taken apart, for changes that leave everything else right.
type file struct {
	objects map[int]string // from "N 0 obj" to the next object
	order   []int
	trailer string
	// What is the same in every file: its first lines, how the cross-reference table begins, and what stands behind the end.
	head, table, tail string
}

func parse(tb testing.TB, pdf []byte) *file {
	tb.Helper()
	s := string(pdf)
	f := &file{objects: map[int]string{}, head: "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n", table: "xref\n0 "}
	xref := strings.LastIndex(s, "\nxref\n") + 1
	f.trailer = s[strings.LastIndex(s, "trailer\n"):strings.LastIndex(s, "startxref\n")]
	var starts []int
	for i, line := range strings.Split(s[xref:], "\n")[3:] {
		if !strings.HasSuffix(line, " 00000 n ") {
			break
		}
		at, err := strconv.Atoi(line[:10])
		must(tb, err)
		starts = append(starts, at)
		f.order = append(f.order, i+1)
	}
	slices.SortFunc(f.order, func(a, b int) int { return starts[a-1] - starts[b-1] })
	for i, n := range f.order {
		end := xref
		if i+1 < len(f.order) {
			end = starts[f.order[i+1]-1]
		}
		f.objects[n] = s[starts[n-1]:end]
	}
	return f
}

func (f *file) bytes() []byte {
	var b strings.Builder
	b.WriteString(f.head)
	offsets := map[int]int{}
	for _, n := range f.order {
		offsets[n] = b.Len()
		b.WriteString(f.objects[n])
	}
	start := b.Len()
	fmt.Fprintf(&b, "%s%d\n0000000000 65535 f \n", f.table, len(f.order)+1)
	for n := 1; n <= len(f.order); n++ {
		fmt.Fprintf(&b, "%010d 00000 n \n", offsets[n])
	}
	fmt.Fprintf(&b, "%sstartxref\n%d\n%%%%EOF\n%s", f.trailer, start, f.tail)
	return []byte(b.String())
}

// object returns the number of the first object that holds mark.
func (f *file) object(tb testing.TB, mark string) int {
	tb.Helper()
	for _, n := range f.order {
		if strings.Contains(f.objects[n], mark) {
			return n
		}
	}
	tb.Fatalf("no object holds %q", mark)
	return 0
}

// replace changes old to new in the first object that holds mark.
func replace(mark, old, new string) func(testing.TB, *file) {
	return func(tb testing.TB, f *file) {
		tb.Helper()
		n := f.object(tb, mark)
		if !strings.Contains(f.objects[n], old) {
			tb.Fatalf("object %d does not hold %q", n, old)
		}
		f.objects[n] = strings.Replace(f.objects[n], old, new, 1)
		if old, new := len(old), len(new); old != new && strings.Contains(f.objects[n], "/Subtype /XML") {
			f.setLength(n) // the packet is the one stream whose data is edited as text
		}
	}
}

var directLength = regexp.MustCompile(`/Length (\d+)>>`)
var indirectLength = regexp.MustCompile(`/Length (\d+) 0 R>>`)

// data returns the raw data of stream n.
func (f *file) data(n int) string {
	_, rest, _ := strings.Cut(f.objects[n], "\nstream\n")
	return strings.TrimSuffix(rest, "\nendstream\nendobj\n")
}

// setData changes the data of stream n, and its length with it.
func (f *file) setData(n int, data string) {
	head, _, _ := strings.Cut(f.objects[n], "\nstream\n")
	f.objects[n] = head + "\nstream\n" + data + "\nendstream\nendobj\n"
	f.setLength(n)
}

func (f *file) setLength(n int) {
	length := len(f.data(n))
	head, rest, _ := strings.Cut(f.objects[n], "\nstream\n")
	if m := indirectLength.FindStringSubmatch(head); m != nil {
		r, _ := strconv.Atoi(m[1])
		f.objects[r] = fmt.Sprintf("%d 0 obj\n%d\nendobj\n", r, length)
		return
	}
	f.objects[n] = directLength.ReplaceAllString(head, fmt.Sprintf("/Length %d>>", length)) + "\nstream\n" + rest
}

// stream changes the raw data of the first stream whose object holds mark.
func stream(mark string, change func(string) string) func(testing.TB, *file) {
	return func(tb testing.TB, f *file) {
		tb.Helper()
		n := f.object(tb, mark)
		f.setData(n, change(f.data(n)))
	}
}

// inflated changes the inflated data of the stream that the given find names.
func inflated(find func(testing.TB, *file) int, change func(string) string) func(testing.TB, *file) {
	return func(tb testing.TB, f *file) {
		tb.Helper()
		n := find(tb, f)
		zr, err := zlib.NewReader(strings.NewReader(f.data(n)))
		must(tb, err)
		data, err := io.ReadAll(zr)
		must(tb, err)
		changed := change(string(data))
		if changed == string(data) {
			tb.Fatal("the change changes nothing")
		}
		var b bytes.Buffer
		zw := zlib.NewWriter(&b)
		io.WriteString(zw, changed)
		must(tb, zw.Close())
		f.setData(n, b.String())
	}
}

// by finds the object that the reference behind key, in the first object that holds mark, names.
func by(mark, key string) func(testing.TB, *file) int {
	return func(tb testing.TB, f *file) int {
		tb.Helper()
		m := regexp.MustCompile(key + ` (\d+) 0 R`).FindStringSubmatch(f.objects[f.object(tb, mark)])
		if m == nil {
			tb.Fatalf("no %s in the object with %s", key, mark)
		}
		n, _ := strconv.Atoi(m[1])
		return n
	}
}

func swap(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

// mutations are single faults, in files that are right otherwise; the rule is where the finding must lie.
var mutations = map[string]struct {
	change func(testing.TB, *file)
	rule   string
}{
	"encrypted":               {func(_ testing.TB, f *file) { f.trailer = swap("/Root", "/Encrypt 1 0 R /Root")(f.trailer) }, "6.1.3"},
	"no identifier":           {func(_ testing.TB, f *file) { f.trailer = f.trailer[:strings.Index(f.trailer, " /ID")] + ">>\n" }, "ISO 32000-1, 7.3.7"},
	"identifiers differ":      {func(_ testing.TB, f *file) { f.trailer = swap("/ID [<", "/ID [<00")(f.trailer) }, "6.1.3"},
	"updated":                 {func(_ testing.TB, f *file) { f.trailer = swap("/Root", "/Prev 9 /Root")(f.trailer) }, "6.1.3"},
	"size":                    {func(_ testing.TB, f *file) { f.trailer = swap("/Size ", "/Size 1")(f.trailer) }, "6.1.3"},
	"orphan":                  {orphan, "6.1.9"},
	"JavaScript on opening":   {replace("/Catalog", "/Pages", "/OpenAction <</S /JavaScript /JS (x)>> /Pages"), "6.5.1"},
	"embedded files":          {replace("/Catalog", "/Pages", "/Names <</EmbeddedFiles 3 0 R>> /Pages"), "6.8"},
	"form":                    {replace("/Catalog", "/Pages", "/AcroForm <<>> /Pages"), "6.4.1"},
	"no output intent":        {replace("/Catalog", "[6 0 R]", "[]"), "6.2.3"},
	"kind of output intent":   {replace("/OutputIntent ", "GTS_PDFA1", "GTS_PDFX"), "6.2.3"},
	"ICC magic":               {inflated(by("/OutputIntent ", "/DestOutputProfile"), swap("acsp", "acsq")), "6.2.4.2"},
	"ICC of another space":    {inflated(by("/OutputIntent ", "/DestOutputProfile"), swap("RGB ", "CMYK")), "6.2.4.2"},
	"ICC components":          {replace("/N 3", "/N 3", "/N 4"), "6.2.4.2"},
	"XMP not well-formed":     {replace("/Subtype /XML", "</dc:title>", "</dc:titel>"), "6.6.2.1"},
	"XMP of another title":    {replace("/Subtype /XML", ">Registro<", ">Registra<"), "6.1.5"},
	"XMP without a date":      {replace("/Subtype /XML", "<xmp:CreateDate>2026-05-06T07:08:09+00:00</xmp:CreateDate>", ""), "6.1.5"},
	"XMP of PDF/A-1":          {replace("/Subtype /XML", "<pdfaid:part>2", "<pdfaid:part>1"), "6.6.4"},
	"XMP without a flavour":   {replace("/Subtype /XML", "<pdfaid:conformance>U</pdfaid:conformance>", ""), "6.6.4"},
	"XMP unknown property":    {replace("/Subtype /XML", "pdf:Keywords>", "pdf:Trapped>"), "6.6.2.1"},
	"XMP compressed":          {replace("/Subtype /XML", "/Subtype /XML", "/Subtype /XML /Filter /FlateDecode"), "ISO 32000-1, 7.3.7"},
	"Info of another author":  {replace("/Author", "/Author <FEFF0043", "/Author <FEFF0044"), "6.1.5"},
	"Info with another key":   {replace("/Author", "/Author", "/Trapped /True /Author"), "6.1.5"},
	"page count":              {replace("/Type /Pages", "/Count 5", "/Count 6"), "6.1.3"},
	"page listed twice":       {twice, "6.1.9"},
	"annotation":              {replace("/Type /Page ", "/Rotate 90", "/Rotate 90 /Annots []"), "6.3"},
	"page actions":            {replace("/Type /Page ", "/Rotate 90", "/Rotate 90 /AA <<>>"), "6.5.2"},
	"odd rotation":            {replace("/Type /Page ", "/Rotate 90", "/Rotate 45"), "6.1.3"},
	"page too large":          {replace("/Type /Page ", "[0 0 595", "[0 0 99595"), "6.1.13"},
	"unknown operator":        {inflated(by("/Type /Page ", "/Contents"), swap(" S\n", " B\n")), "6.2.2"},
	"unknown image in page":   {inflated(by("/XObject <</Im0", "/Contents"), swap("/Im0 Do", "/Im1 Do")), "6.2.2"},
	"unbalanced state":        {inflated(by("/XObject <</Im0", "/Contents"), swap("q ", "")), "6.1.13"},
	"code without a glyph":    {inflated(by("/Type /Page ", "/Contents"), swap("> Tj", "0001> Tj")), "6.2.11.5"},
	"content: operand":        {inflated(by("/Type /Page ", "/Contents"), swap("0 g", "g")), "6.2.2"},
	"image width":             {replace("/DCTDecode", "/Width 40", "/Width 41"), "6.2.8"},
	"image interpolated":      {replace("/DCTDecode", "/Filter", "/Interpolate 1 /Filter"), "6.2.8"},
	"image with alternates":   {replace("/DCTDecode", "/Filter", "/Alternates [] /Filter"), "6.2.8"},
	"image in DeviceCMYK":     {replace("/DCTDecode", "/DeviceRGB", "/DeviceCMYK"), "6.2.4"},
	"JPEG in a grey space":    {replace("/DCTDecode", "/DeviceRGB", "/DeviceGray"), "6.2.4"},
	"JPEG cut":                {stream("/DCTDecode", func(s string) string { return s[:len(s)-10] }), "6.1.7.2"},
	"JPEG cut before its EOI": {stream("/DCTDecode", func(s string) string { return s[:len(s)-12] + s[len(s)-2:] }), "6.1.7.2"},
	"G4 cut":                  {stream("/CCITTFaxDecode", func(s string) string { return s[:len(s)-3] }), "6.1.7.2"},
	"G4 of other rows":        {replace("/CCITTFaxDecode", "/Height 2", "/Height 3"), "6.2.8"},
	"G4 of more rows":         {moreRows, "6.1.7.2"},
	"Flate of fewer rows":     {replace("/Predictor", "/Height 10", "/Height 11"), "6.1.7.2"},
	"Flate of more rows":      {replace("/Predictor", "/Height 10", "/Height 9"), "6.2.8"},
	"Flate with a tail":       {stream("/Predictor", func(s string) string { return s + "x" }), "6.1.7.1"},
	"Flate depth":             {replace("/Predictor", "/Colors 3 /BitsPerComponent 8", "/Colors 3 /BitsPerComponent 4"), "6.2.8"},
	"LZW":                     {replace("/Predictor", "/FlateDecode", "/LZWDecode"), "6.1.7.2"},
	"palette too short":       {replace("/Indexed", "/DeviceRGB 3 <", "/DeviceRGB 4 <"), "6.2.4"},
	"stream too long":         {replace("/OutputIntents", "]>>\nendobj", "]>>\n\nendobj"), "6.1.9"},
	"font not embedded":       {replace("/FontName", " /FontFile2 ", " /FontFile3 "), "ISO 32000-1, 7.3.7"},
	"font width":              {replace("/CIDFontType2", "[666.9922]", "[866.9922]"), "6.2.11.5"},
	"font without ToUnicode":  {replace("/Type0", "/ToUnicode", "/ToUnicorn"), "ISO 32000-1, 7.3.7"},
	"font encoding":           {replace("/Type0", "Identity-H", "Identity-V"), "6.2.11"},
	"no glyph's character":    {inflated(by("/Type0", "/ToUnicode"), swap("> <0050>", "> <0000>")), "6.2.11.7"},
	"font program damaged":    {inflated(by("/FontFile2", "/FontFile2"), swap("hmtx", "hmtz")), "6.2.11.4"},
}

// orphan adds an object that nothing refers to.
func orphan(_ testing.TB, f *file) {
	n := len(f.order) + 1
	f.order = append(f.order, n)
	f.objects[n] = fmt.Sprintf("%d 0 obj\n<</S /Launch>>\nendobj\n", n)
	f.trailer = swap(fmt.Sprintf("/Size %d", n), fmt.Sprintf("/Size %d", n+1))(f.trailer)
}

// twice lists page 1 in place of page 2 too.
func twice(tb testing.TB, f *file) {
	n := f.object(tb, "/Type /Pages")
	kids := regexp.MustCompile(`\[(\d+ 0 R) (\d+ 0 R)`)
	f.objects[n] = kids.ReplaceAllString(f.objects[n], "[$1 $1")
}

func moreRows(tb testing.TB, f *file) {
	replace("/CCITTFaxDecode", "/Height 2", "/Height 3")(tb, f)
	replace("/CCITTFaxDecode", "/Rows 2", "/Rows 3")(tb, f)
}

func TestMutationsAreRefused(t *testing.T) {
	good := sample(t)
	for what, m := range mutations {
		t.Run(what, func(t *testing.T) {
			f := parse(t, good)
			m.change(t, f)
			bad := f.bytes()
			if bytes.Equal(bad, good) {
				t.Fatal("the change changes nothing")
			}
			wantRefused(t, bad, m.rule)
		})
	}
}

// wantRefused checks that a file is not compliant, and that the rule is among the findings; "" means any.
func wantRefused(t *testing.T, pdf []byte, rule string) {
	t.Helper()
	report, err := check.Check(bytes.NewReader(pdf), int64(len(pdf)))
	must(t, err)
	if report.Compliant || len(report.Findings) == 0 {
		t.Fatalf("compliant: %+v", report)
	}
	if rule != "" && !slices.ContainsFunc(report.Findings, func(f pdfa.Finding) bool { return f.Rule == rule }) {
		t.Errorf("findings %+v, want one on %s", report.Findings, rule)
	}
}

// Faults in the file's frame, by bytes.
func TestDamagedFramesAreRefused(t *testing.T) {
	good := string(sample(t))
	xref := strings.LastIndex(good, "\nxref\n") + 1
	tests := map[string]struct{ file, rule string }{
		"empty":                  {"", "6.1.2"},
		"other version":          {swap("1.7", "2.0")(good), "6.1.2"},
		"no binary marker":       {swap("%\xE2\xE3\xCF\xD3", "%abcd")(good), "6.1.2"},
		"bytes before":           {" " + good, "6.1.2"},
		"bytes behind":           {good + "\n", "6.1.3"},
		"cut":                    {good[:len(good)-200], "6.1.3"},
		"half":                   {good[:len(good)/2], "6.1.3"},
		"startxref off by one":   {swap(fmt.Sprintf("\n%d\n%%%%EOF", xref), fmt.Sprintf("\n%d\n%%%%EOF", xref+1))(good), "6.1.4"},
		"entry off by one":       {swap("0000000015 00000 n", "0000000016 00000 n")(good), "6.1.4"},
		"entry of an update":     {swap("0000000015 00000 n", "0000000015 00001 n")(good), "6.1.4"},
		"entry ends in CR LF":    {swap("0000000015 00000 n \n", "0000000015 00000 n\r\n")(good), "6.1.4"},
		"object's number":        {swap("\n3 0 obj", "\n8 0 obj")(good), "6.1.4"},
		"stream longer by one":   {swap("\nendstream", "x\nendstream")(good), ""},
		"key twice":              {swap("/Subtype /Type0", "/Type /Type0000")(good), "6.1.9"},
		"two end-of-file marker": {good + good[xref:], ""},
	}
	for what, test := range tests {
		t.Run(what, func(t *testing.T) { wantRefused(t, []byte(test.file), test.rule) })
	}
}

// A file cut anywhere is refused.
func TestEveryCutIsRefused(t *testing.T) {
	good := sample(t)
	for n := 0; n < len(good); n += 97 {
		wantRefused(t, good[:n], "")
	}
}

// Each page is told of, and before the first one that the file was read: a large one takes as long as many pages.
func TestACheckTellsThatItGoesOn(t *testing.T) {
	pdf := sample(t)
	var told []int
	report, err := check.Watched(bytes.NewReader(pdf), int64(len(pdf)), func(pages int) { told = append(told, pages) })
	must(t, err)
	if pages := slices.Compact(slices.Clone(told)); !report.Compliant || !slices.Equal(pages, []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("told %v of %+v", told, report)
	}
}

type brokenReader struct{}

func (brokenReader) ReadAt([]byte, int64) (int, error) { return 0, errors.New("disk") }

func TestErrorsOfReadingAreErrors(t *testing.T) {
	report, err := check.Check(brokenReader{}, 1000)
	if err == nil || report.Compliant {
		t.Errorf("%+v, %v", report, err)
	}
}

func FuzzCheck(f *testing.F) {
	good := sample(f)
	f.Add(0, byte('x'))
	f.Add(len(good)-3, byte('0'))
	f.Fuzz(func(t *testing.T, at int, v byte) {
		if at < 0 || at >= len(good) {
			return
		}
		bad := bytes.Clone(good)
		bad[at] = v
		if _, err := check.Check(bytes.NewReader(bad), int64(len(bad))); err != nil {
			t.Fatal(err)
		}
	})
}
