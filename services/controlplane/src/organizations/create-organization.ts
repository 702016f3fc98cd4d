import { alreadyExists, forbidden, invalid } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertName } from '../names.ts'
import * as organizations from './organization-repo.ts'
import type { Organization } from './organization.ts'

const RESERVED_NAMES = new Set(['admin', 'default'])

export async function createOrganization(
  { config, db }: Pick<Context, 'config' | 'db'>,
  actor: Actor,
  { name }: { name: string },
): Promise<Organization> {
  actor.require('organization:create')
  if (config.restrictOrganizationCreation) {
    throw forbidden('this instance does not let organizations be created through its API', {
      reason: 'RESTRICTED_ORGANIZATION_CREATION',
    })
  }
  assertName('organization', name)
  if (RESERVED_NAMES.has(name)) {
    throw invalid(`organization name ${name} is reserved`, { reason: 'RESERVED_NAME' })
  }
  return insertOrganization(db, { actor, name })
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
