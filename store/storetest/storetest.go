// Package storetest is the suite that every engine behind the station's storage ports passes: it speaks the ports' language only
// and looks at no table. An engine's own test calls
//
//	storetest.Run(t, func(tb testing.TB, o storetest.Options) storetest.Store { ... })
//
// What an engine promises beyond the ports (pragmas, triggers, the check) is its own tests' matter.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// Store is all the ports together.
type Store interface {
	station.IntakeStore
	station.DuplicateStore
	station.UnsettledStore
	station.KeyedStore
	station.AlarmStore
	station.OutcomeStore
	station.EmergencyStore
	station.DeliveryStore
	station.DraftStore
	station.ReferenceStore
	station.TitolarioStore
	station.CorrectionStore
	station.RefusedStore
	station.EnvelopeStore
	station.PostReturnStore
	station.UrgencyStore
	station.PrintStore
	station.BatchStore
	station.PileStore
	station.DocumentStore
	station.ExceptionStore
	station.EditStore
	station.ExclusionStore
	station.DayStore
	station.DailyStore
	station.CodeResolver
	station.ArchiveStore
	station.TextStore
	station.OutboxStore
	station.SupersedeStore
	station.SetupStore
	station.PolicyStore
	station.ProfileStore
	station.PrinterStore
	station.SafetyStore
	station.ViewStore
	station.BidStore
	station.CompetitionStore
	station.TimestampStore
	Book
	Close() error
}

// Book is the port of the embedded register, and of what was keyed in.
type Book interface {
	TakeNumber(ctx context.Context, key string, body protocollo.Body, aoo protocollo.AOO) (protocollo.Receipt, error)
	FindNumber(ctx context.Context, key string) (protocollo.Receipt, bool, error)
	AnnulNumber(ctx context.Context, ref string, a protocollo.Annulment) error
	RecordAttachment(ctx context.Context, r protocollo.AttachRequest) (protocollo.AttachReceipt, error)
	// KeyedNumber is the manual connector's.
	KeyedNumber(ctx context.Context, key string) (protocollo.Receipt, bool, error)
}

// Options are what a test asks of the engine.
type Options struct {
	Dir   string // the same Dir opened again is the same data
	Clock func() time.Time
}

// Opener opens an engine; the caller closes it.
type Opener func(tb testing.TB, o Options) Store

// Body is the administration that the suite configures.
func Body() protocollo.Body {
	return protocollo.Body{Code: "c_prova", Name: "Comune di Prova", ShortName: "Prova"}
}

// AOO is the first one; OtherAOO stands beside it in the same installation.
func AOO() protocollo.AOO {
	return protocollo.AOO{Code: "AOO1", Name: "Protocollo generale", RegisterCode: "PG", RegisterName: "Protocollo generale"}
}

// OtherAOO is the second AOO of the installation.
func OtherAOO() protocollo.AOO {
	return protocollo.AOO{Code: "AOO2", Name: "Istituzione", RegisterCode: "PG", RegisterName: "Protocollo generale"}
}

// Clerk registers and scans at desk d1.
func Clerk() protocollo.Actor {
	return protocollo.Actor{User: "anna", Name: "Anna", AOO: AOO().Code, Roles: []protocollo.Role{protocollo.RoleOperator}, Desk: "d1"}
}

// Chief is the Responsabile.
func Chief() protocollo.Actor {
	return protocollo.Actor{User: "rosa", Name: "Rosa", AOO: AOO().Code, Roles: []protocollo.Role{protocollo.RoleResponsabile}, Desk: "d2"}
}

// Reader sees the documents of one office.
func Reader(uor string) protocollo.Actor {
	return protocollo.Actor{User: "rita", Name: "Rita", AOO: AOO().Code, Roles: []protocollo.Role{protocollo.RoleReader}, UOR: uor}
}

// Start is the first instant of the suite's clock: a Tuesday morning in Rome.
func Start() time.Time { return time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC) }

// Clock is a clock that stands until it is moved; each reading moves it by a millisecond.
type Clock struct{ now time.Time }

// NewClock starts at [Start].
func NewClock() *Clock { return &Clock{now: Start()} }

// Now implements Options.Clock. It is for one goroutine.
func (c *Clock) Now() time.Time { c.now = c.now.Add(time.Millisecond); return c.now }

// Move moves it.
func (c *Clock) Move(d time.Duration) { c.now = c.now.Add(d) }

// Set sets it.
func (c *Clock) Set(t time.Time) { c.now = t }

