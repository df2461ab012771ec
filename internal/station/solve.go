package station

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// Answer is a person's answer to an exception.
type Answer struct {
	Choice         protocollo.Choice `json:"choice"`
	RegistrationID int64             `json:"registrationID,omitempty"` // assign, new-version, attachment
	Part           int               `json:"part,omitempty"`           // new-version: of which attachment; 0 = of the main document
	Reason         string            `json:"reason,omitempty"`         // discard, whole
	Sheets         int               `json:"sheets,omitempty"`         // note, note-first: typed, or 0 for the complete count
	NotePart       rules.NotePart    `json:"notePart,omitempty"`       // note, note-first; "" = as the part is (N-1, N-2)
	// Frontispiece says of which kind the document is whose first page stands for it; "" is the general choice, where it is allowed.
	Frontispiece string `json:"frontispiece,omitempty"`
	// Exclusion is a code of the catalogue; Responsible names who is responsible of the procedure, where that is asked.
	Exclusion   rules.ExclusionCode `json:"exclusion,omitempty"`
	Responsible string              `json:"responsible,omitempty"`
}

// WaitingException is an exception with what a person needs to answer it.
type WaitingException struct {
	protocollo.Exception
	Document   protocollo.Document `json:"document"`
	Choices    []protocollo.Choice `json:"choices"` // what this actor may answer, in the order in which it is offered
	Candidates []Record            `json:"candidates,omitempty"`
	// Temporary is the letter whose temporary label the page bears, where that is what is asked: without Registration until its number comes, and
	// then among Candidates too.
	Temporary *Record `json:"temporary,omitempty"`
	// Sheets is the complete count, or 0 when a person must type it; Note is N-1, or of an attachment N-2, with it filled in. AllSheets is that of all
	// the letter's attachments that wait for a note, for N-3, where there are several and the count is certain.
	Sheets    int    `json:"sheets,omitempty"`
	Note      string `json:"note,omitempty"`
	AllSheets int    `json:"allSheets,omitempty"`
	// Exclusions and Frontispieces are what the choices exclude and note-first may name.
	Exclusions    []rules.Exclusion    `json:"exclusions,omitempty"`
	Frontispieces []rules.Frontispiece `json:"frontispieces,omitempty"`
}

// Exceptions lists what waits for a person, oldest first.
func (s *Station) Exceptions(ctx context.Context, actor protocollo.Actor) ([]WaitingException, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	list, err := s.cfg.Exceptions.Exceptions(ctx, actor.AOO)
	if err != nil {
		return nil, fmt.Errorf("list exceptions: %w", err)
	}
	var out []WaitingException
	for _, e := range list {
		w, err := s.waiting(ctx, actor, e)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue // hangs on a record that this actor may not know of
		}
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

func (s *Station) waiting(ctx context.Context, actor protocollo.Actor, e protocollo.Exception) (WaitingException, error) {
	w := WaitingException{Exception: e}
	doc, pages, err := s.document(ctx, actor, e.DocumentID)
	if err != nil {
		return w, err
	}
	w.Document, w.Choices = doc, choicesFor(e, doc)
	for _, id := range e.Detail.Registrations {
		rec, err := s.cfg.Views.Record(ctx, actor, id)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue
		}
		if err != nil {
			return w, fmt.Errorf("read candidate %d: %w", id, err)
		}
		w.Candidates = append(w.Candidates, rec)
	}
	if err := s.withTemporary(ctx, actor, &w); err != nil {
		return w, err
	}
	if err := s.withScopeChoices(ctx, actor, &w); err != nil || e.Kind != protocollo.ExceptionScope {
		return w, err
	}
	if w.Sheets, err = s.completeSheets(ctx, doc, pages); err != nil {
		return w, err
	}
	if w.AllSheets, err = s.sheetsOutside(ctx, doc); err != nil {
		return w, err
	}
	if w.Sheets > 0 {
		w.Note, err = rules.NoteText(notePartOf(doc.Part), w.Sheets)
	}
	return w, err
}

