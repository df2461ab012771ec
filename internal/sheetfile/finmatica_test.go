package sheetfile_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/sheetfile"
	"segnatura/internal/testenv"
	"segnatura/stamp"
)

func outageOfAMorning() stamp.EmergencyRegister {
	at := time.Date(2026, 11, 21, 8, 15, 0, 0, time.UTC)
	given := func(n int64) stamp.EmergencyNumber {
		return stamp.EmergencyNumber{Register: "EO1", Year: 2026, Number: n}
	}
	return stamp.EmergencyRegister{
		Name: "1/2026", UserCode: "007", Cause: "guasto alla\nrete", InterruptedAt: at.Add(-time.Hour), RestoredAt: at.Add(3 * time.Hour),
		Authorised: "provvedimento n. 12 del 21/11/2026",
		Rows: []stamp.EmergencyRow{
			{Given: given(1), At: at, Direction: "A", Subject: "Istanza <A&B>", Sender: "Ditta Esempio S.r.l.", SenderProtocol: "55 del 20/11/2026", Classifica: "VI.3/2026-7", UOR: "TECN"},
			{Given: given(2), At: at.Add(time.Minute), Direction: "P", Subject: "Risposta", Recipients: "Ente Esempio", UOR: "TECN"},
			{Given: given(3), At: at, Direction: "A", Subject: "annullata", Annulled: true},
			{Given: given(4), At: at, Direction: "A", Subject: "recuperata", OrdinaryNumber: "0000041"},
		},
	}
}

// element is any element of the batch.
type element struct {
	XMLName xml.Name
	Text    string    `xml:",chardata"`
	In      []element `xml:",any"`
}

func (e element) names() (out []string) {
	for _, in := range e.In {
		out = append(out, in.XMLName.Local)
	}
	return out
}

func (e element) of(name string) string {
	for _, in := range e.In {
		if in.XMLName.Local == name {
			return in.Text
		}
	}
	return "(none)"
}

func parse(t *testing.T, b []byte) (outage element, rows []element) {
	t.Helper()
	var root element
	if err := xml.Unmarshal(b, &root); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(root.names(), []string{"emergenza", "protocolli"}) || root.XMLName.Local != "radice" {
		t.Fatalf("%s with %v", root.XMLName.Local, root.names())
	}
	return root.In[0], root.In[1].In
}

func TestFinmaticaBatch(t *testing.T) {
	codes := []stamp.EmergencyColumn{{Title: "ottica", Constant: "P"}, {Title: "unita", Constant: "100"}, {Field: "numero", Title: "N."}}
	outage, rows := parse(t, export(t, outageOfAMorning(), stamp.SheetFinmatica, codes))
	for name, want := range map[string]string{"dataInizio": "2026-11-21 08:15:00", "dataFine": "2026-11-21 12:15:00", "causa": "guasto alla rete",
		"provvedimento": "provvedimento n. 12 del 21/11/2026", "unita": "100", "ottica": "P", "utente": "007"} {
		if got := outage.of(name); got != want {
			t.Errorf("emergenza, %s: %q, want %q", name, got, want)
		}
	}
	if len(rows) != 2 {
		t.Fatalf("%d rows: what is annulled or has its number would get another one", len(rows))
	}
	for name, want := range map[string]string{"anno": "2026", "numero": "1", "codiceRegistro": "EO1", "data": "2026-11-21 09:15:00", "tipoMovimento": "Arrivo",
		"oggetto": "Istanza <A&B>", "numDocEsterno": "55", "dataDocEsterno": "2026-11-20 00:00:00", "codiceClassificazione": "VI.3", "fascicoloAnno": "2026", "fascicoloNumero": "7", "unita": "100",
		"codiceUnitaSmistamento": "TECN", "dataArrivoSpedizione": "2026-11-21 09:15:00", "cognomeCodAmm": "Ditta Esempio S.r.l."} {
		if got := rows[0].of(name); got != want {
			t.Errorf("first row, %s: %q, want %q", name, got, want)
		}
	}
	if got := rows[1]; got.of("tipoMovimento") != "Partenza" || got.of("cognomeCodAmm") != "Ente Esempio" || got.of("dataArrivoSpedizione") != "" {
		t.Errorf("second row: %+v", got)
	}
}

// TestFinmaticaBatchHasTheContractsElements holds the batch against the maker's message, element by element in its order.
func TestFinmaticaBatchHasTheContractsElements(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testenv.Shared(t, "interop/finmatica-emergenza"), "importaProtocolliEmergenza.input.derived.xml"))
	if err != nil {
		t.Fatal(err)
	}
	outage, rows := parse(t, b)
	ours, ourRows := parse(t, export(t, outageOfAMorning(), stamp.SheetFinmatica, nil))
	if !slices.Equal(ours.names(), outage.names()) {
		t.Errorf("emergenza has\n%v\nwant\n%v", ours.names(), outage.names())
	}
	want, got := rows[0].names(), ourRows[0].names()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("protocollo has\n%v\nwant\n%v", got, want)
	}
}

func TestFinmaticaBatchRefuses(t *testing.T) {
	open := outageOfAMorning()
	open.RestoredAt = time.Time{}
	for name, c := range map[string]struct {
		register stamp.EmergencyRegister
		columns  []stamp.EmergencyColumn
		code     string
	}{
		"an open register": {open, nil, "emergency-open"},
		"a foreign code":   {outageOfAMorning(), []stamp.EmergencyColumn{{Title: "colore", Constant: "rosso"}}, "columns"},
	} {
		var known *protocollo.Error
		if err := sheetfile.WriteEmergency(io.Discard, c.register, stamp.SheetFinmatica, c.columns); !errors.As(err, &known) || known.Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := sheetfile.ReadEmergency(bytes.NewReader(nil), stamp.SheetFinmatica, nil); err == nil || !strings.Contains(err.Error(), "format") {
		t.Errorf("a batch came back: %v", err)
	}
}
