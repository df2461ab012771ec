package hotfolder_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"segnatura/scanner/hotfolder"
)

func TestSubfoldersComeAndGo(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		folder := func(name string) {
			t.Helper()
			if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var log []string
		note := func(s string) {
			mu.Lock()
			defer mu.Unlock()
			log = append(log, s)
		}
		said := func() []string {
			pass(10 * time.Second)
			mu.Lock()
			defer mu.Unlock()
			out := slices.Sorted(slices.Values(log))
			log = nil
			return out
		}
		for _, name := range []string{"corridoio", hotfolder.TakenDir, ".nascosta"} {
			folder(name)
		}
		put(t, dir, "un-file.jpg", jpegFile(1))
		if err := os.Symlink(t.TempDir(), filepath.Join(dir, "collegamento")); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			hotfolder.Subfolders(ctx, dir, 2*time.Second, func(ctx context.Context, name string) {
				note("+" + name)
				<-ctx.Done()
				note("-" + name)
			})
		}()
		equal(t, "at first", said(), []string{"+corridoio"})
		folder("piano terra")
		equal(t, "a new machine", said(), []string{"+piano terra"})
		if err := os.Remove(filepath.Join(dir, "corridoio")); err != nil {
			t.Fatal(err)
		}
		equal(t, "one is gone", said(), []string{"-corridoio"})
		folder("corridoio")
		equal(t, "and is back", said(), []string{"+corridoio"})
		if err := os.Rename(dir, dir+".via"); err != nil { // the share is away
			t.Fatal(err)
		}
		equal(t, "the share is away", said(), []string(nil))
		if err := os.Rename(dir+".via", dir); err != nil {
			t.Fatal(err)
		}
		equal(t, "the share is back", said(), []string(nil))
		cancel()
		<-done
		equal(t, "at the end", said(), []string{"-corridoio", "-piano terra"})
	})
}

// What a copy over a slow line looks like from here, to the last byte, in each format; and what shares do to files meanwhile.
func TestSharesAndSlowLines(t *testing.T) {
	bubble(t, "a file that is written byte by byte is taken once, whole", func(t *testing.T, dir string) {
		w := watch(t, dir, func(c *hotfolder.Config) { c.Poll = 100 * time.Millisecond; c.Quiet = 500 * time.Millisecond })
		whole := jpegFile(3)
		f, err := os.Create(filepath.Join(dir, "lettera.jpg"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range whole {
			if _, err := f.Write(whole[i : i+1]); err != nil {
				t.Fatal(err)
			}
			pass(130 * time.Millisecond)
			if i < len(whole)-1 {
				w.none(fmt.Sprintf("after %d of %d bytes", i+1, len(whole)))
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		pass(5 * time.Second)
		equal(t, "documents", w.docs, [][]string{{"lettera.jpg"}})
		if string(w.contents["lettera.jpg"]) != string(whole) {
			t.Error("not what was written")
		}
	})
	bubble(t, "a share whose clock is a day behind, or ahead", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		for name, skew := range map[string]time.Duration{"1.jpg": -24 * time.Hour, "2.jpg": 24 * time.Hour} {
			put(t, dir, name, jpegFile(len(name)))
			at(t, dir, name, skew)
		}
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"1.jpg", "2.jpg"}})
	})
	bubble(t, "a file that gets its name when it is finished", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		put(t, dir, "scan.jpg.part", jpegFile(1))
		pass(time.Minute)
		w.none("too early")
		if err := os.Rename(filepath.Join(dir, "scan.jpg.part"), filepath.Join(dir, "scan.jpg")); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"scan.jpg"}})
	})
	bubble(t, "another file takes the name of one that is looked at", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		put(t, dir, "scan.jpg", jpegFile(1))
		pass(3 * time.Second) // seen, and not yet quiet
		put(t, dir, ".neu", jpegFile(2))
		if err := os.Rename(filepath.Join(dir, ".neu"), filepath.Join(dir, "scan.jpg")); err != nil {
			t.Fatal(err)
		}
		at(t, dir, "scan.jpg", 3*time.Second)
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"scan.jpg"}})
		if string(w.contents["scan.jpg"]) != string(jpegFile(2)) {
			t.Error("the older one was taken")
		}
	})
	bubble(t, "files that vanish and come back", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		put(t, dir, "scan.jpg", jpegFile(1))
		pass(3 * time.Second)
		if err := os.Rename(dir, dir+".via"); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		w.none("while the share is away")
		if err := os.Rename(dir+".via", dir); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"scan.jpg"}})
		equal(t, "told", w.troubles, []string{": offline"})
	})
}

// none fails when anything was taken yet. The watch goes on afterwards, and must know that we have looked.
func (w *watched) none(when string) {
	w.t.Helper()
	if len(w.docs) > 0 {
		w.t.Fatalf("%s: %q was taken", when, w.docs)
	}
	w.stop.Store(0)
}

func TestAFileThatMayNotBeRead(t *testing.T) {
	if os.Getuid() == 0 { // no permission keeps root from reading
		const nobody = 65534
		if err := syscall.Seteuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := syscall.Seteuid(0); err != nil {
				t.Fatal(err)
			}
		}()
	}
	bubble(t, "a file that nobody may read is told, and taken once it may be read", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		put(t, dir, "scan.jpg", jpegFile(1))
		if err := os.Chmod(filepath.Join(dir, "scan.jpg"), 0); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Minute)
		equal(t, "told", w.troubles, []string{"scan.jpg: device"})
		if err := os.Chmod(filepath.Join(dir, "scan.jpg"), 0o600); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Minute)
		equal(t, "documents", w.docs, [][]string{{"scan.jpg"}})
	})
}
