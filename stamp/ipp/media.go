package ipp

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"segnatura/stamp"
)

// medium is one size, or range of sizes, of what the printer prints on. Lengths are hundredths of a millimetre, as IPP has them; width is
// across the feed.
type medium struct {
	name                     string // PWG 5101.1 self-describing name, or ""
	width, height            int
	maxWidth, maxHeight      int // of a range (custom sizes, rolls); 0: it is one size
	top, bottom, left, right int // what cannot be printed on
	source, kind             string
	ready                    bool // loaded
}

// toleranceHMM is how far two measures of the same medium differ: a driver counts in points, a catalogue in millimetres.
const toleranceHMM = 60

// turned reports whether the medium has the size, and whether crosswise: a roll of 36 mm takes a label of 89 x 36 mm on its side.
func (m medium) turned(want stamp.Size) (turned, fits bool) {
	w, h := hundredths(want.WidthMM), hundredths(want.HeightMM)
	switch {
	case m.within(w, h):
		return false, true
	case m.within(h, w):
		return true, true
	}
	return false, false
}

func (m medium) fits(want stamp.Size) bool {
	_, fits := m.turned(want)
	return fits
}

func (m medium) within(w, h int) bool {
	near := func(v, least, most int) bool { return v >= least-toleranceHMM && v <= max(least, most)+toleranceHMM }
	return near(w, m.width, m.maxWidth) && near(h, m.height, m.maxHeight)
}

// sized is the medium with the size that a label wants of a range; a fixed one stays as the printer calls it.
func (m medium) sized(want stamp.Size, turned bool) medium {
	w, h := hundredths(want.WidthMM), hundredths(want.HeightMM)
	if turned {
		w, h = h, w
	}
	if m.maxWidth > m.width {
		m.width = min(max(w, m.width), m.maxWidth)
	}
	if m.maxHeight > m.height {
		m.height = min(max(h, m.height), m.maxHeight)
	}
	if m.maxWidth > 0 || m.maxHeight > 0 {
		m.name, m.maxWidth, m.maxHeight = "", 0, 0
	}
	return m
}

// told is the medium in the words of the vocabulary, the way round in which the label lies on it.
func (m medium) told(want stamp.Size) stamp.Media {
	out := stamp.Media{WidthMM: float64(m.width) / 100, HeightMM: float64(m.height) / 100}
	if m.maxHeight > m.height {
		out.HeightMM = 0
	}
	if turned, fits := m.turned(want); fits && turned {
		out.WidthMM, out.HeightMM = out.HeightMM, out.WidthMM
	}
	switch {
	case strings.Contains(m.kind, "continuous"):
		out.Kind = stamp.MediaContinuous
	case strings.Contains(m.kind, "label"):
		out.Kind = stamp.MediaDieCut
	}
	return out
}

func (m medium) String() string {
	return fmt.Sprintf("%gx%g mm", float64(m.width)/100, float64(m.height)/100)
}

// size is the medium's in millimetres.
func (m medium) size() stamp.Size {
	return stamp.Size{WidthMM: float64(m.width) / 100, HeightMM: float64(m.height) / 100}
}

func hundredths(mm float64) int { return int(math.Round(mm * 100)) }

// readMedia lists what is loaded and what else the printer has. media-col-ready tells source and margins, so it comes before media-ready,
// which is only names; those are taken where there is nothing else.
func (d *description) readMedia() {
	for _, from := range []struct {
		attribute string
		ready     bool
	}{{"media-col-ready", true}, {"media-col-database", false}} {
		for _, c := range collections(d.printer, from.attribute) {
			if m, ok := mediumOf(c); ok {
				m.ready = from.ready
				d.media = append(d.media, m)
			}
		}
	}
	d.ready = slices.ContainsFunc(d.media, func(m medium) bool { return m.ready })
	if !d.ready {
		loaded := namedMedia(texts(d.printer, "media-ready"))
		for i := range loaded {
			loaded[i].ready = true
		}
		d.ready = len(loaded) > 0
		d.media = append(loaded, d.media...)
	}
	for _, c := range collections(d.printer, "media-size-supported") {
		if m, ok := sizeOf(c); ok {
			d.media = append(d.media, m)
		}
	}
	d.media = append(d.media, namedMedia(texts(d.printer, "media-supported"))...)
}

// mediumOf reads a value of media-col (PWG 5100.3, 3.13; PWG 5100.7, 6.3).
func mediumOf(c goipp.Attributes) (medium, bool) {
	size := collections(c, "media-size")
	if len(size) != 1 {
		return medium{}, false
	}
	m, ok := sizeOf(size[0])
	m.name, m.source, m.kind = text(c, "media-size-name"), text(c, "media-source"), text(c, "media-type")
	m.top, m.bottom = integer(c, "media-top-margin"), integer(c, "media-bottom-margin")
	m.left, m.right = integer(c, "media-left-margin"), integer(c, "media-right-margin")
	return m, ok
}

