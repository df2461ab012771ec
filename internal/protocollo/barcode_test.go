package protocollo_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"segnatura/internal/protocollo"
)

// codes draws an administration, AOO or register code as it may stand in a barcode.
func codes(least, most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		n := rapid.IntRange(least, most).Draw(t, "length")
		b := make([]byte, n)
		for i := range b {
			b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"[rapid.IntRange(0, 37).Draw(t, "letter")]
		}
		return string(b)
	})
}

func barcodes() *rapid.Generator[protocollo.Barcode] {
	return rapid.Custom(func(t *rapid.T) protocollo.Barcode {
		n := rapid.Int64Range(1, 9_999_999_999).Draw(t, "number")
		number, err := protocollo.NumberFrom(n)
		if err != nil {
			t.Fatal(err)
		}
		return protocollo.Barcode{
			Kind:            rapid.SampledFrom([]protocollo.BarcodeKind{'N', 'E', 'I', 'B'}).Draw(t, "kind"),
			Amministrazione: codes(1, 12).Draw(t, "amm"), AOO: protocollo.AOOCode(codes(1, 12).Draw(t, "aoo")), Register: codes(1, 12).Draw(t, "reg"),
			Year: rapid.IntRange(1990, 2999).Draw(t, "year"), Number: string(number),
			Direction: rapid.SampledFrom([]protocollo.Direction{"A", "P", "I"}).Draw(t, "direction"),
		}
	})
}

func TestBarcodeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := barcodes().Draw(t, "barcode")
		text := b.Payload()
		got, err := protocollo.ParseBarcode(text)
		if err != nil || got != b {
			t.Fatalf("%q parses to %+v, %v; want %+v", text, got, err, b)
		}
		const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" // of QR, ISO/IEC 18004
		if i := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune(alphanumeric, r) }); i >= 0 {
			t.Fatalf("%q leaves QR's alphanumeric mode at %q", text, text[i:])
		}
	})
}

// TestPayloadFitsVersion3: R18.1's 29 modules at level M hold 61 alphanumeric characters (ISO/IEC 18004, table 7). Codes as long as
// the seeds' and numbers to ten million stay within; longer ones are still valid and need a larger symbol.
func TestPayloadFitsVersion3(t *testing.T) {
	const version3M = 61
	rapid.Check(t, func(t *rapid.T) {
		b := barcodes().Draw(t, "barcode")
		b.Amministrazione, b.AOO = codes(1, 8).Draw(t, "amm"), protocollo.AOOCode(codes(1, 8).Draw(t, "aoo"))
		b.Register, b.Number = codes(1, 8).Draw(t, "reg"), "9999999"
		if n := len(b.Payload()); n > version3M {
			t.Fatalf("%q has %d characters", b.Payload(), n)
		}
	})
}

func TestBarcodeIsUpperCaseAndComparesWithoutCase(t *testing.T) {
	b := protocollo.Barcode{Kind: protocollo.BarcodeOrdinary, Amministrazione: "c_a000", AOO: "AooDrum", Register: "pg", Year: 2026,
		Number: "0001234", Direction: protocollo.Incoming}
	text := b.Payload()
	if !strings.HasPrefix(text, "SGN1.N.C$A000.AOODRUM.PG.2026.0001234.A.") || len(text) != len("SGN1.N.C$A000.AOODRUM.PG.2026.0001234.A.")+2 {
		t.Errorf("payload %q", text)
	}
	got, err := protocollo.ParseBarcode(text)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Belongs("c_a000", "aoodrum") || got.Belongs("c_a001", "aoodrum") || got.Belongs("c_a000", "aoouspg") {
		t.Errorf("%+v belongs to the wrong ones", got)
	}
}

// TestCheckCharactersKnownVector: ISO/IEC 7064 gives ISO79 the check characters 3W under MOD 1271-36.
func TestCheckCharactersKnownVector(t *testing.T) {
	if got := protocollo.CheckCharacters("ISO79"); got != "3W" {
		t.Errorf("check characters of ISO79 are %q, want 3W", got)
	}
}

