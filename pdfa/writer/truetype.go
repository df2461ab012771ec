package writer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// trueType is what embedding needs of a font file: its tables, and some of their numbers (OpenType 1.9; all big-endian).
type trueType struct {
	tables                     map[string][]byte
	unitsPerEm, numGlyphs      int
	numHMetrics                int
	ascent, descent, capHeight int
	bbox                       [4]int
	longLoca                   bool
}

// keptTables are the tables of an embedded TrueType program (ISO 32000-1, 9.9), in the order of their tags. cmap is not needed:
// codes are glyph numbers.
var keptTables = []string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"}

var errFontTable = errors.New("a table is missing or too short")

// maxCompositeDepth bounds glyphs made of glyphs.
const maxCompositeDepth = 8

func parseTrueType(data []byte) (trueType, error) {
	t := trueType{tables: map[string][]byte{}}
	be := binary.BigEndian
	if len(data) < 12 || be.Uint32(data) != 0x00010000 {
		return t, errors.New("not a TrueType font")
	}
	for i := range int(be.Uint16(data[4:])) {
		if 12+16*i+16 > len(data) {
			return t, errFontTable
		}
		entry := data[12+16*i:]
		offset, length := uint64(be.Uint32(entry[8:])), uint64(be.Uint32(entry[12:]))
		if offset+length > uint64(len(data)) {
			return t, errFontTable
		}
		t.tables[string(entry[:4])] = data[offset : offset+length]
	}
	head, hhea, maxp := t.tables["head"], t.tables["hhea"], t.tables["maxp"]
	if len(head) < 54 || len(hhea) < 36 || len(maxp) < 6 {
		return t, errFontTable
	}
	i16 := func(b []byte) int { return int(int16(be.Uint16(b))) }
	t.unitsPerEm, t.longLoca = int(be.Uint16(head[18:])), be.Uint16(head[50:]) == 1
	for i := range t.bbox {
		t.bbox[i] = i16(head[36+2*i:])
	}
	t.ascent, t.descent, t.numHMetrics = i16(hhea[4:]), i16(hhea[6:]), int(be.Uint16(hhea[34:]))
	t.numGlyphs = int(be.Uint16(maxp[4:]))
	t.capHeight = t.ascent
	if os2 := t.tables["OS/2"]; len(os2) >= 90 {
		if be.Uint16(os2[8:])&0x000F == 0x0002 {
			return t, errors.New("its licence bits forbid embedding")
		}
		if be.Uint16(os2) >= 2 {
			t.capHeight = i16(os2[88:])
		}
	}
	entry := 2
	if t.longLoca {
		entry = 4
	}
	if t.unitsPerEm == 0 || t.numHMetrics == 0 || t.numHMetrics > t.numGlyphs || len(t.tables["hmtx"]) < 4*t.numHMetrics ||
		len(t.tables["loca"]) < entry*(t.numGlyphs+1) {
		return t, errFontTable
	}
	for gid := range t.numGlyphs {
		if _, err := t.outline(uint16(gid)); err != nil {
			return t, err
		}
	}
	return t, nil
}

// advance returns the width of a glyph in font units.
func (t *trueType) advance(gid uint16) int {
	i := min(int(gid), t.numHMetrics-1)
	return int(binary.BigEndian.Uint16(t.tables["hmtx"][4*i:]))
}

// outline returns a glyph's part of glyf; it may be empty.
func (t *trueType) outline(gid uint16) ([]byte, error) {
	be, loca := binary.BigEndian, t.tables["loca"]
	var from, to int
	if t.longLoca {
		from, to = int(be.Uint32(loca[4*int(gid):])), int(be.Uint32(loca[4*int(gid)+4:]))
	} else {
		from, to = 2*int(be.Uint16(loca[2*int(gid):])), 2*int(be.Uint16(loca[2*int(gid)+2:]))
	}
	if from > to || to > len(t.tables["glyf"]) {
		return nil, fmt.Errorf("glyph %d lies outside its table", gid)
	}
	return t.tables["glyf"][from:to], nil
}

