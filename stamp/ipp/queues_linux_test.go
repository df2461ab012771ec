package ipp_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/testenv"
	"segnatura/scanner/sheet/barcode"
	"segnatura/stamp"
	"segnatura/stamp/ipp"
)

// sink is a printer on a socket that takes everything and says nothing.
func sink(t *testing.T) (address string, next func() []byte) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan []byte, 8)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b, _ := io.ReadAll(c) // what came before the end is what came
			c.Close()
			got <- b
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String(), func() []byte {
		t.Helper()
		select {
		case b := <-got:
			return b
		case <-t.Context().Done():
			t.Fatal("nothing came")
			return nil
		}
	}
}

// ppd is a driver's own file for a model.
func ppd(t *testing.T, driver, model string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), filepath.Join("/usr/lib/cups/driver", driver), "cat", model).Output()
	if err != nil || !bytes.HasPrefix(out, []byte("*PPD-Adobe")) {
		t.Fatalf("%s has no %s: %v", driver, model, err)
	}
	return out
}

// onCUPS prints through a server of the test's own, with Debian's drivers.
func onCUPS(t *testing.T, cupsd string) {
	root, err := os.MkdirTemp("/run", "cups") // a folder that its filters, which run as another user, may enter
	if err != nil {
		t.Fatal(err)
	}
	brother, fromBrother := sink(t)
	dymo, fromDymo := sink(t)
	for name, content := range map[string][]byte{
		"cupsd.conf": []byte("Listen 127.0.0.1:8640\nBrowsing No\nWebInterface No\n<Location />\nAllow all\n</Location>\n" +
			"<Policy default>\nJobPrivateAccess all\nJobPrivateValues none\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n"),
		"cups-files.conf": []byte("ServerRoot " + root + "\nRequestRoot " + root + "/spool\nTempDir " + root + "/tmp\nCacheDir " + root + "/cache\nStateDir " +
			root + "/state\nAccessLog stderr\nErrorLog stderr\nPageLog stderr\nSandboxing relaxed\nSystemGroup root\n"),
		"printers.conf": []byte("<Printer ql>\nDeviceURI socket://" + brother + "/?snmp=false&waiteof=false\nState Idle\nAccepting Yes\n</Printer>\n" +
			"<Printer dymo>\nDeviceURI socket://" + dymo + "/?snmp=false&waiteof=false\nState Idle\nAccepting Yes\n</Printer>\n" +
			"<Printer fermo>\nDeviceURI socket://" + dymo + "/?snmp=false&waiteof=false\nState Stopped\nAccepting Yes\n</Printer>\n"),
		"ppd/ql.ppd":    ppd(t, "ptouch", "ptouch:0/ppd/ptouch-driver/Brother-QL-500-ptouch-ql.ppd"),
		"ppd/dymo.ppd":  ppd(t, "dymo", "dymo:0/cups/model/lw450.ppd"),
		"ppd/fermo.ppd": ppd(t, "dymo", "dymo:0/cups/model/lw450.ppd"),
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{".", "spool", "tmp", "cache", "state"} {
		path := filepath.Join(root, folder)
		if err := errors.Join(os.MkdirAll(path, 0o755), os.Chmod(path, 0o777|os.ModeSticky)); err != nil {
			t.Fatal(err)
		}
	}
	testenv.Daemon(t, "", cupsd, "-f", "-c", filepath.Join(root, "cupsd.conf"), "-s", filepath.Join(root, "cups-files.conf"))
	waitFor(t, "127.0.0.1:8640")
	at := func(queue string) string { return "ipp://localhost:8640/printers/" + queue }
	for _, c := range []struct {
		name, queue, format string
		label, media        stamp.Size
		width, height       int
		came                func() []byte
		read                func(*testing.T, []byte) *stamp.Bitmap
	}{
		{"Brother QL", "ql", "", stamp.Size{WidthMM: 57.5, HeightMM: 21.8}, stamp.Size{WidthMM: 62, HeightMM: 29}, 690, 262, fromBrother, decodeQL},
		{"Brother QL by PDF", "ql", "application/pdf", stamp.Size{WidthMM: 57.5, HeightMM: 21.8}, stamp.Size{WidthMM: 62, HeightMM: 29}, 690, 262, fromBrother, decodeQL},
		{"Dymo", "dymo", "", stamp.Size{WidthMM: 79, HeightMM: 32}, stamp.Size{WidthMM: 89, HeightMM: 36}, 950, 384, fromDymo, decodeDymo},
		{"Dymo by PDF", "dymo", "application/pdf", stamp.Size{WidthMM: 79, HeightMM: 32}, stamp.Size{WidthMM: 89, HeightMM: 36}, 950, 384, fromDymo, decodeDymo},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := printer(t, ipp.Config{URL: at(c.queue), Resolution: stamp.DPI300, LabelSize: c.label, Media: c.media, Format: c.format, PDF: pdfPage})
			label := qrLabel(t, c.width, c.height, stamp.DPI300)
			result, err := p.Print(t.Context(), label)
			if err != nil || result.Outcome != stamp.OutcomeUnknown || result.After.Conditions[0] != stamp.ConditionReady {
				t.Fatalf("%+v, %v; want unknown: nobody asked the printer itself", result, err)
			}
			raw := c.came()
			out := c.read(t, raw)
			if got, want := dots(out), dots(label); got != want {
				t.Errorf("%d dots came out of %d", got, want)
			}
			reads(t, picture(out))
		})
	}
	if c, _ := printer(t, ipp.Config{URL: at("fermo"), Resolution: stamp.DPI300, LabelSize: stamp.Size{WidthMM: 89, HeightMM: 36}}).State(t.Context()).Blocks(); c != stamp.ConditionPaused {
		t.Errorf("a queue that was stopped is %q", c)
	}
	if result, err := printer(t, ipp.Config{URL: at("nessuna"), LabelSize: label100x50}).Print(t.Context(), bitmap(800, 400, stamp.DPI203)); err == nil ||
		result.Outcome != stamp.OutcomeFailed {
		t.Errorf("a queue that is not there: %+v, %v", result, err)
	}
}

