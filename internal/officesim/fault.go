package officesim

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// FaultKind names one trouble that the office can be told to have.
type FaultKind string

// The scanner's troubles.
const (
	// FaultJam stops the feeder after After pages of a run: the job is aborted and the feeder says so until Restore.
	FaultJam FaultKind = "scanner-jam"
	// FaultSilentJam is a jam as AirSane reports it: 200 with an empty body, the feeder still "loaded", the job aborted.
	FaultSilentJam FaultKind = "scanner-silent-jam"
	// FaultCoverOpen is like FaultJam with the cover.
	FaultCoverOpen FaultKind = "scanner-cover-open"
	// FaultFeederEmpty has the feeder report no paper, whatever lies in it.
	FaultFeederEmpty FaultKind = "scanner-feeder-empty"
	// FaultBusy answers 503 to the next After job requests (at least one), then is gone.
	FaultBusy FaultKind = "scanner-busy"
	// FaultSlow waits Delay before each page.
	FaultSlow FaultKind = "scanner-slow"
	// FaultCut closes the connection in the middle of the page that follows After good ones, once.
	FaultCut FaultKind = "scanner-cut"
	// FaultStrayLocation names another host in the Location of a new job; a client that follows it goes astray.
	FaultStrayLocation FaultKind = "scanner-stray-location"
)

// The printer's troubles. A printer that is out of labels, open or paused keeps the formats that it receives, as Zebra's do,
// and prints them after Restore.
const (
	FaultLabelsOut     FaultKind = "printer-labels-out" // after After labels
	FaultRibbonOut     FaultKind = "printer-ribbon-out"
	FaultHeadOpen      FaultKind = "printer-head-open"
	FaultPaused        FaultKind = "printer-paused"
	FaultLabelsLow     FaultKind = "printer-labels-low"   // a warning; it prints
	FaultOtherLabels   FaultKind = "printer-other-labels" // labels of half the height were loaded and calibrated
	FaultPrinterSilent FaultKind = "printer-silent"       // takes everything, answers and prints nothing, loses it
	FaultPrinterSlow   FaultKind = "printer-slow"         // takes Delay for each label, and answers meanwhile
	FaultPrinterCut    FaultKind = "printer-cut"          // closes the connection in the middle of a label's data, once
	FaultPrinterMute   FaultKind = "printer-mute-status"  // prints, and answers no question
)

// FaultKinds lists every kind that SetFault takes.
func FaultKinds() []FaultKind {
	return []FaultKind{
		FaultJam, FaultSilentJam, FaultCoverOpen, FaultFeederEmpty, FaultBusy, FaultSlow, FaultCut, FaultStrayLocation,
		FaultLabelsOut, FaultRibbonOut, FaultHeadOpen, FaultPaused, FaultLabelsLow, FaultOtherLabels,
		FaultPrinterSilent, FaultPrinterSlow, FaultPrinterCut, FaultPrinterMute,
	}
}

// Fault is one trouble that is switched on.
type Fault struct {
	Kind FaultKind
	// After is how many pages of each run, or how many labels from now, still come out well. Kinds without a count ignore it.
	After int
	// Delay is the wait of the slow kinds.
	Delay time.Duration
}

// SetFault switches a trouble on, in place of an earlier one of the same kind. It lasts until Restore unless its kind says
// otherwise.
func (o *Office) SetFault(f Fault) error {
	if !slices.Contains(FaultKinds(), f.Kind) {
		return fmt.Errorf("%w: no fault is called %q", errInvalid, f.Kind)
	}
	if f.After < 0 || f.Delay < 0 || f.Delay > time.Hour {
		return fmt.Errorf("%w: fault %s with After %d, Delay %v", errInvalid, f.Kind, f.After, f.Delay)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults[f.Kind] = f
	return nil
}

// Restore switches the named troubles off, or all of them when none is named. A printer that held formats back prints them
// before Restore returns.
func (o *Office) Restore(kinds ...FaultKind) {
	o.mu.Lock()
	if len(kinds) == 0 {
		clear(o.faults)
	}
	for _, k := range kinds {
		delete(o.faults, k)
	}
	o.mu.Unlock()
	o.printPending()
}

// Faults lists the troubles that are switched on, by name.
func (o *Office) Faults() []Fault {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := make([]Fault, 0, len(o.faults))
	for _, f := range o.faults {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b Fault) int { return cmp.Compare(a.Kind, b.Kind) })
	return list
}

// due reports whether a fault is on and has let its After good ones pass. The caller holds o.mu.
func (o *Office) due(kind FaultKind, done int) bool {
	f, on := o.faults[kind]
	return on && done >= f.After
}
