package convert

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image/jpeg"
	"io"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerSOI   = 0xD8
	markerEOI   = 0xD9
	markerSOS   = 0xDA
	markerSOF0  = 0xC0
	markerSOF1  = 0xC1
	markerSOF2  = 0xC2 // progressive
	markerDHT   = 0xC4
	markerJPG   = 0xC8
	markerDAC   = 0xCC
	markerSOF15 = 0xCF
	markerAPP0  = 0xE0
	markerAPP1  = 0xE1
	markerAPP2  = 0xE2
	markerAPP14 = 0xEE
)

// jpegInfo is what the markers of one JPEG stream say.
type jpegInfo struct {
	width, height int
	components    int
	ids           [4]byte
	progressive   bool
	frames        int
	jfif, adobe   bool
	xDPI, yDPI    float64 // JFIF's, else EXIF's
	orientation   int
	profile       []byte
	length        int64 // from SOI to the end of EOI
}

// readJPEG reads a file that is one JPEG. What stands behind its EOI (padding, a phone's second picture) is not carried over.
func readJPEG(src *source, emit func(picture) error) error {
	pic, err := jpegPicture(src, src.size, false)
	if err != nil {
		return err
	}
	return emit(pic)
}

// jpegPicture proves the JPEG stream at the beginning of r sound and passes it through. plainRGB says that three components are
// red, green and blue whatever the stream says.
func jpegPicture(r io.ReaderAt, size int64, plainRGB bool) (picture, error) {
	info, err := walkJPEG(bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 64<<10))
	if err != nil {
		return picture{}, truncated(err, "its JPEG data should go on")
	}
	if err := decodeJPEG(io.NewSectionReader(r, 0, info.length), info); err != nil {
		return picture{}, err
	}
	options := writer.JPEGOptions{Components: info.components, Inverted: info.components == 4 && info.adobe}
	if soundProfile(info.profile, info.components) {
		options.Profile = info.profile
	}
	if info.components == 4 && options.Profile == nil {
		return picture{}, refuse(pdfa.RefusedUnsupported, "CMYK without an ICC profile: its colours are not known")
	}
	if info.components == 3 && !info.adobe && !info.jfif {
		options.PlainRGB = plainRGB || info.ids == [4]byte{'R', 'G', 'B'}
	}
	return picture{
		image: writer.JPEG(info.width, info.height, io.NewSectionReader(r, 0, info.length), info.length, options),
		xDPI:  info.xDPI, yDPI: info.yDPI, orientation: info.orientation,
	}, nil
}

// decodeJPEG decodes the whole stream and throws the pixels away.
func decodeJPEG(r io.Reader, info jpegInfo) error {
	img, err := jpeg.Decode(bufio.NewReaderSize(r, 64<<10))
	if _, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
		return refuse(pdfa.RefusedUnsupported, "%v", err)
	}
	if _, ok := errors.AsType[jpeg.FormatError](err); ok {
		return refuse(pdfa.RefusedCorrupt, "%v", err)
	}
	if err != nil {
		return truncated(err, "its JPEG data should go on")
	}
	if b := img.Bounds(); b.Dx() != info.width || b.Dy() != info.height {
		return refuse(pdfa.RefusedCorrupt, "the JPEG decodes to %d x %d pixels, not %d x %d", b.Dx(), b.Dy(), info.width, info.height)
	}
	return nil
}

// walkJPEG reads all markers from SOI to EOI, refusing dimensions beyond the limits as soon as they are seen.
func walkJPEG(r *bufio.Reader) (jpegInfo, error) {
	w := &jpegWalker{r: r}
	var soi [2]byte
	if err := w.read(soi[:]); err != nil {
		return w.info, err
	}
	for {
		marker, err := w.marker()
		if err != nil {
			return w.info, err
		}
		switch {
		case marker == markerEOI:
			return w.finish()
		case marker == markerSOI:
			return w.info, refuse(pdfa.RefusedCorrupt, "a second JPEG begins inside the first")
		case marker >= 0xD0 && marker <= 0xD7 || marker == 0x01:
			continue // RSTn and TEM stand alone
		}
		if err := w.segment(marker); err != nil {
			return w.info, err
		}
	}
}

