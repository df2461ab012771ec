package station

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"segnatura/internal/protocollo"
)

var (
	typedNumber = regexp.MustCompile(`^(\d{1,12})\s*/\s*(\d{4})$`)
	typedIntake = regexp.MustCompile(`^(?i)r\s*(\d{1,12})\s*/\s*(\d{4})$`)
)

// writtenNumbers are the forms in which a registration is typed or copied from a paper. names, where the form says more than number and year,
// reports whether it is that registration. What a paper says after the day («(Reg. emergenza n. 3/2026 …)») is another name of the same.
var writtenNumbers = []struct {
	form  *regexp.Regexp // its groups are the number and the year
	names func(r protocollo.Registration, code string) bool
}{
	{typedNumber, nil},
	{regexp.MustCompile(`^(?i)prot\.\s*n\.\s*(\d{1,12})\s+del\s+\d\d/\d\d/(\d{4})(?:\s*\(.*\))?$`), nil},
	{regexp.MustCompile(`^[^|]+\|[^|]+\|[^|]+\|(\d{1,12})\|(\d{4})-\d\d-\d\d$`), func(r protocollo.Registration, code string) bool {
		return strings.EqualFold(strings.Split(code, "|")[2], r.Segnatura.AOO.RegisterCode)
	}},
	{regexp.MustCompile(`^(?i)n\.\s*(\d{1,12})/(\d{4})\s+R\.E\.\s*\d{1,12}/\d{4}$`), func(r protocollo.Registration, code string) bool {
		return r.Segnatura.Emergency != nil && strings.EqualFold(withoutSpaces(code), withoutSpaces(r.Segnatura.Emergency.Label))
	}},
}

func withoutSpaces(s string) string { return strings.Join(strings.Fields(s), "") }

// Open finds what a hand reader's burst or a typed number stands for, within the actor's AOO and eyes (R16.4, R18.2): the payload
// of one of our QR codes, the Code 128 of year and number (with an E before it: of the emergency register; with an R: of a temporary label), «1234/2026», the number as
// papers write it, or a «R 12/2026». Several records are all returned; the
// clerk picks. NotFound when there is none, Invalid "code" for anything else.
func (s *Station) Open(ctx context.Context, actor protocollo.Actor, code string) ([]Record, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	code = strings.TrimSpace(code)
	if m := typedIntake.FindStringSubmatch(code); m != nil {
		return s.openIntake(ctx, actor, m[1], m[2])
	}
	if rec, ok, err := s.openTemporary(ctx, actor, code); ok || err != nil {
		return rec, err
	}
	if rec, ok, err := s.openBid(ctx, actor, code); ok || err != nil {
		return rec, err
	}
	found, err := s.resolve(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, f := range found {
		rec, err := s.cfg.Views.Record(ctx, actor, f.Registration.ID)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read registration %d: %w", f.Registration.ID, err)
		}
		out = append(out, rec)
	}
	if len(out) == 0 {
		return nil, nothingOpens(code)
	}
	return out, nil
}

func nothingOpens(code string) error {
	return protocollo.Errorf(protocollo.NotFound, "code", "nothing opens with %q", code)
}

// resolve turns what was read into registrations of the actor's AOO.
func (s *Station) resolve(ctx context.Context, actor protocollo.Actor, code string) ([]Resolved, error) {
	if b, err := protocollo.ParseBarcode(strings.ToUpper(code)); err == nil {
		setup, _, err := s.office(ctx, actor.AOO)
		if err != nil {
			return nil, err
		}
		if !b.Belongs(setup.Body.Code, actor.AOO) || !b.IsRegistration() {
			return nil, nothingOpens(code)
		}
		found, err := s.cfg.Codes.ResolveBarcode(ctx, b)
		if err != nil {
			return nil, fmt.Errorf("resolve code: %w", err)
		}
		return []Resolved{found}, nil
	}
	bare, emergency := strings.CutPrefix(strings.ToUpper(code), emergencyPrefix)
	if emergency {
		code = strings.TrimSpace(bare)
	}
	year, n, ok := protocollo.ParseHandCode(code)
	names := func(protocollo.Registration, string) bool { return true }
	for _, w := range writtenNumbers {
		m := w.form.FindStringSubmatch(code)
		if m == nil {
			continue
		}
		value, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return nil, protocollo.Errorf(protocollo.Invalid, "code", "number of %q", code)
		}
		if n, err = protocollo.NumberFrom(value); err != nil {
			return nil, nothingOpens(code)
		}
		year, _ = strconv.Atoi(m[2])
		if ok = true; w.names != nil {
			names = w.names
		}
	}
	if !ok {
		return nil, protocollo.Errorf(protocollo.Invalid, "code", "%q is no code or number of ours", code)
	}
	found, err := s.cfg.Codes.ResolveHandCode(ctx, actor.AOO, year, n)
	if err != nil && protocollo.ClassOf(err) != protocollo.NotFound {
		return nil, fmt.Errorf("resolve number: %w", err)
	}
	return slices.DeleteFunc(found, func(r Resolved) bool {
		return emergency && (!r.Registration.Emergency() || r.Registration.Number != n) || !names(r.Registration, code)
	}), nil
}

// openTemporary opens what either code of a temporary label stands for; false for any other code.
func (s *Station) openTemporary(ctx context.Context, actor protocollo.Actor, code string) ([]Record, bool, error) {
	year, seq, ok := protocollo.ParseIntakeHandCode(code)
	if b, err := protocollo.ParseBarcode(strings.ToUpper(code)); err == nil && b.Kind == protocollo.BarcodeIntake {
		setup, _, err := s.office(ctx, actor.AOO)
		if err != nil {
			return nil, false, err
		}
		year, seq, ok = b.IntakeNumber()
		if !ok || !b.Belongs(setup.Body.Code, actor.AOO) {
			return nil, false, nothingOpens(code)
		}
	}
	if !ok {
		return nil, false, nil
	}
	found, err := s.cfg.Codes.ResolveIntake(ctx, actor.AOO, year, seq)
	if err != nil {
		return nil, true, fmt.Errorf("resolve temporary code: %w", err)
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, found.Intake.ID)
	if err != nil {
		return nil, true, fmt.Errorf("read intake: %w", err)
	}
	return []Record{rec}, true, nil
}

// openIntake finds a «Ricezione n.», which few look for by number: it walks the search, newest first.
func (s *Station) openIntake(ctx context.Context, actor protocollo.Actor, number, yearText string) ([]Record, error) {
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Invalid, "code", "number %q", number)
	}
	year, _ := strconv.Atoi(yearText)
	q := Query{Text: protocollo.IntakeCode(year, seq), Limit: maxHits}
	res, err := s.cfg.Views.Search(ctx, actor, q)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	for _, rec := range res.Hits {
		if rec.Intake.Year == year && rec.Intake.Seq == seq {
			return []Record{rec}, nil
		}
	}
	return nil, nothingOpens(protocollo.IntakeCode(year, seq))
}
