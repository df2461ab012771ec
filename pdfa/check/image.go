package check

import (
	"bufio"
	"compress/zlib"
	"errors"
	"image/color"
	"image/jpeg"
	"io"
	"strings"

	"golang.org/x/image/ccitt"
)

// maxPixels is the front end's bound (pdfa/convert).
const maxPixels = 100_000_000

// picture is what an image's dictionary says.
type picture struct {
	number        int
	o             object
	d             dict
	width, height int
	components    int
	bits          int
}

// image checks an image (6.2.8), its colour space (6.2.4), and its data against its dictionary.
func (c *checker) image(v any) {
	number, o, ok := c.follow(v, "image", true)
	if !ok {
		return
	}
	d := c.keys("image", o.value, schema{"Type": true, "Subtype": true, "Width": true, "Height": true, "ColorSpace": true,
		"BitsPerComponent": true, "Filter": true, "DecodeParms": false, "Decode": false, "Length": true})
	if d == nil {
		return
	}
	c.want("6.2.8", "image", d, dict{"Type": name("XObject"), "Subtype": name("Image")})
	width, _ := d["Width"].(float64)
	height, _ := d["Height"].(float64)
	depth, _ := d["BitsPerComponent"].(float64)
	if width < 1 || height < 1 || width*height > maxPixels || width != float64(int(width)) || height != float64(int(height)) {
		c.fail("6.2.8", "image %d of %v x %v pixels", number, width, height)
		return
	}
	p := picture{number: number, o: o, d: d, width: int(width), height: int(height), bits: int(depth)}
	if p.components = c.colourSpace(p, d["ColorSpace"]); p.components == 0 {
		return
	}
	filter, _ := d["Filter"].(name)
	if decode := map[name]func(picture){"DCTDecode": c.dct, "CCITTFaxDecode": c.g4, "FlateDecode": c.flate}[filter]; decode != nil {
		decode(p)
		return
	}
	c.fail("6.1.7.2", "image %d: filter %v", number, d["Filter"])
}

// colourSpace returns the number of components in the image's data, or 0 when the space is not one of the writer's.
func (c *checker) colourSpace(p picture, v any) int {
	switch v := v.(type) {
	case name:
		if n := map[name]int{"DeviceGray": 1, "DeviceRGB": 3}[v]; n != 0 {
			return n
		}
	case []any:
		if len(v) == 2 && v[0] == name("ICCBased") {
			r, _ := v[1].(ref)
			d, _ := c.object(int(r)).value.(dict)
			n, _ := d["N"].(float64)
			if _, known := alternates[int(n)]; known {
				c.profile(v[1], "image profile", int(n))
				return int(n)
			}
		}
		if len(v) == 4 && v[0] == name("Indexed") {
			if base, _ := v[1].([]any); v[1] != name("DeviceRGB") && (len(base) != 2 || c.colourSpace(p, base) != 3) {
				break
			}
			high, _ := v[2].(float64)
			table, _ := v[3].(str)
			if high >= 0 && high < 256 && p.bits <= 8 && high < float64(int(1)<<p.bits) && len(table) == 3*(int(high)+1) {
				return 1
			}
		}
	}
	c.fail("6.2.4", "image %d: colour space %v", p.number, v)
	return 0
}

// adobeHead begins a JPEG with Adobe's marker that says that components are what they are.
const adobeHead = "\xFF\xD8\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00"

// dct proves a JPEG whole, where it is not entirely regular by decoding it: it has to begin with SOI, end with EOI, and have the stated size and components.
func (c *checker) dct(p picture) {
	if p.bits != 8 {
		c.fail("6.2.8", "image %d: JPEG of %d bits", p.number, p.bits)
	}
	if decode, has := p.d["Decode"]; has && !equal(decode, []any{1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0}) {
		c.fail("6.2.8", "image %d: Decode %v", p.number, decode)
	}
	if parms, has := p.d["DecodeParms"]; has && !equal(parms, dict{"ColorTransform": 0.0}) {
		c.fail("6.2.8", "image %d: DecodeParms %v", p.number, parms)
	}
	if p.o.length < 4 {
		c.fail("6.1.7.2", "image %d: the JPEG is not whole", p.number)
		return
	}
	data := c.held(p.o)
	if data == nil || data.end() != [2]byte{0xFF, markerEOI} || data.begin() != [2]byte{0xFF, markerSOI} {
		c.fail("6.1.7.2", "image %d: the JPEG is not whole", p.number)
		return
	}
	config, err := jpeg.DecodeConfig(bufio.NewReader(data.from(0)))
	if err != nil || config.Width != p.width || config.Height != p.height {
		c.fail("6.2.8", "image %d: the JPEG says %d x %d pixels, the dictionary %d x %d: %v",
			p.number, config.Width, config.Height, p.width, p.height, err)
		return
	}
	if n := modelComponents(config.ColorModel); n != p.components {
		c.fail("6.2.4", "image %d: a JPEG of %d components in a space of %d", p.number, n, p.components)
		return
	}
	c.proofs.add(p, data)
}

