package ui_test

import (
	"io"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp/pdf"
)

func (paper) Dividers(w io.Writer, copies int) error {
	_, err := pdf.Dividers(w, protocollo.DividerPayload(), copies, pdfa.Metadata{Title: "Fogli divisori", CreatorTool: "prova", CreatedAt: openingTime()})
	return err
}
