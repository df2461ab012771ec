package check_test

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"regexp"
	"strings"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/writer"
)

// The breaches are single faults in files of ours that are right otherwise. This test demands a no of pdfa/check; the conformance
// run demands a no of veraPDF as well, by the rule that is named here.

// bases are the files that are broken.
var bases = map[string]func(testing.TB) []byte{
	"pages": sample, // 2u: text, lines, G4, JPEG, Flate, a palette; five pages
	"registered": func(tb testing.TB) []byte { // 2b: one image, with the segnatura's extension schema
		return extended(tb, segnatura())
	},
	"inks": inks, // 2b: a CMYK JPEG with its profile
	"read": read, // 2u: two scanned pages with recognised text
}

func TestBasesAreCompliant(t *testing.T) {
	for name, flavour := range map[string]pdfa.Flavour{"pages": pdfa.Flavour2U, "registered": pdfa.Flavour2B, "inks": pdfa.Flavour2B,
		"read": pdfa.Flavour2U} {
		t.Run(name, func(t *testing.T) {
			pdf := bases[name](t)
			checktest.Compliant(t, pdf, flavour)
			if !bytes.Equal(parse(t, pdf).bytes(), pdf) {
				t.Error("a file taken apart and put together again differs")
			}
		})
	}
}

// inks writes a CMYK JPEG. It is made of a grey one whose 8 x 8 block is said four times: no encoder at hand writes CMYK.
func inks(tb testing.TB) []byte {
	tb.Helper()
	var grey bytes.Buffer
	must(tb, jpeg.Encode(&grey, &image.Gray{Pix: bytes.Repeat([]byte{128}, 64), Stride: 8, Rect: image.Rect(0, 0, 8, 8)}, nil))
	b := grey.Bytes()
	frame := bytes.Index(b, []byte{0xFF, 0xC0})
	scan := bytes.Index(b, []byte{0xFF, 0xDA})
	tables := append(append([]byte{}, b[2:frame]...), b[frame+2+11:scan]...) // grey's frame header has 11 bytes
	var cmyk bytes.Buffer
	cmyk.WriteString("\xFF\xD8\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00") // APP14: no transform
	cmyk.Write(tables)
	cmyk.WriteString("\xFF\xC0\x00\x14\x08\x00\x08\x00\x08\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00")
	cmyk.WriteString("\xFF\xDA\x00\x0E\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3F\x00")
	cmyk.WriteString("\x28\xA2\x8A\xFF\xD9") // four blocks of difference 0 and end of block

	profile := make([]byte, 132+12+16) // a header and one tag: enough for a space, not for a colour
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	copy(profile[8:], "\x02\x10\x00\x00prtrCMYKLab ")
	copy(profile[36:], "acsp")
	binary.BigEndian.PutUint32(profile[128:], 1)
	copy(profile[132:], "cprt\x00\x00\x00\x90\x00\x00\x00\x10text")

	var out bytes.Buffer
	d, err := writer.NewDocument(&out, pdfa.Metadata{Title: "Inchiostri"}, pdfa.Flavour2B)
	must(tb, err)
	_, err = d.AddImagePage(writer.ImagePage{XDPI: 72, YDPI: 72, Image: writer.JPEG(8, 8, &cmyk, int64(cmyk.Len()),
		writer.JPEGOptions{Components: 4, Profile: profile, Inverted: true})})
	must(tb, err)
	_, err = d.Close()
	must(tb, err)
	return out.Bytes()
}

// read writes two scanned pages with the words that were recognised on them.
func read(tb testing.TB) []byte {
	tb.Helper()
	var out bytes.Buffer
	d, err := writer.NewDocument(&out, pdfa.Metadata{Title: "Letto", Segnatura: segnatura()}, pdfa.Flavour2U)
	must(tb, err)
	for _, text := range []string{"Perché", "Città"} {
		_, err := d.AddImagePage(writer.ImagePage{XDPI: 72, YDPI: 72, Image: writer.Bitonal(80, 40, bytes.NewReader(make([]byte, 400))),
			Text: pdfa.PageText{Words: []pdfa.Word{{Text: text, X: 10, Y: 20, Width: 40, Height: 10, EndsLine: true}}}})
		must(tb, err)
	}
	_, err = d.Close()
	must(tb, err)
	return out.Bytes()
}