// sizeOf reads x-dimension and y-dimension, which are numbers or, for what is cut to length, ranges.
func sizeOf(c goipp.Attributes) (m medium, ok bool) {
	dimension := func(name string) (least, most int) {
		v := values(c, name)
		if len(v) == 0 {
			return 0, 0
		}
		switch n := v[0].V.(type) {
		case goipp.Integer:
			return int(n), 0
		case goipp.Range:
			return n.Lower, n.Upper
		}
		return 0, 0
	}
	m.width, m.maxWidth = dimension("x-dimension")
	m.height, m.maxHeight = dimension("y-dimension")
	return m, max(m.width, m.maxWidth) > 0 && max(m.height, m.maxHeight) > 0
}

// namedMedia reads self-describing names (PWG 5101.1, 5): class_name_WxHunit. custom_min_… and custom_max_… together are a range, and so are
// roll_min_… and roll_max_….
func namedMedia(names []string) []medium {
	var out []medium
	limits := map[string]medium{}
	for _, name := range names {
		m, ok := named(name)
		if !ok {
			continue
		}
		if class, rest, _ := strings.Cut(name, "_"); strings.HasPrefix(rest, "min_") || strings.HasPrefix(rest, "max_") {
			limits[class+"_"+rest[:3]] = m
			continue
		}
		m.name = name
		out = append(out, m)
	}
	for _, class := range []string{"custom", "roll"} {
		least, has := limits[class+"_min"]
		if most, too := limits[class+"_max"]; has && too {
			least.maxWidth, least.maxHeight = most.width, most.height
			out = append(out, least)
		}
	}
	return out
}

func named(name string) (medium, bool) {
	size := name[strings.LastIndexByte(name, '_')+1:]
	unit := 0.0
	for suffix, each := range map[string]float64{"mm": 100, "in": 2540} {
		if number, ok := strings.CutSuffix(size, suffix); ok {
			size, unit = number, each
		}
	}
	w, h, ok := strings.Cut(size, "x")
	width, errWidth := strconv.ParseFloat(w, 64)
	height, errHeight := strconv.ParseFloat(h, 64)
	const most = 1e4 // millimetres or inches: no label is longer
	if !ok || unit == 0 || errWidth != nil || errHeight != nil || !(width > 0 && width < most && height > 0 && height < most) {
		return medium{}, false
	}
	return medium{width: int(math.Round(width * unit)), height: int(math.Round(height * unit))}, true
}

// choose finds the medium for a label: what is loaded, where the printer says what is, else what it has.
func (d *description) choose(want stamp.Size) (m medium, turned bool, err error) {
	for _, crosswise := range []bool{false, true} {
		for _, candidate := range d.media {
			if d.ready && !candidate.ready {
				continue
			}
			if turned, fits := candidate.turned(want); fits && turned == crosswise {
				return d.margins(candidate.sized(want, turned)), turned, nil
			}
		}
	}
	switch {
	case d.ready:
		return m, false, &misfit{stamp.ConditionMediaWrong, fmt.Errorf("the label wants media of %s and %s is loaded", want, d.media[0])}
	case len(d.media) > 0:
		return m, false, &misfit{stamp.ConditionMediaWrong, fmt.Errorf("the printer has no media of %s", want)}
	}
	return m, false, &misfit{stamp.ConditionOther, errors.New("the printer does not say what media it has")}
}

// margins completes a medium that was told without margins or name by what the printer's database has of its size.
func (d *description) margins(m medium) medium {
	if m.top != 0 || m.bottom != 0 || m.left != 0 || m.right != 0 {
		return m
	}
	for _, known := range d.media {
		if known.maxWidth == 0 && known.maxHeight == 0 && known.within(m.width, m.height) {
			if m.name == "" {
				m.name = known.name
			}
			if known.top != 0 || known.bottom != 0 || known.left != 0 || known.right != 0 {
				m.top, m.bottom, m.left, m.right = known.top, known.bottom, known.left, known.right
				return m
			}
		}
	}
	return m
}

// attribute is the medium as a job asks for it.
func (m medium) attribute() goipp.Attribute {
	size := goipp.Collection{number("x-dimension", goipp.TagInteger, m.width), number("y-dimension", goipp.TagInteger, m.height)}
	col := goipp.Collection{goipp.MakeAttribute("media-size", goipp.TagBeginCollection, size)}
	for _, margin := range []struct {
		name string
		v    int
	}{{"media-top-margin", m.top}, {"media-bottom-margin", m.bottom}, {"media-left-margin", m.left}, {"media-right-margin", m.right}} {
		col.Add(number(margin.name, goipp.TagInteger, margin.v))
	}
	if m.source != "" {
		col.Add(keywords("media-source", m.source))
	}
	if m.kind != "" {
		col.Add(keywords("media-type", m.kind))
	}
	return goipp.MakeAttribute("media-col", goipp.TagBeginCollection, col)
}
