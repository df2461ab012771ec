package station_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
	"segnatura/store"
)

// waiting registers a letter while the register is away, and lets it wait.
func (o *office) waiting(key string, wait time.Duration) station.Record {
	o.t.Helper()
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
	rec := o.register(key, letter("Oggetto riservato alla pratica"))
	if rec.Registration != nil {
		o.t.Fatal("it has a number")
	}
	o.clock.add(wait)
	return rec
}

// numbersCome ends the outage.
func (o *office) numbersCome() {
	o.t.Helper()
	o.registrar.always = nil
	if err := o.s.DrainWaiting(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func temporaryCode(rec station.Record) string { return rec.Intake.Barcode("c_a000").Payload() }

// TestTemporaryLabel: it comes after the wait that the policy says, says what it is, shows no number, and satisfies nothing (R7.2, R16.5, R21.2).
func TestTemporaryLabel(t *testing.T) {
	o := newOffice(t)
	rec := o.waiting("key-0001", station.TemporaryAfter-time.Second)
	_, err := o.s.PrintTemporaryLabel(t.Context(), clerk, rec.Intake.ID, o.printer)
	wantClass(t, err, protocollo.Conflict, "temporary-early")
	o.clock.add(time.Second)
	if p, err := o.s.PrintTemporaryLabel(t.Context(), clerk, rec.Intake.ID, o.printer); err != nil || p.State != protocollo.PrintPrinted {
		t.Fatalf("%+v, %v", p, err)
	}
	l := o.lastLabel()
	if got := texts(l); !strings.HasPrefix(got, "PROVVISORIA – in attesa del numero di protocollo\n") || !strings.Contains(got, "\nR 1/2026\n") || strings.Contains(got, "Prot.") || strings.Contains(got, "riservato") {
		t.Errorf("label:\n%s", got)
	}
	if l.Banner != "PROVVISORIA" || l.QR != temporaryCode(rec) {
		t.Errorf("banner %q, QR %q", l.Banner, l.QR)
	}
	history, err := o.s.History(t.Context(), clerk, rec.Intake.ID)
	if err != nil || history[len(history)-1].Kind != "label.temporary" || history[len(history)-1].Actor != clerk.User {
		t.Errorf("history %+v, %v", history, err)
	}
	if again := o.record(rec.Intake.ID); again.Facets.Labelled || len(again.Prints) != 0 {
		t.Errorf("it counts as a segnatura: %+v, %+v", again.Facets, again.Prints)
	}
	_, err = o.s.PrintTemporaryLabel(t.Context(), guest, rec.Intake.ID, o.printer)
	wantClass(t, err, protocollo.Forbidden, "register")
	_, err = o.s.TemporaryLabel(t.Context(), alien, rec.Intake.ID)
	wantClass(t, err, protocollo.NotFound, "intake")

	o.numbersCome()
	_, err = o.s.PrintTemporaryLabel(t.Context(), clerk, rec.Intake.ID, o.printer)
	wantClass(t, err, protocollo.Conflict, "numbered")
}

// TestNoTemporaryLabelForAFile: it is neither offered nor printed, however long the letter waits.
func TestNoTemporaryLabelForAFile(t *testing.T) {
	o := newOffice(t)
	file := letter("Un file")
	file.Support, file.FileDigest = protocollo.SupportFile, strings.Repeat("a", 64)
	o.registrar.always = away
	rec := o.register("key-file", file)
	o.clock.add(24 * time.Hour)
	if from, waits, err := o.s.TemporaryFrom(t.Context(), rec); waits || err != nil {
		t.Errorf("offered from %v on, %v", from, err)
	}
	_, err := o.s.PrintTemporaryLabel(t.Context(), clerk, rec.Intake.ID, o.printer)
	wantClass(t, err, protocollo.Conflict, "temporary-file")
	if len(o.printer.printed) != 0 {
		t.Error("it was printed")
	}
}

// TestTemporaryLabelInALongOutage: who comes to the counter hours into an outage does not wait anew, and the Responsabile sets the wait.
func TestTemporaryLabelInALongOutage(t *testing.T) {
	o := newOffice(t)
	o.registrar.before = map[string]error{"Register": protocollo.Errorf(protocollo.Unavailable, "connect", "refused")}
	first := o.waiting("key-0001", 2*time.Hour)
	later := o.waiting("key-0002", 0)
	if _, err := o.s.TemporaryLabel(t.Context(), clerk, later.Intake.ID); err != nil {
		t.Errorf("two hours into the outage: %v", err)
	}
	p, err := o.s.Policies(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	p.Temporary.AfterMinutes = 180
	if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
		t.Fatal(err)
	}
	_, err = o.s.TemporaryLabel(t.Context(), clerk, first.Intake.ID)
	wantClass(t, err, protocollo.Conflict, "temporary-early")
}

// TestTemporaryLabelFits: the words that make it temporary, and the code, stand on every size of label that is promised.
func TestTemporaryLabelFits(t *testing.T) {
	o := newOffice(t)
	rec := o.waiting("key-0001", time.Hour)
	for _, size := range []stamp.Size{{WidthMM: 62, HeightMM: 29}, {WidthMM: 89, HeightMM: 36}, {WidthMM: 100, HeightMM: 50}} {
		o.printer.size = size
		if p, err := o.s.PrintTemporaryLabel(t.Context(), clerk, rec.Intake.ID, o.printer); err != nil || p.State != protocollo.PrintPrinted {
			t.Errorf("%s: %+v, %v", size, p, err)
		}
	}
}

// TestEitherCodeOpensTheRecord: the temporary label's codes, the «Ricezione n.» and later the number all open the same record, for who may see it.
func TestEitherCodeOpensTheRecord(t *testing.T) {
	o := newOffice(t)
	o.register("key-0000", letter("Un’altra lettera"))
	rec := o.waiting("key-0001", 0)
	codes := []string{temporaryCode(rec), strings.ToLower(temporaryCode(rec)), rec.Intake.HandCode(), "R 2/2026"}
	opens := func(codes ...string) {
		t.Helper()
		for _, code := range codes {
			if hits, err := o.s.Open(t.Context(), clerk, code); err != nil || len(hits) != 1 || hits[0].Intake.ID != rec.Intake.ID {
				t.Errorf("%q opens %d records, %v", code, len(hits), err)
			}
			if _, err := o.s.Open(t.Context(), alien, code); protocollo.ClassOf(err) != protocollo.NotFound {
				t.Errorf("%q opens for another AOO: %v", code, err)
			}
		}
	}
	opens(codes...)
	o.numbersCome()
	opens(append(codes, codeOf(o.record(rec.Intake.ID)), "20260000002")...)
	for _, code := range []string{"R20260000003", protocollo.Intake{AOO: "AOO1", Year: 2026, Seq: 3, Draft: letter("x")}.Barcode("c_a000").Payload()} {
		if _, err := o.s.Open(t.Context(), clerk, code); protocollo.ClassOf(err) != protocollo.NotFound {
			t.Errorf("%q: %v", code, err)
		}
	}
}

// TestTemporaryLabelInAScan: beside its letter's segnatura it changes nothing; alone it names the letter and a person decides; a page that bears
// two letters' labels is never joined by itself (laws 1 and 2, R3.1).
func TestTemporaryLabelInAScan(t *testing.T) {
	for name, c := range map[string]struct {
		codes func(o *office, numbered, other, unnumbered station.Record) []string
		kind  protocollo.ExceptionKind // "" = it joins
		why   string
		asked int // which registrations the question names
	}{
		"with its segnatura": {func(_ *office, a, _, _ station.Record) []string {
			return []string{temporaryCode(a), codeOf(a)}
		}, "", "", 0},
		"alone, of a letter with number and label": {func(_ *office, a, _, _ station.Record) []string {
			return []string{temporaryCode(a)}
		}, protocollo.ExceptionNotExpected, "temporary", 1},
		"alone, of a letter without number": {func(_ *office, _, _, n station.Record) []string {
			return []string{temporaryCode(n)}
		}, protocollo.ExceptionNotExpected, "not-numbered", 0},
		"under another letter's segnatura": {func(_ *office, a, b, _ station.Record) []string {
			return []string{codeOf(b), temporaryCode(a)}
		}, protocollo.ExceptionTwoCodes, "", 2},
		"of a letter without number, under a segnatura": {func(_ *office, _, b, n station.Record) []string {
			return []string{codeOf(b), temporaryCode(n)}
		}, protocollo.ExceptionNotExpected, "not-numbered", 1},
		"of no letter, beside a segnatura": {func(_ *office, a, _, _ station.Record) []string {
			lost := a.Intake
			lost.Seq = 99
			return []string{codeOf(a), lost.Barcode("c_a000").Payload()}
		}, protocollo.ExceptionNotExpected, "unknown", 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			b := o.labelled("key-0001", letter("b"))
			a := o.waiting("key-0002", time.Hour)
			o.numbersCome()
			a = o.record(a.Intake.ID)
			if _, err := o.s.PrintLabel(t.Context(), clerk, a.Registration.ID, o.printer, protocollo.ReprintNone); err != nil {
				t.Fatal(err)
			}
			n := o.waiting("key-0003", 0)
			batch := o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(c.codes(o, a, b, n)...))}}, station.ScanCommand{})
			if c.kind == "" {
				if got := batch.Documents[0].RegistrationID; got != a.Registration.ID {
					t.Fatalf("joined to %d, asked %v", got, asked(o.exceptions()))
				}
				return
			}
			if got := batch.Documents[0].RegistrationID; got != 0 {
				t.Errorf("joined to %d by itself", got)
			}
			e := o.theException(c.kind, c.why)
			if len(e.Detail.Registrations) != c.asked {
				t.Errorf("the question names %v", e.Detail.Registrations)
			}
			o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: a.Registration.ID})
			if got := o.batch(batch.ID).Documents[0].RegistrationID; got != a.Registration.ID {
				t.Errorf("after the answer it is of %d", got)
			}
		})
	}
}

