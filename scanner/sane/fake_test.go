package sane_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/scanner/sane"
)

// A fake is what this test's own binary does when it is started as scanimage. It prints what the real one was seen to print; the tests in
// real_test.go hold the real one to the same suite.
type fake struct {
	Options string   // answer to --all-options; "" fails with OpenWords
	At      string   // the only name by which the device is opened; "" is any
	Open    string   // complaint when the device is opened
	Pages   []string // files that hold the pages
	Words   string   // complaint after the pages
	Code    int      // exit code of a run
	Moves   int      // before each page its progress is told so often, with a pause between
	Quiet   bool     // after the last of Pages it waits for ever
	Asked   string   // file that gets a byte for each page that is asked for
}

const fakeEnv = "SEGNATURA_FAKE_SCANIMAGE"

func TestMain(m *testing.M) {
	if script := os.Getenv(fakeEnv); script != "" {
		os.Exit(playScanimage(script, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func playScanimage(script string, args []string) int {
	var f fake
	b, err := os.ReadFile(script)
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fake:", err)
		return 99
	}
	batch, count := "", 0
	for _, a := range args {
		switch {
		case a == "--version":
			fmt.Println("scanimage (sane-backends) 1.2.1; backend version 1.2.1")
			return 0
		case strings.HasPrefix(a, "--formatted-device-list="):
			fmt.Println("fake:0\tEsempio\tScanner 1\tvirtual device")
			fmt.Println("fake:libusb:001:017\tEsempio\tScanner 2\tflatbed scanner")
			return 0
		case a == "--batch-count=1":
			count = 1
		case strings.HasPrefix(a, "--batch="):
			batch = strings.TrimPrefix(a, "--batch=")
		}
	}
	if f.At != "" && !slices.Contains(os.Args, "--device-name="+f.At) {
		fmt.Fprintln(os.Stderr, "scanimage: open of device failed: Invalid argument")
		return 1
	}
	if f.Open != "" {
		fmt.Fprintln(os.Stderr, "scanimage: open of device fake:0 failed: "+f.Open)
		return 1
	}
	if batch == "" {
		fmt.Print(f.Options)
		return 0
	}
	return f.run(batch, count)
}

func (f fake) run(batch string, count int) int {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	stdin := bufio.NewReader(os.Stdin)
	for i := 1; ; i++ {
		if count > 0 && i > count {
			return 0
		}
		if _, err := stdin.ReadByte(); err != nil {
			fmt.Fprintf(os.Stderr, "Batch terminated, %d pages scanned\n", i-1)
			return 0
		}
		if f.Asked != "" {
			a, err := os.OpenFile(f.Asked, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				return 99
			}
			_, _ = a.Write([]byte{'.'})
			_ = a.Close()
		}
		if i > len(f.Pages) {
			if f.Quiet {
				<-interrupted
				return 2
			}
			if f.Words != "" {
				fmt.Fprintln(os.Stderr, "scanimage: "+f.Words)
			}
			fmt.Fprintf(os.Stderr, "Batch terminated, %d pages scanned\n", i-1)
			return f.Code
		}
		data, err := os.ReadFile(f.Pages[i-1])
		if err != nil {
			return 99
		}
		for m := range f.Moves {
			fmt.Fprintf(os.Stderr, "Progress: %.1f%%\r", float64(m+1)/float64(f.Moves)*100)
			time.Sleep(200 * time.Millisecond) // another process, with a clock of its own
		}
		name := fmt.Sprintf(batch, i)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return 99
		}
		fmt.Fprintf(os.Stderr, "Scanned page %d. (scanner status = 5)\n", i)
		fmt.Println(name)
	}
}

// fakeOptions is the shape of --all-options, for a device that has everything.
const fakeOptions = `
All options specific to device ` + "`fake:0'" + `:
  Scan Mode:
    --mode Lineart|Gray|Color [Gray]
        Selects the scan mode.
    --resolution 75|150|200|300|600dpi [75]
        Sets the resolution.
    --source Flatbed|ADF Front|ADF Back|ADF Duplex [Flatbed]
        Selects the source.
  Geometry:
    -l 0..215.9mm [0]
    -x 0..215.9mm [215.9]
        Width of scan-area.
    -y 0..355.6mm [355.6]
        Height of scan-area.
`

// newFake makes a source whose scanimage is this binary, playing f.
func newFake(t *testing.T, f fake, pages [][]byte, change func(*sane.Config)) *sane.Source {
	t.Helper()
	dir := t.TempDir()
	if f.Options == "" {
		f.Options = fakeOptions
	}
	for i, p := range pages {
		name := filepath.Join(dir, fmt.Sprintf("page%d", i))
		if err := os.WriteFile(name, p, 0o600); err != nil {
			t.Fatal(err)
		}
		f.Pages = append(f.Pages, name)
	}
	script, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	played, program := filepath.Join(dir, "script.json"), filepath.Join(dir, "scanimage")
	if err := os.WriteFile(played, script, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, fmt.Appendf(nil, "#!/bin/sh\nGORACE=atexit_sleep_ms=0 %s='%s' exec '%s' \"$@\"\n", fakeEnv, played, self), 0o700); err != nil {
		t.Fatal(err)
	}
	cfg := sane.Config{Device: "fake:0", Program: program, WorkDir: t.TempDir()}
	if change != nil {
		change(&cfg)
	}
	return sane.New(cfg)
}
