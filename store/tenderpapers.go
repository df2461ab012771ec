package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// The kinds of journal entries of a gara's papers.
const (
	KindBidSheets    = "bid.sheets"
	KindTenderRecord = "tender.record"
)

// PrepareBidSheets gives numbers to blank sheets, one after the other.
func (db *DB) PrepareBidSheets(ctx context.Context, a protocollo.Actor, key string, count, rows int) ([]station.BidSheet, error) {
	var list []station.BidSheet
	err := db.transact(ctx, "prepare blank sheets", func(w *wtx) error {
		var err error
		if list, err = collect(w.ctx, w, scanBidSheet, bidSheetSelect+`WHERE s.key = ? AND s.aoo = ? ORDER BY s.ordinal`, key, string(a.AOO)); err != nil {
			return err
		}
		if len(list) > 0 {
			if len(list) != count || list[0].Rows != rows {
				return protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", key)
			}
			return nil
		}
		year := protocollo.YearOf(w.now)
		last, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0) FROM bid_sheets WHERE aoo = ? AND year = ?`, string(a.AOO), year))
		if err != nil {
			return err
		}
		for i := range count {
			_, err := w.insert("bid_sheets", row{"aoo": string(a.AOO), "year": year, "seq": last + int64(i) + 1, "key": key, "ordinal": i + 1, "rows": rows, "by_user": a.User})
			if err != nil {
				return err
			}
		}
		if list, err = collect(w.ctx, w, scanBidSheet, bidSheetSelect+`WHERE s.key = ? ORDER BY s.ordinal`, key); err != nil {
			return err
		}
		return w.report(KindBidSheets, a.User, a.AOO, 0, map[string]any{"code": list[0].Code, "count": count})
	})
	return list, err
}

const bidSheetSelect = `SELECT s.id, s.year, s.seq, s.seq || '/' || s.year, s.rows, s.at,
	coalesce((SELECT json_group_array(h.sheet_row) FROM bid_handovers h WHERE h.sheet_id = s.id), '[]') FROM bid_sheets s `

func scanBidSheet(s scannable) (station.BidSheet, error) {
	var b station.BidSheet
	var at int64
	var typed string
	if err := s.Scan(&b.ID, &b.Year, &b.Seq, &b.Code, &b.Rows, &at, &typed); err != nil {
		return b, err
	}
	b.At = instant(at)
	return b, decode(typed, &b.Typed)
}

// BidSheets lists an AOO's blank sheets, newest first.
func (db *DB) BidSheets(ctx context.Context, aoo protocollo.AOOCode, limit int) ([]station.BidSheet, error) {
	list, err := collect(ctx, db.read, scanBidSheet, bidSheetSelect+`WHERE s.aoo = ? ORDER BY s.id DESC LIMIT ?`, string(aoo), limit)
	if err != nil {
		return nil, fmt.Errorf("list blank sheets: %w", err)
	}
	return list, nil
}

// freeLine returns the sheet of a line that nobody has typed in yet.
func (w *wtx) freeLine(aoo protocollo.AOOCode, line protocollo.HandoverSheet) (int64, error) {
	sheet, err := one(w.ctx, w, "bid-sheet", scanBidSheet, bidSheetSelect+`WHERE s.aoo = ? AND s.seq || '/' || s.year = ?`, string(aoo), line.Sheet)
	if err != nil {
		return 0, err
	}
	if line.Row < 1 || line.Row > sheet.Rows {
		return 0, protocollo.Errorf(protocollo.Invalid, "row", "sheet %s has %d lines", sheet.Code, sheet.Rows)
	}
	typed, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM bid_handovers WHERE sheet_id = ? AND sheet_row = ?`, sheet.ID, line.Row))
	if err == nil && typed > 0 {
		err = protocollo.Errorf(protocollo.Conflict, "sheet-row-typed", "line %d of sheet %s was typed in", line.Row, sheet.Code)
	}
	return sheet.ID, err
}

// TenderFacts reads all that the register has of a gara, in one snapshot.
func (db *DB) TenderFacts(ctx context.Context, aoo protocollo.AOOCode, id int64) (station.TenderFacts, error) {
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return station.TenderFacts{}, fmt.Errorf("read gara %d: %w", id, err)
	}
	defer tx.Rollback() // it only read
	f, err := readTenderFacts(ctx, tx, aoo, id)
	if err != nil {
		return f, fmt.Errorf("read gara %d: %w", id, err)
	}
	return f, nil
}

