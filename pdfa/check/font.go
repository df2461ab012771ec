package check

import (
	"encoding/binary"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// font is one composite font of the file.
type font struct {
	name    name
	widths  map[uint16]float64
	unicode map[uint16]string // UTF-16BE in hexadecimal
	shown   map[uint16]bool
}

// subsetName is a font's name with the tag of a subset.
var subsetName = regexp.MustCompile(`^[A-Z]{6}\+[A-Za-z0-9-]+$`)

// glyphless reports whether the font is the one of invisible text, by its name; program proves that it keeps to it.
func (f *font) glyphless() bool { return strings.HasSuffix(string(f.name), "+Glyphless") }

// font checks a Type 0 font, what it is made of, and that its program is embedded (6.2.11). The same font on several pages is
// checked once.
func (c *checker) font(v any) *font {
	number, o, ok := c.follow(v, "font", false)
	if !ok {
		return nil
	}
	if f, met := c.fonts[number]; met {
		return f
	}
	d := c.keys("font", o.value, schema{"Type": true, "Subtype": true, "BaseFont": true, "Encoding": true,
		"DescendantFonts": true, "ToUnicode": true})
	if d == nil {
		return nil
	}
	c.want("6.2.11", "font", d, dict{"Type": name("Font"), "Subtype": name("Type0"), "Encoding": name("Identity-H")})
	f := &font{widths: map[uint16]float64{}, unicode: map[uint16]string{}, shown: map[uint16]bool{}}
	f.name, _ = d["BaseFont"].(name)
	if !subsetName.MatchString(string(f.name)) {
		c.fail("6.2.11.2", "a font of name %q", f.name)
	}
	descendants, _ := d["DescendantFonts"].([]any)
	if len(descendants) != 1 {
		c.fail("6.2.11", "a font with %d descendants", len(descendants))
		return nil
	}
	c.descendant(f, descendants[0])
	c.toUnicode(f, d["ToUnicode"])
	c.fonts[number] = f
	return f
}

func (c *checker) descendant(f *font, v any) {
	_, o, ok := c.follow(v, "descendant font", false)
	if !ok {
		return
	}
	d := c.keys("descendant font", o.value, schema{"Type": true, "Subtype": true, "BaseFont": true, "CIDSystemInfo": true,
		"FontDescriptor": true, "DW": true, "W": true, "CIDToGIDMap": true})
	if d == nil {
		return
	}
	c.want("6.2.11.3", "descendant font", d, dict{"Type": name("Font"), "Subtype": name("CIDFontType2"), "BaseFont": f.name,
		"CIDToGIDMap":   name("Identity"),
		"CIDSystemInfo": dict{"Registry": str("Adobe"), "Ordering": str("Identity"), "Supplement": 0.0}})
	w, _ := d["W"].([]any)
	for i := 0; i+1 < len(w); i += 2 {
		gid, ok := w[i].(float64)
		width, _ := w[i+1].([]any)
		if !ok || len(width) != 1 || gid < 1 || gid > math.MaxUint16 || gid != float64(int(gid)) {
			c.fail("6.2.11.5", "widths: %v %v", w[i], w[i+1])
			return
		}
		value, _ := width[0].(float64)
		f.widths[uint16(gid)] = value
	}
	if len(w)%2 != 0 || len(f.widths) != len(w)/2 {
		c.fail("6.2.11.5", "widths of %d glyphs in %d values", len(f.widths), len(w))
	}
	c.descriptor(f, d["FontDescriptor"])
}

func (c *checker) descriptor(f *font, v any) {
	_, o, ok := c.follow(v, "font descriptor", false)
	if !ok {
		return
	}
	d := c.keys("font descriptor", o.value, schema{"Type": true, "FontName": true, "Flags": true, "FontBBox": true,
		"ItalicAngle": true, "Ascent": true, "Descent": true, "CapHeight": true, "StemV": true, "FontFile2": true})
	if d == nil {
		return
	}
	c.want("6.2.11.2", "font descriptor", d, dict{"Type": name("FontDescriptor"), "FontName": f.name, "Flags": 4.0})
	number, o, ok := c.follow(d["FontFile2"], "font program", true)
	if !ok {
		return
	}
	s := c.keys("font program", o.value, schema{"Length1": true, "Filter": true, "Length": true})
	if s == nil {
		return
	}
	program := c.inflate(number, o)
	c.want("6.2.11.4", "font program", s, dict{"Filter": name("FlateDecode"), "Length1": float64(len(program))})
	c.program(f, program)
}

// program checks that the TrueType program has its tables inside, and that widths agree with it to a thousandth of an em
// (6.2.11.5), and that each glyph used is there (6.2.11.4.1).
func (c *checker) program(f *font, b []byte) {
	tables := map[string][]byte{}
	be := binary.BigEndian
	if len(b) < 12 || be.Uint32(b) != 0x00010000 || len(b) < 12+16*int(be.Uint16(b[4:])) {
		c.fail("6.2.11.4", "the font program is not TrueType")
		return
	}
	for i := range int(be.Uint16(b[4:])) {
		e := b[12+16*i:]
		offset, length := uint64(be.Uint32(e[8:])), uint64(be.Uint32(e[12:]))
		if offset+length > uint64(len(b)) {
			c.fail("6.2.11.4", "font table %q lies outside the program", e[:4])
			return
		}
		tables[string(e[:4])] = b[offset : offset+length]
	}
	head, hhea, hmtx, loca, maxp := tables["head"], tables["hhea"], tables["hmtx"], tables["loca"], tables["maxp"]
	if len(head) < 54 || len(hhea) < 36 || len(maxp) < 6 || tables["glyf"] == nil {
		c.fail("6.2.11.4", "the font program lacks a table")
		return
	}
	em, glyphs, metrics := float64(be.Uint16(head[18:])), int(be.Uint16(maxp[4:])), int(be.Uint16(hhea[34:]))
	if em == 0 || metrics == 0 || len(hmtx) < 4*metrics || be.Uint16(head[50:]) != 1 || len(loca) != 4*(glyphs+1) {
		c.fail("6.2.11.4", "the font program's tables do not agree")
		return
	}
	for gid, width := range f.widths {
		if int(gid) >= glyphs {
			c.fail("6.2.11.4.1", "glyph %d is not in the font program", gid)
			return
		}
		from, to := be.Uint32(loca[4*int(gid):]), be.Uint32(loca[4*int(gid)+4:])
		if from > to || uint64(to) > uint64(len(tables["glyf"])) {
			c.fail("6.2.11.4.1", "glyph %d lies outside its table", gid)
		}
		if f.glyphless() && from != to {
			c.fail("6.2.11.4.1", "glyph %d of the glyphless font has an outline", gid)
		}
		advance := float64(be.Uint16(hmtx[4*min(int(gid), metrics-1):])) * 1000 / em
		if math.Abs(advance-width) > 1 {
			c.fail("6.2.11.5", "glyph %d is %v wide in the file and %v in its program", gid, width, advance)
		}
	}
}

// The ToUnicode CMap as the writer makes it.
const (
	cmapHead = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
	cmapTail = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
)

var (
	bfcharHead = regexp.MustCompile(`^(\d+) beginbfchar$`)
	bfcharLine = regexp.MustCompile(`^<([0-9A-F]{4})> <((?:[0-9A-F]{4}){1,2})>$`)
)

// toUnicode reads the CMap that gives each code its character (6.2.11.7).
func (c *checker) toUnicode(f *font, v any) {
	number, o, ok := c.follow(v, "ToUnicode", true)
	if !ok {
		return
	}
	d := c.keys("ToUnicode", o.value, schema{"Filter": true, "Length": true})
	if d == nil {
		return
	}
	c.want("6.1.7.2", "ToUnicode", d, dict{"Filter": name("FlateDecode")})
	text := string(c.inflate(number, o))
	if !strings.HasPrefix(text, cmapHead) || !strings.HasSuffix(text, cmapTail) || len(text) < len(cmapHead)+len(cmapTail) {
		c.fail("6.2.11.7", "the ToUnicode map's frame")
		return
	}
	left := 0
	for line := range strings.Lines(text[len(cmapHead) : len(text)-len(cmapTail)]) {
		line = strings.TrimSuffix(line, "\n")
		if m := bfcharHead.FindStringSubmatch(line); m != nil && left == 0 {
			left, _ = strconv.Atoi(m[1])
			left++ // the line that ends the block
			continue
		}
		left--
		if left == 0 && line == "endbfchar" {
			continue
		}
		m := bfcharLine.FindStringSubmatch(line)
		if m == nil || left < 1 || m[2] == "0000" || m[2] == "FEFF" || m[2] == "FFFE" {
			c.fail("6.2.11.7", "the ToUnicode map's line %q", line)
			return
		}
		code, err := strconv.ParseUint(m[1], 16, 16)
		if err != nil {
			c.fail("6.2.11.7", "the ToUnicode map's line %q", line)
			return
		}
		f.unicode[uint16(code)] = m[2]
	}
	if left != 0 {
		c.fail("6.2.11.7", "the ToUnicode map ends in the midst")
	}
}

// fontCodes proves that each code that was shown has a width and a character, and that no others have.
func (c *checker) fontCodes(f *font) {
	for code := range f.shown {
		if _, ok := f.widths[code]; !ok {
			c.fail("6.2.11.5", "font %s: code %04X was shown and has no width", f.name, code)
		}
		if _, ok := f.unicode[code]; !ok {
			c.fail("6.2.11.7", "font %s: code %04X was shown and has no character", f.name, code)
		}
	}
	if len(f.widths) != len(f.shown) || len(f.unicode) != len(f.shown) {
		c.fail("6.2.11", "font %s: %d codes shown, %d widths, %d characters", f.name, len(f.shown), len(f.widths), len(f.unicode))
	}
}
