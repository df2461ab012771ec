package centre_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/officesim/centre"
)

func all(centre.Entry) bool { return true }

func kept(t *testing.T, path string) *centre.Centre {
	t.Helper()
	c, err := centre.Start(t.Context(), centre.Config{Face: plain, File: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// TestTheSameCentreAfterARestart: numbers, documents and annulments are there again, and both sequences go on.
func TestTheSameCentreAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "centre.jsonl")
	c := kept(t, path)
	one := c.Register(centre.Entry{Register: "PG", Subject: "uno", Names: []string{"A"}, Documents: []centre.Document{{Name: "scheda.pdf", Body: []byte("scheda")}}})
	c.Register(centre.Entry{Register: "PG", Subject: "due"})
	old, _ := c.Attach(one.ID, centre.Document{Name: "a.pdf", Body: []byte("a")})
	if _, found := c.Replace(one.ID, old.ID, centre.Document{Name: "b.pdf", Body: []byte("b")}); !found {
		t.Fatal("not replaced")
	}
	c.Annul(one.ID, "12")
	before := c.Search(all)
	c.Close()

	c = kept(t, path)
	same := slices.EqualFunc(before, c.Search(all), func(a, b centre.Entry) bool {
		return a.ID == b.ID && a.Number == b.Number && a.Year == b.Year && a.At.Equal(b.At) && a.Subject == b.Subject && a.Annulled == b.Annulled &&
			slices.EqualFunc(a.Documents, b.Documents, func(x, y centre.Document) bool {
				return x.ID == y.ID && x.Name == y.Name && string(x.Body) == string(y.Body) && x.Replaced == y.Replaced
			})
	})
	if !same || len(before[0].Documents) != 3 || before[0].Annulled != "12" {
		t.Fatalf("was %+v, is %+v", before, c.Search(all))
	}
	if three := c.Register(centre.Entry{Register: "PG"}); three.Number != 3 {
		t.Errorf("the next number is %d", three.Number)
	}
	if d, _ := c.Attach(one.ID, centre.Document{}); d.ID != "4" {
		t.Errorf("the next document is %s", d.ID)
	}
}

// TestHalfALineIsNothing: what was being written when the power went was never answered for.
func TestHalfALineIsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "centre.jsonl")
	c := kept(t, path)
	c.Register(centre.Entry{Register: "PG", Subject: "uno"})
	c.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, whole[:len(whole)/2]...), 0o600); err != nil {
		t.Fatal(err)
	}
	c = kept(t, path)
	if two := c.Register(centre.Entry{Register: "PG", Subject: "due"}); two.Number != 2 {
		t.Errorf("number %d behind half a line", two.Number)
	}
	c.Close()
	if c = kept(t, path); c.Tally().Numbers != 2 {
		t.Errorf("%d entries", c.Tally().Numbers)
	}
	c.Close()

	if err := os.WriteFile(path, append([]byte("nonsense\n"), whole...), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := centre.Start(t.Context(), centre.Config{Face: plain, File: path}); err == nil || !strings.Contains(err.Error(), "read what it holds") {
		c.Close()
		t.Errorf("nonsense is taken: %v", err)
	}
}

// TestTally: what a repeated request would leave is counted, and two letters of one sender are not.
func TestTally(t *testing.T) {
	c := open(t)
	for _, e := range []centre.Entry{
		{Direction: "A", Subject: "uno", Names: []string{"A"}},
		{Direction: "A", Subject: "due", Names: []string{"A"}},
		{Direction: "P", Subject: "uno", Names: []string{"A"}},
		{Direction: "A", Subject: "uno", Names: []string{"A", "B"}},
	} {
		c.Register(e)
	}
	first := c.Search(all)[0]
	c.Attach(first.ID, centre.Document{Name: "a.pdf", Body: []byte("a")})
	c.Attach(first.ID, centre.Document{Name: "b.pdf", Body: []byte("b")})
	if got := c.Tally(); got != (centre.Tally{Numbers: 4, Documents: 2}) {
		t.Errorf("%+v", got)
	}
	again := c.Register(centre.Entry{Direction: "A", Subject: "uno (Registro di emergenza: n. 1/2026 del 02/03/2026)", Names: []string{"A"}})
	c.Attach(first.ID, centre.Document{Name: "c.pdf", Body: []byte("a")})
	if got := c.Tally(); got != (centre.Tally{Numbers: 5, Documents: 3, Alike: 2}) {
		t.Errorf("%+v", got)
	}
	c.Annul(again.ID, "12")
	if got := c.Tally(); got != (centre.Tally{Numbers: 5, Documents: 3, Alike: 1}) {
		t.Errorf("%+v", got)
	}
}
