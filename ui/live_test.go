package ui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// socket is a browser's end of the live feed.
type socket struct {
	*websocket.Conn
	t *testing.T
}

// message is what comes down: nothing else may be in it.
type message struct {
	Seq  uint64            `json:"seq"`
	Kind station.EventKind `json:"kind"`
	ID   int64             `json:"id,omitempty"`
}

func (b *browser) dial(query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	d := websocket.Dialer{HandshakeTimeout: 10 * time.Second, NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, b.o.server.Listener.Addr().String())
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(4096)
		}
		return c, err
	}}
	h := http.Header{}
	if b.token != "" {
		h.Set("Cookie", "segnatura_sessione="+b.token)
	}
	host := b.o.server.Listener.Addr().String()
	for k, v := range header {
		if k == "Host" {
			host = v[0]
			continue
		}
		h[k] = v
	}
	return d.DialContext(b.o.t.Context(), "ws://"+host+"/api/live"+query, h)
}

// live opens the feed after the event number since.
func (b *browser) live(since uint64) *socket {
	b.o.t.Helper()
	conn, resp, err := b.dial(fmt.Sprintf("?da=%d", since), http.Header{"Origin": {b.o.server.URL}})
	if err != nil {
		b.o.t.Fatalf("open the live feed: %v, %+v", err, resp)
	}
	b.o.t.Cleanup(func() { _ = conn.Close() })
	return &socket{Conn: conn, t: b.o.t}
}

func (s *socket) next() message {
	s.t.Helper()
	m, err := s.read()
	if err != nil {
		s.t.Fatalf("no event came: %v", err)
	}
	return m
}

func (s *socket) read() (message, error) {
	_ = s.SetReadDeadline(time.Now().Add(20 * time.Second))
	var m message
	err := s.ReadJSON(&m)
	return m, err
}

// untilClosed reads to the end and returns the number of the last event.
func (s *socket) untilClosed() (last uint64, events int) {
	s.t.Helper()
	for {
		m, err := s.read()
		if err != nil {
			if e, ok := err.(net.Error); ok && e.Timeout() {
				s.t.Fatal("the socket stays open")
			}
			return last, events
		}
		last, events = m.Seq, events+1
	}
}

func (o *office) seq(b *browser) uint64 {
	o.t.Helper()
	var st ui.Status
	b.get("/api/status").want(200, "").decode(&st)
	return st.Seq
}

func TestLiveFeedRefusesStrangersAndOtherOrigins(t *testing.T) {
	o := newOffice(t)
	for name, c := range map[string]struct {
		who    *browser
		header http.Header
		query  string
		status int
	}{
		"no session":                   {o.stranger(), nil, "", http.StatusUnauthorized},
		"another site's page":          {o.as("anna"), http.Header{"Origin": {"http://evil.example"}}, "", http.StatusForbidden},
		"another port's page":          {o.as("anna"), http.Header{"Origin": {"http://127.0.0.1:1"}}, "", http.StatusForbidden},
		"a name rebound to us":         {o.as("anna"), http.Header{"Host": {"evil.example"}, "Origin": {"http://evil.example"}}, "", http.StatusMisdirectedRequest},
		"a name rebound, no origin":    {o.as("anna"), http.Header{"Host": {"evil.example"}}, "", http.StatusMisdirectedRequest},
		"a number that is no number":   {o.as("anna"), nil, "?da=ieri", http.StatusBadRequest},
		"a sandboxed page":             {o.as("anna"), http.Header{"Origin": {"null"}}, "", http.StatusForbidden},
		"a name that begins like ours": {o.as("anna"), http.Header{"Origin": {o.server.URL + ".evil.example"}}, "", http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			conn, resp, err := c.who.dial(c.query, c.header)
			if err == nil {
				_ = conn.Close()
				t.Fatal("the feed opens")
			}
			if resp == nil || resp.StatusCode != c.status {
				t.Fatalf("answered %+v, %v; want %d", resp, err, c.status)
			}
		})
	}
	locked := o.as("bruno")
	locked.post("/api/lock", nil).want(200, "")
	if _, resp, err := locked.dial("", nil); err == nil || resp.StatusCode != http.StatusLocked {
		t.Errorf("behind a locked screen the feed answers %+v, %v", resp, err)
	}
}

// Kind and id travel, never content.
func TestLiveFeedCarriesKindAndIDOnly(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	s := anna.live(0)
	rec := o.labelled()
	var kinds []station.EventKind
	for !slices.Contains(kinds, station.EventPrint) {
		_ = s.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, text, err := s.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{rec.Intake.Draft.Subject, rec.Intake.Draft.Senders[0].Name, string(rec.Registration.Number), "anna"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s tells %q", text, secret)
			}
		}
		var m message
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&m); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		kinds = append(kinds, m.Kind)
	}
	if !slices.Contains(kinds, station.EventIntake) || !slices.Contains(kinds, station.EventRegistration) {
		t.Errorf("only %v came", kinds)
	}
}

