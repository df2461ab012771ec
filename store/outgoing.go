package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// codesAtOnce bounds one question to the index of words.
const codesAtOnce = 100

// RaccomandataHolders lists the letters that have one of these codes of registered post, as [station.DuplicateStore] says. The index of words
// finds who may have one; the letter itself says whether it does.
func (db *DB) RaccomandataHolders(ctx context.Context, aoo protocollo.AOOCode, codes []string) ([]station.RaccomandataHolder, error) {
	var out []station.RaccomandataHolder
	for some := range slices.Chunk(codes, codesAtOnce) {
		var terms []string
		wanted := map[string]bool{}
		for _, c := range some {
			if words := wordsOf(c); len(words) > 0 {
				terms = append(terms, `refs : "`+strings.Join(words, " ")+`"`)
				wanted[protocollo.TidyRaccomandata(c)] = true
			}
		}
		if len(terms) == 0 {
			continue
		}
		intakes, err := collect(ctx, db.read, scanIntake, `SELECT `+intakeColumns+` FROM records x JOIN intakes i ON i.id = x.intake_id
			WHERE x.intake_id IN (SELECT rowid FROM record_text WHERE record_text MATCH ?) AND x.aoo = ? AND x.annulled = 0 AND x.outcome <> 'closed'
			ORDER BY i.id DESC`, strings.Join(terms, " OR "), string(aoo))
		if err != nil {
			return nil, fmt.Errorf("find codes of registered post: %w", err)
		}
		for _, i := range intakes {
			for _, code := range i.Draft.Raccomandate() {
				if !wanted[code] {
					continue
				}
				h := station.RaccomandataHolder{Code: code, Duplicate: station.Duplicate{IntakeID: i.ID, Reason: "raccomandata", At: i.SavedAt}}
				reg, err := registrationOf(ctx, db.read, i.ID)
				if err != nil {
					return nil, err
				}
				if reg != nil {
					h.RegistrationID, h.At = reg.ID, reg.RegisteredAt
				}
				out = append(out, h)
			}
		}
	}
	return out, nil
}

// PostedPaper lists what leaves on paper and was registered on a day, as [station.DayStore] says. What was annulled goes nowhere.
func (db *DB) PostedPaper(ctx context.Context, a protocollo.Actor, day protocollo.Day) ([]station.Record, error) {
	where, seen := visible(a)
	ids, err := collect(ctx, db.read, number, `SELECT x.intake_id FROM records x JOIN intakes i ON i.id = x.intake_id
		WHERE x.aoo = ? AND x.day = ? AND x.annulled = 0 AND x.direction = 'P' AND coalesce(i.draft ->> '$.support', '') <> 'file'
		AND `+where+` ORDER BY coalesce(i.draft ->> '$.means', ''), length(x.number), x.number`, append([]any{string(a.AOO), string(day)}, seen...)...)
	if err == nil && len(ids) > 0 {
		return wrapRecords(readRecords(ctx, db.read, ids))
	}
	return wrapRecords(nil, err)
}

func wrapRecords(list []station.Record, err error) ([]station.Record, error) {
	if err != nil {
		return nil, fmt.Errorf("list the day's post: %w", err)
	}
	return list, nil
}
