package ui_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"segnatura/internal/auth"
	"segnatura/internal/central/embedded"
	"segnatura/internal/hub"
	"segnatura/internal/maildraft"
	"segnatura/internal/papers"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/scanner"
	"segnatura/scanner/upload"
	"segnatura/stamp"
	"segnatura/stamp/compose"
	"segnatura/store"
	"segnatura/store/storetest"
	"segnatura/ui"
)

// office is the whole station behind a test server: real store, real use cases, real log-ins, pretend devices. Time is what
// the test says. Every answer that a browser of it gets is held against the OpenAPI document.
type office struct {
	t       *testing.T
	dir     string
	db      *store.DB
	hub     *hub.Hub[station.Event]
	auth    *auth.Service
	station *station.Station
	ui      *ui.Server
	server  *httptest.Server
	clock   *clock
	feeder  *feeder
	printer *labelMaker
	centre  *centre
	api     *contract
	letters int
}

// option changes an office before it opens.
type option func(o *office, c *ui.Config)

const (
	setupToken = "IL-CODICE-STAMPATO-ALL-AVVIO"
	password   = "Segnatura.Prova26"
	aoo        = protocollo.AOOCode("AOO1")
	otherAOO   = protocollo.AOOCode("AOO2")
)

// passwordHash is as [auth.Hash] writes it, at a cost that a test signs in with often; what a password has to cost is that package's subject.
func passwordHash() string {
	salt, b64 := []byte("il sale di prova"), base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=64,t=1,p=1$%s$%s", argon2.Version, b64(salt), b64(argon2.IDKey([]byte(password), salt, 1, 64, 1, 32)))
}

// staff are the office's people, one a role, plainly invented. Reader and tender office belong to the unit TRIB.
func staff() []protocollo.Actor {
	return []protocollo.Actor{
		{User: "anna", Name: "Anna Esempio", AOO: aoo, Roles: []protocollo.Role{protocollo.RoleOperator}},
		{User: "bruno", Name: "Bruno Esempio", AOO: aoo, Roles: []protocollo.Role{protocollo.RoleOperator}},
		{User: "carla", Name: "Carla Esempio", AOO: aoo, Roles: []protocollo.Role{protocollo.RoleResponsabile}},
		{User: "dario", Name: "Dario Esempio", AOO: aoo, UOR: "TRIB", Roles: []protocollo.Role{protocollo.RoleReader}},
		{User: "elena", Name: "Elena Esempio", AOO: aoo, UOR: "TRIB", Roles: []protocollo.Role{protocollo.RoleTender}},
		{User: "paolo", Name: "Paolo Prova", AOO: aoo, UOR: "TRIB", Roles: []protocollo.Role{protocollo.RoleCompetition}},
		{User: "furio", Name: "Furio Esempio", AOO: aoo, UOR: "TRIB", Roles: []protocollo.Role{protocollo.RoleAdministrator}},
		{User: "gino", Name: "Gino Altrove", AOO: otherAOO, Roles: []protocollo.Role{protocollo.RoleResponsabile}},
	}
}

func actor(t *testing.T, user string) protocollo.Actor {
	t.Helper()
	for _, a := range staff() {
		if a.User == user {
			a.Desk = "sportello-" + user
			return a
		}
	}
	t.Fatalf("nobody is called %s", user)
	return protocollo.Actor{}
}

func setup() station.Setup {
	return station.Setup{
		Body: protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Comune di Prova"},
		AOOs: []protocollo.AOO{
			{Code: aoo, Name: "Area unica", RegisterCode: "PG", RegisterName: "Protocollo generale"},
			{Code: otherAOO, Name: "Altra area", RegisterCode: "PG", RegisterName: "Protocollo generale"},
		},
		Connector: embedded.Name, StartingNumber: 1, ActNumber: "1", ActDay: "2026-01-02",
	}
}

