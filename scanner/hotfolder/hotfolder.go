// Package hotfolder makes a watched folder behave like a scanner that starts by itself: a network scanner or a person puts
// files there, and they come out as a [scanner.Document].
//
//	src, err := hotfolder.New(hotfolder.Config{Dir: "/srv/scansioni", OnTrouble: tell})
//	err = src.Watch(ctx, func(ctx context.Context, doc scanner.Document) { station.Capture(ctx, doc) })
//
// A file is delivered when it is a regular file (no symlink is followed, no folder entered), did not change between two polls,
// and is whole: its format's end is where it must be. Pages come by modification time, then by name with numbers as numbers
// (page2 before page10), and that order is Seq. Whether the pixels are sound is decided by who decodes them.
//
// The original leaves the folder only when the page is safe elsewhere, and what says so is Next: by the contract of
// [scanner.Document] the caller makes a page durable before it asks for the next one, so a Next (also the one that answers
// io.EOF) moves the page before it into the subfolder "presi". Close says nothing of the kind: a page that was only read stays
// in the folder and is delivered again. So a crash or a full disk may deliver a file twice and never zero times; who
// registers compares digests. Nothing in "presi" is ever overwritten. A file that was read whole three times and never became safe
// is named to OnTrouble and lets the others pass; it is offered again after an hour, or when it changes.
//
// A file that may not be read is told, too, and tried again: permissions change without it. A file that is not whole, or is of a kind that is not taken, or that the caller refused ([scanner.Refuser]: an encrypted PDF), stays
// where it is, is named to OnTrouble once, and is looked at again when it changes.
package hotfolder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"segnatura/internal/durable"
	"segnatura/scanner"
)

// TakenDir is the subfolder that originals are moved to.
const TakenDir = "presi"

// Config is one folder. The zero value of a limit means the value given beside it.
type Config struct {
	Dir  string // must exist; a share that is not mounted is a device that is off
	Name string // for people; "" means the folder's base name

	Poll  time.Duration // between two looks: 1 s
	Quiet time.Duration // how long nothing may arrive or change before a group is complete: 5 s
	Retry time.Duration // before files that a consumer did not take are offered again: 30 s
	// Single makes each file a document of its own, for scanners that write one file per letter. Otherwise the files that
	// arrive together are the pages of one document.
	Single       bool
	MaxFileBytes int64 // 256 MiB

	// OnTrouble hears of each file that stays in the folder and why, once until it changes; name is "" for the folder itself.
	// It is called from the goroutine of Watch, Scan or the document, and must not call the source.
	OnTrouble func(name string, f *scanner.Fault)

	Files durable.Files
	Now   func() time.Time // the clock of Page.TakenAt; nil means time.Now
}

// Source is one hot folder. Make it with New.
type Source struct {
	cfg Config
	id  string

	mu    sync.Mutex
	busy  bool // a Watch, a Scan or its document is under way and owns what follows
	seen  map[string]*sighting
	last  time.Time // when something last changed in the folder
	retry time.Time // not before this are untaken files offered again
	away  bool      // the folder itself was reported
}

var _ scanner.Source = (*Source)(nil)

// New checks the configuration. It does not look into the folder.
func New(cfg Config) (*Source, error) {
	if cfg.Dir == "" {
		return nil, errors.New("hotfolder: no folder")
	}
	abs, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("hotfolder: %w", err)
	}
	cfg.Dir = abs
	if cfg.Name == "" {
		cfg.Name = filepath.Base(abs)
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&cfg.Poll, time.Second}, {&cfg.Quiet, 5 * time.Second}, {&cfg.Retry, 30 * time.Second}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if cfg.MaxFileBytes == 0 {
		cfg.MaxFileBytes = 256 << 20
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.OnTrouble == nil {
		cfg.OnTrouble = func(string, *scanner.Fault) {}
	}
	return &Source{cfg: cfg, id: "hotfolder:" + abs, seen: map[string]*sighting{}}, nil
}

// Capabilities implements scanner.Source. A folder offers whatever arrives: the lists are empty.
func (s *Source) Capabilities(context.Context) (scanner.Capabilities, error) {
	if _, err := os.ReadDir(s.cfg.Dir); err != nil {
		return scanner.Capabilities{}, offline(err)
	}
	return scanner.Capabilities{
		ID: s.id, MakeAndModel: s.cfg.Name,
		Inputs: []scanner.InputCapabilities{{Input: scanner.InputFeeder}},
	}, nil
}

