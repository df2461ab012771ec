package hotfolder_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"segnatura/internal/durable"
	"segnatura/internal/durable/durabletest"
	"segnatura/scanner"
	"segnatura/scanner/hotfolder"
	"segnatura/scanner/scannertest"
)

func TestOnlyRegularFilesAreTouched(t *testing.T) {
	bubble(t, "links, pipes, folders and unfinished names", func(t *testing.T, dir string) {
		outside := t.TempDir()
		put(t, outside, "secret.jpg", jpegFile(1))
		sub := filepath.Join(dir, "sub")
		if err := errors.Join(os.Symlink(filepath.Join(outside, "secret.jpg"), filepath.Join(dir, "link.jpg")),
			syscall.Mkfifo(filepath.Join(dir, "pipe.jpg"), 0o600), os.Mkdir(sub, 0o700)); err != nil {
			t.Fatal(err)
		}
		put(t, sub, "deep.jpg", jpegFile(2))
		for _, name := range []string{".hidden.jpg", "~lock.jpg", "a.jpg.part", "b.tmp", "c.jpg~"} {
			put(t, dir, name, jpegFile(3))
		}
		w := watch(t, dir, nil)
		pass(time.Minute)
		slices.Sort(w.troubles)
		equal(t, "troubles", w.troubles, []string{"link.jpg: unsupported", "pipe.jpg: unsupported"})
		equal(t, "documents", w.docs, [][]string(nil))
		if got := len(names(t, dir)); got != 7 {
			t.Errorf("%d names left of 7", got)
		}
	})
}

func TestACrashInTheMiddleOfAMoveIsFinishedAndNotScannedTwice(t *testing.T) {
	bubble(t, "two names of one file", func(t *testing.T, dir string) {
		put(t, dir, "1.jpg", jpegFile(1))
		taken := filepath.Join(dir, hotfolder.TakenDir)
		if err := errors.Join(os.Mkdir(taken, 0o700), os.Link(filepath.Join(dir, "1.jpg"), filepath.Join(taken, "1.jpg"))); err != nil {
			t.Fatal(err)
		}
		w := watch(t, dir, nil)
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string(nil))
		equal(t, "left", names(t, dir), []string(nil))
		equal(t, "taken", names(t, taken), []string{"1.jpg"})
	})
}

// Whatever call fails while the original is moved, the page was delivered once, no original is lost, and a restart ends with
// an empty folder.
func TestEveryFailureOfAMove(t *testing.T) {
	for n := 1; ; n++ {
		fired := true
		for _, after := range []bool{false, true} {
			bubble(t, fmt.Sprintf("call %d after %v", n, after), func(t *testing.T, dir string) {
				rec := &durabletest.Recorder{Root: dir, Fault: durabletest.Fault{At: n, After: after, Err: syscall.EIO}}
				put(t, dir, "1.jpg", jpegFile(1))
				w := watch(t, dir, func(c *hotfolder.Config) { c.Files = durable.Files{FS: rec} })
				pass(5 * time.Minute)
				fired = rec.Fired()
				equal(t, "documents", w.docs, [][]string{{"1.jpg"}})
				if fired {
					equal(t, "troubles", w.troubles, []string{"1.jpg: device"})
				}
				taken := filepath.Join(dir, hotfolder.TakenDir)
				if len(names(t, dir))+len(names(t, taken)) == 0 {
					t.Error("the original is lost")
				}
				again := watch(t, dir, nil)
				pass(time.Minute)
				if len(again.docs) > 1 || len(names(t, dir)) != 0 || len(names(t, taken)) != 1 {
					t.Errorf("after a restart: documents %q, left %q, taken %q", again.docs, names(t, dir), names(t, taken))
				}
			})
		}
		if !fired {
			break
		}
	}
}

// found puts one file and returns the document of a Scan that found it.
func found(t *testing.T, dir string) scanner.Document {
	t.Helper()
	put(t, dir, "1.jpg", jpegFile(1))
	src, err := hotfolder.New(hotfolder.Config{Dir: dir, Poll: time.Millisecond, Quiet: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := src.Scan(t.Context(), scanner.Request{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestCloseFromElsewhereEndsAReading(t *testing.T) {
	dir := t.TempDir()
	doc := found(t, dir)
	p, err := doc.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Data.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- doc.Close() }()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(p.Data); scannertest.Kind(err) != scanner.FaultCancelled {
		t.Errorf("reading on: %v", err)
	}
	equal(t, "left", names(t, dir), []string{"1.jpg"})
}

func TestAPageThatWasNotReadToItsEndStays(t *testing.T) {
	dir := t.TempDir()
	doc := found(t, dir)
	p, err := doc.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, p.Data, 100); err != nil {
		t.Fatal(err)
	}
	if err := p.Data.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := doc.Next(t.Context()); scannertest.Kind(err) != scanner.FaultTruncated {
		t.Errorf("Next: %v", err)
	}
	equal(t, "left", names(t, dir), []string{"1.jpg"})
}

func TestALinkThatTookAFilesPlaceIsNotFollowed(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	doc := found(t, dir)
	put(t, outside, "secret.jpg", jpegFile(1)) // same size, same time
	path := filepath.Join(dir, "1.jpg")
	if err := errors.Join(os.Remove(path), os.Symlink(filepath.Join(outside, "secret.jpg"), path)); err != nil {
		t.Fatal(err)
	}
	if _, err := doc.Next(t.Context()); scannertest.Kind(err) == "" {
		t.Errorf("Next: %v", err)
	}
}

func TestEraseTakesEveryCopyOfThatContent(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, hotfolder.TakenDir)
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	secret, other := jpegFile(1), slices.Clone(jpegFile(1))
	other[100]++
	put(t, dir, "a.jpg", secret)
	put(t, taken, "b.jpg", secret)
	put(t, taken, "c.jpg", other)
	src, err := hotfolder.New(hotfolder.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 0} {
		if n, err := src.Erase(t.Context(), sha256.Sum256(secret), int64(len(secret))); n != want || err != nil {
			t.Errorf("Erase = %d, %v, want %d", n, err, want)
		}
	}
	equal(t, "left", strings.Join(append(names(t, dir), names(t, taken)...), " "), "c.jpg")
}
