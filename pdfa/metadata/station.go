package metadata

import (
	"encoding/xml"
	"time"

	"segnatura/pdfa"
)

// Namespace is that of the file's root and of the station's own part. It names no host; the version rises with the structure.
const Namespace = "urn:x-segnatura:metadata:1.0"

// file is the whole: the annex's element as it stands, and beside it what the annex has no place for.
type file struct {
	XMLName  xml.Name `xml:"urn:x-segnatura:metadata:1.0 MetadatiDocumento"`
	Document document
	Station  station `xml:"Stazione"`
}

type station struct {
	State      text       `xml:"StatoDelDocumento"`
	Register   text       `xml:"TipoRegistro"`
	Formation  text       `xml:"ModalitaDiFormazione"` // the letter of LLGG 2.1.1
	Anonymous  bool       `xml:"MittenteAnonimo"`
	Part       int        `xml:"NumeroAllegato,omitempty"` // absent: the main document
	Edition    edition    `xml:"Edizione"`
	Scans      []scan     `xml:"Acquisizioni>Acquisizione"`
	Conformity conformity `xml:"Conformita"`
	Pending    pending    `xml:"CampiInAttesa"`
}

type edition struct {
	Number  int   `xml:"numero,attr"`
	Flavour text  `xml:"conformita,attr"`
	Pages   int   `xml:"pagine,attr"`
	Bytes   int64 `xml:"byte,attr"`
	MadeAt  text  `xml:"istante,attr,omitempty"`
}

type scan struct {
	Pages     int  `xml:"pagine,attr"`
	Device    text `xml:"dispositivo,attr,omitempty"`
	Input     text `xml:"alimentazione,attr,omitempty"`
	ColorMode text `xml:"colore,attr,omitempty"`
	XDPI      int  `xml:"puntiPerPolliceX,attr,omitempty"`
	YDPI      int  `xml:"puntiPerPolliceY,attr,omitempty"`
	Duplex    bool `xml:"fronteRetro,attr"`
	First     text `xml:"prima,attr"`
	Last      text `xml:"ultima,attr"`
}

// conformity is the data of R3.8. The attestation is NO unless a signature makes it one.
type conformity struct {
	Mode        text        `xml:"modo,attr"`
	Attestation text        `xml:"attestazione,attr"`
	Comparison  *comparison `xml:"Raffronto"`
	Lot         *lot        `xml:"Lotto"`
}

type comparison struct {
	Officer    text         `xml:"incaricato,attr"`
	Capacity   text         `xml:"titolo,attr"`
	Place      text         `xml:"luogo,attr"`
	ComparedAt text         `xml:"riferimentoTemporale,attr"`
	Separate   bool         `xml:"separata,attr"`
	Copies     []copyDigest `xml:"Copia"`
}

type copyDigest struct {
	Name      text  `xml:"nome,attr"`
	Base64    text  `xml:"impronta,attr"`
	Algorithm text  `xml:"algoritmo,attr"`
	Bytes     int64 `xml:"byte,attr"`
	Pages     int   `xml:"pagine,attr"`
	Note      text  `xml:"nota,attr,omitempty"`
}

type lot struct {
	ID          text      `xml:"identificativo,attr"`
	Certificate text      `xml:"certificazione,attr"`
	Place       text      `xml:"luogo,attr"`
	Device      text      `xml:"dispositivo,attr"`
	Operator    text      `xml:"operatore,attr"`
	StartedAt   text      `xml:"inizio,attr"`
	EndedAt     text      `xml:"fine,attr,omitempty"`
	Documents   int       `xml:"documenti,attr"`
	Pages       int       `xml:"pagine,attr"`
	Product     text      `xml:"prodotto,attr"`
	Version     text      `xml:"versione,attr"`
	Producer    text      `xml:"produttore,attr"`
	Anomalies   []anomaly `xml:"Anomalia"`
}

