package sheetfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/tealeg/xlsx/v3"
	"pgregory.net/rapid"

	"segnatura/internal/protocollo"
	"segnatura/internal/sheetfile"
	"segnatura/stamp"
)

var madeAt = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// formulas are what a stranger may write into a field in the hope that a spreadsheet runs it, and what only looks like it.
func formulas() []string {
	return []string{`=HYPERLINK("http://x","y")`, "+39 055 123", "-1", "@SUM(A1)", "'=1+1", "''=1", "'Ndrangheta", "'", "\t=1", "0001234", "1E5", "TRUE", " due  spazi ", "a;b\"c", "riga\naltra riga", "_x0041_", "È già così – «sì»"}
}

func register(t testing.TB, rows int) stamp.EmergencyRegister {
	t.Helper()
	r := stamp.EmergencyRegister{
		Body: "Comune di Forlì", AOOCode: "AOO1", Name: "1/2026", Cause: "guasto", InterruptedAt: time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC),
		Form: stamp.EmergencyFormEleven, MadeAt: madeAt,
	}
	for i := range rows {
		// The second half is within the hour that the clock shows twice: 02:00 to 03:00 on 25 October.
		at := time.Date(2026, 10, 25, 0, 30, i, 0, time.UTC)
		if i >= rows/2 {
			at = at.Add(time.Hour)
		}
		text := formulas()[i%len(formulas())]
		r.Rows = append(r.Rows, stamp.EmergencyRow{
			Sequence: i + 1, Number: fmt.Sprintf("n. %d/2026 R.E. 1/2026", i+1), At: at, Direction: "A", Subject: strings.Join(strings.Fields("oggetto "+text), " "),
			Sender: strings.Join(strings.Fields(text), " "), Recipients: "Ufficio Tributi", Address: "via Roma 1", InternalCode: "CED", Classifica: "0107", DocumentType: "LG", Means: "PT",
			UserCode: "007", Manual: i%3 == 1, Annulled: i%5 == 4, UOR: "UFF1", Repertoire: "Delibere",
			SenderProtocol: "0012/A del 01/02/2026", Attachments: i % 4, Authorised: "ordinanza urgente",
		})
		if i%2 == 0 {
			r.Rows[i].OrdinaryNumber, r.Rows[i].OrdinaryDay = fmt.Sprintf("%07d", 41+i), "2026-10-26"
		}
	}
	return r
}

func formats() []stamp.SheetFormat { return []stamp.SheetFormat{stamp.SheetXLSX, stamp.SheetCSV} }

func export(t testing.TB, r stamp.EmergencyRegister, f stamp.SheetFormat, columns []stamp.EmergencyColumn) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := sheetfile.WriteEmergency(&b, r, f, columns); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What was exported comes back equal, whatever stands in it, also within the hour that comes twice (R9.14).
func TestRegisterRoundTrip(t *testing.T) {
	r := register(t, 40)
	for _, f := range formats() {
		lines, faults, err := sheetfile.ReadEmergency(bytes.NewReader(export(t, r, f, nil)), f, nil)
		if err != nil || len(faults) > 0 {
			t.Fatalf("%s: %v, %v", f, err, faults)
		}
		var back []stamp.EmergencyRow
		for i, l := range lines {
			if l.Line != i+2 {
				t.Errorf("%s: row %d stands on line %d", f, i+1, l.Line)
			}
			back = append(back, l.EmergencyRow)
		}
		if diff := cmp.Diff(r.Rows, back); diff != "" {
			t.Errorf("%s:\n%s", f, diff)
		}
	}
}

