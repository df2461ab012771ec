// Package pitre is the connector of P.I.Tre. (DocsPA), by its REST services, version 1: GetToken, CreateDocument, UploadFileToDocument,
// GetDocument, EditDocument, SearchDocuments.
//
// No field of the contract that can be searched carries our key, so a lost answer is not found again by it: [Connector.Candidates] shows
// what may be the letter, for a person to choose. The key stands in a note of the document, where that person can compare it. The
// contract has no annulment and no fields for the emergency register, whose number goes into a note as well.
//
// The service says most errors with status 200 and a word; only the words that its manual lists for refused data are believed to
// prove that nothing was done. A token is asked for anew for each use, since nothing says how long one lasts or how its end is told.
package pitre

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
)

// Name is the connector's name, as it is stored with attempts and registrations.
const Name = "pitre"

// Config wires a [Connector]. Client, Clock, User, Application and Administration are required.
type Config struct {
	// Client speaks to ".../RESTServices", or, where Routed is set, to ".../RestServices/RouteRestRequest". The exchange with a file in
	// it is as large as the file and a third.
	Client *call.Client
	Clock  func() time.Time
	// User and Application are who we are, Role in which role (empty: the user's preferred one), Administration in which body.
	User, Application, Role, Administration string
	// Routed sends each request to one address and names the service in a header, as outside clients have to.
	Routed bool
	// Registers gives the register's code there for an AOO; without an entry it is the AOO's own register code.
	Registers map[protocollo.AOOCode]string
	// RF is the code of the «raggruppamento funzionale» of the segnatura, or "".
	RF string
	// Means gives the means of dispatch by their names there; what has no entry is not sent.
	Means map[protocollo.Means]string
}

// Connector is the service. It is safe for concurrent use.
type Connector struct{ cfg Config }

// New checks the settings. It calls nobody.
func New(cfg Config) (*Connector, error) {
	if cfg.Client == nil || cfg.Clock == nil {
		return nil, errors.New("pitre: Client and Clock are required")
	}
	for _, f := range []struct{ name, value string }{{"user", cfg.User}, {"application", cfg.Application}, {"administration", cfg.Administration}} {
		if f.value == "" {
			return nil, fmt.Errorf("pitre: no %s", f.name)
		}
	}
	return &Connector{cfg}, nil
}

// Name returns [Name].
func (*Connector) Name() string { return Name }

// Capabilities says that documents follow the number and replace each other as versions, that values of a registration can be corrected, and that a
// lost answer has candidates.
func (*Connector) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{AttachLater: true, Replace: true, Candidates: true, Correct: true}
}

// Register creates a document with a protocol number.
func (c *Connector) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	var answer createDocumentResponse
	raw, err := c.exchange(ctx, operation{method: http.MethodPut, name: "CreateDocument", refusals: createRefusals},
		createDocumentRequest{CodeRegister: c.register(r.AOO), CodeRF: c.cfg.RF, Document: c.documentOf(r)}, &answer)
	if err != nil {
		return protocollo.Receipt{}, fmt.Errorf("create document: %w", err)
	}
	receipt, err := c.receipt(answer.Document, r.AOO)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	receipt.Raw = raw
	return receipt, nil
}

func (c *Connector) register(aoo protocollo.AOO) string {
	if code := c.cfg.Registers[aoo.Code]; code != "" {
		return code
	}
	return aoo.RegisterCode
}

// Find is Invalid: no field that can be searched carries our key. See [Connector.Candidates].
func (*Connector) Find(context.Context, protocollo.AOOCode, string) (protocollo.Receipt, bool, error) {
	return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.Invalid, "find", "the contract finds nothing by our key")
}

// Annul is Invalid: these services have none.
func (*Connector) Annul(context.Context, string, protocollo.Annulment) error {
	return protocollo.Errorf(protocollo.Invalid, "annul", "the contract has no annulment")
}

