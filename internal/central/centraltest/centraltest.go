// Package centraltest is the suite that each connector to a system that numbers must pass. It runs by capability: what a contract
// does not offer is skipped, and the harness must say why for each such case, so that an absence is a statement and not an oversight.
//
// The suite asks the other side for the truth after each call (how many numbers it really gave to a key), because what a
// connector believes is the very thing under test.
package centraltest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

// Registrar is the desk's port to a system that numbers.
type Registrar interface {
	Name() string
	Capabilities() protocollo.Capabilities
	Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error)
	Find(ctx context.Context, aoo protocollo.AOOCode, key string) (r protocollo.Receipt, found bool, err error)
	Annul(ctx context.Context, ref string, a protocollo.Annulment) error
}

// Sender is the desk's port to what takes documents.
type Sender interface {
	Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error)
}

// Corrector is the desk's port to a contract that changes a registration that is there ([protocollo.Capabilities.Correct]).
type Corrector interface {
	Corrects(f protocollo.Field) bool
	Correct(ctx context.Context, r protocollo.CorrectRequest) error
}

// Uncorrected excuses a contract that changes nothing of a registration: why stands with each case.
func Uncorrected(absences map[string]string, why string) map[string]string {
	for _, c := range suite {
		if c.needs != nil && c.needs(protocollo.Capabilities{Correct: true}) {
			absences[c.name] = why
		}
	}
	return absences
}

// Behaviour is how the other side treats the calls that follow.
type Behaviour string

const (
	Well    Behaviour = "well"
	Rejects Behaviour = "rejects" // answers no, in words
	Away    Behaviour = "away"    // certainly does nothing
	Loses   Behaviour = "loses"   // does it, and the answer never arrives
	Slow    Behaviour = "slow"    // does it, and answers only after the caller gave up
	Babbles Behaviour = "babbles" // does it, and answers nonsense

	Hangs         Behaviour = "hangs"          // does nothing, and never answers
	Halves        Behaviour = "halves"         // does it, and the connection breaks in the middle of the answer
	WrongYear     Behaviour = "wrong-year"     // does it, and the answer's year is not that of its day
	Expires       Behaviour = "expires"        // the session that the connector has is none any more, once
	RefusesAttach Behaviour = "refuses-attach" // numbers, and takes no documents, in words
)

// Mark is how a key stands in the subject of the suite's requests, so that the other side can count by it whatever the contract carries.
func Mark(key string) string { return "[" + key + "]" }

// Harness is one connector with the other side under the test's control.
type Harness struct {
	Registrar Registrar
	Sender    Sender // nil where Capabilities().AttachLater is unset
	Body      protocollo.Body
	AOO       protocollo.AOO
	// Behave sets how the other side behaves from now on.
	Behave func(Behaviour)
	// Numbers returns how many numbers the other side gave to a key, which stands in the subject as [Mark] writes it. Documents returns how
	// many documents it has of an attachment's key, which stands in the file's name; one whose place another took does not count.
	Numbers, Documents func(t *testing.T, key string) int
	// Absences gives, by the name of a case, the reason for which the contract does not offer it.
	Absences map[string]string
}

// suite is the table of cases. A case without needs may be excused by a harness whose contract has no room for it (a session, say).
var suite = []struct {
	name  string
	needs func(protocollo.Capabilities) bool // nil: every contract offers it
	run   func(t *testing.T, h *Harness)
}{
	{"accepted", nil, accepted},
	{"key-of-a-plico", nil, keyOfAPlico},
	{"numbers-follow", nil, numbersFollow},
	{"rejected", nil, rejected},
	{"unavailable", nil, unavailable},
	{"answer-lost", nil, answerLost},
	{"slow", nil, slow},
	{"nonsense", nil, nonsense},
	{"cancelled-before", nil, cancelledBefore},
	{"timed-out-before", nil, timedOutBefore},
	{"half-an-answer", nil, halfAnAnswer},
	{"wrong-year", nil, wrongYear},
	{"session-expired", nil, sessionExpired},
	{"same-key", findByKey, sameKey},
	{"found-after-lost", findByKey, foundAfterLost},
	{"absent", findByKey, absent},
	{"find-away", findByKey, findAway},
	{"find-refused", findByKey, findRefused},
	{"annul", annuls, annul},
	{"annul-away", annuls, annulAway},
	{"annul-unknown-reference", annuls, annulUnknown},
	{"correct", corrects, correct},
	{"correct-away", corrects, correctAway},
	{"correct-lost", corrects, correctLost},
	{"correct-refused", corrects, correctRefused},
	{"correct-changed-there", corrects, correctChangedThere},
	{"correct-unknown-reference", corrects, correctUnknown},
	{"attach", attaches, attach},
	{"attach-parts", attaches, attachParts},
	{"attach-again", attaches, attachAgain},
	{"attach-replaces", replaces, attachReplaces},
	{"attach-away", attaches, attachAway},
	{"attach-lost", attaches, attachLost},
	{"attach-other-bytes", attaches, attachOtherBytes},
	{"attach-refused", attaches, attachRefused},
}

