// Package check says whether a file is PDF/A-2 as [pdfa/writer] writes it. It is a closed world: it accepts only the objects,
// keys, filters and operators that the writer knows, each in its one form, and so has nothing to say for other programs' files,
// which may be good PDF/A; that is what veraPDF is for, to which the project's tests compare it.
//
// It proves structure (header, every cross-reference on its object, no byte outside an object, no orphan, exact stream lengths,
// identifier, no encryption), content (only known operators, resources that exist), images (JPEG, G4 and Flate data decoded whole
// and of the stated size), fonts (embedded, widths equal to the program's, every code with its character), the output intent's
// profile, and metadata (well-formed XMP equal to Info, the declared flavour, an extension schema that the packet describes).
//
//	report, err := check.Check(f, size) // or Watched, which tells of each page
//	if err != nil || !report.Compliant { /* not archived */ }
//
// Compliant is set at the very end and nowhere else: no verdict is a no.
package check

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"segnatura/pdfa"
)

// Checker names this check in reports.
const Checker = "segnatura pdfa/check 1"

// Bounds, so that a hostile file costs little.
const (
	maxFileBytes   = 8 << 30
	maxObjects     = 100_000
	maxObjectBytes = 1 << 20  // of a dictionary or array
	maxSmallStream = 64 << 20 // of a stream that is not an image, inflated
	maxFindings    = 50
)

// How much is read, and how many objects are parsed, from one sign of life to the next.
const (
	progressBytes   = 64 << 20
	progressObjects = 1000
)

// header is how every file begins (ISO 19005-2, 6.1.2).
const header = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"

// Check reads a file of size bytes whole. The error is one of reading; what is wrong with the file is in the report.
func Check(r io.ReaderAt, size int64) (pdfa.Report, error) { return Watched(r, size, func(int) {}) }

// Watched is [Check] for whoever wants to see that it goes on: progress is called with the number of pages that were judged, after
// each page, and again and again where a large file takes long before, between and after pages.
func Watched(r io.ReaderAt, size int64, progress func(pages int)) (pdfa.Report, error) {
	c := &checker{r: r, size: size, roles: map[int]string{}, report: pdfa.Report{Checker: Checker}, progress: progress}
	sum := sha256.New()
	for at := int64(0); at < size; at += progressBytes {
		if _, err := io.Copy(sum, io.NewSectionReader(r, at, min(progressBytes, size-at))); err != nil {
			return c.report, fmt.Errorf("check PDF/A: %w", err)
		}
		c.goesOn()
	}
	c.report.SHA256 = hex.EncodeToString(sum.Sum(nil))
	c.run()
	if c.readErr != nil {
		return c.report, fmt.Errorf("check PDF/A: %w", c.readErr)
	}
	c.report.Compliant = len(c.report.Findings) == 0 && c.done
	return c.report, nil
}

// checker holds one file.
type checker struct {
	r       io.ReaderAt
	size    int64
	xrefAt  int64
	offsets []int64 // by object number
	objects []object
	roles   map[int]string // what each object was found to be
	fonts   map[int]*font
	proofs  proofs
	report  pdfa.Report
	readErr error
	done    bool

	progress func(pages int)
	judged   int // pages
}

// goesOn tells that it goes on.
func (c *checker) goesOn() { c.progress(c.judged) }

// object is one indirect object.
type object struct {
	value    any
	isStream bool
	data     int64 // where a stream's data begins
	length   int64
}

// fail notes a broken rule: a clause of ISO 19005-2, unless it says otherwise.
func (c *checker) fail(rule, format string, args ...any) {
	if len(c.report.Findings) < maxFindings {
		c.report.Findings = append(c.report.Findings, pdfa.Finding{Rule: rule, Detail: fmt.Sprintf(format, args...)})
	}
}

// failed says whether anything was found so far.
func (c *checker) failed() bool { return len(c.report.Findings) > 0 || c.readErr != nil }

// run goes through the stages; each relies on the ones before it.
func (c *checker) run() {
	defer c.proofs.wait()
	for _, stage := range []func(){c.frame, c.readObjects, c.catalog, c.noOrphans, c.decodeUnproved} {
		if stage(); c.failed() {
			return
		}
	}
	c.done = true
}

func (c *checker) read(offset, n int64) []byte {
	if offset < 0 || n < 0 || offset+n > c.size {
		c.fail("6.1", "bytes %d to %d are not in the file of %d", offset, offset+n, c.size)
		return nil
	}
	b := make([]byte, n)
	if _, err := c.r.ReadAt(b, offset); err != nil && !errors.Is(err, io.EOF) {
		c.readErr = err
		return nil
	}
	return b
}

