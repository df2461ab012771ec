package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/pdfa"
	"segnatura/pdfa/worker"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/stamp"
)

// testJail is the service's own, in which this test's binary is the child.
func testJail(t testing.TB, spares int) *worker.Pool {
	t.Helper()
	p, err := newJail(spares)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func inputOf(name string, content []byte) pdfa.Input {
	return pdfa.Input{Name: name, Open: func() (io.ReadSeekCloser, error) { return seekable{bytes.NewReader(content)}, nil }}
}

type seekable struct{ *bytes.Reader }

func (seekable) Close() error { return nil }

// linesPDF is a page of text and lines, with a font that is not embedded: MuPDF has it built in.
func linesPDF() []byte {
	const content = "BT /F 24 Tf 72 700 Td (Lettera di prova) Tj ET 72 600 200 100 re f"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// MuPDF finds in the jail all that it needs: fonts and colours are built in, and no system call is missing.
func TestAPageIsDrawnInTheJail(t *testing.T) {
	p := testJail(t, 0)
	job := pdfa.Job{Flavour: pdfa.Flavour2U, Inputs: []pdfa.Input{inputOf("lettera.pdf", linesPDF())},
		Metadata: pdfa.Metadata{Title: "Prova", CreatedAt: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), DocumentID: "prova"}}
	var out bytes.Buffer
	result, err := p.Convert(t.Context(), job, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Pages) != 1 || result.Pages[0].Drawn != pdfa.DrawnBornDigital || result.Pages[0].Words != 3 {
		t.Errorf("pages %+v", result.Pages)
	}
	report, err := p.Check(t.Context(), bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil || !report.Compliant {
		t.Errorf("report %+v, %v", report, err)
	}
}

// The refusals of the engines name file and page also from within the jail.
func TestARefusedPageIsNamedThroughTheJail(t *testing.T) {
	p := testJail(t, 0)
	whole := pageJPEG(t, scanner.ColorGrey)
	job := pdfa.Job{Flavour: pdfa.Flavour2B, Inputs: []pdfa.Input{inputOf("uno.jpg", whole), inputOf("due.jpg", whole[:len(whole)/2])},
		Metadata: pdfa.Metadata{Title: "Prova", CreatedAt: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}}
	_, err := p.Convert(t.Context(), job, io.Discard, nil)
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); !ok || refused.File != "due.jpg" || refused.Reason != pdfa.RefusedTruncated {
		t.Errorf("error %v", err)
	}
	_, _, err = p.Inspect(t.Context(), bytes.NewReader(whole[:len(whole)/2]), scanner.Settings{}, nil, 100)
	if fault, ok := errors.AsType[*scanner.Fault](err); !ok || fault.Kind != scanner.FaultTruncated {
		t.Errorf("error %v", err)
	}
}

// A part of a page comes out of the jail at full resolution, and half a page is a fault of the page.
func TestAPartOfAPageComesOutOfTheJail(t *testing.T) {
	p := testJail(t, 0)
	whole := pageJPEG(t, scanner.ColorGrey)
	part, err := p.Crop(t.Context(), bytes.NewReader(whole), scanner.Settings{}, scanner.Box{X0: 10, Y0: 20, X1: 110, Y1: 70}, 1200)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(part)); err != nil || c.Width != 100 || c.Height != 50 {
		t.Errorf("the part is %+v, %v", c, err)
	}
	_, err = p.Crop(t.Context(), bytes.NewReader(whole[:len(whole)/2]), scanner.Settings{}, scanner.Box{X1: 10, Y1: 10}, 1200)
	if fault, ok := errors.AsType[*scanner.Fault](err); !ok || fault.Kind != scanner.FaultTruncated {
		t.Errorf("half a page: %v", err)
	}
}

// A jailed process dies with the station, however that dies.
func TestAKilledStationLeavesNoProcess(t *testing.T) {
	p := startProcess(t, t.TempDir())
	var child int
	eventually(t, "a process is kept ready", func() bool {
		list := childrenOf(t, p.cmd.Process.Pid)
		if len(list) == 1 {
			child = list[0]
		}
		return child != 0
	})
	p.kill()
	eventually(t, "the child of a killed station is gone", func() bool {
		return errors.Is(syscall.Kill(child, 0), syscall.ESRCH) || isZombie(child)
	})
}

// isZombie says whether a process is dead and waits for somebody to notice: where nobody reaps orphans it stays so.
func isZombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(rest, "Z")
}

func childrenOf(t testing.TB, pid int) (list []int) {
	t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil // it is gone
	}
	for _, task := range tasks {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		for _, field := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, child)
		}
	}
	return list
}

// pageJPEG is an A4 page at 300 dpi as the pretend office's scanner sends it.
func pageJPEG(t testing.TB, mode scanner.ColorMode) []byte {
	t.Helper()
	ctx := context.Background()
	office, err := officesim.Start(ctx, officesim.Config{Seed: 1, Printer: stamp.DPI300, LabelSize: stamp.Size{WidthMM: 62, HeightMM: 29}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = office.Close() }() // it was read from only
	if err := office.Load(officesim.Letter{Pages: 1}); err != nil {
		t.Fatal(err)
	}
	source, err := escl.New(escl.Config{URL: office.ScannerURL(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := source.Scan(ctx, scanner.Request{Input: scanner.InputFeeder, ColorMode: mode, ResolutionDPI: 300, Format: "image/jpeg"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = doc.Close() }()
	page, err := doc.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(page.Data)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// BenchmarkJailStart measures what a job waits for when no process is ready: its start, and its jail.
func BenchmarkJailStart(b *testing.B) {
	p := testJail(b, 0)
	for b.Loop() {
		if _, err := p.Jail(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInspect measures a page's way through the jail, beside the same work in this process. Processor time is that of all
// processes, also of those that were started and killed.
func BenchmarkInspect(b *testing.B) {
	page := pageJPEG(b, scanner.ColorGrey)
	for _, v := range []struct {
		name   string
		spares int // -1: no jail
	}{{"no jail", -1}, {"a spare ready", spareProcesses}, {"none ready", 0}} {
		b.Run(v.name, func(b *testing.B) {
			inspect, done := jailedEngines().Inspect, func() error { return nil }
			before := processorTime(b)
			if v.spares >= 0 {
				p := testJail(b, v.spares)
				inspect, done = p.Inspect, p.Close
			}
			for b.Loop() {
				if _, _, err := inspect(context.Background(), bytes.NewReader(page), scanner.Settings{}, nil, 240); err != nil {
					b.Fatal(err)
				}
			}
			if err := done(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64((processorTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what this process and its dead children have used so far.
func processorTime(b *testing.B) (sum time.Duration) {
	b.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if err := syscall.Getrusage(who, &used); err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	return sum
}
