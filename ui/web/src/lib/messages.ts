// Every word that the station says, by the codes that the API sends. Errors are in errors.ts.

import type { RecordView } from './types'

export type Words = Readonly<Record<string, string>>

export const directionWords: Words = { A: 'Arrivo', P: 'Partenza', I: 'Interno' }

export const meansWords: Words = {
  posta: 'Posta', raccomandata: 'Raccomandata', 'raccomandata-ar': 'Raccomandata A.R.', 'atto-giudiziario': 'Atto giudiziario',
  mano: 'A mano', corriere: 'Corriere', fax: 'Fax', telegramma: 'Telegramma', 'posta-interna': 'Posta interna', altro: 'Altro',
}

/** With what a removable medium is presented (002 art. 18.2), and how its digital signature was found (004 art. 3.1.03). */
export const presentationWords: Words = { lettera: 'Lettera di trasmissione', foglio: 'Documento di presentazione firmato' }
export const signatureCheckWords: Words = {
  valido: 'certificato valido', scaduto: 'certificato scaduto', revocato: 'certificato revocato', sospeso: 'certificato sospeso', impossibile: 'impossibile effettuare verifica',
}
export const supportWords: Words = { cartaceo: 'Cartaceo', 'supporto-rimovibile': 'Supporto rimovibile', file: 'File' }

export const envelopeWords: Words = { aperta: 'Busta aperta', chiusa: 'Busta chiusa', lacerata: 'Busta lacerata', 'senza-busta': 'Senza busta' }

export const roleWords: Words = {
  operatore: 'Operatore di protocollo', responsabile: 'Responsabile della gestione documentale', consultazione: 'Consultazione',
  gare: 'Ufficio gare', concorsi: 'Ufficio concorsi', amministratore: 'Amministratore di sistema',
}

export const missingWords: Words = { number: 'Il numero', label: 'L’etichetta', scan: 'La scansione', archive: 'Il PDF/A archiviato', file: 'Il file (numeri senza file)' }

export const documentWords: Words = {
  receiving: 'In arrivo dallo scanner', waiting: 'Attende una risposta', ready: 'Da confermare', confirmed: 'Archiviazione in corso',
  archived: 'Archiviato', discarded: 'Scartato', noted: 'Chiuso con nota',
}

/** Where a page is cut off. */
export const sideWords: Words = { top: 'in alto', right: 'a destra', bottom: 'in basso', left: 'a sinistra' }

/** Why a document is superseded. */
export const supersededWords: Words = { exchange: 'Scambio di etichette', obscuration: 'Oscuramento' }

/** Why an archived file cannot be searched. */
export const textWhyWords: Words = {
  'no-words': 'non vi si è trovata nessuna parola', failed: 'il riconoscimento non è riuscito',
  deadline: 'il riconoscimento non ha finito in tempo', refused: 'le pagine non si sono potute leggere una seconda volta',
  'other-images': 'il nuovo file non avrebbe avuto le stesse immagini', 'not-compliant': 'il nuovo file non ha superato il controllo PDF/A',
  off: 'il riconoscimento è stato disattivato', 'pages-lost': 'le pagine non erano nella copia da cui i dati sono stati ripristinati',
  superseded: 'il documento è stato superato prima',
}

/** Why single pages have no text. */
export const textUnreadWords: Words = { failed: 'non riuscita', deadline: 'non finita in tempo' }

export const batchWords: Words = {
  running: 'Scansione in corso', ended: 'Completata', faulted: 'Interrotta da un guasto', cancelled: 'Fermata dall’operatore',
  interrupted: 'Interrotta dall’arresto della stazione', 'awaits-backs': 'Fronti presi: mancano i retri',
}

