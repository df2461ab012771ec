package worker

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// The limits that the kernel holds a process to.
const (
	// addressSpace is generous because Go reserves far more than it uses: with less than 1 GiB its programs do not start. What a
	// document really takes is watched from outside (Limits.MemoryBytes).
	addressSpace = 4 << 30
	openFiles    = 16 // three pipes, and what Go's runtime wants for itself
)

// Jail is what holds a process, as far as the kernel could.
type Jail struct {
	AddressSpaceBytes int64 `json:"addressSpaceBytes"` // RLIMIT_AS; 0: none
	// Landlock is the kernel's version of it; 0: it has none. From 4 on it also refuses TCP, from 6 signals and abstract sockets.
	Landlock int `json:"landlock"`
	// Seccomp says that the process can call only what stands in the table of this package.
	Seccomp bool `json:"seccomp"`
}

// The first versions of landlock that refuse TCP, and signals to others.
const (
	landlockNetwork = 4
	landlockSignals = 6
)

// Lacking names what the kernel could not do, for people; empty when the jail is whole.
func (j Jail) Lacking() (list []string) {
	for _, part := range []struct {
		lacks bool
		name  string
	}{
		{j.AddressSpaceBytes == 0, "no limit of the address space"},
		{j.Landlock == 0, "landlock: files are kept away by seccomp alone"},
		{j.Landlock > 0 && j.Landlock < landlockNetwork, "landlock of the network"},
		{j.Landlock > 0 && j.Landlock < landlockSignals, "landlock of signals"},
		{!j.Seccomp, "seccomp: system calls are not filtered"},
	} {
		if part.lacks {
			list = append(list, part.name)
		}
	}
	return list
}

// enter shuts this process in, for good: no file, no connection, no other program, and no privilege can be had from here on. Only
// what the kernel does not know is left out, and said; any other failure is an error, after which no foreign byte may be read.
func enter() (Jail, error) {
	var j Jail
	var err error
	if j.AddressSpaceBytes, err = limit(); err != nil {
		return j, err
	}
	// seccomp asks for it on the thread that calls; it and landlock hand it on to all others.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return j, fmt.Errorf("jail: give up new privileges: %w", err)
	}
	if j.Landlock = landlockVersion(); j.Landlock > 0 {
		if err := landlock.V11.BestEffort().Restrict(); err != nil {
			return j, fmt.Errorf("jail: landlock: %w", err)
		}
	}
	switch err := filterCalls(); {
	case err == nil:
		j.Seccomp = true
	case !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EINVAL): // these two are a kernel that was built without it
		return j, fmt.Errorf("jail: seccomp: %w", err)
	}
	return j, nil
}

// limit sets the resource limits and returns the one of the address space. A process that already has more, as one under the race
// detector, could not go on with less.
func limit() (address int64, err error) {
	for resource, most := range map[int]uint64{unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: openFiles} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return 0, fmt.Errorf("jail: limit %d of resource %d: %w", most, resource, err)
		}
	}
	taken, err := memory(os.Getpid())
	if err != nil {
		return 0, fmt.Errorf("jail: %w", err)
	}
	if taken.virtual > addressSpace/2 {
		return 0, nil
	}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: addressSpace, Max: addressSpace}); err != nil {
		return 0, fmt.Errorf("jail: limit the address space: %w", err)
	}
	return addressSpace, nil
}

// landlockVersion asks the kernel; 0 where it has none, or was started without.
func landlockVersion() int {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(version)
}

// taken is how much memory a process has, in bytes.
type taken struct{ virtual, resident int64 }

// memory reads /proc/PID/statm (proc(5)): sizes in pages.
func memory(pid int) (taken, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return taken{}, fmt.Errorf("read the memory of a process: %w", err)
	}
	var t taken
	if _, err := fmt.Sscan(string(text), &t.virtual, &t.resident); err != nil {
		return taken{}, fmt.Errorf("read the memory of process %d: %w", pid, err)
	}
	page := int64(os.Getpagesize())
	return taken{virtual: t.virtual * page, resident: t.resident * page}, nil
}
