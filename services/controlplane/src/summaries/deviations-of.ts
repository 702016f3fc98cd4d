import type { Deviation } from '@chainloop/attestation/provenance/verification-summary'

import type { Db } from '../db/db.ts'
import type { Run } from '../runs/run.ts'

/** What did not hold for the run and was let through, with who decided that. */
export async function deviationsOf(db: Db, run: Run): Promise<Deviation[]> {
  const used = await db
    .selectFrom('policy_exception_uses')
    .innerJoin('policy_exceptions', (join) =>
      join
        .onRef('policy_exceptions.id', '=', 'policy_exception_uses.exception_id')
        .onRef('policy_exceptions.organization_id', '=', 'policy_exception_uses.organization_id'),
    )
    .leftJoin('policy_exception_decisions', (join) =>
      join
        .onRef('policy_exception_decisions.exception_id', '=', 'policy_exceptions.id')
        .on('policy_exception_decisions.kind', '=', 'approved'),
    )
    .where('policy_exception_uses.organization_id', '=', run.organization.id)
    .where('policy_exception_uses.run_id', '=', run.id)
    .select([
      'policy_exceptions.id',
      'policy_exceptions.policy',
      'policy_exceptions.reason',
      'policy_exception_decisions.decided_by_name as by',
    ])
    .orderBy('policy_exceptions.id')
    .orderBy('policy_exception_decisions.created_at')
    .execute()
  const exceptions = [...Map.groupBy(used, ({ id }) => id).values()].map((approvals) => ({
    type: 'exception' as const,
    policy: approvals[0]?.policy ?? '',
    reason: approvals[0]?.reason ?? '',
    by: [...new Set(approvals.map(({ by }) => by ?? ''))].join(', '),
  }))
  return [...exceptions, ...brokenGlass(run)]
}

function brokenGlass({ policy, createdBy }: Run): Deviation[] {
  if (policy?.status !== 'bypassed') return []
  const reason = 'the gates of the contract were passed over'
  return [{ type: 'break-glass', policy: '', reason, by: createdBy }]
}
