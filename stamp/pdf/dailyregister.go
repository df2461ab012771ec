package pdf

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// DailyRegister writes a day's register (R12.1): the registrations, what was annulled or corrected, the totals of emergency registers, what had come in
// and had no number, how much was left out by which entry of the list, the journal's last entry with the digests that tie it to the day before, and room for the Responsabile d'Area to
// sign for each office (R12.3). Equal days give equal files.
//
// Errors: [*MissingFieldError], of digests that are none, or the writer's.
func DailyRegister(w io.Writer, r stamp.DailyRegister) (pdfa.Result, error) {
	if err := completeDay(r); err != nil {
		return pdfa.Result{}, err
	}
	title := "Registro giornaliero di protocollo del " + italian(r.Day)
	pieces := []piece{{Paragraph: Paragraph{Text: title, Bold: true, SizePt: 14}},
		say(fmt.Sprintf("Registrazioni: %d. Annullamenti: %d. Dati rettificati: %d. Ricezioni senza numero a fine giornata: %d. Non soggette a registrazione: %d.",
			len(r.Registrations), len(r.Annulments), len(r.Corrections), len(r.Late), leftOut(r)), 2)}
	pieces = append(pieces, dailySection("Registrazioni", dailyRegistrations(r), "Nessuna registrazione.")...)
	pieces = append(pieces, dailySection("Annullamenti", dailyAnnulments(r), "Nessun annullamento.")...)
	pieces = append(pieces, dailySection("Rettifiche", dailyCorrections(r), "Nessuna rettifica.")...)
	pieces = append(pieces, dailySection("Registri di emergenza: totali della giornata", dailyEmergency(r), "Nessuna registrazione di emergenza.")...)
	pieces = append(pieces, dailySection("Ricezioni senza numero a fine giornata", dailyLate(r), "Nessuna.")...)
	pieces = append(pieces, dailySection("Ricezioni non soggette a registrazione: totali per voce dell’elenco", dailyUnregistered(r), "Nessuna.")...)
	pieces = append(pieces, dailyProof(r)...)
	pieces = append(pieces, dailySigning(r)...)
	result, err := writeSheets(w, sheets{
		landscape: true, banner: r.Banner, foot: title, pieces: pieces,
		heading: []Paragraph{{Text: r.Body, Bold: true, SizePt: 13}, {Text: fmt.Sprintf("AOO %s – %s – Registro %s", r.AOOCode, r.AOOName, r.RegisterCode), SizePt: 10}},
	}, pdfa.Metadata{
		Title: title, Author: r.Body, CreatorTool: "segnatura", CreatedAt: r.EndedAt.In(protocollo.Rome()),
		DocumentID: fmt.Sprintf("daily register %s %s %d %s", r.AOOCode, r.Day, r.JournalSeq, r.JournalHash),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write daily register: %w", err)
	}
	return result, nil
}

func completeDay(r stamp.DailyRegister) error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", r.Body == ""}, {"AOO code", r.AOOCode == ""}, {"day", r.Day == ""}, {"end of the day", r.EndedAt.IsZero()},
		{"journal's last entry", r.JournalSeq == 0 || r.JournalHash == ""}, {"digest of the table", r.TableSHA256 == ""},
	} {
		if field.missing {
			return &MissingFieldError{field.name}
		}
	}
	for _, digest := range []string{r.TableSHA256, r.JournalHash, r.PreviousSHA256} {
		if raw, err := hex.DecodeString(digest); err != nil || len(raw) != 32 && digest != "" {
			return fmt.Errorf("write daily register: %q is no digest", digest)
		}
	}
	return nil
}

func italian(day string) string { return protocollo.Day(day).Italian() }

func dailySection(title string, t *table, none string) []piece {
	head := piece{Paragraph: Paragraph{Text: title, Bold: true, SizePt: 12, SpaceMM: 6}, keepMM: 30}
	if len(t.rows) == 0 {
		return []piece{head, say(none, 1)}
	}
	return []piece{head, {table: t}}
}

func dailyRegistrations(r stamp.DailyRegister) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Prot. n.", 17}, {"Data e ora", 19}, {"A/P/I", 10}, {"Mittente", 38}, {"Destinatario/i", 38},
		{"Oggetto", 62}, {"Classifica", 18}, {"Ufficio", 15}, {"All.", 9}, {"Prot. e data del mittente, impronta, note", 41}}}
	for _, x := range r.Registrations {
		t.rows = append(t.rows, tableRow{cells: []string{
			x.Number, italian(x.Day) + " " + x.Time, x.Direction, x.From, x.To, x.Subject, x.Classifica, x.UOR, fmt.Sprint(x.Attachments), dailyNotes(r, x)}})
	}
	return t
}

