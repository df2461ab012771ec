package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"segnatura/scanner/escl"
	"segnatura/stamp"
	"segnatura/stamp/zpl"
	"segnatura/ui"
)

// devices are what the desk has.
type devices struct {
	scanners []ui.Scanner
	printers []ui.LabelPrinter
	folders  []watched
}

// configuredDevices opens nothing: a device that is off at the start is a device that is off.
func configuredDevices(c Config, clock func() time.Time) (devices, error) {
	var d devices
	for _, sc := range c.Scanners {
		cfg := escl.Config{URL: sc.URL, User: sc.User, PinSHA256: sc.PinSHA256, Now: clock}
		if sc.PasswordFile != "" {
			b, err := os.ReadFile(sc.PasswordFile)
			if err != nil {
				return d, fmt.Errorf("read the password of scanner %q: %w", sc.ID, err)
			}
			cfg.Password = strings.TrimSpace(string(b))
		}
		src, err := escl.New(cfg)
		if err != nil {
			return d, fmt.Errorf("scanner %q: %w", sc.ID, err)
		}
		d.scanners = append(d.scanners, ui.Scanner{ID: sc.ID, Name: nameOr(sc.Name, sc.ID), Source: src})
	}
	for _, h := range c.HotFolders {
		w, err := newWatched(h, clock)
		if err != nil {
			return d, fmt.Errorf("hotfolder %q: %w", h.ID, err)
		}
		d.folders = append(d.folders, w)
	}
	for _, p := range c.Printers {
		size, err := labelSize(p.Label)
		if err != nil {
			return d, fmt.Errorf("printer %q: %w", p.ID, err)
		}
		res, err := resolution(p.DPI)
		if err != nil {
			return d, fmt.Errorf("printer %q: %w", p.ID, err)
		}
		d.printers = append(d.printers, labelPrinter(p.ID, nameOr(p.Name, p.ID), p.Address, res, size))
	}
	return d, nil
}

func nameOr(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

func labelPrinter(id, name, address string, res stamp.Resolution, size stamp.Size) ui.LabelPrinter {
	return ui.LabelPrinter{Name: name, Printer: zpl.New(zpl.Config{ID: id, Resolution: res, LabelSize: size, Dial: zpl.DialTCP(address)})}
}

// forScreen is what the screens know of the devices.
func (d devices) forScreen() ui.Devices {
	out := ui.Devices{Scanners: d.scanners, Printers: d.printers}
	for _, w := range d.folders {
		out.Folders = append(out.Folders, ui.Folder{ID: w.id, Name: w.name, Troubles: w.troubles.list})
	}
	return out
}
