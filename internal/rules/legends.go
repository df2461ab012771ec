package rules

import (
	"fmt"
	"regexp"
	"strings"

	"segnatura/internal/protocollo"
)

// LegendPlace says where a legend stands.
type LegendPlace string

// The places of legends. Only those for paper are ever printed as a label.
const (
	OnPaper    LegendPlace = "documento" // with the segnatura, or on a label of its own
	OnEnvelope LegendPlace = "busta"
	InSubject  LegendPlace = "oggetto" // appended to the subject
	InNote     LegendPlace = "nota"
	OnRegister LegendPlace = "registro" // the emergency register's own labels and lists
	AtCentre   LegendPlace = "centro"   // a digital message's; the central system writes it
)

// Legend is one text of the catalogue of stamps (R2.6). Free text never stands on a document.
type Legend struct {
	Code string `json:"code"`
	// Text is exactly as the catalogue has it; its blanks stand in braces and are filled by the station from facts, never from typed text.
	Text   string      `json:"text"`
	Source string      `json:"source" doc:"L'articolo"`
	Place  LegendPlace `json:"place" enum:"documento,busta,oggetto,nota,registro,centro"`
	// When says what it is for.
	When string `json:"when"`

	applies func(protocollo.Draft) bool // that a draft's own facts ask for it; nil: another flow does
	suits   func(protocollo.Draft) bool // that it can be true of a letter at all; nil: of any
}

// Blanks of the catalogue's texts.
const (
	BlankDay      = "{giorno}"
	BlankHour     = "{ora}"
	BlankNumber   = "{numero}"
	BlankYear     = "{anno}"
	BlankRegister = "{registro}"
	BlankUser     = "{codice utente}"
	BlankOrder    = "{x}"
	BlankCount    = "{n}"
)

const bothManuals = "Manuale del Comune, art. 66; manuale dell'Università, art. 3.1.01"

// legends is the whole catalogue: L-1 to L-13 and L-16 (R2.6). Of L-3 the seed leaves the day open with dots, of L-6 day and number with dashes. L-8
// has the seed's slip corrected; L-16 is section 7's.
var legends = []Legend{
	{Code: "L-1", Text: protocollo.AnonymousSender, Source: bothManuals, Place: OnPaper, When: "lettera anonima",
		applies: func(d protocollo.Draft) bool { return d.Anonymous }},
	{Code: "L-2", Text: "DOCUMENTO NON SOTTOSCRITTO", Source: bothManuals, Place: OnPaper, When: "documento senza firma",
		applies: func(d protocollo.Draft) bool { return d.Unsigned }},
	{Code: "L-3", Text: "GIA’ PERVENUTO VIA FAX IL GIORNO {giorno}", Source: "Manuale del Comune, art. 60", Place: OnPaper, suits: cameIn,
		When: "originale identico al fax già protocollato: stessa segnatura"},
	{Code: "L-4", Text: "ANTICIPATO VIA TELEFAX", Source: "Manuale del Comune, art. 60", Place: OnPaper, suits: goesOut,
		When: "fax in partenza a cui segue l'originale; mai verso un'altra amministrazione (CAD, art. 47.2 c)"},
	{Code: "L-5", Text: "LA TRASMISSIONE VIA FAX DEL PRESENTE DOCUMENTO NON PREVEDE L’INVIO DEL DOCUMENTO ORIGINALE", Source: "Manuale del Comune, art. 60",
		Place: OnPaper, suits: goesOut, When: "fax in partenza a cui non segue l'originale; mai verso un'altra amministrazione (CAD, art. 47.2 c)"},
	{Code: "L-6", Text: "ARRIVATO CARTACEO E PROTOCOLLATO IN DATA {giorno} AL N. {numero}", Source: "Manuale del Comune, art. 61", Place: InNote,
		When: "copia digitale di un documento già protocollato su carta: nuovo numero"},
	{Code: "L-7", Text: "PERVENUTO PER ERRORE", Source: "Manuale del Comune, art. 22", Place: InSubject,
		When: "lettera per altri, aperta per errore: registrazione in arrivo e in partenza"},
	{Code: "L-8", Text: "PERVENUTO ED APERTO PER ERRORE", Source: "Manuale del Comune, art. 22", Place: OnEnvelope, suits: goesOn,
		When: "busta con cui la lettera aperta per errore va al destinatario vero"},
	{Code: "L-9", Text: "MESSAGGIO PERVENUTO PER ERRORE – NON DI COMPETENZA DI QUESTA AOO", Source: "Manuale del Comune, art. 22", Place: AtCentre,
		When: "messaggio digitale per altri"},
	{Code: "L-10", Text: "REGISTRO DI EMERGENZA {codice utente}", Source: "Manuali: registro di emergenza", Place: OnRegister,
		When: "etichetta con numero di emergenza"},
	{Code: "L-11", Text: "n. {numero}/{anno} R.E. {registro}", Source: "Manuali: registro di emergenza", Place: OnRegister, When: "numero di emergenza"},
	{Code: "L-12", Text: "annullato", Source: "DPR 445/2000, art. 54", Place: OnRegister, When: "registrazione annullata"},
	{Code: "L-13", Text: "ARRIVO {x} di {n}", Source: "Manuale del Comune, art. 83", Place: InSubject, When: "lo stesso documento arrivato più volte: un numero a ciascuno"},
	{Code: "L-13-P", Text: "INVIO {x} di {n}", Source: "Manuale del Comune, art. 83", Place: InSubject, When: "lo stesso documento spedito in più parti"},
	{Code: "L-16", Text: "Plico chiuso, ricevuto il {giorno} alle ore {ora} – non aperto – Firma leggibile ____",
		Source: "Manuale del Comune, art. 63; manuale dell'Università, art. 3.1.01", Place: OnEnvelope, suits: isPlico, When: "plico di gara"},
}

