package convert

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"segnatura/pdfa"
)

// annotation is what a page shows on top of its content.
type annotation struct {
	form   types.Object // a reference to its appearance, or the appearance
	matrix affine       // in front of the appearance's own
	layer  types.Object // optional content that it belongs to; nil: none
}

// The annotation flags that hide on a screen (ISO 32000-1, table 165).
const (
	flagHidden = 1 << 1
	flagNoView = 1 << 5
)

// invisible are the annotations that show nothing of their own without an appearance: links and pop-up notes belong to the program.
var invisible = map[string]bool{"Link": true, "Popup": true, "PrinterMark": true, "TrapNet": true, "Screen": true}

// annotations returns what annotations and form fields show on a page, in their order. One that shows something each program draws
// as it likes is refused: nobody knows how it looked to whoever sent it.
func (f *pdfFile) annotations(p pdfPage) []annotation {
	var out []annotation
	for _, o := range f.array(p.dict["Annots"]) {
		d := f.dict(o)
		kind := f.name(d["Subtype"])
		if d == nil || kind == "Popup" || f.integer(d["F"], 0)&(flagHidden|flagNoView) != 0 {
			continue
		}
		form := f.appearance(d)
		switch {
		case form != nil:
			if m, ok := f.appearanceMatrix(d, form); ok {
				out = append(out, annotation{form: form, matrix: m, layer: d["OC"]})
			}
		case invisible[kind]:
		case kind == "Widget":
			if f.filledIn(d) {
				panic(refuse(pdfa.RefusedUnsupported, "a form field is filled in and the PDF does not say how that looks"))
			}
		case f.hasExtent(d):
			panic(refuse(pdfa.RefusedUnsupported, "the page has an annotation (%s), and the PDF does not say how it looks", kind))
		}
	}
	return out
}

// appearance returns an annotation's normal appearance in its current state (12.5.5), or nil.
func (f *pdfFile) appearance(d types.Dict) types.Object {
	normal := f.dict(d["AP"])["N"]
	switch o := f.get(normal).(type) {
	case types.StreamDict:
		return normal
	case types.Dict:
		if state := o[f.name(d["AS"])]; state != nil {
			if _, ok := f.stream(state); ok {
				return state
			}
		}
	}
	return nil
}

// appearanceMatrix fits the appearance's box into the annotation's rectangle (12.5.5, algorithm 8.1); ok is false where it has no
// extent.
func (f *pdfFile) appearanceMatrix(d types.Dict, form types.Object) (m affine, ok bool) {
	sd, _ := f.stream(form)
	to, hasRect := f.rect(d["Rect"])
	box, hasBox := f.rect(sd.Dict["BBox"])
	own := identity
	if v := f.numbers(sd.Dict["Matrix"], 6); v != nil {
		own = affine(v)
	}
	from := own.bounds(box)
	if !hasRect || !hasBox || from.width() == 0 || from.height() == 0 || to.width() == 0 || to.height() == 0 {
		return m, false
	}
	x, y := to.width()/from.width(), to.height()/from.height()
	return affine{x, 0, 0, y, to[0] - x*from[0], to[1] - y*from[1]}, true
}

func (f *pdfFile) hasExtent(d types.Dict) bool {
	r, ok := f.rect(d["Rect"])
	return !ok || r.width() > 0 && r.height() > 0
}

// filledIn reports whether a field, or one that it belongs to, has a value that is to be seen.
func (f *pdfFile) filledIn(d types.Dict) bool {
	kind, value := "", types.Object(nil)
	for range maxPDFDepth {
		if d == nil {
			break
		}
		if kind == "" {
			kind = f.name(d["FT"])
		}
		if value == nil {
			value = f.get(d["V"])
		}
		d = f.dict(d["Parent"])
	}
	if kind != "Tx" && kind != "Ch" {
		return false // buttons without an appearance are off; a signature may be invisible
	}
	switch v := value.(type) {
	case types.StringLiteral:
		return len(v) > 0
	case types.HexLiteral:
		return len(v) > 0
	case types.Array:
		return len(v) > 0
	}
	return value != nil
}

