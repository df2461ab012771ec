package durable_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"segnatura/internal/durable"
	"segnatura/internal/durable/durabletest"
)

// operation is one exported change with the calls that it must make, in this order, and what may be seen after a failure.
type operation struct {
	name  string
	run   func(f durable.Files, dir string) error
	calls []string
	// whole says whether the folder is in a state that a reader may meet at any instant of run.
	whole func(t *testing.T, dir string) bool
}

const (
	before = "old content"
	after  = "new content, longer than the old"
)

func operations() []operation {
	return []operation{{
		name: "WriteFile",
		run: func(f durable.Files, dir string) error {
			return f.WriteFile(filepath.Join(dir, "old"), strings.NewReader(after), 0o600)
		},
		calls: []string{"create .tmp", "write .tmp", "fsync .tmp", "rename .tmp old", "fsync ."},
		whole: func(t *testing.T, dir string) bool {
			return slices.Contains([]string{before, after}, read(t, dir, "old"))
		},
	}, {
		name: "CreateExclusive",
		run: func(f durable.Files, dir string) error {
			return f.CreateExclusive(filepath.Join(dir, "new"), strings.NewReader(after), 0o400)
		},
		calls: []string{"create .tmp", "write .tmp", "fsync .tmp", "link .tmp new", "remove .tmp", "fsync ."},
		whole: func(t *testing.T, dir string) bool { return slices.Contains([]string{"", after}, read(t, dir, "new")) },
	}, {
		name:  "MkdirAll",
		run:   func(f durable.Files, dir string) error { return f.MkdirAll(filepath.Join(dir, "a", "b"), 0o700) },
		calls: []string{"fsync ..", "mkdir a", "fsync .", "mkdir a/b", "fsync a"},
		whole: func(*testing.T, string) bool { return true },
	}, {
		name:  "Remove",
		run:   func(f durable.Files, dir string) error { return f.Remove(filepath.Join(dir, "old")) },
		calls: []string{"remove old", "fsync ."},
		whole: func(t *testing.T, dir string) bool { return slices.Contains([]string{before, ""}, read(t, dir, "old")) },
	}, {
		name: "MoveExclusive",
		run: func(f durable.Files, dir string) error {
			return f.MoveExclusive(filepath.Join(dir, "old"), filepath.Join(dir, "taken", "old"))
		},
		calls: []string{"fsync old", "link old taken/old", "fsync taken", "remove old", "fsync ."},
		whole: func(t *testing.T, dir string) bool {
			from, to := read(t, dir, "old"), read(t, dir, "taken/old")
			return from+to == before || from == before && to == before
		},
	}}
}

// start makes the folder that each operation begins with.
func start(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	for _, d := range []string{dir, filepath.Join(dir, "taken")} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "old"), []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

func TestCallsAreMadeInTheOrderThatMakesThemDurable(t *testing.T) {
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			dir := start(t)
			rec := &durabletest.Recorder{Root: dir}
			if err := op.run(durable.Files{FS: rec}, dir); err != nil {
				t.Fatal(err)
			}
			if got := rec.Calls(); !slices.Equal(got, op.calls) {
				t.Errorf("calls:\n got %q\nwant %q", got, op.calls)
			}
		})
	}
}

// Each call fails once before it had an effect and once after, on a living and on a dying machine. In every case the error is
// told, a reader sees old or new and nothing between, and the same work repeated afterwards succeeds.
func TestEveryFailureIsToldAndLeavesAWholeFolder(t *testing.T) {
	for _, op := range operations() {
		for _, fault := range []durabletest.Fault{
			{Err: syscall.ENOSPC}, {Err: syscall.EIO, After: true},
			{Err: durabletest.ErrDead, Dead: true}, {Err: durabletest.ErrDead, Dead: true, After: true},
		} {
			for n := 1; n <= len(op.calls); n++ {
				fault.At = n
				dir := start(t)
				rec := &durabletest.Recorder{Root: dir, Fault: fault}
				err := op.run(durable.Files{FS: rec}, dir)
				where := op.name + ": " + op.calls[n-1]
				if !rec.Fired() || !errors.Is(err, fault.Err) {
					t.Fatalf("%s %+v: fired %v, error %v", where, fault, rec.Fired(), err)
				}
				if !op.whole(t, dir) {
					t.Errorf("%s %+v: a reader sees a part", where, fault)
				}
				left := temps(t, dir)
				if !fault.Dead && op.calls[n-1] != "remove .tmp" && op.calls[n-1] != "create .tmp" && left != 0 {
					t.Errorf("%s %+v: %d temporary files left", where, fault, left)
				}
				if got, err := (durable.Files{}).CleanTemps(dir); err != nil || got != left {
					t.Errorf("%s: CleanTemps = %d, %v; there were %d", where, got, err, left)
				}
				if err := op.run(durable.Files{}, dir); err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s %+v: repeated: %v", where, fault, err)
				}
				if !op.whole(t, dir) || temps(t, dir) != 0 {
					t.Errorf("%s %+v: the repeated work left a part", where, fault)
				}
			}
		}
	}
}

func temps(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if durable.IsTemp(e.Name()) {
			n++
		}
	}
	return n
}

