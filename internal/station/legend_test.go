package station_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// TestSeveralArrivals: a number each, x di n in the subject, and each finds all others (R1.9). The same request again is the same answer.
func TestSeveralArrivals(t *testing.T) {
	o := newOffice(t)
	part := func(order int, of int64) protocollo.Draft {
		d := letter("Ricorso")
		d.Circumstance = &protocollo.Circumstance{Kind: protocollo.OneOfSeveral, Of: of, Order: order, Count: 3}
		return d
	}
	first := o.register("key-0001", part(1, 0))
	root := first.Registration.ID
	ids := []int64{root, o.register("key-0002", part(2, root)).Registration.ID, o.register("key-0003", part(3, root)).Registration.ID}
	if again := o.register("key-0003", part(3, root)); again.Registration.ID != ids[2] || again.Intake.Draft.Subject != "Ricorso – ARRIVO 3 di 3" {
		t.Errorf("sent again it is %d, %q", again.Registration.ID, again.Intake.Draft.Subject)
	}
	for i, id := range ids {
		rec, err := o.s.Registration(t.Context(), clerk, id)
		if err != nil {
			t.Fatal(err)
		}
		others := slices.Delete(slices.Clone(ids), i, i+1)
		if !slices.Equal(rec.Related, others) {
			t.Errorf("number %d of 3 belongs to %v, want %v", i+1, rec.Related, others)
		}
	}
	_, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0004", Draft: part(2, 999)})
	if e := protocollo.ClassOf(err); e != protocollo.Invalid {
		t.Errorf("a part of a registration that is not there: %v", err)
	}
}

// TestOpenedByMistake: entry and exit, each with L-7 in its subject, linked both ways, and L-8 for the envelope (R1.11).
func TestOpenedByMistake(t *testing.T) {
	o := newOffice(t)
	in := letter("Per altri")
	in.Circumstance = &protocollo.Circumstance{Kind: protocollo.OpenedByMistake}
	entry := o.register("key-0001", in)
	out := letter("Per altri")
	out.Direction, out.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Comune di Là"}}
	out.Circumstance = &protocollo.Circumstance{Kind: protocollo.OpenedByMistake, Of: entry.Registration.ID}
	exit := o.register("key-0002", out)
	for _, rec := range []station.Record{entry, exit} {
		if rec.Registration.Segnatura.Subject != "Per altri – PERVENUTO PER ERRORE" {
			t.Errorf("the subject is %q", rec.Registration.Segnatura.Subject)
		}
	}
	rec, err := o.s.Registration(t.Context(), clerk, entry.Registration.ID)
	if err != nil || !slices.Equal(rec.Related, []int64{exit.Registration.ID}) {
		t.Errorf("the entry belongs to %v, %v", rec.Related, err)
	}
	if _, err := o.s.PrintLegend(t.Context(), clerk, exit.Registration.ID, station.LegendOrder{Code: "L-8"}, o.printer); err != nil {
		t.Fatal(err)
	}
	if l := o.lastLabel(); l.Lines[0].Text != "PERVENUTO ED APERTO PER ERRORE" || l.QR != "" || l.Code128 != "" {
		t.Errorf("the envelope's label is %q", texts(l))
	}
}

// TestOriginalEqualToItsFax: the same segnatura with L-3 and the day of the fax, journaled, and no print that the segnatura's state hangs on (R1.7).
func TestOriginalEqualToItsFax(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("Ricorso"))
	order := station.LegendOrder{Code: "L-3", WithSegnatura: true}
	got, err := o.s.PrintLegend(t.Context(), clerk, rec.Registration.ID, order, o.printer)
	if err != nil || got.State != protocollo.PrintPrinted {
		t.Fatalf("printed: %+v, %v", got, err)
	}
	l := o.lastLabel()
	if !strings.Contains(texts(l), "GIA’ PERVENUTO VIA FAX IL GIORNO 02/03/2026") || !strings.Contains(texts(l), "Prot. n. 0000001") || l.QR == "" {
		t.Errorf("the label is %q", texts(l))
	}
	after, err := o.s.Registration(t.Context(), clerk, rec.Registration.ID)
	if err != nil || len(after.Prints) != 0 || after.Facets.Labelled {
		t.Errorf("the segnatura counts %d prints, labelled %t, %v", len(after.Prints), after.Facets.Labelled, err)
	}
	history, err := o.s.History(t.Context(), boss, rec.Intake.ID)
	if err != nil || !slices.ContainsFunc(history, func(e protocollo.Entry) bool { return strings.Contains(string(e.Detail), `"L-3"`) }) {
		t.Errorf("the journal says nothing: %v, %v", history, err)
	}
	o.printer.results = []stamp.Result{{Outcome: stamp.OutcomeFailed, Before: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMediaOut}}}}
	if got, err := o.s.PrintLegend(t.Context(), clerk, rec.Registration.ID, order, o.printer); err != nil || got.State != protocollo.PrintFailed || got.Condition == "" {
		t.Errorf("without labels: %+v, %v", got, err)
	}
}

