package station

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// DayStore keeps what is put off and answers what the end of a day asks, of what the actor sees.
type DayStore interface {
	// Postpone records that a registration's paper is scanned later. The same reason again is no error; Conflict "already-captured", "annulled".
	Postpone(ctx context.Context, a protocollo.Actor, registrationID int64, reason string) error
	// EndOfDay fills everything but Duty and what follows from the lists.
	EndOfDay(ctx context.Context, a protocollo.Actor, day protocollo.Day) (EndOfDay, error)
	// PostedPaper lists what leaves on paper and was registered on a day, by means and number, of what the actor sees.
	PostedPaper(ctx context.Context, a protocollo.Actor, day protocollo.Day) ([]Record, error)
	// SortedPaper lists the paper registered on a day that goes to an office, by office and number; uor "" is all offices.
	SortedPaper(ctx context.Context, a protocollo.Actor, day protocollo.Day, uor string) ([]Record, error)
}

// DayListLimit is how many items a list of the end of a day has at most.
const DayListLimit = 200

// EndOfDay is what a desk looks at before it closes (R19.7). «Atteso» means printed and not yet scanned on any day: what was left over
// from earlier days stays in the lists.
type EndOfDay struct {
	Day  protocollo.Day `json:"day"`
	Duty rules.Duty     `json:"duty" enum:"subito,differibile,eventuale"` // whether paper must be scanned (C15)
	// Open, of what was there by the end of the day.
	Unscanned  DayList `json:"unscanned"`  // registered on paper, nothing scanned, and nobody put it off
	Unjoined   DayList `json:"unjoined"`   // scanned, and of no registration
	Unanswered DayList `json:"unanswered"` // other questions about documents
	Unnumbered DayList `json:"unnumbered"` // intakes without number (R1.17)
	ToConfirm  DayList `json:"toConfirm"`  // quality not confirmed
	Unfinished DayList `json:"unfinished"` // pages are to come, and nobody is asked: backs of fronts, or what an act takes over
	// Known, and waiting for nobody today.
	Postponed DayList `json:"postponed"`
	// Inside is what goes to somebody in the house with a receipt: closed envelopes that nobody took away yet, and papers whose signed copy is not back
	// (002 arts. 67-68). Reason names the person.
	Inside DayList `json:"inside"`
	// GoingBack is what is for somebody else and goes back to the post, or went on the day (002 art. 22.1). Reason names the addressee.
	GoingBack DayList `json:"goingBack"`
	// What happened on the day.
	Excluded DayList `json:"excluded"`
	// Unregistered was left out of the register, with the entry that says so (R1.14).
	Unregistered DayList `json:"unregistered"`
	ByHand       DayList `json:"byHand"` // the label could not be read
	Registered   int     `json:"registered"`
	// Competitions have applications that no note lists, or notes without a number; of those that the actor sees.
	Competitions []OpenCompetition `json:"competitions"`
	// Elsewhere is zero on a day that is over.
	Elsewhere OpenElsewhere `json:"elsewhere"`
	// Clear is set when nothing is open.
	Clear bool `json:"clear"`
}

// DayList is one list, the urgent first and then the oldest; Total counts all where Items are only the first.
type DayList struct {
	Total int       `json:"total"`
	Items []DayItem `json:"items"`
}

// DayItem is one thing of a list.
type DayItem struct {
	Record      *Record   `json:"-"` // nil for what is of no registration
	DocumentID  int64     `json:"documentID,omitempty"`
	ExceptionID int64     `json:"exceptionID,omitempty"`
	Kind        string    `json:"kind,omitempty"` // of the question, the exclusion, how the call for a number ended, what is to come: backs, takeover; where a paper is: desk, handed, returned; or the grounds
	At          time.Time `json:"at"`             // since when, or when
	By          string    `json:"by,omitempty"`
	Reason      string    `json:"reason,omitempty"`
	// Overdue marks an intake that is older than the day and has no number (R1.17; L. 241/1990 art. 18-bis).
	Overdue bool `json:"overdue,omitempty"`
}

