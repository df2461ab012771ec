package station

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/stamp"
)

// DailyStore keeps the daily registers and tells what a day was. A day is what was recorded between two midnights in Rome: instants of
// records never go back, so that nothing is added to a day that is over.
type DailyStore interface {
	// DaysToClose lists the days of an AOO that are over and have no register, from its first day on, oldest first; at most limit.
	DaysToClose(ctx context.Context, aoo protocollo.AOOCode, limit int) ([]protocollo.Day, error)
	// DailyFacts returns what was recorded on a day that is over. Conflict "day-open".
	DailyFacts(ctx context.Context, aoo protocollo.AOOCode, day protocollo.Day) (DailyFacts, error)
	// RecordDailyRegister records that a day's register was made. Its blobs must be there; the same again is no error. Conflict "day-open";
	// Conflict "daily-register" for other files of a day that has its register, and for a day before which another has none.
	RecordDailyRegister(ctx context.Context, d DailyRegister) error
	// DailyRegister returns the register of a day. NotFound "daily-register".
	DailyRegister(ctx context.Context, aoo protocollo.AOOCode, day protocollo.Day) (DailyRegister, error)
	// DailyRegisters lists those of an AOO, newest first, from before a day on; "" begins with the newest.
	DailyRegisters(ctx context.Context, aoo protocollo.AOOCode, before protocollo.Day, limit int) ([]DailyRegister, error)
	DailyCopyStore
}

// DailyPaper writes a daily register. What it writes of equal days is equal.
type DailyPaper interface {
	DailyPDF(w io.Writer, r stamp.DailyRegister) error
	DailyCSV(w io.Writer, r stamp.DailyRegister) error
}

// DailyFacts are what was recorded on a day.
type DailyFacts struct {
	Body protocollo.Body
	AOO  protocollo.AOO
	// EndedAt is the midnight after it.
	EndedAt    time.Time
	Trial      bool
	Registered []Record // with Intake and Registration; those of emergency registers are only counted, below
	Recovered  []Record
	Annulled   []Record // with Annulment
	// Corrected were mirrored on the day, with their letters.
	Corrected  []CorrectionEntry
	Emergency  []stamp.DailyEmergency
	Unnumbered []protocollo.Intake // that had no number at its end
	// Unregistered counts what was left out on the day by the entries of the lists.
	Unregistered []stamp.DailyUnregistered
	Journal      JournalHead
	// Previous is the register of the day before, nil for the first.
	Previous *DailyRegister
}

// JournalHead is an entry of the journal, by which one sees whether what follows it was there.
type JournalHead struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// DailyRegister is one that was made.
type DailyRegister struct {
	ID            int64              `json:"-"`
	AOO           protocollo.AOOCode `json:"aoo"`
	Day           protocollo.Day     `json:"day"`
	MadeAt        time.Time          `json:"madeAt"`
	Registrations int                `json:"registrations"`
	Annulments    int                `json:"annulments"`
	Emergency     int                `json:"emergency"`
	Late          int                `json:"late"`
	Journal       JournalHead        `json:"journal"`
	PDF           DailyFile          `json:"pdf"`
	CSV           DailyFile          `json:"csv"`
	// Stamp is the time-stamping authority's, on the PDF. The register does not wait for it. nil: none was asked for.
	Stamp *Stamp `json:"stamp,omitempty"`
	// Signed are the copies that came back signed, oldest first: each Area signs its own (R12.3).
	Signed []DailyCopy `json:"signed,omitempty"`
}

// DailyFile is one of its two files.
type DailyFile struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// DailyFormat is one of the two forms of a daily register.
type DailyFormat string

const (
	DailyPDF DailyFormat = "pdf"
	DailyCSV DailyFormat = "csv"
)

// closeAtOnce bounds how many days are closed in one turn: a station that was off for months does it in several.
const closeAtOnce = 31

// CloseDays makes the daily register of every day that is over and has none, oldest first (R12.1). It may be called at any time and as
// often as one likes.
func (s *Station) CloseDays(ctx context.Context) error {
	setup, err := s.cfg.Setup.Setup(ctx)
	if errors.Is(err, protocollo.NotFound) {
		return nil // nothing is configured yet
	}
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	for _, aoo := range setup.AOOs {
		for {
			days, err := s.cfg.Daily.DaysToClose(ctx, aoo.Code, closeAtOnce)
			if err != nil {
				return fmt.Errorf("list days of %s to close: %w", aoo.Code, err)
			}
			for _, day := range days {
				if err := s.closeDay(ctx, aoo.Code, day); err != nil {
					return fmt.Errorf("daily register of %s, %s: %w", aoo.Code, day, err)
				}
			}
			if len(days) < closeAtOnce {
				break
			}
		}
	}
	return nil
}

