// Command segnatura is the station: it serves the desk's screens, and checks, saves and restores its data.
//
//	segnatura serve   [-config F] [-data DIR] [-listen 127.0.0.1:8787] [-ocr ita] [-demo [-demo-centre jente|pitre]]
//	segnatura check   [-config F] [-data DIR] [-json] [-fast]
//	segnatura backup  [-data DIR] -o DIR
//	segnatura restore -data DIR -from DIR
//	segnatura pdfa    [-ocr ita[+eng]] [-flavour 2u|2b] [-title T] [-jobs N] [-json] [-q] [-f] -o OUT.pdf IN...
//	segnatura scan    -list | [-device D] -o DIR
//	segnatura label   -list | [-layout NAME|F.toml] [-size 62x29] [-dpi 203] [-printer ID|HOST:PORT] [-o OUT.png|pdf|zpl]
//	segnatura register export|import -user U [-opening 1-2026] [-format xlsx|csv] [-columns F] [-apply] FILE
//	segnatura openapi
//
// Exit 0 done, 1 failed with one plain sentence on standard error, 2 wrong usage. No partial file is left behind by a failure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // Europe/Rome on every machine, also one without zone data
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command is one subcommand. A usageError exits 2, any other error 1.
type command struct {
	name, usage string
	run         func(ctx context.Context, e env, args []string) error
	hidden      bool // for this program itself, not for people
}

// env is what a command talks to.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

func commands() []command {
	return []command{
		{name: "serve", usage: "[-config F] [-data DIR] [-listen 127.0.0.1:8787] [-ocr ita] [-demo [-demo-centre jente|pitre]]", run: serve},
		{name: "check", usage: "[-config F] [-data DIR] [-json] [-fast]", run: check},
		{name: "backup", usage: "[-data DIR] -o DIR", run: backup},
		{name: "restore", usage: "-data DIR -from DIR", run: restore},
		{name: "pdfa", usage: pdfaUsage, run: pdfaCommand},
		{name: "scan", usage: scanUsage, run: scan},
		{name: "label", usage: labelUsage, run: label},
		{name: "register", usage: registerUsage, run: register},
		{name: "openapi", run: openapi},
		{name: workerCommand, run: inJail, hidden: true},
	}
}

// usageError is a wrong command line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	e := env{stdin: stdin, stdout: stdout, stderr: stderr}
	if len(args) == 0 {
		printUsage(stderr)
		return 2
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		printUsage(stdout)
		return 0
	case "-version", "--version", "version":
		fmt.Fprintln(stdout, "segnatura", version())
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, e, args[1:])
		var usage usageError
		switch {
		case err == nil || errors.Is(err, flag.ErrHelp):
			return 0
		case errors.As(err, &usage):
			fmt.Fprintf(stderr, "segnatura %s: %v\nusage: segnatura %s %s\n", c.name, err, c.name, c.usage)
			return 2
		default:
			fmt.Fprintf(stderr, "segnatura %s: %v\n", c.name, err)
			return 1
		}
	}
	fmt.Fprintf(stderr, "segnatura: no command %q\n", args[0])
	printUsage(stderr)
	return 2
}

func printUsage(w io.Writer) {
	fmt.Fprintln(w, "usage:")
	for _, c := range commands() {
		if c.hidden {
			continue
		}
		fmt.Fprintf(w, "  segnatura %-8s %s\n", c.name, c.usage)
	}
}

// flags returns a flag set that reports instead of exiting.
func flags(e env, name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(e.stderr)
	return f
}

func parse(f *flag.FlagSet, args []string) error {
	if err := parseFlags(f, args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return usageError{fmt.Errorf("unexpected %q", f.Arg(0))}
	}
	return nil
}

// parseFlags is parse for a command that takes files after its flags.
func parseFlags(f *flag.FlagSet, args []string) error {
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	return nil
}

// version is the module's version, or the commit that the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return info.Main.Version
}
