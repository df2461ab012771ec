package writer

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/image/font/sfnt"
)

// Font is a TrueType font that a document embeds, as far as its glyphs are used, when it is closed. It belongs to the document
// that made it.
type Font struct {
	d      *Document
	number int // object number of the composite font; 0 until it is used
	name   string
	parsed *sfnt.Font
	buf    sfnt.Buffer
	tables trueType
	used   map[uint16]rune // glyphs that were shown, with the character that each stands for
}

// Font makes a TrueType font (with a glyf table; not a collection, not CFF) ready for text. The same bytes given twice are
// embedded twice. A font whose licence bits forbid embedding is refused (ISO 19005-2, 6.2.11.4.1).
func (d *Document) Font(ttf []byte) (*Font, error) {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	tables, err := parseTrueType(ttf)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	f := &Font{d: d, parsed: parsed, tables: tables, used: map[uint16]rune{}}
	if f.name, err = parsed.Name(&f.buf, sfnt.NameIDPostScript); err != nil {
		return nil, fmt.Errorf("read font: its PostScript name: %w", err)
	}
	f.name = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' {
			return r
		}
		return -1
	}, f.name)
	if f.name == "" || len(f.name) > 100 {
		return nil, fmt.Errorf("read font: its PostScript name is of no use")
	}
	d.fonts = append(d.fonts, f)
	return f, nil
}

// WidthMM returns the width of s in millimetres at a size in points. Characters that the font lacks are an error.
func (f *Font) WidthMM(sizePt float64, s string) (float64, error) {
	total := 0
	for _, r := range s {
		gid, err := f.glyph(r)
		if err != nil {
			return 0, err
		}
		total += f.tables.advance(gid)
	}
	return float64(total) / float64(f.tables.unitsPerEm) * sizePt / pointsPerMM, nil
}

// Has reports whether the font can show r.
func (f *Font) Has(r rune) bool {
	_, err := f.glyph(r)
	return err == nil
}

func (f *Font) glyph(r rune) (uint16, error) {
	gid, err := f.parsed.GlyphIndex(&f.buf, r)
	if err != nil {
		return 0, fmt.Errorf("glyph of %U: %w", r, err)
	}
	if gid == 0 || int(gid) >= f.tables.numGlyphs || r < 0x20 || r == 0xFEFF {
		return 0, fmt.Errorf("the font %s has no glyph for %q (%U)", f.name, r, r)
	}
	return uint16(gid), nil
}

// glyphs returns the codes of s in hexadecimal and remembers them for the subset.
func (f *Font) glyphs(s string) (string, error) {
	gids := make([]uint16, 0, len(s))
	runes := make([]rune, 0, len(s))
	for _, r := range s {
		gid, err := f.glyph(r)
		if err != nil {
			return "", err
		}
		gids, runes = append(gids, gid), append(runes, r)
	}
	var b strings.Builder
	for i, gid := range gids {
		if _, ok := f.used[gid]; !ok {
			f.used[gid] = runes[i]
		}
		fmt.Fprintf(&b, "%04X", gid)
	}
	return b.String(), nil
}

// writeFont embeds f: a Type 0 font with Identity-H over a CIDFontType2 whose CIDs are the glyph numbers (ISO 32000-1, 9.7), its
// widths, its ToUnicode map, and the subset of its program.
func (d *Document) writeFont(f *Font) {
	gids := slices.Sorted(maps.Keys(f.used))
	program := f.tables.subset(gids)
	tag := subsetTag(program)
	descendant, descriptor, file, unicode := d.reserve(), d.reserve(), d.reserve(), d.reserve()

	d.object(f.number, fmt.Sprintf("<</Type /Font /Subtype /Type0 /BaseFont /%s+%s /Encoding /Identity-H /DescendantFonts [%d 0 R] "+
		"/ToUnicode %d 0 R>>", tag, f.name, descendant, unicode))
	t := &f.tables
	per1000 := func(v int) string { return number(float64(v) * 1000 / float64(t.unitsPerEm)) }
	var widths strings.Builder
	for _, gid := range gids {
		fmt.Fprintf(&widths, "%d [%s] ", gid, per1000(t.advance(gid)))
	}
	d.object(descendant, fmt.Sprintf("<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s+%s /CIDSystemInfo <</Registry (Adobe) "+
		"/Ordering (Identity) /Supplement 0>> /FontDescriptor %d 0 R /DW %s /W [%s] /CIDToGIDMap /Identity>>",
		tag, f.name, descriptor, per1000(t.advance(0)), strings.TrimSpace(widths.String())))
	// Flags 4: the codes are glyph numbers, no standard character set.
	d.object(descriptor, fmt.Sprintf("<</Type /FontDescriptor /FontName /%s+%s /Flags 4 /FontBBox [%s %s %s %s] /ItalicAngle 0 "+
		"/Ascent %s /Descent %s /CapHeight %s /StemV 80 /FontFile2 %d 0 R>>", tag, f.name,
		per1000(t.bbox[0]), per1000(t.bbox[1]), per1000(t.bbox[2]), per1000(t.bbox[3]),
		per1000(t.ascent), per1000(t.descent), per1000(t.capHeight), file))
	d.flateStream(file, fmt.Sprintf("/Length1 %d", len(program)), program)
	d.flateStream(unicode, "", f.toUnicode(gids))
}

// subsetTag makes the six capitals before the font's name (ISO 32000-1, 9.6.4) from the subset itself.
func subsetTag(program []byte) string {
	sum := sha256.Sum256(program)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag)
}

// bfcharsPerBlock is the most that one bfchar block may hold (Adobe technical note 5411).
const bfcharsPerBlock = 100

// toUnicode makes the CMap from glyph numbers to characters.
func (f *Font) toUnicode(gids []uint16) []byte {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for block := range slices.Chunk(gids, bfcharsPerBlock) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, gid := range block {
			fmt.Fprintf(&b, "<%04X> <", gid)
			for _, u := range utf16.Encode([]rune{f.used[gid]}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return []byte(b.String())
}
