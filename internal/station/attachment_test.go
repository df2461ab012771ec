package station_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/scanner"
)

// divider is a divider sheet's front; each sheet's bytes are its own.
func divider(word string) string { return sheetOf(word, withCodes(protocollo.DividerPayload())) }

// parts says of each document of a record that is not discarded which part it is, and of which pages: «0:1,2 1:4».
func (o *office) parts(intakeID int64) string {
	o.t.Helper()
	var out []string
	for _, d := range o.record(intakeID).Documents {
		if d.State != protocollo.DocumentDiscarded {
			out = append(out, fmt.Sprintf("%d:%s", d.Part, strings.Join(words(o, d), ",")))
		}
	}
	return strings.Join(out, " ")
}

// declaring is a letter with that many declared attachments.
func declaring(subject string, attachments ...protocollo.Attachment) protocollo.Draft {
	d := letter(subject)
	d.Attachments = attachments
	return d
}

// TestDividers: what lies behind a divider is the next attachment of the letter before it, and the divider is nobody's page.
func TestDividers(t *testing.T) {
	white := func(word string) string { return sheetOf(word, blank) }
	page := func(word string) string { return sheetOf(word, nil) }
	for name, c := range map[string]struct {
		pages   func(a, b string) []string
		duplex  bool
		a, b    string // the parts of the two letters
		discard int    // how many pages left with dividers
	}{
		"one side": {func(a, b string) []string {
			return []string{sheetOf("a", withCodes(a)), page("a2"), divider("d1"), page("x"), page("x2"), divider("d2"), page("y"), sheetOf("b", withCodes(b))}
		}, false, "0:1,2 1:4,5 2:7", "0:8", 2},
		"both sides": {func(a, b string) []string {
			return []string{sheetOf("a", withCodes(a)), white("w1"), divider("d1"), white("w2"), page("x"), page("x2"), sheetOf("b", withCodes(b)), white("w3")}
		}, true, "0:1,2 1:5,6", "0:7,8", 2},
		"turned over": {func(a, b string) []string {
			return []string{sheetOf("a", withCodes(a)), white("w1"), white("w2"), divider("d1"), page("x"), page("x2"), sheetOf("b", withCodes(b)), white("w3")}
		}, true, "0:1,2 1:5,6", "0:7,8", 2},
		"on paper that was printed on before": {func(a, b string) []string {
			return []string{sheetOf("a", withCodes(a)), white("w1"), divider("d1"), page("old print"), page("x"), page("x2"), sheetOf("b", withCodes(b)), white("w3")}
		}, true, "0:1,2 1:4,5,6", "0:7,8", 1},
		"two in a row, and one before a label": {func(a, b string) []string {
			return []string{sheetOf("a", withCodes(a)), divider("d1"), divider("d2"), page("x"), divider("d3"), sheetOf("b", withCodes(b))}
		}, false, "0:1 1:4", "0:6", 3},
		"at the end": {func(a, b string) []string {
			return []string{sheetOf("a", withCodes(a)), sheetOf("b", withCodes(b)), page("b2"), divider("d1")}
		}, false, "0:1", "0:2,3", 1},
		"at the beginning": {func(a, b string) []string {
			return []string{divider("d1"), sheetOf("a", withCodes(a)), page("a2"), sheetOf("b", withCodes(b))}
		}, false, "0:2,3", "0:4", 1},
		"an attachment encloses its own letter's label": {func(a, b string) []string {
			return []string{sheetOf("a", withCodes(a)), divider("d1"), page("x"), sheetOf("copy of a", withCodes(a)), sheetOf("b", withCodes(b))}
		}, false, "0:1 1:3,4", "0:5", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
			batch := o.scan(&feeder{pages: c.pages(codeOf(a), codeOf(b)), duplex: c.duplex}, station.ScanCommand{})
			if list := o.exceptions(); len(list) > 0 {
				t.Fatalf("exceptions %+v", list)
			}
			if got := o.parts(a.Intake.ID); got != c.a {
				t.Errorf("first letter %s, want %s", got, c.a)
			}
			if got := o.parts(b.Intake.ID); got != c.b {
				t.Errorf("second letter %s, want %s", got, c.b)
			}
			gone := 0
			for _, d := range batch.Documents {
				switch d.State {
				case protocollo.DocumentDiscarded:
					gone += len(d.PageList)
				case protocollo.DocumentReady:
				default:
					t.Errorf("document %+v", d.Document)
				}
			}
			if gone != c.discard {
				t.Errorf("%d pages left with dividers, want %d", gone, c.discard)
			}
		})
	}
}

