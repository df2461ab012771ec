package main

import (
	"io"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp/pdf"
)

// Dividers writes divider sheets with the code that the station knows them by.
func (p paper) Dividers(w io.Writer, copies int) error {
	_, err := pdf.Dividers(w, protocollo.DividerPayload(), copies, pdfa.Metadata{Title: "Fogli divisori", CreatorTool: "segnatura", CreatedAt: p.clock()})
	return err
}
