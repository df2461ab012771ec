package main

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/scanner/sheet/barcode"
	"segnatura/ui"
)

// The law: a letter never loses its number, never gains two, and is never joined to the wrong scan.
//
// The real program is killed with SIGKILL at random moments while two clerks register and print and a third scans, solves and
// confirms. Scanner and printer survive, as paper does. After each kill the program starts again and the clerks go on as clerks do:
// they send again what was not answered, look at the printer when asked whether a label came out, and lay the last letters into
// the feeder once more. At the end everything is compared: with what was ever answered, and with what lay in the scanner.
func TestKillLosesNoLetterAndDoublesNone(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: kills the real program a dozen times")
	}
	seeds := []uint64{2026}
	if os.Getenv("SEGNATURA_LONG") == "1" {
		seeds = append(seeds, 1, 2, 3, 4, 5)
	}
	if text := os.Getenv("SEGNATURA_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seeds = []uint64{seed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { chaos(t, seed, 200, 12) })
	}
}

func chaos(t *testing.T, seed uint64, letters, kills int) {
	rng := rand.New(rand.NewPCG(seed, 0))
	hall := openHall(t, seed)
	dir := t.TempDir()
	writeSettings(t, dir, fmt.Sprintf("[[scanner]]\nid = %q\nurl = %q\n\n[[printer]]\nid = %q\naddress = %q\nlabel = \"62x29\"\n",
		"scanner", hall.scannerURL, "zebra", hall.office.PrinterAddr()))
	p := startProcess(t, dir)
	people := configure(t, p, map[string]string{"anna": "operatore", "bruno": "operatore", "clara": "operatore", "direttore": "responsabile"})
	d := newDay(t, hall, letters)
	d.running(p.url)

	var work sync.WaitGroup
	for i, user := range []string{"anna", "bruno"} {
		own := rand.New(rand.NewPCG(seed, uint64(i)+1))
		work.Go(func() { d.register(people[user], own) })
	}
	work.Go(func() { d.scan(people["clara"]) })
	over := make(chan struct{})
	go func() { work.Wait(); close(over) }()

	killed := 0
	for _, after := range moments(rng, letters, kills) {
		if !d.until(over, func() bool { return d.acknowledged() >= after }) {
			break
		}
		pause := time.NewTimer(time.Duration(rng.IntN(60_000)) * time.Microsecond)
		<-pause.C
		p.kill()
		killed++
		hall.forgetJobs()
		p = startProcess(t, dir)
		d.running(p.url)
	}
	<-over
	if d.ctx.Err() != nil {
		t.Fatalf("seed %d, after %d kills: %v\n%s", seed, killed, context.Cause(d.ctx), p.complaints())
	}
	if killed < kills {
		t.Errorf("only %d of %d kills happened", killed, kills)
	}
	d.judge(people["direttore"])
	p.stop()
	out, complaint, code := segnatura(t, "check", "-data", dir, "-json")
	var report struct {
		Clean bool `json:"clean"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || !report.Clean {
		t.Errorf("segnatura check exits %d, %s%v\n%s", code, complaint, err, out)
	}
	t.Logf("seed %d: %d kills; %s", seed, killed, d.summary())
}

// moments are the counts of acknowledged letters after which the program is killed, in order.
func moments(rng *rand.Rand, letters, kills int) []int {
	var at []int
	for k := range kills { // one in each stretch, so that they spread over the day
		stretch := letters / kills
		at = append(at, k*stretch+1+rng.IntN(stretch-1))
	}
	return at
}

// hall is where the paper is: the pretend office, with a witness between the station and the scanner who knows which letter each
// page came from.
type hall struct {
	office     *officesim.Office
	scannerURL string
	ahead      atomic.Int64 // of the office's clock, ns

	mu     sync.Mutex
	pages  map[string]int // letter by the page's SHA-256
	sizes  map[int]int    // pages by letter
	read   []string       // what stands on each label, by its place in the printer's list
	loaded int
	aside  int
}

// forgetJobs has the scanner give up the run of a client that died, as scanners do after a while.
func (h *hall) forgetJobs() { h.ahead.Add(int64(10 * time.Minute)) }

// labels returns the number on every label that came out so far.
func (h *hall) labels(ctx context.Context) ([]string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.office.Labels()
	for _, l := range all[len(h.read):] {
		number, err := numberOn(ctx, l.Image())
		if err != nil {
			return nil, err
		}
		h.read = append(h.read, number)
	}
	return slices.Clone(h.read), nil
}

// numberOn reads a label as a person with a reader would.
func numberOn(ctx context.Context, img image.Image) (string, error) {
	const margin, scale = 40, 2 // a label lies on paper, and is looked at closely
	b := img.Bounds()
	grey := image.NewGray(image.Rect(0, 0, scale*b.Dx()+2*margin, scale*b.Dy()+2*margin))
	for i := range grey.Pix {
		grey.Pix[i] = 0xFF
	}
	for y := range scale * b.Dy() {
		for x := range scale * b.Dx() {
			if r, _, _, _ := img.At(b.Min.X+x/scale, b.Min.Y+y/scale).RGBA(); r == 0 {
				grey.Pix[(y+margin)*grey.Stride+x+margin] = 0
			}
		}
	}
	found, err := barcode.Find(ctx, grey, barcode.Options{})
	if err != nil {
		return "", err
	}
	for _, c := range found.Codes {
		if code, err := protocollo.ParseBarcode(c.Text); err == nil {
			return code.Number, nil
		}
	}
	return "", fmt.Errorf("a label came out on which no code of ours is read: %v", found.Codes)
}

// kept reports whether the letter that gets the n-th label is scanned today.
func kept(n int) bool { return n/10%4 < scannedOfFour }

// layPaper takes a letter for every label that was looked at and has none. Every eighth has two pages. Those that are kept for another day leave the
// feeder again, which is why they come only while nothing else lies in it.
func (h *hall) layPaper() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ; h.loaded < len(h.read); h.loaded++ {
		if !kept(h.loaded) && len(h.office.Feeder()) > 0 {
			return nil
		}
		l := officesim.Letter{Pages: 1}
		if h.loaded%8 == 7 {
			l.Pages = 2
		}
		if err := h.office.Load(l); err != nil {
			return err
		}
		if !kept(h.loaded) {
			h.office.Empty()
			h.aside++
		}
	}
	return nil
}

// putAside is how many letters are kept for another day.
func (h *hall) putAside() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.aside
}

// toScan lists the numbers on the letters that are scanned today.
func (h *hall) toScan(ctx context.Context) (map[string]bool, error) {
	read, err := h.labels(ctx)
	out := map[string]bool{}
	for i, number := range read {
		if kept(i) {
			out[number] = true
		}
	}
	return out, err
}

// numberOf tells whose a page is: the number on the label of the letter that it came from.
func (h *hall) numberOf(sha string) (number string, letter int, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	letter, known = h.pages[sha]
	if !known {
		return "", 0, false
	}
	for i, l := range h.office.Labels() {
		if l.Letter == letter && i < len(h.read) {
			return h.read[i], letter, true
		}
	}
	return "", letter, false
}

func (h *hall) pagesOf(letter int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sizes[letter]
}

// day is the clerks' work and what they were told.
type day struct {
	t       *testing.T
	hall    *hall
	letters int
	ctx     context.Context
	fail    context.CancelCauseFunc

	mu       sync.Mutex
	url      string
	restarts int
	next     int
	told     map[int]ui.RecordView // by letter, as first acknowledged
	seen     map[int64]seenPage    // every page that a screen ever showed
	counts   map[string]int
}

type seenPage struct {
	batch int64
	sha   string
}

func newDay(t *testing.T, h *hall, letters int) *day {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	t.Cleanup(cancel)
	d := &day{t: t, hall: h, letters: letters, told: map[int]ui.RecordView{}, seen: map[int64]seenPage{}, counts: map[string]int{}}
	d.ctx, d.fail = context.WithCancelCause(ctx)
	return d
}

func (d *day) running(url string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.url = url
	d.restarts++
}

func (d *day) at() (url string, restarts int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.url, d.restarts
}

func (d *day) acknowledged() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.told)
}

func (d *day) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts[what]++
}

func (d *day) count(what string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counts[what]
}

func (d *day) summary() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, _ := json.Marshal(d.counts) // a map of numbers
	return string(b)
}

func (d *day) failf(format string, args ...any) { d.fail(fmt.Errorf(format, args...)) }

// until waits until it holds; false when the day is over or failed before.
func (d *day) until(over <-chan struct{}, holds func() bool) bool {
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-over:
			return false
		case <-d.ctx.Done():
			return false
		}
	}
	return true
}

// ask sends a request until it is answered: what a program that died did not answer is sent again.
func (d *day) ask(c *client, method, path string, body, out any) (status int, ok bool) {
	status, _, ok = d.answered(c, method, path, body, out)
	return status, ok
}

// answered is ask with the answer's text.
func (d *day) answered(c *client, method, path string, body, out any) (status int, text []byte, ok bool) {
	for d.ctx.Err() == nil {
		url, restarts := d.at()
		status, text, err := c.do(d.ctx, method, url+path, body, out)
		switch {
		case err == nil && status >= 500:
			d.failf("%s %s answers %d %s", method, path, status, text)
			return 0, nil, false
		case err == nil:
			return status, text, true
		}
		d.note("requests not answered")
		d.until(nil, func() bool { _, now := d.at(); return now > restarts })
	}
	return 0, nil, false
}
