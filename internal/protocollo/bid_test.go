package protocollo

import (
	"regexp"
	"testing"
)

// After a restore another plico had an old one's number, and with it its key: whoever numbers would have answered with the first one's letter.
func TestPlichiOfOneNumberAskUnderTheirOwnKeys(t *testing.T) {
	plico := func(aoo AOOCode, handover string, ordinal int) Bid {
		return Bid{AOO: aoo, Year: 2026, Seq: 41, Ordinal: ordinal, Handover: Handover{Key: handover}}
	}
	before := plico("AOO1", "5f1c", 1)
	if again := plico("AOO1", "5f1c", 1); again.RequestKey() != before.RequestKey() {
		t.Error("one plico has two keys")
	}
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(before.RequestKey()) {
		t.Errorf("key %q", before.RequestKey())
	}
	for name, other := range map[string]Bid{"another press": plico("AOO1", "77aa", 1), "the next of the handover": plico("AOO1", "5f1c", 2), "another AOO": plico("AOO2", "5f1c", 1)} {
		if other.RequestKey() == before.RequestKey() {
			t.Errorf("%s has the same key", name)
		}
	}
}
