package officesim

import (
	"bytes"
	_ "embed"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"text/template"
	"time"
)

// This file is the scanner's side of eSCL (Mopria eSCL 2.63), with the habits of real devices where they differ from it:
// a relative Location, 404 after the last page, and a job that stays in the list when it is over.

//go:embed escl.xml.tmpl
var esclTemplates string

// Lengths in eSCL are in 1/300 inch.
const (
	esclUnitsPerInch = 300
	minRegionUnits   = 118 // 10 mm
)

func esclUnits(mm float64) int { return int(math.Round(mm / 25.4 * esclUnitsPerInch)) }

func scanResolutions() []int { return []int{75, 100, 150, 200, 300, 400, 600} }

func supportedDPI(dpi int) bool { return slices.Contains(scanResolutions(), dpi) }

// Colour modes by their eSCL names.
const (
	modeColour = "RGB24"
	modeGrey   = "Grayscale8"
)

// jobState is a job's state by its eSCL name.
type jobState string

const (
	jobPending    jobState = "Pending"
	jobProcessing jobState = "Processing"
	jobCompleted  jobState = "Completed"
	jobAborted    jobState = "Aborted"
	jobCanceled   jobState = "Canceled"
)

func (s jobState) active() bool { return s == jobPending || s == jobProcessing }

// jobTimeout is after how long without a request a job no longer blocks the next one.
const jobTimeout = time.Minute

// scanJob is one run. It is guarded by Office.mu.
type scanJob struct {
	id       string
	settings scanSettings
	state    jobState
	reason   string
	images   int
	back     bool // the next side is the back of the top sheet
	sending  bool // a page is on its way
	lastUsed time.Time
}

func (j *scanJob) end(s jobState, reason string) { j.state, j.reason = s, reason }

// scannerState is guarded by Office.mu.
type scannerState struct {
	jobs   map[string]*scanJob
	order  []*scanJob // oldest first; the list that the status shows
	struck FaultKind  // the trouble that stopped the feeder, until it is switched off
	// oneSided is a feeder that takes one side of its sheets, as those of cheaper devices do.
	oneSided bool
	jobSeq   int
}

const maxJobsListed = 10

// scanSettings are what a client asks for. Names are matched without their namespace, as devices do.
type scanSettings struct {
	XMLName xml.Name `xml:"ScanSettings"`
	Regions []struct {
		Units  string `xml:"ContentRegionUnits"`
		X      int    `xml:"XOffset"`
		Y      int    `xml:"YOffset"`
		Width  int    `xml:"Width"`
		Height int    `xml:"Height"`
	} `xml:"ScanRegions>ScanRegion"`
	Input     string `xml:"InputSource"`
	ColorMode string `xml:"ColorMode"`
	XDPI      int    `xml:"XResolution"`
	YDPI      int    `xml:"YResolution"`
	Format    string `xml:"DocumentFormat"`
	FormatExt string `xml:"DocumentFormatExt"`
	Duplex    bool   `xml:"Duplex"`
}

var errUnsupported = errors.New("officesim: the scanner does not do that")

// check fills in defaults and refuses what the scanner cannot do.
func (s *scanSettings) check(defaultDPI int) error {
	set := func(p *string, def string) {
		if *p == "" {
			*p = def
		}
	}
	set(&s.Input, "Feeder")
	set(&s.ColorMode, modeColour)
	set(&s.Format, s.FormatExt)
	set(&s.Format, "image/jpeg")
	if s.XDPI == 0 {
		s.XDPI = defaultDPI
	}
	if s.YDPI == 0 {
		s.YDPI = s.XDPI
	}
	switch {
	case s.Input != "Feeder" && s.Input != "Platen":
		return fmt.Errorf("%w: input %q", errUnsupported, s.Input)
	case s.ColorMode != modeColour && s.ColorMode != modeGrey:
		return fmt.Errorf("%w: colour mode %q", errUnsupported, s.ColorMode)
	case s.Format != "image/jpeg":
		return fmt.Errorf("%w: format %q", errUnsupported, s.Format)
	case s.XDPI != s.YDPI || !supportedDPI(s.XDPI):
		return fmt.Errorf("%w: %d x %d dpi", errUnsupported, s.XDPI, s.YDPI)
	case s.Duplex && s.Input == "Platen":
		return fmt.Errorf("%w: both sides on the glass", errUnsupported)
	}
	for _, r := range s.Regions {
		if r.X < 0 || r.Y < 0 || r.Width < 0 || r.Height < 0 {
			return fmt.Errorf("%w: region %+v", errUnsupported, r)
		}
	}
	return nil
}

