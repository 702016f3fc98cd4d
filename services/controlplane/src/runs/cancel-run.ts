import { notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { logRunEvent } from '../transparency/log-run-event.ts'
import { assertOpen, getRun } from './open-run.ts'
import * as runs from './run-repo.ts'

export interface CancelRunInput {
  readonly runId: string
  readonly trigger: 'failure' | 'cancellation'
  readonly reason: string
}

/** Closes an open run without an attestation. */
export async function cancelRun(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { runId, trigger, reason }: CancelRunInput,
): Promise<void> {
  const run = await getRun(db, actor, { runId, right: 'run:continue' })
  const reference = { organizationId: run.organization.id, id: run.id }
  await inTransaction(db, async (tx) => {
    const locked = await runs.lock(tx, reference)
    if (!locked) throw notFound('run', runId)
    assertOpen({ id: run.id, state: locked.state })
    const state = trigger === 'failure' ? 'error' : 'canceled'
    await runs.close(tx, reference, { state, reason })
    await logRunEvent(tx, reference, trigger === 'failure' ? 'failed' : 'canceled')
    await audit.record(tx, {
      organizationId: run.organization.id,
      actor,
      action: `run.${trigger === 'failure' ? 'failed' : 'canceled'}`,
      targetType: 'run',
      targetId: run.id,
      details: { reason },
    })
  })
}
