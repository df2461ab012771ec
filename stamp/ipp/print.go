package ipp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"

	"segnatura/internal/rawport"
	"segnatura/stamp"
)

// Print sends one label and says what is known of it. The Result is filled beside an error, too; the error is the trouble on the way
// (connection, refusal, context, a bitmap that does not go on the medium) behind a label that did not come out or may not have.
//
//	Failed   no document was handed over: not reached, the printer said that it cannot print or cannot print this, or it refused the
//	         job; or the job was cancelled and the printer says that it never began with it
//	Unknown  handed over, and then: the job was aborted, was cancelled here because its time was up or the printer could not go on, or
//	         was lost sight of; or it was completed and the printer says of itself that it cannot print, or nothing. So too where the
//	         queue's own device tells nothing back (ConditionMute)
//	Printed  the job was completed without errors, and the printer said afterwards that it is well
//
// It returns when the outcome is known. Where the context ends first the job is cancelled, for which it takes at most two more Answers.
func (p *Printer) Print(ctx context.Context, b *stamp.Bitmap) (stamp.Result, error) {
	began := time.Now()
	result := stamp.Result{Outcome: stamp.OutcomeFailed}
	if b == nil || b.Width < 1 || b.Height < 1 {
		return result, errors.New("print label: the bitmap is empty")
	}
	if own := p.config.Resolution.DotsPerMM; own != 0 && own != b.Resolution.DotsPerMM {
		return result, fmt.Errorf("print label: composed for %g dots per mm, the printer has %g", b.Resolution.DotsPerMM, own)
	}
	if err := p.turn.Take(ctx); err != nil {
		result.Before = rawport.Waiting(err)
		return result, err
	}
	defer p.turn.End()
	s := p.session(ctx)
	d, err := s.describe()
	if err != nil {
		result.Before = unreachable(err)
		return result, fmt.Errorf("ask the printer's state before printing: %w", err)
	}
	result.Before = d.state(p.config.Media)
	if _, blocks := result.Before.Blocks(); blocks {
		return result, nil
	}
	j, err := s.prepare(d, b)
	if err != nil {
		result.Before.Conditions = []stamp.Condition{whyUnreachable(err)}
		return result, fmt.Errorf("print label: %w", err)
	}
	handed, err := j.submit()
	if handed == nothing {
		result.Before.Conditions = []stamp.Condition{whyUnreachable(err)} // it was well when it was asked
		return result, fmt.Errorf("send label: %w", err)
	}
	if p.config.Sent != nil {
		p.config.Sent(time.Since(began))
	}
	result.Outcome = stamp.OutcomeUnknown
	if j.id == 0 {
		result.After = s.lastState()
		return result, fmt.Errorf("send label: %w", err)
	}
	end, followErr := j.follow()
	if end == endCompleted && !d.mute() {
		followErr = s.pause(p.config.Timeouts.Settle)
	}
	result.After = s.lastState()
	switch {
	case end == endNeverBegun:
		result.Outcome = stamp.OutcomeFailed
	case end == endCompleted && followErr == nil && result.After.Conditions[0] == stamp.ConditionReady && !slices.Contains(result.After.Conditions, stamp.ConditionMute):
		result.Outcome = stamp.OutcomePrinted
		return result, nil
	}
	if err = errors.Join(err, followErr); err != nil {
		err = fmt.Errorf("follow label: %w", err)
	}
	return result, err
}

// lastState asks the printer how it is after a job, though the caller's time be up.
func (s *session) lastState() stamp.PrinterState {
	d, err := s.beyond().describe()
	if err != nil {
		return unreachable(err)
	}
	return d.state(s.p.config.Media)
}

// beyond is the session for what has to be done though the caller's time be up: to cancel, and to ask what became of it.
func (s *session) beyond() *session {
	out := *s
	out.ctx = context.WithoutCancel(s.ctx)
	return &out
}

// job is one label's job.
type job struct {
	*session
	d        *description
	name     string
	format   string
	template goipp.Attributes
	document []byte
	id       int // 0: not known
}

// misfit is a label that the printer cannot print as both are set up, and what a person is told of it.
type misfit struct {
	condition stamp.Condition
	err       error
}

func (m *misfit) Error() string { return m.err.Error() }
func (m *misfit) Unwrap() error { return m.err }

// prepare makes the job and has the printer look at it. An error, a *misfit among others, means that it cannot be printed as it is.
func (s *session) prepare(d *description, b *stamp.Bitmap) (*job, error) {
	m, turned, err := d.choose(s.p.config.Media)
	if err != nil {
		return nil, err
	}
	j := &job{session: s, d: d, name: s.p.config.Name()}
	if err := j.draw(b, m, turned); err != nil {
		return nil, &misfit{stamp.ConditionOther, err}
	}
	return j, j.validate()
}

