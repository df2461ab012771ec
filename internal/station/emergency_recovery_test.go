package station_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/central/manual"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// A centre that was away when the last letter was asked for is tried when a person starts the recovery, and not only by the next letter.
func TestRecoveryTriesACentreThatWasAway(t *testing.T) {
	o, g := centralOffice(t)
	gone := protocollo.Errorf(protocollo.Unavailable, "address", "connessione rifiutata")
	g.always, g.reached = gone, gone
	o.register("key-0001", letter("Prima del registro"))
	cmd := o.opening()
	e := o.openRegister(cmd)
	o.register("key-0002", letter("Durante"))
	e = o.closeRegister(e)
	if !o.s.Health().Held {
		t.Fatal("the line is not held")
	}
	sum, err := o.s.RecoverEmergency(t.Context(), clerk, e.ID)
	if protocollo.ClassOf(err) != protocollo.Unavailable || sum.Left != 1 || len(g.calls) != 1 {
		t.Fatalf("while it is away: %+v, %v, calls %v", sum, err, g.calls)
	}
	g.always, g.reached = nil, nil
	if sum, err = o.s.RecoverEmergency(t.Context(), clerk, e.ID); err != nil || sum.Recovered != 1 {
		t.Fatalf("when it is back: %+v, %v", sum, err)
	}
	if o.s.Health().Held {
		t.Error("the line is held all the same")
	}
	o.clean()
}

// A row whose own intake sheet cannot be written steps aside: the rows behind it, and the queue, do not wait for it.
func TestARowThatFailsAloneHoldsUpNoOther(t *testing.T) {
	o := newOffice(t)
	e := o.openRegister(o.opening())
	first, second := o.register("key-0001", letter("Una")), o.register("key-0002", letter("Due"))
	o.revoke(o.closeRegister(e))
	o.registrar.before = map[string]error{"Register": protocollo.Errorf(protocollo.Unavailable, "intake-sheet", "no sheet")}
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	if one, two := o.record(first.Intake.ID).Registration.Recovery, o.record(second.Intake.ID).Registration.Recovery; one != nil || two == nil {
		t.Fatalf("the first has %+v, the second %+v", one, two)
	}
	o.clock.add(time.Hour)
	if err := o.s.DrainWaiting(t.Context()); err != nil || o.record(first.Intake.ID).Registration.Recovery == nil {
		t.Fatalf("later: %v", err)
	}
	o.clean()
}

// What the centre refused is asked for again on a person's word, and has one number in the end; the journal says who and why.
func TestARefusedRowIsAskedForAgain(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	e := o.openRegister(o.opening())
	rec := o.register("key-0001", letter("Voce di titolario sbagliata"))
	id := rec.Intake.ID
	_, err := o.s.AskRefusedAgain(ctx, clerk, id, "corretto")
	wantClass(t, err, protocollo.Conflict, "not-refused")
	e = o.closeRegister(e)
	refusal := protocollo.Errorf(protocollo.Rejected, "classifica", "refused")
	refusal.Words = "classifica I.6 non attiva"
	o.registrar.before = map[string]error{"Register": refusal}
	o.revoke(e)
	for range 2 { // the queue does not ask again by itself
		if err := o.s.DrainWaiting(ctx); err != nil {
			t.Fatal(err)
		}
	}
	_, err = o.s.AskRefusedAgain(ctx, clerk, id, "  ")
	wantClass(t, err, protocollo.Invalid, "reason")
	_, err = o.s.AskRefusedAgain(ctx, guest, id, "corretto")
	wantClass(t, err, protocollo.Forbidden, "")
	_, err = o.s.AskRefusedAgain(ctx, alien, id, "corretto")
	wantClass(t, err, protocollo.NotFound, "")
	if got := o.record(id); len(got.Attempts) != 2 || got.Attempts[1].Words != refusal.Words || len(o.registrar.calls) != 1 {
		t.Fatalf("refused: %+v, calls %v", got.Attempts, o.registrar.calls)
	}
	o.registrar.before = map[string]error{"Register": refusal}
	got, err := o.s.AskRefusedAgain(ctx, clerk, id, "riaperta la voce sul protocollo")
	if err != nil || got.Registration.Recovery != nil || got.Attempts[2].Outcome != protocollo.AttemptRejected {
		t.Fatalf("refused again: %+v, %v", got.Attempts, err)
	}
	o.registrar.after = map[string]error{"Register": errors.New("the answer was lost")}
	o.registrar.before = map[string]error{"Find": errors.New("reset")}
	if got, err = o.s.AskRefusedAgain(ctx, clerk, id, "riaperta davvero"); err != nil || got.Attempts[3].Outcome != protocollo.AttemptUnknown {
		t.Fatalf("no answer: %+v, %v", got.Attempts, err)
	}
	for range 2 { // repeated it is looked up
		if got, err = o.s.AskRefusedAgain(ctx, clerk, id, "riaperta davvero"); err != nil || got.Registration.Recovery == nil || got.Registration.Recovery.Number != "0000001" {
			t.Fatalf("again: %+v, %v", got.Registration, err)
		}
	}
	if n := len(slices.DeleteFunc(o.registrar.calls, func(c string) bool { return c != "Register" })); n != 3 {
		t.Errorf("%d calls for a number", n)
	}
	journal, err := o.s.Journal(ctx, boss, 0, 50)
	if err != nil || !slices.ContainsFunc(journal, func(j station.JournalEntry) bool {
		return j.Kind == "emergency.again" && j.Actor == clerk.User && strings.Contains(string(j.Detail), "riaperta davvero")
	}) {
		t.Errorf("journal %+v, %v", journal, err)
	}
	o.clean()
}