// EndOfDay lists what the end of a day asks. An empty day is today; NotFound never: a day without anything is clear.
//
// Errors: Forbidden "register"; Invalid "day" for none, or one to come.
func (s *Station) EndOfDay(ctx context.Context, actor protocollo.Actor, day protocollo.Day) (EndOfDay, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return EndOfDay{}, err
	}
	day, err := s.dayUntilToday(day)
	if err != nil {
		return EndOfDay{}, err
	}
	profile, err := s.profileOf(ctx, actor.AOO)
	if err != nil {
		return EndOfDay{}, err
	}
	e, err := s.cfg.Days.EndOfDay(ctx, actor, day)
	if err != nil {
		return EndOfDay{}, fmt.Errorf("end of day %s: %w", day, err)
	}
	e.Duty = profile.Duty
	for i, item := range e.Unnumbered.Items {
		e.Unnumbered.Items[i].Overdue = item.Record.Intake.ArrivalDay < day
	}
	open := e.Unjoined.Total + e.Unanswered.Total + e.Unnumbered.Total + e.ToConfirm.Total + e.Unfinished.Total
	if e.Duty != rules.DutyOptional {
		open += e.Unscanned.Total
	}
	if e.Competitions, err = s.openCompetitions(ctx, actor); err != nil {
		return EndOfDay{}, err
	}
	if day == s.today() {
		if e.Elsewhere, err = s.openElsewhere(ctx, actor); err != nil {
			return EndOfDay{}, err
		}
	}
	e.Clear = open+len(e.Competitions)+e.Elsewhere.total() == 0
	return e, nil
}

func (s *Station) dayUntilToday(day protocollo.Day) (protocollo.Day, error) {
	day = cmp.Or(day, s.today())
	if _, err := protocollo.ParseDay(string(day)); err != nil || day > s.today() {
		return "", protocollo.Errorf(protocollo.Invalid, "day", "the day %q", day)
	}
	return day, nil
}

// confidentialWords stand on paper that goes through hands for who and what a confidential registration is about.
const confidentialWords = "riservato"

// SortingList returns «Distinta di smistamento»: the paper of a day for each office that takes it away (Comune, art. 35 d and e; R19.7).
// Of a confidential registration only number and day are said. uor "" is all offices.
//
// Errors: Forbidden "register"; Invalid "day"; NotFound "no-paper" when nothing was registered for them.
func (s *Station) SortingList(ctx context.Context, actor protocollo.Actor, day protocollo.Day, uor string) (stamp.SortingList, error) {
	none := stamp.SortingList{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	day, err := s.dayUntilToday(day)
	if err != nil {
		return none, err
	}
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return none, err
	}
	list, err := s.cfg.Days.SortedPaper(ctx, actor, day, uor)
	if err != nil {
		return none, fmt.Errorf("paper of %s: %w", day, err)
	}
	if len(list) == 0 {
		return none, protocollo.Errorf(protocollo.NotFound, "no-paper", "no paper of %s for %q", day, uor)
	}
	names, err := s.officeNames(ctx, actor.AOO)
	if err != nil {
		return none, err
	}
	out := stamp.SortingList{Body: setup.Body.Name, AOOCode: string(aoo.Code), Day: day.Italian(), MadeAt: s.now().In(protocollo.Rome())}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	for _, r := range list {
		code := r.Intake.Draft.UOR
		if n := len(out.Offices); n == 0 || out.Offices[n-1].Code != code {
			out.Offices = append(out.Offices, stamp.SortingOffice{Code: code, Name: names[code]})
		}
		office := &out.Offices[len(out.Offices)-1]
		office.Items = append(office.Items, sortingItem(r))
		if r.Intake.Draft.Confidential {
			if err := s.noteView(ctx, actor, r); err != nil {
				return none, err
			}
		}
	}
	return out, nil
}

func (s *Station) officeNames(ctx context.Context, aoo protocollo.AOOCode) (map[string]string, error) {
	list, err := s.cfg.References.UORs(ctx, aoo)
	if err != nil {
		return nil, fmt.Errorf("list offices: %w", err)
	}
	names := map[string]string{}
	for _, u := range list {
		names[u.Code] = u.Name
	}
	return names, nil
}

func sortingItem(r Record) stamp.SortingItem {
	d := r.Intake.Draft
	item := stamp.SortingItem{Number: r.Registration.CitedNumber(), Day: r.Registration.Day.Italian(), Subject: d.Subject, Attachments: len(d.Attachments)}
	switch {
	case d.Anonymous:
		item.From = "anonimo"
	case len(d.Senders) > 0:
		item.From = d.Senders[0].Name
	}
	if d.Confidential {
		item.From, item.Subject = confidentialWords, confidentialWords
	}
	return item
}
