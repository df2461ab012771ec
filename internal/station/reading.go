package station

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/scanner"
)

// verdict says what the codes of one page make of it.
type verdict int

const (
	noCode     verdict = iota // none of ours; foreign ones are ignored
	expected                  // one of ours, and R18.3 holds: it joins by itself
	unexpected                // one of ours, and why says what is wrong with it
	twoCodes                  // two of ours that resolve to different records
)

// reading is what R18.3 makes of a page's codes.
type reading struct {
	verdict verdict
	own     []Resolved         // distinct registrations, in the order in which they were found
	marks   []scanner.CodeRead // of own: the code that names each
	whys    []string           // of own: why each is not expected; "" = it is
	code    string             // the first payload of ours
	why     string             // protocollo.ExceptionDetail.Why
	// begins is set when the page is a first page: of its codes at least one is expected.
	begins bool
	// contradicted is set when a temporary label says that the page is of a letter without number: whatever else it bears, a person looks.
	contradicted bool
}

// registration returns the one that the page belongs to by its code, or 0.
func (r reading) registration() int64 {
	if r.verdict == expected {
		return r.own[0].Registration.ID
	}
	return 0
}

// candidates lists what the codes stand for.
func (r reading) candidates() []int64 {
	var out []int64
	for _, o := range r.own {
		out = append(out, o.Registration.ID)
	}
	return out
}

// strangeTo reports whether a later page of the document of registration own carries a code of ours that is not its own.
func (r reading) strangeTo(own int64) bool {
	switch {
	case r.contradicted:
		return true
	case r.verdict == noCode, r.why == whyOtherAOO:
		return false
	case len(r.own) == 1 && r.own[0].Registration.ID == own:
		return false
	}
	return true
}

// Why a code of ours is not expected.
const (
	whyAnnulled    = "annulled"
	whyCaptured    = "captured"
	whyNotLabelled = "not-labelled"
	whyNotSelected = "not-selected"
	whyUnknown     = "unknown"
	whyOtherAOO    = "other-aoo"
	// whyTemporary: the page has the temporary label only, which is no segnatura (R3.1, R21.2). whyNotNumbered: and its letter has no number yet.
	whyTemporary   = "temporary"
	whyNotNumbered = "not-numbered"
	whyClosed      = "envelope-closed"
	whyExcluded    = "excluded"
	// whyFax: a received fax bears no label, and what code may be on it is a copy's (R1.7).
	whyFax = "fax"
)

// read judges the codes of a page (R18.3). Only QR codes join; the Code 128 is for hands (R18.2).
func (s *Station) read(ctx context.Context, body string, b protocollo.Batch, codes []scanner.CodeRead) (reading, error) {
	var r reading
	var temporary []temporaryRead
	for _, c := range codes {
		parsed, err := protocollo.ParseBarcode(c.Text)
		if err != nil || c.Symbology != "QR" {
			continue
		}
		if !parsed.Belongs(body, b.AOO) {
			if parsed.Belongs(body, parsed.AOO) && r.why == "" {
				r.why = whyOtherAOO
			}
			continue
		}
		if r.code == "" {
			r.code = c.Text
		}
		if parsed.Kind == protocollo.BarcodeIntake {
			temporary = append(temporary, temporaryRead{parsed, c})
			continue
		}
		if !parsed.IsRegistration() {
			r.why = whyUnknown
			continue
		}
		found, err := s.cfg.Codes.ResolveBarcode(ctx, parsed)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			r.why = whyUnknown
			continue
		}
		if err != nil {
			return reading{}, fmt.Errorf("resolve code: %w", err)
		}
		if !slices.ContainsFunc(r.own, func(o Resolved) bool { return o.Registration.ID == found.Registration.ID }) {
			r.own, r.marks = append(r.own, found), append(r.marks, c)
		}
	}
	alone, err := s.readTemporary(ctx, &r, b.AOO, temporary)
	if err != nil {
		return reading{}, err
	}
	if s.cfg.Fax != nil && s.cfg.Fax(b.Source) {
		r.why = whyFax
		return r, nil
	}
	return s.judgeCodes(ctx, r, b, alone)
}

// temporaryRead is a temporary label that was found on a page.
type temporaryRead struct {
	code protocollo.Barcode
	mark scanner.CodeRead
}

