package brotherql

import (
	"fmt"
	"slices"
	"strings"

	"segnatura/stamp"
)

// model is what of a printer's making changes the bytes that it is sent.
type model struct {
	name     string
	rowBytes int // a raster line: 90 bytes for a head of 720 pins, 162 for one of 1296
	offset   int // pins between the head's end and the roll's edge, on top of the roll's own
	compress bool
	// rasterMode: it has other languages as well and is told to read raster (ESC i a).
	rasterMode bool
}

// models are the 700, 800, 1000 and 1100 families (Brother's raster command references of QL-700, QL-710W/720NW, QL-800/810W/820NWB
// and QL-1100/1110NWB).
var models = []model{
	{name: "QL-700", rowBytes: 90},
	{name: "QL-710W", rowBytes: 90, compress: true, rasterMode: true},
	{name: "QL-720NW", rowBytes: 90, compress: true, rasterMode: true},
	{name: "QL-800", rowBytes: 90, rasterMode: true},
	{name: "QL-810W", rowBytes: 90, compress: true, rasterMode: true},
	{name: "QL-820NWB", rowBytes: 90, compress: true, rasterMode: true},
	{name: "QL-1050", rowBytes: 162, offset: 44, compress: true, rasterMode: true},
	{name: "QL-1060N", rowBytes: 162, offset: 44, compress: true, rasterMode: true},
	{name: "QL-1100", rowBytes: 162, offset: 44, rasterMode: true},
	{name: "QL-1110NWB", rowBytes: 162, offset: 44, compress: true, rasterMode: true},
	{name: "QL-1115NWB", rowBytes: 162, offset: 44, compress: true, rasterMode: true},
}

// Models lists the names that [New] knows.
func Models() []string {
	var names []string
	for _, m := range models {
		names = append(names, m.name)
	}
	return names
}

func modelNamed(name string) (model, error) {
	i := slices.IndexFunc(models, func(m model) bool { return strings.EqualFold(m.name, name) })
	if i < 0 {
		return model{}, fmt.Errorf("%q is none of the printers %s", name, strings.Join(Models(), ", "))
	}
	return models[i], nil
}

// roll is a width of media, as the printer names it, or one size of die-cut label: what of it can be printed, in dots at 300 dpi.
type roll struct {
	widthMM, lengthMM int // lengthMM 0: continuous
	pins              int // across
	offset            int // unprinted pins at the right edge, seen as the label is read
	rows              int // along; 0: as long as the label is, less the margins
}

// rolls are the DK rolls (the print areas of Brother's raster command references, chapter 2.3).
var rolls = []roll{
	{12, 0, 106, 29, 0},
	{29, 0, 306, 6, 0},
	{38, 0, 413, 12, 0},
	{50, 0, 554, 12, 0},
	{54, 0, 590, 0, 0},
	{62, 0, 696, 12, 0},
	{102, 0, 1164, 12, 0},
	{17, 54, 165, 0, 566},
	{17, 87, 165, 0, 956},
	{23, 23, 202, 42, 202},
	{29, 42, 306, 6, 425},
	{29, 90, 306, 6, 991},
	{38, 90, 413, 12, 991},
	{39, 48, 425, 6, 495},
	{52, 29, 578, 0, 271},
	{62, 29, 696, 12, 271},
	{62, 100, 696, 12, 1109},
	{102, 51, 1164, 12, 526},
	{102, 152, 1164, 12, 1660},
}

func rollOf(widthMM, lengthMM int) (roll, bool) {
	i := slices.IndexFunc(rolls, func(r roll) bool { return r.widthMM == widthMM && r.lengthMM == lengthMM })
	if i < 0 {
		return roll{}, false
	}
	return rolls[i], true
}

const (
	baseDPI = 300
	// marginRows is what a continuous roll keeps unprinted before and behind a label: 3 mm at 300 dpi, the least that it takes.
	marginRows = 35
)

// media is what one label is printed on: a roll, and how long the label is on it.
type media struct {
	roll roll
	rows int // that can be printed, at 300 dpi
}

// mediaFor finds the roll for labels of a size: die-cut labels of exactly that size, or else a continuous roll of that width.
func mediaFor(label stamp.Size, continuous bool) (media, error) {
	width, length := int(label.WidthMM+0.5), int(label.HeightMM+0.5)
	if r, ok := rollOf(width, length); ok && !continuous {
		return media{r, r.rows}, nil
	}
	r, ok := rollOf(width, 0)
	if !ok {
		return media{}, fmt.Errorf("no roll for labels of %s", label)
	}
	rows := int(label.HeightMM*baseDPI/25.4+0.5) - 2*marginRows
	if rows < marginRows {
		return media{}, fmt.Errorf("labels of %s are too short to be cut off a roll", label)
	}
	return media{r, rows}, nil
}

// on returns m as it is printed on what the printer says is loaded. A label that was composed for die-cut labels may as well be cut off
// a continuous roll of the same width: both leave the same margins. ok is false where it cannot be printed on that.
func (m media) on(loaded stamp.Media) (media, bool) {
	if loaded.Kind == stamp.MediaUnknown {
		return m, true
	}
	r, ok := rollOf(int(loaded.WidthMM), int(loaded.HeightMM))
	if !ok || r.widthMM != m.roll.widthMM || r.pins != m.roll.pins {
		return m, false
	}
	if r.lengthMM != 0 && r.rows != m.rows {
		return m, false
	}
	return media{r, m.rows}, true
}
