package dropfolder_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/dropfolder"
	"segnatura/internal/durable"
	"segnatura/internal/durable/durabletest"
	"segnatura/internal/protocollo"
)

// reader is a body's program that numbers what it finds in the folder, as docs/dropfolder.md tells it to. It works while the
// connector pauses.
type reader struct {
	t   *testing.T
	dir string

	mu        sync.Mutex
	behaviour centraltest.Behaviour
	numbers   map[string]int // by key: in its own register, answered or not
	given     map[string]int
	last      int
}

func newReader(t *testing.T) *reader {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, dropfolder.Sentinel), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, dir: dir, behaviour: centraltest.Well, numbers: map[string]int{}, given: map[string]int{}}
}

func (r *reader) behave(how centraltest.Behaviour) {
	r.mu.Lock()
	defer r.mu.Unlock()
	away := r.dir + ".away"
	if r.behaviour == centraltest.Away && how != centraltest.Away {
		r.must(os.Rename(away, r.dir))
	}
	if how == centraltest.Away && r.behaviour != centraltest.Away {
		r.must(os.Rename(r.dir, away))
	}
	r.behaviour = how
	if how == centraltest.Well {
		r.round()
	}
}

func (r *reader) must(err error) {
	if err != nil {
		r.t.Error(err)
	}
}

// pause is the connector's waiting: the reader's turn.
func (r *reader) pause(ctx context.Context, _ time.Duration) error {
	r.mu.Lock()
	r.round()
	slow := r.behaviour == centraltest.Slow || r.behaviour == centraltest.Hangs
	r.mu.Unlock()
	if slow {
		<-ctx.Done()
	}
	return ctx.Err()
}

// round numbers each request whose row is there and whose number was not given yet, and answers.
func (r *reader) round() {
	rows, err := filepath.Glob(filepath.Join(r.dir, "*.csv"))
	r.must(err)
	for _, path := range rows {
		if strings.HasSuffix(path, ".risposta.csv") {
			continue
		}
		row := readRow(r.t, path)
		key, answer := row["chiave"], strings.TrimSuffix(path, ".csv")+".risposta.csv"
		if row["tipo"] == "documento" && r.behaviour == centraltest.RefusesAttach {
			r.write(answer, "chiave;esito;messaggio\r\n"+key+";rifiutato;Il file supera il limite\r\n")
		}
		if row["tipo"] != "richiesta" || r.behaviour == centraltest.Hangs {
			continue
		}
		if r.behaviour == centraltest.Rejects {
			r.write(answer, "chiave;esito;messaggio\r\n"+key+";rifiutato;Il titolo non è aperto\r\n")
			continue
		}
		if r.given[key] == 0 {
			r.last++
			r.given[key] = r.last
			r.numbers[key]++
		}
		switch r.behaviour {
		case centraltest.Well, centraltest.RefusesAttach:
			r.write(answer, numbered(key, r.given[key]))
		case centraltest.Halves:
			r.write(answer, numbered(key, r.given[key])[:80])
		case centraltest.WrongYear:
			r.write(answer, strings.Replace(numbered(key, r.given[key]), ";2026;", ";2025;", 1))
		case centraltest.Babbles:
			r.write(answer, "esito;numero\nboh;12\n")
		}
	}
}

func numbered(key string, n int) string {
	return fmt.Sprintf("chiave;esito;registro;anno;numero;data;ora;riferimento\r\n%s;protocollato;PG;2026;%d;02/03/2026;09:15;DOC%d\r\n", key, n, n)
}

// write answers once.
func (r *reader) write(path, content string) {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		r.must(os.WriteFile(path, []byte(content), 0o600))
	}
}

func readRow(t *testing.T, path string) map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := csv.NewReader(f)
	c.Comma = ';'
	rows, err := c.ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%s has %d lines, %v", path, len(rows), err)
	}
	row := map[string]string{}
	for i, column := range rows[0] {
		row[column] = rows[1][i]
	}
	return row
}

func clock() time.Time { return time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC) }

