package pdf

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// registerColumn is a column of the register on paper, with its share of the sheet.
type registerColumn struct {
	column
	cell func(stamp.EmergencyRegister, stamp.EmergencyRow) string
}

// registerColumns are the fields of each form: the eleven of F-1, in its order, with the ordinary number that they come to after the
// recovery; those of the ordinary protocol; and those of F-2.
var registerColumns = map[stamp.EmergencyForm][]registerColumn{
	stamp.EmergencyFormEleven: {
		{column{"Numero di emergenza", 24}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return number(r) }},
		{column{"Data", 19}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return day(r.At) + " " + hour(r.At) }},
		{column{"A/P", 9}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Direction }},
		{column{"Oggetto", 55}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return subject(r) }},
		{column{"Mittente", 30}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Sender }},
		{column{"Destinatario/i", 30}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Recipients }},
		{column{"Indirizzo", 28}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Address }},
		{column{"Corr. interno", 14}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.InternalCode }},
		{column{"Classifica / Fascicolo", 19}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Classifica }},
		{column{"Tipo doc.", 10}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.DocumentType }},
		{column{"Tramite", 16}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Means }},
		{column{"Protocollo ordinario", 23}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return ordinary(r) }},
	},
	stamp.EmergencyFormOrdinary: {
		{column{"Numero di emergenza", 26}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return number(r) }},
		{column{"Data e ora", 20}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return day(r.At) + " " + hour(r.At) }},
		{column{"A/P/I", 10}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Direction }},
		{column{"Mittente", 34}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Sender }},
		{column{"Destinatario/i", 34}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Recipients }},
		{column{"Oggetto", 55}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return subject(r) }},
		{column{"Protocollo del mittente", 24}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.SenderProtocol }},
		{column{"Allegati", 15}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return attachments(r) }},
		{column{"Classifica / Fascicolo", 20}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Classifica }},
		{column{"Ufficio", 16}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.UOR }},
		{column{"Protocollo ordinario", 23}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return ordinary(r) }},
	},
	stamp.EmergencyFormShort: {
		{column{"AOO", 15}, func(e stamp.EmergencyRegister, _ stamp.EmergencyRow) string { return e.AOOCode }},
		{column{"Causa e data/ora inizio del blocco", 38}, func(e stamp.EmergencyRegister, _ stamp.EmergencyRow) string { return causeAt(e.Cause, e.InterruptedAt) }},
		{column{"Causa e data/ora fine del blocco", 38}, func(e stamp.EmergencyRegister, _ stamp.EmergencyRow) string { return restoredWords(e) }},
		{column{"Oggetto", 70}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return subject(r) }},
		{column{"Mittente/destinatario", 45}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return cmp.Or(r.Sender, r.Recipients) }},
		{column{"Nome repertorio", 26}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return r.Repertoire }},
		{column{"Numero protocollo/repertorio temporaneo", 35}, func(_ stamp.EmergencyRegister, r stamp.EmergencyRow) string { return number(r) + " del " + day(r.At) }},
	},
}

// Measures of the register.
const (
	registerSizePt = 8.0
	blankRowMM     = 12.0 // for a hand
	// maxBlankRows bounds the rows of one printing.
	maxBlankRows = 2000
)

func number(r stamp.EmergencyRow) string { return cmp.Or(r.Number, strconv.Itoa(r.Sequence)) }

func subject(r stamp.EmergencyRow) string {
	words := r.Subject
	if r.Authorised != "" {
		words += " (atto autorizzato: " + r.Authorised + ")"
	}
	if r.Manual {
		words += " (manuale)"
	}
	if r.Annulled {
		words += " – annullato"
	}
	return words
}

func attachments(r stamp.EmergencyRow) string {
	if r.Attachments == 0 {
		return ""
	}
	return strconv.Itoa(r.Attachments)
}

func ordinary(r stamp.EmergencyRow) string {
	if r.OrdinaryNumber == "" {
		return ""
	}
	return r.OrdinaryNumber + " del " + protocollo.Day(r.OrdinaryDay).Italian()
}

func causeAt(cause string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	if cause != "" {
		cause += ", "
	}
	return cause + day(at) + " " + hour(at)
}

func restoredWords(e stamp.EmergencyRegister) string {
	return causeAt("", e.RestoredAt) // the cause of the end is nowhere recorded: it is left out
}

