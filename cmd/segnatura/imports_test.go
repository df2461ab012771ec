package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"segnatura/internal/testenv"
)

// The import law: arrows point down only, siblings do not know each other, and only cmd/segnatura names concrete
// packages. It is changed with a decision in docs/decisions. Test files are free; packages whose name ends in "test"
// (suites) may import whatever they test.

const module = "segnatura"

// vocabulary is what every concrete package may speak: the domain and the three root packages.
var vocabulary = []string{"internal/protocollo", "scanner", "stamp", "pdfa"}

// A room is a package with all below it, or, with a final "/*", each of its children with all below them, as siblings.
// Beyond itself it may import, of our own packages, those in may: a name with "/..." also what is below it.
type room struct {
	name string
	may  []string
	why  string // what goes wrong when it imports anything else
}

var rooms = []room{
	{"cmd/segnatura", []string{"..."}, ""},
	{"cmd/officesim", append([]string{"internal/officesim/..."}, vocabulary...), "the pretend office stands alone, as a counterpart"},
	{"scanner", nil, "vocabulary has no engine"},
	{"stamp", nil, "vocabulary has no engine"},
	{"pdfa", nil, "vocabulary has no engine"},
	{"scanner/*", concrete(), "a device family that knows another cannot be replaced alone"},
	{"scanner/escl", concrete("internal/mdns", "internal/pinned"), "it is found as printers are; all else is a sibling"},
	{"stamp/*", concrete("internal/rawport"), "a printer family that knows another cannot be replaced alone"},
	{"stamp/ipp", concrete("internal/mdns", "internal/pinned", "internal/rawport"), "it is found as scanners are; all else is a sibling"},
	{"stamp/pdf", concrete("pdfa/writer/...", "pdfa/metadata/..."), "acts and registers are PDF/A; all else is a sibling"},
	{"pdfa/*", concrete(), "a checker that shares code with the writer confirms the writer's errors"},
	{"pdfa/convert", concrete("pdfa/writer/..."), "it drives the writer; all else reaches it as an interface"},
	{"store", concrete("internal/station"), "it keeps facts and does not decide them; of the use cases it knows the ports that it fulfils"},
	{"ui", append(concrete("internal/rules", "internal/station", "internal/auth", "internal/hub"), vocabulary...),
		"screens call use cases, never a device, the store or a connector"},
	{"internal/protocollo", nil, "the domain is pure: it must be readable, and testable, without the world"},
	{"internal/rules", []string{"internal/protocollo"}, "verdicts are pure tables"},
	{"internal/station", append([]string{"internal/rules"}, vocabulary...), "use cases see the world through their own ports"},
	{"internal/outbox", []string{"internal/protocollo"}, "it calls back through the interface that it declares"},
	{"internal/central/*", concrete("internal/call", "internal/soap"), "a connector that knows another cannot be replaced alone"},
	{"internal/call", []string{"internal/protocollo", "internal/pinned"}, "it knows what a failure proves, and no contract"},
	{"internal/soap", []string{"internal/protocollo", "internal/call"}, "it knows envelopes, and no contract"},
	{"internal/tsa", concrete("internal/call"), "a service at the edge knows the vocabulary, and what a failed call proves"},
	{"internal/ntp", concrete(), "a service at the edge knows the vocabulary only"},
	{"internal/auth", concrete(), "a service at the edge knows the vocabulary only"},
	{"internal/hub", concrete(), "a service at the edge knows the vocabulary only"},
	{"internal/maildraft", concrete(), "a draft is a paper: who sends it is a person"},
	{"internal/papers", concrete("internal/maildraft", "internal/sheetfile", "stamp/compose", "stamp/pdf"), "it joins what writes papers (decision 0068): what stands on one is the use case's"},
	{"internal/sheetfile", concrete(), "a spreadsheet is a paper: who decides what comes of it is the use case"},
	{"internal/durable", nil, "it is at the bottom"},
	{"internal/mdns", nil, "it is at the bottom"},
	{"internal/devicefile", nil, "it is at the bottom"},
	{"internal/pinned", nil, "it is at the bottom"},
	{"internal/rawport", []string{"stamp"}, "it knows connections, and no printer's language"},
	{"internal/tool", nil, "it is at the bottom"},
	{"internal/testenv", nil, "it is at the bottom"},
	{"internal/officesim", vocabulary, "a counterpart that shares our engines agrees with our faults"},
	{"internal/benchmark", []string{"..."}, ""},
}

func concrete(more ...string) []string {
	return slices.Concat(vocabulary, []string{"internal/durable", "internal/tool"}, more)
}

