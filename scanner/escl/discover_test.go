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

	"segnatura/internal/testenv"
	"segnatura/scanner/escl"
)

// responder answers queries on loopback as a device does, each with what answer makes of it.
func responder(t *testing.T, answer func(q *dns.Msg) [][]byte) net.Addr {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 9000)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			var q dns.Msg
			if q.Unpack(b[:n]) != nil {
				continue
			}
			for _, a := range answer(&q) {
				if _, err := c.WriteTo(a, from); err != nil {
					return
				}
			}
		}
	}()
	t.Cleanup(func() { _ = c.Close(); <-done })
	return c.LocalAddr()
}

func discover(t *testing.T, to net.Addr, listen time.Duration) []escl.Found {
	t.Helper()
	d := escl.Discovery{To: to, Listen: listen, Sockets: func() ([]net.PacketConn, error) {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		return []net.PacketConn{c}, err
	}}
	found, err := d.Discover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func pack(t *testing.T, records ...string) []byte {
	t.Helper()
	m := dns.Msg{MsgHdr: dns.MsgHdr{Response: true}}
	for _, r := range records {
		rr, err := dns.NewRR(r)
		if err != nil {
			t.Fatal(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestARecordedAnswerOfAvahi(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testenv.Shared(t, "devices/mdns"), "uscan-legacy-unicast-answer.dns.bin"))
	if err != nil {
		t.Fatal(err)
	}
	got := discover(t, responder(t, func(*dns.Msg) [][]byte { return [][]byte{b} }), 200*time.Millisecond)
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
		pack(t, `_uscan._tcp.local. 10 IN PTR Multi\032v1\.2._uscan._tcp.local.`, `Multi\032v1\.2._uscan._tcp.local. 10 IN SRV 0 0 80 multi.local.`,
			`Multi\032v1\.2._uscan._tcp.local.`+text, `multi.local. 10 IN A 192.0.2.9`),
		pack(t, `_uscans._tcp.local. 10 IN PTR Multi\032v1\.2._uscans._tcp.local.`, `Multi\032v1\.2._uscans._tcp.local. 10 IN SRV 0 0 443 MULTI.local.`,
			`Multi\032v1\.2._uscans._tcp.local.`+text),
		pack(t, `_ipp._tcp.local. 10 IN PTR Stampante._ipp._tcp.local.`, `Stampante._ipp._tcp.local. 10 IN SRV 0 0 631 multi.local.`),
		pack(t, `_uscan._tcp.local. 10 IN PTR Muto._uscan._tcp.local.`),
	}
	got := discover(t, responder(t, func(*dns.Msg) [][]byte { return answer }), 200*time.Millisecond)
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
	to := responder(t, func(q *dns.Msg) [][]byte {
		var out [][]byte
		for _, question := range q.Question {
			if question.Name != "_uscans._tcp.local." {
				out = append(out, pack(t, by[question.Qtype]))
			}
		}
		return out
	})
	got := discover(t, to, 2500*time.Millisecond)
	if len(got) != 1 || got[0].URL != "http://192.0.2.10:8080/eSCL" {
		t.Errorf("%+v", got)
	}
}

func TestNoNetworkToAskOn(t *testing.T) {
	broken := errors.New("no network")
	d := escl.Discovery{Sockets: func() ([]net.PacketConn, error) { return nil, broken }}
	if _, err := d.Discover(context.Background()); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