func findByKey(c protocollo.Capabilities) bool { return c.FindByKey }
func annuls(c protocollo.Capabilities) bool    { return c.Annul }
func corrects(c protocollo.Capabilities) bool  { return c.Correct }
func attaches(c protocollo.Capabilities) bool  { return c.AttachLater }
func replaces(c protocollo.Capabilities) bool  { return c.AttachLater && c.Replace }

// Run runs the suite; fresh makes a harness for each case.
func Run(t *testing.T, fresh func(t *testing.T) *Harness) {
	t.Helper()
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) {
			h := fresh(t)
			reason, excused := h.Absences[c.name]
			offered := c.needs == nil || c.needs(h.Registrar.Capabilities())
			switch {
			case !offered && !excused:
				t.Fatalf("the contract does not offer this case, and the harness does not say why")
			case !offered: // not a skip: there is nothing that another machine could run
				t.Logf("not offered: %s", reason)
				return
			case excused && c.needs != nil:
				t.Fatalf("offered by its capabilities, and yet excused: %s", reason)
			case excused:
				t.Logf("cannot happen: %s", reason)
				return
			}
			h.Behave(Well)
			c.run(t, h)
		})
	}
}

func (h *Harness) request(key string) protocollo.RegisterRequest {
	return protocollo.RegisterRequest{Key: key, Body: h.Body, AOO: h.AOO, IntakeID: 1, ArrivedAt: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
		ArrivalDay: "2026-03-02", Operator: "mrossi", Draft: protocollo.Draft{Direction: protocollo.Incoming, Subject: "Richiesta di accesso agli atti " + Mark(key),
			Senders: []protocollo.Correspondent{{Name: "Bianchi Lucia"}}, Means: protocollo.MeansPost, Support: protocollo.SupportPaper}}
}

func (h *Harness) mustRegister(t *testing.T, key string) protocollo.Receipt {
	t.Helper()
	r, err := h.Registrar.Register(t.Context(), h.request(key))
	if err != nil {
		t.Fatalf("Register: %v", err)
	}
	return r
}

func (h *Harness) wantNumbers(t *testing.T, key string, want int) {
	t.Helper()
	if got := h.Numbers(t, key); got != want {
		t.Fatalf("the other side gave %d numbers to %s, want %d", got, key, want)
	}
}

func wantClass(t *testing.T, err error, want protocollo.Class) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v is %q, want %q", err, protocollo.ClassOf(err), want)
	}
}

func accepted(t *testing.T, h *Harness) {
	r := h.mustRegister(t, "key-accepted")
	if err := r.Validate(); err != nil {
		t.Fatalf("the receipt is none: %v", err)
	}
	if r.Ref == "" && (h.Registrar.Capabilities().AttachLater || h.Registrar.Capabilities().Annul) {
		t.Fatal("the receipt has no reference for what comes later")
	}
	h.wantNumbers(t, "key-accepted", 1)
}