type change = func(testing.TB, *file)

// Places where the breaches go.
func catalog(entry string) change { return replace("/Type /Catalog", "/Pages", entry+" /Pages") }
func page(entry string) change    { return replace("/Type /Page ", "/Contents", entry+" /Contents") }
func xmp(old, new string) change  { return replace("/Subtype /XML", old, new) }
func jpegImage(entry string) change {
	return replace("/DCTDecode", "/Filter", entry+" /Filter")
}
func content(old, new string) change {
	return inflated(by("/Type /Page ", "/Contents"), swap(old, new))
}
func profile(mark, key string, edit func([]byte)) change {
	return inflated(by(mark, key), func(s string) string { b := []byte(s); edit(b); return string(b) })
}

// state gives the first page a graphics state, and has its content use it.
func state(dictionary string) change {
	return func(tb testing.TB, f *file) {
		replace("/Type /Page ", "/Font", "/ExtGState <</G0 "+dictionary+">> /Font")(tb, f)
		content("BT ", "/G0 gs BT ")(tb, f)
	}
}

// form gives the first page a form XObject of its own, and draws it.
func form(keys string) change {
	return func(tb testing.TB, f *file) {
		n := f.add(fmt.Sprintf("<</Type /XObject %s /BBox [0 0 10 10] /Length 0>>\nstream\n\nendstream", keys))
		replace("/Type /Page ", "/Font", fmt.Sprintf("/XObject <</Fm0 %d 0 R>> /Font", n))(tb, f)
		content("BT ", "/Fm0 Do BT ")(tb, f)
	}
}

// add appends an object and returns its number.
func (f *file) add(body string) int {
	n := len(f.order) + 1
	f.order = append(f.order, n)
	f.objects[n] = fmt.Sprintf("%d 0 obj\n%s\nendobj\n", n, body)
	f.trailer = swap(fmt.Sprintf("/Size %d", n), fmt.Sprintf("/Size %d", n+1))(f.trailer)
	return n
}

// referring adds an object, and then makes the change that names it.
func referring(body string, then func(n int) change) change {
	return func(tb testing.TB, f *file) { n := f.add(body); then(n)(tb, f) }
}

func inTrailer(old, new string) change {
	return func(_ testing.TB, f *file) { f.trailer = swap(old, new)(f.trailer) }
}

// encrypted locks the file with an empty user password and the crypt filter that leaves everything as it is (ISO 32000-1, 7.6.5),
// so that the Encrypt key is all that is wrong.
func encrypted(tb testing.TB, f *file) {
	id, err := hex.DecodeString(regexp.MustCompile(`/ID \[<([0-9A-F]{32})>`).FindStringSubmatch(f.trailer)[1])
	must(tb, err)
	pad := []byte("\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A")
	owner := bytes.Repeat([]byte{7}, 32)
	const permissions = -4
	sum := md5.Sum(append(append(append(append([]byte{}, pad...), owner...), 0xFC, 0xFF, 0xFF, 0xFF), id...))
	for range 50 {
		sum = md5.Sum(sum[:])
	}
	user := md5.Sum(append(append([]byte{}, pad...), id...))
	for i := range byte(20) {
		key := make([]byte, 16)
		for j := range key {
			key[j] = sum[j] ^ i
		}
		c, err := rc4.NewCipher(key)
		must(tb, err)
		c.XORKeyStream(user[:], user[:])
	}
	n := f.add(fmt.Sprintf("<</Filter /Standard /V 4 /R 4 /Length 128 /P %d /O <%X> /U <%X%032X> /CF <<>> /StmF /Identity /StrF /Identity>>",
		permissions, owner, user, 0))
	inTrailer("/Root", fmt.Sprintf("/Encrypt %d 0 R /Root", n))(tb, f)
}

