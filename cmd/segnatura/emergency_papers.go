package main

import (
	"io"

	"segnatura/internal/maildraft"
	"segnatura/internal/sheetfile"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

func (paper) EmergencyAuthorisation(w io.Writer, r stamp.EmergencyRegister) error {
	_, err := pdf.EmergencyAuthorisation(w, r)
	return err
}

func (paper) EmergencyRevocation(w io.Writer, r stamp.EmergencyRegister) error {
	_, err := pdf.EmergencyRevocation(w, r)
	return err
}

func (paper) EmergencyRegister(w io.Writer, r stamp.EmergencyRegister) error {
	_, err := pdf.EmergencyRegister(w, r)
	return err
}

func (paper) EmergencyNumbers(w io.Writer, r stamp.EmergencyRegister) error {
	_, err := pdf.EmergencyNumbers(w, r)
	return err
}

func (paper) EmergencyBlank(w io.Writer, r stamp.EmergencyRegister, first, last int) error {
	_, err := pdf.EmergencyBlank(w, r, first, last)
	return err
}

func (paper) EmergencySheet(w io.Writer, r stamp.EmergencyRegister, f stamp.SheetFormat, columns []stamp.EmergencyColumn) error {
	return sheetfile.WriteEmergency(w, r, f, columns)
}

func (paper) ReadEmergencySheet(r io.Reader, f stamp.SheetFormat, columns []stamp.EmergencyColumn) ([]stamp.EmergencyLine, []stamp.SheetFault, error) {
	return sheetfile.ReadEmergency(r, f, columns)
}

// EmergencyMail writes a notice to whom the settings name.
func (p paper) EmergencyMail(w io.Writer, m stamp.EmergencyMail) error {
	return p.mail.Write(w, m, p.clock())
}

// mailOffice is whose notices go out, as the settings say.
func (c MailConfig) office() maildraft.Office {
	return maildraft.Office{From: c.From, To: c.To, System: c.System}
}
