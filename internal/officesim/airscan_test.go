package officesim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/testenv"
)

// scanimage runs Debian's scanimage with the sane-airscan backend against the office, and returns its exit code and the
// files that it left, in order. The exit code is the SANE status.
func scanimage(t *testing.T, o *officesim.Office, args ...string) (int, string, []image.Image) {
	t.Helper()
	program := testenv.Program(t, "scanimage")
	conf, out := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"dll.conf":     "airscan\n",
		"airscan.conf": "[devices]\nofficesim = " + o.ScannerURL() + ", eSCL\n[options]\ndiscovery = disable\nws-discovery = off\n",
	} {
		if err := os.WriteFile(filepath.Join(conf, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // scanimage is known to hang for ten on a lost device
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{
		"--device-name=airscan:e0:officesim", "--format=png", "--batch=" + filepath.Join(out, "page%03d.png"),
	}, args...)...)
	cmd.Env = append(os.Environ(), "SANE_CONFIG_DIR="+conf, "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("scanimage: %v, %s", err, stderr.String())
	}
	files, err := filepath.Glob(filepath.Join(out, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	var pages []image.Image
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", filepath.Base(name), err)
		}
		pages = append(pages, img)
	}
	return cmd.ProcessState.ExitCode(), stderr.String(), pages
}

func TestSaneAirscanScansTheFeeder(t *testing.T) {
	o := start(t, officesim.Config{Seed: 4})
	load(t, o, officesim.Letter{Pages: 2}, officesim.Letter{Pages: 1})
	printLabel(t, o, payloadA)
	printLabel(t, o, payloadB)
	exit, stderr, pages := scanimage(t, o, "--source=ADF", "--mode=Gray", "--resolution=150", "-x", "210", "-y", "297")
	if len(pages) != 3 {
		t.Fatalf("scanimage made %d pages of 3, exit %d: %s", len(pages), exit, stderr)
	}
	var got []string
	for i, img := range pages {
		got = append(got, strings.Join(codes(t, img), "+"))
		if b := img.Bounds(); b.Dx() < 1230 || b.Dx() > 1242 || b.Dy() < 1746 || b.Dy() > 1756 {
			t.Errorf("page %d at 150 dpi is %v", i, b)
		}
		if share := darkShare(img); share < 0.005 || share > 0.2 {
			t.Errorf("page %d has %.3f dark pixels", i, share)
		}
	}
	if want := []string{payloadA, "", payloadB}; !slices.Equal(got, want) {
		t.Errorf("codes by page: %q, want %q", got, want)
	}
	if n := len(o.Feeder()); n != 0 {
		t.Errorf("%d letters are left", n)
	}
}

func TestSaneAirscanBothSidesAndGlass(t *testing.T) {
	o := start(t, officesim.Config{})
	load(t, o, officesim.Letter{Kind: officesim.KindBlankBacks})
	exit, stderr, pages := scanimage(t, o, "--source=ADF Duplex", "--mode=Gray", "--resolution=75", "-x", "210", "-y", "297")
	var blank []bool
	for _, img := range pages {
		blank = append(blank, darkShare(img) == 0)
	}
	if want := []bool{false, true, false, true}; !slices.Equal(blank, want) {
		t.Errorf("blank sides %v, want %v; exit %d: %s", blank, want, exit, stderr)
	}
	load(t, o, officesim.Letter{Pages: 1})
	exit, stderr, pages = scanimage(t, o, "--source=Flatbed", "--mode=Color", "--resolution=75", "-x", "210", "-y", "297", "--batch-count=1")
	if exit != 0 || len(pages) != 1 || darkShare(pages[0]) == 0 {
		t.Errorf("the glass gave %d pages, exit %d: %s", len(pages), exit, stderr)
	}
}

func TestSaneAirscanSeesTroubles(t *testing.T) {
	const saneJammed, saneNoDocs, saneCoverOpen = 6, 7, 8 // SANE Standard 1.06, 4.2.7
	for _, tc := range []struct {
		fault officesim.Fault
		exit  int
		pages int
	}{
		{officesim.Fault{Kind: officesim.FaultJam}, saneJammed, 0},
		{officesim.Fault{Kind: officesim.FaultJam, After: 1}, saneJammed, 1},
		{officesim.Fault{Kind: officesim.FaultCoverOpen, After: 1}, saneCoverOpen, 1},
		{officesim.Fault{Kind: officesim.FaultFeederEmpty}, saneNoDocs, 0},
		{officesim.Fault{Kind: officesim.FaultBusy}, 0, 2}, // it tries again by itself
	} {
		t.Run(fmt.Sprintf("%s after %d", tc.fault.Kind, tc.fault.After), func(t *testing.T) {
			o := start(t, officesim.Config{})
			load(t, o, officesim.Letter{Pages: 2})
			if err := o.SetFault(tc.fault); err != nil {
				t.Fatal(err)
			}
			exit, stderr, pages := scanimage(t, o, "--source=ADF", "--mode=Gray", "--resolution=75")
			if exit != tc.exit || len(pages) != tc.pages {
				t.Errorf("exit %d with %d pages, want %d with %d: %s", exit, len(pages), tc.exit, tc.pages, stderr)
			}
		})
	}
}
