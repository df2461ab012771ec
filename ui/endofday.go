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
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

type dayInput struct {
	Day protocollo.Day `query:"day" doc:"Vuoto: oggi"`
}

type sortingInput struct {
	Day protocollo.Day `query:"day" doc:"Vuoto: oggi"`
	UOR string         `query:"uor" maxLength:"40" doc:"Vuoto: tutti gli uffici"`
}

// EndOfDay is «Fine giornata» as the screen shows it (R19.7).
type EndOfDay struct {
	station.EndOfDay
	Unscanned  DayList `json:"unscanned"`
	Unjoined   DayList `json:"unjoined"`
	Unanswered DayList `json:"unanswered"`
	Unnumbered DayList `json:"unnumbered"`
	ToConfirm  DayList `json:"toConfirm"`
	Unfinished DayList `json:"unfinished"`
	Postponed  DayList `json:"postponed"`
	Inside     DayList `json:"inside"`
	GoingBack  DayList `json:"goingBack"`
	Excluded   DayList `json:"excluded"`
	// Unregistered was left out of the register.
	Unregistered DayList `json:"unregistered"`
	ByHand       DayList `json:"byHand"`
}

// DayList is one of its lists; Total counts all where Items are only the first.
type DayList struct {
	Total int       `json:"total"`
	Items []DayItem `json:"items"`
}

// DayItem is one thing of a list; Of is absent for what is of no registration.
type DayItem struct {
	station.DayItem
	Of         *Candidate     `json:"of,omitempty"`
	IntakeCode string         `json:"intakeCode,omitempty" doc:"Ricezione n."`
	Day        protocollo.Day `json:"day,omitempty" doc:"Di registrazione, o di arrivo dove manca il numero"`
}

func (s *Server) endOfDayRoutes() {
	operation(s, http.MethodGet, "/api/endofday", "endOfDay", "«Fine giornata»: che cosa è rimasto aperto (R19.7)", accessDesk, s.endOfDay)
	operation(s, http.MethodGet, "/api/endofday/distinta.pdf", "sortingList", "«Distinta di smistamento» per ufficio", accessDesk, s.sortingPDF, pdfAnswer)
	operation(s, http.MethodGet, "/api/endofday/distinta.csv", "sortingListCSV", "«Distinta di smistamento» come tabella", accessDesk, s.sortingCSV, binaryAnswer("text/csv"))
}

func (s *Server) endOfDay(ctx context.Context, id auth.Identity, in *dayInput) (*body[EndOfDay], error) {
	e, err := s.Station.EndOfDay(ctx, id.Actor, in.Day)
	if err != nil {
		return nil, err
	}
	return answer(EndOfDay{
		EndOfDay: e, Unscanned: dayList(e.Unscanned), Unjoined: dayList(e.Unjoined), Unanswered: dayList(e.Unanswered), Unnumbered: dayList(e.Unnumbered),
		ToConfirm: dayList(e.ToConfirm), Unfinished: dayList(e.Unfinished), Postponed: dayList(e.Postponed), Inside: dayList(e.Inside), GoingBack: dayList(e.GoingBack), Unregistered: dayList(e.Unregistered), Excluded: dayList(e.Excluded), ByHand: dayList(e.ByHand),
	}, nil)
}

func dayList(l station.DayList) DayList {
	out := DayList{Total: l.Total, Items: []DayItem{}}
	for _, i := range l.Items {
		item := DayItem{DayItem: i}
		if r := i.Record; r != nil {
			of := candidate(*r)
			item.Of, item.IntakeCode, item.Day = &of, r.Intake.Code(), r.Intake.ArrivalDay
			if r.Registration != nil {
				item.Day = r.Registration.Day
			}
		}
		out.Items = append(out.Items, item)
	}
	return out
}

func (s *Server) sortingPDF(ctx context.Context, id auth.Identity, in *sortingInput) (*file, error) {
	l, err := s.Station.SortingList(ctx, id.Actor, in.Day, in.UOR)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.SortingList(w, l) })
}

const csvType = "text/csv; charset=utf-8"

func (s *Server) sortingCSV(ctx context.Context, id auth.Identity, in *sortingInput) (*file, error) {
	l, err := s.Station.SortingList(ctx, id.Actor, in.Day, in.UOR)
	if err != nil {
		return nil, err
	}
	b, err := sortingTable(l)
	if err != nil {
		return nil, fmt.Errorf("write the list as a table: %w", err)
	}
	return &file{ContentType: csvType, ContentDisposition: `attachment; filename="distinta-di-smistamento.csv"`, CacheControl: "no-store", Body: b}, nil
}

// sortingTable writes a list for a spreadsheet: semicolons and a byte-order mark, as those of an Italian office expect.
func sortingTable(l stamp.SortingList) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	rows := [][]string{{"ufficio", "denominazione", "protocollo", "data", "mittente", "oggetto", "allegati"}}
	for _, o := range l.Offices {
		for _, i := range o.Items {
			rows = append(rows, []string{o.Code, o.Name, i.Number, i.Day, i.From, i.Subject, strconv.Itoa(i.Attachments)})
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = plainCell(cell)
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// plainCell keeps a spreadsheet from taking what a stranger wrote for a formula.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
