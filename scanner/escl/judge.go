package escl

import (
	"fmt"
	"net/http"
	"strings"

	"segnatura/scanner"
)

// verdict is what an answer without a page means, read together with the job's state.
type verdict int

const (
	verdictAgain   verdict = iota // not yet: ask again within the busy time
	verdictEnd                    // the run is over, all its pages were delivered
	verdictPerhaps                // it looks over, without the job's word for it: the end only when the device says so twice
	verdictFault
)

// question is what is known when NextDocument brought no page.
type question struct {
	code   int // the HTTP status; 200 is a body without a byte
	taken  int // pages delivered by this run
	feeder bool
	inOne  bool // an image of the device's count is no page delivered: a PDF holds several
	jobID  string
}

// judge decides by the job's state first, then by the device's. It says verdictEnd only when the device says that the job is
// done, or when the one page of the glass was taken, and never on an empty body: a document that may be short is a fault.
//
// Why so careful: 409 is the end of the feeder (AirSane before pull request 135), a jam (AirSane after it) and "in use" (HP
// OfficeJet); 404 is the end, "not yet" (Brother MFC-L2710DW, sane-airscan issue 39) and what follows an aborted job; the feeder
// stays "loaded" after a jam (recorded with AirSane) and is "empty" while the last sheet is still inside.
func judge(st wireStatus, q question) (verdict, *scanner.Fault) {
	job, known := st.job(q.jobID)
	said := fmt.Sprintf("NextDocument answered %d, %s", q.code, st)
	if known {
		said += fmt.Sprintf(", job %s after %d images: %s", job.State, job.Completed, strings.Join(job.Reasons, " "))
	}
	fault := func(kind scanner.FaultKind, detail string) (verdict, *scanner.Fault) {
		return verdictFault, &scanner.Fault{Kind: kind, Detail: detail + " (" + said + ")"}
	}
	trouble := feeders[strings.TrimSpace(st.ADFState)].fault
	switch state := strings.TrimSpace(job.State); {
	case known && state == "Completed":
		switch {
		case q.code == http.StatusServiceUnavailable:
			return verdictAgain, nil // scanned, not yet ready to be fetched
		case !q.inOne && job.Completed > q.taken:
			return fault(scanner.FaultDevice, fmt.Sprintf("the device scanned %d pages and delivered %d", job.Completed, q.taken))
		case q.code == http.StatusOK:
			return fault(scanner.FaultDevice, "an empty page")
		case q.taken == 0:
			return fault(scanner.FaultEmpty, "the job ended without a page")
		}
		return verdictEnd, nil
	case q.feeder && trouble != "":
		return fault(trouble, "the feeder stopped")
	case known && state == "Canceled":
		return fault(scanner.FaultCancelled, "cancelled at the device")
	case known && state == "Aborted":
		return fault(scanner.FaultDevice, "aborted by the device")
	case states[strings.TrimSpace(st.State)] == scanner.StateStopped:
		return fault(scanner.FaultDevice, "the device stopped")
	case q.code == http.StatusServiceUnavailable, states[strings.TrimSpace(st.State)] == scanner.StateBusy:
		return verdictAgain, nil
	}
	return judgeIdle(st, q, known, fault)
}

// judgeIdle is judge for a device that is idle and whose job is still listed as live, or is not listed.
func judgeIdle(st wireStatus, q question, known bool, fault func(scanner.FaultKind, string) (verdict, *scanner.Fault)) (verdict, *scanner.Fault) {
	empty := feeders[strings.TrimSpace(st.ADFState)].state != scanner.FeederLoaded
	switch {
	case q.code == http.StatusOK:
		return fault(scanner.FaultDevice, "an empty page")
	case known && q.feeder && !empty, known && q.taken == 0 && !q.feeder:
		return verdictAgain, nil // created, not begun: recorded as Idle with the job Pending
	case q.taken == 0 && q.feeder && empty:
		return fault(scanner.FaultEmpty, "no paper was drawn in")
	case q.taken == 0:
		return fault(scanner.FaultDevice, "the job vanished before its first page")
	case q.feeder && !empty && q.code == http.StatusConflict:
		return fault(scanner.FaultDevice, "refused the next page with paper in the feeder")
	case q.feeder:
		return verdictPerhaps, nil
	}
	return verdictEnd, nil
}
