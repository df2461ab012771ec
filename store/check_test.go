package store

import (
	"context"
	"database/sql"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/store/storetest"
)

// office is a data folder with at least one row in every legal table.
type office struct {
	*storetest.Fixture
	db  *DB
	dir string
}

// empty is what every folder of these tests begins as.
var empty storetest.Empty

func openOffice(t testing.TB) *office {
	t.Helper()
	var o office
	o.Fixture = storetest.NewFixture(t, func(tb testing.TB, opt storetest.Options) storetest.Store {
		empty.Into(tb, opt.Dir, func(dir string) error {
			db, err := Open(context.Background(), Config{Dir: dir})
			if err != nil {
				return err
			}
			return db.Close()
		})
		db, err := Open(context.Background(), Config{Dir: opt.Dir, Clock: opt.Clock, Timestamps: true})
		if err != nil {
			tb.Fatal(err)
		}
		o.db, o.dir = db, opt.Dir
		return db
	})
	return &o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fill leaves at least one row in every legal table but number_gaps, which only a restore writes, and those of [office.texts], and one
// archive.
func (o *office) fill(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	chief, clerk := storetest.Chief(), storetest.Clerk()
	p, err := o.Policies(ctx, clerk.AOO)
	must(t, err)
	_, err = o.SavePolicies(ctx, chief, p)
	must(t, err)
	_, err = o.ImportTitolario(ctx, chief, station.Titolario{Name: "T", ValidFrom: "2020-01-01", Classes: []station.Classifica{{Code: "I.1", Title: "A", Name: "B"}}})
	must(t, err)
	d, err := o.OpenDelivery(ctx, clerk, protocollo.Delivery{})
	must(t, err)
	draft := storetest.Draft("Richiesta", "Mario")
	draft.DeliveryID = d.ID
	r := o.Register(draft)
	_, err = o.CloseDelivery(ctx, clerk, d.ID)
	must(t, err)
	o.Label(r)
	doc := o.Capture(r, "front", "back")
	res := o.Archive(doc, "%PDF-1.7")
	_, err = o.ReleasePages(ctx)
	must(t, err)
	due, err := o.DueDeliveries(ctx)
	must(t, err)
	must(t, o.ClaimDelivery(ctx, due[0].ID))
	receipt, err := o.RecordAttachment(ctx, due[0].Request)
	must(t, err)
	must(t, o.MarkDelivered(ctx, due[0].ID, receipt))
	other := o.Register(storetest.Draft("Volume", "Mario"))
	volume, pages := o.Scan("one", "two")
	_, err = o.Associate(ctx, station.Association{DocumentID: volume.ID, RegistrationID: other.ID, Actor: clerk})
	must(t, err)
	must(t, o.Decide(ctx, station.ScopeDecision{DocumentID: volume.ID, Actor: clerk, Choice: protocollo.ChoiceNoteFirst, Profile: "p", Note: "n", Sheets: 3, Erase: []int64{pages[1].ID}}))
	stray, _ := o.Scan("blank")
	must(t, o.Discard(ctx, clerk, stray.ID, "bianca"))
	_, err = o.EraseDecided(ctx, nil)
	must(t, err)
	wrong := o.Register(storetest.Draft("Doppia", "Mario"))
	ann := protocollo.Annulment{RegistrationID: wrong.ID, Reason: "doppia", ActNumber: "1", ActDay: "2026-03-10", By: "rosa"}
	must(t, o.AnnulNumber(ctx, wrong.Ref, ann))
	must(t, o.db.transact(ctx, "annul as before there were requests", func(w *wtx) error { return w.annulRegistration(wrong, ann, ann.By, w.now) }))
	o.Clock.Move(20 * 24 * time.Hour)
	_, err = o.RecordIntake(ctx, o.NewIntake(draft))
	storetest.Fails(t, err, protocollo.Stopped, "clock")
	must(t, o.ConfirmClock(ctx, chief, "ferie"))
	unknown := o.Record(storetest.Draft("Senza numero", "Luigi"))
	must(t, o.SettleAttempt(ctx, unknown.Attempt.ID, protocollo.AttemptUnavailable, "down"))
	_ = res
}

// texts leaves one archive whose text is due, one without text, and one with text and files beside both editions.
func (o *office) texts(t testing.TB) (due, without, with protocollo.Document) {
	t.Helper()
	ctx := context.Background()
	capture := func(word string) protocollo.Document {
		d := o.Capture(o.Register(storetest.Draft(word, "Mario")), word)
		o.ArchiveAwaiting(d, "%PDF "+word)
		return d
	}
	due, without, with = capture("in attesa"), capture("senza"), capture("con")
	must(t, o.AttachText(ctx, without.ID, station.TextOutcome{Engine: "test 1", Why: station.TextNotRead, Detail: "x"}))
	e := o.Edition(pdfa.Flavour2U, "%PDF with text")
	e.Files = []station.KeptFile{o.Beside(station.KeptMetadata, 0, "<with/>")}
	must(t, o.AttachText(ctx, with.ID, station.TextOutcome{Engine: "test 1", Edition: e}))
	return due, without, with
}

func (o *office) check(t testing.TB) Report {
	t.Helper()
	rep, err := o.db.Check(context.Background())
	must(t, err)
	return rep
}

func (o *office) clean(t testing.TB) Report {
	t.Helper()
	rep := o.check(t)
	if !rep.OK() {
		t.Fatalf("findings: %+v", rep.Findings)
	}
	return rep
}

// finds fails the test unless the check has a finding with this code and table.
func finds(t testing.TB, rep Report, code, table string) {
	t.Helper()
	if !slices.ContainsFunc(rep.Findings, func(f Finding) bool { return f.Code == code && f.Table == table }) {
		t.Errorf("no %s of %s in %+v", code, table, rep.Findings)
	}
}

// raw opens the database as a tamperer would: no triggers' protection by choice, no foreign keys.
func (o *office) raw(t testing.TB) *sql.DB {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(o.dir, dbFile)+"?_pragma=busy_timeout(10000)&_pragma=ignore_check_constraints(ON)")
	must(t, err)
	pool.SetMaxOpenConns(1)
	t.Cleanup(func() { must(t, pool.Close()) })
	return pool
}

