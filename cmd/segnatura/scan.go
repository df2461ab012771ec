package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"segnatura/internal/durable"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/sane"
)

const scanUsage = "[-config F] [-data DIR] -list | [-device ID|URL|SANE-NAME] [-feeder] [-duplex] [-mode rgb|grey|binary] [-dpi N] -o DIR"

// suffixes are the files' names by what a page is.
var suffixes = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif", "application/pdf": ".pdf"}

// scan lists what the office's scanners see, or takes one run's pages into a folder, without the service: to try a scanner before
// the desk relies on it. Pages that were taken before a fault stay.
func scan(ctx context.Context, e env, args []string) error {
	f := flags(e, "scan")
	configPath := f.String("config", "", "settings file (default: segnatura.toml in the data folder)")
	dataDir := f.String("data", defaultData, "data folder, for its settings")
	list := f.Bool("list", false, "list the configured scanners, those that announce themselves on the network, and what SANE sees")
	network := f.Bool("network", true, "with -list: ask the local networks too")
	device := f.String("device", "", "a configured scanner's id, an eSCL URL, or SANE's name (default: the first configured)")
	feeder := f.Bool("feeder", false, "from the feeder (default: as the device has it)")
	duplex := f.Bool("duplex", false, "both sides")
	mode := f.String("mode", string(scanner.ColorGrey), "rgb, grey or binary")
	dpi := f.Int("dpi", 300, "resolution")
	out := f.String("o", "", "folder for the pages")
	if err := parse(f, args); err != nil {
		return err
	}
	c, err := loadConfig(*configPath, *dataDir)
	if err != nil {
		return err
	}
	if *list {
		return listScanners(ctx, e, c, *network)
	}
	if *out == "" {
		return usageError{errors.New("no folder given with -o")}
	}
	r := scanner.Request{ColorMode: scanner.ColorMode(*mode), ResolutionDPI: *dpi, Duplex: *duplex}
	if *feeder || *duplex {
		r.Input = scanner.InputFeeder
	}
	src, err := scannerNamed(c, *device)
	if err != nil {
		return err
	}
	return takePages(ctx, e, src, r, *out)
}

// listScanners prints a line for each device: what to call it with -device, what is known of its state or kind, its name. One way of
// looking that fails does not end the others; it is said at the end.
func listScanners(ctx context.Context, e env, c Config, network bool) error {
	var failed []error
	n := len(c.Scanners)
	for _, sc := range c.Scanners {
		src, err := openScanner(sc, "", time.Now)
		if err != nil {
			return fmt.Errorf("scanner %q: %w", sc.ID, err)
		}
		fmt.Fprintf(e.stdout, "%s\t%s\t%s\n", sc.ID, src.Status(ctx).State, nameOr(sc.Name, sc.ID))
	}
	if network {
		found, err := escl.Discovery{}.Discover(ctx)
		if err != nil {
			failed = append(failed, err)
		}
		n += len(found)
		for _, d := range found {
			fmt.Fprintf(e.stdout, "%s\tannounced\t%s\n", d.URL, nameOr(d.Model, d.Name))
		}
	}
	devices, err := sane.List(ctx, sane.Config{Env: saneEnvironment()})
	if err != nil {
		failed = append(failed, err)
	}
	n += len(devices)
	for _, d := range devices {
		fmt.Fprintf(e.stdout, "%s\t%s\t%s\n", d.Name, d.Type, d.MakeAndModel)
	}
	if n == 0 && len(failed) == 0 {
		fmt.Fprintln(e.stderr, "no scanner found")
	}
	return errors.Join(failed...)
}

// scannerNamed finds a configured scanner, or opens one by its address or SANE's name.
func scannerNamed(c Config, name string) (scanner.Source, error) {
	for _, sc := range c.Scanners {
		if name == "" || name == sc.ID {
			return openScanner(sc, "", time.Now)
		}
	}
	if name == "" {
		return nil, usageError{errors.New("no scanner is configured; name one with -device")}
	}
	if u, err := url.Parse(name); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return openScanner(ScannerConfig{ID: name, URL: name}, "", time.Now)
	}
	return openScanner(ScannerConfig{ID: name, Device: name}, "", time.Now)
}

func takePages(ctx context.Context, e env, src scanner.Source, r scanner.Request, dir string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder for the pages: %w", err)
	}
	doc, err := src.Scan(ctx, r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, doc.Close()) }()
	for {
		p, err := doc.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := filepath.Join(dir, fmt.Sprintf("page-%04d%s", p.Seq, suffixes[p.Format]))
		if err := savePage(name, p.Data); err != nil {
			return fmt.Errorf("page %d: %w", p.Seq, err)
		}
		fmt.Fprintln(e.stdout, name)
	}
}

func savePage(name string, data io.ReadCloser) error {
	err := durable.Files{}.CreateExclusive(name, data, 0o644)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%s is there already", name)
	}
	return errors.Join(err, data.Close())
}
