package convert

import (
	"encoding/binary"
	"io"

	"segnatura/pdfa"
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
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagInkSet          = 332
	tagExtraSamples    = 338
	tagSampleFormat    = 339
	tagJPEGTables      = 347
	tagJPEGStream      = 513 // old style: JPEGInterchangeFormat
	tagJPEGLength      = 514
	tagJPEGRestart     = 515
	tagJPEGQuant       = 519
	tagJPEGDC          = 520
	tagJPEGAC          = 521
	tagSubsampling     = 530
	tagProfile         = 34675 // ICC
)

// Photometric interpretations.
const (
	photoWhiteIsZero = 0
	photoBlackIsZero = 1
	photoRGB         = 2
	photoPalette     = 3
	photoInks        = 5
	photoYCbCr       = 6
)

// Bounds on what a directory may say.
const (
	maxEntries = 512
	maxValues  = 1 << 17 // of one entry
	maxProfile = 1 << 20 // bytes of an ICC profile; a larger one is not carried over
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
	if tag == tagProfile && count > maxProfile {
		return nil, nil
	}
	if count > maxValues && tag != tagProfile {
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
	return tag >= tagNewSubfileType && tag <= tagTileByteCounts || tag >= tagInkSet && tag <= tagJPEGTables ||
		tag >= tagJPEGStream && tag <= tagSubsampling || tag == tagProfile
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