type jpegWalker struct {
	r      *bufio.Reader
	info   jpegInfo
	exif   []byte
	chunks map[byte][]byte // of the ICC profile, by number
	count  byte            // of them
}

func (w *jpegWalker) finish() (jpegInfo, error) {
	if w.info.frames != 1 {
		return w.info, refuse(pdfa.RefusedCorrupt, "the JPEG has %d frames", w.info.frames)
	}
	for i := 1; i <= int(w.count) && len(w.chunks) == int(w.count); i++ {
		w.info.profile = append(w.info.profile, w.chunks[byte(i)]...)
	}
	if e, ok := parseEXIF(w.exif); ok {
		w.info.orientation = e.orientation
		if w.info.xDPI == 0 {
			w.info.xDPI, w.info.yDPI = e.xDPI, e.yDPI
		}
	}
	return w.info, nil
}

func (w *jpegWalker) read(p []byte) error {
	n, err := io.ReadFull(w.r, p)
	w.info.length += int64(n)
	return err
}

func (w *jpegWalker) byte() (byte, error) {
	b, err := w.r.ReadByte()
	if err == nil {
		w.info.length++
	}
	return b, err
}

// marker finds the next marker, over entropy-coded data, stuffed zeros and fill bytes.
func (w *jpegWalker) marker() (byte, error) {
	for {
		b, err := w.byte()
		if err != nil {
			return 0, err
		}
		if b != 0xFF {
			if w.info.frames == 0 {
				return 0, refuse(pdfa.RefusedCorrupt, "byte %d of the JPEG is not a marker", w.info.length)
			}
			continue
		}
		for b == 0xFF {
			if b, err = w.byte(); err != nil {
				return 0, err
			}
		}
		if b != 0 {
			return b, nil
		}
	}
}

// segment reads one marker segment.
func (w *jpegWalker) segment(marker byte) error {
	var length [2]byte
	if err := w.read(length[:]); err != nil {
		return err
	}
	n := int(binary.BigEndian.Uint16(length[:])) - 2
	if n < 0 {
		return refuse(pdfa.RefusedCorrupt, "a JPEG segment of %d bytes", n)
	}
	data := make([]byte, n)
	if err := w.read(data); err != nil {
		return err
	}
	switch {
	case marker >= markerSOF0 && marker <= markerSOF15 && marker != markerDHT && marker != markerJPG && marker != markerDAC:
		return w.frame(marker, data)
	case marker == markerSOS && w.info.frames == 0:
		return refuse(pdfa.RefusedCorrupt, "JPEG data before its dimensions")
	case marker == markerAPP0 && n >= 12 && string(data[:5]) == "JFIF\x00":
		w.info.jfif = true
		w.density(data[7], data[8:12])
	case marker == markerAPP1 && bytes.HasPrefix(data, []byte("Exif\x00\x00")) && w.exif == nil:
		w.exif = data[6:]
	case marker == markerAPP2 && n > 14 && string(data[:12]) == "ICC_PROFILE\x00":
		if w.chunks == nil {
			w.chunks = map[byte][]byte{}
		}
		w.chunks[data[12]], w.count = data[14:], data[13]
	case marker == markerAPP14 && n >= 12 && string(data[:5]) == "Adobe":
		w.info.adobe = true
	}
	return nil
}

// density takes JFIF's units (1 an inch, 2 a centimetre) and pixels per unit.
func (w *jpegWalker) density(unit byte, data []byte) {
	scale := map[byte]float64{1: 1, 2: 2.54}[unit]
	w.info.xDPI = scale * float64(binary.BigEndian.Uint16(data))
	w.info.yDPI = scale * float64(binary.BigEndian.Uint16(data[2:]))
	if w.info.yDPI == 0 {
		w.info.xDPI = 0
	}
}

