import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { NOT_EVALUATED } from '@chainloop/attestation/predicate/policy-summary'

import { InvalidPolicy } from '../documents/invalid-policy.ts'
import { MissingInput } from '../inputs/compute-arguments.ts'
import { InvalidTemplate } from '../inputs/interpolate.ts'
import { InvalidScript, ScriptFailed } from '../languages/script-language.ts'
import { UnreadableMaterial } from '../material/read-material.ts'
import { NotPinned } from '../references/pinned-document.ts'
import { InvalidResult } from '../results/verdict.ts'
import { type EvaluationSettings, blockingOf } from './evaluate-policy.ts'
import type { AttachedPolicy } from './load-policies.ts'

const FAILURES = [
  InvalidPolicy,
  InvalidResult,
  InvalidScript,
  InvalidTemplate,
  MissingInput,
  NotPinned,
  ScriptFailed,
  UnreadableMaterial,
]

/** A fault of the policy or of what it judges, not of this program. */
export function isFailure(cause: unknown): cause is Error {
  return FAILURES.some((failure) => cause instanceof failure)
}

export interface Unjudged {
  readonly subject: { readonly kind: MaterialKind; readonly materialName?: string | undefined }
  readonly settings: Pick<EvaluationSettings, 'gateByDefault'>
  readonly reason: string
}

/** Stands for a policy that gave no verdict: it has not passed, and its gate stays closed. */
export function notEvaluated(
  attached: AttachedPolicy,
  { subject, settings, reason }: Unjudged,
): PolicyEvaluation {
  const { policy, reference } = attached.loaded
  return {
    name: policy.metadata.name,
    materialName: subject.materialName,
    type: subject.kind,
    description: policy.metadata.description,
    annotations: policy.metadata.annotations,
    sources: [],
    with: attached.attachment.with,
    requirements: attached.attachment.requirements,
    violations: [],
    skipped: true,
    skipReasons: [`${NOT_EVALUATED}${reason}`],
    ...blockingOf(attached, settings),
    policyReference: reference,
    ...(attached.member && { groupReference: attached.member.group.reference }),
  }
}
