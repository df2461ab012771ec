package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// embeddedConnector is the name under which this station's own register stands in setups, attempts and registrations.
const embeddedConnector = "embedded"

// Setup returns the first configuration, or NotFound "setup".
func (db *DB) Setup(ctx context.Context) (station.Setup, error) {
	s, err := readSetup(ctx, db.read)
	if err != nil {
		return s, fmt.Errorf("read the setup: %w", err)
	}
	return s, nil
}

func readSetup(ctx context.Context, q querier) (station.Setup, error) {
	var id int64
	s, err := one(ctx, q, "setup", func(r scannable) (station.Setup, error) {
		var s station.Setup
		var at int64
		err := r.Scan(&id, &at, &s.Body.Code, &s.Body.Name, &s.Body.ShortName, &s.Connector, &s.StartingNumber, &s.ActNumber, &s.ActDay,
			&s.ResponsabileTitle, &s.Trial)
		s.ConfiguredAt = instant(at)
		return s, err
	}, `SELECT id, at, body_code, body_name, body_short_name, connector, starting_number, act_number, act_day, responsabile_title, trial
		FROM setups ORDER BY id DESC LIMIT 1`)
	if err != nil {
		return s, err
	}
	s.AOOs, err = collect(ctx, q, func(r scannable) (protocollo.AOO, error) {
		var a protocollo.AOO
		err := r.Scan(&a.Code, &a.Name, &a.RegisterCode, &a.RegisterName)
		return a, err
	}, `SELECT code, name, register_code, register_name FROM aoos WHERE setup_id = ? ORDER BY ordinal`, id)
	return s, err
}

// registerOf names the register of an AOO in a year.
func registerOf(s station.Setup, aoo protocollo.AOOCode, year int) (protocollo.RegisterKey, error) {
	for _, a := range s.AOOs {
		if a.Code == aoo {
			return protocollo.RegisterKey{Amministrazione: s.Body.Code, AOO: aoo, Register: a.RegisterCode, Year: year}, nil
		}
	}
	return protocollo.RegisterKey{}, protocollo.Errorf(protocollo.NotFound, "aoo", "no such AOO: %q", aoo)
}

// SaveSetup stores who the station works for, how it numbers, and the first accounts. NewAccount.Password is the password's hash:
// the caller hashes, the store never sees a password. Conflict "setup" when there is one; Conflict "real-folder" for a trial in a
// folder that is none. In a trial folder everything is a trial, said or not.
func (db *DB) SaveSetup(ctx context.Context, s station.Setup, accounts []station.NewAccount) error {
	if err := validSetup(s); err != nil {
		return err
	}
	if s.Trial && !db.cfg.Trial {
		return protocollo.Errorf(protocollo.Conflict, "real-folder", "this data folder is no trial's")
	}
	s.Trial = db.cfg.Trial
	return db.transact(ctx, "save the setup", func(w *wtx) error {
		switch _, err := readSetup(w.ctx, w); {
		case err == nil:
			return protocollo.Errorf(protocollo.Conflict, "setup", "the station is configured already")
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		id, err := w.insert("setups", row{"body_code": s.Body.Code, "body_name": s.Body.Name, "body_short_name": s.Body.ShortName,
			"connector": s.Connector, "starting_number": s.StartingNumber, "act_number": s.ActNumber, "act_day": string(s.ActDay),
			"responsabile_title": s.ResponsabileTitle, "trial": s.Trial})
		if err != nil {
			return err
		}
		for i, a := range s.AOOs {
			_, err := w.insert("aoos", row{"setup_id": id, "ordinal": i, "code": string(a.Code), "name": a.Name,
				"register_code": a.RegisterCode, "register_name": a.RegisterName})
			if err != nil {
				return err
			}
			if s.Connector != embeddedConnector {
				continue
			}
			_, err = w.insert("starting_acts", row{"amministrazione": s.Body.Code, "aoo": string(a.Code), "register": a.RegisterCode,
				"year": protocollo.YearOf(w.now), "first": s.StartingNumber, "act_number": s.ActNumber, "act_day": string(s.ActDay)})
			if err != nil {
				return err
			}
		}
		by := stationUser()
		for _, n := range accounts {
			if slices.Contains(n.Roles, protocollo.RoleResponsabile) {
				by = n.User
				break
			}
		}
		for _, n := range accounts {
			if err := w.createAccount(n); err != nil {
				return err
			}
		}
		detail := map[string]any{"connector": s.Connector, "startingNumber": s.StartingNumber, "accounts": users(accounts)}
		return w.report(KindSetup, by, s.AOOs[0].Code, 0, detail)
	})
}

func validSetup(s station.Setup) error {
	if err := s.Body.Validate(); err != nil {
		return err
	}
	if len(s.AOOs) == 0 {
		return protocollo.Errorf(protocollo.Invalid, "aoos", "there is no AOO")
	}
	seen := map[string]bool{}
	for _, a := range s.AOOs {
		if err := a.Validate(); err != nil {
			return err
		}
		if seen[strings.ToUpper(string(a.Code))] {
			return protocollo.Errorf(protocollo.Invalid, "aoos", "AOO %q stands twice; codes compare without regard to case", a.Code)
		}
		seen[strings.ToUpper(string(a.Code))] = true
	}
	switch {
	case s.Connector == "":
		return protocollo.Errorf(protocollo.Invalid, "connector", "who numbers is not said")
	case s.Connector == embeddedConnector && s.StartingNumber < 1:
		return protocollo.Errorf(protocollo.Invalid, "startingNumber", "the starting number is %d", s.StartingNumber)
	case s.Connector == embeddedConnector && (s.ActNumber == "" || s.ActDay == ""):
		return protocollo.Errorf(protocollo.Invalid, "actNumber", "the starting number needs its act")
	}
	return nil
}

func users(accounts []station.NewAccount) []string {
	list := []string{}
	for _, n := range accounts {
		list = append(list, n.User)
	}
	return list
}