// TestDividerWhoseLetterIsInDoubt: what nobody knows the letter of is asked about, and a person says whose attachment it is.
func TestDividerWhoseLetterIsInDoubt(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("A"))
	o.scan(&feeder{pages: []string{sheetOf("unreadable label", nil), divider("d"), sheetOf("x", nil)}}, station.ScanCommand{})
	list := o.exceptions()
	if len(list) != 2 || list[0].Kind != protocollo.ExceptionNoCode || list[1].Kind != protocollo.ExceptionNoCode {
		t.Fatalf("exceptions %+v", list)
	}
	answer := station.Answer{Choice: protocollo.ChoiceAttachment, RegistrationID: r.Registration.ID}
	wantClass(t, o.solve(clerk, list[1], answer), protocollo.Conflict, "first-the-main")
	o.mustSolve(clerk, list[0], station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: r.Registration.ID})
	o.mustSolve(clerk, list[1], answer)
	if got := o.parts(r.Intake.ID); got != "0:1 1:3" {
		t.Errorf("parts %s", got)
	}
}

// TestALabelOnADividerSheet: a letter whose first page bears both codes was thrown away with the divider.
func TestALabelOnADividerSheet(t *testing.T) {
	both := func(code string) func(*scanner.Facts) { return withCodes(protocollo.DividerPayload(), code) }
	t.Run("begins its letter", func(t *testing.T) {
		o := newOffice(t)
		a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
		batch := o.scan(&feeder{pages: []string{sheetOf("a", withCodes(codeOf(a))), sheetOf("b", both(codeOf(b))), sheetOf("b2", nil)}}, station.ScanCommand{})
		wantDocuments(t, batch, [2]int64{a.Registration.ID, 1}, [2]int64{b.Registration.ID, 2})
		if list := o.exceptions(); len(list) > 0 {
			t.Errorf("asked %q", asked(list))
		}
	})
	t.Run("asks where it is not expected", func(t *testing.T) {
		o := newOffice(t)
		a, unknown := o.labelled("key-000a", letter("A")), o.register("key-000b", letter("B"))
		batch := o.scan(&feeder{pages: []string{sheetOf("a", withCodes(codeOf(a))), sheetOf("x", both(codeOf(unknown)))}}, station.ScanCommand{})
		wantDocuments(t, batch, [2]int64{0, 2})
		o.theException(protocollo.ExceptionCodeInside, "not-labelled")
	})
}

// TestUnreadLabelBehindADivider: it may be the next letter's, and is asked about.
func TestUnreadLabelBehindADivider(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("A"))
	o.scan(&feeder{pages: []string{sheetOf("a", withCodes(codeOf(r))), divider("d"), sheetOf("x", func(f *scanner.Facts) {
		f.Suspects = []scanner.Box{{X0: 10, Y0: 10, X1: 60, Y1: 60}}
	})}}, station.ScanCommand{})
	o.theException(protocollo.ExceptionNoCode, "")
	if got := o.parts(r.Intake.ID); got != "0:1" {
		t.Errorf("parts %s", got)
	}
}

// TestDividerBeforeACrash: a run that ended between a divider and its consequences is taken up at the next start.
func TestDividerBeforeACrash(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", declaring("A", protocollo.Attachment{Description: "planimetria"}))
	f := &feeder{pages: []string{sheetOf("a", withCodes(codeOf(r))), divider("d"), sheetOf("x", nil)}, hold: make(chan struct{})}
	o.startScan(f, station.ScanCommand{})
	o.events.await(t, "third page", func() bool { return len(o.events.of(station.EventPage)) == 3 })
	o.restart()
	e := o.theException(protocollo.ExceptionCount, "interrupted")
	if got := o.parts(r.Intake.ID); got != "0:1" || e.Document.RegistrationID != 0 {
		t.Fatalf("parts %s; %+v asks", got, e.Document)
	}
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAccept})
	if got := o.parts(r.Intake.ID); got != "0:1 1:3" {
		t.Errorf("parts %s", got)
	}
	if list := o.exceptions(); len(list) > 0 {
		t.Errorf("exceptions %+v", list)
	}
}

