package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// ErrLocked means that another process, or another part of this one, holds the lock.
var ErrLocked = errors.New("one process holds the data folder, and it is not this one")

// Lock is the right to write in a data folder (requirement R17.6). It ends with Unlock or with the process, however that ends.
type Lock struct {
	once sync.Once
	file *os.File
}

// Acquire takes the exclusive lock on the file at path, making the file when it is missing, or fails at once with [ErrLocked];
// the error names the process that holds it where the file says so. It is advisory (flock) and belongs to the machine: a
// folder shared over a network is not guarded by it.
func Acquire(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrLocked
		if pid := holder(f); pid > 0 {
			err = fmt.Errorf("%w (process %d)", ErrLocked, pid)
		}
	}
	if err == nil {
		err = errors.Join(f.Truncate(0), writeHolder(f))
		if err != nil {
			err = fmt.Errorf("write the holder: %w", err)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return &Lock{file: f}, nil
}

// Unlock gives the lock back; later calls do nothing. The file stays: removing it would let two processes lock two files of
// one name.
func (l *Lock) Unlock() error {
	var err error
	l.once.Do(func() { err = l.file.Close() })
	return err
}

func writeHolder(f *os.File) error {
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder reads the process number for the message; the lock itself never depends on it.
func holder(f *os.File) int {
	b, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0
	}
	return pid
}