func (r *reader) connector(files durable.Files) *dropfolder.Connector {
	r.t.Helper()
	c, err := dropfolder.New(dropfolder.Config{Dir: r.dir, Clock: clock, Settle: time.Second, Patience: 3 * time.Second, Pause: r.pause, Files: files})
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

func request(key string) protocollo.RegisterRequest {
	return protocollo.RegisterRequest{
		Key: key, Body: protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Prova"}, AOO: protocollo.AOO{Code: "AOO1", RegisterCode: "PG"},
		IntakeID: 7, ArrivedAt: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), ArrivalDay: "2026-03-02", Operator: "mrossi", Sheet: []byte("%PDF-1.7 sheet"),
		Draft: protocollo.Draft{Direction: protocollo.Incoming, Subject: "Richiesta; con \"virgolette\"\ne a capo", Senders: []protocollo.Correspondent{
			{Name: "Società Agricola è Più", Email: "a@b.example"}, {Name: "Verdi Ugo"}}},
		Emergency: &protocollo.EmergencyOrigin{Number: "0000002", Year: 2026, Register: "RE1", Label: "n. 2/2026 R.E. 1/2026", Day: "2026-03-01",
			RegisteredAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Cause: "guasto"},
	}
}

// withSheet gives a connector the sheet that the suite's requests lack.
type withSheet struct{ *dropfolder.Connector }

func (w withSheet) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	r.Sheet = []byte("%PDF-1.7 sheet")
	return w.Connector.Register(ctx, r)
}

func TestConnector(t *testing.T) {
	centraltest.Run(t, func(t *testing.T) *centraltest.Harness {
		r := newReader(t)
		c := r.connector(durable.Files{FS: &share{FS: durable.OS(), reader: r}})
		return &centraltest.Harness{
			Registrar: withSheet{c}, Sender: c,
			Body:    protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Comune di Prova"},
			AOO:     protocollo.AOO{Code: "AOO1", Name: "Unica", RegisterCode: "PG"},
			Behave:  r.behave,
			Numbers: func(_ *testing.T, key string) int { r.mu.Lock(); defer r.mu.Unlock(); return r.numbers[key] },
			Documents: func(t *testing.T, key string) int {
				rows, err := filepath.Glob(filepath.Join(r.dir, "*.csv"))
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, path := range rows {
					if strings.HasSuffix(path, ".risposta.csv") || readRow(t, path)["tipo"] != "documento" || readRow(t, path)["chiave"] != key {
						continue
					}
					if _, err := os.Lstat(strings.TrimSuffix(path, ".csv") + ".risposta.csv"); err != nil { // it was not refused
						n++
					}
				}
				return n
			},
			Absences: centraltest.Uncorrected(map[string]string{
				"annul": noAnnul, "annul-away": noAnnul, "annul-unknown-reference": noAnnul,
				"session-expired": "a folder has no session",
				"attach-replaces": "a document is put beside the earlier one, whose reference its row names",
			}, "a correction has no file in this exchange"),
		}
	})
}

// share is a network share that breaks when a document's row was put in place, where the reader loses answers.
type share struct {
	durable.FS
	reader *reader
	row    bool
}

func (s *share) Rename(from, to string) error {
	base := filepath.Base(to)
	s.row = strings.HasPrefix(base, "DOC") && strings.HasSuffix(base, ".csv")
	return s.FS.Rename(from, to)
}

func (s *share) OpenFile(name string, flag int, perm fs.FileMode) (durable.File, error) {
	s.reader.mu.Lock()
	broken := s.row && s.reader.behaviour == centraltest.Loses && name == s.reader.dir
	s.reader.mu.Unlock()
	if broken {
		s.row = false
		return nil, syscall.EIO
	}
	return s.FS.OpenFile(name, flag, perm)
}

const noAnnul = "an annulment has no file in this exchange"

