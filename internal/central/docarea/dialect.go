package docarea

// Dialect is one maker's way of speaking DOCAREA.
type Dialect string

// The dialects, each with the contract that it is written from.
const (
	Finmatica       Dialect = "finmatica"        // Finmatica AGSPR, Prisma: DocAreaSoap.wsdl, EntiAooUtilitySoapBindingImpl.wsdl
	TINN            Dialect = "tinn"             // DOCAREAProtoservice.wsdl
	Halley          Dialect = "halley"           // Halley E-Lios: suap.wsdl
	Datagraph       Dialect = "datagraph"        // protocollazioneDatagraph.wsdl: files travel beside the envelope, as WSE 2.0 does it
	DatagraphBase64 Dialect = "datagraph-base64" // the same service's later operations, whose files travel within
)

// slot names what a parameter carries.
type slot int

const (
	_ slot = iota
	theEntity
	theUser
	thePassword
	theToken // the DST, by which the service knows a session
	theFile
	theName
	theTitle
	theSegnatura // XML
	theQuery     // XML
	theYear
	theNumber
	theRegister
	theAcceptance
)

// form is how a parameter is written.
type form int

const (
	asText form = iota
	asBase64
	asInteger
	asBoolean
)

// xsdTypes are what rpc/encoded calls the forms.
var xsdTypes = [...]string{asText: "xsd:string", asBase64: "xsd:base64Binary", asInteger: "xsd:int", asBoolean: "xsd:boolean"}

type param struct {
	name string
	slot slot
	form form
}

// operation is one call: its element, its SOAPAction, its parameters in the contract's order, and what travels beside the envelope. Without a
// name the contract has none.
type operation struct {
	name, action string
	params       []param
	beside       slot // 0: nothing
}

// names are the elements of the answers.
type names struct{ token, file, number, year, day, code, words string }

// span is a range of error codes, both ends in it.
type span struct{ from, to int64 }

// service is one address of an installation.
type service struct {
	path      string // added to the configured address
	namespace string // of the operations' elements
	qualified bool   // the parameters are in it too
	encoded   bool   // rpc/encoded: the parameters say their types
}

// profile is all in which one dialect differs.
type profile struct {
	main   service
	reader service // where registrations are read and searched

	login, insert, number operation
	// attach adds a file to a registration: itself, or a Segnatura that names a file inserted before (attachNames).
	attach      operation
	attachNames bool
	// read shows a registration with its files, so that a repeat finds what a lost answer left; search shows those of some days. They are asked and
	// answer with XML in a string (strings), or with Segnature.
	read, search operation
	strings      bool
	answer       names

	// over are the codes by which a call was refused because its session is over, and for nothing else.
	over []int64
	// unclear are codes that may be given after the number was taken.
	unclear []span

	segnatura segnaturaForm
}

// segnaturaForm is in what the dialects' Segnatura differs.
type segnaturaForm struct {
	unnumbered string // NumeroRegistrazione and DataRegistrazione while there is no number
	gathered   bool   // one Mittente, one Destinatario, with all persons in it
	classified bool   // without a Classifica the service fails, and says neither that nor whether it numbered
}

// lng are the answers of the contracts that say lng.
var lng = names{token: "strDST", file: "lngDocID", number: "lngNumPG", year: "lngAnnoPG", day: "strDataPG", code: "lngErrNumber", words: "strErrString"}

const tempuri = "http://tempuri.org/"

