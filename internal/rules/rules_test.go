package rules_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

func profile(t *testing.T, name string) rules.PageProfile {
	t.Helper()
	p, err := rules.PageProfileNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCaptureScope is the page rule as the manuals have it: the University's arts. 3.1.08, 3.2.0 and 3.3 ("formato A4 che non
// superino le 10 pagine"; "n. 10 fogli in formato A4"), the Comune's arts. 28 and 35, which know no limit (R3.2, R3.3, C7, R19.2).
func TestCaptureScope(t *testing.T) {
	a4 := func(pages, sheets int) rules.Counted {
		return rules.Counted{Pages: pages, Sheets: sheets, LargestPaper: "A4"}
	}
	larger := rules.Counted{Pages: 1, Sheets: 1, LargestPaper: "larger"}
	smaller := rules.Counted{Pages: 1, Sheets: 1, LargestPaper: "smaller", Smaller: true}
	in, out, inside := protocollo.Incoming, protocollo.Outgoing, protocollo.Inside
	for _, c := range []struct {
		name    string
		profile string
		d       protocollo.Direction
		found   rules.Counted
		why     string // "" = within
		count   int
	}{
		{"incoming 10 sides", "predefinito", in, a4(10, 10), "", 10},
		{"incoming 11 sides: note", "predefinito", in, a4(11, 6), "over", 11},
		{"incoming 10 sides on 5 sheets", "universita", in, a4(10, 5), "", 10},
		{"incoming 11 sides on 6 sheets: pages count", "universita", in, a4(11, 6), "over", 11},
		{"outgoing 10 sheets, 20 sides: accepted", "universita", out, a4(20, 10), "", 10},
		{"outgoing 11 sheets", "universita", out, a4(11, 11), "over", 11},
		{"inside 10 sheets, 20 sides", "universita", inside, a4(20, 10), "", 10},
		{"inside 11 sheets", "predefinito", inside, a4(22, 11), "over", 11},
		{"the Comune has no limit", "comune", in, a4(500, 250), "", 500},
		{"nor for what goes out", "comune", out, a4(500, 250), "", 250},
		{"nor a format", "comune", in, larger, "", 1},
		{"larger than A4", "predefinito", in, larger, "format", 1},
		{"larger than A4, to the letter", "universita", out, larger, "format", 1},
		{"smaller is accepted by default", "predefinito", in, smaller, "", 1},
		{"smaller is another format to the letter", "universita", in, smaller, "format", 1},
		{"unknown paper is not A4", "universita", in, rules.Counted{Pages: 2, Sheets: 2, LargestPaper: "unknown"}, "format", 2},
		{"unknown paper by default", "predefinito", in, rules.Counted{Pages: 2, Sheets: 2, LargestPaper: "unknown"}, "format", 2},
		{"unknown paper where no format is asked", "comune", in, rules.Counted{Pages: 2, Sheets: 2, LargestPaper: "unknown"}, "", 2},
		{"format before count", "universita", in, rules.Counted{Pages: 30, Sheets: 15, LargestPaper: "larger"}, "format", 30},
	} {
		v := rules.CaptureScope(profile(t, c.profile), c.d, c.found)
		if v.Within != (c.why == "") || v.Why != c.why || v.Found != c.count {
			t.Errorf("%s (%s): %+v", c.name, c.profile, v)
		}
	}
}

// TestMoreIsNeverMoreAllowed: a page more never brings a document back within the rule.
func TestMoreIsNeverMoreAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(rules.PageProfiles()).Draw(t, "profile")
		d := rapid.SampledFrom([]protocollo.Direction{protocollo.Incoming, protocollo.Outgoing, protocollo.Inside}).Draw(t, "direction")
		c := rules.Counted{Pages: rapid.IntRange(0, 40).Draw(t, "pages"), LargestPaper: rapid.SampledFrom([]string{"A4", "larger", "smaller", "unknown"}).Draw(t, "paper")}
		c.Sheets = rapid.IntRange((c.Pages+1)/2, c.Pages).Draw(t, "sheets")
		more := c
		more.Pages++
		more.Sheets++
		if !rules.CaptureScope(p, d, c).Within && rules.CaptureScope(p, d, more).Within {
			t.Fatalf("%+v is out and %+v is in", c, more)
		}
	})
}

