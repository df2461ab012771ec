package benchmark

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/ui"
)

// pagesPerRun is a full feeder; as many runs are made as a 99th percentile needs.
const pagesPerRun = 100

// BenchmarkThumbnail measures from the last byte of an A4 page at 300 dpi, as the station reads it, to its event on the websocket
// and to the last byte of its thumbnail. Between them the page becomes durable, is measured and searched for codes. The pages are
// letters of two, the first with its label. The next page begins when the browser has the thumbnail of the one before: scanners
// are slower than the station. Grey is measured without the jailed process too, to see what that costs.
func BenchmarkThumbnail(b *testing.B) {
	for _, v := range []struct {
		name   string
		mode   scanner.ColorMode
		inJail bool
	}{{"grey", scanner.ColorGrey, true}, {"grey without the jail", scanner.ColorGrey, false}, {"colour", scanner.ColorRGB, true}} {
		b.Run(v.name, func(b *testing.B) {
			e := unjailed()
			if v.inJail {
				e = jailed(b, nil)
			}
			o := newOfficeWith(b, usualLabel(), e)
			var events, thumbnails samples
			for b.Loop() {
				for range enough / pagesPerRun { // one run after the other, as letters come
					e, t := o.scan(v.mode, pagesPerRun)
					events, thumbnails = append(events, e...), append(thumbnails, t...)
				}
			}
			events.report(b, "event")
			thumbnails.report(b, "thumbnail")
		})
	}
}

// scan registers letters of two pages, prints their labels, and scans them, until there are at least n pages.
func (o *office) scan(mode scanner.ColorMode, n int) (events, thumbnails samples) {
	feed := o.live(o.browser)
	defer feed.Close()
	for len(events) < n {
		o.must(o.devices.Load(officesim.Letter{Pages: 2}))
		var registered ui.Registered
		cmd := o.letter()
		o.post("/api/registrations", map[string]any{"key": cmd.Key, "draft": cmd.Draft, "print": true}, &registered)
		if registered.Print == nil || registered.Print.State != protocollo.PrintPrinted {
			o.Fatalf("label of registration %d: %+v, %+v", registered.Record.RegistrationID, registered.Print, registered.PrintProblem)
		}
		<-o.sent
		var batch protocollo.Batch
		o.post("/api/scans", map[string]any{"input": scanner.InputFeeder, "colorMode": mode, "resolution": 300,
			"selected": registered.Record.RegistrationID}, &batch)
		e, t := o.follow(feed)
		events, thumbnails = append(events, e...), append(thumbnails, t...)
		if len(e) != 2 {
			o.Fatalf("a letter of two pages gave %d: %s", len(e), o.get(fmt.Sprintf("/api/batches/%d", batch.ID)))
		}
		o.captured(registered.Record.IntakeID)
	}
	return events, thumbnails
}

// captured fails unless the scan was joined with its registration: the label was read.
func (o *office) captured(intakeID int64) {
	o.Helper()
	rec, err := o.station.IntakeRecord(o.Context(), o.clerk, intakeID)
	o.must(err)
	if !rec.Facets.Captured {
		o.Fatalf("intake %d: %+v, documents %+v", intakeID, rec.Facets, rec.Documents)
	}
}

// message is what comes down the websocket.
type message struct {
	Kind station.EventKind `json:"kind"`
	ID   int64             `json:"id"`
}

// live opens a browser's websocket.
func (o *office) live(browser *http.Client) *websocket.Conn {
	o.Helper()
	dialer := websocket.Dialer{Jar: browser.Jar}
	conn, resp, err := dialer.DialContext(o.Context(), "ws"+strings.TrimPrefix(o.web.URL, "http")+"/api/live", http.Header{})
	o.must(err)
	o.must(resp.Body.Close())
	return conn
}

// follow fetches the thumbnail of each page that the feed tells of, until the scanner is free again.
func (o *office) follow(feed *websocket.Conn) (events, thumbnails samples) {
	batches := 0
	for {
		var m message
		o.must(feed.ReadJSON(&m))
		arrived := time.Now()
		switch m.Kind {
		case station.EventPage:
			taken := <-o.scanner.taken
			picture := o.get(fmt.Sprintf("/api/pages/%d/thumbnail.jpg", m.ID))
			thumbnails = append(thumbnails, time.Since(taken))
			events = append(events, arrived.Sub(taken))
			if _, err := jpeg.DecodeConfig(bytes.NewReader(picture)); err != nil {
				o.Fatalf("thumbnail of page %d: %v", m.ID, err)
			}
			o.scanner.next <- struct{}{}
		case station.EventBatch: // one as it begins, one as it ends
			batches++
		case station.EventStatus: // also the scanner's release, which comes last
			if batches == 2 {
				return events, thumbnails
			}
		}
	}
}

// watchedScanner tells when the last byte of a page was read, and lets the next page begin only after a word on next.
type watchedScanner struct {
	scanner.Source
	taken chan time.Time
	next  chan struct{}
}

func (s *watchedScanner) Scan(ctx context.Context, r scanner.Request) (scanner.Document, error) {
	doc, err := s.Source.Scan(ctx, r)
	if err != nil {
		return nil, err
	}
	return &watchedDocument{Document: doc, scanner: s}, nil
}

type watchedDocument struct {
	scanner.Document
	scanner *watchedScanner
	pages   int
}

func (d *watchedDocument) Next(ctx context.Context) (*scanner.Page, error) {
	if d.pages > 0 {
		select {
		case <-d.scanner.next:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	p, err := d.Document.Next(ctx)
	if err == nil {
		d.pages++
		p.Data = &watchedData{p.Data, d.scanner}
	}
	return p, err
}

type watchedData struct {
	io.ReadCloser
	scanner *watchedScanner
}

func (d *watchedData) Read(b []byte) (int, error) {
	n, err := d.ReadCloser.Read(b)
	if err == io.EOF {
		d.scanner.taken <- time.Now()
	}
	return n, err
}
