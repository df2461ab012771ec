package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/scanner"
)

// This file is what position in a pile proves and what it does not (decision 0025). A label joins by itself only as a first page's;
// that a page is a first page follows from where it lies, and a photocopied label lies where the letter lies that encloses it.

// Why a label that is expected begins no document of its own.
const (
	whyBack      = "back"       // it is on the back of a sheet
	whyPlace     = "place"      // it is not where a label belongs, in the upper half of the page
	whySeenTwice = "seen-twice" // another document begins with it
	whyOrder     = "order"      // it is older than the letter under way, in a pile that is not
	whyUnread    = "unread"     // nothing was read where a label seems to be (decision 0061)
)

// orderKnown is how many steps forward make a pile one that lies in the order of its numbers, where steps back are fewer than one in
// orderSlack.
const (
	orderKnown = 3
	orderSlack = 4
)

// pile is what a run has seen of the order of its labels. A step back that stands alone is one letter out of its place, or a photocopy, and
// says nothing of the pile; it counts from the second in a row on.
type pile struct {
	last              Resolved
	forward, backward int
	fell              bool // the last step went back
}

// suspects reports whether next is out of its place behind the last label: a letter can only enclose the photocopy of an older label.
// A pile that runs backwards, or in no order, proves nothing.
func (p *pile) suspects(next Resolved) bool {
	last := p.last.Registration
	switch {
	case last.ID == 0, next.Registration.ID >= last.ID:
		return false
	case next.Registration.Day < last.Day && p.backward <= p.forward:
		return true
	}
	return p.known()
}

// known reports whether the pile lies in the order of its numbers.
func (p *pile) known() bool { return p.forward >= orderKnown && p.backward*orderSlack < p.forward }

func (p *pile) saw(next Resolved) {
	switch last := p.last.Registration.ID; {
	case last == 0, last == next.Registration.ID:
	case last < next.Registration.ID:
		p.forward++
		p.fell = false
	default:
		if p.fell {
			p.backward++
		}
		p.fell = true
	}
	p.last = next
}

// beginsDocument reports whether a page is the first of the next document. Where position does not decide, it stays with the document under
// way, and complete asks about it.
func (r *run) beginsDocument(ctx context.Context, p protocollo.Page, f scanner.Facts, rd reading) (bool, error) {
	if p.Back || !rd.begins || r.batch.BacksOf != 0 {
		return false, nil
	}
	var labels []Resolved
	for i, o := range rd.own {
		switch {
		case rd.whys[i] != "" || !inLabelPlace(f, rd.marks[i]):
		case o.Registration.ID == r.own: // once more behind its own pages; on the screen it was chosen for all of them
			return len(rd.own) == 1 && r.batch.Selected == 0, nil
		default:
			labels = append(labels, o)
		}
	}
	if len(labels) == 0 || r.batch.Selected != 0 {
		return len(labels) > 0, nil
	}
	begins := false
	for _, o := range labels {
		claimed, err := r.s.claimed(ctx, r.batch, r.body, o, p.ID)
		if err != nil {
			return false, err
		}
		if !r.pile.suspects(o) && claimed == 0 {
			begins = true
		}
	}
	r.pile.saw(labels[0])
	return begins, nil
}

// inLabelPlace reports whether a code lies in the upper half of the page as it is read. Where a source says nothing of boxes, or nothing of
// which way a page in landscape is read, no place is wrong.
func inLabelPlace(f scanner.Facts, c scanner.CodeRead) bool {
	if f.WidthPx == 0 || f.HeightPx == 0 || c.X1 <= c.X0 || c.Y1 <= c.Y0 {
		return true
	}
	x, y := (c.X0+c.X1)/2, (c.Y0+c.Y1)/2
	switch top, known := topOf(f); {
	case !known && f.WidthPx > f.HeightPx:
		return true
	case top == sideBottom:
		return y >= f.HeightPx/2
	case top == sideLeft:
		return x < f.WidthPx/2
	case top == sideRight:
		return x >= f.WidthPx/2
	}
	return y < f.HeightPx/2
}

// side is a side of the image as it lies in its file.
type side int

