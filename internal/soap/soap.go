// Package soap makes the calls of contracts in SOAP 1.1 (W3C note of 8 May 2000), with encoding/xml and what each connector writes down as
// structs. A failure proves what package call says it proves, and a fault what its code says:
//
//	service := soap.New(client, soap.Namespaces{"j": "http://webservices.example.it/"})
//	err := service.Call(ctx, soap.Operation{Action: ""}, request, &answer)
//	if fault := (*soap.Fault)(nil); errors.As(err, &fault) { ... }
//
// Requests are written as their struct tags say, letter by letter: `xml:"j:oggetto"` is an element of the namespace that the envelope declares
// as j, and `xml:"oggetto"` one of no namespace. Answers are read by their local names (`xml:"oggetto"`), whatever prefixes the other side
// invents. The prefixes soapenv, soapenc, xsi and xsd are always declared.
//
// It reads no WSDL, and refuses an answer with a DOCTYPE, one that is nested without end, and one that is no envelope.
package soap

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
)

// The namespaces of every envelope.
const (
	EnvelopeNamespace = "http://schemas.xmlsoap.org/soap/envelope/"
	EncodingNamespace = "http://schemas.xmlsoap.org/soap/encoding/"
	SchemaNamespace   = "http://www.w3.org/2001/XMLSchema"
	InstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"
)

// Namespaces are what the envelope declares beside its own, by prefix.
type Namespaces map[string]string

// Client speaks SOAP to one service. It is safe for concurrent use.
type Client struct {
	http       *call.Client
	namespaces Namespaces
}

// New takes the service's client and the prefixes that the requests' struct tags use.
func New(http *call.Client, namespaces Namespaces) *Client {
	return &Client{http: http, namespaces: namespaces}
}

// Operation is one kind of call.
type Operation struct {
	Action string // the SOAPAction, without its quotes; many contracts have the empty one
	Path   string // see [call.Request]
	// Parts travel beside the envelope, as WSE 2.0 sent them: see [UnpackDIME]. None: the envelope goes alone.
	Parts []Part
	// Idempotent says that a repeat is harmless: see [call.Request].
	Idempotent bool
}

// Call sends a request and reads the answer's body into answer, a pointer to a struct. The error is, by what it proves: Unavailable,
// OutcomeUnknown, or Rejected with the service's words; it wraps a *Fault where the service answered with one.
func (c *Client) Call(ctx context.Context, op Operation, request, answer any) error {
	envelope, err := Envelope(c.namespaces, request)
	if err != nil {
		return protocollo.Errorf(protocollo.Internal, "request", "write envelope: %w", err)
	}
	kind, body := "text/xml; charset=utf-8", envelope
	if len(op.Parts) > 0 {
		if kind, body, err = packDIME(envelope, op.Parts); err != nil {
			return protocollo.Errorf(protocollo.Internal, "request", "write parts: %w", err)
		}
	}
	said, err := c.http.Do(ctx, call.Request{Method: http.MethodPost, Path: op.Path, Body: body, Idempotent: op.Idempotent,
		Header: http.Header{"Content-Type": {kind}, "Soapaction": {`"` + op.Action + `"`}, "Accept": {"text/xml, multipart/related"}}})
	if err != nil {
		return err
	}
	root, err := unpack(said.Header.Get("Content-Type"), said.Body)
	if err == nil {
		err = Open(root, answer)
	}
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		return fault.judged(op.Idempotent)
	case said.Status/100 != 2:
		return said.Refused()
	case err != nil:
		return said.Unclear(err)
	}
	return nil
}

// Envelope writes an envelope in UTF-8.
func Envelope(namespaces Namespaces, request any) ([]byte, error) {
	declared := maps.Clone(namespaces)
	if declared == nil {
		declared = Namespaces{}
	}
	declared["soapenv"], declared["soapenc"] = EnvelopeNamespace, EncodingNamespace
	declared["xsd"], declared["xsi"] = SchemaNamespace, InstanceNamespace
	var b bytes.Buffer
	b.WriteString(xml.Header + "<soapenv:Envelope")
	for _, prefix := range slices.Sorted(maps.Keys(declared)) {
		fmt.Fprintf(&b, ` xmlns:%s="`, prefix)
		if err := xml.EscapeText(&b, []byte(declared[prefix])); err != nil {
			return nil, err
		}
		b.WriteByte('"')
	}
	b.WriteString("><soapenv:Body>")
	if err := xml.NewEncoder(&b).Encode(request); err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	b.WriteString("</soapenv:Body></soapenv:Envelope>")
	return b.Bytes(), nil
}

// maxDepth bounds how deep the elements of an answer may lie; the contracts here need ten or so.
const maxDepth = 64

// Open reads the first element of an envelope's body into answer, a pointer to a struct. A fault is returned as *Fault.
func Open(envelope []byte, answer any) error {
	if err := measure(envelope); err != nil {
		return err
	}
	decoder := newDecoder(envelope)
	root, err := nextElement(decoder)
	if err != nil {
		return fmt.Errorf("find envelope: %w", err)
	}
	if root.Name != (xml.Name{Space: EnvelopeNamespace, Local: "Envelope"}) {
		return fmt.Errorf("the answer is <%s> of %q, and no SOAP 1.1 envelope", root.Name.Local, root.Name.Space)
	}
	for {
		element, err := nextElement(decoder)
		if err != nil {
			return fmt.Errorf("find body: %w", err)
		}
		if element.Name.Space == EnvelopeNamespace && element.Name.Local == "Body" {
			break
		}
		if err := decoder.Skip(); err != nil {
			return fmt.Errorf("find body: %w", err)
		}
	}
	first, err := nextElement(decoder)
	if err != nil {
		return fmt.Errorf("find answer in body: %w", err)
	}
	if first.Name == (xml.Name{Space: EnvelopeNamespace, Local: "Fault"}) {
		fault := new(Fault)
		if err := decoder.DecodeElement(fault, &first); err != nil {
			return fmt.Errorf("read fault: %w", err)
		}
		return fault.trimmed()
	}
	if err := decoder.DecodeElement(answer, &first); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if scattered, ok := answer.(Scattered); ok {
		return readScattered(decoder, scattered)
	}
	return nil
}

// nextElement returns the next start tag; an end tag before it is an error.
func nextElement(decoder *xml.Decoder) (xml.StartElement, error) {
	for {
		token, err := decoder.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			return token, nil
		case xml.EndElement:
			return xml.StartElement{}, fmt.Errorf("<%s> is empty", token.Name.Local)
		}
	}
}

// measure refuses what is not to be read at all. It also reads to the end, so that an answer that was cut is none, however much of it
// could be understood.
func measure(envelope []byte) error {
	decoder := newDecoder(envelope)
	depth, elements := 0, 0
	for {
		token, err := decoder.RawToken()
		if err != nil {
			if depth == 0 && elements > 0 && err.Error() == "EOF" {
				return nil
			}
			return fmt.Errorf("read XML: %w", err)
		}
		switch token.(type) {
		case xml.Directive:
			return errors.New("the answer has a DOCTYPE, which SOAP forbids")
		case xml.StartElement:
			elements++
			if depth++; depth > maxDepth {
				return fmt.Errorf("the answer is nested more than %d deep", maxDepth)
			}
		case xml.EndElement:
			depth--
		}
	}
}

// words cuts what the other side said to what a record bears.
func words(s string) string {
	const limit = 1000 // characters
	said := []rune(strings.Join(strings.Fields(s), " "))
	if len(said) > limit {
		said = said[:limit]
	}
	return string(said)
}
