package ocr_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"segnatura/internal/testenv"
	"segnatura/internal/tool"
	"segnatura/pdfa"
	"segnatura/pdfa/ocr"
)

// pretend writes a shell script that tells a version and languages as tesseract does and, given a page on standard input, does
// what body says. $n is the page's width, by which the tests tell pages apart.
func pretend(t *testing.T, version, languages, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tesseract")
	script := fmt.Sprintf(`#!/bin/sh
case "$1" in
--version) echo "tesseract %s"; exit 0;;
--list-langs) printf 'List of available languages in "/usr/share/" (3):\n%s'; exit 0;;
esac
read magic; read n height
%s
`, version, languages, body)
	if err := os.WriteFile(path, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

// answer is what the pretended tesseract says of a page with one word.
const answer = `cat >/dev/null
printf 'level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n'
printf '1\t1\t0\t0\t0\t0\t0\t0\t%s\t%s\t-1\t\n' $n $height
printf '4\t1\t1\t1\t1\t0\t1\t2\t30\t10\t-1\t\n'
printf '5\t1\t1\t1\t1\t1\t1\t2\t30\t10\t96.5\tpagina%s\n' $n
`

// blank is a white page whose width tells it apart.
func blank(page, width int) pdfa.Raster {
	return pdfa.Raster{Page: page, Width: width, Height: 100, XDPI: 72, YDPI: 72, Pix: make([]byte, width*100)}
}

// pages gives n pages, of which page i is 100+i pixels wide.
func pages(n int) ocr.Source {
	return func(_ context.Context, emit func(pdfa.Raster) error) (int, error) {
		for i := range n {
			if err := emit(blank(i+1, 101+i)); err != nil {
				return 0, err
			}
		}
		return n, nil
	}
}

func newReader(t *testing.T, config ocr.Config) *ocr.Reader {
	t.Helper()
	reader, err := ocr.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func TestWhatIsNotThereIsSaidAtOnce(t *testing.T) {
	langs := `eng\nita\nosd\n`
	tests := []struct {
		name   string
		config ocr.Config
		want   error
	}{
		{"no program", ocr.Config{Program: "/nowhere/tesseract"}, tool.ErrMissing},
		{"an old one", ocr.Config{Program: pretend(t, "4.1.1", langs, "")}, tool.ErrTooOld},
		{"something else", ocr.Config{Program: pretend(t, "unknown", langs, "")}, tool.ErrNoVersion},
	}
	for _, test := range tests {
		if _, err := ocr.New(t.Context(), test.config); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	for _, languages := range [][]string{{"deu"}, {"ita", "deu"}, {"--psm"}, {""}, {"ita+eng"}} {
		_, err := ocr.New(t.Context(), ocr.Config{Program: pretend(t, "5.3.0", langs, ""), Languages: languages})
		missing, ok := errors.AsType[*ocr.LanguageError](err)
		if !ok || missing.Missing[0] != languages[len(languages)-1] || len(missing.Installed) != 3 {
			t.Errorf("%q: %v", languages, err)
		}
	}
	reader := newReader(t, ocr.Config{Program: pretend(t, "5.3.0", langs, ""), Languages: []string{"ita", "eng"}})
	if got := reader.Engine(); got != "tesseract 5.3.0 ita+eng" {
		t.Errorf("the engine is called %q", got)
	}
}

// One page's misfortune is that page's alone, and is said.
func TestAPageThatFailsIsWithoutTextAndTheOthersHaveTheirs(t *testing.T) {
	body := `case $n in
102) exit 1;;
103) kill -SEGV $$;;
104) cat >/dev/null; echo 'no such table';;
105) cat >/dev/null; printf 'level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n'; exit 0;;
106) exec sleep 100;;
*)` + answer + `;;
esac`
	var mu sync.Mutex
	reasons := map[int]error{}
	var told []string
	reader := newReader(t, ocr.Config{
		Program: pretend(t, "5.3.0", `ita\n`, body), Workers: 3, PageDeadline: 2 * time.Second,
		Failed: func(page int, err error) {
			mu.Lock()
			defer mu.Unlock()
			reasons[page] = err
		},
	})
	texts, err := reader.Read(t.Context(), pages(7), func(page, pages int) { told = append(told, fmt.Sprintf("%d/%d", page, pages)) })
	if err != nil {
		t.Fatal(err)
	}
	want := []pdfa.TextMissing{"", pdfa.TextFailed, pdfa.TextFailed, pdfa.TextFailed, pdfa.TextFailed, pdfa.TextDeadline, ""}
	if len(texts) != len(want) {
		t.Fatalf("%d texts", len(texts))
	}
	for i, text := range texts {
		switch {
		case text.Missing != want[i]:
			t.Errorf("page %d: missing %q, want %q", i+1, text.Missing, want[i])
		case (text.Missing != "") != (reasons[i+1] != nil):
			t.Errorf("page %d: reason %v", i+1, reasons[i+1])
		case text.Missing == "" && (len(text.Words) != 1 || text.Words[0].Text != fmt.Sprint("pagina", 101+i)):
			t.Errorf("page %d: %+v", i+1, text.Words)
		}
	}
	if last := told[len(told)-1]; last != "7/7" {
		t.Errorf("told %q", told)
	}
}

// doubtful is an answer with five words of which tesseract thinks little.
const doubtful = `cat >/dev/null
printf 'level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n'
printf '1\t1\t0\t0\t0\t0\t0\t0\t%s\t%s\t-1\t\n' $n $height
for i in 1 2 3 4 5; do printf '5\t1\t1\t1\t1\t%s\t1\t2\t30\t10\t%s\t%s\n' $i $confidence $word; done
`

func TestADoubtfulPageIsReadAgainAndTheBetterReadingCounts(t *testing.T) {
	tests := []struct {
		name, languages, again, want string
	}{
		{"better the other way up", `ita\nosd\n`, "confidence=90 word=dopo", "dopo"},
		{"no better the other way up", `ita\nosd\n`, "confidence=30 word=dopo", "prima"},
		{"the second reading fails", `ita\nosd\n`, "exit 1", "prima"},
		{"tesseract cannot tell the way up", `ita\n`, "confidence=90 word=dopo", "prima"},
	}
	for _, test := range tests {
		body := "confidence=40 word=prima\ncase \"$*\" in *'--psm 1 '*) " + test.again + ";; esac\n" + doubtful
		reader := newReader(t, ocr.Config{Program: pretend(t, "5.3.0", test.languages, body)})
		texts, err := reader.Read(t.Context(), pages(1), nil)
		if err != nil || len(texts[0].Words) != 5 || texts[0].Words[0].Text != test.want {
			t.Errorf("%s: %+v, %v", test.name, texts, err)
		}
	}
}

func TestAProgramThatWritesWithoutEndIsStopped(t *testing.T) {
	var reason error
	reader := newReader(t, ocr.Config{
		Program: pretend(t, "5.3.0", `ita\n`, "cat >/dev/null; head -c 20000000 /dev/zero; exec sleep 100"),
		Failed:  func(_ int, err error) { reason = err },
	})
	texts, err := reader.Read(t.Context(), pages(1), nil)
	if err != nil || texts[0].Missing != pdfa.TextFailed || !errors.Is(reason, tool.ErrOutput) {
		t.Errorf("%+v, %v; because %v", texts, err, reason)
	}
}

func TestPagesThatWereNotGivenHaveNoTextAndNoReason(t *testing.T) {
	reader := newReader(t, ocr.Config{Program: pretend(t, "5.3.0", `ita\n`, answer)})
	texts, err := reader.Read(t.Context(), func(_ context.Context, emit func(pdfa.Raster) error) (int, error) {
		return 3, emit(blank(2, 200))
	}, nil)
	if err != nil || len(texts) != 3 || len(texts[0].Words)+len(texts[2].Words) != 0 || len(texts[1].Words) != 1 {
		t.Errorf("%+v, %v", texts, err)
	}
	for i, text := range texts {
		if text.Missing != "" {
			t.Errorf("page %d: %q", i+1, text.Missing)
		}
	}
}

func TestTheSourcesErrorEndsTheReading(t *testing.T) {
	reader := newReader(t, ocr.Config{Program: pretend(t, "5.3.0", `ita\n`, "exec sleep 100")})
	broken := errors.New("page 2 is broken")
	_, err := reader.Read(t.Context(), func(_ context.Context, emit func(pdfa.Raster) error) (int, error) {
		if err := emit(blank(1, 100)); err != nil {
			return 0, err
		}
		return 0, broken
	}, nil)
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	for name, bad := range map[string]pdfa.Raster{
		"short": {Page: 1, Width: 10, Height: 10, XDPI: 300, YDPI: 300, Pix: make([]byte, 99)},
		"size":  {Page: 1, XDPI: 300, YDPI: 300},
		"dpi":   {Page: 1, Width: 1, Height: 1, Pix: []byte{0}},
		"page":  {Width: 1, Height: 1, XDPI: 300, YDPI: 300, Pix: []byte{0}},
	} {
		if _, err := reader.Read(t.Context(), func(_ context.Context, emit func(pdfa.Raster) error) (int, error) { return 1, emit(bad) }, nil); err == nil {
			t.Errorf("a raster with a bad %s was taken", name)
		}
	}
	if _, err := reader.Read(t.Context(), func(_ context.Context, emit func(pdfa.Raster) error) (int, error) { return 1, nil }, nil); err != nil {
		t.Errorf("no page to read: %v", err)
	}
}

// Cancelled, Read comes back at once and leaves no process.
func TestCancelledItLeavesNoProcess(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "pids")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(fifo, os.O_RDWR, 0) // reading and writing, so that it has no end between two writers
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	reader := newReader(t, ocr.Config{Program: pretend(t, "5.3.0", `ita\n`, fmt.Sprintf("echo $$ >%s\nexec sleep 100", fifo)), Workers: 2})
	ctx, cancel := context.WithCancel(t.Context())
	var pids []string
	var cancelled sync.WaitGroup
	cancelled.Go(func() {
		defer cancel()
		lines := bufio.NewScanner(pipe)
		for len(pids) < 2 && lines.Scan() {
			pids = append(pids, lines.Text())
		}
	})
	_, err = reader.Read(ctx, func(ctx context.Context, emit func(pdfa.Raster) error) (int, error) {
		for i := range 3 {
			if err := emit(blank(i+1, 100)); err != nil {
				return 0, err
			}
		}
		return 3, nil
	}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	cancelled.Wait()
	if len(pids) != 2 {
		t.Fatalf("processes %q ran", pids)
	}
	for _, pid := range pids {
		if _, err := os.Stat("/proc/" + pid); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("process %s is still there: %v", pid, err)
		}
	}
}

// No more rasters are asked for than there are workers, and one.
func TestPagesWaitUntilThereIsAWorker(t *testing.T) {
	const workers = 2
	gate := filepath.Join(t.TempDir(), "gate")
	reader := newReader(t, ocr.Config{
		Program: pretend(t, "5.3.0", `ita\n`, fmt.Sprintf("while [ ! -e %s ]; do sleep 0.01; done\n%s", gate, answer)), Workers: workers,
	})
	var done, early atomic.Int32
	var opened sync.WaitGroup
	_, err := reader.Read(t.Context(), func(_ context.Context, emit func(pdfa.Raster) error) (int, error) {
		for i := range 6 {
			if i == workers { // all workers are at their first page, which does not end before the gate opens
				opened.Go(func() {
					if err := os.WriteFile(gate, nil, 0o666); err != nil {
						t.Error(err)
					}
				})
			}
			if err := emit(blank(i+1, 100)); err != nil {
				return 0, err
			}
			if int(done.Load()) < i+1-workers {
				early.Add(1)
			}
		}
		return 6, nil
	}, func(page, _ int) { done.Store(int32(page)) })
	opened.Wait()
	if err != nil || early.Load() > 0 || done.Load() != 6 {
		t.Errorf("%d pages were taken before a worker was free, %d read: %v", early.Load(), done.Load(), err)
	}
}

func TestAnUnknownDataFolderIsSaid(t *testing.T) {
	testenv.Program(t, "tesseract")
	if _, err := ocr.New(t.Context(), ocr.Config{DataDir: t.TempDir()}); err == nil {
		t.Error("a folder without data was taken")
	}
}