// keyOfAPlico: a plico's letter asks under a key that nobody typed, and each contract carries it.
func keyOfAPlico(t *testing.T, h *Harness) {
	key := protocollo.Bid{AOO: h.AOO.Code, Year: 2026, Seq: 41, Ordinal: 1, Handover: protocollo.Handover{Key: "5f1c", AOO: h.AOO.Code}}.RequestKey()
	h.mustRegister(t, key)
	h.wantNumbers(t, key, 1)
}

func numbersFollow(t *testing.T, h *Harness) {
	last := int64(0)
	for i := range 3 {
		n, err := h.mustRegister(t, fmt.Sprintf("key-follow-%d", i)).Number.Int()
		if err != nil {
			t.Fatal(err)
		}
		if n <= last {
			t.Fatalf("number %d after %d", n, last)
		}
		last = n
	}
}

func rejected(t *testing.T, h *Harness) {
	h.Behave(Rejects)
	_, err := h.Registrar.Register(t.Context(), h.request("key-rejected"))
	wantClass(t, err, protocollo.Rejected)
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Words == "" {
		t.Fatalf("%v does not carry the other side's words", err)
	}
	h.wantNumbers(t, "key-rejected", 0)
}

func unavailable(t *testing.T, h *Harness) {
	h.Behave(Away)
	_, err := h.Registrar.Register(t.Context(), h.request("key-away"))
	wantClass(t, err, protocollo.Unavailable)
	h.wantNumbers(t, "key-away", 0)
	h.Behave(Well)
	h.mustRegister(t, "key-away")
	h.wantNumbers(t, "key-away", 1)
}

func answerLost(t *testing.T, h *Harness) {
	h.Behave(Loses)
	_, err := h.Registrar.Register(t.Context(), h.request("key-lost"))
	wantClass(t, err, protocollo.OutcomeUnknown)
	h.wantNumbers(t, "key-lost", 1)
}

func slow(t *testing.T, h *Harness) {
	h.Behave(Slow)
	ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond) // a contract may take several calls to come to the one that numbers
	defer cancel()
	_, err := h.Registrar.Register(ctx, h.request("key-slow"))
	wantClass(t, err, protocollo.OutcomeUnknown)
}

func nonsense(t *testing.T, h *Harness) {
	h.Behave(Babbles)
	_, err := h.Registrar.Register(t.Context(), h.request("key-nonsense"))
	wantClass(t, err, protocollo.OutcomeUnknown)
}

func cancelledBefore(t *testing.T, h *Harness) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Registrar.Register(ctx, h.request("key-cancelled"))
	if err == nil {
		t.Fatal("a call whose context had ended succeeded")
	}
	if errors.Is(err, protocollo.Unavailable) {
		h.wantNumbers(t, "key-cancelled", 0)
	} else {
		wantClass(t, err, protocollo.OutcomeUnknown)
	}
}

// timedOutBefore: the other side did nothing, which the caller cannot know.
func timedOutBefore(t *testing.T, h *Harness) {
	h.Behave(Hangs)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := h.Registrar.Register(ctx, h.request("key-hangs"))
	wantClass(t, err, protocollo.OutcomeUnknown)
	h.wantNumbers(t, "key-hangs", 0)
}

func halfAnAnswer(t *testing.T, h *Harness) {
	h.Behave(Halves)
	_, err := h.Registrar.Register(t.Context(), h.request("key-half"))
	wantClass(t, err, protocollo.OutcomeUnknown)
	h.wantNumbers(t, "key-half", 1)
}

// wrongYear: a number is printed with its year, so one that contradicts itself is not taken.
func wrongYear(t *testing.T, h *Harness) {
	h.Behave(WrongYear)
	r, err := h.Registrar.Register(t.Context(), h.request("key-year"))
	if err == nil {
		err = r.Validate()
	}
	wantClass(t, err, protocollo.OutcomeUnknown)
	h.wantNumbers(t, "key-year", 1)
}

// sessionExpired: a session that ended is opened again, and the letter gets one number.
func sessionExpired(t *testing.T, h *Harness) {
	h.mustRegister(t, "key-session")
	h.Behave(Expires)
	h.mustRegister(t, "key-expired")
	h.wantNumbers(t, "key-expired", 1)
}

