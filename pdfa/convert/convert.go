// Package convert makes one PDF/A-2 file of scanned images, JPEG, PNG, TIFF and Netpbm, and of the pages of PDF files, in the order
// of the job.
//
// What is kept: JPEG streams bit for bit (also those in a TIFF, tables put in front, strips joined by restarts); PNG's own compressed
// data where the format allows it; bitonal images as CCITT G4; all else losslessly, with every bit of its depth. Transparency is
// flattened on white, which is the paper. Pixels are never turned: orientation becomes the page's attribute. An embedded ICC profile
// goes along if it is sound; without one grey and RGB are sRGB's, and CMYK gets a profile of typical inks (decision 0015).
//
// Of a PDF, a page that shows one image and nothing else keeps it: JPEG bit for bit, all else without loss, on a page as large as it
// was, in its place and turned as it was. An image under JBIG2 or JPEG 2000, see-through or of spot colours is decoded by the
// [Drawer], pixel by pixel. Any other page is drawn at 300 dpi, annotations and filled-in fields with it, and brings the text that it
// has. [pdfa.PageResult] says which. Encrypted files are read where they open without a password. PDF files are bounded by
// [MaxPDFBytes] and [MaxPDFPages], and held in memory about twice.
//
// Resolution is the file's own statement (JFIF, EXIF, pHYs, TIFF tags; believed within 30 to 4800 dpi; EXIF's 72, which its
// specification gives to unknown resolutions, is no statement), else Input.AssumeXDPI and AssumeYDPI, else 300 dpi; in the last
// two cases PageResult.DPIAssumed is set. A statement of 72 or 96 dpi, which programs and scanners write without knowing, gives way
// to AssumeXDPI and AssumeYDPI: package scanner/sheet chooses likewise, and the archived page is as large as the one measured.
//
// What is refused, as a *pdfa.RefusedError: empty, truncated and corrupt files; what exceeds the limits below, which are looked
// at before anything is allocated; and what cannot be carried over without loss or guessing: arithmetic or lossless JPEG,
// BigTIFF, and TIFF in L*a*b*, in YCbCr that is no JPEG, in inks other than CMYK or in floating point. PDF files that ask for a password or count other
// pages than they have, streams that are not as long as they say or do not unpack, JPEGs in them that do not decode (also on pages
// that are drawn: a drawer would show them white), and annotations whose look each program makes up for itself.
//
// Every image's data is gone through once, whole, before or while it is written, so that a file that lies is noticed: a JPEG's code
// words are all walked, or, where it is of an uncommon kind, its pixels made; all else is unpacked. Memory holds some rows, and of
// one image at most the decoded samples (progressive JPEG) or what [MaxBufferedBytes] bounds. After an error the output is worthless and to be thrown away.
package convert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// The limits.
const (
	MaxFileBytes = 512 << 20   // of one input
	MaxPixels    = 100_000_000 // of one image; A3 at 600 dpi has 70 million
	// MaxProgressivePixels is lower because a progressive JPEG's coefficients are all held at once.
	MaxProgressivePixels = 40_000_000
	MaxSidePixels        = 65_500 // of one image
	// MaxBufferedBytes bounds what has to be held whole: an interlaced PNG's samples, the JPEG data of a TIFF's page.
	MaxBufferedBytes = 128 << 20
	MaxPagesPerFile  = 1000
)

// Resolutions outside these are taken for absent.
const (
	leastDPI   = 30
	mostDPI    = 4800
	defaultDPI = 300
)

// picture is one page that a front end found in a file.
type picture struct {
	image       writer.Image
	xDPI, yDPI  float64 // 0: the file states none
	orientation int     // EXIF and TIFF tag 274; 0: none
	// text is the page's own text layer, for the page as shown before Input.Rotate; nil: the page has none, and whoever
	// recognises text is to look at it.
	text *pdfa.PageText
	// What a page of a PDF says beyond that: the dpi are measured and no statement to be doubted, the page is turned, the image lies
	// somewhere on it, why it is not the source's own image.
	exact     bool
	rotate    int // 0, 90, 180 or 270, clockwise
	placement *writer.Placement
	drawn     pdfa.DrawnReason
}

// front reads one file format. It calls emit for each page in order, and stops at emit's error.
type front func(src *source, emit func(picture) error) error

// formats tells the front ends by a file's first bytes.
var formats = []struct {
	magic string
	read  front
}{
	{"P1", readPNM}, {"P2", readPNM}, {"P3", readPNM}, {"P4", readPNM}, {"P5", readPNM}, {"P6", readPNM},
	{"\xFF\xD8", readJPEG},
	{pngSignature, readPNG},
	{"II*\x00", readTIFF},
	{"MM\x00*", readTIFF},
	{"%PDF-", readPDF},
}

