package ui

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// ApplicationView is a domanda with what its row says. It says nothing of whether it came in time (R6.3).
type ApplicationView struct {
	protocollo.Application
	Twins []int64 `json:"twins,omitempty" doc:"Altre domande dello stesso candidato"`
	CompetitionLetter
}

// CompetitionLetter is the letter that a note or an application became, as far as its reader sees it.
type CompetitionLetter struct {
	Number     protocollo.Number `json:"number,omitempty"`
	NumberYear int               `json:"numberYear,omitempty"`
	// Cited is how the number is said: one of the emergency register never stands without its register (L-10, L-11).
	Cited    string `json:"cited,omitempty" doc:"es. 0000012/2026, n. 1/2026 R.E. 1/2026"`
	Annulled bool   `json:"annulled,omitempty"`
	Closed   bool   `json:"closed,omitempty" doc:"La lettera è stata chiusa senza numero"`
}

// NoteView is a nota riepilogativa.
type NoteView struct {
	protocollo.CompetitionNote
	CompetitionLetter
}

// CompetitionView is a competition with its applications and notes, oldest first.
type CompetitionView struct {
	protocollo.Competition
	Versions     []protocollo.CompetitionVersion `json:"versions"`
	Applications []ApplicationView               `json:"applications"`
	Notes        []NoteView                      `json:"notes"`
}

type competitionInput struct {
	Body struct {
		Key string `json:"key" minLength:"8" maxLength:"60"`
		protocollo.CompetitionTerms
	}
}

type amendCompetitionInput struct {
	IDPath
	Body struct {
		protocollo.CompetitionTerms
		Version int    `json:"version" minimum:"1"`
		Reason  string `json:"reason" maxLength:"400"`
	}
}

type applicationInput struct {
	IDPath
	Body struct {
		Key string `json:"key" minLength:"8" maxLength:"60"`
		protocollo.ApplicationFacts
	}
}

type amendApplicationInput struct {
	IDPath
	Body struct {
		protocollo.ApplicationFacts
		Version int    `json:"version" minimum:"1"`
		Reason  string `json:"reason" maxLength:"400"`
	}
}

type strikeInput struct {
	IDPath
	Body struct {
		Version int    `json:"version" minimum:"1"`
		Reason  string `json:"reason" maxLength:"400"`
	}
}

type closeNoteInput struct {
	IDPath
	Body struct {
		Key string `json:"key" minLength:"8" maxLength:"60"`
	}
}

type registerApplicationInput struct {
	IDPath
	Body struct {
		Different bool `json:"different,omitempty" doc:"Ciò che le somiglia è stato guardato, ed è altro"`
	}
}

func (s *Server) competitionRoutes() {
	operation(s, http.MethodGet, "/api/competitions", "competitions", "Concorsi, borse e corsi", accessDesk, s.competitions)
	operation(s, http.MethodPost, "/api/competitions", "enterCompetition", "Inserisce un concorso, una borsa o un corso", accessDesk, s.enterCompetition)
	operation(s, http.MethodGet, "/api/competitions/{id}", "competition", "Un concorso con domande e note", accessDesk, s.competition)
	operation(s, http.MethodPost, "/api/competitions/{id}/terms", "amendCompetition", "Cambia i dati di un concorso, con il motivo", accessDesk, s.amendCompetition)
	operation(s, http.MethodGet, "/api/competitions/{id}/applications.csv", "applicationsCSV", "Le domande come tabella", accessDesk, s.applicationsCSV, binaryAnswer("text/csv"))
	operation(s, http.MethodPost, "/api/competitions/{id}/applications", "enterApplication", "Riceve una domanda (R6.1)", accessDesk, s.enterApplication)
	operation(s, http.MethodPost, "/api/competitions/{id}/notes", "closeNote", "Chiude la nota riepilogativa del giorno (R6.2)", accessDesk, s.closeNote)
	operation(s, http.MethodPost, "/api/applications/{id}/facts", "amendApplication", "Rettifica una domanda, con il motivo", accessDesk, s.amendApplication)
	operation(s, http.MethodPost, "/api/applications/{id}/strike", "strikeApplication", "Toglie una domanda inserita per errore", accessDesk, s.strikeApplication)
	operation(s, http.MethodPost, "/api/applications/{id}/registration", "registerApplication", "Protocolla una domanda con un numero suo", accessDesk, s.registerApplication)
	operation(s, http.MethodPost, "/api/notes/{id}/registration", "registerNote", "Protocolla una nota riepilogativa", accessDesk, s.registerNote)
	operation(s, http.MethodGet, "/api/notes/{id}/nota.pdf", "notePDF", "La nota riepilogativa in PDF/A", accessDesk, s.notePDF, pdfAnswer)
	operation(s, http.MethodGet, "/api/notes/{id}/copia.pdf", "noteCopyPDF", "Copia della nota protocollata, da allegare a ciascuna domanda", accessDesk, s.noteCopyPDF, pdfAnswer)
}