const (
	sideTop side = iota
	sideBottom
	sideLeft
	sideRight
)

// topOf says which side of the image is the page's upper one, as far as its writing tells.
func topOf(f scanner.Facts) (top side, known bool) {
	if f.Quality == nil || f.Quality.Turn.Upright == f.Quality.Turn.Over {
		return sideTop, false
	}
	t := f.Quality.Turn
	switch over := t.Over > t.Upright; {
	case t.Sideways && over:
		return sideRight, true
	case t.Sideways:
		return sideLeft, true
	case over:
		return sideBottom, true
	}
	return sideTop, true
}

// cropOf is the part of a first page to look at: where a code seems to be, else where the label belongs: three fifths of the upper edge from
// the right, more than the widest label, and a third of the page down. nil where the page's size is not known.
func cropOf(f scanner.Facts) *protocollo.Box {
	if len(f.Suspects) > 0 {
		b := protocollo.Box(f.Suspects[0])
		return &b
	}
	if f.WidthPx < 2 || f.HeightPx < 2 {
		return nil
	}
	w, h := f.WidthPx, f.HeightPx
	b := protocollo.Box{X0: w * 2 / 5, X1: w, Y1: h / 3}
	switch top, _ := topOf(f); top {
	case sideBottom:
		b = protocollo.Box{X1: w * 3 / 5, Y0: h * 2 / 3, Y1: h}
	case sideLeft:
		b = protocollo.Box{X1: w / 3, Y1: h * 3 / 5}
	case sideRight:
		b = protocollo.Box{X0: w * 2 / 3, X1: w, Y0: h * 2 / 5, Y1: h}
	}
	return &b
}

// claimed returns an older document that is joined to nothing yet and begins with the label of o, or 0.
func (s *Station) claimed(ctx context.Context, b protocollo.Batch, body string, o Resolved, page int64) (int64, error) {
	firsts, err := s.cfg.Piles.FirstPages(ctx, b.AOO, b.ID)
	if err != nil {
		return 0, fmt.Errorf("look for the same label: %w", err)
	}
	for _, p := range firsts {
		if p.ID < page && p.RegistrationID == 0 && bears(p.Page, body, b.AOO, o) {
			return p.DocumentID, nil
		}
	}
	return 0, nil
}

// bears reports whether a page carries the label of a registration.
func bears(p protocollo.Page, body string, aoo protocollo.AOOCode, o Resolved) bool {
	return slices.ContainsFunc(labelsOn(p, body, aoo), func(c protocollo.Barcode) bool {
		d := o.Intake.Draft.Direction
		second, recovered := o.Registration.SecondBarcode(d)
		return c.Names(o.Registration.Barcode(d)) || recovered && c.Names(second)
	})
}

// labelsOn lists the codes of ours on a page that are of registrations.
func labelsOn(p protocollo.Page, body string, aoo protocollo.AOOCode) []protocollo.Barcode {
	f, _ := factsOf(p)
	var out []protocollo.Barcode
	for _, c := range f.Codes {
		b, err := protocollo.ParseBarcode(c.Text)
		if err == nil && c.Symbology == "QR" && b.IsRegistration() && b.Belongs(body, aoo) {
			out = append(out, b)
		}
	}
	return out
}

// likeliest bounds how many candidates pages before the first label come with.
const likeliest = 8

