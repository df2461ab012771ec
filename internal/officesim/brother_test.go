package officesim_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"segnatura/internal/officesim"
	"segnatura/internal/testenv"
	"segnatura/stamp"
)

// TestBrotherReadsPtouch has Debian's driver for these printers (its recorded bytes) print here: what comes out is read, and is no mirror
// image.
func TestBrotherReadsPtouch(t *testing.T) {
	job, err := os.ReadFile(filepath.Join(testenv.Shared(t, "devices/brother"), "ql-500-ptouch-driver.raster.bin"))
	if err != nil {
		t.Fatal(err)
	}
	o := start(t, officesim.Config{Roll: stamp.Media{WidthMM: 62, Kind: stamp.MediaContinuous}})
	conn, err := net.Dial("tcp", o.PrinterAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(job); err != nil {
		t.Fatal(err)
	}
	label := waitLabels(t, o, 1)[0]
	if len(label.Ignored) > 0 || label.Bitmap.Width != 720 || label.Bitmap.Height != 1113 {
		t.Errorf("%dx%d dots, ignored %q", label.Bitmap.Width, label.Bitmap.Height, label.Ignored)
	}
	bm, err := gozxing.NewBinaryBitmapFromImage(label.Image())
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bm, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatal(err)
	}
	if got.GetText() != "c_a000|AOO|0001234|2026-11-21" {
		t.Errorf("its QR code reads %q", got.GetText())
	}
	// The corners come as bottom left, top left, top right: seen from the front, the turn from the first to the last is clockwise.
	p := got.GetResultPoints()
	cross := (p[0].GetX()-p[1].GetX())*(p[2].GetY()-p[1].GetY()) - (p[0].GetY()-p[1].GetY())*(p[2].GetX()-p[1].GetX())
	if cross > 0 {
		t.Error("the label is a mirror image")
	}
}

func TestBrotherRefusesOtherMedia(t *testing.T) {
	o := start(t, officesim.Config{Roll: stamp.Media{WidthMM: 62, HeightMM: 29, Kind: stamp.MediaDieCut}})
	conn, err := net.Dial("tcp", o.PrinterAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	job := bytes.Join([][]byte{make([]byte, 20), []byte("\x1b@\x1biz\x0e\x0b\x1d\x5a\x01\x00\x00\x00\x00\x00g\x00\x02\xff\xff\x1a")}, nil)
	if _, err := conn.Write(job); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 32)
	if _, err := io.ReadFull(conn, answer); err != nil {
		t.Fatal(err)
	}
	if answer[18] != 2 || answer[9] != 1 || len(o.Labels()) != 0 {
		t.Errorf("% x, %d labels", answer, len(o.Labels()))
	}
}