// breaches name the rule as veraPDF does: clause of ISO 19005-2, and its test.
var breaches = map[string]struct {
	base   string
	change change
	rule   string
}{
	// 6.1 file structure
	"header of no version":     {"pages", func(_ testing.TB, f *file) { f.head = swap("%PDF-1.7", "%PDF-1.9")(f.head) }, "6.1.2-1"},
	"header with a tail":       {"registered", func(_ testing.TB, f *file) { f.head = swap("%PDF-1.7", "%PDF-1.7 x")(f.head) }, "6.1.2-1"},
	"no binary marker":         {"inks", func(_ testing.TB, f *file) { f.head = "%PDF-1.7\n%abcd\n" }, "6.1.2-2"},
	"no identifier":            {"pages", func(_ testing.TB, f *file) { f.trailer = f.trailer[:strings.Index(f.trailer, " /ID")] + ">>\n" }, "6.1.3-1"},
	"encrypted":                {"registered", encrypted, "6.1.3-2"},
	"data behind the end":      {"read", func(_ testing.TB, f *file) { f.tail = "x\n" }, "6.1.3-3"},
	"blank line in the table":  {"registered", func(_ testing.TB, f *file) { f.table = "xref\n\n0 " }, "6.1.4-2"},
	"odd hexadecimal string":   {"pages", replace("/Author", "/Author <FEFF0043", "/Author <FEFF0043006"), "6.1.6-1"},
	"hexadecimal string of Z":  {"pages", replace("/Author", "/Author <FEFF0043", "/Author <FEFF004Z"), "6.1.6-2"},
	"stream length too small":  {"registered", replace("/N 3 ", "/Length 2332", "/Length 2331"), "6.1.7.1-1"},
	"stream keyword and CR":    {"registered", replace("/N 3 ", "\nstream\n", "\nstream\r"), "6.1.7.1-2"},
	"no line end at endstream": {"registered", replace("/N 3 ", "\nendstream", "endstream"), "6.1.7.1-2"},
	"stream in another file":   {"registered", replace("/N 3 ", "/N 3 ", "/N 3 /F (a.icc) "), "6.1.7.1-3"},
	"filter of another file":   {"registered", replace("/N 3 ", "/N 3 ", "/N 3 /FFilter /FlateDecode "), "6.1.7.1-3"},
	"LZW":                      {"pages", replace("/Predictor", "/FlateDecode", "/LZWDecode"), "6.1.7.2-1"},
	"two blanks before obj":    {"read", func(_ testing.TB, f *file) { f.objects[6] = swap("6 0 obj", "6  0 obj")(f.objects[6]) }, "6.1.9-1"},
	"permissions":              {"registered", catalog("/Perms <</UR5 <<>>>>"), "6.1.12-1"},
	"integer too large":        {"pages", page("/Tabs 2147483648"), "6.1.13-1"},
	"number too large":         {"pages", page("/Zoom 1" + strings.Repeat("0", 39) + ".5"), "6.1.13-2"},
	"string too long":          {"registered", catalog("/Lang (" + strings.Repeat("a", 32768) + ")"), "6.1.13-3"},
	"name too long":            {"registered", catalog("/PageLayout /" + strings.Repeat("a", 128)), "6.1.13-4"},
	"number too near to zero":  {"pages", page("/Zoom 0." + strings.Repeat("0", 40) + "1"), "6.1.13-5"},
	"states too deep":          {"pages", content("BT ", strings.Repeat("q ", 29)+strings.Repeat("Q ", 29)+"BT "), "6.1.13-8"},
	"page too large":           {"pages", replace("/Type /Page ", "[0 0 595", "[0 0 99595"), "6.1.13-11"},
	"page too small":           {"registered", replace("/Type /Page ", "[0 0 8 8]", "[0 0 8 2]"), "6.1.13-11"},
	"crop box too small":       {"pages", page("/CropBox [0 0 2 2]"), "6.1.13-11"},
	// 6.2 graphics
	"unknown operator":           {"pages", content(" S\n", " S foo\n"), "6.2.2-1"},
	"operator in BX and EX":      {"read", content("q ", "BX foo EX q "), "6.2.2-1"},
	"inherited resources":        {"registered", inherited, "6.2.2-2"},
	"input profile for output":   {"registered", profile("/OutputIntent ", "/DestOutputProfile", func(b []byte) { copy(b[12:], "scnr") }), "6.2.3-1"},
	"profile of version 5":       {"registered", profile("/OutputIntent ", "/DestOutputProfile", func(b []byte) { b[8] = 5 }), "6.2.3-1"},
	"two output intents":         {"registered", twoIntents, "6.2.3-2"},
	"referred output profile":    {"registered", referredProfile, "6.2.3-3"},
	"inks: profile of a link":    {"inks", profile("/ICCBased", `/ICCBased`, func(b []byte) { copy(b[12:], "link") }), "6.2.4.2-1"},
	"inks: profile of version 5": {"inks", profile("/ICCBased", `/ICCBased`, func(b []byte) { b[8] = 5 }), "6.2.4.2-1"},
	"no output intent":           {"pages", replace("/Catalog", "[6 0 R]", "[]"), "6.2.4.3-2"},
	"intent of PDF/X":            {"registered", replace("/OutputIntent ", "GTS_PDFA1", "GTS_PDFX"), "6.2.4.3-4"},
	"intent of another space":    {"pages", profile("/OutputIntent ", "/DestOutputProfile", func(b []byte) { copy(b[16:], "CMYK") }), "6.2.4.3-2"},
	"image in DeviceCMYK":        {"pages", replace("/DCTDecode", "/DeviceRGB", "/DeviceCMYK"), "6.2.4.3-3"},
	"ink in the content":         {"pages", content("0.5 g", "0 0 0 0.5 k"), "6.2.4.3-3"},
	"transfer function":          {"pages", state("<</TR /Identity>>"), "6.2.5-1"},
	"second transfer function":   {"pages", state("<</TR2 /Identity>>"), "6.2.5-2"},
	"halftone phase":             {"pages", state("<</HTP [0 0]>>"), "6.2.5-3"},
	"halftone of type 6":         {"pages", state("<</HT <</HalftoneType 6>>>>"), "6.2.5-4"},
	"named halftone":             {"pages", state("<</HT <</HalftoneType 1 /Frequency 60 /Angle 45 /SpotFunction /Round /HalftoneName (a)>>>>"), "6.2.5-5"},
	"rendering intent of image":  {"pages", jpegImage("/Intent /Vivid"), "6.2.6-1"},
	"rendering intent operator":  {"pages", content("BT ", "/Vivid ri BT "), "6.2.6-1"},
	"image with alternates":      {"pages", jpegImage("/Alternates []"), "6.2.8-1"},
	"image with OPI":             {"registered", replace("/Subtype /Image", "/Filter", "/OPI <<>> /Filter"), "6.2.8-2"},
	"image interpolated":         {"pages", jpegImage("/Interpolate true"), "6.2.8-3"},
	"bitonal page interpolated":  {"read", replace("/CCITTFaxDecode", "/Filter", "/Interpolate true /Filter"), "6.2.8-3"},
	"three bits a component":     {"registered", replace("/Subtype /Image", "/BitsPerComponent 8 /Filter", "/BitsPerComponent 3 /Filter"), "6.2.8-4"},
	"PostScript in a form":       {"pages", form("/Subtype /Form /Subtype2 /PS"), "6.2.9-1"},
	"reference to another file":  {"pages", form("/Subtype /Form /Ref <</F (a.pdf) /Page 0>>"), "6.2.9-2"},
	"PostScript object":          {"pages", form("/Subtype /PS"), "6.2.9-3"},
	"unknown blend mode":         {"pages", state("<</BM /Glow>>"), "6.2.10-1"},
	// 6.2.11 fonts
	"encoding of another set":  {"pages", replace("/Subtype /Type0", "/Identity-H", "/GB-EUC-H"), "6.2.11.3.1-1"},
	"no map to glyphs":         {"pages", cut("/CIDFontType2", ` /CIDToGIDMap /Identity`), "6.2.11.3.2-1"},
	"encoding unknown":         {"pages", replace("/Subtype /Type0", "/Identity-H", "/Our-H"), "6.2.11.3.3-1"},
	"font not embedded":        {"pages", cut("/FontName", ` /FontFile2 \d+ 0 R`), "6.2.11.4.1-1"},
	"font program damaged":     {"pages", inflated(by("/FontFile2", "/FontFile2"), swap("hmtx", "hmtz")), "6.2.11.4.1-1"},
	"glyph that is not there":  {"pages", content("<0033", "<0FFF0033"), "6.2.11.4.1-2"},
	"list of glyphs too short": {"pages", shortCIDSet, "6.2.11.4.2-2"},
	"font width":               {"pages", replace("/CIDFontType2", "[666.9922]", "[866.9922]"), "6.2.11.5-1"},
	"no characters for codes":  {"pages", cut("/Subtype /Type0", ` /ToUnicode \d+ 0 R`), "6.2.11.7.2-1"},
	"read: no characters":      {"read", cut("/Subtype /Type0", ` /ToUnicode \d+ 0 R`), "6.2.11.7.2-1"},
	"read: one code unmapped":  {"read", inflated(by("/Subtype /Type0", "/ToUnicode"), swap("<0001> <0050>", "<00F1> <0050>")), "6.2.11.7.2-1"},
	"read: character 0":        {"read", inflated(by("/Subtype /Type0", "/ToUnicode"), swap("> <0050>", "> <0000>")), "6.2.11.7.2-2"},
	"character U+FEFF":         {"pages", inflated(by("/Subtype /Type0", "/ToUnicode"), swap("> <0050>", "> <FEFF>")), "6.2.11.7.2-2"},
	"glyph 0":                  {"pages", content("<0033", "<0000"), "6.2.11.8-1"},
	"read: glyph 0":            {"read", inflated(by("/Type /Page ", "/Contents"), swap("<0001", "<0000")), "6.2.11.8-1"},
	// 6.3 to 6.5 annotations, forms, actions
	"sound annotation":          {"pages", annotation("/Subtype /Sound /F 4"), "6.3.1-1"},
	"annotation without flags":  {"pages", annotation("/Subtype /Link"), "6.3.2-1"},
	"hidden annotation":         {"pages", annotation("/Subtype /Link /F 6"), "6.3.2-2"},
	"annotation without a look": {"pages", annotation("/Subtype /Square /F 4"), "6.3.3-1"},
	"field with an action":      {"pages", annotation("/Subtype /Widget /F 4 /A <</S /URI /URI (a:b)>>"), "6.4.1-1"},
	"appearances to be made":    {"registered", catalog("/AcroForm <</Fields [] /NeedAppearances true>>"), "6.4.1-3"},
	"XFA":                       {"registered", catalog("/AcroForm <</Fields [] /XFA []>>"), "6.4.2-1"},
	"to be rendered":            {"registered", catalog("/NeedsRendering true"), "6.4.2-2"},
	"JavaScript on opening":     {"read", catalog("/OpenAction <</S /JavaScript /JS (x)>>"), "6.5.1-1"},
	"program to be launched":    {"pages", annotation("/Subtype /Link /F 4 /A <</S /Launch /F (a.exe)>>"), "6.5.1-1"},
	"named action":              {"inks", catalog("/OpenAction <</S /Named /N /Print>>"), "6.5.1-2"},
	"document's actions":        {"inks", catalog("/AA <</WC <</S /URI /URI (a:b)>>>>"), "6.5.2-1"},
	"page's actions":            {"read", page("/AA <<>>"), "6.5.2-2"},
	// 6.6 metadata
	"no metadata":               {"registered", cut("/Type /Catalog", ` /Metadata 4 0 R`), "6.6.2.1-1"},
	"packet with bytes":         {"registered", xmp(`zkc9d"?>`, `zkc9d" bytes="100"?>`), "6.6.2.1-2"},
	"packet with an encoding":   {"registered", xmp(`zkc9d"?>`, `zkc9d" encoding="UTF-8"?>`), "6.6.2.1-3"},
	"packet not well-formed":    {"read", xmp("</dc:title>", "</dc:titel>"), "6.6.2.1-4"},
	"packet in UTF-16":          {"inks", wide, "6.6.2.1-5"},
	"property of no schema":     {"registered", xmp("</rdf:Description>", "<pdf:Zoom>1</pdf:Zoom></rdf:Description>"), "6.6.2.3.1-1"},
	"property not described":    {"registered", xmp("</rdf:Description>", "<segnatura:Fascicolo>1</segnatura:Fascicolo></rdf:Description>"), "6.6.2.3.1-1"},
	"title of a wrong type":     {"registered", xmp("<dc:title><rdf:Alt>", "<dc:title><rdf:Bag>"), "6.6.2.1-4"},
	"title without languages":   {"inks", xmp(`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Inchiostri</rdf:li></rdf:Alt></dc:title>`, "<dc:title>Inchiostri</dc:title>"), "6.6.2.3.1-2"},
	"year of letters":           {"registered", xmp(":AnnoRegistrazione>2026<", ":AnnoRegistrazione>MMXXVI<"), "6.6.2.3.1-2"},
	"day of another form":       {"registered", xmp(":DataRegistrazione>2026-11-22<", ":DataRegistrazione>22/11/2026<"), "6.6.2.3.1-2"},
	"creation of another form":  {"pages", xmp("<xmp:CreateDate>2026-05-06T07:08:09+00:00", "<xmp:CreateDate>6 May 2026"), "6.6.2.3.1-2"},
	"schema with another field": {"registered", xmp("<pdfaSchema:prefix>", "<pdfaSchema:more>x</pdfaSchema:more><pdfaSchema:prefix>"), "6.6.2.3.2-1"},
	"schemas in a sequence":     {"registered", both(xmp("<pdfaExtension:schemas><rdf:Bag>", "<pdfaExtension:schemas><rdf:Seq>"), xmp("</rdf:Bag></pdfaExtension", "</rdf:Seq></pdfaExtension")), "6.6.2.3.3-1"},
	"schema without a name":     {"registered", without(`<pdfaSchema:schema>[^<]*</pdfaSchema:schema>`), "6.6.2.3.3-2"},
	"schema without namespace":  {"registered", without(`<pdfaSchema:namespaceURI>[^<]*</pdfaSchema:namespaceURI>`), "6.6.2.3.3-3"},
	"schema without prefix":     {"registered", without(`<pdfaSchema:prefix>[^<]*</pdfaSchema:prefix>`), "6.6.2.3.3-4"},
	"properties in a bag":       {"registered", both(xmp("<pdfaSchema:property><rdf:Seq>", "<pdfaSchema:property><rdf:Bag>"), xmp("</rdf:Seq></pdfaSchema", "</rdf:Bag></pdfaSchema")), "6.6.2.3.3-5"},
	"property without a name":   {"registered", without(`<pdfaProperty:name>[^<]*</pdfaProperty:name>`), "6.6.2.3.3-7"},
	"property of unknown type":  {"registered", xmp("valueType>Integer<", "valueType>Number9<"), "6.6.2.3.3-8"},
	"property of no category":   {"registered", xmp("category>external<", "category>foreign<"), "6.6.2.3.3-9"},
	"property not explained":    {"registered", without(`<pdfaProperty:description>[^<]*</pdfaProperty:description>`), "6.6.2.3.3-10"},
	"no flavour at all":         {"inks", both(without(`<pdfaid:part>2</pdfaid:part>`), without(`<pdfaid:conformance>B</pdfaid:conformance>`)), "6.6.4-1"},
	"flavour of another part":   {"registered", xmp("<pdfaid:part>2", "<pdfaid:part>9"), "6.6.4-2"},
	"flavour without a level":   {"read", without(`<pdfaid:conformance>U</pdfaid:conformance>`), "6.6.4-3"},
	"flavour by another prefix": {"registered", func(_ testing.TB, f *file) {
		f.objects[4] = strings.ReplaceAll(f.objects[4], "pdfaid", "pdfaix")
		f.setLength(4)
	}, "6.6.4-4"},
	// 6.8 to 6.11 the rest
	"embedded file half named": {"registered", referring("<</Type /EmbeddedFile /Length 1>>\nstream\nx\nendstream", func(n int) change {
		return catalog(fmt.Sprintf("/Names <</EmbeddedFiles <</Names [(a) <</Type /Filespec /F (a) /EF <</F %d 0 R>>>>]>>>>", n))
	}), "6.8-2"},
	"embedded file not PDF/A": {"registered", referring("<</Type /EmbeddedFile /Length 1>>\nstream\nx\nendstream", func(n int) change {
		return catalog(fmt.Sprintf("/Names <</EmbeddedFiles <</Names [(a) <</Type /Filespec /F (a) /UF (a) /EF <</F %d 0 R>>>>]>>>>", n))
	}), "6.8-5"},
	"layers without a name": {"registered", referring("<</Type /OCG /Name (a)>>", func(n int) change {
		return catalog(fmt.Sprintf("/OCProperties <</OCGs [%[1]d 0 R] /D <</Order [%[1]d 0 R]>>>>", n))
	}), "6.9-1"},
	"layers of one name": {"registered", referring("<</Type /OCG /Name (a)>>", func(n int) change {
		return catalog(fmt.Sprintf("/OCProperties <</OCGs [%[1]d 0 R] /D <</Name (d) /Order [%[1]d 0 R]>> /Configs [<</Name (d) /Order [%[1]d 0 R]>>]>>", n))
	}), "6.9-2"},
	"layer out of order": {"registered", referring("<</Type /OCG /Name (a)>>", func(n int) change {
		return catalog(fmt.Sprintf("/OCProperties <</OCGs [%d 0 R] /D <</Name (d) /Order []>>>>", n))
	}), "6.9-3"},
	"layers that switch": {"registered", referring("<</Type /OCG /Name (a)>>", func(n int) change {
		return catalog(fmt.Sprintf("/OCProperties <</OCGs [%[1]d 0 R] /D <</Name (d) /Order [%[1]d 0 R] /AS []>>>>", n))
	}), "6.9-4"},
	"alternate presentations": {"registered", catalog("/Names <</AlternatePresentations <<>>>>"), "6.10-1"},
	"presentation steps":      {"read", page("/PresSteps <<>>"), "6.10-2"},
	"requirements":            {"inks", catalog("/Requirements []"), "6.11-1"},
}

