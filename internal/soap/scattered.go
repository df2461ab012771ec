package soap

import (
	"encoding/xml"
	"fmt"
)

// Scattered is an answer that takes each element of the body, the first and those after it: in rpc/encoded a value may stand for itself beside the
// element that points to it (SOAP 1.1, 5.4.1), as the services that Delphi and Axis make do. Its UnmarshalXML is called once for each.
type Scattered interface {
	xml.Unmarshaler
	Scattered()
}

// readScattered reads what is left of the body.
func readScattered(decoder *xml.Decoder, answer Scattered) error {
	for {
		token, err := decoder.Token()
		if err != nil {
			return fmt.Errorf("read the rest of the body: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := answer.UnmarshalXML(decoder, token); err != nil {
				return fmt.Errorf("read the rest of the body: %w", err)
			}
		case xml.EndElement:
			return nil
		}
	}
}
