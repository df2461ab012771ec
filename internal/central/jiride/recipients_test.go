package jiride_test

import (
	"fmt"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
)

// many are recipients as an outgoing letter has them (R16.7).
func many() (to []protocollo.Correspondent) {
	for n := range 40 {
		to = append(to, protocollo.Correspondent{Name: fmt.Sprintf("Destinatario %02d", n+1), Raccomandata: fmt.Sprintf("RA%02dIT", n+1)})
	}
	return to
}

// TestEveryRecipientIsSent: one number, and the whole list of what goes out; the contract has no mark for a copy. A letter that stays in the house
// is in one office's charge, its first recipient's: the contract takes no other, and the list stays with the desk.
func TestEveryRecipientIsSent(t *testing.T) {
	c := connector(t, config("http://127.0.0.1"))
	envelope, err := c.Envelope(request(protocollo.Draft{Direction: protocollo.Outgoing, UOR: "TEC", Recipients: many(), Copies: []protocollo.Correspondent{{Name: "B"}}}), "2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(envelope), "<t:CognomeNome>"); n != 41 || !strings.Contains(string(envelope), "Destinatario 40") {
		t.Errorf("%d recipients in\n%s", n, envelope)
	}
	envelope, err = c.Envelope(request(protocollo.Draft{Direction: protocollo.Inside, UOR: "TEC",
		Recipients: []protocollo.Correspondent{{Name: "Ragioneria", Code: "RAG"}, {Name: "Ufficio tecnico", Code: "TEC"}}}), "2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(envelope), "<t:InCaricoA>URAG</t:InCaricoA>") || strings.Contains(string(envelope), "CognomeNome") {
		t.Errorf("in the house\n%s", envelope)
	}
}
