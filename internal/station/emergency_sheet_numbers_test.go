package station_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/sheetfile"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// typedElsewhere is an office whose numbers are given elsewhere.
func typedElsewhere(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(configured(t, "jente"))); err != nil {
		t.Fatal(err)
	}
	o := officeIn(t, dir)
	o.registrar.caps.Local = false
	o.start(func(c *station.Config) { c.Registrar = typedCentre{named{c.Registrar, "jente"}, o} })
	return o
}

// typedCentre gives one number.
type typedCentre struct {
	named
	o *office
}

func (e typedCentre) Register(context.Context, protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if err := e.o.registrar.enter("Register"); err != nil {
		return protocollo.Receipt{}, err
	}
	return protocollo.Receipt{Register: "PG", Year: 2026, Number: "0000200", Day: "2026-03-02", At: e.o.clock.Now(), Ref: "r200"}, nil
}

// TestNumbersOfThisStationComeFromNoSheet: its own book is what numbers.
func TestNumbersOfThisStationComeFromNoSheet(t *testing.T) {
	o := newOffice(t)
	e := o.openRegister(o.opening())
	o.labelled("key-0001", letter("x"))
	o.closeRegister(e)
	_, err := o.s.ImportEmergencySheet(t.Context(), boss, "1-2026", o.typedSheet(stamp.SheetCSV, map[int]string{1: "101"}, "2026-03-02"), nil, true)
	wantClass(t, err, protocollo.Conflict, "numbers-local")
}

// typedSheet exports a register, writes the numbers that somebody typed at the centre into its rows, and reads the file back.
func (o *office) typedSheet(format stamp.SheetFormat, numbers map[int]string, day string) []stamp.EmergencyLine {
	o.t.Helper()
	paper, err := o.s.EmergencyPaper(o.t.Context(), boss, "1-2026", protocollo.ActOpening)
	if err != nil {
		o.t.Fatal(err)
	}
	for i, r := range paper.Rows {
		if n, ok := numbers[r.Sequence]; ok {
			paper.Rows[i].OrdinaryNumber, paper.Rows[i].OrdinaryDay = n, day
		}
	}
	var file bytes.Buffer
	if err := sheetfile.WriteEmergency(&file, paper, format, nil); err != nil {
		o.t.Fatal(err)
	}
	lines, faults, err := sheetfile.ReadEmergency(&file, format, nil)
	if err != nil || len(faults) > 0 {
		o.t.Fatalf("read back: %v, %v", faults, err)
	}
	return lines
}

// TestNumbersTypedAtTheCentreComeBackInASheet is the road of «Recupero da Emergenza»: out as a file, typed in there, back with the numbers. Nothing is
// asked for those rows any more, a slip is named by its line and records nothing, and the same file again changes nothing (R9.12, R9.14).
func TestNumbersTypedAtTheCentreComeBackInASheet(t *testing.T) {
	for _, format := range []stamp.SheetFormat{stamp.SheetXLSX, stamp.SheetCSV} {
		t.Run(string(format), func(t *testing.T) {
			o := typedElsewhere(t)
			ctx := t.Context()
			e := o.openRegister(o.opening())
			var rows []station.Record
			for _, key := range []string{"key-0001", "key-0002", "key-0003"} {
				rows = append(rows, o.labelled(key, letter("Lettera "+key)))
			}
			apply := func(lines []stamp.EmergencyLine) (station.SheetComparison, error) {
				return o.s.ImportEmergencySheet(ctx, boss, "1-2026", lines, nil, true)
			}
			good := o.typedSheet(format, map[int]string{1: "0000101", 2: "102"}, "2026-03-02")
			_, err := apply(good)
			wantClass(t, err, protocollo.Conflict, "emergency-open")
			o.closeRegister(e)
			_, err = o.s.ImportEmergencySheet(ctx, clerk, "1-2026", good, nil, true)
			wantClass(t, err, protocollo.Forbidden, "read-all")

			for name, bad := range map[string][]stamp.EmergencyLine{
				"a day before the row's":  o.typedSheet(format, map[int]string{1: "101"}, "2026-03-01"),
				"a day that has not come": o.typedSheet(format, map[int]string{1: "101"}, "2026-03-03"),
			} {
				c, err := apply(bad)
				if err != nil || len(c.Faults) != 1 || c.Faults[0].Line != 2 || c.NumbersRecorded != 0 {
					t.Errorf("%s: %+v, %v", name, c, err)
				}
				if rec := o.record(rows[0].Intake.ID); rec.Registration.Recovery != nil || len(rec.Attempts) != 1 {
					t.Errorf("%s left %+v", name, rec.Attempts)
				}
			}
			for i, want := range []int{2, 0} { // once, and the same file again
				c, err := apply(good)
				if err != nil || len(c.Faults) != 0 || c.NumbersRecorded != want {
					t.Fatalf("import %d: %+v, %v", i+1, c, err)
				}
			}
			for i, want := range []protocollo.Number{"0000101", "0000102", ""} {
				rec := o.record(rows[i].Intake.ID)
				if y := rec.Registration.Recovery; (want == "") != (y == nil) || y != nil && (y.Number != want || y.Day != "2026-03-02") {
					t.Errorf("row %d: %+v, want %q", i+1, y, want)
				}
				if rec.Registration.Day != rows[i].Registration.Day {
					t.Errorf("row %d: the legal date changed", i+1)
				}
			}
			c, err := apply(o.typedSheet(format, map[int]string{3: "102"}, "2026-03-02"))
			if err != nil || len(c.Faults) != 1 || o.record(rows[2].Intake.ID).Registration.Recovery != nil {
				t.Errorf("another row's number: %+v, %v", c, err)
			}
			// The centre is asked for the third row alone.
			asked := len(o.registrar.calls)
			o.clock.add(time.Minute)
			sum, err := o.s.RecoverEmergency(ctx, boss, e.ID)
			if err != nil || sum.Recovered != 3 || len(o.registrar.calls) != asked+1 {
				t.Errorf("recovery %+v, %v; calls %v", sum, err, o.registrar.calls[asked:])
			}
			if report, err := o.db.Check(ctx); err != nil || !report.OK() {
				t.Errorf("check: %+v, %v", report.Findings, err)
			}
		})
	}
}