func cameIn(d protocollo.Draft) bool  { return d.Direction == protocollo.Incoming }
func goesOut(d protocollo.Draft) bool { return d.Direction == protocollo.Outgoing }
func isPlico(d protocollo.Draft) bool { return d.BidID != 0 }

// goesOn is true of what was taken in as opened by mistake, and of whatever leaves: its exit may have been registered without saying so.
func goesOn(d protocollo.Draft) bool {
	return goesOut(d) || d.Circumstance != nil && d.Circumstance.Kind == protocollo.OpenedByMistake
}

// Suits reports whether the legend can be true of a letter: a stamp that says what cannot have been is never printed.
func (l Legend) Suits(d protocollo.Draft) bool { return l.suits == nil || l.suits(d) }

// AddedLegend is an entry that the Responsabile added to the catalogue (R2.6). It stands on paper and has no blanks.
type AddedLegend struct {
	Code   string `json:"code" pattern:"^E-[A-Z0-9]{1,8}$" doc:"es. E-1"`
	Text   string `json:"text" minLength:"1" maxLength:"120"`
	Source string `json:"source" minLength:"1" maxLength:"200" doc:"L'articolo o l'atto su cui si fonda"`
}

var addedCode = regexp.MustCompile(`^E-[A-Z0-9]{1,8}$`)

// CheckAdded says what is wrong with the entries that were added, or Invalid "legends" with the first.
func CheckAdded(list []AddedLegend) error {
	seen := map[string]bool{}
	for _, a := range list {
		switch {
		case !addedCode.MatchString(a.Code):
			return protocollo.Errorf(protocollo.Invalid, "legends", "code %q does not begin with E-", a.Code)
		case seen[a.Code]:
			return protocollo.Errorf(protocollo.Invalid, "legends", "code %s stands twice", a.Code)
		case strings.TrimSpace(a.Text) == "" || strings.ContainsAny(a.Text, "{}\n\r\t"):
			return protocollo.Errorf(protocollo.Invalid, "legends", "the text of %s is empty or has blanks", a.Code)
		case strings.TrimSpace(a.Source) == "":
			return protocollo.Errorf(protocollo.Invalid, "legends", "%s has no source", a.Code)
		}
		seen[a.Code] = true
	}
	return nil
}

// Legends lists the catalogue with the entries that were added behind it.
func Legends(added ...AddedLegend) []Legend {
	out := append([]Legend{}, legends...)
	for _, a := range added {
		out = append(out, Legend{Code: a.Code, Text: a.Text, Source: a.Source, Place: OnPaper, When: "aggiunta dal Responsabile"})
	}
	return out
}

// LegendNamed finds an entry by its code, or Invalid "legend": free text is refused.
func LegendNamed(code string, added ...AddedLegend) (Legend, error) {
	for _, l := range Legends(added...) {
		if l.Code == code {
			return l, nil
		}
	}
	return Legend{}, protocollo.Errorf(protocollo.Invalid, "legend", "no legend %q is in the catalogue", code)
}

// Words fills the blanks. Invalid "legend" when a fact is missing: half a legend is never printed.
func (l Legend) Words(facts map[string]string) (string, error) {
	text := l.Text
	for blank, value := range facts {
		if value != "" {
			text = strings.ReplaceAll(text, blank, value)
		}
	}
	if strings.ContainsAny(text, "{}") {
		return "", protocollo.Errorf(protocollo.Invalid, "legend", "%s lacks a fact: %s", l.Code, text)
	}
	return text, nil
}

