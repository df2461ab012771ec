package station_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// The emergency register of a town: the steps of its way, the Responsabile who opens, extends, closes and revokes it, and what must be true
// of its rows in the end.

// emergencySteps are those of a register's way, in their order, by what the ports call them. A row is what a letter gets that arrives while
// the register is open; one that waited is moved.
var emergencySteps = []string{"open", "move", "row", "extend", "annul", "close", "revoke", "recover", "again", "recovered"}

type townEmergency struct {
	station.EmergencyStore
	w *town
}

func (p townEmergency) OpenEmergency(ctx context.Context, by station.Signatory, o station.EmergencyOpening) (out protocollo.EmergencyRegister, err error) {
	err = p.w.step("open", func() error { out, err = p.EmergencyStore.OpenEmergency(ctx, by, o); return err })
	return out, err
}

func (p townEmergency) AllocateEmergencyNumber(ctx context.Context, a protocollo.Actor, id int64, sign protocollo.Segnatura, authorised string,
) (out protocollo.Registration, err error) {
	err = p.w.step("move", func() error {
		out, err = p.EmergencyStore.AllocateEmergencyNumber(ctx, a, id, sign, authorised)
		return err
	})
	return out, err
}

func (p townEmergency) BeginRefusedAgain(ctx context.Context, a protocollo.Actor, id int64, connector, reason string) (out station.PendingAttempt, err error) {
	err = p.w.step("again", func() error { out, err = p.EmergencyStore.BeginRefusedAgain(ctx, a, id, connector, reason); return err })
	return out, err
}

func (p townEmergency) ExtendEmergency(ctx context.Context, by station.Signatory, x protocollo.EmergencyExtension) (out protocollo.EmergencyRegister, err error) {
	err = p.w.step("extend", func() error { out, err = p.EmergencyStore.ExtendEmergency(ctx, by, x); return err })
	return out, err
}

func (p townEmergency) CloseEmergency(ctx context.Context, by station.Signatory, c protocollo.EmergencyClosing) (out protocollo.EmergencyRegister, err error) {
	err = p.w.step("close", func() error { out, err = p.EmergencyStore.CloseEmergency(ctx, by, c); return err })
	return out, err
}

func (p townEmergency) RevokeEmergency(ctx context.Context, by station.Signatory, r protocollo.EmergencyRevocation) (out protocollo.EmergencyRegister, err error) {
	err = p.w.step("revoke", func() error { out, err = p.EmergencyStore.RevokeEmergency(ctx, by, r); return err })
	return out, err
}

type townCorrections struct {
	station.CorrectionStore
	w *town
}

func (p townCorrections) RequestCorrection(ctx context.Context, a protocollo.Actor, n station.NewCorrection) (out protocollo.Correction, err error) {
	err = p.w.step("annul", func() error { out, err = p.CorrectionStore.RequestCorrection(ctx, a, n); return err })
	return out, err
}

func (p townCorrections) SettleCorrection(ctx context.Context, a protocollo.Actor, id int64, o protocollo.CorrectionOutcome, words string) (out protocollo.Correction, err error) {
	err = p.w.step("annul", func() error { out, err = p.CorrectionStore.SettleCorrection(ctx, a, id, o, words); return err })
	return out, err
}

// inEmergency says whether letters are numbered in the emergency register, by what the disk has.
func (w *town) inEmergency() bool {
	open, err := w.o.db.OpenEmergencyRegister(w.t.Context(), clerk.AOO)
	return err == nil && open != nil
}

// isRow says whether an attempt is that of a letter with an emergency number.
func (w *town) isRow(attemptID int64) bool {
	list, err := w.o.db.UnsettledAttempts(w.t.Context(), attemptID-1, 1)
	if err != nil || len(list) == 0 {
		return false
	}
	rec, err := w.o.db.IntakeRecord(w.t.Context(), boss, list[0].Intake.ID)
	return err == nil && rec.Registration != nil && rec.Registration.Emergency()
}

