package convert_test

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"segnatura/pdfa/writer"
)

// kind is one kind of page with what has to come back out of the PDF: of a JPEG the stream itself, of bitonal pages rows with
// 1 = black, of all others the samples as the source has them.
type kind struct {
	file     []byte
	encoding string
	want     []byte
	space    string // found in the PDF; "" does not matter
}

// TestEveryPageKindComesBack is the table of fidelity: whatever kind of page goes in, qpdf takes the image out of the PDF again, and
// bit for bit it is the source's. G4 is compared coded; the tests of ccitt hold that coding against another decoder.
func TestEveryPageKindComesBack(t *testing.T) {
	for name, k := range pageKinds(t) {
		t.Run(name, func(t *testing.T) {
			pdf, result := run(t, job(input("scan", k.file)))
			if result.Pages[0].Encoding != k.encoding {
				t.Errorf("stored as %s, want %s", result.Pages[0].Encoding, k.encoding)
			}
			want := k.want
			if k.encoding == writer.EncodingG4 {
				want = g4(t, want)
			}
			if got := images(t, pdf, k.encoding != writer.EncodingFlate)[0]; !bytes.Equal(got, want) {
				t.Errorf("%d bytes came back, and are not the %d that went in", len(got), len(want))
			}
			if !bytes.Contains(pdf, []byte(k.space)) {
				t.Errorf("no %s", k.space)
			}
		})
	}
}

func pageKinds(t *testing.T) map[string]kind {
	kinds := map[string]kind{}
	for _, add := range []func(*testing.T, map[string]kind){bitonalTIFFs, sampledTIFFs, segmentedTIFFs, jpegTIFFs, netpbm, pngs} {
		add(t, kinds)
	}
	for name, layout := range jpegKinds() {
		file := buildJPEG(layout)
		kinds["JPEG, "+name] = kind{file, writer.EncodingJPEG, file, ""}
	}
	return kinds
}

// bits are bitonal rows without anything in their padding, 1 = black.
func bits() []byte {
	b := noise((width + 7) / 8)
	for o := (width+7)/8 - 1; o < len(b); o += (width + 7) / 8 {
		b[o] &^= 1<<(8-width%8) - 1
	}
	return b
}

func oneStrip(order binary.AppendByteOrder, data []byte, fields []field) []byte {
	return buildTIFF(order, page{fields, [][]byte{data}})
}

func bitonalTIFFs(t *testing.T, kinds map[string]kind) {
	le, be := binary.LittleEndian, binary.BigEndian
	b := bits()
	blackWhite, whiteBlack := []uint32{0, 65535, 0, 65535, 0, 65535}, []uint32{65535, 0, 65535, 0, 65535, 0}
	for name, file := range map[string][]byte{
		"plain":                oneStrip(le, b, layout(1, 1, 0, 1)),
		"min is black":         oneStrip(be, inverted(b), layout(1, 1, 1, 1)),
		"FillOrder 2":          oneStrip(le, reversed(b), layout(1, 1, 0, 1, short(266, 2))),
		"PackBits":             oneStrip(le, packed(b), layout(1, 1, 0, 32773)),
		"Deflate":              oneStrip(le, deflated(t, b), layout(1, 1, 0, 8)),
		"LZW":                  oneStrip(le, lzwed(b), layout(1, 1, 0, 5)),
		"G4":                   oneStrip(le, g4(t, b), layout(1, 1, 0, 4)),
		"G4, FillOrder 2":      oneStrip(be, reversed(g4(t, b)), layout(1, 1, 0, 4, short(266, 2))),
		"G4, min is black":     oneStrip(be, g4(t, inverted(b)), layout(1, 1, 1, 4)),
		"palette, black first": oneStrip(le, inverted(b), layout(1, 1, 3, 1, field{320, 3, blackWhite})),
		"palette, white first": oneStrip(le, b, layout(1, 1, 3, 1, field{320, 3, whiteBlack})),
	} {
		kinds["TIFF, bitonal, "+name] = kind{file, writer.EncodingG4, b, "/DeviceGray"}
	}
}

