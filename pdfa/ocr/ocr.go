// Package ocr reads the words of scanned pages and where they stand, with the program tesseract. Its words become the invisible
// text of the archived file ([pdfa.Job.Text]), so that it can be searched.
//
// It never stands on the clerk's path, and never stops a document: a page on which tesseract fails, or which it does not read in
// time, is a page without text that says so ([pdfa.PageText.Missing]). It refuses tesseract older than 5, and languages whose data
// are not installed, when it is made. It does not look at the text's sense: what tesseract reads is kept, whatever its confidence,
// because the picture is what is archived and the text only helps to find it.
//
//	reader, err := ocr.New(ctx, ocr.Config{Languages: []string{"ita", "eng"}})
//	...
//	texts, err := reader.Read(ctx, func(ctx context.Context, emit func(pdfa.Raster) error) (int, error) {
//		return engine.Rasters(ctx, inputs, emit, nil)
//	}, progress)
//
// Pages come as a stream, each goes to a process of its own, as many at a time as there are cores, and the texts come back in the
// pages' order. Memory holds one raster for each worker and one that waits.
package ocr

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"segnatura/internal/tool"
	"segnatura/pdfa"
)

// Config says how pages are read.
type Config struct {
	// Program is tesseract's name or absolute path; empty: "tesseract".
	Program string
	// Languages are names of tesseract's data, the first the main one; all are used at once. Empty: "ita".
	Languages []string
	// DataDir is the absolute path of the folder with these data; empty: tesseract's own.
	DataDir string
	// Workers is how many pages are read at a time, over all calls; 0: as many as there are cores.
	Workers int
	// PageDeadline is how long one reading of a page may take; 0: a minute. A page that may stand on its head is read twice.
	PageDeadline time.Duration
	// Nice lowers the program's precedence, 0 to 19.
	Nice int
	// Failed, if not nil, is told why a page has no text. It is called from several goroutines.
	Failed func(page int, err error)
}

const (
	defaultProgram  = "tesseract"
	defaultLanguage = "ita"
	defaultDeadline = time.Minute
	probeLimit      = 10 * time.Second
	// orientationData is what tesseract needs to find out that a page stands on its head.
	orientationData = "osd"
)

// A LanguageError names the languages that were asked for and are not installed.
type LanguageError struct {
	Missing   []string
	Installed []string
}

// Error names them.
func (e *LanguageError) Error() string {
	return fmt.Sprintf("no tesseract data for %s; installed: %s", strings.Join(e.Missing, ", "), strings.Join(e.Installed, ", "))
}

// A Reader reads pages. It is safe for concurrent use.
type Reader struct {
	program   *tool.Tool
	config    Config
	canTurn   bool          // orientationData is installed
	processes chan struct{} // holds one token for each that runs
}

