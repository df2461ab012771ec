package convert

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"segnatura/pdfa"
)

// The limits of PDF files. A file is held whole, and its streams once more: about twice its size.
const (
	MaxPDFBytes = 64 << 20
	MaxPDFPages = 300
	// maxPDFStream bounds what one stream unpacks to, images apart: those stay below MaxPixels, and are unpacked while they are read.
	maxPDFStream  = 64 << 20
	maxPDFObjects = 500_000
	maxPDFDepth   = 64 // of page trees, forms and references
)

// pdfFile is a PDF file as pdfcpu reads it: cross-references repaired, object streams unpacked, streams decrypted, nothing validated.
//
// Its accessors panic with a *pdfa.RefusedError where the file is broken; guardPDF, around every use, makes a refusal of that and
// of pdfcpu's own panics.
type pdfFile struct {
	data   []byte
	table  *model.XRefTable
	sealed bool // encrypted, with an empty password for reading
	pages  []pdfPage
	signed bool
	active string // what in it acts, in words; "" nothing
}

// pdfPage is one page with what it inherits.
type pdfPage struct {
	dict      types.Dict
	resources types.Dict
	box       rect // what is shown, in the page's own units
	rotate    int  // 0, 90, 180 or 270, clockwise
	unit      float64
}

// rect is x0, y0, x1, y1 with x0 <= x1 and y0 <= y1.
type rect [4]float64

func (r rect) width() float64  { return r[2] - r[0] }
func (r rect) height() float64 { return r[3] - r[1] }

func (r rect) intersect(o rect) rect {
	return rect{max(r[0], o[0]), max(r[1], o[1]), min(r[2], o[2]), min(r[3], o[3])}
}

// covers reports whether o lies in r, but for so much on each side.
func (r rect) covers(o rect, tolerance float64) bool {
	return r[0] <= o[0]+tolerance && r[1] <= o[1]+tolerance && r[2] >= o[2]-tolerance && r[3] >= o[3]-tolerance
}

// guardPDF runs f and turns its panics into refusals.
func guardPDF(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *pdfa.RefusedError:
			err = p
		default:
			err = refuse(pdfa.RefusedCorrupt, "the PDF reader gave up: %v", p)
		}
	}()
	return f()
}

// openPDF reads a whole file and finds its pages, its signatures and what in it acts.
func openPDF(ctx context.Context, r io.Reader, size int64) (f *pdfFile, err error) {
	if size > MaxPDFBytes {
		return nil, refuse(pdfa.RefusedTooLarge, "the PDF has %d MiB, at most %d are taken", size>>20, MaxPDFBytes>>20)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, err
	}
	err = guardPDF(func() error {
		if f, err = readPDFObjects(ctx, data); err != nil {
			return err
		}
		f.findPages()
		f.survey(f.table.Root, map[int]bool{}, 0)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

func readPDFObjects(ctx context.Context, data []byte) (*pdfFile, error) {
	limits := model.DefaultResourceLimits()
	limits.MaxStreamBytes, limits.MaxDecodeBytes = MaxPDFBytes, maxPDFStream
	limits.MaxObjectCount, limits.MaxObjectStreamCount, limits.MaxXRefEntries = maxPDFObjects, maxPDFObjects, maxPDFObjects
	limits.MaxRecursionDepth = maxPDFDepth
	c, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(data), &model.Configuration{
		Reader15: true, ValidationMode: model.ValidationRelaxed, Cmd: model.LISTINFO, Limits: limits, Offline: true,
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, pdfcpu.ErrWrongPassword):
		return nil, refuse(pdfa.RefusedEncrypted, "the PDF cannot be read without its password")
	case errors.Is(err, pdfcpu.ErrUnsupportedEncryptionFeature), errors.Is(err, pdfcpu.ErrMalformedEncryption):
		return nil, refuse(pdfa.RefusedEncrypted, "the PDF is encrypted in a way that is not known: %v", err)
	case err != nil:
		return nil, refuse(pdfa.RefusedCorrupt, "the PDF's structure is broken: %v", err)
	case c.Root == nil:
		return nil, refuse(pdfa.RefusedCorrupt, "the PDF has no catalogue")
	}
	return &pdfFile{data: data, table: c.XRefTable, sealed: c.Encrypt != nil}, nil
}

// get follows references. What a reference to nothing means is null (ISO 32000-1, 7.3.10); an object that is there and cannot be
// read is a refusal, because something visible may have been in it.
func (f *pdfFile) get(o types.Object) types.Object {
	for range maxPDFDepth {
		ref, ok := o.(types.IndirectRef)
		if !ok {
			return o
		}
		number := int(ref.ObjectNumber)
		var err error
		if o, err = f.table.Dereference(ref); err != nil {
			panic(refuse(pdfa.RefusedCorrupt, "object %d of the PDF cannot be read: %v", number, err))
		}
		if o == nil && !f.isNull(number) {
			panic(refuse(pdfa.RefusedCorrupt, "object %d of the PDF cannot be read", number))
		}
	}
	panic(refuse(pdfa.RefusedCorrupt, "references of the PDF run in a circle"))
}

// isNull reports whether there is no object of that number, or it says that it is null.
func (f *pdfFile) isNull(number int) bool {
	entry, ok := f.table.Find(number)
	if !ok || entry.Free || entry.Compressed || entry.Offset == nil {
		return true
	}
	at := *entry.Offset
	if at <= 0 || at >= int64(len(f.data)) {
		return at == 0
	}
	words := bytes.Fields(f.data[at:min(at+64, int64(len(f.data)))])
	return len(words) >= 4 && string(words[2]) == "obj" && bytes.HasPrefix(words[3], []byte("null")) ||
		len(words) >= 4 && string(words[2]) == "obj" && bytes.HasPrefix(words[3], []byte("endobj"))
}

// dict returns a dictionary, also a stream's, or nil.
func (f *pdfFile) dict(o types.Object) types.Dict {
	switch o := f.get(o).(type) {
	case types.Dict:
		return o
	case types.StreamDict:
		return o.Dict
	}
	return nil
}

func (f *pdfFile) array(o types.Object) types.Array {
	a, _ := f.get(o).(types.Array)
	return a
}

func (f *pdfFile) name(o types.Object) string {
	n, _ := f.get(o).(types.Name)
	return string(n)
}

// number returns a number that is finite.
func (f *pdfFile) number(o types.Object) (float64, bool) {
	switch o := f.get(o).(type) {
	case types.Integer:
		return float64(o), true
	case types.Float:
		return float64(o), !math.IsInf(float64(o), 0) && !math.IsNaN(float64(o))
	}
	return 0, false
}

// integer returns a whole number, or the default where there is none.
func (f *pdfFile) integer(o types.Object, otherwise int) int {
	if v, ok := f.number(o); ok && v == math.Trunc(v) && math.Abs(v) < 1<<31 {
		return int(v)
	}
	return otherwise
}

func (f *pdfFile) bool(o types.Object, otherwise bool) bool {
	if v, ok := f.get(o).(types.Boolean); ok {
		return bool(v)
	}
	return otherwise
}

// numbers returns an array of just so many numbers, or nil.
func (f *pdfFile) numbers(o types.Object, n int) []float64 {
	a := f.array(o)
	if len(a) != n {
		return nil
	}
	out := make([]float64, n)
	for i := range a {
		var ok bool
		if out[i], ok = f.number(a[i]); !ok {
			return nil
		}
	}
	return out
}

func (f *pdfFile) rect(o types.Object) (rect, bool) {
	v := f.numbers(o, 4)
	if v == nil {
		return rect{}, false
	}
	return rect{min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3])}, true
}

