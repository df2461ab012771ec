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

type changeRoadInput struct {
	IDPath
	Body station.ChangeRoadCommand
}

type replaceSignedInput struct {
	IDPath
	Body struct {
		FileName  string `json:"fileName" maxLength:"200"`
		MediaType string `json:"mediaType" maxLength:"80"`
		Content   []byte `json:"content"`
		Reason    string `json:"reason" minLength:"1" maxLength:"400"`
	}
}

type signedFileInput struct {
	IDPath
	Save bool `query:"scarica" doc:"Da salvare, non da mostrare"`
}

type emergencyYearBody struct {
	Body station.YearCommand
}

func (s *Server) emergencyAfterRoutes() {
	operation(s, http.MethodGet, "/api/emergency/registers/{id}/road", "emergencyRoad", "Per quale via arrivano i numeri ordinari, e che cosa impedisce di cambiarla", accessDesk, s.emergencyRoad)
	operation(s, http.MethodPost, "/api/emergency/registers/{id}/road", "changeEmergencyRoad", "Cambia la via dei numeri ordinari di un registro", accessDesk, s.changeEmergencyRoad)
	operation(s, http.MethodGet, "/api/emergency/signatures/{id}/file", "signedAct", "Un atto firmato, come è tornato", accessDesk, s.signedAct, signedAnswer)
	operation(s, http.MethodPost, "/api/emergency/signatures/{id}/replacement", "replaceSignedAct", "Sostituisce un atto firmato, che resta nella storia", accessDesk, s.replaceSignedAct, longList)
	operation(s, http.MethodPost, "/api/emergency/years", "setUpEmergencyYear", "Predispone il registro di emergenza di un anno", accessDesk, s.setUpEmergencyYear)
}

func (s *Server) emergencyRoad(ctx context.Context, id auth.Identity, in *IDPath) (*body[station.RoadState], error) {
	st, err := s.Station.EmergencyRoad(ctx, id.Actor, in.ID)
	st.Past, st.Doubts = some(st.Past), some(st.Doubts)
	return answer(st, err)
}

func (s *Server) changeEmergencyRoad(ctx context.Context, id auth.Identity, in *changeRoadInput) (*body[protocollo.EmergencyRegister], error) {
	return answer(s.Station.ChangeEmergencyRoad(ctx, id.Actor, in.ID, in.Body))
}

func (s *Server) signedAct(ctx context.Context, id auth.Identity, in *signedFileInput) (*huma.StreamResponse, error) {
	f, g, err := s.Station.OpenSignedAct(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return signedStream(&station.ArchivedFile{ReadSeekCloser: f, MediaType: g.MediaType, Name: "atto-firmato-" + g.SHA256[:8], At: g.At}, in.Save), nil
}

// signedAnswer says what a signed paper may be.
func signedAnswer(op *huma.Operation) {
	binaryAnswer("application/pdf", "application/pkcs7-mime", "image/jpeg", "image/png", "image/tiff")(op)
}

// signedStream sends a signed paper as it came back, its name ended as its kind demands: to be shown where a browser can, unless it is to be saved.
func signedStream(f *station.ArchivedFile, save bool) *huma.StreamResponse {
	disposition, show := "attachment", map[string]bool{"application/pdf": true, "image/jpeg": true, "image/png": true}
	if show[f.MediaType] && !save {
		disposition = "inline"
	}
	f.Name += signedEndings[f.MediaType]
	return streamed(f, disposition)
}

// signedEndings are how the names of signed papers end.
var signedEndings = map[string]string{"application/pdf": ".pdf", "application/pkcs7-mime": ".p7m", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif"}

func (s *Server) replaceSignedAct(ctx context.Context, id auth.Identity, in *replaceSignedInput) (*body[protocollo.EmergencySignature], error) {
	b := in.Body
	return answer(s.Station.ReplaceSignedAct(ctx, id.Actor, in.ID, station.SignedAct{FileName: b.FileName, MediaType: b.MediaType, Content: bytes.NewReader(b.Content)}, b.Reason))
}

func (s *Server) setUpEmergencyYear(ctx context.Context, id auth.Identity, in *emergencyYearBody) (*body[protocollo.EmergencyYear], error) {
	return answer(s.Station.SetUpEmergencyYear(ctx, id.Actor, in.Body))
}
