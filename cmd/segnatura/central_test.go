package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"segnatura/internal/central/dropfolder"
	"segnatura/internal/protocollo"
)

// TestEachConnectorOpens: each that the settings may name is made of the settings alone, and has that name.
func TestEachConnectorOpens(t *testing.T) {
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("segreta\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name := range centres {
		c := CentralConfig{Connector: name, URL: "http://127.0.0.1:1/", TablesURL: "http://127.0.0.1:1/t", Folder: t.TempDir(), User: "u", PasswordFile: password,
			Dialect: "finmatica", Administration: "c_a000", Application: "segnatura", Role: "PROT", DefaultOffice: "Protocollo | Rossi Anna", DefaultClass: "I.1",
			Kinds: map[string]string{"A": "1", "P": "2", "I": "3"}, Timeout: "5s"}
		if err := c.validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		made, err := c.open(nil, time.Now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if made.Name() != name {
			t.Errorf("%s calls itself %s", name, made.Name())
		}
	}
	for _, c := range []CentralConfig{{Connector: "altro"}, {Timeout: "venti"}, {Timeout: "-1s"}} {
		if c.validate() == nil {
			t.Errorf("%+v passed", c)
		}
	}
	if _, err := (CentralConfig{Connector: "pitre", URL: "http://127.0.0.1:1/", PasswordFile: password + "x"}).open(nil, time.Now); err == nil {
		t.Error("a password file that is not there passed")
	}
}

// TestNeededKeysAreNamed: what a connector lacks is named by the keys of the settings, and with those keys alone it is made.
func TestNeededKeysAreNamed(t *testing.T) {
	for name, keys := range needed {
		err := CentralConfig{Connector: name}.validate()
		if err == nil || !strings.HasSuffix(err.Error(), "also needs "+strings.Join(keys, ", ")) {
			t.Errorf("%s without anything: %v", name, err)
		}
		var c CentralConfig
		settings := fmt.Sprintf("connector = %q\n", name)
		for _, key := range keys {
			settings += key + map[string]string{"kinds": ` = { A = "1", P = "2", I = "3" }`, "url": ` = "http://127.0.0.1:1/"`, "dialect": ` = "halley"`,
				"default_office": ` = "Protocollo | Rossi Anna"`, "folder": fmt.Sprintf(" = %q", t.TempDir())}[key]
			if !strings.Contains(settings, key+" =") {
				settings += ` = "u"`
			}
			settings += "\n"
		}
		if err := toml.Unmarshal([]byte(settings), &c); err != nil {
			t.Fatal(err)
		}
		if _, err := c.open(nil, time.Now); err != nil || c.validate() != nil {
			t.Errorf("%s with what it needs: %v, %v", name, err, c.validate())
		}
	}
}

// TestKeysReachTheConnector: what the settings say is what the service is sent, or what the connector is refused for.
func TestKeysReachTheConnector(t *testing.T) {
	letter := protocollo.RegisterRequest{Key: "K", AOO: protocollo.AOO{Code: "AOO1", RegisterCode: "PG"}, ArrivalDay: "2026-03-02", Draft: protocollo.Draft{
		Direction: protocollo.Incoming, Subject: "Oggetto", Confidential: true, Senders: []protocollo.Correspondent{{Name: "Bianchi Lucia"}}}}
	register := func(c connector) error { _, err := c.Register(t.Context(), letter); return err }
	check := func(c connector) error { return c.(interface{ Check(context.Context) error }).Check(t.Context()) }
	annul := func(c connector) error {
		return c.Annul(t.Context(), "8/2026/123", protocollo.Annulment{Reason: "motivo", ActNumber: "12", ActDay: "2026-03-03"})
	}
	for name, c := range map[string]struct {
		connector string
		change    func(*CentralConfig)
		call      func(connector) error
		want      string // in the request, or in the error
	}{
		"refusals":          {"titulus", func(c *CentralConfig) { c.Refusals = []string{"occupato"} }, register, "rejected (refused)"},
		"offices' codes":    {"titulus", func(c *CentralConfig) { c.DefaultOffice = "Tributi | Rossi | UTRIB | 0123" }, register, "UTRIB"},
		"max_subject":       {"jente", func(c *CentralConfig) { c.MaxSubject = 3 }, register, "JEnte takes 3"},
		"confidential":      {"jente", func(c *CentralConfig) { c.Confidential = "RIS" }, register, "RIS"},
		"confirm_segnatura": {"jente", func(c *CentralConfig) { c.ConfirmSegnatura = true }, register, "confermaSegnatura>true"},
		"path":              {"docarea", func(c *CentralConfig) { c.Path = "altrove/qui" }, check, "POST /altrove/qui"},
		"aoo":               {"jiride", func(c *CentralConfig) { c.AOO = "ALTRA" }, register, "ALTRA"},
		"update_people":     {"jiride", func(c *CentralConfig) { c.UpdatePeople = true }, register, "AggiornaAnagrafiche>S<"},
		"annulment":         {"jiride", func(c *CentralConfig) { c.Annulment = "<X>{id}</X>" }, annul, "&lt;X&gt;8&lt;/X&gt;"},
	} {
		t.Run(name, func(t *testing.T) {
			var seen strings.Builder
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				fmt.Fprintf(&seen, "%s %s\n%s\n", r.Method, r.URL.Path, body)
				w.Header().Set("Content-Type", "text/xml")
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Server</faultcode>`+
					`<faultstring>occupato</faultstring></e:Fault></e:Body></e:Envelope>`)
			}))
			defer server.Close()
			cfg := CentralConfig{Connector: c.connector, URL: server.URL, User: "u", Dialect: "finmatica", Administration: "c_a000", Role: "PROT",
				DefaultOffice: "Protocollo | Rossi Anna", DefaultClass: "I.1", Kinds: map[string]string{"A": "1", "P": "2", "I": "3"}}
			said := func() string {
				made, err := cfg.open(nil, time.Now)
				if err != nil {
					t.Fatal(err)
				}
				seen.Reset()
				return fmt.Sprintf("%v\n%s", c.call(made), seen.String())
			}
			if without := said(); strings.Contains(without, c.want) {
				t.Fatalf("said without the key: %s", without)
			}
			c.change(&cfg)
			if with := said(); !strings.Contains(with, c.want) {
				t.Fatalf("%q is not in %s", c.want, with)
			}
		})
	}
}

// TestCheckCentral: the check says what is wrong with the system that numbers, and that the settings name another than was chosen.
func TestCheckCentral(t *testing.T) {
	dir := t.TempDir()
	c := CentralConfig{Connector: dropfolder.Name, Folder: dir}
	if out := checkCentral(t.Context(), c, dropfolder.Name); out.Well || !strings.Contains(out.State, dropfolder.Sentinel) {
		t.Errorf("without the sentinel: %+v", out)
	}
	if err := os.WriteFile(filepath.Join(dir, dropfolder.Sentinel), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := checkCentral(t.Context(), c, dropfolder.Name); !out.Well || out.State != "reached" {
		t.Errorf("set up: %+v", out)
	}
	if out := checkCentral(t.Context(), c, "embedded"); out.Well || !strings.Contains(out.State, "embedded") {
		t.Errorf("another was chosen: %+v", out)
	}
	if out := checkCentral(t.Context(), CentralConfig{}, ""); !out.Well {
		t.Errorf("no settings: %+v", out)
	}
}

// TestIntakeSheet: a sheet is a PDF, the same for the same request, also with accents and without most data.
func TestIntakeSheet(t *testing.T) {
	for _, d := range []protocollo.Draft{{Subject: "Solo l’oggetto"}, {Subject: "Tutto: è «così»", Note: "nota", Senders: []protocollo.Correspondent{{Name: "Società Più"}}}} {
		r := protocollo.RegisterRequest{Key: "k", Body: protocollo.Body{Name: "Comune di Prova"}, AOO: protocollo.AOO{Code: "AOO1"}, Operator: "mrossi",
			ArrivedAt: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Draft: d, Emergency: &protocollo.EmergencyOrigin{Label: "n. 2/2026", Day: "2026-03-01"}}
		first, err := sheets{}.IntakeSheet(r, true)
		if err != nil || !strings.HasPrefix(string(first), "%PDF-") {
			t.Fatalf("sheet of %d bytes, %v", len(first), err)
		}
		if second, err := (sheets{}).IntakeSheet(r, true); err != nil || string(second) != string(first) {
			t.Errorf("another sheet for the same request, %v", err)
		}
	}
}

// TestAttachedByHand: where the centre takes no documents, each waits for a person.
func TestAttachedByHand(t *testing.T) {
	_, err := attachedByHand{}.Attach(context.Background(), protocollo.AttachRequest{}, nil)
	if protocollo.ClassOf(err) != protocollo.Rejected {
		t.Fatalf("Attach = %v", err)
	}
}
