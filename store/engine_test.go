package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"segnatura/internal/durable"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

func TestPragmasOnEveryConnection(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	for _, p := range []struct {
		name  string
		pool  *sql.DB
		conns int
		query string
	}{{"writer", o.db.write, 1, "0"}, {"readers", o.db.read.DB, 4, "1"}} {
		if got := p.pool.Stats().MaxOpenConnections; got != p.conns {
			t.Errorf("%s: %d connections, want %d", p.name, got, p.conns)
		}
		for i := range p.conns { // each is held, so that the next one is another
			conn, err := p.pool.Conn(ctx)
			must(t, err)
			defer conn.Close()
			for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000",
				"recursive_triggers": "1", "query_only": p.query} {
				var got string
				must(t, conn.QueryRowContext(ctx, `PRAGMA `+pragma).Scan(&got))
				if got != want {
					t.Errorf("%s, connection %d: %s is %s, want %s", p.name, i, pragma, got, want)
				}
			}
		}
	}
}

func TestWriteTransactionsTakeTheLockAtOnce(t *testing.T) {
	o := openOffice(t)
	tx, err := o.db.write.Begin()
	must(t, err)
	defer tx.Rollback()
	other, err := sql.Open("sqlite", "file:"+filepath.Join(o.dir, dbFile)+"?_txlock=immediate")
	must(t, err)
	defer other.Close()
	if _, err := other.Begin(); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Fatalf("a second writer began: %v", err)
	}
}

func TestEveryTableIsStrict(t *testing.T) {
	o := openOffice(t)
	loose, err := collect(context.Background(), o.db.read, text,
		`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'record_text%'`)
	must(t, err)
	if len(loose) != 0 {
		t.Fatalf("not STRICT: %q", loose)
	}
}

// Any number of desks at once: numbers are whole, unique, in the order of their instants, and each letter has one however many tabs ask.
func TestNumbersAreWholeUnderConcurrency(t *testing.T) {
	ctx := context.Background()
	var ticks atomic.Int64
	clock := func() time.Time { return storetest.Start().Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
	db, err := Open(ctx, Config{Dir: t.TempDir(), Clock: clock})
	must(t, err)
	defer db.Close()
	setup := storetest.Setup()
	setup.StartingNumber = 4711
	must(t, db.SaveSetup(ctx, setup, storetest.Accounts()))
	year := protocollo.YearOf(storetest.Start())
	next, run := setup.StartingNumber, 0
	var last time.Time
	rapid.Check(t, func(rt *rapid.T) {
		run++
		tabs := rapid.SliceOfN(rapid.IntRange(1, 3), 1, 3).Draw(rt, "tabs") // how many ask for each letter
		errs := make(chan error, 3*len(tabs))
		var wg sync.WaitGroup
		for l, n := range tabs {
			for range n {
				wg.Go(func() { errs <- registerOnce(db, fmt.Sprintf("run-%d-letter-%d", run, l)) })
			}
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				rt.Fatalf("register: %v", err)
			}
		}
		letters := map[int64]bool{}
		for range tabs {
			want, err := protocollo.NumberFrom(next)
			must(t, err)
			list, err := db.ResolveHandCode(ctx, storetest.AOO().Code, year, want)
			must(t, err)
			if len(list) != 1 || letters[list[0].Intake.ID] {
				rt.Fatalf("number %s stands %d times, or its letter has two", want, len(list))
			}
			r := list[0].Registration
			if r.RegisteredAt.Before(last) {
				rt.Fatalf("number %s has an earlier instant than the one before it", want)
			}
			letters[list[0].Intake.ID], last = true, r.RegisteredAt
			next++
		}
		over, err := protocollo.NumberFrom(next)
		must(t, err)
		if list, err := db.ResolveHandCode(ctx, storetest.AOO().Code, year, over); err != nil || len(list) != 0 {
			rt.Fatalf("a number too many: %+v, %v", list, err)
		}
	})
	rep, err := db.CheckQuick(ctx)
	must(t, err)
	if !rep.OK() {
		t.Fatalf("findings: %+v", rep.Findings)
	}
}