type anomaly struct {
	Code   text `xml:"codice,attr"`
	Answer text `xml:"risposta,attr,omitempty"`
	By     text `xml:"operatore,attr,omitempty"`
	Reason text `xml:",chardata"`
}

type pending struct {
	Fields []pendingField `xml:"Campo"`
}

type pendingField struct {
	Path  text `xml:"percorso,attr"`
	Owner text `xml:"competenza,attr"`
	Why   text `xml:",chardata"`
}

// modes words the closed list of R3.8.
func modes() map[pdfa.ConformityMode]text {
	return map[pdfa.ConformityMode]text{
		pdfa.ConformityNone: "nessuno", pdfa.ConformityComparison: "raffronto", pdfa.ConformityProcess: "processo",
	}
}

// instant is an xs:dateTime with its offset; "" for none.
func instant(t time.Time) text {
	if t.IsZero() {
		return ""
	}
	return text(t.Format("2006-01-02T15:04:05-07:00"))
}

// station is filled last: it lists what the annex's elements left pending.
func (b *builder) station() station {
	m := b.m
	s := station{
		State: stateWords()[m.Segnatura.Direction], Register: "Protocollo Ordinario", Formation: "b", Anonymous: m.Anonymous, Part: m.Segnatura.Part,
		Edition: edition{Number: m.File.Edition, Flavour: text("PDF/A-" + m.File.Flavour), Pages: m.File.Pages, Bytes: m.File.Bytes,
			MadeAt: instant(m.File.MadeAt)},
		Conformity: b.conformity(),
	}
	if m.Written {
		s.Formation = "a"
	}
	if m.Segnatura.Emergency {
		s.Register = "Protocollo Emergenza"
	}
	for _, c := range m.Scans {
		s.Scans = append(s.Scans, scan{Pages: c.Pages, Device: text(c.Device), Input: text(c.Input), ColorMode: text(c.ColorMode),
			XDPI: c.XDPI, YDPI: c.YDPI, Duplex: c.Duplex, First: instant(c.FirstTakenAt), Last: instant(c.LastTakenAt)})
	}
	for _, p := range b.pending {
		s.Pending.Fields = append(s.Pending.Fields, pendingField{text(p.Path), text(p.Owner), text(p.Why)})
	}
	return s
}

func stateWords() map[pdfa.Direction]text {
	return map[pdfa.Direction]text{pdfa.Incoming: "In entrata", pdfa.Outgoing: "In uscita", pdfa.Inside: "Interno"}
}

func (b *builder) conformity() conformity {
	c := b.m.Conformity
	out := conformity{Mode: modes()[c.Mode], Attestation: "NO"}
	if b.m.Verification.Conformity {
		out.Attestation = "SI"
	}
	if r := c.Comparison; r != nil {
		out.Comparison = &comparison{Officer: text(r.Officer), Capacity: text(r.Capacity), Place: text(r.Place),
			ComparedAt: instant(r.ComparedAt), Separate: r.Separate}
		for _, one := range r.Copies {
			out.Comparison.Copies = append(out.Comparison.Copies, copyDigest{Name: text(one.Name), Base64: b.base64(one.SHA256),
				Algorithm: algorithm, Bytes: one.Bytes, Pages: one.Pages, Note: text(one.Note)})
		}
	}
	if l := c.Lot; l != nil {
		out.Lot = &lot{ID: text(l.ID), Certificate: text(l.Certificate), Place: text(l.Place), Device: text(l.Device), Operator: text(l.Operator),
			StartedAt: instant(l.StartedAt), EndedAt: instant(l.EndedAt), Documents: l.Documents, Pages: l.Pages,
			Product: text(l.Software.Name), Version: text(l.Software.Version), Producer: text(l.Software.Producer)}
		for _, a := range l.Anomalies {
			out.Lot.Anomalies = append(out.Lot.Anomalies, anomaly{text(a.Code), text(a.Answer), text(a.By), text(a.Reason)})
		}
	}
	return out
}
