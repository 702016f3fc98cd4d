import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import * as organizations from './organization-repo.ts'
import type { Organization } from './organization.ts'

/** The actor's own organization. */
export async function getOrganization(
  db: Db,
  { organizationId, organizationName }: Pick<Actor, 'organizationId' | 'organizationName'>,
): Promise<Organization> {
  const organization = await organizations.find(db, { organizationId })
  if (!organization) throw notFound('organization', organizationName)
  return organization
}
