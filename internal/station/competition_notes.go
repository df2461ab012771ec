package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// A nota riepilogativa goes four steps, each durable and each found again by its state: its list is closed, its PDF/A is made, its letter gets a
// number by the road of all letters, and the file becomes that number's document. People take the first three, the station the last, whenever the number
// came.

// NoteView is a note with the letter that it became.
type NoteView struct {
	protocollo.CompetitionNote
	Record *Record // nil: it was not registered yet
}

// CloseNote closes the day's list of a competition: whatever comes after it is of the next day's. Conflict "note-today", "note-empty", "note-mode".
func (s *Station) CloseNote(ctx context.Context, actor protocollo.Actor, competitionID int64, key string) (protocollo.CompetitionNote, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return protocollo.CompetitionNote{}, err
	}
	if key == "" {
		return protocollo.CompetitionNote{}, protocollo.Errorf(protocollo.Invalid, "key", "no request key")
	}
	n, err := s.cfg.Competitions.CloseNote(ctx, actor, competitionID, key)
	if err != nil {
		return n, fmt.Errorf("close the note of competition %d: %w", competitionID, err)
	}
	s.publishCompetition(competitionID, actor.AOO)
	return n, nil
}

// RegisterNote makes a closed note's PDF/A and asks for its one number as for any other letter's: queue and emergency register hold. It may be called
// again at any time: a note that is a letter comes back as it stands, and one whose number was annulled gets another.
func (s *Station) RegisterNote(ctx context.Context, actor protocollo.Actor, id int64) (Record, error) {
	if err := requireBoth(actor); err != nil {
		return Record{}, err
	}
	facts, err := s.cfg.Competitions.NoteFacts(ctx, actor.AOO, id)
	if err != nil {
		return Record{}, fmt.Errorf("read note %d: %w", id, err)
	}
	n := facts.Note
	rec, err := s.standing(ctx, actor, n.IntakeID)
	if err != nil {
		return Record{}, err
	}
	if rec == nil {
		e, err := s.noteFile(ctx, facts)
		if err != nil {
			return Record{}, err
		}
		setup, aoo, err := s.office(ctx, n.AOO)
		if err != nil {
			return Record{}, stoppedUnlessSetUp(err)
		}
		names, err := s.officeNames(ctx, n.AOO)
		if err != nil {
			return Record{}, err
		}
		draft := noteDraft(facts, setup.Body.Name+" – "+aoo.Name, officeWords(facts.Terms.UOR, names), e.Result.SHA256)
		made, err := s.register(ctx, actor, RegisterCommand{Key: fmt.Sprintf("nota %s %d", n.Key, n.Letters+1), Draft: draft}, origin{note: n.ID})
		if made.Intake.ID != 0 {
			s.publishCompetition(n.CompetitionID, actor.AOO)
		}
		if err != nil {
			return made, err
		}
		rec = &made
	}
	if rec.Registration != nil {
		if err := s.archiveNote(ctx, n.AOO, id); err != nil { // the number stands: the chore goes on with it
			s.log.Error("note not archived", "reg", rec.Registration.ID, "err", err)
		} else if read, err := s.cfg.Views.IntakeRecord(ctx, actor, rec.Intake.ID); err == nil {
			rec = &read
		}
	}
	return *rec, nil
}

// noteDraft words the letter: from the office that has the applications to the protocol, which gives it a number and gives it back (Università, art. 3.1.01).
func noteDraft(f NoteFacts, protocol, office, digest string) protocollo.Draft {
	from := f.Terms.Responsible
	if office != "" {
		from = office + " – " + from
	}
	came := "1 domanda pervenuta"
	if f.Note.Count != 1 {
		came = fmt.Sprintf("%d domande pervenute", f.Note.Count)
	}
	return protocollo.Draft{Direction: protocollo.Inside, Senders: []protocollo.Correspondent{{Name: from}}, Recipients: []protocollo.Correspondent{{Name: "Servizio protocollo – " + protocol}},
		Subject: fmt.Sprintf("Nota riepilogativa n. %s del %s: %s – %s", f.Note.Code(), f.Note.Day.Italian(), came, f.Terms.Notice),
		Means:   protocollo.MeansInternalMail, Support: protocollo.SupportFile, Envelope: protocollo.EnvelopeNone, FileDigest: digest,
		Classifica: f.Terms.Classifica, Fascicolo: f.Terms.Fascicolo, UOR: f.Terms.UOR, RPA: f.Terms.Responsible}
}

func officeWords(uor string, names map[string]string) string {
	if name := names[uor]; name != "" {
		return name
	}
	return uor
}

