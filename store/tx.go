package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// wtx is one write transaction: its instant, the end of the journal, the legal rows that no entry has reported yet, and the
// intakes whose record has to be derived anew.
type wtx struct {
	*sql.Tx
	ctx     context.Context
	db      *DB
	now     time.Time // the instant of everything that is written in it
	clock   time.Time // what the clock says, for working rows
	doubt   bool      // the clock is in doubt: now is the last trusted instant
	last    head
	pending []protocollo.RowDigest
	touched []int64
	missed  []string // texts of statements that were not prepared
}

// head is the end of the journal.
type head struct {
	seq  int64
	hash string
	at   time.Time // zero before the first entry
}

// brokenInvariant is returned by a write function whose transaction found what must never be. The transaction is rolled back, the
// stop is recorded, and the caller gets Stopped "invariant".
type brokenInvariant struct{ detail string }

func (b *brokenInvariant) Error() string { return "broken invariant: " + b.detail }

// transact runs fn in a write transaction with an instant that is not earlier than the last record's. What it did is durable
// once transact returns nil; on an error nothing of it is there. A doubtful clock is recorded first, in its own transaction.
func (db *DB) transact(ctx context.Context, doing string, fn func(*wtx) error) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	case <-db.writer:
	}
	return db.holding(ctx, doing, fn)
}

// transactFirst is transact for what cannot wait behind others: whoever writes hands the token over to it before anybody else.
func (db *DB) transactFirst(ctx context.Context, doing string, fn func(*wtx) error) error {
	if err := db.first(ctx); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return db.holding(ctx, doing, fn)
}

// first takes the writer's token ahead of others.
func (db *DB) first(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-db.urgent:
	case <-db.writer:
	}
	return nil
}

// passOn hands the writer's token on.
func (db *DB) passOn() {
	select {
	case db.urgent <- struct{}{}:
	default:
		db.writer <- struct{}{}
	}
}

// holding runs fn for whoever has the writer's token, and passes that on.
func (db *DB) holding(ctx context.Context, doing string, fn func(*wtx) error) error {
	defer db.passOn()
	err := db.once(ctx, func(w *wtx) error {
		why := db.clockDoubt(w)
		if why == "" || w.doubt {
			return fn(w)
		}
		return &newDoubt{why}
	})
	var fresh *newDoubt
	if errors.As(err, &fresh) {
		err = db.once(ctx, func(w *wtx) error {
			w.now = w.last.at // the clock's own word is in the detail
			return w.stop("clock", "", fresh.why)
		})
		if err == nil {
			err = db.once(ctx, fn)
		}
	}
	var broken *brokenInvariant
	if errors.As(err, &broken) {
		stopErr := db.once(ctx, func(w *wtx) error { return w.stop("invariant", "", broken.detail) })
		err = errors.Join(protocollo.Errorf(protocollo.Stopped, "invariant", "%w", broken), stopErr)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, classify(err))
	}
	return nil
}

// newDoubt leaves a transaction whose clock turned out to be doubtful, before anything was written.
type newDoubt struct{ why string }

func (d *newDoubt) Error() string { return "doubtful clock: " + d.why }

// once runs fn in one transaction. The caller holds the writer's token.
func (db *DB) once(ctx context.Context, fn func(*wtx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	w := &wtx{Tx: tx, ctx: ctx, db: db}
	defer w.end()
	if err := w.begin(); err != nil {
		return err
	}
	before := w.last.seq
	if err := fn(w); err != nil {
		return err
	}
	if len(w.pending) > 0 {
		return protocollo.Errorf(protocollo.Internal, "unreported", "%d legal rows without a journal entry, the first in %s", len(w.pending), w.pending[0].Table)
	}
	if err := w.deriveRecords(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if w.last.seq > before {
		db.heads.add(w.last)
	}
	return nil
}

// begin reads the end of the journal and fixes the instant: the clock's, or the last record's where the clock is behind it or in doubt.
func (w *wtx) begin() error {
	var err error
	if w.last, err = journalHead(w.ctx, w); err != nil {
		return err
	}
	open, err := openStops(w.ctx, w, "clock")
	if err != nil {
		return err
	}
	w.doubt = len(open) > 0
	w.clock = w.db.cfg.Clock().UTC()
	w.now = w.clock
	if w.now.Before(w.last.at) || (w.doubt && !w.last.at.IsZero()) {
		w.now = w.last.at
	}
	return nil
}

func journalHead(ctx context.Context, q querier) (head, error) {
	var h head
	var at int64
	err := q.QueryRowContext(ctx, `SELECT seq, hash, at FROM journal ORDER BY seq DESC LIMIT 1`).Scan(&h.seq, &h.hash, &at)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return head{hash: protocollo.GenesisHash}, nil
	case err != nil:
		return head{}, fmt.Errorf("read the journal's end: %w", err)
	}
	h.at = instant(at)
	return h, nil
}

// row is what goes into one row of a table, by column.
type row map[string]any

// insert adds one legal row and remembers its digest for the entry that will report it. The instant is added.
func (w *wtx) insert(table string, r row) (int64, error) {
	r["at"] = w.now.UnixNano()
	cols := make([]string, 0, len(r))
	for c := range r {
		cols = append(cols, c)
	}
	slices.Sort(cols)
	args := make([]any, len(cols))
	for i, c := range cols {
		args[i] = r[c]
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(cols)), ", ")
	res, err := w.ExecContext(w.ctx, fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, table, strings.Join(cols, ", "), marks), args...)
	if err != nil {
		return 0, fmt.Errorf("insert into %s: %w", table, err)
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, err
	}
	digest, err := rowDigest(w.ctx, w, table, id)
	if err != nil {
		return 0, err
	}
	w.pending = append(w.pending, protocollo.RowDigest{Table: table, ID: id, Digest: digest})
	return id, nil
}

