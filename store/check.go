package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"segnatura/internal/protocollo"
)

// legalTables are those whose rows are never changed or deleted; the journal, which is one too, is checked by its chain.
func legalTables() []string {
	return []string{"setups", "aoos", "starting_acts", "policies", "titolari", "stops", "stop_confirmations", "number_gaps", "deliveries",
		"delivery_closings", "intakes", "attempts", "attempt_outcomes", "outcome_decisions", "registrations", "annulments",
		"correction_requests", "correction_decisions", "correction_outcomes", "corrections", "intake_closings",
		"unnumbered_intakes", "envelope_intakes", "internal_deliveries", "internal_delivery_ends",
		"unregistered_entries", "post_returns", "post_return_items", "urgencies",
		"tenders", "tender_versions", "tender_facts", "tender_reopenings", "bid_handovers", "bid_declarations", "bid_annotations", "bids", "bid_descriptions", "bid_intakes",
		"bid_labels", "bid_transfers", "bid_transfer_items", "bid_transfer_confirmations", "bid_events", "bid_sheets", "tender_records",
		"competitions", "competition_versions", "applications", "application_versions", "competition_notes", "competition_note_items", "competition_note_files",
		"competition_letters", "competition_note_archives",
		"emergency_authorisations", "emergency_openings", "emergency_extensions", "emergency_closings", "emergency_revocations", "emergency_days",
		"emergency_rows", "emergency_signatures", "emergency_roads", "emergency_signature_replacements", "emergency_years", "emergency_year_changes", "recoveries", "register_numbers", "register_annulments",
		"register_attachments", "keyed_numbers", "alarms", "alarm_acknowledgements", "alarm_ends", "prints", "print_outcomes", "associations", "supersessions", "scope_decisions", "quality_confirmations", "discards", "erasures", "postponements",
		"archives", "text_outcomes", "archive_files", "dispatches", "dispatch_outcomes", "daily_registers", "daily_copies",
		"timestamp_requests", "timestamps", "timestamp_refusals"}
}

// Finding is one thing that is not as it must be.
type Finding struct {
	Code     string `json:"code"` // stable, e.g. "row-changed"
	Table    string `json:"table,omitempty"`
	ID       int64  `json:"id,omitempty"`
	Sentence string `json:"sentence"` // English, for who looks after the station
}

// Report is the outcome of a check. Nothing found is the only good one.
type Report struct {
	Findings []Finding `json:"findings"`
	// Notes are harmless: files that no row names, left by a crash between a file and its row, or about to get their row.
	Notes    []Finding `json:"notes"`
	Entries  int64     `json:"entries"` // of the journal
	Rows     int64     `json:"rows"`    // legal rows whose digest was recomputed
	Files    int64     `json:"files"`   // blobs and pages
	HeadSeq  int64     `json:"headSeq"`
	HeadHash string    `json:"headHash"` // to be compared with the one on the last daily register
	Quick    bool      `json:"quick"`    // files were measured, not hashed
}

// OK reports whether nothing was found.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// Check recomputes everything from the tables and the files: the journal's chain, the digest of every legal row, the files, and
// what must never be. It reads one snapshot, stops nothing, and keeps 40 bytes a legal row in memory. An error means that it could
// not be carried out; what it found is in the report.
func (db *DB) Check(ctx context.Context) (Report, error) { return db.check(ctx, false) }

// CheckQuick is Check with files measured instead of hashed.
func (db *DB) CheckQuick(ctx context.Context) (Report, error) { return db.check(ctx, true) }

func (db *DB) check(ctx context.Context, quick bool) (Report, error) {
	seen, _, err := readHeads(db.heads.path) // before the snapshot: the file may lag behind it, never be ahead
	if err != nil {
		return Report{}, fmt.Errorf("check: %w", err)
	}
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Report{}, fmt.Errorf("check: %w", err)
	}
	defer tx.Rollback() // it only read
	c := &checker{ctx: ctx, q: tx, report: Report{Findings: []Finding{}, Notes: []Finding{}, Quick: quick}}
	for _, step := range []func() error{
		func() error { return c.heads(seen) }, func() error { return db.damage(c) }, c.triggers, c.journal, c.tables, c.numbers, c.states, c.derived,
		func() error { return c.files(db.dir, true) },
	} {
		if err := step(); err != nil {
			return c.report, fmt.Errorf("check: %w", err)
		}
	}
	return c.report, nil
}

// checker is one check under way.
type checker struct {
	ctx      context.Context
	q        querier
	report   Report
	reported map[string]map[int64]string // table, id: digest, as the journal says
}

// maxFindings bounds the report: a damaged disk needs no millionth line.
const maxFindings = 1000

func (c *checker) found(code, table string, id int64, format string, args ...any) {
	if len(c.report.Findings) < maxFindings {
		c.report.Findings = append(c.report.Findings, Finding{Code: code, Table: table, ID: id, Sentence: fmt.Sprintf(format, args...)})
	}
}

