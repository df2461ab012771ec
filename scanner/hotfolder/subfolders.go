package hotfolder

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"
)

// maxSubfolders bounds the machines of one folder: what has more is no folder of machines.
const maxSubfolders = 200

// Subfolders calls attend for each folder inside dir, in a goroutine of its own, for as long as it is there: its context ends when the
// folder is gone, and a folder that comes, or comes back, is attended (anew). "presi", hidden folders and links are none. It looks every
// poll, returns when ctx has ended and every attend with it, and passes over times in which dir cannot be read: a share that is away for a
// moment takes nobody's machine away.
func Subfolders(ctx context.Context, dir string, poll time.Duration, attend func(ctx context.Context, name string)) {
	var all sync.WaitGroup
	defer all.Wait()
	stops := map[string]context.CancelFunc{}
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if names, err := subfolders(dir); err == nil {
			there := map[string]bool{}
			for _, name := range names {
				there[name] = true
				if stops[name] != nil {
					continue
				}
				one, stop := context.WithCancel(ctx)
				stops[name] = stop
				all.Go(func() { attend(one, name) })
			}
			for name, stop := range stops {
				if !there[name] {
					stop()
					delete(stops, name)
				}
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			for _, stop := range stops {
				stop()
			}
			return
		}
	}
}

func subfolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != TakenDir && !strings.HasPrefix(e.Name(), ".") && len(names) < maxSubfolders {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
