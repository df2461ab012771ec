//go:build !race

package main

const scannedOfFour = 4