// Check asks for a token and for the registers of our role, and says in one sentence what is wrong.
func (c *Connector) Check(ctx context.Context) error {
	var answer getRegistersResponse
	if _, err := c.exchange(ctx, operation{method: http.MethodGet, name: "GetRegistersOrRF", query: "RegOrRF=REG", idempotent: true}, nil, &answer); err != nil {
		return fmt.Errorf("ask for the registers: %w", err)
	}
	have := map[string]bool{}
	for _, r := range answer.Registers {
		have[r.Code] = true
	}
	for aoo, code := range c.cfg.Registers {
		if !have[code] {
			return protocollo.Errorf(protocollo.Invalid, "register", "the role of user %s does not see register %q of AOO %s", c.cfg.User, code, aoo)
		}
	}
	if len(have) == 0 {
		return protocollo.Errorf(protocollo.Invalid, "register", "the role of user %s sees no register", c.cfg.User)
	}
	return nil
}

// operation is one service.
type operation struct {
	method, name, query string
	idempotent          bool
	// refusals are the service's words for data that it did not take: nothing was done.
	refusals map[string]bool
}

// exchange asks for a token, carries an operation out, and decodes its answer. A token that was not taken is renewed once: a 401 is said
// before anything is done.
func (c *Connector) exchange(ctx context.Context, op operation, request, answer any) (string, error) {
	for renewed := false; ; renewed = true {
		token, err := c.token(ctx)
		if err != nil {
			return "", err
		}
		got, err := c.do(ctx, op, request, http.Header{"Authtoken": {token}})
		if err != nil {
			return "", err
		}
		if got.Status == http.StatusUnauthorized && !renewed {
			continue
		}
		return decoded(got, op, answer)
	}
}

func (c *Connector) token(ctx context.Context) (string, error) {
	op := operation{method: http.MethodPost, name: "GetToken", idempotent: true}
	got, err := c.do(ctx, op, authenticateRequest{Username: c.cfg.User, CodeRole: c.cfg.Role, CodeApplication: c.cfg.Application,
		CodeAdm: c.cfg.Administration}, http.Header{})
	if err != nil {
		return "", fmt.Errorf("get token: %w", err)
	}
	var answer authenticateResponse
	if _, err := decoded(got, op, &answer); err != nil {
		return "", fmt.Errorf("get token: %w", notBegun(err))
	}
	if answer.Token == "" {
		return "", protocollo.Errorf(protocollo.Unavailable, "credentials", "get token: the answer has none")
	}
	return answer.Token, nil
}

// notBegun makes Unavailable of whatever happened before the operation itself was asked for, and keeps the other side's words.
func notBegun(err error) error {
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Class == protocollo.Unavailable {
		return err
	}
	before := *e
	before.Class = protocollo.Unavailable
	return &before
}

func (c *Connector) do(ctx context.Context, op operation, request any, header http.Header) (call.Answer, error) {
	r := call.Request{Method: op.method, Path: op.name, Header: header, Idempotent: op.idempotent}
	if c.cfg.Routed {
		r.Path = ""
		header.Set("ROUTED_ACTION", op.name)
		header.Set("CODE_ADM", c.cfg.Administration)
	}
	if op.query != "" {
		r.Path += "?" + op.query
	}
	header.Set("Accept", "application/json")
	if request != nil {
		body, err := json.Marshal(request)
		if err != nil {
			return call.Answer{}, protocollo.Errorf(protocollo.Unavailable, "encode", "encode %s: %w", op.name, err)
		}
		header.Set("Content-Type", "application/json; charset=utf-8")
		r.Body = body
	}
	return c.cfg.Client.Do(ctx, r)
}

// decoded judges an answer and reads it into answer.
func decoded(got call.Answer, op operation, answer any) (string, error) {
	if err := got.Refused(); err != nil {
		return "", err
	}
	var head struct {
		Code         *int
		ErrorMessage string
	}
	if err := json.Unmarshal(got.Body, &head); err != nil {
		return "", got.Unclear(err)
	}
	if head.Code == nil {
		return "", got.Unclear(errors.New("it has no code"))
	}
	if *head.Code != 0 {
		return "", op.failure(head.ErrorMessage)
	}
	if err := json.Unmarshal(got.Body, answer); err != nil {
		return "", got.Unclear(err)
	}
	return bounded(got.Body), nil
}

