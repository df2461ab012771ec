package convert_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"io"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
)

// jpegKinds are sequential JPEGs of every shape that image/jpeg knows.
func jpegKinds() map[string]jpegLayout {
	one := func(adobe int, sampling ...byte) jpegLayout {
		return jpegLayout{width: 75, height: 43, sampling: sampling, adobe: adobe}
	}
	with := func(l jpegLayout, change func(*jpegLayout)) jpegLayout {
		change(&l)
		return l
	}
	return map[string]jpegLayout{
		"grey":            one(-1, 0x11),
		"grey, 2 x 2":     one(-1, 0x22),
		"4:4:4":           one(-1, 0x11, 0x11, 0x11),
		"4:2:2":           one(-1, 0x21, 0x11, 0x11),
		"4:4:0":           one(-1, 0x12, 0x11, 0x11),
		"4:2:0":           one(-1, 0x22, 0x11, 0x11),
		"4:1:1":           one(-1, 0x41, 0x11, 0x11),
		"RGB by names":    with(one(-1, 0x11, 0x11, 0x11), func(l *jpegLayout) { l.ids = "RGB" }),
		"RGB by Adobe":    one(0, 0x11, 0x11, 0x11),
		"CMYK":            one(-1, 0x11, 0x11, 0x11, 0x11),
		"CMYK, Adobe":     one(0, 0x11, 0x11, 0x11, 0x11),
		"YCCK":            one(2, 0x22, 0x11, 0x11, 0x22),
		"restarts":        with(one(-1, 0x22, 0x11, 0x11), func(l *jpegLayout) { l.restart = 1 }),
		"extended":        with(one(-1, 0x22, 0x11, 0x11), func(l *jpegLayout) { l.frame = 0xC1 }),
		"progressive":     with(one(-1, 0x11), func(l *jpegLayout) { l.frame = 0xC2 }),
		"restarts, grey":  with(one(-1, 0x11), func(l *jpegLayout) { l.restart = 3 }),
		"one pixel short": with(one(-1, 0x22, 0x11, 0x11), func(l *jpegLayout) { l.width, l.height = 79, 47 }),
	}
}

// Whatever kind of JPEG: the file itself stands in the PDF, in the right colour space, and the PDF is compliant.
func TestJPEGKindsPassThrough(t *testing.T) {
	inks := []string{"/N 4 /Alternate /DeviceCMYK", "/ICCBased"}
	wants := map[string][]string{
		"grey": {"/DeviceGray"}, "4:2:0": {"/DeviceRGB"}, "RGB by names": {"/ColorTransform 0"}, "RGB by Adobe": {"/DeviceRGB"},
		"CMYK": inks, "CMYK, Adobe": append(inks, "/Decode [1 0 1 0 1 0 1 0]"), "YCCK": append(inks, "/Decode [1 0 1 0 1 0 1 0]"),
	}
	for name, layout := range jpegKinds() {
		t.Run(name, func(t *testing.T) {
			file := buildJPEG(layout)
			pdf, result := run(t, job(input("scan.jpg", file)))
			if got := images(t, pdf, true)[0]; !bytes.Equal(got, file) || result.Pages[0].Encoding != "jpeg passthrough" {
				t.Errorf("%s of %d bytes, want the %d of the file", result.Pages[0].Encoding, len(got), len(file))
			}
			for _, want := range wants[name] {
				if !bytes.Contains(pdf, []byte(want)) {
					t.Errorf("no %s", want)
				}
			}
			if name == "CMYK" && bytes.Contains(pdf, []byte("/Decode ")) {
				t.Error("inverted without Adobe's marker")
			}
		})
	}
}

// Damage in the data of a JPEG is found wherever image/jpeg, which makes all pixels, finds it.
func TestDamagedJPEGsAreRefused(t *testing.T) {
	for name, layout := range jpegKinds() {
		file := buildJPEG(layout)
		found := 0
		for at := 2; at < len(file); at += 1 + len(file)/100 {
			for _, damaged := range [][]byte{flipped(file, at), append(bytes.Clone(file[:at]), file[at+1:]...), file[:at]} {
				_, err := jpeg.Decode(bytes.NewReader(damaged))
				if _, unsupported := errors.AsType[jpeg.UnsupportedError](err); err == nil || unsupported && len(layout.sampling) == 4 {
					continue // inks without Adobe's marker are unknown to image/jpeg only
				}
				found++
				_, got := convert.Engine{}.Convert(t.Context(), job(input("scan", damaged)), io.Discard, nil)
				if _, ok := errors.AsType[*pdfa.RefusedError](got); !ok {
					t.Fatalf("%s, damaged at byte %d: %v, and image/jpeg says %v", name, at, got, err)
				}
			}
		}
		if found < 50 {
			t.Errorf("%s: only %d damages", name, found)
		}
	}
}

func flipped(file []byte, at int) []byte {
	b := bytes.Clone(file)
	b[at] ^= 1 << (at % 8)
	return b
}

// Data may not lack the table that it is to be read with: it would be a grey page.
func TestJPEGWithoutItsTablesIsRefused(t *testing.T) {
	file := buildJPEG(jpegKinds()["4:2:0"])
	for _, marker := range []byte{0xDB, 0xC4} {
		at := bytes.Index(file, []byte{0xFF, marker})
		length := int(file[at+2])<<8 | int(file[at+3])
		wantRefused(t, append(bytes.Clone(file[:at]), file[at+2+length:]...), pdfa.RefusedCorrupt)
	}
}
