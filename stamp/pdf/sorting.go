package pdf

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
	"segnatura/stamp"
)

// sortingColumns are the columns of a «Distinta di smistamento» with their widths in millimetres, margin to margin.
var sortingColumns = []struct {
	title   string
	widthMM float64
	cell    func(stamp.SortingItem) string
}{
	{"Prot. n.", 30, func(i stamp.SortingItem) string { return i.Number }},
	{"Data", 20, func(i stamp.SortingItem) string { return i.Day }},
	{"Mittente", 36, func(i stamp.SortingItem) string { return i.From }},
	{"Oggetto", 40, func(i stamp.SortingItem) string { return i.Subject }},
	{"Originale, allegati", 18, func(i stamp.SortingItem) string { return fmt.Sprintf("1 + %d", i.Attachments) }},
	{"Firma per ricevuta", 26, func(stamp.SortingItem) string { return "" }},
}

const (
	sortingSizePt   = 9.0
	sortingPitchMM  = sortingSizePt * leading * mmPerPoint
	sortingPadMM    = 1.5
	sortingRowMM    = 10.0 // at least: somebody signs there
	sortingFootMM   = 22.0 // of the closing lines under an office's last row
	sortingRuleMM   = 0.2
	maxSortingLines = 6 // of a cell; a longer subject ends in «…»
)

// SortingList writes a «Distinta di smistamento»: each office begins a page, has its rows and a place to sign at the end of them (Comune,
// art. 35 d, e; R19.7). The files of equal lists are equal.
//
// Errors: of a list without an office or an office without a row, or the writer's.
func SortingList(w io.Writer, l stamp.SortingList) (pdfa.Result, error) {
	if len(l.Offices) == 0 {
		return pdfa.Result{}, fmt.Errorf("write sorting list: no office")
	}
	for _, o := range l.Offices {
		if len(o.Items) == 0 {
			return pdfa.Result{}, fmt.Errorf("write sorting list: nothing for office %q", o.Code)
		}
	}
	d, err := writer.NewDocument(w, pdfa.Metadata{
		Title: "Distinta di smistamento del " + l.Day, Author: l.Body, CreatorTool: "segnatura", CreatedAt: l.MadeAt,
		DocumentID: fmt.Sprintf("sorting list %s %s %s", l.AOOCode, l.Day, l.MadeAt.Format(time.RFC3339Nano)),
	}, pdfa.Flavour2U)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write sorting list: %w", err)
	}
	s, err := newSetter(d)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write sorting list: %w", err)
	}
	for _, o := range l.Offices {
		if err := s.sortingOffice(l, o); err != nil {
			return pdfa.Result{}, fmt.Errorf("write sorting list: %w", err)
		}
	}
	result, err := d.Close()
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write sorting list: %w", err)
	}
	return result, nil
}

// sortingRow is one row, broken into lines.
type sortingRow struct {
	cells    [][]string
	heightMM float64
}

// sortingOffice writes an office's pages. What does not fit goes on over leaf; the place to sign stands under the last row, on a leaf of its
// own if need be.
func (s *setter) sortingOffice(l stamp.SortingList, o stamp.SortingOffice) error {
	bottom := a4HeightMM - marginMM
	if l.Banner != "" {
		bottom -= bannerHeightMM + 5
	}
	const top = marginMM + 34 // under the heading and the columns' titles
	leaves := [][]sortingRow{nil}
	y := top
	for _, item := range o.Items {
		row, err := s.sortingRow(item)
		if err != nil {
			return err
		}
		if y+row.heightMM > bottom {
			leaves = append(leaves, nil)
			y = top
		}
		leaves[len(leaves)-1] = append(leaves[len(leaves)-1], row)
		y += row.heightMM
	}
	if y+sortingFootMM > bottom {
		leaves = append(leaves, nil)
	}
	for i, rows := range leaves {
		if err := s.sortingLeaf(l, o, rows, i+1, len(leaves), top); err != nil {
			return err
		}
	}
	return nil
}

