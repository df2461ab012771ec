package ui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// TenderPapers renders what the desk and the ufficio gare print of plichi, as PDF/A.
type TenderPapers interface {
	TransferList(w io.Writer, l stamp.TransferList) error
	BidSheets(w io.Writer, b stamp.BidSheets) error
	BidReceipt(w io.Writer, r stamp.BidReceipt) error
}

type keyInput struct {
	IDPath
	Body struct {
		Key string `json:"key" minLength:"8" maxLength:"80" doc:"Chiave della richiesta: ripetuta, dà la stessa versione"`
	}
}

type tenderFileInput struct {
	IDPath
	Version int    `path:"version" minimum:"1"`
	Form    string `path:"form" enum:"dati.pdf,dati.csv,marca.zip"`
}

type prepareInput struct {
	Body struct {
		Key   string `json:"key" minLength:"8" maxLength:"80"`
		Count int    `json:"count" minimum:"1" maximum:"50"`
	}
}

type sheetsInput struct {
	Year int   `path:"year" minimum:"2000" maximum:"9999"`
	From int64 `query:"from" minimum:"1" required:"true"`
	To   int64 `query:"to" minimum:"1" required:"true"`
}

// sheetLineInput is a line of a «Foglio ricezione plichi» as it was written by hand.
type sheetLineInput struct {
	Body struct {
		Key string `json:"key" minLength:"8" maxLength:"80"`
		protocollo.HandoverSheet
		Count     int    `json:"count" minimum:"1" maximum:"200" doc:"Plichi"`
		TenderID  int64  `json:"tenderID,omitempty" minimum:"0" doc:"0: gara da individuare"`
		Sender    string `json:"sender,omitempty" maxLength:"200"`
		Note      string `json:"note,omitempty" maxLength:"400"`
		NoSeconds bool   `json:"noSeconds,omitempty" doc:"I secondi non sono scritti"`
	}
}

func (s *Server) tenderPaperRoutes() {
	operation(s, http.MethodGet, "/api/tenders/{id}/records", "tenderRecords", "Le versioni prodotte dei dati per il verbale, con le impronte (R5.6)", accessDesk, s.tenderRecords)
	operation(s, http.MethodPost, "/api/tenders/{id}/records", "produceTenderRecord", "Produce i dati per il verbale: ogni volta una versione in più", accessDesk, s.produceTenderRecord)
	operation(s, http.MethodGet, "/api/tenders/{id}/records/{version}/{form}", "tenderRecordFile", "Una versione, come PDF/A o CSV, o la sua marca temporale", accessDesk, s.tenderRecordFile,
		binaryAnswer("application/pdf", "text/csv", "application/zip"))
	operation(s, http.MethodGet, "/api/tenders/{id}/returns.pdf", "tenderReturns", "Elenco dei plichi da restituire a gara ultimata, in duplice copia (R20.4)", accessDesk, s.tenderReturns, pdfAnswer)
	operation(s, http.MethodGet, "/api/transfers/{id}/paper.pdf", "transferPaper", "La «Distinta di consegna» in duplice copia, da firmare (R20.4)", accessDesk, s.transferPaper, pdfAnswer)
	operation(s, http.MethodGet, freezePath+"/{id}/receipt.pdf", "bidReceipt", "Ricevuta dei plichi di una consegna (L-17)", accessDesk, s.bidReceipt, pdfAnswer)
	operation(s, http.MethodPost, freezePath+"/{id}/receipt", "printBidReceipt", "Stampa sull'etichetta la ricevuta dei plichi di una consegna (L-17)", accessDesk, s.printBidReceipt)
	operation(s, http.MethodGet, "/api/bids/sheets", "bidSheets", "I fogli ricezione plichi preparati, con le righe già trascritte", accessDesk, s.bidSheets)
	operation(s, http.MethodPost, "/api/bids/sheets", "prepareBidSheets", "Dà il numero a fogli ricezione plichi in bianco (R20.4)", accessDesk, s.prepareBidSheets)
	operation(s, http.MethodGet, "/api/bids/sheets/{year}/blank.pdf", "bidSheetsPDF", "Fogli ricezione plichi in bianco, da stampare", accessDesk, s.bidSheetsPDF, pdfAnswer)
	operation(s, http.MethodPost, "/api/bids/sheet", "typeSheetLine", "Trascrive una riga del «Foglio ricezione plichi»: «manuale»", accessDesk, s.typeSheetLine)
}

