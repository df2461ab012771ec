package worker_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"segnatura/pdfa"
	"segnatura/pdfa/worker"
	"segnatura/scanner"
)

// The engines of the child: honest ones, and deeds that hostile bytes could make an engine do. The deed is the job's title. It is done
// in the second file, after one page of it: on page 2.
func testEngines() worker.Engines {
	return worker.Engines{
		Convert: func(_ context.Context, job pdfa.Job, w io.Writer, progress func(int)) (pdfa.Result, error) {
			do, known := deeds()[job.Metadata.Title]
			if !known {
				return pdfa.Result{}, fmt.Errorf("no deed %q", job.Metadata.Title)
			}
			return do(job, w, progress)
		},
		Check: func(_ context.Context, r io.ReaderAt, size int64, progress func(int)) (pdfa.Report, error) {
			if size == slowCheck {
				slowly(progress)
			}
			b := make([]byte, size)
			if _, err := r.ReadAt(b, 0); err != nil {
				return pdfa.Report{}, err
			}
			sum := sha256.Sum256(b)
			return pdfa.Report{Compliant: true, SHA256: hex.EncodeToString(sum[:])}, nil
		},
		Rasters: func(_ context.Context, inputs []pdfa.Input, emit func(pdfa.Raster) error, progress func(int)) (int, error) {
			if inputs[0].Name == slowPages {
				slowly(progress)
				return slowlyDone, nil
			}
			for i := range inputs {
				r := pdfa.Raster{Page: i + 1, Width: 1001, Height: 700, XDPI: 300, YDPI: 200, Bitonal: i%2 == 1}
				if r.Pix = pattern(1001 * 700); r.Bitonal {
					r.Pix = pattern(126 * 700)
				}
				if inputs[i].Name == "short" {
					r.Pix = r.Pix[1:]
				}
				if inputs[i].Name == "long" {
					r.Pix = append(r.Pix, 0)
				}
				if err := emit(r); err != nil {
					return 0, err
				}
			}
			return len(inputs) + 1, nil
		},
		Inspect: func(_ context.Context, r io.ReadSeeker, s scanner.Settings, accept func(string) bool, maxPx int) (scanner.Facts, []byte, error) {
			b, err := io.ReadAll(r)
			if err != nil {
				return scanner.Facts{}, nil, err
			}
			if bytes.HasPrefix(b, []byte("panic")) {
				panic("a decoder's fault")
			}
			if bytes.HasPrefix(b, []byte("bad")) {
				return scanner.Facts{}, nil, fmt.Errorf("look: %w", &scanner.Fault{Kind: scanner.FaultTruncated, Detail: "half", Err: errors.New("eof")})
			}
			facts := scanner.Facts{WidthPx: len(b), HeightPx: maxPx, XDPI: float64(s.ResolutionXDPI)}
			for _, code := range []string{"theirs", "ours"} {
				if accept == nil || accept(code) {
					facts.Codes = append(facts.Codes, scanner.CodeRead{Text: code})
				}
			}
			return facts, pattern(300_000), nil
		},
		Separate: func(_ context.Context, in pdfa.Input, emit func(worker.Part) error) error {
			r, err := in.Open()
			if err != nil {
				return err
			}
			defer r.Close()
			b, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			for i, part := range bytes.Split(b, []byte("|")) {
				if string(part) == "panic" {
					panic("a decoder's fault")
				}
				if err := emit(worker.Part{Page: i + 1, Format: "image/png", Data: bytes.NewReader(part)}); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// slowCheck is the length of a file whose check takes longer than a process may take from page to page, and slowPages the name of a
// file that is as slow for text.
const (
	slowCheck = 99
	slowPages = "slow"

	slowlyDone = 8 // pages
)

// slowly does eight pages in two seconds.
func slowly(progress func(page int)) {
	for i := range slowlyDone {
		time.Sleep(250 * time.Millisecond)
		progress(i + 1)
	}
}

type doing = func(job pdfa.Job, w io.Writer, progress func(int)) (pdfa.Result, error)

func deeds() map[string]doing {
	hostile := func(do func() error) doing {
		return func(job pdfa.Job, _ io.Writer, progress func(int)) (pdfa.Result, error) {
			for i, pages := range []int{1, 1} { // the first file whole, one page of the second
				r, err := job.Inputs[i].Open()
				if err != nil {
					return pdfa.Result{}, err
				}
				if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
					return pdfa.Result{}, err
				}
				progress(i + pages)
				if i == 0 {
					r.Close()
				} else {
					defer r.Close() // as engines do, also on a panic's way out
				}
			}
			return pdfa.Result{}, do()
		}
	}
	return map[string]doing{
		"copy": copyAll,
		"loop": hostile(func() error {
			for n := 0; ; n++ {
				runtime.KeepAlive(n)
			}
		}),
		"sleep": hostile(func() error { time.Sleep(time.Hour); return nil }),
		"allocate": hostile(func() error {
			var held [][]byte
			for {
				b := make([]byte, 8<<20)
				for i := 0; i < len(b); i += 4096 {
					b[i] = 1
				}
				held = append(held, b)
				runtime.KeepAlive(held)
			}
		}),
		"reserve": hostile(func() error {
			_, err := unix.Mmap(-1, 0, 8<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
			return err
		}),
		"panic": hostile(func() error { panic("a decoder's fault") }),
		"abort": hostile(func() error { return unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGABRT) }),
		"exit":  hostile(func() error { os.Exit(0); return nil }),
		"garbage": hostile(func() error {
			_, err := os.Stdout.WriteString(strings.Repeat("garbage", 1000))
			time.Sleep(time.Hour)
			return err
		}),
		"close pipe": hostile(func() error {
			err := os.Stdout.Close()
			time.Sleep(time.Hour)
			return err
		}),
		"refuse": hostile(func() error {
			return fmt.Errorf("read: %w", &pdfa.RefusedError{File: "allegato.tif", Page: 2, Reason: pdfa.RefusedCorrupt, Detail: "no"})
		}),
		"lie":    func(pdfa.Job, io.Writer, func(int)) (pdfa.Result, error) { return pdfa.Result{Bytes: 1}, nil },
		"escape": hostile(escape),
	}
}

// copyAll writes all inputs after each other.
func copyAll(job pdfa.Job, w io.Writer, progress func(int)) (pdfa.Result, error) {
	sum := sha256.New()
	var result pdfa.Result
	for i, in := range job.Inputs {
		r, err := in.Open()
		if err != nil {
			return result, err
		}
		n, err := io.Copy(io.MultiWriter(w, sum), r)
		result.Bytes += n
		if err := errors.Join(err, r.Close()); err != nil {
			return result, err
		}
		result.Pages = append(result.Pages, pdfa.PageResult{Input: in.Name, WidthPx: in.Rotate, WidthMM: in.AssumeXDPI, HeightMM: in.AssumeYDPI})
		progress(i + 1)
	}
	for _, text := range job.Text {
		result.Pages[0].Words += len(text.Words)
	}
	result.SHA256, result.Flavour = hex.EncodeToString(sum.Sum(nil)), job.Flavour
	return result, nil
}

// escape tries every way out, and says which were open. All goroutines and threads are tried, also one that is new.
func escape() error {
	attempts := map[string]func() error{
		"read a file":       func() error { _, err := os.ReadFile("/etc/passwd"); return err },
		"write a file":      func() error { return os.WriteFile("/tmp/escaped", nil, 0o600) },
		"list a folder":     func() error { _, err := os.ReadDir("/"); return err },
		"open its memory":   func() error { _, err := os.Open("/proc/self/mem"); return err },
		"connect by TCP":    func() error { _, err := net.Dial("tcp", "127.0.0.1:1"); return err },
		"listen":            func() error { _, err := net.Listen("tcp", "127.0.0.1:0"); return err },
		"make a socket":     func() error { _, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err },
		"make a netlink":    func() error { _, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, 0); return err },
		"exec":              func() error { return exec.Command("/bin/true").Run() },
		"exec in place":     func() error { return unix.Exec("/bin/true", []string{"true"}, nil) },
		"signal its parent": func() error { return unix.Kill(unix.Getppid(), 0) },
		"signal a thread of its parent": func() error {
			return unix.Tgkill(unix.Getppid(), unix.Getppid(), 0)
		},
		// With O_ASYNC the kernel would send it for the process, for data that come.
		"have its parent signalled":         func() error { _, err := unix.FcntlInt(0, unix.F_SETOWN, unix.Getppid()); return err },
		"have its parent's group signalled": func() error { _, err := unix.FcntlInt(0, unix.F_SETOWN, -unix.Getppid()); return err },
		"choose that signal":                func() error { _, err := unix.FcntlInt(0, unix.F_SETSIG, int(unix.SIGKILL)); return err },
		"have a thread signalled": func() error {
			owner := [2]int32{0, int32(unix.Getppid())} // struct f_owner_ex: F_OWNER_TID
			_, _, e := unix.RawSyscall(unix.SYS_FCNTL, 0, unix.F_SETOWN_EX, uintptr(unsafe.Pointer(&owner)))
			return errno(e)
		},
		"trace its parent":   func() error { return unix.PtraceAttach(unix.Getppid()) },
		"more address space": func() error { return unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: 1 << 40, Max: 1 << 40}) },
		"code as it goes": func() error {
			_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
			return err
		},
		"another user": func() error { _, _, e := unix.RawSyscall(unix.SYS_SETUID, 1, 0, 0); return errno(e) },
		"a process": func() error {
			_, _, e := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
			return errno(e)
		},
		"io_uring":           func() error { _, _, e := unix.RawSyscall(unix.SYS_IO_URING_SETUP, 1, 0, 0); return errno(e) },
		"a program for eBPF": func() error { _, _, e := unix.RawSyscall(unix.SYS_BPF, 0, 0, 0); return errno(e) },
		"its parent's memory": func() error {
			_, _, e := unix.RawSyscall6(unix.SYS_PROCESS_VM_READV, uintptr(unix.Getppid()), 0, 0, 0, 0, 0)
			return errno(e)
		},
	}
	var mu sync.Mutex
	var open []string
	var all sync.WaitGroup
	for name, attempt := range attempts {
		all.Go(func() {
			err := attempt()
			if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			open = append(open, fmt.Sprintf("%s: %v", name, err))
		})
	}
	all.Wait()
	if len(open) > 0 {
		return fmt.Errorf("open: %s", strings.Join(open, "; "))
	}
	return errShut
}

// errShut is what escape returns when there is no way out.
var errShut = errors.New("shut on all sides")

func errno(e unix.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}
