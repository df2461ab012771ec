package ui

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"segnatura/internal/auth"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// RecipientList is a list of recipients as it was read; nothing of it is stored.
type RecipientList struct {
	station.RecipientList
	Faults []RecipientFault `json:"faults"`
}

// RecipientFault is a row's; Of is the letter that has the code already.
type RecipientFault struct {
	station.RecipientFault
	Of *Candidate `json:"of,omitempty"`
}

func (s *Server) outgoingRoutes() {
	operation(s, http.MethodPost, "/api/recipients", "readRecipients", "Legge un elenco di destinatari (CSV), da guardare prima di prenderlo (art. 58)", accessDesk, s.readRecipients, longList)
	operation(s, http.MethodGet, "/api/registrations/{id}/recipients.pdf", "recipientsList", "L'elenco dei destinatari, per la minuta", accessDesk, s.recipientsPDF, pdfAnswer)
	operation(s, http.MethodGet, "/api/registrations/{id}/recipients.csv", "recipientsListCSV", "L'elenco dei destinatari come tabella", accessDesk, s.recipientsCSV, binaryAnswer("text/csv"))
	operation(s, http.MethodGet, "/api/endofday/spedizione.pdf", "postingList", "«Distinta di spedizione» (R16.7)", accessDesk, s.postingPDF, pdfAnswer)
	operation(s, http.MethodGet, "/api/endofday/spedizione.csv", "postingListCSV", "«Distinta di spedizione» come tabella", accessDesk, s.postingCSV, binaryAnswer("text/csv"))
}

func (s *Server) readRecipients(ctx context.Context, id auth.Identity, in *csvInput) (*body[RecipientList], error) {
	l, err := s.Station.ReadRecipients(ctx, id.Actor, strings.NewReader(in.Body.CSV))
	out := RecipientList{RecipientList: l, Faults: []RecipientFault{}}
	for _, f := range l.Faults {
		one := RecipientFault{RecipientFault: f}
		if f.Of != nil {
			of := candidate(*f.Of)
			one.Of = &of
		}
		out.Faults = append(out.Faults, one)
	}
	return answer(out, err)
}

func (s *Server) recipientsPDF(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	l, err := s.Station.RecipientsList(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.PostingList(w, l) })
}

func (s *Server) recipientsCSV(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	l, err := s.Station.RecipientsList(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return postingFile(l, "destinatari.csv")
}

func (s *Server) postingPDF(ctx context.Context, id auth.Identity, in *dayInput) (*file, error) {
	l, err := s.Station.PostingList(ctx, id.Actor, in.Day)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.PostingList(w, l) })
}

func (s *Server) postingCSV(ctx context.Context, id auth.Identity, in *dayInput) (*file, error) {
	l, err := s.Station.PostingList(ctx, id.Actor, in.Day)
	if err != nil {
		return nil, err
	}
	return postingFile(l, "distinta-di-spedizione.csv")
}

// postingFile writes a list for a spreadsheet, as [sortingTable] does; its columns are read back by [station.Station.ReadRecipients].
func postingFile(l stamp.PostingList, name string) (*file, error) {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	rows := [][]string{{"mezzo", "n.", "protocollo", "data", "destinatario", "indirizzo", "raccomandata", "variabili", "per conoscenza"}}
	for _, g := range l.Groups {
		for n, i := range g.Items {
			knowledge := ""
			if i.ForKnowledge {
				knowledge = "sì"
			}
			rows = append(rows, []string{g.Means, strconv.Itoa(n + 1), i.Number, i.Day, i.To, i.Address, i.Raccomandata, i.Variable, knowledge})
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = plainCell(cell)
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write the list as a table: %w", err)
	}
	return &file{ContentType: csvType, ContentDisposition: `attachment; filename="` + name + `"`, CacheControl: "no-store", Body: b.Bytes()}, nil
}
