package sane

import "segnatura/scanner"

// KindOfComplaint is what a run's standard error is taken for.
func KindOfComplaint(stderr []byte) scanner.FaultKind { return kindOfComplaint(complaint(stderr)) }

// ExitFault is what an exit code with its complaint is taken for.
var ExitFault = faultOf

// Inputs reads a recorded list of options.
func Inputs(allOptions string) []scanner.InputCapabilities { return parseOptions(allOptions).inputs() }

// Devices reads a recorded list of devices.
var Devices = parseList