// ---------------------------------------------------------------- the Responsabile

// chancery is the Responsabile's desk: the acts that lie on it until the screen shows that they were recorded, and what the screen once
// showed of the registers, newest first.
type chancery struct {
	scheme    protocollo.EmergencyScheme
	opening   *station.OpenCommand
	extension *station.ExtendCommand
	seen      []protocollo.EmergencyRegister
}

// registers is what the Responsabile sees now. What was seen once is there for ever, as it was.
func (w *town) registers() []protocollo.EmergencyRegister {
	w.t.Helper()
	list, err := w.o.s.EmergencyRegisters(w.t.Context(), boss, 0)
	if err != nil {
		if !w.gone() {
			w.t.Fatal(err)
		}
		return nil
	}
	for _, was := range w.chancery.seen {
		at := slices.IndexFunc(list, func(e protocollo.EmergencyRegister) bool { return e.ID == was.ID })
		if at < 0 {
			w.t.Fatalf("register %s is gone: %v", was.Title(), w.trail)
		}
		is := list[at]
		closed := was.Closing == nil || is.Closing != nil && *is.Closing == *was.Closing
		revoked := was.Revocation == nil || is.Revocation != nil && *is.Revocation == *was.Revocation
		if is.Code != was.Code || is.First != was.First || !is.OpenedAt.Equal(was.OpenedAt) || is.Rows < was.Rows || is.Recovered < was.Recovered ||
			is.Annulled < was.Annulled || len(is.Extensions) < len(was.Extensions) || !closed || !revoked {
			w.t.Fatalf("register %s was %+v and is %+v: %v", was.Title(), was, is, w.trail)
		}
	}
	w.chancery.seen = list
	return list
}

// open is the register that is open by what was seen last, or nil.
func (c *chancery) open() *protocollo.EmergencyRegister {
	if len(c.seen) == 0 || c.seen[0].Closing != nil {
		return nil
	}
	return &c.seen[0]
}

// acts are what the Responsabile may want. Each looks at the screen, does the next thing, and says whether nothing is left to be done.
var acts = map[string]func(*town) bool{
	"open": (*town).openRegister, "move": (*town).moveWaiting, "extend": (*town).extendRegister,
	"close": (*town).closeRegister, "revoke": (*town).revokeRegisters, "recover": (*town).recoverRegisters,
}

// responsabile does what an act needs next.
func (w *town) responsabile(act string) bool {
	w.t.Helper()
	w.comeBack()
	w.registers()
	return acts[act](w)
}

// drawUp writes an opening that has still to be recorded.
func (w *town) drawUp() {
	c := &w.chancery
	c.opening = &station.OpenCommand{Cause: fmt.Sprintf("guasto %d", len(c.seen)+1), InterruptedAt: w.clock.Now().Add(-20 * time.Minute)}
	if c.scheme == protocollo.EmergencyPerUser {
		c.opening.UserCode = "07"
	}
}

// openRegister sends the opening until the screen shows it.
func (w *town) openRegister() bool {
	c := &w.chancery
	if c.open() != nil {
		c.opening = nil
		return true
	}
	if c.opening == nil {
		w.drawUp()
		if list, err := w.o.s.EmergencyWaiting(w.t.Context(), boss); err == nil {
			for _, rec := range list {
				c.opening.Move = append(c.opening.Move, rec.Intake.ID)
			}
		}
	}
	w.act(func(ctx context.Context) error { _, err := w.o.s.OpenEmergency(ctx, chief, *c.opening); return err }, func() { c.opening = nil; w.tearUp() })
	return false
}

// act sends an act; refused says what becomes of its paper where it cannot be recorded as it is.
func (w *town) act(send func(context.Context) error, refused func()) {
	if err := w.request(send); protocollo.ClassOf(err) == protocollo.Invalid {
		refused()
	}
}

