package benchmark

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/central/embedded"
	"segnatura/internal/hub"
	"segnatura/internal/officesim"
	"segnatura/internal/papers"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/stamp"
	"segnatura/stamp/compose"
	"segnatura/stamp/zpl"
	"segnatura/store"
	"segnatura/ui"
)

// office is the station as cmd/segnatura wires it, its browser, and the pretend office's devices. The archive and the outbox
// stand still: they work behind the clerk's back, and how much they take of the machine is not this package's question.
type office struct {
	testing.TB
	engines engines
	db      *store.DB
	station *station.Station
	feed    *hub.Hub[station.Event]
	clerk   protocollo.Actor
	devices *officesim.Office
	printer *zpl.Printer
	scanner *watchedScanner
	sent    chan time.Time // the instant of each label's last byte
	bids    *timedBids
	web     *httptest.Server
	browser *http.Client
	letters int
}

// label is what lies on the pretend printer's roll.
type label struct {
	resolution stamp.Resolution
	size       stamp.Size
}

func usualLabel() label { return label{stamp.DPI300, stamp.Size{WidthMM: 62, HeightMM: 29}} }

const password = "Timbro.Rosso26"

func newOffice(tb testing.TB, roll label) *office {
	tb.Helper()
	return newOfficeWith(tb, roll, jailed(tb, nil))
}

func newOfficeWith(tb testing.TB, roll label, e engines) *office {
	tb.Helper()
	return newOfficeOf(tb, roll, e, embedded.Name)
}

