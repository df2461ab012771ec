package officesim

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"

	"segnatura/stamp"
)

// This file is the printer as a Brother QL: it reads the raster language of its makers (the Raster Command References of QL-700 and
// QL-800/810W/820NWB) and reports what it does in messages of 32 bytes. A label comes out as the whole width of the head, seen as one
// reads it, so that a test sees also what was put where no roll is.

const (
	maxRasterBytes = 162 // a line of the widest heads
	maxRasterRows  = 24000
)

// raster is a job that is being received.
type raster struct {
	valid, kind   byte // of the print information
	width, length int  // mm
	expanded      byte
	packed        bool
	rowBytes      int
	rows          [][]byte
	ignored       []string
}

// rasterParams is how many bytes follow a command of three bytes that begins with ESC i.
var rasterParams = map[byte]int{'S': 0, 'a': 1, '!': 1, 'z': 10, 'M': 1, 'A': 1, 'K': 1, 'd': 2}

// The kinds of a Brother's message.
const (
	brotherReply     = 0x00
	brotherCompleted = 0x01
	brotherError     = 0x02
	brotherPhase     = 0x06

	highResolution = 0x40 // of ESC i K
)

// brotherErrors are the bits of error information 1, and of 2 above it.
var brotherErrors = []struct {
	fault FaultKind
	bit   uint16
}{
	{FaultLabelsOut, 0x0001},
	{FaultPaused, 0x0010}, // it has no such state; it can be in use from elsewhere
	{FaultHeadOpen, 0x1000},
}

const errorWrongMedia = 0x0100

// serveBrotherConn carries out the commands of one connection until it ends. What it does not know it takes for one byte of data.
func (o *Office) serveBrotherConn(ctx context.Context, conn net.Conn) {
	r := bufio.NewReaderSize(conn, 64<<10)
	job := &raster{}
	for {
		b, err := r.ReadByte()
		if err != nil {
			return
		}
		switch b {
		case 0:
		case 0x1b:
			if err = o.brotherEscape(r, conn, job); err == errReset {
				job, err = &raster{}, nil
			}
		case 'M':
			var mode byte
			mode, err = r.ReadByte()
			job.packed = mode == 0x02
		case 'g':
			err = job.row(r)
			if len(job.rows) == 1 && o.takePrinterCut() {
				return
			}
		case 'Z':
			job.add(nil)
		case 0x0c, 0x1a:
			o.printRaster(ctx, conn, job)
			job = &raster{}
		default:
			job.ignored = append(job.ignored, fmt.Sprintf("%02x", b))
		}
		if err != nil {
			return
		}
	}
}

var errReset = fmt.Errorf("officesim: the printer is initialised")

func (o *Office) brotherEscape(r *bufio.Reader, conn net.Conn, job *raster) error {
	second, err := r.ReadByte()
	if err != nil {
		return err
	}
	if second == '@' {
		return errReset
	}
	name, err := r.ReadByte()
	if err != nil {
		return err
	}
	n, known := rasterParams[name]
	if second != 'i' || !known {
		job.ignored = append(job.ignored, fmt.Sprintf("ESC %c %c", second, name))
		return nil
	}
	params := make([]byte, n)
	if _, err := io.ReadFull(r, params); err != nil {
		return err
	}
	switch name {
	case 'S':
		o.tell(conn, brotherReply, 0, o.brotherTrouble())
	case 'K':
		job.expanded = params[0]
	case 'z':
		job.valid, job.kind, job.width, job.length = params[0], params[1], int(params[2]), int(params[3])
	}
	return nil
}

// row reads g, 0, n and the n bytes of one line.
func (j *raster) row(r *bufio.Reader) error {
	head := make([]byte, 2)
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	data := make([]byte, head[1])
	if _, err := io.ReadFull(r, data); err != nil {
		return err
	}
	if j.packed {
		data = unpackBits(data)
	}
	j.add(data)
	return nil
}

func (j *raster) add(line []byte) {
	if len(j.rows) < maxRasterRows && len(line) <= maxRasterBytes {
		j.rows = append(j.rows, line)
		j.rowBytes = max(j.rowBytes, len(line))
	}
}