// A letter without any number that the centre refused is no dead end: the queue leaves it, a person asks again with a reason, and it has one
// number in the end. With the emergency register open it is moved there instead, and is recovered once.
func TestARefusedLetterIsAskedForAgain(t *testing.T) {
	refusal := protocollo.Errorf(protocollo.Rejected, "closed", "refused")
	refusal.Words = "registro chiuso"
	refusedLetter := func(t *testing.T) (*office, int64) {
		o := newOffice(t)
		o.registrar.before = map[string]error{"Register": refusal}
		id := o.register("key-0001", letter("Rifiutata")).Intake.ID
		if err := o.s.DrainWaiting(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c, err := o.s.Counts(t.Context(), clerk); err != nil || c.Refused != 1 || c.WithoutNumber != 0 || len(o.registrar.calls) != 1 {
			t.Fatalf("counts %+v, %v, calls %v", c, err, o.registrar.calls)
		}
		return o, id
	}
	t.Run("at the centre", func(t *testing.T) {
		o, id := refusedLetter(t)
		_, err := o.s.AskRefusedAgain(t.Context(), clerk, id, " ")
		wantClass(t, err, protocollo.Invalid, "reason")
		o.registrar.after = map[string]error{"Register": errors.New("the answer was lost")}
		o.registrar.before = map[string]error{"Find": errors.New("reset")}
		if got, err := o.s.AskRefusedAgain(t.Context(), clerk, id, "registro riaperto"); err != nil || got.Attempts[1].Outcome != protocollo.AttemptUnknown {
			t.Fatalf("no answer: %+v, %v", got.Attempts, err)
		}
		for range 2 { // repeated it is looked up
			if got, err := o.s.AskRefusedAgain(t.Context(), clerk, id, "registro riaperto"); err != nil || got.Registration == nil || got.Registration.Number != "0000001" {
				t.Fatalf("again: %+v, %v", got.Registration, err)
			}
		}
		if n := len(slices.DeleteFunc(o.registrar.calls, func(c string) bool { return c != "Register" })); n != 2 {
			t.Errorf("%d calls for a number", n)
		}
		history, err := o.s.History(t.Context(), clerk, id)
		if err != nil || !slices.ContainsFunc(history, func(j protocollo.Entry) bool {
			return j.Kind == "emergency.again" && j.Actor == clerk.User && strings.Contains(string(j.Detail), "registro riaperto")
		}) {
			t.Errorf("history %+v, %v", history, err)
		}
		o.clean()
	})
	t.Run("in the emergency register", func(t *testing.T) {
		o, id := refusedLetter(t)
		e := o.openRegister(o.opening())
		_, err := o.s.AskRefusedAgain(t.Context(), clerk, id, "registro riaperto")
		wantClass(t, err, protocollo.Conflict, "emergency-open")
		if res, err := o.s.MoveToEmergency(t.Context(), boss, []int64{id}, ""); err != nil || res.Moved != 1 {
			t.Fatalf("moved %+v, %v", res, err)
		}
		o.revoke(o.closeRegister(e))
		o.clock.add(time.Hour)
		for range 2 {
			if err := o.s.DrainWaiting(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if reg := o.record(id).Registration; !reg.Emergency() || reg.Recovery == nil || reg.Recovery.Number != "0000001" || len(o.registrar.calls) != 2 {
			t.Errorf("%+v, calls %v", reg, o.registrar.calls)
		}
		o.clean()
	})
}

// meanwhile lets something be done after a row, or its record, was read and before its attempt is claimed.
type meanwhile struct {
	station.EmergencyStore
	station.ViewStore
	do func()
}

func (m *meanwhile) once() {
	if do := m.do; do != nil {
		m.do = nil
		do()
	}
}

func (m *meanwhile) RowsToRecover(ctx context.Context, openingID int64) ([]protocollo.Intake, error) {
	rows, err := m.EmergencyStore.RowsToRecover(ctx, openingID)
	m.once()
	return rows, err
}

func (m *meanwhile) IntakeRecord(ctx context.Context, a protocollo.Actor, id int64) (station.Record, error) {
	rec, err := m.ViewStore.IntakeRecord(ctx, a, id)
	m.once()
	return rec, err
}

// heard keeps what the centre is asked to register.
type heard struct {
	*registrar
	subjects []string
}

func (h *heard) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	h.subjects = append(h.subjects, r.Draft.Subject)
	return h.registrar.Register(ctx, r)
}

// A row that is corrected after it was listed, or after the clerk's record was read, goes to the centre as it reads then: the words that the
// correction annulled never arrive there (R8.2).
func TestACorrectedRowGoesToTheCentreAsItReadsNow(t *testing.T) {
	o := newOffice(t)
	e := o.openRegister(o.opening())
	row := o.labelled("key-0001", letter("Ricorso"))
	o.closeRegister(e)
	h, m := &heard{registrar: o.registrar}, &meanwhile{EmergencyStore: o.db, ViewStore: o.db}
	o.start(func(cfg *station.Config) { cfg.Registrar, cfg.Views, cfg.Emergency = h, m, m })
	becomes := func(key, subject string) func() {
		return func() { o.answers(boss, o.asks(clerk, subjectAsk(key, row, subject)), granted, protocollo.StateDone) }
	}
	refusal := protocollo.Errorf(protocollo.Rejected, "classifica", "refused")
	o.registrar.before = map[string]error{"Register": refusal}
	m.do = becomes("one", "Istanza")
	if _, err := o.s.RecoverEmergency(t.Context(), clerk, e.ID); err != nil {
		t.Fatal(err)
	}
	m.do = becomes("two", "Istanza di accesso")
	if _, err := o.s.AskRefusedAgain(t.Context(), clerk, row.Intake.ID, "corretto l'oggetto"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"Istanza", "Istanza di accesso"}; !slices.Equal(h.subjects, want) {
		t.Errorf("the centre was asked for %q, want %q", h.subjects, want)
	}
	o.clean()
}

// Where a person reads the numbers on another screen, each row of the register is keyed in twice after the closing, from the first to the last.
func TestRecoveryWithNumbersKeyedIn(t *testing.T) {
	o := manualOffice(t)
	ctx := t.Context()
	waiting := o.register("key-0001", letter("Aspettava"))
	cmd := o.opening()
	cmd.Move = []int64{waiting.Intake.ID}
	e := o.openRegister(cmd)
	second, wrong := o.register("key-0002", letter("Seconda")), o.register("key-0003", letter("Per errore"))
	_, err := o.key(second, typed("900"))
	wantClass(t, err, protocollo.Conflict, "emergency-open")
	o.annul(wrong)
	e = o.closeRegister(e)
	o.revoke(e)
	if err := o.s.DrainWaiting(ctx); err != nil { // nobody but a person has the numbers
		t.Fatal(err)
	}
	sum, err := o.s.RecoverEmergency(ctx, clerk, e.ID)
	if err != nil || sum != (station.RecoverySummary{Left: 2, Annulled: 1}) {
		t.Fatalf("before the first number: %+v, %v", sum, err)
	}
	_, err = o.key(second, station.KeyNumberCommand{Number: "4711", Again: "4717", Day: "2026-03-02"})
	wantClass(t, err, protocollo.Invalid, "again")
	_, err = o.key(wrong, typed("4711"))
	wantClass(t, err, protocollo.Conflict, "annulled")
	o.start(func(c *station.Config) { // the station dies between the keying and the ordinary number
		c.Registrar, c.Setup, c.Intakes = manual.New(o.db), chose{o.db, manual.Name}, dying{o.db}
	})
	if _, err := o.key(waiting, typed("4711")); !errors.Is(err, errDied) {
		t.Fatalf("died: %v", err)
	}
	o.manual(nil)
	for range 2 { // its next round finds what was keyed in, and a rerun makes no other
		if err := o.s.DrainWaiting(ctx); err != nil {
			t.Fatal(err)
		}
	}
	_, err = o.key(second, typed("4711"))
	wantClass(t, err, protocollo.Conflict, "number-taken")
	for range 2 {
		if _, err := o.key(second, typed("4712")); err != nil {
			t.Fatal(err)
		}
	}
	for i, rec := range []station.Record{waiting, second} {
		reg := o.record(rec.Intake.ID).Registration
		if y := reg.Recovery; y == nil || y.Number != protocollo.Number(fmt.Sprintf("%07d", 4711+i)) || y.Connector != manual.Name ||
			reg.Number != protocollo.Number(fmt.Sprintf("%07d", 1+i)) || reg.Day != "2026-03-02" {
			t.Errorf("row %d: %+v, recovered %+v", i+1, reg, y)
		}
	}
	if sum, err = o.s.RecoverEmergency(ctx, clerk, e.ID); err != nil || sum != (station.RecoverySummary{Recovered: 2, Annulled: 1}) {
		t.Errorf("after the last row: %+v, %v", sum, err)
	}
	o.clean()
}

// Two AOOs have their registers at once: each its own mode, numbers, closing and recovery.
func TestEmergencyRegistersOfTwoAOOs(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	elsewhere := station.Signatory{Actor: alien, Signer: protocollo.SignerVicario}
	register := func(key string) *protocollo.Registration {
		t.Helper()
		rec, err := o.s.Register(ctx, alien, station.RegisterCommand{Key: key, Draft: letter("Dell'altra area")})
		if err != nil || rec.Registration == nil {
			t.Fatalf("register: %+v, %v", rec, err)
		}
		return rec.Registration
	}
	first := o.openRegister(o.opening())
	if reg := register("altra-01"); reg.Emergency() {
		t.Fatalf("the other AOO is in emergency too: %+v", reg)
	}
	second, err := o.s.OpenEmergency(ctx, elsewhere, o.opening())
	if err != nil {
		t.Fatal(err)
	}
	row, other := o.register("key-0001", letter("Di questa area")).Registration, register("altra-02")
	if !row.Emergency() || !other.Emergency() || row.Number != other.Number || row.Key == other.Key || first.Title() != second.Title() {
		t.Fatalf("rows %+v and %+v", row, other)
	}
	_, err = o.s.RecoverEmergency(ctx, clerk, second.ID)
	wantClass(t, err, protocollo.NotFound, "emergency")
	o.revoke(o.closeRegister(first))
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	if o.record(row.IntakeID).Registration.Recovery == nil {
		t.Error("the closed register waits for the other AOO's")
	}
	if reg := register("altra-03"); !reg.Emergency() || reg.Number != "0000002" || reg.Recovery != nil {
		t.Errorf("the other AOO's register ended with this one's: %+v", reg)
	}
	o.clean()
}
