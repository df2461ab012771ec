package rules

import (
	"slices"
	"strings"

	"segnatura/internal/protocollo"
)

// SignatureCheckWords begin N-4; what came of the check follows (004 art. 3.1.03).
const SignatureCheckWords = "verifica firma digitale eseguita: "

var signatureChecks = map[protocollo.SignatureCheck]string{
	protocollo.SignatureValid:      "certificato valido",
	protocollo.SignatureExpired:    "certificato scaduto",
	protocollo.SignatureRevoked:    "certificato revocato",
	protocollo.SignatureSuspended:  "certificato sospeso",
	protocollo.SignatureUnverified: "impossibile effettuare verifica",
}

var presentations = map[protocollo.Presentation]string{
	protocollo.PresentedByLetter: "Supporto rimovibile con lettera di trasmissione",
	protocollo.PresentedBySheet:  "Supporto rimovibile con documento autografo di presentazione",
}

// RemovableMedia puts into a letter's note what a removable medium came with and what came of verifying its signature (N-4). Of a medium that came in the
// covering letter is registered; «qualora, invece, manchi la lettera di trasmissione, sarà protocollato previa la compilazione dell'interessato di un documento
// autografo di presentazione» (002 art. 18.2; R1.16): without either there is no number. A draft of another support comes back as it is.
//
// Errors: Invalid "presentation" where neither is there, or where there is no medium; Invalid "signatureCheck" for an unknown outcome, or where there is no medium.
func RemovableMedia(d protocollo.Draft) (protocollo.Draft, error) {
	came := d.Support == protocollo.SupportMedia && d.Direction == protocollo.Incoming
	switch {
	case came && d.Presentation == "":
		return d, protocollo.Errorf(protocollo.Invalid, "presentation", "a removable medium without a covering letter and without a presentation sheet")
	case !came && d.Presentation != "":
		return d, protocollo.Errorf(protocollo.Invalid, "presentation", "%q of what did not come on a removable medium", d.Presentation)
	case !came && d.SignatureCheck != "":
		return d, protocollo.Errorf(protocollo.Invalid, "signatureCheck", "%q of what did not come on a removable medium", d.SignatureCheck)
	case !came:
		return d, nil
	}
	words, known := presentations[d.Presentation]
	if !known {
		return d, protocollo.Errorf(protocollo.Invalid, "presentation", "presented by %q", d.Presentation)
	}
	d.Note = withLine(d.Note, words)
	if d.SignatureCheck == "" {
		return d, nil
	}
	outcome, known := signatureChecks[d.SignatureCheck]
	if !known {
		return d, protocollo.Errorf(protocollo.Invalid, "signatureCheck", "the signature's check came to %q", d.SignatureCheck)
	}
	d.Note = withLine(d.Note, SignatureCheckWords+outcome)
	return d, nil
}

// withLine adds a line to a note that does not have it yet: a letter that is corrected is judged again.
func withLine(note, line string) string {
	if slices.Contains(strings.Split(note, "\n"), line) {
		return note
	}
	return joined(note, "\n", line)
}
