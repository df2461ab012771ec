package mdns_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"testing"
	"time"

	"github.com/miekg/dns"

	"segnatura/internal/mdns"
	"segnatura/internal/mdns/mdnstest"
)

const service = "_ipp._tcp"

// TestTextOfAStranger: of a key that comes twice the first holds, one without a name is none, and what does not print is left out.
func TestTextOfAStranger(t *testing.T) {
	packet := mdnstest.Packet(t,
		`Ze\007bra._ipp._tcp.local. 10 IN SRV 0 0 631 zebra.local.`,
		`Ze\007bra._ipp._tcp.local. 10 IN TXT "rp=ipp/print" "RP=ipp/other" "=nobody" "flag" "ty=Ze\027[31mbra"`,
		`zebra.local. 10 IN A 192.0.2.7`,
	)
	found, err := mdnstest.Browser(t, 200*time.Millisecond, func(*dns.Msg) [][]byte { return [][]byte{packet} }).Browse(t.Context(), service)
	if err != nil || len(found) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	want := map[string]string{"rp": "ipp/print", "flag": "", "ty": "Ze[31mbra"}
	if got := found[0]; got.Name != "Zebra" || got.Addr.String() != "192.0.2.7:631" || !maps.Equal(got.Text, want) {
		t.Errorf("%+v", got)
	}
}

// TestWhatIsLeftOutIsAskedFor: who tells its name only is asked for the rest, and an answer to that is taken.
func TestWhatIsLeftOutIsAskedFor(t *testing.T) {
	name := mdnstest.Packet(t, `_ipp._tcp.local. 10 IN PTR Zebra._ipp._tcp.local.`)
	rest := map[uint16][]byte{
		dns.TypeSRV: mdnstest.Packet(t, `Zebra._ipp._tcp.local. 10 IN SRV 0 0 631 zebra.local.`),
		dns.TypeTXT: mdnstest.Packet(t, `Zebra._ipp._tcp.local. 10 IN TXT "rp=ipp/print"`),
		dns.TypeA:   mdnstest.Packet(t, `zebra.local. 10 IN A 192.0.2.7`),
		dns.TypePTR: name,
	}
	found, err := mdnstest.Browser(t, 2400*time.Millisecond, func(q *dns.Msg) (answers [][]byte) {
		for _, question := range q.Question {
			answers = append(answers, rest[question.Qtype])
		}
		return answers
	}).Browse(t.Context(), service)
	if err != nil || len(found) != 1 || found[0].Text["rp"] != "ipp/print" {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestAFloodIsBounded: a network that tells without end fills no memory, and does not outlast the listening.
func TestAFloodIsBounded(t *testing.T) {
	var packets [][]byte
	for i := range 300 {
		packets = append(packets, mdnstest.Packet(t,
			fmt.Sprintf(`P%d._ipp._tcp.local. 10 IN SRV 0 0 631 h.local.`, i), `h.local. 10 IN A 192.0.2.7`), []byte("nonsense"))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	found, err := mdnstest.Browser(t, time.Hour, func(*dns.Msg) [][]byte { return packets }).Browse(ctx, service)
	if err != nil || len(found) == 0 || len(found) > 200 {
		t.Errorf("%d found, %v", len(found), err)
	}
}

// TestNoNetwork: failing to ask everywhere is an error and not an empty list.
func TestNoNetwork(t *testing.T) {
	gone := errors.New("no network")
	if _, err := (mdns.Browser{Sockets: func() ([]net.PacketConn, error) { return nil, gone }}).Browse(t.Context(), service); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
	closed := mdns.Browser{Sockets: func() ([]net.PacketConn, error) {
		s, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err == nil {
			err = s.Close()
		}
		return []net.PacketConn{s}, err
	}}
	if _, err := closed.Browse(t.Context(), service); !errors.Is(err, net.ErrClosed) {
		t.Errorf("on a socket that is gone: %v", err)
	}
}
