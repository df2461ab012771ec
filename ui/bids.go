package ui

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// deskCookie lets a browser freeze an instant while nobody is logged in there. It goes to one path only.
const (
	deskCookie = "segnatura_banco"
	freezePath = "/api/bids/handovers"
	deskPath   = freezePath + "/desk" // below it, so that the browser shows the token that it has
)

// HandoverView is a frozen instant with what it still wants.
type HandoverView struct {
	protocollo.Handover
	Code            string    `json:"code" doc:"Consegna n."`
	ReceivedAt      time.Time `json:"receivedAt"`
	NeedsAnnotation bool      `json:"needsAnnotation,omitempty" doc:"Il timbro è completo solo con un'annotazione a mano"`
}

// BidView is a plico.
type BidView struct {
	protocollo.Bid
	Handover HandoverView     `json:"handover"`
	Code     string           `json:"code" doc:"Plico n."`
	Holder   string           `json:"holder" doc:"Chi lo ha in custodia"`
	Gap      rules.CustodyGap `json:"gap,omitempty" enum:"unconfirmed,other-hands,undelivered,not-described" doc:"Che cosa impedisce di chiudere la gara"`
	// The letter, once there is one.
	Number     protocollo.Number `json:"number,omitempty"`
	NumberYear int               `json:"numberYear,omitempty"`
	Emergency  string            `json:"emergency,omitempty" doc:"es. n. 2/2026 R.E. 1/2026"`
	// Stamp is absent where the plico was received while no authority was named.
	Stamp *station.Stamp `json:"stamp,omitempty" doc:"La marca temporale sui dati della ricezione"`
}

// Tenders are the gare with the list of legal bases.
type Tenders struct {
	Tenders []protocollo.Tender `json:"tenders"`
	Bases   []rules.TenderBasis `json:"bases"`
}

// TenderView is a gara with its plichi, in the order of their reception, and their custody.
type TenderView struct {
	protocollo.Tender
	Versions  []protocollo.TenderVersion `json:"versions"`
	Waiting   []station.WaitingCount     `json:"waiting"`
	Bids      []BidView                  `json:"bids"`
	Transfers []protocollo.BidTransfer   `json:"transfers"`
	Closings  []protocollo.TenderClosing `json:"closings"`
	// What keeps it from being closed, besides gaps of custody.
	MayBelong  []BidView      `json:"mayBelong" doc:"Plichi arrivati in tempo, senza gara o non descritti"`
	Undeclared []HandoverView `json:"undeclared" doc:"Istanti prima del termine di cui nessuno ha detto quanti plichi"`
}

// Reception is what waits at the desk.
type Reception struct {
	Open       []HandoverView      `json:"open"`
	Recent     []HandoverView      `json:"recent"`
	Unassigned []BidView           `json:"unassigned"`
	Tenders    []protocollo.Tender `json:"tenders" doc:"Le gare aperte"`
}

type freezeInput struct {
	Body struct {
		Key string `json:"key" minLength:"8" maxLength:"80" doc:"Chiave della pressione: ripetuta, dà lo stesso istante"`
	}
}

type deskTokenInput struct {
	Have string `cookie:"segnatura_banco" maxLength:"80" doc:"Il permesso che il browser ha già: resta quello"`
}

type deskTokenOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

type declareInput struct {
	IDPath
	Body struct {
		Count  int    `json:"count" minimum:"0" maximum:"200"`
		Reason string `json:"reason,omitempty" maxLength:"400" doc:"Perché l'istante è senza plico"`
	}
}

type keyedNoteInput struct {
	IDPath
	Body struct {
		Key  string `json:"key" minLength:"8" maxLength:"80"`
		Note string `json:"note" maxLength:"1000"`
	}
}

type noteInput struct {
	IDPath
	Body struct {
		Note string `json:"note" maxLength:"1000"`
	}
}

type describeInput struct {
	IDPath
	Body struct {
		protocollo.BidDescription
		Version int    `json:"version" minimum:"0" doc:"La versione vista; 0: nessuna"`
		Reason  string `json:"reason,omitempty" maxLength:"400"`
	}
}

