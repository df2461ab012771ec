// Every word that the station says, in one place: by the codes that the API sends. Errors say what happened, what is safe, and what
// to do now.

import type { Problem, RecordView } from './types'

type Words = Readonly<Record<string, string>>

/** Errors by code. */
export const errorWords: Words = {
  // The session and the accounts
  session: 'La sessione è finita. Quello che hai scritto è conservato. Accedi di nuovo per continuare.',
  login: 'Nome utente o password non corretti. Controlla Bloc Maiusc e riprova; dopo cinque errori l’utenza si blocca.',
  'account-locked': 'L’utenza è bloccata per troppe password errate. Chiedi al Responsabile o all’Amministratore una nuova prima password.',
  'screen-locked': 'Lo schermo è bloccato. Il lavoro è al sicuro. Scrivi la password per riprendere.',
  'must-change-password': 'Prima di continuare scegli una nuova password.',
  password: 'La password attuale non è corretta. Riscrivila.',
  'password-short': 'La nuova password è troppo corta: servono almeno 12 caratteri, 14 per chi gestisce gli utenti.',
  'password-alphanumeric': 'La nuova password deve contenere almeno tre lettere o cifre.',
  'password-symbol': 'La nuova password deve contenere almeno un segno, ad esempio «.» o «!».',
  'password-classes': 'La nuova password deve mescolare almeno tre tipi di caratteri: maiuscole, minuscole, cifre, segni.',
  'password-user': 'La nuova password non può contenere il nome utente.',
  'password-barred': 'Questa password è già stata usata di recente. Scegline una diversa dalle ultime otto.',
  'own-account': 'Non puoi cambiare i tuoi stessi permessi. Chiedi a un’altra persona autorizzata.',
  accounts: 'Gli utenti indicati non bastano o si ripetono: serve almeno un Responsabile, con nomi utente diversi.',
  account: 'Questo utente non esiste più. Aggiorna la pagina.',
  user: 'Il nome utente non va bene o è già in uso: da 3 a 40 caratteri tra lettere minuscole, cifre, punto e trattino.',
  name: 'Scrivi il nome e cognome.',
  roles: 'Scegli almeno un profilo che ti è permesso assegnare.',
  register: 'Il tuo profilo non consente di registrare. Nulla è stato modificato.',
  search: 'Il tuo profilo non consente la ricerca.',
  decide: 'Questa decisione spetta al Responsabile. Nulla è stato modificato: chiedi a lui di completarla.',
  policy: 'Solo il Responsabile può cambiare le regole. Nulla è stato modificato.',
  devices: 'Il tuo profilo non consente di gestire gli apparecchi.',
  'read-all': 'Il tuo profilo non consente di leggere tutto il registro.',
  confidential: 'Il documento è riservato e non sei tra le persone nominate.',
  journal: 'Il tuo profilo non consente di leggere il giornale.',

  // Intake
  direction: 'Scegli se il documento è in Arrivo, in Partenza o Interno.',
  subject: 'Manca l’oggetto. Scrivilo con parole che permettano di ritrovare il documento.',
  senders: 'Manca il mittente. Scrivilo, oppure segna il documento come anonimo in «Altri dati».',
  recipients: 'Manca il destinatario. Scrivine almeno uno.',
  correspondent: 'Un corrispondente è senza nome. Completalo o toglilo.',
  anonymous: 'Solo un documento in arrivo può essere anonimo.',
  means: 'Scegli il mezzo dall’elenco.',
  support: 'Scegli il supporto dall’elenco.',
  envelope: 'Scegli dall’elenco lo stato della busta.',
  classifica: 'Questa classifica non è nel titolario in vigore. Sceglila dall’elenco.',
  uor: 'Questo ufficio non è nell’elenco. Scegline uno, o chiedi al Responsabile di aggiungerlo.',
  fileDigest: 'Per un documento elettronico serve l’impronta del file.',
  arrivalDay: 'Il giorno di arrivo non può essere dopo oggi.',
  arrivalDayReason: 'Per un arrivo in un giorno precedente scrivi il motivo.',
  declaredDay: 'Il giorno dichiarato non va bene: dev’essere una data non successiva a oggi, con il suo motivo.',
  declaredCount: 'Il numero di pagine o fogli dichiarati non va bene.',
  day: 'La data non è valida: scrivila come gg/mm/aaaa.',
  intake: 'Questa ricezione non esiste o non la puoi vedere.',
  'senderRef.day': 'La data del mittente non è valida: scrivila come gg/mm/aaaa.',
  'delivery-open': 'Un «Arrivo posta» è già aperto a questa postazione. Chiudilo prima di aprirne un altro.',
  delivery: 'Questo «Arrivo posta» è già stato chiuso. Aprine un altro con F2, poi registra di nuovo: il modulo è conservato.',
  'request-key': 'Questo modulo è già stato registrato, forse in un’altra finestra, con dati diversi. Il primo numero è salvo. Cerca la registrazione prima di farne un’altra.',
  key: 'Il modulo non è riconosciuto. Apri un modulo nuovo: i dati restano copiabili.',
  'possible-duplicates': 'Esistono registrazioni che sembrano lo stesso documento. Nessun numero è stato dato: scegli come procedere.',
  duplicateChoice: 'Scegli se è un altro documento o l’originale arrivato dopo il fax.',
  duplicateOf: 'Indica a quale registrazione si riferisce l’originale.',
  'not-paper': 'Il documento è arrivato come file: non c’è un originale di carta con cui raffrontarlo.',
  'not-incoming': 'La ricevuta si dà solo per i documenti in arrivo.',
  rejected: 'Il sistema di protocollo ha rifiutato la registrazione. La ricezione è salva: correggi i dati e registra di nuovo.',
  number: 'Il numero non ha la forma di un numero di protocollo: almeno sette cifre.',
  receipt: 'Il sistema di protocollo ha risposto in modo non chiaro. La ricezione è salva; l’esito va verificato sul protocollo prima di riprovare.',
  draft: 'La bozza non si è potuta conservare sulla stazione. Resta in questa finestra: non chiuderla.',

  // Numbering stopped
  'numbering-unset': 'La stazione non sa ancora chi attribuisce i numeri. Il Responsabile deve completare la prima configurazione.',
  clock: 'L’orologio della stazione è in dubbio: per ora non si danno numeri. Le bozze restano. Avvisa il Responsabile.',
  'clock-behind': 'L’orologio è ancora indietro rispetto all’ultima registrazione. Correggilo prima di confermare.',
  restore: 'Dopo il ripristino il Responsabile deve indicare l’ultimo numero dato. Fino ad allora non si danno numeri; nulla va perso.',
  invariant: 'Un controllo interno non torna: per prudenza non si danno numeri. Si può consultare tutto. Chiama subito l’assistenza.',
  'not-stopped': 'La numerazione non era ferma per questo motivo: non serve confermare nulla.',
  stopped: 'La numerazione è ferma. Quello che hai scritto è conservato. Avvisa il Responsabile.',
  stopping: 'La stazione si sta spegnendo. Quello che hai scritto è conservato: riprendi quando riparte.',

  // Labels
  'no-printer': 'Nessuna stampante di etichette è configurata. La registrazione è valida: usa «PDF etichetta» con una stampante comune.',
  'reprint-reason': 'L’etichetta è già uscita: per ristamparla scegli il motivo.',
  print: 'Questa etichetta non è più in attesa: qualcuno l’ha già stampata o confermata.',
  'print-settled': 'L’esito di questa etichetta è già stato registrato.',
  'print-under-way': 'L’etichetta è in stampa in questo momento. Aspetta qualche secondo.',
  'printer-resolution': 'L’etichetta era pronta per una stampante di altra risoluzione. Stampala su quella, o usa «PDF etichetta».',
  'label-size': 'L’etichetta non entra nel formato della stampante. La registrazione è valida: usa «PDF etichetta» e avvisa l’assistenza.',
  bitmap: 'L’immagine dell’etichetta non si è potuta comporre. La registrazione è valida; avvisa l’assistenza.',

  // Scanning
  'no-scanner': 'Nessuno scanner è configurato. Puoi caricare i file con «Carica file».',
  scanner: 'Lo scanner non risponde. Controlla che sia acceso e collegato, poi riprova. Le pagine già prese sono salve.',
  'scanner-busy': 'Lo scanner è in uso in un’altra postazione. Aspetta che finisca, poi premi di nuovo F8.',
  'batch-ended': 'Questa scansione è già finita.',
  'still-scanning': 'La scansione è ancora in corso. Aspetta la fine, poi rispondi.',
  file: 'Non c’è nessun file da caricare. Scegli almeno un PDF o un’immagine.',
  upload: 'Il file non si è potuto leggere per intero. Nulla è stato tolto: caricalo di nuovo.',
  'page-seq': 'Due pagine sono arrivate con lo stesso posto. Quelle salvate restano; ripeti la scansione delle altre.',
  enough: 'La scansione è stata fermata: le pagine rimaste non servono. Controlla che l’alimentatore sia vuoto.',
  cancelled: 'La scansione è stata fermata. Le pagine già prese restano.',
  page: 'La pagina non c’è più, oppure la finestra ha avuto un problema. Ricarica con F5: il lavoro è conservato.',
  picture: 'L’immagine di questa pagina non si può mostrare.',
  batch: 'Questa scansione non esiste più. Aggiorna la pagina.',
  document: 'Questo documento non esiste più o non lo puoi vedere.',
  'not-ready': 'Il documento non è pronto per la conferma: prima rispondi alle sue eccezioni.',
  'page-flagged': 'Alcune pagine sono segnalate: vanno guardate una per una. Nulla è stato confermato.',
  'already-captured': 'Questa registrazione ha già la sua scansione. Se è una nuova, scegli «È una nuova versione».',
  'envelope-closed': 'Un plico di gara chiuso non si scansiona. Scegli un’altra registrazione.',
  'already-solved': 'Già risolto da un’altra persona.',
  'first-the-others': 'Il documento aspetta prima un’altra risposta. Rispondi a quella.',
  exception: 'Questa eccezione non c’è più: forse è già stata risolta.',
  choice: 'Questa risposta non è ammessa qui. Scegline un’altra.',
  registrationID: 'Indica a quale registrazione appartiene il documento.',
  reason: 'Scrivi il motivo: resta agli atti.',
  sheets: 'Scrivi quanti fogli sono: il numero va nella nota.',
  notePart: 'Scegli se la nota riguarda il documento o gli allegati.',

  'already-associated': 'Il documento è già abbinato a una registrazione. Aggiorna e controlla.',
  'document-closed': 'Il documento è già chiuso: non si può più cambiare.',
  'document-state': 'Il documento non può passare a questo stato. Aggiorna e riprova.',
  'not-confirmed': 'La qualità del documento non è ancora stata confermata.',
  archived: 'Il documento è già archiviato.',
  report: 'Il controllo del PDF/A non ha dato esito positivo. Nulla è stato archiviato; le pagine sono salve.',
  class: 'L’esito della trasmissione non è chiaro. Il file è salvo nell’archivio.',

  // Archive
  archive: 'Il PDF/A non c’è ancora.',
  text: 'Il testo di questo documento non è da riconoscere: è già deciso. Aggiorna la pagina.',
  pages: 'Il file prodotto non ha le stesse pagine del documento e non è stato archiviato. Quello che c’era è salvo: riprova o avvisa l’assistenza.',
  blob: 'Il file archiviato non si è potuto leggere. Avvisa l’assistenza: la registrazione resta valida.',
  original: 'Il file da cui vengono le pagine non si è ancora potuto cancellare. La stazione riprova da sola.',
  'blob-damaged': 'Il file archiviato non corrisponde alla sua impronta. Non usarlo e avvisa subito il Responsabile.',
  'not-compliant': 'Il PDF/A non ha superato il controllo e non è stato archiviato. Le pagine sono salve: riprova o avvisa l’assistenza.',
  'no-pages': 'Il documento non ha pagine da archiviare.',
  digest: 'L’impronta non torna. Nulla è stato archiviato; avvisa l’assistenza.',
  unreported: 'Un dato manca dal giornale. Avvisa subito l’assistenza.',
  'disk-full': 'Il disco della stazione è pieno. Quello che è già salvato è al sicuro; fermati e chiama l’assistenza.',

  // Records
  registration: 'Questa registrazione non esiste o non la puoi vedere.',
  record: 'Questa registrazione non esiste o non la puoi vedere.',
  code: 'Questo codice non corrisponde a nessuna registrazione. Controlla il numero, o usa la ricerca.',
  barcode: 'Il codice letto non è una segnatura di questo ente.',
  annulled: 'La registrazione è annullata: si può leggere, non più modificare.',
  'no-annulment': 'Il sistema di protocollo non permette di annullare da qui. Fallo nel sistema centrale.',
  'not-numbered': 'Questa ricezione non ha ancora un numero. Aspetta che il protocollo risponda.',
  'not-open': 'Questo elemento è già chiuso.',
  'attempt-settled': 'L’esito di questo tentativo è già registrato.',
  outcome: 'L’esito indicato non va bene.',
  attachment: 'Il sistema di protocollo ha rifiutato l’allegato. Il file è salvo nell’archivio.',
  ref: 'Il sistema di protocollo non riconosce la registrazione. Avvisa il Responsabile.',
  actNumber: 'Scrivi il numero dell’atto.',
  actDay: 'Scrivi la data dell’atto.',

  // Settings and first configuration
  'setup-token': 'Il codice di configurazione non è quello stampato all’avvio. Ricopialo dalla finestra del servizio.',
  setup: 'La stazione è già configurata. Accedi con il tuo utente.',
  'body.code': 'Il codice IPA ha da 1 a 12 caratteri: lettere, cifre, «_» e «-».',
  'body.name': 'Scrivi la denominazione dell’ente.',
  'body.shortName': 'Scrivi la denominazione breve: sta sull’etichetta.',
  'aoo.code': 'Il codice dell’AOO ha da 1 a 12 caratteri: lettere, cifre, «_» e «-».',
  'aoo.name': 'Scrivi il nome dell’AOO.',
  'aoo.registerCode': 'Il codice del registro ha da 1 a 12 caratteri: lettere, cifre, «_» e «-».',
  aoo: 'Quest’area organizzativa non è configurata qui.',
  aoos: 'Indica una sola area organizzativa, completa.',
  connector: 'Scegli chi attribuisce i numeri di protocollo.',
  startingNumber: 'Il primo numero dev’essere almeno 1.',
  lastNumber: 'Scrivi l’ultimo numero dato, come si legge sull’ultima etichetta: almeno sette cifre.',
  'trial-folder': 'Questa cartella è di prova e resta tale: non si può usare per un registro vero.',
  'real-folder': 'Questa cartella contiene un registro vero: non si può usare per la prova.',
  policies: 'Le regole sono state cambiate da un’altra persona mentre le modificavi. Ricarica e ripeti la modifica.',
  pageProfile: 'Scegli un profilo dall’elenco.',
  processCertificate: 'Gli estremi della certificazione contengono caratteri che non si possono stampare.',
  terms: 'Ogni riga della tabella vuole procedimento e termine, e un procedimento sta una volta sola.',
  titolario: 'Una versione del titolario con questa data, o più recente, c’è già. Scegli una data successiva.',
  classes: 'Il titolario è vuoto, o ha righe senza codice o nome, o codici ripetuti. Nulla è stato importato.',
  missing: 'Il filtro «Che cosa manca» non è valido.',
  backup: 'La copia non è integra. Non usarla: prova con la precedente.',
  'backup-exists': 'La cartella della copia esiste già. Scegline un’altra.',
  'not-empty': 'La cartella non è vuota. Scegline una vuota.',
  'no-station': 'La cartella non contiene una stazione.',
  csv: 'Il file non ha le colonne attese. Nulla è stato importato.',
  validFrom: 'La data di validità deve seguire quella della versione precedente.',
  seq: 'Il punto di partenza dell’elenco non è valido.',
  state: 'Lo stato indicato non è ammesso.',
  'newer-database': 'I dati sono di una versione più nuova del programma. Avvia il programma aggiornato.',
  'edited-migration': 'La base dati non è quella attesa. Nulla è stato modificato; chiama l’assistenza.',

  // The page itself, and classes where a code has no words of its own
  network: 'La stazione non risponde. Quello che hai scritto resta qui. Riprova: lo stesso modulo non prende mai due numeri.',
  aborted: 'La richiesta è stata interrotta.',
  schema: 'Un campo non è compilato nel modo atteso. Correggilo e riprova.',
  http: 'La stazione ha risposto in modo inatteso. Quello che hai scritto è conservato. Riprova.',
  invalid: 'Un dato non va bene. Nulla è stato modificato: correggi e riprova.',
  conflict: 'Nel frattempo qualcosa è cambiato. Nulla è stato modificato: aggiorna e riprova.',
  'not-found': 'Non esiste, o non lo puoi vedere.',
  forbidden: 'Il tuo profilo non lo consente. Nulla è stato modificato.',
  unavailable: 'In questo momento non risponde. Nulla è andato perso: riprova tra poco.',
  'outcome-unknown': 'Esito da verificare sul protocollo. La ricezione è salva: non registrare di nuovo lo stesso documento.',
  internal: 'La stazione ha avuto un problema. Quello che era salvato è al sicuro. Riprova; se si ripete, chiama l’assistenza.',
}

