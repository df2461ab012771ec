package jente

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
)

// The namespaces of the two services.
const (
	servicesNamespace = "http://webservices.jprotocollo.jente.infor.arezzo.it/"
	tablesNamespace   = "http://infor.arezzo.it/jente/jprotocollo/webservices/gen"
)

// Requests. The order of the fields is the schema's; only the message's wrapper is without namespace.

type coded struct {
	Code string `xml:"j:codice"`
}

// codedOr returns nil for no code: the element is left out.
func codedOr(code string) *coded {
	if code == "" {
		return nil
	}
	return &coded{code}
}

type soggetto struct {
	Name    string `xml:"j:denominazione"`
	Address string `xml:"j:indirizzo,omitempty"`
	Note    string `xml:"j:nota,omitempty"`
}

type soggetti struct {
	Main   []soggetto `xml:"j:soggetto"`
	Others []altri    `xml:"j:altriSoggetti"`
}

type altri struct {
	Soggetto soggetto `xml:"j:soggetto"`
}

type smistamento struct {
	Office coded  `xml:"j:corrispondente"`
	Note   string `xml:"j:nota,omitempty"`
}

type smistamenti struct {
	List []smistamento `xml:"j:smistamento"`
}

type fascicolo struct {
	Year   string `xml:"j:anno"`
	Number string `xml:"j:numero"`
}

type classificazione struct {
	Titolario string     `xml:"j:titolario"`
	Fascicolo *fascicolo `xml:"j:fascicolo"`
}

type estremi struct {
	Day    string `xml:"j:data,omitempty"`
	Number string `xml:"j:numero,omitempty"`
}

type altriDati struct {
	Type       *coded `xml:"j:tipoDocumento"`
	Means      *coded `xml:"j:tramite"`
	Note       string `xml:"j:note,omitempty"`
	Visibility string `xml:"j:visibilita,omitempty"`
}

type mittenteInterno struct {
	Office coded `xml:"j:corrispondente"`
}

type arrivo struct {
	Register    *coded           `xml:"j:registro"`
	Section     *coded           `xml:"j:sezione"`
	Senders     soggetti         `xml:"j:soggetti"`
	Offices     smistamenti      `xml:"j:smistamenti"`
	Subject     string           `xml:"j:oggetto"`
	Class       *classificazione `xml:"j:classificazione"`
	ReceivedDay string           `xml:"j:dataRicezione,omitempty"`
	Extremes    *estremi         `xml:"j:estremi"`
	Others      *altriDati       `xml:"j:altriDati"`
}

type partenza struct {
	Register   *coded           `xml:"j:registro"`
	Section    *coded           `xml:"j:sezione"`
	Office     *coded           `xml:"j:corrispondente"`
	Sender     mittenteInterno  `xml:"j:mittenteInterno"`
	Recipients soggetti         `xml:"j:soggetti"`
	Subject    string           `xml:"j:oggetto"`
	Class      *classificazione `xml:"j:classificazione"`
	Others     *altriDati       `xml:"j:altriDati"`
}

type interno struct {
	Register *coded           `xml:"j:registro"`
	Section  *coded           `xml:"j:sezione"`
	Office   *coded           `xml:"j:corrispondente"`
	Sender   mittenteInterno  `xml:"j:mittenteInterno"`
	Offices  smistamenti      `xml:"j:smistamenti"`
	Subject  string           `xml:"j:oggetto"`
	Class    *classificazione `xml:"j:classificazione"`
	Others   *altriDati       `xml:"j:altriDati"`
}

type inserisciArrivo struct {
	XMLName  xml.Name `xml:"j:inserisciArrivo"`
	Username string   `xml:"richiestaProtocollaArrivo>j:username"`
	Letter   arrivo   `xml:"richiestaProtocollaArrivo>j:protocollaArrivo"`
	Confirm  bool     `xml:"richiestaProtocollaArrivo>j:confermaSegnatura,omitempty"`
}

type inserisciPartenza struct {
	XMLName  xml.Name `xml:"j:inserisciPartenza"`
	Username string   `xml:"richiestaProtocollaPartenza>j:username"`
	Letter   partenza `xml:"richiestaProtocollaPartenza>j:protocollaPartenza"`
	Confirm  bool     `xml:"richiestaProtocollaPartenza>j:confermaSegnatura,omitempty"`
}

