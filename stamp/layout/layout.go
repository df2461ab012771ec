// Package layout reads label layouts from files: a TOML file says the label's size, which fields stand on it in what order, size, weight and
// alignment, and how the codes and a logo are printed. The program brings a layout for each common label ([Defaults]); a body puts its own
// into a folder ([ReadFolder]), and one of the same name takes a default's place.
//
// A file is the looks only. What a label says is legal policy: what the Responsabile switched off no file prints, and what DPR 445/2000
// art. 55(1) demands no file leaves out. Refused when it is read, with a sentence that names the file: an unknown key or field, a
// mandatory field left out, a module narrower than hand readers and scanners take, type smaller than 2 mm, a logo that is too large or
// no PNG, and a layout on which a label with mandatory content does not fit at 203 or 300 dpi.
//
//	name = "62x29"
//	title = "Rotolo 62 mm, 29 mm"
//	width_mm = 62
//	height_mm = 29
//
//	[[field]]
//	field = "numero"
//	big = true
package layout

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"segnatura/stamp"
)

// Bounds of what a file may ask for.
const (
	maxFileBytes  = 64 << 10
	minSideMM     = 20.0
	maxSideMM     = 300.0
	minTypeMM     = 2.0
	maxTypeMM     = 20.0
	minQRMM       = 0.33 // R18.1
	minCode128MM  = 0.25
	maxModuleMM   = 1.0
	minBarsMM     = 5.0
	maxMarginMM   = 10.0
	layoutsAtMost = 200
)

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// file is a layout as it is written down. Lengths are millimetres; a key that is left out, or 0, means the program's own measure.
type file struct {
	// Name is what settings call it: small letters, digits, - and _.
	Name string `toml:"name"`
	// Title is for people.
	Title string `toml:"title"`
	// Of is what it lays out: "ricevuta", or nothing for the label of a registration.
	Of       string  `toml:"of"`
	WidthMM  float64 `toml:"width_mm"`
	HeightMM float64 `toml:"height_mm"`
	MarginMM float64 `toml:"margin_mm"` // white at the edges; 1
	QR       struct {
		Corner   string  `toml:"corner"`    // right, left, or over: a band of its own over the text
		ModuleMM float64 `toml:"module_mm"` // 0.33 to 1
	} `toml:"qr"`
	Code128 struct {
		Off      bool    `toml:"off"` // a label without the bars for hand readers
		Align    string  `toml:"align"`
		ModuleMM float64 `toml:"module_mm"` // 0.25 to 1
		HeightMM float64 `toml:"height_mm"` // 5 or more
	} `toml:"code128"`
	// Logo is a PNG beside this file. What is darker than half becomes black, what is transparent white.
	Logo *struct {
		File     string  `toml:"file"`
		HeightMM float64 `toml:"height_mm"`
		Beside   bool    `toml:"beside"` // before the text; otherwise below the QR code
	} `toml:"logo"`
	// Fields are printed top to bottom.
	Fields []struct {
		Field  string  `toml:"field"`
		SizeMM float64 `toml:"size_mm"` // of the type; 0: as large as fits
		Big    bool    `toml:"big"`     // up to twice as large as the rest, where there is room
		Bold   bool    `toml:"bold"`
		Align  string  `toml:"align"` // left, centre or right
	} `toml:"field"`
}

// Fits says whether a label can be composed at a resolution: an error says what does not fit.
type Fits func(stamp.Label, stamp.Resolution) error

// Parse reads one layout; its logo is a file of dir. Errors are sentences about the file's content, without its name.
func Parse(dir fs.FS, text []byte, fits Fits) (stamp.Layout, error) {
	var f file
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return stamp.Layout{}, fmt.Errorf("unknown keys:\n%s", strict.String())
		}
		return stamp.Layout{}, err
	}
	l, err := f.layout()
	if err != nil {
		return stamp.Layout{}, err
	}
	sum := sha256.New()
	sum.Write(text)
	if f.Logo != nil {
		picture, err := readLogo(dir, f.Logo.File, sum)
		if err != nil {
			return stamp.Layout{}, err
		}
		l.Logo = &stamp.Logo{Picture: picture, HeightMM: f.Logo.HeightMM, Beside: f.Logo.Beside}
	}
	l.Digest = hex.EncodeToString(sum.Sum(nil))
	for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
		if err := fits(l.Arrange(Mandatory(l.Kind, l.Size)), res); err != nil {
			return stamp.Layout{}, fmt.Errorf("what the law demands does not fit at %d dpi: %w", res.DPI, err)
		}
	}
	return l, nil
}

