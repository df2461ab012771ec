package officesim

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"segnatura/internal/officesim/centre"
)

// This file is the central system on the control page: how it behaves, and what it really holds, whatever the station believes.
//
//	GET  /control/centre                how it behaves, and what it holds; 404 where the office has none
//	POST /control/centre                {"kind":"away"}: how it treats what comes from now on

// behaviourSwitch is one way of a centre, as a state and as what a button does.
type behaviourSwitch struct {
	Kind   centre.Behaviour
	State  string
	Button string
}

// behaviourSwitches are those that make a difference in each contract; a session that expires is not, because some contracts have none.
func behaviourSwitches() []behaviourSwitch {
	return []behaviourSwitch{
		{centre.Well, "Funziona.", "Rimetti il protocollo centrale"},
		{centre.Away, "È spento: non si raggiunge.", "Togli il protocollo centrale"},
		{centre.Slow, "Registra, e risponde troppo tardi.", "Rallenta il protocollo"},
		{centre.Loses, "Registra, e la risposta va perduta.", "Perdi le risposte"},
		{centre.Hangs, "Non registra e non risponde.", "Blocca il protocollo"},
		{centre.Rejects, "Rifiuta ogni richiesta.", "Rifiuta le richieste"},
		{centre.RefusesAttach, "Attribuisce i numeri e rifiuta i documenti.", "Rifiuta i documenti"},
		{centre.Babbles, "Registra, e risponde con una pagina di manutenzione.", "Rispondi con una pagina"},
		{centre.Halves, "Registra, e la risposta arriva a metà.", "Tronca le risposte"},
		{centre.WrongYear, "Registra, e risponde con un anno sbagliato.", "Sbaglia l’anno"},
	}
}

// centreState is the central system at one instant.
type centreState struct {
	URL       string           `json:"url"`
	Behaviour centre.Behaviour `json:"behaviour"`
	centre.Tally
	Entries []centreEntry `json:"entries"` // newest first
}

// centreEntry is one registration of the centre.
type centreEntry struct {
	Register  string           `json:"register"`
	Year      int              `json:"year"`
	Number    int64            `json:"number"`
	Direction string           `json:"direction"`
	Subject   string           `json:"subject"`
	Note      string           `json:"note,omitempty"`
	Names     []string         `json:"names"`
	Documents []centreDocument `json:"documents"` // those that stand
	Annulled  string           `json:"annulled,omitempty"`
}

// centreDocument is one file at the centre.
type centreDocument struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Bytes int    `json:"bytes"`
}

// State says in words how it behaves.
func (s centreState) State() string {
	for _, b := range behaviourSwitches() {
		if b.Kind == s.Behaviour {
			return b.State
		}
	}
	return string(s.Behaviour)
}

// Buttons are the ways that it is not in now.
func (s centreState) Buttons() []behaviourSwitch {
	return slices.DeleteFunc(behaviourSwitches(), func(b behaviourSwitch) bool { return b.Kind == s.Behaviour })
}

// openCentre starts the central system, if the office is to have one.
func (o *Office) openCentre(ctx context.Context) (err error) {
	if o.cfg.Centre.Face == nil {
		return nil
	}
	cfg := o.cfg.Centre
	if cfg.Now == nil {
		cfg.Now = o.cfg.Now
	}
	if o.centre, err = centre.Start(ctx, cfg); err != nil {
		return fmt.Errorf("officesim: open the central system: %w", err)
	}
	return nil
}

func (o *Office) closeCentre() {
	if o.centre != nil {
		o.centre.Close()
	}
}

// Centre returns the office's central system, which closes with the office; nil where it has none.
func (o *Office) Centre() *centre.Centre { return o.centre }

// centreState returns nil where there is no central system.
func (o *Office) centreState() *centreState {
	if o.centre == nil {
		return nil
	}
	st := &centreState{URL: o.centre.URL(), Behaviour: o.centre.Behaviour(), Tally: o.centre.Tally(), Entries: []centreEntry{}}
	for _, e := range slices.Backward(o.centre.Search(func(centre.Entry) bool { return true })) {
		entry := centreEntry{Register: e.Register, Year: e.Year, Number: e.Number, Direction: e.Direction, Subject: e.Subject, Note: e.Note,
			Names: append([]string{}, e.Names...), Documents: []centreDocument{}, Annulled: e.Annulled}
		for _, d := range e.Documents {
			if !d.Replaced {
				entry.Documents = append(entry.Documents, centreDocument{d.Name, d.Title, len(d.Body)})
			}
		}
		st.Entries = append(st.Entries, entry)
	}
	return st
}

// errNoCentre is the answer where the office has no central system.
var errNoCentre = errors.New("officesim: this office has no central system")

// behave has the central system behave.
func (o *Office) behave(b centre.Behaviour) error {
	switch {
	case o.centre == nil:
		return fmt.Errorf("%w: %w", errInvalid, errNoCentre)
	case !slices.Contains(centre.Behaviours(), b):
		return fmt.Errorf("%w: no behaviour is %q", errInvalid, b)
	}
	return o.centre.Behave(b)
}
