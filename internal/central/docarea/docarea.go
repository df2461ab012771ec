// Package docarea is the connector of protocol systems that speak DOCAREA, the contract that many Italian makers share and each spells in its own way.
// One letter takes three calls: Login gives the session's token (DST), Inserimento takes the intake sheet and gives the file's id, Protocollazione
// takes a Segnatura in XML, which names that file, and gives number, year and day.
//
//	c, err := docarea.New(docarea.Config{Client: client, Dialect: docarea.Finmatica, Entity: "c_x000", User: "ws_sportello", Password: secret, Clock: time.Now})
//	receipt, err := c.Register(ctx, request)   // request.Sheet is required
//
// In what the makers differ stands in one table ([Dialect]); what a contract cannot do is not offered by [Connector.Capabilities].
//
// Only Protocollazione numbers. Whatever goes wrong before it leaves at most a file at the centre that no number names, and is Unavailable, or
// Rejected where the service said no to the sheet; a session that is over is opened again, once. From the moment that Protocollazione may have left, a
// missing answer is OutcomeUnknown, and so is one that contradicts itself, or has a code that its maker gives after the number was taken. No dialect
// has a field for our key, so nothing is found again by it: where a search exists, it shows candidates.
//
// It refuses to number without a sheet, and never logs in by itself: what it sends is somebody's letter or somebody's check. See
// docs/decisions/0031.
package docarea

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// Name is the connector's name, as it is stored with attempts and registrations.
const Name = "docarea"

// Config wires a [Connector]. Client, Dialect, Clock, Entity and User are required.
type Config struct {
	// Client reaches the service; for Finmatica, whose installation has several, it reaches the host (https://host).
	Client *call.Client
	// Path and ReaderPath say where on the host Finmatica's services DOCAREAProtoSoap and EntiAooUtilitySoapBindingImpl are, if not where their WSDLs
	// have them.
	Path, ReaderPath string

	Dialect Dialect
	Clock   func() time.Time
	// Entity, User and Password log in; User is also who registers at the centre.
	Entity, User, Password string
	// Application names us to the centre; default "segnatura".
	Application string
	// Unit is the office that registers (uo protocollante), and Routing how letters are handed to theirs (tipoSmistamento: COMPETENZA,
	// CONOSCENZA); neither is sent where empty.
	Unit, Routing string
	// DocumentType is TipoDocumento, from the centre's own list; not sent where empty.
	DocumentType string
	// Classes and Offices map our codes to the centre's; a code that is not there is sent as it is. DefaultClass goes with letters that have none;
	// Finmatica cannot do without.
	Classes, Offices map[string]string
	DefaultClass     string
	// Registers are the centre's codes of its registers by AOO (TipoRegistroProtocollo), for Finmatica; an AOO that is not there has ours.
	Registers map[protocollo.AOOCode]string
}

// Connector is one centre. It is safe for concurrent use.
type Connector struct {
	cfg     Config
	profile profile
	soap    *soap.Client

	mu    sync.Mutex
	token string // of the open session; "" where there is none
}

// New checks the settings. It calls nobody.
func New(cfg Config) (*Connector, error) {
	p, known := profiles[cfg.Dialect]
	switch {
	case !known:
		return nil, fmt.Errorf("docarea: there is no dialect %q", cfg.Dialect)
	case cfg.Client == nil || cfg.Clock == nil:
		return nil, errors.New("docarea: Client and Clock are required")
	case cfg.Entity == "" || cfg.User == "":
		return nil, errors.New("docarea: Entity and User are required")
	case slices.ContainsFunc(slices.Collect(maps.Values(cfg.Registers)), func(code string) bool { return strings.Contains(code, "/") }):
		return nil, errors.New("docarea: a register's code has a slash in it")
	case p.segnatura.classified && cfg.DefaultClass == "":
		return nil, fmt.Errorf("docarea: %s fails where a letter has no classification: DefaultClass is required", cfg.Dialect)
	}
	if cfg.Application == "" {
		cfg.Application = "segnatura"
	}
	p.main.path, p.reader.path = cmp.Or(cfg.Path, p.main.path), cmp.Or(cfg.ReaderPath, p.reader.path)
	return &Connector{cfg: cfg, profile: p, soap: soap.New(cfg.Client, nil)}, nil
}

// Name returns [Name].
func (*Connector) Name() string { return Name }

// Capabilities returns what the dialect offers. All want the intake sheet, and the emergency number stands in the subject.
func (c *Connector) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{WantsSheet: true, AttachLater: c.profile.attach.name != "", Candidates: c.profile.search.name != ""}
}

const (
	sheetTitle = "Scheda di ricezione"
	sheetMedia = "application/pdf"
)

func sheetName(intakeID int64) string { return fmt.Sprintf("ricezione-%d.pdf", intakeID) }

// Register asks for a number. Unavailable and Rejected: none was given. OutcomeUnknown: one may have been.
func (c *Connector) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	switch {
	case len(r.Sheet) == 0:
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Unavailable, "sheet", "the intake sheet was not made")
	case flussi[r.Draft.Direction] == "":
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Invalid, "direction", "direction %q", r.Draft.Direction)
	}
	var receipt protocollo.Receipt
	err := c.inSession(ctx, func(token string) error {
		id, err := c.insert(ctx, token, sheetName(r.IntakeID), sheetMedia, r.Sheet)
		if err != nil {
			return err
		}
		receipt, err = c.number(ctx, token, r, id)
		return err
	})
	if err != nil {
		return protocollo.Receipt{}, err
	}
	return receipt, nil
}