// newOfficeOf is an office of a body whose numbers come from the connector of that name.
func newOfficeOf(tb testing.TB, roll label, e engines, connector string) *office {
	tb.Helper()
	o := &office{TB: tb, engines: e, sent: make(chan time.Time, 1)}
	o.clerk = protocollo.Actor{User: "anna", Name: "Anna Esempio", AOO: "AE99901", Roles: []protocollo.Role{protocollo.RoleOperator}, Desk: "sportello"}
	var err error
	ctx := context.Background() // cleanups outlive tb.Context
	o.db, err = store.Open(ctx, store.Config{Dir: tb.TempDir(), Trial: true})
	o.must(err)
	tb.Cleanup(func() { o.must(o.db.Close()) })
	o.seed(ctx, connector)
	o.devices, err = officesim.Start(ctx, officesim.Config{Seed: 1, Printer: roll.resolution, LabelSize: roll.size})
	o.must(err)
	tb.Cleanup(func() { o.must(o.devices.Close()) })
	o.printer = zpl.New(zpl.Config{ID: "stampante", Resolution: roll.resolution, LabelSize: roll.size, Dial: zpl.DialTCP(o.devices.PrinterAddr()),
		Sent: func(time.Duration) { o.sent <- time.Now() }})
	source, err := escl.New(escl.Config{URL: o.devices.ScannerURL(), Now: time.Now})
	o.must(err)
	o.scanner = &watchedScanner{Source: source, taken: make(chan time.Time, 1), next: make(chan struct{}, 1)}
	o.wire()
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// seed sets the body up.
func (o *office) seed(ctx context.Context, connector string) {
	hash, err := auth.Hash(password)
	o.must(err)
	setup := station.Setup{
		Body:      protocollo.Body{Code: "c_e999", Name: "Comune di Esempio", ShortName: "Comune di Esempio"},
		AOOs:      []protocollo.AOO{{Code: o.clerk.AOO, Name: "Area organizzativa unica", RegisterCode: "PG", RegisterName: "Protocollo generale"}},
		Connector: connector, StartingNumber: 1, ActNumber: "PROVA", ActDay: protocollo.DayOf(time.Now()),
		ResponsabileTitle: "Responsabile della gestione documentale",
	}
	account := station.NewAccount{User: o.clerk.User, Name: o.clerk.Name, AOO: o.clerk.AOO, Roles: o.clerk.Roles, Password: hash}
	o.must(o.db.SaveSetup(ctx, setup, []station.NewAccount{account}))
	o.must(o.db.SetPassword(ctx, protocollo.Station(o.clerk.AOO), o.clerk.User, hash, false))
}

// noActs takes nothing apart: no act of the Responsabile is measured.
type noActs struct{}

func (noActs) Separate(context.Context, pdfa.Input, func(string, io.Reader) error) error {
	return errors.New("no act is measured")
}

// config joins the rooms behind the use cases.
func (o *office) config() station.Config {
	register, db, scratch := embedded.New(o.db), o.db, o.TempDir()
	stores := station.StoresOf(db)
	o.bids = &timedBids{BidStore: stores.Bids}
	stores.Bids = o.bids
	return station.Config{
		Stores:     stores,
		DailyPaper: papers.Writer{}, NotePaper: papers.Writer{}, TenderPaper: papers.Writer{}, Separator: noActs{},
		Registrar: register, Sender: register, Composer: composer{}, Inspector: o.engines, Converter: o.engines, Checker: o.engines,
		Scratch:   func(context.Context) (station.Scratch, error) { return os.CreateTemp(scratch, "") },
		Publisher: o.feed, Clock: time.Now, NewKey: rand.Text,
	}
}

// wire joins the rooms and logs the clerk in.
func (o *office) wire() {
	o.feed = hub.New[station.Event](4096, 256, uint64(time.Now().UnixMilli()))
	sessions := &auth.Service{Accounts: o.db, Sessions: o.db, Clock: time.Now}
	var err error
	o.station, err = station.New(o.config())
	o.must(err)
	o.Cleanup(o.station.Close)
	desk := ui.New(ui.Config{Station: o.station, Auth: sessions, Hub: o.feed, Paper: papers.Writer{Clock: time.Now}, Hosts: []string{"127.0.0.1"}, Trial: true,
		Uploaded: func(*multipart.Reader, func()) (scanner.Document, error) { return nil, errors.New("no uploads here") },
		Devices:  ui.Devices{Scanners: []ui.Scanner{{ID: "scanner", Source: o.scanner}}, Printers: []ui.LabelPrinter{{Printer: o.printer}}}})
	o.web = httptest.NewServer(desk)
	o.Cleanup(func() {
		o.must(desk.Shutdown(context.Background()))
		o.web.Close()
	})
	jar, err := cookiejar.New(nil)
	o.must(err)
	o.browser = &http.Client{Jar: jar}
	o.post("/api/login", map[string]string{"user": o.clerk.User, "password": password, "desk": o.clerk.Desk}, nil)
}

// post sends JSON and decodes the answer, after its last byte, into out unless that is nil.
func (o *office) post(path string, in, out any) {
	o.Helper()
	body, err := json.Marshal(in)
	o.must(err)
	resp, err := o.browser.Post(o.web.URL+path, "application/json", bytes.NewReader(body))
	o.must(err)
	answer := o.read(resp)
	if out != nil {
		o.must(json.Unmarshal(answer, out))
	}
}

// get returns an answer's body.
func (o *office) get(path string) []byte {
	o.Helper()
	resp, err := o.browser.Get(o.web.URL + path)
	o.must(err)
	return o.read(resp)
}

func (o *office) read(resp *http.Response) []byte {
	o.Helper()
	answer, err := io.ReadAll(resp.Body)
	o.must(errors.Join(err, resp.Body.Close()))
	if resp.StatusCode >= 300 {
		o.Fatalf("%s %s: %s: %s", resp.Request.Method, resp.Request.URL.Path, resp.Status, answer)
	}
	return answer
}

// letter is the next letter of the day's post: no two are alike, and each is compared with those before it.
func (o *office) letter() station.RegisterCommand {
	o.letters++
	n := o.letters
	return station.RegisterCommand{Key: rand.Text(), Draft: protocollo.Draft{
		Direction: protocollo.Incoming, Means: protocollo.MeansRaccomandata, RaccomandataCode: fmt.Sprintf("15%010d-1", n),
		Subject:    fmt.Sprintf("Richiesta di accesso agli atti della pratica edilizia %d, con due allegati", n),
		Senders:    []protocollo.Correspondent{{Name: fmt.Sprintf("Impresa Esempio %d S.r.l.", n%97), Address: "Via delle Prove 1, Esempio"}},
		SenderRef:  protocollo.SenderReference{Protocol: fmt.Sprintf("%d/U", n)},
		Classifica: "VI.3", UOR: "TECN", Attachments: []protocollo.Attachment{{Description: "Planimetria", Pages: 1}},
	}}
}

// register takes a letter in without the browser.
func (o *office) register(cmd station.RegisterCommand) *protocollo.Registration {
	o.Helper()
	rec, err := o.station.Register(o.Context(), o.clerk, cmd)
	o.must(err)
	if rec.Registration == nil {
		o.Fatalf("intake %d has no number", rec.Intake.ID)
	}
	return rec.Registration
}

// The adapters between the station's ports and the rooms that do the work.

type composer struct{}

func (composer) Compose(l stamp.Label, r stamp.Resolution) (*stamp.Bitmap, error) {
	return compose.Compose(l, r)
}

type inspector func(context.Context, io.ReadSeeker, scanner.Settings, func(string) bool, int) (scanner.Facts, []byte, error)

func (i inspector) Inspect(ctx context.Context, r io.ReadSeeker, s scanner.Settings, accept func(string) bool, maxPx int) (scanner.Facts, []byte, error) {
	return i(ctx, r, s, accept, maxPx)
}

func (inspector) Crop(context.Context, io.ReadSeeker, scanner.Settings, scanner.Box, int) ([]byte, error) {
	return nil, errors.New("nobody looks at parts here")
}

type converter func(context.Context, pdfa.Job, io.Writer, func(int)) (pdfa.Result, error)

func (c converter) Convert(ctx context.Context, job pdfa.Job, w io.Writer, progress func(int)) (pdfa.Result, error) {
	return c(ctx, job, w, progress)
}

type checker func(context.Context, io.ReaderAt, int64) (pdfa.Report, error)

func (c checker) Check(ctx context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) {
	return c(ctx, r, size)
}