func TestCheckFindsNothingInGoodData(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	rep := o.clean(t)
	if rep.Entries < 30 || rep.Rows < 30 || rep.Files != 3 || len(rep.Notes) != 0 { // label, archive, the page that the note kept
		t.Fatalf("report: %+v", rep)
	}
	seq, hash, err := o.db.JournalHead(context.Background())
	must(t, err)
	if rep.HeadSeq != seq || rep.HeadHash != hash || seq != rep.Entries {
		t.Fatalf("head %d %s, report %+v", seq, hash, rep)
	}
	quick, err := o.db.CheckQuick(context.Background())
	must(t, err)
	if !quick.OK() || !quick.Quick {
		t.Fatalf("quick: %+v", quick)
	}
}

// Looking twice: the second time found a damaged index of words, which was only what had been registered in between.
func TestCheckAgainAfterARegistrationFindsNothing(t *testing.T) {
	o := openOffice(t)
	for _, word := range []string{"prima", "dopo"} {
		o.Register(storetest.Draft(word, "Mario"))
		for range 5 { // on each connection
			o.clean(t)
		}
	}
}

// every legal table, every column: a changed value is found.
func TestCheckFindsEveryChangedColumn(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	o.texts(t)
	o.exchange(t)
	o.emergency(t)
	o.gap(t)
	o.putAside(t)
	o.closedDays(t)
	o.waited(t)
	o.keyed(t)
	o.alarmed(t)
	o.corrected(t)
	o.refused(t)
	o.envelopes(t)
	o.bids(t)
	o.competitions(t)
	o.stamped(t)
	o.clean(t)
	ctx := context.Background()
	pool := o.raw(t)
	base := &checker{ctx: ctx, q: pool}
	must(t, base.journal())
	for _, table := range append(legalTables(), "journal") {
		cols, err := collect(ctx, pool, text, `SELECT name FROM pragma_table_info(?)`, table)
		must(t, err)
		if len(cols) < 4 {
			t.Fatalf("%s has columns %q", table, cols)
		}
		tx, err := pool.Begin()
		must(t, err)
		_, err = tx.Exec(`DROP TRIGGER ` + table + `_no_update`)
		must(t, err)
		dropped := &checker{ctx: ctx, q: tx}
		must(t, dropped.triggers())
		finds(t, dropped.report, "trigger-missing", table)
		key := "id"
		if table == "journal" {
			key = "seq"
		}
		for _, col := range cols {
			_, err := tx.Exec(`SAVEPOINT good`)
			must(t, err)
			res, err := tx.Exec(`UPDATE ` + table + ` SET ` + col + ` = CASE typeof(` + col + `) WHEN 'text' THEN ` + col + ` || ' ' WHEN 'null' THEN 7 WHEN 'blob' THEN x'07' ELSE ` + col + ` + 1000003 END
				WHERE ` + key + ` = (SELECT max(` + key + `) FROM ` + table + `)`)
			must(t, err)
			if n, err := res.RowsAffected(); err != nil || n != 1 {
				t.Fatalf("%s has no row to tamper with (%d, %v)", table, n, err)
			}
			c := &checker{ctx: ctx, q: tx, reported: map[string]map[int64]string{table: maps.Clone(base.reported[table])}}
			if table == "journal" {
				must(t, c.journal())
			} else {
				must(t, c.table(table))
			}
			if len(c.report.Findings) == 0 {
				t.Errorf("a changed %s.%s is not found", table, col)
			}
			_, err = tx.Exec(`ROLLBACK TO good`)
			must(t, err)
		}
		must(t, tx.Rollback())
	}
	o.clean(t)
}

