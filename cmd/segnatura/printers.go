package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"segnatura/internal/devicefile"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/brotherql"
	"segnatura/stamp/ipp"
	"segnatura/stamp/pdf"
	"segnatura/stamp/zpl"
	"segnatura/ui"
)

// PrinterConfig is one printer of labels. Its url says how it is reached and what it speaks:
//
//	zpl://192.0.2.8                        ZPL II over TCP, port 9100 where none is given
//	brother://192.0.2.9?model=QL-820NWB    a Brother QL over TCP; &media=continuous for a roll where die-cut labels exist too
//	ipp://cups.ente.example/printers/zebra any queue of CUPS, and printers that speak IPP by themselves; ipps with TLS
//	file:///dev/usb/lp0?language=zpl       a device file; language=brother wants a model as above
//	pdf:                                   no printer: each label is a PDF to download, for whatever prints PDF
type PrinterConfig struct {
	ID   string `toml:"id"`
	Name string `toml:"name"`
	URL  string `toml:"url"`
	// Address is host:port of a printer that speaks ZPL, as files of before have it.
	Address string `toml:"address"`
	DPI     int    `toml:"dpi"`   // 203, 300 or 600; default 203, of a Brother and of sheets 300
	Label   string `toml:"label"` // width x height in mm, as the printer feeds it; default "100x50"
	// Layout names the layout of its labels, as `segnatura label -list` prints them; by default the one for their size. See docs/labels.md.
	Layout string `toml:"layout"`
	// Sheet is a layout of labels on A4, for an office printer behind ipp or pdf, instead of a label: "3x8-70x37" and others
	// (docs/printers.md).
	Sheet string `toml:"sheet"`
	// Darkness (1 to 30) and Speed (inches a second) are ZPL's; 0 leaves the printer's own.
	Darkness int  `toml:"darkness"`
	Speed    int  `toml:"speed"`
	Cutter   bool `toml:"cutter"` // cut each label off
	// Offset moves the print, in mm to the right and down, at most 5, until another one is kept on the screen «Stampanti».
	Offset []float64 `toml:"offset_mm"`
	Rotate int       `toml:"rotate"` // 90, 180 or 270 degrees clockwise
	// TrustMedia prints although a ZPL or IPP printer says that other labels are loaded, for one that was never calibrated or set up.
	TrustMedia bool `toml:"trust_media"`
	// Media is what an IPP printer calls its labels, width x height in mm, where they are larger than Label, which is then the part that it prints
	// on: the label is put in the middle.
	Media string `toml:"media"`
	// PinSHA256 pins the self-signed certificate of an ipps printer.
	PinSHA256 string `toml:"pin_sha256"`
	// User and PasswordFile are for IPP printers that ask who prints; the password is a file, so that this one holds no secret.
	User         string `toml:"user"`
	PasswordFile string `toml:"password_file"`
}

// printerSettings are those that mean something to some families only: one that would have no effect is refused.
var printerSettings = map[string]func(PrinterConfig) bool{
	"darkness":      func(c PrinterConfig) bool { return c.Darkness != 0 },
	"speed":         func(c PrinterConfig) bool { return c.Speed != 0 },
	"cutter":        func(c PrinterConfig) bool { return c.Cutter },
	"trust_media":   func(c PrinterConfig) bool { return c.TrustMedia },
	"media":         func(c PrinterConfig) bool { return c.Media != "" },
	"pin_sha256":    func(c PrinterConfig) bool { return c.PinSHA256 != "" },
	"user":          func(c PrinterConfig) bool { return c.User != "" },
	"password_file": func(c PrinterConfig) bool { return c.PasswordFile != "" },
}

// printerFamily makes the printers of one scheme.
type printerFamily struct {
	name    string   // for people
	dpi     int      // where the settings name none
	sheets  bool     // it may be an office printer with sheets of labels
	options []string // of its url
	takes   []string // of printerSettings
	open    func(p printerPlan) (station.Printer, error)
}

// printerPlan is what a printer is made of.
type printerPlan struct {
	config     PrinterConfig
	address    *url.URL
	resolution stamp.Resolution
	size       stamp.Size // as the printer feeds it; of sheets the sheet's
	offset     func(context.Context) stamp.Offset
}

// printerFamilies are all that there are, by their scheme.
var printerFamilies = map[string]printerFamily{
	"zpl":     {name: "ZPL", dpi: 203, takes: []string{"darkness", "speed", "cutter", "trust_media"}, open: openZPL},
	"brother": {name: "Brother QL", dpi: 300, options: []string{"model", "media"}, takes: []string{"cutter"}, open: openBrother},
	"ipp":     {name: "IPP", dpi: 203, sheets: true, options: []string{"format"}, takes: []string{"trust_media", "media", "user", "password_file"}, open: openIPP},
	"ipps": {name: "IPP", dpi: 203, sheets: true, options: []string{"format"}, takes: []string{"trust_media", "media", "user", "password_file", "pin_sha256"},
		open: openIPP},
	"file": {name: "file", dpi: 203, options: []string{"language", "model", "media"}, open: openDeviceFile},
	"pdf":  {name: "PDF", dpi: 300, sheets: true, open: openPDF},
}

