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

// TestReceiptOfPlichiOnALabel: at once, with the centre away, to the second and «non aperto», without a word about the deadline; journaled by its handover (R5.4,
// R7.1, R7.2).
func TestReceiptOfPlichiOnALabel(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
	h := o.freeze("key-0001")
	_, err := o.s.PrintBidReceipt(ctx, clerk, h.ID, o.printer)
	wantClass(t, err, protocollo.Conflict, "handover-open")
	if _, err := o.s.DeclareHandover(ctx, clerk, h.ID, 15, ""); err != nil {
		t.Fatal(err)
	}
	for size, plichi := range map[stamp.Size][]string{
		{WidthMM: 100, HeightMM: 150}: {"Plico n. 1/2026 – mittente: Mittente non indicato – protocollazione in corso.", "Plico n. 15/2026"},
		{WidthMM: 62, HeightMM: 29}:   {"Plichi dal n. 1/2026 al n. 15/2026 – protocollazione in corso."},
	} {
		o.printer.size = size
		if p, err := o.s.PrintBidReceipt(ctx, clerk, h.ID, o.printer); err != nil || p.State != protocollo.PrintPrinted {
			t.Fatalf("%v: %+v, %v", size, p, err)
		}
		l := o.lastLabel()
		at := h.At.In(protocollo.Rome()).Format("02/01/2006 alle ore 15:04:05")
		for _, words := range append(plichi, "RICEVUTA (art. 18-bis L. 241/1990).", "Si attesta che il "+at+" sono stati presentati: n. 15 plichi chiusi, non aperti.",
			"Consegna n. 1/2026, ore "+h.At.In(protocollo.Rome()).Format("15:04:05"), "Termine: quello pubblicato dall'Ente per il procedimento.", "L’operatore Mario Rossi") {
			if !strings.Contains(texts(l), words) {
				t.Errorf("%v: %q is missing in\n%s", size, words, texts(l))
			}
		}
		for _, word := range []string{"entro", "oltre", "tardi", "scaduto", "fuori"} {
			if strings.Contains(strings.ToLower(texts(l)), word) {
				t.Errorf("it says %q:\n%s", word, texts(l))
			}
		}
		if l.QR != "" || l.Code128 != "" {
			t.Errorf("it bears the codes %q and %q", l.QR, l.Code128)
		}
	}
	journal, err := o.s.Journal(ctx, boss, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	receipts := 0
	for _, e := range journal {
		if e.Kind == "label.receipt" && e.Actor == clerk.User && strings.Contains(string(e.Detail), `"code":"1/2026"`) {
			receipts++
		}
	}
	if receipts != 2 {
		t.Errorf("%d receipts in the journal", receipts)
	}
	o.printer.size = stamp.Size{WidthMM: 25, HeightMM: 12}
	_, err = o.s.PrintBidReceipt(ctx, clerk, h.ID, o.printer)
	wantClass(t, err, protocollo.Invalid, "receipt-size")
	_, err = o.s.PrintBidReceipt(ctx, guest, h.ID, o.printer)
	wantClass(t, err, protocollo.Forbidden, "register")
	_, err = o.s.PrintBidReceipt(ctx, alien, h.ID, o.printer)
	wantClass(t, err, protocollo.NotFound, "handover")
}

// TestLabelForACopy: of what is registered the segnatura in words, of what is not the stamp that says it has no legal value; neither bears a code (002 art. 24; R7.3).
func TestLabelForACopy(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	done := o.register("key-0001", letter("Richiesta"))
	wants := func(intakeID int64, words ...string) {
		t.Helper()
		if p, err := o.s.PrintCopyLabel(ctx, clerk, intakeID, o.printer); err != nil || p.State != protocollo.PrintPrinted {
			t.Fatalf("%+v, %v", p, err)
		}
		l := o.lastLabel()
		for _, w := range words {
			if !strings.Contains(texts(l), w) {
				t.Errorf("%q is missing in\n%s", w, texts(l))
			}
		}
		if l.QR != "" || l.Code128 != "" {
			t.Errorf("it bears the codes %q and %q", l.QR, l.Code128)
		}
		history, err := o.s.History(ctx, clerk, intakeID)
		if err != nil || history[len(history)-1].Kind != "label.copy" {
			t.Errorf("history %+v, %v", history, err)
		}
	}
	wants(done.Intake.ID, "COPIA – Prot. n. 0000001 del 02/03/2026", done.Registration.Segnatura.Text(), "Copia semplice", "Presentato il 02/03/2026 alle ore")
	if rec := o.record(done.Intake.ID); rec.Facets.Labelled || len(rec.Prints) != 0 {
		t.Errorf("it counts as a segnatura: %+v", rec.Facets)
	}
	aside, err := o.s.CloseUnregistered(ctx, clerk, station.UnregisteredCommand{Key: "key-0002", Draft: letter("Listino prezzi"), Entry: "inviti"})
	if err != nil {
		t.Fatal(err)
	}
	wants(aside.Intake.ID, "Arrivato il 02/03/2026 alle ore", "sigla dell’operatore: "+clerk.User, "Ricezione n. "+aside.Intake.Code()+", che non è un numero di protocollo",
		"non ha alcun valore giuridico e non comporta alcuna responsabilità del personale dell’UOP")
	out := letter("Risposta")
	out.Direction, out.Senders, out.Recipients = protocollo.Outgoing, nil, []protocollo.Correspondent{{Name: "Comune di Là"}}
	_, err = o.s.PrintCopyLabel(ctx, clerk, o.register("key-0003", out).Intake.ID, o.printer)
	wantClass(t, err, protocollo.Conflict, "not-incoming")
	_, err = o.s.PrintCopyLabel(ctx, guest, done.Intake.ID, o.printer)
	wantClass(t, err, protocollo.Forbidden, "register")
	_, err = o.s.PrintCopyLabel(ctx, alien, done.Intake.ID, o.printer)
	wantClass(t, err, protocollo.NotFound, "intake")
	waits := o.waiting("key-0004", time.Second)
	_, err = o.s.PrintCopyLabel(ctx, clerk, waits.Intake.ID, o.printer)
	wantClass(t, err, protocollo.Conflict, "registrable")
}
