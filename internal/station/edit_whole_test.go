package station_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// cut lets so many calls of the stores pass, and none after them.
type cut struct{ left int }

var errCut = errors.New("the store is gone")

func (c *cut) pass() error {
	if c.left == 0 {
		return errCut
	}
	c.left--
	return nil
}

type cutEdits struct {
	station.EditStore
	*cut
}

func (c cutEdits) Rearrange(ctx context.Context, r station.Rearrangement) ([]protocollo.Document, error) {
	if err := c.pass(); err != nil {
		return nil, err
	}
	return c.EditStore.Rearrange(ctx, r)
}

func (c cutEdits) Settled(ctx context.Context, id int64) (station.Settled, error) {
	if err := c.pass(); err != nil {
		return station.Settled{}, err
	}
	return c.EditStore.Settled(ctx, id)
}

type cutDocuments struct {
	station.DocumentStore
	*cut
}

func (c cutDocuments) Document(ctx context.Context, id int64) (protocollo.Document, []protocollo.Page, error) {
	if err := c.pass(); err != nil {
		return protocollo.Document{}, nil, err
	}
	return c.DocumentStore.Document(ctx, id)
}

func (c cutDocuments) SetDocumentState(ctx context.Context, id int64, s protocollo.DocumentState) error {
	if err := c.pass(); err != nil {
		return err
	}
	return c.DocumentStore.SetDocumentState(ctx, id, s)
}

func (c cutDocuments) Associate(ctx context.Context, a station.Association) (protocollo.Document, error) {
	if err := c.pass(); err != nil {
		return protocollo.Document{}, err
	}
	return c.DocumentStore.Associate(ctx, a)
}

type cutExceptions struct {
	station.ExceptionStore
	*cut
}

func (c cutExceptions) OpenException(ctx context.Context, e protocollo.Exception) (protocollo.Exception, error) {
	if err := c.pass(); err != nil {
		return e, err
	}
	return c.ExceptionStore.OpenException(ctx, e)
}

func (c cutExceptions) Exceptions(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.Exception, error) {
	if err := c.pass(); err != nil {
		return nil, err
	}
	return c.ExceptionStore.Exceptions(ctx, aoo)
}

// standing says how documents and questions stand.
func (o *office) standing(batch int64) string {
	o.t.Helper()
	var b strings.Builder
	for _, d := range o.batch(batch).Documents {
		fmt.Fprintf(&b, "%d %s of %d: %s\n", d.ID, d.State, d.RegistrationID, o.layout(d.ID))
	}
	var asked []string
	for _, e := range o.exceptions() {
		asked = append(asked, fmt.Sprintf("%s %s of %d page %d %v", e.Kind, e.Detail.Why, e.DocumentID, e.PageID, e.Detail.Registrations))
	}
	slices.Sort(asked)
	return b.String() + strings.Join(asked, "\n")
}

// TestEditCutShortAnywhereIsTakenUp cuts each edit after each call of a store, and then either gives the command again or starts anew: it stands
// as if nothing had happened, or as if the edit had never been asked for.
func TestEditCutShortAnywhereIsTakenUp(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(configured(t, "embedded"))); err != nil {
		t.Fatal(err)
	}
	o := newOfficeIn(t, dir)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	batch := o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("a2", nil), sheetOf("a2", nil),
		sheetOf("b1", withCodes(codeOf(b))), sheetOf("b2", nil)}}, station.ScanCommand{})
	before := o.standing(batch.ID)
	o.s.Close()
	o.close()
	first, second := batch.Documents[0], batch.Documents[1]
	copyOf := func(t *testing.T) *office {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(o.dir)); err != nil {
			t.Fatal(err)
		}
		return officeIn(t, dir)
	}
	for name, edit := range map[string]func(*station.Station) error{
		"split": func(s *station.Station) error {
			_, err := s.SplitDocument(t.Context(), clerk, first.ID, ids(first)[1])
			return err
		},
		"merge": func(s *station.Station) error {
			_, err := s.MergeDocument(t.Context(), clerk, second.ID, first.ID)
			return err
		},
		"move": func(s *station.Station) error {
			_, err := s.MovePage(t.Context(), clerk, ids(second)[0], first.ID, 1)
			return err
		},
		"discard": func(s *station.Station) error {
			_, err := s.DiscardPage(t.Context(), clerk, ids(first)[2], "doppia")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			whole := copyOf(t)
			if err := edit(whole.s); err != nil {
				t.Fatal(err)
			}
			want := whole.standing(batch.ID)
			if want == before {
				t.Fatal("the edit changes nothing")
			}
			for n := 0; ; n++ {
				o := copyOf(t)
				c := &cut{left: n}
				o.start(func(cfg *station.Config) {
					cfg.Edits, cfg.Documents, cfg.Exceptions = cutEdits{cfg.Edits, c}, cutDocuments{cfg.Documents, c}, cutExceptions{cfg.Exceptions, c}
				})
				err := edit(o.s)
				if err != nil && !errors.Is(err, errCut) {
					t.Fatalf("cut after %d: %v", n, err)
				}
				o.start(nil)
				if n%2 == 0 { // by the next start, else by the command alone
					if err := o.s.Recover(t.Context()); err != nil {
						t.Fatalf("cut after %d, start anew: %v", n, err)
					}
					if got := o.standing(batch.ID); got != want && got != before {
						t.Fatalf("cut after %d and started anew, it stands\n%s\nwant\n%s", n, got, want)
					}
				}
				if again := edit(o.s); again != nil {
					t.Fatalf("cut after %d, again: %v", n, again)
				}
				if got := o.standing(batch.ID); got != want {
					t.Fatalf("cut after %d, it stands\n%s\nwant\n%s", n, got, want)
				}
				o.checked()
				if err == nil {
					if n < 8 {
						t.Errorf("only %d calls were cut", n)
					}
					return
				}
			}
		})
	}
}

