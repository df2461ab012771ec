package titulus_test

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

// TestEveryRecipientIsSent: one number, and the whole list, those who get a copy marked. The contract has no field for a recipient's code of
// registered post.
func TestEveryRecipientIsSent(t *testing.T) {
	doc, err := connector(t, config("http://127.0.0.1")).Document(request(protocollo.Draft{Direction: protocollo.Outgoing, UOR: "TEC", Classifica: "07/04",
		Recipients: many(), Copies: []protocollo.Correspondent{{Name: "B"}}}), "2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(doc), "<rif_esterno>"); n != 40 || !strings.Contains(string(doc), "<nome>Destinatario 40</nome>") ||
		!strings.Contains(string(doc), `<rif_esterno copia_conoscenza="si"><nome>B</nome>`) {
		t.Errorf("%d recipients in\n%s", n, doc)
	}
}
