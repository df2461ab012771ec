package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/central/embedded"
	"segnatura/internal/central/jente"
	"segnatura/internal/central/pitre"
	"segnatura/internal/durable"
	"segnatura/internal/officesim"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner/escl"
	"segnatura/store"
	"segnatura/ui"
)

// demoAccount is a plainly invented person of the pretend office. Its password is printed at every start.
type demoAccount struct {
	user, name, password string
	role                 protocollo.Role
	uor                  string // whose letters it sees, where its role does not see all
}

func demoAccounts() []demoAccount {
	return []demoAccount{
		{"anna", "Anna Esempio", "Timbro.Rosso26", protocollo.RoleOperator, ""},
		{"bruno", "Bruno Esempio", "Timbro.Verde26", protocollo.RoleOperator, ""},
		{"carla", "Carla Esempio", "Registro.Chiaro26", protocollo.RoleResponsabile, ""},
		{"dario", "Dario Esempio", "Lettura.Quieta26", protocollo.RoleReader, "TRIB"},
		{"elena", "Elena Esempio", "Plico.Chiuso26", protocollo.RoleTender, "GARE"},
	}
}

//go:embed demo_titolario.csv
var demoTitolario string

// demoCentre is a pretend central system, and the settings by which the station reaches it as it would a real one.
type demoCentre struct {
	face     centre.Face
	settings func(url string) CentralConfig
}

// demoMail lets the pretend office make the drafts that tell the offices of an emergency register.
var demoMail = MailConfig{From: "Ufficio Protocollo <protocollo@comune.example>", To: []string{"Tutti i settori <settori@comune.example>"}, System: "JEnte"}

// demoCentres are the pretend central systems by their connector.
var demoCentres = map[string]demoCentre{
	jente.Name: {centre.Jente, func(url string) CentralConfig {
		return CentralConfig{Connector: jente.Name, URL: url + centre.JentePath, TablesURL: url + centre.JenteTablesPath, User: centre.JenteUser,
			Timeout: demoPatience, DefaultOffice: "PROT", Offices: map[string]string{"AAGG": "PROT", "TRIB": "PROT", "GARE": "PROT", "TECN": "UTC", "ANAG": "ANAG"}}
	}},
	pitre.Name: {centre.Pitre, func(url string) CentralConfig {
		return CentralConfig{Connector: pitre.Name, URL: url, User: "PROVA", Application: "SEGNATURA", Administration: "PROVA", Timeout: demoPatience}
	}},
}

const (
	// demoPatience is how long the station waits for a pretend central system or time-stamping authority, which hangs only to be looked at.
	demoPatience = "5s"
	// demoRootsFile is where the root of the pretend time-stamping authority is put, which is another one at each start.
	demoRootsFile = "radice-di-prova.pem"
	// demoCentreFile is where it keeps what it holds: a number that it forgot would be given twice after a restart.
	demoCentreFile = "centro-di-prova.jsonl"
)

// demoOffice is the pretend office beside the station: a scanner, a label printer, letters, and a central system where one numbers.
type demoOffice struct {
	*officesim.Office
	devices devices
	// central are the settings of the pretend central system, nil where the station itself numbers.
	central *CentralConfig
	// tsa are the settings of the pretend time-stamping authority.
	tsa TSAConfig
	// refused is the pretend central system that was asked for, in a folder where something else numbers already.
	refused string
}

