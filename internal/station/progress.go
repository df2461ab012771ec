package station

import (
	"cmp"
	"slices"
	"time"

	"segnatura/internal/protocollo"
)

// Progress is how far the work on one document is. It is kept in memory only: after a stop the work begins again.
type Progress struct {
	DocumentID int64 `json:"documentID"`
	Step       Step  `json:"step" enum:"archive,text"`
	Page       int   `json:"page"` // done, from 0 to Pages
	Pages      int   `json:"pages"`
}

// Step is a work on a document that takes a while and needs no person.
type Step string

const (
	StepArchive Step = "archive" // the PDF/A is being made
	StepText    Step = "text"    // its text is being recognised
)

// progressPause is how long no further page of a document is told of: who looks sees it move, and a thousand pages cost no thousand
// requests of each browser.
const progressPause = 250 * time.Millisecond

// shownProgress is one entry of the works under way. It belongs to whoever does the work; pages may be told from any goroutine.
type shownProgress struct {
	s      *Station
	aoo    protocollo.AOOCode
	at     Progress
	toldAt time.Time
}

// showProgress begins to show a work. The caller ends it.
func (s *Station) showProgress(doc protocollo.Document, step Step, pages int) *shownProgress {
	p := &shownProgress{s: s, aoo: doc.AOO, at: Progress{DocumentID: doc.ID, Step: step, Pages: pages}}
	s.mu.Lock()
	s.works[doc.ID] = p
	p.toldAt = s.now()
	s.mu.Unlock()
	s.publish(EventProgress, doc.ID, doc.AOO)
	return p
}

// page tells that so many pages are done.
func (p *shownProgress) page(n int) { p.pageOf(n, 0) }

// pageOf is page where the number of all pages turns out to be another than was expected; 0 leaves it.
func (p *shownProgress) pageOf(n, pages int) {
	p.s.mu.Lock()
	p.at.Page = max(n, p.at.Page)
	p.at.Pages = max(cmp.Or(pages, p.at.Pages), p.at.Page)
	now := p.s.now()
	tell := now.Sub(p.toldAt) >= progressPause || p.at.Page == p.at.Pages
	if tell {
		p.toldAt = now
	}
	p.s.mu.Unlock()
	if tell {
		p.s.publish(EventProgress, p.at.DocumentID, p.aoo)
	}
}

// end takes it from the screen.
func (p *shownProgress) end() {
	p.s.mu.Lock()
	if p.s.works[p.at.DocumentID] == p {
		delete(p.s.works, p.at.DocumentID)
	}
	p.s.mu.Unlock()
	p.s.publish(EventProgress, p.at.DocumentID, p.aoo)
}

// Works lists the works under way in the actor's AOO, by document: numbers only, nothing of what is in them.
func (s *Station) Works(actor protocollo.Actor) []Progress {
	list := []Progress{}
	if !actor.May(protocollo.ActSearch) {
		return list
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.works {
		if p.aoo == actor.AOO {
			list = append(list, p.at)
		}
	}
	slices.SortFunc(list, func(a, b Progress) int { return cmp.Compare(a.DocumentID, b.DocumentID) })
	return list
}
