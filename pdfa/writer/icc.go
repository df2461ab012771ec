package writer

import (
	"bytes"
	"encoding/binary"
	"math"
)

// profileName identifies the output condition: the colour space of IEC 61966-2-1.
const profileName = "sRGB IEC61966-2.1"

// curvePoints is the number of samples of the tone curve.
const curvePoints = 1024

// sRGBProfile makes an ICC profile, version 2.1 (ICC.1:1998-09), three-component matrix type, of the sRGB space: the primaries
// and the tone curve of IEC 61966-2-1, the colorants adapted to the D50 of the profile connection space.
func sRGBProfile() []byte {
	type tag struct {
		signatures []string // tags that share the data
		data       []byte
	}
	// The columns of the sRGB matrix after Bradford adaptation from D65 to D50.
	tags := []tag{
		{[]string{"desc"}, textDescription(profileName)},
		{[]string{"cprt"}, append([]byte("text\x00\x00\x00\x00"), "No rights reserved; made by segnatura.\x00"...)},
		{[]string{"wtpt"}, xyz(0.9642, 1.0, 0.8249)},
		{[]string{"rXYZ"}, xyz(0.436066, 0.222488, 0.013916)},
		{[]string{"gXYZ"}, xyz(0.385147, 0.716873, 0.097076)},
		{[]string{"bXYZ"}, xyz(0.143066, 0.060608, 0.714096)},
		{[]string{"rTRC", "gTRC", "bTRC"}, sRGBCurve()},
	}
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
	be.PutUint32(header[8:], 0x02100000)     // version 2.1
	copy(header[12:], "mntrRGB XYZ ")        // display device; data in RGB; connection space XYZ
	for i, v := range []uint16{2026, 1, 1} { // date of the profile: year, month, day; the time is zero
		be.PutUint16(header[24+2*i:], v)
	}
	copy(header[36:], "acsp")
	copy(header[68:], xyz(0.9642, 1.0, 0.8249)[8:]) // illuminant of the connection space: D50
	return bytes.Join([][]byte{header, table, data}, nil)
}

// xyz makes an XYZType element of one value, in s15Fixed16 numbers.
func xyz(x, y, z float64) []byte {
	b := []byte("XYZ \x00\x00\x00\x00")
	for _, v := range []float64{x, y, z} {
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
