package stamp

// Offset is how far a printer's print has to be moved to come out in its place: a printer's own error, found by a test label. Positive is
// to the right and down, as the label is read.
type Offset struct {
	RightMM float64 `json:"rightMM" minimum:"-5" maximum:"5"`
	DownMM  float64 `json:"downMM" minimum:"-5" maximum:"5"`
}

// MaxOffsetMM bounds each part of an Offset: what is further off is another size of label.
const MaxOffsetMM = 5

// Valid reports whether the printer's error is one that moving mends.
func (o Offset) Valid() bool {
	within := func(mm float64) bool { return mm >= -MaxOffsetMM && mm <= MaxOffsetMM }
	return within(o.RightMM) && within(o.DownMM)
}

// Dots is the offset at a resolution, rounded to whole dots.
func (o Offset) Dots(r Resolution) (right, down int) { return r.Dots(o.RightMM), r.Dots(o.DownMM) }

// Dots rounds a length to whole dots.
func (r Resolution) Dots(mm float64) int {
	if mm < 0 {
		return -int(-mm*r.DotsPerMM + 0.5)
	}
	return int(mm*r.DotsPerMM + 0.5)
}

// Draw blackens in b what is black in the other bitmap, whose upper left corner is at right, down. It returns how many black dots fell
// outside: a caller that draws a label refuses then.
func (b *Bitmap) Draw(other *Bitmap, right, down int) (lost int) {
	for y := range other.Height {
		row := other.Bits[y*other.Stride : (y+1)*other.Stride]
		for i, bits := range row {
			for bit := 0; bits != 0; bit, bits = bit+1, bits<<1 {
				if bits&0x80 == 0 || i*8+bit >= other.Width {
					continue
				}
				x, at := i*8+bit+right, y+down
				if x < 0 || at < 0 || x >= b.Width || at >= b.Height {
					lost++
					continue
				}
				b.SetBlack(x, at)
			}
		}
	}
	return lost
}

// Turned returns the bitmap turned clockwise by 90, 180 or 270 degrees; by anything else it is returned as it is.
func (b *Bitmap) Turned(degrees int) *Bitmap {
	width, height := b.Width, b.Height
	to := map[int]func(x, y int) (int, int){
		90:  func(x, y int) (int, int) { return b.Height - 1 - y, x },
		180: func(x, y int) (int, int) { return b.Width - 1 - x, b.Height - 1 - y },
		270: func(x, y int) (int, int) { return y, b.Width - 1 - x },
	}[degrees]
	if to == nil {
		return b
	}
	if degrees != 180 {
		width, height = height, width
	}
	turned := NewBitmap(width, height, b.Resolution)
	for y := range b.Height {
		for x := range b.Width {
			if b.Black(x, y) {
				turned.SetBlack(to(x, y))
			}
		}
	}
	return turned
}

// Turned is the size of a label that is turned by as many degrees.
func (s Size) Turned(degrees int) Size {
	if degrees == 90 || degrees == 270 {
		return Size{WidthMM: s.HeightMM, HeightMM: s.WidthMM}
	}
	return s
}
