package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"

	"segnatura/internal/protocollo"
	"segnatura/scanner"
)

// The spool holds pages under way. A page's file is durable before its row; a crash between the two leaves a file whose name still
// says where it belongs (R19.6): b<batch>-p<seq>-<16 random hex digits>.<kind>. Order is the row's seq, never the name.
const spoolDir = "spool"

var (
	spoolName = regexp.MustCompile(`^b([0-9]{1,18})-p([0-9]{1,9})-[0-9a-f]{16}\.([a-z0-9]{3})$`)
	// spoolKinds names a media type in a file's name; anything else is "bin".
	spoolKinds = map[string]string{"image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif", "application/pdf": "pdf"}
)

const batchColumns = `b.id, b.aoo, b.desk, b.source, b.started_by, b.started_at, b.ended_at, b.state, b.fault, b.selected, b.two_sided, b.backs_of,
	(SELECT count(*) FROM pages p WHERE p.batch_id = b.id)`

func scanBatch(s scannable) (protocollo.Batch, error) {
	var b protocollo.Batch
	var started, ended int64
	err := s.Scan(&b.ID, &b.AOO, &b.Desk, &b.Source, &b.StartedBy, &started, &ended, &b.State, &b.Fault, &b.Selected, &b.TwoSided, &b.BacksOf, &b.Pages)
	b.StartedAt, b.EndedAt = instant(started), instant(ended)
	return b, err
}

const pageColumns = `p.id, p.batch_id, coalesce(p.document_id, 0), p.seq, p.sheet, p.back, p.file, p.media_type, p.sha256, p.bytes, p.taken_at, p.name,
	p.original_sha256, p.original_bytes, p.facts, p.settings, p.turn, max(p.erased, p.erase_due)`

func scanPage(s scannable) (protocollo.Page, error) {
	var p protocollo.Page
	var taken int64
	err := s.Scan(&p.ID, &p.BatchID, &p.DocumentID, &p.Seq, &p.Sheet, &p.Back, &p.File, &p.MediaType, &p.SHA256, &p.Bytes, &taken, &p.Name,
		&p.OriginalSHA256, &p.OriginalBytes, &p.Facts, &p.Settings, &p.Turn, &p.Erased)
	p.TakenAt = instant(taken)
	return p, err
}

// BeginBatch begins a run, state running, at the store's clock.
func (db *DB) BeginBatch(ctx context.Context, b protocollo.Batch) (protocollo.Batch, error) {
	err := db.transact(ctx, "begin a batch", func(w *wtx) error {
		var err error
		b, err = w.beginBatch(b)
		return err
	})
	return b, err
}