// deviceLanguages are what a device file may be written.
var deviceLanguages = map[string]string{"zpl": "zpl", "brother": "brother"}

// family finds what the settings name. Its address is what the family opens.
func (c PrinterConfig) family() (printerFamily, *url.URL, error) {
	if (c.URL == "") == (c.Address == "") {
		return printerFamily{}, nil, errors.New("it wants a url, or the address of a printer that speaks ZPL")
	}
	raw := c.URL
	if raw == "" {
		raw = "zpl://" + c.Address
	}
	u, err := url.Parse(raw)
	if err != nil {
		return printerFamily{}, nil, fmt.Errorf("url: %w", err)
	}
	f, ok := printerFamilies[strings.ToLower(u.Scheme)]
	if !ok {
		return printerFamily{}, nil, fmt.Errorf("url %q: no printer is reached by %q", raw, u.Scheme)
	}
	for option := range u.Query() {
		if !slices.Contains(f.options, option) {
			return printerFamily{}, nil, fmt.Errorf("url %q: %s knows no %q", raw, f.name, option)
		}
	}
	if language, ok := deviceLanguages[u.Query().Get("language")]; ok {
		f.dpi, f.name, f.takes = printerFamilies[language].dpi, printerFamilies[language].name, printerFamilies[language].takes
	}
	for _, setting := range slices.Sorted(maps.Keys(printerSettings)) {
		if printerSettings[setting](c) && !slices.Contains(f.takes, setting) {
			return printerFamily{}, nil, fmt.Errorf("%s has no effect on %s", setting, f.name)
		}
	}
	return f, u, nil
}

// plan reads the settings of one printer, and is refused for whatever cannot be right.
func (c PrinterConfig) plan() (printerPlan, printerFamily, error) {
	p := printerPlan{config: c}
	f, address, err := c.family()
	if err != nil {
		return p, f, err
	}
	p.address = address
	var dpiErr, sizeErr error
	p.resolution, dpiErr = resolution(cmp.Or(c.DPI, f.dpi))
	p.size, sizeErr = labelSize(c.Label)
	if err := errors.Join(sizeErr, dpiErr); err != nil {
		return p, f, err
	}
	if c.Sheet != "" {
		if _, ok := stamp.SheetLayoutNamed(c.Sheet); !ok {
			return p, f, fmt.Errorf("sheet %q is none of %s", c.Sheet, strings.Join(sheetNames(), ", "))
		}
		if !f.sheets || c.Label != "" {
			return p, f, errors.New("a sheet is for ipp and pdf, and in place of a label")
		}
		p.size = stamp.SheetSize()
	}
	if _, err := c.offset(); err != nil {
		return p, f, err
	}
	if !slices.Contains([]int{0, 90, 180, 270}, c.Rotate) {
		return p, f, fmt.Errorf("rotate %d is not 90, 180 or 270", c.Rotate)
	}
	return p, f, zpl.Setup{Darkness: c.Darkness, Speed: c.Speed}.Check()
}

func sheetNames() []string {
	var names []string
	for _, l := range stamp.SheetLayouts() {
		names = append(names, l.ID)
	}
	return names
}

func (c PrinterConfig) offset() (stamp.Offset, error) {
	if len(c.Offset) == 0 {
		return stamp.Offset{}, nil
	}
	if len(c.Offset) != 2 {
		return stamp.Offset{}, errors.New("offset_mm is two numbers: to the right, down")
	}
	o := stamp.Offset{RightMM: c.Offset[0], DownMM: c.Offset[1]}
	if !o.Valid() {
		return o, fmt.Errorf("an offset_mm of %g, %g is more than %d", o.RightMM, o.DownMM, stamp.MaxOffsetMM)
	}
	return o, nil
}

// validate makes the printer and lets it go: nothing is opened by that.
func (c PrinterConfig) validate() error {
	if _, err := openPrinter(c, nil); err != nil {
		return fmt.Errorf("printer %q: %w", c.ID, err)
	}
	return nil
}

// openPrinter makes a printer as the settings say. kept is what was kept of it on the screen, or nil.
func openPrinter(c PrinterConfig, kept *keptPrinters) (ui.LabelPrinter, error) {
	p, family, err := c.plan()
	if err != nil {
		return ui.LabelPrinter{}, err
	}
	standard, _ := c.offset() // plan looked
	a := &placedPrinter{turn: c.Rotate, kept: kept, standard: standard}
	p.offset = a.offset
	if a.inner, err = family.open(p); err != nil {
		return ui.LabelPrinter{}, err
	}
	_, a.moves = a.inner.(*zpl.Printer)
	if c.Sheet != "" {
		layout, _ := stamp.SheetLayoutNamed(c.Sheet)
		a.sheet = &layout
	}
	media := p.size
	if a.sheet != nil {
		media = a.sheet.Label
	}
	return ui.LabelPrinter{Name: nameOr(c.Name, c.ID), Family: family.name, Media: media, Sheet: c.Sheet, Download: p.address.Scheme == "pdf", Printer: a}, nil
}

