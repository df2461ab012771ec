// How a document's state looks. Only what runs without a person is busy.

import type { DocumentView } from './types'

export const documentBadges = {
  receiving: { kind: 'busy', icon: '' },
  waiting: { kind: 'wait', icon: 'warning-circle' },
  ready: { kind: 'plain', icon: 'search' },
  confirmed: { kind: 'busy', icon: '' },
  archived: { kind: 'good', icon: 'check' },
  discarded: { kind: 'plain', icon: 'delete' },
  noted: { kind: 'good', icon: 'note' },
} as const satisfies Record<DocumentView['state'], { kind: string; icon: string }>