// TestProfiles: the default is the first, the literal one offers only the note (R19.4).
func TestProfiles(t *testing.T) {
	if got := profile(t, "").Name; got != rules.PageProfiles()[0].Name {
		t.Errorf("the default is %q", got)
	}
	if _, err := rules.PageProfileNamed("altro"); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("an unknown profile: %v", err)
	}
	for name, want := range map[string][]protocollo.Choice{
		"predefinito": {protocollo.ChoiceNote, protocollo.ChoiceNoteFirst, protocollo.ChoiceWhole},
		"universita":  {protocollo.ChoiceNote},
		"comune":      {protocollo.ChoiceNote, protocollo.ChoiceNoteFirst, protocollo.ChoiceWhole},
	} {
		if got := profile(t, name).Allows(); !slices.Equal(got, want) {
			t.Errorf("%s offers %v, want %v", name, got, want)
		}
	}
	for _, p := range rules.PageProfiles() {
		if p.Manual == "" {
			t.Errorf("profile %s cites nobody", p.Name)
		}
		if p.Incoming.Unit != rules.UnitPages || p.Outgoing.Unit != rules.UnitSheets || p.Inside.Unit != rules.UnitSheets {
			t.Errorf("profile %s counts %v, %v, %v", p.Name, p.Incoming, p.Outgoing, p.Inside)
		}
	}
}

// TestNoteText holds N-1 to N-3 in the words of the catalogue's section 7, and its singular.
func TestNoteText(t *testing.T) {
	for _, c := range []struct {
		part   rules.NotePart
		sheets int
		want   string
	}{
		{rules.NoteDocument, 14, "si trasmette per via postale il documento cartaceo composto da n. 14 fogli"},
		{rules.NoteAttachment, 14, "si trasmette per via postale l'allegato composto da n. 14 fogli"},
		{rules.NoteAttachments, 14, "si trasmette per via postale gli allegati composti da n. 14 fogli"},
		{rules.NoteDocument, 1, "si trasmette per via postale il documento cartaceo composto da n. 1 foglio"},
	} {
		if got, err := rules.NoteText(c.part, c.sheets); err != nil || got != c.want {
			t.Errorf("%s %d: %q, %v", c.part, c.sheets, got, err)
		}
	}
	for _, sheets := range []int{0, -1} {
		if text, err := rules.NoteText(rules.NoteDocument, sheets); !errors.Is(err, protocollo.Invalid) {
			t.Errorf("%d sheets: %q, %v", sheets, text, err)
		}
	}
	if text, err := rules.NoteText("busta", 2); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("no such part: %q, %v", text, err)
	}
}

// TestLegends: L-1 and L-2, letter by letter, and only where the draft says so (R1.10, R2.6; 002 art. 66, 004 art. 3.1.01).
func TestLegends(t *testing.T) {
	for _, c := range []struct {
		anonymous, unsigned bool
		want                []string
	}{
		{false, false, nil},
		{true, false, []string{"MITTENTE ANONIMO"}},
		{false, true, []string{"DOCUMENTO NON SOTTOSCRITTO"}},
		{true, true, []string{"MITTENTE ANONIMO", "DOCUMENTO NON SOTTOSCRITTO"}},
	} {
		if got := rules.LegendTexts(protocollo.Draft{Anonymous: c.anonymous, Unsigned: c.unsigned}); !slices.Equal(got, c.want) {
			t.Errorf("anonymous %t, unsigned %t: %q", c.anonymous, c.unsigned, got)
		}
	}
	if got := fmt.Sprint(rules.TrialBanner); got != "PROVA – SENZA VALORE" {
		t.Errorf("banner %q", got)
	}
}