// heads compares with the last end of the journal that was seen.
func (c *checker) heads(seen head) error {
	if seen.seq == 0 {
		return nil
	}
	hash, err := one(c.ctx, c.q, "entry", text, `SELECT hash FROM journal WHERE seq = ?`, seen.seq)
	switch {
	case errors.Is(err, protocollo.NotFound):
		c.found("journal-cut", "journal", seen.seq, "the journal once had entry %d and ends before it now", seen.seq)
	case err != nil:
		return err
	case hash != seen.hash:
		c.found("journal-replaced", "journal", seen.seq, "entry %d is not the one that was seen before", seen.seq)
	}
	return nil
}

// triggers demands those that keep legal rows as they are, word for word: one that never fires looks much the same.
func (c *checker) triggers() error {
	have, err := collect(c.ctx, c.q, text, `SELECT sql FROM sqlite_schema WHERE type = 'trigger'`)
	if err != nil {
		return err
	}
	for _, table := range append(legalTables(), "journal") {
		for what, done := range map[string]string{"update": "changed", "delete": "deleted"} {
			want := fmt.Sprintf(`CREATE TRIGGER %s_no_%s BEFORE %s ON %[1]s BEGIN SELECT RAISE(ABORT, 'a legal fact is never %[4]s'); END`,
				table, what, strings.ToUpper(what), done)
			if !slices.Contains(have, want) {
				c.found("trigger-missing", table, 0, "nothing refuses to %s rows of %s", what, table)
			}
		}
	}
	return nil
}

// damage asks on a connection of its own: FTS5 keeps what it knew of its index by connection, and its part of the check takes what was
// written since for damage.
func (db *DB) damage(c *checker) error {
	pool, err := openCopy(filepath.Join(db.dir, db.name))
	if err != nil {
		return err
	}
	return errors.Join(c.damage(pool), pool.Close())
}

// damage asks for SQLite's own opinion of the file.
func (c *checker) damage(q querier) error {
	lines, err := collect(c.ctx, q, text, `PRAGMA quick_check(20)`)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if line != "ok" {
			c.found("database-damaged", "", 0, "SQLite says: %s", line)
		}
	}
	return nil
}

// journal recomputes the chain and collects what it reports.
func (c *checker) journal() error {
	c.reported = map[string]map[int64]string{}
	for _, t := range legalTables() {
		c.reported[t] = map[int64]string{}
	}
	rows, err := c.q.QueryContext(c.ctx, `SELECT `+entryColumns+` FROM journal ORDER BY seq`)
	if err != nil {
		return err
	}
	defer rows.Close()
	last := head{hash: protocollo.GenesisHash}
	for rows.Next() {
		e, stored, err := scanEntry(rows)
		if err != nil {
			c.found("entry-unreadable", "journal", e.Seq, "entry %d cannot be read: %v", e.Seq, err)
			last = head{seq: e.Seq, hash: e.Hash, at: e.At}
			continue
		}
		if err := c.entry(e, stored, last); err != nil {
			return err
		}
		last = head{seq: e.Seq, hash: e.Hash, at: e.At}
		c.report.Entries++
	}
	c.report.HeadSeq, c.report.HeadHash = last.seq, last.hash
	return rows.Err()
}

func (c *checker) entry(e protocollo.Entry, stored string, last head) error {
	hash, err := e.ComputeHash()
	if err != nil {
		return err
	}
	again, err := encodeRows(e.Rows)
	if err != nil {
		return err
	}
	valid := utf8.ValidString(e.Actor) && utf8.ValidString(e.Kind) && utf8.ValidString(string(e.AOO)) && utf8.Valid(e.Detail)
	switch {
	case e.Seq != last.seq+1:
		c.found("entry-missing", "journal", last.seq+1, "entry %d follows entry %d", e.Seq, last.seq)
	case e.Prev != last.hash:
		c.found("chain-broken", "journal", e.Seq, "entry %d does not follow from the one before it", e.Seq)
	}
	if hash != e.Hash || again != stored || !valid { // other bytes that read the same are a change too
		c.found("entry-changed", "journal", e.Seq, "entry %d is not what was written", e.Seq)
	}
	if e.At.Before(last.at) {
		c.found("instant-earlier", "journal", e.Seq, "entry %d has an earlier instant than the one before it", e.Seq)
	}
	for _, r := range e.Rows {
		table, known := c.reported[r.Table]
		_, twice := table[r.ID]
		switch {
		case !known:
			c.found("row-unknown", r.Table, r.ID, "entry %d reports a row of %q", e.Seq, r.Table)
		case twice:
			c.found("row-reported-twice", r.Table, r.ID, "entry %d reports row %d of %s a second time", e.Seq, r.ID, r.Table)
		default:
			table[r.ID] = r.Digest
		}
	}
	return nil
}