/** The sentence for a problem: by its code, else by its class. */
export function errorText(p: Problem): string {
  const own = errorWords[p.code] ?? errorWords[p.class] ?? errorWords['internal'] ?? ''
  if (p.code === 'already-solved' && p.words) return `Già risolto da ${p.words}. Non serve altro.`
  if (p.code === 'scanner-busy' && p.words) return `Lo scanner è in uso: ${p.words}. Aspetta che finisca, poi premi di nuovo F8.`
  if (p.code === 'page-flagged' && p.words) return `Guarda una per una le pagine segnalate (${p.words}). Nulla è stato confermato.`
  return p.words ? `${own} Risposta: «${p.words}».` : own
}

export const directionWords: Words = { A: 'Arrivo', P: 'Partenza', I: 'Interno' }

export const meansWords: Words = {
  posta: 'Posta', raccomandata: 'Raccomandata', 'raccomandata-ar': 'Raccomandata A.R.', 'atto-giudiziario': 'Atto giudiziario',
  mano: 'A mano', corriere: 'Corriere', fax: 'Fax', telegramma: 'Telegramma', 'posta-interna': 'Posta interna', altro: 'Altro',
}

export const supportWords: Words = { cartaceo: 'Cartaceo', 'supporto-rimovibile': 'Supporto rimovibile', file: 'File' }

