package station

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// A letter that has its number and turns out to be for somebody else goes on by a registration in exit, and its own subject gains L-7 (002 art. 22;
// R1.11). The exit is the act: until it has its number nothing changed, and whoever clears the form has undone it all. What the entry is to say follows
// from it, so that nothing is left half way: at once, or as a chore where the exit's number came later or the station stopped in between.

// OnwardStore finds exits whose entry was not asked to say so yet.
type OnwardStore interface {
	// UnsaidExits lists registrations in exit that send on a letter which was not taken in as one for others, and of which no request was made under
	// [OnwardPrefix] and their id, oldest first; without those of annulled entries and without annulled exits.
	UnsaidExits(ctx context.Context, aoo protocollo.AOOCode) ([]UnsaidExit, error)
}

// UnsaidExit is the exit of a letter for others, with who registered it.
type UnsaidExit struct {
	EntryID, ExitID int64
	Operator        string
}

// OnwardPrefix and the exit's id are the key of the request by which its entry is corrected: one exit, one request.
const OnwardPrefix = "sent-on-"

// Onward is how the entry of a letter for others will say that it is.
type Onward struct {
	// Said is set where it says so already: then nothing else is.
	Said  bool             `json:"said,omitempty" doc:"Lo dice già"`
	Field protocollo.Field `json:"field,omitempty" enum:",subject,note" doc:"Dove lo dirà: nell'oggetto, o nella nota dove un dato obbligatorio non si rettifica"`
	Road  CorrectionRoad   `json:"road,omitempty" enum:",here,call,by-hand"`
	// Asks is set where somebody else has to authorise it.
	Asks bool `json:"asks,omitempty" doc:"Lo autorizza un'altra persona"`
}

// Onward says it for a record that may be sent on: paper that came in and has its number. nil for all others.
func (s *Station) Onward(ctx context.Context, actor protocollo.Actor, rec Record) (*Onward, error) {
	d := rec.Intake.Draft
	if rec.Registration == nil || rec.Facets.Annulled || d.Direction != protocollo.Incoming || d.Support == protocollo.SupportFile || d.BidID != 0 {
		return nil, nil
	}
	policy, err := s.correctionPolicy(ctx, actor.AOO)
	if err != nil {
		return nil, err
	}
	o := Onward{Field: protocollo.FieldSubject, Asks: !authorises(actor, policy)}
	if policy.WholeOnly { // and the number is right: nobody annuls it for this
		o = Onward{Field: protocollo.FieldNote}
	}
	if _, said := rules.SayForOthers(d, o.Field); said {
		return &Onward{Said: true}, nil
	}
	o.Road = s.road(rec, protocollo.CorrectionRequest{Kind: protocollo.CorrectionFields, Changes: []protocollo.FieldChange{{Field: o.Field}}})
	return &o, nil
}

// authorises reports whether the actor's own word is enough for a field: an act has to be named by a person.
func authorises(actor protocollo.Actor, policy protocollo.CorrectionPolicy) bool {
	return actor.May(protocollo.ActDecide) && !policy.ActForFields
}

// sayOnward has the entry that an exit sends on say that it was for others. It may be repeated.
func (s *Station) sayOnward(ctx context.Context, actor protocollo.Actor, entryID, exitID int64) error {
	rec, err := s.cfg.Views.Record(ctx, actor, entryID)
	if err != nil {
		return fmt.Errorf("read the entry: %w", err)
	}
	o, err := s.Onward(ctx, actor, rec)
	if err != nil || o == nil || o.Said {
		return err
	}
	words, _ := rules.SayForOthers(rec.Intake.Draft, o.Field)
	open, err := s.cfg.Corrections.Corrections(ctx, actor, CorrectionQuery{IntakeID: rec.Intake.ID, Open: true, Limit: correctionsAtOnce})
	if err != nil {
		return fmt.Errorf("read what is asked about the entry: %w", err)
	}
	asked := func(c protocollo.FieldChange) bool { return c.Field == o.Field && c.New.Text == words }
	if slices.ContainsFunc(open, func(e CorrectionEntry) bool { return slices.ContainsFunc(e.Changes, asked) }) {
		return nil // for an exit that was annulled, or by a person
	}
	ask := CorrectionAsk{Key: fmt.Sprint(OnwardPrefix, exitID), RegistrationID: entryID, Kind: protocollo.CorrectionFields, Cause: protocollo.CauseWrongRecipient, LinkedID: exitID,
		Reason: "pervenuta per errore e rispedita", Wished: map[protocollo.Field]protocollo.FieldValue{o.Field: {Text: words}}, Authorise: o.Field == protocollo.FieldSubject && !o.Asks}
	_, err = s.RequestCorrection(ctx, actor, ask)
	return err
}

// sentOn is called for what was registered at the desk. What fails is done by the chore.
func (s *Station) sentOn(ctx context.Context, actor protocollo.Actor, rec Record) {
	d := rec.Intake.Draft
	if rec.Registration == nil || d.Direction != protocollo.Outgoing || d.Circumstance == nil || d.Circumstance.Kind != protocollo.OpenedByMistake {
		return
	}
	if err := s.sayOnward(context.WithoutCancel(ctx), actor, d.Circumstance.Of, rec.Registration.ID); err != nil {
		s.log.Warn("entry not corrected yet", "reg", d.Circumstance.Of, "exit", rec.Registration.ID, "err", err)
	}
}

// sayUnsaid has the entries say it whose exit was given its number while nobody was at the desk. It asks as whoever registered the exit, and authorises
// nothing.
func (s *Station) sayUnsaid(ctx context.Context) error {
	setup, err := s.cfg.Setup.Setup(ctx)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	var failed []error
	for _, aoo := range setup.AOOs {
		list, err := s.cfg.Corrections.UnsaidExits(ctx, aoo.Code)
		if err != nil {
			failed = append(failed, fmt.Errorf("list what was sent on in %s: %w", aoo.Code, err))
		}
		for _, e := range list {
			actor := protocollo.Actor{User: e.Operator, AOO: aoo.Code, Roles: []protocollo.Role{protocollo.RoleOperator}, NamedForConfidential: true}
			if err := s.sayOnward(ctx, actor, e.EntryID, e.ExitID); err != nil {
				failed = append(failed, fmt.Errorf("entry %d: %w", e.EntryID, err))
			}
		}
	}
	return errors.Join(failed...)
}
