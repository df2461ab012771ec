// Scan profiles: what they are called, on which keys they are, and what they become when they are started.

import type { InputView, ProfileView, ScannerInput } from './types'

export const profileKeys = ['F8', 'Shift+F8', 'Ctrl+F8', 'Alt+F8'] as const

export const keyLabels: Readonly<Record<string, string>> = { F8: 'F8', 'Shift+F8': 'Maiusc+F8', 'Ctrl+F8': 'Ctrl+F8', 'Alt+F8': 'Alt+F8' }
export const colourWords: Readonly<Record<string, string>> = { rgb: 'A colori', grey: 'Grigi', binary: 'Bianco e nero' }
export const inputWords: Readonly<Record<string, string>> = { feeder: 'Alimentatore', platen: 'Vetro' }
export const sizeWords: Readonly<Record<string, string>> = { '': 'Come lo scanner', A4: 'A4', A3: 'A3', A5: 'A5', max: 'Tutto il piano' }

/** The profile on a key. F8 without one of its own is the first profile's. */
export function profileOn(profiles: readonly ProfileView[], key: string): ProfileView | undefined {
  return profiles.find((p) => p.key === key) ?? (key === 'F8' ? profiles[0] : undefined)
}

/** What a profile scans, in a line: «Alimentatore, fronte e retro, grigi, 300 dpi, A4». */
export function profileText(p: Pick<ProfileView, 'settings'>): string {
  const s = p.settings
  const sides = s.duplex ? 'fronte e retro' : s.twoSided ? 'fronte e retro in due passate' : ''
  const parts = [
    s.input ? (inputWords[s.input] ?? s.input) : '', sides, s.colorMode ? (colourWords[s.colorMode] ?? s.colorMode).toLowerCase() : '',
    s.resolution ? `${s.resolution} dpi` : '', s.pageSize ? (sizeWords[s.pageSize] ?? s.pageSize) : '',
  ]
  return parts.filter((x) => x !== '').join(', ')
}

export interface FieldValues {
  input: string
  duplex: boolean
  twoPasses: boolean
  colorMode: string
  resolution: string
  pageSize: string
}

/** The same choices as far as the input has them: what it lacks becomes the nearest that it has. */
export function fitting(v: FieldValues, inputs: readonly (ScannerInput | InputView)[] | null | undefined): FieldValues {
  if (!inputs || inputs.length === 0) return v
  const input = inputs.find((i) => i.input === v.input) ?? inputs[0]!
  const out = { ...v, input: input.input }
  const colours = input.colorModes ?? []
  if (colours.length > 0 && !colours.some((c) => c === v.colorMode)) out.colorMode = colours.includes('grey') ? 'grey' : colours[0]!
  const dpis = input.resolutions ?? []
  if (dpis.length > 0 && !dpis.includes(Number(v.resolution))) {
    out.resolution = String(dpis.reduce((a, b) => (Math.abs(b - Number(v.resolution)) < Math.abs(a - Number(v.resolution)) ? b : a)))
  }
  const sizes = input.pageSizes ?? []
  if (v.pageSize !== '' && sizes.length > 0 && !sizes.some((s) => s === v.pageSize)) out.pageSize = ''
  if (input.input !== 'feeder' || !input.duplex) out.duplex = false
  if (input.input !== 'feeder' || out.duplex || input.duplex) out.twoPasses = false
  return out
}