// outside lists what only some rooms may import directly, standard library included; a name stands also for what is
// below it.
var outside = []struct {
	name string
	only []string
	why  string
}{
	{"github.com/gen2brain/go-fitz", []string{"pdfa/worker/draw"}, "MuPDF aborts the whole process on hostile pages"},
	{"github.com/landlock-lsm/go-landlock", []string{"pdfa/worker"}, "who shuts itself in never comes out: one place does it, in a process of its own"},
	{"github.com/pdfcpu/pdfcpu", []string{"pdfa/check", "pdfa/convert", "pdfa/worker"}, "it is never the last writer of a PDF/A"},
	{"modernc.org/sqlite", []string{"store"}, "one package speaks to the database"},
	{"database/sql", []string{"store"}, "one package speaks to the database"},
	{"github.com/danielgtaylor/huma", []string{"ui"}, "use cases do not know HTTP"},
	{"github.com/gorilla/websocket", []string{"ui"}, "use cases do not know HTTP"},
	{"github.com/beevik/ntp", []string{"internal/ntp"}, "internal/ntp validates each answer"},
	{"github.com/xuri/excelize", []string{"internal/sheetfile"}, "one package believes workbooks, within bounds"},
	{"github.com/tealeg/xlsx", nil, "it only checks, in tests, what another library wrote"},
	{"github.com/OpenPrinting/goipp", []string{"stamp/ipp"}, "one package believes printers' answers, within bounds"},
	{"github.com/makiuchi-d/gozxing", []string{"scanner/sheet/barcode"}, "one cascade reads codes"},
	{"os/exec", []string{"internal/tool", "internal/testenv"}, "programs run through internal/tool, with a deadline"},
	{"plugin", nil, "one binary"},
}

// pure packages have no third-party code and none of these, which are I/O.
var (
	pure    = []string{"internal/protocollo", "internal/rules", "scanner", "stamp", "pdfa"}
	worldly = []string{"os", "net", "database/sql", "syscall", "io/ioutil", "log", "C", "unsafe"}
)

// A listed is what go list tells of a package: its path and what its non-test files import.
type listed struct {
	ImportPath string
	Imports    []string
}

// TestImportLaw judges direct imports. Every package has its room, so what holds for each step holds for the whole way.
func TestImportLaw(t *testing.T) {
	cmd := exec.Command(testenv.Program(t, "go"), "list", "-e", "-json=ImportPath,Imports", "./...")
	cmd.Dir = testenv.Root(t)
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("go list found %d packages: not this module", len(packages))
	}
	for _, breach := range judge(packages) {
		t.Error(breach)
	}
}

// judge returns the breaches, in the order of the packages.
func judge(packages []listed) (breaches []string) {
	for _, p := range packages {
		name, ours := strings.CutPrefix(p.ImportPath, module+"/")
		if !ours || isSuite(name) {
			continue
		}
		home, found := roomOf(name)
		if !found {
			breaches = append(breaches, name+" has no room: add a row to the import law, with its reason")
			continue
		}
		for _, imported := range p.Imports {
			if why := home.forbids(name, imported); why != "" {
				breaches = append(breaches, fmt.Sprintf("%s must not import %s: %s", name, imported, why))
			}
		}
	}
	return breaches
}

// isSuite reports whether a package or one above it is a test suite, such as scanner/scannertest.
func isSuite(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasSuffix(part, "test") })
}

// roomOf finds the longest row that a package falls under. The three vocabularies hold only their root: what is below
// them belongs to the rows with a star.
func roomOf(name string) (home room, found bool) {
	for _, r := range rooms {
		if within(name, r.subtree(name)) && len(r.name) >= len(home.name) {
			home, found = r, true
		}
	}
	return home, found
}

// subtree is the top of the tree that a package may move in freely.
func (r room) subtree(name string) string {
	parent, family := strings.CutSuffix(r.name, "/*")
	if !family {
		return r.name
	}
	rest, below := strings.CutPrefix(name, parent+"/")
	if !below {
		return r.name
	}
	child, _, _ := strings.Cut(rest, "/")
	return parent + "/" + child
}

// forbids returns why the package name, in this room, must not import another; empty when it may.
func (r room) forbids(name, imported string) (why string) {
	if slices.Contains(pure, name) {
		thirdParty := strings.Contains(strings.Split(imported, "/")[0], ".")
		if thirdParty || slices.ContainsFunc(worldly, func(top string) bool { return within(imported, top) }) {
			return "it is pure, or vocabulary: no I/O, no cgo, no engine"
		}
	}
	for _, o := range outside {
		allowed := slices.ContainsFunc(o.only, func(top string) bool { return within(name, top) })
		if within(imported, o.name) && !allowed && !strings.HasPrefix(name, "cmd/") {
			return o.why
		}
	}
	ours, isOurs := strings.CutPrefix(imported, module+"/")
	if !isOurs || within(ours, r.subtree(name)) && !slices.Contains(vocabulary, r.name) {
		return ""
	}
	for _, may := range r.may {
		top, below := strings.CutSuffix(may, "...")
		if ours == may || below && within(ours, strings.TrimSuffix(top, "/")) {
			return ""
		}
	}
	return r.why
}