/** What a scanner's trouble is, and what to do about it. */
export const faultWords: Words = {
  jam: 'Carta inceppata: togli il foglio e continua da lì. Le pagine già prese sono salve.',
  'cover-open': 'Coperchio aperto: chiudilo e continua.',
  busy: 'Lo scanner è occupato: aspetta e riprova.',
  'feeder-empty': 'L’alimentatore è vuoto: metti i fogli e premi F8.',
  offline: 'Lo scanner non risponde: controlla che sia acceso e collegato.',
  forbidden: 'Lo scanner vuole nome utente e password, o altri da quelli impostati: vanno corretti nelle impostazioni della postazione. Nulla è stato scansionato.',
  untrusted: 'Il certificato dello scanner non è quello fissato nelle impostazioni: forse non è lo stesso apparecchio. Nulla è stato scansionato; avvisa chi gestisce la postazione.',
  denied: 'La postazione non ha il permesso di usare lo scanner: avvisa chi la gestisce. Nulla è stato scansionato.',
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
  device: 'non si può leggere o spostare, controlla i permessi', truncated: 'non è completo', 'bad-data': 'non è un’immagine o un PDF leggibile',
  unsupported: 'non è un file normale',
}

export const feederWords: Words = { loaded: 'carta nell’alimentatore', empty: 'alimentatore vuoto', jam: 'carta inceppata', open: 'coperchio aperto' }

export const scannerWords: Words = { idle: 'pronto', busy: 'in funzione', stopped: 'fermo: serve una persona', offline: 'non risponde' }

/** Why a scanner that answers cannot be used. */
export const scannerFaultWords: Words = {
  forbidden: 'vuole un altro nome utente o un’altra password', untrusted: 'il suo certificato non è quello fissato',
  denied: 'la postazione non ha il permesso di usarlo',
}

export const printerWords: Words = {
  ready: 'pronta', 'media-out': 'etichette finite', 'media-low': 'etichette quasi finite', 'ribbon-out': 'nastro finito',
  'head-open': 'coperchio o testina aperti', 'media-wrong': 'etichette di un’altra misura', mute: 'non dice il suo stato', 'read-back': 'letta dalla scansione', restored: 'forse già uscita, prima del ripristino dei dati', paused: 'in pausa', jam: 'inceppata', 'cutter-fault': 'taglierina guasta',
  'over-temperature': 'surriscaldata', busy: 'sta ancora stampando', silent: 'accesa, ma non risponde', offline: 'spenta o scollegata', other: 'segnala un problema',
}

export const testPrintWords: Words = {
  printed: 'Etichetta di prova stampata', unknown: 'Etichetta di prova: esito incerto, guarda se è uscita', failed: 'Etichetta di prova non uscita',
}

export const printStateWords: Words = {
  queued: 'Etichetta in attesa', sending: 'Etichetta in stampa', printed: 'Etichetta stampata', unknown: 'Etichetta: esito incerto',
  failed: 'Etichetta non uscita',
}

export const differenceWords: Words = {
  'missing-there': 'Registrata qui, là non risulta', 'missing-here': 'Là ha un numero, qui no', number: 'Numeri diversi', day: 'Date diverse',
  unsearched: 'Là non si è potuta cercare: guarda tu',
}

export const temporaryWords: Words = {
  printed: 'Etichetta provvisoria stampata: non va in alto a destra, lì va la segnatura', unknown: 'Etichetta provvisoria: esito incerto. Se non è uscita, ristampala',
  failed: 'Etichetta provvisoria non uscita',
}

export const legendWords: Words = {
  printed: 'Dicitura stampata', unknown: 'Dicitura: esito incerto. Se non è uscita, ristampala', failed: 'Dicitura non uscita: ristampala dalla pagina della lettera',
}

export const receiptWords: Words = {
  printed: 'Ricevuta stampata sull’etichetta', unknown: 'Ricevuta: esito incerto. Se non è uscita, ristampala o aprila in A4', failed: 'Ricevuta non uscita: ristampala o aprila in A4',
}

