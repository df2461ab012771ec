package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
)

// Bounds of lists.
const (
	maxHits       = 200
	maxEntries    = 500
	stripBatches  = 50
	defaultLength = 50
)

// Search finds registrations and intakes that the actor sees, newest first; before them, where the text is a number or a code and nothing else
// is asked, what [Station.Open] opens with it.
func (s *Station) Search(ctx context.Context, actor protocollo.Actor, q Query) (SearchResult, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return SearchResult{}, err
	}
	q.Limit = within(q.Limit, maxHits)
	res, err := wrapped(s.cfg.Views.Search(ctx, actor, q))("search")
	if err != nil || q != (Query{Text: q.Text, Before: q.Before, Limit: q.Limit}) {
		return res, err
	}
	named, err := s.Open(ctx, actor, q.Text)
	if class := protocollo.ClassOf(err); err != nil && class != protocollo.NotFound && class != protocollo.Invalid {
		return SearchResult{}, err
	}
	res.Hits = slices.DeleteFunc(res.Hits, func(r Record) bool {
		return slices.ContainsFunc(named, func(n Record) bool { return n.Intake.ID == r.Intake.ID })
	})
	if q.Before == 0 {
		res.Hits = append(named, res.Hits...)
	}
	return res, nil
}

func within(n, most int) int {
	if n <= 0 {
		return defaultLength
	}
	return min(n, most)
}

// IntakeRecord returns one record for a list. Who opens it to read calls [Station.ViewRecord].
func (s *Station) IntakeRecord(ctx context.Context, actor protocollo.Actor, intakeID int64) (Record, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return Record{}, err
	}
	return flaggedRecord(wrapped(s.cfg.Views.IntakeRecord(ctx, actor, intakeID))("read intake"))
}

// Registration returns the record of a registration for a list.
func (s *Station) Registration(ctx context.Context, actor protocollo.Actor, registrationID int64) (Record, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return Record{}, err
	}
	return flaggedRecord(wrapped(s.cfg.Views.Record(ctx, actor, registrationID))("read registration"))
}

func flaggedRecord(r Record, err error) (Record, error) {
	withFlags(r.Documents)
	withScans(r.Documents)
	return r, err
}

// ViewRecord opens a record; that a confidential one was looked at is journaled before it is shown (R11.5).
func (s *Station) ViewRecord(ctx context.Context, actor protocollo.Actor, intakeID int64) (Record, error) {
	rec, err := s.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return Record{}, err
	}
	return rec, s.noteView(ctx, actor, rec)
}

func (s *Station) noteView(ctx context.Context, actor protocollo.Actor, rec Record) error {
	if !rec.Intake.Draft.Confidential {
		return nil
	}
	if err := s.cfg.Views.RecordView(ctx, actor, rec.Intake.ID); err != nil {
		return fmt.Errorf("journal the view: %w", err)
	}
	return nil
}

// History lists the journal of one intake, oldest first.
func (s *Station) History(ctx context.Context, actor protocollo.Actor, intakeID int64) ([]protocollo.Entry, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.Views.History(ctx, actor, intakeID))("read history")
}

// Journal pages through the AOO's journal, newest first, before an entry (0 = from the end).
func (s *Station) Journal(ctx context.Context, actor protocollo.Actor, before int64, limit int) ([]JournalEntry, error) {
	if err := actor.Require(protocollo.ActJournal); err != nil {
		return nil, err
	}
	return wrapped(s.cfg.Views.Journal(ctx, actor, before, within(limit, maxEntries)))("read journal")
}

// ActiveBatches lists the desk's strip, newest first. Who does not register has none.
func (s *Station) ActiveBatches(ctx context.Context, actor protocollo.Actor) ([]BatchView, error) {
	if !actor.May(protocollo.ActRegister) {
		return nil, nil
	}
	list, err := s.cfg.Views.ActiveBatches(ctx, actor, stripBatches)
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	for _, b := range list {
		withFlags(b.Documents)
	}
	return list, nil
}

// BatchView returns one batch with its documents and pages.
func (s *Station) BatchView(ctx context.Context, actor protocollo.Actor, id int64) (BatchView, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return BatchView{}, err
	}
	b, err := s.cfg.Views.BatchView(ctx, actor, id)
	if err != nil {
		return BatchView{}, fmt.Errorf("read batch: %w", err)
	}
	withFlags(b.Documents)
	return b, nil
}

// Counts are the numbers of the fixed bar.
func (s *Station) Counts(ctx context.Context, actor protocollo.Actor) (Counts, error) {
	if !actor.May(protocollo.ActSearch) {
		return Counts{}, nil
	}
	return wrapped(s.cfg.Views.Counts(ctx, actor))("count")
}

// ScanView says how pages of a document were taken (LLGG annex 2; R4.4): it stays readable when the pages are only in the archive.
type ScanView struct {
	Device    string `json:"device,omitempty"`
	Input     string `json:"input,omitempty"`
	ColorMode string `json:"colorMode,omitempty"`
	XDPI      int    `json:"xDPI,omitempty"`
	YDPI      int    `json:"yDPI,omitempty"`
	Duplex    bool   `json:"duplex,omitempty"`
	Pages     int    `json:"pages"`
}

// withScans puts into the views of documents how their pages were taken, as their metadata files have it.
func withScans(docs []DocumentView) {
	for i, d := range docs {
		var pages []protocollo.Page
		for _, p := range d.PageList {
			pages = append(pages, p.Page)
		}
		for _, c := range scansOf(pages) {
			docs[i].Scans = append(docs[i].Scans, ScanView{Device: c.Device, Input: c.Input, ColorMode: c.ColorMode, XDPI: c.XDPI, YDPI: c.YDPI,
				Duplex: c.Duplex, Pages: c.Pages})
		}
	}
}
