// The printer that this desk prints its labels on: a choice of the browser, not of the person.

const key = 'segnatura.stampante'

/** The printer's id, or '' for the first one of the settings. */
export function chosenPrinter(): string {
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

export function choosePrinter(id: string): void {
  try {
    if (id) localStorage.setItem(key, id)
    else localStorage.removeItem(key)
  } catch {
    // A browser that keeps nothing prints on the first one.
  }
}

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
