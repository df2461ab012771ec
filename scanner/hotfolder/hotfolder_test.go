package hotfolder_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/image/tiff"

	"segnatura/scanner"
	"segnatura/scanner/hotfolder"
	"segnatura/scanner/scannertest"
)

func TestSuite(t *testing.T) {
	scannertest.Run(t, scannertest.Family{
		NotAsked: "the files are there before anybody asks",
		Absent: map[scannertest.Scenario]string{
			scannertest.Duplex:    "a folder does not know sheets",
			scannertest.Jam:       "a folder has no rollers",
			scannertest.CoverOpen: "a folder has no cover",
			scannertest.Stall:     "a local file does not keep a reader waiting",
			scannertest.Silent:    "a local file does not keep a reader waiting",
			scannertest.Busy:      "the station's lock keeps others from the folder",
		},
		New: func(t *testing.T, s scannertest.Scenario) scannertest.Harness {
			dir := t.TempDir()
			h := scannertest.Harness{}
			if s != scannertest.Empty {
				for n := range 3 {
					h.Pages = append(h.Pages, jpegFile(n))
					put(t, dir, fmt.Sprintf("p%d.jpg", n+1), h.Pages[n])
				}
			}
			if s == scannertest.Offline {
				dir = filepath.Join(dir, "not mounted")
			}
			src, err := hotfolder.New(hotfolder.Config{Dir: dir, Poll: time.Millisecond, Quiet: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			h.Source = src
			if s == scannertest.Truncated {
				h.Source = cutLast{src, filepath.Join(dir, "p3.jpg")}
			}
			return h
		},
	})
}

// cutLast cuts the last file after it was found whole.
type cutLast struct {
	*hotfolder.Source
	path string
}

func (c cutLast) Scan(ctx context.Context, r scanner.Request) (scanner.Document, error) {
	doc, err := c.Source.Scan(ctx, r)
	return doc, errors.Join(err, os.Truncate(c.path, 100))
}

func jpegFile(n int) []byte {
	return append(append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte{byte(n + 1)}, 9000+n)...), 0xff, 0xd9)
}

// put writes a file as of one fixed instant, so that names decide the order unless a test says otherwise.
func put(t *testing.T, dir, name string, b []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	at(t, dir, name, 0)
}

func at(t *testing.T, dir, name string, after time.Duration) {
	t.Helper()
	when := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).Add(after)
	if err := os.Chtimes(filepath.Join(dir, name), when, when); err != nil {
		t.Fatal(err)
	}
}

// watched runs a Watch in the test's bubble. Its consumer stops short of acknowledging after stop pages of a document, when
// stop is not 0, and after 1.jpg when it balks.
type watched struct {
	t        *testing.T
	dir      string
	docs     [][]string // names, by document
	troubles []string   // "name: kind"
	contents map[string][]byte
	stop     atomic.Int32
	balks    atomic.Bool // at 1.jpg
}

func watch(t *testing.T, dir string, edit func(*hotfolder.Config)) *watched {
	t.Helper()
	w := &watched{t: t, dir: dir, contents: map[string][]byte{}}
	cfg := hotfolder.Config{Dir: dir, OnTrouble: func(name string, f *scanner.Fault) {
		w.troubles = append(w.troubles, name+": "+string(f.Kind))
	}}
	if edit != nil {
		edit(&cfg)
	}
	src, err := hotfolder.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- src.Watch(ctx, w.take) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch: %v", err)
		}
	})
	return w
}

func (w *watched) take(ctx context.Context, doc scanner.Document) {
	var names []string
	defer func() { w.docs = append(w.docs, names) }()
	for {
		p, err := doc.Next(ctx)
		if err != nil {
			if err != io.EOF {
				names = append(names, string(scannertest.Kind(err)))
			}
			return
		}
		b, err := io.ReadAll(p.Data)
		if err := errors.Join(err, p.Data.Close()); err != nil {
			w.t.Error(err)
			return
		}
		if p.Seq != len(names)+1 {
			w.t.Errorf("%s has Seq %d", p.Name, p.Seq)
		}
		names = append(names, p.Name)
		w.contents[p.Name] = b
		if p.Name == "1.jpg" && w.balks.Load() || len(names) == int(w.stop.Load()) {
			return // as a consumer does whose disk is full: read, and not safe
		}
	}
}