type registerBidInput struct {
	IDPath
	Body station.BidDetails
}

type bidEventInput struct {
	IDPath
	Body struct {
		Key     string                  `json:"key" minLength:"8" maxLength:"80"`
		Kind    protocollo.BidEventKind `json:"kind" enum:"withdrawn,replaced,opened,returned,custody,note"`
		Person  string                  `json:"person,omitempty" maxLength:"200"`
		Signed  bool                    `json:"signed,omitempty"`
		OtherID int64                   `json:"otherID,omitempty" minimum:"0"`
		Note    string                  `json:"note,omitempty" maxLength:"1000"`
	}
}

type printBidInput struct {
	IDPath
	Body struct {
		Printer string                   `json:"printer,omitempty"`
		Reason  protocollo.ReprintReason `json:"reason,omitempty" minimum:"0" maximum:"3" doc:"1 illeggibile, 2 inceppata, 3 smarrita"`
	}
}

type findBidInput struct {
	Code string `query:"code" maxLength:"120" doc:"Il codice letto, o «41/2026»"`
}

type tenderInput struct {
	Body struct {
		Key string `json:"key" minLength:"8" maxLength:"80"`
		protocollo.TenderTerms
	}
}

type amendInput struct {
	IDPath
	Body struct {
		protocollo.TenderTerms
		Version int    `json:"version" minimum:"1"`
		Reason  string `json:"reason" maxLength:"400"`
	}
}

type waitingInput struct {
	IDPath
	Body struct {
		Key   string `json:"key" minLength:"8" maxLength:"80"`
		Count int    `json:"count" minimum:"0" maximum:"10000"`
		Note  string `json:"note,omitempty" maxLength:"400"`
	}
}

type reopenInput struct {
	IDPath
	Body struct {
		ClosingID int64  `json:"closingID" minimum:"1" doc:"La chiusura che si ritira"`
		Reason    string `json:"reason" maxLength:"400"`
	}
}

type transferInput struct {
	IDPath
	Body struct {
		Key    string                 `json:"key" minLength:"8" maxLength:"80"`
		From   string                 `json:"from,omitempty" maxLength:"120" doc:"Vuoto: chi è collegato"`
		To     string                 `json:"to" maxLength:"120"`
		Place  string                 `json:"place" maxLength:"120"`
		Plichi []station.ScannedPlico `json:"plichi" maxItems:"500"`
	}
}

type takenInput struct {
	IDPath
	Body struct {
		OnPaper bool `json:"onPaper,omitempty" doc:"La firma è sulla distinta"`
	}
}

