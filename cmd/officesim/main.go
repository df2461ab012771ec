// Command officesim opens a pretend office on this machine: an eSCL scanner, a ZPL label printer and a page with switches to
// put letters into the one and troubles into both. It prints their addresses and runs until it is interrupted. Nothing that
// it draws or prints is worth anything, and nothing outlives it.
//
//	officesim [-scanner 127.0.0.1:8790] [-printer 127.0.0.1:9100] [-control 127.0.0.1:8791] [-seed N] [-auto=false] [-printer-dpi 203|300|600]
//
// Exit 0 after an interrupt, 1 failed with one sentence on standard error, 2 wrong usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"segnatura/internal/officesim"
	"segnatura/stamp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// printers are the print heads by the dpi that they are sold as.
var printers = map[int]stamp.Resolution{203: stamp.DPI203, 300: stamp.DPI300, 600: stamp.DPI600}

// run opens the office and keeps it open until ctx ends. Standard input is not read.
func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("officesim", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var cfg officesim.Config
	flags.StringVar(&cfg.ScannerAddr, "scanner", "127.0.0.1:8790", "the scanner's `address`; port 0 takes a free one")
	flags.StringVar(&cfg.PrinterAddr, "printer", "127.0.0.1:9100", "the label printer's `address`")
	flags.StringVar(&cfg.ControlAddr, "control", "127.0.0.1:8791", "the `address` of the page with the switches")
	flags.Uint64Var(&cfg.Seed, "seed", 1, "the same seed draws the same letters")
	flags.BoolVar(&cfg.AutoLetters, "auto", true, "draw a letter for each label that finds none waiting")
	dpi := flags.Int("printer-dpi", 203, "the label printer's resolution: 203, 300 or 600")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	head, known := printers[*dpi]
	if flags.NArg() > 0 || !known {
		fmt.Fprintln(stderr, "officesim: wrong usage; -help lists the flags")
		return 2
	}
	cfg.Printer = head
	office, err := officesim.Start(ctx, cfg)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	fmt.Fprintf(stdout, "scanner %s\nprinter %s\ncontrol %s\n", office.ScannerURL(), office.PrinterAddr(), office.ControlURL())
	<-ctx.Done()
	if err := office.Close(); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}