// TestEverySingleErrorIsSeen: one wrong character, or two neighbours exchanged, is never one of ours.
func TestEverySingleErrorIsSeen(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	rapid.Check(t, func(t *rapid.T) {
		text := barcodes().Draw(t, "barcode").Payload()
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		wrong := []byte(text)
		if rapid.Bool().Draw(t, "exchange") {
			if at == len(text)-1 || text[at] == text[at+1] || !strings.ContainsRune(alphabet, rune(text[at])) || !strings.ContainsRune(alphabet, rune(text[at+1])) {
				t.Skip("nothing to exchange here")
			}
			wrong[at], wrong[at+1] = wrong[at+1], wrong[at]
		} else {
			wrong[at] = rapid.SampledFrom([]byte(alphabet)).Draw(t, "wrong")
			if wrong[at] == text[at] {
				t.Skip("the same character")
			}
			if !strings.ContainsRune(alphabet, rune(text[at])) {
				t.Skip("separators are not covered by the check; the form is")
			}
		}
		if got, err := protocollo.ParseBarcode(string(wrong)); err == nil {
			t.Fatalf("%q was read as %q: %+v", text, wrong, got)
		}
	})
}

func TestForeignCodesAreInvalid(t *testing.T) {
	good := protocollo.Barcode{Kind: protocollo.BarcodeOrdinary, Amministrazione: "c_a000", AOO: "AOO1", Register: "PG", Year: 2026, Number: "0001234",
		Direction: protocollo.Incoming}.Payload()
	if _, err := protocollo.ParseBarcode(good); err != nil {
		t.Fatal(err)
	}
	body := func(s string) string { return s + "." + protocollo.CheckCharacters(s) } // checked, and wrong all the same
	for name, text := range map[string]string{
		"empty":            "",
		"a link":           "https://example.org/SGN1.",
		"lower case":       strings.ToLower(good),
		"another version":  "SGN2" + good[4:],
		"a blank before":   " " + good,
		"a line after":     good + "\n",
		"too few parts":    body("SGN1.N.A.B.C.2026.0000001"),
		"too many parts":   body("SGN1.N.A.B.C.2026.0000001.A.X"),
		"unknown kind":     body("SGN1.X.A.B.C.2026.0000001.A"),
		"kind of two":      body("SGN1.NE.A.B.C.2026.0000001.A"),
		"unknown way":      body("SGN1.N.A.B.C.2026.0000001.X"),
		"year of three":    body("SGN1.N.A.B.C.202.0000001.A"),
		"year with a sign": body("SGN1.N.A.B.C.+202.0000001.A"),
		"number of words":  body("SGN1.N.A.B.C.2026.MILLE.A"),
		"no number":        body("SGN1.N.A.B.C.2026..A"),
	} {
		if b, err := protocollo.ParseBarcode(text); !errors.Is(err, protocollo.Invalid) {
			t.Errorf("%s: %q = %+v, %v", name, text, b, err)
		}
	}
}

func FuzzParseBarcode(f *testing.F) {
	f.Add("SGN1.N.C$A000.AOO1.PG.2026.0000001.A.PG")
	f.Add("SGN1.N.A.B.C.2026.0000001.A.00")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := protocollo.ParseBarcode(text)
		if err == nil && b.Payload() != text {
			t.Fatalf("%q is accepted as %q", text, b.Payload())
		}
	})
}

func TestHandCode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, err := protocollo.NumberFrom(rapid.Int64Range(1, 99_999_999_999).Draw(t, "number"))
		if err != nil {
			t.Fatal(err)
		}
		year := rapid.IntRange(1990, 2999).Draw(t, "year")
		gotYear, got, ok := protocollo.ParseHandCode(protocollo.HandCode(year, n))
		if !ok || gotYear != year || got != n {
			t.Fatalf("%d %s is read as %d %s, %t", year, n, gotYear, got, ok)
		}
	})
	for _, text := range []string{"", "2026", "2026123456", "20260x01234", "18990001234", "30000001234", "2026 0001234"} {
		if year, n, ok := protocollo.ParseHandCode(text); ok {
			t.Errorf("%q is read as %d %s", text, year, n)
		}
	}
}

// TestDividerIsNoRegistration: what marks an attachment is never read as a letter's code, and nothing else is read as a divider.
func TestDividerIsNoRegistration(t *testing.T) {
	text := protocollo.DividerPayload()
	if !strings.HasPrefix(text, protocollo.BarcodePrefix) || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") != "" {
		t.Errorf("%q is not ours, or not within QR's alphanumeric mode", text)
	}
	if !protocollo.IsDivider(text) {
		t.Errorf("%q is no divider", text)
	}
	if b, err := protocollo.ParseBarcode(text); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("a divider is read as %+v, %v", b, err)
	}
	for i := range text {
		for _, c := range "0AZ" {
			other := text[:i] + string(c) + text[i+1:]
			if other != text && protocollo.IsDivider(other) {
				t.Errorf("%q passes for a divider", other)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if b := barcodes().Draw(t, "barcode"); protocollo.IsDivider(b.Payload()) {
			t.Fatalf("%+v passes for a divider", b)
		}
	})
}
