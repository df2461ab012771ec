// Package durabletest watches and breaks the file system under package durable, for tests only.
//
// A [Recorder] stands between durable.Files and another FS. It lists the calls in order, so that a test can assert that bytes
// were fsynced before a name was given to them, and it fails the n-th call either before it had an effect or after it
// persisted. With Fault.Dead every later call fails as well, as after a power cut: the test then opens the same folder with
// the real FS, runs the recovery, and checks the whole state.
//
//	for n := 1; ; n++ {
//		rec := &durabletest.Recorder{Root: dir, Fault: durabletest.Fault{At: n, Err: syscall.ENOSPC}}
//		err := work(durable.Files{FS: rec})
//		if !rec.Fired() { break } // every call was failed once
//		...
//	}
package durabletest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"segnatura/internal/durable"
)

// ErrDead is what every call answers once the pretended power is gone.
var ErrDead = errors.New("durabletest: the power is gone")

// Fault is one failure to inject.
type Fault struct {
	At    int   // 1 is the first call; 0 is never
	After bool  // the call has its effect and then fails; otherwise it fails first (a write leaves half of its bytes)
	Err   error // what the call returns
	Dead  bool  // every later call returns ErrDead
}

// Recorder is a durable.FS. It is safe for concurrent use.
type Recorder struct {
	FS    durable.FS // nil means durable.OS()
	Root  string     // taken off the paths in Calls
	Fault Fault

	mu    sync.Mutex
	calls []string
	fired bool
}

// Calls returns what was called, in order, each as the verb and the paths below Root; temporary names are written ".tmp".
// Reading calls (lstat, readdir, read) are neither listed nor counted.
func (r *Recorder) Calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.calls...)
}

// Fired says whether the fault happened; when not, Fault.At is past the last call.
func (r *Recorder) Fired() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fired
}

// step records one call and runs it as the fault says. half, where not nil, is what a call does that fails in the middle.
func (r *Recorder) step(verb string, paths []string, do, half func() error) error {
	r.mu.Lock()
	words := []string{verb}
	for _, p := range paths {
		words = append(words, r.short(p))
	}
	dead := r.fired && r.Fault.Dead
	if !dead {
		r.calls = append(r.calls, strings.Join(words, " "))
	}
	hit := !dead && r.Fault.At > 0 && len(r.calls) == r.Fault.At
	if hit {
		r.fired = true
	}
	r.mu.Unlock()
	switch {
	case dead:
		return ErrDead
	case hit && r.Fault.After:
		if err := do(); err != nil {
			return err
		}
		return r.Fault.Err
	case hit:
		if half != nil {
			if err := half(); err != nil {
				return err
			}
		}
		return r.Fault.Err
	default:
		return do()
	}
}

func (r *Recorder) short(path string) string {
	rel, err := filepath.Rel(r.Root, path)
	if err != nil {
		rel = path
	}
	if durable.IsTemp(filepath.Base(rel)) {
		rel = filepath.Join(filepath.Dir(rel), ".tmp")
	}
	return filepath.ToSlash(rel)
}

func (r *Recorder) fs() durable.FS {
	if r.FS == nil {
		return durable.OS()
	}
	return r.FS
}

// OpenFile implements durable.FS. Opening to read is not counted; the fsync of what was opened is.
func (r *Recorder) OpenFile(name string, flag int, perm fs.FileMode) (durable.File, error) {
	var f durable.File
	open := func() (err error) {
		f, err = r.fs().OpenFile(name, flag, perm)
		return err
	}
	var err error
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 {
		err = open()
	} else {
		err = r.step("create", []string{name}, open, nil)
	}
	if err != nil {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
		return nil, err
	}
	return &file{File: f, rec: r, name: name}, nil
}

// Mkdir implements durable.FS.
func (r *Recorder) Mkdir(name string, perm fs.FileMode) error {
	return r.step("mkdir", []string{name}, func() error { return r.fs().Mkdir(name, perm) }, nil)
}

// Rename implements durable.FS.
func (r *Recorder) Rename(from, to string) error {
	return r.step("rename", []string{from, to}, func() error { return r.fs().Rename(from, to) }, nil)
}

// Link implements durable.FS.
func (r *Recorder) Link(from, to string) error {
	return r.step("link", []string{from, to}, func() error { return r.fs().Link(from, to) }, nil)
}

// Remove implements durable.FS.
func (r *Recorder) Remove(name string) error {
	return r.step("remove", []string{name}, func() error { return r.fs().Remove(name) }, nil)
}

// Lstat implements durable.FS.
func (r *Recorder) Lstat(name string) (fs.FileInfo, error) { return r.fs().Lstat(name) }

// ReadDir implements durable.FS.
func (r *Recorder) ReadDir(name string) ([]fs.DirEntry, error) { return r.fs().ReadDir(name) }

type file struct {
	durable.File
	rec  *Recorder
	name string
}

func (f *file) Write(b []byte) (int, error) {
	n := 0
	write := func(b []byte) func() error {
		return func() (err error) {
			n, err = f.File.Write(b)
			return err
		}
	}
	err := f.rec.step("write", []string{f.name}, write(b), write(b[:len(b)/2]))
	return n, err
}

func (f *file) Sync() error {
	return f.rec.step("fsync", []string{f.name}, f.File.Sync, nil)
}

func (f *file) Close() error { return f.File.Close() }
