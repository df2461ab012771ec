package store

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// visible is protocollo.Actor.Sees as SQL over a row x of records, with its arguments: what an actor may not see is in no list,
// no count and no search (R11.2).
func visible(a protocollo.Actor) (string, []any) {
	return `(x.aoo = ? AND (x.operator = ? OR ((x.confidential = 0 OR ?) AND (? OR (x.uor <> '' AND x.uor = ?)))))`,
		[]any{string(a.AOO), a.User, a.May(protocollo.ActConfidential), a.May(protocollo.ActReadAll) || a.May(protocollo.ActRegister), a.UOR}
}

// indexIntake makes an intake findable by its words.
func (w *wtx) indexIntake(i protocollo.Intake) error {
	subject, names, refs := indexWords(i)
	return w.exec(`INSERT INTO record_text (rowid, subject, correspondents, refs, number) VALUES (?, ?, ?, ?, '')`, i.ID, subject, names, refs)
}

// indexAlso makes it findable by its words of now as well: what was corrected is still found by what it was (R8.2).
func (w *wtx) indexAlso(i protocollo.Intake) error {
	subject, names, refs := indexWords(i)
	return w.exec(`UPDATE record_text SET subject = subject || ' ' || ?, correspondents = correspondents || ' ' || ?, refs = refs || ' ' || ? WHERE rowid = ?`,
		subject, names, refs, i.ID)
}

func indexWords(i protocollo.Intake) (subject, correspondents, refs string) {
	d := i.Draft
	var names []string
	for _, list := range [][]protocollo.Correspondent{d.Senders, d.Recipients, d.Copies} {
		for _, c := range list {
			names = append(names, c.Name, c.Code)
		}
	}
	codes := []string{d.SenderRef.Protocol, d.RaccomandataCode, d.ExternalRef, d.Fascicolo, d.Classifica, d.Link, i.Code()}
	for _, c := range d.Recipients {
		codes = append(codes, c.Raccomandata)
	}
	return d.Subject, strings.Join(names, " "), strings.Join(codes, " ")
}

// indexNumber makes it findable by its number, with and without the zeros.
func (w *wtx) indexNumber(i protocollo.Intake, r protocollo.Registration) error {
	words := fmt.Sprintf("%s %s %d", r.Number, r.Number.Short(), r.Key.Year)
	if sign := r.Segnatura.Emergency; sign != nil {
		words += " " + sign.Label
	}
	if y := r.Recovery; y != nil { // either number finds it
		words += fmt.Sprintf(" %s %s %d", y.Number, y.Number.Short(), y.Key.Year)
	}
	return w.exec(`UPDATE record_text SET number = ? WHERE rowid = ?`, words, i.ID)
}

// emergencyLabel is a number of the emergency register as screens and labels say it: «n. 3/2026 R.E. 1/2026».
var emergencyLabel = regexp.MustCompile(`(?i)\bn\. *\d+/\d{4} +R\.E\. *\d+/\d{4}\b`)

// matchWords turns what a person typed into a query of words, each of which must begin a word of the record. Only an emergency number is matched as
// one: its words alone begin many an ordinary number's. Nothing typed is syntax.
func matchWords(s string) string {
	var terms []string
	for _, label := range emergencyLabel.FindAllString(s, -1) {
		terms = append(terms, `"`+strings.Join(wordsOf(label), " ")+`"`)
	}
	for _, word := range wordsOf(emergencyLabel.ReplaceAllString(s, " ")) {
		terms = append(terms, `"`+word+`"*`)
	}
	return strings.Join(terms, " ")
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) })
}

// missing are the conditions behind Query.Missing: what a record still lacks.
func missing(name string) (string, error) {
	conditions := map[string]string{
		"":         `1`,
		"number":   `x.registration_id IS NULL AND x.outcome <> 'closed'`,
		"label":    `x.registration_id IS NOT NULL AND x.labelled = 0 AND x.annulled = 0`,
		"scan":     `x.registration_id IS NOT NULL AND x.labelled = 1 AND x.captured = 0 AND x.annulled = 0`,
		"later":    postponed + ` AND x.annulled = 0`,
		"recovery": `x.emergency = 1 AND x.ordinary_number = '' AND x.annulled = 0`,
		"archive":  `x.captured = 1 AND x.archived = 0 AND x.noted = 0 AND x.annulled = 0`,
		"file":     `x.registration_id IS NOT NULL AND x.archived = 0 AND x.noted = 0 AND x.annulled = 0`, // «numeri senza file», scanned or not
	}
	c, ok := conditions[name]
	if !ok {
		return "", protocollo.Errorf(protocollo.Invalid, "missing", "nothing lacks %q", name)
	}
	return c, nil
}

// Search lists hits, newest first, each with intake, registration, facets and annulment only.
func (db *DB) Search(ctx context.Context, a protocollo.Actor, q station.Query) (station.SearchResult, error) {
	where, args := visible(a)
	and := func(condition string, values ...any) {
		where += ` AND ` + condition
		args = append(args, values...)
	}
	condition, err := missing(q.Missing)
	if err != nil {
		return station.SearchResult{}, err
	}
	and(condition)
	if words := matchWords(q.Text); words != "" {
		and(`x.intake_id IN (SELECT rowid FROM record_text WHERE record_text MATCH ?)`, words)
	} else if strings.TrimSpace(q.Text) != "" {
		and(`0`) // only signs: nothing holds them
	}
	if q.Year != 0 {
		and(`(coalesce(nullif(x.year, 0), x.intake_year) = ? OR x.ordinary_year = ?)`, q.Year, q.Year)
	}
	if q.Number != "" {
		n := strings.TrimLeft(string(q.Number), "0")
		v, err := strconv.ParseInt(n, 10, 64)
		if err != nil {
			and(`0`)
		} else {
			padded, err := protocollo.NumberFrom(v)
			if err != nil {
				return station.SearchResult{}, err
			}
			and(`(x.number = ? OR x.ordinary_number = ?)`, string(padded), string(padded))
		}
	}
	if q.Direction != "" {
		and(`x.direction = ?`, string(q.Direction))
	}
	if q.From != "" {
		and(`x.day >= ?`, string(q.From))
	}
	if q.To != "" {
		and(`x.day <> '' AND x.day <= ?`, string(q.To))
	}
	if q.Before > 0 {
		and(`x.intake_id < ?`, q.Before)
	}
	limit := q.Limit
	if limit < 1 || limit > 200 {
		limit = 200
	}
	ids, err := collect(ctx, db.read, number, `SELECT x.intake_id FROM records x WHERE `+where+` ORDER BY x.intake_id DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return station.SearchResult{}, fmt.Errorf("search: %w", err)
	}
	res := station.SearchResult{Hits: []station.Record{}}
	if len(ids) > limit {
		ids = ids[:limit]
		res.Next = ids[limit-1]
	}
	if len(ids) == 0 {
		return res, nil
	}
	if res.Hits, err = readRecords(ctx, db.read, ids); err != nil {
		return res, fmt.Errorf("search: %w", err)
	}
	return res, nil
}
