package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"segnatura/internal/durable"
	"segnatura/internal/protocollo"
	"segnatura/store"
)

// What the service does by itself beside the desk's work: it copies its data daily. See timekeeper.go for the clock.

const (
	backupEvery = time.Hour // to look whether today's copy is there
	keptBackups = 30
)

// every calls f now and then once a period, until ctx ends.
func every(ctx context.Context, period time.Duration, f func()) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		f()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// backups keeps one checked copy a day in a folder, named by the Roman day (R12.4).
type backups struct {
	store *store.DB
	dir   string
	clock func() time.Time
	log   *slog.Logger
}

func (b backups) run(ctx context.Context) {
	if b.dir == "" {
		return
	}
	every(ctx, backupEvery, func() {
		if err := b.today(ctx); err != nil && ctx.Err() == nil {
			b.log.LogAttrs(ctx, slog.LevelError, "daily backup failed", slog.Any("err", err))
		}
	})
}

const backupPrefix = "segnatura-"

// today makes the day's copy unless it is there, and then removes the oldest beyond keptBackups.
func (b backups) today(ctx context.Context) error {
	if err := (durable.Files{}).MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	name := filepath.Join(b.dir, backupPrefix+string(protocollo.DayOf(b.clock())))
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, rep, err := b.store.Backup(ctx, name)
	if err != nil {
		return err
	}
	var faults error
	if !rep.OK() {
		faults = fmt.Errorf("the copy %s shows %d faults in the station's data", filepath.Base(name), len(rep.Findings))
	}
	return errors.Join(faults, b.prune())
}

func (b backups) prune() error {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return err
	}
	var days []string
	for _, e := range entries {
		day, ours := strings.CutPrefix(e.Name(), backupPrefix)
		if _, err := time.Parse(time.DateOnly, day); ours && err == nil {
			days = append(days, e.Name())
		}
	}
	slices.Sort(days)
	for _, old := range days[:max(len(days)-keptBackups, 0)] {
		if err := os.RemoveAll(filepath.Join(b.dir, old)); err != nil {
			return err
		}
	}
	return nil
}
