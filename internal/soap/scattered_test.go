package soap_test

import (
	"encoding/xml"
	"testing"

	"segnatura/internal/soap"
)

// seen collects what it is given.
type seen []string

func (s *seen) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	*s = append(*s, start.Name.Local)
	return d.Skip()
}

func (*seen) Scattered() {}

// TestScattered: an answer whose value stands beside the element that points to it is read whole; of a struct only the first element counts.
func TestScattered(t *testing.T) {
	const envelope = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><LoginResponse><return href="#1"/></LoginResponse>` +
		`<TRispostaLogin id="1"><strDST>x</strDST></TRispostaLogin></s:Body></s:Envelope>`
	var all seen
	if err := soap.Open([]byte(envelope), &all); err != nil || len(all) != 2 || all[1] != "TRispostaLogin" {
		t.Fatalf("read %v, %v", all, err)
	}
	var first struct {
		XMLName xml.Name
	}
	if err := soap.Open([]byte(envelope), &first); err != nil || first.XMLName.Local != "LoginResponse" {
		t.Fatalf("read %+v, %v", first, err)
	}
}
