package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/stamp"
	"segnatura/store"
)

// errNotClean is a check that found something; what it found stands on standard output.
var errNotClean = errors.New("the check found faults")

// checkReport is the whole check, for -json.
type checkReport struct {
	Clean   bool          `json:"clean"`
	Store   store.Report  `json:"store"`
	Devices []deviceCheck `json:"devices"`
	// Disk says whether the data lie on an encrypted disk, Policies which legal choices are in force, by AOO.
	Disk     diskState          `json:"disk"`
	Policies []station.Policies `json:"policies"`
	// TSA says whether the time-stamping authority gives a mark that is accepted. One that does not is no fault of the data.
	TSA tsaCheck `json:"tsa"`
	// Central says whether the system that numbers can be reached. One that is away is no fault of the data.
	Central centralCheck `json:"central"`
	// OCR says whether the languages of the settings are there. A missing one is no fault of the data.
	OCR ocrCheck `json:"ocr"`
	// Jail says what holds the processes that open foreign files. What the kernel lacks is no fault of the data.
	Jail jailCheck `json:"jail"`
}

type deviceCheck struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Well  bool   `json:"well"`
}

// check verifies the settings, the devices and the whole store: the journal's chain from the tables, every blob, rows without files
// and files without rows, gaps, impossible states. It takes the data folder, so the service must not be running.
// A device that is off is reported and is no fault of the data.
func check(ctx context.Context, e env, args []string) error {
	f := flags(e, "check")
	configPath := f.String("config", "", "settings file (default: segnatura.toml in the data folder)")
	dataDir := f.String("data", defaultData, "data folder")
	asJSON := f.Bool("json", false, "one JSON object")
	fast := f.Bool("fast", false, "do not read every archived file again, only compare sizes")
	if err := parse(f, args); err != nil {
		return err
	}
	c, err := loadConfig(*configPath, *dataDir)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Config{Dir: *dataDir, Existing: true})
	if err != nil {
		return err
	}
	look := db.Check
	if *fast {
		look = db.CheckQuick
	}
	rep, err := look(ctx)
	policies, policiesErr := policiesInForce(ctx, db)
	chosen, chosenErr := chosenConnector(ctx, db)
	if err := errors.Join(err, policiesErr, chosenErr, db.Close()); err != nil {
		return err
	}
	disk, err := diskOf(*dataDir)
	if err != nil {
		return err
	}
	out := checkReport{Store: rep, Clean: rep.OK(), Devices: checkDevices(ctx, c), Disk: disk, Policies: policies, Central: checkCentral(ctx, c.Central, chosen), OCR: checkOCR(ctx, c.OCR), Jail: checkJail(ctx), TSA: checkTSA(ctx, c.TSA)}
	if *asJSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(out); err != nil {
			return err
		}
	} else {
		printReport(e, out)
	}
	if !out.Clean {
		return errNotClean
	}
	return nil
}

// policiesInForce lists each AOO's policies; none before the first run.
func policiesInForce(ctx context.Context, db *store.DB) ([]station.Policies, error) {
	list := []station.Policies{}
	setup, err := db.Setup(ctx)
	if errors.Is(err, protocollo.NotFound) {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	for _, a := range setup.AOOs {
		p, err := db.Policies(ctx, a.Code)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func checkDevices(ctx context.Context, c Config) []deviceCheck {
	list := []deviceCheck{}
	d, err := configuredDevices(c, "", time.Now, nil)
	if err != nil {
		return append(list, deviceCheck{ID: "settings", State: err.Error()})
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for _, s := range d.scanners {
		st := s.Source.Status(ctx)
		list = append(list, deviceCheck{ID: s.ID, State: string(st.State), Well: st.State != scanner.StateOffline})
	}
	for _, p := range d.printers {
		st := p.Printer.State(ctx)
		c, blocked := st.Blocks()
		if !blocked {
			c = stamp.ConditionReady
		}
		list = append(list, deviceCheck{ID: p.Printer.ID(), State: string(c), Well: !blocked})
	}
	return list
}

func printReport(e env, r checkReport) {
	for _, f := range r.Store.Findings {
		fmt.Fprintf(e.stdout, "fault  %s: %s\n", f.Code, f.Sentence)
	}
	for _, n := range r.Store.Notes {
		fmt.Fprintf(e.stdout, "note   %s: %s\n", n.Code, n.Sentence)
	}
	for _, d := range r.Devices {
		fmt.Fprintf(e.stdout, "device %s: %s\n", d.ID, d.State)
	}
	fmt.Fprintf(e.stdout, "numbers from %s\n", r.Central)
	fmt.Fprintf(e.stdout, "timestamps: %s\n", r.TSA)
	fmt.Fprintf(e.stdout, "text recognition: %s\n", r.OCR)
	fmt.Fprintf(e.stdout, "disk %s\n", r.Disk)
	fmt.Fprintf(e.stdout, "jail %s\n", r.Jail)
	for _, p := range r.Policies {
		fmt.Fprintf(e.stdout, "policies of %s: version %d, page rule %q\n", p.AOO, p.Version, p.PageProfile)
	}
	fmt.Fprintf(e.stdout, "journal: %d entries, head %d %s\n", r.Store.Entries, r.Store.HeadSeq, r.Store.HeadHash)
	fmt.Fprintf(e.stdout, "%d rows and %d files compared\n", r.Store.Rows, r.Store.Files)
	if r.Clean {
		fmt.Fprintln(e.stdout, "clean")
	}
}
