package protocollo

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Direction is the way a document goes.
type Direction string

const (
	Incoming Direction = "A" // Arrivo
	Outgoing Direction = "P" // Partenza
	Inside   Direction = "I" // Interno
)

func directionLetter(d Direction) string { return string(d) }

func directionFromLetter(s string) (Direction, bool) {
	d := Direction(s)
	return d, d.Valid()
}

// Valid reports whether d is one of the three.
func (d Direction) Valid() bool { return d == Incoming || d == Outgoing || d == Inside }

// Means is how the document travelled (mezzo). The list is closed; what people read is the UI's.
type Means string

const (
	MeansPost            Means = "posta"
	MeansRaccomandata    Means = "raccomandata"
	MeansRaccomandataAR  Means = "raccomandata-ar"
	MeansAttoGiudiziario Means = "atto-giudiziario"
	MeansHand            Means = "mano"
	MeansCourier         Means = "corriere"
	MeansFax             Means = "fax"
	MeansTelegram        Means = "telegramma"
	MeansInternalMail    Means = "posta-interna"
	MeansOther           Means = "altro"
)

// Valid reports whether m is known.
func (m Means) Valid() bool {
	switch m {
	case MeansPost, MeansRaccomandata, MeansRaccomandataAR, MeansAttoGiudiziario, MeansHand, MeansCourier, MeansFax,
		MeansTelegram, MeansInternalMail, MeansOther:
		return true
	}
	return false
}

// Support is what the document is made of (supporto).
type Support string

const (
	SupportPaper Support = "cartaceo"
	SupportMedia Support = "supporto-rimovibile"
	SupportFile  Support = "file"
)

// Valid reports whether s is known.
func (s Support) Valid() bool { return s == SupportPaper || s == SupportMedia || s == SupportFile }

// Presentation is the paper with which a removable medium came (002 art. 18.2).
type Presentation string

const (
	PresentedByLetter Presentation = "lettera" // a covering letter, which is what is registered
	PresentedBySheet  Presentation = "foglio"  // the presentation sheet that whoever brought it filled in and signed by hand
)

// SignatureCheck is what came of verifying the digital signature of what stands on a removable medium (004 art. 3.1.03).
type SignatureCheck string

const (
	SignatureValid      SignatureCheck = "valido"
	SignatureExpired    SignatureCheck = "scaduto"
	SignatureRevoked    SignatureCheck = "revocato"
	SignatureSuspended  SignatureCheck = "sospeso"
	SignatureUnverified SignatureCheck = "impossibile" // it could not be verified
)

// EnvelopeState is how the envelope was found.
type EnvelopeState string

const (
	EnvelopeNone   EnvelopeState = "senza-busta"
	EnvelopeOpened EnvelopeState = "aperta"
	EnvelopeClosed EnvelopeState = "chiusa"
	EnvelopeTorn   EnvelopeState = "lacerata"
)

// Valid reports whether e is known.
func (e EnvelopeState) Valid() bool {
	return e == EnvelopeNone || e == EnvelopeOpened || e == EnvelopeClosed || e == EnvelopeTorn
}

// Correspondent is a sender or a recipient.
type Correspondent struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Email   string `json:"email,omitempty"`
	Code    string `json:"code,omitempty" doc:"Codice fiscale, partita IVA o codice IPA"`
	// Raccomandata is the code under which the letter goes to this recipient, Variable what it says to them alone (Comune, art. 58.3). Only of
	// recipients of what goes out.
	Raccomandata string `json:"raccomandata,omitempty" maxLength:"40" doc:"Codice della raccomandata, per un destinatario in partenza"`
	Variable     string `json:"variable,omitempty" maxLength:"400" doc:"Campi variabili del testo, per questo destinatario (art. 58.3)"`
}

// TidyRaccomandata is a code as it is compared: without the blanks that stand on the slip, in capitals.
func TidyRaccomandata(code string) string {
	return strings.ToUpper(strings.Join(strings.Fields(clean(code)), ""))
}

// SenderReference is what the received document says of itself (DPR 445/2000 art. 53(1)(e)).
type SenderReference struct {
	Protocol string `json:"protocol,omitempty"`
	Day      Day    `json:"day,omitempty"`
}

// Attachment is one declared attachment.
type Attachment struct {
	Description string `json:"description"`
	Pages       int    `json:"pages,omitempty"` // sides or sheets as the direction's rule counts them; 0 = not declared
}

// OnPaper reports whether there is a paper to be scanned: of a removable medium it is the letter or the sheet that presents it (002 art. 18.2).
func (d Draft) OnPaper() bool { return d.Support == SupportPaper || d.Presentation != "" }

