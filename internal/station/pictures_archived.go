package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"segnatura/internal/protocollo"
)

// drawnAhead is how many thumbnails are made along with one of an archived page, because they are asked for next: a file is taken apart
// from its beginning each time.
const drawnAhead = 7

func notInSpool(pageID int64) error {
	return protocollo.Errorf(protocollo.NotFound, "page", "the image of page %d is not in the spool", pageID)
}

// archivedPicture draws a page of an archived document, which the spool does not have any more. Whether the actor may have it is the caller's to ask.
func (s *Station) archivedPicture(ctx context.Context, actor protocollo.Actor, doc protocollo.Document, pages []protocollo.Page, pageID int64, px int) ([]byte, error) {
	gone := notInSpool(pageID)
	if doc.State != protocollo.DocumentArchived || doc.Superseded {
		return nil, gone
	}
	rec, err := s.cfg.Views.Record(ctx, actor, doc.RegistrationID)
	if err != nil {
		return nil, fmt.Errorf("read registration %d: %w", doc.RegistrationID, err)
	}
	at := slices.IndexFunc(rec.Documents, func(d DocumentView) bool { return d.ID == doc.ID })
	pages = kept(pages)
	from := slices.IndexFunc(pages, func(p protocollo.Page) bool { return p.ID == pageID })
	if at < 0 || rec.Documents[at].Archive == nil || from < 0 {
		return nil, gone
	}
	unlock, err := s.keys.lock(ctx, fmt.Sprintf("pictures/%d", doc.ID))
	if err != nil {
		return nil, err
	}
	defer unlock()
	small, last := px == s.cfg.ThumbnailPx, from
	if small {
		if jpeg, ok := s.thumbs.get(thumbnailOf{pageID, true}); ok {
			return jpeg, nil
		}
		last = min(from+drawnAhead, len(pages)-1)
	}
	file, err := s.cfg.Scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("open scratch file: %w", err)
	}
	defer func() { _ = file.Close() }()
	parts, err := s.copyParts(ctx, rec.Documents[at].Archive.Editions[0].SHA256, from, last, file)
	var shown []byte
	for i, part := range parts {
		_, jpeg, drawErr := s.inspect(ctx, part, settingsOf(protocollo.Page{}), func(string) bool { return true }, px)
		if drawErr != nil {
			err = errors.Join(err, drawErr)
			break
		}
		if i == 0 {
			shown = jpeg
		}
		if small {
			s.thumbs.put(thumbnailOf{pages[from+i].ID, true}, jpeg)
		}
	}
	if shown != nil {
		return shown, nil
	}
	return nil, protocollo.Errorf(protocollo.NotFound, "picture", "draw page %d: %w", pageID, errors.Join(err, gone))
}

// errCopied ends the work on an archived file once the pages that were asked for are there.
var errCopied = errors.New("the pages are there")

// copyParts takes a stored PDF/A apart and keeps its pages from one place to another, both counted from 0, one behind the other. They are
// drawn only when that is over: it and each drawing take a turn at the same few processes, and two files that were drawn while they come
// apart would wait for each other. On an error it returns what came before.
func (s *Station) copyParts(ctx context.Context, sha256 string, from, last int, file Scratch) (parts []*io.SectionReader, err error) {
	place, end := -1, int64(0)
	err = s.separate(ctx, sha256, func(_ string, data io.Reader) error {
		if place++; place < from {
			_, err := io.Copy(io.Discard, data)
			return err
		}
		n, err := io.Copy(file, data)
		if err != nil {
			return err
		}
		parts = append(parts, io.NewSectionReader(file, end, n))
		if end += n; place == last {
			return errCopied
		}
		return nil
	})
	if errors.Is(err, errCopied) {
		err = nil
	}
	return parts, err
}
