package centre

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Behaviour is how the centre treats the requests that follow.
type Behaviour string

// The behaviours. They bear on requests that do something (see [Centre.Act]); log-ins and searches go on, except when it is away.
const (
	Well          Behaviour = "well"
	Rejects       Behaviour = "rejects"        // says no, as the contract says no
	Away          Behaviour = "away"           // its port is closed
	Hangs         Behaviour = "hangs"          // does nothing and never answers
	Loses         Behaviour = "loses"          // does it and closes the connection
	Slow          Behaviour = "slow"           // does it and answers when the caller has given up
	Babbles       Behaviour = "babbles"        // does it and answers a page for people
	Halves        Behaviour = "halves"         // does it and answers by half
	WrongYear     Behaviour = "wrong-year"     // does it and says a year that cannot be
	Expires       Behaviour = "expires"        // the session that the caller has is none any more, once
	RefusesAttach Behaviour = "refuses-attach" // numbers, and takes no documents
)

// Behaviours lists them all.
func Behaviours() []Behaviour {
	return []Behaviour{Well, Rejects, Away, Hangs, Loses, Slow, Babbles, Halves, WrongYear, Expires, RefusesAttach}
}

// Face is a maker's contract in front of a centre.
type Face func(*Centre) http.Handler

// Config sets a centre up. Face is required.
type Config struct {
	// Addr is host:port on loopback; empty means 127.0.0.1 and a free port.
	Addr string
	Face Face
	// File is where the centre keeps what it holds, and finds it again; empty: in memory only.
	File string
	// Now is the centre's own clock; nil means the real one.
	Now func() time.Time
}

// Centre is a running centre. Its methods are safe for concurrent use.
type Centre struct {
	state
	cfg     Config
	addr    string
	handler http.Handler

	door   sync.Mutex // guards server: who opens and closes
	server *http.Server
	open   sync.WaitGroup
	ended  context.Context // ends with the centre; hanging requests watch it
	end    context.CancelFunc
}

// Start opens the centre's port and serves it until Close, or until ctx ends, after which Close is still due.
func Start(ctx context.Context, cfg Config) (*Centre, error) {
	if cfg.Face == nil {
		return nil, errors.New("centre: a face is required")
	}
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(cfg.Addr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("centre: address %q is not a loopback address; the pretend centre is for this machine only", cfg.Addr)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Centre{cfg: cfg, addr: cfg.Addr, state: state{behaviour: Well}}
	if cfg.File != "" {
		if err := c.recall(cfg.File); err != nil {
			return nil, err
		}
	}
	c.ended, c.end = context.WithCancel(ctx)
	c.handler = cfg.Face(c)
	if err := c.enter(); err != nil {
		c.end()
		c.forget()
		return nil, err
	}
	return c, nil
}

// URL returns the centre's address, http://127.0.0.1:port; it stays the same while the centre is away.
func (c *Centre) URL() string { return "http://" + c.addr }

// Now returns the centre's instant.
func (c *Centre) Now() time.Time { return c.cfg.Now() }

// enter opens the port. The caller holds c.door, or is alone.
func (c *Centre) enter() error {
	ln, err := new(net.ListenConfig).Listen(c.ended, "tcp", c.addr)
	if err != nil {
		return fmt.Errorf("centre: open the port: %w", err)
	}
	c.addr = ln.Addr().String()
	server := &http.Server{Handler: c.handler, ReadHeaderTimeout: 10 * time.Second}
	c.server = server
	c.open.Go(func() { _ = server.Serve(ln) }) // ends with ErrServerClosed
	return nil
}

// leave closes the port and cuts what is open. It waits for the listener: a server that is closed before it came to serve shuts its port a
// moment later, and a caller of that moment would be taken and cut, not refused. The caller holds c.door.
func (c *Centre) leave() {
	if c.server != nil {
		_ = c.server.Close()
		c.open.Wait()
		c.server = nil
	}
}

// Close closes the port and waits for the listener; a request that is being answered is cut, and what it did may be kept or not.
func (c *Centre) Close() {
	c.end()
	c.door.Lock()
	c.leave()
	c.door.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
}

// Behave says how the centre treats what comes from now on.
func (c *Centre) Behave(b Behaviour) error {
	if !slices.Contains(Behaviours(), b) {
		return fmt.Errorf("centre: no behaviour is called %q", b)
	}
	c.mu.Lock()
	c.behaviour, c.expired = b, false
	c.mu.Unlock()
	c.door.Lock()
	defer c.door.Unlock()
	switch {
	case b == Away:
		c.leave()
	case c.server == nil && c.ended.Err() == nil:
		return c.enter()
	}
	return nil
}

// Behaviour returns what [Centre.Behave] said last.
func (c *Centre) Behaviour() Behaviour {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.behaviour
}

// Expired reports, once after Behave(Expires), that a session which the face would take is none any more.
func (c *Centre) Expired() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.behaviour != Expires || c.expired {
		return false
	}
	c.expired = true
	return true
}

// Year returns the year that the centre says of an entry: its own, unless it was told to be wrong.
func (c *Centre) Year(e Entry) int {
	if c.Behaviour() == WrongYear {
		return e.Year - 1
	}
	return e.Year
}

// Answer is what a face says, in its contract's words.
type Answer struct {
	Status int // 0 means 200
	Header http.Header
	Body   []byte
}

// write says it. What cannot be written any more was for a caller who has gone.
func (a Answer) write(w http.ResponseWriter) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(max(a.Status, http.StatusOK))
	_, _ = w.Write(a.Body)
}

// Say answers a request that does nothing: a log-in, a search.
func (c *Centre) Say(w http.ResponseWriter, a Answer) { a.write(w) }

// Deed is a request that does something, read to its end and understood by a face.
type Deed struct {
	Attaches bool // it files a document under a number that was given before
	Do       func() Answer
	// Refuse words a refusal as the contract does.
	Refuse func(words string) Answer
}

// Act carries a deed out as the centre is told to behave. The request's body must have been read.
func (c *Centre) Act(w http.ResponseWriter, r *http.Request, d Deed) {
	b := c.Behaviour()
	switch {
	case b == Rejects, b == RefusesAttach && d.Attaches:
		d.Refuse("Operazione non consentita: registro chiuso").write(w)
		return
	case b == Hangs:
		c.wait(r)
	}
	answer := d.Do()
	switch b {
	case Loses:
		panic(http.ErrAbortHandler)
	case Slow:
		c.wait(r)
	case Babbles:
		answer = Answer{Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte("<html><body><h1>Manutenzione</h1></body></html>")}
	case Halves:
		w.Header().Set("Content-Length", strconv.Itoa(len(answer.Body)))
		w.WriteHeader(max(answer.Status, http.StatusOK))
		_, _ = w.Write(answer.Body[:len(answer.Body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	answer.write(w)
}

// wait returns by closing the connection, when the caller has gone or the centre ends.
func (c *Centre) wait(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-c.ended.Done():
	}
	panic(http.ErrAbortHandler)
}
