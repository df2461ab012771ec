// Package store keeps what the station knows: arrivals, attempts, numbers, prints, documents, archive, journal and accounts in
// one SQLite database, pages under way as files in a spool, archived files under their SHA-256.
//
//	db, err := store.Open(ctx, store.Config{Dir: dir})
//	defer db.Close()
//	rec, err := db.RecordIntake(ctx, station.NewIntake{...})   // durable once it returns
//
// One method is one transaction and one legal fact. Rows of legal tables are never changed or deleted (triggers refuse it); a
// change of state is a new row. Every legal row is reported, with its digest, by exactly one entry of a hash-chained journal in
// the same transaction, so that [DB.Check] recomputes the chain from the tables. Which tables are legal is decided in
// docs/decisions/0020-legal-and-working-tables.md.
//
// It refuses: a second process on the folder, a trial folder where a real one is wanted and the other way round, a database that
// a newer program wrote, an instant earlier than the last record's, and a number while a reason to stop stands ([DB.Stops]).
//
// The folder holds station.lock, station.db (with -wal and -shm), journal.heads (see heads.go), spool/, blobs/aa/<sha256>
// and tmp/, which may be emptied while the station stands still.
//
// It imports internal/station for the types that the ports speak in, and none of its behaviour: the use cases declare what they
// need, this package is one way to have it. storetest holds the suite that another engine would have to pass.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite" // also registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"segnatura/internal/durable"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

var _ station.Store = (*DB)(nil)

// Config says where the data are and what time it is. Only Dir is needed.
type Config struct {
	// Dir is the data folder. Open makes it where it is missing.
	Dir string
	// Clock is read inside each write transaction; nil means time.Now.
	Clock func() time.Time
	// Trial marks the folder for ever as a trial when it is made; later it must agree with the mark (R17.1).
	Trial bool
	// Existing opens only a folder that holds a station already, a trial's or not: for whoever looks at one. NotFound otherwise.
	Existing bool
	// MaxClockGap is how far the clock may be ahead of the last record before numbering stops and asks (R17.5). 0 means
	// seven days: a week in which nobody registered anything is a closed office, more is worth a question.
	MaxClockGap time.Duration
	// TimeAgreed reports whether time servers agree with the clock now; a clock that they vouch for may be ahead. Nil means no.
	TimeAgreed func() bool
	// ClockSet is by how much the clock was set since the process began, by one that nobody sets; it is cheap. More than a minute (R14.2) that
	// neither time servers nor a person vouched for stops numbering and asks, however little it is beside the last record's instant. Nil means
	// that nobody looks.
	ClockSet func() time.Duration
	// Timestamps says that a time-stamping authority is configured: digests of daily registers and of plichi are queued for it.
	Timestamps bool
	// FS is the file system under spool and blobs, for tests. Nil means the operating system's.
	FS durable.FS
}

// clockTolerance is how far the clock may be behind the last record without a doubt: time servers slew and step a running clock
// by less (R14.2 warns above one second). The record then carries the last record's instant.
const clockTolerance = time.Second

// clockStepLimit is how far the clock may be set while the process runs before somebody is asked: the minute above which a stamp needs an
// annotation by hand (R14.2).
const clockStepLimit = time.Minute

// DB is an open data folder. It is safe for concurrent use. Close it.
type DB struct {
	cfg   Config
	dir   string
	name  string // of the database's file
	files durable.Files
	lock  *durable.Lock
	write *sql.DB     // one connection
	texts *statements // the writer's
	read  *pool       // query_only
	heads *heads
	// clockTaken is that much of [Config.ClockSet], in nanoseconds, as time servers or a person vouched for.
	clockTaken atomic.Int64
	writer     chan struct{} // holds one token: who has it writes
	urgent     chan struct{} // unbuffered: passes the token to who waits here before it goes back to writer
	stray      chan struct{} // holds one token: who has it names spool files or looks for those without row
	// blobDirs has the folders under blobs/ that are known to be durable.
	blobDirs sync.Map
}

const (
	lockFile = "station.lock"
	dbFile   = "station.db"
)

// Open opens the data folder, making and migrating what is missing, and finishes what a crash cut short: unfinished files are
// removed, deliveries to the centre that were under way become unknown. Errors: durable.ErrLocked when another process holds the
// folder; Conflict "trial-folder" or "real-folder"; Internal "newer-database".
func Open(ctx context.Context, cfg Config) (*DB, error) {
	db, err := openFile(ctx, cfg, dbFile)
	if err != nil {
		return nil, fmt.Errorf("open data folder %s: %w", cfg.Dir, err)
	}
	return db, nil
}