// TestNewAttachment: a person says where an attachment begins; what was declared is compared with what is there.
func TestNewAttachment(t *testing.T) {
	o := newOffice(t)
	d := declaring("A", protocollo.Attachment{Description: "planimetria", Pages: 2}, protocollo.Attachment{Description: "computo"})
	d.DeclaredCount = 2
	r := o.labelled("key-0001", d)
	o.scan(&feeder{pages: append([]string{sheetOf("a", withCodes(codeOf(r)))}, plain("p", 4)...)}, station.ScanCommand{})
	doc := o.record(r.Intake.ID).Documents[0]
	e := o.theException(protocollo.ExceptionCount, "")
	if e.Detail.Found != 5 || e.Detail.Declared != 2 || e.Detail.Unit != "pagine" {
		t.Errorf("asked %+v", e.Detail)
	}
	begin := func(documentID int64, page int) {
		t.Helper()
		for range 2 { // the second time after an answer that was lost
			if _, err := o.s.NewAttachment(t.Context(), clerk, documentID, doc.PageList[page].ID); err != nil {
				t.Fatalf("attachment at page %d: %v", page+1, err)
			}
		}
	}
	begin(doc.ID, 2)
	if got := o.parts(r.Intake.ID); got != "0:1,2 1:3,4,5" {
		t.Fatalf("parts %s", got)
	}
	var asked []string
	for _, e := range o.exceptions() {
		asked = append(asked, fmt.Sprintf("%d %s %d/%d", e.Document.Part, e.Detail.Unit, e.Detail.Found, e.Detail.Declared))
	}
	slices.Sort(asked)
	if want := []string{"0 allegati 1/2", "1 pagine 3/2"}; !slices.Equal(asked, want) {
		t.Fatalf("asked %q, want %q", asked, want)
	}
	begin(o.record(r.Intake.ID).Documents[1].ID, 4)
	if got := o.parts(r.Intake.ID); got != "0:1,2 1:3,4 2:5" {
		t.Fatalf("parts %s", got)
	}
	if list := o.exceptions(); len(list) > 0 {
		t.Errorf("exceptions %+v", list)
	}
	for _, d := range o.record(r.Intake.ID).Documents {
		if d.State != protocollo.DocumentReady {
			t.Errorf("part %d is %s", d.Part, d.State)
		}
	}
}

func TestNewAttachmentRefused(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("A"))
	joined := o.scan(&feeder{pages: append([]string{sheetOf("a", withCodes(codeOf(r)))}, plain("p", 1)...)}, station.ScanCommand{}).Documents[0]
	waiting := o.scan(&feeder{pages: plain("q", 2)}, station.ScanCommand{}).Documents[0]
	for name, c := range map[string]struct {
		actor    protocollo.Actor
		document station.DocumentView
		page     int64
		class    protocollo.Class
		code     string
	}{
		"joined to nothing": {clerk, waiting, waiting.PageList[1].ID, protocollo.Conflict, "first-the-main"},
		"at the first page": {clerk, joined, joined.PageList[0].ID, protocollo.Conflict, "first-page"},
		"at another's page": {clerk, joined, waiting.PageList[1].ID, protocollo.NotFound, "page"},
		"a reader":          {guest, joined, joined.PageList[1].ID, protocollo.Forbidden, "register"},
		"of the other AOO":  {alien, joined, joined.PageList[1].ID, protocollo.NotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := o.s.NewAttachment(t.Context(), c.actor, c.document.ID, c.page)
			wantClass(t, err, c.class, c.code)
		})
	}
	if err := o.s.ConfirmQuality(t.Context(), clerk, joined.ID, nil); err != nil {
		t.Fatal(err)
	}
	_, err := o.s.NewAttachment(t.Context(), clerk, joined.ID, joined.PageList[1].ID)
	wantClass(t, err, protocollo.Conflict, "document-closed")
}