export const copyWords: Words = {
  printed: 'Etichetta per la copia stampata', unknown: 'Etichetta per la copia: esito incerto. Se non è uscita, ristampala', failed: 'Etichetta per la copia non uscita: ristampala',
}

export const connectorWords: Words = {
  embedded: 'registro di questa postazione', manual: 'numeri da un altro schermo', dropfolder: 'cartella di scambio', jente: 'JEnte', docarea: 'DocArea',
  emergency: 'registro di emergenza', titulus: 'Titulus', jiride: 'J-Iride', pitre: 'P.I.Tre.',
}

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
  'before-label': 'Pagine prima della prima etichetta', 'seen-twice': 'La stessa etichetta due volte', backs: 'I retri non tornano con i fronti',
  'label-missing': 'Manca una lettera dopo questa', takeover: 'Pagine non riprese dall’archivio',
}

export const exceptionWhy: Words = {
  annulled: 'La registrazione è annullata.',
  captured: 'La registrazione ha già la sua scansione.',
  'not-labelled': 'L’etichetta di questa registrazione non risulta stampata.',
  'not-selected': 'Non è la registrazione che avevi scelto.',
  excluded: 'Questa registrazione è esclusa dalla scansione: nessuna immagine va conservata. Scarta le pagine, o chiedi al Responsabile.',
  unknown: 'Il numero non esiste in questo registro.',
  'other-aoo': 'È la segnatura di un’altra AOO.',
  temporary: 'La pagina porta solo l’etichetta provvisoria, e la lettera ha il suo numero. Se è lei confermala con «Assegna», e attacca la segnatura sulla carta.',
  'not-numbered': 'La pagina porta l’etichetta provvisoria di una lettera che aspetta il numero. La domanda può restare qui: quando il numero arriva, propone da sé questa lettera.',
  back: 'È sul retro di un foglio: un’etichetta sta davanti.',
  place: 'Non è dove si attacca un’etichetta, nella metà alta della pagina.',
  'seen-twice': 'Con la stessa etichetta comincia un altro documento.',
  order: 'È di una registrazione più vecchia di quella della lettera: forse è la fotocopia di un’altra.',
  fax: 'Un fax non porta etichetta: registralo dal modulo, senza il frontespizio, poi assegnalo qui alla sua registrazione.',
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
  timeout: 'Il lavoro non finiva ed è stato interrotto.',
  blob: 'In archivio il file manca: chiama l’assistenza.',
  'blob-damaged': 'In archivio il file è danneggiato: chiama l’assistenza.',
  internal: 'È un guasto della stazione: se si ripete, chiama l’assistenza.',
}

export const choiceWords: Words = {
  assign: 'Assegna alla registrazione', 'new-version': 'È una nuova versione', belongs: 'Fa parte di questo documento',
  split: 'Da qui comincia un altro documento', accept: 'Va bene così', discard: 'Scarta le pagine', note: 'Solo la nota, nessuna immagine',
  'note-first': 'Nota e prima pagina', whole: 'Tutte le pagine (Responsabile)', retry: 'Riprova',
  attachment: 'È un allegato della registrazione', 'wrong-label': 'L’etichetta è sulla lettera sbagliata', exclude: 'Escludi: nessuna immagine',
  'redo-backs': 'Scansiona di nuovo i retri', 'front-only': 'Solo i fronti: i retri non servono', edited: 'Pagine cambiate: si chiede di nuovo',
}

export const paperWords: Words = { A4: 'A4', smaller: 'più piccolo di A4', larger: 'più grande di A4', unknown: 'di formato non noto' }

export const stopWords: Words = {
  'numbering-unset': 'Numerazione ferma: la stazione non è configurata.',
  clock: 'Numerazione ferma: l’orologio è in dubbio.',
  restore: 'Numerazione ferma: dopo il ripristino manca l’ultimo numero dato.',
  'connector-changed': 'Numerazione ferma: le impostazioni indicano un altro sistema di protocollo, non quello scelto dal Responsabile. Avvisa chi gestisce la postazione.',
  invariant: 'Numerazione ferma: un controllo interno non torna. Chiama subito l’assistenza.',
}

