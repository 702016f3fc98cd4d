import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { enqueueTo } from '../deliveries/enqueue-deliveries.ts'
import * as attachments from '../integrations/attachment-repo.ts'
import * as replays from './replay-repo.ts'
import { type RunningReplay, advance, cancel, countPending, take } from './running-replay-repo.ts'

/** A replay is not ahead of its deliveries by more than that: a dead target does not fill the queue. */
const maxPending = 200
const maxAtOnce = 100
const minuteMs = 60_000

/** Sends the next part of each running replay to the queue, as fast as it may. Replicas share the work. */
export async function advanceReplays({ db, queue }: Pick<Context, 'db' | 'queue'>): Promise<void> {
  const started = new Date()
  for (;;) {
    const found = await inTransaction(db, async (tx) => {
      const replay = await take(tx, started)
      if (replay) await advanceOne({ queue }, tx, replay)
      return replay !== undefined
    })
    if (!found) return
  }
}

async function advanceOne(
  { queue }: Pick<Context, 'queue'>,
  tx: Db,
  replay: RunningReplay,
): Promise<void> {
  const { organizationId, attachmentId, generation, workflowId } = replay
  const attachment = await attachments.find(tx, { organizationId, id: attachmentId })
  if (!attachment) {
    await cancel(tx, replay)
    return
  }
  const now = new Date()
  const room = maxPending - (await countPending(tx, replay))
  const limit = Math.max(0, Math.min(room, maxAtOnce, allowance(replay, now)))
  const attestations = limit > 0 ? await replays.next(tx, { ...replay, limit }) : []
  const { integration, orderKey } = attachment
  const destination = { attachmentId, integrationId: integration.id, orderKey }
  for (const { projectId, id, runId } of attestations) {
    const attestation = { id, runId, projectId, organizationId, workflowId }
    const where = { destinations: [destination], generation, replayId: replay.id }
    await enqueueTo(tx, { queue }, { attestation, ...where })
  }
  const last = attestations.at(-1)
  await advance(tx, replay, {
    after: last ? { at: last.createdAt, id: last.id } : replay.after,
    sent: attestations.length,
    advancedAt: now,
    done: limit > 0 && attestations.length < limit,
  })
}

/** What the pace allows by now; who is behind catches up at twice the pace. */
function allowance({ perMinute, createdAt, sent }: RunningReplay, now: Date): number {
  const due = 1 + Math.floor(((now.getTime() - createdAt.getTime()) * perMinute) / minuteMs)
  return Math.min(due - sent, Math.ceil((2 * perMinute) / 60))
}