// view is the part of a sheet that is scanned: the region asked for, as far as the sheet reaches, since the feeder's sensors
// know the sheet's size. Without a region it is the whole sheet.
func (s *scanSettings) view(p paperSize) view {
	px := func(mm float64) int { return int(math.Round(mm / 25.4 * float64(s.XDPI))) }
	v := view{dpi: s.XDPI, colour: s.ColorMode == modeColour, width: px(p.width), height: px(p.height)}
	if len(s.Regions) == 0 || s.Regions[0].Width == 0 || s.Regions[0].Height == 0 {
		return v
	}
	r := s.Regions[0]
	toPx := func(units int) int { return int(math.Round(float64(units) * float64(s.XDPI) / esclUnitsPerInch)) }
	v.x, v.y = min(toPx(r.X), v.width-1), min(toPx(r.Y), v.height-1)
	v.width = max(1, min(toPx(r.Width), v.width-v.x))
	v.height = max(1, min(toPx(r.Height), v.height-v.y))
	return v
}

func (o *Office) scannerHandler() http.Handler {
	t := template.Must(template.New("escl").Parse(esclTemplates))
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, name string, data any) {
		var buf bytes.Buffer
		if err := t.ExecuteTemplate(&buf, name, data); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write(buf.Bytes()) // a client that went away needs no answer
	}
	mux.HandleFunc("GET /eSCL/ScannerCapabilities", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, "capabilities", map[string]any{
			"Seed": o.cfg.Seed, "UUID": o.uuid(0), "AdminURI": o.ControlURL(),
			"MinSize": minRegionUnits, "MaxWidth": esclUnits(paperA3.width), "MaxHeight": esclUnits(paperA3.height),
			"ColorModes": []string{modeColour, modeGrey}, "Resolutions": scanResolutions(), "OneSided": o.OneSided(),
		})
	})
	mux.HandleFunc("GET /eSCL/ScannerStatus", func(w http.ResponseWriter, _ *http.Request) { reply(w, "status", o.scannerStatus()) })
	mux.HandleFunc("POST /eSCL/ScanJobs", o.postScanJob)
	mux.HandleFunc("GET /eSCL/ScanJobs/{id}/NextDocument", o.nextDocument)
	mux.HandleFunc("DELETE /eSCL/ScanJobs/{id}", o.deleteScanJob)
	return mux
}

// SetOneSided has the feeder take one side or both, from the next run on.
func (o *Office) SetOneSided(one bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.scanner.oneSided = one
}

// OneSided reports whether the feeder takes one side only.
func (o *Office) OneSided() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.scanner.oneSided
}

// uuid is the scanner's own for 0, and a job's for its number.
func (o *Office) uuid(n int) string {
	rng := o.random(n, purposeJob)
	hi, lo := rng.Uint64(), rng.Uint64()
	hi = hi&^0xF000 | 0x4000 // version 4, RFC 9562
	lo = lo&^(3<<62) | 1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xFFFF, hi&0xFFFF, lo>>48, lo&0xFFFFFFFFFFFF)
}

// jobView is a job as the status shows it.
type jobView struct {
	Path, ID, Reason string
	Age, Images      int
	State            jobState
}

func jobPath(id string) string { return "/eSCL/ScanJobs/" + id }

