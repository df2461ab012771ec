package pdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/stamp/pdf"
)

func tenderRecord(t *testing.T, n int) stamp.TenderRecord {
	t.Helper()
	noon := roman(t, "2026-11-22 12:00")
	r := stamp.TenderRecord{Body: "Comune di Forlì", AOOCode: "AOO1", AOOName: "Area unica", Banner: "PROVA – SENZA VALORE", Version: 2, MadeAt: noon.Add(time.Hour), MadeBy: "Rosa Bianchi",
		Name: "3/2026", Subject: "Vendita di un terreno in località Cà Rossa", Place: "Sala giunta", Basis: "Alienazione di beni, con offerte segrete (R.d. 827/1924, artt. 73 e 76)", Deadline: noon, SessionAt: noon.Add(3 * time.Hour),
		Changes:    []stamp.TenderChange{{At: noon.Add(-48 * time.Hour), By: "rosa", Reason: "proroga", Was: noon.Add(-24 * time.Hour), Deadline: noon}},
		Waiting:    []stamp.TenderWaiting{{Count: 4, At: noon.Add(20 * time.Second), By: "anna", Note: "in coda fino alla porta"}},
		JournalSeq: 812, JournalHash: strings.Repeat("ab", 32), TableSHA256: strings.Repeat("ef", 32)}
	for i := range n {
		at, state := noon.Add(time.Duration(i-n/2)*time.Second), stamp.LateWithin
		if i > n/2 {
			state = stamp.LateInMinute
		}
		b := stamp.TenderBid{Code: fmt.Sprintf("%d/2026", 40+i), Handover: fmt.Sprintf("%d/2026", 10+i), Ordinal: 1, Of: 1, At: at, Lateness: state, Sender: "Ditta Niccolò & C.", Means: "consegna a mano", Seal: "integro",
			Marks: "NON APRIRE – OFFERTA", Custody: []string{"banco → Ugo Esempio (distinta 2/2026)"}, Holder: "Ugo Esempio"}
		r.Totals.All++
		if state == stamp.LateWithin {
			r.Totals.Within++
		} else {
			r.Totals.InMinute++
		}
		switch {
		case i%5 == 1:
			b.Gone, b.Holder, b.Events = "ritirato", "", []string{"ritirato da Luca Verdi, con firma, il 22/11/2026 12:10:00 +01:00 (anna)"}
			r.Totals.Withdrawn++
		default:
			r.Totals.Here++
		}
		if i%3 != 0 {
			b.Number, b.Day, b.RegisteredAt = fmt.Sprintf("%07d", 100+i), "22/11/2026", at.Add(4*time.Minute)
		} else {
			r.Totals.Unnumbered++
		}
		r.Bids = append(r.Bids, b)
		r.Handovers = append(r.Handovers, stamp.TenderHandover{Code: b.Handover, At: at, Bids: 1, Desk: "banco 1", Receiver: "Anna Rossi", Clock: "verificato: scarto +0,004 s ± 0,012 s, 3 server concordi, misurato il 22/11/2026 11:40:02 +01:00"})
	}
	r.Transfers = []stamp.TenderTransfer{{Code: "2/2026", From: "Anna Rossi", To: "Ugo Esempio", Place: "Ufficio gare", At: noon.Add(30 * time.Minute), Given: "confermata alla postazione",
		Plichi: []stamp.TransferItem{{Code: "40/2026", Seal: "integro"}, {Code: "41/2026", Seal: "danneggiato"}}}}
	return r
}

