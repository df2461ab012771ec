package escl_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"

	"segnatura/internal/mdns"
	"segnatura/internal/mdns/mdnstest"
	"segnatura/internal/testenv"
	"segnatura/scanner/escl"
)

func discover(t *testing.T, listen time.Duration, answer func(q *dns.Msg) [][]byte) []escl.Found {
	t.Helper()
	found, err := escl.Discovery{Browser: mdnstest.Browser(t, listen, answer)}.Discover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestARecordedAnswerOfAvahi(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testenv.Shared(t, "devices/mdns"), "uscan-legacy-unicast-answer.dns.bin"))
	if err != nil {
		t.Fatal(err)
	}
	got := discover(t, 200*time.Millisecond, func(*dns.Msg) [][]byte { return [][]byte{b} })
	want := []escl.Found{{Name: "Scanner Sportello", Model: "Prova", URL: "http://198.51.100.1:18090/eSCL", Platen: true, Feeder: true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

// A device that speaks TLS too is offered by TLS; one with a dot in its name keeps it; what would move a
// terminal's cursor is left out; other services, nonsense and half an
// announcement are no scanners.
func TestWhatAnnouncesItself(t *testing.T) {
	const text = ` 10 IN TXT "txtvers=1" "rs=/eSCL/" "TY=Università\027[2J 3.0" "is=adf" "duplex=T" "UUID=4509a320-0000"`
	answer := [][]byte{
		[]byte("nonsense"),
		mdnstest.Packet(t, `_uscan._tcp.local. 10 IN PTR Multi\032v1\.2._uscan._tcp.local.`, `Multi\032v1\.2._uscan._tcp.local. 10 IN SRV 0 0 80 multi.local.`,
			`Multi\032v1\.2._uscan._tcp.local.`+text, `multi.local. 10 IN A 192.0.2.9`),
		mdnstest.Packet(t, `_uscans._tcp.local. 10 IN PTR Multi\032v1\.2._uscans._tcp.local.`, `Multi\032v1\.2._uscans._tcp.local. 10 IN SRV 0 0 443 MULTI.local.`,
			`Multi\032v1\.2._uscans._tcp.local.`+text),
		mdnstest.Packet(t, `_ipp._tcp.local. 10 IN PTR Stampante._ipp._tcp.local.`, `Stampante._ipp._tcp.local. 10 IN SRV 0 0 631 multi.local.`),
		mdnstest.Packet(t, `_uscan._tcp.local. 10 IN PTR Muto._uscan._tcp.local.`),
	}
	got := discover(t, 200*time.Millisecond, func(*dns.Msg) [][]byte { return answer })
	want := []escl.Found{{Name: "Multi v1.2", Model: "Università[2J 3.0", UUID: "4509a320-0000", URL: "https://192.0.2.9:443/eSCL", Feeder: true, Duplex: true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

// Some devices answer the first query with a name only: the rest is asked for.
func TestADeviceThatMustBeAskedTwice(t *testing.T) {
	const name = `Lento._uscan._tcp.local.`
	by := map[uint16]string{
		dns.TypePTR: `_uscan._tcp.local. 10 IN PTR ` + name, dns.TypeSRV: name + ` 10 IN SRV 0 0 8080 lento.local.`,
		dns.TypeTXT: name + ` 10 IN TXT "rs=eSCL"`, dns.TypeA: `lento.local. 10 IN A 192.0.2.10`,
	}
	got := discover(t, 2500*time.Millisecond, func(q *dns.Msg) [][]byte {
		var out [][]byte
		for _, question := range q.Question {
			if question.Name != "_uscans._tcp.local." {
				out = append(out, mdnstest.Packet(t, by[question.Qtype]))
			}
		}
		return out
	})
	if len(got) != 1 || got[0].URL != "http://192.0.2.10:8080/eSCL" {
		t.Errorf("%+v", got)
	}
}

func TestNoNetworkToAskOn(t *testing.T) {
	broken := errors.New("no network")
	d := escl.Discovery{Browser: mdns.Browser{Sockets: func() ([]net.PacketConn, error) { return nil, broken }}}
	if _, err := d.Discover(context.Background()); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