// gap gives number_gaps its row, by the way of a restore.
func (o *office) gap(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	must(t, o.db.transact(ctx, "pretend a restore", func(w *wtx) error { return w.stop("restore", storetest.AOO().Code, "test") }))
	must(t, o.ConfirmRestore(ctx, storetest.Chief(), station.RestoreConfirmation{AOO: storetest.AOO().Code, LastNumber: "0000010", ActNumber: "5", ActDay: "2026-03-30"}))
	next, err := o.TakeNumber(ctx, "after the gap", storetest.Body(), storetest.AOO())
	must(t, err)
	if next.Number != "0000011" {
		t.Fatalf("after the gap: %s", next.Number)
	}
}

func TestCheckFindsMissingAndAddedRows(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	o.texts(t)
	o.clean(t)
	ctx, pool := context.Background(), o.raw(t)
	for _, c := range []struct {
		name, statement, code, table string
	}{
		{"a deleted row", `DELETE FROM annulments`, "row-missing", "annulments"},
		{"an added row", `INSERT INTO attempt_outcomes (at, attempt_id, outcome, words) SELECT at, attempt_id, outcome, words FROM attempt_outcomes LIMIT 1`, "row-unreported", "attempt_outcomes"},
		{"a removed entry in the middle", `DELETE FROM journal WHERE seq = 5`, "entry-missing", "journal"},
		{"a number skipped", `DELETE FROM register_numbers WHERE n = 2`, "number-gap", "register_numbers"},
		{"a registration without intake", `DELETE FROM intakes WHERE id = 1`, "registration-without-intake", "registrations"},
		{"a document's state", `UPDATE documents SET state = 'archived' WHERE state = 'receiving'`, "document-state", "documents"},
		{"an association's version", `UPDATE associations SET version = 9 WHERE id = 1`, "version-gap", "associations"},
		{"an archive of another's document", `UPDATE archives SET registration_id = 2 WHERE id = 1`, "archive-not-associated", "archives"},
		{"an archive that nobody delivers", `DELETE FROM dispatches WHERE archive_id = 1`, "archive-without-dispatch", "archives"},
		{"a text outcome whose delivery is gone", `DELETE FROM dispatches WHERE archive_id = (SELECT archive_id FROM text_outcomes WHERE why <> '')`, "archive-without-dispatch", "archives"},
		{"the first edition delivered after the second", `UPDATE dispatches SET sha256 = (SELECT sha256 FROM archives v WHERE v.id = archive_id)`, "dispatch-not-current", "dispatches"},
		{"a delivery before the text's outcome", `INSERT INTO dispatches SELECT 99, at, (SELECT archive_id FROM text_due), registration_id, 'k', ref, file_name, media_type, sha256, bytes
			FROM dispatches LIMIT 1`, "dispatch-not-current", "dispatches"},
		{"an outcome that nobody waited for", `UPDATE text_outcomes SET archive_id = 1 WHERE why <> ''`, "text-not-awaited", "text_outcomes"},
		{"an edition that no check accepted", `UPDATE text_outcomes SET report = json_set(report, '$.compliant', json('false')) WHERE why = ''`, "text-not-compliant", "text_outcomes"},
		{"an edition with another image", `UPDATE text_outcomes SET result = json_set(result, '$.pages[0].streamSHA256', 'x') WHERE why = ''`, "text-other-images", "text_outcomes"},
		{"an edition with a page less", `UPDATE text_outcomes SET result = json_set(result, '$.pages', json('[]')) WHERE why = ''`, "text-other-images", "text_outcomes"},
		{"a file beside an edition that is not there", `UPDATE archive_files SET edition = 2, page = 9 WHERE archive_id = (SELECT archive_id FROM text_due)`, "file-of-no-edition", "archive_files"},
		{"a text that is no longer due", `DELETE FROM text_due`, "derived-wrong", "text_due"},
		{"a text due again", `INSERT INTO text_due SELECT archive_id, 0 FROM text_outcomes`, "derived-wrong", "text_due"},
		{"a page erased without order", `UPDATE pages SET erase_due = 1 WHERE id = 1`, "erased-without-order", "pages"},
		{"a derived record", `UPDATE records SET labelled = 1 - labelled WHERE intake_id = 1`, "derived-wrong", "records"},
		{"a derived attempt", `UPDATE attempt_current SET outcome = 'absent' WHERE attempt_id = 1`, "derived-wrong", "attempt_current"},
		{"a derived print", `UPDATE print_current SET state = 'failed'`, "derived-wrong", "print_current"},
		{"a derived dispatch", `UPDATE dispatch_current SET state = 'due'`, "derived-wrong", "dispatch_current"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tx, err := pool.Begin()
			must(t, err)
			defer tx.Rollback()
			for _, table := range []string{c.table, "intakes", "dispatches"} {
				for _, trigger := range []string{"_no_update", "_no_delete"} {
					_, err := tx.Exec(`DROP TRIGGER IF EXISTS ` + table + trigger)
					must(t, err)
				}
			}
			_, err = tx.Exec(c.statement)
			must(t, err)
			check := &checker{ctx: ctx, q: tx}
			for _, step := range []func() error{check.journal, check.tables, check.numbers, check.states, check.derived} {
				must(t, step())
			}
			finds(t, check.report, c.code, c.table)
		})
	}
}