func (s *Server) tenderRecords(ctx context.Context, id auth.Identity, in *IDPath) (*body[[]station.TenderRecord], error) {
	list, err := s.Station.TenderRecords(ctx, id.Actor, in.ID)
	return answer(some(list), err)
}

func (s *Server) produceTenderRecord(ctx context.Context, id auth.Identity, in *keyInput) (*body[station.TenderRecord], error) {
	return answer(s.Station.ProduceTenderRecord(ctx, id.Actor, in.ID, in.Body.Key))
}

func (s *Server) tenderRecordFile(ctx context.Context, id auth.Identity, in *tenderFileInput) (*huma.StreamResponse, error) {
	name := fmt.Sprintf("gara-%d-versione-%d-%s", in.ID, in.Version, in.Form)
	if in.Form == "marca.zip" {
		var out bytes.Buffer
		if err := s.Station.ExportTenderTimestamp(ctx, id.Actor, in.ID, in.Version, &out); err != nil {
			return nil, err
		}
		return streamed(&station.ArchivedFile{ReadSeekCloser: unsaved{bytes.NewReader(out.Bytes())}, MediaType: "application/zip", Name: name}, "attachment"), nil
	}
	form := map[string]struct {
		format                 station.DailyFormat
		mediaType, disposition string
	}{"dati.pdf": {station.DailyPDF, "application/pdf", "inline"}, "dati.csv": {station.DailyCSV, csvType, "attachment"}}[in.Form]
	f, made, err := s.Station.OpenTenderRecord(ctx, id.Actor, in.ID, in.Version, form.format)
	if err != nil {
		return nil, err
	}
	return streamed(&station.ArchivedFile{ReadSeekCloser: f, MediaType: form.mediaType, Name: name, At: made.MadeAt}, form.disposition), nil
}

func (s *Server) tenderReturns(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	l, err := s.Station.ReturnPaper(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.TransferList(w, l) })
}

func (s *Server) transferPaper(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	l, err := s.Station.TransferPaper(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.TransferList(w, l) })
}

func (s *Server) bidReceipt(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	r, err := s.Station.BidReceipt(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.BidReceipt(w, r) })
}

func (s *Server) printBidReceipt(ctx context.Context, id auth.Identity, in *slipInput) (*body[station.TemporaryPrint], error) {
	return s.printSlip(ctx, id, in, s.Station.PrintBidReceipt)
}

func (s *Server) bidSheets(ctx context.Context, id auth.Identity, _ *none) (*body[[]station.BidSheet], error) {
	list, err := s.Station.BidSheets(ctx, id.Actor)
	return answer(some(list), err)
}

func (s *Server) prepareBidSheets(ctx context.Context, id auth.Identity, in *prepareInput) (*body[[]station.BidSheet], error) {
	return answer(s.Station.PrepareBidSheets(ctx, id.Actor, in.Body.Key, in.Body.Count))
}

func (s *Server) bidSheetsPDF(ctx context.Context, id auth.Identity, in *sheetsInput) (*file, error) {
	b, err := s.Station.BidSheetsPaper(ctx, id.Actor, in.Year, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.BidSheets(w, b) })
}

func (s *Server) typeSheetLine(ctx context.Context, id auth.Identity, in *sheetLineInput) (*body[HandoverView], error) {
	b := in.Body
	h, err := s.Station.TypeSheetLine(ctx, id.Actor, station.SheetLine{Key: b.Key, Sheet: b.HandoverSheet, Count: b.Count, TenderID: b.TenderID, Sender: b.Sender, Note: b.Note, NoSeconds: b.NoSeconds})
	return answer(handoverView(h), err)
}
