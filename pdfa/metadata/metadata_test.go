package metadata_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/metadata"
)

var rome = time.FixedZone("CET", 3600)

func digestOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// incoming is what a desk knows of an ordinary letter.
func incoming() pdfa.DocumentMetadata {
	return pdfa.DocumentMetadata{
		Segnatura: pdfa.Segnatura{Text: "c_a000|AOO1|PG|0001234|2026-11-22", BodyCode: "c_a000", BodyName: "Comune di Forlì",
			AOOCode: "AOO1", AOOName: "Ente", RegisterCode: "PG", Year: 2026, Number: "0001234", Day: "2026-11-22",
			RegisteredAt: time.Date(2026, 11, 22, 9, 30, 5, 0, rome), Direction: pdfa.Incoming, Version: 1},
		File: pdfa.ArchivedFile{Name: "2026-0001234-v1.pdf", SHA256: digestOf("file"), Bytes: 1234, Flavour: pdfa.Flavour2B, Pages: 2,
			Edition: 1, MadeAt: time.Date(2026, 11, 22, 9, 40, 0, 0, rome)},
		Subject: "Richiesta di accesso «atti» & <altro>", Senders: []pdfa.Agent{{Name: "Niccolò D'Alì"}}, UOR: "Ufficio Tecnico",
		Operator: pdfa.Agent{Name: "mrossi"}, Attachments: []pdfa.AttachedFile{{Description: "planimetria"}},
		Software: pdfa.Software{Name: "segnatura", Version: "1.0", Producer: "progetto segnatura"},
		Scans: []pdfa.ScanSettings{{Device: "eSCL", Input: "feeder", ColorMode: "gray", XDPI: 300, YDPI: 300, Duplex: true, Pages: 2,
			FirstTakenAt: time.Date(2026, 11, 22, 9, 39, 0, 0, rome), LastTakenAt: time.Date(2026, 11, 22, 9, 39, 2, 0, rome)}},
	}
}

// outgoing has everything that can be stated, and so few pending fields.
func outgoing() pdfa.DocumentMetadata {
	m := incoming()
	m.Segnatura.Direction, m.Segnatura.Emergency, m.Segnatura.Version = pdfa.Outgoing, true, 2
	m.Segnatura.RegisteredAt = time.Time{}
	m.File.Flavour, m.File.Edition = pdfa.Flavour2U, 2
	m.DocumentType, m.Keywords, m.Senders = "lettera", []string{"strade"}, nil
	m.Recipients = []pdfa.Agent{{Name: "Edilizia S.r.l.", Code: "01234567897", Email: "edilizia@pec.example"},
		{Name: "Bianchi Maria", Code: "BNCMRA80A41H501X"}}
	m.Copies = []pdfa.Agent{{Name: "Regione Esempio", Code: "r_esempi", Email: "regione@pec.example"}, {Name: "Studio Verdi", Code: "12 34"}}
	m.Responsabile, m.RPA = pdfa.Agent{Name: "Verdi Anna"}, "Neri Luca"
	m.Attachments = []pdfa.AttachedFile{{Description: "computo", File: &pdfa.ArchivedPart{Part: 1, Version: 3, Edition: 2, SHA256: digestOf("attachment")}}}
	m.Classifica, m.Fascicolo, m.Confidential, m.Note = "6.3", "2026/12", true, "urgente"
	m.Previous = &pdfa.PreviousVersion{SHA256: digestOf("before")}
	return m
}

func compared() pdfa.DocumentMetadata {
	m := incoming()
	m.Conformity = pdfa.Conformity{Mode: pdfa.ConformityComparison, Comparison: &pdfa.Comparison{Officer: "Anna Verdi",
		Capacity: "delega n. 3 del 2026", Place: "Forlì", ComparedAt: time.Date(2026, 11, 22, 11, 0, 0, 0, rome), Separate: true,
		Copies: []pdfa.CopyDigest{{Name: "2026-0001234-v1.pdf", SHA256: digestOf("file"), Bytes: 1234, Pages: 2}}}}
	return m
}

