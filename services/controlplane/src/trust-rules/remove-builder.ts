import { notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as builders from './builder-repo.ts'

/** Effective with the next provenance; what was issued stays. */
export async function removeBuilder(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id }: { readonly id: string },
): Promise<void> {
  actor.require('trust_rule:delete')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const removed = await builders.remove(tx, { organizationId, id })
    if (!removed) throw notFound('builder', id)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'builder.removed',
      targetType: 'builder',
      targetId: id,
      details: { builder: removed.builder },
    })
  })
}