// pass lets the bubble's time go by until everything has settled again.
func pass(d time.Duration) {
	time.Sleep(d) // the bubble's clock, not the machine's
	synctest.Wait()
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%q", got), fmt.Sprintf("%q", want); g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

func bubble(t *testing.T, name string, run func(t *testing.T, dir string)) {
	t.Run(name, func(t *testing.T) {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) { run(t, dir) })
	})
}

// TestWatch is long because it is a list of small stories, each in a bubble of its own.
func TestWatch(t *testing.T) {
	bubble(t, "files that arrive together are one document, by time and then as people count", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		for _, name := range []string{"p10.jpg", "p2.jpg", "p1.jpg", "a-late.jpg"} {
			put(t, dir, name, jpegFile(len(name)))
		}
		at(t, dir, "a-late.jpg", time.Second)
		pass(time.Minute)
		put(t, dir, "p1.jpg", jpegFile(40))
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"p1.jpg", "p2.jpg", "p10.jpg", "a-late.jpg"}, {"p1.jpg"}})
		equal(t, "left", names(t, dir), []string(nil))
		taken := names(t, filepath.Join(dir, hotfolder.TakenDir))
		if len(taken) != 5 || !slices.Contains(taken, "p1.jpg") {
			t.Errorf("taken: %q", taken)
		}
		first, err := os.ReadFile(filepath.Join(dir, hotfolder.TakenDir, "p1.jpg"))
		if err != nil || !bytes.Equal(first, jpegFile(len("p1.jpg"))) {
			t.Errorf("the first p1.jpg was overwritten: %v", err)
		}
	})
	bubble(t, "a page that comes within the quiet time belongs to the same document", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		put(t, dir, "2.jpg", jpegFile(2))
		pass(4 * time.Second)
		put(t, dir, "1.jpg", jpegFile(1))
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"1.jpg", "2.jpg"}})
	})
	bubble(t, "the same bytes again are delivered again and kept beside the first", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		for range 4 {
			put(t, dir, "scan.jpg", jpegFile(1))
			pass(time.Minute)
		}
		equal(t, "documents", w.docs, [][]string{{"scan.jpg"}, {"scan.jpg"}, {"scan.jpg"}, {"scan.jpg"}})
		if taken := names(t, filepath.Join(dir, hotfolder.TakenDir)); len(taken) != 4 {
			t.Errorf("taken: %q", taken)
		}
	})
	bubble(t, "one file, one document, where it is so set", func(t *testing.T, dir string) {
		w := watch(t, dir, func(c *hotfolder.Config) { c.Single = true })
		put(t, dir, "2.jpg", jpegFile(2))
		put(t, dir, "1.jpg", jpegFile(1))
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"1.jpg"}, {"2.jpg"}})
	})
	bubble(t, "a file that grows is waited for, and holds its group together", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		put(t, dir, "1.jpg", jpegFile(1))
		whole := jpegFile(2)
		for cut := 1000; cut < len(whole); cut += 1000 {
			put(t, dir, "2.jpg", whole[:cut])
			pass(2 * time.Second)
		}
		equal(t, "too early", w.docs, [][]string(nil))
		put(t, dir, "2.jpg", whole)
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"1.jpg", "2.jpg"}})
		if !bytes.Equal(w.contents["2.jpg"], whole) {
			t.Error("2.jpg was not delivered whole")
		}
	})
	bubble(t, "a file that never ends is told and holds nobody up", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		put(t, dir, "1.jpg", jpegFile(1))
		for n := range 400 {
			put(t, dir, "endless.jpg", jpegFile(2)[:1000+n])
			pass(2 * time.Second)
		}
		equal(t, "documents", w.docs, [][]string{{"1.jpg"}})
		equal(t, "troubles", w.troubles, []string{"endless.jpg: truncated"})
	})
	bubble(t, "a page that was not made safe stays and comes again", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		w.stop.Store(2)
		for n := range 3 {
			put(t, dir, fmt.Sprintf("%d.jpg", n+1), jpegFile(n))
		}
		pass(20 * time.Second)
		equal(t, "documents", w.docs, [][]string{{"1.jpg", "2.jpg"}})
		equal(t, "left", names(t, dir), []string{"2.jpg", "3.jpg"})
		w.stop.Store(0)
		pass(time.Minute)
		equal(t, "documents", w.docs, [][]string{{"1.jpg", "2.jpg"}, {"2.jpg", "3.jpg"}})
		equal(t, "left", names(t, dir), []string(nil))
	})
	bubble(t, "a file that its consumer cannot bear is told, lets the others pass, and comes again seldom", func(t *testing.T, dir string) {
		w := watch(t, dir, nil)
		w.balks.Store(true)
		put(t, dir, "1.jpg", jpegFile(1))
		put(t, dir, "2.jpg", jpegFile(2))
		at(t, dir, "2.jpg", time.Second)
		pass(30 * time.Minute)
		equal(t, "documents", w.docs, [][]string{{"1.jpg"}, {"1.jpg"}, {"1.jpg"}, {"2.jpg"}})
		equal(t, "troubles", w.troubles, []string{"1.jpg: bad-data"})
		equal(t, "left", names(t, dir), []string{"1.jpg"})
		pass(time.Hour)
		equal(t, "documents after more than an hour", w.docs[4:], [][]string{{"1.jpg"}})
		w.balks.Store(false)
		pass(time.Hour)
		equal(t, "left in the end", names(t, dir), []string(nil))
	})
	bubble(t, "a folder that is away is told once and waited for", func(t *testing.T, dir string) {
		share := filepath.Join(dir, "share")
		w := watch(t, share, nil)
		pass(time.Minute)
		if err := os.Mkdir(share, 0o700); err != nil {
			t.Fatal(err)
		}
		put(t, share, "1.jpg", jpegFile(1))
		pass(time.Minute)
		equal(t, "troubles", w.troubles, []string{": offline"})
		equal(t, "documents", w.docs, [][]string{{"1.jpg"}})
	})
}

