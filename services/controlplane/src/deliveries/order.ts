import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import type { LockedDelivery } from './delivery-repo.ts'
import * as deliveries from './delivery-repo.ts'
import * as holds from './held-repo.ts'
import * as jobs from './job-repo.ts'
import * as lanes from './lane-repo.ts'
import { holdOf } from './lane.ts'

/** After the end of a delivery: the next one of its key may go. */
export async function goOnInOrder(
  { queue }: Pick<Context, 'queue'>,
  tx: Db,
  {
    organizationId,
    integrationId,
    orderKey,
  }: Pick<LockedDelivery, 'organizationId' | 'integrationId' | 'orderKey'>,
): Promise<void> {
  if (orderKey === '') return
  await holds.lockOrder(tx, integrationId, orderKey)
  const next = await holds.nextInOrder(tx, { organizationId, integrationId, orderKey })
  if (!next) return
  const of = { organizationIds: [organizationId], integrationIds: [integrationId] }
  const lane = (await lanes.findAll(tx, of)).get(integrationId)
  const held = lane ? holdOf(lane) : ''
  await deliveries.hold(tx, { organizationId, id: next.id }, held)
  if (held !== '') return
  await jobs.setHeld(tx, queue, { ids: [next.jobId], held: false })
  await jobs.wakeWorkers(tx)
}
