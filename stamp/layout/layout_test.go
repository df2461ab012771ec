package layout_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"

	"segnatura/stamp"
	"segnatura/stamp/compose"
	"segnatura/stamp/layout"
)

func fits(l stamp.Label, r stamp.Resolution) error {
	_, err := compose.Compose(l, r)
	return err
}

// good is a layout that is taken; each refusal below changes one thing of it.
const good = `name = "mia"
title = "La mia etichetta"
width_mm = 62
height_mm = 29
[[field]]
field = "ente"
[[field]]
field = "registro"
[[field]]
field = "numero"
[[field]]
field = "data"
`

func TestRefusals(t *testing.T) {
	dir := fstest.MapFS{"testo.png": {Data: []byte("nessuna immagine")}, "enorme.png": {Data: pngOf(t, 2001, 3, nil)},
		"ok.png": {Data: pngOf(t, 20, 20, nil)}}
	for name, test := range map[string]struct{ old, new, want string }{
		"unknown key":                    {`title =`, "colore = \"rosso\"\ntitle =", "colore"},
		"unknown field":                  {`field = "data"`, "field = \"data\"\n[[field]]\nfield = \"firma\"", `"firma"`},
		"mandatory field left out":       {`field = "data"`, `field = "oggetto"`, `"data" is mandatory`},
		"field twice":                    {`field = "data"`, "field = \"data\"\n[[field]]\nfield = \"data\"", "twice"},
		"name that settings cannot hold": {`"mia"`, `"La Mia"`, "small letters"},
		"no title":                       {`"La mia etichetta"`, `" "`, "title"},
		"label like a wall":              {`width_mm = 62`, `width_mm = 1000`, "1000"},
		"label without a size":           {`width_mm = 62`, `width_mm = nan`, "a side"},
		"module too narrow":              {`[[field]]`, "[qr]\nmodule_mm = 0.2\n[[field]]", "0.33"},
		"bars too narrow":                {`[[field]]`, "[code128]\nmodule_mm = 0.1\n[[field]]", "0.25"},
		"bars too low":                   {`[[field]]`, "[code128]\nheight_mm = 2\n[[field]]", "code128.height_mm"},
		"corner":                         {`[[field]]`, "[qr]\ncorner = \"middle\"\n[[field]]", "corner"},
		"alignment":                      {`field = "data"`, "field = \"data\"\nalign = \"justified\"", "data.align"},
		"type that nobody reads":         {`field = "data"`, "field = \"data\"\nsize_mm = 1.5", "data.size_mm"},
		"big and sized":                  {`field = "data"`, "field = \"data\"\nbig = true\nsize_mm = 3", "big"},
		"legal text that does not fit":   {`field = "ente"`, "field = \"ente\"\nsize_mm = 12", "what the law demands does not fit at 203 dpi"},
		"QR that does not fit":           {`[[field]]`, "[qr]\nmodule_mm = 0.9\n[[field]]", "does not fit"},
		"logo elsewhere":                 {`[[field]]`, "[logo]\nfile = \"../ok.png\"\nheight_mm = 5\n[[field]]", "beside the layout"},
		"logo that is not there":         {`[[field]]`, "[logo]\nfile = \"manca.png\"\nheight_mm = 5\n[[field]]", "manca.png"},
		"logo that is no picture":        {`[[field]]`, "[logo]\nfile = \"testo.png\"\nheight_mm = 5\n[[field]]", "no PNG"},
		"logo too large":                 {`[[field]]`, "[logo]\nfile = \"enorme.png\"\nheight_mm = 5\n[[field]]", "larger than"},
		"logo without height":            {`[[field]]`, "[logo]\nfile = \"ok.png\"\n[[field]]", "logo.height_mm"},
		"logo over the label":            {`[[field]]`, "[logo]\nfile = \"ok.png\"\nheight_mm = 40\n[[field]]", "does not fit"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, test.old, test.new, 1)
			if text == good {
				t.Fatal("the test changes nothing")
			}
			if _, err := layout.Parse(dir, []byte(text), fits); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want words on %q", err, test.want)
			}
		})
	}
	if _, err := layout.Parse(dir, []byte(good), fits); err != nil {
		t.Errorf("the good one is refused: %v", err)
	}
}

// A body's own layouts join the program's; one of the same name takes its place; a label's size finds the one that is named after it.
func TestOwnLayouts(t *testing.T) {
	set, err := layout.Defaults(fits)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := set.Named("62x29")
	own, err := set.ReadFolder(fstest.MapFS{
		"a.toml": {Data: []byte(good)}, "b.toml": {Data: []byte(strings.Replace(good, `"mia"`, `"62x29"`, 1))}, "note.txt": {Data: []byte("?")},
	}, fits)
	if err != nil {
		t.Fatal(err)
	}
	if len(own.All()) != len(set.All())+1 {
		t.Errorf("%d layouts became %d", len(set.All()), len(own.All()))
	}
	size := stamp.Size{WidthMM: 62, HeightMM: 29}
	if l := own.For(stamp.KindSegnatura, size); l.Name != "62x29" || l.Digest == before.Digest || len(l.Digest) != 64 || l.Title != "La mia etichetta" {
		t.Errorf("the label of %s is laid out by %s %q", size, l.Name, l.Title)
	}
	if l := own.For(stamp.KindSegnatura, stamp.Size{WidthMM: 90, HeightMM: 90}); l.Name != "" {
		t.Errorf("a size without a file has %s", l.Name)
	}
	for name, dir := range map[string]fstest.MapFS{
		"bad.toml": {"bad.toml": {Data: []byte("name = 3")}},
		"mia":      {"a.toml": {Data: []byte(good)}, "b.toml": {Data: []byte(good)}},
	} {
		if _, err := set.ReadFolder(dir, fits); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The rule of the logo: what is darker than half on white paper is black, and opacity counts.
func TestLogoIsBlackAndWhiteByRule(t *testing.T) {
	colours := []color.Color{color.Black, color.White, color.NRGBA{A: 0}, color.Gray{Y: 127}, color.Gray{Y: 128}, color.NRGBA{A: 100}, color.NRGBA{R: 255, A: 255}}
	dir := fstest.MapFS{"c.png": {Data: pngOf(t, len(colours), len(colours), colours)}}
	text := strings.Replace(good, "[[field]]", "[logo]\nfile = \"c.png\"\nheight_mm = 3\n[[field]]", 1)
	text = strings.Replace(text, "height_mm = 29", "height_mm = 40", 1)
	l, err := layout.Parse(dir, []byte(text), fits)
	if err != nil {
		t.Fatal(err)
	}
	for x, want := range []bool{true, false, false, true, false, false, true} {
		if got := l.Logo.Picture.Black(x, 0); got != want {
			t.Errorf("%v is black: %v", colours[x], got)
		}
	}
}

func pngOf(t *testing.T, width, height int, colours []color.Color) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i, c := range colours {
		m.Set(i, 0, c)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
