package ipp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"slices"

	"github.com/OpenPrinting/goipp"

	"segnatura/stamp"
)

// Document formats, best first. A raster is dots; a PDF page is drawn by whoever stands between; a JPEG blurs a little, and is read as dots
// only by a printer that does not scale it.
const (
	formatRaster = "image/pwg-raster"
	formatPDF    = "application/pdf"
	formatJPEG   = "image/jpeg"
)

// page is a label on its way: the medium's whole page in the printer's dots.
type page struct {
	dots   *stamp.Bitmap
	dpi    int
	medium medium
}

// format is one kind of document that a label can be.
type format struct {
	name string
	// why says why the printer cannot be sent this kind, "" where it can.
	why    func(*description, Config) string
	encode func(*description, Config, page) ([]byte, error)
}

func formats() []format {
	return []format{
		{formatRaster, noRaster, func(d *description, _ Config, p page) ([]byte, error) {
			return encodeRaster(p.dots, p.dpi, p.medium.size(), p.medium.name, rasterKind(d)), nil
		}},
		{formatPDF, noPDF, func(_ *description, c Config, p page) ([]byte, error) { return c.PDF(p.dots, p.medium.size()) }},
		{formatJPEG, noJPEG, func(_ *description, _ Config, p page) ([]byte, error) { return encodeJPEG(p.dots, p.dpi) }},
	}
}

func formatNamed(name string) *format {
	all := formats()
	if at := slices.IndexFunc(all, func(f format) bool { return f.name == name }); at >= 0 {
		return &all[at]
	}
	return nil
}

// format picks how the label is sent.
func (d *description) format(c Config) (format, error) {
	var why []error
	for _, f := range formats() {
		if c.Format != "" && f.name != c.Format {
			continue
		}
		reason := ""
		if !slices.Contains(texts(d.printer, "document-format-supported"), f.name) {
			reason = "not taken"
		} else {
			reason = f.why(d, c)
		}
		if reason == "" {
			return f, nil
		}
		why = append(why, fmt.Errorf("%s: %s", f.name, reason))
	}
	return format{}, fmt.Errorf("the printer takes no format that a label can be: %w", errors.Join(why...))
}

func noRaster(d *description, _ Config) string {
	if rasterKind(d) < 0 {
		return "no kind of pixel that is black and white"
	}
	return ""
}

// rasterKind is the best kind of pixel that the printer takes, or -1. One that lists none takes sgray_8 (PWG 5100.14, 5.2 asks it of all).
func rasterKind(d *description) int {
	taken := texts(d.printer, "pwg-raster-document-type-supported")
	if len(taken) == 0 {
		taken = []string{"sgray_8"}
	}
	for i, k := range rasterKinds {
		if slices.Contains(taken, k.keyword) {
			return i
		}
	}
	return -1
}

func noPDF(_ *description, c Config) string {
	if c.PDF == nil {
		return "nothing here writes it"
	}
	return ""
}

func noJPEG(d *description, _ Config) string {
	if !slices.Contains(texts(d.printer, "print-scaling-supported"), "none") {
		return "the printer would scale it"
	}
	return ""
}

// dpi finds the printer's resolution that is the bitmap's. A head of 12 dots a millimetre is sold, and speaks of itself, as 300 dpi.
func (d *description) dpi(b *stamp.Bitmap, formatName string) (int, error) {
	offered := resolutions(d.printer, "printer-resolution-supported")
	if raster := resolutions(d.printer, "pwg-raster-document-resolution-supported"); formatName == formatRaster && len(raster) > 0 {
		offered = raster
	}
	own := b.Resolution.DotsPerMM * 25.4
	if len(offered) == 0 {
		return int(math.Round(own)), nil
	}
	const apart = 0.02
	for _, dpi := range offered {
		if math.Abs(float64(dpi)-own) <= apart*own {
			return dpi, nil
		}
	}
	return 0, fmt.Errorf("the label is composed for %.0f dots per inch and the printer has %v", own, offered)
}

