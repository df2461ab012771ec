package main

import (
	"io"

	"segnatura/internal/sheetfile"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

// tenderPaper writes the data for gare's verbali.
type tenderPaper struct{}

func (tenderPaper) TenderPDF(w io.Writer, r stamp.TenderRecord) error {
	_, err := pdf.TenderRecord(w, r)
	return err
}

func (tenderPaper) TenderCSV(w io.Writer, r stamp.TenderRecord) error {
	return sheetfile.TenderRecord(w, r)
}

func (paper) TransferList(w io.Writer, l stamp.TransferList) error {
	_, err := pdf.TransferList(w, l)
	return err
}

func (paper) BidSheets(w io.Writer, b stamp.BidSheets) error {
	_, err := pdf.BidSheets(w, b)
	return err
}

func (paper) BidReceipt(w io.Writer, r stamp.BidReceipt) error {
	_, err := pdf.BidReceipt(w, r)
	return err
}