type inserisciInterno struct {
	XMLName  xml.Name `xml:"j:inserisciInterno"`
	Username string   `xml:"richiestaProtocollaInterno>j:username"`
	Letter   interno  `xml:"richiestaProtocollaInterno>j:protocollaInterno"`
	Confirm  bool     `xml:"richiestaProtocollaInterno>j:confermaSegnatura,omitempty"`
}

// reference names a registration. Its text is the Receipt's Ref.
type reference struct {
	Register string
	Year     string
	Number   string
}

func (r reference) String() string { return r.Year + "/" + r.Number + "/" + r.Register }

func parseReference(s string) (reference, error) {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return reference{}, fmt.Errorf("%q is no reference of JEnte's", s)
	}
	return reference{Year: parts[0], Number: parts[1], Register: parts[2]}, nil
}

type riferimento struct {
	Register *coded `xml:"j:registro"`
	Year     string `xml:"j:anno"`
	Number   string `xml:"j:numero"`
}

func (r reference) wire() riferimento {
	return riferimento{Register: codedOr(r.Register), Year: r.Year, Number: r.Number}
}

type documento struct {
	Title string     `xml:"j:titolo"`
	Name  string     `xml:"j:nomeFile"`
	File  base64Text `xml:"j:file"`
}

// base64Text is a file within a message.
type base64Text []byte

// MarshalText writes it.
func (b base64Text) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText reads it, with the line ends that some write.
func (b *base64Text) UnmarshalText(text []byte) (err error) {
	*b, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	return err
}

type allegaDocumento struct {
	XMLName   xml.Name    `xml:"j:allegaDocumento"`
	Username  string      `xml:"richiestaAllegaDocumento>j:username"`
	Reference riferimento `xml:"richiestaAllegaDocumento>j:riferimento"`
	Document  documento   `xml:"richiestaAllegaDocumento>j:documento"`
}

type leggiProtocollo struct {
	XMLName   xml.Name    `xml:"j:leggiProtocollo"`
	Username  string      `xml:"richiestaLeggiProtocollo>j:username"`
	Reference riferimento `xml:"richiestaLeggiProtocollo>j:riferimento"`
	Documents bool        `xml:"richiestaLeggiProtocollo>j:allegati"`
}

type leggiAllegato struct {
	XMLName   xml.Name    `xml:"j:leggiAllegato"`
	Username  string      `xml:"richiestaLeggiAllegato>j:username"`
	Reference riferimento `xml:"richiestaLeggiAllegato>j:riferimento"`
	Ordinal   string      `xml:"richiestaLeggiAllegato>j:progressivo"`
}

type gestioneTabelle struct {
	XMLName   xml.Name `xml:"g:gestioneTabelle"`
	Username  string   `xml:"g:richiestaGestioneTabelle>g:username"`
	Table     string   `xml:"g:richiestaGestioneTabelle>g:nomeTabella"`
	Operation string   `xml:"g:richiestaGestioneTabelle>g:operazione"`
	ValidOnly bool     `xml:"g:richiestaGestioneTabelle>g:datiRicerca>g:cercaSoloValidi"`
}

// Answers, by local names.

type outcome struct {
	Esito   string `xml:"esito"`
	Message string `xml:"messaggio"`
}

type registered struct {
	Answer struct {
		outcome
		Segnatura segnatura `xml:"segnatura"`
		Raw       string    `xml:",innerxml"`
	} `xml:"rispostaProtocolla"`
}

type segnatura struct {
	Register string `xml:"registro>codice"`
	Year     string `xml:"anno"`
	Number   string `xml:"numero"`
	Day      string `xml:"data"`
	Time     string `xml:"ora"`
}

type attached struct {
	Answer outcome `xml:"rispostaAllegaDocumento"`
}

// filed is a document as JEnte has it; the file itself may stand there or not.
type filed struct {
	Name    string      `xml:"nomeFile"`
	Ordinal string      `xml:"progressivo"`
	File    *base64Text `xml:"file"`
}

type read struct {
	Answer struct {
		outcome
		Documents []filed `xml:"protocollo>documenti>documento"`
	} `xml:"rispostaLeggiProtocollo"`
}

type readDocument struct {
	Answer struct {
		outcome
		Document filed `xml:"documento"`
	} `xml:"rispostaLeggiAllegato"`
}

type table struct {
	Answer struct {
		outcome
		Codes []string `xml:"codifica>codice"`
	} `xml:"rispostaGestioneTabelle"`
}
