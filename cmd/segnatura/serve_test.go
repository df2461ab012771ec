package main

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever is not on this machine is spoken to in TLS only, and the fingerprint that is printed is the one that is served.
func TestOtherMachinesAreServedWithTLSAndThePrintedFingerprint(t *testing.T) {
	dir := t.TempDir()
	var first string
	for range 2 {
		p := startProcess(t, dir, "-listen", "0.0.0.0:0")
		printed := p.line("Impronta SHA-256 del certificato: ")
		_, port, err := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(p.url, "https://"), "/"))
		if err != nil {
			t.Fatalf("%s: %v", p.url, err)
		}
		address := net.JoinHostPort("127.0.0.1", port)
		conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		state := conn.(*tls.Conn).ConnectionState()
		_ = conn.Close()
		sum := sha256.Sum256(state.PeerCertificates[0].Raw)
		if served := strings.ToUpper(hex.EncodeToString(sum[:])); served != strings.ReplaceAll(printed, ":", "") {
			t.Errorf("printed %s, served %s", printed, served)
		}
		if err := state.PeerCertificates[0].VerifyHostname("127.0.0.1"); err != nil {
			t.Error(err)
		}
		if state.Version < tls.VersionTLS12 {
			t.Errorf("TLS version %x", state.Version)
		}
		if first == "" {
			first = printed
		} else if printed != first {
			t.Errorf("after a restart the fingerprint is %s, it was %s: people are told to refuse that", printed, first)
		}
		if _, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
			t.Error("TLS 1.1 is spoken")
		}
		resp, err := http.Get("http://" + address + "/api/me")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusBadRequest {
				t.Errorf("in clear text the API answers %d", resp.StatusCode)
			}
		}
		p.stop()
	}
	info, err := os.Stat(filepath.Join(dir, "tls.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's permissions are %v, %v", info.Mode(), err)
	}
}

// R17.4: after a restore nothing is numbered until the Responsabile has entered the last number known; the next one follows it.
func TestRestoreNumbersNothingUntilTheLastNumberIsKnown(t *testing.T) {
	dir, copied, restored := t.TempDir(), filepath.Join(t.TempDir(), "copia"), filepath.Join(t.TempDir(), "dati")
	p := startProcess(t, dir)
	people := configure(t, p, map[string]string{"anna": "operatore", "carla": "responsabile"})
	if n := registerLetter(t, p, people["anna"], "chiave-uno"); n != "0000001" {
		t.Fatal(n)
	}
	p.stop()
	if _, complaint, code := segnatura(t, "backup", "-data", dir, "-o", copied); code != 0 {
		t.Fatal(complaint)
	}
	p = startProcess(t, dir) // the day goes on, and then the disk breaks
	for _, key := range []string{"chiave-due", "chiave-tre"} {
		if n := registerLetter(t, p, people["anna"], key); len(n) != 7 {
			t.Fatal(n)
		}
	}
	p.kill()
	if _, complaint, code := segnatura(t, "restore", "-data", restored, "-from", copied); code != 0 {
		t.Fatal(complaint)
	}
	p = startProcess(t, restored)
	people["anna"], people["carla"] = relogin(t, p, "anna"), relogin(t, p, "carla")
	if answer := registerLetter(t, p, people["anna"], "chiave-quattro"); !strings.Contains(answer, `"restore"`) {
		t.Errorf("after a restore a registration is answered %s", answer)
	}
	confirm := func(c *client, last string) int {
		status, _, err := c.do(t.Context(), http.MethodPost, p.url+"api/stops/restore", object{"aoo": "AOO1", "lastNumber": last, "actNumber": "5", "actDay": "2026-01-02"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	if s := confirm(people["anna"], "0000003"); s != http.StatusForbidden {
		t.Errorf("the operator confirms a restore: %d", s)
	}
	if s := confirm(people["carla"], "0000000"); s != http.StatusUnprocessableEntity {
		t.Errorf("a last number before one that the data know is answered %d", s)
	}
	if s := confirm(people["carla"], "0000003"); s != http.StatusNoContent {
		t.Fatalf("the Responsabile's word is answered %d", s)
	}
	if n := registerLetter(t, p, people["anna"], "chiave-cinque"); n != "0000004" {
		t.Errorf("the first number after the restore is %s, want 0000004", n)
	}
	p.stop()
	if out, _, code := segnatura(t, "check", "-data", restored); code != 0 {
		t.Errorf("check exits %d: %s", code, out)
	}
}

// relogin logs somebody in who has changed the first password.
func relogin(t testing.TB, p *process, user string) *client {
	t.Helper()
	c, err := newClient()
	if err != nil {
		t.Fatal(err)
	}
	c.must(t, http.MethodPost, p.url+"api/login", object{"user": user, "password": ownPassword}, nil)
	return c
}
