package convert

import "bytes"

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
