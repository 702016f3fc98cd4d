import { notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as trustRules from './trust-rule-repo.ts'

/** Effective with the next request, also of jobs that the rule let in. */
export async function removeTrustRule(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name }: { readonly name: string },
): Promise<void> {
  const { organizationId, projectIds } = actor
  await inTransaction(db, async (tx) => {
    const [rule] = await trustRules.list(tx, { organizationId, projectIds, name })
    if (!rule) throw notFound('trust rule', name)
    actor.require('trust_rule:delete', { projectId: rule.project.id })
    if (!(await trustRules.remove(tx, rule))) throw notFound('trust rule', name)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'trust_rule.removed',
      targetType: 'trust_rule',
      targetId: rule.id,
      details: { name, project: rule.project.name },
    })
  })
}
