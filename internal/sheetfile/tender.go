package sheetfile

import (
	"io"
	"strconv"
	"strings"
	"time"

	"segnatura/stamp"
)

// tenderColumns are the columns of a gara's record: one table for all of it, in which the first says what a line is.
func tenderColumns() []Column {
	return []Column{
		{Field: "tipo", Title: "Tipo", Kind: Text}, {Field: "dato", Title: "Dato", Kind: Text}, {Field: "valore", Title: "Valore", Kind: Text}, {Field: "totale", Title: "Totale", Kind: Integer},
		{Field: "plico", Title: "Plico n.", Kind: Text}, {Field: "consegna", Title: "Consegna n.", Kind: Text}, {Field: "ordine", Title: "Ordine nella consegna", Kind: Integer},
		{Field: "istante", Title: "Istante", Kind: Instant}, {Field: "stato", Title: "Rispetto al termine", Kind: Text}, {Field: "contestata", Title: "Ora contestata", Kind: Flag},
		{Field: "manuale", Title: "Manuale", Kind: Flag}, {Field: "mittente", Title: "Mittente", Kind: Text}, {Field: "indirizzo", Title: "Indirizzo", Kind: Text}, {Field: "mezzo", Title: "Mezzo", Kind: Text},
		{Field: "sigilli", Title: "Sigilli", Kind: Text}, {Field: "segni", Title: "Scritte e segni", Kind: Text}, {Field: "protocollo", Title: "Protocollo n.", Kind: Text},
		{Field: "data-protocollo", Title: "Data protocollo", Kind: Text}, {Field: "registrato", Title: "Registrato", Kind: Instant}, {Field: "annullato", Title: "Registrazione annullata", Kind: Flag},
		{Field: "uscita", Title: "Uscita", Kind: Text}, {Field: "custode", Title: "In custodia a", Kind: Text}, {Field: "lacuna", Title: "Custodia: che cosa manca", Kind: Text},
		{Field: "distinta", Title: "Distinta n.", Kind: Text}, {Field: "da", Title: "Da", Kind: Text}, {Field: "a", Title: "A", Kind: Text}, {Field: "luogo", Title: "Luogo", Kind: Text},
		{Field: "conferma-da", Title: "Conferma di chi consegna", Kind: Text}, {Field: "conferma-a", Title: "Conferma di chi riceve", Kind: Text},
		{Field: "orologio", Title: "Prova dell’ora", Kind: Text}, {Field: "testo", Title: "Annotazioni", Kind: Text}, {Field: "marca", Title: "Marca temporale", Kind: Text},
	}
}

// TenderRecord writes a gara's record as CSV (R5.6). Equal records give equal files.
func TenderRecord(w io.Writer, r stamp.TenderRecord) error {
	t := &tenderTable{Table: Table{Columns: tenderColumns()}, at: map[string]int{}}
	for i, c := range t.Columns {
		t.at[c.Field] = i
	}
	t.terms(r)
	t.totals(r.Totals)
	for _, x := range r.Waiting {
		t.add("presenti in attesa", map[string]string{"totale": strconv.Itoa(x.Count), "istante": whole(x.At), "da": line(x.By), "testo": line(x.Note)})
	}
	for _, h := range r.Handovers {
		texts := append([]string{}, h.Annotations...)
		if h.Manual != "" {
			texts = append([]string{h.Manual}, texts...)
		}
		if h.Contested {
			texts = append(texts, "l’orologio segnava "+whole(h.ClockAt))
		}
		t.add("consegna", map[string]string{"consegna": h.Code, "istante": whole(h.At), "totale": strconv.Itoa(h.Bids), "luogo": line(h.Desk), "a": line(h.Receiver), "contestata": flagCell(h.Contested),
			"manuale": flagCell(h.Manual != ""), "orologio": h.Clock, "testo": line(strings.Join(texts, "; "))})
	}
	for _, b := range r.Bids {
		t.plico(b)
	}
	for _, x := range r.Transfers {
		for _, i := range x.Plichi {
			t.add("custodia", map[string]string{"distinta": x.Code, "istante": whole(x.At), "da": line(x.From), "a": line(x.To), "luogo": line(x.Place), "conferma-da": line(x.Given), "conferma-a": line(x.Taken),
				"plico": i.Code, "sigilli": i.Seal})
		}
	}
	for _, x := range r.Changes {
		t.add("variazione", map[string]string{"istante": whole(x.At), "da": line(x.By), "dato": "termine", "valore": whole(x.Deadline), "testo": line("prima " + whole(x.Was) + ": " + x.Reason)})
	}
	t.add("giornale", map[string]string{"totale": strconv.FormatInt(r.JournalSeq, 10), "valore": r.JournalHash})
	return WriteCSV(w, t.Table)
}

