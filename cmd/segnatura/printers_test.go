package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
	"segnatura/stamp/ipp"
	"segnatura/stamp/ipp/ipptest"
)

// TestEveryFamily makes a printer of each, as the manual has them, and says what is composed for it.
func TestEveryFamily(t *testing.T) {
	for _, test := range []struct {
		config PrinterConfig
		family string
		dpi    int
		size   string
	}{
		{PrinterConfig{Address: "192.0.2.8:9100"}, "ZPL", 203, "100x50 mm"},
		{PrinterConfig{URL: "zpl://192.0.2.8", DPI: 600, Label: "62x29", Darkness: 15, Speed: 4, Cutter: true}, "ZPL", 600, "62x29 mm"},
		{PrinterConfig{URL: "zpl://192.0.2.8", Label: "50x100", Rotate: 90}, "ZPL", 203, "100x50 mm"},
		{PrinterConfig{URL: "file:///dev/usb/lp0?language=zpl"}, "ZPL", 203, "100x50 mm"},
		{PrinterConfig{URL: "file:///dev/usb/lp0?language=brother&model=QL-700", Label: "62x29"}, "Brother QL", 300, "58.9x22.9 mm"},
		{PrinterConfig{URL: "brother://192.0.2.9?model=QL-820NWB&media=continuous", Label: "62x29", DPI: 600}, "Brother QL", 600, "58.9x23.1 mm"},
		{PrinterConfig{URL: "ipp://cups.ente.example/printers/zebra", DPI: 300}, "IPP", 300, "100x50 mm"},
		{PrinterConfig{URL: "ipps://192.0.2.10/ipp/print", Sheet: "2x7-99.1x38.1", DPI: 300}, "IPP", 300, "96.1x35.1 mm"},
		{PrinterConfig{URL: "pdf:", Sheet: "3x8-70x37"}, "PDF", 300, "61x28 mm"},
	} {
		p, err := openPrinter(test.config, nil)
		if err != nil {
			t.Errorf("%+v: %v", test.config, err)
			continue
		}
		size := p.Printer.LabelSize()
		size.WidthMM, size.HeightMM = math.Round(size.WidthMM*10)/10, math.Round(size.HeightMM*10)/10
		if p.Family != test.family || p.Printer.Resolution().DPI != test.dpi || size.String() != test.size {
			t.Errorf("%+v is %s, %d dpi, %s", test.config, p.Family, p.Printer.Resolution().DPI, p.Printer.LabelSize())
		}
	}
}