// beforeLabel reports whether a first page without code lies before the first label of its batch, and returns the candidates: what the desk
// scanned last, then what is expected.
func (s *Station) beforeLabel(ctx context.Context, b protocollo.Batch, body string, page protocollo.Page) ([]int64, bool, error) {
	if b.Selected != 0 || page.BatchID != b.ID {
		return nil, false, nil
	}
	firsts, err := s.cfg.Piles.FirstPages(ctx, b.AOO, b.ID)
	if err != nil {
		return nil, false, fmt.Errorf("look for the first label: %w", err)
	}
	follows := false
	for _, p := range firsts {
		if p.BatchID != b.ID || p.ID == page.ID || len(labelsOn(p.Page, body, b.AOO)) == 0 {
			continue
		}
		if p.Seq < page.Seq {
			return nil, false, nil
		}
		follows = true
	}
	if !follows {
		return nil, false, nil
	}
	last, err := s.cfg.Piles.LastJoined(ctx, b.ID)
	if err != nil {
		return nil, false, fmt.Errorf("look for what was scanned last: %w", err)
	}
	var out []int64
	if last != 0 {
		out = append(out, last)
	}
	awaited, err := s.cfg.Piles.Expected(ctx, self(b.AOO), likeliest)
	if err != nil {
		return nil, false, fmt.Errorf("list what is expected: %w", err)
	}
	for _, r := range awaited {
		seen := slices.ContainsFunc(firsts, func(p FirstPage) bool {
			return bears(p.Page, body, b.AOO, Resolved{Registration: *r.Registration})
		})
		if !seen && r.Registration.ID != last {
			out = append(out, r.Registration.ID)
		}
	}
	return out, true, nil
}

// asFirstPage words what is wrong with the first page of a document that is joined to nothing yet, if anything is.
func (s *Station) asFirstPage(ctx context.Context, doc protocollo.Document, b protocollo.Batch, body string, p protocollo.Page, rd reading) (protocollo.Exception, bool, error) {
	e, wrong := firstPageException(rd, b.Selected)
	e.PageID = p.ID
	f, _ := factsOf(p)
	switch {
	case rd.verdict == expected:
		other, err := s.claimed(ctx, b, body, rd.own[0], p.ID)
		if err != nil || other == 0 {
			return e, false, err
		}
		e.Kind, e.Detail = protocollo.ExceptionSeenTwice, protocollo.ExceptionDetail{Registrations: rd.candidates(), Code: rd.code}
		return e, true, nil
	case rd.verdict == unexpected && rd.why == whyCaptured:
		first, found, err := s.askEarlier(ctx, doc, rd.own[0].Registration.ID)
		if err != nil {
			return e, false, err
		}
		if found && first.BatchID == doc.BatchID {
			e.Kind = protocollo.ExceptionSeenTwice
		}
	case e.Kind == protocollo.ExceptionNoCode:
		e.Detail.Crop = cropOf(f)
		list, before, err := s.beforeLabel(ctx, b, body, p)
		if err != nil {
			return e, false, err
		}
		if before && rd.why == "" {
			e.Kind, e.Detail.Registrations = protocollo.ExceptionBeforeLabel, list
		}
	case e.Kind == protocollo.ExceptionTwoCodes:
		e.Detail.Crop = cropOf(f)
	}
	return e, wrong, nil
}

// askEarlier finds the document that a registration was joined to before and, while nobody has confirmed it, asks about it too: which
// of the two is the letter and which encloses its photocopy, no position tells. One that was chosen on the screen is certain, and is not
// asked about. found says whether there is one.
func (s *Station) askEarlier(ctx context.Context, doc protocollo.Document, registration int64) (first protocollo.Document, found bool, err error) {
	rec, err := s.cfg.Views.Record(ctx, self(doc.AOO), registration)
	if err != nil {
		return doc, false, fmt.Errorf("read registration %d: %w", registration, err)
	}
	for _, d := range rec.Documents {
		if d.ID == doc.ID || d.Part != 0 || d.State == protocollo.DocumentDiscarded || len(d.PageList) == 0 {
			continue
		}
		b, err := s.cfg.Batches.Batch(ctx, d.BatchID)
		if err != nil {
			return doc, false, fmt.Errorf("read batch: %w", err)
		}
		if b.Selected == registration {
			return d.Document, true, nil
		}
		e, opened, err := s.cfg.Piles.AskJoined(ctx, protocollo.Exception{AOO: doc.AOO, DocumentID: d.ID, Kind: protocollo.ExceptionSeenTwice,
			PageID: d.PageList[0].ID, Detail: protocollo.ExceptionDetail{Registrations: []int64{registration}, Why: whyCaptured}})
		if err != nil {
			return doc, false, fmt.Errorf("ask about document %d: %w", d.ID, err)
		}
		if opened {
			s.publish(EventException, e.ID, doc.AOO)
			s.publish(EventDocument, d.ID, doc.AOO)
		}
		return d.Document, true, nil
	}
	return doc, false, nil
}