// startDemoOffice opens the pretend office and, in a fresh data folder, sets the pretend body up, with numbers by the pretend central system of
// that name or, without one, by the station. Who numbers was chosen with the folder and stays: a restart without a name finds it.
func startDemoOffice(ctx context.Context, db *store.DB, demo *demoClock, dataDir, central string) (*demoOffice, error) {
	clock := demo.Now
	if err := seedDemo(ctx, db, clock, cmp.Or(central, embedded.Name)); err != nil {
		return nil, fmt.Errorf("set the pretend office up: %w", err)
	}
	numbers, err := chosenConnector(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("read who numbers: %w", err)
	}
	cfg := officesim.Config{AutoLetters: true, Seed: uint64(clock().UnixNano()), Authority: true, Now: clock, Advance: demo.Advance}
	pretend, isPretend := demoCentres[numbers]
	if isPretend {
		cfg.Centre = centre.Config{Face: pretend.face, File: filepath.Join(dataDir, demoCentreFile)}
	}
	office, err := officesim.Start(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the pretend office: %w", err)
	}
	source, err := escl.New(escl.Config{URL: office.ScannerURL(), Now: clock})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reach the pretend scanner: %w", err), office.Close())
	}
	o := &demoOffice{Office: office, tsa: TSAConfig{URL: office.Authority().URL(), Roots: filepath.Join(dataDir, demoRootsFile), Timeout: demoPatience}}
	if err := (durable.Files{}).WriteFile(o.tsa.Roots, bytes.NewReader(office.Authority().Root()), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("keep the pretend authority's root: %w", err), office.Close())
	}
	if isPretend {
		settings := pretend.settings(office.Centre().URL())
		o.central = &settings
	}
	if central != "" && central != numbers {
		o.refused = central
	}
	o.devices.scanners = []ui.Scanner{{ID: "scanner-di-prova", Name: "Scanner di prova", Source: source}}
	printer, err := openPrinter(PrinterConfig{ID: "stampante-di-prova", Name: "Stampante di prova", Address: office.PrinterAddr()}, &keptPrinters{store: db, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reach the pretend printer: %w", err), office.Close())
	}
	o.devices.printers = []ui.LabelPrinter{printer}
	return o, nil
}

func seedDemo(ctx context.Context, db *store.DB, clock func() time.Time, connector string) error {
	if _, err := db.Setup(ctx); !errors.Is(err, protocollo.NotFound) {
		return err
	}
	today := protocollo.DayOf(clock())
	aoo := protocollo.AOO{Code: "AE99901", Name: "Area organizzativa unica", RegisterCode: "PG", RegisterName: "Protocollo generale"}
	setup := station.Setup{
		Body:      protocollo.Body{Code: "c_e999", Name: "Comune di Esempio", ShortName: "Comune di Esempio"},
		AOOs:      []protocollo.AOO{aoo},
		Connector: connector, StartingNumber: 1, ActNumber: "PROVA", ActDay: today,
		ResponsabileTitle: "Responsabile della gestione documentale", Trial: true,
	}
	var accounts []station.NewAccount
	hashes := map[string]string{}
	for _, a := range demoAccounts() {
		hash, err := auth.Hash(a.password)
		if err != nil {
			return err
		}
		hashes[a.user] = hash
		accounts = append(accounts, station.NewAccount{User: a.user, Name: a.name, AOO: aoo.Code, Roles: []protocollo.Role{a.role}, UOR: a.uor, Password: hash})
	}
	if err := db.SaveSetup(ctx, setup, accounts); err != nil {
		return err
	}
	by := protocollo.Station(aoo.Code)
	for user, hash := range hashes {
		// A first password is changed at first login; a trial's are printed on the screen and stay.
		if err := db.SetPassword(ctx, by, user, hash, false); err != nil {
			return err
		}
	}
	for _, u := range []protocollo.UOR{
		{Code: "AAGG", Name: "Affari generali"}, {Code: "TRIB", Name: "Tributi"}, {Code: "TECN", Name: "Ufficio tecnico"},
		{Code: "ANAG", Name: "Servizi demografici"}, {Code: "GARE", Name: "Gare e contratti"},
	} {
		if err := db.SaveUOR(ctx, by, u); err != nil {
			return err
		}
	}
	classes, err := station.ParseTitolario(strings.NewReader(demoTitolario))
	if err != nil {
		return err
	}
	_, err = db.ImportTitolario(ctx, by, station.Titolario{Name: "Titolario di prova", ValidFrom: protocollo.Day(fmt.Sprintf("%04d-01-01", protocollo.YearOf(clock()))), Classes: classes})
	return err
}

// announce prints the accounts and the pretend office's own page.
func (o *demoOffice) announce(w io.Writer) {
	fmt.Fprintf(w, "PROVA – SENZA VALORE. Ufficio di prova: %s\n", o.ControlURL())
	if o.refused != "" {
		fmt.Fprintf(w, "In questa cartella di dati i numeri vengono da altrove: per il protocollo centrale di prova (%s) ne serve una nuova.\n", o.refused)
	}
	fmt.Fprintln(w, "Utenti di prova:")
	for _, a := range demoAccounts() {
		fmt.Fprintf(w, "  %-6s %-18s (%s)\n", a.user, a.password, a.role)
	}
}