func sameKey(t *testing.T, h *Harness) {
	first := h.mustRegister(t, "key-same")
	found, ok, err := h.Registrar.Find(t.Context(), h.AOO.Code, "key-same")
	if err != nil || !ok {
		t.Fatalf("Find = %t, %v", ok, err)
	}
	if found.Number != first.Number || found.Year != first.Year || found.Day != first.Day || !found.At.Equal(first.At) || found.Ref != first.Ref {
		t.Fatalf("found %+v, registered %+v", found, first)
	}
}

func foundAfterLost(t *testing.T, h *Harness) {
	h.Behave(Loses)
	_, err := h.Registrar.Register(t.Context(), h.request("key-lost"))
	wantClass(t, err, protocollo.OutcomeUnknown)
	h.Behave(Well)
	r, ok, err := h.Registrar.Find(t.Context(), h.AOO.Code, "key-lost")
	if err != nil || !ok {
		t.Fatalf("Find = %t, %v", ok, err)
	}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	h.wantNumbers(t, "key-lost", 1)
}

func absent(t *testing.T, h *Harness) {
	h.mustRegister(t, "key-other")
	if r, ok, err := h.Registrar.Find(t.Context(), h.AOO.Code, "key-absent"); ok || err != nil {
		t.Fatalf("Find = %+v, %t, %v", r, ok, err)
	}
}

// findAway: a search that failed must never look like «not found», which is proof.
func findAway(t *testing.T, h *Harness) {
	h.mustRegister(t, "key-find-away")
	h.Behave(Away)
	if _, ok, err := h.Registrar.Find(t.Context(), h.AOO.Code, "key-find-away"); ok || err == nil {
		t.Fatalf("Find while away = %t, %v; want an error", ok, err)
	}
}

// findRefused: a refused search says nothing of the registration. It must look neither like «not found» nor like a refusal of the letter.
func findRefused(t *testing.T, h *Harness) {
	first := h.mustRegister(t, "key-find-refused")
	h.Behave(Rejects)
	found, ok, err := h.Registrar.Find(t.Context(), h.AOO.Code, "key-find-refused")
	switch {
	case err == nil && (!ok || found.Number != first.Number):
		t.Fatalf("Find = %+v, %t; want number %s or an error", found, ok, first.Number)
	case errors.Is(err, protocollo.Rejected) || errors.Is(err, protocollo.Invalid):
		t.Fatalf("Find = %v: the search's refusal looks like the letter's", err)
	}
}

func annulment() protocollo.Annulment {
	return protocollo.Annulment{RegistrationID: 1, By: "resp", Reason: "protocollato due volte", ActNumber: "12", ActDay: "2026-03-03",
		At: time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)}
}

func annul(t *testing.T, h *Harness) {
	r := h.mustRegister(t, "key-annul")
	for range 2 { // the second time after an answer that was lost
		if err := h.Registrar.Annul(t.Context(), r.Ref, annulment()); err != nil {
			t.Fatalf("Annul: %v", err)
		}
	}
	next := h.mustRegister(t, "key-after-annul")
	if next.Number == r.Number {
		t.Fatalf("number %s was given again after its annulment", r.Number)
	}
}

func annulAway(t *testing.T, h *Harness) {
	r := h.mustRegister(t, "key-annul-away")
	h.Behave(Away)
	wantClass(t, h.Registrar.Annul(t.Context(), r.Ref, annulment()), protocollo.Unavailable)
}

func annulUnknown(t *testing.T, h *Harness) {
	wantClass(t, h.Registrar.Annul(t.Context(), "no such reference", annulment()), protocollo.Rejected)
}

// correction asks for another subject of a letter of the suite: its mark is to's, so that the other side can tell what it has.
func (h *Harness) correction(ref, from, to string) protocollo.CorrectRequest {
	draft := h.request(to).Draft
	return protocollo.CorrectRequest{Ref: ref, Draft: draft, Why: "oggetto sbagliato (provvedimento n. 12 del 03/03/2026)",
		Changes: []protocollo.FieldChange{{Field: protocollo.FieldSubject, Old: protocollo.FieldValue{Text: h.request(from).Draft.Subject},
			New: protocollo.FieldValue{Text: draft.Subject}}}}
}

