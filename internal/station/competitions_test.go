package station_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// notePaper writes notes that the pretend checker accepts.
type notePaper struct{}

func (notePaper) CompetitionNote(w io.Writer, n stamp.CompetitionNote) (pdfa.Result, error) {
	b := fmt.Appendf(nil, "%%PDF 2u 1\n%+v", n)
	sum := sha256.Sum256(b)
	_, err := w.Write(b)
	return pdfa.Result{Flavour: pdfa.Flavour2U, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(b)), Pages: []pdfa.PageResult{{Input: "nota", PageInInput: 1}}}, err
}

// personnel has the applications of its competitions, and nothing to do with the protocol.
var personnel = protocollo.Actor{User: "ufper", Name: "Ugo Personale", AOO: "AOO1", UOR: "PERS", Roles: []protocollo.Role{protocollo.RoleCompetition}}

func (o *office) concorso(mode protocollo.ApplicationMode) protocollo.Competition {
	o.t.Helper()
	c, err := o.s.EnterCompetition(o.t.Context(), personnel, "concorso-"+string(mode), protocollo.CompetitionTerms{Kind: protocollo.KindConcorso, Notice: "Tre istruttori, D.D. 41/2026",
		UOR: "PERS", Responsible: "Ugo Personale", ClosesAt: noon, Mode: mode, Postmark: true})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (o *office) domanda(c protocollo.Competition, key, candidate string) protocollo.Application {
	o.t.Helper()
	a, err := o.s.EnterApplication(o.t.Context(), personnel, c.ID, key, protocollo.ApplicationFacts{Candidate: candidate, Initials: "UP", Means: protocollo.MeansHand})
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) nota(c protocollo.Competition, key string) protocollo.CompetitionNote {
	o.t.Helper()
	n, err := o.s.CloseNote(o.t.Context(), personnel, c.ID, key)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *office) noteAgain(id int64) protocollo.CompetitionNote {
	o.t.Helper()
	list, err := o.db.Notes(o.t.Context(), "AOO1", station.NoteQuery{ID: id})
	if err != nil || len(list) != 1 {
		o.t.Fatalf("%+v, %v", list, err)
	}
	return list[0]
}

// R6.1: what an application must say, by what its competition says.
func TestWhatAnApplicationMustSay(t *testing.T) {
	o := newOffice(t)
	c := o.concorso(protocollo.ModeNote)
	now := o.clock.Now()
	whole := protocollo.ApplicationFacts{Candidate: "Neri Anna", Initials: "UP", Means: protocollo.MeansRaccomandata, PostmarkDay: "2026-02-27"}
	for name, x := range map[string]struct {
		change func(*protocollo.ApplicationFacts)
		code   string
	}{
		"whole":                             {func(f *protocollo.ApplicationFacts) {}, ""},
		"no candidate":                      {func(f *protocollo.ApplicationFacts) { f.Candidate = " " }, "candidate"},
		"no initials":                       {func(f *protocollo.ApplicationFacts) { f.Initials = "" }, "initials"},
		"an odd means":                      {func(f *protocollo.ApplicationFacts) { f.Means = "piccione" }, "means"},
		"the postmark decides":              {func(f *protocollo.ApplicationFacts) { f.PostmarkDay = "" }, "postmarkDay"},
		"it cannot be read":                 {func(f *protocollo.ApplicationFacts) { f.PostmarkDay, f.Unreadable = "", true }, ""},
		"it cannot be read, and yet it was": {func(f *protocollo.ApplicationFacts) { f.Unreadable = true }, "postmarkDay"},
		"by hand there is none":             {func(f *protocollo.ApplicationFacts) { f.PostmarkDay, f.Means = "", protocollo.MeansHand }, ""},
		"posted after it arrived":           {func(f *protocollo.ApplicationFacts) { f.PostmarkDay = "2026-03-03" }, "postmarkDay"},
		"no day":                            {func(f *protocollo.ApplicationFacts) { f.PostmarkDay = "ieri" }, "postmarkDay"},
		"to come":                           {func(f *protocollo.ApplicationFacts) { f.ArrivedAt = now.Add(time.Hour) }, "arrivedAt"},
		"this morning":                      {func(f *protocollo.ApplicationFacts) { f.ArrivedAt = now.Add(-time.Hour) }, ""},
		"the other day":                     {func(f *protocollo.ApplicationFacts) { f.ArrivedAt = now.Add(-48 * time.Hour) }, "arrivalReason"},
		"the other day, for a reason": {func(f *protocollo.ApplicationFacts) {
			f.ArrivedAt, f.ArrivalReason = now.Add(-48*time.Hour), "sede chiusa"
		}, ""},
	} {
		f := whole
		x.change(&f)
		_, err := o.s.EnterApplication(t.Context(), personnel, c.ID, "key "+name, f)
		if x.code == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if x.code != "" {
			wantClass(t, err, protocollo.Invalid, x.code)
		}
	}
	_, err := o.s.EnterApplication(t.Context(), guest, c.ID, "k", whole)
	wantClass(t, err, protocollo.Forbidden, "competition")
	_, err = o.s.EnterApplication(t.Context(), alien, c.ID, "k", whole)
	wantClass(t, err, protocollo.NotFound, "competition")
	o.clock.add(30 * 24 * time.Hour)
	if late, err := o.s.EnterApplication(t.Context(), personnel, c.ID, "late", whole); err != nil || !late.Facts.ArrivedAt.After(c.Terms.ClosesAt) {
		t.Errorf("after the closing date it is taken all the same (R6.3): %+v, %v", late, err)
	}
}

// The way of a note: closed by the office, numbered by the protocol, and its very file is what the centre gets (R6.2).
func TestNoteTakesOneNumber(t *testing.T) {
	o := newOffice(t)
	c := o.concorso(protocollo.ModeNote)
	first, twin := o.domanda(c, "d1", "NERI Anna"), o.domanda(c, "d2", "Anna Neri")
	n := o.nota(c, "nota-1")
	late := o.domanda(c, "d3", "Bianchi Ugo")
	_, err := o.s.CloseNote(t.Context(), personnel, c.ID, "nota-2")
	wantClass(t, err, protocollo.Conflict, "note-today")
	_, err = o.s.RegisterNote(t.Context(), personnel, n.ID)
	wantClass(t, err, protocollo.Forbidden, "register")
	_, err = o.s.NoteCopy(t.Context(), personnel, n.ID)
	wantClass(t, err, protocollo.Conflict, "note-not-numbered")

	rec, err := o.s.RegisterNote(t.Context(), clerk, n.ID)
	if err != nil || rec.Registration == nil || rec.Registration.Number != "0000001" {
		t.Fatalf("%+v, %v", rec, err)
	}
	again, err := o.s.RegisterNote(t.Context(), other, n.ID)
	if err != nil || again.Intake.ID != rec.Intake.ID {
		t.Fatalf("again %+v, %v", again, err)
	}
	d := rec.Intake.Draft
	if d.Direction != protocollo.Inside || d.Subject != "Nota riepilogativa n. 1 del 02/03/2026: 2 domande pervenute – Tre istruttori, D.D. 41/2026" || d.UOR != "PERS" {
		t.Errorf("%+v", d)
	}
	if len(again.Documents) != 1 || again.Documents[0].Archive.SHA256 != d.FileDigest || again.Documents[0].Archive.Files[0].Kind != station.KeptMetadata {
		t.Fatalf("%+v", again.Documents)
	}
	file, _, err := o.s.NotePDF(t.Context(), personnel, n.ID)
	if err != nil {
		t.Fatal(err)
	}
	content, _ := io.ReadAll(file)
	_ = file.Close()
	for want, there := range map[string]bool{"NERI Anna": true, "Anna Neri": true, "Bianchi": false, "Number:Prot": false} {
		if strings.Contains(string(content), want) != there {
			t.Errorf("%q in the note: %t\n%s", want, !there, content)
		}
	}
	copied, err := o.s.NoteCopy(t.Context(), personnel, n.ID)
	if err != nil || copied.Number != "Prot. n. 0000001 del 02/03/2026" || len(copied.Items) != 2 {
		t.Errorf("%+v, %v", copied, err)
	}
	v, err := o.s.Competition(t.Context(), personnel, c.ID)
	if err != nil || len(v.Twins[first.ID]) != 1 || v.Twins[first.ID][0] != twin.Seq || v.Twins[late.ID] != nil {
		t.Errorf("%+v, %v", v.Twins, err)
	}
	o.sent(rec.Registration.ID)

	o.clock.add(24 * time.Hour)
	next := o.nota(c, "nota-3")
	if next.Count != 1 {
		t.Errorf("the next day's: %+v", next)
	}
	end, err := o.s.EndOfDay(t.Context(), clerk, "")
	if err != nil || end.Clear || len(end.Competitions) != 1 || end.Competitions[0].Notes != 1 || end.Competitions[0].Applications != 0 {
		t.Errorf("%+v, %v", end.Competitions, err)
	}
}

// sent delivers what is due and looks that the centre has it.
func (o *office) sent(registrationID int64) {
	o.t.Helper()
	due, err := o.db.DueDeliveries(o.t.Context())
	if err != nil || len(due) != 1 || due[0].RegistrationID != registrationID {
		o.t.Fatalf("%+v, %v", due, err)
	}
}

// The centre is away: the note is a letter that waits as any other, and its file follows the number.
func TestNoteWaitsForItsNumber(t *testing.T) {
	o := newOffice(t)
	c := o.concorso(protocollo.ModeNote)
	o.domanda(c, "d1", "Neri Anna")
	n := o.nota(c, "nota-1")
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
	rec, err := o.s.RegisterNote(t.Context(), clerk, n.ID)
	if err != nil || rec.Registration != nil {
		t.Fatalf("%+v, %v", rec, err)
	}
	o.restart()
	o.clock.add(time.Hour)
	o.numbersCome()
	if err := o.s.ArchiveNotes(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.noteAgain(n.ID); !got.Archived {
		t.Errorf("%+v", got)
	}
	again, err := o.s.RegisterNote(t.Context(), clerk, n.ID)
	if err != nil || again.Registration == nil || again.Intake.ID != rec.Intake.ID {
		t.Fatalf("%+v, %v", again, err)
	}
}

// stumbling fails a step of a note before or after it was made durable, once.
type stumbling struct {
	station.CompetitionStore
	step  string
	after bool
	hit   bool
}

var errStumbled = errors.New("the machine stopped")

func (s *stumbling) dies(step string, after bool) error {
	if s.hit || step != s.step || after != s.after {
		return nil
	}
	s.hit = true
	return errStumbled
}

func (s *stumbling) CloseNote(ctx context.Context, a protocollo.Actor, id int64, key string) (protocollo.CompetitionNote, error) {
	if err := s.dies("close", false); err != nil {
		return protocollo.CompetitionNote{}, err
	}
	n, err := s.CompetitionStore.CloseNote(ctx, a, id, key)
	return n, errors.Join(err, s.dies("close", true))
}

func (s *stumbling) RecordNoteFile(ctx context.Context, id int64, e station.Edition) (station.Edition, error) {
	if err := s.dies("file", false); err != nil {
		return e, err
	}
	e, err := s.CompetitionStore.RecordNoteFile(ctx, id, e)
	return e, errors.Join(err, s.dies("file", true))
}

func (s *stumbling) ArchiveNote(ctx context.Context, id int64, files []station.KeptFile) error {
	if err := s.dies("archive", false); err != nil {
		return err
	}
	return errors.Join(s.CompetitionStore.ArchiveNote(ctx, id, files), s.dies("archive", true))
}

// stumblingIntakes fails the saving of the letter.
type stumblingIntakes struct {
	station.IntakeStore
	s *stumbling
}

func (i stumblingIntakes) RecordIntake(ctx context.Context, in station.NewIntake) (station.RecordedIntake, error) {
	if err := i.s.dies("letter", false); err != nil {
		return station.RecordedIntake{}, err
	}
	rec, err := i.IntakeStore.RecordIntake(ctx, in)
	return rec, errors.Join(err, i.s.dies("letter", true))
}

// A note is resumed after a kill between any two of its steps: one list, one file, one number, one document.
func TestNoteIsResumed(t *testing.T) {
	for _, step := range []string{"close", "file", "letter", "archive"} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s after=%t", step, after), func(t *testing.T) {
				o := newOffice(t)
				c := o.concorso(protocollo.ModeNote)
				o.domanda(c, "d1", "Neri Anna")
				o.domanda(c, "d2", "Verdi Ugo")
				stumble := &stumbling{CompetitionStore: o.db, step: step, after: after}
				o.start(func(cfg *station.Config) {
					cfg.Competitions, cfg.Intakes = stumble, stumblingIntakes{o.db, stumble}
				})
				if n, err := o.s.CloseNote(t.Context(), personnel, c.ID, "nota-1"); err == nil {
					_, _ = o.s.RegisterNote(t.Context(), clerk, n.ID)
				}
				if !stumble.hit {
					t.Fatal("the step was never taken")
				}
				o.restart()
				if err := o.s.Recover(t.Context()); err != nil {
					t.Fatal(err)
				}
				o.clock.add(time.Hour)
				n := o.nota(c, "nota-1")
				rec, err := o.s.RegisterNote(t.Context(), other, n.ID)
				if err == nil && rec.Registration == nil {
					o.numbersCome()
				}
				if err != nil {
					t.Fatal(err)
				}
				if err := o.s.ArchiveNotes(t.Context()); err != nil {
					t.Fatal(err)
				}
				n = o.noteAgain(n.ID)
				got := o.record(n.IntakeID)
				if n.Count != 2 || n.Letters != 1 || !n.Archived || got.Registration == nil || got.Registration.Number != "0000001" || len(got.Documents) != 1 {
					t.Errorf("%+v, %+v", n, got.Documents)
				}
				o.sent(got.Registration.ID)
				report, err := o.db.Check(t.Context())
				if err != nil || !report.OK() {
					t.Errorf("%+v, %v", report.Findings, err)
				}
			})
		}
	}
}

