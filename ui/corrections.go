package ui

import (
	"context"
	"errors"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Corrections is one page of requests, newest first.
type Corrections struct {
	Corrections []CorrectionView `json:"corrections"`
}

// CorrectionView is a request to correct or annul, with its letter and what the caller may answer now.
type CorrectionView struct {
	protocollo.Correction
	State   protocollo.CorrectionState       `json:"state" enum:"asked,withdrawn,refused,answered,requested,unknown,rejected,by-hand,done,abandoned,moot"`
	Road    station.CorrectionRoad           `json:"road" enum:"here,call,by-hand" doc:"Chi la esegue: la stazione, il centro per chiamata, una persona sul protocollo centrale"`
	Choices []station.CorrectionAnswerChoice `json:"choices" enum:"authorise,refuse,withdraw,again,done,abandon"`
	Of      Candidate                        `json:"of"`
	Linked  *Candidate                       `json:"linked,omitempty" doc:"La registrazione collegata, se chi legge la vede"`
	Day     protocollo.Day                   `json:"day" doc:"Data della registrazione"`
}

type correctionsInput struct {
	Intake int64 `query:"ricezione" minimum:"0" doc:"Solo quelle di una ricezione, per chi la vede"`
	Open   bool  `query:"aperte" doc:"Senza quelle concluse"`
	Before int64 `query:"prima" minimum:"0"`
}

type correctionAsk struct {
	IDPath
	Body struct {
		Key       string                                     `json:"key" minLength:"1" maxLength:"100"`
		Kind      protocollo.CorrectionKind                  `json:"kind" enum:"fields,annulment,return"`
		Cause     protocollo.CorrectionCause                 `json:"cause,omitempty" enum:"mistake,wrong-recipient,twice"`
		LinkedID  int64                                      `json:"linkedID,omitempty" minimum:"0" doc:"La registrazione collegata al caso"`
		AnswersID int64                                      `json:"answersID,omitempty" minimum:"0" doc:"Il rinvio a cui risponde"`
		Values    map[protocollo.Field]protocollo.FieldValue `json:"values,omitempty" doc:"I valori giusti, per campo"`
		Reason    string                                     `json:"reason,omitempty" maxLength:"2000"`
		Authorise bool                                       `json:"authorise,omitempty" doc:"Il Responsabile autorizza con la richiesta stessa"`
		ActNumber string                                     `json:"actNumber,omitempty" maxLength:"80"`
		ActDay    protocollo.Day                             `json:"actDay,omitempty"`
	}
}

type correctionAnswer struct {
	IDPath
	Body struct {
		Choice    station.CorrectionAnswerChoice `json:"choice" enum:"authorise,refuse,withdraw,again,done,abandon"`
		Reason    string                         `json:"reason,omitempty" maxLength:"2000" doc:"Perché, o che cosa è stato fatto o visto sul protocollo"`
		ActNumber string                         `json:"actNumber,omitempty" maxLength:"80"`
		ActDay    protocollo.Day                 `json:"actDay,omitempty"`
	}
}

func (s *Server) correctionRoutes() {
	operation(s, http.MethodGet, "/api/corrections", "corrections", "«Rettifiche e annullamenti»: tutte per chi decide, per gli altri le proprie e quelle che aspettano lo sportello",
		accessDesk, s.corrections)
	operation(s, http.MethodPost, "/api/registrations/{id}/corrections", "requestCorrection", "Chiede una rettifica o un annullamento, o rinvia la lettera allo sportello (art. 54 DPR 445/2000)",
		accessDesk, s.requestCorrection)
	operation(s, http.MethodPost, "/api/corrections/{id}/decision", "answerCorrection", "Autorizza, rifiuta, ritira; richiede di nuovo al centro, dice che è fatta, rinuncia", accessDesk, s.answerCorrection)
}

func (s *Server) correctionView(ctx context.Context, id auth.Identity, v station.CorrectionView) (CorrectionView, error) {
	out := CorrectionView{Correction: v.Correction, State: v.State, Road: v.Road, Choices: some(v.Choices), Of: candidate(v.Record)}
	out.Changes = some(out.Changes)
	if r := v.Record.Registration; r != nil {
		out.Day = r.Day
	}
	if v.LinkedID == 0 {
		return out, nil
	}
	linked, err := s.Station.Registration(ctx, id.Actor, v.LinkedID)
	if errors.Is(err, protocollo.NotFound) {
		return out, nil // not this reader's to see
	}
	if err != nil {
		return out, err
	}
	c := candidate(linked)
	out.Linked = &c
	return out, nil
}

func (s *Server) corrections(ctx context.Context, id auth.Identity, in *correctionsInput) (*body[Corrections], error) {
	list, err := s.Station.Corrections(ctx, id.Actor, in.Intake, in.Open, in.Before)
	if err != nil {
		return nil, err
	}
	out := Corrections{Corrections: []CorrectionView{}}
	for _, v := range list {
		one, err := s.correctionView(ctx, id, v)
		if err != nil {
			return nil, err
		}
		out.Corrections = append(out.Corrections, one)
	}
	return answer(out, nil)
}

func (s *Server) requestCorrection(ctx context.Context, id auth.Identity, in *correctionAsk) (*body[CorrectionView], error) {
	b := in.Body
	if b.Cause == "" {
		b.Cause = protocollo.CauseMistake
	}
	v, err := s.Station.RequestCorrection(ctx, id.Actor, station.CorrectionAsk{
		Key: b.Key, RegistrationID: in.ID, Kind: b.Kind, Cause: b.Cause, LinkedID: b.LinkedID, AnswersID: b.AnswersID, Wished: b.Values, Reason: b.Reason,
		Authorise: b.Authorise, ActNumber: b.ActNumber, ActDay: b.ActDay,
	})
	if err != nil {
		return nil, err
	}
	return answer(s.correctionView(ctx, id, v))
}

func (s *Server) answerCorrection(ctx context.Context, id auth.Identity, in *correctionAnswer) (*body[CorrectionView], error) {
	b := in.Body
	v, err := s.Station.AnswerCorrection(ctx, id.Actor, in.ID, station.CorrectionAnswer{Choice: b.Choice, Reason: b.Reason, ActNumber: b.ActNumber, ActDay: b.ActDay})
	if err != nil {
		return nil, err
	}
	return answer(s.correctionView(ctx, id, v))
}