func sampledTIFFs(t *testing.T, kinds map[string]kind) {
	le, be := binary.LittleEndian, binary.BigEndian
	grey, grey16, rgb, rgb16, inks := noise(width), noise(2*width), noise(3*width), noise(6*width), noise(4*width)
	wide, narrow := make([]uint32, 3*256), make([]uint32, 3*256)
	for i := range wide {
		wide[i], narrow[i] = uint32(i%256)*257, uint32(i%256)
	}
	rgba := noise(4 * width) // opacity: none, full
	for i := 3; i < len(rgba); i += 4 {
		rgba[i] = 255 * (rgba[i] & 1)
	}
	onPaper := bytes.Clone(rgb)
	for i := range onPaper {
		onPaper[i] = 255
		if rgba[i/3*4+3] == 255 {
			onPaper[i] = rgba[i/3*4+i%3]
		}
	}
	var old bytes.Buffer
	zw := lzw.NewWriter(&old, lzw.LSB, 8)
	zw.Write(grey)
	zw.Close()
	half := (height + 1) / 2
	for name, k := range map[string]kind{
		"grey":                {oneStrip(le, grey, layout(1, 8, 1, 1)), "", grey, "/DeviceGray"},
		"grey, min is white":  {oneStrip(le, inverted(grey), layout(1, 8, 0, 1)), "", grey, ""},
		"grey, PackBits":      {oneStrip(le, packed(grey), layout(1, 8, 1, 32773)), "", grey, ""},
		"grey, old LZW":       {oneStrip(le, old.Bytes(), layout(1, 8, 1, 5)), "", grey, ""},
		"grey of 2 bits":      {oneStrip(le, noise((width+3)/4), layout(1, 2, 1, 1)), "", noise((width + 3) / 4), ""},
		"grey of 4 bits":      {oneStrip(le, noise((width+1)/2), layout(1, 4, 1, 1)), "", noise((width + 1) / 2), ""},
		"grey of 16 bits, II": {oneStrip(le, swapped(grey16), layout(1, 16, 1, 1)), "", grey16, ""},
		"grey of 16 bits, MM": {oneStrip(be, grey16, layout(1, 16, 1, 1)), "", grey16, ""},
		"RGB, LZW":            {oneStrip(le, lzwed(rgb), layout(3, 8, 2, 5)), "", rgb, "/DeviceRGB"},
		"RGB, LZW, predictor": {oneStrip(le, lzwed(differences(rgb, 3)), layout(3, 8, 2, 5, short(317, 2))), "", rgb, ""},
		"RGB, Deflate":        {oneStrip(be, deflated(t, rgb), layout(3, 8, 2, 32946)), "", rgb, ""},
		"RGB of 16 bits":      {oneStrip(le, swapped(rgb16), layout(3, 16, 2, 1)), "", rgb16, ""},
		"RGB, with a profile": {oneStrip(le, rgb, layout(3, 8, 2, 1, opaque(34675, writer.GammaProfile(3, 1.8)))), "", rgb, "[/ICCBased"},
		"RGB, extra sample":   {oneStrip(le, inks, layout(4, 8, 2, 1, short(338, 0))), "", without(inks, 4), ""},
		"RGB, opacity":        {oneStrip(le, rgba, layout(4, 8, 2, 1, short(338, 2))), "", onPaper, ""},
		"CMYK":                {oneStrip(le, inks, layout(4, 8, 5, 1)), "", inks, "/N 4 /Alternate /DeviceCMYK"},
		"CMYK, Deflate":       {oneStrip(le, deflated(t, inks), layout(4, 8, 5, 8, short(332, 1))), "", inks, "/N 4"},
		"palette":             {oneStrip(le, grey, layout(1, 8, 3, 1, field{320, 3, wide})), "", grey, "/Indexed /DeviceRGB 255 <000000010101"},
		"palette, 8-bit map":  {oneStrip(le, grey, layout(1, 8, 3, 1, field{320, 3, narrow})), "", grey, "/Indexed /DeviceRGB 255 <000000010101"},
		"palette of 4 bits": {oneStrip(le, noise((width+1)/2), layout(1, 4, 3, 1, field{320, 3, wide[:48]})), "",
			noise((width + 1) / 2), "/Indexed /DeviceRGB 15 <"},
		"two strips": {buildTIFF(le, page{append(layout(3, 8, 2, 1)[:4], short(278, uint32(half))),
			[][]byte{rgb[:3*width*half], rgb[3*width*half:]}}), "", rgb, ""},
	} {
		k.encoding = writer.EncodingFlate
		kinds["TIFF, "+name] = k
	}
}

