package convert

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	xccitt "golang.org/x/image/ccitt"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
	"segnatura/pdfa/writer/ccitt"
)

// pdfImage is an image XObject (ISO 32000-1, 8.9.5) on its way out of its PDF.
type pdfImage struct {
	f             *pdfFile
	shown         shown
	width, height int
	bits          int
	colours       colours
	inverted      bool // Decode turns every sample around
	stencil       bool
}

// takeImage takes an image out of a page: JPEG data as they are, all else without loss. why says in words what keeps the image
// from being carried over as it is, and has it drawn.
func (f *pdfFile) takeImage(s shown) (img writer.Image, why string, err error) {
	d := s.image.Dict
	p := &pdfImage{f: f, shown: s, width: f.integer(d["Width"], 0), height: f.integer(d["Height"], 0), bits: f.integer(d["BitsPerComponent"], 0)}
	if p.width < 0 || p.height < 0 {
		p.width, p.height = 0, 0
	}
	if err := checkSize(uint64(p.width), uint64(p.height)); err != nil {
		return img, "", err
	}
	for _, key := range []string{"SMask", "Mask"} {
		if f.get(d[key]) != nil {
			return img, "an image with transparency", nil
		}
	}
	r, last := f.unpack(s.image)
	if last.name == filterJPX || last.name == filterJBIG2 {
		return img, "an image under " + last.name, nil
	}
	if last.name == filterJPEG {
		p.bits = 8
	}
	if why := p.meaning(); why != "" {
		return img, why, nil
	}
	switch {
	case last.name == filterJPEG:
		return p.jpeg(r, last)
	case last.name == filterFax:
		if r, err = p.fax(r, last); err != nil {
			return img, "", err
		}
	}
	size := int64(p.format().Stride(p.width)) * int64(p.height)
	return p.samples(&wholeRows{r: r, left: size, prove: last.name == ""}), "", nil
}

// meaning finds out what the samples mean.
func (p *pdfImage) meaning() (why string) {
	f, d := p.f, p.shown.image.Dict
	if p.stencil = f.bool(d["ImageMask"], false); p.stencil {
		p.bits, p.colours = 1, colours{components: 1}
		if !p.shown.inkKnown || p.shown.ink != [3]float64{} {
			return "a stencil that is not black"
		}
	} else if p.colours, why = f.colours(d["ColorSpace"], p.shown.resources, 0); why != "" {
		return why
	}
	if p.bits != 1 && p.bits != 2 && p.bits != 4 && p.bits != 8 && p.bits != 16 || p.colours.palette != nil && p.bits > 8 {
		panic(refuse(pdfa.RefusedCorrupt, "an image of the PDF has %d bits for a sample", p.bits))
	}
	return p.decode()
}

// decode reads the Decode array (8.9.5.2): the default one, or that turned around.
func (p *pdfImage) decode() (why string) {
	o := p.f.get(p.shown.image.Dict["Decode"])
	if o == nil {
		return ""
	}
	v := p.f.numbers(o, 2*p.colours.components)
	if v == nil {
		panic(refuse(pdfa.RefusedCorrupt, "an image of the PDF whose Decode array does not fit its colours"))
	}
	most := 1.0
	if p.colours.palette != nil {
		most = float64(int(1)<<p.bits - 1)
	}
	straight, turned := true, true
	for i := 0; i < len(v); i += 2 {
		straight = straight && v[i] == 0 && v[i+1] == most
		turned = turned && v[i] == most && v[i+1] == 0
	}
	if p.inverted = turned; !straight && !turned {
		return "an image whose samples are stretched"
	}
	return ""
}

// jpeg proves the JPEG data sound and passes them through.
func (p *pdfImage) jpeg(r io.Reader, last packing) (img writer.Image, why string, err error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPDFBytes+1))
	if err != nil {
		return img, "", streamError(err)
	}
	info, err := provedJPEG(data)
	if err != nil {
		return img, "", err
	}
	components := len(info.components)
	switch {
	case info.width != p.width || info.height != p.height:
		return img, "", refuse(pdfa.RefusedCorrupt, "the PDF says that its JPEG has %d x %d pixels, and it has %d x %d",
			p.width, p.height, info.width, info.height)
	case components != p.colours.components || p.colours.palette != nil:
		return img, "a JPEG of other colours than its PDF says", nil
	case p.inverted && components != 4:
		return img, "a JPEG turned into its negative", nil
	}
	options := writer.JPEGOptions{Components: components, Profile: p.colours.profile, Inverted: p.inverted}
	if components == 3 && !info.adobe && !info.jfif {
		options.PlainRGB = p.f.integer(last.parms["ColorTransform"], 1) == 0 || info.isRGB()
	}
	return writer.JPEG(info.width, info.height, bytes.NewReader(data[:info.length]), info.length, options), "", nil
}

// provedJPEG walks and decodes a JPEG stream.
func provedJPEG(data []byte) (jpegInfo, error) {
	info, err := walkJPEG(bytes.NewReader(data))
	if err != nil {
		return info, truncated(err, "its JPEG data should go on")
	}
	if info.proved {
		return info, nil
	}
	return info, decodeJPEG(bytes.NewReader(data[:info.length]), info)
}

