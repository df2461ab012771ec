package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// PrinterProfile is a printer on the screen «Stampanti»: what the settings file says of it, what it says of itself, and what was kept.
type PrinterProfile struct {
	PrinterView
	Kept   station.PrinterSettings `json:"kept"`
	Places int                     `json:"places,omitempty" doc:"Quante etichette ha un foglio"`
}

// PrinterProfiles lists printers.
type PrinterProfiles struct {
	Printers []PrinterProfile `json:"printers"`
}

// PrinterPath names a printer by its id in the settings file.
type PrinterPath struct {
	ID string `path:"id" maxLength:"100"`
}

type keepPrinterInput struct {
	PrinterPath
	Body station.PrinterSettings
}

type testPrintInput struct {
	PrinterPath
	Body struct {
		// Offset is tried and not kept.
		Offset *stamp.Offset `json:"offset,omitempty"`
	}
}

// TestPrint is what is known of a test label.
type TestPrint struct {
	Outcome   stamp.Outcome   `json:"outcome" enum:"printed,unknown,failed"`
	Condition stamp.Condition `json:"condition,omitempty"`
}

func (s *Server) printerRoutes() {
	operation(s, http.MethodGet, "/api/printers", "printers", "Le stampanti di etichette e che cosa se ne tiene", accessDesk, s.printerProfiles)
	operation(s, http.MethodPut, "/api/printers/{id}", "keepPrinter", "Tiene lo spostamento della stampa e il prossimo posto sul foglio", accessDesk, s.keepPrinter)
	operation(s, http.MethodPost, "/api/printers/{id}/test", "testPrint", "Stampa un'etichetta di prova, senza valore", accessDesk, s.testPrint)
}

func (s *Server) printerProfiles(ctx context.Context, id auth.Identity, _ *none) (*body[PrinterProfiles], error) {
	kept, err := s.Station.PrinterSettings(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	out := PrinterProfiles{Printers: []PrinterProfile{}}
	for _, v := range s.printerDeviceViews() {
		p := PrinterProfile{PrinterView: v, Kept: kept[v.ID]}
		if l, ok := stamp.SheetLayoutNamed(v.Sheet); ok {
			p.Places = l.Places()
		}
		out.Printers = append(out.Printers, p)
	}
	return answer(out, nil)
}

// printerOf finds a printer by the id in a path, which names exactly one.
func (s *Server) printerOf(id string) (LabelPrinter, error) {
	p, ok := s.printerNamed(id)
	if !ok || id == "" {
		return p, protocollo.Errorf(protocollo.NotFound, "no-printer", "no label printer %q is configured", id)
	}
	return p, nil
}

func (s *Server) keepPrinter(ctx context.Context, id auth.Identity, in *keepPrinterInput) (*none, error) {
	p, err := s.printerOf(in.ID)
	if err != nil {
		return nil, err
	}
	l, hasSheet := stamp.SheetLayoutNamed(p.Sheet)
	if in.Body.NextPlace > l.Places() || in.Body.NextPlace > 0 && !hasSheet {
		return nil, protocollo.Errorf(protocollo.Invalid, "sheet-place", "place %d of sheet %q", in.Body.NextPlace, p.Sheet)
	}
	return &none{}, s.Station.KeepPrinter(ctx, id.Actor, in.ID, in.Body)
}

func (s *Server) testPrint(ctx context.Context, id auth.Identity, in *testPrintInput) (*body[TestPrint], error) {
	p, err := s.printerOf(in.ID)
	if err != nil {
		return nil, err
	}
	defer s.askSoon()
	r, err := s.Station.PrintTest(ctx, id.Actor, p.Printer, p.Name, in.Body.Offset)
	if err != nil {
		return nil, err
	}
	t := TestPrint{Outcome: r.Outcome}
	for _, state := range []stamp.PrinterState{r.Before, r.After} {
		if c, blocks := state.Blocks(); blocks {
			t.Condition = c
			break
		}
	}
	return answer(t, nil)
}