func tiffFile(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tiff.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 90)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngFile(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 90))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatStaysIsToldOnceAndTakenWhenItChanges(t *testing.T) {
	whole := map[string][]byte{"a.jpg": jpegFile(1), "a.png": pngFile(t), "a.tif": tiffFile(t)}
	tif := whole["a.tif"]
	loop := slices.Concat([]byte("II*\x00\x08\x00\x00\x00\x01\x00"), make([]byte, 12), []byte("\x08\x00\x00\x00"))
	for _, c := range []struct {
		why, name string
		content   []byte
		kind      scanner.FaultKind
	}{
		{"a JPEG without its end", "a.jpg", whole["a.jpg"][:5000], scanner.FaultTruncated},
		{"a JPEG of reserved length", "a.jpg", append(slices.Clone(whole["a.jpg"][:300]), make([]byte, 9000)...), scanner.FaultTruncated},
		{"a PNG without its end", "a.png", whole["a.png"][:len(whole["a.png"])-4], scanner.FaultTruncated},
		{"a TIFF without its strips", "a.tif", tif[:40], scanner.FaultTruncated},
		{"a TIFF without its last directory", "a.tif", tif[:len(tif)-20], scanner.FaultTruncated},
		{"a TIFF in a circle", "a.tif", loop, scanner.FaultBadData},
		{"nothing yet", "a.jpg", nil, scanner.FaultTruncated},
		{"zeros", "a.jpg", make([]byte, 5000), scanner.FaultTruncated},
		{"a PDF that is not finished", "a.jpg", []byte("%PDF-1.7\n1 0 obj"), scanner.FaultTruncated},
		{"something else", "a.jpg", []byte("<html>scanner error</html>"), scanner.FaultBadData},
		{"too much", "a.jpg", jpegFile(20_000), scanner.FaultBadData},
	} {
		bubble(t, c.why, func(t *testing.T, dir string) {
			w := watch(t, dir, func(cfg *hotfolder.Config) { cfg.MaxFileBytes = 20_000 })
			put(t, dir, c.name, c.content)
			pass(5 * time.Minute)
			equal(t, "troubles", w.troubles, []string{c.name + ": " + string(c.kind)})
			equal(t, "documents", w.docs, [][]string(nil))
			equal(t, "left", names(t, dir), []string{c.name})
			put(t, dir, c.name, whole[c.name])
			at(t, dir, c.name, time.Second)
			pass(time.Minute)
			equal(t, "documents after it was finished", w.docs, [][]string{{c.name}})
		})
	}
}

