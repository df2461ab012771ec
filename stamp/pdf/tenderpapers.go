package pdf

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// signMM is the height of a field that somebody signs in.
const signMM = 20.0

// TransferList writes a «Distinta di consegna» twice over, sheet for sheet the same: one copy for each side (R20.4). A list of plichi that go back
// «a gara ultimata» has a field to sign for each of them instead.
//
// Errors: of a list without plichi, [*MissingFieldError], or the writer's.
func TransferList(w io.Writer, l stamp.TransferList) (pdfa.Result, error) {
	back := !l.ClosedAt.IsZero()
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", l.Body == ""}, {"AOO code", l.AOOCode == ""}, {"gara", l.Tender == ""}, {"plichi", len(l.Items) == 0}, {"instant of making", l.MadeAt.IsZero()},
		{"both sides", !back && (l.From == "" || l.To == "")}, {"place", !back && l.Place == ""}, {"code", !back && l.Code == ""},
	} {
		if field.missing {
			return pdfa.Result{}, &MissingFieldError{field.name}
		}
	}
	heading, title, made := "DISTINTA DI CONSEGNA n. "+l.Code, "Distinta di consegna n. "+l.Code, l.At
	pieces := transferPieces(l)
	if back {
		heading, title, made = "RESTITUZIONE DEI PLICHI A GARA ULTIMATA", "Restituzione dei plichi a gara ultimata", l.MadeAt
		pieces = returnPieces(l)
	}
	head := []piece{{Paragraph: Paragraph{Text: heading, Bold: true, SizePt: 15}}, say("Redatta in duplice copia.", 1), {Paragraph: Paragraph{Text: "Gara n. " + l.Tender + " – " + l.Subject, Bold: true, SpaceMM: 3}}}
	if l.CIG != "" {
		head = append(head, say("CIG "+l.CIG, 1))
	}
	head = append(head, say("Termine per la ricezione: "+second(l.Deadline), 1))
	result, err := writeSheets(w, sheets{copies: 2, banner: l.Banner, foot: title + " – gara n. " + l.Tender, heading: officeHeading(l.Body, l.AOOCode, l.AOOName), pieces: append(head, pieces...)}, pdfa.Metadata{
		Title: title, Author: l.Body, CreatorTool: "segnatura", CreatedAt: made.In(protocollo.Rome()), DocumentID: fmt.Sprintf("transfer %s %s %s %s", l.AOOCode, l.Tender, l.Code, made.Format(time.RFC3339Nano)),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write a list of plichi: %w", err)
	}
	return result, nil
}

func transferPieces(l stamp.TransferList) []piece {
	t := &table{sizePt: 9, spaceMM: 4, columns: []column{{"", 7}, {"Plico n.", 17}, {"Ricevuto il", 46}, {"Rispetto al termine", 26}, {"Mittente", 38}, {"Protocollo", 32}, {"Sigilli", 20}}}
	late := 0
	for i, x := range l.Items {
		if x.Lateness != stamp.LateWithin {
			late++
		}
		t.rows = append(t.rows, tableRow{cells: []string{strconv.Itoa(i + 1), x.Code, second(x.At), string(x.Lateness), x.Sender, x.Number, x.Seal}})
	}
	out := []piece{say(fmt.Sprintf("Il %s, in %s, %s consegna a %s i plichi chiusi qui elencati, che chi riceve dichiara di trovare con i sigilli indicati.", second(l.At), l.Place, l.From, l.To), 3),
		{table: t}, {Paragraph: Paragraph{Text: fmt.Sprintf("Plichi consegnati: %d", len(l.Items)), Bold: true, SpaceMM: 4}, keepMM: 55}}
	if late > 0 {
		out = append(out, say(fmt.Sprintf("Ricevuti dopo il termine: %d. Restano chiusi, per la constatazione e la verbalizzazione, e si restituiscono a gara ultimata.", late), 1))
	}
	return append(out, piece{table: &table{sizePt: 10, spaceMM: 6, columns: []column{{"Chi consegna", 1}, {"Chi riceve", 1}}, rows: []tableRow{
		{cells: []string{l.From + " – " + cmp.Or(l.Given, "da confermare"), l.To + " – " + cmp.Or(l.Taken, "da confermare")}},
		{cells: []string{"Data e ora, firma leggibile:", "Data e ora, firma leggibile:"}, minMM: signMM}}}})
}

// returnPieces has a field to sign for each plico: senders come one by one.
func returnPieces(l stamp.TransferList) []piece {
	t := &table{sizePt: 9, spaceMM: 4, columns: []column{{"Plico n.", 17}, {"Ricevuto il, rispetto al termine", 36}, {"Mittente", 38}, {"Protocollo", 27}, {"Sigilli alla restituzione", 22}, {"Restituito a (nome e cognome), data, firma leggibile", 46}}}
	for _, x := range l.Items {
		t.rows = append(t.rows, tableRow{cells: []string{x.Code, second(x.At) + ", " + string(x.Lateness), x.Sender, x.Number, "", ""}, minMM: signMM})
	}
	return []piece{say("A gara ultimata, chiusa il "+second(l.ClosedAt)+", si restituiscono chiusi a chi li ha presentati i plichi ricevuti dopo il termine:", 3),
		{table: t}, {Paragraph: Paragraph{Text: fmt.Sprintf("Plichi da restituire: %d", len(l.Items)), Bold: true, SpaceMM: 4}, keepMM: 30}, say("Chi restituisce (nome e cognome, firma leggibile) "+signHere, 6)}
}

