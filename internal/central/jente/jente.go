// Package jente asks JEnte (Infor) for numbers, by its web services JProtocolloServices and, to check the settings, JProtocolloGenServices: SOAP
// 1.1, document/literal, the user's name in each message. The contract was rebuilt from the stubs of two clients that are in use
// (docs/decisions/0030); it was not tried against a real JEnte.
//
// It numbers arrivals, departures and internal documents, and adds documents to what it numbered. The contract cannot search at all: a
// call without an answer stays unknown until a person looks in JEnte. It does not annul, and has no fields for the emergency register, whose
// number therefore stands in the subject (or, where the subject would be too long, in the note). No subject is ever cut: a longer
// one than JEnte takes is refused before anything is sent.
//
//	connector, err := jente.New(jente.Config{Services: client, Clock: time.Now, Username: "stazione", DefaultOffice: "PROT"})
package jente

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// Name is the connector's name, as it is stored with attempts and registrations.
const Name = "jente"

// Config says where JEnte is and by which codes it knows what we know. Services, Clock, Username and DefaultOffice are required.
type Config struct {
	// Services is the client of JProtocolloServices. Its MaxAnswer must leave room for the largest document: to be sure that none is filed
	// twice, a document of the same name is read back.
	Services *call.Client
	// Tables is the client of JProtocolloGenServices, for [Connector.Check]; nil: codes are not checked.
	Tables *call.Client
	Clock  func() time.Time
	// Username is the JEnte user under whose name all is done; the contract knows no password.
	Username string
	// Registers and Sections are JEnte's codes of registro and sezione by AOO; without one, JEnte takes the user's own.
	Registers, Sections map[protocollo.AOOCode]string
	// Offices are JEnte's codes (corrispondenti) by our unit's; a unit that is not here has the same code there. DefaultOffice is JEnte's
	// code for a letter without unit: each arrival needs one.
	Offices       map[string]string
	DefaultOffice string
	// Classes are JEnte's codes of the titolario by ours; one that is not here is the same there.
	Classes map[string]string
	// Means are JEnte's codes of «tramite», and DocumentType its «tipo documento»; empty: not sent.
	Means        map[protocollo.Means]string
	DocumentType string
	// Confidential is JEnte's code of «visibilità» for a confidential letter; empty: its note alone says so.
	Confidential string
	// MaxSubject is how many characters of a subject this JEnte takes; 0: the contract states no bound, and none is kept.
	MaxSubject int
	// ConfirmSegnatura has JEnte confirm the segnatura with the number, where a body's set-up keeps it open otherwise.
	ConfirmSegnatura bool
}

// Connector speaks to one JEnte. It is safe for concurrent use.
type Connector struct {
	cfg      Config
	services *soap.Client
	tables   *soap.Client // nil: codes are not checked
}

// New checks the settings. It calls nobody.
func New(cfg Config) (*Connector, error) {
	if cfg.Services == nil || cfg.Clock == nil || strings.TrimSpace(cfg.Username) == "" || strings.TrimSpace(cfg.DefaultOffice) == "" {
		return nil, errors.New("jente: Services, Clock, Username and DefaultOffice are required")
	}
	if cfg.MaxSubject < 0 {
		return nil, fmt.Errorf("jente: MaxSubject is %d", cfg.MaxSubject)
	}
	for means := range cfg.Means {
		if !means.Valid() {
			return nil, fmt.Errorf("jente: Means: %q is no means", means)
		}
	}
	c := &Connector{cfg: cfg, services: soap.New(cfg.Services, soap.Namespaces{"j": servicesNamespace})}
	if cfg.Tables != nil {
		c.tables = soap.New(cfg.Tables, soap.Namespaces{"g": tablesNamespace})
	}
	return c, nil
}

// Name returns [Name].
func (*Connector) Name() string { return Name }

// Capabilities returns what the contract offers: documents may follow the number, and that is all.
func (*Connector) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{AttachLater: true}
}

