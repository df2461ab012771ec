package sane

import (
	"context"
	"errors"
	"strings"

	"segnatura/internal/tool"
	"segnatura/scanner"
)

// statuses are SANE's status codes (SANE standard 1.06, 4.2.7): scanimage exits with the number, and its words are those of sane_strstatus in the
// C locale, which its runs get.
var statuses = []struct {
	code  int
	words string
	kind  scanner.FaultKind
}{
	{1, "Operation not supported", scanner.FaultUnsupported},
	{2, "Operation was canceled", scanner.FaultCancelled},
	{3, "Device busy", scanner.FaultBusy},
	{4, "Invalid argument", scanner.FaultUnsupported},
	{5, "End of file reached", scanner.FaultTruncated},
	{6, "Document feeder jammed", scanner.FaultJam},
	{7, outOfDocuments, scanner.FaultEmpty},
	{8, "Scanner cover is open", scanner.FaultCoverOpen},
	{9, "Error during device I/O", scanner.FaultDevice},
	{10, "Out of memory", scanner.FaultDevice},
	{11, "Access to resource has been denied", scanner.FaultDenied},
}

const outOfDocuments = "Document feeder out of documents"

// complaint returns the words of scanimage's last complaint: what follows "scanimage: ".
func complaint(stderr []byte) string {
	words := ""
	for line := range strings.Lines(string(stderr)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "scanimage: "); ok {
			words = rest
		}
	}
	return words
}

// kindOfComplaint tells a complaint's kind by its documented words, "" for none that is known. A device that cannot be opened is offline, unless
// it says that another has it, or that this user may not.
func kindOfComplaint(words string) scanner.FaultKind {
	if words == "no SANE devices found" {
		return scanner.FaultOffline
	}
	for _, s := range statuses {
		if !strings.Contains(words, s.words) {
			continue
		}
		if strings.HasPrefix(words, "open of device ") && s.kind != scanner.FaultBusy && s.kind != scanner.FaultDenied {
			return scanner.FaultOffline
		}
		return s.kind
	}
	return ""
}

// faultOf is the fault of a scanimage that did not end well.
func faultOf(err error, stderr []byte) *scanner.Fault {
	words := complaint(stderr)
	f := &scanner.Fault{Kind: kindOfComplaint(words), Detail: words, Err: err}
	var exit *tool.ExitError
	switch {
	case errors.Is(err, context.Canceled):
		f.Kind = scanner.FaultCancelled
	case errors.Is(err, tool.ErrDeadline):
		f.Kind, f.Detail = scanner.FaultOffline, "the device did not answer in time"
	case f.Kind != "":
	case errors.As(err, &exit):
		f.Kind = scanner.FaultDevice
		for _, s := range statuses {
			if s.code == exit.Code && s.code != 1 { // 1 is also any wrong use of the program
				f.Kind = s.kind
			}
		}
	default:
		f.Kind = scanner.FaultDevice
	}
	return f
}