export const envelopeWords: Words = { aperta: 'Busta aperta', chiusa: 'Busta chiusa', lacerata: 'Busta lacerata', 'senza-busta': 'Senza busta' }

export const roleWords: Words = {
  operatore: 'Operatore di protocollo', responsabile: 'Responsabile della gestione documentale', consultazione: 'Consultazione',
  gare: 'Ufficio gare', amministratore: 'Amministratore di sistema',
}

export const missingWords: Words = { number: 'Il numero', label: 'L’etichetta', scan: 'La scansione', archive: 'Il PDF/A archiviato' }

export const documentWords: Words = {
  receiving: 'In arrivo dallo scanner', waiting: 'Attende una risposta', ready: 'Da confermare', confirmed: 'Archiviazione in corso',
  archived: 'Archiviato', discarded: 'Scartato', noted: 'Chiuso con nota',
}

/** Where a page is cut off. */
export const sideWords: Words = { top: 'in alto', right: 'a destra', bottom: 'in basso', left: 'a sinistra' }

/** Why an archived file cannot be searched. */
export const textWhyWords: Words = {
  'no-words': 'non vi si è trovata nessuna parola', failed: 'il riconoscimento non è riuscito',
  deadline: 'il riconoscimento non ha finito in tempo', refused: 'le pagine non si sono potute leggere una seconda volta',
  'other-images': 'il nuovo file non avrebbe avuto le stesse immagini', 'not-compliant': 'il nuovo file non ha superato il controllo PDF/A',
  off: 'il riconoscimento è stato disattivato', 'pages-lost': 'le pagine non erano nella copia da cui i dati sono stati ripristinati',
}