// TestWhatIsWritten: the three files agree with the request and with each other, in whatever a subject may hold.
func TestWhatIsWritten(t *testing.T) {
	r := newReader(t)
	if _, err := r.connector(durable.Files{}).Register(t.Context(), request("a-key")); err != nil {
		t.Fatal(err)
	}
	sheet, err := os.ReadFile(filepath.Join(r.dir, "a-key.pdf"))
	if err != nil || string(sheet) != "%PDF-1.7 sheet" {
		t.Fatalf("sheet %q, %v", sheet, err)
	}
	sum := sha256.Sum256(sheet)
	row := readRow(t, filepath.Join(r.dir, "a-key.csv"))
	for column, want := range map[string]string{
		"versione": "1", "tipo": "richiesta", "chiave": "a-key", "amministrazione": "c_a000", "aoo": "AOO1", "registro": "PG", "direzione": "A",
		"oggetto": "Richiesta; con \"virgolette\"\ne a capo", "mittenti": "Società Agricola è Più | Verdi Ugo", "data_arrivo": "2026-03-02",
		"istante_arrivo": "2026-03-02T09:00:00+01:00", "riservato": "no", "ricezione": "7", "operatore": "mrossi", "emergenza_registro": "RE1",
		"emergenza_anno": "2026", "emergenza_numero": "0000002", "emergenza_data": "2026-03-01", "file": "a-key.pdf", "sha256": hex.EncodeToString(sum[:]), "byte": "14",
	} {
		if row[column] != want {
			t.Errorf("column %s is %q, want %q", column, row[column], want)
		}
	}
	b, err := os.ReadFile(filepath.Join(r.dir, "a-key.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var meta struct {
		Key     string `xml:"chiave,attr"`
		Subject string `xml:"oggetto"`
		Senders []struct {
			Email string `xml:"email,attr"`
			Name  string `xml:",chardata"`
		} `xml:"mittente"`
		Sheet struct {
			Name   string `xml:"nome,attr"`
			SHA256 string `xml:"sha256,attr"`
		} `xml:"scheda"`
		Emergency struct {
			Number string `xml:"numero,attr"`
			Label  string `xml:"dicitura"`
			Cause  string `xml:"causa"`
		} `xml:"emergenza"`
	}
	if err := xml.Unmarshal(b, &meta); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	if meta.Key != "a-key" || meta.Subject != request("a-key").Draft.Subject || len(meta.Senders) != 2 || meta.Senders[0].Email != "a@b.example" ||
		meta.Senders[1].Name != "Verdi Ugo" || meta.Sheet.Name != "a-key.pdf" || meta.Sheet.SHA256 != row["sha256"] ||
		meta.Emergency.Number != "0000002" || meta.Emergency.Label != "n. 2/2026 R.E. 1/2026" || meta.Emergency.Cause != "guasto" {
		t.Errorf("metadata %+v", meta)
	}
}

// TestOneRequest: a key is asked for once, also when the row was read and taken away, and when the sheet is made anew.
func TestOneRequest(t *testing.T) {
	r := newReader(t)
	r.behaviour = "" // it does not read
	c := r.connector(durable.Files{})
	_, err := c.Register(t.Context(), request("a-key"))
	if code := codeOf(err); protocollo.ClassOf(err) != protocollo.OutcomeUnknown || code != "awaits-answer" {
		t.Fatalf("Register = %v", err)
	}
	before := snapshot(t, r.dir)
	again := request("a-key")
	again.Sheet = []byte("%PDF-1.7 another")
	if _, err := c.Register(t.Context(), again); codeOf(err) != "awaits-answer" {
		t.Fatalf("Register again = %v", err)
	}
	if now := snapshot(t, r.dir); now != before {
		t.Fatalf("the folder held\n%s\nand holds\n%s", before, now)
	}
	r.behave(centraltest.Well) // answers
	for _, ext := range []string{".pdf", ".xml", ".csv"} {
		if err := os.Remove(filepath.Join(r.dir, "a-key"+ext)); err != nil {
			t.Fatal(err)
		}
	}
	receipt, err := c.Register(t.Context(), again)
	if err != nil || receipt.Number != "0000001" || receipt.Ref != "DOC1" || receipt.Day != "2026-03-02" || !receipt.At.Equal(time.Date(2026, 3, 2, 8, 15, 0, 0, time.UTC)) {
		t.Fatalf("receipt %+v, %v", receipt, err)
	}
	if _, err := os.Lstat(filepath.Join(r.dir, "a-key.csv")); err == nil {
		t.Fatal("an answered request was put there again")
	}
}

func codeOf(err error) string {
	var e *protocollo.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func snapshot(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&s, "%s %x\n", e.Name(), sha256.Sum256(b))
	}
	return s.String()
}

