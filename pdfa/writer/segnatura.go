package writer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"segnatura/pdfa"
)

// The extension schema by which a packet carries the segnatura (ISO 19005-2, 6.6.2.3). Its namespace is ours and names no host;
// its properties are called as annex 6 of the LLGG calls the elements of Identificatore, where that has them.
const (
	segnaturaNamespace = "urn:x-segnatura:xmp:1.0/"
	segnaturaPrefix    = "segnatura"
	segnaturaSchema    = "Segnatura di protocollo (DPR 445/2000, art. 55)"
)

// xmpProperty is one property of the extension schema. An empty value is not written; its description is, all the same.
type xmpProperty struct {
	name, valueType, description string
	value                        func(pdfa.Segnatura) string
}

// segnaturaProperties lists the schema, in the order in which it is written. It gives what is constant, in one place.
func segnaturaProperties() []xmpProperty {
	return []xmpProperty{
		{"Segnatura", "Text", "Segnatura di protocollo su una riga", func(s pdfa.Segnatura) string { return s.Text }},
		{"CodiceAmministrazione", "Text", "Codice IPA dell'amministrazione", func(s pdfa.Segnatura) string { return s.BodyCode }},
		{"DenominazioneAmministrazione", "Text", "Denominazione dell'amministrazione", func(s pdfa.Segnatura) string { return s.BodyName }},
		{"CodiceAOO", "Text", "Codice dell'area organizzativa omogenea", func(s pdfa.Segnatura) string { return s.AOOCode }},
		{"DenominazioneAOO", "Text", "Denominazione dell'area organizzativa omogenea", func(s pdfa.Segnatura) string { return s.AOOName }},
		{"CodiceRegistro", "Text", "Codice del registro", func(s pdfa.Segnatura) string { return s.RegisterCode }},
		{"TipoRegistro", "Text", "Protocollo Ordinario o Protocollo Emergenza", registerKind},
		{"AnnoRegistrazione", "Integer", "Anno del registro", func(s pdfa.Segnatura) string { return strconv.Itoa(s.Year) }},
		{"NumeroRegistrazione", "Text", "Numero di protocollo, di almeno sette cifre", func(s pdfa.Segnatura) string { return s.Number }},
		{"DataRegistrazione", "Date", "Data di registrazione", func(s pdfa.Segnatura) string { return s.Day }},
		{"IstanteRegistrazione", "Date", "Data e ora di registrazione", registeredAt},
		{"TipologiaDiFlusso", "Text", "E in entrata, U in uscita, I interno", flowLetter},
		{"VersioneDelDocumento", "Integer", "Acquisizione del documento: 1 la prima", func(s pdfa.Segnatura) string { return strconv.Itoa(s.Version) }},
		{"NumeroAllegato", "Integer", "Quale allegato è; manca nel documento principale", attachmentNumber},
	}
}

func registerKind(s pdfa.Segnatura) string {
	if s.Emergency {
		return "Protocollo Emergenza"
	}
	return "Protocollo Ordinario"
}

func attachmentNumber(s pdfa.Segnatura) string {
	if s.Part == 0 {
		return ""
	}
	return strconv.Itoa(s.Part)
}

func registeredAt(s pdfa.Segnatura) string {
	if s.RegisteredAt.IsZero() {
		return ""
	}
	return xmpDate(s.RegisteredAt)
}

// flowLetter gives the letter that annex 5 of the LLGG has for the direction; "" where there is none.
func flowLetter(s pdfa.Segnatura) string {
	return map[pdfa.Direction]string{pdfa.Incoming: "E", pdfa.Outgoing: "U", pdfa.Inside: "I"}[s.Direction]
}

// protocolNumber is the pattern of annex 6 (NumeroRegistrazioneType).
var protocolNumber = regexp.MustCompile(`^[0-9]{7,}$`)

// validateSegnatura refuses a segnatura that lacks what its law asks for, so that no file carries half of one.
func validateSegnatura(s *pdfa.Segnatura) error {
	if s == nil {
		return nil
	}
	_, noDay := time.Parse(time.DateOnly, s.Day)
	for _, f := range []struct {
		name  string
		wrong bool
	}{
		{"text", s.Text == ""}, {"administration", s.BodyCode == ""}, {"AOO", s.AOOCode == ""}, {"register", s.RegisterCode == ""},
		{"year", s.Year < 1 || s.Year > 9999}, {"number", !protocolNumber.MatchString(s.Number)}, {"day", noDay != nil},
		{"direction", flowLetter(*s) == ""}, {"document's version", s.Version < 1}, {"attachment", s.Part < 0},
	} {
		if f.wrong {
			return fmt.Errorf("metadata: the segnatura's %s is missing or malformed", f.name)
		}
	}
	for _, p := range segnaturaProperties() {
		if err := validateText("segnatura's "+p.name, p.value(*s)); err != nil {
			return err
		}
	}
	return nil
}

// segnaturaPacket writes the schema's description and its properties, as the last of the packet's one rdf:Description.
func segnaturaPacket(b *strings.Builder, s pdfa.Segnatura) {
	b.WriteString("   <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n")
	fmt.Fprintf(b, "    <pdfaSchema:schema>%s</pdfaSchema:schema>\n", escapeXML(segnaturaSchema))
	fmt.Fprintf(b, "    <pdfaSchema:namespaceURI>%s</pdfaSchema:namespaceURI>\n", segnaturaNamespace)
	fmt.Fprintf(b, "    <pdfaSchema:prefix>%s</pdfaSchema:prefix>\n    <pdfaSchema:property><rdf:Seq>\n", segnaturaPrefix)
	for _, p := range segnaturaProperties() {
		fmt.Fprintf(b, "     <rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>%s</pdfaProperty:name><pdfaProperty:valueType>%s"+
			"</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>%s"+
			"</pdfaProperty:description></rdf:li>\n", p.name, p.valueType, escapeXML(p.description))
	}
	b.WriteString("    </rdf:Seq></pdfaSchema:property>\n   </rdf:li></rdf:Bag></pdfaExtension:schemas>\n")
	for _, p := range segnaturaProperties() {
		if v := p.value(s); v != "" {
			fmt.Fprintf(b, "   <%[1]s:%[2]s>%[3]s</%[1]s:%[2]s>\n", segnaturaPrefix, p.name, escapeXML(v))
		}
	}
}