// onPaper opens a register without the station: on paper, where the first letters are written down by hand (R9.8).
func (w *town) onPaper(letters int) {
	c, from := &w.chancery, w.clock.Now().Add(-20*time.Minute)
	if c.opening != nil || c.open() != nil || len(c.seen) > 0 && c.seen[0].Closing.ClosedAt.After(from) {
		return
	}
	w.drawUp()
	c.opening.OpenedAt = from
	for i := range letters {
		w.write().sheet = &protocollo.EmergencySheetRow{Row: i + 1, At: from.Add(time.Duration(i+1) * time.Minute)}
	}
}

// sheet is the letter on paper that is typed in next, before any other is registered; nil: there is none.
func (w *town) sheet() *townLetter {
	at := slices.IndexFunc(w.letters, func(l *townLetter) bool { return l.sheet != nil && l.intake == 0 })
	if at < 0 {
		return nil
	}
	return w.letters[at]
}

// tearUp gives a sheet up whose opening cannot be recorded any more: its letters are registered like others.
func (w *town) tearUp() {
	for l := w.sheet(); l != nil; l = w.sheet() {
		l.sheet = nil
	}
}

// moveWaiting gives waiting letters numbers of the open register. Those of a sheet come first.
func (w *town) moveWaiting() bool {
	list, err := w.o.s.EmergencyWaiting(w.t.Context(), boss)
	if err != nil || w.chancery.open() == nil || w.sheet() != nil || len(list) == 0 {
		return err == nil
	}
	var ids []int64
	for _, rec := range list {
		ids = append(ids, rec.Intake.ID)
	}
	_ = w.request(func(ctx context.Context) error { _, err := w.o.s.MoveToEmergency(ctx, boss, ids, ""); return err })
	return false
}

func (w *town) extendRegister() bool {
	c, e := &w.chancery, w.chancery.open()
	if e == nil || c.extension != nil && slices.ContainsFunc(e.Extensions, func(x protocollo.EmergencyExtension) bool { return x.Until.Equal(c.extension.Until) }) {
		c.extension = nil
		return true
	}
	if c.extension == nil {
		from := e.ValidUntil()
		if now := w.clock.Now(); now.After(from) {
			from = now
		}
		c.extension = &station.ExtendCommand{WrittenAct: protocollo.WrittenAct{Number: fmt.Sprint(len(e.Extensions) + 1), Day: protocollo.DayOf(from)},
			Until: from.Add(36 * time.Hour), Grounds: "guasto di eccezionale gravità"}
	}
	w.act(func(ctx context.Context) error {
		_, err := w.o.s.ExtendEmergency(ctx, chief, e.ID, *c.extension)
		return err
	}, func() { c.extension = nil })
	return false
}

// closeRegister closes the open register, once what is on paper was typed in.
func (w *town) closeRegister() bool {
	e := w.chancery.open()
	if e == nil || w.sheet() != nil {
		return e == nil
	}
	_ = w.request(func(ctx context.Context) error {
		_, err := w.o.s.CloseEmergency(ctx, chief, e.ID, station.CloseCommand{RestoredAt: w.clock.Now()})
		return err
	})
	return false
}

func (w *town) revokeRegisters() bool {
	for _, e := range w.chancery.seen {
		if e.Closing != nil && !e.Closing.YearEnd && e.Revocation == nil {
			_ = w.request(func(ctx context.Context) error {
				_, err := w.o.s.RevokeEmergency(ctx, chief, e.ID, protocollo.WrittenAct{Number: "9", Day: protocollo.DayOf(w.clock.Now())})
				return err
			})
			return false
		}
	}
	return true
}

// recoverRegisters asks for what is left, as «Recupera ora» does.
func (w *town) recoverRegisters() bool {
	for _, e := range slices.Backward(w.chancery.seen) {
		if e.Closing != nil && e.Recovered+e.Annulled < e.Rows {
			_ = w.request(func(ctx context.Context) error { _, err := w.o.s.RecoverEmergency(ctx, boss, e.ID); return err })
			return false
		}
	}
	return true
}

