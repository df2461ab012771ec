package station_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"testing"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/officesim/authority"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/internal/tsa"
)

// stampExport writes tokens out as the command does.
type stampExport struct{}

func (stampExport) WriteExport(w io.Writer, r station.TimestampRecord, fileName string) error {
	return tsa.Export(w, r.Request.SHA256, *r.Token, fileName, r.Content)
}

// stamped is an office whose authority is the pretend one, asked by the real client.
func stampedOffice(t *testing.T) (*office, *authority.Authority) {
	t.Helper()
	o := newOffice(t)
	a, err := authority.Start(context.WithoutCancel(t.Context()), authority.Config{Delay: time.Hour, Now: o.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	block, _ := pem.Decode(a.Root())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	client, err := tsa.New(tsa.Config{Service: call.Config{URL: a.URL(), Timeout: time.Second}, Trust: tsa.Trust{Roots: []*x509.Certificate{root}}, Clock: o.clock.Now,
		Proof: func() protocollo.ClockProof {
			return protocollo.ClockProof{State: protocollo.ClockVerified, Servers: 2, MeasuredAt: o.clock.Now()}
		}})
	if err != nil {
		t.Fatal(err)
	}
	o.start(func(c *station.Config) { c.TSA, c.TimestampExport = client, stampExport{} })
	return o, a
}

func (o *office) dailyStamp() *station.Stamp {
	o.t.Helper()
	list, err := o.s.DailyRegisters(o.t.Context(), boss, "", 1)
	if err != nil || len(list) != 1 || list[0].Stamp == nil {
		o.t.Fatalf("registers: %+v, %v", list, err)
	}
	return list[0].Stamp
}

func (o *office) stampRound() {
	o.t.Helper()
	if err := o.s.StampDue(o.t.Context()); err != nil {
		o.t.Error(err)
	}
}

// Whatever the authority does: the day is closed and letters are registered without waiting for it, no wrong answer becomes a token, what was
// answered is kept with why, and once it answers well the day has its token.
func TestAFaultyAuthorityBlocksNothingAndIsNotBelieved(t *testing.T) {
	o, a := stampedOffice(t)
	behave := func(b authority.Behaviour) {
		t.Helper()
		if err := a.Behave(b); err != nil {
			t.Fatal(err)
		}
	}
	behave(authority.Away)
	o.register("k1", letter("Richiesta"))
	o.clock.add(24 * time.Hour)
	if err := o.s.CloseDays(t.Context()); err != nil {
		t.Fatalf("close the day without an authority: %v", err)
	}
	silent := map[authority.Behaviour]bool{authority.Away: true, authority.Slow: true, authority.Half: true}
	refusals := 0
	for _, b := range authority.Behaviours() {
		if b == authority.Well || b == authority.WrongPolicy || b == authority.LaxPurpose { // no policy is demanded here
			continue
		}
		behave(b)
		o.clock.add(2 * time.Hour) // past any rest
		told := len(o.events.of(station.EventStamps))
		o.stampRound()
		if len(o.events.of(station.EventStamps)) == told {
			t.Errorf("%s: no screen heard of it", b)
		}
		if !silent[b] {
			refusals++
		}
		if st := o.dailyStamp(); st.Token != nil || st.Refusals != refusals {
			t.Fatalf("%s: %+v, want %d refusals", b, st, refusals)
		}
		v, err := o.s.Stamps(t.Context())
		if err != nil || !v.Configured || v.Waiting != 2 || v.Fault.Code == "" {
			t.Errorf("%s: status %+v, %v", b, v, err)
		}
		if st := o.dailyStamp(); st.Fault != v.Fault.Code {
			t.Errorf("%s: the day says %q, the status %q", b, st.Fault, v.Fault.Code)
		}
		o.register("k-"+string(b), letter("Richiesta"))
	}
	if rest := o.s.StampPause(); rest != time.Hour {
		t.Errorf("after many failures it rests %v", rest)
	}
	behave(authority.Well)
	o.stampRound()
	if o.dailyStamp().Token != nil {
		t.Error("it did not rest after a failure")
	}
	wantClass(t, o.s.AskForStamps(clerk), protocollo.Forbidden, "decide")
	if err := o.s.AskForStamps(boss); err != nil {
		t.Fatal(err)
	}
	o.stampRound()
	st := o.dailyStamp()
	if st.Token == nil || st.Token.Authority != "TSA di prova" || st.Refusals != refusals || st.Fault != "" || st.Token.Qualified {
		t.Fatalf("at last: %+v", st)
	}
	if v, err := o.s.Stamps(t.Context()); err != nil || v.Waiting != 0 || v.Fault.Code != "" || o.s.StampPause() != time.Minute {
		t.Errorf("status: %+v, %v, rests %v", v, err, o.s.StampPause())
	}
	_, asked := a.State()
	o.stampRound()
	if _, again := a.State(); again != asked {
		t.Error("a day that has its token is asked for again")
	}
}

// pressed is an authority that is away while the Responsabile, who has just set it right, asks for its marks; asked again it answers.
type pressed struct {
	station.TimestampAuthority
	press func() error
	asked int
}

func (p *pressed) Stamp(ctx context.Context, digest [32]byte) (protocollo.Timestamp, error) {
	if p.asked++; p.asked == 1 {
		return protocollo.Timestamp{}, errors.Join(protocollo.Errorf(protocollo.Unavailable, "no-answer", "away"), p.press())
	}
	return p.TimestampAuthority.Stamp(ctx, digest)
}

// TestMarksAreAskedForDuringARequest: who asked while a request hung, which then failed, waited up to an hour all the same.
func TestMarksAreAskedForDuringARequest(t *testing.T) {
	o, _ := stampedOffice(t)
	o.clock.add(24 * time.Hour)
	if err := o.s.CloseDays(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := &pressed{TimestampAuthority: o.cfg.TSA, press: func() error { return o.s.AskForStamps(boss) }}
	o.start(func(c *station.Config) { c.TSA = p })
	o.stampRound()
	o.stampRound()
	if o.dailyStamp().Token == nil {
		t.Errorf("no token after %d requests", p.asked)
	}
}

// After a start nothing has been asked yet: why a mark is missing is what the last answer lacked.
func TestWhyAMarkIsMissingOutlivesAStart(t *testing.T) {
	o, a := stampedOffice(t)
	o.clock.add(24 * time.Hour)
	if err := errors.Join(a.Behave(authority.WrongNonce), o.s.CloseDays(t.Context())); err != nil {
		t.Fatal(err)
	}
	o.stampRound()
	authority := o.cfg.TSA
	o.start(func(c *station.Config) { c.TSA = authority })
	if st := o.dailyStamp(); st.Fault != "tsa-nonce" {
		t.Errorf("after a start: %+v", st)
	}
}

// The token is on the register's PDF, and goes out with it.
func TestTheTokenOfADay(t *testing.T) {
	o, _ := stampedOffice(t)
	day := protocollo.DayOf(o.clock.Now())
	o.clock.add(24 * time.Hour)
	_, made := o.dailyFile(day, station.DailyPDF)
	var out bytes.Buffer
	wantClass(t, o.s.ExportDailyTimestamp(t.Context(), boss, day, &out), protocollo.NotFound, "timestamp")
	o.stampRound()
	wantClass(t, o.s.ExportDailyTimestamp(t.Context(), clerk, day, &out), protocollo.Forbidden, "read-all")
	if err := o.s.ExportDailyTimestamp(t.Context(), boss, day, &out); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	name := "registro-giornaliero-" + string(day) + ".pdf.sha256"
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	line, err := io.ReadAll(f)
	if err != nil || !bytes.HasPrefix(line, []byte(made.PDF.SHA256+"  registro-")) {
		t.Errorf("%s: %q, %v", name, line, err)
	}
}

// Without an authority nothing is asked, and the status says so.
func TestNoAuthority(t *testing.T) {
	o := newOffice(t)
	o.stampRound()
	if v, err := o.s.Stamps(t.Context()); err != nil || v.Configured || v.Waiting != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}
