package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"segnatura/internal/durable"
	"segnatura/internal/protocollo"
)

// A backup is a folder with station.db, blobs/ and manifest.json. The database comes first: a blob is durable before its row, so
// every file that the copy names is there when the blobs are copied. The spool is not in it (R19.5).
const (
	manifestFile = "manifest.json"
	partialEnd   = ".partial" // a backup that is being made
	restoringDB  = "restoring.db"
)

// Manifest says what a backup holds.
type Manifest struct {
	At       time.Time      `json:"at"`
	Trial    bool           `json:"trial"`
	HeadSeq  int64          `json:"headSeq"` // the journal's end in the copy
	HeadHash string         `json:"headHash"`
	Files    []ManifestFile `json:"files"` // station.db first
}

// ManifestFile is one file of a backup.
type ManifestFile struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Backup makes a checked copy in the folder dst, which must not exist; it has that name only once it is whole and every check was
// made on the copy: digests, chain, states. The station goes on working meanwhile. Conflict "backup-exists"; a damaged store gives a
// backup all the same, and the damage in the report.
func (db *DB) Backup(ctx context.Context, dst string) (Manifest, Report, error) {
	// A database is opened by URI, and a URI's path is absolute.
	whole, err := filepath.Abs(dst)
	if err != nil {
		return Manifest{}, Report{}, fmt.Errorf("back up to %s: %w", dst, err)
	}
	m, rep, err := db.backup(ctx, whole)
	if err != nil {
		return m, rep, fmt.Errorf("back up to %s: %w", dst, classify(err))
	}
	return m, rep, nil
}

func (db *DB) backup(ctx context.Context, dst string) (m Manifest, rep Report, err error) {
	if _, err := os.Lstat(dst); !errors.Is(err, fs.ErrNotExist) {
		return m, rep, errors.Join(err, protocollo.Errorf(protocollo.Conflict, "backup-exists", "the folder exists"))
	}
	work := dst + partialEnd
	if err := os.RemoveAll(work); err != nil { // what an earlier one left
		return m, rep, err
	}
	files := durable.Files{}
	if err := files.MkdirAll(filepath.Join(work, blobDir), 0o700); err != nil {
		return m, rep, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(work))
		}
	}()
	copyPath := filepath.Join(work, dbFile)
	if err := db.copyDatabase(ctx, copyPath); err != nil {
		return m, rep, err
	}
	pool, err := openCopy(copyPath)
	if err != nil {
		return m, rep, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	if m, err = db.copyBlobs(ctx, pool, work); err != nil {
		return m, rep, err
	}
	c := &checker{ctx: ctx, q: pool, report: Report{Findings: []Finding{}, Notes: []Finding{}}}
	for _, step := range []func() error{func() error { return c.damage(pool) }, c.triggers, c.journal, c.tables, c.numbers, c.states, c.derived, func() error { return c.files(work, false) }} {
		if err := step(); err != nil {
			return m, c.report, err
		}
	}
	m.HeadSeq, m.HeadHash = c.report.HeadSeq, c.report.HeadHash
	b, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return m, c.report, err
	}
	if err := files.WriteFile(filepath.Join(work, manifestFile), strings.NewReader(string(b)+"\n"), 0o600); err != nil {
		return m, c.report, err
	}
	if err := os.Rename(work, dst); err != nil {
		return m, c.report, err
	}
	return m, c.report, files.SyncDir(filepath.Dir(dst))
}

// copyDatabase writes one consistent state of the database to path, durably.
func (db *DB) copyDatabase(ctx context.Context, path string) error {
	// VACUUM INTO only reads, but SQLite does not let a query_only connection do it; the writer's stays free.
	u := url.URL{Scheme: "file", Path: filepath.Join(db.dir, dbFile), RawQuery: url.Values{"_pragma": pragmas()}.Encode()}
	pool, err := sql.Open("sqlite", u.String())
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, `VACUUM INTO ?`, path)
	if err := errors.Join(err, pool.Close()); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return (durable.Files{}).SyncDir(filepath.Dir(path))
}

// openCopy opens a database that nobody else uses, to read.
func openCopy(path string) (*sql.DB, error) {
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"mode": {"ro"}, "_pragma": {"query_only(ON)"}}.Encode()}
	pool, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	return pool, nil
}

