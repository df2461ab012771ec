package sane

import (
	"slices"

	"segnatura/scanner"
)

// KindOfComplaint is what a run's standard error is taken for.
func KindOfComplaint(stderr []byte) scanner.FaultKind { return kindOfComplaint(complaint(stderr)) }

// ExitFault is what an exit code with its complaint is taken for.
var ExitFault = faultOf

// Inputs reads a recorded list of options.
func Inputs(allOptions string) []scanner.InputCapabilities { return parseOptions(allOptions).inputs() }

// Devices reads a recorded list of devices.
var Devices = parseList

// Chatter takes a recorded standard error apart: the shares of the pages, and what else was said.
func Chatter(stderr []byte) (shares []float64, words string) {
	c := newChatter()
	for piece := range slices.Chunk(stderr, 7) { // as pipes break it
		_, _ = c.Write(piece)
		select {
		case <-c.moved:
			shares = append(shares, c.share)
		default:
		}
	}
	return shares, string(c.text())
}

// FurtherArgs are the arguments of configured options, for a device with these.
func FurtherArgs(allOptions string, set map[string]string) ([]string, error) {
	return parseOptions(allOptions).further(set)
}

// ID is the number of a device of that name.
func ID(device string) string { return New(Config{Device: device}).id() }
