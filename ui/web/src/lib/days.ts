// The days of the calendar between the daily registers.

const dayMs = 24 * 60 * 60 * 1000
const noon = (isoDate: string) => Date.parse(`${isoDate}T12:00:00Z`)

/** The days before today without a register, after the oldest one that is listed, oldest first. */
export function missingDays(listed: readonly string[], today: string): string[] {
  const have = new Set(listed)
  const first = [...have].sort()[0]
  if (!first) return []
  const missing: string[] = []
  for (let t = noon(first) + dayMs; t < noon(today); t += dayMs) {
    const day = new Date(t).toISOString().slice(0, 10)
    if (!have.has(day)) missing.push(day)
  }
  return missing
}