func (w *jpegWalker) frame(marker byte, data []byte) error {
	if marker > markerSOF2 {
		return refuse(pdfa.RefusedUnsupported, "JPEG of process SOF%d: only baseline, extended and progressive Huffman are taken",
			marker-markerSOF0)
	}
	if len(data) < 6 || len(data) < 6+3*int(data[5]) {
		return refuse(pdfa.RefusedCorrupt, "the JPEG's frame header is too short")
	}
	i := &w.info
	i.frames++
	i.progressive = marker == markerSOF2
	i.height, i.width = int(binary.BigEndian.Uint16(data[1:])), int(binary.BigEndian.Uint16(data[3:]))
	i.components = int(data[5])
	if data[0] != 8 || i.components != 1 && i.components != 3 && i.components != 4 {
		return refuse(pdfa.RefusedUnsupported, "JPEG of %d components of %d bits", i.components, data[0])
	}
	for k := range i.components {
		i.ids[k] = data[6+3*k]
	}
	if err := checkSize(uint64(i.width), uint64(i.height)); err != nil {
		return err
	}
	if i.progressive && i.width*i.height > MaxProgressivePixels {
		return refuse(pdfa.RefusedTooLarge, "the progressive JPEG has %d x %d pixels, at most %d million are taken",
			i.width, i.height, MaxProgressivePixels/1_000_000)
	}
	return nil
}

// soundProfile reports whether an ICC profile may stand in a PDF/A-2 for so many components: version 2 or 4, of a class and
// a colour space that ISO 19005-2, 6.2.4.2, and ISO 32000-1, 8.6.5.5, allow, of the length that it says.
func soundProfile(p []byte, components int) bool {
	if len(p) < 132 || uint64(binary.BigEndian.Uint32(p)) != uint64(len(p)) || string(p[36:40]) != "acsp" {
		return false
	}
	if p[8] != 2 && p[8] != 4 {
		return false
	}
	class, space := string(p[12:16]), string(p[16:20])
	if class != "scnr" && class != "mntr" && class != "prtr" && class != "spac" {
		return false
	}
	return space == map[int]string{1: "GRAY", 3: "RGB ", 4: "CMYK"}[components]
}

// exif is what the pictures' own metadata say.
type exif struct {
	xDPI, yDPI  float64
	orientation int
}

// unknownEXIFDPI is what the EXIF specification (4.6.4, XResolution) has writers put where the resolution is not known.
const unknownEXIFDPI = 72

// parseEXIF reads the first directory of an EXIF block. Metadata that is broken is no metadata: the picture counts.
func parseEXIF(data []byte) (exif, bool) {
	if len(data) == 0 {
		return exif{}, false
	}
	t, err := newTIFF(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return exif{}, false
	}
	d, _, err := t.directory(t.first)
	if err != nil {
		return exif{}, false
	}
	e := exif{orientation: d.orientation()}
	if e.xDPI, e.yDPI = d.dpi(); e.xDPI == unknownEXIFDPI && e.yDPI == unknownEXIFDPI {
		e.xDPI, e.yDPI = 0, 0
	}
	return e, true
}

// spliceJPEG puts the tables of a TIFF's JPEGTables before the data of a strip, both whole JPEG streams of their own.
func spliceJPEG(tables, strip []byte) ([]byte, error) {
	if len(strip) < 4 || strip[0] != 0xFF || strip[1] != markerSOI {
		return nil, fmt.Errorf("a strip is not a JPEG stream")
	}
	if len(tables) < 4 {
		return strip, nil
	}
	if !bytes.HasPrefix(tables, []byte{0xFF, markerSOI}) || !bytes.HasSuffix(tables, []byte{0xFF, markerEOI}) {
		return nil, fmt.Errorf("JPEGTables is not a JPEG stream")
	}
	return bytes.Join([][]byte{tables[:len(tables)-2], strip[2:]}, nil), nil
}
