package rules_test

import (
	"errors"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// TestCitedEntry: what is left out names an entry of the list in force; what came by raccomandata is registered all the same (R1.13, R1.14, R16.6).
func TestCitedEntry(t *testing.T) {
	town := rules.RegistrationPolicy{Profile: rules.ProfileTown, Off: []string{"ferie"}, Added: []rules.AddedUnregistered{
		{Code: "E-1", Grounds: protocollo.GroundsElsewhere, Words: "determine", Source: "Regolamento, art. 3"}}}
	post := protocollo.Draft{Direction: protocollo.Incoming, Means: protocollo.MeansPost}
	by := func(m protocollo.Means) protocollo.Draft {
		return protocollo.Draft{Direction: protocollo.Incoming, Means: m}
	}
	for name, c := range map[string]struct {
		list  rules.RegistrationPolicy
		draft protocollo.Draft
		entry string
		want  string // the words, or the error's code
	}{
		"the law's":                       {rules.RegistrationPolicy{}, post, "inviti", "inviti a manifestazioni"},
		"the town's, in the law's list":   {rules.RegistrationPolicy{}, post, "occasione", "entry"},
		"the town's":                      {town, post, "offerte", "offerte, listini prezzi e preventivi di terzi non richiesti"},
		"a kind with its own register":    {town, post, "ordinanze", "ordinanze"},
		"taken off":                       {town, post, "ferie", "entry"},
		"added":                           {town, post, "E-1", "determine"},
		"none":                            {town, post, "", "entry"},
		"by raccomandata":                 {town, by(protocollo.MeansRaccomandata), "offerte", "raccomandata-always"},
		"by raccomandata A.R.":            {town, by(protocollo.MeansRaccomandataAR), "ordinanze", "raccomandata-always"},
		"a judicial act":                  {town, by(protocollo.MeansAttoGiudiziario), "E-1", "raccomandata-always"},
		"with a raccomandata's code":      {town, protocollo.Draft{Direction: protocollo.Incoming, Means: protocollo.MeansPost, RaccomandataCode: "RA1"}, "offerte", "raccomandata-always"},
		"the card of a raccomandata":      {town, by(protocollo.MeansRaccomandataAR), "ricevute-ar", "ricevute di ritorno delle raccomandate A.R."},
		"what we send by raccomandata":    {town, protocollo.Draft{Direction: protocollo.Outgoing, Means: protocollo.MeansRaccomandataAR}, "notifiche", "notifiche"},
		"the schools' own words":          {rules.RegistrationPolicy{Profile: rules.ProfileSchools}, post, "inviti", "inviti a manifestazioni che non attivino procedimenti amministrativi"},
		"a profile that has no list":      {rules.RegistrationPolicy{Profile: rules.ProfileUniversity}, post, "inviti", "unregistered-list"},
		"the town's in the schools' list": {rules.RegistrationPolicy{Profile: rules.ProfileSchools}, post, "ordinanze", "entry"},
	} {
		e, profile, err := c.list.Cited(c.draft, c.entry)
		got := e.Words
		if pe := (*protocollo.Error)(nil); errors.As(err, &pe) {
			got = pe.Code
		}
		if got != c.want || err == nil && (e.Source == "" || profile.Manual == "") {
			t.Errorf("%s: %q, want %q (%+v, %v)", name, got, c.want, e, err)
		}
	}
}

// Each profile's codes are its own once, and every entry names its source and one of the two lists.
func TestListsOfWhatIsNotRegistered(t *testing.T) {
	sizes := map[string][2]int{}
	for _, p := range rules.RegistrationProfiles() {
		var codes []string
		var n [2]int
		for _, e := range p.Entries() {
			if slices.Contains(codes, e.Code) || e.Words == "" || e.Source == "" || !e.Grounds.Listed() {
				t.Errorf("%s has %+v", p.Name, e)
			}
			codes = append(codes, e.Code)
			if e.Grounds == protocollo.GroundsElsewhere {
				n[1]++
			} else {
				n[0]++
			}
		}
		sizes[p.Name] = n
	}
	// art. 53(5): its nine kinds, books, papers and reviews as one; art. 38: nine more, art. 39: 23; the schools: twelve and the six of annex 3.
	if sizes["predefinito"] != [2]int{8, 1} || sizes["comune"] != [2]int{17, 23} || sizes["usr"] != [2]int{12, 6} {
		t.Errorf("the lists have %v", sizes)
	}
}

// TestCheckRegistration: a list that is kept has codes of its profile and entries with their source.
func TestCheckRegistration(t *testing.T) {
	good := rules.AddedUnregistered{Code: "E-1", Grounds: protocollo.GroundsExcluded, Words: "volantini", Source: "Disposizione n. 4"}
	change := func(f func(*rules.AddedUnregistered)) rules.RegistrationPolicy {
		a := good
		f(&a)
		return rules.RegistrationPolicy{Added: []rules.AddedUnregistered{a}}
	}
	for name, c := range map[string]struct {
		p  rules.RegistrationPolicy
		ok bool
	}{
		"nothing said": {rules.RegistrationPolicy{}, true}, "one added": {change(func(*rules.AddedUnregistered) {}), true},
		"an unknown profile": {rules.RegistrationPolicy{Profile: "x"}, false}, "off what is not there": {rules.RegistrationPolicy{Off: []string{"ferie"}}, false},
		"off":       {rules.RegistrationPolicy{Profile: "comune", Off: []string{"ferie"}}, true},
		"no source": {change(func(a *rules.AddedUnregistered) { a.Source = " " }), false}, "no words": {change(func(a *rules.AddedUnregistered) { a.Words = "" }), false},
		"a manual's code": {change(func(a *rules.AddedUnregistered) { a.Code = "inviti" }), false}, "of no list": {change(func(a *rules.AddedUnregistered) { a.Grounds = protocollo.GroundsPost }), false},
		"twice": {rules.RegistrationPolicy{Added: []rules.AddedUnregistered{good, good}}, false},
	} {
		if err := rules.CheckRegistration(c.p); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
