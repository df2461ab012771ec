// Package metadata writes the metadata file that stands beside an archived document (AgID guidelines on electronic documents,
// annex 5; requirements R3.8, R4.2, R4.3): one XML file whose first element is the annex's DocumentoAmministrativoInformatico and
// whose second, Stazione, says what the annex has no place for: how the pages were taken, on what their conformity rests, and
// which fields are left for others to fill in.
//
// Nothing is guessed. A name whose holder may be a person or a firm is not split, a field that nobody stated is empty or absent,
// and each such one is in the list of pending fields. Nothing is claimed either: without a signature the attestation is NO.
//
// It refuses metadata without what every registered file has (digest, segnatura, number, day, direction), a conformity whose data
// are not those of its mode, and text that XML 1.0 cannot hold. Equal metadata make equal files.
//
//	pending, err := metadata.Write(w, m)
//
// pending is what the file lists, for the screen.
package metadata

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"time"
	"unicode/utf8"

	"segnatura/pdfa"
)

// Write writes the file and returns the pending fields that it lists, in the order of the annex's elements. A w that got an error
// holds no valid file.
func Write(w io.Writer, m pdfa.DocumentMetadata) ([]pdfa.PendingField, error) {
	if err := validate(m); err != nil {
		return nil, fmt.Errorf("write metadata of %s: %w", m.File.Name, err)
	}
	b := &builder{m: m}
	f := file{Document: b.document()}
	f.Station = b.station()
	if b.err != nil {
		return nil, fmt.Errorf("write metadata of %s: %w", m.File.Name, b.err)
	}
	body, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write metadata of %s: %w", m.File.Name, err)
	}
	for _, part := range [][]byte{[]byte(xml.Header), body, []byte("\n")} {
		if _, err := w.Write(part); err != nil {
			return nil, fmt.Errorf("write metadata of %s: %w", m.File.Name, err)
		}
	}
	return b.pending, nil
}

// text is a string that XML 1.0 can hold (2.2): marshalling any other is an error, where encoding/xml alone would replace it.
type text string

func (t text) MarshalText() ([]byte, error) {
	if !utf8.ValidString(string(t)) {
		return nil, fmt.Errorf("a text is not UTF-8")
	}
	for _, r := range string(t) {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return nil, fmt.Errorf("a text holds the character %U", r)
		}
	}
	return []byte(t), nil
}

var (
	sha256Pattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	numberPattern = regexp.MustCompile(`^[0-9]{7,}$`) // LLGG annex 6, NumeroRegistrazioneType
)

// validate names the first thing that every registered file has and this one lacks.
func validate(m pdfa.DocumentMetadata) error {
	s, c := m.Segnatura, m.Conformity
	_, noDay := time.Parse(time.DateOnly, s.Day)
	_, mode := modes()[c.Mode]
	for _, f := range []struct {
		name  string
		wrong bool
	}{
		{"digest", !sha256Pattern.MatchString(m.File.SHA256)}, {"file name", m.File.Name == ""}, {"flavour", m.File.Flavour == ""},
		{"edition", m.File.Edition < 1}, {"segnatura", s.Text == ""}, {"administration", s.BodyCode == "" || s.BodyName == ""},
		{"AOO", s.AOOCode == "" || s.AOOName == ""}, {"register", s.RegisterCode == ""}, {"number", !numberPattern.MatchString(s.Number)},
		{"day", noDay != nil}, {"direction", stateWords()[s.Direction] == ""}, {"version", s.Version < 1}, {"attachment", s.Part < 0}, {"subject", m.Subject == ""},
		{"software", m.Software.Name == ""}, {"mode of conformity", !mode},
		{"comparison", (c.Comparison != nil) != (c.Mode == pdfa.ConformityComparison)},
		{"attachments of an attachment", s.Part > 0 && len(m.Attachments) > 0}, {"main document of a main document", s.Part == 0 && m.Primary != nil},
		{"lot", (c.Lot != nil) != (c.Mode == pdfa.ConformityProcess)},
		{"process's certificate", c.Lot != nil && c.Lot.Certificate == ""},
		{"attestation of a conformity", m.Verification.Conformity && (c.Mode == pdfa.ConformityNone || !m.Verification.Signed)},
	} {
		if f.wrong {
			return fmt.Errorf("the %s is missing or does not fit", f.name)
		}
	}
	return nil
}

// builder turns metadata into elements, and notes what is left pending. The first error sticks.
type builder struct {
	m       pdfa.DocumentMetadata
	pending []pdfa.PendingField
	err     error
}

func (b *builder) await(owner pdfa.PendingOwner, path, why string) {
	b.pending = append(b.pending, pdfa.PendingField{Path: path, Owner: owner, Why: why})
}

// base64 gives a hexadecimal digest the form that annexes 5 and 6 ask for (ImprontaType).
func (b *builder) base64(hexDigest string) text {
	raw, err := hex.DecodeString(hexDigest)
	if b.err == nil && (err != nil || len(raw) != 32) {
		b.err = fmt.Errorf("%q is no SHA-256", hexDigest)
	}
	return text(base64.StdEncoding.EncodeToString(raw))
}

func (b *builder) digest(hexDigest string) digest { return digest{b.base64(hexDigest), algorithm} }

