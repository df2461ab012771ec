package ipp_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"

	"segnatura/internal/mdns"
	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/scanner/sheet/barcode"
	"segnatura/stamp"
	"segnatura/stamp/ipp"
	"segnatura/stamp/pdf"
)

const payload = "SGN1.N.C$A000.AOO.RG.2026.0001234.A.00"

// TestOnRealCounterparts prints on ippeveprinter, on CUPS queues with the drivers of Debian for Brother QL and Dymo, and on LPrint, and reads
// the code in what comes out.
//
// ippeveprinter and LPrint want Avahi, Avahi the system bus, and LPrint listens on every address: so there is a network of loopback alone
// and a /run of its own, and all that is started ends with the test.
func TestOnRealCounterparts(t *testing.T) {
	testenv.AsRoot(t)
	programs := map[string]string{}
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, name := range []string{"ippeveprinter", "cupsd", "lprint", "avahi-daemon", "dbus-daemon", "ip"} {
		programs[name] = testenv.Program(t, name)
	}
	testenv.InNamespaces(t, syscall.CLONE_NEWNS|syscall.CLONE_NEWPID, nil, func() {
		t.Setenv("HOME", t.TempDir()) // LPrint keeps its state there
		testenv.Avahi(t)
		for program, test := range map[string]func(*testing.T, string){"ippeveprinter": onIppeveprinter, "cupsd": onCUPS, "lprint": onLPrint} {
			t.Run(program, func(t *testing.T) {
				t.Parallel()
				test(t, programs[program])
			})
		}
	})
}

func onIppeveprinter(t *testing.T, program string) {
	work := t.TempDir()
	attributes := filepath.Join(work, "label.conf")
	if err := os.WriteFile(attributes, []byte(`ATTR keyword media-supported oe_label-62x29_62x29mm,oe_label-100x50_100x50mm
ATTR collection media-size-supported { MEMBER integer x-dimension 6200 MEMBER integer y-dimension 2900 }, { MEMBER integer x-dimension 10000 MEMBER integer y-dimension 5000 }
ATTR keyword media-default oe_label-100x50_100x50mm
ATTR collection media-col-default { MEMBER collection media-size { MEMBER integer x-dimension 10000 MEMBER integer y-dimension 5000 } }
ATTR collection media-col-ready { MEMBER collection media-size { MEMBER integer x-dimension 10000 MEMBER integer y-dimension 5000 } MEMBER keyword media-source "main-roll" MEMBER keyword media-type "labels" }
ATTR resolution printer-resolution-supported 203dpi
ATTR resolution printer-resolution-default 203dpi
ATTR resolution pwg-raster-document-resolution-supported 203dpi
ATTR keyword pwg-raster-document-type-supported sgray_8,black_1
ATTR keyword print-scaling-supported auto,none
ATTR mimeMediaType document-format-supported application/octet-stream,application/pdf,image/jpeg,image/pwg-raster
ATTR text printer-make-and-model "Prova Etichette 203"
`), 0o600); err != nil {
		t.Fatal(err)
	}
	testenv.Daemon(t, "", program, "-v", "-p", "8632", "-d", work, "-k", "-c", "/bin/true", "-a", attributes, "Etichette")
	waitFor(t, "127.0.0.1:8632")
	label := qrLabel(t, 800, 400, stamp.DPI203)
	for suffix, format := range map[string]string{"pwg": "image/pwg-raster", "pdf": "application/pdf", "jpg": "image/jpeg"} {
		t.Run(suffix, func(t *testing.T) {
			p := printer(t, ipp.Config{URL: "ipp://localhost:8632/ipp/print", Resolution: stamp.DPI203, LabelSize: label100x50, Format: format, PDF: pdfPage,
				Timeouts: ipp.Timeouts{Settle: time.Millisecond, Poll: 50 * time.Millisecond}})
			if result, err := p.Print(t.Context(), label); err != nil || result.Outcome != stamp.OutcomePrinted {
				t.Fatalf("%+v, %v", result, err)
			}
			files, err := filepath.Glob(filepath.Join(work, "*."+suffix))
			if err != nil || len(files) != 1 {
				t.Fatalf("it kept %v, %v", files, err)
			}
			document, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			reads(t, drawn(t, suffix, document))
		})
	}
	var found []ipp.Found
	var err error
	for tries := 0; tries < 5 && err == nil && len(found) == 0; tries++ { // Avahi makes sure of a name before it announces it
		found, err = ipp.Discovery{Browser: mdns.Browser{Listen: 2500 * time.Millisecond, Sockets: fromLoopback}}.Discover(t.Context())
	}
	if err != nil || len(found) != 1 || found[0].Name != "Etichette" || !slices.Contains(found[0].Formats, "image/pwg-raster") {
		t.Fatalf("announced is %+v, %v", found, err)
	}
	address := strings.Replace(found[0].URL, "ipps:", "ipp:", 1) // its certificate is nobody's
	if c, blocks := printer(t, ipp.Config{URL: address, LabelSize: label100x50}).State(t.Context()).Blocks(); blocks {
		t.Errorf("%s is %s", found[0].URL, c)
	}
	other := printer(t, ipp.Config{URL: "ipp://localhost:8632/ipp/print", Resolution: stamp.DPI203, LabelSize: stamp.Size{WidthMM: 62, HeightMM: 29}})
	if c, _ := other.State(t.Context()).Blocks(); c != stamp.ConditionMediaWrong {
		t.Errorf("labels that it has, but not loaded: %q", c)
	}
}

