package docarea

import "segnatura/internal/protocollo"

// Segnatura lets the tests read what Protocollazione is asked with.
func (c *Connector) Segnatura(r protocollo.RegisterRequest, fileID int64) ([]byte, error) {
	return c.segnatura(r, fileID)
}

// Attachment lets the tests read what aggiungiAllegato is asked with.
func (c *Connector) Attachment(ref string, fileID int64, name, title string) ([]byte, error) {
	parsed, err := parseReference(ref)
	if err != nil {
		return nil, err
	}
	return c.attachment(parsed, fileID, name, title)
}