// stream returns a stream whose data are as long as it says, or panics.
func (f *pdfFile) stream(o types.Object) (types.StreamDict, bool) {
	sd, ok := f.get(o).(types.StreamDict)
	if !ok {
		return sd, false
	}
	// pdfcpu takes a stream's Length at its word; data that go on behind it would be lost in silence.
	if end := sd.StreamOffset + int64(len(sd.Raw)); !f.sealed && sd.StreamOffset > 0 && end <= int64(len(f.data)) {
		rest := f.data[end:min(end+32, int64(len(f.data)))]
		if !bytes.HasPrefix(bytes.TrimLeft(rest, "\r\n \t\x00"), []byte("endstream")) {
			panic(refuse(pdfa.RefusedCorrupt, "a stream of the PDF is not as long as it says"))
		}
	}
	return sd, true
}

// inherited are the attributes that page tree nodes hand down (ISO 32000-1, 7.7.3.4).
var inherited = []string{"Resources", "MediaBox", "CropBox", "Rotate"}

// findPages walks the page tree. A tree that counts other pages than it has is refused: nobody knows which were lost.
func (f *pdfFile) findPages() {
	root := f.dict(f.dict(*f.table.Root)["Pages"])
	if root == nil {
		panic(refuse(pdfa.RefusedCorrupt, "the PDF has no page tree"))
	}
	f.walkPages(f.dict(*f.table.Root)["Pages"], types.Dict{}, map[int]bool{}, 0)
	if len(f.pages) == 0 {
		panic(refuse(pdfa.RefusedCorrupt, "the PDF has no page"))
	}
	if count := f.integer(root["Count"], -1); count != len(f.pages) {
		panic(refuse(pdfa.RefusedCorrupt, "the PDF says that it has %d pages, and has %d", count, len(f.pages)))
	}
}