// document fills the annex's elements, from the first to the last: the list of pending fields has their order.
func (b *builder) document() document {
	m, s := b.m, b.m.Segnatura
	d := document{
		IDDoc: idDoc{b.digest(m.File.SHA256), b.identifier(s.Part, s.Version, m.File.Edition), text(s.Text)}, Formation: formationScan,
		Type: text(m.DocumentType),
	}
	if m.Written {
		d.Formation = formationWritten
	}
	if m.DocumentType == "" {
		b.await(pdfa.PendingCentre, "TipologiaDocumentale", "la tipologia documentale non è stata indicata allo sportello")
	}
	d.Registration = registration{Flow: flowLetters()[s.Direction], Protocol: protocolRegistry{
		Kind: protocolRegister, Day: text(s.Day), Number: text(s.Number), RegisterCode: text(s.RegisterCode)}}
	if !s.RegisteredAt.IsZero() {
		d.Registration.Protocol.Time = text(s.RegisteredAt.Format("15:04:05"))
	}
	b.roles(&d)
	d.Key.Subject = text(m.Subject)
	for _, k := range m.Keywords {
		d.Key.Keywords = append(d.Key.Keywords, text(k))
	}
	b.attachments(&d)
	b.filing(&d)
	d.Confidential = m.Confidential
	d.Format = format{Format: text("application/pdf; PDF/A-" + m.File.Flavour),
		Product: product{text(m.Software.Name), text(m.Software.Version), text(m.Software.Producer)}}
	d.Verification = verification{m.Verification.Signed, m.Verification.Sealed, m.Verification.Timestamped, m.Verification.Conformity}
	b.aggregation(&d)
	b.primary(&d)
	d.Name, d.Version, d.Note = text(m.File.Name), s.Version, text(m.Note)
	b.modifications(&d)
	b.await(pdfa.PendingCentre, "TempoDiConservazione", "lo stabilisce il piano di conservazione")
	return d
}

// identifier names one edition of one version of one of the registration's documents. Edition 0 names none.
func (b *builder) identifier(part, version, edition int) text {
	id := b.m.Segnatura.Text
	if part > 0 {
		id += fmt.Sprintf("|a%d", part)
	}
	id += fmt.Sprintf("|v%d", version)
	if edition > 0 {
		id += fmt.Sprintf("|e%d", edition)
	}
	return text(id)
}

// archivedPart names another file of the same registration.
func (b *builder) archivedPart(p pdfa.ArchivedPart) idDoc {
	if b.err == nil && (p.Version < 1 || p.Edition < 1 || p.Part < 0) {
		b.err = fmt.Errorf("part %d has version %d and edition %d", p.Part, p.Version, p.Edition)
	}
	return idDoc{Digest: b.digest(p.SHA256), ID: b.identifier(p.Part, p.Version, p.Edition)}
}

func flowLetters() map[pdfa.Direction]text {
	return map[pdfa.Direction]text{pdfa.Incoming: "E", pdfa.Outgoing: "U", pdfa.Inside: "I"}
}

func (b *builder) attachments(d *document) {
	d.Attachments.Count = len(b.m.Attachments)
	within := 0
	for _, a := range b.m.Attachments {
		if a.File == nil {
			within++
			continue
		}
		d.Attachments.Index = append(d.Attachments.Index, attachment{b.archivedPart(*a.File), text(a.Description)})
	}
	if within > 0 {
		b.await(pdfa.PendingDesk, "Allegati/IndiceAllegati",
			fmt.Sprintf("%d allegati senza impronta propria: non erano file distinti quando questo è stato archiviato", within))
	}
}

// primary names the main document that an attachment goes with.
func (b *builder) primary(d *document) {
	p := b.m.Primary
	switch {
	case p != nil:
		main := b.archivedPart(*p)
		main.Segnatura = text(b.m.Segnatura.Text)
		d.Primary = &main
	case b.m.Segnatura.Part > 0:
		b.await(pdfa.PendingDesk, "IdIdentificativoDocumentoPrimario", "il documento principale non aveva un file quando questo è stato archiviato")
	}
}

func (b *builder) filing(d *document) {
	if d.Classifica.Index = text(b.m.Classifica); b.m.Classifica == "" {
		b.await(pdfa.PendingCentre, "Classificazione/IndiceDiClassificazione", "la classifica non è stata indicata allo sportello")
	}
	b.await(pdfa.PendingCentre, "Classificazione/Descrizione", "la dà il titolario dell'ente")
	b.await(pdfa.PendingCentre, "Classificazione/PianoDiClassificazione", "lo indica il sistema di gestione documentale")
}

func (b *builder) aggregation(d *document) {
	if b.m.Fascicolo == "" {
		b.await(pdfa.PendingCentre, "Agg/TipoAgg", "il fascicolo o la serie (IdAgg) è del sistema di gestione documentale")
		return
	}
	d.Aggregation.File = &aggregationID{"Fascicolo", text(b.m.Fascicolo)}
}

// modifications tells of the scan that this one replaces. Its first edition is the one that is named.
func (b *builder) modifications(d *document) {
	p := b.m.Previous
	if p == nil {
		return
	}
	const path = "TracciatureModificheDocumento"
	d.Modifications = &modification{
		Kind: "Rettifica", Author: b.person(path+"/SoggettoAutoreDellaModifica", p.By),
		Day: text(b.m.File.MadeAt.Format(time.DateOnly)), Time: text(b.m.File.MadeAt.Format("15:04:05")),
		Previous: idDoc{Digest: b.digest(p.SHA256), ID: b.identifier(b.m.Segnatura.Part, b.m.Segnatura.Version-1, 0)},
	}
	d.Modifications.Previous.Segnatura = text(b.m.Segnatura.Text)
}
