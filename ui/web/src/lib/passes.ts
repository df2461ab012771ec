// Which fronts the next run brings the backs of, where nobody says.

import type { BatchView, ExceptionView, Me } from './types'

/**
 * The batch whose fronts lie here: this desk's, or in a session without a desk the user's own from no desk. Another's pile lies elsewhere, and
 * what is put in here is no back of it.
 */
export function awaitingHere(batches: BatchView[], me: Pick<Me, 'desk' | 'user'> | undefined): BatchView | undefined {
  if (!me) return undefined
  const desk = me.desk ?? ''
  return batches.find((b) => b.state === 'awaits-backs' && b.desk === desk && (desk !== '' || b.startedBy === me.user))
}

/** The question whether as many backs as fronts went through: while it is open, another pass answers nothing. */
export function backsQuestion(b: Pick<BatchView, 'id' | 'documents'>, exceptions: readonly ExceptionView[]): ExceptionView | undefined {
  return exceptions.find((e) => e.kind === 'backs' && (e.batchID === b.id || (b.documents ?? []).some((d) => d.id === e.documentID)))
}
