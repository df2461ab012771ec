package station_test

import (
	"context"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

// TestALetterThatARunGoesOnWithStaysCut: the program died in a continuation, and the letter was taken as whole without its last pages.
func TestALetterThatARunGoesOnWithStaysCut(t *testing.T) {
	jammed := func(t *testing.T) (*office, int64) {
		o := newOffice(t)
		r := o.labelled("key-0001", letter("x"))
		jam := o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: []string{sheetOf("a1", withCodes(codeOf(r)))}}, station.ScanCommand{})
		return o, jam.Documents[0].ID
	}
	asks := func(t *testing.T, o *office, id int64) {
		t.Helper()
		if err := o.s.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		if e := o.exceptions(); len(e) != 1 || e[0].Kind != protocollo.ExceptionCount || e[0].Detail.Why == "" || o.document(id).State != protocollo.DocumentWaiting {
			t.Fatalf("%s, asked %v", o.document(id).State, asked(e))
		}
		o.scan(&feeder{pages: []string{sheetOf("rest", nil)}}, station.ScanCommand{Continue: id})
		if o.document(id).State != protocollo.DocumentReady || len(o.exceptions()) != 0 {
			t.Errorf("%s, asked %v", o.document(id).State, asked(o.exceptions()))
		}
	}
	for calls := range 12 {
		o, id := jammed(t)
		faulty := &cut{left: calls}
		o.s.Close()
		o.start(func(c *station.Config) {
			c.Documents, c.Exceptions = cutDocuments{c.Documents, faulty}, cutAnswers{cutExceptions{c.Exceptions, faulty}, faulty}
		})
		b, err := o.s.StartScan(t.Context(), clerk, station.ScanCommand{Continue: id, SourceID: "scanner-1",
			Source: &feeder{open: func() error { return &scanner.Fault{Kind: scanner.FaultOffline} }}})
		if err == nil {
			o.events.waitEnded(t, b.ID, o.s)
		}
		o.s.Close()
		o.start(nil)
		asks(t, o, id)
	}
	t.Run("with pages of the continuation", func(t *testing.T) {
		o, id := jammed(t)
		o.s.Close()
		faulty := &cut{left: 100}
		o.start(func(c *station.Config) { c.Documents = cutDocuments{c.Documents, faulty} })
		f := &feeder{hold: make(chan struct{}), pages: []string{sheetOf("a2", nil)}}
		b := o.startScan(f, station.ScanCommand{Continue: id})
		o.events.await(t, "page", func() bool { return o.document(id).Pages == 2 })
		faulty.left = 0
		close(f.hold)
		o.events.waitEnded(t, b.ID, o.s)
		o.s.Close()
		o.start(nil)
		asks(t, o, id)
	})
}

type cutAnswers struct {
	cutExceptions
	*cut
}

func (c cutAnswers) SolveException(ctx context.Context, a protocollo.Actor, id int64, version int, choice protocollo.Choice, reason string) (protocollo.Exception, error) {
	if err := c.cut.pass(); err != nil {
		return protocollo.Exception{}, err
	}
	return c.ExceptionStore.SolveException(ctx, a, id, version, choice, reason)
}
