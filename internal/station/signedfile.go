package station

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/tiff"

	"segnatura/internal/protocollo"
)

// mediaSigned is a signed envelope (CAdES).
const mediaSigned = "application/pkcs7-mime"

// signedKind is a file that a signed act may come back as, and what its content must show.
type signedKind struct {
	media string
	is    func(content []byte) bool
}

// signedKinds are a signed PDF or a scan as PDF, a signed envelope, a scan. Each is known by its content alone, never by its name.
func signedKinds() []signedKind {
	picture := func(decode func(io.Reader) (image.Config, error)) func([]byte) bool {
		return func(content []byte) bool {
			c, err := decode(bytes.NewReader(content))
			return err == nil && c.Width > 0 && c.Height > 0
		}
	}
	return []signedKind{
		{mediaPDF, wholePDF}, {mediaSigned, signedEnvelope},
		{"image/jpeg", picture(jpeg.DecodeConfig)}, {"image/png", picture(png.DecodeConfig)}, {"image/tiff", picture(tiff.DecodeConfig)},
	}
}

// pdfTail is how far from its end a PDF says where its cross-references are, in bytes.
const pdfTail = 2048

// wholePDF reports whether a file begins and ends as a PDF.
func wholePDF(content []byte) bool {
	tail := content[max(0, len(content)-pdfTail):]
	return bytes.HasPrefix(content, []byte("%PDF-")) && bytes.Contains(tail, []byte("startxref")) && bytes.Contains(tail, []byte("%%EOF"))
}

// signedData is the object identifier 1.2.840.113549.1.7.2 in DER, and explicitContent the tag of what follows it (RFC 5652 section 3).
var signedData = []byte{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02}

const (
	tagSequence     = 0x30
	explicitContent = 0xA0
	indefinite      = 0x80
)

// signedEnvelope reports whether a file is a ContentInfo with SignedData, in DER or BER, of definite or indefinite length. What is signed in it, by
// whom, and whether that holds is not looked at; an envelope in base64 (PEM) is none.
func signedEnvelope(content []byte) bool {
	if len(content) < 2 || content[0] != tagSequence {
		return false
	}
	length, body := int(content[1]), content[2:]
	switch {
	case length == indefinite:
		if !bytes.HasSuffix(body, []byte{0, 0}) { // end-of-contents
			return false
		}
		length = len(body)
	case length > indefinite:
		n := length - indefinite
		if n > 4 || n > len(body) {
			return false
		}
		length = 0
		for _, b := range body[:n] {
			length = length<<8 | int(b)
		}
		body = body[n:]
	}
	rest, found := bytes.CutPrefix(body, signedData)
	return found && length == len(body) && len(rest) > 2 && rest[0] == explicitContent
}

// stationsPaper reports whether a PDF is a paper that this program wrote and nobody signed or scanned: it says so itself, and holds neither a
// signature (ISO 32000-1, 12.8.1) nor an image, as a scan would.
func stationsPaper(content []byte) bool {
	return bytes.Contains(content, []byte("<xmp:CreatorTool>segnatura</xmp:CreatorTool>")) &&
		!bytes.Contains(content, []byte("/ByteRange")) && !bytes.Contains(content, []byte("/Subtype /Image"))
}

// checkSignedFile refuses what is no whole file of the kind that it is said to be. Invalid "mediaType" for a kind that no signed act has,
// "signed-content" where the content is another, "signed-unsigned" for the station's own paper as it was printed.
func checkSignedFile(media string, content []byte) error {
	kinds := signedKinds()
	i := slices.IndexFunc(kinds, func(k signedKind) bool { return k.media == media })
	switch {
	case i < 0:
		return protocollo.Errorf(protocollo.Invalid, "mediaType", "a signed act as %q", media)
	case !kinds[i].is(content):
		return protocollo.Errorf(protocollo.Invalid, "signed-content", "the content is no %s", media)
	case media == mediaPDF && stationsPaper(content):
		return protocollo.Errorf(protocollo.Invalid, "signed-unsigned", "the station's own paper, without a signature")
	}
	return nil
}
