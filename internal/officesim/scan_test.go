package officesim_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/officesim"
)

const (
	payloadA = "SGN1.N.C_A000.AOO1.RP.2026.0001234.A.7K"
	payloadB = "SGN1.N.C_A000.AOO1.RP.2026.0001235.A.M2"
)

func load(t testing.TB, o *officesim.Office, letters ...officesim.Letter) {
	t.Helper()
	if err := o.Load(letters...); err != nil {
		t.Fatal(err)
	}
}

func TestPrintedLabelIsReadOnTheScannedLetter(t *testing.T) {
	for _, tc := range []struct {
		mode string
		dpi  int
	}{{"RGB24", 150}, {"RGB24", 300}, {"Grayscale8", 200}} {
		t.Run(tc.mode, func(t *testing.T) {
			o := start(t, officesim.Config{AutoLetters: true, Seed: uint64(tc.dpi)})
			printLabel(t, o, payloadA)
			s := feeder
			s.mode, s.dpi = tc.mode, tc.dpi
			pages := scan(t, o, s)
			if n := len(pages); n < 1 || n > 3 {
				t.Fatalf("the letter at hand has %d pages, want 1 to 3", n)
			}
			img := decode(t, pages[0])
			if got := codes(t, img); !slices.Equal(got, []string{payloadA}) {
				t.Errorf("codes on the first page: %q, want only %q", got, payloadA)
			}
			wantW, wantH := tc.dpi*210*10/254, tc.dpi*297*10/254
			if b := img.Bounds(); b.Dx() < wantW || b.Dx() > wantW+1 || b.Dy() < wantH || b.Dy() > wantH+1 {
				t.Errorf("an A4 page at %d dpi is %v", tc.dpi, b)
			}
			if _, grey := img.(*image.Gray); grey != (tc.mode == "Grayscale8") {
				t.Errorf("the page is a %T", img)
			}
			if pages[0][13] != 1 || int(pages[0][14])<<8|int(pages[0][15]) != tc.dpi {
				t.Errorf("the JFIF header does not say %d dpi: % x", tc.dpi, pages[0][:20])
			}
			if got := len(o.Feeder()); got != 0 {
				t.Errorf("%d letters are left in the feeder", got)
			}
		})
	}
}

func TestSameSeedDrawsTheSamePixels(t *testing.T) {
	draw := func(seed uint64) [][]byte {
		o := start(t, officesim.Config{Seed: seed})
		load(t, o, officesim.Letter{Pages: 2})
		s := feeder
		s.dpi = 75
		return scan(t, o, s)
	}
	a, again, b := draw(7), draw(7), draw(8)
	if len(a) != 2 || !slices.EqualFunc(a, again, bytes.Equal) {
		t.Error("two offices of one seed draw different letters")
	}
	if bytes.Equal(a[0], b[0]) {
		t.Error("two seeds draw the same letter")
	}
	if bytes.Equal(a[0], a[1]) {
		t.Error("two pages of a letter are the same")
	}
}

func TestLetterKinds(t *testing.T) {
	for _, tc := range []struct {
		kind   officesim.LetterKind
		duplex bool
		pages  int
		blank  []int // which of them are blank, from 0
		widest int   // mm
	}{
		{kind: officesim.KindLong, pages: 11, widest: 210},
		{kind: officesim.KindPlan, pages: 1, widest: 297},
		{kind: officesim.KindBlankBacks, pages: 2, widest: 210},
		{kind: officesim.KindBlankBacks, duplex: true, pages: 4, blank: []int{1, 3}, widest: 210},
		{kind: officesim.KindDoubleSided, duplex: true, pages: 4, blank: []int{3}, widest: 210},
		{kind: officesim.KindDoubleSided, pages: 2, widest: 210},
		{kind: officesim.KindPoor, pages: 6, blank: []int{3, 5}, widest: 210}, // the faint one has nothing dark
	} {
		o := start(t, officesim.Config{})
		load(t, o, officesim.Letter{Kind: tc.kind})
		s := feeder
		s.dpi, s.duplex = 75, tc.duplex
		pages := scan(t, o, s)
		if len(pages) != tc.pages {
			t.Errorf("%s, both sides %t: %d pages, want %d", tc.kind, tc.duplex, len(pages), tc.pages)
			continue
		}
		for i, p := range pages {
			img := decode(t, p)
			if got, want := darkShare(img) == 0, slices.Contains(tc.blank, i); got != want {
				t.Errorf("%s, both sides %t, page %d: blank is %t, want %t", tc.kind, tc.duplex, i, got, want)
			}
			if got := float64(img.Bounds().Dx()) * 25.4 / 75; got < float64(tc.widest)-1 || got > float64(tc.widest)+1 {
				t.Errorf("%s: page %d is %.0f mm wide, want %d", tc.kind, i, got, tc.widest)
			}
		}
	}
}

