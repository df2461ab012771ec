package sheetfile

import (
	"io"
	"strconv"

	"segnatura/stamp"
)

// The kinds of lines of a daily register.
const (
	dailyRegistration = "registrazione"
	dailyAnnulment    = "annullamento"
	dailyCorrection   = "rettifica"
	dailyEmergency    = "emergenza"
	dailyLate         = "senza numero"
	dailyUnregistered = "non soggetta a registrazione"
	dailyJournal      = "giornale"
	dailyPrevious     = "registro precedente"
)

// dailyColumns are the columns of a daily register: one table for all of it, in which the first says what a line is.
func dailyColumns() []Column {
	return []Column{
		{Field: "tipo", Title: "Tipo", Kind: Text}, {Field: "numero", Title: "Numero", Kind: Text}, {Field: "data", Title: "Data", Kind: Day}, {Field: "ora", Title: "Ora", Kind: Text},
		{Field: "verso", Title: "A/P/I", Kind: Text}, {Field: "mittente", Title: "Mittente", Kind: Text}, {Field: "destinatari", Title: "Destinatario/i", Kind: Text},
		{Field: "oggetto", Title: "Oggetto", Kind: Text}, {Field: "classifica", Title: "Classifica", Kind: Text}, {Field: "ufficio", Title: "Ufficio", Kind: Text},
		{Field: "allegati", Title: "Allegati", Kind: Integer}, {Field: "protocollo-mittente", Title: "Protocollo mittente", Kind: Text},
		{Field: "data-mittente", Title: "Data mittente", Kind: Day}, {Field: "impronta", Title: "Impronta SHA-256", Kind: Text}, {Field: "pervenuto", Title: "Pervenuto il", Kind: Day},
		{Field: "emergenza", Title: "Numero di emergenza", Kind: Text}, {Field: "ricezione", Title: "Ricezione n.", Kind: Text}, {Field: "da", Title: "Annullato o rettificato da", Kind: Text},
		{Field: "provvedimento", Title: "Provvedimento", Kind: Text}, {Field: "data-provvedimento", Title: "Data provvedimento", Kind: Day}, {Field: "motivo", Title: "Motivo", Kind: Text},
		{Field: "totale", Title: "Totale", Kind: Integer}, {Field: "trascritte", Title: "Di cui trascritte da carta", Kind: Integer}, {Field: "recuperate", Title: "Recuperate", Kind: Integer},
		{Field: "dato", Title: "Dato rettificato", Kind: Text}, {Field: "valore-annullato", Title: "Valore annullato", Kind: Text}, {Field: "valore-nuovo", Title: "Valore nuovo", Kind: Text},
	}
}

// DailyRegister writes a day's register as CSV (R12.1). Equal days give equal files.
func DailyRegister(w io.Writer, r stamp.DailyRegister) error {
	t := Table{Columns: dailyColumns()}
	at := map[string]int{}
	for i, c := range t.Columns {
		at[c.Field] = i
	}
	add := func(kind string, cells map[string]string) {
		row := make([]string, len(t.Columns))
		row[at["tipo"]] = kind
		for field, cell := range cells {
			row[at[field]] = cell
		}
		t.Rows = append(t.Rows, row)
	}
	for _, x := range r.Registrations {
		add(dailyRegistration, map[string]string{"numero": x.Number, "data": x.Day, "ora": x.Time, "verso": x.Direction, "mittente": line(x.From), "destinatari": line(x.To),
			"oggetto": line(x.Subject), "classifica": line(x.Classifica), "ufficio": x.UOR, "allegati": strconv.Itoa(x.Attachments), "protocollo-mittente": line(x.SenderProtocol),
			"data-mittente": x.SenderDay, "impronta": x.FileDigest, "pervenuto": x.ArrivalDay, "emergenza": x.Emergency, "ricezione": x.IntakeCode})
	}
	for _, x := range r.Annulments {
		add(dailyAnnulment, map[string]string{"numero": x.Number, "data": x.Day, "ora": x.At, "da": x.By, "provvedimento": line(x.Act), "data-provvedimento": x.ActDay, "motivo": line(x.Reason)})
	}
	for _, x := range r.Corrections {
		add(dailyCorrection, map[string]string{"numero": x.Number, "data": x.Day, "ora": x.At, "da": x.By, "provvedimento": line(x.Act), "data-provvedimento": x.ActDay, "motivo": line(x.Reason),
			"dato": x.Field, "valore-annullato": line(x.Old), "valore-nuovo": line(x.New)})
	}
	for _, x := range r.Emergency {
		add(dailyEmergency, map[string]string{"numero": x.Name, "totale": strconv.Itoa(x.Recorded), "trascritte": strconv.Itoa(x.ByHand), "recuperate": strconv.Itoa(x.Recovered)})
	}
	for _, x := range r.Late {
		add(dailyLate, map[string]string{"ricezione": x.IntakeCode, "pervenuto": x.ArrivalDay, "ora": x.Time, "mittente": line(x.From), "oggetto": line(x.Subject)})
	}
	for _, x := range r.Unregistered {
		add(dailyUnregistered, map[string]string{"oggetto": line(x.Words), "provvedimento": line(x.Source), "motivo": line(x.Manual), "totale": strconv.Itoa(x.Count)})
	}
	add(dailyJournal, map[string]string{"numero": strconv.FormatInt(r.JournalSeq, 10), "data": r.Day, "impronta": r.JournalHash})
	if r.PreviousDay != "" {
		add(dailyPrevious, map[string]string{"data": r.PreviousDay, "impronta": r.PreviousSHA256})
	}
	return WriteCSV(w, t)
}
