package pdf

import (
	"fmt"
	"io"
	"slices"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// sheets is a document of A4 sheets with a heading that each of them repeats and, under it, paragraphs and ruled tables. What has no
// room goes on over leaf; nothing is cut.
type sheets struct {
	landscape bool
	heading   []Paragraph
	pieces    []piece
	banner    string
	// foot stands before «foglio n di m», alone where each sheet has a number of its own.
	foot       string
	unnumbered bool
	// copies is how many times all of it is drawn, each copy like the other; 0 is once.
	copies int
}

// piece is a paragraph, or a table where there is one. It begins on a sheet where at least keepMM are free.
type piece struct {
	Paragraph
	keepMM float64
	table  *table
}

// table is ruled, with its titles, if it has any, on every sheet that it reaches.
type table struct {
	columns []column
	rows    []tableRow
	sizePt  float64
	spaceMM float64 // white above it
}

// column is as wide as its share of the sum of all shares.
type column struct {
	title string
	share float64
}

// tableRow has a cell for each column, or one cell that spans all.
type tableRow struct {
	cells []string
	span  string
	minMM float64
}

const (
	sheetsMarginMM = 15.0
	cellPadMM      = 1.2
	ruleMM         = 0.2
)

// writeSheets writes the whole document. The files of equal sheets are equal.
func writeSheets(w io.Writer, all sheets, meta pdfa.Metadata) (pdfa.Result, error) {
	d, err := writer.NewDocument(w, meta, pdfa.Flavour2U)
	if err != nil {
		return pdfa.Result{}, err
	}
	s, err := newSetter(d)
	if err != nil {
		return pdfa.Result{}, err
	}
	l := &layout{setter: s, all: all, width: a4WidthMM, height: a4HeightMM}
	if all.landscape {
		l.width, l.height = l.height, l.width
	}
	if err := l.place(); err != nil {
		return pdfa.Result{}, err
	}
	if err := l.draw(); err != nil {
		return pdfa.Result{}, err
	}
	return d.Close()
}

// layout is the sheets under way.
type layout struct {
	*setter
	all           sheets
	width, height float64
	heading       []textLine
	top, bottom   float64 // of what stands under the heading
	y             float64
	leaves        []leaf
}

type leaf struct {
	lines []textLine
	rules []segment
}

type segment struct{ x1, y1, x2, y2 float64 }

func (l *layout) leaf() *leaf { return &l.leaves[len(l.leaves)-1] }

func (l *layout) turn() {
	l.leaves = append(l.leaves, leaf{})
	l.y = l.top
}

func (l *layout) place() error {
	l.bottom = l.height - marginMM
	if l.all.banner != "" {
		l.bottom -= bannerHeightMM + 3
	}
	l.y = sheetsMarginMM
	l.leaves = []leaf{{}}
	for _, p := range l.all.heading {
		if err := l.paragraph(p); err != nil {
			return err
		}
	}
	l.heading, l.leaves = l.leaf().lines, nil
	l.top = l.y + 3
	if l.top > l.bottom/2 {
		return fmt.Errorf("the heading takes %.0f mm of the sheet", l.top)
	}
	l.turn()
	for _, p := range l.all.pieces {
		if l.y > l.top && l.y+p.keepMM > l.bottom {
			l.turn()
		}
		place := func() error { return l.paragraph(p.Paragraph) }
		if p.table != nil {
			place = func() error { return l.table(*p.table) }
		}
		if err := place(); err != nil {
			return err
		}
	}
	return nil
}

func (l *layout) paragraph(p Paragraph) error {
	font, size := l.regular, p.SizePt
	if p.Bold {
		font = l.bold
	}
	if size == 0 {
		size = defaultSizePt
	}
	texts, err := wrap(font, size, l.clean(p.Text), l.width-2*sheetsMarginMM)
	if err != nil {
		return err
	}
	pitch := size * leading * mmPerPoint
	if l.y > l.top {
		l.y += p.SpaceMM
	}
	for _, text := range texts {
		if l.top > 0 && l.y+pitch > l.bottom && l.y > l.top {
			l.turn()
		}
		l.leaf().lines = append(l.leaf().lines, textLine{font, size, sheetsMarginMM, l.y + size*mmPerPoint, text})
		l.y += pitch
	}
	return nil
}

// setRow is a row broken into lines.
type setRow struct {
	cells [][]string
	span  bool
	minMM float64
}

func (r setRow) height(pitch float64) float64 {
	lines := 1
	for _, c := range r.cells {
		lines = max(lines, len(c))
	}
	return max(r.minMM, float64(lines)*pitch+2*cellPadMM)
}

// upTo divides a row after n lines of its longest cell.
func (r setRow) upTo(n int) (head, rest setRow) {
	head, rest = setRow{span: r.span}, setRow{span: r.span}
	for _, c := range r.cells {
		at := min(n, len(c))
		head.cells, rest.cells = append(head.cells, c[:at]), append(rest.cells, c[at:])
	}
	return head, rest
}

// setTable is a table under way.
type setTable struct {
	table
	widths []float64
	pitch  float64
	titles setRow
}

func (l *layout) table(t table) error {
	set := &setTable{table: t, pitch: t.sizePt * leading * mmPerPoint}
	shares := 0.0
	for _, c := range t.columns {
		shares += c.share
	}
	titles := tableRow{}
	for _, c := range t.columns {
		set.widths = append(set.widths, c.share/shares*(l.width-2*sheetsMarginMM))
		titles.cells = append(titles.cells, c.title)
	}
	var err error
	if set.titles, err = l.setRow(l.bold, set, titles); err != nil {
		return err
	}
	if l.y > l.top {
		l.y += t.spaceMM
	}
	first := set.titleMM() + set.pitch + 2*cellPadMM
	if first > l.bottom-l.top {
		return fmt.Errorf("no room for a row under the titles")
	}
	if l.y+first > l.bottom {
		l.turn()
	}
	l.tableHead(set)
	for _, r := range t.rows {
		font := l.regular
		if r.span != "" {
			font = l.bold
		}
		row, err := l.setRow(font, set, r)
		if err != nil {
			return err
		}
		l.row(font, set, row)
	}
	return nil
}

func (l *layout) setRow(font *writer.Font, set *setTable, r tableRow) (setRow, error) {
	out := setRow{minMM: r.minMM, span: r.span != ""}
	cells, widths := r.cells, set.widths
	if out.span {
		cells, widths = []string{r.span}, []float64{l.width - 2*sheetsMarginMM}
	}
	if len(cells) != len(widths) {
		return out, fmt.Errorf("a row of %d cells under %d columns", len(cells), len(widths))
	}
	for i, c := range cells {
		lines, err := wrap(font, set.sizePt, l.clean(c), widths[i]-2*cellPadMM)
		if err != nil {
			return out, err
		}
		out.cells = append(out.cells, lines)
	}
	return out, nil
}

// titleMM is the height of the titles.
func (t *setTable) titleMM() float64 {
	if len(slices.Concat(t.titles.cells...)) == 0 {
		return 0
	}
	return t.titles.height(t.pitch)
}

func (l *layout) tableHead(set *setTable) {
	l.horizontal(l.y)
	if set.titleMM() > 0 {
		l.put(l.bold, set, set.titles)
	}
}

// row places one row: on the next sheet where it has no room on this one, and divided where no sheet has.
func (l *layout) row(font *writer.Font, set *setTable, r setRow) {
	room := l.bottom - l.top - set.titleMM()
	for r.height(set.pitch) > l.bottom-l.y {
		fits := int((l.bottom - l.y - 2*cellPadMM) / set.pitch)
		if r.height(set.pitch) > room && fits > 0 {
			var head setRow
			head, r = r.upTo(fits)
			l.put(font, set, head)
		}
		l.turn()
		l.tableHead(set)
	}
	l.put(font, set, r)
}

// put draws a row at the present height, with its rules.
func (l *layout) put(font *writer.Font, set *setTable, r setRow) {
	height := r.height(set.pitch)
	x := sheetsMarginMM
	edges := []float64{sheetsMarginMM, l.width - sheetsMarginMM}
	for i, cell := range r.cells {
		for n, text := range cell {
			l.leaf().lines = append(l.leaf().lines, textLine{font, set.sizePt, x + cellPadMM, l.y + cellPadMM + float64(n)*set.pitch + set.sizePt*mmPerPoint, text})
		}
		if !r.span && i > 0 {
			edges = append(edges, x)
		}
		x += set.widths[min(i, len(set.widths)-1)]
	}
	slices.Sort(edges)
	for _, at := range edges {
		l.leaf().rules = append(l.leaf().rules, segment{at, l.y, at, l.y + height})
	}
	l.y += height
	l.horizontal(l.y)
}

func (l *layout) horizontal(y float64) {
	l.leaf().rules = append(l.leaf().rules, segment{sheetsMarginMM, y, l.width - sheetsMarginMM, y})
}

func (l *layout) draw() error {
	for range max(l.all.copies, 1) {
		if err := l.drawOnce(); err != nil {
			return err
		}
	}
	return nil
}

func (l *layout) drawOnce() error {
	for i, one := range l.leaves {
		page, err := l.d.AddPage(l.width, l.height, 0)
		if err != nil {
			return err
		}
		for _, r := range one.rules {
			if err := page.Line(r.x1, r.y1, r.x2, r.y2, ruleMM); err != nil {
				return err
			}
		}
		foot := fmt.Sprintf("foglio %d di %d", i+1, len(l.leaves))
		switch {
		case l.all.unnumbered:
			foot = l.clean(l.all.foot)
		case l.all.foot != "":
			foot = l.clean(l.all.foot) + " – " + foot
		}
		lines := slices.Concat(l.heading, one.lines, []textLine{{l.regular, footSizePt, sheetsMarginMM, l.height - footMM, foot}})
		if l.all.banner != "" {
			banner, err := l.frame(page)
			if err != nil {
				return err
			}
			lines = append(lines, banner)
		}
		for _, t := range lines {
			if err := page.Text(t.font, t.sizePt, t.xMM, t.yMM, t.text); err != nil {
				return err
			}
		}
	}
	return nil
}

// frame draws the banner's frame on the lower margin and returns its line, set smaller where it is too wide.
func (l *layout) frame(page *writer.Page) (textLine, error) {
	text := l.clean(l.all.banner)
	x, y, width := sheetsMarginMM, l.height-marginMM-bannerHeightMM, l.width-2*sheetsMarginMM
	if err := page.Rect(x, y, width, bannerHeightMM, 0); err != nil {
		return textLine{}, err
	}
	if err := page.Rect(x+bannerFrameMM, y+bannerFrameMM, width-2*bannerFrameMM, bannerHeightMM-2*bannerFrameMM, 1); err != nil {
		return textLine{}, err
	}
	wide, err := l.bold.WidthMM(bannerSizePt, text)
	if err != nil {
		return textLine{}, err
	}
	size := bannerSizePt * min(1, (width-2*(bannerFrameMM+2))/wide)
	wide *= size / bannerSizePt
	const capHeight = 0.7
	return textLine{l.bold, size, (l.width - wide) / 2, y + (bannerHeightMM+size*capHeight*mmPerPoint)/2, text}, nil
}