func openFile(ctx context.Context, cfg Config, name string) (_ *DB, err error) {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.MaxClockGap == 0 {
		cfg.MaxClockGap = 7 * 24 * time.Hour
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, name)); cfg.Existing && errors.Is(err, fs.ErrNotExist) {
		return nil, protocollo.Errorf(protocollo.NotFound, "no-station", "the folder holds no station")
	}
	db := &DB{cfg: cfg, dir: dir, name: name, files: durable.Files{FS: cfg.FS}, writer: make(chan struct{}, 1), urgent: make(chan struct{}), stray: make(chan struct{}, 1)}
	db.writer <- struct{}{}
	db.stray <- struct{}{}
	if err := (durable.Files{}).MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if db.lock, err = durable.Acquire(filepath.Join(dir, lockFile)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	if err := db.openFolders(); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, name)
	if db.write, err = openPool(path, false); err != nil {
		return nil, err
	}
	if err := migrate(ctx, db.write, cfg.Clock); err != nil {
		return nil, err
	}
	db.texts = newStatements(db.write)
	readers, err := openPool(path, true)
	if err != nil {
		return nil, err
	}
	db.read = newPool(readers)
	if err := db.mark(ctx); err != nil {
		return nil, err
	}
	if db.heads, err = openHeads(filepath.Join(dir, headsFile)); err != nil {
		return nil, err
	}
	return db, db.recover(ctx)
}

// openFolders makes the folders and removes what unfinished writes left in them.
func (db *DB) openFolders() error {
	plain := durable.Files{} // a test's FS watches the work, not the opening
	for _, d := range []string{spoolDir, blobDir, tmpDir} {
		if err := plain.MkdirAll(filepath.Join(db.dir, d), 0o700); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(filepath.Join(db.dir, blobDir))
	if err != nil {
		return err
	}
	dirs := []string{filepath.Join(db.dir, spoolDir)}
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, filepath.Join(db.dir, blobDir, e.Name()))
		}
	}
	for _, d := range dirs {
		if _, err := plain.CleanTemps(d); err != nil {
			return err
		}
	}
	staged, err := os.ReadDir(filepath.Join(db.dir, tmpDir))
	if err != nil {
		return err
	}
	for _, e := range staged {
		if err := os.RemoveAll(filepath.Join(db.dir, tmpDir, e.Name())); err != nil { // a scanner's run has a folder there
			return err
		}
	}
	return nil
}

// Close ends it; closing again does nothing. Later calls of other methods fail.
func (db *DB) Close() error {
	var errs []error
	if db.read != nil {
		errs = append(errs, db.read.Close())
	}
	if db.write != nil {
		errs = append(errs, db.write.Close())
	}
	if db.heads != nil {
		errs = append(errs, db.heads.close())
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Unlock())
	}
	return errors.Join(errs...)
}

// pragmas are set by the DSN, so that every connection of a pool has them. recursive_triggers lets the triggers that refuse
// deletion also see INSERT OR REPLACE, which deletes.
func pragmas() []string {
	return []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "recursive_triggers(ON)"}
}

func dsn(path string, readOnly bool) string {
	q := url.Values{"_pragma": pragmas()}
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
	} else {
		q.Set("_txlock", "immediate")
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

func openPool(path string, readOnly bool) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn(path, readOnly))
	if err != nil {
		return nil, err
	}
	conns := 1
	if readOnly {
		conns = 4
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxLifetime(0)
	return pool, nil
}

// mark writes the trial mark into a new database and compares it with the configuration otherwise.
func (db *DB) mark(ctx context.Context) error {
	want := "0"
	if db.cfg.Trial {
		want = "1"
	}
	if _, err := db.write.ExecContext(ctx, `INSERT INTO meta VALUES ('trial', ?) ON CONFLICT DO NOTHING`, want); err != nil {
		return fmt.Errorf("mark the folder: %w", classify(err))
	}
	var have string
	if err := db.write.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'trial'`).Scan(&have); err != nil {
		return fmt.Errorf("read the folder's mark: %w", err)
	}
	switch {
	case have == want:
		return nil
	case db.cfg.Existing:
		db.cfg.Trial = have == "1"
		return nil
	case have == "1":
		return protocollo.Errorf(protocollo.Conflict, "trial-folder", "this data folder is a trial's and stays one; real work needs another")
	default:
		return protocollo.Errorf(protocollo.Conflict, "real-folder", "this data folder holds real registrations; a trial needs another")
	}
}

// classify gives the database's and the disk's own errors a class; others pass unchanged.
func classify(err error) error {
	if err == nil {
		return nil
	}
	var classified *protocollo.Error
	if errors.As(err, &classified) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return protocollo.Errorf(protocollo.NotFound, "not-found", "no such row: %w", err)
	}
	code := sqliteCode(err) & 0xff
	if code == sqlite3.SQLITE_FULL || diskFull(err) {
		return protocollo.Errorf(protocollo.Unavailable, "disk-full", "nothing was written, the disk is full: %w", err)
	}
	return err
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
