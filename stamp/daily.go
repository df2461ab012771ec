package stamp

import "time"

// DailyRegister is a day as the station's own daily register shows it (R12.1; DPR 445/2000 art. 53(2)): all that was recorded between one
// midnight in Rome and the next. What is confidential is hidden already.
type DailyRegister struct {
	Body, AOOCode, AOOName, RegisterCode string
	Day                                  string // YYYY-MM-DD
	// EndedAt is the midnight that ends it, and the file's own time: a register that is made again is the same file.
	EndedAt time.Time
	// Registrations were recorded on the day. One that the centre dated otherwise says so.
	Registrations []DailyRegistration
	Annulments    []DailyAnnulment
	Corrections   []DailyCorrection
	Emergency     []DailyEmergency
	// Late has what had come in by the end of the day and had no number (L. 241/1990 art. 18-bis).
	Late []DailyLate
	// Unregistered counts what was left out of the register on the day, by the entry of the list that says so (R1.14).
	Unregistered []DailyUnregistered
	// The journal's last entry of the day: who cuts off the tail of the data is found by it.
	JournalSeq  int64
	JournalHash string
	// PreviousDay and PreviousSHA256 name the register before this one and its PDF; "" for the first.
	PreviousDay, PreviousSHA256 string
	// TableSHA256 is the digest of the same register as CSV; "" in the CSV itself.
	TableSHA256 string
	Banner      string
}

// DailyRegistration is one line. Number has its zeros; a recovered one names its emergency number.
type DailyRegistration struct {
	Number, Day, Time         string // YYYY-MM-DD, hh:mm
	Direction                 string
	From, To, Subject         string
	Classifica, UOR           string
	Attachments               int
	SenderProtocol, SenderDay string
	FileDigest                string // SHA-256, lower-case hex, of an electronic document
	ArrivalDay                string // YYYY-MM-DD, where it is not Day
	Emergency                 string // «n. 2/2026 R.E. 1/2026», of a number that a recovery brought
	IntakeCode                string // «Ricezione n.»
}

// DailyAnnulment is a registration that was annulled on the day, of whatever day it was.
type DailyAnnulment struct {
	Number, Day string
	At          string // hh:mm
	By, Reason  string
	Act, ActDay string
}

// DailyCorrection is one value that was annulled on the day with the one in its place, of a registration of whatever day.
type DailyCorrection struct {
	Number, Day     string
	At              string // hh:mm
	By, Reason      string
	Act, ActDay     string // "" where none was needed
	Field, Old, New string // as people read them
}

// DailyEmergency is the total of one emergency register on the day.
type DailyEmergency struct {
	Name             string // «1/2026»
	Recorded, ByHand int    // rows recorded on the day, and those of them that a paper sheet had
	Recovered        int    // that gained their ordinary number on the day
}

// DailyUnregistered is how many intakes of the day ended by one entry, cited as it read then. It names nobody: they are no registrations (DPR 445/2000
// art. 53(5)).
type DailyUnregistered struct {
	Code, Words, Source, Manual string
	Count                       int
}

// DailyLate is an intake without number.
type DailyLate struct {
	IntakeCode, ArrivalDay, Time, From, Subject string
}
