package station

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// UnregisteredList is the list of what is not registered as it is in force (R1.14).
type UnregisteredList struct {
	Profile  string                      `json:"profile"`
	Manual   string                      `json:"manual"`
	Version  int64                       `json:"version" doc:"La versione delle regole"`
	Entries  []rules.Unregistered        `json:"entries"`
	Profiles []rules.RegistrationProfile `json:"profiles"`
}

// Unregistered returns the list in force.
func (s *Station) Unregistered(ctx context.Context, actor protocollo.Actor) (UnregisteredList, error) {
	none := UnregisteredList{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	policies, err := s.cfg.Policies.Policies(ctx, actor.AOO)
	if err != nil {
		return none, fmt.Errorf("read policies: %w", err)
	}
	profile, entries, err := policies.registration().List()
	if err != nil {
		return none, err
	}
	return UnregisteredList{Profile: profile.Name, Manual: profile.Manual, Version: policies.Version, Entries: entries, Profiles: rules.RegistrationProfiles()}, nil
}

func (p Policies) registration() rules.RegistrationPolicy {
	if p.Registration == nil {
		return rules.RegistrationPolicy{}
	}
	return *p.Registration
}

// UnregisteredCommand is «Non si registra», with the entry of the list that says so.
type UnregisteredCommand struct {
	Key   string           `json:"key" minLength:"8" maxLength:"64" doc:"Chiave della richiesta, creata quando si apre il modulo"`
	Draft protocollo.Draft `json:"draft"`
	Entry string           `json:"entry" minLength:"1" maxLength:"40" doc:"Il codice della voce dell'elenco in vigore"`
}

// CloseUnregistered takes in what is not registered, by an entry of the list in force (DPR 445/2000 art. 53(5); 002 arts. 38-39; R1.14): an intake without
// number that cites the entry as it reads now. What nobody needs to know of it stays unsaid. The same key with the same content gives the same answer.
//
// Errors: Forbidden; Invalid "entry" without an entry of the list, or as [Station.Register]; Conflict "raccomandata-always" (002 art. 64; R1.13),
// "envelope-excluded" for what an addressee gave back to be registered, "request-key"; Stopped.
func (s *Station) CloseUnregistered(ctx context.Context, actor protocollo.Actor, cmd UnregisteredCommand) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	policies, err := s.cfg.Policies.Policies(ctx, actor.AOO)
	if err != nil {
		return Record{}, fmt.Errorf("read policies: %w", err)
	}
	d := cmd.Draft
	d.BidID, d.Circumstance = 0, nil
	d = d.Normalize()
	if d.EnvelopeID != 0 {
		return Record{}, protocollo.Errorf(protocollo.Conflict, "envelope-excluded", "the addressee gave it back to be registered")
	}
	entry, profile, err := policies.registration().Cited(d, cmd.Entry)
	if err != nil {
		return Record{}, err
	}
	if d.Direction != protocollo.Incoming && len(d.Recipients) == 0 {
		d.Recipients = []protocollo.Correspondent{{Name: protocollo.NoSender}}
	}
	d.Subject = cmp.Or(d.Subject, entry.Words)
	return s.takeWithoutNumber(ctx, actor, cmd.Key, d, protocollo.Unnumbered{Grounds: entry.Grounds, Words: entry.Words,
		Entry: &protocollo.CitedEntry{Code: entry.Code, Words: entry.Words, Source: entry.Source, Manual: profile.Manual, Version: policies.Version}})
}

// MisdeliveredCommand is «Torna alle Poste».
type MisdeliveredCommand struct {
	Key   string           `json:"key" minLength:"8" maxLength:"64" doc:"Chiave della richiesta, creata quando si apre il modulo"`
	Draft protocollo.Draft `json:"draft"`
}

// TakeMisdelivered takes in an envelope for somebody else that nobody opened: «le buste o i contenitori si restituiscono alla posta» (002 art. 22.1; R1.11).
// It gets no number, also as a raccomandata: it is no correspondence of the body's. Whom it is for must be said, as it stands on the envelope.
//
// Errors: Forbidden; Invalid "addressee", "direction", or as [Station.Register]; Conflict "envelope-excluded", "request-key"; Stopped.
func (s *Station) TakeMisdelivered(ctx context.Context, actor protocollo.Actor, cmd MisdeliveredCommand) (Record, error) {
	d := cmd.Draft
	d.Envelope, d.Support, d.BidID, d.Circumstance = protocollo.EnvelopeClosed, protocollo.SupportPaper, 0, nil
	d = d.Normalize()
	switch {
	case d.Direction != protocollo.Incoming:
		return Record{}, protocollo.Errorf(protocollo.Invalid, "direction", "what goes out or stays is not the post's")
	case d.EnvelopeID != 0:
		return Record{}, protocollo.Errorf(protocollo.Conflict, "envelope-excluded", "the addressee gave it back to be registered")
	case len(d.Recipients) == 0:
		return Record{}, protocollo.Errorf(protocollo.Invalid, "addressee", "whom the envelope is for is not said")
	}
	d.Subject = cmp.Or(d.Subject, "Busta per altri: "+d.Recipients[0].Name)
	return s.takeWithoutNumber(ctx, actor, cmd.Key, d, protocollo.Unnumbered{Grounds: protocollo.GroundsPost, Words: d.Recipients[0].Name})
}

