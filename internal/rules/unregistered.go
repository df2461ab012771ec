package rules

import (
	"slices"
	"strings"

	"segnatura/internal/protocollo"
)

// Unregistered is one entry of a list of what is not registered (R1.14): what the law or a manual leaves out, or what has a registration of its own kind.
type Unregistered struct {
	Code    string             `json:"code"`
	Grounds protocollo.Grounds `json:"grounds" enum:"escluso,particolare"`
	Words   string             `json:"words"`
	Source  string             `json:"source" doc:"L'articolo o l'atto"`
	// Added is set on an entry of the Responsabile's own; Off on one that they took off the list.
	Added bool `json:"added,omitempty"`
	Off   bool `json:"off,omitempty"`

	// card is set on what comes by raccomandata and is none: the cards that come back of our own (R16.6).
	card bool
}

// RegistrationProfile is one manual's list of what is not registered.
type RegistrationProfile struct {
	Name   string `json:"name"`
	Manual string `json:"manual"`

	entries []Unregistered
}

// Entries lists what the profile has.
func (p RegistrationProfile) Entries() []Unregistered { return slices.Clone(p.entries) }

const (
	lawSource    = "DPR 445/2000, art. 53 c. 5"
	townLeaves   = "Manuale del Comune, art. 38"
	townOwn      = "Manuale del Comune, art. 39"
	schoolLeaves = "Manuale dell'USR, «Documenti non soggetti a registrazione di protocollo»"
	schoolOwn    = "Manuale dell'USR, allegato 3"
)

// RegistrationProfiles lists the profiles; the first, the law's own list, is the default. The university's manual has no list of its own.
func RegistrationProfiles() []RegistrationProfile {
	// listed words entries in the order of codes and words, one after the other.
	listed := func(g protocollo.Grounds, source string, pairs ...string) []Unregistered {
		var out []Unregistered
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, Unregistered{Code: pairs[i], Grounds: g, Words: pairs[i+1], Source: source, card: pairs[i] == "ricevute-ar"})
		}
		return out
	}
	law := listed(protocollo.GroundsExcluded, lawSource,
		"gazzette", "gazzette ufficiali", "bollettini", "bollettini ufficiali e notiziari della pubblica amministrazione",
		"note-circolari", "note di ricezione delle circolari e altre disposizioni", "statistiche", "materiali statistici",
		"preparatori", "atti preparatori interni", "giornali", "giornali, riviste e libri", "pubblicita", "materiali pubblicitari",
		"inviti", "inviti a manifestazioni")
	own := listed(protocollo.GroundsElsewhere, lawSource, "particolare", "documenti già soggetti a registrazione particolare dell'amministrazione")
	town := listed(protocollo.GroundsExcluded, townLeaves,
		"occasione", "comunicazioni d’occasione (condoglianze, auguri, congratulazioni, ringraziamenti, ecc.)", "ferie", "richieste di ferie ed altri permessi",
		"rimborsi", "richieste di rimborso spese e missioni", "allegati", "allegati, se accompagnati da lettera di trasmissione, compresi gli elaborati tecnici",
		"convegni", "pubblicità conoscitiva di convegni", "pubblicita-generale", "pubblicità in generale",
		"offerte", "offerte, listini prezzi e preventivi di terzi non richiesti", "ricevute-ar", "ricevute di ritorno delle raccomandate A.R.",
		"irrilevanti", "documenti che, per loro natura, non rivestono alcuna rilevanza giuridico-amministrativa presente o futura")
	townRegisters := listed(protocollo.GroundsElsewhere, townOwn,
		"rogati", "atti rogati o autenticati dal Segretario Generale", "contratti", "contratti e convenzioni",
		"verbali-consiglio", "verbali delle sedute del Consiglio comunale", "verbali-giunta", "verbali delle sedute della Giunta Municipale",
		"verbali-commissioni", "verbali delle sedute delle Commissioni Consiliari permanenti e speciali", "verbali-commissioni-legge", "verbali delle Commissioni istituite per legge",
		"stato-civile", "atti di stato civile", "matrimonio", "pubblicazioni di matrimonio", "carte-identita", "carte d’identità",
		"anagrafe", "certificati anagrafici", "tessere", "tessere elettorali", "liquidazione", "atti di liquidazione",
		"mandati", "mandati di pagamento", "reversali", "reversali d’incasso", "codice-strada", "verbali di violazione al Codice della strada",
		"violazioni", "verbali di violazioni amministrative", "delibere-consiglio", "delibere del Consiglio comunale", "delibere-giunta", "delibere della Giunta Municipale",
		"ordinanze", "ordinanze", "ordinanze-prefettizie", "ordinanze prefettizie relative a procedimenti sanzionatori",
		"albo", "atti pubblicati all’Albo Pretorio e le relative richieste e conferme di avvenuta pubblicazione",
		"casa-comunale", "atti depositati alla casa comunale", "notifiche", "notifiche")
	school := listed(protocollo.GroundsExcluded, schoolLeaves,
		"gazzette", "gazzette ufficiali", "bollettini", "bollettini ufficiali e notiziari della Pubblica Amministrazione",
		"note-circolari", "note di ricezione circolari e altre disposizioni", "statistiche", "materiali statistici", "preparatori", "atti preparatori interni",
		"giornali", "giornali, riviste, libri e opuscoli", "pubblicita", "materiali pubblicitari",
		"inviti", "inviti a manifestazioni che non attivino procedimenti amministrativi",
		"occasione", "biglietti d’occasione (condoglianze, auguri, congratulazioni, ringraziamenti, etc.)", "allegati", "allegati accompagnati da lettera di trasmissione",
		"certificati", "certificati ed affini", "offerte", "offerte/preventivi di terzi non richiesti")
	schoolRegisters := listed(protocollo.GroundsElsewhere, schoolOwn,
		"persone", "documenti relativi a vicende di persone o a fatti privati o particolari",
		"indirizzo", "documenti di carattere politico e di indirizzo che, se resi di pubblico dominio, possono ostacolare il raggiungimento degli obiettivi prefissati",
		"pregiudizio", "documenti dalla cui contestuale pubblicità possa derivare pregiudizio a terzi o al buon andamento dell’attività amministrativa",
		"anonimi", "documenti anonimi individuati ai sensi dell’art. 8, comma 4, e 141 del codice di procedura penale",
		"corrispondenza-persone", "corrispondenza legata a vicende di persone o a fatti privati o particolari",
		"art-24", "tipologie di documenti individuati dall’art. 24 della legge 7 agosto 1990 n. 241, dall’art. 8 del DPR 27 giugno 1992 n. 352, e norme collegate")
	return []RegistrationProfile{
		{Name: ProfileDefault, Manual: "DPR 445/2000, art. 53 comma 5", entries: slices.Concat(law, own)},
		{Name: ProfileTown, Manual: "Manuale del Comune, artt. 38 e 39", entries: slices.Concat(law, town, townRegisters)},
		{Name: ProfileSchools, Manual: "Manuale dell'USR, con l'allegato 3", entries: slices.Concat(school, schoolRegisters)},
	}
}

