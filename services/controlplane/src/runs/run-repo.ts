import type { Insertable, Selectable, SelectQueryBuilder } from 'kysely'

import type { Db } from '../db/db.ts'
import type { RunRow, Schema } from '../db/schema.ts'
import type { JobIdentity } from '../identities/job-identity.ts'
import type { PolicySummary, Run, RunState } from './run.ts'

export interface RunReference {
  readonly organizationId: string
  readonly id: string
}

/** The new run's id. */
export async function insert(db: Db, run: Insertable<RunRow>): Promise<string> {
  const { id } = await db.insertInto('runs').values(run).returning('id').executeTakeFirstOrThrow()
  return id
}

export async function find(db: Db, { organizationId, id }: RunReference): Promise<Run | undefined> {
  const row = await selectRuns(db, organizationId).where('runs.id', '=', id).executeTakeFirst()
  return row && toRun(row)
}

export async function findByDigest(
  db: Db,
  { organizationId, digest }: { readonly organizationId: string; readonly digest: string },
): Promise<Run | undefined> {
  const row = await selectRuns(db, organizationId)
    .where('runs.attestation_digest', '=', digest)
    .executeTakeFirst()
  return row && toRun(row)
}

/** Locks the run until the transaction ends, and says what may have changed since it was read. */
export async function lock(
  tx: Db,
  { organizationId, id }: RunReference,
): Promise<Pick<Selectable<RunRow>, LockedColumn> | undefined> {
  return tx
    .selectFrom('runs')
    .select(['state', 'attestation_digest', 'contract_revision_id', 'project_version_id'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

type LockedColumn = 'state' | 'attestation_digest' | 'contract_revision_id' | 'project_version_id'

export interface Ending {
  readonly state: Exclude<RunState, 'initialized'>
  readonly reason?: string
  readonly attestationDigest?: string
  readonly policy?: PolicySummary
  readonly guarantees?: readonly string[]
}

/** Closes an open run and forgets its state. False: it was closed already. */
export async function close(
  tx: Db,
  { organizationId, id }: RunReference,
  ending: Ending,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('runs')
    .set({
      state: ending.state,
      reason: ending.reason ?? '',
      finished_at: new Date(),
      ...(ending.attestationDigest === undefined
        ? {}
        : { attestation_digest: ending.attestationDigest }),
      ...(ending.policy && policyColumns(ending.policy)),
      ...(ending.guarantees && { guarantees: [...ending.guarantees] }),
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('state', '=', 'initialized')
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false

  await tx
    .deleteFrom('run_states')
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', id)
    .execute()
  return true
}

/** An open run that is worked on does not expire. */
/** What was found after the run was stored. False: somebody else has settled it. */
export async function settlePolicy(
  tx: Db,
  { organizationId, id }: RunReference,
  policy: PolicySummary,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('runs')
    .set(policyColumns(policy))
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('policy_status', '=', 'evaluating')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function touch(db: Db, { organizationId, id }: RunReference): Promise<void> {
  await db
    .updateTable('runs')
    .set({ last_activity_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('state', '=', 'initialized')
    .execute()
}

export async function setIdentity(
  tx: Db,
  { organizationId, id }: RunReference,
  identity: JobIdentity,
): Promise<void> {
  await tx
    .updateTable('runs')
    .set({ identity: JSON.stringify(identity) })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

/** Runs of one organization with everything that their views show. */
export function selectRuns(db: Db, organizationId: string): RunQuery {
  return db
    .selectFrom('runs')
    .innerJoin('organizations', 'organizations.id', 'runs.organization_id')
    .innerJoin('projects', 'projects.id', 'runs.project_id')
    .innerJoin('workflows', 'workflows.id', 'runs.workflow_id')
    .innerJoin('project_versions', 'project_versions.id', 'runs.project_version_id')
    .innerJoin('contract_revisions', 'contract_revisions.id', 'runs.contract_revision_id')
    .innerJoin('contracts', 'contracts.id', 'contract_revisions.contract_id')
    .where('runs.organization_id', '=', organizationId)
    .selectAll('runs')
    .select([
      'organizations.name as organization_name',
      'projects.name as project_name',
      'workflows.name as workflow_name',
      'workflows.description as workflow_description',
      'workflows.runs_count',
      'workflows.created_at as workflow_created_at',
      'project_versions.version',
      'project_versions.prerelease',
      'project_versions.latest',
      'project_versions.created_at as version_created_at',
      'project_versions.released_at',
      'contracts.id as contract_id',
      'contracts.name as contract_name',
      'contracts.latest_revision',
    ])
}

type RunQuery = SelectQueryBuilder<RunTables, keyof RunTables, RunColumns>
type RunTables = Pick<
  Schema,
  | 'runs'
  | 'organizations'
  | 'projects'
  | 'workflows'
  | 'project_versions'
  | 'contract_revisions'
  | 'contracts'
>

interface RunColumns extends Selectable<RunRow> {
  readonly organization_name: string
  readonly project_name: string
  readonly workflow_name: string
  readonly workflow_description: string
  readonly runs_count: number
  readonly workflow_created_at: Date
  readonly version: string
  readonly prerelease: boolean
  readonly latest: boolean
  readonly version_created_at: Date
  readonly released_at: Date | null
  readonly contract_id: string
  readonly contract_name: string
  readonly latest_revision: number
}

export function toRun(row: RunColumns): Run {
  return {
    id: row.id,
    organization: { id: row.organization_id, name: row.organization_name },
    project: { id: row.project_id, name: row.project_name },
    ...toRunParts(row),
    casBackendId: row.cas_backend_id,
    state: row.state,
    reason: row.reason,
    runUrl: row.run_url,
    instanceUrl: row.instance_url,
    runnerType: row.runner_type,
    createdBy: row.created_by,
    // Written by Init and by nobody else.
    identity: (row.identity ?? undefined) as JobIdentity | undefined,
    blockOnPolicyViolation: row.block_on_policy_violation,
    guarantees: row.guarantees,
    attestationDigest: row.attestation_digest ?? undefined,
    policy: toPolicySummary(row),
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
  }
}

function toRunParts(row: RunColumns): Pick<Run, 'workflow' | 'version' | 'contract'> {
  return {
    workflow: {
      id: row.workflow_id,
      name: row.workflow_name,
      team: row.workflow_team,
      description: row.workflow_description,
      runsCount: row.runs_count,
      createdAt: row.workflow_created_at,
    },
    version: {
      id: row.project_version_id,
      version: row.version,
      prerelease: row.prerelease,
      latest: row.latest,
      createdAt: row.version_created_at,
      releasedAt: row.released_at ?? undefined,
    },
    contract: {
      id: row.contract_id,
      name: row.contract_name,
      revisionId: row.contract_revision_id,
      revision: row.contract_revision_used,
      latestRevisionAtInit: row.contract_revision_latest,
      latestRevision: row.latest_revision,
    },
  }
}

function policyColumns(policy: PolicySummary): Partial<Insertable<RunRow>> {
  return {
    policy_status: policy.status,
    policy_evaluations_total: policy.total,
    policy_evaluations_passed: policy.passed,
    policy_evaluations_skipped: policy.skipped,
    policy_violations_count: policy.violations,
    policy_violations_suppressed: policy.suppressed,
    policy_has_gates: policy.hasGates,
  }
}

function toPolicySummary(row: Selectable<RunRow>): PolicySummary | undefined {
  return row.policy_status === null
    ? undefined
    : {
        status: row.policy_status,
        total: row.policy_evaluations_total ?? 0,
        passed: row.policy_evaluations_passed ?? 0,
        skipped: row.policy_evaluations_skipped ?? 0,
        violations: row.policy_violations_count ?? 0,
        suppressed: row.policy_violations_suppressed ?? 0,
        hasGates: row.policy_has_gates ?? false,
      }
}
