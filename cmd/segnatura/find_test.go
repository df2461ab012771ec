package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"segnatura/scanner/escl"
	"segnatura/scanner/sane"
	"segnatura/ui"
)

// What is found comes with lines that the settings file takes as they are, and what is configured already is named.
func TestFoundScannersComeWithTheirLines(t *testing.T) {
	f := newFinder(Config{Scanners: []ScannerConfig{{ID: "acme-9000", Name: "Sportello", URL: "https://192.0.2.7:443/eSCL/"}}}, "", t.TempDir())
	f.announced = func(context.Context) ([]escl.Found, error) {
		return []escl.Found{{Name: "Acme", Model: "Acme 9000", URL: "https://192.0.2.7:443/eSCL", Feeder: true},
			{Name: `Di "prova" \ numero 2`, URL: "http://192.0.2.8:80/eSCL"}}, nil
	}
	f.listed = func(context.Context) ([]sane.Device, error) {
		return []sane.Device{{Name: "genesys:libusb:001:004", MakeAndModel: "Acme 9000", Type: "flatbed scanner"}}, nil
	}
	network, err := f.Find(t.Context(), ui.FindNetwork)
	if err != nil || len(network) != 2 || network[0].Configured != "Sportello" || network[1].Configured != "" || !network[0].Feeder {
		t.Fatalf("%+v, %v", network, err)
	}
	usb, err := f.Find(t.Context(), ui.FindSANE)
	if err != nil || len(usb) != 1 || usb[0].Address != "genesys:libusb:001:004" || usb[0].Kind != "flatbed scanner" {
		t.Fatalf("%+v, %v", usb, err)
	}
	dir := t.TempDir()
	writeSettings(t, dir, network[1].Settings+usb[0].Settings)
	c, err := loadConfig("", dir)
	if err != nil {
		t.Fatalf("%v in\n%s", err, network[1].Settings+usb[0].Settings)
	}
	want := []ScannerConfig{{ID: "di-prova-numero-2", Name: `Di "prova" \ numero 2`, URL: "http://192.0.2.8:80/eSCL"},
		{ID: "acme-9000-2", Name: "Acme 9000", Device: "genesys:libusb"}}
	for i, w := range want {
		if got := c.Scanners[i]; got.ID != w.ID || got.Name != w.Name || got.URL != w.URL || got.Device != w.Device {
			t.Errorf("scanner %d: %+v, want %+v", i, got, w)
		}
	}
	if _, err := f.Find(t.Context(), "altrove"); err == nil {
		t.Error("a place that nobody knows was looked in")
	}
}

// A device with a certificate of its own making is asked all the same, its certificate told and pinned in the lines.
func TestAFoundScannerIsTried(t *testing.T) {
	device := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<ScannerCapabilities><MakeAndModel>Acme 9000</MakeAndModel><UUID>u-9</UUID><Platen><PlatenInputCaps><MaxWidth>2550</MaxWidth>`+
			`<MaxHeight>3508</MaxHeight></PlatenInputCaps></Platen></ScannerCapabilities>`)
	}))
	device.Config.ErrorLog = log.New(io.Discard, "", 0) // the first question ends at the certificate
	device.StartTLS()
	defer device.Close()
	sum := sha256.Sum256(device.Certificate().Raw)
	pin := hex.EncodeToString(sum[:])
	f := newFinder(Config{}, "", t.TempDir())
	c, certificate, lines, err := f.Try(t.Context(), ui.FoundScanner{Address: device.URL + "/eSCL", Name: "Acme"})
	if err != nil || c.ID != "u-9" || len(c.Inputs) != 1 || certificate != pin {
		t.Fatalf("%+v, %q, %v", c, certificate, err)
	}
	dir := t.TempDir()
	writeSettings(t, dir, lines)
	settings, err := loadConfig("", dir)
	if err != nil || settings.Scanners[0].PinSHA256 != pin || settings.Scanners[0].Name != "Acme 9000" {
		t.Errorf("%+v, %v", settings.Scanners, err)
	}
	device.Close()
	if _, _, lines, err := f.Try(t.Context(), ui.FoundScanner{Address: device.URL + "/eSCL", Name: "Acme"}); err == nil || !strings.Contains(lines, "Acme") {
		t.Errorf("a device that is off: %v, %q", err, lines)
	}
}