// without takes the last sample of each pixel out.
func without(rows []byte, samples int) []byte {
	var out []byte
	for i := 0; i < len(rows); i += samples {
		out = append(out, rows[i:i+samples-1]...)
	}
	return out
}

func segmentedTIFFs(t *testing.T, kinds map[string]kind) {
	le := binary.LittleEndian
	grey, rgb, rgb16, b := noise(width), noise(3*width), noise(6*width), bits()
	side := func(n uint32) []field { return []field{short(322, n), short(323, n)} }
	var zipped [][]byte
	for _, tile := range tiles(rgb, 3*width, 16, 3) {
		zipped = append(zipped, deflated(t, tile))
	}
	planes := func(rows []byte, size int) [][]byte {
		return [][]byte{plane(rows, 3, size, 0), plane(rows, 3, size, 1), plane(rows, 3, size, 2)}
	}
	var planarTiles [][]byte
	for _, p := range planes(rgb, 1) {
		planarTiles = append(planarTiles, tiles(p, width, 32, 1)...)
	}
	for name, k := range map[string]kind{
		"tiles, grey":          {buildTIFF(le, page{layout(1, 8, 1, 1, side(16)...), tiles(grey, width, 16, 1)}), "", grey, ""},
		"tiles, RGB, Deflate":  {buildTIFF(le, page{layout(3, 8, 2, 8, side(16)...), zipped}), "", rgb, ""},
		"one tile, RGB":        {buildTIFF(le, page{layout(3, 8, 2, 1, side(64)...), tiles(rgb, 3*width, 64, 3)}), "", rgb, ""},
		"planes, RGB":          {buildTIFF(le, page{layout(3, 8, 2, 1, short(284, 2)), planes(rgb, 1)}), "", rgb, ""},
		"planes of 16 bits":    {oneStripEach(binary.BigEndian, planes(rgb16, 2), layout(3, 16, 2, 1, short(284, 2))), "", rgb16, ""},
		"planes, tiles, RGB":   {buildTIFF(le, page{layout(3, 8, 2, 1, append(side(32), short(284, 2))...), planarTiles}), "", rgb, ""},
		"bitonal, tiles":       {buildTIFF(le, page{layout(1, 1, 0, 1, short(322, 128), short(323, 16)), tiles(b, (width+7)/8, 16, 1)}), writer.EncodingG4, b, ""},
		"planes, with opacity": {oneStripEach(le, opaquePlanes(rgb), layout(4, 8, 2, 1, short(284, 2), short(338, 2))), "", rgb, ""},
	} {
		if k.encoding == "" {
			k.encoding = writer.EncodingFlate
		}
		kinds["TIFF, "+name] = k
	}
}

func oneStripEach(order binary.AppendByteOrder, planes [][]byte, fields []field) []byte {
	return buildTIFF(order, page{fields, planes})
}

// opaquePlanes are the planes of RGB and a fourth that is full.
func opaquePlanes(rgb []byte) [][]byte {
	return [][]byte{plane(rgb, 3, 1, 0), plane(rgb, 3, 1, 1), plane(rgb, 3, 1, 2), bytes.Repeat([]byte{255}, len(rgb)/3)}
}

