package storetest

import (
	"context"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// CompetitionTerms are those of a concorso whose applications stand in notes and whose postmark decides.
func CompetitionTerms() protocollo.CompetitionTerms {
	return protocollo.CompetitionTerms{Kind: protocollo.KindConcorso, Notice: "Tre istruttori, D.D. 41/2026", UOR: "PERS", Responsible: "Rosa", ClosesAt: Start().Add(10 * 24 * time.Hour),
		Mode: protocollo.ModeNote, Postmark: true}
}

// Compete enters a competition.
func (f *Fixture) Compete(key string, mode protocollo.ApplicationMode) protocollo.Competition {
	f.Helper()
	t := CompetitionTerms()
	t.Mode = mode
	c, err := f.SaveCompetition(context.Background(), Chief(), key, t)
	f.ok(err)
	return c
}

// Facts are what stands on a domanda that was handed in.
func Facts(candidate string) protocollo.ApplicationFacts {
	return protocollo.ApplicationFacts{Candidate: candidate, Initials: "RS", Means: protocollo.MeansHand}
}

// Apply enters an application.
func (f *Fixture) Apply(c protocollo.Competition, key string) protocollo.Application {
	f.Helper()
	a, err := f.SaveApplication(context.Background(), Clerk(), c.ID, c.Version, key, Facts("Candidato "+key))
	f.ok(err)
	return a
}

// NoteOf closes a competition's note and records its file.
func (f *Fixture) NoteOf(c protocollo.Competition, key string) protocollo.CompetitionNote {
	f.Helper()
	ctx := context.Background()
	n, err := f.CloseNote(ctx, Clerk(), c.ID, key)
	f.ok(err)
	_, err = f.RecordNoteFile(ctx, n.ID, f.Edition(pdfa.Flavour2U, "nota "+key))
	f.ok(err)
	return f.note(n.ID)
}

func (f *Fixture) note(id int64) protocollo.CompetitionNote {
	f.Helper()
	list, err := f.Notes(context.Background(), AOO().Code, station.NoteQuery{ID: id})
	f.ok(err)
	if len(list) != 1 {
		f.Fatalf("note %d: %+v", id, list)
	}
	return list[0]
}

// NoteLetter is the letter that a note becomes.
func (f *Fixture) NoteLetter(n protocollo.CompetitionNote) station.NewIntake {
	d := Draft("Nota riepilogativa", "Rosa")
	d.Support, d.FileDigest = protocollo.SupportFile, n.SHA256
	in := f.NewIntake(d)
	in.NoteID = n.ID
	return in
}

// Numbered records a letter and gives it its number.
func (f *Fixture) Numbered(in station.NewIntake) protocollo.Registration {
	f.Helper()
	ctx := context.Background()
	rec, err := f.RecordIntake(ctx, in)
	f.ok(err)
	receipt, err := f.TakeNumber(ctx, rec.Intake.Key, Body(), AOO())
	f.ok(err)
	reg, err := f.ConfirmNumber(ctx, rec.Attempt.ID, receipt, Segnatura(receipt, in.Draft))
	f.ok(err)
	return reg
}

func testCompetitions(t *testing.T, f *Fixture) {
	ctx := context.Background()
	c := f.Compete("concorso", protocollo.ModeNote)
	if again := f.Compete("concorso", protocollo.ModeNote); again != c {
		t.Fatalf("again %+v, was %+v", again, c)
	}
	other := CompetitionTerms()
	other.Notice = "altro"
	_, err := f.SaveCompetition(ctx, Chief(), "concorso", other)
	Fails(t, err, protocollo.Conflict, "request-key")
	stranger := Chief()
	stranger.AOO = OtherAOO().Code
	_, err = f.AmendCompetition(ctx, stranger, c.ID, 1, other, "x")
	Fails(t, err, protocollo.NotFound, "competition")
	for range 2 { // the same again changes nothing
		amended, err := f.AmendCompetition(ctx, Chief(), c.ID, 1, other, "proroga")
		f.ok(err)
		if amended.Version != 2 || amended.Terms != other {
			t.Fatalf("amended %+v", amended)
		}
	}
	_, err = f.AmendCompetition(ctx, Chief(), c.ID, 1, CompetitionTerms(), "proroga")
	Fails(t, err, protocollo.Conflict, "competition-changed")
	history, err := f.CompetitionHistory(ctx, AOO().Code, c.ID)
	f.ok(err)
	if len(history) != 2 || history[1].Reason != "proroga" || history[0].Terms != CompetitionTerms() {
		t.Fatalf("%+v", history)
	}

	_, err = f.SaveApplication(ctx, Clerk(), c.ID, 1, "k1", Facts("Anna Neri"))
	Fails(t, err, protocollo.Conflict, "competition-changed")
	a, err := f.SaveApplication(ctx, Clerk(), c.ID, 2, "k1", Facts("Anna Neri"))
	f.ok(err)
	if a.Seq != 1 || !a.Facts.ArrivedAt.Equal(a.SavedAt) || a.SavedBy != "anna" {
		t.Fatalf("%+v", a)
	}
	again, err := f.SaveApplication(ctx, Clerk(), c.ID, 2, "k1", Facts("Anna Neri"))
	f.ok(err)
	if again != a {
		t.Fatalf("again %+v, was %+v", again, a)
	}
	_, err = f.SaveApplication(ctx, Clerk(), c.ID, 2, "k1", Facts("Anna Nera"))
	Fails(t, err, protocollo.Conflict, "request-key")

	posted := a.Facts
	posted.Means, posted.PostmarkDay, posted.Raccomandata = protocollo.MeansRaccomandata, "2026-03-09", "15432109876-5"
	for range 2 {
		amended, err := f.AmendApplication(ctx, Clerk(), a.ID, 1, posted, false, "era per posta")
		f.ok(err)
		if amended.Version != 2 || amended.Facts != posted || amended.Struck != "" {
			t.Fatalf("%+v", amended)
		}
	}
	_, err = f.AmendApplication(ctx, Clerk(), a.ID, 1, a.Facts, false, "x")
	Fails(t, err, protocollo.Conflict, "application-changed")
	struck, err := f.AmendApplication(ctx, Clerk(), a.ID, 2, protocollo.ApplicationFacts{}, true, "già inserita")
	f.ok(err)
	if struck.Struck != "già inserita" || struck.Facts != posted {
		t.Fatalf("%+v", struck)
	}
	_, err = f.AmendApplication(ctx, Clerk(), a.ID, 3, posted, false, "x")
	Fails(t, err, protocollo.Conflict, "application-struck")
	_, err = f.CloseNote(ctx, Clerk(), c.ID, "nota")
	Fails(t, err, protocollo.Conflict, "note-empty")
	list, err := f.Competitions(ctx, AOO().Code, 0)
	f.ok(err)
	if len(list) != 1 || list[0].Applications != 0 || list[0].Waiting != 0 {
		t.Fatalf("%+v", list)
	}
}

// testNotes: an application stands in one note, a competition has one of a day, and a note goes its steps once each, however often they are asked for.
func testNotes(t *testing.T, f *Fixture) {
	ctx := context.Background()
	c := f.Compete("concorso", protocollo.ModeNote)
	first, second := f.Apply(c, "uno"), f.Apply(c, "due")
	n, err := f.CloseNote(ctx, Clerk(), c.ID, "nota-1")
	f.ok(err)
	if again, err := f.CloseNote(ctx, Clerk(), c.ID, "nota-1"); err != nil || again != n || n.Count != 2 || n.Day != "2026-03-10" {
		t.Fatalf("%+v, again %+v, %v", n, again, err)
	}
	_, err = f.CloseNote(ctx, Clerk(), f.Compete("altro", protocollo.ModeNote).ID, "nota-1")
	Fails(t, err, protocollo.Conflict, "request-key")
	late := f.Apply(c, "tre")
	_, err = f.CloseNote(ctx, Clerk(), c.ID, "nota-2")
	Fails(t, err, protocollo.Conflict, "note-today")
	_, err = f.AmendApplication(ctx, Clerk(), first.ID, 1, protocollo.ApplicationFacts{}, true, "x")
	Fails(t, err, protocollo.Conflict, "application-noted")
	corrected := second.Facts
	corrected.Candidate = "Nome corretto"
	_, err = f.AmendApplication(ctx, Clerk(), second.ID, 1, corrected, false, "letto male")
	f.ok(err)
	facts, err := f.NoteFacts(ctx, AOO().Code, n.ID)
	f.ok(err)
	if len(facts.Items) != 2 || facts.Items[1].Facts.Candidate != "Candidato due" || facts.Terms != CompetitionTerms() {
		t.Fatalf("the note says what it said: %+v", facts)
	}

	in := f.NewIntake(Draft("Nota", "Rosa"))
	in.NoteID = n.ID
	_, err = f.RecordIntake(ctx, in)
	Fails(t, err, protocollo.Conflict, "note-file")
	e := f.Edition(pdfa.Flavour2U, "la nota")
	_, err = f.RecordNoteFile(ctx, n.ID, e)
	f.ok(err)
	if held, err := f.RecordNoteFile(ctx, n.ID, f.Edition(pdfa.Flavour2U, "un'altra")); err != nil || held.Result.SHA256 != e.Result.SHA256 {
		t.Fatalf("%+v, %v", held, err)
	}
	Fails(t, f.ArchiveNote(ctx, n.ID, nil), protocollo.Conflict, "note-not-numbered")
	letter := f.NoteLetter(f.note(n.ID))
	reg := f.Numbered(letter)
	twice := f.NoteLetter(f.note(n.ID))
	_, err = f.RecordIntake(ctx, twice)
	Fails(t, err, protocollo.Conflict, "already-numbered")
	due, err := f.NotesToArchive(ctx)
	f.ok(err)
	if len(due) != 1 || due[0].ID != n.ID {
		t.Fatalf("%+v", due)
	}
	for range 2 {
		f.ok(f.ArchiveNote(ctx, n.ID, []station.KeptFile{f.Beside(station.KeptMetadata, 0, "<a/>")}))
	}
	if got := f.note(n.ID); !got.Archived || got.IntakeID != reg.IntakeID {
		t.Fatalf("%+v", got)
	}
	rec, err := f.Record2(reg.ID)
	f.ok(err)
	if len(rec.Documents) != 1 || rec.Documents[0].Archive == nil || rec.Documents[0].Archive.SHA256 != e.Result.SHA256 || !rec.Facets.Archived {
		t.Fatalf("%+v", rec.Documents)
	}
	deliveries, err := f.DueDeliveries(ctx)
	f.ok(err)
	if len(deliveries) != 1 || deliveries[0].Request.SHA256 != e.Result.SHA256 {
		t.Fatalf("%+v", deliveries)
	}
	if due, err := f.NotesToArchive(ctx); err != nil || len(due) != 0 {
		t.Fatalf("%+v, %v", due, err)
	}

	f.Clock.Move(24 * time.Hour)
	next := f.NoteOf(c, "nota-3")
	list, err := f.Applications(ctx, AOO().Code, station.ApplicationQuery{NoteID: next.ID})
	f.ok(err)
	if len(list) != 1 || list[0].ID != late.ID || next.Seq != 2 {
		t.Fatalf("%+v in %+v", list, next)
	}
}

// testOwnNumbers: an application with a number of its own arrived when its office wrote so, and stands in no note.
func testOwnNumbers(t *testing.T, f *Fixture) {
	ctx := context.Background()
	c := f.Compete("borsa", protocollo.ModeNumber)
	facts := Facts("Anna Neri")
	facts.ArrivedAt = Start().Add(-26 * time.Hour)
	facts.ArrivalReason = "protocollo chiuso"
	a, err := f.SaveApplication(ctx, Clerk(), c.ID, 1, "k1", facts)
	f.ok(err)
	_, err = f.CloseNote(ctx, Clerk(), c.ID, "nota")
	Fails(t, err, protocollo.Conflict, "note-mode")
	in := f.NewIntake(Draft("Domanda", "Anna Neri"))
	in.ApplicationID = a.ID
	rec, err := f.RecordIntake(ctx, in)
	f.ok(err)
	if !rec.Intake.ArrivedAt.Equal(facts.ArrivedAt) || rec.Intake.ArrivalDay != "2026-03-09" {
		t.Fatalf("%+v", rec.Intake)
	}
	if again, err := f.RecordIntake(ctx, in); err != nil || !again.Existing {
		t.Fatalf("%+v, %v", again, err)
	}
	second := f.NewIntake(Draft("Domanda", "Anna Neri"))
	second.ApplicationID = a.ID
	_, err = f.RecordIntake(ctx, second)
	Fails(t, err, protocollo.Conflict, "already-numbered")
	_, err = f.AmendCompetition(ctx, Chief(), c.ID, 1, CompetitionTerms(), "in nota")
	f.ok(err)
	_, err = f.CloseNote(ctx, Clerk(), c.ID, "nota")
	Fails(t, err, protocollo.Conflict, "note-empty") // it has its number
	noted := f.Apply(protocollo.Competition{ID: c.ID, Version: 2}, "due")
	f.NoteOf(c, "nota")
	third := f.NewIntake(Draft("Domanda", "due"))
	third.ApplicationID = noted.ID
	_, err = f.RecordIntake(ctx, third)
	Fails(t, err, protocollo.Conflict, "application-noted")
	if list, err := f.Applications(ctx, AOO().Code, station.ApplicationQuery{IntakeID: rec.Intake.ID}); err != nil || len(list) != 1 || list[0].ID != a.ID || list[0].Letters != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
}