// TestTemporaryLabelProvesNoSegnatura: the segnatura's outcome is unknown, and the page under the scanner bears the temporary label only. The
// question about the segnatura stays open (R3.1, R21.2).
func TestTemporaryLabelProvesNoSegnatura(t *testing.T) {
	o := newOffice(t)
	a := o.waiting("key-0001", time.Hour)
	o.numbersCome()
	a = o.record(a.Intake.ID)
	o.printer.results = []stamp.Result{{Outcome: stamp.OutcomeUnknown}}
	if _, err := o.s.PrintLabel(t.Context(), clerk, a.Registration.ID, o.printer, protocollo.ReprintNone); err != nil {
		t.Fatal(err)
	}
	o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(temporaryCode(a)))}}, station.ScanCommand{})
	o.theException(protocollo.ExceptionNotExpected, "temporary")
	if a = o.record(a.Intake.ID); a.Facets.Labelled || len(a.Prints) != 1 || a.Prints[0].State != protocollo.PrintUnknown {
		t.Errorf("labelled %t, prints %+v", a.Facets.Labelled, a.Prints)
	}
}

// printFirst sends the label that somebody is shown first.
func (o *office) printFirst(actor protocollo.Actor) (protocollo.Print, error) {
	o.t.Helper()
	list, err := o.s.LabelsToPrint(o.t.Context(), actor)
	if err != nil || len(list) == 0 {
		o.t.Fatalf("no label waits: %v", err)
	}
	return o.s.RetryPrint(o.t.Context(), actor, list[0].Print.ID, o.printer)
}

