// Package ntp measures how far this machine's clock is from two or more time servers (R14.2, R17.5).
//
// It only looks: it never sets a clock, and it does not judge. What an offset of two seconds or two minutes means is its
// caller's to say. It refuses to know an offset from one source alone, from a server that says that
// it is not synchronised itself (its offset looks fine all the same), and from servers that contradict each other.
//
//	client, err := ntp.New([]string{"ntp1.example.it", "ntp2.example.it"}, 5*time.Second, ntp.Ask)
//	m := client.Measure(ctx)
//	if offset, known := m.Offset(); known { ... }
package ntp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/beevik/ntp"
)

// An Answer is what one valid exchange with a server told.
type Answer struct {
	// Offset is the server's clock minus ours: positive when ours is behind.
	Offset time.Duration
	// RoundTrip is the exchange's time on the way. The offset is uncertain by half of it.
	RoundTrip time.Duration
}

// A Query asks one server, named host or host:port. It returns when ctx is done at the latest.
type Query func(ctx context.Context, server string) (Answer, error)

// Ask is the Query for real servers: one SNTP exchange (RFC 4330, RFC 5905), validated.
func Ask(ctx context.Context, server string) (Answer, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return Answer{}, fmt.Errorf("ask time server %s: no deadline given", server)
	}
	response, err := ntp.QueryWithOptions(server, ntp.QueryOptions{
		Timeout: max(time.Until(deadline), 0) + time.Second, // ctx ends first, and its error says why
		Dialer: func(_, remote string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "udp", remote)
			if err == nil {
				// Cancelling must end a read that waits for a lost datagram. Closing twice does no harm.
				context.AfterFunc(ctx, func() { conn.Close() })
			}
			return conn, err
		},
	})
	if err != nil {
		return Answer{}, fmt.Errorf("ask time server %s: %w", server, errors.Join(ctx.Err(), err))
	}
	if err := response.Validate(); err != nil {
		return Answer{}, fmt.Errorf("time server %s: %w", server, err)
	}
	return Answer{Offset: response.ClockOffset, RoundTrip: response.RTT}, nil
}

// tolerance is how far two servers' offsets may differ, beyond what their round trips explain, and still agree. It is
// half of the second at which the station warns.
const tolerance = 500 * time.Millisecond

// A Client measures against a fixed list of servers. It is safe for concurrent use.
type Client struct {
	servers []string
	timeout time.Duration
	query   Query
}

// New wants at least two different servers and a positive timeout, the longest that Measure may take.
func New(servers []string, timeout time.Duration, query Query) (*Client, error) {
	distinct := slices.Clone(servers)
	slices.Sort(distinct)
	if distinct = slices.Compact(distinct); len(distinct) < 2 || slices.Contains(distinct, "") {
		return nil, fmt.Errorf("time servers %q: two different ones are needed, because one alone cannot be checked", servers)
	}
	if timeout <= 0 {
		return nil, fmt.Errorf("time servers: timeout %v is not positive", timeout)
	}
	return &Client{servers: distinct, timeout: timeout, query: query}, nil
}

// Measure asks all servers at once and returns when all have answered or the timeout is over. A server that did not
// answer, or not validly, has its error in its Reading; Measure itself cannot fail.
func (c *Client) Measure(ctx context.Context) Measurement {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	readings := make([]Reading, len(c.servers))
	var wg sync.WaitGroup
	for i, server := range c.servers {
		wg.Go(func() {
			answer, err := c.query(ctx, server)
			readings[i] = Reading{Server: server, Answer: answer, Err: err}
		})
	}
	wg.Wait()
	return judge(readings)
}

// A Reading is one server's part of a Measurement. Answer holds only when Err is nil.
type Reading struct {
	Server string
	Answer Answer
	Err    error
}

// Agreement says whether the servers that answered confirm each other.
type Agreement string

// The three outcomes of a measurement.
const (
	// Agreed: two or more valid answers, a majority of all valid ones, tell the same time.
	Agreed Agreement = "agreed"
	// Contradicted: two or more valid answers, without such a majority.
	Contradicted Agreement = "contradicted"
	// Unverified: fewer than two valid answers.
	Unverified Agreement = "unverified"
)

// A Measurement is what the servers said at one time.
type Measurement struct {
	// Readings has one entry per server, in the order of their names.
	Readings    []Reading
	Agreement   Agreement
	offset      time.Duration
	uncertainty time.Duration
	agreeing    int
}

// Offset is the servers' clock minus ours, the median of the answers that agree; known only if Agreement is Agreed.
func (m Measurement) Offset() (offset time.Duration, known bool) {
	return m.offset, m.Agreement == Agreed
}

// Uncertainty is how far the truth may be from Offset to either side by the word of any server that agrees: its own offset, uncertain by half
// of its round trip. 0 where Offset is not known.
func (m Measurement) Uncertainty() time.Duration { return m.uncertainty }

// Agreeing is how many servers agreed; 0 where Offset is not known.
func (m Measurement) Agreeing() int { return m.agreeing }

// judge looks for the largest group of answers in which the outermost two agree.
func judge(readings []Reading) Measurement {
	m := Measurement{Readings: readings, Agreement: Unverified}
	var valid []Answer
	for _, r := range readings {
		if r.Err == nil {
			valid = append(valid, r.Answer)
		}
	}
	if len(valid) < 2 {
		return m
	}
	slices.SortFunc(valid, func(a, b Answer) int { return cmp.Compare(a.Offset, b.Offset) })
	var group []Answer
	for first := range valid {
		for last := len(valid) - 1; last-first+1 > len(group); last-- {
			if agree(valid[first], valid[last]) {
				group = valid[first : last+1]
			}
		}
	}
	if len(group) < 2 || 2*len(group) <= len(valid) {
		m.Agreement = Contradicted
		return m
	}
	m.Agreement = Agreed
	m.offset, m.agreeing = median(group), len(group)
	for _, a := range group {
		m.uncertainty = max(m.uncertainty, (a.Offset-m.offset).Abs()+a.RoundTrip/2)
	}
	return m
}

func agree(early, late Answer) bool {
	return late.Offset-early.Offset <= tolerance+(early.RoundTrip+late.RoundTrip)/2
}

// median wants answers in order of offset.
func median(sorted []Answer) time.Duration {
	low, high := sorted[(len(sorted)-1)/2].Offset, sorted[len(sorted)/2].Offset
	return low + (high-low)/2
}
