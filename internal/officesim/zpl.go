package officesim

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"segnatura/stamp"
)

// This file reads the ZPL II commands that carry a ready-made bitmap (Zebra Programming Guide: ^GF, ~DG, ^XG and the
// compression scheme for ASCII hexadecimal in its chapter on ~DG). It sets no text and draws no barcodes of its own: such
// commands are listed in Label.Ignored, so a test sees that a format asked for more than was drawn.

const (
	maxParams     = 8 << 20 // bytes of one command
	maxWidthDots  = 4800    // 200 mm at 600 dpi
	maxHeightDots = 24000   // 1 m at 600 dpi
	maxCopies     = 100
	maxShiftDots  = 9999 // ^LS
	maxLabelTop   = 120  // ^LT
	maxGraphics   = 32   // stored pictures
)

// command is one ZPL command: its prefix and two letters, and what follows them up to the next prefix.
type command struct {
	name   string // "^FO", "~DG"; upper case
	params []byte // without CR and LF
}

// fixedParams holds the commands that are carried out as soon as they are whole, because no prefix need follow them.
// The number is how many bytes of parameters they take.
var fixedParams = map[string]int{
	"^XA": 0, "^XZ": 0, "~HS": 0, "~HI": 0, "~HQ": 2, "~JA": 0, "~PS": 0, "~PP": 0,
}

// commandReader cuts a stream of ZPL into commands.
type commandReader struct {
	r *bufio.Reader
	// cut is asked while a graphic's data come in; true ends the reading with errCut.
	cut func() bool
}

// errCut is the end of a connection that FaultPrinterCut asked for.
var errCut = errors.New("officesim: the connection is cut on purpose")

// next returns the next command. Bytes that stand outside any command are skipped, as a printer does.
func (c *commandReader) next() (command, error) {
	for {
		b, err := c.r.ReadByte()
		if err != nil {
			return command{}, err
		}
		if b == '^' || b == '~' {
			return c.read(b)
		}
	}
}

func (c *commandReader) read(prefix byte) (command, error) {
	name := make([]byte, 2)
	if _, err := io.ReadFull(c.r, name); err != nil {
		return command{}, err
	}
	cmd := command{name: string(prefix) + string(bytes.ToUpper(name))}
	if n, ok := fixedParams[cmd.name]; ok {
		cmd.params = make([]byte, n)
		_, err := io.ReadFull(c.r, cmd.params)
		return cmd, err
	}
	graphic := cmd.name == "^GF" || cmd.name == "~DG"
	for {
		b, err := c.r.ReadByte()
		if err != nil {
			return cmd, err
		}
		switch b {
		case '^', '~':
			if graphic && c.cut() {
				return cmd, errCut
			}
			return cmd, c.r.UnreadByte()
		case '\r', '\n':
			continue
		}
		if cmd.params = append(cmd.params, b); len(cmd.params) > maxParams {
			return cmd, fmt.Errorf("officesim: %s is longer than %d bytes", cmd.name, maxParams)
		}
		if graphic && len(cmd.params) == cutAfterBytes && c.cut() {
			return cmd, errCut
		}
	}
}

// cutAfterBytes is where in a graphic's data FaultPrinterCut strikes; shorter data are cut at their end.
const cutAfterBytes = 512

// fields splits comma-separated parameters into at most n, the last keeping its commas.
func (c command) fields(n int) []string { return strings.SplitN(string(c.params), ",", n) }

// number reads the i-th parameter, or def where it is missing or no number within [low, high].
func number(fields []string, i, def, low, high int) int {
	if i >= len(fields) {
		return def
	}
	n, err := strconv.Atoi(strings.TrimSpace(fields[i]))
	if err != nil || n < low || n > high {
		return def
	}
	return n
}

// graphic is a picture as ZPL carries it: rows of whole bytes, 1 = black.
type graphic struct {
	stride int
	bits   []byte
}

func (g *graphic) height() int { return len(g.bits) / g.stride }

func (g *graphic) black(x, y int) bool { return g.bits[y*g.stride+x/8]&(0x80>>(x%8)) != 0 }