// TestLabelsOfNumbersThatCameLater: what waited is in «Etichette da stampare» as soon as it has its number, once, and says what it was called
// meanwhile; who stood at the desk has printed already.
func TestLabelsOfNumbersThatCameLater(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) { c.LabelPrinter = func() (station.Printer, bool) { return o.printer, true } })
	o.register("key-0000", letter("Al banco"))
	file := letter("Un file")
	file.Support, file.FileDigest = protocollo.SupportFile, strings.Repeat("a", 64)
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
	o.register("key-file", file)
	first := o.waiting("key-0001", 0)
	o.s.QueueLabels(t.Context())
	if list, _ := o.s.LabelsToPrint(t.Context(), clerk); len(list) != 0 {
		t.Fatalf("%d labels without numbers", len(list))
	}
	o.numbersCome()
	second := o.waiting("key-0002", 0)
	o.numbersCome() // two that wait together are asked for at once, and either may be numbered first
	for range 2 {
		o.s.QueueLabels(t.Context())
	}
	list, err := o.s.LabelsToPrint(t.Context(), clerk)
	if err != nil || len(list) != 2 || list[0].Record.Intake.ID != first.Intake.ID || list[1].Record.Intake.ID != second.Intake.ID {
		t.Fatalf("labels %+v, %v", list, err)
	}
	if len(o.printer.printed) != 0 {
		t.Error("a label came out with nobody there")
	}
	if got := texts(o.lastLabel()); !strings.Contains(got, "Ricezione n. R 4/2026") {
		t.Errorf("label:\n%s", got)
	}
	if _, err := o.printFirst(clerk); err != nil {
		t.Fatal(err)
	}
	if rec := o.record(first.Intake.ID); !rec.Facets.Labelled {
		t.Error("not labelled")
	}
	o.s.QueueLabels(t.Context())
	if list, _ := o.s.LabelsToPrint(t.Context(), clerk); len(list) != 1 {
		t.Errorf("%d labels wait, want the second letter's", len(list))
	}
}