/** Why single pages have no text. */
export const textUnreadWords: Words = { failed: 'non riuscita', deadline: 'non finita in tempo' }

export const batchWords: Words = {
  running: 'Scansione in corso', ended: 'Completata', faulted: 'Interrotta da un guasto', cancelled: 'Fermata dall’operatore',
  interrupted: 'Interrotta dall’arresto della stazione',
}

/** What a scanner's trouble is, and what to do about it. */
export const faultWords: Words = {
  jam: 'Carta inceppata: togli il foglio e continua da lì. Le pagine già prese sono salve.',
  'cover-open': 'Coperchio aperto: chiudilo e continua.',
  busy: 'Lo scanner è occupato: aspetta e riprova.',
  'feeder-empty': 'L’alimentatore è vuoto: metti i fogli e premi F8.',
  offline: 'Lo scanner non risponde: controlla che sia acceso e collegato.',
  truncated: 'Una pagina è arrivata a metà e non è stata tenuta: ripeti da quella.',
  unsupported: 'Lo scanner non accetta queste impostazioni: cambiale e riprova.',
  'bad-data': 'È arrivato qualcosa che non è una pagina leggibile: ripeti la scansione.',
  encrypted: 'Il PDF chiede una password e non si può aprire: fattelo mandare senza password.',
  signed: 'Il PDF è firmato: come pagine perderebbe la firma. Non è stato preso; va protocollato come documento informatico.',
  active: 'Il PDF contiene programmi o allegati nascosti. Non è stato preso: chiedine una copia semplice, o stampalo e scansionalo.',
  cancelled: 'Fermata dall’operatore.',
  device: 'Lo scanner segnala un guasto: guarda il suo pannello.',
}

