// Package jiride is the connector to J-Iride, the protocol of Sicr@Web: SOAP 1.1 in its document/literal form, with user and role in each call and no
// session.
//
//	c, err := jiride.New(jiride.Config{Service: call.Config{URL: ".../services/ProtocolloSoap"}, User: "SPORTELLO", Role: "PROT", ...})
//	receipt, err := c.Register(ctx, request)   // Receipt.Ref is what Attach and Annul take: document id, year and number
//
// The contract has no field that could carry our key and be searched, so that a call without an answer is a person's to look up: nothing is found again
// by the connector. A result with an Errore is a refusal, in its words, as long as it names no number; one that names a number as well says nothing
// clear. How AnnullaDocumento words its request, and what it answers, the contract leaves to a string: where the installation's documents say it, the
// configuration does ([Annulment]), and elsewhere the connector does not annul. See docs/decisions/0032.
package jiride

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// Name is the connector's name, as it is stored with attempts and registrations.
const Name = "jiride"

const namespace = "http://tempuri.org/"

// Config is what the connector is told. Service, User, Role, Kinds, Offices and Clock are required.
type Config struct {
	// Service is the address. MaxAnswer is by default 128 MiB here: what is read before a file is added comes with the files that are there already.
	Service call.Config
	// User and Role act in each call.
	User, Role string
	// Administration and AOO choose the archive of an installation that has several; empty: it has one.
	Administration, AOO string
	// Kinds are the codes of TipoDocumento by direction.
	Kinds map[protocollo.Direction]string
	// Offices are J-Iride's codes by our UOR code; "" is who answers for what names no office.
	Offices map[string]string
	// Means are J-Iride's codes; a means without code is left out.
	Means map[protocollo.Means]string
	// UpdatePeople lets J-Iride change its list of persons by what is sent.
	UpdatePeople bool
	// Annulment words what the contract leaves open; nil: the connector does not annul.
	Annulment *Annulment
	Clock     func() time.Time
}

// Annulment is how an installation's own documents word AnnullaDocumento.
type Annulment struct {
	// Request is the text of AnnullaDocumentoIn, XML in which {id}, {year}, {number}, {reason}, {act}, {day}, {user} and {role} stand for their
	// values; these are escaped.
	Request string
	// Done are the texts of Errore that say that the document is annulled already.
	Done []string
}

// Connector speaks to one J-Iride. It is safe for concurrent use.
type Connector struct {
	cfg     Config
	service *soap.Client
}

// New checks the configuration. It calls nobody.
func New(cfg Config) (*Connector, error) {
	_, answers := cfg.Offices[""]
	switch {
	case cfg.User == "" || cfg.Role == "":
		return nil, errors.New("wire jiride: User and Role are required")
	case !answers:
		return nil, errors.New(`wire jiride: Offices needs who answers for what names no office, under ""`)
	case cfg.AOO != "" && cfg.Administration == "":
		return nil, errors.New("wire jiride: AOO without Administration")
	case cfg.Annulment != nil && !strings.Contains(cfg.Annulment.Request, "{id}") && !strings.Contains(cfg.Annulment.Request, "{number}"):
		return nil, errors.New("wire jiride: the annulment's request names no document")
	case cfg.Clock == nil:
		return nil, errors.New("wire jiride: Clock is required")
	}
	for _, d := range []protocollo.Direction{protocollo.Incoming, protocollo.Outgoing, protocollo.Inside} {
		if cfg.Kinds[d] == "" {
			return nil, fmt.Errorf("wire jiride: Kinds needs the code for direction %s", d)
		}
	}
	if cfg.Service.MaxAnswer == 0 {
		cfg.Service.MaxAnswer = 128 << 20
	}
	client, err := call.New(cfg.Service)
	if err != nil {
		return nil, fmt.Errorf("wire jiride: %w", err)
	}
	return &Connector{cfg: cfg, service: soap.New(client, soap.Namespaces{"t": namespace})}, nil
}

// Name returns [Name].
func (*Connector) Name() string { return Name }

// Capabilities returns what the contract offers. It takes documents without a file.
func (c *Connector) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{AttachLater: true, Annul: c.cfg.Annulment != nil}
}

