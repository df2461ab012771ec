package main

import (
	"io"

	"segnatura/internal/sheetfile"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

// dailyPaper writes the registers of days.
type dailyPaper struct{}

func (dailyPaper) DailyPDF(w io.Writer, r stamp.DailyRegister) error {
	_, err := pdf.DailyRegister(w, r)
	return err
}

func (dailyPaper) DailyCSV(w io.Writer, r stamp.DailyRegister) error {
	return sheetfile.DailyRegister(w, r)
}