func (s *Station) closeDay(ctx context.Context, aoo protocollo.AOOCode, day protocollo.Day) error {
	facts, err := s.cfg.Daily.DailyFacts(ctx, aoo, day)
	if err != nil {
		return err
	}
	made := DailyRegister{AOO: aoo, Day: day, Registrations: len(facts.Registered) + len(facts.Recovered), Annulments: len(facts.Annulled), Late: len(facts.Unnumbered), Journal: facts.Journal}
	for _, e := range facts.Emergency {
		made.Emergency += e.Recorded
	}
	pdf, csv, err := s.dailyFiles(dailyPaper(facts, day))
	if err != nil {
		return err
	}
	for _, f := range []struct {
		content []byte
		file    *DailyFile
	}{{csv, &made.CSV}, {pdf, &made.PDF}} {
		if f.file.SHA256, f.file.Bytes, err = s.cfg.Archive.PutBlob(ctx, bytes.NewReader(f.content)); err != nil {
			return err
		}
	}
	if err := s.cfg.Daily.RecordDailyRegister(ctx, made); err != nil {
		return err
	}
	wake(s.stamping.due)
	return nil
}

// dailyFiles makes both forms; the PDF bears the digest of the other.
func (s *Station) dailyFiles(paper stamp.DailyRegister) (pdf, csv []byte, err error) {
	var table, pages bytes.Buffer
	if err := s.cfg.DailyPaper.DailyCSV(&table, paper); err != nil {
		return nil, nil, fmt.Errorf("write as CSV: %w", err)
	}
	sum := sha256.Sum256(table.Bytes())
	paper.TableSHA256 = hex.EncodeToString(sum[:])
	if err := s.cfg.DailyPaper.DailyPDF(&pages, paper); err != nil {
		return nil, nil, fmt.Errorf("write as PDF: %w", err)
	}
	return pages.Bytes(), table.Bytes(), nil
}

// dailyPaper words a day. Of a confidential registration number and day stand alone.
func dailyPaper(f DailyFacts, day protocollo.Day) stamp.DailyRegister {
	out := stamp.DailyRegister{
		Body: f.Body.Name, AOOCode: string(f.AOO.Code), AOOName: f.AOO.Name, RegisterCode: f.AOO.RegisterCode, Day: string(day), EndedAt: f.EndedAt,
		Emergency: f.Emergency, Unregistered: f.Unregistered, JournalSeq: f.Journal.Seq, JournalHash: f.Journal.Hash,
	}
	if f.Trial {
		out.Banner = rules.TrialBanner
	}
	if p := f.Previous; p != nil {
		out.PreviousDay, out.PreviousSHA256 = string(p.Day), p.PDF.SHA256
	}
	for _, r := range f.Registered {
		out.Registrations = append(out.Registrations, dailyLine(r, r.Registration.Number, r.Registration.Day, r.Registration.RegisteredAt))
	}
	for _, r := range f.Recovered {
		ordinary := r.Registration.Recovery
		one := dailyLine(r, ordinary.Number, ordinary.Day, ordinary.RegisteredAt)
		if sign := r.Registration.Segnatura.Emergency; sign != nil {
			one.Emergency = sign.Label
		}
		out.Registrations = append(out.Registrations, one)
	}
	for _, r := range f.Annulled {
		a := r.Annulment
		annulled := stamp.DailyAnnulment{Number: dailyNumber(r.Registration), Day: string(r.Registration.Day), At: clockTime(a.At),
			By: a.By, Reason: a.Reason, Act: a.ActNumber, ActDay: string(a.ActDay)}
		if r.Intake.Draft.Confidential { // a reason may tell what it is about
			annulled.Reason = confidentialWords
		}
		out.Annulments = append(out.Annulments, annulled)
	}
	for _, c := range f.Corrected {
		out.Corrections = append(out.Corrections, dailyCorrections(c)...)
	}
	for _, i := range f.Unnumbered {
		late := stamp.DailyLate{IntakeCode: i.Code(), ArrivalDay: string(i.ArrivalDay), Time: clockTime(i.ArrivedAt), From: correspondentWords(i.Draft), Subject: i.Draft.Subject}
		if i.Draft.Confidential {
			late.From, late.Subject = confidentialWords, confidentialWords
		}
		out.Late = append(out.Late, late)
	}
	return out
}

// dailyNumber is a registration's number as its label bears it.
func dailyNumber(r *protocollo.Registration) string {
	if sign := r.Segnatura.Emergency; sign != nil {
		return sign.Label
	}
	return string(r.Number)
}

// dailyCorrections are the values that a correction annulled, each with the one in its place.
func dailyCorrections(c CorrectionEntry) []stamp.DailyCorrection {
	var out []stamp.DailyCorrection
	for _, x := range c.Changes {
		one := stamp.DailyCorrection{Number: dailyNumber(c.Record.Registration), Day: string(c.Record.Registration.Day), At: clockTime(c.OutcomeAt), By: c.Decision.By, Reason: c.Reason,
			Act: c.Decision.ActNumber, ActDay: string(c.Decision.ActDay), Field: correctionWords[x.Field], Old: x.Old.Words(), New: x.New.Words()}
		if c.Record.Intake.Draft.Confidential {
			one.Reason, one.Old, one.New = confidentialWords, confidentialWords, confidentialWords
		}
		out = append(out, one)
	}
	return out
}