func registerOnce(db *DB, key string) error {
	ctx := context.Background()
	d := storetest.Draft("Lettera", "Mario")
	rec, err := db.RecordIntake(ctx, storetest.Intake(key, d))
	if err != nil {
		return err
	}
	r, err := db.TakeNumber(ctx, key, storetest.Body(), storetest.AOO())
	if err != nil {
		return err
	}
	_, err = db.ConfirmNumber(ctx, rec.Attempt.ID, r, storetest.Segnatura(r, d))
	return err
}

func TestFolderIsTrialOrRealForEver(t *testing.T) {
	ctx := context.Background()
	for _, trial := range []bool{true, false} {
		dir := t.TempDir()
		db, err := Open(ctx, Config{Dir: dir, Trial: trial})
		must(t, err)
		setup := storetest.Setup()
		setup.Trial = true
		err = db.SaveSetup(ctx, setup, nil)
		if trial != (err == nil) {
			t.Errorf("a trial's setup where Trial is %v: %v", trial, err)
		}
		must(t, db.Close())
		_, err = Open(ctx, Config{Dir: dir, Trial: !trial})
		storetest.Fails(t, err, protocollo.Conflict, map[bool]string{true: "trial-folder", false: "real-folder"}[trial])
		db, err = Open(ctx, Config{Dir: dir, Trial: trial}) // the refusal let go of the lock
		must(t, err)
		must(t, db.Close())
	}
}

func TestOneProcessHoldsTheFolder(t *testing.T) {
	o := openOffice(t)
	if _, err := Open(context.Background(), Config{Dir: o.dir}); !errors.Is(err, durable.ErrLocked) {
		t.Fatalf("a second Open: %v", err)
	}
}

func TestMigrations(t *testing.T) {
	ctx := context.Background()
	clock := storetest.NewClock().Now
	list, err := migrations()
	must(t, err)
	if len(list) == 0 {
		t.Fatal("no migrations")
	}
	pool, err := openPool(filepath.Join(t.TempDir(), dbFile), false)
	must(t, err)
	defer pool.Close()
	must(t, migrateTo(ctx, pool, clock, list))
	must(t, migrateTo(ctx, pool, clock, list)) // again: nothing to do
	edited := append([]migration(nil), list...)
	edited[0].digest = strings.Repeat("0", 64)
	storetest.Fails(t, migrateTo(ctx, pool, clock, edited), protocollo.Internal, "edited-migration")
	storetest.Fails(t, migrateTo(ctx, pool, clock, list[:len(list)-1]), protocollo.Internal, "newer-database")
	// A migration that fails leaves the schema and the list as they were.
	broken := append(append([]migration(nil), list...), migration{version: list[len(list)-1].version + 1, name: "x", digest: "y", sql: `CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE intakes (id INTEGER) STRICT;`})
	if err := migrateTo(ctx, pool, clock, broken); err == nil {
		t.Fatal("a broken migration was applied")
	}
	n, err := number(pool.QueryRow(`SELECT (SELECT count(*) FROM sqlite_schema WHERE name = 'half') + (SELECT count(*) FROM migrations) - ?`, len(list)))
	must(t, err)
	if n != 0 {
		t.Fatal("a broken migration left something")
	}
}

// before makes a folder of the schema with so many migrations that holds what the office holds now.
func (o *office) before(t testing.TB, schema int) (dir string) {
	t.Helper()
	ctx := context.Background()
	must(t, o.db.Close())
	list, err := migrations()
	must(t, err)
	dir = t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(o.dir)))
	must(t, os.Remove(filepath.Join(dir, dbFile)))
	pool, err := openPool(filepath.Join(dir, dbFile), false)
	must(t, err)
	pool.SetMaxOpenConns(1)
	must(t, migrateTo(ctx, pool, o.Clock.Now, list[:schema]))
	exec := func(statement string, args ...any) {
		t.Helper()
		_, err := pool.Exec(statement, args...)
		must(t, err)
	}
	triggers, err := collect(ctx, pool, text, `SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name`)
	must(t, err)
	names, err := collect(ctx, pool, text, `SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name`)
	must(t, err)
	for _, name := range names {
		exec(`DROP TRIGGER ` + name)
	}
	exec(`PRAGMA foreign_keys = OFF`)
	exec(`ATTACH ? AS now`, filepath.Join(o.dir, dbFile))
	tables, err := collect(ctx, pool, text, `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'record_text%' AND name <> 'migrations'`)
	must(t, err)
	for _, table := range tables {
		cols, err := collect(ctx, pool, text, `SELECT name FROM pragma_table_info(?)`, table)
		must(t, err)
		columns := strings.Join(cols, ", ")
		exec(fmt.Sprintf(`INSERT INTO main.%s (%s) SELECT %s FROM now.%[1]s`, table, columns, columns))
	}
	for _, trigger := range triggers {
		exec(trigger)
	}
	exec(`CREATE TEMP TABLE words AS SELECT rowid AS id, subject, correspondents, refs, number FROM now.record_text`)
	exec(`DETACH now`)
	exec(`INSERT INTO record_text (rowid, subject, correspondents, refs, number) SELECT * FROM temp.words`)
	must(t, pool.Close())
	return dir
}

