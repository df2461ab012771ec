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
	done, err := s.decoding(ctx)
	if err != nil {
		return scanner.Facts{}, nil, err
	}
	defer done()
	return s.cfg.Inspector.Inspect(ctx, r, st, accept, px)
}

// decoding waits for a turn to decode.
func (s *Station) decoding(ctx context.Context) (done func(), err error) {
	select {
	case s.decodes <- struct{}{}:
		return func() { <-s.decodes }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to decode: %w", context.Cause(ctx))
	}
}

// cropPx is the longest side of a page's part.
const cropPx = 1200

// PageCrop returns a JPEG of a part of a page, to look at what was not read; it is remembered nowhere. The page lies as in its file: a turn
// is not applied. Invalid "crop" for a part that is not within the page; else as [Station.PagePicture].
func (s *Station) PageCrop(ctx context.Context, actor protocollo.Actor, pageID int64, b protocollo.Box) ([]byte, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	p, data, err := s.cfg.Batches.OpenPage(ctx, pageID)
	if err != nil {
		return nil, fmt.Errorf("open page %d: %w", pageID, err)
	}
	defer func() { _ = data.Close() }()
	doc, _, err := s.document(ctx, actor, p.DocumentID)
	if err != nil {
		return nil, err
	}
	if doc.Superseded {
		return nil, protocollo.Errorf(protocollo.NotFound, "page", "page %d is superseded", pageID)
	}
	f, measured := factsOf(p)
	if !measured {
		return nil, protocollo.Errorf(protocollo.NotFound, "picture", "page %d is no image", pageID)
	}
	if b.X0 < 0 || b.Y0 < 0 || b.X0 >= b.X1 || b.Y0 >= b.Y1 || b.X1 > f.WidthPx || b.Y1 > f.HeightPx {
		return nil, protocollo.Errorf(protocollo.Invalid, "crop", "%v is not within %d x %d", b, f.WidthPx, f.HeightPx)
	}
	done, err := s.decoding(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	jpeg, err := s.cfg.Inspector.Crop(ctx, data, settingsOf(p), scanner.Box(b), cropPx)
	if err != nil && ctx.Err() == nil {
		err = protocollo.Errorf(protocollo.NotFound, "picture", "draw page %d: %w", pageID, err)
	}
	return jpeg, err
}

// PagePicture returns a JPEG of a page as a person turned it, its longest side at most px. The most recent pictures of the usual thumbnail size are
// remembered in memory, so many and no more, and never on disk (R19.5); others are made from the page. NotFound once the page is
// erased or superseded, and for who decides nothing once it is archived.
func (s *Station) PagePicture(ctx context.Context, actor protocollo.Actor, pageID int64, px int) ([]byte, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	return s.picture(ctx, actor, pageID, px, actor.May(protocollo.ActDecide))
}

// picture is PagePicture for an actor who may have it; archived: also once the document is archived.
func (s *Station) picture(ctx context.Context, actor protocollo.Actor, pageID int64, px int, archived bool) ([]byte, error) {
	p, data, err := s.cfg.Batches.OpenPage(ctx, pageID)
	if err != nil && (protocollo.ClassOf(err) != protocollo.NotFound || p.Erased || p.DocumentID == 0) {
		return nil, fmt.Errorf("open page %d: %w", pageID, err)
	}
	if err == nil {
		defer func() { _ = data.Close() }()
	}
	doc, pages, lookErr := s.document(ctx, actor, p.DocumentID)
	switch {
	case lookErr != nil:
		return nil, lookErr
	case doc.Superseded:
		return nil, protocollo.Errorf(protocollo.NotFound, "page", "page %d is superseded", pageID)
	case err != nil && !archived:
		return nil, notInSpool(pageID)
	case err != nil:
		return s.archivedPicture(ctx, actor, doc, pages, pageID, px)
	}
	if px == s.cfg.ThumbnailPx {
		if jpeg, ok := s.thumbs.get(thumbnailOf{pageID, false}); ok {
			return turned(jpeg, p.Turn)
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
		s.thumbs.put(thumbnailOf{pageID, false}, jpeg) // as it lies; it may be turned again
	}
	return turned(jpeg, p.Turn)
}

func settingsOf(p protocollo.Page) scanner.Settings {
	var st scanner.Settings
	if len(p.Settings) > 0 && json.Unmarshal(p.Settings, &st) != nil {
		return scanner.Settings{}
	}
	return st
}

// thumbnails remembers the most recent ones, in memory only. An erased page's are dropped with it.
type thumbnails struct {
	mu    sync.Mutex
	limit int
	order *list.List // of *thumbnail, newest first
	by    map[thumbnailOf]*list.Element
}

// thumbnailOf names a thumbnail: of a page as it came, or as it is in the archive, where it lies as a person turned it.
type thumbnailOf struct {
	page     int64
	archived bool
}

type thumbnail struct {
	of   thumbnailOf
	jpeg []byte
}

func newThumbnails(limit int) *thumbnails {
	return &thumbnails{limit: limit, order: list.New(), by: map[thumbnailOf]*list.Element{}}
}

func (t *thumbnails) put(of thumbnailOf, jpeg []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(of)
	t.by[of] = t.order.PushFront(&thumbnail{of, jpeg})
	for t.order.Len() > t.limit {
		t.remove(t.order.Back().Value.(*thumbnail).of)
	}
}

func (t *thumbnails) get(of thumbnailOf) ([]byte, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.by[of]
	if !ok {
		return nil, false
	}
	t.order.MoveToFront(e)
	return e.Value.(*thumbnail).jpeg, true
}

func (t *thumbnails) drop(page int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(thumbnailOf{page, false})
	t.remove(thumbnailOf{page, true})
}

func (t *thumbnails) remove(of thumbnailOf) {
	if e, ok := t.by[of]; ok {
		t.order.Remove(e)
		delete(t.by, of)
	}
}
