package stamp

import "time"

// PresentationSheet is the blank sheet that whoever brings a removable medium without a covering letter fills in and signs by hand (002 art. 18.2; R1.16).
type PresentationSheet struct {
	Body, AOOCode, AOOName string
	MadeAt                 time.Time
	Banner                 string
}

// FirstPageCopy is a copy of a registered letter's first page for whoever brought it, in place of the receipt (002 art. 24.4; R7.1).
type FirstPageCopy struct {
	Body, AOOCode string
	// Reference cites the registration; Segnatura has administration, AOO, register, number and day in one line.
	Reference, Segnatura string
	PresentedAt          time.Time
	// JPEG is the page's picture, upright, baseline and of one or three components.
	JPEG     []byte
	IssuedAt time.Time
	Operator string
	Banner   string
}

// CopyStamp is what is stamped on the photocopy of a paper that is not registered: it is no receipt (002 arts. 24.1-3; R7.3).
type CopyStamp struct {
	Body, AOOCode string
	// Intake is «Ricezione n.», which is no protocol number.
	Intake    string
	ArrivedAt time.Time
	Operator  string // whose initials they are
	Banner    string
}

// copyStampWords are the manual's own (002 art. 24.3), whole and as much of them as a small label has room for.
var copyStampWords = []string{
	"La semplice apposizione del timbro dell’Amministrazione con la data e l’ora d’arrivo e la sigla dell’operatore sulla copia non ha alcun valore giuridico " +
		"e non comporta alcuna responsabilità del personale dell’UOP in merito alla ricezione e all’assegnazione del documento.",
	"La semplice apposizione del timbro dell’Amministrazione con la data e l’ora d’arrivo e la sigla dell’operatore sulla copia non ha alcun valore giuridico.",
	"Non ha alcun valore giuridico.",
}

// Lines are the stamp's sentences on a page. day and hour are ArrivedAt's in Europe/Rome, gg/mm/aaaa and hh:mm.
func (c CopyStamp) Lines(day, hour string) []Line { return c.lines(day, hour, copyStampWords[0]) }

func (c CopyStamp) lines(day, hour, words string) []Line {
	body := must(FieldBody, "%s, AOO %s", c.Body, c.AOOCode)
	arrived := must(FieldPresented, "Arrivato il %s alle ore %s – sigla dell’operatore: %s ________", day, hour, c.Operator)
	body.Bold, arrived.Bold = true, true
	return []Line{body, arrived, must(FieldIntake, "Documento non soggetto a protocollazione (Ricezione n. %s, che non è un numero di protocollo).", c.Intake), must(FieldLegend, "%s", words)}
}

// Labels are the stamp for a label of a size that is stuck on the copy, with the manual's sentence whole and then shorter; each says that it has no legal value.
// day and hour as [CopyStamp.Lines] has them.
func (c CopyStamp) Labels(size Size, day, hour string) (out []Label) {
	for _, words := range copyStampWords {
		out = append(out, Label{Size: size, Lines: c.lines(day, hour, words), Banner: c.Banner})
	}
	return out
}

// Lines are the sentences below the copied page. day and hour turn an instant into Europe/Rome's gg/mm/aaaa and hh:mm.
func (c FirstPageCopy) Lines(day, hour func(time.Time) string) []Line {
	return c.lines("COPIA DELLA PRIMA PAGINA", day, hour)
}

func (c FirstPageCopy) lines(title string, day, hour func(time.Time) string) []Line {
	reference := must(FieldNumber, "%s – %s", title, c.Reference)
	reference.Bold = true
	return []Line{
		reference, must(FieldBody, "%s, AOO %s. Segnatura: %s", c.Body, c.AOOCode, c.Segnatura),
		must(FieldPresented, "Presentato il %s alle ore %s. Copia semplice per chi lo ha consegnato, rilasciata il %s alle ore %s. L’operatore %s",
			day(c.PresentedAt), hour(c.PresentedAt), day(c.IssuedAt), hour(c.IssuedAt), c.Operator),
	}
}

// Labels are the same words for a label of a size, which is stuck on a copy that was made elsewhere. It has no code: a copy must not be taken for the letter.
func (c FirstPageCopy) Labels(size Size, day, hour func(time.Time) string) []Label {
	return []Label{{Size: size, Lines: c.lines("COPIA", day, hour), Banner: c.Banner}}
}