// AddedUnregistered is an entry that the Responsabile added to the list.
type AddedUnregistered struct {
	Code    string             `json:"code" pattern:"^E-[A-Z0-9]{1,8}$" doc:"es. E-1"`
	Grounds protocollo.Grounds `json:"grounds" enum:"escluso,particolare"`
	Words   string             `json:"words" minLength:"1" maxLength:"200"`
	Source  string             `json:"source" minLength:"1" maxLength:"200" doc:"L'articolo o l'atto su cui si fonda"`
}

// RegistrationPolicy is the list of what is not registered as the Responsabile keeps it: a manual's, less what was taken off, and what was added. The zero
// value is the law's own list.
type RegistrationPolicy struct {
	Profile string              `json:"profile,omitempty"`
	Off     []string            `json:"off,omitempty" maxItems:"100" doc:"Le voci del manuale tolte dall'elenco"`
	Added   []AddedUnregistered `json:"added,omitempty" maxItems:"50"`
}

// CheckRegistration says what is wrong with a list: Invalid "unregistered-list".
func CheckRegistration(p RegistrationPolicy) error {
	wrong := func(format string, args ...any) error {
		return protocollo.Errorf(protocollo.Invalid, "unregistered-list", format, args...)
	}
	profile, err := p.profile()
	if err != nil {
		return err
	}
	for _, code := range p.Off {
		if !slices.ContainsFunc(profile.entries, func(e Unregistered) bool { return e.Code == code }) {
			return wrong("%s has no entry %q", profile.Name, code)
		}
	}
	seen := map[string]bool{}
	for _, a := range p.Added {
		switch {
		case !addedCode.MatchString(a.Code):
			return wrong("code %q does not begin with E-", a.Code)
		case seen[a.Code]:
			return wrong("code %s stands twice", a.Code)
		case !a.Grounds.Listed():
			return wrong("%s is of no list: %q", a.Code, a.Grounds)
		case strings.TrimSpace(a.Words) == "" || strings.TrimSpace(a.Source) == "":
			return wrong("%s lacks its words or its source", a.Code)
		}
		seen[a.Code] = true
	}
	return nil
}

func (p RegistrationPolicy) profile() (RegistrationProfile, error) {
	for _, known := range RegistrationProfiles() {
		if known.Name == p.Profile || p.Profile == "" {
			return known, nil
		}
	}
	return RegistrationProfile{}, protocollo.Errorf(protocollo.Invalid, "unregistered-list", "no list of profile %q", p.Profile)
}

// List returns the profile, and its entries with the added ones behind; those that were taken off are marked.
func (p RegistrationPolicy) List() (RegistrationProfile, []Unregistered, error) {
	profile, err := p.profile()
	if err != nil {
		return profile, nil, err
	}
	list := profile.Entries()
	for i := range list {
		list[i].Off = slices.Contains(p.Off, list[i].Code)
	}
	for _, a := range p.Added {
		list = append(list, Unregistered{Code: a.Code, Grounds: a.Grounds, Words: strings.TrimSpace(a.Words), Source: strings.TrimSpace(a.Source), Added: true})
	}
	return profile, list, nil
}

// Cited says that a letter is left out of the register by an entry of the list in force, and which manual has it.
//
// Errors: Invalid "entry" where none is named or the list has it not; Conflict "raccomandata-always" for what came in by raccomandata, which is registered
// although it is of such a kind (002 art. 64; R1.13). The card that comes back of a raccomandata of ours is none (R16.6).
func (p RegistrationPolicy) Cited(d protocollo.Draft, code string) (Unregistered, RegistrationProfile, error) {
	profile, list, err := p.List()
	if err != nil {
		return Unregistered{}, profile, err
	}
	i := slices.IndexFunc(list, func(e Unregistered) bool { return e.Code == code && !e.Off })
	if i < 0 {
		return Unregistered{}, profile, protocollo.Errorf(protocollo.Invalid, "entry", "the list has no entry %q", code)
	}
	e := list[i]
	if d.Direction == protocollo.Incoming && (d.Means.Raccomandata() || d.RaccomandataCode != "") && !e.card {
		return e, profile, protocollo.Errorf(protocollo.Conflict, "raccomandata-always", "it came as %s %s", d.Means, d.RaccomandataCode)
	}
	return e, profile, nil
}
