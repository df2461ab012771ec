package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"segnatura/internal/durable"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// keptOriginal is an input of which the output holds only a drawing.
type keptOriginal struct {
	Input  string `json:"input"`
	File   string `json:"file"`   // the copy
	SHA256 string `json:"sha256"` // of both, lower-case hex
}

// pdfCopies serves the inputs. Of a PDF it serves a copy that it made when it was first asked: what is kept beside the output as a
// drawing's original is then what was drawn, whatever happens to the file meanwhile. It is for one goroutine.
type pdfCopies struct {
	scratch station.Scratch // one copy behind the other
	end     int64
	of      map[string]*io.SectionReader // by path
}

// open opens an input from its start.
func (c *pdfCopies) open(path string) (io.ReadSeekCloser, error) {
	if have, ok := c.of[path]; ok {
		return lent{io.NewSectionReader(have, 0, have.Size())}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err // not f: a nil *os.File in an interface is not nil
	}
	isPDF, err := beginsAsPDF(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if info, err := f.Stat(); !isPDF || err == nil && info.Size() > largestInput { // which is refused
		return f, nil
	}
	start := c.end
	n, err := io.Copy(c.scratch, f)
	c.end += n
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("copy %s: %w", path, err)
	}
	c.of[path] = io.NewSectionReader(c.scratch, start, n)
	return c.open(path)
}

// outputFile is one file on its way to its name.
type outputFile struct {
	path    string
	pending *durable.Pending
	sha256  string
}

// keep gives the checked file its name, and before it, the originals of drawn pages theirs: an output that lacks its originals is
// never seen. All bytes are on the disk before the first name is given. After an error no name is left that was not there before;
// what -f has already replaced stays replaced.
func (o pdfaOptions) keep(ctx context.Context, checked station.Scratch, copies *pdfCopies, result pdfa.Result) (originals []keptOriginal, err error) {
	drawn, err := o.drawnInputs(result)
	if err != nil {
		return nil, err
	}
	var files []outputFile
	defer func() {
		for _, f := range files {
			err = errors.Join(err, f.pending.Abort()) // does nothing after a commit
		}
	}()
	stage := func(path string, r io.Reader) (outputFile, error) {
		f, err := o.stage(path, r)
		if err == nil {
			files = append(files, f)
		}
		return f, err
	}
	for _, number := range drawn {
		in := o.inputs[number-1]
		source, ok := copies.of[in]
		if !ok {
			return nil, fmt.Errorf("%s was not written: %s is said to be drawn, and is no PDF that was read", o.output, in)
		}
		f, err := stage(originalName(o.output, number), io.NewSectionReader(source, 0, source.Size()))
		if err != nil {
			return nil, fmt.Errorf("keep %s: %w", in, err)
		}
		originals = append(originals, keptOriginal{Input: in, File: f.path, SHA256: f.sha256})
	}
	if _, err := checked.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind the checked file: %w", err)
	}
	made, err := stage(o.output, io.LimitReader(checked, result.Bytes))
	if err != nil {
		return nil, err
	}
	if made.sha256 != result.SHA256 {
		return nil, fmt.Errorf("%s was not written: its copy differs from what was checked", o.output)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return originals, o.commit(files)
}

// drawnInputs are the inputs with at least one drawn page, by their place on the command line, from 1; an input that is named
// twice counts once. A name that is on no command line is an error: the result comes out of the jail.
func (o pdfaOptions) drawnInputs(result pdfa.Result) ([]int, error) {
	var numbers []int
	for _, p := range result.Pages {
		at := slices.Index(o.inputs, p.Input)
		switch {
		case at < 0:
			return nil, fmt.Errorf("%s was not written: a page is said to come from %q, which was not named", o.output, p.Input)
		case p.Drawn != "":
			numbers = append(numbers, at+1)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

// originalName is where the original of the input at a place on the command line is kept: OUT.original-1.pdf beside OUT.pdf.
func originalName(output string, number int) string {
	stem := strings.TrimSuffix(output, filepath.Ext(output))
	return fmt.Sprintf("%s.original-%d.pdf", stem, number)
}

// stage brings the content to the disk, without its name.
func (o pdfaOptions) stage(path string, r io.Reader) (outputFile, error) {
	pending, err := durable.Files{}.Create(filepath.Dir(path), 0o666) // the umask decides, as for any program's output
	if err != nil {
		return outputFile{}, fmt.Errorf("write %s: %w", path, err)
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(pending, sum), r); err != nil {
		return outputFile{}, errors.Join(fmt.Errorf("write %s: %w", path, err), pending.Abort())
	}
	return outputFile{path: path, pending: pending, sha256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// commit names the files in their order; where one fails, those that this call put where nothing was are taken away again.
func (o pdfaOptions) commit(files []outputFile) error {
	for i, f := range files {
		name := filepath.Base(f.path)
		var err error
		if o.replace {
			err = f.pending.Commit(name)
		} else {
			err = f.pending.CommitExclusive(name)
		}
		if err == nil {
			continue
		}
		if errors.Is(err, fs.ErrExist) {
			err = fmt.Errorf("%s exists; -f replaces it", f.path)
		} else {
			err = fmt.Errorf("write %s: %w", f.path, err)
		}
		if !o.replace {
			for _, named := range files[:i] {
				err = errors.Join(err, durable.Files{}.Remove(named.path))
			}
		}
		return err
	}
	return nil
}
