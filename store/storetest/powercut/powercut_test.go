package powercut_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/durable"
	"segnatura/store/storetest/powercut"

	_ "modernc.org/sqlite"
)

const rows = 20

// insertAndCut inserts rows one transaction after the other, pulls the plug, and returns how many the next start finds.
func insertAndCut(t *testing.T, synchronous string, seed uint64) int {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	disk, err := powercut.Watch(dir)
	if err != nil {
		t.Fatal(err)
	}
	dsn := func(dir string) string {
		return "file:" + filepath.Join(dir, "a.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(" + synchronous + ")"
	}
	db, err := sql.Open("sqlite", dsn(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it fails: the power is gone
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE x (n INTEGER); PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if _, err := db.Exec(`INSERT INTO x VALUES (?)`, i); err != nil {
			t.Fatal(err)
		}
	}
	after := filepath.Join(t.TempDir(), "after")
	if err := disk.Cut(after, rand.New(rand.NewPCG(seed, 0))); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO x VALUES (-1)`); err == nil {
		t.Fatal("a write after the cut succeeded")
	}
	again, err := sql.Open("sqlite", dsn(after))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close() //nolint:errcheck // read only
	var n int
	if err := again.QueryRow(`SELECT count(*) FROM x`).Scan(&n); err != nil {
		if synchronous == "OFF" { // what was never synced may be no database at all
			return 0
		}
		t.Fatal(err)
	}
	return n
}

func TestCommittedRowsStandAPowerCut(t *testing.T) {
	for seed := range uint64(20) {
		if n := insertAndCut(t, "FULL", seed); n != rows {
			t.Errorf("seed %d: %d of %d rows that were synced are there", seed, n, rows)
		}
	}
}

// The check can fail: without a sync at each commit rows are lost.
func TestRowsThatWereNotSyncedAreLost(t *testing.T) {
	fewest := rows
	for seed := range uint64(20) {
		fewest = min(fewest, insertAndCut(t, "OFF", seed))
	}
	if fewest == rows {
		t.Fatalf("no seed of 20 lost any of %d rows that were never synced", rows)
	}
}

// careless puts a name in place without syncing anything.
func careless(files durable.FS, dir string) error {
	f, err := files.OpenFile(filepath.Join(dir, "new"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write([]byte("careless")); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return files.Rename(filepath.Join(dir, "new"), filepath.Join(dir, "file"))
}

// careful is what package durable does.
func careful(files durable.FS, dir string) error {
	return durable.Files{FS: files}.WriteFile(filepath.Join(dir, "file"), strings.NewReader("careful"), 0o600)
}

func TestFilesAfterAPowerCut(t *testing.T) {
	for _, c := range []struct {
		name  string
		write func(durable.FS, string) error
		keeps bool
	}{{"careful", careful, true}, {"careless", careless, false}} {
		t.Run(c.name, func(t *testing.T) {
			found := map[string]int{}
			for seed := range uint64(30) {
				found[afterwards(t, c.write, seed)]++
			}
			if c.keeps && found[c.name] != 30 {
				t.Errorf("a file that was made with care is %v", found)
			}
			if !c.keeps && (found["before"] == 0 || found[""] == 0) {
				t.Errorf("a file that was never synced is %v, and never empty or the one before", found)
			}
		})
	}
}

// afterwards writes a file over another, pulls the plug, and returns what the next start reads.
func afterwards(t *testing.T, write func(durable.FS, string) error, seed uint64) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	disk, err := powercut.Watch(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(disk.FS(), dir); err != nil {
		t.Fatal(err)
	}
	after := filepath.Join(t.TempDir(), "after")
	if err := disk.Cut(after, rand.New(rand.NewPCG(seed, 1))); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(after, "file"))
	if err != nil {
		t.Fatal(fmt.Errorf("seed %d: %w", seed, err))
	}
	return string(b)
}