// withScopeChoices narrows the choices to what the page rule offers, and says what they may name. Without a registration there is no rule, and
// nothing to exclude.
func (s *Station) withScopeChoices(ctx context.Context, actor protocollo.Actor, w *WaitingException) error {
	if !slices.Contains(w.Choices, protocollo.ChoiceExclude) {
		return nil
	}
	w.Choices = slices.DeleteFunc(slices.Clone(w.Choices), func(c protocollo.Choice) bool { return c == protocollo.ChoiceExclude })
	rule := &pageRule{}
	var err error
	if w.Document.RegistrationID != 0 {
		rule, err = s.ruleFor(ctx, w.AOO, w.Document.RegistrationID)
	} else if w.Kind == protocollo.ExceptionScope { // asked while the run goes on
		rule.profile, err = s.profileOf(ctx, w.AOO)
	}
	if err != nil {
		return err
	}
	if w.Kind == protocollo.ExceptionScope {
		w.Choices, w.Frontispieces = offered(rule.profile.Allows(), actor), rule.profile.Frontispieces()
	}
	if w.Document.RegistrationID != 0 {
		if w.Exclusions = rule.profile.Exclusions(rule.direction); len(w.Exclusions) > 0 {
			w.Choices = append(w.Choices, protocollo.ChoiceExclude)
		}
	}
	return nil
}

// completeSheets returns the number of sheets where it is certain, and otherwise 0: the run came to its own end and the source
// said of every side which sheet it is on (R19.3: never invented).
func (s *Station) completeSheets(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) (int, error) {
	t := tallyOf(pages)
	if !t.sheetsKnown || len(pages) == 0 {
		return 0, nil
	}
	b, err := s.cfg.Batches.Batch(ctx, pages[len(pages)-1].BatchID)
	if err != nil {
		return 0, fmt.Errorf("read batch: %w", err)
	}
	if b.State != protocollo.BatchEnded || doc.State == protocollo.DocumentReceiving {
		return 0, nil
	}
	return t.Sheets, nil
}

// solving is one answer on its way.
type solving struct {
	actor  protocollo.Actor
	e      protocollo.Exception
	doc    protocollo.Document
	pages  []protocollo.Page
	answer Answer
	open   []protocollo.Exception // all of the document, e included
}

// solver acts on an answer. What it does may be done again, because a crash may come before the answer is recorded.
type solver func(s *Station, ctx context.Context, v *solving) error

// solvers is the table of answers. An answer that is not in it needs nothing but to be recorded.
var solvers = map[protocollo.Choice]solver{
	protocollo.ChoiceAssign:     (*Station).solveAssign,
	protocollo.ChoiceNewVersion: (*Station).solveAssign,
	protocollo.ChoiceAttachment: (*Station).solveAssign,
	protocollo.ChoiceWrongLabel: (*Station).solveWrongLabel,
	protocollo.ChoiceSplit:      (*Station).solveSplit,
	protocollo.ChoiceAccept:     (*Station).solveAccept,
	protocollo.ChoiceDiscard:    (*Station).solveDiscard,
	protocollo.ChoiceNote:       (*Station).solveScope,
	protocollo.ChoiceNoteFirst:  (*Station).solveScope,
	protocollo.ChoiceWhole:      (*Station).solveScope,
	protocollo.ChoiceExclude:    (*Station).solveExclude,
}

// goesOn lists the answers after which the document takes its way from the joining on.
var goesOn = map[protocollo.Choice]bool{
	protocollo.ChoiceAssign: true, protocollo.ChoiceNewVersion: true, protocollo.ChoiceBelongs: true, protocollo.ChoiceSplit: true,
	protocollo.ChoiceWrongLabel: true, protocollo.ChoiceAttachment: true, protocollo.ChoiceAccept: true,
}

