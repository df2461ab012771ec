package rules

import (
	"errors"
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

func TestLatenessComparesWholeSeconds(t *testing.T) {
	noon := time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC) // 12:00 in Rome
	for _, c := range []struct {
		after time.Duration
		want  protocollo.Lateness
	}{
		{-24 * time.Hour, protocollo.Within},
		{-time.Second, protocollo.Within},
		{0, protocollo.Within},
		{999 * time.Millisecond, protocollo.Within},
		{time.Second, protocollo.InMinute},
		{59*time.Second + 999*time.Millisecond, protocollo.InMinute},
		{time.Minute, protocollo.Beyond},
		{time.Hour, protocollo.Beyond},
	} {
		if got := protocollo.LatenessOf(noon.Add(c.after), noon); got != c.want {
			t.Errorf("%s after the deadline: %s, want %s", c.after, got, c.want)
		}
	}
	halfPast := noon.Add(30 * time.Second)
	for after, want := range map[time.Duration]protocollo.Lateness{0: protocollo.Within, time.Second: protocollo.InMinute, 30 * time.Second: protocollo.Beyond} {
		if got := protocollo.LatenessOf(halfPast.Add(after), halfPast); got != want {
			t.Errorf("%s after a deadline within a minute: %s, want %s", after, got, want)
		}
	}
}

func TestPaperTenderNeedsItsLegalBasis(t *testing.T) {
	deadline := time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC)
	good := protocollo.TenderTerms{Subject: "Vendita di un terreno", Place: "Sala giunta", Deadline: deadline, SessionAt: deadline.Add(time.Hour), Basis: "alienazione"}
	for _, c := range []struct {
		name, field string
		change      func(*protocollo.TenderTerms)
	}{
		{"a sale without CIG", "", func(*protocollo.TenderTerms) {}},
		{"without a basis", "basis", func(g *protocollo.TenderTerms) { g.Basis = "" }},
		{"a basis of no list", "basis", func(g *protocollo.TenderTerms) { g.Basis = "comodità" }},
		{"an award without CIG", "cig", func(g *protocollo.TenderTerms) { g.Basis = "campioni" }},
		{"an award", "", func(g *protocollo.TenderTerms) { g.Basis, g.CIG = "campioni", "b0123456ab" }},
		{"a CIG too short", "cig", func(g *protocollo.TenderTerms) { g.CIG = "B01" }},
		{"another norm unnamed", "norm", func(g *protocollo.TenderTerms) { g.Basis = "altro" }},
		{"another norm", "", func(g *protocollo.TenderTerms) { g.Basis, g.Norm = "altro", "L.r. 1/2020, art. 3" }},
		{"without a deadline", "deadline", func(g *protocollo.TenderTerms) { g.Deadline = time.Time{} }},
		{"a session before the deadline", "sessionAt", func(g *protocollo.TenderTerms) { g.SessionAt = deadline.Add(-time.Second) }},
		{"without a place", "place", func(g *protocollo.TenderTerms) { g.Place = " " }},
	} {
		terms := good
		c.change(&terms)
		err := CheckTender(terms.Normalize())
		var e *protocollo.Error
		if errors.As(err, &e) != (c.field != "") || e != nil && (e.Field != c.field || e.Class != protocollo.Invalid) {
			t.Errorf("%s: %v, want a refusal of %q", c.name, err, c.field)
		}
	}
	seen := map[string]bool{}
	for _, b := range TenderBases() {
		if seen[b.Code] || b.Words == "" || b.Source == "" && !b.WantsNorm {
			t.Errorf("basis %+v", b)
		}
		seen[b.Code] = true
	}
}

func TestCustodyChain(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	word := &protocollo.TransferConfirm{By: "x", Name: "x", At: at}
	passage := func(n int, from, to string, whole bool) protocollo.BidTransfer {
		p := protocollo.BidTransfer{From: from, To: to, At: at.Add(time.Duration(n) * time.Minute), Given: word}
		if whole {
			p.Taken = word
		}
		return p
	}
	noted := func(n int) protocollo.BidEvent {
		return protocollo.BidEvent{Kind: protocollo.BidCustody, At: at.Add(time.Duration(n) * time.Minute)}
	}
	base := protocollo.Bid{Description: &protocollo.BidDescription{}, Lateness: protocollo.Within, Handover: protocollo.Handover{Declared: &protocollo.HandoverDeclared{Name: "Anna"}}}
	for _, c := range []struct {
		name           string
		change         func(*protocollo.Bid)
		chain, closing CustodyGap
	}{
		{"still at the desk", func(*protocollo.Bid) {}, GapNone, GapUndelivered},
		{"still at the desk, and late", func(b *protocollo.Bid) { b.Lateness = protocollo.Beyond }, GapNone, GapNone},
		{"withdrawn", func(b *protocollo.Bid) { b.Events = []protocollo.BidEvent{{Kind: protocollo.BidWithdrawn}} }, GapNone, GapNone},
		{"handed over", func(b *protocollo.Bid) { b.Custody = []protocollo.BidTransfer{passage(1, "Anna", "Ugo", true)} }, GapNone, GapNone},
		{"one word is missing", func(b *protocollo.Bid) { b.Custody = []protocollo.BidTransfer{passage(1, "Anna", "Ugo", false)} }, GapUnconfirmed, GapUnconfirmed},
		{"from other hands", func(b *protocollo.Bid) {
			b.Custody = []protocollo.BidTransfer{passage(1, "Anna", "Ugo", true), passage(3, "Lia", "Ida", true)}
		}, GapOtherHands, GapOtherHands},
		{"from other hands, and noted", func(b *protocollo.Bid) {
			b.Custody = []protocollo.BidTransfer{passage(1, "Anna", "Ugo", true), passage(3, "Lia", "Ida", true)}
			b.Events = []protocollo.BidEvent{noted(4)}
		}, GapNone, GapNone},
		{"a gap after the note", func(b *protocollo.Bid) {
			b.Custody = []protocollo.BidTransfer{passage(1, "Lia", "Ugo", true), passage(3, "Ugo", "Ida", false)}
			b.Events = []protocollo.BidEvent{noted(2)}
		}, GapUnconfirmed, GapUnconfirmed},
		{"a note of the same instant", func(b *protocollo.Bid) {
			b.Custody = []protocollo.BidTransfer{passage(1, "Lia", "Ugo", true)}
			b.Events = []protocollo.BidEvent{noted(1)}
		}, GapOtherHands, GapOtherHands},
		{"withdrawn before the other word was given", func(b *protocollo.Bid) {
			b.Custody = []protocollo.BidTransfer{passage(1, "Anna", "Ugo", false)}
			b.Events = []protocollo.BidEvent{{Kind: protocollo.BidWithdrawn, At: at.Add(time.Hour)}}
		}, GapUnconfirmed, GapNone},
		{"nobody described it", func(b *protocollo.Bid) { b.Description = nil }, GapUndescribed, GapUndescribed},
	} {
		b := base
		c.change(&b)
		if got := CustodyOf(b); got != c.chain {
			t.Errorf("%s: chain %q, want %q", c.name, got, c.chain)
		}
		if got := ClosingGap(b); got != c.closing {
			t.Errorf("%s: closing %q, want %q", c.name, got, c.closing)
		}
	}
}