// fromLoopback is a socket with an address, which loopback gives to no multicast by itself.
func fromLoopback() ([]net.PacketConn, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	return []net.PacketConn{c}, err
}

// drawn is the document as a picture.
func drawn(t *testing.T, suffix string, document []byte) *image.Gray {
	t.Helper()
	switch suffix {
	case "pwg":
		return picture(decodeRaster(t, document))
	case "jpg":
		img, _, err := image.Decode(bytes.NewReader(document))
		if err != nil {
			t.Fatal(err)
		}
		grey := image.NewGray(img.Bounds())
		draw.Draw(grey, grey.Rect, img, img.Bounds().Min, draw.Src)
		return grey
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.pdf"), document, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, testenv.Program(t, "pdftoppm"), "-r", "203", "-jpeg", "-gray", "-singlefile", filepath.Join(dir, "x.pdf"), filepath.Join(dir, "x"))
	jpg, err := os.ReadFile(filepath.Join(dir, "x.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return drawn(t, "jpg", jpg)
}

func pdfPage(b *stamp.Bitmap, _ stamp.Size) ([]byte, error) {
	var out bytes.Buffer
	_, err := pdf.Label(&out, b, pdfa.Metadata{Title: "Etichetta"})
	return out.Bytes(), err
}

func printer(t *testing.T, c ipp.Config) *ipp.Printer {
	t.Helper()
	p, err := ipp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// qrLabel is a label with a QR code of 0.33 mm at least and a line at its foot.
func qrLabel(t *testing.T, width, height int, r stamp.Resolution) *stamp.Bitmap {
	t.Helper()
	code, err := qr.Encode(payload, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	module := int(0.33*r.DotsPerMM) + 1
	b := stamp.NewBitmap(width, height, r)
	side := code.Bounds().Dx() * module
	for y := range side {
		for x := range side {
			if c, _, _, _ := code.At(x/module, y/module).RGBA(); c == 0 {
				b.SetBlack((width-side)/2+x, (height-side)/2+y)
			}
		}
	}
	for x := 20; x < width-20; x++ {
		b.SetBlack(x, height-6)
	}
	return b
}

func picture(b *stamp.Bitmap) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, b.Width, b.Height))
	for y := range b.Height {
		for x := range b.Width {
			if !b.Black(x, y) {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return img
}

// reads fails unless the label's code, and no other, is in the picture.
func reads(t *testing.T, img *image.Gray) {
	t.Helper()
	found, err := barcode.Find(t.Context(), img, barcode.Options{})
	if err != nil || len(found.Codes) != 1 || found.Codes[0].Text != payload {
		t.Errorf("it reads %v, %v", found.Codes, err)
	}
}

func run(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
}

// waitFor returns when something listens there.
func waitFor(t *testing.T, address string) {
	t.Helper()
	for range 200 {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatal(err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatalf("nothing listens on %s", address)
}
