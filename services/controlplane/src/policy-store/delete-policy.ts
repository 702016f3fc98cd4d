import { conflict, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as defaults from '../policy-defaults/policy-default-repo.ts'
import * as policies from './stored-policy-repo.ts'
import { KIND_NAMES, type StoredKind } from './stored-policy.ts'

/** The name stands for nothing from now on. What contracts and runs are closed over stays. */
export async function deletePolicy(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name, kind }: { readonly name: string; readonly kind: StoredKind },
): Promise<void> {
  actor.require('policy:manage')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const locked = await policies.lock(tx, { organizationId, kind, name })
    if (!locked || locked.isDeleted) throw notFound(KIND_NAMES[kind], name)
    if (await defaults.isDefault(tx, { organizationId, policyId: locked.id })) {
      throw conflict(`${name} is a default of the organization`, {
        reason: 'POLICY_IS_DEFAULT',
        hint: `chainloop policy default remove --policy ${name}`,
      })
    }
    await policies.remove(tx, { organizationId, id: locked.id })
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'policy.deleted',
      targetType: kind,
      targetId: locked.id,
      details: { name, version: locked.latestVersion },
    })
  })
}