func TestCodesOfTheKinds(t *testing.T) {
	o := start(t, officesim.Config{})
	if err := o.Load(officesim.Letter{Kind: officesim.KindPhotocopy}); !errors.Is(err, officesim.ErrNoLabel) {
		t.Errorf("a photocopy of no label: %v, want ErrNoLabel", err)
	}
	read := func() []string {
		var all []string
		for _, p := range scan(t, o, feeder) {
			all = append(all, codes(t, decode(t, p))...)
		}
		slices.Sort(all)
		return all
	}
	load(t, o, officesim.Letter{Kind: officesim.KindForeignCode, Pages: 1})
	printLabel(t, o, payloadA)
	if got := read(); len(got) != 2 || !slices.Contains(got, payloadA) || !strings.HasPrefix(got[1], "https://corriere.example/") {
		t.Errorf("a letter with a courier's code reads %q", got)
	}
	load(t, o, officesim.Letter{Kind: officesim.KindPhotocopy, Pages: 1})
	if got := read(); !slices.Equal(got, []string{payloadA}) {
		t.Errorf("a photocopy of the first letter reads %q", got)
	}
	load(t, o, officesim.Letter{Kind: officesim.KindTwoLabels, Pages: 1})
	printLabel(t, o, payloadB)
	printLabel(t, o, payloadA)
	if got := read(); !slices.Equal(got, []string{payloadA, payloadB}) {
		t.Errorf("a letter with two labels reads %q", got)
	}
	load(t, o, officesim.Letter{Kind: officesim.KindUnlabelled, Pages: 1})
	printLabel(t, o, payloadB)
	if got := read(); len(got) != 0 {
		t.Errorf("a letter that takes no label reads %q", got)
	}
	load(t, o, officesim.Letter{Pages: 1})
	if got := read(); !slices.Equal(got, []string{payloadB}) {
		t.Errorf("the label left on the desk was not stuck on the next letter: %q", got)
	}
}

func TestLabelsGoOnTheLettersInTheirOrder(t *testing.T) {
	o := start(t, officesim.Config{AutoLetters: true})
	load(t, o, officesim.Letter{Pages: 2}, officesim.Letter{Kind: officesim.KindUnlabelled, Pages: 1}, officesim.Letter{Pages: 1})
	for _, text := range []string{payloadA, payloadA, payloadB, "THIRD"} {
		printLabel(t, o, text)
	}
	var on [][]int
	for _, l := range o.Feeder() {
		on = append(on, l.Labels)
	}
	// The second print of the same label goes over the first; the fourth label has a letter drawn for it.
	want := [][]int{{2}, {}, {3}, {4}}
	if !slices.EqualFunc(on, want, slices.Equal) {
		t.Errorf("labels lie on the letters as %v, want %v", on, want)
	}
}

func TestRegionIsHonoured(t *testing.T) {
	o := start(t, officesim.Config{})
	load(t, o, officesim.Letter{Kind: officesim.KindPlan})
	s := feeder
	s.dpi, s.region = 75, [2]int{2480, 3508}
	if b := decode(t, scan(t, o, s)[0]).Bounds(); b.Dx() != 620 || b.Dy() != 877 {
		t.Errorf("an A4 region of an A3 sheet at 75 dpi is %v", b)
	}
}