// A file that its consumer can never take stays, is told once in the consumer's words, and holds up no other.
func TestARefusedFileIsToldAndLetsTheOthersPass(t *testing.T) {
	bubble(t, "a PDF with a password between two pages", func(t *testing.T, dir string) {
		var troubles, taken []string
		src, err := hotfolder.New(hotfolder.Config{Dir: dir, OnTrouble: func(name string, f *scanner.Fault) {
			troubles = append(troubles, name+": "+string(f.Kind))
		}})
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string][]byte{"1.jpg": jpegFile(1), "2.pdf": []byte("%PDF-1.7\n%%EOF\n"), "3.jpg": jpegFile(3)} {
			put(t, dir, name, b)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- src.Watch(ctx, func(ctx context.Context, doc scanner.Document) {
				for {
					p, err := doc.Next(ctx)
					if err != nil {
						return
					}
					if _, err := io.Copy(io.Discard, p.Data); err != nil {
						t.Error(err)
					}
					_ = p.Data.Close()
					if p.Format == "application/pdf" {
						doc.(scanner.Refuser).Refuse(&scanner.Fault{Kind: scanner.FaultEncrypted})
						continue
					}
					taken = append(taken, p.Name)
				}
			})
		}()
		pass(time.Hour)
		cancel()
		<-done
		equal(t, "troubles", troubles, []string{"2.pdf: encrypted"})
		equal(t, "taken", taken, []string{"1.jpg", "3.jpg"})
		equal(t, "left", names(t, dir), []string{"2.pdf"})
	})
}

// A PDF whose process had no time or no memory on a bad day is taken on a better one, without anybody touching it; not for ever.
func TestAFileThatIsRefusedForTheMomentIsOfferedAgain(t *testing.T) {
	bubble(t, "three PDF files under load", func(t *testing.T, dir string) {
		begin, offered := time.Now(), map[string][]int{} // after so many hours
		var troubles []string
		src, err := hotfolder.New(hotfolder.Config{Dir: dir, OnTrouble: func(name string, f *scanner.Fault) {
			troubles = append(troubles, name+": "+string(f.Kind))
		}})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"always.pdf", "once.pdf", "password.pdf"} {
			put(t, dir, name, []byte("%PDF-1.7\n%%EOF\n"))
		}
		refuse := func(name string) *scanner.Fault {
			switch {
			case name == "password.pdf":
				return &scanner.Fault{Kind: scanner.FaultEncrypted}
			case name == "always.pdf" || len(offered[name]) == 1:
				return &scanner.Fault{Kind: scanner.FaultBadData, Detail: "deadline", MayPass: true}
			}
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- src.Watch(ctx, func(ctx context.Context, doc scanner.Document) {
				for {
					p, err := doc.Next(ctx)
					if err != nil {
						return
					}
					if _, err := io.Copy(io.Discard, p.Data); err != nil {
						t.Error(err)
					}
					_ = p.Data.Close()
					offered[p.Name] = append(offered[p.Name], int(time.Since(begin).Hours()))
					if f := refuse(p.Name); f != nil {
						doc.(scanner.Refuser).Refuse(f)
					}
				}
			})
		}()
		pass(10 * time.Hour)
		cancel()
		<-done
		equal(t, "offered", offered, map[string][]int{"always.pdf": {0, 1, 2}, "once.pdf": {0, 1}, "password.pdf": {0}})
		slices.Sort(troubles)
		equal(t, "troubles", troubles, []string{"always.pdf: bad-data", "always.pdf: bad-data", "always.pdf: bad-data", "once.pdf: bad-data", "password.pdf: encrypted"})
		equal(t, "left", names(t, dir), []string{"always.pdf", "password.pdf"})
	})
}
