package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"segnatura/internal/durable"
)

// demoClockFile is where a demonstration keeps by how much its clock is ahead, as Go writes a duration: after a restart it must not go back.
const demoClockFile = "orologio-di-prova"

// demoClock is the machine's clock, which the pretend office can set ahead: what hours and days without a central system bring can be seen without
// waiting for them. It is safe for concurrent use.
type demoClock struct {
	file   string
	steady func() time.Duration
	moved  chan struct{}

	mu    sync.Mutex // held while it is set
	ahead atomic.Int64
}

// openDemoClock finds it as the folder's last demonstration left it. steady is a clock that nobody sets; it goes along, since nothing is wrong.
func openDemoClock(dataDir string, steady func() time.Duration) (*demoClock, error) {
	c := &demoClock{file: filepath.Join(dataDir, demoClockFile), steady: steady, moved: make(chan struct{}, 1)}
	text, err := os.ReadFile(c.file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the demonstration's clock: %w", err)
	}
	ahead, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil || ahead < 0 {
		return nil, fmt.Errorf("read the demonstration's clock: %q in %s", text, c.file)
	}
	c.ahead.Store(int64(ahead))
	return c, nil
}

func (c *demoClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Steady never goes back either.
func (c *demoClock) Steady() time.Duration { return c.steady() + time.Duration(c.ahead.Load()) }

// Advance sets it ahead by d, which is kept first.
func (c *demoClock) Advance(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead := c.ahead.Load() + int64(d)
	if err := (durable.Files{}).WriteFile(c.file, strings.NewReader(time.Duration(ahead).String()+"\n"), 0o600); err != nil {
		return fmt.Errorf("keep the demonstration's clock: %w", err)
	}
	c.ahead.Store(ahead)
	select {
	case c.moved <- struct{}{}:
	default:
	}
	return nil
}

// run looks whenever it was set for the alarms that are due, which otherwise come within a minute.
func (c *demoClock) run(ctx context.Context, tend func(context.Context) error, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.moved:
			if err := tend(ctx); err != nil && ctx.Err() == nil {
				log.Error("alarms not looked for", "err", err)
			}
		}
	}
}
