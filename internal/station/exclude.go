package station

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// ExclusionStore keeps the decision that no image of a document is kept where there is none to decide about, and its end (R3.4).
type ExclusionStore interface {
	// ExcludeUnscanned records in one transaction an empty document, its association and the decision. The same order under its key again, and
	// the same decision about the main document, returns the same document; Conflict "key" for another order under the key, "already-captured"
	// when there is a main document, "annulled".
	ExcludeUnscanned(ctx context.Context, o ExclusionOrder) (protocollo.Document, error)
	// LiftExclusion closes an excluded document as discarded, so that its registration is expected again. Again it is no error; Conflict
	// "not-excluded".
	LiftExclusion(ctx context.Context, a protocollo.Actor, documentID int64, reason string) error
}

// ExclusionOrder is the decision that nothing of a registration is scanned.
type ExclusionOrder struct {
	Key            string // minted when the form opened
	RegistrationID int64
	// Attachment is set when it is about the registration's next attachment (R18.5); else it is about the main document.
	Attachment bool
	// Decision has no DocumentID and erases nothing: there is no page.
	Decision ScopeDecision
}

// Exclusion is a person's word that no image of a document is kept.
type Exclusion struct {
	Code        rules.ExclusionCode `json:"code"`
	Responsible string              `json:"responsible,omitempty"` // of the procedure, where the exclusion is at their word (R19.4)
	NotePart    rules.NotePart      `json:"notePart,omitempty"`    // "" = the document (N-1)
	Sheets      int                 `json:"sheets,omitempty"`      // n of the note: typed, never invented (R19.3)
	Reason      string              `json:"reason,omitempty"`      // what else there is to say; the catalogue's words stand before it
}

// ExclusionRequest is a person's word that nothing of a registration will be scanned.
type ExclusionRequest struct {
	Key            string // minted when the form opened (R16.9)
	RegistrationID int64
	Attachment     bool // of its next attachment; else of the main document
	Exclusion
}

// ScanOptions are what the page rule offers for a registration before or beside a scan.
type ScanOptions struct {
	Manual        string               `json:"manual"`
	Duty          rules.Duty           `json:"duty" enum:"subito,differibile,eventuale"`
	Exclusions    []rules.Exclusion    `json:"exclusions"`
	Frontispieces []rules.Frontispiece `json:"frontispieces"`
}

// ScanOptions lists what may be decided of a registration's paper besides scanning it whole.
func (s *Station) ScanOptions(ctx context.Context, actor protocollo.Actor, registrationID int64) (ScanOptions, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return ScanOptions{}, err
	}
	if _, err := s.cfg.Views.Record(ctx, actor, registrationID); err != nil {
		return ScanOptions{}, fmt.Errorf("read registration %d: %w", registrationID, err)
	}
	rule, err := s.ruleFor(ctx, actor.AOO, registrationID)
	if err != nil {
		return ScanOptions{}, err
	}
	return ScanOptions{Manual: rule.profile.Manual, Duty: rule.profile.Duty, Exclusions: rule.profile.Exclusions(rule.direction),
		Frontispieces: rule.profile.Frontispieces()}, nil
}

// decision words an exclusion by the rule. The words that stand in the catalogue today are recorded: a later catalogue changes no decision.
func (r *pageRule) decision(actor protocollo.Actor, x Exclusion) (ScopeDecision, error) {
	e, err := r.profile.Exclusion(r.direction, x.Code)
	if err != nil {
		return ScopeDecision{}, err
	}
	x.Responsible = strings.Join(strings.Fields(x.Responsible), " ")
	d := ScopeDecision{Actor: actor, Choice: protocollo.ChoiceExclude, Profile: r.profile.Name, Exclusion: string(e.Code), Reason: e.Words}
	if d.Note, err = e.Check(x.Responsible, x.NotePart, x.Sheets); err != nil {
		return ScopeDecision{}, err
	}
	if d.Note != "" {
		d.Sheets = x.Sheets
	}
	if e.NamesResponsible {
		d.Responsible = x.Responsible
	}
	if more := strings.TrimSpace(x.Reason); more != "" {
		d.Reason += " – " + more
	}
	return d, nil
}

