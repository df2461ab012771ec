package docarea_test

import (
	"fmt"
	"strings"
	"testing"

	"segnatura/internal/central/docarea"
	"segnatura/internal/protocollo"
)

// many are recipients as an outgoing letter has them (R16.7).
func many() (to []protocollo.Correspondent) {
	for n := range 40 {
		to = append(to, protocollo.Correspondent{Name: fmt.Sprintf("Destinatario %02d", n+1), Raccomandata: fmt.Sprintf("RA%02dIT", n+1)})
	}
	return to
}

// TestEveryRecipientIsSent: one number, and the whole list in every dialect; the contract has no mark for a copy, nor a field for a code of
// registered post.
func TestEveryRecipientIsSent(t *testing.T) {
	for _, d := range docarea.Dialects() {
		r := request("k-1")
		r.Draft.Direction, r.Draft.Senders, r.Draft.Recipients, r.Draft.Copies = protocollo.Outgoing, nil, many(), []protocollo.Correspondent{{Name: "Per conoscenza"}}
		s, err := connector(t, d, "http://127.0.0.1:1/").Segnatura(r, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range append(many(), protocollo.Correspondent{Name: "Per conoscenza"}) {
			if !strings.Contains(string(s), c.Name) {
				t.Errorf("%s: no %s in\n%s", d, c.Name, s)
			}
		}
	}
}