// TestDeclaredAttachments: declared against found (002 art. 69). Nothing declared, nothing compared (R16.3).
func TestDeclaredAttachments(t *testing.T) {
	one := protocollo.Attachment{Description: "planimetria"}
	for name, c := range map[string]struct {
		declared []protocollo.Attachment
		found    int
		asked    bool
	}{
		"as declared":      {[]protocollo.Attachment{one}, 1, false},
		"one is missing":   {[]protocollo.Attachment{one, one}, 1, true},
		"one too many":     {[]protocollo.Attachment{one}, 2, true},
		"nothing declared": {nil, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			r := o.labelled("key-0001", declaring("A", c.declared...))
			pages := []string{sheetOf("a", withCodes(codeOf(r)))}
			for i := range c.found {
				pages = append(pages, divider(fmt.Sprint("d", i)), sheetOf(fmt.Sprint("x", i), nil))
			}
			o.scan(&feeder{pages: pages}, station.ScanCommand{})
			if !c.asked {
				if list := o.exceptions(); len(list) > 0 {
					t.Fatalf("exceptions %+v", list)
				}
				return
			}
			e := o.theException(protocollo.ExceptionCount, "")
			if e.Document.Part != 0 || e.Detail.Unit != "allegati" || e.Detail.Found != c.found || e.Detail.Declared != len(c.declared) {
				t.Errorf("asked about %+v: %+v", e.Document, e.Detail)
			}
			o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAccept})
			if d := o.record(r.Intake.ID).Documents[0]; d.State != protocollo.DocumentReady || len(o.exceptions()) > 0 {
				t.Errorf("document %+v, exceptions %+v", d.Document, o.exceptions())
			}
		})
	}
}

// TestAttachmentScannedLater: an attachment that comes after the letter is archived joins it by a person's word, and so does its rescan.
func TestAttachmentScannedLater(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("A"))
	o.scan(&feeder{pages: []string{sheetOf("a", withCodes(codeOf(r)))}}, station.ScanCommand{})
	o.archive(o.record(r.Intake.ID).Documents[0].ID)
	o.scan(&feeder{pages: plain("x", 1)}, station.ScanCommand{})
	o.mustSolve(clerk, o.theException(protocollo.ExceptionNoCode, ""), station.Answer{Choice: protocollo.ChoiceAttachment, RegistrationID: r.Registration.ID})
	if rec := o.record(r.Intake.ID); len(rec.Documents) != 2 || rec.Documents[1].Part != 1 || rec.Documents[1].State != protocollo.DocumentReady || rec.Facets.Archived {
		t.Fatalf("facets %+v, documents %+v", rec.Facets, rec.Documents)
	}
	o.scan(&feeder{pages: plain("x straight", 1)}, station.ScanCommand{})
	e := o.theException(protocollo.ExceptionNoCode, "")
	wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceNewVersion, RegistrationID: r.Registration.ID, Part: 4}), protocollo.NotFound, "part")
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNewVersion, RegistrationID: r.Registration.ID, Part: 1})
	if d := o.record(r.Intake.ID).Documents[2]; d.Part != 1 || d.Version != 2 {
		t.Errorf("rescan %+v", d.Document)
	}
}

// TestEachPartHasItsOwnLimit: the letter is within the page rule, its attachments are not; each has the note of its kind (N-1 to N-3).
func TestEachPartHasItsOwnLimit(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("A"))
	pages := append([]string{sheetOf("a", withCodes(codeOf(r)))}, plain("p", 9)...)
	pages = append(append(pages, divider("d1")), plain("x", 11)...)
	pages = append(append(pages, divider("d2")), plain("y", 12)...)
	o.scan(&feeder{pages: pages}, station.ScanCommand{})
	list := o.exceptions()
	if len(list) != 2 || list[0].Kind != protocollo.ExceptionScope || list[0].Document.Part != 1 || list[1].Document.Part != 2 {
		t.Fatalf("exceptions %+v", list)
	}
	if list[0].Note != "si trasmette per via postale l'allegato composto da n. 11 fogli" || list[0].AllSheets != 23 {
		t.Errorf("offered %q, or %d sheets in all", list[0].Note, list[0].AllSheets)
	}
	o.mustSolve(clerk, list[0], station.Answer{Choice: protocollo.ChoiceNote, NotePart: rules.NoteAttachments})
	o.mustSolve(clerk, list[1], station.Answer{Choice: protocollo.ChoiceNote})
	docs := o.record(r.Intake.ID).Documents
	if docs[0].State != protocollo.DocumentReady || docs[1].Scope == nil || docs[1].Scope.Note != "si trasmette per via postale gli allegati composti da n. 23 fogli" ||
		docs[2].Scope == nil || docs[2].Scope.Note != "si trasmette per via postale l'allegato composto da n. 12 fogli" {
		t.Errorf("documents %+v, notes %+v and %+v", docs[0].Document, docs[1].Scope, docs[2].Scope)
	}
}

