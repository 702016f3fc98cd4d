import { decodeCursor, encodeCursor } from '@chainloop/kit/cursor'
import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { getIntegration } from '../integrations/list-integrations.ts'
import { isUuid } from '../names.ts'
import * as workflows from '../workflows/workflow-repo.ts'
import * as shown from './delivery-list-repo.ts'
import type { Delivery, DeliveryState } from './delivery.ts'

export interface ListDeliveries {
  /** Each is left out when empty. */
  readonly runId: string
  readonly projectName: string
  readonly workflowName: string
  readonly integrationName: string
  readonly attachmentId?: string
  readonly replayId?: string
  readonly state?: DeliveryState
  /** Queued from then on. */
  readonly since?: Date
  readonly changedSince?: Date
  readonly cursor: string
  readonly limit: number
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[]
  /** Empty on the last page. */
  readonly nextCursor: string
}

const defaultLimit = 20
const maxLimit = 100

/** Newest first. */
export async function listDeliveries(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { cursor, limit, ...filter }: ListDeliveries,
): Promise<DeliveryPage> {
  actor.requireSomewhere('delivery:read')
  const { organizationId, projectIds } = actor
  const pageSize = Math.min(limit > 0 ? limit : defaultLimit, maxLimit)
  const narrowed = await narrow(db, { organizationId, ...filter })
  const after = cursor === '' ? undefined : position(cursor)
  const rows = await shown.list(db, {
    organizationId,
    projectIds,
    ...narrowed,
    after,
    limit: pageSize + 1,
  })
  const page = rows.slice(0, pageSize)
  const last = page.at(-1)
  const more = rows.length > pageSize && last
  return {
    deliveries: page,
    nextCursor: more ? encodeCursor([last.createdAt.toISOString(), last.id]) : '',
  }
}

function position(cursor: string): shown.Position {
  const [createdAt = '', id = ''] = decodeCursor(cursor, 2)
  const at = new Date(createdAt)
  if (Number.isNaN(at.getTime()) || !isUuid(id)) {
    throw invalid('the cursor is not one of this list', { reason: 'CURSOR_INVALID' })
  }
  return { createdAt: at, id }
}

type Filter = Omit<ListDeliveries, 'cursor' | 'limit'>

async function narrow(
  db: Db,
  {
    organizationId,
    runId,
    projectName,
    workflowName,
    integrationName,
    ...rest
  }: Filter & { organizationId: string },
): Promise<shown.Narrowed> {
  if (runId !== '' && !isUuid(runId)) throw notFound('workflow run', runId)
  const workflow =
    workflowName === ''
      ? undefined
      : await workflows.find(db, { organizationId, projectName, name: workflowName })
  if (workflowName !== '' && !workflow) throw notFound('workflow', `${projectName}/${workflowName}`)
  const integration =
    integrationName === ''
      ? undefined
      : await getIntegration(db, { organizationId, name: integrationName })
  return {
    ...rest,
    ...(runId === '' ? {} : { runId }),
    ...(workflow ? { workflowId: workflow.id } : {}),
    ...(integration ? { integrationId: integration.id } : {}),
  }
}
