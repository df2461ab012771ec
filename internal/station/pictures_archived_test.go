package station_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/scanner"
)

// archiveHands take apart and draw with the same few processes: no drawing gets one while a file comes apart, as two files at a time would
// have it. Pictures say whether the page came out of the archive.
type archiveHands struct {
	inspector
	separator station.Separator
	apart     atomic.Int32 // files that come apart now
	opened    atomic.Int32 // files that came apart
}

func (h *archiveHands) Separate(ctx context.Context, in pdfa.Input, emit func(string, io.Reader) error) error {
	h.apart.Add(1)
	defer h.apart.Add(-1)
	h.opened.Add(1)
	return h.separator.Separate(ctx, in, emit)
}

func (h *archiveHands) Inspect(ctx context.Context, r io.ReadSeeker, st scanner.Settings, accept func(string) bool, px int) (scanner.Facts, []byte, error) {
	if h.apart.Load() > 0 {
		return scanner.Facts{}, nil, errors.New("all processes take files apart")
	}
	facts, jpeg, err := h.inspector.Inspect(ctx, r, st, accept, px)
	return facts, fmt.Appendf(jpeg, ", archived: %v", h.opened.Load() > 0), err
}

// TestAnArchivedPictureIsTheArchives: the thumbnail that the scan left lies as the page came, unturned.
func TestAnArchivedPictureIsTheArchives(t *testing.T) {
	o := newOffice(t)
	hands := &archiveHands{}
	o.start(func(c *station.Config) {
		hands.separator = c.Separator
		c.Inspector, c.Separator = hands, hands
	})
	r := o.labelled("key-0001", letter("x"))
	words := make([]string, 10)
	for i := range words {
		words[i] = fmt.Sprint("p", i+1)
	}
	d := o.archivedLetter(r, r, words...)
	wantClass(t, errOf(o.s.PagePicture(t.Context(), clerk, d.PageList[0].ID, 320)), protocollo.NotFound, "page")
	for _, px := range []int{320, 1000} {
		for i, p := range d.PageList {
			want := fmt.Sprintf("jpeg of p%d, archived: true", i+1)
			if got, err := o.s.PagePicture(t.Context(), boss, p.ID, px); err != nil || string(got) != want {
				t.Errorf("page %d at %d px: %q, %v", i+1, px, got, err)
			}
		}
		if px == 320 && hands.opened.Load() != 2 {
			t.Errorf("for 10 thumbnails the file came apart %d times", hands.opened.Load())
		}
	}
}

// TestAnArchivedPictureOfADamagedFile: what comes before the damage is shown.
func TestAnArchivedPictureOfADamagedFile(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) { c.Separator = breaking{c.Separator} })
	r := o.labelled("key-0001", letter("x"))
	d := o.archivedLetter(r, r, "p1", "p2")
	if got, err := o.s.PagePicture(t.Context(), boss, d.PageList[0].ID, 320); err != nil || string(got) != "jpeg of p1" {
		t.Errorf("picture %q, %v", got, err)
	}
	wantClass(t, errOf(o.s.PagePicture(t.Context(), boss, d.PageList[1].ID, 320)), protocollo.NotFound, "picture")
}

// breaking gives the first page of a file.
type breaking struct{ station.Separator }

func (b breaking) Separate(ctx context.Context, in pdfa.Input, emit func(string, io.Reader) error) error {
	page := 0
	return b.Separator.Separate(ctx, in, func(format string, data io.Reader) error {
		if page++; page > 1 {
			return errors.New("the file is damaged")
		}
		return emit(format, data)
	})
}
