package worker

import "golang.org/x/sys/unix"

const architecture = unix.AUDIT_ARCH_AARCH64

// callsHere are the forms that only this processor has.
var callsHere []uintptr
