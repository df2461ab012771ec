// What a search asks for, as it stands in the address: a link, a bookmark and the back key keep it.

const fields = ['testo', 'anno', 'verso', 'dal', 'al', 'manca'] as const

export type SearchQuery = Record<(typeof fields)[number], string>

/** The query of an address («?manca=scan»); what it does not name is not asked for, and what no search knows is passed over. */
export function fromAddress(search: string): SearchQuery {
  const given = new URLSearchParams(search)
  return Object.fromEntries(fields.map((f) => [f, given.get(f) ?? ''])) as SearchQuery
}

/** A query as the end of an address: '' where nothing is asked for. */
export function toAddress(q: Partial<SearchQuery>): string {
  const out = new URLSearchParams()
  for (const f of fields) {
    const wanted = q[f]
    if (wanted) out.set(f, wanted)
  }
  const text = out.toString()
  return text && `?${text}`
}
