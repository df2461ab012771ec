package main

import (
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
