package station_test

import (
	"context"
	"errors"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// chose is a setup whose Responsabile chose another connector than the suite's.
type chose struct {
	station.SetupStore
	connector string
}

func (c chose) Setup(ctx context.Context) (station.Setup, error) {
	s, err := c.SetupStore.Setup(ctx)
	s.Connector = c.connector
	return s, err
}

// TestSettingsDoNotChangeWhoNumbers: with another connector in the settings nothing is numbered, asked for or handed over (R17.1).
func TestSettingsDoNotChangeWhoNumbers(t *testing.T) {
	o := newOffice(t)
	o.registrar.before = map[string]error{"Register": protocollo.Errorf(protocollo.Unavailable, "x", "away")}
	waiting := o.register("chiave-w", letter("In attesa"))
	o.start(func(c *station.Config) { c.Registrar = elsewhere{o.registrar} })
	_, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "chiave-a", Draft: letter("Nuova")})
	wantClass(t, err, protocollo.Stopped, "connector-changed")
	if err := o.s.DrainWaiting(t.Context()); !errors.Is(err, protocollo.Stopped) {
		t.Fatalf("DrainWaiting = %v", err)
	}
	if got := o.record(waiting.Intake.ID); len(got.Attempts) != 1 {
		t.Fatalf("attempts %+v", got.Attempts)
	}
	stops, err := o.s.Stops(t.Context(), clerk)
	if err != nil || len(stops) != 1 || stops[0].Code != "connector-changed" {
		t.Fatalf("stops %+v, %v", stops, err)
	}
	o.start(nil)
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o.record(waiting.Intake.ID).Registration == nil {
		t.Fatal("not numbered by the one that was chosen")
	}
}

// sheetWriter writes what tells a sheet from others, or fails.
type sheetWriter struct{ err error }

func (w sheetWriter) IntakeSheet(r protocollo.RegisterRequest, trial bool) ([]byte, error) {
	return []byte("scheda " + r.Draft.Subject), w.err
}

// wanting keeps the sheet that came.
type wanting struct {
	*registrar
	sheet string
}

func (g *wanting) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	g.sheet = string(r.Sheet)
	return g.registrar.Register(ctx, r)
}

// TestIntakeSheet: the sheet goes along where the contract wants it, and without it nothing is asked.
func TestIntakeSheet(t *testing.T) {
	o := newOffice(t)
	o.registrar.caps.WantsSheet = true
	g := &wanting{registrar: o.registrar}
	writer := &sheetWriter{}
	o.start(func(c *station.Config) { c.Registrar, c.Sheets = g, writer })
	if rec := o.register("chiave-a", letter("Con scheda")); rec.Registration == nil || g.sheet != "scheda Con scheda" {
		t.Fatalf("registration %+v with the sheet %q", rec.Registration, g.sheet)
	}
	g.sheet, writer.err = "", errors.New("no font")
	if rec := o.register("chiave-b", letter("Senza")); rec.Registration != nil || g.sheet != "" || rec.Attempts[0].Outcome != protocollo.AttemptUnavailable {
		t.Fatalf("record %+v", rec)
	}
}
