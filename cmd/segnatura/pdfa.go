package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"segnatura/internal/tool"
	"segnatura/pdfa"
	"segnatura/pdfa/ocr"
)

const pdfaUsage = "[-ocr ita[+eng]] [-flavour 2u|2b] [-title T] [-jobs N] [-json] [-q] [-f] -o OUT.pdf IN..."

// pdfaOptions are the command line of `segnatura pdfa`.
type pdfaOptions struct {
	inputs    []string
	output    string
	flavour   pdfa.Flavour
	languages []string // to recognise text in; none: no recognition
	jobs      int      // pages recognised at a time; 0: one for each core
	title     string
	asJSON    bool
	quiet     bool
	replace   bool
}

// pdfaEngines are the rooms that `segnatura pdfa` calls.
type pdfaEngines struct {
	convert func(ctx context.Context, job pdfa.Job, w io.Writer, progress func(page int)) (pdfa.Result, error)
	check   func(ctx context.Context, r io.ReaderAt, size int64) (pdfa.Report, error)
	// readText recognises the text of every page; nil without -ocr.
	readText func(ctx context.Context, inputs []pdfa.Input, progress func(page, pages int)) ([]pdfa.PageText, error)
}

// pdfaOutcome is what -json prints: a result and its report, or an error.
type pdfaOutcome struct {
	Output string       `json:"output"`
	Result *pdfa.Result `json:"result,omitempty"`
	Report *pdfa.Report `json:"report,omitempty"`
	// TextEngine is what recognised the text: program, version, languages.
	TextEngine string `json:"textEngine,omitempty"`
	// Originals are the inputs that are kept beside the output because some of their pages were drawn.
	Originals []keptOriginal `json:"originals,omitempty"`
	Error     *pdfaProblem   `json:"error,omitempty"`
}

// pdfaProblem says why there is no output. File, Page and Reason are there where a file was refused.
type pdfaProblem struct {
	Message string             `json:"message"`
	File    string             `json:"file,omitempty"`
	Page    int                `json:"page,omitempty"` // from 1; absent when the file as a whole is meant
	Reason  pdfa.RefusalReason `json:"reason,omitempty"`
}

// pdfaCommand makes one PDF/A of images and PDFs, in the order of the command line, without a service. The output appears whole
// and checked, or not at all; what stood under its name is replaced with -f only. Inputs of which a page had to be drawn are
// copied beside it. Interrupted, it leaves nothing and exits 1.
func pdfaCommand(ctx context.Context, e env, args []string) error {
	o, err := parsePDFA(e, args)
	if err != nil {
		return err
	}
	line := newStatusLine(e.stderr, o.quiet)
	outcome, err := o.runJailed(ctx, line)
	line.clear()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = fmt.Errorf("interrupted: %s was not written", o.output)
	}
	if o.asJSON {
		return errors.Join(err, printOutcome(e.stdout, outcome, err))
	}
	if err == nil && !o.quiet {
		for _, note := range outcome.notes() {
			fmt.Fprintf(e.stderr, "segnatura pdfa: note: %s\n", note)
		}
	}
	return err
}

func parsePDFA(e env, args []string) (pdfaOptions, error) {
	var o pdfaOptions
	f := flags(e, "pdfa")
	f.StringVar(&o.output, "o", "", "the PDF/A to write")
	languages := f.String("ocr", "", "recognise text in these languages, for example ita or ita+eng (needs tesseract)")
	flavour := f.String("flavour", "", "PDF/A-2 conformance: 2b, or 2u, which also carries the text that PDF pages have of their own (default 2b; with -ocr 2u)")
	f.IntVar(&o.jobs, "jobs", 0, "pages whose text is recognised at the same time (default one for each core)")
	f.StringVar(&o.title, "title", "", "the document's title")
	f.BoolVar(&o.asJSON, "json", false, "print the result, or why there is none, as one JSON object")
	f.BoolVar(&o.quiet, "q", false, "neither progress nor notes on standard error")
	f.BoolVar(&o.replace, "f", false, "replace OUT.pdf where it exists")
	if err := parseFlags(f, args); err != nil {
		return o, err
	}
	o.inputs, o.flavour = f.Args(), pdfa.Flavour(*flavour)
	if *languages != "" {
		o.languages = strings.Split(*languages, "+")
	}
	if o.flavour == "" {
		o.flavour = pdfa.Flavour2B
		if o.languages != nil {
			o.flavour = pdfa.Flavour2U
		}
	}
	switch {
	case o.output == "":
		return o, usageError{errors.New("-o is missing; options stand before the files")}
	case len(o.inputs) == 0:
		return o, usageError{errors.New("no file to convert is named")}
	case !slices.Contains([]pdfa.Flavour{pdfa.Flavour2B, pdfa.Flavour2U}, o.flavour):
		return o, usageError{fmt.Errorf("-flavour %q is neither 2b nor 2u", *flavour)}
	case o.languages != nil && o.flavour != pdfa.Flavour2U:
		return o, usageError{errors.New("text asks for -flavour 2u")}
	case o.jobs < 0:
		return o, usageError{fmt.Errorf("-jobs %d", o.jobs)}
	}
	return o, nil
}

