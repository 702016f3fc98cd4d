import { hexOf, sha256 } from '../digest.ts'
import type { Commit } from '../git/commit.ts'
import { canonicalJson } from '../json/canonical-json.ts'
import type { Material } from '../materials/material.ts'
import { toDescriptor } from '../materials/to-descriptor.ts'
import type { CraftingState } from './crafting-state.ts'
import { materialSubjects } from './material-subjects.ts'
import { summarizePolicies } from './policy-summary.ts'
import { predicateEvaluations } from './predicate-evaluations.ts'
import { BUILD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE } from './predicate.ts'
import type { PolicyEvaluationsRef, Predicate, PredicateMetadata, Subject } from './predicate.ts'
import { withoutEmpty } from './without-empty.ts'

export interface RenderOptions {
  /** Names the program that crafted the attestation, with its version. */
  readonly builderId: string
  /** Where the evaluations are, when they are not to be listed. */
  readonly policyEvaluationsRef?: PolicyEvaluationsRef | undefined
}

/** The statement of a finished run as UTF-8 JSON with sorted keys; the same state gives the same bytes. */
export function renderStatement(state: CraftingState, options: RenderOptions): Uint8Array {
  const predicate = toPredicate(state, options)
  return canonicalJson({
    _type: STATEMENT_TYPE,
    predicateType: PREDICATE_TYPE,
    subject: subjects(state, predicate),
    predicate: predicate,
  })
}

export function toPredicate(state: CraftingState, options: RenderOptions): Predicate {
  return {
    buildType: BUILD_TYPE,
    builder: { id: options.builderId },
    metadata: metadata(state),
    ...runnerClaims(state),
    ...withoutEmpty({
      env: state.env,
      annotations: state.annotations,
      materials: state.materials.toSorted(byName).map(toDescriptor),
      signingCA: state.signing.signingCa,
      signingTSA: state.signing.timestampAuthorityUrl,
    }),
    ...(state.auth && { auth: { id: state.auth.id, type: state.auth.type } }),
    ...casBackend(state),
    ...policies(state, options),
  }
}

function metadata({ workflow, initializedAt, finishedAt }: CraftingState): PredicateMetadata {
  if (!finishedAt) throw new TypeError('the run is not finished: its state has no finishedAt')
  return {
    name: workflow.name,
    workflowName: workflow.name,
    project: workflow.project,
    team: workflow.team,
    projectVersion: workflow.version.version,
    projectVersionPrerelease: workflow.version.prerelease,
    organization: workflow.organization,
    workflowID: workflow.id,
    workflowRunID: workflow.runId,
    contractName: workflow.contractName,
    contractVersion: String(workflow.contractRevision),
    initializedAt: initializedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
  }
}

function runnerClaims({
  runner,
}: CraftingState): Pick<Predicate, 'runnerType'> & Partial<Predicate> {
  return {
    runnerType: runner.type,
    ...withoutEmpty({
      runnerURL: runner.url,
      runnerEnvironment: runner.environment,
      runnerAuthenticated: runner.authenticated,
      runnerWorkflowFilePath: runner.workflowFilePath,
    }),
  }
}

function casBackend({ casBackend: backend }: CraftingState): Pick<Predicate, 'casBackend'> {
  if (!backend) return {}
  const { id, name, fallback } = backend
  return { casBackend: { casBackendID: id, casBackendName: name, fallback } }
}

function policies(state: CraftingState, { policyEvaluationsRef }: RenderOptions) {
  const summary = summarizePolicies(state)
  const evaluations = policyEvaluationsRef
    ? { policyEvaluationsRef }
    : withoutEmpty({ policyEvaluations: predicateEvaluations(state.policyEvaluations) })
  const strategy = state.blockOnPolicyViolation ? 'ENFORCED' : 'ADVISORY'
  return {
    ...evaluations,
    policyHasViolations: summary.violations > 0,
    policyEvaluationsCount: summary.evaluations,
    policyViolationsCount: summary.violations,
    ...withoutEmpty({
      policySkippedCount: summary.skipped,
      policyPassedCount: summary.passed,
      policySuppressedCount: summary.suppressed,
      policyHasGatedViolations: summary.hasGatedViolations,
      policyHasGates: summary.hasGates,
    }),
    policyCheckBlockingStrategy: strategy,
    policyBlockBypassEnabled: state.bypassPolicyCheck,
    policyAttBlocked: summary.blocked,
  } as const
}

/** The workflow, the commit, then every output by name. The workflow's digest is that of the predicate. */
function subjects(state: CraftingState, predicate: Predicate): Subject[] {
  return [
    {
      name: `chainloop.workflow.${state.workflow.name}`,
      digest: { sha256: hexOf(sha256(canonicalJson(predicate))) },
    },
    ...(state.head ? [commitSubject(state.head)] : []),
    ...state.materials
      .filter(isSubject)
      .toSorted(byName)
      .flatMap((material) => materialSubjects(toDescriptor(material))),
  ]
}

function isSubject({ output, kind }: Material): boolean {
  return output && kind !== 'STRING'
}

function commitSubject(head: Commit): Subject {
  const remotes = head.remotes.map(({ name, url }) => ({ name, url }))
  return {
    name: 'git.head',
    digest: { [head.hash.length === 40 ? 'sha1' : 'sha256']: head.hash },
    annotations: {
      date: head.date.toISOString(),
      'author.email': head.author.email,
      'author.name': head.author.name,
      message: head.message,
      ...(head.signature && { signature: head.signature }),
      ...(head.verification &&
        withoutEmpty({
          'author.verification_status': head.verification.status,
          'signature.algorithm': head.verification.signatureAlgorithm,
        })),
      ...(remotes.length > 0 && { remotes }),
    },
  }
}

function byName(a: Material, b: Material): number {
  return a.name < b.name ? -1 : 1
}