// dailyNotes are what a registration has beside the rest, where it has it.
func dailyNotes(r stamp.DailyRegister, x stamp.DailyRegistration) string {
	var notes []string
	if x.SenderProtocol != "" || x.SenderDay != "" {
		notes = append(notes, strings.TrimSpace("mittente "+x.SenderProtocol+" "+italian(x.SenderDay)))
	}
	if x.FileDigest != "" {
		notes = append(notes, "SHA-256 "+x.FileDigest)
	}
	if x.ArrivalDay != "" {
		notes = append(notes, "pervenuto il "+italian(x.ArrivalDay))
	}
	if x.Emergency != "" {
		notes = append(notes, "da "+x.Emergency)
	}
	if x.Day != r.Day {
		notes = append(notes, "numerato il "+italian(x.Day)+", confermato alla stazione in questa giornata")
	}
	return strings.Join(notes, "; ")
}

func dailyAnnulments(r stamp.DailyRegister) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Prot. n.", 20}, {"Data", 20}, {"Ora dell’annullamento", 22}, {"Da", 25}, {"Provvedimento", 50}, {"Motivo", 130}}}
	for _, x := range r.Annulments {
		t.rows = append(t.rows, tableRow{cells: []string{x.Number, italian(x.Day), x.At, x.By, strings.TrimSpace(x.Act + " del " + italian(x.ActDay)), x.Reason}})
	}
	return t
}

// dailyCorrections shows the annulled value beside the new one (LLGG 3.1.5).
func dailyCorrections(r stamp.DailyRegister) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Prot. n.", 20}, {"Data", 20}, {"Ora", 12}, {"Da", 20}, {"Dato", 25}, {"Valore annullato", 55}, {"Valore nuovo", 55},
		{"Provvedimento e motivo", 60}}}
	for _, x := range r.Corrections {
		why := x.Reason
		if x.Act != "" {
			why = strings.TrimSpace(fmt.Sprintf("%s del %s. %s", x.Act, italian(x.ActDay), why))
		}
		t.rows = append(t.rows, tableRow{cells: []string{x.Number, italian(x.Day), x.At, x.By, x.Field, x.Old, x.New, why}})
	}
	return t
}

func dailyEmergency(r stamp.DailyRegister) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Registro di emergenza", 60}, {"Registrazioni", 40}, {"di cui trascritte da carta", 50}, {"Recuperate nel protocollo ordinario", 60}}}
	for _, x := range r.Emergency {
		t.rows = append(t.rows, tableRow{cells: []string{x.Name, fmt.Sprint(x.Recorded), fmt.Sprint(x.ByHand), fmt.Sprint(x.Recovered)}})
	}
	return t
}

func dailyLate(r stamp.DailyRegister) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Ricezione n.", 25}, {"Pervenuta il", 30}, {"Mittente", 70}, {"Oggetto", 140}}}
	for _, x := range r.Late {
		t.rows = append(t.rows, tableRow{cells: []string{x.IntakeCode, italian(x.ArrivalDay) + " " + x.Time, x.From, x.Subject}})
	}
	return t
}

// dailyUnregistered cites each entry and counts: what is not registered has no number and no line of its own.
func dailyUnregistered(r stamp.DailyRegister) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Voce dell’elenco", 105}, {"Articolo o atto", 75}, {"Elenco", 65}, {"Totale", 20}}}
	for _, x := range r.Unregistered {
		t.rows = append(t.rows, tableRow{cells: []string{x.Words, x.Source, x.Manual, fmt.Sprint(x.Count)}})
	}
	return t
}

func leftOut(r stamp.DailyRegister) int {
	n := 0
	for _, x := range r.Unregistered {
		n += x.Count
	}
	return n
}

func dailyProof(r stamp.DailyRegister) []piece {
	out := []piece{
		{Paragraph: Paragraph{Text: fmt.Sprintf("Testa del giornale a fine giornata: scrittura n. %d", r.JournalSeq), Bold: true, SpaceMM: 8}, keepMM: 45},
		{Paragraph: Paragraph{Text: "SHA-256 " + r.JournalHash, SizePt: 9}},
		{Paragraph: Paragraph{Text: "Impronta SHA-256 dello stesso registro in forma di tabella (CSV): " + r.TableSHA256, SizePt: 9, SpaceMM: 2}},
	}
	previous := "Registro precedente: nessuno."
	if r.PreviousDay != "" {
		previous = fmt.Sprintf("Registro precedente, del %s: SHA-256 %s", italian(r.PreviousDay), r.PreviousSHA256)
	}
	return append(out, piece{Paragraph: Paragraph{Text: previous, SizePt: 9, SpaceMM: 1}})
}
