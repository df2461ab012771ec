package stamp

// SheetLayout says where the labels of an A4 sheet are, for an ordinary printer.
type SheetLayout struct {
	ID            string // columns x rows, and the label's size
	Columns, Rows int
	Label         Size
	// LeftMM and TopMM are the first label's upper left corner, RightMM and DownMM the way to the next one.
	LeftMM, TopMM   float64
	RightMM, DownMM float64
	// InsetMM is what of each label stays white on every side: office printers leave some 4 mm of the paper's edge alone, and sheets do not
	// lie to the tenth of a millimetre.
	InsetMM float64
}

// a4 is the sheet (ISO 216).
var a4 = Size{WidthMM: 210, HeightMM: 297}

// SheetSize is the size of the sheets of every layout.
func SheetSize() Size { return a4 }

// sheetLayouts are those that every stationer has.
var sheetLayouts = []SheetLayout{
	{ID: "3x8-70x37", Columns: 3, Rows: 8, Label: Size{70, 37}, TopMM: 0.5, RightMM: 70, DownMM: 37, InsetMM: 4.5},
	{ID: "3x7-63.5x38.1", Columns: 3, Rows: 7, Label: Size{63.5, 38.1}, LeftMM: 7.25, TopMM: 15.15, RightMM: 66, DownMM: 38.1, InsetMM: 1.5},
	{ID: "2x8-105x37", Columns: 2, Rows: 8, Label: Size{105, 37}, TopMM: 0.5, RightMM: 105, DownMM: 37, InsetMM: 4.5},
	{ID: "2x7-99.1x38.1", Columns: 2, Rows: 7, Label: Size{99.1, 38.1}, LeftMM: 4.65, TopMM: 15.15, RightMM: 101.6, DownMM: 38.1, InsetMM: 1.5},
	{ID: "2x5-99.1x57", Columns: 2, Rows: 5, Label: Size{99.1, 57}, LeftMM: 4.65, TopMM: 6, RightMM: 101.6, DownMM: 57, InsetMM: 1.5},
	{ID: "2x4-105x74", Columns: 2, Rows: 4, Label: Size{105, 74}, TopMM: 0.5, RightMM: 105, DownMM: 74, InsetMM: 4.5},
}

// SheetLayouts lists the layouts by their labels' size, smallest first.
func SheetLayouts() []SheetLayout { return append([]SheetLayout(nil), sheetLayouts...) }

// SheetLayoutNamed finds a layout by its id.
func SheetLayoutNamed(id string) (SheetLayout, bool) {
	for _, l := range sheetLayouts {
		if l.ID == id {
			return l, true
		}
	}
	return SheetLayout{}, false
}

// Places is how many labels a sheet has. They are counted from 1, row by row.
func (l SheetLayout) Places() int { return l.Columns * l.Rows }

// Area is the part of each label that is printed on: what is composed for it.
func (l SheetLayout) Area() Size {
	return Size{WidthMM: l.Label.WidthMM - 2*l.InsetMM, HeightMM: l.Label.HeightMM - 2*l.InsetMM}
}

// Corner is the upper left corner of a place's area on the sheet.
func (l SheetLayout) Corner(place int) (xMM, yMM float64) {
	column, row := (place-1)%l.Columns, (place-1)/l.Columns
	return l.LeftMM + float64(column)*l.RightMM + l.InsetMM, l.TopMM + float64(row)*l.DownMM + l.InsetMM
}

// Next is the place after this one; after the last one comes the first of a new sheet.
func (l SheetLayout) Next(place int) int {
	if place < 1 || place >= l.Places() {
		return 1
	}
	return place + 1
}

// Page is a whole sheet with the label at a place. Black dots that fall off the sheet are counted in lost.
func (l SheetLayout) Page(b *Bitmap, place int, moved Offset) (page *Bitmap, lost int) {
	x, y := l.Corner(place)
	page = NewBitmap(b.Resolution.Dots(a4.WidthMM), b.Resolution.Dots(a4.HeightMM), b.Resolution)
	lost = page.Draw(b, b.Resolution.Dots(x+moved.RightMM), b.Resolution.Dots(y+moved.DownMM))
	return page, lost
}