func TestCheckFindsTailCutWithItsRows(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	pool := o.raw(t)
	var rows string
	var seq int64
	must(t, pool.QueryRow(`SELECT seq, rows FROM journal ORDER BY seq DESC LIMIT 1`).Scan(&seq, &rows))
	if !strings.Contains(rows, `"attempt_outcomes"`) {
		t.Fatalf("the last entry reports %s", rows)
	}
	for _, s := range []string{`DROP TRIGGER journal_no_delete`, `DROP TRIGGER attempt_outcomes_no_delete`, `DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)`,
		`DELETE FROM attempt_outcomes WHERE id = (SELECT max(id) FROM attempt_outcomes)`} {
		_, err := pool.Exec(s)
		must(t, err)
	}
	finds(t, o.check(t), "journal-cut", "journal")
	// Opening notices it as well, and nothing is numbered.
	must(t, o.db.Close())
	db, err := Open(context.Background(), Config{Dir: o.dir, Clock: o.Clock.Now})
	must(t, err)
	o.Fixture.Store, o.db = db, db
	_, err = o.RecordIntake(context.Background(), o.NewIntake(storetest.Draft("x", "y")))
	storetest.Fails(t, err, protocollo.Stopped, "invariant")
	must(t, db.LiftInvariant(context.Background(), storetest.Chief(), "copia ripristinata a mano"))
	o.Record(storetest.Draft("x", "y"))
}

func TestCheckFindsFiles(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	archive := filepath.Join(o.dir, blobDir)
	var blobs []string
	must(t, filepath.WalkDir(archive, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			blobs = append(blobs, path)
			if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o444 {
				t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
			}
		}
		return err
	}))
	content, err := os.ReadFile(blobs[0])
	must(t, err)
	changed := slices.Clone(content)
	changed[len(changed)-1] ^= 1
	must(t, os.Chmod(blobs[0], 0o600))
	must(t, os.WriteFile(blobs[0], changed, 0o600))
	if rep := o.check(t); len(rep.Findings) != 1 || rep.Findings[0].Code != "file-changed" {
		t.Fatalf("a changed blob: %+v", rep.Findings)
	}
	must(t, os.WriteFile(blobs[0], content[1:], 0o600))
	quick, err := o.db.CheckQuick(context.Background())
	must(t, err)
	if len(quick.Findings) != 1 || quick.Findings[0].Code != "file-changed" {
		t.Fatalf("a shorter blob: %+v", quick.Findings)
	}
	must(t, os.Remove(blobs[0]))
	if rep := o.check(t); len(rep.Findings) != 1 || rep.Findings[0].Code != "file-missing" {
		t.Fatalf("a missing blob: %+v", rep.Findings)
	}
	must(t, os.WriteFile(blobs[0], content, 0o444))
	must(t, os.WriteFile(filepath.Join(o.dir, spoolDir, "b9-p000001-0123456789abcdef.jpg"), []byte("x"), 0o600))
	rep := o.clean(t)
	if len(rep.Notes) != 1 || rep.Notes[0].Code != "file-without-row" {
		t.Fatalf("a file without row: %+v", rep.Notes)
	}
}

