package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// The migrations are few, forward only and append-only; forty lines run them. A general tool would bring its own table, dialects
// and statement splitter (triggers need markers there), and would not notice that an applied file was edited.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one file of migrations/, named NNNN_title.sql.
type migration struct {
	version int
	name    string
	sql     string
	digest  string
}

func migrations() ([]migration, error) {
	entries, err := fs.ReadDir(migrationFiles, "migrations") // sorted by name
	if err != nil {
		return nil, err
	}
	var list []migration
	for i, e := range entries {
		b, err := fs.ReadFile(migrationFiles, "migrations/"+e.Name())
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(e.Name(), "_")
		v, err := strconv.Atoi(digits)
		if err != nil || v != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", e.Name(), i+1)
		}
		sum := sha256.Sum256(b)
		list = append(list, migration{version: v, name: e.Name(), sql: string(b), digest: hex.EncodeToString(sum[:])})
	}
	return list, nil
}

// migrate brings the database to the newest schema, one transaction a migration.
func migrate(ctx context.Context, pool *sql.DB, clock func() time.Time) error {
	list, err := migrations()
	if err != nil {
		return err
	}
	return migrateTo(ctx, pool, clock, list)
}

func migrateTo(ctx context.Context, pool *sql.DB, clock func() time.Time, list []migration) error {
	_, err := pool.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (
		version INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL) STRICT`)
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", classify(err))
	}
	var newest int
	if err := pool.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM migrations`).Scan(&newest); err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if newest > len(list) {
		return protocollo.Errorf(protocollo.Internal, "newer-database", "the database has schema %d, this program knows %d", newest, len(list))
	}
	for _, m := range list {
		if err := apply(ctx, pool, clock, m); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, classify(err))
		}
	}
	return nil
}

func apply(ctx context.Context, pool *sql.DB, clock func() time.Time, m migration) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	var digest string
	err = tx.QueryRowContext(ctx, `SELECT digest FROM migrations WHERE version = ?`, m.version).Scan(&digest)
	switch {
	case err == nil && digest == m.digest:
		return nil
	case err == nil:
		return protocollo.Errorf(protocollo.Internal, "edited-migration", "it was changed after it had been applied")
	case err != sql.ErrNoRows:
		return err
	}
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO migrations VALUES (?, ?, ?, ?)`, m.version, m.name, m.digest, clock().UnixNano()); err != nil {
		return err
	}
	return tx.Commit()
}
