package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"segnatura/internal/durable/durabletest"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// report adds percentiles to a benchmark.
func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "registrations/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// watched is a configured folder with a batch and a document in it, copied for each try.
type watched struct {
	dir string
	doc protocollo.Document
}

func newWatched(t *testing.T) watched {
	t.Helper()
	ctx := context.Background()
	w := watched{dir: t.TempDir()}
	db, err := Open(ctx, Config{Dir: w.dir})
	must(t, err)
	must(t, db.SaveSetup(ctx, storetest.Setup(), storetest.Accounts()))
	b, err := db.BeginBatch(ctx, protocollo.Batch{AOO: storetest.AOO().Code})
	must(t, err)
	w.doc, err = db.NewDocument(ctx, protocollo.Document{BatchID: b.ID})
	must(t, err)
	must(t, db.Close())
	return w
}

// open opens a copy whose files go through a recorder.
func (w watched) open(t *testing.T, fault durabletest.Fault) (*DB, *durabletest.Recorder, protocollo.Document) {
	t.Helper()
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(w.dir)))
	rec := &durabletest.Recorder{Root: dir, Fault: fault}
	db, err := Open(context.Background(), Config{Dir: dir, FS: rec})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db, rec, w.doc
}

func openWatched(t *testing.T) (*DB, *durabletest.Recorder, protocollo.Document) {
	t.Helper()
	return newWatched(t).open(t, durabletest.Fault{})
}

func addPage(db *DB, d protocollo.Document, seq int) (protocollo.Page, error) {
	return db.AddPage(context.Background(), protocollo.Page{BatchID: d.BatchID, DocumentID: d.ID, Seq: seq, MediaType: "image/jpeg"}, strings.NewReader("image"))
}

func TestPagesAreDurableBeforeTheirRows(t *testing.T) {
	db, rec, d := openWatched(t)
	_, err := addPage(db, d, 1)
	must(t, err)
	random := regexp.MustCompile(`b1-p000001-[0-9a-f]{16}\.jpg`)
	var calls []string
	for _, c := range rec.Calls() {
		calls = append(calls, random.ReplaceAllString(c, "NAME"))
	}
	want := []string{"create spool/.tmp", "write spool/.tmp", "fsync spool/.tmp", "link spool/.tmp spool/NAME", "remove spool/.tmp", "fsync spool"}
	if !slices.Equal(calls, want) {
		t.Fatalf("calls %q, want %q", calls, want)
	}
}

func TestBlobsAreDurableUnderTheirDigest(t *testing.T) {
	db, rec, _ := openWatched(t)
	sha, _, err := db.PutBlob(context.Background(), strings.NewReader("%PDF"))
	must(t, err)
	dir := "blobs/" + sha[:2]
	want := []string{"fsync .", "mkdir " + dir, "fsync blobs", "create " + dir + "/.tmp", "write " + dir + "/.tmp", "fsync " + dir + "/.tmp",
		"link " + dir + "/.tmp " + dir + "/" + sha, "remove " + dir + "/.tmp", "fsync " + dir}
	if calls := rec.Calls(); !slices.Equal(calls, want) {
		t.Fatalf("calls %q, want %q", calls, want)
	}
}

// Each call fails once, before and after it had its effect: the page is there with its file, or neither is.
func TestAFailedPageLeavesNothingOrEverything(t *testing.T) {
	w := newWatched(t)
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			db, rec, d := w.open(t, durabletest.Fault{At: n, After: after, Err: syscall.ENOSPC})
			_, err := addPage(db, d, 1)
			if !rec.Fired() {
				if n < 6 {
					t.Fatalf("only %d calls", n)
				}
				must(t, err)
				break
			}
			storetest.Fails(t, err, protocollo.Unavailable, "disk-full")
			if stray, err := db.StrayPages(context.Background()); err != nil || len(stray) != 0 {
				t.Errorf("call %d, after=%v: left %+v, %v", n, after, stray, err)
			}
			if _, err := addPage(db, d, 1); err != nil {
				t.Errorf("call %d, after=%v: the page cannot be added again: %v", n, after, err)
			}
			rep, err := db.Check(context.Background())
			must(t, err)
			if !rep.OK() {
				t.Errorf("call %d, after=%v: %+v", n, after, rep.Findings)
			}
		}
	}
}