// typing dies before or after a typed number is durable.
type typing struct {
	station.EmergencyStore
	after bool
}

func (d typing) RecordTypedNumber(ctx context.Context, a protocollo.Actor, n station.TypedNumber) (protocollo.Registration, error) {
	if d.after {
		if reg, err := d.EmergencyStore.RecordTypedNumber(ctx, a, n); err != nil {
			return reg, err
		}
	}
	return protocollo.Registration{}, errDied
}

// TestSheetNumberAfterACrash: whatever the crash left, nothing asks the centre for that row, also once a call that had gone out would be proved to have
// come to nothing; the same file finishes it.
func TestSheetNumberAfterACrash(t *testing.T) {
	for name, after := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			o := typedElsewhere(t)
			e := o.openRegister(o.opening())
			row := o.labelled("key-0001", letter("x"))
			o.closeRegister(e)
			lines := o.typedSheet(stamp.SheetCSV, map[int]string{1: "101"}, "2026-03-02")
			centre := func(c *station.Config) { c.Registrar = typedCentre{named{c.Registrar, "jente"}, o} }
			o.start(func(c *station.Config) { centre(c); c.Emergency = typing{o.db, after} })
			if _, err := o.s.ImportEmergencySheet(t.Context(), boss, "1-2026", lines, nil, true); !errors.Is(err, errDied) {
				t.Fatalf("died: %v", err)
			}
			o.start(centre)
			for range 2 {
				o.clock.add(time.Hour) // the proof of absence is over
				if err := o.s.DrainWaiting(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			c, err := o.s.ImportEmergencySheet(t.Context(), boss, "1-2026", lines, nil, true)
			if err != nil || len(c.Faults) != 0 || c.NumbersRecorded == 0 != after {
				t.Fatalf("%+v, %v", c, err)
			}
			rec := o.record(row.Intake.ID)
			if y := rec.Registration.Recovery; y == nil || y.Number != "0000101" || len(rec.Attempts) != 2 {
				t.Errorf("recovery %+v, attempts %+v", y, rec.Attempts)
			}
			if slices.Contains(o.registrar.calls, "Register") {
				t.Errorf("the centre was asked for a second number: %v", o.registrar.calls)
			}
		})
	}
}

