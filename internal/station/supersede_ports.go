package station

import (
	"context"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
)

// SupersedeStore keeps what is no document of its registration any more (R18.6; decision 0028).
type SupersedeStore interface {
	// Supersede records an act in one transaction: the associations that it ends, the documents that take their pages over (joined
	// already, so that nothing else is), and that what waited to be delivered is not. The same act again is no error.
	//
	// Errors: Conflict "annulled", "still-scanning", "version-open", "excluded", "nothing-scanned", "nothing-to-obscure", "superseded", "changed" when
	// the documents are not those of Held; Conflict "key" for another act under the same key; Invalid "pages", "registrationID"; NotFound.
	Supersede(ctx context.Context, a protocollo.Actor, act SupersedeAct) error
	// DueTakeovers lists the documents whose act is not carried through yet, oldest first: they are receiving.
	DueTakeovers(ctx context.Context) ([]Takeover, error)
	// RecordSupersededView journals that the actor looked at a superseded document.
	RecordSupersededView(ctx context.Context, a protocollo.Actor, documentID int64) error
	// ConfirmRemoval records that a superseded document was taken out of the centre by hand. Again it is no error; Conflict "removal"
	// where the centre does not have it or will be sent what takes its place.
	ConfirmRemoval(ctx context.Context, a protocollo.Actor, documentID int64) error
}

// SupersedeKind is why something is superseded.
type SupersedeKind string

const (
	SupersededExchange    SupersedeKind = "exchange"    // «Scambio di etichette»
	SupersededObscuration SupersedeKind = "obscuration" // «Oscuramento»
)

// SupersedeAct is one act of the Responsabile.
type SupersedeAct struct {
	Key       string // minted when the form opened
	Kind      SupersedeKind
	Reason    string
	ActNumber string         // of a written measure, or ""
	ActDay    protocollo.Day // with ActNumber
	// Held are the documents that the caller keeps from changing meanwhile.
	Held []int64
	// First and Second are the registrations whose labels were on each other's letter; with [SupersededExchange].
	First, Second int64
	// DocumentID is the archived document, Pages what is taken out of it by its place in the file, from 1; empty: all. With
	// [SupersededObscuration].
	DocumentID int64
	Pages      []int
	// Exclusion and Profile word that nothing is kept, where all pages are taken out.
	Exclusion, Profile string
}

// Takeover is a document that takes the pages of a superseded one over.
type Takeover struct {
	Document protocollo.Document // in state receiving, joined
	Source   protocollo.Document // superseded
	// SHA256 is the archived file as it was scanned, Result what it holds; Sources are files kept for pages that had to be drawn. Empty
	// where it was not archived: the pages moved with the act.
	SHA256  string
	Result  pdfa.Result
	Sources []KeptFile
	Leave   []int // pages that are not taken, by their place in the archived file, from 1
}

// Separator takes an archived file apart again.
type Separator interface {
	// Separate hands over each page in order, as the image that was scanned, byte for byte where the archive has it so, or as a PDF of
	// which the archive makes the same page. emit reads data to its end; its error ends the work.
	Separate(ctx context.Context, in pdfa.Input, emit func(format string, data io.Reader) error) error
}

// SupersededView says why a document is its registration's no more.
type SupersededView struct {
	Kind      SupersedeKind  `json:"kind" enum:"exchange,obscuration"`
	At        time.Time      `json:"at"`
	By        string         `json:"by"`
	Reason    string         `json:"reason"`
	ActNumber string         `json:"actNumber,omitempty"`
	ActDay    protocollo.Day `json:"actDay,omitempty"`
	Pages     []int          `json:"pages,omitempty"` // taken out, by their place in the archived file, from 1
	// Successor is the document that took the pages over, SuccessorRegistration its registration; 0: an older version, which went along.
	Successor             int64 `json:"successor,omitempty"`
	SuccessorRegistration int64 `json:"successorRegistration,omitempty"`
	// Centre says whether the centre still has the document.
	Centre CentreCopy `json:"centre,omitempty" enum:"replaced-soon,by-hand"`
}

// CentreCopy is how the centre's copy of a superseded document stands; "" where it has none.
type CentreCopy string

const (
	CentreReplacedSoon CentreCopy = "replaced-soon" // what takes its place is on its way
	CentreByHand       CentreCopy = "by-hand"       // a person has to take it out there
)