func TestGlassTakesTheTopSheet(t *testing.T) {
	o := start(t, officesim.Config{})
	s := feeder
	s.input, s.dpi = "Platen", 75
	if pages := scan(t, o, s); len(pages) != 1 || darkShare(decode(t, pages[0])) != 0 {
		t.Errorf("the bare glass gives %d pages, want one without ink", len(pages))
	}
	load(t, o, officesim.Letter{Pages: 2})
	for range 2 {
		if pages := scan(t, o, s); len(pages) != 1 || darkShare(decode(t, pages[0])) == 0 {
			t.Errorf("a sheet on the glass gives %d pages, want one with ink", len(pages))
		}
	}
	if n := len(o.Feeder()); n != 0 {
		t.Errorf("%d letters are left after both sheets lay on the glass", n)
	}
}

func TestUnsupportedSettingsAreRefused(t *testing.T) {
	o := start(t, officesim.Config{})
	load(t, o, officesim.Letter{})
	for _, change := range []func(*settings){
		func(s *settings) { s.dpi = 1200 },
		func(s *settings) { s.mode = "RGB48" },
		func(s *settings) { s.format = "application/pdf" },
		func(s *settings) { s.input = "Camera" },
		func(s *settings) { s.input, s.duplex = "Platen", true },
	} {
		s := feeder
		change(&s)
		if status, _ := postJob(t, o, s); status != http.StatusConflict {
			t.Errorf("settings %+v got status %d, want 409", s, status)
		}
	}
}

func scannerStatus(t testing.TB, o *officesim.Office) string {
	t.Helper()
	resp, err := http.Get(o.ScannerURL() + "/ScannerStatus")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFeederTroubles(t *testing.T) {
	for _, tc := range []struct {
		fault    officesim.FaultKind
		status   int    // of the page after the good one
		says     string // in the scanner's status
		jobState string
		nextPost int // of the next job while the trouble lasts
	}{
		{officesim.FaultJam, http.StatusConflict, "ScannerAdfJam", "Aborted", http.StatusConflict},
		{officesim.FaultCoverOpen, http.StatusConflict, "ScannerAdfDoorOpen", "Aborted", http.StatusConflict},
		{officesim.FaultSilentJam, http.StatusOK, "ScannerAdfLoaded", "Aborted", http.StatusCreated},
	} {
		t.Run(string(tc.fault), func(t *testing.T) {
			o := start(t, officesim.Config{})
			load(t, o, officesim.Letter{Pages: 3})
			if err := o.SetFault(officesim.Fault{Kind: tc.fault, After: 1}); err != nil {
				t.Fatal(err)
			}
			s := feeder
			s.dpi = 75
			_, location := postJob(t, o, s)
			if status, data, _ := nextPage(t, o, location); status != http.StatusOK || len(data) == 0 {
				t.Fatalf("the good page got status %d and %d bytes", status, len(data))
			}
			status, data, err := nextPage(t, o, location)
			if status != tc.status || (status == http.StatusOK && len(data) != 0) || err != nil {
				t.Errorf("the page after it got status %d, %d bytes, %v", status, len(data), err)
			}
			if st := scannerStatus(t, o); !strings.Contains(st, tc.says) || !strings.Contains(st, "<pwg:JobState>"+tc.jobState) {
				t.Errorf("the status says neither %s nor %s:\n%s", tc.says, tc.jobState, st)
			}
			if status, _ := postJob(t, o, s); status != tc.nextPost {
				t.Errorf("the next job got status %d, want %d", status, tc.nextPost)
			}
			o.Restore()
		})
	}
}

func TestRestoreAndReloadAfterAJam(t *testing.T) {
	o := start(t, officesim.Config{})
	load(t, o, officesim.Letter{Pages: 1}, officesim.Letter{Pages: 2}, officesim.Letter{Pages: 1})
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultJam, After: 2}); err != nil {
		t.Fatal(err)
	}
	s := feeder
	s.dpi = 75
	_, location := postJob(t, o, s)
	for range 3 {
		nextPage(t, o, location)
	}
	o.Restore()
	o.Reload()
	if n := len(scan(t, o, s)); n != 4 {
		t.Errorf("after a jam, with everything laid back, %d pages came, want 4", n)
	}
}

