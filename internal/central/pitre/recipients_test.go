package pitre_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"segnatura/internal/central/pitre"
	"segnatura/internal/protocollo"
)

// many are recipients as an outgoing letter has them (R16.7).
func many() (to []protocollo.Correspondent) {
	for n := range 40 {
		to = append(to, protocollo.Correspondent{Name: fmt.Sprintf("Destinatario %02d", n+1), Raccomandata: fmt.Sprintf("RA%02dIT", n+1)})
	}
	return to
}

// TestEveryRecipientIsSent: one number, and the whole list, those who get a copy apart. The contract has no field for a code of registered post.
func TestEveryRecipientIsSent(t *testing.T) {
	r := letter(protocollo.Outgoing)
	r.Draft.Recipients = many()
	b, err := pitre.Document(r)
	if err != nil {
		t.Fatal(err)
	}
	var sent struct {
		Recipients, RecipientsCC []struct{ Description string }
	}
	if err := json.Unmarshal(b, &sent); err != nil {
		t.Fatal(err)
	}
	if len(sent.Recipients) != 40 || sent.Recipients[39].Description != "Destinatario 40" || len(sent.RecipientsCC) != 1 || sent.RecipientsCC[0].Description != "Sindaco" {
		t.Errorf("sent %s", b)
	}
}