// newOffice opens an office that is configured, with all its people.
func newOffice(t *testing.T, options ...option) *office {
	t.Helper()
	o := unconfigured(t, options...)
	hash := passwordHash()
	var accounts []station.NewAccount
	for _, a := range staff() {
		accounts = append(accounts, station.NewAccount{User: a.User, Name: a.Name, AOO: a.AOO, UOR: a.UOR, Roles: a.Roles, Password: hash})
	}
	if err := o.station.Configure(t.Context(), setup(), accounts); err != nil {
		t.Fatal(err)
	}
	for _, a := range staff() { // a first password is to be changed; these people did
		if err := o.db.SetPassword(t.Context(), protocollo.Station(a.AOO), a.User, hash, false); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// unconfigured opens an office on a fresh data folder.
func unconfigured(t *testing.T, options ...option) *office {
	t.Helper()
	return openOffice(t, t.TempDir(), options...)
}

// empty is what every office's folder begins as.
var empty storetest.Empty

func openOffice(t *testing.T, dir string, options ...option) *office {
	t.Helper()
	empty.Into(t, dir, func(dir string) error {
		db, err := store.Open(context.Background(), store.Config{Dir: dir})
		if err != nil {
			return err
		}
		return db.Close()
	})
	o := &office{t: t, dir: dir, clock: &clock{now: openingTime()}, feeder: &feeder{}, printer: &labelMaker{}}
	var err error
	if o.db, err = store.Open(t.Context(), store.Config{Dir: dir, Clock: o.clock.Now, Timestamps: true}); err != nil {
		t.Fatal(err)
	}
	o.hub = hub.New[station.Event](64, 16, 1000)
	o.auth = &auth.Service{Accounts: o.db, Sessions: o.db, Clock: o.clock.Now}
	o.wireStation()
	c := ui.Config{
		Station: o.station, Auth: o.auth, Hub: o.hub, Paper: papers.Writer{Clock: openingTime, Mail: maildraft.Office{From: "protocollo@ente.example", To: []string{"settori@ente.example"}}}, Uploaded: o.uploaded, Finder: finder{}, Hosts: []string{"127.0.0.1"},
		Devices: ui.Devices{
			Scanners: []ui.Scanner{{ID: "fujitsu", Name: "Scanner", Source: o.feeder}},
			Printers: []ui.LabelPrinter{{Name: "Etichettatrice", Printer: o.printer}},
			Folders: func() []ui.Folder {
				return []ui.Folder{{ID: "cartella", Name: "Cartella", Troubles: func() []ui.FolderTrouble { return nil }}}
			},
		},
		SetupToken: setupToken, Version: "prova", Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	for _, change := range options {
		change(o, &c)
	}
	o.ui = ui.New(c)
	o.auth.Ended, o.auth.UserEnded = o.ui.SessionEnded, o.ui.UserSessionsEnded
	o.api = newContract(t, o.ui.OpenAPI())
	o.server = httptest.NewUnstartedServer(o.ui)
	// Small buffers, so that a browser that does not read is felt soon.
	o.server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(4096)
		}
		return ctx
	}
	o.server.Start()
	t.Cleanup(o.close)
	return o
}

func (o *office) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := o.ui.Shutdown(ctx); err != nil {
		o.t.Errorf("close the sockets: %v", err)
	}
	o.server.Close()
	o.station.Close()
	if err := o.db.Close(); err != nil {
		o.t.Error(err)
	}
}