// credentialWords are those by which every service of the contract says that it does not know who asks: nothing was done, and the
// settings are at fault.
var credentialWords = words("MISSING_PARAMETER USER_NO_EXIST ROLE_NO_EXIST USER_NO_ROLE")

// createRefusals are CreateDocument's words for data that it did not take (manual 01.02). «APPLICATION_ERROR» and «FILE_CREATION_ERROR» are not
// among them: they may come after the number.
var createRefusals = words("MISSING_TYPE_DOCUMENT MISSING_OBJECT REQUIRED_REGISTER TEMPLATE_NOT_FOUND REQUIRED_SENDER SENDER_NOT_FOUND " +
	"REQUIRED_RECIPIENT REGISTER_NOT_FOUND RF_NOT_FOUND RECIPIENT_NOT_FOUND TEMPLATE_NOT_ROLE_EDITABLE TEMPLATE_FIELD_NOT_ROLE_EDITABLE")

// uploadRefusals are those of UploadFileToDocument and GetDocument.
var uploadRefusals = words("REQUIRED_ID REQUIRED_FILE REQUIRED_DESCRIPTION DOCUMENT_NOT_FOUND")

// meanings are the service's words in the clerk's language: whoever reads that the centre said no has to know to what.
var meanings = map[string]string{
	"MISSING_PARAMETER": "manca un dato di chi chiede", "USER_NO_EXIST": "l’utente non c’è", "ROLE_NO_EXIST": "il ruolo non c’è", "USER_NO_ROLE": "l’utente non ha quel ruolo",
	"MISSING_TYPE_DOCUMENT": "manca il tipo di documento", "MISSING_OBJECT": "manca l’oggetto", "REQUIRED_REGISTER": "manca il registro",
	"REGISTER_NOT_FOUND": "il registro non c’è", "RF_NOT_FOUND": "il raggruppamento funzionale non c’è", "REQUIRED_SENDER": "manca il mittente",
	"SENDER_NOT_FOUND": "il mittente non c’è", "REQUIRED_RECIPIENT": "manca il destinatario", "RECIPIENT_NOT_FOUND": "il destinatario non c’è",
	"TEMPLATE_NOT_FOUND": "la tipologia non c’è", "TEMPLATE_NOT_ROLE_EDITABLE": "il ruolo non può usare la tipologia",
	"TEMPLATE_FIELD_NOT_ROLE_EDITABLE": "il ruolo non può scrivere un campo della tipologia", "REQUIRED_ID": "manca l’identificativo",
	"REQUIRED_FILE": "manca il file", "REQUIRED_DESCRIPTION": "manca la descrizione", "DOCUMENT_NOT_FOUND": "il documento non c’è",
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// failure classes the service's word for an error.
func (op operation) failure(word string) error {
	class, code := protocollo.OutcomeUnknown, "failed"
	first, _, _ := strings.Cut(strings.TrimSpace(word), " ")
	switch first = strings.TrimRight(first, ":.,-"); {
	case credentialWords[first]:
		class, code = protocollo.Unavailable, "credentials"
	case op.refusals[first]:
		class, code = protocollo.Rejected, "refused"
	case op.idempotent:
		class = protocollo.Unavailable
	}
	e := protocollo.Errorf(class, code, "%s failed", op.name)
	if e.Words = strings.TrimSpace(word); e.Words == "" {
		e.Words = "errore senza messaggio"
	}
	if plain := meanings[first]; plain != "" {
		e.Words += " (" + plain + ")"
	}
	return e
}

// bounded is an answer for the record.
func bounded(b []byte) string {
	const limit = 16 << 10
	if len(b) > limit {
		b = b[:limit]
	}
	return strings.ToValidUTF8(string(b), "")
}

// readAll reads a document to its end.
func readAll(body io.Reader, size int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(body, size+1))
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Unavailable, "document", "read document: %w", err)
	}
	return b, nil
}
