package station_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

var diagnosis = station.Exclusion{Code: rules.ExclusionMedical}

// images lists the files that hold pictures of pages: the spool's, and the archive's besides the labels' dots.
func (o *office) images() []string {
	o.t.Helper()
	var out []string
	for _, folder := range []string{"spool", "blobs"} {
		err := filepath.WalkDir(filepath.Join(o.dir, folder), func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
	return out
}

// refusedToScan is that nothing more comes in for a registration.
func (o *office) refusedToScan(r station.Record, what string) {
	o.t.Helper()
	_, err := o.s.Upload(o.t.Context(), boss, &feeder{pages: []string{sheetOf("late "+what, withCodes(codeOf(r)))}}, r.Registration.ID)
	wantClass(o.t, err, protocollo.Forbidden, "excluded")
	_, err = o.s.StartScan(o.t.Context(), boss, station.ScanCommand{SourceID: "scanner-1", Source: &feeder{}, Selected: r.Registration.ID})
	wantClass(o.t, err, protocollo.Forbidden, "excluded")
}

// TestExcludedBeforeAnythingWasScanned: the record counts as captured, every upload is refused, and a page in a batch that bears the label
// asks a person (R3.4).
func TestExcludedBeforeAnythingWasScanned(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("assenza"))
	before := len(o.images()) // the label's dots
	wantClass(t, errOf(o.s.ExcludeRegistration(t.Context(), guest, excluding(r.Registration.ID, false, diagnosis))), protocollo.Forbidden, "register")
	wantClass(t, errOf(o.s.ExcludeRegistration(t.Context(), alien, excluding(r.Registration.ID, false, diagnosis))), protocollo.NotFound, "")
	doc, err := o.s.ExcludeRegistration(t.Context(), clerk, excluding(r.Registration.ID, false, diagnosis))
	if err != nil {
		t.Fatal(err)
	}
	again, err := o.s.ExcludeRegistration(t.Context(), clerk, excluding(r.Registration.ID, false, diagnosis))
	if err != nil || again.ID != doc.ID {
		t.Errorf("the same decision again made document %d, %v", again.ID, err)
	}
	wantClass(t, errOf(o.s.ExcludeRegistration(t.Context(), clerk, excluding(r.Registration.ID, false, station.Exclusion{Code: rules.ExclusionConfidential, Responsible: "Ada Neri"}))),
		protocollo.Conflict, "already-captured")

	rec := o.record(r.Intake.ID)
	if f := rec.Facets; !f.Captured || !f.Excluded || f.Archived || len(rec.Documents) != 1 {
		t.Fatalf("facets %+v, %d documents", f, len(rec.Documents))
	}
	d := rec.Documents[0]
	if d.State != protocollo.DocumentNoted || len(d.PageList) != 0 || d.Scope == nil || d.Scope.Choice != protocollo.ChoiceExclude ||
		d.Scope.Exclusion != "certificato-medico" || d.Scope.Reason != "certificati medici contenenti la diagnosi" || d.Scope.Note != "" {
		t.Fatalf("document %+v, scope %+v", d.Document, d.Scope)
	}
	o.refusedToScan(r, "excluded")

	b := o.scan(&feeder{pages: []string{sheetOf("certificate", withCodes(codeOf(r)))}}, station.ScanCommand{})
	e := o.theException(protocollo.ExceptionNotExpected, "excluded")
	if e.Document.RegistrationID != 0 || b.Documents[0].State != protocollo.DocumentWaiting {
		t.Errorf("a page of an excluded letter joined: %+v", e.Document)
	}
	wantClass(t, o.solve(boss, e, station.Answer{Choice: protocollo.ChoiceNewVersion, RegistrationID: r.Registration.ID}), protocollo.Forbidden, "excluded")
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "certificato"})
	if left := o.images(); len(left) != before {
		t.Errorf("stored: %q", left)
	}
	if _, err := o.s.ExcludeRegistration(t.Context(), clerk, excluding(r.Registration.ID, true, diagnosis)); err == nil {
		t.Error("an excluded letter got an attachment")
	}
}

// excluding is the word of a form of its own for each reason.
func excluding(registration int64, attachment bool, x station.Exclusion) station.ExclusionRequest {
	return station.ExclusionRequest{Key: "esclusione-" + string(x.Code), RegistrationID: registration, Attachment: attachment, Exclusion: x}
}

func errOf[T any](_ T, err error) error { return err }

