package station

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// ProduceTenderRecord makes the data for a gara's verbale as PDF/A and as CSV, as the register has them at one moment (R5.6). Each production is a
// version more; none takes the place of another. The same request key returns what it made.
//
// Errors: Invalid "key"; NotFound "tender"; Conflict "request-key".
func (s *Station) ProduceTenderRecord(ctx context.Context, actor protocollo.Actor, id int64, key string) (TenderRecord, error) {
	none := TenderRecord{}
	if err := actor.Require(protocollo.ActTender); err != nil {
		return none, err
	}
	if key == "" {
		return none, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	unlock, err := s.keys.lock(ctx, fmt.Sprintf("tender-record/%d", id))
	if err != nil {
		return none, fmt.Errorf("wait for gara %d: %w", id, err)
	}
	defer unlock()
	made, err := s.cfg.Bids.TenderRecords(ctx, actor.AOO, id, key)
	if err != nil {
		return none, err
	}
	if len(made) > 0 {
		if made[0].TenderID != id {
			return none, protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before for another gara", key)
		}
		return made[0], nil
	}
	paper, facts, err := s.tenderPaper(ctx, actor, id)
	if err != nil {
		return none, err
	}
	r := TenderRecord{TenderID: id, Key: key, Version: paper.Version, MadeAt: paper.MadeAt, Plichi: len(facts.Bids), Journal: facts.Journal}
	pdf, csv, err := s.tenderFiles(paper)
	if err != nil {
		return none, err
	}
	for _, f := range []struct {
		content []byte
		file    *DailyFile
	}{{csv, &r.CSV}, {pdf, &r.PDF}} {
		if f.file.SHA256, f.file.Bytes, err = s.cfg.Archive.PutBlob(ctx, bytes.NewReader(f.content)); err != nil {
			return none, fmt.Errorf("keep the data of gara %d: %w", id, err)
		}
	}
	if r, err = s.cfg.Bids.RecordTenderRecord(ctx, actor, r); err != nil {
		return none, fmt.Errorf("record the data of gara %d: %w", id, err)
	}
	wake(s.stamping.due)
	s.publishBid(0, actor.AOO)
	return r, nil
}

// tenderFiles makes both forms; the PDF bears the digest of the other.
func (s *Station) tenderFiles(paper stamp.TenderRecord) (pdf, csv []byte, err error) {
	var table, pages bytes.Buffer
	if err := s.cfg.TenderPaper.TenderCSV(&table, paper); err != nil {
		return nil, nil, fmt.Errorf("write as CSV: %w", err)
	}
	sum := sha256.Sum256(table.Bytes())
	paper.TableSHA256 = hex.EncodeToString(sum[:])
	if err := s.cfg.TenderPaper.TenderPDF(&pages, paper); err != nil {
		return nil, nil, fmt.Errorf("write as PDF: %w", err)
	}
	return pages.Bytes(), table.Bytes(), nil
}

// TenderRecords lists what was produced of a gara, newest first, with what the time-stamping authority said.
func (s *Station) TenderRecords(ctx context.Context, actor protocollo.Actor, id int64) ([]TenderRecord, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return nil, err
	}
	list, err := s.cfg.Bids.TenderRecords(ctx, actor.AOO, id, "")
	if err != nil {
		return nil, err
	}
	ids, at := make([]int64, len(list)), map[int64]int{}
	for i, r := range list {
		ids[i], at[r.ID] = r.ID, i
	}
	stamps, err := s.stampsOf(ctx, actor.AOO, protocollo.TimestampTender, ids)
	for subject, stamp := range stamps {
		list[at[subject]].Stamp = stamp
	}
	return list, err
}

// OpenTenderRecord opens one form of a version; the caller closes it. What it reads has been compared with the digest that was recorded.
//
// Errors: NotFound "tender-record"; Internal "blob-damaged".
func (s *Station) OpenTenderRecord(ctx context.Context, actor protocollo.Actor, id int64, version int, format DailyFormat) (io.ReadSeekCloser, TenderRecord, error) {
	r, err := s.tenderRecord(ctx, actor, id, version)
	if err != nil {
		return nil, r, err
	}
	file := map[DailyFormat]DailyFile{DailyPDF: r.PDF, DailyCSV: r.CSV}[format]
	f, err := s.openWhole(ctx, file.SHA256)
	return f, r, err
}

// ExportTenderTimestamp writes the token on a version's PDF, for whoever verifies it without this program. NotFound "timestamp" where there is none yet.
func (s *Station) ExportTenderTimestamp(ctx context.Context, actor protocollo.Actor, id int64, version int, w io.Writer) error {
	r, err := s.tenderRecord(ctx, actor, id, version)
	if err != nil {
		return err
	}
	stamps, err := s.cfg.Timestamps.TimestampsOf(ctx, actor.AOO, protocollo.TimestampTender, []int64{r.ID})
	if err != nil {
		return fmt.Errorf("read timestamps: %w", err)
	}
	for _, q := range stamps {
		if q.Token != nil && s.cfg.TimestampExport != nil {
			return s.cfg.TimestampExport.WriteExport(w, q, fmt.Sprintf("dati-gara-%d-versione-%d.pdf", id, version))
		}
	}
	return protocollo.Errorf(protocollo.NotFound, "timestamp", "version %d of gara %d has no token yet", version, id)
}

