package station

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"segnatura/internal/protocollo"
)

var (
	typedNumber = regexp.MustCompile(`^(\d{1,12})\s*/\s*(\d{4})$`)
	typedIntake = regexp.MustCompile(`^(?i)r\s*(\d{1,12})\s*/\s*(\d{4})$`)
)

// Open finds what a hand reader's burst or a typed number stands for, within the actor's AOO and eyes (R16.4, R18.2): the payload
// of one of our QR codes, the Code 128 of year and number, «1234/2026», or a «R 12/2026». Several records are all returned; the
// clerk picks. NotFound when there is none, Invalid "code" for anything else.
func (s *Station) Open(ctx context.Context, actor protocollo.Actor, code string) ([]Record, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	code = strings.TrimSpace(code)
	if m := typedIntake.FindStringSubmatch(code); m != nil {
		return s.openIntake(ctx, actor, m[1], m[2])
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
		if !b.Belongs(setup.Body.Code, actor.AOO) || b.Kind != protocollo.BarcodeOrdinary {
			return nil, nothingOpens(code)
		}
		found, err := s.cfg.Codes.ResolveBarcode(ctx, b)
		if err != nil {
			return nil, fmt.Errorf("resolve code: %w", err)
		}
		return []Resolved{found}, nil
	}
	year, n, ok := protocollo.ParseHandCode(code)
	if m := typedNumber.FindStringSubmatch(code); m != nil {
		value, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return nil, protocollo.Errorf(protocollo.Invalid, "code", "number %q", m[1])
		}
		if n, err = protocollo.NumberFrom(value); err != nil {
			return nil, nothingOpens(code)
		}
		year, _ = strconv.Atoi(m[2])
		ok = true
	}
	if !ok {
		return nil, protocollo.Errorf(protocollo.Invalid, "code", "%q is no code or number of ours", code)
	}
	found, err := s.cfg.Codes.ResolveHandCode(ctx, actor.AOO, year, n)
	if err != nil && protocollo.ClassOf(err) != protocollo.NotFound {
		return nil, fmt.Errorf("resolve number: %w", err)
	}
	return found, nil
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