// Engine converts. It keeps nothing. The zero value takes images, and of PDF files the pages that are one image; it is safe for
// concurrent use, with a Drawer if that is.
type Engine struct {
	// Drawer draws the other pages of PDF files; nil: they are refused.
	Drawer Drawer
	// RefuseSignedOrActive refuses PDF files with signatures, scripts, launch actions, embedded files or XFA. Otherwise they are
	// converted, and each of their pages says so in PageResult.Drawn.
	RefuseSignedOrActive bool

	countsText bool // pages that bring their own text have no picture made of them
}

// Convert writes job to w. progress, if not nil, is called after each page with its number, from 1. The context is looked at
// between reads. Inputs are opened one after the other and closed here.
func (e Engine) Convert(ctx context.Context, job pdfa.Job, w io.Writer, progress func(page int)) (pdfa.Result, error) {
	d, err := writer.NewDocument(w, job.Metadata, job.Flavour)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("convert: %w", err)
	}
	if job.Text != nil && job.Flavour != pdfa.Flavour2U {
		return pdfa.Result{}, fmt.Errorf("convert: text asks for flavour %s, not %s", pdfa.Flavour2U, job.Flavour)
	}
	pages := 0
	var drawn []pdfa.DrawnReason
	c := converter{ctx: ctx, engine: e, take: func(p sheet) error {
		if err := addPage(d, p, job.Text, pages); err != nil {
			return err
		}
		drawn = append(drawn, p.drawn)
		if pages++; progress != nil {
			progress(pages)
		}
		return nil
	}}
	for _, in := range job.Inputs {
		if err := c.addInput(in); err != nil {
			return pdfa.Result{}, err
		}
	}
	if job.Text != nil && pages != len(job.Text) {
		return pdfa.Result{}, fmt.Errorf("convert: %w: %d texts, %d pages", errTextPages, len(job.Text), pages)
	}
	result, err := d.Close()
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("convert: %w", err)
	}
	for i, reason := range drawn {
		result.Pages[i].Drawn = reason
	}
	return result, nil
}

var errTextPages = errors.New("the text is not that of these pages")

// addPage writes a page with its text: its own, or what was recognised on it.
func addPage(d *writer.Document, p sheet, texts []pdfa.PageText, done int) error {
	switch {
	case p.text != nil && d.Flavour() == pdfa.Flavour2U:
		p.page.Text = turned(*p.text, p.page, p.rotate)
	case p.text == nil && done < len(texts):
		p.page.Text = texts[done]
	case texts != nil && done >= len(texts):
		return fmt.Errorf("%w: more pages than %d texts", errTextPages, len(texts))
	}
	if _, err := d.AddImagePage(p.page); err != nil {
		return err
	}
	d.SetSource(p.input, p.number, p.dpiAssumed)
	return nil
}

// turned takes a source's own text, whose places are those of the source's page as it shows itself, to the page as it is shown.
func turned(text pdfa.PageText, page writer.ImagePage, rotate int) pdfa.PageText {
	width, height := page.Shown()
	words := slices.Clone(text.Words)
	for i := range words {
		w := &words[i]
		switch (rotate%360 + 360) % 360 {
		case 90:
			w.X, w.Y = width-w.Y, w.X
		case 180:
			w.X, w.Y = width-w.X, height-w.Y
		case 270:
			w.X, w.Y = w.Y, height-w.X
		}
		w.Angle = math.Mod(w.Angle-float64(rotate), 360)
	}
	return pdfa.PageText{Words: words, Missing: text.Missing}
}

// sheet is one page of an input, with its size and rotation.
type sheet struct {
	input      string
	number     int // in the input, from 1
	page       writer.ImagePage
	dpiAssumed bool
	rotate     int            // what the job adds to the source's own rotation
	text       *pdfa.PageText // the source's own
	drawn      pdfa.DrawnReason
}

// converter goes through inputs and gives their pages to take.
type converter struct {
	ctx    context.Context
	engine Engine
	take   func(sheet) error
}

// addInput adds the pages of one file. A refusal names the file, and the page where one was begun.
func (c *converter) addInput(in pdfa.Input) error {
	if err := c.ctx.Err(); err != nil {
		return fmt.Errorf("convert %s: %w", in.Name, err)
	}
	f, err := in.Open()
	if err != nil {
		return fmt.Errorf("convert %s: %w", in.Name, err)
	}
	defer f.Close()
	page := 0
	err = c.readInput(f, func(pic picture) error {
		page++
		return c.addPage(in, page, pic)
	})
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); ok {
		if refused.Page != 0 {
			page = refused.Page
		}
		return &pdfa.RefusedError{File: in.Name, Page: page, Reason: refused.Reason, Detail: refused.Detail}
	}
	if err != nil {
		return fmt.Errorf("convert %s: %w", in.Name, err)
	}
	return nil
}