// tables recomputes every legal row's digest and compares it with what the journal says.
func (c *checker) tables() error {
	for _, table := range legalTables() {
		if err := c.table(table); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

func (c *checker) table(table string) error {
	rows, err := c.q.QueryContext(c.ctx, `SELECT * FROM `+table+` ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	reported := c.reported[table]
	err = eachDigest(table, rows, func(id int64, digest string) {
		c.report.Rows++
		want, ok := reported[id]
		switch {
		case !ok:
			c.found("row-unreported", table, id, "row %d of %s is in no journal entry", id, table)
		case want != digest:
			c.found("row-changed", table, id, "row %d of %s is not what was recorded", id, table)
		}
		delete(reported, id)
	})
	if err != nil {
		return err
	}
	for id := range reported {
		c.found("row-missing", table, id, "row %d of %s was recorded and is not there", id, table)
	}
	return nil
}

// namedBlobs selects every blob that a legal row names: what a check wants there, and a backup copies.
const namedBlobs = `SELECT 'archives' AS source, id, sha256, bytes FROM archives
	UNION ALL SELECT 'text_outcomes', id, sha256, bytes FROM text_outcomes WHERE sha256 IS NOT NULL
	UNION ALL SELECT 'archive_files', id, sha256, bytes FROM archive_files
	UNION ALL SELECT 'emergency_signatures', id, sha256, bytes FROM emergency_signatures
	UNION ALL SELECT 'daily_registers', id, pdf_sha256, pdf_bytes FROM daily_registers
	UNION ALL SELECT 'daily_registers', id, csv_sha256, csv_bytes FROM daily_registers
	UNION ALL SELECT 'daily_copies', id, sha256, bytes FROM daily_copies
	UNION ALL SELECT 'tender_records', id, pdf_sha256, pdf_bytes FROM tender_records
	UNION ALL SELECT 'tender_records', id, csv_sha256, csv_bytes FROM tender_records
	UNION ALL SELECT 'competition_note_files', id, sha256, bytes FROM competition_note_files
	UNION ALL SELECT 'prints', id, bitmap_sha256, bitmap_bytes FROM prints`

// files compares what the rows name with what is in the folders. Pages under way are only in a live folder, not in a backup. A file
// comes before its row and goes before its erasure is recorded, so looking now, after the snapshot, is never unjust to a file that a row
// names; images of archived documents whose text is not due may go at any time.
func (c *checker) files(dir string, spool bool) error {
	named := map[string]bool{}
	list, err := collect(c.ctx, c.q, scanWanted, `SELECT source, id, sha256, bytes, '', 0, 0 FROM (`+namedBlobs+`) ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	if spool {
		pages, err := collect(c.ctx, c.q, scanWanted, `SELECT 'pages', p.id, p.sha256, p.bytes, p.file, p.erased + p.released,
			p.erase_due OR (coalesce(d.state = 'archived', 0) AND NOT EXISTS (SELECT 1 FROM archives a WHERE a.document_id = d.id AND a.awaits_text IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM text_outcomes t WHERE t.archive_id = a.id)))
			FROM pages p LEFT JOIN documents d ON d.id = p.document_id ORDER BY p.id`)
		if err != nil {
			return err
		}
		list = append(list, pages...)
	}
	for _, w := range list {
		path := filepath.Join(spoolDir, w.file)
		if w.table != "pages" {
			if !sha256Hex.MatchString(w.sha256) {
				continue // a changed row is reported as such
			}
			path = filepath.Join(blobDir, w.sha256[:2], w.sha256)
		}
		if !named[path] {
			c.file(dir, path, w)
		}
		named[path] = true
	}
	have, err := listFiles(dir)
	if err != nil {
		return err
	}
	for _, path := range have {
		if !named[path] && len(c.report.Notes) < maxFindings {
			c.report.Notes = append(c.report.Notes, Finding{Code: "file-without-row", Sentence: "no row names " + path})
		}
	}
	return nil
}

// wanted is a file that a row names.
type wanted struct {
	table  string
	id     int64
	sha256 string
	bytes  int64
	file   string
	gone   bool // recorded as erased or released
	due    bool // may be gone
}

func scanWanted(s scannable) (wanted, error) {
	var w wanted
	err := s.Scan(&w.table, &w.id, &w.sha256, &w.bytes, &w.file, &w.gone, &w.due)
	return w, err
}

// file checks one file against its row.
func (c *checker) file(dir, path string, w wanted) {
	info, err := os.Lstat(filepath.Join(dir, path))
	there := err == nil
	switch {
	case w.gone && there:
		c.found("file-not-erased", w.table, w.id, "%s is recorded as erased and is there", path)
		return
	case w.gone || (w.due && !there):
		return
	case !there:
		c.found("file-missing", w.table, w.id, "%s is not there", path)
		return
	}
	c.report.Files++
	if size := info.Size(); size != w.bytes || !info.Mode().IsRegular() {
		c.found("file-changed", w.table, w.id, "%s has %d bytes, not %d", path, size, w.bytes)
		return
	}
	if c.report.Quick {
		return
	}
	sha, _, err := digestFile(filepath.Join(dir, path))
	switch {
	case err != nil && w.due && os.IsNotExist(err): // erased meanwhile
	case err != nil:
		c.found("file-unreadable", w.table, w.id, "%s cannot be read: %v", path, err)
	case sha != w.sha256:
		c.found("file-changed", w.table, w.id, "%s does not have its digest", path)
	}
}