// TestWhatAnExclusionAsks: the responsible of the procedure by name, the sheets of the note, and only what the manual leaves out in that
// direction (R19.4).
func TestWhatAnExclusionAsks(t *testing.T) {
	out := func(d *protocollo.Draft) {
		d.Direction, d.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Regione"}}
	}
	for name, c := range map[string]struct {
		change func(*protocollo.Draft)
		x      station.Exclusion
		code   string // of the error
		scope  station.ScopeView
	}{
		"confidential needs a name": {nil, station.Exclusion{Code: rules.ExclusionConfidential, Responsible: " "}, "responsible", station.ScopeView{}},
		"confidential with a name": {nil, station.Exclusion{Code: rules.ExclusionConfidential, Responsible: " Ada  Neri ", Reason: "minore"}, "",
			station.ScopeView{Exclusion: "riservatezza", Responsible: "Ada Neri"}},
		"nobody is named for a certificate": {nil, station.Exclusion{Code: rules.ExclusionMedical, Responsible: "Ada Neri", Sheets: 2}, "",
			station.ScopeView{Exclusion: "certificato-medico"}},
		"bound, incoming":          {nil, station.Exclusion{Code: rules.ExclusionBound, Sheets: 90}, "exclusion", station.ScopeView{}},
		"bound, outgoing":          {out, station.Exclusion{Code: rules.ExclusionBound}, "sheets", station.ScopeView{}},
		"bound, outgoing, counted": {out, station.Exclusion{Code: rules.ExclusionBound, Sheets: 90}, "", station.ScopeView{Exclusion: "rilegato", Note: "si trasmette per via postale il documento cartaceo composto da n. 90 fogli"}},
		"too long, never scanned": {nil, station.Exclusion{Code: rules.ExclusionLength, Sheets: 300}, "",
			station.ScopeView{Exclusion: "consistenza", Note: "si trasmette per via postale il documento cartaceo composto da n. 300 fogli"}},
		"a disc": {out, station.Exclusion{Code: rules.ExclusionSupport}, "", station.ScopeView{Exclusion: "altro-supporto"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			d := letter("x")
			if c.change != nil {
				c.change(&d)
			}
			r := o.register("key-0001", d)
			_, err := o.s.ExcludeRegistration(t.Context(), clerk, excluding(r.Registration.ID, false, c.x))
			if c.code != "" {
				wantClass(t, err, protocollo.Invalid, c.code)
				if rec := o.record(r.Intake.ID); rec.Facets.Captured || len(rec.Documents) != 0 {
					t.Errorf("something was recorded: %+v", rec.Documents)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := o.record(r.Intake.ID).Documents[0].Scope
			if got.Exclusion != c.scope.Exclusion || got.Responsible != c.scope.Responsible || got.Note != c.scope.Note || !strings.HasSuffix(got.Reason, c.x.Reason) {
				t.Errorf("scope %+v", got)
			}
		})
	}
}

// TestExcludedAfterAScan: pages, thumbnails and files are gone, in whatever way it was said (R3.4, R19.5).
func TestExcludedAfterAScan(t *testing.T) {
	for name, exclude := range map[string]func(o *office, d station.DocumentView) error{
		"from the document": func(o *office, d station.DocumentView) error {
			return o.s.ExcludeDocument(t.Context(), clerk, d.ID, diagnosis)
		},
		"as the answer": func(o *office, d station.DocumentView) error {
			e := o.theException(protocollo.ExceptionScope, "over")
			if !slices.Contains(e.Choices, protocollo.ChoiceExclude) || len(e.Exclusions) == 0 {
				t.Errorf("offered %v with %v", e.Choices, e.Exclusions)
			}
			return o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceExclude, Exclusion: rules.ExclusionMedical})
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, r, _ := elevenPages(t)
			d := o.record(r.Intake.ID).Documents[0]
			if _, err := o.s.PagePicture(t.Context(), clerk, d.PageList[0].ID, 320); err != nil {
				t.Fatal(err)
			}
			if err := exclude(o, d); err != nil {
				t.Fatal(err)
			}
			if err := o.s.ExcludeDocument(t.Context(), clerk, d.ID, diagnosis); err != nil {
				t.Errorf("again: %v", err)
			}
			rec := o.record(r.Intake.ID)
			if got := rec.Documents[0]; got.State != protocollo.DocumentNoted || !rec.Facets.Excluded || got.Scope.Exclusion != "certificato-medico" {
				t.Fatalf("document %+v, scope %+v", got.Document, got.Scope)
			}
			if left := o.images(); len(left) != 1 { // the label's dots
				t.Errorf("stored: %q", left)
			}
			for _, p := range d.PageList {
				wantClass(t, errOf(o.s.PagePicture(t.Context(), boss, p.ID, 320)), protocollo.NotFound, "")
			}
			if open := o.exceptions(); len(open) != 0 {
				t.Errorf("still asked: %+v", open)
			}
			o.refusedToScan(r, name)
			o.restart()
			if rec := o.record(r.Intake.ID); !rec.Facets.Excluded {
				t.Errorf("after a restart: %+v", rec.Facets)
			}
		})
	}
}

