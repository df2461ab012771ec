package ntp

import (
	"time"

	"golang.org/x/sys/unix"
)

// Steady returns a clock that nobody sets and that goes on while the machine sleeps (CLOCK_BOOTTIME, clock_gettime(2)); its zero means
// nothing.
func Steady() func() time.Duration {
	return func() time.Duration {
		var now unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
			panic("ntp: CLOCK_BOOTTIME, which Linux has since 2.6.39: " + err.Error())
		}
		return time.Duration(now.Nano())
	}
}
