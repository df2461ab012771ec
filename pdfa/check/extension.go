package check

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Namespaces of an extension schema's description (ISO 19005-2, 6.6.2.3.3), and ours, the only one that a packet may describe.
const (
	nsExtension = "http://www.aiim.org/pdfa/ns/extension/"
	nsSchema    = "http://www.aiim.org/pdfa/ns/schema#"
	nsProperty  = "http://www.aiim.org/pdfa/ns/property#"
	nsSegnatura = "urn:x-segnatura:xmp:1.0/"
)

// described is one property of the extension schema, as the packet itself describes it.
type described struct{ valueType, category, description string }

// extension reads the description of the one extension schema behind pdfaExtension:schemas. A second one is an error, and so is
// anything but the fields that 6.6.2.3.3 names, each once, in the writer's order.
func (x *xmpReader) extension(start xml.StartElement) {
	if x.described != nil || len(start.Attr) > 0 {
		x.fail("a second description of extension schemas, or one with attributes")
		return
	}
	x.described = map[string]described{}
	x.enter(xml.Name{Space: nsRDF, Local: "Bag"})
	x.resource("the extension schema")
	schema := x.fields(nsSchema, "schema", "namespaceURI", "prefix")
	if schema["schema"] == "" || schema["namespaceURI"] != nsSegnatura || schema["prefix"] != "segnatura" {
		x.fail(fmt.Sprintf("the extension schema %q of prefix %q", schema["namespaceURI"], schema["prefix"]))
	}
	x.enter(xml.Name{Space: nsSchema, Local: "property"})
	x.enter(xml.Name{Space: nsRDF, Local: "Seq"})
	for x.err == nil {
		item, ok := x.next().(xml.StartElement)
		if !ok {
			break // the end of the sequence
		}
		x.describe(item)
	}
	for _, what := range []string{"property", "li", "Bag", "schemas"} {
		if end, ok := x.next().(xml.EndElement); !ok || end.Name.Local != what {
			x.fail("the extension schema does not end with its " + what)
		}
	}
	if len(x.described) == 0 {
		x.fail("an extension schema without properties")
	}
}

// describe reads one property's description.
func (x *xmpReader) describe(item xml.StartElement) {
	if !isResource(item) {
		x.fail("a property's description is no resource")
		return
	}
	f := x.fields(nsProperty, "name", "valueType", "category", "description")
	if _, ok := x.next().(xml.EndElement); !ok {
		x.fail("a property's description has more than its four fields")
		return
	}
	d := described{f["valueType"], f["category"], f["description"]}
	_, twice := x.described[f["name"]]
	_, typed := valueTypes[d.valueType]
	if f["name"] == "" || twice || !typed || d.category != "external" && d.category != "internal" || d.description == "" {
		x.fail(fmt.Sprintf("the description of the property %q", f["name"]))
		return
	}
	x.described[f["name"]] = d
}

// resource enters an rdf:li that is a structure.
func (x *xmpReader) resource(what string) {
	if start, ok := x.next().(xml.StartElement); !ok || !isResource(start) {
		x.fail(what + " is no resource")
	}
}

func isResource(e xml.StartElement) bool {
	return e.Name == xml.Name{Space: nsRDF, Local: "li"} &&
		slices.Equal(e.Attr, []xml.Attr{{Name: xml.Name{Space: nsRDF, Local: "parseType"}, Value: "Resource"}})
}

// fields reads simple elements of one namespace, in this order.
func (x *xmpReader) fields(space string, names ...string) map[string]string {
	values := map[string]string{}
	for _, n := range names {
		start, ok := x.next().(xml.StartElement)
		if !ok || start.Name != (xml.Name{Space: space, Local: n}) || len(start.Attr) > 0 {
			x.fail("no element " + n + " in the extension schema")
			return values
		}
		values[n] = x.text()
	}
	return values
}

// integer is XMP's Integer (ISO 16684-1, 8.2.1.3).
var integer = regexp.MustCompile(`^[+-]?[0-9]+$`)

// valueTypes are those that an extension property may have, each with what its values look like.
var valueTypes = map[string]func(string) bool{
	"Text":    func(s string) bool { return s != "" },
	"Integer": integer.MatchString,
	"Date":    isDate,
}

// isDate accepts a day, or an instant with its offset; XMP knows more forms, the writer does not.
func isDate(s string) bool {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05-07:00"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// extensionValues proves that each property in our namespace is described, and that its value is of the described type.
func (x *xmpReader) extensionValues() error {
	var faults []string
	for element, value := range x.values {
		if element.Space != nsSegnatura {
			continue
		}
		d, ok := x.described[element.Local]
		switch {
		case !ok:
			faults = append(faults, "the property "+element.Local+" is not described")
		case !valueTypes[d.valueType](value):
			faults = append(faults, fmt.Sprintf("the property %s is %q, which is no %s", element.Local, value, d.valueType))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	slices.Sort(faults)
	return errors.New(strings.Join(faults, "; "))
}
