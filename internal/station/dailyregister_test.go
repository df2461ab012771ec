package station_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// dailyFile reads one form of a day's register as the Responsabile.
func (o *office) dailyFile(day protocollo.Day, format station.DailyFormat) ([]byte, station.DailyRegister) {
	o.t.Helper()
	f, made, err := o.s.OpenDailyRegister(o.t.Context(), boss, day, format)
	if err != nil {
		o.t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		o.t.Fatal(err)
	}
	return b, made
}

// A day's register has the day's numbers and totals, says nothing of what is confidential, bears the digest of the one before, and is the same
// file whoever makes it again (R12.1).
func TestDailyRegister(t *testing.T) {
	o := newOffice(t)
	plain := o.register("k1", letter("Richiesta di accesso"))
	secret := letter("Sanzione disciplinare")
	secret.Confidential, secret.Senders[0].Name = true, "Verdi Giuseppina"
	secret.UOR, secret.Classifica, secret.SenderRef = "PERS", "III.9", protocollo.SenderReference{Protocol: "77", Day: "2026-02-13"}
	secret.Attachments = []protocollo.Attachment{{Description: "verbale"}, {Description: "memoria"}}
	hidden := o.register("k2", secret)
	ask := annulOrder(hidden)
	ask.Reason = "era la disciplinare di un altro"
	o.asks(boss, ask)
	day := protocollo.DayOf(o.clock.Now())
	_, _, err := o.s.OpenDailyRegister(t.Context(), boss, day, station.DailyPDF)
	wantClass(t, err, protocollo.Conflict, "day-open")
	_, _, err = o.s.OpenDailyRegister(t.Context(), clerk, day, station.DailyPDF)
	wantClass(t, err, protocollo.Forbidden, "read-all")
	o.clock.add(24 * time.Hour)
	table, made := o.dailyFile(day, station.DailyCSV)
	if made.Registrations != 2 || made.Journal.Seq == 0 || made.Day != day {
		t.Errorf("made %+v", made)
	}
	for _, want := range []string{string(plain.Registration.Number), "Richiesta di accesso", string(hidden.Registration.Number), "riservato;riservato;riservato", made.Journal.Hash} {
		if !bytes.Contains(table, []byte(want)) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	for _, secret := range []string{"disciplinare", "Giuseppina", "PERS", "III.9", "2026-02-13", "13/02/2026"} {
		if bytes.Contains(table, []byte(secret)) {
			t.Errorf("tells %q, which is confidential:\n%s", secret, table)
		}
	}
	pages, _ := o.dailyFile(day, station.DailyPDF)
	if digest(pages) != made.PDF.SHA256 || digest(table) != made.CSV.SHA256 || !bytes.HasPrefix(pages, []byte("%PDF-")) {
		t.Error("the files are not those that were recorded")
	}

	// Whoever makes it again, with all that came later, makes the same files.
	o.register("k3", letter("Il giorno dopo"))
	again := o.again(day)
	if again[0] != made.PDF.SHA256 || again[1] != made.CSV.SHA256 {
		t.Errorf("made again: %v, recorded %s, %s", again, made.PDF.SHA256, made.CSV.SHA256)
	}

	o.clock.add(24 * time.Hour)
	next := protocollo.DayOf(o.clock.Now().Add(-24 * time.Hour))
	table, _ = o.dailyFile(next, station.DailyCSV)
	if !bytes.Contains(table, []byte(made.PDF.SHA256)) || !bytes.Contains(table, []byte("Il giorno dopo")) || bytes.Contains(table, []byte("Richiesta di accesso")) {
		t.Errorf("the next day:\n%s", table)
	}
	list, err := o.s.DailyRegisters(t.Context(), boss, "", 0)
	if err != nil || len(list) < 2 || list[0].Day != next || list[1].Day != day {
		t.Errorf("list: %+v, %v", list, err)
	}
	o.cleanCheck()
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// again makes a day's register in memory, from the store's facts of now, and returns the digests of its files.
func (o *office) again(day protocollo.Day) []string {
	o.t.Helper()
	kept := &remembering{DailyStore: o.db, day: day}
	blobs := &blobDigests{ArchiveStore: o.db}
	cfg := o.cfg
	cfg.Daily, cfg.Archive = kept, blobs
	s, err := station.New(cfg)
	if err != nil {
		o.t.Fatal(err)
	}
	defer s.Close()
	if err := s.CloseDays(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	if len(blobs.seen) != 2 {
		o.t.Fatalf("files %v", blobs.seen)
	}
	return []string{blobs.seen[1], blobs.seen[0]}
}

// remembering asks for one day again and records nothing.
type remembering struct {
	station.DailyStore
	day protocollo.Day
}

func (r *remembering) DaysToClose(_ context.Context, aoo protocollo.AOOCode, _ int) ([]protocollo.Day, error) {
	if aoo != "AOO1" {
		return nil, nil
	}
	return []protocollo.Day{r.day}, nil
}
func (r *remembering) RecordDailyRegister(context.Context, station.DailyRegister) error { return nil }

type blobDigests struct {
	station.ArchiveStore
	seen []string
}

func (b *blobDigests) PutBlob(_ context.Context, r io.Reader) (string, int64, error) {
	content, err := io.ReadAll(r)
	b.seen = append(b.seen, digest(content))
	return digest(content), int64(len(content)), err
}

// A crash between the files and the row leaves nothing that the next start does not finish; days on which the station was off have their
// register too.
func TestDailyRegistersOfDaysOff(t *testing.T) {
	o := newOffice(t)
	o.register("k1", letter("Prima delle ferie"))
	day := protocollo.DayOf(o.clock.Now())
	o.clock.add(40 * 24 * time.Hour)
	crash := &crashing{DailyStore: o.db}
	cfg := o.cfg
	cfg.Daily = crash
	s, err := station.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = s.CloseDays(t.Context())
	s.Close()
	if err == nil || !strings.Contains(err.Error(), "power cut") {
		t.Fatalf("crashed with %v", err)
	}
	o.restart()
	if err := o.s.CloseDays(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := o.s.DailyRegisters(t.Context(), boss, "", 500)
	if err != nil || len(list) != 40 || list[39].Day != day || list[39].Registrations != 1 || list[0].Registrations != 0 {
		t.Fatalf("%d registers, %v", len(list), err)
	}
	o.cleanCheck()
}

type crashing struct{ station.DailyStore }

type powerCut struct{}

func (powerCut) Error() string { return "power cut" }

func (crashing) RecordDailyRegister(context.Context, station.DailyRegister) error { return powerCut{} }

// The register of a day is made at the first moment of the next one, and by a station that starts later.
func TestDailyRegisterIsMadeAtMidnight(t *testing.T) {
	cfg := newOffice(t).cfg
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Time
		cfg.Daily, cfg.Setup, cfg.Clock = calendar{asked: func() { asked = append(asked, time.Now()) }}, oneOffice{}, time.Now
		s, err := station.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		start := time.Now()
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Hour)
		defer stop()
		s.DailyLoop(ctx)
		rome := start.In(protocollo.Rome())
		midnight := time.Date(rome.Year(), rome.Month(), rome.Day()+1, 0, 0, 0, 0, protocollo.Rome())
		next := slices.IndexFunc(asked, func(at time.Time) bool { return !at.Before(midnight) })
		if next < 1 || !asked[0].Equal(start) || asked[next].Sub(midnight) > 2*time.Second {
			t.Errorf("looked at %v; midnight is %v", asked, midnight)
		}
	})
}

// calendar tells when somebody looks at it.
type calendar struct {
	station.DailyStore
	asked func()
}

func (c calendar) DaysToClose(context.Context, protocollo.AOOCode, int) ([]protocollo.Day, error) {
	c.asked()
	return nil, nil
}

type oneOffice struct{ station.SetupStore }

func (oneOffice) Setup(context.Context) (station.Setup, error) {
	return station.Setup{AOOs: []protocollo.AOO{{Code: "AOO1"}}}, nil
}

// TestDailyRegisterCountsWhatIsLeftOut: by the entry that was cited (R1.14), in both forms, naming nobody; its total is that of the day's list, and what is
// registered after all on a later day was left out on its own.
func TestDailyRegisterCountsWhatIsLeftOut(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t)
	day := protocollo.DayOf(o.clock.Now())
	d := letter("Offerta irripetibile")
	d.Senders[0].Name = "Dépliant S.r.l."
	var last station.Record
	for _, key := range []string{"esclusa-1", "esclusa-2"} {
		rec, err := o.s.CloseUnregistered(ctx, clerk, station.UnregisteredCommand{Key: key, Draft: d, Entry: "pubblicita"})
		if err != nil {
			t.Fatal(err)
		}
		last = rec
	}
	if n := o.endOfDay(day).Unregistered.Total; n != 2 {
		t.Errorf("the day's list has %d", n)
	}
	o.clock.add(24 * time.Hour)
	after := letter("Offerta irripetibile")
	after.EnvelopeID = last.Intake.ID
	o.register("key-0001", after)
	table, _ := o.dailyFile(day, station.DailyCSV)
	if !bytes.Contains(table, []byte("non soggetta a registrazione;")) || !bytes.Contains(table, []byte("materiali pubblicitari")) || bytes.Contains(table, []byte("Dépliant")) {
		t.Errorf("the table:\n%s", table)
	}
	o.clock.add(24 * time.Hour)
	next, _ := o.dailyFile(protocollo.DayOf(o.clock.Now().Add(-24*time.Hour)), station.DailyCSV)
	if bytes.Contains(next, []byte("non soggetta a registrazione;")) || !bytes.Contains(next, []byte("0000001")) {
		t.Errorf("the day after:\n%s", next)
	}
}
