package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"segnatura/pdfa"
)

// The command as a person or a script calls it, on pages of our own.
func TestPDFAScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/pdfa",
		Setup: func(e *testscript.Env) error {
			page := pageWith(t, 0)
			for name, data := range map[string][]byte{
				"grey.jpg": stated(page), "other.jpg": stated(pageWith(t, 7)), "half.jpg": page[:len(page)/2], "empty.png": nil,
				"huge.png": hugePNG(), "program": []byte("\x7fELF and more"), "undated.png": whitePNG(t),
				"fax.tif": faxTIFF(2, 0), "second-page-broken.tif": faxTIFF(2, 2),
			} {
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), data, 0o666); err != nil {
					return err
				}
			}
			return os.Mkdir(filepath.Join(e.WorkDir, "out"), 0o777)
		},
	})
}

// stated puts a JFIF header with 100 dpi into a JPEG that has none.
func stated(jpeg []byte) []byte {
	jfif := []byte{0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 2, 1, 0, 100, 0, 100, 0, 0}
	return append(append(append([]byte{}, jpeg[:2]...), jfif...), jpeg[2:]...)
}

func whitePNG(t testing.TB) []byte {
	var b bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 413, 585))
	for i := range img.Pix {
		img.Pix[i] = 0xFF
	}
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// faxTIFF is a bitonal TIFF of white uncompressed pages at 100 dpi; the strip of the page broken, from 1, lies behind the file's end.
func faxTIFF(pages, broken int) []byte {
	const width, height, rowBytes = 800, 1100, 100
	b := []byte("II*\x00\x08\x00\x00\x00")
	const entries = 11
	const directory = 2 + 12*entries + 4
	for n := 1; n <= pages; n++ {
		start := uint32(len(b))
		rational, data := start+directory, start+directory+8
		next := data + rowBytes*height
		if n == pages {
			next = 0
		}
		strip := data
		if n == broken {
			strip = 1 << 24
		}
		b = binary.LittleEndian.AppendUint16(b, entries)
		for _, e := range [entries][3]uint32{ // tag, type (3 short, 4 long, 5 rational), value
			{256, 4, width}, {257, 4, height}, {258, 3, 1}, {259, 3, 1}, {262, 3, 0}, {273, 4, strip}, {278, 4, height},
			{279, 4, rowBytes * height}, {282, 5, rational}, {283, 5, rational}, {296, 3, 2},
		} {
			b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
			b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
			b = binary.LittleEndian.AppendUint32(b, 1)
			b = binary.LittleEndian.AppendUint32(b, e[2])
		}
		b = binary.LittleEndian.AppendUint32(b, next)
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, 100), 1)
		b = append(b, make([]byte, rowBytes*height)...)
	}
	return b
}

// pdfaProcess is a running `segnatura pdfa` whose standard error is a terminal.
type pdfaProcess struct {
	cmd      *exec.Cmd
	terminal *os.File // the side of the person
	seen     bytes.Buffer
}

func startPDFA(t *testing.T, args ...string) *pdfaProcess {
	t.Helper()
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	person, process := openTerminal(t)
	p := &pdfaProcess{cmd: exec.Command(program, append([]string{"pdfa"}, args...)...), terminal: person}
	p.cmd.Stderr = process
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	if err := process.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

// openTerminal makes a pair of pseudo-terminals.
func openTerminal(t *testing.T) (person, process *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, person.Fd(), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY)
	if errno != 0 {
		t.Fatal(errno)
	}
	return person, os.NewFile(fd, "terminal")
}

// until reads the terminal until it showed text, or was left by the last process (Linux says EIO then).
func (p *pdfaProcess) until(text string) bool {
	b := make([]byte, 4096)
	for !strings.Contains(p.seen.String(), text) {
		n, err := p.terminal.Read(b)
		p.seen.Write(b[:n])
		if err != nil {
			return strings.Contains(p.seen.String(), text)
		}
	}
	return true
}

