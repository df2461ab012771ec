package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/ui"
)

// Each folder inside a folder of machines is a scanner of its own, also one that is made while the program runs; what arrives in a folder
// of faxes waits as a fax, file by file.
func TestFoldersOfMachinesAndOfFaxes(t *testing.T) {
	dir, machines, faxes := t.TempDir(), t.TempDir(), t.TempDir()
	writeSettings(t, dir, fmt.Sprintf("[[hotfolder]]\nid = \"copiatrici\"\nname = \"Copiatrici\"\ndir = %q\nsubfolders = true\n\n"+
		"[[hotfolder]]\nid = \"fax\"\nname = \"Fax\"\ndir = %q\nkind = \"fax\"\n", machines, faxes))
	p := startProcess(t, dir)
	c := configure(t, p, map[string]string{"anna": "operatore", "carla": "responsabile"})["anna"]
	desk := func() (d ui.Desk) {
		c.must(t, http.MethodGet, p.url+"api/desk", nil, &d)
		return d
	}
	floor := filepath.Join(machines, "Piano terra")
	if err := os.Mkdir(floor, 0o700); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the new machine stands on the bar", func() bool {
		return slices.ContainsFunc(desk().Status.Folders, func(f ui.FolderView) bool {
			return f.ID == "copiatrici/Piano terra" && f.Name == "Copiatrici – Piano terra"
		})
	})
	write(t, filepath.Join(floor, "lettera.jpg"), pageWith(t, 0))
	write(t, filepath.Join(machines, "sciolta.jpg"), pageWith(t, 1))
	write(t, filepath.Join(floor, "rotta.jpg"), []byte("non è una scansione"))
	for i := range 2 {
		write(t, filepath.Join(faxes, fmt.Sprintf("fax-%d.jpg", i)), pageWith(t, 2+i))
	}
	eventually(t, "all was taken, each from its own machine", func() bool {
		sources := map[string]int{}
		for _, b := range desk().Batches {
			if b.State == protocollo.BatchEnded {
				sources[b.Source] += b.Pages
			}
		}
		return fmt.Sprint(sources) == "map[copiatrici:1 copiatrici/Piano terra:1 fax:2]"
	})
	eventually(t, "the file that is none is named with its machine", func() bool {
		return slices.ContainsFunc(desk().Status.Folders, func(f ui.FolderView) bool {
			return f.ID == "copiatrici/Piano terra" && len(f.Troubles) == 1 && f.Troubles[0].File == "rotta.jpg"
		})
	})
	why := map[string]int{}
	for _, e := range desk().Exceptions {
		if e.Kind == protocollo.ExceptionNoCode {
			why[e.Detail.Why]++
		}
	}
	if why["fax"] != 2 || why[""] != 2 {
		t.Errorf("they wait because: %v", why)
	}
	if _, err := os.Stat(filepath.Join(floor, "presi", "lettera.jpg")); err != nil {
		t.Errorf("the machine's original: %v", err)
	}
	p.stop()
}

// What is to be erased of a machine that is not watched now is still found, and an absent share is no answer.
func TestOriginalsOfMachines(t *testing.T) {
	dir := t.TempDir()
	f, err := newHotFolder(HotFolderConfig{ID: "c", Dir: dir, Subfolders: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "uno"), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "uno", "segreta.tif")
	write(t, path, []byte("dati riservati"))
	digest := "6e36b9e4c8b3b05b7a9ed8e4dd92a0ad5d2b7d9b2b2ee2ba2f5cf77d52a7fd5d"
	if err := (hotFolders{f}).EraseOriginal(t.Context(), "c/due", digest, 14); err != nil {
		t.Errorf("a machine that is gone keeps nothing: %v", err)
	}
	for _, source := range []string{"c/../uno", "altra/uno", "cc"} {
		if _, ok, err := f.holding(source); ok || err != nil {
			t.Errorf("%q is taken for ours: %v", source, err)
		}
	}
	if w, ok, err := f.holding("c/uno"); !ok || err != nil || w.dir != filepath.Join(dir, "uno") {
		t.Errorf("c/uno: %+v, %v, %v", w, ok, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := (hotFolders{f}).EraseOriginal(t.Context(), "c/uno", digest, 14); err == nil {
		t.Error("the share is away, and that is taken for an erasure")
	}
}

func TestSettingsOfFolders(t *testing.T) {
	for text, want := range map[string]string{
		"[[hotfolder]]\nid = \"a\"\ndir = \"x\"\nkind = \"posta\"\n":                                `kind "posta"`,
		"[[hotfolder]]\nid = \"a/b\"\ndir = \"x\"\n":                                                `no "/"`,
		"[[scanner]]\nid = \"a\"\nurl = \"http://x/eSCL\"\n[scanner.options]\nswdeskew = \"yes\"\n": "SANE",
	} {
		dir := t.TempDir()
		writeSettings(t, dir, text)
		if _, err := loadConfig("", dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
