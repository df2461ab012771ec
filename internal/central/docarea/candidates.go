package docarea

import (
	"context"
	"encoding/xml"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// maxCandidates bounds what a person is shown.
const maxCandidates = 20

// Candidates shows the centre's registrations of those days with that subject, for a person to choose among (R17.3). Only a dialect with
// Capabilities().Candidates has the search; of the others it is Invalid.
func (c *Connector) Candidates(ctx context.Context, q protocollo.CandidateQuery) ([]protocollo.Candidate, error) {
	if c.profile.search.name == "" {
		return nil, protocollo.Errorf(protocollo.Invalid, "no-candidates", "the contract has no search")
	}
	var found []registration
	var err error
	if c.profile.strings {
		found, err = c.searchStrings(ctx, q)
	} else {
		err = c.inSession(ctx, func(token string) error {
			found, err = c.searchSegnature(ctx, token, q)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	var out []protocollo.Candidate
	for _, r := range found {
		if candidate, ok := c.candidate(r, q); ok {
			out = append(out, candidate)
		}
	}
	slices.SortStableFunc(out, func(a, b protocollo.Candidate) int { return len(b.Why) - len(a.Why) })
	return out[:min(len(out), maxCandidates)], nil
}

// searchStrings asks Finmatica's getProtocolli, whose rows have no day and nobody's name: those with the subject are read one by one.
func (c *Connector) searchStrings(ctx context.Context, q protocollo.CandidateQuery) ([]registration, error) {
	query, err := ascii(struct {
		XMLName  xml.Name `xml:"ROOT"`
		Registro string   `xml:"TIPO_REGISTRO"`
		Dal      string   `xml:"DAL"`
		Al       string   `xml:"AL"`
	}{Registro: c.registerOf(q.AOO), Dal: q.From.Italian(), Al: q.To.Italian()})
	if err != nil {
		return nil, err
	}
	var said struct {
		Text string `xml:"getProtocolliReturn"`
	}
	if err := c.call(ctx, c.profile.reader, c.profile.search, true, values{theQuery: query}, "", &said); err != nil {
		return nil, err
	}
	var list struct {
		Error string `xml:"ERROR"`
		Rows  []struct {
			Anno    int    `xml:"ANNO"`
			Numero  int64  `xml:"NUMERO"`
			Oggetto string `xml:"OGGETTO"`
		} `xml:"PROTOCOLLO"`
	}
	if err := xml.Unmarshal([]byte(said.Text), &list); err != nil {
		return nil, protocollo.Errorf(protocollo.Unavailable, "nonsense", "read registrations: %w", err)
	}
	if list.Error != "" {
		return nil, refusedSearch(list.Error)
	}
	var out []registration
	for _, row := range list.Rows {
		if !begins(row.Oggetto, q.Subject) {
			continue
		}
		r, err := c.show(ctx, "", reference{register: c.registerOf(q.AOO), year: row.Anno, number: row.Numero})
		if err != nil {
			return nil, err
		}
		if out = append(out, r); len(out) == maxCandidates {
			break
		}
	}
	return out, nil
}

// criteri is Datagraph's search by day and subject. Its other bounds are those of all numbers, since the contract has no way to leave one out.
type criteri struct {
	XMLName   xml.Name `xml:"op:CercaRegistrazioni"`
	Namespace string   `xml:"xmlns:op,attr"`
	DaAnno    string   `xml:"op:Criteri>op:DaAnno"`
	AdAnno    string   `xml:"op:Criteri>op:AdAnno"`
	DaNumero  int      `xml:"op:Criteri>op:DaNumero"`
	ANumero   int      `xml:"op:Criteri>op:ANumero"`
	DaDataReg string   `xml:"op:Criteri>op:DaDataReg"`
	ADataReg  string   `xml:"op:Criteri>op:ADataReg"`
	Oggetto   string   `xml:"op:Criteri>op:Oggetto"`
	Fascicoli string   `xml:"op:Criteri>op:Fascicolati"`
	Token     string   `xml:"op:strDST"`
}

func (c *Connector) searchSegnature(ctx context.Context, token string, q protocollo.CandidateQuery) ([]registration, error) {
	request := criteri{Namespace: c.profile.reader.namespace, DaAnno: string(q.From[:4]), AdAnno: string(q.To[:4]), ANumero: 1<<31 - 1,
		DaDataReg: string(q.From) + "T00:00:00", ADataReg: string(q.To) + "T23:59:59", Oggetto: q.Subject, Fascicoli: "NonDefinito", Token: token}
	var said struct {
		List  []registrazione `xml:"CercaRegistrazioniResult>List>Segnatura"`
		Code  *int64          `xml:"CercaRegistrazioniResult>lngErrNumber"`
		Words string          `xml:"CercaRegistrazioniResult>strErrString"`
	}
	op := soap.Operation{Action: c.profile.search.action, Path: c.profile.reader.path, Idempotent: true}
	if err := c.soap.Call(ctx, op, request, &said); err != nil {
		return nil, err
	}
	if said.Code == nil || *said.Code != 0 {
		return nil, stale{refusedSearch(said.Words)}
	}
	out := make([]registration, len(said.List))
	for i, r := range said.List {
		out[i] = r.read()
	}
	return out, nil
}

func refusedSearch(words string) error {
	err := protocollo.Errorf(protocollo.Rejected, "rejected", "the centre refused the search")
	err.Words = words
	return err
}

// candidate compares one registration with the query; one whose number or day is not understood, or is outside, is none.
func (c *Connector) candidate(r registration, q protocollo.CandidateQuery) (protocollo.Candidate, bool) {
	given, err := protocollo.NumberFrom(r.number)
	if err != nil || r.day < q.From || r.day > q.To {
		return protocollo.Candidate{}, false
	}
	if r.at.IsZero() {
		r.at = c.cfg.Clock()
	}
	found := protocollo.Candidate{Subject: r.subject, Sender: r.shown, Why: []string{protocollo.WhyDay}, Receipt: protocollo.Receipt{
		Register: q.AOO.RegisterCode, Year: r.year, Number: given, Day: r.day, At: r.at,
		Ref: reference{body: q.Body.Code, aoo: string(q.AOO.Code), register: c.registerOf(q.AOO), year: r.year, number: r.number}.String()}}
	if begins(r.subject, q.Subject) {
		found.Why = append(found.Why, protocollo.WhySubject)
	}
	if slices.ContainsFunc(r.people, func(name string) bool {
		return slices.ContainsFunc(q.Senders, func(s string) bool { return folded(name) == folded(s) && s != "" })
	}) {
		found.Why = append(found.Why, protocollo.WhySender)
	}
	return found, found.Receipt.Validate() == nil
}

// begins reports whether a subject is the one that was sent, or that with something behind it: an emergency number, or the centre's own words.
func begins(subject, sent string) bool {
	return sent != "" && strings.HasPrefix(folded(subject), folded(sent))
}

// folded is a text as people read it.
func folded(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
