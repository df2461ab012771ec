package soap_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"segnatura/internal/soap"
)

// TestEncoded compares a body with the one that the rules of SOAP 1.1, section 5, give for it, and reads it back.
func TestEncoded(t *testing.T) {
	envelope, err := soap.Envelope(soap.Namespaces{"s": "urn:service", "t": "urn:types"}, soap.Encoded{Operation: "s:save", Arguments: []soap.Argument{
		{Name: "document", Value: soap.Text(`<doc a="1&2"/>`)},
		{Name: "files", Value: soap.Array{Type: "t:File", Items: []soap.Struct{
			{Type: "t:File", Fields: []soap.Argument{{Name: "content", Value: soap.Bytes("%PDF")}}},
			{Type: "t:File", Fields: []soap.Argument{{Name: "content", Value: soap.Bytes(nil)}}},
		}}},
		{Name: "none", Value: soap.Array{Type: "t:File"}},
		{Name: "absent", Value: soap.Nil{}},
		{Name: "params", Value: soap.Struct{Type: "t:Params", Fields: []soap.Argument{
			{Name: "convert", Value: soap.Bool(false)}, {Name: "size", Value: soap.Int(-20)},
		}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	const want = `<soapenv:Body><s:save soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">` +
		`<document xsi:type="soapenc:string">&lt;doc a=&#34;1&amp;2&#34;/&gt;</document>` +
		`<files xsi:type="soapenc:Array" soapenc:arrayType="t:File[2]">` +
		`<item xsi:type="t:File"><content xsi:type="soapenc:base64Binary">JVBERg==</content></item>` +
		`<item xsi:type="t:File"><content xsi:type="soapenc:base64Binary"></content></item></files>` +
		`<none xsi:type="soapenc:Array" soapenc:arrayType="t:File[0]"></none><absent xsi:nil="true"></absent>` +
		`<params xsi:type="t:Params"><convert xsi:type="xsd:boolean">false</convert><size xsi:type="xsd:int">-20</size></params></s:save></soapenv:Body>`
	if !strings.Contains(string(envelope), want) {
		t.Fatalf("envelope\n%s\nwants\n%s", envelope, want)
	}
	var read struct {
		XMLName  xml.Name `xml:"urn:service save"`
		Style    string   `xml:"http://schemas.xmlsoap.org/soap/envelope/ encodingStyle,attr"`
		Document string   `xml:"document"`
		Files    []struct {
			Type string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
		} `xml:"files>item"`
	}
	if err := soap.Open(envelope, &read); err != nil {
		t.Fatal(err)
	}
	if read.Document != `<doc a="1&2"/>` || len(read.Files) != 2 || read.Files[0].Type != "t:File" || read.Style == "" {
		t.Fatalf("read %+v", read)
	}
}