func (w *wtx) beginBatch(b protocollo.Batch) (protocollo.Batch, error) {
	res, err := w.ExecContext(w.ctx, `INSERT INTO batches (aoo, desk, source, started_by, started_at, state, selected, two_sided, backs_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(b.AOO), b.Desk, b.Source, b.StartedBy, w.now.UnixNano(), string(protocollo.BatchRunning), b.Selected, b.TwoSided, b.BacksOf)
	if err != nil {
		return b, err
	}
	b.StartedAt, b.State, b.Pages = w.now, protocollo.BatchRunning, 0
	b.ID, err = res.LastInsertId()
	return b, err
}

// EndBatch ends a run. A batch that is over stays as it ended: the same state again is no error, another is Conflict "batch-ended".
func (db *DB) EndBatch(ctx context.Context, id int64, s protocollo.BatchState, fault string) error {
	return db.transact(ctx, "end a batch", func(w *wtx) error {
		b, err := batchByID(w.ctx, w, id)
		switch {
		case err != nil:
			return err
		case s == protocollo.BatchRunning || s == "":
			return protocollo.Errorf(protocollo.Invalid, "state", "%q ends no batch", s)
		case b.State == s:
			return nil
		case b.State != protocollo.BatchRunning:
			return protocollo.Errorf(protocollo.Conflict, "batch-ended", "batch %d is %s", id, b.State)
		}
		return w.exec(`UPDATE batches SET state = ?, fault = ?, ended_at = ? WHERE id = ?`, string(s), fault, w.now.UnixNano(), id)
	})
}

// Batch returns one batch, or NotFound "batch".
func (db *DB) Batch(ctx context.Context, id int64) (protocollo.Batch, error) {
	return batchByID(ctx, db.read, id)
}

func batchByID(ctx context.Context, q querier, id int64) (protocollo.Batch, error) {
	return one(ctx, q, "batch", scanBatch, `SELECT `+batchColumns+` FROM batches b WHERE b.id = ?`, id)
}

// RunningBatches lists the batches that are running, oldest first.
func (db *DB) RunningBatches(ctx context.Context) ([]protocollo.Batch, error) {
	list, err := collect(ctx, db.read, scanBatch, `SELECT `+batchColumns+` FROM batches b WHERE b.state = 'running' ORDER BY b.id`)
	if err != nil {
		return nil, fmt.Errorf("list running batches: %w", err)
	}
	return list, nil
}

// AddPage makes one page durable: file, then row. Conflict "page-seq" when the batch has a page with that seq; Unavailable
// "disk-full" leaves nothing behind.
func (db *DB) AddPage(ctx context.Context, p protocollo.Page, data io.Reader) (protocollo.Page, error) {
	if p.Seq < 1 || p.BatchID < 1 {
		return p, protocollo.Errorf(protocollo.Invalid, "seq", "a page needs its batch and its place in it")
	}
	pending, err := db.files.Create(filepath.Join(db.dir, spoolDir), 0o600)
	if err != nil {
		return p, fmt.Errorf("add a page: %w", classify(err))
	}
	defer pending.Abort() // no effect after the commit
	h := sha256.New()
	if p.Bytes, err = io.Copy(io.MultiWriter(pending, h), contextReader{ctx, data}); err != nil {
		return p, fmt.Errorf("add a page: %w", classify(err))
	}
	p.SHA256 = hex.EncodeToString(h.Sum(nil))
	if p.TakenAt.IsZero() {
		p.TakenAt = db.cfg.Clock().UTC()
	}
	if p.File, err = spoolFile(p); err != nil {
		return p, err
	}
	// From its name on, the file must not look stray: StrayPages waits for the row.
	<-db.stray
	defer func() { db.stray <- struct{}{} }()
	if err := pending.CommitExclusive(p.File); err != nil {
		// The name may stand all the same; without a row it would come up as stray.
		return p, fmt.Errorf("add a page: %w", errors.Join(classify(err), db.removeUnrowed(p.File)))
	}
	err = db.transact(ctx, "add a page", func(w *wtx) error {
		var err error
		p, err = w.addPage(p)
		return err
	})
	if err != nil {
		return p, errors.Join(err, db.removeUnrowed(p.File))
	}
	return p, nil
}

// removeUnrowed takes a file away whose row was refused. After an error that left the row's fate open the row decides.
func (db *DB) removeUnrowed(file string) error {
	n, err := number(db.read.QueryRowContext(context.Background(), `SELECT count(*) FROM pages WHERE file = ?`, file))
	if err != nil || n > 0 {
		return err
	}
	return db.files.Remove(filepath.Join(db.dir, spoolDir, file))
}

func spoolFile(p protocollo.Page) (string, error) {
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("name a page: %w", err)
	}
	kind, ok := spoolKinds[p.MediaType]
	if !ok {
		kind = "bin"
	}
	return fmt.Sprintf("b%d-p%06d-%x.%s", p.BatchID, p.Seq, random, kind), nil
}

func (w *wtx) addPage(p protocollo.Page) (protocollo.Page, error) {
	if _, err := batchByID(w.ctx, w, p.BatchID); err != nil {
		return p, err
	}
	taken, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM pages WHERE batch_id = ? AND seq = ?`, p.BatchID, p.Seq))
	if err != nil {
		return p, err
	}
	if taken > 0 {
		return p, protocollo.Errorf(protocollo.Conflict, "page-seq", "batch %d has a page %d", p.BatchID, p.Seq)
	}
	position := int64(0)
	if p.DocumentID != 0 {
		d, err := documentByID(w.ctx, w, p.DocumentID)
		if err != nil {
			return p, err
		}
		if err := stillOpen(d); err != nil {
			return p, err
		}
		if position, err = nextPosition(w, p.DocumentID); err != nil {
			return p, err
		}
	}
	res, err := w.ExecContext(w.ctx, `INSERT INTO pages (batch_id, document_id, seq, position, sheet, back, file, media_type, sha256, bytes, taken_at, name,
		original_sha256, original_bytes, facts, settings, turn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, p.BatchID, nullable(p.DocumentID), p.Seq, position, p.Sheet, p.Back, p.File, p.MediaType, p.SHA256, p.Bytes,
		p.TakenAt.UnixNano(), p.Name, p.OriginalSHA256, p.OriginalBytes, nullableText(p.Facts), nullableText(p.Settings), p.Turn)
	if err != nil {
		return p, err
	}
	p.ID, err = res.LastInsertId()
	return p, err
}

func nextPosition(w *wtx, documentID int64) (int64, error) {
	return number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(position), 0) + 1 FROM pages WHERE document_id = ?`, documentID))
}

func nullableText(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return string(b)
}

// SetPageFacts stores what was measured.
func (db *DB) SetPageFacts(ctx context.Context, pageID int64, f scanner.Facts) error {
	facts, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	return db.transact(ctx, "set page facts", func(w *wtx) error {
		if _, err := pageByID(w.ctx, w, pageID); err != nil {
			return err
		}
		return w.exec(`UPDATE pages SET facts = ? WHERE id = ?`, string(facts), pageID)
	})
}

func pageByID(ctx context.Context, q querier, id int64) (protocollo.Page, error) {
	return one(ctx, q, "page", scanPage, `SELECT `+pageColumns+` FROM pages p WHERE p.id = ?`, id)
}

