package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// restored makes a backup, lets after do what is lost with the disk, and opens the copy.
func (o *office) restored(t *testing.T, after func()) *office {
	t.Helper()
	ctx := context.Background()
	dst, target := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "restored")
	_, _, err := o.db.Backup(ctx, dst)
	must(t, err)
	after()
	o.Clock.Move(time.Minute)
	must(t, Restore(ctx, dst, Config{Dir: target, Clock: o.Clock.Now}))
	db, err := Open(ctx, Config{Dir: target, Clock: o.Clock.Now})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	f := *o.Fixture
	f.Store = db
	o.Clock.Move(time.Minute)
	return &office{Fixture: &f, db: db, dir: target}
}

func restoreConfirmation() station.RestoreConfirmation {
	return station.RestoreConfirmation{AOO: storetest.AOO().Code, LastNumber: "0000100", ActNumber: "9", ActDay: "2026-03-31"}
}

// A register that is open in the copy goes on after the last label, not after the last row that the copy knows (R9.4).
func TestRestoreGivesNoEmergencyNumberTwice(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	o.OpenRegister(o.Interrupted(time.Hour))
	o.Emergency("Nella copia")
	var lost protocollo.Registration
	r := o.restored(t, func() { o.Emergency("Persa"); lost = o.Emergency("Persa anch'essa") })
	confirm := restoreConfirmation()
	storetest.Fails(t, r.ConfirmRestore(ctx, storetest.Chief(), confirm), protocollo.Conflict, "emergency-still-open")
	confirm.EmergencyLast = "0000000"
	storetest.Fails(t, r.ConfirmRestore(ctx, storetest.Chief(), confirm), protocollo.Invalid, "emergencyLast")
	confirm.EmergencyLast = lost.Number
	must(t, r.ConfirmRestore(ctx, storetest.Chief(), confirm))
	for _, want := range []protocollo.Number{"0000004", "0000005"} {
		if next := r.Emergency("Dopo il ripristino"); next.Number != want {
			t.Fatalf("after %s comes %s", lost.Number, next.Number)
		}
	}
	r.clean(t)
}

// The year's sequence goes on after what was lost, whoever closed the register; and the next opening says where the papers are.
func TestRestoreAsksWhereOpeningsGoOn(t *testing.T) {
	for name, yearly := range map[string]bool{"one sequence a year": true, "a sequence an opening": false} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t)
			ctx := context.Background()
			opening := func() station.EmergencyOpening {
				p := o.Interrupted(time.Hour)
				if yearly {
					p.Policy.Scheme = protocollo.EmergencyPerYear
				}
				return p
			}
			e := o.OpenRegister(opening())
			o.Emergency("Nella copia")
			r := o.restored(t, func() {
				o.CloseRegister(e)
				o.OpenRegister(opening())
				o.Emergency("Persa")
			})
			r.CloseRegister(e)
			if unsure, err := r.EmergencyRestored(ctx, storetest.AOO().Code); err != nil || !unsure {
				t.Fatalf("restored: %t, %v", unsure, err)
			}
			must(t, r.ConfirmRestore(ctx, storetest.Chief(), restoreConfirmation()))
			next := opening()
			next.Cause = "un altro guasto"
			_, err := r.OpenEmergency(ctx, storetest.Signatory(), next)
			storetest.Fails(t, err, protocollo.Invalid, "emergency-restored")
			next.Ordinal, next.First = 3, 7
			if got := r.OpenRegister(next); got.Ordinal != 3 || got.First != 7 {
				t.Fatalf("opened: %+v", got)
			}
			if reg := r.Emergency("Dopo"); reg.Number != "0000007" {
				t.Fatalf("number %s", reg.Number)
			}
			o.Clock.Move(time.Minute)
			r.CloseRegister(protocollo.EmergencyRegister{ID: 2})
			r.OpenRegister(opening()) // the papers were asked once
			r.clean(t)
		})
	}
}

// Nobody renews a yearly register whose year ended between the backup and its restore: the next one may be open on paper.
func TestRestoreDoesNotRenew(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	o.Clock.Set(time.Date(2026, 12, 31, 9, 0, 0, 0, time.UTC))
	must(t, o.ConfirmClockIfStopped())
	opening := o.Interrupted(time.Hour)
	opening.Policy.Scheme = protocollo.EmergencyPerYear
	e := o.OpenRegister(opening)
	o.Emergency("Nella copia")
	r := o.restored(t, func() { o.Clock.Move(20 * time.Hour) })
	if next, err := r.RenewEmergency(ctx, e.ID); err != nil || next != nil {
		t.Fatalf("renewed: %+v, %v", next, err)
	}
	confirm := restoreConfirmation()
	confirm.EmergencyLast = "0000002"
	storetest.Fails(t, r.ConfirmRestore(ctx, storetest.Chief(), confirm), protocollo.Conflict, "emergency-still-open")
	r.CloseRegister(e)
	confirm.EmergencyLast = ""
	must(t, r.ConfirmRestore(ctx, storetest.Chief(), confirm))
	r.clean(t)
}
