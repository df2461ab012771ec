package ipptest

import (
	"github.com/OpenPrinting/goipp"
)

// answer does what is asked.
func (p *Printer) answer(m *goipp.Message, document []byte, trouble Trouble) *goipp.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	no := func(s goipp.Status) *goipp.Message { return respond(m, s) }
	op := goipp.Op(m.Code)
	switch {
	case p.Old && m.Version.Major() > 1:
		return no(goipp.StatusErrorVersionNotSupported)
	case trouble == TroubleStatus:
		return no(p.Status)
	case trouble == TroubleEmpty:
		return no(goipp.StatusOk)
	}
	operations := map[goipp.Op]func(*goipp.Message, []byte) *goipp.Message{
		goipp.OpGetPrinterAttributes: p.getPrinterAttributes, goipp.OpValidateJob: p.validateJob, goipp.OpCreateJob: p.createJob,
		goipp.OpSendDocument: p.sendDocument, goipp.OpPrintJob: p.printJob, goipp.OpGetJobAttributes: p.getJobAttributes,
		goipp.OpCancelJob: p.cancelJob, goipp.OpGetJobs: p.getJobs,
	}
	do, known := operations[op]
	if !known {
		return no(goipp.StatusErrorOperationNotSupported)
	}
	return do(m, document)
}

func respond(m *goipp.Message, s goipp.Status) *goipp.Message {
	r := goipp.NewResponse(m.Version, s, m.RequestID)
	r.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	r.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("it")))
	if s >= goipp.StatusErrorBadRequest {
		r.Operation.Add(goipp.MakeAttribute("status-message", goipp.TagText, goipp.String("Operazione non riuscita")))
	}
	return r
}

func (p *Printer) getPrinterAttributes(m *goipp.Message, _ []byte) *goipp.Message {
	r := respond(m, goipp.StatusOk)
	r.Printer = p.Attributes.Clone()
	r.Printer.Add(Integers("printer-state", goipp.TagEnum, p.State))
	r.Printer.Add(Keywords("printer-state-reasons", p.Reasons...))
	r.Printer.Add(goipp.MakeAttribute("printer-is-accepting-jobs", goipp.TagBoolean, goipp.Boolean(p.Accepting)))
	return r
}

func (p *Printer) validateJob(m *goipp.Message, _ []byte) *goipp.Message {
	r := respond(m, goipp.StatusOk)
	if len(p.Unsupported) > 0 {
		r = respond(m, goipp.StatusOkIgnoredOrSubstituted)
		r.Unsupported = p.Unsupported
	}
	return r
}

// create makes a job, or says why not.
func (p *Printer) create(m *goipp.Message) (*Job, *goipp.Message) {
	if !p.Accepting {
		return nil, respond(m, goipp.StatusErrorNotAcceptingJobs)
	}
	if p.Busy > 0 {
		p.Busy--
		return nil, respond(m, goipp.StatusErrorBusy)
	}
	j := &Job{ID: len(p.jobs) + 1, Name: first(m.Operation, "job-name"), Template: m.Job, State: 4, Reasons: []string{"job-data-insufficient"}}
	p.jobs = append(p.jobs, j)
	return j, nil
}

func (j *Job) give(m *goipp.Message, document []byte) {
	j.Format, j.Document = first(m.Operation, "document-format"), document
	j.State, j.Reasons = 3, []string{"none"}
}

func (j *Job) attributes() goipp.Attributes {
	a := goipp.Attributes{
		Integers("job-id", goipp.TagInteger, j.ID), goipp.MakeAttribute("job-name", goipp.TagName, goipp.String(j.Name)),
		Integers("job-state", goipp.TagEnum, j.State), Keywords("job-state-reasons", j.Reasons...),
	}
	if j.Begun {
		a.Add(Integers("time-at-processing", goipp.TagInteger, 1))
	} else {
		a.Add(goipp.MakeAttribute("time-at-processing", goipp.TagNoValue, goipp.Void{}))
	}
	return a
}

func (p *Printer) createJob(m *goipp.Message, _ []byte) *goipp.Message {
	j, no := p.create(m)
	if no != nil {
		return no
	}
	r := respond(m, goipp.StatusOk)
	r.Job = j.attributes()
	return r
}

func (p *Printer) sendDocument(m *goipp.Message, document []byte) *goipp.Message {
	j := p.job(m)
	if j == nil || j.State != 4 {
		return respond(m, goipp.StatusErrorNotFound)
	}
	j.give(m, document)
	r := respond(m, goipp.StatusOk)
	r.Job = j.attributes()
	return r
}

func (p *Printer) printJob(m *goipp.Message, document []byte) *goipp.Message {
	j, no := p.create(m)
	if no != nil {
		return no
	}
	j.give(m, document)
	r := respond(m, goipp.StatusOk)
	r.Job = j.attributes()
	return r
}

// getJobAttributes is what moves a job on: after Looks of them it is completed.
func (p *Printer) getJobAttributes(m *goipp.Message, _ []byte) *goipp.Message {
	j := p.job(m)
	if j == nil {
		return respond(m, goipp.StatusErrorNotFound)
	}
	if j.looks++; j.State < 7 && j.Document != nil && !p.Stuck {
		j.State, j.Begun, j.Reasons = 5, true, []string{"job-printing"}
		if j.looks >= p.Looks {
			j.State, j.Reasons = 9, []string{"job-completed-successfully"}
			if p.AfterJob != nil {
				p.AfterJob(p, j)
			}
		}
	}
	r := respond(m, goipp.StatusOk)
	r.Job = j.attributes()
	return r
}

func (p *Printer) cancelJob(m *goipp.Message, _ []byte) *goipp.Message {
	j := p.job(m)
	switch {
	case j == nil:
		return respond(m, goipp.StatusErrorNotFound)
	case j.State >= 7:
		return respond(m, goipp.StatusErrorNotPossible)
	case p.Deaf:
		j.Reasons = []string{"processing-to-stop-point"}
	default:
		j.State, j.Reasons = 7, []string{"job-canceled-by-user"}
	}
	return respond(m, goipp.StatusOk)
}

func (p *Printer) getJobs(m *goipp.Message, _ []byte) *goipp.Message {
	r := respond(m, goipp.StatusOk)
	r.Groups = goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: r.Operation}}
	for _, j := range p.jobs {
		if (j.State >= 7) == (first(m.Operation, "which-jobs") == "completed") {
			r.Groups.Add(goipp.Group{Tag: goipp.TagJobGroup, Attrs: j.attributes()})
		}
	}
	return r
}

func (p *Printer) job(m *goipp.Message) *Job {
	for _, a := range m.Operation {
		if a.Name != "job-id" {
			continue
		}
		for _, j := range p.jobs {
			if a.Values[0].V == goipp.Integer(j.ID) {
				return j
			}
		}
	}
	return nil
}

func first(attrs goipp.Attributes, name string) string {
	for _, a := range attrs {
		if a.Name == name {
			return a.Values[0].V.String()
		}
	}
	return ""
}
