package worker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"segnatura/pdfa"
)

// Time counts only while the process is waited for, and a step begins the shorter of the two anew.
func TestStopwatch(t *testing.T) {
	sleep := func(d time.Duration) func() error { return func() error { time.Sleep(d); return nil } }
	for _, test := range []struct {
		name string
		run  func(*stopwatch)
		late bool
	}{
		{"in time", func(s *stopwatch) { _ = s.wait(sleep(9 * time.Second)) }, false},
		{"stuck", func(s *stopwatch) { _ = s.wait(sleep(11 * time.Second)) }, true},
		{"stuck over many questions", func(s *stopwatch) {
			for range 11 {
				_ = s.wait(sleep(time.Second))
			}
		}, true},
		{"we were slow, not the process", func(s *stopwatch) {
			_ = s.wait(sleep(9 * time.Second))
			time.Sleep(time.Hour)
			_ = s.wait(sleep(time.Second / 2))
		}, false},
		{"page after page", func(s *stopwatch) {
			for range 6 {
				_ = s.wait(sleep(9 * time.Second))
				s.step()
			}
		}, false},
		{"page after page without end", func(s *stopwatch) {
			for range 7 {
				_ = s.wait(sleep(9 * time.Second))
				s.step()
			}
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var late atomic.Bool
				test.run(&stopwatch{stall: 10 * time.Second, total: time.Minute, late: func() { late.Store(true) }})
				synctest.Wait()
				if late.Load() != test.late {
					t.Errorf("late: %t, want %t", late.Load(), test.late)
				}
			})
		})
	}
}

// A field that the vocabulary gains must not stay outside of the jail in silence.
func TestAJobLosesNothingOnItsWay(t *testing.T) {
	in := pdfa.Input{}
	fill(t, reflect.ValueOf(&in).Elem())
	sent, err := json.Marshal(specs([]pdfa.Input{in}))
	if err != nil {
		t.Fatal(err)
	}
	var got []inputSpec
	if err := json.Unmarshal(sent, &got); err != nil {
		t.Fatal(err)
	}
	back := got[0].input(nil)
	in.Open, back.Open = nil, nil
	if !reflect.DeepEqual(in, back) {
		t.Errorf("%+v became %+v", in, back)
	}
	job := pdfa.Job{}
	fill(t, reflect.ValueOf(&job).Elem())
	sent, err = json.Marshal(convertArgsOf(job))
	if err != nil {
		t.Fatal(err)
	}
	var args convertArgs
	if err := json.Unmarshal(sent, &args); err != nil {
		t.Fatal(err)
	}
	want, again := job, args.job(nil)
	want.Inputs = nil
	if !again.Metadata.CreatedAt.Equal(want.Metadata.CreatedAt) {
		t.Errorf("made at %v, was %v", again.Metadata.CreatedAt, want.Metadata.CreatedAt)
	}
	again.Metadata.CreatedAt = want.Metadata.CreatedAt
	if !reflect.DeepEqual(want, again) {
		t.Errorf("%+v became %+v", want, again)
	}
	raster := pdfa.Raster{}
	fill(t, reflect.ValueOf(&raster).Elem())
	if h, pix := headOf(raster).raster(raster.Pix), raster.Pix; !reflect.DeepEqual(h, raster) || len(pix) == 0 {
		t.Errorf("%+v became %+v", raster, h)
	}
}

// fill gives every field a value that is not zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("parola")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(7.5)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 22, 9, 30, 0, 0, time.FixedZone("", 3600))))
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	case reflect.Func:
	default:
		t.Fatalf("nobody thought of a %s", v.Type())
	}
}