func (f file) layout() (stamp.Layout, error) {
	l := stamp.Layout{Name: f.Name, Title: strings.TrimSpace(f.Title), Kind: stamp.Kind(f.Of), Size: stamp.Size{WidthMM: f.WidthMM, HeightMM: f.HeightMM}, MarginMM: f.MarginMM}
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	length := func(key string, v, low, high float64) {
		if v != 0 && !(v >= low && v <= high) {
			fail("%s = %g is not %g to %g mm", key, v, low, high)
		}
	}
	align := func(key, s string) stamp.Align {
		a, ok := map[string]stamp.Align{"": stamp.AlignLeft, "left": stamp.AlignLeft, "centre": stamp.AlignCentre, "right": stamp.AlignRight}[s]
		if !ok {
			fail("%s = %q is not left, centre or right", key, s)
		}
		return a
	}
	if !namePattern.MatchString(f.Name) {
		fail("name = %q is not of small letters, digits, - and _", f.Name)
	}
	if l.Title == "" {
		fail("title is missing")
	}
	if l.Kind != stamp.KindSegnatura && l.Kind != stamp.KindReceipt {
		fail("of = %q is not %q", f.Of, stamp.KindReceipt)
	}
	if !(f.WidthMM >= minSideMM && f.WidthMM <= maxSideMM && f.HeightMM >= minSideMM && f.HeightMM <= maxSideMM) {
		fail("a label of %g x %g mm is not of %g to %g mm a side", f.WidthMM, f.HeightMM, minSideMM, maxSideMM)
	}
	length("margin_mm", f.MarginMM, 0.5, maxMarginMM)
	length("qr.module_mm", f.QR.ModuleMM, minQRMM, maxModuleMM)
	length("code128.module_mm", f.Code128.ModuleMM, minCode128MM, maxModuleMM)
	length("code128.height_mm", f.Code128.HeightMM, minBarsMM, maxSideMM)
	corner, ok := map[string]stamp.Corner{"": stamp.CornerRight, "right": stamp.CornerRight, "left": stamp.CornerLeft, "over": stamp.CornerOver}[f.QR.Corner]
	if !ok {
		fail("qr.corner = %q is not right, left or over", f.QR.Corner)
	}
	l.Codes = stamp.Codes{
		QRCorner: corner, QRModuleMM: f.QR.ModuleMM, Code128Off: f.Code128.Off, Code128Align: align("code128.align", f.Code128.Align),
		Code128ModuleMM: f.Code128.ModuleMM, Code128HeightMM: f.Code128.HeightMM,
	}
	if f.Logo != nil && !(f.Logo.HeightMM >= 3 && f.Logo.HeightMM <= 60) {
		fail("logo.height_mm = %g is not 3 to 60 mm", f.Logo.HeightMM)
	}
	seen := map[stamp.Field]bool{}
	for _, entry := range f.Fields {
		field := stamp.Field(entry.Field)
		switch {
		case !slices.Contains(l.Kind.Fields(), field):
			fail("field %q is none of %v", entry.Field, l.Kind.Fields())
		case seen[field]:
			fail("field %q stands twice", entry.Field)
		case entry.Big && entry.SizeMM != 0:
			fail("field %q is big and has a size_mm", entry.Field)
		}
		seen[field] = true
		length(entry.Field+".size_mm", entry.SizeMM, minTypeMM, maxTypeMM)
		l.Fields = append(l.Fields, stamp.FieldStyle{Field: field, Style: stamp.Style{SizeMM: entry.SizeMM, Big: entry.Big, Bold: entry.Bold,
			Align: align(entry.Field+".align", entry.Align)}})
	}
	why := map[stamp.Kind]string{stamp.KindSegnatura: "DPR 445/2000, art. 55", stamp.KindReceipt: "L. 241/1990, art. 18-bis"}[l.Kind]
	for _, field := range l.Kind.Mandatory() {
		if !seen[field] {
			fail("field %q is mandatory (%s) and is left out", field, why)
		}
	}
	return l, errors.Join(errs...)
}