func (s *Server) bidRoutes() {
	operation(s, http.MethodPost, freezePath, "freezeInstant", "Il tasto: ferma l'istante di ricezione, anche a schermo bloccato (R20.1)", accessKey, s.freeze)
	operation(s, http.MethodPost, deskPath, "deskToken", "Abilita questo browser a fermare istanti anche dopo l'uscita", accessDesk, s.deskToken)
	operation(s, http.MethodGet, "/api/bids/reception", "bidReception", "Istanti in attesa del modulo e plichi da individuare", accessDesk, s.reception)
	operation(s, http.MethodPost, freezePath+"/{id}/declaration", "declareHandover", "Quanti plichi; 0 è «Istante senza plico»", accessDesk, s.declare)
	operation(s, http.MethodPost, freezePath+"/{id}/annotations", "annotateHandover", "Annotazione a mano accanto all'istante", accessDesk, s.annotate)
	operation(s, http.MethodGet, "/api/bids/plichi", "findBid", "Il plico di un codice", accessDesk, s.findBid)
	operation(s, http.MethodGet, "/api/bids/plichi/{id}", "bid", "Un plico", accessDesk, s.bid)
	operation(s, http.MethodPost, "/api/bids/plichi/{id}/description", "describeBid", "Che cosa si vede sulla busta chiusa; poi, con il motivo, rettifica", accessDesk, s.describeBid)
	operation(s, http.MethodPost, "/api/bids/plichi/{id}/registration", "registerBid", "Protocolla il plico, chiuso", accessDesk, s.registerBid)
	operation(s, http.MethodPost, "/api/bids/plichi/{id}/label", "printBidLabel", "Stampa l'etichetta della busta (L-16)", accessDesk, s.printBid)
	operation(s, http.MethodGet, "/api/bids/plichi/{id}/label.pdf", "bidLabelPDF", "L'etichetta della busta per una stampante comune", accessDesk, s.bidLabelPDF, pdfAnswer)
	operation(s, http.MethodGet, "/api/bids/plichi/{id}/timestamp.zip", "bidTimestamp", "La marca temporale sui dati della ricezione, con i dati, la catena e le istruzioni per verificarla (R14.4)",
		accessDesk, s.bidTimestamp, binaryAnswer("application/zip"))
	operation(s, http.MethodPost, "/api/bids/plichi/{id}/events", "bidEvent", "Ritiro, sostituzione, apertura per errore, restituzione, annotazioni", accessDesk, s.bidEvent)
	operation(s, http.MethodGet, "/api/tenders", "tenders", "Le gare e le basi giuridiche", accessDesk, s.tenders)
	operation(s, http.MethodPost, "/api/tenders", "enterTender", "Inserisce una gara", accessDesk, s.enterTender)
	operation(s, http.MethodGet, "/api/tenders/{id}", "tender", "Una gara con plichi e custodia", accessDesk, s.tender)
	operation(s, http.MethodPost, "/api/tenders/{id}/terms", "amendTender", "Cambia i dati di una gara, con il motivo", accessDesk, s.amendTender)
	operation(s, http.MethodPost, "/api/tenders/{id}/waiting", "countWaiting", "«Presenti in attesa alle ore del termine»", accessDesk, s.countWaiting)
	operation(s, http.MethodPost, "/api/tenders/{id}/closing", "closeTender", "Chiude la gara, se la custodia è senza interruzioni e nessun plico arrivato in tempo resta senza gara", accessDesk, s.closeTender)
	operation(s, http.MethodPost, "/api/tenders/{id}/reopening", "reopenTender", "Riapre una gara chiusa, con il motivo", accessDesk, s.reopenTender)
	operation(s, http.MethodPost, "/api/tenders/{id}/transfers", "handOver", "«Distinta di consegna»", accessDesk, s.handOver)
	operation(s, http.MethodPost, "/api/transfers/{id}/confirmation", "confirmTransfer", "La conferma di chi riceve", accessDesk, s.confirmTransfer)
}

// freeze serves a session, also a locked one, or a desk's token. Nothing of the request says when.
func (s *Server) freeze(ctx context.Context, id auth.Identity, in *freezeInput) (*body[HandoverView], error) {
	user := ""
	if id.May(protocollo.ActRegister) {
		if !id.Locked {
			user = id.User
		}
		return answer(s.frozen(ctx, id.AOO, id.Desk, user, in.Body.Key))
	}
	desk, ok := ctx.Value(deskKey{}).(station.DeskToken)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Forbidden, "register", "%s may freeze no instant", id.User)
	}
	return answer(s.frozen(ctx, desk.AOO, desk.Desk, user, in.Body.Key))
}

func (s *Server) frozen(ctx context.Context, aoo protocollo.AOOCode, desk, user, key string) (HandoverView, error) {
	h, err := s.Station.Freeze(ctx, aoo, desk, user, key)
	return handoverView(h), err
}

func (s *Server) deskToken(ctx context.Context, id auth.Identity, in *deskTokenInput) (*deskTokenOutput, error) {
	token, until, err := s.Station.NewDeskToken(ctx, id.Actor, in.Have)
	if err != nil {
		return nil, err
	}
	return &deskTokenOutput{http.Cookie{Name: deskCookie, Value: token, Path: freezePath, Expires: until, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteStrictMode}}, nil
}

func handoverView(h protocollo.Handover) HandoverView {
	h.Annotations = some(h.Annotations)
	return HandoverView{Handover: h, Code: h.Code(), ReceivedAt: h.Received(), NeedsAnnotation: rules.NeedsAnnotation(h)}
}

