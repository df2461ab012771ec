package titulus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// pageSize is how many records a search shows at most.
const pageSize = 30

// Find looks a registration up by our key, where this archive can ([Config.KeyIndexed]). A search goes by words, so that each document found is read,
// and only one that bears the key letter by letter counts. Two of them are two numbers for one letter: a person must look.
func (c *Connector) Find(ctx context.Context, _ protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	if !c.cfg.KeyIndexed || !keyPattern.MatchString(key) {
		return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.OutcomeUnknown, "find", "this archive is not known to find by key")
	}
	page, err := c.search(ctx, `[/doc/@applicativo_produttore_docid]="`+key+`"`)
	if err != nil {
		return protocollo.Receipt{}, false, classedFind(err)
	}
	var ours []record
	for _, shown := range page {
		doc, err := c.load(ctx, shown.id())
		if err != nil {
			return protocollo.Receipt{}, false, classedFind(err)
		}
		if doc.Key == key {
			ours = append(ours, doc)
		}
	}
	switch {
	case len(ours) > 1, len(ours) == 0 && len(page) >= pageSize:
		return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.OutcomeUnknown, "find", "%d documents bear the key, of %d found", len(ours), len(page))
	case len(ours) == 0:
		return protocollo.Receipt{}, false, nil
	}
	receipt, err := c.receipt(ours[0], c.cfg.Clock(), "")
	if err != nil {
		return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.OutcomeUnknown, "find", "the document that bears the key: %v", err) // a draft is Rejected
	}
	return receipt, true, nil
}

// classedFind: a refused search, or a document that it showed and that cannot be read, says nothing of the registration. The refusal is not kept as
// the cause, so that nothing along the chain is Rejected; its words are.
func classedFind(err error) error {
	e := (*protocollo.Error)(nil)
	if !errors.Is(err, protocollo.Rejected) || !errors.As(err, &e) {
		return err
	}
	unclear := protocollo.Errorf(protocollo.OutcomeUnknown, "find", "look for the key: %v", err)
	unclear.Words = e.Words
	return unclear
}

// Candidates searches by day of registration and words of the subject.
func (c *Connector) Candidates(ctx context.Context, q protocollo.CandidateQuery) ([]protocollo.Candidate, error) {
	query := fmt.Sprintf("[docdataprot]={%s|%s}", compact(q.From), compact(q.To))
	if words := quotable(q.Subject); words != "" {
		query += ` AND [XML,/doc/oggetto]="` + words + `"`
	}
	page, err := c.search(ctx, query)
	if err != nil {
		return nil, err
	}
	var list []protocollo.Candidate
	for _, shown := range page {
		receipt, err := c.receipt(shown, c.cfg.Clock(), "")
		if err != nil {
			continue // a draft, or of another AOO
		}
		candidate := protocollo.Candidate{Receipt: receipt, Subject: shown.Subject, Sender: strings.Join(shown.names(), "; "),
			Confidential: shown.Privacy.Code == reserved}
		if same(shown.Subject, q.Subject) {
			candidate.Why = append(candidate.Why, protocollo.WhySubject)
		}
		if slices.ContainsFunc(shown.names(), func(n string) bool { return slices.ContainsFunc(q.Senders, func(s string) bool { return same(n, s) }) }) {
			candidate.Why = append(candidate.Why, protocollo.WhySender)
		}
		if receipt.Day >= q.From && receipt.Day <= q.To {
			candidate.Why = append(candidate.Why, protocollo.WhyDay)
		}
		list = append(list, candidate)
	}
	slices.SortStableFunc(list, func(a, b protocollo.Candidate) int { return len(b.Why) - len(a.Why) })
	return list, nil
}

func (r record) names() []string { return append(slices.Clone(r.Shown), r.Externals...) }

func same(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// quotable returns the first words of a subject, without what means something to the search.
func quotable(subject string) string {
	const most = 12
	words := strings.FieldsFunc(subject, func(r rune) bool { return strings.ContainsRune(" \t\n\r\"'[]{}()|*?=&", r) })
	return strings.Join(words[:min(most, len(words))], " ")
}

// search returns a search's first page.
func (c *Connector) search(ctx context.Context, query string) ([]record, error) {
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	said, _, err := c.ask(ctx, "search", repeatable, soap.Argument{Name: "query", Value: soap.Text(query)}, soap.Argument{Name: "orderby", Value: soap.Nil{}},
		soap.Argument{Name: "params", Value: soap.Struct{Type: "kion:QueryParams", Fields: []soap.Argument{
			{Name: "fields", Value: soap.Nil{}}, {Name: "titlePageSize", Value: soap.Int(pageSize)},
		}}})
	return said.Found, err
}