// EmergencyRegister writes the register itself: the opening L-18 with cause, interruption and authorisation; the rows one under the
// other without an empty one between them, each day's total also where it is zero (DPR 445/2000 art. 63(3); R9.6, R9.7), the extensions
// with their acts (art. 63(2)); and, once it is closed, the closing L-19 with the end of the outage and the number of registrations.
//
// Errors: [*MissingFieldError]; an error for rows that are out of order, leave a gap or do not add up to the days' totals: a register
// with a gap is none; or the writer's.
func EmergencyRegister(w io.Writer, r stamp.EmergencyRegister) (pdfa.Result, error) {
	columns, err := checkedRegister(r)
	if err != nil {
		return pdfa.Result{}, err
	}
	pieces := openingWords(r)
	pieces = append(pieces, piece{table: registerTable(r, columns)})
	if words := codeWords(r); words != "" {
		pieces = append(pieces, piece{Paragraph: Paragraph{Text: words, SizePt: registerSizePt, SpaceMM: 2}})
	}
	if len(r.Corrections) > 0 {
		pieces = append(pieces, dailySection("Rettifiche", correctionTable(r), "")...)
	}
	if !r.ClosedAt.IsZero() {
		pieces = append(pieces, closingWords(r)...)
	}
	result, err := writeSheets(w, sheets{
		landscape: true, heading: bodyHeading(r), pieces: pieces, banner: r.Banner, foot: registerTitle(r),
	}, pdfa.Metadata{
		Title: registerTitle(r), Author: r.Body, CreatorTool: "segnatura", CreatedAt: r.MadeAt.In(protocollo.Rome()), DocumentID: registerID("register", r),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write register of emergency: %w", err)
	}
	return result, nil
}

// codeWords explains the codes of the eleven fields (F-1) that stand in the rows; none, where none does.
func codeWords(r stamp.EmergencyRegister) string {
	if r.Form != stamp.EmergencyFormEleven {
		return ""
	}
	used := map[string]bool{}
	for _, row := range r.Rows {
		used["A/P"+row.Direction], used["Tipo doc."+row.DocumentType], used["Tramite"+row.Means] = true, true, true
	}
	var words []string
	for _, c := range []struct{ column, code, means string }{
		{"A/P", "A", "arrivo"}, {"A/P", "P", "partenza"}, {"Tipo doc.", "LG", "lettera"}, {"Tramite", "PT", "posta"},
	} {
		if used[c.column+c.code] {
			words = append(words, c.code+" = "+c.means)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "Codici: " + strings.Join(words, "; ") + "."
}

func registerTitle(r stamp.EmergencyRegister) string {
	title := "Registro di emergenza " + r.Name
	if r.UserCode != "" {
		title += " – codice utente " + r.UserCode
	}
	return title
}

// checkedRegister returns the columns of a register that is whole.
func checkedRegister(r stamp.EmergencyRegister) ([]registerColumn, error) {
	if err := completeRegister(r); err != nil {
		return nil, err
	}
	columns, known := registerColumns[r.Form]
	switch {
	case r.Name == "":
		return nil, &MissingFieldError{"number of the register"}
	case r.OpenedAt.IsZero():
		return nil, &MissingFieldError{"instant of the opening"}
	case !known:
		return nil, fmt.Errorf("write register of emergency: no form %q", r.Form)
	}
	perDay := map[protocollo.Day]int{}
	for i, row := range r.Rows {
		if row.Sequence != i+1 {
			return nil, fmt.Errorf("write register of emergency: row %d has number %d", i+1, row.Sequence)
		}
		if i > 0 && row.At.Before(r.Rows[i-1].At) && !row.Manual {
			return nil, fmt.Errorf("write register of emergency: row %d is earlier than the one before it", i+1)
		}
		perDay[protocollo.DayOf(row.At)]++
	}
	for _, d := range r.Days {
		if perDay[protocollo.Day(d.Day)] != d.Total {
			return nil, fmt.Errorf("write register of emergency: %d rows of %s, and a total of %d", perDay[protocollo.Day(d.Day)], d.Day, d.Total)
		}
		delete(perDay, protocollo.Day(d.Day))
	}
	for d, n := range perDay {
		return nil, fmt.Errorf("write register of emergency: %d rows of %s, which has no total", n, d)
	}
	return columns, nil
}

func openingWords(r stamp.EmergencyRegister) []piece {
	opened := r.OpenedAt.In(protocollo.Rome())
	out := []piece{
		{Paragraph: Paragraph{Text: fmt.Sprintf("Apertura registro di emergenza %s - %s - %s", r.Name, day(opened), hour(opened)), Bold: true, SizePt: 14}},
		say("Causa dell’interruzione: "+r.Cause+". Inizio dell’interruzione: "+day(r.InterruptedAt)+" ore "+hour(r.InterruptedAt)+".", 2),
	}
	if r.Reason != "" {
		out = append(out, say("Motivo dell’apertura: "+r.Reason, 1))
	}
	out = append(out, say("Autorizzazione: "+cmp.Or(r.Authorised, signHere), 1), officerLine(r.Officer, r.RoleTitle, r.Signature))
	for _, e := range r.Extensions {
		out = append(out, say(extensionWords(e), 1))
	}
	return append(out, say("A = Arrivo, P = Partenza, I = Interno", 2))
}

func officerLine(officer, role, signature string) piece {
	who := "Il " + cmp.Or(role, roleTitle)
	if officer != "" {
		who += " " + officer
	}
	return say(who+": "+cmp.Or(signature, signHere), 3)
}

// extensionWords writes an extension with the act's extremes and its cause, as the law asks (DPR 445/2000 art. 63(2); R21.1).
func extensionWords(e stamp.EmergencyExtension) string {
	return fmt.Sprintf("Uso autorizzato dal %s ore %s al %s ore %s, per cause di eccezionale gravità: %s. Estremi del provvedimento di autorizzazione: %s",
		day(e.From), hour(e.From), day(e.Until), hour(e.Until), e.Cause, cmp.Or(e.Act, signHere))
}

func registerTable(r stamp.EmergencyRegister, columns []registerColumn) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 3}
	for _, c := range columns {
		t.columns = append(t.columns, c.column)
	}
	days := r.Days
	total := func(d stamp.EmergencyDay) {
		t.rows = append(t.rows, tableRow{span: fmt.Sprintf("Totale delle registrazioni del %s: %d", protocollo.Day(d.Day).Italian(), d.Total)})
	}
	// Rows stand in their order. A day's total stands under its last row, before those of a later day; rows of a paper sheet that were
	// typed in afterwards are of an earlier day, whose total then waits for them.
	left := map[string]int{}
	for _, d := range days {
		left[d.Day] = d.Total
	}
	for _, row := range r.Rows {
		today := string(protocollo.DayOf(row.At))
		for len(days) > 0 && days[0].Day < today && left[days[0].Day] == 0 {
			total(days[0])
			days = days[1:]
		}
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = c.cell(r, row)
		}
		t.rows = append(t.rows, tableRow{cells: cells})
		left[today]--
	}
	for _, d := range days {
		total(d)
	}
	return t
}