// TestEachPartHasItsOwnFile: archive, metadata and delivery are each part's own, and name the others.
func TestEachPartHasItsOwnFile(t *testing.T) {
	o := newOffice(t)
	var got []pdfa.DocumentMetadata
	o.start(func(c *station.Config) {
		c.Metadata, c.Software = gathered{&got}, pdfa.Software{Name: "segnatura", Version: "1", Producer: "prova"}
	})
	r := o.labelled("key-0001", declaring("A", protocollo.Attachment{Description: "planimetria"}))
	o.scan(&feeder{pages: []string{sheetOf("a", withCodes(codeOf(r))), divider("d"), sheetOf("x", nil)}}, station.ScanCommand{})
	docs := o.record(r.Intake.ID).Documents
	o.archive(docs[1].ID)
	if due, err := o.s.DueDeliveries(t.Context()); err != nil || len(due) > 0 {
		t.Fatalf("due before the main document: %v, %v", due, err)
	}
	o.archive(docs[0].ID)
	attachment, main := got[0], got[1]
	if attachment.Segnatura.Part != 1 || attachment.Primary != nil || len(attachment.Attachments) > 0 || attachment.File.Name != "2026-"+string(r.Registration.Number)+"-allegato-1-v1.pdf" {
		t.Errorf("attachment %+v", attachment)
	}
	if main.Segnatura.Part != 0 || len(main.Attachments) != 1 || main.Attachments[0].Description != "planimetria" || main.Attachments[0].File == nil ||
		main.Attachments[0].File.SHA256 != attachment.File.SHA256 {
		t.Errorf("main document %+v", main)
	}
	for range 2 {
		due, err := o.s.DueDeliveries(t.Context())
		if err != nil || len(due) != 1 {
			t.Fatalf("due %v, %v", due, err)
		}
		if err := o.s.Deliver(t.Context(), due[0]); err != nil {
			t.Fatal(err)
		}
	}
	var sent []string
	for _, q := range o.registrar.attached {
		sent = append(sent, fmt.Sprintf("%d %s %s", q.Part, q.Title, q.FileName))
	}
	want := []string{"0 Documento principale PG-2026-0000001-v1.pdf", "1 Allegato 1: planimetria PG-2026-0000001-allegato-1-v1.pdf"}
	if !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
	if rec := o.record(r.Intake.ID); !rec.Facets.Delivered {
		t.Errorf("facets %+v", rec.Facets)
	}
}

// TestDividersInTwoPasses: a divider parts the pile whichever of its sides was scanned first, and its other side leaves with it.
func TestDividersInTwoPasses(t *testing.T) {
	white := func(word string) string { return sheetOf(word, blank) }
	for name, c := range map[string]struct{ front, back string }{
		"right way up": {divider("d"), white("w")},
		"turned over":  {white("w"), divider("d")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			a, b := o.labelled("key-000a", declaring("A", protocollo.Attachment{Description: "planimetria"})), o.labelled("key-000b", letter("B"))
			fronts := o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a))), c.front, sheetOf("x1", nil), sheetOf("b1", withCodes(codeOf(b)))}},
				station.ScanCommand{TwoSided: true})
			o.scan(&feeder{pages: []string{white("b2"), sheetOf("x2", nil), c.back, sheetOf("a2", nil)}}, station.ScanCommand{BacksOf: fronts.ID})
			if list := o.exceptions(); len(list) > 0 {
				t.Fatalf("exceptions %+v", list)
			}
			var got []string
			for _, rec := range []station.Record{o.record(a.Intake.ID), o.record(b.Intake.ID)} {
				for _, d := range rec.Documents {
					got = append(got, fmt.Sprintf("%d %s", d.Part, strings.Join(o.pictures(d), " ")))
				}
			}
			if want := []string{"0 a1 1 a2/ 1", "1 x1 3 x2/ 3", "0 b1 4 b2/ 4"}; !slices.Equal(got, want) {
				t.Errorf("parts %q, want %q", got, want)
			}
		})
	}
}
