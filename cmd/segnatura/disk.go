package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// diskState says whether a folder's file system lies on an encrypted device (GDPR art. 32; decision 0006).
type diskState string

const (
	diskEncrypted diskState = "encrypted"
	diskPlain     diskState = "not encrypted"
	diskUnknown   diskState = "unknown" // no block device of ours: a network share, a virtual file system
)

// diskOf looks below the device of dir, as /sys describes it, for a dm-crypt layer.
func diskOf(dir string) (diskState, error) {
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return diskUnknown, fmt.Errorf("look at the disk of %s: %w", dir, err)
	}
	return encryptedBelow(fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev)))
}

// encryptedBelow reads one device and what it is made of (LVM on LUKS is two layers). Such chains are short and have no loops.
func encryptedBelow(device string) (diskState, error) {
	if _, err := os.Stat(device); err != nil {
		return diskUnknown, nil
	}
	uuid, err := os.ReadFile(filepath.Join(device, "dm", "uuid"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskUnknown, err
	}
	if strings.HasPrefix(string(uuid), "CRYPT-") {
		return diskEncrypted, nil
	}
	below, err := filepath.Glob(filepath.Join(device, "slaves", "*"))
	if err != nil {
		return diskUnknown, err
	}
	for _, d := range below {
		if s, err := encryptedBelow(d); err != nil || s == diskEncrypted {
			return s, err
		}
	}
	return diskPlain, nil
}