// textDeadline is for one page. No clerk waits here, and a busy machine is no reason to go without text.
const textDeadline = 5 * time.Minute

// runJailed is run with this program's own engines: foreign bytes are opened in jailed processes.
func (o pdfaOptions) runJailed(ctx context.Context, line *statusLine) (outcome pdfaOutcome, err error) {
	if err := o.look(); err != nil {
		return pdfaOutcome{Output: o.output}, err
	}
	const spares = 1 // the check's process starts while the converter's works
	jail, err := newJail(spares)
	if err != nil {
		return pdfaOutcome{Output: o.output}, err
	}
	defer func() { err = errors.Join(err, jail.Close()) }()
	engines := pdfaEngines{convert: jail.Convert, check: jail.Check}
	engine := ""
	if o.languages != nil {
		reader, err := ocr.New(ctx, ocr.Config{Languages: o.languages, Workers: o.jobs, PageDeadline: textDeadline})
		if err != nil {
			return pdfaOutcome{Output: o.output}, readerSentence(err)
		}
		engine = reader.Engine()
		engines.readText = (&textReader{Reader: reader, jail: jail}).ReadText
	}
	outcome, err = o.run(ctx, engines, line)
	outcome.TextEngine = engine
	return outcome, err
}

// readerSentence says what to do about text recognition that is not there.
func readerSentence(err error) error {
	if language, ok := errors.AsType[*ocr.LanguageError](err); ok {
		return fmt.Errorf("%w (Debian: apt install tesseract-ocr-LANGUAGE)", language)
	}
	if errors.Is(err, tool.ErrMissing) {
		return errors.New("-ocr needs the program tesseract, which is not installed (Debian: apt install tesseract-ocr tesseract-ocr-ita)")
	}
	return err
}

// run does the work and returns, also beside an error, what it got to know.
func (o pdfaOptions) run(ctx context.Context, engines pdfaEngines, line *statusLine) (pdfaOutcome, error) {
	outcome := pdfaOutcome{Output: o.output}
	openScratch := scratchIn(filepath.Dir(o.output))
	scratch, err := openScratch(ctx)
	if err != nil {
		return outcome, err
	}
	defer func() { _ = scratch.Close() }() // it has no name: nothing is lost with it
	copied, err := openScratch(ctx)
	if err != nil {
		return outcome, err
	}
	defer func() { _ = copied.Close() }()
	copies := &pdfCopies{scratch: copied, of: map[string]*io.SectionReader{}}
	job := pdfa.Job{Inputs: o.jobInputs(copies), Flavour: o.flavour,
		Metadata: pdfa.Metadata{Title: o.title, CreatorTool: "segnatura pdfa", CreatedAt: time.Now()}}

	if engines.readText != nil {
		if job.Text, err = engines.readText(ctx, job.Inputs, line.reading); err != nil {
			return outcome, plain(err)
		}
	}
	result, err := engines.convert(ctx, job, scratch, func(page int) { line.show("writing page %d", page) })
	if err != nil {
		return outcome, plain(err)
	}
	line.show("checking %d pages", len(result.Pages))
	report, err := engines.check(ctx, scratch, result.Bytes)
	if err != nil {
		return outcome, err
	}
	outcome.Report = &report
	if !report.Compliant || report.SHA256 != result.SHA256 || report.Flavour != o.flavour || report.Pages != len(result.Pages) {
		return outcome, fmt.Errorf("%s was not written: %s did not find it to be PDF/A-%s with %d pages: %v",
			o.output, report.Checker, o.flavour, len(result.Pages), report.Findings)
	}
	outcome.Originals, err = o.keep(ctx, scratch, copies, result)
	if err != nil {
		return outcome, err
	}
	outcome.Result = &result
	return outcome, nil
}