// jpegTIFFs are the ways of JPEG into TIFF, new and old. What comes back is a JPEG of our making, so it is written down as built.
func jpegTIFFs(_ *testing.T, kinds map[string]kind) {
	le := binary.LittleEndian
	colour := jpegLayout{width: width, height: height, sampling: []byte{0x21, 0x11, 0x11}, adobe: -1}
	whole, parts := buildJPEG(colour), makeJPEG(colour)
	striped := colour
	striped.restart = (width + 15) / 16 * 2 // two rows of MCUs, of 8 pixels
	pieces := makeJPEG(striped)

	quant, codes := segment(0xDB, append([]byte{0}, parts.quant...)...), append(segment(0xC4, append([]byte{0}, parts.dc...)...),
		segment(0xC4, append([]byte{0x10}, parts.ac...)...)...)
	tables := bytes.Join([][]byte{{0xFF, 0xD8}, quant, codes, {0xFF, 0xD9}}, nil)
	abbreviated := bytes.Join([][]byte{{0xFF, 0xD8}, parts.frame, parts.scan, parts.intervals[0], {0xFF, 0xD9}}, nil)
	var strips [][]byte
	for i, data := range pieces.intervals {
		frame := bytes.Clone(pieces.frame)
		binary.BigEndian.PutUint16(frame[5:], uint16(min(16, height-16*i)))
		strips = append(strips, bytes.Join([][]byte{{0xFF, 0xD8}, frame, pieces.scan, data, {0xFF, 0xD9}}, nil))
	}
	inTables := bytes.Join([][]byte{{0xFF, 0xD8}, quant, codes, parts.frame, parts.scan, parts.intervals[0], {0xFF, 0xD9}}, nil)
	inStrips := bytes.Join([][]byte{{0xFF, 0xD8}, quant, codes, pieces.frame, pieces.restarts, pieces.scan}, nil)
	for i, data := range pieces.intervals {
		if i > 0 {
			inStrips = append(inStrips, 0xFF, 0xD0+byte(i-1))
		}
		inStrips = append(inStrips, data...)
	}
	inStrips = append(inStrips, 0xFF, 0xD9)
	rows := func(n uint32) []field { return append(layout(3, 8, 6, 7)[:4], short(278, n)) }

	// The old style, by tables: everything stands somewhere in the file, here in front of the directory.
	oldFile, oldWant := oldJPEG(colour)
	oldStrips, oldStripsWant := oldJPEG(striped)
	stream := buildTIFF(le, page{append(layout(3, 8, 6, 6), field{513, 4, []uint32{8}}, field{514, 4, []uint32{uint32(len(whole))}}),
		[][]byte{whole}})
	for name, k := range map[string]kind{
		"whole":                   {buildTIFF(le, page{layout(3, 8, 6, 7), [][]byte{whole}}), "", whole, "/DeviceRGB"},
		"tables apart":            {buildTIFF(le, page{append(layout(3, 8, 6, 7), opaque(347, tables)), [][]byte{abbreviated}}), "", inTables, ""},
		"RGB":                     {buildTIFF(le, page{layout(3, 8, 2, 7), [][]byte{rgbJPEG()}}), "", rgbJPEG(), "/ColorTransform 0"},
		"strips":                  {buildTIFF(le, page{append(rows(16), opaque(347, tables)), strips}), "", inStrips, ""},
		"old, whole":              {stream, "", whole, ""},
		"old, tables, one strip":  {oldFile, "", oldWant, ""},
		"old, tables, two strips": {oldStrips, "", oldStripsWant, ""},
	} {
		k.encoding = writer.EncodingJPEG
		kinds["TIFF, JPEG, "+name] = k
	}
}

func rgbJPEG() []byte {
	return buildJPEG(jpegLayout{width: width, height: height, sampling: []byte{0x11, 0x11, 0x11}, adobe: -1})
}

