// Package mdns looks for devices that announce themselves on the local networks: one-shot queries of multicast DNS from an ephemeral port
// (RFC 6762, 5.1), which are answered to that port (6.7), for services of DNS-SD (RFC 6763).
//
// What it finds is hearsay: anything on the network can answer. So an address from here is shown to a person and never used by itself, and
// the words are a stranger's, from which all that does not print is left out.
//
//	found, err := mdns.Browser{}.Browse(ctx, "_ipps._tcp", "_ipp._tcp")
package mdns

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
)

// Browser is how the networks are asked. The zero value is ready.
type Browser struct {
	// Sockets opens one socket for each network to ask on; Browse closes them. nil means every network of this machine that is up and
	// does multicast, IPv4.
	Sockets func() ([]net.PacketConn, error)
	// To is where queries go; nil means mDNS's own address.
	To net.Addr
	// Listen is how long answers are waited for; 0 means 3 s.
	Listen time.Duration
}

// Instance is one service that a device announced.
type Instance struct {
	Service string            // as it was asked for
	Name    string            // the announced instance
	Addr    netip.AddrPort    // the host's IPv4 address and the service's port
	Text    map[string]string // TXT, keys in lower case (RFC 6763, 6.4)
}

const (
	maxPacket     = 9000 // RFC 6762, 17
	maxInstances  = 200
	maxQuestions  = 30          // a packet's worth
	queryInterval = time.Second // RFC 6762, 5.2: not before a second has passed
)

// Browse asks, listens, and returns the instances that have an address, in the order of the services and by name. The end of ctx ends the
// listening early and is no error; failing to ask on every network is.
func (b Browser) Browse(ctx context.Context, services ...string) ([]Instance, error) {
	if b.Sockets == nil {
		b.Sockets = multicastSockets
	}
	if b.To == nil {
		b.To = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}
	}
	if b.Listen == 0 {
		b.Listen = 3 * time.Second
	}
	sockets, err := b.Sockets()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, b.Listen)
	defer cancel()
	packets := make(chan []byte)
	ended := make(chan struct{})
	for _, s := range sockets {
		go func() {
			defer func() { ended <- struct{}{} }()
			listen(ctx, s, packets)
		}()
	}
	heard := &announced{services: services, instances: map[string]*instance{}, hosts: map[string]netip.Addr{}}
	err = b.collect(ctx, heard, sockets, packets)
	cancel()
	err = errors.Join(err, closeAll(sockets))
	for range sockets {
		<-ended
	}
	if err != nil {
		return nil, err
	}
	return heard.found(), nil
}

// listen hands on what arrives until its socket is closed.
func listen(ctx context.Context, s net.PacketConn, packets chan<- []byte) {
	for {
		b := make([]byte, maxPacket)
		n, _, err := s.ReadFrom(b)
		if err != nil {
			return
		}
		select {
		case packets <- b[:n]:
		case <-ctx.Done():
			return
		}
	}
}

