package centre

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// JIride is the face of J-Iride's wsProtocolloDm: SOAP 1.1 document/literal, user and role in each call, no session. A result that refuses has its
// words in Errore. Operations for installations with several archives answer as those without, to whatever archive. AnnullaDocumento, whose string the
// contract does not describe, takes any XML with an IdDocumento and answers with another.
func JIride(c *Centre) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
		if err != nil {
			return
		}
		var envelope struct {
			Body struct {
				Calls []jirideCall `xml:",any"`
			}
		}
		if err := xml.Unmarshal(body, &envelope); err != nil || len(envelope.Body.Calls) != 1 || envelope.Body.Calls[0].XMLName.Space != jirideNS {
			c.Say(w, jirideFault("Client", "la richiesta non è leggibile"))
			return
		}
		call := envelope.Body.Calls[0]
		if r.Header.Get("SOAPAction") != `"`+jirideNS+call.XMLName.Local+`"` {
			c.Say(w, jirideFault("Client", "SOAPAction non corrisponde"))
			return
		}
		jiride{c, call}.serve(w, r)
	})
}

const jirideNS = "http://tempuri.org/"

type jiride struct {
	centre *Centre
	jirideCall
}

// jirideCall is a request of whatever operation: each has some of these elements.
type jirideCall struct {
	XMLName xml.Name
	In      struct {
		Kind      string   `xml:"TipoDocumento"`
		Subject   string   `xml:"Oggetto"`
		Direction string   `xml:"Origine"`
		InCharge  string   `xml:"InCaricoA"`
		Names     []string `xml:"MittentiDestinatari>item>CognomeNome"`
		User      string   `xml:"Utente"`
		Role      string   `xml:"Ruolo"`
	} `xml:"ProtoIn"`
	Year   int    `xml:"AnnoProtocollo"`
	Number int64  `xml:"NumeroProtocollo"`
	User   string `xml:"Utente"`
	Role   string `xml:"Ruolo"`
	New    struct {
		ID    string `xml:"idDoc"`
		User  string `xml:"utente"`
		Files []struct {
			Content string `xml:"Image"`
			Comment string `xml:"Commento"`
			Name    string `xml:"NomeAllegato"`
		} `xml:"Allegati>item"`
	} `xml:"NuoviAllegati"`
	Annul string `xml:"AnnullaDocumentoIn"`
}

func (j jiride) serve(w http.ResponseWriter, r *http.Request) {
	c := j.centre
	switch strings.TrimSuffix(j.XMLName.Local, "MultiDB") {
	case "LeggiProtocollo":
		c.Say(w, j.read())
	case "InserisciProtocolloEAnagrafiche":
		if in := j.In; in.Subject == "" || in.Kind == "" || in.User == "" || in.Role == "" || !strings.Contains("API", in.Direction) {
			c.Say(w, j.refusal("dati obbligatori mancanti"))
			return
		}
		c.Act(w, r, Deed{Refuse: j.refusal, Do: j.insert})
	case "AggiungiAllegati2":
		c.Act(w, r, Deed{Attaches: true, Refuse: j.refusal, Do: j.attach})
	case "AnnullaDocumento":
		c.Act(w, r, Deed{Refuse: j.annulRefusal, Do: j.annul})
	default:
		c.Say(w, jirideFault("Client", "operazione sconosciuta"))
	}
}

func (j jiride) insert() Answer {
	e := j.centre.Register(Entry{Register: "PG", Direction: j.In.Direction, Subject: j.In.Subject, Names: j.In.Names, Fields: map[string]string{"InCaricoA": j.In.InCharge}})
	return j.result(fmt.Sprintf(`%s<Messaggio>Inserimento eseguito (PROVA – SENZA VALORE)</Messaggio>`, j.extremes(e)))
}

// extremes are what tells a document: id, year, number and day.
func (j jiride) extremes(e Entry) string {
	id, _ := strconv.Atoi(e.ID)
	return fmt.Sprintf("<IdDocumento>%d</IdDocumento><AnnoProtocollo>%d</AnnoProtocollo><NumeroProtocollo>%d</NumeroProtocollo><DataProtocollo>%s</DataProtocollo>",
		id, j.centre.Year(e), e.Number, e.At.Format("2006-01-02T15:04:05.000Z07:00"))
}