var (
	versionLine  = regexp.MustCompile(`tesseract v?([0-9]+(?:\.[0-9]+)*)`)
	languageName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_/-]*$`)
)

// New finds tesseract and its languages. The error wraps what [tool.Probe] says of a program that is missing or too old, or a
// *LanguageError.
func New(ctx context.Context, config Config) (*Reader, error) {
	config.Languages = slices.Clone(config.Languages)
	if len(config.Languages) == 0 {
		config.Languages = []string{defaultLanguage}
	}
	if config.Program == "" {
		config.Program = defaultProgram
	}
	if config.Workers <= 0 {
		config.Workers = runtime.GOMAXPROCS(0)
	}
	if config.PageDeadline <= 0 {
		config.PageDeadline = defaultDeadline
	}
	program, err := tool.Probe(ctx, tool.Spec{
		Name: config.Program, VersionArgs: []string{"--version"}, Version: versionLine, AtLeast: "5.0",
	})
	if err != nil {
		return nil, fmt.Errorf("text recognition: %w", err)
	}
	r := &Reader{program: program, config: config, processes: make(chan struct{}, config.Workers)}
	installed, err := r.languages(ctx)
	if err != nil {
		return nil, fmt.Errorf("text recognition: %w", err)
	}
	var missing []string
	for _, language := range config.Languages {
		if !languageName.MatchString(language) || !slices.Contains(installed, language) {
			missing = append(missing, language)
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("text recognition: %w", &LanguageError{Missing: missing, Installed: installed})
	}
	r.canTurn = slices.Contains(installed, orientationData)
	return r, nil
}

// languages asks tesseract which data it has: a heading that ends in a colon, then a name a line.
func (r *Reader) languages(ctx context.Context) ([]string, error) {
	result, err := r.program.Run(ctx, tool.Job{Args: append(r.dataArgs(), "--list-langs"), Timeout: probeLimit})
	if err != nil {
		return nil, fmt.Errorf("ask for languages: %w", err)
	}
	var names []string
	for line := range strings.Lines(string(result.Stdout)) {
		if name := strings.TrimSpace(line); languageName.MatchString(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

func (r *Reader) dataArgs() []string {
	if r.config.DataDir == "" {
		return nil
	}
	return []string{"--tessdata-dir", r.config.DataDir}
}

// Engine names what reads: program, version and languages, as in "tesseract 5.3.0 ita+eng".
func (r *Reader) Engine() string {
	return fmt.Sprintf("tesseract %s %s", r.program.Version(), strings.Join(r.config.Languages, "+"))
}

// Source gives the pages that are to be read to emit, in order, and returns the number of all pages, also of those that it did not
// give. emit returns when the raster is in work, or an error when there is no use in going on.
type Source func(ctx context.Context, emit func(pdfa.Raster) error) (pages int, err error)

// Read reads a document's pages and returns one text for each, in their order; a page that source did not give has neither words
// nor a reason. progress, if not nil, is told how many pages are read, and how many there are, 0 until that is known; its calls
// follow one another. The error is source's own, or that of the context. When Read returns, nothing that it started is left.
func (r *Reader) Read(ctx context.Context, source Source, progress func(page, pages int)) ([]pdfa.PageText, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan pdfa.Raster)
	found := collection{texts: map[int]pdfa.PageText{}, progress: progress}
	var workers sync.WaitGroup
	for range r.config.Workers {
		workers.Go(func() {
			for raster := range work {
				if text, err := r.page(ctx, raster); err == nil {
					found.add(raster.Page, text)
				}
			}
		})
	}
	pages, err := source(ctx, func(raster pdfa.Raster) error {
		if err := valid(raster); err != nil {
			return err
		}
		select {
		case work <- raster:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		cancel()
	} else {
		found.total(pages)
	}
	close(work)
	workers.Wait()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("read text: %w", err)
	}
	return found.inOrder(pages)
}

// valid refuses a raster that is not what its numbers say.
func valid(r pdfa.Raster) error {
	want := r.Width * r.Height
	if r.Bitonal {
		want = (r.Width + 7) / 8 * r.Height
	}
	if r.Page < 1 || r.Width < 1 || r.Height < 1 || len(r.Pix) != want || !(r.XDPI > 0) || !(r.YDPI > 0) {
		return fmt.Errorf("page %d: a raster of %d x %d pixels at %v x %v dpi in %d bytes", r.Page, r.Width, r.Height, r.XDPI, r.YDPI, len(r.Pix))
	}
	return nil
}

// page reads one page when a process is free. The error is the context's; all else that goes wrong is the page's.
func (r *Reader) page(ctx context.Context, raster pdfa.Raster) (pdfa.PageText, error) {
	select {
	case r.processes <- struct{}{}:
		defer func() { <-r.processes }()
	case <-ctx.Done():
		return pdfa.PageText{}, ctx.Err()
	}
	words, err := r.recognise(ctx, raster)
	if ctx.Err() != nil {
		return pdfa.PageText{}, ctx.Err()
	}
	if err == nil {
		return pdfa.PageText{Words: words}, nil
	}
	if r.config.Failed != nil {
		r.config.Failed(raster.Page, err)
	}
	if errors.Is(err, tool.ErrDeadline) {
		return pdfa.PageText{Missing: pdfa.TextDeadline}, nil
	}
	return pdfa.PageText{Missing: pdfa.TextFailed}, nil
}

// collection is the texts of a document as they are found.
type collection struct {
	mu       sync.Mutex
	texts    map[int]pdfa.PageText
	done     int
	pages    int // 0: not known yet
	progress func(page, pages int)
}

func (c *collection) add(page int, text pdfa.PageText) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts[page] = text
	c.done++
	c.tell()
}

// total notes how many pages there are.
func (c *collection) total(pages int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages = pages
	c.tell()
}

func (c *collection) tell() {
	if c.progress != nil {
		c.progress(c.done, c.pages)
	}
}

func (c *collection) inOrder(pages int) ([]pdfa.PageText, error) {
	texts := make([]pdfa.PageText, pages)
	for page, text := range c.texts {
		if page > pages {
			return nil, fmt.Errorf("read text: page %d of %d", page, pages)
		}
		texts[page-1] = text
	}
	return texts, nil
}