// TestLabelsOfMovedLetters: a letter that was moved to the emergency register has its emergency label due there (R3.1, L-10), and its recovery
// makes no second one due by itself; whoever stood at the desk while the register was open has printed.
func TestLabelsOfMovedLetters(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) { c.LabelPrinter = func() (station.Printer, bool) { return o.printer, true } })
	moved, left := o.waiting("key-0001", 0), o.waiting("key-0002", 0)
	cmd := o.opening()
	cmd.Move = []int64{moved.Intake.ID, left.Intake.ID}
	e := o.openRegister(cmd)
	o.register("key-0003", letter("Al banco"))
	if c, err := o.s.Counts(t.Context(), clerk); err != nil || c.ToScan != 3 {
		t.Errorf("%d to scan, %v", c.ToScan, err)
	}
	due := func(want ...station.Record) {
		t.Helper()
		for range 2 {
			o.s.QueueLabels(t.Context())
		}
		list, err := o.s.LabelsToPrint(t.Context(), clerk)
		if err != nil || len(list) != len(want) {
			t.Fatalf("%d labels, want %d, %v", len(list), len(want), err)
		}
		for i, rec := range want {
			if list[i].Record.Intake.ID != rec.Intake.ID {
				t.Errorf("label %d is of intake %d", i, list[i].Record.Intake.ID)
			}
		}
	}
	due(moved, left)
	if got := texts(o.lastLabel()); !strings.Contains(strings.ToUpper(got), "REGISTRO DI EMERGENZA") {
		t.Errorf("label:\n%s", got)
	}
	if _, err := o.printFirst(clerk); err != nil {
		t.Fatal(err)
	}
	o.registrar.always = nil
	o.revoke(o.closeRegister(e))
	o.clock.add(time.Hour)
	o.numbersCome()
	rec := o.record(moved.Intake.ID)
	if rec.Registration.Recovery == nil || !rec.Facets.Labelled {
		t.Fatalf("%+v, %+v", rec.Registration, rec.Facets)
	}
	due(left)
}

// TestLabelsThatPrintByThemselves: where the policy says so they come out, and what the printer does not take now waits for a person.
func TestLabelsThatPrintByThemselves(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) { c.LabelPrinter = func() (station.Printer, bool) { return o.printer, true } })
	p, err := o.s.Policies(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	p.Temporary.PrintByItself = true
	if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
		t.Fatal(err)
	}
	var letters []station.Record
	for _, key := range []string{"key-0001", "key-0002", "key-0003"} {
		letters = append(letters, o.waiting(key, 0))
		o.numbersCome()
	}
	o.printer.results = []stamp.Result{{Outcome: stamp.OutcomePrinted}, blocked(stamp.ConditionMediaOut)}
	o.s.QueueLabels(t.Context())
	for i, want := range []bool{true, false, false} {
		if rec := o.record(letters[i].Intake.ID); rec.Facets.Labelled != want {
			t.Errorf("letter %d labelled: %t", i+1, rec.Facets.Labelled)
		}
	}
	list, _ := o.s.LabelsToPrint(t.Context(), clerk)
	if len(list) != 1 || list[0].Record.Intake.ID != letters[1].Intake.ID {
		t.Errorf("waiting: %+v", list)
	}
}

