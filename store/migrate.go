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

// The migrations are few, forward only and append-only; little code runs them. A general tool would bring its own table, dialects
// and statement splitter (triggers need markers there), and would not notice that an applied file was edited.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// derivedSchema makes what is derived from the tables that migrations make; derivedKey has its digest in table meta once it was run.
//
//go:embed derived.sql
var derivedSchema string

const derivedKey = "derived"

// migration is one file of migrations/, named NNNN_title.sql.
type migration struct {
	version int
	name    string
	sql     string
	digest  string
}

func migrations() ([]migration, error) { return migrationsOf(migrationFiles) }

// migrationsOf reads the migrations of a folder, whose numbers leave no gap: one that is missing would never be applied afterwards.
func migrationsOf(files fs.FS) ([]migration, error) {
	entries, err := fs.ReadDir(files, "migrations") // sorted by name
	if err != nil {
		return nil, err
	}
	var list []migration
	for _, e := range entries {
		b, err := fs.ReadFile(files, "migrations/"+e.Name())
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(e.Name(), "_")
		v, err := strconv.Atoi(digits)
		if err != nil || v != len(list)+1 {
			return nil, fmt.Errorf("migration %s has not the number %04d", e.Name(), len(list)+1)
		}
		list = append(list, migration{version: v, name: e.Name(), sql: string(b), digest: digestOf(string(b))})
	}
	return list, nil
}

// migrate brings the database to the newest schema, one transaction a migration, and what is derived with it.
func migrate(ctx context.Context, pool *sql.DB, clock func() time.Time) error {
	list, err := migrations()
	if err != nil {
		return err
	}
	if err := migrateTo(ctx, pool, clock, list); err != nil {
		return err
	}
	if err := derive(ctx, pool, derivedSchema); err != nil {
		return fmt.Errorf("derive views: %w", classify(err))
	}
	return nil
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
	if known := list[len(list)-1].version; newest > known {
		return protocollo.Errorf(protocollo.Internal, "newer-database", "the database has schema %d, this program knows %d", newest, known)
	}
	applied, err := appliedMigrations(ctx, pool)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	for _, m := range list {
		switch digest, done := applied[m.version]; {
		case done && digest == m.digest:
			continue
		case done:
			err = protocollo.Errorf(protocollo.Internal, "edited-migration", "it was changed after it had been applied")
		default:
			err = apply(ctx, pool, clock, m)
		}
		if err != nil {
			return fmt.Errorf("migration %s: %w", m.name, classify(err))
		}
	}
	return nil
}

// appliedMigrations has the digest of each migration that the database has, by its version.
func appliedMigrations(ctx context.Context, pool *sql.DB) (map[int]string, error) {
	rows, err := pool.QueryContext(ctx, `SELECT version, digest FROM migrations`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	applied := map[int]string{}
	for rows.Next() {
		var version int
		var digest string
		if err := rows.Scan(&version, &digest); err != nil {
			return nil, err
		}
		applied[version] = digest
	}
	return applied, rows.Err()
}

// apply runs a migration. What was derived before it is no longer sure, until derive makes it anew.
func apply(ctx context.Context, pool *sql.DB, clock func() time.Time, m migration) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO migrations VALUES (?, ?, ?, ?)`, m.version, m.name, m.digest, clock().UnixNano()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = ?`, derivedKey); err != nil {
		return err
	}
	return tx.Commit()
}

// derive makes anew what is derived, in one transaction, unless the same schema did since the last migration.
func derive(ctx context.Context, pool *sql.DB, schema string) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	digest := digestOf(schema)
	var done bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM meta WHERE key = ? AND value = ?)`, derivedKey, digest).Scan(&done); err != nil || done {
		return err
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2`, derivedKey, digest); err != nil {
		return err
	}
	return tx.Commit()
}

func digestOf(sql string) string {
	sum := sha256.Sum256([]byte(sql))
	return hex.EncodeToString(sum[:])
}
