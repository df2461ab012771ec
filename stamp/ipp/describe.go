package ipp

import (
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"segnatura/stamp"
)

// description is what a printer says of itself, as far as a label needs it.
type description struct {
	printer goipp.Attributes
	media   []medium // that it has, those loaded first
	ready   bool     // it says what is loaded
}

// whatIsAsked are the attributes of Get-Printer-Attributes. media-col-database is sent only to who names it (PWG 5100.7, 6.9).
var whatIsAsked = []string{
	"printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs", "queued-job-count",
	"printer-make-and-model", "printer-info", "operations-supported", "job-creation-attributes-supported",
	"document-format-supported", "pwg-raster-document-type-supported", "pwg-raster-document-resolution-supported",
	"printer-resolution-supported", "printer-resolution-default", "print-scaling-supported", "orientation-requested-supported",
	"media-supported", "media-ready", "media-col-supported", "media-col-ready", "media-size-supported", "media-col-database", "device-uri",
}

// describe asks the printer everything. Errors are those of ask.
func (s *session) describe() (*description, error) {
	m := s.request(goipp.OpGetPrinterAttributes)
	m.Operation.Add(s.user())
	m.Operation.Add(keywords("requested-attributes", whatIsAsked...))
	answer, err := s.ask(m, nil, s.p.config.Timeouts.Answer)
	if err != nil {
		return nil, err
	}
	d := newDescription(answer.Printer)
	if s.p.config.TrustMedia {
		d.distrust()
	}
	return d, nil
}

func newDescription(printer goipp.Attributes) *description {
	d := &description{printer: printer}
	d.readMedia()
	return d
}

// distrust forgets what the printer says is loaded; what it has at all stays.
func (d *description) distrust() {
	d.ready = false
	for i := range d.media {
		d.media[i].ready = false
	}
}

// can reports whether the printer has the operation. One that does not list them has what RFC 8011, 4 demands of every printer.
func (d *description) can(op goipp.Op) bool {
	operations := integers(d.printer, "operations-supported")
	if len(operations) == 0 {
		return slices.Contains([]goipp.Op{goipp.OpPrintJob, goipp.OpValidateJob, goipp.OpCancelJob, goipp.OpGetJobAttributes, goipp.OpGetJobs}, op)
	}
	return slices.Contains(operations, int(op))
}

// takes reports whether a job may carry the attribute: it is listed, or where there is no list its values are.
func (d *description) takes(attribute string) bool {
	if listed := texts(d.printer, "job-creation-attributes-supported"); len(listed) > 0 && slices.Contains(listed, attribute) {
		return true
	}
	return told(d.printer, attribute+"-supported")
}

// mute reports whether the queue's printer tells nothing back. CUPS calls a job completed when the device has taken the bytes; only another
// IPP printer behind the queue says what became of them. Other printers have no device-uri.
func (d *description) mute() bool {
	device := text(d.printer, "device-uri")
	scheme, _, _ := strings.Cut(device, ":")
	return device != "" && !slices.Contains([]string{"ipp", "ipps", "http", "https", "dnssd", "implicitclass"}, scheme)
}

// state is what the printer says of itself now. A wrong medium is told where want, unless it is zero, is none that is loaded, or none that the
// printer has where it does not say what is.
func (d *description) state(want stamp.Size) stamp.PrinterState {
	state := stamp.PrinterState{Conditions: d.conditions(), Detail: d.detail()}
	if d.mute() {
		state.Conditions = add(state.Conditions, stamp.ConditionMute)
	}
	fits := slices.IndexFunc(d.media, func(m medium) bool { return m.ready == d.ready && m.fits(want) })
	if fits < 0 && want != (stamp.Size{}) && len(d.media) > 0 {
		state.Conditions = add(state.Conditions, stamp.ConditionMediaWrong)
	}
	if d.ready {
		state.Media = d.media[max(fits, 0)].told(want)
	}
	return state
}