// TestExclusionEndsTheRun: the diagnosis that is seen on page one of a pile is not followed by page two.
func TestExclusionEndsTheRun(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	f := &feeder{hold: make(chan struct{}), pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 10)...)}
	b := o.startScan(f, station.ScanCommand{Selected: r.Registration.ID})
	o.events.await(t, "question", func() bool { return len(o.events.of(station.EventException)) == 1 })
	e := o.theException(protocollo.ExceptionScope, "over")
	if slices.Contains(e.Choices, protocollo.ChoiceExclude) {
		t.Error("offered of a document that is not joined yet")
	}
	if err := o.s.ExcludeDocument(t.Context(), clerk, e.DocumentID, diagnosis); err != nil {
		t.Fatal(err)
	}
	o.events.waitEnded(t, b.ID, o.s)
	if rec := o.record(r.Intake.ID); !rec.Facets.Excluded || len(o.images()) != 1 || len(o.exceptions()) != 0 {
		t.Errorf("facets %+v, stored %q", rec.Facets, o.images())
	}
}

func TestExclusionRefused(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("stranger", nil)}}, station.ScanCommand{})
	stranger := o.theException(protocollo.ExceptionNoCode, "").DocumentID
	wantClass(t, o.s.ExcludeDocument(t.Context(), clerk, stranger, diagnosis), protocollo.Conflict, "first-the-others")
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	wantClass(t, o.s.ExcludeDocument(t.Context(), guest, d.ID, diagnosis), protocollo.Forbidden, "register")
	o.archive(d.ID)
	wantClass(t, o.s.ExcludeDocument(t.Context(), boss, d.ID, diagnosis), protocollo.Conflict, "document-closed")
	// A rescan of what is archived cannot hide what is archived.
	b := o.scan(&feeder{pages: []string{sheetOf("again", withCodes(codeOf(r)))}}, station.ScanCommand{})
	for _, e := range o.exceptions() {
		if e.DocumentID == b.Documents[0].ID {
			o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNewVersion, RegistrationID: r.Registration.ID})
		}
	}
	wantClass(t, o.s.ExcludeDocument(t.Context(), boss, b.Documents[0].ID, diagnosis), protocollo.Conflict, "archived-before")
}

// TestExclusionAfterAnExchange: what is archived under the wrong number is no earlier scan of the letter.
func TestExclusionAfterAnExchange(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-0001", letter("Prima")), o.labelled("key-0002", letter("Seconda"))
	o.archivedLetter(a, a, "b1")
	if err := o.s.ExchangeLabels(t.Context(), boss, request("s1"), a.Registration.ID, b.Registration.ID); err != nil {
		t.Fatal(err)
	}
	own := o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a)))}}, station.ScanCommand{}).Documents[0]
	if err := o.s.ExcludeDocument(t.Context(), clerk, own.ID, diagnosis); err != nil || !o.record(a.Intake.ID).Facets.Excluded {
		t.Errorf("its own letter is not excluded: %v", err)
	}
}

// TestLiftedExclusion: only the Responsabile, with a reason; then the registration is expected again, and the same paper is taken.
func TestLiftedExclusion(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	doc, err := o.s.ExcludeRegistration(t.Context(), clerk, excluding(r.Registration.ID, false, diagnosis))
	if err != nil {
		t.Fatal(err)
	}
	wantClass(t, o.s.LiftExclusion(t.Context(), clerk, doc.ID, "errore"), protocollo.Forbidden, "decide")
	wantClass(t, o.s.LiftExclusion(t.Context(), boss, doc.ID, " "), protocollo.Invalid, "reason")
	for range 2 {
		if err := o.s.LiftExclusion(t.Context(), boss, doc.ID, "era una ricevuta"); err != nil {
			t.Fatal(err)
		}
	}
	if f := o.record(r.Intake.ID).Facets; f.Captured || f.Excluded {
		t.Fatalf("facets %+v", f)
	}
	b := o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	if d := b.Documents[0]; d.State != protocollo.DocumentReady || d.RegistrationID != r.Registration.ID {
		t.Fatalf("document %+v, exceptions %+v", d.Document, o.exceptions())
	}
	wantClass(t, o.s.LiftExclusion(t.Context(), boss, b.Documents[0].ID, "x"), protocollo.Conflict, "not-excluded")
	if err := o.s.ExcludeDocument(t.Context(), clerk, b.Documents[0].ID, diagnosis); err != nil {
		t.Fatal(err)
	}
	if err := o.s.LiftExclusion(t.Context(), boss, b.Documents[0].ID, "di nuovo"); err != nil {
		t.Fatal(err)
	}
	// What was erased by a decision is no twin of what is scanned again.
	b = o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	if d := b.Documents[0]; d.State != protocollo.DocumentReady {
		t.Errorf("document %+v, exceptions %+v", d.Document, o.exceptions())
	}
}

