package station

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/scanner"
)

// complete looks at a document whose last page is here: what only a person can answer becomes an exception, the rest goes
// on. why says what cut it short, or is "". It may run again on the same document, as it does after a crash.
func (s *Station) complete(ctx context.Context, documentID int64, why string) error {
	unlock, err := s.keys.lock(ctx, documentKey(documentID))
	if err != nil {
		return err
	}
	defer unlock()
	return s.lookAt(ctx, documentID, why)
}

// lookAt is complete for whoever holds the document's lock.
func (s *Station) lookAt(ctx context.Context, documentID int64, why string) error {
	doc, pages, err := s.cfg.Documents.Document(ctx, documentID)
	if err != nil {
		return fmt.Errorf("read document %d: %w", documentID, err)
	}
	if len(pages) == 0 { // its first page never came
		if err := s.cfg.Documents.Discard(ctx, protocollo.Station(doc.AOO), doc.ID, "senza pagine"); err != nil {
			return fmt.Errorf("discard empty document %d: %w", doc.ID, err)
		}
		return nil
	}
	parted, err := s.takeDividerOut(ctx, doc, pages)
	if err != nil {
		return err
	}
	if parted.found {
		return s.lookAtDivided(ctx, doc, parted, why)
	}
	found, err := s.examine(ctx, doc, pages)
	if err != nil {
		return err
	}
	if found, err = s.unsettled(ctx, doc, pages, found); err != nil {
		return err
	}
	if why != "" {
		found = append(found, protocollo.Exception{Kind: protocollo.ExceptionCount, PageID: pages[len(pages)-1].ID,
			Detail: protocollo.ExceptionDetail{Why: why, Found: len(pages)}})
	}
	open, err := s.openOn(ctx, doc)
	if err != nil {
		return err
	}
	for _, e := range found {
		if hasKind(open, e.Kind, e.PageID) {
			continue
		}
		e.AOO, e.DocumentID = doc.AOO, doc.ID
		if err := s.openException(ctx, e); err != nil {
			return err
		}
	}
	return s.proceed(ctx, doc, pages)
}

// examine lists what keeps the pages from being one document of one registration.
func (s *Station) examine(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) ([]protocollo.Exception, error) {
	batch, body, err := s.batchOf(ctx, doc)
	if err != nil {
		return nil, err
	}
	var out []protocollo.Exception
	own := doc.RegistrationID
	repeated := false
	for i, p := range pages {
		facts, measured := factsOf(p)
		if !measured {
			out = append(out, protocollo.Exception{Kind: protocollo.ExceptionStray, PageID: p.ID,
				Detail: protocollo.ExceptionDetail{Why: string(scanner.FaultBadData)}})
			continue
		}
		rd, err := s.read(ctx, body, batch, facts.Codes)
		if err != nil {
			return nil, err
		}
		switch {
		case i == 0 && doc.RegistrationID == 0:
			own = rd.registration()
			e, wrong, err := s.asFirstPage(ctx, doc, batch, body, p, rd)
			if err != nil {
				return nil, err
			}
			attached := int64(0)
			if wrong {
				if attached, err = s.dividedFrom(ctx, doc, p, rd); err != nil {
					return nil, err
				}
			}
			switch {
			case attached != 0:
				own = attached
			case wrong:
				out = append(out, e)
			}
		case i > 0:
			e, wrong, err := s.asLaterPage(ctx, doc, batch, body, p, rd, own)
			if err != nil {
				return nil, err
			}
			if wrong {
				e.Detail.Found = i + 1
				out = append(out, e)
			}
		}
		if repeated || facts.Blank {
			continue
		}
		twins, err := s.cfg.Batches.PageTwins(ctx, doc.AOO, p.SHA256, p.ID)
		if err != nil {
			return nil, fmt.Errorf("look for the same page: %w", err)
		}
		if repeated = len(twins) > 0; repeated {
			out = append(out, protocollo.Exception{Kind: protocollo.ExceptionRepeated, PageID: p.ID,
				Detail: protocollo.ExceptionDetail{Found: i + 1}})
		}
	}
	return out, nil
}

