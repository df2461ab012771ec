package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// queueTimestamp asks for a token on a thing's digest (lower-case hex of SHA-256), in the transaction that records the thing and before its
// journal entry, which reports the row. It does nothing where no authority is configured; asking for the same digest again changes nothing.
func (w *wtx) queueTimestamp(aoo protocollo.AOOCode, kind protocollo.TimestampKind, subject int64, sha256 string) error {
	if !w.db.cfg.Timestamps {
		return nil
	}
	have, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM timestamp_requests WHERE kind = ? AND subject_id = ? AND sha256 = ?`, string(kind), subject, sha256))
	if err != nil || have > 0 {
		return err
	}
	_, err = w.insert("timestamp_requests", row{"aoo": string(aoo), "kind": string(kind), "subject_id": subject, "sha256": sha256})
	return err
}

const timestampRequestColumns = `q.id, q.at, q.aoo, q.kind, q.subject_id, q.sha256`

func timestampRequestFields(r *protocollo.TimestampRequest, at *int64) []any {
	return []any{&r.ID, at, &r.AOO, &r.Kind, &r.Subject, &r.SHA256}
}

func scanTimestampRequest(s scannable) (protocollo.TimestampRequest, error) {
	var r protocollo.TimestampRequest
	var at int64
	err := s.Scan(timestampRequestFields(&r, &at)...)
	r.AskedAt = instant(at)
	return r, err
}

// DueTimestamps lists what has no token, oldest first.
func (db *DB) DueTimestamps(ctx context.Context, limit int) ([]protocollo.TimestampRequest, error) {
	list, err := collect(ctx, db.read, scanTimestampRequest, `SELECT `+timestampRequestColumns+` FROM timestamp_requests q
		WHERE NOT EXISTS (SELECT 1 FROM timestamps t WHERE t.request_id = q.id) ORDER BY q.id LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list due timestamps: %w", err)
	}
	return list, nil
}

func readTimestampRequest(w *wtx, id int64) (protocollo.TimestampRequest, error) {
	return one(w.ctx, w, "timestamp", scanTimestampRequest, `SELECT `+timestampRequestColumns+` FROM timestamp_requests q WHERE q.id = ?`, id)
}

