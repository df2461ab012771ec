// Package titulus is the connector to Titulus 4, the protocol system of many universities: SOAP 1.1 in its rpc/encoded form, HTTP Basic, and a session
// in which setWSUser says for whom the service acts.
//
//	c, err := titulus.New(titulus.Config{Service: call.Config{URL: ".../services/Titulus4", User: "...", Cookies: true}, AmmAOO: "UNIXXXX", ...})
//	receipt, err := c.Register(ctx, request)      // Receipt.Ref is the nrecord that Attach and Annul take
//
// What it needs of a draft it maps by the tables of its [Config]; what they do not have is refused before anything is sent. Each registration carries
// our key as applicativo_produttore_docid. Whether Titulus finds a document by it depends on the archive's indexes, so that the key is searched only
// where a body has seen it work ([Config.KeyIndexed]); elsewhere candidates are shown to a person. A draft that got no number, a number of another
// AOO, and whatever else is no clear answer are never taken for a registration.
//
// The names of operations and elements, and how clients read the answers, are from a contract rebuilt from public clients; see docs/decisions/0032.
package titulus

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// Name is the connector's name, as it is stored with attempts and registrations.
const Name = "titulus"

// Config is what the connector is told. Service, AmmAOO, Offices and Clock are required.
type Config struct {
	// Service is reached with User and Password (Basic). Cookies are always kept: the session is one.
	Service call.Config
	// WSUser and WSProfile are who the service acts for (setWSUser: user, pnumber); empty: the account itself.
	WSUser, WSProfile string
	// AmmAOO is the code of administration and AOO within each number: year-AmmAOO-0000001.
	AmmAOO string
	// Offices are by our UOR code; "" is who answers for what names no office.
	Offices map[string]Office
	// Classes are the words of each classification code; a code without words stands for itself.
	Classes map[string]string
	// Means are Titulus' codes; a means without code is left out.
	Means map[protocollo.Means]string
	// KeyIndexed says that this archive was seen to find a document by applicativo_produttore_docid. Without the index each search would find nothing,
	// and «not found» would be taken for proof.
	KeyIndexed bool
	// Refusals are words of faults that this installation gives before it does anything, each seen on its own test service. A fault without any of them
	// proves nothing: the service answers alike to what it refused and to what failed half-way.
	Refusals []string
	Clock    func() time.Time
}

// Office is an office of the body and who answers for it, as Titulus knows them.
type Office struct{ Name, Code, Person, PersonCode string }

// Connector speaks to one Titulus. It is safe for concurrent use.
type Connector struct {
	cfg     Config
	service *soap.Client
}

// New checks the configuration. It calls nobody.
func New(cfg Config) (*Connector, error) {
	_, answers := cfg.Offices[""]
	switch {
	case cfg.AmmAOO == "":
		return nil, errors.New("wire titulus: AmmAOO is required")
	case !answers:
		return nil, errors.New(`wire titulus: Offices needs who answers for what names no office, under ""`)
	case cfg.Clock == nil:
		return nil, errors.New("wire titulus: Clock is required")
	}
	if slices.Contains(cfg.Refusals, "") {
		return nil, errors.New("wire titulus: an empty refusal would hold of every fault")
	}
	for code, o := range cfg.Offices {
		if o.Name == "" || o.Person == "" {
			return nil, fmt.Errorf("wire titulus: office %q needs its name and its person", code)
		}
	}
	cfg.Service.Cookies = true
	client, err := call.New(cfg.Service)
	if err != nil {
		return nil, fmt.Errorf("wire titulus: %w", err)
	}
	return &Connector{cfg: cfg, service: soap.New(client, soap.Namespaces{"ws": "http://ws.titulus.kion.it", "kion": "http://www.kion.it/titulus"})}, nil
}

// Name returns [Name].
func (*Connector) Name() string { return Name }

// Capabilities returns what the contract offers. It takes documents without a file, and its fields for an emergency number are not known to be
// accepted by saveDocument.
func (c *Connector) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{FindByKey: c.cfg.KeyIndexed, AttachLater: true, Annul: true, Candidates: true}
}

// keyPattern is what a search can quote.
var keyPattern = regexp.MustCompile(`^[A-Za-z0-9._:/-]{1,200}$`)

// Register asks for a number.
func (c *Connector) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if !keyPattern.MatchString(r.Key) {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Invalid, "key", "key %q cannot be searched", r.Key)
	}
	doc, err := c.document(r, protocollo.DayOf(c.cfg.Clock()))
	if err != nil {
		return protocollo.Receipt{}, err
	}
	text, err := xml.Marshal(doc)
	if err != nil {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Internal, "request", "write document: %w", err)
	}
	if err := c.open(ctx); err != nil {
		return protocollo.Receipt{}, err
	}
	said, raw, err := c.ask(ctx, "saveDocument", once, soap.Argument{Name: "document", Value: soap.Text(text)},
		soap.Argument{Name: "attachmentBeans", Value: soap.Nil{}}, saveParams)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	if said.Saved == nil {
		return protocollo.Receipt{}, once.unclear("saveDocument", errors.New("it names no document"))
	}
	receipt, err := c.receipt(*said.Saved, c.cfg.Clock(), raw)
	if err != nil {
		return protocollo.Receipt{}, classed(err, "saveDocument")
	}
	return receipt, nil
}