func handoverViews(list []protocollo.Handover) []HandoverView {
	out := make([]HandoverView, len(list))
	for i, h := range list {
		out[i] = handoverView(h)
	}
	return out
}

func (s *Server) bidView(ctx context.Context, a protocollo.Actor, b protocollo.Bid, err error) (BidView, error) {
	if err != nil {
		return BidView{}, err
	}
	list, err := s.bidViews(ctx, a, []protocollo.Bid{b})
	if err != nil {
		return BidView{}, err
	}
	return list[0], nil
}

// bidViews asks the station once for all of them.
func (s *Server) bidViews(ctx context.Context, a protocollo.Actor, list []protocollo.Bid) ([]BidView, error) {
	numbers, err := s.Station.BidNumbers(ctx, a, list)
	if err != nil {
		return nil, err
	}
	stamps, err := s.Station.BidStamps(ctx, a, list)
	if err != nil {
		return nil, err
	}
	out := make([]BidView, len(list))
	for i, b := range list {
		n := numbers[b.ID]
		b.Events, b.Custody = some(b.Events), some(b.Custody)
		out[i] = BidView{Bid: b, Handover: handoverView(b.Handover), Code: b.Code(), Holder: b.Holder(), Gap: rules.ClosingGap(b), Number: n.Number, NumberYear: n.Year, Emergency: n.Emergency,
			Stamp: stamps[b.ID]}
	}
	return out, nil
}