// Each migration is run on what a station of the schema before it holds: nothing that was recorded reads otherwise, and the desk goes
// on with it.
func TestMigrationsKeepWhatWasRecorded(t *testing.T) {
	list, err := migrations()
	must(t, err)
	for schema := 1; schema < len(list); schema++ {
		t.Run(list[schema].name, func(t *testing.T) {
			o := openOffice(t)
			o.fill(t)
			want := o.clean(t)
			o.dir = o.before(t, schema)
			db, err := Open(context.Background(), Config{Dir: o.dir, Clock: o.Clock.Now})
			must(t, err)
			o.Fixture.Store, o.db = db, db
			got := o.clean(t)
			if got.HeadHash != want.HeadHash || got.Rows != want.Rows || got.Files != want.Files {
				t.Fatalf("report %+v, want %+v", got, want)
			}
			o.texts(t)
			o.clean(t)
		})
	}
}

// Whoever opens a database finds what is derived as this program derives it, whatever program made it before, and nothing recorded has changed.
func TestWhatIsDerivedIsTheProgramsOwn(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	want := o.clean(t)
	other := `DROP VIEW record_source; CREATE VIEW record_source AS SELECT 1 AS one; DROP TABLE records; DROP VIEW inside; DROP VIEW going_back; DROP VIEW urgent`
	must(t, derive(context.Background(), o.db.write, other))
	must(t, o.db.Close())
	for range 2 { // the second time there is nothing to do
		db, err := Open(context.Background(), Config{Dir: o.dir, Clock: o.Clock.Now})
		must(t, err)
		o.Fixture.Store, o.db = db, db
		if got := o.clean(t); got.HeadHash != want.HeadHash || got.Rows != want.Rows {
			t.Fatalf("report %+v, want %+v", got, want)
		}
		must(t, db.Close())
	}
	db, err := Open(context.Background(), Config{Dir: o.dir, Clock: o.Clock.Now})
	must(t, err)
	o.Fixture.Store, o.db = db, db
	if err := derive(context.Background(), db.write, `DROP VIEW urgent; CREATE VIEW urgent AS SELECT`); err == nil {
		t.Fatal("half a schema was taken")
	}
	if _, err := number(db.write.QueryRow(`SELECT count(*) FROM urgent`)); err != nil {
		t.Fatalf("what failed left its half: %v", err)
	}
	o.texts(t)
	o.clean(t)
}

// A view that a migration makes would be dropped by the file that has them all, and only the next reader would miss it.
func TestLaterMigrationsMakeNoView(t *testing.T) {
	list, err := migrations()
	must(t, err)
	made := regexp.MustCompile(`(?i)CREATE +(TEMP +|TEMPORARY +)?(VIEW|TABLE +records\b|INDEX +\w+ +ON +records\b)`)
	early := 0
	for _, m := range list {
		switch found := made.FindString(m.sql); {
		case found != "" && m.version <= 25:
			early++
		case found != "":
			t.Errorf("%s has «%s», which belongs into derived.sql", m.name, found)
		}
	}
	if early == 0 {
		t.Error("no migration makes a view: the search finds nothing")
	}
}

// A nullable column that a later migration adds, and a rebuilt table, do not change what was recorded.
func TestDigestsOutliveAMigration(t *testing.T) {
	o := openOffice(t)
	o.fill(t)
	_, err := o.raw(t).Exec(`ALTER TABLE intakes ADD COLUMN a_later_one TEXT`)
	must(t, err)
	o.clean(t)
}

