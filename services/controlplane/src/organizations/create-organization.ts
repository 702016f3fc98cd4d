import { alreadyExists, forbidden, invalid } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import { INSTANCE_ADMIN } from '../auth/people.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as memberships from '../memberships/membership-repo.ts'
import { assertName } from '../names.ts'
import * as users from '../users/user-repo.ts'
import * as organizations from './organization-repo.ts'
import type { Organization } from './organization.ts'

const RESERVED_NAMES = new Set(['admin', 'default'])

/** Who creates an organization owns it, and means it from now on. */
export async function createOrganization(
  { config, db }: Pick<Context, 'config' | 'db'>,
  actor: Actor,
  { name }: { name: string },
): Promise<Organization> {
  actor.require('organization:create')
  if (config.restrictOrganizationCreation && actor.role !== INSTANCE_ADMIN) {
    throw forbidden('this instance does not let organizations be created through its API', {
      reason: 'RESTRICTED_ORGANIZATION_CREATION',
    })
  }
  assertName('organization', name)
  if (RESERVED_NAMES.has(name)) {
    throw invalid(`organization name ${name} is reserved`, { reason: 'RESERVED_NAME' })
  }
  return inTransaction(db, async (tx) => {
    const organization = await insertOrganization(tx, { actor, name })
    if (actor.kind !== 'user') return organization
    const place = { organizationId: organization.id }
    await memberships.insert(tx, { ...place, userId: actor.id, role: 'owner' })
    await users.setCurrentOrganization(tx, { ...place, id: actor.id })
    await audit.record(tx, {
      ...place,
      actor,
      action: 'membership.created',
      targetType: 'user',
      targetId: actor.id,
      details: { user: actor.name, role: 'owner' },
    })
    return organization
  })
}

/** With the storage backends that every organization starts with. Throws `already_exists`. */
export function insertOrganization(
  db: Db,
  { actor, name }: { actor: Pick<Actor, 'kind' | 'id' | 'name'>; name: string },
): Promise<Organization> {
  return inTransaction(db, async (tx) => {
    const organization = await organizations.insert(tx, name)
    if (!organization) throw alreadyExists('organization', name)
    await casBackends.insertBuiltIn(tx, { organizationId: organization.id })
    await audit.record(tx, {
      organizationId: organization.id,
      actor,
      action: 'organization.created',
      targetType: 'organization',
      targetId: organization.id,
      details: { name },
    })
    return organization
  })
}