// answered is an answer to a kind of question.
type answered struct {
	kind   protocollo.ExceptionKind
	choice protocollo.Choice
}

// makes lists the answers that leave nothing to look at. The state comes behind the answer: with a question open, the document waits.
// A takeover that is tried again has its state already.
var makes = map[answered]protocollo.DocumentState{
	{protocollo.ExceptionScope, protocollo.ChoiceNoteFirst}: protocollo.DocumentReady,
	{protocollo.ExceptionScope, protocollo.ChoiceWhole}:     protocollo.DocumentReady,
	{protocollo.ExceptionArchive, protocollo.ChoiceRetry}:   protocollo.DocumentConfirmed,
	{protocollo.ExceptionTakeover, protocollo.ChoiceRetry}:  protocollo.DocumentReceiving,
}

// SolveException answers an exception that was seen at a version. The document then goes on by itself as far as it can, which
// may be to the next question.
//
// Errors: Conflict "already-solved" with Words = who; Conflict "still-scanning"; Conflict "already-captured", "annulled", "envelope-closed",
// "first-the-others", "first-the-main"; NotFound "part"; Invalid "choice", "registrationID", "reason", "sheets"; Forbidden for what only the
// Responsabile decides.
func (s *Station) SolveException(ctx context.Context, actor protocollo.Actor, id int64, version int, answer Answer) error {
	if err := s.solveException(ctx, actor, id, version, answer); err != nil {
		return err
	}
	return s.settleAttachments(context.WithoutCancel(ctx), id)
}

func (s *Station) solveException(ctx context.Context, actor protocollo.Actor, id int64, version int, answer Answer) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	answer.Reason = strings.TrimSpace(answer.Reason)
	e, err := s.answerable(ctx, actor, id, version, answer.Choice)
	if err != nil {
		return err
	}
	if err := s.afterRun(ctx, e, answer.Choice); err != nil {
		return err
	}
	if e.Kind == protocollo.ExceptionBacks {
		return s.solveBacks(ctx, actor, e, answer)
	}
	if err := s.answerInPasses(ctx, e, answer.Choice); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	unlock, err := s.keys.lock(ctx, documentKey(e.DocumentID))
	if err != nil {
		return err
	}
	defer unlock()
	if e, err = s.answerable(ctx, actor, id, version, answer.Choice); err != nil {
		return err
	}
	v := &solving{actor: actor, e: e, answer: answer}
	if v.doc, v.pages, err = s.document(ctx, actor, e.DocumentID); err != nil {
		return err
	}
	if v.open, err = s.openOn(ctx, v.doc); err != nil {
		return err
	}
	if solve := solvers[answer.Choice]; solve != nil {
		if err := solve(s, ctx, v); err != nil {
			return err
		}
	}
	if err := s.solved(ctx, actor, e, answer); err != nil {
		return err
	}
	if state, made := makes[answered{e.Kind, answer.Choice}]; made {
		defer wake(s.archiveDue)
		return s.setState(ctx, v.doc, state)
	}
	if goesOn[answer.Choice] {
		doc, pages, err := s.cfg.Documents.Document(ctx, e.DocumentID)
		if err != nil {
			return fmt.Errorf("read document: %w", err)
		}
		return s.proceed(ctx, doc, pages)
	}
	return nil
}

// answerable returns an exception that is open at that version and takes that answer.
func (s *Station) answerable(ctx context.Context, actor protocollo.Actor, id int64, version int, c protocollo.Choice) (protocollo.Exception, error) {
	e, err := s.cfg.Exceptions.Exception(ctx, id)
	if err != nil {
		return e, fmt.Errorf("read exception: %w", err)
	}
	switch {
	case e.AOO != actor.AOO:
		return e, protocollo.Errorf(protocollo.NotFound, "exception", "no exception %d", id)
	case !e.SolvedAt.IsZero() || e.Version != version:
		err := protocollo.Errorf(protocollo.Conflict, "already-solved", "exception %d is at version %d", id, e.Version)
		err.Words = e.SolvedBy
		return e, err
	case !slices.Contains(e.Kind.Choices(), c):
		return e, protocollo.Errorf(protocollo.Invalid, "choice", "%q is no answer to %s", c, e.Kind)
	}
	return e, nil
}