// scannerStatus is the data of the status template.
func (o *Office) scannerStatus() any {
	o.mu.Lock()
	defer o.mu.Unlock()
	st := struct {
		State, AdfState string
		Jobs            []jobView
	}{State: "Idle", AdfState: o.adfState()}
	if st.AdfState == adfJam || st.AdfState == adfOpen {
		st.State = "Stopped"
	}
	for _, j := range slices.Backward(o.scanner.order) {
		if j.state.active() {
			st.State = "Processing"
		}
		st.Jobs = append(st.Jobs, jobView{
			Path: jobPath(j.id), ID: j.id, Reason: j.reason, State: j.state, Images: j.images,
			Age: int(o.cfg.Now().Sub(j.lastUsed) / time.Second),
		})
	}
	return st
}

// States of the feeder by their eSCL names.
const (
	adfLoaded = "ScannerAdfLoaded"
	adfEmpty  = "ScannerAdfEmpty"
	adfJam    = "ScannerAdfJam"
	adfOpen   = "ScannerAdfDoorOpen"
)

// adfState is what the feeder says of itself. The caller holds o.mu.
func (o *Office) adfState() string {
	if _, still := o.faults[o.scanner.struck]; !still {
		o.scanner.struck = ""
	}
	switch {
	case o.scanner.struck == FaultJam, o.due(FaultJam, 0):
		return adfJam
	case o.scanner.struck == FaultCoverOpen, o.due(FaultCoverOpen, 0):
		return adfOpen
	case o.due(FaultFeederEmpty, 0), len(o.stack.letters) == 0:
		return adfEmpty
	}
	return adfLoaded
}

func (o *Office) postScanJob(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "settings are too long", http.StatusBadRequest)
		return
	}
	var s scanSettings
	if err := xml.Unmarshal(body, &s); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.check(o.cfg.DefaultDPI); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case s.Duplex && o.scanner.oneSided:
		http.Error(w, "both sides of a sheet", http.StatusConflict)
		return
	case o.takeBusy(), o.busy():
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	case s.Input == "Feeder" && o.adfState() != adfLoaded:
		http.Error(w, o.adfState(), http.StatusConflict)
		return
	}
	job := &scanJob{id: o.uuid(o.nextJob()), settings: s, state: jobPending, reason: "JobQueued", lastUsed: o.cfg.Now()}
	o.addJob(job)
	location := jobPath(job.id)
	if o.due(FaultStrayLocation, 0) {
		location = "http://192.0.2.1" + location // RFC 5737: nobody's address
	}
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusCreated)
}

// nextJob numbers jobs from 1. The caller holds o.mu.
func (o *Office) nextJob() int {
	o.scanner.jobSeq++
	return o.scanner.jobSeq
}

// takeBusy uses up one of FaultBusy's refusals. The caller holds o.mu.
func (o *Office) takeBusy() bool {
	f, on := o.faults[FaultBusy]
	if !on {
		return false
	}
	if f.After--; f.After > 0 {
		o.faults[FaultBusy] = f
	} else {
		delete(o.faults, FaultBusy)
	}
	return true
}

// busy reports whether a run is under way. A run whose client fell silent is ended here. The caller holds o.mu.
func (o *Office) busy() bool {
	for _, j := range o.scanner.order {
		if !j.state.active() {
			continue
		}
		if j.sending || o.cfg.Now().Sub(j.lastUsed) < jobTimeout {
			return true
		}
		j.end(jobAborted, "AbortedBySystem")
	}
	return false
}

// addJob lists a new run and forgets the oldest ones. The caller holds o.mu.
func (o *Office) addJob(j *scanJob) {
	o.scanner.jobs[j.id] = j
	o.scanner.order = append(o.scanner.order, j)
	for len(o.scanner.order) > maxJobsListed {
		delete(o.scanner.jobs, o.scanner.order[0].id)
		o.scanner.order = o.scanner.order[1:]
	}
	if j.settings.Input == "Feeder" {
		o.stack.lastRun = nil
	}
}