// collect asks, and asks again for what an answer left open, until ctx ends.
func (b Browser) collect(ctx context.Context, a *announced, sockets []net.PacketConn, packets <-chan []byte) error {
	tick := time.NewTicker(queryInterval)
	defer tick.Stop()
	for {
		query, err := a.query()
		if err != nil {
			return err
		}
		var failed []error
		for _, s := range sockets {
			if _, err := s.WriteTo(query, b.To); err != nil {
				failed = append(failed, err)
			}
		}
		if len(failed) == len(sockets) {
			return errors.Join(append(failed, errors.New("no network could be asked"))...)
		}
	waiting:
		for {
			select {
			case p := <-packets:
				a.read(p)
			case <-tick.C:
				break waiting
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// announced is what was heard so far.
type announced struct {
	services  []string
	instances map[string]*instance // by full name
	hosts     map[string]netip.Addr
}

type instance struct {
	service string
	host    string
	port    uint16
	text    map[string]string
}

// query asks for the services, and for what is missing of the instances that are known by name only.
func (a *announced) query() ([]byte, error) {
	m := dns.Msg{}
	ask := func(name string, t uint16) {
		m.Question = append(m.Question, dns.Question{Name: name, Qtype: t, Qclass: dns.ClassINET})
	}
	for _, s := range a.services {
		ask(domain(s), dns.TypePTR)
	}
	for name, i := range a.instances {
		if i.host == "" {
			ask(name, dns.TypeSRV)
		} else if _, ok := a.hosts[i.host]; !ok {
			ask(i.host, dns.TypeA)
		}
		if i.text == nil {
			ask(name, dns.TypeTXT)
		}
		if len(m.Question) >= maxQuestions {
			break // the rest is asked next time
		}
	}
	return m.Pack()
}

func domain(service string) string { return service + ".local." }

// read takes what one packet tells. Nonsense is passed over: the network is full of it. PTR may come after SRV and TXT, so each kind
// makes the instance that it tells of.
func (a *announced) read(packet []byte) {
	var m dns.Msg
	if m.Unpack(packet) != nil || !m.Response {
		return
	}
	for _, rr := range slices.Concat(m.Answer, m.Ns, m.Extra) {
		name := rr.Header().Name
		switch r := rr.(type) {
		case *dns.PTR:
			a.instance(r.Ptr)
		case *dns.SRV:
			if i := a.instance(name); i != nil {
				i.host, i.port = strings.ToLower(r.Target), r.Port
			}
		case *dns.TXT:
			if i := a.instance(name); i != nil {
				i.text = map[string]string{}
				for _, pair := range r.Txt { // of a key that comes twice the first holds, and one without a name is none (RFC 6763, 6.4)
					key, value, _ := strings.Cut(unescape(pair), "=")
					key = strings.ToLower(key)
					if _, there := i.text[key]; key != "" && !there {
						i.text[key] = value
					}
				}
			}
		case *dns.A:
			if addr, ok := netip.AddrFromSlice(r.A.To4()); ok && len(a.hosts) < maxInstances {
				a.hosts[strings.ToLower(name)] = addr
			}
		}
	}
}

// instance returns the instance of that name, new where it is one of a service that was asked for, else nil.
func (a *announced) instance(name string) *instance {
	if i := a.instances[name]; i != nil {
		return i
	}
	for _, s := range a.services {
		if strings.HasSuffix(strings.ToLower(name), "."+domain(s)) && len(a.instances) < maxInstances {
			i := &instance{service: s}
			a.instances[name] = i
			return i
		}
	}
	return nil
}

// found makes the list of what has an address.
func (a *announced) found() []Instance {
	var list []Instance
	for name, i := range a.instances {
		addr, known := a.hosts[i.host]
		if !known || i.port == 0 {
			continue
		}
		label := unescape(name[:max(len(name)-len(domain(i.service))-1, 0)])
		list = append(list, Instance{Service: i.service, Name: label, Addr: netip.AddrPortFrom(addr, i.port), Text: i.text})
	}
	slices.SortFunc(list, func(x, y Instance) int {
		return cmp.Or(cmp.Compare(slices.Index(a.services, x.Service), slices.Index(a.services, y.Service)), cmp.Compare(x.Name, y.Name),
			x.Addr.Compare(y.Addr))
	})
	return list
}

// escaped is how the library presents a byte of a label or text (RFC 1035, 5.1): \032 is a space, \. a dot.
var escaped = regexp.MustCompile(`\\([0-9]{3}|.)`)

// unescape undoes that, and leaves out what does not print: these are a stranger's words, and end on a terminal.
func unescape(s string) string {
	raw := escaped.ReplaceAllStringFunc(s, func(e string) string {
		if n, err := strconv.ParseUint(e[1:], 10, 8); err == nil && len(e) == 4 {
			return string([]byte{byte(n)})
		}
		return e[1:]
	})
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, raw)
}

// multicastSockets opens a socket on each network that is up and does multicast.
func multicastSockets() ([]net.PacketConn, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var sockets []net.PacketConn
	for _, ifi := range interfaces {
		if ifi.Flags&net.FlagUp == 0 || ifi.Flags&net.FlagMulticast == 0 {
			continue
		}
		c, err := net.ListenUDP("udp4", nil)
		if err != nil {
			return nil, errors.Join(err, closeAll(sockets))
		}
		if err := ipv4.NewPacketConn(c).SetMulticastInterface(&ifi); err != nil {
			if err := c.Close(); err != nil { // it has no IPv4 address
				return nil, errors.Join(err, closeAll(sockets))
			}
			continue
		}
		sockets = append(sockets, c)
	}
	if len(sockets) == 0 {
		return nil, errors.New("no network of this machine does multicast")
	}
	return sockets, nil
}

func closeAll(sockets []net.PacketConn) error {
	var errs []error
	for _, s := range sockets {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
