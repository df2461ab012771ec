package ui_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
	"segnatura/ui"
)

// notePaper writes notes that the pretend checker accepts.
type notePaper struct{}

func (notePaper) CompetitionNote(w io.Writer, n stamp.CompetitionNote) (pdfa.Result, error) {
	b := fmt.Appendf(nil, "%%PDF-1.7 1\n%+v", n)
	sum := sha256.Sum256(b)
	_, err := w.Write(b)
	return pdfa.Result{Flavour: pdfa.Flavour2B, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(b)), Pages: []pdfa.PageResult{{Input: "nota", PageInInput: 1}}}, err
}

var competitors = []protocollo.Role{protocollo.RoleOperator, protocollo.RoleResponsabile, protocollo.RoleCompetition}

func competitionTerms(o *office, mode string) object {
	return object{"key": o.key(), "kind": "concorso", "notice": "Tre istruttori, D.D. 41/2026", "responsible": "Carla Esempio", "closesAt": "2027-01-31T11:00:00Z", "mode": mode, "uor": "TRIB"}
}

func (o *office) competition(mode string) int64 {
	o.t.Helper()
	return made[protocollo.Competition](o.as("carla").post("/api/competitions", competitionTerms(o, mode))).ID
}

func application(o *office) object {
	return object{"key": o.key(), "candidate": "=Neri Anna", "initials": "CE", "means": "mano"}
}

func (o *office) application(competition int64) protocollo.Application {
	o.t.Helper()
	return made[protocollo.Application](o.as("carla").post(fmt.Sprintf("/api/competitions/%d/applications", competition), application(o)))
}

func (o *office) note(competition int64) int64 {
	o.t.Helper()
	o.application(competition)
	return made[protocollo.CompetitionNote](o.as("carla").post(fmt.Sprintf("/api/competitions/%d/notes", competition), object{"key": o.key()})).ID
}

func competitionOperations() []operation {
	return []operation{
		{id: "competitions", may: competitors, request: func(*office) call { return get("/api/competitions") }},
		{id: "enterCompetition", may: competitors, request: func(o *office) call { return post(competitionTerms(o, "nota"), "/api/competitions") }},
		{id: "competition", may: competitors, request: func(o *office) call { return get("/api/competitions/%d", o.competition("nota")) }},
		{id: "amendCompetition", may: competitors, request: func(o *office) call {
			next := competitionTerms(o, "numero")
			delete(next, "key")
			next["version"], next["reason"] = 1, "proroga"
			return post(next, "/api/competitions/%d/terms", o.competition("nota"))
		}},
		{id: "applicationsCSV", may: competitors, request: func(o *office) call { return get("/api/competitions/%d/applications.csv", o.competition("nota")) }},
		{id: "enterApplication", may: competitors, request: func(o *office) call {
			return post(application(o), "/api/competitions/%d/applications", o.competition("nota"))
		}},
		{id: "closeNote", may: competitors, request: func(o *office) call {
			c := o.competition("nota")
			o.application(c)
			return post(object{"key": o.key()}, "/api/competitions/%d/notes", c)
		}},
		{id: "amendApplication", may: competitors, request: func(o *office) call {
			next := application(o)
			delete(next, "key")
			next["version"], next["reason"] = 1, "letto male"
			return post(next, "/api/applications/%d/facts", o.application(o.competition("nota")).ID)
		}},
		{id: "strikeApplication", may: competitors, request: func(o *office) call {
			return post(object{"version": 1, "reason": "doppia"}, "/api/applications/%d/strike", o.application(o.competition("nota")).ID)
		}},
		{id: "registerApplication", may: registrars, request: func(o *office) call {
			return post(object{}, "/api/applications/%d/registration", o.application(o.competition("numero")).ID)
		}},
		{id: "registerNote", may: registrars, request: func(o *office) call {
			return post(object{}, "/api/notes/%d/registration", o.note(o.competition("nota")))
		}},
		{id: "notePDF", may: competitors, request: func(o *office) call { return get("/api/notes/%d/nota.pdf", o.note(o.competition("nota"))) }},
		{id: "noteCopyPDF", may: competitors, request: func(o *office) call {
			n := o.note(o.competition("nota"))
			made[ui.CompetitionLetter](o.as("carla").post(fmt.Sprintf("/api/notes/%d/registration", n), object{}))
			return get("/api/notes/%d/copia.pdf", n)
		}},
	}
}

// The table of a competition has every application with its note and number, and no cell that a spreadsheet takes for a formula.
func TestApplicationsAsTable(t *testing.T) {
	o := newOffice(t)
	c := o.competition("nota")
	n := o.note(c)
	number := made[ui.CompetitionLetter](o.as("anna").post(fmt.Sprintf("/api/notes/%d/registration", n), object{}))
	late := o.application(c)
	o.as("paolo").post(fmt.Sprintf("/api/applications/%d/strike", late.ID), object{"version": 1, "reason": "inserita due volte"}).want(200, "")
	table := string(o.as("paolo").get(fmt.Sprintf("/api/competitions/%d/applications.csv", c)).want(200, "").body)
	for _, want := range []string{"1;'=Neri Anna;", fmt.Sprintf(";1;%s/%d;", number.Number, number.NumberYear), ";inserita due volte"} {
		if number.Number == "" || !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
}
