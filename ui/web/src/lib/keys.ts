// The keys of the desk: one table from which they act and from which F1 explains them, and the hand reader, which types like a
// keyboard but faster than any hand.

export interface KeyBinding {
  id: string
  /** As KeyboardEvent.key, with its modifiers in front: "Shift+F9", "Alt+a". */
  combo: string
  /** As written on the keyboard. */
  label: string
  what: string
}

export const bindings: readonly KeyBinding[] = [
  { id: 'help', combo: 'F1', label: 'F1', what: 'Mostra i tasti' },
  { id: 'delivery', combo: 'F2', label: 'F2', what: 'Apre o chiude «Arrivo posta»' },
  { id: 'unregistered', combo: 'F3', label: 'F3', what: 'Non si registra: la voce dell’elenco che lo dice' },
  { id: 'misdelivered', combo: 'Shift+F3', label: 'Maiusc+F3', what: 'È per altri: torna alle Poste, o è stata aperta per errore' },
  { id: 'counter', combo: 'F4', label: 'F4', what: '«Sportello»: mette da parte il modulo e serve il cittadino' },
  { id: 'freeze', combo: 'F6', label: 'F6', what: 'Plico di gara: ferma l’istante di ricezione, anche a schermo bloccato' },
  { id: 'copy', combo: 'F7', label: 'F7', what: 'Copia i dati della lettera precedente; sulla pagina di una lettera, duplica quella' },
  { id: 'scan', combo: 'F8', label: 'F8', what: 'Avvia la scansione, con il primo profilo' },
  { id: 'scan-2', combo: 'Shift+F8', label: 'Maiusc+F8', what: 'Scansiona con il secondo profilo' },
  { id: 'scan-3', combo: 'Ctrl+F8', label: 'Ctrl+F8', what: 'Scansiona con il terzo profilo' },
  { id: 'scan-4', combo: 'Alt+F8', label: 'Alt+F8', what: 'Scansiona con il quarto profilo' },
  { id: 'register-print', combo: 'F9', label: 'F9', what: 'Registra e stampa l’etichetta; in «Concorsi» salva la domanda e passa alla successiva; sulla pagina di una lettera ne stampa l’etichetta' },
  { id: 'register', combo: 'Shift+F9', label: 'Maiusc+F9', what: 'Registra senza stampare' },
  { id: 'next-label', combo: 'F10', label: 'F10', what: 'Stampa la prossima etichetta in attesa' },
  { id: 'more', combo: 'Alt+a', label: 'Alt+A', what: 'Apre o chiude «Altri dati»' },
  { id: 'form', combo: 'Alt+m', label: 'Alt+M', what: 'Torna al modulo' },
  { id: 'documents', combo: 'Alt+d', label: 'Alt+D', what: 'Va al primo documento da confermare' },
  { id: 'confirm', combo: 'Alt+c', label: 'Alt+C', what: 'Conferma la qualità del documento' },
  { id: 'exceptions', combo: 'Alt+e', label: 'Alt+E', what: 'Va alla prima eccezione; poi una cifra sceglie la risposta' },
  { id: 'search', combo: 'Alt+r', label: 'Alt+R', what: 'Ricerca' },
  { id: 'desk', combo: 'Alt+s', label: 'Alt+S', what: 'Scrivania' },
  { id: 'endofday', combo: 'Alt+f', label: 'Alt+F', what: 'Fine giornata' },
  { id: 'emergency', combo: 'Alt+g', label: 'Alt+G', what: 'Registro di emergenza' },
  { id: 'tenders', combo: 'Alt+p', label: 'Alt+P', what: 'Gare: plichi, consegne' },
  { id: 'bid-receipt', combo: 'Alt+u', label: 'Alt+U', what: 'Ricevuta: sulla pagina di una lettera; in «Gare», dell’ultima consegna di plichi' },
  { id: 'scan-this', combo: 'Alt+q', label: 'Alt+Q', what: 'Sulla pagina di una lettera: scansiona per questa' },
  { id: 'correct', combo: 'Alt+t', label: 'Alt+T', what: 'Sulla pagina di una lettera: chiedi rettifica o annullamento' },
  { id: 'other', combo: 'Alt+l', label: 'Alt+L', what: 'Sulla pagina di una lettera: le altre azioni' },
  { id: 'no-plico', combo: 'Alt+z', label: 'Alt+Z', what: 'In «Gare»: istante senza plico, premuto per errore' },
  { id: 'next-plico', combo: 'Alt+n', label: 'Alt+N', what: 'In «Gare»: il plico è fatto, va al successivo' },
  { id: 'verify', combo: 'Alt+v', label: 'Alt+V', what: 'Da verificare sul protocollo' },
  { id: 'alarms', combo: 'Alt+i', label: 'Alt+I', what: 'Avvisi (Responsabile)' },
  { id: 'days', combo: 'Alt+o', label: 'Alt+O', what: 'Registro giornaliero' },
  { id: 'stop-scan', combo: 'Escape', label: 'Esc', what: 'Chiude il riquadro aperto; altrimenti ferma la scansione' },
  { id: 'lock', combo: 'Ctrl+Alt+l', label: 'Ctrl+Alt+L', what: 'Blocca lo schermo' },
]

