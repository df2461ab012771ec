package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// EmergencyPapers renders a register of emergency: acts and lists as PDF/A, the register as a spreadsheet and back, notices as drafts of mails.
type EmergencyPapers interface {
	EmergencyAuthorisation(w io.Writer, r stamp.EmergencyRegister) error
	EmergencyRevocation(w io.Writer, r stamp.EmergencyRegister) error
	EmergencyRegister(w io.Writer, r stamp.EmergencyRegister) error
	EmergencyNumbers(w io.Writer, r stamp.EmergencyRegister) error
	EmergencyBlank(w io.Writer, r stamp.EmergencyRegister, first, last int) error
	EmergencySheet(w io.Writer, r stamp.EmergencyRegister, format stamp.SheetFormat, columns []stamp.EmergencyColumn) error
	ReadEmergencySheet(r io.Reader, format stamp.SheetFormat, columns []stamp.EmergencyColumn) ([]stamp.EmergencyLine, []stamp.SheetFault, error)
	EmergencyMail(w io.Writer, m stamp.EmergencyMail) error
}

type emergencyPaperInput struct {
	Register string `path:"register" pattern:"^[0-9]{1,4}-[0-9]{4}$" doc:"Numero e anno del registro, come 1-2026"`
	Kind     string `path:"kind" enum:"autorizzazione,revoca,registro,numeri"`
}

type blankInput struct {
	First int    `query:"first" minimum:"1" maximum:"100000" default:"1"`
	Last  int    `query:"last" minimum:"1" maximum:"100000" default:"40"`
	Form  string `query:"form" enum:",F-1,F-2,ordinario" doc:"Vuoto: quello delle regole"`
}

type emergencyMailInput struct {
	Register string `path:"register" pattern:"^[0-9]{1,4}-[0-9]{4}$" doc:"Numero e anno del registro, come 1-2026"`
	Kind     string `path:"kind" enum:"attivazione,chiusura"`
}

// sheetExport is how a register goes out. Columns are the body's own or a foreign template's, in their order; none are ours.
type sheetExport struct {
	Register string `path:"register" pattern:"^[0-9]{1,4}-[0-9]{4}$" doc:"Numero e anno del registro, come 1-2026"`
	Body     struct {
		Format  stamp.SheetFormat       `json:"format" enum:"xlsx,csv,xml" doc:"xml: per l'importazione dei protocolli di emergenza di Finmatica"`
		Columns []stamp.EmergencyColumn `json:"columns,omitempty" maxItems:"100"`
	}
}

// sheetImport is what comes back.
type sheetImport struct {
	Register string `path:"register" pattern:"^[0-9]{1,4}-[0-9]{4}$" doc:"Numero e anno del registro, come 1-2026"`
	Body     struct {
		Format  stamp.SheetFormat       `json:"format" enum:"xlsx,csv"`
		Columns []stamp.EmergencyColumn `json:"columns,omitempty" maxItems:"100"`
		File    []byte                  `json:"file" doc:"Il foglio, in base64"`
		// Apply records the rows that the register lacks; otherwise they are only shown.
		Apply bool `json:"apply,omitempty"`
	}
}

const mailType = "message/rfc822"

var sheetTypes = map[stamp.SheetFormat]string{
	stamp.SheetXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", stamp.SheetCSV: csvType,
	stamp.SheetFinmatica: "application/xml",
}

func (s *Server) emergencyPaperRoutes() {
	const base = "/api/emergency/registers/{register}/"
	operation(s, http.MethodGet, base+"papers/{kind}", "emergencyPaper", "Atti e registro di emergenza come PDF/A", accessDesk, s.emergencyPaper, pdfAnswer)
	operation(s, http.MethodGet, "/api/emergency/authorisations/{id}/paper", "authorisationPaper", "Allegato 1 appena l'autorizzazione è data (L-20)", accessDesk, s.authorisationPaper, pdfAnswer)
	operation(s, http.MethodGet, "/api/emergency/blank.pdf", "emergencyBlank", "Registro di emergenza in bianco, con le righe numerate", accessDesk, s.emergencyBlank, pdfAnswer)
	operation(s, http.MethodGet, base+"mail/{kind}", "emergencyMail", "Bozza della comunicazione ai settori", accessDesk, s.emergencyMail, binaryAnswer(mailType))
	operation(s, http.MethodPost, base+"sheet", "exportEmergency", "Il registro di emergenza come foglio di calcolo", accessDesk, s.exportEmergency,
		binaryAnswer(sheetTypes[stamp.SheetXLSX], "text/csv", sheetTypes[stamp.SheetFinmatica]))
	operation(s, http.MethodPost, base+"sheet/import", "importEmergency", "Il foglio che torna: confronto riga per riga, e trascrizione", accessDesk, s.importEmergency, longList)
}