// copyBlobs copies the files that the copied database names and lists everything. A file that is missing or damaged is left to the check.
func (db *DB) copyBlobs(ctx context.Context, pool *sql.DB, work string) (Manifest, error) {
	m := Manifest{At: db.cfg.Clock().UTC(), Trial: db.cfg.Trial}
	shas, err := collect(ctx, pool, text, `SELECT DISTINCT sha256 FROM (`+namedBlobs+`) ORDER BY 1`)
	if err != nil {
		return m, err
	}
	paths := []string{dbFile}
	for _, sha := range shas {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		f, _, err := db.OpenBlob(ctx, sha)
		if errors.Is(err, protocollo.NotFound) {
			continue
		}
		if err != nil {
			return m, err
		}
		rel := filepath.Join(blobDir, sha[:2], sha)
		err = copyInto(f, filepath.Join(work, rel))
		if err := errors.Join(err, f.Close()); err != nil {
			return m, fmt.Errorf("copy blob %s: %w", sha, err)
		}
		paths = append(paths, rel)
	}
	for _, p := range paths {
		sha, size, err := digestFile(filepath.Join(work, p))
		if err != nil {
			return m, err
		}
		m.Files = append(m.Files, ManifestFile{Path: filepath.ToSlash(p), Bytes: size, SHA256: sha})
	}
	return m, nil
}

func copyInto(r io.Reader, path string) error {
	files := durable.Files{}
	if err := files.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return files.CreateExclusive(path, r, 0o444)
}

// ReadManifest reads a backup's manifest and compares every file with it. Invalid "backup" names the first that differs.
func ReadManifest(src string) (Manifest, error) {
	var m Manifest
	b, err := os.ReadFile(filepath.Join(src, manifestFile))
	if err != nil {
		return m, fmt.Errorf("read the backup: %w", err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, protocollo.Errorf(protocollo.Invalid, "backup", "its manifest cannot be read: %w", err)
	}
	if len(m.Files) == 0 || m.Files[0].Path != dbFile {
		return m, protocollo.Errorf(protocollo.Invalid, "backup", "its manifest names no database")
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(f.Path) {
			return m, protocollo.Errorf(protocollo.Invalid, "backup", "its manifest names %q", f.Path)
		}
		sha, size, err := digestFile(filepath.Join(src, filepath.FromSlash(f.Path)))
		switch {
		case err != nil:
			return m, protocollo.Errorf(protocollo.Invalid, "backup", "%s: %w", f.Path, err)
		case sha != f.SHA256 || size != f.Bytes:
			return m, protocollo.Errorf(protocollo.Invalid, "backup", "%s is not what the manifest says", f.Path)
		}
	}
	return m, nil
}

// Restore makes a data folder of a backup. cfg.Dir must be missing or empty: Conflict "not-empty". Nothing is numbered there until
// [DB.ConfirmRestore] for each AOO; every intake without a number, every correction and delivery under way becomes unknown, because what happened
// after the backup is not known here (R17.4). The database gets its name last: a restore that was cut short is no data folder.
func Restore(ctx context.Context, src string, cfg Config) error {
	var err error
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err == nil {
		err = restore(ctx, src, cfg)
	}
	if err != nil {
		return fmt.Errorf("restore %s into %s: %w", src, cfg.Dir, classify(err))
	}
	return nil
}

func restore(ctx context.Context, src string, cfg Config) error {
	entries, err := os.ReadDir(cfg.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return protocollo.Errorf(protocollo.Conflict, "not-empty", "the folder is not empty")
	}
	m, err := ReadManifest(src)
	if err != nil {
		return err
	}
	files := durable.Files{}
	for _, f := range m.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := filepath.Join(cfg.Dir, filepath.FromSlash(f.Path))
		perm := fs.FileMode(0o444)
		if f.Path == dbFile {
			to, perm = filepath.Join(cfg.Dir, restoringDB), 0o600
		}
		if err := files.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		r, err := os.Open(filepath.Join(src, filepath.FromSlash(f.Path)))
		if err != nil {
			return err
		}
		if err := errors.Join(files.CreateExclusive(to, r, perm), r.Close()); err != nil {
			return err
		}
	}
	if err := markRestored(ctx, cfg, m); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(cfg.Dir, restoringDB+"-wal")); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the database did not take its log in: %w", err)
	}
	if err := os.Rename(filepath.Join(cfg.Dir, restoringDB), filepath.Join(cfg.Dir, dbFile)); err != nil {
		return err
	}
	return files.SyncDir(cfg.Dir)
}