// single writes one page as a PDF of its own, for looking, drawing and keeping: its content as it is, the appearances of its
// annotations painted into it, the layers' states, and nothing that acts. Equal pages give equal bytes.
//
// Every compressed stream and every JPEG in it is unpacked first: MuPDF draws what is broken as if it were white.
//
// With textOnly, images are left out, and text that is invisible is shown: for reading, not for looking.
func (f *pdfFile) single(p pdfPage, textOnly bool) ([]byte, error) {
	w := &singleWriter{f: f, numbers: map[int]int{}, textOnly: textOnly}
	err := guardPDF(func() error {
		w.page(p, f.annotations(p))
		return nil
	})
	return w.out.Bytes(), err
}

// singleWriter copies what can be reached from a page.
type singleWriter struct {
	f       *pdfFile
	out     bytes.Buffer
	offsets []int       // by object number - 1
	numbers map[int]int // of the source's objects
	todo    []types.IndirectRef

	textOnly bool
}

func (w *singleWriter) reserve() int {
	w.offsets = append(w.offsets, 0)
	return len(w.offsets)
}

func (w *singleWriter) begin(n int) {
	w.offsets[n-1] = w.out.Len()
	fmt.Fprintf(&w.out, "%d 0 obj\n", n)
}

const pdfHeader = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"

// page writes the file: catalogue, page tree, page, contents, and all that these refer to.
func (w *singleWriter) page(p pdfPage, notes []annotation) {
	w.out.WriteString(pdfHeader)
	catalog, pages, page := w.reserve(), w.reserve(), w.reserve()
	w.begin(catalog)
	fmt.Fprintf(&w.out, "<</Type /Catalog /Pages %d 0 R", pages)
	if layers := w.f.dict(w.f.dict(*w.f.table.Root)["OCProperties"]); layers != nil {
		w.out.WriteString(" /OCProperties ")
		w.value(layers, 0)
	}
	w.out.WriteString(">>\nendobj\n")
	w.begin(pages)
	fmt.Fprintf(&w.out, "<</Type /Pages /Count 1 /Kids [%d 0 R]>>\nendobj\n", page)

	contents := w.contents(p, notes)
	w.begin(page)
	fmt.Fprintf(&w.out, "<</Type /Page /Parent %d 0 R /MediaBox [%s %s %s %s] /Rotate %d /UserUnit %s", pages,
		pdfNumber(p.box[0]), pdfNumber(p.box[1]), pdfNumber(p.box[2]), pdfNumber(p.box[3]), p.rotate, pdfNumber(p.unit))
	if group := w.f.dict(p.dict["Group"]); group != nil {
		w.out.WriteString(" /Group ")
		w.value(group, 0)
	}
	w.out.WriteString(" /Resources ")
	w.value(w.resources(p, notes), 0)
	fmt.Fprintf(&w.out, " /Contents [%s]>>\nendobj\n", contents)
	w.finish(catalog)
}

// imageAlone writes one image as a page on which each of its pixels is a point, in the colours that it has on its own page.
func (f *pdfFile) imageAlone(s shown, width, height int) ([]byte, error) {
	w := &singleWriter{f: f, numbers: map[int]int{}}
	err := guardPDF(func() error {
		w.out.WriteString(pdfHeader)
		catalog, pages, page, image := w.reserve(), w.reserve(), w.reserve(), w.reserve()
		w.begin(catalog)
		fmt.Fprintf(&w.out, "<</Type /Catalog /Pages %d 0 R>>\nendobj\n", pages)
		w.begin(pages)
		fmt.Fprintf(&w.out, "<</Type /Pages /Count 1 /Kids [%d 0 R]>>\nendobj\n", page)
		w.begin(image)
		w.stream(s.image)
		w.out.WriteString("\nendobj\n")
		content := w.reserve()
		w.begin(content)
		w.deflated(fmt.Appendf(nil, "%s %s %s rg %d 0 0 %d 0 0 cm /Image Do", pdfNumber(s.ink[0]), pdfNumber(s.ink[1]), pdfNumber(s.ink[2]), width, height))
		w.begin(page)
		fmt.Fprintf(&w.out, "<</Type /Page /Parent %d 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R /Resources <</XObject <</Image %d 0 R>> /ColorSpace ",
			pages, width, height, content, image)
		w.value(s.resources["ColorSpace"], 0)
		w.out.WriteString(">>>>\nendobj\n")
		w.finish(catalog)
		return nil
	})
	return w.out.Bytes(), err
}