// Register asks for a number.
func (c *Connector) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	in, err := c.protoIn(r, protocollo.DayOf(c.cfg.Clock()))
	if err != nil {
		return protocollo.Receipt{}, err
	}
	operation := c.named("InserisciProtocolloEAnagrafiche")
	out, err := ask[protoOut](ctx, c, operation, once, insert{XMLName: xml.Name{Local: "t:" + operation}, Draft: in, database: c.chosen()})
	if err != nil {
		return protocollo.Receipt{}, err
	}
	if err := out.refusal(out.Number > 0 || out.ID > 0); err != nil {
		return protocollo.Receipt{}, err
	}
	receipt, err := out.receipt(c.cfg.Clock())
	if err != nil {
		return protocollo.Receipt{}, once.unclear(operation, err)
	}
	receipt.Raw = fmt.Sprintf("IdDocumento %d, AnnoProtocollo %d, NumeroProtocollo %d, DataProtocollo %s, Messaggio %q", out.ID, out.Year, out.Number, out.At, out.Message)
	return receipt, nil
}

// Find is OutcomeUnknown: no field of the contract carries our key.
func (*Connector) Find(context.Context, protocollo.AOOCode, string) (protocollo.Receipt, bool, error) {
	return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.OutcomeUnknown, "find", "J-Iride finds nothing by our key")
}

// Attach adds a document to a registration. Its comment ends with our key, and before it is sent the registration is read: what bears the key is there
// already.
func (c *Connector) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	content, err := call.Document(r, body)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	ref, err := parseReference(r.Ref)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	doc, err := c.read(ctx, ref)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	mark := " [" + r.Key + "]"
	if i := slices.IndexFunc(doc.Files, func(f fileOut) bool { return strings.HasSuffix(f.Comment, mark) }); i >= 0 {
		return protocollo.AttachReceipt{Ref: strconv.FormatInt(doc.Files[i].Serial, 10), At: c.cfg.Clock()}, nil
	}
	_, extension, _ := strings.Cut(r.FileName[strings.LastIndex(r.FileName, "/")+1:], ".")
	request := addFiles{database: database{c.cfg.Administration, c.cfg.AOO}, New: newFiles{ID: ref.ID, Year: ref.Year, Number: ref.Number, User: c.cfg.User, Role: c.cfg.Role,
		Files: []newFile{{Extension: extension[strings.LastIndex(extension, ".")+1:], MediaType: r.MediaType, Content: base64.StdEncoding.EncodeToString(content),
			Comment: r.Title + mark, Name: r.FileName}}}}
	const operation = "AggiungiAllegati2"
	out, err := ask[addedOut](ctx, c, operation, once, request)
	if err != nil {
		return protocollo.AttachReceipt{}, err
	}
	if err := out.refusal(len(out.Files) > 0); err != nil {
		return protocollo.AttachReceipt{}, err
	}
	if out.ID != ref.ID || len(out.Files) != 1 || out.Files[0].Serial <= 0 {
		return protocollo.AttachReceipt{}, once.unclear(operation, fmt.Errorf("it names document %d and %d files", out.ID, len(out.Files)))
	}
	return protocollo.AttachReceipt{Ref: strconv.FormatInt(out.Files[0].Serial, 10), At: c.cfg.Clock()}, nil
}

// Annul cancels a document where the configuration words it.
func (c *Connector) Annul(ctx context.Context, ref string, a protocollo.Annulment) error {
	if c.cfg.Annulment == nil {
		return protocollo.Errorf(protocollo.Invalid, "annul", "the configuration does not word an annulment")
	}
	known, err := parseReference(ref)
	if err != nil {
		return err
	}
	request := annul{Request: c.cfg.Annulment.words(known, a, c.cfg.User, c.cfg.Role), database: database{c.cfg.Administration, c.cfg.AOO}}
	const operation = "AnnullaDocumento"
	text, err := ask[string](ctx, c, operation, once, request)
	if err != nil {
		return err
	}
	var out protoOut
	if err := xml.Unmarshal([]byte(text), &out); err != nil {
		return once.unclear(operation, err)
	}
	if slices.Contains(c.cfg.Annulment.Done, strings.TrimSpace(out.Failure)) {
		return nil
	}
	if err := out.refusal(false); err != nil {
		return err
	}
	if out.ID != known.ID {
		return once.unclear(operation, fmt.Errorf("it names document %d: %s", out.ID, out.Message))
	}
	return nil
}