// within reports whether a package is top or below it; everything is within "".
func within(name, top string) bool {
	return top == "" || name == top || strings.HasPrefix(name, top+"/")
}

// TestImportLawCanBeBroken holds the law against packages that break it, and some that only look so.
func TestImportLawCanBeBroken(t *testing.T) {
	for _, test := range []struct {
		name, imports string
		lawful        bool
	}{
		{"helpers", "fmt", false},
		{"internal/helpers", "fmt", false},
		{"internal/protocollo", "os", false},
		{"internal/protocollo", "net/netip", false},
		{"internal/protocollo", "database/sql", false},
		{"internal/protocollo", "github.com/google/uuid", false},
		{"internal/protocollo", "segnatura/internal/durable", false},
		{"internal/protocollo", "crypto/sha256", true},
		{"internal/station", "segnatura/store", false},
		{"internal/station", "segnatura/scanner/escl", false},
		{"internal/station", "segnatura/scanner", true},
		{"internal/outbox", "segnatura/internal/station", false},
		{"internal/central/jente", "segnatura/internal/central/docarea", false},
		{"internal/central/jente", "segnatura/internal/central/jente/wire", true},
		{"internal/central/jente", "segnatura/internal/soap", true},
		{"internal/soap", "segnatura/internal/call", true},
		{"internal/call", "segnatura/internal/soap", false},
		{"internal/station", "segnatura/internal/call", false},
		{"scanner", "segnatura/scanner/escl", false},
		{"scanner", "segnatura/internal/protocollo", false},
		{"scanner/escl", "segnatura/scanner/sane", false},
		{"scanner/sheet", "segnatura/scanner/sheet/barcode", true},
		{"scanner/sane", "segnatura/internal/tool", true},
		{"scanner/sane", "os/exec", false},
		{"scanner/scannertest", "segnatura/scanner/escl", true},
		{"stamp/pdf", "segnatura/pdfa/writer", true},
		{"stamp/pdf", "segnatura/pdfa/convert", false},
		{"stamp/zpl", "segnatura/pdfa/writer", false},
		{"pdfa/check", "segnatura/pdfa/writer", false},
		{"pdfa/convert", "segnatura/pdfa/writer/ccitt", true},
		{"pdfa/writer", "github.com/pdfcpu/pdfcpu/pkg/api", false},
		{"pdfa/convert", "github.com/gen2brain/go-fitz", false},
		{"pdfa/worker", "github.com/gen2brain/go-fitz", false},
		{"pdfa/worker/draw", "github.com/gen2brain/go-fitz", true},
		{"pdfa/worker", "segnatura/pdfa/convert", false},
		{"scanner/sheet", "github.com/landlock-lsm/go-landlock", false},
		{"store", "modernc.org/sqlite", true},
		{"store", "segnatura/internal/station", true},
		{"store", "segnatura/internal/rules", false},
		{"ui", "segnatura/internal/station", true},
		{"ui", "segnatura/scanner/escl", false},
		{"ui", "database/sql", false},
		{"internal/officesim", "segnatura/stamp/zpl", false},
		{"cmd/segnatura", "segnatura/store", true},
	} {
		t.Run(test.name+" imports "+test.imports, func(t *testing.T) {
			breaches := judge([]listed{{ImportPath: module + "/" + test.name, Imports: []string{test.imports}}})
			if lawful := len(breaches) == 0; lawful != test.lawful {
				t.Errorf("lawful: %t, want %t: %v", lawful, test.lawful, breaches)
			}
		})
	}
}

// TestOnlyTheJailNamesEngines: of the files of this command, those that say what runs in the jail (jail*.go) are the only ones that
// name what opens foreign bytes. So the service itself cannot.
func TestOnlyTheJailNamesEngines(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	engines := []string{"segnatura/pdfa/convert", "segnatura/pdfa/check", "segnatura/pdfa/worker/draw", "image/jpeg", "image/png", "image/gif", "golang.org/x/image/tiff"}
	named := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if path, err := strconv.Unquote(i.Path.Value); err != nil || slices.Contains(engines, path) {
				if named++; !strings.HasPrefix(name, "jail") {
					t.Errorf("%s imports %s, %v", name, i.Path.Value, err)
				}
			}
		}
	}
	if named < 3 {
		t.Errorf("the jail names %d engines: this test looks for the wrong ones", named)
	}
}

// TestImportLawIsReadable keeps the table itself in order: a row per room, and a reason in each.
func TestImportLawIsReadable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rooms {
		if seen[r.name] {
			t.Errorf("%s has two rows", r.name)
		}
		seen[r.name] = true
		if r.why == "" && !slices.Contains(r.may, "...") {
			t.Errorf("%s has no reason", r.name)
		}
	}
}
