package jente_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"segnatura/internal/central/jente"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
)

// envelopeSchema is SOAP 1.1's, as far as it is used here: what is in the body must be an element of the contract.
const envelopeSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://schemas.xmlsoap.org/soap/envelope/" elementFormDefault="qualified">
<xs:import namespace="http://webservices.jprotocollo.jente.infor.arezzo.it/" schemaLocation="services.xsd"/>
<xs:import namespace="http://infor.arezzo.it/jente/jprotocollo/webservices/gen" schemaLocation="tables.xsd"/>
<xs:element name="Envelope"><xs:complexType><xs:sequence><xs:element name="Body"><xs:complexType><xs:sequence>
<xs:any namespace="##other" processContents="strict"/>
</xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>`

// contract writes the schemas of the two WSDLs beside envelopeSchema, and returns the way to judge an envelope.
func contract(t *testing.T) (judge func(envelope []byte) error) {
	t.Helper()
	xmllint := testenv.Program(t, "xmllint")
	dir := t.TempDir()
	for name, wsdl := range map[string]string{"services.xsd": "JProtocolloServices", "tables.xsd": "JProtocolloGenServices"} {
		whole, err := os.ReadFile(testenv.Shared(t, "interop/jente-jprotocollo/"+wsdl+".reconstructed.wsdl"))
		if err != nil {
			t.Fatal(err)
		}
		start, end := bytes.Index(whole, []byte("<xs:schema")), bytes.Index(whole, []byte("</xs:schema>"))
		if start < 0 || end < start {
			t.Fatalf("%s has no schema", wsdl)
		}
		if err := os.WriteFile(filepath.Join(dir, name), whole[start:end+len("</xs:schema>")], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	schema := filepath.Join(dir, "envelope.xsd")
	if err := os.WriteFile(schema, []byte(envelopeSchema), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(envelope []byte) error {
		cmd := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "--schema", schema, "-")
		cmd.Stdin = bytes.NewReader(envelope)
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, output)
		}
		return nil
	}
}

// watched is the face, with all that passes through it.
func watched(envelopes *sync.Map) centre.Face {
	return func(c *centre.Centre) http.Handler {
		inner := centre.Jente(c)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(asked))
			answer := httptest.NewRecorder()
			inner.ServeHTTP(answer, r)
			envelopes.Store(string(asked), answer.Body.String())
			w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
			_, _ = w.Write(answer.Body.Bytes())
		})
	}
}

// TestMessagesFollowTheContract: every request of ours, with as much and as little in it as there can be, and every answer of the pretend JEnte is
// valid by the contract's own schema.
func TestMessagesFollowTheContract(t *testing.T) {
	judge := contract(t)
	var envelopes sync.Map
	c, err := centre.Start(t.Context(), centre.Config{Face: watched(&envelopes), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	sparse := func(cfg *jente.Config) { cfg.Registers, cfg.Means, cfg.DocumentType = nil, nil, "" }
	full := func(cfg *jente.Config) {
		cfg.ConfirmSegnatura, cfg.Sections = true, map[protocollo.AOOCode]string{"AOO1": "A"}
	}
	for _, change := range []func(*jente.Config){sparse, full} {
		connector := connect(t, c.URL(), change)
		for _, direction := range []protocollo.Direction{protocollo.Incoming, protocollo.Outgoing, protocollo.Inside} {
			rich := letter()
			rich.Draft.Direction, rich.Draft.Recipients = direction, []protocollo.Correspondent{{Name: "Anagrafe", Code: "ANAG"}, {Name: "Sindaco"}}
			rich.Draft.Confidential, rich.Draft.Unsigned = true, true
			rich.Emergency = &protocollo.EmergencyOrigin{Label: "n. 2/2026 R.E. 1/2026", Day: "2026-03-02"}
			plain := protocollo.RegisterRequest{AOO: aoo(), ArrivalDay: "2026-03-02", Draft: protocollo.Draft{Direction: direction, Subject: "x",
				Senders: []protocollo.Correspondent{{Name: "A"}}, Recipients: []protocollo.Correspondent{{Name: "B"}}}}
			for _, r := range []protocollo.RegisterRequest{rich, plain} {
				receipt, err := connector.Register(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				d, b := document(receipt.Ref, "%PDF-1.7 "+string(direction))
				for range 2 { // the second time it is read back
					if _, err := connector.Attach(t.Context(), d, bytes.NewReader(b)); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if err := connector.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	operations := map[string]bool{}
	envelopes.Range(func(asked, answer any) bool {
		for _, e := range []string{asked.(string), answer.(string)} {
			if err := judge([]byte(e)); err != nil {
				t.Errorf("%v\n%s", err, e)
			}
		}
		_, body, _ := strings.Cut(asked.(string), "Body><")
		name, _, _ := strings.Cut(body, ">")
		operations[name] = true
		return true
	})
	for _, name := range []string{"j:inserisciArrivo", "j:inserisciPartenza", "j:inserisciInterno", "j:allegaDocumento", "j:leggiProtocollo", "j:leggiAllegato", "g:gestioneTabelle"} {
		if !operations[name] {
			t.Errorf("%s was not judged; those were: %v", name, operations)
		}
	}
}

// TestTheJudgeSaysNo: to what breaks the contract in the ways that a struct tag can.
func TestTheJudgeSaysNo(t *testing.T) {
	judge := contract(t)
	const good = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:j="http://webservices.jprotocollo.jente.infor.arezzo.it/"><s:Body>` +
		`<j:leggiProtocollo><richiestaLeggiProtocollo><j:username>u</j:username><j:riferimento><j:anno>2026</j:anno><j:numero>1</j:numero></j:riferimento>` +
		`<j:allegati>true</j:allegati></richiestaLeggiProtocollo></j:leggiProtocollo></s:Body></s:Envelope>`
	if err := judge([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]*strings.Replacer{
		"qualified wrapper":   strings.NewReplacer("richiestaLeggiProtocollo>", "j:richiestaLeggiProtocollo>"),
		"unqualified element": strings.NewReplacer("j:username>", "username>"),
		"order":               strings.NewReplacer("<j:anno>2026</j:anno><j:numero>1</j:numero>", "<j:numero>1</j:numero><j:anno>2026</j:anno>"),
		"missing":             strings.NewReplacer("<j:username>u</j:username>", ""),
		"type":                strings.NewReplacer(">true<", ">vero<"),
		"operation":           strings.NewReplacer("j:leggiProtocollo>", "j:cercaProtocollo>"),
	} {
		if bad := change.Replace(good); bad == good || judge([]byte(bad)) == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
