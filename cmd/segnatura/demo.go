package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner/escl"
	"segnatura/stamp"
	"segnatura/store"
	"segnatura/ui"
)

// demoAccount is a plainly invented person of the pretend office. Its password is printed at every start.
type demoAccount struct {
	user, name, password string
	role                 protocollo.Role
}

func demoAccounts() []demoAccount {
	return []demoAccount{
		{"anna", "Anna Esempio", "Timbro.Rosso26", protocollo.RoleOperator},
		{"bruno", "Bruno Esempio", "Timbro.Verde26", protocollo.RoleOperator},
		{"carla", "Carla Esempio", "Registro.Chiaro26", protocollo.RoleResponsabile},
		{"dario", "Dario Esempio", "Lettura.Quieta26", protocollo.RoleReader},
	}
}

//go:embed demo_titolario.csv
var demoTitolario string

// demoOffice is the pretend office beside the station: a scanner, a label printer, and letters.
type demoOffice struct {
	*officesim.Office
	devices devices
}

// startDemoOffice opens the pretend office and, in a fresh data folder, sets the pretend body up.
func startDemoOffice(ctx context.Context, db *store.DB, clock func() time.Time) (*demoOffice, error) {
	if err := seedDemo(ctx, db, clock); err != nil {
		return nil, fmt.Errorf("set the pretend office up: %w", err)
	}
	office, err := officesim.Start(ctx, officesim.Config{AutoLetters: true, Seed: uint64(clock().UnixNano())})
	if err != nil {
		return nil, fmt.Errorf("open the pretend office: %w", err)
	}
	source, err := escl.New(escl.Config{URL: office.ScannerURL(), Now: clock})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reach the pretend scanner: %w", err), office.Close())
	}
	o := &demoOffice{Office: office}
	o.devices.scanners = []ui.Scanner{{ID: "scanner-di-prova", Name: "Scanner di prova", Source: source}}
	o.devices.printers = []ui.LabelPrinter{labelPrinter("stampante-di-prova", "Stampante di prova", office.PrinterAddr(),
		stamp.DPI203, stamp.Size{WidthMM: 100, HeightMM: 50})}
	return o, nil
}

func seedDemo(ctx context.Context, db *store.DB, clock func() time.Time) error {
	if _, err := db.Setup(ctx); !errors.Is(err, protocollo.NotFound) {
		return err
	}
	today := protocollo.DayOf(clock())
	aoo := protocollo.AOO{Code: "AE99901", Name: "Area organizzativa unica", RegisterCode: "PG", RegisterName: "Protocollo generale"}
	setup := station.Setup{
		Body:      protocollo.Body{Code: "c_e999", Name: "Comune di Esempio", ShortName: "Comune di Esempio"},
		AOOs:      []protocollo.AOO{aoo},
		Connector: "embedded", StartingNumber: 1, ActNumber: "PROVA", ActDay: today,
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
		accounts = append(accounts, station.NewAccount{User: a.user, Name: a.name, AOO: aoo.Code, Roles: []protocollo.Role{a.role}, Password: hash})
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
	fmt.Fprintln(w, "Utenti di prova:")
	for _, a := range demoAccounts() {
		fmt.Fprintf(w, "  %-6s %-18s (%s)\n", a.user, a.password, a.role)
	}
}