// oldJPEG builds a TIFF of compression 6 whose tables stand apart, and the JPEG that it stands for.
func oldJPEG(l jpegLayout) (file, want []byte) {
	p := makeJPEG(l)
	front := []byte("II*\x00\x00\x00\x00\x00")
	place := func(data []byte) uint32 {
		at := len(front)
		front = append(front, data...)
		return uint32(at)
	}
	quant, dc, ac := place(p.quant), place(p.dc), place(p.ac)
	var offsets, counts []uint32
	for _, data := range p.intervals {
		offsets, counts = append(offsets, place(data)), append(counts, uint32(len(data)))
	}
	three := func(v uint32) []uint32 { return []uint32{v, v, v} }
	rows := uint32(height)
	if l.restart > 0 {
		rows = 16
	}
	fields := []field{short(256, width), short(257, height), short(258, 8, 8, 8), short(259, 6), short(262, 6), {273, 4, offsets},
		short(277, 3), short(278, rows), {279, 4, counts}, short(512, 1), {519, 4, three(quant)}, {520, 4, three(dc)},
		{521, 4, three(ac)}, short(530, 2, 1)}
	var entries, behind []byte
	at := uint32(len(front) + 2 + 12*len(fields) + 4)
	for _, f := range fields {
		var data []byte
		for _, v := range f.values {
			if f.kind == 3 {
				data = binary.LittleEndian.AppendUint16(data, uint16(v))
			} else {
				data = binary.LittleEndian.AppendUint32(data, v)
			}
		}
		entries = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(entries, f.tag), f.kind)
		entries = binary.LittleEndian.AppendUint32(entries, uint32(len(f.values)))
		if len(data) > 4 {
			entries = binary.LittleEndian.AppendUint32(entries, at+uint32(len(behind)))
			behind = append(behind, data...)
		} else {
			entries = append(entries, append(data, 0, 0, 0, 0)[:4]...)
		}
	}
	binary.LittleEndian.PutUint32(front[4:], uint32(len(front)))
	file = binary.LittleEndian.AppendUint16(front, uint16(len(fields)))
	file = append(append(append(file, entries...), 0, 0, 0, 0), behind...)

	want = []byte{0xFF, 0xD8}
	frame := []byte{8, byte(l.height >> 8), byte(l.height), byte(l.width >> 8), byte(l.width), 3}
	scan := []byte{3}
	for i := range byte(3) {
		want = append(want, segment(0xDB, append([]byte{i}, p.quant...)...)...)
		want = append(want, segment(0xC4, append([]byte{i}, p.dc...)...)...)
		want = append(want, segment(0xC4, append([]byte{0x10 | i}, p.ac...)...)...)
		frame = append(frame, i+1, l.sampling[i], i)
		scan = append(scan, i+1, i<<4|i)
	}
	want = append(append(want, segment(0xC1, frame...)...), p.restarts...)
	want = append(want, segment(0xDA, append(scan, 0, 63, 0)...)...)
	for i, data := range p.intervals {
		if i > 0 {
			want = append(want, 0xFF, 0xD0+byte(i-1))
		}
		want = append(want, data...)
	}
	return file, append(want, 0xFF, 0xD9)
}

