package main

import (
	"context"
	"errors"
	"fmt"

	"segnatura/store"
)

// backup copies the database first and the blobs after it, verifies the copy, and prints what it holds (R12.4). The service must
// not be running (it makes its own daily copies, see Config.BackupDir); the spool is not copied (R19.5).
func backup(ctx context.Context, e env, args []string) error {
	f := flags(e, "backup")
	dataDir := f.String("data", defaultData, "data folder")
	out := f.String("o", "", "a folder that does not exist yet")
	if err := parse(f, args); err != nil {
		return err
	}
	if *out == "" {
		return usageError{errors.New("-o is missing")}
	}
	db, err := store.Open(ctx, store.Config{Dir: *dataDir, Existing: true})
	if err != nil {
		return err
	}
	m, rep, err := db.Backup(ctx, *out)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s: %d files, journal entry %d %s\n", *out, len(m.Files), m.HeadSeq, m.HeadHash)
	if !rep.OK() {
		return fmt.Errorf("the copy is whole, but the station's own data have %d faults: run segnatura check", len(rep.Findings))
	}
	return nil
}

// restore fills an empty data folder from a backup. Afterwards nothing is numbered until the Responsabile has entered the last
// number known from labels or the daily register, and calls that were under way count as unknown (R17.4).
func restore(ctx context.Context, e env, args []string) error {
	f := flags(e, "restore")
	dataDir := f.String("data", "", "the data folder to fill: absent or empty")
	from := f.String("from", "", "the backup")
	if err := parse(f, args); err != nil {
		return err
	}
	if *dataDir == "" || *from == "" {
		return usageError{errors.New("-data and -from are both needed")}
	}
	if err := store.Restore(ctx, *from, store.Config{Dir: *dataDir, Existing: true}); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s: restored; numbering waits for the last number known from labels or the daily register\n", *dataDir)
	return nil
}