// TestEveryFault: whichever call of the file system fails, before its effect or after it, Unavailable means that no row is there, and
// the next try ends with one number.
func TestEveryFault(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			r := newReader(t)
			r.behaviour = ""
			rec := &durabletest.Recorder{Root: r.dir, Fault: durabletest.Fault{At: n, After: after, Err: syscall.EIO}}
			_, err := r.connector(durable.Files{FS: rec}).Register(t.Context(), request("a-key"))
			if !rec.Fired() {
				if n < 9 {
					t.Fatalf("only %d calls were made: %v", n, rec.Calls())
				}
				break
			}
			_, rowErr := os.Lstat(filepath.Join(r.dir, "a-key.csv"))
			switch class := protocollo.ClassOf(err); {
			case class == protocollo.Unavailable && rowErr == nil:
				t.Fatalf("call %d (after=%t): Unavailable, and the row is there: %v", n, after, err)
			case class == protocollo.Unavailable:
			case class != protocollo.OutcomeUnknown:
				t.Fatalf("call %d (after=%t): %v", n, after, err)
			}
			r.behaviour = centraltest.Well
			if _, err := r.connector(durable.Files{}).Register(t.Context(), request("a-key")); err != nil || r.numbers["a-key"] != 1 {
				t.Fatalf("call %d (after=%t): then %v, %d numbers", n, after, err, r.numbers["a-key"])
			}
		}
	}
}

// TestRowComesLast: who finds the row finds the rest, durable.
func TestRowComesLast(t *testing.T) {
	r := newReader(t)
	r.behaviour = ""
	rec := &durabletest.Recorder{Root: r.dir}
	if _, err := r.connector(durable.Files{FS: rec}).Register(t.Context(), request("a-key")); codeOf(err) != "awaits-answer" {
		t.Fatal(err)
	}
	var named []string
	for _, call := range rec.Calls() {
		if to, ok := strings.CutPrefix(call, "rename .tmp "); ok {
			named = append(named, to)
		}
	}
	if got := strings.Join(named, " "); got != "a-key.pdf a-key.xml a-key.csv" {
		t.Fatalf("named in the order %s", got)
	}
}

