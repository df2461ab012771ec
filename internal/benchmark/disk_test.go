package benchmark

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkFsync measures what the data folder's disk takes for the least that a commit asks of it: 4 KiB appended, and one fsync.
// A median of some microseconds says that nothing is durable there.
func BenchmarkFsync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var times samples
	for b.Loop() {
		times = append(times, fsyncs(b, f, 200)...)
	}
	times.report(b, "")
}

func fsyncs(tb testing.TB, f *os.File, n int) samples {
	page := make([]byte, 4096)
	var times samples
	for range n {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			tb.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			tb.Fatal(err)
		}
		times = append(times, time.Since(began))
	}
	return times
}
