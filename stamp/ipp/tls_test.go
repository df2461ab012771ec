package ipp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"segnatura/internal/pinned"
	"segnatura/stamp"
	"segnatura/stamp/ipp"
	"segnatura/stamp/ipp/ipptest"
)

// TestACertificateOfThePrintersOwn: it is refused and told, pinned it is taken, and another one is not.
func TestACertificateOfThePrintersOwn(t *testing.T) {
	device := ipptest.NewPrinter()
	srv := httptest.NewUnstartedServer(device)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	sum := sha256.Sum256(srv.Certificate().Raw)
	own := hex.EncodeToString(sum[:])
	address := strings.Replace(srv.URL, "https:", "ipps:", 1) + "/ipp/print"
	for name, c := range map[string]struct {
		pin    string
		pinned bool
		taken  bool
	}{"no pin": {}, "its own": {pin: own, taken: true}, "another": {pin: strings.Repeat("ab", 32), pinned: true}} {
		t.Run(name, func(t *testing.T) {
			p, err := ipp.New(ipp.Config{URL: address, PinSHA256: c.pin, Resolution: stamp.DPI203, LabelSize: label100x50,
				Timeouts: ipp.Timeouts{Poll: time.Millisecond, Settle: time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			result, err := p.Print(t.Context(), bitmap(800, 400, stamp.DPI203))
			var shown *pinned.CertificateError
			switch {
			case c.taken && (err != nil || result.Outcome != stamp.OutcomePrinted):
				t.Errorf("%+v, %v", result, err)
			case !c.taken && (!errors.As(err, &shown) || shown.SHA256 != own || shown.Pinned != c.pinned || result.Outcome != stamp.OutcomeFailed):
				t.Errorf("%+v, %v", result, err)
			}
		})
	}
}
