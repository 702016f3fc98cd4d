import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Db } from '../db/db.ts'
import * as evaluations from '../policies/policy-evaluation-repo.ts'
import type { PolicyStatus } from '../runs/run.ts'

/** What the server found for the policies of a run, as workers and plugins get it. */
export interface DeliveryPolicies {
  readonly status: PolicyStatus
  readonly evaluations: readonly DeliveryEvaluation[]
}

export interface DeliveryEvaluation {
  readonly name: string
  /** Empty: about the attestation as a whole. */
  readonly material: string
  readonly gate: boolean
  readonly skipped: boolean
  readonly skipReasons: readonly string[]
  /** Without suppressed ones. */
  readonly violations: readonly { readonly subject: string; readonly message: string }[]
}

export async function readPolicies(
  db: Db,
  { organizationId, runId }: { readonly organizationId: string; readonly runId: string },
): Promise<DeliveryPolicies> {
  const run = await db
    .selectFrom('runs')
    .where('organization_id', '=', organizationId)
    .where('id', '=', runId)
    .select('policy_status')
    .executeTakeFirst()
  const found = await evaluations.find(db, { organizationId, runId })
  return {
    status: run?.policy_status ?? 'not_applicable',
    evaluations: (found?.evaluations ?? []).map(toDelivered),
  }
}

function toDelivered(evaluation: PolicyEvaluation): DeliveryEvaluation {
  const { name, materialName = '', gate, skipped, skipReasons, violations } = evaluation
  return {
    name,
    material: materialName,
    gate,
    skipped,
    skipReasons,
    violations: violations
      .filter(({ suppressed }) => !suppressed)
      .map(({ subject, message }) => ({ subject, message })),
  }
}
