package writer

import (
	"bufio"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"segnatura/pdfa"
	"segnatura/pdfa/writer/ccitt"
)

// The encodings that pdfa.PageResult names.
const (
	EncodingJPEG  = "jpeg passthrough"
	EncodingG4    = "ccitt g4"
	EncodingFlate = "flate"
)

// Image is one picture on its way into the file. Make it by [JPEG], [Bitonal], [Raster] or [Deflated]. Its data is read once,
// while it is written.
type Image struct {
	Width, Height int // pixels
	encoding      string
	components    int
	bits          int    // per component
	palette       []byte // RGB triples; nil: not indexed
	profile       []byte // ICC profile; nil: DeviceGray, or DeviceRGB by way of the output intent
	keys          string // filter and its parameters
	body          func(io.Writer) error
	source        Source
}

// JPEGOptions says what a reader of the stream has to know beyond what is in it.
type JPEGOptions struct {
	Components int // 1, 3 or 4 of the frame header
	// Profile is the ICC profile that the file carries, for as many components. Without one, nil, grey and RGB are sRGB's; four
	// components get a profile of typical offset inks, as sRGB says nothing of inks (ISO 19005-2, 6.2.4.3).
	Profile []byte
	// Inverted says that 255 is no ink, as Adobe writes CMYK.
	Inverted bool
	// PlainRGB says that three components are not YCbCr though no Adobe marker says so.
	PlainRGB bool
}

