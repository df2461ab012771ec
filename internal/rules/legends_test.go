package rules_test

import (
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// TestEveryLegend walks the catalogue letter by letter (requirements, section 4; L-8 with its slip corrected, L-16 of section 7), and fills its blanks.
func TestEveryLegend(t *testing.T) {
	facts := map[string]string{rules.BlankDay: "03/03/2026", rules.BlankHour: "09:05", rules.BlankNumber: "0000012", rules.BlankYear: "2026",
		rules.BlankRegister: "1/2026", rules.BlankUser: "PG1", rules.BlankOrder: "2", rules.BlankCount: "3"}
	want := map[string]string{
		"L-1":    "MITTENTE ANONIMO",
		"L-2":    "DOCUMENTO NON SOTTOSCRITTO",
		"L-3":    "GIA’ PERVENUTO VIA FAX IL GIORNO 03/03/2026",
		"L-4":    "ANTICIPATO VIA TELEFAX",
		"L-5":    "LA TRASMISSIONE VIA FAX DEL PRESENTE DOCUMENTO NON PREVEDE L’INVIO DEL DOCUMENTO ORIGINALE",
		"L-6":    "ARRIVATO CARTACEO E PROTOCOLLATO IN DATA 03/03/2026 AL N. 0000012",
		"L-7":    "PERVENUTO PER ERRORE",
		"L-8":    "PERVENUTO ED APERTO PER ERRORE",
		"L-9":    "MESSAGGIO PERVENUTO PER ERRORE – NON DI COMPETENZA DI QUESTA AOO",
		"L-10":   "REGISTRO DI EMERGENZA PG1",
		"L-11":   "n. 0000012/2026 R.E. 1/2026",
		"L-12":   "annullato",
		"L-13":   "ARRIVO 2 di 3",
		"L-13-P": "INVIO 2 di 3",
		"L-16":   "Plico chiuso, ricevuto il 03/03/2026 alle ore 09:05 – non aperto – Firma leggibile ____",
		"E-1":    "PERVENUTO SENZA BUSTA",
	}
	added := rules.AddedLegend{Code: "E-1", Text: "PERVENUTO SENZA BUSTA", Source: "Disposizione n. 4/2026"}
	list := rules.Legends(added)
	if len(list) != len(want) {
		t.Errorf("%d legends, want %d", len(list), len(want))
	}
	for _, l := range list {
		got, err := l.Words(facts)
		if err != nil || got != want[l.Code] {
			t.Errorf("%s says %q, %v; want %q", l.Code, got, err, want[l.Code])
		}
		if l.Source == "" || l.When == "" || l.Place == "" {
			t.Errorf("%s has no source, use or place", l.Code)
		}
		if found, err := rules.LegendNamed(l.Code, added); err != nil || found.Text != l.Text {
			t.Errorf("%s is found as %q, %v", l.Code, found.Text, err)
		}
		if _, err := l.Words(nil); (err == nil) == strings.Contains(l.Text, "{") {
			t.Errorf("%s without facts: %v", l.Code, err)
		}
	}
	for _, code := range []string{"E-1", "L-14", "", "URGENTISSIMO"} {
		if _, err := rules.LegendNamed(code); protocollo.ClassOf(err) != protocollo.Invalid {
			t.Errorf("free text %q: %v", code, err)
		}
	}
}

func TestAddedLegends(t *testing.T) {
	good := rules.AddedLegend{Code: "E-1", Text: "PERVENUTO SENZA BUSTA", Source: "art. 4"}
	for name, c := range map[string]struct {
		change func(*rules.AddedLegend)
		ok     bool
	}{
		"good":                  {func(*rules.AddedLegend) {}, true},
		"the catalogue's code":  {func(a *rules.AddedLegend) { a.Code = "L-1" }, false},
		"no text":               {func(a *rules.AddedLegend) { a.Text = " " }, false},
		"blanks":                {func(a *rules.AddedLegend) { a.Text = "VISTO {giorno}" }, false},
		"more than one line":    {func(a *rules.AddedLegend) { a.Text = "VISTO\nSI STAMPI" }, false},
		"no source":             {func(a *rules.AddedLegend) { a.Source = "" }, false},
		"a code with small one": {func(a *rules.AddedLegend) { a.Code = "E-a" }, false},
	} {
		a := good
		c.change(&a)
		if err := rules.CheckAdded([]rules.AddedLegend{a}); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := rules.CheckAdded([]rules.AddedLegend{good, good}); err == nil {
		t.Error("the same code twice is taken")
	}
}

// TestCircumstances: what each flow writes, and what it refuses (R1.8, R1.9, R1.11).
func TestCircumstances(t *testing.T) {
	paper := &protocollo.Registration{ID: 7, Number: "0000012", Day: "2026-03-03"}
	of := func(k protocollo.CircumstanceKind, order, count int) *protocollo.Circumstance {
		return &protocollo.Circumstance{Kind: k, Order: order, Count: count}
	}
	const linked = "Collegata alla registrazione n. 0000012 del 03/03/2026"
	for name, c := range map[string]struct {
		direction     protocollo.Direction
		c             *protocollo.Circumstance
		of            *protocollo.Registration
		subject, note string // what must stand; "" for a refusal
	}{
		"none":                        {protocollo.Incoming, nil, nil, "Ricorso", ""},
		"digital after paper":         {protocollo.Incoming, of(protocollo.DigitalAfterPaper, 0, 0), paper, "Ricorso", "ARRIVATO CARTACEO E PROTOCOLLATO IN DATA 03/03/2026 AL N. 0000012"},
		"digital after no paper":      {protocollo.Incoming, of(protocollo.DigitalAfterPaper, 0, 0), nil, "", ""},
		"digital that goes out":       {protocollo.Outgoing, of(protocollo.DigitalAfterPaper, 0, 0), paper, "", ""},
		"first of three":              {protocollo.Incoming, of(protocollo.OneOfSeveral, 1, 3), nil, "Ricorso – ARRIVO 1 di 3", ""},
		"third of three":              {protocollo.Incoming, of(protocollo.OneOfSeveral, 3, 3), paper, "Ricorso – ARRIVO 3 di 3", linked},
		"second sending":              {protocollo.Outgoing, of(protocollo.OneOfSeveral, 2, 2), paper, "Ricorso – INVIO 2 di 2", linked},
		"second of nothing":           {protocollo.Incoming, of(protocollo.OneOfSeveral, 2, 3), nil, "", ""},
		"fourth of three":             {protocollo.Incoming, of(protocollo.OneOfSeveral, 4, 3), paper, "", ""},
		"one of one":                  {protocollo.Incoming, of(protocollo.OneOfSeveral, 1, 1), nil, "", ""},
		"opened by mistake":           {protocollo.Incoming, of(protocollo.OpenedByMistake, 0, 0), nil, "Ricorso – PERVENUTO PER ERRORE", ""},
		"sent on":                     {protocollo.Outgoing, of(protocollo.OpenedByMistake, 0, 0), paper, "Ricorso – PERVENUTO PER ERRORE", linked},
		"sent on without its arrival": {protocollo.Outgoing, of(protocollo.OpenedByMistake, 0, 0), nil, "", ""},
		"unknown":                     {protocollo.Incoming, of("altro", 0, 0), paper, "", ""},
	} {
		d, err := rules.Circumstance(protocollo.Draft{Direction: c.direction, Subject: "Ricorso", Circumstance: c.c}, c.of)
		if c.subject == "" {
			if protocollo.ClassOf(err) != protocollo.Invalid {
				t.Errorf("%s: %v, want a refusal", name, err)
			}
			continue
		}
		if err != nil || d.Subject != c.subject || d.Note != c.note {
			t.Errorf("%s: %q, note %q, %v", name, d.Subject, d.Note, err)
		}
	}
	sent := protocollo.Draft{Direction: protocollo.Outgoing, Subject: "Ricorso – PERVENUTO PER ERRORE", Note: "A mano", Circumstance: of(protocollo.OpenedByMistake, 0, 0)}
	if d, err := rules.Circumstance(sent, paper); err != nil || d.Subject != sent.Subject || d.Note != "A mano\n"+linked {
		t.Errorf("words that stand already: %q, %q, %v", d.Subject, d.Note, err)
	}
}
