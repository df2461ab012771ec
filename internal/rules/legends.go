package rules

import "segnatura/internal/protocollo"

// Legend is one text of the catalogue of stamps (R2.6). Free text never stands on a label.
type Legend struct {
	Code   string // of the requirements' section 4
	Text   string // exactly as the catalogue has it
	Source string // the manual's article
	// applies says whether the draft asks for it.
	applies func(protocollo.Draft) bool
}

// Legends lists the catalogue's entries that a draft decides, in the order in which they are printed.
func Legends() []Legend {
	return []Legend{
		{Code: "L-1", Text: "MITTENTE ANONIMO", Source: "Manuale del Comune, art. 66; manuale dell'Università, art. 3.1.01",
			applies: func(d protocollo.Draft) bool { return d.Anonymous }},
		{Code: "L-2", Text: "DOCUMENTO NON SOTTOSCRITTO", Source: "Manuale del Comune, art. 66; manuale dell'Università, art. 3.1.01",
			applies: func(d protocollo.Draft) bool { return d.Unsigned }},
	}
}

// LegendTexts returns the texts that a draft's label carries (R1.10). Whether the document is valid is not ours to say.
func LegendTexts(d protocollo.Draft) []string {
	var out []string
	for _, l := range Legends() {
		if l.applies(d) {
			out = append(out, l.Text)
		}
	}
	return out
}

// TrialBanner stands on everything that a trial prints (R17.1).
const TrialBanner = "PROVA – SENZA VALORE"
