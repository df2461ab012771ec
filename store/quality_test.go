package store

import (
	"fmt"
	"testing"

	"segnatura/store/storetest"
)

// TestConfirmationKeepsWhatWasFlagged: the row, which is never changed, names each page by its digest, and what it was suspected of with
// figure and limit (R19.1); the journal says of how many pages.
func TestConfirmationKeepsWhatWasFlagged(t *testing.T) {
	o := openOffice(t)
	d := o.Capture(o.Register(storetest.Draft("Richiesta", "Mario")), "one", "two") // the fixture flags the last page
	_, pages, err := o.Document(t.Context(), d.ID)
	must(t, err)
	row, err := text(o.db.read.QueryRow(`SELECT pages FROM quality_confirmations WHERE document_id = ?`, d.ID))
	must(t, err)
	want := fmt.Sprintf(`[{"id":%d,"sha256":"%s"},{"id":%d,"sha256":"%s","flags":[{"code":"skew","figure":3.2,"limit":2}]}]`,
		pages[0].ID, pages[0].SHA256, pages[1].ID, pages[1].SHA256)
	if row != want {
		t.Errorf("the row says %s, want %s", row, want)
	}
	detail, err := text(o.db.read.QueryRow(`SELECT detail FROM journal WHERE kind = ? ORDER BY seq DESC LIMIT 1`, KindQuality))
	must(t, err)
	if want := fmt.Sprintf(`{"document":%d,"flagged":1,"pages":2}`, d.ID); detail != want {
		t.Errorf("the journal says %s, want %s", detail, want)
	}
	o.clean(t)
}
