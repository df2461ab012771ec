package convert

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// PNG colour types (PNG, third edition, 11.2.1) and how many samples a pixel has.
const (
	pngGrey      = 0
	pngRGB       = 2
	pngPalette   = 3
	pngGreyAlpha = 4
	pngRGBAlpha  = 6
)

// pngTypes lists the depths that each colour type may have.
var pngTypes = map[byte]struct {
	samples int
	depths  []byte
}{
	pngGrey:      {1, []byte{1, 2, 4, 8, 16}},
	pngRGB:       {3, []byte{8, 16}},
	pngPalette:   {1, []byte{1, 2, 4, 8}},
	pngGreyAlpha: {2, []byte{8, 16}},
	pngRGBAlpha:  {4, []byte{8, 16}},
}

// maxSmallChunk bounds the chunks that are held: palette, transparency, density, EXIF, profile.
const maxSmallChunk = 1 << 20

// pngFile is what a PNG's chunks say. Of what they say of colours the first counts that can be believed: an embedded profile
// (iCCP), sRGB, a gamma (gAMA); else they are taken as sRGB. Primaries (cHRM) without a profile are passed over.
type pngFile struct {
	src           *source
	width, height int
	depth         int
	colour        byte
	interlaced    bool
	palette       []byte // flattened on white
	key           []byte // tRNS of grey and RGB images: the colour that is transparent, two bytes a sample
	data          []span // the IDAT chunks' contents
	profile       []byte // iCCP's
	isSRGB        bool
	gamma         float64 // of the decoding: samples to linear values; 0: none stated
	xDPI, yDPI    float64
	orientation   int
}

type span struct{ offset, length int64 }

// readPNG reads a PNG. Data behind IEND is not carried over.
func readPNG(src *source, emit func(picture) error) error {
	p := &pngFile{src: src}
	if err := p.chunks(); err != nil {
		return err
	}
	img, err := p.image()
	if err != nil {
		return err
	}
	return emit(picture{image: img, xDPI: p.xDPI, yDPI: p.yDPI, orientation: p.orientation})
}

// chunks reads the file's chunks to IEND and proves their checksums.
func (p *pngFile) chunks() error {
	r := bufio.NewReaderSize(io.NewSectionReader(p.src, 8, p.src.size-8), 64<<10)
	offset := int64(8)
	for first := true; ; first = false {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return truncated(err, "a PNG chunk should follow")
		}
		length, kind := int64(binary.BigEndian.Uint32(head[:])), string(head[4:])
		if length > p.src.size-offset-12 {
			return refuse(pdfa.RefusedTruncated, "the PNG's chunk %q would end at byte %d of %d", kind, offset+12+length, p.src.size)
		}
		if first != (kind == "IHDR") {
			return refuse(pdfa.RefusedCorrupt, "chunk %q where the PNG's order has none", kind)
		}
		data, err := readChunk(r, head[4:], length)
		if err != nil {
			return err
		}
		if kind == "IDAT" {
			p.data = append(p.data, span{offset + 8, length})
		}
		if kind == "IEND" {
			return nil
		}
		if err := p.chunk(kind, data); err != nil {
			return err
		}
		offset += 12 + length
	}
}

// readChunk reads a chunk's content and checksum. Of chunks beyond maxSmallChunk only the checksum is proved.
func readChunk(r io.Reader, kind []byte, length int64) ([]byte, error) {
	sum := crc32.NewIEEE()
	sum.Write(kind)
	var content bytes.Buffer
	sink := io.Writer(sum)
	if length <= maxSmallChunk && string(kind) != "IDAT" {
		sink = io.MultiWriter(sum, &content)
	}
	if _, err := io.CopyN(sink, r, length); err != nil {
		return nil, truncated(err, "a PNG chunk should go on")
	}
	var want [4]byte
	if _, err := io.ReadFull(r, want[:]); err != nil {
		return nil, truncated(err, "a PNG checksum should follow")
	}
	if binary.BigEndian.Uint32(want[:]) != sum.Sum32() {
		return nil, refuse(pdfa.RefusedCorrupt, "the checksum of PNG chunk %q is wrong", kind)
	}
	return content.Bytes(), nil
}