func both(first, second change) change {
	return func(tb testing.TB, f *file) { first(tb, f); second(tb, f) }
}

// cut takes what matches the pattern out of the first object that holds mark.
func cut(mark, pattern string) change {
	return func(tb testing.TB, f *file) {
		n := f.object(tb, mark)
		found := regexp.MustCompile(pattern).FindString(f.objects[n])
		if found == "" {
			tb.Fatalf("object %d does not hold %s", n, pattern)
		}
		replace(mark, found, "")(tb, f)
	}
}

// without takes the first match out of the packet.
func without(pattern string) change { return cut("/Subtype /XML", pattern) }

func annotation(keys string) change {
	return page("/Annots [<</Type /Annot /Rect [10 10 20 20] " + keys + ">>]")
}

// inherited moves the page's resources to the tree of pages.
func inherited(tb testing.TB, f *file) {
	resources := regexp.MustCompile(` /Resources <</XObject <<[^>]*>>>>`).FindString(f.objects[f.object(tb, "/Type /Page ")])
	replace("/Type /Page ", resources, "")(tb, f)
	replace("/Type /Pages", "/Count", strings.TrimPrefix(resources, " ")+" /Count")(tb, f)
}

// twoIntents adds an output intent with a profile of its own.
func twoIntents(tb testing.TB, f *file) {
	profile := f.add(strings.TrimSuffix(strings.TrimPrefix(f.objects[5], "5 0 obj\n"), "\nendobj\n"))
	second := f.add(fmt.Sprintf("<</Type /OutputIntent /S /GTS_PDFX /OutputConditionIdentifier (a) /DestOutputProfile %d 0 R>>", profile))
	replace("/Catalog", "[6 0 R]", fmt.Sprintf("[6 0 R %d 0 R]", second))(tb, f)
}

