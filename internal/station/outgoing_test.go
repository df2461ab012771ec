package station_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// going is a letter that leaves on paper.
func going(subject string, to ...protocollo.Correspondent) protocollo.Draft {
	return protocollo.Draft{Direction: protocollo.Outgoing, Subject: subject, Recipients: to, Classifica: "I.6", UOR: "TRIB", Means: protocollo.MeansRaccomandata}
}

// TestTwoLabels: what leaves has the original's and the minuta's label at once, each with its own way out and its own reprints (R16.7).
func TestTwoLabels(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", going("Diffida", protocollo.Correspondent{Name: "Verdi Ada"}))
	id := rec.Registration.ID
	o.printer.results = []stamp.Result{{Outcome: stamp.OutcomePrinted},
		{Outcome: stamp.OutcomeFailed, Before: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMediaOut}}}}
	prints, err := o.s.PrintFirstLabels(t.Context(), clerk, id, o.printer)
	if err != nil || len(prints) != 2 || prints[0].Minuta || !prints[1].Minuta || prints[0].State != protocollo.PrintPrinted || prints[1].State != protocollo.PrintQueued {
		t.Fatalf("prints %+v, %v", prints, err)
	}
	if prints[0].BitmapSHA256 != prints[1].BitmapSHA256 {
		t.Error("original and minuta differ")
	}
	if _, err := o.s.LabelBitmap(t.Context(), clerk, id, prints[1].ID); err != nil {
		t.Errorf("the minuta's label: %v", err)
	}
	waiting, err := o.s.LabelsToPrint(t.Context(), clerk)
	if err != nil || len(waiting) != 1 || !waiting[0].Print.Minuta {
		t.Fatalf("waiting %+v, %v", waiting, err)
	}
	again, err := o.s.PrintFirstLabels(t.Context(), clerk, id, o.printer)
	wantClass(t, err, protocollo.Invalid, "reprint-reason")
	if len(again) != 0 {
		t.Errorf("printed again: %+v", again)
	}
	if p, err := o.s.PrintMinuta(t.Context(), clerk, id, o.printer, protocollo.ReprintNone); err != nil || p.ID != prints[1].ID || p.State != protocollo.PrintPrinted {
		t.Errorf("the minuta that waited: %+v, %v", p, err)
	}
	if p, err := o.s.PrintMinuta(t.Context(), clerk, id, o.printer, protocollo.ReprintLost); err != nil || !p.Minuta || p.Ordinal != 3 {
		t.Errorf("a lost minuta: %+v, %v", p, err)
	}
	in := o.register("key-0002", letter("Istanza"))
	if prints, err := o.s.PrintFirstLabels(t.Context(), clerk, in.Registration.ID, o.printer); err != nil || len(prints) != 1 || prints[0].Minuta {
		t.Errorf("of what came in: %+v, %v", prints, err)
	}
	_, err = o.s.LabelBitmap(t.Context(), clerk, in.Registration.ID, prints[0].ID)
	wantClass(t, err, protocollo.NotFound, "print")
	_, err = o.s.PrintMinuta(t.Context(), clerk, in.Registration.ID, o.printer, protocollo.ReprintNone)
	wantClass(t, err, protocollo.Conflict, "no-minuta")
	o.switches(station.LabelSwitches{NoMinuta: true})
	one := o.register("key-0003", going("Senza minuta", protocollo.Correspondent{Name: "Verdi Ada"}))
	if prints, err := o.s.PrintFirstLabels(t.Context(), clerk, one.Registration.ID, o.printer); err != nil || len(prints) != 1 {
		t.Errorf("without minuta: %+v, %v", prints, err)
	}
	o.clean()
}

