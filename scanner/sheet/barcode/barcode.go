// Package barcode finds and reads the codes on one scanned page.
//
// It is made for the QR label that this station prints (requirement R18.1: level M, module at least 0.33 mm) lying anywhere on
// an A4 page, at any rotation, at 200 dpi and more. Other people's QR codes are reported as they are read, and never end the
// search. Code 128 is read only where it is asked for: it is for looking a record up by hand and never joins a scan (R18.2).
//
// The package looks for the three finder patterns itself, because that is what makes a page without a code cheap; the symbol's
// bits are then sampled from the grey plane and decoded by gozxing. It goes from cheap to dear and stops going as soon as the
// page has an accepted code and nothing on it looks like a second one:
//
//  1. finder patterns on the raw plane, whole page: every triple that stands like a QR code is sampled and decoded;
//  2. pairs of finder patterns whose third was covered or torn off, with the third corner computed; near a lone strong
//     pattern also those that a stroke left whole in one direction only;
//  3. the same two on a blurred plane, for noise;
//  4. gozxing's own detector on the surroundings of what still looks like a code: raw, blurred, half size;
//  5. for our own label only, a decoder that knows where damage lies and how our texts begin and end: see repair.
//
// No part of the page is tried before the others: the label may lie anywhere, a second one must not be missed, and the first stage
// covers the whole page in less time than its decoding took.
//
// It refuses to guess: what is not decoded with its error correction is not reported, and whether a text is ours is the
// caller's [Options.Accept] to say; what stage 5 reads is reported only if that takes it. Not read: codes lighter than their ground, and symbols below two pixels a module.
package barcode

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"

	"segnatura/scanner"
)

// The symbologies that this package reports, as [scanner.CodeRead.Symbology] spells them.
const (
	QR      = "QR"
	Code128 = "CODE128"
)

// Options are what to look for. The zero value looks for QR codes and takes the first one for what was wanted.
type Options struct {
	// Accept says whether a text is one that the caller was looking for. Texts that it refuses are reported all the same,
	// and the search goes on to its dearer stages. Nil accepts everything, and leaves out the last stage, which needs a judge:
	// check characters, not only a form. It is called once per code found, and once per text that the last stage comes to.
	Accept func(text string) bool
	// Code128 also looks for Code 128, after the QR codes and whatever was found of them.
	Code128 bool
	// DPI is the page's resolution. Where it is known, what looks like our label's code and could not be read is looked for by its
	// size. 0: not known.
	DPI float64
	// MaxCrops bounds the last stage: how many places of a page are given to gozxing's detector, at a few milliseconds
	// each. 0 means [DefaultMaxCrops]; negative means none.
	MaxCrops int
}

// DefaultMaxCrops is the last stage's bound when [Options] give none.
const DefaultMaxCrops = 4

// Result is what was found on a page. Places are in the image's pixels.
type Result struct {
	// Codes are in the order found, each symbol once, with its box.
	Codes []scanner.CodeRead
	// Suspects are places where our label's code seems to be that was not read, at most three, the likeliest first. None where
	// an accepted code was read. Each has room around the code.
	Suspects []scanner.Box
}

// Find looks for the codes on img.
//
// The whole page is looked at in every stage that is reached, so two accepted labels on a page are two results. After an
// accepted code its box is masked, and the dearer stages run only while at least two finder patterns stand outside the masked
// boxes at a distance that fits a code: a second label that is damaged is still looked for, plain text is not.
//
// A page without codes is an empty result, not an error. Errors are ctx's own, with what was found so far, and an empty or
// malformed img. Find keeps nothing and may be called concurrently, also for one img.
func Find(ctx context.Context, img *image.Gray, o Options) (Result, error) {
	if img == nil || img.Rect.Empty() {
		return Result{}, errors.New("barcode: find codes: empty image")
	}
	s := &search{ctx: ctx, opts: o, bounds: img.Rect}
	s.checked = o.Accept != nil
	if !s.checked {
		s.opts.Accept = func(string) bool { return true }
	}
	if s.opts.MaxCrops == 0 {
		s.opts.MaxCrops = DefaultMaxCrops
	}
	err := s.findQR(img)
	if err == nil && o.Code128 {
		err = s.findCode128(img)
	}
	found := Result{Codes: s.reads(), Suspects: s.boxes()}
	if err != nil {
		return found, fmt.Errorf("barcode: find codes: %w", err)
	}
	return found, nil
}

