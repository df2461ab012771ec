package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/central/docarea"
	"segnatura/internal/central/dropfolder"
	"segnatura/internal/central/embedded"
	"segnatura/internal/central/jente"
	"segnatura/internal/central/jiride"
	"segnatura/internal/central/manual"
	"segnatura/internal/central/pitre"
	"segnatura/internal/central/titulus"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/stamp/pdf"
	"segnatura/store"
)

// CentralConfig names the system that numbers. Without it this station's own register does. Which keys a connector wants, beside url, ca,
// client_cert, client_key and pinned_sha256, stands with each; codes of the centre are given by ours, as { "ours" = "theirs" }.
type CentralConfig struct {
	// Connector is "embedded", "jente", "docarea", "titulus", "jiride", "pitre", "dropfolder" or "manual". It has to be the one that the
	// Responsabile chose at the first run: with another nothing is numbered.
	Connector string `toml:"connector"`
	URL       string `toml:"url"`
	// TablesURL is JEnte's second service, for checking codes.
	TablesURL string `toml:"tables_url"`
	// Folder is the exchange folder of this station (dropfolder).
	Folder string `toml:"folder"`
	// User acts there; PasswordFile holds the password, so that this file holds no secret.
	User         string `toml:"user"`
	PasswordFile string `toml:"password_file"`
	// CA is a PEM file of those who vouch for the service, ClientCert and ClientKey say who we are, PinnedSHA256 is the digest of the one
	// certificate that the service may show.
	CA           string `toml:"ca"`
	ClientCert   string `toml:"client_cert"`
	ClientKey    string `toml:"client_key"`
	PinnedSHA256 string `toml:"pinned_sha256"`
	// Timeout is how long one exchange may take, as "20s".
	Timeout string `toml:"timeout"`
	// Dialect is DOCAREA's: "finmatica", "tinn", "halley", "datagraph" or "datagraph-base64".
	Dialect string `toml:"dialect"`
	// Administration is the body's code there (docarea's entity, jiride, pitre; titulus: administration and AOO as in its numbers).
	Administration string `toml:"administration"`
	// Application and Role are how we are known (docarea, pitre; jiride wants the role, titulus takes it as its profile).
	Application string `toml:"application"`
	Role        string `toml:"role"`
	// Routed sends each request of pitre to one address, as outside clients have to; RF is its code of the segnatura's «RF».
	Routed bool   `toml:"routed"`
	RF     string `toml:"rf"`
	// ActingUser is on whose behalf titulus' account acts, KeyIndexed that its archive was seen to find documents by our key, Refusals are words of
	// faults that it gives before it does anything.
	ActingUser string   `toml:"acting_user"`
	KeyIndexed bool     `toml:"key_indexed"`
	Refusals   []string `toml:"refusals"`
	// MaxSubject is how many characters of a subject jente takes (0: no bound is known), Confidential its «visibilità» of a confidential letter,
	// ConfirmSegnatura has it confirm the segnatura with the number.
	MaxSubject       int    `toml:"max_subject"`
	Confidential     string `toml:"confidential"`
	ConfirmSegnatura bool   `toml:"confirm_segnatura"`
	// Path and ReaderPath say where on the host docarea's two Finmatica services are, if not where their WSDLs have them.
	Path       string `toml:"path"`
	ReaderPath string `toml:"reader_path"`
	// AOO chooses jiride's archive beside administration, UpdatePeople lets it change its list of persons by what is sent. Annulment is the request of
	// its AnnullaDocumento with {id}, {year} and so on in it (empty: annulled by hand), Annulled what it says of one that is annulled already.
	AOO          string   `toml:"aoo"`
	UpdatePeople bool     `toml:"update_people"`
	Annulment    string   `toml:"annulment"`
	Annulled     []string `toml:"annulled"`
	// Unit registers there and Routing is how letters are handed on (docarea).
	Unit    string `toml:"unit"`
	Routing string `toml:"routing"`
	// DocumentType is the centre's (jente, docarea); Kinds are jiride's by direction: { A = "..", P = "..", I = ".." }.
	DocumentType string            `toml:"document_type"`
	Kinds        map[string]string `toml:"kinds"`
	// Registers and Sections are by AOO, Offices by unit ("" or default_office: of a letter without unit; titulus: "name | person | code | person's code", the codes where there are any), Classes by
	// classification, Means by means of travel.
	Registers     map[string]string `toml:"registers"`
	Sections      map[string]string `toml:"sections"`
	Offices       map[string]string `toml:"offices"`
	DefaultOffice string            `toml:"default_office"`
	Classes       map[string]string `toml:"classes"`
	DefaultClass  string            `toml:"default_class"`
	Means         map[string]string `toml:"means"`
}