func TestAnUnsyncedFolderIsUnsettledAndNotSuccess(t *testing.T) {
	for _, op := range operations() {
		dir := start(t)
		rec := &durabletest.Recorder{Root: dir, Fault: durabletest.Fault{At: len(op.calls), Err: syscall.EIO}}
		if err := op.run(durable.Files{FS: rec}, dir); !errors.Is(err, durable.ErrUnsettled) || !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: %v", op.name, err)
		}
	}
}

func TestAFailingReaderLeavesTheOldContent(t *testing.T) {
	dir := start(t)
	cut := errors.New("cut")
	r := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(cut))
	if err := (durable.Files{}).WriteFile(filepath.Join(dir, "old"), r, 0o600); !errors.Is(err, cut) {
		t.Fatal(err)
	}
	if got := read(t, dir, "old"); got != before || temps(t, dir) != 0 {
		t.Errorf("content %q, temporaries %d", got, temps(t, dir))
	}
}

func TestExclusiveWorkNeverReplaces(t *testing.T) {
	dir := start(t)
	old := filepath.Join(dir, "old")
	if err := (durable.Files{}).CreateExclusive(old, strings.NewReader(after), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("CreateExclusive: %v", err)
	}
	other := filepath.Join(dir, "taken", "other")
	if err := os.WriteFile(other, []byte(after), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (durable.Files{}).MoveExclusive(other, old); !errors.Is(err, fs.ErrExist) {
		t.Errorf("MoveExclusive: %v", err)
	}
	if read(t, dir, "old") != before || read(t, dir, "taken/other") != after || temps(t, dir) != 0 {
		t.Error("a file changed")
	}
}

func TestMoveExclusiveWhenTheFirstLinkFails(t *testing.T) {
	for _, c := range []struct {
		err   syscall.Errno
		moved bool
	}{{syscall.EXDEV, true}, {syscall.EMLINK, true}, {syscall.EPERM, false}} {
		dir := start(t)
		rec := &durabletest.Recorder{Root: dir, Fault: durabletest.Fault{At: 2, Err: c.err}}
		err := (durable.Files{FS: rec}).MoveExclusive(filepath.Join(dir, "old"), filepath.Join(dir, "taken", "old"))
		if (err == nil) != c.moved || !c.moved && !errors.Is(err, c.err) {
			t.Errorf("%v: %v", c.err, err)
		}
		want := map[bool][2]string{true: {"", before}, false: {before, ""}}[c.moved]
		if got := [2]string{read(t, dir, "old"), read(t, dir, "taken/old")}; got != want {
			t.Errorf("%v: %q", c.err, got)
		}
	}
}

func TestMoveExclusiveFinishesAMoveThatWasCutShort(t *testing.T) {
	dir := start(t)
	from, to := filepath.Join(dir, "old"), filepath.Join(dir, "taken", "old")
	if err := os.Link(from, to); err != nil {
		t.Fatal(err)
	}
	if err := (durable.Files{}).MoveExclusive(from, to); err != nil {
		t.Fatal(err)
	}
	if read(t, dir, "old") != "" || read(t, dir, "taken/old") != before {
		t.Error("not moved")
	}
}

func TestANameThatDependsOnTheContent(t *testing.T) {
	dir := start(t)
	p, err := durable.Files{}.Create(dir, 0o400)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Abort()
	if _, err := io.Copy(p, bytes.NewReader(make([]byte, 1<<20))); err != nil {
		t.Fatal(err)
	}
	if err := p.CommitExclusive("digest"); err != nil {
		t.Fatal(err)
	}
	if err := p.Abort(); err != nil {
		t.Errorf("Abort after a commit: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "digest"))
	if err != nil || info.Size() != 1<<20 || info.Mode().Perm() != 0o400 {
		t.Errorf("%v %v", info, err)
	}
	if _, err := p.Write([]byte("x")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Write after a commit: %v", err)
	}
}

func TestANameMayNotLeaveTheFolder(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", "/etc/passwd", ".tmp-00112233445566778899aabbccddeeff"} {
		p, err := durable.Files{}.Create(t.TempDir(), 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Commit(name); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestMkdirAllRefusesWhatIsNoFolder(t *testing.T) {
	dir := start(t)
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "old"), filepath.Join(dir, "old", "a"), dangling} {
		if err := (durable.Files{}).MkdirAll(path, 0o700); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}

func TestCleanTempsTakesOnlyItsOwn(t *testing.T) {
	dir := start(t)
	keep := []string{".tmp-short", "x.tmp-00112233445566778899aabbccddeeff", ".tmp-zz112233445566778899aabbccddeeff"}
	for _, name := range append(keep, ".tmp-00112233445566778899aabbccddeeff") {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := (durable.Files{}).CleanTemps(dir); n != 1 || err != nil {
		t.Errorf("CleanTemps = %d, %v", n, err)
	}
	for _, name := range append(keep, "old") {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if n, err := (durable.Files{}).CleanTemps(filepath.Join(dir, "none")); n != 0 || err != nil {
		t.Errorf("a folder that is not there: %d, %v", n, err)
	}
}
