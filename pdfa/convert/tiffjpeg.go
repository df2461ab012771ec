package convert

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"

	"segnatura/pdfa"
)

// This file takes JPEG out of TIFF. A page that is one JPEG stream passes through, its tables put in front (TIFF technical note 2);
// strips that were coded alike become one stream whose restarts are where the strips met, their data untouched; whatever else is
// decoded and stored losslessly. Of the old style (TIFF 6.0, section 22) a whole stream, or a header or tables with the data in
// strips, is put together: what comes out has to prove itself like any other JPEG, so that no guess goes unnoticed.

// jpegPage finds the way to store a page of JPEG segments.
func (t *tiff) jpegPage(p *page) (picture, error) {
	if p.bits != 8 || p.photometric == photoPalette || p.photometric == photoWhiteIsZero {
		return picture{}, refuse(pdfa.RefusedUnsupported, "JPEG in a TIFF of photometric interpretation %d", p.photometric)
	}
	if p.across == 1 && p.segWidth == p.width {
		if whole := t.wholeJPEG(p); whole != nil {
			return p.jpegPicture(whole)
		}
	}
	if p.segWidth*p.segHeight*p.samples > MaxBufferedBytes/p.across {
		return picture{}, refuse(pdfa.RefusedTooLarge, "JPEG tiles of %d x %d pixels", p.segWidth, p.segHeight)
	}
	return picture{image: t.raster(p)}, nil
}

// wholeJPEG returns the page as one stream, or nil.
func (t *tiff) wholeJPEG(p *page) []byte {
	var total uint64
	for _, n := range p.counts[:len(p.offsets)] {
		total += n
	}
	if total > MaxBufferedBytes {
		return nil
	}
	streams := make([][]byte, len(p.offsets))
	for i := range streams {
		var err error
		if streams[i], err = t.jpegStream(p, i); err != nil {
			return nil
		}
	}
	if len(streams) == 1 {
		return streams[0]
	}
	return joinJPEG(streams, p.height)
}

// jpegPicture passes a JPEG of the page's size through.
func (p *page) jpegPicture(data []byte) (picture, error) {
	pic, err := jpegPicture(bytes.NewReader(data), int64(len(data)), p.photometric == photoRGB)
	if err == nil && (pic.image.Width != p.width || pic.image.Height != p.height) {
		err = refuse(pdfa.RefusedCorrupt, "the TIFF says %d x %d pixels, its JPEG %d x %d",
			p.width, p.height, pic.image.Width, pic.image.Height)
	}
	return pic, err
}

// jpegStream reads a segment as a JPEG stream of its own.
func (t *tiff) jpegStream(p *page, i int) ([]byte, error) {
	if p.counts[i] > MaxBufferedBytes {
		return nil, refuse(pdfa.RefusedTooLarge, "a JPEG strip of %d MiB", p.counts[i]>>20)
	}
	data := make([]byte, p.counts[i])
	if err := t.readAt(data, int64(p.offsets[i])); err != nil {
		return nil, err
	}
	return spliceJPEG(p.dir.bytes(tagJPEGTables), data)
}

// spliceJPEG puts the tables of a TIFF's JPEGTables before the data of a segment, both whole JPEG streams of their own.
func spliceJPEG(tables, segment []byte) ([]byte, error) {
	if !bytes.HasPrefix(segment, []byte{0xFF, markerSOI}) {
		return nil, refuse(pdfa.RefusedCorrupt, "a strip is not a JPEG stream")
	}
	if len(tables) < 4 {
		return segment, nil
	}
	if !bytes.HasPrefix(tables, []byte{0xFF, markerSOI}) || !bytes.HasSuffix(tables, []byte{0xFF, markerEOI}) {
		return nil, refuse(pdfa.RefusedCorrupt, "JPEGTables is not a JPEG stream")
	}
	return bytes.Join([][]byte{tables[:len(tables)-2], segment[2:]}, nil), nil
}

// cutJPEG cuts a stream into what stands before its frame header, that header, the rest up to the data, and the data.
func cutJPEG(stream []byte) (before, frame, header, data []byte, ok bool) {
	at := 2
	for at+4 <= len(stream) && stream[at] == 0xFF {
		marker, end := stream[at+1], at+2+int(binary.BigEndian.Uint16(stream[at+2:]))
		if end > len(stream) || end < at+4 {
			break
		}
		switch {
		case marker == markerSOF0 || marker == markerSOF1:
			before, frame, header = stream[:at], stream[at:end], stream[end:end]
		case marker == markerSOS:
			header = header[:end-at+len(header)]
			return before, frame, header, bytes.TrimSuffix(stream[end:], []byte{0xFF, markerEOI}), len(frame) > 9
		case frame != nil:
			header = header[:len(header)+end-at]
		}
		at = end
	}
	return nil, nil, nil, nil, false
}

