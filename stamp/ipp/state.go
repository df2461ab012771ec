package ipp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"segnatura/internal/pinned"
	"segnatura/stamp"
)

// reasons are the keywords of printer-state-reasons that say something of a label. A keyword that is not here says that the printer cannot
// print only where it is stopped. serious is the condition at severity «error» or without severity, mild at «warning»; a «report» is only
// for the log, unless always. "" is no condition.
//
// Sources: RFC 8011, 5.4.12; PWG 5100.9, 8.1 (the Printer MIB's alerts); CUPS for what it adds to its queues; the printing
// framework that LPrint stands on for «offline» and «other».
var reasons = map[string]struct {
	serious, mild stamp.Condition
	always        bool
	source        string
}{
	"none":                            {source: "RFC 8011"},
	"media-empty":                     {serious: stamp.ConditionMediaOut, mild: stamp.ConditionMediaLow, source: "RFC 8011"},
	"media-needed":                    {serious: stamp.ConditionMediaOut, mild: stamp.ConditionMediaLow, source: "RFC 8011"},
	"media-low":                       {serious: stamp.ConditionMediaLow, mild: stamp.ConditionMediaLow, source: "RFC 8011"},
	"media-jam":                       {serious: stamp.ConditionJam, source: "RFC 8011"},
	"input-tray-missing":              {serious: stamp.ConditionMediaOut, source: "RFC 8011"},
	"cover-open":                      {serious: stamp.ConditionHeadOpen, source: "RFC 8011"},
	"door-open":                       {serious: stamp.ConditionHeadOpen, source: "RFC 8011"},
	"interlock-open":                  {serious: stamp.ConditionHeadOpen, source: "RFC 8011"},
	"paused":                          {serious: stamp.ConditionPaused, mild: stamp.ConditionPaused, always: true, source: "RFC 8011"},
	"moving-to-paused":                {serious: stamp.ConditionPaused, mild: stamp.ConditionPaused, always: true, source: "RFC 8011"},
	"stopping":                        {serious: stamp.ConditionPaused, source: "RFC 8011"},
	"shutdown":                        {serious: stamp.ConditionOffline, mild: stamp.ConditionOffline, always: true, source: "RFC 8011"},
	"timed-out":                       {serious: stamp.ConditionOffline, source: "RFC 8011"},
	"connecting-to-device":            {serious: stamp.ConditionBusy, mild: stamp.ConditionBusy, source: "RFC 8011"},
	"spool-area-full":                 {serious: stamp.ConditionBusy, mild: stamp.ConditionBusy, source: "RFC 8011"},
	"marker-supply-empty":             {serious: stamp.ConditionRibbonOut, source: "RFC 8011"},
	"toner-empty":                     {serious: stamp.ConditionRibbonOut, source: "RFC 8011"},
	"fuser-over-temp":                 {serious: stamp.ConditionTooHot, source: "RFC 8011"},
	"output-area-full":                {serious: stamp.ConditionOther, source: "RFC 8011"},
	"other":                           {serious: stamp.ConditionOther, source: "RFC 8011"},
	"input-cannot-feed-size-selected": {serious: stamp.ConditionMediaWrong, mild: stamp.ConditionMediaWrong, source: "PWG 5100.9"},
	"input-manual-input-request":      {serious: stamp.ConditionMediaOut, source: "PWG 5100.9"},
	"input-media-size-change":         {serious: stamp.ConditionMediaWrong, source: "PWG 5100.9"},
	"input-media-tray-feed-error":     {serious: stamp.ConditionJam, source: "PWG 5100.9"},
	"input-media-tray-jam":            {serious: stamp.ConditionJam, source: "PWG 5100.9"},
	"media-path-jam":                  {serious: stamp.ConditionJam, source: "PWG 5100.9"},
	"media-path-failure":              {serious: stamp.ConditionJam, source: "PWG 5100.9"},
	"trimmer-motor-failure":           {serious: stamp.ConditionCutter, source: "PWG 5100.9"},
	"trimmer-jam":                     {serious: stamp.ConditionCutter, source: "PWG 5100.9"},
	"offline":                         {serious: stamp.ConditionOffline, mild: stamp.ConditionOffline, always: true, source: "CUPS"},
	"cups-missing-filter":             {serious: stamp.ConditionOther, mild: stamp.ConditionOther, source: "CUPS"},
}

