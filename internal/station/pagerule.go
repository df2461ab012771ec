package station

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/scanner"
)

// pageRule is what the page rule needs to know of one registration.
type pageRule struct {
	registration int64
	profile      rules.PageProfile
	direction    protocollo.Direction
	declared     int // pages or sheets, as the direction counts; 0 = not declared
	part         int // of the registration
	attachments  []protocollo.Attachment
}

// profileOf returns the page profile in force.
func (s *Station) profileOf(ctx context.Context, aoo protocollo.AOOCode) (rules.PageProfile, error) {
	policies, err := s.cfg.Policies.Policies(ctx, aoo)
	if err != nil {
		return rules.PageProfile{}, fmt.Errorf("read policies: %w", err)
	}
	return pageProfile(policies)
}

// firstPage words why one page stands for a document: a kind of the manual's, or nothing where the general choice is allowed.
func (r *pageRule) firstPage(code string) (string, error) {
	if code == "" && r.profile.FirstPageAllowed {
		return "", nil
	}
	f, err := r.profile.Frontispiece(code)
	return f.Words, err
}

// archivedNote is what stands beside an archived file: the registration's own note, and that the file holds only the first page, with N-1 to N-3.
func archivedNote(rec Record, doc protocollo.Document) string {
	words := []string{}
	if own := rec.Intake.Draft.Note; own != "" {
		words = append(words, own)
	}
	for _, d := range rec.Documents {
		if d.ID == doc.ID && d.Scope != nil && d.Scope.Choice == protocollo.ChoiceNoteFirst {
			words = append(words, "parziale: "+cmp.Or(d.Scope.Reason, "prima pagina"), d.Scope.Note)
		}
	}
	return strings.Join(words, "; ")
}

func (s *Station) ruleFor(ctx context.Context, aoo protocollo.AOOCode, registrationID int64) (*pageRule, error) {
	rec, err := s.cfg.Views.Record(ctx, self(aoo), registrationID)
	if err != nil {
		return nil, fmt.Errorf("read registration %d: %w", registrationID, err)
	}
	profile, err := s.profileOf(ctx, aoo)
	if err != nil {
		return nil, err
	}
	return &pageRule{registration: registrationID, profile: profile, direction: rec.Intake.Draft.Direction,
		declared: rec.Intake.Draft.DeclaredCount, attachments: rec.Intake.Draft.Attachments}, nil
}

func (r *pageRule) judge(t tally) rules.CaptureVerdict {
	return rules.CaptureScope(r.profile, r.direction, t.Counted)
}

// differs compares what was found with what was declared. Nothing declared, nothing compared (R16.3). Where the source did not
// say which sides are one sheet, only a count that no pairing of sides explains differs.
func (r *pageRule) differs(t tally) (found int, differs bool) {
	found = t.Pages
	if r.direction != protocollo.Incoming {
		found = t.Sheets
	}
	if r.declared == 0 || found == r.declared {
		return found, false
	}
	if r.direction != protocollo.Incoming && !t.sheetsKnown {
		return found, r.declared < (t.Pages+1)/2 || r.declared > t.Pages
	}
	return found, true
}

// tally is what was found of one document.
type tally struct {
	rules.Counted
	sheetsKnown bool // the source said of every page which sheet it is on
}

// tallyOf counts sides with content and sheets. Blank backs do not count (R19.2); a blank front does, because somebody put it
// there to be read.
func tallyOf(pages []protocollo.Page) tally {
	type sheet struct {
		batch int64
		n     int
	}
	sheets := map[sheet]bool{}
	t := tally{sheetsKnown: len(pages) > 0}
	larger, unknown, smaller := false, false, false
	for i, p := range pages {
		f, measured := factsOf(p)
		if p.Sheet == 0 {
			t.sheetsKnown = false
		}
		if i == 0 || !isBackOf(pages[i-1], p) { // a side that was scanned again is of another run than the other
			sheets[sheet{p.BatchID, p.Sheet}] = true
		}
		if p.Back && f.Blank {
			continue
		}
		t.Pages++
		if !measured {
			continue // it is asked about for itself
		}
		switch f.Paper {
		case scanner.PaperLarger:
			larger = true
		case scanner.PaperSmaller:
			smaller = true
		case scanner.PaperA4:
		default:
			unknown = true
		}
	}
	t.Sheets = len(sheets)
	if !t.sheetsKnown {
		t.Sheets = t.Pages // the most that they can be
	}
	t.Smaller = smaller
	switch {
	case larger:
		t.LargestPaper = string(scanner.PaperLarger)
	case unknown:
		t.LargestPaper = string(scanner.PaperUnknown)
	case smaller:
		t.LargestPaper = string(scanner.PaperSmaller)
	default:
		t.LargestPaper = string(scanner.PaperA4)
	}
	return t
}

// Forecast says before anything is scanned what the page rule will ask.
type Forecast struct {
	Verdict  rules.CaptureVerdict `json:"verdict"`
	Declared int                  `json:"declared"` // 0 = nothing was declared, and Verdict says nothing
	Manual   string               `json:"manual"`
	Choices  []protocollo.Choice  `json:"choices,omitempty"`
}

// ScopeForecast judges what was declared of a registration (R19.3).
func (s *Station) ScopeForecast(ctx context.Context, actor protocollo.Actor, registrationID int64) (Forecast, error) {
	if _, err := s.target(ctx, actor, registrationID, 0); err != nil {
		return Forecast{}, err
	}
	rule, err := s.ruleFor(ctx, actor.AOO, registrationID)
	if err != nil {
		return Forecast{}, err
	}
	f := Forecast{Declared: rule.declared, Manual: rule.profile.Manual,
		Verdict: rule.judge(tally{Counted: rules.Counted{Pages: rule.declared, Sheets: rule.declared, LargestPaper: string(scanner.PaperA4)}})}
	if !f.Verdict.Within {
		f.Choices = offered(rule.profile.Allows(), actor)
	}
	return f, nil
}

// offered leaves out what the actor may not choose.
func offered(choices []protocollo.Choice, actor protocollo.Actor) []protocollo.Choice {
	var out []protocollo.Choice
	for _, c := range choices {
		if c != protocollo.ChoiceWhole || actor.May(protocollo.ActDecide) {
			out = append(out, c)
		}
	}
	return out
}

// pageProfile looks the profile of a policy up.
func pageProfile(p Policies) (rules.PageProfile, error) {
	return rules.PageProfileNamed(p.PageProfile)
}