func (h *Harness) corrector(t *testing.T) Corrector {
	t.Helper()
	c, is := h.Registrar.(Corrector)
	if !is || !c.Corrects(protocollo.FieldSubject) {
		t.Fatalf("connector %s says that it corrects, and does not correct a subject", h.Registrar.Name())
	}
	return c
}

// correct: the new value stands in the place of the old one under the same number, and asking again changes nothing.
func correct(t *testing.T, h *Harness) {
	r := h.mustRegister(t, "key-wrong")
	for range 2 {
		if err := h.corrector(t).Correct(t.Context(), h.correction(r.Ref, "key-wrong", "key-right")); err != nil {
			t.Fatalf("Correct: %v", err)
		}
		h.wantNumbers(t, "key-wrong", 0)
		h.wantNumbers(t, "key-right", 1)
	}
	next := h.mustRegister(t, "key-after-correction")
	if was, err := r.Number.Int(); err != nil || next.Number == r.Number {
		t.Fatalf("number %d was given again after its correction, %v", was, err)
	}
}

func correctAway(t *testing.T, h *Harness) {
	r := h.mustRegister(t, "key-wrong")
	h.Behave(Away)
	wantClass(t, h.corrector(t).Correct(t.Context(), h.correction(r.Ref, "key-wrong", "key-right")), protocollo.Unavailable)
	h.wantNumbers(t, "key-wrong", 1)
}

// correctLost: whether it was done is unknown, and asking again is safe.
func correctLost(t *testing.T, h *Harness) {
	r := h.mustRegister(t, "key-wrong")
	h.Behave(Loses)
	wantClass(t, h.corrector(t).Correct(t.Context(), h.correction(r.Ref, "key-wrong", "key-right")), protocollo.OutcomeUnknown)
	h.wantNumbers(t, "key-right", 1)
	h.Behave(Well)
	if err := h.corrector(t).Correct(t.Context(), h.correction(r.Ref, "key-wrong", "key-right")); err != nil {
		t.Fatalf("Correct again: %v", err)
	}
	h.wantNumbers(t, "key-right", 1)
}

func correctRefused(t *testing.T, h *Harness) {
	r := h.mustRegister(t, "key-wrong")
	h.Behave(Rejects)
	err := h.corrector(t).Correct(t.Context(), h.correction(r.Ref, "key-wrong", "key-right"))
	wantClass(t, err, protocollo.Rejected)
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Words == "" {
		t.Fatalf("%v does not carry the other side's words", err)
	}
	h.wantNumbers(t, "key-wrong", 1)
}

// correctChangedThere: what somebody put there meanwhile is not overwritten unseen.
func correctChangedThere(t *testing.T, h *Harness) {
	r := h.mustRegister(t, "key-theirs")
	err := h.corrector(t).Correct(t.Context(), h.correction(r.Ref, "key-ours", "key-right"))
	wantClass(t, err, protocollo.Rejected)
	h.wantNumbers(t, "key-theirs", 1)
}

func correctUnknown(t *testing.T, h *Harness) {
	wantClass(t, h.corrector(t).Correct(t.Context(), h.correction("no such reference", "key-wrong", "key-right")), protocollo.Rejected)
}

// document returns a request and the bytes that it announces. The station names no two files of a registration alike, and neither do the
// suite's keys.
func document(ref, key string) (protocollo.AttachRequest, []byte) {
	b := []byte("%PDF-1.7 of the test")
	sum := sha256.Sum256(b)
	return protocollo.AttachRequest{Key: key, Ref: ref, Title: "Documento principale", FileName: "2026-0000001-" + key + ".pdf",
		MediaType: "application/pdf", SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(b))}, b
}

func (h *Harness) mustAttach(t *testing.T, r protocollo.AttachRequest, b []byte) protocollo.AttachReceipt {
	t.Helper()
	receipt, err := h.Sender.Attach(t.Context(), r, bytes.NewReader(b))
	if err != nil {
		t.Fatalf("Attach: %v", err)
	}
	return receipt
}

