package station_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// distant is a register on another machine: a caller's call ends with its time, whatever the register does.
type distant struct {
	*registrar
	hangs   bool
	checks  int
	reached error // what Check finds
}

func (g *distant) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if g.hangs {
		g.calls = append(g.calls, "Register")
		<-ctx.Done()
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.OutcomeUnknown, "x", "no answer: %w", ctx.Err())
	}
	return g.registrar.Register(ctx, r)
}

func (g *distant) Check(context.Context) error { g.checks++; return g.reached }

func centralOffice(t *testing.T) (*office, *distant) {
	t.Helper()
	o := newOffice(t)
	g := &distant{registrar: o.registrar}
	g.caps = protocollo.Capabilities{FindByKey: true, AttachLater: true, Annul: true}
	o.start(func(c *station.Config) { c.Registrar, c.Sender, c.RegisterTimeout = g, g, 500*time.Millisecond })
	return o, g
}

// While the centre is known to be away no letter waits for it: it is taken in at once, says why it has no number, and is asked for when
// the centre is back, in order of arrival (R10.4, R10.7).
func TestAwayCentreKeepsNobodyWaiting(t *testing.T) {
	o, g := centralOffice(t)
	g.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "connessione rifiutata")
	g.reached = g.always
	var waiting []station.Record
	for i := range 5 {
		waiting = append(waiting, o.register(fmt.Sprintf("key-000%d", i), letter("Durante il guasto")))
		o.clock.add(time.Second)
	}
	if n := len(g.calls); n != 1 {
		t.Errorf("the centre was called %d times for five letters: %v", n, g.calls)
	}
	for i, rec := range waiting {
		if len(rec.Attempts) != 1 || rec.Attempts[0].Outcome != protocollo.AttemptUnavailable || rec.Facets.Numbered {
			t.Errorf("letter %d: %+v", i, rec.Attempts)
		}
	}
	if h := o.s.Health(); h.State != station.HealthAway || !h.Held {
		t.Errorf("health %+v", h)
	}
	for range 3 { // asking whether it is back leaves no attempt behind
		if err := o.s.DrainWaiting(t.Context()); protocollo.ClassOf(err) != protocollo.Unavailable {
			t.Errorf("DrainWaiting = %v", err)
		}
	}
	if rec := o.record(waiting[0].Intake.ID); len(rec.Attempts) != 1 || g.checks != 3 || len(g.calls) != 1 {
		t.Errorf("%d attempts, %d questions, calls %v", len(rec.Attempts), g.checks, g.calls)
	}
	g.always, g.reached = nil, nil
	told := len(o.events.of(station.EventStatus))
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, rec := range waiting {
		if got := o.record(rec.Intake.ID).Registration; got == nil || got.Number != protocollo.Number(fmt.Sprintf("%07d", i+1)) {
			t.Errorf("letter %d has %+v", i, got)
		}
	}
	if h := o.s.Health(); h.State != station.HealthAnswering || h.Held || len(o.events.of(station.EventStatus)) == told {
		t.Errorf("health %+v, or nobody is told", h)
	}
	if rec := o.register("key-0009", letter("Dopo")); rec.Registration == nil {
		t.Error("the desk does not ask again")
	}
}

// A centre that takes calls and never answers: however many calls a letter would need, the clerk waits for one time only, and after two
// letters for none.
func TestSilentCentreCostsTheClerkOneTimeout(t *testing.T) {
	o, g := centralOffice(t)
	g.hangs = true
	for i := range 4 {
		rec := o.register(fmt.Sprintf("key-000%d", i), letter("x"))
		want := protocollo.AttemptUnknown
		if i >= 2 {
			want = protocollo.AttemptUnavailable
		}
		if len(rec.Attempts) != 1 || rec.Attempts[0].Outcome != want {
			t.Errorf("letter %d: %+v, want %s", i, rec.Attempts, want)
		}
	}
	if !slices.Equal(g.calls, []string{"Register", "Register"}) {
		t.Errorf("calls %v", g.calls)
	}
	g.hangs = false
	o.clock.add(6 * time.Minute)
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if rec, err := o.s.Open(t.Context(), boss, fmt.Sprintf("R %d/2026", i+1)); err != nil || rec[0].Registration == nil {
			t.Errorf("letter %d: %+v, %v", i, rec, err)
		}
	}
}

