// Package powercut pulls the plug of a data folder: what a program wrote and did not sync is gone. It is for tests.
//
//	disk, err := powercut.Watch(dir)                          // before the database in it is opened
//	db, err := store.Open(ctx, store.Config{Dir: dir, FS: disk.FS()})
//	... work ...
//	err = disk.Cut(after, rng)                                // the folder as the next start would find it
//
// Between two syncs of a file some of its writes may have reached the disk and others not; which, the random source decides: none, all,
// or the first few, the last of them in part. The same holds for names: one that was given, changed or taken away may be forgotten
// until its folder was synced. After the cut every write and sync below the watched folder fails, so that what still runs learns that it
// is dead.
//
// What a name stood for is kept by links beside the watched folder until the test removes them.
//
// It does not model disks that lie about a sync, nor writes that overtake each other.
package powercut

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	sqlite3 "modernc.org/sqlite/lib"

	"segnatura/internal/durable"
)

// ErrDead is what everything answers once the power is gone.
var ErrDead = errors.New("the power is gone")

// Disk is one watched folder. It is safe for concurrent use.
type Disk struct {
	root string

	mu    sync.Mutex
	dead  bool
	loose map[string][]undo // by path: what writes since the last sync replaced, oldest first
	names []naming          // names given or taken since their folder was synced, oldest first
}

// undo takes one write back: the bytes that were there, and the file's size.
type undo struct {
	offset, size int64
	bytes        []byte
}

// naming takes one name back: what was under it before, or nothing.
type naming struct {
	path   string
	before string // a copy of what the name stood for; "" where it stood for nothing
}

// Watch begins to watch a folder, which must exist. Database files are watched when they are opened later; other files when they are
// written through [Disk.FS].
func Watch(root string) (*Disk, error) {
	h, err := install()
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", root, err)
	}
	if root, err = filepath.Abs(root); err != nil {
		return nil, err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return nil, err
	}
	d := &Disk{root: root, loose: map[string][]undo{}}
	h.mu.Lock()
	h.disks[root] = d
	h.mu.Unlock()
	return d, nil
}

func (d *Disk) isDead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// change makes one write of a database file, after noting what it replaces.
func (d *Disk) change(path string, note func() (undo, int32), do func() int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return sqlite3.SQLITE_IOERR
	}
	u, rc := note()
	if rc == sqlite3.SQLITE_OK {
		rc = do()
	}
	if rc == sqlite3.SQLITE_OK {
		d.loose[path] = append(d.loose[path], u)
	}
	return rc
}

func (d *Disk) settle(path string, do func() int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return sqlite3.SQLITE_IOERR
	}
	rc := do()
	if rc == sqlite3.SQLITE_OK {
		delete(d.loose, path)
	}
	return rc
}

// Cut takes the power away and writes to the new folder what the disk then holds. Everything below the watched folder fails from here
// on. Cutting again gives another folder that the same cut may have left.
func (d *Disk) Cut(to string, rng *rand.Rand) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
	if err := os.CopyFS(to, os.DirFS(d.root)); err != nil {
		return fmt.Errorf("copy the disk: %w", err)
	}
	for _, path := range slices.Sorted(mapKeys(d.loose)) {
		if err := takeBack(d.in(to, path), d.loose[path], rng); err != nil {
			return fmt.Errorf("take writes back: %w", err)
		}
	}
	forgotten := rng.IntN(len(d.names) + 1) // the last so many names
	for _, n := range slices.Backward(d.names[len(d.names)-forgotten:]) {
		if err := n.takeBack(d.in(to, n.path)); err != nil {
			return fmt.Errorf("take a name back: %w", err)
		}
	}
	return nil
}

func (d *Disk) in(to, path string) string {
	return filepath.Join(to, strings.TrimPrefix(path, d.root))
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// takeBack undoes the last writes of a file: all, none, or some, and then perhaps half of one.
func takeBack(path string, writes []undo, rng *rand.Rand) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) { // taken away since
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // its writes are checked
	gone := writes[len(writes)-lost(len(writes), rng):]
	for i, u := range slices.Backward(gone) {
		if i == 0 && rng.IntN(2) == 0 { // of the first lost write the beginning may have reached the disk
			half := len(u.bytes) / 2
			u.offset, u.bytes = u.offset+int64(half), u.bytes[half:]
		}
		if _, err := f.WriteAt(u.bytes, u.offset); err != nil {
			return err
		}
		if err := f.Truncate(u.size); err != nil {
			return err
		}
	}
	return nil
}

