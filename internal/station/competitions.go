package station

import (
	"context"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// EventCompetition tells of a competition, an application or a note; its ID is the competition's.
const EventCompetition EventKind = "competition"

// Competitions lists those of the actor's AOO, the latest closing date first.
func (s *Station) Competitions(ctx context.Context, actor protocollo.Actor) ([]protocollo.Competition, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.Competitions.Competitions(ctx, actor.AOO, 0))("list competitions")
}

// CompetitionView is a competition with its applications and notes, oldest first.
type CompetitionView struct {
	protocollo.Competition
	Versions     []protocollo.CompetitionVersion
	Applications []protocollo.Application
	Notes        []protocollo.CompetitionNote
	// Twins are, of an application, the others that stand of the same candidate.
	Twins map[int64][]int64
}

// Competition returns one of the actor's AOO, or NotFound "competition".
func (s *Station) Competition(ctx context.Context, actor protocollo.Actor, id int64) (CompetitionView, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return CompetitionView{}, err
	}
	c, err := s.competition(ctx, actor.AOO, id)
	if err != nil {
		return CompetitionView{}, err
	}
	v := CompetitionView{Competition: c}
	if v.Versions, err = s.cfg.Competitions.CompetitionHistory(ctx, actor.AOO, id); err != nil {
		return v, fmt.Errorf("read competition %d: %w", id, err)
	}
	if v.Applications, err = s.cfg.Competitions.Applications(ctx, actor.AOO, ApplicationQuery{CompetitionID: id}); err != nil {
		return v, fmt.Errorf("read the applications of competition %d: %w", id, err)
	}
	if v.Notes, err = s.cfg.Competitions.Notes(ctx, actor.AOO, NoteQuery{CompetitionID: id}); err != nil {
		return v, fmt.Errorf("read the notes of competition %d: %w", id, err)
	}
	v.Twins = twins(v.Applications)
	return v, nil
}

// twins finds applications of the same candidate: one that was sent twice, or two envelopes of one person. What they are is the office's to say.
func twins(list []protocollo.Application) map[int64][]int64 {
	same := map[string][]protocollo.Application{}
	for _, a := range list {
		if a.Struck == "" {
			key := protocollo.CandidateKey(a.Facts.Candidate)
			same[key] = append(same[key], a)
		}
	}
	out := map[int64][]int64{}
	for _, group := range same {
		for _, a := range group {
			for _, b := range group {
				if a.ID != b.ID {
					out[a.ID] = append(out[a.ID], b.Seq)
				}
			}
		}
	}
	return out
}

func (s *Station) competition(ctx context.Context, aoo protocollo.AOOCode, id int64) (protocollo.Competition, error) {
	list, err := s.cfg.Competitions.Competitions(ctx, aoo, id)
	if err != nil {
		return protocollo.Competition{}, fmt.Errorf("read competition %d: %w", id, err)
	}
	if id == 0 || len(list) == 0 {
		return protocollo.Competition{}, protocollo.Errorf(protocollo.NotFound, "competition", "no such competition: %d", id)
	}
	return list[0], nil
}

// EnterCompetition enters a competition under a request key. Invalid with the field.
func (s *Station) EnterCompetition(ctx context.Context, actor protocollo.Actor, key string, terms protocollo.CompetitionTerms) (protocollo.Competition, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return protocollo.Competition{}, err
	}
	terms = terms.Normalize()
	if err := terms.Validate(); err != nil {
		return protocollo.Competition{}, err
	}
	if key == "" {
		return protocollo.Competition{}, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	c, err := s.cfg.Competitions.SaveCompetition(ctx, actor, key, terms)
	if err != nil {
		return c, fmt.Errorf("enter competition: %w", err)
	}
	s.publishCompetition(c.ID, actor.AOO)
	return c, nil
}

// AmendCompetition changes its terms, with the reason; what they were stays, and a note says what they were when it was closed. version is the one that
// was on the screen.
func (s *Station) AmendCompetition(ctx context.Context, actor protocollo.Actor, id int64, version int, terms protocollo.CompetitionTerms, reason string) (protocollo.Competition, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return protocollo.Competition{}, err
	}
	terms, reason = terms.Normalize(), strings.TrimSpace(reason)
	if err := terms.Validate(); err != nil {
		return protocollo.Competition{}, err
	}
	if reason == "" {
		return protocollo.Competition{}, protocollo.Errorf(protocollo.Invalid, "reason", "a change of a competition has its reason")
	}
	c, err := s.cfg.Competitions.AmendCompetition(ctx, actor, id, version, terms, reason)
	if err != nil {
		return c, fmt.Errorf("amend competition %d: %w", id, err)
	}
	s.publishCompetition(id, actor.AOO)
	return c, nil
}