// noteFile returns the note's PDF/A, made, checked and stored now where it was not before.
func (s *Station) noteFile(ctx context.Context, f NoteFacts) (Edition, error) {
	e, err := s.cfg.Competitions.NoteFile(ctx, f.Note.AOO, f.Note.ID)
	if !errors.Is(err, protocollo.NotFound) {
		return wrapped(e, err)("read the note's file")
	}
	paper, err := s.notePaper(ctx, f)
	if err != nil {
		return Edition{}, err
	}
	var b bytes.Buffer
	res, err := s.cfg.NotePaper.CompetitionNote(&b, paper)
	if err != nil {
		return Edition{}, fmt.Errorf("write note %d: %w", f.Note.ID, err)
	}
	report, err := s.cfg.Checker.Check(ctx, bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return Edition{}, fmt.Errorf("check note %d: %w", f.Note.ID, err)
	}
	if !report.Compliant || report.SHA256 != res.SHA256 || report.Pages != len(res.Pages) {
		return Edition{}, protocollo.Errorf(protocollo.Internal, "not-compliant", "note %d: %s found %d faults: %v", f.Note.ID, report.Checker, len(report.Findings), firstFinding(report))
	}
	if _, _, err := s.cfg.Archive.PutBlob(ctx, bytes.NewReader(b.Bytes())); err != nil {
		return Edition{}, fmt.Errorf("store note %d: %w", f.Note.ID, err)
	}
	e, err = s.cfg.Competitions.RecordNoteFile(ctx, f.Note.ID, Edition{Result: res, Report: report})
	return wrapped(e, err)("record the note's file")
}

// kindWords head a note.
var kindWords = map[protocollo.CompetitionKind]string{protocollo.KindConcorso: "Concorso", protocollo.KindBorsa: "Borsa", protocollo.KindCorso: "Corso"}

// cameWords are how an application came, as the note says it.
var cameWords = map[protocollo.Means]string{
	protocollo.MeansPost: "posta", protocollo.MeansRaccomandata: "raccomandata", protocollo.MeansRaccomandataAR: "raccomandata A/R", protocollo.MeansAttoGiudiziario: "atto giudiziario",
	protocollo.MeansHand: "a mano", protocollo.MeansCourier: "corriere", protocollo.MeansFax: "fax", protocollo.MeansTelegram: "telegramma",
	protocollo.MeansInternalMail: "posta interna", protocollo.MeansOther: "altro",
}

func (s *Station) notePaper(ctx context.Context, f NoteFacts) (stamp.CompetitionNote, error) {
	setup, aoo, err := s.office(ctx, f.Note.AOO)
	if err != nil {
		return stamp.CompetitionNote{}, err
	}
	names, err := s.officeNames(ctx, f.Note.AOO)
	if err != nil {
		return stamp.CompetitionNote{}, err
	}
	out := stamp.CompetitionNote{Body: setup.Body.Name, AOOCode: string(aoo.Code), AOOName: aoo.Name, ID: f.Note.Key, Code: f.Note.Code(), Day: f.Note.Day.Italian(),
		ClosedAt: f.Note.ClosedAt.In(protocollo.Rome()), Kind: kindWords[f.Terms.Kind], Notice: f.Terms.Notice, Office: officeWords(f.Terms.UOR, names),
		Responsible: f.Terms.Responsible, Closes: dayAndHour(f.Terms.ClosesAt), Postmark: f.Terms.Postmark}
	if setup.Trial {
		out.Banner = rules.TrialBanner
	}
	for _, a := range f.Items {
		means := cameWords[a.Facts.Means]
		if a.Facts.Raccomandata != "" {
			means += " n. " + a.Facts.Raccomandata
		}
		out.Items = append(out.Items, stamp.CompetitionNoteItem{Code: a.Code(), Candidate: a.Facts.Candidate, Arrived: dayAndHour(a.Facts.ArrivedAt),
			Initials: a.Facts.Initials, Means: means, Postmark: postmarkWords(a.Facts)})
	}
	return out, nil
}

// dayAndHour is «22/11/2026 ore 12:00».
func dayAndHour(at time.Time) string {
	return protocollo.DayOf(at).Italian() + " ore " + clockTime(at)
}

