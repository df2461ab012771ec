package station

import (
	"context"
	"time"

	"segnatura/internal/protocollo"
)

// EmergencyStore keeps the emergency register (DPR 445/2000 art. 63). Each method is one transaction and one legal fact; a fact that is
// recorded again with the same content is no error and returns what is there. The legal instant of an act is the store's clock inside
// the transaction, unless it happened earlier on paper and says so.
type EmergencyStore interface {
	EmergencyActs
	EmergencyEnds
	EmergencyNumbers
	EmergencyAfter
	EmergencyViews
}

// EmergencyActs let the register be used.
type EmergencyActs interface {
	AuthoriseEmergency(ctx context.Context, by Signatory, a protocollo.EmergencyAuthorisation) (protocollo.EmergencyAuthorisation, error)
	// OpenEmergency records the opening, and the authorisation and the extension where they come with it. Conflict "emergency-open" while
	// the AOO has one open.
	OpenEmergency(ctx context.Context, by Signatory, o EmergencyOpening) (protocollo.EmergencyRegister, error)
	// ExtendEmergency records the act for another period. Conflict "emergency-closed".
	ExtendEmergency(ctx context.Context, by Signatory, x protocollo.EmergencyExtension) (protocollo.EmergencyRegister, error)
	// EmergencyActKnown is nil where the AOO has such an act, else NotFound "emergency".
	EmergencyActKnown(ctx context.Context, aoo protocollo.AOOCode, kind protocollo.EmergencyActKind, id int64) error
	// SignEmergencyAct records an act that came back signed; its file is a blob, durable before the row.
	SignEmergencyAct(ctx context.Context, a protocollo.Actor, s protocollo.EmergencySignature) error
}

// EmergencyEnds end its use.
type EmergencyEnds interface {
	// CloseEmergency closes for ever, with the totals of all days. Conflict "emergency-closed" when it was closed otherwise.
	CloseEmergency(ctx context.Context, by Signatory, c protocollo.EmergencyClosing) (protocollo.EmergencyRegister, error)
	// RevokeEmergency records the act that revokes the authorisation and orders the recovery. Conflict "emergency-open" before the closing,
	// "emergency-continues" where the year's end closed it.
	RevokeEmergency(ctx context.Context, by Signatory, r protocollo.EmergencyRevocation) (protocollo.EmergencyRegister, error)
	// RenewEmergency closes a yearly register whose year is over and opens the next one's in the same transaction (R17.7). It returns nil
	// where nothing is due.
	RenewEmergency(ctx context.Context, openingID int64) (*protocollo.EmergencyRegister, error)
	// RecordEmergencyDays writes the totals of days that are over (R9.7), also the zeros.
	RecordEmergencyDays(ctx context.Context, openingID int64) error
}

// EmergencyNumbers give its numbers to what waits. A letter that arrives while the register is open is numbered by
// [IntakeStore.RecordIntake] itself.
type EmergencyNumbers interface {
	// AllocateEmergencyNumber takes an intake that certainly has no number, because nothing was sent or it was refused, and gives it the next number of
	// the open register, in one transaction (R21.2). sign is what the segnatura holds but for the number and its instant; authorised says by
	// whose word an urgent act is registered (C4), or is empty. Repeated, it returns the registration that is there. Conflict "emergency-none",
	// "emergency-expired", "emergency-scope", "numbered", "under-way" or "unknown" says why there is no number.
	AllocateEmergencyNumber(ctx context.Context, a protocollo.Actor, intakeID int64, sign protocollo.Segnatura, authorised string) (protocollo.Registration, error)
	// BeginRefusedAgain claims the next attempt of a letter without number, or of a row whose recovery, that the centre refused, on the word of a person who says what was put
	// right. Conflict "not-refused" where its last attempt was not refused, and as [IntakeStore.BeginAttempt], whose letter it returns too: "emergency-open", "annulled".
	BeginRefusedAgain(ctx context.Context, a protocollo.Actor, intakeID int64, connector, reason string) (PendingAttempt, error)
	// RecordTypedNumber makes a number that a person typed in at the centre the ordinary one of a closed register's row. The same again returns what is
	// there. Conflict "numbered" when it has another, "number-taken" when another letter has it, "under-way" or "unknown" while the centre may have
	// given one to a call, "emergency-open", "annulled"; NotFound for what is no row of the actor's AOO; Stopped.
	RecordTypedNumber(ctx context.Context, a protocollo.Actor, n TypedNumber) (protocollo.Registration, error)
	// EmergencyWaiting lists intakes of the AOO without number of which certainly nothing was sent, in arrival order.
	EmergencyWaiting(ctx context.Context, aoo protocollo.AOOCode) ([]WaitingIntake, error)
	// EmergencyOrigin returns what the centre is told of an intake's emergency number, or nil where it has none.
	EmergencyOrigin(ctx context.Context, intakeID int64) (*protocollo.EmergencyOrigin, error)
}

// EmergencyViews answer what the screens and the recovery ask.
type EmergencyViews interface {
	// OpenEmergencyRegister returns the AOO's open one, or nil.
	OpenEmergencyRegister(ctx context.Context, aoo protocollo.AOOCode) (*protocollo.EmergencyRegister, error)
	// EmergencyRegisters lists those of an AOO and year (0: all), newest first.
	EmergencyRegisters(ctx context.Context, aoo protocollo.AOOCode, year int) ([]protocollo.EmergencyRegister, error)
	// EmergencyRows lists a register's rows in their order.
	EmergencyRows(ctx context.Context, openingID int64) ([]protocollo.EmergencyRow, error)
	// RowsToRecover lists the letters of a register's rows whose ordinary number may be asked for now, in the order of the rows: not those
	// that have it, are annulled, were refused, or may have it already.
	RowsToRecover(ctx context.Context, openingID int64) ([]protocollo.Intake, error)
	// EmergencyRestored reports whether the next opening of the AOO must say its ordinal and first number, because of a restore.
	EmergencyRestored(ctx context.Context, aoo protocollo.AOOCode) (bool, error)
	// EmergencyAuthorisations lists those of an AOO that no opening has used, newest first.
	EmergencyAuthorisations(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.EmergencyAuthorisation, error)
}

// Signatory is who signs an act: an actor who decides, in one of the two offices.
type Signatory struct {
	protocollo.Actor
	Signer protocollo.EmergencySigner
}

// EmergencyOpening is what an opening records.
type EmergencyOpening struct {
	AuthorisationID int64 // given beforehand; or 0 with Authorisation
	Authorisation   *protocollo.EmergencyAuthorisation
	// Extension comes with the opening where the first day is over already.
	Extension     *protocollo.EmergencyExtension
	Cause         string
	InterruptedAt time.Time
	OpenedAt      time.Time // zero: now
	Assessment    string
	UserCode      string
	Policy        protocollo.EmergencyPolicy
	// Ordinal and First are what the papers say comes next. The first opening after a restore must say both (Invalid "emergency-restored"),
	// so that numbers given since the backup are not used again; otherwise they are 0.
	Ordinal int
	First   int64
}

// TypedNumber is an ordinary number that a person typed in at the centre for a row.
type TypedNumber struct {
	IntakeID  int64
	Connector string // of the system that has it
	Receipt   protocollo.Receipt
	Segnatura protocollo.Segnatura
	Reason    string
}

// WaitingIntake is an intake in the queue with what became of its last attempt.
type WaitingIntake struct {
	Intake  protocollo.Intake
	Attempt protocollo.Attempt
}