// One letter that the centre chokes on, and one that it refuses, step aside: the others have their numbers (R10.4).
func TestUncertainAndRefusedLettersHoldNobodyUp(t *testing.T) {
	o, g := centralOffice(t)
	g.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
	var recs []station.Record
	for i := range 4 {
		recs = append(recs, o.register(fmt.Sprintf("key-000%d", i), letter("x")))
		o.clock.add(time.Second)
	}
	g.always = nil
	stubborn := &byLetter{distant: g, fail: map[string]error{
		"key-0000": protocollo.Errorf(protocollo.OutcomeUnknown, "x", "cut"),
		"key-0002": &protocollo.Error{Class: protocollo.Rejected, Code: "x", Words: "classifica errata"},
	}}
	o.start(func(c *station.Config) { c.Registrar = stubborn })
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range recs {
		rec := o.record(r.Intake.ID)
		if rec.Registration != nil {
			got = append(got, rec.Registration.Number.Short())
			continue
		}
		got = append(got, string(rec.Attempts[len(rec.Attempts)-1].Outcome))
	}
	if want := "unknown 1 rejected 2"; strings.Join(got, " ") != want {
		t.Errorf("letters %v, want %s", got, want)
	}
}

// byLetter fails by the letter's key.
type byLetter struct {
	*distant
	fail map[string]error
}

func (g *byLetter) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if err := g.fail[r.Key]; err != nil {
		return protocollo.Receipt{}, err
	}
	return g.distant.Register(ctx, r)
}

// «Riprova ora» tries a centre that was away, and so tells at once that it is back.
func TestAPersonMayTryACentreThatWasAway(t *testing.T) {
	o, g := centralOffice(t)
	g.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
	rec := o.register("key-0001", letter("x"))
	g.always = nil
	got, err := o.s.RetryNumber(t.Context(), clerk, rec.Intake.ID)
	if err != nil || got.Registration == nil || o.s.Health().Held {
		t.Fatalf("record %+v, %v", got, err)
	}
}

// A centre that is away when the station starts keeps nobody from the desk (R10.1): what a crash left open is looked up later.
func TestStartWhileTheCentreIsAway(t *testing.T) {
	o, g := centralOffice(t)
	g.hangs = true
	rec := o.register("key-0001", letter("x"))
	if rec.Attempts[0].Outcome != protocollo.AttemptUnknown {
		t.Fatalf("attempts %+v", rec.Attempts)
	}
	g.hangs, g.always = false, protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
	if err := o.s.Recover(t.Context()); err != nil {
		t.Errorf("Recover = %v", err)
	}
	if h := o.s.Health(); !h.Held {
		t.Errorf("health %+v: the centre was not asked", h)
	}
}

// A refused search says nothing of the letter whose answer was lost: it stays unknown, and nothing is asked a second time (R17.2).
func TestRefusedSearchIsNoProofOfAbsence(t *testing.T) {
	o, g := centralOffice(t)
	no := protocollo.Errorf(protocollo.Rejected, "refused", "ricerca non consentita")
	g.after = map[string]error{"Register": protocollo.Errorf(protocollo.OutcomeUnknown, "x", "cut")}
	g.before = map[string]error{"Find": no}
	rec := o.register("key-0001", letter("x"))
	o.clock.add(time.Hour)
	g.before = map[string]error{"Find": no}
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.record(rec.Intake.ID); len(got.Attempts) != 1 || got.Attempts[0].Outcome != protocollo.AttemptUnknown || slices.Index(g.calls, "Register") != 0 ||
		slices.Contains(g.calls[1:], "Register") {
		t.Fatalf("attempts %+v, calls %v", got.Attempts, g.calls)
	}
	if err := o.s.DrainWaiting(t.Context()); err != nil { // the search works again
		t.Fatal(err)
	}
	if got := o.record(rec.Intake.ID); got.Registration == nil || got.Registration.Number != "0000001" {
		t.Fatalf("record %+v", got)
	}
}