// readTemporary adds what temporary labels stand for behind what segnature do. One beside its letter's segnatura says nothing more; alone lists those
// whose segnatura is not on the page.
func (s *Station) readTemporary(ctx context.Context, r *reading, aoo protocollo.AOOCode, found []temporaryRead) (alone []int64, err error) {
	for _, t := range found {
		year, seq, ok := t.code.IntakeNumber()
		if !ok {
			r.why, r.contradicted = whyUnknown, true
			continue
		}
		o, err := s.cfg.Codes.ResolveIntake(ctx, aoo, year, seq)
		switch {
		case protocollo.ClassOf(err) == protocollo.NotFound:
			r.why, r.contradicted = whyUnknown, true
		case err != nil:
			return nil, fmt.Errorf("resolve temporary code: %w", err)
		case o.Registration.ID == 0:
			r.why, r.contradicted, r.code = whyNotNumbered, true, t.mark.Text // the question names this letter
		case !slices.ContainsFunc(r.own, func(other Resolved) bool { return other.Registration.ID == o.Registration.ID }):
			r.own, r.marks, alone = append(r.own, o), append(r.marks, t.mark), append(alone, o.Registration.ID)
		}
	}
	return alone, nil
}

// judgeCodes says which of the codes are expected; alone are registrations of which the page has a temporary label only.
func (s *Station) judgeCodes(ctx context.Context, r reading, b protocollo.Batch, alone []int64) (reading, error) {
	if len(r.own) == 0 {
		if r.why != "" {
			r.verdict = unexpected
		}
		return r, nil
	}
	why := make([]string, len(r.own))
	for i, o := range r.own {
		var err error
		if why[i], err = s.whyNotExpected(ctx, o, b.Selected, slices.Contains(alone, o.Registration.ID)); err != nil {
			return reading{}, err
		}
	}
	r.begins, r.whys = slices.Contains(why, ""), why
	contradiction := r.why
	r.verdict, r.why = unexpected, why[0]
	switch {
	case len(r.own) > 1:
		r.verdict = twoCodes
	case why[0] == "" && r.contradicted:
		r.why = contradiction
	case why[0] == "":
		r.verdict = expected
	}
	return r, nil
}

// whyNotExpected returns "" when a code joins by itself. A letter's temporary label alone never does, and proves nothing of its segnatura.
func (s *Station) whyNotExpected(ctx context.Context, o Resolved, selected int64, alone bool) (string, error) {
	switch {
	case o.Facets.Annulled:
		return whyAnnulled, nil
	case o.Intake.Draft.Envelope == protocollo.EnvelopeClosed:
		return whyClosed, nil
	case selected != 0 && o.Registration.ID != selected:
		return whyNotSelected, nil
	case o.Facets.Excluded:
		return whyExcluded, nil
	case o.Facets.Captured:
		return whyCaptured, nil
	case alone:
		return whyTemporary, nil
	case o.Facets.Labelled:
		return "", nil
	}
	return s.provenByReadBack(ctx, o)
}

// provenByReadBack takes the label under the scanner as proof that a print of unknown outcome did come out.
func (s *Station) provenByReadBack(ctx context.Context, o Resolved) (string, error) {
	rec, err := s.cfg.Views.Record(ctx, self(o.Intake.AOO), o.Registration.ID)
	if err != nil {
		return "", fmt.Errorf("read registration %d: %w", o.Registration.ID, err)
	}
	for i, p := range rec.Prints {
		switch p.State {
		case protocollo.PrintPrinted:
			return "", nil
		case protocollo.PrintUnknown:
			if slices.ContainsFunc(rec.Prints[i+1:], func(q protocollo.Print) bool { return q.State == protocollo.PrintUnknown && q.Minuta != p.Minuta }) {
				return "", nil // one of the two is on the paper; which one, a person says
			}
			if err := s.cfg.Prints.ResolvePrint(ctx, protocollo.Station(o.Intake.AOO), p.ID, protocollo.PrintPrinted); err != nil {
				return "", fmt.Errorf("resolve label %d: %w", p.ID, err)
			}
			s.publishIntake(EventPrint, p.ID, o.Intake)
			return "", nil
		}
	}
	return whyNotLabelled, nil
}

// factsOf returns what was measured on a page; ok is false for a page that was never measured, or that is no image.
func factsOf(p protocollo.Page) (scanner.Facts, bool) {
	var f scanner.Facts
	if len(p.Facts) == 0 || json.Unmarshal(p.Facts, &f) != nil {
		return scanner.Facts{}, false
	}
	return f, true
}
