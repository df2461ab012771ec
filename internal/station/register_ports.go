package station

import (
	"context"
	"time"

	"segnatura/internal/protocollo"
)

// IntakeStore keeps arrivals, attempts and numbers. Each method is one transaction, durable once it returns, and journals itself.
type IntakeStore interface {
	// RecordIntake saves an arrival and its first attempt (R1.1, R17.2). The instant is the store's clock inside the transaction.
	// The same key with the same content returns what is there with Existing set; with other content it is Conflict ("request-key").
	// Stopped when numbering is not configured ("numbering-unset"), the clock is doubtful ("clock", R17.5), a restore waits
	// for its last number ("restore", R17.4) or an invariant is broken ("invariant"). NotFound when the delivery is not open.
	RecordIntake(ctx context.Context, in NewIntake) (RecordedIntake, error)
	// BeginAttempt claims the next attempt of an intake that has no number and none under way or unknown; otherwise Conflict. It returns the
	// letter as it reads in that transaction: what was read before it may have been corrected since, and only this may go out.
	BeginAttempt(ctx context.Context, intakeID int64, connector string) (PendingAttempt, error)
	// SettleAttempt records how an attempt ended without a number. An unknown one may later be settled as absent.
	SettleAttempt(ctx context.Context, attemptID int64, o protocollo.AttemptOutcome, words string) error
	// ConfirmNumber turns an intake into a registration: number, reference, segnatura, settled attempt, in one transaction. Confirming the
	// same receipt again returns the registration that is there. A receipt whose number another registration has is a broken invariant.
	ConfirmNumber(ctx context.Context, attemptID int64, r protocollo.Receipt, s protocollo.Segnatura) (protocollo.Registration, error)
}

// NewIntake is what the desk hands over to be saved.
type NewIntake struct {
	Key             string
	ContentDigest   string
	Draft           protocollo.Draft // normalized and validated
	Actor           protocollo.Actor
	Connector       string
	DuplicateChoice protocollo.DuplicateChoice
	DuplicateOf     int64
	// DuplicateIntake is the intake that the choice is about, kept in the journal: it may have no number.
	DuplicateIntake int64
	// NotPersonal is kept in the journal.
	NotPersonal bool
	// Unnumbered says that nobody is asked for a number, now or later: grounds and words. nil: a letter.
	Unnumbered *protocollo.Unnumbered
	// Sign is what the segnatura of an emergency number holds but for the number and its instant. It is used while the AOO's emergency
	// register is open: the letter is then numbered by the transaction that saves it.
	Sign protocollo.Segnatura
	// NoteID or ApplicationID is the nota riepilogativa or the domanda that becomes this letter; both are joined by the transaction that saves it.
	NoteID, ApplicationID int64
}

// RecordedIntake is an arrival with its latest attempt, and its registration when it has one already.
type RecordedIntake struct {
	Intake       protocollo.Intake
	Attempt      protocollo.Attempt
	Registration *protocollo.Registration
	Existing     bool
}

// Registrar gives numbers: a central system's connector or the embedded register.
type Registrar interface {
	// Name is stable: it is stored with attempts and registrations.
	Name() string
	Capabilities() protocollo.Capabilities
	// Register asks for a number. Errors are classified: Rejected (Words are the other side's), Unavailable (certainly nothing
	// happened), OutcomeUnknown (it may have).
	Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error)
	// Find looks a registration up by our own key. found=false is proof of absence only where Capabilities().FindByKey. Rejected is a refusal of
	// the registration, and given only where Capabilities().Deferred: a search that was refused is OutcomeUnknown.
	Find(ctx context.Context, aoo protocollo.AOOCode, key string) (r protocollo.Receipt, found bool, err error)
	// Annul cancels a registration there. Unavailable and Rejected as above; Invalid where the contract has none.
	Annul(ctx context.Context, ref string, a protocollo.Annulment) error
}

// DuplicateStore finds what may be the same letter (R1.6): same sender and sender's reference, same raccomandata code, same digest.
type DuplicateStore interface {
	PossibleDuplicates(ctx context.Context, aoo protocollo.AOOCode, d protocollo.Draft) ([]Duplicate, error)
	// RaccomandataHolders lists the letters that have one of these codes of registered post, their own or a recipient's; those that were annulled or
	// closed do not count.
	RaccomandataHolders(ctx context.Context, aoo protocollo.AOOCode, codes []string) ([]RaccomandataHolder, error)
}

// RaccomandataHolder is a letter that has a code of registered post.
type RaccomandataHolder struct {
	Code string
	Duplicate
}

