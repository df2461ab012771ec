package protocollo

import "testing"

// TestTemporaryCodes: what is written is read, and nothing takes it for a registration's.
func TestTemporaryCodes(t *testing.T) {
	for _, seq := range []int64{1, 42, 12_345_678} {
		i := Intake{AOO: "AOO_1", Year: 2026, Seq: seq, Draft: Draft{Direction: Incoming}}
		b, err := ParseBarcode(i.Barcode("c_a000").Payload())
		if err != nil || b.IsRegistration() || !b.Belongs("c_a000", "AOO_1") {
			t.Fatalf("intake %d: %+v, %v", seq, b, err)
		}
		if year, n, ok := b.IntakeNumber(); !ok || year != 2026 || n != seq {
			t.Errorf("intake %d reads as %d/%d, %t", seq, n, year, ok)
		}
		if year, n, ok := ParseIntakeHandCode(i.HandCode()); !ok || year != 2026 || n != seq {
			t.Errorf("%s reads as %d/%d, %t", i.HandCode(), n, year, ok)
		}
		if _, _, ok := ParseHandCode(i.HandCode()); ok {
			t.Errorf("%s reads as a protocol number", i.HandCode())
		}
	}
	for _, b := range []Barcode{
		{Kind: BarcodeOrdinary, Register: "RICEZIONE", Year: 2026, Number: "0000001"},
		{Kind: BarcodeIntake, Register: "PG", Year: 2026, Number: "0000001"},
		{Kind: BarcodeIntake, Register: "RICEZIONE", Year: 2026, Number: "99999999999999999999"},
	} {
		if _, _, ok := b.IntakeNumber(); ok {
			t.Errorf("%+v names an intake", b)
		}
	}
	for _, s := range []string{"20260000001", "E20260000001", "R", "R2026", "RR20260000001", "R 12/2026"} {
		if _, _, ok := ParseIntakeHandCode(s); ok {
			t.Errorf("%q reads as an intake's", s)
		}
	}
}
