package docarea_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"segnatura/internal/central/axistest"
	"segnatura/internal/central/docarea"
	"segnatura/internal/testenv"
)

// TestBehindAxis: a letter gets its number from services that Axis made of the makers' contracts: TINN's in rpc/encoded, Datagraph's with its files in DIME.
func TestBehindAxis(t *testing.T) {
	for d, service := range map[docarea.Dialect]axistest.Service{
		docarea.TINN: {Contract: testenv.Shared(t, "interop/docarea/tinn/DOCAREAProtoservice.wsdl"), Name: "DOCAREAProtoPort", Package: "org.tempuri",
			Class: "DOCAREAProtobindingImpl", Counterpart: "testdata/tinn/Counterpart.java"},
		docarea.Datagraph: {Contract: threeCalls(t, testenv.Shared(t, "interop/datagraph/protocollazioneDatagraph.wsdl")), Name: "DOCAREAprotoSoap",
			Package: "org.tempuri", Class: "DOCAREAprotoSoapImpl", Counterpart: "testdata/datagraph/Counterpart.java"},
	} {
		t.Run(string(d), func(t *testing.T) {
			receipt, err := connector(t, d, axistest.Start(t, service)).Register(t.Context(), request("k"))
			if err != nil || receipt.Number != "0001234" || receipt.Year != 2026 || receipt.Day != "2026-03-02" {
				t.Fatalf("%+v, %v", receipt, err)
			}
		})
	}
}

// threeCalls leaves in Datagraph's WSDL what belongs to the three calls: Axis does not take its types that have no namespace.
func threeCalls(t *testing.T, path string) string {
	t.Helper()
	wsdl := read(t, path)
	wsdl = regexp.MustCompile(`(?s)<s:import />|<s:schema elementFormDefault="qualified">.*?</s:schema>|<wsdl:binding name="DOCAREAprotoSoap12".*?</wsdl:binding>|`+
		`<wsdl:port name="DOCAREAprotoSoap12".*?</wsdl:port>`).ReplaceAllString(wsdl, "")
	kept := regexp.MustCompile(`^(Login|Inserimento|Protocollazione)(Response|Ret|SoapIn|SoapOut)?$`)
	for _, block := range []string{`      <s:element name="(\w+)">\r?\n.*?\n      </s:element>`, `      <s:complexType name="(\w+)">\r?\n.*?\n      </s:complexType>`,
		`      <s:simpleType name="(\w+)">\r?\n.*?\n      </s:simpleType>`, `  <wsdl:message name="(\w+)">\r?\n.*?\n  </wsdl:message>`, `    <wsdl:operation name="(\w+)">\r?\n.*?\n    </wsdl:operation>`} {
		pattern := regexp.MustCompile(`(?s)` + block)
		wsdl = pattern.ReplaceAllStringFunc(wsdl, func(found string) string {
			if kept.MatchString(pattern.FindStringSubmatch(found)[1]) {
				return found
			}
			return ""
		})
	}
	if strings.Count(wsdl, "<wsdl:operation name=") != 6 {
		t.Fatalf("the cut contract has other operations than three: %s", wsdl)
	}
	cut := filepath.Join(t.TempDir(), "docarea.wsdl")
	write(t, cut, wsdl)
	return cut
}