// AnonymousSender stands where a letter names nobody, on its label and wherever a contract demands a sender: literal L-1 of the catalogue.
const AnonymousSender = "MITTENTE ANONIMO"

// Draft is what the clerk typed. Nothing in it is a number of ours: numbers have no field (R1.4).
type Draft struct {
	Direction Direction `json:"direction" enum:"A,P,I"`
	// Senders holds the mittente of an Incoming document (one; more for joint letters), the sending office of the others.
	Senders    []Correspondent `json:"senders,omitempty" maxItems:"50"`
	Recipients []Correspondent `json:"recipients,omitempty" maxItems:"2000"`
	Copies     []Correspondent `json:"copies,omitempty" maxItems:"200" doc:"Per conoscenza"`
	Subject    string          `json:"subject" maxLength:"2000"`
	Anonymous  bool            `json:"anonymous,omitempty"`
	Unsigned   bool            `json:"unsigned,omitempty"`

	Classifica string `json:"classifica,omitempty" maxLength:"40"`
	Fascicolo  string `json:"fascicolo,omitempty" maxLength:"80"`
	UOR        string `json:"uor,omitempty" maxLength:"40" doc:"Ufficio utente (UU)"`
	RPA        string `json:"rpa,omitempty" maxLength:"120" doc:"Responsabile del procedimento amministrativo"`

	Means            Means           `json:"means,omitempty"`
	Support          Support         `json:"support,omitempty"`
	Envelope         EnvelopeState   `json:"envelope,omitempty"`
	Presentation     Presentation    `json:"presentation,omitempty" enum:",lettera,foglio" doc:"Supporto rimovibile in arrivo: con che cosa è presentato (002 art. 18.2)"`
	SignatureCheck   SignatureCheck  `json:"signatureCheck,omitempty" enum:",valido,scaduto,revocato,sospeso,impossibile" doc:"Supporto rimovibile: esito della verifica della firma digitale"`
	RaccomandataCode string          `json:"raccomandataCode,omitempty" maxLength:"40"`
	SenderRef        SenderReference `json:"senderRef,omitzero"`
	Place            string          `json:"place,omitempty" maxLength:"120" doc:"Luogo"`
	Link             string          `json:"link,omitempty" maxLength:"200" doc:"Collegamento ad altre registrazioni"`
	ExternalRef      string          `json:"externalRef,omitempty" maxLength:"120" doc:"Codice su altro portale"`
	Procedure        string          `json:"procedure,omitempty" maxLength:"80" doc:"Procedimento, per il termine in ricevuta"`
	Note             string          `json:"note,omitempty" maxLength:"2000"`
	Attachments      []Attachment    `json:"attachments,omitempty" maxItems:"200"`
	// DeclaredCount is pages for Incoming, sheets for the others; 0 = not declared, and then nothing is compared (R16.3).
	DeclaredCount int  `json:"declaredCount,omitempty" minimum:"0" maximum:"100000"`
	Confidential  bool `json:"confidential,omitempty" doc:"Riservato"`

	// DeliveryID names the open «Arrivo posta» whose instant is inherited (R16.1); 0 = none, it arrives now.
	DeliveryID int64 `json:"deliveryID,omitempty"`
	// ArrivalDay may declare an earlier day, with a reason; the saved instant stays beside it (R16.1).
	ArrivalDay       Day    `json:"arrivalDay,omitempty"`
	ArrivalDayReason string `json:"arrivalDayReason,omitempty" maxLength:"400"`
	// EmergencyGrounds says by whose word, and why, the letter is an urgent act: while the emergency register is kept for authorised acts only,
	// it gets a number of it (C4). Elsewhere it is of no effect.
	EmergencyGrounds string `json:"emergencyGrounds,omitempty" maxLength:"200" doc:"Atto urgente autorizzato dal Responsabile: da chi e perché"`
	// EmergencySheet is set on what is typed in from a blank sheet of the emergency register (R9.8).
	EmergencySheet *EmergencySheetRow `json:"emergencySheet,omitempty"`
	// BidID is set on a plico di gara: the letter then arrived at the instant that was frozen for it (R5.2), and stays closed (R5.1).
	BidID int64 `json:"bidID,omitempty" readOnly:"true" doc:"Il plico di gara; lo scrive la postazione"`
	// EnvelopeID is set on what an addressee gave back to be registered: the intake without number that it came in as, whose arrival it keeps
	// (002 art. 67.3; R16.6).
	EnvelopeID int64 `json:"envelopeID,omitempty" minimum:"0" doc:"La ricezione senza numero con cui la busta arrivò chiusa"`
	// Circumstance is how it stands to another letter; its words go into subject and note when it is registered.
	Circumstance *Circumstance `json:"circumstance,omitempty"`
	// AtCounter is set when a person hands it over and may want a receipt.
	AtCounter bool `json:"atCounter,omitempty"`
	// FileDigest is the SHA-256, lower-case hex, of an electronic document; paper at hand needs none (R1.5, R16.2).
	FileDigest string `json:"fileDigest,omitempty" pattern:"^([0-9a-f]{64})?$"`
}

