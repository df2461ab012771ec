package rules_test

import (
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// R16.6: a closed personal envelope is an intake without number, unless raccomandata. L-14's words count as whole words only.
func TestWhatIsDoneWithAnEnvelope(t *testing.T) {
	closed := protocollo.Draft{Direction: protocollo.Incoming, Envelope: protocollo.EnvelopeClosed, Means: protocollo.MeansPost}
	with := func(edit func(*protocollo.Draft)) protocollo.Draft {
		d := closed
		edit(&d)
		return d
	}
	for name, c := range map[string]struct {
		draft   protocollo.Draft
		formula string
		want    rules.EnvelopeCourse
		words   []string
	}{
		"riservata":              {with(func(d *protocollo.Draft) { d.Subject = "Busta RISERVATA" }), "", rules.CourseClosed, []string{"riservata"}},
		"riservato, personale":   {with(func(d *protocollo.Draft) { d.Subject = "«Riservato»/personale" }), "", rules.CourseClosed, []string{"riservato", "personale"}},
		"confidenziale, in note": {with(func(d *protocollo.Draft) { d.Note = "scritto: Confidenziale." }), "", rules.CourseClosed, []string{"confidenziale"}},
		"said by the clerk":      {closed, "solo per il destinatario", rules.CourseClosed, nil},
		"nothing on it":          {closed, "", rules.CourseOpen, nil},
		"part of a word":         {with(func(d *protocollo.Draft) { d.Subject = "Personalelettere, riservatamente" }), "", rules.CourseOpen, nil},
		"opened":                 {with(func(d *protocollo.Draft) { d.Subject, d.Envelope = "riservata", protocollo.EnvelopeOpened }), "", rules.CourseOpen, nil},
		"going out":              {with(func(d *protocollo.Draft) { d.Subject, d.Direction = "riservata", protocollo.Outgoing }), "", rules.CourseOpen, nil},
		"raccomandata":           {with(func(d *protocollo.Draft) { d.Subject, d.Means = "riservata", protocollo.MeansRaccomandata }), "", rules.CourseRegistered, []string{"riservata"}},
		"raccomandata A.R.":      {with(func(d *protocollo.Draft) { d.Means = protocollo.MeansRaccomandataAR }), "a mani proprie", rules.CourseRegistered, nil},
		"judicial act":           {with(func(d *protocollo.Draft) { d.Subject, d.Means = "personale", protocollo.MeansAttoGiudiziario }), "", rules.CourseRegistered, []string{"personale"}},
		"plico di gara":          {with(func(d *protocollo.Draft) { d.Subject, d.BidID = "riservata", 1 }), "", rules.CourseOpen, nil},
		"given back":             {with(func(d *protocollo.Draft) { d.Subject, d.EnvelopeID = "riservata", 1 }), "", rules.CourseOpen, nil},
	} {
		got, words := rules.CourseOf(c.draft, c.formula)
		if got != c.want || !slices.Equal(words, c.words) {
			t.Errorf("%s: %s %q, want %s %q", name, got, words, c.want, c.words)
		}
	}
	if got := rules.EnvelopeWords(); !slices.Equal(got, []string{"riservata", "riservato", "personale", "confidenziale"}) {
		t.Errorf("L-14 is %q", got)
	}
}