func byProcess() pdfa.DocumentMetadata {
	m := incoming()
	m.Anonymous, m.Senders = true, nil
	m.Conformity = pdfa.Conformity{Mode: pdfa.ConformityProcess, Lot: &pdfa.ScanLot{ID: "7", Certificate: "n. 12 del 2026", Place: "sportello 1", Device: "eSCL",
		Operator: "mrossi", StartedAt: time.Date(2026, 11, 22, 9, 39, 0, 0, rome), EndedAt: time.Date(2026, 11, 22, 9, 40, 0, 0, rome),
		Documents: 1, Pages: 2, Software: m.Software, Anomalies: []pdfa.Anomaly{{Code: "repeated", Answer: "accept", By: "mrossi", Reason: "due copie"}}}}
	m.Verification = pdfa.Verification{Signed: true, Conformity: true}
	return m
}

// attached is an attachment of the letter, whose main document is archived.
func attached() pdfa.DocumentMetadata {
	m := incoming()
	m.Segnatura.Part, m.Segnatura.Version, m.Attachments = 1, 3, nil
	m.Primary = &pdfa.ArchivedPart{Version: 1, Edition: 2, SHA256: digestOf("main")}
	m.Previous = &pdfa.PreviousVersion{SHA256: digestOf("before")}
	return m
}

func samples() map[string]pdfa.DocumentMetadata {
	inside, orphan := incoming(), attached()
	orphan.Primary = nil
	inside.Segnatura.Direction, inside.Scans = pdfa.Inside, nil
	written := inside
	written.Written = true
	return map[string]pdfa.DocumentMetadata{"incoming": incoming(), "outgoing": outgoing(), "inside": inside, "written": written, "attached": attached(), "attached to no file": orphan, "compared": compared(),
		"by process": byProcess()}
}

func write(t *testing.T, m pdfa.DocumentMetadata) ([]byte, []pdfa.PendingField) {
	t.Helper()
	var out bytes.Buffer
	pending, err := metadata.Write(&out, m)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), pending
}

func TestFilesAreValid(t *testing.T) {
	xmllint := testenv.Program(t, "xmllint")
	for name, m := range samples() {
		t.Run(name, func(t *testing.T) {
			file, _ := write(t, m)
			path := filepath.Join(t.TempDir(), "metadata.xml")
			if err := os.WriteFile(path, file, 0o666); err != nil {
				t.Fatal(err)
			}
			validate := func(path string) ([]byte, error) {
				return exec.Command(xmllint, "--nonet", "--noout", "--schema", "testdata/metadati.xsd", path).CombinedOutput()
			}
			if out, err := validate(path); err != nil {
				t.Errorf("%v\n%s\n%s", err, out, file)
			}
			again, _ := write(t, m)
			if !bytes.Equal(file, again) {
				t.Error("equal metadata made another file")
			}
			// The schema is no rubber stamp.
			broken := bytes.Replace(file, []byte("<Algoritmo>SHA-256<"), []byte("<Algoritmo>MD5<"), 1)
			if err := os.WriteFile(path, broken, 0o666); err != nil {
				t.Fatal(err)
			}
			if _, err := validate(path); err == nil {
				t.Error("the schema accepts another algorithm")
			}
		})
	}
}

// leaf is one element without children, with the path to it; roles are numbered.
type leaf struct{ path, value string }

// leaves reads the file back, with nothing of the package's own types.
func leaves(t *testing.T, file []byte) []leaf {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(file))
	var path []string
	var out []leaf
	var value strings.Builder
	open, roles := false, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if name == "Ruolo" {
				roles++
				name = fmt.Sprintf("Ruolo[%d]", roles)
			}
			path = append(path, name)
			value.Reset()
			open = true
			for _, a := range token.Attr {
				if a.Name.Local != "xmlns" {
					out = append(out, leaf{strings.Join(path, "/") + "@" + a.Name.Local, a.Value})
				}
			}
		case xml.CharData:
			value.Write(token)
		case xml.EndElement:
			if open {
				out = append(out, leaf{strings.Join(path, "/"), value.String()})
			}
			open = false
			path = path[:len(path)-1]
		}
	}
}

const root = "MetadatiDocumento/DocumentoAmministrativoInformatico/"