// draw makes the document, and the attributes that go with it.
func (j *job) draw(b *stamp.Bitmap, m medium, turned bool) error {
	f, err := j.d.format(j.p.config)
	if err != nil {
		return err
	}
	pg := page{medium: m}
	if pg.dpi, err = j.d.dpi(b, f.name); err != nil {
		return err
	}
	if pg.dots, err = lay(b, m, turned, pg.dpi); err != nil {
		return err
	}
	j.format, j.template = f.name, j.d.template(pg)
	j.document, err = f.encode(j.d, j.p.config, pg)
	return err
}

// kept are the attributes without which the dots are not the label's, and what it means that the printer would change one: such a job is not
// sent.
var kept = map[string]stamp.Condition{
	"media": stamp.ConditionMediaWrong, "media-col": stamp.ConditionMediaWrong, "printer-resolution": stamp.ConditionOther,
	"print-scaling": stamp.ConditionOther,
}

// validate asks whether the printer would print the job as it is (RFC 8011, 4.2.3).
func (j *job) validate() error {
	if !j.d.can(goipp.OpValidateJob) {
		return nil
	}
	m := j.creation(goipp.OpValidateJob)
	m.Operation.Add(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(j.format)))
	answer, err := j.ask(m, nil, j.p.config.Timeouts.Answer)
	if err != nil {
		return err
	}
	for _, a := range answer.Unsupported {
		if condition, is := kept[a.Name]; is {
			return &misfit{condition, fmt.Errorf("the printer would not keep to %s %s", a.Name, shortened(a.Values.String()))}
		}
	}
	return nil
}

// creation begins Validate-Job, Print-Job or Create-Job.
func (j *job) creation(op goipp.Op) *goipp.Message {
	m := j.request(op)
	m.Operation.Add(j.user())
	m.Operation.Add(goipp.MakeAttribute("job-name", goipp.TagName, goipp.String(j.name)))
	m.Job = j.template.Clone()
	return m
}

// handed is how much of the label the printer may have.
type handed bool

const (
	nothing    handed = false // certainly no document
	everything handed = true  // the whole document, as far as is known
)

// submit hands the label over. Where the printer can, the job is made first and gets its document second: then its number is known before
// anything can come out of it, and an answer that is lost leaves it in sight. With everything and an error, the answer was lost: the job
// may have an id by which to follow it.
func (j *job) submit() (handed, error) {
	if !j.d.can(goipp.OpCreateJob) || !j.d.can(goipp.OpSendDocument) {
		return j.printJob()
	}
	m := j.creation(goipp.OpCreateJob)
	answer, err := j.askWhileBusy(m, nil)
	if err == nil {
		j.id = integer(answer.Job, "job-id")
	} else if isLost(err) {
		j.find()
	}
	if j.id == 0 && err == nil {
		err = errors.New("the printer made a job and does not say its number")
	}
	if err != nil {
		j.drop()
		return nothing, err
	}
	m = j.request(goipp.OpSendDocument)
	m.Operation.Add(number("job-id", goipp.TagInteger, j.id))
	m.Operation.Add(j.user())
	m.Operation.Add(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(j.format)))
	m.Operation.Add(goipp.MakeAttribute("last-document", goipp.TagBoolean, goipp.Boolean(true)))
	_, err = j.ask(m, j.document, j.p.config.Timeouts.Send)
	if err != nil && refused(err) {
		j.drop()
		return nothing, err
	}
	return everything, err
}

func (j *job) printJob() (handed, error) {
	m := j.creation(goipp.OpPrintJob)
	m.Operation.Add(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(j.format)))
	answer, err := j.askWhileBusy(m, j.document)
	switch {
	case err == nil:
		if j.id = integer(answer.Job, "job-id"); j.id == 0 {
			err = errors.New("the printer took the label and does not say its number")
		}
	case refused(err):
		return nothing, err
	default:
		j.find()
	}
	return everything, err
}

// refused reports whether an error proves that the printer took no document: it was not reached, or said no. Three ways of saying no come
// after it may have begun (RFC 8011, B.1.5): internal error, device error, and a job cancelled under way.
func refused(err error) bool {
	var no *StatusError
	if errors.As(err, &no) {
		return !slices.Contains([]goipp.Status{goipp.StatusErrorInternal, goipp.StatusErrorDevice, goipp.StatusErrorJobCanceled}, no.Status)
	}
	return !isLost(err)
}

// askWhileBusy asks again while the printer has another job, which it refuses to take a second beside (server-error-busy).
func (j *job) askWhileBusy(m *goipp.Message, document []byte) (*goipp.Message, error) {
	until := time.Now().Add(j.p.config.Timeouts.Send)
	for {
		answer, err := j.ask(m, document, j.p.config.Timeouts.Send)
		var no *StatusError
		if !errors.As(err, &no) || no.Status != goipp.StatusErrorBusy || time.Now().After(until) {
			return answer, err
		}
		if wait := j.poll(); wait != nil {
			return nil, errors.Join(wait, err)
		}
		j.asked++
		m.RequestID = j.asked
	}
}

// poll waits from one question to the next.
func (s *session) poll() error { return s.pause(s.p.config.Timeouts.Poll) }

func (s *session) pause(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}