// TestRestoredLabelsWaitForAPerson: the labels that came out after the backup are not known in its copy. They are offered, and none comes out a
// second time by itself (R17.4, R18.4).
func TestRestoredLabelsWaitForAPerson(t *testing.T) {
	o := newOffice(t)
	p, err := o.s.Policies(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	p.Temporary.PrintByItself = true
	if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
		t.Fatal(err)
	}
	o.waiting("key-0001", time.Hour)
	o.numbersCome()
	dst := filepath.Join(t.TempDir(), "backup")
	if _, _, err := o.db.Backup(t.Context(), dst); err != nil {
		t.Fatal(err)
	}
	byItself := func(c *station.Config) { c.LabelPrinter = func() (station.Printer, bool) { return o.printer, true } }
	o.start(byItself)
	o.s.QueueLabels(t.Context())
	if len(o.printer.printed) != 1 {
		t.Fatalf("%d labels came out before the disk died, want 1", len(o.printer.printed))
	}
	if err := o.db.Close(); err != nil {
		t.Fatal(err)
	}
	o.clock.add(time.Minute)
	o.dir = filepath.Join(t.TempDir(), "restored")
	if err := store.Restore(t.Context(), dst, store.Config{Dir: o.dir, Clock: o.clock.Now}); err != nil {
		t.Fatal(err)
	}
	o.open()
	o.start(byItself)
	o.s.QueueLabels(t.Context())
	list, err := o.s.LabelsToPrint(t.Context(), clerk)
	if err != nil || len(list) != 1 || len(o.printer.printed) != 1 {
		t.Fatalf("%d labels wait and %d came out, %v", len(list), len(o.printer.printed), err)
	}
	// It may be on its letter: nobody prints it before saying that it is not.
	if p := list[0].Print; p.State != protocollo.PrintUnknown || p.Condition != protocollo.ConditionRestored {
		t.Errorf("the label is %+v", p)
	}
	if err := o.s.ResolvePrint(t.Context(), clerk, list[0].Print.ID, true); err != nil || !o.record(list[0].Record.Intake.ID).Facets.Labelled {
		t.Errorf("it is on its letter: %v", err)
	}
	o.cleanCheck()
}

// A label that waited when the backup was made may have come out since: it was offered as if it certainly had not.
func TestLabelsThatWaitedInTheBackupAreDoubted(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("Oggetto"))
	o.printer.results = []stamp.Result{{Outcome: stamp.OutcomeFailed, Before: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMediaOut}}}}
	if _, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, 0); err != nil {
		t.Fatal(err)
	}
	dst := filepath.Join(t.TempDir(), "backup")
	if _, _, err := o.db.Backup(t.Context(), dst); err != nil {
		t.Fatal(err)
	}
	if err := o.db.Close(); err != nil {
		t.Fatal(err)
	}
	o.dir = filepath.Join(t.TempDir(), "restored")
	if err := store.Restore(t.Context(), dst, store.Config{Dir: o.dir, Clock: o.clock.Now}); err != nil {
		t.Fatal(err)
	}
	o.open()
	o.start(func(*station.Config) {})
	list, err := o.s.LabelsToPrint(t.Context(), clerk)
	if err != nil || len(list) != 1 || list[0].Print.State != protocollo.PrintUnknown || list[0].Print.Condition != protocollo.ConditionRestored {
		t.Errorf("%+v, %v", list, err)
	}
	o.cleanCheck()
}