// correctionTable lists the values that were annulled with those in their place: both stay readable (DPR 445/2000 art. 54; LLGG 3.1.5).
func correctionTable(r stamp.EmergencyRegister) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Numero di emergenza", 32}, {"Data e ora", 20}, {"Da", 20}, {"Dato", 25}, {"Valore annullato", 55}, {"Valore nuovo", 55},
		{"Provvedimento e motivo", 60}}}
	for _, x := range r.Corrections {
		why := strings.TrimPrefix(x.Act+". "+x.Reason, ". ")
		t.rows = append(t.rows, tableRow{cells: []string{cmp.Or(x.Number, strconv.Itoa(x.Row)), day(x.At) + " " + hour(x.At), x.By, x.Field, x.Old, x.New, why}})
	}
	return t
}

func closingWords(r stamp.EmergencyRegister) []piece {
	closed := r.ClosedAt.In(protocollo.Rome())
	words := []piece{
		{Paragraph: Paragraph{Text: fmt.Sprintf("Chiusura registro di emergenza %s – %s – %s", r.Name, day(closed), hour(closed)), Bold: true, SizePt: 14, SpaceMM: 6}, keepMM: 50},
		say(fmt.Sprintf("Numero delle registrazioni effettuate: %d.", len(r.Rows)), 2),
	}
	if !r.RestoredAt.IsZero() {
		words = append(words, say("Data e ora di ripristino: "+day(r.RestoredAt)+" ore "+hour(r.RestoredAt)+".", 1))
	}
	if r.Revoked != "" {
		words = append(words, say("Revoca dell’autorizzazione: "+r.Revoked, 1))
	}
	return append(words, officerLine(r.Closer, r.CloserTitle, r.ClosingSignature))
}