// ExcludeRegistration decides before anything is scanned that nothing will be: of the main document, or of the next attachment. Every
// later scan for the registration is refused until the Responsabile lifts it (R3.4). It may be repeated under its key.
//
// Errors: those of the target of a scan; Conflict "already-captured", "key"; Invalid "key", "exclusion", "responsible", "sheets", "notePart".
func (s *Station) ExcludeRegistration(ctx context.Context, actor protocollo.Actor, r ExclusionRequest) (protocollo.Document, error) {
	if r.Key == "" {
		return protocollo.Document{}, protocollo.Errorf(protocollo.Invalid, "key", "an exclusion without key")
	}
	id, err := s.target(ctx, actor, r.RegistrationID, 0)
	if protocollo.ClassOf(err) == protocollo.Forbidden && !r.Attachment {
		// The same answer once more, after a crash or from a second window, is no fault: the store compares.
		if rec, readErr := s.cfg.Views.Record(ctx, actor, r.RegistrationID); readErr == nil && rec.Facets.Excluded {
			id, err = r.RegistrationID, actor.Require(protocollo.ActRegister)
		}
	}
	if err != nil {
		return protocollo.Document{}, err
	}
	rule, err := s.ruleFor(ctx, actor.AOO, id)
	if err != nil {
		return protocollo.Document{}, err
	}
	d, err := rule.decision(actor, r.Exclusion)
	if err != nil {
		return protocollo.Document{}, err
	}
	doc, err := s.cfg.Exclusions.ExcludeUnscanned(ctx, ExclusionOrder{Key: r.Key, RegistrationID: id, Attachment: r.Attachment, Decision: d})
	if err != nil {
		return protocollo.Document{}, fmt.Errorf("exclude registration %d: %w", id, err)
	}
	return doc, s.publishRecord(ctx, doc.AOO, id)
}

func (s *Station) publishRecord(ctx context.Context, aoo protocollo.AOOCode, registrationID int64) error {
	rec, err := s.cfg.Views.Record(ctx, self(aoo), registrationID)
	if err != nil {
		return fmt.Errorf("read registration %d: %w", registrationID, err)
	}
	s.publishIntake(EventRegistration, registrationID, rec.Intake)
	return nil
}

// ExcludeDocument decides of a scanned document, whose quality is not yet confirmed, that no image of it is kept: pages, thumbnails and
// the files that they came in are erased (R3.4, R19.5). A run that is still taking its pages is ended. It may be repeated.
//
// Errors: Conflict "first-the-others" for a document of no registration, "document-closed", "archived-before" when an earlier scan of it is
// in the archive (that is what «Oscuramento» is for); Invalid as for [Station.ExcludeRegistration].
func (s *Station) ExcludeDocument(ctx context.Context, actor protocollo.Actor, documentID int64, x Exclusion) error {
	return s.decided(ctx, actor, documentID, func(ctx context.Context, v *solving) error { return s.exclude(ctx, v, x) })
}

// decided runs a decision about a document of a registration that nobody asked for: under its lock, after its run.
func (s *Station) decided(ctx context.Context, actor protocollo.Actor, documentID int64, decide func(context.Context, *solving) error) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	if _, _, err := s.document(ctx, actor, documentID); err != nil {
		return err
	}
	if err := s.afterRun(ctx, protocollo.Exception{DocumentID: documentID}, protocollo.ChoiceExclude); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	unlock, err := s.keys.lock(ctx, documentKey(documentID))
	if err != nil {
		return err
	}
	defer unlock()
	v := &solving{actor: actor, answer: Answer{Choice: protocollo.ChoiceExclude}}
	if v.doc, v.pages, err = s.document(ctx, actor, documentID); err != nil {
		return err
	}
	if v.open, err = s.openOn(ctx, v.doc); err != nil {
		return err
	}
	return decide(ctx, v)
}

// exclude records the decision, erases, and answers whatever else was asked about the document.
func (s *Station) exclude(ctx context.Context, v *solving, x Exclusion) error {
	if v.doc.RegistrationID == 0 {
		return protocollo.Errorf(protocollo.Conflict, "first-the-others", "document %d is of no registration", v.doc.ID)
	}
	done, err := s.mayExclude(ctx, v.doc)
	if err != nil {
		return err
	}
	if !done {
		rule, err := s.ruleFor(ctx, v.doc.AOO, v.doc.RegistrationID)
		if err != nil {
			return err
		}
		d, err := rule.decision(v.actor, x)
		if err != nil {
			return err
		}
		d.DocumentID = v.doc.ID
		for _, p := range v.pages {
			if !p.Erased {
				d.Erase = append(d.Erase, p.ID)
			}
		}
		if err := s.cfg.Documents.Decide(ctx, d); err != nil {
			return fmt.Errorf("exclude document %d: %w", v.doc.ID, err)
		}
	}
	s.eraseNow(ctx, v.pages)
	s.publish(EventDocument, v.doc.ID, v.doc.AOO)
	for _, o := range v.open {
		if o.ID == v.e.ID {
			continue // its own answer is recorded last
		}
		if err := s.solved(ctx, v.actor, o, v.answer); err != nil {
			return err
		}
	}
	return s.publishRecord(ctx, v.doc.AOO, v.doc.RegistrationID)
}