// firstPageException words what is wrong with a first page, if anything is.
func firstPageException(rd reading, selected int64) (protocollo.Exception, bool) {
	d := protocollo.ExceptionDetail{Registrations: rd.candidates(), Why: rd.why, Code: rd.code}
	switch rd.verdict {
	case expected:
		return protocollo.Exception{}, false
	case twoCodes:
		d.Why = ""
		return protocollo.Exception{Kind: protocollo.ExceptionTwoCodes, Detail: d}, true
	case unexpected:
		if selected != 0 {
			d.Registrations = append([]int64{selected}, withoutID(d.Registrations, selected)...)
		}
		return protocollo.Exception{Kind: protocollo.ExceptionNotExpected, Detail: d}, true
	}
	if selected != 0 {
		d.Registrations = []int64{selected}
	}
	return protocollo.Exception{Kind: protocollo.ExceptionNoCode, Detail: d}, true
}

func withoutID(ids []int64, id int64) []int64 {
	var out []int64
	for _, x := range ids {
		if x != id {
			out = append(out, x)
		}
	}
	return out
}

// proceed takes a document as far as it goes without a person: joined, counted, within the page rule, ready to be confirmed.
// The caller holds the document's lock.
func (s *Station) proceed(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) error {
	if held, err := s.beforeBacks(ctx, doc, pages[0]); err != nil || held {
		return err
	}
	open, err := s.openOn(ctx, doc)
	if err != nil {
		return err
	}
	for _, e := range open {
		if e.Kind != protocollo.ExceptionScope { // the page rule may have asked while the run went on
			return s.setState(ctx, doc, protocollo.DocumentWaiting)
		}
	}
	if doc.RegistrationID == 0 {
		joined, err := s.join(ctx, doc, pages[0])
		if err != nil {
			return err
		}
		if joined.RegistrationID == 0 {
			return s.setState(ctx, doc, protocollo.DocumentWaiting)
		}
		doc = joined
	}
	return s.judge(ctx, doc, pages, compareAll)
}

// join associates a document with the registration that its first page names. A code that is no longer expected becomes an
// exception, and the document comes back unassociated.
func (s *Station) join(ctx context.Context, doc protocollo.Document, first protocollo.Page) (protocollo.Document, error) {
	batch, body, err := s.batchOf(ctx, doc)
	if err != nil {
		return doc, err
	}
	facts, _ := factsOf(first)
	rd, err := s.read(ctx, body, batch, facts.Codes)
	if err != nil {
		return doc, err
	}
	if attached, done, err := s.joinDivided(ctx, doc, first, rd); done || err != nil {
		return attached, err
	}
	e, wrong := firstPageException(rd, batch.Selected)
	if !wrong {
		joined, err := s.cfg.Documents.Associate(ctx, Association{DocumentID: doc.ID, RegistrationID: rd.registration(),
			Actor: protocollo.Station(doc.AOO), ByCode: rd.code})
		if err == nil {
			s.publishIntake(EventRegistration, rd.registration(), rd.own[0].Intake)
			return joined, nil
		}
		if !errors.Is(err, protocollo.Conflict) {
			return doc, fmt.Errorf("join document %d: %w", doc.ID, err)
		}
		e = protocollo.Exception{Kind: protocollo.ExceptionNotExpected,
			Detail: protocollo.ExceptionDetail{Registrations: rd.candidates(), Why: whyCaptured, Code: rd.code}}
	}
	e.AOO, e.DocumentID, e.PageID = doc.AOO, doc.ID, first.ID
	return doc, s.openException(ctx, e)
}

// comparison says what of a document's declaration is still to be compared; a person has accepted what comes before it.
type comparison int

const (
	compareAll       comparison = iota
	afterCount                  // its pages or sheets are as they are
	afterAttachments            // and so is the number of the letter's attachments
)

