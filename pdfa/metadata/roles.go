package metadata

import (
	"fmt"
	"regexp"

	"segnatura/pdfa"
)

// What a correspondent's code says of its holder. The codice fiscale of a person has letters where the rules on homonyms may have
// put them (DM 12/3/1974); a firm's has the form of a partita IVA; IPA codes are what the body's own are.
var (
	personCode  = regexp.MustCompile(`^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$`)
	companyCode = regexp.MustCompile(`^[0-9]{11}$`)
	ipaCode     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,11}$`)
)

// roles lists the agents in the order of R4.3: the administration, the correspondents, then the body's own people and the program.
func (b *builder) roles(d *document) {
	m := b.m
	add := func(name string, make func(path string) role) {
		d.Roles = append(d.Roles, make(fmt.Sprintf("Soggetti/Ruolo[%d]/%s", len(d.Roles)+1, name)))
	}
	add("AmministrazioneCheEffettuaLaRegistrazione", func(path string) role {
		return role{Registering: &subject{Role: "Amministrazione Che Effettua La Registrazione", Body: b.ownBody(path + "/PAI")}}
	})
	for _, a := range m.Senders {
		add("Mittente", func(path string) role { return role{Sender: b.correspondent(path, "Mittente", a)} })
	}
	if len(m.Senders) == 0 && m.Segnatura.Direction != pdfa.Incoming {
		add("Mittente", func(path string) role {
			return role{Sender: &subject{Role: "Mittente", Body: b.ownBody(path + "/PAI")}}
		})
	}
	for _, list := range [][]pdfa.Agent{m.Recipients, m.Copies} {
		for _, a := range list {
			add("Destinatario", func(path string) role { return role{Recipient: b.correspondent(path, "Destinatario", a)} })
		}
	}
	if m.UOR != "" {
		add("Assegnatario", func(path string) role {
			return role{Assignee: &subject{Role: "Assegnatario", Office: b.assignee(path + "/AS")}}
		})
	}
	if m.Operator.Name != "" {
		add("Operatore", func(path string) role {
			who := b.person(path+"/PF", m.Operator)
			return role{Operator: &subject{Role: "Operatore", Person: &who}}
		})
	}
	if m.Responsabile.Name != "" {
		add("ResponsabileServizioProtocollo", func(path string) role {
			who := b.person(path+"/PF", m.Responsabile)
			return role{Responsabile: &subject{Role: "Responsabile del Servizio di Protocollo", Person: &who}}
		})
	}
	if m.RPA != "" {
		add("RUP", func(path string) role {
			who := b.person(path+"/RUP", pdfa.Agent{Name: m.RPA})
			who.Addresses = b.addresses(path+"/RUP", "")
			return role{RPA: &subject{Role: "RUP", RPA: &who}}
		})
	}
	add("Produttore", func(string) role {
		system := text(m.Software.Name)
		if m.Software.Version != "" {
			system += " " + text(m.Software.Version)
		}
		return role{Producer: &subject{Role: "Produttore", Software: &software{system}}}
	})
	if m.Operator.Name == "" {
		b.await(pdfa.PendingDesk, "Soggetti/Ruolo/Operatore", "chi ha registrato non è noto")
	}
	if m.Responsabile.Name == "" {
		b.await(pdfa.PendingCentre, "Soggetti/Ruolo/ResponsabileServizioProtocollo", "il nome del responsabile non è noto alla stazione")
	}
}

// ownBody is the administration that has the register.
func (b *builder) ownBody(path string) *office {
	s := b.m.Segnatura
	return &office{Body: ipa{text(s.BodyName), text(s.BodyCode)}, AOO: ipa{text(s.AOOName), text(s.AOOCode)}, Addresses: b.addresses(path, "")}
}

func (b *builder) assignee(path string) *office {
	o := b.ownBody(path)
	o.UOR = &ipa{Name: text(b.m.UOR)}
	b.await(pdfa.PendingCentre, path+"/IPAUOR/CodiceIPA", "dell'ufficio è noto soltanto il nome o il codice interno")
	return o
}

// addresses are required where the annex knows an administration: empty and pending without any.
func (b *builder) addresses(path, email string) []text {
	if email == "" {
		b.await(pdfa.PendingCentre, path+"/IndirizziDigitaliDiRiferimento", "il domicilio digitale non è noto alla stazione")
	}
	return []text{text(email)}
}

// correspondent gives an agent the kind that its code proves. Without a code it takes the form that keeps a name undivided, and the
// kind is pending.
func (b *builder) correspondent(path, name string, a pdfa.Agent) *subject {
	s := &subject{Role: text(name)}
	switch {
	case personCode.MatchString(a.Code):
		who := b.person(path+"/PF", a)
		s.Person = &who
	case companyCode.MatchString(a.Code):
		s.Company = &company{text(a.Name), text(a.Code), optional(a.Email)}
	case ipaCode.MatchString(a.Code):
		s.Body = &office{Body: ipa{text(a.Name), text(a.Code)}}
		b.await(pdfa.PendingCentre, path+"/PAI/IPAAOO", "l'AOO del corrispondente non è nota")
		s.Body.Addresses = b.addresses(path+"/PAI", a.Email)
	default:
		s.Company = &company{Name: text(a.Name), Addresses: optional(a.Email)}
		why := "dal nome non si distingue persona, impresa o amministrazione"
		if a.Code != "" {
			why = fmt.Sprintf("il codice «%s» non è un codice fiscale, una partita IVA o un codice IPA", a.Code)
		}
		b.await(pdfa.PendingDesk, path+"/PG", why)
	}
	return s
}

// person keeps a name undivided: which part of it is the surname is not for a program to say.
func (b *builder) person(path string, a pdfa.Agent) person {
	why := "nome e cognome sono scritti insieme, in Cognome"
	if a.Name == "" {
		why = "la persona non è nota alla stazione"
		b.await(pdfa.PendingDesk, path+"/Cognome", why)
	}
	b.await(pdfa.PendingDesk, path+"/Nome", why)
	p := person{Surname: text(a.Name), Addresses: optional(a.Email)}
	if personCode.MatchString(a.Code) {
		p.Code = text(a.Code)
	}
	return p
}

func optional(email string) []text {
	if email == "" {
		return nil
	}
	return []text{text(email)}
}
