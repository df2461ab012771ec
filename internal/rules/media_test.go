package rules_test

import (
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// R1.16: a removable medium has its covering letter or its presentation sheet, and N-4 word for word where its signature was verified.
func TestRemovableMedia(t *testing.T) {
	in, out := protocollo.Incoming, protocollo.Outgoing
	media, paper := protocollo.SupportMedia, protocollo.SupportPaper
	letter, sheet := protocollo.PresentedByLetter, protocollo.PresentedBySheet
	const byLetter, bySheet = "Supporto rimovibile con lettera di trasmissione", "Supporto rimovibile con documento autografo di presentazione"
	const n4 = "verifica firma digitale eseguita: "
	for name, c := range map[string]struct {
		direction protocollo.Direction
		support   protocollo.Support
		by        protocollo.Presentation
		check     protocollo.SignatureCheck
		note      string
		fails     string
	}{
		"a letter":               {in, media, letter, "", byLetter, ""},
		"a sheet":                {in, media, sheet, "", bySheet, ""},
		"neither":                {in, media, "", "", "", "presentation"},
		"neither, though signed": {in, media, "", protocollo.SignatureValid, "", "presentation"},
		"something else":         {in, media, "a voce", "", "", "presentation"},
		"it goes out":            {out, media, "", "", "", ""},
		"paper":                  {in, paper, "", "", "", ""},
		"paper with a sheet":     {in, paper, sheet, "", "", "presentation"},
		"paper with a check":     {in, paper, "", protocollo.SignatureValid, "", "signatureCheck"},
		"valid":                  {in, media, sheet, protocollo.SignatureValid, bySheet + "\n" + n4 + "certificato valido", ""},
		"expired":                {in, media, sheet, protocollo.SignatureExpired, bySheet + "\n" + n4 + "certificato scaduto", ""},
		"revoked":                {in, media, letter, protocollo.SignatureRevoked, byLetter + "\n" + n4 + "certificato revocato", ""},
		"suspended":              {in, media, sheet, protocollo.SignatureSuspended, bySheet + "\n" + n4 + "certificato sospeso", ""},
		"not to be verified":     {in, media, sheet, protocollo.SignatureUnverified, bySheet + "\n" + n4 + "impossibile effettuare verifica", ""},
		"verified somehow":       {in, media, sheet, "bene", "", "signatureCheck"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rules.RemovableMedia(protocollo.Draft{Direction: c.direction, Support: c.support, Presentation: c.by, SignatureCheck: c.check})
			if c.fails != "" {
				wantRefused(t, err, protocollo.Invalid, c.fails)
				return
			}
			if err != nil || got.Note != c.note {
				t.Errorf("note %q, %v", got.Note, err)
			}
			got.Note += "\nconsegnato a mano"
			if again, err := rules.RemovableMedia(got); err != nil || again.Note != got.Note {
				t.Errorf("judged again its note is %q, %v", again.Note, err)
			}
		})
	}
}