// afterRun keeps answers and a run under way apart: a note or an exclusion ends the run, everything else waits for it.
func (s *Station) afterRun(ctx context.Context, e protocollo.Exception, c protocollo.Choice) error {
	s.mu.Lock()
	var under *activeRun
	for _, a := range s.runs {
		if a.document == e.DocumentID {
			under = a
		}
	}
	s.mu.Unlock()
	if under == nil {
		return nil
	}
	if c != protocollo.ChoiceNote && c != protocollo.ChoiceNoteFirst && c != protocollo.ChoiceExclude {
		return protocollo.Errorf(protocollo.Conflict, "still-scanning", "document %d is still being scanned", e.DocumentID)
	}
	return under.stop(ctx, errEnough)
}

func (s *Station) solved(ctx context.Context, actor protocollo.Actor, e protocollo.Exception, a Answer) error {
	if _, err := s.cfg.Exceptions.SolveException(ctx, actor, e.ID, e.Version, a.Choice, a.Reason); err != nil {
		return fmt.Errorf("record the answer: %w", err)
	}
	s.publish(EventException, e.ID, e.AOO)
	return nil
}

// solvedToo records the same answer on the document's other exceptions that it answers.
func (s *Station) solvedToo(ctx context.Context, v *solving) error {
	for _, o := range v.open {
		if o.ID == v.e.ID || !slices.Contains(o.Kind.Choices(), v.answer.Choice) {
			continue
		}
		if err := s.solved(ctx, v.actor, o, v.answer); err != nil {
			return err
		}
	}
	return nil
}

func (s *Station) solveAssign(ctx context.Context, v *solving) error {
	if v.answer.RegistrationID == 0 {
		return protocollo.Errorf(protocollo.Invalid, "registrationID", "no registration is named")
	}
	id, err := s.target(ctx, v.actor, v.answer.RegistrationID, 0)
	if err != nil {
		return err
	}
	if v.doc.RegistrationID != id {
		as := Association{DocumentID: v.doc.ID, RegistrationID: id, Actor: v.actor, NextPart: v.answer.Choice == protocollo.ChoiceAttachment}
		if v.answer.Choice == protocollo.ChoiceNewVersion {
			as.NewVersion, as.Part = true, v.answer.Part
		}
		if _, err := s.cfg.Documents.Associate(ctx, as); err != nil {
			return fmt.Errorf("join document %d: %w", v.doc.ID, err)
		}
	}
	rec, err := s.cfg.Views.Record(ctx, self(v.doc.AOO), id)
	if err != nil {
		return fmt.Errorf("read registration %d: %w", id, err)
	}
	s.publishIntake(EventRegistration, id, rec.Intake)
	return s.solvedToo(ctx, v)
}

// solveSplit begins another document at the exception's page and sends it on its own way.
func (s *Station) solveSplit(ctx context.Context, v *solving) error {
	at := slices.IndexFunc(v.pages, func(p protocollo.Page) bool { return p.ID == v.e.PageID })
	if at < 1 {
		return nil // it was split before a crash
	}
	d, err := s.cfg.Documents.NewDocument(ctx, protocollo.Document{BatchID: v.doc.BatchID, AOO: v.doc.AOO, State: protocollo.DocumentReceiving})
	if err != nil {
		return fmt.Errorf("begin document: %w", err)
	}
	var ids []int64
	for _, p := range v.pages[at:] {
		ids = append(ids, p.ID)
	}
	if err := s.cfg.Documents.MovePages(ctx, d.ID, ids); err != nil {
		return fmt.Errorf("move pages: %w", err)
	}
	why := ""
	for _, o := range v.open { // what was asked about the pages that left is asked again of the new document
		if o.ID != v.e.ID && slices.Contains(ids, o.PageID) && o.Kind != protocollo.ExceptionScope {
			if o.Kind == protocollo.ExceptionCount && o.Detail.Why != "" {
				why = o.Detail.Why // what cut the run short, cut its last pages
			}
			if err := s.solved(ctx, v.actor, o, v.answer); err != nil {
				return err
			}
		}
	}
	return s.complete(ctx, d.ID, why)
}

