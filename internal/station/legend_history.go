package station

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// LegendVersion is an entry that the Responsabile added to the catalogue, as it read from one version of the rules to another (R2.6).
type LegendVersion struct {
	rules.AddedLegend
	Version int64     `json:"version" doc:"La versione delle regole in cui la dicitura ha preso queste parole"`
	Since   time.Time `json:"since"`
	By      string    `json:"by"`
	// Until is when it was taken out or got other words; zero while it holds.
	Until time.Time `json:"until,omitzero"`
	Ended string    `json:"ended,omitempty" doc:"Chi l'ha tolta o cambiata"`
	// Labels is how many were sent with these words, Last the instant of the last one.
	Labels int       `json:"labels"`
	Last   time.Time `json:"last,omitzero"`

	until int64 // the version that ended it; 0 while it holds
}

// LegendHistory lists every version of every entry that was ever added, by its code and then the latest first, each with the labels that bear it. The program's
// own catalogue has one version. Forbidden without [protocollo.ActPolicy].
func (s *Station) LegendHistory(ctx context.Context, actor protocollo.Actor) ([]LegendVersion, error) {
	if err := actor.Require(protocollo.ActPolicy); err != nil {
		return nil, err
	}
	versions, err := s.cfg.Policies.PolicyVersions(ctx, actor.AOO)
	if err != nil {
		return nil, fmt.Errorf("read the versions of the policies: %w", err)
	}
	uses, err := s.cfg.Prints.LegendUses(ctx, actor.AOO)
	if err != nil {
		return nil, fmt.Errorf("read which legends were printed: %w", err)
	}
	list := legendVersions(versions)
	for _, u := range uses {
		if i := slices.IndexFunc(list, func(v LegendVersion) bool { return v.bears(u) }); i >= 0 {
			list[i].Labels += u.Labels
			if u.Last.After(list[i].Last) {
				list[i].Last = u.Last
			}
		}
	}
	slices.SortStableFunc(list, func(a, b LegendVersion) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(b.Version, a.Version))
	})
	return list, nil
}

// legendVersions reads from the versions of the rules, oldest first, when each entry got its words and lost them.
func legendVersions(versions []Policies) []LegendVersion {
	var out []LegendVersion
	for _, p := range versions {
		for i := range out {
			if v := &out[i]; v.until == 0 && !slices.Contains(p.Legends, v.AddedLegend) {
				v.until, v.Until, v.Ended = p.Version, p.SetAt, p.SetBy
			}
		}
		for _, a := range p.Legends {
			if !slices.ContainsFunc(out, func(v LegendVersion) bool { return v.until == 0 && v.AddedLegend == a }) {
				out = append(out, LegendVersion{AddedLegend: a, Version: p.Version, Since: p.SetAt, By: p.SetBy})
			}
		}
	}
	return out
}

// bears reports whether labels were printed with these words: by the version of the rules that they were taken from, which older entries of the journal do
// not say.
func (v LegendVersion) bears(u LegendUse) bool {
	if v.Code != u.Code || v.Text != u.Text {
		return false
	}
	if u.Version == 0 {
		return !u.Last.Before(v.Since) && (v.until == 0 || u.Last.Before(v.Until))
	}
	return u.Version >= v.Version && (v.until == 0 || u.Version < v.until)
}