func (h *Harness) wantDocuments(t *testing.T, key string, want int) {
	t.Helper()
	if got := h.Documents(t, key); got != want {
		t.Fatalf("the other side has %d documents under %s, want %d", got, key, want)
	}
}

func attach(t *testing.T, h *Harness) {
	r, b := document(h.mustRegister(t, "key-attach").Ref, "attach-1")
	if receipt := h.mustAttach(t, r, b); receipt.At.IsZero() || receipt.Ref == "" {
		t.Fatalf("receipt %+v", receipt)
	}
	h.wantDocuments(t, r.Key, 1)
}

// attachParts: the main document and each attachment are documents of their own under one number (R18.5).
func attachParts(t *testing.T, h *Harness) {
	ref := h.mustRegister(t, "key-attach").Ref
	seen := map[string]bool{}
	for part, title := range []string{"Documento principale", "Allegato 1: planimetria", "Allegato 2"} {
		r, b := document(ref, fmt.Sprintf("attach-part-%d", part))
		r.Part, r.Title = part, title
		receipt := h.mustAttach(t, r, b) // of equal bytes, as two attachments may be
		if receipt.Ref == "" || seen[receipt.Ref] {
			t.Fatalf("part %d is %q, as another", part, receipt.Ref)
		}
		seen[receipt.Ref] = true
		h.wantDocuments(t, r.Key, 1)
	}
}

func attachAgain(t *testing.T, h *Harness) {
	r, b := document(h.mustRegister(t, "key-attach").Ref, "attach-1")
	first, second := h.mustAttach(t, r, b), h.mustAttach(t, r, b)
	if first.Ref != second.Ref {
		t.Fatalf("the same document is %s and %s", first.Ref, second.Ref)
	}
	h.wantDocuments(t, r.Key, 1)
}

// attachReplaces: a later scan takes the place of an earlier one, says so, and says so again when it is asked again (R18.6).
func attachReplaces(t *testing.T, h *Harness) {
	r, b := document(h.mustRegister(t, "key-attach").Ref, "attach-1")
	first := h.mustAttach(t, r, b)
	if first.Replaced {
		t.Fatalf("the first document took another's place: %+v", first)
	}
	earlier := protocollo.Attached{Key: r.Key, Ref: first.Ref}
	r, b = document(r.Ref, "attach-2")
	r.Replaces = earlier
	for range 2 {
		if second := h.mustAttach(t, r, b); !second.Replaced || second.Ref == first.Ref {
			t.Fatalf("the receipt %+v does not say that the document took the place of %s", second, first.Ref)
		}
	}
	h.wantDocuments(t, r.Key, 1)
}

func attachAway(t *testing.T, h *Harness) {
	r, b := document(h.mustRegister(t, "key-attach").Ref, "attach-1")
	h.Behave(Away)
	_, err := h.Sender.Attach(t.Context(), r, bytes.NewReader(b))
	wantClass(t, err, protocollo.Unavailable)
	h.wantDocuments(t, r.Key, 0)
}

func attachLost(t *testing.T, h *Harness) {
	r, b := document(h.mustRegister(t, "key-attach").Ref, "attach-1")
	h.Behave(Loses)
	_, err := h.Sender.Attach(t.Context(), r, bytes.NewReader(b))
	wantClass(t, err, protocollo.OutcomeUnknown)
	h.wantDocuments(t, r.Key, 1)
}

func attachOtherBytes(t *testing.T, h *Harness) {
	r, b := document(h.mustRegister(t, "key-attach").Ref, "attach-1")
	_, err := h.Sender.Attach(t.Context(), r, bytes.NewReader(append(b, 'x')))
	wantClass(t, err, protocollo.Rejected)
	h.wantDocuments(t, r.Key, 0)
}

func attachRefused(t *testing.T, h *Harness) {
	r, b := document(h.mustRegister(t, "key-attach").Ref, "attach-1")
	h.Behave(RefusesAttach)
	_, err := h.Sender.Attach(t.Context(), r, bytes.NewReader(b))
	wantClass(t, err, protocollo.Rejected)
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Words == "" {
		t.Fatalf("%v does not carry the other side's words", err)
	}
	h.wantDocuments(t, r.Key, 0)
}