// Register asks for a number. Errors: Invalid before anything is sent, Unavailable, Rejected with JEnte's words, OutcomeUnknown.
func (c *Connector) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	request, err := c.request(r)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	var answer registered
	if err := c.services.Call(ctx, soap.Operation{}, request, &answer); err != nil {
		return protocollo.Receipt{}, fmt.Errorf("ask JEnte for a number: %w", err)
	}
	if err := answer.Answer.judge(false); err != nil {
		if given := strings.TrimSpace(answer.Answer.Segnatura.Number); strings.Trim(given, "0") != "" {
			return protocollo.Receipt{}, &protocollo.Error{Class: protocollo.OutcomeUnknown, Code: "nonsense", Field: "nonsense",
				Detail: fmt.Sprintf("JEnte's outcome is %q, beside number %s", answer.Answer.Esito, given), Words: strings.TrimSpace(answer.Answer.Message)}
		}
		return protocollo.Receipt{}, fmt.Errorf("ask JEnte for a number: %w", err)
	}
	receipt, err := c.receipt(answer)
	if err != nil {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.OutcomeUnknown, "nonsense", "JEnte's answer: %w", err)
	}
	return receipt, receipt.Validate()
}

// receipt reads a segnatura: the number with its year, the day, and the minute in Rome.
func (c *Connector) receipt(a registered) (protocollo.Receipt, error) {
	s := a.Answer.Segnatura
	year, err := strconv.Atoi(s.Year)
	if err != nil {
		return protocollo.Receipt{}, fmt.Errorf("year: %w", err)
	}
	value, err := strconv.ParseInt(s.Number, 10, 64)
	if err != nil {
		return protocollo.Receipt{}, fmt.Errorf("number: %w", err)
	}
	number, err := protocollo.NumberFrom(value)
	if err != nil {
		return protocollo.Receipt{}, err
	}
	day, err := time.ParseInLocation("02/01/2006", s.Day, protocollo.Rome())
	if err != nil {
		return protocollo.Receipt{}, fmt.Errorf("day: %w", err)
	}
	at := c.cfg.Clock().UTC()
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.ParseInLocation("02/01/2006 "+layout, s.Day+" "+s.Time, protocollo.Rome()); err == nil {
			at = t.UTC()
			break
		}
	}
	return protocollo.Receipt{Register: s.Register, Year: year, Number: number, Day: protocollo.DayOf(day), At: at,
		Ref: reference{Year: s.Year, Number: s.Number, Register: s.Register}.String(), Raw: bounded(a.Answer.Raw)}, nil
}

// bounded cuts an answer to what a record bears.
func bounded(raw string) string {
	const limit = 4096
	return strings.ToValidUTF8(raw[:min(len(raw), limit)], "")
}

// Find is Invalid: JEnte's contract reads a registration by its number, and searches by nothing.
func (*Connector) Find(context.Context, protocollo.AOOCode, string) (protocollo.Receipt, bool, error) {
	return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.Invalid, "find", "JEnte's contract has no search")
}

// Annul is Invalid: JEnte's contract has no annulment, which is made on its own screen.
func (*Connector) Annul(context.Context, string, protocollo.Annulment) error {
	return protocollo.Errorf(protocollo.Invalid, "annul", "JEnte's contract has no annulment")
}

// judge says what an outcome proves. JEnte answers OK or KO; anything else is no answer.
func (o outcome) judge(idempotent bool) error {
	switch o.Esito {
	case "OK":
		return nil
	case "KO":
		return &protocollo.Error{Class: protocollo.Rejected, Code: "refused", Field: "refused", Detail: "JEnte said no", Words: strings.TrimSpace(o.Message)}
	}
	class := protocollo.OutcomeUnknown
	if idempotent {
		class = protocollo.Unavailable
	}
	return protocollo.Errorf(class, "nonsense", "JEnte's outcome is %q", o.Esito)
}