// unpackBits undoes TIFF's compression; what runs over the widest line is dropped.
func unpackBits(data []byte) []byte {
	var out []byte
	for i := 0; i+1 < len(data) && len(out) <= maxRasterBytes; {
		n := int(int8(data[i]))
		switch {
		case n >= 0:
			end := min(i+2+n, len(data))
			out = append(out, data[i+1:end]...)
			i = end
		case n == -128:
			i++
		default:
			for range 1 - n {
				out = append(out, data[i+1])
			}
			i += 2
		}
	}
	return out
}

// bitmap is the label as one reads it: the head's lines begin at their right end. Of 600 dpi, which are rows, each dot is two wide.
func (j *raster) bitmap() *stamp.Bitmap {
	dpi, wide := 300, 1
	if j.expanded&highResolution != 0 {
		dpi, wide = 600, 2
	}
	width := 8 * j.rowBytes
	bm := stamp.NewBitmap(width*wide, len(j.rows), stamp.Resolution{DotsPerMM: float64(dpi) / 25.4, DPI: dpi})
	for y, line := range j.rows {
		for pin := range 8 * len(line) {
			if line[pin/8]&(0x80>>(pin%8)) != 0 {
				for i := range wide {
					bm.SetBlack((width-1-pin)*wide+i, y)
				}
			}
		}
	}
	return bm
}

// fits reports whether what the job says of its media is what is loaded.
func (j *raster) fits(roll stamp.Media) bool {
	kind := byte(0x0b)
	if roll.Kind == stamp.MediaContinuous {
		kind = 0x0a
	}
	for _, said := range []struct {
		flag byte
		same bool
	}{
		{0x02, j.kind == kind},
		{0x04, j.width == int(roll.WidthMM)},
		{0x08, j.length == int(roll.HeightMM)},
	} {
		if j.valid&said.flag != 0 && !said.same {
			return false
		}
	}
	return true
}

// brotherTrouble is the error information as it is now.
func (o *Office) brotherTrouble() uint16 {
	o.mu.Lock()
	defer o.mu.Unlock()
	var bits uint16
	for _, e := range brotherErrors {
		if o.due(e.fault, 0) {
			bits |= e.bit
		}
	}
	return bits
}

// printRaster puts the label into the printer's memory, prints it if nothing stops it, and tells how that goes.
func (o *Office) printRaster(ctx context.Context, conn net.Conn, job *raster) {
	if job.rowBytes == 0 || o.isOn(FaultPrinterSilent) {
		return
	}
	if !job.fits(o.cfg.Roll) {
		o.tell(conn, brotherError, 0, errorWrongMedia)
		return
	}
	o.tell(conn, brotherPhase, 1, 0)
	o.mu.Lock()
	slow := o.faults[FaultPrinterSlow].Delay
	o.mu.Unlock()
	if slow > 0 && o.cfg.Sleep(ctx, slow) != nil {
		return
	}
	o.mu.Lock()
	if len(o.printer.pending) < maxPending {
		o.printer.pending = append(o.printer.pending, pendingLabel{bitmap: job.bitmap(), ignored: job.ignored})
		o.notify()
	}
	o.mu.Unlock()
	o.printPending()
	o.mu.Lock()
	held := len(o.printer.pending) > 0
	o.mu.Unlock()
	if held {
		o.tell(conn, brotherError, 0, o.brotherTrouble())
		return
	}
	o.tell(conn, brotherCompleted, 1, 0)
	o.tell(conn, brotherPhase, 0, 0)
}

// tell sends one message, unless the printer is one that does not.
func (o *Office) tell(conn net.Conn, kind, phase byte, trouble uint16) {
	if o.isOn(FaultPrinterMute) || o.isOn(FaultPrinterSilent) {
		return
	}
	m := make([]byte, 32)
	copy(m, []byte{0x80, 0x20, 'B', '4', 'A', '0'})
	binary.LittleEndian.PutUint16(m[8:], trouble)
	m[10], m[11], m[17], m[18], m[19] = byte(o.cfg.Roll.WidthMM), 0x0b, byte(o.cfg.Roll.HeightMM), kind, phase
	if o.cfg.Roll.Kind == stamp.MediaContinuous {
		m[11], m[17] = 0x0a, 0
	}
	if trouble&0x0001 != 0 { // nothing is loaded
		m[10], m[11], m[17] = 0, 0, 0
	}
	_, _ = conn.Write(m) // who hung up does not listen
}
