package protocollo_test

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

// The arrival of a refused letter stands, whatever the form says or leaves out.
func TestCorrectedKeepsTheArrival(t *testing.T) {
	was := protocollo.Draft{Subject: "Offerta", Anonymous: true, Envelope: protocollo.EnvelopeClosed, BidID: 3, DeliveryID: 4, AtCounter: true,
		ArrivalDay: "2026-03-01", ArrivalDayReason: "ieri", EmergencyGrounds: "urgente", EmergencySheet: &protocollo.EmergencySheetRow{Row: 1, At: time.Unix(1, 0)},
		Circumstance: &protocollo.Circumstance{Kind: protocollo.OpenedByMistake}}.Normalize()
	form := protocollo.Draft{Subject: "Offerta corretta", Anonymous: true, Envelope: protocollo.EnvelopeClosed, ArrivalDay: "2026-03-01", DeliveryID: 9}
	next, changes, err := was.Corrected(form)
	if err != nil || len(changes) != 1 || changes[0].Field != protocollo.FieldSubject {
		t.Fatalf("changes %+v, %v", changes, err)
	}
	if next.BidID != 3 || next.DeliveryID != 4 || !next.AtCounter || next.ArrivalDayReason != "ieri" || next.EmergencyGrounds != "urgente" || next.EmergencySheet == nil || next.Circumstance == nil {
		t.Errorf("corrected %+v", next)
	}
}
