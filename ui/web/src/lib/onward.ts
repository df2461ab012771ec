// A letter that has its number and is for somebody else.

import type { Draft, LinkedLetter, Onward } from './types'

type Road = Exclude<NonNullable<Onward['road']>, ''>

const roads: Readonly<Record<Road, string>> = {
  here: '',
  call: ' e vale quando il protocollo centrale la conferma',
  'by-hand': ' e poi si fa a mano sul protocollo centrale',
}

/** What becomes of the entry once its exit has a number; nothing where it says already that it was for others. */
export function onwardWords(o: Onward): string[] {
  if (o.said || !o.road) return []
  const road = roads[o.road]
  if (o.field === 'note') return [`In questa registrazione lo dirà la nota, perché qui un dato obbligatorio non si rettifica: è una rettifica${road || ' e vale subito'}.`]
  return [o.asks ? `Perché lo dica anche l’oggetto di questa registrazione, la rettifica parte da sola: la autorizza il Responsabile${road}.` : `Anche l’oggetto di questa registrazione lo dirà: la rettifica parte da sola${road || ', con la tua autorizzazione'}.`]
}

/** The exit's registration as its form begins: what is confidential stays so. */
export function exitDraft(of: Draft, registrationID: number): Draft {
  return {
    direction: 'P', subject: of.subject, means: 'posta', circumstance: { kind: 'aperto-per-errore', of: registrationID },
    ...(of.senders ? { recipients: of.senders } : {}), ...(of.confidential ? { confidential: true } : {}),
  }
}

/** The standing exit by which a letter went on, if there is one. */
export function exitOf(linked: readonly LinkedLetter[] | null | undefined): LinkedLetter | undefined {
  return (linked ?? []).find((l) => l.sendsOn && !l.facets.annulled)
}
