package station_test

import (
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// TestReceiptOnALabel: while the centre is away it comes out with the reception's number, names the person, is journaled, and counts as no segnatura (R7.1,
// R7.2, L-17).
func TestReceiptOnALabel(t *testing.T) {
	o := newOffice(t)
	rec := o.waiting("key-0001", time.Second)
	p, err := o.s.PrintReceipt(t.Context(), clerk, rec.Intake.ID, o.printer)
	if err != nil || p.State != protocollo.PrintPrinted {
		t.Fatalf("%+v, %v", p, err)
	}
	l := o.lastLabel()
	want := []string{"RICEVUTA (art. 18-bis L. 241/1990).", "Si attesta che il ", "Ricezione n. R 1/2026, protocollazione in corso.",
		"Termine: quello pubblicato dall'Ente per il procedimento.", "L’operatore Mario Rossi"}
	for _, words := range want {
		if !strings.Contains(texts(l), words) {
			t.Errorf("%q is missing in\n%s", words, texts(l))
		}
	}
	if l.QR != "" || l.Code128 != "" {
		t.Errorf("it bears the codes %q and %q", l.QR, l.Code128)
	}
	history, err := o.s.History(t.Context(), clerk, rec.Intake.ID)
	if err != nil || history[len(history)-1].Kind != "label.receipt" || history[len(history)-1].Actor != clerk.User {
		t.Errorf("history %+v, %v", history, err)
	}
	if again := o.record(rec.Intake.ID); again.Facets.Labelled || len(again.Prints) != 0 {
		t.Errorf("it counts as a segnatura: %+v, %+v", again.Facets, again.Prints)
	}

	o.printer.results = []stamp.Result{{Outcome: stamp.OutcomeFailed, Before: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMediaOut}}}}
	if p, err := o.s.PrintReceipt(t.Context(), clerk, rec.Intake.ID, o.printer); err != nil || p.State != protocollo.PrintFailed || p.Condition != "media-out" {
		t.Errorf("out of labels: %+v, %v", p, err)
	}
	_, err = o.s.PrintReceipt(t.Context(), guest, rec.Intake.ID, o.printer)
	wantClass(t, err, protocollo.Forbidden, "register")
	_, err = o.s.PrintReceipt(t.Context(), alien, rec.Intake.ID, o.printer)
	wantClass(t, err, protocollo.NotFound, "intake")
}

// TestALongReceiptIsCutAtItsWords: only what the letter says of itself is shortened, and only as far as the label asks.
func TestALongReceiptIsCutAtItsWords(t *testing.T) {
	o := newOffice(t)
	d := letter(strings.Repeat("Richiesta di accesso agli atti della pratica edilizia ", 12) + "fine")
	d.Senders[0].Name = strings.Repeat("Impresa Esempio di Costruzioni ", 8) + "S.r.l."
	rec := o.register("key-0001", d)
	shown := func(size stamp.Size) string {
		o.printer.size = size
		if _, err := o.s.PrintReceipt(t.Context(), clerk, rec.Intake.ID, o.printer); err != nil {
			t.Fatal(err)
		}
		return texts(o.lastLabel())
	}
	if whole := shown(stamp.Size{WidthMM: 100, HeightMM: 150}); !strings.Contains(whole, "fine; mittente") || !strings.Contains(whole, "S.r.l.; allegati 0.") {
		t.Errorf("on a large label:\n%s", whole)
	}
	small := shown(stamp.Size{WidthMM: 62, HeightMM: 29})
	if !strings.Contains(small, "…; mittente Impresa") || !strings.Contains(small, "…; allegati 0.") || !strings.Contains(small, "Prot. n. 0000001 del 02/03/2026.") {
		t.Errorf("on a small label:\n%s", small)
	}
	o.printer.size = stamp.Size{WidthMM: 25, HeightMM: 12}
	_, err := o.s.PrintReceipt(t.Context(), clerk, rec.Intake.ID, o.printer)
	wantClass(t, err, protocollo.Invalid, "receipt-size")
}

// TestALayoutOfReceiptsIsObeyed and gives way before a word is lost.
func TestALayoutOfReceiptsIsObeyed(t *testing.T) {
	size, at := stamp.Size{WidthMM: 62, HeightMM: 29}, time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	own := stamp.Layout{Kind: stamp.KindReceipt, Fields: []stamp.FieldStyle{{Field: stamp.FieldNumber}, {Field: stamp.FieldHeading}}}
	for refused, first := range map[int]string{0: "Prot. n.", 1: "RICEVUTA"} {
		c := &composer{fails: refused}
		if _, err := station.SampleReceipt(c, own, size, stamp.DPI203, at); err != nil {
			t.Fatal(err)
		}
		if l := c.labels[len(c.labels)-1]; !strings.HasPrefix(l.Lines[0].Text, first) || !strings.Contains(texts(l), "«»; mittente Mittente di prova;") || l.Banner == "" {
			t.Errorf("%d refused: %+v", refused, l)
		}
	}
}