// lay puts the bitmap on the medium's page, dot for dot, in the middle of what can be printed on. Dots that the printer would lose are
// refused: a label that lacks a part is none.
func lay(b *stamp.Bitmap, m medium, turned bool, dpi int) (*stamp.Bitmap, error) {
	if turned {
		b = b.Turned(90)
	}
	dots := func(hmm int) int { return int(math.Round(float64(hmm) * float64(dpi) / 2540)) }
	// A head of 300 dpi has 11.81 dots a millimetre, though the label was composed for 12: what becomes a PDF must be as large as the medium.
	out := stamp.NewBitmap(dots(m.width), dots(m.height), stamp.Resolution{DotsPerMM: float64(dpi) / 25.4, DPI: dpi})
	left, right := dots(m.left), out.Width-dots(m.right)
	top, bottom := dots(m.top), out.Height-dots(m.bottom)
	place := func(size, from, to, whole int) int {
		if size <= to-from {
			return from + (to-from-size)/2
		}
		return int(math.Floor(float64(whole-size) / 2))
	}
	x0, y0 := place(b.Width, left, right, out.Width), place(b.Height, top, bottom, out.Height)
	for y := range b.Height {
		for x := range b.Width {
			if !b.Black(x, y) {
				continue
			}
			if at := image.Pt(x0+x, y0+y); !at.In(image.Rect(left, top, right, bottom)) {
				return nil, fmt.Errorf("the label would lose dots: of media of %s the printer prints %.1fx%.1f mm", m,
					float64(m.width-m.left-m.right)/100, float64(m.height-m.top-m.bottom)/100)
			}
			out.SetBlack(x0+x, y0+y)
		}
	}
	return out, nil
}

// encodeJPEG writes the page in grey, with its resolution in a JFIF header, which the standard library leaves out.
func encodeJPEG(b *stamp.Bitmap, dpi int) ([]byte, error) {
	grey := image.NewGray(image.Rect(0, 0, b.Width, b.Height))
	for y := range b.Height {
		for x := range b.Width {
			if !b.Black(x, y) {
				grey.SetGray(x, y, color.Gray{Y: 0xff})
			}
		}
	}
	var raw bytes.Buffer
	if err := jpeg.Encode(&raw, grey, &jpeg.Options{Quality: 100}); err != nil {
		return nil, fmt.Errorf("write label as JPEG: %w", err)
	}
	// APP0 of JFIF 1.02: length 16, "JFIF", version, unit 1 (dots per inch), density, no thumbnail.
	header := append([]byte{0xff, 0xd8, 0xff, 0xe0, 0, 16}, "JFIF\x00\x01\x02\x01"...)
	header = binary.BigEndian.AppendUint16(header, uint16(dpi))
	header = binary.BigEndian.AppendUint16(header, uint16(dpi))
	return append(append(header, 0, 0), raw.Bytes()[2:]...), nil
}

// template are the attributes of the job by which the printer leaves the dots alone.
func (d *description) template(p page) goipp.Attributes {
	var out goipp.Attributes
	keyword := func(name, want string) {
		if slices.Contains(texts(d.printer, name+"-supported"), want) {
			out.Add(keywords(name, want))
		}
	}
	if d.takes("copies") {
		out.Add(number("copies", goipp.TagInteger, 1))
	}
	switch {
	case d.takes("media-col"):
		out.Add(p.medium.attribute())
	case p.medium.name != "":
		out.Add(keywords("media", p.medium.name))
	}
	keyword("print-scaling", "none")
	if slices.Contains(resolutions(d.printer, "printer-resolution-supported"), p.dpi) {
		out.Add(goipp.MakeAttribute("printer-resolution", goipp.TagResolution,
			goipp.Resolution{Xres: p.dpi, Yres: p.dpi, Units: goipp.UnitsDpi}))
	}
	const portrait = 3
	if slices.Contains(integers(d.printer, "orientation-requested-supported"), portrait) {
		out.Add(number("orientation-requested", goipp.TagEnum, portrait))
	}
	return out
}
