// What was typed into «Chiedi rettifica o annullamento» and not sent, by person and registration, while the page lives.

import type { Form } from './corrections'
import type { Draft } from './types'

/** Each form with the letter beside which it was typed. */
export const kept = new Map<string, { form: Form; beside: Draft }>()
