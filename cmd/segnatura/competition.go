package main

import (
	"io"

	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

// notePaper writes the note riepilogative of competitions.
type notePaper struct{}

func (notePaper) CompetitionNote(w io.Writer, n stamp.CompetitionNote) (pdfa.Result, error) {
	return pdf.CompetitionNote(w, n)
}
