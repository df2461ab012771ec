package jente_test

import (
	"fmt"
	"testing"

	"segnatura/internal/officesim/centre"
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
	c := open(t)
	r := letter()
	r.Draft.Direction, r.Draft.Senders, r.Draft.Recipients, r.Draft.Copies = protocollo.Outgoing, nil, many(), []protocollo.Correspondent{{Name: "Per conoscenza"}}
	if _, err := connect(t, c.URL(), nil).Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	e, found := c.Find(func(centre.Entry) bool { return true })
	if !found || len(e.Names) != 40 || e.Names[39] != "Destinatario 40" {
		t.Errorf("the centre has %d: %v", len(e.Names), e.Names)
	}
}
