package pitre

import (
	"encoding/json"

	"segnatura/internal/protocollo"
)

// Document writes the document that a request asks a number for.
func Document(r protocollo.RegisterRequest) ([]byte, error) {
	return json.Marshal((&Connector{}).documentOf(r))
}
