package writer

import (
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"segnatura/pdfa"
)

// Producer names the program in Info and XMP. It carries no version, so that a new build gives equal files for equal jobs.
const Producer = "segnatura"

// maxTextRunes bounds one metadata value: ISO 19005-2, 6.1.13, allows strings of 32767 bytes, and UTF-16 takes up to four a rune.
const maxTextRunes = 8000

// joinKeywords makes one string of the keywords, the same in Info and in XMP.
func joinKeywords(k []string) string { return strings.Join(k, "; ") }

// validateMetadata refuses text that XML 1.0 cannot hold, or that is too long.
func validateMetadata(m pdfa.Metadata) error {
	fields := []struct{ name, text string }{
		{"title", m.Title}, {"author", m.Author}, {"subject", m.Subject},
		{"keywords", joinKeywords(m.Keywords)}, {"creator tool", m.CreatorTool},
	}
	for _, f := range fields {
		if err := validateText(f.name, f.text); err != nil {
			return err
		}
	}
	if y := m.CreatedAt.Year(); !m.CreatedAt.IsZero() && (y < 1 || y > 9999) {
		return fmt.Errorf("metadata: year %d", y)
	}
	return validateSegnatura(m.Segnatura)
}

// validateText refuses one value that XML 1.0 or a PDF string cannot hold.
func validateText(name, text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("metadata: the %s is not UTF-8", name)
	}
	if utf8.RuneCountInString(text) > maxTextRunes {
		return fmt.Errorf("metadata: the %s has more than %d characters", name, maxTextRunes)
	}
	for _, r := range text {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return fmt.Errorf("metadata: the %s holds the control character %U", name, r)
		}
	}
	return nil
}

// infoDictionary writes the Info entries that have a value; the XMP packet holds the same.
func infoDictionary(m pdfa.Metadata) string {
	entries := []struct{ key, text string }{
		{"Title", m.Title}, {"Author", m.Author}, {"Subject", m.Subject}, {"Keywords", joinKeywords(m.Keywords)},
		{"Creator", m.CreatorTool}, {"Producer", Producer},
	}
	var b strings.Builder
	for _, e := range entries {
		if e.text != "" {
			fmt.Fprintf(&b, " /%s %s", e.key, textString(e.text))
		}
	}
	if !m.CreatedAt.IsZero() {
		fmt.Fprintf(&b, " /CreationDate (%[1]s) /ModDate (%[1]s)", pdfDate(m.CreatedAt))
	}
	return "<<" + strings.TrimSpace(b.String()) + ">>"
}

// textString writes a text string as UTF-16BE with a byte order mark (ISO 32000-1, 7.9.2.2), in hexadecimal.
func textString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteString(">")
	return b.String()
}

// pdfDate formats an instant with its offset (ISO 32000-1, 7.9.4). Offsets of less than a minute are dropped, as in xmpDate.
func pdfDate(t time.Time) string {
	t = wholeOffset(t)
	zone := t.Format("-07'00")
	return "D:" + t.Format("20060102150405") + zone
}

// xmpDate formats an instant with its offset (XMP, 8.2.1.2).
func xmpDate(t time.Time) string { return wholeOffset(t).Format("2006-01-02T15:04:05-07:00") }

// wholeOffset gives t an offset of whole minutes: local mean times before 1900 have seconds, which neither format can say.
func wholeOffset(t time.Time) time.Time {
	name, offset := t.Zone()
	return t.In(time.FixedZone(name, offset/60*60))
}

// xmpPacket writes the metadata stream. It is never compressed, so that programs that know no PDF can find it.
func xmpPacket(m pdfa.Metadata, flavour pdfa.Flavour) []byte {
	var b strings.Builder
	b.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n" +
		" <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" +
		"  <rdf:Description rdf:about=\"\"\n" +
		"    xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n" +
		"    xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"\n" +
		"    xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"\n" +
		"    xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"")
	if m.Segnatura != nil {
		b.WriteString("\n    xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\"\n" +
			"    xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\"\n" +
			"    xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\"\n" +
			"    xmlns:" + segnaturaPrefix + "=\"" + segnaturaNamespace + "\"")
	}
	b.WriteString(">\n")
	put := func(before, text, after string) {
		if text != "" {
			b.WriteString("   " + before + escapeXML(text) + after + "\n")
		}
	}
	put("<dc:format>", "application/pdf", "</dc:format>")
	put(`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">`, m.Title, "</rdf:li></rdf:Alt></dc:title>")
	put("<dc:creator><rdf:Seq><rdf:li>", m.Author, "</rdf:li></rdf:Seq></dc:creator>")
	put(`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">`, m.Subject, "</rdf:li></rdf:Alt></dc:description>")
	put("<pdf:Keywords>", joinKeywords(m.Keywords), "</pdf:Keywords>")
	put("<pdf:Producer>", Producer, "</pdf:Producer>")
	put("<xmp:CreatorTool>", m.CreatorTool, "</xmp:CreatorTool>")
	if !m.CreatedAt.IsZero() {
		date := xmpDate(m.CreatedAt)
		put("<xmp:CreateDate>", date, "</xmp:CreateDate>")
		put("<xmp:ModifyDate>", date, "</xmp:ModifyDate>")
	}
	put("<pdfaid:part>", "2", "</pdfaid:part>")
	put("<pdfaid:conformance>", strings.ToUpper(string(flavour[1:])), "</pdfaid:conformance>")
	if m.Segnatura != nil {
		segnaturaPacket(&b, *m.Segnatura)
	}
	b.WriteString("  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return []byte(b.String())
}

func escapeXML(s string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(s)) // a bytes.Buffer does not fail
	return b.String()
}

// deflate compresses data that is at hand.
func deflate(data []byte) []byte {
	var b bytes.Buffer
	zw := zlib.NewWriter(&b)
	zw.Write(data) // a bytes.Buffer does not fail
	zw.Close()     // likewise
	return b.Bytes()
}
