package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"segnatura/internal/pinned"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/sane"
	"segnatura/ui"
)

// finder looks for scanners, for the settings screen.
type finder struct {
	config Config
	file   string // the settings file
	// announced and listed do the looking; nil: the local networks, and SANE on this machine.
	announced func(context.Context) ([]escl.Found, error)
	listed    func(context.Context) ([]sane.Device, error)
}

func newFinder(c Config, path, dataDir string) finder {
	if path == "" {
		path = filepath.Join(dataDir, configName)
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return finder{config: c, file: path, announced: escl.Discovery{}.Discover,
		listed: func(ctx context.Context) ([]sane.Device, error) {
			return sane.List(ctx, sane.Config{Env: saneEnvironment()})
		}}
}

// SettingsFile implements ui.ScannerFinder.
func (f finder) SettingsFile() string { return f.file }

// Find implements ui.ScannerFinder.
func (f finder) Find(ctx context.Context, where ui.FindPlace) ([]ui.FoundScanner, error) {
	var out []ui.FoundScanner
	switch where {
	case ui.FindNetwork:
		found, err := f.announced(ctx)
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			x := ui.FoundScanner{Address: d.URL, Name: nameOr(d.Model, d.Name), Feeder: d.Feeder, Platen: d.Platen, Duplex: d.Duplex}
			out = append(out, f.known(x, ScannerConfig{Name: x.Name, URL: d.URL}))
		}
	case ui.FindSANE:
		devices, err := f.listed(ctx)
		if err != nil {
			return nil, err
		}
		for _, d := range devices {
			x := ui.FoundScanner{Address: d.Name, Name: d.MakeAndModel, Kind: d.Type}
			out = append(out, f.known(x, ScannerConfig{Name: x.Name, Device: sane.Settled(d.Name)}))
		}
	default:
		return nil, fmt.Errorf("no place %q", where)
	}
	return out, nil
}

// known adds how the scanner is configured, and the lines that would configure it.
func (f finder) known(x ui.FoundScanner, sc ScannerConfig) ui.FoundScanner {
	for _, have := range f.config.Scanners {
		if sc.URL != "" && strings.TrimRight(have.URL, "/") == strings.TrimRight(sc.URL, "/") || sc.Device != "" && sane.Settled(have.Device) == sc.Device {
			x.Configured = nameOr(have.Name, have.ID)
		}
	}
	x.Settings = f.lines(sc)
	return x
}

// Try implements ui.ScannerFinder. A certificate that nobody vouches for is pinned for the question, and told: the person compares it.
func (f finder) Try(ctx context.Context, x ui.FoundScanner) (c scanner.Capabilities, certificate, settings string, err error) {
	sc := ScannerConfig{Name: x.Name, Device: x.Address}
	if strings.HasPrefix(x.Address, "http") {
		sc = ScannerConfig{Name: x.Name, URL: x.Address}
	}
	ask := func() (scanner.Capabilities, error) {
		src, err := openScanner(sc, "", time.Now)
		if err != nil {
			return scanner.Capabilities{}, err
		}
		return src.Capabilities(ctx)
	}
	c, err = ask()
	var unknown *pinned.CertificateError
	if errors.As(err, &unknown) {
		certificate, sc.PinSHA256 = unknown.SHA256, unknown.SHA256
		c, err = ask()
	}
	if err == nil && c.MakeAndModel != "" {
		sc.Name = c.MakeAndModel
	}
	sc.Device = sane.Settled(sc.Device)
	return c, certificate, f.lines(sc), err
}

// lines are what to write into the settings file.
func (f finder) lines(sc ScannerConfig) string {
	var b strings.Builder
	b.WriteString("[[scanner]]\n")
	for _, l := range []struct{ key, value string }{
		{"id", f.freeID(sc.Name)}, {"name", sc.Name}, {"url", sc.URL}, {"device", sc.Device}, {"pin_sha256", sc.PinSHA256},
	} {
		if l.value != "" {
			fmt.Fprintf(&b, "%s = %s\n", l.key, tomlString(l.value))
		}
	}
	return b.String()
}

// tomlString is a basic string of TOML 1.0: what does not print has no place in a name.
func tomlString(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// freeID makes an id of a name that no scanner or folder of the settings has.
func (f finder) freeID(name string) string {
	id := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, name), "-")
	for strings.Contains(id, "--") {
		id = strings.ReplaceAll(id, "--", "-")
	}
	if id == "" {
		id = "scanner"
	}
	taken := func(id string) bool {
		return slices.ContainsFunc(f.config.Scanners, func(s ScannerConfig) bool { return s.ID == id }) ||
			slices.ContainsFunc(f.config.HotFolders, func(h HotFolderConfig) bool { return h.ID == id })
	}
	free := id
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s-%d", id, n)
	}
	return free
}
