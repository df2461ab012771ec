// Package durable writes files that are there, whole, after a power cut, and locks the folder they are in.
//
// The rule is the same everywhere: bytes go to a temporary file in the folder where they will stay, the file is fsynced, the
// name is put in place by one rename or link, and the folder is fsynced. Only then does the call return nil, and only then may
// a database row name the file. A reader therefore sees the old content, the new content, or no file; never a part.
//
//	files := durable.Files{}                       // the operating system's files
//	err := files.WriteFile(path, r, 0o600)         // replaces what was there
//	err = files.CreateExclusive(path, r, 0o400)    // refuses with fs.ErrExist
//
//	p, err := files.Create(dir, 0o400)             // when the name depends on the content
//	defer p.Abort()
//	... io.Copy(io.MultiWriter(p, hash), r) ...
//	err = p.CommitExclusive(name)
//
// It refuses to guess after an error: when the folder could not be fsynced the name may or may not survive, the error is
// [ErrUnsettled], and the caller repeats the whole write (a second fsync after a failed one proves nothing on Linux).
//
// What a crash leaves behind are files for which [IsTemp] is true; [Files.CleanTemps] removes them at the next start. Tests
// replace [FS] (see durabletest) to assert the order of the calls and to fail each of them before and after it persisted.
package durable

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrUnsettled is in the chain of every error that came after a name was put in place or taken away: the change is visible
// now, and nobody knows whether it survives a power cut. Repeating the call is safe, believing it is not.
var ErrUnsettled = errors.New("change is visible but not known to be durable")

// File is an open file or folder, as much of it as this package needs.
type File interface {
	io.ReadWriteCloser
	Sync() error
}

// FS is the seam under [Files]: one method per system call whose order or failure matters.
type FS interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	Mkdir(name string, perm fs.FileMode) error
	Rename(from, to string) error
	Link(from, to string) error
	Remove(name string) error
	Lstat(name string) (fs.FileInfo, error)
	ReadDir(name string) ([]fs.DirEntry, error)
}

// OS returns the operating system's own files.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err // not f: a nil *os.File in an interface is not nil
	}
	return f, nil
}
func (osFS) Mkdir(name string, perm fs.FileMode) error  { return os.Mkdir(name, perm) }
func (osFS) Rename(from, to string) error               { return os.Rename(from, to) }
func (osFS) Link(from, to string) error                 { return os.Link(from, to) }
func (osFS) Remove(name string) error                   { return os.Remove(name) }
func (osFS) Lstat(name string) (fs.FileInfo, error)     { return os.Lstat(name) }
func (osFS) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// Files does durable work on an FS. The zero value works on the operating system's files. It holds no state: it may be
// copied and used by many goroutines; two writers of one path are the caller's to order, the last rename wins.
type Files struct {
	FS FS // nil means OS()
}

func (f Files) fs() FS {
	if f.FS == nil {
		return osFS{}
	}
	return f.FS
}

// WriteFile puts all of r at path, replacing what was there; durable once it returns nil. perm is before the umask. On an
// error before the rename the old content is untouched and nothing new is left behind.
func (f Files) WriteFile(path string, r io.Reader, perm fs.FileMode) error {
	return f.write(path, r, perm, (*Pending).Commit)
}

// CreateExclusive is WriteFile that never replaces: where path exists, whatever it is, the error is fs.ErrExist and what was
// there is untouched. The folder's file system must know hard links.
func (f Files) CreateExclusive(path string, r io.Reader, perm fs.FileMode) error {
	return f.write(path, r, perm, (*Pending).CommitExclusive)
}

func (f Files) write(path string, r io.Reader, perm fs.FileMode, commit func(*Pending, string) error) error {
	p, err := f.Create(filepath.Dir(path), perm)
	if err != nil {
		return err
	}
	if _, err := io.Copy(p, r); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), p.Abort())
	}
	return commit(p, filepath.Base(path))
}

// MkdirAll makes path and the folders above it that are missing; each is durable in its parent before the next is made.
// An earlier call that was cut short is repaired: the deepest folder found is made durable again.
func (f Files) MkdirAll(path string, perm fs.FileMode) error {
	path = filepath.Clean(path)
	info, err := f.fs().Lstat(path)
	if err == nil {
		if info.Mode()&fs.ModeSymlink != 0 { // an administrator's link to another disk is fine
			if info, err = os.Stat(path); err != nil {
				return err
			}
		}
		if !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
		}
		if err := f.SyncDir(filepath.Dir(path)); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err // a parent that we may not read is not one that we made it in
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(path)
	if err := f.MkdirAll(parent, perm); err != nil {
		return err
	}
	if err := f.fs().Mkdir(path, perm); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return f.settle(parent)
}

// Remove makes sure that path is not there, durably. A file that is already gone is success: a restart finishes what a crash
// cut short.
func (f Files) Remove(path string) error {
	if err := f.fs().Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.settle(filepath.Dir(path))
}

