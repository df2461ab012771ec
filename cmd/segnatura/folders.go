package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/scanner/hotfolder"
	"segnatura/ui"
)

// watched is a hot folder: a scanner that starts by itself.
type watched struct {
	id, name, dir string
	aoo           protocollo.AOOCode // "" = the first one
	source        *hotfolder.Source
	troubles      *troubles
}

func newWatched(h HotFolderConfig, clock func() time.Time) (watched, error) {
	t := &troubles{dir: h.Dir, clock: clock, byName: map[string]ui.FolderTrouble{}}
	src, err := hotfolder.New(hotfolder.Config{Dir: h.Dir, Now: clock, OnTrouble: t.note})
	if err != nil {
		return watched{}, err
	}
	return watched{id: h.ID, name: nameOr(h.Name, h.ID), dir: h.Dir, aoo: protocollo.AOOCode(h.AOO), source: src, troubles: t}, nil
}

// watch hands every run of files to the station until ctx ends. The station itself is the actor: nobody pressed a key. A file
// that could not be taken stays in its folder and comes again.
func (w watched) watch(ctx context.Context, s *station.Station, pages separator, log *slog.Logger) error {
	return w.source.Watch(ctx, func(ctx context.Context, doc scanner.Document) {
		if err := w.take(ctx, s, pages.separate(doc)); err != nil {
			log.LogAttrs(ctx, slog.LevelError, "take files from a hot folder", slog.String("device", w.id), slog.Any("err", err))
		}
	})
}

func (w watched) take(ctx context.Context, s *station.Station, doc scanner.Document) error {
	setup, err := s.Setup(ctx)
	if err != nil {
		_ = doc.Close() // nothing was taken
		return err
	}
	aoo := w.aoo
	if aoo == "" {
		aoo = setup.AOOs[0].Code
	}
	actor := protocollo.Station(aoo)
	actor.Roles = []protocollo.Role{protocollo.RoleOperator}
	_, err = s.TakeFiles(ctx, actor, doc, w.id, 0)
	return err
}

// originals erases what pages came in: only hot folders keep it. A source that is no folder, or no longer one, keeps nothing here.
type originals []watched

func (o originals) EraseOriginal(ctx context.Context, source, digest string, size int64) error {
	sum, err := hex.DecodeString(digest)
	if err != nil || len(sum) != sha256.Size {
		return fmt.Errorf("erase an original: no digest %q", digest)
	}
	for _, w := range o {
		if w.id == source {
			_, err := w.source.Erase(ctx, [sha256.Size]byte(sum), size)
			return err
		}
	}
	return nil
}

// troubles remembers which files of a folder could not be taken, for as long as they lie there, and under "" that the folder itself
// cannot be read, for as long as it cannot.
type troubles struct {
	dir   string
	clock func() time.Time

	mu     sync.Mutex
	byName map[string]ui.FolderTrouble
}

func (t *troubles) note(name string, f *scanner.Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byName[name] = ui.FolderTrouble{File: name, Fault: f.Kind, At: t.clock()}
}

// over reports whether a trouble is no longer one.
func (t *troubles) over(name string) bool {
	if name == "" {
		_, err := os.ReadDir(t.dir)
		return err == nil
	}
	_, err := os.Lstat(filepath.Join(t.dir, filepath.Base(name)))
	return err != nil
}

// list returns what is still so, by name.
func (t *troubles) list() []ui.FolderTrouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []ui.FolderTrouble{}
	for name, tr := range t.byName {
		if t.over(name) {
			delete(t.byName, name)
			continue
		}
		out = append(out, tr)
	}
	slices.SortFunc(out, func(a, b ui.FolderTrouble) int { return strings.Compare(a.File, b.File) })
	return out
}