// mayExclude reports whether a document was excluded before, as after a crash, and refuses where an earlier scan of the same paper is archived.
func (s *Station) mayExclude(ctx context.Context, doc protocollo.Document) (done bool, err error) {
	rec, err := s.cfg.Views.Record(ctx, self(doc.AOO), doc.RegistrationID)
	if err != nil {
		return false, fmt.Errorf("read registration %d: %w", doc.RegistrationID, err)
	}
	for _, d := range rec.Documents {
		switch {
		case d.ID == doc.ID && d.Scope != nil && d.Scope.Choice == protocollo.ChoiceExclude:
			done = true
		case d.ID != doc.ID && d.Part == doc.Part && d.Archive != nil && !d.Superseded:
			return false, protocollo.Errorf(protocollo.Conflict, "archived-before", "document %d of the same paper is archived", d.ID)
		}
	}
	return done, nil
}

func (s *Station) solveExclude(ctx context.Context, v *solving) error {
	return s.exclude(ctx, v, v.answer.exclusion())
}

func (a Answer) exclusion() Exclusion {
	return Exclusion{Code: a.Exclusion, Responsible: a.Responsible, NotePart: a.NotePart, Sheets: a.Sheets, Reason: a.Reason}
}

// LiftExclusion ends an exclusion: the registration is expected again. Only the Responsabile may, with a reason. What was erased does not
// come back.
func (s *Station) LiftExclusion(ctx context.Context, actor protocollo.Actor, documentID int64, reason string) error {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return protocollo.Errorf(protocollo.Invalid, "reason", "to lift an exclusion needs a reason")
	}
	doc, _, err := s.document(ctx, actor, documentID)
	if err != nil {
		return err
	}
	if err := s.cfg.Exclusions.LiftExclusion(ctx, actor, documentID, reason); err != nil {
		return fmt.Errorf("lift the exclusion of document %d: %w", documentID, err)
	}
	s.publish(EventDocument, doc.ID, doc.AOO)
	return s.publishRecord(ctx, doc.AOO, doc.RegistrationID)
}

// KeepFrontispiece decides that of a plan or an inseparable volume only the first page is kept, with the note: the file is partial and
// says so (Comune, artt. 28.6 and 35 b.2; R3.5, R19.4). For a document that asks by itself it is the answer note-first.
//
// Errors: Conflict "first-the-others" while other questions are open, "not-ready"; Invalid "frontispiece", "sheets".
func (s *Station) KeepFrontispiece(ctx context.Context, actor protocollo.Actor, documentID int64, code string, part rules.NotePart, sheets int) error {
	return s.decided(ctx, actor, documentID, func(ctx context.Context, v *solving) error {
		scope := slices.IndexFunc(v.open, func(e protocollo.Exception) bool { return e.Kind == protocollo.ExceptionScope })
		switch {
		case v.doc.RegistrationID == 0, len(v.open) > 1, len(v.open) == 1 && scope < 0:
			return protocollo.Errorf(protocollo.Conflict, "first-the-others", "document %d waits for other answers first", v.doc.ID)
		case v.doc.State != protocollo.DocumentReady && scope < 0:
			return protocollo.Errorf(protocollo.Conflict, "not-ready", "document %d is %s", v.doc.ID, v.doc.State)
		case code == "":
			return protocollo.Errorf(protocollo.Invalid, "frontispiece", "which kind of document is not said")
		}
		v.answer = Answer{Choice: protocollo.ChoiceNoteFirst, Frontispiece: code, NotePart: part, Sheets: sheets}
		if scope >= 0 {
			v.e = v.open[scope]
		}
		if err := s.solveScope(ctx, v); err != nil || scope < 0 {
			return err
		}
		if err := s.solved(ctx, actor, v.e, v.answer); err != nil {
			return err
		}
		return s.setState(ctx, v.doc, protocollo.DocumentReady)
	})
}