// Duplicate is one earlier record that may be the same letter.
type Duplicate struct {
	RegistrationID int64     `json:"registrationID"`
	IntakeID       int64     `json:"intakeID"`
	Reason         string    `json:"reason" enum:"sender-reference,raccomandata,digest"`
	At             time.Time `json:"at"`
}

// UnsettledStore finds at start what a crash left open (R17.2), and what waits for another try.
type UnsettledStore interface {
	// UnsettledAttempts lists attempts under way (whose process died) and unknown ones, oldest first: at most limit after that id.
	UnsettledAttempts(ctx context.Context, after int64, limit int) ([]PendingAttempt, error)
	// WaitingIntakes lists intakes without number, without an attempt under way or unknown, not rejected, in arrival order: at most limit
	// after that one; the zero Intake is before all.
	WaitingIntakes(ctx context.Context, after protocollo.Intake, limit int) ([]protocollo.Intake, error)
}

// PendingAttempt is an attempt with its intake.
type PendingAttempt struct {
	Attempt protocollo.Attempt
	Intake  protocollo.Intake
}

// DeliveryStore keeps «Arrivo posta» (R16.1).
type DeliveryStore interface {
	OpenDelivery(ctx context.Context, a protocollo.Actor, d protocollo.Delivery) (protocollo.Delivery, error)
	// CloseDelivery is idempotent.
	CloseDelivery(ctx context.Context, a protocollo.Actor, id int64) (protocollo.Delivery, error)
	// CurrentDelivery returns the actor's desk's open delivery, or NotFound.
	CurrentDelivery(ctx context.Context, a protocollo.Actor) (protocollo.Delivery, error)
}

// DraftStore keeps what is being typed, so that it survives a crash and an expired session (R16.4). Working rows, not journaled.
type DraftStore interface {
	// SaveDraft inserts or replaces the user's draft under its request key. A key that is an intake already is Conflict.
	SaveDraft(ctx context.Context, a protocollo.Actor, d ParkedDraft) error
	// Drafts lists the user's drafts that did not become an intake, oldest first.
	Drafts(ctx context.Context, a protocollo.Actor) ([]ParkedDraft, error)
	// DiscardDraft forgets one; it stays recoverable until the end of the Roman day (undo) by SaveDraft from the browser.
	DiscardDraft(ctx context.Context, a protocollo.Actor, key string) error
}

// ParkedDraft is a form under way.
type ParkedDraft struct {
	Key     string           `json:"key"`
	Draft   protocollo.Draft `json:"draft"`
	Parked  bool             `json:"parked" doc:"Messa da parte con «Sportello»"`
	SavedAt time.Time        `json:"savedAt"`
}

// ReferenceStore completes what is typed (R16.2) and keeps the lists behind it.
type ReferenceStore interface {
	// Correspondents completes a name from earlier letters and the imported list; at most limit, likeliest first.
	Correspondents(ctx context.Context, aoo protocollo.AOOCode, prefix string, limit int) ([]protocollo.Correspondent, error)
	ImportCorrespondents(ctx context.Context, a protocollo.Actor, list []protocollo.Correspondent) (added int, err error)
	// Subjects completes a subject from models and earlier letters of the same AOO (never from confidential ones).
	Subjects(ctx context.Context, aoo protocollo.AOOCode, prefix string, limit int) ([]string, error)
	SaveSubjectModel(ctx context.Context, a protocollo.Actor, model string) error
	UORs(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.UOR, error)
	SaveUOR(ctx context.Context, a protocollo.Actor, u protocollo.UOR) error
}

// TitolarioStore keeps classification schemes by version (R13.1, R13.2).
type TitolarioStore interface {
	// ImportTitolario adds a version valid from a day; the version before it ends the day before.
	ImportTitolario(ctx context.Context, a protocollo.Actor, t Titolario) (version int64, err error)
	// FindClassifica finds by code or words in the version valid on day; at most limit, best first.
	FindClassifica(ctx context.Context, aoo protocollo.AOOCode, query string, day protocollo.Day, limit int) ([]Classifica, error)
	// Titolari lists the versions.
	Titolari(ctx context.Context, aoo protocollo.AOOCode) ([]Titolario, error)
}

// Titolario is one version of a classification scheme.
type Titolario struct {
	ID        int64          `json:"id"`
	Name      string         `json:"name"`
	ValidFrom protocollo.Day `json:"validFrom"`
	ValidTo   protocollo.Day `json:"validTo,omitempty"` // "" = still valid
	Classes   []Classifica   `json:"classes,omitempty"`
	Count     int            `json:"count"`
}

// Classifica is one class: "I.6".
type Classifica struct {
	Code  string `json:"code"`
	Title string `json:"title"` // of the titolo
	Name  string `json:"name"`  // of the classe
}