func (c *converter) readInput(f io.ReadSeeker, emit func(picture) error) error {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if size == 0 {
		return refuse(pdfa.RefusedEmpty, "the file has no bytes")
	}
	if size > MaxFileBytes {
		return refuse(pdfa.RefusedTooLarge, "the file has %d MiB, at most %d are taken", size>>20, MaxFileBytes>>20)
	}
	src := &source{ctx: c.ctx, engine: c.engine, f: f, size: size, at: size}
	head := make([]byte, min(8, size))
	if _, err := src.ReadAt(head, 0); err != nil {
		return err
	}
	for _, format := range formats {
		if bytes.HasPrefix(head, []byte(format.magic)) {
			return format.read(src, emit)
		}
		if size < int64(len(format.magic)) && bytes.HasPrefix([]byte(format.magic), head) {
			return refuse(pdfa.RefusedTruncated, "the file ends after %d bytes", size)
		}
	}
	return refuse(pdfa.RefusedUnsupported, "the file is no JPEG, PNG, TIFF or Netpbm image, and no PDF")
}

func (c *converter) addPage(in pdfa.Input, page int, pic picture) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if pic.text != nil && c.engine.countsText {
		return c.take(sheet{input: in.Name, number: page, text: pic.text})
	}
	xDPI, yDPI, assumed := pic.xDPI, pic.yDPI, false
	if !pic.exact {
		xDPI, yDPI, assumed = resolution(pic, in)
	}
	ip := writer.ImagePage{
		Image: pic.image, XDPI: xDPI, YDPI: yDPI, Rotate: in.Rotate + pic.rotate, Orientation: pic.orientation, Placed: pic.placement,
	}
	if !ip.Fits() {
		return refuse(pdfa.RefusedUnsupported, "a page of %d x %d pixels at %.0f x %.0f dpi is smaller or larger than PDF/A allows",
			pic.image.Width, pic.image.Height, xDPI, yDPI)
	}
	return c.take(sheet{input: in.Name, number: page, page: ip, dpiAssumed: assumed, rotate: in.Rotate, text: pic.text, drawn: pic.drawn})
}

// resolution chooses the dpi of a page: stated, given, or 300.
func resolution(pic picture, in pdfa.Input) (x, y float64, assumed bool) {
	stated := plausibleDPI(pic.xDPI) && plausibleDPI(pic.yDPI)
	if stated && !placeholder(pic.xDPI, pic.yDPI) {
		return pic.xDPI, pic.yDPI, false
	}
	x, y = in.AssumeXDPI, in.AssumeYDPI
	if y == 0 {
		y = x
	}
	switch {
	case stated && (math.Round(x) == math.Round(pic.xDPI) && x == y || !plausibleDPI(x) || !plausibleDPI(y)):
		return pic.xDPI, pic.yDPI, false
	case plausibleDPI(x) && plausibleDPI(y):
		return x, y, true
	}
	return defaultDPI, defaultDPI, true
}

// placeholder says whether a statement is one of those that are written where nothing is known.
func placeholder(x, y float64) bool { return x == y && (math.Round(x) == 72 || math.Round(x) == 96) }

func plausibleDPI(v float64) bool { return v >= leastDPI && v <= mostDPI }

// refuse makes a refusal; addInput puts file and page in.
func refuse(reason pdfa.RefusalReason, format string, args ...any) error {
	return &pdfa.RefusedError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// checkSize refuses dimensions beyond the limits.
func checkSize(width, height uint64) error {
	switch {
	case width == 0 || height == 0:
		return refuse(pdfa.RefusedCorrupt, "the image says that it is %d x %d pixels", width, height)
	case width > MaxSidePixels || height > MaxSidePixels || width*height > MaxPixels:
		return refuse(pdfa.RefusedTooLarge, "the image has %d x %d pixels, at most %d million are taken", width, height, MaxPixels/1_000_000)
	}
	return nil
}

// truncated turns an end of data that came too early into a refusal; other errors stay as they are.
func truncated(err error, what string) error {
	if _, ok := errors.AsType[*readError](err); ok {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(pdfa.RefusedTruncated, "the file ends where %s", what)
	}
	return err
}

// source is an input as io.ReaderAt, for one goroutine.
type source struct {
	ctx    context.Context
	engine Engine
	f      io.ReadSeeker
	size   int64
	at     int64 // where f stands
}

// readError is an error of reading, not of what was read.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }
func (e *readError) Unwrap() error { return e.err }

// ReadAt implements io.ReaderAt. A read beyond the end gives io.EOF; anything else, such as a cancelled context, a *readError.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, &readError{err}
	}
	if off >= s.size {
		return 0, io.EOF
	}
	if s.at != off {
		if _, err := s.f.Seek(off, io.SeekStart); err != nil {
			return 0, &readError{err}
		}
		s.at = off
	}
	n, err := io.ReadFull(s.f, p[:min(int64(len(p)), s.size-off)])
	s.at += int64(n)
	if err != nil {
		return n, &readError{err}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