// TestLegendsAreOfTheCatalogue: free text and what does not stand on paper are refused; what the Responsabile adds is there at once, in a new version
// that a form which knows nothing of it leaves alone (R2.6).
func TestLegendsAreOfTheCatalogue(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("Ricorso"))
	for _, code := range []string{"URGENTE!", "E-1", "L-7", "L-12", ""} {
		if _, err := o.s.PrintLegend(t.Context(), clerk, rec.Registration.ID, station.LegendOrder{Code: code}, o.printer); protocollo.ClassOf(err) != protocollo.Invalid {
			t.Errorf("%q: %v", code, err)
		}
	}
	p, err := o.s.Policies(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	p.Legends = []rules.AddedLegend{{Code: "E-1", Text: "PERVENUTO SENZA BUSTA", Source: "Disposizione n. 4/2026"}}
	if _, err := o.s.SavePolicies(t.Context(), clerk, p); protocollo.ClassOf(err) != protocollo.Forbidden {
		t.Errorf("a clerk adds: %v", err)
	}
	if p, err = o.s.SavePolicies(t.Context(), boss, p); err != nil {
		t.Fatal(err)
	}
	p.Legends = nil
	if p, err = o.s.SavePolicies(t.Context(), boss, p); err != nil || len(p.Legends) != 1 {
		t.Fatalf("a form without them leaves %v, %v", p.Legends, err)
	}
	if _, err := o.s.PrintLegend(t.Context(), clerk, rec.Registration.ID, station.LegendOrder{Code: "E-1"}, o.printer); err != nil || o.lastLabel().Lines[0].Text != "PERVENUTO SENZA BUSTA" {
		t.Errorf("the added one: %v", err)
	}
	p.Legends[0].Code = "L-1"
	if _, err := o.s.SavePolicies(t.Context(), boss, p); protocollo.ClassOf(err) != protocollo.Invalid {
		t.Errorf("one that takes the catalogue's code: %v", err)
	}
}

// TestLegendsSayWhatCanBeTrue: one that cannot be true of a letter is refused, whatever was typed or chosen.
func TestLegendsSayWhatCanBeTrue(t *testing.T) {
	o := newOffice(t)
	out := letter("Nota")
	goesOut(&out)
	mistaken := letter("Per altri")
	circumstance(protocollo.OpenedByMistake, nil, 0, 0)(&mistaken)
	for key, c := range map[string]struct {
		draft protocollo.Draft
		fits  []string
	}{
		"key-arrived": {letter("Ricorso"), []string{"L-1", "L-2", "L-3"}}, "key-outgoing": {out, []string{"L-1", "L-2", "L-4", "L-5", "L-8"}},
		"key-mistaken": {mistaken, []string{"L-1", "L-2", "L-3", "L-8"}},
	} {
		id := o.register(key, c.draft).Registration.ID
		for _, code := range []string{"L-1", "L-2", "L-3", "L-4", "L-5", "L-8", "L-16"} {
			_, err := o.s.LegendLabel(t.Context(), clerk, id, station.LegendOrder{Code: code})
			if fits := slices.Contains(c.fits, code); fits && err != nil || !fits && saidCode(err) != "legend-unsuited" {
				t.Errorf("%s on %s: %v", code, key, err)
			}
		}
		if got := legendsOf(o, id); !slices.Equal(got, c.fits) {
			t.Errorf("%s is offered %v, not %v", key, got, c.fits)
		}
	}
}

// legendsOf are the codes that are offered for a registration.
func legendsOf(o *office, id int64) []string {
	o.t.Helper()
	list, err := o.s.LegendsFor(o.t.Context(), clerk, id)
	if err != nil {
		o.t.Fatal(err)
	}
	var codes []string
	for _, l := range list {
		codes = append(codes, l.Code)
	}
	return codes
}

// TestVersionsOfAnAddedLegend: who said which words from when until when, and which of them labels bear (R2.6). What another rule changes is no version of it.
func TestVersionsOfAnAddedLegend(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("Ricorso"))
	save := func(change func(*station.Policies)) {
		t.Helper()
		p, err := o.s.Policies(t.Context(), boss)
		if err != nil {
			t.Fatal(err)
		}
		change(&p)
		if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
			t.Fatal(err)
		}
		o.clock.add(time.Minute)
	}
	words := func(text string) func(*station.Policies) {
		return func(p *station.Policies) {
			p.Legends = []rules.AddedLegend{{Code: "E-1", Text: text, Source: "Disposizione n. 4/2026"}}
		}
	}
	print := func(n int) {
		t.Helper()
		for range n {
			if _, err := o.s.PrintLegend(t.Context(), clerk, rec.Registration.ID, station.LegendOrder{Code: "E-1"}, o.printer); err != nil {
				t.Fatal(err)
			}
		}
	}
	save(words("SENZA BUSTA"))
	print(2)
	save(func(p *station.Policies) { p.ProcessCertificate = "Certificato 1" })
	print(1)
	save(words("PERVENUTO SENZA BUSTA"))
	print(1)
	save(func(p *station.Policies) { p.Legends = []rules.AddedLegend{} })
	save(words("SENZA BUSTA"))
	print(1)
	if _, err := o.s.LegendHistory(t.Context(), clerk); protocollo.ClassOf(err) != protocollo.Forbidden {
		t.Errorf("a clerk reads it: %v", err)
	}
	list, err := o.s.LegendHistory(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range list {
		if v.By != boss.User || v.Since.IsZero() || v.Until.IsZero() != (v.Ended == "") || v.Last.IsZero() != (v.Labels == 0) {
			t.Errorf("%+v", v)
		}
		got = append(got, fmt.Sprintf("%s %s %d ended %t labels %d", v.Code, v.Text, v.Version, !v.Until.IsZero(), v.Labels))
	}
	want := []string{
		"E-1 SENZA BUSTA 5 ended false labels 1", "E-1 PERVENUTO SENZA BUSTA 3 ended true labels 1", "E-1 SENZA BUSTA 1 ended true labels 3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	history, err := o.s.History(t.Context(), boss, rec.Intake.ID)
	if err != nil || !slices.ContainsFunc(history, func(e protocollo.Entry) bool {
		return strings.Contains(string(e.Detail), `"legendText":"PERVENUTO SENZA BUSTA","legendVersion":3`)
	}) {
		t.Errorf("the label does not say of which version its words are: %v", err)
	}
}