// Who looks on sees which page is being written; at the end the line is gone and the notes stand by themselves.
func TestPDFAShowsItsProgressOnATerminal(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.png"), whitePNG(t))
	p := startPDFA(t, "-o", filepath.Join(dir, "a.pdf"), filepath.Join(dir, "a.png"), filepath.Join(dir, "a.png"))
	for _, text := range []string{eraseLine + "writing page 1", eraseLine + "writing page 2", eraseLine + "checking 2 pages",
		eraseLine + "segnatura pdfa: note: "} {
		if !p.until(text) {
			t.Fatalf("the terminal showed %q, without %q", p.seen.String(), text)
		}
	}
	p.until("never shown")
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("%v: %q", err, p.seen.String())
	}
}

// Interrupted in the middle, it says so, exits 1, and leaves neither an output nor a working file.
func TestInterruptedPDFALeavesNothing(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.jpg"), filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, in, pageWith(t, 0))
	args := []string{"-o", filepath.Join(out, "a.pdf")}
	for range 2000 {
		args = append(args, in)
	}
	p := startPDFA(t, args...)
	if !p.until("writing page 3") {
		t.Fatalf("it never came to page 3: %q", p.seen.String())
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.until("never shown")
	err := p.cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Errorf("it ended with %v", err)
	}
	if !strings.Contains(p.seen.String(), eraseLine+"segnatura pdfa: interrupted: "+filepath.Join(out, "a.pdf")+" was not written") {
		t.Errorf("it said %q", p.seen.String()[max(0, p.seen.Len()-300):])
	}
	wantFiles(t, out)
}

// wantFiles compares a folder's entries, hidden ones included, with names in order.
func wantFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

// doneEngines convert to the given bytes with the given pages, and the check says what it is told to.
func doneEngines(content string, pages []pdfa.PageResult, verdict func(*pdfa.Report)) pdfaEngines {
	return pdfaEngines{
		convert: func(_ context.Context, job pdfa.Job, w io.Writer, _ func(int)) (pdfa.Result, error) {
			for _, in := range job.Inputs {
				r, err := in.Open()
				if err != nil {
					return pdfa.Result{}, err
				}
				if err := r.Close(); err != nil {
					return pdfa.Result{}, err
				}
			}
			_, err := io.WriteString(w, content)
			return pdfa.Result{Flavour: pdfa.Flavour2B, SHA256: digest(content), Bytes: int64(len(content)), Pages: pages}, err
		},
		check: func(context.Context, io.ReaderAt, int64) (pdfa.Report, error) {
			r := pdfa.Report{Compliant: true, Flavour: pdfa.Flavour2B, Pages: len(pages), SHA256: digest(content)}
			verdict(&r)
			return r, nil
		},
	}
}

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// A file that the check does not clearly accept gets no name: no verdict is a no.
func TestPDFAThatTheCheckDoesNotAcceptIsNotWritten(t *testing.T) {
	for what, verdict := range map[string]func(*pdfa.Report){
		"a fault":         func(r *pdfa.Report) { r.Compliant, r.Findings = false, []pdfa.Finding{{Rule: "6.1.2"}} },
		"no verdict":      func(r *pdfa.Report) { *r = pdfa.Report{} },
		"another flavour": func(r *pdfa.Report) { r.Flavour = pdfa.Flavour2U },
		"another file":    func(r *pdfa.Report) { r.SHA256 = digest("another") },
		"a page less":     func(r *pdfa.Report) { r.Pages-- },
	} {
		t.Run(what, func(t *testing.T) {
			dir, in := t.TempDir(), filepath.Join(t.TempDir(), "in.jpg")
			write(t, in, []byte("in"))
			o := pdfaOptions{inputs: []string{in}, output: filepath.Join(dir, "a.pdf"), flavour: pdfa.Flavour2B}
			outcome, err := o.run(t.Context(), doneEngines("made", []pdfa.PageResult{{Input: in}, {Input: in}}, verdict), &statusLine{})
			if err == nil || outcome.Result != nil {
				t.Errorf("%+v, %v", outcome, err)
			}
			wantFiles(t, dir)
		})
	}
}

