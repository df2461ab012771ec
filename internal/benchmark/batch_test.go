package benchmark

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/pdfa"
	"segnatura/pdfa/worker"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/stamp"
)

// batchPages is the largest batch that an office scans at a time.
const batchPages = 500

// BenchmarkBatch makes one PDF/A of a batch, without text and with it, checks it, and reports the most resident memory that each
// process had: the jailed one and this one, which holds what the service would.
func BenchmarkBatch(b *testing.B) {
	job := batch(b)
	b.Run("2b", func(b *testing.B) { archiveBatch(b, job) })
	job.Flavour = pdfa.Flavour2U
	for range batchPages {
		job.Text = append(job.Text, fullPage())
	}
	b.Run("2u", func(b *testing.B) { archiveBatch(b, job) })
}

// fullPage is as much text as a page holds: 50 lines of 10 words.
func fullPage() (text pdfa.PageText) {
	for i := range 500 {
		text.Words = append(text.Words, pdfa.Word{Text: fmt.Sprintf("parola%d", i), X: 50.1234567 + float64(i%10)*50, Y: 40.7654321 + float64(i/10)*15,
			Width: 45.2345678, Height: 11.3456789, EndsLine: i%10 == 9})
	}
	return text
}

func archiveBatch(b *testing.B, job pdfa.Job) {
	b.Helper()
	var mu sync.Mutex
	peaks := map[string]int64{}
	e := jailed(b, func(u worker.Usage) {
		mu.Lock()
		defer mu.Unlock()
		peaks[u.Job] = max(peaks[u.Job], u.PeakMemory)
	})
	debug.FreeOSMemory() // the pages were drawn here
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		out, err := os.CreateTemp(b.TempDir(), "")
		if err != nil {
			b.Fatal(err)
		}
		result, err := e.Convert(b.Context(), job, out, nil)
		if err != nil {
			b.Fatal(err)
		}
		report, err := e.Check(b.Context(), out, result.Bytes)
		if err := errors.Join(err, out.Close()); err != nil {
			b.Fatal(err)
		}
		if !report.Compliant || report.Pages != batchPages || len(result.Pages) != batchPages || result.Pages[batchPages-1].Encoding != "jpeg passthrough" {
			b.Fatalf("%d pages, %+v", len(result.Pages), report)
		}
		b.ReportMetric(float64(result.Bytes)/(1<<20), "MiB-written")
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*batchPages), "ms/page")
	b.ReportMetric(float64(peaks["convert"])/(1<<20), "convert-peak-MiB")
	b.ReportMetric(float64(peaks["check"])/(1<<20), "check-peak-MiB")
	b.ReportMetric(float64(ownPeak(b))/(1<<20), "service-peak-MiB")
}

// batch is a job of grey A4 pages at 300 dpi as the pretend office's scanner sends them: a few, again and again.
func batch(b *testing.B) pdfa.Job {
	b.Helper()
	job := pdfa.Job{Flavour: pdfa.Flavour2B, Metadata: pdfa.Metadata{Title: "Lotto", CreatedAt: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}}
	files := scanned(b, 4)
	for i := range batchPages {
		name := files[i%len(files)]
		job.Inputs = append(job.Inputs, pdfa.Input{Name: fmt.Sprintf("pagina %d", i+1), Open: func() (io.ReadSeekCloser, error) { return os.Open(name) }})
	}
	return job
}

// scanned scans a letter and returns its pages' files.
func scanned(b *testing.B, pages int) (files []string) {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	ctx := context.Background()
	office, err := officesim.Start(ctx, officesim.Config{Seed: 1, Printer: stamp.DPI300, LabelSize: stamp.Size{WidthMM: 62, HeightMM: 29}})
	must(err)
	defer func() { must(office.Close()) }()
	must(office.Load(officesim.Letter{Pages: pages}))
	source, err := escl.New(escl.Config{URL: office.ScannerURL(), Now: time.Now})
	must(err)
	doc, err := source.Scan(ctx, scanner.Request{Input: scanner.InputFeeder, ColorMode: scanner.ColorGrey, ResolutionDPI: 300, Format: "image/jpeg"})
	must(err)
	defer func() { must(doc.Close()) }()
	for {
		page, err := doc.Next(ctx)
		if errors.Is(err, io.EOF) {
			return files
		}
		must(err)
		var content bytes.Buffer
		_, err = content.ReadFrom(page.Data)
		must(errors.Join(err, page.Data.Close()))
		name := filepath.Join(b.TempDir(), fmt.Sprintf("%d.jpg", page.Seq))
		must(os.WriteFile(name, content.Bytes(), 0o600))
		files = append(files, name)
	}
}

// ownPeak is the most resident memory of this process since clear_refs, in bytes (VmHWM of proc(5)).
func ownPeak(b *testing.B) int64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib << 10
		}
	}
	b.Fatal("no VmHWM in /proc/self/status")
	return 0
}