func (s *Station) tenderRecord(ctx context.Context, actor protocollo.Actor, id int64, version int) (TenderRecord, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return TenderRecord{}, err
	}
	list, err := s.cfg.Bids.TenderRecords(ctx, actor.AOO, id, "")
	if err != nil {
		return TenderRecord{}, err
	}
	for _, r := range list {
		if r.Version == version {
			return r, nil
		}
	}
	return TenderRecord{}, protocollo.Errorf(protocollo.NotFound, "tender-record", "gara %d has no version %d", id, version)
}

func (s *Station) tenderPaper(ctx context.Context, actor protocollo.Actor, id int64) (stamp.TenderRecord, TenderFacts, error) {
	f, err := s.cfg.Bids.TenderFacts(ctx, actor.AOO, id)
	if err != nil {
		return stamp.TenderRecord{}, f, err
	}
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return stamp.TenderRecord{}, f, err
	}
	t := f.Tender
	out := stamp.TenderRecord{Body: setup.Body.Name, AOOCode: string(aoo.Code), AOOName: aoo.Name, Version: f.Versioned + 1, MadeAt: s.now().Truncate(time.Second), MadeBy: actor.Name,
		Name: tenderCode(t), Subject: t.Terms.Subject, CIG: t.Terms.CIG, Place: t.Terms.Place, Office: t.Terms.UOR, Norm: t.Terms.Norm, Deadline: t.Terms.Deadline, SessionAt: t.Terms.SessionAt,
		ClosedAt: t.ClosedAt, ClosedBy: t.ClosedBy, ClosingNote: f.ClosingNote, JournalSeq: f.Journal.Seq, JournalHash: f.Journal.Hash}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	for _, b := range rules.TenderBases() {
		if b.Code == t.Terms.Basis {
			out.Basis = b.Words
			if b.Source != "" {
				out.Basis += " (" + b.Source + ")"
			}
		}
	}
	for i, v := range f.Versions[min(1, len(f.Versions)):] {
		out.Changes = append(out.Changes, stamp.TenderChange{At: v.At, By: v.By, Reason: v.Reason, Was: f.Versions[i].Terms.Deadline, Deadline: v.Terms.Deadline})
	}
	for _, w := range f.Waiting {
		out.Waiting = append(out.Waiting, stamp.TenderWaiting{Count: w.Count, At: w.At, By: w.By, Note: w.Note})
	}
	codes := map[int64]string{}
	for _, b := range f.Bids {
		codes[b.ID] = b.Code()
	}
	for _, b := range f.Bids {
		if n := len(out.Handovers); n == 0 || out.Handovers[n-1].Code != b.Handover.Code() {
			out.Handovers = append(out.Handovers, paperHandover(b.Handover))
		}
		out.Handovers[len(out.Handovers)-1].Bids++
		one := paperBid(b, f, codes)
		out.Bids = append(out.Bids, one)
		countBid(&out.Totals, b, one)
	}
	for _, x := range f.Transfers {
		out.Transfers = append(out.Transfers, stamp.TenderTransfer{Code: x.Code(), From: x.From, To: x.To, Place: x.Place, At: x.At, Given: confirmWords(x.Given), Taken: confirmWords(x.Taken),
			Plichi: transferItems(x, f)})
	}
	return out, f, nil
}

func tenderCode(t protocollo.Tender) string { return fmt.Sprintf("%d/%d", t.Seq, t.Year) }

// countBid adds one plico to the totals.
func countBid(n *stamp.TenderTotals, b protocollo.Bid, one stamp.TenderBid) {
	add := func(on bool, to *int) {
		if on {
			*to++
		}
	}
	gone := b.Gone()
	left := func(kind protocollo.BidEventKind) bool { return gone != nil && gone.Kind == kind }
	opened := false
	for _, e := range b.Events {
		opened = opened || e.Kind == protocollo.BidOpened
	}
	n.All++
	add(b.Lateness == protocollo.Within, &n.Within)
	add(b.Lateness == protocollo.InMinute, &n.InMinute)
	add(b.Lateness == protocollo.Beyond, &n.Beyond)
	add(gone == nil, &n.Here)
	add(left(protocollo.BidWithdrawn), &n.Withdrawn)
	add(left(protocollo.BidReplaced), &n.Replaced)
	add(left(protocollo.BidReturned), &n.Returned)
	add(opened, &n.OpenedByMistake)
	add(one.Manual, &n.Manual)
	add(one.Contested, &n.Contested)
	add(one.Number == "", &n.Unnumbered)
}