func (s *Server) competitions(ctx context.Context, id auth.Identity, _ *none) (*body[[]protocollo.Competition], error) {
	list, err := s.Station.Competitions(ctx, id.Actor)
	return answer(some(list), err)
}

func (s *Server) enterCompetition(ctx context.Context, id auth.Identity, in *competitionInput) (*body[protocollo.Competition], error) {
	return answer(s.Station.EnterCompetition(ctx, id.Actor, in.Body.Key, in.Body.CompetitionTerms))
}

func (s *Server) amendCompetition(ctx context.Context, id auth.Identity, in *amendCompetitionInput) (*body[protocollo.Competition], error) {
	return answer(s.Station.AmendCompetition(ctx, id.Actor, in.ID, in.Body.Version, in.Body.CompetitionTerms, in.Body.Reason))
}

func (s *Server) competition(ctx context.Context, id auth.Identity, in *IDPath) (*body[CompetitionView], error) {
	return answer(s.competitionView(ctx, id.Actor, in.ID))
}

func (s *Server) competitionView(ctx context.Context, a protocollo.Actor, id int64) (CompetitionView, error) {
	c, err := s.Station.Competition(ctx, a, id)
	if err != nil {
		return CompetitionView{}, err
	}
	v := CompetitionView{Competition: c.Competition, Versions: some(c.Versions), Applications: []ApplicationView{}, Notes: []NoteView{}}
	for _, n := range c.Notes {
		letter, err := s.competitionLetter(ctx, a, n.IntakeID)
		if err != nil {
			return v, err
		}
		v.Notes = append(v.Notes, NoteView{CompetitionNote: n, CompetitionLetter: letter})
	}
	for _, x := range c.Applications {
		letter, err := s.competitionLetter(ctx, a, x.IntakeID)
		if err != nil {
			return v, err
		}
		v.Applications = append(v.Applications, ApplicationView{Application: x, Twins: c.Twins[x.ID], CompetitionLetter: letter})
	}
	return v, nil
}

func (s *Server) competitionLetter(ctx context.Context, a protocollo.Actor, intakeID int64) (CompetitionLetter, error) {
	var l CompetitionLetter
	if intakeID == 0 {
		return l, nil
	}
	rec, err := s.Station.IntakeRecord(ctx, a, intakeID)
	switch {
	case protocollo.ClassOf(err) == protocollo.NotFound: // not this reader's to see
		return l, nil
	case err != nil:
		return l, err
	case rec.Registration != nil:
		l = letterOf(rec)
	}
	return l, nil
}

func (s *Server) enterApplication(ctx context.Context, id auth.Identity, in *applicationInput) (*body[protocollo.Application], error) {
	return answer(s.Station.EnterApplication(ctx, id.Actor, in.ID, in.Body.Key, in.Body.ApplicationFacts))
}