func TestHeadsFileIsShortenedAndSurvivesHalfLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), headsFile)
	hash := strings.Repeat("ab", 32)
	var b strings.Builder
	for i := 1; b.Len() <= headsLimit; i++ {
		fmt.Fprintf(&b, "%d %s\n", i, hash)
	}
	lines := strings.Count(b.String(), "\n")
	b.WriteString("99999999 abcd") // the disk was full
	must(t, os.WriteFile(path, []byte(b.String()), 0o600))
	h, err := openHeads(path)
	must(t, err)
	h.add(head{seq: int64(lines + 1), hash: hash})
	must(t, h.close())
	last, size, err := readHeads(path)
	must(t, err)
	if last.seq != int64(lines+1) || size > 200 {
		t.Fatalf("last %d of %d, %d bytes", last.seq, lines, size)
	}
}

func TestAccounts(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	chief := storetest.Chief()
	luca := protocollo.Account{Actor: storetest.Clerk(), PasswordHash: "hash-first"}
	storetest.Fails(t, o.db.CreateAccount(ctx, chief, luca), protocollo.Conflict, "user")
	luca.User = "luca"
	must(t, o.db.CreateAccount(ctx, chief, luca))
	if a, err := o.db.Account(ctx, "luca"); err != nil || !a.MustChange {
		t.Fatalf("a new account: %+v, %v", a, err)
	}
	for i := range 10 {
		must(t, o.db.SetPassword(ctx, chief, "luca", fmt.Sprintf("hash-%d", i), false))
	}
	a, err := o.db.Account(ctx, "luca")
	must(t, err)
	if a.PasswordHash != "hash-9" || len(a.PreviousHashes) != 8 || a.PreviousHashes[0] != "hash-9" || a.PreviousHashes[7] != "hash-2" || a.MustChange {
		t.Fatalf("account: %+v", a)
	}
	for i, c := range []struct {
		ok       bool
		failures int
	}{{false, 1}, {false, 2}, {true, 0}, {false, 1}} {
		n, err := o.db.RecordLogin(ctx, "luca", c.ok)
		must(t, err)
		if n != c.failures {
			t.Fatalf("login %d: %d failures, want %d", i, n, c.failures)
		}
	}
	now := o.Clock.Now()
	for _, token := range []string{"t1", "t2", "t3"} {
		must(t, o.db.PutSession(ctx, protocollo.Session{TokenDigest: token, User: "luca", Desk: "d1", CreatedAt: now, LastSeenAt: now}))
	}
	must(t, o.db.TouchSession(ctx, protocollo.Session{TokenDigest: "t2", LastSeenAt: now.Add(time.Minute), Locked: true}))
	storetest.Fails(t, o.db.TouchSession(ctx, protocollo.Session{TokenDigest: "t9"}), protocollo.NotFound, "session")
	if s, err := o.db.Session(ctx, "t2"); err != nil || s.User != "luca" || s.Desk != "d1" || !s.Locked || !s.LastSeenAt.Equal(now.Add(time.Minute)) {
		t.Fatalf("session: %+v, %v", s, err)
	}
	must(t, o.db.DeleteSession(ctx, "t1"))
	must(t, o.db.DeleteSession(ctx, "t1"))
	_, err = o.db.Session(ctx, "t1")
	storetest.Fails(t, err, protocollo.NotFound, "session")
	must(t, o.db.DeleteUserSessions(ctx, "luca"))
	_, err = o.db.Session(ctx, "t3")
	storetest.Fails(t, err, protocollo.NotFound, "session")
	changed := a
	changed.Name, changed.Roles, changed.UOR = "Luca", []protocollo.Role{protocollo.RoleReader}, "UT"
	changed.NamedForConfidential, changed.Disabled = true, true
	foreign := chief
	foreign.AOO = storetest.OtherAOO().Code
	storetest.Fails(t, o.db.UpdateAccount(ctx, foreign, changed), protocollo.NotFound, "account")
	must(t, o.db.UpdateAccount(ctx, chief, changed))
	if a, err = o.db.Account(ctx, "luca"); err != nil || !a.Disabled || a.UOR != "UT" || !a.May(protocollo.ActConfidential) || a.May(protocollo.ActRegister) {
		t.Fatalf("updated: %+v, %v", a, err)
	}
	list, err := o.db.Accounts(ctx, storetest.AOO().Code)
	must(t, err)
	if len(list) != 3 || list[1].User != "luca" {
		t.Fatalf("accounts: %+v", list)
	}
	secrets, err := number(o.db.read.QueryRow(`SELECT count(*) FROM journal WHERE detail LIKE '%hash-%'`))
	must(t, err)
	if secrets != 0 {
		t.Error("the journal holds a password's hash")
	}
	o.clean(t)
}

