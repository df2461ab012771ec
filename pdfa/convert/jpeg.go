package convert

import (
	"bufio"
	"errors"
	"image/jpeg"
	"io"
	"strings"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

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
	info, err := walkJPEG(io.NewSectionReader(r, 0, size))
	if err != nil {
		return picture{}, truncated(err, "its JPEG data should go on")
	}
	if !info.proved {
		if err := decodeJPEG(io.NewSectionReader(r, 0, info.length), info); err != nil {
			return picture{}, err
		}
	}
	components := len(info.components)
	options := writer.JPEGOptions{Components: components, Inverted: components == 4 && info.adobe}
	if soundProfile(info.profile, components) {
		options.Profile = info.profile
	}
	if components == 3 && !info.adobe && !info.jfif {
		options.PlainRGB = plainRGB || info.isRGB()
	}
	return picture{
		image: writer.JPEG(info.width, info.height, io.NewSectionReader(r, 0, info.length), info.length, options),
		xDPI:  info.xDPI, yDPI: info.yDPI, orientation: info.orientation,
	}, nil
}

// adobeHead begins a JPEG with Adobe's marker that says that components are what they are.
const adobeHead = "\xFF\xD8\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00"

// decodeJPEG decodes the whole stream and throws the pixels away.
func decodeJPEG(r io.Reader, info jpegInfo) error {
	if len(info.components) == 4 && !info.adobe {
		// image/jpeg takes four components only with Adobe's marker. To prove the data, any such marker does.
		if _, err := io.ReadFull(r, make([]byte, 2)); err != nil {
			return err
		}
		r = io.MultiReader(strings.NewReader(adobeHead), r)
	}
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
