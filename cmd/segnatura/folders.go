package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
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

// hotFolder is a hot folder of the settings with, where they say so, its subfolders as machines of their own.
type hotFolder struct {
	config HotFolderConfig
	clock  func() time.Time
	top    watched

	mu   sync.Mutex
	subs map[string]watched // by name, those that are there
}

// subfolderMark stands between a folder's id and its subfolder's name in the id of a machine.
const subfolderMark = "/"

// subfolderPoll is how often it is looked for machines that have come or gone.
const subfolderPoll = 3 * time.Second

func newHotFolder(h HotFolderConfig, clock func() time.Time) (*hotFolder, error) {
	top, err := newWatched(h, clock)
	if err != nil {
		return nil, err
	}
	return &hotFolder{config: h, clock: clock, top: top, subs: map[string]watched{}}, nil
}

// machine is a subfolder as a watched folder of its own.
func (f *hotFolder) machine(name string) (watched, error) {
	h := f.config
	h.ID, h.Name, h.Dir = h.ID+subfolderMark+name, f.top.name+" – "+name, filepath.Join(h.Dir, name)
	return newWatched(h, f.clock)
}

// watch hands what arrives in the folder, and in its subfolders, to the station until ctx ends.
func (f *hotFolder) watch(ctx context.Context, s *station.Station, pages separator, log *slog.Logger) error {
	var machines sync.WaitGroup
	defer machines.Wait()
	if f.config.Subfolders {
		machines.Go(func() {
			hotfolder.Subfolders(ctx, f.config.Dir, subfolderPoll, func(ctx context.Context, name string) { f.attend(ctx, name, s, pages, log) })
		})
	}
	return f.top.watch(ctx, s, pages, log)
}

// attend watches one subfolder for as long as it is there.
func (f *hotFolder) attend(ctx context.Context, name string, s *station.Station, pages separator, log *slog.Logger) {
	w, err := f.machine(name)
	if err != nil {
		log.LogAttrs(ctx, slog.LevelError, "watch a subfolder", slog.String("device", f.config.ID), slog.Any("err", err))
		return
	}
	f.mu.Lock()
	f.subs[name] = w
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.subs, name)
	}()
	_ = w.watch(ctx, s, pages, log) // it ends with ctx
}

// machines lists what is watched: the folder itself, then its subfolders by name.
func (f *hotFolder) machines() []watched {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []watched{f.top}
	for _, name := range slices.Sorted(maps.Keys(f.subs)) {
		out = append(out, f.subs[name])
	}
	return out
}

// holding returns the folder that a source of pages is, also a subfolder that is not there now; ok is false for another's source.
func (f *hotFolder) holding(source string) (w watched, ok bool, err error) {
	if source == f.top.id {
		return f.top, true, nil
	}
	name, ours := strings.CutPrefix(source, f.top.id+subfolderMark)
	if !ours || name != filepath.Base(name) {
		return watched{}, false, nil
	}
	if w, err = f.machine(name); err != nil {
		return watched{}, false, err
	}
	if _, err := os.ReadDir(f.top.dir); err != nil {
		return watched{}, false, fmt.Errorf("look for a machine's folder: %w", err) // the share is away: nobody knows what lies there
	}
	_, err = os.Stat(w.dir)
	return w, err == nil, nil
}

// hotFolders are those of the settings.
type hotFolders []*hotFolder

// forScreen is what the bar knows of them now.
func (h hotFolders) forScreen() []ui.Folder {
	var out []ui.Folder
	for _, f := range h {
		for _, w := range f.machines() {
			out = append(out, ui.Folder{ID: w.id, Name: w.name, Troubles: w.troubles.list})
		}
	}
	return out
}

// fax says whether a source of pages is a folder of received faxes.
func (h hotFolders) fax(source string) bool {
	return slices.ContainsFunc(h, func(f *hotFolder) bool {
		return f.config.Kind == kindFax && (source == f.top.id || strings.HasPrefix(source, f.top.id+subfolderMark))
	})
}

// EraseOriginal erases what pages came in: only hot folders keep it. A source that is no folder, or no longer one, keeps nothing here.
func (h hotFolders) EraseOriginal(ctx context.Context, source, digest string, size int64) error {
	sum, err := hex.DecodeString(digest)
	if err != nil || len(sum) != sha256.Size {
		return fmt.Errorf("erase an original: no digest %q", digest)
	}
	for _, f := range h {
		w, ok, err := f.holding(source)
		if err != nil {
			return err
		}
		if ok {
			_, err := w.source.Erase(ctx, [sha256.Size]byte(sum), size)
			return err
		}
	}
	return nil
}

// watched is a folder that is watched: a scanner that starts by itself.
type watched struct {
	id, name, dir string
	aoo           protocollo.AOOCode // "" = the first one
	source        *hotfolder.Source
	troubles      *troubles
}

func newWatched(h HotFolderConfig, clock func() time.Time) (watched, error) {
	t := &troubles{dir: h.Dir, clock: clock, byName: map[string]ui.FolderTrouble{}}
	src, err := hotfolder.New(hotfolder.Config{Dir: h.Dir, Single: h.Single || h.Kind == kindFax, Now: clock, OnTrouble: t.note})
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