// TestExcludedAttachment: a disc that goes with a letter is its attachment, without image and with its own reason (R18.5).
func TestExcludedAttachment(t *testing.T) {
	o := newOffice(t)
	d := letter("con disco")
	d.Direction, d.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Regione"}}
	r := o.labelled("key-0001", d)
	disc := station.Exclusion{Code: rules.ExclusionSupport, NotePart: rules.NoteAttachment}
	wantClass(t, errOf(o.s.ExcludeRegistration(t.Context(), clerk, excluding(r.Registration.ID, true, disc))), protocollo.Conflict, "first-the-main")
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	o.archive(o.record(r.Intake.ID).Documents[0].ID)
	for range 2 { // the answer was lost
		if doc, err := o.s.ExcludeRegistration(t.Context(), clerk, excluding(r.Registration.ID, true, disc)); err != nil || doc.Part != 1 {
			t.Fatalf("attachment %+v, %v", doc, err)
		}
	}
	wantClass(t, errOf(o.s.ExcludeRegistration(t.Context(), clerk, station.ExclusionRequest{RegistrationID: r.Registration.ID, Attachment: true, Exclusion: disc})), protocollo.Invalid, "key")
	if f := o.record(r.Intake.ID).Facets; f.Excluded || !f.Captured || !f.Archived {
		t.Errorf("facets %+v", f)
	}
}

// TestFrontispiece: the first page and the note, for what the manual names; the archive has that page, and says that it is partial (R3.5, R19.4).
func TestFrontispiece(t *testing.T) {
	o := newOffice(t)
	var files []pdfa.DocumentMetadata
	o.start(func(c *station.Config) {
		c.Metadata, c.Software = gathered{&files}, pdfa.Software{Name: "segnatura", Version: "1"}
	})
	r := o.labelled("key-0001", letter("progetto"))
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 2)...)}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	wantClass(t, o.s.KeepFrontispiece(t.Context(), clerk, d.ID, "", "", 40), protocollo.Invalid, "frontispiece")
	wantClass(t, o.s.KeepFrontispiece(t.Context(), clerk, d.ID, "busta", "", 40), protocollo.Invalid, "frontispiece")
	wantClass(t, o.s.KeepFrontispiece(t.Context(), guest, d.ID, "planimetria", "", 40), protocollo.Forbidden, "register")
	if err := o.s.KeepFrontispiece(t.Context(), clerk, d.ID, "planimetria", "", 40); err != nil {
		t.Fatal(err)
	}
	d = o.record(r.Intake.ID).Documents[0]
	if s := d.Scope; d.State != protocollo.DocumentReady || s.Choice != protocollo.ChoiceNoteFirst || s.Reason != "progetti e planimetrie: solo frontespizio" ||
		!strings.HasSuffix(s.Note, "n. 40 fogli") || !d.PageList[1].Erased || d.PageList[0].Erased {
		t.Fatalf("document %+v, scope %+v", d, d.Scope)
	}
	o.archive(d.ID)
	want := "parziale: progetti e planimetrie: solo frontespizio; si trasmette per via postale il documento cartaceo composto da n. 40 fogli"
	if len(files) != 1 || files[0].Note != want {
		t.Errorf("metadata %+v", files)
	}
}

// TestFrontispieceOfTheScopeQuestion: to the letter of the University's manual there is none; of the Comune's, only of its kinds when the general
// choice is off.
func TestFrontispieceOfTheScopeQuestion(t *testing.T) {
	o, r, e := elevenPages(t)
	if len(e.Frontispieces) != 2 {
		t.Errorf("offered %+v", e.Frontispieces)
	}
	wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceNoteFirst, Frontispiece: "x"}), protocollo.Invalid, "frontispiece")
	d := o.record(r.Intake.ID).Documents[0]
	if err := o.s.KeepFrontispiece(t.Context(), clerk, d.ID, "volume", "", 0); err != nil { // the complete count
		t.Fatal(err)
	}
	d = o.record(r.Intake.ID).Documents[0]
	if d.State != protocollo.DocumentReady || d.Scope.Reason != "volumi non separabili: solo frontespizio" || len(o.exceptions()) != 0 {
		t.Errorf("document %+v, scope %+v", d.Document, d.Scope)
	}
}
