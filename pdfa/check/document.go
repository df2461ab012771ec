package check

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// maxPages is the writer's own bound.
const maxPages = 5000

// catalog checks the tree of objects from the catalog down.
func (c *checker) catalog() {
	c.fonts = map[int]*font{}
	_, o, ok := c.follow(ref(1), "catalog", false)
	if !ok {
		return
	}
	d := c.keys("catalog", o.value, schema{"Type": true, "Pages": true, "Metadata": true, "OutputIntents": true})
	if d == nil {
		return
	}
	c.want("6.1.3", "catalog", d, dict{"Type": name("Catalog"), "Pages": ref(2)})
	c.metadata(d["Metadata"])
	intents, _ := d["OutputIntents"].([]any)
	if len(intents) != 1 {
		c.fail("6.2.3", "%d output intents, not 1", len(intents))
		return
	}
	c.outputIntent(intents[0])
	c.pages()
	for _, f := range c.fonts {
		c.fontCodes(f)
	}
}

// outputIntent checks 6.2.3: a PDF/A output intent with an RGB profile inside the file.
func (c *checker) outputIntent(v any) {
	_, o, ok := c.follow(v, "output intent", false)
	if !ok {
		return
	}
	d := c.keys("output intent", o.value, schema{"Type": true, "S": true, "OutputConditionIdentifier": true, "Info": true,
		"DestOutputProfile": true})
	if d == nil {
		return
	}
	c.want("6.2.3", "output intent", d, dict{"Type": name("OutputIntent"), "S": name("GTS_PDFA1")})
	c.profile(d["DestOutputProfile"], "output profile", 3)
}

// alternates are the device spaces of so many components.
var alternates = map[int]name{1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}

// profile checks an ICC profile stream of n components: its header (ICC.1, 7.2) and that its tags lie inside it.
func (c *checker) profile(v any, role string, n int) {
	number, o, ok := c.follow(v, role, true)
	if !ok {
		return
	}
	d := c.keys(role, o.value, schema{"N": true, "Alternate": true, "Filter": true, "Length": true})
	if d == nil {
		return
	}
	c.want("6.2.4.2", role, d, dict{"N": float64(n), "Alternate": alternates[n], "Filter": name("FlateDecode")})
	p := c.inflate(number, o)
	if len(p) < 132 || uint64(binary.BigEndian.Uint32(p)) != uint64(len(p)) || string(p[36:40]) != "acsp" || p[8] != 2 && p[8] != 4 {
		c.fail("6.2.4.2", "%s: the ICC header of object %d", role, number)
		return
	}
	class, space := string(p[12:16]), string(p[16:20])
	spaces := map[int]string{1: "GRAY", 3: "RGB ", 4: "CMYK"}
	classes := "scnr mntr prtr spac"
	if role == "output profile" {
		classes = "mntr prtr"
	}
	if !strings.Contains(classes, class) || space != spaces[n] {
		c.fail("6.2.4.2", "%s: an ICC profile of class %q for %q", role, class, space)
	}
	count := uint64(binary.BigEndian.Uint32(p[128:]))
	if count == 0 || 132+12*count > uint64(len(p)) {
		c.fail("6.2.4.2", "%s: an ICC profile with %d tags", role, count)
		return
	}
	for i := range count {
		entry := p[132+12*i:]
		if uint64(binary.BigEndian.Uint32(entry[4:]))+uint64(binary.BigEndian.Uint32(entry[8:])) > uint64(len(p)) {
			c.fail("6.2.4.2", "%s: ICC tag %q lies outside the profile", role, entry[:4])
			return
		}
	}
}

