package station

import (
	"context"
	"fmt"
	"io"
	"strings"

	"segnatura/internal/protocollo"
)

// BidStamps returns what the time-stamping authority said of plichi, by the plico's id. One that was received while no authority was named has none.
func (s *Station) BidStamps(ctx context.Context, actor protocollo.Actor, list []protocollo.Bid) (map[int64]*Stamp, error) {
	if err := actor.Require(protocollo.ActTender); err != nil {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, b := range list {
		ids[i] = b.ID
	}
	return s.stampsOf(ctx, actor.AOO, protocollo.TimestampBid, ids)
}

// ExportBidTimestamp writes the token on a plico's record, with the record itself, for whoever verifies it without this program (R5.6, R14.4).
//
// Errors: Forbidden "tender"; NotFound "bid"; NotFound "timestamp" where there is none yet; Internal "bid-record" where the record is not the one that was stamped.
func (s *Station) ExportBidTimestamp(ctx context.Context, actor protocollo.Actor, id int64, w io.Writer) error {
	b, err := s.Bid(ctx, actor, id)
	if err != nil {
		return err
	}
	records, err := s.cfg.Timestamps.TimestampsOf(ctx, actor.AOO, protocollo.TimestampBid, []int64{id})
	if err != nil {
		return fmt.Errorf("read the timestamp of plico %d: %w", id, err)
	}
	for _, r := range records {
		if r.Token == nil || s.cfg.TimestampExport == nil {
			continue
		}
		if r.Content, err = b.RecordStamped(r.Request.SHA256); err != nil {
			return err
		}
		return s.cfg.TimestampExport.WriteExport(w, r, "plico-"+strings.ReplaceAll(b.Code(), "/", "-")+".json")
	}
	return protocollo.Errorf(protocollo.NotFound, "timestamp", "plico %s has no token yet", b.Code())
}
