package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type splitInput struct {
	IDPath
	Body struct {
		Page int64 `json:"page" minimum:"1" doc:"La pagina con cui comincia l'altro documento"`
	}
}

type mergeInput struct {
	IDPath
	Body struct {
		Into int64 `json:"into" minimum:"1" doc:"Il documento a cui si aggiungono le pagine"`
	}
}

type moveInput struct {
	IDPath
	Body struct {
		Document int64 `json:"document" minimum:"0" doc:"Il documento di arrivo; 0 = uno nuovo"`
		Position int   `json:"position" minimum:"1" maximum:"10000" doc:"Il posto nel documento di arrivo, da 1"`
	}
}

type turnInput struct {
	IDPath
	Body struct {
		Degrees int `json:"degrees" enum:"90,180,270" doc:"In senso orario, rispetto a come sta"`
	}
}

type discardPageInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

type arrangeInput struct {
	Body struct {
		Documents []station.PageOrder `json:"documents" minItems:"1" maxItems:"1000"`
	}
}

func (s *Server) editRoutes() {
	operation(s, http.MethodPost, "/api/documents/{id}/split", "splitDocument", "Da qui comincia un altro documento", accessDesk, s.splitDocument)
	operation(s, http.MethodPost, "/api/documents/{id}/merge", "mergeDocument", "Unisce un documento a un altro", accessDesk, s.mergeDocument)
	operation(s, http.MethodPost, "/api/pages/{id}/move", "movePage", "Sposta una pagina, con il suo retro", accessDesk, s.movePage)
	operation(s, http.MethodPost, "/api/pages/{id}/turn", "turnPage", "Gira una pagina; l'immagine resta com'è", accessDesk, s.turnPage)
	operation(s, http.MethodPost, "/api/pages/{id}/discard", "discardPage", "Toglie una pagina e ne cancella l'immagine", accessDesk, s.discardPage)
	operation(s, http.MethodPost, "/api/pages/arrange", "arrangePages", "Rimette le pagine in quest'ordine, per annullare una modifica", accessDesk, s.arrangePages)
}

func (s *Server) splitDocument(ctx context.Context, id auth.Identity, in *splitInput) (*body[station.Edited], error) {
	return answer(s.Station.SplitDocument(ctx, id.Actor, in.ID, in.Body.Page))
}

func (s *Server) mergeDocument(ctx context.Context, id auth.Identity, in *mergeInput) (*body[station.Edited], error) {
	return answer(s.Station.MergeDocument(ctx, id.Actor, in.ID, in.Body.Into))
}

func (s *Server) movePage(ctx context.Context, id auth.Identity, in *moveInput) (*body[station.Edited], error) {
	return answer(s.Station.MovePage(ctx, id.Actor, in.ID, in.Body.Document, in.Body.Position))
}

func (s *Server) turnPage(ctx context.Context, id auth.Identity, in *turnInput) (*body[protocollo.Page], error) {
	return answer(s.Station.TurnPage(ctx, id.Actor, in.ID, in.Body.Degrees))
}

func (s *Server) discardPage(ctx context.Context, id auth.Identity, in *discardPageInput) (*body[station.Edited], error) {
	return answer(s.Station.DiscardPage(ctx, id.Actor, in.ID, in.Body.Reason))
}

func (s *Server) arrangePages(ctx context.Context, id auth.Identity, in *arrangeInput) (*body[station.Edited], error) {
	return answer(s.Station.ArrangePages(ctx, id.Actor, in.Body.Documents))
}
