package ntp

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/beevik/ntp"
)

func TestJudge(t *testing.T) {
	lost := errors.New("no answer")
	at := func(offset time.Duration) Reading {
		return Reading{Answer: Answer{Offset: offset, RoundTrip: 20 * time.Millisecond}}
	}
	slow := Reading{Answer: Answer{Offset: 2 * time.Second, RoundTrip: 4 * time.Second}}
	for _, test := range []struct {
		name     string
		readings []Reading
		want     Agreement
		offset   time.Duration
	}{
		{"nobody answers", []Reading{{Err: lost}, {Err: lost}}, Unverified, 0},
		{"one answers", []Reading{at(0), {Err: lost}}, Unverified, 0},
		{"two agree", []Reading{at(90 * time.Second), at(90*time.Second + 200*time.Millisecond)}, Agreed, 90*time.Second + 100*time.Millisecond},
		{"two agree, ours is ahead", []Reading{at(-3 * time.Second), at(-3 * time.Second)}, Agreed, -3 * time.Second},
		{"two differ", []Reading{at(0), at(2 * time.Second)}, Contradicted, 0},
		{"the difference is the way's", []Reading{at(0), slow}, Agreed, time.Second},
		{"one of three lies", []Reading{at(time.Hour), at(10 * time.Millisecond), at(0)}, Agreed, 5 * time.Millisecond},
		{"two against two", []Reading{at(0), at(time.Hour), at(0), at(time.Hour)}, Contradicted, 0},
		{"three of five, the lowest and the highest lie", []Reading{at(-time.Hour), at(1), at(2), at(3), at(time.Hour)}, Agreed, 2},
		{"exactly at the tolerance", []Reading{at(0), at(tolerance + 20*time.Millisecond)}, Agreed, (tolerance + 20*time.Millisecond) / 2},
		{"just past the tolerance", []Reading{at(0), at(tolerance + 20*time.Millisecond + 1)}, Contradicted, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := judge(test.readings)
			offset, known := m.Offset()
			if m.Agreement != test.want || offset != test.offset || known != (test.want == Agreed) {
				t.Errorf("got %s, %v, %t; want %s, %v", m.Agreement, offset, known, test.want, test.offset)
			}
		})
	}
}

func TestMeasureNeverOutlastsItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := New([]string{"deaf", "quick"}, 5*time.Second, func(ctx context.Context, server string) (Answer, error) {
			if server == "deaf" {
				<-ctx.Done()
				return Answer{}, ctx.Err()
			}
			return Answer{Offset: time.Millisecond}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		m := client.Measure(t.Context())
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("took %v, want 5s", took)
		}
		if m.Agreement != Unverified || !errors.Is(m.Readings[0].Err, context.DeadlineExceeded) || m.Readings[1].Err != nil {
			t.Errorf("got %+v", m)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	for name, servers := range map[string][]string{
		"none": nil, "one": {"a"}, "the same twice": {"a", "a"}, "a blank": {"a", ""},
	} {
		if _, err := New(servers, time.Second, Ask); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New([]string{"a", "b"}, 0, Ask); err == nil {
		t.Error("no timeout: accepted")
	}
}

// reply is the 48 bytes that a server sends back (RFC 5905, figure 8).
type reply struct {
	leap, stratum byte
	ahead         time.Duration // of our clock
}

// serve answers NTP on loopback until the test ends, and returns the address. A nil reply is a server that is deaf.
func serve(t *testing.T, r *reply) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-done })
	go func() {
		defer close(done)
		request := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(request)
			if err != nil {
				return
			}
			if n < 48 || r == nil {
				continue
			}
			now := time.Now().Add(r.ahead)
			packet := make([]byte, 48)
			packet[0] = r.leap<<6 | 4<<3 | 4 // version 4, server
			packet[1] = r.stratum
			packet[3] = 0xec                                                      // precision 2^-20 s
			binary.BigEndian.PutUint32(packet[8:], 1<<8)                          // root dispersion 4 ms
			binary.BigEndian.PutUint64(packet[16:], stamp(now.Add(-time.Minute))) // reference
			copy(packet[24:32], request[40:48])                                   // origin
			binary.BigEndian.PutUint64(packet[32:], stamp(now))                   // receive
			binary.BigEndian.PutUint64(packet[40:], stamp(now))                   // transmit
			if _, err := conn.WriteTo(packet, from); err != nil {
				return
			}
		}
	}()
	return conn.LocalAddr().String()
}

// stamp writes seconds since 1900 and a binary fraction.
func stamp(t time.Time) uint64 {
	const since1900 = 2_208_988_800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/1_000_000_000
}

func TestAskOnTheWire(t *testing.T) {
	for _, test := range []struct {
		name   string
		reply  reply
		offset time.Duration
		err    error
	}{
		{"in step", reply{stratum: 2}, 0, nil},
		{"ours is behind", reply{stratum: 2, ahead: 90 * time.Second}, 90 * time.Second, nil},
		{"ours is ahead", reply{stratum: 1, ahead: -time.Hour}, -time.Hour, nil},
		{"not synchronised, though its time looks right", reply{stratum: 2, leap: 3}, 0, ntp.ErrInvalidLeapSecond},
		{"kiss of death", reply{stratum: 0}, 0, ntp.ErrKissOfDeath},
		{"stratum of the unsynchronised", reply{stratum: 16}, 0, ntp.ErrInvalidStratum},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			answer, err := Ask(ctx, serve(t, &test.reply))
			if !errors.Is(err, test.err) {
				t.Fatalf("got error %v, want %v", err, test.err)
			}
			// A busy machine may take its time on the way; the offset is uncertain by half of that.
			if off := (answer.Offset - test.offset).Abs(); off > answer.RoundTrip/2+time.Millisecond {
				t.Errorf("offset %v, want %v within %v", answer.Offset, test.offset, answer.RoundTrip/2)
			}
		})
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	deaf := serve(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Ask(ctx, deaf); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a deaf server: %v, want the deadline", err)
	}
	if _, err := Ask(t.Context(), deaf); err == nil {
		t.Error("asked without a deadline")
	}
}

func TestMeasureOnTheWire(t *testing.T) {
	servers := []string{serve(t, &reply{stratum: 2}), serve(t, &reply{stratum: 3}), serve(t, &reply{stratum: 2, leap: 3})}
	client, err := New(servers, time.Minute, Ask)
	if err != nil {
		t.Fatal(err)
	}
	m := client.Measure(t.Context())
	invalid := 0
	for _, r := range m.Readings {
		if r.Err != nil {
			invalid++
		}
	}
	if m.Agreement != Agreed || invalid != 1 {
		t.Errorf("got %+v, want agreement of two and one invalid", m)
	}
}
