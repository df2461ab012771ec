package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/sheetfile"
)

// The pages for users name commands, columns and each other: what they name is there. Every decision stands in their list.
func TestDocs(t *testing.T) {
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	link := regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text := read(t, page)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target := page
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", page, m[0], err)
				continue
			}
			if m[2] != "" && !slices.Contains(anchors(read(t, target)), m[2]) {
				t.Errorf("%s links to %s, which has no such heading", page, m[0])
			}
		}
	}

	decisions := filepath.Join(root, "docs", "decisions")
	numbered, err := filepath.Glob(filepath.Join(decisions, "[0-9]*.md"))
	if err != nil || len(numbered) == 0 {
		t.Fatalf("%d decisions, %v", len(numbered), err)
	}
	index := read(t, filepath.Join(decisions, "README.md"))
	for _, d := range numbered {
		if name := filepath.Base(d); !strings.Contains(index, "]("+name+")") {
			t.Errorf("the list of decisions lacks %s", name)
		}
	}

	_, table, _ := strings.Cut(read(t, filepath.Join(root, "README.md")), "\n## Commands\n")
	table, _, _ = strings.Cut(table, "\n## ")
	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(table, -1) {
		for _, m := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(row[1], -1) {
			named = append(named, m[1])
		}
	}
	var have []string
	for _, c := range commands() {
		if !c.hidden {
			have = append(have, c.name)
		}
	}
	slices.Sort(named)
	slices.Sort(have)
	if !slices.Equal(named, have) {
		t.Errorf("the README's commands are %q, the program's %q", named, have)
	}

	_, fields, _ := strings.Cut(read(t, filepath.Join(root, "docs", "guide.md")), "\nThe fields: `")
	fields, _, _ = strings.Cut(fields, "`")
	if got, want := strings.Fields(fields), sheetfile.EmergencyFieldNames(); !slices.Equal(got, want) {
		t.Errorf("the guide's fields of a sheet are %q, the program's %q", got, want)
	}
}

// anchors are the places of a page's headings, as forges name them.
func anchors(page string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		list = append(list, "#"+strings.ReplaceAll(name, " ", "-"))
	}
	return list
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