// joinJPEG makes one stream of strips, one below the other, of which all are coded alike, begin on a row of MCUs and have no
// restarts of their own. It returns nil where that is not so.
func joinJPEG(strips [][]byte, height int) []byte {
	before, frame, header, data, ok := cutJPEG(strips[0])
	if !ok || bytes.Contains(before, []byte{0xFF, markerDRI, 0, 4}) || bytes.Contains(header, []byte{0xFF, markerDRI, 0, 4}) {
		return nil
	}
	h, v := 8, 8
	if frame[9] > 1 {
		h, v = 8*int(frame[11]>>4), 8*int(frame[11]&15)
	}
	rows, width := int(binary.BigEndian.Uint16(frame[5:])), int(binary.BigEndian.Uint16(frame[7:]))
	if h == 0 || v == 0 || rows%v != 0 {
		return nil
	}
	mcus := (width + h - 1) / h * (rows / v)
	if mcus == 0 || mcus > 0xFFFF {
		return nil
	}
	out := append(bytes.Clone(before), frame...)
	binary.BigEndian.PutUint16(out[len(before)+5:], uint16(height))
	out = append(out, 0xFF, markerDRI, 0, 4, byte(mcus>>8), byte(mcus))
	out = append(append(out, header...), data...)
	for i, strip := range strips[1:] {
		b, f, h, data, ok := cutJPEG(strip)
		last := i == len(strips)-2
		if !ok || !bytes.Equal(b, before) || !bytes.Equal(h, header) || !bytes.Equal(f[:5], frame[:5]) || !bytes.Equal(f[7:], frame[7:]) ||
			!last && !bytes.Equal(f[5:7], frame[5:7]) {
			return nil
		}
		out = append(append(out, 0xFF, markerRST0+byte(i&7)), data...)
	}
	return append(out, 0xFF, markerEOI)
}

// jpegSegment decodes a strip or tile.
func (t *tiff) jpegSegment(p *page, i int) (rowSource, error) {
	data, err := t.jpegStream(p, i)
	if err != nil {
		return nil, err
	}
	info, err := walkJPEG(bytes.NewReader(data))
	if err != nil {
		return nil, truncated(err, "its JPEG data should go on")
	}
	rows := min(p.segHeight, p.height-i/p.across*p.segHeight)
	if len(info.components) != p.samples || info.width != p.segWidth || info.height < rows || info.height > p.segHeight {
		return nil, refuse(pdfa.RefusedCorrupt, "a JPEG strip of %d x %d pixels with %d components",
			info.width, info.height, len(info.components))
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, refuse(pdfa.RefusedCorrupt, "%v", err)
	}
	samples, err := jpegSamples(img, p.segWidth, rows, p.photometric == photoRGB)
	return packedRows{bytes.NewReader(samples)}, err
}

// jpegSamples packs the first rows of a decoded JPEG. With plainRGB the three components are taken as they are.
func jpegSamples(img image.Image, width, rows int, plainRGB bool) ([]byte, error) {
	var out []byte
	switch img := img.(type) {
	case *image.Gray:
		for y := range rows {
			out = append(out, img.Pix[y*img.Stride:y*img.Stride+width]...)
		}
	case *image.YCbCr:
		if plainRGB && img.SubsampleRatio != image.YCbCrSubsampleRatio444 {
			return nil, refuse(pdfa.RefusedUnsupported, "RGB in JPEG with components of different sizes")
		}
		out = make([]byte, 0, 3*width*rows)
		for y := range rows {
			for x := range width {
				c := img.YCbCrAt(x, y)
				if plainRGB {
					out = append(out, c.Y, c.Cb, c.Cr)
					continue
				}
				r, g, b, _ := c.RGBA()
				out = append(out, byte(r>>8), byte(g>>8), byte(b>>8))
			}
		}
	case *image.RGBA:
		out = make([]byte, 0, 3*width*rows)
		for y := range rows {
			for x := range width {
				out = append(out, img.Pix[y*img.Stride+4*x:][:3]...)
			}
		}
	case *image.CMYK:
		for y := range rows {
			out = append(out, img.Pix[y*img.Stride:y*img.Stride+4*width]...)
		}
	default:
		return nil, refuse(pdfa.RefusedUnsupported, "JPEG strips of this colour model")
	}
	return out, nil
}