// profiles is the table of dialects. What a contract does not say is from its maker's own source, where that is public (Finmatica's error codes and
// what the service does not bear), or from clients that work with it (Halley's error codes, the Base64 operations of Datagraph).
var profiles = map[Dialect]profile{
	Finmatica: {
		main: service{path: "agspr/services/DOCAREAProtoSoap", namespace: tempuri},
		reader: service{path: "ducd/services/EntiAooUtilitySoapBindingImpl", namespace: "http://protocolloUtility.ducd.affarigenerali.finmatica.it",
			qualified: true},
		answer: lng,
		login:  operation{name: "login", params: []param{{"strCodEnte", theEntity, asText}, {"strUserName", theUser, asText}, {"strPassword", thePassword, asText}}},
		insert: operation{name: "inserimento", params: []param{{"strUserName", theUser, asText}, {"strDST", theToken, asText}, {"strAttachment", theFile, asBase64}}},
		number: operation{name: "protocollazione",
			params: []param{{"strUserName", theUser, asText}, {"strDST", theToken, asText}, {"strAttachment", theSegnatura, asBase64}}},
		attach: operation{name: "aggiungiAllegato",
			params: []param{{"strUserName", theUser, asText}, {"strDST", theToken, asText}, {"strAttachment", theSegnatura, asBase64}}},
		attachNames: true,
		read: operation{name: "getProtocollo",
			params: []param{{"anno", theYear, asInteger}, {"numero", theNumber, asInteger}, {"tipoRegistro", theRegister, asText}}},
		search:    operation{name: "getProtocolli", params: []param{{"inputXml", theQuery, asText}}},
		strings:   true,
		over:      []int64{-2}, // «DST non valido. Il token DST non è corretto o potrebbe essere scaduto»
		segnatura: segnaturaForm{unnumbered: "0", classified: true},
	},
	TINN: {
		main:   service{namespace: tempuri, encoded: true},
		answer: names{token: "strDST", file: "IngDocID", number: "IngNumPG", year: "IngAnnoPG", day: "StrDataPG", code: "IngErrNumber", words: "strErrString"},
		login: operation{name: "Login", action: tempuri + "#Login",
			params: []param{{"CodiceEnte", theEntity, asText}, {"Username", theUser, asText}, {"UserPassword", thePassword, asText}}},
		insert: operation{name: "Inserimento", action: tempuri + "#Inserimento",
			params: []param{{"Username", theUser, asText}, {"DSTLogin", theToken, asText}, {"FileBinario", theFile, asBase64}}},
		number: operation{name: "Protocollazione", action: tempuri + "#Protocollazione",
			params: []param{{"Username", theUser, asText}, {"DSTLogin", theToken, asText}, {"FileXML", theSegnatura, asBase64}}},
		segnatura: segnaturaForm{unnumbered: "0"},
	},
	Halley: {
		main: service{namespace: tempuri, qualified: true}, answer: lng,
		login: operation{name: "Login", action: tempuri + "Login",
			params: []param{{"strCodEnte", theEntity, asText}, {"strUserName", theUser, asText}, {"strPassword", thePassword, asText}}},
		insert: operation{name: "Inserimento", action: tempuri + "Inserimento",
			params: []param{{"strUserName", theUser, asText}, {"strDST", theToken, asText}, {"strDocument", theName, asText}, {"objDocument", theFile, asBase64}}},
		number: operation{name: "Protocollazione", action: tempuri + "Protocollazione",
			params: []param{{"strUserName", theUser, asText}, {"strDST", theToken, asText}, {"strDocumentInfo", theSegnatura, asText}}},
		// Failed writes of the registration's parts, one by one: its document, its attachments, its persons, its offices.
		unclear:   []span{{300, 399}, {900, 999}},
		segnatura: segnaturaForm{unnumbered: "0"},
	},
	Datagraph:       datagraph(false),
	DatagraphBase64: datagraph(true),
}

// datagraph is the row of a service that has each operation twice: for a file beside the envelope, and for one within.
func datagraph(within bool) profile {
	named := func(name string, params ...param) operation {
		return operation{name: name, action: tempuri + name, params: params}
	}
	user, session := param{"strUserName", theUser, asText}, param{"strDST", theToken, asText}
	same := service{namespace: tempuri, qualified: true}
	p := profile{
		main: same, reader: same, answer: lng,
		login:  named("Login", param{"strCodEnte", theEntity, asText}, user, param{"strPassword", thePassword, asText}),
		insert: named("Inserimento", user, session),
		number: named("Protocollazione", user, session),
		attach: named("AggiungiDocumento2", param{"AnnoReg", theYear, asInteger}, param{"NumeroReg", theNumber, asInteger},
			param{"NomeFile", theName, asText}, param{"Descrizione", theTitle, asText}, session),
		read: named("GetRegistrazione2", param{"Anno", theYear, asInteger}, param{"Numero", theNumber, asInteger},
			param{"Accetta", theAcceptance, asBoolean}, session),
		search:    named("CercaRegistrazioni"), // whose parameters are a structure: criteri
		segnatura: segnaturaForm{gathered: true},
	}
	if !within {
		p.insert.beside, p.number.beside, p.attach.beside = theFile, theSegnatura, theFile
		return p
	}
	p.insert = named("InserimentoBase64", append(p.insert.params, param{"AttachmentBase64", theFile, asBase64})...)
	p.number = named("ProtocollazioneBase64", append(p.number.params, param{"segnaturaXMLbase64", theSegnatura, asBase64})...)
	p.attach = named("AggiungiDocumentoBase64", append(p.attach.params, param{"AllegatoBase64", theFile, asBase64})...)
	return p
}

// Dialects returns the dialects that there are.
func Dialects() []Dialect { return []Dialect{Finmatica, TINN, Halley, Datagraph, DatagraphBase64} }
