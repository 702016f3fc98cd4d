import type { Db } from '../db/db.ts'

/** Workflow and version remember their latest run. */
export async function countRun(
  tx: Db,
  run: {
    readonly organizationId: string
    readonly workflowId: string
    readonly versionId: string
    readonly runId: string
  },
): Promise<void> {
  await tx
    .updateTable('workflows')
    .set((columns) => ({
      latest_run_id: run.runId,
      runs_count: columns('runs_count', '+', 1),
      updated_at: new Date(),
    }))
    .where('organization_id', '=', run.organizationId)
    .where('id', '=', run.workflowId)
    .execute()
  await tx
    .updateTable('project_versions')
    .set((columns) => ({
      workflow_run_count: columns('workflow_run_count', '+', 1),
      last_run_at: new Date(),
      updated_at: new Date(),
    }))
    .where('organization_id', '=', run.organizationId)
    .where('id', '=', run.versionId)
    .execute()
}
