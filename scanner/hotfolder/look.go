package hotfolder

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"segnatura/scanner"
)

// fingerprint tells whether a file is still what it was; comparable. The inode is not in it: shares make them up anew.
type fingerprint struct {
	size  int64
	mtime int64 // ns
}

func fingerprintOf(info fs.FileInfo) fingerprint {
	return fingerprint{size: info.Size(), mtime: info.ModTime().UnixNano()}
}

type standing int

const (
	unsettled standing = iota // changed at the last look
	ready                     // may be delivered
	troubled                  // told, stays until it changes
	delivered                 // safe elsewhere, and could not be moved: not offered again by this process
)

// sighting is what is known of one file in the folder.
type sighting struct {
	print    fingerprint
	standing standing
	format   string
	since    time.Time // first seen under this name
	changed  time.Time // last seen to change
	restless bool      // told as never finished; it holds nothing up any more
	refusals int       // how often it was read whole and not made safe, or refused
	again    time.Time // when a refused or unreadable file is looked at again; zero: when it changes
	told     bool      // as unreadable: permissions change without the file
}

// A file that is read whole and not made safe this often has something about it that its consumer cannot bear, and would come again
// for ever, with whatever the consumer makes of it each time. It is told, lets the others pass, and is tried again seldom, since
// the fault may have been the consumer's.
const (
	maxRefusals  = 3
	refusedPause = time.Hour
)

// patience is how long a file may go on changing before it is told and no longer waited for.
const patience = 10 * time.Minute

// trouble is a fault to tell once the lock is given back.
type trouble struct {
	name  string
	fault *scanner.Fault
}

// file is one that is ready.
type file struct {
	name   string
	print  fingerprint
	format string
}

// ignored names are never pages: hidden files, and what copying programs call a file while they write it.
func ignored(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || strings.HasSuffix(name, "~") {
		return true
	}
	return slices.Contains([]string{".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download"},
		strings.ToLower(filepath.Ext(name)))
}

// look polls the folder once. It returns how many files may still become ready, or are.
func (s *Source) look() (int, error) {
	entries, err := os.ReadDir(s.cfg.Dir)
	if err != nil {
		return 0, offline(err)
	}
	pending, troubles := s.compare(entries)
	for _, t := range troubles {
		s.cfg.OnTrouble(t.name, t.fault)
	}
	return pending, nil
}

// compare brings what is known of the folder up to date.
func (s *Source) compare(entries []fs.DirEntry) (pending int, troubles []trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, there := time.Now(), map[string]bool{}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || ignored(name) {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // gone since
		}
		there[name] = true
		at, f := s.sight(name, info, now)
		if f != nil {
			troubles = append(troubles, trouble{name, f})
		}
		if at.standing == unsettled && !at.restless || at.standing == ready {
			pending++
		}
	}
	for name := range s.seen {
		if !there[name] {
			delete(s.seen, name)
		}
	}
	return pending, troubles
}

// sight looks at one file, and decides on it when it did not change since the last look.
func (s *Source) sight(name string, info fs.FileInfo, now time.Time) (*sighting, *scanner.Fault) {
	print := fingerprintOf(info)
	at, known := s.seen[name]
	switch {
	case !known:
		at = &sighting{print: print, since: now, changed: now}
		s.seen[name], s.last = at, now
		return at, nil
	case at.print != print:
		*at = sighting{print: print, since: at.since, changed: now, restless: at.restless}
		if !at.restless && now.Sub(at.since) > patience {
			at.restless = true
			return at, &scanner.Fault{Kind: scanner.FaultTruncated, Detail: fmt.Sprintf("still being written after %v", patience)}
		}
		if !at.restless {
			s.last = now
		}
		return at, nil
	case at.standing == troubled && !at.again.IsZero() && now.After(at.again):
		at.standing, at.again = unsettled, time.Time{}
	}
	if at.standing == unsettled {
		return at, s.settle(name, info, at, now)
	}
	return at, nil
}

// refused counts that a delivered file was read whole and not made safe.
func (s *Source) refused(f file) {
	s.mu.Lock()
	n := 0
	if at := s.seen[f.name]; at != nil && at.print == f.print {
		at.refusals++
		if n = at.refusals; n >= maxRefusals {
			at.standing, at.again = troubled, time.Now().Add(refusedPause)
		}
	}
	s.mu.Unlock()
	if n >= maxRefusals {
		s.cfg.OnTrouble(f.name, &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("read %d times and never made safe", n)})
	}
}

