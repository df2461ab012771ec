package check

import (
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"segnatura/pdfa"
)

// Namespaces of the packet.
const (
	nsX      = "adobe:ns:meta/"
	nsRDF    = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsDC     = "http://purl.org/dc/elements/1.1/"
	nsPDF    = "http://ns.adobe.com/pdf/1.3/"
	nsPDFAID = "http://www.aiim.org/pdfa/ns/id/"
	nsXMP    = "http://ns.adobe.com/xap/1.0/"
	nsXML    = "http://www.w3.org/XML/1998/namespace"
)

// prefixes are those that the namespaces have: where PDF/A names one it is demanded (6.6.2.3.3, 6.6.4), and the writer has no other.
var prefixes = map[string]string{
	"x": nsX, "rdf": nsRDF, "dc": nsDC, "pdf": nsPDF, "pdfaid": nsPDFAID, "xmp": nsXMP, "pdfaExtension": nsExtension,
	"pdfaSchema": nsSchema, "pdfaProperty": nsProperty, "segnatura": nsSegnatura,
}

// properties are all that a packet may hold.
var properties = map[xml.Name]struct {
	container string // of the one rdf:li; "": simple
	info      string // its counterpart in the Info dictionary; "": none
	date      bool
}{
	{Space: nsDC, Local: "format"}:          {},
	{Space: nsDC, Local: "title"}:           {container: "Alt", info: "Title"},
	{Space: nsDC, Local: "creator"}:         {container: "Seq", info: "Author"},
	{Space: nsDC, Local: "description"}:     {container: "Alt", info: "Subject"},
	{Space: nsPDF, Local: "Keywords"}:       {info: "Keywords"},
	{Space: nsPDF, Local: "Producer"}:       {info: "Producer"},
	{Space: nsXMP, Local: "CreatorTool"}:    {info: "Creator"},
	{Space: nsXMP, Local: "CreateDate"}:     {info: "CreationDate", date: true},
	{Space: nsXMP, Local: "ModifyDate"}:     {info: "ModDate", date: true},
	{Space: nsPDFAID, Local: "part"}:        {},
	{Space: nsPDFAID, Local: "conformance"}: {},
}

const (
	packetBegin = "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
	packetEnd   = "\n<?xpacket end=\"r\"?>"
)

// metadata checks the XMP packet (6.6.2), the declared flavour (6.6.4), and that Info says the same.
func (c *checker) metadata(v any) {
	_, o, ok := c.follow(v, "metadata", true)
	if !ok {
		return
	}
	d := c.keys("metadata", o.value, schema{"Type": true, "Subtype": true, "Length": true})
	if d == nil {
		return
	}
	c.want("6.6.2.1", "metadata", d, dict{"Type": name("Metadata"), "Subtype": name("XML")})
	if o.length > maxObjectBytes {
		c.fail("6.6.2.1", "metadata of %d bytes", o.length)
		return
	}
	packet := string(c.read(o.data, o.length))
	body, begins := strings.CutPrefix(packet, packetBegin)
	body, ends := strings.CutSuffix(body, packetEnd)
	if !begins || !ends || !utf8.ValidString(body) {
		c.fail("6.6.2.1", "the XMP packet's frame")
		return
	}
	values, err := parseXMP(body)
	if err != nil {
		c.fail("6.6.2.1", "the XMP packet: %v", err)
		return
	}
	flavour := values[xml.Name{Space: nsPDFAID, Local: "part"}] + values[xml.Name{Space: nsPDFAID, Local: "conformance"}]
	c.report.Flavour = map[string]pdfa.Flavour{"2B": pdfa.Flavour2B, "2U": pdfa.Flavour2U}[flavour]
	if c.report.Flavour == "" {
		c.fail("6.6.4", "the declared flavour is %q", flavour)
	}
	if values[xml.Name{Space: nsDC, Local: "format"}] != "application/pdf" {
		c.fail("6.6.2.3", "dc:format")
	}
	c.info(values)
}

// parseXMP reads the packet's one description. Anything but the known properties, each once, is an error.
func parseXMP(body string) (map[xml.Name]string, error) {
	x := xmpReader{d: xml.NewDecoder(strings.NewReader(body)), values: map[xml.Name]string{}}
	x.d.Strict = true
	x.enter(xml.Name{Space: nsX, Local: "xmpmeta"})
	x.enter(xml.Name{Space: nsRDF, Local: "RDF"})
	x.enter(xml.Name{Space: nsRDF, Local: "Description"})
	for x.err == nil {
		start, ok := x.next().(xml.StartElement)
		if !ok {
			break // the end of the description
		}
		x.property(start)
	}
	for range 2 {
		if _, ok := x.next().(xml.EndElement); !ok {
			x.fail("elements that do not close")
		}
	}
	if x.err != nil {
		return nil, x.err
	}
	if err := x.extensionValues(); err != nil {
		return nil, err
	}
	if _, err := x.d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the packet")
	}
	return x.values, nil
}

