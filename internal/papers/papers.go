// Package papers writes what the program hands out on paper or as a file for others: the pages of stamp/pdf, the tables of
// internal/sheetfile and the notices of internal/maildraft, as the ports of use cases and screens ask for them.
//
//	w := papers.Writer{Clock: time.Now}
//	station.Config{DailyPaper: w, TenderPaper: w, NotePaper: w}
//	ui.Config{Paper: w}
//
// It decides nothing: what stands on a paper comes ready from the use case.
package papers

import (
	"io"
	"time"

	"segnatura/internal/maildraft"
	"segnatura/internal/protocollo"
	"segnatura/internal/sheetfile"
	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/compose"
	"segnatura/stamp/pdf"
)

// Writer writes papers. It keeps nothing and may be used by many at once. What each method promises stands with the ports that it fulfils: Paper of
// package ui, and DailyPaper, TenderPaper and NotePaper of package station.
type Writer struct {
	// Clock dates labels, divider sheets and notices; it may be nil where none are written. Other papers say themselves of when they are.
	Clock func() time.Time
	// Mail is whose notices go out.
	Mail maildraft.Office
}

func (Writer) Receipt(w io.Writer, d stamp.ReceiptData) error {
	_, err := pdf.Receipt(w, d)
	return err
}

func (Writer) InternalReceipt(w io.Writer, r stamp.InternalReceipt) error {
	_, err := pdf.InternalReceipt(w, r)
	return err
}

func (Writer) PresentationSheet(w io.Writer, p stamp.PresentationSheet) error {
	_, err := pdf.PresentationSheet(w, p)
	return err
}

func (Writer) FirstPageCopy(w io.Writer, c stamp.FirstPageCopy) error {
	_, err := pdf.FirstPageCopy(w, c)
	return err
}

func (Writer) CopyStamp(w io.Writer, c stamp.CopyStamp) error {
	_, err := pdf.CopyStamp(w, c)
	return err
}

func (Writer) Attestation(w io.Writer, a pdfa.Attestation) error {
	_, err := pdf.Attestation(w, a)
	return err
}

func (Writer) SortingList(w io.Writer, l stamp.SortingList) error {
	_, err := pdf.SortingList(w, l)
	return err
}

func (Writer) PostReturnList(w io.Writer, l stamp.PostReturnList) error {
	_, err := pdf.PostReturnList(w, l)
	return err
}

func (Writer) PostingList(w io.Writer, l stamp.PostingList) error {
	_, err := pdf.PostingList(w, l)
	return err
}

func (p Writer) LabelPDF(w io.Writer, b *stamp.Bitmap) error {
	_, err := pdf.Label(w, b, pdfa.Metadata{Title: "Etichetta di segnatura", CreatorTool: "segnatura", CreatedAt: p.Clock()})
	return err
}

func (Writer) LabelPNG(w io.Writer, b *stamp.Bitmap) error { return compose.EncodePNG(w, b) }

func (Writer) TenderPDF(w io.Writer, r stamp.TenderRecord) error {
	_, err := pdf.TenderRecord(w, r)
	return err
}

func (Writer) TenderCSV(w io.Writer, r stamp.TenderRecord) error {
	return sheetfile.TenderRecord(w, r)
}

func (Writer) TransferList(w io.Writer, l stamp.TransferList) error {
	_, err := pdf.TransferList(w, l)
	return err
}

func (Writer) BidSheets(w io.Writer, b stamp.BidSheets) error {
	_, err := pdf.BidSheets(w, b)
	return err
}

func (Writer) BidReceipt(w io.Writer, r stamp.BidReceipt) error {
	_, err := pdf.BidReceipt(w, r)
	return err
}

func (Writer) DailyPDF(w io.Writer, r stamp.DailyRegister) error {
	_, err := pdf.DailyRegister(w, r)
	return err
}

func (Writer) DailyCSV(w io.Writer, r stamp.DailyRegister) error {
	return sheetfile.DailyRegister(w, r)
}

func (Writer) CompetitionNote(w io.Writer, n stamp.CompetitionNote) (pdfa.Result, error) {
	return pdf.CompetitionNote(w, n)
}

func (Writer) EmergencyAuthorisation(w io.Writer, r stamp.EmergencyRegister) error {
	_, err := pdf.EmergencyAuthorisation(w, r)
	return err
}

func (Writer) EmergencyRevocation(w io.Writer, r stamp.EmergencyRegister) error {
	_, err := pdf.EmergencyRevocation(w, r)
	return err
}

func (Writer) EmergencyRegister(w io.Writer, r stamp.EmergencyRegister) error {
	_, err := pdf.EmergencyRegister(w, r)
	return err
}

func (Writer) EmergencyNumbers(w io.Writer, r stamp.EmergencyRegister) error {
	_, err := pdf.EmergencyNumbers(w, r)
	return err
}

func (Writer) EmergencyBlank(w io.Writer, r stamp.EmergencyRegister, first, last int) error {
	_, err := pdf.EmergencyBlank(w, r, first, last)
	return err
}

func (Writer) EmergencySheet(w io.Writer, r stamp.EmergencyRegister, f stamp.SheetFormat, columns []stamp.EmergencyColumn) error {
	return sheetfile.WriteEmergency(w, r, f, columns)
}

func (Writer) ReadEmergencySheet(r io.Reader, f stamp.SheetFormat, columns []stamp.EmergencyColumn) ([]stamp.EmergencyLine, []stamp.SheetFault, error) {
	return sheetfile.ReadEmergency(r, f, columns)
}

// EmergencyMail writes a notice to whom the settings name.
func (p Writer) EmergencyMail(w io.Writer, m stamp.EmergencyMail) error {
	return p.Mail.Write(w, m, p.Clock())
}

// Dividers writes divider sheets with the code that the station knows them by.
func (p Writer) Dividers(w io.Writer, copies int) error {
	_, err := pdf.Dividers(w, protocollo.DividerPayload(), copies, pdfa.Metadata{Title: "Fogli divisori", CreatorTool: "segnatura", CreatedAt: p.Clock()})
	return err
}