// takeWithoutNumber saves an intake that nobody is asked about. What it is left out for is part of the content that its key stands for.
func (s *Station) takeWithoutNumber(ctx context.Context, actor protocollo.Actor, key string, d protocollo.Draft, u protocollo.Unnumbered) (Record, error) {
	if d.Direction == protocollo.Incoming && !d.Anonymous && len(d.Normalize().Senders) == 0 {
		d.Senders = []protocollo.Correspondent{{Name: protocollo.NoSender}}
	}
	in, err := s.newIntake(ctx, actor, RegisterCommand{Key: key, Draft: d})
	if err != nil {
		return Record{}, err
	}
	in.Unnumbered = &u
	if u.Grounds != protocollo.GroundsPersonal {
		sum := sha256.Sum256([]byte(in.ContentDigest + " " + string(u.Grounds) + " " + u.Words))
		in.ContentDigest = hex.EncodeToString(sum[:])
	}
	unlock, err := s.keys.lock(ctx, intakeKey(key))
	if err != nil {
		return Record{}, fmt.Errorf("wait for the same request: %w", err)
	}
	defer unlock()
	saved, err := s.cfg.Intakes.RecordIntake(ctx, in)
	if err != nil {
		return Record{}, fmt.Errorf("record what gets no number: %w", err)
	}
	ctx = context.WithoutCancel(ctx)
	if !saved.Existing {
		s.publishIntake(EventIntake, saved.Intake.ID, saved.Intake)
	}
	return s.registered(ctx, actor, saved, saved.Registration), nil
}

// ReturnToPost ticks off the envelopes that the post took back, in one act. It may be repeated under its key.
//
// Errors: Forbidden; Invalid "key", "intakes" for none; NotFound; Conflict "not-for-the-post", "returned-to-post", "envelope-registered", "request-key".
func (s *Station) ReturnToPost(ctx context.Context, actor protocollo.Actor, key string, intakeIDs []int64) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	switch {
	case key == "":
		return protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	case len(intakeIDs) == 0:
		return protocollo.Errorf(protocollo.Invalid, "intakes", "no envelope")
	}
	if err := s.cfg.PostReturns.ReturnToPost(ctx, actor, key, intakeIDs); err != nil {
		return fmt.Errorf("return envelopes to the post: %w", err)
	}
	s.publish(EventStatus, 0, actor.AOO)
	return nil
}

// PostReturnList returns «Distinta di restituzione alle Poste»: what waits for the post by the end of a day, and what it took back on it.
//
// Errors: Forbidden "register"; Invalid "day"; NotFound "no-paper" when there is nothing.
func (s *Station) PostReturnList(ctx context.Context, actor protocollo.Actor, day protocollo.Day) (stamp.PostReturnList, error) {
	none := stamp.PostReturnList{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	day, err := s.dayUntilToday(day)
	if err != nil {
		return none, err
	}
	list, err := s.cfg.PostReturns.GoingBack(ctx, actor, day)
	if err != nil {
		return none, fmt.Errorf("list what goes back to the post: %w", err)
	}
	if len(list) == 0 {
		return none, protocollo.Errorf(protocollo.NotFound, "no-paper", "nothing goes back to the post on %s", day)
	}
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return none, err
	}
	out := stamp.PostReturnList{Body: setup.Body.Name, AOOCode: string(aoo.Code), Day: day.Italian(), MadeAt: s.now().In(protocollo.Rome())}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	for _, r := range list {
		d := r.Intake.Draft
		item := stamp.PostReturnItem{Intake: r.Intake.Code(), Arrived: r.Intake.ArrivalDay.Italian(), To: d.Recipients[0].Name, Address: d.Recipients[0].Address,
			Means: cmp.Or(meansWords[d.Means], string(d.Means)), Raccomandata: d.RaccomandataCode}
		if u := r.Unnumbered; u != nil && u.Returned != nil && protocollo.DayOf(u.Returned.At) <= day {
			item.Returned = clockTime(u.Returned.At)
		}
		out.Items = append(out.Items, item)
		if d.Confidential {
			if err := s.noteView(ctx, actor, r); err != nil {
				return none, err
			}
		}
	}
	return out, nil
}