// look finds out, before minutes of work, what would make them vain.
func (o pdfaOptions) look() error {
	out, err := os.Stat(o.output)
	switch {
	case err == nil && !out.Mode().IsRegular():
		return fmt.Errorf("%s exists and is not a regular file", o.output)
	case err == nil && !o.replace:
		return fmt.Errorf("%s exists; -f replaces it", o.output)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return plain(err)
	}
	folder, err := os.Stat(filepath.Dir(o.output))
	if err != nil {
		return plain(err)
	}
	if !folder.IsDir() {
		return fmt.Errorf("%s is not a folder", filepath.Dir(o.output))
	}
	for _, name := range o.inputs {
		in, err := os.Stat(name)
		switch {
		case err != nil:
			return plain(err)
		case !in.Mode().IsRegular():
			return fmt.Errorf("%s is not a regular file", name) // a pipe would be waited for without end
		case out != nil && os.SameFile(in, out):
			return fmt.Errorf("%s is read and cannot be written as well", name)
		}
	}
	return nil
}

func (o pdfaOptions) jobInputs(copies *pdfCopies) []pdfa.Input {
	inputs := make([]pdfa.Input, 0, len(o.inputs))
	for _, name := range o.inputs {
		inputs = append(inputs, pdfa.Input{Name: name, Open: func() (io.ReadSeekCloser, error) { return copies.open(name) }})
	}
	return inputs
}

// plain takes what was being done off an error that says by itself which file is meant.
func plain(err error) error {
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); ok {
		return refused
	}
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", file.Path, file.Err)
	}
	return err
}

// printOutcome prints the one JSON object of -json.
func printOutcome(w io.Writer, outcome pdfaOutcome, err error) error {
	if err != nil {
		outcome.Error = &pdfaProblem{Message: err.Error()}
		if refused, ok := errors.AsType[*pdfa.RefusedError](err); ok {
			outcome.Error = &pdfaProblem{Message: refused.Detail, File: refused.File, Page: refused.Page, Reason: refused.Reason}
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(outcome); err != nil {
		return fmt.Errorf("print the outcome: %w", err)
	}
	return nil
}

// notes say what a person should know about pages that were not simply taken over; one sentence for each kind.
func (o pdfaOutcome) notes() []string {
	var notes []string
	for _, kind := range []struct {
		what string
		of   func(pdfa.PageResult) bool
	}{
		{"no believable resolution is stated, so one was assumed", func(p pdfa.PageResult) bool { return p.DPIAssumed }},
		{"drawn, since they are no scans", func(p pdfa.PageResult) bool { return p.Drawn == pdfa.DrawnBornDigital }},
		{"drawn, since their file is signed and the signature would not survive", func(p pdfa.PageResult) bool { return p.Drawn == pdfa.DrawnSigned }},
		{"drawn, since their file holds scripts, forms or attached files, which are not carried over", func(p pdfa.PageResult) bool { return p.Drawn == pdfa.DrawnActive }},
		{"without text, since its recognition failed", func(p pdfa.PageResult) bool { return p.TextMissing == pdfa.TextFailed }},
		{"without text, since its recognition took too long", func(p pdfa.PageResult) bool { return p.TextMissing == pdfa.TextDeadline }},
	} {
		first := slices.IndexFunc(o.Result.Pages, kind.of)
		if first < 0 {
			continue
		}
		n := 0
		for _, p := range o.Result.Pages {
			if kind.of(p) {
				n++
			}
		}
		p := o.Result.Pages[first]
		notes = append(notes, fmt.Sprintf("%d of %d pages: %s (first: %s, page %d)", n, len(o.Result.Pages), kind.what, p.Input, p.PageInInput))
	}
	for _, kept := range o.Originals {
		notes = append(notes, fmt.Sprintf("%s is kept as %s", kept.Input, kept.File))
	}
	return notes
}
