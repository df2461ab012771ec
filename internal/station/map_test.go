package station

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The package comment says where each use case is. A file that it does not name, or that is gone, would send its reader on a walk.
func TestPackageCommentNamesEveryFile(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "station.go", nil, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	_, places, found := strings.Cut(f.Doc.Text(), "Where to look:")
	if !found {
		t.Fatal("the package comment has no map")
	}
	var named []string
	for line := range strings.Lines(regexp.MustCompile(`\([^)]*\)|«[^»]*»`).ReplaceAllString(places, "")) {
		if _, names, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			line = names // without what they are about
		}
		named = append(named, regexp.MustCompile(`[a-z_]+\*?`).FindAllString(line, -1)...)
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimSuffix(file, ".go"), "_ports")
		if !strings.HasSuffix(file, "_test.go") && !slices.ContainsFunc(named, func(n string) bool {
			begins, all := strings.CutSuffix(n, "*")
			return n == name || strings.HasPrefix(name, n+"_") || all && strings.HasPrefix(name, begins)
		}) {
			t.Errorf("%s is not in the package comment: station.go says where to look, and has to name it", file)
		}
	}
	for _, n := range named {
		if _, err := os.Stat(n + ".go"); err != nil && !strings.HasSuffix(n, "*") && n != "and" {
			t.Errorf("the package comment names %s, and there is no such file", n)
		}
	}
}