// chunk takes one chunk other than IEND.
func (p *pngFile) chunk(kind string, data []byte) error {
	switch kind {
	default:
		if kind[0]&0x20 == 0 {
			return refuse(pdfa.RefusedUnsupported, "the PNG's chunk %q must be understood, and is not", kind)
		}
	case "IDAT":
	case "IHDR":
		return p.header(data)
	case "PLTE":
		if len(data) == 0 || len(data)%3 != 0 || len(data) > 3*256 {
			return refuse(pdfa.RefusedCorrupt, "a PNG palette of %d bytes", len(data))
		}
		p.palette = data
	case "tRNS":
		return p.transparency(data)
	case "pHYs":
		if len(data) == 9 && data[8] == 1 { // pixels a metre
			p.xDPI = float64(binary.BigEndian.Uint32(data)) * 0.0254
			p.yDPI = float64(binary.BigEndian.Uint32(data[4:])) * 0.0254
		}
	case "iCCP":
		p.profile = embeddedProfile(data)
	case "sRGB":
		p.isSRGB = true
	case "gAMA":
		if len(data) == 4 && binary.BigEndian.Uint32(data) != 0 {
			p.gamma = 100_000 / float64(binary.BigEndian.Uint32(data))
		}
	case "eXIf":
		if e, ok := parseEXIF(data); ok {
			p.orientation = e.orientation
		}
	}
	return nil
}

// embeddedProfile unpacks an iCCP chunk: a name that ends with a zero, a method that is zero, compressed data. A profile that is
// broken or larger than maxProfile is none: the picture counts.
func embeddedProfile(data []byte) []byte {
	_, packed, ok := bytes.Cut(data, []byte{0})
	if !ok || len(packed) < 1 || packed[0] != 0 {
		return nil
	}
	zr, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(zr, maxProfile+1))
	if err != nil || len(profile) > maxProfile {
		return nil
	}
	return profile
}

// sRGBGamma is the one number that comes nearest to the tone curve of sRGB.
const sRGBGamma = 2.2

// colourProfile returns the profile that the file's colours need, nil for sRGB.
func (p *pngFile) colourProfile() []byte {
	components := (pngTypes[p.colour].samples-1)&^1 + 1 // without alpha: 1 of 1 or 2, 3 of 3 or 4
	if p.colour == pngPalette {
		components = 3
	}
	switch {
	case soundProfile(p.profile, components):
		return p.profile
	case p.isSRGB || p.gamma < 0.1 || p.gamma > 10 || math.Abs(p.gamma/sRGBGamma-1) < 0.1:
		return nil
	}
	return writer.GammaProfile(components, p.gamma)
}

func (p *pngFile) header(data []byte) error {
	if len(data) != 13 {
		return refuse(pdfa.RefusedCorrupt, "a PNG header of %d bytes", len(data))
	}
	width, height := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
	if err := checkSize(uint64(width), uint64(height)); err != nil {
		return err
	}
	p.width, p.height, p.depth, p.colour = int(width), int(height), int(data[8]), data[9]
	p.interlaced = data[12] == 1
	if !bytes.Contains(pngTypes[p.colour].depths, data[8:9]) || data[10] != 0 || data[11] != 0 || data[12] > 1 {
		return refuse(pdfa.RefusedCorrupt, "a PNG of colour type %d, depth %d, methods %v", data[9], data[8], data[10:13])
	}
	if p.interlaced && p.stride()*p.height > MaxBufferedBytes {
		return refuse(pdfa.RefusedTooLarge, "the interlaced PNG unpacks to %d MiB, at most %d are taken",
			p.stride()*p.height>>20, MaxBufferedBytes>>20)
	}
	return nil
}

// transparency flattens a palette on white, or keeps the transparent colour.
func (p *pngFile) transparency(data []byte) error {
	switch {
	case p.colour == pngPalette && len(data) <= len(p.palette)/3:
		for i, alpha := range data {
			for c := range 3 {
				p.palette[3*i+c] = byte(onWhite(uint32(p.palette[3*i+c]), uint32(alpha), 255))
			}
		}
	case p.colour == pngGrey && len(data) == 2, p.colour == pngRGB && len(data) == 6:
		p.key = data
	default:
		return refuse(pdfa.RefusedCorrupt, "a tRNS chunk of %d bytes for PNG colour type %d", len(data), p.colour)
	}
	return nil
}

// onWhite lays a sample over white: alpha 0 is paper, alpha full is the sample.
func onWhite(v, alpha, full uint32) uint32 {
	return uint32((uint64(v)*uint64(alpha) + uint64(full)*uint64(full-alpha) + uint64(full)/2) / uint64(full))
}

// stride returns the bytes of one row of samples, alpha included.
func (p *pngFile) stride() int { return (p.width*p.bitsPerPixel() + 7) / 8 }

func (p *pngFile) bitsPerPixel() int { return pngTypes[p.colour].samples * p.depth }

