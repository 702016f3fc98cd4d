import type {
  Predicate,
  PredicateCasBackend,
  PredicateMetadata,
} from '@chainloop/attestation/predicate/predicate'
import { runnerEnvironmentOf } from '@chainloop/attestation/runners/runner-environment'

import type { JobIdentity } from '../identities/job-identity.ts'
import type { Truth } from './truth.ts'

/** Everything that a statement can say, by its place. Materials and subjects have rows of their own kind. */
export type StatementField =
  | '_type'
  | 'predicateType'
  | `predicate.${Exclude<keyof Predicate, Nested>}`
  | `predicate.metadata.${keyof PredicateMetadata}`
  | `predicate.casBackend.${keyof PredicateCasBackend}`
  | 'predicate.builder.id'
  | 'predicate.auth.id'
  | 'predicate.auth.type'

type Nested = 'metadata' | 'casBackend' | 'builder' | 'auth' | 'materials'

/** Where the truth about a field comes from. */
export type Source =
  | 'format'
  | 'organization'
  | 'run'
  | 'workflow'
  | 'project version'
  | 'contract revision'
  | 'storage backend'
  | 'instance'
  | 'receipt'
  | 'bytes'
  | 'statement'
  | 'job'
  | 'job identity'
  | 'signer'
  | 'policies'

export interface FieldRule {
  readonly source: Source
  /** False: only the job says so. */
  readonly verified: boolean
  /** What the statement has to say; undefined: nothing. */
  readonly expect?: Expectation
  /** The field may be left out. */
  readonly optional?: true
  /** What a verified identity says about it; then it is verified, and nothing else may be said. */
  readonly identity?: (identity: JobIdentity) => string | undefined
}

type Expectation = (truth: Truth) => string | boolean | undefined

const claimed: FieldRule = { source: 'job', verified: false }

function verified(source: Source, expect: Expectation): FieldRule {
  return { source, verified: true, expect }
}

function verifiedIfPresent(source: Source, expect: Expectation): FieldRule {
  return { source, verified: true, expect, optional: true }
}

/** The job said so when the run was opened; that is no evidence, but it must not change its story. */
function repeated(expect: Expectation): FieldRule {
  return { source: 'job', verified: false, expect, optional: true }
}

/**
 * Field → source of truth → verified or claimed. A field without a row here does not compile; a field that the
 * statement has beyond these is refused when it is read.
 */
export const FIELD_TABLE: Readonly<Record<StatementField, FieldRule>> = {
  _type: verified('format', () => 'https://in-toto.io/Statement/v1'),
  predicateType: verified('format', () => 'chainloop.dev/attestation/v0.2'),
  'predicate.buildType': verified('format', () => 'chainloop.dev/workflowrun/v0.1'),
  'predicate.builder.id': claimed,

  'predicate.metadata.name': verified('workflow', ({ run }) => run.workflow.name),
  'predicate.metadata.workflowName': verified('workflow', ({ run }) => run.workflow.name),
  'predicate.metadata.workflowID': verified('workflow', ({ run }) => run.workflow.id),
  'predicate.metadata.team': verified('workflow', ({ run }) => run.workflow.team),
  'predicate.metadata.project': verified('run', ({ run }) => run.project.name),
  'predicate.metadata.organization': verified('organization', ({ run }) => run.organization.name),
  'predicate.metadata.workflowRunID': verified('run', ({ run }) => run.id),
  'predicate.metadata.projectVersion': verified(
    'project version',
    ({ run }) => run.version.version,
  ),
  'predicate.metadata.projectVersionPrerelease': verified(
    'project version',
    ({ prereleaseAtInit }) => prereleaseAtInit,
  ),
  'predicate.metadata.contractName': verified('contract revision', ({ run }) => run.contract.name),
  'predicate.metadata.contractVersion': verified('contract revision', ({ run }) =>
    String(run.contract.revision),
  ),
  'predicate.metadata.initializedAt': claimed,
  'predicate.metadata.finishedAt': claimed,

  'predicate.env': claimed,
  'predicate.annotations': claimed,

  'predicate.runnerType': {
    ...repeated(({ run }) => run.runnerType),
    identity: ({ runnerType }) => runnerType,
  },
  'predicate.runnerURL': {
    ...repeated(({ run }) => run.runUrl),
    identity: ({ runUrl }) => runUrl,
  },
  'predicate.runnerEnvironment': {
    ...claimed,
    optional: true,
    identity: ({ environment }) => runnerEnvironmentOf(environment),
  },
  'predicate.runnerWorkflowFilePath': {
    ...claimed,
    optional: true,
    identity: ({ workflowRef }) => workflowRef,
  },
  'predicate.runnerAuthenticated': verifiedIfPresent(
    'run',
    ({ run }) => run.identity !== undefined,
  ),

  'predicate.auth.id': verifiedIfPresent('run', ({ creator }) => creator.id),
  'predicate.auth.type': verifiedIfPresent('run', ({ creator }) => creator.type),
  'predicate.casBackend.casBackendID': verifiedIfPresent(
    'storage backend',
    ({ backend }) => backend.id,
  ),
  'predicate.casBackend.casBackendName': verifiedIfPresent(
    'storage backend',
    ({ backend }) => backend.name,
  ),
  'predicate.casBackend.fallback': claimed,

  'predicate.signingCA': verifiedIfPresent('instance', ({ instance }) => instance.signingCa),
  'predicate.signingTSA': verifiedIfPresent(
    'instance',
    ({ instance }) => instance.timestampAuthorityUrl,
  ),

  // The server evaluates the policies itself; what the job says about them is its own word.
  'predicate.policyEvaluations': claimed,
  'predicate.policyEvaluationsRef': claimed,
  'predicate.policyHasViolations': claimed,
  'predicate.policyEvaluationsCount': claimed,
  'predicate.policyViolationsCount': claimed,
  'predicate.policySkippedCount': claimed,
  'predicate.policyPassedCount': claimed,
  'predicate.policySuppressedCount': claimed,
  'predicate.policyHasGatedViolations': claimed,
  'predicate.policyHasGates': claimed,
  'predicate.policyBlockBypassEnabled': claimed,
  'predicate.policyAttBlocked': claimed,
  'predicate.policyCheckBlockingStrategy': verified('organization', ({ run }) =>
    run.blockOnPolicyViolation ? 'ENFORCED' : 'ADVISORY',
  ),
}