/** What the station itself says where the protocol's words would stand: it gave the call up. The sentences are those of before there were codes. */
export const ownWords: Words = {
  restored: 'Non si sa come è finita: i dati vengono da una copia di sicurezza.',
  stopped: 'Non si sa come è finita: la postazione si è fermata durante l’invio.',
  'restored from a backup': 'Non si sa come è finita: i dati vengono da una copia di sicurezza.',
  'the station stopped while it was under way': 'Non si sa come è finita: la postazione si è fermata durante l’invio.',
}

/** Why the station did not call at all; the letter waits. */
export const uncalledWords: Words = {
  'round-over': 'Il protocollo non è ancora stato chiamato: la coda si è fermata prima.',
  'line-busy': 'Il protocollo non è ancora stato chiamato: era occupato con altre lettere.',
  'register-open': 'Il protocollo non è stato chiamato: intanto è stato aperto il registro di emergenza.',
  'intake-sheet': 'Il protocollo non è stato chiamato: il foglio della ricezione non si può scrivere.',
  'connector-changed': 'Il protocollo non è stato chiamato: le impostazioni ne indicano un altro, non quello scelto dal Responsabile.',
}

/** Why a letter waits for its number, before the other side's own words. */
export function waitsText(attempt: string, words = ''): string {
  return attempt === 'unavailable' && uncalledWords[words] ? 'In attesa del numero' : word(attemptWords, attempt)
}

/** What the protocol answered, in its own words. */
export function answerText(words: string): string {
  return ownWords[words] ?? uncalledWords[words] ?? `Risposta: «${words}».`
}

export const attemptWords: Words = {
  '': 'Richiesta in corso', numbered: 'Numero attribuito', rejected: 'Rifiutata dal sistema di protocollo',
  unavailable: 'In attesa: il protocollo non risponde', unknown: 'Esito da verificare sul protocollo', absent: 'Non risulta sul protocollo',
}

/** What was implausible of a number that was read on another screen. */
export const doubtWords: Words = {
  'number-far': 'lontano dall’ultimo', 'number-earlier': 'non segue l’ultimo', 'day-before-arrival': 'data prima dell’arrivo',
}

/** What a letter waits for whose number a person reads on another screen. */
export const keyedWaits = 'Attende il numero letto sul protocollo'

/** Why the open emergency register gave a letter no number. */
export const heldWords: Words = {
  'emergency-expired': 'In attesa: il periodo del registro di emergenza è finito', 'emergency-scope': 'In attesa: il registro di emergenza è per gli atti autorizzati',
}

/** How the call for a number stands. Where a person reads the number, one that waits is no outage. */
export function attemptText(outcome: string | undefined, keyed: boolean | undefined): string {
  return keyed && (outcome === 'unavailable' || !outcome) ? keyedWaits : word(attemptWords, outcome ?? '')
}

