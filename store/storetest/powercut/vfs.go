package powercut

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite reaches its files through a table of functions. This one lies over the operating system's own: it notes what every write
// to a watched file replaced until the file is synced, and fails everything once the power is gone. The names are SQLite's
// (https://sqlite.org/c3ref/vfs.html, https://sqlite.org/c3ref/io_methods.html).

type (
	openFunc  = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
	fileFunc  = func(tls *libc.TLS, file uintptr) int32
	writeFunc = func(tls *libc.TLS, file, buf uintptr, n int32, offset int64) int32
	truncFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc  = func(tls *libc.TLS, file uintptr, flags int32) int32
	sizeFunc  = func(tls *libc.TLS, file, size uintptr) int32
)

// hook is the process's one table: SQLite knows its file systems for as long as it runs.
type hook struct {
	under   *sqlite3.Tsqlite3_vfs
	mu      sync.Mutex
	disks   map[string]*Disk                         // by their roots
	open    map[uintptr]*openFile                    // by SQLite's handle
	methods map[uintptr]*sqlite3.Tsqlite3_io_methods // ours, by the operating system's
	held    []any                                    // functions that only SQLite knows of
}

type openFile struct {
	disk  *Disk
	path  string
	under *sqlite3.Tsqlite3_io_methods
}

// install puts the hook over the default file system, once.
var install = sync.OnceValues(func() (*hook, error) {
	tls := libc.NewTLS()
	defer tls.Close()
	below := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if below == 0 {
		return nil, fmt.Errorf("SQLite has no file system to watch")
	}
	h := &hook{under: at[sqlite3.Tsqlite3_vfs](below), disks: map[string]*Disk{}, open: map[uintptr]*openFile{}, methods: map[uintptr]*sqlite3.Tsqlite3_io_methods{}}
	own := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	name, err := libc.CString("powercut")
	if own == 0 || err != nil {
		return nil, fmt.Errorf("no memory for a file system")
	}
	v := at[sqlite3.Tsqlite3_vfs](own)
	*v = *h.under
	v.FpNext, v.FzName, v.FxOpen = 0, name, pointer(h, openFunc(h.xOpen))
	if rc := sqlite3.Xsqlite3_vfs_register(tls, own, 1); rc != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("SQLite takes no file system: code %d", rc)
	}
	return h, nil
})

// at is the thing at a C address. The conversion goes through a variable, as the address is no Go pointer.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// pointer is a Go function as SQLite's code calls one, held for as long as the hook; function is what is behind such a pointer.
func pointer[F any](h *hook, f F) uintptr {
	h.held = append(h.held, f)
	return *(*uintptr)(unsafe.Pointer(&f))
}

func function[F any](p uintptr) F {
	holder := struct{ p uintptr }{p}
	return *(*F)(unsafe.Pointer(&holder))
}

func (h *hook) xOpen(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32 {
	var path string
	var disk *Disk
	if name != 0 {
		path = libc.GoString(name)
		disk = h.diskOf(path)
	}
	if disk != nil && disk.isDead() {
		return sqlite3.SQLITE_CANTOPEN
	}
	rc := function[openFunc](h.under.FxOpen)(tls, vfs, name, file, flags, outFlags)
	handle := at[sqlite3.Tsqlite3_file](file)
	if rc != sqlite3.SQLITE_OK || disk == nil || handle.FpMethods == 0 {
		return rc
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	under := handle.FpMethods
	ours := h.methods[under]
	if ours == nil {
		block := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
		if block == 0 {
			return sqlite3.SQLITE_NOMEM
		}
		ours = at[sqlite3.Tsqlite3_io_methods](block)
		*ours = *at[sqlite3.Tsqlite3_io_methods](under)
		ours.FxClose, ours.FxWrite = pointer(h, fileFunc(h.xClose)), pointer(h, writeFunc(h.xWrite))
		ours.FxTruncate, ours.FxSync = pointer(h, truncFunc(h.xTruncate)), pointer(h, syncFunc(h.xSync))
		h.methods[under] = ours
	}
	h.open[file] = &openFile{disk: disk, path: path, under: at[sqlite3.Tsqlite3_io_methods](under)}
	handle.FpMethods = uintptr(unsafe.Pointer(ours))
	return rc
}

// diskOf has the disk that a path lies on, which SQLite hands over whole and without links; nil where nobody watches.
func (h *hook) diskOf(path string) *Disk {
	h.mu.Lock()
	defer h.mu.Unlock()
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], filepath.Separator) {
		if d := h.disks[path[:end]]; d != nil {
			return d
		}
	}
	return nil
}

func (h *hook) file(handle uintptr) *openFile {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open[handle]
}

func (h *hook) xClose(tls *libc.TLS, file uintptr) int32 {
	f := h.file(file)
	h.mu.Lock()
	delete(h.open, file)
	h.mu.Unlock()
	return function[fileFunc](f.under.FxClose)(tls, file)
}

func (h *hook) xWrite(tls *libc.TLS, file, buf uintptr, n int32, offset int64) int32 {
	f := h.file(file)
	return f.disk.change(f.path, func() (undo, int32) { return h.replaced(tls, f, file, offset, int64(n)) }, func() int32 {
		return function[writeFunc](f.under.FxWrite)(tls, file, buf, n, offset)
	})
}

func (h *hook) xTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	f := h.file(file)
	return f.disk.change(f.path, func() (undo, int32) { return h.replaced(tls, f, file, size, -1) }, func() int32 {
		return function[truncFunc](f.under.FxTruncate)(tls, file, size)
	})
}

func (h *hook) xSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	f := h.file(file)
	return f.disk.settle(f.path, func() int32 { return function[syncFunc](f.under.FxSync)(tls, file, flags) })
}

// replaced reads what a write of n bytes at offset is about to replace; n < 0: all from there on.
func (h *hook) replaced(tls *libc.TLS, f *openFile, file uintptr, offset, n int64) (undo, int32) {
	block := libc.Xcalloc(tls, 1, 8)
	defer libc.Xfree(tls, block)
	if rc := function[sizeFunc](f.under.FxFileSize)(tls, file, block); rc != sqlite3.SQLITE_OK {
		return undo{}, rc
	}
	u := undo{offset: offset, size: *at[int64](block)}
	if n < 0 || offset+n > u.size {
		n = u.size - offset
	}
	if n <= 0 {
		return u, sqlite3.SQLITE_OK
	}
	buf := libc.Xmalloc(tls, libc.Tsize_t(n))
	if buf == 0 {
		return undo{}, sqlite3.SQLITE_NOMEM
	}
	defer libc.Xfree(tls, buf)
	if rc := function[writeFunc](f.under.FxRead)(tls, file, buf, int32(n), offset); rc != sqlite3.SQLITE_OK {
		return undo{}, rc
	}
	u.bytes = append([]byte(nil), unsafe.Slice(at[byte](buf), n)...)
	return u, sqlite3.SQLITE_OK
}