// markRestored opens the copy under its provisional name, checks it, and writes what a restore means.
func markRestored(ctx context.Context, cfg Config, m Manifest) (err error) {
	db, err := openFile(ctx, cfg, restoringDB)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }() // closing the last connection moves the WAL into the file
	rep, err := db.Check(ctx)
	if err != nil {
		return err
	}
	for _, f := range rep.Findings {
		if f.Table != "pages" { // the spool is not in backups
			return protocollo.Errorf(protocollo.Invalid, "backup", "%s: %s", f.Code, f.Sentence)
		}
	}
	return db.transact(ctx, "mark a restore", func(w *wtx) error { return w.markRestored(m) })
}

func (w *wtx) markRestored(m Manifest) error {
	aoos, err := collect(w.ctx, w, text, `SELECT code FROM aoos ORDER BY id`)
	if err != nil {
		return err
	}
	detail := fmt.Sprintf("restored from the backup of %s, entry %d", m.At.Format(time.RFC3339), m.HeadSeq)
	for _, aoo := range aoos {
		if err := w.stop("restore", protocollo.AOOCode(aoo), detail); err != nil {
			return err
		}
	}
	attempts, err := collect(w.ctx, w, scanAttempt, `SELECT `+attemptColumns+attemptFrom+`JOIN records x ON x.attempt_id = a.id
		WHERE x.registration_id IS NULL AND x.outcome NOT IN ('unknown', 'closed') ORDER BY a.id`)
	if err != nil {
		return err
	}
	for _, a := range attempts {
		if err := w.settle(a, protocollo.AttemptUnknown, wordsRestored); err != nil {
			return err
		}
	}
	if err := w.doubtRecoveries(); err != nil {
		return err
	}
	corrections, err := w.doubtCorrections()
	if err != nil {
		return err
	}
	prints, err := w.doubtPrints()
	if err != nil {
		return err
	}
	if err := w.loseText(); err != nil {
		return err
	}
	dispatches, err := collect(w.ctx, w, number, `SELECT d.id FROM dispatch_current c JOIN dispatches d ON d.id = c.dispatch_id JOIN registrations r ON r.id = d.registration_id
		WHERE c.state NOT IN ('delivered', 'withdrawn', 'unknown') AND `+reachedBy+` <> ? ORDER BY d.id`, embeddedConnector)
	if err != nil {
		return err
	}
	for _, id := range dispatches {
		if err := w.settleDispatch(id, wordsRestored); err != nil {
			return err
		}
	}
	if err := w.loseSpool(); err != nil {
		return err
	}
	counts := map[string]any{"backup": m.At, "entry": m.HeadSeq, "attempts": len(attempts), "corrections": corrections, "prints": prints, "dispatches": len(dispatches)}
	return w.report(KindRestored, stationUser(), "", 0, counts)
}

// loseSpool discards the documents whose images were only in the spool, which is not in backups: their letters are to be scanned again.
// Pages of no document get one for it, so that each has a reason for being gone.
func (w *wtx) loseSpool() error {
	const reason = "images lost: restored from a backup"
	if err := w.exec(`UPDATE batches SET state = 'interrupted', ended_at = ? WHERE state = 'running'`, w.now.UnixNano()); err != nil {
		return err
	}
	loose, err := collect(w.ctx, w, number, `SELECT DISTINCT batch_id FROM pages WHERE document_id IS NULL ORDER BY batch_id`)
	if err != nil {
		return err
	}
	for _, batch := range loose {
		res, err := w.ExecContext(w.ctx, `INSERT INTO documents (batch_id, aoo, state) SELECT id, aoo, 'receiving' FROM batches WHERE id = ?`, batch)
		if err != nil {
			return err
		}
		id, err := res.LastInsertId()
		if err != nil {
			return err
		}
		if err := w.exec(`UPDATE pages SET document_id = ?, position = seq WHERE batch_id = ? AND document_id IS NULL`, id, batch); err != nil {
			return err
		}
	}
	if err := w.takeOverAgain(); err != nil {
		return err
	}
	open, err := collect(w.ctx, w, scanDocument, `SELECT `+documentColumns+documentFrom+`WHERE d.state NOT IN ('archived', 'discarded', 'noted')
		AND NOT (`+takesFromArchive+`) ORDER BY d.id`)
	if err != nil {
		return err
	}
	for _, d := range open {
		if err := w.discard(d, stationUser(), reason); err != nil {
			return err
		}
		err := w.exec(`UPDATE exceptions SET version = version + 1, solved_at = ?, solved_by = ?, choice = 'discard', reason = ? WHERE document_id = ? AND solved_at = 0`,
			w.now.UnixNano(), stationUser(), reason, d.ID)
		if err != nil {
			return err
		}
	}
	return nil
}