// askAgain is «Riprova ora» on a row, or «Chiedi di nuovo» where the centre refused it.
func (w *town) askAgain(rec station.Record) {
	last := rec.Attempts[len(rec.Attempts)-1]
	_ = w.request(func(ctx context.Context) (err error) {
		if last.Outcome == protocollo.AttemptRejected {
			_, err = w.o.s.AskRefusedAgain(ctx, clerk, rec.Intake.ID, "corretto sul protocollo")
			return err
		}
		_, err = w.o.s.RetryNumber(ctx, clerk, rec.Intake.ID)
		return err
	})
}

// annul annuls a row of an emergency register, before its recovery or after it.
func (w *town) annul(l *townLetter) bool {
	w.t.Helper()
	w.comeBack()
	if l.intake == 0 {
		return false
	}
	rec, err := w.o.s.IntakeRecord(w.t.Context(), boss, l.intake)
	if err != nil || rec.Registration == nil || !rec.Registration.Emergency() || rec.Facets.Annulled {
		return err == nil && rec.Facets.Annulled
	}
	_ = w.request(func(ctx context.Context) error {
		v, err := w.o.s.RequestCorrection(ctx, boss, annulOrder(rec))
		if err == nil && slices.Contains(v.Choices, station.AnswerAgain) {
			_, err = w.o.s.AnswerCorrection(ctx, boss, v.ID, station.CorrectionAnswer{Choice: station.AnswerAgain})
		}
		return err
	})
	return false
}

// outage is what the Responsabile does at some moment of a morning with an outage.
func (w *town) outage() {
	chances := []string{"open", "open", "open", "move", "extend", "close", "revoke", "recover", "annul", "paper", "paper", "night", "refuse"}
	switch act := chances[w.rng.IntN(len(chances))]; act {
	case "annul":
		w.annul(w.letters[w.rng.IntN(len(w.letters))])
	case "paper":
		w.comeBack()
		w.registers()
		w.onPaper(1 + w.rng.IntN(2))
	case "refuse":
		w.centre.refuse(1)
	case "night":
		w.clock.add(time.Duration(10+w.rng.IntN(15)) * time.Hour)
	default:
		w.responsabile(act)
	}
}

// settleEmergency brings the registers to their end: what is on paper is typed in, the last one is closed and revoked.
func (w *town) settleEmergency() {
	w.t.Helper()
	for round := 0; ; round++ {
		typed := w.sheet() == nil
		if l := w.sheet(); l != nil {
			w.advance(l)
		}
		if typed && w.responsabile("close") && w.responsabile("revoke") {
			return
		}
		if round == 40 {
			w.t.Fatalf("the register does not come to its end: %v\n%s", w.trail, w.standing())
		}
	}
}

// ---------------------------------------------------------------- what must be true

// ordinary is a letter's number at the centre with what it is called there; "" while it has none.
func ordinary(rec station.Record) (number protocollo.Number, ref string) {
	switch r := rec.Registration; {
	case r.Awaits():
		return "", ""
	case r.Recovery != nil:
		return r.Recovery.Number, r.Recovery.Ref
	default:
		return r.Number, r.Ref
	}
}

