package station

import (
	"context"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// PrinterSettings are what is kept of a printer besides the settings file, which is the machine's: what a person finds out at the printer.
type PrinterSettings struct {
	// Offset moves the print; nil: as the settings file says.
	Offset *stamp.Offset `json:"offset,omitempty"`
	// NextPlace is where on the sheet of labels the next one goes, from 1; 0: the first.
	NextPlace int `json:"nextPlace,omitempty" minimum:"0" maximum:"100"`
}

// PrinterStore keeps the settings of printers, which all desks share.
type PrinterStore interface {
	// PrinterSettings returns those of every printer of which something is kept, by its id.
	PrinterSettings(ctx context.Context) (map[string]PrinterSettings, error)
	// KeepPrinter replaces a printer's settings and journals who did.
	KeepPrinter(ctx context.Context, a protocollo.Actor, printer string, p PrinterSettings) error
	// UseSheetPlace keeps the next place of a sheet after a label; it is no decision of anybody's and is not journaled.
	UseSheetPlace(ctx context.Context, printer string, next int) error
}

// PrinterSettings returns what is kept of the printers.
func (s *Station) PrinterSettings(ctx context.Context, _ protocollo.Actor) (map[string]PrinterSettings, error) {
	return wrapped(s.cfg.Printers.PrinterSettings(ctx))("read printers' settings")
}

// KeepPrinter keeps a printer's settings. Forbidden to whoever does not keep the devices; Invalid "printer-offset" past [stamp.MaxOffsetMM].
// "sheet-place" where there is no such place on a sheet.
func (s *Station) KeepPrinter(ctx context.Context, actor protocollo.Actor, printer string, p PrinterSettings) error {
	if err := actor.Require(protocollo.ActDevices); err != nil {
		return err
	}
	if p.Offset != nil && !p.Offset.Valid() {
		return protocollo.Errorf(protocollo.Invalid, "printer-offset", "an offset of %g, %g mm", p.Offset.RightMM, p.Offset.DownMM)
	}
	if err := s.cfg.Printers.KeepPrinter(ctx, actor, printer, p); err != nil {
		return fmt.Errorf("keep the settings of printer %s: %w", printer, err)
	}
	s.publish(EventStatus, 0, actor.AOO)
	return nil
}

// AdjustablePrinter is a [Printer] that can print with another offset than the one that is kept.
type AdjustablePrinter interface {
	Printer
	// Tried returns the printer as it would be with the offset.
	Tried(stamp.Offset) Printer
}

// PrintTest prints a label that has no value: rulers along its edges, a code, the printer's name and the time, «PROVA – SENZA VALORE».
// tried, where set, is an offset to be tried and not kept. The outcome is what the printer proves; nothing is recorded, since nothing was
// registered. Invalid "printer-offset"; Invalid "label-size" where the label is too small for anything to be read on it.
func (s *Station) PrintTest(ctx context.Context, actor protocollo.Actor, printer Printer, name string, tried *stamp.Offset) (stamp.Result, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		if err := actor.Require(protocollo.ActDevices); err != nil {
			return stamp.Result{}, err
		}
	}
	bitmap, err := testLabel(s.cfg.Composer, name, s.now(), printer.LabelSize(), printer.Resolution())
	if err != nil {
		return stamp.Result{}, protocollo.Errorf(protocollo.Invalid, "label-size", "test label: %v", err)
	}
	if tried != nil {
		a, ok := printer.(AdjustablePrinter)
		if !ok || !tried.Valid() {
			return stamp.Result{}, protocollo.Errorf(protocollo.Invalid, "printer-offset", "an offset of %g, %g mm", tried.RightMM, tried.DownMM)
		}
		printer = a.Tried(*tried)
	}
	unlock, err := s.keys.lock(ctx, "printer/"+printer.ID())
	if err != nil {
		return stamp.Result{}, fmt.Errorf("wait for printer: %w", err)
	}
	defer unlock()
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.PrintTimeout)
	defer cancel()
	result, err := printer.Print(call, bitmap)
	if err != nil {
		s.log.Warn("test label not printed", "device", printer.ID(), "err", err)
	}
	return result, nil
}

// What a test label says. The code is none of ours: a scan that meets the label takes it for no letter's.
const (
	testBanner = "PROVA – SENZA VALORE"
	testCode   = "PROVA-SENZA-VALORE"
)

// rulerMM is how far the longest line of a ruler reaches into the label.
const rulerMM = 3.0

// testLabel composes the test label inside its rulers. On a small one first the code and then the text gives way.
func testLabel(c Composer, name string, at time.Time, size stamp.Size, r stamp.Resolution) (*stamp.Bitmap, error) {
	inner := stamp.Size{WidthMM: size.WidthMM - 2*rulerMM, HeightMM: size.HeightMM - 2*rulerMM}
	lines := []stamp.Line{
		{Text: name, Bold: true, Shorten: stamp.ShortenEllipsis},
		{Text: fmt.Sprintf("%s – %d dpi", size, r.DPI), Shorten: stamp.ShortenDrop},
		{Text: at.In(protocollo.Rome()).Format("02/01/2006 15:04"), Shorten: stamp.ShortenDrop},
	}
	var err error
	for _, l := range []stamp.Label{
		{Size: inner, Lines: lines, QR: testCode, Banner: testBanner},
		{Size: inner, Lines: lines[:1], Banner: testBanner},
		{Size: inner, Banner: testBanner},
	} {
		var middle *stamp.Bitmap
		if middle, err = c.Compose(l, r); err != nil {
			continue
		}
		b := stamp.NewBitmap(int(size.WidthMM*r.DotsPerMM), int(size.HeightMM*r.DotsPerMM), r)
		b.Draw(middle, (b.Width-middle.Width)/2, (b.Height-middle.Height)/2)
		rulers(b)
		return b, nil
	}
	return nil, err
}

// rulers draws a line around the label and, from each edge, a tick every millimetre: 1 mm long, 2 mm every five, 3 mm every ten.
func rulers(b *stamp.Bitmap) {
	thick := max(1, b.Resolution.Dots(0.125))
	along := func(length int, set func(along, depth int)) {
		for d := range thick {
			for i := range length {
				set(i, d)
			}
		}
		for mm := 1; b.Resolution.Dots(float64(mm)) < length; mm++ {
			long := 1.0
			switch {
			case mm%10 == 0:
				long = rulerMM
			case mm%5 == 0:
				long = 2
			}
			for i := range thick {
				for d := range b.Resolution.Dots(long) {
					set(b.Resolution.Dots(float64(mm))+i, d)
				}
			}
		}
	}
	along(b.Width, func(i, d int) { b.SetBlack(i, d) })
	along(b.Width, func(i, d int) { b.SetBlack(i, b.Height-1-d) })
	along(b.Height, func(i, d int) { b.SetBlack(d, i) })
	along(b.Height, func(i, d int) { b.SetBlack(b.Width-1-d, i) })
}