func BenchmarkRegister(b *testing.B) {
	db, err := Open(context.Background(), Config{Dir: b.TempDir()})
	must(b, err)
	defer db.Close()
	must(b, db.SaveSetup(context.Background(), storetest.Setup(), storetest.Accounts()))
	var took []time.Duration
	i := 0
	for b.Loop() {
		i++
		begin := time.Now()
		must(b, registerOnce(db, fmt.Sprintf("letter-%d", i)))
		took = append(took, time.Since(begin))
	}
	report(b, took)
}

// BenchmarkHeads is what journal.heads adds to each commit.
func BenchmarkHeads(b *testing.B) {
	h, err := openHeads(filepath.Join(b.TempDir(), headsFile))
	must(b, err)
	defer h.close()
	hash := strings.Repeat("ab", 32)
	for i := int64(1); b.Loop(); i++ {
		h.add(head{seq: i, hash: hash})
	}
}

// BenchmarkViews asks what the screens ask of a register with a year of a middling municipality in it, all of it of one day and without
// a label: the worst that counts and lists can meet.
func BenchmarkViews(b *testing.B) {
	const letters = 30_000
	ctx := context.Background()
	db, err := Open(ctx, Config{Dir: b.TempDir()})
	must(b, err)
	defer db.Close()
	must(b, db.SaveSetup(ctx, storetest.Setup(), storetest.Accounts()))
	for from := 1; from <= letters; from += 500 {
		must(b, db.transact(ctx, "fill", func(w *wtx) error {
			for n := from; n < from+500; n++ {
				if err := fillLetter(w, n); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	for name, ask := range map[string]func() error{
		"counts": func() error { _, err := db.Counts(ctx, storetest.Clerk()); return err },
		"latest": func() error { _, err := db.Search(ctx, storetest.Clerk(), station.Query{Limit: 50}); return err },
		"words": func() error {
			_, err := db.Search(ctx, storetest.Reader("UT"), station.Query{Text: "rossi tributi", Limit: 50})
			return err
		},
		"number": func() error {
			_, err := db.Search(ctx, storetest.Chief(), station.Query{Number: "15000", Year: 2026, Limit: 50})
			return err
		},
		"senders": func() error { _, err := db.Correspondents(ctx, storetest.AOO().Code, "ros", 8); return err },
		"record":  func() error { _, err := db.IntakeRecord(ctx, storetest.Clerk(), letters/2); return err },
		"check":   func() error { _, err := db.Check(ctx); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(b, ask())
			}
		})
	}
}

// fillLetter registers one letter within a transaction.
func fillLetter(w *wtx, n int) error {
	d := storetest.Draft(fmt.Sprintf("Richiesta di rimborso tributi locali, pratica %d", n), fmt.Sprintf("Rossi Mario %d", n%3000))
	d.UOR = []string{"UT", "TRIB", "PERS"}[n%3]
	rec, err := w.recordIntake(storetest.Intake(fmt.Sprintf("bench-%d", n), d))
	if err != nil {
		return err
	}
	number, err := protocollo.NumberFrom(int64(n))
	if err != nil {
		return err
	}
	r := protocollo.Receipt{Register: "PG", Year: protocollo.YearOf(w.now), Number: number, Day: protocollo.DayOf(w.now), At: w.now, Ref: "bench"}
	reg := protocollo.Registration{IntakeID: rec.Intake.ID, Key: protocollo.RegisterKey{Amministrazione: storetest.Body().Code, AOO: storetest.AOO().Code, Register: "PG", Year: r.Year},
		Number: number, Day: r.Day, RegisteredAt: r.At, Connector: "bench", Ref: r.Ref, Segnatura: storetest.Segnatura(r, d)}
	return w.register(rec.Intake, rec.Attempt, &reg, "")
}
