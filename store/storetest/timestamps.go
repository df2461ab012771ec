package storetest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

// Token is one that came at an instant.
func Token(at time.Time) protocollo.Timestamp {
	return protocollo.Timestamp{Serial: "0A3F", Time: at.Add(-time.Second), Accuracy: time.Second, Policy: "1.2.3.4.1", Authority: "TSA di prova", Qualified: true,
		Token: []byte{0x30, 0x03, 0x02, 0x01, 0x00}, Chain: "-----BEGIN CERTIFICATE-----\n", SentAt: at.Add(-2 * time.Second), ReceivedAt: at,
		Clock: protocollo.ClockProof{State: protocollo.ClockVerified, Offset: time.Millisecond, MeasuredAt: at.Add(-time.Minute), Servers: 3}}
}

// Refusal is an answer that was not accepted.
func Refusal(code string) protocollo.TimestampRefusal {
	return protocollo.TimestampRefusal{Code: code, Detail: "the answer is not ours", AnswerSHA256: strings.Repeat("0f", 32)}
}

// testTimestamps: a day that is closed waits for its token, a refused answer changes nothing, and what was accepted stays.
func testTimestamps(t *testing.T, f *Fixture) {
	ctx, aoo := context.Background(), AOO().Code
	if q, err := f.TimestampQueue(ctx); err != nil || q.Waiting != 0 || !q.Oldest.IsZero() {
		t.Fatalf("before anything: %+v, %v", q, err)
	}
	first := protocollo.DayOf(f.Clock.Now())
	f.Clock.Move(48 * time.Hour)
	made, err := f.CloseDay(first, "first")
	f.ok(err)
	_, err = f.CloseDay(protocollo.DayOf(f.Clock.Now().Add(-24*time.Hour)), "second")
	f.ok(err)
	list, err := f.DailyRegisters(ctx, aoo, "", 10)
	f.ok(err)
	subjects := []int64{list[0].ID, list[1].ID}

	due, err := f.DueTimestamps(ctx, 10)
	f.ok(err)
	if len(due) != 2 || due[0].Kind != protocollo.TimestampDaily || due[0].SHA256 != made.PDF.SHA256 || due[0].Subject != list[1].ID || due[0].AOO != aoo || due[0].AskedAt.IsZero() {
		t.Fatalf("due: %+v", due)
	}
	if one, err := f.DueTimestamps(ctx, 1); err != nil || len(one) != 1 || one[0] != due[0] {
		t.Fatalf("the first due: %+v, %v", one, err)
	}
	f.ok(f.RefuseTimestamp(ctx, due[0].ID, Refusal("tsa-nonce")))
	f.ok(f.RefuseTimestamp(ctx, due[0].ID, Refusal("tsa-chain")))
	q, err := f.TimestampQueue(ctx)
	f.ok(err)
	if q.Waiting != 2 || !q.Oldest.Equal(due[0].AskedAt) || q.Refused.Code != "tsa-chain" || !q.Refused.At.After(due[1].AskedAt) {
		t.Fatalf("queue: %+v", q)
	}

	token := Token(f.Clock.Now())
	f.ok(f.RecordTimestamp(ctx, due[0].ID, token))
	f.ok(f.RecordTimestamp(ctx, due[0].ID, token))
	other := token
	other.Token = []byte{1}
	Fails(t, f.RecordTimestamp(ctx, due[0].ID, other), protocollo.Conflict, "timestamped")
	Fails(t, f.RecordTimestamp(ctx, 99, token), protocollo.NotFound, "timestamp")
	Fails(t, f.RefuseTimestamp(ctx, 99, Refusal("x")), protocollo.NotFound, "timestamp")
	if q, err := f.TimestampQueue(ctx); err != nil || q.Waiting != 1 || q.Refused.Code != "" {
		t.Fatalf("queue after the first: %+v, %v", q, err)
	}

	records, err := f.TimestampsOf(ctx, aoo, protocollo.TimestampDaily, subjects)
	f.ok(err)
	if len(records) != 2 || records[0].Request != due[0] || records[0].Refusals != 2 || records[0].Refused != "tsa-chain" || records[1].Refused != "" || records[1].Token != nil {
		t.Fatalf("records: %+v", records)
	}
	got := *records[0].Token
	if !bytes.Equal(got.Token, token.Token) || got.Clock != token.Clock || !got.Time.Equal(token.Time) || got.Serial != token.Serial || !got.Qualified || got.Accuracy != time.Second ||
		got.Chain != token.Chain || !got.SentAt.Equal(token.SentAt) || !got.ReceivedAt.Equal(token.ReceivedAt) || got.Policy != token.Policy || got.Authority != token.Authority {
		t.Fatalf("got %+v, want %+v", got, token)
	}
	for _, none := range []struct {
		aoo  protocollo.AOOCode
		kind protocollo.TimestampKind
	}{{OtherAOO().Code, protocollo.TimestampDaily}, {aoo, protocollo.TimestampBid}} {
		if records, err := f.TimestampsOf(ctx, none.aoo, none.kind, subjects); err != nil || len(records) != 0 {
			t.Errorf("of %+v: %+v, %v", none, records, err)
		}
	}
}
