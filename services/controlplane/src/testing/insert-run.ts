import * as apiTokens from '../api-tokens/api-token-repo.ts'
import type { Actor } from '../auth/actor.ts'
import { AUDIENCE } from '../auth/tokens.ts'
import type { Context } from '../context.ts'
import type { RunState } from '../db/schema.ts'
import * as organizations from '../organizations/organization-repo.ts'
import * as versions from '../projects/project-version-repo.ts'
import { FIRST_VERSION } from '../projects/project.ts'
import { insertWorkflow } from '../workflows/create-workflow.ts'
import { actorOf } from './world.ts'

let count = 0

/** A run of a new workflow, straight into the tables, with its token. */
export async function insertRun(
  { db, tokens }: Pick<Context, 'db' | 'tokens'>,
  { organizationName, state = 'initialized' }: { organizationName: string; state?: RunState },
): Promise<{ id: string; projectId: string; workflowId: string; token: string }> {
  const organization = await organizations.findByName(db, organizationName)
  if (!organization) throw new Error(`no organization ${organizationName}`)
  const actor = actorOf(organization, 'operator')
  count += 1
  const workflow = await insertWorkflow(db, actor, {
    name: `workflow-${count}`,
    projectName: `project-${count}`,
    contractName: '',
    contractBytes: new Uint8Array(),
    team: '',
    description: '',
  })
  const id = await insertRow({ db }, actor, { workflow, state })
  const account = await apiTokens.insert(db, {
    organizationId: organization.id,
    projectId: workflow.project.id,
    name: `account-of-${workflow.name}`,
    description: '',
    role: 'attester',
    rights: [],
    createdBy: 'test',
    expiresAt: undefined,
  })
  const claims = {
    granted_by: `api_token:${account?.id ?? ''}`,
    sub: id,
    org_id: organization.id,
    project_id: workflow.project.id,
    workflow_id: workflow.id,
  }
  const token = await tokens.sign(claims, { audience: AUDIENCE.run, expiresInSeconds: 3600 })
  return { id, projectId: workflow.project.id, workflowId: workflow.id, token }
}

async function insertRow(
  { db }: Pick<Context, 'db'>,
  { organizationId }: Actor,
  { workflow, state }: { workflow: Awaited<ReturnType<typeof insertWorkflow>>; state: RunState },
): Promise<string> {
  const projectId = workflow.project.id
  const version = await versions.find(db, { organizationId, projectId, version: FIRST_VERSION })
  const revision = await db
    .selectFrom('contract_revisions')
    .where('organization_id', '=', organizationId)
    .where('contract_id', '=', workflow.contract.id)
    .select('id')
    .executeTakeFirstOrThrow()
  const backend = await db
    .selectFrom('cas_backends')
    .where('organization_id', '=', organizationId)
    .where('is_default', '=', true)
    .select('id')
    .executeTakeFirstOrThrow()
  const run = await db
    .insertInto('runs')
    .values({
      organization_id: organizationId,
      project_id: projectId,
      workflow_id: workflow.id,
      project_version_id: version?.id ?? '',
      contract_revision_id: revision.id,
      cas_backend_id: backend.id,
      contract_revision_used: 1,
      contract_revision_latest: 1,
      state,
      created_by: 'test',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return run.id
}
