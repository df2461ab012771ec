package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/pdfa/convert"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

// The desk measures what the archive takes: also kinds that package sheet does not decode by itself.
func TestTheDeskMeasuresWhatTheArchiveTakes(t *testing.T) {
	look := inspectRare(convert.Engine{}, sheet.Inspector{}.InspectWithThumbnail)
	for name, want := range map[string]struct {
		width, height int
		dpi           float64
		encoding      string
		blank         bool
	}{
		"scans/naps2__notblank.jpg":                                                 {2550, 3300, 300, "image/jpeg", false},
		"scans/twelvemonkeys__51-tiff-24-bit-color-jpeg.tif":                        {801, 1313, 96, "image/tiff", false},
		"scans/twelvemonkeys__G32DS.tif":                                            {2464, 3248, 300, "image/tiff", false},
		"barcodes/twelvemonkeys__xerox-jpeg-ycbcr-weird-coefficients.tif":           {2482, 3520, 300, "image/tiff", false},
		"images-bad/twelvemonkeys__twain-rgb-jpeg-with-bogus-ycbcr-subsampling.tif": {850, 1100, 100, "image/tiff", false},
		"images-bad/twelvemonkeys__cmyk-sample.jpg":                                 {160, 227, 96, "image/jpeg", false},
	} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			f, err := os.Open(filepath.Join(testenv.Shared(t, "corpus"), name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			facts, small, err := look(t.Context(), f, scanner.Settings{}, nil, 200)
			if err != nil {
				t.Fatal(err)
			}
			if facts.WidthPx != want.width || facts.HeightPx != want.height || facts.XDPI != want.dpi || facts.Encoding != want.encoding ||
				facts.Blank != want.blank || len(small) == 0 {
				t.Errorf("%+v, a thumbnail of %d bytes, want %+v", facts, len(small), want)
			}
		})
	}
	facts, _, err := look(t.Context(), strings.NewReader("P4\n400 400\n"+strings.Repeat("\x00\xFF", 25*400)), scanner.Settings{ResolutionXDPI: 200}, nil, 50)
	if err != nil || facts.WidthPx != 400 || facts.XDPI != 200 || facts.Encoding != "image/x-portable-anymap" {
		t.Errorf("%+v, %v", facts, err)
	}
}

// What neither takes keeps the reason that the measuring gave.
func TestTheDeskRefusesWhatTheArchiveRefuses(t *testing.T) {
	look := inspectRare(convert.Engine{}, sheet.Inspector{}.InspectWithThumbnail)
	for name, want := range map[string]scanner.FaultKind{
		"pillow__truncated_jpeg.jpg": scanner.FaultTruncated, "pillow__decompression_bomb.gif": scanner.FaultBadData,
		"docspell__20K-gray.png": scanner.FaultBadData,
	} {
		f, err := os.Open(filepath.Join(testenv.Shared(t, "corpus/images-bad"), name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		_, _, err = look(t.Context(), f, scanner.Settings{}, nil, 50)
		if fault, ok := errors.AsType[*scanner.Fault](err); !ok || fault.Kind != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