// decodeUnproved decodes the JPEGs that were not entirely regular. It comes behind the last proof.
func (c *checker) decodeUnproved() {
	for _, p := range c.proofs.wait() {
		var data io.Reader = bufio.NewReader(io.NewSectionReader(c.r, p.o.data, p.o.length))
		if p.components == 4 && p.d["Decode"] == nil {
			// Inks without Adobe's marker, which image/jpeg wants to see.
			data = io.MultiReader(strings.NewReader(adobeHead), bufio.NewReader(io.NewSectionReader(c.r, p.o.data+2, p.o.length-2)))
		}
		if img, err := jpeg.Decode(data); err != nil {
			c.fail("6.1.7.2", "image %d: %v", p.number, err)
		} else if img.Bounds().Dx() != p.width || img.Bounds().Dy() != p.height {
			c.fail("6.2.8", "image %d: the JPEG decodes to another size", p.number)
		}
		c.goesOn()
	}
}

func modelComponents(m color.Model) int {
	switch m {
	case color.GrayModel:
		return 1
	case color.CMYKModel:
		return 4
	}
	return 3
}

// g4 decodes CCITT data whole, with a decoder that is not the writer's.
func (c *checker) g4(p picture) {
	if p.bits != 1 || p.components != 1 || p.d["Decode"] != nil || p.d["ColorSpace"] != name("DeviceGray") {
		c.fail("6.2.8", "image %d: CCITT data of an image that is not bitonal", p.number)
		return
	}
	parms, _ := p.d["DecodeParms"].(dict)
	if !equal(parms, dict{"K": -1.0, "Columns": float64(p.width), "Rows": float64(p.height)}) {
		c.fail("6.2.8", "image %d: DecodeParms %v", p.number, parms)
		return
	}
	if !endsBlock(c.read(p.o.data+max(0, p.o.length-4), min(p.o.length, 4))) {
		c.fail("6.1.7.2", "image %d: the CCITT data does not end with its end-of-block", p.number)
		return
	}
	rows := ccitt.NewReader(bufio.NewReader(io.NewSectionReader(c.r, p.o.data, p.o.length)), ccitt.MSB, ccitt.Group4,
		p.width, p.height, nil)
	want := int64((p.width+7)/8) * int64(p.height)
	if n, err := io.Copy(io.Discard, rows); err != nil || n != want {
		c.fail("6.1.7.2", "image %d: CCITT data of %d bytes unpacks to %d, not %d: %v", p.number, p.o.length, n, want, err)
	}
}

// endsBlock reports whether the last 24 bits before at most seven bits of padding are the end-of-block.
func endsBlock(tail []byte) bool {
	var v uint64
	for _, b := range tail {
		v = v<<8 | uint64(b)
	}
	for pad := range 8 {
		if v>>pad&0xFFFFFF == 0x001001 && v&(1<<pad-1) == 0 {
			return true
		}
	}
	return false
}

// flate inflates rows with PNG filter bytes: as many as stated, and not a byte more.
func (c *checker) flate(p picture) {
	if bits := p.bits; bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16 || p.d["Decode"] != nil {
		c.fail("6.2.8", "image %d: samples of %d bits", p.number, bits)
		return
	}
	parms, _ := p.d["DecodeParms"].(dict)
	if !equal(parms, dict{"Predictor": 15.0, "Colors": float64(p.components), "BitsPerComponent": float64(p.bits),
		"Columns": float64(p.width)}) {
		c.fail("6.2.8", "image %d: DecodeParms %v", p.number, parms)
		return
	}
	raw := bufio.NewReader(io.NewSectionReader(c.r, p.o.data, p.o.length))
	zr, err := zlib.NewReader(raw)
	if err != nil {
		c.fail("6.1.7.2", "image %d: %v", p.number, err)
		return
	}
	row := make([]byte, 1+(p.width*p.components*p.bits+7)/8)
	for y := range p.height {
		if _, err := io.ReadFull(zr, row); err != nil || row[0] > 4 {
			c.fail("6.1.7.2", "image %d: row %d: filter %d: %v", p.number, y, row[0], err)
			return
		}
	}
	if n, err := zr.Read(row); n != 0 || !errors.Is(err, io.EOF) {
		c.fail("6.2.8", "image %d: there is data below the last row: %v", p.number, err)
		return
	}
	if _, err := raw.ReadByte(); !errors.Is(err, io.EOF) {
		c.fail("6.1.7.1", "image %d: there are bytes behind the compressed data", p.number)
	}
}
