package protocollo_test

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

// TestEmergencyNumbersAreCitedWithTheirRegister: two letters of a year had both been «Prot. n. 0000001».
func TestEmergencyNumbersAreCitedWithTheirRegister(t *testing.T) {
	const day, later = protocollo.Day("2026-11-22"), protocollo.Day("2026-11-23")
	ordinary := protocollo.Registration{Key: protocollo.RegisterKey{Register: "PG", Year: 2026}, Number: "0000001", Day: day, Connector: "embedded"}
	emergency := func(scheme protocollo.EmergencyScheme, user string, recovered *protocollo.Recovery) protocollo.Registration {
		e := protocollo.EmergencyRegister{ID: 7, Year: 2026, Ordinal: 1, Code: "EO1", UserCode: user, Policy: protocollo.EmergencyPolicy{Scheme: scheme}}
		at := time.Date(2026, 11, 22, 9, 0, 0, 0, protocollo.Rome())
		sign := e.Sign("0000001", at)
		return protocollo.Registration{Key: protocollo.RegisterKey{Register: "EO1", Year: 2026}, Number: "0000001", Day: day,
			Connector: protocollo.EmergencyConnector, Segnatura: protocollo.Segnatura{Emergency: &sign}, Recovery: recovered}
	}
	got := &protocollo.Recovery{Number: "0000012", Day: later}
	for what, c := range map[string]struct {
		reg                  protocollo.Registration
		citation, cell, file string
	}{
		"ordinary": {ordinary, "Prot. n. 0000001 del 22/11/2026", "0000001", "2026-0000001-v1.pdf"},
		"emergency": {emergency(protocollo.EmergencyPerOpening, "", nil), "Registro di emergenza n. 1/2026 R.E. 1/2026 del 22/11/2026",
			"Reg. emergenza n. 1/2026 R.E. 1/2026", "2026-EO1-0000001-v1.pdf"},
		"recovered": {emergency(protocollo.EmergencyPerOpening, "", got),
			"Prot. n. 0000012 del 23/11/2026 (Reg. emergenza n. 1/2026 R.E. 1/2026 del 22/11/2026)",
			"0000012 (Reg. emergenza n. 1/2026 R.E. 1/2026)", "2026-EO1-0000001-v1.pdf"},
		"of a user": {emergency(protocollo.EmergencyPerUser, "AB", nil), "REGISTRO DI EMERGENZA AB n. 1/2026 del 22/11/2026",
			"REGISTRO DI EMERGENZA AB n. 1/2026", "2026-EO1-0000001-v1.pdf"},
		"of a user, recovered": {emergency(protocollo.EmergencyPerUser, "AB", got),
			"Prot. n. 0000012 del 23/11/2026 (REGISTRO DI EMERGENZA AB n. 1/2026 del 22/11/2026)",
			"0000012 (REGISTRO DI EMERGENZA AB n. 1/2026)", "2026-EO1-0000001-v1.pdf"},
	} {
		if s := c.reg.Citation(); s != c.citation {
			t.Errorf("%s is cited as %q", what, s)
		}
		if s := c.reg.CitedNumber(); s != c.cell {
			t.Errorf("%s has the cell %q", what, s)
		}
		if s := (protocollo.Document{}).FileName(c.reg); s != c.file {
			t.Errorf("%s has the file %q", what, s)
		}
	}
}