func (s *Server) reception(ctx context.Context, id auth.Identity, _ *none) (*body[Reception], error) {
	r, err := s.Station.Reception(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	out := Reception{Open: handoverViews(r.Open), Recent: handoverViews(r.Recent), Tenders: []protocollo.Tender{}}
	if out.Unassigned, err = s.bidViews(ctx, id.Actor, r.Unassigned); err != nil {
		return nil, err
	}
	all, err := s.Station.Tenders(ctx, id.Actor)
	for _, t := range all {
		if t.ClosedAt.IsZero() {
			out.Tenders = append(out.Tenders, t)
		}
	}
	return answer(out, err)
}

func (s *Server) declare(ctx context.Context, id auth.Identity, in *declareInput) (*body[[]BidView], error) {
	list, err := s.Station.DeclareHandover(ctx, id.Actor, in.ID, in.Body.Count, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return answer(s.bidViews(ctx, id.Actor, list))
}

func (s *Server) annotate(ctx context.Context, id auth.Identity, in *keyedNoteInput) (*none, error) {
	return &none{}, s.Station.AnnotateHandover(ctx, id.Actor, in.Body.Key, in.ID, in.Body.Note)
}

func (s *Server) findBid(ctx context.Context, id auth.Identity, in *findBidInput) (*body[BidView], error) {
	b, err := s.Station.FindBid(ctx, id.Actor, in.Code)
	return answer(s.bidView(ctx, id.Actor, b, err))
}

func (s *Server) bid(ctx context.Context, id auth.Identity, in *IDPath) (*body[BidView], error) {
	b, err := s.Station.Bid(ctx, id.Actor, in.ID)
	return answer(s.bidView(ctx, id.Actor, b, err))
}

func (s *Server) describeBid(ctx context.Context, id auth.Identity, in *describeInput) (*body[BidView], error) {
	b, err := s.Station.DescribeBid(ctx, id.Actor, in.ID, in.Body.Version, in.Body.BidDescription, in.Body.Reason)
	return answer(s.bidView(ctx, id.Actor, b, err))
}

func (s *Server) registerBid(ctx context.Context, id auth.Identity, in *registerBidInput) (*body[BidView], error) {
	if _, err := s.Station.RegisterBid(ctx, id.Actor, in.ID, in.Body); err != nil {
		return nil, err
	}
	b, err := s.Station.Bid(ctx, id.Actor, in.ID)
	return answer(s.bidView(ctx, id.Actor, b, err))
}

func (s *Server) printBid(ctx context.Context, id auth.Identity, in *printBidInput) (*body[station.BidPrint], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	return answer(s.Station.PrintBidLabel(ctx, id.Actor, in.ID, p.Printer, in.Body.Reason))
}

func (s *Server) bidLabelPDF(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	b, err := s.Station.BidLabel(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.LabelPDF(w, b) })
}

func (s *Server) bidTimestamp(ctx context.Context, id auth.Identity, in *IDPath) (*huma.StreamResponse, error) {
	b, err := s.Station.Bid(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := s.Station.ExportBidTimestamp(ctx, id.Actor, in.ID, &out); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("marca-plico-%d-%d.zip", b.Seq, b.Year)
	return streamed(&station.ArchivedFile{ReadSeekCloser: unsaved{bytes.NewReader(out.Bytes())}, MediaType: "application/zip", Name: name}, "attachment"), nil
}

func (s *Server) bidEvent(ctx context.Context, id auth.Identity, in *bidEventInput) (*body[BidView], error) {
	x := in.Body
	b, err := s.Station.RecordBidEvent(ctx, id.Actor, x.Key, protocollo.BidEvent{BidID: in.ID, Kind: x.Kind, Person: x.Person, Signed: x.Signed, OtherID: x.OtherID, Note: x.Note})
	return answer(s.bidView(ctx, id.Actor, b, err))
}

func (s *Server) tenders(ctx context.Context, id auth.Identity, _ *none) (*body[Tenders], error) {
	list, err := s.Station.Tenders(ctx, id.Actor)
	return answer(Tenders{Tenders: some(list), Bases: rules.TenderBases()}, err)
}

func (s *Server) enterTender(ctx context.Context, id auth.Identity, in *tenderInput) (*body[protocollo.Tender], error) {
	return answer(s.Station.EnterTender(ctx, id.Actor, in.Body.Key, in.Body.TenderTerms))
}

func (s *Server) tender(ctx context.Context, id auth.Identity, in *IDPath) (*body[TenderView], error) {
	t, err := s.Station.Tender(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	v := TenderView{Tender: t.Tender, Versions: some(t.Versions), Waiting: some(t.Waiting), Transfers: some(t.Transfers)}
	v.Closings, v.Undeclared = some(t.Closings), handoverViews(t.Undeclared)
	if v.Bids, err = s.bidViews(ctx, id.Actor, t.Bids); err != nil {
		return nil, err
	}
	v.MayBelong, err = s.bidViews(ctx, id.Actor, t.MayBelong)
	return answer(v, err)
}

func (s *Server) amendTender(ctx context.Context, id auth.Identity, in *amendInput) (*body[protocollo.Tender], error) {
	return answer(s.Station.AmendTender(ctx, id.Actor, in.ID, in.Body.Version, in.Body.TenderTerms, in.Body.Reason))
}

func (s *Server) countWaiting(ctx context.Context, id auth.Identity, in *waitingInput) (*none, error) {
	return &none{}, s.Station.CountWaiting(ctx, id.Actor, in.Body.Key, in.ID, in.Body.Count, in.Body.Note)
}

func (s *Server) closeTender(ctx context.Context, id auth.Identity, in *noteInput) (*none, error) {
	return &none{}, s.Station.CloseTender(ctx, id.Actor, in.ID, in.Body.Note)
}

func (s *Server) reopenTender(ctx context.Context, id auth.Identity, in *reopenInput) (*none, error) {
	return &none{}, s.Station.ReopenTender(ctx, id.Actor, in.ID, in.Body.ClosingID, in.Body.Reason)
}

func (s *Server) handOver(ctx context.Context, id auth.Identity, in *transferInput) (*body[protocollo.BidTransfer], error) {
	b := in.Body
	return answer(s.Station.HandOver(ctx, id.Actor, station.TransferCommand{Key: b.Key, TenderID: in.ID, From: b.From, To: b.To, Place: b.Place, Plichi: b.Plichi}))
}

func (s *Server) confirmTransfer(ctx context.Context, id auth.Identity, in *takenInput) (*body[protocollo.BidTransfer], error) {
	return answer(s.Station.ConfirmTransfer(ctx, id.Actor, in.ID, in.Body.OnPaper))
}
