package store

import (
	"context"
	"encoding/json"
	"fmt"

	"segnatura/internal/protocollo"
)

// The kinds of journal entries. The UI words them.
const (
	KindSetup             = "setup.saved"
	KindAccountCreated    = "account.created"
	KindAccountChanged    = "account.changed"
	KindPassword          = "account.password"
	KindLogin             = "login.ok"
	KindLoginFailed       = "login.failed"
	KindPolicies          = "policies.saved"
	KindTitolario         = "titolario.imported"
	KindCorrespondents    = "correspondents.imported"
	KindSubjectModel      = "subject-model.saved"
	KindUOR               = "uor.saved"
	KindScanProfile       = "scan-profile.saved"
	KindScanProfileGone   = "scan-profile.deleted"
	KindPrinterKept       = "printer.kept"
	KindStopped           = "numbering.stopped"
	KindClockConfirmed    = "clock.confirmed"
	KindRestoreConfirmed  = "restore.confirmed"
	KindInvariantLifted   = "invariant.lifted"
	KindRestored          = "data.restored"
	KindDeliveryOpened    = "delivery.opened"
	KindDeliveryClosed    = "delivery.closed"
	KindIntake            = "intake.recorded"
	KindIntakeCorrected   = "intake.corrected" // before it had a number
	KindIntakeClosed      = "intake.closed"    // without number
	KindAttempt           = "attempt.started"
	KindAttemptSettled    = "attempt.settled"
	KindOutcomeDecided    = "outcome.decided"
	KindNumberTaken       = "number.taken" // the embedded register's own book
	KindNumberKeyed       = "number.keyed" // in from another screen
	KindNumberConfirmed   = "number.confirmed"
	KindNumberAnnulled    = "number.annulled" // the embedded register's own book
	KindAttachment        = "attachment.recorded"
	KindAnnulled          = "registration.annulled"
	KindCorrectionAsked   = "correction.requested"
	KindCorrectionDecided = "correction.decided"
	KindCorrectionOutcome = "correction.outcome"
	KindCorrected         = "registration.corrected"
	KindPrintQueued       = "print.queued"
	KindPrintSending      = "print.sending"
	KindPrintSettled      = "print.settled"
	KindPrintResolved     = "print.resolved"
	KindPrintProven       = "print.read-back"
	KindTemporaryLabel    = "label.temporary"
	KindLegendLabel       = "label.legend"
	KindReceiptLabel      = "label.receipt"
	KindCopyLabel         = "label.copy"
	KindAssociated        = "document.associated"
	KindScope             = "document.scope"
	KindExclusionLifted   = "exclusion.lifted"
	KindPostponed         = "scan.postponed"
	KindQuality           = "document.confirmed"
	KindDiscarded         = "document.discarded"
	KindErased            = "pages.erased"
	KindReleased          = "pages.released"
	KindArchived          = "document.archived"
	KindText              = "document.text"
	KindTextMissing       = "document.text-missing"
	KindDispatchStarted   = "dispatch.started"
	KindDispatchDelivered = "dispatch.delivered"
	KindDispatchFailed    = "dispatch.failed"
	KindDispatchWithdrawn = "dispatch.withdrawn"
	KindSuperseded        = "document.superseded"
	KindSupersededViewed  = "superseded.viewed"
	KindExceptionSolved   = "exception.solved"
	KindDailyRegister     = "daily-register.made"
	KindTimestamp         = "timestamp.recorded"
	KindTimestampRefused  = "timestamp.refused"
	KindViewed            = "confidential.viewed"
)

// stationUser is the actor of what the program does by itself.
func stationUser() string { return protocollo.Station("").User }

// report adds the entry for everything inserted since the last one. detail is what a reader needs beside the rows; nil is none.
func (w *wtx) report(kind, actor string, aoo protocollo.AOOCode, intake int64, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	d, err := json.Marshal(detail) // keys sorted
	if err != nil {
		return fmt.Errorf("encode the detail of %s: %w", kind, err)
	}
	e := protocollo.Entry{Seq: w.last.seq + 1, At: w.now, Actor: actor, Kind: kind, AOO: aoo, Intake: intake, Detail: d, Rows: w.pending, Prev: w.last.hash}
	if e.Hash, err = e.ComputeHash(); err != nil {
		return err
	}
	rows, err := encodeRows(e.Rows)
	if err != nil {
		return err
	}
	err = w.exec(`INSERT INTO journal (seq, at, actor, kind, aoo, intake, detail, rows, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, e.At.UnixNano(), e.Actor, e.Kind, string(e.AOO), e.Intake, string(e.Detail), rows, e.Prev, e.Hash)
	if err != nil {
		return fmt.Errorf("journal %s: %w", kind, err)
	}
	w.last = head{seq: e.Seq, hash: e.Hash, at: e.At}
	w.pending = nil
	w.touch(intake)
	return nil
}

func encodeRows(rows []protocollo.RowDigest) (string, error) {
	if len(rows) == 0 {
		return "[]", nil
	}
	return encode(rows)
}

const entryColumns = `seq, at, actor, kind, aoo, intake, detail, rows, prev, hash`

// scanEntry reads an entry; rows is also returned as stored, for the check.
func scanEntry(s scannable) (protocollo.Entry, string, error) {
	var e protocollo.Entry
	var at int64
	var detail, rows string
	err := s.Scan(&e.Seq, &at, &e.Actor, &e.Kind, &e.AOO, &e.Intake, &detail, &rows, &e.Prev, &e.Hash)
	if err != nil {
		return e, "", err
	}
	e.At, e.Detail = instant(at), json.RawMessage(detail)
	if rows != "[]" {
		if err := json.Unmarshal([]byte(rows), &e.Rows); err != nil {
			return e, rows, fmt.Errorf("journal entry %d: rows: %w", e.Seq, err)
		}
	}
	return e, rows, nil
}

func entry(s scannable) (protocollo.Entry, error) {
	e, _, err := scanEntry(s)
	return e, err
}

// JournalHead returns the number and hash of the journal's last entry, as the daily register prints them.
func (db *DB) JournalHead(ctx context.Context) (seq int64, hash string, err error) {
	h, err := journalHead(ctx, db.read)
	return h.seq, h.hash, err
}
