package convert

import (
	"encoding/binary"
	"io"
	"slices"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// TIFF tags (TIFF 6.0).
const (
	tagNewSubfileType  = 254
	tagWidth           = 256
	tagHeight          = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagStripOffsets    = 273
	tagOrientation     = 274
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagXResolution     = 282
	tagYResolution     = 283
	tagPlanarConfig    = 284
	tagT4Options       = 292
	tagResolutionUnit  = 296
	tagPredictor       = 317
	tagColorMap        = 320
	tagTileWidth       = 322
	tagExtraSamples    = 338
	tagSampleFormat    = 339
	tagJPEGTables      = 347
)

// Photometric interpretations.
const (
	photoWhiteIsZero = 0
	photoBlackIsZero = 1
	photoRGB         = 2
	photoPalette     = 3
	photoYCbCr       = 6
)

// Bounds on what a directory may say.
const (
	maxEntries = 512
	maxValues  = 1 << 17 // of one entry
)

// typeSizes are the bytes of one value of each field type, by its number.
var typeSizes = [...]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}

// tiff is a classic TIFF file, or the EXIF block that has its shape.
type tiff struct {
	r     io.ReaderAt
	size  int64
	order binary.ByteOrder
	first int64 // offset of the first directory
}

// directory holds the integer values by tag; a rational is two of them.
type directory map[uint16][]uint64

func newTIFF(r io.ReaderAt, size int64) (*tiff, error) {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, truncated(err, "its header should follow")
	}
	t := &tiff{r: r, size: size, order: binary.LittleEndian}
	if head[0] == 'M' {
		t.order = binary.BigEndian
	}
	if t.order.Uint16(head[2:]) != 42 {
		return nil, refuse(pdfa.RefusedUnsupported, "this kind of TIFF is not taken")
	}
	t.first = int64(t.order.Uint32(head[4:]))
	return t, nil
}

// directory reads the directory at offset, and where the next one is; 0 means none.
func (t *tiff) directory(offset int64) (directory, int64, error) {
	var count [2]byte
	if err := t.readAt(count[:], offset); err != nil {
		return nil, 0, err
	}
	n := int64(t.order.Uint16(count[:]))
	if n == 0 || n > maxEntries {
		return nil, 0, refuse(pdfa.RefusedCorrupt, "a TIFF directory of %d entries", n)
	}
	raw := make([]byte, 12*n+4)
	if err := t.readAt(raw, offset+2); err != nil {
		return nil, 0, err
	}
	d := directory{}
	for i := range n {
		entry := raw[12*i : 12*i+12]
		values, err := t.values(entry)
		if err != nil {
			return nil, 0, err
		}
		if values != nil {
			d[t.order.Uint16(entry)] = values
		}
	}
	return d, int64(t.order.Uint32(raw[12*n:])), nil
}

// values reads the values of the tags that matter here; for others it returns nil.
func (t *tiff) values(entry []byte) ([]uint64, error) {
	tag, kind, count := t.order.Uint16(entry), t.order.Uint16(entry[2:]), int64(t.order.Uint32(entry[4:]))
	if !knownTag(tag) || int(kind) >= len(typeSizes) || typeSizes[kind] == 0 {
		return nil, nil
	}
	if count > maxValues {
		return nil, refuse(pdfa.RefusedCorrupt, "TIFF tag %d has %d values", tag, count)
	}
	size := typeSizes[kind]
	data := entry[8:12]
	if count*size > 4 {
		data = make([]byte, count*size)
		if err := t.readAt(data, int64(t.order.Uint32(entry[8:]))); err != nil {
			return nil, err
		}
	}
	if kind == 5 || kind == 10 { // rationals: numerator, denominator
		size, count = 4, 2*count
	}
	values := make([]uint64, count)
	for i := range values {
		b := data[int64(i)*size:]
		switch size {
		case 1:
			values[i] = uint64(b[0])
		case 2:
			values[i] = uint64(t.order.Uint16(b))
		case 4:
			values[i] = uint64(t.order.Uint32(b))
		case 8:
			values[i] = t.order.Uint64(b)
		}
	}
	return values, nil
}

func knownTag(tag uint16) bool {
	return tag >= tagNewSubfileType && tag <= tagTileWidth || tag >= tagExtraSamples && tag <= tagJPEGTables
}

