package convert

import (
	"bytes"
	"slices"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// page is one directory, understood. Its data lies in segments: strips of whole rows, or tiles, and, where planes are apart, so
// many for each sample one after the other.
type page struct {
	width, height int
	samples, bits int
	colours       int // of the samples; those behind them are extra
	alpha         int // what the first extra sample is
	planar        bool
	compression   uint64
	photometric   uint64
	segWidth      int
	segHeight     int
	across        int // segments side by side
	offsets       []uint64
	counts        []uint64
	palette       []byte
	profile       []byte
	dir           directory
}

// What the first extra sample is (TIFF 6.0, section 18).
const (
	alphaNone          = 0
	alphaPremultiplied = 1
	alphaStraight      = 2
)

// picture turns a directory into a picture whose rows are decoded while they are written.
func (t *tiff) picture(d directory) (picture, error) {
	p, err := t.page(d)
	if err != nil {
		return picture{}, err
	}
	pic := picture{}
	switch p.compression {
	case compressionJPEG:
		pic, err = t.jpegPage(p)
	case compressionOldJPEG:
		pic, err = t.oldJPEGPage(p)
	default:
		pic.image = t.raster(p)
	}
	if err != nil {
		return picture{}, err
	}
	pic.xDPI, pic.yDPI = d.dpi()
	pic.orientation = d.orientation()
	return pic, nil
}

// raster stores decoded rows: black and white as such, all else as samples.
func (t *tiff) raster(p *page) writer.Image {
	rows := newPageRows(t, p)
	white := []byte{255, 255, 255, 0, 0, 0}
	if p.bits == 1 && p.samples == 1 {
		blackIsOne := p.photometric == photoWhiteIsZero || bytes.Equal(p.palette, white)
		if p.palette == nil || blackIsOne || bytes.Equal(p.palette, inverse(white)) {
			rows.invert = !blackIsOne
			return writer.Bitonal(p.width, p.height, rows)
		}
	}
	rows.invert = p.photometric == photoWhiteIsZero
	return writer.Raster(p.width, p.height, p.format(), rows)
}

// format is how rows stand in the PDF.
func (p *page) format() writer.RasterFormat {
	return writer.RasterFormat{Components: p.colours, Bits: p.bits, Palette: p.palette, Profile: p.profile}
}

func inverse(b []byte) []byte {
	out := make([]byte, len(b))
	for i, v := range b {
		out[i] = ^v
	}
	return out
}

// page checks a directory against the limits and against what is taken.
func (t *tiff) page(d directory) (*page, error) {
	width, height := d.value(tagWidth, 0), d.value(tagHeight, 0)
	if err := checkSize(width, height); err != nil {
		return nil, err
	}
	p := &page{
		width: int(width), height: int(height), dir: d,
		samples:     int(min(d.value(tagSamplesPerPixel, 1), 99)),
		bits:        int(min(d.value(tagBitsPerSample, 1), 99)),
		compression: d.value(tagCompression, compressionNone),
		photometric: d.value(tagPhotometric, photoWhiteIsZero),
	}
	p.planar = p.samples > 1 && d.value(tagPlanarConfig, 1) == 2
	for _, v := range d[tagBitsPerSample] {
		if v != uint64(p.bits) {
			return nil, refuse(pdfa.RefusedUnsupported, "TIFF samples of different depths")
		}
	}
	if f := d.value(tagSampleFormat, 1); f != 1 && f != 4 { // unsigned, or not said
		return nil, refuse(pdfa.RefusedUnsupported, "TIFF of sample format %d", f)
	}
	if err := p.checkSamples(); err != nil {
		return nil, err
	}
	components := p.colours
	if p.palette != nil {
		components = 3
	}
	if profile := d.bytes(tagProfile); soundProfile(profile, components) {
		p.profile = profile
	}
	return p, t.segments(p)
}

// layouts lists what is taken: the samples that make a colour, by photometric interpretation, and their depths.
var layouts = []struct {
	photometric uint64
	colours     int
	bits        []int
}{
	{photoWhiteIsZero, 1, []int{1, 2, 4, 8, 16}},
	{photoBlackIsZero, 1, []int{1, 2, 4, 8, 16}},
	{photoRGB, 3, []int{8, 16}},
	{photoPalette, 1, []int{1, 2, 4, 8}},
	{photoInks, 4, []int{8, 16}},
	{photoYCbCr, 3, []int{8}}, // in JPEG only
}

func (p *page) isJPEG() bool {
	return p.compression == compressionJPEG || p.compression == compressionOldJPEG
}

func (p *page) checkSamples() error {
	for _, l := range layouts {
		if l.photometric == p.photometric && slices.Contains(l.bits, p.bits) && l.colours <= p.samples {
			p.colours = l.colours
		}
	}
	inks := p.dir.value(tagInkSet, 1)
	switch extra := p.samples - p.colours; {
	case p.colours == 0, p.photometric == photoYCbCr && !p.isJPEG(), p.photometric == photoInks && inks != 1,
		extra > 0 && (p.photometric != photoBlackIsZero && p.photometric != photoRGB && p.photometric != photoInks || p.isJPEG()),
		extra > 0 && p.bits < 8, p.samples > 16, p.planar && (p.bits < 8 || p.isJPEG()):
		return refuse(pdfa.RefusedUnsupported, "TIFF of photometric interpretation %d with %d samples of %d bits in compression %d",
			p.photometric, p.samples, p.bits, p.compression)
	case extra > 0 && p.photometric != photoInks:
		p.alpha = int(p.dir.value(tagExtraSamples, alphaNone))
	}
	if p.photometric == photoPalette {
		return p.usePalette()
	}
	return nil
}

// usePalette reads the colours of a palette.
func (p *page) usePalette() error {
	colours := p.dir[tagColorMap]
	n := 1 << p.bits
	if len(colours) != 3*n {
		return refuse(pdfa.RefusedCorrupt, "a TIFF palette of %d values for %d bits", len(colours), p.bits)
	}
	p.palette = paletteOf(colours, n)
	return nil
}

// paletteOf turns a TIFF's n colours, all reds first, into RGB triples of 8 bits, which is what PDF can hold. Some scanners'
// software writes 8-bit values where the standard has 16: a palette without any value above 255 is taken for such, as libtiff
// does, because else the page would be all black (symptom seen in a colour scan stored with LZW).
func paletteOf(colours []uint64, n int) []byte {
	scale := uint64(1)
	if slices.Max(colours) > 255 {
		scale = 257
	}
	triples := make([]byte, 0, 3*n)
	for i := range n {
		for c := range 3 {
			triples = append(triples, byte((colours[c*n+i]+scale/2)/scale))
		}
	}
	return triples
}

// maxSegmentsAcross bounds the decoders that are open at once.
const maxSegmentsAcross = 1024

// segments proves that strips or tiles lie inside the file, are as many as the page needs, and fit into memory where they must.
func (t *tiff) segments(p *page) error {
	d := p.dir
	p.segWidth, p.segHeight = p.width, int(min(d.value(tagRowsPerStrip, uint64(p.height)), uint64(p.height)))
	p.offsets, p.counts = d[tagStripOffsets], d[tagStripByteCounts]
	if d[tagTileWidth] != nil {
		width, height := d.value(tagTileWidth, 0), d.value(tagTileHeight, 0)
		if width == 0 || height == 0 || width%8 != 0 || width > 2*MaxSidePixels || height > 2*MaxSidePixels {
			return refuse(pdfa.RefusedUnsupported, "TIFF tiles of %d x %d pixels", width, height)
		}
		p.segWidth, p.segHeight = int(width), int(height)
		if d[tagTileOffsets] != nil {
			p.offsets, p.counts = d[tagTileOffsets], d[tagTileByteCounts]
		}
	}
	if p.segHeight == 0 {
		return refuse(pdfa.RefusedCorrupt, "TIFF strips of no rows")
	}
	planes := 1
	if p.planar {
		planes = p.samples
	}
	p.across = (p.width + p.segWidth - 1) / p.segWidth
	if p.across*planes > maxSegmentsAcross {
		return refuse(pdfa.RefusedUnsupported, "TIFF in %d tiles across", p.across*planes)
	}
	if p.compression == compressionOldJPEG && d[tagJPEGStream] != nil {
		return nil // strips may be missing
	}
	return t.checkSegments(p, p.across*planes*((p.height+p.segHeight-1)/p.segHeight))
}

func (t *tiff) checkSegments(p *page, need int) error {
	if len(p.offsets) < need {
		return refuse(pdfa.RefusedTruncated, "the TIFF page has %d strips or tiles of the %d that it needs", len(p.offsets), need)
	}
	p.offsets = p.offsets[:need]
	if len(p.counts) == 0 && need == 1 && p.offsets[0] < uint64(t.size) {
		p.counts = []uint64{uint64(t.size) - p.offsets[0]}
	}
	if len(p.counts) < need {
		return refuse(pdfa.RefusedCorrupt, "the TIFF page has %d strips or tiles and %d lengths", need, len(p.counts))
	}
	for i, offset := range p.offsets {
		if offset+p.counts[i] > uint64(t.size) || offset+p.counts[i] < offset {
			return refuse(pdfa.RefusedTruncated, "strip or tile %d of the TIFF page ends at byte %d of %d", i+1, offset+p.counts[i], t.size)
		}
	}
	return nil
}
