import { notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as organizations from './organization-repo.ts'

/** Refuses every call of an organization from now on, or lets it go on. For who operates the instance. */
export async function suspendOrganization(
  { db }: Pick<Context, 'db'>,
  { name, suspended }: { readonly name: string; readonly suspended: boolean },
): Promise<void> {
  const organization = await organizations.findByName(db, name)
  if (!organization) throw notFound('organization', name)
  const organizationId = organization.id
  await inTransaction(db, async (tx) => {
    await organizations.setSuspended(tx, { organizationId, suspended })
    await audit.record(tx, {
      organizationId,
      actor: { kind: 'service', id: 'controlplane', name: 'operator of the instance' },
      action: suspended ? 'organization.suspended' : 'organization.resumed',
      targetType: 'organization',
      targetId: organizationId,
    })
  })
}
