package writer

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// profileName identifies the output condition: the colour space of IEC 61966-2-1.
const profileName = "sRGB IEC61966-2.1"

// curvePoints is the number of samples of the tone curve.
const curvePoints = 1024

// The white of the profile connection space, D50, and the columns of the sRGB matrix after Bradford adaptation from D65 to it.
var (
	whiteD50  = [3]float64{0.9642, 1.0, 0.8249}
	colorants = [3][3]float64{{0.436066, 0.222488, 0.013916}, {0.385147, 0.716873, 0.097076}, {0.143066, 0.060608, 0.714096}}
)

// iccTag is a profile's element, under one signature or several that share it.
type iccTag struct {
	signatures []string
	data       []byte
}

// sRGBProfile makes an ICC profile of the sRGB space: the primaries and the tone curve of IEC 61966-2-1.
func sRGBProfile() []byte { return displayProfile(profileName, 3, sRGBCurve()) }

// GammaProfile makes an ICC profile for images whose samples are the linear values raised to 1/gamma: of three components with
// the primaries of sRGB, or of one, grey. gamma is within 0.1 and 10.
func GammaProfile(components int, gamma float64) []byte {
	curve := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01")
	curve = binary.BigEndian.AppendUint16(curve, uint16(math.Round(gamma*256))) // u8Fixed8
	return displayProfile(fmt.Sprintf("Gamma %.4g", gamma), components, curve)
}

// displayProfile makes a profile of the three-component matrix type, or of the grey type, with one tone curve.
func displayProfile(name string, components int, curve []byte) []byte {
	tags := describe(name)
	if components == 1 {
		return iccProfile("mntrGRAYXYZ ", append(tags, iccTag{[]string{"kTRC"}, curve}))
	}
	for i, s := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		tags = append(tags, iccTag{[]string{s}, xyz(colorants[i])})
	}
	return iccProfile("mntrRGB XYZ ", append(tags, iccTag{[]string{"rTRC", "gTRC", "bTRC"}, curve}))
}

// describe makes the elements that every profile has.
func describe(name string) []iccTag {
	return []iccTag{
		{[]string{"desc"}, textDescription(name)},
		{[]string{"cprt"}, append([]byte("text\x00\x00\x00\x00"), "No rights reserved; made by segnatura.\x00"...)},
		{[]string{"wtpt"}, xyz(whiteD50)},
	}
}

// iccProfile puts together an ICC profile, version 2.1 (ICC.1:1998-09). kind is the header's class, colour space and connection
// space.
func iccProfile(kind string, tags []iccTag) []byte {
	count := 0
	for _, t := range tags {
		count += len(t.signatures)
	}
	be := binary.BigEndian
	table := be.AppendUint32(nil, uint32(count))
	var data []byte
	start := 128 + 4 + 12*count
	for _, t := range tags {
		for len(data)%4 != 0 {
			data = append(data, 0)
		}
		for _, s := range t.signatures {
			table = append(table, s...)
			table = be.AppendUint32(table, uint32(start+len(data)))
			table = be.AppendUint32(table, uint32(len(t.data)))
		}
		data = append(data, t.data...)
	}
	for len(data)%4 != 0 {
		data = append(data, 0)
	}
	header := make([]byte, 128)
	be.PutUint32(header[0:], uint32(start+len(data)))
	be.PutUint32(header[8:], 0x02100000) // version 2.1
	copy(header[12:], kind)
	for i, v := range []uint16{2026, 1, 1} { // date of the profile: year, month, day; the time is zero
		be.PutUint16(header[24+2*i:], v)
	}
	copy(header[36:], "acsp")
	copy(header[68:], xyz(whiteD50)[8:]) // illuminant of the connection space
	return bytes.Join([][]byte{header, table, data}, nil)
}

// xyz makes an XYZType element of one value, in s15Fixed16 numbers.
func xyz(value [3]float64) []byte {
	b := []byte("XYZ \x00\x00\x00\x00")
	for _, v := range value {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

// textDescription makes a textDescriptionType element with its ASCII part only; the Unicode and Macintosh parts are empty.
func textDescription(s string) []byte {
	b := []byte("desc\x00\x00\x00\x00")
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)+1))
	b = append(b, s...)
	return append(b, make([]byte, 1+4+4+2+1+67)...)
}

// sRGBCurve samples the transfer function of IEC 61966-2-1 from encoded to linear values.
func sRGBCurve() []byte {
	b := []byte("curv\x00\x00\x00\x00")
	b = binary.BigEndian.AppendUint32(b, curvePoints)
	for i := range curvePoints {
		v := float64(i) / (curvePoints - 1)
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(v*65535)))
	}
	return b
}