func TestWhatIsReadBack(t *testing.T) {
	base := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	tests := map[string][]leaf{
		"written": {
			{root + "ModalitaDiFormazione", "creazione tramite utilizzo di strumenti software che assicurino la produzione di documenti nei formati previsti in allegato 2"},
			{"MetadatiDocumento/Stazione/ModalitaDiFormazione", "a"},
		},
		"incoming": {
			{root + "IdDoc/ImprontaCrittograficaDelDocumento/Impronta", base("file")},
			{root + "IdDoc/Segnatura", "c_a000|AOO1|PG|0001234|2026-11-22"},
			{root + "DatiDiRegistrazione/TipologiaDiFlusso", "E"},
			{root + "DatiDiRegistrazione/TipoRegistro/ProtocolloOrdinario_ProtocolloEmergenza/NumeroProtocolloDocumento", "0001234"},
			{root + "DatiDiRegistrazione/TipoRegistro/ProtocolloOrdinario_ProtocolloEmergenza/DataProtocollazioneDocumento", "2026-11-22"},
			{root + "DatiDiRegistrazione/TipoRegistro/ProtocolloOrdinario_ProtocolloEmergenza/OraProtocollazioneDocumento", "09:30:05"},
			{root + "Soggetti/Ruolo[1]/AmministrazioneCheEffettuaLaRegistrazione/PAI/IPAAmm/CodiceIPA", "c_a000"},
			{root + "Soggetti/Ruolo[2]/Mittente/PG/DenominazioneOrganizzazione", "Niccolò D'Alì"},
			{root + "Soggetti/Ruolo[4]/Operatore/PF/Cognome", "mrossi"},
			{root + "Soggetti/Ruolo[5]/Produttore/SW/DenominazioneSistema", "segnatura 1.0"},
			{root + "ChiaveDescrittiva/Oggetto", "Richiesta di accesso «atti» & <altro>"},
			{root + "Allegati/NumeroAllegati", "1"},
			{root + "Riservato", "false"},
			{root + "Verifica/FirmatoDigitalmente", "false"},
			{root + "Verifica/ConformitaCopieImmagineSuSupportoInformatico", "false"},
			{root + "VersioneDelDocumento", "1"},
			{"MetadatiDocumento/Stazione/StatoDelDocumento", "In entrata"},
			{"MetadatiDocumento/Stazione/TipoRegistro", "Protocollo Ordinario"},
			{"MetadatiDocumento/Stazione/Acquisizioni/Acquisizione@puntiPerPolliceX", "300"},
			{"MetadatiDocumento/Stazione/Conformita@modo", "nessuno"},
			{"MetadatiDocumento/Stazione/Conformita@attestazione", "NO"},
		},
		"outgoing": {
			{root + "DatiDiRegistrazione/TipologiaDiFlusso", "U"},
			{root + "Soggetti/Ruolo[2]/Mittente/PAI/IPAAmm/CodiceIPA", "c_a000"},
			{root + "Soggetti/Ruolo[3]/Destinatario/PG/CodiceFiscale_PartitaIva", "01234567897"},
			{root + "Soggetti/Ruolo[4]/Destinatario/PF/CodiceFiscale", "BNCMRA80A41H501X"},
			{root + "Soggetti/Ruolo[5]/Destinatario/PAI/IPAAmm/CodiceIPA", "r_esempi"},
			{root + "Soggetti/Ruolo[6]/Destinatario/PG/DenominazioneOrganizzazione", "Studio Verdi"},
			{root + "Soggetti/Ruolo[9]/ResponsabileServizioProtocollo/PF/Cognome", "Verdi Anna"},
			{root + "Soggetti/Ruolo[10]/RUP/RUP/Cognome", "Neri Luca"},
			{root + "Allegati/IndiceAllegati/IdDoc/ImprontaCrittograficaDelDocumento/Impronta", base("attachment")},
			{root + "Allegati/IndiceAllegati/IdDoc/Identificativo", "c_a000|AOO1|PG|0001234|2026-11-22|a1|v3|e2"},
			{root + "Classificazione/IndiceDiClassificazione", "6.3"},
			{root + "Agg/TipoAgg/IdAggregazione", "2026/12"},
			{root + "TracciatureModificheDocumento/IdDocVersionePrecedente/ImprontaCrittograficaDelDocumento/Impronta", base("before")},
			{"MetadatiDocumento/Stazione/StatoDelDocumento", "In uscita"},
			{"MetadatiDocumento/Stazione/TipoRegistro", "Protocollo Emergenza"},
			{"MetadatiDocumento/Stazione/Edizione@conformita", "PDF/A-2u"},
		},
		"attached": {
			{root + "IdDoc/Identificativo", "c_a000|AOO1|PG|0001234|2026-11-22|a1|v3|e1"},
			{root + "Allegati/NumeroAllegati", "0"},
			{root + "IdIdentificativoDocumentoPrimario/ImprontaCrittograficaDelDocumento/Impronta", base("main")},
			{root + "IdIdentificativoDocumentoPrimario/Identificativo", "c_a000|AOO1|PG|0001234|2026-11-22|v1|e2"},
			{root + "TracciatureModificheDocumento/IdDocVersionePrecedente/Identificativo", "c_a000|AOO1|PG|0001234|2026-11-22|a1|v2"},
			{"MetadatiDocumento/Stazione/NumeroAllegato", "1"},
		},
		"compared": {
			{"MetadatiDocumento/Stazione/Conformita@attestazione", "NO"},
			{"MetadatiDocumento/Stazione/Conformita/Raffronto/Copia@impronta", base("file")},
			{"MetadatiDocumento/Stazione/Conformita/Raffronto@riferimentoTemporale", "2026-11-22T11:00:00+01:00"},
		},
		"by process": {
			{root + "Verifica/ConformitaCopieImmagineSuSupportoInformatico", "true"},
			{"MetadatiDocumento/Stazione/MittenteAnonimo", "true"},
			{"MetadatiDocumento/Stazione/Conformita@attestazione", "SI"},
			{"MetadatiDocumento/Stazione/Conformita/Lotto@identificativo", "7"},
			{"MetadatiDocumento/Stazione/Conformita/Lotto@certificazione", "n. 12 del 2026"},
			{"MetadatiDocumento/Stazione/Conformita/Lotto/Anomalia", "due copie"},
			{"MetadatiDocumento/Stazione/Conformita/Lotto/Anomalia@codice", "repeated"},
		},
	}
	for name, wants := range tests {
		file, _ := write(t, samples()[name])
		got := leaves(t, file)
		for _, want := range wants {
			if !slices.Contains(got, want) {
				t.Errorf("%s: not read back: %v", name, want)
			}
		}
	}
}