// field is one picture on its place in a format.
type field struct {
	g              *graphic
	x, y           int
	scaleX, scaleY int
}

// format is what stands between ^XA and ^XZ.
type format struct {
	homeX, homeY, x, y int
	leftwards, down    int // ^LS, ^LT
	width, height      int // 0 = the roll's
	copies             int
	fields             []field
	ignored            []string
}

// apply carries out one command inside a format. Errors are the format's fault; the command is then left out.
func (f *format) apply(cmd command, stored func(name string) *graphic) error {
	switch cmd.name {
	case "^LH":
		p := cmd.fields(2)
		f.homeX, f.homeY = number(p, 0, 0, 0, maxWidthDots), number(p, 1, 0, 0, maxHeightDots)
	case "^FO":
		p := cmd.fields(3)
		f.x, f.y = number(p, 0, 0, 0, maxWidthDots), number(p, 1, 0, 0, maxHeightDots)
	case "^LS":
		f.leftwards = number(cmd.fields(1), 0, 0, -maxShiftDots, maxShiftDots)
	case "^LT":
		f.down = number(cmd.fields(1), 0, 0, -maxLabelTop, maxLabelTop)
	case "^PW":
		f.width = number(cmd.fields(2), 0, f.width, 1, maxWidthDots)
	case "^LL":
		f.height = number(cmd.fields(2), 0, f.height, 1, maxHeightDots)
	case "^PQ":
		f.copies = number(cmd.fields(2), 0, 1, 1, maxCopies)
	case "^GF":
		g, err := parseGF(cmd)
		if err != nil {
			return err
		}
		f.put(g, 1, 1)
	case "^XG":
		p := cmd.fields(3)
		g := stored(graphicName(p[0]))
		if g == nil {
			return fmt.Errorf("officesim: ^XG recalls %q, which is not stored", p[0])
		}
		f.put(g, number(p, 1, 1, 1, 10), number(p, 2, 1, 1, 10))
	default:
		if !harmless[cmd.name] {
			f.ignored = append(f.ignored, cmd.name)
		}
	}
	return nil
}

func (f *format) put(g *graphic, scaleX, scaleY int) {
	f.fields = append(f.fields, field{g: g, x: f.homeX + f.x - f.leftwards, y: f.homeY + f.y + f.down, scaleX: scaleX, scaleY: scaleY})
}

// harmless are the commands that leave no mark: settings of the roll, the head and the language, comments, field ends.
// ^PO turns the label round as it leaves the printer, and the person who sticks it turns it back.
var harmless = map[string]bool{
	"^FS": true, "^FX": true, "^CI": true, "^PO": true, "^PR": true, "^PM": true, "^MM": true, "^MN": true, "^MT": true,
	"^MD": true, "~MD": true, "~SD": true, "~TA": true, "^JZ": true, "^JM": true, "^ID": true,
	"^JU": true, "^ML": true, "^PP": true,
}

// render draws the format on a label of the roll's size where the format names none. It returns nil for a format that
// draws nothing: such a format feeds no label.
func (f *format) render(roll stamp.Size, r stamp.Resolution) *stamp.Bitmap {
	if len(f.fields) == 0 && len(f.ignored) == 0 {
		return nil
	}
	width, height := f.width, f.height
	if width == 0 {
		width = int(roll.WidthMM*r.DotsPerMM + 0.5)
	}
	if height == 0 {
		height = int(roll.HeightMM*r.DotsPerMM + 0.5)
	}
	bm := stamp.NewBitmap(width, height, r)
	for _, fd := range f.fields {
		fd.draw(bm)
	}
	return bm
}

func (fd field) draw(bm *stamp.Bitmap) {
	for y := range fd.g.height() * fd.scaleY {
		for x := range fd.g.stride * 8 * fd.scaleX {
			if fd.g.black(x/fd.scaleX, y/fd.scaleY) {
				bm.SetBlack(fd.x+x, fd.y+y)
			}
		}
	}
}

