import type {
  AttestationItem,
  AttestationItem_Material,
  JobIdentity,
  PolicyEvaluation,
} from '@chainloop/proto/controlplane/v1/response_messages'
import type { WorkflowRunServiceViewResponse_Result as ViewResult } from '@chainloop/proto/controlplane/v1/workflow_run'

import { type AppliedException, toAppliedException } from './policy-exception.ts'
import { toRun, type Run } from './run.ts'

/** A run with what it attested. */
export interface RunDetails extends Run {
  readonly organization: string
  /** What the CI platform vouched for; absent where only the job says who it is. */
  readonly jobIdentity?: VerifiedIdentity | undefined
  readonly materials: readonly AttestedMaterial[]
  readonly annotations: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  /** Each field of the statement, where its truth comes from, and whether the server verified it. */
  readonly fields: readonly FieldStatus[]
  /** What the control plane found when it evaluated the policies itself. */
  readonly evaluations: readonly Evaluation[]
  /** Where the job said something else of its policies, in words. */
  readonly policyDifferences: readonly string[]
  /** What was approved and taken into account. */
  readonly policyExceptions: readonly AppliedException[]
  /** The job asked to go on whatever the policies say. */
  readonly policyBypassRequested: boolean
  readonly verification?: { readonly verified: boolean; readonly reason: string } | undefined
  /** The exact bytes whose digest names the attestation. */
  readonly bundle?: Uint8Array | undefined
}

/** Empty texts: the platform does not say it, or the jobs of the run differ in it. */
export interface VerifiedIdentity {
  readonly platform: string
  readonly issuer: string
  readonly subject: string
  /** Name of the rule that let the job in, and the claims that it asks for. */
  readonly trustRule: string
  readonly claims: Readonly<Record<string, string>>
  readonly runUrl: string
  readonly repository: string
  readonly ref: string
  readonly commit: string
  readonly workflowRef: string
  readonly environment: string
  readonly trigger: string
  readonly pipeline: string
}

export interface AttestedMaterial {
  readonly name: string
  readonly type: string
  /** The text of a STRING, the repository of an image; empty for files. */
  readonly value: string
  readonly filename: string
  readonly tag: string
  readonly digest: string
  readonly uploaded: boolean
  readonly inline: boolean
  readonly annotations: Readonly<Record<string, string>>
}

/** One policy on one material, or on the attestation when that is empty. */
export interface Evaluation {
  readonly policy: string
  readonly material: string
  readonly gate: boolean
  /** It is recorded and could not block. */
  readonly shadow: boolean
  readonly skipped: boolean
  readonly skipReasons: readonly string[]
  readonly violations: readonly string[]
}

export interface FieldStatus {
  readonly field: string
  readonly source: string
  readonly verified: boolean
  /** What was looked at; who signed, for a material that somebody else has signed. */
  readonly detail: string
}

export function toRunDetails(result: ViewResult | undefined): RunDetails {
  const { workflowRun, attestation, verification, orgName = '' } = result ?? {}
  return {
    ...toRun(workflowRun),
    organization: orgName,
    ...(workflowRun?.jobIdentity && { jobIdentity: toIdentity(workflowRun.jobIdentity) }),
    ...toAttested(attestation),
    ...(verification && {
      verification: { verified: verification.verified, reason: verification.failureReason },
    }),
  }
}

function toIdentity(identity: JobIdentity): VerifiedIdentity {
  const { platform, issuer, subject, trustRuleName: trustRule, claims } = identity
  const { runUrl, repository, ref, commit, workflowRef, environment, trigger, pipeline } = identity
  const facts = { runUrl, repository, ref, commit, workflowRef, environment, trigger, pipeline }
  return { platform, issuer, subject, trustRule, claims, ...facts }
}

type Attested = Pick<
  RunDetails,
  | 'materials'
  | 'annotations'
  | 'env'
  | 'fields'
  | 'evaluations'
  | 'policyDifferences'
  | 'policyExceptions'
  | 'policyBypassRequested'
  | 'bundle'
>

const NOTHING: Attested = {
  materials: [],
  annotations: {},
  env: {},
  fields: [],
  evaluations: [],
  policyDifferences: [],
  policyExceptions: [],
  policyBypassRequested: false,
}

function toAttested(item: AttestationItem | undefined): Attested {
  if (item === undefined) return NOTHING
  return {
    materials: item.materials.map(toMaterial),
    annotations: item.annotations,
    env: Object.fromEntries(item.envVars.map(({ name, value }) => [name, value])),
    fields: item.fields.map(({ field, source, verified, detail }) => ({
      field,
      source,
      verified,
      detail,
    })),
    evaluations: Object.values(item.policyEvaluations).flatMap(({ evaluations }) =>
      evaluations.map(toEvaluation),
    ),
    policyDifferences: item.policyDifferences,
    policyExceptions: item.policyExceptions.map(toAppliedException),
    policyBypassRequested: item.policyBypassRequested,
    ...(item.bundle.byteLength > 0 && { bundle: item.bundle }),
  }
}

function toEvaluation(one: PolicyEvaluation): Evaluation {
  const { name: policy, materialName: material, gate, shadow, skipped, skipReasons } = one
  const violations = one.violations.map(({ message }) => message)
  return { policy, material, gate, shadow, skipped, skipReasons, violations }
}

function toMaterial(one: AttestationItem_Material): AttestedMaterial {
  return {
    name: one.name,
    type: one.type,
    value: one.value,
    filename: one.filename,
    tag: one.tag,
    digest: one.hash,
    uploaded: one.uploadedToCas,
    inline: one.embeddedInline,
    annotations: one.annotations,
  }
}