/** Why a file in a hot folder cannot be taken. */
export const fileWords: Words = {
  encrypted: 'chiede una password', signed: 'è firmato: va protocollato come documento informatico', active: 'contiene programmi o allegati nascosti',
}

export const feederWords: Words = { loaded: 'carta nell’alimentatore', empty: 'alimentatore vuoto', jam: 'carta inceppata', open: 'coperchio aperto' }

export const scannerWords: Words = { idle: 'pronto', busy: 'in funzione', stopped: 'fermo: serve una persona', offline: 'non risponde' }

export const printerWords: Words = {
  ready: 'pronta', 'media-out': 'etichette finite', 'media-low': 'etichette quasi finite', 'ribbon-out': 'nastro finito',
  'head-open': 'testina aperta', paused: 'in pausa', jam: 'inceppata', 'cutter-fault': 'taglierina guasta',
  'over-temperature': 'surriscaldata', busy: 'in funzione', silent: 'non risponde', offline: 'scollegata', other: 'segnala un problema',
}

export const printStateWords: Words = {
  queued: 'Etichetta in attesa', sending: 'Etichetta in stampa', printed: 'Etichetta stampata', unknown: 'Etichetta: esito incerto',
  failed: 'Etichetta non uscita',
}

export const centralWords: Words = {
  untried: 'registro di questa postazione', answering: 'registro di questa postazione', away: 'non risponde — le ricezioni restano salve',
  doubtful: 'risposta non chiara — verifica gli esiti',
}