// decodeQL reads the raster of a Brother QL: rows of 720 pins after «g 00 5a», the first pin at the right.
func decodeQL(t *testing.T, data []byte) *stamp.Bitmap {
	t.Helper()
	at := bytes.Index(data, []byte("\x1biz"))
	if at < 0 {
		t.Fatalf("this is no raster of a QL: %d bytes", len(data))
	}
	var rows [][]byte
	for data = data[at+13:]; len(data) > 3 && data[0] == 'g'; data = data[93:] {
		rows = append(rows, data[3:93])
	}
	if len(data) != 1 || data[0] != 0x1a {
		t.Fatalf("after %d rows come %d bytes: %.10x", len(rows), len(data), data)
	}
	b := stamp.NewBitmap(720, len(rows), stamp.DPI300)
	for y, row := range rows {
		for x := range 720 {
			if row[x/8]&(0x80>>(x%8)) != 0 {
				b.SetBlack(719-x, y)
			}
		}
	}
	return b
}

// decodeDymo reads the raster of a LabelWriter (DYMO's LabelWriter technical reference): a row is SYN and as many bytes as ESC D said, or
// ETB and runs of dots, placed after as many bytes as ESC B said; ESC f feeds rows that are blank.
func decodeDymo(t *testing.T, data []byte) *stamp.Bitmap {
	t.Helper()
	data = bytes.TrimLeft(data, "\x1b")
	data = append([]byte{0x1b}, data...)
	arguments := map[byte]int{'@': 0, 'B': 1, 'D': 1, 'E': 0, 'G': 0, 'L': 2, 'Q': 2, 'c': 0, 'd': 0, 'e': 0, 'f': 2, 'g': 0, 'h': 0, 'i': 0, 'q': 1}
	const widest = 84
	var rows [][widest]byte
	width, tab := widest, 0
	for len(data) > 1 {
		if data[0] == 0x16 && len(data) > width && tab+width <= widest {
			var row [widest]byte
			copy(row[tab:], data[1:1+width])
			rows, data = append(rows, row), data[1+width:]
			continue
		}
		if data[0] == 0x17 {
			var row [widest]byte
			at := tab * 8
			for data = data[1:]; at < (tab+width)*8 && len(data) > 0; data = data[1:] {
				for range int(data[0]&0x7f) + 1 {
					if data[0]&0x80 != 0 && at < widest*8 {
						row[at/8] |= 0x80 >> (at % 8)
					}
					at++
				}
			}
			rows = append(rows, row)
			continue
		}
		n, known := arguments[data[1]]
		if data[0] != 0x1b || !known || len(data) < 2+n {
			t.Fatalf("after %d rows: %.20x", len(rows), data)
		}
		switch data[1] {
		case 'B':
			tab = int(data[2])
		case 'D':
			width = int(data[2])
		case 'f':
			rows = append(rows, make([][widest]byte, data[3])...)
		}
		data = data[2+n:]
	}
	b := stamp.NewBitmap(widest*8, len(rows), stamp.DPI300)
	for y, row := range rows {
		copy(b.Bits[y*b.Stride:], row[:])
	}
	return b
}

