package benchmark

import (
	"bytes"
	"context"
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/ui"
)

// A batch of these lies in the feeder at a time: letters of four pages, the first with its label.
const (
	lettersPerBatch = 8
	pagesPerLetter  = 4
)

// BenchmarkPages measures how many pages a second the station takes from a scanner that is never waited for: colour A4 at 300 dpi, drawn
// before the clock starts. In that time each page becomes durable, is decoded, searched for codes, measured and joined with its registration,
// and the next is not asked for before; nothing is recognised or archived. cpu-s/page is the processor time of this process and of the jailed
// ones, which other work on the machine moves less.
func BenchmarkPages(b *testing.B) {
	for _, v := range []struct {
		name   string
		inJail bool
	}{{"jail", true}, {"without the jail", false}} {
		b.Run(v.name, func(b *testing.B) {
			e := unjailed()
			if v.inJail {
				e = jailed(b, nil)
			}
			o := newOfficeWith(b, usualLabel(), e)
			pages := 0
			var took, used time.Duration
			for b.Loop() {
				b.StopTimer()
				ready, intakes := o.readyPages()
				b.StartTimer()
				began, before := time.Now(), cpuTime(b)
				_, err := o.station.TakeFiles(b.Context(), o.clerk, ready, "scanner", 0)
				took, used = took+time.Since(began), used+cpuTime(b)-before
				o.must(err)
				if pages += ready.given; ready.given != lettersPerBatch*pagesPerLetter {
					b.Fatalf("%d pages were taken", ready.given)
				}
				for _, id := range intakes {
					o.captured(id)
				}
			}
			b.ReportMetric(0, "ns/op") // of a batch: says nothing
			b.ReportMetric(float64(pages)/took.Seconds(), "pages/s")
			b.ReportMetric(used.Seconds()/float64(pages), "cpu-s/page")
			b.ReportMetric(float64(pages), "samples")
		})
	}
}

// readyPages registers letters, prints their labels, and scans them all into memory.
func (o *office) readyPages() (*readyDocument, []int64) {
	o.Helper()
	var intakes []int64
	for range lettersPerBatch {
		o.must(o.devices.Load(officesim.Letter{Pages: pagesPerLetter}))
		var registered ui.Registered
		cmd := o.letter()
		o.post("/api/registrations", map[string]any{"key": cmd.Key, "draft": cmd.Draft, "print": true}, &registered)
		if registered.Print == nil || registered.Print.State != protocollo.PrintPrinted {
			o.Fatalf("label of registration %d: %+v, %+v", registered.Record.RegistrationID, registered.Print, registered.PrintProblem)
		}
		<-o.sent
		intakes = append(intakes, registered.Record.IntakeID)
	}
	source, err := escl.New(escl.Config{URL: o.devices.ScannerURL(), Now: time.Now})
	o.must(err)
	doc, err := source.Scan(o.Context(), scanner.Request{Input: scanner.InputFeeder, ColorMode: scanner.ColorRGB, ResolutionDPI: 300, Format: "image/jpeg"})
	o.must(err)
	defer func() { o.must(doc.Close()) }()
	ready := &readyDocument{}
	for {
		page, err := doc.Next(o.Context())
		if errors.Is(err, io.EOF) {
			return ready, intakes
		}
		o.must(err)
		content, err := io.ReadAll(page.Data)
		o.must(errors.Join(err, page.Data.Close()))
		ready.pages, ready.contents = append(ready.pages, *page), append(ready.contents, content)
	}
}

// readyDocument is a run whose pages are all there.
type readyDocument struct {
	pages    []scanner.Page
	contents [][]byte
	given    int
}

func (d *readyDocument) Next(ctx context.Context) (*scanner.Page, error) {
	if d.given == len(d.pages) {
		return nil, io.EOF
	}
	p := d.pages[d.given]
	p.Data = io.NopCloser(bytes.NewReader(d.contents[d.given]))
	d.given++
	return &p, ctx.Err()
}

func (d *readyDocument) Close() error { return nil }

// cpuTime is what this process and those of its children that have ended used of the processors.
func cpuTime(b *testing.B) (t time.Duration) {
	b.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		t += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return t
}