// A label that fits no roll is tried again every minute, and was logged every minute.
func TestLabelThatNeverFitsIsLoggedOnce(t *testing.T) {
	o := newOffice(t)
	var log bytes.Buffer
	o.start(func(c *station.Config) {
		c.LabelPrinter = func() (station.Printer, bool) { return o.printer, true }
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
	for i := range 2 {
		o.register(fmt.Sprintf("key-%04d", i), letter("Oggetto"))
	}
	o.numbersCome()
	told := map[string]bool{}
	const line = "labels were not queued"
	o.composer.fails = 3 * 2 * 3 // each is tried whole, without what may be dropped, and without its Code 128
	for range 3 {
		o.s.QueueLabelsAgain(t.Context(), told)
	}
	if n := strings.Count(log.String(), line); n != 1 || !strings.Contains(log.String(), "labels=2") {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
	o.s.QueueLabelsAgain(t.Context(), told)
	if list, err := o.s.LabelsToPrint(t.Context(), clerk); err != nil || len(list) != 2 || len(told) != 0 {
		t.Errorf("%d labels wait once they fit, told %v, %v", len(list), told, err)
	}
}

// TestLabelsThatFailKeepNoLaterOneBack: as many as are kept ready fit no label, and the next one is queued all the same.
func TestLabelsThatFailKeepNoLaterOneBack(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) { c.LabelPrinter = func() (station.Printer, bool) { return o.printer, true } })
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
	for i := range 22 {
		o.register(fmt.Sprintf("key-%04d", i), letter("Oggetto"))
	}
	o.numbersCome()
	o.composer.fails = 3 * 20 // each is tried whole, without what may be dropped, and without its Code 128
	o.s.QueueLabels(t.Context())
	if list, err := o.s.LabelsToPrint(t.Context(), clerk); err != nil || len(list) != 2 {
		t.Fatalf("%d labels wait, %v", len(list), err)
	}
	o.s.QueueLabels(t.Context())
	if list, err := o.s.LabelsToPrint(t.Context(), clerk); err != nil || len(list) != 20 {
		t.Errorf("%d labels wait once the others fit, want what is kept ready; %v", len(list), err)
	}
}

// listedPrints does something between the list of labels that are due and the first of them.
type listedPrints struct {
	station.PrintStore
	then func()
}

func (p listedPrints) LabelsDue(ctx context.Context, aoo protocollo.AOOCode, d station.LabelsDue) ([]station.LabelDue, error) {
	list, err := p.PrintStore.LabelsDue(ctx, aoo, d)
	if len(list) > 0 {
		p.then()
	}
	return list, err
}

// A label that somebody prints just when its turn comes was logged as a fault of the station.
func TestALabelThatIsPrintedMeanwhileIsNoFault(t *testing.T) {
	for name, then := range map[string]func(o *office, r station.Record) error{
		"printed": func(o *office, r station.Record) error {
			_, err := o.s.PrintLabel(o.t.Context(), clerk, r.Registration.ID, o.printer, 0)
			return err
		},
		"being sent": func(o *office, r station.Record) error {
			p, err := o.db.QueuePrint(o.t.Context(), station.NewPrint{RegistrationID: r.Registration.ID, Actor: clerk, Printer: "zebra", Bitmap: stamp.NewBitmap(8, 8, stamp.DPI203)})
			if err == nil {
				_, err = o.db.BeginPrint(o.t.Context(), p.ID, "zebra")
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			var log bytes.Buffer
			o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
			rec := o.register("key-0001", letter("Oggetto"))
			o.numbersCome()
			rec = o.record(rec.Intake.ID)
			acted := false
			o.start(func(c *station.Config) {
				c.LabelPrinter = func() (station.Printer, bool) { return o.printer, true }
				c.Log = slog.New(slog.NewTextHandler(&log, nil))
				c.Prints = listedPrints{c.Prints, func() {
					if acted {
						return
					}
					acted = true
					if err := then(o, rec); err != nil {
						t.Error(err)
					}
				}}
			})
			told := map[string]bool{}
			o.s.QueueLabelsAgain(t.Context(), told)
			if !acted || len(told) > 0 || strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("acted %t, told %v, logged %s", acted, told, &log)
			}
		})
	}
}

// A scan with a temporary label says whose it is while the letter has no number, and proposes the letter once it has one.
func TestQuestionNamesTheTemporaryLetter(t *testing.T) {
	o := newOffice(t)
	o.labelled("key-0001", letter("b"))
	n := o.waiting("key-0002", time.Hour)
	o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(temporaryCode(n)))}}, station.ScanCommand{})
	e := o.theException(protocollo.ExceptionNotExpected, "not-numbered")
	if e.Temporary == nil || e.Temporary.Intake.ID != n.Intake.ID || e.Temporary.Registration != nil || len(e.Candidates) != 0 {
		t.Fatalf("before the number: %+v, candidates %v", e.Temporary, e.Candidates)
	}
	o.numbersCome()
	e = o.theException(protocollo.ExceptionNotExpected, "not-numbered")
	if e.Temporary == nil || e.Temporary.Registration == nil || len(e.Candidates) != 1 || e.Candidates[0].Intake.ID != n.Intake.ID {
		t.Fatalf("after the number: %+v, candidates %v", e.Temporary, e.Candidates)
	}
}

// The temporary label from an ordinary printer has room for where it must not go (R16.5).
func TestTemporaryLabelOnPaperHasRoom(t *testing.T) {
	o := newOffice(t)
	rec := o.waiting("key-0001", time.Hour)
	if _, err := o.s.TemporaryLabel(t.Context(), clerk, rec.Intake.ID); err != nil {
		t.Fatal(err)
	}
	if l := o.lastLabel(); l.Size.WidthMM < 100 || l.Size.HeightMM < 50 || !strings.Contains(texts(l), "Non va in alto a destra") {
		t.Errorf("%+v", l)
	}
}
