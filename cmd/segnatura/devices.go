package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/sane"
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

// configuredDevices makes what the settings name. It opens nothing: a device that is off at the start is a device that is off.
func configuredDevices(c Config, workDir string, clock func() time.Time) (devices, error) {
	var d devices
	for _, sc := range c.Scanners {
		src, err := openScanner(sc, workDir, clock)
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

// openScanner makes a scanner of its family: SANE where a device is named, else eSCL. workDir keeps a page under way where its family
// needs a file for it; "" is the system's folder for temporary files.
func openScanner(sc ScannerConfig, workDir string, clock func() time.Time) (scanner.Source, error) {
	if sc.Device != "" {
		return sane.New(sane.Config{Device: sc.Device, Env: saneEnvironment(), WorkDir: workDir, Now: clock}), nil
	}
	cfg := escl.Config{URL: sc.URL, User: sc.User, PinSHA256: sc.PinSHA256, Now: clock}
	if sc.PasswordFile != "" {
		b, err := os.ReadFile(sc.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("read the password: %w", err)
		}
		cfg.Password = strings.TrimSpace(string(b))
	}
	return escl.New(cfg)
}

// saneEnvironment hands on where SANE's own settings are, if that was moved.
func saneEnvironment() []string {
	const name = "SANE_CONFIG_DIR"
	if dir := os.Getenv(name); dir != "" {
		return []string{name + "=" + dir}
	}
	return nil
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
