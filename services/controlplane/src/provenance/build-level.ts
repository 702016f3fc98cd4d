import type { BuildLevel } from '@chainloop/attestation/provenance/slsa'
import { runnerEnvironmentOf } from '@chainloop/attestation/runners/runner-environment'

import type { JobIdentity } from '../identities/job-identity.ts'

/** What a build level is argued from; nothing in it is the job's own word. */
export interface LevelEvidence {
  readonly identity: JobIdentity | undefined
  readonly guarantees: readonly string[]
  /** The operator's map, of builders that jobs are run by. */
  readonly builders: readonly TrustedBuilder[]
}

export interface TrustedBuilder {
  readonly issuer: string
  readonly builder: string
  readonly maxLevel: BuildLevel
}

export interface EarnedLevel {
  readonly level: BuildLevel
  readonly reason: string
}

/** Without them something of the run could be another's: no more than the level that it stands for. */
const NEEDED: readonly (readonly [guarantee: string, needed: BuildLevel])[] = [
  ['run-token', 2],
  ['timestamped-signature', 2],
  ['run-bound-certificate', 3],
  ['compare-and-swap-state', 3],
  ['digest-bound-uploads', 3],
]

/** The table of `docs/slsa.md`, row by row. */
export function buildLevelOf(evidence: LevelEvidence): EarnedLevel {
  const { identity, guarantees } = evidence
  if (!identity) return { level: 1, reason: 'no identity of the job was verified' }
  if (runnerEnvironmentOf(identity.environment) !== 'managed') {
    return {
      level: 1,
      reason: `the job ran on a machine that is ${identity.environment ?? 'not known'}, not on one of the platform`,
    }
  }
  const earned = byBuilder(identity, evidence.builders)
  const missing = NEEDED.find(
    ([guarantee, needed]) => needed <= earned.level && !guarantees.includes(guarantee),
  )
  if (!missing) return earned
  const [guarantee, needed] = missing
  return { level: needed === 2 ? 1 : 2, reason: `the run lacks the guarantee ${guarantee}` }
}

function byBuilder(identity: JobIdentity, builders: readonly TrustedBuilder[]): EarnedLevel {
  const exact = exactBuilder(identity)
  const entry = builders.find(
    ({ issuer, builder }) => issuer === identity.issuer && builder === exact,
  )
  if (!entry) {
    return {
      level: 2,
      reason:
        'the job ran on a hosted runner; its workflow definition is not a builder that the operator has named',
    }
  }
  return {
    level: entry.maxLevel,
    reason: `the operator believes the builder ${entry.builder} up to level ${entry.maxLevel}`,
  }
}

/** `acme/ci/.github/workflows/build.yml@<commit>`; undefined where the platform does not say the commit. */
export function exactBuilder({
  workflowRef,
  workflowCommit,
}: Pick<JobIdentity, 'workflowRef' | 'workflowCommit'>): string | undefined {
  if (workflowRef === undefined || workflowCommit === undefined) return undefined
  const at = workflowRef.lastIndexOf('@')
  return `${at < 0 ? workflowRef : workflowRef.slice(0, at)}@${workflowCommit}`
}
