package officesim

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"net"
	"slices"
	"time"

	"segnatura/stamp"
)

// Label is one label that came out of the printer.
type Label struct {
	Seq    int           // 1, 2, 3 ... since the office opened
	Bitmap *stamp.Bitmap // as printed; shared, not to be changed
	// Letter is the letter on which it was stuck, or 0 while it lies on the desk.
	Letter int
	// Ignored lists the commands of its format that ask for something which this printer does not draw.
	Ignored   []string
	PrintedAt time.Time
}

// Image returns the label as a picture, one pixel a dot.
func (l Label) Image() image.Image {
	bm := l.Bitmap
	img := image.NewPaletted(image.Rect(0, 0, bm.Width, bm.Height), color.Palette{color.White, color.Black})
	for y := range bm.Height {
		for x := range bm.Width {
			if bm.Black(x, y) {
				img.Pix[y*img.Stride+x] = 1
			}
		}
	}
	return img
}

// printerState is guarded by Office.mu.
type printerState struct {
	graphics map[string]*graphic // by name, kept from one connection to the next
	pending  []pendingLabel      // received and not yet printed
	labels   []Label
}

type pendingLabel struct {
	bitmap  *stamp.Bitmap
	ignored []string
	slow    bool // its time has not come
}

// maxPending is how many labels the printer's memory holds; what comes on top is lost, and ~HS says "buffer full" before.
const maxPending = 255

// Labels returns every label printed so far, oldest first.
func (o *Office) Labels() []Label {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.printer.labels)
}

// WaitPending waits until the printer holds at least n labels back, which it received and cannot print.
func (o *Office) WaitPending(ctx context.Context, n int) error {
	return o.wait(ctx, func() bool { return len(o.printer.pending) >= n })
}

// wait waits until done, which is called under o.mu, is true.
func (o *Office) wait(ctx context.Context, done func() bool) error {
	for {
		o.mu.Lock()
		is, changed := done(), o.changed
		o.mu.Unlock()
		if is {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// WaitLabels waits until at least n labels have been printed since the office opened, and returns all of them.
func (o *Office) WaitLabels(ctx context.Context, n int) ([]Label, error) {
	err := o.wait(ctx, func() bool { return len(o.printer.labels) >= n })
	labels := o.Labels()
	if err != nil {
		return labels, fmt.Errorf("officesim: %d of %d labels came out: %w", len(labels), n, err)
	}
	return labels, nil
}

func (o *Office) servePrinter(ctx context.Context) {
	for {
		conn, err := o.printerLn.Accept()
		if err != nil {
			return // closed by shut
		}
		o.mu.Lock()
		o.conns[conn] = struct{}{}
		o.mu.Unlock()
		if ctx.Err() != nil { // shut may have run before the connection was in its list
			conn.Close()
		}
		serve := o.servePrinterConn
		if o.cfg.Roll != (stamp.Media{}) {
			serve = o.serveBrotherConn
		}
		o.wg.Go(func() {
			serve(ctx, conn)
			conn.Close()
			o.mu.Lock()
			delete(o.conns, conn)
			o.mu.Unlock()
		})
	}
}

// servePrinterConn carries out the commands of one connection until it ends. A printer has nobody to tell what was wrong
// with a command, so it goes on to the next.
func (o *Office) servePrinterConn(ctx context.Context, conn net.Conn) {
	commands := &commandReader{r: bufio.NewReaderSize(conn, 64<<10), cut: o.takePrinterCut}
	var f *format // nil outside ^XA ... ^XZ
	for {
		cmd, err := commands.next()
		if err != nil {
			return
		}
		switch {
		case o.isOn(FaultPrinterSilent):
		case cmd.name == "^XA":
			f = &format{copies: 1}
		case cmd.name == "^XZ":
			if f != nil {
				o.print(ctx, f)
			}
			f = nil
		case cmd.name == "^ID":
			o.dropGraphic(cmd)
		case f != nil && cmd.name[0] == '^':
			if err := f.apply(cmd, o.storedGraphic); err != nil {
				f.ignored = append(f.ignored, cmd.name)
			}
		default:
			if _, err := conn.Write(o.immediate(cmd)); err != nil {
				return
			}
		}
	}
}

func (o *Office) takePrinterCut() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, on := o.faults[FaultPrinterCut]
	delete(o.faults, FaultPrinterCut)
	return on
}

func (o *Office) isOn(kind FaultKind) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, on := o.faults[kind]
	return on
}

func (o *Office) storedGraphic(name string) *graphic {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.printer.graphics[name]
}

func (o *Office) dropGraphic(cmd command) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.printer.graphics, graphicName(string(cmd.params)))
}