func referredProfile(tb testing.TB, f *file) {
	second := f.add("<</Type /OutputIntent /S /GTS_PDFX /OutputConditionIdentifier (a) /DestOutputProfileRef <<>>>>")
	replace("/Catalog", "[6 0 R]", fmt.Sprintf("[6 0 R %d 0 R]", second))(tb, f)
}

// shortCIDSet claims that the font program has glyph 1 only.
func shortCIDSet(tb testing.TB, f *file) {
	n := f.add("<</Length 1>>\nstream\n\x40\nendstream")
	replace("/FontName", "/FontFile2", fmt.Sprintf("/CIDSet %d 0 R /FontFile2", n))(tb, f)
}

// wide writes the packet in UTF-16.
func wide(_ testing.TB, f *file) {
	var b strings.Builder
	for _, r := range f.data(4) {
		b.WriteByte(byte(r >> 8))
		b.WriteByte(byte(r))
	}
	f.setData(4, b.String())
}

func TestBreachesAreRefused(t *testing.T) {
	if len(breaches) < 40 {
		t.Fatalf("%d breaches", len(breaches))
	}
	good := map[string][]byte{}
	for name, base := range bases {
		good[name] = base(t)
	}
	for what, b := range breaches {
		t.Run(what, func(t *testing.T) {
			f := parse(t, good[b.base])
			b.change(t, f)
			bad := f.bytes()
			if bytes.Equal(bad, good[b.base]) {
				t.Fatal("the change changes nothing")
			}
			checktest.Refused(t, bad, b.rule)
		})
	}
}
