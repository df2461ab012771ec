package ui

import (
	"context"
	"net/http"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Desk is what the one desk screen shows, whole: after a lost connection one request makes it right again.
type Desk struct {
	Delivery   *protocollo.Delivery  `json:"delivery,omitempty" doc:"«Arrivo posta» aperto"`
	Drafts     []station.ParkedDraft `json:"drafts"`
	Batches    []StripBatch          `json:"batches"`
	Exceptions []ExceptionView       `json:"exceptions"`
	Labels     []PrintView           `json:"labels" doc:"Etichette da stampare o di esito incerto"`
	Status     Status                `json:"status"`
}

// Status is the fixed bar, in codes; the page words them.
type Status struct {
	Scanners []ScannerView  `json:"scanners"`
	Printers []PrinterView  `json:"printers"`
	Folders  []FolderView   `json:"folders"`
	Profiles []ProfileView  `json:"profiles"`
	Central  station.Health `json:"central"`
	Counts   station.Counts `json:"counts"`
	Stops    []station.Stop `json:"stops"`
	// Alarms is how many nobody has seen yet; 0 for who is not to see them.
	Alarms int `json:"alarms,omitempty"`
	// Works are under way without anybody's doing: archives that are made, texts that are recognised.
	Works []station.Progress `json:"works"`
	// Seq is the live feed's latest number: events after it are news.
	Seq uint64 `json:"seq"`
	// Now is the station's time: the days of its registers are not a browser's.
	Now time.Time `json:"now"`
}

func (s *Server) deskRoutes() {
	operation(s, http.MethodGet, "/api/desk", "desk", "La scrivania", accessDesk, s.desk)
	operation(s, http.MethodGet, "/api/status", "status", "La barra di stato", accessDesk, s.status)
}

func (s *Server) desk(ctx context.Context, id auth.Identity, _ *none) (*body[Desk], error) {
	// The feed's number is read first: what changes meanwhile comes again as an event, and nothing is missed.
	st, err := s.statusOf(ctx, id)
	if err != nil {
		return nil, err
	}
	d := Desk{Status: st}
	if d.Delivery, err = s.Station.CurrentDelivery(ctx, id.Actor); err != nil {
		return nil, err
	}
	if d.Drafts, err = s.Station.Drafts(ctx, id.Actor); err != nil {
		return nil, err
	}
	batches, err := s.Station.ActiveBatches(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	if d.Batches, err = s.stripBatches(ctx, id.Actor, batches); err != nil {
		return nil, err
	}
	d.Drafts, d.Batches = some(d.Drafts), some(d.Batches)
	if d.Exceptions, err = s.exceptionViews(ctx, id.Actor); err != nil {
		return nil, err
	}
	if d.Labels, err = s.printViews(ctx, id.Actor); err != nil {
		return nil, err
	}
	return answer(d, nil)
}

func (s *Server) status(ctx context.Context, id auth.Identity, _ *none) (*body[Status], error) {
	return answer(s.statusOf(ctx, id))
}

func (s *Server) statusOf(ctx context.Context, id auth.Identity) (Status, error) {
	st := Status{
		Seq: s.Hub.Seq(), Now: s.Auth.Clock(), Scanners: s.scannerViews(), Printers: s.printerDeviceViews(), Folders: s.folderViews(), Stops: []station.Stop{},
	}
	st.Central, st.Works = s.Station.Health(), s.Station.Works(id.Actor)
	var err error
	if st.Counts, err = s.Station.Counts(ctx, id.Actor); err != nil {
		return st, err
	}
	if st.Alarms, err = s.Station.UnseenAlarms(ctx, id.Actor); err != nil {
		return st, err
	}
	if st.Profiles, err = s.profileViews(ctx, id.Actor); err != nil {
		return st, err
	}
	stops, err := s.Station.Stops(ctx, id.Actor)
	st.Stops = append(st.Stops, stops...)
	return st, err
}
