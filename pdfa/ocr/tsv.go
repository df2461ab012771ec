package ocr

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tsvPage is tesseract's answer about one page. Lengths are pixels.
type tsvPage struct {
	width, height int
	lines         [][]tsvWord // each has words
}

type tsvWord struct {
	left, top, width, height int
	confidence               float64 // 0 to 100
	text                     string
}

// tsvHeader is the first line, of tesseract 5's TSV renderer (tesseract(1), "tsv").
const tsvHeader = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"

// Columns, and levels of rows.
const (
	columnLevel = iota
	columnPage
	columnBlock
	columnParagraph
	columnLine
	columnWord
	columnLeft
	columnTop
	columnWidth
	columnHeight
	columnConfidence
	columnText
	columns

	levelPage = 1
	levelWord = 5
)

// maxWords bounds one page.
const maxWords = 100_000

// parseTSV reads tesseract's answer. It is strict on the form: the heading, the columns, one page, boxes inside it, an end of line
// at the end, because half an answer is none. It is lenient on the words: what cannot stand in a file is taken out of them, words
// of which nothing is left are left out, and a confidence that is no number between 0 and 100 counts as none.
func parseTSV(data []byte) (tsvPage, error) {
	var p tsvPage
	if !bytes.HasSuffix(data, []byte("\n")) {
		return p, errors.New("it ends in the midst of a line")
	}
	number, words := 0, 0
	var line [columnWord]int // the one that the last word was in
	for text := range strings.Lines(string(data)) {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
		if number++; number == 1 {
			if text != tsvHeader {
				return p, errors.New("its heading is another")
			}
			continue
		}
		cells, err := parseRow(text, number)
		if err != nil {
			return p, err
		}
		n := cells.numbers
		if (n[columnLevel] == levelPage) != (number == 2) {
			return p, fmt.Errorf("line %d: level %d", number, n[columnLevel])
		}
		if n[columnLevel] == levelPage {
			p.width, p.height = n[columnWidth], n[columnHeight]
			continue
		}
		if n[columnLeft]+n[columnWidth] > p.width || n[columnTop]+n[columnHeight] > p.height {
			return p, fmt.Errorf("line %d: a box off the page", number)
		}
		if n[columnLevel] != levelWord {
			continue
		}
		if words++; words > maxWords {
			return p, fmt.Errorf("more than %d words", maxWords)
		}
		word := tsvWord{n[columnLeft], n[columnTop], n[columnWidth], n[columnHeight], cells.confidence, clean(cells.text)}
		if word.text == "" || word.width == 0 || word.height == 0 {
			continue
		}
		key := [columnWord]int(n[:columnWord])
		if len(p.lines) == 0 || key != line {
			p.lines = append(p.lines, nil)
		}
		line = key
		p.lines[len(p.lines)-1] = append(p.lines[len(p.lines)-1], word)
	}
	if number < 2 {
		return p, errors.New("it is about no page")
	}
	return p, nil
}

type tsvRow struct {
	numbers    [columnConfidence]int
	confidence float64
	text       string
}

// parseRow takes a line apart. Of rows that are not words the text, empty, may be missing with its tab.
func parseRow(text string, line int) (tsvRow, error) {
	var row tsvRow
	cells := strings.SplitN(text, "\t", columns)
	if len(cells) < columns-1 {
		return row, fmt.Errorf("line %d: %d columns", line, len(cells))
	}
	for i := range row.numbers {
		n, err := strconv.ParseUint(cells[i], 10, 31)
		if err != nil {
			return row, fmt.Errorf("line %d, column %d: %q", line, i+1, cells[i])
		}
		row.numbers[i] = int(n)
	}
	if level := row.numbers[columnLevel]; level < levelPage || level > levelWord || level == levelWord && len(cells) < columns {
		return row, fmt.Errorf("line %d: level %d with %d columns", line, level, len(cells))
	}
	if c, err := strconv.ParseFloat(cells[columnConfidence], 64); err == nil && c >= 0 && !math.IsNaN(c) {
		row.confidence = min(c, 100)
	}
	if len(cells) == columns {
		row.text = cells[columnText]
	}
	return row, nil
}

// clean takes out of a word what neither XML 1.0 nor a font's map of characters can hold, and space around it.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || r == 0xFEFF || r&0xFFFE == 0xFFFE {
			return -1
		}
		return r
	}, text))
}