// The power goes at each call: at the next start the page is there, or comes up as stray, or was never taken.
func TestAPageSurvivesAPowerCut(t *testing.T) {
	w := newWatched(t)
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			ctx := context.Background()
			db, rec, d := w.open(t, durabletest.Fault{At: n, After: after, Err: durabletest.ErrDead, Dead: true})
			_, err := addPage(db, d, 1)
			if !rec.Fired() {
				must(t, err)
				break
			}
			if err == nil {
				t.Fatalf("call %d, after=%v: no error", n, after)
			}
			must(t, db.Close())
			again, err := Open(ctx, Config{Dir: rec.Root})
			must(t, err)
			stray, err := again.StrayPages(ctx)
			must(t, err)
			for _, p := range stray {
				if p.BatchID != d.BatchID || p.Seq != 1 || p.MediaType != "image/jpeg" || p.Bytes != 5 {
					t.Errorf("call %d, after=%v: adopted %+v", n, after, p)
				}
			}
			rep, err := again.Check(ctx)
			must(t, err)
			if !rep.OK() || len(rep.Notes) != 0 {
				t.Errorf("call %d, after=%v: %+v", n, after, rep)
			}
			must(t, again.Close())
		}
	}
}

func TestABlobThatFailedLeavesNoRow(t *testing.T) {
	w := newWatched(t)
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			db, rec, _ := w.open(t, durabletest.Fault{At: n, After: after, Err: syscall.ENOSPC})
			_, _, err := db.PutBlob(context.Background(), io.LimitReader(strings.NewReader("%PDF-x"), 4)) // by way of tmp/
			if !rec.Fired() {
				must(t, err)
				break
			}
			storetest.Fails(t, err, protocollo.Unavailable, "disk-full")
			sha, size, err := db.PutBlob(context.Background(), strings.NewReader("%PDF"))
			if err != nil || size != 4 {
				t.Fatalf("call %d, after=%v: again: %v", n, after, err)
			}
			if digest, _, err := digestFile(db.blobPath(sha)); err != nil || digest != sha {
				t.Errorf("call %d, after=%v: %s, %v", n, after, digest, err)
			}
			left, err := os.ReadDir(filepath.Join(rec.Root, tmpDir))
			must(t, err)
			if len(left) != 0 {
				t.Errorf("tmp/ holds %v", left)
			}
		}
	}
}

func TestADamagedBlobIsNotTakenForTheContent(t *testing.T) {
	db, _, _ := openWatched(t)
	sha, _, err := db.PutBlob(context.Background(), strings.NewReader("%PDF"))
	must(t, err)
	must(t, os.Chmod(db.blobPath(sha), 0o600))
	must(t, os.WriteFile(db.blobPath(sha), []byte("%PDX"), 0o600))
	_, _, err = db.PutBlob(context.Background(), strings.NewReader("%PDF"))
	storetest.Fails(t, err, protocollo.Internal, "blob-damaged")
}

// A crash between the decision, the erasure and its record is finished by the next run (R19.5).
func TestErasureIsFinishedAfterACrash(t *testing.T) {
	w := newWatched(t)
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			ctx := context.Background()
			db, rec, d := w.open(t, durabletest.Fault{})
			p, err := addPage(db, d, 1)
			must(t, err)
			must(t, db.Discard(ctx, storetest.Clerk(), d.ID, "bianca"))
			rec.Fault = durabletest.Fault{At: len(rec.Calls()) + n, After: after, Err: durabletest.ErrDead, Dead: true}
			_, err = db.EraseDecided(ctx, nil)
			if !rec.Fired() {
				must(t, err)
				break
			}
			if err == nil {
				t.Fatalf("call %d: no error", n)
			}
			must(t, db.Close())
			again, err := Open(ctx, Config{Dir: rec.Root})
			must(t, err)
			if n, err := again.EraseDecided(ctx, nil); err != nil || n != 1 {
				t.Errorf("erased %d, %v", n, err)
			}
			if _, err := os.Lstat(filepath.Join(rec.Root, spoolDir, p.File)); !os.IsNotExist(err) {
				t.Errorf("the image is there: %v", err)
			}
			rep, err := again.Check(ctx)
			must(t, err)
			if !rep.OK() {
				t.Errorf("findings: %+v", rep.Findings)
			}
			must(t, again.Close())
		}
	}
}