// onLPrint prints through LPrint on the pretend office's printer.
func onLPrint(t *testing.T, lprint string) {
	work := t.TempDir()
	testenv.Daemon(t, "Starting system.", lprint, "server", "-o", "server-port=8650", "-o", "spool-directory="+filepath.Join(work, "spool"),
		"-o", "log-file=-", "-o", "log-level=info")
	office, err := officesim.Start(t.Context(), officesim.Config{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = office.Close() })
	run(t, lprint, "add", "-d", "zebra", "-m", "zpl_4inch-203dpi-dt", "-v", "socket://"+office.PrinterAddr(), "-u", "ipp://localhost:8650/ipp/system",
		"-o", "media-ready=oe_4x1.91614-label_4x1.91614in")
	settings := ipp.Config{URL: "ipp://localhost:8650/ipp/print/zebra", Resolution: stamp.DPI203, LabelSize: stamp.Size{WidthMM: 101.6, HeightMM: 48.67},
		Timeouts: ipp.Timeouts{Answer: time.Second, Settle: time.Millisecond}}
	p := printer(t, settings)
	label := qrLabel(t, 812, 388, stamp.DPI203)
	result, err := p.Print(t.Context(), label)
	if err != nil || result.Outcome != stamp.OutcomePrinted || result.Before.Media.Kind != stamp.MediaDieCut {
		t.Fatalf("%+v, %v", result, err)
	}
	labels, err := office.WaitLabels(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := dots(labels[0].Bitmap), dots(label); got != want {
		t.Errorf("%d dots came out of %d", got, want)
	}
	reads(t, picture(labels[0].Bitmap))

	if err := office.SetFault(officesim.Fault{Kind: officesim.FaultLabelsOut}); err != nil {
		t.Fatal(err)
	}
	// The job is completed, LPrint remembers a printer that was well, and nothing came out.
	settings.Timeouts.Settle = 0 // as it is made
	if result, err = printer(t, settings).Print(t.Context(), label); result.Outcome != stamp.OutcomeUnknown || len(office.Labels()) != 1 {
		t.Errorf("without labels: %+v, %v", result, err)
	}
}

// TestRecordedRasters holds the two readers against what the same drivers sent to another's sink for another label: its code is read.
func TestRecordedRasters(t *testing.T) {
	for file, read := range map[string]func(*testing.T, []byte) *stamp.Bitmap{
		"brother/ql-500-ptouch-driver.raster.bin": decodeQL, "dymo/labelwriter-450.raster.bin": decodeDymo,
	} {
		raw, err := os.ReadFile(testenv.Shared(t, filepath.Join("devices", file)))
		if err != nil {
			t.Fatal(err)
		}
		found, err := barcode.Find(t.Context(), picture(read(t, raw)), barcode.Options{})
		if err != nil || len(found.Codes) != 1 || found.Codes[0].Text != "c_a000|AOO|0001234|2026-11-21" {
			t.Errorf("%s reads %v, %v", file, found.Codes, err)
		}
	}
}
