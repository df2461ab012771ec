package station

import (
	"context"
	"io"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// CompetitionStore keeps competitions, their applications and the notes that list them (R6). Each method that writes is one transaction and one legal
// fact, durable once it returns; a call again under the same key returns what is there, or Conflict "request-key" where its content is another.
type CompetitionStore interface {
	CompetitionBook
	NoteStore
	CompetitionViews
}

// CompetitionBook keeps what people enter.
type CompetitionBook interface {
	SaveCompetition(ctx context.Context, a protocollo.Actor, key string, t protocollo.CompetitionTerms) (protocollo.Competition, error)
	// AmendCompetition adds a version. version is the one that the caller saw: Conflict "competition-changed".
	AmendCompetition(ctx context.Context, a protocollo.Actor, id int64, version int, t protocollo.CompetitionTerms, reason string) (protocollo.Competition, error)
	// SaveApplication enters a domanda; f is normalized and was validated by terms, whose version is the competition's: Conflict
	// "competition-changed". An empty ArrivedAt becomes the transaction's instant.
	SaveApplication(ctx context.Context, a protocollo.Actor, competitionID int64, version int, key string, f protocollo.ApplicationFacts) (protocollo.Application, error)
	// AmendApplication adds a version, with its reason; strike says that it was entered by mistake. version is the one that the caller saw: Conflict
	// "application-changed". Conflict "application-noted" to strike one that a note lists or that has a letter, "application-struck" once struck.
	AmendApplication(ctx context.Context, a protocollo.Actor, id int64, version int, f protocollo.ApplicationFacts, strike bool, reason string) (protocollo.Application, error)
}

// NoteStore takes a nota riepilogativa from its closing to the archive. What a stop left half done is found by its state.
type NoteStore interface {
	// CloseNote lists every application that stands and that neither a note nor a number of its own has, as it reads now. Conflict "note-today" where
	// the competition has its note of the day, "note-empty", "note-mode" where applications get a number each.
	CloseNote(ctx context.Context, a protocollo.Actor, competitionID int64, key string) (protocollo.CompetitionNote, error)
	// RecordNoteFile keeps the PDF/A of a note, whose blob must be there. The first one holds: it is returned, whatever came later.
	RecordNoteFile(ctx context.Context, noteID int64, e Edition) (Edition, error)
	// ArchiveNote makes a note's file the document of its latest letter's number, with what is kept beside it, and its delivery due. The same again is no
	// error; Conflict "note-not-numbered", "note-file".
	ArchiveNote(ctx context.Context, noteID int64, files []KeptFile) error
}

// CompetitionViews reads.
type CompetitionViews interface {
	// Competitions lists an AOO's, the latest closing date first; id 0 is all.
	Competitions(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.Competition, error)
	CompetitionHistory(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.CompetitionVersion, error)
	// Applications lists domande in the order in which they were entered.
	Applications(ctx context.Context, aoo protocollo.AOOCode, q ApplicationQuery) ([]protocollo.Application, error)
	// Notes lists notes, oldest first.
	Notes(ctx context.Context, aoo protocollo.AOOCode, q NoteQuery) ([]protocollo.CompetitionNote, error)
	// NoteFacts is what a note says: the competition's terms and the applications as they read when it was closed.
	NoteFacts(ctx context.Context, aoo protocollo.AOOCode, noteID int64) (NoteFacts, error)
	// NoteFile returns the PDF/A that was recorded, or NotFound "note-file".
	NoteFile(ctx context.Context, aoo protocollo.AOOCode, noteID int64) (Edition, error)
	// NotesToArchive lists, of all AOOs, those whose latest letter has a number and not yet the note's file, oldest first.
	NotesToArchive(ctx context.Context) ([]protocollo.CompetitionNote, error)
}

// ApplicationQuery selects applications; its zero value means all.
type ApplicationQuery struct{ ID, CompetitionID, NoteID, IntakeID int64 }

// NoteQuery selects notes; its zero value means all.
type NoteQuery struct{ ID, CompetitionID, IntakeID int64 }

// NoteFacts are a note with what it lists.
type NoteFacts struct {
	Note  protocollo.CompetitionNote
	Terms protocollo.CompetitionTerms
	Items []protocollo.Application
}

// NotePaper writes a nota riepilogativa as PDF/A. What it writes of equal notes is equal.
type NotePaper interface {
	CompetitionNote(w io.Writer, n stamp.CompetitionNote) (pdfa.Result, error)
}