// Another library than the one that wrote the file finds dates that are dates and numbers whose zeros are there.
func TestWorkbookReadByAnotherLibrary(t *testing.T) {
	r := register(t, 20)
	book, err := xlsx.OpenBinary(export(t, r, stamp.SheetXLSX, nil))
	if err != nil {
		t.Fatal(err)
	}
	sheet := book.Sheets[0]
	if sheet.Name != "Registro 1-2026" || sheet.MaxRow != 21 {
		t.Fatalf("sheet %q of %d rows", sheet.Name, sheet.MaxRow)
	}
	at := map[string]int{}
	for n := range sheet.MaxCol {
		c, err := sheet.Cell(0, n)
		if err != nil {
			t.Fatal(err)
		}
		at[c.String()] = n
	}
	// The eleven of F-1 first and in order, then what R9.14 adds.
	for i, title := range []string{"Numero del protocollo di emergenza", "Data di attribuzione", "A/P", "Oggetto", "Mittente", "Destinatario/i", "Indirizzo", "Codice corr. interno",
		"Classifica/Fascicolo", "Codice tipo documento", "Codice tramite", "Numero protocollo ordinario", "Data protocollo ordinario", "Codice utente", "Data legale"} {
		if n, there := at[title]; !there || n != i {
			t.Errorf("%q is column %d, want %d", title, n, i)
		}
	}
	for i, row := range r.Rows {
		cell := func(title string) *xlsx.Cell {
			c, err := sheet.Cell(i+1, at[title])
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		for title, want := range map[string]string{"Numero protocollo ordinario": row.OrdinaryNumber, "Classifica/Fascicolo": "0107", "Codice utente": "007", "Oggetto": row.Subject, "Mittente": row.Sender} {
			c := cell(title)
			// This library leaves the format's own escapes as they stand in the file.
			if strings.ReplaceAll(c.Value, "_x005F_", "_") != want || c.Formula() != "" || want != "" && c.Type() != xlsx.CellTypeString && c.Type() != xlsx.CellTypeInline {
				t.Errorf("row %d, %s: %q of type %v, formula %q; want the text %q", i+1, title, c.Value, c.Type(), c.Formula(), want)
			}
		}
		legal, err := cell("Data legale").GetTime(false)
		if err != nil || legal.Format(time.DateOnly) != "2026-10-25" || !cell("Data legale").IsTime() {
			t.Errorf("row %d: the legal day is %v, %v", i+1, legal, err)
		}
		given, err := cell("Data di attribuzione").GetTime(false)
		if err != nil || given.Round(time.Second).Format(time.DateTime) != row.At.In(protocollo.Rome()).Format(time.DateTime) {
			t.Errorf("row %d: given at %v, %v, want %v", i+1, given, err, row.At)
		}
	}
}

// Any text, in either format.
func TestAnyTextComesBack(t *testing.T) {
	text := rapid.OneOf(rapid.SampledFrom(formulas()), rapid.StringOfN(rapid.RuneFrom([]rune("=+-@'\"; \t\nàÈ€_x0A<&>漢1")), 0, 12, -1))
	rapid.Check(t, func(t *rapid.T) {
		want := sheetfile.Table{Name: "prova", Columns: []sheetfile.Column{{Field: "n", Title: "N", Kind: sheetfile.Integer}, {Field: "t", Title: "Testo", Kind: sheetfile.Text}, {Field: "u", Title: "Altro", Kind: sheetfile.Text}}}
		for i := range rapid.IntRange(1, 4).Draw(t, "rows") {
			want.Rows, want.Lines = append(want.Rows, []string{fmt.Sprint(i + 1), text.Draw(t, "text"), text.Draw(t, "other")}), append(want.Lines, i+2)
		}
		for _, f := range []struct {
			write func(io.Writer) error
			read  func(io.Reader, []sheetfile.Column) (sheetfile.Table, []sheetfile.Fault, error)
		}{
			{func(w io.Writer) error { return sheetfile.WriteXLSX(w, want, madeAt) }, sheetfile.ReadXLSX},
			{func(w io.Writer) error { return sheetfile.WriteCSV(w, want) }, sheetfile.ReadCSV},
		} {
			var b bytes.Buffer
			if err := f.write(&b); err != nil {
				t.Fatal(err)
			}
			got, faults, err := f.read(&b, want.Columns)
			if err != nil || len(faults) > 0 {
				t.Fatal(err, faults)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(sheetfile.Table{}, "Name")); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// No field of a CSV begins as a formula does.
func TestCSVHoldsNoFormula(t *testing.T) {
	table := string(export(t, register(t, 40), stamp.SheetCSV, nil))
	if !strings.HasPrefix(table, "\uFEFFNumero del protocollo di emergenza;") || !strings.Contains(table, ";0107;") {
		t.Fatalf("table:\n%.300s", table)
	}
	for _, start := range []string{";=", ";+", ";-", ";@", `;"=`, `;"+`, `;"@`} {
		if strings.Contains(table, start) {
			t.Errorf("a cell begins with %q", start)
		}
	}
	for _, want := range []string{`;"'=HYPERLINK(""http://x"",""y"")";`, ";'+39 055 123;", ";'-1;", ";''=1+1;", ";'Ndrangheta;"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %s in the table", want)
		}
	}
}

// A template of somebody else is a map in data: its titles, its order, its constants. What it has no column for is left out.
func TestColumnMap(t *testing.T) {
	columns := []stamp.EmergencyColumn{{Field: "protocollo", Title: "NUM_PROT"}, {Title: "REGISTRO", Constant: "PG"}, {Field: "oggetto", Title: "OGGETTO"}, {Field: "numero", Title: "NUM_EMERG"},
		{Field: "data"}, {Field: "verso", Title: "E/U"}, {Field: "mittente", Title: "MITT"}, {Field: "destinatari", Title: "DEST"}}
	r := register(t, 4)
	for _, f := range formats() {
		b := export(t, r, f, columns)
		lines, faults, err := sheetfile.ReadEmergency(bytes.NewReader(b), f, columns)
		if err != nil || len(faults) > 0 || len(lines) != 4 || lines[0].OrdinaryNumber != "0000041" || lines[3].Subject != r.Rows[3].Subject || lines[2].Classifica != "" {
			t.Errorf("%s: %+v, %v, %v", f, lines, faults, err)
		}
		if _, _, err := sheetfile.ReadEmergency(bytes.NewReader(b), f, nil); !errors.Is(err, sheetfile.ErrNoTable) || !strings.Contains(err.Error(), "«Numero del protocollo di emergenza»") {
			t.Errorf("%s: read by other titles: %v", f, err)
		}
	}
	if _, err := sheetfile.EmergencyTable(r, []stamp.EmergencyColumn{{Field: "fattura"}}); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("an unknown field: %v", err)
	}
}

// A file that went through other hands: moved columns, a title row lower down, dates as text and as numbers, empty rows; and what cannot be
// read, said where it stands.
func TestForeignWorkbook(t *testing.T) {
	book := xlsx.NewFile()
	sheet, err := book.AddSheet("Foglio1")
	if err != nil {
		t.Fatal(err)
	}
	add := func(cells ...any) {
		r := sheet.AddRow()
		for _, v := range cells {
			c := r.AddCell()
			switch v := v.(type) {
			case string:
				c.SetString(v)
			case int:
				c.SetInt(v)
			case time.Time:
				c.SetDateTime(v)
			case formula:
				c.SetFormula(string(v))
			}
		}
	}
	add("Registro tenuto in Excel")
	add("oggetto", "Data  di attribuzione", "A/P", "NUMERO DEL PROTOCOLLO DI EMERGENZA", "Mittente", "Destinatario/i", "Data protocollo ordinario", "Numero protocollo ordinario")
	add("Uno", "25/10/2026 10:30", "a", "n. 1/2026 R.E. 1/2026", "Bianchi", "", "26/10/2026", 41)
	add("", "")
	add("Due", time.Date(2026, 10, 25, 11, 45, 0, 0, time.UTC), "P", "n. 2/2026 R.E. 1/2026", "", "Rossi", "31/02/2026", "0000042")
	add(formula("A1"), "ieri", "A", "n. 3/2026 R.E. 1/2026")
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	lines, faults, err := sheetfile.ReadEmergency(&b, stamp.SheetXLSX, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []stamp.EmergencyLine{
		{Line: 3, EmergencyRow: stamp.EmergencyRow{Number: "n. 1/2026 R.E. 1/2026", At: time.Date(2026, 10, 25, 9, 30, 0, 0, time.UTC), Direction: "A", Subject: "Uno", Sender: "Bianchi", OrdinaryNumber: "41", OrdinaryDay: "2026-10-26"}},
		{Line: 5, EmergencyRow: stamp.EmergencyRow{Number: "n. 2/2026 R.E. 1/2026", At: time.Date(2026, 10, 25, 10, 45, 0, 0, time.UTC), Direction: "P", Subject: "Due", Recipients: "Rossi", OrdinaryNumber: "0000042"}},
		{Line: 6, EmergencyRow: stamp.EmergencyRow{Number: "n. 3/2026 R.E. 1/2026", Direction: "A"}},
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	var words []string
	for _, f := range faults {
		words = append(words, f.String())
	}
	if diff := cmp.Diff([]string{
		"Riga 5, colonna «Data protocollo ordinario»: «31/02/2026» non è una data (gg/mm/aaaa)",
		"Riga 6, colonna «Data di attribuzione»: «ieri» non è una data con l’ora (gg/mm/aaaa hh:mm:ss)",
		"Riga 6, colonna «Oggetto»: contiene una formula: va scritto il valore",
	}, words); diff != "" {
		t.Error(diff)
	}
}

type formula string

// Files that are no spreadsheet, or one of somebody else's making that is out of bounds, are refused and never taken in part.
func TestRefusedFiles(t *testing.T) {
	whole := export(t, register(t, 3), stamp.SheetXLSX, nil)
	for name, b := range map[string][]byte{"nothing": nil, "no zip": []byte("Numero;Data"), "cut short": whole[:len(whole)/2], "a zip of nothing": []byte("PK\x05\x06" + strings.Repeat("\x00", 18))} {
		if _, _, err := sheetfile.ReadEmergency(bytes.NewReader(b), stamp.SheetXLSX, nil); !errors.Is(err, sheetfile.ErrNoTable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	csv := export(t, register(t, 3), stamp.SheetCSV, nil)
	for name, b := range map[string][]byte{"nothing": nil, "latin-1": append(bytes.Clone(csv), 0xE0), "open quote": append(bytes.Clone(csv), `"x`...), "a workbook": whole} {
		if _, _, err := sheetfile.ReadEmergency(bytes.NewReader(b), stamp.SheetCSV, nil); !errors.Is(err, sheetfile.ErrNoTable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := sheetfile.ReadEmergency(bytes.NewReader(csv), "ods", nil); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("another format: %v", err)
	}
}

func FuzzReadXLSX(f *testing.F) {
	f.Add(export(f, register(f, 2), stamp.SheetXLSX, nil))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines, _, err := sheetfile.ReadEmergency(bytes.NewReader(b), stamp.SheetXLSX, nil)
		if err != nil && (!errors.Is(err, sheetfile.ErrNoTable) || len(lines) > 0) {
			t.Errorf("%d lines, %v", len(lines), err)
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add(export(f, register(f, 3), stamp.SheetCSV, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines, _, err := sheetfile.ReadEmergency(bytes.NewReader(b), stamp.SheetCSV, nil)
		if err != nil && (!errors.Is(err, sheetfile.ErrNoTable) || len(lines) > 0) {
			t.Errorf("%d lines, %v", len(lines), err)
		}
	})
}

// Whoever writes a column map is told the fields by the type itself.
func TestFieldsOfAColumnMapAreListed(t *testing.T) {
	f, _ := reflect.TypeFor[stamp.EmergencyColumn]().FieldByName("Field")
	if want := "," + strings.Join(sheetfile.EmergencyFieldNames(), ","); f.Tag.Get("enum") != want {
		t.Errorf("listed %q, want %q", f.Tag.Get("enum"), want)
	}
}