// RecordTimestamp keeps an accepted token.
func (db *DB) RecordTimestamp(ctx context.Context, request int64, t protocollo.Timestamp) error {
	return db.transact(ctx, "record a timestamp", func(w *wtx) error {
		q, err := readTimestampRequest(w, request)
		if err != nil {
			return err
		}
		have, err := one(w.ctx, w, "timestamp", text, `SELECT hex(token) FROM timestamps WHERE request_id = ?`, request)
		switch {
		case err == nil && have == strings.ToUpper(fmt.Sprintf("%x", t.Token)):
			return nil
		case err == nil:
			return protocollo.Errorf(protocollo.Conflict, "timestamped", "request %d has its token", request)
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		clock, err := encode(t.Clock)
		if err != nil {
			return err
		}
		_, err = w.insert("timestamps", row{"request_id": request, "authority": t.Authority, "serial": t.Serial, "policy": t.Policy, "gen_time": nanos(t.Time),
			"accuracy": int64(t.Accuracy), "qualified": t.Qualified, "token": t.Token, "chain": t.Chain, "sent_at": nanos(t.SentAt), "received_at": nanos(t.ReceivedAt), "clock": clock})
		if err != nil {
			return err
		}
		return w.report(KindTimestamp, stationUser(), q.AOO, 0, map[string]any{"stamped": q.Kind, "subject": q.Subject, "sha256": q.SHA256, "serial": t.Serial, "authority": t.Authority})
	})
}

// RefuseTimestamp keeps that an answer was not accepted.
func (db *DB) RefuseTimestamp(ctx context.Context, request int64, r protocollo.TimestampRefusal) error {
	return db.transact(ctx, "record a refused timestamp", func(w *wtx) error {
		q, err := readTimestampRequest(w, request)
		if err != nil {
			return err
		}
		if _, err := w.insert("timestamp_refusals", row{"request_id": request, "code": r.Code, "detail": r.Detail, "answer_sha256": r.AnswerSHA256}); err != nil {
			return err
		}
		return w.report(KindTimestampRefused, stationUser(), q.AOO, 0, map[string]any{"stamped": q.Kind, "subject": q.Subject, "fault": r.Code})
	})
}

// scanTimestampRecord reads a request with its token.
func scanTimestampRecord(s scannable) (station.TimestampRecord, error) {
	var r station.TimestampRecord
	var t protocollo.Timestamp
	var at, gen, accuracy, sent, received int64
	var token []byte
	var clock string
	err := s.Scan(append(timestampRequestFields(&r.Request, &at), &r.Refusals, &r.Refused, &t.Authority, &t.Serial, &t.Policy, &gen, &accuracy, &t.Qualified, &token, &t.Chain, &sent, &received, &clock)...)
	if err != nil {
		return r, err
	}
	r.Request.AskedAt = instant(at)
	if t.Serial == "" {
		return r, nil
	}
	t.Time, t.Accuracy, t.Token, t.SentAt, t.ReceivedAt = instant(gen), time.Duration(accuracy), token, instant(sent), instant(received)
	r.Token = &t
	return r, decode(clock, &t.Clock)
}

// TimestampsOf lists the stamps of things of a kind, waiting ones too, oldest request first.
func (db *DB) TimestampsOf(ctx context.Context, aoo protocollo.AOOCode, kind protocollo.TimestampKind, subjects []int64) ([]station.TimestampRecord, error) {
	return readTimestamps(ctx, db.read, aoo, kind, subjects)
}

func readTimestamps(ctx context.Context, q querier, aoo protocollo.AOOCode, kind protocollo.TimestampKind, subjects []int64) ([]station.TimestampRecord, error) {
	ids, err := encode(subjects)
	if err != nil {
		return nil, err
	}
	list, err := collect(ctx, q, scanTimestampRecord, `SELECT `+timestampRequestColumns+`, (SELECT count(*) FROM timestamp_refusals f WHERE f.request_id = q.id),
		coalesce((SELECT f.code FROM timestamp_refusals f WHERE f.request_id = q.id ORDER BY f.id DESC LIMIT 1), ''),
		coalesce(t.authority, ''), coalesce(t.serial, ''), coalesce(t.policy, ''), coalesce(t.gen_time, 0), coalesce(t.accuracy, 0), coalesce(t.qualified, 0), t.token,
		coalesce(t.chain, ''), coalesce(t.sent_at, 0), coalesce(t.received_at, 0), coalesce(t.clock, '{}')
		FROM timestamp_requests q LEFT JOIN timestamps t ON t.request_id = q.id
		WHERE q.aoo = ? AND q.kind = ? AND q.subject_id IN (SELECT value FROM json_each(?)) ORDER BY q.id`, string(aoo), string(kind), ids)
	if err != nil {
		return nil, fmt.Errorf("list timestamps: %w", err)
	}
	return list, nil
}

// TimestampQueue counts what has no token.
func (db *DB) TimestampQueue(ctx context.Context) (station.TimestampQueue, error) {
	const waiting = ` FROM timestamp_requests q WHERE NOT EXISTS (SELECT 1 FROM timestamps t WHERE t.request_id = q.id)`
	q, err := one(ctx, db.read, "timestamp", func(s scannable) (station.TimestampQueue, error) {
		var q station.TimestampQueue
		var oldest int64
		err := s.Scan(&q.Waiting, &oldest)
		q.Oldest = instant(oldest)
		return q, err
	}, `SELECT count(*), coalesce(min(q.at), 0)`+waiting)
	if err != nil {
		return q, fmt.Errorf("count due timestamps: %w", err)
	}
	q.Refused, err = one(ctx, db.read, "timestamp", func(s scannable) (protocollo.TimestampRefusal, error) {
		var r protocollo.TimestampRefusal
		var at int64
		err := s.Scan(&at, &r.Code, &r.Detail, &r.AnswerSHA256)
		r.At = instant(at)
		return r, err
	}, `SELECT f.at, f.code, f.detail, f.answer_sha256 FROM timestamp_refusals f WHERE f.request_id IN (SELECT q.id`+waiting+`) ORDER BY f.id DESC LIMIT 1`)
	if err != nil && !errors.Is(err, protocollo.NotFound) {
		return q, fmt.Errorf("read the last refused timestamp: %w", err)
	}
	return q, nil
}