func TestPrinterSettingsThatCannotBe(t *testing.T) {
	for want, c := range map[string]PrinterConfig{
		"wants a url":              {},
		"or the address":           {URL: "zpl://a", Address: "a"},
		"no printer is reached by": {URL: "lpd://192.0.2.8"},
		"names no host":            {URL: "zpl:192.0.2.8"},
		"knows no \"model\"":       {URL: "zpl://a?model=QL-700"},
		"none of the printers":     {URL: "brother://a", Label: "62x29"},
		"no roll for labels":       {URL: "brother://a?model=QL-700", Label: "100x50"},
		"not die-cut or":           {URL: "brother://a?model=QL-700&media=paper", Label: "62x29"},
		"not 300 or 600":           {URL: "brother://a?model=QL-700", Label: "62x29", DPI: 203},
		"not zpl or brother":       {URL: "file:///dev/usb/lp0"},
		"is none of 3x8":           {URL: "pdf:", Sheet: "4x4"},
		"in place of a label":      {URL: "pdf:", Sheet: "3x8-70x37", Label: "70x37"},
		"a sheet is for ipp":       {URL: "zpl://a", Sheet: "3x8-70x37"},
		"two numbers":              {URL: "zpl://a", Offset: []float64{1}},
		"more than 5":              {URL: "zpl://a", Offset: []float64{0, -6}},
		"is not 90":                {URL: "zpl://a", Rotate: 45},
		"darkness 31":              {URL: "zpl://a", Darkness: 31},
		"speed 20":                 {URL: "zpl://a", Speed: 20},
		"dpi":                      {URL: "zpl://a", DPI: 150},
		"darkness has no effect":   {URL: "brother://a?model=QL-700", Label: "62x29", Darkness: 5},
		"speed has no effect":      {URL: "ipp://a", Speed: 4},
		"cutter has no effect":     {URL: "pdf:", Cutter: true},
		"trust_media has no":       {URL: "file:///dev/usb/lp0?language=brother&model=QL-700", Label: "62x29", TrustMedia: true},
		"media has no effect":      {URL: "zpl://a", Media: "62x29"},
		"pin_sha256 has no effect": {URL: "ipp://a", PinSHA256: strings.Repeat("ab", 32)},
		"media: label size":        {URL: "ipp://a", Media: "big"},
		"smaller than labels":      {URL: "ipp://a", Label: "62x29", Media: "60x29"},
		"without a user":           {URL: "ipps://a", PasswordFile: "/nowhere"},
		"read the password":        {URL: "ipps://a", User: "anna", PasswordFile: "/nowhere/at/all"},
	} {
		if err := c.validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
}

// shelf keeps printers' settings in memory.
type shelf map[string]station.PrinterSettings

func (s shelf) PrinterSettings(context.Context) (map[string]station.PrinterSettings, error) {
	return s, nil
}

func (s shelf) KeepPrinter(context.Context, protocollo.Actor, string, station.PrinterSettings) error {
	return errors.New("nobody keeps anything here")
}

func (s shelf) UseSheetPlace(_ context.Context, id string, next int) error {
	p := s[id]
	p.NextPlace = next
	s[id] = p
	return nil
}

// corner is a label with one black dot, 2 mm from its upper left corner.
func corner(t *testing.T, p station.Printer) *stamp.Bitmap {
	t.Helper()
	size, r := p.LabelSize(), p.Resolution()
	b := stamp.NewBitmap(int(size.WidthMM*r.DotsPerMM), int(size.HeightMM*r.DotsPerMM), r)
	b.SetBlack(r.Dots(2), r.Dots(2))
	return b
}

func dots(b *stamp.Bitmap) (found [][2]int) {
	for y := range b.Height {
		for x := range b.Width {
			if b.Black(x, y) {
				found = append(found, [2]int{x, y})
			}
		}
	}
	return found
}

// TestOffsetsMovePrints: the file's offset holds until one is kept, one that is tried goes before both; in ZPL the printer moves, elsewhere
// the picture.
func TestOffsetsMovePrints(t *testing.T) {
	for _, test := range []struct {
		scheme string
		roll   stamp.Media
		config PrinterConfig
		edge   int // unprinted dots of the roll, left
		dots   float64
	}{
		{"zpl", stamp.Media{}, PrinterConfig{Label: "62x29"}, 0, 8},
		{"brother", stamp.Media{WidthMM: 62, HeightMM: 29, Kind: stamp.MediaDieCut}, PrinterConfig{Label: "62x29"}, 12, 300 / 25.4},
	} {
		t.Run(test.scheme, func(t *testing.T) {
			o, err := officesim.Start(t.Context(), officesim.Config{Roll: test.roll, LabelSize: stamp.Size{WidthMM: 62, HeightMM: 29}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { o.Close() })
			c := test.config
			c.ID, c.URL, c.Offset = "p", test.scheme+"://"+o.PrinterAddr(), []float64{1, 0}
			if test.scheme == "brother" {
				c.URL += "?model=QL-820NWB"
			}
			kept := shelf{}
			p, err := openPrinter(c, &keptPrinters{kept, slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			r := stamp.Resolution{DotsPerMM: test.dots}
			check := func(printer station.Printer, right, down float64) {
				t.Helper()
				if result, err := printer.Print(t.Context(), corner(t, p.Printer)); err != nil || result.Outcome != stamp.OutcomePrinted {
					t.Fatalf("%+v, %v", result, err)
				}
				labels := o.Labels()
				got := dots(labels[len(labels)-1].Bitmap)
				want := [2]int{test.edge + r.Dots(2) + r.Dots(right), r.Dots(2) + r.Dots(down)}
				if len(got) != 1 || got[0] != want {
					t.Errorf("moved by %g, %g mm: %v, want %v", right, down, got, want)
				}
			}
			check(p.Printer, 1, 0)
			kept["p"] = station.PrinterSettings{Offset: &stamp.Offset{RightMM: -1, DownMM: 1.5}}
			check(p.Printer, -1, 1.5)
			check(p.Printer.(station.AdjustablePrinter).Tried(stamp.Offset{DownMM: -0.5}), 0, -0.5)
			check(p.Printer, -1, 1.5)
			kept["p"] = station.PrinterSettings{Offset: &stamp.Offset{RightMM: -5}}
			if result, err := p.Printer.Print(t.Context(), corner(t, p.Printer)); test.scheme == "brother" && (err == nil || result.Outcome != stamp.OutcomeFailed) {
				t.Errorf("a label that would lose a dot: %+v, %v", result, err)
			}
		})
	}
}

// sheetPrinter keeps what it is given to print.
type sheetPrinter struct {
	downloads
	outcome stamp.Outcome
	pages   []*stamp.Bitmap
}

func (s *sheetPrinter) Print(_ context.Context, b *stamp.Bitmap) (stamp.Result, error) {
	s.pages = append(s.pages, b)
	return stamp.Result{Outcome: s.outcome}, nil
}

// TestSheetsAreUsedUp: labels go from place to place, a label that did not come out leaves its place free, and after the last one comes a new
// sheet.
func TestSheetsAreUsedUp(t *testing.T) {
	layout, _ := stamp.SheetLayoutNamed("2x4-105x74")
	inner := &sheetPrinter{downloads: downloads{id: "laser", resolution: stamp.DPI300, size: stamp.SheetSize()}, outcome: stamp.OutcomePrinted}
	kept := shelf{"laser": {NextPlace: 7}}
	p := &placedPrinter{inner: inner, sheet: &layout, kept: &keptPrinters{kept, slog.New(slog.DiscardHandler)}}
	for i, step := range []struct {
		outcome stamp.Outcome
		place   int
		next    int
	}{
		{stamp.OutcomePrinted, 7, 8}, {stamp.OutcomeFailed, 8, 8}, {stamp.OutcomeUnknown, 8, 1}, {stamp.OutcomePrinted, 1, 2},
	} {
		inner.outcome = step.outcome
		if _, err := p.Print(t.Context(), corner(t, p)); err != nil {
			t.Fatal(err)
		}
		x, y := layout.Corner(step.place)
		got := dots(inner.pages[i])
		want := [2]int{stamp.DPI300.Dots(x) + 24, stamp.DPI300.Dots(y) + 24}
		if len(got) != 1 || got[0] != want || kept["laser"].NextPlace != step.next {
			t.Errorf("label %d is at %v, want %v; the next place is %d, want %d", i+1, got, want, kept["laser"].NextPlace, step.next)
		}
	}
}

func TestListPrinters(t *testing.T) {
	var out bytes.Buffer
	err := listPrinters(env{stdout: &out}, []ipp.Found{
		{Name: "Etichette", Model: "Zebra ZD421", URL: "socket://192.0.2.8:9100", Label: true}, {Name: "Ufficio", URL: "ipp://192.0.2.9:631/ipp/print"},
	})
	const want = "socket://192.0.2.8:9100\tlabel printer\tZebra ZD421\nipp://192.0.2.9:631/ipp/print\toffice printer\tUfficio\n"
	if err != nil || out.String() != want {
		t.Errorf("%v, %q", err, out.String())
	}
}

// TestSettingsOfIPP: the medium's own size, the user and the password reach the printer, and what it has loaded is believed or not.
func TestSettingsOfIPP(t *testing.T) {
	device := ipptest.NewPrinter() // labels of 100x50 mm
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "stampe" || password != "giusta" {
			w.Header().Set("WWW-Authenticate", `Basic realm="etichette"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		device.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("giusta\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := PrinterConfig{ID: "p", URL: strings.Replace(srv.URL, "http:", "ipp:", 1) + "/ipp/print", Label: "80x40", User: "stampe", PasswordFile: secret}
	for _, test := range []struct {
		media string
		trust bool
		want  stamp.Condition
	}{{"", false, stamp.ConditionMediaWrong}, {"100x50", false, ""}, {"62x29", true, stamp.ConditionMediaWrong}} {
		c.Media, c.TrustMedia = test.media, test.trust
		if test.media == "62x29" {
			c.Label = "62x29"
			device.Set(ipptest.Keywords("media-supported", "oe_4x2-label_4x2in"))
		}
		p, err := openPrinter(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := p.Printer.State(t.Context()).Blocks(); got != test.want {
			t.Errorf("media %q, trusted %t: %q, want %q", test.media, test.trust, got, test.want)
		}
	}
	c.Label, c.Media, c.TrustMedia = "80x40", "100x50", false
	p, err := openPrinter(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if result, err := p.Printer.Print(t.Context(), corner(t, p.Printer)); err != nil || result.Outcome != stamp.OutcomePrinted {
		t.Errorf("%+v, %v", result, err)
	}
}
