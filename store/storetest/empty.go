package storetest

import (
	"fmt"
	"io/fs"
	"os"
	"sync"
	"testing"
	"testing/fstest"
)

// Empty is a data folder as an engine makes it, before anything was recorded: made once for all tests of a process and copied to each, because
// to migrate one costs more than what most of them look at. The zero Empty is ready; it is safe for concurrent use.
type Empty struct {
	once  sync.Once
	files fstest.MapFS
	err   error
}

// Into fills dir, if nothing is in it, with what made leaves in a folder of its own; made has closed what it opened there.
func (e *Empty) Into(tb testing.TB, dir string, made func(dir string) error) {
	tb.Helper()
	e.once.Do(func() { e.files, e.err = keep(made) })
	if e.err != nil {
		tb.Fatal(e.err)
	}
	switch there, err := os.ReadDir(dir); {
	case err != nil:
		tb.Fatal(err)
	case len(there) > 0:
		return
	}
	if err := os.CopyFS(dir, e.files); err != nil {
		tb.Fatal(err)
	}
}

// keep reads what made leaves in a folder, and removes that.
func keep(made func(dir string) error) (_ fstest.MapFS, err error) {
	dir, err := os.MkdirTemp("", "segnatura-empty-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := made(dir); err != nil {
		return nil, fmt.Errorf("make an empty data folder: %w", err)
	}
	files, from := fstest.MapFS{}, os.DirFS(dir)
	return files, fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		file := &fstest.MapFile{Mode: info.Mode()}
		if !d.IsDir() {
			file.Data, err = fs.ReadFile(from, path)
		}
		files[path] = file
		return err
	})
}
