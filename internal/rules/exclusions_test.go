package rules_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

var directions = []protocollo.Direction{protocollo.Incoming, protocollo.Outgoing, protocollo.Inside}

// article is where each manual speaks of a direction: the University's arts. 3.1.08, 3.2.0 and 3.3, the Comune's 35 b.2 and 28.6.
var article = map[string][3]string{
	"predefinito": {"art. 3.1.08", "art. 3.2.0", "art. 3.3"},
	"universita":  {"art. 3.1.08", "art. 3.2.0", "art. 3.3"},
	"comune":      {"art. 35 b.2", "art. 28.6", "art. 28.6"},
	"usr":         {"sezione 3", "sezione 3", "sezione 3"},
}

// TestEveryProfileEveryDirection walks the whole rule: the counts around ten of what counts, with the other unit far beyond it, in every
// format. What is expected is written down here from the manuals, not asked of the table.
func TestEveryProfileEveryDirection(t *testing.T) {
	walked := 0
	for _, p := range rules.PageProfiles() {
		for i, d := range directions {
			for _, n := range []int{9, 10, 11} {
				for _, paper := range []string{"A4", "smaller", "larger", "unknown"} {
					c := rules.Counted{Pages: n, Sheets: (n + 1) / 2, LargestPaper: paper, Smaller: paper == "smaller"}
					if d != protocollo.Incoming {
						c.Pages, c.Sheets = 2*n, n // sheets count, however many sides they have (C7)
					}
					limited := p.Name == "predefinito" || p.Name == "universita"
					why := ""
					switch {
					case !limited:
					case paper == "larger", paper == "unknown":
						why = "format"
					case paper == "smaller" && p.Name == "universita" && d == protocollo.Incoming:
						why = "format" // «formati diversi dai precedenti»; of the others only a sheet «eccedente il formato A4»
					case n > 10:
						why = "over"
					}
					v := rules.CaptureScope(p, d, c)
					if v.Why != why || v.Within != (why == "") || v.Found != n || v.Limit.Article != article[p.Name][i] {
						t.Errorf("%s, %s, %d, %s: %+v, want %q by %s", p.Name, d, n, paper, v, why, article[p.Name][i])
					}
					walked++
				}
			}
		}
	}
	if walked != 4*3*3*4 {
		t.Errorf("walked %d cases", walked)
	}
}

// TestExclusionsOfEachManual lists what each profile leaves out, by direction (R3.4).
func TestExclusionsOfEachManual(t *testing.T) {
	out := "rilegato altro-formato altro-supporto consistenza"
	for name, want := range map[string][3]string{
		// To the letter: of what goes out «sono esclusi … solo» these, and neither certificates nor confidential documents.
		"universita":  {"certificato-medico riservatezza consistenza", out, out},
		"predefinito": {"certificato-medico riservatezza consistenza", "certificato-medico riservatezza " + out, "certificato-medico riservatezza " + out},
		"comune": {"certificato-medico riservatezza non-separabile", "certificato-medico riservatezza non-separabile",
			"certificato-medico riservatezza non-separabile"},
		"usr": {"certificato-medico riservatezza non-scansionato", "certificato-medico riservatezza", "certificato-medico riservatezza"},
	} {
		for i, d := range directions {
			var got []string
			for _, e := range profile(t, name).Exclusions(d) {
				got = append(got, string(e.Code))
				if e.Words == "" || e.By == "" {
					t.Errorf("%s in %s has no words or no source", e.Code, name)
				}
			}
			if strings.Join(got, " ") != want[i] {
				t.Errorf("%s, %s: %v, want %s", name, d, got, want[i])
			}
		}
	}
}

