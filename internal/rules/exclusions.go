package rules

import (
	"slices"
	"strings"

	"segnatura/internal/protocollo"
)

// ExclusionCode names a reason for which no image of a document is kept.
type ExclusionCode string

const (
	ExclusionMedical      ExclusionCode = "certificato-medico"
	ExclusionConfidential ExclusionCode = "riservatezza"
	ExclusionBound        ExclusionCode = "rilegato"
	ExclusionFormat       ExclusionCode = "altro-formato"
	ExclusionSupport      ExclusionCode = "altro-supporto"
	ExclusionLength       ExclusionCode = "consistenza"
	ExclusionInseparable  ExclusionCode = "non-separabile"
	ExclusionNotScanned   ExclusionCode = "non-scansionato"
)

// NoteNeed says whether one of N-1 to N-3 goes with an exclusion.
type NoteNeed string

const (
	NoteNever   NoteNeed = "mai"         // the manual asks for none
	NoteDue     NoteNeed = "dovuta"      // «va inserita nel campo Note … la dicitura»
	NoteIfPaper NoteNeed = "se-cartaceo" // sheets that go with a thing that is no paper, if there are any
)

// Exclusion is one reason for which no image of a document is kept (R3.4), as one manual words it for some directions.
type Exclusion struct {
	Code  ExclusionCode `json:"code"`
	Words string        `json:"words"`  // the manual's own
	By    string        `json:"source"` // the manual with its article
	Note  NoteNeed      `json:"note" enum:"mai,dovuta,se-cartaceo"`
	// NamesResponsible is set where the manual leaves it to the responsible of the procedure, who is then named: no role of ours (R19.4).
	NamesResponsible bool `json:"namesResponsible"`

	directions []protocollo.Direction
	profiles   []string
}

var (
	everyDirection = []protocollo.Direction{protocollo.Incoming, protocollo.Outgoing, protocollo.Inside}
	onlyIncoming   = everyDirection[:1]
	outOrInside    = everyDirection[1:]
)

// exclusions is the catalogue. Of rows with the same code the first that a profile has for a direction is meant. Where no manual speaks and
// data on health or somebody's secrets would be copied, the rule is ours, from the norm that is named.
var exclusions = []Exclusion{
	{
		Code: ExclusionMedical, Words: "certificati medici contenenti la diagnosi", Note: NoteNever,
		By: "Manuale dell'Università, art. 3.1.08", directions: onlyIncoming, profiles: []string{ProfileDefault, ProfileUniversity},
	},
	{
		Code: ExclusionMedical, Words: "certificati medici contenenti la diagnosi", Note: NoteNever,
		By:         "Reg. (UE) 2016/679, artt. 5 e 9; Garante 14/6/2007, par. 8.2",
		directions: everyDirection, profiles: []string{ProfileDefault, ProfileTown, ProfileSchools},
	},
	{
		Code: ExclusionConfidential, Note: NoteNever, NamesResponsible: true,
		Words: "documenti la cui acquisizione, a giudizio del responsabile del procedimento e/o processo, non è opportuna al fine di tutelare esigenze di riservatezza",
		By:    "Manuale dell'Università, art. 3.1.08", directions: onlyIncoming, profiles: []string{ProfileDefault, ProfileUniversity},
	},
	{
		Code: ExclusionConfidential, Note: NoteNever, NamesResponsible: true,
		Words: "documenti la cui acquisizione, a giudizio del responsabile del procedimento, non è opportuna al fine di tutelare esigenze di riservatezza",
		By:    "Reg. (UE) 2016/679, artt. 5 e 25", directions: everyDirection, profiles: []string{ProfileDefault, ProfileTown, ProfileSchools},
	},
	{
		Code: ExclusionBound, Words: "documento rilegato e voluminoso", Note: NoteDue,
		By: "Manuale dell'Università, artt. 3.2.0 e 3.3", directions: outOrInside, profiles: []string{ProfileDefault, ProfileUniversity},
	},
	{
		Code: ExclusionFormat, Words: "foglio di carta eccedente il formato A4", Note: NoteDue,
		By: "Manuale dell'Università, artt. 3.2.0 e 3.3", directions: outOrInside, profiles: []string{ProfileDefault, ProfileUniversity},
	},
	{
		Code: ExclusionSupport, Words: "tipo di supporto (CD, DVD, ecc.)", Note: NoteIfPaper,
		By: "Manuale dell'Università, artt. 3.2.0 e 3.3", directions: outOrInside, profiles: []string{ProfileDefault, ProfileUniversity},
	},
	{
		Code: ExclusionLength, Words: "documenti e allegati in formato cartaceo che superino n. 10 fogli in formato A4", Note: NoteDue,
		By: "Manuale dell'Università, artt. 3.2.0 e 3.3", directions: outOrInside, profiles: []string{ProfileDefault, ProfileUniversity},
	},
	{ // An incoming document outside the rule has its note; nothing obliges anybody to scan it first.
		Code: ExclusionLength, Words: "documento di consistenza maggiore di 10 pagine in formato A4, ovvero di formato diverso", Note: NoteDue,
		By: "Manuale dell'Università, art. 3.1.08", directions: onlyIncoming, profiles: []string{ProfileDefault, ProfileUniversity},
	},
	{
		Code: ExclusionInseparable, Words: "documento non in formato A4, non separabile o non leggibile dal supporto tecnico", Note: NoteIfPaper,
		By: "Manuale del Comune, artt. 28.6 e 35 b.2", directions: everyDirection, profiles: []string{ProfileTown},
	},
	{
		Code: ExclusionNotScanned, Words: "scannerizzazione non effettuata («eventuale scannerizzazione»)", Note: NoteNever,
		By: "Manuale dell'USR, sezione 3", directions: onlyIncoming, profiles: []string{ProfileSchools},
	},
}