func (o *office) wireStation() {
	o.t.Helper()
	db := o.db
	o.centre = &centre{book: embedded.New(o.db)}
	register := o.centre
	keys := 0
	var err error
	o.station, err = station.New(station.Config{
		Stores:     station.StoresOf(db),
		DailyPaper: papers.Writer{}, TenderPaper: papers.Writer{}, NotePaper: notePaper{}, TimestampExport: plainExport{}, Separator: separator{},
		Registrar: register, Sender: register, Composer: composer{}, Inspector: inspector{}, Converter: converter{}, Checker: checker{}, Metadata: metadataFile{},
		Scratch: func(context.Context) (station.Scratch, error) {
			return os.Create(filepath.Join(o.t.TempDir(), "lavoro"))
		},
		Publisher: o.hub, Clock: o.clock.Now, NewKey: func() string { keys++; return fmt.Sprintf("chiave-della-stazione-%d", keys) },
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) uploaded(form *multipart.Reader, abort func()) (scanner.Document, error) {
	return upload.New(upload.Multipart(form), upload.Config{Now: o.clock.Now, Abort: abort}).Scan(context.Background(), scanner.Request{})
}

// metadataFile writes what tells a file from others.
type metadataFile struct{}

func (metadataFile) WriteMetadata(w io.Writer, m pdfa.DocumentMetadata) ([]pdfa.PendingField, error) {
	_, err := fmt.Fprintf(w, "<Documento>%s</Documento>", m.File.SHA256)
	return nil, err
}

type composer struct{}

func (composer) Compose(l stamp.Label, r stamp.Resolution) (*stamp.Bitmap, error) {
	return compose.Compose(l, r)
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// browser is one person's browser, or a stranger's with token "".
type browser struct {
	o     *office
	user  string
	token string
}

// as opens a session for a person without the tenth of a second that a password costs.
func (o *office) as(user string) *browser {
	o.t.Helper()
	o.letters++
	token := fmt.Sprintf("gettone-di-%s-%d", user, o.letters)
	sum := sha256.Sum256([]byte(token))
	now := o.clock.Now()
	err := o.db.PutSession(o.t.Context(), protocollo.Session{TokenDigest: hex.EncodeToString(sum[:]), User: user, Desk: "sportello-" + user, CreatedAt: now, LastSeenAt: now})
	if err != nil {
		o.t.Fatal(err)
	}
	return &browser{o: o, user: user, token: token}
}

func (o *office) stranger() *browser { return &browser{o: o, user: "a stranger"} }

// call is one request.
type call struct {
	method, path string
	body         any // JSON, or a form for a *form, or as it is for a raw
	header       http.Header
}

// raw is a body that is sent as it is.
type raw string

// form is a form with files.
type form struct{ files [][]byte }

func (c call) encoded(t *testing.T) (io.Reader, string) {
	t.Helper()
	switch b := c.body.(type) {
	case nil:
		return nil, ""
	case raw:
		return strings.NewReader(string(b)), "application/json"
	case *form:
		var buf bytes.Buffer
		w := multipart.NewWriter(&buf)
		for i, f := range b.files {
			part, err := w.CreateFormFile("file", fmt.Sprintf("pagina-%d.jpg", i+1))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write(f) // into memory
		}
		_ = w.Close()
		return &buf, w.FormDataContentType()
	default:
		j, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.NewReader(j), "application/json"
	}
}

// reply is an answer that was read whole and held against the document.
type reply struct {
	*http.Response
	body []byte
	t    *testing.T
}

// do sends a request and holds its answer against the document.
func (b *browser) do(c call) reply {
	b.o.t.Helper()
	r, err := b.send(c)
	if err != nil {
		b.o.t.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	b.o.api.hold(r.Request, r.Response, r.body)
	return r
}

// send sends a request, also from another goroutine than the test's.
func (b *browser) send(c call) (reply, error) {
	body, contentType := c.encoded(b.o.t)
	r, err := http.NewRequestWithContext(b.o.t.Context(), c.method, b.o.server.URL+c.path, body)
	if err != nil {
		return reply{}, err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for k, v := range c.header {
		r.Header[k] = v
	}
	if h := c.header.Get("Host"); h != "" {
		r.Host = h
	}
	if b.token != "" {
		r.AddCookie(&http.Cookie{Name: "segnatura_sessione", Value: b.token})
	}
	resp, err := b.o.server.Client().Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return reply{Response: resp, body: read, t: b.o.t}, err
}

func (b *browser) get(path string) reply {
	b.o.t.Helper()
	return b.do(call{method: http.MethodGet, path: path})
}
func (b *browser) post(path string, v any) reply {
	b.o.t.Helper()
	return b.do(call{method: http.MethodPost, path: path, body: v})
}

// want checks the status and, for a problem, its code.
func (r reply) want(status int, code string) reply {
	r.t.Helper()
	if r.StatusCode != status {
		r.t.Fatalf("%s %s answered %d %s, want %d %s", r.Request.Method, r.Request.URL.Path, r.StatusCode, r.body, status, code)
	}
	if code == "" {
		return r
	}
	var p ui.Problem
	r.decode(&p)
	if p.Code != code || p.Status != status {
		r.t.Fatalf("%s %s answered the problem %+v, want %d %s", r.Request.Method, r.Request.URL.Path, p, status, code)
	}
	return r
}

func (r reply) decode(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("%s %s: %v in %s", r.Request.Method, r.Request.URL.Path, err, r.body)
	}
}

// draft is the next letter that nobody has sent before.
func (o *office) draft() protocollo.Draft {
	o.letters++
	return protocollo.Draft{Direction: protocollo.Incoming, Subject: fmt.Sprintf("Richiesta di accesso numero %d", o.letters), UOR: "TRIB", Classifica: "I.6",
		Senders: []protocollo.Correspondent{{Name: fmt.Sprintf("Mittente %d", o.letters)}}}
}

func (o *office) key() string { o.letters++; return fmt.Sprintf("chiave-di-prova-%d", o.letters) }

// registered is the next letter, with its number, by anna.
func (o *office) registered(change ...func(*protocollo.Draft)) station.Record {
	o.t.Helper()
	o.centre.screen = nil // see unkeyed
	d := o.draft()
	for _, c := range change {
		c(&d)
	}
	rec, err := o.station.Register(o.t.Context(), actor(o.t, "anna"), station.RegisterCommand{Key: o.key(), Draft: d})
	if err != nil || rec.Registration == nil {
		o.t.Fatalf("register: %v", err)
	}
	return rec
}

func (o *office) labelled(change ...func(*protocollo.Draft)) station.Record {
	o.t.Helper()
	rec := o.registered(change...)
	o.print(rec)
	return rec
}

func (o *office) print(rec station.Record) protocollo.Print {
	o.t.Helper()
	p, err := o.station.PrintLabel(o.t.Context(), actor(o.t, "anna"), rec.Registration.ID, o.printer, protocollo.ReprintNone)
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

// taken is a run of pages through to its end.
func (o *office) taken(pages ...[]byte) station.BatchView {
	o.t.Helper()
	ctx := o.t.Context()
	b, err := o.station.Upload(ctx, actor(o.t, "anna"), &paperRun{pages: pages}, 0)
	if err != nil {
		o.t.Fatal(err)
	}
	v, err := o.station.BatchView(ctx, actor(o.t, "carla"), b.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

// captured is a labelled letter whose page was scanned and joined: it waits for the clerk's confirmation.
func (o *office) captured(change ...func(*protocollo.Draft)) (station.Record, station.DocumentView) {
	o.t.Helper()
	rec := o.labelled(change...)
	b := o.taken(photo(o.t, rec.Intake.Key, payload(rec)))
	if len(b.Documents) != 1 || b.Documents[0].State != protocollo.DocumentReady || b.Documents[0].RegistrationID != rec.Registration.ID {
		o.t.Fatalf("the page did not join its registration: %+v", b)
	}
	return rec, b.Documents[0]
}

func (o *office) archived(change ...func(*protocollo.Draft)) (station.Record, station.DocumentView) {
	o.t.Helper()
	rec, doc := o.captured(change...)
	if err := o.station.ConfirmQuality(o.t.Context(), actor(o.t, "anna"), doc.ID, nil); err != nil {
		o.t.Fatal(err)
	}
	if err := o.station.Archive(o.t.Context(), doc.ID); err != nil {
		o.t.Fatal(err)
	}
	return rec, doc
}

// unconfirmed is a document of n pages that waits for somebody to say whose it is.
func (o *office) unconfirmed(n int) station.DocumentView {
	o.t.Helper()
	var pages [][]byte
	for range n {
		pages = append(pages, photo(o.t, o.key(), ""))
	}
	return o.taken(pages...).Documents[0]
}

// keptFile is the metadata file beside a record's archive.
func (o *office) keptFile(rec station.Record) int64 {
	o.t.Helper()
	now, err := o.station.IntakeRecord(o.t.Context(), actor(o.t, "carla"), rec.Intake.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return now.Documents[0].Archive.Files[0].ID
}

// unsolved is an exception: a page without code.
func (o *office) unsolved() protocollo.Exception {
	o.t.Helper()
	b := o.taken(photo(o.t, o.key(), ""))
	list, err := o.station.Exceptions(o.t.Context(), actor(o.t, "carla"))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, e := range list {
		if e.DocumentID == b.Documents[0].ID {
			return e.Exception
		}
	}
	o.t.Fatal("a page without code raised no exception")
	return protocollo.Exception{}
}

func payload(rec station.Record) string {
	return rec.Registration.Barcode(rec.Intake.Draft.Direction).Payload()
}

func confidential(d *protocollo.Draft) { d.Confidential = true }