// misdeliveredLegend stands on the envelope that goes back to the post. The manual has it in the subject of a letter that was opened; on one that was not,
// its words say the same, and the catalogue has no others (R2.6).
const misdeliveredLegend = "L-7"

// MisdeliveredLabel composes the legend for an envelope that goes back to the post, for the preview and for an ordinary printer. Errors as of
// [Station.PrintMisdelivered].
func (s *Station) MisdeliveredLabel(ctx context.Context, actor protocollo.Actor, intakeID int64) (*stamp.Bitmap, error) {
	rec, text, err := s.misdelivered(ctx, actor, intakeID)
	if err != nil {
		return nil, err
	}
	return s.composeMisdelivered(ctx, rec, text, s.cfg.PreviewSize, s.cfg.PreviewResolution)
}

// PrintMisdelivered prints it and journals what is known of it, as [Station.PrintLegend] does.
//
// Errors: Forbidden; NotFound; Conflict "not-for-the-post"; Invalid "label-size".
func (s *Station) PrintMisdelivered(ctx context.Context, actor protocollo.Actor, intakeID int64, printer Printer) (TemporaryPrint, error) {
	rec, text, err := s.misdelivered(ctx, actor, intakeID)
	if err != nil {
		return TemporaryPrint{}, err
	}
	bitmap, err := s.composeMisdelivered(ctx, rec, text, printer.LabelSize(), printer.Resolution())
	if err != nil {
		return TemporaryPrint{}, err
	}
	out, err := s.sendUnqueued(ctx, printer, bitmap)
	if err != nil {
		return out, err
	}
	err = s.cfg.Prints.RecordLegendLabel(context.WithoutCancel(ctx), actor, intakeID, LegendLabel{Code: misdeliveredLegend, Text: text, Printer: printer.ID(), State: out.State})
	if err != nil {
		return out, fmt.Errorf("journal the legend: %w", err)
	}
	s.publishIntake(EventIntake, intakeID, rec.Intake)
	return out, nil
}

func (s *Station) misdelivered(ctx context.Context, actor protocollo.Actor, intakeID int64) (Record, string, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, "", err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return rec, "", fmt.Errorf("read intake: %w", err)
	}
	if rec.Unnumbered == nil || rec.Unnumbered.Grounds != protocollo.GroundsPost {
		return rec, "", protocollo.Errorf(protocollo.Conflict, "not-for-the-post", "intake %d is not for somebody else", intakeID)
	}
	l, err := rules.LegendNamed(misdeliveredLegend)
	return rec, l.Text, err
}

func (s *Station) composeMisdelivered(ctx context.Context, rec Record, text string, size stamp.Size, res stamp.Resolution) (*stamp.Bitmap, error) {
	setup, _, err := s.office(ctx, rec.Intake.AOO)
	if err != nil {
		return nil, err
	}
	label := stamp.Label{Size: size, Lines: []stamp.Line{
		{Text: text, Bold: true, Shorten: stamp.ShortenNever},
		{Text: fmt.Sprintf("%s – Ricezione n. %s del %s", setup.Body.ShortName, rec.Intake.Code(), rec.Intake.ArrivalDay.Italian()), Shorten: stamp.ShortenDrop},
	}}
	if setup.Trial {
		label.Banner = rules.TrialBanner
	}
	return composeFitting(s.cfg.Composer, stamp.Layout{}, label, res)
}

// SetUrgent is the word of whoever decides that a letter goes before the others, or no longer does (002 art. 65; R1.20). It moves the letter up the lists of
// what is to be done; arrival, and the order in which numbers are asked for, stay as they are.
//
// Errors: Forbidden; NotFound; Invalid "reason"; Conflict "annulled", "closed", "unnumbered" where nothing is left to be done.
func (s *Station) SetUrgent(ctx context.Context, actor protocollo.Actor, u protocollo.Urgency) (Record, error) {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return Record{}, err
	}
	u = u.Normalize()
	if err := u.Validate(); err != nil {
		return Record{}, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, u.IntakeID)
	if err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	for code, done := range map[string]bool{"annulled": rec.Facets.Annulled, "closed": rec.Closing != nil, "unnumbered": rec.Unnumbered != nil} {
		if done && u.Urgent {
			return Record{}, protocollo.Errorf(protocollo.Conflict, code, "intake %d is done with", u.IntakeID)
		}
	}
	if err := s.cfg.Urgencies.SetUrgent(ctx, actor, u); err != nil {
		return Record{}, fmt.Errorf("set urgency of intake %d: %w", u.IntakeID, err)
	}
	return s.afterInside(ctx, actor, rec.Intake)
}
