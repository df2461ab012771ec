package escl

import (
	"io"
	"testing"

	"segnatura/scanner"
)

// Each row is one answer without a page and what the device said of itself then. Rows that were seen on a device name it.
func TestJudge(t *testing.T) {
	const id = "7"
	for _, c := range []struct {
		name       string
		state, adf string
		job        string // its state; "" is a job that is not listed
		images     int
		code       int
		taken      int
		platen     bool
		want       verdict
		kind       scanner.FaultKind
	}{
		{name: "end of a feeder (AirSane)", state: "Idle", adf: "ScannerAdfEmpty", job: "Completed", images: 3, code: 409, taken: 3, want: verdictEnd},
		{name: "end, and the feeder is said to be loaded (AirSane PR 135)", state: "Idle", adf: "ScannerAdfLoaded", job: "Completed", images: 3, code: 404, taken: 3, want: verdictEnd},
		{name: "end, and the device does not count", state: "Idle", adf: "ScannerAdfEmpty", job: "Completed", code: 404, taken: 3, want: verdictEnd},
		{name: "a page is missing", state: "Idle", adf: "ScannerAdfEmpty", job: "Completed", images: 4, code: 404, taken: 3, want: verdictFault, kind: scanner.FaultDevice},
		{name: "an empty body at the end", state: "Idle", adf: "ScannerAdfEmpty", job: "Completed", images: 3, code: 200, taken: 3, want: verdictFault, kind: scanner.FaultDevice},
		{name: "done scanning, not ready to give", state: "Idle", adf: "ScannerAdfEmpty", job: "Completed", images: 4, code: 503, taken: 3, want: verdictAgain},
		{name: "done without a page", state: "Idle", adf: "ScannerAdfEmpty", job: "Completed", code: 404, want: verdictFault, kind: scanner.FaultEmpty},
		{name: "asked too early (Brother MFC-L2710DW)", state: "Processing", adf: "ScannerAdfEmpty", job: "Processing", images: 2, code: 404, taken: 2, want: verdictAgain},
		{name: "the last sheet is inside (HP)", state: "Processing", adf: "ScannerAdfEmpty", job: "Processing", images: 2, code: 404, taken: 2, want: verdictAgain},
		{name: "not begun (AirSane)", state: "Idle", adf: "ScannerAdfLoaded", job: "Pending", code: 404, want: verdictAgain},
		{name: "not begun, on the glass", state: "Idle", adf: "ScannerAdfEmpty", job: "Pending", code: 404, platen: true, want: verdictAgain},
		{name: "busy", state: "Processing", adf: "ScannerAdfLoaded", job: "Processing", code: 503, taken: 1, want: verdictAgain},
		{name: "busy and forgetful", state: "Idle", adf: "ScannerAdfEmpty", code: 503, taken: 1, want: verdictAgain},
		{name: "jam, with words", state: "Idle", adf: "ScannerAdfJam", job: "Aborted", code: 409, taken: 2, want: verdictFault, kind: scanner.FaultJam},
		{name: "jam while it is said to be busy", state: "Processing", adf: "ScannerAdfJam", job: "Processing", code: 503, taken: 2, want: verdictFault, kind: scanner.FaultJam},
		{name: "two sheets at once", state: "Stopped", adf: "ScannerAdfMultipickDetected", job: "Processing", code: 404, taken: 2, want: verdictFault, kind: scanner.FaultJam},
		{name: "cover open", state: "Stopped", adf: "ScannerAdfDoorOpen", job: "Aborted", code: 409, taken: 2, want: verdictFault, kind: scanner.FaultCoverOpen},
		{name: "jam without words (AirSane)", state: "Idle", adf: "ScannerAdfLoaded", job: "Aborted", images: 1, code: 200, want: verdictFault, kind: scanner.FaultDevice},
		{name: "404 after it (AirSane)", state: "Idle", adf: "ScannerAdfLoaded", job: "Aborted", images: 1, code: 404, want: verdictFault, kind: scanner.FaultDevice},
		{name: "the feeder's trouble is not the glass's", state: "Idle", adf: "ScannerAdfDoorOpen", job: "Completed", images: 1, code: 404, taken: 1, platen: true, want: verdictEnd},
		{name: "the panel's cancel key", state: "Idle", adf: "ScannerAdfLoaded", job: "Canceled", code: 404, taken: 1, want: verdictFault, kind: scanner.FaultCancelled},
		{name: "out of order", state: "Stopped", adf: "ScannerAdfLoaded", job: "Processing", code: 404, taken: 1, want: verdictFault, kind: scanner.FaultDevice},
		{name: "no jobs listed, end", state: "Idle", adf: "ScannerAdfEmpty", code: 404, taken: 2, want: verdictPerhaps},
		{name: "no jobs listed, end of the glass", state: "Idle", code: 404, taken: 1, platen: true, want: verdictEnd},
		{name: "no jobs listed, nothing came", state: "Idle", adf: "ScannerAdfEmpty", code: 404, want: verdictFault, kind: scanner.FaultEmpty},
		{name: "no jobs listed, the glass gave nothing", state: "Idle", code: 404, platen: true, want: verdictFault, kind: scanner.FaultDevice},
		{name: "no jobs listed, refused with paper", state: "Idle", adf: "ScannerAdfLoaded", code: 409, taken: 2, want: verdictFault, kind: scanner.FaultDevice},
		{name: "no jobs listed, an empty body", state: "Idle", adf: "ScannerAdfEmpty", code: 200, taken: 2, want: verdictFault, kind: scanner.FaultDevice},
		{name: "listed as live, feeder empty, idle", state: "Idle", adf: "ScannerAdfEmpty", job: "Processing", code: 404, taken: 2, want: verdictPerhaps},
		{name: "listed as live, paper left, idle", state: "Idle", adf: "ScannerAdfLoaded", job: "Processing", code: 404, taken: 2, want: verdictAgain},
	} {
		st := wireStatus{State: c.state, ADFState: c.adf}
		if c.job != "" {
			st.Jobs = []wireJob{{URI: "/eSCL/ScanJobs/other", State: "Completed", Completed: 99}, {URI: "/eSCL/ScanJobs/7/", State: c.job, Completed: c.images}}
		}
		got, f := judge(st, question{code: c.code, taken: c.taken, feeder: !c.platen, jobID: id})
		kind := scanner.FaultKind("")
		if f != nil {
			kind = f.Kind
		}
		if got != c.want || kind != c.kind {
			t.Errorf("%s: verdict %d, %v; want %d, %q", c.name, got, f, c.want, c.kind)
		}
	}
}

func TestEachQuirkSaysWhatWasSeenAndByWhom(t *testing.T) {
	for _, q := range quirkTable() {
		none := q
		none.Model, none.Server, none.Symptom, none.Source = "", "", "", ""
		if q.Model+q.Server == "" || q.Symptom == "" || q.Source == "" || none == (quirk{}) {
			t.Errorf("an incomplete row: %+v", q)
		}
	}
}

func FuzzDecodeXML(f *testing.F) {
	f.Add([]byte("<ScannerCapabilities><Platen><PlatenInputCaps/></Platen></ScannerCapabilities>"))
	f.Add([]byte("<ScannerStatus><State>Idle</State></ScannerStatus>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var caps wireCapabilities
		if decodeXML(b, &caps) == nil {
			if dev, err := newDevice(caps, ""); err == nil {
				if len(dev.capabilities().Inputs) == 0 {
					t.Error("a device without inputs")
				}
			}
		}
		var st wireStatus
		if err := decodeXML(b, &st); err == nil {
			judge(st, question{code: 404})
		} else if err == io.EOF && len(b) > 0 {
			_ = st.status()
		}
	})
}
