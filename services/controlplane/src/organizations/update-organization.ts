import { forbidden, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { getOrganization } from './get-organization.ts'
import * as organizations from './organization-repo.ts'
import type { Organization, OrganizationSettings } from './organization.ts'

export async function updateOrganization(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name, settings }: { name: string; settings: Partial<OrganizationSettings> },
): Promise<Organization> {
  actor.require('organization:update')
  if (name !== actor.organizationName) {
    throw forbidden(`the token is of organization ${actor.organizationName}, not of ${name}`, {
      reason: 'WRONG_ORGANIZATION',
    })
  }
  return inTransaction(db, async (tx) => {
    const before = await getOrganization(tx, actor)
    const after = await organizations.update(tx, { organizationId: actor.organizationId, settings })
    if (!after) throw notFound('organization', name)
    await audit.record(tx, {
      organizationId: after.id,
      actor,
      action: 'organization.updated',
      targetType: 'organization',
      targetId: after.id,
      details: { before: before.settings, after: after.settings },
    })
    return after
  })
}
