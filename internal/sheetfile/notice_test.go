package sheetfile_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/sheetfile"
	"segnatura/stamp"
)

// A notice stands first in the titles and in each row, whatever the columns are; the file is read back as one without it, and no batch is made for
// another system's import.
func TestANoticeStandsOnTheSheet(t *testing.T) {
	const words = "SOLO PER CONSULTAZIONE – prova"
	for name, columns := range map[string][]stamp.EmergencyColumn{"our own": nil, "a template": {{Field: "riga", Title: "N"}, {Field: "oggetto", Title: "OGG"}, {Field: "numero", Title: "NUM"},
		{Field: "data", Title: "DATA"}, {Field: "verso", Title: "V"}, {Field: "mittente", Title: "MITT"}, {Field: "destinatari", Title: "DEST"}}} {
		plain := register(t, 4)
		marked := plain
		marked.Notice = words
		rows := strings.Split(strings.TrimPrefix(string(export(t, marked, stamp.SheetCSV, columns)), "\uFEFF"), "\r\n")
		for i, row := range rows[:5] {
			if !strings.HasPrefix(row, words+";") {
				t.Errorf("%s: row %d is %q", name, i, row)
			}
		}
		for _, f := range formats() {
			read := func(r stamp.EmergencyRegister) []stamp.EmergencyLine {
				lines, faults, err := sheetfile.ReadEmergency(bytes.NewReader(export(t, r, f, columns)), f, columns)
				if err != nil || len(faults) > 0 || len(lines) != 4 {
					t.Fatalf("%s, %s: %d lines, %v, %v", name, f, len(lines), faults, err)
				}
				return lines
			}
			if got, want := read(marked), read(plain); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %s: read %+v, want %+v", name, f, got, want)
			}
		}
	}
	r := outageOfAMorning()
	r.Notice = words
	var e *protocollo.Error
	if err := sheetfile.WriteEmergency(io.Discard, r, stamp.SheetFinmatica, nil); !errors.As(err, &e) || e.Code != "sheet-by-call" {
		t.Errorf("a batch: %v", err)
	}
}