// comparesCounts tells «found differs from declared» from «the run was cut short».
func comparesCounts(e protocollo.Exception) bool {
	return e.Kind == protocollo.ExceptionCount && e.Detail.Why == ""
}

func (*Station) solveAccept(_ context.Context, v *solving) error {
	if !slices.Contains(choicesFor(v.e, v.doc), protocollo.ChoiceAccept) {
		return protocollo.Errorf(protocollo.Invalid, "choice", "document %d is joined to nothing yet", v.doc.ID)
	}
	return nil
}

func (s *Station) solveDiscard(ctx context.Context, v *solving) error {
	if v.answer.Reason == "" {
		return protocollo.Errorf(protocollo.Invalid, "reason", "to erase pages needs a reason")
	}
	if v.doc.State != protocollo.DocumentDiscarded {
		if err := s.cfg.Documents.Discard(ctx, v.actor, v.doc.ID, v.answer.Reason); err != nil {
			return fmt.Errorf("discard document %d: %w", v.doc.ID, err)
		}
	}
	s.eraseNow(ctx, v.pages)
	s.publish(EventDocument, v.doc.ID, v.doc.AOO)
	for _, o := range v.open {
		if o.ID != v.e.ID {
			if err := s.solved(ctx, v.actor, o, v.answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseNow erases what was just decided. A failure costs only time: the next start, or the archive's next round, finishes it.
func (s *Station) eraseNow(ctx context.Context, pages []protocollo.Page) {
	for _, p := range pages {
		s.thumbs.drop(p.ID)
	}
	if err := s.eraseDecided(ctx); err != nil {
		s.log.Error("decided pages not erased yet", "err", err)
	}
}

// eraseDecided erases everything that was decided to be erased: pages, then the files that they came in (R19.5). Unavailable "original"
// when a file could not be: the next round tries again.
func (s *Station) eraseDecided(ctx context.Context) error {
	_, err := s.cfg.Documents.EraseDecided(ctx, s.eraseOriginal)
	return err
}

// eraseOriginal waits for the end of the page's run: until then other pages of the same file may be under way.
func (s *Station) eraseOriginal(ctx context.Context, p protocollo.Page) error {
	if s.cfg.Originals == nil {
		return nil
	}
	b, err := s.cfg.Batches.Batch(ctx, p.BatchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	if b.State == protocollo.BatchRunning {
		return protocollo.Errorf(protocollo.Unavailable, "original", "batch %d is running", b.ID)
	}
	digest, size := p.SHA256, p.Bytes
	if p.OriginalSHA256 != "" {
		digest, size = p.OriginalSHA256, p.OriginalBytes
	}
	if err := s.cfg.Originals.EraseOriginal(ctx, b.Source, digest, size); err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "original", "erase the original of page %d: %w", p.ID, err)
	}
	return nil
}

// solveScope decides a document outside the page rule (R3.3, R19.3, R19.4).
func (s *Station) solveScope(ctx context.Context, v *solving) error {
	if v.doc.RegistrationID == 0 {
		return protocollo.Errorf(protocollo.Conflict, "first-the-others", "document %d waits for other answers first", v.doc.ID)
	}
	var moot []protocollo.Exception // counts of pages that a note stands for
	for _, o := range v.open {
		switch {
		case o.ID == v.e.ID:
		case comparesCounts(o) && v.answer.Choice != protocollo.ChoiceWhole:
			moot = append(moot, o)
		default:
			return protocollo.Errorf(protocollo.Conflict, "first-the-others", "document %d waits for other answers first", v.doc.ID)
		}
	}
	rule, err := s.ruleFor(ctx, v.doc.AOO, v.doc.RegistrationID)
	if err != nil {
		return err
	}
	if !slices.Contains(rule.profile.Allows(), v.answer.Choice) {
		return protocollo.Errorf(protocollo.Invalid, "choice", "profile %s does not offer %q", rule.profile.Name, v.answer.Choice)
	}
	d := ScopeDecision{DocumentID: v.doc.ID, Actor: v.actor, Choice: v.answer.Choice, Profile: rule.profile.Name}
	switch v.answer.Choice {
	case protocollo.ChoiceWhole:
		if err := v.actor.Require(protocollo.ActDecide); err != nil {
			return err
		}
		if d.Reason = v.answer.Reason; d.Reason == "" {
			return protocollo.Errorf(protocollo.Invalid, "reason", "scanning the whole document needs a reason")
		}
	default:
		if d.Sheets, d.Note, err = s.noteOf(ctx, v); err != nil {
			return err
		}
		kept := 0
		if v.answer.Choice == protocollo.ChoiceNoteFirst {
			if d.Reason, err = rule.firstPage(v.answer.Frontispiece); err != nil {
				return err
			}
			kept = 1
		}
		for _, p := range v.pages[min(kept, len(v.pages)):] {
			d.Erase = append(d.Erase, p.ID)
		}
	}
	if v.doc.State != protocollo.DocumentNoted { // decided before a crash
		if err := s.cfg.Documents.Decide(ctx, d); err != nil {
			return fmt.Errorf("decide document %d: %w", v.doc.ID, err)
		}
	}
	s.publish(EventDocument, v.doc.ID, v.doc.AOO)
	for _, o := range moot {
		if err := s.solved(ctx, protocollo.Station(v.doc.AOO), o, Answer{Choice: protocollo.ChoiceEdited}); err != nil {
			return err
		}
	}
	if len(d.Erase) > 0 {
		s.eraseNow(ctx, v.pages[len(v.pages)-len(d.Erase):])
	}
	return nil
}

// noteOf words the note with the sheets that are certain or that a person typed.
func (s *Station) noteOf(ctx context.Context, v *solving) (int, string, error) {
	n, part := v.answer.Sheets, v.answer.NotePart
	var err error
	if n == 0 && part == rules.NoteAttachments && v.doc.Part > 0 {
		if n, err = s.sheetsOutside(ctx, v.doc); err != nil {
			return 0, "", err
		}
	} else if n == 0 {
		if n, err = s.completeSheets(ctx, v.doc, v.pages); err != nil {
			return 0, "", err
		}
	}
	if part == "" {
		part = notePartOf(v.doc.Part)
	}
	text, err := rules.NoteText(part, n)
	return n, text, err
}

// document returns a document that the actor may know of.
func (s *Station) document(ctx context.Context, actor protocollo.Actor, id int64) (protocollo.Document, []protocollo.Page, error) {
	doc, pages, err := s.cfg.Documents.Document(ctx, id)
	if err != nil {
		return doc, nil, fmt.Errorf("read document %d: %w", id, err)
	}
	if doc.AOO != actor.AOO {
		return doc, nil, protocollo.Errorf(protocollo.NotFound, "document", "no document %d", id)
	}
	if doc.RegistrationID == 0 {
		return doc, pages, actor.Require(protocollo.ActRegister)
	}
	if _, err := s.cfg.Views.Record(ctx, actor, doc.RegistrationID); err != nil {
		return doc, nil, fmt.Errorf("read registration %d: %w", doc.RegistrationID, err)
	}
	return doc, pages, nil
}