// Setup is the suite's configuration: two AOOs, the embedded register from number 1.
func Setup() station.Setup {
	return station.Setup{Body: Body(), AOOs: []protocollo.AOO{AOO(), OtherAOO()}, Connector: "embedded", StartingNumber: 1, ActNumber: "12",
		ActDay: "2026-01-02", ResponsabileTitle: "Responsabile della gestione documentale"}
}

// Accounts are the first ones; the password stands for a hash.
func Accounts() []station.NewAccount {
	return []station.NewAccount{
		{User: "anna", Name: "Anna", AOO: AOO().Code, Roles: Clerk().Roles, Password: "hash-a"},
		{User: "rosa", Name: "Rosa", AOO: AOO().Code, Roles: Chief().Roles, Password: "hash-r"},
	}
}

// Fixture is an open, configured store with the way of one letter as methods; each fails the test on an error.
type Fixture struct {
	testing.TB
	Store
	Clock *Clock
	n     int
}

// NewFixture opens an engine in a fresh folder and configures it.
func NewFixture(tb testing.TB, open Opener) *Fixture {
	tb.Helper()
	clock := NewClock()
	f := &Fixture{TB: tb, Store: open(tb, Options{Dir: tb.TempDir(), Clock: clock.Now}), Clock: clock}
	tb.Cleanup(func() { f.ok(f.Store.Close()) })
	f.ok(f.SaveSetup(context.Background(), Setup(), Accounts()))
	return f
}

func (f *Fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatalf("unexpected error: %v", err)
	}
}

// Fails fails the test unless err is of that class and code.
func Fails(tb testing.TB, err error, class protocollo.Class, code string) {
	tb.Helper()
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Class != class || e.Code != code {
		tb.Fatalf("error is %v, want %s (%s)", err, class, code)
	}
}

// Draft is a plain letter.
func Draft(subject, sender string) protocollo.Draft {
	return protocollo.Draft{Direction: protocollo.Incoming, Subject: subject, Senders: []protocollo.Correspondent{{Name: sender}},
		Recipients: []protocollo.Correspondent{{Name: "Ufficio tecnico"}}}.Normalize()
}

// NewIntake is a draft under a key that was never used.
func (f *Fixture) NewIntake(d protocollo.Draft) station.NewIntake {
	f.n++
	return Intake(fmt.Sprintf("key-%04d", f.n), d)
}

// Intake is a draft under a key, by the clerk.
func Intake(key string, d protocollo.Draft) station.NewIntake {
	sum := sha256.Sum256([]byte(d.Subject))
	return station.NewIntake{Key: key, ContentDigest: hex.EncodeToString(sum[:]), Draft: d, Actor: Clerk(), Connector: "embedded"}
}

// Record records an intake.
func (f *Fixture) Record(d protocollo.Draft) station.RecordedIntake {
	f.Helper()
	rec, err := f.RecordIntake(context.Background(), f.NewIntake(d))
	f.ok(err)
	return rec
}

// Segnatura is what would be printed for a receipt.
func Segnatura(r protocollo.Receipt, d protocollo.Draft) protocollo.Segnatura {
	return protocollo.Segnatura{Body: Body(), AOO: AOO(), Year: r.Year, Number: r.Number, Day: r.Day, RegisteredAt: r.At, Direction: d.Direction}
}

// Register records, takes a number and confirms it.
func (f *Fixture) Register(d protocollo.Draft) protocollo.Registration {
	f.Helper()
	rec := f.Record(d)
	receipt, err := f.TakeNumber(context.Background(), rec.Intake.Key, Body(), AOO())
	f.ok(err)
	reg, err := f.ConfirmNumber(context.Background(), rec.Attempt.ID, receipt, Segnatura(receipt, d))
	f.ok(err)
	return reg
}

// Bitmap is a small label with a dot.
func Bitmap() *stamp.Bitmap {
	b := stamp.NewBitmap(20, 3, stamp.DPI203)
	b.SetBlack(19, 2)
	return b
}

// Label queues and prints the registration's label.
func (f *Fixture) Label(r protocollo.Registration) protocollo.Print {
	f.Helper()
	ctx := context.Background()
	p, err := f.QueuePrint(ctx, station.NewPrint{RegistrationID: r.ID, Actor: Clerk(), Printer: "zebra", Bitmap: Bitmap()})
	f.ok(err)
	_, err = f.BeginPrint(ctx, p.ID, "zebra")
	f.ok(err)
	f.ok(f.RecordPrint(ctx, p.ID, protocollo.PrintPrinted, "ready"))
	return p
}

