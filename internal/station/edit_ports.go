package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// EditStore changes which pages make which document, as long as nobody confirmed its quality (decision 0023).
type EditStore interface {
	// Page returns a page without its image, or NotFound "page".
	Page(ctx context.Context, id int64) (protocollo.Page, error)
	// Rearrange carries an edit out in one transaction and returns its documents in the order of the layouts. The layouts name every page
	// that their documents have, each once: Conflict "pages-moved" otherwise, so that no edit can lose a page or have it twice.
	//
	// Documents that the edit changes become receiving: they are to be looked at again. What their pages alone had raised is answered with
	// [protocollo.ChoiceEdited]; other questions follow their page. A layout that is as its document stands changes nothing.
	//
	// NotFound "document" across AOOs; Conflict "document-closed" for one that is final, was confirmed, or has pages that were decided to
	// be erased.
	Rearrange(ctx context.Context, r Rearrangement) ([]protocollo.Document, error)
	// TurnPage turns a page clockwise by 90, 180 or 270 degrees more. Conflict "document-closed"; NotFound "page".
	TurnPage(ctx context.Context, actor protocollo.Actor, pageID int64, degrees int) (protocollo.Page, error)
	// Settled returns what is settled about a document's pages, so that nobody is asked twice.
	Settled(ctx context.Context, documentID int64) (Settled, error)
}

// Rearrangement is one edit.
type Rearrangement struct {
	Actor   protocollo.Actor
	Layouts []Layout
	// Heir is a page that takes the place of another on its sheet, which it is given: the number of the sheet and which side. 0 = none.
	Heir, Of int64
}

// Layout is a document as it is after an edit.
type Layout struct {
	DocumentID int64   // 0: a new one, in the batch of its first page
	Pages      []int64 // in order
	// Discard is why the document is discarded as it is then; a document that is left without pages needs it.
	Discard string
}

// Settled is what was settled about a document before now.
type Settled struct {
	ByCode string                 // the code by which it joined its registration without a person, or ""
	Solved []protocollo.Exception // what people answered, oldest first
}