// lost is how many of n unsynced writes the cut takes: all of them in one case of two.
func lost(n int, rng *rand.Rand) int {
	if rng.IntN(2) == 0 {
		return n
	}
	return rng.IntN(n + 1)
}

func (n naming) takeBack(path string) error {
	if n.before == "" {
		return os.RemoveAll(path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Link(n.before, path)
}

// FS is the operating system's files below the watched folder, for [durable.Files].
func (d *Disk) FS() durable.FS { return watchedFS{d} }

type watchedFS struct{ *Disk }

func (w watchedFS) alive() error {
	if w.isDead() {
		return ErrDead
	}
	return nil
}

func (w watchedFS) OpenFile(name string, flag int, perm fs.FileMode) (durable.File, error) {
	if err := w.alive(); err != nil {
		return nil, err
	}
	_, missing := os.Lstat(name)
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		w.named(name, "")
	}
	return &watchedFile{f, w.Disk}, nil
}

func (w watchedFS) Mkdir(name string, perm fs.FileMode) error {
	if err := w.alive(); err != nil {
		return err
	}
	if err := os.Mkdir(name, perm); err != nil {
		return err
	}
	w.named(name, "")
	return nil
}

func (w watchedFS) Rename(from, to string) error {
	return w.move(from, to, func() error { return os.Rename(from, to) })
}

func (w watchedFS) Link(from, to string) error {
	return w.move(from, to, func() error { return os.Link(from, to) })
}

func (w watchedFS) Remove(name string) error {
	return w.move("", name, func() error { return os.Remove(name) })
}

// move changes what a name stands for, and keeps what it stood for. The bytes that were under from are as loose under the new name.
func (w watchedFS) move(from, name string, do func() error) error {
	if err := w.alive(); err != nil {
		return err
	}
	before, err := w.keep(name)
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.loose, name)
	if writes, ok := w.loose[from]; ok {
		w.loose[name] = writes
	}
	w.names = append(w.names, naming{name, before})
	return nil
}

// keep holds what a name stands for by a second one outside the watched folder, so that it can come back.
func (w watchedFS) keep(name string) (string, error) {
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(filepath.Dir(w.root), "kept-*")
	if err != nil {
		return "", err
	}
	kept := filepath.Join(dir, "kept")
	return kept, os.Link(name, kept)
}

func (w watchedFS) named(path, before string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names = append(w.names, naming{path, before})
}

func (w watchedFS) Lstat(name string) (fs.FileInfo, error) {
	if err := w.alive(); err != nil {
		return nil, err
	}
	return os.Lstat(name)
}

func (w watchedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := w.alive(); err != nil {
		return nil, err
	}
	return os.ReadDir(name)
}

type watchedFile struct {
	f    *os.File
	disk *Disk
}

func (f *watchedFile) Read(b []byte) (int, error) { return f.f.Read(b) }
func (f *watchedFile) Close() error               { return f.f.Close() }

func (f *watchedFile) Write(b []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead {
		return 0, ErrDead
	}
	offset, err := f.f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	n, err := f.f.Write(b) // durable.Files writes new files from their beginning: nothing is replaced
	f.disk.loose[f.f.Name()] = append(f.disk.loose[f.f.Name()], undo{offset: offset, size: offset})
	return n, err
}

// Sync makes a file's writes durable; of a folder, the names in it.
func (f *watchedFile) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead {
		return ErrDead
	}
	if err := f.f.Sync(); err != nil {
		return err
	}
	delete(f.disk.loose, f.f.Name())
	f.disk.names = slices.DeleteFunc(f.disk.names, func(n naming) bool { return filepath.Dir(n.path) == f.f.Name() })
	return nil
}
