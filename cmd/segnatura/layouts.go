package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"segnatura/stamp"
	"segnatura/stamp/compose"
	"segnatura/stamp/layout"
)

// layoutsFolder is the data folder's own, for the body's label layouts.
const layoutsFolder = "layouts"

// printerLayouts are the layouts of a station, with those that the settings name for a printer.
type printerLayouts struct {
	set   layout.Set
	named map[string]stamp.Layout // by the printer's id
}

func (l printerLayouts) Layout(k stamp.Kind, printer string, size stamp.Size) stamp.Layout {
	if named, ok := l.named[printer]; ok && k == named.Kind {
		return named
	}
	return l.set.For(k, size)
}

// labelLayouts reads the program's layouts, and those of the data folder over them.
func labelLayouts(dataDir string) (layout.Set, error) {
	set, err := layout.Defaults(fits)
	if err != nil {
		return set, err
	}
	dir := filepath.Join(dataDir, layoutsFolder)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return set, nil
	}
	return set.ReadFolder(os.DirFS(dir), fits)
}

func fits(l stamp.Label, r stamp.Resolution) error {
	_, err := compose.Compose(l, r)
	return err
}

// readLayouts reads the layouts and finds those that the settings name. A layout is refused for a printer whose labels have another size.
func readLayouts(c Config, dataDir string) (printerLayouts, error) {
	set, err := labelLayouts(dataDir)
	if err != nil {
		return printerLayouts{}, err
	}
	out := printerLayouts{set: set, named: map[string]stamp.Layout{}}
	for _, p := range c.Printers {
		if p.Layout == "" {
			continue
		}
		l, ok := set.Named(p.Layout)
		if !ok {
			return out, fmt.Errorf("printer %q: no layout is called %q; `segnatura label -list` prints them", p.ID, p.Layout)
		}
		size, err := labelSize(p.Label)
		if err != nil {
			return out, fmt.Errorf("printer %q: %w", p.ID, err)
		}
		if l.Kind != stamp.KindSegnatura {
			return out, fmt.Errorf("printer %q: layout %s is of receipts; a printer's layout is that of its labels", p.ID, l.Name)
		}
		if l.Size != size {
			return out, fmt.Errorf("printer %q: layout %s is for labels of %s, and its labels are of %s", p.ID, l.Name, l.Size, size)
		}
		out.named[p.ID] = l
	}
	return out, nil
}
