import type { Db } from '../db/db.ts'
import { selectWorkflows, toWorkflow } from './select-workflows.ts'
import type { Workflow } from './workflow.ts'

export async function find(
  db: Db,
  {
    organizationId,
    projectName,
    name,
  }: { organizationId: string; projectName: string; name: string },
): Promise<Workflow | undefined> {
  const row = await selectWorkflows(db, organizationId)
    .where('projects.name', '=', projectName)
    .where('workflows.name', '=', name)
    .executeTakeFirst()
  return row && toWorkflow(row)
}

export async function findById(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Workflow | undefined> {
  const row = await selectWorkflows(db, organizationId)
    .where('workflows.id', '=', id)
    .executeTakeFirst()
  return row && toWorkflow(row)
}

/** In no order. */
export async function findAll(
  db: Db,
  { organizationId, ids }: { organizationId: string; ids: readonly string[] },
): Promise<Workflow[]> {
  if (ids.length === 0) return []
  const rows = await selectWorkflows(db, organizationId)
    .where('workflows.id', 'in', [...ids])
    .execute()
  return rows.map(toWorkflow)
}

/** Undefined when the project already has a live workflow with that name. */
export async function insert(
  db: Db,
  workflow: {
    organizationId: string
    projectId: string
    contractId: string
    name: string
    team: string
    description: string
  },
): Promise<Workflow | undefined> {
  const row = await db
    .insertInto('workflows')
    .values({
      organization_id: workflow.organizationId,
      project_id: workflow.projectId,
      contract_id: workflow.contractId,
      name: workflow.name,
      team: workflow.team,
      description: workflow.description,
    })
    .onConflict((oc) =>
      oc
        .columns(['organization_id', 'project_id', 'name'])
        .where('deleted_at', 'is', null)
        .doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
  return row && findById(db, { organizationId: workflow.organizationId, id: row.id })
}

export interface WorkflowChange {
  readonly team?: string
  readonly description?: string
  readonly contractId?: string
  readonly allowJobContractUpdate?: boolean
  readonly allowOldContractRevisions?: boolean
}

/** Absent fields stay as they are. */
export async function update(
  db: Db,
  { organizationId, id, change }: { organizationId: string; id: string; change: WorkflowChange },
): Promise<void> {
  await db
    .updateTable('workflows')
    .set({
      ...(change.team === undefined ? {} : { team: change.team }),
      ...(change.description === undefined ? {} : { description: change.description }),
      ...(change.contractId === undefined ? {} : { contract_id: change.contractId }),
      ...(change.allowJobContractUpdate === undefined
        ? {}
        : { allow_job_contract_update: change.allowJobContractUpdate }),
      ...(change.allowOldContractRevisions === undefined
        ? {}
        : { allow_old_contract_revisions: change.allowOldContractRevisions }),
      updated_at: new Date(),
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

/** Its attachments go with it; its runs stay. */
export async function remove(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<void> {
  const deleted = { deleted_at: new Date() }
  await db
    .updateTable('workflows')
    .set(deleted)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
  await db
    .updateTable('integration_attachments')
    .set(deleted)
    .where('organization_id', '=', organizationId)
    .where('workflow_id', '=', id)
    .where('deleted_at', 'is', null)
    .execute()
}