func (s *Server) amendApplication(ctx context.Context, id auth.Identity, in *amendApplicationInput) (*body[protocollo.Application], error) {
	return answer(s.Station.AmendApplication(ctx, id.Actor, in.ID, in.Body.Version, in.Body.ApplicationFacts, in.Body.Reason))
}

func (s *Server) strikeApplication(ctx context.Context, id auth.Identity, in *strikeInput) (*body[protocollo.Application], error) {
	return answer(s.Station.StrikeApplication(ctx, id.Actor, in.ID, in.Body.Version, in.Body.Reason))
}

func (s *Server) registerApplication(ctx context.Context, id auth.Identity, in *registerApplicationInput) (*body[CompetitionLetter], error) {
	rec, err := s.Station.RegisterApplication(ctx, id.Actor, in.ID, in.Body.Different)
	return answer(letterOf(rec), err)
}

func (s *Server) closeNote(ctx context.Context, id auth.Identity, in *closeNoteInput) (*body[protocollo.CompetitionNote], error) {
	return answer(s.Station.CloseNote(ctx, id.Actor, in.ID, in.Body.Key))
}

func (s *Server) registerNote(ctx context.Context, id auth.Identity, in *IDPath) (*body[CompetitionLetter], error) {
	rec, err := s.Station.RegisterNote(ctx, id.Actor, in.ID)
	return answer(letterOf(rec), err)
}

func letterOf(rec station.Record) CompetitionLetter {
	if rec.Registration == nil {
		return CompetitionLetter{Closed: rec.Closing != nil}
	}
	r := rec.Registration
	l := CompetitionLetter{Number: r.Number, NumberYear: r.Key.Year, Annulled: rec.Annulment != nil, Cited: r.ShortCitation()}
	if r.Recovery != nil {
		l.Number, l.NumberYear = r.Recovery.Number, r.Recovery.Key.Year
	}
	return l
}

func (s *Server) notePDF(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	f, _, err := s.Station.NotePDF(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return s.rendered("application/pdf", func(w *buffer) error { _, err := io.Copy(w, f); return err })
}

func (s *Server) noteCopyPDF(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	return s.rendered("application/pdf", func(w *buffer) error { return s.Station.WriteNoteCopy(ctx, id.Actor, in.ID, w) })
}

func (s *Server) applicationsCSV(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	v, err := s.competitionView(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := applicationsTable(v)
	if err != nil {
		return nil, fmt.Errorf("write applications as a table: %w", err)
	}
	return &file{ContentType: csvType, ContentDisposition: `attachment; filename="domande.csv"`, CacheControl: "no-store", Body: b}, nil
}

// applicationsTable writes a competition's applications for a spreadsheet, as that of [sortingTable] is. Those that were struck stand in it with why.
func applicationsTable(v CompetitionView) ([]byte, error) {
	notes := map[int64]NoteView{}
	for _, n := range v.Notes {
		notes[n.ID] = n
	}
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	rows := [][]string{{"domanda", "candidato", "giorno di arrivo", "ora di arrivo", "sigla", "mezzo", "timbro postale", "raccomandata", "annotazioni", "nota", "protocollo", "tolta perché"}}
	for _, a := range v.Applications {
		note, letter, postmark := "", a.CompetitionLetter, a.Facts.PostmarkDay.Italian()
		if n, ok := notes[a.NoteID]; ok {
			note, letter = n.Code(), n.CompetitionLetter
		}
		if a.Facts.Unreadable {
			postmark = "illeggibile o assente"
		}
		at := a.Facts.ArrivedAt.In(protocollo.Rome())
		rows = append(rows, []string{a.Code(), a.Facts.Candidate, protocollo.DayOf(at).Italian(), at.Format(time.TimeOnly), a.Facts.Initials, string(a.Facts.Means), postmark,
			a.Facts.Raccomandata, a.Facts.Note, note, letter.Cited, a.Struck})
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = plainCell(cell)
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
