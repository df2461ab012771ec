package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// competitions leaves rows in all tables of competitions.
func (o *office) competitions(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	c := o.Compete("concorso", protocollo.ModeNote)
	a := o.Apply(c, "uno")
	_, err := o.AmendApplication(ctx, storetest.Clerk(), a.ID, 1, a.Facts, true, "doppia")
	must(t, err)
	o.Apply(c, "due")
	n := o.NoteOf(c, "nota")
	o.Numbered(o.NoteLetter(n))
	must(t, o.ArchiveNote(ctx, n.ID, []station.KeptFile{o.Beside(station.KeptMetadata, 0, "<nota/>")}))
}

// The database itself refuses a second place for an application, whoever writes.
func TestAnApplicationIsInOnePlace(t *testing.T) {
	o := openOffice(t)
	o.competitions(t)
	b := o.Compete("borsa", protocollo.ModeNumber)
	own := o.Apply(b, "tre")
	in := o.NewIntake(storetest.Draft("Domanda", "tre"))
	in.ApplicationID = own.ID
	o.Numbered(in)
	pool := o.raw(t)
	for what, statement := range map[string]string{
		"a second note":                 `INSERT INTO competition_note_items (at, note_id, application_id, version_id) SELECT at, note_id, application_id, version_id FROM competition_note_items LIMIT 1`,
		"a note besides its own number": fmt.Sprintf(`INSERT INTO competition_note_items (at, note_id, application_id, version_id) SELECT 1, n.id, %d, v.id FROM competition_notes n, application_versions v WHERE v.application_id = %[1]d`, own.ID),
		"its own number besides a note": `INSERT INTO competition_letters (at, application_id, intake_id) SELECT 1, (SELECT application_id FROM competition_note_items), i.id FROM intakes i WHERE i.id NOT IN (SELECT intake_id FROM competition_letters)`,
	} {
		if what == "its own number besides a note" {
			o.Record(storetest.Draft("Altra lettera", "x"))
		}
		if _, err := pool.Exec(statement); err == nil || !strings.Contains(err.Error(), "UNIQUE") && !strings.Contains(err.Error(), "application") {
			t.Errorf("%s: %v", what, err)
		}
	}
	o.clean(t)
}

// However desks enter, strike and close, each application that stands is in exactly one note once the last one is closed, and none that was struck is in any.
func TestEveryApplicationIsInExactlyOneNote(t *testing.T) {
	for seed := range uint64(4) {
		o := openOffice(t)
		ctx := context.Background()
		c := o.Compete("concorso", protocollo.ModeNote)
		var mu sync.Mutex // the suite's clock is for one goroutine at a time
		now := storetest.Start()
		o.db.cfg.Clock = func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Millisecond); return now }
		for day := range 3 {
			var desks sync.WaitGroup
			for desk := range 3 {
				desks.Go(func() {
					random := rand.New(rand.NewPCG(seed, uint64(day*10+desk)))
					for i := range 8 {
						key := fmt.Sprintf("%d-%d-%d-%d", seed, day, desk, i)
						a, err := o.SaveApplication(ctx, storetest.Clerk(), c.ID, 1, key, storetest.Facts("Candidato "+key))
						if err != nil {
							t.Error(err)
						}
						switch random.IntN(6) {
						case 0:
							_, err = o.AmendApplication(ctx, storetest.Clerk(), a.ID, 1, a.Facts, true, "per errore")
						case 1:
							_, err = o.CloseNote(ctx, storetest.Clerk(), c.ID, "nota "+key)
						}
						if err != nil && protocollo.ClassOf(err) != protocollo.Conflict {
							t.Error(err)
						}
					}
				})
			}
			desks.Wait()
			mu.Lock()
			now = now.Add(24 * time.Hour)
			mu.Unlock()
		}
		_, err := o.CloseNote(ctx, storetest.Clerk(), c.ID, "ultima")
		must(t, err)
		notes, err := o.Notes(ctx, c.AOO, station.NoteQuery{CompetitionID: c.ID})
		must(t, err)
		listed := map[int64]int{}
		for _, n := range notes {
			f, err := o.NoteFacts(ctx, c.AOO, n.ID)
			must(t, err)
			if len(f.Items) != n.Count {
				t.Errorf("note %d lists %d of %d", n.ID, len(f.Items), n.Count)
			}
			for _, a := range f.Items {
				listed[a.ID]++
			}
		}
		all, err := o.Applications(ctx, c.AOO, station.ApplicationQuery{CompetitionID: c.ID})
		must(t, err)
		if len(all) != 72 {
			t.Errorf("%d applications", len(all))
		}
		for _, a := range all {
			if want := map[bool]int{true: 0, false: 1}[a.Struck != ""]; listed[a.ID] != want {
				t.Errorf("seed %d: application %d, struck %q, stands in %d notes", seed, a.ID, a.Struck, listed[a.ID])
			}
		}
		o.clean(t)
	}
}
