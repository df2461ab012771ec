package main

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/officesim/authority"
)

// TestCheckOfTheAuthority: `check` asks for one mark and says in words what ails it.
func TestCheckOfTheAuthority(t *testing.T) {
	a, err := authority.Start(t.Context(), authority.Config{Delay: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	roots := file("roots.pem", a.Root())
	signer := file("signer.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Signer().Raw}))
	for name, c := range map[string]struct {
		config TSAConfig
		as     authority.Behaviour
		well   bool
		says   string
	}{
		"none named":      {TSAConfig{}, authority.Well, true, "nothing is stamped"},
		"well":            {TSAConfig{Roots: roots}, authority.Well, true, "a mark of TSA di prova"},
		"qualified":       {TSAConfig{Roots: roots, TrustedList: signer}, authority.Well, true, "qualified by the extract"},
		"not qualified":   {TSAConfig{Roots: roots, TrustedList: roots}, authority.OtherRoot, false, "does not lead to a root"},
		"away":            {TSAConfig{Roots: roots}, authority.Away, false, "no whole answer came"},
		"too slow":        {TSAConfig{Roots: roots, Timeout: "50ms"}, authority.Slow, false, "did not answer in time"},
		"refuses":         {TSAConfig{Roots: roots}, authority.Rejects, false, "it refuses the request"},
		"over":            {TSAConfig{Roots: roots}, authority.Expired, false, "is over"},
		"an hour ahead":   {TSAConfig{Roots: roots}, authority.WrongTime, false, "do not agree"},
		"another's":       {TSAConfig{Roots: roots}, authority.WrongNonce, false, "answers another request"},
		"something else":  {TSAConfig{Roots: roots}, authority.WrongImprint, false, "stamps something else"},
		"a page":          {TSAConfig{Roots: roots}, authority.Garbage, false, "no time-stamping authority"},
		"another policy":  {TSAConfig{Roots: roots, Policy: "1.2.3"}, authority.WrongPolicy, false, "another policy"},
		"nobody there":    {TSAConfig{URL: "http://127.0.0.1:1/tsa", Roots: roots}, authority.Well, false, "nobody answers there"},
		"no roots":        {TSAConfig{Roots: filepath.Join(dir, "missing.pem")}, authority.Well, false, "roots: open"},
		"roots of no use": {TSAConfig{Roots: file("text.pem", []byte("text"))}, authority.Well, false, "has no certificate"},
		"a key as a root": {TSAConfig{Roots: file("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}))}, authority.Well, false, "is no certificate"},
		"no password":     {TSAConfig{Roots: roots, User: "ente", PasswordFile: filepath.Join(dir, "missing")}, authority.Well, false, "read the password"},
		"no time":         {TSAConfig{Roots: roots, Timeout: "soon"}, authority.Well, false, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.config != (TSAConfig{}) && c.config.URL == "" {
				c.config.URL = a.URL()
			}
			if err := a.Behave(c.as); err != nil {
				t.Fatal(err)
			}
			if got := checkTSA(t.Context(), c.config); got.Well != c.well || !strings.Contains(got.String(), c.says) || got.URL != c.config.URL {
				t.Errorf("%+v; want %q", got, c.says)
			}
		})
	}
}

// TestAuthorityOfTheSettings: what the file says is held against itself before anything is asked.
func TestAuthorityOfTheSettings(t *testing.T) {
	for want, c := range map[string]TSAConfig{
		"":                  {},
		"no url":            {Roots: "r.pem"},
		"no roots":          {URL: "http://a"},
		`policy "1"`:        {URL: "http://a", Roots: "r.pem", Policy: "1"},
		`policy "1.b"`:      {URL: "http://a", Roots: "r.pem", Policy: "1.b"},
		`policy "1.-2"`:     {URL: "http://a", Roots: "r.pem", Policy: "1.-2"},
		`policy "1.2.3.4.`:  {URL: "http://a", Roots: "r.pem", Policy: "1.2.3.4."},
		"is not like 1.2.3": {URL: "http://a", Roots: "r.pem", Policy: "qualificata"},
	} {
		if err := c.validate(); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	if err := (TSAConfig{URL: "http://a", Roots: "r.pem", Policy: "1.2.3.4"}).validate(); err != nil {
		t.Error(err)
	}
}