func (t *tiff) readAt(p []byte, offset int64) error {
	if offset < 0 || offset+int64(len(p)) > t.size {
		return refuse(pdfa.RefusedTruncated, "the TIFF points to byte %d of %d", offset+int64(len(p)), t.size)
	}
	_, err := t.r.ReadAt(p, offset)
	return truncated(err, "a TIFF directory should follow")
}

// value returns the first value of a tag, or def.
func (d directory) value(tag uint16, def uint64) uint64 {
	if v := d[tag]; len(v) > 0 {
		return v[0]
	}
	return def
}

func (d directory) orientation() int {
	if v := d.value(tagOrientation, 0); v <= 8 {
		return int(v)
	}
	return 0
}

// dpi returns the stated resolution, or zeros.
func (d directory) dpi() (x, y float64) {
	scale := map[uint64]float64{2: 1, 3: 2.54}[d.value(tagResolutionUnit, 2)]
	rational := func(tag uint16) float64 {
		v := d[tag]
		if len(v) < 2 || v[1] == 0 {
			return 0
		}
		return scale * float64(v[0]) / float64(v[1])
	}
	return rational(tagXResolution), rational(tagYResolution)
}

// bytes returns the values of a tag of bytes.
func (d directory) bytes(tag uint16) []byte {
	b := make([]byte, len(d[tag]))
	for i, v := range d[tag] {
		b[i] = byte(v)
	}
	return b
}

// readTIFF reads every page of a classic TIFF. Directories that say they are reduced copies (thumbnails) are left out.
func readTIFF(src *source, emit func(picture) error) error {
	t, err := newTIFF(src, src.size)
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	pages := 0
	for offset := t.first; offset != 0; {
		if seen[offset] {
			return refuse(pdfa.RefusedCorrupt, "the TIFF's directories run in a circle")
		}
		seen[offset] = true
		if len(seen) > MaxPagesPerFile {
			return refuse(pdfa.RefusedTooLarge, "the TIFF has more than %d pages", MaxPagesPerFile)
		}
		d, next, err := t.directory(offset)
		if err != nil {
			return err
		}
		offset = next
		if d.value(tagNewSubfileType, 0)&1 != 0 {
			continue
		}
		pic, err := t.picture(d)
		if err != nil {
			return err
		}
		if err := emit(pic); err != nil {
			return err
		}
		pages++
	}
	if pages == 0 {
		return refuse(pdfa.RefusedCorrupt, "the TIFF has no page")
	}
	return nil
}

// page is one directory, understood.
type page struct {
	width, height int
	samples, bits int
	compression   uint64
	photometric   uint64
	stride        int
	rowsPerStrip  int
	offsets       []uint64
	counts        []uint64
	palette       []byte
	dir           directory
}

// picture turns a directory into a picture whose rows are decoded while they are written.
func (t *tiff) picture(d directory) (picture, error) {
	p, err := t.page(d)
	if err != nil {
		return picture{}, err
	}
	var pic picture
	if p.compression == compressionJPEG {
		pic, err = t.jpegPage(p)
		if err != nil {
			return picture{}, err
		}
	} else {
		rows := &stripRows{t: t, p: p, row: make([]byte, p.stride)}
		if p.bits == 1 && p.samples == 1 && p.palette == nil {
			rows.invert = p.photometric == photoBlackIsZero // rows are 1 = black
			pic.image = writer.Bitonal(p.width, p.height, rows)
		} else {
			rows.invert = p.photometric == photoWhiteIsZero
			f := writer.RasterFormat{Components: p.samples, Bits: p.bits, Palette: p.palette}
			pic.image = writer.Raster(p.width, p.height, f, rows)
		}
	}
	pic.xDPI, pic.yDPI = d.dpi()
	pic.orientation = d.orientation()
	return pic, nil
}

