import { describe, expect, it } from 'vitest'
import { fitting, profileOn, profileText, type FieldValues } from './profiles'
import type { ProfileView } from './types'

const profile = (name: string, key: string, settings: ProfileView['settings'] = {}): ProfileView => ({ id: name.length, name, key: key as never, settings })

describe('profiles on keys', () => {
  it('are found by their key, and F8 without one is the first', () => {
    const list = [profile('Lettere', ''), profile('Tavole', 'Shift+F8')]
    expect(profileOn(list, 'F8')?.name).toBe('Lettere')
    expect(profileOn(list, 'Shift+F8')?.name).toBe('Tavole')
    expect(profileOn(list, 'Alt+F8')).toBeUndefined()
    expect(profileOn([], 'F8')).toBeUndefined()
    expect(profileOn([...list, profile('Buste', 'F8')], 'F8')?.name).toBe('Buste')
  })

  it('say what they scan', () => {
    expect(profileText(profile('x', '', { input: 'feeder', twoSided: true, colorMode: 'grey', resolution: 300, pageSize: 'A4' }))).toBe(
      'Alimentatore, fronte e retro in due passate, grigi, 300 dpi, A4',
    )
    expect(profileText(profile('x', ''))).toBe('')
  })
})

describe('the form', () => {
  const chosen: FieldValues = { input: 'feeder', duplex: true, twoPasses: false, colorMode: 'rgb', resolution: '300', pageSize: 'A3' }

  it('keeps only what the device has', () => {
    const inputs = [
      { input: 'feeder' as const, colorModes: ['grey' as const, 'binary' as const], resolutions: [75, 200, 600], pageSizes: ['A4' as const, 'max' as const] },
      { input: 'platen' as const },
    ]
    expect(fitting(chosen, inputs)).toEqual({ input: 'feeder', duplex: false, twoPasses: false, colorMode: 'grey', resolution: '200', pageSize: '' })
    expect(fitting({ ...chosen, duplex: false, twoPasses: true }, inputs).twoPasses).toBe(true)
    expect(fitting({ ...chosen, input: 'platen', twoPasses: true }, inputs)).toMatchObject({ input: 'platen', duplex: false, twoPasses: false, colorMode: 'rgb' })
  })

  it('changes nothing where the device did not say', () => {
    expect(fitting(chosen, undefined)).toEqual(chosen)
    expect(fitting(chosen, [{ input: 'feeder', duplex: true }])).toEqual(chosen)
  })
})