// insert leaves a file at the centre and returns its id. It numbers nothing: to repeat it is harmless, and any refusal may be the session's.
func (c *Connector) insert(ctx context.Context, token, name, mediaType string, b []byte) (int64, error) {
	said, err := c.ask(ctx, c.profile.insert, true, values{theToken: []byte(token), theName: []byte(name), theFile: b}, mediaType)
	if err != nil {
		return 0, err
	}
	switch {
	case slices.Contains(c.profile.over, said.code):
		return 0, stale{said.refused(protocollo.Unavailable, "credentials", "the centre ended the session")}
	case said.code != 0:
		return 0, stale{said.refused(protocollo.Rejected, "rejected", "the centre refused the file with %d", said.code)}
	}
	id, ok := said.integer(c.profile.answer.file)
	if !ok || id <= 0 {
		return 0, said.refused(protocollo.Unavailable, "nonsense", "the answer names no file")
	}
	return id, nil
}

// number is the call that numbers.
func (c *Connector) number(ctx context.Context, token string, r protocollo.RegisterRequest, fileID int64) (protocollo.Receipt, error) {
	xml, err := c.segnatura(r, fileID)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	said, err := c.ask(ctx, c.profile.number, false, values{theToken: []byte(token), theSegnatura: xml}, "text/xml")
	if err != nil {
		return protocollo.Receipt{}, err
	}
	given, _ := said.integer(c.profile.answer.number)
	switch {
	case said.code != 0 && given > 0:
		return protocollo.Receipt{}, said.refused(protocollo.OutcomeUnknown, "receipt", "the answer is a refusal and has a number")
	case said.code != 0:
		return protocollo.Receipt{}, c.profile.verdict(said)
	}
	receipt, err := c.receipt(said, given)
	if err != nil {
		return protocollo.Receipt{}, said.refused(protocollo.OutcomeUnknown, "receipt", "%w", err)
	}
	receipt.Register = r.AOO.RegisterCode
	receipt.Ref = reference{body: r.Body.Code, aoo: string(r.AOO.Code), register: c.registerOf(r.AOO), year: receipt.Year, number: given, file: fileID}.String()
	return receipt, nil
}

// registerOf is the centre's code of an AOO's register.
func (c *Connector) registerOf(aoo protocollo.AOO) string {
	return cmp.Or(c.cfg.Registers[aoo.Code], aoo.RegisterCode)
}

// receipt reads number, year and day of an answer without an error.
func (c *Connector) receipt(said said, given int64) (protocollo.Receipt, error) {
	n, err := protocollo.NumberFrom(given)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	year, ok := said.integer(c.profile.answer.year)
	if !ok {
		return protocollo.Receipt{}, errors.New("the answer has no year")
	}
	day, err := dayFrom(said.text(c.profile.answer.day))
	if err != nil {
		return protocollo.Receipt{}, err
	}
	r := protocollo.Receipt{Year: int(year), Number: n, Day: day, At: c.cfg.Clock(), Raw: said.raw}
	return r, r.Validate()
}

// dayFrom reads the centre's day: gg/mm/aaaa, or the ISO form, possibly with a time of day behind it.
func dayFrom(s string) (protocollo.Day, error) {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	word, _, _ = strings.Cut(word, "T")
	for _, layout := range []string{"02/01/2006", time.DateOnly, "02-01-2006"} {
		if t, err := time.Parse(layout, word); err == nil {
			return protocollo.Day(t.Format(time.DateOnly)), nil
		}
	}
	return "", fmt.Errorf("the day %q is none", s)
}

// Find is Invalid: the contracts have no field for our key, so that «not found» would mean nothing.
func (*Connector) Find(context.Context, protocollo.AOOCode, string) (protocollo.Receipt, bool, error) {
	return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.Invalid, "find", "the contract has no search by our key")
}

// Annul is Invalid: the contracts have no annulment.
func (*Connector) Annul(context.Context, string, protocollo.Annulment) error {
	return protocollo.Errorf(protocollo.Invalid, "annul", "the contract has no annulment")
}

// Check logs in, and says what is wrong in one sentence.
func (c *Connector) Check(ctx context.Context) error {
	_, err := c.logIn(ctx)
	return err
}

// reference is what attaching needs of a registration: DOCAREA names it by the body's codes, register, year and number.
type reference struct {
	body, aoo, register string
	year                int
	number, file        int64
}

// String writes body/AOO/register/year/number/file. None of the codes can hold a slash ([protocollo.ValidCode]; New).
func (r reference) String() string {
	return fmt.Sprintf("%s/%s/%s/%d/%d/%d", r.body, r.aoo, r.register, r.year, r.number, r.file)
}

func parseReference(s string) (reference, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 6 {
		return reference{}, protocollo.Errorf(protocollo.Rejected, "ref", "reference %q is none of this centre", s)
	}
	r := reference{body: parts[0], aoo: parts[1], register: parts[2]}
	var errs [3]error
	r.year, errs[0] = strconv.Atoi(parts[3])
	r.number, errs[1] = strconv.ParseInt(parts[4], 10, 64)
	r.file, errs[2] = strconv.ParseInt(parts[5], 10, 64)
	if err := errors.Join(errs[:]...); err != nil {
		return reference{}, protocollo.Errorf(protocollo.Rejected, "ref", "reference %q is none of this centre: %w", s, err)
	}
	return r, nil
}