// fax unpacks CCITT data (7.4.6) to samples, whatever their parameters: 0 is black unless BlackIs1.
func (p *pdfImage) fax(r io.Reader, last packing) (io.Reader, error) {
	f, parms := p.f, last.parms
	columns := f.integer(parms["Columns"], 1728)
	k := f.integer(parms["K"], 0)
	if columns != p.width || p.bits > 1 {
		return nil, refuse(pdfa.RefusedCorrupt, "fax data of %d columns in an image of %d pixels of %d bits", columns, p.width, p.bits)
	}
	p.bits = 1
	blackIs1 := f.bool(parms["BlackIs1"], false)
	coding := ccitt.Group4
	switch onBytes := f.bool(parms["EncodedByteAlign"], false); {
	case k < 0 && onBytes:
		return xccitt.NewReader(r, xccitt.MSB, xccitt.Group4, p.width, p.height, &xccitt.Options{Align: true, Invert: blackIs1}), nil
	case k > 0:
		coding = ccitt.Group32D
	case k == 0 && onBytes && !f.bool(parms["EndOfLine"], false):
		coding = ccitt.Huffman
	case k == 0:
		coding = ccitt.Group31D // the fill before a line end puts rows on bytes
	}
	rows, err := ccitt.NewDecoder(r, coding, p.width)
	if err != nil {
		return nil, refuse(pdfa.RefusedUnsupported, "%v", err)
	}
	return &faxRows{rows: rows, row: make([]byte, (p.width+7)/8), flip: !blackIs1}, nil
}

// faxRows delivers the rows of fax data as samples.
type faxRows struct {
	rows   *ccitt.Decoder
	row    []byte
	flip   bool // black is 0
	unread []byte
}

func (r *faxRows) Read(buf []byte) (int, error) {
	if len(r.unread) == 0 {
		if err := r.rows.ReadRow(r.row); err != nil {
			return 0, err
		}
		if r.flip {
			flip(r.row)
		}
		r.unread = r.row
	}
	n := copy(buf, r.unread)
	r.unread = r.unread[n:]
	return n, nil
}

func flip(row []byte) []byte {
	for i := range row {
		row[i] = ^row[i]
	}
	return row
}

func (p *pdfImage) format() writer.RasterFormat {
	return writer.RasterFormat{Components: p.colours.components, Bits: p.bits, Palette: p.colours.palette, Profile: p.colours.profile}
}

// samples writes rows of samples: as G4 where they are black and white, else packed anew.
func (p *pdfImage) samples(rows io.Reader) writer.Image {
	format := p.format()
	stride := format.Stride(p.width)
	if p.bits == 1 && format.Components == 1 && format.Profile == nil {
		if blackIs1, ok := p.blackIs1(); ok {
			if !blackIs1 {
				rows = &mappedRows{r: rows, in: make([]byte, stride), edit: flip}
			}
			return writer.Bitonal(p.width, p.height, rows)
		}
	}
	if n := 3 << p.bits; p.colours.palette != nil && len(p.colours.palette) > n {
		format.Palette = p.colours.palette[:n]
	}
	if p.inverted {
		rows = &mappedRows{r: rows, in: make([]byte, stride), edit: flip}
	}
	return writer.Raster(p.width, p.height, format, rows)
}

// blackIs1 reports which of two samples is black, if the other is white.
func (p *pdfImage) blackIs1() (blackIs1, ok bool) {
	zero, one := []byte{0, 0, 0}, []byte{255, 255, 255}
	if palette := p.colours.palette; palette != nil {
		if len(palette) < 6 {
			return false, false
		}
		zero, one = palette[:3], palette[3:6]
	}
	if p.inverted {
		zero, one = one, zero
	}
	black, white := []byte{0, 0, 0}, []byte{255, 255, 255}
	return bytes.Equal(one, black), bytes.Equal(zero, black) && bytes.Equal(one, white) || bytes.Equal(zero, white) && bytes.Equal(one, black)
}

// wholeRows reads just the samples of an image, and where prove is set, that what they were packed in is sound to its own end.
type wholeRows struct {
	r     io.Reader
	left  int64
	prove bool
}

// maxBehindImage is how many bytes more than its pixels an image may unpack to.
const maxBehindImage = 1 << 20

func (w *wholeRows) Read(buf []byte) (int, error) {
	if w.left == 0 {
		return 0, io.EOF
	}
	n, err := w.r.Read(buf[:min(int64(len(buf)), w.left)])
	w.left -= int64(n)
	switch {
	case w.left > 0 && errors.Is(err, io.EOF):
		return n, refuse(pdfa.RefusedTruncated, "the image's data end before its last row")
	case w.left > 0 && err != nil:
		return n, imageError(err)
	case w.left > 0:
		return n, nil
	}
	if w.prove {
		if _, err := io.Copy(io.Discard, io.LimitReader(bufio.NewReader(w.r), maxBehindImage)); err != nil {
			return 0, imageError(err) // without the last bytes, so that nobody takes the rows for whole
		}
	}
	return n, nil
}

// imageError makes a refusal of what went wrong inside an image's data.
func imageError(err error) error {
	switch {
	case errors.Is(err, ccitt.ErrUnsupported):
		return refuse(pdfa.RefusedUnsupported, "%v", err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(pdfa.RefusedTruncated, "the image's data end before its last row")
	}
	return streamError(err)
}