// TestAnswers: what is not wholly understood stops and asks.
func TestAnswers(t *testing.T) {
	const header = "chiave;esito;registro;anno;numero;data;ora;riferimento;messaggio\r\n"
	for name, c := range map[string]struct {
		answer string
		want   protocollo.Class // "" is a number
		words  string
	}{
		"whole":                   {answer: header + "a-key;protocollato;PG;2026;12;02/03/2026;09:15;X1;\r\n"},
		"iso day, no time":        {answer: header + "a-key;protocollato;PG;2026;0000012;2026-03-02;;;\r\n"},
		"commas":                  {answer: "chiave,esito,anno,numero,data\na-key,PROTOCOLLATO,2026,12,02/03/2026\n"},
		"byte order mark":         {answer: "\ufeff" + header + "a-key;protocollato;PG;2026;12;02/03/2026;;;\r\n"},
		"refused":                 {answer: header + "a-key;rifiutato;;;;;;;Manca la classifica\r\n", want: protocollo.Rejected, words: "Manca la classifica"},
		"refused in windows-1252": {answer: header + "a-key;rifiutato;;;;;;;Perch\xe9 s\xec\r\n", want: protocollo.Rejected, words: "Perché sì"},
		"refused with zeros":      {answer: header + "a-key;rifiutato;;;0;;;;Manca la classifica\r\n", want: protocollo.Rejected, words: "Manca la classifica"},
		"refused with a number":   {answer: header + "a-key;rifiutato;PG;2026;12;02/03/2026;;;Già presente\r\n", want: protocollo.OutcomeUnknown, words: "Già presente"},
		"refused without words":   {answer: header + "a-key;rifiutato;;;;;;;\r\n", want: protocollo.OutcomeUnknown},
		"cut in the number":       {answer: header + "a-key;protocollato;PG;2026;1", want: protocollo.OutcomeUnknown},
		"cut after the header":    {answer: header, want: protocollo.OutcomeUnknown},
		"cut, fewer columns":      {answer: header + "a-key;protocollato;PG;2026;12\r\n", want: protocollo.OutcomeUnknown},
		"empty":                   {want: protocollo.OutcomeUnknown},
		"another's key":           {answer: header + "b-key;protocollato;PG;2026;12;02/03/2026;;;\r\n", want: protocollo.OutcomeUnknown},
		"two rows":                {answer: header + "a-key;protocollato;PG;2026;12;02/03/2026;;;\r\na-key;protocollato;PG;2026;13;02/03/2026;;;\r\n", want: protocollo.OutcomeUnknown},
		"two columns alike":       {answer: "chiave;esito;numero;numero;anno;data\na-key;protocollato;12;13;2026;02/03/2026\n", want: protocollo.OutcomeUnknown},
		"another outcome":         {answer: header + "a-key;in lavorazione;;;;;;;\r\n", want: protocollo.OutcomeUnknown},
		"number zero":             {answer: header + "a-key;protocollato;PG;2026;0;02/03/2026;;;\r\n", want: protocollo.OutcomeUnknown},
		"negative number":         {answer: header + "a-key;protocollato;PG;2026;-12;02/03/2026;;;\r\n", want: protocollo.OutcomeUnknown},
		"another year":            {answer: header + "a-key;protocollato;PG;2025;12;02/03/2026;;;\r\n", want: protocollo.OutcomeUnknown},
		"tomorrow":                {answer: header + "a-key;protocollato;PG;2026;12;03/03/2026;;;\r\n", want: protocollo.OutcomeUnknown},
		"no day":                  {answer: header + "a-key;protocollato;PG;2026;12;32/03/2026;;;\r\n", want: protocollo.OutcomeUnknown},
		"no time of day":          {answer: header + "a-key;protocollato;PG;2026;12;02/03/2026;25:00;;\r\n", want: protocollo.OutcomeUnknown},
		"a path for a reference":  {answer: header + "a-key;protocollato;PG;2026;12;02/03/2026;;../x;\r\n", want: protocollo.OutcomeUnknown},
		"endless":                 {answer: header + strings.Repeat("x", 70<<10), want: protocollo.OutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader(t)
			if err := os.WriteFile(filepath.Join(r.dir, "a-key.risposta.csv"), []byte(c.answer), 0o600); err != nil {
				t.Fatal(err)
			}
			receipt, found, err := r.connector(durable.Files{}).Find(t.Context(), "AOO1", "a-key")
			if got := protocollo.ClassOf(err); got != c.want || found != (c.want == "") {
				t.Fatalf("Find = %+v, %t, %v; want %q", receipt, found, err, c.want)
			}
			var e *protocollo.Error
			if c.words != "" && (!errors.As(err, &e) || e.Words != c.words) {
				t.Fatalf("%v has not the words %q", err, c.words)
			}
			if c.want == "" && (receipt.Number != "0000012" || receipt.Raw == "" || receipt.Ref == "" || receipt.Validate() != nil) {
				t.Fatalf("receipt %+v", receipt)
			}
		})
	}
}