// frame checks header, cross-reference table and trailer.
func (c *checker) frame() {
	if c.size > maxFileBytes {
		c.fail("6.1", "the file has %d bytes", c.size)
		return
	}
	if c.size < 200 || string(c.read(0, int64(len(header)))) != header {
		c.fail("6.1.2", "the file does not begin with the header")
		return
	}
	tail := c.read(c.size-min(c.size, 64), min(c.size, 64))
	at := bytes.LastIndex(tail, []byte("startxref\n"))
	if at < 0 || !bytes.HasSuffix(tail, []byte("\n%%EOF\n")) {
		c.fail("6.1.3", "the file does not end with startxref and the end-of-file marker")
		return
	}
	digits := string(tail[at+len("startxref\n") : len(tail)-len("\n%%EOF\n")])
	var err error
	if c.xrefAt, err = strconv.ParseInt(digits, 10, 64); err != nil || strconv.FormatInt(c.xrefAt, 10) != digits {
		c.fail("6.1.3", "startxref %q", digits)
		return
	}
	end := c.size - int64(len(tail)-at)
	if c.xrefAt < int64(len(header)) || c.xrefAt > end || end-c.xrefAt > maxObjects*20+4096 {
		c.fail("6.1.4", "startxref points to byte %d", c.xrefAt)
		return
	}
	c.table(c.read(c.xrefAt, end-c.xrefAt))
}

// xrefFree is the entry of object 0.
const xrefFree = "0000000000 65535 f \n"

// table checks the cross-reference table and the trailer dictionary behind it.
func (c *checker) table(b []byte) {
	p := &parser{b: b}
	if !p.literal("xref\n0 ") {
		c.fail("6.1.4", "the cross-reference table does not begin with object 0")
		return
	}
	v, err := p.number()
	count, ok := v.(float64)
	if err != nil || !ok || count < 2 || count > maxObjects || count != float64(int(count)) || !p.literal("\n"+xrefFree) {
		c.fail("6.1.4", "the head of the cross-reference table")
		return
	}
	c.offsets = make([]int64, int(count))
	for n := 1; n < int(count); n++ {
		if len(b)-p.pos < 20 {
			c.fail("6.1.4", "the cross-reference table ends at object %d", n)
			return
		}
		line := string(b[p.pos : p.pos+20])
		p.pos += 20
		offset, err := strconv.ParseUint(line[:10], 10, 63)
		if err != nil || line[10:] != " 00000 n \n" {
			c.fail("6.1.4", "the cross-reference of object %d is %q", n, line)
			return
		}
		c.offsets[n] = int64(offset)
	}
	if !p.literal("trailer\n") {
		c.fail("6.1.3", "no trailer behind the cross-reference table")
		return
	}
	trailer, err := p.value(0)
	if err != nil || string(b[p.pos:]) != "\n" {
		c.fail("6.1.3", "the trailer: %v", err)
		return
	}
	c.trailer(trailer)
}

func (c *checker) trailer(v any) {
	d := c.keys("trailer", v, schema{"Size": true, "Root": true, "Info": true, "ID": true})
	if d == nil {
		return
	}
	c.want("6.1.3", "trailer", d, dict{"Size": float64(len(c.offsets)), "Root": ref(1), "Info": ref(3)})
	id, _ := d["ID"].([]any)
	if len(id) != 2 {
		c.fail("6.1.3", "the trailer has no identifier")
		return
	}
	first, _ := id[0].(str)
	second, _ := id[1].(str)
	if len(first) != 16 || !bytes.Equal(first, second) || bytes.Equal(first, make([]byte, 16)) {
		c.fail("6.1.3", "the identifier %x %x", first, second)
	}
}

// readObjects parses every object at its offset, and proves that they follow each other without a byte between.
func (c *checker) readObjects() {
	c.objects = make([]object, len(c.offsets))
	order := make([]int, 0, len(c.offsets))
	for n := 1; n < len(c.offsets); n++ {
		order = append(order, n)
	}
	slices.SortFunc(order, func(a, b int) int { return int(min(max(c.offsets[a]-c.offsets[b], -1), 1)) })
	// Lengths first: a stream's length may stand in a later object.
	ends := make([]int64, len(c.offsets))
	for i, n := range order {
		ends[n] = c.xrefAt
		if i+1 < len(order) {
			ends[n] = c.offsets[order[i+1]]
		}
		c.readObject(n, ends[n])
		if c.failed() {
			return
		}
		if i%progressObjects == progressObjects-1 {
			c.goesOn()
		}
	}
	if c.offsets[order[0]] != int64(len(header)) {
		c.fail("6.1.9", "the first object begins at byte %d, not behind the header", c.offsets[order[0]])
	}
	for _, n := range order {
		c.endObject(n, ends[n])
	}
}

// readObject parses the object of number n, which must end before byte end.
func (c *checker) readObject(n int, end int64) {
	start := c.offsets[n]
	if start >= end {
		c.fail("6.1.4", "object %d begins where it should have ended, at byte %d", n, start)
		return
	}
	b := c.read(start, min(end-start, maxObjectBytes))
	p := &parser{b: b}
	if !p.literal(strconv.Itoa(n) + " 0 obj\n") {
		c.fail("6.1.4", "the cross-reference of object %d does not point to it", n)
		return
	}
	v, err := p.value(0)
	if err != nil {
		c.fail("6.1.9", "object %d: %v", n, err)
		return
	}
	o := object{value: v, length: -1}
	if p.literal("\nstream\n") {
		o.isStream, o.data = true, start+int64(p.pos)
	} else if o.data = start + int64(p.pos); !p.literal("\nendobj\n") {
		c.fail("6.1.9", "object %d does not end with endobj", n)
		return
	}
	c.objects[n] = o
}

