package escl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
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

// Discovery looks for eSCL scanners on the local networks by multicast DNS: one-shot queries from an ephemeral port (RFC 6762, 5.1), which
// are answered to that port (6.7), for the services of DNS-SD (RFC 6763) that eSCL announces. What it finds is hearsay: anything on the
// network can answer, so a URL from here is shown to a person and never used by itself. The zero value is ready.
type Discovery struct {
	// Sockets opens one socket for each network to ask on; Discover closes them. nil means every network of this machine that is up
	// and does multicast, IPv4.
	Sockets func() ([]net.PacketConn, error)
	// To is where queries go; nil means mDNS's own address.
	To net.Addr
	// Listen is how long answers are waited for; 0 means 3 s.
	Listen time.Duration
}

// Found is one scanner that announced itself.
type Found struct {
	Name   string // the announced instance
	Model  string // its make and model, where it says
	UUID   string // where it says
	URL    string // its eSCL root, for Config.URL
	Feeder bool
	Platen bool
	Duplex bool
}

const (
	maxPacket     = 9000 // RFC 6762, 17
	maxInstances  = 200
	queryInterval = time.Second // RFC 6762, 5.2: not before a second has passed
)

// services are the announced kinds of eSCL scanner and how each is spoken to.
var services = []struct{ name, scheme string }{{"_uscans._tcp.local.", "https"}, {"_uscan._tcp.local.", "http"}}

// Discover asks, listens, and returns what answered, by name. Where a device offers TLS too, that is its URL. The end of ctx ends the
// listening early and is no error; failing to ask on every network is.
func (d Discovery) Discover(ctx context.Context) ([]Found, error) {
	if d.Sockets == nil {
		d.Sockets = multicastSockets
	}
	if d.To == nil {
		d.To = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}
	}
	if d.Listen == 0 {
		d.Listen = 3 * time.Second
	}
	sockets, err := d.Sockets()
	if err != nil {
		return nil, fmt.Errorf("look for scanners: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, d.Listen)
	defer cancel()
	packets := make(chan []byte)
	ended := make(chan struct{})
	for _, s := range sockets {
		go func() {
			defer func() { ended <- struct{}{} }()
			listen(ctx, s, packets)
		}()
	}
	records, err := d.collect(ctx, sockets, packets)
	cancel()
	for _, s := range sockets {
		err = errors.Join(err, s.Close())
	}
	for range sockets {
		<-ended
	}
	if err != nil {
		return nil, fmt.Errorf("look for scanners: %w", err)
	}
	return records.found(), nil
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
func (d Discovery) collect(ctx context.Context, sockets []net.PacketConn, packets <-chan []byte) (*announced, error) {
	a := &announced{instances: map[string]*instance{}, hosts: map[string]netip.Addr{}}
	tick := time.NewTicker(queryInterval)
	defer tick.Stop()
	for {
		query, err := a.query()
		if err != nil {
			return nil, err
		}
		var failed []error
		for _, s := range sockets {
			if _, err := s.WriteTo(query, d.To); err != nil {
				failed = append(failed, err)
			}
		}
		if len(failed) == len(sockets) {
			return nil, errors.Join(append(failed, errors.New("no network could be asked"))...)
		}
	waiting:
		for {
			select {
			case p := <-packets:
				a.read(p)
			case <-tick.C:
				break waiting
			case <-ctx.Done():
				return a, nil
			}
		}
	}
}

// announced is what was heard so far.
type announced struct {
	instances map[string]*instance // by full name
	hosts     map[string]netip.Addr
}

type instance struct {
	scheme string
	host   string
	port   uint16
	text   map[string]string
}

// query asks for the services, and for what is missing of the instances that are known by name only.
func (a *announced) query() ([]byte, error) {
	m := dns.Msg{}
	ask := func(name string, t uint16) {
		m.Question = append(m.Question, dns.Question{Name: name, Qtype: t, Qclass: dns.ClassINET})
	}
	for _, s := range services {
		ask(s.name, dns.TypePTR)
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
		if len(m.Question) >= 30 {
			break // a packet's worth; the rest is asked next time
		}
	}
	return m.Pack()
}

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
				for _, pair := range r.Txt {
					key, value, _ := strings.Cut(unescape(pair), "=")
					i.text[strings.ToLower(key)] = value // RFC 6763, 6.4: keys have no case
				}
			}
		case *dns.A:
			if addr, ok := netip.AddrFromSlice(r.A.To4()); ok && len(a.hosts) < maxInstances {
				a.hosts[strings.ToLower(name)] = addr
			}
		}
	}
}

// instance returns the instance of that name, new where it is one of our services, else nil.
func (a *announced) instance(name string) *instance {
	if i := a.instances[name]; i != nil {
		return i
	}
	for _, s := range services {
		if strings.HasSuffix(strings.ToLower(name), "."+s.name) && len(a.instances) < maxInstances {
			i := &instance{scheme: s.scheme}
			a.instances[name] = i
			return i
		}
	}
	return nil
}

// found makes the list: what has an address and is not already there by TLS.
func (a *announced) found() []Found {
	byName := map[string]Found{}
	for _, s := range services {
		for name, i := range a.instances {
			addr, known := a.hosts[i.host]
			label := unescape(name[:max(len(name)-len(s.name)-1, 0)])
			if _, there := byName[label]; there || !known || i.scheme != s.scheme || i.port == 0 {
				continue
			}
			u := url.URL{Scheme: i.scheme, Host: netip.AddrPortFrom(addr, i.port).String(), Path: "/" + strings.Trim(i.text["rs"], "/")}
			inputs := strings.Split(strings.ToLower(i.text["is"]), ",")
			byName[label] = Found{
				Name: label, Model: i.text["ty"], UUID: i.text["uuid"], URL: u.String(),
				Feeder: slices.Contains(inputs, "adf"), Platen: slices.Contains(inputs, "platen"), Duplex: strings.EqualFold(i.text["duplex"], "T"),
			}
		}
	}
	list := make([]Found, 0, len(byName))
	for _, f := range byName {
		list = append(list, f)
	}
	slices.SortFunc(list, func(x, y Found) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.URL, y.URL)) })
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