func openZPL(p printerPlan) (station.Printer, error) {
	if p.address.Host == "" {
		return nil, errors.New("its url names no host")
	}
	return p.zpl(zpl.DialTCP(p.address.Host)), nil
}

func (p printerPlan) zpl(dial func(context.Context) (net.Conn, error)) *zpl.Printer {
	c := p.config
	return zpl.New(zpl.Config{
		ID: c.ID, Resolution: p.resolution, LabelSize: p.size, Dial: dial, Offset: p.offset, TrustMedia: c.TrustMedia,
		Setup: zpl.Setup{Darkness: c.Darkness, Speed: c.Speed, Cut: c.Cutter},
	})
}

func openBrother(p printerPlan) (station.Printer, error) {
	if p.address.Host == "" {
		return nil, errors.New("its url names no host")
	}
	return p.brother(zpl.DialTCP(p.address.Host), false)
}

func (p printerPlan) brother(dial func(context.Context) (net.Conn, error), bothWays bool) (station.Printer, error) {
	media := p.address.Query().Get("media")
	if !slices.Contains([]string{"", "die-cut", "continuous"}, media) {
		return nil, fmt.Errorf("media %q is not die-cut or continuous", media)
	}
	printer, err := brotherql.New(brotherql.Config{
		ID: p.config.ID, Model: p.address.Query().Get("model"), LabelSize: p.size, Continuous: media == "continuous", DPI: p.resolution.DPI,
		Cut: p.config.Cutter, Dial: dial, AnswersAlways: bothWays,
	})
	if err != nil {
		return nil, err
	}
	return printer, nil
}

// openDeviceFile makes a printer behind a device file, of the language that the url names.
func openDeviceFile(p printerPlan) (station.Printer, error) {
	dial := devicefile.Dialer(p.address.Path)
	switch language := p.address.Query().Get("language"); language {
	case "zpl":
		return p.zpl(dial), nil
	case "brother":
		return p.brother(dial, true)
	default:
		return nil, fmt.Errorf("language %q is not zpl or brother", language)
	}
}

func openIPP(p printerPlan) (station.Printer, error) {
	address := *p.address
	address.RawQuery = ""
	var media stamp.Size
	if p.config.Media != "" {
		var err error
		if media, err = labelSize(p.config.Media); err != nil {
			return nil, fmt.Errorf("media: %w", err)
		}
		if media.WidthMM < p.size.WidthMM || media.HeightMM < p.size.HeightMM {
			return nil, fmt.Errorf("media of %s is smaller than labels of %s", media, p.size)
		}
	}
	password, err := p.password()
	if err != nil {
		return nil, err
	}
	printer, err := ipp.New(ipp.Config{
		ID: p.config.ID, URL: address.String(), PinSHA256: p.config.PinSHA256, Resolution: p.resolution, LabelSize: p.size, Media: media,
		TrustMedia: p.config.TrustMedia, User: p.config.User, Password: password, Format: p.address.Query().Get("format"), PDF: labelPage,
	})
	if err != nil {
		return nil, err
	}
	return printer, nil
}

// password reads the password's file, "" where none is named.
func (p printerPlan) password() (string, error) {
	if p.config.PasswordFile == "" {
		return "", nil
	}
	if p.config.User == "" {
		return "", errors.New("a password_file without a user")
	}
	b, err := os.ReadFile(p.config.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// labelPage is a page that the label fills.
func labelPage(b *stamp.Bitmap, _ stamp.Size) ([]byte, error) {
	var out strings.Builder
	if _, err := pdf.Label(&out, b, pdfa.Metadata{Title: "Etichetta"}); err != nil {
		return nil, err
	}
	return []byte(out.String()), nil
}

// openPDF makes what stands for a printer where labels are downloaded.
func openPDF(p printerPlan) (station.Printer, error) {
	return downloads{id: p.config.ID, resolution: p.resolution, size: p.size}, nil
}

// downloads takes each label and prints none: that it was printed is known by the person who printed the PDF, or by the scan.
type downloads struct {
	id         string
	resolution stamp.Resolution
	size       stamp.Size
}

func (d downloads) ID() string                   { return d.id }
func (d downloads) Resolution() stamp.Resolution { return d.resolution }
func (d downloads) LabelSize() stamp.Size        { return d.size }

func (d downloads) State(context.Context) stamp.PrinterState {
	return stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMute}}
}

// Print leaves After empty: there is no printer that says nothing, the browser fetches the PDF.
func (d downloads) Print(ctx context.Context, _ *stamp.Bitmap) (stamp.Result, error) {
	return stamp.Result{Outcome: stamp.OutcomeUnknown, Before: d.State(ctx)}, nil
}