// touch marks an intake whose record is derived anew before the commit; 0 is ignored.
func (w *wtx) touch(intakeID int64) {
	if intakeID != 0 && !slices.Contains(w.touched, intakeID) {
		w.touched = append(w.touched, intakeID)
	}
}

func (w *wtx) deriveRecords() error {
	for _, id := range w.touched {
		if _, err := w.ExecContext(w.ctx, `DELETE FROM records WHERE intake_id = ?`, id); err != nil {
			return err
		}
		if _, err := w.ExecContext(w.ctx, `INSERT INTO records SELECT * FROM record_source WHERE intake_id = ?`, id); err != nil {
			return fmt.Errorf("derive record %d: %w", id, err)
		}
	}
	return nil
}

// exec runs a statement on working tables.
func (w *wtx) exec(query string, args ...any) error {
	_, err := w.ExecContext(w.ctx, query, args...)
	return err
}

// rowDigest is the SHA-256 of a row in canonical form, as it stands in the table.
func rowDigest(ctx context.Context, q querier, table string, id int64) (string, error) {
	rows, err := q.QueryContext(ctx, `SELECT * FROM `+table+` WHERE id = ?`, id)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var digest string
	err = eachDigest(table, rows, func(_ int64, d string) { digest = d })
	if err == nil && digest == "" {
		err = fmt.Errorf("row %d of %s is not there", id, table)
	}
	return digest, err
}

// eachDigest reads rows of SELECT * and hands over each one's id and digest.
func eachDigest(table string, rows *sql.Rows, yield func(id int64, digest string)) error {
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	order := make([]int, len(cols))
	idAt := -1
	for i, c := range cols {
		order[i] = i
		if c == "id" {
			idAt = i
		}
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(cols[a], cols[b]) })
	vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return err
		}
		id, ok := vals[idAt].(int64)
		if !ok {
			return fmt.Errorf("%s: id is %T", table, vals[idAt])
		}
		yield(id, canonicalDigest(table, cols, vals, order))
	}
	return rows.Err()
}

// canonicalDigest hashes the table's name and then, for each column in the order of names that is not NULL, its name, the
// type of its value and the value, each with its length. A later migration may therefore add a column that is NULL in the rows
// that are there, or rebuild the table, without changing the digests of what was recorded.
func canonicalDigest(table string, cols []string, vals []any, order []int) string {
	h := sha256.New()
	field := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	field([]byte(table))
	for _, i := range order {
		kind, value := byte(0), []byte(nil)
		switch v := vals[i].(type) {
		case nil:
			continue
		case int64:
			kind, value = 'i', binary.BigEndian.AppendUint64(nil, uint64(v))
		case float64:
			kind, value = 'r', binary.BigEndian.AppendUint64(nil, math.Float64bits(v))
		case string:
			kind, value = 't', []byte(v)
		case []byte:
			kind, value = 'b', v
		default:
			kind, value = '?', fmt.Append(nil, v)
		}
		field([]byte(cols[i]))
		field(append([]byte{kind}, value...))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// instant is the time of a stored integer; 0 is the zero time.
func instant(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// nanos is the integer of a time; the zero time is 0.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// nullable is NULL for 0.
func nullable(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// encode is JSON as it is stored.
func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b), nil
}

// collect runs a query and scans each row.
func collect[T any](ctx context.Context, q querier, scan func(scannable) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// scannable is *sql.Row or *sql.Rows.
type scannable interface{ Scan(dest ...any) error }

// one scans a single row; a missing one is NotFound with the given code.
func one[T any](ctx context.Context, q querier, code string, scan func(scannable) (T, error), query string, args ...any) (T, error) {
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, protocollo.Errorf(protocollo.NotFound, code, "no such %s", code)
	}
	return v, err
}

// number scans one integer.
func number(s scannable) (int64, error) {
	var n int64
	err := s.Scan(&n)
	return n, err
}

// text scans one string.
func text(s scannable) (string, error) {
	var t string
	err := s.Scan(&t)
	return t, err
}

// decode reads JSON as it is stored.
func decode(s string, v any) error {
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	return nil
}
