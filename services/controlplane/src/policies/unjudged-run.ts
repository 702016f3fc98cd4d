import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { policiesFor } from '@chainloop/policy/evaluation/evaluate'
import {
  type AttachedPolicy,
  type ContractPolicies,
  loadPolicies,
} from '@chainloop/policy/evaluation/load-policies'
import { notEvaluated } from '@chainloop/policy/evaluation/not-evaluated'

import type { MaterialClaim } from '../attestations/material-claims.ts'
import type { RunToEvaluate } from './evaluate-run.ts'

/** Every policy that would judge something of the run, without a verdict and with the reason. */
export function unjudgedRun(run: RunToEvaluate, reason: string): PolicyEvaluation[] {
  const policies = loadPolicies(run.contract.spec, run.closure)
  return [
    ...run.judged.materials.flatMap((claim) =>
      unjudgedClaim(policiesFor(policies, claim), { run, claim, reason }),
    ),
    ...unjudgedStatement(policies, { run, reason }),
  ]
}

export function unjudgedClaim(
  attached: readonly AttachedPolicy[],
  {
    run,
    claim,
    reason,
  }: { readonly run: RunToEvaluate; readonly claim: MaterialClaim; readonly reason: string },
): PolicyEvaluation[] {
  const subject = { kind: claim.kind, materialName: claim.name }
  return attached.map((one) => notEvaluated(one, { subject, settings: settingsOf(run), reason }))
}

export function unjudgedStatement(
  { attestation }: ContractPolicies,
  { run, reason }: { readonly run: RunToEvaluate; readonly reason: string },
): PolicyEvaluation[] {
  const subject = { kind: 'ATTESTATION' } as const
  return attestation.map((one) => notEvaluated(one, { subject, settings: settingsOf(run), reason }))
}

function settingsOf({ truth }: RunToEvaluate): { readonly gateByDefault: boolean } {
  return { gateByDefault: truth.run.blockOnPolicyViolation }
}
