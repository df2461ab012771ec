// Package testenv finds what tests need from outside the module: the shared material (wire samples, corpus) and programs.
// Where something is missing the test skips with a printed reason; where CI=true it fails, because a test that CI skips
// is no test.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Shared returns the absolute path of name inside the shared material, which SEGNATURA_SHARED names (default: ../shared
// beside the module's root).
func Shared(tb testing.TB, name string) string {
	tb.Helper()
	dir := os.Getenv("SEGNATURA_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "shared")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(moduleRoot(), dir)
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		missing(tb, "shared material is not here: %v", err)
	}
	return path
}

// Program returns the path of an external program.
func Program(tb testing.TB, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(tb, "program is not here: %v", err)
	}
	return path
}

// Root returns the module's root folder, for tests that run the built binary or read the Makefile's products.
func Root(tb testing.TB) string {
	tb.Helper()
	return moduleRoot()
}

func missing(tb testing.TB, format string, err error) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatalf(format, err)
	}
	tb.Skipf(format, err)
}

// moduleRoot is the folder with go.mod over the one that a test starts in, its package's: with -trimpath a binary knows no paths.
var moduleRoot = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic("testenv: " + err.Error())
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			panic("testenv: no go.mod over the folder of this test")
		}
	}
})