// wholeRegisters checks the emergency registers: numbers without gaps or doubles in each numbering, no row outside its register's periods or
// after its end, and each letter in one row.
func (w *town) wholeRegisters() {
	w.t.Helper()
	last, rowOf := map[string]int64{}, map[int64]string{}
	for _, e := range slices.Backward(w.registers()) {
		rows, err := w.o.s.EmergencyRows(w.t.Context(), boss, e.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		if e.Closing == nil || e.Closing.Count != len(rows) || !e.Closing.YearEnd && e.Revocation == nil {
			w.t.Errorf("register %s has %d rows and ends with %+v, %+v: %v", e.Title(), len(rows), e.Closing, e.Revocation, w.trail)
		}
		sequence, before := fmt.Sprintf("%s/%d", e.Code, e.Year), e.OpenedAt
		for i, row := range rows {
			reg := row.Registration
			n, err := reg.Number.Int()
			if last[sequence]++; err != nil || n != last[sequence] || row.Row != i+1 {
				w.t.Errorf("row %d of register %s is row %d with number %s, and %d is next: %v", i+1, e.Title(), row.Row, reg.Number, last[sequence], w.trail)
			}
			if other := rowOf[row.Intake.ID]; other != "" {
				w.t.Errorf("intake %d stands in %s and %s: %v", row.Intake.ID, other, e.Title(), w.trail)
			}
			rowOf[row.Intake.ID] = e.Title()
			if at := reg.RegisteredAt; at.Before(before) || !inPeriod(e, at) || e.Closing != nil && at.After(e.Closing.ClosedAt) {
				w.t.Errorf("row %d of register %s is of %s, after %s, in a register of %s to %+v: %v", row.Row, e.Title(), at, before, e.OpenedAt, e.Closing, w.trail)
			}
			before = reg.RegisteredAt
		}
	}
}

// inPeriod says whether an instant is in the day after the interruption or in a period that an act added (DPR 445/2000 art. 63).
func inPeriod(e protocollo.EmergencyRegister, at time.Time) bool {
	return at.Sub(e.InterruptedAt) < 24*time.Hour || slices.ContainsFunc(e.Extensions, func(x protocollo.EmergencyExtension) bool {
		return !at.Before(x.From) && at.Before(x.Until)
	})
}

// wholeRow checks a letter with an emergency number: the centre was told it, either number finds it, and one that was annulled in time never
// left the station.
func (w *town) wholeRow(l *townLetter, rec station.Record) {
	w.t.Helper()
	reg := rec.Registration
	if told := w.centre.told[l.key]; reg.Recovery != nil && (told == nil || told.Number != reg.Number || told.Day != reg.Day || told.Label != reg.Segnatura.Emergency.Label) {
		w.t.Errorf("%s is %s of %s, and the centre was told %+v: %v", l.key, reg.Number, reg.Day, told, w.trail)
	}
	codes := []string{codeOf(rec)}
	if second, ok := reg.SecondBarcode(rec.Intake.Draft.Direction); ok {
		codes = append(codes, second.Payload())
	}
	for _, code := range codes {
		if found, err := w.o.s.Open(w.t.Context(), boss, code); err != nil || len(found) != 1 || found[0].Intake.ID != l.intake {
			w.t.Errorf("%s finds %d records and not %s: %v %v", code, len(found), l.key, err, w.trail)
		}
	}
	_, ref := ordinary(rec)
	if rec.Facets.Annulled && ref != "" && !w.centre.annulled[ref] {
		w.t.Errorf("%s is annulled here and not at the centre: %v", l.key, w.trail)
	}
	for _, d := range w.centre.documents[ref] {
		if strings.Count(d.FileName, reg.Key.Register) != 1 {
			w.t.Errorf("%s goes to the centre as %q", l.key, d.FileName)
		}
	}
}

// emergencies begins the town with a way of numbering.
func (w *town) emergencies(scheme protocollo.EmergencyScheme) {
	w.t.Helper()
	w.chancery.scheme = scheme
	p := rules.DefaultEmergencyPolicy()
	p.Scheme = scheme
	if _, err := w.o.s.SaveEmergencyPolicy(w.t.Context(), boss, p); err != nil {
		w.t.Fatal(err)
	}
}

// described says how the registers stand.
func (w *town) described() string {
	var b strings.Builder
	for _, e := range w.chancery.seen {
		fmt.Fprintf(&b, "register %s (%s): %d rows, %d recovered, %d annulled, closing %+v, revocation %+v\n", e.Title(), e.Code, e.Rows, e.Recovered, e.Annulled, e.Closing, e.Revocation)
	}
	return b.String()
}