func TestFramesAreBounded(t *testing.T) {
	for name, frame := range map[string]string{
		"unknown kind": "\x01\x00\x00\x00\x00",
		"too long":     "p\x00\x00\x00\x05aaaaa",
		"endless":      "w\xff\xff\xff\xff",
	} {
		if _, _, err := readFrame(strings.NewReader(frame), nil); !errors.Is(err, errProtocol) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, frame := range map[string]string{"no head": "p\x00", "no payload": "p\x00\x00\x00\x04aa"} {
		if _, _, err := readFrame(strings.NewReader(frame), nil); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := writeFrame(io.Discard, kindProgress, make([]byte, 5)); !errors.Is(err, errProtocol) {
		t.Errorf("a frame of ours that is too long: %v", err)
	}
}

// again says the same for ever, as a process does that was taken over.
type again struct {
	said []byte
	at   int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.said[a.at:])
	a.at = (a.at + n) % len(a.said)
	return n, nil
}

// Frames that cost the process nothing and us time end the job, whatever they are.
func TestFramesWithoutEndAreNotServed(t *testing.T) {
	frames := func(list ...kind) (b []byte) {
		var w bytes.Buffer
		for _, k := range list {
			payload := []byte{}
			if k == kindProgress || k == kindOpen || k == kindClose {
				payload = make([]byte, 4)
			}
			if err := writeFrame(&w, k, payload); err != nil {
				t.Fatal(err)
			}
		}
		return w.Bytes()
	}
	ample := budget{bytes: 1 << 40, frames: 1 << 40, steps: 1 << 40}
	fewBytes, fewFrames, fewSteps := ample, ample, ample
	fewBytes.bytes, fewFrames.frames, fewSteps.steps = 10_000, 1000, 1000
	for _, test := range []struct {
		name  string
		said  []byte
		left  budget
		words string
	}{
		{"empty parts", frames(kindPart, kindPartEnd), fewSteps, "parts"},
		{"progress", frames(kindProgress), fewSteps, "pages"},
		{"codes", frames(kindAccept), fewSteps, "codes"},
		{"opening and closing", frames(kindOpen, kindClose), fewFrames, "frames"},
		{"heads", frames(kindPart, kindPartEnd), fewBytes, "bytes"},
		{"empty data", append(frames(kindPart), frames(kindPartData)...), ample, "empty"},
		{"empty output", frames(kindWrite), ample, "empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer null.Close()
			dead := make(chan struct{})
			close(dead)
			c := &call{
				ctx: t.Context(), left: test.left, open: map[int]io.ReadSeekCloser{},
				p:      &process{in: null, read: bufio.NewReader(&again{said: test.said}), words: &firstWords{}, ended: dead, reaped: true},
				watch:  &stopwatch{stall: time.Hour, total: time.Hour, late: func() {}},
				inputs: []pdfa.Input{{Name: "a.pdf", Open: func() (io.ReadSeekCloser, error) { return unclosed{bytes.NewReader(nil)}, nil }}},
				back: callbacks{
					output: io.Discard, accept: func(string) bool { return false },
					part: func(_ []byte, data io.Reader) (int, error) { _, err := io.Copy(io.Discard, data); return 1, err },
				},
			}
			_, err = c.do(nil)
			died, ok := errors.AsType[*DiedError](err)
			if !ok || died.Cause != CauseProtocol || !strings.Contains(died.Refused.Detail, test.words) {
				t.Errorf("%v", err)
			}
		})
	}
}

// FuzzFrames reads what a process that was taken over may say: it must be bounded, and never more than what came.
func FuzzFrames(f *testing.F) {
	for _, k := range []kind{kindOpen, kindWrite, kindDone, kindProgress} {
		var b bytes.Buffer
		if err := writeFrame(&b, k, []byte("abcd")); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("w\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		for {
			k, payload, err := readFrame(r, nil)
			if err != nil {
				return
			}
			if most, known := longest(k); !known || len(payload) > most || len(payload) > len(data) {
				t.Fatalf("%q of %d bytes from %d", k, len(payload), len(data))
			}
		}
	})
}

// The filter is a program that the kernel takes, with every call that it allows named once.
func TestSystemCallsAreNamedOnce(t *testing.T) {
	seen := map[uintptr]bool{unix.SYS_CLONE3: true}
	for _, c := range among(1) {
		seen[c.call] = true
	}
	for _, r := range conditional() {
		seen[r.call] = true
	}
	for _, call := range append(allowed, callsHere...) {
		if seen[call] {
			t.Errorf("call %d stands twice: the first counts", call)
		}
		seen[call] = true
	}
	if n := len(program(1)); n > unix.BPF_MAXINSNS {
		t.Errorf("%d instructions", n)
	}
	for _, never := range []uintptr{unix.SYS_OPENAT, unix.SYS_SOCKET, unix.SYS_CONNECT, unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_PTRACE, unix.SYS_KILL, unix.SYS_IOCTL} {
		if seen[never] {
			t.Errorf("call %d is allowed", never)
		}
	}
}

func TestJailSaysWhatItLacks(t *testing.T) {
	whole := Jail{AddressSpaceBytes: 1, Landlock: landlockSignals, Seccomp: true}
	if l := whole.Lacking(); len(l) > 0 {
		t.Errorf("a whole jail lacks %v", l)
	}
	if l := (Jail{}).Lacking(); len(l) != 3 {
		t.Errorf("no jail lacks only %v", l)
	}
	for version, lacks := range map[int]int{1: 2, landlockNetwork: 1, landlockSignals - 1: 1} {
		if l := (Jail{AddressSpaceBytes: 1, Landlock: version, Seccomp: true}).Lacking(); len(l) != lacks {
			t.Errorf("a kernel with landlock %d lacks %v", version, l)
		}
	}
}

// Where the system would not say how a process ended, its job is refused like any other that crashed.
func TestADeathThatNobodyCouldWaitFor(t *testing.T) {
	c := call{p: &process{words: &firstWords{}}, at: place{file: "a.pdf"}}
	if d := c.died(io.EOF); d.Cause != CauseCrash || d.Refused.File != "a.pdf" || d.Refused.Reason != pdfa.RefusedCrash || d.Refused.Detail == "" {
		t.Errorf("died %+v", d)
	}
}

func TestWordsFromTheJailAreCleaned(t *testing.T) {
	for in, want := range map[string]string{"a\x1b[31mb\x00\nc": "a[31mb c", "è\xff": "è"} {
		if got := clean(in, 12); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
	if got := clean(strings.Repeat("à", 10), 5); got != "ààà…" {
		t.Errorf("cut to %q", got)
	}
}
