// Package mdnstest is a device that announces itself, on loopback.
package mdnstest

import (
	"net"
	"testing"
	"time"

	"github.com/miekg/dns"

	"segnatura/internal/mdns"
)

// Browser returns one that asks a device, which answers each query with the packets that answer makes of it.
func Browser(t testing.TB, listen time.Duration, answer func(q *dns.Msg) [][]byte) mdns.Browser {
	t.Helper()
	loopback := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	c, err := net.ListenUDP("udp4", loopback)
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
	return mdns.Browser{To: c.LocalAddr(), Listen: listen, Sockets: func() ([]net.PacketConn, error) {
		s, err := net.ListenUDP("udp4", loopback)
		return []net.PacketConn{s}, err
	}}
}

// Packet is an answer with these records, as a zone file has them.
func Packet(t testing.TB, records ...string) []byte {
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
