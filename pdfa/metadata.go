package pdfa

import "time"

// Segnatura is what the register says of a document (DPR 445/2000 art. 55), as the archived file and the metadata file beside it
// carry it. Codes and names are the body's own; nothing is worded for a screen.
type Segnatura struct {
	Text         string `json:"text"` // in one line
	BodyCode     string `json:"bodyCode"`
	BodyName     string `json:"bodyName"`
	AOOCode      string `json:"aooCode"`
	AOOName      string `json:"aooName"`
	RegisterCode string `json:"registerCode"`
	RegisterName string `json:"registerName,omitempty"`
	// Emergency says that the number is the emergency register's (DPR 445/2000 art. 63).
	Emergency bool   `json:"emergency,omitempty"`
	Year      int    `json:"year"`
	Number    string `json:"number"`
	Day       string `json:"day"` // of the registration by Europe/Rome, YYYY-MM-DD
	// RegisteredAt is the instant, where it is known.
	RegisteredAt time.Time `json:"registeredAt,omitzero"`
	Direction    Direction `json:"direction"`
	// Version counts the scans of this document, from 1.
	Version int `json:"version"`
	// Part is 0 for the registration's main document, n for its n-th attachment, which is a file of its own.
	Part int `json:"part,omitempty"`
}

// Direction is the way a registered document goes, by its letter on the label.
type Direction string

const (
	Incoming Direction = "A"
	Outgoing Direction = "P"
	Inside   Direction = "I"
)

// DocumentMetadata is what the metadata file beside an archived document says (LLGG annex 5; requirement R4.3). An empty field is
// one that nobody stated: it is listed as pending where the annex asks for it, never guessed.
type DocumentMetadata struct {
	Segnatura Segnatura
	File      ArchivedFile
	// DocumentType is the tipologia documentale, e.g. «fattura».
	DocumentType string
	Subject      string
	Keywords     []string

	Senders    []Agent
	Anonymous  bool // there is no sender to name
	Recipients []Agent
	Copies     []Agent // per conoscenza
	// Operator registered the document; Responsabile answers for the register (RSP); RPA for the procedure; UOR is the office that
	// the document is assigned to.
	Operator     Agent
	Responsabile Agent
	RPA          string
	UOR          string

	Attachments  []AttachedFile // of the main document
	Primary      *ArchivedPart  // of an attachment: its main document; nil where that has no file
	Classifica   string
	Fascicolo    string
	Confidential bool
	// Written says that a program of the body wrote the document (LLGG 2.1.1, letter a): nothing was scanned.
	Written      bool
	Software     Software
	Verification Verification
	Previous     *PreviousVersion // nil: the first
	Note         string

	// Scans are the settings under which the pages were taken (LLGG annex 2, raster images; R4.4), each with its number of pages.
	Scans      []ScanSettings
	Conformity Conformity
}

// ArchivedFile is the file that the metadata belong to.
type ArchivedFile struct {
	Name    string // as it is given to people, with its extension
	SHA256  string // lower-case hex
	Bytes   int64
	Flavour Flavour
	Pages   int
	// Edition counts the files made of the same scan, from 1: an edition with text supersedes the one without.
	Edition int
	MadeAt  time.Time
}

// Agent is a person, a body or an office, by the name that was typed. Code is a codice fiscale, a partita IVA or an IPA code.
type Agent struct {
	Name    string
	Address string
	Email   string
	Code    string
}

// AttachedFile is one attachment, declared or found. File is nil while it is no file of its own.
type AttachedFile struct {
	Description string
	File        *ArchivedPart
}

// ArchivedPart names another file of the same registration, by what its own metadata file calls it.
type ArchivedPart struct {
	Part, Version, Edition int
	SHA256                 string // lower-case hex
}

// Software made the file.
type Software struct {
	Name, Version, Producer string
}

// Verification says what was verified on the file. All false is the truth of a scan that nobody signed.
type Verification struct {
	Signed, Sealed, Timestamped bool
	// Conformity is true only where a signed attestation of conformity is at hand (CAD arts. 22, 23-ter; R3.8).
	Conformity bool
}

// PreviousVersion is the scan that this one replaces (R3.7).
type PreviousVersion struct {
	SHA256 string // lower-case hex
	By     Agent  // who ordered the new one
}

// ScanSettings are what was asked of a scanner, and for how many of the document's pages.
type ScanSettings struct {
	Device       string
	Input        string
	ColorMode    string
	XDPI, YDPI   int
	Duplex       bool
	Pages        int
	FirstTakenAt time.Time
	LastTakenAt  time.Time
}

// Conformity is on what a copy's conformity to its original rests (CAD arts. 22, 23-ter; LLGG 2.2, annex 3; R3.8). Its zero
// value claims nothing.
type Conformity struct {
	Mode       ConformityMode
	Comparison *Comparison // with ConformityComparison
	Lot        *ScanLot    // with ConformityProcess
}

// ConformityMode is the closed list of R3.8.
type ConformityMode string

const (
	ConformityNone       ConformityMode = ""          // CAD art. 22(3): as good as the original until it is expressly disavowed
	ConformityComparison ConformityMode = "raffronto" // an officer compared original and copy, and attests it
	ConformityProcess    ConformityMode = "processo"  // the process of annex 3 is certified, by lots
)

// Comparison is the attestation of a delegated officer who held the copies against their originals. It is worth what its
// signature is worth, and that is put outside of this program.
type Comparison struct {
	Officer    string
	Capacity   string // on what the officer's power rests, e.g. the act of delegation
	Place      string
	ComparedAt time.Time // the time reference
	// Separate says that the attestation is a document of its own, and then lists every copy's digest.
	Separate bool
	Copies   []CopyDigest
}

// CopyDigest is one copy that an attestation covers.
type CopyDigest struct {
	Name    string
	SHA256  string // lower-case hex
	Bytes   int64
	Pages   int
	Flavour Flavour
	// Note says in the prescribed words what was left out, where the copy is not of the whole document (R3.3).
	Note string
}

// Attestation is what a delegated officer signs, outside of this program: until then it attests nothing.
type Attestation struct {
	Segnatura  Segnatura
	Reference  string // how papers cite the registration, «Prot. n. 0000012 del 22/11/2026»
	Subject    string
	Comparison Comparison
	Lots       []ScanLot // how the copies were taken
	Banner     string    // e.g. of a trial, or empty
}

// ScanLot is one run of a certified scanning process (LLGG annex 3).
type ScanLot struct {
	ID          string
	Certificate string // of the process, as the body names it; empty where none is claimed
	Place       string
	Device      string
	Operator    string
	StartedAt   time.Time
	EndedAt     time.Time // zero while the run goes on
	Documents   int
	Pages       int
	Software    Software
	Anomalies   []Anomaly // in the order in which they were met
}

// Anomaly is something that did not go as it should while pages were taken, and what was done about it.
type Anomaly struct {
	Code   string // of a question that was asked of a person, of a fault, or of how a run ended
	Answer string // code of the answer; empty where none was asked
	Reason string // the person's words
	By     string
}

// PendingField is one element of the metadata file that is left empty or incomplete, and whose business it is to fill it.
type PendingField struct {
	Path  string       `json:"path"` // of the element in annex 5, from DocumentoAmministrativoInformatico
	Owner PendingOwner `json:"owner"`
	Why   string       `json:"why"` // Italian, for whoever completes it
}

// PendingOwner is who completes a field.
type PendingOwner string

const (
	PendingCentre PendingOwner = "centro"    // the body's document management system
	PendingDesk   PendingOwner = "sportello" // the desk was not told
)