// TestRandomEditsLoseNothing: whatever is split, merged, moved and turned, each page is in one document, as it came; and undoing an edit
// brings every order back.
func TestRandomEditsLoseNothing(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			o := newOffice(t)
			rnd := rand.New(rand.NewPCG(seed, 7))
			var sheets []string
			for i := range 4 {
				r := o.labelled(fmt.Sprintf("key-%04d", i), letter("x"))
				sheets = append(sheets, sheetOf(fmt.Sprintf("front-%d", i), withCodes(codeOf(r))))
				for j := range 1 + 2*rnd.IntN(3) {
					sheets = append(sheets, sheetOf(fmt.Sprintf("page-%d-%d", i, j), nil))
				}
			}
			batch := o.scan(&feeder{duplex: true, pages: sheets}, station.ScanCommand{}).ID
			digests, _ := o.pages(batch)
			for step := range 40 {
				_, before := o.pages(batch)
				after, what := o.randomEdit(rnd, batch)
				now, layout := o.pages(batch)
				if !slices.Equal(now, digests) {
					t.Fatalf("step %d, %s: the pages are\n%v\nthey were\n%v", step, what, now, digests)
				}
				if slices.Equal(layout, before) != (len(after.Undo) == 0) {
					t.Fatalf("step %d, %s: from %v to %v, undo %+v", step, what, before, layout, after.Undo)
				}
				if len(after.Undo) > 0 && rnd.IntN(2) == 0 {
					o.undo(after)
					if _, back := o.pages(batch); !slices.Equal(back, before) {
						t.Fatalf("step %d, %s: undone to %v, it was %v", step, what, back, before)
					}
				}
			}
			o.checked()
		})
	}
}

// pages returns the pages of a batch with their digests, each as often as a document has it, and how they lie: the documents' pages, whatever
// the documents are called.
func (o *office) pages(batch int64) (digests, layout []string) {
	for _, d := range o.batch(batch).Documents {
		var ids []int64
		for _, p := range d.PageList {
			digests = append(digests, fmt.Sprintf("%04d %s", p.ID, p.SHA256))
			ids = append(ids, p.ID)
		}
		if len(ids) > 0 {
			layout = append(layout, fmt.Sprint(ids))
		}
	}
	slices.Sort(digests)
	slices.Sort(layout)
	return digests, layout
}

// randomEdit does one edit that is allowed, or nothing where it is not.
func (o *office) randomEdit(rnd *rand.Rand, batch int64) (station.Edited, string) {
	o.t.Helper()
	var open []station.DocumentView
	for _, d := range o.batch(batch).Documents {
		if d.State != protocollo.DocumentDiscarded {
			open = append(open, d)
		}
	}
	d, to := open[rnd.IntN(len(open))], open[rnd.IntN(len(open))]
	page := ids(d)[rnd.IntN(len(d.PageList))]
	var after station.Edited
	var err error
	var what string
	ctx := o.t.Context()
	switch rnd.IntN(6) {
	case 0:
		what = fmt.Sprintf("split %d at %d", d.ID, page)
		after, err = o.s.SplitDocument(ctx, clerk, d.ID, page)
	case 1:
		what = fmt.Sprintf("merge %d into %d", d.ID, to.ID)
		after, err = o.s.MergeDocument(ctx, clerk, d.ID, to.ID)
	case 2:
		what = fmt.Sprintf("turn %d", page)
		_, err = o.s.TurnPage(ctx, clerk, page, 90)
	case 3:
		what = fmt.Sprintf("take %d out of %d", page, d.ID)
		after, err = o.s.MovePage(ctx, clerk, page, 0, 1)
	default:
		place := 1 + rnd.IntN(len(to.PageList))
		what = fmt.Sprintf("move %d of %d to %d in %d", page, d.ID, place, to.ID)
		after, err = o.s.MovePage(ctx, clerk, page, to.ID, place)
	}
	if c := protocollo.ClassOf(err); err != nil && c != protocollo.Conflict && c != protocollo.Invalid {
		o.t.Fatalf("%s: %v", what, err)
	}
	return after, what
}