// page checks a directory against the limits and against what is taken.
func (t *tiff) page(d directory) (*page, error) {
	width, height := d.value(tagWidth, 0), d.value(tagHeight, 0)
	if err := checkSize(width, height); err != nil {
		return nil, err
	}
	p := &page{
		width: int(width), height: int(height), dir: d,
		samples:      int(min(d.value(tagSamplesPerPixel, 1), 99)),
		bits:         int(min(d.value(tagBitsPerSample, 1), 99)),
		compression:  d.value(tagCompression, 1),
		photometric:  d.value(tagPhotometric, photoWhiteIsZero),
		rowsPerStrip: int(min(d.value(tagRowsPerStrip, height), height)),
		offsets:      d[tagStripOffsets],
		counts:       d[tagStripByteCounts],
	}
	for _, v := range d[tagBitsPerSample] {
		if v != uint64(p.bits) {
			return nil, refuse(pdfa.RefusedUnsupported, "TIFF samples of different depths")
		}
	}
	switch {
	case d[tagTileWidth] != nil:
		return nil, refuse(pdfa.RefusedUnsupported, "TIFF in tiles")
	case p.samples > 1 && d.value(tagPlanarConfig, 1) != 1:
		return nil, refuse(pdfa.RefusedUnsupported, "TIFF in separate planes")
	case d.value(tagSampleFormat, 1) != 1:
		return nil, refuse(pdfa.RefusedUnsupported, "TIFF of sample format %d", d.value(tagSampleFormat, 1))
	}
	if err := p.checkSamples(); err != nil {
		return nil, err
	}
	p.stride = writer.RasterFormat{Components: p.samples, Bits: p.bits}.Stride(p.width)
	return p, t.checkStrips(p)
}

// depths lists the sample layouts that are taken: photometric interpretation, samples, bits.
var depths = []struct {
	photometric uint64
	samples     int
	bits        []int
}{
	{photoWhiteIsZero, 1, []int{1, 2, 4, 8, 16}},
	{photoBlackIsZero, 1, []int{1, 2, 4, 8, 16}},
	{photoRGB, 3, []int{8, 16}},
	{photoPalette, 1, []int{1, 2, 4, 8}},
	{photoYCbCr, 3, []int{8}}, // in JPEG only
}

func (p *page) checkSamples() error {
	taken := false
	for _, d := range depths {
		for _, bits := range d.bits {
			taken = taken || d.photometric == p.photometric && d.samples == p.samples && bits == p.bits
		}
	}
	if !taken || p.photometric == photoYCbCr && p.compression != compressionJPEG {
		return refuse(pdfa.RefusedUnsupported, "TIFF of photometric interpretation %d with %d samples of %d bits",
			p.photometric, p.samples, p.bits)
	}
	if p.photometric == photoPalette {
		colours := p.dir[tagColorMap]
		n := 1 << p.bits
		if len(colours) != 3*n {
			return refuse(pdfa.RefusedCorrupt, "a TIFF palette of %d values for %d bits", len(colours), p.bits)
		}
		p.palette = palette(colours, n)
	}
	return nil
}

// palette turns a TIFF's n colours, all reds first, into RGB triples of 8 bits, which is what PDF can hold. Some scanners'
// software writes 8-bit values where the standard has 16: a palette without any value above 255 is taken for such, as libtiff
// does, because else the page would be all black (symptom seen in a colour scan stored with LZW).
func palette(colours []uint64, n int) []byte {
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

// checkStrips proves that strips lie inside the file and are as many as the rows need.
func (t *tiff) checkStrips(p *page) error {
	if p.rowsPerStrip == 0 || len(p.offsets) == 0 {
		return refuse(pdfa.RefusedCorrupt, "the TIFF page has no strips")
	}
	need := (p.height + p.rowsPerStrip - 1) / p.rowsPerStrip
	if len(p.offsets) < need {
		return refuse(pdfa.RefusedTruncated, "the TIFF page has %d strips of the %d that its rows need", len(p.offsets), need)
	}
	p.offsets = p.offsets[:need]
	if len(p.counts) == 0 && need == 1 && p.offsets[0] < uint64(t.size) {
		p.counts = []uint64{uint64(t.size) - p.offsets[0]}
	}
	if len(p.counts) < need {
		return refuse(pdfa.RefusedCorrupt, "the TIFF page has %d strips and %d lengths", need, len(p.counts))
	}
	for i, offset := range p.offsets {
		if offset+p.counts[i] > uint64(t.size) || offset+p.counts[i] < offset {
			return refuse(pdfa.RefusedTruncated, "strip %d of the TIFF page ends at byte %d of %d", i+1, offset+p.counts[i], t.size)
		}
	}
	return nil
}
