package station_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/station"
	"segnatura/stamp"
)

func sheetRegister(rows int) stamp.EmergencyRegister {
	r := stamp.EmergencyRegister{Name: "1/2026"}
	for i := range rows {
		r.Rows = append(r.Rows, stamp.EmergencyRow{Sequence: i + 1, Number: fmt.Sprintf("n. %d/2026 R.E. 1/2026", i+1), At: time.Date(2026, 3, 2, 9, i, 0, 0, time.UTC),
			Direction: "A", Subject: "Richiesta", Sender: "Bianchi", Recipients: "Tributi", Classifica: "0107", Means: "PT"})
	}
	r.Rows[0].OrdinaryNumber, r.Rows[0].OrdinaryDay = "0000041", "2026-03-03"
	return r
}

// sheetLines are the register as it comes back untouched.
func sheetLines(r stamp.EmergencyRegister) []stamp.EmergencyLine {
	var out []stamp.EmergencyLine
	for i, row := range r.Rows {
		out = append(out, stamp.EmergencyLine{Line: i + 2, EmergencyRow: row})
	}
	return out
}

// What somebody else did to a file is said row by row; nothing that stands is changed by it.
func TestSheetIsComparedRowByRow(t *testing.T) {
	added := stamp.EmergencyLine{Line: 5, EmergencyRow: stamp.EmergencyRow{At: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Direction: "P", Subject: "Nuova", Recipients: "Rossi", Manual: true}}
	for name, test := range map[string]struct {
		edit             func([]stamp.EmergencyLine) []stamp.EmergencyLine
		rows, new, given int
		faults           []string
	}{
		"untouched": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine { return l }, 3, 0, 0, nil},
		"other order, without optional columns": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine {
			for i := range l {
				l[i].Classifica, l[i].Means, l[i].Sequence = "", "", 0
			}
			slices.Reverse(l)
			return l
		}, 3, 0, 0, nil},
		"subject changed, zeros lost": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine {
			l[1].Subject, l[2].Classifica = "Altra", "107"
			return l
		}, 1, 0, 0, []string{
			"Riga 3, colonna «Oggetto»: il foglio dice «Altra», il registro «Richiesta»: una registrazione non si cambia da un foglio",
			"Riga 4, colonna «Classifica/Fascicolo»: il foglio dice «107», il registro «0107»: una registrazione non si cambia da un foglio"}},
		"row removed": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine { return l[:2] }, 2, 0, 0, []string{
			"Nel foglio manca la registrazione n. 3/2026 R.E. 1/2026: dal registro non si toglie nulla"}},
		"row twice": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine {
			twice := l[0]
			twice.Line = 5
			return append(l, twice)
		}, 3, 0, 0, []string{"Riga 5: è la stessa registrazione della riga 2 del foglio"}},
		"ordinary numbers": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine {
			l[1].OrdinaryNumber, l[1].OrdinaryDay = "42", "2026-03-03"
			return l
		}, 3, 0, 1, nil},
		"ordinary number of another row, no number, other than the register's": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine {
			l[0].OrdinaryNumber = "0000044"
			l[1].OrdinaryNumber, l[1].OrdinaryDay = "0000044", l[0].OrdinaryDay
			l[2].OrdinaryNumber = "quarantadue"
			return l
		}, 0, 0, 0, []string{
			"Riga 2, colonna «Numero protocollo ordinario»: il foglio dice 0000044, il registro 0000041",
			"Riga 3, colonna «Numero protocollo ordinario»: il numero 0000044 è già alla riga 2 del foglio",
			"Riga 4, colonna «Numero protocollo ordinario»: «quarantadue» non è un numero di protocollo"}},
		"number without its day": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine { l[1].OrdinaryNumber = "0000042"; return l }, 2, 0, 0, []string{
			"Riga 3, colonna «Data protocollo ordinario»: manca la data del numero 0000042"}},
		"the same number in two years": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine {
			l[1].OrdinaryNumber, l[1].OrdinaryDay = "0000041", "2027-01-02"
			l[2].OrdinaryNumber, l[2].OrdinaryDay = "41", "2027-01-02"
			return l
		}, 2, 0, 1, []string{"Riga 4, colonna «Numero protocollo ordinario»: il numero 0000041 è già alla riga 3 del foglio"}},
		"annulled by hand": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine { l[2].Annulled = true; return l }, 2, 0, 0, []string{
			"Riga 4, colonna «Annullato»: una registrazione si annulla dalla stazione, con il provvedimento, non da un foglio"}},
		"typed in": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine { return append(l, added) }, 3, 1, 0, nil},
		"typed in, a row left out": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine {
			far := added
			far.Sequence = 9
			return append(l, far)
		}, 3, 0, 0, []string{"Riga 5, colonna «Riga»: è la registrazione 9, e la prossima del registro è la 4"}},
		"typed in, incomplete": {func(l []stamp.EmergencyLine) []stamp.EmergencyLine {
			bare := added
			bare.Direction = "A"
			return append(l, bare)
		}, 3, 0, 0, []string{"Riga 5, colonna «Mittente»: manca il mittente"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := sheetRegister(3)
			c := station.CompareSheet(r, test.edit(sheetLines(r)), nil)
			var faults []string
			for _, f := range c.Faults {
				faults = append(faults, f.String())
			}
			if !slices.Equal(faults, test.faults) || c.Rows != test.rows || len(c.New) != test.new || len(c.Numbers) != test.given {
				t.Errorf("%d rows, %d new, %d numbers, faults %q", c.Rows, len(c.New), len(c.Numbers), faults)
			}
		})
	}
}

// A line with a cell that could not be read is named once, by who read it.
func TestUnreadCellIsNotToldTwice(t *testing.T) {
	r := sheetRegister(3)
	lines := sheetLines(r)
	lines[1].Subject = ""
	unread := stamp.SheetFault{Line: 3, Column: "Oggetto", Words: "contiene una formula: va scritto il valore"}
	if c := station.CompareSheet(r, lines, []stamp.SheetFault{unread}); len(c.Faults) != 1 || c.Faults[0] != unread {
		t.Errorf("faults %v", c.Faults)
	}
}

// A row that was corrected or annulled after the file went out is named and passed over; the others are taken. What nobody ever registered is a fault.
func TestRowsThatChangedSinceTheExport(t *testing.T) {
	was := sheetRegister(4)
	lines := sheetLines(was)
	for i := range lines[1:] {
		lines[i+1].OrdinaryNumber, lines[i+1].OrdinaryDay = fmt.Sprintf("%07d", 50+i), "2026-03-03"
	}
	now := sheetRegister(4)
	now.Rows[1].Before = []stamp.EmergencyRow{was.Rows[1]}
	now.Rows[1].Subject = "Richiesta di accesso"
	now.Rows[2].Annulled = true
	c := station.CompareSheet(now, lines, nil)
	if len(c.Faults) != 0 || c.Rows != 2 || len(c.Numbers) != 1 || c.Numbers[0].Row != 4 || len(c.Changed) != 2 ||
		c.Changed[0].Line != 3 || !strings.Contains(c.Changed[0].Words, "n. 2/2026 R.E. 1/2026 è stata rettificata dopo l’esportazione") ||
		c.Changed[1].Line != 4 || !strings.Contains(c.Changed[1].Words, "annullata dopo l’esportazione") {
		t.Fatalf("%+v", c)
	}
	lines[1].Sender = "Verdi"
	if c := station.CompareSheet(now, lines, nil); len(c.Faults) != 2 || len(c.Changed) != 1 {
		t.Errorf("a value that the row never had: %+v", c)
	}
}