// search is one page's search under way.
type search struct {
	ctx      context.Context
	opts     Options
	bounds   image.Rectangle
	checked  bool // the caller judges texts
	found    []found
	leads    []lead
	suspects []image.Rectangle
	accepted bool
}

// found is one symbol: what it says, and where it lies with its origin at the page's corner.
type found struct {
	symbology string
	text      string
	quad      quad
}

func (s *search) findQR(img *image.Gray) error {
	raw := newPlane(img)
	left := s.stage(raw)
	if s.done(left) {
		return s.ctx.Err()
	}
	if err := s.ctx.Err(); err != nil {
		return err
	}
	blurred := raw.blur()
	left = append(left, s.stage(blurred)...)
	left = s.unmasked(left)
	if s.done(left) {
		return s.ctx.Err()
	}
	if err := s.crops(raw, blurred, left); err != nil {
		return err
	}
	s.repair(blurred, raw)
	return s.look(raw, blurred, left)
}

// stage runs both kinds of geometry on one plane and returns the finder patterns that no code explains.
func (s *search) stage(p *plane) []pattern {
	pats := p.patterns()
	s.triplesOf(p, pats)
	left := s.unmasked(pats)
	s.pairsOf(p, left)
	left = s.unmasked(left)
	s.damagedPairsOf(p, left)
	return s.unmasked(left)
}

// done says whether dearer stages are worth nothing: something accepted, and no sign of a second symbol.
func (s *search) done(left []pattern) bool {
	if !s.accepted {
		return false
	}
	for i, a := range left {
		for _, b := range left[i+1:] {
			if a.hits >= strongHits && b.hits >= strongHits && plausiblePair(a, b) {
				return false
			}
		}
	}
	return true
}

// add records one decoded symbol unless its place is already taken by the same text.
func (s *search) add(symbology, text string, q quad) {
	for _, f := range s.found {
		if f.symbology == symbology && f.text == text && (f.quad.contains(q.centre()) || q.contains(f.quad.centre())) {
			return
		}
	}
	s.found = append(s.found, found{symbology, text, q})
	if s.opts.Accept(text) {
		s.accepted = true
	}
}

// masked says whether a point lies in a symbol that was read.
func (s *search) masked(p point) bool {
	for _, f := range s.found {
		if f.quad.contains(p) {
			return true
		}
	}
	return false
}

func (s *search) unmasked(pats []pattern) []pattern {
	var out []pattern
	for _, p := range pats {
		if !s.masked(p.point) {
			out = append(out, p)
		}
	}
	return out
}

func (s *search) reads() []scanner.CodeRead {
	var out []scanner.CodeRead
	for _, f := range s.found {
		b := f.quad.box().Add(s.bounds.Min).Intersect(s.bounds)
		out = append(out, scanner.CodeRead{Symbology: f.symbology, Text: f.text, X0: b.Min.X, Y0: b.Min.Y, X1: b.Max.X, Y1: b.Max.Y})
	}
	return out
}

// point is a place on the page in pixels; pixel (0,0) covers 0 to 1 on both axes.
type point struct{ x, y float64 }

func (a point) sub(b point) point        { return point{a.x - b.x, a.y - b.y} }
func (a point) add(b point) point        { return point{a.x + b.x, a.y + b.y} }
func (a point) scale(f float64) point    { return point{a.x * f, a.y * f} }
func (a point) dot(b point) float64      { return a.x*b.x + a.y*b.y }
func (a point) cross(b point) float64    { return a.x*b.y - a.y*b.x }
func (a point) length() float64          { return math.Hypot(a.x, a.y) }
func (a point) distance(b point) float64 { return a.sub(b).length() }

// quad is a symbol's outline, its corners in order around it.
type quad [4]point

func (q quad) centre() point {
	return q[0].add(q[1]).add(q[2]).add(q[3]).scale(0.25)
}

// contains holds for convex quads, whichever way round they go.
func (q quad) contains(p point) bool {
	var pos, neg bool
	for i := range q {
		c := q[(i+1)%4].sub(q[i]).cross(p.sub(q[i]))
		pos = pos || c > 0
		neg = neg || c < 0
	}
	return !pos || !neg
}

func (q quad) box() image.Rectangle {
	lo, hi := q[0], q[0]
	for _, p := range q[1:] {
		lo = point{min(lo.x, p.x), min(lo.y, p.y)}
		hi = point{max(hi.x, p.x), max(hi.y, p.y)}
	}
	return image.Rect(int(math.Floor(lo.x)), int(math.Floor(lo.y)), int(math.Ceil(hi.x)), int(math.Ceil(hi.y)))
}
