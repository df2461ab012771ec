package station_test

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"segnatura/internal/officesim/authority"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// busyGara is a gara of which every kind of thing happened around its deadline.
func (o *office) busyGara() protocollo.Tender {
	o.t.Helper()
	ctx := o.t.Context()
	g := o.gara()
	at := func(d time.Duration) { o.clock.add(noon.Add(d).Sub(o.clock.Now())) }
	must := func(err error) {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
	}
	at(-10 * time.Second)
	early := o.received("key-0001", 3, g.ID)
	for i, d := range []time.Duration{-time.Second, 0, 900 * time.Millisecond, time.Second, 59 * time.Second, 60 * time.Second, 5 * time.Minute} {
		at(d)
		o.received(fmt.Sprintf("key-01%02d", i), 1, g.ID)
	}
	o.received("key-0200", 2, 0) // of no gara: it is in no record
	sheets, err := o.s.PrepareBidSheets(ctx, clerk, "sheets-1", 2)
	must(err)
	for row := range 2 {
		_, err = o.s.TypeSheetLine(ctx, clerk, station.SheetLine{Key: fmt.Sprint("line-", row), Count: 2, TenderID: g.ID, Sender: "Ditta Neri", NoSeconds: row == 0,
			Sheet: protocollo.HandoverSheet{Sheet: sheets[0].Code, Row: row + 1, At: noon.Add(time.Duration(row) * time.Minute), By: "AR"}})
		must(err)
	}
	_, err = o.s.RegisterBid(ctx, clerk, early[0].ID, station.BidDetails{})
	must(err)
	for i, e := range []protocollo.BidEvent{
		{BidID: early[1].ID, Kind: protocollo.BidWithdrawn, Person: "Luca Verdi", Signed: true},
		{BidID: early[2].ID, Kind: protocollo.BidOpened, Person: "Mario Rossi", Note: "busta scambiata"},
		{BidID: early[0].ID, Kind: protocollo.BidNote, Note: "busta bagnata"},
	} {
		_, err := o.s.RecordBidEvent(ctx, clerk, fmt.Sprint("event-", i), e)
		must(err)
	}
	must(o.s.CountWaiting(ctx, clerk, "waiting-1", g.ID, 4, "in coda"))
	_, err = o.s.HandOver(ctx, clerk, station.TransferCommand{Key: "distinta-1", TenderID: g.ID, To: boss.Name, Place: "Ufficio gare", Plichi: []station.ScannedPlico{{Code: early[0].Code(), Seal: protocollo.SealWhole}}})
	must(err)
	return g
}

// contents reads one form of a version.
func (o *office) contents(g protocollo.Tender, version int, format station.DailyFormat) []byte {
	o.t.Helper()
	f, _, err := o.s.OpenTenderRecord(o.t.Context(), boss, g.ID, version, format)
	if err != nil {
		o.t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		o.t.Fatal(err)
	}
	return b
}

// recordTable is a CSV of a gara's data: its totals by name, and its plichi by code.
func recordTable(t *testing.T, b []byte) (totals map[string]int, plichi map[string]map[string]string) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	totals, plichi = map[string]int{}, map[string]map[string]string{}
	for _, row := range rows[1:] {
		cells := map[string]string{}
		for i, title := range rows[0] {
			cells[title] = row[i]
		}
		switch cells["Tipo"] {
		case "totale":
			if totals[cells["Dato"]], err = strconv.Atoi(cells["Totale"]); err != nil {
				t.Fatal(err)
			}
		case "plico":
			plichi[cells["Plico n."]] = cells
		}
	}
	return totals, plichi
}