// Each plico once with its second, the totals as they are, and what ties the paper to the register.
func TestTenderRecordReadBack(t *testing.T) {
	r := tenderRecord(t, 40)
	document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.TenderRecord(w, r) })
	text := words(t, document)
	for _, b := range r.Bids {
		if b.Number != "" && strings.Count(text, b.Number+" del") != 1 {
			t.Errorf("%s stands %d times", b.Number, strings.Count(text, b.Number))
		}
	}
	for _, want := range []string{"Dati per il verbale – gara n. 3/2026", "Versione 2, prodotta il 22/11/2026 13:00:00 +01:00 da Rosa Bianchi", "Termine per la ricezione: 22/11/2026 12:00:00 +01:00",
		"Presenti in attesa alle ore del termine: 4", "40 21 19 0 8", "22/11/2026 11:59:59 +01:00", "nel minuto del termine", "ritirato da Luca Verdi", "non ancora attribuito", "proroga",
		"scrittura n. 812", r.JournalHash, r.TableSHA256, "chi riceve: manca", "Gara aperta"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
	inside(t, document, 297, 210)
	text = words(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.TenderRecord(w, tenderRecord(t, 0)) }))
	if !strings.Contains(text, "Nessun plico.") {
		t.Errorf("a gara without plichi:\n%s", text)
	}
	for what, spoil := range map[string]func(*stamp.TenderRecord){
		"a plico too many in the totals":   func(r *stamp.TenderRecord) { r.Totals.All++ },
		"a plico that is neither nor":      func(r *stamp.TenderRecord) { r.Totals.Within-- },
		"one that is here and was counted": func(r *stamp.TenderRecord) { r.Totals.Here++ },
		"a digest that is none":            func(r *stamp.TenderRecord) { r.TableSHA256 = "ab" },
		"nobody who made it":               func(r *stamp.TenderRecord) { r.MadeBy = "" },
	} {
		bad := tenderRecord(t, 3)
		spoil(&bad)
		if _, err := pdf.TenderRecord(io.Discard, bad); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func transferList(t *testing.T, n int) stamp.TransferList {
	t.Helper()
	noon := roman(t, "2026-11-22 12:00")
	l := stamp.TransferList{Body: "Comune di Forlì", AOOCode: "AOO1", AOOName: "Area unica", Banner: "PROVA – SENZA VALORE", MadeAt: noon.Add(time.Hour), Tender: "3/2026", Subject: "Vendita di un terreno", CIG: "ABCDEFGHIJ",
		Deadline: noon, Code: "2/2026", From: "Anna Rossi", To: "Ugo Esempio", Place: "Ufficio gare", At: noon.Add(30 * time.Minute), Given: "confermata alla postazione"}
	for i := range n {
		state := stamp.LateWithin
		if i == n-1 {
			state = stamp.LateBeyond
		}
		l.Items = append(l.Items, stamp.TransferItem{Code: fmt.Sprintf("%d/2026", 40+i), At: noon.Add(time.Duration(i) * time.Second), Lateness: state, Sender: "Ditta Niccolò & C.", Number: fmt.Sprintf("%07d del 22/11/2026", i), Seal: "integro"})
	}
	return l
}

// Both copies say the same on every sheet, and each has a place to sign.
func TestTransferListIsInDuplicate(t *testing.T) {
	for _, n := range []int{1, 16, 17, 60} {
		document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.TransferList(w, transferList(t, n)) })
		pages := strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-layout", "-enc", "UTF-8", save(t, document), "-"), "\f"), "\f")
		half := len(pages) / 2
		if len(pages) != 2*half {
			t.Fatalf("%d plichi: %d sheets", n, len(pages))
		}
		for i := range half {
			if pages[i] != pages[half+i] {
				t.Errorf("%d plichi: sheet %d differs from its copy", n, i+1)
			}
		}
		copied := strings.Join(pages[:half], "\n")
		for _, want := range []string{"DISTINTA DI CONSEGNA n. 2/2026", "Redatta in duplice copia.", fmt.Sprintf("Plichi consegnati: %d", n), "Ricevuti dopo il termine: 1.", "a gara ultimata", "da confermare"} {
			if !strings.Contains(copied, want) {
				t.Errorf("%d plichi: does not say %q", n, want)
			}
		}
		if got := strings.Count(copied, "firma leggibile:"); got != 2 {
			t.Errorf("%d plichi: %d places to sign", n, got)
		}
		inside(t, document, 210, 297)
	}
	back := transferList(t, 3)
	back.ClosedAt = back.MadeAt
	text := words(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.TransferList(w, back) }))
	if strings.Count(text, "Plichi da restituire: 3") != 2 || strings.Count(text, "A gara ultimata, chiusa il 22/11/2026 13:00:00 +01:00") != 2 {
		t.Errorf("the list of what goes back:\n%s", text)
	}
	var missing *pdf.MissingFieldError
	if _, err := pdf.TransferList(io.Discard, transferList(t, 0)); !errors.As(err, &missing) {
		t.Errorf("a list of nothing: %v", err)
	}
}

