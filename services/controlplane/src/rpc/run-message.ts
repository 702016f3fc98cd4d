import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  type JobIdentitySchema,
  PolicyStatus as PolicyStatusNumber,
  type PolicyStatusSummarySchema,
  type ProjectVersionSchema,
  type WorkflowItemSchema,
  type WorkflowRunItemSchema,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { ContractRevision } from '../contracts/contract.ts'
import type { JobIdentity } from '../identities/job-identity.ts'
import type { PolicyStatus, PolicySummary, Run, RunVersion } from '../runs/run.ts'
import { contractRevisionMessage } from './contract-message.ts'
import { runStatus } from './run-status-message.ts'
import { runnerTypeNumber } from './runner-type-message.ts'
import { at } from './timestamp.ts'

/** The contract's text is only in the views of one run. */
export function runMessage(
  run: Run,
  contractRevision?: ContractRevision,
): MessageInitShape<typeof WorkflowRunItemSchema> {
  return {
    id: run.id,
    createdAt: timestampFromDate(run.createdAt),
    ...at('finishedAt', run.finishedAt),
    state: run.state,
    status: runStatus(run.state),
    reason: run.reason,
    workflow: runWorkflowMessage(run),
    jobUrl: run.runUrl,
    runnerType: runnerTypeNumber(run.runnerType),
    ...(contractRevision && {
      contractVersion: contractRevisionMessage(contractRevision, run.contract),
    }),
    contractRevisionUsed: run.contract.revision,
    contractRevisionLatest: run.contract.latestRevisionAtInit,
    version: versionMessage(run.version),
    ...(run.policy && {
      hasPolicyViolations: run.policy.violations > 0,
      policySummary: policySummaryMessage(run.policy),
    }),
    guarantees: [...run.guarantees],
    attestationDigest: run.attestationDigest ?? '',
    ...(run.identity && { jobIdentity: identityMessage(run.identity) }),
  }
}

function identityMessage(identity: JobIdentity): MessageInitShape<typeof JobIdentitySchema> {
  const { rule, ...shown } = identity
  return { ...shown, trustRuleId: rule.id, trustRuleName: rule.name }
}

function runWorkflowMessage({
  workflow,
  project,
  contract,
}: Run): MessageInitShape<typeof WorkflowItemSchema> {
  return {
    id: workflow.id,
    name: workflow.name,
    project: project.name,
    projectId: project.id,
    team: workflow.team,
    description: workflow.description,
    createdAt: timestampFromDate(workflow.createdAt),
    runsCount: workflow.runsCount,
    contractName: contract.name,
    contractRevisionLatest: contract.latestRevision,
  }
}

function versionMessage(version: RunVersion): MessageInitShape<typeof ProjectVersionSchema> {
  return {
    id: version.id,
    version: version.version,
    prerelease: version.prerelease,
    latest: version.latest,
    createdAt: timestampFromDate(version.createdAt),
    ...at('releasedAt', version.releasedAt),
  }
}

const POLICY_STATUS = {
  not_applicable: PolicyStatusNumber.NOT_APPLICABLE,
  passed: PolicyStatusNumber.PASSED,
  skipped: PolicyStatusNumber.SKIPPED,
  warning: PolicyStatusNumber.WARNING,
  blocked: PolicyStatusNumber.BLOCKED,
  bypassed: PolicyStatusNumber.BYPASSED,
  evaluating: PolicyStatusNumber.EVALUATING,
} as const satisfies Record<PolicyStatus, PolicyStatusNumber>

/** Undefined for the unspecified one: no filter. The filter's numbers are the status's own. */
export function policyStatusOf(number: number): PolicyStatus | undefined {
  return Object.entries(POLICY_STATUS).find(([, value]) => value === number)?.[0] as
    | PolicyStatus
    | undefined
}

export function policySummaryMessage(
  policy: PolicySummary,
): MessageInitShape<typeof PolicyStatusSummarySchema> {
  return {
    status: POLICY_STATUS[policy.status],
    total: policy.total,
    passed: policy.passed,
    skipped: policy.skipped,
    violated: policy.violations,
    suppressed: policy.suppressed,
    hasGates: policy.hasGates,
  }
}