func (o *Office) deleteScanJob(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	j, ok := o.scanner.jobs[r.PathValue("id")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if j.state.active() {
		j.end(jobCanceled, "JobCanceledByUser")
	}
}

// nextDocument sends the next side of a run.
func (o *Office) nextDocument(w http.ResponseWriter, r *http.Request) {
	if f, on := o.fault(FaultSlow); on && o.cfg.Sleep(r.Context(), f.Delay) != nil {
		return
	}
	j, s, answer := o.beginPage(r.PathValue("id"))
	switch answer {
	case pageComes:
	case pageEmptyBody:
		w.Header().Set("Content-Type", "image/jpeg")
		_ = http.NewResponseController(w).Flush() // 200, chunked, and nothing in it
		return
	default:
		http.Error(w, string(answer), answer.status())
		return
	}
	data, err := o.drawSide(s, j.settings.view(s.letter.facts.paper)).jpeg(j.settings.XDPI)
	if err != nil {
		o.endPage(j, s, false)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	if o.takeCut(j) {
		o.endPage(j, s, false)
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // the server's way to close the connection without a last chunk
	}
	// The sheet is taken before the bytes go out, so that the feeder's state is right when the client reads it next.
	o.endPage(j, s, true)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}

// pageAnswer says what a request for a page gets.
type pageAnswer string

const (
	pageComes     pageAnswer = ""
	pageNoJob     pageAnswer = "no such job"
	pageEnd       pageAnswer = "no more pages"
	pageStopped   pageAnswer = "the feeder stopped"
	pageEmptyBody pageAnswer = "nothing"
	pageBusy      pageAnswer = "a page is on its way"
)

func (a pageAnswer) status() int {
	switch a {
	case pageStopped:
		return http.StatusConflict
	case pageBusy:
		return http.StatusServiceUnavailable
	}
	return http.StatusNotFound
}

func (o *Office) fault(kind FaultKind) (Fault, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f, on := o.faults[kind]
	return f, on
}

// beginPage finds the side to draw for a run, or why there is none.
func (o *Office) beginPage(id string) (*scanJob, side, pageAnswer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	j, ok := o.scanner.jobs[id]
	switch {
	case !ok || !j.state.active():
		return nil, side{}, pageNoJob
	case j.sending:
		return nil, side{}, pageBusy
	}
	j.state, j.reason, j.lastUsed = jobProcessing, "JobScanning", o.cfg.Now()
	if j.settings.Input == "Platen" {
		if j.images > 0 {
			j.end(jobCompleted, "JobCompletedSuccessfully")
			return nil, side{}, pageEnd
		}
		j.sending = true
		return j, o.glass(), pageComes
	}
	for _, stop := range []struct {
		kind   FaultKind
		answer pageAnswer
	}{{FaultJam, pageStopped}, {FaultCoverOpen, pageStopped}, {FaultSilentJam, pageEmptyBody}} {
		if o.due(stop.kind, j.images) {
			o.scanner.struck = stop.kind
			j.end(jobAborted, "ResourcesAreNotReady")
			return nil, side{}, stop.answer
		}
	}
	s, more := o.nextSide(j.back)
	if !more || o.due(FaultFeederEmpty, 0) {
		j.end(jobCompleted, "JobCompletedSuccessfully")
		return nil, side{}, pageEnd
	}
	j.sending = true
	return j, s, pageComes
}

// glass is what lies on the glass: the top sheet of the stack, which the clerk lays there, or nothing. The caller holds o.mu.
func (o *Office) glass() side {
	if s, ok := o.nextSide(false); ok {
		return s
	}
	return side{letter: lying{kind: KindLetter, facts: kindFacts{paper: paperA4}}, back: true}
}

// takeCut uses up FaultCut when its page has come.
func (o *Office) takeCut(j *scanJob) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.due(FaultCut, j.images) {
		return false
	}
	delete(o.faults, FaultCut)
	return true
}

// endPage counts a side that goes out whole and takes its sheet off the stack; one that does not aborts the run.
func (o *Office) endPage(j *scanJob, s side, whole bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	j.sending, j.lastUsed = false, o.cfg.Now()
	if !whole {
		j.end(jobAborted, "AbortedBySystem")
		return
	}
	j.images++
	if j.settings.Duplex && !j.back {
		j.back = true
		return
	}
	j.back = false
	o.takeSheet(s.letter.id)
}
