package station_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// lastAsked is a register that keeps what it was last asked with.
type lastAsked struct {
	station.Registrar
	last protocollo.RegisterRequest
}

func (a *lastAsked) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	a.last = r
	return a.Registrar.Register(ctx, r)
}

// wordy is an office where the words are read as they leave it: on the label, and in what the centre is asked with.
type wordy struct {
	*office
	centre *lastAsked
	key    int
}

func newWordy(t *testing.T) *wordy {
	t.Helper()
	w := &wordy{office: newOffice(t)}
	w.start(func(c *station.Config) {
		w.centre = &lastAsked{Registrar: c.Registrar}
		c.Registrar = w.centre
	})
	return w
}

// letter registers one and prints its label.
func (w *wordy) letter(change func(*protocollo.Draft)) station.Record {
	w.t.Helper()
	d := letter("Ricorso")
	change(&d)
	w.key++
	return w.labelled(string(rune('a'+w.key))+"-key-0001", d)
}

func (w *wordy) history(rec station.Record) []protocollo.Entry {
	w.t.Helper()
	list, err := w.s.History(w.t.Context(), boss, rec.Intake.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// lines are those of the label that was printed last.
func (w *wordy) lines() []string {
	var out []string
	for _, l := range w.lastLabel().Lines {
		out = append(out, l.Text)
	}
	return out
}

// legend prints one on its own and returns its words.
func (w *wordy) legend(rec station.Record, code string) []string {
	w.t.Helper()
	if _, err := w.s.PrintLegend(w.t.Context(), clerk, rec.Registration.ID, station.LegendOrder{Code: code}, w.printer); err != nil {
		w.t.Fatalf("%s: %v", code, err)
	}
	return w.lines()[:1]
}

// sent are subject and note as the centre had them.
func (w *wordy) sent() []string {
	return []string{w.centre.last.Draft.Subject, w.centre.last.Draft.Note}
}

func asItIs(*protocollo.Draft) {}

// forOthers is an envelope that came by mistake.
func forOthers() protocollo.Draft {
	return protocollo.Draft{Direction: protocollo.Incoming, Recipients: []protocollo.Correspondent{{Name: "Condominio Aurora", Address: "Via Po 2"}}}
}

// goesOut makes a letter one that goes out.
func goesOut(d *protocollo.Draft) {
	d.Direction, d.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Comune di Là"}}
}

// circumstance makes a letter stand so to another.
func circumstance(k protocollo.CircumstanceKind, of *station.Record, order, count int) func(*protocollo.Draft) {
	return func(d *protocollo.Draft) {
		d.Circumstance = &protocollo.Circumstance{Kind: k, Order: order, Count: count}
		if of != nil {
			d.Circumstance.Of = of.Registration.ID
		}
	}
}

// TestEveryWordThatLeaves walks the catalogue and each flow that puts words on paper, into a subject or into a note, with the exact words
// (requirements, section 4; section 7 where it says otherwise). A word that changes fails its row.
func TestEveryWordThatLeaves(t *testing.T) {
	catalogue := map[string]bool{}
	for _, l := range rules.Legends() {
		catalogue[l.Code] = false
	}
	for _, c := range []struct {
		legend, flow string
		leaves       func(w *wordy) []string
		want         []string // each stands as a whole line
	}{
		{"L-1", "R1.10 anonymous", func(w *wordy) []string {
			w.letter(func(d *protocollo.Draft) { d.Senders, d.Anonymous = nil, true })
			return w.lines()
		}, []string{"MITTENTE ANONIMO"}},
		{"L-2", "R1.10 unsigned", func(w *wordy) []string {
			w.letter(func(d *protocollo.Draft) { d.Unsigned = true })
			return w.lines()
		}, []string{"DOCUMENTO NON SOTTOSCRITTO"}},
		{"L-3", "R1.7 an original that equals its fax has the fax's segnatura", func(w *wordy) []string {
			fax := w.letter(func(d *protocollo.Draft) { d.Means = protocollo.MeansFax })
			order := station.LegendOrder{Code: "L-3", WithSegnatura: true}
			if _, err := w.s.PrintLegend(w.t.Context(), clerk, fax.Registration.ID, order, w.printer); err != nil {
				w.t.Fatal(err)
			}
			return w.lines()
		}, []string{"GIA’ PERVENUTO VIA FAX IL GIORNO 02/03/2026", "Prot. n. 0000001"}},
		{"", "R1.7 an original with a difference, even the least, has a number of its own", func(w *wordy) []string {
			ref := protocollo.SenderReference{Protocol: "77/A"}
			fax := w.letter(func(d *protocollo.Draft) { d.Means, d.SenderRef = protocollo.MeansFax, ref })
			d := letter("Ricorso")
			d.SenderRef = ref
			rec, err := w.s.Register(w.t.Context(), clerk, station.RegisterCommand{Key: "key-0002", Draft: d, DuplicateChoice: protocollo.DuplicateFaxFirst, DuplicateOf: fax.Registration.ID})
			if err != nil {
				w.t.Fatal(err)
			}
			if _, err := w.s.PrintLabel(w.t.Context(), clerk, rec.Registration.ID, w.printer, protocollo.ReprintNone); err != nil {
				w.t.Fatal(err)
			}
			return w.lines()
		}, []string{"Prot. n. 0000002"}},
		{"", "R1.7 the fax is linked with the original that differs, both ways", func(w *wordy) []string {
			fax := w.letter(func(d *protocollo.Draft) { d.Means = protocollo.MeansFax })
			rec, err := w.s.Register(w.t.Context(), clerk, station.RegisterCommand{Key: "key-0002", Draft: letter("Ricorso"), DuplicateChoice: protocollo.DuplicateFaxFirst, DuplicateOf: fax.Registration.ID})
			if err != nil {
				w.t.Fatal(err)
			}
			return append(w.belongs(fax), w.belongs(rec)...)
		}, []string{"1 belongs to 2", "2 belongs to 1"}},
		{"", "R1.11 entry and exit are linked, both ways, and one paper leaves once", func(w *wordy) []string {
			in := w.letter(circumstance(protocollo.OpenedByMistake, nil, 0, 0))
			exit := func(d *protocollo.Draft) { goesOut(d); circumstance(protocollo.OpenedByMistake, &in, 0, 0)(d) }
			out := w.letter(exit)
			d := letter("Ricorso")
			exit(&d)
			_, err := w.s.Register(w.t.Context(), clerk, station.RegisterCommand{Key: "key-again", Draft: d})
			wantClass(w.t, err, protocollo.Conflict, "sent-on")
			return append(w.belongs(in), w.belongs(out)...)
		}, []string{"1 belongs to 2", "2 belongs to 1"}},
		{"L-4", "art. 31.3 a", func(w *wordy) []string { return w.legend(w.letter(goesOut), "L-4") }, []string{"ANTICIPATO VIA TELEFAX"}},
		{"L-5", "art. 31.3 b", func(w *wordy) []string { return w.legend(w.letter(goesOut), "L-5") },
			[]string{"LA TRASMISSIONE VIA FAX DEL PRESENTE DOCUMENTO NON PREVEDE L’INVIO DEL DOCUMENTO ORIGINALE"}},
		{"L-6", "R1.8 digital after paper", func(w *wordy) []string {
			paper := w.letter(asItIs)
			w.letter(circumstance(protocollo.DigitalAfterPaper, &paper, 0, 0))
			return append(w.sent(), w.lines()...)
		}, []string{"Ricorso", "ARRIVATO CARTACEO E PROTOCOLLATO IN DATA 02/03/2026 AL N. 0000001", "Prot. n. 0000002"}},
		{"L-7", "R1.11 opened by mistake, as it comes in", func(w *wordy) []string {
			w.letter(circumstance(protocollo.OpenedByMistake, nil, 0, 0))
			return w.sent()
		}, []string{"Ricorso – PERVENUTO PER ERRORE"}},
		{"L-7", "R1.11 opened by mistake, as it goes on", func(w *wordy) []string {
			in := w.letter(circumstance(protocollo.OpenedByMistake, nil, 0, 0))
			w.letter(func(d *protocollo.Draft) { goesOut(d); circumstance(protocollo.OpenedByMistake, &in, 0, 0)(d) })
			return w.sent()
		}, []string{"Ricorso – PERVENUTO PER ERRORE", "Collegata alla registrazione n. 0000001 del 02/03/2026"}},
		{"L-8", "R1.11 on the envelope", func(w *wordy) []string { return w.legend(w.letter(goesOut), "L-8") }, []string{"PERVENUTO ED APERTO PER ERRORE"}},
		{"L-7", "R1.11 on the envelope that goes back to the post unopened", func(w *wordy) []string {
			rec, err := w.s.TakeMisdelivered(w.t.Context(), clerk, station.MisdeliveredCommand{Key: "per-altri-1", Draft: forOthers()})
			if err != nil {
				w.t.Fatal(err)
			}
			if _, err := w.s.PrintMisdelivered(w.t.Context(), clerk, rec.Intake.ID, w.printer); err != nil {
				w.t.Fatal(err)
			}
			return append(w.lines(), rec.Intake.Draft.Subject)
		}, []string{"PERVENUTO PER ERRORE", "Comune di Prova – Ricezione n. R 1/2026 del 02/03/2026", "Busta per altri: Condominio Aurora"}},
		{"", "R1.14 what is not registered cites its entry", func(w *wordy) []string {
			rec, err := w.s.CloseUnregistered(w.t.Context(), clerk, station.UnregisteredCommand{Key: "esclusa-1", Entry: "pubblicita"})
			if err != nil {
				w.t.Fatal(err)
			}
			e := rec.Unnumbered.Entry
			return []string{rec.Intake.Draft.Subject, e.Words, e.Source, e.Manual}
		}, []string{"materiali pubblicitari", "DPR 445/2000, art. 53 c. 5", "DPR 445/2000, art. 53 comma 5"}},
		{"L-9", "art. 21, the centre's", func(w *wordy) []string {
			if _, err := w.s.PrintLegend(w.t.Context(), clerk, w.letter(asItIs).Registration.ID, station.LegendOrder{Code: "L-9"}, w.printer); protocollo.ClassOf(err) != protocollo.Invalid {
				w.t.Errorf("it is printed: %v", err)
			}
			return []string{w.listed("L-9")}
		}, []string{"MESSAGGIO PERVENUTO PER ERRORE – NON DI COMPETENZA DI QUESTA AOO"}},
		{"L-10", "R9.4 numbers by user", func(w *wordy) []string {
			w.policy(func(p *protocollo.EmergencyPolicy) { p.Scheme = protocollo.EmergencyPerUser })
			cmd := w.opening()
			cmd.UserCode = "07"
			w.openRegister(cmd)
			w.letter(asItIs)
			return w.lines()
		}, []string{"AOO AOO1 – REGISTRO DI EMERGENZA 07"}},
		{"L-11", "R9.4 numbers by opening", func(w *wordy) []string {
			w.openRegister(w.opening())
			w.letter(asItIs)
			return w.lines()
		}, []string{"n. 1/2026 R.E. 1/2026"}},
		{"L-12", "R2.7 annulled", func(w *wordy) []string {
			rec := w.letter(asItIs)
			if _, err := w.s.PrintLegend(w.t.Context(), clerk, rec.Registration.ID, station.LegendOrder{Code: "L-12"}, w.printer); protocollo.ClassOf(err) != protocollo.Invalid {
				w.t.Errorf("of what stands: %v", err)
			}
			w.annul(rec)
			if offered, err := w.s.LegendsFor(w.t.Context(), clerk, rec.Registration.ID); err != nil || len(offered) != 1 || offered[0].Code != "L-12" {
				w.t.Errorf("of what is annulled: %v, %v", offered, err)
			}
			return w.legend(rec, "L-12")
		}, []string{"annullato il 02/03/2026 alle ore 09:15 – resp – provvedimento n. 1 del 02/03/2026"}},
		{"L-13", "R1.9 several arrivals", func(w *wordy) []string {
			first := w.letter(circumstance(protocollo.OneOfSeveral, nil, 1, 3))
			w.letter(circumstance(protocollo.OneOfSeveral, &first, 2, 3))
			return w.sent()
		}, []string{"Ricorso – ARRIVO 2 di 3", "Collegata alla registrazione n. 0000001 del 02/03/2026"}},
		{"L-13-P", "R1.9 several sendings", func(w *wordy) []string {
			w.letter(func(d *protocollo.Draft) { goesOut(d); circumstance(protocollo.OneOfSeveral, nil, 1, 2)(d) })
			return w.sent()
		}, []string{"Ricorso – INVIO 1 di 2"}},
		{"L-16", "R5.2 a plico", func(w *wordy) []string {
			if _, err := w.s.PrintBidLabel(w.t.Context(), clerk, w.received("key-0001", 1, 0)[0].ID, w.printer, protocollo.ReprintNone); err != nil {
				w.t.Fatal(err)
			}
			return w.lines()
		}, []string{"Plico chiuso, ricevuto il 02/03/2026 alle ore 09:15 – non aperto – Firma leggibile ____"}},
		{"", "R1.15 an envelope with a word of L-14 stays closed, with the formula that stands on it", func(w *wordy) []string {
			d := letter("")
			d.Senders, d.Recipients, d.Envelope = nil, []protocollo.Correspondent{{Name: "Luca Neri"}}, protocollo.EnvelopeClosed
			cmd := station.EnvelopeCommand{Key: "key-0001", Draft: d}
			if _, err := w.s.KeepClosed(w.t.Context(), clerk, cmd); protocollo.ClassOf(err) != protocollo.Invalid {
				w.t.Errorf("nothing stands on it, and yet it stays closed: %v", err)
			}
			cmd.Formula = " STRETTAMENTE   personale "
			rec, err := w.s.KeepClosed(w.t.Context(), clerk, cmd)
			if err != nil || rec.Registration != nil {
				w.t.Fatalf("%+v, %v", rec.Registration, err)
			}
			return []string{rec.Unnumbered.Words, rec.Intake.Draft.Subject}
		}, []string{"STRETTAMENTE personale", "Busta chiusa: STRETTAMENTE personale"}},
		{"", "R1.16 a removable medium without covering letter has a number once its presentation sheet is signed, and N-4", func(w *wordy) []string {
			onMedia := func(d *protocollo.Draft) { d.Support = protocollo.SupportMedia }
			d := letter("Ricorso")
			onMedia(&d)
			_, err := w.s.Register(w.t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: d})
			wantClass(w.t, err, protocollo.Invalid, "presentation")
			w.letter(func(d *protocollo.Draft) {
				onMedia(d)
				d.Presentation, d.SignatureCheck = protocollo.PresentedBySheet, protocollo.SignatureExpired
			})
			return append(strings.Split(w.centre.last.Draft.Note, "\n"), w.lines()...)
		}, []string{"Supporto rimovibile con documento autografo di presentazione", "verifica firma digitale eseguita: certificato scaduto", "Prot. n. 0000001"}},
		{"", "R1.16 of a removable medium with a covering letter that is registered", func(w *wordy) []string {
			w.letter(func(d *protocollo.Draft) {
				d.Support, d.Presentation = protocollo.SupportMedia, protocollo.PresentedByLetter
			})
			return append(w.sent(), w.lines()...)
		}, []string{"Supporto rimovibile con lettera di trasmissione", "Prot. n. 0000001"}},
		{"", "R1.18 of attachments only their number is compared with what was declared, and what differs stays noted", func(w *wordy) []string {
			plan := protocollo.Attachment{Description: "planimetria"}
			rec := w.letter(func(d *protocollo.Draft) { d.Attachments = []protocollo.Attachment{plan, plan} })
			w.scan(&feeder{pages: []string{sheetOf("a", withCodes(codeOf(rec))), divider("d"), sheetOf("x", nil)}}, station.ScanCommand{})
			w.mustSolve(clerk, w.theException(protocollo.ExceptionCount, ""), station.Answer{Choice: protocollo.ChoiceAccept})
			var noted []string
			for _, e := range w.history(rec) {
				var d struct {
					Unit, Found, Choice string
					Declared            int
				}
				if err := json.Unmarshal(e.Detail, &d); err == nil && d.Unit != "" {
					noted = append(noted, fmt.Sprintf("%s dichiarati %d, trovati %s, %s", d.Unit, d.Declared, d.Found, d.Choice))
				}
			}
			return noted
		}, []string{"allegati dichiarati 2, trovati 1, accept"}},
		{"", "R1.13 a raccomandata has a number", func(w *wordy) []string {
			advert := func(d *protocollo.Draft) {
				d.Subject, d.Means = "Dépliant pubblicitario", protocollo.MeansRaccomandata
			}
			d := letter("")
			advert(&d)
			_, err := w.s.CloseUnregistered(w.t.Context(), clerk, station.UnregisteredCommand{Key: "esclusa-1", Draft: d, Entry: "pubblicita"})
			if e := (*protocollo.Error)(nil); !errors.As(err, &e) || e.Code != "raccomandata-always" {
				w.t.Errorf("left out of the register: %v", err)
			}
			w.letter(advert)
			return w.lines()
		}, []string{"Prot. n. 0000001"}},
	} {
		t.Run(c.legend+" "+c.flow, func(t *testing.T) {
			got := c.leaves(newWordy(t))
			for _, line := range c.want {
				if !slices.Contains(got, line) {
					t.Errorf("no line %q in %q", line, got)
				}
			}
		})
		if c.legend != "" {
			catalogue[c.legend] = true
		}
	}
	for code, walked := range catalogue {
		if !walked {
			t.Errorf("nothing shows how %s leaves", code)
		}
	}
}

// belongs says with what a letter is linked.
func (w *wordy) belongs(rec station.Record) (list []string) {
	for _, id := range w.record(rec.Intake.ID).Related {
		list = append(list, fmt.Sprintf("%d belongs to %d", rec.Registration.ID, id))
	}
	return list
}

// listed is an entry's text as the screens have it.
func (w *wordy) listed(code string) string {
	w.t.Helper()
	list, err := w.s.Legends(w.t.Context(), clerk)
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(l rules.Legend) bool { return l.Code == code })
	if i < 0 {
		w.t.Fatalf("no %s", code)
	}
	return list[i].Text
}
