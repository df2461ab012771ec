// What a browser says of a field that it refuses, in the office's language: its own words are those of whoever installed it.

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

const isField = (t: EventTarget | null): t is Field => t instanceof HTMLInputElement || t instanceof HTMLSelectElement || t instanceof HTMLTextAreaElement

/** Why a browser refuses a field, or '' where it does not. */
export function refusalText(f: Field): string {
  const v = f.validity
  if (v.valueMissing) {
    if (f instanceof HTMLSelectElement) return 'Scegli una voce.'
    if (f.type === 'file') return 'Scegli un file.'
    if (f.type === 'checkbox') return 'Metti il segno per andare avanti.'
    if (f.type === 'radio') return 'Scegli una risposta.'
    return 'Scrivi qualcosa in questo campo.'
  }
  if (v.badInput) return f.type === 'date' ? 'La data non è completa.' : f.type === 'time' ? 'L’ora non è completa.' : 'Scrivi un numero.'
  const of = (at: 'min' | 'max') => (f instanceof HTMLInputElement ? f[at].split('-').reverse().join('/') : '')
  if (v.rangeUnderflow) return `Il minimo è ${of('min')}.`
  if (v.rangeOverflow) return `Il massimo è ${of('max')}.`
  if (v.tooShort && !(f instanceof HTMLSelectElement)) return `Servono almeno ${f.minLength} caratteri.`
  if (v.tooLong && !(f instanceof HTMLSelectElement)) return `Al massimo ${f.maxLength} caratteri.`
  if (v.typeMismatch) return 'L’indirizzo non è scritto bene.'
  if (v.stepMismatch) return 'Scrivi un numero intero.'
  return v.patternMismatch ? 'Non è scritto come serve qui.' : ''
}

/** Makes a page's refusals Italian. A field that was refused is asked anew whenever it changes, and whenever its form is sent. */
export function speakItalian(w: Window): void {
  const forget = (f: unknown) => {
    if (isField(f as EventTarget)) (f as Field).setCustomValidity('')
  }
  w.addEventListener('invalid', (e) => isField(e.target) && e.target.setCustomValidity(refusalText(e.target)), true)
  for (const changed of ['input', 'change']) w.addEventListener(changed, (e) => forget(e.target), true)
  // Enter in a field presses the form's button too, before the browser looks.
  w.addEventListener('click', (e) => {
    const button = e.target instanceof Element ? e.target.closest('button, input[type=submit]') : null
    const form = button instanceof HTMLButtonElement || button instanceof HTMLInputElement ? button.form : null
    for (const f of form?.elements ?? []) forget(f)
  }, true)
}
