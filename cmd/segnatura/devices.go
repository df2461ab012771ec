package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/sane"
	"segnatura/ui"
)

// devices are what the desk has.
type devices struct {
	scanners []ui.Scanner
	printers []ui.LabelPrinter
	folders  hotFolders
}

// configuredDevices makes what the settings name, with what was kept of its printers, or nil. It opens nothing: a device that is off at the
// start is a device that is off.
func configuredDevices(c Config, workDir string, clock func() time.Time, kept *keptPrinters) (devices, error) {
	var d devices
	for _, sc := range c.Scanners {
		src, err := openScanner(sc, workDir, clock)
		if err != nil {
			return d, fmt.Errorf("scanner %q: %w", sc.ID, err)
		}
		d.scanners = append(d.scanners, ui.Scanner{ID: sc.ID, Name: nameOr(sc.Name, sc.ID), Source: src})
	}
	for _, h := range c.HotFolders {
		f, err := newHotFolder(h, clock)
		if err != nil {
			return d, fmt.Errorf("hotfolder %q: %w", h.ID, err)
		}
		d.folders = append(d.folders, f)
	}
	for _, p := range c.Printers {
		printer, err := openPrinter(p, kept)
		if err != nil {
			return d, fmt.Errorf("printer %q: %w", p.ID, err)
		}
		d.printers = append(d.printers, printer)
	}
	return d, nil
}

// openScanner makes a scanner of its family: SANE where a device is named, else eSCL. workDir keeps a page under way where its family
// needs a file for it; "" is the system's folder for temporary files.
func openScanner(sc ScannerConfig, workDir string, clock func() time.Time) (scanner.Source, error) {
	if sc.Device != "" {
		return sane.New(sane.Config{Device: sc.Device, Env: saneEnvironment(), Options: sc.Options, WorkDir: workDir, Now: clock}), nil
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

// forScreen is what the screens know of the devices.
func (d devices) forScreen() ui.Devices {
	return ui.Devices{Scanners: d.scanners, Printers: d.printers, Folders: d.folders.forScreen}
}

// labelPrinter is the printer that every desk prints on unless it says otherwise: the first.
func (d devices) labelPrinter() (station.Printer, bool) {
	if len(d.printers) == 0 {
		return nil, false
	}
	return d.printers[0].Printer, true
}

// and are these devices and, behind them, others.
func (d devices) and(others devices) devices {
	return devices{
		scanners: slices.Concat(d.scanners, others.scanners), printers: slices.Concat(d.printers, others.printers),
		folders: slices.Concat(d.folders, others.folders),
	}
}