// name is the configured connector's.
func (c CentralConfig) name() string {
	if c.Connector == "" {
		return embedded.Name
	}
	return c.Connector
}

// connector is what numbers and takes documents.
type connector interface {
	station.Registrar
	station.Sender
}

// centres makes each connector from the settings.
var centres = map[string]func(c CentralConfig, reach call.Config, db *store.DB, clock func() time.Time) (connector, error){
	embedded.Name: func(_ CentralConfig, _ call.Config, db *store.DB, _ func() time.Time) (connector, error) {
		return embedded.New(db), nil
	},
	manual.Name: func(_ CentralConfig, _ call.Config, db *store.DB, _ func() time.Time) (connector, error) {
		return attachedByHand{manual.New(db)}, nil
	},
	dropfolder.Name: func(c CentralConfig, _ call.Config, _ *store.DB, clock func() time.Time) (connector, error) {
		return dropfolder.New(dropfolder.Config{Dir: c.Folder, Clock: clock})
	},
	pitre.Name: func(c CentralConfig, reach call.Config, _ *store.DB, clock func() time.Time) (connector, error) {
		client, err := call.New(reach)
		if err != nil {
			return nil, err
		}
		return pitre.New(pitre.Config{Client: client, Clock: clock, User: c.User, Application: c.Application, Role: c.Role,
			Administration: c.Administration, Routed: c.Routed, RF: c.RF, Registers: keyed[protocollo.AOOCode](c.Registers), Means: keyed[protocollo.Means](c.Means)})
	},
	jente.Name: func(c CentralConfig, reach call.Config, _ *store.DB, clock func() time.Time) (connector, error) {
		reach.MaxAnswer = largestDocument
		services, err := call.New(reach)
		if err != nil {
			return nil, err
		}
		cfg := jente.Config{Services: services, Clock: clock, Username: c.User, Registers: keyed[protocollo.AOOCode](c.Registers),
			Sections: keyed[protocollo.AOOCode](c.Sections), Offices: c.Offices, DefaultOffice: c.offices()[""], Classes: c.Classes,
			Means: keyed[protocollo.Means](c.Means), DocumentType: c.DocumentType, MaxSubject: c.MaxSubject, Confidential: c.Confidential,
			ConfirmSegnatura: c.ConfirmSegnatura}
		if c.TablesURL != "" {
			reach.URL = c.TablesURL
			if cfg.Tables, err = call.New(reach); err != nil {
				return nil, err
			}
		}
		return jente.New(cfg)
	},
	docarea.Name: func(c CentralConfig, reach call.Config, _ *store.DB, clock func() time.Time) (connector, error) {
		password := reach.Password
		reach.User, reach.Password = "", "" // they log in within the messages
		client, err := call.New(reach)
		if err != nil {
			return nil, err
		}
		return docarea.New(docarea.Config{Client: client, Dialect: docarea.Dialect(c.Dialect), Clock: clock, Entity: c.Administration, User: c.User,
			Password: password, Application: c.Application, Unit: c.Unit, Routing: c.Routing, DocumentType: c.DocumentType, Classes: c.Classes,
			Offices: c.Offices, DefaultClass: c.DefaultClass, Registers: keyed[protocollo.AOOCode](c.Registers), Path: c.Path, ReaderPath: c.ReaderPath})
	},
	titulus.Name: func(c CentralConfig, reach call.Config, _ *store.DB, clock func() time.Time) (connector, error) {
		offices := map[string]titulus.Office{}
		for code, words := range c.offices() {
			var office titulus.Office
			parts := strings.Split(words, "|")
			for i, field := range []*string{&office.Name, &office.Person, &office.Code, &office.PersonCode}[:min(len(parts), 4)] {
				*field = strings.TrimSpace(parts[i])
			}
			offices[code] = office
		}
		return titulus.New(titulus.Config{Service: reach, WSUser: c.ActingUser, WSProfile: c.Role, AmmAOO: c.Administration, Offices: offices,
			Classes: c.Classes, Means: keyed[protocollo.Means](c.Means), KeyIndexed: c.KeyIndexed, Refusals: c.Refusals, Clock: clock})
	},
	jiride.Name: func(c CentralConfig, reach call.Config, _ *store.DB, clock func() time.Time) (connector, error) {
		cfg := jiride.Config{Service: reach, User: c.User, Role: c.Role, Administration: c.Administration, AOO: c.AOO, UpdatePeople: c.UpdatePeople,
			Kinds: keyed[protocollo.Direction](c.Kinds), Offices: c.offices(), Means: keyed[protocollo.Means](c.Means), Clock: clock}
		if c.Annulment != "" {
			cfg.Annulment = &jiride.Annulment{Request: c.Annulment, Done: c.Annulled}
		}
		return jiride.New(cfg)
	},
}

