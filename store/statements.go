package store

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements bounds what one pool keeps prepared. The fixed texts of this package are fewer; searches, whose texts vary with
// what is asked, are run unprepared once it is reached.
const maxStatements = 512

// statements keeps a pool's statements prepared by their text: to parse and plan one costs more than most of them take to run.
type statements struct {
	pool *sql.DB

	mu     sync.Mutex
	byText map[string]*sql.Stmt
}

func newStatements(pool *sql.DB) *statements {
	return &statements{pool: pool, byText: map[string]*sql.Stmt{}}
}

// find returns a statement that is prepared, or nil.
func (s *statements) find(text string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byText[text]
}

func (s *statements) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byText) >= maxStatements
}

// prepare returns a statement, prepared now if need be; nil where it cannot be, or where there are too many: it is then run
// unprepared, and fails there if it must. It needs a connection that is free.
func (s *statements) prepare(ctx context.Context, text string) *sql.Stmt {
	if have := s.find(text); have != nil || s.full() {
		return have
	}
	fresh, err := s.pool.PrepareContext(ctx, text)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.byText[text]; have != nil {
		_ = fresh.Close() // another was quicker
		return have
	}
	s.byText[text] = fresh
	return fresh
}

// pool is a pool of connections that runs its queries prepared.
type pool struct {
	*sql.DB
	statements *statements
}

func newPool(db *sql.DB) *pool { return &pool{DB: db, statements: newStatements(db)} }

func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := p.statements.prepare(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return p.DB.QueryContext(ctx, query, args...)
}

func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s := p.statements.prepare(ctx, query); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return p.DB.QueryRowContext(ctx, query, args...)
}

// The writer has one connection, which its transaction holds: what is missing is prepared after it, for the next one. The rows of a
// statement are closed before the same text is run again; collect and one see to it.

func (w *wtx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if s := w.prepared(query); s != nil {
		return w.StmtContext(ctx, s).ExecContext(ctx, args...)
	}
	return w.Tx.ExecContext(ctx, query, args...)
}

func (w *wtx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := w.prepared(query); s != nil {
		return w.StmtContext(ctx, s).QueryContext(ctx, args...)
	}
	return w.Tx.QueryContext(ctx, query, args...)
}

func (w *wtx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s := w.prepared(query); s != nil {
		return w.StmtContext(ctx, s).QueryRowContext(ctx, args...)
	}
	return w.Tx.QueryRowContext(ctx, query, args...)
}

func (w *wtx) prepared(query string) *sql.Stmt {
	s := w.db.texts.find(query)
	if s == nil {
		w.missed = append(w.missed, query)
	}
	return s
}

// end rolls back what was not committed, and prepares what the transaction missed.
func (w *wtx) end() {
	_ = w.Rollback() // no effect after Commit
	for _, text := range w.missed {
		w.db.texts.prepare(w.ctx, text)
	}
}
