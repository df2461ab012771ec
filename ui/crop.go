package ui

import (
	"context"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
)

type cropInput struct {
	IDPath
	X0 int `query:"x0" minimum:"0" doc:"Pixel del file, come la pagina sta nel file"`
	Y0 int `query:"y0" minimum:"0"`
	X1 int `query:"x1" required:"true" minimum:"1" doc:"Escluso"`
	Y1 int `query:"y1" required:"true" minimum:"1"`
}

func (s *Server) pageCrop(ctx context.Context, id auth.Identity, in *cropInput) (*file, error) {
	jpeg, err := s.Station.PageCrop(ctx, id.Actor, in.ID, protocollo.Box{X0: in.X0, Y0: in.Y0, X1: in.X1, Y1: in.Y1})
	if err != nil {
		return nil, err
	}
	return &file{ContentType: "image/jpeg", ContentDisposition: "inline", CacheControl: "private, no-store", Body: jpeg}, nil
}
