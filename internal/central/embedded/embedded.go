// Package embedded is the connector of a body that has no central protocol system: the station's own register, chosen by the
// Responsabile at the first start (R17.1). To the desk it looks like any centre: it numbers, finds by key, annuls, and takes
// documents. It adds to its [Book] only what an answer may be called: whatever the book does not say clearly is unknown, never
// unavailable.
package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"segnatura/internal/protocollo"
)

// Name is the connector's name, as it is stored with attempts and registrations.
const Name = "embedded"

// Book is the register itself. Each method is one transaction, durable once it returns. Errors that carry no class may have come
// after the transaction.
type Book interface {
	// TakeNumber gives the next number of the AOO's register; the same key gives the same receipt again. Stopped where no number may
	// be given.
	TakeNumber(ctx context.Context, key string, body protocollo.Body, aoo protocollo.AOO) (protocollo.Receipt, error)
	// FindNumber looks a key up; found=false without error is proof of absence.
	FindNumber(ctx context.Context, key string) (r protocollo.Receipt, found bool, err error)
	// AnnulNumber annuls what a receipt's Ref names; the same act again is no error.
	AnnulNumber(ctx context.Context, ref string, a protocollo.Annulment) error
	// RecordAttachment enters a document under its number; the same key with the same file gives the same receipt again.
	RecordAttachment(ctx context.Context, r protocollo.AttachRequest) (protocollo.AttachReceipt, error)
}

// Register is the connector. It is safe for concurrent use if its book is.
type Register struct{ book Book }

// New returns the connector of a book.
func New(book Book) *Register { return &Register{book: book} }

// Name returns [Name].
func (*Register) Name() string { return Name }

// Capabilities returns what the register offers: all but lists and emergency fields, which the desk has itself.
func (*Register) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{FindByKey: true, Local: true, AttachLater: true, Annul: true, Replace: true}
}

// Register takes the next number.
func (g *Register) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if r.Key == "" {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Rejected, "key", "a request without key")
	}
	if err := ctx.Err(); err != nil {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Unavailable, "register-away", "not begun: %w", err)
	}
	receipt, err := g.book.TakeNumber(ctx, r.Key, r.Body, r.AOO)
	if err != nil {
		return protocollo.Receipt{}, classified("take number", err)
	}
	if err := receipt.Validate(); err != nil {
		return protocollo.Receipt{}, err
	}
	return receipt, nil
}

// Find looks a number up by its key. A book that refuses to look says nothing of the number: OutcomeUnknown.
func (g *Register) Find(ctx context.Context, _ protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	receipt, found, err := g.book.FindNumber(ctx, key)
	if errors.Is(err, protocollo.Rejected) || errors.Is(err, protocollo.Invalid) {
		return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.OutcomeUnknown, "book", "find number: %v", err)
	}
	if err != nil {
		return protocollo.Receipt{}, false, classified("find number", err)
	}
	return receipt, found, nil
}

// Annul cancels a number; it stays taken.
func (g *Register) Annul(ctx context.Context, ref string, a protocollo.Annulment) error {
	if err := g.book.AnnulNumber(ctx, ref, a); err != nil {
		return classified("annul number", err)
	}
	return nil
}

// Attach enters a document, after its bytes were read to their end and found to be those that the request names: Rejected "digest"
// where they are not.
func (g *Register) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	hash := sha256.New()
	n, err := io.Copy(hash, body)
	if err != nil {
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Unavailable, "document", "read document: %w", err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != r.SHA256 || n != r.Bytes {
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Rejected, "digest", "document has %d bytes and digest %s, announced were %d and %s",
			n, got, r.Bytes, r.SHA256)
	}
	if err := ctx.Err(); err != nil {
		return protocollo.AttachReceipt{}, protocollo.Errorf(protocollo.Unavailable, "register-away", "not begun: %w", err)
	}
	receipt, err := g.book.RecordAttachment(ctx, r)
	if err != nil {
		return protocollo.AttachReceipt{}, classified("record attachment", err)
	}
	return receipt, nil
}

// deliberate lists the classes that a book's error may keep, because the book gave them on purpose.
var deliberate = map[protocollo.Class]bool{
	protocollo.Rejected: true, protocollo.Unavailable: true, protocollo.Stopped: true, protocollo.Invalid: true,
	protocollo.OutcomeUnknown: true,
}

// classified keeps a clear answer and calls everything else unknown: an error may come after the transaction.
func classified(doing string, err error) error {
	var e *protocollo.Error
	if errors.As(err, &e) && deliberate[e.Class] {
		if e.Class == protocollo.Rejected && e.Words == "" {
			worded := *e
			worded.Words = e.Detail
			return fmt.Errorf("%s: %w", doing, &worded)
		}
		return fmt.Errorf("%s: %w", doing, err)
	}
	return protocollo.Errorf(protocollo.OutcomeUnknown, "no-answer", "%s: %w", doing, err)
}