// EmergencyBlank writes empty rows of a register with their numbers printed, first to last, for a power cut (R9.6, R9.8): what is
// written there by hand is typed in later as «manuale». Neither opening nor cause need be known yet: there is room to write them.
//
// Errors: of a range that is empty or of more than 2000 rows, of an unknown form, or the writer's.
func EmergencyBlank(w io.Writer, r stamp.EmergencyRegister, first, last int) (pdfa.Result, error) {
	columns, known := registerColumns[r.Form]
	switch {
	case r.Body == "" || r.AOOCode == "":
		return pdfa.Result{}, &MissingFieldError{"body"}
	case !known:
		return pdfa.Result{}, fmt.Errorf("write blank register: no form %q", r.Form)
	case first < 1 || last < first || last-first >= maxBlankRows:
		return pdfa.Result{}, fmt.Errorf("write blank register: rows %d to %d", first, last)
	}
	t := &table{sizePt: registerSizePt, spaceMM: 3}
	at := 0 // of the number's column
	for i, c := range columns {
		t.columns = append(t.columns, c.column)
		if c.title == "Numero protocollo/repertorio temporaneo" {
			at = i
		}
	}
	for n := first; n <= last; n++ {
		cells := make([]string, len(columns))
		cells[at] = strconv.Itoa(n)
		t.rows = append(t.rows, tableRow{cells: cells, minMM: blankRowMM})
	}
	const room = "______________"
	pieces := []piece{
		{Paragraph: Paragraph{Text: "Apertura registro di emergenza " + cmp.Or(r.Name, "____/______") + " - ____/____/________ - ____:____", Bold: true, SizePt: 14}},
		say("Causa dell’interruzione: "+room+room+room+" Inizio dell’interruzione: ____/____/________ ore ____:____", 4),
		say("Estremi del provvedimento di autorizzazione: "+room+room+" Firma: "+signHere, 4),
		say("Si scrive su ogni riga, nell’ordine dei numeri stampati, senza lasciarne vuote. Per ogni giornata si annota il totale delle registrazioni.", 2),
		{table: t},
		{Paragraph: Paragraph{Text: "Totale delle registrazioni del ____/____/________: ______    Totale delle registrazioni del ____/____/________: ______", SpaceMM: 6}, keepMM: 30},
		say("Chiusura registro di emergenza "+cmp.Or(r.Name, "____/______")+" – ____/____/________ – ____:____  Registrazioni: ______  Firma: "+signHere, 5),
	}
	title := "Registro di emergenza in bianco, righe da " + strconv.Itoa(first) + " a " + strconv.Itoa(last)
	result, err := writeSheets(w, sheets{landscape: true, heading: bodyHeading(r), pieces: pieces, banner: r.Banner, foot: "Registro di emergenza in bianco"}, pdfa.Metadata{
		Title: title, Author: r.Body, CreatorTool: "segnatura", CreatedAt: r.MadeAt.In(protocollo.Rome()), DocumentID: registerID("blank "+title, r),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write blank register: %w", err)
	}
	return result, nil
}

// EmergencyNumbers writes, for each office, which ordinary number each emergency number came to: for originals that have left, where no
// second label is stuck on (R21.3). Rows that have no ordinary number yet are left out and counted.
//
// Errors: of a register of which no row has an ordinary number, [*MissingFieldError], or the writer's.
func EmergencyNumbers(w io.Writer, r stamp.EmergencyRegister) (pdfa.Result, error) {
	if err := completeRegister(r); err != nil {
		return pdfa.Result{}, err
	}
	offices := map[string][]stamp.EmergencyRow{}
	names := map[string]string{}
	var codes []string
	waiting := 0
	for _, row := range r.Rows {
		if row.OrdinaryNumber == "" {
			waiting++
			continue
		}
		if _, seen := offices[row.UOR]; !seen {
			codes = append(codes, row.UOR)
		}
		offices[row.UOR], names[row.UOR] = append(offices[row.UOR], row), row.UORName
	}
	if len(codes) == 0 {
		return pdfa.Result{}, fmt.Errorf("write list of numbers: no row has an ordinary number")
	}
	slices.Sort(codes)
	pieces := []piece{{Paragraph: Paragraph{Text: "Numeri di emergenza e numeri di protocollo – registro di emergenza " + r.Name, Bold: true, SizePt: 14}}}
	if waiting > 0 {
		pieces = append(pieces, say(fmt.Sprintf("Registrazioni ancora senza numero di protocollo: %d", waiting), 2))
	}
	for _, code := range codes {
		pieces = append(pieces,
			piece{Paragraph: Paragraph{Text: officeWords(code, names[code]), Bold: true, SizePt: 12, SpaceMM: 6}, keepMM: 30},
			piece{table: numbersTable(offices[code])})
	}
	result, err := writeSheets(w, sheets{heading: bodyHeading(r), pieces: pieces, banner: r.Banner, foot: registerTitle(r)}, pdfa.Metadata{
		Title: "n. R.E. – n. prot., registro di emergenza " + r.Name, Author: r.Body, CreatorTool: "segnatura", CreatedAt: r.MadeAt.In(protocollo.Rome()),
		DocumentID: registerID("numbers", r),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write list of numbers: %w", err)
	}
	return result, nil
}

func officeWords(code, name string) string {
	switch {
	case code == "":
		return "Ufficio non indicato"
	case name == "":
		return "Ufficio " + code
	}
	return "Ufficio " + code + " – " + name
}

func numbersTable(rows []stamp.EmergencyRow) *table {
	t := &table{columns: []column{{"n. R.E.", 40}, {"Data di emergenza", 22}, {"n. prot.", 24}, {"Data di protocollo", 22}, {"Oggetto", 70}}, sizePt: 9, spaceMM: 2}
	for _, r := range rows {
		t.rows = append(t.rows, tableRow{cells: []string{number(r), day(r.At), r.OrdinaryNumber, protocollo.Day(r.OrdinaryDay).Italian(), r.Subject}})
	}
	return t
}
