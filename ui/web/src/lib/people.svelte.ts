// What people are called: records and the journal keep user names.

import { api } from './api'

/** Says who a user name is. Where two persons are called the same, or nobody is known by it, the user name stands there. */
export function called(names: Readonly<Record<string, string>>, user: string): string {
  const name = names[user]?.trim()
  if (!name) return user
  const alike = Object.entries(names).some(([other, n]) => other !== user && n.trim().toLowerCase() === name.toLowerCase())
  return alike ? `${name} (${user})` : name
}

class People {
  private names = $state.raw<Readonly<Record<string, string>>>({})

  async load(): Promise<void> {
    this.names = await api.people({ background: true }).catch(() => this.names)
  }

  who(user: string | undefined): string {
    return called(this.names, user ?? '')
  }
}

export const people = new People()

/** The person behind a user name, for the screens. */
export const who = (user: string | undefined): string => people.who(user)
