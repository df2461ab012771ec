package pdf

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// TenderRecord writes what a gara's verbale needs of the register (R5.6): its terms, each plico in the order of reception with the instant to the
// second, the proof of the clock, its number, whose hands it went through and what befell it, the totals, and the journal's entry that
// all of it stands on. How a reception stands to the deadline is said and not judged. Equal records give equal files.
//
// Errors: [*MissingFieldError]; an error for totals that are not those of its plichi, or for digests that are none; or the writer's.
func TenderRecord(w io.Writer, r stamp.TenderRecord) (pdfa.Result, error) {
	if err := completeTender(r); err != nil {
		return pdfa.Result{}, err
	}
	title := "Dati per il verbale – gara n. " + r.Name
	pieces := tenderWords(r, title)
	pieces = append(pieces, tenderSection("Riepilogo", totalsTable(r.Totals), "")...)
	pieces = append(pieces, tenderSection("Plichi, nell’ordine di ricezione", plichiTable(r), "Nessun plico.")...)
	pieces = append(pieces, tenderSection("Consegne alla postazione e prova dell’ora", handoverTable(r), "Nessuna.")...)
	pieces = append(pieces, tenderSection("Custodia: distinte di consegna", custodyTable(r), "Nessuna distinta.")...)
	if len(r.Changes) > 0 {
		pieces = append(pieces, tenderSection("Variazioni dei dati della gara", changeTable(r), "")...)
	}
	pieces = append(pieces, tenderProof(r)...)
	result, err := writeSheets(w, sheets{landscape: true, banner: r.Banner, foot: fmt.Sprintf("%s – versione %d", title, r.Version), heading: officeHeading(r.Body, r.AOOCode, r.AOOName), pieces: pieces}, pdfa.Metadata{
		Title: title, Author: r.Body, CreatorTool: "segnatura", CreatedAt: r.MadeAt.In(protocollo.Rome()),
		DocumentID: fmt.Sprintf("tender record %s %s %d %s", r.AOOCode, r.Name, r.Version, r.TableSHA256),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write a gara's record: %w", err)
	}
	return result, nil
}

func completeTender(r stamp.TenderRecord) error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", r.Body == ""}, {"AOO code", r.AOOCode == ""}, {"gara", r.Name == "" || r.Subject == ""}, {"deadline", r.Deadline.IsZero()}, {"version", r.Version < 1},
		{"instant of making", r.MadeAt.IsZero()}, {"who made it", r.MadeBy == ""}, {"journal's last entry", r.JournalSeq == 0 || r.JournalHash == ""}, {"digest of the table", r.TableSHA256 == ""},
	} {
		if field.missing {
			return &MissingFieldError{field.name}
		}
	}
	for _, digest := range []string{r.TableSHA256, r.JournalHash} {
		if raw, err := hex.DecodeString(digest); err != nil || len(raw) != 32 {
			return fmt.Errorf("write a gara's record: %q is no digest", digest)
		}
	}
	t, n := r.Totals, len(r.Bids)
	if t.All != n || t.Within+t.InMinute+t.Beyond != n || t.Here+t.Withdrawn+t.Replaced+t.Returned != n {
		return fmt.Errorf("write a gara's record: %d plichi, and totals %+v", n, t)
	}
	return nil
}

func officeHeading(body, code, name string) []Paragraph {
	return []Paragraph{{Text: body, Bold: true, SizePt: 13}, {Text: strings.TrimSuffix("AOO "+code+" – "+name, " – "), SizePt: 10}}
}

// second shows an instant in Rome to the second, with its offset: the hour that comes twice in October is told apart.
func second(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(protocollo.Rome()).Format("02/01/2006 15:04:05 -07:00")
}

func tenderWords(r stamp.TenderRecord, title string) []piece {
	out := []piece{{Paragraph: Paragraph{Text: title, Bold: true, SizePt: 15}},
		say(fmt.Sprintf("Versione %d, prodotta il %s da %s", r.Version, second(r.MadeAt), r.MadeBy), 1),
		{Paragraph: Paragraph{Text: r.Subject, Bold: true, SizePt: 12, SpaceMM: 4}}}
	if r.CIG != "" {
		out = append(out, say("CIG "+r.CIG, 1))
	}
	basis := strings.TrimSuffix(r.Basis+" – "+r.Norm, " – ")
	out = append(out, say("Termine per la ricezione: "+second(r.Deadline)+". Seduta: "+cmp.Or(second(r.SessionAt), "da fissare")+", "+r.Place+".", 1), say("Base giuridica della gara con plichi su carta: "+basis, 1))
	if r.Office != "" {
		out = append(out, say("Ufficio: "+r.Office, 1))
	}
	end := "Gara aperta: altri plichi possono ancora essere ricevuti e sono sempre accettati."
	if !r.ClosedAt.IsZero() {
		end = strings.TrimSuffix(fmt.Sprintf("Gara chiusa alla postazione il %s da %s. %s", second(r.ClosedAt), r.ClosedBy, r.ClosingNote), " ")
	}
	out = append(out, say(end, 1))
	if len(r.Waiting) == 0 {
		return append(out, say("Presenti in attesa alle ore del termine: non rilevati.", 1))
	}
	for _, x := range r.Waiting {
		text := fmt.Sprintf("Presenti in attesa alle ore del termine: %d, annotato il %s da %s", x.Count, second(x.At), x.By)
		if x.Note != "" {
			text += " – " + x.Note
		}
		out = append(out, say(text, 1))
	}
	return out
}

// tenderSection is a titled table; none stands for one without rows.
func tenderSection(title string, t *table, none string) []piece { return dailySection(title, t, none) }