// image chooses how the picture is stored.
func (p *pngFile) image() (writer.Image, error) {
	if p.colour == pngPalette {
		if p.palette == nil {
			return writer.Image{}, refuse(pdfa.RefusedCorrupt, "the PNG has no palette")
		}
		p.palette = p.palette[:min(len(p.palette), 3<<p.depth)]
	} else {
		p.palette = nil
	}
	rows, err := p.rows()
	if err != nil {
		return writer.Image{}, err
	}
	if invert, ok := p.bitonal(); ok {
		return writer.Bitonal(p.width, p.height, &mappedRows{r: rows, in: make([]byte, p.stride()), edit: func(row []byte) []byte {
			if invert {
				for i := range row {
					row[i] = ^row[i]
				}
			}
			return row
		}}), nil
	}
	f := writer.RasterFormat{Components: pngTypes[p.colour].samples, Bits: p.depth, Palette: p.palette, Profile: p.colourProfile()}
	flatten := p.flattener()
	if flatten == nil && !p.interlaced {
		// Prove the rows, then pass the compressed data through.
		if _, err := io.Copy(io.Discard, rows); err != nil {
			return writer.Image{}, err
		}
		return writer.Deflated(p.width, p.height, f, p.idat()), nil
	}
	if flatten == nil {
		return writer.Raster(p.width, p.height, f, rows), nil
	}
	f.Components = (f.Components - 1) | 1 // without alpha: 1 of 1 or 2, 3 of 3 or 4
	mapped := &mappedRows{r: rows, in: make([]byte, p.stride()), edit: flatten}
	return writer.Raster(p.width, p.height, f, mapped), nil
}

// bitonal reports whether the image is black and white only, and whether its bits have to be inverted to be 1 = black.
func (p *pngFile) bitonal() (invert, ok bool) {
	switch {
	case p.depth != 1 || p.key != nil:
		return false, false
	case p.colour == pngGrey, bytes.Equal(p.palette, []byte{0, 0, 0, 255, 255, 255}):
		return true, true
	}
	return false, bytes.Equal(p.palette, []byte{255, 255, 255, 0, 0, 0})
}

// flattener returns what takes transparency out of a row of samples, or nil if there is none.
func (p *pngFile) flattener() func(row []byte) []byte {
	width, depth := p.width, p.depth
	switch {
	case p.colour == pngGreyAlpha || p.colour == pngRGBAlpha:
		samples, size := pngTypes[p.colour].samples, depth/8
		out := make([]byte, width*(samples-1)*size)
		full := uint32(1)<<depth - 1
		return func(row []byte) []byte {
			for x := range width {
				pixel := row[x*samples*size:]
				alpha := sample(pixel, samples-1, depth)
				for c := range samples - 1 {
					putSample(out, x*(samples-1)+c, depth, onWhite(sample(pixel, c, depth), alpha, full))
				}
			}
			return out
		}
	case p.key != nil:
		samples := pngTypes[p.colour].samples
		return func(row []byte) []byte {
			for x := range width {
				equal := true
				for c := range samples {
					equal = equal && sample(row, x*samples+c, depth) == uint32(binary.BigEndian.Uint16(p.key[2*c:]))
				}
				for c := 0; equal && c < samples; c++ {
					putSample(row, x*samples+c, depth, 1<<depth-1)
				}
			}
			return row
		}
	}
	return nil
}

// sample returns the i-th sample of packed samples of depth bits.
func sample(row []byte, i, depth int) uint32 {
	if depth == 16 {
		return uint32(row[2*i])<<8 | uint32(row[2*i+1])
	}
	bit := i * depth
	return uint32(row[bit/8]) >> (8 - depth - bit%8) & (1<<depth - 1)
}

// putSample sets the i-th sample.
func putSample(row []byte, i, depth int, v uint32) {
	if depth == 16 {
		row[2*i], row[2*i+1] = byte(v>>8), byte(v)
		return
	}
	bit := i * depth
	shift := 8 - depth - bit%8
	mask := byte(1<<depth-1) << shift
	row[bit/8] = row[bit/8]&^mask | byte(v)<<shift&mask
}

// mappedRows edits rows on their way.
type mappedRows struct {
	r      io.Reader
	in     []byte
	edit   func(row []byte) []byte
	unread []byte
}

func (m *mappedRows) Read(buf []byte) (int, error) {
	if len(m.unread) == 0 {
		if _, err := io.ReadFull(m.r, m.in); err != nil {
			return 0, err
		}
		m.unread = m.edit(m.in)
	}
	n := copy(buf, m.unread)
	m.unread = m.unread[n:]
	return n, nil
}