// BidSheets writes blank sheets «Foglio ricezione plichi» for a power cut, each with its number, on a side of its own (R20.4). Lines are ruled for a hand.
//
// Errors: of no sheet, of one whose rows do not fit a side, [*MissingFieldError], or the writer's.
func BidSheets(w io.Writer, b stamp.BidSheets) (pdfa.Result, error) {
	if b.Body == "" || b.AOOCode == "" || b.MadeAt.IsZero() || len(b.Sheets) == 0 {
		return pdfa.Result{}, &MissingFieldError{"body, AOO, instant of making or sheet"}
	}
	var pieces []piece
	for i, s := range b.Sheets {
		if s.Rows < 1 || s.Rows > maxSheetRows {
			return pdfa.Result{}, fmt.Errorf("write blank sheet %s: %d rows", s.Code, s.Rows)
		}
		keep := 0.0
		if i > 0 {
			keep = a4HeightMM // on a side of its own
		}
		t := &table{sizePt: 9, spaceMM: 3, columns: []column{{"Riga", 10}, {"Ora", 13}, {"Minuti", 14}, {"Secondi", 16}, {"Mittente (come scritto sulla busta)", 55}, {"Gara", 38}, {"Plichi n.", 14}, {"Sigla di chi riceve", 22}}}
		for n := range s.Rows {
			t.rows = append(t.rows, tableRow{cells: []string{strconv.Itoa(n + 1), "", "", "", "", "", "", ""}, minMM: blankRowMM})
		}
		pieces = append(pieces,
			piece{Paragraph: Paragraph{Text: "FOGLIO RICEZIONE PLICHI n. " + s.Code, Bold: true, SizePt: 15}, keepMM: keep},
			say("Giorno ____/____/________   Orologio usato ____________________________________", 3),
			piece{Paragraph: Paragraph{Text: "Una riga per ogni consegna, nell’ordine. Si scrivono subito ora, minuti e secondi; poi il resto. Non si lasciano righe vuote e non si cancella: si barra e si scrive sotto. I plichi non si aprono. Sulla busta: foglio, riga, ora e sigla. Le righe si trascrivono alla postazione appena possibile.", SizePt: 9, SpaceMM: 2}},
			piece{table: t})
	}
	result, err := writeSheets(w, sheets{banner: b.Banner, foot: "Foglio ricezione plichi (in bianco)", unnumbered: true, heading: officeHeading(b.Body, b.AOOCode, b.AOOName), pieces: pieces}, pdfa.Metadata{
		Title: "Foglio ricezione plichi n. " + b.Sheets[0].Code, Author: b.Body, CreatorTool: "segnatura", CreatedAt: b.MadeAt.In(protocollo.Rome()),
		DocumentID: fmt.Sprintf("bid sheets %s %s %d %s", b.AOOCode, b.Sheets[0].Code, len(b.Sheets), b.MadeAt.Format(time.RFC3339Nano)),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write blank sheets: %w", err)
	}
	return result, nil
}

// maxSheetRows fit one side with heading, instructions and a banner.
const maxSheetRows = 14

// BidReceipt writes the receipt of a handover of plichi: L-17 with the instant to the second, of closed envelopes whose content nobody knows, with their
// numbers where they have one and «protocollazione in corso» where not (L. 241/1990 art. 18-bis; R7.2).
//
// Errors: [*MissingFieldError], or the writer's.
func BidReceipt(w io.Writer, r stamp.BidReceipt) (pdfa.Result, error) {
	for _, field := range []struct {
		name    string
		missing bool
	}{{"body", r.Body == ""}, {"AOO code", r.AOOCode == ""}, {"instant of reception", r.ReceivedAt.IsZero()}, {"plichi", len(r.Plichi) == 0}, {"operator", r.Operator == ""}, {"handover", r.Handover == ""}} {
		if field.missing {
			return pdfa.Result{}, &MissingFieldError{field.name}
		}
	}
	at := r.ReceivedAt.In(protocollo.Rome())
	looks := map[stamp.Field]Paragraph{
		stamp.FieldHeading: {Bold: true, SizePt: 16}, stamp.FieldBody: {Bold: true, SizePt: 13, SpaceMM: 4}, stamp.FieldPresented: {SpaceMM: 8},
		stamp.FieldNumber: {Bold: true, SizePt: 13, SpaceMM: 6}, stamp.FieldTerm: {SpaceMM: 6}, stamp.FieldOperator: {SpaceMM: 12},
	}
	var text []Paragraph
	for _, l := range r.Lines(day(at), at.Format("15:04:05")) {
		p := looks[l.Field]
		p.Text = l.Text
		text = append(text, p)
		if l.Field == stamp.FieldPresented { // the sentences after the first stand closer
			looks[l.Field] = Paragraph{SpaceMM: 2}
		}
	}
	return Text(w, text, r.Banner, pdfa.Metadata{Title: "Ricevuta – consegna n. " + r.Handover, Author: r.Body, CreatorTool: "segnatura", CreatedAt: cmp.Or(r.IssuedAt, r.ReceivedAt).In(protocollo.Rome()),
		DocumentID: fmt.Sprintf("bid receipt %s %s %s", r.AOOCode, r.Handover, at.Format(time.RFC3339))})
}