// settle decides on a file that did not change; the fault, if any, is why it stays. A part of a file is a fault only after the
// quiet time: slow scanners pause.
func (s *Source) settle(name string, info fs.FileInfo, at *sighting, now time.Time) *scanner.Fault {
	path := filepath.Join(s.cfg.Dir, name)
	if s.movedBefore(path, info) {
		at.standing = delivered
		return nil
	}
	format, err := inspect(path, at.print, s.cfg.MaxFileBytes)
	var f *scanner.Fault
	switch {
	case err == nil:
		at.standing, at.format, at.restless = ready, format, false
		return nil
	case errors.Is(err, errChanged), errors.Is(err, fs.ErrNotExist):
		return nil // the next look sees it as it is then
	case errors.As(err, &f) && f.Kind == scanner.FaultTruncated && now.Sub(at.changed) < s.cfg.Quiet:
		return nil
	case f == nil:
		f = &scanner.Fault{Kind: scanner.FaultDevice, Detail: "cannot be read", Err: err}
	}
	at.standing = troubled
	if f.Kind == scanner.FaultDevice {
		at.again = now.Add(s.cfg.Retry)
		if at.told {
			return nil
		}
		at.told = true
	}
	return f
}

// movedBefore finishes a move that a crash cut between its two steps: the file has a second name in "presi", which it got only
// because its page was safe.
func (s *Source) movedBefore(path string, info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || st.Nlink < 2 || !info.Mode().IsRegular() {
		return false
	}
	taken := filepath.Join(s.cfg.Dir, TakenDir)
	entries, err := os.ReadDir(taken)
	if err != nil {
		return false
	}
	for _, e := range entries {
		other, err := e.Info()
		if err == nil && os.SameFile(info, other) {
			return s.cfg.Files.MoveExclusive(path, filepath.Join(taken, e.Name())) == nil
		}
	}
	return false
}

// group returns the files that are complete now, in order, or nil.
func (s *Source) group() []file {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Sub(s.last) < s.cfg.Quiet || now.Before(s.retry) {
		return nil
	}
	var files []file
	for name, at := range s.seen {
		switch at.standing {
		case unsettled:
			if !at.restless {
				return nil
			}
		case ready:
			files = append(files, file{name: name, print: at.print, format: at.format})
		}
	}
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(cmp.Compare(a.print.mtime, b.print.mtime), compareNatural(a.name, b.name))
	})
	if s.cfg.Single && len(files) > 1 {
		files = files[:1]
	}
	return files
}

// compareNatural orders names with runs of digits as numbers: 1, 2, 10. Names that differ only in leading zeros, or not at all
// for a person, are ordered by their bytes, so that the order is total.
func compareNatural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		nx, restX := leadingDigits(x)
		ny, restY := leadingDigits(y)
		switch {
		case nx != "" && ny != "":
			tx, ty := strings.TrimLeft(nx, "0"), strings.TrimLeft(ny, "0")
			if c := cmp.Or(cmp.Compare(len(tx), len(ty)), cmp.Compare(tx, ty)); c != 0 {
				return c
			}
			x, y = restX, restY
		case x[0] != y[0]:
			return cmp.Compare(x[0], y[0])
		default:
			x, y = x[1:], y[1:]
		}
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

func leadingDigits(s string) (digits, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	return s[:len(s)-len(rest)], rest
}

// open opens a regular file without following a link, and only when it is still the one that was seen.
func open(path string, print fingerprint) (*os.File, error) {
	// O_NONBLOCK: a pipe that took the file's name must not hold us.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && (!info.Mode().IsRegular() || fingerprintOf(info) != print) {
		err = errChanged
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

var errChanged = errors.New("the file changed since it was looked at")

// inspect says which format a file is of, or the *scanner.Fault that keeps it from being taken.
func inspect(path string, print fingerprint, maxBytes int64) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", &scanner.Fault{Kind: scanner.FaultUnsupported, Detail: "not a regular file: " + info.Mode().Type().String()}
	}
	if print.size > maxBytes {
		return "", &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("over %d bytes", maxBytes)}
	}
	f, err := open(path, print)
	if err != nil {
		return "", err
	}
	defer f.Close() // read only
	return wholeFormat(f, print.size)
}

// contentIs says whether path is a regular file of that size and SHA-256.
func contentIs(path string, digest [32]byte, size int64) (bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() || info.Size() != size {
		return false, nil
	}
	f, err := open(path, fingerprintOf(info))
	if err != nil {
		return false, err
	}
	defer f.Close() // read only
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return false, err
	}
	return [32]byte(h.Sum(nil)) == digest, nil
}
