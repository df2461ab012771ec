package station

import (
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"segnatura/internal/protocollo"
	"segnatura/scanner"
)

// decodesAtOnce bounds how many pages are decoded at a time: each takes some bytes a pixel, and a strip of pages asks for all its
// pictures at once.
const decodesAtOnce = 2

// inspect is Inspector.Inspect in its turn. The end of ctx gives the turn up.
func (s *Station) inspect(ctx context.Context, r io.ReadSeeker, st scanner.Settings, accept func(string) bool, px int) (scanner.Facts, []byte, error) {
	select {
	case s.decodes <- struct{}{}:
	case <-ctx.Done():
		return scanner.Facts{}, nil, fmt.Errorf("wait to decode: %w", context.Cause(ctx))
	}
	defer func() { <-s.decodes }()
	return s.cfg.Inspector.Inspect(ctx, r, st, accept, px)
}

// PagePicture returns a JPEG of a page, its longest side at most px. The most recent pictures of the usual thumbnail size are
// remembered in memory, so many and no more, and never on disk (R19.5); others are made from the page. NotFound once the page is
// erased or archived.
func (s *Station) PagePicture(ctx context.Context, actor protocollo.Actor, pageID int64, px int) ([]byte, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	p, data, err := s.cfg.Batches.OpenPage(ctx, pageID)
	if err != nil {
		return nil, fmt.Errorf("open page %d: %w", pageID, err)
	}
	defer func() { _ = data.Close() }()
	if _, _, err := s.document(ctx, actor, p.DocumentID); err != nil {
		return nil, err
	}
	if px == s.cfg.ThumbnailPx {
		if jpeg, ok := s.thumbs.get(pageID); ok {
			return jpeg, nil
		}
	}
	// The codes are known: any code ends the search.
	_, jpeg, err := s.inspect(ctx, data, settingsOf(p), func(string) bool { return true }, px)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("draw page %d: %w", pageID, err)
	}
	if err != nil {
		return nil, protocollo.Errorf(protocollo.NotFound, "picture", "draw page %d: %w", pageID, err)
	}
	if px == s.cfg.ThumbnailPx {
		s.thumbs.put(pageID, jpeg)
	}
	return jpeg, nil
}

func settingsOf(p protocollo.Page) scanner.Settings {
	var st scanner.Settings
	if len(p.Settings) > 0 && json.Unmarshal(p.Settings, &st) != nil {
		return scanner.Settings{}
	}
	return st
}

// thumbnails remembers the most recent ones, in memory only. An erased page's is dropped with it.
type thumbnails struct {
	mu    sync.Mutex
	limit int
	order *list.List // of *thumbnail, newest first
	byID  map[int64]*list.Element
}

type thumbnail struct {
	id   int64
	jpeg []byte
}

func newThumbnails(limit int) *thumbnails {
	return &thumbnails{limit: limit, order: list.New(), byID: map[int64]*list.Element{}}
}

func (t *thumbnails) put(id int64, jpeg []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(id)
	t.byID[id] = t.order.PushFront(&thumbnail{id, jpeg})
	for t.order.Len() > t.limit {
		t.remove(t.order.Back().Value.(*thumbnail).id)
	}
}

func (t *thumbnails) get(id int64) ([]byte, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.byID[id]
	if !ok {
		return nil, false
	}
	t.order.MoveToFront(e)
	return e.Value.(*thumbnail).jpeg, true
}

func (t *thumbnails) drop(id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(id)
}

func (t *thumbnails) remove(id int64) {
	if e, ok := t.byID[id]; ok {
		t.order.Remove(e)
		delete(t.byID, id)
	}
}
