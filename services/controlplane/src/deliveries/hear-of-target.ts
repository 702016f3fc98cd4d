import type { Db } from '../db/db.ts'
import * as holds from './held-repo.ts'
import * as jobs from './job-repo.ts'
import * as lanes from './lane-repo.ts'
import { type Lane, type TargetSign, afterAttempt, closedCircuit } from './lane.ts'
import type { RetryDeps } from './postpone.ts'

export interface HeardOf {
  readonly organizationId: string
  readonly integrationId: string
  /** Undefined: the attempt says nothing about the target. */
  readonly sign: TargetSign | undefined
}

/** How much longer a circuit is open the first time than a delivery waits. */
const circuitPauses = 3

/**
 * What attempts say about their targets. When a circuit opens, what is ready for that target is held back, so that it is
 * in nobody's way. Returns the lanes as they are now.
 */
export async function hearOf(
  { queue, config }: RetryDeps,
  tx: Db,
  heard: readonly HeardOf[],
): Promise<ReadonlyMap<string, Lane>> {
  const organizationIds = [...new Set(heard.map(({ organizationId }) => organizationId))]
  const known = new Map(await lanes.findAll(tx, { organizationIds, integrationIds: idsOf(heard) }))
  // Most of the time all is well, and nobody has to wait for anybody.
  const telling = heard.filter(({ sign, integrationId }) => {
    const lane = known.get(integrationId)
    return sign && lane && (sign.kind !== 'alive' || !isSound(lane))
  })
  const clock = { now: new Date(), pauseMs: circuitPauses * config.deliveryRetryPauseMs }
  for (const before of await lanes.lockAll(tx, {
    organizationIds,
    integrationIds: idsOf(telling),
  })) {
    const signs = telling.filter(({ integrationId }) => integrationId === before.integrationId)
    const circuit = signs.reduce(
      (was, { sign }) =>
        sign ? afterAttempt(was, sign, { ...clock, random: Math.random() }) : was,
      before.circuit,
    )
    const lane = { ...before, circuit }
    await lanes.save(tx, lane)
    known.set(lane.integrationId, lane)
    if (circuit.openUntil && !before.circuit.openUntil) {
      const ids = await holds.holdReady(tx, lane, 'broken')
      await jobs.setHeld(tx, queue, { ids, held: true })
    }
  }
  return known
}

function isSound({ circuit }: Lane): boolean {
  return circuit.failures === closedCircuit.failures && circuit.openUntil === undefined
}

function idsOf(heard: readonly HeardOf[]): string[] {
  return [...new Set(heard.map(({ integrationId }) => integrationId))]
}
