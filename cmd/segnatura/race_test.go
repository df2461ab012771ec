//go:build race

package main

// The race detector slows the drawing of pages and looks at this process, not at the program that is killed: of forty letters ten are
// scanned; all are registered and printed.
const scannedOfFour = 1