// largestDocument is what an answer may hold that gives a document back.
const largestDocument = 128 << 20

// offices are those of the settings with the default one under "".
func (c CentralConfig) offices() map[string]string {
	all := map[string]string{}
	maps.Copy(all, c.Offices)
	if c.DefaultOffice != "" {
		all[""] = c.DefaultOffice
	}
	return all
}

// keyed gives a table of codes its keys' own type.
func keyed[K ~string](m map[string]string) map[K]string {
	out := make(map[K]string, len(m))
	for k, v := range m {
		out[K(k)] = v
	}
	return out
}

// needed are the keys that a connector cannot do without.
var needed = map[string][]string{
	jente.Name:      {"url", "user", "default_office"},
	docarea.Name:    {"url", "dialect", "administration", "user"},
	titulus.Name:    {"url", "administration", "default_office"},
	jiride.Name:     {"url", "user", "role", "default_office", "kinds"},
	pitre.Name:      {"url", "user", "application", "administration"},
	dropfolder.Name: {"folder"},
}

// missing are the needed keys that the settings lack.
func (c CentralConfig) missing() []string {
	given := map[string]bool{"url": c.URL != "", "folder": c.Folder != "", "user": c.User != "", "role": c.Role != "", "application": c.Application != "",
		"administration": c.Administration != "", "dialect": c.Dialect != "", "default_office": c.offices()[""] != "", "kinds": len(c.Kinds) > 0}
	return slices.DeleteFunc(slices.Clone(needed[c.name()]), func(key string) bool { return given[key] })
}

// validate says what of the settings no connector can use, and what the chosen one lacks.
func (c CentralConfig) validate() error {
	if _, known := centres[c.name()]; !known {
		return fmt.Errorf("central: there is no connector %q, only %s", c.Connector, strings.Join(slices.Sorted(maps.Keys(centres)), ", "))
	}
	if missing := c.missing(); len(missing) > 0 {
		return fmt.Errorf("central: %s also needs %s", c.name(), strings.Join(missing, ", "))
	}
	if c.Timeout != "" {
		if d, err := time.ParseDuration(c.Timeout); err != nil || d <= 0 {
			return fmt.Errorf("central: timeout %q is not like 20s", c.Timeout)
		}
	}
	return nil
}

// open makes the configured connector. It calls nobody.
func (c CentralConfig) open(db *store.DB, clock func() time.Time) (connector, error) {
	reach := call.Config{URL: c.URL, CAFile: c.CA, ClientCert: c.ClientCert, ClientKey: c.ClientKey, PinnedSHA256: c.PinnedSHA256, UserAgent: "segnatura/" + version()}
	if c.Timeout != "" {
		timeout, err := time.ParseDuration(c.Timeout)
		if err != nil {
			return nil, fmt.Errorf("central: timeout: %w", err)
		}
		reach.Timeout = timeout
	}
	if c.PasswordFile != "" {
		b, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("central: read the password: %w", err)
		}
		reach.User, reach.Password = c.User, strings.TrimSpace(string(b))
	}
	made, err := centres[c.name()](c, reach, db, clock)
	if err != nil {
		return nil, fmt.Errorf("central: %w", err)
	}
	return made, nil
}

