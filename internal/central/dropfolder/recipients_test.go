package dropfolder_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/durable"
	"segnatura/internal/protocollo"
)

// many are recipients as an outgoing letter has them (R16.7).
func many() (to []protocollo.Correspondent) {
	for n := range 40 {
		to = append(to, protocollo.Correspondent{Name: fmt.Sprintf("Destinatario %02d", n+1), Raccomandata: fmt.Sprintf("RA%02dIT", n+1)})
	}
	return to
}

// TestEveryRecipientIsSent: one number, and the whole list, in the row and in the metadata; there each with their code of registered post.
func TestEveryRecipientIsSent(t *testing.T) {
	r := newReader(t)
	q := request("a-key")
	q.Draft.Direction, q.Draft.Senders, q.Draft.Recipients = protocollo.Outgoing, nil, many()
	if _, err := r.connector(durable.Files{}).Register(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	if names := strings.Split(readRow(t, filepath.Join(r.dir, "a-key.csv"))["destinatari"], " | "); len(names) != 40 || names[39] != "Destinatario 40" {
		t.Errorf("the row has %v", names)
	}
	b, err := os.ReadFile(filepath.Join(r.dir, "a-key.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "<destinatario"); n != 40 || !strings.Contains(string(b), `raccomandata="RA40IT"`) {
		t.Errorf("the metadata have %d:\n%s", n, b)
	}
}
