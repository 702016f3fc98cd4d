import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { getWorkflow, type WorkflowName } from './get-workflow.ts'
import * as workflows from './workflow-repo.ts'

/** Its runs stay. */
export async function deleteWorkflow(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  named: WorkflowName,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { id, organizationId } = await getWorkflow(tx, actor, {
      ...named,
      right: 'workflow:delete',
    })
    await workflows.remove(tx, { organizationId, id })
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'workflow.deleted',
      targetType: 'workflow',
      targetId: id,
      details: { name: named.name, project: named.projectName },
    })
  })
}
