package station_test

import (
	"testing"

	"segnatura/internal/protocollo"
)

// The sheet of a register whose numbers another system is asked for by call says so, until it has them all; no other sheet does.
func TestTheSheetOfACalledRegisterIsNoWorkSheet(t *testing.T) {
	const words = "SOLO PER CONSULTAZIONE – i numeri si chiedono con la chiamata"
	for name, test := range map[string]struct {
		office func(*testing.T) *office
		road   protocollo.EmergencyRoad
		want   string
	}{
		"asked elsewhere": {typedElsewhere, "", words}, "asked elsewhere, as chosen": {typedElsewhere, protocollo.EmergencyCalls, words},
		"typed in elsewhere": {typedElsewhere, protocollo.EmergencyTyped, ""}, "this station's own book": {newOffice, "", ""},
		"keyed in one by one": {manualOffice, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := test.office(t)
			o.policy(func(p *protocollo.EmergencyPolicy) { p.Road = test.road })
			e := o.openRegister(o.opening())
			o.labelled("key-0001", letter("x"))
			e = o.closeRegister(e)
			notice := func() string {
				paper, err := o.s.EmergencyPaper(t.Context(), boss, "1-2026", protocollo.ActOpening)
				if err != nil {
					t.Fatal(err)
				}
				return paper.Notice
			}
			if got := notice(); got != test.want {
				t.Errorf("notice %q, want %q", got, test.want)
			}
			if test.want == "" {
				return
			}
			if sum, err := o.s.RecoverEmergency(t.Context(), boss, e.ID); err != nil || sum.Recovered != 1 {
				t.Fatalf("%+v, %v", sum, err)
			}
			if got := notice(); got != "" {
				t.Errorf("recovered, and still %q", got)
			}
		})
	}
}
