// The printer that this desk prints its labels on, and what it gives receipts on: choices of the browser, not of the person.

const key = 'segnatura.stampante'
const slipKey = 'segnatura.ricevuta'

function kept(key: string): string {
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

function keep(key: string, value: string): void {
  try {
    if (value) localStorage.setItem(key, value)
    else localStorage.removeItem(key)
  } catch {
    // A browser that keeps nothing has the first printer, and receipts on A4.
  }
}

/** The printer's id, or '' for the first one of the settings. */
export const chosenPrinter = (): string => kept(key)

export const choosePrinter = (id: string): void => keep(key, id)

export type SlipPaper = 'a4' | 'label'

/** What this desk gives receipts and copies on: A4 until somebody here chooses the label, which not every roll has room for. */
export const chosenPaper = (): SlipPaper => (kept(slipKey) === 'label' ? 'label' : 'a4')

export const choosePaper = (paper: SlipPaper): void => keep(slipKey, paper === 'label' ? paper : '')

/** The printers with this desk's own first: there may be more than the bar has room for. */
export function ownFirst<T extends { id: string }>(printers: readonly T[]): T[] {
  const own = chosenPrinter()
  return [...printers.filter((p) => p.id === own), ...printers.filter((p) => p.id !== own)]
}

/** What is sent with an order to print: the chosen printer, if there is one. */
export function onPrinter<T extends object>(body: T): T & { printer?: string } {
  const printer = chosenPrinter()
  return printer ? { ...body, printer } : body
}
