package docarea

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"segnatura/internal/soap"
)

// values are what a request's parameters hold, in the bytes that they have before they are written in a form.
type values map[slot][]byte

// message is a request as its dialect spells it.
type message struct {
	service   service
	operation operation
	values    values
}

// MarshalXML writes the operation's element with its parameters in the contract's order. Prefixes are written out, since encoding/xml has none; those
// of the envelope's own namespaces are declared by it.
func (m message) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	start := xml.StartElement{Name: xml.Name{Local: "op:" + m.operation.name}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns:op"}, Value: m.service.namespace}}}
	if m.service.encoded {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: "soapenv:encodingStyle"}, Value: soap.EncodingNamespace})
	}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, p := range m.operation.params {
		part := xml.StartElement{Name: xml.Name{Local: p.name}}
		if m.service.qualified {
			part.Name.Local = "op:" + p.name
		}
		if m.service.encoded {
			part.Attr = []xml.Attr{{Name: xml.Name{Local: "xsi:type"}, Value: xsdTypes[p.form]}}
		}
		if err := e.EncodeElement(m.written(p), part); err != nil {
			return fmt.Errorf("write %s: %w", p.name, err)
		}
	}
	return e.EncodeToken(start.End())
}

func (m message) written(p param) string {
	value := m.values[p.slot]
	if p.form == asBase64 {
		return base64.StdEncoding.EncodeToString(value)
	}
	return string(value)
}

// reply is an answer of one of the three calls that every dialect has: elements of which each is there once, wherever they lie. In rpc/encoded they may
// stand beside the element that points to them, down to a single number (Axis writes it so, Delphi in part).
type reply struct {
	raw    string
	fields map[string]string // texts by element
	points map[string]string // for an element that points elsewhere, the id of what it points to
	apart  map[string]string // texts that stand for themselves, by id
}

// maxRaw bounds what is kept of an answer for the record, in bytes.
const maxRaw = 4 << 10

// Scattered says that each element of the answer's body is read.
func (*reply) Scattered() {}

// UnmarshalXML reads the answer's elements without children by their local names. One that is there twice makes the answer unclear.
func (r *reply) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var content struct {
		Inner []byte `xml:",innerxml"`
		Text  string `xml:",chardata"`
	}
	if err := d.DecodeElement(&content, &start); err != nil {
		return err
	}
	if r.fields == nil {
		r.fields, r.points, r.apart = map[string]string{}, map[string]string{}, map[string]string{}
	}
	r.raw += string(content.Inner)
	r.raw = strings.ToValidUTF8(r.raw[:min(len(r.raw), maxRaw)], "")
	if id := attribute(start, "id"); id != "" {
		r.apart[id] = strings.TrimSpace(content.Text)
	}
	return r.read(content.Inner)
}

func (r *reply) read(inner []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(inner))
	var open xml.StartElement // the element that was opened last; without a name once it was closed
	var said strings.Builder
	for {
		token, err := decoder.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read answer: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = token.Copy()
			said.Reset()
		case xml.CharData:
			said.Write(token)
		case xml.EndElement:
			if open.Name == token.Name { // it had no children
				if err := r.keep(open, strings.TrimSpace(said.String())); err != nil {
					return err
				}
			}
			open = xml.StartElement{}
		}
	}
}

func (r *reply) keep(element xml.StartElement, said string) error {
	name := element.Name.Local
	_, here := r.fields[name]
	_, elsewhere := r.points[name]
	if here || elsewhere {
		return fmt.Errorf("the answer has <%s> twice", name)
	}
	if id, points := strings.CutPrefix(attribute(element, "href"), "#"); points {
		r.points[name] = id
	} else {
		r.fields[name] = said
	}
	return nil
}

func attribute(element xml.StartElement, name string) string {
	for _, a := range element.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// text returns what an element says, here or where it points to; "" where there is none.
func (r *reply) text(name string) string {
	if id, points := r.points[name]; points {
		return r.apart[id]
	}
	return r.fields[name]
}

// integer reads a whole number; false where there is none.
func (r *reply) integer(name string) (int64, bool) {
	n, err := strconv.ParseInt(r.text(name), 10, 64)
	return n, err == nil
}
