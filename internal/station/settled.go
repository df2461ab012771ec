package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
)

// This file keeps a document that is looked at again from asking what people have answered, and has it ask what only an edit can bring about.

// keeps lists the answers by which a person left a page in its document, whatever stands on it.
var keeps = []protocollo.Choice{protocollo.ChoiceBelongs, protocollo.ChoiceAssign, protocollo.ChoiceNewVersion, protocollo.ChoiceAttachment, protocollo.ChoiceWrongLabel}

// joins lists the answers by which a person joined a document.
var joins = keeps[1:]

// settles reports whether a question of a document was answered before.
func (s Settled) settles(e protocollo.Exception) bool {
	return slices.ContainsFunc(s.Solved, func(x protocollo.Exception) bool {
		same := x.Kind == e.Kind && x.Choice == protocollo.ChoiceAccept
		switch e.Kind {
		case protocollo.ExceptionRepeated:
			return same && x.PageID == e.PageID
		case protocollo.ExceptionCount:
			return same && x.Detail.Why == "" && e.Detail.Why == "" && x.Detail.Unit == e.Detail.Unit &&
				x.Detail.Found == e.Detail.Found && x.Detail.Declared == e.Detail.Declared
		case protocollo.ExceptionScope: // what may be kept of so many pages, may be kept of fewer
			return x.Kind == e.Kind && (x.Choice == protocollo.ChoiceWhole || x.Choice == protocollo.ChoiceNoteFirst) && x.Detail.Found >= e.Detail.Found
		case protocollo.ExceptionCodeInside, protocollo.ExceptionNotExpected, protocollo.ExceptionTwoCodes, protocollo.ExceptionStray:
			return x.PageID == e.PageID && slices.Contains(keeps, x.Choice)
		case protocollo.ExceptionNoCode:
			return slices.Contains(joins, x.Choice)
		}
		return false
	})
}

// unsettled is what of an examination is still to be asked of a document, and what an edit has brought about: that it does not begin with a
// page of its own registration any more, or that the page by whose label it joined is gone.
func (s *Station) unsettled(ctx context.Context, doc protocollo.Document, pages []protocollo.Page, found []protocollo.Exception) ([]protocollo.Exception, error) {
	settled, err := s.cfg.Edits.Settled(ctx, doc.ID)
	if err != nil {
		return nil, fmt.Errorf("read what is settled: %w", err)
	}
	if doc.RegistrationID != 0 {
		strange, err := s.strangeStart(ctx, doc, pages, settled.ByCode)
		if err != nil {
			return nil, err
		}
		found = append(strange, found...)
	}
	return slices.DeleteFunc(found, settled.settles), nil
}

// strangeStart asks about the first page of a document that is joined: [Station.examine] takes that as decided, and an edit puts any page there.
func (s *Station) strangeStart(ctx context.Context, doc protocollo.Document, pages []protocollo.Page, byCode string) ([]protocollo.Exception, error) {
	e := protocollo.Exception{PageID: pages[0].ID, Detail: protocollo.ExceptionDetail{Registrations: []int64{doc.RegistrationID}}}
	facts, _ := factsOf(pages[0])
	batch, body, err := s.batchOf(ctx, doc)
	if err != nil {
		return nil, err
	}
	rd, err := s.read(ctx, body, batch, facts.Codes)
	switch {
	case err != nil:
		return nil, err
	case rd.strangeTo(doc.RegistrationID):
		e.Kind, e.Detail.Why, e.Detail.Code = protocollo.ExceptionNotExpected, whyNotSelected, rd.code
		e.Detail.Registrations = append(e.Detail.Registrations, withoutID(rd.candidates(), doc.RegistrationID)...)
	case byCode != "" && !slices.ContainsFunc(pages, func(p protocollo.Page) bool { return hasCode(p, byCode) }):
		e.Kind = protocollo.ExceptionNoCode
	default:
		return nil, nil
	}
	return []protocollo.Exception{e}, nil
}

// hasCode reports whether a code was read on a page.
func hasCode(p protocollo.Page, code string) bool {
	facts, _ := factsOf(p)
	for _, c := range facts.Codes {
		if c.Text == code {
			return true
		}
	}
	return false
}
