package station_test

import (
	"context"
	"io"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// damaged takes archived files apart until it is damaged, and then to their second page.
type damaged struct {
	station.Separator
	now bool
}

func (d *damaged) Separate(ctx context.Context, in pdfa.Input, emit func(string, io.Reader) error) error {
	page := 0
	return d.Separator.Separate(ctx, in, func(format string, data io.Reader) error {
		if page++; d.now && page == 2 {
			return &pdfa.RefusedError{File: in.Name, Page: page, Reason: pdfa.RefusedCorrupt, Detail: "the file is damaged"}
		}
		return emit(format, data)
	})
}

// failedTakeover is a registration whose takeover has failed for good, after one of three pages.
func failedTakeover(t *testing.T) (o *office, file *damaged, e station.WaitingException, b station.Record) {
	t.Helper()
	o, file = newOffice(t), &damaged{now: true}
	o.start(func(c *station.Config) { file.Separator, c.Separator = c.Separator, file })
	a := o.labelled("key-0001", letter("Prima"))
	b = o.labelled("key-0002", letter("Seconda"))
	o.archivedLetter(a, a, "b1", "b2", "b3")
	if err := o.s.ExchangeLabels(t.Context(), boss, request("s1"), a.Registration.ID, b.Registration.ID); err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		if asked := len(o.exceptions()) != 0; asked != (round >= 3) {
			t.Fatalf("before round %d: %+v", round+1, o.exceptions())
		}
		o.s.TakeOverDue(t.Context())
	}
	return o, file, o.theException(protocollo.ExceptionTakeover, "corrupt"), b
}

// TestTakeoverThatFailsForGood: a person is asked, and told why; nothing else touches the document meanwhile.
func TestTakeoverThatFailsForGood(t *testing.T) {
	o, file, e, b := failedTakeover(t)
	ctx := t.Context()
	if e.Detail.Why != string(pdfa.RefusedCorrupt) || len(e.Candidates) != 1 || e.Candidates[0].Registration.ID != b.Registration.ID {
		t.Errorf("asked %+v of %+v", e.Detail, e.Candidates)
	}
	d := o.record(b.Intake.ID).Documents[0]
	if d.State != protocollo.DocumentReceiving || len(d.PageList) != 1 {
		t.Fatalf("document %+v", d.Document)
	}
	if day := o.endOfDay(""); day.Clear || day.Unfinished.Total != 0 || day.Unanswered.Total != 1 {
		t.Errorf("the day ends with %+v and %+v", day.Unfinished, day.Unanswered)
	}
	wantClass(t, errOf(o.s.TurnPage(ctx, boss, d.PageList[0].ID, 90)), protocollo.Conflict, "still-scanning")
	o.restart()
	if err := o.s.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	o.theException(protocollo.ExceptionTakeover, "corrupt")

	// It fails again, is asked again, and goes on where it stopped.
	o.start(func(c *station.Config) { file.Separator, c.Separator = c.Separator, file })
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceRetry})
	for range 3 {
		o.s.TakeOverDue(ctx)
	}
	file.now = false
	o.mustSolve(clerk, o.theException(protocollo.ExceptionTakeover, "corrupt"), station.Answer{Choice: protocollo.ChoiceRetry})
	o.s.TakeOverDue(ctx)
	d = o.record(b.Intake.ID).Documents[0]
	if d.State != protocollo.DocumentReady || len(o.exceptions()) != 0 {
		t.Fatalf("document %+v, exceptions %+v", d.Document, o.exceptions())
	}
	o.archive(d.ID)
	if got := o.wordsOf(d.ID); !slices.Equal(got, []string{"b1", "b2", "b3"}) {
		t.Errorf("pages %q", got)
	}
	o.cleanCheck()
}

// TestTakeoverThatIsGivenUp: the registration is expected again, and its letter is scanned.
func TestTakeoverThatIsGivenUp(t *testing.T) {
	o, _, e, b := failedTakeover(t)
	o.mustSolve(boss, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "il file in archivio è danneggiato"})
	o.s.TakeOverDue(t.Context())
	if rec := o.record(b.Intake.ID); rec.Facets.Captured || rec.Documents[0].State != protocollo.DocumentDiscarded {
		t.Fatalf("facets %+v, document %+v", rec.Facets, rec.Documents[0].Document)
	}
	o.scan(&feeder{pages: []string{sheetOf("again", withCodes(codeOf(b)))}}, station.ScanCommand{})
	rec := o.record(b.Intake.ID)
	if len(rec.Documents) != 2 || rec.Documents[1].State != protocollo.DocumentReady || len(o.exceptions()) != 0 {
		t.Fatalf("documents %+v, exceptions %+v", rec.Documents, o.exceptions())
	}
	o.archive(rec.Documents[1].ID)
	o.cleanCheck()
}