type xmpReader struct {
	d      *xml.Decoder
	values map[xml.Name]string
	// described are the extension schema's properties by name; nil: the packet describes none.
	described map[string]described
	err       error
}

func (x *xmpReader) fail(what string) {
	if x.err == nil {
		x.err = errors.New(what)
	}
}

// next returns the next element's start or end, over white space.
func (x *xmpReader) next() xml.Token {
	for x.err == nil {
		t, err := x.d.Token()
		if err != nil {
			x.err = err
			return nil
		}
		if text, ok := t.(xml.CharData); ok && strings.TrimSpace(string(text)) == "" {
			continue
		}
		switch t.(type) {
		case xml.StartElement, xml.EndElement:
			return t
		}
		x.fail("text or markup between the elements")
	}
	return nil
}

func (x *xmpReader) enter(want xml.Name) {
	start, ok := x.next().(xml.StartElement)
	if !ok || start.Name != want {
		x.fail("no element " + want.Local)
		return
	}
	for _, a := range start.Attr {
		switch {
		case a.Name.Space == "xmlns" && prefixes[a.Name.Local] != a.Value:
			x.fail("the prefix " + a.Name.Local)
		case a.Name.Space != "xmlns" && (a.Name != xml.Name{Space: nsRDF, Local: "about"} || a.Value != ""):
			x.fail("an attribute " + a.Name.Local)
		}
	}
}

func (x *xmpReader) property(start xml.StartElement) {
	if start.Name == (xml.Name{Space: nsExtension, Local: "schemas"}) {
		x.extension(start)
		return
	}
	p, known := properties[start.Name]
	known = known || start.Name.Space == nsSegnatura // described, as extensionValues proves
	if _, twice := x.values[start.Name]; !known || twice || len(start.Attr) > 0 {
		x.fail("the property " + start.Name.Local)
		return
	}
	if p.container == "" {
		x.values[start.Name] = x.text()
		return
	}
	x.enter(xml.Name{Space: nsRDF, Local: p.container})
	item, ok := x.next().(xml.StartElement)
	if !ok || item.Name != (xml.Name{Space: nsRDF, Local: "li"}) {
		x.fail("no item in " + start.Name.Local)
		return
	}
	wantAttr := []xml.Attr(nil)
	if p.container == "Alt" {
		wantAttr = []xml.Attr{{Name: xml.Name{Space: nsXML, Local: "lang"}, Value: "x-default"}}
	}
	if !slices.Equal(item.Attr, wantAttr) {
		x.fail("the attributes of the item in " + start.Name.Local)
	}
	x.values[start.Name] = x.text()
	for range 2 {
		if _, ok := x.next().(xml.EndElement); !ok {
			x.fail("more than one item in " + start.Name.Local)
		}
	}
}

// text reads character data to the end of the element.
func (x *xmpReader) text() string {
	var b strings.Builder
	for x.err == nil {
		t, err := x.d.Token()
		if err != nil {
			x.err = err
			break
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.EndElement:
			return b.String()
		default:
			x.fail("markup inside a value")
		}
	}
	return ""
}

// info checks that the Info dictionary has the same values as the packet, no more and no fewer.
func (c *checker) info(values map[xml.Name]string) {
	_, o, ok := c.follow(ref(3), "info", false)
	if !ok {
		return
	}
	d, ok := o.value.(dict)
	if !ok {
		c.fail("6.1.5", "Info is not a dictionary")
		return
	}
	left := maps.Clone(d)
	for element, p := range properties {
		if p.info == "" {
			continue
		}
		want, inXMP := values[element]
		raw, inInfo := d[p.info].(str)
		delete(left, p.info)
		if inXMP != inInfo {
			c.fail("6.1.5", "%s stands in one of Info and XMP only", p.info)
			continue
		}
		if !inXMP {
			continue
		}
		if got, ok := infoText(raw, p.date); !ok || got != want || want == "" {
			c.fail("6.1.5", "%s is %q in Info and %q in XMP", p.info, got, want)
		}
	}
	for key := range left {
		c.fail("6.1.5", "Info has the key %s", key)
	}
	if values[xml.Name{Space: nsPDF, Local: "Producer"}] == "" {
		c.fail("6.1.5", "no producer is named")
	}
}

// infoText returns an Info string as XMP would write it.
func infoText(raw str, date bool) (string, bool) {
	if date {
		t, err := time.Parse("D:20060102150405-07'00", string(raw))
		return t.Format("2006-01-02T15:04:05-07:00"), err == nil
	}
	if len(raw) < 4 || len(raw)%2 != 0 || raw[0] != 0xFE || raw[1] != 0xFF {
		return "", false
	}
	units := make([]uint16, 0, len(raw)/2)
	for i := 2; i < len(raw); i += 2 {
		units = append(units, binary.BigEndian.Uint16(raw[i:]))
	}
	return string(utf16.Decode(units)), true
}