/** Kinds of journal entries. An unknown one shows as it is. */
export const journalWords: Words = {
  'setup.saved': 'Prima configurazione', 'intake.recorded': 'Ricezione registrata', 'intake.corrected': 'Dati corretti dopo il rifiuto, prima del numero', 'intake.closed': 'Chiusa senza numero', 'attempt.started': 'Numero richiesto',
  'paper.delivered-inside': 'Consegnata con ricevuta in duplice copia', 'paper.delivery-ended': 'Esito della consegna interna', 'paper.returned-to-post': 'Ripresa dalle Poste', 'intake.urgency': 'Urgenza',
  'attempt.settled': 'Esito della richiesta', 'outcome.decided': 'Esito incerto chiarito da una persona', 'number.taken': 'Numero preso dal registro', 'number.keyed': 'Numero letto su un altro schermo', 'number.confirmed': 'Numero attribuito',
  'emergency.authorised': 'Registro di emergenza autorizzato', 'emergency.opened': 'Registro di emergenza aperto', 'emergency.extended': 'Registro di emergenza prorogato',
  'emergency.closed': 'Registro di emergenza chiuso', 'emergency.revoked': 'Autorizzazione all’emergenza revocata', 'emergency.renewed': 'Registro di emergenza del nuovo anno',
  'emergency.totals': 'Totali del giorno scritti sul registro di emergenza', 'emergency.signed': 'Atto tornato firmato', 'emergency.number': 'Passata al registro di emergenza',
  'emergency.recovered': 'Numero ordinario attribuito dopo l’emergenza',
  'alarm.raised': 'Avviso al Responsabile', 'alarm.acknowledged': 'Avviso visto', 'alarm.ended': 'Avviso finito',
  'emergency.road': 'Cambiata la via dei numeri ordinari di un registro di emergenza', 'emergency.replaced': 'Atto firmato sostituito', 'emergency.year': 'Registro di emergenza dell’anno predisposto',
  'emergency.again': 'Numero rifiutato, chiesto di nuovo',
  'number.annulled': 'Numero annullato nel registro', 'registration.annulled': 'Registrazione annullata',
  'correction.requested': 'Rettifica o annullamento chiesto', 'correction.decided': 'Deciso sulla richiesta di rettifica', 'correction.outcome': 'Esito della rettifica', 'registration.corrected': 'Dati rettificati',
  'bid.frozen': 'Istante di ricezione fermato', 'bid.declared': 'Plichi dichiarati', 'bid.annotated': 'Annotazione accanto all’istante', 'bid.described': 'Plico descritto',
  'bid.label': 'Etichetta della busta inviata', 'bid.event': 'Annotazione sul plico', 'bid.transfer': 'Distinta di consegna', 'bid.transfer-confirmed': 'Consegna confermata',
  'tender.entered': 'Gara inserita', 'tender.amended': 'Gara modificata', 'tender.waiting': 'Presenti in attesa al termine', 'tender.closed': 'Gara chiusa', 'tender.reopened': 'Gara riaperta', 'tender.record': 'Dati per il verbale prodotti', 'bid.sheets': 'Fogli ricezione plichi preparati',
  'competition.entered': 'Concorso, borsa o corso inserito', 'competition.amended': 'Concorso, borsa o corso modificato', 'application.saved': 'Domanda ricevuta',
  'application.amended': 'Domanda rettificata', 'application.struck': 'Domanda tolta: inserita per errore', 'note.closed': 'Nota riepilogativa chiusa', 'note.made': 'Nota riepilogativa scritta in PDF/A',
  'note.archived': 'Nota riepilogativa archiviata con il suo numero',
  'label.temporary': 'Etichetta provvisoria inviata', 'label.legend': 'Dicitura inviata', 'label.receipt': 'Ricevuta inviata alla stampante di etichette', 'label.copy': 'Etichetta per la copia inviata', 'print.queued': 'Etichetta preparata', 'print.sending': 'Etichetta inviata alla stampante', 'print.settled': 'Esito dell’etichetta',
  'print.resolved': 'Esito dell’etichetta detto dall’operatore', 'print.read-back': 'Etichetta letta dalla scansione: è uscita', 'document.associated': 'Scansione abbinata',
  'document.confirmed': 'Qualità confermata', 'document.discarded': 'Pagine scartate', 'document.scope': 'Decisione sulla regola delle pagine', 'exclusion.lifted': 'Esclusione dalla scansione tolta', 'scan.postponed': 'Scansione rimandata', 'daily-register.made': 'Registro giornaliero', 'daily-register.signed': 'Registro giornaliero tornato firmato',
  'timestamp.recorded': 'Marca temporale ricevuta', 'timestamp.refused': 'Marca temporale non accettata',
  'document.archived': 'PDF/A archiviato', 'document.text': 'Edizione con testo ricercabile',
  'document.text-missing': 'Nessun testo ricercabile', 'pages.erased': 'Immagini cancellate per decisione',
  'pages.released': 'Immagini di lavoro tolte: c’è l’archivio', 'exception.solved': 'Eccezione risolta',
  'attachment.recorded': 'Allegato registrato', 'dispatch.started': 'Trasmissione avviata', 'dispatch.delivered': 'Trasmesso al protocollo',
  'dispatch.failed': 'Trasmissione non riuscita', 'dispatch.withdrawn': 'Trasmissione ritirata: il documento è superato', 'document.superseded': 'Documento superato (scambio di etichette o oscuramento)', 'superseded.viewed': 'Documento superato consultato',
 'delivery.opened': '«Arrivo posta» aperto', 'delivery.closed': '«Arrivo posta» chiuso',
  'account.created': 'Utente creato', 'account.changed': 'Utente modificato', 'account.password': 'Password cambiata',
  'login.ok': 'Accesso', 'login.failed': 'Accesso rifiutato', 'confidential.viewed': 'Documento riservato consultato',
  'policies.saved': 'Regole cambiate', 'titolario.imported': 'Titolario importato', 'correspondents.imported': 'Corrispondenti importati',
  'subject-model.saved': 'Modello di oggetto aggiunto', 'uor.saved': 'Ufficio aggiunto o cambiato', 'scan-profile.saved': 'Profilo di scansione salvato', 'scan-profile.deleted': 'Profilo di scansione tolto', 'printer.kept': 'Impostazioni della stampante cambiate', 'clock.confirmed': 'Orologio confermato', 'restore.confirmed': 'Ultimo numero indicato dopo il ripristino',
  'numbering.stopped': 'Numerazione fermata', 'invariant.lifted': 'Controllo interno di nuovo in ordine', 'data.restored': 'Dati ripristinati da una copia',
}