// TestMinutaOfALetterThatWaited: both labels are ready when the number comes.
func TestMinutaOfALetterThatWaited(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) { c.LabelPrinter = func() (station.Printer, bool) { return o.printer, true } })
	o.registrar.always = away
	rec, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: going("Diffida", protocollo.Correspondent{Name: "Verdi Ada"})})
	if err != nil || rec.Registration != nil {
		t.Fatalf("%+v, %v", rec, err)
	}
	o.numbersCome()
	o.s.QueueLabels(t.Context())
	waiting, err := o.s.LabelsToPrint(t.Context(), clerk)
	if err != nil || len(waiting) != 2 || waiting[0].Print.Minuta || !waiting[1].Print.Minuta {
		t.Fatalf("waiting %+v, %v", waiting, err)
	}
}

// TestReadRecipients: what is wrong with a list is said row by row, codes are one recipient's only, and a code that another letter has is shown.
func TestReadRecipients(t *testing.T) {
	o := newOffice(t)
	o.register("key-0001", going("Prima", protocollo.Correspondent{Name: "Neri", Raccomandata: "ra 123 456 it"}))
	l, err := o.s.ReadRecipients(t.Context(), clerk, strings.NewReader("Destinatario,Indirizzo,Raccomandata,Campi variabili\n"+
		"Verdi Ada,Via Roma 1,RA111IT,rata 1\n"+
		",Via Po 2,,\n"+
		"Rossi,Via Po 3\n"+
		"Gialli,Via Po 4,ra 111 it,\n"+
		"Verdi Ada,Via Roma 1,RA123456IT,\n"+
		strings.Repeat("x", 401)+",,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range l.Faults {
		got = append(got, fmt.Sprintf("%d %s %s %s %t", f.Row, f.Column, f.Why, f.Value[:min(len(f.Value), 10)], f.Warning))
	}
	want := []string{"3 destinatario empty  false", "4  fields  false", "5 raccomandata code-twice RA111IT false", "6  twice Verdi Ada true",
		"6 raccomandata code-known RA123456IT true", "7 destinatario too-long xxxxxxxxxx false"}
	if !slices.Equal(got, want) {
		t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(l.Recipients) != 2 || l.Recipients[0] != (protocollo.Correspondent{Name: "Verdi Ada", Address: "Via Roma 1", Raccomandata: "RA111IT", Variable: "rata 1"}) {
		t.Errorf("recipients %+v", l.Recipients)
	}
	for name, text := range map[string]string{"nothing": "", "a header": "destinatario\n", "another table": "a,b\n1,2\n"} {
		_, err := o.s.ReadRecipients(t.Context(), clerk, strings.NewReader(text))
		if protocollo.ClassOf(err) != protocollo.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l, err := o.s.ReadRecipients(t.Context(), clerk, strings.NewReader("destinatario\n"+strings.Repeat("A\n", 2001))); err != nil || len(l.Recipients) != 0 || l.Faults[0].Why != "too-many" {
		t.Errorf("too many: %d, %+v, %v", len(l.Recipients), l.Faults, err)
	}
	_, err = o.s.ReadRecipients(t.Context(), guest, strings.NewReader(""))
	wantClass(t, err, protocollo.Forbidden, "register")
}

// TestRaccomandataOfARecipient: a code is one recipient's; another letter with it is shown before the number (R1.6, R16.7), and the search finds it.
func TestRaccomandataOfARecipient(t *testing.T) {
	o := newOffice(t)
	_, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: going("Diffida", protocollo.Correspondent{Name: "A", Raccomandata: "RA1"},
		protocollo.Correspondent{Name: "B", Raccomandata: "r a1"})})
	wantClass(t, err, protocollo.Invalid, "raccomandata-twice")
	in := letter("Istanza")
	in.Recipients = []protocollo.Correspondent{{Name: "A", Raccomandata: "RA1"}}
	_, err = o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: in})
	wantClass(t, err, protocollo.Invalid, "raccomandata-direction")
	first := o.register("key-0001", going("Diffida", protocollo.Correspondent{Name: "A", Raccomandata: "RA1"}, protocollo.Correspondent{Name: "B", Raccomandata: "RA2"}))
	_, err = o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0002", Draft: going("Sollecito", protocollo.Correspondent{Name: "C", Raccomandata: "ra2"})})
	wantClass(t, err, protocollo.Conflict, "possible-duplicates")
	like, err := o.s.CheckDuplicates(t.Context(), clerk, going("Sollecito", protocollo.Correspondent{Name: "C", Raccomandata: "ra2"}))
	if err != nil || len(like) != 1 || like[0].RegistrationID != first.Registration.ID || like[0].Reason != "raccomandata" {
		t.Errorf("shown %+v, %v", like, err)
	}
	found, err := o.s.Search(t.Context(), clerk, station.Query{Text: "RA2"})
	if err != nil || len(found.Hits) != 1 {
		t.Errorf("found %+v, %v", found, err)
	}
	if again := o.register("key-0001", going("Diffida", protocollo.Correspondent{Name: "A", Raccomandata: "RA1"}, protocollo.Correspondent{Name: "B", Raccomandata: "RA2"})); again.Registration.ID != first.Registration.ID {
		t.Error("the same request again is another letter")
	}
	o.clean()
}