// asLaterPage words what is wrong with a page behind the first, if anything is.
func (s *Station) asLaterPage(ctx context.Context, doc protocollo.Document, b protocollo.Batch, body string, p protocollo.Page, rd reading, own int64) (protocollo.Exception, bool, error) {
	f, _ := factsOf(p)
	e := protocollo.Exception{Kind: protocollo.ExceptionCodeInside, PageID: p.ID}
	if !rd.strangeTo(own) {
		e.Detail.Why, e.Detail.Crop = whyUnread, unreadLabel(b, p, f, rd)
		return e, e.Detail.Crop != nil, nil
	}
	e.Detail = protocollo.ExceptionDetail{Registrations: rd.candidates(), Why: rd.why, Code: rd.code}
	switch {
	case rd.verdict == expected:
		other, err := s.claimed(ctx, b, body, rd.own[0], p.ID)
		if err != nil {
			return e, false, err
		}
		switch {
		case p.Back:
			e.Detail.Why = whyBack
		case !inLabelPlace(f, rd.marks[0]):
			e.Detail.Why = whyPlace
		case other != 0:
			e.Detail.Why = whySeenTwice
		case own > rd.registration():
			e.Detail.Why = whyOrder
		}
	case rd.verdict == unexpected && rd.why == whyCaptured:
		if b.Selected == 0 {
			if _, _, err := s.askEarlier(ctx, doc, rd.own[0].Registration.ID); err != nil {
				return e, false, err
			}
		}
	}
	return e, true, nil
}

// unreadLabel is the place on a page behind the first where a label seems to be that could not be read, or nil: the page may be the first of a
// letter that would otherwise be filed as pages of the one before. Where the registration was chosen, and on a back, none is looked for.
func unreadLabel(b protocollo.Batch, p protocollo.Page, f scanner.Facts, rd reading) *protocollo.Box {
	if p.Back || b.Selected != 0 || b.BacksOf != 0 || rd.verdict != noCode || rd.why != "" {
		return nil
	}
	for _, s := range f.Suspects {
		if inLabelPlace(f, scanner.CodeRead{X0: s.X0, Y0: s.Y0, X1: s.X1, Y1: s.Y1}) {
			box := protocollo.Box(s)
			return &box
		}
	}
	return nil
}

// solveWrongLabel joins a document to the registration that a person names instead of its label's, which goes on waiting for its letter.
func (s *Station) solveWrongLabel(ctx context.Context, v *solving) error {
	if label, err := protocollo.ParseBarcode(v.e.Detail.Code); err == nil {
		own, err := s.cfg.Codes.ResolveBarcode(ctx, label)
		if err == nil && own.Registration.ID == v.answer.RegistrationID {
			return protocollo.Errorf(protocollo.Invalid, "registrationID", "registration %d is the label's own", v.answer.RegistrationID)
		}
		if err != nil && protocollo.ClassOf(err) != protocollo.NotFound {
			return fmt.Errorf("resolve code: %w", err)
		}
	}
	return s.solveAssign(ctx, v)
}

// expectedLimit bounds the list of what is expected.
const expectedLimit = 200

// Expected lists the registrations whose label was printed, on any day, and whose scan is not here, oldest first (R19.7).
func (s *Station) Expected(ctx context.Context, actor protocollo.Actor) ([]Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.Piles.Expected(ctx, actor, expectedLimit))("list what is expected")
}

// choicesFor narrows the answers to a label seen twice: a document that is joined stays or goes, one that is not is told what it is.
func choicesFor(e protocollo.Exception, doc protocollo.Document) []protocollo.Choice {
	list := e.Kind.Choices()
	if e.Kind != protocollo.ExceptionSeenTwice {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(c protocollo.Choice) bool {
		if doc.RegistrationID == 0 {
			return c == protocollo.ChoiceAccept
		}
		return c != protocollo.ChoiceAccept && c != protocollo.ChoiceDiscard
	})
}
