package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"segnatura/scanner"
)

// TestFolderTroublesLastAsLongAsTheyAreSo: a folder that was away was not told on the screen, because nothing lay in it.
func TestFolderTroublesLastAsLongAsTheyAreSo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scansioni")
	w, err := newWatched(HotFolderConfig{ID: "corridoio", Dir: dir}, func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	w.troubles.note("", &scanner.Fault{Kind: scanner.FaultOffline})
	if got := w.troubles.list(); len(got) != 1 || got[0].File != "" || got[0].Fault != scanner.FaultOffline {
		t.Fatalf("the folder is away: %+v", got)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "lettera.pdf")
	if err := os.WriteFile(name, []byte("%PDF-"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.troubles.note("lettera.pdf", &scanner.Fault{Kind: scanner.FaultUnsupported})
	if got := w.troubles.list(); len(got) != 1 || got[0].File != "lettera.pdf" {
		t.Fatalf("the folder is back, with a file that is not taken: %+v", got)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if got := w.troubles.list(); len(got) != 0 {
		t.Fatalf("nothing is wrong any more: %+v", got)
	}
}

// TestExcludedPageLeavesNoOriginalInPresi: what was decided to be erased stayed in the hot folder's «presi» (R19.5).
func TestExcludedPageLeavesNoOriginalInPresi(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
	secret, kept := []byte("dati riservati"), []byte("resta")
	var folders hotFolders
	path := func(id, name string) string { return filepath.Join(folders[id[0]-'a'].top.dir, "presi", name) }
	for _, id := range []string{"a", "b"} {
		w, err := newHotFolder(HotFolderConfig{ID: id, Dir: t.TempDir()}, now)
		if err != nil {
			t.Fatal(err)
		}
		folders = append(folders, w)
		if err := os.Mkdir(filepath.Join(w.top.dir, "presi"), 0o700); err != nil {
			t.Fatal(err)
		}
		for name, data := range map[string][]byte{"segreta.tif": secret, "altra.jpg": kept} {
			if err := os.WriteFile(path(id, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	digest := fmt.Sprintf("%x", sha256.Sum256(secret))
	for _, source := range []string{"a", "a", "upload", "cartella-tolta"} {
		if err := folders.EraseOriginal(t.Context(), source, digest, int64(len(secret))); err != nil {
			t.Errorf("from %s: %v", source, err)
		}
	}
	for _, f := range []struct {
		id, name string
		stays    bool
	}{{"a", "segreta.tif", false}, {"a", "altra.jpg", true}, {"b", "segreta.tif", true}, {"b", "altra.jpg", true}} {
		if _, err := os.Stat(path(f.id, f.name)); (err == nil) != f.stays {
			t.Errorf("%s of folder %s: %v, stays is %v", f.name, f.id, err, f.stays)
		}
	}
	if err := folders.EraseOriginal(t.Context(), "a", "zz", 1); err == nil {
		t.Error("what is no digest was erased")
	}
	if err := os.RemoveAll(folders[1].top.dir); err != nil {
		t.Fatal(err)
	}
	if err := folders.EraseOriginal(t.Context(), "b", digest, int64(len(secret))); err == nil {
		t.Error("erased in a folder that is away")
	}
}
