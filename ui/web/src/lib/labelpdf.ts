// Labels of a desk without label printer: each is a PDF, which the browser fetches as soon as the label is queued.

import { api, labelURL } from './api'
import { desk } from './desk.svelte'
import { notices } from './notices.svelte'
import type { Print } from './types'

/** Whether what this printer is sent has to be fetched and printed by the clerk. */
export const isDownload = (printer: string): boolean => desk.status?.printers?.some((p) => p.id === printer && p.download) ?? false

/** Fetches a label's PDF where its printer is none; of a sheet of labels with the label at the place that it was given. The second label of a letter is not kept as a PDF. */
export async function fetchPDF(print: Print | undefined): Promise<void> {
  if (!print || print.second || print.state !== 'unknown' || !isDownload(print.printer)) return
  const link = document.createElement('a')
  link.href = labelURL(print.registrationID, 'pdf') + (await place(print.printer))
  link.download = ''
  link.click()
  notices.show('info', 'Etichetta in PDF: stampala al 100% e attaccala. Quando una scansione la legge, risulta stampata.')
}

/** The place on the sheet that the last label was given, as a query; "" where labels are single. */
async function place(printer: string): Promise<string> {
  const p = (await api.printers().catch(() => [])).find((x) => x.id === printer)
  if (!p?.sheet || !p.places) return ''
  const next = p.kept.nextPlace || 1
  return `?sheet=${encodeURIComponent(p.sheet)}&place=${next > 1 ? next - 1 : p.places}`
}
