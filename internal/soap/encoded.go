package soap

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strconv"
)

// Encoded is the request of an rpc/encoded operation (SOAP 1.1, sections 5 and 7; WSDL 1.1, 3.5): an element named as the operation, and in it an
// unqualified element for each argument, each saying its type. Names of types have the prefixes that the envelope declares. Where a schema's own
// array types live in a namespace that names a host, soapenc:Array says the same and names none: it is what [Array] writes.
//
// Answers need no help: their parts are unqualified elements too.
type Encoded struct {
	Operation string // with the prefix of the namespace that the binding's soap:body gives
	Arguments []Argument
}

// Argument is one named value of an operation or of a [Struct].
type Argument struct {
	Name  string
	Value Value
}

// Value is what an argument holds: [Text], [Bytes], [Bool], [Int], [Struct], [Array] or [Nil].
type Value interface {
	encode(e *xml.Encoder, name string) error
}

type (
	// Text is a soapenc:string.
	Text string
	// Bytes is a soapenc:base64Binary.
	Bytes []byte
	// Bool is an xsd:boolean.
	Bool bool
	// Int is an xsd:int.
	Int int32
	// Struct is a value of a complex type, whose name has its prefix.
	Struct struct {
		Type   string
		Fields []Argument
	}
	// Array holds values of one complex type, whose name has its prefix.
	Array struct {
		Type  string
		Items []Struct
	}
	// Nil is an argument without a value.
	Nil struct{}
)

// MarshalXML writes the operation's element.
func (r Encoded) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	return within(e, r.Operation, []string{"soapenv:encodingStyle", EncodingNamespace}, func() error { return encodeAll(e, r.Arguments) })
}

func encodeAll(e *xml.Encoder, arguments []Argument) error {
	for _, a := range arguments {
		if err := a.Value.encode(e, a.Name); err != nil {
			return fmt.Errorf("encode %s: %w", a.Name, err)
		}
	}
	return nil
}

func (v Text) encode(e *xml.Encoder, name string) error {
	return simple(e, name, "soapenc:string", string(v))
}

func (v Bytes) encode(e *xml.Encoder, name string) error {
	return simple(e, name, "soapenc:base64Binary", base64.StdEncoding.EncodeToString(v))
}

func (v Bool) encode(e *xml.Encoder, name string) error {
	return simple(e, name, "xsd:boolean", strconv.FormatBool(bool(v)))
}

func (v Int) encode(e *xml.Encoder, name string) error {
	return simple(e, name, "xsd:int", strconv.Itoa(int(v)))
}

func (v Struct) encode(e *xml.Encoder, name string) error {
	return within(e, name, []string{"xsi:type", v.Type}, func() error { return encodeAll(e, v.Fields) })
}

func (v Array) encode(e *xml.Encoder, name string) error {
	attributes := []string{"xsi:type", "soapenc:Array", "soapenc:arrayType", fmt.Sprintf("%s[%d]", v.Type, len(v.Items))}
	return within(e, name, attributes, func() error {
		for _, item := range v.Items {
			if err := item.encode(e, "item"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (Nil) encode(e *xml.Encoder, name string) error {
	return within(e, name, []string{"xsi:nil", "true"}, func() error { return nil })
}

func simple(e *xml.Encoder, name, kind, content string) error {
	return within(e, name, []string{"xsi:type", kind}, func() error { return e.EncodeToken(xml.CharData(content)) })
}

// within writes an element with its attributes, which are names and values in turn.
func within(e *xml.Encoder, name string, attributes []string, content func() error) error {
	start := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i+1 < len(attributes); i += 2 {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: attributes[i]}, Value: attributes[i+1]})
	}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	if err := content(); err != nil {
		return err
	}
	return e.EncodeToken(start.End())
}