// immediate carries out a command that stands outside formats and returns the printer's answer, if it has one.
func (o *Office) immediate(cmd command) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, mute := o.faults[FaultPrinterMute]
	switch {
	case cmd.name == "~DG":
		name, g, err := parseDG(cmd)
		if err == nil && (len(o.printer.graphics) < maxGraphics || o.printer.graphics[name] != nil) {
			o.printer.graphics[name] = g
		}
	case cmd.name == "~JA":
		o.printer.pending = nil
	case mute:
	case cmd.name == "~HS":
		return o.hostStatus()
	case cmd.name == "~HI":
		return fmt.Appendf(nil, "\x02SIMULATORE,V1.0,%g,8192KB\x03\r\n", o.cfg.Printer.DotsPerMM)
	case cmd.name == "~HQ" && string(bytes.ToUpper(cmd.params)) == "ES":
		return o.errorStatus()
	}
	return nil
}

// errorBits are the flags of ~HQES, group 1 (ZPL II Programming Guide, ~HQ). silencesHS marks the states in which a Zebra
// printer sends no answer to ~HS (same guide, ~HS).
var errorBits = []struct {
	fault      FaultKind
	error      uint32
	warning    uint32
	silencesHS bool
}{
	{fault: FaultLabelsOut, error: 0x1, silencesHS: true},
	{fault: FaultRibbonOut, error: 0x2, silencesHS: true},
	{fault: FaultHeadOpen, error: 0x4, silencesHS: true},
	{fault: FaultPaused, error: 0x10000},
	{fault: FaultLabelsLow, warning: 0x8},
}

// errorStatus answers ~HQES. The caller holds o.mu.
func (o *Office) errorStatus() []byte {
	var errs, warnings uint32
	for _, b := range errorBits {
		if o.due(b.fault, 0) {
			errs |= b.error
			warnings |= b.warning
		}
	}
	return fmt.Appendf(nil, "\x02\r\n\r\n  PRINTER STATUS                             \r\n"+
		"   ERRORS:         %d 00000000 %08X         \r\n   WARNINGS:       %d 00000000 %08X         \r\n\x03",
		flag(errs != 0), errs, flag(warnings != 0), warnings)
}

// hostStatus answers ~HS with its three lines. The caller holds o.mu.
func (o *Office) hostStatus() []byte {
	for _, b := range errorBits {
		if b.silencesHS && o.due(b.fault, 0) {
			return nil
		}
	}
	waiting := len(o.printer.pending)
	height := int(o.cfg.LabelSize.HeightMM*o.cfg.Printer.DotsPerMM + 0.5)
	if o.due(FaultOtherLabels, 0) {
		height /= 2
	}
	return fmt.Appendf(nil, "\x02030,0,%d,%04d,%03d,%d,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,1,2,4,0,%08d,1,000\x03\r\n\x021234,0\x03\r\n",
		flag(o.due(FaultPaused, 0)), height, min(waiting, 999), flag(waiting >= maxPending), waiting)
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

// print puts a format's labels into the printer's memory and prints what can be printed. A slow printer goes on answering meanwhile, as Zebra's do.
func (o *Office) print(ctx context.Context, f *format) {
	bm := f.render(o.cfg.LabelSize, o.cfg.Printer)
	if bm == nil {
		return
	}
	o.mu.Lock()
	slow := o.faults[FaultPrinterSlow].Delay
	taken := min(f.copies, maxPending-len(o.printer.pending))
	for range taken {
		o.printer.pending = append(o.printer.pending, pendingLabel{bitmap: bm, ignored: f.ignored, slow: slow > 0})
	}
	o.notify()
	o.mu.Unlock()
	if slow > 0 {
		o.wg.Go(func() { o.feed(ctx, taken, slow) })
		return
	}
	o.printPending()
}

// feed prints so many slow labels, one after the other.
func (o *Office) feed(ctx context.Context, labels int, each time.Duration) {
	o.feeding.Lock()
	defer o.feeding.Unlock()
	for range labels {
		if o.cfg.Sleep(ctx, each) != nil {
			return
		}
		o.mu.Lock()
		if at := slices.IndexFunc(o.printer.pending, func(p pendingLabel) bool { return p.slow }); at >= 0 {
			o.printer.pending[at].slow = false
		}
		o.mu.Unlock()
		o.printPending()
	}
}

// printPending prints what lies in the printer's memory, until a trouble stops it.
func (o *Office) printPending() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.printer.pending) > 0 && !o.printer.pending[0].slow && !o.printerBlocked() {
		p := o.printer.pending[0]
		o.printer.pending = o.printer.pending[1:]
		if f, on := o.faults[FaultLabelsOut]; on {
			f.After--
			o.faults[FaultLabelsOut] = f
		}
		l := Label{Seq: len(o.printer.labels) + 1, Bitmap: p.bitmap, Ignored: p.ignored, PrintedAt: o.cfg.Now()}
		o.printer.labels = append(o.printer.labels, l)
		o.stick(len(o.printer.labels) - 1)
		o.notify()
	}
}

func (o *Office) printerBlocked() bool {
	for _, b := range errorBits {
		if b.error != 0 && o.due(b.fault, 0) {
			return true
		}
	}
	return false
}
