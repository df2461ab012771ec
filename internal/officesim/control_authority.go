package officesim

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"segnatura/internal/officesim/authority"
)

// This file is the time-stamping authority on the control page.
//
//	GET  /control/authority                how it answers, and how often it was asked; 404 where the office has none
//	POST /control/authority                {"kind":"away"}: how it answers from now on

// authoritySwitch is one way of the authority, as a state and as what a button does.
type authoritySwitch struct {
	Kind   authority.Behaviour
	State  string
	Button string
}

// authoritySwitches are one for each thing that a person may be told of a mark; the other faults are for tests.
func authoritySwitches() []authoritySwitch {
	return []authoritySwitch{
		{authority.Well, "Funziona.", "Rimetti l’autorità"},
		{authority.Away, "È spenta: interrompe ogni collegamento.", "Togli l’autorità"},
		{authority.Slow, "Risponde troppo tardi.", "Rallenta l’autorità"},
		{authority.Rejects, "Rifiuta ogni richiesta.", "Rifiuta le richieste"},
		{authority.WrongTime, "Marca con un’ora di anticipo.", "Sbaglia l’ora"},
		{authority.WrongImprint, "Marca un altro documento.", "Marca un altro documento"},
		{authority.WrongNonce, "Risponde a un’altra richiesta.", "Rispondi a un’altra richiesta"},
		{authority.SHA1, "Firma con SHA-1.", "Firma con SHA-1"},
		{authority.OtherKey, "Firma con la chiave di un altro.", "Firma con un’altra chiave"},
		{authority.Expired, "Firma con un certificato scaduto.", "Usa un certificato scaduto"},
		{authority.OtherRoot, "Firma con un certificato di un’altra radice.", "Usa un certificato altrui"},
		{authority.Garbage, "Risponde con una pagina di manutenzione.", "Rispondi con una pagina"},
	}
}

// authorityState is the authority at one instant.
type authorityState struct {
	URL       string              `json:"url"`
	Behaviour authority.Behaviour `json:"behaviour"`
	Asked     int                 `json:"asked"`
}

// State says in words how it answers.
func (s authorityState) State() string {
	for _, b := range authoritySwitches() {
		if b.Kind == s.Behaviour {
			return b.State
		}
	}
	return "Risponde in un altro modo sbagliato: " + string(s.Behaviour) + "."
}

// Buttons are the ways that it is not in now.
func (s authorityState) Buttons() []authoritySwitch {
	return slices.DeleteFunc(authoritySwitches(), func(b authoritySwitch) bool { return b.Kind == s.Behaviour })
}

// openAuthority starts the authority, if the office is to have one.
func (o *Office) openAuthority(ctx context.Context) (err error) {
	if !o.cfg.Authority {
		return nil
	}
	// The office's own end closes it; ctx may end before.
	o.authority, err = authority.Start(context.WithoutCancel(ctx), authority.Config{Now: o.cfg.Now, Sleep: o.cfg.Sleep})
	if err != nil {
		return fmt.Errorf("officesim: open the time-stamping authority: %w", err)
	}
	return nil
}

func (o *Office) closeAuthority() error {
	if o.authority == nil {
		return nil
	}
	return o.authority.Close()
}

// Authority returns the office's time-stamping authority, which closes with the office; nil where it has none.
func (o *Office) Authority() *authority.Authority { return o.authority }

// authorityState returns nil where there is none.
func (o *Office) authorityState() *authorityState {
	if o.authority == nil {
		return nil
	}
	behaviour, asked := o.authority.State()
	return &authorityState{URL: o.authority.URL(), Behaviour: behaviour, Asked: asked}
}

// errNoAuthority is the answer where the office has no time-stamping authority.
var errNoAuthority = errors.New("officesim: this office has no time-stamping authority")

// stampLike has the authority answer in one of its ways.
func (o *Office) stampLike(b authority.Behaviour) error {
	switch {
	case o.authority == nil:
		return fmt.Errorf("%w: %w", errInvalid, errNoAuthority)
	case !slices.Contains(authority.Behaviours(), b):
		return fmt.Errorf("%w: no behaviour is %q", errInvalid, b)
	}
	return o.authority.Behave(b)
}