// MoveExclusive gives the file at from the name to, which must not exist (fs.ErrExist). The content is fsynced first: who
// wrote it may not have done so. At every instant at least one of the two names is there; a crash may leave both, and the same
// call then finishes the move. To another disk the content is copied; there a move that a crash cut short is fs.ErrExist when it is
// repeated, since two copies are not known to be one. The file system of to must know hard links.
func (f Files) MoveExclusive(from, to string) error {
	src, err := f.fs().OpenFile(from, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer src.Close() // read only: nothing can be lost by it
	if err := src.Sync(); err != nil {
		return fmt.Errorf("fsync %s: %w", from, err)
	}
	err = f.fs().Link(from, to)
	switch {
	case err == nil:
		err = f.settle(filepath.Dir(to))
	case errors.Is(err, fs.ErrExist) && f.sameFile(from, to): // an earlier move was cut short between its two steps
		err = f.settle(filepath.Dir(to))
	case errors.Is(err, syscall.EXDEV), errors.Is(err, syscall.EMLINK):
		err = f.CreateExclusive(to, src, 0o600)
	}
	if err != nil {
		return err
	}
	return f.Remove(from)
}

func (f Files) sameFile(a, b string) bool {
	ia, errA := f.fs().Lstat(a)
	ib, errB := f.fs().Lstat(b)
	return errA == nil && errB == nil && os.SameFile(ia, ib)
}

// SyncDir fsyncs a folder: the names in it are durable once it returns nil.
func (f Files) SyncDir(dir string) error {
	d, err := f.fs().OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		return errors.Join(fmt.Errorf("fsync folder %s: %w", dir, err), d.Close())
	}
	return d.Close()
}

// settle is SyncDir after a change.
func (f Files) settle(dir string) error {
	if err := f.SyncDir(dir); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsettled, err)
	}
	return nil
}

const tempPrefix = ".tmp-"

// IsTemp says whether name (a base name) is one that this package gives to unfinished files.
func IsTemp(name string) bool {
	digits, ok := strings.CutPrefix(name, tempPrefix)
	if !ok || len(digits) != 32 {
		return false
	}
	_, err := hex.DecodeString(digits)
	return err == nil
}

// CleanTemps removes the unfinished files that a crash left in dir (not below it) and returns how many there were. Call it at
// the start, when no one writes there; a folder that does not exist has none.
func (f Files) CleanTemps(dir string) (int, error) {
	entries, err := f.fs().ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range entries {
		if !IsTemp(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		if err := f.fs().Remove(filepath.Join(dir, e.Name())); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return n, f.settle(dir)
}

// Create starts a file in dir whose name is decided later. The caller ends it with Commit, CommitExclusive or Abort.
func (f Files) Create(dir string, perm fs.FileMode) (*Pending, error) {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, fmt.Errorf("name a temporary file: %w", err)
	}
	temp := filepath.Join(dir, tempPrefix+hex.EncodeToString(id[:]))
	file, err := f.fs().OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, err
	}
	return &Pending{files: f, dir: dir, temp: temp, file: file}, nil
}

// Pending is a file being written. It is for one goroutine.
type Pending struct {
	files Files
	dir   string
	temp  string
	file  File // nil once closed
	done  bool // the temporary name is gone, or is not ours to remove any more
}

// Write appends to the unfinished file. After an error only Abort is of use.
func (p *Pending) Write(b []byte) (int, error) {
	if p.file == nil {
		return 0, fs.ErrClosed
	}
	return p.file.Write(b)
}

// Commit makes the content durable under name in the folder, replacing what was there. Whatever it returns, p is at its end.
func (p *Pending) Commit(name string) error {
	if err := p.seal(name); err != nil {
		return err
	}
	if err := p.files.fs().Rename(p.temp, filepath.Join(p.dir, name)); err != nil {
		return errors.Join(err, p.Abort())
	}
	p.done = true
	return p.files.settle(p.dir)
}

// CommitExclusive is Commit that never replaces: where name exists the error is fs.ErrExist and nothing is changed.
func (p *Pending) CommitExclusive(name string) error {
	if err := p.seal(name); err != nil {
		return err
	}
	if err := p.files.fs().Link(p.temp, filepath.Join(p.dir, name)); err != nil {
		return errors.Join(err, p.Abort())
	}
	if err := p.Abort(); err != nil { // the second name; the content stays under the first
		return fmt.Errorf("%w: %w", ErrUnsettled, err)
	}
	return p.files.settle(p.dir)
}

// seal fsyncs and closes the content, so that no name is ever given to bytes that may still vanish.
func (p *Pending) seal(name string) error {
	if name != filepath.Base(name) || name == "." || name == ".." || IsTemp(name) {
		return errors.Join(fmt.Errorf("%q is not a file's name: %w", name, fs.ErrInvalid), p.Abort())
	}
	if p.file == nil {
		return fs.ErrClosed
	}
	if err := p.file.Sync(); err != nil {
		return errors.Join(fmt.Errorf("fsync %s: %w", filepath.Join(p.dir, name), err), p.Abort())
	}
	err := p.file.Close()
	p.file = nil
	if err != nil {
		return errors.Join(fmt.Errorf("close %s: %w", filepath.Join(p.dir, name), err), p.Abort())
	}
	return nil
}

// Abort removes the unfinished file; after a commit it does nothing, so that it can be deferred.
func (p *Pending) Abort() error {
	var err error
	if p.file != nil {
		err = p.file.Close()
		p.file = nil
	}
	if p.done {
		return err
	}
	p.done = true
	return errors.Join(err, p.files.fs().Remove(p.temp))
}
