import { invalid, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as organizations from '../organizations/organization-repo.ts'
import { type CursorList, type CursorPage, cutPage } from '../pages.ts'
import * as sharings from './sharing-repo.ts'
import type { Sharing } from './sharing.ts'

interface Partner {
  readonly organizationId: string
}

/** Says for the actor's organization that it and the other one shall find what is in each other's graph. */
export async function requestSharing(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { organizationId: partnerId }: Partner,
): Promise<Sharing> {
  actor.require('organization:update')
  const { organizationId } = actor
  if (partnerId === organizationId) {
    throw invalid('an organization sees its own graph already', { reason: 'SAME_ORGANIZATION' })
  }
  return inTransaction(db, async (tx) => {
    const [partner] = await organizations.findAll(tx, [partnerId])
    if (!partner) throw notFound('organization', partnerId)
    const pair = { organizationId, partnerId }
    const isNew = await sharings.insert(tx, { ...pair, createdBy: actorReference(actor) })
    const sharing = await sharings.find(tx, pair)
    if (!sharing) throw new Error('a sharing that was said is not there')
    if (!isNew) return sharing
    await record(tx, { actor, partnerId, action: 'discovery_sharing.requested', sharing })
    return sharing
  })
}

/** Takes back what this organization has said, and what the other one has said to it. */
export async function endSharing(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { organizationId: partnerId }: Partner,
): Promise<void> {
  actor.require('organization:update')
  const pair = { organizationId: actor.organizationId, partnerId }
  await inTransaction(db, async (tx) => {
    const sharing = await sharings.find(tx, pair)
    if (!sharing || !(await sharings.remove(tx, pair))) throw notFound('sharing with', partnerId)
    await record(tx, { actor, partnerId, action: 'discovery_sharing.ended', sharing })
  })
}

/** Oldest first. */
export async function listSharings(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  page: CursorPage,
): Promise<CursorList<Sharing>> {
  return cutPage(await sharings.list(db, actor, page), page)
}

/** What both have agreed on is in both logs; the other one's does not say who it was. */
async function record(
  tx: Context['db'],
  {
    actor,
    partnerId,
    action,
    sharing,
  }: {
    readonly actor: Actor
    readonly partnerId: string
    readonly action: string
    readonly sharing: Sharing
  },
): Promise<void> {
  const { organizationId, organizationName } = actor
  const targetType = 'organization'
  const { state } = sharing
  await audit.record(tx, {
    organizationId,
    actor,
    action,
    targetType,
    targetId: partnerId,
    details: { state },
  })
  if (state !== 'active') return
  await audit.record(tx, {
    organizationId: partnerId,
    actor: { kind: 'service', id: organizationId, name: `organization ${organizationName}` },
    action,
    targetType,
    targetId: organizationId,
  })
}