// A number that was annulled is followed by another of the same note.
func TestAnnulledNoteGetsAnotherNumber(t *testing.T) {
	o := newOffice(t)
	c := o.concorso(protocollo.ModeNote)
	o.domanda(c, "d1", "Neri Anna")
	n := o.nota(c, "nota-1")
	rec, err := o.s.RegisterNote(t.Context(), clerk, n.ID)
	if err != nil {
		t.Fatal(err)
	}
	o.asks(boss, annulOrder(rec))
	again, err := o.s.RegisterNote(t.Context(), clerk, n.ID)
	if err != nil || again.Registration == nil || again.Registration.Number != "0000002" || !o.noteAgain(n.ID).Archived || len(again.Documents) != 1 {
		t.Fatalf("%+v, %v", again, err)
	}
}

// The alternative of R6.2: each application is an ordinary letter, that arrived when its office wrote so.
func TestApplicationsWithNumbersOfTheirOwn(t *testing.T) {
	o := newOffice(t)
	c := o.concorso(protocollo.ModeNumber)
	a, err := o.s.EnterApplication(t.Context(), personnel, c.ID, "d1", protocollo.ApplicationFacts{Candidate: "Neri Anna", Initials: "UP", Means: protocollo.MeansRaccomandata,
		PostmarkDay: "2026-02-26", Raccomandata: "R1", ArrivedAt: o.clock.Now().Add(-72 * time.Hour), ArrivalReason: "sede chiusa"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.s.CloseNote(t.Context(), personnel, c.ID, "nota")
	wantClass(t, err, protocollo.Conflict, "note-mode")
	rec, err := o.s.RegisterApplication(t.Context(), clerk, a.ID, false)
	if err != nil || rec.Registration == nil || rec.Intake.ArrivalDay != "2026-02-27" || rec.Intake.Draft.Senders[0].Name != "Neri Anna" || rec.Intake.Draft.RaccomandataCode != "R1" {
		t.Fatalf("%+v, %v", rec, err)
	}
	if again, err := o.s.RegisterApplication(t.Context(), other, a.ID, false); err != nil || again.Intake.ID != rec.Intake.ID {
		t.Errorf("%+v, %v", again, err)
	}
	// Two applications in one raccomandata: it is asked, and answered.
	b, err := o.s.EnterApplication(t.Context(), personnel, c.ID, "d2", protocollo.ApplicationFacts{Candidate: "Verdi Ugo", Initials: "UP", Means: protocollo.MeansRaccomandata, PostmarkDay: "2026-02-26", Raccomandata: "R1"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.s.RegisterApplication(t.Context(), clerk, b.ID, false)
	wantClass(t, err, protocollo.Conflict, "possible-duplicates")
	if second, err := o.s.RegisterApplication(t.Context(), clerk, b.ID, true); err != nil || second.Registration == nil || second.Intake.DuplicateOf != rec.Registration.ID {
		t.Errorf("%+v, %v", second, err)
	}
	changed, err := o.s.AmendApplication(t.Context(), personnel, b.ID, 1, protocollo.ApplicationFacts{Candidate: "Verdi Ugone", Initials: "UP", Means: protocollo.MeansHand}, "letto male")
	if err != nil || changed.Version != 2 || !changed.Facts.ArrivedAt.Equal(b.Facts.ArrivedAt) {
		t.Errorf("%+v, %v", changed, err)
	}
	_, err = o.s.StrikeApplication(t.Context(), personnel, b.ID, 2, "per errore")
	wantClass(t, err, protocollo.Conflict, "application-noted")
	_, err = o.s.StrikeApplication(t.Context(), personnel, o.domanda(c, "d3", "Tre").ID, 1, " ")
	wantClass(t, err, protocollo.Invalid, "reason")
}