// inflate returns a small stream's data; the zlib stream has to end where the stream does.
func (c *checker) inflate(number int, o object) []byte {
	raw := bytes.NewReader(c.read(o.data, min(o.length, maxSmallStream)))
	zr, err := zlib.NewReader(raw)
	if err != nil {
		c.fail("6.1.7.2", "stream %d: %v", number, err)
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(zr, maxSmallStream))
	if err == nil {
		_, err = zr.Read(make([]byte, 1))
	}
	if !errors.Is(err, io.EOF) || raw.Len() != 0 {
		c.fail("6.1.7.2", "stream %d: Flate data that does not end with the stream: %v", number, err)
		return nil
	}
	return data
}

// pages checks the page tree, which is flat.
func (c *checker) pages() {
	_, o, ok := c.follow(ref(2), "page tree", false)
	if !ok {
		return
	}
	d := c.keys("page tree", o.value, schema{"Type": true, "Count": true, "Kids": true})
	if d == nil {
		return
	}
	kids, _ := d["Kids"].([]any)
	c.want("6.1.3", "page tree", d, dict{"Type": name("Pages"), "Count": float64(len(kids))})
	if len(kids) == 0 || len(kids) > maxPages {
		c.fail("6.1.3", "%d pages", len(kids))
		return
	}
	c.report.Pages = len(kids)
	for _, kid := range kids {
		if c.page(kid); c.readErr != nil || len(c.report.Findings) == maxFindings {
			return
		}
		c.judged++
		c.goesOn()
	}
}

func (c *checker) page(v any) {
	_, o, ok := c.follow(v, "page", false)
	if !ok {
		return
	}
	d := c.keys("page", o.value, schema{"Type": true, "Parent": true, "MediaBox": true, "Rotate": false, "Resources": true,
		"Contents": true})
	if d == nil {
		return
	}
	c.want("6.1.3", "page", d, dict{"Type": name("Page"), "Parent": ref(2)})
	if rotate, has := d["Rotate"]; has && rotate != 90.0 && rotate != 180.0 && rotate != 270.0 {
		c.fail("6.1.3", "page: rotation %v", rotate)
	}
	box, _ := d["MediaBox"].([]any)
	if len(box) != 4 || box[0] != 0.0 || box[1] != 0.0 || !pageLength(box[2]) || !pageLength(box[3]) {
		c.fail("6.1.13", "page: MediaBox %v", box)
	}
	res := c.keys("resources", d["Resources"], schema{"Font": false, "XObject": false})
	if res == nil {
		return
	}
	fonts, images := map[string]*font{}, map[string]bool{}
	for key, v := range c.resources(res, "Font", "F") {
		fonts[key] = c.font(v)
	}
	for key, v := range c.resources(res, "XObject", "Im") {
		images[key] = true
		c.image(v)
	}
	number, o, ok := c.follow(d["Contents"], "content", true)
	if !ok {
		return
	}
	if s := c.keys("content", o.value, schema{"Filter": true, "Length": true}); s != nil {
		c.want("6.1.7.2", "content", s, dict{"Filter": name("FlateDecode")})
		c.content(c.inflate(number, o), fonts, images)
	}
}

// pageLength reports whether v is within 3 and 14400 points.
func pageLength(v any) bool {
	n, ok := v.(float64)
	return ok && n >= 3 && n <= 14400
}

// resources returns one kind of a page's resources, whose names begin with prefix.
func (c *checker) resources(res dict, kind, prefix string) dict {
	v, has := res[kind]
	if !has {
		return nil
	}
	d, ok := v.(dict)
	if !ok || len(d) == 0 {
		c.fail("6.2.2", "resources %s are no dictionary, or empty", kind)
		return nil
	}
	for key := range d {
		if !strings.HasPrefix(key, prefix) {
			c.fail("6.2.2", "a resource %s of name %s", kind, key)
			return nil
		}
	}
	return d
}

// operators lists those of content streams, with their operands: n number, / name, s string.
var operators = map[operator]string{
	"q": "", "Q": "", "cm": "nnnnnn", "Do": "/", "BT": "", "ET": "", "Tf": "/n", "Td": "nn", "Tj": "s",
	"Tm": "nnnnnn", "Tz": "n", "Tr": "n", "re": "nnnn", "f": "", "w": "n", "m": "nn", "l": "nn", "S": "", "g": "n",
}