func TestStrayPagesFindTheirPlace(t *testing.T) {
	ctx := context.Background()
	db, rec, d := openWatched(t)
	_, err := addPage(db, d, 1)
	must(t, err)
	for _, name := range []string{"b1-p000001-00000000000000aa.jpg", "b1-p000007-00000000000000bb.png", "b55-p000003-00000000000000cc.pdf", "b55-p000004-00000000000000dd.bin", "notes.txt"} {
		must(t, os.WriteFile(filepath.Join(rec.Root, spoolDir, name), []byte(name), 0o600))
	}
	pages, err := db.StrayPages(ctx)
	must(t, err)
	if len(pages) != 4 {
		t.Fatalf("adopted %+v", pages)
	}
	want := []struct {
		batch int64
		seq   int
		media string
	}{{d.BatchID, 2, "image/jpeg"}, {d.BatchID, 7, "image/png"}, {d.BatchID + 1, 3, "application/pdf"}, {d.BatchID + 1, 4, "application/octet-stream"}}
	for i, w := range want {
		if p := pages[i]; p.BatchID != w.batch || p.Seq != w.seq || p.MediaType != w.media || p.DocumentID != 0 {
			t.Errorf("page %d: %+v, want %+v", i, p, w)
		}
	}
	active, err := db.ActiveBatches(ctx, storetest.Clerk(), 10)
	must(t, err)
	if len(active) != 2 || active[0].State != protocollo.BatchInterrupted || active[0].Batch.Pages != 2 {
		t.Fatalf("active: %+v", active)
	}
}

func TestUnfinishedFilesAreRemovedAtTheStart(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(context.Background(), Config{Dir: dir})
	must(t, err)
	must(t, db.Close())
	must(t, os.MkdirAll(filepath.Join(dir, blobDir, "aa"), 0o700))
	must(t, os.MkdirAll(filepath.Join(dir, tmpDir, "sane-1"), 0o700))
	for _, p := range []string{"spool/.tmp-00112233445566778899aabbccddeeff", "blobs/aa/.tmp-00112233445566778899aabbccddeeff", "tmp/blob-1", "tmp/sane-1/p1.jpg"} {
		must(t, os.WriteFile(filepath.Join(dir, p), []byte("x"), 0o600))
	}
	db, err = Open(context.Background(), Config{Dir: dir})
	must(t, err)
	defer db.Close()
	for _, d := range []string{spoolDir, "blobs/aa", tmpDir} {
		left, err := os.ReadDir(filepath.Join(dir, d))
		must(t, err)
		if len(left) != 0 {
			t.Errorf("%s holds %v", d, left)
		}
	}
}