// Exclusions lists what the profile leaves out in a direction, in the order in which it is offered.
func (p PageProfile) Exclusions(d protocollo.Direction) []Exclusion {
	out := []Exclusion{}
	for _, e := range exclusions {
		if !slices.Contains(e.profiles, p.Name) || !slices.Contains(e.directions, d) {
			continue
		}
		if !slices.ContainsFunc(out, func(o Exclusion) bool { return o.Code == e.Code }) {
			out = append(out, e)
		}
	}
	return out
}

// Exclusion finds one by its code, or Invalid "exclusion": the profile does not leave that out in that direction.
func (p PageProfile) Exclusion(d protocollo.Direction, code ExclusionCode) (Exclusion, error) {
	for _, e := range p.Exclusions(d) {
		if e.Code == code {
			return e, nil
		}
	}
	return Exclusion{}, protocollo.Errorf(protocollo.Invalid, "exclusion", "profile %s has no exclusion %q for %s", p.Name, code, d)
}

// Check says what an order to exclude lacks and words its note: "" where none goes with it. Errors: Invalid "responsible", "sheets", "notePart".
func (e Exclusion) Check(responsible string, part NotePart, sheets int) (note string, err error) {
	if e.NamesResponsible && strings.TrimSpace(responsible) == "" {
		return "", protocollo.Errorf(protocollo.Invalid, "responsible", "%s names the responsible of the procedure", e.Code)
	}
	if e.Note == NoteNever || e.Note == NoteIfPaper && sheets == 0 {
		return "", nil
	}
	if part == "" {
		part = NoteDocument
	}
	return NoteText(part, sheets)
}

// Frontispiece is a kind of document of which only the first page is scanned, with the note: the file is partial and says so (R3.5, R19.4).
type Frontispiece struct {
	Code  string `json:"code"`
	Words string `json:"words"`
	By    string `json:"source"`
}

// frontispieces are those of the Comune: «In caso di planimetrie o volumi non sperabili si potrà comunque procedere a digitalizzare con lo
// scanner il frontespizio». The slip «sperabili» is not copied.
var frontispieces = []Frontispiece{
	{Code: "planimetria", Words: "progetti e planimetrie: solo frontespizio", By: "Manuale del Comune, artt. 28.6 e 35 b.2"},
	{Code: "volume", Words: "volumi non separabili: solo frontespizio", By: "Manuale del Comune, artt. 28.6 e 35 b.2"},
}

// Frontispieces lists what the profile offers; none where it does not.
func (p PageProfile) Frontispieces() []Frontispiece {
	if !p.FrontispieceAllowed {
		return []Frontispiece{}
	}
	return slices.Clone(frontispieces)
}

// Frontispiece finds one by its code, or Invalid "frontispiece".
func (p PageProfile) Frontispiece(code string) (Frontispiece, error) {
	for _, f := range p.Frontispieces() {
		if f.Code == code {
			return f, nil
		}
	}
	return Frontispiece{}, protocollo.Errorf(protocollo.Invalid, "frontispiece", "profile %s has no frontispiece %q", p.Name, code)
}