// content checks a content stream (6.2.2): known operators with their operands, resources that the page has, q and Q in pairs,
// text operators between BT and ET, and that every code shown is noted for its font.
func (c *checker) content(b []byte, fonts map[string]*font, images map[string]bool) {
	p := &parser{b: b, content: true}
	var operands []any
	var shapes string
	var text textState
	for p.skip(); p.pos < len(p.b) && !c.failed(); p.skip() {
		v, err := p.value(maxDepth) // no arrays, no dictionaries
		if err != nil {
			c.fail("6.2.2", "content: %v", err)
			return
		}
		op, ok := v.(operator)
		if !ok {
			operands, shapes = append(operands, v), shapes+shape(v)
			if len(operands) > 6 {
				c.fail("6.2.2", "content: too many operands")
			}
			continue
		}
		if want, known := operators[op]; !known || want != shapes {
			c.fail("6.2.2", "content: operator %s with operands %q", op, shapes)
			return
		}
		switch op {
		case "q":
			text.nesting++
		case "Q":
			text.nesting--
			text.invisible = false // as it was at q
		case "Do":
			if key, _ := operands[0].(name); !images[string(key)] {
				c.fail("6.2.2", "content: image %s is not among the resources", key)
			}
		default:
			c.text(&text, op, operands, fonts)
		}
		if text.nesting < 0 || text.nesting > 1 {
			c.fail("6.1.13", "content: q and Q do not pair")
		}
		operands, shapes = operands[:0], ""
	}
	if len(operands) > 0 || text.nesting != 0 || text.inside {
		c.fail("6.2.2", "content: it ends in the midst")
	}
}

// textState is where a content stream stands with its text.
type textState struct {
	nesting   int  // of q and Q
	inside    bool // between BT and ET
	invisible bool // text rendering mode 3
	font      *font
}

// text checks the operators of text; it takes no notice of others. Glyphless fonts are shown invisibly and no others are: text
// that is to be seen has glyphs, and text that lies over its own picture is not drawn a second time.
func (c *checker) text(t *textState, op operator, operands []any, fonts map[string]*font) {
	if op == "BT" || op == "ET" {
		if t.inside == (op == "BT") {
			c.fail("6.2.2", "content: BT and ET do not pair")
		}
		t.inside = op == "BT"
		return
	}
	if !strings.HasPrefix(string(op), "T") {
		return
	}
	if !t.inside {
		c.fail("6.2.2", "content: %s outside a text object", op)
	}
	switch op {
	case "Tf":
		key, _ := operands[0].(name)
		if t.font = fonts[string(key)]; t.font == nil {
			c.fail("6.2.2", "content: font %s is not among the resources", key)
		}
	case "Tr":
		if operands[0] != 3.0 || t.nesting == 0 {
			c.fail("6.2.2", "content: text rendering mode %v, %d deep in q and Q", operands[0], t.nesting)
		}
		t.invisible = true
	case "Tz":
		if scale, _ := operands[0].(float64); scale <= 0 {
			c.fail("6.2.2", "content: text scaled to %v per cent", scale)
		}
	case "Tj":
		codes, _ := operands[0].(str)
		if t.font == nil || len(codes) == 0 || len(codes)%2 != 0 {
			c.fail("6.2.11", "content: text without a font, or half a code")
			return
		}
		if t.font.glyphless() != t.invisible {
			c.fail("6.2.11.4.1", "content: font %s in text whose being invisible is %t", t.font.name, t.invisible)
		}
		for i := 0; i < len(codes); i += 2 {
			t.font.shown[binary.BigEndian.Uint16(codes[i:])] = true
		}
	}
}

func shape(v any) string {
	switch v.(type) {
	case float64:
		return "n"
	case name:
		return "/"
	case str:
		return "s"
	}
	return "?"
}