// judge compares an associated document with what was declared and with the page rule.
func (s *Station) judge(ctx context.Context, doc protocollo.Document, pages []protocollo.Page, from comparison) error {
	if slices.ContainsFunc(pages, func(p protocollo.Page) bool { return p.Erased }) { // the page rule is decided
		return s.setState(ctx, doc, protocollo.DocumentReady)
	}
	rule, err := s.ruleFor(ctx, doc.AOO, doc.RegistrationID)
	if err != nil {
		return err
	}
	settled, err := s.cfg.Edits.Settled(ctx, doc.ID)
	if err != nil {
		return fmt.Errorf("read what is settled: %w", err)
	}
	rule = rule.of(doc.Part)
	t := tallyOf(pages)
	if found, differs := rule.differs(t); from < afterCount && differs {
		e := protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, Kind: protocollo.ExceptionCount,
			PageID: pages[len(pages)-1].ID, Detail: protocollo.ExceptionDetail{Found: found, Declared: rule.declared,
				Unit: string(rule.profile.LimitFor(rule.direction).Unit), Registrations: []int64{doc.RegistrationID}}}
		if !settled.settles(e) {
			if err := s.openException(ctx, e); err != nil {
				return err
			}
			return s.setState(ctx, doc, protocollo.DocumentWaiting)
		}
	}
	if from < afterAttachments {
		e, differs, err := s.attachmentsDiffer(ctx, doc, pages[0].ID)
		if err != nil {
			return err
		}
		if differs && !settled.settles(e) {
			if err := s.openException(ctx, e); err != nil {
				return err
			}
			return s.setState(ctx, doc, protocollo.DocumentWaiting)
		}
	}
	open, err := s.openOn(ctx, doc)
	if err != nil {
		return err
	}
	v := rule.judge(t)
	if v.Within || settled.settles(scopeException(doc.AOO, doc.ID, pages[0].ID, rule, v, t)) {
		for _, e := range open { // asked while the run went on, of pages that are another document's now
			if e.Kind != protocollo.ExceptionScope {
				continue
			}
			if err := s.solved(ctx, protocollo.Station(doc.AOO), e, Answer{Choice: protocollo.ChoiceEdited}); err != nil {
				return err
			}
		}
		return s.setState(ctx, doc, protocollo.DocumentReady)
	}
	if !hasKind(open, protocollo.ExceptionScope, 0) {
		if err := s.openException(ctx, scopeException(doc.AOO, doc.ID, pages[0].ID, rule, v, t)); err != nil {
			return err
		}
	}
	return s.setState(ctx, doc, protocollo.DocumentWaiting)
}

func scopeException(aoo protocollo.AOOCode, documentID, pageID int64, r *pageRule, v rules.CaptureVerdict, t tally) protocollo.Exception {
	return protocollo.Exception{AOO: aoo, DocumentID: documentID, Kind: protocollo.ExceptionScope, PageID: pageID,
		Detail: protocollo.ExceptionDetail{Why: v.Why, Found: v.Found, Limit: v.Limit.Max, Unit: string(v.Limit.Unit), Declared: r.declared,
			Paper: t.LargestPaper, Registrations: []int64{r.registration}}}
}

// openOn lists a document's open exceptions.
func (s *Station) openOn(ctx context.Context, doc protocollo.Document) ([]protocollo.Exception, error) {
	all, err := s.cfg.Exceptions.Exceptions(ctx, doc.AOO)
	if err != nil {
		return nil, fmt.Errorf("list exceptions: %w", err)
	}
	var out []protocollo.Exception
	for _, e := range all {
		if e.DocumentID == doc.ID {
			out = append(out, e)
		}
	}
	return out, nil
}

// hasKind reports whether an exception of that kind is open, on that page where pageID is not 0.
func hasKind(open []protocollo.Exception, k protocollo.ExceptionKind, pageID int64) bool {
	for _, e := range open {
		if e.Kind == k && (pageID == 0 || e.PageID == pageID) {
			return true
		}
	}
	return false
}

func (s *Station) openException(ctx context.Context, e protocollo.Exception) error {
	opened, err := s.cfg.Exceptions.OpenException(ctx, e)
	if err != nil {
		return fmt.Errorf("open exception %s: %w", e.Kind, err)
	}
	s.publish(EventException, opened.ID, e.AOO)
	return nil
}

func (s *Station) setState(ctx context.Context, doc protocollo.Document, state protocollo.DocumentState) error {
	if err := s.cfg.Documents.SetDocumentState(ctx, doc.ID, state); err != nil {
		return fmt.Errorf("document %d becomes %s: %w", doc.ID, state, err)
	}
	s.publish(EventDocument, doc.ID, doc.AOO)
	return nil
}

func (s *Station) batchOf(ctx context.Context, doc protocollo.Document) (protocollo.Batch, string, error) {
	setup, _, err := s.office(ctx, doc.AOO)
	if err != nil {
		return protocollo.Batch{}, "", err
	}
	b, err := s.cfg.Batches.Batch(ctx, doc.BatchID)
	if err != nil {
		return protocollo.Batch{}, "", fmt.Errorf("read batch: %w", err)
	}
	return b, setup.Body.Code, nil
}
