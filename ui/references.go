package ui

import (
	"context"
	"net/http"
	"strings"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// completions is how many lines a completion offers: more are not read while typing.
const completions = 8

type completionInput struct {
	Text string `query:"testo" maxLength:"200"`
}

type csvInput struct {
	Body struct {
		CSV string `json:"csv" maxLength:"5000000"`
	}
}

type titolarioInput struct {
	Body struct {
		Name      string         `json:"name" minLength:"1" maxLength:"120"`
		ValidFrom protocollo.Day `json:"validFrom"`
		CSV       string         `json:"csv" maxLength:"1000000" doc:"titolo,denominazione_titolo,classe,denominazione_classe"`
	}
}

type subjectInput struct {
	Body struct {
		Subject string `json:"subject" minLength:"1" maxLength:"2000"`
	}
}

type uorInput struct {
	Body protocollo.UOR
}

// Lists of completions; never null.
type (
	Correspondents struct {
		Correspondents []protocollo.Correspondent `json:"correspondents"`
	}
	Subjects struct {
		Subjects []string `json:"subjects"`
	}
	UORs struct {
		UORs []protocollo.UOR `json:"uors"`
	}
	Classifiche struct {
		Classifiche []station.Classifica `json:"classifiche"`
	}
	Titolari struct {
		Titolari []station.Titolario `json:"titolari"`
	}
	Imported struct {
		Added int `json:"added"`
	}
)

func (s *Server) referenceRoutes() {
	operation(s, http.MethodGet, "/api/correspondents", "correspondents", "Completa un mittente o un destinatario", accessDesk, s.correspondents)
	operation(s, http.MethodPost, "/api/correspondents", "importCorrespondents", "Importa un elenco (CSV)", accessDesk, s.importCorrespondents, longList)
	operation(s, http.MethodGet, "/api/subjects", "subjects", "Completa un oggetto", accessDesk, s.subjects)
	operation(s, http.MethodPost, "/api/subjects", "saveSubject", "Aggiunge un modello di oggetto", accessDesk, s.saveSubject)
	operation(s, http.MethodGet, "/api/uors", "uors", "Gli uffici", accessDesk, s.uors)
	operation(s, http.MethodPost, "/api/uors", "saveUOR", "Aggiunge o rinomina un ufficio", accessDesk, s.saveUOR)
	operation(s, http.MethodGet, "/api/classifiche", "classifiche", "Trova una classifica per codice o parole", accessDesk, s.classifiche)
	operation(s, http.MethodGet, "/api/titolari", "titolari", "Le versioni del titolario", accessDesk, s.titolari)
	operation(s, http.MethodPost, "/api/titolari", "importTitolario", "Importa una versione del titolario", accessDesk, s.importTitolario, longList)
}

func (s *Server) correspondents(ctx context.Context, id auth.Identity, in *completionInput) (*body[Correspondents], error) {
	list, err := s.Station.Correspondents(ctx, id.Actor, in.Text, completions)
	return answer(Correspondents{Correspondents: some(list)}, err)
}

func (s *Server) importCorrespondents(ctx context.Context, id auth.Identity, in *csvInput) (*body[Imported], error) {
	n, err := s.Station.ImportCorrespondents(ctx, id.Actor, strings.NewReader(in.Body.CSV))
	return answer(Imported{Added: n}, err)
}

func (s *Server) subjects(ctx context.Context, id auth.Identity, in *completionInput) (*body[Subjects], error) {
	list, err := s.Station.Subjects(ctx, id.Actor, in.Text, completions)
	return answer(Subjects{Subjects: some(list)}, err)
}

func (s *Server) saveSubject(ctx context.Context, id auth.Identity, in *subjectInput) (*none, error) {
	return &none{}, s.Station.SaveSubjectModel(ctx, id.Actor, in.Body.Subject)
}

func (s *Server) uors(ctx context.Context, id auth.Identity, _ *none) (*body[UORs], error) {
	list, err := s.Station.UORs(ctx, id.Actor)
	return answer(UORs{UORs: some(list)}, err)
}

func (s *Server) saveUOR(ctx context.Context, id auth.Identity, in *uorInput) (*none, error) {
	return &none{}, s.Station.SaveUOR(ctx, id.Actor, in.Body)
}

func (s *Server) classifiche(ctx context.Context, id auth.Identity, in *completionInput) (*body[Classifiche], error) {
	list, err := s.Station.FindClassifica(ctx, id.Actor, in.Text, completions)
	return answer(Classifiche{Classifiche: some(list)}, err)
}

func (s *Server) titolari(ctx context.Context, id auth.Identity, _ *none) (*body[Titolari], error) {
	list, err := s.Station.Titolari(ctx, id.Actor)
	return answer(Titolari{Titolari: some(list)}, err)
}

func (s *Server) importTitolario(ctx context.Context, id auth.Identity, in *titolarioInput) (*body[Imported], error) {
	n, err := s.Station.ImportTitolario(ctx, id.Actor, in.Body.Name, in.Body.ValidFrom, strings.NewReader(in.Body.CSV))
	return answer(Imported{Added: n}, err)
}

// some turns nil into an empty list: JSON's null is a list that nobody made.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