// Each sheet has its number and a side of its own, also with a banner at its foot.
func TestBidSheetsHaveASideEach(t *testing.T) {
	b := stamp.BidSheets{Body: "Comune di Forlì", AOOCode: "AOO1", AOOName: "Area unica", Banner: "PROVA – SENZA VALORE", MadeAt: roman(t, "2026-11-22 08:00"), Sheets: []stamp.BidSheet{{Code: "3/2026", Rows: 14}, {Code: "4/2026", Rows: 14}, {Code: "5/2026", Rows: 1}}}
	document := written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.BidSheets(w, b) })
	pages := strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-layout", "-enc", "UTF-8", save(t, document), "-"), "\f"), "\f")
	if len(pages) != 3 {
		t.Fatalf("%d sheets on %d sides", len(b.Sheets), len(pages))
	}
	for i, page := range pages {
		if strings.Count(page, "FOGLIO RICEZIONE PLICHI n. ") != 1 || !strings.Contains(page, "FOGLIO RICEZIONE PLICHI n. "+b.Sheets[i].Code) || !strings.Contains(page, "Secondi") || !strings.Contains(page, "PROVA") {
			t.Errorf("side %d:\n%s", i+1, page)
		}
	}
	inside(t, document, 210, 297)
	b.Sheets[1].Rows = 15
	if _, err := pdf.BidSheets(io.Discard, b); err == nil {
		t.Error("a sheet that goes on over leaf")
	}
}

// The receipt says the second and the numbers of all plichi, and nothing of what is inside.
func TestBidReceipt(t *testing.T) {
	r := stamp.BidReceipt{Body: "Comune di Forlì", AOOCode: "AOO1", Banner: "PROVA – SENZA VALORE", Handover: "12/2026", ReceivedAt: roman(t, "2026-11-22 11:59").Add(50 * time.Second), Operator: "Anna Rossi",
		Plichi: []stamp.BidReceiptItem{{Code: "41/2026", Sender: "Ditta Niccolò", Tender: "Vendita di un terreno", Reference: "Prot. n. 0000012 del 22/11/2026"}, {Code: "42/2026", Sender: "Mittente non indicato"}}}
	text := words(t, written(t, func(w io.Writer) (pdfa.Result, error) { return pdf.BidReceipt(w, r) }))
	for _, want := range []string{"RICEVUTA (art. 18-bis L. 241/1990).", "Si attesta che il 22/11/2026 alle ore 11:59:50 sono stati presentati: n. 2 plichi chiusi, non aperti.", "Plico n. 41/2026", "Prot. n. 0000012 del 22/11/2026",
		"Plico n. 42/2026 – mittente: Mittente non indicato – protocollazione in corso", "Termine: quello pubblicato", "L’operatore Anna Rossi"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q:\n%s", want, text)
		}
	}
	var a, b bytes.Buffer
	for _, out := range []*bytes.Buffer{&a, &b} {
		if _, err := pdf.BidReceipt(out, r); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("equal receipts are different files")
	}
	r.Plichi = nil
	var missing *pdf.MissingFieldError
	if _, err := pdf.BidReceipt(io.Discard, r); !errors.As(err, &missing) {
		t.Errorf("a receipt of nothing: %v", err)
	}
}
