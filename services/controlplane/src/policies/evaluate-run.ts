import type { Contract } from '@chainloop/attestation/contract/contract'
import { sha256 } from '@chainloop/attestation/digest'
import type { JsonObject } from '@chainloop/attestation/json/json-value'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import type { MaterialDescriptor } from '@chainloop/attestation/predicate/predicate'
import { predicateEvaluations } from '@chainloop/attestation/predicate/predicate-evaluations'
import type { Phase } from '@chainloop/policy/documents/policy'
import { policiesFor } from '@chainloop/policy/evaluation/evaluate'
import { type ContractPolicies, loadPolicies } from '@chainloop/policy/evaluation/load-policies'
import type { Closure } from '@chainloop/policy/references/close-references'
import { EvaluationLost, EvaluationRefused } from '@chainloop/policy/sandbox/child-process'
import type { EvaluationJob } from '@chainloop/policy/sandbox/messages'

import type { BlobStore } from '../attestations/blob-store.ts'
import type { JudgedAttestation } from '../attestations/judge-attestation.ts'
import type { MaterialClaim } from '../attestations/material-claims.ts'
import type { Truth } from '../attestations/truth.ts'
import { runtimeInputsOf } from './claimed-inputs.ts'
import type { PolicyEvaluator } from './policy-evaluator.ts'
import { unjudgedClaim, unjudgedStatement } from './unjudged-run.ts'

export interface RunToEvaluate {
  readonly truth: Truth
  readonly contract: Pick<Contract, 'spec'>
  readonly closure: Closure
  readonly judged: Pick<JudgedAttestation, 'statement' | 'materials' | 'possessions'>
  /** The one time that all policies of the run are told. */
  readonly now: Date
}

export interface EvaluateDeps {
  readonly policies: PolicyEvaluator
  readonly blobs: Pick<BlobStore, 'read'>
  /** What `chainloop.discover` finds: what the run's own organization may see. */
  readonly discover: (digest: string, kind: string) => Promise<JsonObject>
  /** Ends the evaluation, which then rejects with its reason. */
  readonly signal?: AbortSignal
}

/**
 * What the policies of a contract say about a run, on the bytes that the server has and on nothing that the job says
 * about them. A policy without a verdict stands there as such, with the reason.
 */
export async function evaluateRun(
  deps: EvaluateDeps,
  run: RunToEvaluate,
): Promise<PolicyEvaluation[]> {
  const { spec } = run.contract
  if (!hasPolicies(spec)) return []
  const policies = loadPolicies(spec, run.closure)
  const evaluating = { run, key: rulesKey(run), policies }
  const materials: PolicyEvaluation[] = []
  for (const claim of run.judged.materials) {
    materials.push(...(await evaluateClaim(deps, evaluating, claim)))
  }
  return [...materials, ...(await evaluateStatement(deps, evaluating, materials))]
}

function hasPolicies({ policies, policyGroups }: Contract['spec']): boolean {
  return policies.materials.length + policies.attestation.length + policyGroups.length > 0
}

interface Evaluating {
  readonly run: RunToEvaluate
  /** Of its rules. */
  readonly key: string
  readonly policies: ContractPolicies
}

async function evaluateClaim(
  deps: EvaluateDeps,
  { run, key, policies }: Evaluating,
  claim: MaterialClaim,
): Promise<readonly PolicyEvaluation[]> {
  const { kind, name } = claim
  const attached = policiesFor(policies, { kind, name })
  if (attached.length === 0) return []
  const unjudged = (reason: string): PolicyEvaluation[] =>
    unjudgedClaim(attached, { run, claim, reason })
  const content = await bytesOf(deps, run, claim)
  if (typeof content === 'string') return unjudged(content)
  const metadata = metadataOf(run, claim)
  const subject = { type: 'material', kind, name, content, metadata } as const
  return perform(deps, { run, key, subject, unjudged })
}

/** Both phases see the statement as it is now: the server was not there at the first. */
async function evaluateStatement(
  deps: EvaluateDeps,
  { run, key, policies }: Evaluating,
  materials: readonly PolicyEvaluation[],
): Promise<PolicyEvaluation[]> {
  if (policies.attestation.length === 0) return []
  const statement = Buffer.from(JSON.stringify(withEvaluations(run, materials)))
  const found: PolicyEvaluation[] = []
  for (const phase of ['PUSH', 'INIT'] satisfies Phase[]) {
    const metadata = projectOf(run)
    const subject = { type: 'attestation', statement, phase, metadata } as const
    const unjudged = (reason: string): PolicyEvaluation[] =>
      unjudgedStatement(policies, { run, reason })
    const verdicts = await perform(deps, { run, key, subject, unjudged })
    found.push(...verdicts.filter((one) => !found.some((known) => isSame(known, one))))
  }
  return found
}

