package worker

import (
	"fmt"
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// allowed, with conditional and among, is all that a jailed process may ask of the kernel: to use the pipes that it has, memory, time,
// threads of its own and signals to itself. It is what Go's runtime, glibc's threads and MuPDF were seen to need; everything else, opening files and
// sockets first of all, is refused with EPERM, so that a library that tries and can do without goes on. callsHere adds what only one
// kind of processor has.
var allowed = []uintptr{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_READV, unix.SYS_WRITEV, unix.SYS_CLOSE, unix.SYS_DUP3, unix.SYS_FSTAT, unix.SYS_LSEEK,
	unix.SYS_BRK, unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_MLOCK,
	unix.SYS_FUTEX, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_MEMBARRIER, unix.SYS_RSEQ,
	unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_GETTIMEOFDAY, unix.SYS_GETRANDOM,
	unix.SYS_EXIT, unix.SYS_EXIT_GROUP, unix.SYS_SET_ROBUST_LIST, unix.SYS_RESTART_SYSCALL,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
	unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_GETRUSAGE, unix.SYS_UNAME, unix.SYS_SYSINFO,
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2, unix.SYS_PIPE2, unix.SYS_PPOLL,
	unix.SYS_TIMER_CREATE, unix.SYS_TIMER_SETTIME, unix.SYS_TIMER_DELETE, unix.SYS_SETITIMER,
}

// Fields of struct seccomp_data (linux/seccomp.h); of the arguments the lower halves, on processors of little endian.
const (
	atCall         = 0
	atArchitecture = 4
	atArgument0    = 16
	atArgument1    = 24
	atArgument2    = 32
)

// among are calls that are allowed only where an argument is one of a few values; pid is the process's own.
func among(pid int) []choice {
	return []choice{
		// A signal goes to this process only: it is how Go's runtime stops its threads, and how abort ends it.
		{unix.SYS_TGKILL, atArgument0, []uint32{uint32(pid)}},
		// What Go's runtime and os do to descriptors. Whose signal a pipe's data are (F_SETOWN, F_SETSIG) is not among it: with that
		// the kernel itself would signal, and kill, our parent.
		{unix.SYS_FCNTL, atArgument1, []uint32{unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL, unix.F_DUPFD_CLOEXEC}},
	}
}

type choice struct {
	call     uintptr
	argument uint32
	values   []uint32
}

// conditional are calls that are allowed only where an argument has, or has not, some bits.
func conditional() []rule {
	return []rule{
		{unix.SYS_CLONE, atArgument0, unix.CLONE_THREAD, true}, // threads, never a process
		{unix.SYS_MMAP, atArgument2, unix.PROT_EXEC, false},    // nothing here makes code as it goes
		{unix.SYS_MPROTECT, atArgument2, unix.PROT_EXEC, false},
	}
}

type rule struct {
	call     uintptr
	argument uint32
	bits     uint32
	want     bool // any of the bits set, or none
}

const (
	load    = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	isEqual = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	hasBits = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	answer  = unix.BPF_RET | unix.BPF_K

	refuse  = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	unknown = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
)

// program writes the table as a filter of the kernel's.
func program(pid int) []unix.SockFilter {
	yes := func(call uintptr, then ...unix.SockFilter) []unix.SockFilter {
		return append([]unix.SockFilter{{Code: isEqual, K: uint32(call), Jf: uint8(len(then))}}, then...)
	}
	p := []unix.SockFilter{
		{Code: load, K: atArchitecture},
		{Code: isEqual, K: architecture, Jt: 1},
		{Code: answer, K: unix.SECCOMP_RET_KILL_PROCESS},
		{Code: load, K: atCall},
	}
	// clone3 has its flags in memory, where no filter looks: as on an older kernel, glibc then asks with clone.
	p = append(p, yes(unix.SYS_CLONE3, unix.SockFilter{Code: answer, K: unknown})...)
	for _, c := range among(pid) {
		then := []unix.SockFilter{{Code: load, K: c.argument}}
		for _, v := range c.values {
			then = append(then, unix.SockFilter{Code: isEqual, K: v, Jf: 1}, unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW})
		}
		p = append(p, yes(c.call, append(then, unix.SockFilter{Code: answer, K: refuse})...)...)
	}
	for _, r := range conditional() {
		set, unset := uint32(unix.SECCOMP_RET_ALLOW), refuse
		if !r.want {
			set, unset = unset, set
		}
		p = append(p, yes(r.call,
			unix.SockFilter{Code: load, K: r.argument},
			unix.SockFilter{Code: hasBits, K: r.bits, Jf: 1},
			unix.SockFilter{Code: answer, K: set},
			unix.SockFilter{Code: answer, K: unset})...)
	}
	for _, call := range slices.Concat(allowed, callsHere) {
		p = append(p, yes(call, unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW})...)
	}
	return append(p, unix.SockFilter{Code: answer, K: refuse})
}

// filterCalls puts the table in force for every thread of this process, and for those to come.
func filterCalls() error {
	p := program(os.Getpid())
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	switch {
	case errno != 0:
		return errno
	case thread != 0:
		return fmt.Errorf("thread %d has a filter of its own", thread)
	}
	return nil
}