func (s *setter) sortingRow(item stamp.SortingItem) (sortingRow, error) {
	row := sortingRow{heightMM: sortingRowMM}
	for _, c := range sortingColumns {
		lines, err := wrap(s.regular, sortingSizePt, s.clean(c.cell(item)), c.widthMM-2*sortingPadMM)
		if err != nil {
			return row, err
		}
		if len(lines) > maxSortingLines {
			lines = lines[:maxSortingLines]
			lines[maxSortingLines-1] = "…"
		}
		row.cells = append(row.cells, lines)
		row.heightMM = max(row.heightMM, float64(len(lines))*sortingPitchMM+2*sortingPadMM)
	}
	return row, nil
}

// sortingLeaf draws one page.
func (s *setter) sortingLeaf(l stamp.SortingList, o stamp.SortingOffice, rows []sortingRow, leaf, leaves int, top float64) error {
	page, err := s.d.AddPage(a4WidthMM, a4HeightMM, 0)
	if err != nil {
		return err
	}
	office := "Ufficio non indicato"
	if o.Code != "" {
		office = "Ufficio " + o.Code
		if o.Name != "" {
			office += " – " + o.Name
		}
	}
	lines := []textLine{
		{s.bold, 15, marginMM, marginMM + 5, "DISTINTA DI SMISTAMENTO del " + l.Day},
		{s.regular, 10, marginMM, marginMM + 11, fmt.Sprintf("%s, AOO %s", l.Body, l.AOOCode)},
		{s.bold, 12, marginMM, marginMM + 18, office},
		{s.regular, footSizePt, marginMM, a4HeightMM - footMM, fmt.Sprintf("Foglio %d di %d per %s", leaf, leaves, cmp.Or(o.Code, "ufficio non indicato"))},
	}
	x := marginMM
	for _, c := range sortingColumns {
		titles, err := wrap(s.bold, footSizePt, c.title, c.widthMM-2*sortingPadMM)
		if err != nil {
			return err
		}
		for i, t := range titles {
			lines = append(lines, textLine{s.bold, footSizePt, x + sortingPadMM, top - 5 + float64(i)*3.4 - float64(len(titles)-1)*1.7, t})
		}
		x += c.widthMM
	}
	y, drawn, err := s.sortingTable(page, rows, top)
	if err != nil {
		return err
	}
	lines = append(lines, drawn...)
	if leaf == leaves {
		lines = append(lines,
			textLine{s.bold, 10, marginMM, y + 9, fmt.Sprintf("Documenti consegnati: %d", len(o.Items))},
			textLine{s.regular, 10, marginMM, y + 18, "Ritirati il ____/____/________ da (nome e firma leggibile) ______________________________________"})
	}
	if l.Banner != "" {
		if err := drawFrame(page); err != nil {
			return err
		}
		banner, err := s.bannerLine(s.clean(l.Banner), a4HeightMM-marginMM)
		if err != nil {
			return err
		}
		lines = append(lines, banner)
	}
	for _, t := range lines {
		if err := page.Text(t.font, t.sizePt, t.xMM, t.yMM, s.clean(t.text)); err != nil {
			return err
		}
	}
	return nil
}

// sortingTable rules the rows and returns where they end, with their text.
func (s *setter) sortingTable(page *writer.Page, rows []sortingRow, top float64) (end float64, lines []textLine, err error) {
	y, right := top, a4WidthMM-marginMM
	rule := func(at float64) error { return page.Line(marginMM, at, right, at, sortingRuleMM) }
	if err := rule(y); err != nil {
		return 0, nil, err
	}
	for _, row := range rows {
		x := marginMM
		for i, cell := range row.cells {
			for n, text := range cell {
				lines = append(lines, textLine{s.regular, sortingSizePt, x + sortingPadMM, y + sortingPadMM + float64(n)*sortingPitchMM + sortingSizePt*mmPerPoint, text})
			}
			x += sortingColumns[i].widthMM
		}
		y += row.heightMM
		if err := rule(y); err != nil {
			return 0, nil, err
		}
	}
	if len(rows) == 0 {
		return y, lines, nil
	}
	x := marginMM
	for _, c := range append([]float64{0}, sortingWidths()...) {
		x += c
		if err := page.Line(x, top, x, y, sortingRuleMM); err != nil {
			return 0, nil, err
		}
	}
	return y, lines, nil
}

func sortingWidths() []float64 {
	var out []float64
	for _, c := range sortingColumns {
		out = append(out, c.widthMM)
	}
	return out
}
