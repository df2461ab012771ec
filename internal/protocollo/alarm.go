package protocollo

import "time"

// AlarmKind says what an alarm is about. Alarms are the Responsabile's and never the counter's (R21.4).
type AlarmKind string

const (
	AlarmWaiting  AlarmKind = "waiting"  // letters without any number for so many hours (R10.4)
	AlarmProposal AlarmKind = "proposal" // «Aprire il registro di emergenza?»
	AlarmClock    AlarmKind = "clock"    // the clock is in doubt and numbering stands still (R17.5)
	AlarmTime     AlarmKind = "time"     // no time server vouches for the clock: «Ora non verificata dal…»
	// The emergency register's own, each for one opening and one end of its validity (R9.3, R21.1, C6).
	AlarmEmergencySoon     AlarmKind = "emergency-12h"
	AlarmEmergencyLastHour AlarmKind = "emergency-last-hour"
	AlarmEmergencyExpired  AlarmKind = "emergency-expired"
	AlarmEmergencyRecovery AlarmKind = "emergency-recovery"
	AlarmEmergencyReturn   AlarmKind = "emergency-return" // the system that numbers answers again: the register may be closed
	// AlarmBids is about one gara and its session: plichi that came in time are not in the hands that open them (R5.5).
	AlarmBids AlarmKind = "bids-undelivered"
)

// Several reports whether alarms of the kind are about one of many things, an opening of the emergency register or a gara, so that several may stand at
// once. Of the others one stands for each AOO and threshold.
func (k AlarmKind) Several() bool { return k.OfRegister() || k == AlarmBids }

// OfRegister reports whether alarms of the kind are about one opening of the emergency register.
func (k AlarmKind) OfRegister() bool {
	switch k {
	case AlarmEmergencySoon, AlarmEmergencyLastHour, AlarmEmergencyExpired, AlarmEmergencyRecovery, AlarmEmergencyReturn:
		return true
	}
	return false
}

// Alarm is one that was raised. That it was, that somebody saw it and that it ended are facts of their own; it is raised once for each
// threshold and outage.
type Alarm struct {
	ID    int64     `json:"id"`
	AOO   AOOCode   `json:"aoo"`
	Kind  AlarmKind `json:"kind" enum:"waiting,proposal,clock,time,emergency-12h,emergency-last-hour,emergency-expired,emergency-recovery,emergency-return,bids-undelivered"`
	Hours int       `json:"hours,omitempty" doc:"La soglia passata, in ore; 0 dove non ce n'è"`
	// Subject is the letter that waited longest, the opening, or the gara; 0 where there is none of them.
	Subject int64 `json:"subject,omitempty"`
	// Since is what the hours are counted from; of the emergency register's and of a gara's the instant that it is about.
	Since    time.Time `json:"since"`
	Count    int       `json:"count,omitempty"` // letters, rows or plichi, when it was raised
	RaisedAt time.Time `json:"raisedAt"`
	Seen     *Seen     `json:"seen,omitempty"`   // nil: nobody said «Ho visto»
	EndedAt  time.Time `json:"endedAt,omitzero"` // when what it is about was over
	EndedWhy AlarmEnd  `json:"endedWhy,omitempty" enum:"numbered,answers,opened,confirmed,verified,extended,expired,closed,recovered,delivered,moved"`
}

// AlarmEnd says why an alarm was over.
type AlarmEnd string

const (
	EndNumbered  AlarmEnd = "numbered"  // no letter waits for so long any more
	EndAnswers   AlarmEnd = "answers"   // the system that numbers is back
	EndOpened    AlarmEnd = "opened"    // the emergency register is open
	EndConfirmed AlarmEnd = "confirmed" // a person confirmed the clock
	EndVerified  AlarmEnd = "verified"  // time servers agree with the clock
	EndExtended  AlarmEnd = "extended"
	EndExpired   AlarmEnd = "expired"
	EndClosed    AlarmEnd = "closed"
	EndRecovered AlarmEnd = "recovered" // each row has its ordinary number
	EndDelivered AlarmEnd = "delivered" // each plico was handed over, or left, or the gara is over
	EndMoved     AlarmEnd = "moved"     // the session is at another time
)

// Seen is a person's «Ho visto».
type Seen struct {
	By   string    `json:"by"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// DueAlarm is an alarm that stands by the facts. One of its kind and threshold that was raised before tells of it already while it stands,
// unless its hours are counted from before After.
type DueAlarm struct {
	Alarm
	After time.Time
}

// AlarmFacts are what the alarms of one AOO are judged by.
type AlarmFacts struct {
	Now time.Time // never earlier than what was recorded last, however the clock was set
	// Waiting letters have no number, of whichever register, and may get one; oldest first. A refused one waits for nothing: it was answered.
	Waiting []WaitingLetter
	// AnsweredAt is when the system that numbers last answered one of the AOO's letters; zero: not since the first of Waiting.
	AnsweredAt time.Time
	// OutageSince is the first call since the last answer that the system which numbers left without one, while a letter waits for it; zero:
	// there is no outage that any letter noticed. Away and Answers say what is known of it in this very moment; neither may hold.
	OutageSince   time.Time
	Away, Answers bool
	// AnswersSince is since when it answers without a break, as far as this process saw it; zero where Answers is not set.
	AnswersSince time.Time
	Registers    []EmergencyRegister
	// MayOpenAfter is how long the body's manual wants an interruption to last before the register may be opened (C1).
	MayOpenAfter time.Duration
	ClockDoubt   time.Time // since when; zero: none
	// WatchedSince is since when somebody looks whether time servers agree, zero: nobody does. VerifiedAt is when they last did.
	WatchedSince, VerifiedAt time.Time
	// Undelivered are the open gare with plichi that came in time and were handed over by no passage with both words; BidsDueBefore is how long before its
	// session a gara's plichi have to be.
	Undelivered   []UndeliveredBids
	BidsDueBefore time.Duration
}

// UndeliveredBids is a gara whose session has an instant, and how many plichi still are where they were received.
type UndeliveredBids struct {
	TenderID  int64
	SessionAt time.Time
	Count     int
}

// Open returns the emergency register that is open, or nil.
func (f AlarmFacts) Open() *EmergencyRegister {
	for i, e := range f.Registers {
		if e.Closing == nil {
			return &f.Registers[i]
		}
	}
	return nil
}

// WaitingLetter is one without a number, and since when.
type WaitingLetter struct {
	IntakeID int64
	Since    time.Time
}
