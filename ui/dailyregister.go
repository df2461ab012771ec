package ui

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type dailyListInput struct {
	Before protocollo.Day `query:"before" doc:"Solo i giorni prima di questo; vuoto: dal più recente"`
	Limit  int            `query:"limit" minimum:"0" maximum:"500"`
}

type dailyInput struct {
	Day protocollo.Day `path:"day" doc:"AAAA-MM-GG"`
}

func (s *Server) dailyRoutes() {
	operation(s, http.MethodGet, "/api/days", "dailyRegisters", "I registri giornalieri con le loro impronte (R12.1)", accessDesk, s.dailyRegisters)
	operation(s, http.MethodGet, "/api/days/{day}/register.pdf", "dailyRegisterPDF", "Registro giornaliero di protocollo", accessDesk, s.dailyPDF, pdfAnswer)
	operation(s, http.MethodGet, "/api/days/{day}/register.csv", "dailyRegisterCSV", "Registro giornaliero come tabella", accessDesk, s.dailyCSV, binaryAnswer("text/csv"))
}

func (s *Server) dailyRegisters(ctx context.Context, id auth.Identity, in *dailyListInput) (*body[[]station.DailyRegister], error) {
	list, err := s.Station.DailyRegisters(ctx, id.Actor, in.Before, in.Limit)
	if err == nil && list == nil {
		list = []station.DailyRegister{}
	}
	return answer(list, err)
}

func (s *Server) dailyPDF(ctx context.Context, id auth.Identity, in *dailyInput) (*huma.StreamResponse, error) {
	return s.daily(ctx, id, in.Day, station.DailyPDF, "application/pdf", "inline")
}

func (s *Server) dailyCSV(ctx context.Context, id auth.Identity, in *dailyInput) (*huma.StreamResponse, error) {
	return s.daily(ctx, id, in.Day, station.DailyCSV, csvType, "attachment")
}

func (s *Server) daily(ctx context.Context, id auth.Identity, day protocollo.Day, format station.DailyFormat, mediaType, disposition string) (*huma.StreamResponse, error) {
	f, made, err := s.Station.OpenDailyRegister(ctx, id.Actor, day, format)
	if err != nil {
		return nil, err
	}
	return streamed(&station.ArchivedFile{ReadSeekCloser: f, MediaType: mediaType, Name: "registro-giornaliero-" + string(day) + "." + string(format), At: made.MadeAt}, disposition), nil
}
