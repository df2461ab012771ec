package ipp

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"

	"segnatura/stamp"
)

// States of a job (RFC 8011, 5.3.7).
const (
	jobCancelled = 7
	jobAborted   = 8
	jobCompleted = 9
)

// ending is what is known of a job's end.
type ending int

const (
	endUnknown    ending = iota
	endCompleted         // without errors, as far as the printer says
	endNeverBegun        // cancelled or aborted before anything was done with it
)

// find looks a job up whose number did not arrive, by its name, among those that wait and those that ended (RFC 8011, 4.2.6). It looks for
// an Answer's time, since the printer may be about to make it. It sets the id where it finds it.
func (j *job) find() {
	s := j.beyond()
	until := time.Now().Add(j.p.config.Timeouts.Answer)
	for j.id == 0 && j.d.can(goipp.OpGetJobs) {
		for _, which := range []string{"not-completed", "completed"} {
			m := s.request(goipp.OpGetJobs)
			m.Operation.Add(s.user())
			m.Operation.Add(number("limit", goipp.TagInteger, 100))
			m.Operation.Add(keywords("requested-attributes", "job-id", "job-name"))
			m.Operation.Add(keywords("which-jobs", which))
			answer, err := s.ask(m, nil, s.p.config.Timeouts.Answer)
			if err != nil {
				continue
			}
			for _, g := range answer.Groups {
				if g.Tag == goipp.TagJobGroup && text(g.Attrs, "job-name") == j.name {
					j.id = integer(g.Attrs, "job-id")
				}
			}
		}
		if j.id != 0 || time.Now().After(until) || s.poll() != nil {
			return
		}
	}
}

// drop cancels a job that got no document, so that it does not stand in the way of the next. Where that fails nothing is lost: there is
// nothing in it to print.
func (j *job) drop() {
	if j.id != 0 {
		_ = j.cancel() // see above
	}
}

// cancel asks the printer to end the job, whatever the caller's time.
func (j *job) cancel() error {
	s := j.beyond()
	m := s.request(goipp.OpCancelJob)
	m.Operation.Add(number("job-id", goipp.TagInteger, j.id))
	m.Operation.Add(s.user())
	_, err := s.ask(m, nil, s.p.config.Timeouts.Answer)
	return err
}

// jobState is one look at a job.
type jobState struct {
	state   int
	reasons []string
	unbegun bool // the printer says that it never began with it
}

// look asks for the job's state.
func (j *job) look(s *session) (jobState, error) {
	m := s.request(goipp.OpGetJobAttributes)
	m.Operation.Add(number("job-id", goipp.TagInteger, j.id))
	m.Operation.Add(s.user())
	m.Operation.Add(keywords("requested-attributes", "job-state", "job-state-reasons", "time-at-processing"))
	answer, err := s.ask(m, nil, s.p.config.Timeouts.Answer)
	if err != nil {
		return jobState{}, err
	}
	return jobState{
		state: integer(answer.Job, "job-state"), reasons: texts(answer.Job, "job-state-reasons"),
		// RFC 8011, 5.3.14.2: the out-of-band no-value until the printer begins.
		unbegun: noValue(answer.Job, "time-at-processing"),
	}, nil
}

// ended judges a job's last state.
func (st jobState) ended() (end ending, over bool, err error) {
	switch st.state {
	case jobCompleted:
		if slices.Contains(st.reasons, "job-completed-with-errors") {
			return endUnknown, true, errors.New("the printer says that the job was completed with errors")
		}
		return endCompleted, true, nil
	case jobCancelled, jobAborted:
		end = endUnknown
		if st.unbegun {
			end = endNeverBegun
		}
		return end, true, fmt.Errorf("the job was ended without being completed: %s", shortened(fmt.Sprint(st.reasons)))
	}
	return endUnknown, false, nil
}

// follow looks until the job has ended. A job that has not in its time, or at whose printer somebody has to do something, is cancelled:
// what it then comes to is known, and it does not come out when the roll is changed.
func (j *job) follow() (ending, error) {
	limits := j.p.config.Timeouts
	until := time.Now().Add(limits.Finish)
	if end, has := j.ctx.Deadline(); has && until.After(end.Add(-2*limits.Answer)) {
		until = end.Add(-2 * limits.Answer) // to cancel it takes as long
	}
	var last error
	for blocked := 0; ; {
		st, err := j.look(j.session)
		last = err
		if err == nil {
			if end, over, err := st.ended(); over {
				return end, err
			}
			blocked = j.blocked(blocked)
		}
		if blocked >= 2 || time.Now().After(until) || j.poll() != nil {
			break
		}
	}
	cancelled := j.cancel()
	end, err := j.settle()
	return end, errors.Join(last, cancelled, err)
}

// blocked counts for how many looks together the printer has said that it cannot go on.
func (j *job) blocked(before int) int {
	d, err := j.describe()
	if err != nil {
		return before
	}
	if _, blocks := (stamp.PrinterState{Conditions: d.conditions()}).Blocks(); blocks {
		return before + 1
	}
	return 0
}

// settle waits for the end of a job that was cancelled.
func (j *job) settle() (ending, error) {
	s := j.beyond()
	until := time.Now().Add(s.p.config.Timeouts.Answer)
	for {
		st, err := j.look(s)
		if err == nil {
			if end, over, err := st.ended(); over {
				return end, err
			}
		}
		if time.Now().After(until) {
			return endUnknown, errors.Join(err, errors.New("the job has not come to its end"))
		}
		if err := s.poll(); err != nil {
			return endUnknown, err
		}
	}
}
