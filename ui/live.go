package ui

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"segnatura/internal/hub"
	"segnatura/internal/station"
)

// Periods of the live feed. A browser that does not take an event within writeWait is dropped, not waited for.
const (
	writeWait  = 5 * time.Second
	pingEvery  = 20 * time.Second
	pongWithin = 2 * pingEvery
)

// message is what goes down the socket: kind and id only, never content (design, section 3).
type message struct {
	Seq  uint64            `json:"seq"`
	Kind station.EventKind `json:"kind"`
	ID   int64             `json:"id,omitempty"`
}

// refresh tells the browser that events were missed and that it must ask for the desk again.
const refresh station.EventKind = "refresh"

// live is the websocket. The browser names the last number it saw; it gets what it missed, or is told to refresh.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	id, err := admit(r.Context(), accessDesk)
	if err != nil {
		p := s.asProblem(r.Context(), "live", err)
		http.Error(w, p.Code, p.Status)
		return
	}
	var since uint64
	if text := r.URL.Query().Get("da"); text != "" {
		if since, err = strconv.ParseUint(text, 10, 64); err != nil {
			http.Error(w, "da: not a number", http.StatusBadRequest)
			return
		}
	}
	// The origin's host must be the very host that was asked for, which allowedHosts has checked against the list.
	up := websocket.Upgrader{HandshakeTimeout: writeWait, WriteBufferPool: nil}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	sock := &socket{conn: conn, user: id.User, done: make(chan struct{})}
	if !s.sockets.add(id.TokenDigest, sock) {
		sock.close()
		return
	}
	defer s.sockets.remove(id.TokenDigest, sock)
	sub := s.Hub.Subscribe(func(e station.Event) bool { return e.For(id.Actor) }, since)
	defer sub.Close()
	go sock.read()
	if err := sock.write(sub); err != nil {
		s.Log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelDebug, "live feed ended", slog.Any("err", err))
	}
}

// socket is one browser's connection.
type socket struct {
	conn *websocket.Conn
	user string
	once sync.Once
	done chan struct{}
}

func (c *socket) close() {
	c.once.Do(func() {
		close(c.done)
		_ = c.conn.Close()
	})
}

// read takes nothing but pongs; it ends when the browser goes.
func (c *socket) read() {
	defer c.close()
	c.conn.SetReadLimit(1024)
	alive := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(pongWithin)) }
	_ = alive("")
	c.conn.SetPongHandler(alive)
	for {
		if _, _, err := c.conn.NextReader(); err != nil {
			return
		}
	}
}

// write sends events until the browser goes, is too slow, or the hub drops it.
func (c *socket) write(sub *hub.Subscription[station.Event]) error {
	defer c.close()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	if sub.Missed {
		if err := c.send(message{Seq: sub.Seq, Kind: refresh}); err != nil {
			return err
		}
	}
	for {
		select {
		case <-c.done:
			return nil
		case <-ping.C:
			if err := c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)); err != nil {
				return err
			}
		case n, ok := <-sub.C:
			if !ok {
				return nil // too slow: the hub gave up; the browser reconnects and asks from its last number
			}
			if err := c.send(message{Seq: n.Seq, Kind: n.Event.Kind, ID: n.Event.ID}); err != nil {
				return err
			}
		}
	}
}

func (c *socket) send(m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	return c.conn.WriteMessage(websocket.TextMessage, b)
}

// sockets are the open connections by session, so that a session that ends or locks takes its sockets with it.
type sockets struct {
	mu     sync.Mutex
	closed bool
	open   map[string]map[*socket]struct{}
	wg     sync.WaitGroup
}

func (s *sockets) add(session string, c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.open == nil {
		s.open = map[string]map[*socket]struct{}{}
	}
	if s.open[session] == nil {
		s.open[session] = map[*socket]struct{}{}
	}
	s.open[session][c] = struct{}{}
	s.wg.Add(1)
	return true
}

func (s *sockets) remove(session string, c *socket) {
	c.close()
	s.mu.Lock()
	delete(s.open[session], c)
	if len(s.open[session]) == 0 {
		delete(s.open, session)
	}
	s.mu.Unlock()
	s.wg.Done()
}

// SessionEnded closes a session's sockets. It is auth's Ended hook.
func (s *Server) SessionEnded(tokenDigest string) {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	for c := range s.sockets.open[tokenDigest] {
		c.close()
	}
}

// UserSessionsEnded closes the sockets of all of a user's sessions. It is auth's UserEnded hook.
func (s *Server) UserSessionsEnded(user string) {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	for _, conns := range s.sockets.open {
		for c := range conns {
			if c.user == user {
				c.close()
			}
		}
	}
}

func (s *sockets) closeAll(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for _, conns := range s.open {
		for c := range conns {
			c.close()
		}
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