// TestOneLettersOwnFailureStopsNobody: a letter that the centre fails on, while it is well, is asked for twice at the head of the queue, and then
// steps aside for a while; neither the letters behind it nor the desk pay for it.
func TestOneLettersOwnFailureStopsNobody(t *testing.T) {
	for code, held := range map[string]bool{"nonsense": false, "credentials": true} { // one line code, as of a gateway that dislikes the subject
		t.Run(code, func(t *testing.T) {
			o, g := centralOffice(t)
			g.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
			var recs []station.Record
			for i := range 3 {
				recs = append(recs, o.register(fmt.Sprintf("key-000%d", i), letter("x")))
				o.clock.add(time.Second)
			}
			g.always = nil
			ill := &byLetter{distant: g, fail: map[string]error{"key-0000": protocollo.Errorf(protocollo.Unavailable, code, "not this one")}}
			o.start(func(c *station.Config) { c.Registrar = ill })
			if err := o.s.DrainWaiting(t.Context()); protocollo.ClassOf(err) != protocollo.Unavailable || o.s.Health().Held != held {
				t.Fatalf("the first time it may be the centre: %v, health %+v", err, o.s.Health())
			}
			g.reached = protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
			if err := o.s.DrainWaiting(t.Context()); protocollo.ClassOf(err) != protocollo.Unavailable || o.record(recs[1].Intake.ID).Registration != nil {
				t.Fatalf("a centre that is not well: %v", err)
			}
			g.reached = nil
			if err := o.s.DrainWaiting(t.Context()); err != nil || o.s.Health().Held {
				t.Fatalf("DrainWaiting = %v, health %+v", err, o.s.Health())
			}
			for i, rec := range recs[1:] {
				if got := o.record(rec.Intake.ID).Registration; got == nil || got.Number != protocollo.Number(fmt.Sprintf("%07d", i+1)) {
					t.Errorf("letter %d has %+v: the order of the others", i+1, got)
				}
			}
			if rec := o.register("key-0009", letter("y")); rec.Registration == nil {
				t.Error("the desk is held up by one letter")
			}
			tried := len(o.record(recs[0].Intake.ID).Attempts)
			if err := o.s.DrainWaiting(t.Context()); err != nil || len(o.record(recs[0].Intake.ID).Attempts) != tried {
				t.Errorf("tried again at once, %v", err)
			}
			ill.fail = nil
			o.clock.add(11 * time.Minute)
			if err := o.s.DrainWaiting(t.Context()); err != nil || o.record(recs[0].Intake.ID).Registration == nil {
				t.Errorf("never tried again, %v", err)
			}
		})
	}
}

// A sheet that cannot be written is its letter's matter: the centre was not called, and nothing is said of it.
func TestASheetThatFailsStopsNobody(t *testing.T) {
	o, g := centralOffice(t)
	g.caps.WantsSheet = true
	writer := &onlyWithout{subject: "senza carattere"}
	o.start(func(c *station.Config) { c.Registrar, c.Sheets = g, writer })
	bad, good := o.register("key-0000", letter(writer.subject)), o.register("key-0001", letter("x"))
	if h := o.s.Health(); h.Held || h.State != station.HealthAnswering || good.Registration == nil || bad.Attempts[0].Outcome != protocollo.AttemptUnavailable {
		t.Fatalf("health %+v, %+v", h, bad.Attempts)
	}
	if err := o.s.DrainWaiting(t.Context()); err != nil || g.checks != 0 {
		t.Errorf("DrainWaiting = %v, with %d questions", err, g.checks)
	}
	if n := len(o.record(bad.Intake.ID).Attempts); n != 2 {
		t.Errorf("%d attempts", n)
	}
}

// onlyWithout writes every sheet but that of one subject.
type onlyWithout struct{ subject string }

func (w *onlyWithout) IntakeSheet(r protocollo.RegisterRequest, _ bool) ([]byte, error) {
	if r.Draft.Subject == w.subject {
		return nil, fmt.Errorf("no glyph")
	}
	return []byte("scheda"), nil
}

// A centre that answers, and whose answer is that a code of the settings is wrong, is not away: P.I.Tre. says so of one AOO's register.
func TestAWrongSettingIsNotACentreThatIsAway(t *testing.T) {
	o, g := centralOffice(t)
	g.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
	rec := o.register("key-0001", letter("x"))
	g.always, g.reached = nil, protocollo.Errorf(protocollo.Invalid, "register", "AOO2's register is not seen")
	if err := o.s.DrainWaiting(t.Context()); err != nil || o.record(rec.Intake.ID).Registration == nil || o.s.Health().Held {
		t.Fatalf("DrainWaiting = %v, health %+v", err, o.s.Health())
	}
}

// An outcome that nobody but a person can settle does not keep the line held for ever: the queue tries the centre all the same.
func TestAnUnknownOutcomeDoesNotKeepTheLineHeld(t *testing.T) {
	o, g := centralOffice(t)
	g.caps.FindByKey = false
	g.before = map[string]error{"Register": errors.New("reset")}
	doubtful := o.register("key-0001", letter("Esito ignoto"))
	g.always = protocollo.Errorf(protocollo.Unavailable, "address", "connessione rifiutata")
	waiting := o.register("key-0002", letter("In attesa"))
	if !o.s.Health().Held || doubtful.Attempts[0].Outcome != protocollo.AttemptUnknown {
		t.Fatalf("held %v, %+v", o.s.Health().Held, doubtful.Attempts)
	}
	g.always = nil
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Errorf("drain: %v", err)
	}
	if o.record(waiting.Intake.ID).Registration == nil {
		t.Error("what waits is never asked for")
	}
}