// Normalize cleans every text (see clean) and fills the defaults that a draft may leave open. d's own lists stay as they are.
func (d Draft) Normalize() Draft {
	for _, s := range []*string{&d.Subject, &d.Classifica, &d.Fascicolo, &d.UOR, &d.RPA, &d.RaccomandataCode, &d.Place, &d.Link,
		&d.ExternalRef, &d.Procedure, &d.Note, &d.ArrivalDayReason, &d.EmergencyGrounds, &d.SenderRef.Protocol} {
		*s = clean(*s)
	}
	d.Attachments = slices.Clone(d.Attachments)
	for i, a := range d.Attachments {
		d.Attachments[i].Description = clean(a.Description)
	}
	if d.Direction == "" {
		d.Direction = Incoming
	}
	if d.Means == "" {
		d.Means = MeansPost
	}
	if d.Support == "" {
		d.Support = SupportPaper
	}
	if d.Envelope == "" {
		d.Envelope = EnvelopeOpened
	}
	if sheet := d.EmergencySheet; sheet != nil && d.ArrivalDay == "" {
		d.ArrivalDay, d.ArrivalDayReason = DayOf(sheet.At), fmt.Sprintf("riga %d del registro di emergenza compilato a mano", sheet.Row)
	}
	d.Senders, d.Recipients, d.Copies = trimmed(d.Senders), trimmed(d.Recipients), trimmed(d.Copies)
	return d
}

// clean trims a text and makes a blank of each character that no archived file can hold: control characters other than tab and
// line ends (a line break pasted from a word processor is one), and Unicode's non-characters (XML 1.0, 2.2).
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, s))
}

func trimmed(in []Correspondent) []Correspondent {
	var out []Correspondent
	for _, c := range in {
		c.Name = strings.Join(strings.Fields(clean(c.Name)), " ")
		c.Address, c.Email, c.Code = clean(c.Address), clean(c.Email), clean(c.Code)
		c.Raccomandata, c.Variable = TidyRaccomandata(c.Raccomandata), clean(c.Variable)
		if c != (Correspondent{}) {
			out = append(out, c)
		}
	}
	return out
}

// Validate checks the mandatory data of a normalized draft (DPR 445/2000 art. 53(1); R1.2, R1.10) and names the field at fault.
// today is the Roman day by which a declared arrival may not be later.
func (d Draft) Validate(today Day) error {
	switch {
	case !d.Direction.Valid():
		return Errorf(Invalid, "direction", "direction %q", d.Direction)
	case d.Subject == "":
		return Errorf(Invalid, "subject", "no subject")
	case d.Direction == Incoming && len(d.Senders) == 0 && !d.Anonymous:
		return Errorf(Invalid, "senders", "no sender, and not marked anonymous")
	case d.Anonymous && len(d.Senders) > 0:
		return Errorf(Invalid, "senders", "anonymous, and yet a sender is named")
	case d.Anonymous && d.Direction != Incoming:
		return Errorf(Invalid, "anonymous", "only an incoming document can be anonymous")
	case d.Direction != Incoming && len(d.Recipients) == 0:
		return Errorf(Invalid, "recipients", "no recipient")
	case !d.Means.Valid():
		return Errorf(Invalid, "means", "means %q", d.Means)
	case !d.Support.Valid():
		return Errorf(Invalid, "support", "support %q", d.Support)
	case !d.Envelope.Valid():
		return Errorf(Invalid, "envelope", "envelope %q", d.Envelope)
	case d.Support == SupportFile && d.FileDigest == "":
		return Errorf(Invalid, "fileDigest", "an electronic document needs its digest")
	case d.BidID != 0 && d.Envelope != EnvelopeClosed:
		return Errorf(Invalid, "envelope", "a plico stays closed")
	case d.EmergencySheet != nil && (d.EmergencySheet.Row < 1 || d.EmergencySheet.At.IsZero()):
		return Errorf(Invalid, "emergencySheet.row", "a sheet's row needs its number and its instant")
	case !d.ArrivalDay.wellFormed():
		return Errorf(Invalid, "arrivalDay", "declared arrival %q is no day", d.ArrivalDay)
	case !d.SenderRef.Day.wellFormed():
		return Errorf(Invalid, "senderRef.day", "the sender's date %q is no day", d.SenderRef.Day)
	case d.ArrivalDay != "" && d.ArrivalDay > today:
		return Errorf(Invalid, "arrivalDay", "declared arrival %s is after %s", d.ArrivalDay, today)
	case d.ArrivalDay != "" && d.ArrivalDay < today && d.ArrivalDayReason == "":
		return Errorf(Invalid, "arrivalDayReason", "an earlier arrival day needs its reason")
	}
	for _, c := range append(append(append([]Correspondent{}, d.Senders...), d.Recipients...), d.Copies...) {
		if c.Name == "" {
			return Errorf(Invalid, "correspondent", "a correspondent has no name")
		}
	}
	return d.validateRaccomandate()
}

