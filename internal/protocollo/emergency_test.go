package protocollo_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"segnatura/internal/protocollo"
)

// Ten thousand openings in any order of schemes, users, stations and years: no number and no label's code is given twice (R9.4, R18.1).
// Numbers are counted by what the law's key names, (scheme, year, opening, user, station), and not by the code that stands for it.
func TestEmergencyNumbersNeverCollide(t *testing.T) {
	random := rand.New(rand.NewPCG(63, 445))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	next, ordinals, seen := map[string]int64{}, map[int]int{}, map[string]string{}
	for range 10_000 {
		year := 2025 + random.IntN(3)
		ordinals[year]++
		e := protocollo.EmergencyRegister{AOO: "AOO1", Year: year, Ordinal: ordinals[year]}
		e.Policy.Scheme = protocollo.EmergencyScheme(pick("apertura", "anno", "utente"))
		e.Policy.StationCode = pick("", "", "A", "1", "Y")
		sequence := fmt.Sprint(e.Policy.Scheme, "/", year, "/", e.Policy.StationCode, "/")
		switch e.Policy.Scheme {
		case protocollo.EmergencyPerOpening:
			sequence += fmt.Sprint(e.Ordinal)
		case protocollo.EmergencyPerUser:
			e.UserCode = pick("1", "01", "7", "A", "Y", "O1", "EY", "O17")
			sequence += e.UserCode
		}
		var err error
		if e.Code, err = protocollo.EmergencyCode(e.Policy.Scheme, e.Ordinal, e.UserCode, e.Policy.StationCode); err != nil || !protocollo.ValidCode(e.Code) {
			t.Fatalf("code %q, %v", e.Code, err)
		}
		for range random.IntN(3) {
			next[sequence]++
			n, err := protocollo.NumberFrom(next[sequence])
			if err != nil {
				t.Fatal(err)
			}
			reg := protocollo.Registration{Key: e.Key("c_a000"), Number: n, Connector: protocollo.EmergencyConnector}
			code := reg.Barcode(protocollo.Incoming).Payload()
			if _, err := protocollo.ParseBarcode(code); err != nil {
				t.Fatalf("%s: %v", code, err)
			}
			if other, twice := seen[code]; twice {
				t.Fatalf("%s is of %s and of %s", code, other, sequence)
			}
			seen[code] = sequence
		}
	}
}
