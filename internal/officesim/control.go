package officesim

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"image/png"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/officesim/authority"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
)

// This file is the office's switches over HTTP, for a person (the page at /) and for tests written in another language:
//
//	GET  /control/state                 letters in the feeder, troubles, labels
//	POST /control/feeder                {"kind":"letter","pages":2}     put a letter into the feeder
//	POST /control/feeder/empty          take everything out of it
//	POST /control/feeder/reload         put the letters of the last run back
//	POST /control/feeder/turn           the same, the pile turned over
//	POST /control/scanner               {"kind":"one-sided"} or {"kind":"two-sided"}: the sides that its feeder takes
//	POST /control/faults                {"kind":"scanner-jam","after":1,"delayMS":0}
//	POST /control/faults/clear          {"kind":"..."} or nothing for all
//	POST /control/centre, GET the same  the central system, where there is one: see control_centre.go
//	POST /control/authority, GET the same  the time-stamping authority, where there is one: see control_authority.go
//	POST /control/clock                 {"hours":24}: sets the clock ahead, where the office may
//	GET  /control/labels                the printed labels; each has its picture at /control/labels/N.png
//
// A POST takes JSON and answers the new state, or takes a form and answers with the page.

//go:embed control.html.tmpl
var controlFiles embed.FS

// controlRequest is what the POSTs take.
type controlRequest struct {
	Kind    string `json:"kind"`
	Pages   int    `json:"pages"`
	After   int    `json:"after"`
	DelayMS int    `json:"delayMS"`
	Hours   int    `json:"hours"`
}

// labelState describes a printed label.
type labelState struct {
	Seq       int       `json:"seq"`
	Letter    int       `json:"letter"` // 0 while it lies on the desk
	PrintedAt time.Time `json:"printedAt"`
	Picture   string    `json:"picture"` // path
	Ignored   []string  `json:"ignored,omitempty"`
}

// faultState describes a trouble that is switched on.
type faultState struct {
	Kind    FaultKind `json:"kind"`
	After   int       `json:"after"`
	DelayMS int       `json:"delayMS"`
}

// controlState is the whole office at one instant.
type controlState struct {
	ScannerURL  string          `json:"scannerURL"`
	PrinterAddr string          `json:"printerAddr"`
	OneSided    bool            `json:"oneSided"`
	Feeder      []LetterState   `json:"feeder"`
	Faults      []faultState    `json:"faults"`
	Labels      []labelState    `json:"labels"` // newest first
	Centre      *centreState    `json:"centre,omitempty"`
	Authority   *authorityState `json:"authority,omitempty"`
	Clock       time.Time       `json:"clock,omitzero"` // where it can be set ahead
}

// ClockWords is the clock as the page shows it, or "".
func (s controlState) ClockWords() string {
	if s.Clock.IsZero() {
		return ""
	}
	return s.Clock.In(protocollo.Rome()).Format("02/01/2006, 15:04")
}

// farthest bounds how far one press sets the clock ahead: the station stops at a jump of more than a week (R17.5).
const farthest = 72

func (o *Office) advance(hours int) error {
	if o.cfg.Advance == nil || hours < 1 || hours > farthest {
		return fmt.Errorf("%w: the clock is not set ahead by %d hours", errInvalid, hours)
	}
	return o.cfg.Advance(time.Duration(hours) * time.Hour)
}

// scannerKinds says whether a feeder of that kind takes one side only.
var scannerKinds = map[string]bool{"one-sided": true, "two-sided": false}

func (o *Office) controlState() controlState {
	st := controlState{
		ScannerURL: o.ScannerURL(), PrinterAddr: o.PrinterAddr(), OneSided: o.OneSided(),
		Feeder: o.Feeder(), Faults: []faultState{}, Labels: []labelState{}, Centre: o.centreState(), Authority: o.authorityState(),
	}
	if o.cfg.Advance != nil {
		st.Clock = o.cfg.Now()
	}
	for _, f := range o.Faults() {
		st.Faults = append(st.Faults, faultState{f.Kind, f.After, int(f.Delay / time.Millisecond)})
	}
	for _, l := range slices.Backward(o.Labels()) {
		st.Labels = append(st.Labels, labelState{l.Seq, l.Letter, l.PrintedAt, fmt.Sprintf("/control/labels/%d.png", l.Seq), l.Ignored})
	}
	return st
}

