package dropfolder_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/dropfolder"
	"segnatura/internal/durable"
	"segnatura/internal/protocollo"
)

// refusedOnce is a folder whose reader refused a letter.
func refusedOnce(t *testing.T) (*reader, *dropfolder.Connector) {
	t.Helper()
	r := newReader(t)
	r.behaviour = centraltest.Rejects
	c := r.connector(durable.Files{})
	if _, err := c.Register(t.Context(), request("a-key")); protocollo.ClassOf(err) != protocollo.Rejected {
		t.Fatalf("Register = %v", err)
	}
	return r, c
}

func corrected(edition int) protocollo.RegisterRequest {
	q := request("a-key")
	q.Edition, q.Draft.Classifica = edition, "IX.4"
	return q
}

// A letter that was corrected after its refusal was refused again for ever: the old answer was read as the new one's.
func TestCorrectedLetterIsAskedAnew(t *testing.T) {
	r, c := refusedOnce(t)
	if _, err := c.Register(t.Context(), request("a-key")); protocollo.ClassOf(err) != protocollo.Rejected {
		t.Fatalf("the same letter again: %v", err)
	}
	r.behave(centraltest.Well)
	receipt, err := c.Register(t.Context(), corrected(2)) // corrected twice before it was asked for
	if err != nil || receipt.Number != "0000001" {
		t.Fatalf("corrected: %+v, %v", receipt, err)
	}
	if row := readRow(t, filepath.Join(r.dir, "a-key.3.csv")); row["chiave"] != "a-key" || row["classifica"] != "IX.4" {
		t.Fatalf("its row is %v", row)
	}
	for _, name := range []string{"a-key.csv.superata", "a-key.risposta.csv.superata"} {
		if _, err := os.Lstat(filepath.Join(r.dir, name)); err != nil {
			t.Errorf("the refused request is lost: %v", err)
		}
	}
	// A copy that was brought back knows neither the correction nor the number.
	if found, ok, err := c.Find(t.Context(), "AOO1", "a-key"); err != nil || !ok || found.Number != receipt.Number {
		t.Fatalf("Find = %+v, %v, %v", found, ok, err)
	}
	if again, err := c.Register(t.Context(), request("a-key")); err != nil || again.Number != receipt.Number {
		t.Fatalf("asked for as it was: %+v, %v", again, err)
	}
	if r.numbers["a-key"] != 1 {
		t.Fatalf("%d numbers", r.numbers["a-key"])
	}
}

// While the corrected letter waits, the earlier refusal is no answer to it, also where the reader takes away what it has read.
func TestEarlierRefusalAnswersNothing(t *testing.T) {
	r, c := refusedOnce(t)
	r.behaviour = "" // it does not read
	if _, err := c.Register(t.Context(), corrected(1)); codeOf(err) != "awaits-answer" {
		t.Fatalf("corrected: %v", err)
	}
	if err := os.Remove(filepath.Join(r.dir, "a-key.2.csv")); err != nil {
		t.Fatal(err)
	}
	if _, found, err := c.Find(t.Context(), "AOO1", "a-key"); found || err != nil {
		t.Fatalf("Find = %v, %v", found, err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "a-key.2.risposta.csv"), []byte(numbered("a-key", 4)), 0o600); err != nil {
		t.Fatal(err)
	}
	if receipt, found, err := c.Find(t.Context(), "AOO1", "a-key"); !found || err != nil || receipt.Number != "0000004" {
		t.Fatalf("Find = %+v, %v, %v", receipt, found, err)
	}
}

// Setting the refused request aside may be cut short anywhere; nothing is put beside a request that waits for its answer.
func TestMakingRoomIsResumed(t *testing.T) {
	r, c := refusedOnce(t)
	r.behaviour = ""
	if err := os.Rename(filepath.Join(r.dir, "a-key.csv"), filepath.Join(r.dir, "a-key.csv.superata")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Find(t.Context(), "AOO1", "a-key"); protocollo.ClassOf(err) != protocollo.Rejected {
		t.Fatalf("Find = %v", err)
	}
	if _, err := c.Register(t.Context(), corrected(1)); codeOf(err) != "awaits-answer" {
		t.Fatalf("corrected: %v", err)
	}
	if _, err := c.Register(t.Context(), corrected(2)); codeOf(err) != "awaits-answer" {
		t.Fatalf("corrected again meanwhile: %v", err)
	}
	rows, err := filepath.Glob(filepath.Join(r.dir, "*.csv"))
	if err != nil || !slices.Equal(rows, []string{filepath.Join(r.dir, "a-key.2.csv")}) {
		t.Fatalf("rows %q, %v", rows, err)
	}
}