// TestPostingList: a day's envelopes by means, one for each recipient; a file, what stays and what was annulled leave nothing.
func TestPostingList(t *testing.T) {
	o := newOffice(t)
	_, err := o.s.PostingList(t.Context(), clerk, "")
	wantClass(t, err, protocollo.NotFound, "no-paper")
	several := going("Diffida", protocollo.Correspondent{Name: "A", Address: "Via Roma 1", Raccomandata: "RA1", Variable: "rata 1"}, protocollo.Correspondent{Name: "B"})
	several.Copies, several.Confidential = []protocollo.Correspondent{{Name: "C"}}, true
	rec := o.register("key-0001", several)
	one := going("Risposta", protocollo.Correspondent{Name: "D"})
	one.Means, one.RaccomandataCode = protocollo.MeansPost, "RA9"
	o.register("key-0002", one)
	file := going("Per PEC", protocollo.Correspondent{Name: "E"})
	file.Support, file.FileDigest = protocollo.SupportFile, strings.Repeat("a", 64)
	o.register("key-0003", file)
	o.register("key-0004", letter("In arrivo"))
	o.annul(o.register("key-0005", going("Annullata", protocollo.Correspondent{Name: "F"})))
	l, err := o.s.PostingList(t.Context(), boss, "2026-03-02")
	if err != nil || len(l.Groups) != 2 || l.Letter != "" || l.Day != "02/03/2026" {
		t.Fatalf("list %+v, %v", l, err)
	}
	if g := l.Groups[0]; g.Means != "Posta ordinaria" || len(g.Items) != 1 || g.Items[0].Raccomandata != "RA9" || g.Items[0].Number != "0000002" {
		t.Errorf("by post %+v", g)
	}
	if g := l.Groups[1]; g.Means != "Raccomandate" || len(g.Items) != 3 || g.Items[0].Raccomandata != "RA1" || g.Items[0].Address != "Via Roma 1" || !g.Items[2].ForKnowledge {
		t.Errorf("registered %+v", g)
	}
	if l, err := o.s.PostingList(t.Context(), other, ""); err != nil || len(l.Groups) != 1 {
		t.Errorf("who does not see the confidential one: %+v, %v", l, err)
	}
	of, err := o.s.RecipientsList(t.Context(), clerk, rec.Registration.ID)
	if err != nil || of.Letter != "Prot. n. 0000001 del 02/03/2026" || of.Subject != "Diffida" || len(of.Groups[0].Items) != 3 || of.Groups[0].Items[0].Variable != "rata 1" {
		t.Errorf("of one letter %+v, %v", of, err)
	}
	_, err = o.s.RecipientsList(t.Context(), clerk, o.register("key-0006", letter("x")).Registration.ID)
	wantClass(t, err, protocollo.Conflict, "not-outgoing")
}