// Status implements scanner.Source. The feeder is loaded when there is a file that might be taken.
func (s *Source) Status(context.Context) scanner.Status {
	entries, err := os.ReadDir(s.cfg.Dir)
	if err != nil {
		return scanner.Status{State: scanner.StateOffline, Detail: err.Error()}
	}
	st := scanner.Status{State: scanner.StateIdle, Feeder: scanner.FeederEmpty}
	for _, e := range entries {
		if e.Type().IsRegular() && !ignored(e.Name()) {
			st.Feeder = scanner.FeederLoaded
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		st.State = scanner.StateBusy
	}
	return st
}

func offline(err error) *scanner.Fault {
	return &scanner.Fault{Kind: scanner.FaultOffline, Detail: "the folder cannot be read", Err: err}
}

func (s *Source) reserve() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		return &scanner.Fault{Kind: scanner.FaultBusy, Detail: "the folder is watched, or a run is under way"}
	}
	s.busy = true
	return nil
}

func (s *Source) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
}

// Scan implements scanner.Source for a person who says "take what is there": it waits until what is there is complete, which
// takes at least two polls and the quiet time, and fails with FaultEmpty when nothing can be taken. The request's settings
// were decided at the device that wrote the files and are not looked at. Quiet and Retry of earlier runs do not delay it.
func (s *Source) Scan(ctx context.Context, _ scanner.Request) (scanner.Document, error) {
	if err := s.reserve(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.retry = time.Time{}
	s.mu.Unlock()
	for {
		pending, err := s.look()
		if err == nil {
			if files := s.group(); files != nil {
				return s.document(files, s.release), nil
			}
			if pending == 0 {
				err = &scanner.Fault{Kind: scanner.FaultEmpty, Detail: "no file that can be taken"}
			}
		}
		if err == nil {
			err = s.wait(ctx)
		}
		if err != nil {
			s.release()
			return nil, err
		}
	}
}

// Watch delivers each complete group as one document, for as long as ctx lives, and returns its cause. take is called from
// this goroutine; the document is closed when it returns, and what it did not acknowledge is offered again after Retry. A
// folder that cannot be read is told once and waited for.
func (s *Source) Watch(ctx context.Context, take func(context.Context, scanner.Document)) error {
	if err := s.reserve(); err != nil {
		return err
	}
	defer s.release()
	for {
		_, err := s.look()
		s.tellAway(err)
		if files := s.group(); err == nil && files != nil {
			doc := s.document(files, func() {})
			take(ctx, doc)
			_ = doc.Close() // it never fails
		}
		if err := s.wait(ctx); err != nil {
			return context.Cause(ctx)
		}
	}
}

func (s *Source) tellAway(err error) {
	s.mu.Lock()
	tell := err != nil && !s.away
	s.away = err != nil
	s.mu.Unlock()
	var f *scanner.Fault
	if tell && errors.As(err, &f) {
		s.cfg.OnTrouble("", f)
	}
}

func (s *Source) wait(ctx context.Context) error {
	t := time.NewTimer(s.cfg.Poll)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return &scanner.Fault{Kind: scanner.FaultCancelled, Err: context.Cause(ctx)}
	}
}

// Erase removes, durably, every file of that content from the folder and from "presi", and returns how many there were: the
// original of a page that must not be kept (requirement R19.5). It may be repeated.
func (s *Source) Erase(ctx context.Context, digest [32]byte, size int64) (int, error) {
	n := 0
	for _, dir := range []string{s.cfg.Dir, filepath.Join(s.cfg.Dir, TakenDir)} {
		entries, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) && dir != s.cfg.Dir {
			continue
		}
		if err != nil {
			return n, fmt.Errorf("erase an original: %w", err)
		}
		for _, e := range entries {
			if err := context.Cause(ctx); err != nil {
				return n, fmt.Errorf("erase an original: %w", err)
			}
			path := filepath.Join(dir, e.Name())
			same, err := contentIs(path, digest, size)
			if err == nil && same {
				err = s.cfg.Files.Remove(path)
				n++
			}
			if err != nil {
				return n, fmt.Errorf("erase an original: %w", err)
			}
		}
	}
	return n, nil
}