// registered counts a gara's plichi in the database itself, by nothing but its rows.
func (o *office) counted(g protocollo.Tender) (want map[string]int, instants map[string]string) {
	o.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(o.dir, "station.db"))
	if err != nil {
		o.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT b.seq || '/' || b.year, coalesce(h.sheet_at, h.at), h.sheet_at IS NOT NULL,
			(SELECT v.deadline_at FROM tender_versions v WHERE v.tender_id = ?1 ORDER BY v.version DESC LIMIT 1),
			coalesce((SELECT e.kind FROM bid_events e WHERE e.bid_id = b.id AND e.kind IN ('withdrawn', 'replaced', 'returned')), ''),
			EXISTS (SELECT 1 FROM bid_events e WHERE e.bid_id = b.id AND e.kind = 'opened'),
			EXISTS (SELECT 1 FROM bid_intakes n JOIN registrations r ON r.intake_id = n.intake_id WHERE n.bid_id = b.id)
		FROM bids b JOIN bid_handovers h ON h.id = b.handover_id
		WHERE (SELECT d.tender_id FROM bid_descriptions d WHERE d.bid_id = b.id ORDER BY d.version DESC LIMIT 1) = ?1`, g.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	defer rows.Close()
	want, instants = map[string]int{}, map[string]string{}
	for rows.Next() {
		var code, gone string
		var at, deadline int64
		var manual, opened, numbered bool
		if err := rows.Scan(&code, &at, &manual, &deadline, &gone, &opened, &numbered); err != nil {
			o.t.Fatal(err)
		}
		second, last := at/1e9, deadline/1e9
		state := "oltre il termine"
		switch {
		case second <= last:
			state = "entro il termine"
		case second/60 == last/60:
			state = "nel minuto del termine"
		}
		for name, on := range map[string]bool{"plichi ricevuti": true, state: true, "presenti o in custodia": gone == "", "ritirati": gone == "withdrawn", "sostituiti": gone == "replaced", "restituiti": gone == "returned",
			"da foglio (manuale)": manual, "aperti per errore": opened, "senza numero": !numbered} {
			if on {
				want[name]++
			}
		}
		instants[code] = time.Unix(second, 0).In(protocollo.Rome()).Format(time.RFC3339) + " " + state
	}
	if err := rows.Err(); err != nil {
		o.t.Fatal(err)
	}
	return want, instants
}

// R5.6: the totals of the data for the verbale are those of the register, counted in its rows by other means; each production is a version more,
// and the one before stays byte for byte.
func TestTenderRecordEqualsTheRegister(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	g := o.busyGara()
	first, err := o.s.ProduceTenderRecord(ctx, boss, g.ID, "data-0001")
	if err != nil || first.Version != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	check := func(version int) {
		t.Helper()
		totals, plichi := recordTable(t, o.contents(g, version, station.DailyCSV))
		want, instants := o.counted(g)
		for name, n := range totals {
			if n != want[name] {
				t.Errorf("version %d: %s %d, the register has %d", version, name, n, want[name])
			}
		}
		if len(totals) < 12 || totals["plichi ricevuti"] != len(plichi) || len(plichi) != len(instants) {
			t.Errorf("version %d: totals %v, %d plichi of %d", version, totals, len(plichi), len(instants))
		}
		for code, at := range instants {
			if got := plichi[code]["Istante"] + " " + plichi[code]["Rispetto al termine"]; got != at {
				t.Errorf("version %d: plico %s says %s, the register %s", version, code, got, at)
			}
		}
	}
	check(1)
	totals, _ := recordTable(t, o.contents(g, 1, station.DailyCSV))
	if totals["plichi ricevuti"] != 14 || totals["entro il termine"] != 8 || totals["nel minuto del termine"] != 2 || totals["oltre il termine"] != 4 || totals["ritirati"] != 1 || totals["da foglio (manuale)"] != 4 {
		t.Errorf("totals %v", totals)
	}
	before := o.contents(g, 1, station.DailyPDF)
	if again, err := o.s.ProduceTenderRecord(ctx, boss, g.ID, "data-0001"); err != nil || again.Version != 1 || again.PDF != first.PDF {
		t.Fatalf("the same request: %+v, %v", again, err)
	}
	o.clock.add(time.Hour)
	o.received("key-0300", 1, g.ID)
	second, err := o.s.ProduceTenderRecord(ctx, clerk, g.ID, "data-0002")
	if err != nil || second.Version != 2 || second.Plichi != 15 {
		t.Fatalf("%+v, %v", second, err)
	}
	check(2)
	if !bytes.Equal(before, o.contents(g, 1, station.DailyPDF)) {
		t.Error("the first version is not what it was")
	}
	list, err := o.s.TenderRecords(ctx, boss, g.ID)
	if err != nil || len(list) != 2 || list[0].Version != 2 || list[1].Name != boss.Name {
		t.Fatalf("%+v, %v", list, err)
	}
	_, _, err = o.s.OpenTenderRecord(ctx, boss, g.ID, 3, station.DailyPDF)
	wantClass(t, err, protocollo.NotFound, "tender-record")
	_, err = o.s.ProduceTenderRecord(ctx, guest, g.ID, "data-0003")
	wantClass(t, err, protocollo.Forbidden, "tender")
	_, err = o.s.ProduceTenderRecord(ctx, alien, g.ID, "data-0004")
	wantClass(t, err, protocollo.NotFound, "tender")
}

// The record's PDF gets its token later; an authority that is away holds nothing up.
func TestTenderRecordIsStampedLater(t *testing.T) {
	o, a := stampedOffice(t)
	g := o.gara()
	if err := a.Behave(authority.Away); err != nil {
		t.Fatal(err)
	}
	r, err := o.s.ProduceTenderRecord(t.Context(), boss, g.ID, "data-0001")
	if err != nil {
		t.Fatal(err)
	}
	o.stampRound()
	list, err := o.s.TenderRecords(t.Context(), boss, g.ID)
	if err != nil || list[0].Stamp == nil || list[0].Stamp.Token != nil {
		t.Fatalf("%+v, %v", list, err)
	}
	var out bytes.Buffer
	wantClass(t, o.s.ExportTenderTimestamp(t.Context(), boss, g.ID, r.Version, &out), protocollo.NotFound, "timestamp")
	if err := a.Behave(authority.Well); err != nil {
		t.Fatal(err)
	}
	o.clock.add(2 * time.Hour)
	o.stampRound()
	if list, err = o.s.TenderRecords(t.Context(), boss, g.ID); err != nil || list[0].Stamp.Token == nil {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := o.s.ExportTenderTimestamp(t.Context(), boss, g.ID, r.Version, &out); err != nil || !bytes.HasPrefix(out.Bytes(), []byte("PK")) {
		t.Fatalf("%d bytes, %v", out.Len(), err)
	}
}

// A line of a sheet is the hand's instant, typed in once under whatever key; a request that broke off goes on where it stopped.
func TestSheetLineIsTypedInOnce(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	g := o.gara()
	sheets, err := o.s.PrepareBidSheets(ctx, clerk, "sheets-1", 1)
	if err != nil {
		t.Fatal(err)
	}
	written := o.clock.Now().Add(-time.Hour).Truncate(time.Minute)
	line := station.SheetLine{Key: "line-0001", Count: 2, TenderID: g.ID, Sender: "Ditta Neri", NoSeconds: true, Note: "pioveva", Sheet: protocollo.HandoverSheet{Sheet: sheets[0].Code, Row: 3, At: written, By: "AR"}}

	h, err := o.s.TypeHandover(ctx, clerk, line.Key, line.Sheet) // and then the power went again
	if err != nil {
		t.Fatal(err)
	}
	o.restart()
	for range 2 {
		got, err := o.s.TypeSheetLine(ctx, clerk, line)
		if err != nil || got.ID != h.ID || !got.Received().Equal(written) || got.Sheet.Sheet != "1/2026" || len(got.Annotations) != 1 || got.Annotations[0].Note != "I secondi non sono scritti sul foglio. pioveva" {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	v, err := o.s.Tender(ctx, boss, g.ID)
	if err != nil || len(v.Bids) != 2 || v.Bids[1].Description.Sender != "Ditta Neri" || v.Bids[0].Lateness != protocollo.Within {
		t.Fatalf("%+v, %v", v.Bids, err)
	}
	again := line
	again.Key = "line-0002"
	_, err = o.s.TypeSheetLine(ctx, other, again)
	wantClass(t, err, protocollo.Conflict, "sheet-row-typed")
	for code, spoil := range map[string]func(*station.SheetLine){
		"bid-sheet": func(l *station.SheetLine) { l.Sheet.Sheet = "" },
		"count":     func(l *station.SheetLine) { l.Count = 0 },
		"by":        func(l *station.SheetLine) { l.Sheet.By = " " },
		"at":        func(l *station.SheetLine) { l.Sheet.At = o.clock.Now().Add(time.Minute) },
		"row":       func(l *station.SheetLine) { l.Sheet.Row = 15 },
		"tender":    func(l *station.SheetLine) { l.TenderID = 99 },
	} {
		bad := line
		bad.Key, bad.Sheet.Row = "line-"+code, 4
		spoil(&bad)
		_, err := o.s.TypeSheetLine(ctx, clerk, bad)
		class := protocollo.Invalid
		if code == "tender" || code == "bid-sheet" {
			class = protocollo.NotFound
		}
		wantClass(t, err, class, code)
	}
	if list, err := o.s.BidSheets(ctx, clerk); err != nil || len(list) != 1 || len(list[0].Typed) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	p, err := o.s.BidSheetsPaper(ctx, clerk, 2026, 1, 9)
	if err != nil || len(p.Sheets) != 1 || p.Sheets[0].Rows != 14 {
		t.Fatalf("%+v, %v", p, err)
	}
	_, err = o.s.BidSheetsPaper(ctx, clerk, 2026, 2, 9)
	wantClass(t, err, protocollo.NotFound, "bid-sheet")
	_, err = o.s.PrepareBidSheets(ctx, clerk, "sheets-2", 51)
	wantClass(t, err, protocollo.Invalid, "count")
}

// The receipt is there as soon as somebody says how many there are, with the centre away too; papers of custody follow what was recorded.
func TestReceiptAndListsOfPlichi(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "away", "no connection")
	g := o.gara()
	h := o.freeze("key-0001")
	_, err := o.s.BidReceipt(ctx, clerk, h.ID)
	wantClass(t, err, protocollo.Conflict, "handover-open")
	list, err := o.s.DeclareHandover(ctx, clerk, h.ID, 2, "")
	if err != nil {
		t.Fatal(err)
	}
	r, err := o.s.BidReceipt(ctx, clerk, h.ID)
	if err != nil || len(r.Plichi) != 2 || r.Plichi[1].Code != "2/2026" || r.Plichi[0].Sender != protocollo.NoSender || r.Operator != clerk.Name || !r.ReceivedAt.Equal(h.At) {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, b := range list {
		if _, err := o.s.DescribeBid(ctx, clerk, b.ID, 0, protocollo.BidDescription{TenderID: g.ID, Sender: "Ditta Rossi"}, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.s.RegisterBid(ctx, clerk, list[0].ID, station.BidDetails{}); err != nil {
		t.Fatal(err)
	}
	if r, err = o.s.BidReceipt(ctx, clerk, h.ID); err != nil || r.Plichi[0].Reference != "" || r.Plichi[0].Tender != g.Terms.Subject {
		t.Fatalf("%+v, %v", r, err)
	}
	o.clock.add(time.Hour)
	o.numbersCome()
	if r, err = o.s.BidReceipt(ctx, clerk, h.ID); err != nil || r.Plichi[0].Reference != "Prot. n. 0000001 del 02/03/2026" || r.Plichi[1].Reference != "" {
		t.Fatalf("%+v, %v", r, err)
	}
	empty := o.freeze("key-0002")
	if _, err := o.s.DeclareHandover(ctx, clerk, empty.ID, 0, "tasto premuto per errore"); err != nil {
		t.Fatal(err)
	}
	_, err = o.s.BidReceipt(ctx, clerk, empty.ID)
	wantClass(t, err, protocollo.Conflict, "no-plico")
	_, err = o.s.BidReceipt(ctx, clerk, 99)
	wantClass(t, err, protocollo.NotFound, "handover")

	passed, err := o.s.HandOver(ctx, clerk, station.TransferCommand{Key: "distinta-1", TenderID: g.ID, To: boss.Name, Place: "Ufficio gare",
		Plichi: []station.ScannedPlico{{Code: list[0].Code(), Seal: protocollo.SealDamaged}, {Code: list[1].Code(), Seal: protocollo.SealWhole}}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := o.s.TransferPaper(ctx, boss, passed.ID)
	if err != nil || len(l.Items) != 2 || l.Items[0].Seal != "danneggiato" || l.Items[0].Number != "0000001 del 02/03/2026" || l.Given == "" || l.Taken != "" || l.Code != "1/2026" {
		t.Fatalf("%+v, %v", l, err)
	}
	if _, err := o.s.ConfirmTransfer(ctx, boss, passed.ID, false); err != nil {
		t.Fatal(err)
	}
	o.clock.add(noon.Add(time.Second).Sub(o.clock.Now()))
	o.received("key-0003", 1, g.ID)
	_, err = o.s.ReturnPaper(ctx, boss, g.ID)
	wantClass(t, err, protocollo.Conflict, "tender-open")
	if err := o.s.CloseTender(ctx, boss, g.ID, ""); err != nil {
		t.Fatal(err)
	}
	if l, err = o.s.ReturnPaper(ctx, boss, g.ID); err != nil || len(l.Items) != 1 || l.Items[0].Lateness != stamp.LateInMinute || l.Items[0].Code != "3/2026" {
		t.Fatalf("%+v, %v", l, err)
	}
	if _, err := o.s.RecordBidEvent(ctx, clerk, "returned-1", protocollo.BidEvent{BidID: 3, Kind: protocollo.BidReturned, Person: "Luca Verdi", Signed: true}); err != nil {
		t.Fatal(err)
	}
	_, err = o.s.ReturnPaper(ctx, boss, g.ID)
	wantClass(t, err, protocollo.NotFound, "late-bids")
}
