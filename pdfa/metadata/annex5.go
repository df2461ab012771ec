package metadata

import "encoding/xml"

// The elements of LLGG annex 5, «Metadati del documento amministrativo informatico», in its order and by its names. Their types
// stand in testdata/a5.xsd, with where they were taken from (decision 0021). They are in no namespace, as in the annex.

// The annex enumerates the values in words. formationScan is letter b of LLGG 2.1.1: a scan of paper is the copy by image of an analogue document;
// formationWritten is letter a.
const formationWritten = "creazione tramite utilizzo di strumenti software che assicurino la produzione di documenti nei formati previsti in allegato 2"

const formationScan = "acquisizione di un documento informatico per via telematica o su supporto informatico, " +
	"acquisizione della copia per immagine su supporto informatico di un documento analogico, " +
	"acquisizione della copia informatica di un documento analogico"

// protocolRegister is the annex's one value for both registers of protocol; which of them it is, the station's own part says.
const protocolRegister = `ProtocolloOrdinario\ProtocolloEmergenza`

const algorithm = "SHA-256"

type document struct {
	XMLName       xml.Name       `xml:"DocumentoAmministrativoInformatico"`
	NoNamespace   string         `xml:"xmlns,attr"` // "": leaves the wrapper's
	IDDoc         idDoc          `xml:"IdDoc"`
	Formation     text           `xml:"ModalitaDiFormazione"`
	Type          text           `xml:"TipologiaDocumentale"`
	Registration  registration   `xml:"DatiDiRegistrazione"`
	Roles         []role         `xml:"Soggetti>Ruolo"`
	Key           descriptiveKey `xml:"ChiaveDescrittiva"`
	Attachments   attachments    `xml:"Allegati"`
	Classifica    classification `xml:"Classificazione"`
	Confidential  bool           `xml:"Riservato"`
	Format        format         `xml:"IdentificativoDelFormato"`
	Verification  verification   `xml:"Verifica"`
	Aggregation   aggregation    `xml:"Agg"`
	Primary       *idDoc         `xml:"IdIdentificativoDocumentoPrimario"`
	Name          text           `xml:"NomeDelDocumento"`
	Version       int            `xml:"VersioneDelDocumento"`
	Modifications *modification  `xml:"TracciatureModificheDocumento"`
	Note          text           `xml:"Note,omitempty"`
}

type idDoc struct {
	Digest    digest `xml:"ImprontaCrittograficaDelDocumento"`
	ID        text   `xml:"Identificativo"`
	Segnatura text   `xml:"Segnatura,omitempty"`
}

type digest struct {
	Base64    text `xml:"Impronta"`
	Algorithm text `xml:"Algoritmo"`
}

type registration struct {
	Flow     text             `xml:"TipologiaDiFlusso"`
	Protocol protocolRegistry `xml:"TipoRegistro>ProtocolloOrdinario_ProtocolloEmergenza"`
}

type protocolRegistry struct {
	Kind         text `xml:"TipoRegistro"`
	Day          text `xml:"DataProtocollazioneDocumento"`
	Time         text `xml:"OraProtocollazioneDocumento,omitempty"`
	Number       text `xml:"NumeroProtocolloDocumento"`
	RegisterCode text `xml:"CodiceRegistro"`
}

// role has exactly one of its fields.
type role struct {
	Registering  *subject `xml:"AmministrazioneCheEffettuaLaRegistrazione"`
	Assignee     *subject `xml:"Assegnatario"`
	Recipient    *subject `xml:"Destinatario"`
	Sender       *subject `xml:"Mittente"`
	Operator     *subject `xml:"Operatore"`
	Responsabile *subject `xml:"ResponsabileServizioProtocollo"`
	Producer     *subject `xml:"Produttore"`
	RPA          *subject `xml:"RUP"`
}

// subject has the role's own name, and exactly one of the others.
type subject struct {
	Role     text      `xml:"TipoRuolo"`
	Office   *office   `xml:"AS"`
	Person   *person   `xml:"PF"`
	Company  *company  `xml:"PG"`
	Body     *office   `xml:"PAI"`
	Software *software `xml:"SW"`
	RPA      *person   `xml:"RUP"`
}

type person struct {
	Surname   text   `xml:"Cognome"`
	GivenName text   `xml:"Nome"`
	Code      text   `xml:"CodiceFiscale,omitempty"`
	Addresses []text `xml:"IndirizziDigitaliDiRiferimento"`
}

type company struct {
	Name      text   `xml:"DenominazioneOrganizzazione"`
	Code      text   `xml:"CodiceFiscale_PartitaIva,omitempty"`
	Addresses []text `xml:"IndirizziDigitaliDiRiferimento"`
}

type office struct {
	Body      ipa    `xml:"IPAAmm"`
	AOO       ipa    `xml:"IPAAOO"`
	UOR       *ipa   `xml:"IPAUOR"`
	Addresses []text `xml:"IndirizziDigitaliDiRiferimento"`
}

type ipa struct {
	Name text `xml:"Denominazione"`
	Code text `xml:"CodiceIPA"`
}

type software struct {
	System text `xml:"DenominazioneSistema"`
}

type descriptiveKey struct {
	Subject  text   `xml:"Oggetto"`
	Keywords []text `xml:"ParoleChiave"`
}

type attachments struct {
	Count int          `xml:"NumeroAllegati"`
	Index []attachment `xml:"IndiceAllegati"`
}

type attachment struct {
	IDDoc       idDoc `xml:"IdDoc"`
	Description text  `xml:"Descrizione"`
}

type classification struct {
	Index text `xml:"IndiceDiClassificazione,omitempty"`
}

type format struct {
	Format  text    `xml:"Formato"`
	Product product `xml:"ProdottoSoftware"`
}

type product struct {
	Name     text `xml:"NomeProdotto,omitempty"`
	Version  text `xml:"VersioneProdotto,omitempty"`
	Producer text `xml:"Produttore,omitempty"`
}

type verification struct {
	Signed      bool `xml:"FirmatoDigitalmente"`
	Sealed      bool `xml:"SigillatoElettronicamente"`
	Timestamped bool `xml:"MarcaturaTemporale"`
	Conformity  bool `xml:"ConformitaCopieImmagineSuSupportoInformatico"`
}

type aggregation struct {
	File *aggregationID `xml:"TipoAgg"`
}

type aggregationID struct {
	Kind text `xml:"TipoAggregazione"`
	ID   text `xml:"IdAggregazione"`
}

type modification struct {
	Kind     text   `xml:"TipoModifica"`
	Author   person `xml:"SoggettoAutoreDellaModifica"`
	Day      text   `xml:"DataModifica"`
	Time     text   `xml:"OraModifica"`
	Previous idDoc  `xml:"IdDocVersionePrecedente"`
}