// attachedByHand is a centre that takes no documents: each is listed for a person.
type attachedByHand struct{ station.Registrar }

func (attachedByHand) Attach(context.Context, protocollo.AttachRequest, io.Reader) (protocollo.AttachReceipt, error) {
	e := protocollo.Errorf(protocollo.Rejected, "attach-by-hand", "the centre takes no documents from here")
	e.Words = "da allegare a mano"
	return protocollo.AttachReceipt{}, e
}

// centralCheck says whether the system that numbers can be reached. One that is away is no fault of the data.
type centralCheck struct {
	Connector string `json:"connector"`
	Well      bool   `json:"well"`
	State     string `json:"state"`
}

func (c centralCheck) String() string { return c.Connector + ": " + c.State }

// checkCentral reaches the configured system harmlessly. chosen is the connector of the first run, or "".
func checkCentral(ctx context.Context, c CentralConfig, chosen string) centralCheck {
	out := centralCheck{Connector: c.name(), State: "nothing is called"}
	made, err := c.open(nil, time.Now)
	asks, asked := made.(interface{ Check(context.Context) error })
	if err == nil && asked {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		out.State, err = "reached", asks.Check(ctx)
	}
	if err == nil && chosen != "" && chosen != out.Connector {
		err = fmt.Errorf("the Responsabile chose %q: nothing is numbered until the settings say so too", chosen)
	}
	if err != nil {
		out.State = err.Error()
		return out
	}
	out.Well = true
	return out
}

// chosenConnector is that of the first run, or "" before it.
func chosenConnector(ctx context.Context, db *store.DB) (string, error) {
	setup, err := db.Setup(ctx)
	if errors.Is(err, protocollo.NotFound) {
		return "", nil
	}
	return setup.Connector, err
}

// sheets writes the intake sheet, for a centre that wants a main document before it numbers.
type sheets struct{}

func (sheets) IntakeSheet(r protocollo.RegisterRequest, trial bool) ([]byte, error) {
	d := r.Draft
	text := []pdf.Paragraph{{Text: "SCHEDA DI RICEZIONE", Bold: true, SizePt: 16}, {Text: fmt.Sprintf("%s, AOO %s", r.Body.Name, r.AOO.Code), Bold: true, SizePt: 13, SpaceMM: 4}}
	for _, line := range []struct{ name, value string }{
		{"Oggetto", d.Subject}, {"Mittente", people(d.Senders)}, {"Destinatario", people(d.Recipients)}, {"Per conoscenza", people(d.Copies)},
		{"Pervenuto il", r.ArrivedAt.In(protocollo.Rome()).Format("02/01/2006 alle ore 15:04")}, {"Protocollo del mittente", d.SenderRef.Protocol},
		{"Classifica", d.Classifica}, {"Fascicolo", d.Fascicolo}, {"Ufficio", d.UOR}, {"Nota", d.Note}, {"Operatore", r.Operator}, {"Richiesta", r.Key},
	} {
		if line.value != "" {
			text = append(text, pdf.Paragraph{Text: line.name + ": " + line.value, SpaceMM: 3})
		}
	}
	if e := r.Emergency; e != nil {
		text = append(text, pdf.Paragraph{Text: fmt.Sprintf("Registro di emergenza: %s del %s", e.Label, e.Day.Italian()), SpaceMM: 3})
	}
	text = append(text, pdf.Paragraph{Text: "Il documento scansionato segue con il numero di protocollo.", SpaceMM: 8})
	banner := ""
	if trial {
		banner = "PROVA – SENZA VALORE"
	}
	var b bytes.Buffer
	_, err := pdf.Text(&b, text, banner, pdfa.Metadata{Title: "Scheda di ricezione", Author: r.Body.Name, CreatorTool: "segnatura",
		CreatedAt: r.ArrivedAt.In(protocollo.Rome()), DocumentID: "intake sheet " + r.Key})
	if err != nil {
		return nil, fmt.Errorf("write the intake sheet: %w", err)
	}
	return b.Bytes(), nil
}

func people(list []protocollo.Correspondent) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return strings.Join(names, "; ")
}