func dailyLine(r Record, number protocollo.Number, day protocollo.Day, at time.Time) stamp.DailyRegistration {
	d := r.Intake.Draft
	one := stamp.DailyRegistration{
		Number: string(number), Day: string(day), Time: clockTime(at), Direction: string(d.Direction), From: senderWords(d), To: namesOf(d.Recipients), Subject: d.Subject,
		Classifica: d.Classifica, UOR: d.UOR, Attachments: len(d.Attachments), SenderProtocol: d.SenderRef.Protocol, SenderDay: string(d.SenderRef.Day), FileDigest: d.FileDigest,
		IntakeCode: r.Intake.Code(),
	}
	if r.Intake.ArrivalDay != day && d.Direction == protocollo.Incoming {
		one.ArrivalDay = string(r.Intake.ArrivalDay)
	}
	if d.Confidential {
		one.From, one.To, one.Subject = confidentialWords, confidentialWords, confidentialWords
		one.Classifica, one.UOR, one.Attachments, one.SenderProtocol, one.SenderDay, one.FileDigest = "", "", 0, "", "", ""
	}
	return one
}

// correspondentWords names whoever a document comes from or, of one that goes out, goes to.
func correspondentWords(d protocollo.Draft) string {
	if d.Direction == protocollo.Outgoing {
		return namesOf(d.Recipients)
	}
	return senderWords(d)
}

func namesOf(list []protocollo.Correspondent) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// clockTime shows the hour and minute in Rome.
func clockTime(at time.Time) string { return at.In(protocollo.Rome()).Format("15:04") }

// DailyRegisters lists the registers of the actor's AOO, newest first, from before a day on.
//
// Errors: Forbidden "read-all".
func (s *Station) DailyRegisters(ctx context.Context, actor protocollo.Actor, before protocollo.Day, limit int) ([]DailyRegister, error) {
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return nil, err
	}
	list, err := s.cfg.Daily.DailyRegisters(ctx, actor.AOO, before, within(limit, maxEntries))
	if err != nil {
		return nil, fmt.Errorf("list daily registers: %w", err)
	}
	if err := s.dailyCopies(ctx, actor.AOO, list); err != nil {
		return nil, err
	}
	return list, s.dailyStamps(ctx, actor.AOO, list)
}

// OpenDailyRegister opens one form of a day's register, made now where the day is over and has none; the caller closes it. What it
// reads has been compared with the digest that was recorded.
//
// Errors: Forbidden "read-all"; Invalid "day"; Conflict "day-open" of today; NotFound "daily-register" of a day before the first; Internal
// "blob-damaged".
func (s *Station) OpenDailyRegister(ctx context.Context, actor protocollo.Actor, day protocollo.Day, format DailyFormat) (io.ReadSeekCloser, DailyRegister, error) {
	none := DailyRegister{}
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return nil, none, err
	}
	if _, err := protocollo.ParseDay(string(day)); err != nil || day > s.today() {
		return nil, none, protocollo.Errorf(protocollo.Invalid, "day", "the day %q", day)
	}
	if day == s.today() {
		return nil, none, protocollo.Errorf(protocollo.Conflict, "day-open", "%s is not over", day)
	}
	made, err := s.cfg.Daily.DailyRegister(ctx, actor.AOO, day)
	if errors.Is(err, protocollo.NotFound) {
		if err := s.CloseDays(ctx); err != nil {
			return nil, none, err
		}
		made, err = s.cfg.Daily.DailyRegister(ctx, actor.AOO, day)
	}
	if err != nil {
		return nil, none, fmt.Errorf("read daily register: %w", err)
	}
	file := map[DailyFormat]DailyFile{DailyPDF: made.PDF, DailyCSV: made.CSV}[format]
	f, err := s.openWhole(ctx, file.SHA256)
	return f, made, err
}

// openWhole opens a blob and compares it with its digest.
func (s *Station) openWhole(ctx context.Context, digest string) (io.ReadSeekCloser, error) {
	f, _, err := s.cfg.Archive.OpenBlob(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	have, err := digestFrom(f)
	if err == nil && have != digest {
		err = protocollo.Errorf(protocollo.Internal, "blob-damaged", "blob %s does not have its digest", digest)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// digestFrom is the SHA-256 of what r holds, lower-case hex.
func digestFrom(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// dailyPause is the longest time between two looks at the calendar: a machine that slept through midnight, or whose clock was put right,
// is not told of it.
const dailyPause = 10 * time.Minute

// closeDaysOver closes days at the first moment of the next one, and at the start those that a stopped station left open. While the clock is in
// doubt no day is known to be over: a later look makes its register.
func (s *Station) closeDaysOver(ctx context.Context) error {
	if err := s.CloseDays(ctx); !errors.Is(err, protocollo.Conflict) {
		return err
	}
	return nil
}

// untilNextDay is the time until the next look at the calendar.
func (s *Station) untilNextDay() time.Duration { return min(dailyPause, untilMidnight(s.now())) }

// untilMidnight is how long the Roman day still lasts, and a moment.
func untilMidnight(now time.Time) time.Duration {
	y, m, d := now.In(protocollo.Rome()).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, protocollo.Rome()).Sub(now) + time.Second
}
