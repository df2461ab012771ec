// Package manual is the connector of a body whose protocol system takes no calls: a person registers the letter there, reads the number
// on the other screen and keys it in here, twice. That is the only way by which a number comes from a keyboard (R1.4).
//
// It gives no numbers and calls nobody: it looks into its [Book] for what was keyed in for a request. Until somebody did, an intake
// waits. Documents are attached by hand on the other side; an annulment is recorded here once a person did it there.
package manual

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
)

// Name is the connector's name, as it is stored with attempts and registrations.
const Name = "manual"

// Book keeps the numbers that were keyed in, by request key.
type Book interface {
	// KeyedNumber returns the receipt of a request whose number was keyed in, with the key as its Ref; found=false without error is
	// proof that none was.
	KeyedNumber(ctx context.Context, key string) (r protocollo.Receipt, found bool, err error)
}

// Register is the connector. It is safe for concurrent use if its book is.
type Register struct{ book Book }

// New returns the connector of a book.
func New(book Book) *Register { return &Register{book} }

// Name returns [Name].
func (*Register) Name() string { return Name }

// Capabilities says that what is keyed in is found by our key, in this very process.
func (*Register) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{FindByKey: true, Local: true, Annul: true, Keyed: true}
}

// Register returns what was keyed in for the request; Unavailable "awaits-keying" while nothing was.
func (g *Register) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	receipt, found, err := g.Find(ctx, r.AOO.Code, r.Key)
	switch {
	case err != nil:
		return protocollo.Receipt{}, err
	case !found:
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Unavailable, "awaits-keying", "nobody has keyed the number in yet")
	}
	return receipt, receipt.Validate()
}

// Find returns what was keyed in for a key.
func (g *Register) Find(ctx context.Context, _ protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	if err := ctx.Err(); err != nil {
		return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.Unavailable, "book", "not begun: %w", err)
	}
	receipt, found, err := g.book.KeyedNumber(ctx, key)
	var classed *protocollo.Error
	switch {
	case errors.As(err, &classed):
		return protocollo.Receipt{}, false, fmt.Errorf("look for the keyed number: %w", err)
	case err != nil: // a number may have been keyed in
		return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.OutcomeUnknown, "book", "look for the keyed number: %w", err)
	}
	return receipt, found, nil
}

// Annul takes the word of whoever records the act: it was carried out on the other screen. Rejected for a reference that no number has.
func (g *Register) Annul(ctx context.Context, ref string, _ protocollo.Annulment) error {
	_, found, err := g.Find(ctx, "", ref)
	if err == nil && !found {
		err = &protocollo.Error{Class: protocollo.Rejected, Code: "ref", Field: "ref", Words: "no number was keyed in for " + ref}
	}
	return err
}
