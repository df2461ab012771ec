package station

import (
	"context"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// Bounds of blank sheets: so many lines fit one side, so many sheets a bad day.
const (
	sheetRows      = 14
	maxSheets      = 50
	maxSheetsShown = 200
)

// PrepareBidSheets gives numbers to blank sheets «Foglio ricezione plichi», to be printed beforehand; a sheet that was ruled by hand gets its number
// afterwards in the same way (R20.4). Invalid "count".
func (s *Station) PrepareBidSheets(ctx context.Context, actor protocollo.Actor, key string, count int) ([]BidSheet, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	if key == "" {
		return nil, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	if count < 1 || count > maxSheets {
		return nil, protocollo.Errorf(protocollo.Invalid, "count", "%d sheets", count)
	}
	list, err := s.cfg.Bids.PrepareBidSheets(ctx, actor, key, count, sheetRows)
	if err != nil {
		return nil, fmt.Errorf("prepare blank sheets: %w", err)
	}
	return list, nil
}

// BidSheets lists the sheets that were prepared, newest first, each with the lines that were typed in.
func (s *Station) BidSheets(ctx context.Context, actor protocollo.Actor) ([]BidSheet, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	return s.cfg.Bids.BidSheets(ctx, actor.AOO, maxSheetsShown)
}

// BidSheetsPaper returns blank sheets of a year from a number to another, to be printed, also again. NotFound "bid-sheet".
func (s *Station) BidSheetsPaper(ctx context.Context, actor protocollo.Actor, year int, from, to int64) (stamp.BidSheets, error) {
	list, err := s.BidSheets(ctx, actor)
	if err != nil {
		return stamp.BidSheets{}, err
	}
	setup, aoo, err := s.office(ctx, actor.AOO)
	if err != nil {
		return stamp.BidSheets{}, err
	}
	out := stamp.BidSheets{Body: setup.Body.Name, AOOCode: string(aoo.Code), AOOName: aoo.Name, MadeAt: s.now().Truncate(time.Second)}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	for i := len(list) - 1; i >= 0; i-- {
		if b := list[i]; b.Year == year && b.Seq >= from && b.Seq <= to {
			out.Sheets = append(out.Sheets, stamp.BidSheet{Code: b.Code, Rows: b.Rows})
		}
	}
	if len(out.Sheets) == 0 {
		return out, protocollo.Errorf(protocollo.NotFound, "bid-sheet", "no sheets %d to %d of %d", from, to, year)
	}
	return out, nil
}

// SheetLine is a whole line of a «Foglio ricezione plichi», as it is typed in.
type SheetLine struct {
	Key      string
	Sheet    protocollo.HandoverSheet
	Count    int
	TenderID int64 // 0: da individuare
	Sender   string
	Note     string // what stands beside the line
	// NoSeconds: the hand wrote hours and minutes alone. The instant has :00 then, and an annotation says so.
	NoSeconds bool
}

// noSeconds stands beside an instant whose seconds nobody wrote.
const noSeconds = "I secondi non sono scritti sul foglio"

// TypeSheetLine types in a line with all that stands on it: the hand's instant, how many plichi, whose they are and for which gara, and the note beside
// it. It is four facts one after the other; under the same key it goes on where it stopped. The plichi are described alike: what differs is
// corrected on each.
//
// Errors: those of [Station.TypeHandover], [Station.DeclareHandover] and [Station.DescribeBid]; NotFound "tender" and Conflict "tender-closed" before
// anything is recorded.
func (s *Station) TypeSheetLine(ctx context.Context, actor protocollo.Actor, line SheetLine) (protocollo.Handover, error) {
	none := protocollo.Handover{}
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return none, err
	}
	line.Sender, line.Note = strings.TrimSpace(line.Sender), strings.TrimSpace(line.Note)
	switch {
	case line.Sheet.Sheet == "":
		return none, protocollo.Errorf(protocollo.NotFound, "bid-sheet", "a line of no sheet")
	case line.Count < 1 || line.Count > maxPlichi:
		return none, protocollo.Errorf(protocollo.Invalid, "count", "%d plichi", line.Count)
	}
	if line.TenderID != 0 {
		t, err := s.tender(ctx, actor.AOO, line.TenderID)
		if err != nil {
			return none, err
		}
		if !t.ClosedAt.IsZero() {
			return none, protocollo.Errorf(protocollo.Conflict, "tender-closed", "gara %d is closed", t.ID)
		}
	}
	h, err := s.TypeHandover(ctx, actor, line.Key, line.Sheet)
	if err != nil {
		return none, err
	}
	list, err := s.DeclareHandover(ctx, actor, h.ID, line.Count, "")
	if err != nil {
		return none, err
	}
	for _, b := range list {
		if b.Version > 0 { // described before, perhaps corrected since
			continue
		}
		if _, err := s.DescribeBid(ctx, actor, b.ID, 0, protocollo.BidDescription{TenderID: line.TenderID, Sender: line.Sender}, ""); err != nil {
			return none, err
		}
	}
	var notes []string
	if line.NoSeconds {
		notes = append(notes, noSeconds)
	}
	if line.Note != "" {
		notes = append(notes, line.Note)
	}
	if len(notes) > 0 {
		if err := s.AnnotateHandover(ctx, actor, line.Key, h.ID, strings.Join(notes, ". ")); err != nil {
			return none, err
		}
	}
	return s.handover(ctx, actor.AOO, h.ID)
}
