package station

import (
	"fmt"
	"reflect"
)

// Stores are the ports that keep what happened, one for each use case. All are required. A program that keeps everything in one database takes
// [StoresOf]; a test puts another port in the place of one.
type Stores struct {
	Intakes      IntakeStore
	Duplicates   DuplicateStore
	Unsettled    UnsettledStore
	Outcomes     OutcomeStore
	Emergency    EmergencyStore
	Keyed        KeyedStore
	Alarms       AlarmStore
	Deliveries   DeliveryStore
	Drafts       DraftStore
	References   ReferenceStore
	Titolari     TitolarioStore
	Prints       PrintStore
	Batches      BatchStore
	Documents    DocumentStore
	Exceptions   ExceptionStore
	Piles        PileStore
	Backs        BackStore
	Edits        EditStore
	Exclusions   ExclusionStore
	Days         DayStore
	Codes        CodeResolver
	Archive      ArchiveStore
	Texts        TextStore
	Outbox       OutboxStore
	Setup        SetupStore
	Policies     PolicyStore
	Profiles     ProfileStore
	Printers     PrinterStore
	Safety       SafetyStore
	Supersedes   SupersedeStore
	Daily        DailyStore
	Views        ViewStore
	Corrections  CorrectionStore
	Bids         BidStore
	Refused      RefusedStore
	Envelopes    EnvelopeStore
	PostReturns  PostReturnStore
	Urgencies    UrgencyStore
	Competitions CompetitionStore
	Timestamps   TimestampStore
}

// Store keeps everything: a new port is named here, in Stores and in StoresOf, and nowhere else.
type Store interface {
	IntakeStore
	DuplicateStore
	UnsettledStore
	OutcomeStore
	EmergencyStore
	KeyedStore
	AlarmStore
	DeliveryStore
	DraftStore
	ReferenceStore
	TitolarioStore
	PrintStore
	BatchStore
	DocumentStore
	ExceptionStore
	PileStore
	BackStore
	EditStore
	ExclusionStore
	DayStore
	CodeResolver
	ArchiveStore
	TextStore
	OutboxStore
	SetupStore
	PolicyStore
	ProfileStore
	PrinterStore
	SafetyStore
	SupersedeStore
	DailyStore
	ViewStore
	CorrectionStore
	BidStore
	RefusedStore
	EnvelopeStore
	PostReturnStore
	UrgencyStore
	CompetitionStore
	TimestampStore
}

// StoresOf has every port served by one store.
func StoresOf(db Store) Stores {
	return Stores{
		Intakes:      db,
		Duplicates:   db,
		Unsettled:    db,
		Outcomes:     db,
		Emergency:    db,
		Keyed:        db,
		Alarms:       db,
		Deliveries:   db,
		Drafts:       db,
		References:   db,
		Titolari:     db,
		Prints:       db,
		Batches:      db,
		Documents:    db,
		Exceptions:   db,
		Piles:        db,
		Backs:        db,
		Edits:        db,
		Exclusions:   db,
		Days:         db,
		Codes:        db,
		Archive:      db,
		Texts:        db,
		Outbox:       db,
		Setup:        db,
		Policies:     db,
		Profiles:     db,
		Printers:     db,
		Safety:       db,
		Supersedes:   db,
		Daily:        db,
		Views:        db,
		Corrections:  db,
		Bids:         db,
		Refused:      db,
		Envelopes:    db,
		PostReturns:  db,
		Urgencies:    db,
		Competitions: db,
		Timestamps:   db,
	}
}

// complete names the first port that is missing.
func (s Stores) complete() error {
	for field, port := range reflect.ValueOf(s).Fields() {
		if port.IsNil() {
			return fmt.Errorf("wire station: no %s", field.Name)
		}
	}
	return nil
}