// States of a printer (RFC 8011, 5.4.11).
const (
	printerProcessing = 4
	printerStopped    = 5
)

// conditions reads state, reasons and whether jobs are taken. Where the printer is stopped, what is a warning or a report elsewhere is why.
func (d *description) conditions() []stamp.Condition {
	var out []stamp.Condition
	stopped := integer(d.printer, "printer-state") == printerStopped
	for _, keyword := range texts(d.printer, "printer-state-reasons") {
		name, severity := severityOf(keyword)
		known, listed := reasons[name]
		switch {
		case stopped && !listed && severity != "report":
			out = add(out, stamp.ConditionOther)
		case severity == "" || severity == "error" || stopped:
			out = add(out, known.serious)
		case severity == "warning" || known.always:
			out = add(out, known.mild)
		}
	}
	if accepts := values(d.printer, "printer-is-accepting-jobs"); len(accepts) == 1 && accepts[0].V == goipp.Boolean(false) {
		out = add(out, stamp.ConditionPaused)
	}
	if _, blocks := (stamp.PrinterState{Conditions: out}).Blocks(); stopped && !blocks {
		out = add(out, stamp.ConditionOther)
	}
	if integer(d.printer, "printer-state") == printerProcessing {
		out = add(out, stamp.ConditionBusy)
	}
	if _, blocks := (stamp.PrinterState{Conditions: out}).Blocks(); !blocks && !told(d.printer, "printer-state") {
		return add(out, stamp.ConditionSilent) // an answer without a state is none
	} else if !blocks {
		return slices.Insert(out, 0, stamp.ConditionReady)
	}
	return out
}

// severityOf takes the severity off a keyword (RFC 8011, 5.4.12). Some keywords end like one, so the table goes first.
func severityOf(keyword string) (name, severity string) {
	if _, listed := reasons[keyword]; listed {
		return keyword, ""
	}
	for _, s := range []string{"error", "warning", "report"} {
		if name, ok := strings.CutSuffix(keyword, "-"+s); ok {
			return name, s
		}
	}
	return keyword, ""
}

// add appends a condition once; "" is none.
func add(list []stamp.Condition, c stamp.Condition) []stamp.Condition {
	if c == "" || slices.Contains(list, c) {
		return list
	}
	return append(list, c)
}

// detail is the answer for the log: numbers and keywords, and not the printer's free words, which may be anything.
func (d *description) detail() string {
	return fmt.Sprintf("printer-state=%d reasons=%s", integer(d.printer, "printer-state"),
		shortened(strings.Join(texts(d.printer, "printer-state-reasons"), ",")))
}

func shortened(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// unreachable is the state of a printer that could not be asked, by why.
func unreachable(err error) stamp.PrinterState {
	return stamp.PrinterState{Conditions: []stamp.Condition{whyUnreachable(err)}, Detail: shortened(err.Error())}
}

func whyUnreachable(err error) stamp.Condition {
	var (
		no          *StatusError
		page        *HTTPError
		certificate *pinned.CertificateError
		unfit       *misfit
	)
	switch {
	case errors.As(err, &unfit):
		return unfit.condition
	case errors.As(err, &no) && no.Status == goipp.StatusErrorBusy:
		return stamp.ConditionBusy
	case errors.As(err, &no) && no.Status == goipp.StatusErrorNotAcceptingJobs:
		return stamp.ConditionPaused
	case errors.As(err, &no) && no.Status == goipp.StatusErrorServiceUnavailable,
		errors.As(err, &page) && page.Status == http.StatusServiceUnavailable:
		return stamp.ConditionOffline
	case errors.As(err, &no), errors.As(err, &page), errors.As(err, &certificate):
		return stamp.ConditionOther
	case isLost(err) && (errors.Is(err, errSilent) || errors.Is(err, context.DeadlineExceeded)):
		return stamp.ConditionSilent
	case isLost(err):
		return stamp.ConditionOther // it says what is no answer
	}
	return stamp.ConditionOffline
}
