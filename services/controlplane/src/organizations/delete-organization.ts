import { forbidden, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as organizations from './organization-repo.ts'

/** Its rows and artifacts stay where they are, and nobody reaches them any more. Owners of exactly this one. */
export async function deleteOrganization(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name }: { readonly name: string },
): Promise<void> {
  actor.require('organization:delete')
  const { organizationId } = actor
  if (name !== actor.organizationName) {
    throw forbidden(`you act in organization ${actor.organizationName}, not in ${name}`, {
      reason: 'WRONG_ORGANIZATION',
      hint: 'choose it with `chainloop organization set` or --org',
    })
  }
  await inTransaction(db, async (tx) => {
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'organization.deleted',
      targetType: 'organization',
      targetId: organizationId,
      details: { name },
    })
    if (!(await organizations.remove(tx, { organizationId }))) {
      throw notFound('organization', name)
    }
  })
}
