import { conflict, invalid, notFound } from '@chainloop/kit/errors'

import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as attachments from '../integrations/attachment-repo.ts'
import type { Attachment } from '../integrations/integration.ts'
import { isUuid } from '../names.ts'
import { describeReplay } from './describe-replay.ts'
import * as replays from './replay-repo.ts'
import type { Replay, ReplaySelection } from './replay.ts'

export interface StartReplay extends Omit<ReplaySelection, 'until'> {
  readonly attachmentId: string
  readonly until: Date | undefined
  /** 0: 60. */
  readonly perMinute: number
}

const defaultPerMinute = 60

/** Sends history to an attachment once more: a new target, or one that has lost data. Throws `invalid` when nothing fits. */
export async function startReplay(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { attachmentId, perMinute, ...wanted }: StartReplay,
): Promise<Replay> {
  const { organizationId } = actor
  if (!wanted.since && !wanted.until && wanted.runId === '' && wanted.digest === '') {
    throw invalid('say what is sent again: since, until, a run or a digest')
  }
  return inTransaction(db, async (tx) => {
    const attachment = await lockAttachment(tx, actor, attachmentId)
    const selection = { ...wanted, until: wanted.until ?? new Date() }
    const { workflowId } = attachment
    const total = await replays.count(tx, { organizationId, workflowId, ...selection })
    if (total === 0) {
      throw conflict('no attestation of the workflow fits', { reason: 'NOTHING_TO_REPLAY' })
    }
    const id = await replays.insert(tx, {
      attachment,
      selection,
      total,
      perMinute: perMinute || defaultPerMinute,
    })
    await record(tx, {
      organizationId,
      actor,
      action: 'replay.started',
      targetType: 'replay',
      targetId: id,
      details: { attachment: attachmentId, attestations: total },
    })
    return describeReplay({ db: tx }, actor, { id })
  })
}

/** Generations are given one after another. */
async function lockAttachment(tx: Db, actor: Actor, id: string): Promise<Attachment> {
  const { organizationId } = actor
  const attachment = isUuid(id) ? await attachments.lock(tx, { organizationId, id }) : undefined
  actor.require('integration:attach', attachment ? { projectId: attachment.projectId } : {})
  if (!attachment) throw notFound('integration attachment', id)
  return attachment
}