// OpenPage returns a page and its image; the caller closes it. NotFound "page" once the image is erased, is decided to be, or was
// released to the archive.
func (db *DB) OpenPage(ctx context.Context, pageID int64) (protocollo.Page, io.ReadSeekCloser, error) {
	p, err := pageByID(ctx, db.read, pageID)
	if err != nil {
		return p, nil, fmt.Errorf("open page %d: %w", pageID, err)
	}
	if p.Erased {
		return p, nil, protocollo.Errorf(protocollo.NotFound, "page", "the image of page %d is erased", pageID)
	}
	f, err := os.OpenFile(filepath.Join(db.dir, spoolDir, p.File), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil, protocollo.Errorf(protocollo.NotFound, "page", "the image of page %d is not in the spool", pageID)
	}
	if err != nil {
		return p, nil, fmt.Errorf("open page %d: %w", pageID, err)
	}
	return p, f, nil
}

// PageTwins lists earlier pages of the AOO with the same digest whose images were not erased by a decision, nor taken over by another
// document, oldest first.
func (db *DB) PageTwins(ctx context.Context, aoo protocollo.AOOCode, sha256 string, notPage int64) ([]protocollo.Page, error) {
	list, err := collect(ctx, db.read, scanPage, `SELECT `+pageColumns+` FROM pages p JOIN batches b ON b.id = p.batch_id
		WHERE p.sha256 = ? AND b.aoo = ? AND p.id < ? AND p.erased = 0 AND p.erase_due = 0
		AND NOT EXISTS (SELECT 1 FROM supersessions u JOIN associations s ON s.id = u.association_id WHERE s.document_id = p.document_id) ORDER BY p.id`, sha256, string(aoo), notPage)
	if err != nil {
		return nil, fmt.Errorf("find page twins: %w", err)
	}
	return list, nil
}

// StrayPages adopts spool files without row: the page goes to its batch, with its seq where that is free and after the last one
// otherwise; a file whose batch is not known begins a new batch of the first AOO. It may be called at any time.
func (db *DB) StrayPages(ctx context.Context) ([]protocollo.Page, error) {
	<-db.stray
	defer func() { db.stray <- struct{}{} }()
	files, err := os.ReadDir(filepath.Join(db.dir, spoolDir))
	if err != nil {
		return nil, fmt.Errorf("look for stray pages: %w", err)
	}
	var adopted []protocollo.Page
	lost := int64(0) // the batch that takes what has none
	for _, f := range files {
		if !f.Type().IsRegular() || !spoolName.MatchString(f.Name()) {
			continue
		}
		n, err := number(db.read.QueryRowContext(ctx, `SELECT count(*) FROM pages WHERE file = ?`, f.Name()))
		if err != nil {
			return adopted, fmt.Errorf("look for stray pages: %w", err)
		}
		if n > 0 {
			continue
		}
		p, err := db.adopt(ctx, f.Name(), &lost)
		if err != nil {
			return adopted, err
		}
		adopted = append(adopted, p)
	}
	return adopted, nil
}

func (db *DB) adopt(ctx context.Context, name string, lost *int64) (protocollo.Page, error) {
	path := filepath.Join(db.dir, spoolDir, name)
	m := spoolName.FindStringSubmatch(name)
	batch, _ := strconv.ParseInt(m[1], 10, 64) // the pattern bounds both
	seq, _ := strconv.Atoi(m[2])
	p := protocollo.Page{BatchID: batch, Seq: seq, File: name, MediaType: "application/octet-stream"}
	for media, kind := range spoolKinds {
		if kind == m[3] {
			p.MediaType = media
		}
	}
	var err error
	if p.SHA256, p.Bytes, err = digestFile(path); err != nil {
		return p, fmt.Errorf("adopt %s: %w", name, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return p, fmt.Errorf("adopt %s: %w", name, err)
	}
	p.TakenAt = info.ModTime().UTC()
	err = db.transact(ctx, "adopt a stray page", func(w *wtx) error {
		if _, err := batchByID(w.ctx, w, batch); errors.Is(err, protocollo.NotFound) {
			if *lost == 0 {
				aoo, err := one(w.ctx, w, "setup", text, `SELECT code FROM aoos ORDER BY id LIMIT 1`)
				if err != nil {
					return err
				}
				b, err := w.beginBatch(protocollo.Batch{AOO: protocollo.AOOCode(aoo), Source: "spool", StartedBy: stationUser()})
				if err != nil {
					return err
				}
				*lost = b.ID
				if err := w.exec(`UPDATE batches SET state = ?, ended_at = started_at WHERE id = ?`, string(protocollo.BatchInterrupted), b.ID); err != nil {
					return err
				}
			}
			p.BatchID = *lost
		} else if err != nil {
			return err
		}
		free, err := number(w.QueryRowContext(w.ctx, `SELECT iif(EXISTS (SELECT 1 FROM pages WHERE batch_id = ?1 AND seq = ?2) OR ?2 < 1,
			(SELECT coalesce(max(seq), 0) + 1 FROM pages WHERE batch_id = ?1), ?2)`, p.BatchID, p.Seq))
		if err != nil {
			return err
		}
		p.Seq = int(free)
		p, err = w.addPage(p)
		return err
	})
	return p, err
}