func netpbm(_ *testing.T, kinds map[string]kind) {
	b, grey, rgb, grey16 := bits(), noise(width), noise(3*width), noise(2*width)
	head := func(magic string, greatest string) []byte {
		return fmt.Appendf(nil, "%s\n# made by a test\n%d %d\n%s", magic, width, height, greatest)
	}
	text := func(samples []byte) []byte {
		var s strings.Builder
		for i, v := range samples {
			fmt.Fprintf(&s, "%d%c", v, " \n"[min(1, i%20/19)])
		}
		return []byte(s.String())
	}
	var dots []byte
	for y := range height {
		for x := range width {
			dots = append(dots, '0'+b[y*((width+7)/8)+x/8]>>(7-x%8)&1)
		}
		dots = append(dots, '\n')
	}
	low := bytes.Clone(grey)
	stretched := bytes.Clone(grey)
	for i := range low {
		low[i] &= 15
		stretched[i] = 17 * low[i]
	}
	for name, k := range map[string]kind{
		"P1":         {append(head("P1", ""), dots...), writer.EncodingG4, b, ""},
		"P4":         {append(head("P4", ""), b...), writer.EncodingG4, b, ""},
		"P2":         {append(head("P2", "255\n"), text(grey)...), writer.EncodingFlate, grey, "/DeviceGray"},
		"P5":         {append(head("P5", "255\n"), grey...), writer.EncodingFlate, grey, ""},
		"P5, of 15":  {append(head("P5", "15\n"), low...), writer.EncodingFlate, stretched, ""},
		"P5, 65535":  {append(head("P5", "65535\n"), grey16...), writer.EncodingFlate, grey16, "/BitsPerComponent 16"},
		"P3":         {append(head("P3", "255\n"), text(rgb)...), writer.EncodingFlate, rgb, "/DeviceRGB"},
		"P6":         {append(head("P6", "255\n"), rgb...), writer.EncodingFlate, rgb, ""},
		"P6, padded": {append(append(head("P6", "255\n"), rgb...), 0, 0), writer.EncodingFlate, rgb, ""},
	} {
		kinds["Netpbm, "+name] = k
	}
}

// pngs have unfiltered rows, so that the samples are known; TestPNGFormats reads other ones with image/png.
func pngs(t *testing.T, kinds map[string]kind) {
	samples := func(rows []byte, stride int) []byte {
		var out []byte
		for y := range height {
			out = append(out, rows[y*(stride+1)+1:(y+1)*(stride+1)]...)
		}
		return out
	}
	iccp := func(profile []byte) []byte {
		return chunk("iCCP", append([]byte("p\x00\x00"), deflated(t, profile)...))
	}
	gamma := func(v uint32) []byte { return chunk("gAMA", binary.BigEndian.AppendUint32(nil, v)) }
	add := func(name string, depth, colour byte, stride int, space string, more ...[]byte) {
		rows := plainRows(stride, colour == 3)
		kinds["PNG, "+name] = kind{buildPNG(t, width, height, depth, colour, 0, rows, more...), writer.EncodingFlate,
			samples(rows, stride), space}
	}
	colours := chunk("PLTE", []byte{0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255})
	add("grey of 4 bits", 4, 0, (width+1)/2, "/DeviceGray")
	add("grey of 16 bits", 16, 0, 2*width, "/BitsPerComponent 16")
	add("RGB", 8, 2, 3*width, "/DeviceRGB")
	add("RGB of 16 bits", 16, 2, 6*width, "/BitsPerComponent 16")
	add("palette", 8, 3, width, "/Indexed /DeviceRGB 3 <000000FF0000", colours)
	add("RGB, gamma of sRGB", 8, 2, 3*width, "/ColorSpace /DeviceRGB", gamma(45455))
	add("RGB, linear", 8, 2, 3*width, "/ColorSpace [/ICCBased", gamma(100000))
	add("grey, linear", 8, 0, width, "/N 1 /Alternate /DeviceGray", gamma(100000))
	add("RGB, linear and sRGB", 8, 2, 3*width, "/ColorSpace /DeviceRGB", gamma(100000), chunk("sRGB", []byte{0}))
	add("RGB, profile", 8, 2, 3*width, "/ColorSpace [/ICCBased", iccp(writer.GammaProfile(3, 1.8)))
	add("RGB, profile of grey", 8, 2, 3*width, "/ColorSpace /DeviceRGB", iccp(writer.GammaProfile(1, 1.8)))
	add("palette, profile", 8, 3, width, "/ColorSpace [/Indexed [/ICCBased", iccp(writer.GammaProfile(3, 1.8)), colours)
}
