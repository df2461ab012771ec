package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"segnatura/internal/durable"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/compose"
	"segnatura/stamp/ipp"
	"segnatura/stamp/layout"
	"segnatura/stamp/pdf"
	"segnatura/stamp/zpl"
	"segnatura/ui"
)

const labelUsage = "[-config F] [-data DIR] -list | -find | [-layout NAME|F.toml] [-size 62x29] [-dpi 203] [-printer ID|HOST:PORT|URL] [-o OUT.png|pdf|zpl]"

// labelWriters write a bitmap by the output's suffix.
var labelWriters = map[string]func(io.Writer, *stamp.Bitmap) error{
	".png": compose.EncodePNG,
	".pdf": func(w io.Writer, b *stamp.Bitmap) error {
		_, err := pdf.Label(w, b, pdfa.Metadata{Title: "Etichetta di prova", CreatorTool: "segnatura", CreatedAt: time.Now()})
		return err
	},
	".zpl": func(w io.Writer, b *stamp.Bitmap) error {
		text, err := zpl.Encode(b, 1)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	},
}

// label composes one label of nothing, «PROVA – SENZA VALORE», to look at a layout and to try a printer. It opens no data: a label of a real
// number comes from the running service alone, which journals it.
func label(ctx context.Context, e env, args []string) error {
	f := flags(e, "label")
	configPath := f.String("config", "", "settings file (default: segnatura.toml in the data folder)")
	dataDir := f.String("data", defaultData, "data folder, for its settings and its layouts")
	list := f.Bool("list", false, "list the layouts: name, size, title")
	find := f.Bool("find", false, "list the printers that announce themselves on the local networks, and how the settings name them")
	name := f.String("layout", "", "a layout's name, or a file that ends in .toml (default: the printer's, or the one for the size)")
	sizeText := f.String("size", "", "width x height in mm (default: the printer's, the layout's, or 100x50)")
	dpi := f.Int("dpi", 0, "203, 300 or 600 (default: the printer's, or 203)")
	printer := f.String("printer", "", "a configured printer's id, or a printer's address or url as in the settings: print there")
	out := f.String("o", "", "file to write: .png, .pdf or .zpl")
	if err := parse(f, args); err != nil {
		return err
	}
	if *find {
		found, err := ipp.Discovery{}.Discover(ctx)
		if err != nil {
			return err
		}
		return listPrinters(e, found)
	}
	c, err := loadConfig(*configPath, *dataDir)
	if err != nil {
		return err
	}
	layouts, err := readLayouts(c, *dataDir)
	if err != nil {
		return err
	}
	if *list {
		return listLayouts(e, layouts.set)
	}
	if *out == "" && *printer == "" {
		return usageError{errors.New("neither -o nor -printer says where the label goes")}
	}
	if _, known := labelWriters[suffix(*out)]; *out != "" && !known {
		return usageError{fmt.Errorf("%s does not end in .png, .pdf or .zpl", *out)}
	}
	p := PrinterConfig{Address: *printer}
	if strings.Contains(*printer, "://") {
		p.URL, p.Address = *printer, ""
	}
	for _, known := range c.Printers {
		if known.ID == *printer && *printer != "" {
			p = known
		}
	}
	p.Label, p.DPI = cmp.Or(*sizeText, p.Label), cmp.Or(*dpi, p.DPI)
	l, err := layouts.choose(*name, p)
	if err != nil {
		return err
	}
	if p.Label == "" && l.Name != "" {
		p.Label = fmt.Sprintf("%gx%g", l.Size.WidthMM, l.Size.HeightMM)
	}
	return makeLabel(ctx, e, l, p, *printer != "", *out)
}

// listPrinters prints what was found, one a line. What is announced as a raw port may speak anything: a person knows whether it is ZPL.
func listPrinters(e env, found []ipp.Found) error {
	for _, p := range found {
		kind := "office printer"
		if p.Label {
			kind = "label printer"
		}
		if _, err := fmt.Fprintf(e.stdout, "%s\t%s\t%s\n", p.URL, kind, cmp.Or(p.Model, p.Name)); err != nil {
			return err
		}
	}
	return nil
}

// makeLabel composes, writes and prints.
func makeLabel(ctx context.Context, e env, l stamp.Layout, p PrinterConfig, print bool, out string) error {
	size, err := labelSize(p.Label)
	if err != nil {
		return usageError{err}
	}
	res, err := resolution(p.DPI)
	if err != nil {
		return usageError{err}
	}
	if l.Name != "" && l.Size != size {
		return usageError{fmt.Errorf("layout %s is for labels of %s, not of %s", l.Name, l.Size, size)}
	}
	var printer ui.LabelPrinter
	if print {
		p.ID = cmp.Or(p.ID, "prova")
		if printer, err = openPrinter(p, nil); err != nil {
			return usageError{err}
		}
		size, res = printer.Printer.LabelSize(), printer.Printer.Resolution()
	}
	sample := station.SampleLabel
	if l.Kind == stamp.KindReceipt {
		sample = station.SampleReceipt
	}
	b, err := sample(composer{}, l, size, res, time.Now())
	if err != nil {
		return err
	}
	if out != "" {
		if err := writeLabel(out, b); err != nil {
			return err
		}
	}
	if !print {
		return nil
	}
	r, err := printer.Printer.Print(ctx, b)
	if err != nil {
		return err
	}
	if r.Outcome != stamp.OutcomePrinted {
		condition, _ := r.After.Blocks()
		return fmt.Errorf("the label is %s, the printer says %s", r.Outcome, cmp.Or(condition, stamp.ConditionOther))
	}
	fmt.Fprintln(e.stdout, "printed")
	return nil
}

// choose finds the layout by name or file, else that of the printer or its labels' size.
func (l printerLayouts) choose(name string, p PrinterConfig) (stamp.Layout, error) {
	if strings.HasSuffix(name, ".toml") {
		text, err := os.ReadFile(name)
		if err != nil {
			return stamp.Layout{}, fmt.Errorf("read the layout: %w", err)
		}
		read, err := layout.Parse(os.DirFS(filepath.Dir(name)), text, fits)
		if err != nil {
			return read, fmt.Errorf("layout %s: %w", filepath.Base(name), err)
		}
		return read, nil
	}
	if name != "" {
		named, ok := l.set.Named(name)
		if !ok {
			return named, fmt.Errorf("no layout is called %q; -list prints them", name)
		}
		return named, nil
	}
	size, err := labelSize(p.Label)
	if err != nil {
		return stamp.Layout{}, usageError{err}
	}
	return l.Layout(stamp.KindSegnatura, p.ID, size), nil
}

func listLayouts(e env, set layout.Set) error {
	for _, l := range set.All() {
		if _, err := fmt.Fprintf(e.stdout, "%s\t%s\t%s\n", l.Name, l.Size, l.Title); err != nil {
			return err
		}
	}
	return nil
}

func suffix(name string) string { return strings.ToLower(filepath.Ext(name)) }

// writeLabel writes whole or not at all, and replaces nothing.
func writeLabel(name string, b *stamp.Bitmap) error {
	var content bytes.Buffer
	if err := labelWriters[suffix(name)](&content, b); err != nil {
		return err
	}
	err := durable.Files{}.CreateExclusive(name, &content, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already", name)
	}
	if err != nil {
		return fmt.Errorf("write the label: %w", err)
	}
	return nil
}
