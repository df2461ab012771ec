package main

import (
	"os"
	"path/filepath"
	"testing"
)

// device lays a block device out as /sys does.
func device(t *testing.T, uuid string, below ...string) string {
	t.Helper()
	dir := t.TempDir()
	if uuid != "" {
		if err := os.MkdirAll(filepath.Join(dir, "dm"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "dm", "uuid"), []byte(uuid+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "slaves"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, b := range below {
		if err := os.Symlink(b, filepath.Join(dir, "slaves", filepath.Base(b))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDiskEncryptionIsSeenThroughLayers(t *testing.T) {
	luks := device(t, "CRYPT-LUKS2-0123", device(t, ""))
	for _, c := range []struct {
		name, device string
		want         diskState
	}{
		{"plain disk", device(t, ""), diskPlain},
		{"LUKS", luks, diskEncrypted},
		{"LVM on LUKS", device(t, "LVM-abc", luks), diskEncrypted},
		{"LVM on a plain disk", device(t, "LVM-abc", device(t, "")), diskPlain},
		{"no such device", filepath.Join(t.TempDir(), "none"), diskUnknown},
	} {
		if got, err := encryptedBelow(c.device); err != nil || got != c.want {
			t.Errorf("%s: %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}
