import { runnerTypeOf } from '@chainloop/attestation/runners/runner-type'
import type {
  PolicyStatusSummary,
  WorkflowRunItem,
} from '@chainloop/proto/controlplane/v1/response_messages'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

export const runStatus = enumNames({
  initialized: 1,
  succeeded: 2,
  failed: 3,
  expired: 4,
  cancelled: 5,
})

export const policyStatus = enumNames({
  'not-applicable': 1,
  passed: 2,
  skipped: 3,
  warning: 4,
  blocked: 5,
  bypassed: 6,
  evaluating: 1000,
})

export interface Run {
  readonly id: string
  readonly status: string
  /** Why it did not succeed. */
  readonly reason: string
  readonly workflow: string
  readonly project: string
  readonly version: string
  readonly runner: string
  readonly runnerUrl: string
  readonly contract: string
  readonly contractRevision: number
  readonly attestationDigest: string
  /** What the server saw hold, for example `run-token`. */
  readonly guarantees: readonly string[]
  readonly policies: PolicyTotals
  readonly createdAt: Date | undefined
  readonly finishedAt: Date | undefined
}

export interface PolicyTotals {
  readonly status: string
  readonly total: number
  readonly passed: number
  readonly skipped: number
  readonly violated: number
  readonly suppressed: number
  readonly hasGates: boolean
}

export function toRun(item: WorkflowRunItem | undefined): Run {
  const one = answered(item, 'a run')
  return {
    id: one.id,
    status: runStatus.nameOf(one.status),
    reason: one.reason,
    ...toPlace(one),
    runner: runnerTypeOf(one.runnerType) ?? 'unknown',
    runnerUrl: one.jobUrl,
    contractRevision: one.contractRevisionUsed,
    attestationDigest: one.attestationDigest,
    guarantees: one.guarantees,
    policies: toPolicyTotals(one.policySummary),
    createdAt: toDate(one.createdAt),
    finishedAt: toDate(one.finishedAt),
  }
}

function toPlace({
  workflow,
  version,
  contractVersion,
}: WorkflowRunItem): Pick<Run, 'workflow' | 'project' | 'version' | 'contract'> {
  return {
    workflow: workflow?.name ?? '',
    project: workflow?.project ?? '',
    version: version?.version ?? '',
    contract: (contractVersion ?? workflow)?.contractName ?? '',
  }
}

const NO_POLICIES: PolicyTotals = {
  status: 'not-applicable',
  total: 0,
  passed: 0,
  skipped: 0,
  violated: 0,
  suppressed: 0,
  hasGates: false,
}

function toPolicyTotals(summary: PolicyStatusSummary | undefined): PolicyTotals {
  if (summary === undefined) return NO_POLICIES
  const { status, total, passed, skipped, violated, suppressed, hasGates } = summary
  return {
    status: policyStatus.nameOf(status),
    total,
    passed,
    skipped,
    violated,
    suppressed,
    hasGates,
  }
}