/** The combination of an event in the table's spelling. */
export function comboOf(e: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>): string {
  const named = e.key.length > 1
  // With Alt some layouts give another letter; the key's place says which one it is.
  const key = named ? e.key : e.altKey && /^Key[A-Z]$/.test(e.code) ? e.code.slice(3).toLowerCase() : e.key.toLowerCase()
  return (e.ctrlKey ? 'Ctrl+' : '') + (e.altKey ? 'Alt+' : '') + (e.metaKey ? 'Meta+' : '') + (named && e.shiftKey ? 'Shift+' : '') + key
}

export function bindingOf(e: Parameters<typeof comboOf>[0]): KeyBinding | undefined {
  const combo = comboOf(e)
  return bindings.find((b) => b.combo === combo)
}

/** What a hand reader's burst is: so many characters, so close to each other, ended by Enter. */
export const burstLength = 8
export const burstGapMs = 35

/**
 * Finds bursts in a stream of keys. The first character's snapshot is kept, so that whoever owns the field can put it back.
 * Times are milliseconds on any one clock.
 */
export class BurstDetector<Snapshot> {
  private text = ''
  private at = Number.NEGATIVE_INFINITY
  private snapshot: Snapshot | undefined

  constructor(private readonly take: () => Snapshot) {}

  /** Feeds one key before it acts. Returns the burst when this key, Enter, ends one. */
  feed(key: string, at: number): { text: string; before: Snapshot } | undefined {
    if (key === 'Shift' || key === 'CapsLock' || key === 'Alt' || key === 'Control') return undefined
    const near = at - this.at < burstGapMs
    this.at = at
    if (key === 'Enter') {
      const { text, snapshot } = this
      this.text = ''
      this.snapshot = undefined
      return near && text.length >= burstLength && snapshot !== undefined ? { text, before: snapshot } : undefined
    }
    if (key.length !== 1) {
      this.text = ''
      this.snapshot = undefined
      return undefined
    }
    if (!near || this.text === '') {
      this.text = ''
      this.snapshot = this.take()
    }
    this.text += key
    return undefined
  }
}

export interface FieldSnapshot {
  field: HTMLInputElement | HTMLTextAreaElement | undefined
  value: string
  start: number | null
  end: number | null
}

/** What the field in focus holds now. */
export function snapshotField(active: Element | null): FieldSnapshot {
  if (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) {
    let start: number | null = null
    let end: number | null = null
    try {
      start = active.selectionStart
      end = active.selectionEnd
    } catch {
      // A date or number field has no selection.
    }
    return { field: active, value: active.value, start, end }
  }
  return { field: undefined, value: '', start: null, end: null }
}

/** Puts a field back as it was, and tells whoever listens. */
export function restoreField(s: FieldSnapshot): void {
  if (!s.field) return
  s.field.value = s.value
  if (s.start !== null && s.end !== null) {
    try {
      s.field.setSelectionRange(s.start, s.end)
    } catch {
      // See above.
    }
  }
  s.field.dispatchEvent(new Event('input', { bubbles: true }))
}

/**
 * In some fields only what can be on a label of ours is a reading: in a password's, because a password keeper types as fast as a
 * reader, and in those that take other people's codes (data-codes), because that is what the reader is used for there.
 */
function isReading(text: string, field: FieldSnapshot['field']): boolean {
  const takesAll = field?.type === 'password' || field?.dataset.codes !== undefined
  return !takesAll || /^((19|2\d)\d{9,}|SGN1\..+)$/i.test(text)
}

/**
 * Listens on a window, before everybody else. onBurst gets a hand reader's text, which has left no trace in any field; onKey gets
 * a binding and says whether it acted.
 */
export function listen(w: Window, onBurst: (text: string) => void, onKey: (b: KeyBinding, e: KeyboardEvent) => boolean): () => void {
  const bursts = new BurstDetector(() => snapshotField(w.document.activeElement))
  const down = (e: KeyboardEvent) => {
    if (e.isComposing) return
    if (!e.ctrlKey && !e.altKey && !e.metaKey) {
      const burst = bursts.feed(e.key, e.timeStamp)
      if (burst && isReading(burst.text, burst.before.field)) {
        e.preventDefault()
        e.stopImmediatePropagation()
        restoreField(burst.before)
        onBurst(burst.text)
        return
      }
    }
    const b = bindingOf(e)
    if (!b) return
    if (b.combo !== 'Escape' && e.repeat) {
      e.preventDefault()
      return
    }
    if (onKey(b, e)) {
      e.preventDefault()
      e.stopPropagation()
    }
  }
  w.addEventListener('keydown', down, true)
  return () => w.removeEventListener('keydown', down, true)
}