func (s *Server) authorisationPaper(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	r, err := s.Station.AuthorisationPaper(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.EmergencyAuthorisation(w, r) })
}

func (s *Server) emergencyPaper(ctx context.Context, id auth.Identity, in *emergencyPaperInput) (*file, error) {
	kinds := map[string]struct {
		signed protocollo.EmergencyActKind
		write  func(io.Writer, stamp.EmergencyRegister) error
	}{
		"autorizzazione": {protocollo.ActAuthorisation, s.Paper.EmergencyAuthorisation},
		"revoca":         {protocollo.ActRevocation, s.Paper.EmergencyRevocation},
		"registro":       {protocollo.ActOpening, s.Paper.EmergencyRegister},
		"numeri":         {"", s.Paper.EmergencyNumbers},
	}
	k := kinds[in.Kind]
	r, err := s.Station.EmergencyPaper(ctx, id.Actor, in.Register, k.signed)
	if err != nil {
		return nil, err
	}
	switch {
	case in.Kind == "revoca" && r.RestoredAt.IsZero():
		return nil, protocollo.Errorf(protocollo.Conflict, "emergency-open", "register %s is open", in.Register)
	case in.Kind == "numeri" && !anyOrdinary(r):
		return nil, protocollo.Errorf(protocollo.NotFound, "not-recovered", "no row of register %s has an ordinary number", in.Register)
	}
	return s.rendered("application/pdf", func(w *buffer) error { return k.write(w, r) })
}

func anyOrdinary(r stamp.EmergencyRegister) bool {
	for _, row := range r.Rows {
		if row.OrdinaryNumber != "" {
			return true
		}
	}
	return false
}

func (s *Server) emergencyBlank(ctx context.Context, id auth.Identity, in *blankInput) (*file, error) {
	if in.Last < in.First || in.Last-in.First >= 2000 {
		return nil, protocollo.Errorf(protocollo.Invalid, "last", "rows %d to %d", in.First, in.Last)
	}
	r, err := s.Station.BlankEmergencyPaper(ctx, id.Actor, stamp.EmergencyForm(in.Form))
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.EmergencyBlank(w, r, in.First, in.Last) })
}

func (s *Server) emergencyMail(ctx context.Context, id auth.Identity, in *emergencyMailInput) (*file, error) {
	m, err := s.Station.EmergencyMail(ctx, id.Actor, in.Register, in.Kind == "chiusura")
	if err != nil {
		return nil, err
	}
	f, err := s.rendered(mailType, func(w *buffer) error { return s.Paper.EmergencyMail(w, m) })
	if err != nil {
		return nil, err
	}
	f.ContentDisposition = fmt.Sprintf(`attachment; filename="registro-di-emergenza-%s.eml"`, in.Kind)
	return f, nil
}

func (s *Server) exportEmergency(ctx context.Context, id auth.Identity, in *sheetExport) (*file, error) {
	r, err := s.Station.EmergencyPaper(ctx, id.Actor, in.Register, protocollo.ActOpening)
	if err != nil {
		return nil, err
	}
	f, err := s.rendered(sheetTypes[in.Body.Format], func(w *buffer) error { return s.Paper.EmergencySheet(w, r, in.Body.Format, in.Body.Columns) })
	if err != nil {
		return nil, err
	}
	f.ContentDisposition = fmt.Sprintf(`attachment; filename="registro-di-emergenza.%s"`, in.Body.Format)
	return f, nil
}

func (s *Server) importEmergency(ctx context.Context, id auth.Identity, in *sheetImport) (*body[station.SheetComparison], error) {
	if err := id.Require(protocollo.ActReadAll); err != nil { // before a file of somebody else is opened
		return nil, err
	}
	lines, faults, err := s.Paper.ReadEmergencySheet(bytes.NewReader(in.Body.File), in.Body.Format, in.Body.Columns)
	if err != nil {
		var known *protocollo.Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, protocollo.Errorf(protocollo.Invalid, "sheet", "read the sheet: %w", err)
	}
	return answer(s.Station.ImportEmergencySheet(ctx, id.Actor, in.Register, lines, faults, in.Body.Apply))
}
