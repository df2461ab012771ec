//go:build !linux

package ntp

import "time"

// Steady returns a clock that nobody sets; its zero means nothing. Where it stands still while the machine sleeps, waking up looks like a
// clock that was set, and ends with the next measurement.
func Steady() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}
