package ui

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/scanner"
)

// ScannerFinder looks for scanners that nobody has configured yet. What it finds announced itself and is hearsay: a person chooses, and
// the machine's settings file is where a scanner is entered.
type ScannerFinder interface {
	// Find looks in one place, within ctx, and returns what is there now.
	Find(ctx context.Context, where FindPlace) ([]FoundScanner, error)
	// Try asks one that was found what it can do. Its own troubles are *scanner.Fault; certificate is the SHA-256 of its certificate (hex)
	// where nobody vouches for that, "" otherwise: then settings pin it.
	Try(ctx context.Context, f FoundScanner) (c scanner.Capabilities, certificate, settings string, err error)
	// SettingsFile is where scanners are entered, on this machine.
	SettingsFile() string
}

// FindPlace is where scanners are looked for.
type FindPlace string

// The places: what announces itself on the network, and what SANE sees.
const (
	FindNetwork FindPlace = "rete"
	FindSANE    FindPlace = "sane"
)

// FoundScanner is a scanner that is there, configured or not.
type FoundScanner struct {
	Address    string `json:"address" doc:"L'indirizzo in rete o il nome che le dà SANE"`
	Name       string `json:"name"`
	Kind       string `json:"kind,omitempty" doc:"Che cosa ne dice SANE"`
	Feeder     bool   `json:"feeder,omitempty"`
	Platen     bool   `json:"platen,omitempty"`
	Duplex     bool   `json:"duplex,omitempty"`
	Configured string `json:"configured,omitempty" doc:"Come è già nelle impostazioni; vuoto: non c'è"`
	Settings   string `json:"settings" doc:"Le righe per il file delle impostazioni"`
}

// FoundScanners is what one place has.
type FoundScanners struct {
	Found []FoundScanner `json:"found"`
	File  string         `json:"file" doc:"Il file delle impostazioni di questa macchina"`
}

// TriedScanner is what a found scanner answered.
type TriedScanner struct {
	Model  string            `json:"model,omitempty"`
	Device string            `json:"device,omitempty" doc:"UUID o numero di serie"`
	Inputs []InputView       `json:"inputs,omitempty"`
	Fault  scanner.FaultKind `json:"fault,omitempty" doc:"Perché non risponde come dovrebbe"`
	// Certificate is to be compared with the device's own panel before its lines are entered.
	Certificate string `json:"certificate,omitempty" doc:"SHA-256 del certificato, quando nessuno garantisce per esso"`
	Settings    string `json:"settings"`
}

type findInput struct {
	Where FindPlace `query:"dove" required:"true" enum:"rete,sane"`
}

type tryInput struct {
	Body struct {
		Address string `json:"address" minLength:"1" maxLength:"400"`
	}
}

// How long is looked, and asked: SANE's network backends wait for answers.
const (
	findWithin = 45 * time.Second
	tryWithin  = 25 * time.Second
)

// foundScanners are those that were found since the start: only they are tried, or the station would call any address that it is told.
type foundScanners struct {
	mu        sync.Mutex
	byAddress map[string]FoundScanner
}

func (f *foundScanners) keep(list []FoundScanner) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byAddress == nil {
		f.byAddress = map[string]FoundScanner{}
	}
	for _, x := range list {
		f.byAddress[x.Address] = x
	}
}

func (f *foundScanners) at(address string) (FoundScanner, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x, ok := f.byAddress[address]
	return x, ok
}

func (s *Server) foundRoutes() {
	operation(s, http.MethodGet, "/api/scanners/found", "findScanners", "Cerca gli scanner in rete o collegati", accessDesk, s.findScanners)
	operation(s, http.MethodPost, "/api/scanners/try", "tryScanner", "Chiede a uno scanner trovato che cosa offre", accessDesk, s.tryScanner)
}

func (s *Server) findScanners(ctx context.Context, id auth.Identity, in *findInput) (*body[FoundScanners], error) {
	if err := id.Actor.Require(protocollo.ActDevices); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, findWithin)
	defer cancel()
	list, err := s.Finder.Find(ctx, in.Where)
	if err != nil {
		return nil, protocollo.Errorf(protocollo.Unavailable, "scanner-search", "look for scanners: %w", err)
	}
	s.found.keep(list)
	return answer(FoundScanners{Found: some(list), File: s.Finder.SettingsFile()}, nil)
}

func (s *Server) tryScanner(ctx context.Context, id auth.Identity, in *tryInput) (*body[TriedScanner], error) {
	if err := id.Actor.Require(protocollo.ActDevices); err != nil {
		return nil, err
	}
	f, ok := s.found.at(in.Body.Address)
	if !ok {
		return nil, protocollo.Errorf(protocollo.NotFound, "scanner-not-found", "nothing was found at this address")
	}
	ctx, cancel := context.WithTimeout(ctx, tryWithin)
	defer cancel()
	c, certificate, settings, err := s.Finder.Try(ctx, f)
	t := TriedScanner{Model: c.MakeAndModel, Device: c.ID, Inputs: inputViews(c), Certificate: certificate, Settings: settings}
	var fault *scanner.Fault
	switch {
	case errors.As(err, &fault):
		t.Fault = fault.Kind
	case err != nil:
		return nil, protocollo.Errorf(protocollo.Unavailable, "scanner", "try the scanner: %w", err)
	}
	return answer(t, nil)
}