// R11.2 on the feed: what one may not see makes no noise.
func TestLiveFeedHidesConfidentialAndOtherAOO(t *testing.T) {
	o := newOffice(t)
	people := map[string]*socket{}
	for _, user := range []string{"anna", "bruno", "carla", "dario", "gino"} {
		people[user] = o.as(user).live(0)
	}
	secret := o.labelled(confidential)
	open := o.labelled()
	o.hub.Publish(station.Event{Kind: station.EventStatus, ID: 777}) // everybody's: the end
	for user, s := range people {
		got := map[int64]int{}
		for m := s.next(); m.ID != 777; m = s.next() {
			if m.Kind == station.EventIntake || m.Kind == station.EventRegistration {
				got[m.ID]++
			}
		}
		if secret.Intake.ID != secret.Registration.ID || open.Intake.ID != open.Registration.ID {
			t.Fatal("ids of intakes and registrations differ: the count below means something else")
		}
		wantSecret := user == "anna" || user == "carla"
		wantOpen := user != "gino"
		if (got[secret.Intake.ID] > 0) != wantSecret {
			t.Errorf("%s heard %d events of the confidential record", user, got[secret.Intake.ID])
		}
		if (got[open.Intake.ID] > 0) != wantOpen {
			t.Errorf("%s heard %d events of the other record", user, got[open.Intake.ID])
		}
	}
}

// A plico makes no noise for whoever may not see plichi.
func TestLiveFeedTellsOfPlichiToWhoMaySeeThem(t *testing.T) {
	o := newOffice(t)
	people := map[string]*socket{}
	for _, user := range []string{"anna", "carla", "dario", "gino"} {
		people[user] = o.as(user).live(0)
	}
	b := o.plico(0)
	o.hub.Publish(station.Event{Kind: station.EventStatus, ID: 777}) // everybody's: the end
	for user, s := range people {
		heard := 0
		for m := s.next(); m.ID != 777; m = s.next() {
			if m.Kind == station.EventBid && m.ID == b.ID {
				heard++
			}
		}
		if want := user == "anna" || user == "carla"; (heard > 0) != want {
			t.Errorf("%s heard %d events of the plico", user, heard)
		}
	}
}

func TestLiveFeedReplaysWhatWasMissed(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	before := o.seq(anna)
	for id := range int64(5) {
		o.hub.Publish(station.Event{Kind: station.EventBatch, ID: id + 1, AOO: aoo})
	}
	s := anna.live(before)
	for i := range 5 {
		if m, want := s.next(), (message{Seq: before + uint64(i) + 1, Kind: station.EventBatch, ID: int64(i) + 1}); m != want {
			t.Fatalf("replayed %+v, want %+v", m, want)
		}
	}
	for range 200 { // more than the hub remembers
		o.hub.Publish(station.Event{Kind: station.EventBatch, ID: 9, AOO: otherAOO})
	}
	now := o.seq(anna)
	for name, since := range map[string]uint64{"too old": before, "of a process before this one": now + 1000, "of long ago": 1} {
		if m := anna.live(since).next(); m.Kind != "refresh" || m.Seq != now {
			t.Errorf("%s: %+v, want a refresh at %d", name, m, now)
		}
	}
}

// A session that ends, by whatever hand, takes its sockets with it.
func TestEndedSessionClosesItsSocket(t *testing.T) {
	o := newOffice(t)
	for name, end := range map[string]func(b *browser){
		"logged out": func(b *browser) { b.post("/api/logout", nil).want(200, "") },
		"locked":     func(b *browser) { b.post("/api/lock", nil).want(200, "") },
		"idle": func(b *browser) {
			o.clock.add(11 * time.Minute)
			b.get("/api/status").want(http.StatusLocked, "screen-locked")
		},
		"password reset by another": func(*browser) {
			o.as("carla").post("/api/accounts/bruno/password", object{"password": "Prima.Parola.26"}).want(204, "")
		},
		"disabled": func(*browser) {
			o.as("carla").do(put(object{"user": "bruno", "name": "Bruno Esempio", "roles": []string{"operatore"}, "disabled": true}, "/api/accounts/bruno")).want(204, "")
			o.as("carla").do(put(object{"user": "bruno", "name": "Bruno Esempio", "roles": []string{"operatore"}}, "/api/accounts/bruno")).want(204, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := o.db.SetPassword(t.Context(), protocollo.Station(aoo), "bruno", passwordHash(), false); err != nil {
				t.Fatal(err)
			}
			b, other := o.as("bruno"), o.as("anna")
			s, kept := b.live(0), other.live(0)
			end(b)
			s.untilClosed()
			o.hub.Publish(station.Event{Kind: station.EventStatus, ID: 4242})
			for m := kept.next(); m.ID != 4242; m = kept.next() {
			}
		})
	}
}

// A browser that does not read is dropped; nobody waits for it, and what it missed it learns when it comes back.
func TestSlowBrowserIsDroppedAndOthersAreNotDelayed(t *testing.T) {
	o := newOffice(t)
	anna, bruno := o.as("anna"), o.as("bruno")
	slow, quick := anna.live(0), bruno.live(0)
	first := o.seq(bruno)
	const events = 4000
	for i := range events {
		o.hub.Publish(station.Event{Kind: station.EventBatch, ID: int64(i + 1), AOO: aoo})
		if m := quick.next(); m.Seq != first+uint64(i)+1 || m.ID != int64(i+1) {
			t.Fatalf("the quick browser got %+v as event %d", m, i+1)
		}
	}
	last, got := slow.untilClosed()
	if got == 0 || got >= events {
		t.Fatalf("the slow browser got %d of %d events before it was dropped", got, events)
	}
	if m := anna.live(last).next(); m.Kind != "refresh" {
		t.Errorf("when it came back it got %+v, want a refresh", m)
	}
}