// finish writes what is referred to, and the trailer.
func (w *singleWriter) finish(catalog int) {
	for len(w.todo) > 0 {
		ref := w.todo[0]
		w.todo = w.todo[1:]
		w.object(ref)
	}
	w.trailer(catalog)
}

func (w *singleWriter) trailer(catalog int) {
	start := w.out.Len()
	fmt.Fprintf(&w.out, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1)
	for _, offset := range w.offsets {
		fmt.Fprintf(&w.out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&w.out, "trailer\n<</Size %d /Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(w.offsets)+1, catalog, start)
}

// contents writes the page's own content, unpacked and joined, in q and Q, and after it what the annotations show.
func (w *singleWriter) contents(p pdfPage, notes []annotation) (refs string) {
	content := w.f.contents(p)
	if w.textOnly {
		content = showText(content)
	}
	var all bytes.Buffer
	all.Grow(len(content) + 64)
	if len(notes) > 0 {
		all.WriteString("q\n")
	}
	all.Write(content)
	if len(notes) > 0 {
		all.WriteString("\nQ\n")
	}
	for i, a := range notes {
		if a.layer != nil {
			fmt.Fprintf(&all, "/OC /SegnaturaLayer%d BDC\n", i)
		}
		all.WriteString("q ")
		for _, v := range a.matrix {
			all.WriteString(pdfNumber(v) + " ")
		}
		fmt.Fprintf(&all, "cm /SegnaturaNote%d Do Q\n", i)
		if a.layer != nil {
			all.WriteString("EMC\n")
		}
	}
	n := w.reserve()
	w.begin(n)
	w.deflated(all.Bytes())
	return strconv.Itoa(n) + " 0 R"
}

// resources returns the page's resources and those of its annotations.
func (w *singleWriter) resources(p pdfPage, notes []annotation) types.Dict {
	out := maps.Clone(p.resources)
	if out == nil {
		out = types.Dict{}
	}
	if len(notes) == 0 {
		return out
	}
	objects, properties := maps.Clone(w.f.dict(out["XObject"])), maps.Clone(w.f.dict(out["Properties"]))
	if objects == nil {
		objects = types.Dict{}
	}
	if properties == nil {
		properties = types.Dict{}
	}
	for i, a := range notes {
		objects[fmt.Sprintf("SegnaturaNote%d", i)] = a.form
		if a.layer != nil {
			properties[fmt.Sprintf("SegnaturaLayer%d", i)] = a.layer
		}
	}
	out["XObject"], out["Properties"] = objects, properties
	return out
}

// dropped are the keys that nothing shows, and that lead out of the page.
var dropped = map[string]bool{
	"Metadata": true, "PieceInfo": true, "StructParent": true, "StructParents": true, "OPI": true, "Alternates": true, "AF": true,
	"LastModified": true,
}

// object copies one object of the source.
func (w *singleWriter) object(ref types.IndirectRef) {
	if len(w.offsets) > maxPDFObjects || w.out.Len() > 2*MaxPDFBytes {
		panic(refuse(pdfa.RefusedTooLarge, "the page refers to more than can be taken"))
	}
	w.begin(w.numbers[int(ref.ObjectNumber)])
	if sd, ok := w.f.stream(ref); ok {
		w.stream(sd)
	} else {
		w.value(w.f.get(ref), 0)
	}
	w.out.WriteString("\nendobj\n")
}

// stream copies a stream with its data as they are, having proved them.
func (w *singleWriter) stream(sd types.StreamDict) {
	d := maps.Clone(sd.Dict)
	switch kind := w.f.name(d["Subtype"]); {
	case w.textOnly && kind == "Image":
		sd.Raw = []byte{0xFF}
		d = types.Dict{"Type": types.Name("XObject"), "Subtype": types.Name("Image"), "Width": types.Integer(1), "Height": types.Integer(1),
			"ColorSpace": types.Name("DeviceGray"), "BitsPerComponent": types.Integer(8)}
	case w.textOnly && (kind == "Form" || kind == "" && d["BBox"] != nil):
		sd.Raw = showText(w.f.decoded(sd))
		delete(d, "Filter")
		delete(d, "DecodeParms")
	case !w.textOnly:
		w.f.proveStream(sd)
	}
	d["Length"] = types.Integer(len(sd.Raw))
	for key := range dropped {
		delete(d, key)
	}
	if d["Subtype"] == nil && d["BBox"] != nil && d["PatternType"] == nil {
		d["Subtype"] = types.Name("Form") // some programs leave it out of appearances
	}
	w.value(d, 0)
	w.out.WriteString("\nstream\n")
	w.out.Write(sd.Raw)
	w.out.WriteString("\nendstream")
}

// proveStream unpacks a stream to its end, and decodes a JPEG.
func (f *pdfFile) proveStream(sd types.StreamDict) {
	r, last := f.unpack(sd)
	if last.name == filterJPEG {
		data, err := io.ReadAll(io.LimitReader(r, MaxPDFBytes+1))
		if err != nil {
			panic(streamError(err))
		}
		if _, err := provedJPEG(data); err != nil {
			panic(err)
		}
		return
	}
	if n, err := io.Copy(io.Discard, io.LimitReader(r, maxUnpackedImage)); err != nil {
		panic(streamError(err))
	} else if n == maxUnpackedImage {
		panic(refuse(pdfa.RefusedTooLarge, "a stream of the PDF unpacks to more than %d MiB", maxUnpackedImage>>20))
	}
}

// maxUnpackedImage bounds what a stream on a drawn page unpacks to: the drawer holds it whole.
const maxUnpackedImage = 512 << 20

// showText changes the rendering mode of invisible text (9.3.6) to that of ordinary text, in place where the content can be followed.
func showText(content []byte) []byte {
	out := bytes.Clone(content)
	_ = guardPDF(func() error { // what cannot be followed stays as it is: only words are at stake
		l := &lexer{b: content}
		start, mode := 0, false // where the last operand is, and whether it is 3
		for l.skip() {
			at := l.pos
			switch token := l.value(0).(type) {
			case pdfOperator:
				if token == "Tr" && mode {
					copy(out[start:], "0")
				}
				if token == "ID" {
					l.inlineImage()
				}
				mode = false
			case float64:
				start, mode = at, token == 3 && content[at] == '3'
			default:
				mode = false
			}
		}
		return nil
	})
	return out
}

func (w *singleWriter) deflated(data []byte) {
	packed := deflate(data)
	fmt.Fprintf(&w.out, "<</Filter /FlateDecode /Length %d>>\nstream\n", len(packed))
	w.out.Write(packed)
	w.out.WriteString("\nendstream\nendobj\n")
}

// value writes one value; what it refers to is written later.
func (w *singleWriter) value(o types.Object, depth int) {
	if depth > maxPDFDepth {
		panic(refuse(pdfa.RefusedCorrupt, "the PDF's objects are nested too deeply"))
	}
	switch o := o.(type) {
	case nil:
		w.out.WriteString("null")
	case types.IndirectRef:
		w.reference(o)
	case types.Dict:
		w.out.WriteString("<<")
		for _, key := range sortedKeys(o) {
			w.out.WriteString("/" + types.EncodeName(key) + " ")
			w.value(o[key], depth+1)
			w.out.WriteByte('\n')
		}
		w.out.WriteString(">>")
	case types.Array:
		w.out.WriteByte('[')
		for _, v := range o {
			w.value(v, depth+1)
			w.out.WriteByte(' ')
		}
		w.out.WriteByte(']')
	case types.Name:
		w.out.WriteString("/" + types.EncodeName(string(o)))
	case types.Float:
		w.out.WriteString(pdfNumber(float64(o)))
	default:
		w.out.WriteString(o.PDFString())
	}
}

// reference writes a reference, and has its object written. Pages are no part of a page.
func (w *singleWriter) reference(ref types.IndirectRef) {
	number := int(ref.ObjectNumber)
	n, known := w.numbers[number]
	if !known {
		o := w.f.get(ref)
		if d, ok := o.(types.Dict); ok && (w.f.name(d["Type"]) == "Page" || w.f.name(d["Type"]) == "Pages") {
			o = nil
		}
		if o == nil {
			w.out.WriteString("null")
			return
		}
		n = w.reserve()
		w.numbers[number] = n
		w.todo = append(w.todo, ref)
	}
	fmt.Fprintf(&w.out, "%d 0 R", n)
}

// pdfNumber writes a real without an exponent.
func pdfNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