// validateRaccomandate checks that each recipient's code is theirs alone.
func (d Draft) validateRaccomandate() error {
	seen := map[string]bool{}
	for _, c := range d.Recipients {
		if c.Raccomandata == "" {
			continue
		}
		if d.Direction != Outgoing {
			return &Error{Class: Invalid, Code: "raccomandata-direction", Field: "recipients", Detail: "a recipient's code of what does not go out"}
		}
		if seen[c.Raccomandata] {
			return &Error{Class: Invalid, Code: "raccomandata-twice", Field: "recipients", Detail: "code " + c.Raccomandata + " stands twice"}
		}
		seen[c.Raccomandata] = true
	}
	return nil
}

// Raccomandate are the codes of registered post that a letter has, its own and its recipients'.
func (d Draft) Raccomandate() []string {
	var codes []string
	if d.RaccomandataCode != "" {
		codes = append(codes, TidyRaccomandata(d.RaccomandataCode))
	}
	for _, c := range d.Recipients {
		if c.Raccomandata != "" {
			codes = append(codes, c.Raccomandata)
		}
	}
	return codes
}

// Delivery is one «Arrivo posta»: the post that came in together. Its intakes inherit its instant (R16.1).
type Delivery struct {
	ID       int64     `json:"id"`
	AOO      AOOCode   `json:"aoo"`
	OpenedAt time.Time `json:"openedAt"`
	OpenedBy string    `json:"openedBy"`
	ClosedAt time.Time `json:"closedAt,omitzero"`
	Means    Means     `json:"means,omitempty"`
	// DeclaredDay may be earlier than OpenedAt, with a reason.
	DeclaredDay Day    `json:"declaredDay,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Intakes     int    `json:"intakes"` // registered so far
}

// Intake is one arrival at the desk, durable before anything is asked of anybody (R1.1). It is immutable but for its Draft, which reads as the last
// correction left it.
type Intake struct {
	ID  int64
	AOO AOOCode
	// Year and Seq are the «Ricezione n.» that people see while there is no protocol number; never shown as one (R1.1).
	Year int
	Seq  int64
	// Key is the request key minted when the form opened (R16.9); unique.
	Key string
	// ContentDigest is the SHA-256 of the canonical draft, to tell "the same request again" from "another under the same key".
	ContentDigest string
	Draft         Draft
	// Edition is how often Draft was corrected.
	Edition int
	// ArrivedAt is the instant inherited from the delivery, or SavedAt. SavedAt is the instant of the save itself.
	ArrivedAt time.Time
	SavedAt   time.Time
	// ArrivalDay is the declared day, or the Roman day of ArrivedAt.
	ArrivalDay Day
	Operator   string // user name
	Desk       string
	// DuplicateChoice is what the clerk chose when possible duplicates were shown (R1.6), or "".
	DuplicateChoice DuplicateChoice
	DuplicateOf     int64 // registration, or 0
}

// Code returns the «Ricezione n.» as people read it, e.g. "R 123/2026".
func (i Intake) Code() string { return IntakeCode(i.Year, i.Seq) }

// DuplicateChoice is the operator's answer to possible duplicates (R1.6).
type DuplicateChoice string

const (
	DuplicateNone      DuplicateChoice = ""
	DuplicateDifferent DuplicateChoice = "diverso"       // another document: it gets its own number
	DuplicateFaxFirst  DuplicateChoice = "originale-fax" // the original differs from the fax that came before, even slightly (R1.7)
)