// ArchiveNotes makes the file of each note whose number came the document of that number. A note that fails holds up no other.
func (s *Station) ArchiveNotes(ctx context.Context) error {
	due, err := s.cfg.Competitions.NotesToArchive(ctx)
	if err != nil {
		return fmt.Errorf("list notes to archive: %w", err)
	}
	var failed []error
	for _, n := range due {
		if err := s.archiveNote(ctx, n.AOO, n.ID); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (s *Station) archiveNote(ctx context.Context, aoo protocollo.AOOCode, id int64) error {
	unlock, err := s.keys.lock(ctx, fmt.Sprintf("note/%d", id))
	if err != nil {
		return err
	}
	defer unlock()
	list, err := s.cfg.Competitions.Notes(ctx, aoo, NoteQuery{ID: id})
	if err != nil || len(list) == 0 || list[0].Archived {
		return err
	}
	n := list[0]
	rec, err := s.cfg.Views.IntakeRecord(ctx, self(aoo), n.IntakeID)
	if err != nil {
		return fmt.Errorf("read the letter of note %d: %w", id, err)
	}
	e, err := s.cfg.Competitions.NoteFile(ctx, aoo, id)
	if err != nil {
		return fmt.Errorf("read the file of note %d: %w", id, err)
	}
	files, err := s.noteMetadata(ctx, rec, e.Result)
	if err != nil {
		return fmt.Errorf("archive note %d: %w", id, err)
	}
	if err := s.cfg.Competitions.ArchiveNote(ctx, id, files); err != nil {
		return fmt.Errorf("archive note %d: %w", id, err)
	}
	s.publishIntake(EventRegistration, rec.Registration.ID, rec.Intake)
	s.publishCompetition(n.CompetitionID, aoo)
	return nil
}

// noteMetadata stores the metadata file of a note (R4.3): a document that a program wrote, and nobody scanned.
func (s *Station) noteMetadata(ctx context.Context, rec Record, res pdfa.Result) ([]KeptFile, error) {
	if s.cfg.Metadata == nil {
		return nil, nil
	}
	a := archiving{rec: rec, doc: protocollo.Document{AOO: rec.Intake.AOO, RegistrationID: rec.Registration.ID, Version: 1, Sequence: 1}}
	m := documentMetadata(rec, a.doc, nil, res, firstEdition, s.cfg.Software)
	m.Written = true
	var b bytes.Buffer
	if _, err := s.cfg.Metadata.WriteMetadata(&b, m); err != nil {
		return nil, fmt.Errorf("write metadata file: %w", err)
	}
	f := KeptFile{Kind: KeptMetadata, Name: editionName(a, firstEdition, "-metadati.xml"), MediaType: "application/xml"}
	var err error
	if f.SHA256, f.Bytes, err = s.cfg.Archive.PutBlob(ctx, &b); err != nil {
		return nil, fmt.Errorf("store metadata file: %w", err)
	}
	return []KeptFile{f}, nil
}

// NotePDF opens a note's PDF/A for whoever sees its competition; before it has one it is made now. The caller closes it.
func (s *Station) NotePDF(ctx context.Context, actor protocollo.Actor, id int64) (io.ReadSeekCloser, protocollo.CompetitionNote, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return nil, protocollo.CompetitionNote{}, err
	}
	facts, err := s.cfg.Competitions.NoteFacts(ctx, actor.AOO, id)
	if err != nil {
		return nil, facts.Note, fmt.Errorf("read note %d: %w", id, err)
	}
	e, err := s.noteFile(ctx, facts)
	if err != nil {
		return nil, facts.Note, err
	}
	f, err := s.openWhole(ctx, e.Result.SHA256)
	return f, facts.Note, err
}

// NoteCopy returns the note with its protocol number, of which a copy goes with each application that it lists (Università, art. 3.1.01). Conflict
// "note-not-numbered" before it has one.
func (s *Station) NoteCopy(ctx context.Context, actor protocollo.Actor, id int64) (stamp.CompetitionNote, error) {
	if err := actor.Require(protocollo.ActCompetition); err != nil {
		return stamp.CompetitionNote{}, err
	}
	facts, err := s.cfg.Competitions.NoteFacts(ctx, actor.AOO, id)
	if err != nil {
		return stamp.CompetitionNote{}, fmt.Errorf("read note %d: %w", id, err)
	}
	var reg *protocollo.Registration
	if facts.Note.IntakeID != 0 {
		// The station reads it: that the note has a number is for everybody who sees the note.
		rec, err := s.cfg.Views.IntakeRecord(ctx, self(actor.AOO), facts.Note.IntakeID)
		if err != nil {
			return stamp.CompetitionNote{}, fmt.Errorf("read the letter of note %d: %w", id, err)
		}
		if rec.Annulment == nil {
			reg = rec.Registration
		}
	}
	if reg == nil {
		return stamp.CompetitionNote{}, protocollo.Errorf(protocollo.Conflict, "note-not-numbered", "note %d has no number", id)
	}
	paper, err := s.notePaper(ctx, facts)
	paper.Number = numberWords(reg.Segnatura)
	return paper, err
}

// WriteNoteCopy writes it as PDF/A, for an ordinary printer.
func (s *Station) WriteNoteCopy(ctx context.Context, actor protocollo.Actor, id int64, w io.Writer) error {
	paper, err := s.NoteCopy(ctx, actor, id)
	if err != nil {
		return err
	}
	if _, err := s.cfg.NotePaper.CompetitionNote(w, paper); err != nil {
		return fmt.Errorf("write the copy of note %d: %w", id, err)
	}
	return nil
}

// numberWords is a number as a person cites it, ordinary or of the emergency register.
func numberWords(seg protocollo.Segnatura) string {
	words := "Prot. n. " + string(seg.Number)
	if e := seg.Emergency; e != nil {
		heading, number := emergencyWords(*e)
		words = heading + " " + number
	}
	return words + " del " + seg.Day.Italian()
}
