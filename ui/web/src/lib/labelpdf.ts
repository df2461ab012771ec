// Labels of a desk without label printer: each is a PDF, which the browser fetches as soon as the label is queued.

import { api, labelURL } from './api'
import { desk } from './desk.svelte'
import { notices } from './notices.svelte'
import type { Print } from './types'

/** Whether what this printer is sent has to be fetched and printed by the clerk. */
export const isDownload = (printer: string): boolean => desk.status?.printers?.some((p) => p.id === printer && p.download) ?? false

/** Fetches the PDF of each label whose printer is none; of a sheet of labels with the label at the place that it was given. */
export async function fetchPDF(...prints: (Print | undefined)[]): Promise<void> {
  const files = prints.filter((p): p is Print => !!p && p.state === 'unknown' && isDownload(p.printer))
  const last = files.at(-1)
  if (!last) return
  const sheet = (await api.printers().catch(() => [])).find((p) => p.id === last.printer)
  files.forEach((print, i) => {
    const query = new URLSearchParams({ print: String(print.id) })
    if (sheet?.sheet && sheet.places) {
      query.set('sheet', sheet.sheet)
      query.set('place', String(placeBefore(sheet.kept.nextPlace || 1, files.length - i, sheet.places)))
    }
    const link = document.createElement('a')
    link.href = `${labelURL(print.registrationID, 'pdf')}?${query}`
    link.download = ''
    link.click()
  })
  notices.show('info', `${files.length > 1 ? 'Etichette in PDF: stampale al 100% e attaccale' : 'Etichetta in PDF: stampala al 100% e attaccala'}. Quando una scansione la legge, risulta stampata.`)
}

/** The place that was given so many labels before the next one, on sheets with that many places. */
const placeBefore = (next: number, back: number, places: number): number => ((((next - 1 - back) % places) + places) % places) + 1