/** What the fields of a journal entry's detail are called. */
export const journalFieldWords: Words = {
  bidEvent: 'che cosa', deadline: 'termine', deadlineWas: 'termine precedente', desk: 'postazione', tender: 'gara', sheet: 'foglio n.', sheetRow: 'riga del foglio', contested: 'ora contestata',
  competition: 'concorso', application: 'domanda n.', closesAt: 'scadenza', mode: 'protocollo', noteID: 'nota',
  legend: 'dicitura', declared: 'dichiarati', found: 'trovati', unit: 'di', legendText: 'testo', legendVersion: 'versione delle regole', withSegnatura: 'con la segnatura', layout: 'modello di etichetta (impronta)',
  road: 'via dei numeri', replaced: 'impronta del file sostituito', medium: 'supporto', scheme: 'numerazione',
  reason: 'motivo', number: 'numero', n: 'numero', year: 'anno', register: 'registro', day: 'giorno', state: 'esito', outcome: 'esito',
  choice: 'scelta', kind: 'tipo', code: 'codice', words: 'risposta', detail: 'dettaglio', printer: 'stampante', condition: 'stato della stampante',
  ordinal: 'progressivo', user: 'utente', name: 'nome', roles: 'profili', uor: 'ufficio', mustChange: 'da cambiare al primo accesso',
  failures: 'tentativi', accounts: 'utenti', version: 'versione', part: 'allegato n.', title: 'titolo', byCode: 'abbinamento', sheets: 'fogli', note: 'nota', exclusion: 'esclusione', profile: 'profilo', device: 'scanner',
  pages: 'pagine', flagged: 'pagine segnalate, guardate una per una', erase: 'immagini da cancellare', flavour: 'PDF/A', engine: 'riconosciuto con', why: 'perché', sha256: 'impronta', pdf: 'impronta del PDF', csv: 'impronta della tabella', bytes: 'dimensione', actNumber: 'atto', actDay: 'data dell’atto',
  minuta: 'per la minuta', doubt: 'dubbio confermato', connector: 'numeri da', startingNumber: 'primo numero', lastNumber: 'ultimo numero', emergencyLast: 'ultimo numero di emergenza', emergencyGapFirst: 'numeri di emergenza mancanti dal', emergencyGapLast: 'fino al', gapFirst: 'numeri mancanti dal', gapLast: 'al',
  declaredDay: 'giorno dichiarato', intakes: 'ricezioni', validFrom: 'valido dal', classes: 'classi', lines: 'righe', added: 'aggiunti',
  cause: 'causa', planned: 'programmata', label: 'numero di emergenza', rows: 'registrazioni', restoredAt: 'ripristino', until: 'fino a', closed: 'chiuso', opened: 'aperto', act: 'atto', emergency: 'numero di emergenza',
  duplicateIntake: 'somiglia alla ricezione', fields: 'dati', oldValues: 'valore annullato', newValues: 'valore nuovo', correctionKind: 'richiesta', correctionChoice: 'decisione', correctionOutcome: 'esito',
  listEntry: 'voce dell’elenco', listSource: 'articolo o atto', manual: 'elenco di', urgent: 'urgente',
  grounds: 'senza numero perché', envelopeWords: 'sulla busta', notPersonal: 'busta chiusa, non personale', to: 'a', signedBy: 'firmata da', deliveryOutcome: 'esito della consegna',
  stamped: 'su', serial: 'numero di serie', authority: 'rilasciata da', fault: 'motivo',
  alarm: 'avviso', hours: 'ore', count: 'quante', end: 'perché', model: 'modello', backup: 'copia del', entry: 'ultima riga', attempts: 'richieste da verificare', corrections: 'rettifiche da verificare', dispatches: 'trasmissioni da verificare', prints: 'etichette forse già uscite',
}