// words fills the request in.
func (a Annulment) words(ref reference, act protocollo.Annulment, user, role string) string {
	values := []string{"{id}", strconv.FormatInt(ref.ID, 10), "{year}", strconv.Itoa(ref.Year), "{number}", strconv.FormatInt(ref.Number, 10),
		"{reason}", act.Reason, "{act}", act.ActNumber, "{day}", act.ActDay.Italian(), "{user}", user, "{role}", role}
	for i := 1; i < len(values); i += 2 {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(values[i])) // a buffer takes everything
		values[i] = b.String()
	}
	return strings.NewReplacer(values...).Replace(a.Request)
}

// Check reads a protocol that need not exist: whatever J-Iride answers in its own form shows that it is there.
func (c *Connector) Check(ctx context.Context) error {
	_, err := c.lookUp(ctx, protocollo.YearOf(c.cfg.Clock()), 1)
	return err
}

// read reads a registration. One that J-Iride does not show, or that is another document, is Rejected.
func (c *Connector) read(ctx context.Context, ref reference) (documentOut, error) {
	doc, err := c.lookUp(ctx, ref.Year, ref.Number)
	if err != nil {
		return documentOut{}, err
	}
	if doc.ID != ref.ID {
		return documentOut{}, &protocollo.Error{Class: protocollo.Rejected, Code: "ref", Words: doc.Failure,
			Detail: fmt.Sprintf("number %d of %d is document %d, not %d", ref.Number, ref.Year, doc.ID, ref.ID)}
	}
	return doc, nil
}

func (c *Connector) lookUp(ctx context.Context, year int, number int64) (documentOut, error) {
	operation := c.named("LeggiProtocollo")
	return ask[documentOut](ctx, c, operation, repeatable,
		read{XMLName: xml.Name{Local: "t:" + operation}, Year: year, Number: number, User: c.cfg.User, Role: c.cfg.Role, database: c.chosen()})
}

// named and chosen are how an operation is called where an installation has several archives, and which is meant.
func (c *Connector) named(operation string) string {
	if c.cfg.Administration != "" {
		return operation + "MultiDB"
	}
	return operation
}

func (c *Connector) chosen() *database {
	if c.cfg.Administration == "" {
		return nil
	}
	return &database{c.cfg.Administration, c.cfg.AOO}
}

// manner says whether an operation may be repeated.
type manner bool

const (
	once       manner = false
	repeatable manner = true // it reads
)

// unclear is the error for an answer that proves nothing.
func (m manner) unclear(operation string, cause error) error {
	class := protocollo.OutcomeUnknown
	if m == repeatable {
		class = protocollo.Unavailable
	}
	return protocollo.Errorf(class, "nonsense", "%s: the answer is none: %w", operation, cause)
}

// ask makes a call and returns the result in its answer.
func ask[T any](ctx context.Context, c *Connector, operation string, m manner, request any) (T, error) {
	var answer struct {
		XMLName xml.Name
		Result  *T `xml:",any"`
	}
	var none T
	if err := c.service.Call(ctx, soap.Operation{Action: namespace + operation, Idempotent: bool(m)}, request, &answer); err != nil {
		return none, fmt.Errorf("%s: %w", operation, err)
	}
	if answer.XMLName.Local != operation+"Response" || answer.Result == nil {
		return none, m.unclear(operation, fmt.Errorf("it is a %s, with a result: %t", answer.XMLName.Local, answer.Result != nil))
	}
	return *answer.Result, nil
}

// refusal returns what an Errore proves, or nil. Beside the deed that was asked for it proves nothing.
func (s said) refusal(done bool) error {
	words := strings.TrimSpace(s.Failure)
	switch {
	case words == "":
		return nil
	case done:
		return &protocollo.Error{Class: protocollo.OutcomeUnknown, Code: "nonsense", Detail: "J-Iride names an error and what it did", Words: words}
	}
	return &protocollo.Error{Class: protocollo.Rejected, Code: "refused", Detail: "J-Iride refused", Words: words}
}