// A clock that is set ahead while a call may still be running proves no absence: asking again would give the letter two numbers (R17.3).
func TestAClockSetAheadProvesNoAbsence(t *testing.T) {
	o, g := centralOffice(t)
	var steady time.Duration
	o.start(func(c *station.Config) {
		c.Registrar, c.Sender, c.RegisterTimeout, c.AbsenceProof = g, g, 50*time.Millisecond, 5*time.Minute
		c.Steady = func() time.Duration { return steady }
	})
	g.hangs = true
	in := o.register("key-0001", letter("Nel silenzio")).Intake.ID
	g.hangs = false
	look := func() station.Record {
		t.Helper()
		rec, err := o.s.RetryNumber(t.Context(), clerk, in)
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	o.clock.add(6 * time.Minute)
	if rec := look(); rec.Registration != nil || rec.Attempts[0].Outcome != protocollo.AttemptUnknown {
		t.Fatalf("six minutes by the clock that was set: %+v", rec.Attempts)
	}
	steady = 5 * time.Minute
	if rec := look(); rec.Registration == nil || rec.Attempts[0].Outcome != protocollo.AttemptAbsent {
		t.Fatalf("after five minutes: %+v", rec.Attempts)
	}
}

// A connector that breaks down gives its place in the line back: the next letter is asked for.
func TestABrokenCallHoldsNobodyUp(t *testing.T) {
	o, g := centralOffice(t)
	g.caps.CallsAtOnce = 1
	o.start(func(c *station.Config) {
		c.Registrar, c.Sender, c.RegisterTimeout = faultyConnector{g}, g, 500*time.Millisecond
	})
	func() {
		defer func() { _ = recover() }()
		_, _ = o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: letter("Che rompe")})
	}()
	if rec := o.register("key-0002", letter("La seguente")); rec.Registration == nil {
		t.Fatalf("the next one waits: %+v", rec.Attempts)
	}
}

// faultyConnector has a fault of its own.
type faultyConnector struct{ *distant }

func (c faultyConnector) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if r.Draft.Subject == "Che rompe" {
		panic("a fault of the connector")
	}
	return c.distant.Register(ctx, r)
}

// choosy is a centre that is well and yet cannot take one letter's file, whatever the reason.
type choosy struct {
	*distant
	refuses string // the letter's reference there
	tried   int
}

func (g *choosy) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	if r.Ref == g.refuses {
		g.tried++
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Unavailable, "status", "HTTP 503")
	}
	return g.distant.Attach(ctx, r, body)
}

// A file that the centre cannot take steps aside for a while, as a letter does: the files behind it are delivered, and the desk is asked for numbers.
func TestAFileThatFailsAloneHoldsUpNoOther(t *testing.T) {
	o, g := centralOffice(t)
	c := &choosy{distant: g}
	o.start(func(cfg *station.Config) { cfg.Registrar, cfg.Sender, cfg.RegisterTimeout = c, c, 500*time.Millisecond })
	var letters []station.Record
	for i := range 3 {
		r := o.labelled(fmt.Sprintf("key-000%d", i), letter("Con la scansione"))
		o.scan(&feeder{pages: []string{sheetOf(fmt.Sprintf("page %d", i), withCodes(codeOf(r)))}}, station.ScanCommand{})
		o.archive(o.record(r.Intake.ID).Documents[0].ID)
		letters = append(letters, r)
	}
	c.refuses = letters[0].Registration.Ref
	round := func() error { // as the outbox makes it
		if err := o.s.DrainWaiting(t.Context()); err != nil {
			return err
		}
		due, err := o.s.DueDeliveries(t.Context())
		for _, id := range due {
			if err == nil {
				err = o.s.Deliver(t.Context(), id)
			}
		}
		return err
	}
	if err := round(); !errors.Is(err, protocollo.Unavailable) { // it may be the centre
		t.Fatalf("the first round: %v", err)
	}
	for range 3 {
		if err := round(); err != nil {
			t.Fatalf("another round: %v", err)
		}
	}
	for i, r := range letters {
		if got := o.record(r.Intake.ID).Facets.Delivered; got != (i > 0) {
			t.Errorf("letter %d delivered: %t", i, got)
		}
	}
	if rec := o.register("key-0009", letter("Allo sportello")); rec.Registration == nil || o.s.Health().Held {
		t.Errorf("the desk pays for it: %+v, %+v", rec.Attempts, o.s.Health())
	}
	if c.tried != 2 {
		t.Errorf("tried %d times within minutes", c.tried)
	}
	c.refuses = ""
	o.clock.add(time.Hour)
	if err := round(); err != nil || !o.record(letters[0].Intake.ID).Facets.Delivered {
		t.Errorf("an hour later: %v", err)
	}
}