// JPEG passes a JPEG stream of size bytes through, from SOI to EOI. The caller has proved it sound.
func JPEG(width, height int, r io.Reader, size int64, o JPEGOptions) Image {
	img := Image{Width: width, Height: height, encoding: EncodingJPEG, components: o.Components, bits: 8, profile: o.Profile}
	img.source = Source{JPEG: r, Options: o}
	img.keys = "/Filter /DCTDecode"
	if o.Inverted {
		img.keys += " /Decode [1 0 1 0 1 0 1 0]"
	}
	if o.PlainRGB {
		img.keys += " /DecodeParms <</ColorTransform 0>>"
	}
	img.body = func(w io.Writer) error {
		n, err := io.Copy(w, io.LimitReader(r, size))
		if err == nil && n != size {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	return img
}

// Bitonal codes rows as CCITT G4. rows delivers height rows of (width+7)/8 bytes, most significant bit first, 1 = black.
func Bitonal(width, height int, rows io.Reader) Image {
	img := Image{Width: width, Height: height, encoding: EncodingG4, components: 1, bits: 1}
	img.source = Source{Rows: rows, Format: RasterFormat{Components: 1, Bits: 1}, BlackIsOne: true}
	img.keys = fmt.Sprintf("/Filter /CCITTFaxDecode /DecodeParms <</K -1 /Columns %d /Rows %d>>", width, height)
	img.body = func(w io.Writer) error {
		enc := ccitt.NewEncoder(w, width)
		row := make([]byte, (width+7)/8)
		for range height {
			if _, err := io.ReadFull(rows, row); err != nil {
				return noEOF(err)
			}
			if err := enc.WriteRow(row); err != nil {
				return err
			}
		}
		return enc.Close()
	}
	return img
}

// RasterFormat says how samples lie in rows: packed, most significant bit first, 16-bit samples high byte first, each row padded
// to whole bytes. 0 is black.
type RasterFormat struct {
	Components int    // 1, 3 or 4; four are inks, of which 0 is none
	Bits       int    // per component: 1, 2, 4, 8 or 16; with a palette at most 8
	Palette    []byte // RGB triples when samples are indices, at most 1<<Bits of them; else nil
	Profile    []byte // as in JPEGOptions; that of a palette is for three components
}

// Stride returns the bytes of one row of width pixels.
func (f RasterFormat) Stride(width int) int { return (width*f.Components*f.Bits + 7) / 8 }

// Raster codes rows losslessly: PNG's row filters, then Flate.
func Raster(width, height int, f RasterFormat, rows io.Reader) Image {
	img := deflated(width, height, f)
	img.source = Source{Rows: rows, Format: f}
	img.body = func(w io.Writer) error {
		return PackRows(w, rows, f, width, height)
	}
	return img
}

// Deflated passes through a zlib stream of rows with PNG filter bytes, such as the IDAT chunks of a PNG file that is not
// interlaced. The caller has proved it sound and free of bytes behind the zlib stream.
func Deflated(width, height int, f RasterFormat, zlibStream io.Reader) Image {
	img := deflated(width, height, f)
	img.source = Source{Deflated: zlibStream, Format: f}
	img.body = func(w io.Writer) error {
		_, err := io.Copy(w, zlibStream)
		return err
	}
	return img
}

func deflated(width, height int, f RasterFormat) Image {
	img := Image{Width: width, Height: height, encoding: EncodingFlate, components: f.Components, bits: f.Bits, palette: f.Palette,
		profile: f.Profile}
	img.keys = fmt.Sprintf("/Filter /FlateDecode /DecodeParms <</Predictor 15 /Colors %d /BitsPerComponent %d /Columns %d>>",
		f.Components, f.Bits, width)
	return img
}

// ImagePage is a page that one image fills.
type ImagePage struct {
	Image      Image
	XDPI, YDPI float64 // pixels per inch along the image's own rows and columns
	// Rotate turns the page clockwise by 0, 90, 180 or 270 degrees.
	Rotate int
	// Orientation is EXIF's or TIFF's tag 274, 1 to 8, or 0 for none. Its rotation becomes the page's, before Rotate; mirrored
	// ones (2, 4, 5, 7) are drawn mirrored. Pixels are never touched.
	Orientation int
	// Placed, if not nil, says where on a page of its own size the image lies, instead of filling a page by its resolution and
	// Orientation.
	Placed *Placement
	// Text is written over the image as invisible words, or says in the result why there are none.
	Text pdfa.PageText
}

// Placement is a page and where on it an image lies. Lengths are points; the page's lower left corner is 0, 0. What reaches beyond
// the page is not seen.
type Placement struct {
	WidthPt, HeightPt float64
	// Matrix takes the unit square, whose lower left corner is the image's, to the page: a, b, c, d, e, f of PDF's cm operator.
	Matrix [6]float64
}

// Turn is what has to be done with a stored image to see it upright: mirror it left to right, then turn it clockwise.
type Turn struct {
	Mirror bool
	Rotate int // 0, 90, 180 or 270 degrees
}

// Turn combines the page's orientation and rotation. Where the image is placed by a matrix, that comes first.
func (ip ImagePage) Turn() Turn {
	o := orientations[ip.Orientation]
	if ip.Placed != nil {
		o = Turn{}
	}
	o.Rotate = ((o.Rotate+ip.Rotate)%360 + 360) % 360
	return o
}

// orientations gives the meaning of EXIF's and TIFF's orientation tag, by its value.
var orientations = [9]Turn{{}, {}, {true, 0}, {false, 180}, {true, 180}, {true, 270}, {false, 90}, {true, 90}, {false, 270}}

// AddImagePage writes a page. The result's sizes are those of the image as stored, before any rotation.
func (d *Document) AddImagePage(ip ImagePage) (pdfa.PageResult, error) {
	img := ip.Image
	if img.Width < 1 || img.Height < 1 || img.body == nil {
		return pdfa.PageResult{}, errors.New("add image page: the image is empty")
	}
	if ip.Orientation < 0 || ip.Orientation > 8 || ip.Rotate%90 != 0 {
		return pdfa.PageResult{}, fmt.Errorf("add image page: orientation %d, rotation %d", ip.Orientation, ip.Rotate)
	}
	turn := ip.Turn()
	widthPt, heightPt := ip.size()
	p, err := d.addPagePt(widthPt, heightPt, turn.Rotate)
	if err != nil {
		return pdfa.PageResult{}, err
	}
	r := &d.results[len(d.results)-1]
	r.Encoding, r.WidthPx, r.HeightPx = img.encoding, img.Width, img.Height
	if r.StreamSHA256, r.BytesInStream, err = p.place(img); err != nil {
		return pdfa.PageResult{}, fmt.Errorf("add image page: %w", err)
	}
	m := matrix{p.widthPt, 0, 0, p.htPt, 0, 0}
	if ip.Placed != nil {
		m = ip.Placed.Matrix
	}
	if turn.Mirror {
		m = matrix{-p.widthPt, 0, 0, p.htPt, p.widthPt, 0}
	}
	if err := p.drawImage(m); err != nil {
		return pdfa.PageResult{}, err
	}
	r.TextMissing = ip.Text.Missing
	r.Words, err = p.Words(ip.Text.Words)
	return *r, err
}

// SetSource names the file and the page in it that the last page came from, for the result of Close.
func (d *Document) SetSource(input string, pageInInput int, dpiAssumed bool) pdfa.PageResult {
	if len(d.results) == 0 {
		return pdfa.PageResult{}
	}
	r := &d.results[len(d.results)-1]
	r.Input, r.PageInInput, r.DPIAssumed = input, pageInInput, dpiAssumed
	return *r
}

// writeImage writes the image XObject, and its profile before it unless the document has it already.
func (d *Document) writeImage(img Image) (number int, digest string, length int64) {
	if d.err != nil {
		return 0, "", 0
	}
	space := d.colourSpace(img)
	number = d.reserve()
	digest, length = d.longStream(number, fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s "+
		"/BitsPerComponent %d %s", img.Width, img.Height, space, img.bits, img.keys), img.body)
	return number, digest, length
}

// colourSpace names the space of an image's samples.
func (d *Document) colourSpace(img Image) string {
	components := img.components
	if img.palette != nil {
		components = 3
	}
	space := map[int]string{1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}[components]
	profile := img.profile
	if components == 4 && profile == nil {
		profile = inksProfile()
	}
	if profile != nil {
		space = fmt.Sprintf("[/ICCBased %d 0 R]", d.profile(profile, components, space))
	}
	if img.palette != nil {
		space = fmt.Sprintf("[/Indexed %s %d <%X>]", space, len(img.palette)/3-1, img.palette)
	}
	return space
}

// profile returns the number of a profile's object, written once.
func (d *Document) profile(profile []byte, components int, alternate string) int {
	sum := sha256.Sum256(profile)
	n, ok := d.profiles[sum]
	if !ok {
		n = d.reserve()
		d.flateStream(n, fmt.Sprintf("/N %d /Alternate %s", components, alternate), profile)
		d.profiles[sum] = n
	}
	return n
}

// PackRows writes rows as the data of a PNG image: filtered as Raster does, and deflated.
func PackRows(w io.Writer, rows io.Reader, f RasterFormat, width, height int) error {
	return deflateRows(w, rows, f.Stride(width), height, (f.Components*f.Bits+7)/8)
}

// deflateRows filters each row as PNG does, by whichever of None, Sub and Up promises most, and deflates.
func deflateRows(w io.Writer, rows io.Reader, stride, height, bytesPerPixel int) error {
	zw, err := zlib.NewWriterLevel(w, zlib.DefaultCompression)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(zw, 64<<10)
	prev, row := make([]byte, stride), make([]byte, stride)
	var filtered [3][]byte
	for i := range filtered {
		filtered[i] = make([]byte, stride+1)
		filtered[i][0] = byte(i) // PNG filter types 0 None, 1 Sub, 2 Up
	}
	for range height {
		if _, err := io.ReadFull(rows, row); err != nil {
			return noEOF(err)
		}
		if _, err := buffered.Write(bestFilter(&filtered, row, prev, bytesPerPixel)); err != nil {
			return err
		}
		prev, row = row, prev
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return zw.Close()
}

// bestFilter fills the three candidates and returns the one with the least sum of absolute differences (PNG, 12.8).
func bestFilter(filtered *[3][]byte, row, prev []byte, bytesPerPixel int) []byte {
	var sums [3]int
	for i, v := range row {
		left := byte(0)
		if i >= bytesPerPixel {
			left = row[i-bytesPerPixel]
		}
		for k, d := range [3]byte{v, v - left, v - prev[i]} {
			filtered[k][i+1] = d
			sums[k] += int(min(d, -d))
		}
	}
	best := 0
	for k := range sums {
		if sums[k] < sums[best] {
			best = k
		}
	}
	return filtered[best]
}

// rowReader delivers the rows of a bitmap without the bytes between row and stride.
type rowReader struct {
	bits            []byte
	stride, n, rows int
	y, x            int
}

func (r *rowReader) Read(p []byte) (int, error) {
	if r.y == r.rows {
		return 0, io.EOF
	}
	n := copy(p, r.bits[r.y*r.stride+r.x:r.y*r.stride+r.n])
	if r.x += n; r.x == r.n {
		r.x, r.y = 0, r.y+1
	}
	return n, nil
}

// noEOF turns an end of rows that came too early into an error that callers do not take for success.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Fits reports whether the page's size is one that ISO 19005-2, 6.1.13, allows.
func (ip ImagePage) Fits() bool {
	widthPt, heightPt := ip.size()
	return pageLength(widthPt) && pageLength(heightPt)
}

// size returns the page's size in points, before any rotation.
func (ip ImagePage) size() (widthPt, heightPt float64) {
	if ip.Placed != nil {
		return ip.Placed.WidthPt, ip.Placed.HeightPt
	}
	return float64(ip.Image.Width) / ip.XDPI * 72, float64(ip.Image.Height) / ip.YDPI * 72
}

// Shown returns the page's size in points as it is shown, that is after its rotation.
func (ip ImagePage) Shown() (widthPt, heightPt float64) {
	widthPt, heightPt = ip.size()
	if ip.Turn().Rotate%180 != 0 {
		return heightPt, widthPt
	}
	return widthPt, heightPt
}