// EnterApplication enters a domanda under a request key. Invalid with the field, also where the postmark decides and none is told (R6.1). Nothing is refused
// for coming late: whether it did is the office's to say (R6.3).
func (s *Station) EnterApplication(ctx context.Context, actor protocollo.Actor, competitionID int64, key string, f protocollo.ApplicationFacts) (protocollo.Application, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return protocollo.Application{}, err
	}
	if key == "" {
		return protocollo.Application{}, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	c, err := s.competition(ctx, actor.AOO, competitionID)
	if err != nil {
		return protocollo.Application{}, err
	}
	f = f.Normalize()
	if err := f.Validate(c.Terms, s.now()); err != nil {
		return protocollo.Application{}, err
	}
	a, err := s.cfg.Competitions.SaveApplication(ctx, actor, competitionID, c.Version, key, f)
	if err != nil {
		return a, fmt.Errorf("enter application: %w", err)
	}
	s.publishCompetition(competitionID, actor.AOO)
	return a, nil
}

// AmendApplication corrects a domanda, with the reason; what it read before stays, also in the note that lists it. version is the one that was on the
// screen.
func (s *Station) AmendApplication(ctx context.Context, actor protocollo.Actor, id int64, version int, f protocollo.ApplicationFacts, reason string) (protocollo.Application, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return protocollo.Application{}, err
	}
	have, err := s.application(ctx, actor.AOO, id)
	if err != nil {
		return have, err
	}
	c, err := s.competition(ctx, actor.AOO, have.CompetitionID)
	if err != nil {
		return have, err
	}
	f = f.Normalize()
	if f.ArrivedAt.IsZero() || f.ArrivedAt.Equal(have.Facts.ArrivedAt.Truncate(time.Second)) {
		f.ArrivedAt = have.Facts.ArrivedAt // a screen shows no more than seconds
	}
	if err := f.Validate(c.Terms, have.SavedAt); err != nil {
		return have, err
	}
	return s.amendApplication(ctx, actor, have, version, f, false, reason)
}

// StrikeApplication says, with the reason, that a domanda was entered by mistake. No note will list it; one that a note lists is never struck.
func (s *Station) StrikeApplication(ctx context.Context, actor protocollo.Actor, id int64, version int, reason string) (protocollo.Application, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return protocollo.Application{}, err
	}
	have, err := s.application(ctx, actor.AOO, id)
	if err != nil {
		return have, err
	}
	return s.amendApplication(ctx, actor, have, version, have.Facts, true, reason)
}

func (s *Station) amendApplication(ctx context.Context, actor protocollo.Actor, have protocollo.Application, version int, f protocollo.ApplicationFacts, strike bool, reason string) (protocollo.Application, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return have, protocollo.Errorf(protocollo.Invalid, "reason", "a correction has its reason")
	}
	a, err := s.cfg.Competitions.AmendApplication(ctx, actor, have.ID, version, f, strike, reason)
	if err != nil {
		return a, fmt.Errorf("amend application %d: %w", have.ID, err)
	}
	s.publishCompetition(a.CompetitionID, actor.AOO)
	return a, nil
}

func (s *Station) application(ctx context.Context, aoo protocollo.AOOCode, id int64) (protocollo.Application, error) {
	list, err := s.cfg.Competitions.Applications(ctx, aoo, ApplicationQuery{ID: id})
	if err != nil {
		return protocollo.Application{}, fmt.Errorf("read application %d: %w", id, err)
	}
	if id == 0 || len(list) == 0 {
		return protocollo.Application{}, protocollo.Errorf(protocollo.NotFound, "application", "no such application: %d", id)
	}
	return list[0], nil
}