// endObject proves that the object fills the bytes up to end; for streams, that Length is exact (6.1.7.1).
func (c *checker) endObject(n int, end int64) {
	o := &c.objects[n]
	closing := "\nendobj\n"
	if o.isStream {
		closing = "\nendstream\nendobj\n"
		d, _ := o.value.(dict)
		length, ok := d["Length"].(float64)
		if r, indirect := d["Length"].(ref); indirect {
			length, ok = c.object(int(r)).value.(float64)
			c.role(int(r), "length of "+strconv.Itoa(n))
		}
		if !ok || length < 0 || length != float64(int64(length)) {
			c.fail("6.1.7.1", "stream %d has no length", n)
			return
		}
		o.length = int64(length)
	}
	at := o.data + max(o.length, 0)
	if at+int64(len(closing)) != end || string(c.read(at, int64(len(closing)))) != closing {
		c.fail("6.1.7.1", "object %d does not end at byte %d, where the next thing begins", n, end)
	}
}

// object returns object n, or an empty one.
func (c *checker) object(n int) object {
	if n < 1 || n >= len(c.objects) {
		return object{}
	}
	return c.objects[n]
}

// role notes what an object is. Only fonts and profiles may be met twice, and then by the same role.
func (c *checker) role(n int, role string) {
	if n < 1 || n >= len(c.objects) {
		c.fail("6.1.4", "%s is object %d, which there is not", role, n)
		return
	}
	if before, met := c.roles[n]; met && (before != role || role != "font") {
		c.fail("6.1.9", "object %d is both %s and %s", n, before, role)
	}
	c.roles[n] = role
}

func (c *checker) noOrphans() {
	for n := 1; n < len(c.objects); n++ {
		if _, met := c.roles[n]; !met {
			c.fail("6.1.9", "object %d belongs to nothing", n)
		}
	}
}

// schema lists the keys that a dictionary may have; true: must have.
type schema map[string]bool

// keys checks a dictionary's keys and returns it, or nil.
func (c *checker) keys(what string, v any, s schema) dict {
	d, ok := v.(dict)
	if !ok {
		c.fail(dictionaryRule, "%s is not a dictionary", what)
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(d)) {
		if _, known := s[key]; !known {
			c.fail(cmp.Or(forbiddenKeys[key], dictionaryRule), "%s has the key %s", what, key)
			return nil
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if _, has := d[key]; s[key] && !has {
			c.fail(dictionaryRule, "%s lacks the key %s", what, key)
			return nil
		}
	}
	return d
}

// dictionaryRule is the rule of findings on keys that no clause of ISO 19005-2 speaks of: the closed world's own.
const dictionaryRule = "ISO 32000-1, 7.3.7"

// forbiddenKeys gives the clause that speaks of a key; others are merely unknown here.
var forbiddenKeys = map[string]string{
	"Encrypt": "6.1.3", "Prev": "6.1.3", "F": "6.1.7.1", "FFilter": "6.1.7.1", "Annots": "6.3", "AA": "6.5.2", "OpenAction": "6.5.1",
	"Names": "6.8", "AcroForm": "6.4.1", "SMask": "6.2.8", "Alternates": "6.2.8", "OPI": "6.2.8", "Interpolate": "6.2.8",
	"Group": "6.2.10", "Perms": "6.1.12", "AF": "6.8", "OCProperties": "6.9",
}

// want compares values that admit no choice.
func (c *checker) want(rule, what string, d, want dict) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got := d[key]; !equal(got, want[key]) {
			c.fail(rule, "%s: %s is %v, not %v", what, key, got, want[key])
		}
	}
}

func equal(a, b any) bool {
	switch a := a.(type) {
	case name, ref, float64:
		return a == b
	case str:
		b, ok := b.(str)
		return ok && bytes.Equal(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case dict:
		b, ok := b.(dict)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, v := range a {
			if !equal(v, b[key]) {
				return false
			}
		}
		return true
	}
	return false
}

// follow returns the object behind a reference, and notes its role.
func (c *checker) follow(v any, role string, stream bool) (int, object, bool) {
	r, ok := v.(ref)
	if !ok {
		c.fail("6.1.9", "%s is not an indirect object", role)
		return 0, object{}, false
	}
	c.role(int(r), role)
	o := c.object(int(r))
	if o.isStream != stream || o.value == nil {
		c.fail("6.1.9", "%s is not of the kind that it has to be", role)
		return 0, object{}, false
	}
	return int(r), o, true
}