function isSame(a: PolicyEvaluation, b: PolicyEvaluation): boolean {
  const identity = ({ name, policyReference, with: given, gate, shadow }: PolicyEvaluation) =>
    JSON.stringify([name, policyReference?.uri, policyReference?.digest, given, gate, shadow])
  return identity(a) === identity(b)
}

interface Performing extends Pick<Evaluating, 'run' | 'key'> {
  readonly subject: EvaluationJob['subject']
  readonly unjudged: (reason: string) => PolicyEvaluation[]
}

async function perform(
  { policies: { pool, fetch, limits }, discover, signal }: EvaluateDeps,
  { run, key, subject, unjudged }: Performing,
): Promise<readonly PolicyEvaluation[]> {
  const { organization, run: opened } = run.truth
  const job: EvaluationJob = {
    contract: run.contract.spec,
    closure: run.closure,
    key,
    subject,
    settings: {
      gateByDefault: opened.blockOnPolicyViolation,
      now: run.now,
      hostnames: [...BUILT_IN_HOSTNAMES, ...organization.settings.policiesAllowedHostnames],
      mayFetch: true,
      mayDiscover: true,
      budget: { milliseconds: limits.scriptMs },
      maxDocumentBytes: limits.maxDocumentBytes,
      runtimeInputs: runtimeInputsOf(run.contract.spec, run.judged.statement.predicate),
    },
  }
  try {
    return await pool.run(job, { fetch, discover }, signal)
  } catch (cause) {
    if (cause instanceof EvaluationLost || cause instanceof EvaluationRefused) {
      return unjudged(cause.message)
    }
    throw cause
  }
}

/** The same rules, whoever has them, are compiled once. */
function rulesKey({ contract: { spec }, closure: { pins } }: RunToEvaluate): string {
  const { policies, policyGroups } = spec
  return sha256(Buffer.from(JSON.stringify([policies, policyGroups, pins])))
}

/** Asked by policies that are published for everybody. */
const BUILT_IN_HOSTNAMES = ['www.chainloop.dev', 'www.cisa.gov']

/** The bytes, or why there are none to look at. */
async function bytesOf(
  { blobs, policies: { limits } }: EvaluateDeps,
  { truth, judged }: RunToEvaluate,
  { place, digest }: MaterialClaim,
): Promise<Uint8Array | string> {
  switch (place.type) {
    case 'statement':
      return place.content
    case 'registry':
      return new Uint8Array()
    case 'job':
      return 'the job has kept the material to itself'
    case 'cas': {
      const { size = 0 } = judged.possessions.get(digest) ?? {}
      if (size > limits.maxDocumentBytes) {
        return `the material is larger than ${limits.maxDocumentBytes} bytes`
      }
      const { backend, run } = truth
      const blob = { backend, projectId: run.project.id, digest, size }
      return Buffer.concat(await Array.fromAsync(blobs.read(blob)))
    }
    default:
      return place satisfies never
  }
}

/** The descriptor of the statement, whose facts the server has compared with the bytes. */
function metadataOf(run: RunToEvaluate, { name }: MaterialClaim): JsonObject {
  const { materials = [] } = run.judged.statement.predicate
  const descriptor: MaterialDescriptor | undefined = materials.find(
    ({ annotations }) => annotations['chainloop.material.name'] === name,
  )
  return { ...descriptor, ...projectOf(run) }
}

function projectOf({ truth: { run } }: RunToEvaluate): JsonObject {
  return { project_name: run.project.name, project_version_name: run.version.version }
}

/** What the job says of its policies gives way to what the server found. */
function withEvaluations(
  { judged: { statement } }: RunToEvaluate,
  materials: readonly PolicyEvaluation[],
): object {
  const { policyEvaluations: _claimed, ...predicate } = statement.predicate
  return {
    ...statement,
    predicate: {
      ...predicate,
      ...(materials.length > 0 && { policyEvaluations: predicateEvaluations(materials) }),
    },
  }
}
