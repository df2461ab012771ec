package store

import (
	"testing"
	"testing/fstest"
)

// A migration that is missing between two others would be passed over by every database that has the later one.
func TestMigrationsLeaveNoGap(t *testing.T) {
	for want, names := range map[bool][]string{true: {"0001_a.sql", "0002_b.sql"}, false: {"0001_a.sql", "0003_c.sql"}} {
		files := fstest.MapFS{}
		for _, n := range names {
			files["migrations/"+n] = &fstest.MapFile{Data: []byte("SELECT 1;")}
		}
		if list, err := migrationsOf(files); (err == nil) != want || want && len(list) != len(names) {
			t.Errorf("%v: %d read, %v", names, len(list), err)
		}
	}
	for _, names := range [][]string{{"0001_a.sql", "0001_b.sql"}, {"0000_a.sql"}, {"a.sql"}} {
		files := fstest.MapFS{}
		for _, n := range names {
			files["migrations/"+n] = &fstest.MapFile{}
		}
		if _, err := migrationsOf(files); err == nil {
			t.Errorf("%v are taken", names)
		}
	}
}
