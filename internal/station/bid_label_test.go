package station_test

import (
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// A plico with a number had its label recorded nowhere that counts: it stayed «senza etichetta», a second one was queued by itself, another needed no
// reason, and that of an annulled registration came out as if it stood.
func TestNumberedLabelOfAPlicoIsTheRegistrations(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	b := o.received("key-0001", 1, o.gara().ID)[0]
	print := func(reason protocollo.ReprintReason) (station.BidPrint, error) {
		return o.s.PrintBidLabel(ctx, clerk, b.ID, o.printer, reason)
	}
	if p, err := print(protocollo.ReprintNone); err != nil || p.State != protocollo.PrintPrinted {
		t.Fatalf("without number: %+v, %v", p, err)
	}
	_, err := print(protocollo.ReprintNone)
	wantClass(t, err, protocollo.Invalid, "reprint-reason")
	if _, err := print(protocollo.ReprintLost); err != nil {
		t.Fatal(err)
	}
	rec, err := o.s.RegisterBid(ctx, clerk, b.ID, station.BidDetails{})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := print(protocollo.ReprintNone); err != nil || p.State != protocollo.PrintPrinted {
		t.Fatalf("with its number: %+v, %v", p, err)
	}
	if got := texts(o.lastLabel()); !strings.Contains(got, "Prot. n. "+string(rec.Registration.Number)) || !strings.Contains(got, "\nRegistrato alle ore ") {
		t.Errorf("the second label:\n%s", got)
	}
	if rec, err = o.s.IntakeRecord(ctx, clerk, rec.Intake.ID); err != nil || !rec.Facets.Labelled || len(rec.Prints) != 1 {
		t.Errorf("the record: %+v, %v", rec.Facets, err)
	}
	_, err = print(protocollo.ReprintNone)
	wantClass(t, err, protocollo.Invalid, "reprint-reason")
	if _, err := o.s.BidLabel(ctx, clerk, b.ID); err != nil {
		t.Error(err)
	}
	o.annul(rec)
	_, err = print(protocollo.ReprintLost)
	wantClass(t, err, protocollo.Conflict, "annulled")
	_, err = o.s.BidLabel(ctx, clerk, b.ID)
	wantClass(t, err, protocollo.Conflict, "annulled")
}

// The label of the number says of the instant what the envelope's says.
func TestOrdinaryLabelOfAPlicoSaysTheDoubts(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.freeze("key-0001")
	o.clock.add(-2 * time.Hour)
	contested := o.freeze("key-0002")
	o.clock.add(2*time.Hour + time.Minute)
	if err := o.db.ConfirmClock(ctx, boss, "orologio rimesso"); err != nil {
		t.Fatal(err)
	}
	sheets, err := o.s.PrepareBidSheets(ctx, clerk, "sheets-1", 1)
	if err != nil {
		t.Fatal(err)
	}
	typed, err := o.s.TypeHandover(ctx, clerk, "sheet-01", protocollo.HandoverSheet{Sheet: sheets[0].Code, Row: 7, At: o.clock.Now().Add(-time.Hour), By: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int64]string{contested.ID: "\nORA CONTESTATA – orologio 02/03/2026 07:15:00", typed.ID: "\nDal foglio ricezione plichi, riga 7"} {
		list, err := o.s.DeclareHandover(ctx, clerk, id, 1, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.s.DescribeBid(ctx, clerk, list[0].ID, 0, protocollo.BidDescription{}, ""); err != nil {
			t.Fatal(err)
		}
		rec, err := o.s.RegisterBid(ctx, clerk, list[0].ID, station.BidDetails{})
		if err != nil || rec.Registration == nil {
			t.Fatalf("%+v, %v", rec, err)
		}
		for _, size := range []stamp.Size{{WidthMM: 62, HeightMM: 29}, {WidthMM: 100, HeightMM: 50}} {
			small := &printer{id: "small", size: size, res: stamp.DPI203}
			reason := protocollo.ReprintNone
			if size.WidthMM == 100 {
				reason = protocollo.ReprintLost
			}
			if _, err := o.s.PrintLabel(ctx, clerk, rec.Registration.ID, small, reason); err != nil {
				t.Fatalf("%s: %v", size, err)
			}
			if got := texts(o.lastLabel()); !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%s", size, want, got)
			}
		}
	}
}

// A browser has one permission, which goes on with whoever is logged in there; who may register no more takes it along.
func TestDeskTokenIsOneAndFollowsTheRole(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	first, until, err := o.s.NewDeskToken(ctx, clerk, "")
	if err != nil {
		t.Fatal(err)
	}
	o.clock.add(time.Hour)
	again, later, err := o.s.NewDeskToken(ctx, boss, first)
	if err != nil || again != first || !later.After(until) {
		t.Fatalf("again %v until %s, was %s: %v", again == first, later, until, err)
	}
	if d, err := o.s.DeskOf(ctx, first); err != nil || d.User != boss.User {
		t.Fatalf("%+v, %v", d, err)
	}
	forged, _, err := o.s.NewDeskToken(ctx, clerk, "what-nobody-gave")
	if err != nil || forged == "what-nobody-gave" {
		t.Fatalf("a browser names its own token: %q, %v", forged, err)
	}
	account, err := o.db.Account(ctx, boss.User)
	if err != nil {
		t.Fatal(err)
	}
	account.Roles = []protocollo.Role{protocollo.RoleReader}
	if err := o.db.UpdateAccount(ctx, boss, account); err != nil {
		t.Fatal(err)
	}
	_, err = o.s.DeskOf(ctx, first)
	wantClass(t, err, protocollo.Forbidden, "desk-token")
	if _, err := o.s.DeskOf(ctx, forged); err != nil {
		t.Error(err)
	}
}
