package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"segnatura/internal/station"
	"segnatura/stamp"
)

// placedPrinter has a label come out where it belongs: turned as the printer feeds it, moved by the printer's own error, at the next free
// place of a sheet. To the station it is a printer of labels.
type placedPrinter struct {
	inner    station.Printer
	turn     int
	sheet    *stamp.SheetLayout
	moves    bool // the family moves the print itself, past the label's own edge if need be
	standard stamp.Offset
	kept     *keptPrinters
}

func (p *placedPrinter) ID() string                   { return p.inner.ID() }
func (p *placedPrinter) Resolution() stamp.Resolution { return p.inner.Resolution() }

func (p *placedPrinter) State(ctx context.Context) stamp.PrinterState { return p.inner.State(ctx) }

// LabelSize is the label's as it is read.
func (p *placedPrinter) LabelSize() stamp.Size {
	if p.sheet != nil {
		return p.sheet.Area().Turned(p.turn)
	}
	return p.inner.LabelSize().Turned(p.turn)
}

// Tried returns the printer with another offset, for one label.
func (p *placedPrinter) Tried(o stamp.Offset) station.Printer { return triedPrinter{p, o} }

// triedPrinter prints with an offset that is not kept.
type triedPrinter struct {
	*placedPrinter
	offset stamp.Offset
}

// triedOffset is the context's key of the offset that is tried.
type triedOffset struct{}

func (p triedPrinter) Print(ctx context.Context, b *stamp.Bitmap) (stamp.Result, error) {
	return p.placedPrinter.Print(context.WithValue(ctx, triedOffset{}, p.offset), b)
}

// page is what the printer gets: the sheet with the label at its place, or the label alone (place 0).
func (p *placedPrinter) page(ctx context.Context, b *stamp.Bitmap) (page *stamp.Bitmap, place int, err error) {
	moved, turned := p.offset(ctx), b.Turned(p.turn)
	if p.sheet != nil {
		place = p.nextPlace(ctx)
		page, lost := p.sheet.Page(turned, place, moved)
		return page, place, offEdge(lost)
	}
	if p.moves || moved == (stamp.Offset{}) {
		return turned, 0, nil
	}
	page = stamp.NewBitmap(turned.Width, turned.Height, turned.Resolution)
	right, down := moved.Dots(turned.Resolution)
	return page, 0, offEdge(page.Draw(turned, right, down))
}

func offEdge(lost int) error {
	if lost > 0 {
		return fmt.Errorf("%d dots would fall off the edge: the printer's offset is too large for this label", lost)
	}
	return nil
}

// Print refuses a label that would lose a part by being moved. A sheet's place is used up when anything of the sheet may have come out.
func (p *placedPrinter) Print(ctx context.Context, b *stamp.Bitmap) (stamp.Result, error) {
	page, place, err := p.page(ctx, b)
	if err != nil {
		return stamp.Result{Outcome: stamp.OutcomeFailed}, err
	}
	result, err := p.inner.Print(ctx, page)
	if place == 0 || result.Outcome == stamp.OutcomeFailed {
		return result, err
	}
	return result, errors.Join(err, p.kept.use(ctx, p.ID(), p.sheet.Next(place)))
}

// offset is the one that is tried, or else the one that was kept on the screen, or else the settings'.
func (p *placedPrinter) offset(ctx context.Context) stamp.Offset {
	if tried, ok := ctx.Value(triedOffset{}).(stamp.Offset); ok {
		return tried
	}
	if kept := p.kept.settings(ctx, p.ID()); kept.Offset != nil {
		return *kept.Offset
	}
	return p.standard
}

func (p *placedPrinter) nextPlace(ctx context.Context) int {
	if next := p.kept.settings(ctx, p.ID()).NextPlace; next >= 1 && next <= p.sheet.Places() {
		return next
	}
	return 1
}

// keptPrinters is where printers look up what was kept of them on the screen. nil: nothing was.
type keptPrinters struct {
	store station.PrinterStore
	log   *slog.Logger
}

// settings returns what was kept of a printer. A store that cannot be read has kept nothing: the label comes out as the settings file says.
func (k *keptPrinters) settings(ctx context.Context, id string) station.PrinterSettings {
	if k == nil {
		return station.PrinterSettings{}
	}
	all, err := k.store.PrinterSettings(ctx)
	if err != nil {
		k.log.Error("printers' offsets not read", "device", id, "err", err)
	}
	return all[id]
}

// use keeps which place of the sheet in a printer is the next.
func (k *keptPrinters) use(ctx context.Context, id string, next int) error {
	if k == nil {
		return nil
	}
	if err := k.store.UseSheetPlace(ctx, id, next); err != nil {
		return fmt.Errorf("keep the sheet's next place: %w", err)
	}
	return nil
}