// parseGF reads ^GFa,b,c,d,data with a = A, ASCII hexadecimal.
func parseGF(cmd command) (*graphic, error) {
	p := cmd.fields(5)
	if len(p) < 5 || p[0] != "A" {
		return nil, fmt.Errorf("officesim: ^GF in another form than ^GFA,b,c,d,data")
	}
	return decodeGraphic(number(p, 2, 0, 1, maxParams), number(p, 3, 0, 1, maxWidthDots/8), p[4])
}

// parseDG reads ~DGd:o.x,t,w,data and the name under which it is stored.
func parseDG(cmd command) (string, *graphic, error) {
	p := cmd.fields(4)
	if len(p) < 4 {
		return "", nil, fmt.Errorf("officesim: ~DG without data")
	}
	g, err := decodeGraphic(number(p, 1, 0, 1, maxParams), number(p, 2, 0, 1, maxWidthDots/8), p[3])
	return graphicName(p[0]), g, err
}

// graphicName gives a stored picture its full name: device R: and extension .GRF where they are left out.
func graphicName(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if !strings.Contains(s, ":") {
		s = "R:" + s
	}
	if !strings.Contains(s, ".") {
		s += ".GRF"
	}
	return s
}

// decodeGraphic unpacks ASCII hexadecimal of total bytes in rows of stride bytes. A capital G to Y repeats the next digit 1
// to 19 times, a small g to z 20 to 400 times, and both add up; a comma fills the row with 0, an exclamation mark with 1, a
// colon repeats the row before. Data may stop early: the rest is white.
func decodeGraphic(total, stride int, data string) (*graphic, error) {
	if total == 0 || stride == 0 || total%stride != 0 {
		return nil, fmt.Errorf("officesim: a graphic of %d bytes in rows of %d", total, stride)
	}
	if strings.HasPrefix(data, ":") && len(data) > 4 && data[4] == ':' {
		return nil, fmt.Errorf("officesim: a graphic in the encoding %s, which this printer does not know", data[:5])
	}
	d := nibbles{g: &graphic{stride: stride, bits: make([]byte, total)}, perRow: 2 * stride}
	run := 0
	for i := range len(data) {
		c := data[i]
		switch {
		case c >= 'G' && c <= 'Y':
			run += int(c-'G') + 1
		case c >= 'g' && c <= 'z':
			run += (int(c-'g') + 1) * 20
		case c == ',', c == '!':
			d.fillRow(c == '!')
			run = 0
		case c == ':':
			d.repeatRow()
			run = 0
		case c == ' ' || c == '\t':
		default:
			v, err := strconv.ParseUint(string(c), 16, 8)
			if err != nil {
				return nil, fmt.Errorf("officesim: %q is no character of a graphic", c)
			}
			d.add(byte(v), max(run, 1))
			run = 0
		}
	}
	return d.g, nil
}

// nibbles fills a graphic from the left and top, four dots at a time; what is too much is dropped.
type nibbles struct {
	g      *graphic
	perRow int
	n      int // nibbles written
}

func (d *nibbles) add(v byte, times int) {
	for ; times > 0 && d.n < 2*len(d.g.bits); times-- {
		d.g.bits[d.n/2] |= v << (4 * (1 - d.n%2))
		d.n++
	}
}

// fillRow fills what is left of the row, or a whole row when one has just ended.
func (d *nibbles) fillRow(black bool) {
	v := byte(0)
	if black {
		v = 0xF
	}
	d.add(v, d.perRow-d.n%d.perRow)
}

// repeatRow ends a row that was begun, and copies the last one.
func (d *nibbles) repeatRow() {
	if d.n%d.perRow != 0 {
		d.fillRow(false)
	}
	row := d.n / d.perRow
	if row > 0 && d.n < 2*len(d.g.bits) {
		copy(d.g.bits[row*d.g.stride:(row+1)*d.g.stride], d.g.bits[(row-1)*d.g.stride:row*d.g.stride])
	}
	d.n = min(d.n+d.perRow, 2*len(d.g.bits))
}