export const connectorWords: Words = { embedded: 'registro di questa postazione' }

export const reprintWords: readonly { reason: number; word: string }[] = [
  { reason: 1, word: 'Illeggibile' },
  { reason: 2, word: 'Inceppata' },
  { reason: 3, word: 'Smarrita' },
]

export const duplicateWords: Words = {
  'sender-reference': 'stesso mittente e stesso riferimento', raccomandata: 'stesso codice raccomandata', digest: 'stesso file',
}

/** Why something waits for a person. */
export const exceptionTitles: Words = {
  'no-code': 'Nessuna segnatura sulla prima pagina', 'not-expected': 'Segnatura non attesa', 'two-codes': 'Due segnature diverse',
  'code-inside': 'Una segnatura in una pagina interna', stray: 'Pagina arrivata durante l’arresto', repeated: 'Pagina già presente',
  scope: 'Fuori dalla regola delle pagine', count: 'Pagine diverse da quelle dichiarate', archive: 'PDF/A non riuscito',
}

export const exceptionWhy: Words = {
  annulled: 'La registrazione è annullata.',
  captured: 'La registrazione ha già la sua scansione.',
  'not-labelled': 'L’etichetta di questa registrazione non risulta stampata.',
  'not-selected': 'Non è la registrazione che avevi scelto.',
  unknown: 'Il numero non esiste in questo registro.',
  'other-aoo': 'È la segnatura di un’altra AOO.',
  format: 'Il formato non è A4.',
  over: 'Supera il limite.',
  empty: 'Il file è vuoto.',
  truncated: 'Il file è troncato: la fine manca.',
  corrupt: 'Il file è danneggiato.',
  'too-large': 'Il file supera i limiti di pagine, punti o byte.',
  encrypted: 'Il file è protetto da password.',
  unsupported: 'Il formato del file non si può archiviare senza perdite.',
  crash: 'La lettura del file ha fatto cadere il programma che lo apriva: il file è forse malevolo. La stazione non ne risente.',
  deadline: 'La lettura del file non finiva mai ed è stata interrotta.',
  memory: 'La lettura del file chiedeva troppa memoria ed è stata interrotta.',
}

