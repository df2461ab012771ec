package convert

import (
	"bytes"
	"fmt"
)

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
