package soap

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// charsets are the encodings beside UTF-8 in which services of here answer.
var charsets = map[string]*charmap.Charmap{
	"iso-8859-1": charmap.ISO8859_1, "latin1": charmap.ISO8859_1, "iso-8859-15": charmap.ISO8859_15, "windows-1252": charmap.Windows1252,
}

func newDecoder(b []byte) *xml.Decoder {
	decoder := xml.NewDecoder(bytes.NewReader(b))
	decoder.CharsetReader = func(name string, input io.Reader) (io.Reader, error) {
		if strings.EqualFold(name, "us-ascii") {
			return input, nil
		}
		charset, known := charsets[strings.ToLower(name)]
		if !known {
			return nil, fmt.Errorf("the answer is in %q", name)
		}
		return charset.NewDecoder().Reader(input), nil
	}
	return decoder
}

func charData(token xml.Token) (string, bool) {
	data, ok := token.(xml.CharData)
	return string(data), ok
}