export const choiceWords: Words = {
  assign: 'Assegna alla registrazione', 'new-version': 'È una nuova versione', belongs: 'Fa parte di questo documento',
  split: 'Da qui comincia un altro documento', accept: 'Va bene così', discard: 'Scarta le pagine', note: 'Solo la nota, nessuna immagine',
  'note-first': 'Nota e prima pagina', whole: 'Tutte le pagine (Responsabile)', retry: 'Riprova l’archiviazione',
}

export const notePartWords: Words = { documento: 'il documento', allegato: 'l’allegato', allegati: 'gli allegati' }

export const paperWords: Words = { A4: 'A4', smaller: 'più piccolo di A4', larger: 'più grande di A4', unknown: 'di formato non noto' }

export const stopWords: Words = {
  'numbering-unset': 'Numerazione ferma: la stazione non è configurata.',
  clock: 'Numerazione ferma: l’orologio è in dubbio.',
  restore: 'Numerazione ferma: dopo il ripristino manca l’ultimo numero dato.',
  invariant: 'Numerazione ferma: un controllo interno non torna. Chiama subito l’assistenza.',
}

export const attemptWords: Words = {
  '': 'Richiesta in corso', numbered: 'Numero attribuito', rejected: 'Rifiutata dal sistema di protocollo',
  unavailable: 'In attesa: il protocollo non risponde', unknown: 'Esito da verificare sul protocollo', absent: 'Non risulta sul protocollo',
}

