package titulus_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"segnatura/internal/testenv"
)

// contractSchema makes a schema of the contract: an envelope, and in it each operation as an element with its parts in their order and of their types,
// which is what rpc/encoded means. Parts may be nil. The contract's array types are in a namespace that names a host: their place takes the general
// array, whose items say their types themselves.
func contractSchema(t *testing.T) string {
	t.Helper()
	wsdl, err := os.ReadFile(testenv.Shared(t, "interop/titulus/Titulus4Ugov.reconstructed.wsdl"))
	if err != nil {
		t.Fatal(err)
	}
	types := regexp.MustCompile(`(?s)<xs:schema targetNamespace="http://www.kion.it/titulus">.*?</xs:schema>`).Find(wsdl)
	if types == nil {
		t.Fatal("the contract has no types")
	}
	typesXSD := regexp.MustCompile(`<xs:import [^>]*/>`).ReplaceAllString(string(types), "")
	typesXSD = strings.Replace(typesXSD, ">", ` xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/">`+
		`<xs:import namespace="http://schemas.xmlsoap.org/soap/encoding/" schemaLocation="encoding.xsd"/>`, 1)
	dir := t.TempDir()
	for name, content := range map[string]string{"types.xsd": typesXSD, "encoding.xsd": encodingSchema, "operations.xsd": operations(t, wsdl), "envelope.xsd": envelopeSchema} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "envelope.xsd")
}

// operations declares each request message as an element.
func operations(t *testing.T, wsdl []byte) string {
	t.Helper()
	var contract struct {
		Messages []struct {
			Name  string `xml:"name,attr"`
			Parts []struct {
				Name string `xml:"name,attr"`
				Type string `xml:"type,attr"`
			} `xml:"part"`
		} `xml:"message"`
	}
	if err := xml.Unmarshal(wsdl, &contract); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:n2="http://www.kion.it/titulus"` +
		` targetNamespace="http://ws.titulus.kion.it"><xs:import namespace="http://schemas.xmlsoap.org/soap/encoding/" schemaLocation="encoding.xsd"/>` +
		`<xs:import namespace="http://www.kion.it/titulus" schemaLocation="types.xsd"/>`)
	for _, m := range contract.Messages {
		operation, isRequest := strings.CutSuffix(m.Name, "Request")
		if !isRequest {
			continue
		}
		fmt.Fprintf(&b, `<xs:element name="%s"><xs:complexType><xs:sequence>`, operation)
		for _, p := range m.Parts {
			if strings.HasPrefix(p.Type, "n3:") {
				p.Type = "soapenc:Array"
			}
			fmt.Fprintf(&b, `<xs:element name="%s" type="%s" nillable="true"/>`, p.Name, p.Type)
		}
		b.WriteString(`</xs:sequence><xs:anyAttribute namespace="http://schemas.xmlsoap.org/soap/envelope/" processContents="skip"/></xs:complexType></xs:element>`)
	}
	b.WriteString("</xs:schema>")
	return b.String()
}

// encodingSchema has those types of SOAP 1.1, section 5, that the contract uses.
const encodingSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="http://schemas.xmlsoap.org/soap/encoding/" targetNamespace="http://schemas.xmlsoap.org/soap/encoding/">
<xs:attribute name="arrayType" type="xs:string"/>
<xs:complexType name="string"><xs:simpleContent><xs:extension base="xs:string"/></xs:simpleContent></xs:complexType>
<xs:complexType name="base64Binary"><xs:simpleContent><xs:extension base="xs:base64Binary"/></xs:simpleContent></xs:complexType>
<xs:complexType name="Array"><xs:sequence><xs:any processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
<xs:attribute ref="tns:arrayType"/></xs:complexType></xs:schema>`

// envelopeSchema is the envelope of SOAP 1.1 around one operation.
const envelopeSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://schemas.xmlsoap.org/soap/envelope/" elementFormDefault="qualified">
<xs:import namespace="http://ws.titulus.kion.it" schemaLocation="operations.xsd"/>
<xs:element name="Envelope"><xs:complexType><xs:sequence><xs:element name="Body"><xs:complexType><xs:sequence>
<xs:any namespace="http://ws.titulus.kion.it" processContents="strict"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>`
