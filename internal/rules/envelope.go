package rules

import (
	"slices"
	"strings"
	"unicode"

	"segnatura/internal/protocollo"
)

// EnvelopeWords is L-14: what stands on an envelope that stays closed, «RISERVATA» or «PERSONALE» (002 art. 67.1; 003), «riservato», «personale»,
// «confidenziale» (004 art. 3.1.01). An equivalent formula is for a person to see.
func EnvelopeWords() []string {
	return []string{"riservata", "riservato", "personale", "confidenziale"}
}

// FoundEnvelopeWords returns which words of L-14 stand in texts, as whole words and however they are written, in L-14's order.
func FoundEnvelopeWords(texts ...string) []string {
	var out []string
	for _, word := range EnvelopeWords() {
		if slices.ContainsFunc(texts, func(t string) bool {
			return slices.ContainsFunc(strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) }),
				func(w string) bool { return strings.EqualFold(w, word) })
		}) {
			out = append(out, word)
		}
	}
	return out
}

// EnvelopeCourse is what is done with an envelope that came in.
type EnvelopeCourse string

const (
	CourseOpen       EnvelopeCourse = "apre"         // an ordinary letter (002 art. 67.1: «regolarmente aperta»)
	CourseClosed     EnvelopeCourse = "senza-numero" // stays closed, no number, handed over with a receipt (002 arts. 67.2 and 68)
	CourseRegistered EnvelopeCourse = "registra"     // stays closed, and is registered: a raccomandata always is (002 art. 64)
)

// CourseOf says what is done with an incoming letter whose envelope is closed and bears words of L-14 or a formula that a person saw there (R1.15,
// R16.6). A plico di gara has its own course.
func CourseOf(d protocollo.Draft, formula string) (course EnvelopeCourse, words []string) {
	if d.Direction != protocollo.Incoming || d.Envelope != protocollo.EnvelopeClosed || d.BidID != 0 || d.EnvelopeID != 0 {
		return CourseOpen, nil
	}
	words = FoundEnvelopeWords(d.Subject, d.Note, formula)
	switch {
	case len(words) == 0 && strings.TrimSpace(formula) == "":
		return CourseOpen, nil
	case d.Means.Raccomandata():
		return CourseRegistered, words
	}
	return CourseClosed, words
}