/** Kinds of journal entries. An unknown one shows as it is. */
export const journalWords: Words = {
  'setup.saved': 'Prima configurazione', 'intake.recorded': 'Ricezione registrata', 'attempt.started': 'Numero richiesto',
  'attempt.settled': 'Esito della richiesta', 'number.taken': 'Numero preso dal registro', 'number.confirmed': 'Numero attribuito',
  'number.annulled': 'Numero annullato nel registro', 'registration.annulled': 'Registrazione annullata',
  'print.queued': 'Etichetta preparata', 'print.sending': 'Etichetta inviata alla stampante', 'print.settled': 'Esito dell’etichetta',
  'print.resolved': 'Esito dell’etichetta detto dall’operatore', 'document.associated': 'Scansione abbinata',
  'document.confirmed': 'Qualità confermata', 'document.discarded': 'Pagine scartate', 'document.scope': 'Decisione sulla regola delle pagine',
  'document.archived': 'PDF/A archiviato', 'document.text': 'Edizione con testo ricercabile',
  'document.text-missing': 'Nessun testo ricercabile', 'pages.erased': 'Immagini cancellate per decisione',
  'pages.released': 'Immagini di lavoro tolte: c’è l’archivio', 'exception.solved': 'Eccezione risolta',
  'attachment.recorded': 'Allegato registrato', 'dispatch.started': 'Trasmissione avviata', 'dispatch.delivered': 'Trasmesso al protocollo',
  'dispatch.failed': 'Trasmissione non riuscita', 'delivery.opened': '«Arrivo posta» aperto', 'delivery.closed': '«Arrivo posta» chiuso',
  'account.created': 'Utente creato', 'account.changed': 'Utente modificato', 'account.password': 'Password cambiata',
  'login.ok': 'Accesso', 'login.failed': 'Accesso rifiutato', 'confidential.viewed': 'Documento riservato consultato',
  'policies.saved': 'Regole cambiate', 'titolario.imported': 'Titolario importato', 'correspondents.imported': 'Corrispondenti importati',
  'subject-model.saved': 'Modello di oggetto aggiunto', 'uor.saved': 'Ufficio aggiunto o cambiato', 'clock.confirmed': 'Orologio confermato', 'restore.confirmed': 'Ultimo numero indicato dopo il ripristino',
  'numbering.stopped': 'Numerazione fermata', 'invariant.lifted': 'Controllo interno di nuovo in ordine', 'data.restored': 'Dati ripristinati da una copia',
}

/** What the fields of a journal entry's detail are called. */
export const journalFieldWords: Words = {
  reason: 'motivo', number: 'numero', n: 'numero', year: 'anno', register: 'registro', day: 'giorno', state: 'esito', outcome: 'esito',
  choice: 'scelta', kind: 'tipo', code: 'codice', words: 'risposta', detail: 'dettaglio', printer: 'stampante', condition: 'stato della stampante',
  ordinal: 'progressivo', user: 'utente', name: 'nome', roles: 'profili', uor: 'ufficio', mustChange: 'da cambiare al primo accesso',
  failures: 'tentativi', accounts: 'utenti', version: 'versione', byCode: 'abbinamento', sheets: 'fogli', note: 'nota', profile: 'profilo',
  pages: 'pagine', flagged: 'pagine segnalate, guardate una per una', erase: 'immagini da cancellare', flavour: 'PDF/A', engine: 'riconosciuto con', why: 'perché', sha256: 'impronta', bytes: 'dimensione', actNumber: 'atto', actDay: 'data dell’atto',
  connector: 'numeri da', startingNumber: 'primo numero', lastNumber: 'ultimo numero', gapFirst: 'numeri mancanti dal', gapLast: 'al',
  declaredDay: 'giorno dichiarato', intakes: 'ricezioni', validFrom: 'valido dal', classes: 'classi', lines: 'righe', added: 'aggiunti',
  model: 'modello', backup: 'copia del', entry: 'ultima riga', attempts: 'richieste da verificare', dispatches: 'trasmissioni da verificare',
}

/** Fields that serve programs: a reader has no use for them. */
export const journalFieldsUnsaid: readonly string[] = ['document', 'exception', 'delivery', 'dispatch', 'ref', 'key', 'before', 'after']

export function journalText(kind: string): string {
  return journalWords[kind] ?? kind
}

/** The word for a code, or the code itself: nothing is hidden because nobody worded it. */
export function word(words: Words, code: string | undefined): string {
  return code === undefined ? '' : (words[code] ?? code)
}

/** How far a record has come, in words (requirements, section 7). */
export function progressText(r: Pick<RecordView, 'facets' | 'attempt' | 'draft'>): string {
  const f = r.facets
  if (f.annulled) return 'annullato'
  if (!f.numbered) return r.attempt ? word(attemptWords, r.attempt).toLowerCase() : 'ricevuto'
  if (f.delivered) return 'trasmesso'
  if (f.archived) return 'archiviato'
  if (f.captured) return 'scansionato'
  if (f.labelled) return 'etichetta stampata'
  return 'protocollato'
}