// Scan puts pages into a new document of a new batch.
func (f *Fixture) Scan(images ...string) (protocollo.Document, []protocollo.Page) {
	f.Helper()
	ctx := context.Background()
	b, err := f.BeginBatch(ctx, protocollo.Batch{AOO: AOO().Code, Desk: "d1", Source: "fujitsu", StartedBy: "anna"})
	f.ok(err)
	d, err := f.NewDocument(ctx, protocollo.Document{BatchID: b.ID})
	f.ok(err)
	for i, image := range images {
		_, err := f.AddPage(ctx, protocollo.Page{BatchID: b.ID, DocumentID: d.ID, Seq: i + 1, MediaType: "image/jpeg"}, strings.NewReader(image))
		f.ok(err)
	}
	f.ok(f.EndBatch(ctx, b.ID, protocollo.BatchEnded, ""))
	d, pages, err := f.Document(ctx, d.ID)
	f.ok(err)
	return d, pages
}

// Capture scans pages, joins them to a registration and confirms their quality.
func (f *Fixture) Capture(r protocollo.Registration, images ...string) protocollo.Document {
	f.Helper()
	ctx := context.Background()
	d, _ := f.Scan(images...)
	_, err := f.Associate(ctx, station.Association{DocumentID: d.ID, RegistrationID: r.ID, Actor: Clerk()})
	f.ok(err)
	f.ok(f.SetDocumentState(ctx, d.ID, protocollo.DocumentReady))
	f.ok(f.ConfirmQuality(ctx, f.Confirmation(d.ID)))
	return d
}

// Confirmation is the clerk's word on a document's pages as they are now, the last of them flagged.
func (f *Fixture) Confirmation(documentID int64) station.QualityConfirmation {
	f.Helper()
	q := station.QualityConfirmation{DocumentID: documentID, Actor: Clerk()}
	_, pages, err := f.Document(context.Background(), documentID)
	f.ok(err)
	for _, p := range pages {
		if !p.Erased {
			q.Pages = append(q.Pages, station.PageConfirmation{PageID: p.ID})
		}
	}
	if len(q.Pages) > 0 {
		q.Pages[len(q.Pages)-1].Flags = []station.PageFlag{{Code: "skew", Figure: 3.2, Limit: 2}}
	}
	return q
}

// Archive archives a confirmed document under a file with this content.
func (f *Fixture) Archive(d protocollo.Document, content string) pdfa.Result {
	f.Helper()
	e := f.Edition(pdfa.Flavour2B, content)
	f.ok(f.AttachArchive(context.Background(), d.ID, e, false))
	return e.Result
}

// ArchiveAwaiting archives a confirmed document whose text is due, with a metadata file and the source of its first page beside it.
func (f *Fixture) ArchiveAwaiting(d protocollo.Document, content string) station.Edition {
	f.Helper()
	e := f.Edition(pdfa.Flavour2B, content)
	e.Files = []station.KeptFile{f.Beside(station.KeptMetadata, 0, "<a/>"+content), f.Beside(station.KeptSource, 1, "%PDF source "+content)}
	f.ok(f.AttachArchive(context.Background(), d.ID, e, true))
	return e
}

// Edition is a stored file with this content, of one page whose image has the same digest in each, and that a check accepted.
func (f *Fixture) Edition(flavour pdfa.Flavour, content string) station.Edition {
	f.Helper()
	sha, size := f.blob(content)
	res := pdfa.Result{Flavour: flavour, SHA256: sha, Bytes: size, Pages: []pdfa.PageResult{{Input: "pagina 1", PageInInput: 1, StreamSHA256: strings.Repeat("ab", 32)}}}
	return station.Edition{Result: res, Report: pdfa.Report{Compliant: true, SHA256: sha, Flavour: flavour, Checker: "test 1"}}
}

// Beside is a stored file to be kept beside an edition.
func (f *Fixture) Beside(kind station.KeptKind, page int, content string) station.KeptFile {
	f.Helper()
	sha, size := f.blob(content)
	return station.KeptFile{Kind: kind, Page: page, Name: string(kind), MediaType: "application/" + string(kind), SHA256: sha, Bytes: size}
}

func (f *Fixture) blob(content string) (sha string, size int64) {
	f.Helper()
	sha, size, err := f.PutBlob(context.Background(), strings.NewReader(content))
	f.ok(err)
	return sha, size
}