// LegendTexts returns the texts that a draft's label carries (R1.10). Whether the document is valid is not ours to say.
func LegendTexts(d protocollo.Draft) []string {
	var out []string
	for _, l := range legends {
		if l.applies != nil && l.applies(d) {
			out = append(out, l.Text)
		}
	}
	return out
}

// Circumstance words what a draft's circumstance puts into its subject and its note (R1.8, R1.9, R1.11). of is the registration that it names, nil
// where it names none. A draft without a circumstance comes back as it is.
//
// Errors: Invalid "circumstance" for one that does not suit the draft, "circumstance.of" where it needs a registration and names none,
// "circumstance.order" where x of n is none.
func Circumstance(d protocollo.Draft, of *protocollo.Registration) (protocollo.Draft, error) {
	c := d.Circumstance
	if c == nil {
		return d, nil
	}
	rule, known := circumstances[c.Kind]
	if !known || !rule.suits(d) {
		return d, protocollo.Errorf(protocollo.Invalid, "circumstance", "%q with direction %s", c.Kind, d.Direction)
	}
	if of == nil && rule.names(d) {
		return d, protocollo.Errorf(protocollo.Invalid, "circumstance.of", "%s names no registration", c.Kind)
	}
	counted := c.Kind == protocollo.OneOfSeveral
	if counted && !(c.Count >= 2 && c.Count <= 999 && c.Order >= 1 && c.Order <= c.Count) {
		return d, protocollo.Errorf(protocollo.Invalid, "circumstance.order", "%d of %d", c.Order, c.Count)
	}
	facts := map[string]string{BlankOrder: fmt.Sprint(c.Order), BlankCount: fmt.Sprint(c.Count)}
	if of != nil {
		facts[BlankDay], facts[BlankNumber] = of.Day.Italian(), string(of.Number)
	}
	code := rule.legend
	if d.Direction == protocollo.Outgoing && counted {
		code += "-P"
	}
	l, err := LegendNamed(code)
	if err != nil {
		return d, err
	}
	words, err := l.Words(facts)
	if err != nil {
		return d, err
	}
	switch l.Place {
	case InSubject:
		d.Subject = joined(d.Subject, " – ", words)
		if of != nil {
			d.Note = joined(d.Note, "\n", fmt.Sprintf("Collegata alla registrazione n. %s del %s", of.Number, of.Day.Italian()))
		}
	default:
		d.Note = joined(d.Note, "\n", words)
	}
	return d, nil
}

// forOthersLegend says in a subject that the letter was for others (002 art. 22; R1.11).
const forOthersLegend = "L-7"

// SayForOthers returns the field's text with L-7 behind it, and whether the letter says so already: in that field, or by what it was taken in as.
func SayForOthers(d protocollo.Draft, field protocollo.Field) (words string, said bool) {
	l, _ := LegendNamed(forOthersLegend) // the catalogue's own
	text, by := d.Subject, " – "
	if field == protocollo.FieldNote {
		text, by = d.Note, "\n"
	}
	words = joined(text, by, l.Text)
	return words, words == text || d.Circumstance != nil && d.Circumstance.Kind == protocollo.OpenedByMistake
}

// circumstances are the rules of what a circumstance needs.
var circumstances = map[protocollo.CircumstanceKind]struct {
	legend string
	suits  func(protocollo.Draft) bool
	names  func(protocollo.Draft) bool // whether a registration is named
}{
	protocollo.DigitalAfterPaper: {"L-6", func(d protocollo.Draft) bool { return d.Direction == protocollo.Incoming }, always},
	// The first of several names none; the others name the first.
	protocollo.OneOfSeveral: {"L-13", func(d protocollo.Draft) bool { return d.Direction != protocollo.Inside },
		func(d protocollo.Draft) bool { return d.Circumstance.Order > 1 }},
	// The arrival names none; the sending on to whom it is for names the arrival.
	protocollo.OpenedByMistake: {forOthersLegend, func(d protocollo.Draft) bool { return d.Direction != protocollo.Inside },
		func(d protocollo.Draft) bool { return d.Direction == protocollo.Outgoing }},
}

func always(protocollo.Draft) bool { return true }

// joined appends words to a text that does not end in them already.
func joined(text, by, words string) string {
	switch {
	case strings.HasSuffix(text, words):
		return text
	case text == "":
		return words
	}
	return text + by + words
}

// TrialBanner stands on everything that a trial prints (R17.1).
const TrialBanner = "PROVA – SENZA VALORE"
