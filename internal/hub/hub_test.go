package hub_test

import (
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"segnatura/internal/hub"
)

// drain takes what is there without waiting, and says whether the channel is closed.
func drain(s *hub.Subscription[int]) (got []int, closed bool) {
	for {
		select {
		case n, ok := <-s.C:
			if !ok {
				return got, true
			}
			got = append(got, n.Event)
		default:
			return got, false
		}
	}
}

func TestSubscriberGetsWhatItsFilterWants(t *testing.T) {
	h := hub.New[int](8, 8, 0)
	even := h.Subscribe(func(e int) bool { return e%2 == 0 }, 0)
	all := h.Subscribe(nil, 0)
	for e := range 5 {
		h.Publish(e)
	}
	if got, _ := drain(even); !slices.Equal(got, []int{0, 2, 4}) {
		t.Errorf("even ones = %v", got)
	}
	if got, _ := drain(all); !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
		t.Errorf("all = %v", got)
	}
	if h.Seq() != 5 {
		t.Errorf("Seq = %d, want 5", h.Seq())
	}
}

func TestSlowSubscriberIsDroppedAndPublishGoesOn(t *testing.T) {
	h := hub.New[int](16, 2, 0)
	slow, quick := h.Subscribe(nil, 0), h.Subscribe(nil, 0)
	var got []int
	for e := range 6 {
		h.Publish(e)
		more, _ := drain(quick)
		got = append(got, more...)
	}
	if !slices.Equal(got, []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("the quick one got %v", got)
	}
	kept, closed := drain(slow)
	if !closed || !slices.Equal(kept, []int{0, 1}) {
		t.Fatalf("the slow one got %v, closed %t; want [0 1] and closed", kept, closed)
	}
	slow.Close() // after it was dropped: nothing happens
	again := h.Subscribe(nil, 2)
	if missed, _ := drain(again); again.Missed || !slices.Equal(missed, []int{2, 3, 4, 5}) {
		t.Errorf("coming back from 2 it got %v, missed %t", missed, again.Missed)
	}
}

func TestWhatIsForgottenIsSaid(t *testing.T) {
	h := hub.New[int](3, 8, 0)
	for e := range 10 {
		h.Publish(e) // numbers 1 to 10; 8, 9 and 10 are remembered
	}
	for _, c := range []struct {
		since  uint64
		missed bool
		want   []int
	}{
		{since: 10}, {since: 9, want: []int{9}}, {since: 7, want: []int{7, 8, 9}}, {since: 6, missed: true},
		{since: 11, missed: true}, // from before a restart
		{since: 0},
	} {
		s := h.Subscribe(nil, c.since)
		got, _ := drain(s)
		if s.Missed != c.missed || !slices.Equal(got, c.want) {
			t.Errorf("since %d: got %v, missed %t; want %v, %t", c.since, got, s.Missed, c.want, c.missed)
		}
		s.Close()
	}
}

func TestCloseEndsEverybody(t *testing.T) {
	h := hub.New[int](2, 2, 0)
	s := h.Subscribe(nil, 0)
	h.Close()
	h.Publish(1)
	if got, closed := drain(s); !closed || len(got) != 0 {
		t.Errorf("got %v, closed %t", got, closed)
	}
	if _, closed := drain(h.Subscribe(nil, 0)); !closed {
		t.Error("a subscription after Close is open")
	}
}

// TestReplayAndLiveJoinWithoutSeam: whoever comes back with the last number it saw gets each later event once, or is told.
func TestReplayAndLiveJoinWithoutSeam(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		replay := rapid.IntRange(1, 20).Draw(t, "replay")
		before := rapid.IntRange(1, 40).Draw(t, "before")
		after := rapid.IntRange(0, 40).Draw(t, "after")
		h := hub.New[int](replay, 64, 0)
		for e := 1; e <= before; e++ {
			h.Publish(e)
		}
		since := rapid.IntRange(1, before).Draw(t, "since")
		s := h.Subscribe(nil, uint64(since))
		for e := before + 1; e <= before+after; e++ {
			h.Publish(e)
		}
		got, _ := drain(s)
		first := since + 1
		if s.Missed {
			if before-since <= replay {
				t.Fatalf("missed, though only %d of %d remembered ones were asked for", before-since, replay)
			}
			first = before + 1
		}
		for i, e := range got {
			if e != first+i {
				t.Fatalf("event %d is %d, want %d", i, e, first+i)
			}
		}
		if len(got) != before+after-first+1 {
			t.Fatalf("%d events, want %d", len(got), before+after-first+1)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	h := hub.New[int](16, 4, 0)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for e := range 200 {
				h.Publish(e)
			}
		})
		wg.Go(func() {
			for range 50 {
				s := h.Subscribe(nil, h.Seq())
				drain(s)
				s.Close()
			}
		})
	}
	wg.Wait()
	if h.Seq() != 800 {
		t.Errorf("Seq = %d, want 800", h.Seq())
	}
}
