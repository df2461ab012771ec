package station

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"segnatura/internal/protocollo"
)

// Reconciliation compares a day of ours with the register of whoever numbers (R12.2), letter by letter under our own keys. It is computed when
// it is asked for and changes nothing: what it finds is for a person to look at there.
type Reconciliation struct {
	Day      protocollo.Day `json:"day"`
	Compared int            `json:"compared"`
	// NotComparable counts numbers that a person keyed in, or that another system gave: our key is not there.
	NotComparable int          `json:"notComparable"`
	Differences   []Difference `json:"differences"`
	// Next is where the next part goes on, 0 at the end.
	Next int64 `json:"next,omitempty"`
}

// Difference is one letter that the two registers do not have alike.
type Difference struct {
	IntakeID   int64          `json:"intakeID"`
	IntakeCode string         `json:"intakeCode"`
	Kind       DifferenceKind `json:"kind" enum:"missing-there,missing-here,number,day,unsearched"`
	// Here and There are the number and day of each side; empty where it has none.
	Here  DifferenceSide `json:"here,omitzero"`
	There DifferenceSide `json:"there,omitzero"`
}

// DifferenceSide is a number with its day.
type DifferenceSide struct {
	Number protocollo.Number `json:"number,omitempty"`
	Day    protocollo.Day    `json:"day,omitempty"`
}

// DifferenceKind is a code that the UI words.
type DifferenceKind string

const (
	MissingThere    DifferenceKind = "missing-there" // numbered here, and whoever numbers does not know our key
	MissingHere     DifferenceKind = "missing-here"  // without number here, and there is one there
	DifferentNumber DifferenceKind = "number"
	DifferentDay    DifferenceKind = "day"
	Unsearched      DifferenceKind = "unsearched" // the search for our key gave no clear answer: whether they differ is not known
)

// reconciledAtOnce bounds the calls of one part, so that a busy day keeps nobody's line for long.
const reconciledAtOnce = 100

// Reconcile compares a part of a day that is over: what was numbered on it and what came in and was left without number, after that intake, each as it
// stands now. Its calls go behind every desk's. Where the contract has no search by our key nothing can be compared.
//
// Errors: Forbidden "read-all"; Invalid "day"; Conflict "day-open" of a day that is not over, "not-comparable" where there is no such search;
// Unavailable where whoever numbers is away.
func (s *Station) Reconcile(ctx context.Context, actor protocollo.Actor, day protocollo.Day, after int64) (Reconciliation, error) {
	out := Reconciliation{Day: day, Differences: []Difference{}}
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return out, err
	}
	if _, err := protocollo.ParseDay(string(day)); err != nil {
		return out, err
	}
	if !s.cfg.Registrar.Capabilities().FindByKey {
		return out, protocollo.Errorf(protocollo.Conflict, "not-comparable", "connector %s has no search by our key", s.cfg.Registrar.Name())
	}
	facts, err := s.cfg.Daily.DailyFacts(ctx, actor.AOO, day)
	if err != nil {
		return out, fmt.Errorf("read the day: %w", err)
	}
	letters, err := s.lettersOf(ctx, actor.AOO, day, facts)
	if err != nil {
		return out, err
	}
	ctx = as(ctx, callerQueue)
	asked := 0
	for _, l := range letters {
		switch {
		case l.in.ID <= after:
			continue
		case asked == reconciledAtOnce:
			return out, nil
		case l.here.Number != "" && (l.connector != s.cfg.Registrar.Name() || l.keyed):
			out.NotComparable++
		default:
			d, err := s.reconcileLetter(ctx, l)
			if err != nil {
				return out, err
			}
			if asked++; d != nil {
				out.Differences = append(out.Differences, *d)
			}
			out.Compared++
		}
		out.Next = l.in.ID
	}
	out.Next = 0
	return out, nil
}

// dayLetter is a letter of a day with its ordinary number, or without.
type dayLetter struct {
	in        protocollo.Intake
	here      DifferenceSide
	connector string
	keyed     bool // by a person, so that there is no reference
}

func dayLetterOf(r Record) dayLetter {
	if r.Registration.Awaits() {
		return dayLetter{in: r.Intake}
	}
	connector, ref, _ := r.Registration.Reach()
	return dayLetter{r.Intake, DifferenceSide{ordinaryNumber(*r.Registration), ordinaryDay(*r.Registration)}, connector, ref == ""}
}

// lettersOf lists the letters of a day in the order of their arrival here. One that had no number at its end may have one by now.
func (s *Station) lettersOf(ctx context.Context, aoo protocollo.AOOCode, day protocollo.Day, f DailyFacts) ([]dayLetter, error) {
	byID := map[int64]dayLetter{}
	for _, list := range [][]Record{f.Registered, f.Recovered} {
		for _, r := range list {
			byID[r.Intake.ID] = dayLetterOf(r)
		}
	}
	for _, in := range f.Unnumbered {
		if protocollo.DayOf(in.SavedAt) != day {
			continue // of its own day's comparison
		}
		r, err := s.cfg.Views.IntakeRecord(ctx, self(aoo), in.ID)
		if err != nil {
			return nil, fmt.Errorf("read intake %d: %w", in.ID, err)
		}
		byID[in.ID] = dayLetterOf(r)
	}
	return slices.SortedFunc(maps.Values(byID), func(a, b dayLetter) int { return cmp.Compare(a.in.ID, b.in.ID) }), nil
}

// reconcileLetter asks for one letter and says what differs, nil where nothing does. A refused registration has no number there.
func (s *Station) reconcileLetter(ctx context.Context, l dayLetter) (*Difference, error) {
	var receipt protocollo.Receipt
	found := false
	err := s.reach(ctx, s.cfg.RegisterTimeout, func(ctx context.Context) (err error) {
		receipt, found, err = s.cfg.Registrar.Find(ctx, l.in.AOO, l.in.Key)
		return err
	})
	d := Difference{IntakeID: l.in.ID, IntakeCode: l.in.Code(), Here: l.here}
	switch class := protocollo.ClassOf(err); {
	case err == nil, class == protocollo.Rejected:
	case class == protocollo.OutcomeUnknown && ctx.Err() == nil:
		d.Kind = Unsearched
		return &d, nil
	default:
		return nil, fmt.Errorf("look intake %d up: %w", l.in.ID, err)
	}
	if found {
		d.There = DifferenceSide{receipt.Number, receipt.Day}
	}
	switch {
	case !found && l.here.Number != "":
		d.Kind = MissingThere
	case found && l.here.Number == "":
		d.Kind = MissingHere
	case found && receipt.Number != l.here.Number:
		d.Kind = DifferentNumber
	case found && receipt.Day != l.here.Day:
		d.Kind = DifferentDay
	default:
		return nil, nil
	}
	return &d, nil
}