// TestAnswerBeingWritten: what moves between two looks is not read yet.
func TestAnswerBeingWritten(t *testing.T) {
	r := newReader(t)
	path := filepath.Join(r.dir, "a-key.risposta.csv")
	whole := numbered("a-key", 12)
	if err := os.WriteFile(path, []byte(whole[:70]), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := dropfolder.New(dropfolder.Config{Dir: r.dir, Clock: clock, Pause: func(context.Context, time.Duration) error {
		return os.WriteFile(path, []byte(whole), 0o600)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, found, err := c.Find(t.Context(), "AOO1", "a-key"); found || err != nil {
		t.Fatalf("Find = %t, %v", found, err)
	}
}

// TestSymlinkIsNoAnswer: a link may lead anywhere.
func TestSymlinkIsNoAnswer(t *testing.T) {
	r := newReader(t)
	elsewhere := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(elsewhere, []byte(numbered("a-key", 12)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(r.dir, "a-key.risposta.csv")); err != nil {
		t.Fatal(err)
	}
	if _, found, err := r.connector(durable.Files{}).Find(t.Context(), "AOO1", "a-key"); found || !errors.Is(err, protocollo.OutcomeUnknown) {
		t.Fatalf("Find = %t, %v", found, err)
	}
}

// TestEmptyMountPoint: a folder that nobody set up takes nothing.
func TestEmptyMountPoint(t *testing.T) {
	r := newReader(t)
	c := r.connector(durable.Files{})
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(r.dir, dropfolder.Sentinel)); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(t.Context()); err == nil || !strings.Contains(err.Error(), dropfolder.Sentinel) {
		t.Fatalf("Check = %v", err)
	}
	if _, err := c.Register(t.Context(), request("a-key")); !errors.Is(err, protocollo.Unavailable) {
		t.Fatalf("Register = %v", err)
	}
	if s := snapshot(t, r.dir); s != "" {
		t.Fatalf("the folder holds %s", s)
	}
}

// TestKeysAsNames: keys that a file system might not take or tell apart are kept apart.
func TestKeysAsNames(t *testing.T) {
	r := newReader(t)
	c := r.connector(durable.Files{})
	numbers := map[protocollo.Number]string{}
	for _, key := range []string{"Mixed-Case-Key", "mixed-case-key", "../../etc/passwd", "con spazio", "k\x00k", strings.Repeat("a", 80), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} {
		receipt, err := c.Register(t.Context(), request(key))
		if err != nil {
			t.Fatalf("%q: %v", key, err)
		}
		if other, twice := numbers[receipt.Number]; twice {
			t.Fatalf("%q has the number of %q", key, other)
		}
		numbers[receipt.Number] = key
	}
}

// TestNameTaken: the row of another key under our name is not written over.
func TestNameTaken(t *testing.T) {
	r := newReader(t)
	r.behaviour = ""
	if err := os.WriteFile(filepath.Join(r.dir, "a-key.csv"), []byte("chiave;tipo\nother;richiesta\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, r.dir)
	if _, err := r.connector(durable.Files{}).Register(t.Context(), request("a-key")); !errors.Is(err, protocollo.OutcomeUnknown) {
		t.Fatalf("Register = %v", err)
	}
	if now := snapshot(t, r.dir); now != before {
		t.Fatal("the folder was written to")
	}
}

// TestAttachCutShort: a document whose row was not written yet is written again, whole, under the same name.
func TestAttachCutShort(t *testing.T) {
	r := newReader(t)
	b := []byte("%PDF-1.7 scan")
	sum := sha256.Sum256(b)
	req := protocollo.AttachRequest{Key: "attach-1", Ref: "DOC1", Part: 1, Title: "Allegato 1", FileName: "x.pdf", MediaType: "application/pdf",
		SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(b)), Replaces: protocollo.Attached{Key: "attach-0", Ref: "DOC1-1-abc"}}
	rec := &durabletest.Recorder{Root: r.dir, Fault: durabletest.Fault{At: 6, Err: syscall.EIO, Dead: true}}
	if _, err := r.connector(durable.Files{FS: rec}).Attach(t.Context(), req, bytes.NewReader(b)); !errors.Is(err, protocollo.Unavailable) {
		t.Fatalf("Attach = %v", err)
	}
	receipt, err := r.connector(durable.Files{}).Attach(t.Context(), req, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	row := readRow(t, filepath.Join(r.dir, receipt.Ref+".csv"))
	got, err := os.ReadFile(filepath.Join(r.dir, row["file"]))
	if err != nil || !bytes.Equal(got, b) || row["riferimento"] != "DOC1" || row["parte"] != "1" || row["titolo"] != "Allegato 1" ||
		row["sha256"] != req.SHA256 || row["al_posto_di"] != "DOC1-1-abc" {
		t.Fatalf("row %v, file %q, %v", row, got, err)
	}
}