// tenderTable is the table under way.
type tenderTable struct {
	Table
	at map[string]int
}

func (t *tenderTable) add(kind string, cells map[string]string) {
	row := make([]string, len(t.Columns))
	row[t.at["tipo"]] = kind
	for field, cell := range cells {
		row[t.at[field]] = cell
	}
	t.Rows = append(t.Rows, row)
}

func (t *tenderTable) terms(r stamp.TenderRecord) {
	for _, x := range [][2]string{{"ente", r.Body}, {"AOO", r.AOOCode}, {"gara n.", r.Name}, {"oggetto", r.Subject}, {"CIG", r.CIG}, {"termine", whole(r.Deadline)}, {"seduta", whole(r.SessionAt)}, {"sede", r.Place},
		{"ufficio", r.Office}, {"base giuridica", r.Basis}, {"atto o norma", r.Norm}, {"chiusa", whole(r.ClosedAt)}, {"chiusa da", r.ClosedBy}, {"nota di chiusura", r.ClosingNote},
		{"versione", strconv.Itoa(r.Version)}, {"prodotto il", whole(r.MadeAt)}, {"prodotto da", r.MadeBy}, {"avvertenza", r.Banner}} {
		if x[1] != "" {
			t.add("gara", map[string]string{"dato": x[0], "valore": line(x[1])})
		}
	}
}

func (t *tenderTable) totals(n stamp.TenderTotals) {
	for _, x := range []struct {
		name  string
		count int
	}{{"plichi ricevuti", n.All}, {string(stamp.LateWithin), n.Within}, {string(stamp.LateInMinute), n.InMinute}, {string(stamp.LateBeyond), n.Beyond}, {"ritirati", n.Withdrawn}, {"sostituiti", n.Replaced},
		{"restituiti", n.Returned}, {"presenti o in custodia", n.Here}, {"aperti per errore", n.OpenedByMistake}, {"da foglio (manuale)", n.Manual}, {"ora contestata", n.Contested}, {"senza numero", n.Unnumbered}} {
		t.add("totale", map[string]string{"dato": x.name, "totale": strconv.Itoa(x.count)})
	}
}

func (t *tenderTable) plico(b stamp.TenderBid) {
	t.add("plico", map[string]string{"plico": b.Code, "consegna": b.Handover, "ordine": strconv.Itoa(b.Ordinal), "istante": whole(b.At), "stato": string(b.Lateness), "contestata": flagCell(b.Contested),
		"manuale": flagCell(b.Manual), "mittente": line(b.Sender), "indirizzo": line(b.Address), "mezzo": b.Means, "sigilli": b.Seal, "segni": line(b.Marks), "protocollo": b.Number, "data-protocollo": b.Day,
		"registrato": whole(b.RegisteredAt), "annullato": flagCell(b.Annulled), "uscita": b.Gone, "custode": line(b.Holder), "lacuna": b.Gap, "testo": line(strings.Join(b.Events, "; ")), "marca": b.Token})
}

func whole(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return canonicalInstant(at)
}
