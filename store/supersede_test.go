package store

import (
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/store/storetest"
)

// exchange leaves two registrations whose labels were exchanged after their archive, one of them delivered.
func (o *office) exchange(t testing.TB) (first, second protocollo.Document) {
	t.Helper()
	a, b := o.Register(storetest.Draft("Prima", "Mario")), o.Register(storetest.Draft("Seconda", "Luigi"))
	first, second = o.Capture(a, "second"), o.Capture(b, "first")
	o.Archive(first, "%PDF second")
	o.ArchiveAwaiting(second, "%PDF first")
	must(t, o.Supersede(t.Context(), storetest.Chief(), station.SupersedeAct{Key: "act-" + string(a.Number), Kind: station.SupersededExchange,
		Reason: "etichette scambiate", ActNumber: "7", ActDay: "2026-03-10", First: a.ID, Second: b.ID, Held: []int64{first.ID, second.ID}}))
	return first, second
}

func TestCheckFindsWhatIsSupersededAndStands(t *testing.T) {
	o := openOffice(t)
	o.exchange(t)
	o.clean(t)
	pool := o.raw(t)
	for name, c := range map[string]struct{ statement, code, table string }{
		"an older version comes up":            {`UPDATE associations SET version = 0 WHERE id = (SELECT successor_id FROM supersessions WHERE id = 1)`, "superseded-in-view", "supersessions"},
		"a successor of the same registration": {`UPDATE supersessions SET successor_id = association_id WHERE id = 1`, "successor-elsewhere", "supersessions"},
		"a delivery that waits again":          {`UPDATE dispatch_current SET state = 'due'`, "superseded-to-deliver", "supersessions"},
		"an older scan that goes on":           {`UPDATE documents SET state = 'ready' WHERE id = 1`, "superseded-open", "supersessions"},
		"an act with a third":                  {`UPDATE associations SET registration_id = 99 WHERE id = (SELECT successor_id FROM supersessions WHERE id = 1)`, "exchange-of-others", "supersessions"},
	} {
		t.Run(name, func(t *testing.T) {
			tx, err := pool.Begin()
			must(t, err)
			defer tx.Rollback()
			for _, table := range []string{"supersessions", "associations"} {
				_, err := tx.Exec(`DROP TRIGGER ` + table + `_no_update`)
				must(t, err)
			}
			_, err = tx.Exec(c.statement)
			must(t, err)
			check := &checker{ctx: t.Context(), q: tx}
			must(t, check.states())
			finds(t, check.report, c.code, c.table)
		})
	}
}

// A database of before may hold what is superseded and under way: it does not go on from there.
func TestWhatIsSupersededIsNeitherConfirmedNorArchived(t *testing.T) {
	o := openOffice(t)
	ctx := t.Context()
	first, _ := o.exchange(t)
	pool := o.raw(t)
	for state, try := range map[protocollo.DocumentState]func() error{
		protocollo.DocumentReady:     func() error { return o.db.ConfirmQuality(ctx, o.Confirmation(first.ID)) },
		protocollo.DocumentConfirmed: func() error { return o.db.AttachArchive(ctx, first.ID, o.Edition(pdfa.Flavour2B, "%PDF again"), false) },
	} {
		_, err := pool.Exec(`UPDATE documents SET state = ? WHERE id = ?`, string(state), first.ID)
		must(t, err)
		storetest.Fails(t, try(), protocollo.Conflict, "superseded")
	}
	if due, err := o.db.DueForArchive(ctx); err != nil || len(due) != 0 {
		t.Errorf("due: %+v, %v", due, err)
	}
}

// The spool is in no backup; what can be had from the archive is had from it again, and the rest is to be scanned again.
func TestARestoreTakesPagesOverAgain(t *testing.T) {
	o := openOffice(t)
	ctx := t.Context()
	o.exchange(t)
	due, err := o.db.DueTakeovers(ctx)
	must(t, err)
	if len(due) != 2 {
		t.Fatalf("takeovers: %+v", due)
	}
	taken := due[0].Document
	_, err = o.db.AddPage(ctx, protocollo.Page{BatchID: taken.BatchID, DocumentID: taken.ID, Seq: 1, MediaType: "image/jpeg"}, strings.NewReader("second"))
	must(t, err)
	must(t, o.db.SetDocumentState(ctx, taken.ID, protocollo.DocumentReady))
	stray, _ := o.Scan("x")
	must(t, o.db.SetDocumentState(ctx, stray.ID, protocollo.DocumentWaiting))
	backup, dir := filepath.Join(t.TempDir(), "copy"), filepath.Join(t.TempDir(), "data")
	_, report, err := o.db.Backup(ctx, backup)
	must(t, err)
	if !report.OK() {
		t.Fatalf("backup: %+v", report)
	}
	must(t, Restore(ctx, backup, Config{Dir: dir, Clock: o.Clock.Now}))
	db, err := Open(ctx, Config{Dir: dir, Clock: o.Clock.Now})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	if due, err = db.DueTakeovers(ctx); err != nil || len(due) != 2 || due[0].Document.ID != taken.ID {
		t.Errorf("takeovers after the restore: %+v, %v", due, err)
	}
	if d, pages, err := db.Document(ctx, taken.ID); err != nil || len(pages) != 0 || d.RegistrationID != taken.RegistrationID {
		t.Errorf("document %+v, pages %+v, %v", d, pages, err)
	}
	if d, _, err := db.Document(ctx, stray.ID); err != nil || d.State != protocollo.DocumentDiscarded {
		t.Errorf("what is nowhere: %+v, %v", d, err)
	}
	if rep, err := db.Check(ctx); err != nil || !rep.OK() {
		t.Errorf("check: %+v, %v", rep.Findings, err)
	}
}