// Flags of a composite glyph's components.
const (
	argsAreWords  = 1 << 0
	hasScale      = 1 << 3
	moreFollow    = 1 << 5
	hasXYScale    = 1 << 6
	hasTwoByTwo   = 1 << 7
	componentSize = 4 // flags and glyph number
)

// components returns the glyphs that a composite glyph is made of.
func components(outline []byte) []uint16 {
	be := binary.BigEndian
	if len(outline) < 10 || int16(be.Uint16(outline)) >= 0 {
		return nil
	}
	var gids []uint16
	for rest := outline[10:]; len(rest) >= componentSize; {
		flags := be.Uint16(rest)
		gids = append(gids, be.Uint16(rest[2:]))
		n := componentSize + 2
		if flags&argsAreWords != 0 {
			n += 2
		}
		switch {
		case flags&hasScale != 0:
			n += 2
		case flags&hasXYScale != 0:
			n += 4
		case flags&hasTwoByTwo != 0:
			n += 8
		}
		if flags&moreFollow == 0 || n > len(rest) {
			break
		}
		rest = rest[n:]
	}
	return gids
}

// subset makes a font program that keeps glyph numbers and widths, and the outlines of glyph 0, of gids and of what they are
// made of; all other outlines are empty.
func (t *trueType) subset(gids []uint16) []byte {
	keep := map[uint16]bool{}
	var add func(gid uint16, depth int)
	add = func(gid uint16, depth int) {
		if keep[gid] || depth > maxCompositeDepth || int(gid) >= t.numGlyphs {
			return
		}
		keep[gid] = true
		outline, _ := t.outline(gid) // parseTrueType proved every one
		for _, c := range components(outline) {
			add(c, depth+1)
		}
	}
	add(0, 0)
	for _, gid := range gids {
		add(gid, 0)
	}
	be := binary.BigEndian
	var glyf, loca []byte
	for gid := range t.numGlyphs {
		loca = be.AppendUint32(loca, uint32(len(glyf)))
		if keep[uint16(gid)] {
			outline, _ := t.outline(uint16(gid))
			glyf = pad4(append(glyf, outline...))
		}
	}
	loca = be.AppendUint32(loca, uint32(len(glyf)))
	head := slices.Clone(t.tables["head"])
	be.PutUint32(head[8:], 0)  // checkSumAdjustment, set below
	be.PutUint16(head[50:], 1) // long offsets in loca
	return assemble(map[string][]byte{
		"glyf": glyf, "loca": loca, "head": head, "hhea": t.tables["hhea"], "hmtx": t.tables["hmtx"],
		"maxp": t.tables["maxp"], "cvt ": t.tables["cvt "], "fpgm": t.tables["fpgm"], "prep": t.tables["prep"],
	})
}

// assemble writes a font file of the tables in keptTables that have data.
func assemble(tables map[string][]byte) []byte {
	var tags []string
	for _, tag := range keptTables {
		if tables[tag] != nil {
			tags = append(tags, tag)
		}
	}
	be := binary.BigEndian
	power, log := 1, 0
	for power*2 <= len(tags) {
		power, log = power*2, log+1
	}
	out := be.AppendUint32(nil, 0x00010000)
	for _, v := range []int{len(tags), power * 16, log, (len(tags) - power) * 16} {
		out = be.AppendUint16(out, uint16(v))
	}
	offset, headAt := 12+16*len(tags), 0
	for _, tag := range tags {
		if tag == "head" {
			headAt = offset
		}
		out = append(out, tag...)
		out = be.AppendUint32(out, checksum(tables[tag]))
		out = be.AppendUint32(out, uint32(offset))
		out = be.AppendUint32(out, uint32(len(tables[tag])))
		offset += (len(tables[tag]) + 3) &^ 3
	}
	for _, tag := range tags {
		out = pad4(append(out, tables[tag]...))
	}
	be.PutUint32(out[headAt+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func pad4(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// checksum adds up big-endian words, the last one padded with zeros.
func checksum(b []byte) uint32 {
	var sum uint32
	for i, v := range b {
		sum += uint32(v) << (24 - 8*(i%4))
	}
	return sum
}
