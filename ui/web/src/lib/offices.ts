// The offices of a list to choose from.

import { api } from './api'
import type { UOR } from './types'

export interface OfficeOption {
  label: string
  detail: string
  names: readonly string[]
  value: UOR
}

/** Those that a text fits, by code or name; whoever begins with it first. */
export function officesLike(uors: readonly UOR[], text: string): OfficeOption[] {
  const want = text.toLowerCase()
  const starts = (u: UOR) => u.code.toLowerCase().startsWith(want) || u.name.toLowerCase().startsWith(want)
  return uors
    .filter((u) => starts(u) || u.name.toLowerCase().includes(want))
    .sort((a, b) => Number(starts(b)) - Number(starts(a)))
    .map((u) => ({ label: u.name, detail: u.code, names: [u.code], value: u }))
}

/** Asks the station once for all of a form's questions. */
export function officeList(): (text: string) => Promise<OfficeOption[]> {
  let uors: UOR[] | undefined
  return async (text) => officesLike((uors ??= await api.uors()), text)
}
