package writer

import (
	"encoding/binary"
	"math"
)

// inksName describes the profile that images of four inks get which bring none.
const inksName = "Offset inks, typical"

// inksProfile makes the ICC profile for the inks of images that come without one: an input profile (class scnr, which needs the one
// way only, from inks to colour) with a table from cyan, magenta, yellow and black to CIELAB, relative to the paper.
//
// The table is the model of Neugebauer: a halftone is a mosaic of the sixteen overprints, each seen in the share of the sheet that it
// covers by chance, dots having grown in printing. The overprints' colours are near those that ISO 12647-2 gives for offset on
// coated paper; those with black are the same colours dimmed as black dims the paper.
func inksProfile() []byte {
	const grid = 9 // points a side
	b := []byte("mft2\x00\x00\x00\x00\x04\x03")
	b = append(b, grid, 0)
	for _, v := range [9]uint32{0: 1 << 16, 4: 1 << 16, 8: 1 << 16} { // a matrix that changes nothing
		b = binary.BigEndian.AppendUint32(b, v)
	}
	b = append(b, 0, 2, 0, 2) // entries of the curves before and behind the table
	line := []byte{0, 0, 0xFF, 0xFF}
	for range 4 {
		b = append(b, line...)
	}
	overprints := neugebauer()
	for i := range grid * grid * grid * grid { // black runs fastest
		var inks [4]float64
		for k, rest := 3, i; k >= 0; k, rest = k-1, rest/grid {
			inks[k] = grown(float64(rest%grid) / (grid - 1))
		}
		for k, v := range toLab(mosaic(overprints, inks)) {
			// The 16-bit encoding of version 2: 100 is 0xFF00, and a* and b* begin at -128.
			scaled := [3]float64{v * 652.8, (v + 128) * 256, (v + 128) * 256}[k]
			b = binary.BigEndian.AppendUint16(b, uint16(math.Round(min(max(scaled, 0), 0xFFFF))))
		}
	}
	for range 3 {
		b = append(b, line...)
	}
	return iccProfile("scnrCMYKLab ", append(describe(inksName), iccTag{[]string{"A2B0"}, b}))
}

// dotGrowth is how much of the sheet a dot gains that was to cover half of it.
const dotGrowth = 0.14

func grown(share float64) float64 { return share + 4*dotGrowth*share*(1-share) }

// mosaic mixes the overprints by the shares that the inks cover.
func mosaic(overprints [16][3]float64, inks [4]float64) [3]float64 {
	var sum [3]float64
	for i, colour := range overprints {
		share := 1.0
		for k, v := range inks {
			if i>>k&1 == 0 {
				v = 1 - v
			}
			share *= v
		}
		for c := range sum {
			sum[c] += share * colour[c]
		}
	}
	return sum
}

// neugebauer returns the colours of the overprints, XYZ relative to the paper. Bits 0 to 3 of the index are cyan, magenta, yellow
// and black.
func neugebauer() [16][3]float64 {
	lab := [8][3]float64{{95, 0, -2}, {55, -37, -50}, {48, 74, -3}, {24, 20, -46}, {89, -5, 93}, {50, -67, 26}, {47, 68, 48}, {23, 0, 0}}
	paper, black := fromLab(lab[0]), fromLab([3]float64{16, 0, 0})
	var out [16][3]float64
	for i, l := range lab {
		colour := fromLab(l)
		for c := range 3 {
			out[i][c] = colour[c] / paper[c]
			out[i+8][c] = colour[c] / paper[c] * black[c] / paper[c]
		}
	}
	return out
}

// The CIELAB functions, between L*, a*, b* and XYZ relative to white (CIE 15, 8.2.1).
const labKnee = 6.0 / 29

func toLab(xyz [3]float64) [3]float64 {
	var f [3]float64
	for i, v := range xyz {
		f[i] = math.Cbrt(v)
		if v <= labKnee*labKnee*labKnee {
			f[i] = v/(3*labKnee*labKnee) + 4.0/29
		}
	}
	return [3]float64{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

func fromLab(lab [3]float64) [3]float64 {
	y := (lab[0] + 16) / 116
	f := [3]float64{y + lab[1]/500, y, y - lab[2]/200}
	for i, v := range f {
		if v > labKnee {
			f[i] = v * v * v
		} else {
			f[i] = 3 * labKnee * labKnee * (v - 4.0/29)
		}
	}
	return f
}