// The input of a drawn page is kept beside the output, once, and before it; a name that is taken stops both.
func TestPDFAKeepsTheOriginalsOfDrawnPages(t *testing.T) {
	ins := t.TempDir()
	scan, born := filepath.Join(ins, "scan.jpg"), filepath.Join(ins, "born.pdf")
	write(t, scan, []byte("scan"))
	write(t, born, []byte("%PDF-born"))
	pages := []pdfa.PageResult{{Input: scan}, {Input: born, Drawn: pdfa.DrawnBornDigital}, {Input: born, Drawn: pdfa.DrawnBornDigital}}
	options := func(dir string) pdfaOptions {
		return pdfaOptions{inputs: []string{scan, born, born}, output: filepath.Join(dir, "a.pdf"), flavour: pdfa.Flavour2B}
	}
	accept := func(*pdfa.Report) {}

	t.Run("kept", func(t *testing.T) {
		dir := t.TempDir()
		outcome, err := options(dir).run(t.Context(), doneEngines("made", pages, accept), &statusLine{})
		want := keptOriginal{Input: born, File: filepath.Join(dir, "a.original-2.pdf"), SHA256: digest("%PDF-born")}
		if err != nil || len(outcome.Originals) != 1 || outcome.Originals[0] != want {
			t.Fatalf("%+v, %v", outcome.Originals, err)
		}
		wantFiles(t, dir, "a.original-2.pdf", "a.pdf")
		if b, err := os.ReadFile(want.File); string(b) != "%PDF-born" {
			t.Errorf("the original is %q, %v", b, err)
		}
		if notes := strings.Join(outcome.notes(), "\n"); !strings.Contains(notes, "2 of 3 pages: drawn") || !strings.Contains(notes, "is kept as") {
			t.Errorf("notes: %s", notes)
		}
	})
	t.Run("the original changes meanwhile", func(t *testing.T) {
		dir := t.TempDir()
		engines := doneEngines("made", pages, func(*pdfa.Report) { write(t, born, []byte("%PDF-another")) })
		outcome, err := options(dir).run(t.Context(), engines, &statusLine{})
		write(t, born, []byte("%PDF-born"))
		if err != nil || len(outcome.Originals) != 1 || outcome.Originals[0].SHA256 != digest("%PDF-born") {
			t.Fatalf("%+v, %v", outcome.Originals, err)
		}
		if b, err := os.ReadFile(outcome.Originals[0].File); string(b) != "%PDF-born" {
			t.Errorf("the original is %q, %v: not what was drawn", b, err)
		}
	})
	t.Run("a page of a file that was not named", func(t *testing.T) {
		for _, drawn := range []pdfa.DrawnReason{"", pdfa.DrawnBornDigital} {
			dir := t.TempDir()
			_, err := options(dir).run(t.Context(), doneEngines("made", []pdfa.PageResult{{Input: "elsewhere.pdf", Drawn: drawn}}, accept), &statusLine{})
			if err == nil || !strings.Contains(err.Error(), "elsewhere.pdf") {
				t.Errorf("%v", err)
			}
			wantFiles(t, dir)
		}
	})
	t.Run("an image that is said to be drawn", func(t *testing.T) {
		dir := t.TempDir()
		_, err := options(dir).run(t.Context(), doneEngines("made", []pdfa.PageResult{{Input: scan, Drawn: pdfa.DrawnBornDigital}}, accept), &statusLine{})
		if err == nil || !strings.Contains(err.Error(), "no PDF that was read") {
			t.Errorf("%v", err)
		}
		wantFiles(t, dir)
	})
	t.Run("the original's name is taken", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "a.original-2.pdf"), []byte("older"))
		_, err := options(dir).run(t.Context(), doneEngines("made", pages, accept), &statusLine{})
		if err == nil || !strings.Contains(err.Error(), "a.original-2.pdf exists") {
			t.Errorf("%v", err)
		}
		wantFiles(t, dir, "a.original-2.pdf")
	})
	t.Run("the output appears meanwhile", func(t *testing.T) {
		dir := t.TempDir()
		engines := doneEngines("made", pages, func(*pdfa.Report) { write(t, filepath.Join(dir, "a.pdf"), []byte("theirs")) })
		_, err := options(dir).run(t.Context(), engines, &statusLine{})
		if err == nil || !strings.Contains(err.Error(), "a.pdf exists") {
			t.Errorf("%v", err)
		}
		wantFiles(t, dir, "a.pdf")
		if b, err := os.ReadFile(filepath.Join(dir, "a.pdf")); string(b) != "theirs" {
			t.Errorf("the other's file is %q, %v", b, err)
		}
	})
}