func TestBusyOnceAndBusyWithAnotherRun(t *testing.T) {
	o := start(t, officesim.Config{})
	load(t, o, officesim.Letter{Pages: 1})
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultBusy}); err != nil {
		t.Fatal(err)
	}
	var got []int
	for range 3 {
		status, _ := postJob(t, o, feeder)
		got = append(got, status)
	}
	if want := []int{503, 201, 503}; !slices.Equal(got, want) {
		t.Errorf("three jobs got %v, want %v: refused once, taken, refused while that one runs", got, want)
	}
}

func TestConnectionCutInsideAPage(t *testing.T) {
	o := start(t, officesim.Config{})
	load(t, o, officesim.Letter{Pages: 2})
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultCut, After: 1}); err != nil {
		t.Fatal(err)
	}
	_, location := postJob(t, o, feeder)
	if _, _, err := nextPage(t, o, location); err != nil {
		t.Fatal(err)
	}
	status, data, err := nextPage(t, o, location)
	if status != http.StatusOK || len(data) == 0 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the cut page: status %d, %d bytes, %v; want a 200 that ends too early", status, len(data), err)
	}
	if pages := scan(t, o, feeder); len(pages) != 1 {
		t.Errorf("%d sheets were left after the cut, want the one that did not get through", len(pages))
	}
}

func TestStrayLocation(t *testing.T) {
	o := start(t, officesim.Config{})
	load(t, o, officesim.Letter{Pages: 1})
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultStrayLocation}); err != nil {
		t.Fatal(err)
	}
	_, location := postJob(t, o, feeder)
	path, ok := strings.CutPrefix(location, "http://192.0.2.1")
	if !ok {
		t.Fatalf("Location is %q", location)
	}
	if status, _, _ := nextPage(t, o, path); status != http.StatusOK {
		t.Errorf("the same path on the scanner itself got status %d", status)
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "localhost:0", ":0", "192.0.2.1:80"} {
		if o, err := officesim.Start(t.Context(), officesim.Config{PrinterAddr: addr}); err == nil {
			o.Close()
			t.Errorf("an office opened on %q", addr)
		}
	}
}

func TestSheetEdgeShowsWhenItLiesTurned(t *testing.T) {
	o := start(t, officesim.Config{MaxSkewDegrees: 2, Seed: 5})
	straight := start(t, officesim.Config{MaxSkewDegrees: -1, Seed: 5})
	edge := func(o *officesim.Office) (plate bool) {
		load(t, o, officesim.Letter{Pages: 1})
		s := feeder
		s.dpi = 75
		img := decode(t, scan(t, o, s)[0])
		b := img.Bounds()
		for y := range b.Dy() {
			for _, x := range []int{0, b.Dx() - 1} {
				if color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y == 251 {
					plate = true
				}
			}
		}
		return plate
	}
	if !edge(o) || edge(straight) {
		t.Error("the plate behind the sheet shows on a straight sheet, or not on a turned one")
	}
}

func TestCloseWaitsForAPageUnderWay(t *testing.T) {
	waiting, ended := make(chan struct{}), make(chan struct{})
	o := start(t, officesim.Config{Sleep: func(ctx context.Context, _ time.Duration) error {
		close(waiting)
		<-ctx.Done()
		close(ended)
		return ctx.Err()
	}})
	load(t, o, officesim.Letter{Pages: 1})
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultSlow, Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	_, location := postJob(t, o, feeder)
	go http.Get(strings.TrimSuffix(o.ScannerURL(), "/eSCL") + location + "/NextDocument")
	<-waiting
	o.Close()
	select {
	case <-ended:
	default:
		t.Error("Close returned while a page was under way")
	}
}
