import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import { actorReference } from '../auth/actor.ts'
import type { CasBackend } from '../cas-backends/cas-backend.ts'
import { chooseCasBackend } from '../cas-backends/choose-cas-backend.ts'
import type { Context } from '../context.ts'
import type { ContractRevision } from '../contracts/contract.ts'
import { inTransaction } from '../db/db.ts'
import type { Db } from '../db/db.ts'
import type { JobIdentity } from '../identities/job-identity.ts'
import { getOrganization } from '../organizations/get-organization.ts'
import type { Organization } from '../organizations/organization.ts'
import type { ProjectVersion } from '../projects/project.ts'
import { resolveVersion } from '../projects/resolve-version.ts'
import { requireRoom } from '../quotas/require-room.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import { logRunEvent } from '../transparency/log-run-event.ts'
import type { Workflow } from '../workflows/workflow.ts'
import { assertMayUseRevision, assertRunner, getAttestableWorkflow } from './attestable-workflow.ts'
import { countRun } from './count-run.ts'
import * as runs from './run-repo.ts'
import { grantorOf, issueRunToken } from './run-token.ts'
import type { RunToken } from './run-token.ts'
import type { Run } from './run.ts'

export interface InitRunInput {
  readonly workflowName: string
  readonly projectName: string
  /** 0: the latest. */
  readonly contractRevision: number
  readonly runUrl: string
  /** Name of a runner type, as the job says. */
  readonly runnerType: string
  /** Empty: the first version. */
  readonly projectVersion: string
  readonly requireExistingVersion: boolean
  readonly useLatestVersion: boolean
  readonly markAsLatest: boolean | undefined
  /** Of a job that proved itself; what else is said of it fits. */
  readonly identity?: JobIdentity
}

export interface OpenedRun {
  readonly run: Run
  readonly organization: Organization
  readonly contractRevision: ContractRevision
  readonly token: RunToken
}

export type InitDeps = Pick<Context, 'db' | 'tokens' | 'config'>

/** Opens a run, bound to a contract revision, a project version and a storage backend. */
export async function initRun(
  { db, tokens, config }: InitDeps,
  actor: Actor,
  input: InitRunInput,
): Promise<OpenedRun> {
  const { workflow, contractRevision } = await getAttestableWorkflow(db, actor, input)
  const organization = await getOrganization(db, actor)
  assertMayUseRevision(organization, { workflow, contractRevision })
  assertRunner(contractRevision, input.runnerType)

  const run = await inTransaction(db, async (tx) => {
    await requireRoom(tx, { organizationId: actor.organizationId, resource: 'runs_per_day' })
    const backend = await chooseCasBackend(tx, actor)
    const version = await chooseVersion(tx, actor, { input, workflow, organization })
    const parts = { input, workflow, contractRevision, version, backend }
    const id = await insertRun(tx, actor, {
      ...parts,
      settings: organization.settings,
      instanceUrl: instanceUrl(config),
    })
    await countRun(tx, { ...actor, workflowId: workflow.id, versionId: version.id, runId: id })
    await logRunEvent(tx, { organizationId: actor.organizationId, id }, 'opened')
    return getInserted(tx, { organizationId: actor.organizationId, id })
  })
  return {
    run,
    organization,
    contractRevision,
    token: await issueRunToken(tokens, run, grantorOf(actor)),
  }
}

function chooseVersion(
  tx: Db,
  actor: Actor,
  parts: { input: InitRunInput; workflow: Workflow; organization: Organization },
): Promise<ProjectVersion> {
  const { input, workflow, organization } = parts
  return resolveVersion(tx, actor, {
    project: workflow.project,
    version: input.projectVersion,
    useLatest: input.useLatestVersion,
    requireExisting: input.requireExistingVersion,
    markAsLatest: input.markAsLatest,
    blockReleased: organization.settings.blockAttestationsOnReleasedVersions,
  })
}

async function insertRun(
  tx: Db,
  actor: Actor,
  parts: {
    input: InitRunInput
    workflow: Workflow
    contractRevision: ContractRevision
    version: ProjectVersion
    backend: CasBackend
    settings: Organization['settings']
    instanceUrl: string
  },
): Promise<string> {
  const { input, workflow, contractRevision, version, backend } = parts
  const id = await runs.insert(tx, {
    organization_id: actor.organizationId,
    project_id: workflow.project.id,
    workflow_id: workflow.id,
    project_version_id: version.id,
    contract_revision_id: contractRevision.id,
    cas_backend_id: backend.id,
    contract_revision_used: contractRevision.revision,
    contract_revision_latest: workflow.contract.latestRevision,
    run_url: input.runUrl,
    instance_url: parts.instanceUrl,
    runner_type: input.runnerType,
    identity: input.identity ? JSON.stringify(input.identity) : null,
    workflow_team: workflow.team,
    block_on_policy_violation: parts.settings.blockOnPolicyViolation,
    created_by: actorReference(actor),
  })
  await audit.record(tx, {
    organizationId: actor.organizationId,
    actor,
    action: 'run.initialized',
    targetType: 'run',
    targetId: id,
    details: {
      project: workflow.project.name,
      workflow: workflow.name,
      version: version.version,
      contractRevision: contractRevision.revision,
    },
  })
  return id
}

async function getInserted(tx: Db, reference: runs.RunReference): Promise<Run> {
  const run = await runs.find(tx, reference)
  if (!run) throw new Error(`run ${reference.id} was inserted and is not there`)
  return run
}