// TestSheetNumberOfARowThatWasAskedFor: a refusal proves that the centre gave none, so that what was then typed in there comes back by the sheet, and the
// rows after it with it. After a call without answer there may be two numbers there: a person decides before the sheet counts.
func TestSheetNumberOfARowThatWasAskedFor(t *testing.T) {
	for name, test := range map[string]struct {
		answer   error
		recorded int
		fault    int
	}{
		"refused":   {protocollo.Errorf(protocollo.Rejected, "classifica", "refused"), 2, 0},
		"no answer": {protocollo.Errorf(protocollo.OutcomeUnknown, "cut", "the answer was lost"), 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			o := typedElsewhere(t)
			e := o.openRegister(o.opening())
			first, second := o.labelled("key-0001", letter("x")), o.labelled("key-0002", letter("y"))
			e = o.closeRegister(e)
			o.registrar.before = map[string]error{"Register": test.answer, "Find": away}
			alone := &oneRow{EmergencyStore: o.db, only: first.Intake.ID}
			o.start(func(c *station.Config) { c.Registrar, c.Emergency = typedCentre{named{c.Registrar, "jente"}, o}, alone })
			if _, err := o.s.RecoverEmergency(t.Context(), boss, e.ID); err != nil && protocollo.ClassOf(err) != protocollo.Unavailable {
				t.Fatal(err)
			}
			lines := o.typedSheet(stamp.SheetCSV, map[int]string{1: "101", 2: "102"}, "2026-03-02")
			c, err := o.s.ImportEmergencySheet(t.Context(), boss, "1-2026", lines, nil, true)
			if err != nil || c.NumbersRecorded != test.recorded || len(c.Faults) > 0 != (test.fault > 0) || test.fault > 0 && c.Faults[0].Line != test.fault {
				t.Fatalf("%+v, %v", c, err)
			}
			for i, id := range []int64{first.Intake.ID, second.Intake.ID} {
				if y := o.record(id).Registration.Recovery; (y != nil) != (i < test.recorded) {
					t.Errorf("row %d: %+v", i+1, y)
				}
			}
			if report, err := o.db.Check(t.Context()); err != nil || !report.OK() {
				t.Errorf("check: %+v, %v", report.Findings, err)
			}
		})
	}
}

// oneRow lets one row alone be recovered.
type oneRow struct {
	station.EmergencyStore
	only int64
}

func (c *oneRow) RowsToRecover(ctx context.Context, openingID int64) ([]protocollo.Intake, error) {
	rows, err := c.EmergencyStore.RowsToRecover(ctx, openingID)
	return slices.DeleteFunc(rows, func(in protocollo.Intake) bool { return in.ID != c.only }), err
}

// TestARegisterThatIsTypedInIsNeverAskedFor: the register goes out as a file and is typed in at the centre, at a moment that nobody here knows. Neither
// the revocation nor «Recupera adesso» makes the station ask for the same rows.
func TestARegisterThatIsTypedInIsNeverAskedFor(t *testing.T) {
	o := typedElsewhere(t)
	ctx := t.Context()
	o.policy(func(p *protocollo.EmergencyPolicy) { p.Road = protocollo.EmergencyTyped })
	e := o.openRegister(o.opening())
	row := o.labelled("key-0001", letter("x"))
	e = o.closeRegister(e)
	lines := o.typedSheet(stamp.SheetCSV, map[int]string{1: "101"}, "2026-03-02")
	o.revoke(e)
	for range 2 {
		o.clock.add(time.Hour)
		if err := o.s.DrainWaiting(ctx); err != nil {
			t.Fatal(err)
		}
	}
	_, err := o.s.RecoverEmergency(ctx, boss, e.ID)
	wantClass(t, err, protocollo.Conflict, "recovery-by-sheet")
	_, err = o.db.BeginAttempt(ctx, row.Intake.ID, "jente")
	wantClass(t, err, protocollo.Conflict, "recovery-by-sheet")
	if slices.Contains(o.registrar.calls, "Register") || len(o.record(row.Intake.ID).Attempts) != 1 {
		t.Fatalf("the centre was asked: %v", o.registrar.calls)
	}
	if c, err := o.s.ImportEmergencySheet(ctx, boss, "1-2026", lines, nil, true); err != nil || c.NumbersRecorded != 1 {
		t.Fatalf("the sheet: %+v, %v", c, err)
	}
	o.clean()
}

// TestTheStationsOwnBookIsAlwaysAsked: where nobody types numbers in, the policy for another system leaves no row without its number.
func TestTheStationsOwnBookIsAlwaysAsked(t *testing.T) {
	o := newOffice(t)
	o.policy(func(p *protocollo.EmergencyPolicy) { p.Road = protocollo.EmergencyTyped })
	e := o.openRegister(o.opening())
	row := o.register("key-0001", letter("x"))
	o.revoke(o.closeRegister(e))
	if err := o.s.DrainWaiting(t.Context()); err != nil || o.record(row.Intake.ID).Registration.Recovery == nil {
		t.Fatalf("no ordinary number: %v", err)
	}
	o.clean()
}