// Each file that an archive names is looked at: both editions, and what lies beside them. Pages whose text is due are no exception;
// those whose text has an outcome may go.
func TestCheckLooksAtEveryFileOfTheArchive(t *testing.T) {
	o := openOffice(t)
	due, without, _ := o.texts(t)
	rep := o.clean(t)
	if want := int64(3 + 1 + 3*2 + 1 + 3); rep.Files != want { // archives, edition with text, beside them, pages
		t.Fatalf("%d files, want %d", rep.Files, want)
	}
	ctx := context.Background()
	for _, table := range []string{"archives", "text_outcomes", "archive_files"} {
		shas, err := collect(ctx, o.db.read, text, `SELECT sha256 FROM `+table+` WHERE sha256 IS NOT NULL`)
		must(t, err)
		for _, sha := range shas {
			path := o.db.blobPath(sha)
			must(t, os.Rename(path, path+".away"))
			finds(t, o.check(t), "file-missing", table)
			must(t, os.Rename(path+".away", path))
		}
	}
	for _, d := range []protocollo.Document{due, without} {
		_, pages, err := o.Document(ctx, d.ID)
		must(t, err)
		path := filepath.Join(o.dir, spoolDir, pages[0].File)
		must(t, os.Rename(path, path+".away"))
		rep := o.check(t)
		if d.ID == without.ID && !rep.OK() {
			t.Errorf("a page that may go: %+v", rep.Findings)
		}
		if d.ID == due.ID {
			finds(t, rep, "file-missing", "pages")
		}
		must(t, os.Rename(path+".away", path))
	}
}

// Pages are not released while a file that was made of them is missing.
func TestPagesStayWhileAnEditionIsMissing(t *testing.T) {
	o := openOffice(t)
	_, _, with := o.texts(t)
	ctx := context.Background()
	sha, err := text(o.db.read.QueryRow(`SELECT sha256 FROM text_outcomes WHERE sha256 IS NOT NULL`))
	must(t, err)
	must(t, os.Remove(o.db.blobPath(sha)))
	n, err := o.ReleasePages(ctx)
	storetest.Fails(t, err, protocollo.Internal, "blob-damaged")
	_, pages, err := o.Document(ctx, with.ID)
	must(t, err)
	_, file, err := o.OpenPage(ctx, pages[0].ID)
	if err != nil || n != 1 {
		t.Fatalf("released %d; the page whose edition is missing: %v", n, err)
	}
	must(t, file.Close())
}

func TestLegalTablesRefuseChange(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	o.texts(t)
	o.exchange(t)
	o.emergency(t)
	o.gap(t)
	o.putAside(t)
	o.closedDays(t)
	o.waited(t)
	o.keyed(t)
	o.alarmed(t)
	o.corrected(t)
	o.bids(t)
	o.competitions(t)
	o.refused(t)
	o.envelopes(t)
	o.stamped(t)
	ctx := context.Background()
	tables, err := collect(ctx, o.db.read, text, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'record_text%' ORDER BY name`)
	must(t, err)
	working := []string{"accounts", "attempt_current", "batches", "correspondents", "dispatch_current", "documents", "drafts", "desk_tokens", "exceptions", "meta", "migrations", "pages",
		"print_current", "records", "scan_profiles", "sessions", "subjects", "text_due", "titolario_classes", "uors"}
	want := append(append(legalTables(), "journal"), working...)
	slices.Sort(want)
	if !slices.Equal(tables, want) {
		t.Fatalf("tables are %q, want %q: each is legal or working, and decision 0020 says which", tables, want)
	}
	decision, err := os.ReadFile("../docs/decisions/0020-legal-and-working-tables.md")
	must(t, err)
	for _, table := range tables {
		if !strings.Contains(string(decision), "`"+table+"`") {
			t.Errorf("decision 0020 does not name %s", table)
		}
	}
	for _, table := range append(legalTables(), "journal") {
		for _, s := range []string{`UPDATE ` + table + ` SET at = at`, `DELETE FROM ` + table, `INSERT OR REPLACE INTO ` + table + ` SELECT * FROM ` + table} {
			if _, err := o.db.write.Exec(s); err == nil || !strings.Contains(err.Error(), "a legal fact is never") {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
	o.clean(t)
}