func readTenderFacts(ctx context.Context, q querier, aoo protocollo.AOOCode, id int64) (station.TenderFacts, error) {
	f := station.TenderFacts{Letters: map[int64]station.Record{}, Tokens: map[int64]station.TimestampRecord{}}
	var err error
	if f.Tender, err = one(ctx, q, "tender", scanTender, `SELECT `+tenderColumns+tenderFrom+`WHERE t.id = ? AND t.aoo = ?`, id, string(aoo)); err != nil {
		return f, err
	}
	if f.Versions, f.Waiting, err = readTenderHistory(ctx, q, aoo, id); err != nil {
		return f, err
	}
	if f.Bids, err = readBids(ctx, q, aoo, station.BidQuery{TenderID: id}); err != nil {
		return f, err
	}
	if f.Transfers, err = readTransfers(ctx, q, aoo, id, 0); err != nil {
		return f, err
	}
	var bids, letters []int64
	of := map[int64]int64{}
	for _, b := range f.Bids {
		bids = append(bids, b.ID)
		if b.IntakeID != 0 {
			letters, of[b.IntakeID] = append(letters, b.IntakeID), b.ID
		}
	}
	records, err := readRecords(ctx, q, letters)
	if err != nil {
		return f, err
	}
	for _, r := range records {
		f.Letters[of[r.Intake.ID]] = r
	}
	tokens, err := readTimestamps(ctx, q, aoo, protocollo.TimestampBid, bids)
	if err != nil {
		return f, err
	}
	for _, t := range tokens { // of several requests the latest speaks
		f.Tokens[t.Request.Subject] = t
	}
	if f.ClosingNote, err = text(q.QueryRowContext(ctx, `SELECT coalesce(max(f.note), '') FROM tender_facts f WHERE f.tender_id = ? AND f.kind = 'closed'
		AND NOT EXISTS (SELECT 1 FROM tender_reopenings r WHERE r.closing_id = f.id)`, id)); err != nil {
		return f, err
	}
	if f.Journal, err = endOfDayHead(ctx, q, maxInstant); err != nil {
		return f, err
	}
	versioned, err := number(q.QueryRowContext(ctx, `SELECT count(*) FROM tender_records WHERE tender_id = ?`, id))
	f.Versioned = int(versioned)
	return f, err
}

// maxInstant is after every record.
const maxInstant = 1<<63 - 1

const tenderRecordSelect = `SELECT r.id, r.tender_id, r.version, r.key, r.made_at, r.by_user, r.by_name, r.plichi, r.journal_seq, r.journal_hash, r.pdf_sha256, r.pdf_bytes, r.csv_sha256, r.csv_bytes
	FROM tender_records r JOIN tenders t ON t.id = r.tender_id `

func scanTenderRecord(s scannable) (station.TenderRecord, error) {
	var r station.TenderRecord
	var at int64
	err := s.Scan(&r.ID, &r.TenderID, &r.Version, &r.Key, &at, &r.By, &r.Name, &r.Plichi, &r.Journal.Seq, &r.Journal.Hash, &r.PDF.SHA256, &r.PDF.Bytes, &r.CSV.SHA256, &r.CSV.Bytes)
	r.MadeAt = instant(at)
	return r, err
}

// RecordTenderRecord keeps one more production of a gara's data.
func (db *DB) RecordTenderRecord(ctx context.Context, a protocollo.Actor, r station.TenderRecord) (station.TenderRecord, error) {
	for _, f := range []station.DailyFile{r.PDF, r.CSV} {
		if err := db.mustHaveBlob(ctx, f.SHA256, f.Bytes); err != nil {
			return r, fmt.Errorf("record a gara's data: %w", err)
		}
	}
	err := db.transact(ctx, "record a gara's data", func(w *wtx) error {
		have, err := one(w.ctx, w, "tender-record", scanTenderRecord, tenderRecordSelect+`WHERE r.key = ?`, r.Key)
		switch {
		case err == nil && have.TenderID == r.TenderID:
			r = have
			return nil
		case err == nil:
			return protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before for another gara", r.Key)
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		if _, err := w.tender(a.AOO, r.TenderID); err != nil {
			return err
		}
		last, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(version), 0) FROM tender_records WHERE tender_id = ?`, r.TenderID))
		if err != nil {
			return err
		}
		if int64(r.Version) != last+1 {
			return protocollo.Errorf(protocollo.Conflict, "tender-record", "version %d of gara %d follows %d", r.Version, r.TenderID, last)
		}
		r.By, r.Name = a.User, a.Name
		r.ID, err = w.insert("tender_records", row{"tender_id": r.TenderID, "version": r.Version, "key": r.Key, "made_at": nanos(r.MadeAt), "plichi": r.Plichi, "journal_seq": r.Journal.Seq,
			"journal_hash": r.Journal.Hash, "pdf_sha256": r.PDF.SHA256, "pdf_bytes": r.PDF.Bytes, "csv_sha256": r.CSV.SHA256, "csv_bytes": r.CSV.Bytes, "by_user": a.User, "by_name": a.Name})
		if err != nil {
			return err
		}
		if err := w.queueTimestamp(a.AOO, protocollo.TimestampTender, r.ID, r.PDF.SHA256); err != nil {
			return err
		}
		return w.report(KindTenderRecord, a.User, a.AOO, 0, map[string]any{"tender": r.TenderID, "version": r.Version, "count": r.Plichi, "pdf": r.PDF.SHA256, "csv": r.CSV.SHA256})
	})
	return r, err
}

// TenderRecords lists what was produced of a gara, newest first.
func (db *DB) TenderRecords(ctx context.Context, aoo protocollo.AOOCode, tenderID int64, key string) ([]station.TenderRecord, error) {
	list, err := collect(ctx, db.read, scanTenderRecord, tenderRecordSelect+`WHERE t.aoo = ? AND (? <> '' AND r.key = ? OR ? = '' AND r.tender_id = ?) ORDER BY r.version DESC`,
		string(aoo), key, key, key, tenderID)
	if err != nil {
		return nil, fmt.Errorf("list what was produced of gara %d: %w", tenderID, err)
	}
	return list, nil
}