// classed keeps an error's class; one without is an answer that says nothing clear.
func classed(err error, operation string) error {
	if e := (*protocollo.Error)(nil); errors.As(err, &e) {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return once.unclear(operation, err)
}

// Annul cancels a document, with reason and act. A document that is cancelled already is no error: the answer may have been lost. Whether it was done
// is read in the document.
func (c *Connector) Annul(ctx context.Context, ref string, a protocollo.Annulment) error {
	if err := c.open(ctx); err != nil {
		return err
	}
	cancelled := func(r record) bool { return r.Cancelled == "si" }
	doc, err := c.load(ctx, ref)
	if err != nil || cancelled(doc) {
		return err
	}
	reason := fmt.Sprintf("%s (provvedimento n. %s del %s)", a.Reason, a.ActNumber, a.ActDay.Italian())
	const operation = "cancelDocument"
	_, _, err = c.ask(ctx, operation, once, soap.Argument{Name: "id", Value: soap.Text(ref)}, soap.Argument{Name: "reason", Value: soap.Text(reason)})
	return c.confirmed(ctx, operation, err, ref, cancelled)
}

// Attach adds a document to a registration. Its description ends with our key, and before it is sent the registration is read: what bears the key is
// there already. It is read afterwards too: for the reference, which is Titulus' name of the file, and for whether it was done.
func (c *Connector) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	content, err := call.Document(r, body)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	if err := c.open(ctx); err != nil {
		return protocollo.AttachReceipt{}, err
	}
	var receipt protocollo.AttachReceipt
	there := func(doc record) bool {
		f, found := doc.file(mark(r))
		receipt = protocollo.AttachReceipt{Ref: f.Name, At: c.cfg.Clock()}
		return found
	}
	doc, err := c.load(ctx, r.Ref)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	if there(doc) {
		return receipt, nil
	}
	const operation = "checkInContentFiles"
	_, err = c.exchange(ctx, operation, once, soap.Argument{Name: "id", Value: soap.Text(r.Ref)},
		soap.Argument{Name: "attachmentBeans", Value: soap.Array{Type: "kion:AttachmentBean", Items: []soap.Struct{bean(r, content)}}}, saveParams)
	if err := c.confirmed(ctx, operation, err, r.Ref, there); err != nil {
		return protocollo.AttachReceipt{}, err
	}
	return receipt, nil
}

// confirmed reads a document after an operation that ended with err, and says whether it was done. A fault is an answer: the operation is over, so that
// what is not in the document now was refused. Where no answer came at all it may be under way still, and err stands.
func (c *Connector) confirmed(ctx context.Context, operation string, err error, id string, done func(record) bool) error {
	if e := (*protocollo.Error)(nil); errors.As(err, &e) && (e.Class != protocollo.OutcomeUnknown || e.Code == "no-answer") {
		return err
	}
	doc, loadErr := c.load(ctx, id)
	fault := (*soap.Fault)(nil)
	switch {
	case loadErr == nil && done(doc):
		return nil
	case loadErr == nil && errors.As(err, &fault):
		return fmt.Errorf("%s: %w", operation, fault.Classed(protocollo.Rejected, "refused"))
	case err != nil:
		return err
	case loadErr != nil:
		return once.unclear(operation, loadErr)
	}
	return once.unclear(operation, errors.New("the document does not show it"))
}

// mark ends a file's description.
func mark(r protocollo.AttachRequest) string { return " [" + r.Key + "]" }

// bean is a file as the contract sends it, with each element that the schema lists.
func bean(r protocollo.AttachRequest, content []byte) soap.Struct {
	return soap.Struct{Type: "kion:AttachmentBean", Fields: []soap.Argument{
		{Name: "content", Value: soap.Bytes(content)},
		{Name: "contentProviderId", Value: soap.Nil{}},
		{Name: "contentProviderParams", Value: soap.Nil{}},
		{Name: "contentUri", Value: soap.Nil{}},
		{Name: "description", Value: soap.Text(r.Title + mark(r))},
		{Name: "fileName", Value: soap.Text(r.FileName)},
		{Name: "id", Value: soap.Nil{}},
		{Name: "mimeType", Value: soap.Text(r.MediaType)},
	}}
}

// Check opens a session and asks for the service's version.
func (c *Connector) Check(ctx context.Context) error {
	if err := c.open(ctx); err != nil {
		return err
	}
	_, err := c.exchange(ctx, "getWsRelease", repeatable)
	return err
}
