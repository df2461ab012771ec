package ui

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type signedDailyInput struct {
	Day  protocollo.Day `path:"day" doc:"AAAA-MM-GG"`
	Body struct {
		FileName  string `json:"fileName" maxLength:"200"`
		MediaType string `json:"mediaType" maxLength:"80"`
		Content   []byte `json:"content"`
	}
}

func (s *Server) dailySignedRoutes() {
	operation(s, http.MethodPost, "/api/days/{day}/signed", "keepSignedDaily", "Conserva una copia del registro di un giorno tornata firmata (R12.3)", accessDesk, s.keepSignedDaily, longList)
	operation(s, http.MethodGet, "/api/day-copies/{id}/file", "signedDaily", "Una copia firmata del registro di un giorno, come è tornata", accessDesk, s.signedDaily, signedAnswer)
}

func (s *Server) keepSignedDaily(ctx context.Context, id auth.Identity, in *signedDailyInput) (*body[station.DailyCopy], error) {
	b := in.Body
	return answer(s.Station.KeepSignedDaily(ctx, id.Actor, in.Day, station.SignedDaily{FileName: b.FileName, MediaType: b.MediaType, Content: bytes.NewReader(b.Content)}))
}

func (s *Server) signedDaily(ctx context.Context, id auth.Identity, in *signedFileInput) (*huma.StreamResponse, error) {
	f, c, err := s.Station.OpenSignedDaily(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	name := "registro-giornaliero-" + string(c.Day) + "-firmato-" + c.SHA256[:8]
	return signedStream(&station.ArchivedFile{ReadSeekCloser: f, MediaType: c.MediaType, Name: name, At: c.At}, in.Save), nil
}
