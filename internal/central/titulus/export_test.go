package titulus

import (
	"encoding/xml"

	"segnatura/internal/protocollo"
)

// Document writes the doc element of a request.
func (c *Connector) Document(r protocollo.RegisterRequest, today protocollo.Day) ([]byte, error) {
	doc, err := c.document(r, today)
	if err != nil {
		return nil, err
	}
	return xml.Marshal(doc)
}
