package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"segnatura/internal/testenv"
)

// TestMain makes the test binary itself answer as segnatura in the scripts and in the jail, and removes the binary that process
// tests built.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == workerCommand {
		main()
	}
	testscript.Main(cleaning{m}, map[string]func(){"segnatura": main})
}

type cleaning struct{ *testing.M }

func (c cleaning) Run() int {
	code := c.M.Run()
	if dir, err := buildFolder(); err == nil {
		_ = os.RemoveAll(dir)
	}
	return code
}

var buildFolder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "segnatura-test-") })

// builtProgram is the program as users have it: without the race detector, in a process of its own that can be killed. A test that runs itself
// again hands it on. It is built as make build does, whose work is then not done again.
var builtProgram = sync.OnceValues(func() (string, error) {
	if program := os.Getenv(offVariable); program != "" {
		return program, nil
	}
	dir, err := buildFolder()
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "segnatura")
	out, err := exec.Command("go", "build", "-trimpath", "-o", program, "segnatura/cmd/segnatura").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return program, nil
})

// process is a running `segnatura serve`.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	url  string // of the desk, ending in /
	gone chan struct{}
	err  error // after gone

	mu     sync.Mutex
	stdout []string
	stderr bytes.Buffer
}

// startProcess runs serve on a data folder, on a free port of the loopback unless args say otherwise, and waits until it is there.
func startProcess(t testing.TB, dir string, args ...string) *process {
	t.Helper()
	testenv.Program(t, "go")
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, gone: make(chan struct{})}
	p.cmd = exec.Command(program, append([]string{"serve", "-data", dir, "-listen", "127.0.0.1:0"}, args...)...)
	p.cmd.Stderr = &lockedWriter{mu: &p.mu, w: &p.stderr}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.follow(out)
	t.Cleanup(p.kill)
	p.url = p.line("Stazione di segnatura: ")
	return p
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func (p *process) follow(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		p.mu.Lock()
		p.stdout = append(p.stdout, lines.Text())
		p.mu.Unlock()
	}
	p.err = p.cmd.Wait()
	close(p.gone)
}

// line waits for a line of standard output and returns what follows its beginning.
func (p *process) line(beginning string) string {
	p.t.Helper()
	var rest string
	eventually(p.t, "the process says «"+beginning+"»", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, l := range p.stdout {
			if after, ok := strings.CutPrefix(l, beginning); ok {
				rest = after
				return true
			}
		}
		select {
		case <-p.gone:
			p.t.Fatalf("the process ended: %v\n%s", p.err, &p.stderr)
		default:
		}
		return false
	})
	return rest
}

func (p *process) complaints() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// kill is kill -9; a process that is gone is no error.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.gone
}

// stop is what a service manager does; the process must end well.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.gone:
	case <-time.After(30 * time.Second):
		p.t.Fatalf("the process does not stop:\n%s", p.complaints())
	}
	if p.err != nil {
		p.t.Fatalf("the process ended badly: %v\n%s", p.err, p.complaints())
	}
}

// segnatura runs another command of the program to its end.
func segnatura(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// eventually asks again until it holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

type object = map[string]any

// client is a person's browser: a cookie and JSON.
type client struct{ http.Client }

func newClient() (*client, error) {
	jar, err := cookiejar.New(nil)
	return &client{http.Client{Jar: jar, Timeout: time.Minute}}, err
}

// do sends JSON and decodes the answer into out, where it is JSON and out is not nil. An error is one of the connection.
func (c *client) do(ctx context.Context, method, url string, body, out any) (status int, text []byte, err error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, r)
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	if text, err = io.ReadAll(resp.Body); err != nil {
		return 0, nil, err
	}
	if out != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(text, out); err != nil {
			return 0, nil, fmt.Errorf("%s %s answered %s: %w", method, url, text, err)
		}
	}
	return resp.StatusCode, text, nil
}

// must is do for a request that has to succeed, for the test's own goroutine.
func (c *client) must(t testing.TB, method, url string, body, out any) {
	t.Helper()
	status, text, err := c.do(t.Context(), method, url, body, out)
	if err != nil || status >= 300 {
		t.Fatalf("%s %s: %d %s, %v", method, url, status, text, err)
	}
}

const (
	firstPassword = "Prima.Parola.26"
	ownPassword   = "Nuova.Parola.2026"
)

// configure is the first run with numbers by the embedded register.
func configure(t testing.TB, p *process, roles map[string]string) map[string]*client {
	t.Helper()
	return configureFor(t, p, "embedded", roles)
}

// configureFor is the first run, through the page's own API: one AOO, who numbers, these people.
func configureFor(t testing.TB, p *process, connector string, roles map[string]string) map[string]*client {
	t.Helper()
	_, token, _ := strings.Cut(p.line("Prima configurazione: "), "#")
	var accounts []object
	for user, role := range roles {
		accounts = append(accounts, object{"user": user, "name": "Persona " + user, "aoo": "AOO1", "roles": []string{role}, "password": firstPassword})
	}
	first, err := newClient()
	if err != nil {
		t.Fatal(err)
	}
	first.must(t, http.MethodPost, p.url+"api/setup", object{"token": token, "accounts": accounts, "setup": object{
		"body":      object{"code": "c_a000", "name": "Comune di Prova", "shortName": "Comune di Prova"},
		"aoos":      []object{{"code": "AOO1", "name": "Area unica", "registerCode": "PG", "registerName": "Protocollo generale"}},
		"connector": connector, "startingNumber": 1, "actNumber": "1", "actDay": "2026-01-02", "responsabileTitle": "",
	}}, nil)
	people := map[string]*client{}
	for user := range roles {
		people[user] = login(t, p, user)
	}
	return people
}

// login logs a person in, who changes the first password at once.
func login(t testing.TB, p *process, user string) *client {
	t.Helper()
	c, err := newClient()
	if err != nil {
		t.Fatal(err)
	}
	c.must(t, http.MethodPost, p.url+"api/login", object{"user": user, "password": firstPassword, "desk": "sportello-" + user}, nil)
	c.must(t, http.MethodPost, p.url+"api/password", object{"old": firstPassword, "new": ownPassword}, nil)
	return c
}

func writeSettings(t testing.TB, dir, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, configName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