// TestExclusionsInTheManualsWords holds what the University's manual says, letter by letter.
func TestExclusionsInTheManualsWords(t *testing.T) {
	p := profile(t, "universita")
	for _, c := range []struct {
		d           protocollo.Direction
		code        rules.ExclusionCode
		words, from string
		note        rules.NoteNeed
		responsible bool
	}{
		{protocollo.Incoming, rules.ExclusionMedical, "certificati medici contenenti la diagnosi", "art. 3.1.08", rules.NoteNever, false},
		{protocollo.Incoming, rules.ExclusionConfidential, "documenti la cui acquisizione, a giudizio del responsabile del procedimento e/o processo, non è " +
			"opportuna al fine di tutelare esigenze di riservatezza", "art. 3.1.08", rules.NoteNever, true},
		{protocollo.Outgoing, rules.ExclusionBound, "documento rilegato e voluminoso", "artt. 3.2.0 e 3.3", rules.NoteDue, false},
		{protocollo.Inside, rules.ExclusionFormat, "foglio di carta eccedente il formato A4", "artt. 3.2.0 e 3.3", rules.NoteDue, false},
		{protocollo.Outgoing, rules.ExclusionSupport, "tipo di supporto (CD, DVD, ecc.)", "artt. 3.2.0 e 3.3", rules.NoteIfPaper, false},
		{protocollo.Inside, rules.ExclusionLength, "documenti e allegati in formato cartaceo che superino n. 10 fogli in formato A4", "artt. 3.2.0 e 3.3", rules.NoteDue, false},
	} {
		e, err := p.Exclusion(c.d, c.code)
		if err != nil || e.Words != c.words || !strings.HasSuffix(e.By, c.from) || e.Note != c.note || e.NamesResponsible != c.responsible {
			t.Errorf("%s: %+v, %v", c.code, e, err)
		}
	}
	if e, err := p.Exclusion(protocollo.Outgoing, rules.ExclusionMedical); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("the letter leaves no certificate out of what goes out: %+v, %v", e, err)
	}
}

func TestWhatAnExclusionNeeds(t *testing.T) {
	p := profile(t, "predefinito")
	for _, c := range []struct {
		code        rules.ExclusionCode
		responsible string
		part        rules.NotePart
		sheets      int
		note, lacks string
	}{
		{rules.ExclusionMedical, "", "", 3, "", ""},
		{rules.ExclusionConfidential, "", "", 0, "", "responsible"},
		{rules.ExclusionConfidential, "  ", "", 0, "", "responsible"},
		{rules.ExclusionConfidential, "Ada Neri", "", 0, "", ""},
		{rules.ExclusionBound, "", "", 0, "", "sheets"},
		{rules.ExclusionBound, "", "", 120, "si trasmette per via postale il documento cartaceo composto da n. 120 fogli", ""},
		{rules.ExclusionFormat, "", rules.NoteAttachment, 1, "si trasmette per via postale l'allegato composto da n. 1 foglio", ""},
		{rules.ExclusionFormat, "", "busta", 1, "", "notePart"},
		{rules.ExclusionSupport, "", "", 0, "", ""},
		{rules.ExclusionSupport, "", rules.NoteAttachments, 2, "si trasmette per via postale gli allegati composti da n. 2 fogli", ""},
	} {
		e, err := p.Exclusion(protocollo.Outgoing, c.code)
		if err != nil {
			t.Fatal(err)
		}
		note, err := e.Check(c.responsible, c.part, c.sheets)
		lacks := ""
		var coded *protocollo.Error
		if errors.As(err, &coded) {
			lacks = coded.Code
		}
		if note != c.note || lacks != c.lacks {
			t.Errorf("%s: note %q, lacks %q, want %q, %q", c.code, note, lacks, c.note, c.lacks)
		}
	}
}

// TestFrontispieces: the Comune's, and the default's; the University's manual knows none (R3.5, R19.4).
func TestFrontispieces(t *testing.T) {
	for name, want := range map[string]string{"predefinito": "planimetria volume", "comune": "planimetria volume", "universita": "", "usr": ""} {
		p := profile(t, name)
		var got []string
		for _, f := range p.Frontispieces() {
			got = append(got, f.Code)
			if !strings.Contains(f.By, "28.6") || !strings.Contains(f.Words, "frontespizio") {
				t.Errorf("%+v does not say whose it is", f)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", name, got)
		}
		_, err := p.Frontispiece("volume")
		if (err == nil) != (want != "") {
			t.Errorf("%s: %v", name, err)
		}
		if offers := slices.Contains(p.Allows(), protocollo.ChoiceNoteFirst); offers != (p.FirstPageAllowed || want != "") {
			t.Errorf("%s offers the first page: %t", name, offers)
		}
	}
}

// TestDuty is C15: compulsory at once by the University's manual, later by the Comune's, «eventuale» by the USR's; by default later.
func TestDuty(t *testing.T) {
	got := ""
	for _, p := range rules.PageProfiles() {
		got += fmt.Sprintf("%s %s; ", p.Name, p.Duty)
	}
	if want := "predefinito differibile; universita subito; comune differibile; usr eventuale; "; got != want {
		t.Errorf("%s", got)
	}
}