/** Fields that serve programs: a reader has no use for them. */
export const journalFieldsUnsaid: readonly string[] = ['authorisation', 'opening', 'id', 'emergencyRegister', 'from', 'source', 'document', 'exception', 'delivery', 'dispatch', 'ref', 'key', 'before', 'after', 'correction', 'superseded', 'replacedBy', 'subject']

/** Why something gets no number. */
export const groundsWords: Words = {
  personale: 'busta chiusa, senza numero', poste: 'per altri, torna alle Poste', escluso: 'esclusa dalla registrazione', particolare: 'registrazione particolare',
}

/** How a delivery in the house ended. */
export const deliveryWords: Words = { firmata: 'firmata', 'non-consegnata': 'non consegnata' }

export function journalText(kind: string): string {
  return journalWords[kind] ?? kind
}

/** The word for a code, or the code itself: nothing is hidden because nobody worded it. */
export function word(words: Words, code: string | undefined): string {
  return code === undefined ? '' : (words[code] ?? code)
}

/** How far a record has come, in words (requirements, section 7). */
export function progressText(r: Pick<RecordView, 'facets' | 'attempt' | 'draft' | 'held' | 'emergency' | 'ordinary' | 'unnumbered'>, keyed = false): string {
  const f = r.facets
  if (f.annulled) return 'annullato'
  if (r.unnumbered) return r.unnumbered.returned ? 'ripresa dalle Poste' : word(groundsWords, r.unnumbered.grounds)
  if (!f.numbered && r.held) return word(heldWords, r.held).toLowerCase()
  if (!f.numbered) return r.attempt ? attemptText(r.attempt, keyed).toLowerCase() : 'ricevuto'
  if (f.delivered) return 'trasmesso'
  if (f.archived) return 'archiviato'
  if (f.excluded) return 'escluso dalla scansione'
  if (f.captured) return 'scansionato'
  if (f.labelled) return 'etichetta stampata'
  return r.emergency && !r.ordinary ? 'registrato in emergenza' : 'protocollato'
}