func TestPendingListIsExact(t *testing.T) {
	file, pending := write(t, incoming())
	want := []pdfa.PendingField{
		{Path: "TipologiaDocumentale", Owner: pdfa.PendingCentre},
		{Path: "Soggetti/Ruolo[1]/AmministrazioneCheEffettuaLaRegistrazione/PAI/IndirizziDigitaliDiRiferimento", Owner: pdfa.PendingCentre},
		{Path: "Soggetti/Ruolo[2]/Mittente/PG", Owner: pdfa.PendingDesk},
		{Path: "Soggetti/Ruolo[3]/Assegnatario/AS/IndirizziDigitaliDiRiferimento", Owner: pdfa.PendingCentre},
		{Path: "Soggetti/Ruolo[3]/Assegnatario/AS/IPAUOR/CodiceIPA", Owner: pdfa.PendingCentre},
		{Path: "Soggetti/Ruolo[4]/Operatore/PF/Nome", Owner: pdfa.PendingDesk},
		{Path: "Soggetti/Ruolo/ResponsabileServizioProtocollo", Owner: pdfa.PendingCentre},
		{Path: "Allegati/IndiceAllegati", Owner: pdfa.PendingDesk},
		{Path: "Classificazione/IndiceDiClassificazione", Owner: pdfa.PendingCentre},
		{Path: "Classificazione/Descrizione", Owner: pdfa.PendingCentre},
		{Path: "Classificazione/PianoDiClassificazione", Owner: pdfa.PendingCentre},
		{Path: "Agg/TipoAgg", Owner: pdfa.PendingCentre},
		{Path: "TempoDiConservazione", Owner: pdfa.PendingCentre},
	}
	bare := slices.Clone(pending)
	for i := range bare {
		if bare[i].Why == "" {
			t.Errorf("%s: nobody is told why", bare[i].Path)
		}
		bare[i].Why = ""
	}
	if !slices.Equal(bare, want) {
		t.Errorf("pending\n%+v\nwant\n%+v", bare, want)
	}
	// The file lists the same, in the same order.
	var listed []string
	for _, l := range leaves(t, file) {
		if l.path == "MetadatiDocumento/Stazione/CampiInAttesa/Campo@percorso" {
			listed = append(listed, l.value)
		}
	}
	for i, p := range pending {
		if i >= len(listed) || listed[i] != p.Path {
			t.Fatalf("the file lists %q", listed)
		}
	}
	if len(listed) != len(pending) {
		t.Errorf("the file lists %d fields, not %d", len(listed), len(pending))
	}
}

