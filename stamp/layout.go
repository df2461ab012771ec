package stamp

import (
	"cmp"
	"slices"
)

// Field names one piece of a label's content, by what the office calls it: the word that a layout file uses.
type Field string

// Kind says what a layout lays out.
type Kind string

// The kinds of layouts, as a layout's file names them.
const (
	KindSegnatura Kind = ""         // the label of a registration
	KindReceipt   Kind = "ricevuta" // the receipt L-17 on a label
)

// The fields of a label. The first four are the mandatory content of DPR 445/2000 art. 55(1) and DPCM 3/12/2013 art. 9 (R2.1): a layout may
// move them and never leaves one out. So are, where a label has them, the day of arrival and the catalogue's legends.
const (
	FieldBody       Field = "ente"       // the administration's short name and code
	FieldRegister   Field = "registro"   // the AOO's code, with the register's or the emergency register's
	FieldNumber     Field = "numero"     // the number
	FieldDate       Field = "data"       // its day, with the hour and «Arrivo / Partenza / Interno» where the policy prints them
	FieldArrival    Field = "pervenuto"  // «Pervenuto il»
	FieldLegend     Field = "dicitura"   // the catalogue's texts
	FieldIntake     Field = "ricezione"  // «Ricezione n.»
	FieldAOOName    Field = "aoo"        // the AOO's name
	FieldClassifica Field = "classifica" //
	FieldFascicolo  Field = "fascicolo"  //
	FieldUOR        Field = "ufficio"    //
	FieldSubject    Field = "oggetto"    //
)

// The fields of a receipt, beside [FieldBody] and [FieldNumber]: L-17's sentences, none of which may be left out.
const (
	FieldHeading   Field = "titolo"     // «RICEVUTA (art. 18-bis L. 241/1990).»
	FieldPresented Field = "presentato" // when, what, by whom, with how many attachments
	FieldTerm      Field = "termine"    // «Termine:»
	FieldOperator  Field = "operatore"  // «L’operatore»
)

// Fields lists every field of a kind, in the order of a label without a layout.
func (k Kind) Fields() []Field {
	if k == KindReceipt {
		return []Field{FieldHeading, FieldBody, FieldPresented, FieldNumber, FieldTerm, FieldOperator}
	}
	return []Field{FieldBody, FieldRegister, FieldNumber, FieldDate, FieldArrival, FieldLegend, FieldIntake, FieldAOOName, FieldClassifica,
		FieldFascicolo, FieldUOR, FieldSubject}
}

// Mandatory lists the fields that no layout of a kind leaves out (R2.1; L-17).
func (k Kind) Mandatory() []Field {
	if k == KindReceipt {
		return k.Fields()
	}
	return []Field{FieldBody, FieldRegister, FieldNumber, FieldDate}
}

// Align says where in its width something stands.
type Align string

// The alignments of a line and of the Code 128.
const (
	AlignLeft   Align = ""
	AlignCentre Align = "centre"
	AlignRight  Align = "right"
)

// Corner says where the QR code stands.
type Corner string

// The places of the QR code. Over the text it has a band of its own, for narrow labels.
const (
	CornerRight Corner = "" // top right
	CornerLeft  Corner = "left"
	CornerOver  Corner = "over"
)

// Style is how one field is printed.
type Style struct {
	// SizeMM is the height of the type; 0 fits it to the label.
	SizeMM float64
	Big    bool // as [Line.Big]; without a SizeMM
	Bold   bool
	Align  Align
}

// Codes says how the two codes are printed. The zero value prints each as small as it may be, where it always stood.
type Codes struct {
	QRCorner        Corner
	QRModuleMM      float64 // 0: 0.33, the least (R18.1)
	Code128Off      bool
	Code128Align    Align
	Code128ModuleMM float64 // 0: 0.25, the least
	Code128HeightMM float64 // 0: by the label's height
}

// Logo is a picture in black and white, scaled to the label without being turned or cropped.
type Logo struct {
	Picture *Bitmap // its own dots; the resolution is of no account
	// HeightMM is how high it is printed.
	HeightMM float64
	// Beside puts it before the text, which makes room over its whole height; otherwise it stands below the QR code.
	Beside bool
}

// FieldStyle is a field with how it is printed.
type FieldStyle struct {
	Field Field
	Style Style
}

// Layout says where a label's content goes, and how it looks; never what it says. It is data, read from a file (stamp/layout). The zero value
// is the layout of a label for which there is no file: the fields in their own order, each as large as fits.
type Layout struct {
	Name  string // as settings and [segnatura label] call it
	Title string // as people read it
	Kind  Kind
	Size  Size
	// MarginMM is white around everything but the quiet zones; 0: 1 mm, about what a printer misses a label by.
	MarginMM float64
	Codes    Codes
	Logo     *Logo // nil: none
	// Fields are printed top to bottom. Optional content whose field is missing here is not printed on this layout.
	Fields []FieldStyle
	Digest string // SHA-256 in hexadecimal of the file, with its logo's; "" of the zero value
}

// Arrange puts a label's content in the layout's order and gives it its looks. What may not be shortened stays on the label, in the end
// where the layout does not name it. The label that is handed in is not changed.
func (l Layout) Arrange(label Label) Label {
	label.MarginMM, label.Codes, label.Logo = l.MarginMM, l.Codes, l.Logo
	if l.Codes.Code128Off {
		label.Code128, label.Code128Text = "", ""
	}
	if len(l.Fields) == 0 {
		return label
	}
	place := func(f Field) int { return slices.IndexFunc(l.Fields, func(s FieldStyle) bool { return s.Field == f }) }
	var lines []Line
	for _, line := range label.Lines {
		at := place(line.Field)
		if at < 0 && line.Shorten != ShortenNever {
			continue
		}
		if at >= 0 {
			style := l.Fields[at].Style
			line.SizeMM, line.Big, line.Bold, line.Align = style.SizeMM, style.Big, style.Bold, style.Align
		}
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b Line) int {
		last := len(l.Fields)
		return cmp.Compare(cmp.Or(place(a.Field)+1, last+1), cmp.Or(place(b.Field)+1, last+1))
	})
	label.Lines = lines
	return label
}
