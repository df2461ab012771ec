package officesim

// Senders, streets and matters are invented; towns of these names do not exist.

// banner stands on everything that the pretend office draws.
const banner = "PROVA – SENZA VALORE"

type sender struct {
	name, line, address string
	signer, role        string
}

var senders = []sender{
	{"Ditta Esempio S.r.l.", "Forniture e manutenzioni", "Via delle Prove, 12 – 00000 Borgo Esempio (XX)", "Aldo Fittizi", "Amministratore unico"},
	{"Associazione Campione ODV", "Volontariato e promozione sociale", "Piazza del Modello, 3 – 00000 Rocca Finta (XX)", "Bruna Provetti", "Presidente"},
	{"Studio Tecnico Immaginari", "Progettazione e catasto", "Corso dell’Ipotesi, 45 – 00000 Villa Prova (XX)", "geom. Carlo Immaginari", "Titolare"},
	{"Condominio Le Querce di Carta", "Amministrazione condominiale", "Viale dei Facsimile, 8 – 00000 Borgo Esempio (XX)", "Diana Esempi", "Amministratrice"},
	{"Cooperativa Sociale L’Abbozzo", "Servizi alla persona", "Via della Minuta, 101 – 00000 Castel Bozza (XX)", "Elio Segnaposto", "Legale rappresentante"},
	{"Officina Meccanica Di Prova S.n.c.", "Riparazione veicoli", "Strada del Collaudo, 7 – 00000 Rocca Finta (XX)", "Fabio Di Prova", "Socio"},
}

var subjects = []string{
	"Richiesta di accesso agli atti ai sensi della legge n. 241/1990",
	"Domanda di concessione temporanea di suolo pubblico",
	"Segnalazione di dissesto della pavimentazione stradale",
	"Trasmissione della documentazione integrativa",
	"Comunicazione di variazione della sede legale",
	"Richiesta di rateizzazione del canone",
	"Osservazioni sul piano particolareggiato",
	"Invito alla cerimonia di inaugurazione",
}

var recipients = []string{
	"Al Comune di Esempio", "Ufficio Protocollo", "Piazza della Casa Comunale, 1", "00000 Esempio (XX)",
}

var paragraphs = []string{
	"Con la presente si trasmette quanto in oggetto, facendo seguito ai colloqui intercorsi con codesto Ufficio e alla documentazione già depositata, della quale si chiede di tenere conto ai fini dell’istruttoria.",
	"Si fa presente che, a causa delle avverse condizioni meteorologiche delle scorse settimane, i lavori hanno subìto un ritardo che non è dipeso dalla volontà della scrivente; si confida perciò in una proroga dei termini.",
	"A tal fine si dichiara, sotto la propria responsabilità e consapevole delle sanzioni previste, che quanto sopra corrisponde al vero e che nulla è mutato rispetto alla precedente comunicazione.",
	"Si chiede cortesemente di voler comunicare il nominativo del responsabile del procedimento, nonché il termine entro il quale esso dovrà concludersi, ai recapiti indicati in calce.",
	"La scrivente resta a disposizione per ogni chiarimento e per un eventuale sopralluogo congiunto, da concordare con congruo anticipo, e ringrazia fin d’ora per l’attenzione.",
	"Si allegano alla presente copia del documento d’identità del sottoscrittore, la planimetria dell’area interessata e la ricevuta del versamento effettuato, come richiesto dal regolamento comunale.",
	"Qualora codesta Amministrazione ritenesse necessaria ulteriore documentazione, si prega di farne richiesta scritta: sarà cura della scrivente provvedere nel più breve tempo possibile.",
	"Si ricorda infine che la medesima richiesta è già stata presentata nello scorso esercizio, senza che ne sia seguito riscontro; più volte, inoltre, se ne è parlato presso lo sportello.",
	"L’importo complessivo, pari a euro 1.234,56 oltre agli oneri di legge, potrà essere corrisposto in tre rate di pari ammontare, la prima delle quali entro trenta giorni dall’accoglimento.",
}

var months = []string{
	"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
	"luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre",
}

const (
	wordSubject   = "Oggetto: "
	wordGreeting  = "Distinti saluti."
	wordPage      = "pag. %d di %d"
	wordEnclosure = "Allegato – copia della lettera già protocollata"
	wordCourier   = "Corriere Immaginario – spedizione"
	wordPlan      = "TAVOLA 1 – Planimetria generale – scala 1:200"
)
