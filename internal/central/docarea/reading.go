package docarea

import (
	"context"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// registration is one as the centre shows it.
type registration struct {
	subject  string
	number   int64
	year     int
	day      protocollo.Day
	at       time.Time // zero where the contract has no time of day
	people   []string  // each as it may be called: several of them may be one person
	shown    string    // the first of them, for people
	document []document
}

type document struct{ id, name string }

// registrazione is a Segnatura as Datagraph answers it.
type registrazione struct {
	Oggetto  string   `xml:"Intestazione>Oggetto"`
	Numero   string   `xml:"Intestazione>Identificatore>NumeroRegistrazione"`
	Data     string   `xml:"Intestazione>Identificatore>DataRegistrazione"`
	Mittenti []called `xml:"Intestazione>Mittente>Persona"`
	Altri    []called `xml:"Intestazione>Destinatario>Persona"`
	Main     []named  `xml:"Descrizione>Documento"`
	Allegati []named  `xml:"Descrizione>Allegati>Documento"`
}

type named struct {
	ID   string `xml:"id,attr"`
	Nome string `xml:"nome,attr"`
}

type called struct {
	Nome          string `xml:"Nome"`
	Cognome       string `xml:"Cognome"`
	Denominazione string `xml:"Denominazione"`
}

func (r registrazione) read() registration {
	out := registration{subject: r.Oggetto}
	out.number, _ = strconv.ParseInt(strings.TrimSpace(r.Numero), 10, 64) // 0 is no number
	out.day, _ = dayFrom(r.Data)                                          // and "" is no day
	if out.day != "" {
		out.year, _ = strconv.Atoi(string(out.day[:4]))
	}
	for _, p := range append(r.Mittenti, r.Altri...) {
		out.people = append(out.people, strings.TrimSpace(p.Cognome+" "+p.Nome), strings.TrimSpace(p.Nome+" "+p.Cognome), p.Denominazione)
	}
	if len(out.people) > 0 {
		out.shown = out.people[0]
	}
	for _, d := range append(r.Main, r.Allegati...) {
		out.document = append(out.document, document{d.ID, d.Nome})
	}
	return out
}

// protocolloXML is what Finmatica's getProtocollo answers, in a string.
type protocolloXML struct {
	Error string `xml:"ERROR"`
	Doc   *struct {
		Anno    int    `xml:"ANNO"`
		Numero  int64  `xml:"NUMERO"`
		Data    string `xml:"DATA"`
		Oggetto string `xml:"OGGETTO"`
	} `xml:"DOC"`
	Rapporti []struct {
		Name          string `xml:"COGNOME_NOME"`
		Denominazione string `xml:"DENOMINAZIONE"`
	} `xml:"RAPPORTI>RAPPORTO"`
	Allegati []struct {
		ID    string   `xml:"ID_DOCUMENTO"`
		Files []string `xml:"FILE_ALLEGATI>FILE>FILENAME"`
	} `xml:"ALLEGATI>ALLEGATO"`
}

func (p protocolloXML) read() registration {
	out := registration{subject: p.Doc.Oggetto, number: p.Doc.Numero, year: p.Doc.Anno}
	out.day, _ = dayFrom(p.Doc.Data)
	if at, err := time.ParseInLocation("02/01/2006 15:04:05", p.Doc.Data, protocollo.Rome()); err == nil {
		out.at = at.UTC()
	}
	for _, r := range p.Rapporti {
		out.people = append(out.people, r.Name, r.Denominazione)
		if out.shown == "" {
			out.shown = r.Name
		}
	}
	for _, a := range p.Allegati {
		for _, name := range a.Files {
			out.document = append(out.document, document{a.ID, name})
		}
	}
	return out
}

// show reads one registration. It changes nothing, and a refusal may be the session's. Unavailable where it is not shown: without having seen what is
// there nothing is added.
func (c *Connector) show(ctx context.Context, token string, ref reference) (registration, error) {
	v := values{theToken: []byte(token), theYear: strconv.AppendInt(nil, int64(ref.year), 10), theNumber: strconv.AppendInt(nil, ref.number, 10),
		theRegister: []byte(ref.register), theAcceptance: []byte("false")}
	if c.profile.strings {
		var said struct {
			Text string `xml:"getProtocolloReturn"`
		}
		var p protocolloXML
		if err := c.call(ctx, c.profile.reader, c.profile.read, true, v, "", &said); err != nil {
			return registration{}, err
		}
		if err := xml.Unmarshal([]byte(said.Text), &p); err != nil {
			return registration{}, protocollo.Errorf(protocollo.Unavailable, "nonsense", "read registration: %w", err)
		}
		if p.Doc == nil {
			return registration{}, unshown(p.Error)
		}
		return p.read(), nil
	}
	var said struct {
		Segnatura *registrazione `xml:"GetRegistrazione2Result>Registrazione"`
		Code      *int64         `xml:"GetRegistrazione2Result>lngErrNumber"`
		Words     string         `xml:"GetRegistrazione2Result>strErrString"`
	}
	if err := c.call(ctx, c.profile.reader, c.profile.read, true, v, "", &said); err != nil {
		return registration{}, err
	}
	if said.Code == nil || *said.Code != 0 || said.Segnatura == nil {
		return registration{}, stale{unshown(said.Words)}
	}
	return said.Segnatura.read(), nil
}

func unshown(words string) error {
	err := protocollo.Errorf(protocollo.Unavailable, "unavailable", "the centre does not show the registration")
	err.Words = words
	return err
}
