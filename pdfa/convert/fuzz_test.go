package convert_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/check"
	"segnatura/pdfa/convert"
)

var updateSeeds = flag.Bool("update-seeds", false, "write the drawn seeds of the fuzz targets anew")

// Each format has a target of its own: whatever converts is compliant, whatever does not is refused in words; nothing panics,
// hangs or eats memory.
func FuzzPNG(f *testing.F)    { fuzz(f) }
func FuzzTIFF(f *testing.F)   { fuzz(f) }
func FuzzNetpbm(f *testing.F) { fuzz(f) }

// FuzzJPEG holds the proof of code words against image/jpeg as well: it may let nothing pass that does not decode. Inks without
// Adobe's marker are unknown to image/jpeg.
func FuzzJPEG(f *testing.F) {
	fuzz(f, func(t *testing.T, file []byte) {
		if !bytes.HasPrefix(file, []byte{0xFF, 0xD8}) {
			return
		}
		_, err := jpeg.Decode(bytes.NewReader(file))
		if _, unsupported := errors.AsType[jpeg.UnsupportedError](err); err != nil && !unsupported {
			t.Fatalf("passed through, and image/jpeg says %v", err)
		}
	})
}

// fuzz converts; each of converted looks at what was.
func fuzz(f *testing.F, converted ...func(t *testing.T, file []byte)) {
	f.Fuzz(func(t *testing.T, file []byte) {
		var out bytes.Buffer
		_, err := convert.Engine{}.Convert(t.Context(), job(input("scan", file)), &out, nil)
		if err != nil {
			if _, ok := errors.AsType[*pdfa.RefusedError](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		report, err := check.Check(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil || !report.Compliant {
			t.Fatalf("converted, and not compliant: %+v, %v", report, err)
		}
		for _, look := range converted {
			look(t, file)
		}
	})
}

// drawnSeeds are kinds of pages that together go through all of the readers.
var drawnSeeds = map[string][]string{
	"FuzzJPEG": {"JPEG, grey", "JPEG, 4:2:0", "JPEG, CMYK, Adobe", "JPEG, restarts", "JPEG, progressive", "JPEG, RGB by names"},
	"FuzzPNG": {"PNG, palette", "PNG, palette, profile", "PNG, RGB, linear", "PNG, grey of 4 bits", "PNG, interlaced", "PNG, opacity",
		"PNG, bitonal"},
	"FuzzTIFF": {"TIFF, bitonal, G4", "TIFF, bitonal, FillOrder 2", "TIFF, grey, PackBits", "TIFF, grey, old LZW", "TIFF, RGB, LZW, predictor",
		"TIFF, CMYK, Deflate", "TIFF, palette of 4 bits", "TIFF, RGB, opacity", "TIFF, tiles, grey", "TIFF, planes, RGB",
		"TIFF, JPEG, strips", "TIFF, JPEG, tables apart", "TIFF, JPEG, old, whole", "TIFF, JPEG, old, tables, two strips"},
	"FuzzNetpbm": {"Netpbm, P1", "Netpbm, P2", "Netpbm, P4", "Netpbm, P5, of 15", "Netpbm, P6"},
}

// TestFuzzSeeds holds that every target has its drawn seeds. They are not compared: compressors change with Go's versions.
func TestFuzzSeeds(t *testing.T) {
	kinds := pageKinds(t)
	kinds["PNG, interlaced"] = kind{file: buildPNG(t, width, height, 2, 0, 1, interlacedRows(2))}
	kinds["PNG, opacity"] = kind{file: filteredPNG(t)}
	kinds["PNG, bitonal"] = kind{file: buildPNG(t, width, height, 1, 0, 0, plainRows((width+7)/8, false))}
	for target, names := range drawnSeeds {
		dir := filepath.Join("testdata", "fuzz", target)
		for _, name := range names {
			k, ok := kinds[name]
			if !ok {
				t.Errorf("%s: no kind of page is called %q", target, name)
				continue
			}
			path := filepath.Join(dir, "drawn-"+strings.Map(func(r rune) rune {
				if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
					return r
				}
				return '-'
			}, name))
			if *updateSeeds {
				seed := fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", k.file)
				if err := errors.Join(os.MkdirAll(dir, 0o777), os.WriteFile(path, seed, 0o666)); err != nil {
					t.Fatal(err)
				}
			}
			if seed, err := os.ReadFile(path); err != nil || len(seed) == 0 {
				t.Errorf("%s: no seed (%v): go test ./pdfa/convert -run FuzzSeeds -update-seeds", path, err)
			}
		}
	}
}
