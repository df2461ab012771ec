package station

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"segnatura/internal/protocollo"
)

// DailyCopyStore keeps the signed copies of daily registers.
type DailyCopyStore interface {
	// SignDailyRegister records a copy of a day's register that came back signed; its blob must be there. The same file again returns the row that is
	// there. NotFound "daily-register".
	SignDailyRegister(ctx context.Context, a protocollo.Actor, day protocollo.Day, c DailyCopy) (DailyCopy, error)
	// DailyCopies lists the copies of an AOO's registers from a day to a day, both included, oldest first.
	DailyCopies(ctx context.Context, aoo protocollo.AOOCode, from, to protocollo.Day) ([]DailyCopy, error)
	// DailyCopy finds one. NotFound "signature".
	DailyCopy(ctx context.Context, aoo protocollo.AOOCode, id int64) (DailyCopy, error)
}

// DailyCopy is a copy of a day's register as it came back signed.
type DailyCopy struct {
	ID        int64          `json:"id"`
	Day       protocollo.Day `json:"day"`
	SHA256    string         `json:"sha256"`
	Bytes     int64          `json:"bytes"`
	FileName  string         `json:"fileName"`
	MediaType string         `json:"mediaType"`
	By        string         `json:"by"`
	At        time.Time      `json:"at"`
}

// SignedDaily is a copy that somebody brings back.
type SignedDaily struct {
	FileName  string
	MediaType string
	Content   io.Reader
}

// KeepSignedDaily keeps a copy of a day's register that came back with the signature of a Responsabile d'Area (002 arts. 34.2, 35 e; R12.3); each Area
// brings its own. It is held to what signed acts are held to, and replaces nothing. The same file again is no error.
//
// Errors: Forbidden "read-all"; NotFound "daily-register"; and those of [Station.AttachSignedAct].
func (s *Station) KeepSignedDaily(ctx context.Context, actor protocollo.Actor, day protocollo.Day, f SignedDaily) (DailyCopy, error) {
	none := DailyCopy{}
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return none, err
	}
	content, err := signedContent(f.MediaType, f.Content)
	if err != nil {
		return none, err
	}
	if _, err := s.cfg.Daily.DailyRegister(ctx, actor.AOO, day); err != nil {
		return none, fmt.Errorf("find the daily register: %w", err)
	}
	sha, size, err := s.cfg.Archive.PutBlob(ctx, bytes.NewReader(content))
	if err != nil {
		return none, fmt.Errorf("keep the signed register: %w", err)
	}
	c, err := s.cfg.Daily.SignDailyRegister(context.WithoutCancel(ctx), actor, day, DailyCopy{SHA256: sha, Bytes: size, FileName: fileWords(f.FileName), MediaType: f.MediaType})
	if err != nil {
		return none, fmt.Errorf("record the signed register: %w", err)
	}
	return c, nil
}

// OpenSignedDaily opens a signed copy as it came back; the caller closes it. What it reads has its digest.
//
// Errors: Forbidden "read-all"; NotFound "signature"; Internal "blob-damaged".
func (s *Station) OpenSignedDaily(ctx context.Context, actor protocollo.Actor, id int64) (io.ReadSeekCloser, DailyCopy, error) {
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return nil, DailyCopy{}, err
	}
	c, err := s.cfg.Daily.DailyCopy(ctx, actor.AOO, id)
	if err != nil {
		return nil, c, fmt.Errorf("find the signed register: %w", err)
	}
	f, err := s.openWhole(ctx, c.SHA256)
	return f, c, err
}

// dailyCopies adds the signed copies to a list of registers, which is newest first.
func (s *Station) dailyCopies(ctx context.Context, aoo protocollo.AOOCode, list []DailyRegister) error {
	if len(list) == 0 {
		return nil
	}
	copies, err := s.cfg.Daily.DailyCopies(ctx, aoo, list[len(list)-1].Day, list[0].Day)
	if err != nil {
		return fmt.Errorf("list signed registers: %w", err)
	}
	of := map[protocollo.Day][]DailyCopy{}
	for _, c := range copies {
		of[c.Day] = append(of[c.Day], c)
	}
	for i := range list {
		list[i].Signed = of[list[i].Day]
	}
	return nil
}
