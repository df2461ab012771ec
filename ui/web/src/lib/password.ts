// The rules of a new password, so that the page says them while it is typed. The station judges in the end.

export interface Rule {
  text: string
  met: boolean
}

const isSymbol = (c: string) => !/[\p{L}\p{N}\s]/u.test(c)

/** least is 12, or 14 for whoever manages accounts. */
export function passwordRules(password: string, user: string, least = 12): Rule[] {
  const chars = [...password]
  const classes = [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u].filter((r) => r.test(password)).length + (chars.some(isSymbol) ? 1 : 0)
  return [
    { text: `almeno ${least} caratteri`, met: chars.length >= least },
    { text: 'almeno tre lettere o cifre', met: chars.filter((c) => /[\p{L}\p{Nd}]/u.test(c)).length >= 3 },
    { text: 'almeno un segno (ad esempio . ! -)', met: chars.some(isSymbol) },
    { text: 'tre tipi tra maiuscole, minuscole, cifre, segni', met: classes >= 3 },
    { text: 'senza il nome utente', met: password !== '' && (user === '' || !password.toLowerCase().includes(user.toLowerCase())) },
  ]
}

export const leastFor = (roles: readonly string[]): number => (roles.includes('responsabile') || roles.includes('amministratore') ? 14 : 12)