// oldJPEGPage puts a page of the old style together.
func (t *tiff) oldJPEGPage(p *page) (picture, error) {
	var header []byte
	if offset := p.dir.value(tagJPEGStream, 0); offset != 0 && offset < uint64(t.size) {
		length := min(p.dir.value(tagJPEGLength, uint64(t.size)), uint64(t.size)-offset, MaxBufferedBytes)
		header = make([]byte, length)
		if err := t.readAt(header, int64(offset)); err != nil {
			return picture{}, err
		}
		if info, err := walkJPEG(bytes.NewReader(header)); err == nil && info.width == p.width && info.height == p.height {
			return p.jpegPicture(header[:info.length])
		}
		if _, _, _, _, ok := cutJPEG(header); !ok {
			header = nil
		}
	}
	if header == nil {
		var err error
		if header, err = t.oldJPEGHeader(p); err != nil {
			return picture{}, err
		}
	}
	if len(p.counts) < len(p.offsets) || len(p.offsets) == 0 || p.across != 1 {
		return picture{}, refuse(pdfa.RefusedUnsupported, "old-style JPEG without its data in strips")
	}
	_, _, _, rest, _ := cutJPEG(header)
	stream := bytes.Clone(header[:len(header)-len(rest)])
	stream = bytes.TrimSuffix(stream, []byte{0xFF, markerEOI})
	for i, offset := range p.offsets {
		n := min(p.counts[i], uint64(t.size)-min(offset, uint64(t.size)))
		if uint64(len(stream))+n > MaxBufferedBytes {
			return picture{}, refuse(pdfa.RefusedTooLarge, "old-style JPEG of more than %d MiB", MaxBufferedBytes>>20)
		}
		data := make([]byte, n)
		if err := t.readAt(data, int64(offset)); err != nil {
			return picture{}, err
		}
		if i > 0 {
			stream = append(stream, 0xFF, markerRST0+byte((i-1)&7))
		}
		data = bytes.TrimSuffix(data, []byte{0xFF, markerEOI})
		if k := len(data); k >= 2 && data[k-2] == 0xFF && data[k-1] >= markerRST0 && data[k-1] <= markerRST7 {
			data = data[:k-2]
		}
		stream = append(stream, data...)
	}
	return p.jpegPicture(append(stream, 0xFF, markerEOI))
}

// oldJPEGHeader makes the header of a baseline JPEG from the tables that the directory points to.
func (t *tiff) oldJPEGHeader(p *page) ([]byte, error) {
	quant, dc, ac := p.dir[tagJPEGQuant], p.dir[tagJPEGDC], p.dir[tagJPEGAC]
	if len(quant) < p.samples || len(dc) < p.samples || len(ac) < p.samples || p.samples > 4 || p.segWidth != p.width {
		return nil, refuse(pdfa.RefusedUnsupported, "old-style JPEG without its tables")
	}
	out := []byte{0xFF, markerSOI}
	frame := []byte{8, byte(p.height >> 8), byte(p.height), byte(p.width >> 8), byte(p.width), byte(p.samples)}
	scan := []byte{byte(p.samples)}
	h, v := 1, 1
	if p.photometric == photoYCbCr {
		h, v = 2, 2 // TIFF 6.0, section 21: the default
		if s := p.dir[tagSubsampling]; len(s) == 2 {
			h, v = int(min(s[0], 4)), int(min(s[1], 4))
		}
	}
	for i := range p.samples {
		table := make([]byte, 64)
		if err := t.readAt(table, int64(quant[i])); err != nil {
			return nil, err
		}
		out = appendSegment(out, markerDQT, append([]byte{byte(i)}, table...))
		for class, offset := range []uint64{dc[i], ac[i]} {
			codes, err := t.huffmanTable(int64(offset))
			if err != nil {
				return nil, err
			}
			out = appendSegment(out, markerDHT, append([]byte{byte(class<<4 | i)}, codes...))
		}
		sampling := byte(0x11)
		if i == 0 {
			sampling = byte(h<<4 | v)
		}
		frame = append(frame, byte(i+1), sampling, byte(i))
		scan = append(scan, byte(i+1), byte(i<<4|i))
	}
	interval := p.dir.value(tagJPEGRestart, 0)
	if len(p.offsets) > 1 { // TIFF 6.0, section 22: a strip is a restart interval
		interval = uint64((p.width+8*h-1)/(8*h)) * uint64((p.segHeight+8*v-1)/(8*v))
	}
	// Baseline has two tables of each kind; SOF1 may have four.
	out = appendSegment(out, markerSOF1, frame)
	if interval > 0 && interval <= 0xFFFF {
		out = appendSegment(out, markerDRI, []byte{byte(interval >> 8), byte(interval)})
	}
	return appendSegment(out, markerSOS, append(scan, 0, 63, 0)), nil
}

// huffmanTable reads sixteen counts and as many symbols as they add up to.
func (t *tiff) huffmanTable(offset int64) ([]byte, error) {
	table := make([]byte, 16, 16+256)
	if err := t.readAt(table, offset); err != nil {
		return nil, err
	}
	n := 0
	for _, k := range table {
		n += int(k)
	}
	if n > 256 {
		return nil, refuse(pdfa.RefusedCorrupt, "a Huffman table of %d codes", n)
	}
	table = table[:16+n]
	return table, t.readAt(table[16:], offset+16)
}

func appendSegment(b []byte, marker byte, data []byte) []byte {
	b = binary.BigEndian.AppendUint16(append(b, 0xFF, marker), uint16(len(data)+2))
	return append(b, data...)
}