func (f *pdfFile) walkPages(node types.Object, from types.Dict, seen map[int]bool, depth int) {
	if ref, ok := node.(types.IndirectRef); ok {
		if seen[int(ref.ObjectNumber)] {
			panic(refuse(pdfa.RefusedCorrupt, "the PDF's page tree runs in a circle"))
		}
		seen[int(ref.ObjectNumber)] = true
	}
	d := f.dict(node)
	if d == nil || depth > maxPDFDepth {
		panic(refuse(pdfa.RefusedCorrupt, "the PDF's page tree has a hole behind page %d", len(f.pages)))
	}
	attributes := types.Dict{}
	for _, key := range inherited {
		if attributes[key] = d[key]; d[key] == nil {
			attributes[key] = from[key]
		}
	}
	if _, node := d["Kids"]; node && f.name(d["Type"]) != "Page" {
		for _, kid := range f.array(d["Kids"]) {
			f.walkPages(kid, attributes, seen, depth+1)
		}
		return
	}
	if len(f.pages) == MaxPDFPages {
		panic(refuse(pdfa.RefusedTooLarge, "the PDF has more than %d pages", MaxPDFPages))
	}
	f.pages = append(f.pages, f.page(d, attributes))
}

func (f *pdfFile) page(d, attributes types.Dict) pdfPage {
	p := pdfPage{dict: d, resources: f.dict(attributes["Resources"]), unit: 1}
	media, ok := f.rect(attributes["MediaBox"])
	if !ok {
		panic(onPage(len(f.pages)+1, refuse(pdfa.RefusedCorrupt, "the page has no size")))
	}
	p.box = media
	if crop, ok := f.rect(attributes["CropBox"]); ok {
		p.box = media.intersect(crop)
	}
	if u, ok := f.number(d["UserUnit"]); ok && u > 0 {
		p.unit = u
	}
	if p.box.width() <= 0 || p.box.height() <= 0 {
		panic(onPage(len(f.pages)+1, refuse(pdfa.RefusedCorrupt, "the page has no extent")))
	}
	turn := f.integer(attributes["Rotate"], 0)
	if turn%90 != 0 {
		panic(onPage(len(f.pages)+1, refuse(pdfa.RefusedCorrupt, "the page is rotated by %d degrees", turn)))
	}
	p.rotate = ((turn % 360) + 360) % 360
	return p
}

// onPage names the page in a refusal.
func onPage(page int, err error) error {
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); ok && refused.Page == 0 {
		return &pdfa.RefusedError{File: refused.File, Page: page, Reason: refused.Reason, Detail: refused.Detail}
	}
	return err
}

// What acts in a PDF: actions (ISO 32000-1, 12.6.4, and its extensions) and annotations (12.5.6) that do or carry something that a
// picture of the page does not.
var (
	activeActions = map[string]string{
		"JavaScript": "a script", "Launch": "a program to start", "ImportData": "data to import", "SubmitForm": "a form to send",
		"GoToE": "an embedded file", "Rendition": "a recording", "Movie": "a film", "Sound": "a sound", "RichMediaExecute": "media",
	}
	activeAnnotations = map[string]string{
		"FileAttachment": "an attached file", "Movie": "a film", "Sound": "a sound", "Screen": "a recording", "3D": "a model",
		"RichMedia": "media",
	}
	activeKeys = map[string]string{"JS": "a script", "EF": "an embedded file", "EmbeddedFiles": "embedded files", "XFA": "an XFA form"}
)

// survey goes through everything that can be reached from o and notes signatures and what acts.
func (f *pdfFile) survey(o types.Object, seen map[int]bool, depth int) {
	if ref, ok := o.(*types.IndirectRef); ok {
		o = *ref
	}
	if ref, ok := o.(types.IndirectRef); ok {
		if seen[int(ref.ObjectNumber)] {
			return
		}
		seen[int(ref.ObjectNumber)] = true
	}
	if depth > 100*maxPDFDepth {
		panic(refuse(pdfa.RefusedCorrupt, "the PDF's objects are nested too deeply"))
	}
	switch o := f.get(o).(type) {
	case types.Array:
		for _, v := range o {
			f.survey(v, seen, depth+1)
		}
	case types.Dict:
		f.surveyDict(o, seen, depth)
	case types.StreamDict:
		f.surveyDict(o.Dict, seen, depth)
	}
}

func (f *pdfFile) surveyDict(d types.Dict, seen map[int]bool, depth int) {
	if d["ByteRange"] != nil && d["Contents"] != nil {
		f.signed = true
	}
	found := ""
	for key, what := range activeKeys {
		if v := f.get(d[key]); v != nil && (found == "" || what < found) {
			found = what
		}
	}
	if kind := f.name(d["Type"]); found == "" && (kind == "" || kind == "Action") {
		found = activeActions[f.name(d["S"])]
	}
	if found == "" && d["Rect"] != nil {
		found = activeAnnotations[f.name(d["Subtype"])]
	}
	if found == "" && f.bool(d["NeedsRendering"], false) {
		found = "a form that only its own program can show" // XFA; ISO 32000-1, table 28
	}
	if f.active == "" {
		f.active = found
	}
	for _, key := range sortedKeys(d) { // in a fixed order, so that the same file is refused in the same words
		f.survey(d[key], seen, depth+1)
	}
}

func sortedKeys(d types.Dict) []string {
	keys := make([]string, 0, len(d))
	for key := range d {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
