package jiride

import (
	"encoding/xml"

	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// Envelope writes the envelope in which a request is sent.
func (c *Connector) Envelope(r protocollo.RegisterRequest, today protocollo.Day) ([]byte, error) {
	in, err := c.protoIn(r, today)
	if err != nil {
		return nil, err
	}
	operation := c.named("InserisciProtocolloEAnagrafiche")
	return soap.Envelope(soap.Namespaces{"t": namespace}, insert{XMLName: xml.Name{Local: "t:" + operation}, Draft: in, database: c.chosen()})
}
