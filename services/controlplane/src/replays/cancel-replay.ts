import { conflict, notFound } from '@chainloop/kit/errors'

import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as attachments from '../integrations/attachment-repo.ts'
import { describeReplay } from './describe-replay.ts'
import type { Replay } from './replay.ts'
import * as running from './running-replay-repo.ts'

/** No more of it is sent; what is in the queue already is delivered. */
export async function cancelReplay(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id }: { id: string },
): Promise<Replay> {
  const { organizationId } = actor
  return inTransaction(db, async (tx) => {
    const { attachmentId } = await describeReplay({ db: tx }, actor, { id })
    const attachment = await attachments.find(tx, { organizationId, id: attachmentId })
    actor.require('integration:attach', attachment ? { projectId: attachment.projectId } : {})
    if (!attachment) throw notFound('integration attachment', attachmentId)
    if (!(await running.cancel(tx, { organizationId, id }))) {
      throw conflict('the replay has ended', { reason: 'REPLAY_ENDED' })
    }
    await record(tx, {
      organizationId,
      actor,
      action: 'replay.cancelled',
      targetType: 'replay',
      targetId: id,
      details: {},
    })
    return describeReplay({ db: tx }, actor, { id })
  })
}
