package benchmark

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// desks is how many browsers press the key.
const desks = 10

// BenchmarkKey measures the key that freezes a handover's instant, from the browser's request to the last byte of the answer, whose instant is durable by then.
// Ten browsers are open on TCP loopback, each with a session, a desk's token and a websocket that hears of every instant; they press in turn, or all at the same
// moment, the next time when all have their answer. store-… is the part of it that the store takes, with the wait for its one writer.
func BenchmarkKey(b *testing.B) {
	for _, way := range []pressing{inTurn, atOnce} {
		b.Run(string(way), func(b *testing.B) {
			o := newOffice(b, usualLabel())
			keys := o.browsers()
			var answered, stored samples
			for b.Loop() {
				a, s := o.press(keys, way, enough)
				answered, stored = append(answered, a...), append(stored, s...)
			}
			stored.report(b, "store")
			answered.report(b, "")
		})
	}
}

// pressing is how the browsers press.
type pressing string

const (
	inTurn pressing = "in turn"
	atOnce pressing = "all at once"
)

// press has the browsers press the key n times in all, and returns how long each answer and each of the store's transactions took.
func (o *office) press(keys []*keyBrowser, way pressing, n int) (answered, stored samples) {
	o.Helper()
	o.bids.taken()
	took := make(samples, n)
	for first := 0; first < n; first += len(keys) {
		var pressed sync.WaitGroup
		for i, k := range keys[:min(len(keys), n-first)] {
			press := func() { took[first+i] = k.press() }
			if way == atOnce {
				pressed.Go(press)
			} else {
				press()
			}
		}
		pressed.Wait()
	}
	return took, o.bids.taken()
}

// keyBrowser is one of the browsers that press: its own connections, its own session.
type keyBrowser struct {
	*office
	http *http.Client
	feed *websocket.Conn
	last time.Time // the instant that it was given

	mu    sync.Mutex
	heard int
	told  chan struct{} // closed and made anew with each instant that it hears of
}

// browsers opens them, at desks of their own.
func (o *office) browsers() []*keyBrowser {
	o.Helper()
	list := make([]*keyBrowser, desks)
	for i := range list {
		jar, err := cookiejar.New(nil)
		o.must(err)
		transport := &http.Transport{}
		o.Cleanup(transport.CloseIdleConnections)
		k := &keyBrowser{office: o, http: &http.Client{Jar: jar, Transport: transport}, told: make(chan struct{})}
		k.send("/api/login", map[string]string{"user": o.clerk.User, "password": password, "desk": fmt.Sprintf("sportello %d", i+1)})
		k.send("/api/bids/handovers/desk", struct{}{})
		k.feed = o.live(k.http)
		o.Cleanup(func() { k.feed.Close() })
		go k.listen()
		list[i] = k
	}
	return list
}

// listen takes in what the feed tells, until it is closed.
func (k *keyBrowser) listen() {
	for {
		var m message
		if k.feed.ReadJSON(&m) != nil {
			return
		}
		if m.Kind == station.EventBid {
			k.mu.Lock()
			k.heard++
			close(k.told)
			k.told = make(chan struct{})
			k.mu.Unlock()
		}
	}
}

// hearsOf waits until it has heard of n instants; false where it does not.
func (k *keyBrowser) hearsOf(n int) bool {
	late := time.After(time.Minute)
	for {
		k.mu.Lock()
		heard, told := k.heard, k.told
		k.mu.Unlock()
		if heard >= n {
			return heard == n
		}
		select {
		case <-told:
		case <-late:
			return false
		}
	}
}

// press presses the key, as the page does, and says how long its answer took.
func (k *keyBrowser) press() time.Duration {
	began := time.Now()
	answer := k.send("/api/bids/handovers", map[string]string{"key": rand.Text()})
	took := time.Since(began)
	var h ui.HandoverView
	if err := json.Unmarshal(answer, &h); err != nil || !h.At.After(k.last) {
		k.Errorf("an instant %s after %s: %s, %v", h.At, k.last, answer, err)
	}
	k.last = h.At
	return took
}

// send posts JSON with the headers of a page and returns the answer, whole. It may be called beside others of its kind.
func (k *keyBrowser) send(path string, in any) []byte {
	body, err := json.Marshal(in)
	if err != nil {
		k.Error(err)
		return nil
	}
	request, err := http.NewRequestWithContext(k.Context(), http.MethodPost, k.web.URL+path, bytes.NewReader(body))
	if err != nil {
		k.Error(err)
		return nil
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Origin": {k.web.URL}, "Sec-Fetch-Site": {"same-origin"}}
	resp, err := k.http.Do(request)
	if err != nil {
		k.Error(err)
		return nil
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		k.Errorf("%s: %s: %s, %v", path, resp.Status, answer, err)
	}
	return answer
}

// timedBids measures the store's part of each press.
type timedBids struct {
	station.BidStore

	mu   sync.Mutex
	took samples
}

func (s *timedBids) FreezeHandover(ctx context.Context, f station.FreezeCommand) (protocollo.Handover, error) {
	began := time.Now()
	h, err := s.BidStore.FreezeHandover(ctx, f)
	took := time.Since(began)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, took)
	return h, err
}

// taken returns what was measured since the last time.
func (s *timedBids) taken() samples {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.took
	s.took = nil
	return out
}