func totalsTable(t stamp.TenderTotals) *table {
	out := &table{sizePt: 9, spaceMM: 2, columns: []column{{"Plichi ricevuti", 1}, {"Entro il termine", 1}, {"Nel minuto del termine", 1}, {"Oltre il termine", 1}, {"Ritirati", 1}, {"Sostituiti", 1},
		{"Restituiti", 1}, {"Presenti o in custodia", 1}, {"Aperti per errore e risigillati", 1}, {"Da foglio (manuale)", 1}, {"Ora contestata", 1}, {"Senza numero di protocollo", 1}}}
	row := tableRow{}
	for _, n := range []int{t.All, t.Within, t.InMinute, t.Beyond, t.Withdrawn, t.Replaced, t.Returned, t.Here, t.OpenedByMistake, t.Manual, t.Contested, t.Unnumbered} {
		row.cells = append(row.cells, fmt.Sprint(n))
	}
	out.rows = append(out.rows, row)
	return out
}

func plichiTable(r stamp.TenderRecord) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Plico n.", 15}, {"Ricevuto", 25}, {"Rispetto al termine", 19}, {"Mittente e mezzo", 40}, {"Protocollo", 30},
		{"Sigilli e segni", 32}, {"Custodia", 52}, {"Ritiri, sostituzioni, annotazioni; marca temporale", 54}}}
	for _, b := range r.Bids {
		received := second(b.At)
		for _, x := range []struct {
			on    bool
			words string
		}{{b.Of > 1, fmt.Sprintf("consegna %s, %d di %d", b.Handover, b.Ordinal, b.Of)}, {b.Of <= 1, "consegna " + b.Handover}, {b.Contested, "ora contestata"}, {b.Manual, "manuale"}} {
			if x.on {
				received += "; " + x.words
			}
		}
		number := "non ancora attribuito"
		if b.Number != "" {
			number = fmt.Sprintf("%s del %s, registrato %s", b.Number, b.Day, second(b.RegisteredAt))
		}
		if b.Annulled {
			number += " – annullato"
		}
		custody := append([]string{}, b.Custody...)
		switch {
		case b.Gone != "":
			custody = append(custody, b.Gone)
		case b.Holder != "":
			custody = append(custody, "ora: "+b.Holder)
		}
		if b.Gap != "" {
			custody = append(custody, "manca: "+b.Gap)
		}
		notes := append([]string{}, b.Events...)
		if b.Token != "" {
			notes = append(notes, "marca temporale: "+b.Token)
		}
		t.rows = append(t.rows, tableRow{cells: []string{b.Code, received, string(b.Lateness), strings.Join(filled(b.Sender, b.Address, b.Means), "; "), number, strings.Join(filled(b.Seal, b.Marks), "; "),
			strings.Join(custody, "; "), strings.Join(notes, "; ")}})
	}
	return t
}

func filled(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

func handoverTable(r stamp.TenderRecord) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Consegna n.", 20}, {"Istante", 36}, {"Plichi", 13}, {"Postazione e ricevente", 42}, {"Orologio della stazione", 83}, {"Annotazioni", 73}}}
	for _, h := range r.Handovers {
		at, notes := second(h.At), append([]string{}, h.Annotations...)
		if h.Contested {
			at += "; ora contestata, l’orologio segnava " + second(h.ClockAt)
		}
		if h.Manual != "" {
			at += "; manuale, " + h.Manual
		}
		if h.Undetermined {
			notes = append(notes, "manca l’annotazione a mano")
		}
		t.rows = append(t.rows, tableRow{cells: []string{h.Code, at, fmt.Sprint(h.Bids), strings.Join(filled(h.Desk, h.Receiver), "; "), h.Clock, strings.Join(notes, "; ")}})
	}
	return t
}

func custodyTable(r stamp.TenderRecord) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Distinta n.", 16}, {"Quando", 34}, {"Da", 36}, {"A", 36}, {"Luogo", 34}, {"Plichi e sigilli", 60}, {"Conferme", 51}}}
	for _, x := range r.Transfers {
		var items []string
		for _, i := range x.Plichi {
			items = append(items, i.Code+" "+i.Seal)
		}
		t.rows = append(t.rows, tableRow{cells: []string{x.Code, second(x.At), x.From, x.To, x.Place, strings.Join(items, ", "),
			"chi consegna: " + cmp.Or(x.Given, "manca") + "; chi riceve: " + cmp.Or(x.Taken, "manca")}})
	}
	return t
}

func changeTable(r stamp.TenderRecord) *table {
	t := &table{sizePt: registerSizePt, spaceMM: 2, columns: []column{{"Quando", 40}, {"Da", 40}, {"Termine precedente", 45}, {"Termine", 45}, {"Motivo", 97}}}
	for _, x := range r.Changes {
		t.rows = append(t.rows, tableRow{cells: []string{second(x.At), x.By, second(x.Was), second(x.Deadline), x.Reason}})
	}
	return t
}

func tenderProof(r stamp.TenderRecord) []piece {
	small := func(text string) piece { return piece{Paragraph: Paragraph{Text: text, SizePt: 9, SpaceMM: 1}} }
	return []piece{
		{Paragraph: Paragraph{Text: fmt.Sprintf("Dati tratti dal registro della stazione fino alla scrittura n. %d del giornale", r.JournalSeq), Bold: true, SpaceMM: 8}, keepMM: 50},
		small("SHA-256 della scrittura: " + r.JournalHash),
		small("Impronta SHA-256 degli stessi dati in forma di tabella (CSV): " + r.TableSHA256),
		small("«Entro», «nel minuto» e «oltre» confrontano i secondi interi dell’istante di ricezione con il termine in vigore; l’ammissione non è giudicata. I plichi non sono stati aperti."),
	}
}
