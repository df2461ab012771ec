package station

import (
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// What papers say of plichi.
var (
	paperLateness = map[protocollo.Lateness]stamp.Lateness{protocollo.Within: stamp.LateWithin, protocollo.InMinute: stamp.LateInMinute, protocollo.Beyond: stamp.LateBeyond}
	paperMeans    = map[protocollo.Means]string{
		protocollo.MeansHand: "consegna a mano", protocollo.MeansRaccomandataAR: "raccomandata A.R.", protocollo.MeansAttoGiudiziario: "atto giudiziario", protocollo.MeansInternalMail: "posta interna", protocollo.MeansOther: "altro mezzo",
	}
	paperSeal = map[protocollo.SealCondition]string{protocollo.SealNone: "chiuso, non sigillato"}
	paperGone = map[protocollo.BidEventKind]string{protocollo.BidWithdrawn: "ritirato", protocollo.BidReplaced: "sostituito", protocollo.BidReturned: "restituito a gara ultimata"}
	paperGap  = map[rules.CustodyGap]string{
		rules.GapUnconfirmed: "una consegna non è confermata da entrambi", rules.GapOtherHands: "consegnato da chi non risultava averlo", rules.GapUndelivered: "non ancora consegnato", rules.GapUndescribed: "non descritto",
	}
	paperEvent = map[protocollo.BidEventKind]string{
		protocollo.BidWithdrawn: "ritirato da ", protocollo.BidReplaced: "sostituito da ", protocollo.BidOpened: "aperto per errore e risigillato, da ", protocollo.BidReturned: "restituito a gara ultimata a ",
		protocollo.BidCustody: "nota sulla custodia", protocollo.BidNote: "annotazione",
	}
	paperClock = map[protocollo.ClockState]string{
		protocollo.ClockVerified: "verificato", protocollo.ClockStale: "non verificato: misura troppo vecchia", protocollo.ClockStepped: "non verificato: spostato dopo la misura",
		protocollo.ClockContradicted: "non verificato: i server si contraddicono", protocollo.ClockUnverified: "non verificato: nessuna misura",
	}
)

func wordOr[K ~string](words map[K]string, k K) string {
	if w, ok := words[k]; ok {
		return w
	}
	return string(k)
}

// paperInstant is an instant to the second, in Rome, with its offset.
func paperInstant(at time.Time) string {
	return at.In(protocollo.Rome()).Format("02/01/2006 15:04:05 -07:00")
}

func paperHandover(h protocollo.Handover) stamp.TenderHandover {
	out := stamp.TenderHandover{Code: h.Code(), At: h.Received(), Desk: h.Desk, Manual: manualWords(h), Contested: h.Contested && h.Sheet == nil, Clock: clockWords(h.Proof), Undetermined: rules.NeedsAnnotation(h)}
	if out.Contested {
		out.ClockAt = h.ClockAt
	}
	if h.Declared != nil {
		out.Receiver = h.Declared.Name
	}
	for _, a := range h.Annotations {
		out.Annotations = append(out.Annotations, fmt.Sprintf("%s (%s, %s)", a.Note, a.By, paperInstant(a.At)))
	}
	return out
}

// manualWords say of a line of a sheet where it stands and who typed it in; "" of an instant that the key froze.
func manualWords(h protocollo.Handover) string {
	if h.Sheet == nil {
		return ""
	}
	sheet := ""
	if h.Sheet.Sheet != "" {
		sheet = " n. " + h.Sheet.Sheet
	}
	return fmt.Sprintf("foglio ricezione plichi%s, riga %d, sigla %s, trascritta il %s", sheet, h.Sheet.Row, h.Sheet.By, paperInstant(h.At))
}

// clockWords say what was known of the clock at the instant.
func clockWords(p protocollo.ClockProof) string {
	words := wordOr(paperClock, p.State)
	if words == "" {
		words = paperClock[protocollo.ClockUnverified]
	}
	if p.MeasuredAt.IsZero() {
		return words
	}
	seconds := func(d time.Duration) string {
		return strings.Replace(fmt.Sprintf("%.3f", d.Seconds()), ".", ",", 1)
	}
	sign := "+"
	if p.Offset < 0 {
		sign = ""
	}
	words += fmt.Sprintf(": scarto %s%s s ± %s s, %d server concordi, misurato il %s", sign, seconds(p.Offset), seconds(p.Uncertainty), p.Servers, paperInstant(p.MeasuredAt))
	if p.Step != 0 {
		words += ", poi spostato di " + seconds(p.Step) + " s"
	}
	return words
}

func paperBid(b protocollo.Bid, f TenderFacts, codes map[int64]string) stamp.TenderBid {
	d := b.Description
	out := stamp.TenderBid{Code: b.Code(), Handover: b.Handover.Code(), Ordinal: b.Ordinal, Of: b.Of, At: b.Handover.Received(), Lateness: paperLateness[b.Lateness], Manual: b.Handover.Sheet != nil,
		Contested: b.Handover.Contested && b.Handover.Sheet == nil, Holder: b.Holder(), Gap: paperGap[rules.CustodyOf(b)]}
	if d != nil {
		out.Sender, out.Address, out.Means, out.Seal, out.Marks = d.From(), d.Address, wordOr(paperMeans, d.Means), wordOr(paperSeal, d.Seal), d.Marks
	}
	if gap := rules.ClosingGap(b); gap != rules.GapNone {
		out.Gap = paperGap[gap]
	}
	if rec := f.Letters[b.ID]; rec.Registration != nil {
		reg := rec.Registration
		out.Number, out.Day, out.RegisteredAt, out.Annulled = reg.CitedNumber(), reg.Day.Italian(), reg.RegisteredAt, rec.Annulment != nil
		if reg.Recovery != nil {
			out.Day = reg.Recovery.Day.Italian()
		}
	}
	if gone := b.Gone(); gone != nil {
		out.Gone, out.Holder = paperGone[gone.Kind], ""
	}
	for _, e := range b.Events {
		out.Events = append(out.Events, eventWords(e, codes))
	}
	for _, c := range b.Custody {
		out.Custody = append(out.Custody, fmt.Sprintf("%s → %s, %s (distinta %s)", c.From, c.To, paperInstant(c.At), c.Code()))
	}
	if t, asked := f.Tokens[b.ID]; asked {
		out.Token = tokenWords(t)
	}
	return out
}

func eventWords(e protocollo.BidEvent, codes map[int64]string) string {
	words := paperEvent[e.Kind] + e.Person
	if e.OtherID != 0 {
		words += ", con il plico " + codes[e.OtherID]
	}
	if e.Signed {
		words += ", con firma"
	}
	words += fmt.Sprintf(", il %s (%s)", paperInstant(e.At), e.By)
	if e.Note != "" {
		words += ": " + e.Note
	}
	return words
}

// tokenWords say «qualificata» only of an authority on the trusted list (R14.4).
func tokenWords(t TimestampRecord) string {
	if t.Token == nil {
		return "in attesa"
	}
	words := "del " + paperInstant(t.Token.Time) + ", " + t.Token.Authority + ", n. " + t.Token.Serial
	if t.Token.Qualified {
		words = "qualificata, " + words
	}
	return words
}

// confirmWords are one side's word on a passage; "" while it is wanted.
func confirmWords(c *protocollo.TransferConfirm) string {
	switch {
	case c == nil:
		return ""
	case c.OnPaper:
		return fmt.Sprintf("%s, firma sulla distinta, annotata il %s (%s)", c.Name, paperInstant(c.At), c.By)
	}
	return fmt.Sprintf("%s, dal proprio accesso il %s", c.Name, paperInstant(c.At))
}

// transferItems are a passage's plichi, with what the register has of them.
func transferItems(t protocollo.BidTransfer, f TenderFacts) []stamp.TransferItem {
	bids := map[int64]protocollo.Bid{}
	for _, b := range f.Bids {
		bids[b.ID] = b
	}
	out := make([]stamp.TransferItem, 0, len(t.Items))
	for _, i := range t.Items {
		out = append(out, transferItem(bids[i.BidID], wordOr(paperSeal, i.Seal), f))
	}
	return out
}

func transferItem(b protocollo.Bid, seal string, f TenderFacts) stamp.TransferItem {
	one := paperBid(b, f, nil)
	item := stamp.TransferItem{Code: one.Code, At: one.At, Lateness: one.Lateness, Sender: one.Sender, Seal: seal}
	if one.Number != "" {
		item.Number = one.Number + " del " + one.Day
	}
	return item
}
