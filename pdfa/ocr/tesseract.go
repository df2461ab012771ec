package ocr

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"segnatura/internal/tool"
	"segnatura/pdfa"
)

// maxTSV bounds what tesseract may write about one page, in bytes. A page of small print gives 200 KB.
const maxTSV = 16 << 20

// Page segmentation modes of tesseract.
const (
	modeAuto = 3 // lines and columns; also of pages that lie on a side
	modeTurn = 1 // the same after finding out which way up the page is, which takes about a tenth longer
)

// When the words of a page are read with less confidence than this on average, it may stand on its head. Upright pages and such
// as lie on a side gave 94 to 97 in the trials of decision 0017, pages on their heads 35 to 41.
const (
	doubtfulConfidence = 65
	doubtfulWords      = 5 // fewer say nothing
)

// recognise reads a page; where the words are doubtful, once more with the page turned as tesseract thinks best. Of the two it
// takes the less doubtful; the second, which has a deadline of its own, may fail.
func (r *Reader) recognise(ctx context.Context, raster pdfa.Raster) ([]pdfa.Word, error) {
	raster = square(raster)
	page, err := r.run(ctx, raster, modeAuto)
	if err != nil {
		return nil, err
	}
	if confidence, words := page.confidence(); r.canTurn && words >= doubtfulWords && confidence < doubtfulConfidence {
		turned, err := r.run(ctx, raster, modeTurn)
		if better, n := turned.confidence(); err == nil && n >= doubtfulWords && better > confidence {
			page = turned
		}
	}
	return place(page, raster.XDPI, raster.YDPI), nil
}

// run gives tesseract one page and reads its answer.
func (r *Reader) run(ctx context.Context, raster pdfa.Raster, mode int) (tsvPage, error) {
	args := append(r.dataArgs(), "stdin", "stdout", "-l", strings.Join(r.config.Languages, "+"),
		"--dpi", strconv.Itoa(int(math.Round(raster.XDPI))), "--psm", strconv.Itoa(mode), "-c", "tessedit_create_tsv=1")
	result, err := r.program.Run(ctx, tool.Job{
		Args: args, Stdin: pnm(raster), MaxOutput: maxTSV, Timeout: r.config.PageDeadline, Nice: r.config.Nice,
		Env: []string{"OMP_THREAD_LIMIT=1"}, // its own threads make it slower: decision 0017
	})
	if err != nil {
		return tsvPage{}, err
	}
	page, err := parseTSV(result.Stdout)
	if err != nil {
		return tsvPage{}, fmt.Errorf("tesseract's answer: %w", err)
	}
	if page.width != raster.Width || page.height != raster.Height {
		return tsvPage{}, fmt.Errorf("tesseract's answer: about a page of %d x %d pixels, not %d x %d", page.width, page.height, raster.Width, raster.Height)
	}
	return page, nil
}

// pnm writes a raster as netpbm's PGM or PBM, both raw.
func pnm(r pdfa.Raster) io.Reader {
	head := fmt.Sprintf("P5\n%d %d\n255\n", r.Width, r.Height)
	if r.Bitonal {
		head = fmt.Sprintf("P4\n%d %d\n", r.Width, r.Height)
	}
	return io.MultiReader(strings.NewReader(head), bytes.NewReader(r.Pix))
}

// oblong is how much more one resolution may be than the other before letters are too distorted to be read. A fax has 204 x 98.
const oblong = 1.2

// square repeats the rows, or the pixels in rows, of a page with two resolutions, because tesseract knows of one.
func square(r pdfa.Raster) pdfa.Raster {
	across, down := 1, 1
	switch {
	case r.XDPI > r.YDPI*oblong:
		down = int(math.Round(r.XDPI / r.YDPI))
	case r.YDPI > r.XDPI*oblong:
		across = int(math.Round(r.YDPI / r.XDPI))
	}
	const most = 8 // beyond that it is no page of text
	if across*down == 1 || across*down > most {
		return r
	}
	out := pdfa.Raster{
		Page: r.Page, Width: r.Width * across, Height: r.Height * down,
		XDPI: r.XDPI * float64(across), YDPI: r.YDPI * float64(down),
		Pix: make([]byte, 0, r.Width*across*r.Height*down),
	}
	row := make([]byte, 0, out.Width)
	for y := range r.Height {
		row = row[:0]
		for x := range r.Width {
			for range across {
				row = append(row, grey(r, x, y))
			}
		}
		for range down {
			out.Pix = append(out.Pix, row...)
		}
	}
	return out
}

func grey(r pdfa.Raster, x, y int) byte {
	if !r.Bitonal {
		return r.Pix[y*r.Width+x]
	}
	if r.Pix[y*((r.Width+7)/8)+x/8]>>(7-x%8)&1 == 1 {
		return 0
	}
	return 255
}

// confidence returns the mean confidence of the words with letters or digits, 0 to 100, and their number.
func (p tsvPage) confidence() (mean float64, words int) {
	for _, line := range p.lines {
		for _, w := range line {
			if strings.IndexFunc(w.text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0 {
				mean += w.confidence
				words++
			}
		}
	}
	return mean / float64(max(words, 1)), words
}