// RegisterApplication makes the letter of a domanda of a competition in which each gets a number, and asks for that as for any letter's. It arrived when its
// office wrote so. One that is a letter already comes back as it stands; one whose number was annulled gets another. different says that what looks like
// the same letter was looked at and is not (R1.6): otherwise Conflict "possible-duplicates", as of [Station.Register].
func (s *Station) RegisterApplication(ctx context.Context, actor protocollo.Actor, id int64, different bool) (Record, error) {
	if err := requireBoth(actor); err != nil {
		return Record{}, err
	}
	a, err := s.application(ctx, actor.AOO, id)
	if err != nil {
		return Record{}, err
	}
	c, err := s.competition(ctx, actor.AOO, a.CompetitionID)
	if err != nil {
		return Record{}, err
	}
	if c.Terms.Mode != protocollo.ModeNumber && a.IntakeID == 0 {
		return Record{}, protocollo.Errorf(protocollo.Conflict, "application-mode", "applications of competition %d stand in notes", c.ID)
	}
	if rec, err := s.standing(ctx, actor, a.IntakeID); err != nil || rec != nil {
		return orNothing(rec), err
	}
	cmd := RegisterCommand{Key: fmt.Sprintf("domanda %s %d", a.Key, a.Letters+1), Draft: applicationDraft(c, a)}
	if different {
		like, err := s.cfg.Duplicates.PossibleDuplicates(ctx, actor.AOO, cmd.Draft.Normalize())
		if err != nil {
			return Record{}, fmt.Errorf("look for duplicates: %w", err)
		}
		if len(like) > 0 {
			cmd.DuplicateChoice, cmd.DuplicateOf, cmd.DuplicateIntake = protocollo.DuplicateDifferent, like[0].RegistrationID, like[0].IntakeID
		}
	}
	rec, err := s.register(ctx, actor, cmd, origin{application: a.ID})
	if rec.Intake.ID != 0 {
		s.publishCompetition(c.ID, actor.AOO)
	}
	return rec, err
}

// OpenCompetition is what the end of a day finds open of a competition.
type OpenCompetition struct {
	ID           int64  `json:"id"`
	Notice       string `json:"notice"`
	Applications int    `json:"applications" doc:"Domande senza nota e senza numero"`
	Notes        int    `json:"notes" doc:"Note chiuse senza numero"`
}

// openCompetitions lists them; [] also for whoever sees none.
func (s *Station) openCompetitions(ctx context.Context, actor protocollo.Actor) ([]OpenCompetition, error) {
	open := []OpenCompetition{}
	if !actor.May(protocollo.ActCompetition) {
		return open, nil
	}
	list, err := s.cfg.Competitions.Competitions(ctx, actor.AOO, 0)
	if err != nil {
		return nil, fmt.Errorf("list competitions: %w", err)
	}
	for _, c := range list {
		if c.Waiting+c.Unnumbered > 0 {
			open = append(open, OpenCompetition{ID: c.ID, Notice: c.Terms.Notice, Applications: c.Waiting, Notes: c.Unnumbered})
		}
	}
	return open, nil
}

// requireBoth is asked of whoever gives an application or a note its number: the protocol's people, who see the applications.
func requireBoth(actor protocollo.Actor) error {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return err
	}
	return actor.Require(protocollo.ActRegister)
}

func orNothing(rec *Record) Record {
	if rec == nil {
		return Record{}
	}
	return *rec
}

func applicationDraft(c protocollo.Competition, a protocollo.Application) protocollo.Draft {
	f := a.Facts
	note := []string{"Domanda n. " + a.Code(), "sigla " + f.Initials}
	if words := postmarkWords(f); words != "" {
		note = append(note, "timbro postale "+words)
	}
	if f.Note != "" {
		note = append(note, f.Note)
	}
	return protocollo.Draft{Direction: protocollo.Incoming, Senders: []protocollo.Correspondent{{Name: f.Candidate}}, Subject: "Domanda di partecipazione – " + c.Terms.Notice,
		Means: f.Means, Support: protocollo.SupportPaper, RaccomandataCode: f.Raccomandata, Classifica: c.Terms.Classifica, Fascicolo: c.Terms.Fascicolo, UOR: c.Terms.UOR,
		RPA: c.Terms.Responsible, Note: strings.Join(note, "; ")}
}

// postmarkWords is the day of the postmark or of the raccomandata's stub, or that it shows none.
func postmarkWords(f protocollo.ApplicationFacts) string {
	if f.Unreadable {
		return "illeggibile o assente"
	}
	return f.PostmarkDay.Italian()
}

// standing returns the letter that something became, where it stands: neither annulled nor given up. nil: it has none.
func (s *Station) standing(ctx context.Context, actor protocollo.Actor, intakeID int64) (*Record, error) {
	if intakeID == 0 {
		return nil, nil
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return nil, fmt.Errorf("read its letter: %w", err)
	}
	if rec.Annulment != nil || rec.Closing != nil {
		return nil, nil
	}
	return &rec, nil
}

func (s *Station) publishCompetition(id int64, aoo protocollo.AOOCode) {
	s.cfg.Publisher.Publish(Event{Kind: EventCompetition, ID: id, AOO: aoo, Act: protocollo.ActCompetition})
}
