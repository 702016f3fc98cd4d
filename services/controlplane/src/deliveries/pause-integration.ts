import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { getIntegration } from '../integrations/list-integrations.ts'
import * as holds from './held-repo.ts'
import * as jobs from './job-repo.ts'
import * as lanes from './lane-repo.ts'

/** Nothing more is delivered to it until it is resumed. An attempt that is going on is finished. */
export async function pauseIntegration(
  { db, queue }: Pick<Context, 'db' | 'queue'>,
  actor: Actor,
  { name, reason }: { name: string; reason: string },
): Promise<void> {
  actor.require('integration:register')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const { id } = await getIntegration(tx, { organizationId, name })
    const [lane] = await lanes.lockAll(tx, {
      organizationIds: [organizationId],
      integrationIds: [id],
    })
    if (!lane) return
    await lanes.save(tx, { ...lane, pausedAt: lane.pausedAt ?? new Date(), pauseReason: reason })
    const ids = await holds.holdReady(tx, lane, 'paused')
    await jobs.setHeld(tx, queue, { ids, held: true })
    await record(tx, {
      organizationId,
      actor,
      action: 'integration.paused',
      targetType: 'integration',
      targetId: id,
      details: { name, reason },
    })
  })
}

/** What waits is delivered, at once for the most part; an open circuit is tried anew. */
export async function resumeIntegration(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name }: { name: string },
): Promise<void> {
  actor.require('integration:register')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const { id } = await getIntegration(tx, { organizationId, name })
    const [lane] = await lanes.lockAll(tx, {
      organizationIds: [organizationId],
      integrationIds: [id],
    })
    if (!lane) return
    const openUntil = lane.circuit.openUntil && new Date()
    const circuit = { ...lane.circuit, openUntil, probing: false }
    await lanes.save(tx, { ...lane, circuit, pausedAt: undefined, pauseReason: '' })
    await record(tx, {
      organizationId,
      actor,
      action: 'integration.resumed',
      targetType: 'integration',
      targetId: id,
      details: { name },
    })
  })
}