func (o *Office) controlHandler() http.Handler {
	page := template.Must(template.New("control.html.tmpl").Funcs(template.FuncMap{
		"letterName": func(k LetterKind) string { return letterNames[k] },
		"faultName":  func(k FaultKind) string { return faultNames[k] },
	}).ParseFS(controlFiles, "control.html.tmpl"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { o.showPage(w, page, http.StatusOK, "") })
	mux.HandleFunc("GET /control/state", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, o.controlState()) })
	mux.HandleFunc("GET /control/labels", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, o.controlState().Labels)
	})
	mux.HandleFunc("GET /control/centre", func(w http.ResponseWriter, r *http.Request) {
		if o.centre == nil {
			http.Error(w, errNoCentre.Error(), http.StatusNotFound)
			return
		}
		writeJSON(w, http.StatusOK, o.centreState())
	})
	mux.HandleFunc("GET /control/authority", func(w http.ResponseWriter, r *http.Request) {
		if o.authority == nil {
			http.Error(w, errNoAuthority.Error(), http.StatusNotFound)
			return
		}
		writeJSON(w, http.StatusOK, o.authorityState())
	})
	mux.HandleFunc("GET /control/labels/{file}", o.labelPicture)
	for path, do := range map[string]func(controlRequest) error{
		"/control/feeder":        func(r controlRequest) error { return o.Load(Letter{Kind: LetterKind(r.Kind), Pages: r.Pages}) },
		"/control/feeder/empty":  func(controlRequest) error { o.Empty(); return nil },
		"/control/feeder/reload": func(controlRequest) error { o.Reload(); return nil },
		"/control/feeder/turn":   func(controlRequest) error { o.TurnOver(); return nil },
		"/control/scanner": func(r controlRequest) error {
			one, known := scannerKinds[r.Kind]
			if !known {
				return fmt.Errorf("%w: no scanner is %q", errInvalid, r.Kind)
			}
			o.SetOneSided(one)
			return nil
		},
		"/control/clock":     func(r controlRequest) error { return o.advance(r.Hours) },
		"/control/centre":    func(r controlRequest) error { return o.behave(centre.Behaviour(r.Kind)) },
		"/control/authority": func(r controlRequest) error { return o.stampLike(authority.Behaviour(r.Kind)) },
		"/control/faults": func(r controlRequest) error {
			return o.SetFault(Fault{Kind: FaultKind(r.Kind), After: r.After, Delay: time.Duration(r.DelayMS) * time.Millisecond})
		},
		"/control/faults/clear": func(r controlRequest) error {
			if r.Kind == "" {
				o.Restore()
			} else {
				o.Restore(FaultKind(r.Kind))
			}
			return nil
		},
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { o.control(w, r, page, do) })
	}
	return o.onlyFromHere(http.NewCrossOriginProtection().Handler(mux))
}

// onlyFromHere refuses requests under another name than the office's own address: a page elsewhere on the web that makes its
// name point to this machine (DNS rebinding) must not press the switches.
func (o *Office) onlyFromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr, isTCP := o.controlLn.Addr().(*net.TCPAddr)
		if !isTCP || (r.Host != addr.String() && r.Host != net.JoinHostPort("localhost", strconv.Itoa(addr.Port))) {
			http.Error(w, "unknown host", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// control reads a request, carries it out and answers in the way in which it was asked.
func (o *Office) control(w http.ResponseWriter, r *http.Request, page *template.Template, do func(controlRequest) error) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form := kind == "application/x-www-form-urlencoded"
	req, err := readControl(r, form)
	if err == nil {
		err = do(req)
	}
	switch {
	case form && err == nil:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case form:
		o.showPage(w, page, statusOf(err), explain(err))
	case err != nil:
		writeJSON(w, statusOf(err), map[string]string{"error": err.Error()})
	default:
		writeJSON(w, http.StatusOK, o.controlState())
	}
}

func readControl(r *http.Request, form bool) (controlRequest, error) {
	var req controlRequest
	if form {
		if err := r.ParseForm(); err != nil {
			return req, fmt.Errorf("%w: form: %w", errInvalid, err)
		}
		req.Kind = r.PostForm.Get("kind")
		for name, to := range map[string]*int{"pages": &req.Pages, "after": &req.After, "delayMS": &req.DelayMS, "hours": &req.Hours} {
			s := r.PostForm.Get(name)
			if s == "" {
				continue
			}
			n, err := strconv.Atoi(s)
			if err != nil {
				return req, fmt.Errorf("%w: %s: %w", errInvalid, name, err)
			}
			*to = n
		}
		return req, nil
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil && !errors.Is(err, io.EOF) {
		return req, fmt.Errorf("%w: request: %w", errInvalid, err)
	}
	return req, nil
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, ErrNoLabel):
		return http.StatusConflict
	case errors.Is(err, errInvalid):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that went away needs no answer
}

// labelPicture answers N.png.
func (o *Office) labelPicture(w http.ResponseWriter, r *http.Request) {
	name, isPNG := strings.CutSuffix(r.PathValue("file"), ".png")
	n, err := strconv.Atoi(name)
	labels := o.Labels()
	if !isPNG || err != nil || n < 1 || n > len(labels) {
		http.NotFound(w, r)
		return
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, labels[n-1].Image()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(buf.Bytes())
}

func (o *Office) showPage(w http.ResponseWriter, page *template.Template, status int, message string) {
	var buf bytes.Buffer
	data := struct {
		controlState
		Message, Banner string
		Letters         []LetterKind
		Switches        []faultSwitch
	}{o.controlState(), message, banner, letterOrder, faultSwitches}
	if err := page.Execute(&buf, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}
