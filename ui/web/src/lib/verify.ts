// What waits for a person because the protocol's answer was not clear, in words: what is known, what is safe, what happens by itself.

import { dateTime } from './format'
import { answerText, connectorWords, word } from './messages'
import type { OutcomeView, StoppedDelivery } from './types'

export const waitsWords: Readonly<Record<OutcomeView['waits'], string>> = {
  answer: 'Il protocollo risponde più tardi da solo: di solito basta aspettare.',
  search: 'La stazione continua a cercarla da sola: può chiarirsi senza far nulla.',
  person: 'La stazione non può saperlo: qualcuno deve guardare sul protocollo.',
}

/** In what a registration there agrees with the letter. */
export const sameWords: Readonly<Record<string, string>> = {
  subject: 'stesso oggetto', sender: 'stesso corrispondente', day: 'stesso giorno', operator: 'registrata dall’utenza della stazione',
}

/** Why «Non è arrivata» is not offered, or "". */
export function absentLater(o: Pick<OutcomeView, 'choices' | 'absentFrom'>, decides: boolean): string {
  if (o.choices?.includes('absent')) return ''
  return decides ? `La richiesta può essere ancora in corso: dal ${dateTime(o.absentFrom)} si potrà dire che non è arrivata.` : 'Dare il numero a mano, o dire che non è arrivata, spetta al Responsabile.'
}

export function askedText(o: Pick<OutcomeView, 'askedAt' | 'connector' | 'words'>): string {
  return `Numero chiesto il ${dateTime(o.askedAt)} (${word(connectorWords, o.connector)}). ${o.words ? answerText(o.words) : 'Nessuna risposta chiara.'}`
}

export function stoppedText(d: Pick<StoppedDelivery, 'why' | 'since' | 'words'>): string {
  const what = d.why === 'rejected' ? 'Il protocollo non lo ha preso' : 'Non si sa se il protocollo lo ha ricevuto'
  return `${what}, dal ${dateTime(d.since)}.${d.words ? ` ${answerText(d.words)}` : ''}`
}

/** How a person says that the protocol has a document: seen there or, where it took none, attached there by hand. It stands as the person's word. */
export const seenWords: Readonly<Record<StoppedDelivery['why'], { offer: string; title: string; where: string; send: string; done: string }>> = {
  rejected: {
    offer: 'Allegato a mano…', title: 'Allegato a mano sul protocollo', where: 'Dove e come lo hai allegato (resta nel registro eventi come tua dichiarazione)', send: 'È allegato: non mandarlo più',
    done: 'Annotato, sulla tua parola: il documento è allegato a mano.',
  },
  'outcome-unknown': {
    offer: 'L’ho visto sul protocollo…', title: 'Visto sul protocollo', where: 'Dove lo hai visto (resta nel registro eventi come tua dichiarazione)', send: 'C’è già: non mandarlo',
    done: 'Annotato, sulla tua parola: il documento è già sul protocollo.',
  },
}
