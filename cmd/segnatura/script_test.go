package main

import (
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"segnatura/internal/protocollo"
)

// The commands, as a person calls them. Each script has its own copies: of a real folder ($REAL) with one registration, of a
// trial's ($TRIAL), of a real one in which somebody changed a row ($FAULTY); and a folder that a running process holds ($BUSY),
// whose desk ($DESK) has an open register of emergency of three rows.
func TestScripts(t *testing.T) {
	folders := t.TempDir()
	realDir, trial, busy := filepath.Join(folders, "real"), filepath.Join(folders, "trial"), filepath.Join(folders, "busy")
	p := startProcess(t, realDir)
	clerk := configure(t, p, map[string]string{"anna": "operatore", "carla": "responsabile"})["anna"]
	registerLetter(t, p, clerk, "chiave-uno")
	p.stop()
	startProcess(t, trial, "-demo").stop()
	desk, password := runningRegister(t, busy)

	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			for name, from := range map[string]string{"REAL": realDir, "FAULTY": realDir, "TRIAL": trial} {
				dir := filepath.Join(e.WorkDir, ".folders", name)
				if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
					return err
				}
				e.Setenv(name, dir)
			}
			e.Setenv("BUSY", busy)
			e.Setenv("DESK", desk)
			e.Setenv("SEGNATURA_PASSWORD", password)
			return tamper(filepath.Join(e.Getenv("FAULTY"), "station.db"))
		},
	})
}

// runningRegister runs a station with an open register of emergency, and returns where its desk is and the password of carla, the Responsabile.
func runningRegister(t *testing.T, dir string) (url, password string) {
	t.Helper()
	p := startProcess(t, dir)
	people := configure(t, p, map[string]string{"anna": "operatore", "carla": "responsabile"})
	people["carla"].must(t, http.MethodPost, p.url+"api/emergency/registers", object{"signer": "responsabile", "cause": "guasto", "interruptedAt": time.Now().Add(-time.Minute)}, nil)
	for _, key := range []string{"chiave-0001", "chiave-0002", "chiave-0003"} {
		registerLetter(t, p, people["anna"], key)
	}
	return p.url, ownPassword
}

// tamper changes a legal row as somebody with a database tool would, who also knows of the triggers.
func tamper(path string) error {
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return err
	}
	defer db.Close()
	var name, text string
	row := db.QueryRow(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'registrations' AND sql LIKE '%UPDATE%' LIMIT 1`)
	if err := row.Scan(&name, &text); err != nil {
		return err
	}
	for _, statement := range []string{`DROP TRIGGER "` + name + `"`, `UPDATE registrations SET number = '0000009'`, text} {
		if _, err := db.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}

// registerLetter registers one letter and returns its number, or the code of the problem.
func registerLetter(t testing.TB, p *process, c *client, key string) string {
	t.Helper()
	var out struct {
		Record struct{ Number, Code string }
	}
	status, text, err := c.do(t.Context(), http.MethodPost, p.url+"api/registrations", object{"key": key, "draft": protocollo.Draft{
		Direction: protocollo.Incoming, Subject: "Lettera " + key, Senders: []protocollo.Correspondent{{Name: "Mittente"}}}}, &out)
	if err != nil {
		t.Fatal(err)
	}
	if status != http.StatusOK {
		return string(text)
	}
	return out.Record.Number
}
