package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type keepClosedInput struct {
	Body station.EnvelopeCommand
}

type deliverInsideInput struct {
	IDPath
	Body struct {
		Key    string `json:"key" minLength:"8" maxLength:"64"`
		Person string `json:"person" minLength:"1" maxLength:"120" doc:"A chi si consegna"`
		UOR    string `json:"uor,omitempty" maxLength:"40"`
		Note   string `json:"note,omitempty" maxLength:"400" doc:"Per la posta aperta: perché il Responsabile la fa consegnare con ricevuta"`
	}
}

type endDeliveryInput struct {
	IDPath
	Body struct {
		Outcome protocollo.InternalDeliveryOutcome `json:"outcome" enum:"firmata,non-consegnata"`
		Person  string                             `json:"person,omitempty" maxLength:"120" doc:"Chi ha firmato la copia"`
		Note    string                             `json:"note,omitempty" maxLength:"400"`
	}
}

func (s *Server) envelopeRoutes() {
	operation(s, http.MethodPost, "/api/envelopes", "keepClosed", "Una busta che resta chiusa, senza numero (002 artt. 67-68)", accessDesk, s.keepClosed)
	operation(s, http.MethodPost, "/api/records/{id}/inside", "deliverInside", "Consegna interna con ricevuta in duplice copia", accessDesk, s.deliverInside)
	operation(s, http.MethodPost, "/api/inside/{id}/end", "endInternalDelivery", "Come è finita una consegna interna", accessDesk, s.endInternalDelivery)
	operation(s, http.MethodGet, "/api/inside/{id}/receipt.pdf", "internalReceipt", "La ricevuta di una consegna interna, in duplice copia", accessDesk, s.internalReceipt, pdfAnswer)
}

func (s *Server) keepClosed(ctx context.Context, id auth.Identity, in *keepClosedInput) (*body[RecordView], error) {
	return s.anyRecord(ctx, id.Actor)(s.Station.KeepClosed(ctx, id.Actor, in.Body))
}

func (s *Server) deliverInside(ctx context.Context, id auth.Identity, in *deliverInsideInput) (*body[RecordView], error) {
	b := in.Body
	return s.anyRecord(ctx, id.Actor)(s.Station.DeliverInside(ctx, id.Actor, protocollo.InternalDelivery{IntakeID: in.ID, Key: b.Key, Person: b.Person, UOR: b.UOR, Note: b.Note}))
}

func (s *Server) endInternalDelivery(ctx context.Context, id auth.Identity, in *endDeliveryInput) (*body[RecordView], error) {
	b := in.Body
	return s.anyRecord(ctx, id.Actor)(s.Station.EndInternalDelivery(ctx, id.Actor, in.ID, protocollo.InternalDeliveryEnd{Outcome: b.Outcome, Person: b.Person, Note: b.Note}))
}

// anyRecord answers with a record, or with why there is none.
func (s *Server) anyRecord(ctx context.Context, actor protocollo.Actor) func(station.Record, error) (*body[RecordView], error) {
	return func(r station.Record, err error) (*body[RecordView], error) {
		if err != nil {
			return nil, err
		}
		return answer(s.openRecordView(ctx, actor, r), nil)
	}
}

func (s *Server) internalReceipt(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	data, err := s.Station.InternalReceipt(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.InternalReceipt(w, data) })
}