// Mandatory is a label of a size with what the law demands and nothing else, of a body with a long name and codes of the usual length.
func Mandatory(k stamp.Kind, size stamp.Size) stamp.Label {
	if k == stamp.KindReceipt {
		return stamp.ReceiptData{Body: "Comune di Forlì", AOOCode: "AOO0001", Subject: "Richiesta…",
			Sender: "Niccolò D’Alì", Reference: "Prot. n. 0123456 del 21/11/2026", Operator: "Anna Esempio"}.Labels(size, "21/11/2026", "11:59")[0]
	}
	must := func(f stamp.Field, text string) stamp.Line {
		return stamp.Line{Field: f, Text: text, Shorten: stamp.ShortenNever}
	}
	number := must(stamp.FieldNumber, "Prot. n. 0123456")
	number.Big, number.Bold = true, true
	return stamp.Label{
		Size: size, QR: "SGN1.N.C$A000.AOO0001.PROT.2026.0123456.A.00",
		Lines: []stamp.Line{must(stamp.FieldBody, "Comune di Forlì (c_a000)"), must(stamp.FieldRegister, "AOO AOO0001 – Registro PROT"), number,
			must(stamp.FieldDate, "del 21/11/2026 – Partenza")},
	}
}

// readFile reads at most limit bytes of a regular file.
func readFile(dir fs.FS, name string, limit int64) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s is no file of at most %d KB", name, limit>>10)
	}
	return io.ReadAll(io.LimitReader(f, limit))
}

// Set is the layouts of a station by name.
type Set struct{ list []stamp.Layout }

// All lists them by name.
func (s Set) All() []stamp.Layout { return slices.Clone(s.list) }

// Named finds a layout.
func (s Set) Named(name string) (stamp.Layout, bool) {
	i := slices.IndexFunc(s.list, func(l stamp.Layout) bool { return l.Name == name })
	if i < 0 {
		return stamp.Layout{}, false
	}
	return s.list[i], true
}

// For finds the layout of a kind for a label's size whose name is the size's, "100x50" or "ricevuta-100x50"; else the first by name. The zero
// value where there is none: the label is then laid out by the program's own rule.
func (s Set) For(k stamp.Kind, size stamp.Size) stamp.Layout {
	name := fmt.Sprintf("%gx%g", size.WidthMM, size.HeightMM)
	if k != stamp.KindSegnatura {
		name = string(k) + "-" + name
	}
	if l, ok := s.Named(name); ok && l.Kind == k && l.Size == size {
		return l
	}
	for _, l := range s.list {
		if l.Kind == k && l.Size == size {
			return l
		}
	}
	return stamp.Layout{}
}

// ReadFolder reads every *.toml of a folder over the layouts that are there already; a name that is known is replaced. One bad file is an error
// that names it, and the set that is returned has none of the folder's.
func (s Set) ReadFolder(dir fs.FS, fits Fits) (Set, error) {
	names, err := fs.Glob(dir, "*.toml")
	if err != nil {
		return s, err
	}
	if len(names) > layoutsAtMost {
		return s, fmt.Errorf("%d layouts are more than %d", len(names), layoutsAtMost)
	}
	slices.Sort(names)
	read := map[string]string{} // the file of each name
	list := slices.Clone(s.list)
	for _, name := range names {
		text, err := readFile(dir, name, maxFileBytes)
		if err != nil {
			return s, fmt.Errorf("read layout %s: %w", name, err)
		}
		l, err := Parse(dir, text, fits)
		if err != nil {
			return s, fmt.Errorf("layout %s: %w", path.Base(name), err)
		}
		if other, twice := read[l.Name]; twice {
			return s, fmt.Errorf("layouts %s and %s are both called %q", other, name, l.Name)
		}
		read[l.Name] = name
		list = slices.DeleteFunc(list, func(known stamp.Layout) bool { return known.Name == l.Name })
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b stamp.Layout) int { return strings.Compare(a.Name, b.Name) })
	return Set{list: list}, nil
}