const jirideNothing = `<IdDocumento>0</IdDocumento><AnnoProtocollo>0</AnnoProtocollo><NumeroProtocollo>0</NumeroProtocollo><DataProtocollo xsi:nil="true"/>`

func (j jiride) refusal(words string) Answer {
	return j.result(jirideNothing + "<Errore>" + xmlText(words) + "</Errore>")
}

func (j jiride) read() Answer {
	e, found := j.centre.Find(func(e Entry) bool { return e.Year == j.Year && e.Number == j.Number })
	if !found || j.User == "" || j.Role == "" {
		return j.refusal("Protocollo non trovato")
	}
	var files strings.Builder
	for _, d := range e.Documents {
		fmt.Fprintf(&files, "<item><Serial>%s</Serial><Image>%s</Image><Commento>%s</Commento><IDBase>%s</IDBase><Versione>1</Versione><NomeAllegato>%s</NomeAllegato></item>",
			d.ID, base64.StdEncoding.EncodeToString(d.Body), xmlText(d.Title), d.ID, xmlText(d.Name))
	}
	return j.result(fmt.Sprintf("%s<Oggetto>%s</Oggetto><Origine>%s</Origine><Allegati>%s</Allegati>", j.extremes(e), xmlText(e.Subject), e.Direction, files.String()))
}

func (j jiride) attach() Answer {
	var files strings.Builder
	for _, f := range j.New.Files {
		content, err := base64.StdEncoding.DecodeString(f.Content)
		if err != nil || j.New.User == "" {
			return j.refusal("allegato non leggibile")
		}
		d, found := j.centre.Attach(jirideEntry(j.New.ID), Document{Name: f.Name, Title: f.Comment, Body: content})
		if !found {
			return j.refusal("documento inesistente")
		}
		fmt.Fprintf(&files, "<item><Serial>%s</Serial><IDBase>%s</IDBase><Versione>1</Versione></item>", d.ID, d.ID)
	}
	return j.result(fmt.Sprintf("<IdDocumento>%s</IdDocumento><Allegati>%s</Allegati><Messaggio>OK</Messaggio>", j.New.ID, files.String()))
}

// jirideEntry is the entry's ID of an IdDocumento.
func jirideEntry(id string) string { return fmt.Sprintf("%08s", id) }

func (j jiride) annul() Answer {
	var request struct {
		ID     string `xml:"IdDocumento"`
		Reason string `xml:"Motivo"`
	}
	if err := xml.Unmarshal([]byte(j.Annul), &request); err != nil {
		return j.annulRefusal("richiesta non leggibile")
	}
	e, found := j.centre.Find(func(e Entry) bool { return e.ID == jirideEntry(request.ID) })
	switch {
	case !found:
		return j.annulRefusal("documento inesistente")
	case e.Annulled != "":
		return j.annulRefusal("Documento già annullato")
	}
	j.centre.Annul(e.ID, request.Reason)
	return j.result(xmlText("<AnnullaDocumentoOut><IdDocumento>" + request.ID + "</IdDocumento><Messaggio>OK</Messaggio></AnnullaDocumentoOut>"))
}

func (j jiride) annulRefusal(words string) Answer {
	return j.result(xmlText("<AnnullaDocumentoOut><Errore>" + xmlText(words) + "</Errore></AnnullaDocumentoOut>"))
}

func (j jiride) result(content string) Answer {
	name := j.XMLName.Local
	return jirideEnvelope(http.StatusOK, fmt.Sprintf(`<%sResponse xmlns="%s"><%sResult>%s</%sResult></%sResponse>`, name, jirideNS, name, content, name, name))
}

func jirideFault(code, words string) Answer {
	return jirideEnvelope(http.StatusInternalServerError, "<soapenv:Fault><faultcode>soapenv:"+code+"</faultcode><faultstring>"+xmlText(words)+"</faultstring></soapenv:Fault>")
}

func jirideEnvelope(status int, body string) Answer {
	return Answer{Status: status, Header: http.Header{"Content-Type": {"text/xml; charset=utf-8"}},
		Body: []byte(xml.Header + `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>` +
			body + `</soapenv:Body></soapenv:Envelope>`)}
}