func TestACancelledPageLeavesNothing(t *testing.T) {
	db, rec, d := openWatched(t)
	ctx, cancel := context.WithCancel(context.Background())
	data := readerFunc(func(b []byte) (int, error) { cancel(); return copy(b, "half"), nil })
	_, err := db.AddPage(ctx, protocollo.Page{BatchID: d.BatchID, Seq: 1}, data)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	left, err := os.ReadDir(filepath.Join(rec.Root, spoolDir))
	must(t, err)
	if len(left) != 0 {
		t.Fatalf("the spool holds %v", left)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestBackupAndRestore(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	ctx := context.Background()
	reg := o.Register(storetest.Draft("Da scansionare", "Mario"))
	o.Label(reg)
	unfinished, _ := o.Scan("under way")
	_, err := o.Associate(ctx, station.Association{DocumentID: unfinished.ID, RegistrationID: reg.ID, Actor: storetest.Clerk()})
	must(t, err)
	_, err = o.OpenException(ctx, protocollo.Exception{AOO: storetest.AOO().Code, Kind: protocollo.ExceptionCount, DocumentID: unfinished.ID})
	must(t, err)
	waiting := o.Record(storetest.Draft("Numero in viaggio", "Mario"))
	dst := filepath.Join(t.TempDir(), "2026-03-30")
	m, rep, err := o.db.Backup(ctx, dst)
	must(t, err)
	if !rep.OK() || m.HeadHash != o.clean(t).HeadHash || len(m.Files) != 3 {
		t.Fatalf("backup: %+v, %+v", m, rep)
	}
	if _, err := os.Lstat(filepath.Join(dst, spoolDir)); !os.IsNotExist(err) {
		t.Errorf("the spool is in the backup (R19.5): %v", err)
	}
	_, _, err = o.db.Backup(ctx, dst)
	storetest.Fails(t, err, protocollo.Conflict, "backup-exists")
	storetest.Fails(t, Restore(ctx, dst, Config{Dir: o.dir}), protocollo.Conflict, "not-empty")
	// After the backup numbers are given, and then the disk dies.
	lost, err := o.TakeNumber(ctx, waiting.Intake.Key, storetest.Body(), storetest.AOO())
	must(t, err)
	o.Register(storetest.Draft("Persa", "Mario"))

	target := filepath.Join(t.TempDir(), "restored")
	must(t, Restore(ctx, dst, Config{Dir: target, Clock: o.Clock.Now}))
	db, err := Open(ctx, Config{Dir: target, Clock: o.Clock.Now})
	must(t, err)
	defer db.Close()
	restored := &office{db: db, dir: target}
	restored.clean(t)
	stops, err := db.Stops(ctx)
	must(t, err)
	if len(stops) != 2 || stops[0].Code != "restore" || stops[1].Code != "restore" {
		t.Fatalf("stops: %+v", stops)
	}
	_, err = db.RecordIntake(ctx, o.NewIntake(storetest.Draft("x", "y")))
	storetest.Fails(t, err, protocollo.Stopped, "restore")
	pending, err := db.UnsettledAttempts(ctx, 0, 100)
	must(t, err)
	if len(pending) != 2 || pending[0].Attempt.Outcome != protocollo.AttemptUnknown || pending[1].Intake.ID != waiting.Intake.ID {
		t.Fatalf("pending: %+v", pending)
	}
	// The book does not know the number that it gave after the backup, and says so instead of «absent».
	_, _, err = db.FindNumber(ctx, waiting.Intake.Key)
	storetest.Fails(t, err, protocollo.OutcomeUnknown, "restore")
	rec, err := db.Record(ctx, storetest.Chief(), reg.ID)
	must(t, err)
	if rec.Facets.Captured || rec.Documents[0].State != protocollo.DocumentDiscarded {
		t.Fatalf("a letter whose images are lost: %+v", rec.Facets)
	}
	if open, err := db.Exceptions(ctx, storetest.AOO().Code); err != nil || len(open) != 0 {
		t.Fatalf("exceptions about lost images: %+v, %v", open, err)
	}
	if _, err := db.EraseDecided(ctx, nil); err != nil {
		t.Fatal(err)
	}
	confirm := station.RestoreConfirmation{AOO: storetest.AOO().Code, LastNumber: "0000001", ActNumber: "9", ActDay: "2026-03-31"}
	storetest.Fails(t, db.ConfirmRestore(ctx, storetest.Chief(), confirm), protocollo.Invalid, "lastNumber")
	n, err := lost.Number.Int()
	must(t, err)
	confirm.LastNumber, err = protocollo.NumberFrom(n + 1)
	must(t, err)
	must(t, db.ConfirmRestore(ctx, storetest.Chief(), confirm))
	storetest.Fails(t, db.ConfirmRestore(ctx, storetest.Chief(), confirm), protocollo.Conflict, "not-stopped")
	next, err := db.TakeNumber(ctx, "new", storetest.Body(), storetest.AOO())
	must(t, err)
	if got, err := next.Number.Int(); err != nil || got != n+2 {
		t.Fatalf("the next number is %s after %s, %v", next.Number, confirm.LastNumber, err)
	}
	_, err = db.TakeNumber(ctx, "other", storetest.Body(), storetest.OtherAOO())
	storetest.Fails(t, err, protocollo.Stopped, "restore")
	must(t, db.ConfirmRestore(ctx, storetest.Chief(), station.RestoreConfirmation{AOO: storetest.OtherAOO().Code, LastNumber: "0000000", ActNumber: "9", ActDay: "2026-03-31"}))
	if first, err := db.TakeNumber(ctx, "other", storetest.Body(), storetest.OtherAOO()); err != nil || first.Number != "0000001" {
		t.Fatalf("the other AOO's first: %+v, %v", first, err)
	}
	if rep := restored.clean(t); rep.Rows == 0 {
		t.Fatal("nothing was checked")
	}
}

// A backup has every file of the archive, and no spool: a text that was due then is not read any more, and the archive's own file goes
// to the centre.
func TestRestoreEndsTheWaitForText(t *testing.T) {
	o := openOffice(t)
	due, _, with := o.texts(t)
	ctx := context.Background()
	dst := filepath.Join(t.TempDir(), "backup")
	m, rep, err := o.db.Backup(ctx, dst)
	must(t, err)
	if want := 1 + 3 + 1 + 3*2 + 1; !rep.OK() || len(m.Files) != want { // database, archives, edition with text, beside them
		t.Fatalf("backup has %d files, want %d: %+v", len(m.Files), want, rep)
	}
	target := filepath.Join(t.TempDir(), "restored")
	must(t, Restore(ctx, dst, Config{Dir: target, Clock: o.Clock.Now}))
	db, err := Open(ctx, Config{Dir: target, Clock: o.Clock.Now})
	must(t, err)
	defer db.Close()
	if list, err := db.DueForText(ctx); err != nil || len(list) != 0 {
		t.Fatalf("due: %+v, %v", list, err)
	}
	deliveries, err := db.DueDeliveries(ctx)
	must(t, err)
	if len(deliveries) != 3 {
		t.Fatalf("deliveries: %+v", deliveries)
	}
	for _, c := range []struct {
		d     protocollo.Document
		state station.TextState
		why   station.TextWhy
	}{{due, station.TextMissing, station.TextPagesLost}, {with, station.TextPresent, ""}} {
		d, _, err := db.Document(ctx, c.d.ID)
		must(t, err)
		rec, err := db.Record(ctx, storetest.Chief(), d.RegistrationID)
		must(t, err)
		v := rec.Documents[0].Archive
		if v.Text.State != c.state || v.Text.Why != c.why {
			t.Errorf("text: %+v", v.Text)
		}
		file, _, err := db.OpenBlob(ctx, v.SHA256)
		must(t, err)
		must(t, file.Close())
	}
	restored := &office{db: db, dir: target}
	restored.clean(t)
	if n, err := db.ReleasePages(ctx); err != nil || n != 3 {
		t.Fatalf("released %d, %v", n, err)
	}
	restored.clean(t)
}

func TestRestoreRefusesADamagedBackup(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	ctx := context.Background()
	dst := filepath.Join(t.TempDir(), "backup")
	m, _, err := o.db.Backup(ctx, dst)
	must(t, err)
	for _, f := range m.Files {
		path := filepath.Join(dst, filepath.FromSlash(f.Path))
		good, err := os.ReadFile(path)
		must(t, err)
		bad := bytes.Clone(good)
		bad[len(bad)/2] ^= 1
		must(t, os.Chmod(path, 0o600))
		must(t, os.WriteFile(path, bad, 0o600))
		target := filepath.Join(t.TempDir(), "target")
		storetest.Fails(t, Restore(ctx, dst, Config{Dir: target}), protocollo.Invalid, "backup")
		if _, err := os.Lstat(target); !os.IsNotExist(err) {
			t.Errorf("%s: a target was begun: %v", f.Path, err)
		}
		must(t, os.WriteFile(path, good, 0o600))
	}
	must(t, Restore(ctx, dst, Config{Dir: filepath.Join(t.TempDir(), "target"), Clock: o.Clock.Now}))
}

func TestABackupCutShortIsNoBackup(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dst := filepath.Join(t.TempDir(), "backup")
	if _, _, err := o.db.Backup(ctx, dst); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(dst))
	must(t, err)
	if len(left) != 0 {
		t.Fatalf("left: %v", left)
	}
}

// A delivery found under way at the start: unknown to a centre, certainly not delivered where the book is in the same database.
func TestDeliveriesUnderWayAtTheStart(t *testing.T) {
	for _, c := range []struct {
		connector string
		due       int
	}{{"embedded", 1}, {"titulus", 0}} {
		o := openOffice(t)
		ctx := context.Background()
		in := o.NewIntake(storetest.Draft("Richiesta", "Mario"))
		in.Connector = c.connector
		rec, err := o.RecordIntake(ctx, in)
		must(t, err)
		receipt := protocollo.Receipt{Register: "PG", Year: 2026, Number: "0000777", Day: "2026-03-10", At: storetest.Start(), Ref: "x"}
		reg, err := o.ConfirmNumber(ctx, rec.Attempt.ID, receipt, storetest.Segnatura(receipt, in.Draft))
		must(t, err)
		o.Archive(o.Capture(reg, "a"), "%PDF")
		due, err := o.DueDeliveries(ctx)
		must(t, err)
		must(t, o.ClaimDelivery(ctx, due[0].ID))
		must(t, o.db.Close())
		db, err := Open(ctx, Config{Dir: o.dir, Clock: o.Clock.Now})
		must(t, err)
		o.Fixture.Store = db
		if due, err = db.DueDeliveries(ctx); err != nil || len(due) != c.due {
			t.Errorf("%s: due %+v, %v", c.connector, due, err)
		}
	}
}