// TestWhatIsEmptyIsPending holds the list against the file: whatever element of the annex is empty in it is on the list, and
// nothing that is filled is.
func TestWhatIsEmptyIsPending(t *testing.T) {
	for name, m := range samples() {
		file, pending := write(t, m)
		listed := func(path string) bool {
			return slices.ContainsFunc(pending, func(p pdfa.PendingField) bool {
				return path == p.Path || strings.HasPrefix(path, p.Path+"/") || strings.HasPrefix(p.Path, path+"/")
			})
		}
		filled := map[string]bool{}
		for _, l := range leaves(t, file) {
			path, ours := strings.CutPrefix(l.path, root)
			if !ours || strings.Contains(path, "@") {
				continue
			}
			if strings.TrimSpace(l.value) == "" && !listed(path) {
				t.Errorf("%s: %s is empty and not pending", name, path)
			}
			filled[path] = strings.TrimSpace(l.value) != ""
		}
		for _, p := range pending {
			if filled[p.Path] {
				t.Errorf("%s: %s is pending and filled", name, p.Path)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	for what, edit := range map[string]func(*pdfa.DocumentMetadata){
		"no digest":          func(m *pdfa.DocumentMetadata) { m.File.SHA256 = "" },
		"digest of a digest": func(m *pdfa.DocumentMetadata) { m.File.SHA256 = m.File.SHA256[:62] },
		"attachment's digest": func(m *pdfa.DocumentMetadata) {
			m.Attachments[0].File = &pdfa.ArchivedPart{Part: 1, Version: 1, Edition: 1, SHA256: "ab"}
		},
		"attachment's edition": func(m *pdfa.DocumentMetadata) {
			m.Attachments[0].File = &pdfa.ArchivedPart{Part: 1, Version: 1, SHA256: digestOf("x")}
		},
		"attachment of an attachment": func(m *pdfa.DocumentMetadata) { m.Segnatura.Part = 1 },
		"main of a main": func(m *pdfa.DocumentMetadata) {
			m.Primary = &pdfa.ArchivedPart{Version: 1, Edition: 1, SHA256: digestOf("x")}
		},
		"no number":                   func(m *pdfa.DocumentMetadata) { m.Segnatura.Number = "12" },
		"no day":                      func(m *pdfa.DocumentMetadata) { m.Segnatura.Day = "22/11/2026" },
		"no direction":                func(m *pdfa.DocumentMetadata) { m.Segnatura.Direction = "" },
		"no subject":                  func(m *pdfa.DocumentMetadata) { m.Subject = "" },
		"no software":                 func(m *pdfa.DocumentMetadata) { m.Software = pdfa.Software{} },
		"control character":           func(m *pdfa.DocumentMetadata) { m.Note = "a\x02" },
		"no UTF-8":                    func(m *pdfa.DocumentMetadata) { m.Senders[0].Name = "\xff" },
		"unknown mode":                func(m *pdfa.DocumentMetadata) { m.Conformity.Mode = "fiducia" },
		"comparison without its data": func(m *pdfa.DocumentMetadata) { m.Conformity.Mode = pdfa.ConformityComparison },
		"data without their mode":     func(m *pdfa.DocumentMetadata) { m.Conformity.Lot = &pdfa.ScanLot{} },
		"process without certificate": func(m *pdfa.DocumentMetadata) { *m = byProcess(); m.Conformity.Lot.Certificate = "" },
		"attested without a mode":     func(m *pdfa.DocumentMetadata) { m.Verification = pdfa.Verification{Signed: true, Conformity: true} },
		"attested without a signature": func(m *pdfa.DocumentMetadata) {
			*m = byProcess()
			m.Verification.Signed = false
		},
	} {
		m := incoming()
		edit(&m)
		var out bytes.Buffer
		if _, err := metadata.Write(&out, m); err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes", what, err, out.Len())
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestErrorsOfWritingAreErrors(t *testing.T) {
	if _, err := metadata.Write(fullDisk{}, incoming()); err == nil {
		t.Error("no error")
	}
}
